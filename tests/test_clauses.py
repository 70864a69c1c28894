"""Sentences, tags, noun phrases, subjects and clause ends, without a parser."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.attribution.clause_ends import clause_end
from sayso.attribution.clauses import antecedent, clause_at, clause_subject, subject_before
from sayso.attribution.noun_phrases import (
    hearer_end,
    is_clause_start,
    noun_phrase_after,
    noun_phrase_before,
    possessor_of,
    skip_circumstances,
)
from sayso.attribution.sentences import MAX_SENTENCE_UNITS
from sayso.attribution.tagging import TAGS
from sayso.attribution.verb_groups import read_verb_group
from sentences import characters_of, read_sentence, read_sentences

# ------------------------------------------------------------------------------------------------------- sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Ruiz left. Lee stayed.", ["Ruiz left.", "Lee stayed."]),
        ("Mr. Ruiz met Dr. Lee in St. Lima. He left.", ["Mr. Ruiz met Dr. Lee in St. Lima.", "He left."]),
        ("John D. Ruiz left. Lee stayed.", ["John D. Ruiz left.", "Lee stayed."]),
        ("It is in the U.S. He left.", ["It is in the U.S.", "He left."]),
        ("The U.S. Senate voted. He left.", ["The U.S. Senate voted.", "He left."]),
        ("She works at Ruiz Inc. He left.", ["She works at Ruiz Inc.", "He left."]),
        ("Is it? Yes! It is… Good.", ["Is it?", "Yes!", "It is…", "Good."]),
        ("It cost 1.5 pesos. He paid.", ["It cost 1.5 pesos.", "He paid."]),
        ("“We stay. We sit.” Lee left.", ["“We stay. We sit.”", "Lee left."]),
        ("“We stay,” said Lee. He left.", ["“We stay,” said Lee.", "He left."]),
        ("“Do we stay?” asked Lee. He left.", ["“Do we stay?” asked Lee.", "He left."]),
        ("“Do we stay?” The room fell silent.", ["“Do we stay?”", "The room fell silent."]),
        ("“Stay!” Lee shouted.", ["“Stay!” Lee shouted."]),
        ("Lee said: “Stay. Now.” He left.", ["Lee said: “Stay. Now.”", "He left."]),
        ("He left", ["He left"]),
        ("He left at 5 p.m. on Monday.", ["He left at 5 p.m. on Monday."]),
    ],
)
def test_sentences_of_a_paragraph(text: str, sentences: list[str]) -> None:
    assert [characters_of(sentence) for sentence in read_sentences(text)] == sentences


def test_a_quotation_is_one_unit_and_a_short_one_part_of_a_phrase() -> None:
    sentence = read_sentence("Ruiz said the “red line” holds: “We stay. We sit.”")
    assert [sentence.tag[i] for i, quotation in enumerate(sentence.quotes) if quotation] == ["q", "Q"]
    assert [quotation.single for quotation in sentence.quotations(0, len(sentence))] == [False, False]


def test_a_sentence_without_an_end_is_cut() -> None:
    parts = read_sentences("Ruiz left and " * MAX_SENTENCE_UNITS)
    assert {len(part) for part in parts} == {MAX_SENTENCE_UNITS}


@given(st.text(max_size=80).filter(lambda text: "\n" not in text and text.strip() != ""))
def test_units_are_in_order_and_inside_the_text(text: str) -> None:
    last = 0
    for sentence in read_sentences(text):
        assert len(sentence.tag) == len(sentence.low) == len(sentence.starts) == len(sentence.ends)
        assert set(sentence.tag) <= set(TAGS)
        for start, end in zip(sentence.starts, sentence.ends, strict=True):
            assert last <= start < end <= len(text)
            last = end


# ------------------------------------------------------------------------------------------------------------ tags


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("She claims it", "SVS"),
        ("the claims fell", "DNV"),
        ("Ruiz’s claims fell", "NNV"),
        ("Stop Hunger Fund said", "NNNV"),
        ("He did not say", "SUAV"),
        ("told them", "VO"),
        ("on Monday, quickly", "PT,A"),
        ("that prices would drop", "RNMV"),
        ("said rents will rise", "VNMV"),
        ("said he’s late", "VST"),
        ("which Ruiz denied", "RNV"),
        ("ready to leave", "NtV"),
        ("is adding", "BG"),
        ("he had been told", "SHBV"),
        ("$5 – (or 6)", "NN;;CN;"),
    ],
)
def test_tags_of_words(text: str, tags: str) -> None:
    assert "".join(read_sentence(text).tag) == tags


# ------------------------------------------------------------------------------------------------------ noun phrases


def words(text: str, begin: int, end: int) -> str:
    """The characters of units `begin` to `end` of the sentence `text`."""
    sentence = read_sentence(text)
    start, stop = sentence.characters(begin, end)
    return text[start:stop]


@pytest.mark.parametrize(
    ("text", "verb", "subject"),
    [
        ("Ana Ruiz said so.", "said", "Ana Ruiz"),
        ("He said so.", "said", "He"),
        ("The old mayor of Lima said so.", "said", "The old mayor of Lima"),
        ("An adviser to the mayor said so.", "said", "An adviser to the mayor"),
        ("Ruiz and Lee said so.", "said", "Ruiz and Lee"),
        ("Ruiz, Lee and Brandt said so.", "said", "Ruiz, Lee and Brandt"),
        ("All the ministers said so.", "said", "All the ministers"),
        ("More than 40 ministers said so.", "said", "More than 40 ministers"),
        ("Ana Ruiz, a nurse, said so.", "said", "Ana Ruiz, a nurse"),
        ("Ana Ruiz, 63, said so.", "said", "Ana Ruiz, 63,"),
        ("Ana Ruiz, who left early, said so.", "said", "Ana Ruiz"),
        ("Ana Ruiz, a nurse who left early, said so.", "said", "Ana Ruiz, a nurse"),
        ("Ana Ruiz (D-Mo.) said so.", "said", "Ana Ruiz"),
        ("Ana Ruiz — the mayor — said so.", "said", "Ana Ruiz"),
        ("Ana Ruiz, standing in the rain, said so.", "said", "Ana Ruiz"),
        ("On Monday, Ana Ruiz said so.", "said", "Ana Ruiz"),
        ("The rain stopped, but Ana Ruiz said so.", "said", "Ana Ruiz"),
        ("The 30-year-old later said so.", "said", "The 30-year-old"),
        ("On Monday said so.", "said", None),
        ("Often said so.", "said", None),
    ],
)
def test_subject_before_a_verb(text: str, verb: str, subject: str | None) -> None:
    sentence = read_sentence(text)
    found = subject_before(sentence, sentence.low.index(verb))
    if subject is None:
        assert found is None
        return
    assert found is not None
    assert words(text, found[0], found[1] + 1).rstrip(",") == subject.rstrip(",")


def test_a_subject_is_not_looked_for_left_of_the_floor() -> None:
    sentence = read_sentence("Ana Ruiz said so.")
    assert subject_before(sentence, 2, floor=1) is None
    assert subject_before(sentence, 2, floor=2) is None


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("said Ana Ruiz.", "Ana Ruiz"),
        ("said the mayor of Lima on Monday.", "the mayor of Lima"),
        ("said a spokesman for the mayor.", "a spokesman for the mayor"),
        ("said Ruiz in a statement.", "Ruiz"),
        ("said Ruiz at the office.", "Ruiz at the office"),
        ("said Ruiz and Lee.", "Ruiz and Lee"),
        ("said he was ill.", "he"),
        ("said those in the room.", "those"),
        ("said quickly.", None),
    ],
)
def test_noun_phrase_after_a_verb(text: str, phrase: str | None) -> None:
    end = noun_phrase_after(read_sentence(text), 1)
    assert (None if end is None else words(text, 1, end)) == phrase


@pytest.mark.parametrize(
    ("text", "hearer"),
    [
        ("told reporters that", "reporters"),
        ("told reporters and editors that", "reporters and editors"),
        ("told the head of the office that", "the head of the office"),
        ("told them that", "them"),
        ("told her that", "her"),
        ("told her aide that", "her aide"),
        ("told you that", "you"),
        ("told Ruiz he left", "Ruiz"),
        ("told quickly that", None),
        ("told he left", None),
        ("told", None),
    ],
)
def test_hearers(text: str, hearer: str | None) -> None:
    end = hearer_end(read_sentence(text), 1)
    assert (None if end is None else words(text, 1, end)) == hearer


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("said on Monday that", "that"),
        ("said late Monday night that", "that"),
        ("said in a statement on Monday that", "that"),
        ("said on January 5, 2021 that", "that"),
        ("said last week that", "that"),
        ("said to voters in Lima that", "that"),
        ("said not once", "not once"),
        ("said that", "that"),
    ],
)
def test_circumstances_are_skipped(text: str, rest: str) -> None:
    sentence = read_sentence(text)
    begin = skip_circumstances(sentence, 1)
    assert words(text, begin, len(sentence)) == rest


def test_circumstances_that_may_belong_to_the_clause_stay() -> None:
    sentence = read_sentence("said in Lima rents will rise")
    assert skip_circumstances(sentence, 1, clause_may_follow=True) == 1
    assert skip_circumstances(sentence, 1) > 1


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("Ana Ruiz’s claim", "Ana Ruiz"),
        ("the ministers’ new claim", "the ministers"),
        ("her claim", "her"),
        ("the Kremlin claim", "Kremlin"),
        ("the claim", None),
    ],
)
def test_owners_of_a_noun(text: str, owner: str | None) -> None:
    sentence = read_sentence(text)
    found = possessor_of(sentence, len(sentence) - 1)
    assert (None if found is None else text[found[0] : found[1]]) == owner


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("he left", True),
        ("the mayor left", True),
        ("the ministers, meeting in Lima, agreed", True),
        ("if rents rise then", True),
        ("the mayor of Lima", False),
        ("them left", False),
        ("of it", False),
    ],
)
def test_whether_a_clause_begins(text: str, clause: bool) -> None:
    assert clause_at(read_sentence(text), 0) is clause


def test_phrases_never_begin_outside_the_sentence() -> None:
    sentence = read_sentence("Ruiz left.")
    assert noun_phrase_before(sentence, -1) is None
    assert noun_phrase_after(sentence, 9) is None
    assert clause_at(sentence, 9) is False
    assert is_clause_start(sentence, 0)


def test_a_relative_pronoun_stands_for_the_phrase_before_it() -> None:
    text = "They met the mayor, who left."
    sentence = read_sentence(text)
    found = antecedent(sentence, sentence.low.index("who"))
    assert found is not None
    assert words(text, found[0], found[1] + 1) == "the mayor"


def test_a_coordinated_verb_has_the_subject_of_its_clause() -> None:
    text = "Ana Ruiz opened the meeting and said so."
    sentence = read_sentence(text)
    found = clause_subject(sentence, sentence.low.index("and"))
    assert found is not None
    assert words(text, found[0], found[1] + 1) == "Ana Ruiz"


# ------------------------------------------------------------------------------------------------------ clause ends


@pytest.mark.parametrize(
    ("text", "begin", "frame", "content"),
    [
        ("Ruiz said rents will rise.", 2, "clause", "rents will rise"),
        ("Ruiz said rents will rise; Lee left.", 2, "clause", "rents will rise"),
        ("Ruiz said rents will rise, but Lee said they fall.", 2, "clause", "rents will rise"),
        ("Ruiz said rents will rise and warned that it hurts.", 2, "clause", "rents will rise"),
        ("Ruiz said rents will rise and fall.", 2, "clause", "rents will rise and fall"),
        ("Ruiz said rents will rise, adding that it hurts.", 2, "clause", "rents will rise"),
        ("Ruiz said rents will rise, according to Lee.", 2, "clause", "rents will rise"),
        ("Ruiz said the man who left, Lee, will return.", 2, "clause", "the man who left, Lee, will return"),
        ("Ruiz rejected the plan, which failed.", 2, "np", "the plan"),
        ("Ruiz rejected the plan – and left.", 2, "np", "the plan"),
    ],
)
def test_where_content_ends(text: str, begin: int, frame: str, content: str) -> None:
    sentence = read_sentence(text)
    assert words(text, begin, clause_end(sentence, begin, frame)) == content


@pytest.mark.parametrize(
    ("text", "first", "negated", "passive", "perfect", "infinitive"),
    [
        ("Ruiz said", 1, False, False, False, False),
        ("Ruiz has said", 1, False, False, True, False),
        ("Ruiz did not say", 1, True, False, False, False),
        ("Ruiz was told", 1, False, True, False, False),
        ("Ruiz had not been told", 1, True, True, True, False),
        ("Ruiz won’t say", 1, True, False, False, False),
        ("Ruiz went on to say", 1, False, False, False, True),
        ("Ruiz was expected to say", 1, False, False, False, True),
    ],
)
def test_verb_groups(text: str, first: int, negated: bool, passive: bool, perfect: bool, infinitive: bool) -> None:
    sentence = read_sentence(text)
    assert read_verb_group(sentence, len(sentence) - 1) == (first, negated, passive, perfect, infinitive)
