"""The baseline classifier: a linear model over words around the target, votes of the labeling functions, and sides.

Its weights are a skops file: loading one can't run code, and only the few types of `TRUSTED` are taken.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sayso.attribution.errors import ArtifactError, InputError
from sayso.attribution.types import StanceLabel

from .codebook import LABELS, Codebook, DecidedLabel
from .features import make_features
from .foreign import OpenExample
from .pair_view import PairView, make_open_view, make_views
from .passages import LabelledPair
from .prediction import Prediction

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_matrix

NAME = "stance-linear"
# Raised whenever the features change: weights of another scheme would read them wrongly.
SCHEME = 1
WEIGHTS = "model.skops"
SCHEMA = "schema.json"
# Where a skops file names an object by its address in memory, or the array of that object.
OBJECT_ID = re.compile(r'("__id__": |"file": ")(\d{1,20})')
METRICS = "metrics.json"
# Types beyond those that skops trusts by itself. Never filled from what a file asks for.
TRUSTED: tuple[str, ...] = ()

# Chosen on the validation families, see models/stance-linear/recipe.toml.
PENALTIES: Mapping[str, float] = {"codebook": 0.1, "open": 0.01}
MIN_COUNTS: Mapping[str, int] = {"codebook": 2, "open": 3}
FOLDS = 5
THRESHOLD = 0.45


@dataclass(frozen=True, slots=True)
class Example:
    """Features of one pair with its label; `group` holds all wordings of one family together, `open` is foreign."""

    features: Mapping[str, float]
    label: DecidedLabel
    group: str
    open: bool = False


class Vocabulary:
    """The features that a classifier knows, each with its column; others are left out of a pair's row."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self._columns = {name: column for column, name in enumerate(self.names)}

    @classmethod
    def of(cls, features: Iterable[Mapping[str, float]], *, min_count: int) -> Vocabulary:
        """Return the features that occur at least `min_count` times, in the order of their names."""
        counts = Counter(name for found in features for name in found)
        return cls(sorted(name for name, count in counts.items() if count >= min_count))

    def transform(self, features: Sequence[Mapping[str, float]]) -> csr_matrix:
        """Return one sparse row for each pair; 32-bit indices, the only ones that the linear solver takes."""
        import numpy as np
        from scipy.sparse import csr_matrix

        columns, values, ends = array("i"), array("d"), array("i", [0])
        known = self._columns
        for found in features:
            for name, value in found.items():
                column = known.get(name)
                if column is not None:
                    columns.append(column)
                    values.append(value)
            ends.append(len(columns))
        parts = (np.frombuffer(values, dtype=np.float64), np.frombuffer(columns, dtype=np.int32))
        shape = (len(features), len(self.names))
        return csr_matrix((*parts, np.frombuffer(ends, dtype=np.int32)), shape=shape)

    def to_bytes(self) -> bytes:
        return "\n".join(self.names).encode("utf-8", "surrogatepass")

    @classmethod
    def from_bytes(cls, content: bytes) -> Vocabulary:
        return cls(content.decode("utf-8", "surrogatepass").split("\n"))


@dataclass(frozen=True, slots=True)
class Part:
    """A classifier with the features it knows, and what makes its decision values probabilities."""

    vocabulary: Vocabulary
    classifier: Any
    calibrator: Any

    def decide(self, features: Sequence[Mapping[str, float]]) -> tuple[Any, Any]:
        """Return decision values and probabilities, a row for each pair, a column for each of their own labels."""
        values = _decision_values(self.classifier, self.vocabulary.transform(features))
        return values, self.calibrator.predict_proba(values)


class LinearStance:
    """A trained model: the part for a codebook's targets, and the one for open targets (mentions) if it was trained.

    They are two because what was learnt of the tone towards mentions made codebook targets worse: macro-F1 of all
    families, cross-validated, fell from .75 to .70 with one classifier for both.
    """

    def __init__(self, codebook: Part, open_part: Part | None = None, *, threshold: float, version: str) -> None:
        self.codebook = codebook
        self.open = open_part
        self.threshold = threshold
        self.version = version

    @property
    def origin(self) -> str:
        """What a stance of this model names as its origin."""
        return f"model:{NAME}@{self.version}"

    def predict(self, views: Sequence[PairView]) -> list[Prediction]:
        """Return a prediction for each view, in order."""
        return self.predict_features(
            [make_features(view, own_target=view.target is not None) for view in views],
            open_targets=bool(views) and views[0].target is None,
        )

    def predict_features(
        self, features: Sequence[Mapping[str, float]], *, open_targets: bool = False
    ) -> list[Prediction]:
        """Return a prediction for each pair's features."""
        if not features:
            return []
        part = (self.open if open_targets else None) or self.codebook
        values, table = part.decide(features)
        classes = [str(label) for label in part.classifier.classes_]
        known = list(part.calibrator.classes_)
        places = [known.index(label) if label in known else -1 for label in LABELS]
        predictions = []
        for scores, row in zip(values, table, strict=True):
            chances = tuple(float(row[at]) if at >= 0 else 0.0 for at in places)
            # The classifier weighs rare labels up, the calibration does not: it says how sure, not which.
            best = [str(label) for label in LABELS].index(classes[int(scores.argmax())])
            sure = chances[best]
            label: StanceLabel = LABELS[best] if sure >= self.threshold else "unclear"
            predictions.append(Prediction(LABELS[best], sure, label, chances))
        return predictions

    def explain(self, view: PairView, *, most: int = 6) -> list[tuple[str, float]]:
        """Return the features that spoke most for the best label, each with its weight, strongest first."""
        features = make_features(view, own_target=view.target is not None)
        part = (self.open if view.target is None else None) or self.codebook
        at = list(part.classifier.classes_).index(self.predict([view])[0].best)
        signs = (-1.0, 1.0) if len(part.classifier.coef_) == 1 else None
        row = part.classifier.coef_[0] * signs[at] if signs else part.classifier.coef_[at]
        matrix = part.vocabulary.transform([features])
        weighed = [
            (part.vocabulary.names[column], float(value * row[column]))
            for column, value in zip(matrix.indices, matrix.data, strict=True)
        ]
        return sorted((item for item in weighed if item[1] > 0), key=lambda item: (-item[1], item[0]))[:most]


