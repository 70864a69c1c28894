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


@pytest.mark.parametrize(
    ("marked", "name"),
    [
        ("Party Committee Chair Susan Alder Hale came.\n\n⟦Alder Hale⟧ said ⟪no⟫.", "Susan Alder Hale"),
        ("They deport people. A tweet said Deport Susan Hale.\n\n⟦Hale⟧ said ⟪no⟫.", "Susan Hale"),
        ("⟦former secretary of state Susan Hale⟧ said ⟪no⟫.", "Susan Hale"),
        ("⟦A farmer named Walter Hale⟧ said ⟪no⟫.", "Walter Hale"),
        ("⟦Another favorite in the party — Susan Hale of Ohio —⟧ said ⟪no⟫.", "Susan Hale"),
        ("⟦Lee’s usual partner, longtime Ben Lee aide Susan Hale,⟧ said ⟪no⟫.", "Susan Hale"),
        ("Walter Hale came. ⟦Hale joined ten other senators⟧ ⟪to reject it⟫.", "Walter Hale"),
        ("Elizabeth Hale Endorses Alder\n\nThe vote was close. ⟪No⟫, ⟦Hale⟧ said.", "Elizabeth Hale"),
        ("FBI Director Walter\u00a0Hale came. ⟦Hale⟧ said ⟪no⟫.", "Walter Hale"),
        ("FBI Director Walter Hale met Mayor Ben Lee. ⟦The director⟧ said ⟪no⟫.", "Walter Hale"),
        ("Former operative and Marine Walter Hale came. ⟦Hale⟧ said ⟪no⟫.", "Walter Hale"),
        ("Former House Speaker Walter Hale came. ⟦The former House Speaker⟧ said ⟪no⟫.", "Walter Hale"),
        ("⟦Lavrov Says⟧ ⟪No⟫ To Harbor Talks", "Sergei Lavrov"),
        ("Money came from Harlan Dale, an Ohio real estate developer, ⟦who⟧ said ⟪no⟫.", "Harlan Dale"),
        ("Mayor Walter Hale came. ⟦former mayor Hale⟧ said ⟪no⟫.", "Walter Hale"),
        ("Walter Hale came with Ben Lee. ⟦Lee’s daughter Grace and her friends⟧ said ⟪no⟫.", "Grace"),
        ("Icon Walter Hale Endorses Alder Dale\n\nThe vote was close. ⟪No⟫, ⟦Hale⟧ said.", "Walter Hale"),
        ("Lavrov Memo Is Out\n\nThe memo is long. ⟦Lavrov⟧ said ⟪no⟫.", "Sergei Lavrov"),
        ("Retired General Tells All\n\nGen. Walter Hale spoke. ⟦The general⟧ said ⟪no⟫.", "Walter Hale"),
        ("The Alder Panthers met Gov. Walter Hale.\n\n⟦The governor⟧ said ⟪no⟫.", "Walter Hale"),
        (
            "⟦Senator Ana Ruiz of Ohio and Senator Ben Lee of Iowa⟧ said ⟪no⟫.",
            "Ana Ruiz and Ben Lee",
        ),
        ("Former Mayor Walter Hale met Mayor Ben Lee. ⟦The former mayor⟧ said ⟪no⟫.", "Walter Hale"),
        ("Walter Will came. ⟦Will⟧ said ⟪no⟫.", "Walter Will"),
        ("Walter Hale came. ⟦Much of Hale’s anger⟧ was ⟪at the press⟫.", "Walter Hale"),
    ],
)
def test_a_name_behind_words_of_a_role_is_whole(marked: str, name: str) -> None:
    assert [answer and answer.split(" / ")[0] for answer in spoken(marked)] == [name]


@pytest.mark.parametrize(
    ("marked", "speaker"),
    [
        ("⟦A spokesman for Mayor Walter Hale of Alder⟧ said ⟪no⟫.", "Mayor Walter Hale spokesman / unnamed / nominal"),
        ("⟦supporters of candidate Susan Hale⟧ said ⟪no⟫.", "candidate Susan Hale supporters / group / nominal"),
        ("⟦Alder Armenians⟧ said ⟪no⟫.", "Alder Armenians / group / name"),
        ("⟦Alder Rising, a super PAC,⟧ said ⟪no⟫.", "Alder Rising / organization / name"),
        ("⟦Citizens for Rent Justice⟧ said ⟪no⟫.", "Citizens for Rent Justice / organization / name"),
        ("⟦The state-owned giant CITIC⟧ said ⟪no⟫.", "CITIC / organization / name"),
        ("⟦thousands of self-described “Huskers”⟧ said ⟪no⟫.", "self-described Huskers / group / nominal"),
        ("⟦A report Tuesday from the bank⟧ said ⟪no⟫.", "report / document / nominal"),
        ("⟦None⟧ said ⟪no⟫.", None),
        ("⟦FEELING THE HEAT⟧ says ⟪no⟫.", None),
        ("It renewed ⟦Republican⟧ calls ⟪for a study⟫.", "Republicans / group / nominal"),
    ],
)
def test_words_that_name_no_person(marked: str, speaker: str | None) -> None:
    assert spoken(marked) == [speaker]


def test_a_role_in_capitals_is_nobody_that_she_can_mean() -> None:
    marked = "Susan Hale spoke of the Iowa Republican, who left.\n\n⟪No⟫, ⟦she⟧ said."
    assert spoken(marked) == ["Susan Hale / person / pronoun"]
