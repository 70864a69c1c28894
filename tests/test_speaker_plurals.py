"""Speakers who are several: which are individuals without a name, which a group, and whom "they" means."""

from __future__ import annotations

import re

import pytest

from sayso.attribution import askers, individuals, joined
from sayso.attribution.mentions import find_names
from sayso.attribution.registry import default_registry
from sayso.attribution.speakers import Resolver
from sayso.attribution.types import Attribution, TextSpan, make_attribution, text_hash

REGISTRY = default_registry()
# ⟦source⟧ and ⟪content⟫ as elsewhere; ⦃a cue⦄ without a source is an attribution of its own.
PART = re.compile(r"⟦(?P<source>[^⟧]*)⟧|⦃(?P<cue>[^⦄]*)⦄|⟪(?P<content>[^⟫]*)⟫")


def answers(marked: str) -> list[str]:
    """Return "name / type" of each attribution however sure it is, or why it was declined; sources come first."""
    text, at = "", 0
    opened: list[tuple[str, int, int]] = []
    contents: list[tuple[int, int]] = []
    for match in PART.finditer(marked):
        text += marked[at : match.start()]
        kind = match.lastgroup or ""
        start = len(text)
        text += match[kind]
        if kind == "content":
            contents.append((start, len(text)))
        else:
            opened.append((kind, start, len(text)))
        at = match.end()
    text += marked[at:]
    found: list[Attribution] = []
    for (kind, start, end), (content, content_end) in zip(opened, contents, strict=True):
        item = make_attribution(
            text,
            article_id="a1",
            text_sha256=text_hash(text),
            kind="direct" if text[content] in '“"' else "indirect",
            content=[TextSpan(content, content_end)],
            cue=[TextSpan(start, end)] if kind == "cue" else [TextSpan(end, end + 1)],
            source=[] if kind == "cue" else [TextSpan(start, end)],
            confidence=1.0,
            origin="rule:test",
        )
        found.append(item)
    resolver = Resolver(text, found, REGISTRY, None, find_names(text, REGISTRY))
    return [f"{answer.name} / {answer.type}" if answer else why for answer, why in resolver.resolve_all()]


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("⟦Several experts⟧ said ⟪no⟫.", "experts / unnamed"),
        ("⟦Three harbor analysts⟧ said ⟪no⟫.", "harbor analysts / unnamed"),
        ("⟦A number of economists⟧ said ⟪no⟫.", "economists / unnamed"),
        ("⟦Many harbor economists, including Ana Ruiz,⟧ said ⟪no⟫.", "harbor economists / unnamed"),
        ("⟦Several cast members⟧ said ⟪no⟫.", "cast members / unnamed"),
        ("⟦Republican leaders⟧ said ⟪no⟫.", "Republican leaders / unnamed"),
        ("⟦State and local leaders⟧ said ⟪no⟫.", "State and local leaders / unnamed"),
        ("⟦Mayors and harbor officials⟧ said ⟪no⟫.", "Mayors and harbor officials / unnamed"),
        ("⟦Other officials⟧ said ⟪no⟫.", "other officials / unnamed"),
    ],
)
def test_a_few_people_of_a_trade_or_an_inside_role_are_unnamed(marked: str, last: str) -> None:
    assert answers(marked)[-1] == last


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("⟦Many experts⟧ said ⟪no⟫.", "experts / group"),
        ("⟦Several voters⟧ said ⟪no⟫.", "voters / group"),
        ("⟦Two Republicans⟧ said ⟪no⟫.", "Republicans / group"),
        ("⟦A group of analysts, including Ana Ruiz,⟧ said ⟪no⟫.", "analysts / group"),
        ("⟦Many economists, including some at the bank,⟧ said ⟪no⟫.", "economists / group"),
        ("⟦State business leaders⟧ said ⟪no⟫.", "State business leaders / group"),
        ("⟦World leaders and diplomats⟧ said ⟪no⟫.", "World leaders and diplomats / group"),
        ("⟦Mayors and voters⟧ said ⟪no⟫.", "Mayors and voters / group"),
    ],
)
def test_a_class_of_people_is_a_group(marked: str, last: str) -> None:
    assert answers(marked)[-1] == last


def test_all_of_them_goes_on_with_the_several_who_spoke() -> None:
    text = "⟦Several experts⟧ spoke of ⟪it⟫. “It is dear,” said ⟦Ana Ruiz⟧, ⟪one⟫. ⟦All⟧ agreed ⟪it would fail⟫."
    assert answers(text)[-1] == "experts / unnamed"
    assert answers("Ana Ruiz spoke. ⟦All⟧ agreed ⟪it would fail⟫.") == ["speaker.declined.pronoun"]


