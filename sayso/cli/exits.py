"""Exit codes, and how an error becomes one sentence and one of them."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping

from sayso.attribution.errors import SaysoError
from sayso.terminal import safe_line

OK = 0
FINDINGS = 1
USAGE = 2
INPUT = 3
NETWORK = 4
CONFLICT = 5
BUG = 70
INTERRUPTED = 130

EXIT_CODES: Mapping[int, str] = {
    OK: "all went well",
    FINDINGS: "done, with findings: records were set aside, or `doctor` found something to mend",
    USAGE: "the command line, the configuration, a rule file or a model is wrong",
    INPUT: "the input can't be used, or the output can't be written",
    NETWORK: "the network or the Hub refused or failed",
    CONFLICT: "somebody else holds the lock, or the target is not ours to replace",
    BUG: "a bug in Sayso: run again with --debug and report it",
    INTERRUPTED: "interrupted (Ctrl-C)",
}


def code_of(error: BaseException) -> int:
    """Return the exit code that `error` ends the command with."""
    if isinstance(error, SaysoError):
        return error.exit_code
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, OSError):
        return INPUT
    return BUG


def sentence_of(error: BaseException) -> str:
    """Return the one line that stderr gets for `error`, safe to print: what, where, what to do."""
    if isinstance(error, SaysoError):
        text = str(error)
    elif isinstance(error, KeyboardInterrupt):
        text = "interrupted"
    elif isinstance(error, OSError) and error.strerror:
        place = "" if error.filename is None else f"{os.fsdecode(error.filename)}: "
        text = f"{place}{error.strerror[0].lower()}{error.strerror[1:]}; check the path, the permissions and the disk"
    else:
        text = f"internal error: {type(error).__name__}: {error}; run again with --debug and report what it prints"
    return safe_line(text)


def report(error: BaseException, *, debug: bool) -> int:
    """Return the exit code of `error` after telling it on stderr; the traceback only where `debug` asks for it."""
    if debug:
        lines = "".join(traceback.format_exception(error)).splitlines()
        sys.stderr.write("".join(safe_line(line) + "\n" for line in lines))
    sys.stderr.write(f"sayso: {sentence_of(error)}\n")
    return code_of(error)


def drop_stdout() -> None:
    """Point stdout at nowhere, so that the interpreter's last flush doesn't complain about a closed pipe."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):  # a replaced stdout has no descriptor to point elsewhere
        pass
