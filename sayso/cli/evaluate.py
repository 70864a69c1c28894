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
Conventions = Annotated[
    str | None,
    typer.Option(
        metavar="guidelines|polnear",
        help="Whose conventions the spans found by a model follow; default: those that the gold shows.",
        show_default=False,
    ),
]
Labels = Annotated[
    Path | None,
    typer.Option(
        "--speakers",
        metavar="FILE",
        help="Labels of the speakers apart from gold; only the articles in it are scored.",
        show_default=False,
    ),
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
    conventions: Conventions = None,
    resamples: Resamples = 1000,
    as_json: AsJson = False,
    *,
    run: Run,
) -> None:
    """Score who said what, per kind, with 95 % intervals.

    Content, cue, source, speaker and stance are scored; `--errors FILE` lists each miss and false alarm. Gold that
    keeps "that" in its contents, as PolNeAR does, is met by its own conventions: "has said" is the cue, "who" a
    source, and nothing is nested; `--conventions guidelines` scores what users get.

    Example: sayso evaluate attribution --gold seeds/gold --articles seeds/articles
    """
    from sayso.evaluate import render_tables, run_evaluate
    from sayso.terminal import progress_over

    def with_bar(items: Iterable[Article]) -> Iterator[Article]:
        with progress_over(items, label="articles", quiet=run.quiet) as shown:
            yield from shown

    report = run_evaluate(
        gold,
        articles,
        pred,
        limit,
        errors,
        resamples,
        model=run.settings.model,
        conventions=conventions,
        progress=with_bar,
        note=None if run.quiet else lambda text: typer.echo(text, err=True),
    )
    if as_json:
        sys.stdout.write(safe_json(report.to_json(), indent=2) + "\n")
        return
    console = data_console()
    for number, table in enumerate(render_tables(report)):
        if number:
            console.print()
        console.print(table)


@app.command()
@takes("model", "min_speaker")
def speakers(
    gold: Gold,
    articles: Articles = None,
    labels: Labels = None,
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
        gold,
        articles,
        limit,
        speakers=labels,
        end_to_end=end_to_end,
        model=run.settings.model,
        min_speaker=run.settings.min_speaker,
        progress=with_bar,
    )
    if as_json:
        sys.stdout.write(safe_json(report.to_json(), indent=2) + "\n")
        return
    console = data_console()
    for number, table in enumerate(render_speaker_tables(report)):
        if number:
            console.print()
        console.print(table)


Data = Annotated[
    Path | None,
    typer.Argument(
        metavar="[DATA]",
        help="Labelled sentences, a reviewed dataset, or a file of another format; else our own sentences.",
        show_default=False,
    ),
]
Form = Annotated[str, typer.Option("--format", metavar="sentences|gold|newsmtsc|vast", help="What DATA is.")]
Codebook = Annotated[str | None, typer.Option(metavar="NAME|FILE", help="Codebook of the targets.", show_default=False)]
StanceModel = Annotated[
    str | None,
    typer.Option(
        "--model",
        "--stance-model",
        metavar="NAME|DIR",
        help="Stance model: stance-linear, stance-pair or a folder; `majority` for the functions alone.",
        show_default=False,
    ),
]
Predictor = Annotated[
    str | None,
    typer.Option(metavar="MODULE:NAME", help="Your own function, estimator or pipeline to score.", show_default=False),
]
StancePred = Annotated[
    Path | None,
    typer.Option("--pred", metavar="FILE", help="Predictions to score (JSON lines).", show_default=False),
]
Against = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Other predictions to compare with (McNemar).", show_default=False),
]
Split = Annotated[str, typer.Option(metavar="train|validation|test|all", help="Split of the sentences to score.")]
Save = Annotated[Path | None, typer.Option(metavar="FILE", help="Write the predictions here.", show_default=False)]
Picture = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Draw calibration and abstention here (SVG).", show_default=False),
]


@app.command()
@takes()
def stance(
    data: Data = None,
    form: Form = "sentences",
    articles: Articles = None,
    codebook: Codebook = None,
    model: StanceModel = None,
    predictor: Predictor = None,
    pred: StancePred = None,
    against: Against = None,
    split: Split = "test",
    save: Save = None,
    picture: Picture = None,
    resamples: Resamples = 1000,
    as_json: AsJson = False,
    *,
    run: Run,
) -> None:
    """Score stances: ours, a file's, or those of your own classifier.

    Macro-F1, per label and target, calibration, abstention, and two baselines. VAST may be measured on; there is no
    licence to train on it.

    Example: sayso evaluate stance --predictor my_models:stance
    """
    from sayso.stance_evaluation import evaluate_stance
    from sayso.stance_tables import render_stance

    report = evaluate_stance(
        data,
        form=form,
        articles=articles,
        codebook=codebook,
        model=model,
        predictor=predictor,
        pred=pred,
        against=against,
        split=split,
        save=save,
        picture=picture,
        resamples=resamples,
    )
    if as_json:
        sys.stdout.write(safe_json(report.to_json(), indent=2) + "\n")
        return
    console = data_console()
    for number, table in enumerate(render_stance(report)):
        if number:
            console.print()
        console.print(table)
