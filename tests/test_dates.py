"""Dates that an article gives for itself."""

from __future__ import annotations

import datetime
import re
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.attribution import dates
from sayso.attribution.dates import (
    find_copyright_line,
    find_date_line,
    find_file_name_date,
    find_latest_date,
    normalise_date,
)


@pytest.mark.parametrize(
    ("text", "date", "words", "rule"),
    [
        (" date 2021-12-07 Rents rose.", "2021-12-07", "2021-12-07", "date.prefix"),
        ("Rents\n\nPublished: 7 December 2021\n\nRents rose.", "2021-12-07", "7 December 2021", "date.label"),
        ("Updated: Dec 9, 2021\nPublished: Dec 7, 2021", "2021-12-07", "Dec 7, 2021", "date.label"),
        ("Last updated on Thu, 9 Dec 2021", "2021-12-09", "9 Dec 2021", "date.label"),
        ("Rents\nDecember 7, 2021 10:14 AM\nRents rose.", "2021-12-07", "December 7, 2021", "date.line"),
        ("VELL, Dec. 7, 2021 (AP) — Rents rose.", "2021-12-07", "Dec. 7, 2021", "date.dateline"),
        ("Rents rose.\n© – Agence France-Presse, 2021\n", "2021", "2021", "date.copyright"),
        ("Rents rose.\nCopyright © 2019–2021 The Harbour. All rights reserved.", "2021", "2021", "date.copyright"),
    ],
)
def test_an_articles_own_date_is_found(text: str, date: str, words: str, rule: str) -> None:
    found = find_date_line(text)
    assert found is not None
    assert (found.date, text[found.start : found.end], found.rule_id) == (date, words, rule)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Rents rose on December 7, 2021, the minister said.",
        "date 2021-13-45 Rents rose.",
        "Published in 2019, the report was ignored.",
        "Rents rose.\nDecember 7, 2021 was the day that rents rose.",
    ],
)
def test_dates_of_events_are_not_the_articles_own(text: str) -> None:
    assert find_date_line(text) is None


@pytest.mark.parametrize(
    ("line", "owner"),
    [
        ("© – Agence France-Presse, 2021", "Agence France-Presse"),
        ("(c) 2021 The Harbour Times. All rights reserved.", "The Harbour Times"),
        ("Copyright © 2015 by Ana Ruiz. Reprinted here.", "Ana Ruiz"),
        ("© 2021", None),
    ],
)
def test_a_copyright_line_names_its_owner(line: str, owner: str | None) -> None:
    found = find_copyright_line(f"Rents rose.\n{line}")
    assert found is not None
    assert found.publisher == owner


def test_the_latest_full_date_of_a_text_is_found() -> None:
    text = "In 2014, and on 2 March 2021. Ana Ruiz in Vell, December 7, 2021.\nAlso May 31st, 2020."
    found = find_latest_date(text)
    assert found is not None
    assert (found.date, text[found.start : found.end]) == ("2021-12-07", "December 7, 2021")
    assert find_latest_date("Since 2002, nothing.") is None


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("2021-12-07T10:00:00Z", "2021-12-07"),
        ("2021-12-07 23:59", "2021-12-07"),
        ("Tue, 07 Dec 2021 10:14:00 GMT", "2021-12-07"),
        ("20211207", "2021-12-07"),
        ("2021/12/7", "2021-12-07"),
        ("07.12.2021", "2021-12-07"),
        ("17/12/2021", "2021-12-17"),
        ("12/17/2021", "2021-12-17"),
        ("7/12/2021", None),
        ("2021-12", "2021-12"),
        ("2021", "2021"),
        ("2021-02-30", None),
        ("yesterday", None),
        ("", None),
        (None, None),
        (True, None),
        (1638871200, "2021-12-07"),
        (1638871200000, "2021-12-07"),
        (2021, "2021"),
        (20211207, "2021-12-07"),
        (float("nan"), None),
        (datetime.date(2021, 12, 7), "2021-12-07"),
        (datetime.datetime(2021, 12, 7, 23, 0), "2021-12-07"),
        ([], None),
    ],
)
def test_record_dates_become_iso_or_nothing(value: object, date: str | None) -> None:
    assert normalise_date(value) == date


def test_file_names_give_a_date_only_where_there_is_one() -> None:
    assert find_file_name_date("2021-12-07_call") == "2021-12-07"
    assert find_file_name_date("call_20211207") == "2021-12-07"
    assert find_file_name_date("004_90947641891804dd") is None
    assert find_file_name_date("2021-12-07_2020-01-01") is None
    assert find_file_name_date("2021-02-31") is None


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=200), st.text(alphabet="date: 2021-07Dec.,©\n /ADPM", max_size=120)))
def test_any_text_is_answered_with_words_of_its_own(text: str) -> None:
    for found in (find_date_line(text), find_latest_date(text), find_copyright_line(text)):
        if found is not None:
            assert 0 <= found.start < found.end <= len(text)
            assert re.fullmatch(r"\d{4}(-\d\d-\d\d)?", found.date)
    normalise_date(text)


@given(st.one_of(st.integers(), st.floats(), st.booleans(), st.dates(), st.lists(st.integers(), max_size=2)))
def test_any_value_is_normalised_or_declined(value: object) -> None:
    found = normalise_date(value)
    assert found is None or re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", found)


@pytest.mark.parametrize("unit", ["a", " ", "2021 ", "2021", "7 Dec ", "A-", "© ", "date ", "Mon, ", "VELL, "])
def test_time_is_linear(unit: str) -> None:
    patterns = [value for value in vars(dates).values() if isinstance(value, re.Pattern)]
    uses: list[Callable[[str], object]] = [find_date_line, find_latest_date]
    uses += [lambda text, pattern=pattern: sum(1 for _ in pattern.finditer(text)) for pattern in patterns]  # type: ignore[misc]
    for use in uses:
        times = []
        for size in (1_000, 10_000, 100_000):
            text = unit * (size // len(unit))
            start = time.process_time()
            use(text)
            times.append(time.process_time() - start)
        assert times[2] < 20 * times[1] + 0.1, (use, times)
