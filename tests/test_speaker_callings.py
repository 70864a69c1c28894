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
