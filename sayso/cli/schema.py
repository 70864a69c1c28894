"""`sayso schema`: the JSON Schemas of everything Sayso prints or writes as JSON."""

from __future__ import annotations

import json
import sys
from importlib import resources
from typing import Annotated, Any

import typer

from sayso.attribution.errors import ConfigError
from sayso.terminal import hostile_line, safe_json

from .options import AsJson, Run, takes
from .tables import print_rows

Name = Annotated[
    str | None, typer.Argument(metavar="[NAME]", help="Schema to print; without it: the list.", show_default=False)
]


def read_schemas() -> dict[str, dict[str, Any]]:
    """Return each published schema by name: `attribution`, `doctor`, `config` …"""
    from .config import config_schema

    folder = resources.files("sayso") / "schemas"
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".json")), key=lambda entry: entry.name)
    schemas = {entry.name.removesuffix(".json"): json.loads(entry.read_text(encoding="utf-8")) for entry in files}
    return dict(sorted({**schemas, "config": config_schema()}.items()))


@takes()
def schema(name: Name = None, as_json: AsJson = False, *, run: Run) -> None:
    """Print the JSON Schema of an output, or list them.

    Example: sayso schema attribution
    """
    schemas = read_schemas()
    if name is not None:
        if name not in schemas:
            raise ConfigError(f"no schema is called {name!r}; allowed: {', '.join(schemas)}")
        sys.stdout.write(safe_json(schemas[name], indent=2) + "\n")
        return
    if as_json:
        sys.stdout.write(safe_json(schemas, indent=2) + "\n")
        return
    print_rows((hostile_line(known, "bold"), hostile_line(schemas[known]["description"])) for known in schemas)
