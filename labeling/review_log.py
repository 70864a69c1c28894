"""The decision log: one append-only file per annotator, in which no acknowledged answer is ever lost.

Each line is one event as JSON, numbered, holding the hash of the line before (`prev`) and ending in its own hash, and
is on the disk before `append` returns. A line that a crash cut short is moved aside and told; damage anywhere else is
refused with its place. Nothing is rewritten: undo is one more event.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from sayso.attribution.errors import ConflictError, InputError, OutputError
from sayso.attribution.files import output_error, sync_folder

from .review_items import Decision, Event, EventKind, ItemRef

LOG_VERSION = 1
LOG_SUFFIX = ".jsonl"
LOCK_SUFFIX, OWNER_SUFFIX = ".lock", ".owner"
FIRST_PREV = "0" * 64
MAX_NAME = 80
MAX_NOTE = 10_000

Role = Literal["annotator", "adjudicator"]

LINE_END = re.compile(rb',"sha256":"([0-9a-f]{64})"\}')
END_LENGTH = len(',"sha256":"') + 64 + len('"}')
NOT_IN_FILE_NAMES = re.compile(r"[^a-z0-9]+")
UNDOABLE: frozenset[EventKind] = frozenset({"decision", "flag", "note", "complete"})


@dataclass(frozen=True, slots=True)
class LogContent:
    """What one log holds: its events in order, and the bytes at its end that are no whole line."""

    path: Path
    annotator: str
    role: Role
    events: tuple[Event, ...]
    last_hash: str
    size: int
    """Bytes of the valid lines."""
    torn: bytes = b""
    unfinished: bool = False
    """The last line is whole but lacks its newline: a crash cut the write there."""


@dataclass(frozen=True, slots=True)
class LogFinding:
    """What `verify_logs` has to say about one file: `line` is 1-based, None for the file as a whole."""

    path: Path
    line: int | None
    problem: str
    mended: bool = False
    """The next review puts it right by itself: a crash cut the last write short."""


@dataclass(frozen=True, slots=True)
class LogHolder:
    """Who has a log open, as the note beside it says.

    `open`: that review runs. `ended`: it ended without putting its note away, which the next one does. `elsewhere`: the
    note is of another machine, whose processes can't be seen from here.
    """

    path: Path
    pid: str
    host: str
    state: Literal["open", "ended", "elsewhere"]

    @property
    def note(self) -> Path:
        """The file that says so."""
        return self.path.with_suffix(OWNER_SUFFIX)


class History:
    """The events in effect, as undo and redo leave them; `undone` are those that redo would bring back, last first."""

    def __init__(self) -> None:
        self.done: list[Event] = []
        self.undone: list[Event] = []

    def add(self, event: Event) -> None:
        """Take one event in; raises InputError where an undo or redo is not about the event whose turn it is."""
        if event.event in UNDOABLE:
            self.done.append(event)
            self.undone.clear()
        elif event.event == "undo":
            self._move(event, self.done, self.undone)
        elif event.event == "redo":
            self._move(event, self.undone, self.done)

    @staticmethod
    def _move(event: Event, source: list[Event], target: list[Event]) -> None:
        if not source or source[-1].seq != event.of:
            raise InputError(f"event {event.seq} is an {event.event} of event {event.of}, which is not next in turn")
        target.append(source.pop())


def effective_events(events: tuple[Event, ...] | list[Event]) -> list[Event]:
    """Return the decisions, flags, notes and completions in effect, in their order: what was undone is left out."""
    history = History()
    for event in events:
        history.add(event)
    return history.done


def log_name(annotator: str, role: Role = "annotator") -> str:
    """Return the file name of an annotator's log: readable letters of the name, and a hash that makes it the one.

    The same for every Unicode form of the name; safe on every file system, whatever the name holds. Raises
    InputError for an empty or very long name, or one with characters that steer a terminal.
    """
    name = check_annotator(annotator)
    readable = NOT_IN_FILE_NAMES.sub("-", unicodedata.normalize("NFKD", name.lower()))[:24].strip("-")
    digest = hashlib.sha256(f"{role}\x1f{name}".encode()).hexdigest()[:12]
    stem = "-".join(part for part in (readable, digest) if part)
    return ("adjudicated-" if role == "adjudicator" else "by-") + stem + LOG_SUFFIX


def check_annotator(annotator: str) -> str:
    """Return the name in Unicode's composed form, without spaces around it; raises InputError for what is no name."""
    name = unicodedata.normalize("NFC", annotator).strip()
    if not name or len(name) > MAX_NAME:
        raise InputError(f"an annotator's name has 1 to {MAX_NAME} characters, found {len(name)}")
    if not name.isprintable():
        raise InputError(f"an annotator's name has printable characters only, found {name!r}")
    return name


