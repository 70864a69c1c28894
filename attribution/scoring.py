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
