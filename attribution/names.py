"""Folding names for comparison and splitting them into parts; no registry, no article."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from .mojibake import repair

APOSTROPHES = "'’‘ʼ`´"
# Letters that Unicode does not decompose into a base letter and an accent.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
    | dict.fromkeys("‐‑‒–—", "-")
    | dict.fromkeys("’‘ʼ`´", "'")
)
SPACES = re.compile(r"\s+")
POSSESSIVE = re.compile(r"(?:(?<=\w)['’ʼ]s|(?<=[sS])['’ʼ])(?=\s{0,9}$)", re.IGNORECASE)
LEADING_ARTICLE = re.compile(r"^(?:the|a|an)\s+", re.IGNORECASE)
_ARTICLES = ("the ", "a ", "an ")
NOT_SLUG = re.compile(r"[^a-z0-9]+")

_PARTICLES = "al bin ibn da de del della den der di dos du e el la las le los of ten ter und van vel von y zu zum zur"
_SUFFIXES = "jr jr. sr sr. ii iii iv phd ph.d. md m.d. esq esq."
PARTICLES = frozenset(_PARTICLES.split())
SUFFIXES = frozenset(_SUFFIXES.split())
INITIALS = re.compile(r"^(?:[^\W\d_]\.)+$|^[^\W\d_]$")


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Return `text` for comparison: lower case, no accents, straight apostrophes and hyphens, single spaces.

    Badly decoded letters are those that they were: "PeÃ±a" gives "pena".
    """
    if text.isascii():
        lowered = text.lower()
    else:
        lowered = repair(text).casefold().translate(_LETTERS)
        if not lowered.isascii():
            decomposed = unicodedata.normalize("NFKD", lowered)
            lowered = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(lowered.split())


@lru_cache(maxsize=65536)
def fold_name(text: str) -> str:
    """Return `text` folded, without a leading article, a possessive ending, and the dots of acronyms and initials."""
    folded = strip_possessive(fold(text))
    if folded.startswith(_ARTICLES):
        folded = LEADING_ARTICLE.sub("", folded)
    folded = folded.strip(' ,;:"“”«»()')
    return folded.replace(".", "") if "." in folded else folded


def strip_possessive(text: str) -> str:
    """Return `text` without a final 's or s'."""
    # Most words have no apostrophe, and this is asked of every word of every name.
    return POSSESSIVE.sub("", text) if "'" in text or "’" in text or "ʼ" in text else text


@lru_cache(maxsize=16384)
def slug(name: str) -> str:
    """Return a readable id of `name` (`Dmitry Peskov` -> `dmitry-peskov`), "" when no Latin letter or digit is left."""
    return NOT_SLUG.sub("-", fold(strip_possessive(name)).replace("'", "").replace(".", "")).strip("-")


@dataclass(frozen=True, slots=True)
class NameParts:
    """A personal name, titles and roles already taken off; absent parts are empty."""

    given: tuple[str, ...]
    surname: str
    suffix: str = ""

    @property
    def first_letter(self) -> str:
        """Folded first letter of the first given name, or ""."""
        return fold(self.given[0])[:1] if self.given else ""


@lru_cache(maxsize=16384)
def split_name(name: str) -> NameParts:
    """Return the parts of a personal name in given-name-first order.

    Particles go with the surname (`Ursula von der Leyen` -> `von der Leyen`), as do nothing else: hyphenated surnames
    are one word already. A one-word name is a surname. Names written family-first (`Xi Jinping`) can't be told apart
    here; the registry's aliases cover them.
    """
    words = [word.strip(",") for word in strip_possessive(name).split() if word.strip(",")]
    suffix = ""
    while len(words) > 1 and words[-1].lower() in SUFFIXES:
        suffix = f"{words.pop()} {suffix}".strip()
    if not words:
        return NameParts((), "", suffix)
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in PARTICLES:
        start -= 1
    return NameParts(tuple(words[:start]), " ".join(words[start:]), suffix)


@lru_cache(maxsize=16384)
def last_word(name: str) -> str:
    """Return the folded last word of a name, suffixes like Jr. left out."""
    words = fold_name(name).replace(",", " ").split()
    while len(words) > 1 and words[-1] in SUFFIXES:
        words.pop()
    return words[-1] if words else ""


def is_initial(word: str) -> bool:
    """Return whether `word` is one letter or dotted letters (`J.`, `J.D.`)."""
    return INITIALS.match(word) is not None


def same_person_name(one: str, other: str) -> bool:
    """Return whether two full names can be one person's: same surname, and given names equal or one initial of it.

    `Robert` and `Bob` are not seen as the same here (an alias's job); middle names and suffixes don't count.
    """
    left, right = split_name(one), split_name(other)
    if fold(left.surname) != fold(right.surname) or not left.given or not right.given:
        return False
    a, b = fold(left.given[0]).replace(".", ""), fold(right.given[0]).replace(".", "")
    return a == b or (len(a) == 1 and b.startswith(a)) or (len(b) == 1 and a.startswith(b))