def encode_event(event: Event, prev: str) -> bytes:
    """Return the line of `event`, newline included, after the line whose hash is `prev`."""
    record = {"prev": prev} | event.to_json()
    try:
        body = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))[:-1].encode("utf-8")
    except (UnicodeEncodeError, ValueError) as error:
        raise InputError(f"can't store event {event.seq}: {error}") from error
    return body + f',"sha256":"{hashlib.sha256(body).hexdigest()}"}}\n'.encode()


def decode_event(line: bytes, *, prev: str, seq: int) -> tuple[Event, str]:
    """Return the event of a line (without newline) and the line's hash; raises InputError saying what is wrong."""
    end = LINE_END.fullmatch(line[-END_LENGTH:])
    if end is None:
        raise InputError("the line doesn't end in its hash")
    body = line[:-END_LENGTH]
    found = hashlib.sha256(body).hexdigest()
    if found != end[1].decode():
        raise InputError("the line's hash doesn't fit its content: it was changed")
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"not JSON: {error}") from error
    if not isinstance(record, dict):
        raise InputError("not a JSON object")
    if record.get("prev") != prev:
        raise InputError("the line doesn't follow the one before: lines were removed, added or moved")
    if record.get("seq") != seq:
        raise InputError(f"the line is number {record.get('seq')!r}, expected {seq}")
    return Event.from_json(record), found


def read_log(path: Path) -> LogContent:
    """Return the content of one log without changing the file; a torn end comes back as `torn`.

    Raises InputError naming file and line for damage before the last line, for another format, and for a log whose
    undos don't fit.
    """
    return _scan(path, _read_bytes(path))


