"""The user's own registry of speakers: listing it with the one that ships, adding to it, importing into it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .attribution.errors import ConfigError, ConflictError, LexiconError
from .attribution.files import write_atomically
from .attribution.names import slug
from .attribution.registry import Registry, RegistryEntry, read_entry, read_raw_entries
from .attribution.registry_check import RegistryProblem, check_registry
from .attribution.registry_table import is_table


@dataclass(frozen=True, slots=True)
class RegistryChange:
    """What `add_entry` or `import_entries` did, or would do."""

    path: str
    added: tuple[str, ...]
    """Ids of new entries."""
    replaced: tuple[str, ...]
    dry_run: bool
    problems: tuple[RegistryProblem, ...]
    """Warnings about the entries written; with an error nothing is written at all."""

    def to_json(self) -> dict[str, Any]:
        """Return the change as one JSON document (`schema_version` 1)."""
        return {
            "schema_version": 1,
            "path": self.path,
            "added": list(self.added),
            "replaced": list(self.replaced),
            "dry_run": self.dry_run,
            "problems": [problem_json(problem) for problem in self.problems],
        }


def list_speakers(
    registry: Registry,
    *,
    type: str | None = None,
    country: str | None = None,
    role: str | None = None,
    date: str | None = None,
) -> list[RegistryEntry]:
    """Return the entries that fit every filter, in the registry's order.

    `country` is a country's id or any of its names, also for the country itself and for offices of it; `role` is an
    office in any of its wordings ("secretary of state" finds foreign ministers); with `date` (ISO, may be partial) only
    offices held then count, and entries without any office are left out. ConfigError for a country that is none.
    """
    country_id = None if country is None else _find_country(registry, country)
    canonical = None if role is None else registry.roles.canonical(role)
    found = []
    for entry in registry.entries:
        held = [item for item in entry.roles if date is None or item.held_on(date)]
        if canonical is not None:
            held = [item for item in held if registry.roles.canonical(item.role) == canonical]
        if type is not None and entry.type != type:
            continue
        if (canonical is not None or date is not None) and not held:
            continue
        if country_id is None or country_id in (entry.country, entry.id) or any(r.of == country_id for r in held):
            found.append(entry)
    return found


def _find_country(registry: Registry, name: str) -> str:
    known = registry.by_id(name) or registry.country_of(name)
    if known is None or known.type != "country":
        raise ConfigError(f"no country {name!r} in the registry; `sayso speakers list --type country` lists them")
    return known.id


def entry_json(entry: RegistryEntry) -> dict[str, Any]:
    """Return the entry as a line of a registry file, empty fields left out."""
    record: dict[str, Any] = {"id": entry.id, "name": entry.name, "type": entry.type}
    for key in ("aliases", "gender", "country"):
        if value := getattr(entry, key):
            record[key] = list(value) if isinstance(value, tuple) else value
    if entry.roles:
        keys = ("role", "of", "start", "end")
        record["roles"] = [{k: getattr(role, k) for k in keys if getattr(role, k) is not None} for role in entry.roles]
    for key in ("by_surname", "kind", "nouns", "capitals", "demonyms", "people", "leader", "wikidata"):
        if value := getattr(entry, key):
            record[key] = list(value) if isinstance(value, tuple) else value
    return record


def problem_json(problem: RegistryProblem) -> dict[str, Any]:
    """Return one problem of a registry file for a JSON document."""
    return {
        "path": problem.path,
        "line": problem.line,
        "severity": problem.severity,
        "message": problem.message,
    }


def add_entry(path: Path, record: Mapping[str, Any], *, force: bool = False, dry_run: bool = False) -> RegistryChange:
    """Add one entry to the registry file at `path`, made if missing, and return what was done.

    Without an `id` the name makes it. ConflictError when the file has that id, LexiconError when the entry is wrong, or
    shares a name or an office with another (`force` allows that); then, and with `dry_run`, the file stays as it was.
    """
    name = record.get("name")
    entry = {"id": record.get("id") or slug(name if isinstance(name, str) else ""), **record}
    return _write_entries(path, [entry], replace=False, dry_run=dry_run, allow_warnings=force)


def import_entries(source: Path, target: Path, *, replace: bool = False, dry_run: bool = False) -> RegistryChange:
    """Add the entries of a CSV or JSON lines file to the registry file `target`, all or none.

    With `replace` entries whose id the target has take their place; without it they are a ConflictError.
    """
    for problem in check_registry(source, beside=[target] if target.exists() else []):
        if problem.severity == "error":
            raise LexiconError(f"{problem.place}: {problem.message}")
    records = [raw for _, raw in read_raw_entries(source)]
    return _write_entries(target, records, replace=replace, dry_run=dry_run, allow_warnings=True)


def _write_entries(
    path: Path, raw: Sequence[Mapping[str, Any]], *, replace: bool, dry_run: bool, allow_warnings: bool
) -> RegistryChange:
    if is_table(path):
        raise ConfigError(
            f"{path} is CSV, and entries are written as JSON lines; `sayso speakers import {path.name} "
            "--registry NAME.jsonl` makes such a file of it"
        )
    new = [entry_json(read_entry(Path("entry"), number, record)) for number, record in enumerate(raw, start=1)]
    lines = dict(_read_lines(path)) if path.exists() else {}
    taken = [record["id"] for record in new if record["id"] in lines]
    if taken and not replace:
        raise ConflictError(
            f"{path} has {', '.join(map(repr, taken[:5]))} already; choose another id, or change the line in the file"
            " (`import --replace` puts the new entry in its place)"
        )
    lines |= {record["id"]: json.dumps(record, ensure_ascii=False) for record in new}
    problems = _check_lines(path, lines.values(), {record["id"] for record in new}, list(lines))
    for problem in problems:
        if problem.severity == "error":
            raise LexiconError(f"{problem.place}: {problem.message}")
        if not allow_warnings:
            raise LexiconError(f"{problem.place}: {problem.message}; --force adds it all the same")
    if not dry_run:
        path.parent.mkdir(parents=True, exist_ok=True)
        with write_atomically(path) as stream:
            stream.writelines(line + "\n" for line in lines.values())
    added = tuple(record["id"] for record in new if record["id"] not in taken)
    return RegistryChange(str(path), added, tuple(taken), dry_run, tuple(problems))


def _read_lines(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (id, line) of the registry file as it is; LexiconError for a line that is no entry."""
    lines = path.read_text(encoding="utf-8").split("\n")
    for number, raw in read_raw_entries(path):
        yield str(raw["id"]), lines[number - 1].rstrip("\r")


def _check_lines(path: Path, lines: Iterable[str], new: set[str], ids: Sequence[str]) -> list[RegistryProblem]:
    """Return what is wrong with the new ones among the lines, with the place they would have in `path`."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="sayso-") as folder:
        copy = Path(folder) / "registry.jsonl"
        copy.write_text("".join(line + "\n" for line in lines), encoding="utf-8", newline="\n")
        found = check_registry(copy)
    numbers = {number for number, entry_id in enumerate(ids, start=1) if entry_id in new}
    return [
        RegistryProblem(str(path), problem.line, problem.severity, problem.message)
        for problem in found
        if problem.line in numbers
    ]
