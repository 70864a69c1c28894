"""Interviews: who is asked says "I" in the answers and is "you" in the questions."""

from __future__ import annotations

import pytest

from test_speakers import spoken

HEAD = "The mayor on her city.\n\nAna Dorvall runs a port. We interviewed Ana Dorvall in June.\n\n"
TALK = (
    "Why did ⟦you⟧ say ⟪no⟫?\n\nIt was late. ⟦I⟧ thought ⟪it was wrong⟫.\n\n"
    "Was it?\n\nYes.\n\nAnd now?\n\nSee ⟪what comes⟫, ⟦you⟧ know.\n"
)
DORVALL = "Ana Dorvall / person / pronoun"


def test_the_person_who_is_asked_says_i_in_answers_and_is_you_in_questions() -> None:
    assert spoken(HEAD + TALK) == [DORVALL, DORVALL, "readers / group / pronoun"]


@pytest.mark.parametrize("head", ["Q&A with Ana Dorvall.\n\n", "Interview: Ana Dorvall.\n\n", HEAD])
@pytest.mark.parametrize("mark", [":", "."])
def test_labels_tell_questions_from_answers(head: str, mark: str) -> None:
    turns = f"Q{mark} ⟦You⟧ said ⟪so⟫.\n\nA{mark} ⟦I⟧ said ⟪no⟫.\n\n⟦I⟧ thought ⟪so⟫.\n\n"
    rest = f"Q{mark} Why?\n\nA{mark} Look.\n\n" * 2
    assert spoken(head + turns + rest) == [DORVALL] * 3


def test_the_label_of_an_answer_is_who_is_asked_and_that_of_a_question_nobody() -> None:
    turns = "⟦Q⟧: ⟪Why did you go?⟫\n\n⟦A⟧: ⟪It was late that day.⟫\n\n" + "Q: Why?\n\nA: Look.\n\n" * 2
    assert spoken("Q&A with Ana Dorvall.\n\n" + turns) == [None, "Ana Dorvall / person / implicit"]


@pytest.mark.parametrize(
    "head",
    [
        "Ana Dorvall in Lima.\n\nAna Dorvall runs a port.\n\n",  # nothing says that anybody is asked
        "Ana Dorvall and Ben Hale.\n\nWe interviewed Ana Dorvall and interviewed Ben Hale.\n\n",  # which of them?
        "Rents rise.\n\nAn interview about Ana Dorvall.\n\n",  # of whom?
    ],
)
def test_where_it_is_not_certain_who_is_asked_nobody_is_named(head: str) -> None:
    assert not any((answer or "").startswith(("Ana", "Ben")) for answer in spoken(head + TALK))


def test_questions_in_a_story_make_no_interview() -> None:
    story = "\n\n".join(
        ["Is it late?", *["It rained all day in the port of Lima."] * 20, "Why?", "It rained.", "So?", "No."]
    )
    assert spoken(HEAD + story + "\n\n⟦I⟧ said ⟪no⟫.") == ["article author / unnamed / pronoun"]
