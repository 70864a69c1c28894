"""The review in a real terminal: what an article's text can do there, and what the command says around it."""

from __future__ import annotations

import json
import os
import re
import select
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from command_line import run
from sayso.cli import main
from sayso.labeling.review_log import read_logs

pty = pytest.importorskip("pty", reason="pseudo-terminals are POSIX")

CALM = (
    "Council meets on rents\n\n"
    "“Rents in Alder will rise next year,” said Ana Ruiz, the head of the city council, on Monday evening.\n\n"
    "She said that the council would meet again next week to look at the numbers from the districts.\n"
)
ATTACKS = (
    "\x1b]0;OWNED\x1b\\",
    "\x1b[2J",
    "\x1b[31m",
    "\x9b32m",
    "\x9d0;C1\x9c",
    "\x07",
    "\x1bP1$t\x1b\\",
    "\u202edesrever\u202c",
    "[/b][link=file:///x]y[/link]",
)
HOSTILE = CALM.replace("Rents in Alder", f"Rents {' '.join(ATTACKS)} in Alder").replace("Ana Ruiz", "Ana \x1b[5mRuiz")
# An escape sequence by what it does: its introducer and last letter, whatever its numbers are.
SEQUENCE = re.compile(r"\x1b(?:\[([?<>=]?)[0-9;:]*([ $]?[@-~])|([\]PX^_])[^\x07\x1b]*(?:\x07|\x1b\\)|([^\[\]PX^_]))")


def build(folder: Path, text: str) -> Path:
    """Return the dataset of one article of this text, with a hostile title beside it."""
    record = {"id": "n1", "text": text, "title": text.split("\n")[0], "date": "2024-03-01"}
    if text is HOSTILE:
        record |= {"title": "\x1b[31mRents\u202e"}
    (folder / "news.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    assert main(["build", str(folder / "news.jsonl"), "-o", str(folder / "ds"), "--any-language", "-q"]) == 0
    return folder / "ds"


def review_in_terminal(dataset: Path, *keys: str) -> str:
    """Return everything that the screen sends to a terminal of 80x24 while the keys are pressed, then q."""
    import fcntl
    import struct
    import termios

    sys.stdout.flush()
    child, master = pty.fork()
    if child == 0:
        code = 99
        try:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
            os.environ.update({"TERM": "xterm-256color", "COLORTERM": "truecolor", "COLUMNS": "80", "LINES": "24"})
            os.environ.pop("NO_COLOR", None)
            for fd, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
                stream = open(fd, mode, encoding="utf-8", closefd=False)  # noqa: SIM115
                setattr(sys, name, stream)
                setattr(sys, f"__{name}__", stream)
            code = main(["review", str(dataset), "--annotator", "ana"])
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)
    received = b""

    def read_until(done: Callable[[bytes], bool]) -> None:
        nonlocal received
        start, deadline = len(received), time.monotonic() + 30
        while time.monotonic() < deadline and not done(received[start:]):
            ready, _, _ = select.select([master], [], [], 0.5)
            try:
                block = os.read(master, 65536) if ready else b""
            except OSError:  # Linux tells the end of a pseudo-terminal as an error
                return
            received += block

    read_until(lambda seen: b"quit" in seen)
    for key in keys:
        os.write(master, key.encode())
        read_until(lambda seen: b"\x1b[?2026l" in seen or len(seen) > 200)
    os.write(master, b"q")
    read_until(lambda seen: False)
    _, status = os.waitpid(child, 0)
    os.close(master)
    assert os.waitstatus_to_exitcode(status) == 0, received[-2000:]
    return received.decode("utf-8")


def kinds_of(received: str) -> set[tuple[str, ...]]:
    return {match.groups(default="") for match in SEQUENCE.finditer(received)}


