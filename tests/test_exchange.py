"""Exchange formats: what the table promises comes back, for gold articles and odd texts; bad files are refused."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reviewing import find_quotes, seven_quotes
from sayso.attribution.errors import ConfigError, InputError
from sayso.attribution.gold import read_gold
from sayso.attribution.types import Article, Speaker, Stance, TextSpan, make_attribution
from sayso.exchange import gold_to_document
from sayso.labeling.exchange import Document, choose_format, forget, formats, render_table
from sayso.labeling.exchange_brat import file_name
from sayso.labeling.exchange_files import safe_cell, unsafe_cell
from sayso.labeling.exchange_tasks import label_studio_config

REPOSITORY = Path(__file__).resolve().parent.parent
# INCEpTION's is an extra.
FORMATS = [name for name in formats() if name != "inception" or find_spec("cassis")]


@pytest.fixture(scope="session")
def gold(repository: Path) -> list[Document]:
    """Both gold articles, with every cell filled that a format might lose."""
    found = read_gold(repository / "seeds" / "gold", articles=repository / "seeds" / "articles")
    documents = []
    for document in map(gold_to_document, found):
        attributions = [
            replace(
                one,
                confidence=0.5 + number / 1000,
                origin="rule:x",
                why=("a", "b"),
                cluster_id="q_1" if number % 3 else None,
                stances=tuple(replace(s, flags=("denial",), confidence=0.7, origin="weak") for s in one.stances),
                speaker=one.speaker and replace(one.speaker, how="surname", confidence=0.8),
            )
            for number, one in enumerate(document.attributions)
        ]
        article = replace(
            document.article, title="=SUM(A1) “title”", date="2021-12-07", publisher="Alder Post", url=None
        )
        documents.append(Document(article, tuple(attributions)))
    return documents


def round_trip(documents: list[Document], name: str, folder: Path) -> list[Document]:
    form = choose_format(name)
    path = folder / f"out{form.suffix}"
    count = form.write(documents, path)
    found = list(form.read(path))
    assert count == sum(len(document.attributions) for document in found)
    return found


def expected_after(documents: list[Document], name: str) -> list[Document]:
    losses = choose_format(name).losses
    return [forget(d, losses) for d in documents if d.attributions or "empty" not in losses]


@pytest.mark.parametrize("name", FORMATS)
def test_both_gold_articles_come_back_as_the_table_promises(name: str, gold: list[Document], tmp_path: Path) -> None:
    found = round_trip(gold, name, tmp_path)
    losses = choose_format(name).losses
    assert [forget(document, losses) for document in found] == expected_after(gold, name)
    assert sum(len(document.attributions) for document in found) > 40


@pytest.mark.parametrize("name", FORMATS)
def test_the_table_lists_no_loss_that_is_none(name: str, gold: list[Document], tmp_path: Path) -> None:
    empty = Document(Article("empty", "Nothing is said here.\n"), ())
    base = gold[0].attributions[0]
    twin = make_attribution(
        gold[0].article.text,
        article_id=base.article_id,
        text_sha256=gold[0].article.text_sha256,
        kind=base.kind,
        content=base.content_spans,
        confidence=0.5,
        origin="rule:x",
    )
    first, *others = gold[0].attributions
    elsewhere = replace(first, nested_in=others[5].id)
    ordered = sorted([elsewhere, *others, twin], key=lambda a: (a.content_spans, a.cue_spans, a.source_spans))
    documents = [replace(gold[0], attributions=tuple(ordered)), empty]
    losses = choose_format(name).losses
    found = round_trip(documents, name, tmp_path)
    assert [forget(document, losses) for document in found] == expected_after(documents, name)
    for loss in losses - {"speaker.how", "speaker.confidence"} if "speaker" in losses else losses:
        fewer = losses - {loss}
        kept = [forget(d, fewer) for d in documents if d.attributions or "empty" not in fewer]
        assert [forget(document, fewer) for document in found] != kept, loss


ODD = Article("odd/../x", "“A 😀 b”, said 😀 Al.\n\n“Two\nlines”  said she.\r\n=1+1 said Bo. \t“x” ", title="t")


def odd_document() -> Document:
    """Return attributions with astral characters, line breaks inside, spaces at edges, and several pieces."""
    text, sha = ODD.text, ODD.text_sha256

    def span(part: str, start: int = 0) -> TextSpan:
        at = text.index(part, start)
        return TextSpan(at, at + len(part))

    made = [
        ([span("“A 😀 b”")], [span("said")], [span("😀 Al")]),
        ([span("“Two\nlines”  ")], [span("said", 25)], [span("she")]),
        ([span("=1+1"), span(" \t“x” ")], [], []),
        ([span("lines"), span("she.\r\n=")], [], []),
    ]
    found = [
        make_attribution(
            text,
            article_id=ODD.id,
            text_sha256=sha,
            kind="mixed",
            content=content,
            cue=cue,
            source=source,
            confidence=1.0,
            origin="x",
        )
        for content, cue, source in made
    ]
    speaker = Speaker("al-1", "Al “A” <b>&amp;", "person", "name", 1.0)
    found[0] = replace(found[0], speaker=speaker, stances=(Stance("a b/c", "unclear", 1.0, "x"),))
    return Document(ODD, tuple(sorted(found, key=lambda one: (one.content_spans, one.cue_spans))))


@pytest.mark.parametrize("name", FORMATS)
def test_odd_characters_and_edges_come_back(name: str, tmp_path: Path) -> None:
    document = odd_document()
    assert [forget(d, choose_format(name).losses) for d in round_trip([document], name, tmp_path)] == expected_after(
        [document], name
    )


TEXTS = st.text(alphabet="ab \n\r\t“”'=,;😀é", min_size=4, max_size=30)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    article = Article("x", draw(TEXTS))
    edges = st.lists(st.integers(0, len(article.text)), min_size=2, max_size=6, unique=True)
    found = {}
    for _ in range(draw(st.integers(1, 3))):
        cuts = sorted(draw(edges))
        spans = [TextSpan(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
        made = make_attribution(
            article.text,
            article_id="x",
            text_sha256=article.text_sha256,
            kind=draw(st.sampled_from(["direct", "mixed", "indirect"])),
            content=spans[:2],
            cue=spans[2:],
            confidence=1.0,
            origin="x",
        )
        found[made.content_spans] = replace(made, stances=(Stance("rents", "favor", 1.0, "x"),))
    return Document(article, tuple(found[key] for key in sorted(found)))


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=25)
@given(document=documents())
def test_any_spans_come_back(name: str, tmp_path_factory: pytest.TempPathFactory, document: Document) -> None:
    found = round_trip([document], name, tmp_path_factory.mktemp("any"))
    assert [forget(d, choose_format(name).losses) for d in found] == expected_after([document], name)


def test_the_page_has_the_table() -> None:
    page = (REPOSITORY / "docs" / "exchange.md").read_text(encoding="utf-8")
    assert render_table() in page, "run docs/make_exchange.py"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "'=1", "''-", "＝1", "'x", "x", ""])
def test_no_cell_runs_as_a_formula_and_all_come_back(cell: str) -> None:
    safe = safe_cell(cell)
    assert safe == "" or safe[0] not in "=+-@\t\r＝＋－＠"
    assert unsafe_cell(safe) == cell


def test_spreadsheets_get_no_formula(tmp_path: Path) -> None:
    article = seven_quotes()
    choose_format("csv").write(
        [Document(replace(article, title="=HYPERLINK(1)"), tuple(find_quotes(article)))], tmp_path / "x.csv"
    )
    with (tmp_path / "x.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    assert all(cell[:1] not in "=+-@\t\r" for row in rows for cell in row if cell)


def test_prodigy_counts_tokens_as_prodigy_does(tmp_path: Path) -> None:
    article = Article("x", "“We won,” Bob said.")
    found = make_attribution(
        article.text,
        article_id="x",
        text_sha256=article.text_sha256,
        kind="direct",
        content=[TextSpan(0, 9)],
        source=[TextSpan(10, 13)],
        confidence=1,
        origin="x",
    )
    choose_format("prodigy").write([Document(article, (found,))], tmp_path / "x.jsonl")
    task = json.loads((tmp_path / "x.jsonl").read_text(encoding="utf-8"))
    assert [token["text"] for token in task["tokens"]] == ["“", "We", "won", ",", "”", "Bob", "said", "."]
    assert task["spans"][0] == {"start": 0, "end": 9, "token_start": 0, "token_end": 4, "label": "QUOTE_DIRECT"}
    (relation,) = task["relations"]
    assert (relation["head"], relation["child"], relation["label"]) == (5, 4, "speaker_of")
    assert all(article.text[t["start"] : t["end"]] == t["text"] and t["id"] == i for i, t in enumerate(task["tokens"]))


# The parts of Label Studio's task format that a reader of it relies on.
PLACE = {
    "start": {"type": "integer"},
    "end": {"type": "integer"},
    "text": {"anyOf": [{"type": "string"}, {"type": "array"}]},
}
REGION = {
    "type": "object",
    "required": ["id", "from_name", "to_name", "type", "value"],
    "properties": {
        "from_name": {"enum": ["label", "speaker", "speaker_id", "speaker_type", "stance"]},
        "to_name": {"const": "text"},
        "type": {"enum": ["labels", "choices", "textarea"]},
        "value": {"type": "object", "required": ["start", "end"], "properties": PLACE},
    },
}
RELATION = {
    "type": "object",
    "required": ["from_id", "to_id", "type", "direction", "labels"],
    "properties": {"type": {"const": "relation"}, "direction": {"enum": ["left", "right", "bi"]}},
    "additionalProperties": True,
}
LABEL_STUDIO_TASKS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["data", "predictions"],
        "properties": {
            "data": {"type": "object", "required": ["text"]},
            "predictions": {"items": {"properties": {"result": {"items": {"anyOf": [RELATION, REGION]}}}}},
        },
    },
}


def test_label_studio_tasks_fit_their_configuration(gold: list[Document], tmp_path: Path) -> None:
    from xml.etree import ElementTree

    choose_format("label-studio").write([*gold, odd_document()], tmp_path / "x.json")
    tasks = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    Draft202012Validator(LABEL_STUDIO_TASKS).validate(tasks)
    view = ElementTree.fromstring((tmp_path / "x.xml").read_text(encoding="utf-8"))
    controls = {
        control.get("name"): {child.get("value") for child in control} for control in view if control.get("name")
    }
    relations = {relation.get("value") for relation in view.iter("Relation")}
    for task in tasks:
        text = task["data"]["text"].encode("utf-16-le")
        for one in task["predictions"][0]["result"]:
            if one["type"] == "relation":
                assert set(one["labels"]) <= relations
                continue
            value = one["value"]
            assert set(value.get("labels", [])) | set(value.get("choices", [])) <= controls[one["from_name"]]
            if one["type"] == "labels":
                assert text[2 * value["start"] : 2 * value["end"]].decode("utf-16-le") == value["text"]
    assert "&lt;" in label_studio_config(["<b>"])


def test_a_docbin_is_what_spacy_reads(gold: list[Document], tmp_path: Path) -> None:
    import spacy
    from spacy.tokens import DocBin

    choose_format("docbin").write(gold, tmp_path / "x.spacy")
    docs = list(DocBin().from_disk(tmp_path / "x.spacy").get_docs(spacy.blank("en").vocab))
    assert [doc.text for doc in docs] == [document.article.text for document in gold]
    first = gold[0].attributions[0]
    span = docs[0].spans["content"][0]
    assert (span.text, span.id_, span.label_) == (first.content, first.id, first.kind)


def test_spans_moved_in_spacy_are_taken_over(tmp_path: Path) -> None:
    import spacy
    from spacy.tokens import DocBin

    article = seven_quotes()
    path = tmp_path / "x.spacy"
    choose_format("docbin").write([Document(article, tuple(find_quotes(article)))], path)
    (doc,) = DocBin(store_user_data=True).from_disk(path).get_docs(spacy.blank("en").vocab)
    first = doc.spans["content"][0]
    shorter = doc.char_span(first.start_char, first[-2].idx + len(first[-2]), label=first.label_, span_id=first.id_)
    assert shorter is not None
    doc.spans["content"] = [shorter, *list(doc.spans["content"])[2:]]
    DocBin(store_user_data=True, docs=[doc]).to_disk(path)
    (found,) = choose_format("docbin").read(path)
    assert len(found.attributions) == 6
    assert found.attributions[0].content == shorter.text
    assert found.attributions[0].id != find_quotes(article)[0].id


def test_brat_files_have_safe_names_and_say_whose_they_are(tmp_path: Path) -> None:
    choose_format("brat").write([odd_document()], tmp_path / "brat")
    names = sorted(path.name for path in (tmp_path / "brat").iterdir())
    assert names == sorted(
        ["annotation.conf", "articles.jsonl", f"{file_name(ODD.id)}.ann", f"{file_name(ODD.id)}.txt"]
    )
    assert file_name("aux") != "aux"
    assert file_name("../x").startswith("article-")
    with pytest.raises(InputError, match="not empty"):
        choose_format("brat").write([odd_document()], tmp_path / "brat")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("jsonl", "{", "x:1: not JSON"),
        ("jsonl", '{"id": "x", "text": "ab", "attributions": [{}]}', "attribution 1"),
        ("jsonl", '{"id": "x", "text": "ab", "text_sha256": "0", "attributions": []}', "that of 'text'"),
        ("jsonl", '{"id": "x", "id": "y"}', "twice"),
        ("jsonl", "[NaN]", "NaN"),
        ("gold", '{"doc": "x", "text": "ab", "attributions": [{"kind": "loud"}]}', "unknown kind"),
        ("gold", '{"doc": "x", "text": "ab", "attributions": [{"kind": "direct", "content": [[0, 9]]}]}', "beyond"),
        ("csv", "a,b\n1,2\n", "columns"),
        ("prodigy", '{"text": "ab", "meta": {"id": "x"}, "spans": [{"start": 0, "end": 1, "label": "Q"}]}', "label"),
        ("prodigy", '{"text": "ab", "meta": {"id": "x"}}', "spans"),
        ("doccano", '{"id": 1, "text": "ab", "entities": [], "relations": [{"from_id": 1}]}', "no quotation"),
        (
            "doccano",
            '{"text": "ab", "relations": [], "entities": [{"id": 1, "start_offset": 0, "end_offset": 1, "label": "CUE"}'
            "]}",
            "belongs to no quotation",
        ),
        ("label-studio", '[{"data": {}}]', "text"),
        ("label-studio", '{"data": {}}', "must be a list"),
        ("docbin", "nothing", "not a DocBin"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_its_place(name: str, content: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text(content, encoding="utf-8", newline="\n")
    with pytest.raises(InputError, match=told) as caught:
        list(choose_format(name).read(path))
    assert str(path) in str(caught.value)


def test_inception_files_are_what_cassis_reads_with_layers_of_their_own(tmp_path: Path) -> None:
    cassis = pytest.importorskip("cassis")
    choose_format("inception").write([odd_document()], tmp_path / "out")
    name = json.loads((tmp_path / "out" / "articles.jsonl").read_text(encoding="utf-8"))["file"]
    written = (tmp_path / "out" / f"{name}.json").read_text(encoding="utf-8")
    cas = cassis.load_cas_from_json(written)
    assert cas.sofa_string == ODD.text
    links = cas.select("webanno.custom.QuotationLink")
    assert [(link.label, link.Dependent.get_covered_text(), link.Governor.get_covered_text()) for link in links][
        :2
    ] == [
        ("cue_of", "said", "“A 😀 b”"),
        ("speaker_of", "😀 Al", "“A 😀 b”"),
    ]
    # Offsets in the file count UTF-16 units, as UIMA does: the emoji are two each.
    first = next(one for one in json.loads(written)["%FEATURE_STRUCTURES"] if one.get("label") == "SOURCE")
    assert (first["begin"], first["end"]) == (15, 20)
    again = tmp_path / "again"
    choose_format("inception").write([odd_document()], again)
    assert (again / f"{name}.json").read_bytes() == (tmp_path / "out" / f"{name}.json").read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("QUOTE_MIXED", "QUOTE_LOUD", "unknown label 'QUOTE_LOUD'"),
        ("cue_of", "owner_of", "unknown relation 'owner_of'"),
        ('"person"', '"ghost"', "speaker type 'ghost'"),
        ("%FEATURE_STRUCTURES", "x", "not a UIMA CAS"),
        ('"begin"', '"bigin"', "not a UIMA CAS"),
    ],
)
def test_a_changed_inception_file_is_refused_with_its_place(old: str, new: str, told: str, tmp_path: Path) -> None:
    pytest.importorskip("cassis")
    choose_format("inception").write([odd_document()], tmp_path / "out")
    (place,) = (tmp_path / "out").glob("*.json")
    place.write_text(place.read_text(encoding="utf-8").replace(old, new), encoding="utf-8", newline="\n")
    with pytest.raises(InputError, match=told) as caught:
        list(choose_format("inception").read(tmp_path / "out"))
    assert str(place) in str(caught.value)


def test_without_the_extra_the_error_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cassis", None)
    with pytest.raises(ConfigError, match=r"pip install 'sayso\[inception\]'"):
        choose_format("inception").write([], tmp_path / "out")


def test_an_unknown_format_is_told_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match="jsonl, csv, gold, prodigy"):
        choose_format("conll")
