"""One label out of many votes: the majority, or weights learnt from labelled pairs."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any, Literal, get_args

from sayso.attribution.errors import ConfigError
from sayso.attribution.types import StanceLabel

from .codebook import LABELS, DecidedLabel
from .functions import FUNCTIONS, Vote

Aggregation = Literal["majority", "learned", "dawid-skene"]
AGGREGATIONS: tuple[Aggregation, ...] = get_args(Aggregation)

# The codebook's answer for a mere mention counts only where nothing else speaks.
FALLBACK = "only-named"


def majority(votes: Sequence[Vote]) -> tuple[StanceLabel, float]:
    """Return the label with the most votes and its share of them; "unclear" and 0 for a tie or no vote."""
    counts = dict.fromkeys(LABELS, 0.0)
    for item in votes:
        counts[item.label] += 0.5 if item.function == FALLBACK else 1.0
    total = sum(counts.values())
    ordered = sorted(LABELS, key=lambda label: -counts[label])
    if not total or counts[ordered[0]] == counts[ordered[1]]:
        return "unclear", 0.0
    return ordered[0], counts[ordered[0]] / total


class LearnedVotes:
    """Weights for each function's each answer, learnt from labelled pairs by logistic regression."""

    def __init__(self) -> None:
        self._columns = {
            key: number for number, key in enumerate((name, label) for name in sorted(FUNCTIONS) for label in LABELS)
        }

    def fit(self, votes: Sequence[Sequence[Vote]], labels: Sequence[DecidedLabel]) -> LearnedVotes:
        """Learn from the votes on each pair and its label; returns self."""
        from sklearn.linear_model import LogisticRegression

        self.model_ = LogisticRegression(C=1.0, max_iter=1000).fit(self._rows(votes), list(labels))
        return self

    def predict(self, votes: Sequence[Sequence[Vote]]) -> list[StanceLabel]:
        """Return the most likely label of each pair; "unclear" where no function spoke."""
        found = self.model_.predict(self._rows(votes))
        return [str(label) if cast else "unclear" for cast, label in zip(votes, found, strict=True)]  # type: ignore[misc]

    def _rows(self, votes: Sequence[Sequence[Vote]]) -> Any:
        import numpy as np

        rows = np.zeros((len(votes), len(self._columns)))
        for number, cast in enumerate(votes):
            for item in cast:
                rows[number, self._columns[item.function, item.label]] = 1.0
        return rows


def dawid_skene(votes: Sequence[Sequence[Vote]]) -> list[StanceLabel]:
    """Return the labels of crowd-kit's Dawid-Skene model, which learns each function's errors without any gold.

    crowd-kit is not a dependency (it needs transformers): raises ConfigError where it is not installed.
    """
    try:
        aggregation = importlib.import_module("crowdkit.aggregation")
        pandas = importlib.import_module("pandas")
    except ImportError as error:
        raise ConfigError(
            f"Dawid-Skene needs crowd-kit ({error}); `pip install crowd-kit`, or choose another of: majority, learned"
        ) from error
    rows = [(number, item.function, item.label) for number, cast in enumerate(votes) for item in cast]
    found = aggregation.DawidSkene(n_iter=50).fit_predict(pandas.DataFrame(rows, columns=["task", "worker", "label"]))
    return [found.get(number, "unclear") for number in range(len(votes))]
