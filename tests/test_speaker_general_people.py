"""Groups told by a place, an adjective or the form of a plural, however many words count them."""

from __future__ import annotations

import pytest

from test_speaker_plurals import answers


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("⟦Many in the room⟧ said ⟪no⟫.", "people in the room / group"),
        ("⟦Others on the harbor board⟧ said ⟪no⟫.", "others on the harbor board / group"),
        ("⟦some on Twitter⟧ said ⟪no⟫.", "people on Twitter / group"),
        ("⟦Those over 60⟧ said ⟪no⟫.", "people over 60 / group"),
        ("⟦those around him⟧ said ⟪no⟫.", "people around him / group"),
        ("⟦Many in the crowd⟧ said ⟪no⟫.", "crowd / group"),
        ("⟦Some in the “Alder First” crowd⟧ said ⟪no⟫.", "Alder First crowd / group"),
        ("⟦Some outside analysts⟧ said ⟪no⟫.", "outside analysts / group"),
        ("⟦Those surveyed⟧ said ⟪no⟫.", "poll respondents / group"),
        ("⟦The left⟧ said ⟪no⟫.", "the left / group"),
        ("⟦the religious right⟧ said ⟪no⟫.", "the religious right / group"),
        ("⟦the left wing⟧ said ⟪no⟫.", "left wing / group"),
        ("⟦Virtually no one⟧ said ⟪no⟫.", "people / group"),
    ],
)
def test_people_of_a_place_or_a_side_are_a_group(marked: str, last: str) -> None:
    assert answers(marked)[-1] == last


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("Ana Ruiz lost. ⟦Ruiz’s biggest boosters⟧ said ⟪no⟫.", "Ruiz biggest boosters / group"),
        ("Ana Ruiz lost. ⟦Some of Ms. Ruiz’s admirers⟧ said ⟪no⟫.", "Ruiz admirers / group"),
        ("Ana Ruiz lost. ⟦her antagonists⟧ said ⟪no⟫.", "Ruiz antagonists / group"),
        ("Ana Ruiz won. ⟦Ruiz’s remarks⟧ said ⟪no⟫.", "Ana Ruiz / person"),
        ("Ana Ruiz lost. ⟦Ruiz’s close friends and allies⟧ said ⟪no⟫.", "Ruiz’s close friends and allies / group"),
    ],
)
def test_somebodys_people_are_a_group_by_the_form_of_the_noun(marked: str, last: str) -> None:
    assert answers(marked)[-1] == last


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("⟦the share of Republicans⟧ said ⟪no⟫.", "Republicans / group"),
        ("⟦A 69% majority of Republicans⟧ said ⟪no⟫.", "Republicans / group"),
        ("⟦the flood of new voters⟧ said ⟪no⟫.", "new voters / group"),
        ("⟦Large majorities of voters in six states⟧ said ⟪no⟫.", "voters / group"),
        ("⟦Some of the same candidates⟧ said ⟪no⟫.", "candidates / group"),
        ("⟦this year’s commencement speakers⟧ said ⟪no⟫.", "commencement speakers / group"),
        ("⟦voters outside Alder⟧ said ⟪no⟫.", "voters / group"),
        ("⟦conservative outside groups⟧ said ⟪no⟫.", "conservative outside groups / group"),
        ("⟦Forty-six percent of voters⟧ said ⟪no⟫.", "voters / group"),
        ("⟦All five of the Republican candidates⟧ said ⟪no⟫.", "Republican candidates / group"),
        ("⟦at least a dozen harbor workers⟧ said ⟪no⟫.", "harbor workers / group"),
        ("⟦A group of more than 50 conservative voters⟧ said ⟪no⟫.", "conservative voters / group"),
        ("⟦Governors in more than two dozen states⟧ said ⟪no⟫.", "governors / group"),
        ("⟦78 percent of voters in a recent Alder Post poll⟧ said ⟪no⟫.", "voters / group"),
        ("⟦20 percent of people in a recent Alder Post poll⟧ said ⟪no⟫.", "poll respondents / group"),
        ("⟦investors in these firms⟧ said ⟪no⟫.", "investors / group"),
        ("⟦voters in Alder⟧ said ⟪no⟫.", "Alder voters / group"),
        ("⟦42 percent of those responding⟧ said ⟪no⟫.", "poll respondents / group"),
        ("⟦By 58%-33%, those surveyed⟧ said ⟪no⟫.", "poll respondents / group"),
        ("Most independents agreed. ⟦Sixty percent of people in the poll⟧ said ⟪no⟫.", "poll respondents / group"),
        ("⟦three current and former harbor employees⟧ said ⟪no⟫.", "current and former harbor employees / unnamed"),
        ("⟦Ana Ruiz, Ed Hale and other libertarians⟧ said ⟪no⟫.", "Ana Ruiz, Ed Hale and other libertarians / group"),
    ],
)
def test_counts_and_containers_are_no_part_of_a_groups_name(marked: str, last: str) -> None:
    assert answers(marked)[-1] == last


def test_both_candidates_are_no_two_voters_named_before() -> None:
    text = "Voters like Ana Ruiz met Ed Hale. Hale smiled. ⟦Both candidates⟧ said ⟪no⟫."
    assert answers(text)[-1] == "candidates / group"
    assert answers("Ed Hale met Mary Lee. Lee smiled. ⟦Both men⟧ said ⟪no⟫.")[-1] != "Ed Hale and Mary Lee / group"


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("It angered Hispanics ⟦who⟧ said ⟪no⟫.", "Hispanics / group"),
        ("It drew idealists ⟦who⟧ said ⟪no⟫.", "idealists / group"),
        ("It speaks to those ⟦who⟧ said ⟪no⟫.", "people / group"),
        ("It has dangers ⟦which⟧ said ⟪no⟫.", "speaker.declined.relative"),
    ],
)
def test_what_who_follows_is_people(marked: str, last: str) -> None:
    assert answers(marked)[-1] == last


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("While some Republicans stayed, ⟦others⟧ said ⟪no⟫.", "Republicans / group"),
        ("Some young voters are split, though ⟦most⟧ said ⟪no⟫.", "young voters / group"),
        ("The storm was over. ⟦Some⟧ said ⟪no⟫.", "some people / group"),
        ("Social media outlets were full, and ⟦many⟧ said ⟪no⟫.", "many people / group"),
    ],
)
def test_some_and_others_are_those_the_sentence_is_about(marked: str, last: str) -> None:
    assert answers(marked)[-1] == last


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("⟦Ana Ruiz and her future lawyer, Ed Hale,⟧ said ⟪no⟫.", "Ana Ruiz and Ed Hale / group"),
        ("⟦Ana Ruiz and her lawyer⟧ said ⟪no⟫.", "Ana Ruiz and her lawyer / group"),
    ],
)
def test_a_name_behind_a_role_is_who_is_joined(marked: str, last: str) -> None:
    assert answers(marked)[-1] == last


def test_people_listed_with_titles_behind_what_they_are_called_are_they() -> None:
    text = "⟦The three harbor scholars -- Mr. Ana Ruiz, Ms. Mary Lee and retired engineer Ed Hale --⟧ said ⟪no⟫."
    assert answers(text)[-1] == "Ana Ruiz, Mary Lee and Ed Hale / group"
    assert answers("⟦The voters -- like Ana Ruiz --⟧ said ⟪no⟫.")[-1] == "voters / group"
