"""`sayso codebook`: check a codebook, or begin a new one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sayso.terminal import hostile_line, safe_json

from . import exits
from .options import AsJson, DryRun, Run, takes
from .tables import print_rows

app = typer.Typer(help="Check or begin a codebook: what stances are labelled towards.")

Book = Annotated[str, typer.Argument(metavar="[CODEBOOK]", help="A .toml file, or the name of a packaged one.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="File to write; its stem becomes the codebook's id.")]


@app.callback()
def codebook() -> None:
    """Check or begin a codebook: what stances are labelled towards."""


@app.command()
@takes()
def check(name: Book = "ukraine-2021", as_json: AsJson = False, *, run: Run) -> None:
    """Check a codebook: its keys, its terms, and its examples by them.

    An unknown key, a wrong value or a term that can't be read ends with code 2, naming file and line; an example
    that its terms read otherwise is a finding, and ends with code 1.

    Example: sayso codebook check housing
    """
    from sayso.attribution.types import SCHEMA_VERSION
    from sayso.labeling.codebook import read_codebook
    from sayso.labeling.codebook_check import check_examples

    codebook = read_codebook(name)
    findings = list(check_examples(codebook))
    if as_json:
        document = {
            "schema_version": SCHEMA_VERSION,
            "codebook": codebook.id,
            "version": codebook.version,
            "targets": [{"id": target.id, "proposition": target.proposition} for target in codebook.targets],
            "findings": [finding.to_json() for finding in findings],
        }
        sys.stdout.write(safe_json(document, indent=2) + "\n")
    elif findings:
        print_rows(
            (hostile_line(f"{found.target} ({found.group})", "bold"), hostile_line(f"“{found.example}” {found.reason}"))
            for found in findings
        )
    elif not run.quiet:
        print_rows((hostile_line(target.id, "bold"), hostile_line(target.proposition)) for target in codebook.targets)
    if findings:
        raise typer.Exit(exits.FINDINGS)


@app.command()
@takes()
def new(path: File, dry_run: DryRun = False, as_json: AsJson = False, *, run: Run) -> None:
    """Write a small valid codebook to start from.

    An existing file is never replaced.

    Example: sayso codebook new parks.toml
    """
    from sayso.attribution.errors import ConfigError, ConflictError
    from sayso.attribution.files import write_atomically
    from sayso.attribution.types import SCHEMA_VERSION
    from sayso.labeling.codebook import NAME
    from sayso.labeling.codebook_check import make_template

    if path.suffix != ".toml" or NAME.fullmatch(path.stem) is None:
        raise ConfigError(f"{path}: name it like parks.toml: small letters, digits and hyphens, then .toml")
    if path.exists():
        raise ConflictError(f"{path} exists and is kept; give another name")
    if not dry_run:
        with write_atomically(path) as stream:
            stream.write(make_template(path.stem))
    if as_json:
        document = {"schema_version": SCHEMA_VERSION, "path": str(path), "id": path.stem, "dry_run": dry_run}
        sys.stdout.write(safe_json(document, indent=2) + "\n")
    elif not run.quiet:
        said = "would write" if dry_run else "wrote"
        print_rows([(hostile_line(f"{said} {path}; edit it, then run `sayso codebook check {path}`"),)])


Families = Annotated[Path, typer.Argument(metavar="FAMILIES", help="JSON lines of sentences with choices.")]
Out = Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="File to write the sentences to.")]
Most = Annotated[int, typer.Option(metavar="N", min=1, max=200, help="Most readings of one family.")]
Name = Annotated[str | None, typer.Option("--codebook", metavar="NAME|FILE", help="Codebook of the targets.")]


@app.command()
@takes()
def expand(
    families: Families,
    out: Out,
    name: Name = None,
    most: Most = 7,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    *,
    run: Run,
) -> None:
    """Write sentences to train on, of families with choices in brackets.

    A family is a JSON object a line: id, text ("[We|They] want talks"), stances (target and label), and where they
    apply flags, side, cue and context. All sentences of a family are in one split.

    Example: sayso codebook expand families.jsonl -o sentences.jsonl
    """
    import json

    from sayso.attribution.files import write_atomically
    from sayso.attribution.types import SCHEMA_VERSION
    from sayso.labeling.codebook import DEFAULT_CODEBOOK, read_codebook
    from sayso.labeling.families import expand_family, read_families

    read = read_families(families, read_codebook(name or DEFAULT_CODEBOOK))
    records = [record for family in read for record in expand_family(family, most=most)]
    if not dry_run:
        with write_atomically(out) as stream:
            stream.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    texts = len({record["text"] for record in records})
    if as_json:
        document = {
            "schema_version": SCHEMA_VERSION,
            "path": str(out),
            "families": len(read),
            "sentences": texts,
            "pairs": len(records),
            "dry_run": dry_run,
        }
        sys.stdout.write(safe_json(document, indent=2) + "\n")
    elif not run.quiet:
        said = "would write" if dry_run else "wrote"
        print_rows(
            [(hostile_line(f"{said} {texts} sentences of {len(read)} families, {len(records)} pairs, to {out}"),)]
        )
