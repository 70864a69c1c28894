"""Help pages read off the command tree: for `--help-all`, `docs/cli.md`, and the tests that keep both complete."""

from __future__ import annotations

import shutil
import textwrap
from dataclasses import dataclass
from typing import Any

from sayso.config import ENV_PREFIX, SETTING_NAMES

from .exits import EXIT_CODES


@dataclass(frozen=True, slots=True)
class OptionHelp:
    """One argument or option: how it is written, and what it does."""

    name: str
    help: str
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """The help of one command; `path` is what one types (`sayso config show`)."""

    path: str
    usage: str
    summary: str
    text: str
    arguments: tuple[OptionHelp, ...]
    options: tuple[OptionHelp, ...]


def read_pages() -> list[Page]:
    """Return the page of every command that does something, in the order of `sayso --help`."""
    import typer

    from .app import app

    return list(_walk(typer.main.get_command(app), "sayso"))


def _walk(command: Any, path: str) -> list[Page]:
    children = getattr(command, "commands", {})
    pages = [_page(command, path)] if not children or path == "sayso" else []
    for name, child in children.items():
        if not child.hidden:
            # A group's default command is typed without its name.
            default = name == getattr(command, "default_command", None)
            pages += _walk(child, path if default else f"{path} {name}")
    return pages


def _page(command: Any, path: str) -> Page:
    text = textwrap.dedent(command.help or "").strip()
    parameters = [parameter for parameter in command.params if not getattr(parameter, "hidden", False)]
    arguments = tuple(_option(p) for p in parameters if p.param_type_name == "argument")
    options = tuple(_option(p) for p in parameters if p.param_type_name == "option" and p.name != "help")
    required = [o.name for o in (_option(p) for p in parameters if p.param_type_name == "option" and p.required)]
    words = [path, *(a.name for a in arguments), *(name.split(", ")[-1] for name in required)]
    return Page(path, " ".join(words), text.split("\n")[0], text, arguments, options)


def _option(parameter: Any) -> OptionHelp:
    if parameter.param_type_name == "argument":
        name = parameter.metavar or parameter.name.upper()
        return OptionHelp(name, parameter.help or "")
    name = ", ".join(sorted(parameter.opts, key=len))
    if parameter.secondary_opts:
        name += " / " + ", ".join(parameter.secondary_opts)
    if not parameter.is_flag:
        name += f" {parameter.metavar or parameter.name.upper()}"
    shown = parameter.show_default and not parameter.is_flag and parameter.default not in (None, ())
    return OptionHelp(name, parameter.help or "", str(parameter.default) if shown else None)


def all_help(width: int | None = None) -> str:
    """Return the help of all commands as plain text, wrapped to `width` (default: the terminal's, at most 100)."""
    width = width or min(shutil.get_terminal_size().columns, 100)
    return "\n\n".join(_plain(page, width) for page in read_pages()) + "\n\n" + _plain_exit_codes(width) + "\n"


def _plain(page: Page, width: int) -> str:
    blocks = [
        page.usage,
        *(textwrap.fill(line, width, initial_indent="  ", subsequent_indent="  ") for line in _paragraphs(page)),
    ]
    for option in (*page.arguments, *page.options):
        blocks.append(f"    {option.name}")
        blocks.append(textwrap.fill(_with_default(option), width, initial_indent=" " * 8, subsequent_indent=" " * 8))
    return "\n".join(blocks)


def _paragraphs(page: Page) -> list[str]:
    return [" ".join(part.split()) for part in page.text.split("\n\n")]


def _with_default(option: OptionHelp) -> str:
    return option.help if option.default is None else f"{option.help} Default: {option.default}."


def _plain_exit_codes(width: int) -> str:
    lines = [
        f"    {code:>3}  {textwrap.fill(meaning, width - 9, subsequent_indent=' ' * 9)}"
        for code, meaning in EXIT_CODES.items()
    ]
    return "\n".join(["exit codes", *lines])


def markdown() -> str:
    """Return the text of `docs/cli.md`."""
    pages = read_pages()
    parts = [
        "# Command line",
        "This page is written by `python docs/make_cli.py` from the commands themselves; a test keeps it current.",
        "Data goes to stdout, talk to stderr. Progress bars show only where stderr is a terminal. "
        "`--json` prints one document; its schema: `sayso schema NAME`.",
        "| command | what it does |\n|---|---|\n"
        + "\n".join(f"| [`{_cell(p.usage)}`](#{_anchor(p.path)}) | {_cell(p.summary)} |" for p in pages[1:]),
        *(_markdown_page(page) for page in pages),
        "## Exit codes",
        "| code | meaning |\n|---|---|\n"
        + "\n".join(f"| {code} | {_cell(text)} |" for code, text in EXIT_CODES.items()),
        "## Settings",
        "A value is taken from the first of: flag, environment variable, configuration file, default. The file is "
        "`sayso.toml`, or the table `[tool.sayso]` of `pyproject.toml`, in the current folder or the nearest parent "
        "within the same Git checkout; `--config FILE` or `SAYSO_CONFIG` names another. `sayso config show --origin` "
        "says where each value came from.",
        "| key | variable | meaning |\n|---|---|---|\n" + "\n".join(_setting_rows()),
    ]
    return "\n\n".join(parts) + "\n"


def _setting_rows() -> list[str]:
    from sayso.config import Settings

    return [
        f"| `{name}` | `{ENV_PREFIX}{name.upper()}` | {_cell(Settings.model_fields[name].description or '')} |"
        for name in SETTING_NAMES
    ]


def _markdown_page(page: Page) -> str:
    blocks = [f"## {page.path}", f"    {page.usage} [OPTIONS]", *_paragraphs(page)]
    rows = [*page.arguments, *page.options]
    if rows:
        table = "\n".join(f"| `{_cell(row.name)}` | {_cell(_with_default(row))} |" for row in rows)
        blocks.append("| option | what it does |\n|---|---|\n" + table)
    return "\n\n".join(blocks)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _anchor(path: str) -> str:
    return path.replace(" ", "-")
