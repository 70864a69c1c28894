"""`sayso train`: rebuild a model that ships from its recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import Run, takes

app = typer.Typer(help="Rebuild a model from its recipe; needs the extra [train].")

Recipe = Annotated[Path, typer.Argument(metavar="RECIPE", help="The recipe, a TOML file.")]
Data = Annotated[Path, typer.Option(metavar="DIR", help="Folder with the recipe's data files.")]
Out = Annotated[
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
    """Rebuild a model from its recipe; needs the extra [train]."""


@app.command()
@takes()
def tagger(
    recipe: Recipe,
    data: Data,
    out: Out = None,
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
    from sayso.terminal import talk_console

    try:
        from sayso.attribution.training.build import build_tagger
    except ModuleNotFoundError as error:
        raise ConfigError(f"training needs {error.name!r}; install it with: pip install 'sayso[train]'") from error
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    folder = recipe.parent if out is None else out
    with Progress(*columns, console=talk_console(quiet=run.quiet), transient=True) as progress:
        task = progress.add_task("steps")
        build_tagger(
            recipe,
            data,
            out=folder,
            version=__version__,
            encoder=encoder,
            resume=resume,
            threads=threads,
            on_step=lambda step, of, _: progress.update(task, completed=step, total=of),
        )
