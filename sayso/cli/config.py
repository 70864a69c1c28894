"""`sayso config`: where settings come from, and their schema."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from sayso.config import SETTING_NAMES, Settings
from sayso.terminal import hostile_line, safe_json

from .options import AsJson, Run, takes
from .tables import print_rows

app = typer.Typer(help="See the settings and where each comes from.", no_args_is_help=False)

WithOrigin = Annotated[bool, typer.Option("--origin", help="Say where each value comes from.")]


@app.command()
@takes(*SETTING_NAMES)
def show(origin: WithOrigin = False, as_json: AsJson = False, *, run: Run) -> None:
    """Print the settings in force here.

    A value is taken from the first of: flag, environment (SAYSO_TEXT_FIELD), sayso.toml or pyproject.toml, default.

    Example: sayso config show --origin
    """
    values = run.settings.model_dump(mode="json")
    if as_json:
        sys.stdout.write(safe_json(settings_json(run), indent=2) + "\n")
        return
    rows = []
    for name in SETTING_NAMES:
        value = values[name]
        row = [hostile_line(name), hostile_line("(unset)" if value is None else str(value), "bold")]
        if origin:
            row.append(hostile_line(run.origins[name], "dim"))
        rows.append(row)
    print_rows(rows)


def settings_json(run: Run) -> dict[str, Any]:
    """Return the document of `sayso config show --json`: value and origin of each setting."""
    values = run.settings.model_dump(mode="json")
    return {
        "schema_version": 1,
        "file": None if run.config_path is None else str(run.config_path),
        "settings": {name: {"value": values[name], "origin": run.origins[name]} for name in SETTING_NAMES},
    }


@app.command()
@takes()
def schema(*, run: Run) -> None:
    """Print the JSON Schema of sayso.toml, for editors.

    Example: sayso config schema > sayso.schema.json
    """
    sys.stdout.write(safe_json(config_schema(), indent=2) + "\n")


def config_schema() -> dict[str, Any]:
    """Return the JSON Schema of the settings."""
    schema = Settings.model_json_schema()
    schema["description"] = "What sayso.toml, or [tool.sayso] in pyproject.toml, may hold."
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
