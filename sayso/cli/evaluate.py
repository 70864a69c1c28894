"""`sayso evaluate`: scores against gold."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from sayso.attribution.types import Article
from sayso.terminal import data_console, safe_json

from .options import AsJson, Run, takes

app = typer.Typer(help="Score predictions against gold annotations.")

Gold = Annotated[Path, typer.Option(metavar="PATH", help="Gold: a folder of .json files, or a JSON lines file.")]
Articles = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Folder of the articles' texts, where gold has offsets only.", show_default=False),
]
Pred = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Predictions to score (`sayso quotes` output); else made now.", show_default=False
    ),
]
Limit = Annotated[int | None, typer.Option(metavar="N", min=1, help="Score the first N articles.", show_default=False)]
Errors = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write each miss and false alarm here (JSON lines).", show_default=False),
]
EndToEnd = Annotated[bool, typer.Option("--end-to-end", help="Score the attributions found, not those of gold.")]
Resamples = Annotated[int, typer.Option(metavar="N", min=0, help="Bootstrap resamples for the 95 % intervals.")]


@app.callback()
def evaluate() -> None:
    """Score predictions against gold annotations."""


@app.command()
@takes("model")
def attribution(
    gold: Gold,
    articles: Articles = None,
    pred: Pred = None,
    limit: Limit = None,
    errors: Errors = None,
    resamples: Resamples = 1000,
    as_json: AsJson = False,
    *,
    run: Run,
) -> None:
    """Score who said what, per kind, with 95 % intervals.

    Content, cue, source, speaker and stance are scored; `--errors FILE` lists each miss and false alarm.

    Example: sayso evaluate attribution --gold seeds/gold --articles seeds/articles
    """
    from sayso.evaluate import render_tables, run_evaluate
    from sayso.terminal import progress_over

    def with_bar(items: Iterable[Article]) -> Iterator[Article]:
        with progress_over(items, label="articles", quiet=run.quiet) as shown:
            yield from shown

    report = run_evaluate(gold, articles, pred, limit, errors, resamples, model=run.settings.model, progress=with_bar)
    if as_json:
        sys.stdout.write(safe_json(report.to_json(), indent=2) + "\n")
        return
    console = data_console()
    for number, table in enumerate(render_tables(report)):
        if number:
            console.print()
        console.print(table)


@app.command()
@takes("model")
def speakers(
    gold: Gold,
    articles: Articles = None,
    end_to_end: EndToEnd = False,
    limit: Limit = None,
    as_json: AsJson = False,
    *,
    run: Run,
) -> None:
    """Score who is meant: by type, by how the text says it, with two baselines beside.

    The attributions are those of gold, or with --end-to-end the ones found. A declined speaker counts as wrong.
    Articles that the model was trained on are resolved by weights fitted without them.

    Example: sayso evaluate speakers --gold seeds/gold --articles seeds/articles
    """
    from sayso.evaluate_speakers import render_speaker_tables, run_evaluate_speakers
    from sayso.terminal import progress_over

    def with_bar(items: Iterable[Article]) -> Iterator[Article]:
        with progress_over(items, label="articles", quiet=run.quiet) as shown:
            yield from shown

    report = run_evaluate_speakers(
        gold, articles, limit, end_to_end=end_to_end, model=run.settings.model, progress=with_bar
    )
    if as_json:
        sys.stdout.write(safe_json(report.to_json(), indent=2) + "\n")
        return
    console = data_console()
    for number, table in enumerate(render_speaker_tables(report)):
        if number:
            console.print()
        console.print(table)
