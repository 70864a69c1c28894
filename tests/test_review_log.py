"""The decision log and what it means: nothing acknowledged is lost, every change is found, undo is exact."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from reviewing import TARGETS, make_items, seven_quotes
from sayso.attribution.errors import ConflictError, InputError, OutputError
from sayso.attribution.types import TextSpan
from sayso.labeling.review_items import Changes, Decision, Event, SpeakerAnswer, StanceAnswer
from sayso.labeling.review_log import (
    ReviewLog,
    effective_events,
    find_logs,
    log_name,
    read_log,
    read_logs,
    verify_logs,
)
from sayso.labeling.review_state import ReviewState, apply, resume

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def open_log(folder: Path, annotator: str = "Ana Ruiz") -> ReviewLog:
    return ReviewLog(folder, annotator, codebook="1.0", clock=lambda: NOON)


def fill(folder: Path) -> Path:
    """Write a log of every kind of event, and return its path."""
    items = make_items(seven_quotes())
    with open_log(folder) as log:
        log.decide(items[0].ref(), Decision("accept"), seen=True, seconds=2.5)
        log.note(items[1].ref(), "“Not” said;\nsee above")
        log.undo()
        log.redo()
        log.complete("town", items[0].text_sha256)
        return log.path


def test_each_answer_is_read_back_as_it_was_given(tmp_path: Path) -> None:
    item = make_items(seven_quotes())[0]
    changes = Changes(
        kind="mixed",
        content=(TextSpan(0, 4), TextSpan(6, 9)),
        cue=(),
        source=(TextSpan(10, 12),),
        speaker=SpeakerAnswer("Ana Núñez", "person"),
        stances=(StanceAnswer("rents", "against", ("denial",)), StanceAnswer("parks", None)),
    )
    with open_log(tmp_path) as log:
        event = log.decide(item.ref(), Decision("accept", changes), seen=True, seconds=1.25)
    (content,) = read_logs(tmp_path)
    assert content.events[1] == event
    assert event.decision is not None
    assert event.decision.changes == changes
    assert (event.codebook, event.seen, event.seconds, event.at) == ("1.0", True, 1.25, "2024-03-01T12:00:00.000Z")
    assert event.item is not None
    assert event.item.suggested == item.attribution
    assert changes.speaker is not None
    assert changes.speaker.id == "ana-nunez"


def test_a_log_cut_at_every_byte_is_a_valid_beginning(tmp_path: Path) -> None:
    path = fill(tmp_path / "whole")
    data, events = path.read_bytes(), read_log(path).events
    ends = [index + 1 for index, byte in enumerate(data) if byte == 0x0A]
    cut = tmp_path / "cut" / path.name
    cut.parent.mkdir()
    for size in range(len(data) + 1):
        cut.write_bytes(data[:size])
        content = read_log(cut)
        # A line that lacks nothing but its newline is whole: its hash says so.
        whole = sum(end <= size or end - 1 == size for end in ends)
        assert content.events == events[:whole]
        assert content.size + len(content.torn) == size


@pytest.mark.parametrize("size_from_end", [1, 2, 40, 300])
def test_a_torn_end_is_moved_aside_and_the_log_goes_on(tmp_path: Path, size_from_end: int) -> None:
    path = fill(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[:-size_from_end])
    expected = read_log(path)
    with open_log(tmp_path) as log:
        assert tuple(log.events) == expected.events
        assert (log.recovered is not None) is bool(expected.torn)
        if log.recovered is not None:
            assert log.recovered.read_bytes() == expected.torn
        item = make_items(seven_quotes())[2]
        log.decide(item.ref(), Decision("accept"), seen=True)
    assert verify_logs(tmp_path) == []
    assert len(read_log(path).events) == len(expected.events) + 1


def test_every_flipped_byte_is_found(tmp_path: Path) -> None:
    path = fill(tmp_path)
    data = bytearray(path.read_bytes())
    for index in range(len(data)):
        flipped = data.copy()
        flipped[index] ^= 0x01
        path.write_bytes(flipped)
        assert verify_logs(tmp_path), f"byte {index} {chr(data[index])!r}"


def test_removed_repeated_and_swapped_lines_are_refused_with_their_place(tmp_path: Path) -> None:
    path = fill(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    for damaged, line in (
        ([*lines[:2], *lines[3:]], 3),
        ([*lines[:2], lines[1], *lines[2:]], 3),
        ([*lines[:3], lines[4], lines[3], *lines[5:]], 4),
        (lines[1:], 1),
    ):
        path.write_bytes(b"".join(damaged))
        with pytest.raises(InputError, match=rf":{line}: "):
            read_log(path)
        with pytest.raises(InputError, match=rf":{line}: "):
            open_log(tmp_path)
        assert [finding.line for finding in verify_logs(tmp_path)] == [line]
        assert path.read_bytes() == b"".join(damaged)


def test_the_same_annotator_twice_is_a_conflict_that_names_the_process(tmp_path: Path) -> None:
    with open_log(tmp_path) as log:
        with pytest.raises(ConflictError, match=f"process {os.getpid()} on ") as caught:
            open_log(tmp_path, "Ana Ruiz ")
        assert caught.value.exit_code == 5
        with open_log(tmp_path, "Tom Lee") as other:
            assert other.path != log.path
    open_log(tmp_path).close()


def test_a_note_of_another_host_counts_until_it_is_taken_over(tmp_path: Path) -> None:
    owner = (tmp_path / log_name("Ana Ruiz")).with_suffix(".owner")
    owner.write_text(json.dumps({"pid": 7, "host": "elsewhere"}))
    with pytest.raises(ConflictError, match="process 7 on elsewhere"):
        open_log(tmp_path)
    ReviewLog(tmp_path, "Ana Ruiz", take_over=True).close()
    assert not owner.exists()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("Ana", "Ana ", True), ("Jose\u0301", "José", True), ("Ana", "ana", False), ("../x", "x", False)],
)
def test_a_name_is_one_safe_file_name(one: str, other: str, same: bool) -> None:
    names = [log_name(one), log_name(other)]
    assert (names[0] == names[1]) is same
    assert all("/" not in name and ".." not in name and name.isascii() for name in names)


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\x1b[31m", "a\nb"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="annotator's name"):
        log_name(name)


def test_a_full_disk_keeps_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    item = make_items(seven_quotes())[0]
    with open_log(tmp_path) as log:
        before = log.path.read_bytes()
        real = os.write

        def write_half(descriptor: int, data: bytes) -> int:
            real(descriptor, data[: len(data) // 2])
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(os, "write", write_half)
            with pytest.raises(OutputError, match="No space left"):
                log.decide(item.ref(), Decision("accept"), seen=True)
        assert log.path.read_bytes() == before
        with pytest.raises(OutputError, match="open the review again"):
            log.decide(item.ref(), Decision("accept"), seen=True)
    assert verify_logs(tmp_path) == []


ANSWERING = """
import sys
from pathlib import Path
from reviewing import make_items, seven_quotes
from sayso.labeling.review_items import Changes, Decision, StanceAnswer
from sayso.labeling.review_log import ReviewLog

