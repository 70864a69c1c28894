"""Folding and splitting of names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.attribution.names import (
    NameParts,
    fold,
    fold_name,
    is_initial,
    last_word,
    same_person_name,
    slug,
    split_name,
    strip_possessive,
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Élysée", "elysee"),
        ("Mariusz Błaszczak", "mariusz blaszczak"),
        ("O’Brien", "o'brien"),
        ("Jean‑Yves  Le\u00a0Drian", "jean-yves le drian"),
        ("Erdoğan", "erdogan"),
        ("Weiß", "weiss"),
        ("", ""),
    ],
)
def test_fold_ignores_case_accents_and_kinds_of_apostrophes_and_spaces(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "folded"),
    [("The Kremlin’s", "kremlin"), ("U.S.", "us"), ("the United States'", "united states"), ("J. D. Ruiz", "j d ruiz")],
)
def test_fold_name_drops_article_possessive_and_dots(text: str, folded: str) -> None:
    assert fold_name(text) == folded


@pytest.mark.parametrize(
    ("text", "stripped"),
    [("Ukraine’s", "Ukraine"), ("allies'", "allies"), ("Ruiz's", "Ruiz"), ("O’Brien", "O’Brien"), ("its", "its")],
)
def test_strip_possessive_leaves_inner_apostrophes(text: str, stripped: str) -> None:
    assert strip_possessive(text) == stripped


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ana Ruiz", NameParts(("Ana",), "Ruiz")),
        ("Ursula von der Leyen", NameParts(("Ursula",), "von der Leyen")),
        ("Ben T. Lee Jr.", NameParts(("Ben", "T."), "Lee", "Jr.")),
        ("Lee", NameParts((), "Lee")),
        ("Ana Ruiz’s", NameParts(("Ana",), "Ruiz")),
        ("", NameParts((), "")),
    ],
)
def test_split_name_finds_particles_suffixes_and_initials(name: str, parts: NameParts) -> None:
    assert split_name(name) == parts


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ana Ruiz", "Ana María Ruiz", True),
        ("A. Ruiz", "Ana Ruiz", True),
        ("Ana Ruiz", "Ben Ruiz", False),
        ("Ana Ruiz", "Ana Rios", False),
        ("Ruiz", "Ana Ruiz", False),  # which Ruiz is the question
    ],
)
def test_same_person_name_wants_surname_and_given_name(one: str, other: str, same: bool) -> None:
    assert same_person_name(one, other) is same


def test_slugs_are_readable_and_last_words_leave_suffixes_out() -> None:
    assert slug("Dmitry Peskov") == "dmitry-peskov"
    assert slug("António Guterres’s") == "antonio-guterres"
    assert slug("王毅") == ""
    assert last_word("Ben Lee, Jr.") == "lee"
    assert is_initial("J.")
    assert not is_initial("Jo")


@given(st.text(max_size=60))
def test_names_never_raise_and_folding_twice_changes_nothing(text: str) -> None:
    split_name(text)
    assert fold_name(text) is not None
    assert set(slug(text)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert fold(fold(text)) == fold(text)
