"""`sayso doctor`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sayso.terminal import hostile_line, safe_json

from . import exits
from .options import AsJson, Run, takes
from .tables import print_rows

STYLES = {"ok": "green", "note": "yellow", "problem": "bold red"}


Dataset = Annotated[
    Path | None,
    typer.Argument(
        metavar="[DIR]", help="Dataset folder whose files and review logs to check too.", show_default=False
    ),
]


@takes()
def doctor(dataset: Dataset = None, as_json: AsJson = False, *, run: Run) -> None:
    """Check the installation and its surroundings.

    Looks at versions, rule data, model, configuration, folders, disk, encoding, terminal and token; of a dataset at
    its files, its review logs line by line, and reviews that were never closed. Ends with code 1 where something needs
    mending. Opens no connection; a token is never shown.

    Example: sayso doctor
    """
    from sayso.doctor import examine, report_json

    checks = examine(folder=Path.cwd(), dataset=dataset)
    if as_json:
        sys.stdout.write(safe_json(report_json(checks), indent=2) + "\n")
    else:
        rows = []
        for check in checks:
            if run.quiet and check.status == "ok":
                continue
            found = hostile_line(check.found)
            if check.cure:
                found.append_text(hostile_line(f"; {check.cure}", "italic"))
            rows.append((hostile_line(check.status, STYLES[check.status]), hostile_line(check.name), found))
        print_rows(rows)
    if any(check.status == "problem" for check in checks):
        raise typer.Exit(exits.FINDINGS)
