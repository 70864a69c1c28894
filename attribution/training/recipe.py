"""How the tagger is trained, and on which files: read and checked without any training library."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import MISSING, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sayso.attribution.errors import ArtifactError, ConfigError, InputError

if TYPE_CHECKING:
    from .model import Shape


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train; see the comments in `models/attribution-en/recipe.toml`."""

    seed: int
    encoder_id: str
    encoder_sha256: str
    tokenizer_sha256: str
    train_file: str
    train_sha256: str
    dev_file: str
    dev_sha256: str
    window: int
    pieces_per_batch: int
    vary: float
    epochs: int
    encoder_rate: float
    layer_decay: float
    head_rate: float
    weight_decay: float
    warm_up: float
    clip: float
    dropout: float
    tag_weight: float
    doubtful_cues: float
    averaging: float
    layers: int
    link: int
    reach: int
    teacher_layers: int = 0
    """Layers of the network that is trained first, for the other to learn from; 0: none is."""
    teacher_epochs: int = 0
    teacher_encoder_rate: float = 0.0
    teacher_head_rate: float = 0.0
    states_weight: float = 0.0
    settle_epochs: int = 0
    """Epochs that follow by the labels alone, without the teacher."""
    settle_share: float = 0.0
    """What the rates begin with there, of those of the first epochs."""
    settle_times: int = 1
    """How often these epochs follow, each time from these rates down; the weights kept are the mean of all ends."""

    again_epochs: int = 0
    """Epochs that follow once more, with the mean of the teacher's answers and the network's own so far."""
    again_share: float = 0.0
    """What the rates begin with there, of those of the first epochs."""
    unlabelled_file: str = ""
    """Texts without labels that are read there, too: JSON lines with a `text`."""
    unlabelled_sha256: str = ""

    @property
    def all_epochs(self) -> int:
        return self.epochs + self.settle_epochs * self.settle_times

    @property
    def shape(self) -> Shape:
        from .model import Shape  # loads torch, which reading a recipe does not need

        return Shape(layers=self.layers, link=self.link, reach=self.reach, dropout=self.dropout)

    @property
    def teacher(self) -> Recipe | None:
        """The teacher's recipe."""
        if not self.teacher_layers:
            return None
        return replace(
            self,
            layers=self.teacher_layers,
            epochs=self.teacher_epochs,
            encoder_rate=self.teacher_encoder_rate,
            head_rate=self.teacher_head_rate,
            teacher_layers=0,
            teacher_epochs=0,
            teacher_encoder_rate=0.0,
            teacher_head_rate=0.0,
            **_NOTHING_MORE,
        )

    @property
    def again(self) -> Recipe | None:
        """The recipe by which the network learns on when it has settled."""
        if not self.again_epochs:
            return None
        return replace(
            self,
            epochs=self.again_epochs,
            encoder_rate=self.again_share * self.encoder_rate,
            head_rate=self.again_share * self.head_rate,
            **_NOTHING_MORE,
        )


# Of the teacher, and of the network when it learns on: the rates rise and fall once, and that is the end.
_NOTHING_MORE: dict[str, Any] = {
    "states_weight": 0.0,
    "settle_epochs": 0,
    "settle_share": 0.0,
    "settle_times": 1,
    "again_epochs": 0,
    "again_share": 0.0,
}


def read_recipe(path: Path) -> Recipe:
    """Return the recipe in the TOML file; a missing, unknown or mistyped key raises ConfigError naming it."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: can't read the recipe: {error}") from error
    flat: dict[str, Any] = {}
    raw.pop("decoding", None)  # read by `build.read_decoding`: it may change without training anew
    for key, value in raw.items():
        if isinstance(value, dict):
            flat.update({f"{key}_{name}" if key in _PREFIXED else name: entry for name, entry in value.items()})
        else:
            flat[key] = value
    known = {field.name: field.type for field in fields(Recipe)}
    optional = {field.name for field in fields(Recipe) if field.default is not MISSING}
    for key in flat.keys() - known.keys():
        raise ConfigError(f"{path}: unknown key {key!r}; allowed: {', '.join(sorted(known))}")
    for key, kind in known.items():
        if key not in flat and key in optional:
            continue
        if key not in flat:
            raise ConfigError(f"{path}: key {key!r} is missing")
        fitting = {"int": (int,), "float": (int, float), "str": (str,)}[str(kind)]
        if not isinstance(flat[key], fitting) or isinstance(flat[key], bool):
            raise ConfigError(f"{path}: {key} is {flat[key]!r}, it must be {kind}")
    recipe = Recipe(**flat)
    if recipe.again_epochs and not recipe.teacher_layers:
        raise ConfigError(f"{path}: [again] needs a [teacher]: there is nobody else to learn on from")
    if recipe.settle_times < 1:
        raise ConfigError(f"{path}: settle_times is {recipe.settle_times}, it must be 1 or more")
    return recipe


_PREFIXED = ("encoder", "tokenizer", "train", "dev", "teacher", "again", "unlabelled")


def check_file(path: Path, sha256: str, error: type[InputError] | type[ArtifactError]) -> None:
    """Raise `error` unless the file at `path` has this checksum."""
    if not path.is_file():
        raise error(f"{path}: no such file; the recipe needs the file with sha256 {sha256}")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != sha256:
        raise error(f"{path}: sha256 is {found}, the recipe wants {sha256}; get that file or change the recipe")
