"""Rules and model together: the model's attributions, mended by what rules know for certain, and what it can't find.

The model reads no further than its window, knows no nesting, and was taught by a corpus whose contents keep "that" and
end with the paragraph. So: edges go to the quotation marks, quotations are taken whole and over their paragraphs,
"that" goes, and the rules add quotations that the model passed over and attributions inside another's content.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from .errors import ConfigError
from .marks import Quotation, find_quotations
from .tagger import Tagged
from .types import Attribution, QuoteKind, Spans, TextSpan, make_attribution
from .words import find_paragraphs

T = TypeVar("T")

COMPLEMENTISER = re.compile(r"that(?:\s+|\s*,\s+)(?=\S)", re.IGNORECASE)
RELATIVE = re.compile(r"who|which|that|whose", re.IGNORECASE)
RELATIVE_CLAUSE = re.compile(r"\s{0,3},\s{0,3}(?:who|which|whose|whom|where)\b", re.IGNORECASE)
# Names of things in quotation marks (the “Normandy Quartet”) don't make a content mixed.
NAMED_THING = re.compile(r"[A-Z0-9][\w’'-]*(?: (?:[A-Z0-9][\w’'-]*|of|the|and|for|in)){0,5}")

# What the model alone takes for an attribution, and no reader does: the rest of a torn sentence (“of the call”), a
# headline's "to speak as tensions rise", and without a source a purpose ("is designed to") or a name ("known as").
TORN = re.compile(r"of\b")
MEANWHILE = re.compile(r"\b(?:meet|met|meets|speak|speaks|spoke|talk|talks|talked)\s+as$", re.IGNORECASE)
NO_SPEECH = re.compile(r"\b(?:designed|intended|known\s+as|offered|required|scheduled|slated)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Together:
    """What is kept of model and rules, by their calibrated confidence; chosen on PolNeAR train and dev."""

    min_model: float = 0.36
    min_quotation: float = 0.5
    """A quotation that the rules found with cue or source, and the model passed over."""
    min_floating: float = 0.5
    """A quotation without cue of its own."""
    min_indirect: float = 0.9
    """An unquoted attribution that the model passed over."""
    min_nested: float = 0.45
    """One inside another's content."""
    min_unsourced: float = 0.6
    """What the model alone found without a source, outside quotation marks."""
    min_trusted: float = 0.8
    min_trusted_pieces: float = 0.6
    """A rule's quotation, or its cue of several pieces, wins over what the model reads from the same cue otherwise."""
    min_settled: float = 0.95
    """Paragraphs that the rules' findings of this confidence cover whole are not read by the model."""
    plain_cues: bool = True
    """Whether "has said" becomes "said", as the rules and the guidelines have it, where both found the attribution."""
    no_relative_pronouns: bool = True
    """Whether "who" becomes the phrase that it stands for, where both found the attribution."""
    no_complementiser: bool = True
    """Whether "that" goes from the beginning of a content."""
    nested: bool = True
    """Whether an attribution may lie inside another's content."""


DEFAULT = Together()
# PolNeAR marks auxiliaries as part of the cue and "who" as a source, keeps "that", and nests nothing: in these things
# its annotation and ours can't both be met, so what is compared with figures published on it must follow it.
POLNEAR = Together(
    min_unsourced=0.45, plain_cues=False, no_relative_pronouns=False, no_complementiser=False, nested=False
)
CONVENTIONS = {"guidelines": DEFAULT, "polnear": POLNEAR}


def read_conventions(name: str) -> Together:
    """Return the settings of that name; raises ConfigError for another."""
    if name not in CONVENTIONS:
        raise ConfigError(f"unknown conventions {name!r}; allowed: {', '.join(CONVENTIONS)}")
    return CONVENTIONS[name]


