"""How far annotators agree: per question, label, target, pair and document, with intervals, blind answers apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

from sayso.attribution.types import Spans

from .adjudication import align
from .review_items import content_overlap
from .review_queue import answers_of
from .review_state import MIN_OVERLAP, ItemState, Reviewed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

Sight = Literal["all", "blind", "shown"]
SIGHTS: tuple[Sight, ...] = ("all", "blind", "shown")
QUESTIONS = ("exists", "kind", "speaker", "stance")
# A draw holds one number a unit: so many at once stay small in memory, however many units there are.
DRAWS_AT_ONCE = 100
SPAN_PARTS = ("content", "cue", "source")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval over items; None where it is not defined."""

    value: float | None
    low: float | None = None
    high: float | None = None

    def to_json(self) -> dict[str, float | None]:
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing that several annotators labelled: what each said, and where it belongs."""

    id: str
    document: str
    answers: Mapping[str, Hashable]
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Nominal:
    """Agreement on one set of units. Kappa is Cohen's of two annotators (`pairs` has each pair), Fleiss' of more."""

    units: int
    """Units with two answers or more."""
    answers: int
    percent: Estimate
    kappa: Estimate
    alpha: Estimate

    def to_json(self) -> dict[str, Any]:
        return {
            "units": self.units,
            "answers": self.answers,
            "percent": self.percent.to_json(),
            "kappa": self.kappa.to_json(),
            "alpha": self.alpha.to_json(),
        }


@dataclass(frozen=True, slots=True)
class SpanAgreement:
    """F1 of spans between pairs of annotators, over items that both say are attributions."""

    pairs: int
    exact: Estimate
    overlap: Estimate

    def to_json(self) -> dict[str, Any]:
        return {"pairs": self.pairs, "exact": self.exact.to_json(), "overlap": self.overlap.to_json()}


@dataclass(frozen=True, slots=True)
class QuestionAgreement:
    """Agreement on one question, whole and in parts; `labels` is each label against all others."""

    whole: Nominal
    labels: Mapping[str, Nominal]
    targets: Mapping[str, Nominal]
    pairs: Mapping[str, Nominal]
    documents: Mapping[str, Nominal]

    def to_json(self) -> dict[str, Any]:
        return {
            **self.whole.to_json(),
            "labels": {name: found.to_json() for name, found in self.labels.items()},
            "targets": {name: found.to_json() for name, found in self.targets.items()},
            "pairs": {name: found.to_json() for name, found in self.pairs.items()},
            "documents": {name: found.to_json() for name, found in self.documents.items()},
        }


@dataclass(frozen=True, slots=True)
class SelfAgreement:
    """How often an annotator, asked once more, answered the same."""

    answers: int
    percent: float | None

    def to_json(self) -> dict[str, Any]:
        return {"answers": self.answers, "percent": self.percent}


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """All of it; `questions` and `spans` by sight (all, blind, shown), then by question or part."""

    annotators: tuple[str, ...]
    items: int
    """Items that two annotators or more have answered."""
    resamples: int
    seed: int
    questions: Mapping[str, Mapping[str, QuestionAgreement]]
    spans: Mapping[str, Mapping[str, SpanAgreement]]
    selves: Mapping[str, SelfAgreement]

    def to_json(self) -> dict[str, Any]:
        return {
            "schema_version": 1,
            "annotators": list(self.annotators),
            "items": self.items,
            "resamples": self.resamples,
            "seed": self.seed,
            "questions": {
                sight: {name: found.to_json() for name, found in by.items()} for sight, by in self.questions.items()
            },
            "spans": {sight: {name: found.to_json() for name, found in by.items()} for sight, by in self.spans.items()},
            "self": {name: found.to_json() for name, found in self.selves.items()},
        }


def measure_agreement(reviewed: Sequence[Reviewed], *, resamples: int = 1000, seed: int = 0) -> AgreementReport:
    """Return how far the annotators agree, on what two or more of them answered.

    Intervals are the middle 95 % of `resamples` draws of items with replacement, from `seed`. Blind is what both
    answered without seeing the suggestion, shown what both answered seeing it.
    """
    aligned = align(reviewed)
    questions: dict[str, dict[str, QuestionAgreement]] = {}
    spans: dict[str, dict[str, SpanAgreement]] = {}
    for sight in SIGHTS:
        units = {question: collect_units(aligned, question, sight=sight) for question in QUESTIONS}
        questions[sight] = {
            question: _measure_question(found, resamples=resamples, seed=seed) for question, found in units.items()
        }
        spans[sight] = {
            part: measure_spans(aligned, part, sight=sight, resamples=resamples, seed=seed) for part in SPAN_PARTS
        }
    shared = collect_units(aligned, "exists")
    return AgreementReport(
        tuple(one.annotator for one in reviewed),
        sum(len(unit.answers) > 1 for unit in shared),
        resamples,
        seed,
        questions,
        spans,
        {one.annotator: measure_self(one) for one in reviewed if one.rechecks},
    )


def collect_units(reviewed: Sequence[Reviewed], question: str, *, sight: Sight = "all") -> list[Unit]:
    """Return what was answered to `question` (exists, kind, speaker; stance: one unit a target), by item."""
    units: dict[tuple[str, str], dict[str, Hashable]] = {}
    documents: dict[str, str] = {}
    for one in reviewed:
        for item_id, state in one.states.items():
            if not _is_of(state, sight):
                continue
            documents[item_id] = state.item.article.id
            for asked, answer in answers_of(state).items():
                name, _, target = asked.partition(":")
                if name == question and isinstance(answer, Hashable):
                    units.setdefault((item_id, target), {})[one.annotator] = answer
    return [
        Unit(item_id, documents[item_id], answers, target or None)
        for (item_id, target), answers in units.items()
        if len(answers) > 1
    ]


def measure_nominal(units: Sequence[Unit], *, resamples: int = 0, seed: int = 0) -> Nominal:
    """Return percent agreement, kappa and Krippendorff's alpha of nominal answers.

    Percent is the share of pairs of answers to the same unit that are equal. Kappa takes the units that all
    annotators answered: Cohen's where two annotators are, Fleiss' else.
    """
    shared = [unit for unit in units if len(unit.answers) > 1]
    annotators = sorted({name for unit in shared for name in unit.answers})
    full = [unit for unit in shared if len(unit.answers) == len(annotators)]
    everything, complete = _Table(shared), _Table(full)
    chance = _cohen(full, annotators) if len(annotators) == 2 else complete.fleiss
    alpha = _estimate(everything.alpha, len(shared), resamples=resamples, seed=seed)
    return Nominal(
        len(shared),
        sum(len(unit.answers) for unit in shared),
        _estimate(everything.percent, len(shared), resamples=resamples, seed=seed),
        _estimate(chance, len(full), resamples=resamples, seed=seed),
        Estimate(krippendorff_alpha(shared), alpha.low, alpha.high),
    )


def krippendorff_alpha(units: Sequence[Unit]) -> float | None:
    """Return Krippendorff's alpha for nominal answers, missing ones allowed; None where only one label occurs."""
    import krippendorff

    counts = _Table(units).counts
    if counts.shape[1] < 2:
        return None
    value = float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))
    return None if math.isnan(value) else round(value, 6)


