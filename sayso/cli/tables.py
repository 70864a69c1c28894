"""Small tables on stdout: wrapped on a terminal, one line a row in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sayso.terminal import data_console

if TYPE_CHECKING:
    from rich.text import Text

# Rows that go to another program stay whole; no row is as long as this.
PIPE_WIDTH = 100_000


def print_rows(rows: Iterable[Sequence[Text]]) -> None:
    """Print the rows in columns two spaces apart, without trailing spaces in a pipe."""
    from rich.table import Table

    table = Table.grid(padding=(0, 2), pad_edge=False)
    for row in rows:
        table.add_row(*row)
    if sys.stdout.isatty():
        data_console().print(table)
        return
    console = data_console(width=PIPE_WIDTH)
    with console.capture() as captured:
        console.print(table)
    sys.stdout.writelines(line.rstrip() + "\n" for line in captured.get().splitlines())
