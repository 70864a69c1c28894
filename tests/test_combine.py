"""Rules and model together: what the rules mend, add and veto."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sayso.attribution.combine import Together, combine, mark_nested, quotation_kind, read_conventions
from sayso.attribution.errors import ConfigError
from sayso.attribution.marks import find_quotations
from sayso.attribution.tagger import Tagged
from sayso.attribution.types import Attribution, TextSpan, make_attribution, text_hash
from sayso.attribution.words import find_paragraphs


def span(text: str, part: str, after: int = 0) -> TextSpan:
    start = text.index(part, after)
    return TextSpan(start, start + len(part))


def tag(text: str, *contents: str, cue: str, source: str | None = None, confidence: float = 0.9) -> Tagged:
    return Tagged(
        cue=span(text, cue),
        sources=() if source is None else (span(text, source),),
        contents=tuple(span(text, content) for content in contents),
        confidence=confidence,
        cue_score=confidence,
        link_score=confidence,
        path_score=confidence,
    )


def rule(
    text: str, content: str, *, cue: str | None = None, source: str | None = None, confidence: float = 0.9
) -> Attribution:
    contents = [span(text, content)]
    return make_attribution(
        text,
        article_id="a",
        text_sha256=text_hash(text),
        kind=quotation_kind(text, contents, find_quotations(text, find_paragraphs(text))),
        content=contents,
        cue=[] if cue is None else [span(text, cue)],
        source=[] if source is None else [span(text, source)],
        confidence=confidence,
        origin="rule:test",
    )


def together(
    text: str,
    tagged: list[Tagged],
    ruled: tuple[Attribution, ...] = (),
    settings: Together | None = None,
    **options: object,
) -> list[Attribution]:
    return combine(
        text,
        tagged,
        list(ruled),
        article_id="a",
        text_sha256=text_hash(text),
        model="m@1",
        settings=settings or Together(),
        **options,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("text", "tagged", "expected", "kind"),
    [
        ("“Rents will rise,” Ruiz said.", "Rents will rise", "“Rents will rise,”", "direct"),
        ("«Rents will rise», Ruiz said.", "«Rents will rise", "«Rents will rise»", "direct"),
        ("Ruiz said that rents will rise.", "that rents will rise", "rents will rise", "indirect"),
        ("Ruiz said rents “will rise.”", "rents “will rise", "rents “will rise.”", "mixed"),
        ("Ruiz said rents will rise.", "rents will rise", "rents will rise", "indirect"),
        ("“Rents will rise. Wages too,” Ruiz said.", "“Rents will rise.", "“Rents will rise. Wages too,”", "direct"),
        (
            "Ruiz said the “Blue Harbour” would open.",
            "the “Blue Harbour” would open",
            "the “Blue Harbour” would open",
            "indirect",
        ),
    ],
    ids=["both-marks", "closing-mark", "complementiser", "mixed-end", "indirect", "two-sentences", "named-thing"],
)
def test_edges_go_to_the_marks_and_that_goes(text: str, tagged: str, expected: str, kind: str) -> None:
    (found,) = together(text, [tag(text, tagged, cue="said", source="Ruiz")])
    assert found.content == expected
    assert found.kind == kind
    assert found.origin == "model:m@1"


def test_quotation_over_paragraphs_is_taken_whole() -> None:
    text = "Ruiz said: “Rents will rise.\n\n“Wages will not.”\n\nThe end."
    (found,) = together(text, [tag(text, "“Rents will rise.", cue="said", source="Ruiz")])
    assert [s.of(text) for s in found.content_spans] == ["“Rents will rise.", "“Wages will not.”"]
    assert "quotation.paragraphs" in found.why


def test_quotation_is_not_stretched_over_another_attribution() -> None:
    text = "“Rents will rise, Ruiz said, and wages, said Lee.”"
    first = tag(text, "“Rents will rise", cue="Ruiz said", source="Ruiz")
    second = tag(text, "and wages", cue="said Lee", source="Lee")
    assert together(text, [first, second])[0].content == "“Rents will rise"


def test_unsure_tags_and_masked_spans_are_left_out() -> None:
    text = "Ruiz said rents will rise. Lee said wages will not."
    unsure = tag(text, "rents will rise", cue="said", source="Ruiz", confidence=0.01)
    assert together(text, [unsure]) == []
    sure = tag(text, "rents will rise", cue="said", source="Ruiz")
    assert len(together(text, [sure], masks=[(30, 40)])) == 1
    assert together(text, [sure], masks=[(0, 12)]) == []


def test_rules_add_quotations_and_nested_attributions() -> None:
    text = "Ruiz said Lee had warned that rents will rise. “Wages will not follow,” noted Brandt."
    outer = tag(text, "Lee had warned that rents will rise", cue="said", source="Ruiz")
    inner = rule(text, "rents will rise", cue="warned", source="Lee")
    quoted = rule(text, "“Wages will not follow,”", cue="noted", source="Brandt")
    found = together(text, [outer], (inner, quoted))
    assert [a.cue for a in found] == ["said", "warned", "noted"]
    assert found[1].nested_in == found[0].id
    assert found[2].nested_in is None


def test_rules_add_what_the_models_attribution_lies_inside() -> None:
    text = "For the council, the cap — and what Lee sees as a mistake — is a “red line” for all."
    outer = rule(text, text[text.index("the cap") : -1], cue="For", source="the council", confidence=0.6)
    inner = tag(text, "a mistake", cue="sees as", source="Lee", confidence=0.5)
    assert [(a.content, a.nested_in is None) for a in together(text, [inner], (outer,))] == [
        (text[text.index("the cap") : -1], True),
        ("a mistake", False),
    ]
    # Where they cross, or nothing may be nested, the model's stays alone.
    across = tag(text, "a “red line” for all", cue="is", source="the council", confidence=0.5)
    assert len(together(text, [across], (outer,))) == 1
    assert len(together(text, [inner], (outer,), settings=read_conventions("polnear"))) == 1


def test_rules_do_not_add_what_the_model_has_or_what_they_doubt() -> None:
    text = "Ruiz said rents will rise. “Wages will not follow,” noted Brandt."
    tagged = tag(text, "rents will rise", cue="said", source="Ruiz")
    same = rule(text, "rents will rise", cue="said", source="Ruiz")
    doubtful = rule(text, "“Wages will not follow,”", cue="noted", source="Brandt", confidence=0.05)
    (found,) = together(text, [tagged], (same, doubtful))
    assert found.origin == "both"


def test_conventions_of_polnear_keep_that_auxiliaries_and_relative_pronouns() -> None:
    text = "Ruiz, who has said that rents will rise, left. Lee said Brandt had warned that wages would fall."
    tagged = [
        tag(text, "that rents will rise", cue="has said", source="who"),
        tag(text, "Brandt had warned that wages would fall", cue="said", source="Lee"),
    ]
    tagged[1] = replace(tagged[1], cue=span(text, "said", text.index("Lee")))
    ruled = (
        rule(text, "rents will rise", cue="said", source="Ruiz"),
        rule(text, "wages would fall", cue="warned", source="Brandt", confidence=0.99),
    )
    ours = together(text, tagged, ruled)
    assert [(a.source, a.cue, a.content) for a in ours] == [
        ("Ruiz", "said", "rents will rise"),
        ("Lee", "said", "Brandt had warned that wages would fall"),
        ("Brandt", "warned", "wages would fall"),
    ]
    theirs = together(text, tagged, ruled, settings=read_conventions("polnear"))
    assert [(a.source, a.cue, a.content) for a in theirs] == [
        ("who", "has said", "that rents will rise"),
        ("Lee", "said", "Brandt had warned that wages would fall"),
    ]
    with pytest.raises(ConfigError, match="'parc'; allowed: guidelines, polnear"):
        read_conventions("parc")


def test_contents_keep_to_the_paragraph_of_their_cue_unless_a_quotation_goes_on() -> None:
    text = "«Rents and wages»\n\nRuiz told reporters rents «will rise».\n\nThe market was calm."
    mixed = tag(text, "«Rents and wages»", "rents «will rise»", cue="told", source="Ruiz")
    (found,) = together(text, [mixed])
    assert found.content == "rents «will rise»"
    astray = tag(text, "rents «will rise».\n\nThe market was calm", cue="told", source="Ruiz")
    assert together(text, [astray])[0].content == "rents «will rise»."
    elsewhere = tag(text, "The market was calm", cue="told", source="Ruiz")
    assert together(text, [elsewhere]) == []
    listed = "Ruiz told reporters three things:\n\nThe market was calm."
    behind = tag(listed, "The market was calm", cue="told", source="Ruiz")
    assert together(listed, [behind])[0].content == "The market was calm"
    quoted = tag(text, "«Rents and wages»", cue="told", source="Ruiz")
    assert together(text, [quoted])[0].content == "«Rents and wages»"


def test_model_alone_needs_more_where_nobody_is_the_source() -> None:
    text = "Lower rents were promised to tenants. Ruiz promised lower rents."
    unsourced = tag(text, "Lower rents", cue="promised", confidence=0.5)
    assert together(text, [unsourced]) == []
    assert len(together(text, [replace(unsourced, confidence=0.7)])) == 1
    assert len(together(text, [unsourced], settings=read_conventions("polnear"))) == 1


def test_cues_of_several_pieces_and_far_quotations_are_read_as_the_rules_have_them() -> None:
    text = "The Post quoted Ruiz as saying rents will rise. “A disgrace,” is how Lee described the talks on rents."
    pieces = make_attribution(
        text,
        article_id="a",
        text_sha256=text_hash(text),
        kind="indirect",
        content=[span(text, "rents will rise")],
        cue=[span(text, "quoted"), span(text, "saying")],
        source=[span(text, "Ruiz")],
        confidence=0.7,
        origin="rule:test",
    )
    direct = rule(text, "“A disgrace,”", cue="described", source="Lee")
    tagged = [
        tag(text, "Ruiz as saying rents will rise", cue="quoted", source="The Post"),
        tag(text, "the talks on rents", cue="described", source="Lee"),
    ]
    found = together(text, tagged, (pieces, direct))
    assert [(a.source, a.content) for a in found] == [("Ruiz", "rents will rise"), ("Lee", "“A disgrace,”")]
    assert all(a.origin == "rule:test" for a in found)


def test_empty_text_has_nothing() -> None:
    assert together("", []) == []


def test_nesting_names_the_smallest_holder() -> None:
    text = "Ruiz said Lee claimed that Brandt warned rents will rise."
    a = rule(text, "Lee claimed that Brandt warned rents will rise", cue="said", source="Ruiz")
    b = rule(text, "Brandt warned rents will rise", cue="claimed", source="Lee")
    c = rule(text, "rents will rise", cue="warned", source="Brandt")
    nested = {n.cue: n.nested_in for n in mark_nested([c, a, b])}
    assert nested == {"said": None, "claimed": a.id, "warned": b.id}


@pytest.mark.parametrize(
    ("text", "content", "cue", "source"),
    [
        ("Rents rose. of the plan, said Wednesday.", "of the plan", "said Wednesday", None),
        ("Ruiz, Tanaka to speak as rents climb", "rents climb", "to speak as", "Ruiz, Tanaka"),
        ("The levy is intended to lower rents.", "to lower rents", "is intended", None),
        ("Tenants have not been offered a cap.", "a cap", "have not been offered", None),
        ("The cap, also known as the lid, passed.", "the lid", "also known as", None),
    ],
)
def test_what_nobody_says_is_no_attribution_however_sure_the_model_alone_is(
    text: str, content: str, cue: str, source: str | None
) -> None:
    tagged = tag(text, content, cue=cue, source=source, confidence=0.95)
    assert together(text, [tagged]) == []
    # The rules' word stands.
    agreed = rule(text, content, cue=cue, source=source)
    assert [a.origin for a in together(text, [tagged], (agreed,))] == ["both"]


@pytest.mark.parametrize(
    ("text", "content", "cue", "source"),
    [
        ("Ruiz described it as of no use.", "it as of no use", "described", "Ruiz"),
        ("The mayor is accused of hiding rents.", "hiding rents", "is accused of", None),
        ("Ruiz intended to lower rents.", "to lower rents", "intended", "Ruiz"),
        ("“of little use” is how it was designed", "“of little use”", "designed", None),
    ],
)
def test_what_looks_alike_and_somebody_says_stays(text: str, content: str, cue: str, source: str | None) -> None:
    assert len(together(text, [tag(text, content, cue=cue, source=source, confidence=0.95)])) == 1