class _Table:
    """Answers as numbers of each label per unit; each figure takes rows of weights of the units, one value a row.

    A draw of the bootstrap is such a row: how often it holds each unit. All draws are then a few matrix products.
    """

    def __init__(self, units: Sequence[Unit]) -> None:
        import numpy as np

        labels = {a: i for i, a in enumerate(dict.fromkeys(a for unit in units for a in unit.answers.values()))}
        self.counts: Array = np.zeros((len(units), len(labels)), dtype=np.int64)
        for row, unit in enumerate(units):
            for answer in unit.answers.values():
                self.counts[row, labels[answer]] += 1
        answers = self.counts.sum(axis=1)
        pairs = answers * (answers - 1)
        equal = (self.counts * (self.counts - 1)).sum(axis=1)
        self.answers = answers
        self.shares = equal / np.maximum(pairs, 1)
        self.unequal = (pairs - equal) / np.maximum(answers - 1, 1)

    def percent(self, weights: Array) -> Array:
        """Return the mean over units of the share of equal pairs of answers."""
        return _divide(weights @ self.shares, weights.sum(axis=1))

    def fleiss(self, weights: Array) -> Array:
        """Return Fleiss' kappa; all units have the same number of answers."""
        totals = weights @ self.counts
        expected = _divide((totals**2).sum(axis=1), totals.sum(axis=1) ** 2)
        return _divide(self.percent(weights) - expected, 1 - expected)

    def alpha(self, weights: Array) -> Array:
        """Return Krippendorff's alpha, by the formula for nominal answers; the package gives the value itself."""
        totals = weights @ self.counts
        n = totals.sum(axis=1)
        observed = _divide(weights @ self.unequal, n)
        expected = _divide(n**2 - (totals**2).sum(axis=1), n * (n - 1))
        return 1 - _divide(observed, expected)


def _cohen(units: Sequence[Unit], annotators: Sequence[str]) -> Callable[[Array], Array]:
    """Return Cohen's kappa of two annotators as a figure of weights."""
    labels = {a: i for i, a in enumerate(dict.fromkeys(a for unit in units for a in unit.answers.values()))}
    firsts, seconds = (_one_hot(units, name, labels) for name in annotators)
    agree = (firsts * seconds).sum(axis=1)

    def figure(weights: Array) -> Array:
        n = weights.sum(axis=1)
        observed = _divide(weights @ agree, n)
        expected = _divide(((weights @ firsts) * (weights @ seconds)).sum(axis=1), n**2)
        return _divide(observed - expected, 1 - expected)

    return figure


def _one_hot(units: Sequence[Unit], annotator: str, labels: Mapping[Hashable, int]) -> Array:
    import numpy as np

    found: Array = np.zeros((len(units), len(labels)), dtype=np.int64)
    for row, unit in enumerate(units):
        found[row, labels[unit.answers[annotator]]] = 1
    return found


