"""The one door between text that others wrote and the terminal.

Article text, names, file names and error messages may carry escape sequences that retitle the window, recolour the
screen, or reverse the reading order. Everything shown goes through `safe_text` or `safe_line`, or, as JSON, through
`safe_json`; rich never sees it as markup. Data goes to stdout, talk (progress, warnings, errors) to stderr.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

T = TypeVar("T")

REPLACEMENT = "\ufffd"

# Ranges of characters that steer a terminal or hide from the reader. Categories Cc, Cf, Cs, Zl and Zp of Unicode 15,
# less newline, tab, and the few Cf signs that are visible letters (Arabic number signs and their like).
STEERING_RANGES = (
    ("\x00", "\x08"),
    ("\x0b", "\x1f"),
    ("\x7f", "\x9f"),
    ("\xad", "\xad"),  # soft hyphen
    ("\u061c", "\u061c"),  # Arabic letter mark
    ("\u180e", "\u180e"),
    ("\u200b", "\u200f"),  # zero-width spaces and joiners, direction marks
    ("\u2028", "\u202e"),  # line and paragraph separator, bidi embeddings and overrides
    ("\u2060", "\u206f"),  # word joiner, invisible operators, bidi isolates
    ("\ud800", "\udfff"),  # lone surrogates: no encoding can print them
    ("\ufeff", "\ufeff"),
    ("\ufff9", "\ufffb"),
    ("\U00013430", "\U0001343f"),
    ("\U0001bca0", "\U0001bca3"),
    ("\U0001d173", "\U0001d17a"),
    ("\U000e0000", "\U000e0fff"),  # invisible tags and variation selectors
)
STEERING = re.compile("[" + "".join(f"{first}-{last}" for first, last in STEERING_RANGES) + "]")
STEERING_OR_LAYOUT = re.compile("[\t\n" + STEERING.pattern[1:])


def _picture(code: int) -> str:
    """Return the visible stand-in for one steering character, always one character."""
    if code < 0x20:
        return chr(0x2400 + code)  # SYMBOL FOR NULL and its neighbours
    if code == 0x7F:
        return "\u2421"  # SYMBOL FOR DELETE
    if code == 0xAD:
        return "\u2027"  # HYPHENATION POINT: soft hyphens are common in news text and harmless
    if code in (0x2028, 0x2029):
        return "\u2424"  # SYMBOL FOR NEWLINE
    return REPLACEMENT


def _show_match(match: re.Match[str]) -> str:
    return _picture(ord(match[0]))


def safe_text(text: str) -> str:
    """Return `text` with every steering character made visible, of the same length, so that offsets stay valid.

    Newline and tab are kept: they only lay text out. Control characters become their pictures (U+2400 ...), C1
    controls, bidi controls, zero-width and other invisible characters and lone surrogates become U+FFFD, a soft
    hyphen a hyphenation point.
    """
    return STEERING.sub(_show_match, text)


def safe_line(text: str) -> str:
    """Return `text` as `safe_text` does, with newline and tab made visible too: for names, cells and messages."""
    return STEERING_OR_LAYOUT.sub(_show_match, text)


def _escape_match(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def safe_json(value: Any, *, indent: int | None = None) -> str:
    """Return `value` as JSON that decodes to the same value and holds no steering character, only their escapes."""
    return STEERING.sub(_escape_match, json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False))


def hostile(text: str, style: str = "") -> Text:
    """Return rich Text of untrusted `text`: made safe, and never read as markup, emoji code or link."""
    from rich.text import Text

    return Text(safe_text(text), style=style)


def hostile_line(text: str, style: str = "") -> Text:
    """Return rich Text of untrusted `text` on one line: for table cells and labels."""
    from rich.text import Text

    return Text(safe_line(text), style=style)


def table_title(text: str) -> Text:
    """Return rich Text of a table's title: it stays on one line where the table is narrower than its title."""
    from rich.text import Text

    return Text(safe_line(text), no_wrap=True, overflow="ignore")


def _make_console(stream: IO[str], *, width: int | None, quiet: bool = False) -> Console:
    from rich.console import Console

    # markup, emoji and highlight would all rewrite text that we did not write
    return Console(file=stream, width=width, markup=False, emoji=False, highlight=False, quiet=quiet)


def data_console(*, width: int | None = None) -> Console:
    """Return a console on stdout, for what the user asked to see."""
    return _make_console(sys.stdout, width=width)


def talk_console(*, quiet: bool = False) -> Console:
    """Return a console on stderr, for progress, warnings and errors."""
    return _make_console(sys.stderr, width=None, quiet=quiet)


def use_utf8_streams() -> None:
    """Make stdout and stderr write UTF-8 with bare newlines; a terminal of another encoding keeps it, lossily.

    Data in a pipe or file is UTF-8 whatever the locale says; a terminal that can't show a character gets `?`.
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)  # absent where a test or notebook replaced the stream
        if reconfigure is None:
            continue
        if stream.isatty():
            reconfigure(errors="replace")
        else:
            reconfigure(encoding="utf-8", errors="backslashreplace" if stream is sys.stderr else "strict", newline="\n")


@contextmanager
def progress_over(
    items: Iterable[T], *, label: str, quiet: bool = False, total: int | None = None
) -> Iterator[Iterator[T]]:
    """Yield an iterator over `items` that draws a bar on stderr, or none where stderr is no terminal or `quiet`."""
    if quiet or not sys.stderr.isatty():
        yield iter(items)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=talk_console(), transient=True) as progress:
        task = progress.add_task(safe_line(label), total=total)

        def advance() -> Iterator[T]:
            for item in items:
                yield item
                progress.advance(task)

        yield advance()
