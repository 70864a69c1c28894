"""`sayso build`: articles to a dataset folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sayso.terminal import data_console, safe_json

from . import exits
from .options import FINDING, READING, AsJson, DryRun, Inputs, Run, takes

Out = Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder to write the dataset to.")]
Name = Annotated[
    str | None,
    typer.Option("--name", metavar="TITLE", help="Title of the dataset; else the folder's name.", show_default=False),
]
License = Annotated[
    str | None,
    typer.Option("--license", metavar="ID", help="Licence of the dataset, as the card states it.", show_default=False),
]
Force = Annotated[bool, typer.Option("--force", help="Replace an earlier build even where it was edited since.")]


@takes("text", "codebook", "stance_model", *READING, *FINDING)
def build(
    inputs: Inputs,
    out: Out,
    name: Name = None,
    licence: License = None,
    force: Force = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    *,
    run: Run,
) -> None:
    """Make a dataset folder of articles, ready to load or publish.

    It holds parquet files, the dataset card and checksums, and in DIR/local/ the full texts, which stay here.

    The folder changes in one step at the end, or not at all. Records that can't be used are in DIR/quarantine.jsonl,
    and the command ends with code 1.

    Example: sayso build articles/ -o out/dataset
    """
    from sayso.build import build as build_dataset
    from sayso.summary import render_summary

    from .reading import load_labelling_attributor, read_options, showing_progress

    attributor = load_labelling_attributor(run.settings)
    with showing_progress("articles", quiet=run.quiet) as advance:
        summary = build_dataset(
            inputs,
            out,
            options=read_options(run.settings),
            attributor=attributor,
            text_policy=run.settings.text,
            name=name,
            license=licence,
            dry_run=dry_run,
            force=force,
            progress=advance,
        )
    if as_json:
        sys.stdout.write(safe_json(summary.to_json(), indent=2) + "\n")
    elif not run.quiet:
        data_console().print(render_summary(summary))
    if summary.quarantined_total:
        raise typer.Exit(exits.FINDINGS)