def combine(
    text: str,
    tagged: Sequence[Tagged],
    ruled: Sequence[Attribution],
    *,
    article_id: str,
    text_sha256: str,
    masks: Sequence[tuple[int, int]] = (),
    model: str,
    settings: Together = DEFAULT,
) -> list[Attribution]:
    """Return the attributions of `text` from what the model tagged and the rules found, in text order.

    Both must have been given the same `masks`; a span that touches one goes. `model` names the model in `origin`.
    """
    paragraphs = find_paragraphs(text, masks)
    quotations = [q for q in find_quotations(text, paragraphs) if q.depth == 0]
    kept = [item for item in tagged if item.confidence >= settings.min_model]
    found: list[Attribution] = []
    # Each attribution meets only what stands near it, so that a long text takes no longer than its parts.
    of_quotations = _Places((TextSpan(q.start, q.end), q) for q in quotations)
    of_rules = _Places((cue, rule) for rule in ruled for cue in rule.cue_spans)
    of_tags = _Places((span, item) for item in kept for span in (item.cue, *item.sources, *item.contents))
    for item in kept:
        begin, end = min(s.start for s in item.contents), max(s.end for s in item.contents)
        near = of_quotations.touching(TextSpan(begin, end))
        around = TextSpan(min([begin, *(q.start for q in near)]), max([end, *(q.end for q in near)]))
        contents, why = _mend(text, item, of_tags.touching(around), near, settings)
        contents = _within_paragraph(text, contents, item.cue, paragraphs, near)
        if not contents or _touches(masks, (*contents, item.cue, *item.sources)):
            continue
        of_cue = of_rules.touching(item.cue)
        better = [rule for rule in of_cue if _overrules(rule, contents, settings)]
        if better:
            found.extend(better)
            continue
        rule = _same_finding(contents, of_cue)
        if rule is None and quotation_kind(text, contents, near) == "indirect":
            if not item.sources and item.confidence < settings.min_unsourced:
                continue
            if _is_no_attribution(text, item, contents):
                continue
        cue: Spans = (item.cue,)
        sources = item.sources
        if rule is not None:
            why.extend(reason for reason in rule.why if reason not in why)
            if settings.plain_cues and item.cue.start < rule.cue_spans[0].start < item.cue.end:
                cue = (TextSpan(rule.cue_spans[0].start, item.cue.end),)
            sources = _choose_source(text, sources, rule.source_spans, pronouns=settings.no_relative_pronouns)
        found.append(
            make_attribution(
                text,
                article_id=article_id,
                text_sha256=text_sha256,
                kind=quotation_kind(text, contents, near),
                content=contents,
                cue=cue,
                source=sources,
                confidence=round(min(0.99, max(0.01, item.confidence)), 3),
                origin=f"model:{model}" if rule is None else "both",
                why=why,
            )
        )
    found.extend(_add(found, ruled, settings))
    return mark_nested({a.id: a for a in found}.values())


class _Places(Generic[T]):
    """Things by the spans that they stand at."""

    def __init__(self, entries: Iterable[tuple[TextSpan, T]]) -> None:
        numbered = [(span, number, thing) for number, (span, thing) in enumerate(entries)]
        self._entries = sorted(numbered, key=lambda entry: entry[:2])
        self._starts = [span.start for span, _, _ in self._entries]
        self._longest = max((len(span) for span, _, _ in self._entries), default=0)

    def touching(self, span: TextSpan) -> list[T]:
        """Return the things whose spans overlap `span`, each once, in the order in which they were given."""
        found = {}
        for at in range(bisect_left(self._starts, span.start - self._longest), len(self._entries)):
            own, number, thing = self._entries[at]
            if own.start >= span.end:
                break
            if own.end > span.start:
                found[number] = thing
        return list({id(found[number]): found[number] for number in sorted(found)}.values())


# -------------------------------------------------------------------------------------------------------- the model's


def _mend(
    text: str, item: Tagged, others: Sequence[Tagged], quotations: Sequence[Quotation], settings: Together
) -> tuple[list[TextSpan], list[str]]:
    """Return the content's pieces after the rules' repairs, and the reasons for them."""
    why = ["model.tagged"]
    taken = [span for other in others if other is not item for span in (other.cue, *other.sources, *other.contents)]
    taken += [item.cue, *item.sources]
    pieces: list[tuple[int, int]] = []
    for span in item.contents:
        start, end = span.start, span.end
        if settings.no_complementiser:
            start, end = _drop_complementiser(text, start, end)
        for quotation in quotations:
            if quotation.end <= start or quotation.start >= end:
                continue
            for number, (outer, inner) in enumerate(zip(quotation.pieces, quotation.inner, strict=False)):
                if outer.end <= start or outer.start >= end:
                    continue
                new = _fit(text, start, end, outer, inner, taken)
                if new != (start, end):
                    why.append("quotation.edges")
                    start, end = new
                if len(quotation.pieces) > 1 and start <= outer.start and end >= outer.end:
                    more = [p for p in quotation.pieces[number + 1 :] if not any(t.overlaps(p) for t in taken)]
                    pieces.extend((p.start, p.end) for p in more)
                    why.extend(["quotation.paragraphs"] if more else [])
        pieces.append((start, end))
    return [TextSpan(a, b) for a, b in _merge(pieces)], list(dict.fromkeys(why))


