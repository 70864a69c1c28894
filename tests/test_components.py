"""The spaCy components: in a fresh process, in anyone's pipeline, saved and loaded, results on the Doc."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.pipeline import EntityRuler
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc, DocBin

from sayso.attribution.capitals import EntityKind, name_strings
from sayso.attribution.components import (
    AttributionFinder,
    article_of,
    group_names,
    read_attributions,
    set_article,
    write_attributions,
)
from sayso.attribution.extraction import CHARS_AT_ONCE, Extractor, as_article, keep_confident
from sayso.attribution.recognised import Recognised, cut_by
from sayso.attribution.registry import Registry
from sayso.attribution.types import Article

TEXT = "“Rents will rise,” said Ana Ruiz. Lee said that the mayor warned that “no one” would pay."


@pytest.fixture(scope="module")
def nlp() -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("sayso_attribution")
    nlp.add_pipe("sayso_speakers")
    return nlp


def test_the_factories_are_known_in_a_fresh_process() -> None:
    code = (
        "import spacy; nlp = spacy.blank('en'); nlp.add_pipe('sayso_attribution'); nlp.add_pipe('sayso_speakers');"
        "doc = nlp('“Rents will rise,” said Ana Ruiz.');"
        "print([(a.source, a.speaker.name) for a in doc._.attributions])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[('Ana Ruiz', 'Ana Ruiz')]", done.stderr


def test_the_components_give_what_the_extractor_gives(nlp: Language) -> None:
    expected = Extractor(Registry.read([]))(as_article(TEXT))
    assert list(nlp(TEXT)._.attributions) == expected
    assert len(expected) == 3


def test_span_groups_hold_contents_cues_and_sources(nlp: Language) -> None:
    doc = nlp(TEXT)
    contents, cues, sources = (doc.spans[name] for name in group_names())
    assert next((span.text, span.label_) for span in contents) == ("“Rents will rise,”", "DIRECT")
    assert [span.text for span in cues] == ["said", "said", "warned"]
    assert [span.text for span in sources] == ["Ana Ruiz", "Lee", "the mayor"]
    assert [span.id_ for span in cues] == [item.id for item in doc._.attributions]


def test_results_survive_a_doc_bin(nlp: Language) -> None:
    docs = [nlp(TEXT), nlp(""), nlp("Nothing here.")]
    bin_ = DocBin(docs=docs, store_user_data=True)
    read = list(DocBin().from_bytes(bin_.to_bytes()).get_docs(nlp.vocab))
    assert [doc._.attributions for doc in read] == [doc._.attributions for doc in docs]


def test_results_survive_bytes(nlp: Language) -> None:
    doc = nlp(TEXT)
    assert Doc(nlp.vocab).from_bytes(doc.to_bytes())._.attributions == doc._.attributions


def test_pipe_equals_call(nlp: Language) -> None:
    texts = [TEXT, "", "Nothing here.", "“We pay,” said Lee."] * 3
    assert [doc._.attributions for doc in nlp.pipe(texts, batch_size=5)] == [nlp(text)._.attributions for text in texts]


def test_a_pipeline_is_saved_and_loaded(nlp: Language, tmp_path: Path) -> None:
    nlp.to_disk(tmp_path / "pipeline")
    loaded = spacy.load(tmp_path / "pipeline")
    assert loaded.pipe_names == nlp.pipe_names
    assert loaded(TEXT)._.attributions == nlp(TEXT)._.attributions
    again = spacy.blank("en")
    again.add_pipe("sayso_attribution")
    again.add_pipe("sayso_speakers")
    again.from_bytes(nlp.to_bytes())
    assert again(TEXT)._.attributions == nlp(TEXT)._.attributions


@pytest.mark.parametrize("text", ["", " ", "\n\n", "Nothing here."])
def test_a_doc_without_attributions_is_answered(nlp: Language, text: str) -> None:
    doc = nlp(text)
    assert doc._.attributions == ()
    assert all(len(doc.spans[name]) == 0 for name in group_names())


def test_a_doc_that_no_component_saw_has_none() -> None:
    assert read_attributions(spacy.blank("en")("“We pay,” said Lee.")) == ()


def test_speakers_alone_do_nothing() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sayso_speakers")
    assert nlp(TEXT)._.attributions == ()


def test_another_tokenizer_gives_the_same_answers(nlp: Language) -> None:
    own = spacy.blank("de")
    own.tokenizer = Tokenizer(own.vocab)  # white space only: a token holds word and marks
    own.add_pipe("sentencizer")
    own.add_pipe("sayso_attribution")
    own.add_pipe("sayso_speakers")
    doc = own(TEXT)
    assert doc._.attributions == nlp(TEXT)._.attributions
    assert next(span.text for span in doc.spans[group_names()[2]]) == "Ana Ruiz."  # widened to whole tokens


def _with_entities(*patterns: tuple[str, str]) -> Language:
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    assert isinstance(ruler, EntityRuler)
    ruler.add_patterns([{"label": label, "pattern": name} for label, name in patterns])
    nlp.add_pipe("sayso_attribution")
    nlp.add_pipe("sayso_speakers")
    return nlp


def _speakers(nlp: Language, text: str) -> list[tuple[str, str] | None]:
    return [item.speaker and (item.speaker.type, item.speaker.name) for item in nlp(text)._.attributions]


def test_entities_of_the_pipeline_say_what_a_name_is(nlp: Language) -> None:
    text = "“Rents will rise,” said Amber Holdings. “We pay,” said Minister Kestrel Ando Brightwater of Alder."
    assert _speakers(nlp, text)[0] == ("person", "Amber Holdings")
    own = _with_entities(("ORG", "Amber Holdings"), ("PERSON", "Kestrel Ando Brightwater"), ("GPE", "Alder"))
    assert _speakers(own, text) == [("organization", "Amber Holdings"), ("person", "Kestrel Ando Brightwater")]


def test_one_word_may_be_a_body_or_a_person(nlp: Language) -> None:
    text = "Quillan met reporters. “Rents will rise,” a spokesman for Quillan said. “We pay,” said Quillan."
    assert _speakers(_with_entities(("ORG", "Quillan")), text)[-1] == ("organization", "Quillan")
    assert _speakers(_with_entities(("PERSON", "Quillan")), text)[-1] == ("person", "Quillan")
    later = "Early on Monday Quillan met reporters. “We pay,” she said."
    assert _speakers(nlp, later) == [None]
    assert _speakers(_with_entities(("PERSON", "Quillan")), later) == [("person", "Quillan")]


def test_entities_do_not_overrule_the_registry() -> None:
    text = "“We are ready to talk,” said Dmitry Peskov, a spokesman."
    wrong = _with_entities(("ORG", "Peskov"), ("WORK_OF_ART", "Dmitry Peskov, a"), ("NORP", "spokesman"))
    for label in ("ORG", "LAW"):
        own = _with_entities((label, "Dmitry Peskov"))
        assert _speakers(own, text) == [("person", "Dmitry Peskov")]
    assert len(_speakers(wrong, text)) == 1


@given(
    st.lists(st.tuples(st.integers(-3, 60), st.integers(-3, 70), st.sampled_from(["person", "organization", "thing"])))
)
def test_any_entities_leave_the_text_whole(spans: list[tuple[int, int, EntityKind]]) -> None:
    text = "Mayor Ana Ruiz’s office said Ben Lee, of Alder Bank, won’t pay.\n“No,” he said."
    strings = name_strings(text, ())
    pieces = cut_by(strings, text, [Recognised(*span) for span in spans])
    assert all(text[start:end] == raw and raw.strip() for start, end, raw, _ in pieces)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(pieces))
    if not spans:
        assert [piece[:3] for piece in pieces] == strings


def test_the_article_on_the_doc_gives_id_and_date(nlp: Language) -> None:
    article = Article(id="a1", text=TEXT, date="2021-12-07")
    doc = nlp(set_article(nlp.make_doc(TEXT), article))
    assert {item.article_id for item in doc._.attributions} == {"a1"}
    assert article_of(doc).date == "2021-12-07"
    assert article_of(nlp.make_doc(TEXT)).date is None


def test_another_spans_key_keeps_two_results_apart() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sayso_attribution", config={"spans_key": "mine"})
    doc = nlp(TEXT)
    assert len(read_attributions(doc, spans_key="mine")) == 3
    assert read_attributions(doc) == ()


def test_boilerplate_is_masked_unless_told_otherwise() -> None:
    text = "READ MORE: “We pay,” said Lee.\n“Rents will rise,” said Ana Ruiz."
    masked, whole = spacy.blank("en"), spacy.blank("en")
    masked.add_pipe("sayso_attribution")
    whole.add_pipe("sayso_attribution", config={"mask_boilerplate": False})
    assert len(whole(text)._.attributions) == 2
    assert [item.source for item in masked(text)._.attributions] == ["Ana Ruiz"]


def test_written_attributions_replace_those_before(nlp: Language) -> None:
    doc = nlp(TEXT)
    write_attributions(doc, doc._.attributions[:1])
    assert len(doc._.attributions) == 1
    write_attributions(doc, [])
    assert doc._.attributions == ()


def test_the_component_holds_nothing_between_docs(nlp: Language) -> None:
    finder = nlp.get_pipe("sayso_attribution")
    assert isinstance(finder, AttributionFinder)
    assert finder.to_bytes() == b""
    before = dict(vars(finder))
    nlp(TEXT)
    assert vars(finder) == before


def test_keep_confident_frees_what_lay_in_a_dropped_one() -> None:
    found = Extractor(Registry.read([]))(as_article(TEXT))
    inner = next(item for item in found if item.nested_in)
    kept = keep_confident([item for item in found if item.id != inner.nested_in], 0.0)
    assert inner in kept  # nothing was dropped here, so nothing changes
    ids = {item.id for item in keep_confident(found, inner.confidence)}
    assert all(item.nested_in in ids | {None} for item in keep_confident(found, inner.confidence))


@given(st.text(max_size=60))
def test_any_text_is_answered_and_maps_back(nlp: Language, text: str) -> None:
    for item in nlp(text)._.attributions:
        assert [span.of(text) for span in item.content_spans] == item.content.split(" … ") or " … " in text


def test_long_texts_are_read_in_smaller_groups_and_none_is_lost() -> None:
    extractor = Extractor(Registry.read([]))
    texts = ["a" * CHARS_AT_ONCE, "b", "c" * CHARS_AT_ONCE, "d", "e"]
    groups = list(extractor.chunks(as_article(text) for text in texts))
    assert [[article.text[0] for article in group] for group in groups] == [["a"], ["b", "c"], ["d", "e"]]
