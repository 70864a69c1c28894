"""What a real terminal receives when an article tries to steer it."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from sayso.cli import main

pty = pytest.importorskip("pty", reason="pseudo-terminals are POSIX")

# What rich itself sends: colours and attributes, and the cursor moves of a progress bar.
OUR_SEQUENCES = re.compile(r"\x1b\[[0-9;]*m|\x1b\[[0-9]*[AK]|\x1b\[\?25[hl]|\x1b\[2K|\r")

HOSTILE = (
    "\x1b]0;OWNED\x1b\\ \x1b[31mred \x9b32m \x9d0;C1\x9c \x07\x08 \u202edesrever\u202c [/b] [link=file:///x]y[/link]\n\n"
    "“Rents \x1b[2Jwill rise \u2066next\u2069 year [/b],” said Ana \x1b[5mRuiz, the head of the council, on Monday.\n"
)


def run_in_terminal(*args: str, folder: Path) -> str:
    """Return everything that `sayso ARGS` sends to a colour terminal of 80 columns.

    The forked child runs the command itself instead of a new interpreter, which would load spaCy once more.
    """
    sys.stdout.flush()
    child, master = pty.fork()
    if child == 0:
        code = 99
        try:
            os.chdir(folder)
            os.environ.update({"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"})
            os.environ.pop("NO_COLOR", None)
            sys.stdout, sys.stderr = (open(fd, "w", encoding="utf-8", closefd=False) for fd in (1, 2))  # noqa: SIM115
            code = main(list(args))
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)
    received = b""
    while True:
        try:
            block = os.read(master, 65536)
        except OSError:  # Linux tells the end of a pseudo-terminal as an error
            break
        if not block:
            break
        received += block
    os.waitpid(child, 0)
    os.close(master)
    return received.decode("utf-8")


@pytest.mark.parametrize("command", ["show", "quotes"])
def test_hostile_articles_reach_the_terminal_only_as_pictures(tmp_path: Path, command: str) -> None:
    name = "ev\x1b[31mil\u202e.txt"
    (tmp_path / name).write_text(HOSTILE, encoding="utf-8")
    received = run_in_terminal(command, name, "--any-language", folder=tmp_path)
    left = OUR_SEQUENCES.sub("", received)
    assert "Rents" in left
    assert not re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069]", left)
    assert "[/b]" in left
    if command == "show":
        assert "\x1b[32m" in received  # ours: the content is coloured
        assert "␛]0;OWNED" in left


def test_error_messages_and_names_are_safe_too(tmp_path: Path) -> None:
    received = run_in_terminal("show", "no\x1b]0;OWNED\x07such\u202e.txt", folder=tmp_path)
    assert received.startswith("sayso: ")
    assert not re.findall(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]", received)