def _within_paragraph(
    text: str,
    contents: Sequence[TextSpan],
    cue: TextSpan,
    paragraphs: Sequence[tuple[int, int]],
    quotations: Sequence[Quotation],
) -> list[TextSpan]:
    """Return the pieces without what lies in another paragraph than the cue and is no quotation's continuation.

    Headings and first lines of the next article stand close in the text, and mean nothing to it. A content that lies
    whole in other paragraphs stays only as a quotation, or behind a colon.
    """
    begin, end = next(((a, b) for a, b in paragraphs if a <= cue.start < b), (0, 0))
    if not end or all(begin <= span.start and span.end <= end for span in contents):
        return list(contents)
    quoted = [q for q in quotations if any(p.overlaps(s) for p in q.pieces for s in contents)]
    inside = [TextSpan(max(s.start, begin), min(s.end, end)) for s in contents if s.start < end and begin < s.end]
    if not inside and text[cue.end : contents[0].start].rstrip().endswith(":"):
        return list(contents)
    if not inside:
        return [s for s in contents if any(p.covers(s) for q in quoted for p in q.pieces)]
    onward = [s for s in contents for q in quoted if len(q.pieces) > 1 for p in q.pieces if p.covers(s)]
    return sorted({*inside, *(s for s in onward if not any(s.overlaps(i) for i in inside))}, key=lambda s: s.start)


def _is_no_attribution(text: str, item: Tagged, contents: Sequence[TextSpan]) -> bool:
    """Return whether words say of what the model alone found outside quotation marks that nobody said anything."""
    cue = item.cue.of(text)
    if TORN.match(text, contents[0].start) or MEANWHILE.search(cue):
        return True
    return not item.sources and NO_SPEECH.search(cue) is not None


def _drop_complementiser(text: str, start: int, end: int) -> tuple[int, int]:
    match = COMPLEMENTISER.match(text, start, end)
    return (match.end(), end) if match is not None and match.end() < end else (start, end)


def _fit(
    text: str, start: int, end: int, outer: TextSpan, inner: TextSpan, taken: Sequence[TextSpan]
) -> tuple[int, int]:
    """Return the piece with an edge that lies at, or loses itself in, a quotation moved to the quotation's mark."""
    if inner.start <= start < inner.end:
        before = TextSpan(outer.start, start) if outer.start < start else None
        if before is not None and (
            not _has_letter(text, inner.start, start)
            or (end >= inner.end - 1 and not any(span.overlaps(before) for span in taken))
        ):
            start = outer.start
    if inner.start < end <= outer.end:
        behind = TextSpan(end, outer.end) if end < outer.end else None
        if behind is not None and (
            not _has_letter(text, end, inner.end)
            or (start <= inner.start and not any(span.overlaps(behind) for span in taken))
        ):
            end = outer.end
    return start, end


def _has_letter(text: str, start: int, end: int) -> bool:
    return any(c.isalnum() for c in text[start:end])