def make_examples(pairs: Iterable[LabelledPair], codebook: Codebook) -> list[Example]:
    """Return the features of each pair whose target is found in it; pairs that don't address their target have none."""
    examples = []
    for pair in pairs:
        if pair.label is None or pair.label == "unclear":
            continue
        for hit, view in make_views(pair.passage, codebook):
            if hit.target == pair.target:
                examples.append(Example(make_features(view), pair.label, pair.family))
    return examples


def make_open_examples(examples: Iterable[OpenExample]) -> list[Example]:
    """Return the features of foreign examples, whose targets are mentions rather than propositions."""
    return [
        Example(
            make_features(make_open_view(example.passage, example.first, example.last), own_target=False),
            example.label,
            example.group,
            open=True,
        )
        for example in examples
    ]


def train(examples: Sequence[Example], *, version: str, seed: int = 0, threshold: float = THRESHOLD) -> LinearStance:
    """Return a model of `examples`, calibrated on families that the calibrated fold had not learnt.

    Raises InputError where there is nothing to learn from: no example, one label only, or fewer families than folds.
    """
    own = [example for example in examples if not example.open]
    counts = Counter(example.label for example in own)
    if not own:
        raise InputError(
            "no labelled pair to train on; label some passages first, or give a file of labelled sentences"
        )
    if len(counts) < 2:
        raise InputError(
            f"all {len(own)} labelled pairs are {next(iter(counts))!r}; a classifier needs at least two of the labels "
            f"{', '.join(LABELS)}: label some others"
        )
    groups = {example.group for example in own}
    if len(groups) < 2 * FOLDS:
        raise InputError(
            f"the {len(own)} labelled pairs come from {len(groups)} families; at least {2 * FOLDS} are needed to "
            "calibrate on wording that was not learnt: add other sentences"
        )
    foreign = [example for example in examples if example.open]
    return LinearStance(
        _train_part("codebook", own, seed),
        _train_part("open", foreign, seed) if foreign else None,
        threshold=threshold,
        version=version,
    )


def _train_part(name: str, examples: Sequence[Example], seed: int) -> Part:
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    vocabulary = Vocabulary.of((example.features for example in examples), min_count=MIN_COUNTS[name])
    matrix = vocabulary.transform([example.features for example in examples])
    labels = np.array([example.label for example in examples])
    folds = np.array([_fold_of(example.group) for example in examples])
    values, truth = [], []
    for fold in range(FOLDS):
        held, learnt = folds == fold, folds != fold
        if not held.any() or set(labels[learnt]) != set(labels):
            continue
        classifier = _fit(matrix[learnt], labels[learnt], PENALTIES[name], seed)
        values.append(_decision_values(classifier, matrix[held]))
        truth.append(labels[held])
    if not values or len(set(np.concatenate(truth))) < 2:
        raise InputError("too few labelled pairs of some label to calibrate on; add other sentences with it")
    calibrator = LogisticRegression(C=1.0, max_iter=1000).fit(np.concatenate(values), np.concatenate(truth))
    return Part(vocabulary, _fit(matrix, labels, PENALTIES[name], seed), calibrator)


def _fit(matrix: csr_matrix, labels: np.ndarray[Any, Any], penalty: float, seed: int) -> Any:
    from sklearn.svm import LinearSVC

    classifier = LinearSVC(C=penalty, class_weight="balanced", random_state=seed, max_iter=5000).fit(matrix, labels)
    classifier.coef_ = classifier.coef_.astype("float32")
    return classifier


def _decision_values(classifier: Any, matrix: csr_matrix) -> np.ndarray[Any, Any]:
    """Return a column of decision values for each label; of two labels the solver itself keeps one column."""
    import numpy as np

    values: np.ndarray[Any, Any] = classifier.decision_function(matrix)
    return values if values.ndim == 2 else np.column_stack([-values, values])