def test_who_speaks_off_stage_is_nobody_named_nearby() -> None:
    assert answers("Ana Ruiz sang. ⟦The announcer⟧ said ⟪it is late⟫.") == ["announcer / unnamed"]
    assert answers("The announcer Ana Ruiz sang. ⟦The announcer⟧ said ⟪it is late⟫.") == ["Ana Ruiz / person"]


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("Ana Ruiz came. ⦃Asked⦄ ⟪why rents rose⟫, Ruiz laughed.", "reporters / unnamed"),
        ("Ruiz laughed when ⦃asked⦄ ⟪why rents rose⟫.", "reporters / unnamed"),
        ("Ana Ruiz was on CNN. When ⦃pressed⦄ on ⟪rents⟫, she laughed.", "CNN / organization"),
        (
            "She spoke to CNN and the Harbor Times. ⦃Asked⦄ about ⟪rents⟫, she laughed.",
            "speaker.declined.no-source",
        ),
        ("Ana Ruiz gave an interview. ⦃Asked⦄ about ⟪rents⟫, she laughed.", "speaker.declined.no-source"),
        ("⦃Asked⦄ ⟪whether rents are fair⟫, 60 percent of voters said no.", "speaker.declined.no-source"),
        ("Ana Ruiz ⦃was asked⦄ ⟪why rents rose⟫.", "speaker.declined.no-source"),
    ],
)
def test_who_asks_is_the_outlet_named_there_or_reporters(marked: str, last: str) -> None:
    assert answers(marked)[-1] == last


@pytest.mark.parametrize("unit", ["a", "A ", "asked ", "several ", "a number of ", ", including "])
def test_patterns_take_no_more_than_linear_time(unit: str) -> None:
    import time

    text = (unit * 20_000)[:20_000]
    patterns = [
        p for module in (askers, individuals, joined) for p in vars(module).values() if isinstance(p, re.Pattern)
    ]
    for pattern in patterns:
        begin = time.process_time()
        for _ in pattern.finditer(text):
            pass
        assert time.process_time() - begin < 1.0, pattern.pattern


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("⟦Activists here⟧ said ⟪no⟫.", "activists / group"),
        ("⟦Farmers here, including Ana Ruiz,⟧ said ⟪no⟫.", "farmers / group"),
        ("⟦Someone⟧ said ⟪no⟫.", "someone / unnamed"),
        ("Ana Ruiz came. ⟦Ruiz herself⟧ said ⟪no⟫.", "Ana Ruiz / person"),
        ("⟦An increasing number of farmers⟧ said ⟪no⟫.", "farmers / group"),
        ("⟦1,409 teachers⟧ said ⟪no⟫.", "teachers / group"),
        ("⟦Not all farmers⟧ said ⟪no⟫.", "farmers / group"),
        ("⟦Virtually all farmers⟧ said ⟪no⟫.", "farmers / group"),
        ("⟦Farmers like Ana Ruiz and Ed Hale⟧ said ⟪no⟫.", "farmers / group"),
        ("⟦Those surveyed⟧ said ⟪no⟫.", "poll respondents / group"),
        (
            "Among likely GOP primary voters, few came. ⟦Only 24 percent⟧ said ⟪no⟫.",
            "likely GOP primary voters / group",
        ),
        ("Of registered voters, most came. ⟦Just over a quarter, 26 percent,⟧ said ⟪no⟫.", "registered voters / group"),
    ],
)
def test_adverbs_shares_and_numbers_are_no_part_of_what_people_are_called(marked: str, last: str) -> None:
    assert answers(marked)[-1] == last


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("⟦Two analysts, Ana Ruiz and Ed Hale,⟧ said ⟪no⟫.", "Ana Ruiz and Ed Hale / group"),
        ("⟦Three farmers -- Ana Ruiz of Alder, Ed Hale of Dale and Mary Marsh --⟧ said ⟪no⟫.",
         "Ana Ruiz, Ed Hale and Mary Marsh / group"),
        ("⟦Farmers, as Ana Ruiz and Ed Hale found,⟧ said ⟪no⟫.", "farmers / group"),
        ("Ana Ruiz came. ⟦She and Ed Hale⟧ said ⟪no⟫.", "Ana Ruiz and Ed Hale / group"),
        ("⟦White House and Pentagon spokesmen⟧ said ⟪no⟫.", "White House and Pentagon spokesmen / unnamed"),
        ("⟦Ana Ruiz and Pentagon spokesmen⟧ said ⟪no⟫.", "Ana Ruiz and Pentagon spokesmen / group"),
        ("⟦Ana Ruiz and others seeking a permit⟧ said ⟪no⟫.", "Ana Ruiz and others / group"),
        ("⟦Ana Ruiz and the union itself⟧ said ⟪no⟫.", "Ana Ruiz and union / group"),
    ],
)  # fmt: skip
def test_lists_name_each_of_those_who_speak(marked: str, last: str) -> None:
    assert answers(marked)[-1] == last


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("Sen. Ana Ruiz (D-Ohio) and Sen. Ed Hale (R-Iowa) wrote. It rained. ⟦The senators⟧ said ⟪no⟫.",
         "Ana Ruiz and Ed Hale / group"),
        ("Ana Ruiz and Ed Hale wrote. It rained. ⟦The two friends⟧ said ⟪no⟫.", "Ana Ruiz and Ed Hale / group"),
        ("Ana Ruiz and Ed Hale wrote. It rained. ⟦The two⟧ said ⟪no⟫.", "Ana Ruiz and Ed Hale / group"),
        ("Ana Ruiz and adviser Ed Hale wrote. ⟦Both⟧ said ⟪no⟫.", "Ana Ruiz and Ed Hale / group"),
        ("Ana Ruiz, Mary Marsh and Ed Hale wrote. ⟦They⟧ said ⟪no⟫.", "Ana Ruiz, Mary Marsh and Ed Hale / group"),
        # Others than those named together are meant.
        ("Ana Ruiz and Ed Hale wrote. It rained. ⟦The senators⟧ said ⟪no⟫.", "senators / group"),
        ("Ana Ruiz and Ed Hale wrote. It rained. ⟦The two women⟧ said ⟪no⟫.", "women / group"),
        ("Ana Ruiz and Ed Hale wrote. It rained. ⟦The three⟧ said ⟪no⟫.", "speaker.declined.pronoun"),
        ("Ana Ruiz and Ed Hale wrote. It rained. ⟦Farmers⟧ said ⟪no⟫.", "farmers / group"),
        ("Ana Ruiz left and later asked Ed Hale. ⟦The two⟧ said ⟪no⟫.", "speaker.declined.pronoun"),
    ],
)  # fmt: skip
def test_the_two_are_those_whom_the_text_names_together(marked: str, last: str) -> None:
    assert answers(marked)[-1] == last


