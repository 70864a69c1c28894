"""What scoring reports: the names of all scores with what they count, and the typed report with its JSON form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .types import SPEAKER_TYPES, QuoteKind

REPORT_SCHEMA_VERSION = 1

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
    """Articles with predictions but without gold (or beyond a limit on gold); they are left out."""
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
