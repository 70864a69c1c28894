"""The one command: recipe and data in, model folder with metrics and card out."""

from __future__ import annotations

import copy
import hashlib
import json
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sayso.attribution.errors import ArtifactError, ConfigError, HubError
from sayso.attribution.files import write_atomically
from sayso.labeling.codebook import LABELS
from sayso.labeling.pair import (
    CONFIG,
    FILES,
    GRAPH,
    HEADS,
    METRICS,
    NAME,
    Calibration,
    PairStance,
    count_votes,
    head_of,
    load_pair,
)
from sayso.labeling.pair_input import SCHEME, make_input
from sayso.labeling.pair_view import PairView
from sayso.labeling.stance_scores import Answer, macro_f1, score_answers

from .calibrate import fit_calibration
from .card import CARD, make_card
from .data import Example, read_examples
from .export import describe_calibration, export_pair, write_config
from .loop import read_checkpoint, train_pair
from .recipe import OWN, Recipe, Role, check_file, describe, learns_alike, read_recipe

log = logging.getLogger(__name__)

ENCODER_FILES = ("model.safetensors", "tokenizer.json")
RECIPE = "recipe.toml"
ROLES: tuple[Role, ...] = ("choose", "measure")
FOLDS = 5
Progress = Callable[[int, int, str], None]


def build_pair(
    recipe_path: Path,
    data: Path,
    *,
    out: Path,
    version: str,
    encoder: Path | None = None,
    work: Path | None = None,
    resume: bool = True,
    threads: int | None = None,
    on_step: Progress | None = None,
) -> Mapping[str, Any]:
    """Train, export, calibrate, measure, write the model folder `out`, and return its metrics.

    `work` keeps the checkpoints (default: `<out>.work`, beside `out`). `encoder` is the pretrained model's folder;
    without it the files are fetched from the Hub, which opens a connection. `on_step(step, of, text)` is told how far
    it is. Every input is checked by the recipe's checksum.
    """
    recipe = read_recipe(recipe_path)
    # A file that is only measured on should not be missed after hours of training.
    for source in recipe.data:
        read_examples(source, data)
    folder = find_encoder(recipe, encoder)
    work = out.with_name(out.name + ".work") if work is None else work
    checkpoint = train_pair(
        recipe_path, data, encoder=folder, out=work, resume=resume, threads=threads, on_step=on_step
    )
    return finish_pair(checkpoint, recipe_path, data, encoder=folder, out=out, version=version)


def finish_pair(
    checkpoint: Path, recipe_path: Path, data: Path, *, encoder: Path, out: Path, version: str
) -> Mapping[str, Any]:
    """Export the checkpoint as int8 to `out`, calibrated on what chooses and measured, and return the metrics."""
    recipe = read_recipe(recipe_path)
    net, trained, steps = read_checkpoint(checkpoint)
    if not learns_alike(trained, recipe):
        raise ConfigError(f"{checkpoint}: trained by another recipe than {recipe_path}; train again")
    examples = {role: _by_set(recipe, role, data) for role in ROLES}
    most, tokenizer = recipe.optimiser.most_pieces, encoder / "tokenizer.json"
    given: dict[str, Calibration] = {head: found.calibration() for head, found in recipe.answers.calibration.items()}
    with tempfile.TemporaryDirectory() as scratch:
        # The same weights in single precision: what int8 costs is measured, not believed.
        plain = Path(scratch) / "plain"
        export_pair(copy.deepcopy(net), tokenizer, plain, most_pieces=most, version=version, int8=False)
        export_pair(net, tokenizer, out, most_pieces=most, version=version)
        scored = {
            name: {
                role: {key: _score(load_pair(folder), rows) for key, rows in examples[role].items()} for role in ROLES
            }
            for name, folder in (("int8", out), ("plain", plain))
        }
    chosen = [row for rows in scored["int8"]["choose"].values() for row in rows]
    calibration = {head: given.get(head) or _calibrate(head, chosen) for head in HEADS}
    settings = {
        "most_pieces": most,
        "threshold": recipe.answers.threshold,
        "calibration": describe_calibration(calibration),
    }
    write_config(out, settings, version=version)
    # A family's pairs are measured by a calibration that was fitted on other families.
    folds = {"choose": _cross_fit(given, chosen), "measure": [calibration]}
    metrics = _measure(load_pair(out), recipe, scored, folds, out=out, steps=steps)
    for name, text in (
        (METRICS, json.dumps(metrics, ensure_ascii=False, indent=2) + "\n"),
        (CARD, make_card(metrics)),
    ):
        with write_atomically(out / name) as stream:
            stream.write(text)
    if recipe_path.resolve().parent != out.resolve():
        shutil.copyfile(recipe_path, out / RECIPE)
    return metrics


def _by_set(recipe: Recipe, role: Role, data: Path) -> dict[str, list[Example]]:
    """Return the examples of a role by what they are measured as; sentences of all codebooks are one set."""
    found: dict[str, list[Example]] = {}
    for source in recipe.of_role(role):
        name = f"families_{'_'.join(source.splits) or role}" if source.format in OWN else f"{source.format}_{role}"
        found.setdefault(name, []).extend(read_examples(source, data))
    return found


