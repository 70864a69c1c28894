"""What tells whom a pronoun means: how names stand in their clauses, whose gender is known, and who can be somebody."""

from __future__ import annotations

import pytest

from sayso.attribution.antecedents import Candidate, Place, Quotations, Spoke, find_candidates, grammar_of
from sayso.attribution.mentions import Entity, find_names
from sayso.attribution.ranking import SpeakerRanker
from sayso.attribution.registry import default_registry
from sayso.attribution.roles import Gender
from sayso.attribution.speakers import Resolver
from sayso.attribution.training.speakers import FIRST_WEIGHTS
from sayso.attribution.types import TextSpan, make_attribution, text_hash

REGISTRY = default_registry()


def grammar(text: str, name: str) -> str:
    """Return how the last mention of `name` stands."""
    mentions = [m for m in find_names(text, REGISTRY).mentions if text[m.start : m.end] == name]
    return grammar_of(text, mentions[-1])


@pytest.mark.parametrize(
    ("text", "name", "how"),
    [
        ("Ben Hale knew what they talked about.\n\nHale later told them so.", "Hale", "subject"),
        ("Ben Hale knew what to look for. Hale later told them so.", "Hale", "subject"),
        ("Ben Hale came. They met with former Gov. Hale in May.", "Hale", "oblique"),
        ("Ben Hale came. Then they saw Mr. Hale there.", "Hale", "other"),
        ("Ben Hale came. Mr. Hale, of all people, sang.", "Hale", "first"),
        ("Ben Hale came. “No,” said Mr. Hale, who left.", "Hale", "subject"),
        ("Ben Hale came. Nobody liked Hale's song.", "Hale", "possessive"),
    ],
)
def test_a_name_stands_in_its_own_clause_whatever_ends_before_it(text: str, name: str, how: str) -> None:
    assert grammar(text, name) == how


def entity_of(text: str, name: str) -> Entity:
    return next(entity for entity in find_names(text, REGISTRY).entities if entity.name == name)


@pytest.mark.parametrize(
    ("text", "name", "gender"),
    [
        ("Rep. Quenby Hale said so.", "Quenby Hale", None),
        ("Quenby Hale, the chairman of the board, said so.", "Quenby Hale", None),
        ("Congresswoman Quenby Hale said so.", "Quenby Hale", "female"),
        ("The widow Terry Hale said so.", "Terry Hale", "female"),
        ("Ben Hale, the lawyer leading Mrs. Ruiz's search, said so.", "Ben Hale", None),
        ("They saw Ben Hale, and his daughter came too.", "Ben Hale", None),
        ("Ben Hale said she would come.", "Ben Hale", None),
        ("Quenby Hale said she would come.", "Quenby Hale", "female"),
        ("Mrs. Ben Hale said so.", "Ben Hale", "female"),
    ],
)
def test_gender_is_told_by_what_is_surely_said_of_a_person(text: str, name: str, gender: Gender | None) -> None:
    assert entity_of(text, name).gender == gender


def resolved(marked: str) -> list[str | None]:
    """Return the speakers' names; ⟦…⟧ marks a source, ⟪…⟫ its content."""
    text, opened = "", 0
    spans: dict[str, list[TextSpan]] = {"⟧": [], "⟫": []}
    for character in marked:
        if character in "⟦⟪":
            opened = len(text)
        elif character in spans:
            spans[character].append(TextSpan(opened, len(text)))
        else:
            text += character
    items = [
        make_attribution(
            text,
            article_id="a",
            text_sha256=text_hash(text),
            kind="indirect",
            content=[content],
            source=[source],
            confidence=1.0,
            origin="rule:test",
        )
        for source, content in zip(spans["⟧"], spans["⟫"], strict=True)
    ]
    resolver = Resolver(text, items, REGISTRY, None, find_names(text, REGISTRY), ranker=SpeakerRanker(FIRST_WEIGHTS))
    return [answer.name if answer is not None else None for answer, _ in resolver.resolve_all()]


def candidates(marked: str, *, gender: Gender = "male", asks: bool = False) -> dict[str, dict[str, float]]:
    """Return the features of each candidate for the pronoun behind the mark |; the first person named spoke last."""
    position = marked.index("|")
    text = marked.replace("|", "")
    names = find_names(text, REGISTRY)
    people = [m for m in names.mentions if m.entity.kind == "person"]
    spoke = [Spoke(people[0].start, people[0].entity, False, asks)] if people and people[0].start < position else []
    found: list[Candidate] = find_candidates(text, names, spoke, Quotations(()), Place(position), gender=gender)
    return {c.entity.name: c.features for c in found if c.entity is not None}


def test_a_pronoun_can_mean_whom_the_main_clause_behind_it_names() -> None:
    assert "ahead.comma" in candidates("When |he wrote it, Mr. Ben Hale laughed.")["Ben Hale"]
    assert "ahead.comma" in candidates("Tim Lee left. In |his speech, Ben Hale laughed.")["Ben Hale"]
    assert "ahead.comma" in candidates("THE LOAN Back when |he wrote it, Mr. Ben Hale laughed.")["Ben Hale"]
    assert "Ben Hale" not in candidates("Tim Lee left and |he saw Ben Hale.")
    assert "Ana Hale" not in candidates("When |he wrote it, Ana Hale laughed.")


