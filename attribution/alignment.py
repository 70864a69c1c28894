"""Which predicted attribution answers which gold one: span norm, overlap, and best-first pairing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .types import Spans, TextSpan

MIN_RELAXED_IOU = 0.5

COMPLEMENTISER = re.compile(r"that\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NormedSpans:
    """The three span groups of one attribution after norm; equal groups are exact matches."""

    content: Spans
    cue: Spans
    source: Spans

    @property
    def size(self) -> int:
        """Characters of content."""
        return sum(map(len, self.content))


@dataclass(frozen=True, slots=True)
class Pair:
    """A gold attribution and the prediction that answers it, by index; `iou` of content characters in [.5, 1]."""

    gold: int
    predicted: int
    iou: float
    exact: bool
    same_cue: bool
    same_source: bool


def norm_attribution(text: str, *, content: Spans, cue: Spans, source: Spans) -> NormedSpans:
    """Return the span groups after norm."""
    return NormedSpans(
        content=norm_spans(text, content, drop_complementiser=True),
        cue=norm_spans(text, cue),
        source=norm_spans(text, source),
    )


def norm_spans(text: str, spans: Spans, *, drop_complementiser: bool = False) -> Spans:
    """Return the pieces trimmed to letters and digits at both edges, overlapping ones merged, in text order.

    Pieces without a letter or digit go, unless the group has no other: a cue may be a colon. `drop_complementiser`
    takes an initial "that" away as well, where more follows.
    """
    trimmed = (trim(text, span, drop_complementiser=drop_complementiser) for span in merge(spans))
    return tuple(span for span in trimmed if span is not None) or tuple(sorted(spans))


def merge(spans: Spans) -> Spans:
    """Return the spans in text order with overlapping ones united, so that no character counts twice."""
    merged: list[TextSpan] = []
    for span in sorted(spans):
        if merged and span.start < merged[-1].end:
            merged[-1] = TextSpan(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def trim(text: str, span: TextSpan, *, drop_complementiser: bool = False) -> TextSpan | None:
    """Return the span from its first to its last letter or digit, None when it has none."""
    start, end = span.start, span.end
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    if start == end:
        return None
    if drop_complementiser and (found := COMPLEMENTISER.match(text, start, end)):
        return trim(text, TextSpan(found.end(), end))
    return TextSpan(start, end)


def shared_characters(ours: Spans, theirs: Spans) -> int:
    """Return how many characters both groups cover; each group is in text order without overlaps."""
    shared, i, j = 0, 0, 0
    while i < len(ours) and j < len(theirs):
        shared += max(0, min(ours[i].end, theirs[j].end) - max(ours[i].start, theirs[j].start))
        if ours[i].end <= theirs[j].end:
            i += 1
        else:
            j += 1
    return shared


def pair_attributions(
    gold: Sequence[NormedSpans], predicted: Sequence[NormedSpans], *, optional: Sequence[bool]
) -> list[Pair]:
    """Return one-to-one pairs of content IoU >= .5, best first; ties go to equal cue, source, and required gold.

    The result does not depend on the order of either list, except among attributions equal in all spans.
    """
    candidates = sorted(
        (
            (not exact, -iou, not same_cue, not same_source, optional[g], gold[g].content, predicted[p].content, g, p)
            for g, ours in enumerate(gold)
            for p, theirs in enumerate(predicted)
            if ours.content[0].start < theirs.content[-1].end and theirs.content[0].start < ours.content[-1].end
            for shared in (shared_characters(ours.content, theirs.content),)
            for iou in (shared / (ours.size + theirs.size - shared),)
            if iou >= MIN_RELAXED_IOU
            for exact in (ours.content == theirs.content,)
            for same_cue in (ours.cue == theirs.cue,)
            for same_source in (ours.source == theirs.source,)
        ),
    )
    pairs: list[Pair] = []
    taken_gold: set[int] = set()
    taken_predicted: set[int] = set()
    for not_exact, minus_iou, other_cue, other_source, _optional, _ours, _theirs, g, p in candidates:
        if g in taken_gold or p in taken_predicted:
            continue
        taken_gold.add(g)
        taken_predicted.add(p)
        pairs.append(Pair(g, p, -minus_iou, not not_exact, not other_cue, not other_source))
    return pairs
