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

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from .gold import GoldDocument
from .score_counts import Answers, Counts, count_article
from .score_errors import ScoringError, errors
from .score_report import (
    B3_SCORES,
    KINDS,
    PRF_SCORES,
    RATE_SCORES,
    REPORT_SCHEMA_VERSION,
    Estimate,
    KindName,
    KindScores,
    Prf,
    Rate,
    Report,
)
from .types import Attribution

__all__ = [
    "B3_SCORES",
    "KINDS",
    "PRF_SCORES",
    "RATE_SCORES",
    "REPORT_SCHEMA_VERSION",
    "Estimate",
    "KindName",
    "KindScores",
    "Prf",
    "Rate",
    "Report",
    "ScoringError",
    "errors",
    "score",
]


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
        answers = Answers.make(document, predicted.get(document.id, ()))
        for kind, kinds in KINDS.items():
            counts[kind].append(count_article(answers, kinds))
    weights = _bootstrap_weights(len(gold), resamples, seed)
    known = {document.id for document in gold}
    return Report(
        articles=len(gold),
        unscored_articles=sum(article_id not in known for article_id in predicted),
        resamples=resamples,
        seed=seed,
        kinds={kind: _kind_scores(kind, per_article, weights) for kind, per_article in counts.items()},
    )


Sums = NDArray[np.float64]
"""One sum per row: first over all articles, then over each resample of them."""


def _bootstrap_weights(n_articles: int, resamples: int, seed: int) -> Sums:
    """Return how often each row counts each article: once in the first, as drawn in the others.

    There are no others for fewer than two articles: one article says nothing about how much articles differ.
    """
    once = np.ones((1, n_articles))
    if n_articles < 2:
        return once
    draws = np.random.default_rng(seed).multinomial(n_articles, np.full(n_articles, 1 / n_articles), size=resamples)
    return np.vstack([once, draws])


def _kind_scores(kind: KindName, per_article: Sequence[Counts], weights: Sums) -> KindScores:
    names = sorted({name for counts in per_article for name in counts})
    table = np.array([[counts[name] for name in names] for counts in per_article], dtype=np.float64)
    sums = weights @ table.reshape(len(per_article), len(names))
    by_name = {name: sums[:, i] for i, name in enumerate(names)}
    none = np.zeros(len(weights))

    def total(name: str) -> Sums:
        return by_name.get(name, none)

    def prf(name: str) -> Prf:
        hits, predicted, gold = (total(f"{name}.{part}") for part in ("hits", "predicted", "gold"))
        return Prf(
            precision=_estimate(hits, predicted),
            recall=_estimate(hits, gold),
            f1=_estimate(2 * hits, predicted + gold),
            hits=round(hits[0]),
            predicted=round(predicted[0]),
            gold=round(gold[0]),
        )

    def rate(name: str) -> Rate:
        hits, of = total(f"{name}.hits"), total(f"{name}.of")
        return Rate(share=_estimate(hits, of), hits=round(float(hits[0]), 6), of=round(of[0]))

    def b3_f1(name: str) -> Estimate:
        # Precision and recall are means over the same items, so sums p and r give 2pr / ((p + r) * items).
        p, r, of = total(f"{name}_precision.hits"), total(f"{name}_recall.hits"), total(f"{name}_recall.of")
        return _estimate(2 * p * r, (p + r) * of)

    return KindScores(
        kind=kind,
        gold=round(total("relaxed.gold")[0]),
        predicted=round(total("relaxed.predicted")[0]),
        optional=round(total("optional")[0]),
        prf={name: prf(name) for name in PRF_SCORES},
        rates={name: rate(name) for name in RATE_SCORES},
        b3_f1={name: b3_f1(name) for name in B3_SCORES},
    )


def _estimate(hits: Sums, of: Sums) -> Estimate:
    """Return the ratio with its percentile interval; resamples that drew nothing to score are left out."""
    if not of[0]:
        return Estimate(None, None, None)
    value = round(float(hits[0] / of[0]), 6)
    scored = of[1:] > 0
    if not scored.any():
        return Estimate(value, None, None)
    low, high = np.percentile(hits[1:][scored] / of[1:][scored], [2.5, 97.5])
    return Estimate(value, round(float(low), 6), round(float(high), 6))
