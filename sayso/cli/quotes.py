"""`sayso quotes`: attributions as JSON lines."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sayso.terminal import safe_json

from . import exits
from .options import FINDING, READING, Inputs, Run, takes

Quarantine = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Keep records that could not be used here (JSON lines).", show_default=False),
]


@takes(*READING, *FINDING)
def quotes(inputs: Inputs, quarantine: Quarantine = None, *, run: Run) -> None:
    """Write one JSON line per attribution: who said what, and where.

    Lines come as articles are read; `sayso schema attribution` describes them. Ends with code 1 where records were
    left out.

    Example: sayso quotes articles/*.txt > quotes.jsonl
    """
    from sayso.attribution.articles import read_articles

    from .reading import load_attributor, read_options, setting_aside, showing_bytes, telling_parts

    attributor = load_attributor(run.settings)
    # A bar over lines that scroll by on the same terminal would only tear both.
    quiet = run.quiet or sys.stdout.isatty()
    options = read_options(run.settings)
    with setting_aside(quarantine, quiet=run.quiet) as bad, showing_bytes(inputs, quiet=quiet) as advance:
        articles = read_articles(inputs, options=options, on_bad=bad, on_progress=advance)
        for _, attributions in attributor.pipe(telling_parts(articles, quiet=run.quiet)):
            for attribution in attributions:
                sys.stdout.write(safe_json(attribution.to_json()) + "\n")
            sys.stdout.flush()
    if bad.count:
        raise typer.Exit(exits.FINDINGS)
