"""The baseline classifier: a linear model over words around the target, votes of the labeling functions, and sides.

Its weights are a skops file: loading one can't run code, and only the few types of `TRUSTED` are taken.
"""

from __future__ import annotations

import hashlib
import json
import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED

from sayso.attribution.errors import ArtifactError, InputError
from sayso.attribution.types import StanceLabel

from .codebook import LABELS, Codebook, DecidedLabel
from .features import make_features
from .foreign import OpenExample
from .pair_view import PairView, make_open_view, make_views
from .passages import LabelledPair

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_matrix

NAME = "stance-linear"
# Raised whenever the features change: weights of another scheme would read them wrongly.
SCHEME = 1
WEIGHTS = "model.skops"
METRICS = "metrics.json"
# Types beyond those that skops trusts by itself. Never filled from what a file asks for.
TRUSTED: tuple[str, ...] = ()

# Chosen on the validation families, see models/stance-linear/recipe.toml.
PENALTY = 0.05
MIN_COUNT = 2
FOLDS = 10
THRESHOLD = 0.45


@dataclass(frozen=True, slots=True)
class Example:
    """Features of one pair with its label; `group` holds all wordings of one family together, `open` is foreign."""

    features: Mapping[str, float]
    label: DecidedLabel
    group: str
    open: bool = False


@dataclass(frozen=True, slots=True)
class Prediction:
    """The most likely label, its probability, and the label given: "unclear" below the threshold."""

    best: DecidedLabel
    confidence: float
    label: StanceLabel
    probabilities: tuple[float, ...]
    """Of `LABELS`, in their order."""


