"""Whose a work is that the article took up before: "the film" after "Ana Ruiz's new documentary"."""

from __future__ import annotations

import re

from .mentions import ArticleNames, Mention
from .roles import Gender

# Words for one and the same work of somebody's; reports and studies are an institution's as often.
_WORKS = (
    re.compile(r"\b(?:film|documentary|movie)\b", re.IGNORECASE),
    re.compile(r"\b(?:book|memoir|autobiography|novel)\b", re.IGNORECASE),
    re.compile(r"\b(?:column|essay|op-ed|commentary)\b", re.IGNORECASE),
)
PARTS = frozenset("slide page chapter scene passage section".split())
MAKER_REACH = 6000
# Between a name and the work that is theirs: "Ruiz's stunning new", "Ruiz wrote a".
OWNS = re.compile(r"['’]s? (?:[\w’'-]{1,20} ){0,4}\Z")
MADE = re.compile(
    r" (?:has )?(?:co-)?(?:wrote|written|writes|directed|published|produced|authored|released|made) "
    r"(?:[\w’'-]{1,20} ){0,4}\Z"
)
BY = re.compile(r" by (?:[\w.’'-]{1,20} ){0,3}\Z")
OWN = re.compile(r"\b(his|her) (?:[\w’'-]{1,20} ){0,4}\Z")
MAX_BETWEEN = 90
MAX_PLACES = 40
MAX_SENTENCES = 3


def find_maker(text: str, names: ArticleNames, work: str, start: int) -> Mention | None:
    """Return the person whose `work` (a noun such as "film") the text last took up before `start`, None if unknown."""
    same = next((pattern for pattern in _WORKS if pattern.fullmatch(work)), None)
    if same is None:
        return None
    places = [match.start() for match in same.finditer(text, max(0, start - MAKER_REACH), start)]
    makers = (_maker_at(text, names, at) for at in reversed(places[-MAX_PLACES:]))
    return next((maker for maker in makers if maker is not None), None)


def _maker_at(text: str, names: ArticleNames, at: int) -> Mention | None:
    for mention in reversed(names.before(at, most=4)):
        between = text[mention.end : at]
        if mention.entity.kind != "person" or len(between) > MAX_BETWEEN:
            continue
        if OWNS.fullmatch(between) or MADE.fullmatch(between):
            return mention
    for mention in names.between(at, names.sentence_of(at))[:1]:
        if mention.entity.kind == "person" and BY.search(text[at : mention.start]):
            return mention
    own = OWN.search(text, max(0, at - MAX_BETWEEN), at)
    return None if own is None else _only_one(names, own.start(), "male" if own[1] == "his" else "female")


def _only_one(names: ArticleNames, position: int, gender: Gender) -> Mention | None:
    """Return the last mention of the only person of this gender in the sentences right before `position`."""
    sentence = names.sentence_of(position)
    people = [
        mention
        for mention in names.before(position, most=20)
        if (mention.entity.kind == "person" or (mention.entity.kind == "unknown" and " " in mention.entity.name))
        and sentence - mention.sentence < MAX_SENTENCES
        and (mention.entity.gender or mention.entity.hint or gender) == gender
    ]
    return people[-1] if len({id(mention.entity) for mention in people}) == 1 else None
