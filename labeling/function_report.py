"""How the labeling functions do on labelled pairs, one by one and put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sayso.attribution.errors import ConfigError, InputError

from .aggregation import LearnedVotes, dawid_skene, majority
from .codebook import LABELS, Codebook
from .functions import FUNCTIONS, Vote, vote
from .pair_view import make_views
from .passages import LabelledPair
from .stance_scores import Answer, macro_f1

AGGREGATED: Mapping[str, str] = {
    "majority": "majority vote",
    "learned": "learned weights (logistic regression)",
    "dawid-skene": "Dawid-Skene (crowd-kit)",
}


@dataclass(frozen=True, slots=True)
class FunctionScores:
    """One labeling function, as shares: of all pairs for the first three, of those it labels for accuracy."""

    name: str
    coverage: float
    overlap: float
    """Labels a pair that another function labels too."""
    conflict: float
    """Labels a pair that another function labels differently."""
    accuracy: float | None


@dataclass(frozen=True, slots=True)
class FunctionReport:
    pairs: int
    functions: tuple[FunctionScores, ...]
    aggregations: Mapping[str, Mapping[str, float]]

    def to_json(self) -> dict[str, Any]:
        """Return the document of `sayso label lf --json`."""
        return {
            "schema_version": 1,
            "pairs": self.pairs,
            "functions": [
                {
                    "name": row.name,
                    "coverage": round(row.coverage, 4),
                    "overlap": round(row.overlap, 4),
                    "conflict": round(row.conflict, 4),
                    "accuracy": None if row.accuracy is None else round(row.accuracy, 4),
                }
                for row in self.functions
            ],
            "aggregations": {name: dict(scores) for name, scores in self.aggregations.items()},
        }


def measure_functions(pairs: Sequence[LabelledPair], codebook: Codebook) -> FunctionReport:
    """Return the report on those `pairs` whose target is found; raises InputError where there is none."""
    cast: list[tuple[LabelledPair, list[Vote]]] = []
    for pair in pairs:
        if pair.label in LABELS:
            cast += [(pair, vote(v)) for hit, v in make_views(pair.passage, codebook) if hit.target == pair.target]
    if not cast:
        raise InputError(
            "no labelled pair whose target its text addresses; check the targets with `sayso codebook check`"
        )
    rows = tuple(_score_function(name, cast) for name in FUNCTIONS)
    return FunctionReport(len(cast), rows, _compare_aggregations(cast))


def _score_function(name: str, cast: Sequence[tuple[LabelledPair, list[Vote]]]) -> FunctionScores:
    spoke = overlap = conflict = right = 0
    for pair, votes in cast:
        own = next((item for item in votes if item.function == name), None)
        if own is None:
            continue
        spoke += 1
        overlap += len(votes) > 1
        conflict += any(item.label != own.label for item in votes)
        right += own.label == pair.label
    total = len(cast)
    return FunctionScores(name, spoke / total, overlap / total, conflict / total, right / spoke if spoke else None)


def _compare_aggregations(cast: Sequence[tuple[LabelledPair, list[Vote]]]) -> dict[str, dict[str, float]]:
    held = [item for item in cast if item[0].split == "test"]
    learnt = [item for item in cast if item[0].split != "test"]
    labels = {str(pair.label) for pair, _ in learnt}
    if not held or len(labels) < 2:
        return {}
    votes = [votes for _, votes in held]
    train_labels = [pair.label for pair, _ in learnt if pair.label is not None and pair.label != "unclear"]
    answers: dict[str, Sequence[str]] = {
        "majority": [majority(item)[0] for item in votes],
        "learned": LearnedVotes().fit([item for _, item in learnt], train_labels).predict(votes),
    }
    try:
        answers["dawid-skene"] = dawid_skene([*votes, *(item for _, item in learnt)])[: len(held)]
    except ConfigError:  # crowd-kit is not installed: the comparison goes without it
        pass
    return {
        name: {
            "macro_f1": round(
                macro_f1(
                    [
                        Answer(pair.id, pair.target, (str(pair.label),), label, 1.0, pair.family)
                        for (pair, _), label in zip(held, labels_, strict=True)
                    ]
                ),
                4,
            ),
            "unclear": sum(label == "unclear" for label in labels_),
        }
        for name, labels_ in answers.items()
    }
