"""The recipe of a pair model: which data, named by checksum, and how it is learnt."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sayso.attribution.errors import ArtifactError, ConfigError, InputError
from sayso.labeling.pair import Calibration
from sayso.labeling.pair_input import LEAST_PIECES

_STRICT = ConfigDict(extra="forbid", frozen=True)
SHA256 = r"^[0-9a-f]{64}$"
DataFormat = Literal["sentences", "families", "newsmtsc", "vast", "unscon"]
OWN = ("sentences", "families")
"""Formats whose targets are a codebook's, and whose lines belong to splits."""
Role = Literal["learn", "choose", "measure"]


class PinnedFile(BaseModel):
    """A file by its checksum."""

    model_config = _STRICT
    sha256: str = Field(pattern=SHA256)


class Encoder(PinnedFile):
    """The pretrained encoder: its id on the Hub, and the checksum of its weights."""

    id: str = Field(min_length=1)


class Start(PinnedFile):
    """A checkpoint of another recipe with the same network, whose weights are begun with in place of the encoder's."""

    file: str = Field(min_length=1)


class Data(PinnedFile):
    """One file of labelled data."""

    name: str = Field(min_length=1)
    file: str = Field(min_length=1)
    format: DataFormat
    licence: str = Field(min_length=1)
    role: Role = "learn"
    codebook: str | None = None
    repeat: int = Field(default=1, ge=1, le=20)
    """How often each pair is seen in an epoch."""
    splits: tuple[Literal["train", "validation", "test"], ...] = ()
    """The splits that are taken: of sentences their own, of other formats that of the text's hash; () for all."""
    readings: int = Field(default=7, ge=1, le=200)
    """Of families: how many readings of each sentence with choices are taken."""


class Network(BaseModel):
    model_config = _STRICT
    layers: int = Field(default=6, ge=1, le=12)
    frozen: int = Field(default=2, ge=0)
    """The lowest layers, which stay as they were pretrained."""
    dropout: float = Field(default=0.1, ge=0, lt=1)


class Optimiser(BaseModel):
    model_config = _STRICT
    epochs: float = Field(gt=0, le=100)
    rows: int = Field(ge=1, le=4096)
    """Pairs in a batch."""
    most_pieces: int = Field(ge=LEAST_PIECES, le=512)
    encoder_rate: float = Field(gt=0)
    """Peak learning rate of the top layer."""
    layer_decay: float = Field(gt=0, le=1)
    head_rate: float = Field(gt=0)
    weight_decay: float = Field(ge=0)
    warm_up: float = Field(ge=0, lt=1)
    clip: float = Field(gt=0)
    smoothing: float = Field(ge=0, lt=1)
    averaging: float = Field(ge=0, lt=1)
    cool_down: tuple[int, int] | None = None
    """Steps between which the rate falls to zero sooner than the epochs are over; learning ends there."""
    settle_times: int = Field(default=0, ge=0, le=20)
    """How often the rate rises and falls once more after that; the weights are then the mean of all ends."""
    settle_epochs: float = Field(default=0.5, gt=0, le=100)
    """How long each of these lasts."""
    settle_share: float = Field(default=0.5, gt=0, le=1)
    """How high the rate rises there, of its first peak."""


class Calibrated(BaseModel):
    """A calibration that is given: where the pairs that choose were learnt, they can't say how sure to be."""

    model_config = _STRICT
    scale: float = Field(gt=0)
    bias: tuple[float, float, float]
    vote: float = 0.0

    def calibration(self) -> Calibration:
        return Calibration(self.scale, self.bias, self.vote)


class Answers(BaseModel):
    model_config = _STRICT
    threshold: float = Field(ge=0, le=1)
    """Below this confidence the label is "unclear"."""
    calibration: Mapping[Literal["codebook", "open"], Calibrated] = Field(default_factory=dict)
    """Of the heads whose calibration is not fitted anew."""


class Recipe(BaseModel):
    """How to train; see the comments in `models/stance-pair/recipe.toml`."""

    model_config = _STRICT
    seed: int = Field(ge=0)
    encoder: Encoder
    tokenizer: PinnedFile
    start: Start | None = None
    network: Network
    optimiser: Optimiser
    answers: Answers
    data: tuple[Data, ...] = Field(min_length=1)

    def of_role(self, role: Role) -> tuple[Data, ...]:
        return tuple(data for data in self.data if data.role == role)


def read_recipe(path: Path) -> Recipe:
    """Return the recipe in the TOML file; a missing, unknown or unfitting key raises ConfigError naming it."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: can't read the recipe: {error}") from error
    try:
        recipe = Recipe.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path}: {key}: {first['msg']}; see models/stance-pair/recipe.toml for every key") from error
    if not recipe.of_role("learn"):
        raise ConfigError(f'{path}: no [[data]] with role = "learn"; there is nothing to learn from')
    cool = recipe.optimiser.cool_down
    if cool is not None and not 0 < cool[0] < cool[1]:
        raise ConfigError(f"{path}: optimiser.cool_down must be two steps, the first before the second: {list(cool)}")
    if recipe.network.frozen >= recipe.network.layers:
        raise ConfigError(f"{path}: network.frozen must be less than network.layers ({recipe.network.layers})")
    for data in recipe.data:
        if data.format in OWN and data.codebook is None:
            raise ConfigError(f"{path}: data {data.name!r} are {data.format} and need the codebook of their targets")
    return recipe


def check_file(path: Path, sha256: str, error: type[InputError] | type[ArtifactError]) -> None:
    """Raise `error` unless the file at `path` has this checksum."""
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as failure:
        why = failure.strerror or failure
        raise error(f"{path}: can't be read ({why}); the recipe needs the file with sha256 {sha256}") from failure
    if found != sha256:
        raise error(f"{path}: sha256 is {found}, the recipe wants {sha256}; get that file or change the recipe")


def describe(recipe: Recipe) -> Mapping[str, object]:
    """Return the recipe as plain values, for metrics and checkpoints."""
    return recipe.model_dump(mode="json", exclude={"start"} if recipe.start is None else None)


def learns_alike(one: Recipe, other: Recipe) -> bool:
    """Return whether both give the same weights: what chooses and measures may change without training anew."""
    alike = one.of_role("learn") == other.of_role("learn") and one.optimiser == other.optimiser
    return alike and all(getattr(one, part) == getattr(other, part) for part in LEARNING)


def may_continue(began: Recipe, recipe: Recipe, step: int) -> bool:
    """Return whether a training that began by one recipe can go on by the other: a cool-down may lie ahead of it."""
    cool = recipe.optimiser.cool_down
    if cool is not None and step <= cool[0]:
        optimiser = began.optimiser.model_copy(update={"cool_down": cool})
        began = began.model_copy(update={"optimiser": optimiser})
    return learns_alike(began, recipe)


LEARNING = ("seed", "encoder", "tokenizer", "start", "network")
