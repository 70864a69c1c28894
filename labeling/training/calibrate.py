"""What makes the network's scores probabilities, fitted on pairs that were not learnt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sayso.labeling.pair import Calibration

Array = NDArray[np.float64]
# Few hundred pairs can't carry more than a slight leaning towards one label.
BIAS_PENALTY = 4.0
VOTE_PENALTY = 1.0


def fit_calibration(scores: Array, votes_given: Array, possible: Array, *, votes: bool) -> Calibration:
    """Return scale, biases and, with `votes`, the worth of a vote that make the right labels most likely.

    Rows are pairs, columns labels; `possible` is 1 for each label that is right.
    """
    from scipy.optimize import minimize

    def loss(x: Array) -> float:
        sums = x[0] * scores + x[1:4] + (x[4] * votes_given if votes else 0.0)
        sums = sums - sums.max(1, keepdims=True)
        logs = sums - np.log(np.exp(sums).sum(1, keepdims=True))
        likely = np.log(np.maximum((np.exp(logs) * possible).sum(1), 1e-12))
        penalty = BIAS_PENALTY * float((x[1:4] ** 2).sum()) + VOTE_PENALTY * float(x[4] ** 2)
        return float(penalty - likely.sum())

    bounds = [(0.05, 5.0), (-2, 2), (-2, 2), (-2, 2), (0.0, 2.0) if votes else (0.0, 0.0)]
    found = minimize(loss, np.array([1.0, 0.0, 0.0, 0.0, 0.0]), method="L-BFGS-B", bounds=bounds).x
    return Calibration(
        round(float(found[0]), 4), tuple(round(float(x), 4) for x in found[1:4]), round(float(found[4]), 4)
    )
