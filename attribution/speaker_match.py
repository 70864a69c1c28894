"""Whether a predicted speaker is the gold one: the name rules that scoring uses, no linking."""

from __future__ import annotations

import re
import unicodedata

from .gold import GoldSpeaker
from .types import Speaker

NAME_WORD = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*")
INITIALS_DOT = re.compile(r"\.")
POSSESSIVE = re.compile(r"['’]s\b", re.IGNORECASE)

MIN_WORD_OVERLAP = 0.5

# Letters that have no decomposition into a base letter and a mark.
_UNDECOMPOSED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"})
_TITLES = frozenset(
    {
        "mr",
        "mrs",
        "ms",
        "miss",
        "dr",
        "sir",
        "dame",
        "lord",
        "lady",
        "prof",
        "professor",
        "president",
        "vice",
        "prime",
        "minister",
        "chancellor",
        "senator",
        "sen",
        "representative",
        "rep",
        "congressman",
        "congresswoman",
        "governor",
        "gov",
        "mayor",
        "secretary",
        "ambassador",
        "general",
        "gen",
        "admiral",
        "colonel",
        "col",
        "king",
        "queen",
        "prince",
        "princess",
        "pope",
        "judge",
        "justice",
    }
)
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_PARTICLES = frozenset(
    {
        "von",
        "van",
        "der",
        "den",
        "de",
        "del",
        "della",
        "di",
        "da",
        "du",
        "la",
        "le",
        "al",
        "el",
        "bin",
        "ibn",
        "ben",
        "ter",
        "zu",
    }
)
_EMPTY_WORDS = frozenset({"the", "a", "an", "of", "and", "its", "their", "his", "her"})
# A description's head stands before the first of these: "spokesman for the ministry", "official close to the talks".
_AFTER_HEAD = frozenset(
    {"of", "for", "from", "in", "at", "with", "on", "to", "by", "close", "familiar", "who", "whose", "that", "near"}
)
_HEAD_VARIANTS = {
    "spokesman": "spokesperson",
    "spokeswoman": "spokesperson",
    "spokesmen": "spokesperson",
    "spokeswomen": "spokesperson",
    "spokespeople": "spokesperson",
    "advisor": "adviser",
}


def speaker_matches(gold: GoldSpeaker, predicted: Speaker | None) -> bool:
    """Return whether `predicted` is the gold speaker; declining (None) never is, also where any answer is right.

    By id; else case- and accent-folded by name or alias: a person by last name and first initials, an unnamed
    speaker by type and head word, all others by a word overlap of at least .5.
    """
    if predicted is None:
        return False
    if gold.any or (gold.id is not None and gold.id == predicted.id):
        return True
    if gold.type == "unnamed" and predicted.type != "unnamed":
        return False
    same = {"person": same_person_name, "unnamed": same_head}.get(gold.type or "", words_overlap)
    return any(fold(name) == fold(predicted.name) or same(name, predicted.name) for name in (gold.name, *gold.aliases))


def description_matches(gold: GoldSpeaker, predicted: Speaker | None) -> bool:
    """Return whether an unnamed speaker's whole description fits, not only its head: type and a word overlap of .5."""
    if predicted is None or predicted.type != "unnamed":
        return gold.any and predicted is not None
    return gold.any or any(words_overlap(name, predicted.name) for name in (gold.name, *gold.aliases))


def fold(name: str) -> str:
    """Return `name` without case, accents, possessive 's and repeated blanks."""
    decomposed = unicodedata.normalize("NFKD", POSSESSIVE.sub("", name)).casefold().translate(_UNDECOMPOSED)
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def name_words(name: str) -> list[str]:
    """Return the folded words of `name`, joined over inner points, hyphens and apostrophes: U.S. -> us."""
    return ["".join(c for c in word if c.isalnum()) for word in NAME_WORD.findall(fold(name))]


def same_person_name(gold: str, predicted: str) -> bool:
    """Return whether last name and first initials agree; the shorter list of initials begins the longer.

    A bare surname does not match a full name, since telling which bearer is meant is the task;
    a gold name of one word matches any bearer.
    """
    gold_first, gold_last = _person_parts(gold)
    first, last = _person_parts(predicted)
    if gold_last != last or not last:
        return False
    if not gold_first:
        return True
    shorter = min(len(gold_first), len(first))
    return shorter > 0 and gold_first[:shorter] == first[:shorter]


def _person_parts(name: str) -> tuple[list[str], str]:
    """Return the initials of the first names, and the last name."""
    words = [word for word in name_words(INITIALS_DOT.sub(" ", name)) if word not in _SUFFIXES]
    while len(words) > 1 and words[0] in _TITLES:
        del words[0]
    if not words:
        return [], ""
    return [word[0] for word in words[:-1] if word not in _PARTICLES], words[-1]


def same_head(gold: str, predicted: str) -> bool:
    """Return whether two descriptions have the same head word, in any number: 'senior US officials', 'official'."""
    head = _head(gold)
    return head is not None and head == _head(predicted)


def _head(description: str) -> str | None:
    before: list[str] = []
    for word in name_words(description):
        if word in _AFTER_HEAD and before:
            break
        before.append(word)
    return _singular(before[-1]) if before else None


def _singular(word: str) -> str:
    if word in _HEAD_VARIANTS:
        return _HEAD_VARIANTS[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    singular = word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word
    return _HEAD_VARIANTS.get(singular, singular)


def words_overlap(gold: str, predicted: str) -> bool:
    """Return whether the two names share at least half of all their words (intersection over union)."""
    ours, theirs = (set(name_words(name)) - _EMPTY_WORDS for name in (gold, predicted))
    union = len(ours | theirs)
    return union > 0 and len(ours & theirs) / union >= MIN_WORD_OVERLAP