def _merge(pieces: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(pieces):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif start < end:
            merged.append((start, end))
    return merged


def _touches(masks: Sequence[tuple[int, int]], spans: Iterable[TextSpan]) -> bool:
    return any(begin < span.end and span.start < end for span in spans for begin, end in masks)


# ---------------------------------------------------------------------------------------------------------- the rules'


def _same_finding(contents: Sequence[TextSpan], of_cue: Sequence[Attribution]) -> Attribution | None:
    """Return the first of the rules' findings of the cue if it has half of the content's characters, or None."""
    if of_cue and _shared(tuple(contents), of_cue[0].content_spans) >= 0.5:
        return of_cue[0]
    return None


def _overrules(rule: Attribution, contents: Sequence[TextSpan], settings: Together) -> bool:
    """Return whether the rule's finding of the same cue replaces the model's."""
    if len(rule.cue_spans) > 1:
        # "quoted … as saying", "issued … demands": the model's cues are of one piece.
        return rule.confidence >= settings.min_trusted_pieces
    apart = rule.kind == "direct" and not _shared(tuple(contents), rule.content_spans)
    return apart and rule.confidence >= settings.min_trusted


def _choose_source(text: str, tagged: Spans, ruled: Spans, *, pronouns: bool) -> Spans:
    """Return the rules' source where the model has a relative pronoun, or the same with a relative clause behind it."""
    if len(tagged) != 1 or len(ruled) != 1:
        return tagged
    ours, theirs = tagged[0], ruled[0]
    if pronouns and RELATIVE.fullmatch(ours.of(text)) and not RELATIVE.fullmatch(theirs.of(text)):
        return ruled
    if ours.start == theirs.start and theirs.end < ours.end and RELATIVE_CLAUSE.match(text, theirs.end, ours.end):
        return ruled
    return tagged


def _add(found: Sequence[Attribution], ruled: Sequence[Attribution], settings: Together) -> Iterable[Attribution]:
    """Yield the rules' attributions that the model's leave room for."""
    contents = _Places((span, (span, a)) for a in found for span in a.content_spans)
    edges = _Places((span, a) for a in found for span in (*a.cue_spans, *a.source_spans))
    for a in ruled:
        if any(edges.touching(cue) for cue in a.cue_spans):
            continue
        overlapped = [entry for piece in a.content_spans for entry in contents.touching(piece)]
        spans = (*a.content_spans, *a.cue_spans, *a.source_spans)
        inner: list[Attribution] = []
        if overlapped:
            if not (settings.nested and a.cue_spans):
                continue
            inside = any(all(holder.covers(span) for span in spans) for holder, _ in overlapped)
            same = any(_shared(a.content_spans, (span,)) > 0.9 for span, _ in overlapped)
            if inside and not same and a.confidence >= settings.min_nested:
                yield a
            inner = [other for _, other in overlapped]
            if inside or same or not all(_lies_inside(other, a.content_spans) for other in inner):
                continue
        if not a.cue_spans:
            least = settings.min_floating
        elif a.kind == "indirect":
            least = settings.min_indirect
        else:
            least = settings.min_quotation
        touched = (other for piece in a.content_spans for other in edges.touching(piece))
        if a.confidence >= least and all(any(other is one for one in inner) for other in touched):
            yield a


def _lies_inside(attribution: Attribution, contents: Spans) -> bool:
    spans = (*attribution.content_spans, *attribution.cue_spans, *attribution.source_spans)
    return any(all(piece.covers(span) for span in spans) for piece in contents)


def _shared(ours: Spans, theirs: Spans) -> float:
    """Return intersection over union of the characters of two groups of spans; in a group none overlaps another."""
    shared = sum(max(0, min(a.end, b.end) - max(a.start, b.start)) for a in ours for b in theirs)
    return shared / max(1, sum(map(len, ours)) + sum(map(len, theirs)) - shared)


# ------------------------------------------------------------------------------------------------------------- kinds


def quotation_kind(text: str, contents: Sequence[TextSpan], quotations: Sequence[Quotation]) -> QuoteKind:
    """Return whether all, some or none of the content stands in quotation marks; named things in marks don't count."""
    outside = quoted = 0
    for span in contents:
        at = span.start
        for quotation in quotations:
            for piece in quotation.pieces:
                if not piece.overlaps(span):
                    continue
                start, end = max(piece.start, span.start), min(piece.end, span.end)
                if not (span.covers(piece) and NAMED_THING.fullmatch(text, piece.start + 1, piece.end - 1)) or (
                    span.start == piece.start and span.end == piece.end
                ):
                    quoted += 1
                    outside += sum(c.isalnum() for c in text[at:start])
                    at = max(at, end)
        outside += sum(c.isalnum() for c in text[at : span.end])
    if not quoted:
        return "indirect"
    return "mixed" if outside else "direct"


def mark_nested(attributions: Iterable[Attribution]) -> list[Attribution]:
    """Return the attributions in text order; one that lies whole inside another's content names it in `nested_in`."""
    ordered = sorted(attributions, key=lambda a: (a.start, -a.end, a.cue_spans))
    result: list[Attribution] = []
    holders: list[Attribution] = []
    for a in ordered:
        holders = [b for b in holders if b.end > a.start]
        spans = (*a.content_spans, *a.cue_spans, *a.source_spans)
        fitting = [b for b in holders if all(any(c.covers(x) for c in b.content_spans) for x in spans)]
        holders.append(a)
        inner = min(fitting, key=lambda b: b.end - b.start, default=None)
        result.append(replace(a, nested_in=None if inner is None else inner.id))
    return result
