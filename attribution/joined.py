"""People named together in the text ("Ana Ruiz (D-Ohio) and Mayor Ed Hale"), whom "the two" further on are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .mentions import ROLE_VERBS, ArticleNames, Mention
from .roles import default_roles

_PARTY = r"(?: ?\([^()]{1,30}\)|,? [RDI]-[A-Za-z.]{1,9}|, (?:Democrat|Republican) of [A-Z][a-z]+(?: [A-Z][a-z]+)?)?"
_TITLES = r"(?:[\w.’'-]{1,20} ){0,7}"
# Between the last two of a list, and between those before; the group is what each is called.
LAST_GAP = re.compile(rf"{_PARTY},? and ({_TITLES})")
LIST_GAP = re.compile(rf"{_PARTY}, ({_TITLES})")
_SMALL = frozenset("former then the of for his her fellow rival".split())
# "Hale praised Ruiz and Lee has": a clause of its own begins behind "and".
ONE_VERB = re.compile(r" (?:has|is|was|says|does|wants|believes|himself|herself)\b")
# Mentions before that are looked at.
LOOK_BACK = 80
MAX_GAP = 110


def joined_before(text: str, names: ArticleNames, start: int, *, sentences: int) -> Iterator[list[Mention]]:
    """Return the lists of people named together in the last sentences before `start`, the nearest first."""
    lowest = names.sentence_of(start) - sentences
    people = [m for m in names.before(start, most=LOOK_BACK) if m.entity.kind == "person" and m.sentence >= lowest]
    index = len(people) - 1
    while index > 0:
        found = _ending_at(text, people, index)
        if found:
            yield found
            index -= len(found)
        else:
            index -= 1


def joined_at(text: str, names: ArticleNames, last: Mention) -> list[Mention]:
    """Return the list of people that ends in a mention; empty where it stands alone."""
    people = [mention for mention in names.before(last.start + 1, most=20) if mention.entity.kind == "person"]
    return _ending_at(text, people, len(people) - 1) if people and people[-1] is last else []


def _ending_at(text: str, people: Sequence[Mention], index: int) -> list[Mention]:
    one, other = people[index - 1], people[index]
    if index < 1 or not _between(text, one, other, LAST_GAP) or ONE_VERB.match(text, other.end) is not None:
        return []
    first = index - 1
    while first > 0 and _between(text, people[first - 1], people[first], LIST_GAP):
        first -= 1
    found = list(people[first : index + 1])
    return found if len({id(mention.entity) for mention in found}) == len(found) else []


def _between(text: str, one: Mention, other: Mention, gap: re.Pattern[str]) -> bool:
    if not 0 < other.start - one.end <= MAX_GAP:
        return False
    match = gap.fullmatch(text, one.end, other.start)
    if match is None:
        return False
    words = match[1].split()
    plain = [word for word in words if word[0].islower() and word not in _SMALL]
    # "and senior adviser Ed Hale", but not "and later asked Ed Hale"
    role = default_roles().nouns.get(words[-1].lower()) if words else None
    return not plain or (role is not None and not role.plural and words[-1].lower() not in ROLE_VERBS)
