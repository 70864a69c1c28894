"""`sayso train`: make a model of labelled data."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from sayso.terminal import hostile_line, safe_json

from .options import AsJson, DryRun, Run, takes
from .tables import print_rows

app = typer.Typer(help="Train a model on labelled data.")

Sources = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[DATA]...",
        help="Datasets with reviewed stances, or JSON lines with text, target and label.",
        show_default=False,
    ),
]
Out = Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder to write the model to.")]
Book = Annotated[str | None, typer.Option(metavar="NAME|FILE", help="Codebook of the targets.", show_default=False)]
Seeds = Annotated[bool, typer.Option("--seeds/--no-seeds", help="Learn the packaged synthetic sentences too.")]
Newsmtsc = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Training file of NewsMTSC to learn too.", show_default=False)
]
NewsmtscDev = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Development file of NewsMTSC to measure on.", show_default=False)
]
Version = Annotated[str | None, typer.Option(metavar="TEXT", help="Version of the model.", show_default=False)]
Seed = Annotated[int, typer.Option(metavar="N", min=0, help="Seed of the solver.")]

Recipe = Annotated[Path, typer.Argument(metavar="RECIPE", help="The recipe, a TOML file.")]
Data = Annotated[Path, typer.Option(metavar="DIR", help="Folder with the recipe's data files.")]
TaggerOut = Annotated[
    Path | None, typer.Option("--out", "-o", metavar="DIR", help="Model folder to write; default: the recipe's folder.")
]
Encoder = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", help="Folder of the pretrained encoder; else it is fetched from the Hub.", show_default=False
    ),
]
Resume = Annotated[bool, typer.Option(help="Go on from the last checkpoint.")]
Threads = Annotated[int | None, typer.Option(metavar="N", min=1, help="CPU threads.", show_default=False)]


@app.callback()
def train() -> None:
    """Train a model on labelled data."""


@app.command()
@takes()
def stance(
    out: Out,
    sources: Sources = None,
    codebook: Book = None,
    seeds: Seeds = True,
    newsmtsc: Newsmtsc = None,
    newsmtsc_dev: NewsmtscDev = None,
    version: Version = None,
    seed: Seed = 0,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    *,
    run: Run,
) -> None:
    """Train the stance classifier, and write it with recipe, metrics and card.

    The same data, seed and library versions give the same metrics. Where there is too little to learn from, nothing
    is written.

    Example: sayso train stance reviewed/ -o models/mine
    """
    from sayso.stance_gain import tell_gain
    from sayso.stance_training import train_stance

    training = train_stance(
        out,
        sources=sources or (),
        codebook=codebook,
        seeds=seeds,
        newsmtsc=newsmtsc,
        newsmtsc_dev=newsmtsc_dev,
        version=version,
        seed=seed,
        dry_run=dry_run,
    )
    if as_json:
        sys.stdout.write(safe_json(training.to_json(), indent=2) + "\n")
        return
    if run.quiet:
        return
    rows = [(hostile_line("would write" if dry_run else "model", "bold"), hostile_line(training.out))]
    for name in ("held_out_families", "cross_validated_families", "newsmtsc_dev"):
        scores = training.metrics.get(name)
        if scores:
            said = (
                f"macro-F1 {scores['macro_f1']:.3f} ({scores['macro_f1_forced']:.3f} without abstaining), "
                f"calibration error {scores['calibration_error']:.3f}, {scores['n']} pairs"
            )
            rows.append((hostile_line(name.replace("_", " "), "bold"), hostile_line(said)))
    if "reviewed" in training.metrics:
        rows.append((hostile_line("new decisions", "bold"), hostile_line(tell_gain(training.metrics["reviewed"]))))
    print_rows(rows)


@app.command()
@takes()
def tagger(
    recipe: Recipe,
    data: Data,
    out: TaggerOut = None,
    encoder: Encoder = None,
    resume: Resume = True,
    threads: Threads = None,
    *,
    run: Run,
) -> None:
    """Train, export, calibrate and measure the tagger.

    Data and encoder are checked by the recipe's checksums; checkpoints beside the model folder make it resumable.
    Without `--encoder` the encoder is fetched from the Hub: the only connection that is opened.

    Example: sayso train tagger models/attribution-en/recipe.toml --data corpora/polnear
    """
    from sayso import __version__
    from sayso.attribution.errors import ConfigError

    try:
        from sayso.attribution.training.build import build_tagger
    except ModuleNotFoundError as error:
        raise ConfigError(f"training needs {error.name!r}; install it with: pip install 'sayso[train]'") from error
    with _steps(quiet=run.quiet) as on_step:
        build_tagger(
            recipe,
            data,
            out=recipe.parent if out is None else out,
            version=__version__,
            encoder=encoder,
            resume=resume,
            threads=threads,
            on_step=on_step,
        )


@app.command("stance-pair")
@takes()
def stance_pair(
    recipe: Recipe,
    data: Data,
    out: TaggerOut = None,
    encoder: Encoder = None,
    resume: Resume = True,
    threads: Threads = None,
    *,
    run: Run,
) -> None:
    """Train, export, calibrate and measure the pair model of stances.

    Data and encoder are checked by the recipe's checksums; checkpoints beside the model folder make it resumable. It
    trains on a GPU when there is one. Without `--encoder` the encoder is fetched from the Hub: the only connection
    that is opened.

    Example: sayso train stance-pair models/stance-pair/recipe.toml --data corpora/stance
    """
    from sayso import __version__
    from sayso.attribution.errors import ConfigError

    try:
        from sayso.labeling.training.build import build_pair
    except ModuleNotFoundError as error:
        raise ConfigError(f"training needs {error.name!r}; install it with: pip install 'sayso[train]'") from error
    with _steps(quiet=run.quiet) as on_step:
        build_pair(
            recipe,
            data,
            out=recipe.parent if out is None else out,
            version=__version__,
            encoder=encoder,
            resume=resume,
            threads=threads,
            on_step=on_step,
        )


@contextmanager
def _steps(*, quiet: bool) -> Iterator[Callable[[int, int, str], None]]:
    """Yield what a training calls with (step, of, text); a bar on stderr shows it unless `quiet`."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from sayso.terminal import talk_console

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=talk_console(quiet=quiet), transient=True) as progress:
        task = progress.add_task("steps")
        yield lambda step, of, _: progress.update(task, completed=step, total=of)