def test_both_are_the_two_who_speak_in_turn() -> None:
    turns = "⟦Ana Ruiz⟧ said ⟪no⟫. ⟦Ed Hale⟧ said ⟪yes⟫. ⟦Ruiz⟧ said ⟪never⟫. ⟦Hale⟧ said ⟪now⟫. "
    assert answers(turns + "On rents ⟦both⟧ said ⟪no⟫.")[-1] == "Ana Ruiz and Ed Hale / group"
    assert answers(turns + "⟦Mary Marsh⟧ said ⟪no⟫. On rents ⟦both⟧ said ⟪no⟫.")[-1] == "speaker.declined.pronoun"


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("⟦Farmers⟧ spoke of ⟪rents⟫. ⟦Several of them⟧ said ⟪no⟫.", "farmers / group"),
        ("⟦Farmers⟧ spoke of ⟪rents⟫. ⟦None⟧ said ⟪no⟫.", "farmers / group"),
        ("Ana Ruiz came. ⟦Most of them⟧ said ⟪no⟫.", "speaker.declined.pronoun"),
    ],
)
def test_some_of_them_are_those_whom_they_means(marked: str, last: str) -> None:
    assert answers(marked)[-1] == last


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("⟦Voters⟧ spoke of ⟪rents⟫. It rained. But union members left because ⟦they⟧ feared ⟪worse⟫.",
         "union members / group"),
        ("⟦Voters⟧ spoke of ⟪rents⟫. It rained. In Alder, farmers left. ⟦They⟧ feared ⟪worse⟫.", "farmers / group"),
        ("It rained. Ana Ruiz and Ed Hale left. ⟦They⟧ feared ⟪worse⟫.", "Ana Ruiz and Ed Hale / group"),
        ("State officials left. ⟦They⟧ feared ⟪worse⟫.", "State officials / unnamed"),
        # Those who spoke go on.
        ("⟦Voters⟧ spoke of ⟪rents⟫. ⟪Farmers lost⟫, ⟦they⟧ said.", "Voters / group"),
        ("⟦Voters⟧ said ⟪farmers lost⟫ and ⟦they⟧ feared ⟪worse⟫.", "voters / group"),
        ("She met farmers, teachers and nurses. ⟦They⟧ feared ⟪worse⟫.", "speaker.declined.plural"),
    ],
)  # fmt: skip
def test_they_are_the_subject_of_the_sentence_or_those_who_spoke(marked: str, last: str) -> None:
    assert answers(marked)[-1].casefold() == last.casefold()


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("⟦Skywriters⟧ showed ⟪support⟫.", "skywriters / group"),
        ("⟦The old party hands⟧ said ⟪no⟫.", "old party hands / group"),
        ("⟦Lots of angry farmers⟧ said ⟪no⟫.", "angry farmers / group"),
        ("⟦A chorus of detractors⟧ said ⟪no⟫.", "detractors / group"),
        ("⟦The talks⟧ showed ⟪support⟫.", "speaker.declined.unknown"),
        ("⟦The precedents⟧ showed ⟪support⟫.", "speaker.declined.unknown"),
        ("⟦Phone calls⟧ showed ⟪support⟫.", "speaker.declined.unknown"),
    ],
)
def test_a_plural_that_is_no_people_is_declined(marked: str, last: str) -> None:
    assert answers(marked)[-1].casefold() == last.casefold()


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("Ed Hale came. ⟦His supporters⟧ said ⟪no⟫.", "Hale supporters / group"),
        ("Ed Hale came. ⟦Many of his rivals⟧ said ⟪no⟫.", "Hale rivals / group"),
        ("Ed Hale came. ⟦His aides⟧ said ⟪no⟫.", "Ed Hale's aides / unnamed"),
        ("Ana Ruiz came. ⟦His supporters⟧ said ⟪no⟫.", "supporters / group"),
        ("Ed Hale came. ⟦Supporters⟧ know ⟪his plans⟫.", "supporters / group"),
        ("Ed Hale came. ⟦His fellow senators⟧ said ⟪no⟫.", "fellow senators / group"),
        # Nobody else's are taken up.
        ("Ana Ruiz came. ⟦Her aides⟧ said ⟪no⟫. Ed Hale came. ⟦His aides⟧ said ⟪yes⟫.", "Ed Hale's aides / unnamed"),
        ("⟦People familiar with the talks⟧ said ⟪no⟫. It failed, ⟦the people⟧ said ⟪then⟫.",
         "people familiar with the talks / unnamed"),
    ],
)  # fmt: skip
def test_his_people_are_called_by_whose_they_are(marked: str, last: str) -> None:
    assert answers(marked)[-1] == last


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("She met Ana Ruiz and Ed Hale, ⟦all of whom⟧ said ⟪no⟫.", "Ana Ruiz and Ed Hale / group"),
        ("She met Ana Ruiz and Ed Hale, ⟦who⟧ have said ⟪no⟫.", "Ana Ruiz and Ed Hale / group"),
        ("She met Ana Ruiz and Ed Hale, ⟦who⟧ has said ⟪no⟫.", "Ed Hale / person"),
        ("It pleased Democrats on Capitol Hill, ⟦who⟧ said ⟪no⟫.", "Capitol Hill Democrats / group"),
        ("It pleased families of victims, ⟦many of whom⟧ said ⟪no⟫.", "victims families / group"),
        ("Among likely voters few came, compared with 23 percent ⟦who⟧ said ⟪no⟫.", "likely voters / group"),
    ],
)
def test_who_stands_for_all_of_those_named_together(marked: str, last: str) -> None:
    assert answers(marked)[-1] == last


def test_the_people_are_nobody_unless_people_spoke() -> None:
    assert answers("⟦Republican insiders⟧ said ⟪no⟫. ⟦The people⟧ know ⟪better⟫.")[-1] == "people / group"
    assert answers("⟦Another commenter⟧ said ⟪no⟫.") == ["another commenter / unnamed"]


def test_a_body_is_they_unless_several_people_are_named() -> None:
    body = "Harbor Bank / organization"
    assert answers("⟦Harbor Bank⟧ said ⟪no⟫. ⟦They⟧ asked for ⟪rents⟫.")[-1] == body
    assert answers("⟦Harbor Bank⟧ said ⟪the leaders met voters⟫. ⟦They⟧ asked for ⟪rents⟫.")[-1] != body
