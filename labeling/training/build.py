"""The one command: recipe and data in, model folder with metrics and card out."""

from __future__ import annotations

import copy
import json
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
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
    Settings,
    count_votes,
    head_of,
    load_pair,
)
from sayso.labeling.pair_input import SCHEME, make_input
from sayso.labeling.stance_scores import Answer, macro_f1, score_answers

from .calibrate import fit_calibration
from .card import CARD, make_card
from .data import Example, read_examples
from .export import describe_calibration, export_pair, write_config
from .loop import read_checkpoint, train_pair
from .recipe import Recipe, Role, check_file, describe, read_recipe

log = logging.getLogger(__name__)

ENCODER_FILES = ("model.safetensors", "tokenizer.json")
RECIPE = "recipe.toml"
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
    if describe(trained) != describe(recipe):
        raise ConfigError(f"{checkpoint}: trained by another recipe than {recipe_path}; train again")
    examples = {role: _by_set(recipe, role, data) for role in ("choose", "measure")}
    most, tokenizer = recipe.optimiser.most_pieces, encoder / "tokenizer.json"
    with tempfile.TemporaryDirectory() as scratch:
        # The same weights in single precision: what int8 costs is measured, not believed.
        plain = Path(scratch) / "plain"
        export_pair(copy.deepcopy(net), tokenizer, plain, most_pieces=most, version=version, int8=False)
        exact = load_pair(plain)
        export_pair(net, tokenizer, out, most_pieces=most, version=version)
        model = load_pair(out)
        scores = {name: _scores(model, found) for part in examples.values() for name, found in part.items()}
        calibration = {
            head: recipe.answers.calibration[head].calibration()
            if head in recipe.answers.calibration
            else _calibrate(head, examples["choose"], scores)
            for head in HEADS
        }
        settings = {
            "most_pieces": most,
            "threshold": recipe.answers.threshold,
            "calibration": describe_calibration(calibration),
        }
        write_config(out, settings, version=version)
        model = load_pair(out)
        exact.settings = model.settings
        metrics = _measure(model, exact, recipe, examples, scores, out=out, steps=steps)
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
        own = f"families_{role}" if source.format == "sentences" else source.format
        found.setdefault(own, []).extend(read_examples(source, data))
    return found


def _scores(model: PairStance, examples: Sequence[Example]) -> list[tuple[float, ...]]:
    return [model.scores(example.view) for example in examples]


def _calibrate(
    head: str, chosen: Mapping[str, Sequence[Example]], scores: Mapping[str, Sequence[Sequence[float]]]
) -> Calibration:
    rows = [
        (list(values), list(count_votes(example.view)), [label in example.possible for label in LABELS])
        for name, found in chosen.items()
        for example, values in zip(found, scores[name], strict=True)
        if head_of(example.view) == head
    ]
    if not rows:
        return Calibration()
    # Votes are cast for a codebook's targets only; of mentions they know nothing.
    return fit_calibration(*(np.asarray(column, float) for column in zip(*rows, strict=True)), votes=head == HEADS[0])


def _answers(settings: Settings, examples: Sequence[Example], scores: Sequence[Sequence[float]]) -> list[Answer]:
    answers = []
    for number, (example, values) in enumerate(zip(examples, scores, strict=True)):
        calibration = settings.calibration[head_of(example.view)]
        chances = calibration.chances(values, count_votes(example.view))
        best = chances.index(max(chances))
        answers.append(
            Answer(
                id=f"{example.id}:{number}",
                target="",
                gold=tuple(example.possible),
                label=LABELS[best] if chances[best] >= settings.threshold else "unclear",
                confidence=chances[best],
                group=example.group,
                best=LABELS[best],
            )
        )
    return answers


def _measure(
    model: PairStance,
    exact: PairStance,
    recipe: Recipe,
    examples: Mapping[str, Mapping[str, Sequence[Example]]],
    scores: Mapping[str, Sequence[Sequence[float]]],
    *,
    out: Path,
    steps: int,
) -> dict[str, Any]:
    sets = {name: found for part in examples.values() for name, found in part.items()}
    measured: dict[str, Any] = {}
    plain: dict[str, Any] = {}
    for name, found in sets.items():
        answers = _answers(model.settings, found, scores[name])
        measured[name] = score_answers(answers).to_json()
        in_full = _answers(model.settings, found, _scores(exact, found))
        alike = sum(a.best == b.best for a, b in zip(answers, in_full, strict=True)) / len(answers)
        forced = macro_f1([replace(answer, label=answer.best) for answer in in_full])
        plain[name] = {"macro_f1_forced": round(forced, 4), "same_answers": round(alike, 4)}
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
        "speed": measure_speed(model, [example for found in sets.values() for example in found][:300]),
        "scores": measured,
        "single_precision": plain,
    }


def measure_speed(model: PairStance, examples: Sequence[Example]) -> dict[str, float]:
    """Return how many pairs go through in a second of processor time, and how many pieces they have."""
    views = [example.view for example in examples]
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
