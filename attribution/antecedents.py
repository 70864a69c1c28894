"""Whom a pronoun means: candidates before it, weighed by distance, subjecthood, gender and who spoke last."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .mentions import ArticleNames, Entity, Mention
from .roles import Gender

# Weights set by hand. A search over them on the even articles of PolNeAR dev gained 4 points there and lost 3 on the
# odd ones (person and unnamed pronouns .80 -> .85 and .68 -> .65), so the round values stay until a ranker is trained.
SAME_SENTENCE = 1.0
PER_SENTENCE = -0.55
MAX_SENTENCES = 8
SUBJECT = 1.3
FIRST_IN_SENTENCE = 0.5
AFTER_PREPOSITION = -0.6
POSSESSIVE = -0.5
IN_QUOTATION = -2.5
IN_OWN_CONTENT = -2.0
LAST_SPEAKER = 2.0
SPOKE_BEFORE = 0.6
NEW_PARAGRAPH = -0.2
UNKNOWN_GENDER = -0.8
UNKNOWN_KIND = -2.0
HINTED_GENDER = -0.1
OFTEN_NAMED = 0.08
MIN_MARGIN = 0.15
MIN_SCORE = -2.5
LOOK_BACK = 60

_PREPOSITIONS = """
of with to for by from about against on at than between like over including behind toward towards under into without and
or
"""
PREPOSITIONS = frozenset(_PREPOSITIONS.split())
_CLAUSE_STARTS = frozenset("that when while if because as but after before since who which said says".split())
SUBJECT_AFTER = re.compile(
    r"(?:,[^,.;\n]{1,80},)?\s{1,3}(?:(?:\w{1,20}ly|also|then|never|once|later|now|again|still|just)\s{1,3})?"
    r"(?:has|had|have|is|was|were|are|will|would|did|does|can|could|may|might|must|should|said|says|told|went|"
    r"made|took|gave|got|came|knew|thought|spoke|won|lost|ran|began|held|met|led|put|wrote|sought|[a-z]{2,20}ed|[a-z]{3,20}s)\b"
)
SENTENCE_OPENING = re.compile(r"(?:^|[.!?:\n]|[.!?][\"”’»)])[\s\"“«‘(]{0,12}$")


class Quotations:
    """The direct quotations of an article; says quickly whether a position is inside one."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        merged: list[list[int]] = []
        for start, end in sorted(spans):
            if merged and start <= merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], end)
            else:
                merged.append([start, end])
        self._starts = [start for start, _ in merged]
        self._ends = [end for _, end in merged]

    def __contains__(self, position: int) -> bool:
        index = bisect_right(self._starts, position) - 1
        return index >= 0 and position < self._ends[index]


@dataclass(frozen=True, slots=True)
class Spoke:
    """Where a person was a source earlier in the article."""

    position: int
    entity: Entity


def mention_weight(text: str, mention: Mention, quoted: Quotations) -> float:
    """Return how well a mention can be taken up by a pronoun later, from the words around it."""
    weight = 0.0
    if mention.start in quoted:
        weight += IN_QUOTATION
    if text[mention.end : mention.end + 1] in ("'", "’"):
        weight += POSSESSIVE
    elif SUBJECT_AFTER.match(text, mention.end):
        weight += SUBJECT
    before = text[max(0, mention.start - 40) : mention.start]
    if _after_preposition(before):
        weight += AFTER_PREPOSITION
    elif SENTENCE_OPENING.search(before) or not before:
        weight += FIRST_IN_SENTENCE
    return weight


def _after_preposition(before: str) -> bool:
    """Return whether one of the last words, titles skipped, is a preposition: "with former Gov. Ruiz"."""
    for word in before.rsplit(maxsplit=4)[:0:-1]:
        if word.lower() in PREPOSITIONS:
            return True
        if word[-1] in ',;:!?"”)' or word.lower() in _CLAUSE_STARTS:
            return False
    return False


def choose_antecedent(
    text: str,
    names: ArticleNames,
    spoke: Sequence[Spoke],
    quoted: Quotations,
    *,
    position: int,
    gender: Gender,
    content: tuple[int, int] | None,
) -> tuple[Entity | None, str]:
    """Return the person that a singular pronoun at `position` means and a reason; None when two fit equally well.

    `spoke` are the earlier sources in text order, `quoted` the direct quotations, `content` the pronoun's own content.
    Gender is known from titles and the registry, hinted by the given name; somebody of the other gender never fits.
    """
    sentence = names.sentence_of(position)
    scores: dict[int, float] = {}
    entities: dict[int, Entity] = {}

    def consider(entity: Entity, score: float) -> None:
        known = entity.gender or entity.hint
        if entity.kind not in ("person", "unknown") or (known is not None and known != gender):
            return
        if entity.kind == "unknown":
            score += UNKNOWN_KIND
        if known is None:
            score += UNKNOWN_GENDER
        elif entity.gender is None:
            score += HINTED_GENDER
        key = id(entity)
        if key not in scores or score > scores[key]:
            scores[key] = score
            entities[key] = entity

    for mention in names.before(position, most=LOOK_BACK):
        distance = sentence - mention.sentence
        if distance > MAX_SENTENCES:
            continue
        score = PER_SENTENCE * distance + (SAME_SENTENCE if distance == 0 else 0.0)
        score += mention_weight(text, mention, quoted)
        if content is not None and content[0] <= mention.start < content[1]:
            score += IN_OWN_CONTENT
        if "\n" in text[mention.end : position]:
            score += NEW_PARAGRAPH
        score += OFTEN_NAMED * min(len(mention.entity.mentions), 10)
        consider(mention.entity, score)
    if spoke:
        last = spoke[-1]
        distance = sentence - names.sentence_of(last.position)
        if distance <= MAX_SENTENCES:
            consider(last.entity, PER_SENTENCE * distance + SUBJECT + FIRST_IN_SENTENCE)
            if id(last.entity) in scores:
                scores[id(last.entity)] += LAST_SPEAKER
        for earlier in spoke[-4:-1]:
            if id(earlier.entity) in scores and earlier.entity is not last.entity:
                scores[id(earlier.entity)] += SPOKE_BEFORE
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] < MIN_SCORE:
        return None, "speaker.declined.no-antecedent"
    if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < MIN_MARGIN:
        return None, "speaker.declined.two-fit"
    return entities[ranked[0][0]], "speaker.pronoun"
