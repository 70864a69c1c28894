"""People called by what they do, by their age or by their place in a race."""

from __future__ import annotations

import pytest

from test_speakers import spoken


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("Senator Ana Ruiz runs for president.\n\n⟦The front-runner⟧ said ⟪no⟫.", "Ana Ruiz / person / nominal"),
        ("Rancher Walter Hale met Ana Ruiz.\n\n⟦The rancher⟧ said ⟪no⟫.", "Walter Hale / person / nominal"),
        ("Walter Hale met Ana Ruiz, a psychiatrist.\n\n⟦The psychiatrist⟧ said ⟪no⟫.", "Ana Ruiz / person / nominal"),
        ("Ana Ruiz came. ⟦A local pediatrician⟧ said ⟪no⟫.", "local pediatrician / unnamed / nominal"),
        ("Mary Ruiz met him. ⟦The Ohio-born 34-year-old⟧ said ⟪no⟫.", "Mary Ruiz / person / nominal"),
    ],
)
def test_who_is_called_by_a_calling_an_age_or_a_race(marked: str, last: str) -> None:
    assert spoken(marked)[-1] == last


def test_whom_somebody_names_in_what_they_say_is_not_the_one_of_that_age() -> None:
    assert spoken("Walter Hale runs.\n\n⟪“Hale is honest”⟫, said ⟦the 34-year-old⟧.") == [None]


@pytest.mark.parametrize(
    "marked",
    [
        "Walter Hale was asked ⟪about it⟫ by ⟦a caller⟧.\n\n⟪“No,”⟫ ⟦he⟧ said.",
        "Walter Hale won the Charlotte Republican primary.\n\nCharlotte Republican voters came. ⟪No⟫, ⟦he⟧ said.",
        "Walter Hale likes The Alder Show.\n\n⟪No⟫, ⟦he⟧ said.",
    ],
)
def test_he_is_no_caller_whom_he_answers_no_primary_and_no_show(marked: str) -> None:
    assert spoken(marked)[-1] == "Walter Hale / person / pronoun"


def test_voters_of_a_party_in_a_place_are_no_woman() -> None:
    marked = "Mary Hale won. Charlotte Republican voters came.\n\n⟪No⟫, ⟦she⟧ said."
    assert spoken(marked) == ["Mary Hale / person / pronoun"]
