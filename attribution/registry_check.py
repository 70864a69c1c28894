"""What is wrong with a registry file, all of it at once: what it can't be loaded with, and what makes it ambiguous."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

from .errors import LexiconError
from .jsonl_data import DataFile, check_keys, note_id, parse_entry, read_data_text, seed_file
from .names import fold, fold_name
from .registry import DEFAULT_FILES, OPTIONAL, REQUIRED, DatedRole, RegistryEntry, read_entry
from .registry_table import is_table, read_row, read_rows
from .roles import RoleLexicon, default_roles

Severity = Literal["error", "warning"]

# Offices that several people hold at once; of others two holders at one time leave the name open.
SHARED_ROLES = frozenset(
    {"adviser", "aide", "ambassador", "assistant", "deputy", "host", "justice", "member", "senator", "under"}
    | {"spokesman", "spokesperson", "spokeswoman"}
)
PLACE = re.compile(r":([0-9]{1,9}): ")


@dataclass(frozen=True, slots=True)
class RegistryProblem:
    """One thing to mend. An error keeps the file from loading, a warning makes an entry useless or ambiguous."""

    path: str
    line: int | None
    severity: Severity
    message: str
    """What is wrong; and what to do."""

    @property
    def place(self) -> str:
        return self.path if self.line is None else f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class _Placed:
    entry: RegistryEntry
    path: str
    line: int
    own: bool
    """From the file that is checked, not from one that ships."""


def check_registry(path: DataFile, *, shipped: bool = True, beside: Sequence[DataFile] = ()) -> list[RegistryProblem]:
    """Return everything that is wrong with the registry file `path`, by line; empty where nothing is.

    Checked with the entries that ship, as it will be used, unless `shipped` is false, and with those of the files
    `beside`, whose own problems are not told. Besides what loading refuses:
    one office held by two people at a time, one name that two entries have, a country that is none.
    """
    problems: list[RegistryProblem] = []
    others = [*(seed_file("registry", name) for name in DEFAULT_FILES if shipped), *beside]
    placed = {item.entry.id: replace(item, own=False) for other in others for item in _read_all(other, [])}
    for item in _read_all(path, problems):
        placed[item.entry.id] = item
    if placed:
        problems.extend(_check_references(placed))
        problems.extend(_check_names(placed.values()))
        problems.extend(_check_offices(placed.values(), default_roles()))
    return sorted(problems, key=lambda problem: (problem.line or 0, problem.severity, problem.message))


def _read_all(path: DataFile, problems: list[RegistryProblem]) -> Iterator[_Placed]:
    """Yield the entries of a file that can be read, noting a problem for each one that can't."""
    ids: set[str] = set()
    readers = _read_lines(path)
    while True:
        try:
            line, read = next(readers)
            raw = read()
            check_keys(path, line, raw, required=REQUIRED, optional=OPTIONAL)
            note_id(path, line, raw, ids)
            yield _Placed(read_entry(path, line, raw), str(path), line, own=True)
        except StopIteration:
            return
        except LexiconError as error:
            problems.append(_problem_of(path, error))


def _read_lines(path: DataFile) -> Iterator[tuple[int, Callable[[], dict[str, Any]]]]:
    """Yield each line's number and what reads it, so that a line that can't be read doesn't end the others."""
    if is_table(path):
        for line, columns, cells in read_rows(path):
            yield line, partial(read_row, path, line, columns, cells)
        return
    for line, text in enumerate(read_data_text(path).split("\n"), start=1):
        if text.strip():
            yield line, partial(parse_entry, path, line, text)


def _problem_of(path: DataFile, error: LexiconError) -> RegistryProblem:
    message = str(error).removeprefix(str(path))
    place = PLACE.match(message)
    if place is None:
        return RegistryProblem(str(path), None, "error", message.removeprefix(": "))
    return RegistryProblem(str(path), int(place[1]), "error", message[place.end() :])


def _warn(item: _Placed, message: str) -> RegistryProblem:
    return RegistryProblem(item.path, item.line, "warning", message)


def _check_references(placed: Mapping[str, _Placed]) -> Iterator[RegistryProblem]:
    for item in placed.values():
        entry = item.entry
        if not item.own:
            continue
        targets = [("country", entry.country), *(("role", role.of) for role in entry.roles)]
        for what, target in targets:
            if target is None:
                continue
            known = placed.get(target)
            if known is None:
                yield RegistryProblem(
                    item.path,
                    item.line,
                    "error",
                    f"{what} of {entry.id!r} refers to {target!r}, which no entry has as id; "
                    f"add it, or use the id that `sayso speakers list` shows",
                )
            elif what == "country" and known.entry.type != "country":
                yield _warn(
                    item, f"country {target!r} of {entry.id!r} is of type {known.entry.type}; use a country's id"
                )


def _check_names(items: Iterable[_Placed]) -> Iterator[RegistryProblem]:
    owners: dict[str, list[tuple[str, _Placed]]] = {}
    for item in items:
        entry = item.entry
        for key, name in {fold_name(name): name for name in (entry.name, *entry.aliases, *entry.capitals)}.items():
            owners.setdefault(key, []).append((name, item))
    for shared in owners.values():
        for at, (name, item) in enumerate(shared):
            others = [other.entry.id for _, other in shared[:at] or shared[1:]]
            if item.own and len(shared) > 1 and (at or all(not other.own for _, other in shared[1:])):
                yield _warn(
                    item,
                    f"{name!r} names {item.entry.id!r} and {', '.join(map(repr, others))}, so it will name neither; "
                    "keep it with one of them",
                )


def _check_offices(items: Iterable[_Placed], lexicon: RoleLexicon) -> Iterator[RegistryProblem]:
    holders: dict[tuple[str, str], list[tuple[DatedRole, _Placed]]] = {}
    for item in items:
        for role in item.entry.roles:
            if not SHARED_ROLES.intersection(fold(role.role).split()):
                holders.setdefault((lexicon.canonical(role.role), role.of), []).append((role, item))
    for (_, of), held in holders.items():
        yield from _check_holders(of, held)


def _check_holders(of: str, held: Sequence[tuple[DatedRole, _Placed]]) -> Iterator[RegistryProblem]:
    for at, (role, item) in enumerate(held):
        for earlier, other in held[:at]:
            if not (item.own or other.own) or item.entry.id == other.entry.id or not overlap(role, earlier):
                continue
            mine, theirs = (item, other) if item.own else (other, item)
            yield _warn(
                mine,
                f"{role.role!r} of {of!r} is held by {mine.entry.id!r} and {theirs.entry.id!r} at one time "
                f"({_period(role)}, {_period(earlier)}), so it will name neither then; give each a start and an end",
            )


def overlap(one: DatedRole, other: DatedRole) -> bool:
    """Return whether two periods have more than their edges in common: the day of handing over belongs to both."""
    return _is_before(one.start, other.end) and _is_before(other.start, one.end)


def _is_before(start: str | None, end: str | None) -> bool:
    if start is None or end is None:
        return True
    size = min(len(start), len(end))
    return start[:size] < end[:size]


def _period(role: DatedRole) -> str:
    return f"{role.start or '…'} to {role.end or '…'}"
