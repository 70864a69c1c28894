"""Interviews printed as questions and answers without labels: who is asked, and who says "I" and "you" where."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from .entities import ArticleNames, Entity

LINE = re.compile(r"[^\n]*\S[^\n]*")
QUESTION = re.compile(r"\?[\"”’')\]]{0,3}\s*\Z")
# A longer paragraph that ends in a question is no question.
MAX_QUESTION = 700
MIN_QUESTIONS = 3
# "Q: Why?", "A. No", and "QWhy?", a label that lost its mark
LABEL = re.compile(r"\s{0,9}(Q(?=[:.]|[A-Z][a-z])|A(?=[:.]))")
# What comes before the first question says that somebody is asked.
ASKING = re.compile(r"\b[Ii]nterview(?:s|ed|ing)?\b|\bQ ?& ?A\b|\b[Qq]uestions\b|\bin conversation\b|\bINTERVIEW\b")
# "interviewed the mayor, Ana Ruiz"; with "spoke with" either may be the one who asks.
TALKED_TO = re.compile(
    r"(?:\b(?:[Ii]nterview(?:s|ed|ing)?(?: with)?|[Cc]onversation with|[Qq]uestions (?:for|with))|\bQ ?& ?A with)"
    r"(?:(?! (?:on|about|for|at|in|after|before|by) )[^.?!\n]){1,111}\Z"
)
# "Ana Ruiz, who left, tells us", "Ana Ruiz discusses"
TALKS = re.compile(
    r"(?:,[^,.?!\n]{1,80},)? (?:tells|talks|talked|discusses|discussed|speaks|answers|answered|sat down|agreed to)\b"
)
# "Mayor interviewed about Ana Ruiz"
ABOUT = re.compile(r"\b(?:on|about|over|against|of) (?:\w+ )?\Z")
MAX_BEFORE, MAX_NAMED, MIN_NAMED = 140, 400, 2
# One line of that many must be a question from the first one on.
MAX_LINES_PER_QUESTION = 8


@dataclass(frozen=True, slots=True)
class Interview:
    """Where the first question begins, and for each line from there on where it begins and whether it is a question."""

    head: int
    starts: tuple[int, ...]
    asked: tuple[bool, ...]

    @property
    def is_dense(self) -> bool:
        """Whether a third of the lines ask, as in hardly anything but an interview."""
        return 3 * sum(self.asked) >= len(self.asked)

    def is_question(self, position: int) -> bool | None:
        """Return whether `position` is in a question (else in an answer), None before the first question."""
        index = bisect_right(self.starts, position) - 1
        return self.asked[index] if index >= 0 else None


@lru_cache(maxsize=64)
def find_interview(text: str) -> Interview | None:
    """Return the turns of an interview without labels, None where the text is none.

    Paragraphs that end in a question mark ask; at least three, each with an answer behind it, behind an introduction
    that speaks of an interview.
    """
    if text.count("?\n") + text.count("?”\n") + text.count("\nA") < MIN_QUESTIONS:
        return None
    lines = [match.span() for match in LINE.finditer(text)]
    asked = _read_labels(text, lines)
    if asked is None:
        asked = [b - a <= MAX_QUESTION and QUESTION.search(text, max(a, b - 5), b) is not None for a, b in lines]
    first = next((number for number, asks in enumerate(asked) if asks), len(lines))
    answered = sum(asks and not behind for asks, behind in pairwise(asked))
    rest = len(lines) - first
    if answered < MIN_QUESTIONS or not first or rest > MAX_LINES_PER_QUESTION * sum(asked):
        return None
    head = lines[first][0]
    if ASKING.search(text, 0, head) is None:
        return None
    return Interview(head, tuple(a for a, _ in lines[first:]), tuple(asked[first:]))


def _read_labels(text: str, lines: Sequence[tuple[int, int]]) -> list[bool] | None:
    """Return for each line whether it asks, by the labels Q and A; None where there are none. A turn has many lines."""
    labels = [LABEL.match(text, a, b) for a, b in lines]
    if min(sum(label is not None and label[1] == letter for label in labels) for letter in "QA") < MIN_QUESTIONS:
        return None
    asked, asks = [], False
    for label in labels:
        asks = label[1] == "Q" if label is not None else asks
        asked.append(asks)
    return asked


def find_interviewee(interview: Interview, text: str, names: ArticleNames) -> Entity | None:
    """Return who is asked by the introduction: "interviewed Ana Ruiz", "Ana Ruiz talks"; None when it is not certain.

    Else the one person of the headline, or whom the introduction names more than twice as often as anybody else.
    """
    counts: dict[int, tuple[int, Entity]] = {}
    talking: dict[int, Entity] = {}
    for mention in names.before(interview.head, most=MAX_NAMED):
        entity = mention.entity
        if entity.kind != "person" or " " not in entity.name:
            continue
        counts[id(entity)] = (counts.get(id(entity), (0, entity))[0] + 1, entity)
        before = text[max(0, mention.start - MAX_BEFORE) : mention.start]
        if TALKED_TO.search(before) is not None or TALKS.match(text, mention.end) is not None:
            talking[id(entity)] = entity
    if talking:
        return next(iter(talking.values())) if len(talking) == 1 else None
    ends = text.find("\n")
    headed = {
        id(m.entity): m.entity
        for m in names.before(ends, most=MAX_NAMED)
        if id(m.entity) in counts and ABOUT.search(text[: m.start]) is None
    }
    if len(headed) == 1:
        return next(iter(headed.values()))
    ranked = sorted(counts.values(), key=lambda item: -item[0])
    if not ranked or ranked[0][0] < MIN_NAMED or (len(ranked) > 1 and ranked[0][0] <= 2 * ranked[1][0]):
        return None
    return ranked[0][1]