class LinearStance:
    """A trained model. `calibrators` make decision values probabilities, of codebook targets and of open ones."""

    def __init__(
        self, vocabulary: Vocabulary, classifier: Any, calibrators: Mapping[str, Any], *, threshold: float, version: str
    ) -> None:
        self.vocabulary = vocabulary
        self.classifier = classifier
        self.calibrators = dict(calibrators)
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
        import numpy as np

        if not features:
            return []
        matrix = self.vocabulary.transform(features)
        calibrator = self.calibrators.get("open" if open_targets else "codebook") or self.calibrators["codebook"]
        values = self.classifier.decision_function(matrix)
        if values.ndim == 1:  # two labels: the solver keeps one column
            values = np.column_stack([-values, values])
        table = calibrator.predict_proba(values)
        classes = [str(label) for label in self.classifier.classes_]
        places = [list(calibrator.classes_).index(label) if label in calibrator.classes_ else -1 for label in LABELS]
        predictions = []
        for scores, row in zip(values, table, strict=True):
            chances = tuple(float(row[at]) if at >= 0 else 0.0 for at in places)
            # The classifier weighs rare labels up, the calibration does not: it says how sure, not which.
            best = LABELS.index(classes[int(scores.argmax())])
            sure = chances[best]
            label: StanceLabel = LABELS[best] if sure >= self.threshold else "unclear"
            predictions.append(Prediction(LABELS[best], sure, label, chances))
        return predictions

    def explain(self, view: PairView, *, most: int = 6) -> list[tuple[str, float]]:
        """Return the features that spoke most for the best label, each with its weight, strongest first."""
        features = make_features(view, own_target=view.target is not None)
        best = self.predict([view])[0].best
        row = self.classifier.coef_[list(self.classifier.classes_).index(best)]
        matrix = self.vocabulary.transform([features])
        weighed = [
            (self.vocabulary.names[column], float(value * row[column]))
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
    import numpy as np
    from sklearn.linear_model import LogisticRegression

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
    groups = sorted({example.group for example in own})
    if len(groups) < 2 * FOLDS:
        raise InputError(
            f"the {len(own)} labelled pairs come from {len(groups)} families; at least {2 * FOLDS} are needed to "
            "calibrate on wording that was not learnt: add other sentences"
        )
    vocabulary = Vocabulary.of(example.features for example in examples)
    matrix = vocabulary.transform([example.features for example in examples])
    labels = np.array([example.label for example in examples])
    classifier = _fit(matrix, labels, seed)
    calibrators = {}
    for name, is_open in (("codebook", False), ("open", True)):
        chosen = np.array([example.open == is_open for example in examples])
        if not chosen.any():
            continue
        values, truth = _held_out_values(matrix, labels, examples, chosen, classifier.classes_, seed)
        calibrators[name] = LogisticRegression(C=1.0, max_iter=1000).fit(values, truth)
    return LinearStance(vocabulary, classifier, calibrators, threshold=threshold, version=version)


class Vocabulary:
    """The features that the model knows, each with its column; others are left out of a pair's row."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self._columns = {name: column for column, name in enumerate(self.names)}

    @classmethod
    def of(cls, features: Iterable[Mapping[str, float]]) -> Vocabulary:
        """Return the features that occur at least `MIN_COUNT` times, in the order of their names."""
        counts = Counter(name for found in features for name in found)
        return cls(sorted(name for name, count in counts.items() if count >= MIN_COUNT))

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
        return "\n".join(self.names).encode("utf-8")

    @classmethod
    def from_bytes(cls, content: bytes) -> Vocabulary:
        return cls(content.decode("utf-8").split("\n"))


def _fit(matrix: csr_matrix, labels: np.ndarray[Any, Any], seed: int) -> Any:
    from sklearn.svm import LinearSVC

    classifier = LinearSVC(C=PENALTY, class_weight="balanced", random_state=seed, max_iter=5000).fit(matrix, labels)
    classifier.coef_ = classifier.coef_.astype("float32")
    return classifier


def _held_out_values(
    matrix: csr_matrix,
    labels: np.ndarray[Any, Any],
    examples: Sequence[Example],
    chosen: np.ndarray[Any, Any],
    classes: Sequence[str],
    seed: int,
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return decision values of the `chosen` examples, each from a model that had not seen its family."""
    import numpy as np

    folds = np.array([_fold_of(example.group) for example in examples])
    values, truth = [], []
    for fold in range(FOLDS):
        inside = folds == fold
        asked = inside & chosen
        if not asked.any() or set(labels[~inside]) != set(classes):
            continue
        scores = _fit(matrix[~inside], labels[~inside], seed).decision_function(matrix[asked])
        values.append(scores if scores.ndim == 2 else np.column_stack([-scores, scores]))
        truth.append(labels[asked])
    if not values or len(set(np.concatenate(truth))) < 2:
        raise InputError("too few labelled pairs of some label to calibrate on; add other sentences with it")
    return np.concatenate(values), np.concatenate(truth)


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
        "features": np.frombuffer(model.vocabulary.to_bytes(), dtype=np.uint8),
        "classifier": model.classifier,
        "calibrators": model.calibrators,
    }
    return bytes(skops.io.dumps(parts, compression=ZIP_DEFLATED))


def load_linear(model: str | Path = NAME) -> LinearStance:
    """Return the model of a packaged name or a folder.

    Raises ArtifactError where a file is missing, the weights are not those that the metrics were measured on (their
    SHA-256), they hold a type that is not allowed, or their features are of another scheme.
    """
    named = "/" not in str(model) and not Path(model).is_dir()
    folder = files("sayso.models").joinpath(str(model)) if named else Path(model)
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
        Vocabulary.from_bytes(bytes(parts["features"])),
        parts["classifier"],
        parts["calibrators"],
        threshold=float(threshold),
        version=str(stated.get("version", "0")),
    )


def _load_parts(content: bytes, place: str) -> dict[str, Any]:
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
    if not isinstance(parts, dict) or {"features", "classifier", "calibrators"} - parts.keys():
        raise ArtifactError(f"{place}: the weights lack a part; rebuild them with `sayso train stance`")
    return parts
