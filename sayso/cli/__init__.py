"""The `sayso` command: thin, typed wrappers over the library, one module per command."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from itertools import takewhile
from typing import Any

from sayso.terminal import safe_line, use_utf8_streams

from . import exits

__all__ = ["command_table", "main"]


def main(args: Sequence[str] | None = None) -> int:
    """Return the exit code after running the command line `args` (default: the process's own)."""
    arguments = list(sys.argv[1:] if args is None else args)
    debug = "--debug" in takewhile(lambda argument: argument != "--", arguments) or bool(os.environ.get("SAYSO_DEBUG"))
    use_utf8_streams()
    try:
        return _run(arguments)
    except BrokenPipeError:
        exits.drop_stdout()
        return exits.OK
    except (Exception, KeyboardInterrupt) as error:
        return exits.report(error, debug=debug)


def _run(arguments: list[str]) -> int:
    import typer

    from .app import app

    # The common base of usage errors; typer itself exports only this one leaf, and carries its own click of late.
    usage_error: Any = typer.BadParameter.__bases__[0]
    try:
        code = app(arguments, prog_name="sayso", standalone_mode=False)
        sys.stdout.flush()
        if code == exits.INTERRUPTED:  # newer typer answers Ctrl-C with this code, older with Abort
            raise KeyboardInterrupt
        return code if isinstance(code, int) else exits.OK
    except usage_error as error:
        context = getattr(error, "ctx", None)
        command = "sayso" if context is None else context.command_path
        sentence = " ".join(error.format_message().split()).rstrip(".")
        sys.stderr.write(f"{safe_line(command)}: {safe_line(sentence)}; see `{safe_line(command)} --help`\n")
        return exits.USAGE
    except typer.Abort:
        raise KeyboardInterrupt from None


def command_table() -> list[tuple[str, str]]:
    """Return each command's usage and one-line help, in the order of `sayso --help`: the README's table."""
    from .pages import read_pages

    return [(page.usage, page.summary) for page in read_pages() if page.path != "sayso"]
