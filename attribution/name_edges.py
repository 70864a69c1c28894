"""Where a name ends among other capitals: verbs of headlines, words before a name, roles without one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from .lexicon import read_word_lists
from .names import PARTICLES, fold, is_initial
from .roles import RoleLexicon, default_given_names, read_name_words

_WORDS = read_name_words()
_PEOPLES = _WORDS["name.people"]
# Newspapers end in some role nouns too: The Alder Observer.
_PAPERS = _WORDS["name.paper"]
# "British Columbians", "Alder Armenians"; Evans and Hans are surnames.
_PEOPLE_ENDINGS = ("ians", "icans")
# What people are called before a full name, given names of other languages among them.
LEADS = frozenset("marine sailor airman icon legend native miss universe".split())
_NAMES_TOO = frozenset(
    "dean judge bishop pope king prince major priest abbot chaplain marshal page knight pollster".split()
)


@lru_cache(maxsize=4096)
def is_predicate(word: str) -> bool:
    """Return whether a folded word is a verb of a headline: "Hammers", "Says", "Blasts"."""
    return "s" in read_word_lists().verb_forms.get(word, ())


def is_bare_role(words: Sequence[str], roles: RoleLexicon) -> bool:
    """Return whether capitals are a role without a name: "Iowa Republican", "Harbor Actor", "Dale School Speaker"."""
    if len(words) < 2 or fold(words[0]) in default_given_names():
        return False
    if any(is_initial(word) or word.islower() for word in words[:-1]):
        return False  # "Citizens for Rent Justice"
    noun = roles.nouns.get(fold(words[-1]))
    return (
        noun is not None
        and noun.title
        and not noun.plural
        and noun.kind in ("inside", "class", "office")
        and noun.form not in _PAPERS | _NAMES_TOO
    )


def is_people(words: Sequence[str]) -> bool:
    """Return whether capitals are a people or a faith, not a person: "British Columbians", "Roman Catholics"."""
    if len(words) < 2 or fold(words[0]) in default_given_names():
        return False
    last = fold(words[-1])
    return last in _PEOPLES or last.endswith(_PEOPLE_ENDINGS)


def begins_late(name: Sequence[str], text: str) -> bool:
    """Return whether the first of three capitals is a word of the language before a full name: "Deport Ana Ruiz".

    The article has the word in small letters, or it stands before a common given name.
    """
    if len(name) != 3:
        return False
    given = default_given_names()
    first, second, last = (fold(word) for word in name)
    if first in LEADS and second in given and second not in PARTICLES:
        return True
    if first in given or is_initial(name[0]) or last in given or "-" in first or not first.isalpha():
        return False
    return second in given and f" {first} " in text
