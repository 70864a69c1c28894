"""`sayso speakers`: the registry of known speakers, and what somebody said in a dataset."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sayso.attribution.errors import ConfigError
from sayso.terminal import data_console, hostile_line, safe_json, safe_line

from . import exits
from .options import AsJson, DryRun, Run, takes
from .tables import print_rows

if TYPE_CHECKING:
    from sayso.attribution.registry import Registry, RegistryEntry
    from sayso.speakers import RegistryChange

app = typer.Typer(help="List, check and extend the known speakers; show what one said.")

TYPES = "person|organization|country|group"
Type = Annotated[str | None, typer.Option("--type", metavar=TYPES, help="Only entries of this type.")]
Country = Annotated[str | None, typer.Option(metavar="NAME", help="Only entries of this country.", show_default=False)]
Role = Annotated[str | None, typer.Option(metavar="NAME", help="Only holders of this office.", show_default=False)]
On = Annotated[
    str | None, typer.Option("--on", metavar="DATE", help="Only who held an office then.", show_default=False)
]
CheckedFile = Annotated[Path, typer.Argument(metavar="FILE", help="Registry: JSON lines, or CSV by its name.")]
SpeakerName = Annotated[str, typer.Argument(metavar="NAME", help="Name or id of a speaker.")]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Dataset folder.")]
Limit = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Show the first N statements only.", show_default=False)
]
EntryName = Annotated[str, typer.Argument(metavar="NAME", help="Canonical name of the new entry.")]
EntryType = Annotated[str, typer.Option("--type", metavar=TYPES, help="Type of the new entry.")]
EntryId = Annotated[
    str | None, typer.Option("--id", metavar="ID", help="Its id; else made of the name.", show_default=False)
]
EntryAliases = Annotated[
    list[str] | None, typer.Option("--alias", metavar="NAME", help="Another spelling or name; may be repeated.")
]
EntryCountry = Annotated[
    str | None, typer.Option("--country", metavar="ID", help="Id of its country.", show_default=False)
]
EntryGender = Annotated[
    str | None, typer.Option("--gender", metavar="male|female", help="Gender of a person.", show_default=False)
]
EntryRoles = Annotated[
    list[str] | None,
    typer.Option(
        "--role", metavar="ROLE", help="Office as 'role | of | start | end', dates optional; may be repeated."
    ),
]
BySurname = Annotated[bool, typer.Option("--by-surname", help="The surname alone means this person in your news.")]
Wikidata = Annotated[
    str | None, typer.Option(metavar="ID", help="Wikidata id, if you looked it up.", show_default=False)
]
Force = Annotated[bool, typer.Option("--force", help="Add it in spite of warnings.")]
Replace = Annotated[bool, typer.Option("--replace", help="Replace entries of the registry that have the same id.")]


def read_registry(run: Run) -> Registry:
    """Return the registry that ships with the user's own on top."""
    from sayso.attribution.registry import Registry

    return Registry.read([] if run.settings.registry is None else [run.settings.registry])


def own_registry(run: Run) -> Path:
    """Return the user's registry file, which need not exist yet; ConfigError where none is named."""
    if run.settings.registry is None:
        raise ConfigError(
            "no registry of your own is named; give --registry FILE, or set 'registry' in sayso.toml to keep it"
        )
    return run.settings.registry


@app.command("list")
@takes("registry")
def list_entries(
    type: Type = None,
    country: Country = None,
    role: Role = None,
    on: On = None,
    as_json: AsJson = False,
    *,
    run: Run,
) -> None:
    """List the known speakers: those that ship, and your own.

    Example: sayso speakers list --role "foreign minister" --on 2021-12-30
    """
    from sayso.attribution.registry import ENTRY_TYPES, ISO_DATE
    from sayso.speakers import entry_json, list_speakers

    if type is not None and type not in ENTRY_TYPES:
        raise ConfigError(f"no type is called {type!r}; allowed: {', '.join(ENTRY_TYPES)}")
    if on is not None and not ISO_DATE.match(on):
        raise ConfigError(f"{on!r} is no ISO date; use YYYY, YYYY-MM or YYYY-MM-DD")
    registry = read_registry(run)
    found = list_speakers(registry, type=type, country=country, role=role, date=on)
    if as_json:
        document = {"schema_version": 1, "entries": [entry_json(entry) for entry in found]}
        sys.stdout.write(safe_json(document, indent=2) + "\n")
        return
    print_rows(_table_row(entry, on) for entry in found)


