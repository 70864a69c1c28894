"""`sayso publish`: a dataset folder to the Hub; a dry run unless told to push."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sayso.terminal import data_console, safe_json

from .options import AsJson, Run, takes

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Dataset folder that `sayso build` made.")]
Repository = Annotated[str, typer.Argument(metavar="OWNER/NAME", help="Dataset repository on the Hub.")]
Push = Annotated[bool, typer.Option("--push", help="Upload; without it nothing is sent and no connection opened.")]
Public = Annotated[bool, typer.Option("--public", help="Make a new repository public; it is private otherwise.")]


@takes()
def publish(
    folder: Folder,
    repository: Repository,
    push: Push = False,
    public: Public = False,
    as_json: AsJson = False,
    *,
    run: Run,
) -> None:
    """Show what would go to the Hub; send it with --push.

    Only the card, the checksums and the data files ever leave: full texts and reviews stay. The token comes from the
    environment (HF_TOKEN) or the Hub's own login (hf auth login), and is never shown.

    Example: sayso publish out/dataset OWNER/NAME
    """
    from sayso.publish import publish as publish_dataset
    from sayso.publish import render_publish

    result = publish_dataset(folder, repository, push=push, public=public)
    if as_json:
        sys.stdout.write(safe_json(result.to_json(), indent=2) + "\n")
    elif not run.quiet:
        data_console().print(render_publish(result))