def test_hostile_text_puts_no_sequence_of_its_own_on_the_terminal(tmp_path: Path) -> None:
    keys = ("o", "g", "x", "t", "n", "\r", "/", "rents", "\r", "\r", "s", "\r")
    received = {}
    for name, text in (("calm", CALM), ("hostile", HOSTILE)):
        folder = tmp_path / name
        folder.mkdir()
        received[name] = review_in_terminal(build(folder, text), *keys)
    hostile = received["hostile"]
    assert "␛]0;OWNED␛\\" in hostile
    for attack in ATTACKS[:-1]:
        if attack not in ("\x07", "\x1b[31m", "\x1b[2J"):  # these the screen may send itself
            assert attack not in hostile
    assert "\x1b[31mRents" not in hostile
    assert not re.findall(r"[\x80-\x9f\u202a-\u202e\u2066-\u2069]", hostile)
    left = SEQUENCE.sub("", hostile)
    assert not re.findall(r"[\x00-\x07\x0b\x0c\x0e-\x1f\x7f]", left)
    assert kinds_of(hostile) <= kinds_of(received["calm"])


def test_the_log_says_what_was_done_in_the_terminal(tmp_path: Path) -> None:
    dataset = build(tmp_path, CALM)
    received = review_in_terminal(dataset, "a", "\r")
    assert "1 item answered" in received
    (log,) = read_logs(dataset / "review")
    actions = [event.decision.action for event in log.events if event.decision]
    assert actions == ["edit", "accept"]


def test_what_the_command_says_without_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = build(tmp_path, CALM)
    refused = run(monkeypatch, "review", dataset, "--annotator", "ana")
    assert (refused.code, refused.out) == (2, "")
    assert "use --plain" in refused.err
    done = run(monkeypatch, "review", dataset, "--annotator", "ana", "--plain", stdin="\n" * 30)
    assert done.code == 0
    assert "answered, 0 left" in done.err
    again = run(monkeypatch, "review", dataset, "--annotator", "ana", "--plain")
    assert (again.code, again.out) == (0, "")
    assert "nothing to review" in again.err
    for options, code, message in (
        (["--where", "speakr == 1"], 2, "unknown field"),
        (["--order", "best"], 2, "unknown order"),
        (["--from", "99"], 2, "--from: No item '99'"),
        (["--codebook", "nope"], 2, "no codebook"),
        (["--serve"], 2, "contradict"),
    ):
        failed = run(monkeypatch, "review", dataset, "--annotator", "bo", "--plain", *options)
        assert (failed.code, message in failed.err) == (code, True), failed


def test_keys_of_the_configuration_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = build(tmp_path, CALM)
    (tmp_path / "sayso.toml").write_text('[keys]\naccept = ["z", "f2"]\nsource = "x"\n', encoding="utf-8")
    options = ("review", dataset, "--annotator", "ana", "--plain", "--config", tmp_path / "sayso.toml")
    doubled = run(monkeypatch, *options)
    assert doubled.code == 2
    assert "key 'x' would mean both 'reject' and 'source'" in doubled.err
    assert "sayso.toml:1" in doubled.err
    (tmp_path / "sayso.toml").write_text('[keys]\naccept = ["v", "f2"]\n', encoding="utf-8")
    assert "1 item answered" in run(monkeypatch, *options, stdin="v\n").err
    monkeypatch.setenv("SAYSO_KEYS", "accept=enter skip=v")
    assert run(monkeypatch, *options[:-2], stdin="v\n").code == 0


def test_one_name_is_reviewed_once_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sayso.labeling.review_log import ReviewLog

    dataset = build(tmp_path, CALM)
    with ReviewLog(dataset / "review", "ana"):
        second = run(monkeypatch, "review", dataset, "--annotator", "ana", "--plain")
    assert second.code == 5
    assert str(os.getpid()) in second.err


def test_an_adjudicator_sees_only_disputes_with_both_answers_and_notes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = build(tmp_path, CALM)
    for name, typed in (("ana", "2 a\n\n"), ("bo", "2 f\nt because of x\n\n")):
        assert run(monkeypatch, "review", dataset, "--annotator", name, "--plain", stdin=typed + "\n" * 9).code == 0
    options = ("review", dataset, "--annotator", "cy", "--adjudicate", "--plain")
    settled = run(monkeypatch, *options, stdin="2 a\n\n")
    assert "0 of 1 done" in settled.out
    assert "Others: sanctions: ana against · bo favor" in settled.out
    assert "Others: bo notes: because of x" in settled.out
    assert "1 item answered, 0 left" in settled.err
    assert "nothing to review" in run(monkeypatch, *options).err
    assert run(monkeypatch, *options, "--blind").code == 2
