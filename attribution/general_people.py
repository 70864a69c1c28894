"""People told apart only by where they are or what they do: "many in the room", "those over 60", "people fed up"."""

from __future__ import annotations

import re

from .individuals import is_people
from .names import LEADING_ARTICLE, fold
from .nominals import parse_phrase
from .roles import RoleLexicon

_OPENS = (
    r"(?:(?:but|and|while|even|not only|only|at least) )?"
    r"(?:(some|many|most|several|few|a few|no one|nobody|none|much)|(those|people|folks)|(others))"
)
# "Many in the room", "others on the board": a place or a body follows, and it is not that which speaks.
IN_PLACE = re.compile(
    _OPENS + r" ((?:in|on|at|within|inside|outside(?= of | the | (?-i:[A-Z]))|"
    r"around|across|near)(?: of)? )",
    re.IGNORECASE,
)
# "Those over 60", "those in charge", "people fed up with it"
OF_A_KIND = re.compile(
    r"()(those|people)() ((?:with|without|over|under|around|like|trailing|fed|opposed|hired|involved) )", re.IGNORECASE
)
COUNTS = frozenset({"percent", "poll", "survey", "polls", "surveys", "questionnaire"})
_STOPS = re.compile(r"[,;:()—–]|--| (?:who|that|which|said|says|but) ")
# "The 'Alder First' crowd"
_MARKS = re.compile(r"[\"“”]|''")
MAX_WORDS = 7
# "The left", "the far right", "the poor"
SIDES = frozenset("left right poor rich wealthy unemployed faithful".split())
BESIDE_SIDES = frozenset("far hard american religious christian very working political old new".split())


def describe_part(source: str, roles: RoleLexicon) -> str | None:
    """Return how people of a place or kind are called: "people in the room"; None for any other phrase.

    None also where a noun tells the people: "many in the crowd" are the crowd, "some in the poll" respondents.
    """
    match = IN_PLACE.match(source) or OF_A_KIND.match(source)
    if match is None:
        return None
    rest = _STOPS.split(source[match.end() :], maxsplit=1)[0].strip(" \"“”'‘’")
    words = rest.split()
    if not words or COUNTS & {fold(word) for word in words}:
        return None
    noun = roles.nouns.get(fold(words[-1]))
    if noun is not None and noun.kind == "collective" and _MARKS.search(rest) is not None:
        return LEADING_ARTICLE.sub("", _MARKS.sub("", rest))
    head = parse_phrase(rest, roles).head
    if head is not None and head.kind == "collective" and head.form != "people":
        return None
    return " ".join(["others" if match[3] else "people", *match[4].lower().split(), *words[:MAX_WORDS]])


def describe_side(words: tuple[str, ...]) -> str | None:
    """Return the name of people called by an adjective: "the left", "the far right"; None for another phrase."""
    folded = [fold(word) for word in words]
    if not folded or folded[-1] not in SIDES or not BESIDE_SIDES.issuperset(folded[:-1]):
        return None
    return " ".join(["the", *words])


def are_people(words: tuple[str, ...]) -> bool:
    """Return whether a phrase without a known role ends in a plural that its form makes people: "biggest boosters"."""
    return bool(words) and words[-1].islower() and words[-1].endswith("s") and is_people(fold(words[-1]))