def find_logs(folder: Path) -> list[Path]:
    """Return the logs below the review folder, in name order; none where the folder does not exist."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.glob(f"*{LOG_SUFFIX}") if path.name.startswith(("by-", "adjudicated-")))


def read_logs(folder: Path) -> list[LogContent]:
    """Return every log of the review folder that holds an event, in name order; raises InputError as `read_log`."""
    return [content for path in find_logs(folder) if (content := read_log(path)).events]


def verify_logs(folder: Path) -> list[LogFinding]:
    """Return what is wrong with the logs of a review folder, at most one finding a file; empty where all is well.

    Finds any change, removal or reordering of lines up to the last, and a torn end. A log cut off at the end of a
    line can't be told from one that ended there.
    """
    findings = []
    for path in find_logs(folder):
        try:
            content = read_log(path)
        except InputError as error:
            number = re.match(re.escape(str(path)) + r":(\d+): ", str(error))
            message = str(error)[number.end() :] if number else str(error)
            findings.append(LogFinding(path, int(number[1]) if number else None, message))
            continue
        if content.torn:
            problem = f"{len(content.torn)} bytes at the end are no whole line; the next review moves them aside"
            findings.append(LogFinding(path, len(content.events) + 1, problem, mended=True))
        elif content.unfinished:
            problem = "the last line lacks its newline; the next review adds it"
            findings.append(LogFinding(path, len(content.events), problem, mended=True))
        if content.events and content.path.name != log_name(content.annotator, content.role):
            name = log_name(content.annotator, content.role)
            problem = f"the file is not named after its annotator {content.annotator!r}; name it {name} again"
            findings.append(LogFinding(path, 1, problem))
    return findings


def find_holders(folder: Path) -> list[LogHolder]:
    """Return who has logs of the review folder open or left a note behind, in name order; changes nothing."""
    from filelock import FileLock, Timeout

    holders = []
    for log in find_logs(folder):
        owner = read_owner(log.with_suffix(OWNER_SUFFIX))
        if owner is None:
            continue
        state: Literal["open", "ended", "elsewhere"] = "elsewhere" if owner[1] != socket.gethostname() else "ended"
        lock = log.with_suffix(LOCK_SUFFIX)
        if state == "ended" and lock.exists():
            try:
                with FileLock(lock, timeout=0):
                    pass
            except Timeout:
                state = "open"
            except OSError:  # a folder that can't be written: nobody could have opened the log either
                state = "ended"
        holders.append(LogHolder(log, *owner, state))
    return holders


def read_owner(note: Path) -> tuple[str, str] | None:
    """Return process and host of an `.owner` note; None where it is absent, or its writer was killed half-way."""
    try:
        record = json.loads(note.read_text(encoding="utf-8"))
        return str(record["pid"]), str(record["host"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


class ReviewLog:
    """The open log of one annotator; use as a context manager, as it holds a lock.

    `events` are all lines, `effective` those in effect. `recovered` names the file that took a torn end, None where
    there was none. Each method that records returns its event only after it is on the disk.
    """

    def __init__(
        self,
        folder: Path,
        annotator: str,
        *,
        codebook: str | None = None,
        role: Role = "annotator",
        take_over: bool = False,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """Open the log of `annotator` below the review folder, making both where they are missing.

        Raises ConflictError while somebody else has the same log open (`take_over` only overrides what another host
        left behind), InputError for damage, OutputError where the disk refuses.
        """
        self.annotator = check_annotator(annotator)
        self.role: Role = role
        self.codebook = codebook
        self.path = folder / log_name(annotator, role)
        self.recovered: Path | None = None
        self.broken = False
        self.events: list[Event] = []
        self.session = 1
        self._history = History()
        self._last_hash, self._size = FIRST_PREV, 0
        self._clock = clock or _utc_now
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise output_error(folder, error) from error
        self._lock = _OwnerLock(self.path)
        self._lock.acquire(take_over=take_over)
        self._descriptor = -1
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> ReviewLog:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def effective(self) -> list[Event]:
        """The events in effect, in order."""
        return list(self._history.done)

    @property
    def can_undo(self) -> bool:
        """Whether there is something to undo."""
        return bool(self._history.done)

    @property
    def can_redo(self) -> bool:
        """Whether there is something to redo."""
        return bool(self._history.undone)

    def decide(
        self, item: ItemRef, decision: Decision, *, seen: bool, seconds: float | None = None, recheck: bool = False
    ) -> Event:
        """Record a decision about `item`; `seen` tells whether the suggestion was shown."""
        seconds = None if seconds is None else round(seconds, 3)
        return self.append("decision", item=item, decision=decision, seen=seen, seconds=seconds, recheck=recheck)

    def flag(self, item: ItemRef, on: bool = True) -> Event:
        """Record that the item is flagged for somebody to look at, or no longer is."""
        return self.append("flag", item=replace(item, suggested=None, targets=()), on=on)

    def note(self, item: ItemRef, text: str) -> Event:
        """Record the note on the item; it takes the place of an earlier one, empty text takes it back."""
        if len(text) > MAX_NOTE:
            raise InputError(f"a note has at most {MAX_NOTE:,} characters, found {len(text):,}")
        return self.append("note", item=replace(item, suggested=None, targets=()), text=text)

    def complete(self, article_id: str, text_sha256: str, on: bool = True) -> Event:
        """Record that the article has no attribution that is missing from the list, or take that back."""
        return self.append("complete", article_id=article_id, text_sha256=text_sha256, on=on)

    def undo(self) -> Event | None:
        """Take the last event in effect back, across items and sessions; return None where there is none."""
        return self.append("undo", of=self._history.done[-1].seq) if self._history.done else None

    def redo(self) -> Event | None:
        """Bring back what was undone last; return None where nothing was, or something was decided since."""
        return self.append("redo", of=self._history.undone[-1].seq) if self._history.undone else None

    def find(self, seq: int) -> Event:
        """Return the event of that number (of an undo or redo: what it was about is `find(event.of)`)."""
        return self.events[seq - 1]

    def append(self, kind: EventKind, **cells: Any) -> Event:
        """Write one event and return it once it is on the disk; raises OutputError and records nothing otherwise."""
        if self.broken or self._descriptor < 0:
            raise OutputError(f"{self.path} is closed after an error; open the review again")
        at = self._clock().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        event = Event(len(self.events) + 1, at, kind, self.session, codebook=self.codebook, **cells)
        line = encode_event(event, self._last_hash)
        try:
            _write_all(self._descriptor, line)
            os.fsync(self._descriptor)
        except OSError as error:
            self._give_up()
            raise output_error(self.path, error) from error
        self._size += len(line)
        self._last_hash = line[-67:-3].decode()
        self.events.append(event)
        self._history.add(event)
        return event

    def close(self) -> None:
        """Close the file and let the lock go; what was recorded is on the disk already."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        self._lock.release()

    def _open(self) -> None:
        content = None
        if self.path.exists():
            content = _scan(self.path, _read_bytes(self.path))
            if content.events and (content.annotator, content.role) != (self.annotator, self.role):
                raise InputError(f"{self.path} is the log of {content.annotator!r}; put it back under its own name")
        try:
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
            self._descriptor = os.open(self.path, flags, 0o644)
            if content is not None:
                self._take_over(content)
            sync_folder(self.path.parent)
        except OSError as error:
            raise output_error(self.path, error) from error
        if not self.events:
            self.append("start", text=self.annotator, more={"log_version": LOG_VERSION, "role": self.role})

    def _take_over(self, content: LogContent) -> None:
        """Take the events of the file on disk, and mend its end where a crash cut it."""
        if content.torn:
            self.recovered = _free_name(self.path)
            with self.recovered.open("xb") as stream:
                stream.write(content.torn)
                stream.flush()
                os.fsync(stream.fileno())
            sync_folder(self.path.parent)
            os.ftruncate(self._descriptor, content.size)
            os.fsync(self._descriptor)
        elif content.unfinished:
            _write_all(self._descriptor, b"\n")
            os.fsync(self._descriptor)
        self.events = list(content.events)
        for event in content.events:
            self._history.add(event)
        self._last_hash = content.last_hash
        self._size = content.size + content.unfinished
        self.session = 1 + max((event.session for event in content.events), default=0)

    def _give_up(self) -> None:
        # After a failed flush nobody knows what is on the disk, so nothing more is written through this handle; half a
        # line would be moved aside by the next review, but here it can be taken back at once.
        self.broken = True
        try:
            os.ftruncate(self._descriptor, self._size)
        except OSError:
            return


