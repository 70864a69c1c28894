"""Whom a description can't mean: its own clause, another person's work, an office that the article tells of."""

from __future__ import annotations

import pytest

from test_speakers import spoken


@pytest.mark.parametrize(
    ("marked", "speaker"),
    [
        # Behind it in its clause stands somebody else.
        (
            "Sen. Ana Ruiz met Sen. Ben Lee in Ohio.\n\n⟦The senator⟧ said ⟪Ruiz would lose⟫.",
            "Ben Lee / person / nominal",
        ),
        # ... but not in a clause of its own.
        (
            "Sen. Ana Ruiz spoke in Ohio.\n\n⟦The senator⟧ said ⟪rents would rise⟫, and Ruiz left.",
            "Ana Ruiz / person / nominal",
        ),
        ("Gov. Ana Ruiz spoke.\n\n⟦The governor⟧ said ⟪that she, Ruiz, would stay⟫.", "Ana Ruiz / person / nominal"),
        # What is said of the subject tells its gender.
        (
            "Gov. Susan Hale met Gov. Walter Lee.\n\n⟦The governor⟧ said ⟪she would stay⟫.",
            "Susan Hale / person / nominal",
        ),
        # A former holder of the office is meant, not the present one.
        (
            "Former Mayor Walter Lee met Mayor Susan Hale in June. Hale spoke.\n\n⟦The former mayor⟧ said ⟪no⟫.",
            "Walter Lee / person / nominal",
        ),
    ],
)
def test_the_sentence_rules_people_out(marked: str, speaker: str) -> None:
    assert spoken(marked)[-1] == speaker


@pytest.mark.parametrize(
    "marked",
    [
        "Ana Ruiz spoke. It rained in Ohio. So it did in Iowa. Then June came. In May, ⟦a judge⟧ ruled ⟪no⟫.",
        "Judge Ana Ruiz spoke. It rained. It did in Iowa. Then June came. In May, ⟦another judge⟧ ruled ⟪no⟫.",
        "Hillary Clinton spoke.\n\nIn June she left.\n\n⟦The expert⟧ said ⟪no⟫.",
        "⟦An official⟧ said ⟪no⟫.\n\nAna Ruiz met Ben Lee.",
        "An official at the bank, ⟦a harbor official⟧, said ⟪no⟫.\n\nBen Lee left.\n\nIn May ⟦the official⟧ said ⟪no⟫.",
        "Susan Hale came.\n\nIn June she left.\n\nIn May ⟦the businessman⟧ said ⟪no⟫.",
        "Hillary Clinton met Walter Hale.\n\n⟦The second official⟧ said ⟪no⟫.",
    ],
)
def test_somebody_new_or_else_is_nobody_named(marked: str) -> None:
    answer = spoken(marked)[-1]
    assert answer is None or "/ person /" not in answer


def test_the_news_tells_of_every_judge_that_they_are_one() -> None:
    marked = "Judge Walter Hale met Ana Ruiz in Ohio. Ruiz spoke. Ruiz left.\n\n⟦The judge⟧ said ⟪no⟫."
    assert spoken(marked) == ["Walter Hale / person / nominal"]


def test_a_share_of_those_who_named_somebody_is_nobody_named() -> None:
    marked = "Sen. Ana Ruiz runs.\n\n⟦31 percent of those who picked a mayor⟧ said ⟪rents may fall⟫."
    assert spoken(marked) == ["people / group / nominal"]
