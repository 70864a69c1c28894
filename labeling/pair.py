"""The pair model in use: a passage and a target's proposition in, a label with its probability out.

One graph in ONNX Runtime, its weights in int8. Activations are quantised as they come, over everything that goes
through the graph at once; each pair therefore goes through alone, and its answer depends on nothing else.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sayso.attribution.errors import ArtifactError
from sayso.attribution.types import StanceLabel

from .codebook import LABELS
from .functions import vote
from .pair_input import LEAST_PIECES, MASK, SCHEME, Ints, PairInput, make_input, read_tokenizer
from .pair_view import PairView
from .prediction import Prediction
from .terms import read_words

if TYPE_CHECKING:
    from tokenizers import Tokenizer

NAME = "stance-pair"
CONFIG = "config.json"
METRICS = "metrics.json"
GRAPH = "model.onnx"
TOKENIZER = "tokenizer.json"
FILES = (GRAPH, TOKENIZER)
HEADS = ("codebook", "open")
"""One answer for propositions of a codebook, one for targets that are mentions: the tone towards them."""
CURE = "install Sayso again, or rebuild it with `sayso train stance-pair`"
# A word whose loss changes less says nothing.
LEAST_WEIGHT = 0.005
MOST_EXPLAINED = 80

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Calibration:
    """What makes a head's scores probabilities: softmax of `scale` times the scores, plus `bias`, plus votes."""

    scale: float = 1.0
    bias: tuple[float, ...] = (0.0, 0.0, 0.0)
    vote: float = 0.0
    """What one labeling function's vote for a label adds to it."""

    def chances(self, scores: Sequence[float], votes: Sequence[int]) -> tuple[float, ...]:
        """Return the probability of each label."""
        sums = [self.scale * s + b + self.vote * v for s, b, v in zip(scores, self.bias, votes, strict=True)]
        top = max(sums)
        weights = [math.exp(x - top) for x in sums]
        total = sum(weights)
        return tuple(weight / total for weight in weights)


@dataclass(frozen=True, slots=True)
class Settings:
    """What answering needs beside the graph; written by training into `config.json`."""

    threshold: float
    most_pieces: int
    calibration: Mapping[str, Calibration] = field(default_factory=dict)


class Scorer(Protocol):
    """The graph."""

    def score(self, ids: Ints, marks: Ints) -> Floats:
        """Return scores [head, label] of one input."""
        ...


class PairStance:
    """A trained pair model; answers for a codebook's targets and for open ones (mentions)."""

    def __init__(self, tokenizer: Tokenizer, scorer: Scorer, settings: Settings, *, version: str) -> None:
        self.tokenizer = tokenizer
        self.scorer = scorer
        self.settings = settings
        self.version = version

    @property
    def origin(self) -> str:
        """What a stance of this model names as its origin."""
        return f"model:{NAME}@{self.version}"

    def predict(self, views: Sequence[PairView]) -> list[Prediction]:
        """Return a prediction for each view, in order."""
        return [self._predict(view, make_input(view, self.tokenizer, most=self.settings.most_pieces)) for view in views]

    def scores(self, view: PairView) -> tuple[float, ...]:
        """Return the graph's scores of the labels, before calibration."""
        return self._scores(view, make_input(view, self.tokenizer, most=self.settings.most_pieces))

    def _scores(self, view: PairView, read: PairInput) -> tuple[float, ...]:
        return tuple(float(x) for x in self.scorer.score(read.ids, read.marks)[HEADS.index(head_of(view))])

    def _predict(self, view: PairView, read: PairInput) -> Prediction:
        calibration = self.settings.calibration.get(head_of(view), Calibration())
        votes = count_votes(view) if calibration.vote else (0,) * len(LABELS)
        chances = calibration.chances(self._scores(view, read), votes)
        best = chances.index(max(chances))
        label: StanceLabel = LABELS[best] if chances[best] >= self.settings.threshold else "unclear"
        return Prediction(LABELS[best], chances[best], label, chances)

    def explain(self, view: PairView, *, most: int = 6) -> list[tuple[str, float]]:
        """Return the words without which the best label would be less likely, each with what it is worth.

        A word's worth is how much of the label's probability is lost when it is hidden.
        """
        whole = make_input(view, self.tokenizer, most=self.settings.most_pieces)
        predicted = self._predict(view, whole)
        at = LABELS.index(predicted.best)
        worth: dict[str, float] = {}
        for word, places in _words_of(view, whole)[:MOST_EXPLAINED]:
            ids = whole.ids.copy()
            ids[places] = MASK
            lost = (
                predicted.confidence - self._predict(view, PairInput(ids, whole.marks, whole.starts)).probabilities[at]
            )
            worth[word] = max(worth.get(word, 0.0), lost)
        found = [(f"“{word}”", weight) for word, weight in worth.items() if weight >= LEAST_WEIGHT]
        return sorted(found, key=lambda item: (-item[1], item[0]))[:most]


