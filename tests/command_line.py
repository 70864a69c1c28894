"""What the tests of the command line share: running it in this process, as a shell would see it."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from sayso.cli import main

REPORT = (
    "Council meets on rents\n\n"
    "“Rents will rise next year,” said Ana Ruiz, the head of the city council, on Monday evening.\n\n"
    "She said that the council would meet again next week to look at the numbers from the districts.\n"
)


@dataclass(frozen=True, slots=True)
class Result:
    """What a command left behind."""

    code: int
    out: str
    err: str


class _Stream(io.TextIOWrapper):
    """A text stream over bytes in memory, as the process's own are: it can be reconfigured and read back."""

    def __init__(self, content: bytes = b"") -> None:
        super().__init__(io.BytesIO(content), encoding="utf-8", newline="\n")

    def text(self) -> str:
        self.flush()
        buffer: Any = self.buffer
        return str(buffer.getvalue().decode("utf-8"))


def run(monkeypatch: pytest.MonkeyPatch, *args: object, stdin: str | bytes = "") -> Result:
    """Return what `sayso ARGS` prints and ends with."""
    given = stdin.encode("utf-8") if isinstance(stdin, str) else stdin
    out, err = _Stream(), _Stream()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", _Stream(given))
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        code = main([str(arg) for arg in args])
    return Result(code, out.text(), err.text())