class _OwnerLock:
    """The lock of one log: the operating system's, which ends with its process, and a note of who holds it."""

    def __init__(self, log: Path) -> None:
        from filelock import FileLock

        self._lock = FileLock(log.with_suffix(LOCK_SUFFIX))
        self._owner = log.with_suffix(OWNER_SUFFIX)
        self._log = log
        self._held = False

    def acquire(self, *, take_over: bool) -> None:
        """Take the lock; raises ConflictError naming process and host of whoever has it."""
        from filelock import Timeout

        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            pid, host = read_owner(self._owner) or ("unknown", "unknown")
            raise ConflictError(
                f"{self._log} is open in another review: process {pid} on {host}; "
                "close that one, or review under another name (--annotator)"
            ) from error
        except OSError as error:
            raise output_error(self._log, error) from error
        owner = read_owner(self._owner)
        # On this host the lock proves that whoever left the note is gone. Another host's lock may not reach here (some
        # network folders), so its note counts until somebody says otherwise.
        if owner is not None and owner[1] != socket.gethostname() and not take_over:
            self._lock.release()
            raise ConflictError(
                f"{self._log} was opened by process {owner[0]} on {owner[1]} and not closed; "
                f"where that review no longer runs, delete {self._owner}"
            )
        try:
            record = {"pid": os.getpid(), "host": socket.gethostname()}
            self._owner.write_text(json.dumps(record) + "\n", encoding="utf-8", newline="\n")
        except OSError as error:
            self._lock.release()
            raise output_error(self._owner, error) from error
        self._held = True

    def release(self) -> None:
        """Let the lock go and remove the note; harmless when repeated."""
        if self._held:
            self._held = False
            self._owner.unlink(missing_ok=True)
            self._lock.release()


def _scan(path: Path, data: bytes) -> LogContent:
    """Return the longest valid beginning of `data`; what follows must be the last line, else it is damage."""
    events: list[Event] = []
    history = History()
    prev, start = FIRST_PREV, 0
    torn, unfinished = b"", False
    while start < len(data):
        end = data.find(b"\n", start)
        line = data[start:] if end < 0 else data[start:end]
        try:
            event, found = decode_event(line, prev=prev, seq=len(events) + 1)
            _check_start(event)
            history.add(event)
        except InputError as error:
            if end < 0:
                torn = data[start:]
                break
            number = len(events) + 1
            raise InputError(
                f"{path}:{number}: {error}; restore the file from a copy, or move it away to begin anew"
            ) from error
        events.append(event)
        prev = found
        if end < 0:
            unfinished, start = True, len(data)
        else:
            start = end + 1
    if not events:
        # A crash between making the file and its first line, or within it.
        return LogContent(path, "", "annotator", (), FIRST_PREV, 0, torn)
    first: Mapping[str, Any] = events[0].more
    role: Role = "adjudicator" if first.get("role") == "adjudicator" else "annotator"
    size = len(data) - len(torn)
    return LogContent(path, events[0].text or "", role, tuple(events), prev, size, torn, unfinished)


def _check_start(event: Event) -> None:
    if (event.seq == 1) != (event.event == "start"):
        raise InputError("a log begins with its start, once")
    if event.seq == 1 and event.more.get("log_version") != LOG_VERSION:
        found = event.more.get("log_version")
        raise InputError(f"the log has version {found!r}, this release reads {LOG_VERSION}")


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"can't read {path}: {error.strerror or error}; check the path and permissions") from error


def _free_name(path: Path) -> Path:
    """Return a name beside the log for a torn end that takes nobody's place."""
    number = 1
    while (found := path.with_suffix(f".{number}.torn")).exists():
        number += 1
    return found


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _utc_now() -> datetime:
    return datetime.now(UTC)
