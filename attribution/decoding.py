"""Label scores in, labelled spans out: the tagger's label scheme and its exact decoding, in numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

ROLES = ("cue", "source", "content")
# O, then for each role: begins, goes on, ends, stands alone.
LABELS = ("O", *(f"{role}-{place}" for role in ROLES for place in "BIES"))
OUT = 0
IMPOSSIBLE = -1e4
TINY = 1e-30


def first_label(role: str) -> int:
    """Return the number of the label `role`-B; -I, -E and -S follow it."""
    return 1 + 4 * ROLES.index(role)


CUE_STARTS = (first_label("cue"), first_label("cue") + 3)


def allowed_transitions() -> tuple[Flags, Flags, Flags]:
    """Return which labels may stand first, which [from, to] may follow each other, and which may stand last."""
    opens = np.asarray([label == "O" or label[-1] in "BS" for label in LABELS])
    closes = np.asarray([label == "O" or label[-1] in "ES" for label in LABELS])
    between = closes[:, None] & opens[None, :]
    for a, one in enumerate(LABELS):
        for b, other in enumerate(LABELS):
            if one[-1] in "BI" and other[-1] in "IE" and one[:-1] == other[:-1]:
                between[a, b] = True
    return opens, between, closes


def label_spans(spans: list[tuple[str, int, int]], length: int) -> Ints:
    """Return the labels of `length` pieces; a later span wins over an earlier one that it overlaps."""
    labels = np.zeros(length, np.int64)
    for role, start, end in spans:
        if labels[start:end].any():
            continue
        first = first_label(role)
        if end - start == 1:
            labels[start] = first + 3
        else:
            labels[start], labels[end - 1] = first, first + 2
            labels[start + 1 : end - 1] = first + 1
    return labels


def read_spans(labels: Ints) -> list[tuple[str, int, int]]:
    """Return the (role, start, end) that `labels` spell, in order."""
    spans = []
    start = 0
    for i in np.flatnonzero(labels):
        role, place = divmod(int(labels[i]) - 1, 4)
        if place in (0, 3):
            start = int(i)
        if place in (2, 3):
            spans.append((ROLES[role], start, int(i) + 1))
    return spans


def decode(scores: Floats, lengths: Ints, start: Floats, between: Floats, end: Floats) -> tuple[Ints, Floats]:
    """Return the best labels [row, piece] of `scores` [row, piece, label], and each row's best path score."""
    rows, longest, n = scores.shape
    best = start + scores[:, 0]
    back = np.zeros((longest, rows, n), np.int8)
    still = np.broadcast_to(np.arange(n, dtype=np.int8), (rows, n))
    into = np.ascontiguousarray(between.T)
    for i in range(1, longest):
        paths = best[:, None, :] + into  # [row, to, from]
        came = paths.argmax(2)
        reached = np.take_along_axis(paths, came[..., None], 2)[..., 0] + scores[:, i]
        inside = (i < lengths)[:, None]
        back[i] = np.where(inside, came, still)
        best = np.where(inside, reached, best)
    best = best + end
    label = best.argmax(1)
    labels = np.zeros((rows, longest), np.int64)
    every = np.arange(rows)
    for i in range(longest - 1, -1, -1):
        labels[:, i] = label
        label = back[i, every, label]
    labels[np.arange(longest)[None] >= lengths[:, None]] = OUT
    return labels, best.max(1)


def softmax(scores: Floats) -> Floats:
    """Return each label's probability [row, piece, label], every piece by itself."""
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    probability: Floats = weights / weights.sum(-1, keepdims=True)
    return probability


def marginals(scores: Floats, lengths: Ints, start: Floats, between: Floats, end: Floats) -> tuple[Floats, Floats]:
    """Return each label's probability [row, piece, label] over all paths, and the log of their summed weight per row.

    Forward-backward in probability space, scaled at every piece; pieces from `lengths` on have probability 0.
    """
    rows, longest, n = scores.shape
    top = scores.max(2, keepdims=True)
    weight = np.ascontiguousarray(np.exp(scores - top).transpose(1, 0, 2))
    inside: Flags = np.asarray(np.arange(longest)[:, None] < lengths[None], np.bool_)
    whole: Flags = np.asarray(inside.all(axis=1))
    steps, ends = np.exp(between), np.exp(end)
    alpha = np.empty((longest, rows, n), np.float32)
    scale = np.ones((longest, rows, 1), np.float32)
    alpha[0] = np.exp(start) * weight[0]
    scale[0] = np.maximum(alpha[0].sum(1, keepdims=True), TINY)
    alpha[0] /= scale[0]
    for i in range(1, longest):
        reached = (alpha[i - 1] @ steps) * weight[i]
        sums = np.maximum(reached.sum(1, keepdims=True), TINY)
        if whole[i]:
            np.divide(reached, sums, out=alpha[i])
            scale[i] = sums
        else:
            on = inside[i][:, None]
            alpha[i] = np.where(on, reached / sums, alpha[i - 1])
            scale[i] = np.where(on, sums, 1)
    last = np.maximum((alpha[-1] * ends).sum(1, keepdims=True), TINY)
    logs = np.log(scale[..., 0]).sum(0) + (top[..., 0] * inside.T).sum(1) + np.log(last[:, 0])
    beta = np.empty((longest, rows, n), np.float32)
    beta[-1] = ends / last
    weight /= scale
    back = np.ascontiguousarray(steps.T)
    for i in range(longest - 2, -1, -1):
        came = (weight[i + 1] * beta[i + 1]) @ back
        beta[i] = came if whole[i + 1] else np.where(inside[i + 1][:, None], came, beta[i + 1])
    probability: Floats = np.ascontiguousarray((alpha * beta * inside[..., None]).transpose(1, 0, 2))
    return probability, logs.astype(np.float32)


def total(scores: Floats, lengths: Ints, start: Floats, between: Floats, end: Floats) -> Floats:
    """Return the logarithm of the summed weight of all paths, per row."""
    alpha = start + scores[:, 0]
    weights = np.exp(between)
    for i in range(1, scores.shape[1]):
        top = alpha.max(1, keepdims=True)
        # Not `@`: its sums may depend on how many rows there are, and a row's result must not.
        reached = np.einsum("ij,jk->ik", np.exp(alpha - top), weights)
        following = np.log(np.maximum(reached, TINY)) + top + scores[:, i]
        alpha = np.where((i < lengths)[:, None], following, alpha)
    alpha = alpha + end
    top = alpha.max(1, keepdims=True)
    summed: Floats = (np.log(np.exp(alpha - top).sum(1)) + top[:, 0]).astype(np.float32)
    return summed