def head_of(view: PairView) -> str:
    """Return which of `HEADS` answers for the view's target."""
    return "codebook" if view.target else "open"


def count_votes(view: PairView) -> tuple[int, ...]:
    """Return how many labeling functions vote for each of `LABELS`."""
    given = [found.label for found in vote(view)]
    return tuple(given.count(label) for label in LABELS)


def _words_of(view: PairView, read: PairInput) -> list[tuple[str, Ints]]:
    """Return the words of the passage that the input holds, as they stand there, each with its pieces."""
    found = []
    for word in read_words(view.passage.text):
        places = np.flatnonzero((read.starts >= word.start) & (read.starts < word.end))
        if len(places):
            found.append((view.passage.text[word.start : word.end], places))
    return found


# --- files ------------------------------------------------------------------------------------------------------------


def load_pair(folder: Path) -> PairStance:
    """Return the model in `folder`.

    Every file is checked against the checksum in `config.json`; one that is missing, changed or of another scheme
    raises ArtifactError.
    """
    config = _read_config(folder)
    for name in FILES:
        _check(folder / name, config["files"][name])
    settings = _read_settings(folder, config)
    return PairStance(
        read_tokenizer(str(folder / TOKENIZER)),
        _OnnxScorer(folder / GRAPH),
        settings,
        version=str(config["version"]),
    )


def read_origin(folder: Path) -> str:
    """Return what stances of the model in `folder` name as their origin, without loading it; raises ArtifactError."""
    return f"model:{NAME}@{_read_config(folder)['version']}"


def _read_config(folder: Path) -> dict[str, Any]:
    path = folder / CONFIG
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ArtifactError(f"no stance model in {folder}: {CONFIG} can't be read ({error}); {CURE}") from error
    if not isinstance(config, dict) or config.get("scheme") != SCHEME:
        stated = config.get("scheme") if isinstance(config, dict) else config
        raise ArtifactError(
            f"{folder} was trained on input scheme {stated!r:.40}, this release reads {SCHEME}; rebuild it with "
            "`sayso train stance-pair`"
        )
    files = config.get("files")
    missing = [name for name in FILES if not isinstance(files, dict) or name not in files]
    if missing or "version" not in config:
        raise ArtifactError(f"{path}: no checksum of {', '.join(missing) or 'its version'}; {CURE}")
    return config


def _check(path: Path, sha256: str) -> None:
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ArtifactError(f"{path}: can't be read ({error.strerror or error}); {CURE}") from error
    if found != sha256:
        raise ArtifactError(
            f"{path.parent}: {path.name} has SHA-256 {found[:12]}…, {CONFIG} says {str(sha256)[:12]}…; "
            f"the file was changed or damaged: {CURE}"
        )


def _read_settings(folder: Path, config: Mapping[str, Any]) -> Settings:
    try:
        calibration = {
            head: Calibration(float(raw["scale"]), tuple(float(x) for x in raw["bias"]), float(raw["vote"]))
            for head, raw in config["calibration"].items()
        }
        settings = Settings(float(config["threshold"]), int(config["most_pieces"]), calibration)
        numbers = [settings.threshold, *(x for c in calibration.values() for x in (c.scale, c.vote, *c.bias))]
        if not all(map(math.isfinite, numbers)) or any(len(c.bias) != len(LABELS) for c in calibration.values()):
            raise ValueError("a number is not finite, or one is missing")
        if settings.most_pieces < LEAST_PIECES:
            raise ValueError(f"most_pieces is below {LEAST_PIECES}")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ArtifactError(f"{folder / CONFIG}: the settings can't be read ({error!r}); {CURE}") from error
    return settings


class _OnnxScorer:
    def __init__(self, path: Path) -> None:
        import onnxruntime as ort

        options = ort.SessionOptions()
        # A build runs one process a core: more threads here would take the time of the others.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's own classes are not public
            raise ArtifactError(f"{path}: ONNX Runtime can't load it: {error}; {CURE}") from error

    def score(self, ids: Ints, marks: Ints) -> Floats:
        (scores,) = self._session.run(["scores"], {"ids": ids[None], "marks": marks[None]})
        found: Floats = scores[0]
        return found
