"""What stands around a name without being a part of it: titles, adverbs, days and dashes."""

from __future__ import annotations

import pytest

from test_speakers import spoken


@pytest.mark.parametrize(
    ("marked", "name"),
    [
        ("Speaker Walter J. Hale came.\n\n⟦Mr. Hale⟧ said ⟪no⟫.", "Walter J. Hale"),
        ("Dale Challenger Ana Ruiz runs.\n\n⟦Ms. Ruiz⟧ said ⟪no⟫.", "Ana Ruiz"),
        ("⟦Alderman Walter Hale⟧ said ⟪no⟫.", "Walter Hale"),
        ("⟦Co-anchor Susan Hale, who was off-screen,⟧ said ⟪no⟫.", "Susan Hale"),
        ("Walter Hale came. Interestingly Hale stayed.\n\n⟦Hale⟧ said ⟪no⟫.", "Walter Hale"),
        ("⟦Susan Hale - Lee's partner and host of his show -⟧ said ⟪no⟫.", "Susan Hale"),
        ("Sen. Walter Hale, Republican of Ohio, ⟦who⟧ said ⟪no⟫, left.", "Walter Hale"),
        ("⟦Elizabeth I⟧ said ⟪no⟫.", "Elizabeth I"),
    ],
)
def test_a_title_or_adverb_is_no_part_of_the_name(marked: str, name: str) -> None:
    assert [answer and answer.split(" / ")[0] for answer in spoken(marked)] == [name]


def test_a_day_behind_a_body_is_no_part_of_its_name() -> None:
    assert spoken("On the Harbor Network Tuesday, ⟦the network⟧ said ⟪no⟫.") == [
        "Harbor Network / organization / nominal"
    ]


def test_a_place_is_nobody_that_he_can_mean() -> None:
    marked = "Walter Hale came to Alder City in June.\n\nHale spoke in Dale City. ⟪No⟫, ⟦he⟧ said."
    assert spoken(marked) == ["Walter Hale / person / pronoun"]
