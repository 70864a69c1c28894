"""One person with two roles: "former prosecutor and city mayor Ana Ruiz" is she, not a group."""

from __future__ import annotations

import re

from .mentions import ArticleNames, Mention
from .names import fold
from .nominals import SourcePhrase
from .roles import RoleLexicon, RoleNoun

_PERSONAL = frozenset({"inside", "class", "office"})
_LATER_ROLE = re.compile(r"(?:current|former|now|then|later|longtime|onetime|one-time|sometime|ex-\w+|fellow) ")
_DETERMINED = frozenset("the a an his her its their my our your both several two three some many other".split())
_PREPOSITIONS = frozenset("from with against under over near into about".split())
_AND = " and "
MAX_ROLES = 90


def find_bearer(
    text: str, names: ArticleNames, roles: RoleLexicon, phrase: SourcePhrase, start: int, end: int
) -> Mention | None:
    """Return the person whose two roles a source joins with "and", or None when it names several or nobody.

    A singular role without an article is no speaker of its own ("comedian and actor Ana Ruiz"). After "the" or "his"
    two people are more likely, unless the second role says that it goes on: "the former aide and now anchor Ana Ruiz".
    """
    if not _is_one(phrase.head):
        return None
    joined_at = text.find(_AND, start, min(end, start + MAX_ROLES))
    if joined_at < 0:
        return None
    behind = names.inside(joined_at, min(end, start + MAX_ROLES))
    mention = next((m for m in behind if m.entity.kind in ("person", "unknown")), None)
    if mention is None or " " not in text[mention.start : mention.end]:
        return None
    first, second = text[start:joined_at], text[joined_at + len(_AND) : mention.start]
    words = [fold(word) for word in second.split()]
    if not words or "," in second or _AND in second or _DETERMINED & set(words):
        return None
    if phrase.determiner in ("definite", "indefinite", "own") and _LATER_ROLE.match(second) is None:
        return None
    if phrase.determiner == "other" or "," in first or fold(first.split()[0]) == "both":
        return None
    if any(m.end >= joined_at - 1 and m.entity.kind == "person" for m in names.inside(start, joined_at)):
        return None  # "Ana Ruiz and former mayor Ben Lee"
    named = roles.at_end(words)
    # A bare noun before a full name is a role too, known or not: "columnist and television star Ana Ruiz".
    bare = second.split()[-1]
    unknown = bare.islower() and bare.isalpha() and len(bare) > 3 and bare[-1] != "s" and bare not in _PREPOSITIONS
    return mention if (_is_one(named[0]) if named is not None else unknown) else None


def _is_one(noun: RoleNoun | None) -> bool:
    return noun is not None and not noun.plural and noun.kind in _PERSONAL
