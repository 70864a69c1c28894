"""Regular English inflection of verbs and nouns, with British and American spellings side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

VerbTag = Literal["base", "s", "past", "part", "ing"]
NounTag = Literal["noun", "nouns"]
VERB_TAGS = ("base", "s", "past", "part", "ing")
NOUN_TAGS = ("noun", "nouns")

VOWELS = "aeiou"

# Stress decides doubling (admit/admitted, but edit/edited) and can't be read off the spelling: these are stressed last.
_STRESSED_LAST = """
abet abhor acquit admit allot annul begin commit compel concur confer control debar defer demur deter disbar dispel emit
enrol equip excel expel extol forbid forget format handicap incur infer input instil occur offset omit outbid outgun
output outrun outwit overlap overrun patrol permit prefer propel rebel rebut recap recur refer regret repel rerun reset
submit transfer transmit unplug unwrap unzip upset zigzag
"""
DOUBLING = frozenset(_STRESSED_LAST.split())
# Both are in use: focussed and focused, benefitted and benefited.
DOUBLING_OPTIONAL = frozenset({"benefit", "bias", "bus", "combat", "focus", "kidnap", "program", "worship"})
# With -oes: nouns and verbs alike.
O_WITH_ES = frozenset({"do", "echo", "embargo", "forgo", "go", "hero", "outdo", "redo", "torpedo", "undergo", "veto"})
# "ch" as k.
HARD_CH = frozenset({"monarch", "patriarch", "stomach", "epoch"})
# Never spelled -ise.
ONLY_IZE = frozenset({"capsize", "downsize", "prize", "seize", "size", "resize"})
OUR_VERBS = ("clamor", "color", "endeavor", "favor", "harbor", "honor", "labor", "neighbor", "rumor", "savor")
OTHER_SPELLINGS = {"defense": "defence", "program": "programme", "pretense": "pretence", "judgment": "judgement"}


def verb_forms(base: str, irregular: Mapping[str, tuple[str, ...]] | None = None) -> dict[VerbTag, tuple[str, ...]]:
    """Return the forms of lower-case `base` by tag, the usual spelling first; `irregular` replaces whole tags.

    A missing irregular participle is the irregular past.
    """
    given = irregular or {}
    past = given.get("past") or _unique(form for word in spellings(base) for form in _add_ed(word))
    return {
        "base": given.get("base") or spellings(base),
        "s": given.get("s") or _unique(add_s(word) for word in spellings(base)),
        "past": past,
        "part": given.get("part") or past,
        "ing": given.get("ing") or _unique(form for word in spellings(base) for form in _add_ing(word)),
    }


def noun_forms(base: str, irregular: Mapping[str, tuple[str, ...]] | None = None) -> dict[NounTag, tuple[str, ...]]:
    """Return singular and plural of lower-case `base`; `irregular` replaces either."""
    given = irregular or {}
    return {
        "noun": given.get("noun") or spellings(base),
        "nouns": given.get("nouns") or _unique(add_s(word) for word in spellings(base)),
    }


def spellings(base: str) -> tuple[str, ...]:
    """Return `base` as given, then its British spelling where rule or list knows one (-ise, -yse, -our)."""
    if base.endswith("ize") and base not in ONLY_IZE:
        return (base, base[:-3] + "ise")
    if base.endswith("yze"):
        return (base, base[:-3] + "yse")
    if base.endswith(OUR_VERBS):
        return (base, base[:-2] + "our")
    if base in OTHER_SPELLINGS:
        return (base, OTHER_SPELLINGS[base])
    return (base,)


def add_s(word: str) -> str:
    """Return the third person or plural: claims, denies, says, pushes, vetoes, quizzes."""
    if word.endswith("z") and not word.endswith("zz") and _ends_in_short_vowel(word):
        return word + "zes"
    if word.endswith(("s", "x", "z", "sh")) or (word.endswith("ch") and word not in HARD_CH) or word in O_WITH_ES:
        return word + "es"
    if _ends_in_consonant_y(word):
        return word[:-1] + "ies"
    return word + "s"


def _add_ed(word: str) -> tuple[str, ...]:
    if word.endswith("e"):
        return (word + "d",)
    if _ends_in_consonant_y(word):
        return (word[:-1] + "ied",)
    return tuple(stem + "ed" for stem in _stems(word))


def _add_ing(word: str) -> tuple[str, ...]:
    if word.endswith("ie"):
        return (word[:-2] + "ying",)
    if word.endswith("e") and not word.endswith(("ee", "oe", "ye")) and word not in ("be", "singe", "tinge"):
        return (word[:-1] + "ing",)
    return tuple(stem + "ing" for stem in _stems(word))


def _stems(word: str) -> tuple[str, ...]:
    """Return the stems before -ed and -ing: one, or with and without doubling where both are in use."""
    if word.endswith("c"):
        return (word + "k",)  # panicked, trafficked
    if not _ends_in_short_vowel(word) or word[-1] in "wxy":
        return (word,)
    doubled = word + word[-1]
    if word in DOUBLING_OPTIONAL:
        return (word, doubled)
    if word in DOUBLING or _is_one_syllable(word):
        return (doubled,)
    if word.endswith("l"):
        return (word, doubled)  # labeled, labelled
    return (word,)


def _ends_in_short_vowel(word: str) -> bool:
    """Return whether `word` ends in one vowel and one consonant (plan, admit, quit; not claim, warn)."""
    if len(word) < 3 or word[-1] in VOWELS or word[-2] not in VOWELS:
        return False
    return word[-3] not in VOWELS or (word[-3] == "u" and word[-4:-3] == "q")


def _is_one_syllable(word: str) -> bool:
    body = word.replace("qu", "q")
    # "y" before the last vowel is one too: "hypnot..." never ends the words at hand, "type" ends in e.
    return sum(letter in VOWELS for letter in body) == 1 and not any(letter == "y" for letter in body[1:-1])


def _ends_in_consonant_y(word: str) -> bool:
    return len(word) > 2 and word.endswith("y") and word[-2] not in VOWELS


def _unique(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
