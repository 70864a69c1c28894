"""What dev decides: the weights that turn scores into a calibrated confidence, and how well they do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sayso.attribution.errors import InputError
from sayso.attribution.gold import GoldDocument
from sayso.attribution.tagger import Tagged
from sayso.attribution.types import Spans

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Calibration:
    """`weights` as `tagger.calibrate` reads them; `error` is the expected calibration error in held-out folds."""

    weights: tuple[float, ...]
    error: float
    bins: tuple[tuple[float, float, int], ...]
    """(mean confidence, share of right ones, number) per tenth, from held-out folds."""


def choose_calibration(documents: Sequence[GoldDocument], tagged: Sequence[Sequence[Tagged]]) -> Calibration:
    """Return weights fitted on all of `documents`, and their error when fitted on four fifths of the articles.

    An attribution is right when its content and an annotated one share half of their characters or more. Raises
    InputError where too few were found to fit anything.
    """
    from sklearn.linear_model import LogisticRegression

    scores, right, fold = [], [], []
    for number, (document, found) in enumerate(zip(documents, tagged, strict=True)):
        for item, fits in zip(found, _right(document, found), strict=True):
            scores.append([*(_logit(x) for x in (item.cue_score, item.link_score, item.path_score)), float(item.voted)])
            right.append(fits)
            fold.append(number % FOLDS)
    x, y, folds = np.asarray(scores), np.asarray(right), np.asarray(fold)
    if any(len(set(y[folds != k].tolist())) < 2 for k in range(FOLDS)):
        raise InputError(
            f"the trained tagger found {len(y)} attributions in the {len(documents)} articles of dev, {int(y.sum())} "
            "of them right: too few to calibrate on; train on more articles or longer, or give more for dev"
        )
    held_out = np.zeros(len(y))
    for k in range(FOLDS):
        if not (folds == k).any():
            continue
        model = LogisticRegression(C=1.0, max_iter=1000).fit(x[folds != k], y[folds != k])
        held_out[folds == k] = model.predict_proba(x[folds == k])[:, 1]
    final = LogisticRegression(C=1.0, max_iter=1000).fit(x, y)
    error, bins = reliability(held_out, y)
    weights = (float(final.intercept_[0]), *(float(w) for w in final.coef_[0]))
    return Calibration(tuple(round(w, 5) for w in weights), error, bins)


def reliability(
    confidence: NDArray[np.float64], right: NDArray[np.bool_]
) -> tuple[float, tuple[tuple[float, float, int], ...]]:
    """Return the expected calibration error over tenths, and (mean confidence, share right, number) of each."""
    tenths = np.minimum((confidence * 10).astype(int), 9)
    bins = []
    error = 0.0
    for k in range(10):
        inside = tenths == k
        n = int(inside.sum())
        if n:
            mean, share = float(confidence[inside].mean()), float(right[inside].mean())
            bins.append((round(mean, 4), round(share, 4), n))
            error += n / len(confidence) * abs(mean - share)
    return error, tuple(bins)


def _right(document: GoldDocument, found: Sequence[Tagged]) -> list[bool]:
    """Return for each found attribution whether it is paired with an annotated one, best pairs first."""
    pairs = []
    for i, item in enumerate(found):
        for j, gold in enumerate(document.attributions):
            overlap = _overlap(item.contents, gold.content)
            if overlap >= 0.5:
                pairs.append((-overlap, i, j))
    used: set[int] = set()
    fits = [False] * len(found)
    for _, i, j in sorted(pairs):
        if not fits[i] and j not in used:
            fits[i] = True
            used.add(j)
    return fits


def _overlap(ours: Spans, theirs: Spans) -> float:
    if not any(a.overlaps(b) for a in ours for b in theirs):
        return 0.0
    shared = sum(max(0, min(a.end, b.end) - max(a.start, b.start)) for a in ours for b in theirs)
    return shared / (sum(map(len, ours)) + sum(map(len, theirs)) - shared)


def _logit(p: float) -> float:
    p = min(max(p, 1e-4), 1 - 1e-4)
    return math.log(p / (1 - p))
