"""spaCy's DocBin: one Doc an article, spans in three groups, everything else in its user data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sayso.attribution.errors import InputError
from sayso.attribution.files import write_atomically
from sayso.attribution.types import Attribution, Spans, TextSpan, make_attribution

from .exchange import Document, document_from_json, document_json, parse_json
from .exchange_graph import cut_tokens

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

GROUPS = ("content", "cue", "source")
USER_KEY = "sayso"


def write_docbin(documents: Iterable[Document], path: Path) -> int:
    """Write the documents; return the number of attributions.

    Tokens are words and signs, cut further where a span begins or ends, so that every span is one of whole tokens.
    """
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    vocab = Vocab()
    packed = DocBin(store_user_data=True)
    count = 0
    for document in documents:
        packed.add(make_doc(document, vocab))
        count += len(document.attributions)
    with write_atomically(path, binary=True) as stream:
        stream.write(packed.to_bytes())
    return count


def make_doc(document: Document, vocab: Vocab) -> Doc:
    """Return the Doc of the document; `doc.text` is its text, and each span's id that of its attribution."""
    from spacy.tokens import Doc, SpanGroup

    text = document.article.text
    spans = [span for one in document.attributions for group in GROUPS for span in _spans_of(one, group)]
    starts, ends = {span.start for span in spans}, {span.end for span in spans}
    words: list[str] = []
    spaces: list[bool] = []
    for token in cut_tokens(text, spans):
        word = token.of(text)
        # A token takes the single space behind it, but not one that a span needs for itself.
        if words and not spaces[-1] and word[0] == " " and not words[-1].isspace():
            if token.start not in starts and token.start + 1 not in ends:
                spaces[-1] = True
                word = word[1:]
        if word:
            words.append(word)
            spaces.append(False)
    doc = Doc(vocab, words=words, spaces=spaces)
    if doc.text != text:
        raise InputError(f"article {document.article.id!r} can't be a Doc: its text would change")
    for group in GROUPS:
        made = SpanGroup(doc, name=group)
        for attribution in document.attributions:
            for span in _spans_of(attribution, group):
                found = doc.char_span(span.start, span.end, label=attribution.kind, span_id=attribution.id)
                if found is None:
                    raise InputError(f"{attribution.id}: span [{span.start}, {span.end}) is not one of whole tokens")
                made.append(found)
        doc.spans[group] = made
    record = {key: value for key, value in document_json(document).items() if key != "text"}
    doc.user_data[USER_KEY] = json.dumps(record, ensure_ascii=False, allow_nan=False)
    return doc


def read_docbin(path: Path) -> Iterator[Document]:
    """Yield the documents; spans that were moved or removed in spaCy are taken as they are there now."""
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    try:
        packed = DocBin(store_user_data=True).from_disk(path)
        docs = list(packed.get_docs(Vocab()))
    except OSError as error:
        raise InputError(f"{path}: can't be read: {error.strerror or error}") from error
    except Exception as error:  # zlib, msgpack and spaCy each have errors of their own for a file that is no DocBin
        raise InputError(f"{path}: not a DocBin that spaCy can read: {error}") from error
    for number, doc in enumerate(docs, start=1):
        yield _read_doc(doc, f"{path}: document {number}")


def _read_doc(doc: Doc, where: str) -> Document:
    stored = doc.user_data.get(USER_KEY)
    if not isinstance(stored, str):
        raise InputError(f"{where}: holds nothing of Sayso; write it with `sayso export --format docbin`")
    record = parse_json(stored, where)
    if not isinstance(record, dict):
        raise InputError(f"{where}: its user data is no object")
    document = document_from_json({**record, "text": doc.text}, where)
    groups: dict[str, dict[str, list[TextSpan]]] = {}
    for group in GROUPS:
        for span in doc.spans.get(group, ()):
            found = groups.setdefault(span.id_, {name: [] for name in GROUPS})
            found[group].append(TextSpan(span.start_char, span.end_char))
    kept = []
    for attribution in document.attributions:
        spans = groups.pop(attribution.id, None)
        if spans is not None and spans["content"]:
            kept.append(_with_spans(document, attribution, {name: tuple(found) for name, found in spans.items()}))
    if groups:
        raise InputError(f"{where}: a span has the id {next(iter(groups))!r}, which no attribution has")
    return replace(document, attributions=tuple(kept))


def _with_spans(document: Document, attribution: Attribution, spans: Mapping[str, Spans]) -> Attribution:
    if all(spans[group] == _spans_of(attribution, group) for group in GROUPS):
        return attribution
    article = document.article
    made = make_attribution(
        article.text,
        article_id=article.id,
        text_sha256=article.text_sha256,
        kind=attribution.kind,
        content=spans["content"],
        cue=spans["cue"],
        source=spans["source"],
        confidence=attribution.confidence,
        origin=attribution.origin,
    )
    cells: dict[str, Any] = {name: getattr(made, name) for name in ("id", "content", "cue", "source")}
    cells |= {f"{group}_spans": spans[group] for group in GROUPS}
    return replace(attribution, **cells)


def _spans_of(attribution: Attribution, group: str) -> Spans:
    spans: Spans = getattr(attribution, f"{group}_spans")
    return spans
