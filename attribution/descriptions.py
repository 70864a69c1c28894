"""The normalised description of a speaker who is not named: "senior US administration official"."""

from __future__ import annotations

import re
from itertools import zip_longest

from .capitals import ORG_WORDS
from .names import fold, fold_name, strip_possessive
from .nominals import SourcePhrase
from .registry import Registry, RegistryEntry

# Bodies that belong to a state, so that the side ("US", "Russian") is part of who speaks.
STATE_WORDS = frozenset(
    "administration government military intelligence defense defence state security embassy army navy treasury".split()
)
# "Democrats on Capitol Hill", "bankers on Wall Street"
_ADDRESSES = frozenset({"hill", "street"})
_SMALL = frozenset("the a an his her its their this that same respective".split())
# "This year's speakers" are speakers.
_TIMES = frozenset("year month week season cycle election day today tonight yesterday".split())
# "Voters in six states", "families of those killed"
_COUNTS = frozenset(
    "each every all any those these two three four five six seven eight nine ten several some many".split()
)
TITLE_DOTS = re.compile(r"^(?:Mr|Mrs|Ms|Dr|Sen|Gov|Rep|President)\.?\s+")
ADJECTIVES = {"us": "US", "u.s.": "US", "american": "US"}
MAX_WORDS = 8
# Words of a body's name that a description keeps: "House Financial Services Committee Republicans".
MAX_PROPER = 6


def country_adjective(country: RegistryEntry) -> str:
    """Return how the country's officials are called: `US`, `Russian`, `British`."""
    return country.demonyms[0] if country.demonyms else country.name


def describe_source(phrase: SourcePhrase, registry: Registry, side: RegistryEntry | None) -> str:
    """Return the normalised description of an unnamed source or group.

    No determiner, possessor before the noun without its 's, "in/of/for X" moved to the front, a person's
    administration replaced by the country's adjective; `side` is put before bodies of a state that tell no side.
    """
    words = [strip_possessive(word).strip("\"“”'‘’") for word in phrase.words]
    head_size = len(words) - len(phrase.modifiers)
    modifiers, head = words[: len(words) - head_size], words[len(words) - head_size :]
    head = [word.lower() if word.lower() not in _PROPER and phrase.head is not None else word for word in head]
    owner = _owner_words(phrase, registry)
    ranks = [word.lower() for word in modifiers if word.lower() in _RANKS]
    rest = [word for word in modifiers if word.lower() not in _RANKS and word.lower() not in _SMALL]
    if rest and rest[0][:1].isupper() and rest[0].lower() in ("senior", "former", "military"):
        rest[0] = rest[0].lower()
    folded = {fold(word) for word in [*rest, *owner]}
    has_side = any(registry.country_of(word) is not None for word in [*rest, *owner]) or any(
        (entry := registry.by_name(" ".join(part))) is not None and entry.type != "person"
        for part in (rest, owner)
        if part
    )
    lead: list[str] = []
    if side is not None and not has_side and folded & STATE_WORDS:
        lead = [country_adjective(side)]
    rest, owner = _short_adjectives(rest), _short_adjectives(owner)
    described = [*ranks, *lead, *owner, *rest, *head]
    return " ".join(dict.fromkeys(described[-MAX_WORDS:] if len(described) > MAX_WORDS else described)).strip()


def _short_adjectives(words: list[str]) -> list[str]:
    """Return the words with "US" for American, except in "Latin American" and its like."""
    return [
        word if at and words[at - 1].lower() in _OTHER_AMERICAS else ADJECTIVES.get(word.lower(), word)
        for at, word in enumerate(words)
    ]


_OTHER_AMERICAS = frozenset({"latin", "south", "central", "north", "native", "african", "asian", "arab", "mexican"})
_RANKS = frozenset({"senior", "top", "high-ranking", "high-level", "junior", "former", "unnamed", "unidentified"})
_PROPER = frozenset({"us", "republican", "republicans", "democrat", "democrats", "west"})


def _owner_words(phrase: SourcePhrase, registry: Registry) -> list[str]:
    """Return whom the source belongs to, as words before its noun: ["US", "administration"] of "in Biden's …"."""
    if phrase.owner is not None:
        words = TITLE_DOTS.sub("", phrase.owner).split()
        if words and fold(words[-1]) in _TIMES:
            return []
        country = registry.country_of(phrase.owner)
        if country is not None:
            return [country_adjective(country)]
        return [word for word in words if fold(word) not in _SMALL][-3:]
    if len(phrase.after) < 2 or fold(phrase.after[0]) not in ("of", "in", "for", "at", "from", "with", "to", "on"):
        return []
    first = phrase.after[1]
    if fold(first) in _COUNTS:
        return []  # "voters in each state"
    if fold(first) in ("more", "less", "fewer") and phrase.after[2:3] == ("than",):
        return []  # "governors in more than two dozen states"
    if fold(phrase.after[0]) in ("to", "on") and not (first[:1].isupper() or fold(first) in _SMALL):
        return []  # "polls to emerge"
    words = []
    for word, following in zip_longest(phrase.after[1:], phrase.after[2:], fillvalue=""):
        folded = fold(word)
        if not words and (folded in _SMALL or (folded == "both" and following[:1].isupper())):
            continue
        if folded == "and" and words and words[-1][:1].isupper() and following[:1].isupper():
            words.append(word)  # "polls in Ohio and Iowa"
            continue
        if folded in (
            "who",
            "that",
            "which",
            "where",
            "whose",
            "and",
            "in",
            "on",
            "at",
            "to",
            "with",
            "familiar",
            "said",
            "for",
            "of",
        ):
            break
        words.append(strip_possessive(word))
    if not words or (fold(phrase.after[0]) == "on" and fold(words[-1]) not in ORG_WORDS | _ADDRESSES):
        return []  # "Democrats on the Trade Committee", but "experts on Asia"
    asked = fold(words[-1]) in ("poll", "survey") and phrase.head is not None and phrase.head.kind != "document"
    if asked and phrase.head is not None and phrase.head.form != "respondents":
        return []  # "voters in a recent Alder Post poll"
    country = registry.country_of(" ".join(words))
    if country is not None:
        return [country_adjective(country)]
    if len(words) > 1:
        # "the Biden administration" is the US one.
        person = registry.by_surname(fold_name(words[0]))
        if person is not None and person.country is not None:
            home = registry.by_id(person.country)
            if home is not None:
                words[0] = country_adjective(home)
    proper = all(word[:1].isupper() or fold(word) == "and" for word in words)
    return words[: MAX_PROPER if proper else 4]
