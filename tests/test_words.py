"""Words and paragraphs: what is one word, what is one paragraph, and where each stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.attribution.words import WRAPPED_LINE, find_paragraphs, read_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ruiz left.", ["Ruiz", "left", "."]),
        ("Ukraine’s ex-Soviet don't", ["Ukraine’s", "ex-Soviet", "don't"]),
        ("the U.S. at 5 p.m.", ["the", "U.S.", "at", "5", "p.m."]),
        ("1,000.5 tons, 24/7", ["1,000.5", "tons", ",", "24", "/", "7"]),
        ("the 1990s and 5th", ["the", "1990s", "and", "5th"]),
        ("wait... what…", ["wait", "...", "what", "…"]),
        ("“No,” he said—twice", ["“", "No", ",", "”", "he", "said", "—", "twice"]),
        ("__ a_b", ["__", "a", "_", "b"]),
        ("Élysée Đorđe Çelik", ["Élysée", "Đorđe", "Çelik"]),
        ("", []),
        (" \n\t", []),
    ],
)
def test_words_of_a_text(text: str, words: list[str]) -> None:
    assert read_words(text).texts == words


def test_lower_case_has_straight_apostrophes_and_keeps_acronyms_from_pronouns() -> None:
    words = read_words("It’s the US, not us; the WHO, not who; IT, not it.")
    assert words.lower[0] == "it's"
    assert [low for word, low in zip(words.texts, words.lower, strict=True) if word in ("US", "WHO", "IT")] == [
        "u.s.",
        "w.h.o.",
        "i.t.",
    ]
    assert "us" in words.lower
    assert "it" in words.lower


def test_a_letter_that_grows_in_lower_case_moves_nothing() -> None:
    words = read_words("İzmir’s mayor Ruiz left")
    assert words.lower[1:] == ["mayor", "ruiz", "left"]


def test_only_the_range_asked_for_is_read() -> None:
    text = "Ruiz left. Lee stayed."
    words = read_words(text, 11, 21)
    assert words.texts == ["Lee", "stayed"]
    assert [text[a:b] for a, b in zip(words.starts, words.ends, strict=True)] == words.texts


@given(st.text(max_size=80))
def test_words_cover_every_character_that_is_no_space(text: str) -> None:
    words = read_words(text)
    spans = list(zip(words.starts, words.ends, strict=True))
    assert [text[a:b] for a, b in spans] == words.texts
    assert len(words.lower) == len(words)
    covered = {at for a, b in spans for at in range(a, b)}
    assert len(covered) == sum(b - a for a, b in spans)
    assert all(text[at].isspace() for at in range(len(text)) if at not in covered)


def texts_of(text: str, masks: list[tuple[int, int]] | None = None) -> list[str]:
    return [text[begin:end] for begin, end in find_paragraphs(text, masks or ())]


def test_a_line_is_a_paragraph() -> None:
    assert texts_of("One.\nTwo.\n\n  \nThree.") == ["One.", "Two.", "Three."]


def test_blocks_of_hard_wrapped_lines_are_paragraphs() -> None:
    block = "The mayor of the old town on the hill\nsaid that the rents would\nfall again in the spring"
    assert texts_of(f"{block}\n\n{block}\n \n{block}") == [block] * 3


def test_long_lines_are_never_wrapped_text() -> None:
    line = "word " * (WRAPPED_LINE // 4)
    text = "\n".join(["and so it went on"] * 6 + [line.strip()])
    assert len(texts_of(text)) == 7


def test_masks_are_cut_out() -> None:
    text = "One READ MORE two.\nAll of it.\nThree."
    masks = [(4, 13), (19, 29)]
    assert texts_of(text, masks) == ["One ", " two.", "Three."]


@given(st.text(alphabet="a b\n.", max_size=60), st.lists(st.integers(0, 60), max_size=6))
def test_paragraphs_are_in_order_not_blank_and_off_the_masks(text: str, ends: list[int]) -> None:
    points = sorted({min(end, len(text)) for end in ends})
    masks = [(a, b) for a, b in zip(points[::2], points[1::2], strict=False) if a < b]
    paragraphs = find_paragraphs(text, masks)
    assert paragraphs == sorted(paragraphs)
    for begin, end in paragraphs:
        assert text[begin:end].strip()
        assert all(end <= a or b <= begin for a, b in masks)
    kept = {at for begin, end in paragraphs for at in range(begin, end)}
    masked = {at for a, b in masks for at in range(a, b)}
    assert all(text[at].isspace() for at in range(len(text)) if at not in kept | masked)
