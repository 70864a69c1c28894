"""Scores of predicted stances: per label and target, calibration, abstention, intervals, and McNemar's test."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sayso.attribution.errors import InputError

from .codebook import LABELS

BINS = 10
ABSTENTION_STEPS = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """One pair with the labels that count as right, and what was predicted; `label` may be "unclear"."""

    id: str
    target: str
    gold: tuple[str, ...]
    label: str
    confidence: float
    group: str
    best: str = ""
    """The most likely label where `label` is "unclear" for lack of confidence."""

    @property
    def right(self) -> bool:
        return self.label in self.gold

    @property
    def truth(self) -> str:
        """The gold label that it is counted under: the predicted one where several are right."""
        return self.label if self.label in self.gold else self.gold[0]


@dataclass(frozen=True, slots=True)
class Scores:
    """Everything that `sayso evaluate stance` prints."""

    n: int
    macro_f1: float
    macro_f1_forced: float
    """Of the most likely labels, as if none were withheld."""
    accuracy: float
    unclear: int
    per_label: Mapping[str, Mapping[str, float]]
    per_target: Mapping[str, Mapping[str, float]]
    confusion: Mapping[str, Mapping[str, int]]
    calibration_error: float
    reliability: Sequence[Mapping[str, float]]
    abstention: Sequence[Mapping[str, float]]
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    mcnemar: Mapping[str, float] | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "n": self.n,
            "macro_f1": _round(self.macro_f1),
            "macro_f1_forced": _round(self.macro_f1_forced),
            "accuracy": _round(self.accuracy),
            "unclear": self.unclear,
            "calibration_error": _round(self.calibration_error),
            "intervals": {name: [_round(low), _round(high)] for name, (low, high) in self.intervals.items()},
            "per_label": {name: _rounded(row) for name, row in self.per_label.items()},
            "per_target": {name: _rounded(row) for name, row in self.per_target.items()},
            "confusion": {gold: dict(row) for gold, row in self.confusion.items()},
            "reliability": [_rounded(row) for row in self.reliability],
            "abstention": [_rounded(row) for row in self.abstention],
            "mcnemar": None if self.mcnemar is None else _rounded(self.mcnemar),
        }


def score_answers(answers: Sequence[Answer], *, resamples: int = 1000, seed: int = 0) -> Scores:
    """Return the scores of `answers`; intervals are 95 % bootstrap ones over groups (families, articles).

    Macro-F1 is over those labels that gold has; "unclear" is wrong in it. Calibration is of the most likely label,
    also where it was withheld.
    """
    if not answers:
        raise InputError("nothing to score: no pair with a gold label was predicted; check the targets and the split")
    per_label: dict[str, dict[str, float]] = {label: _label_scores(answers, label) for label in LABELS}
    reliability = reliability_bins(answers)
    targets: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        targets[answer.target].append(answer)
    many = len(targets) > 30  # open targets: a table of hundreds helps nobody
    return Scores(
        n=len(answers),
        macro_f1=macro_f1(answers),
        macro_f1_forced=macro_f1([replace(answer, label=answer.best or answer.label) for answer in answers]),
        accuracy=_share(answers),
        unclear=sum(answer.label == "unclear" for answer in answers),
        per_label=per_label,
        per_target={}
        if many
        else {
            target: {"n": len(rows), "accuracy": _share(rows), "macro_f1": macro_f1(rows)}
            for target, rows in sorted(targets.items())
        },
        confusion=_confusion(answers),
        calibration_error=sum(abs(row["confidence"] - row["accuracy"]) * row["n"] for row in reliability)
        / len(answers),
        reliability=reliability,
        abstention=abstention_curve(answers),
        intervals=_intervals(answers, resamples, seed) if resamples else {},
    )


def macro_f1(answers: Sequence[Answer]) -> float:
    """Return the mean F1 of the labels that gold has."""
    found = [_label_scores(answers, label) for label in LABELS]
    present = [row["f1"] for row in found if row["n"]]
    return sum(present) / len(present) if present else 0.0


def _label_scores(answers: Iterable[Answer], label: str) -> dict[str, float]:
    hits = predicted = gold = 0
    for answer in answers:
        truth = answer.truth
        gold += truth == label
        predicted += answer.label == label
        hits += truth == label and answer.label == label
    return {
        "n": gold,
        "precision": hits / predicted if predicted else 0.0,
        "recall": hits / gold if gold else 0.0,
        "f1": 2 * hits / (predicted + gold) if predicted + gold else 0.0,
    }


def _share(answers: Sequence[Answer]) -> float:
    return sum(answer.right for answer in answers) / len(answers)


def _confusion(answers: Iterable[Answer]) -> dict[str, dict[str, int]]:
    table: dict[str, dict[str, int]] = {
        gold: dict.fromkeys([*map(str, LABELS), "unclear"], 0) for gold in map(str, LABELS)
    }
    for answer in answers:
        table[answer.truth][answer.label] += 1
    return table


def reliability_bins(answers: Iterable[Answer]) -> list[dict[str, float]]:
    """Return for each tenth of confidence that has answers: how many, their mean confidence, and how many are right."""
    bins: dict[int, list[Answer]] = defaultdict(list)
    for answer in answers:
        bins[min(BINS - 1, int(answer.confidence * BINS))].append(answer)
    return [
        {
            "from": at / BINS,
            "n": len(rows),
            "confidence": sum(row.confidence for row in rows) / len(rows),
            "accuracy": sum((row.best or row.label) in row.gold for row in rows) / len(rows),
        }
        for at, rows in sorted(bins.items())
    ]


def abstention_curve(answers: Sequence[Answer]) -> list[dict[str, float]]:
    """Return for each share of pairs answered, the surest first, the least confidence among them and their accuracy."""
    ordered = sorted(answers, key=lambda answer: (-answer.confidence, answer.id))
    points = []
    for step in range(1, ABSTENTION_STEPS + 1):
        count = max(1, round(len(ordered) * step / ABSTENTION_STEPS))
        chosen = ordered[:count]
        right = sum((row.best or row.label) in row.gold for row in chosen)
        points.append({"answered": count / len(ordered), "threshold": chosen[-1].confidence, "accuracy": right / count})
    return points


def _intervals(answers: Sequence[Answer], resamples: int, seed: int) -> dict[str, tuple[float, float]]:
    groups: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        groups[answer.group].append(answer)
    pools = [groups[name] for name in sorted(groups)]
    chance = random.Random(seed)
    macro, accuracy = [], []
    for _ in range(resamples):
        drawn = [answer for _ in pools for answer in pools[chance.randrange(len(pools))]]
        macro.append(macro_f1(drawn))
        accuracy.append(_share(drawn))
    return {"macro_f1": middle_of(macro), "accuracy": middle_of(accuracy)}


def middle_of(values: list[float]) -> tuple[float, float]:
    """Return the ends of the middle 95 % of resampled values."""
    values.sort()
    return values[int(0.025 * (len(values) - 1))], values[math.ceil(0.975 * (len(values) - 1))]


def compare(first: Sequence[Answer], second: Mapping[str, str]) -> dict[str, float]:
    """Return McNemar's exact test of two classifiers on the pairs that both answered, by id.

    `p_value` is the chance of a difference at least as large if they were equally good.
    """
    better = worse = both = 0
    for answer in first:
        if answer.id in second:
            both += 1
            other = second[answer.id] in answer.gold
            better += answer.right and not other
            worse += other and not answer.right
    if not both:
        raise InputError("the two prediction files have no pair in common; predict on the same file")
    differing = better + worse
    tail = sum(math.comb(differing, k) for k in range(min(better, worse) + 1)) / 2**differing if differing else 1.0
    return {"pairs": both, "only_first_right": better, "only_second_right": worse, "p_value": min(1.0, 2 * tail)}


def _round(value: float) -> float:
    return round(value, 4)


def _rounded(row: Mapping[str, float]) -> dict[str, float]:
    return {name: value if isinstance(value, int) else _round(value) for name, value in row.items()}