def _divide(above: Array, below: Array) -> Array:
    """Return the quotient, not a number where there is nothing to divide by."""
    import numpy as np

    small = np.abs(below) < 1e-12
    return np.where(small, np.nan, above / np.where(small, 1, below))


def measure_spans(
    reviewed: Sequence[Reviewed], part: str, *, sight: Sight = "all", resamples: int = 0, seed: int = 0
) -> SpanAgreement:
    """Return F1 of the `part` (content, cue, source) over all pairs of annotators: exact, and with half in common.

    Over items that both answered and neither rejected or took apart. Both without a span (no cue, no source) are left
    out: there is nothing to agree on.
    """
    pairs: list[tuple[Spans, Spans]] = []
    for one, other in combinations(reviewed, 2):
        for item_id, state in one.states.items():
            mate = other.states.get(item_id)
            if mate is None or not (_is_of(state, sight) and _is_of(mate, sight)):
                continue
            mine, theirs = answers_of(state).get(part), answers_of(mate).get(part)
            if isinstance(mine, tuple) and isinstance(theirs, tuple) and (mine or theirs):
                pairs.append((mine, theirs))
    exact = [(len(set(mine) & set(theirs)), len(mine) + len(theirs)) for mine, theirs in pairs]
    overlap = [(content_overlap(m, t) >= MIN_OVERLAP, bool(m) + bool(t)) for m, t in pairs]
    return SpanAgreement(
        len(pairs),
        _estimate(_f1(exact), len(pairs), resamples=resamples, seed=seed),
        _estimate(_f1(overlap), len(pairs), resamples=resamples, seed=seed),
    )


def measure_self(reviewed: Reviewed) -> SelfAgreement:
    """Return how many answers to rechecked items equal the annotator's first ones."""
    same = total = 0
    for item_id, again in reviewed.rechecks.items():
        state = reviewed.states.get(item_id)
        if state is None:
            continue
        first, second = answers_of(state), answers_of(again)
        shared = first.keys() & second.keys()
        total += len(shared)
        same += sum(first[question] == second[question] for question in shared)
    return SelfAgreement(total, same / total if total else None)


def _measure_question(units: Sequence[Unit], *, resamples: int, seed: int) -> QuestionAgreement:
    labels = sorted({str(answer) for unit in units for answer in unit.answers.values()})
    annotators = sorted({name for unit in units for name in unit.answers})
    targets = sorted({unit.target for unit in units if unit.target is not None})
    documents = sorted({unit.document for unit in units})
    # A speaker's id is a label too, but one table a name says nothing that the whole does not.
    shown = labels if len(labels) <= 12 else []
    return QuestionAgreement(
        measure_nominal(units, resamples=resamples, seed=seed),
        {label: measure_nominal(_one_label(units, label)) for label in shown},
        {target: measure_nominal([u for u in units if u.target == target]) for target in targets},
        {f"{a} / {b}": measure_nominal(_one_pair(units, a, b)) for a, b in combinations(annotators, 2)},
        {name: measure_nominal([unit for unit in units if unit.document == name]) for name in documents},
    )


def _one_label(units: Iterable[Unit], label: str) -> list[Unit]:
    return [
        Unit(unit.id, unit.document, {name: str(answer) == label for name, answer in unit.answers.items()}, unit.target)
        for unit in units
    ]


def _one_pair(units: Iterable[Unit], one: str, other: str) -> list[Unit]:
    found = []
    for unit in units:
        answers = {name: answer for name, answer in unit.answers.items() if name in (one, other)}
        if len(answers) == 2:
            found.append(Unit(unit.id, unit.document, answers, unit.target))
    return found


def _is_of(state: ItemState, sight: Sight) -> bool:
    return sight == "all" or (state.seen is not None and state.seen is (sight == "shown"))


def _f1(counts: Sequence[tuple[int, int]]) -> Callable[[Array], Array]:
    """Return F1 of (hits, spans of both) per pair as a figure of weights."""
    import numpy as np

    hits, spans = np.array(counts, dtype=np.int64).reshape(-1, 2).T
    return lambda weights: _divide(2 * (weights @ hits), weights @ spans)


def _estimate(figure: Callable[[Array], Array], units: int, *, resamples: int, seed: int) -> Estimate:
    """Return the figure with its bootstrap interval; draws in which it is not defined are left out."""
    import numpy as np

    if not units:
        return Estimate(None)
    value = float(figure(np.ones((1, units), dtype=np.int64))[0])
    if math.isnan(value):
        return Estimate(None)
    if not resamples or units < 2:
        return Estimate(round(value, 6))
    random = np.random.default_rng(seed)
    drawn: list[float] = []
    for start in range(0, resamples, DRAWS_AT_ONCE):
        size = min(DRAWS_AT_ONCE, resamples - start)
        found = figure(random.multinomial(units, np.full(units, 1 / units), size=size))
        drawn.extend(found[~np.isnan(found)].tolist())
    if not drawn:
        return Estimate(round(value, 6))
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Estimate(round(value, 6), round(float(low), 6), round(float(high), 6))
