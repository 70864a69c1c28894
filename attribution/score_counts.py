"""Counts of one article, gold against predictions, from which every score is a ratio of sums over articles."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .alignment import NormedSpans, norm_attribution, pair_attributions
from .errors import InputError
from .gold import GoldAttribution, GoldDocument, GoldStance
from .speaker_match import description_matches, fold, speaker_matches
from .types import Attribution, QuoteKind, Spans, Stance

WORD_TOKEN = re.compile(r"[^\W_]+")

Counts = defaultdict[str, float]


@dataclass(frozen=True, slots=True)
class Answers:
    """One article with gold and predictions side by side, normed once for all kinds."""

    document: GoldDocument
    gold: Sequence[GoldAttribution]
    gold_normed: Sequence[NormedSpans]
    predicted: Sequence[Attribution]
    predicted_normed: Sequence[NormedSpans]
    word_starts: Sequence[int]
    word_ends: Sequence[int]

    @classmethod
    def make(cls, document: GoldDocument, predicted: Sequence[Attribution]) -> Answers:
        text = document.text
        for attribution in predicted:
            _check_spans(attribution, document)
        words = [match.span() for match in WORD_TOKEN.finditer(text)]
        return cls(
            document=document,
            gold=document.attributions,
            gold_normed=[
                norm_attribution(text, content=g.content, cue=g.cue, source=g.source) for g in document.attributions
            ],
            predicted=predicted,
            predicted_normed=[
                norm_attribution(text, content=p.content_spans, cue=p.cue_spans, source=p.source_spans)
                for p in predicted
            ],
            word_starts=[start for start, _ in words],
            word_ends=[end for _, end in words],
        )


def _check_spans(attribution: Attribution, document: GoldDocument) -> None:
    if not attribution.content_spans:
        raise InputError(f"prediction {attribution.id!r} in article {document.id!r} has no content")
    for span in (*attribution.content_spans, *attribution.cue_spans, *attribution.source_spans):
        if span.end > len(document.text):
            raise InputError(
                f"prediction {attribution.id!r}: [{span.start}, {span.end}) ends beyond the {len(document.text)} "
                f"characters of article {document.id!r}; predict on the text the gold was made on"
            )


def count_article(answers: Answers, kinds: frozenset[QuoteKind]) -> Counts:
    """Return the counts of one article for these kinds, from which every score is a ratio of sums."""
    optional = [g.optional or g.kind not in kinds for g in answers.gold]
    chosen = [i for i, p in enumerate(answers.predicted) if p.kind in kinds]
    normed = [answers.predicted_normed[i] for i in chosen]
    pairs = pair_attributions(answers.gold_normed, normed, optional=optional)
    excused = {pair.predicted for pair in pairs if optional[pair.gold]}
    kept = [pair for pair in pairs if not optional[pair.gold]]

    counts: Counts = defaultdict(float)
    counts["optional"] = sum(g.optional and g.kind in kinds for g in answers.gold)
    n_gold, n_predicted = len(optional) - sum(optional), len(chosen) - len(excused)
    for name in ("exact", "relaxed", "cue", "source", "triple"):
        counts[f"{name}.gold"], counts[f"{name}.predicted"] = n_gold, n_predicted
    counts["relaxed.hits"] = len(kept)
    counts["exact.hits"] = sum(pair.exact for pair in kept)
    counts["cue.hits"] = counts["cue_accuracy.hits"] = sum(pair.same_cue for pair in kept)
    counts["source.hits"] = counts["source_accuracy.hits"] = sum(pair.same_source for pair in kept)
    counts["triple.hits"] = sum(pair.exact and pair.same_cue and pair.same_source for pair in kept)
    counts["kind_accuracy.hits"] = sum(
        answers.gold[pair.gold].kind == answers.predicted[chosen[pair.predicted]].kind for pair in kept
    )
    for name in ("cue_accuracy", "source_accuracy", "kind_accuracy"):
        counts[f"{name}.of"] = len(kept)

    _count_coverage(counts, answers, normed, optional)
    _count_spans_alone(counts, answers, chosen, optional)
    matched = [(answers.gold[pair.gold], answers.predicted[chosen[pair.predicted]]) for pair in kept]
    required = [g for g, is_optional in zip(answers.gold, optional, strict=True) if not is_optional]
    _count_speakers(counts, matched, required, n_predicted)
    stances = sum(len(answers.predicted[i].stances) for k, i in enumerate(chosen) if k not in excused)
    _count_stances(counts, matched, required, stances)
    return counts


def _count_coverage(
    counts: Counts, answers: Answers, predicted: Sequence[NormedSpans], optional: Sequence[bool]
) -> None:
    """Add hits, predicted and gold of content characters and word tokens."""
    length = len(answers.document.text)
    asked = [g for g, out in zip(answers.gold_normed, optional, strict=True) if not out]
    excused = [g for g, out in zip(answers.gold_normed, optional, strict=True) if out]

    gold_mask, found_mask = _content_mask(length, asked), _content_mask(length, predicted)
    excused_mask = _content_mask(length, excused) & ~gold_mask
    counts["char.hits"] = (found_mask & gold_mask).bit_count() // 8
    counts["char.predicted"] = (found_mask & ~excused_mask).bit_count() // 8
    counts["char.gold"] = gold_mask.bit_count() // 8

    gold_words, found_words = _words(answers, asked), _words(answers, predicted)
    counts["token.hits"] = len(found_words & gold_words)
    counts["token.predicted"] = len(found_words - (_words(answers, excused) - gold_words))
    counts["token.gold"] = len(gold_words)


def _words(answers: Answers, attributions: Iterable[NormedSpans]) -> set[int]:
    """Return the indexes of the words that lie wholly in some content."""
    covered: set[int] = set()
    for attribution in attributions:
        for span in attribution.content:
            first = bisect_left(answers.word_starts, span.start)
            covered.update(range(first, bisect_right(answers.word_ends, span.end)))
    return covered


def _content_mask(length: int, attributions: Iterable[NormedSpans]) -> int:
    """Return the covered characters as a number of one full byte per character: sets of them are cheap to compare."""
    covered = bytearray(length)
    for attribution in attributions:
        for span in attribution.content:
            covered[span.start : span.end] = b"\xff" * len(span)
    return int.from_bytes(covered, "little")


def _count_spans_alone(counts: Counts, answers: Answers, chosen: Sequence[int], optional: Sequence[bool]) -> None:
    """Add hits, predicted and gold of single spans per role, without linking; a span shared by several counts once."""
    roles: dict[str, tuple[Callable[[GoldAttribution], Spans], Callable[[Attribution], Spans]]] = {
        "source": (lambda g: g.source, lambda p: p.source_spans),
        "cue": (lambda g: g.cue, lambda p: p.cue_spans),
        "content": (lambda g: g.content, lambda p: p.content_spans),
    }
    for role, (of_gold, of_predicted) in roles.items():
        raw_gold = [of_gold(g) for g in answers.gold]
        raw_predicted = [of_predicted(answers.predicted[i]) for i in chosen]
        normed_gold: list[Spans] = [getattr(g, role) for g in answers.gold_normed]
        normed_predicted: list[Spans] = [getattr(answers.predicted_normed[i], role) for i in chosen]
        for name, gold, predicted in (
            (f"span_{role}", raw_gold, raw_predicted),
            (f"span_{role}_norm", normed_gold, normed_predicted),
        ):
            required = {s for spans, out in zip(gold, optional, strict=True) if not out for s in spans}
            excused = {s for spans, out in zip(gold, optional, strict=True) if out for s in spans} - required
            found = {span for spans in predicted for span in spans}
            counts[f"{name}.hits"] = len(found & required)
            counts[f"{name}.predicted"] = len(found - excused)
            counts[f"{name}.gold"] = len(required)


def _count_speakers(
    counts: Counts,
    matched: Sequence[tuple[GoldAttribution, Attribution]],
    required: Sequence[GoldAttribution],
    n_predicted: int,
) -> None:
    labelled = [(g, g.speaker, p.speaker) for g, p in matched if g.speaker is not None]
    counts["speaker_e2e.gold"] = sum(g.speaker is not None for g in required)
    counts["speaker_e2e.predicted"] = n_predicted - (len(matched) - len(labelled))
    for _, gold, predicted in labelled:
        right = speaker_matches(gold, predicted)
        names = ["speaker_accuracy"] + ([] if gold.type is None else [f"speaker_accuracy_{gold.type}"])
        if gold.type is not None and not gold.any:
            counts["speaker_type_accuracy.of"] += 1
            counts["speaker_type_accuracy.hits"] += predicted is not None and predicted.type == gold.type
        if gold.type == "unnamed" and not gold.any:
            names.append("unnamed_accuracy")
            counts["unnamed_description.of"] += 1
            counts["unnamed_description.hits"] += description_matches(gold, predicted)
        for name in names:
            counts[f"{name}.of"] += 1
            counts[f"{name}.hits"] += right
        counts["speaker_e2e.hits"] += right
        counts["speaker_decline_rate.of"] += 1
        counts["speaker_decline_rate.hits"] += predicted is None
        if predicted is not None:
            counts["speaker_answer_precision.of"] += 1
            counts["speaker_answer_precision.hits"] += right
    identified = [
        # A declined speaker is a cluster of its own: its id is the running number, which no speaker has.
        (gold.id or fold(gold.name), gold.type, str(i) if predicted is None else f"id:{predicted.id}")
        for i, (_, gold, predicted) in enumerate(labelled)
        if not gold.any
    ]
    _count_b3(counts, "speaker_b3", [(ours, theirs) for ours, _, theirs in identified])
    _count_b3(counts, "unnamed_b3", [(ours, theirs) for ours, type_, theirs in identified if type_ == "unnamed"])


def _count_b3(counts: Counts, name: str, items: Sequence[tuple[str, str]]) -> None:
    """Add B-cubed sums over `items`, pairs of gold and predicted cluster.

    Both clusterings are seen on these items alone; a gold cluster is a person of the article.
    """
    gold_sizes = Counter(gold for gold, _ in items)
    predicted_sizes = Counter(predicted for _, predicted in items)
    shared = Counter(items)
    for part, sizes, side in (("precision", predicted_sizes, 1), ("recall", gold_sizes, 0)):
        counts[f"{name}_{part}.of"] = len(items)
        counts[f"{name}_{part}.hits"] = sum(n * n / sizes[item[side]] for item, n in sorted(shared.items()))


def _count_stances(
    counts: Counts,
    matched: Sequence[tuple[GoldAttribution, Attribution]],
    required: Sequence[GoldAttribution],
    n_predicted: int,
) -> None:
    """Add counts of stance targets and labels; an optional gold stance is neither a miss nor an error."""
    for gold, attribution in matched:
        asked = {stance.target: stance for stance in gold.stances if not stance.optional}
        excused = {stance.target for stance in gold.stances if stance.optional}
        answered = {stance.target: stance for stance in attribution.stances}
        shared = asked.keys() & answered.keys()
        right = sum(_label_fits(asked[target], answered[target]) for target in shared)
        counts["stance_target.hits"] += len(shared)
        counts["stance_target.gold"] += len(asked)
        counts["stance_target.predicted"] += len(answered.keys() - excused)
        counts["stance_label_accuracy.hits"] += right
        counts["stance_label_accuracy.of"] += len(shared)
        counts["stance_e2e.hits"] += right
        n_predicted -= len(answered.keys() & excused)
    counts["stance_e2e.predicted"] = n_predicted
    counts["stance_e2e.gold"] = sum(not stance.optional for g in required for stance in g.stances)


def _label_fits(gold: GoldStance, predicted: Stance) -> bool:
    return predicted.label in gold.labels