items = make_items(seven_quotes())
with ReviewLog(Path(sys.argv[1]), sys.argv[2]) as log:
    sys.stdout.write("ready\\n")
    sys.stdout.flush()
    for number, line in enumerate(sys.stdin):
        item = items[number % len(items)]
        event = log.decide(item.ref(), Decision("accept"), seen=True)
        sys.stdout.write(f"{event.seq}\\n")
        sys.stdout.flush()
"""


def start_answering(folder: Path, annotator: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", ANSWERING, str(folder), annotator],
        cwd=Path(__file__).parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def answer(process: subprocess.Popen[str], *, wait: bool = True) -> int:
    """Give one answer and return the number that the process acknowledged it with."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("y\n")
    process.stdin.flush()
    return int(process.stdout.readline()) if wait else 0


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_no_acknowledged_answer_is_lost_by_kill_9(tmp_path: Path) -> None:
    """Five processes are killed right after, or in the middle of, one of their answers."""
    acknowledged = 0
    for killed_after in (1, 3, 2, 4, 3):
        process = start_answering(tmp_path, "Ana")
        for _ in range(killed_after):
            acknowledged = answer(process)
        answer(process, wait=False)  # may be on the disk or not: nobody was told
        process.send_signal(signal.SIGKILL)
        process.communicate()
        (content,) = read_logs(tmp_path)
        assert [event.seq for event in content.events][:acknowledged] == list(range(1, acknowledged + 1))
    with open_log(tmp_path, "Ana") as log:
        assert len(log.events) >= acknowledged
    assert verify_logs(tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_kill_9_after_each_of_fifty_answers(tmp_path: Path) -> None:
    """Fifty real processes, each killed the moment its answer is acknowledged; all answers are there."""
    items = make_items(seven_quotes())
    for number in range(50):
        read_end, write_end = os.pipe()
        child = os.fork()
        if child == 0:
            log = open_log(tmp_path, "Ana")
            event = log.decide(items[number % 7].ref(), Decision("accept"), seen=True)
            os.write(write_end, f"{event.seq}\n".encode())
            signal.pause()
        assert os.read(read_end, 100) == f"{number + 2}\n".encode()
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(read_end)
        os.close(write_end)
    (content,) = read_logs(tmp_path)
    assert [event.seq for event in content.events] == list(range(1, 52))
    assert verify_logs(tmp_path) == []


def test_two_annotators_at_once_lose_nothing(tmp_path: Path) -> None:
    both = [start_answering(tmp_path, name) for name in ("Ana", "Tom")]
    for _ in range(40):
        for process in both:
            answer(process)
    for process in both:
        process.communicate()
        assert process.returncode == 0
    assert [len(content.events) for content in read_logs(tmp_path)] == [41, 41]
    assert len(find_logs(tmp_path)) == 2
    assert verify_logs(tmp_path) == []


class LabelUndoRedo(RuleBasedStateMachine):
    """Any sequence of answers, undo, redo and reopening equals a list of answers and a stack of undone ones."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.items = make_items(seven_quotes())
        self.done: list[Event] = []
        self.undone: list[Event] = []
        self.reopen_log()

    def reopen_log(self) -> None:
        self.log = open_log(Path(self.folder.name))
        self.state = resume(self.log.events, self.items, annotator="Ana Ruiz")

    def record(self, event: Event) -> None:
        self.state.take(event)
        self.done.append(event)
        self.undone.clear()

    @rule(index=st.integers(0, 6), label=st.sampled_from(["favor", "against", "neutral", None]), done=st.booleans())
    def label(self, index: int, label: str | None, done: bool) -> None:
        ref = self.items[index].ref()
        answer = Decision("accept" if done else "edit", Changes(stances=(StanceAnswer(TARGETS[0], label),)))  # type: ignore[arg-type]
        if self.state.states[ref.id].status != "replaced":
            self.record(self.log.decide(ref, answer, seen=True))

    @rule(index=st.integers(0, 6))
    def reject(self, index: int) -> None:
        ref = self.items[index].ref()
        if self.state.states[ref.id].status != "replaced":
            self.record(self.log.decide(ref, Decision("reject"), seen=True))

    @rule(index=st.integers(0, 5))
    def merge(self, index: int) -> None:
        ref, other = self.items[index].ref(), self.items[index + 1].ref()
        if self.state.states[ref.id].status != "replaced" and self.state.states[other.id].stands:
            self.record(self.log.decide(ref, Decision("merge", others=(other,)), seen=True))

    @rule(index=st.integers(0, 6))
    def split(self, index: int) -> None:
        item = self.items[index]
        state = self.state.states[item.id]
        span = item.attribution.content_spans[0]
        middle = (span.start + span.end) // 2
        parts = tuple(Changes(content=(part,)) for part in (TextSpan(span.start, middle), TextSpan(middle, span.end)))
        if state.status not in ("replaced",) and len(self.state.states) < 12:
            try:
                self.state.preview(item.ref(), Decision("split", parts=parts))
            except InputError:
                return  # these parts are there from an earlier split
            self.record(self.log.decide(item.ref(), Decision("split", parts=parts), seen=True))

    @rule(index=st.integers(0, 6), text=st.text(max_size=5).filter(str.isprintable))
    def note(self, index: int, text: str) -> None:
        self.record(self.log.note(self.items[index].ref(), text))

    @rule()
    def undo(self) -> None:
        event = self.log.undo()
        assert (event is not None) is bool(self.done)
        if event is not None:
            self.state.take(event)
            self.undone.append(self.done.pop())

    @rule()
    def redo(self) -> None:
        event = self.log.redo()
        assert (event is not None) is bool(self.undone)
        if event is not None:
            self.state.take(event)
            self.done.append(self.undone.pop())

    @precondition(lambda self: hasattr(self, "log"))
    @rule()
    def reopen(self) -> None:
        before = self.state.reviewed()
        self.log.close()
        self.reopen_log()
        assert self.state.reviewed() == before

    def teardown(self) -> None:
        if not hasattr(self, "log"):
            return
        self.log.close()
        assert verify_logs(Path(self.folder.name)) == []
        assert effective_events(self.log.events) == self.done
        model = ReviewState(self.items, annotator="Ana Ruiz")
        for event in self.done:
            model.take(event)
        assert self.state.reviewed().states == model.reviewed().states
        assert apply(self.log.events, self.items, annotator="Ana Ruiz").states == model.reviewed().states
        self.folder.cleanup()


TestLabelUndoRedo = LabelUndoRedo.TestCase
TestLabelUndoRedo.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / log_name("Ana")
        path.write_bytes(data)
        try:
            assert read_log(path).events == ()
        except InputError:
            assert b"\n" in data


def test_deciding_takes_no_longer_in_a_long_queue() -> None:
    """10,000 items and as many answers: taking one more looks at one item."""
    article = seven_quotes()
    base = make_items(article)[0]
    items = [replace(base, attribution=replace(base.attribution, id=f"a_{number:016x}")) for number in range(10_000)]
    state = ReviewState(items, annotator="Ana")
    events = [
        Event(number + 2, "", "decision", 1, item=item.ref(), decision=Decision("accept"), seen=True)
        for number, item in enumerate(items[:2_000])
    ]
    for event in events:
        assert state.take(event) == (event.item.id,)  # type: ignore[union-attr]
    assert sum(not one.undecided for one in state.states.values()) == 2_000