def _fold_of(group: str) -> int:
    return (
        int.from_bytes(hashlib.sha256(f"fold\x1f{group}".encode("utf-8", "surrogatepass")).digest()[:4], "big") % FOLDS
    )


# --- files ------------------------------------------------------------------------------------------------------------


def dump_weights(model: LinearStance) -> bytes:
    """Return the weights as the bytes of a skops file."""
    import numpy as np
    import skops.io

    parts = {
        name: {
            # The names as bytes: skops would write each of 30,000 strings as an object of its own.
            "features": np.frombuffer(part.vocabulary.to_bytes(), dtype=np.uint8),
            "classifier": part.classifier,
            "calibrator": part.calibrator,
        }
        for name, part in (("codebook", model.codebook), ("open", model.open))
        if part is not None
    }
    return _make_reproducible(skops.io.dumps(parts))


def _make_reproducible(content: bytes) -> bytes:
    """Return the skops file with objects numbered in order instead of by memory address, and without times."""
    with ZipFile(BytesIO(content)) as archive:
        schema = archive.read(SCHEMA).decode("utf-8")
        numbers: dict[str, str] = {}
        for match in OBJECT_ID.finditer(schema):
            numbers.setdefault(match[2], str(len(numbers) + 1))
        schema = OBJECT_ID.sub(lambda match: f"{match[1]}{numbers[match[2]]}", schema)
        arrays = {name: archive.read(name) for name in archive.namelist() if name != SCHEMA}
    renamed = {f"{numbers.get(name.removesuffix('.npy'), name)}.npy": data for name, data in arrays.items()}
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name in sorted(renamed):
            archive.writestr(ZipInfo(name), renamed[name], ZIP_DEFLATED)
        archive.writestr(ZipInfo(SCHEMA), schema, ZIP_DEFLATED)
    return packed.getvalue()


def find_model(model: str | Path = NAME) -> Any:
    """Return the folder of a packaged model's name, or the folder that is given."""
    named = "/" not in str(model) and not Path(model).is_dir()
    return files("sayso.models").joinpath(str(model)) if named else Path(model)


def read_origin(model: str | Path = NAME) -> str:
    """Return what stances of this model name as their origin, without loading it; raises ArtifactError."""
    folder = find_model(model)
    try:
        return f"model:{NAME}@{json.loads(folder.joinpath(METRICS).read_text(encoding='utf-8'))['artifact']['version']}"
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(
            f"no stance model in {folder}: {error}; make one with `sayso train stance`, or leave --model out"
        ) from error


def load_linear(model: str | Path = NAME) -> LinearStance:
    """Return the model of a packaged name or a folder.

    Raises ArtifactError where a file is missing, the weights are not those that the metrics were measured on (their
    SHA-256), they hold a type that is not allowed, or their features are of another scheme.
    """
    folder = find_model(model)
    try:
        content = folder.joinpath(WEIGHTS).read_bytes()
        stated = json.loads(folder.joinpath(METRICS).read_text(encoding="utf-8"))["artifact"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(
            f"no stance model in {folder}: {error}; make one with `sayso train stance`, or leave --model out"
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != stated.get("sha256"):
        raise ArtifactError(
            f"{folder}: {WEIGHTS} has SHA-256 {found[:12]}…, {METRICS} says {str(stated.get('sha256'))[:12]}…; "
            "the file was changed or damaged: install Sayso again, or rebuild it with `sayso train stance`"
        )
    if stated.get("scheme") != SCHEME:
        raise ArtifactError(
            f"{folder} was trained on feature scheme {stated.get('scheme')}, this release reads {SCHEME}; "
            "rebuild it with `sayso train stance`"
        )
    parts = _load_parts(content, str(folder))
    threshold = stated.get("threshold", THRESHOLD)
    if not isinstance(threshold, int | float) or not math.isfinite(threshold):
        raise ArtifactError(f"{folder}: threshold in {METRICS} can't be {threshold!r}; it is a probability")
    return LinearStance(
        parts["codebook"], parts.get("open"), threshold=float(threshold), version=str(stated.get("version", "0"))
    )


def _load_parts(content: bytes, place: str) -> dict[str, Part]:
    import skops.io

    try:
        asked = skops.io.get_untrusted_types(data=content)
        refused = sorted(set(asked) - set(TRUSTED))
        if refused:
            raise ArtifactError(
                f"{place}: the weights ask for {', '.join(refused)}, which no stance model needs; nothing was loaded"
            )
        parts = skops.io.loads(content, trusted=list(TRUSTED))
    except ArtifactError:
        raise
    except Exception as error:  # skops raises whatever its parts raise on a damaged archive
        raise ArtifactError(f"{place}: the weights can't be read ({type(error).__name__}: {error})") from error
    try:
        return {
            name: Part(Vocabulary.from_bytes(bytes(parts[name]["features"])), *(parts[name][key] for key in _KEYS))
            for name in ("codebook", "open")
            if name == "codebook" or name in parts
        }
    except (KeyError, TypeError, ValueError) as error:
        raise ArtifactError(
            f"{place}: the weights lack a part ({error!r}); rebuild them with `sayso train stance`"
        ) from error


_KEYS = ("classifier", "calibrator")