def _table_row(entry: RegistryEntry, on: str | None) -> list[Any]:
    roles = [role for role in entry.roles if on is None or role.held_on(on)]
    offices = "; ".join(f"{role.role}, {role.of} ({role.start or '…'} to {role.end or '…'})" for role in roles)
    return [
        hostile_line(entry.id, "bold"),
        hostile_line(entry.type),
        hostile_line(entry.name),
        hostile_line(entry.country or ""),
        hostile_line(offices or ", ".join(entry.aliases), "dim"),
    ]


@app.command()
@takes()
def check(file: CheckedFile, as_json: AsJson = False, *, run: Run) -> None:
    """Say everything that is wrong with a registry file, by line.

    Besides what keeps it from loading: offices that two people hold at one time, names that two entries share,
    countries that are none. It is checked together with the entries that ship. Ends with code 1 where there is anything
    to mend.

    Example: sayso speakers check speakers.jsonl
    """
    from sayso.attribution.registry_check import check_registry
    from sayso.speakers import problem_json

    problems = check_registry(file)
    if as_json:
        document = {"schema_version": 1, "path": str(file), "problems": [problem_json(p) for p in problems]}
        sys.stdout.write(safe_json(document, indent=2) + "\n")
    else:
        for problem in problems:
            sys.stdout.write(safe_line(f"{problem.place}: {problem.severity}: {problem.message}") + "\n")
        if not problems and not run.quiet:
            sys.stderr.write(safe_line(f"sayso: nothing wrong with {file}") + "\n")
    if problems:
        raise typer.Exit(exits.FINDINGS)


@app.command()
@takes("registry")
def add(
    name: EntryName,
    type: EntryType = "person",
    entry_id: EntryId = None,
    alias: EntryAliases = None,
    country: EntryCountry = None,
    gender: EntryGender = None,
    role: EntryRoles = None,
    by_surname: BySurname = False,
    wikidata: Wikidata = None,
    force: Force = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    *,
    run: Run,
) -> None:
    """Add one speaker to your registry.

    It is checked first: an office or a name that somebody else has too needs --force. The file changes in one step or
    not at all.

    Example: sayso speakers add "Ana Ruiz" --country spain --role "mayor | spain | 2021" --registry speakers.jsonl
    """
    from sayso.attribution.registry_table import read_role
    from sayso.speakers import add_entry

    record: dict[str, Any] = {"name": name, "type": type}
    given = {"id": entry_id, "gender": gender, "country": country, "wikidata": wikidata, "aliases": alias}
    record |= {key: value for key, value in given.items() if value}
    if role:
        record["roles"] = [read_role("--role", number, text) for number, text in enumerate(role, start=1)]
    if by_surname:
        record["by_surname"] = True
    _tell(add_entry(own_registry(run), record, force=force, dry_run=dry_run), as_json=as_json, run=run)


@app.command("import")
@takes("registry")
def import_file(
    file: CheckedFile,
    replace: Replace = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    *,
    run: Run,
) -> None:
    """Add all speakers of a CSV or JSON lines file to your registry, or none.

    CSV columns: id, name, type, aliases, gender, country, roles, by_surname, kind, nouns, capitals, demonyms, people,
    leader, wikidata. Only name and type are needed; lists are divided by semicolons; a role is written
    role | of | start | end.

    Example: sayso speakers import ministers.csv --registry speakers.jsonl
    """
    from sayso.speakers import import_entries

    _tell(import_entries(file, own_registry(run), replace=replace, dry_run=dry_run), as_json=as_json, run=run)


def _tell(change: RegistryChange, *, as_json: bool, run: Run) -> None:
    if as_json:
        sys.stdout.write(safe_json(change.to_json(), indent=2) + "\n")
    else:
        added, replaced = ("would add", "would replace") if change.dry_run else ("added", "replaced")
        parts = [f"{added} {', '.join(change.added)}"] if change.added else []
        parts += [f"{replaced} {', '.join(change.replaced)}"] if change.replaced else []
        sys.stdout.write(safe_line(f"{change.path}: {'; '.join(parts) or 'nothing to add'}") + "\n")
    if not run.quiet:
        for problem in change.problems:
            sys.stderr.write(safe_line(f"sayso: {problem.place}: {problem.severity}: {problem.message}") + "\n")


@app.command()
@takes("registry")
def show(name: SpeakerName, folder: Folder, limit: Limit = None, as_json: AsJson = False, *, run: Run) -> None:
    """Show what a speaker said in a dataset: when, where, in which words, and what several articles repeat.

    NAME may be an id, any spelling the registry knows, or a surname that one person has.

    Example: sayso speakers show Peskov out/dataset
    """
    from sayso.statements import find_statements, render_statements

    found = find_statements(folder, name, registry=read_registry(run))
    if as_json:
        sys.stdout.write(safe_json(found.to_json(), indent=2) + "\n")
        return
    console = data_console()
    for line in render_statements(found, limit=limit):
        console.print(line)
