"""What every stance model gives, and which one a name means."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

from sayso.attribution.errors import ArtifactError

from . import linear, pair
from .pair_view import PairView
from .prediction import Prediction

PACKAGED = (linear.NAME, pair.NAME)
DEFAULT_MODEL = pair.NAME
"""Of the models that ship: the one that was better on held-out data."""


class StanceModel(Protocol):
    """A trained classifier of pairs."""

    @property
    def origin(self) -> str:
        """What a stance of this model names as its origin."""
        ...

    def predict(self, views: Sequence[PairView]) -> list[Prediction]:
        """Return a prediction for each view, in order; it depends on nothing but the view."""
        ...

    def explain(self, view: PairView, *, most: int = 6) -> list[tuple[str, float]]:
        """Return what spoke most for the best label, each with its weight, strongest first."""
        ...


def load_stance_model(model: str | Path | None = None) -> StanceModel:
    """Return the model of a packaged name or a folder; None: the default. Raises ArtifactError."""
    folder = find_model(model)
    return pair.load_pair(folder) if is_pair(folder) else linear.load_linear(folder)


def read_origin(model: str | Path | None = None) -> str:
    """Return what stances of this model name as their origin, without loading it; raises ArtifactError."""
    folder = find_model(model)
    return pair.read_origin(folder) if is_pair(folder) else linear.read_origin(folder)


def find_model(model: str | Path | None = None) -> Path:
    """Return the folder of a packaged model's name, or the folder that is given; raises ArtifactError."""
    name = DEFAULT_MODEL if model is None else str(model)
    if Path(name).is_dir():
        return Path(name)
    packaged = Path(str(files("sayso.models").joinpath(name))) if "/" not in name else Path(name)
    if not packaged.is_dir():
        raise ArtifactError(
            f"no stance model in {name}; allowed: {linear.NAME}, {pair.NAME}, `majority`, or a folder that "
            "`sayso train stance` or `sayso train stance-pair` made"
        )
    return packaged


def is_pair(folder: Path) -> bool:
    """Return whether the folder holds a pair model, by what its config or metrics say."""
    if (folder / pair.CONFIG).is_file() or (folder / pair.GRAPH).is_file():
        return True
    try:
        artifact: Any = json.loads((folder / pair.METRICS).read_text(encoding="utf-8"))["artifact"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return isinstance(artifact, dict) and artifact.get("name") == pair.NAME
