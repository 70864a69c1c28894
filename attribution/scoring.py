"""Scores of predicted attributions against gold, per kind, with bootstrap intervals over articles.

Everything is counted per article first; a score is a ratio of sums over articles, so an interval only re-weighs the
articles. Optional gold is neither a miss nor an error. Definitions that leave room are settled here:

- cue, source and triple are F1 over all attributions (a pair counts when its content is relaxed, for triple exact,
  and the role is exact); `cue_accuracy` and `source_accuracy` are shares of the relaxed pairs.
- per kind, gold of other kinds is optional, and only predictions of that kind are looked at; `dm` is direct + mixed.
- characters and word tokens are sets over the article: what two attributions cover counts once.
- an attribution whose gold speaker the corpus leaves open is left out of speaker scores.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .alignment import NormedSpans, Pair, norm_attribution, pair_attributions
from .errors import InputError
from .gold import GoldAttribution, GoldDocument, GoldStance
from .speaker_match import description_matches, fold, speaker_matches
from .types import SPEAKER_TYPES, Attribution, QuoteKind, Spans, Stance, TextSpan, join_pieces

REPORT_SCHEMA_VERSION = 1

WORD_TOKEN = re.compile(r"[^\W_]+")

KindName = Literal["all", "dm", "direct", "mixed", "indirect"]
KINDS: dict[KindName, frozenset[QuoteKind]] = {
    "all": frozenset({"direct", "mixed", "indirect"}),
    "dm": frozenset({"direct", "mixed"}),
    "direct": frozenset({"direct"}),
    "mixed": frozenset({"mixed"}),
    "indirect": frozenset({"indirect"}),
}

PRF_SCORES: dict[str, str] = {
    "exact": "content equal after norm",
    "relaxed": "content with a character IoU of at least .5",
    "char": "content characters",
    "token": "word tokens covered by any content",
    "cue": "relaxed content and exact cue",
    "source": "relaxed content and exact source",
    "triple": "content, cue and source exact",
    "speaker_e2e": "relaxed content and right speaker",
    "stance_target": "stance targets on relaxed pairs",
    "stance_e2e": "relaxed content, stance target and label",
    "span_source": "source spans alone, exact begin and end as given",
    "span_cue": "cue spans alone, exact begin and end as given",
    "span_content": "content spans alone, exact begin and end as given",
    "span_source_norm": "source spans alone, exact after norm",
    "span_cue_norm": "cue spans alone, exact after norm",
    "span_content_norm": "content spans alone, exact after norm",
}
"""Scores with precision, recall and F1, and what counts as a hit."""

RATE_SCORES: dict[str, str] = {
    "kind_accuracy": "relaxed pairs of the right kind",
    "cue_accuracy": "relaxed pairs with an exact cue",
    "source_accuracy": "relaxed pairs with an exact source",
    "speaker_accuracy": "relaxed pairs with the right speaker; a declined one is wrong",
    "speaker_answer_precision": "answered relaxed pairs with the right speaker",
    "speaker_decline_rate": "relaxed pairs without an answer",
    "speaker_type_accuracy": "relaxed pairs with the right speaker type",
    "unnamed_accuracy": "relaxed pairs with an unnamed gold speaker: right type and head word",
    "unnamed_description": "the same pairs: right type and word overlap of the description at least .5",
    "unnamed_b3_precision": "B-cubed precision of speaker ids within the article, unnamed gold speakers",
    "unnamed_b3_recall": "B-cubed recall of the same",
    "speaker_b3_precision": "B-cubed precision of speaker ids within the article, all gold speakers",
    "speaker_b3_recall": "B-cubed recall of the same",
    "stance_label_accuracy": "shared stance targets with a right label",
    **{f"speaker_accuracy_{type_}": f"speaker accuracy where gold says {type_}" for type_ in SPEAKER_TYPES},
}
"""Scores that are one share, and what it is a share of."""

B3_SCORES = ("unnamed_b3", "speaker_b3")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A score in [0, 1] and its 95 % bootstrap interval over articles; None where nothing was there to score."""

    value: float | None
    low: float | None
    high: float | None

    def to_json(self) -> dict[str, float | None]:
        return {"value": self.value, "low": self.low, "high": self.high}

    def __str__(self) -> str:
        if self.value is None:
            return "-"
        interval = "" if self.low is None else f" [{_short(self.low)}-{_short(self.high)}]"
        return _short(self.value) + interval


