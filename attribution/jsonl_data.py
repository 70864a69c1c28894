"""Reading the data files of rules: one JSON object a line, every key known, every complaint with file and line."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from .errors import LexiconError
from .strict_json import StrictJsonError, loads

DataFile = Traversable | Path


def seed_file(*parts: str) -> Traversable:
    """Return a file of the package's seed data (`seed_file("registry", "people.jsonl")`)."""
    return files("sayso.seeds").joinpath(*parts)


def read_entries(
    path: DataFile, *, required: Collection[str], optional: Collection[str]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number, entry) for each line of `path` that is not empty.

    Raises LexiconError with file and line for text that is not UTF-8 or JSON, a line that is no object, a key that is
    neither required nor optional, a duplicate or missing key, and a duplicate id.
    """
    ids: set[str] = set()
    for number, line in enumerate(read_data_text(path).split("\n"), start=1):
        if line.strip():
            entry = parse_entry(path, number, line)
            check_keys(path, number, entry, required=required, optional=optional)
            note_id(path, number, entry, ids)
            yield number, entry


def read_data_text(path: DataFile) -> str:
    """Return the text of `path`; LexiconError where it can't be read or is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise LexiconError(f"{path}: can't be read ({error.strerror or error}); check the path") from error
    except UnicodeDecodeError as error:
        raise LexiconError(f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8") from error


def parse_entry(path: DataFile, line: int, text: str) -> dict[str, Any]:
    """Return the JSON object of one line; LexiconError for anything else."""
    try:
        entry = loads(text)
    except StrictJsonError as error:
        raise LexiconError(f"{path}:{line}: not JSON ({error}); one object a line") from error
    if not isinstance(entry, dict):
        raise LexiconError(f"{path}:{line}: found {type(entry).__name__}, expected a JSON object a line")
    return entry


def check_keys(
    path: DataFile, line: int, entry: dict[str, Any], *, required: Collection[str], optional: Collection[str]
) -> None:
    """Raise LexiconError for a key that is neither required nor optional, or for a required one that is missing."""
    allowed = [*required, *optional]
    for key in entry:
        if key not in allowed:
            raise LexiconError(f"{path}:{line}: unknown key {key!r}; allowed: {', '.join(allowed)}")
    for key in required:
        if key not in entry:
            raise LexiconError(f"{path}:{line}: missing key {key!r}; needed: {', '.join(required)}")


def note_id(path: DataFile, line: int, entry: dict[str, Any], ids: set[str]) -> None:
    """Add the entry's id to `ids`; LexiconError where an earlier line has it."""
    entry_id = entry.get("id")
    if isinstance(entry_id, str):
        if entry_id in ids:
            raise LexiconError(f"{path}:{line}: id {entry_id!r} is taken by an earlier line; ids are unique")
        ids.add(entry_id)


def text_field(
    path: DataFile, line: int, entry: dict[str, Any], key: str, *, choices: Collection[str] = ()
) -> str | None:
    """Return the entry's non-empty string at `key` (one of `choices` if given), or None when absent."""
    value = entry.get(key)
    if value is None and key not in entry:
        return None  # most keys of most entries
    if not isinstance(value, str) or not value.strip():
        raise LexiconError(f"{path}:{line}: {key!r} must be a non-empty string, got {value!r}")
    if choices and value not in choices:
        raise LexiconError(f"{path}:{line}: {key!r} is {value!r}; allowed: {', '.join(choices)}")
    return value


def list_field(path: DataFile, line: int, entry: dict[str, Any], key: str) -> tuple[str, ...]:
    """Return the entry's list of non-empty strings at `key`, () when absent."""
    if key not in entry:
        return ()
    value = entry[key]
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise LexiconError(f"{path}:{line}: {key!r} must be a list of non-empty strings, got {value!r}")
    return tuple(value)


def flag_field(path: DataFile, line: int, entry: dict[str, Any], key: str) -> bool:
    """Return the entry's boolean at `key`, False when absent."""
    value = entry.get(key, False)
    if not isinstance(value, bool):
        raise LexiconError(f"{path}:{line}: {key!r} must be true or false, got {value!r}")
    return value
