"""Differences between gold and prediction, one by one with their texts: for reading through, not for counting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .alignment import Pair, pair_attributions
from .gold import GoldAttribution, GoldDocument
from .score_counts import Answers
from .speaker_match import speaker_matches
from .types import Attribution, QuoteKind, join_pieces

ErrorType = Literal["miss", "false_alarm", "boundary", "cue", "source", "speaker", "kind"]


@dataclass(frozen=True, slots=True)
class ScoringError:
    """One difference between gold and prediction, with the texts of both sides, for reading through."""

    article_id: str
    type: ErrorType
    kind: QuoteKind
    """The gold kind; for a false alarm the predicted one."""
    start: int
    end: int
    gold: Mapping[str, str | None] | None
    predicted: Mapping[str, str | None] | None
    iou: float | None = None
    origin: str | None = None
    why: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "article_id": self.article_id,
            "type": self.type,
            "kind": self.kind,
            "start": self.start,
            "end": self.end,
            "gold": None if self.gold is None else dict(self.gold),
            "predicted": None if self.predicted is None else dict(self.predicted),
            "iou": self.iou,
            "origin": self.origin,
            "why": list(self.why),
        }


def errors(gold: Sequence[GoldDocument], predicted: Mapping[str, Sequence[Attribution]]) -> list[ScoringError]:
    """Return every miss, false alarm and difference within a pair, in text order; optional gold gives none."""
    found: list[ScoringError] = []
    for document in gold:
        answers = Answers.make(document, predicted.get(document.id, ()))
        found.extend(sorted(_document_errors(answers), key=lambda e: (e.start, e.end, e.type)))
    return found


def _document_errors(answers: Answers) -> Iterable[ScoringError]:
    optional = [g.optional for g in answers.gold]
    pairs = pair_attributions(answers.gold_normed, answers.predicted_normed, optional=optional)
    matched_gold, matched_predicted = {pair.gold for pair in pairs}, {pair.predicted for pair in pairs}
    for g, gold in enumerate(answers.gold):
        if g not in matched_gold and not gold.optional:
            yield _error(answers, "miss", gold, None)
    for p, predicted in enumerate(answers.predicted):
        if p not in matched_predicted:
            yield _error(answers, "false_alarm", None, predicted)
    for pair in pairs:
        gold, predicted = answers.gold[pair.gold], answers.predicted[pair.predicted]
        if gold.optional:
            continue
        if not pair.exact:
            yield _error(answers, "boundary", gold, predicted, pair)
        if not pair.same_cue:
            yield _error(answers, "cue", gold, predicted, pair)
        if not pair.same_source:
            yield _error(answers, "source", gold, predicted, pair)
        if gold.kind != predicted.kind:
            yield _error(answers, "kind", gold, predicted, pair)
        if gold.speaker is not None and not speaker_matches(gold.speaker, predicted.speaker):
            yield _error(answers, "speaker", gold, predicted, pair)


def _error(
    answers: Answers,
    type_: ErrorType,
    gold: GoldAttribution | None,
    predicted: Attribution | None,
    pair: Pair | None = None,
) -> ScoringError:
    text = answers.document.text
    spans = gold.content if gold is not None else predicted.content_spans if predicted is not None else ()
    return ScoringError(
        article_id=answers.document.id,
        type=type_,
        kind=gold.kind if gold is not None else predicted.kind if predicted is not None else "indirect",
        start=spans[0].start,
        end=spans[-1].end,
        gold=None
        if gold is None
        else {
            "content": join_pieces(text, gold.content),
            "cue": join_pieces(text, gold.cue),
            "source": join_pieces(text, gold.source),
            "kind": gold.kind,
            "speaker": None if gold.speaker is None else f"{gold.speaker.name} ({gold.speaker.type})",
        },
        predicted=None
        if predicted is None
        else {
            "content": join_pieces(text, predicted.content_spans),
            "cue": join_pieces(text, predicted.cue_spans),
            "source": join_pieces(text, predicted.source_spans),
            "kind": predicted.kind,
            "speaker": None if predicted.speaker is None else f"{predicted.speaker.name} ({predicted.speaker.type})",
        },
        iou=None if pair is None else round(pair.iou, 3),
        origin=None if predicted is None else predicted.origin,
        why=() if predicted is None else predicted.why,
    )
