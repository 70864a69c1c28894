"""A parse of the user's own pipeline mends sources and ends of content; without one nothing changes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from sayso.attribution.parsed import refine_by_parse
from sayso.attribution.rules import RuleEngine
from sayso.attribution.types import Attribution, TextSpan, make_attribution, text_hash
from sayso.explain import is_known

nlp = spacy.blank("en")


def parsed(parse: str) -> Doc:
    """A Doc from "word/dependency/number of its head" items, words divided by one space, none before a mark."""
    rows = [item.split("/") for item in parse.split()]
    words = [row[0] for row in rows]
    spaces = [not (words[i + 1] in ".,;" if i + 1 < len(words) else True) for i in range(len(words))]
    return Doc(nlp.vocab, words, spaces=spaces, deps=[row[1] for row in rows], heads=[int(row[2]) for row in rows])


def finding(doc: Doc, *, content: str, cue: str, source: str | None = None, kind: str = "indirect") -> Attribution:
    def spans(piece: str | None) -> Sequence[TextSpan]:
        return [] if piece is None else [TextSpan(at := doc.text.index(piece), at + len(piece))]

    return make_attribution(
        doc.text,
        article_id="x",
        text_sha256=text_hash(doc.text),
        kind="direct" if kind == "direct" else "indirect",
        content=spans(content),
        cue=spans(cue),
        source=spans(source),
        confidence=0.8,
        origin="rule:test",
        why=["cue.say"],
    )


def refined(doc: Doc, found: Attribution) -> Attribution:
    [result] = refine_by_parse(doc, [found])
    return result


def test_a_missing_source_is_the_subject() -> None:
    doc = parsed("The/det/2 old/amod/2 mayor/nsubj/4 finally/advmod/4 said/ROOT/4 rents/nsubj/6 rose/ccomp/4 ./punct/4")
    result = refined(doc, finding(doc, content="rents rose", cue="said"))
    assert result.source == "The old mayor"
    assert result.why == ("cue.say", "parse")


def test_a_source_without_the_subjects_head_is_replaced() -> None:
    doc = parsed(
        "Lee/nsubj/6 ,/punct/0 whom/obj/4 the/det/4 mayor/nsubj/5 praised/relcl/0 said/ROOT/6 rents/nsubj/8"
        " rose/ccomp/6"
    )
    result = refined(doc, finding(doc, content="rents rose", cue="said", source="the mayor"))
    assert result.source == "Lee"  # its relative clause and comma left out


def test_a_source_with_the_subjects_head_stays() -> None:
    doc = parsed("Ana/compound/1 Ruiz/nsubj/2 said/ROOT/2 rents/nsubj/4 rose/ccomp/2 ./punct/2")
    found = finding(doc, content="rents rose", cue="said", source="Ruiz")
    assert refined(doc, found) == found


@pytest.mark.parametrize(
    "parse",
    [
        "The/det/1 plan/nsubjpass/3 was/auxpass/3 mocked/ROOT/3 by/agent/3 the/det/6 mayor/pobj/4 ./punct/3",
        "The/det/1 plan/nsubj:pass/3 was/aux:pass/3 mocked/ROOT/3 by/case/6 the/det/6 mayor/obl:agent/3 ./punct/3",
    ],
    ids=["spacy", "universal"],
)
def test_the_agent_speaks_in_the_passive(parse: str) -> None:
    doc = parsed(parse)
    assert refined(doc, finding(doc, content="The plan", cue="mocked")).source == "the mayor"


def test_a_passive_without_an_agent_has_no_source() -> None:
    doc = parsed("Lee/nsubjpass/2 was/auxpass/2 told/ROOT/2 rents/nsubj/4 rose/ccomp/2 ./punct/2")
    assert refined(doc, finding(doc, content="rents rose", cue="told")).source is None


def test_a_coordinated_verb_shares_the_subject() -> None:
    doc = parsed("Lee/nsubj/1 left/ROOT/1 and/cc/1 said/conj/1 rents/nsubj/5 rose/ccomp/3 ./punct/1")
    assert refined(doc, finding(doc, content="rents rose", cue="said")).source == "Lee"


def test_a_relative_pronoun_stands_for_its_noun() -> None:
    doc = parsed("The/det/1 man/ROOT/1 who/nsubj/3 said/relcl/1 rents/nsubj/5 rose/ccomp/3 left/dep/1")
    assert refined(doc, finding(doc, content="rents rose", cue="said")).source == "The man"


def test_a_subject_inside_the_content_is_no_source() -> None:
    doc = parsed("rents/nsubj/1 rose/ROOT/1 ./punct/1")
    found = finding(doc, content="rents", cue="rose")
    assert refined(doc, found) == found


def test_content_ends_where_its_clause_ends() -> None:
    doc = parsed(
        "Lee/nsubj/1 said/ROOT/1 that/mark/4 rents/nsubj/4 rose/ccomp/1 ,/punct/4 which/nsubj/7 hurt/advcl/4 ./punct/1"
    )
    longer = refined(doc, finding(doc, content="rents rose", cue="said", source="Lee"))
    assert longer.content == "rents rose, which hurt"
    doc = parsed("Lee/nsubj/1 said/ROOT/1 rents/nsubj/3 rose/ccomp/1 and/cc/1 left/conj/1 ./punct/1")
    shorter = refined(doc, finding(doc, content="rents rose and left", cue="said", source="Lee"))
    assert shorter.content == "rents rose"


def test_quoted_content_keeps_its_end() -> None:
    doc = parsed("Lee/nsubj/1 said/ROOT/1 rents/nsubj/3 rose/ccomp/1 and/cc/1 left/conj/1 ./punct/1")
    found = finding(doc, content="rents rose and left", cue="said", source="Lee", kind="direct")
    assert refined(doc, found) == found


def test_content_before_its_cue_keeps_its_end() -> None:
    doc = parsed("rents/nsubj/1 rose/ccomp/4 ,/punct/4 Lee/nsubj/4 said/ROOT/4 ./punct/4")
    found = finding(doc, content="rents", cue="said", source="Lee")
    assert refined(doc, found) == found


def test_what_is_nested_follows_a_changed_holder() -> None:
    doc = parsed(
        "Lee/nsubj/1 said/ROOT/1 Ruiz/nsubj/3 warned/ccomp/1 rents/nsubj/5 rose/ccomp/3 today/npadvmod/5 ./punct/1"
    )
    outer = finding(doc, content="Ruiz warned rents rose", cue="said", source="Lee")
    inner = make_attribution(
        doc.text,
        article_id="x",
        text_sha256=text_hash(doc.text),
        kind="indirect",
        content=[TextSpan(17, 27)],
        cue=[TextSpan(10, 16)],
        confidence=0.8,
        origin="rule:test",
        nested_in=outer.id,
    )
    new_outer, new_inner = refine_by_parse(doc, [outer, inner])
    assert new_outer.content == "Ruiz warned rents rose today"
    assert new_outer.id != outer.id
    assert new_inner.nested_in == new_outer.id


def test_nothing_moves_into_a_mask() -> None:
    doc = parsed("Lee/nsubj/1 said/ROOT/1 rents/nsubj/3 rose/ccomp/1 today/npadvmod/3 ./punct/1")
    found = finding(doc, content="rents rose", cue="said", source="Lee")
    assert refine_by_parse(doc, [found], masks=[(20, 25)]) == [found]
    assert refined(doc, found).content == "rents rose today"


def test_a_floating_quotation_stays() -> None:
    doc = parsed("“We/nsubj/1 stay.”/ROOT/1")
    [found] = [
        make_attribution(
            doc.text,
            article_id="x",
            text_sha256=text_hash(doc.text),
            kind="direct",
            content=[TextSpan(0, len(doc.text))],
            confidence=0.5,
            origin="rule:floating",
        )
    ]
    assert refined(doc, found) == found


def test_without_a_parse_nothing_changes() -> None:
    text = "The old mayor finally said rents will rise."
    found = RuleEngine().find(text, article_id="x")
    assert refine_by_parse(nlp(text), found) == found
    assert refine_by_parse(nlp(""), []) == []


def test_the_component_uses_the_parse_of_its_pipeline() -> None:
    @Language.component("test_parse")
    def parse(doc: Doc) -> Doc:
        deps = {"said": "ROOT", "rise": "ccomp", "mayor": "nsubj", "rents": "nsubj"}
        heads = {"mayor": "said", "rents": "rise", "rise": "said"}
        place = {token.text: token.i for token in doc}
        for token in doc:
            token.dep_ = deps.get(token.text, "dep")
            token.head = doc[place[heads.get(token.text, "said")]]
        return doc

    own = spacy.blank("en")
    own.add_pipe("test_parse")
    own.add_pipe("sayso_attribution")
    [found] = own("It was the mayor who said that rents will rise in May.")._.attributions
    assert found.content.startswith("rents will rise")
    assert "parse" in found.why
    assert is_known("parse")
