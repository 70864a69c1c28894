"""Is an article in the language it should be in? Quick where the answer is plain, careful where it is not."""

from __future__ import annotations

import functools
import re
from typing import Any

from .errors import ConfigError

SAMPLE_CHARS = 1_500
SLICES = 5

WORD = re.compile(r"[^\W\d_]+")
SPACE = re.compile(r"\s")

# Words that hold English sentences together. Other languages share a few of them (in, was, is), none shares "the".
_ENGLISH = (
    "a about after against all also an and any are as at be been before but by can could did do for from had has have"
    " he her his how if in into is it its more most no not of on one or our out over said she should so than that the"
    " their them then there they this to under up was we were what when where which who will with would you"
)
ENGLISH_FUNCTION_WORDS = frozenset(_ENGLISH.split())
FEWEST_WORDS = 20
# Of 924 English news articles (PolNeAR) 95 % have more than .32 function words and .028 "the" in such a sample, 24 have
# less than .30. Dutch, the nearest, reaches .21, but hardly a "the". Those below both are asked of the detector.
LEAST_FUNCTION_WORDS = 0.28
LEAST_THE = 0.015

# Fewer letters than this are names, numbers or an exclamation; no detector can tell.
FEWEST_LETTERS = 25
SHORT_LETTERS = 80
SURE = 0.80
SURE_WHEN_SHORT = 0.97
# A text that could well be in the wanted language stays in.
MOST_DOUBT = 0.05

NAMES = {
    "ar": "Arabic",
    "bg": "Bulgarian",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "et": "Estonian",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sk": "Slovak",
    "sr": "Serbian",
    "sv": "Swedish",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "zh": "Chinese",
}


def find_other_language(text: str, *, wanted: str = "en") -> str | None:
    """Return the ISO 639-1 code of the language `text` is in, if that is surely another than `wanted`; else None.

    Looks at a few slices, `SAMPLE_CHARS` characters in all; only where these aren't plainly English is boilerplate
    taken out (English reports end in foreign comment forms) and py3langid asked. Short texts are given the benefit of
    the doubt. Raises ConfigError for a language it doesn't know.
    """
    if wanted == "en" and _is_plainly_english(_sample(text)):
        return None
    identifier = _identifier()
    check_language(wanted)
    from .boilerplate import find_boilerplate

    kept: list[str] = []
    position = 0
    for mask in find_boilerplate(text):
        kept.append(text[position : mask.start])
        position = mask.end
    kept.append(text[position:])
    sample = _sample("".join(kept))
    letters = sum(map(len, WORD.findall(sample)))
    if letters < FEWEST_LETTERS:
        return None
    ranked: list[tuple[str, float]] = identifier.rank(sample)
    best, probability = ranked[0]
    if best == wanted or probability < (SURE if letters >= SHORT_LETTERS else SURE_WHEN_SHORT):
        return None
    return None if dict(ranked).get(wanted, 0.0) > MOST_DOUBT else best


def check_language(code: str) -> None:
    """Raise ConfigError where the detector doesn't know the language, so that no article could ever be in it."""
    if code == "en":
        return  # known, and not worth loading the detector for
    labels: list[str] = _identifier().labels
    if code not in labels:
        raise ConfigError(f"unknown language {code!r}; allowed are ISO 639-1 codes such as {', '.join(sorted(NAMES))}")


def language_name(code: str) -> str:
    """Return the English name of a language where it is a frequent one, else its code."""
    return NAMES.get(code, code)


def _sample(text: str) -> str:
    if len(text) <= SAMPLE_CHARS:
        return text
    size = SAMPLE_CHARS // SLICES
    step = (len(text) - size) // (SLICES - 1)
    return " ".join(_whole_words(text[i * step : i * step + size]) for i in range(SLICES))


def _whole_words(piece: str) -> str:
    """Return the piece without the words that its edges cut."""
    first = SPACE.search(piece)
    last = max(piece.rfind(" "), piece.rfind("\n"))
    return piece[first.end() : last] if first and last > first.end() else piece


def _is_plainly_english(sample: str) -> bool:
    words = WORD.findall(sample.lower())
    if len(words) < FEWEST_WORDS or words.count("the") < LEAST_THE * len(words):
        return False
    return sum(map(ENGLISH_FUNCTION_WORDS.__contains__, words)) >= LEAST_FUNCTION_WORDS * len(words)


@functools.cache
def _identifier() -> Any:
    # A second and 100 MB to load: only when a text is not plainly English.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
