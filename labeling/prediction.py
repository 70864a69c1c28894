"""What a stance model says of one pair."""

from __future__ import annotations

from dataclasses import dataclass

from sayso.attribution.types import StanceLabel

from .codebook import DecidedLabel


@dataclass(frozen=True, slots=True)
class Prediction:
    """The most likely label, its probability, and the label given: "unclear" below the threshold."""

    best: DecidedLabel
    confidence: float
    label: StanceLabel
    probabilities: tuple[float, ...]
    """Of `LABELS`, in their order."""