@dataclass(frozen=True, slots=True)
class Scored:
    """A pair with the graph's scores and the votes of the labeling functions."""

    example: Example
    scores: tuple[float, ...]
    votes: tuple[int, ...]


Sets = Mapping[str, Sequence[Scored]]


def _score(model: PairStance, examples: Sequence[Example]) -> list[Scored]:
    return [Scored(example, model.scores(example.view), count_votes(example.view)) for example in examples]


def _calibrate(head: str, rows: Sequence[Scored]) -> Calibration:
    columns = [
        (row.scores, row.votes, [label in row.example.possible for label in LABELS])
        for row in rows
        if head_of(row.example.view) == head
    ]
    if not columns:
        return Calibration()
    # Votes are cast for a codebook's targets only; of mentions they know nothing.
    return fit_calibration(
        *(np.asarray(column, float) for column in zip(*columns, strict=True)), votes=head == HEADS[0]
    )


def _answers(
    calibrations: Sequence[Mapping[str, Calibration]], rows: Sequence[Scored], threshold: float
) -> list[Answer]:
    """Return the answers of pairs, each under the calibration of its fold, or the one there is."""
    answers = []
    for number, row in enumerate(rows):
        found = calibrations[_fold_of(row.example.group) if len(calibrations) > 1 else 0]
        chances = found[head_of(row.example.view)].chances(row.scores, row.votes)
        best = chances.index(max(chances))
        answers.append(
            Answer(
                id=f"{row.example.id}:{number}",
                target="",
                gold=tuple(row.example.possible),
                label=LABELS[best] if chances[best] >= threshold else "unclear",
                confidence=chances[best],
                group=row.example.group,
                best=LABELS[best],
            )
        )
    return answers


def _fold_of(group: str) -> int:
    digest = hashlib.sha256(f"calibration\x1f{group}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:4], "big") % FOLDS


def _cross_fit(given: Mapping[str, Calibration], rows: Sequence[Scored]) -> list[dict[str, Calibration]]:
    """Return for each fold of families and texts the calibration fitted on the other folds."""
    return [
        {
            head: given.get(head) or _calibrate(head, [row for row in rows if _fold_of(row.example.group) != fold])
            for head in HEADS
        }
        for fold in range(FOLDS)
    ]


def _measure(
    model: PairStance,
    recipe: Recipe,
    scored: Mapping[str, Mapping[Role, Sets]],
    folds: Mapping[str, Sequence[Mapping[str, Calibration]]],
    *,
    out: Path,
    steps: int,
) -> dict[str, Any]:
    measured: dict[str, Any] = {}
    plain: dict[str, Any] = {}
    for role in ROLES:
        for name, rows in scored["int8"][role].items():
            answers = _answers(folds[role], rows, recipe.answers.threshold)
            measured[name] = score_answers(answers).to_json()
            in_full = _answers(folds[role], scored["plain"][role][name], recipe.answers.threshold)
            alike = sum(a.best == b.best for a, b in zip(answers, in_full, strict=True)) / len(answers)
            forced = macro_f1([replace(answer, label=answer.best) for answer in in_full])
            plain[name] = {"macro_f1_forced": round(forced, 4), "same_answers": round(alike, 4)}
    views = [row.example.view for sets in scored["int8"].values() for rows in sets.values() for row in rows]
    return {
        "artifact": {
            "name": NAME,
            "version": model.version,
            "scheme": SCHEME,
            "threshold": model.settings.threshold,
            "bytes": {name: (out / name).stat().st_size for name in FILES},
            "sha256": json.loads((out / CONFIG).read_text(encoding="utf-8"))["files"][GRAPH],
        },
        "recipe": describe(recipe),
        "steps": steps,
        "speed": measure_speed(model, views[:: max(1, len(views) // 300)]),
        "scores": measured,
        "single_precision": plain,
    }


def measure_speed(model: PairStance, views: Sequence[PairView]) -> dict[str, float]:
    """Return how many pairs go through in a second of processor time, and how many pieces they have."""
    model.predict(views[:5])
    began = time.process_time()
    model.predict(views)
    spent = time.process_time() - began
    pieces = sum(len(make_input(view, model.tokenizer, most=model.settings.most_pieces)) for view in views)
    return {"pairs_per_cpu_second": round(len(views) / spent), "pieces_per_pair": round(pieces / len(views), 1)}


def find_encoder(recipe: Recipe, folder: Path | None) -> Path:
    """Return the folder with the pretrained encoder: the one given, else fetched from the Hub and checked."""
    if folder is None:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

        log.info("fetching %s from the Hub", recipe.encoder.id)
        try:
            folder = Path(snapshot_download(recipe.encoder.id, allow_patterns=list(ENCODER_FILES)))
        except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
            raise HubError(
                f"can't fetch the encoder {recipe.encoder.id!r} from the Hub ({error}); "
                f"give a folder with {' and '.join(ENCODER_FILES)} with --encoder"
            ) from error
    for name, sha256 in zip(ENCODER_FILES, (recipe.encoder.sha256, recipe.tokenizer.sha256), strict=True):
        check_file(Path(os.fspath(folder)) / name, sha256, ArtifactError)
    return folder