@dataclass(frozen=True, slots=True)
class Prf:
    """Precision, recall and F1 of `hits` among `predicted` and `gold`."""

    precision: Estimate
    recall: Estimate
    f1: Estimate
    hits: int
    predicted: int
    gold: int

    def to_json(self) -> dict[str, Any]:
        return {
            "precision": self.precision.to_json(),
            "recall": self.recall.to_json(),
            "f1": self.f1.to_json(),
            "hits": self.hits,
            "predicted": self.predicted,
            "gold": self.gold,
        }


@dataclass(frozen=True, slots=True)
class Rate:
    """The share of `of` cases that hit; `hits` is a sum of shares for B-cubed."""

    share: Estimate
    hits: float
    of: int

    def to_json(self) -> dict[str, Any]:
        return {"share": self.share.to_json(), "hits": self.hits, "of": self.of}


@dataclass(frozen=True, slots=True)
class KindScores:
    """All scores of one kind; the keys are those of `PRF_SCORES`, `RATE_SCORES` and `B3_SCORES`."""

    kind: KindName
    gold: int
    predicted: int
    optional: int
    prf: Mapping[str, Prf]
    rates: Mapping[str, Rate]
    b3_f1: Mapping[str, Estimate]

    def f1(self, score: str) -> float | None:
        """Return the F1 of `score`, a key of `PRF_SCORES`."""
        return self.prf[score].f1.value

    def share(self, score: str) -> float | None:
        """Return the share of `score`, a key of `RATE_SCORES`."""
        return self.rates[score].share.value

    def to_json(self) -> dict[str, Any]:
        return {
            "gold": self.gold,
            "predicted": self.predicted,
            "optional": self.optional,
            "prf": {name: score.to_json() for name, score in self.prf.items()},
            "rates": {name: score.to_json() for name, score in self.rates.items()},
            "b3_f1": {name: score.to_json() for name, score in self.b3_f1.items()},
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The scores of one run against one gold set."""

    articles: int
    unscored_articles: int
    """Articles with predictions but without gold; they are left out."""
    resamples: int
    seed: int
    kinds: Mapping[KindName, KindScores]

    def __getitem__(self, kind: KindName) -> KindScores:
        return self.kinds[kind]

    def to_json(self) -> dict[str, Any]:
        """Return the documented JSON form; `value`, `low` and `high` are null where nothing was there to score."""
        return {
            "schema_version": REPORT_SCHEMA_VERSION,
            "articles": self.articles,
            "unscored_articles": self.unscored_articles,
            "resamples": self.resamples,
            "seed": self.seed,
            "kinds": {kind: scores.to_json() for kind, scores in self.kinds.items()},
        }

    def summary(self) -> str:
        """Return the main scores as a few lines of plain text, one per kind."""
        header = f"{'kind':<9}{'gold':>6}{'pred':>6}" + "".join(f"{name:>9}" for name in _SUMMARY.values())
        lines = [f"{self.articles} articles; F1, speaker as accuracy on relaxed pairs", header]
        for kind, scores in self.kinds.items():
            row = (scores.prf[name].f1 if name in PRF_SCORES else scores.rates[name].share for name in _SUMMARY)
            cells = "".join(f"{'-' if value.value is None else _short(value.value):>9}" for value in row)
            lines.append(f"{kind:<9}{scores.gold:>6}{scores.predicted:>6}{cells}")
        return "\n".join(lines)


_SUMMARY = {
    "exact": "exact",
    "relaxed": "relaxed",
    "char": "char",
    "token": "token",
    "cue": "cue",
    "source": "source",
    "triple": "triple",
    "speaker_accuracy": "speaker",
    "speaker_e2e": "e2e",
}


def _short(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}".replace("0.", ".", 1) if value < 1 else "1.00"


# --- the public functions -------------------------------------------------------------------------------------------


def score(
    gold: Sequence[GoldDocument],
    predicted: Mapping[str, Sequence[Attribution]],
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> Report:
    """Return all scores of `predicted`, by article id, against `gold`; an article without predictions scores as empty.

    Intervals need two articles and `resamples` > 0. Raises InputError for a span beyond its article.
    """
    counts: dict[KindName, list[Counts]] = {kind: [] for kind in KINDS}
    for document in gold:
        answers = _Answers.make(document, predicted.get(document.id, ()))
        for kind, kinds in KINDS.items():
            counts[kind].append(_count(answers, kinds))
    weights = _bootstrap_weights(len(gold), resamples, seed)
    known = {document.id for document in gold}
    return Report(
        articles=len(gold),
        unscored_articles=sum(article_id not in known for article_id in predicted),
        resamples=resamples,
        seed=seed,
        kinds={kind: _kind_scores(kind, per_article, weights) for kind, per_article in counts.items()},
    )


@dataclass(frozen=True, slots=True)
class ScoringError:
    """One difference between gold and prediction, with the texts of both sides, for reading through."""

    article_id: str
    type: Literal["miss", "false_alarm", "boundary", "cue", "source", "speaker", "kind"]
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
        answers = _Answers.make(document, predicted.get(document.id, ()))
        found.extend(sorted(_document_errors(answers), key=lambda e: (e.start, e.end, e.type)))
    return found


# --- one article ----------------------------------------------------------------------------------------------------


Counts = defaultdict[str, float]


@dataclass(frozen=True, slots=True)
class _Answers:
    """One article with gold and predictions side by side, normed once for all kinds."""

    document: GoldDocument
    gold: Sequence[GoldAttribution]
    gold_normed: Sequence[NormedSpans]
    predicted: Sequence[Attribution]
    predicted_normed: Sequence[NormedSpans]
    word_starts: Sequence[int]
    word_ends: Sequence[int]

    @classmethod
    def make(cls, document: GoldDocument, predicted: Sequence[Attribution]) -> _Answers:
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


def _count(answers: _Answers, kinds: frozenset[QuoteKind]) -> Counts:
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
    counts: Counts, answers: _Answers, predicted: Sequence[NormedSpans], optional: Sequence[bool]
) -> None:
    """Add hits, predicted and gold of content characters and word tokens."""
    length = len(answers.document.text)
    required = _content_mask(length, [g for g, out in zip(answers.gold_normed, optional, strict=True) if not out])
    excused = _content_mask(length, [g for g, out in zip(answers.gold_normed, optional, strict=True) if out])
    found = _content_mask(length, predicted)
    excused &= ~required
    counts["char.hits"] = (found & required).bit_count() // 8
    counts["char.predicted"] = (found & ~excused).bit_count() // 8
    counts["char.gold"] = required.bit_count() // 8
    gold_words = _words(answers, [g for g, out in zip(answers.gold_normed, optional, strict=True) if not out])
    excused_words = _words(answers, [g for g, out in zip(answers.gold_normed, optional, strict=True) if out])
    found_words = _words(answers, predicted)
    counts["token.hits"] = len(found_words & gold_words)
    counts["token.predicted"] = len(found_words - (excused_words - gold_words))
    counts["token.gold"] = len(gold_words)


def _words(answers: _Answers, attributions: Iterable[NormedSpans]) -> set[int]:
    """Return the indexes of the words that lie wholly in some content."""
    covered: set[int] = set()
    for attribution in attributions:
        for span in attribution.content:
            first = bisect_left(answers.word_starts, span.start)
            covered.update(range(first, bisect_right(answers.word_ends, span.end)))
    return covered


def _content_mask(length: int, attributions: Iterable[NormedSpans]) -> int:
    return _cover(length, (span for attribution in attributions for span in attribution.content))


def _cover(length: int, spans: Iterable[TextSpan]) -> int:
    """Return the covered characters as a number of one full byte per character: sets of them are cheap to compare."""
    covered = bytearray(length)
    for span in spans:
        covered[span.start : span.end] = b"\xff" * len(span)
    return int.from_bytes(covered, "little")


def _count_spans_alone(counts: Counts, answers: _Answers, chosen: Sequence[int], optional: Sequence[bool]) -> None:
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


# --- from counts to scores ------------------------------------------------------------------------------------------

Sums = NDArray[np.float64]


def _bootstrap_weights(n_articles: int, resamples: int, seed: int) -> Sums | None:
    """Return how often each resample draws each article, resamples x articles; None where no interval makes sense."""
    if n_articles < 2 or resamples < 1:
        return None
    draws = np.random.default_rng(seed).multinomial(n_articles, np.full(n_articles, 1 / n_articles), size=resamples)
    return draws.astype(np.float64)


def _kind_scores(kind: KindName, per_article: Sequence[Counts], weights: Sums | None) -> KindScores:
    names = sorted({name for counts in per_article for name in counts})
    column = {name: i for i, name in enumerate(names)}
    table = np.array([[counts[name] for name in names] for counts in per_article], dtype=np.float64)
    table = table.reshape(len(per_article), len(names))
    total = table.sum(axis=0)
    drawn = None if weights is None else weights @ table

    def sums(name: str) -> tuple[float, Sums | None]:
        if name not in column:
            return 0.0, None if drawn is None else np.zeros(len(drawn))
        return float(total[column[name]]), None if drawn is None else drawn[:, column[name]]

    def prf(name: str) -> Prf:
        hits, predicted, gold = (sums(f"{name}.{part}") for part in ("hits", "predicted", "gold"))
        both = (predicted[0] + gold[0], None if predicted[1] is None or gold[1] is None else predicted[1] + gold[1])
        doubled = (2 * hits[0], None if hits[1] is None else 2 * hits[1])
        return Prf(
            precision=_estimate(hits, predicted),
            recall=_estimate(hits, gold),
            f1=_estimate(doubled, both),
            hits=round(hits[0]),
            predicted=round(predicted[0]),
            gold=round(gold[0]),
        )

    def rate(name: str) -> Rate:
        hits, of = sums(f"{name}.hits"), sums(f"{name}.of")
        return Rate(share=_estimate(hits, of), hits=round(hits[0], 6), of=round(of[0]))

    def b3_f1(name: str) -> Estimate:
        # Precision and recall are sums over the same items, so their harmonic mean is 2pr/(p+r)/n.
        p, r, of = sums(f"{name}_precision.hits"), sums(f"{name}_recall.hits"), sums(f"{name}_recall.of")
        product = 2 * p[0] * r[0], None if p[1] is None or r[1] is None else 2 * p[1] * r[1]
        scale = (p[0] + r[0]) * of[0], None if p[1] is None or r[1] is None or of[1] is None else (p[1] + r[1]) * of[1]
        return _estimate(product, scale)

    return KindScores(
        kind=kind,
        gold=round(sums("relaxed.gold")[0]),
        predicted=round(sums("relaxed.predicted")[0]),
        optional=round(sums("optional")[0]),
        prf={name: prf(name) for name in PRF_SCORES},
        rates={name: rate(name) for name in RATE_SCORES},
        b3_f1={name: b3_f1(name) for name in B3_SCORES},
    )


def _estimate(hits: tuple[float, Sums | None], of: tuple[float, Sums | None]) -> Estimate:
    """Return the ratio with its percentile interval; resamples that drew nothing to score are left out."""
    if of[0] == 0:
        return Estimate(None, None, None)
    value = round(hits[0] / of[0], 6)
    if hits[1] is None or of[1] is None:
        return Estimate(value, None, None)
    scored = of[1] > 0
    low, high = np.percentile(hits[1][scored] / of[1][scored], [2.5, 97.5]) if scored.any() else (value, value)
    return Estimate(value, round(float(low), 6), round(float(high), 6))


# --- differences to read through ------------------------------------------------------------------------------------


def _document_errors(answers: _Answers) -> Iterable[ScoringError]:
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
    answers: _Answers,
    type_: Literal["miss", "false_alarm", "boundary", "cue", "source", "speaker", "kind"],
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
