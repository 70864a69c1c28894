"""Options that several commands share, made from the settings so that flag, variable and file key never differ."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from sayso.attribution.errors import ConfigError
from sayso.config import SETTING_NAMES, Settings, flag_of, resolve_settings

from .exits import OK, drop_stdout

READING = (
    "text_field",
    "id_field",
    "title_field",
    "date_field",
    "publisher_field",
    "url_field",
    "encoding",
    "any_language",
    "strict",
    "max_bytes",
)
FINDING = ("model", "registry", "min_confidence", "min_speaker")
METAVARS = {
    "model": "NAME",
    "codebook": "NAME|FILE",
    "stance_model": "NAME|DIR",
    "registry": "FILE",
    "encoding": "NAME",
    "min_confidence": "0..1",
    "min_speaker": "0..1",
    "max_bytes": "N",
}

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be written; write nothing.")]
Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT...",
        help="Articles: files (.txt .md .html .jsonl .csv .parquet, also .gz), folders, patterns, or - for "
        "JSON lines or text on standard input.",
        show_default=False,
    ),
]


@dataclass(frozen=True, slots=True)
class Run:
    """What every command is told: the settings with their origins, and how much to say."""

    settings: Settings
    origins: Mapping[str, str]
    config_path: Path | None
    quiet: bool
    debug: bool


def _keyword(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _setting_parameter(name: str) -> inspect.Parameter:
    field = Settings.model_fields[name]
    flag = flag_of(name)
    kind = field.annotation
    options: dict[str, Any] = {"help": field.description, "show_default": False}
    if kind is bool:
        return _keyword(name, Annotated[bool | None, typer.Option(f"{flag}/--no-{flag[2:]}", **options)], None)
    if kind in (float, int):
        flag_type: Any = kind
    elif float in get_args(kind):
        flag_type = float
    elif name in ("registry",):
        flag_type = Path
    else:
        flag_type = str
    choices = [str(choice) for choice in get_args(kind) if isinstance(choice, str)]
    options["metavar"] = "|".join(choices) if choices else METAVARS.get(name, "NAME")
    return _keyword(name, Annotated[flag_type | None, typer.Option(flag, **options)], None)


def _common_parameters(names: Sequence[str]) -> list[inspect.Parameter]:
    parameters = [_setting_parameter(name) for name in names]
    if "model" in names:
        help_text = "Use rules alone; the same as --model rules."
        parameters.append(_keyword("no_model", Annotated[bool, typer.Option("--no-model", help=help_text)], False))
    if names:
        config = typer.Option("--config", metavar="FILE", help="Configuration file to read.", show_default=False)
        parameters.append(_keyword("config", Annotated[Path | None, config], None))
    quiet = typer.Option("--quiet", "-q", help="No progress and no notes on stderr, only errors.")
    debug = typer.Option("--debug", help="Show the traceback of an error.")
    parameters.append(_keyword("quiet", Annotated[bool, quiet], False))
    parameters.append(_keyword("debug", Annotated[bool, debug], False))
    return parameters


def takes(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that gives a command the options of the settings `names`, and of every command.

    The command itself takes one keyword `run: Run` in their place. Settings are resolved (and a wrong configuration
    refused) only where `names` asks for some, so that `doctor` still runs under a broken file.
    """
    unknown = set(names) - set(SETTING_NAMES)
    if unknown:
        raise ValueError(f"no such settings: {sorted(unknown)}")

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(command, eval_str=True)
        own = [parameter for name, parameter in signature.parameters.items() if name != "run"]
        shared = _common_parameters(names)

        @wraps(command)
        def wrapped(**given: Any) -> None:
            taken = {parameter.name: given.pop(parameter.name) for parameter in shared}
            flags = {name: taken[name] for name in names}
            if taken.get("no_model"):
                if flags["model"] not in (None, "rules"):
                    raise ConfigError(f"--no-model and --model {flags['model']} contradict each other; give one")
                flags["model"] = "rules"
            if names:
                resolved = resolve_settings(flags, config=taken["config"])
                settings, origins, path = resolved.settings, resolved.origins, resolved.path
            else:
                settings, origins, path = Settings(), {}, None
            run = Run(settings, origins, path, quiet=taken["quiet"], debug=taken["debug"])
            try:
                command(**given, run=run)
            except BrokenPipeError:  # the reader has what it wanted (`sayso quotes … | head`)
                drop_stdout()
                raise typer.Exit(OK) from None

        parameters = [*own, *shared]
        wrapped.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        wrapped.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        del wrapped.__wrapped__  # else typer would see the command's own signature
        return wrapped

    return decorate
