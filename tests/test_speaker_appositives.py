"""Speakers beside their description: appositives, relatives by first name, "was a man who", "the nominee, who"."""

from __future__ import annotations

import pytest

from test_speakers import spoken


@pytest.mark.parametrize(
    ("marked", "speaker"),
    [
        ("“No,” said Ana Ruiz, ⟦an Ohio Democrat⟧ supporting Lee who wants ⟪to win⟫.", "Ana Ruiz / person / nominal"),
        ("Walter Hale came. ⟦His wife, Laura,⟧ said ⟪no⟫.", "Laura Hale / person / name"),
        ("Walter Hale came with his wife, Laura, ⟦who⟧ said ⟪no⟫.", "Laura Hale / person / pronoun"),
        ("Walter Hale came. ⟦Hale’s son, Grant,⟧ said ⟪no⟫.", "Grant Hale / person / name"),
        ("Walter Hale lost the farm. He was a tired man ⟦who⟧ asked ⟪for help⟫.", "Walter Hale / person / pronoun"),
        (
            "Gov. Ana Ruiz spoke in Ohio. Hale thanked the governor, ⟦who⟧ said ⟪no⟫.",
            "Ana Ruiz / person / pronoun",
        ),
        (
            "Former Texas governor Walter Hale came. “No,” ⟦the Texan⟧ said ⟪of the plan⟫.",
            "Walter Hale / person / nominal",
        ),
        ("“No,” said ⟦Susan in ’t Veld⟧, who said ⟪no⟫.", "Susan in ’t Veld / person / name"),
    ],
)
def test_whom_a_description_stands_beside_speaks(marked: str, speaker: str) -> None:
    assert spoken(marked) == [speaker]


@pytest.mark.parametrize(
    ("marked", "speaker"),
    [
        # The name belongs to what opens the sentence.
        ("According to Ana Ruiz, ⟦a spokesman⟧ with the bank said ⟪no⟫.", "spokesman / unnamed / nominal"),
        ("They heard Ana Ruiz. ⟦A spokesman⟧ with the bank said ⟪no⟫.", "spokesman / unnamed / nominal"),
        # Nobody of whom the article gives the name.
        ("Ana Ruiz left. “No,” said the woman, ⟦who⟧ asked ⟪for help⟫.", "woman / unnamed / pronoun"),
        # Another's husband would bear another name.
        ("Walter Hale came. ⟦Her husband, Grant,⟧ said ⟪no⟫.", None),
    ],
)
def test_what_stands_beside_a_name_by_chance(marked: str, speaker: str | None) -> None:
    (answer,) = spoken(marked)
    assert answer == speaker if speaker is not None else "Hale / person / name" not in (answer or "")