def test_who_is_named_before_a_break_stands_beyond_it() -> None:
    for mark in ("___", "5:45 p.m.", "* * *"):
        found = candidates(f"Tim Lee left.\n\n{mark}\n\nBen Hale came. |He laughed.")
        assert "beyond" in found["Tim Lee"]
        assert "beyond" not in found["Ben Hale"]
    assert "beyond" not in candidates("Tim Lee left.\n\nBen Hale came. |He laughed.")["Tim Lee"]


def test_whoever_asked_last_is_known_to_have_asked() -> None:
    assert "last.asks" in candidates("Tim Lee saw Ben Hale. |He laughed.", asks=True)["Tim Lee"]
    assert "last.asks" not in candidates("Tim Lee saw Ben Hale. |He laughed.")["Tim Lee"]


def test_a_strange_name_is_bare_until_something_shows_that_it_is_somebody() -> None:
    assert "unknown.bare" in candidates("They saw Quorvine Drell. |He laughed.")["Quorvine Drell"]
    for text in ("“No,” said Quorvine Drell. |He laughed.", "Quorvine Drell told us. Drell sang. |He laughed."):
        assert "unknown.bare" not in candidates(text)["Quorvine Drell"]


def test_a_question_makes_its_speaker_one_who_asks_and_apostrophes_quote() -> None:
    text = "''Why does Mr. Lee sing?'' Ben Hale asked. ''No,'' he said."
    spans = [((0, 26), (27, 35), (36, 41)), ((43, 50), (51, 53), (54, 58))]
    items = [
        make_attribution(
            text,
            article_id="a",
            text_sha256=text_hash(text),
            kind="indirect",
            content=[TextSpan(*content)],
            cue=[TextSpan(*cue)],
            source=[TextSpan(*source)],
            confidence=1.0,
            origin="rule:test",
        )
        for content, source, cue in spans
    ]
    resolver = Resolver(text, items, REGISTRY, None, find_names(text, REGISTRY), ranker=SpeakerRanker(FIRST_WEIGHTS))
    resolver.resolve_all()
    assert [one.asks for one in resolver.spoke] == [True, False]
    assert text.index("Lee") in resolver.quoted
    assert resolver.place(items[1], 51).direct


def test_what_is_built_as_no_persons_name_is_nobody_unless_called_by_surname() -> None:
    for thing in ("Quorvine County Republican", "State of Quorvine", "RT Quorvine"):
        assert thing not in candidates(f"Tim Lee saw the {thing} there. |He laughed.")
    assert "RT Quorvine" in candidates("Tim Lee saw RT Quorvine there. Quorvine sang. |He laughed.")


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("Alder Bank closed. ⟦It⟧ said ⟪rents rose⟫.", "Alder Bank"),
        ("“No,” ⟦Alder Bank⟧ wrote ⟪no⟫. ⟦It⟧ added ⟪that rents rose⟫.", "Alder Bank"),
        ("⟦Alder Bank⟧ said ⟪no⟫. The sun rose. The day was long. ⟦It⟧ said ⟪that rents rose⟫.", None),
        ("They walked to the hall of Alder Bank, and ⟦it⟧ said ⟪that rents rose⟫.", None),
        ("They saw Alder Bank's report. ⟦It⟧ said ⟪that rents rose⟫.", None),
        ("⟦Ana Hale⟧ said ⟪that Alder Bank was slow⟫. ⟦It⟧ said ⟪that rents rose⟫.", None),
        ("⟦Alder Bank⟧ said ⟪no⟫. The rent is a word with a meaning: ⟦it⟧ said ⟪what one pays⟫.", None),
    ],
)
def test_it_goes_on_with_the_last_subject_or_speaker_that_is_a_body(marked: str, last: str | None) -> None:
    assert resolved(marked)[-1] == last


def test_what_shows_or_lists_something_is_no_body_that_is_only_named() -> None:
    text = "Alder Bank released the film. It shows that rents rose."
    item = make_attribution(
        text,
        article_id="a",
        text_sha256=text_hash(text),
        kind="indirect",
        content=[TextSpan(39, 54)],
        cue=[TextSpan(33, 38)],
        source=[TextSpan(30, 32)],
        confidence=1.0,
        origin="rule:test",
    )
    resolver = Resolver(text, [item], REGISTRY, None, find_names(text, REGISTRY), ranker=SpeakerRanker(FIRST_WEIGHTS))
    assert resolver.resolve_all() == [(None, "speaker.declined.thing")]


def test_a_column_headed_by_a_name_that_it_does_not_name_is_by_that_person() -> None:
    column = "Ana Hale: Why Rents Rose.\n\n⟦I⟧ think ⟪that rents rose⟫."
    assert resolved(column) == ["Ana Hale"]
    assert resolved(column + "\n\nMs. Hale said so.") == ["article author"]
    assert resolved("Rents Rose: Why.\n\n⟦I⟧ think ⟪that rents rose⟫.") == ["article author"]
