"""The trained choice between candidates: linear weights per kind of source, read from `models/speakers-en`.

A candidate's score is the sum of its features' weights; the softmax over all candidates is the share of each. How sure
an answer of any stage is (see `certainty`) says a logistic regression fitted on held-out articles, so that of answers
with 0.8 about 80 % are right. Weights are plain numbers: nothing is unpickled, and the same input gives the same answer
everywhere.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from .errors import ArtifactError
from .types import SpeakerType

SCHEME = 3
WEIGHTS_FILE = "weights.json"
FOLDS_FILE = "folds.json"
MANIFEST_FILE = "manifest.json"
KEYS = frozenset({"scheme", "name", "version", "weights", "certainty", "thresholds"})

Features = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Choice:
    """The best candidate by its place in the list, its softmax share, and its lead in score over the next one."""

    index: int
    share: float
    lead: float


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How sure an answer must be to be given, by what it claims, each a chance from 0 to 1."""

    naming: float = 0.0
    """People, countries and bodies by their names."""
    describing: float = 0.0
    """Groups and documents: which ones is rarely clear from their words alone ("Republicans", "the report")."""
    open: float = 0.0
    """Unnamed people, and bodies by their kind ("police"): which one may be open, what they are is not."""

    @classmethod
    def all(cls, least: float) -> Thresholds:
        """Return the thresholds that ask the same of every answer."""
        return cls(least, least, least)

    def passes(self, kind: SpeakerType, chance: float, *, named: bool) -> bool:
        """Return whether an answer with this chance to be right is sure enough to be given.

        `named` tells a body by its name from one by its kind.
        """
        if kind == "unnamed" or (kind == "organization" and not named):
            return chance >= self.open
        return chance >= (self.describing if kind in ("group", "document") else self.naming)


@dataclass(frozen=True, slots=True)
class SpeakerRanker:
    """Weights by kind of source ("pronoun", "nominal") and feature, and those of an answer's certainty.

    An answer whose chance to be right is below its threshold is withheld.
    """

    weights: Mapping[str, Mapping[str, float]]
    certainty: Mapping[str, float] = field(default_factory=dict)
    thresholds: Thresholds = Thresholds()

    @classmethod
    def read(cls, folder: Traversable | None = None) -> SpeakerRanker:
        """Return the ranker of a model folder (default: the one that ships).

        Raises ArtifactError when a file is missing, its hash is not the manifest's, or its scheme is another one.
        """
        folder = folder or files("sayso.models") / "speakers-en"
        raw = _checked(folder, WEIGHTS_FILE)
        return cls.from_json(json.loads(raw), where=str(folder))

    @classmethod
    def from_json(cls, record: Any, *, where: str) -> SpeakerRanker:
        """Return the ranker that `to_json` wrote; ArtifactError for another scheme, unknown keys or other values."""
        if not isinstance(record, dict) or record.get("scheme") != SCHEME or not set(record) <= KEYS:
            raise ArtifactError(f"{where}: not a speaker model of scheme {SCHEME}; train it anew or pin sayso")
        try:
            return cls(
                weights={
                    kind: {name: _number(weight) for name, weight in weights.items()}
                    for kind, weights in record["weights"].items()
                },
                certainty={name: _number(weight) for name, weight in record["certainty"].items()},
                thresholds=Thresholds(**{name: _number(least) for name, least in record["thresholds"].items()}),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ArtifactError(f"{where}: {WEIGHTS_FILE} is damaged ({error!r}); reinstall sayso") from error

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form of the weights file."""
        return {
            "scheme": SCHEME,
            "weights": {kind: dict(sorted(weights.items())) for kind, weights in sorted(self.weights.items())},
            "certainty": dict(sorted(self.certainty.items())),
            "thresholds": asdict(self.thresholds),
        }

    def choose(self, kind: str, candidates: Sequence[Features]) -> Choice | None:
        """Return the best of `candidates`, the first of equals; None when there are none."""
        if not candidates:
            return None
        weights = self.weights[kind]
        scores = [_sum(weights, features) for features in candidates]
        best = max(range(len(scores)), key=scores.__getitem__)
        total = sum(math.exp(score - scores[best]) for score in scores)
        second = max((score for index, score in enumerate(scores) if index != best), default=scores[best] - 20.0)
        return Choice(best, 1.0 / total, scores[best] - second)

    def chance(self, features: Features) -> float:
        """Return the chance that an answer with these features is right; 0.5 without weights."""
        return 1.0 / (1.0 + math.exp(-_sum(self.certainty, features)))


def _sum(weights: Mapping[str, float], features: Features) -> float:
    """Return the sum of weight times value; added one by one, as `sum` rounds otherwise from Python 3.12 on."""
    total = 0.0
    for name, value in features.items():
        weight = weights.get(name)
        if weight is not None:
            total += weight * value
    return total


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no finite number")
    return float(value)


@cache
def _folds() -> dict[str, SpeakerRanker]:
    """Return the ranker of each article the shipped one was trained on, by hash of its text, fitted without it."""
    folder = files("sayso.models") / "speakers-en"
    raw = _checked(folder, FOLDS_FILE)
    rankers = {}
    for fold in json.loads(raw)["folds"]:
        rankers.update(dict.fromkeys(fold["texts"], SpeakerRanker.from_json(fold["model"], where=FOLDS_FILE)))
    return rankers


def ranker_for(text_sha256: str) -> tuple[SpeakerRanker, bool]:
    """Return the ranker to measure an article with, and whether it was fitted without it because training used it."""
    held_out = _folds().get(text_sha256)
    return (held_out, True) if held_out is not None else (default_ranker(), False)


def _checked(folder: Traversable, name: str) -> bytes:
    """Return the bytes of a model file whose SHA-256 is the manifest's; ArtifactError otherwise."""
    try:
        raw = (folder / name).read_bytes()
        manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ArtifactError(f"{folder}: no speaker model can be read there ({error}); reinstall sayso") from error
    expected = manifest.get("sha256", {}).get(name) if isinstance(manifest, dict) else None
    found = hashlib.sha256(raw).hexdigest()
    if found != expected:
        raise ArtifactError(f"{folder}: {name} has SHA-256 {found}, the manifest says {expected}; reinstall sayso")
    return raw


@cache
def default_ranker() -> SpeakerRanker:
    """Return the ranker that ships, read once."""
    return SpeakerRanker.read()
