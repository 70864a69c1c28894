"""The one command: recipe and data in, model folder with metrics out."""

from __future__ import annotations

import copy
import logging
import os
import shutil
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

from sayso.attribution.combine import POLNEAR
from sayso.attribution.errors import ArtifactError, ConfigError, HubError, InputError
from sayso.attribution.gold import read_gold
from sayso.attribution.rules import RuleEngine
from sayso.attribution.scoring import score
from sayso.attribution.tagger import Tagger
from sayso.attribution.together import ModelAndRules

from .card import write_card
from .choose import choose_calibration
from .export import Decoding, export_tagger
from .loop import read_checkpoint, train_tagger
from .measure import measure_tagger, predict_all, summarise, write_metrics
from .recipe import Recipe, check_file, read_recipe

log = logging.getLogger(__name__)

ENCODER_FILES = ("model.safetensors", "tokenizer.json")
Progress = Callable[[int, int, str], None]


def build_tagger(
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
) -> Path:
    """Train, export, calibrate on dev, measure, and return the model folder `out`.

    `work` keeps the checkpoints (default: `<out>.work`, beside `out`). `encoder` is the pretrained model's folder;
    without it the files are fetched from the Hub, which opens a connection. `on_step(step, of, text)` is told how far
    it is. Every input is checked by the recipe's checksum.
    """
    recipe = read_recipe(recipe_path)
    decoding = read_decoding(recipe_path)
    check_file(data / recipe.dev_file, recipe.dev_sha256, InputError)
    folder = find_encoder(recipe, encoder)
    work = out.with_name(out.name + ".work") if work is None else work
    checkpoint = train_tagger(
        recipe_path, data, encoder=folder, out=work, resume=resume, threads=threads, on_step=on_step
    )
    return finish_tagger(checkpoint, recipe_path, data, decoding=decoding, encoder=folder, out=out, version=version)


def finish_tagger(
    checkpoint: Path, recipe_path: Path, data: Path, *, decoding: Decoding, encoder: Path, out: Path, version: str
) -> Path:
    """Export the checkpoint as int8 to `out`, calibrated and measured on dev, and return `out`."""
    recipe = read_recipe(recipe_path)
    documents = read_gold(data / recipe.dev_file)
    net, trained, steps = read_checkpoint(checkpoint)
    if trained != (recipe.again or recipe):
        raise ConfigError(f"{checkpoint}: trained by another recipe than {recipe_path}; train again")
    tokenizer = encoder / "tokenizer.json"
    with tempfile.TemporaryDirectory() as scratch:
        # The same weights in single precision: what int8 costs is measured, not believed.
        plain = Path(scratch) / "plain"
        chained = recipe.teacher is None
        export_tagger(
            copy.deepcopy(net), tokenizer, plain, decoding=decoding, version=version, chained=chained, int8=False
        )
        first = Path(scratch) / "int8"
        export_tagger(copy.deepcopy(net), tokenizer, first, decoding=decoding, version=version, chained=chained)
        engine = RuleEngine()
        votes = [engine.find(d.text, article_id=d.id) for d in documents]
        tagger = Tagger.read(first)
        tagged = list(tagger.pipe((d.text, (), v) for d, v in zip(documents, votes, strict=True)))
        calibrated = replace(decoding, calibration=choose_calibration(documents, tagged).weights)
        export_tagger(net, tokenizer, out, decoding=calibrated, version=version, chained=chained)
        _measure(out, plain, recipe, data, steps=steps)
    if recipe_path.resolve().parent != out.resolve():
        shutil.copyfile(recipe_path, out / "recipe.toml")
    return out


def _measure(out: Path, plain: Path, recipe: Recipe, data: Path, *, steps: int) -> None:
    """Write metrics and card of the model in `out`; `plain` is the same in single precision."""
    documents = read_gold(data / recipe.dev_file)
    exact = Tagger.read(plain)
    exact.settings = Tagger.read(out).settings
    in_full = predict_all(ModelAndRules(exact, settings=POLNEAR), documents)
    sources = ("seed", "encoder_id", "encoder_sha256", "train_sha256", "dev_sha256")
    figures = measure_tagger(
        out,
        documents,
        more={
            "model": f"attribution-en@{exact.version}",
            "recipe": {name: getattr(recipe, name) for name in sources},
            "layers": recipe.layers,
            "teacher_layers": recipe.teacher_layers,
            "again_epochs": recipe.again_epochs,
            "unlabelled_sha256": recipe.unlabelled_sha256,
            "steps": steps,
            "train_attributions": sum(len(d.attributions) for d in read_gold(data / recipe.train_file)),
            "single_precision": {
                name: summarise(score(documents, in_full[name], resamples=0), kinds=("all",))
                for name in ("model", "both")
            },
        },
    )
    write_metrics(out / "metrics.json", figures)
    write_card(out, figures)


def read_decoding(path: Path) -> Decoding:
    """Return the settings in the recipe's table `decoding`; unknown keys raise ConfigError."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8")).get("decoding", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: can't read the recipe: {error}") from error
    allowed = {field.name for field in fields(Decoding)} - {"calibration"}
    for key in raw.keys() - allowed:
        raise ConfigError(f"{path}: unknown key {key!r} in [decoding]; allowed: {', '.join(sorted(allowed))}")
    return Decoding(**raw)


def find_encoder(recipe: Recipe, folder: Path | None) -> Path:
    """Return the folder with the pretrained encoder: the one given, else fetched from the Hub and checked."""
    if folder is None:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

        log.info("fetching %s from the Hub", recipe.encoder_id)
        try:
            folder = Path(snapshot_download(recipe.encoder_id, allow_patterns=list(ENCODER_FILES)))
        except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
            raise HubError(
                f"can't fetch the encoder {recipe.encoder_id!r} from the Hub ({error}); "
                f"give a folder with {' and '.join(ENCODER_FILES)} with --encoder"
            ) from error
    for name, sha256 in zip(ENCODER_FILES, (recipe.encoder_sha256, recipe.tokenizer_sha256), strict=True):
        check_file(Path(os.fspath(folder)) / name, sha256, ArtifactError)
    return folder
