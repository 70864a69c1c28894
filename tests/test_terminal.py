"""The door between untrusted text and the terminal."""

from __future__ import annotations

import json
import unicodedata
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.table import Table

from sayso.terminal import hostile, hostile_line, safe_json, safe_line, safe_text, table_title

ANY_TEXT = st.text(st.characters(codec=None))  # lone surrogates too
VISIBLE_FORMAT_SIGNS = set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;OWNED\x1b\\", "␛]0;OWNED␛\\"),
        ("\x1b[31mred", "␛[31mred"),
        ("\x9b31m", "\ufffd31m"),
        ("a\rb\x07\x7f", "a␍b␇␡"),
        ("\u202etxt.exe\u202c", "\ufffdtxt.exe\ufffd"),
        ("ze\u200bro\ufeff", "ze\ufffdro\ufffd"),
        ("Vereins\xadheim", "Vereins‧heim"),
        ("\ud800", "\ufffd"),
        ("“Plain,” she said.\n\tNext: 東京 é 👍", "“Plain,” she said.\n\tNext: 東京 é 👍"),
    ],
    ids=["window-title", "colour", "c1", "controls", "bidi", "zero-width", "soft-hyphen", "surrogate", "plain"],
)
def test_steering_characters_become_visible(text: str, shown: str) -> None:
    assert safe_text(text) == shown


def test_every_invisible_category_of_unicode_is_covered() -> None:
    kept = {
        char
        for char in map(chr, range(0x110000))
        if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and safe_text(char) == char
    }
    assert kept == {"\n", "\t"} | VISIBLE_FORMAT_SIGNS


@given(ANY_TEXT)
def test_safe_text_keeps_the_length_and_settles(text: str) -> None:
    shown = safe_text(text)
    assert len(shown) == len(text)
    assert safe_text(shown) == shown
    assert "\n" not in safe_line(text)
    shown.encode("utf-8")


@given(st.recursive(ANY_TEXT | st.integers() | st.none(), lambda x: st.lists(x) | st.dictionaries(ANY_TEXT, x)))
def test_safe_json_says_the_same_without_steering_characters(value: object) -> None:
    written = safe_json(value)
    assert json.loads(written) == json.loads(json.dumps(value))
    assert safe_line(written) == written


def test_rich_markup_in_a_text_is_only_text() -> None:
    assert hostile("[/b] [red]x[/red] :smile:\x1b").plain == "[/b] [red]x[/red] :smile:␛"
    assert hostile_line("two\nlines").plain == "two␊lines"


def test_a_title_longer_than_its_table_stays_on_one_line() -> None:
    table = Table(title=table_title("Cue and source, exact; per pair"), title_justify="left", box=None)
    table.add_column("kind")
    stream = StringIO()
    Console(file=stream, width=80).print(table)
    assert stream.getvalue().splitlines()[0].rstrip() == "Cue and source, exact; per pair"
