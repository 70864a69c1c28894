"""Settings: what they are, and where each value came from.

A value is taken from the first of: command-line flag, environment (`SAYSO_TEXT_FIELD`), configuration file
(`sayso.toml`, or `[tool.sayso]` in `pyproject.toml`, in this folder or the nearest parent), default.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from .attribution.errors import ConfigError

ENV_PREFIX = "SAYSO_"
FILE_NAME = "sayso.toml"
# Read by the command line itself, not settings: SAYSO_CONFIG names the file, SAYSO_DEBUG asks for tracebacks.
ENV_OF_COMMAND_LINE = frozenset({"SAYSO_CONFIG", "SAYSO_DEBUG"})

TABLE_HEADER = re.compile(r"^[ \t]*\[([^\[\]]+)\]")
KEY_START = re.compile(r"^[ \t]*([A-Za-z0-9_-]+|\"[^\"]*\")[ \t]*=")


class Settings(BaseModel):
    """All settings. Unknown keys are refused; relative paths in a file are relative to that file."""

    model_config = ConfigDict(extra="forbid", frozen=True, title="Sayso settings")

    text_field: str | None = Field(default=None, description="Field or column that holds the article's text.")
    id_field: str | None = Field(default=None, description="Field that holds the article's id.")
    title_field: str | None = Field(default=None, description="Field that holds the title.")
    date_field: str | None = Field(default=None, description="Field that holds the date.")
    publisher_field: str | None = Field(default=None, description="Field that holds the publisher.")
    url_field: str | None = Field(default=None, description="Field that holds the address.")
    encoding: str | None = Field(default=None, description="Encoding of the input files; unset: UTF-8, else detected.")
    any_language: bool = Field(default=False, description="Take articles in any language, not only English.")
    strict: bool = Field(default=False, description="Stop at the first bad record instead of setting it aside.")
    max_bytes: int = Field(default=2 << 30, ge=1, description="Most bytes that one compressed file may unpack to.")
    model: str = Field(
        default="attribution-en",
        description="Model to use: attribution-en (the default), a folder or a Hub id; `rules`: rules alone.",
    )
    registry: Path | None = Field(
        default=None, description="Speaker registry (JSON lines or CSV) to use besides the packaged one."
    )
    min_confidence: float = Field(
        default=0.0, ge=0, le=1, description="Leave out attributions less sure than this (0 to 1)."
    )
    min_speaker: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Leave out speakers less sure than this; unset: so that 95 % are right, 0: give all.",
    )
    codebook: str = Field(
        default="ukraine-2021",
        description="Codebook of the stances to label, a name or .toml file; `none` for no stances.",
    )
    stance_model: str | None = Field(
        default=None,
        description="Stance model: stance-pair (used if unset), stance-linear, a folder, or `majority` of the labeling "
        "functions.",
    )
    text: Literal["excerpt", "full", "standoff"] = Field(
        default="excerpt",
        description="Article text in the dataset: quotation and paragraph, full text, or offsets alone.",
    )
    keys: dict[str, str | list[str]] = Field(
        default_factory=dict,
        description="Keys of `sayso review`, a table of action and key or keys; as a variable: `accept=enter skip=z`.",
    )

    @field_validator("keys", mode="before")
    @classmethod
    def _split_keys(cls, value: Any) -> Any:
        """Return the table that a variable spells: an action given twice gets both keys."""
        if not isinstance(value, str):
            return value
        keys: dict[str, list[str]] = {}
        for pair in value.split():
            action, equals, key = pair.partition("=")
            if not equals or not key:
                raise ValueError(f"expected action=key, found {pair!r}")
            keys.setdefault(action, []).append(key)
        return keys


PATH_SETTINGS = frozenset({"registry"})
SETTING_NAMES: tuple[str, ...] = tuple(Settings.model_fields)


@dataclass(frozen=True, slots=True)
class Resolved:
    """Settings with the origin of each: `--flag`, an environment variable, `file:line`, or `default`."""

    settings: Settings
    origins: Mapping[str, str]
    path: Path | None
    """The configuration file that was read, if any."""


@dataclass(frozen=True, slots=True)
class _Found:
    value: Any
    origin: str


def find_config_file(start: Path) -> Path | None:
    """Return the nearest `sayso.toml`, or `pyproject.toml` with `[tool.sayso]`, from `start` upwards.

    Stops at the root of a Git checkout, so that a stray file in the home folder doesn't change a project.
    """
    for folder in (start, *start.parents):
        own = folder / FILE_NAME
        if own.is_file():
            return own
        project = folder / "pyproject.toml"
        if project.is_file() and _has_our_table(project):
            return project
        if (folder / ".git").exists():
            return None
    return None


def _has_our_table(path: Path) -> bool:
    try:
        tool = tomllib.loads(path.read_text(encoding="utf-8")).get("tool")
    except (OSError, ValueError):  # somebody else's broken file is not our business until it is named
        return False
    return isinstance(tool, dict) and "sayso" in tool


def resolve_settings(
    flags: Mapping[str, Any],
    *,
    config: Path | None = None,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Resolved:
    """Return the settings of flags (None: not given), environment, file and defaults, each with its origin.

    `config` names the file and must exist; without it `SAYSO_CONFIG`, then the nearest file from `folder` (default:
    the current one) upwards. Raises ConfigError naming file, line and nearest key, variable or flag.
    """
    environ = os.environ if environ is None else environ
    path = config or (Path(environ["SAYSO_CONFIG"]) if environ.get("SAYSO_CONFIG") else None)
    path = path or find_config_file(folder or Path.cwd())
    found: dict[str, _Found] = {} if path is None else _read_file(path)
    for name in SETTING_NAMES:
        variable = ENV_PREFIX + name.upper()
        if environ.get(variable):
            found[name] = _Found(environ[variable], variable)
        if flags.get(name) is not None:
            found[name] = _Found(flags[name], flag_of(name))
    try:
        settings = Settings.model_validate({name: item.value for name, item in found.items()})
    except ValidationError as error:
        raise ConfigError(_explain_invalid(error, found)) from error
    origins = {name: found[name].origin if name in found else "default" for name in SETTING_NAMES}
    return Resolved(settings, origins, path)


def flag_of(name: str) -> str:
    """Return the flag of a setting: `--text-field` of `text_field`."""
    return "--" + name.replace("_", "-")


def unknown_variables(environ: Mapping[str, str]) -> dict[str, str | None]:
    """Return each `SAYSO_…` variable that names no setting, with the nearest that does."""
    known = {ENV_PREFIX + name.upper() for name in SETTING_NAMES} | ENV_OF_COMMAND_LINE
    # SAYSO_COMPLETE and _SAYSO_COMPLETE belong to shell completion
    strays = [name for name in environ if name.startswith(ENV_PREFIX) and name not in known | {"SAYSO_COMPLETE"}]
    bare = [name.removeprefix(ENV_PREFIX) for name in known]  # the prefix would make everything look alike
    near = {name: get_close_matches(name.removeprefix(ENV_PREFIX), bare, n=1) for name in sorted(strays)}
    return {name: ENV_PREFIX + found[0] if found else None for name, found in near.items()}


def _read_file(path: Path) -> dict[str, _Found]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
        document = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{path}: can't read the configuration: {error.strerror}; check the path") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 at byte {error.start}; TOML files are UTF-8, save it as such") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    table: Any = document
    header = ""
    if path.name == "pyproject.toml":
        header = "tool.sayso"
        table = document.get("tool", {}).get("sayso", {})
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: [{header}] must be a table of settings")
    lines = _key_lines(text, header)
    found = {}
    for key, value in table.items():
        place = f"{path}:{lines[key]}" if key in lines else str(path)
        if key not in SETTING_NAMES:
            raise ConfigError(f"{place}: unknown key {key!r}; {_nearest(key)}")
        if key in PATH_SETTINGS and isinstance(value, str):
            value = path.parent / value
        found[key] = _Found(value, place)
    return found


def _nearest(key: str) -> str:
    near = get_close_matches(key.replace("-", "_").lower(), SETTING_NAMES, n=1)
    return f"did you mean {near[0]!r}?" if near else f"allowed: {', '.join(SETTING_NAMES)}"


def _key_lines(text: str, header: str) -> dict[str, int]:
    """Return the line (from 1) of each key in the table `header` ("" for the top); tomllib gives none."""
    lines: dict[str, int] = {}
    current = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if opened := TABLE_HEADER.match(line):
            current = opened[1].replace('"', "").replace(" ", "")
            if not header:  # a table at the top level is itself a key
                lines.setdefault(current.split(".")[0], number)
        elif current == header and (key := KEY_START.match(line)):
            lines.setdefault(key[1].strip('"'), number)
    return lines


def _explain_invalid(error: ValidationError, found: Mapping[str, _Found]) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    name = str(first["loc"][0])
    item = found[name]
    return f"{item.origin}: {name} can't be {item.value!r}: {first['msg'][0].lower()}{first['msg'][1:]}"
