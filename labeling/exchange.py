"""Annotated articles to and from the formats of other tools; what each format can't hold is listed, and tested.

Every reader checks what it reads: offsets, labels and relations that don't fit are refused with their place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sayso.attribution.errors import ConfigError, InputError
from sayso.attribution.types import Article, Attribution, text_hash


@dataclass(frozen=True, slots=True)
class Document:
    """An article and its attributions in text order. Readers of formats without the text leave it empty."""

    article: Article
    attributions: tuple[Attribution, ...]


@dataclass(frozen=True, slots=True)
class Format:
    """One format: how it is written and read, and which cells don't survive (`LOSABLE` explains them)."""

    name: str
    title: str
    suffix: str
    """Of the file; "" for a folder."""
    losses: frozenset[str]
    write: Callable[[Iterable[Document], Path], int]
    read: Callable[[Path], Iterator[Document]]
    note: str = ""


# What a format may lose, in the words of the table in docs/exchange.md.
LOSABLE: Mapping[str, str] = {
    "text": "text of the article",
    "empty": "articles without attributions",
    "record": "title, date, publisher and address",
    "twin": "the second of two attributions with the same content",
    "speaker.id": "the speaker's id, where it is not made of the name",
    "speaker.how": "how the text gives the speaker",
    "speaker.confidence": "confidence in the speaker",
    "stances.flags": "flags of stances (conditional, denial, inferred)",
    "stances.confidence": "confidence in stances",
    "stances.origin": "what decided stances",
    "nested_in": "which attribution holds a nested one",
    "cluster_id": "id of repeated quotations",
    "confidence": "confidence in the attribution",
    "origin": "what found the attribution",
    "why": "reasons",
}


def formats() -> dict[str, Format]:
    """Return every format by name, in the order of the documentation."""
    from . import exchange_brat, exchange_docbin, exchange_files, exchange_inception, exchange_tasks

    machine = {"speaker.how", "speaker.confidence", "stances.confidence", "stances.origin", "cluster_id"}
    found = frozenset(machine | {"confidence", "origin", "why", "stances.flags"})
    return {
        each.name: each
        for each in (
            Format(
                "jsonl",
                "Sayso JSON lines",
                ".jsonl",
                frozenset(),
                exchange_files.write_jsonl,
                exchange_files.read_jsonl,
            ),
            Format(
                "csv",
                "CSV, one row an attribution",
                ".csv",
                frozenset({"text", "empty"}),
                exchange_files.write_csv,
                exchange_files.read_csv,
                note="cells that a spreadsheet would run as a formula begin with ', which reading takes off",
            ),
            Format(
                "gold",
                "Gold of `sayso evaluate`",
                ".jsonl",
                found | {"nested_in"},
                exchange_files.write_gold,
                exchange_files.read_gold_documents,
                note="says that an attribution is nested, not in which; reading gives the smallest that holds it",
            ),
            Format(
                "prodigy",
                "Prodigy JSONL (`rel.manual`)",
                ".jsonl",
                found | {"twin"},
                exchange_tasks.write_prodigy,
                exchange_tasks.read_prodigy,
                note="speakers and stances stand in the task's own key `sayso`",
            ),
            Format(
                "doccano",
                "doccano JSONL with relations",
                ".jsonl",
                found | {"record", "speaker"},
                exchange_tasks.write_doccano,
                exchange_tasks.read_doccano,
                note="stances are entities on the quotation; the speaker is the source's words only",
            ),
            Format(
                "label-studio",
                "Label Studio JSON and its configuration",
                ".json",
                found,
                exchange_tasks.write_label_studio,
                exchange_tasks.read_label_studio,
                note="offsets count UTF-16 units, as its front end does; NAME.xml beside it is the labelling interface",
            ),
            Format(
                "brat",
                "brat standoff",
                "",
                found,
                exchange_brat.write_brat,
                exchange_brat.read_brat,
                note="a folder of .txt and .ann files with annotation.conf; the speaker stands in a note",
            ),
            Format(
                "inception",
                "INCEpTION, UIMA CAS (JSON)",
                "",
                found,
                exchange_inception.write_inception,
                exchange_inception.read_inception,
                note="a folder of .json files in layers `webanno.custom.Quotation` and `…QuotationLink`; needs the "
                "extra: `pip install 'sayso[inception]'`",
            ),
            Format(
                "docbin",
                "spaCy DocBin",
                ".spacy",
                frozenset(),
                exchange_docbin.write_docbin,
                exchange_docbin.read_docbin,
                note="span groups `content`, `cue`, `source`, which spaCy reads; tokens end where spans do",
            ),
        )
    }


def choose_format(name: str) -> Format:
    """Return the format of this name (`spacy` is docbin); raises ConfigError naming those there are."""
    known = formats()
    found = known.get({"spacy": "docbin", "labelstudio": "label-studio"}.get(name, name))
    if found is None:
        raise ConfigError(f"unknown format {name!r}; allowed: {', '.join(known)}")
    return found


def forget(document: Document, losses: Iterable[str]) -> Document:
    """Return the document without what is lost: two documents equal under this differ in that alone."""
    lost = set(losses)
    article = replace(document.article, path=None, line=None, part_of=None, part_offset=0)
    if "record" in lost:
        article = replace(article, title=None, date=None, publisher=None, url=None)
    if "text" in lost:
        article = replace(article, text="")
    attributions = []
    seen = set()
    for attribution in document.attributions:
        if "twin" in lost and attribution.content_spans in seen:
            continue
        seen.add(attribution.content_spans)
        attributions.append(_forget(attribution, lost))
    return Document(article, tuple(attributions))


def _forget(attribution: Attribution, lost: set[str]) -> Attribution:
    speaker = attribution.speaker
    if "speaker" in lost:
        speaker = None
    if speaker is not None:
        speaker = replace(
            speaker,
            id="" if "speaker.id" in lost else speaker.id,
            how="name" if "speaker.how" in lost else speaker.how,
            confidence=1.0 if "speaker.confidence" in lost else speaker.confidence,
        )
    stances = tuple(
        replace(
            stance,
            flags=() if "stances.flags" in lost else stance.flags,
            confidence=1.0 if "stances.confidence" in lost else stance.confidence,
            origin="" if "stances.origin" in lost else stance.origin,
        )
        for stance in attribution.stances
    )
    return replace(
        attribution,
        speaker=speaker,
        stances=tuple(sorted(stances, key=lambda stance: stance.target)) if "stances.origin" in lost else stances,
        nested_in=None if "nested_in" in lost else attribution.nested_in,
        cluster_id=None if "cluster_id" in lost else attribution.cluster_id,
        confidence=1.0 if "confidence" in lost else attribution.confidence,
        origin="" if "origin" in lost else attribution.origin,
        why=() if "why" in lost else attribution.why,
    )


def render_table() -> str:
    """Return the Markdown table of what each format loses, as docs/exchange.md has it."""
    lines = ["| format | what it is | lost on the way there and back | note |", "|---|---|---|---|"]
    words = {**LOSABLE, "speaker": "the speaker"}
    for each in formats().values():
        hidden = {key for key in each.losses if "speaker" in each.losses and key.startswith("speaker.")}
        lost = "; ".join(words[key] for key in words if key in each.losses - hidden) or "nothing"
        lines.append(f"| `{each.name}` | {each.title} | {lost} | {each.note or '–'} |")
    return "\n".join(lines) + "\n"


def document_json(document: Document) -> dict[str, Any]:
    """Return the document as the JSON object of the format `jsonl`."""
    article = document.article
    return {
        "id": article.id,
        "text": article.text,
        "text_sha256": article.text_sha256,
        "title": article.title,
        "date": article.date,
        "publisher": article.publisher,
        "url": article.url,
        "attributions": [attribution.to_json() for attribution in document.attributions],
    }


def document_from_json(record: Mapping[str, Any], where: str) -> Document:
    """Return the document of the JSON object; raises InputError with `where` for a text that is another one."""
    article = read_article(record, where)
    if record.get("text_sha256") not in (None, text_hash(article.text)):
        raise InputError(f"{where}: 'text_sha256' is not that of 'text'; offsets would point elsewhere")
    raw = record.get("attributions")
    if not isinstance(raw, list):
        raise InputError(f"{where}: needs 'attributions', a list")
    attributions = []
    for number, one in enumerate(raw, start=1):
        try:
            attribution = Attribution.from_json(one)
        except InputError as error:
            raise InputError(f"{where}: attribution {number}: {error}") from error
        spans = (*attribution.content_spans, *attribution.cue_spans, *attribution.source_spans)
        if not attribution.content_spans or max(span.end for span in spans) > len(article.text):
            raise InputError(f"{where}: attribution {number} has no content, or spans beyond the text")
        attributions.append(attribution)
    return Document(article, tuple(attributions))


def read_article(record: Mapping[str, Any], where: str) -> Article:
    """Return the article of a record with `id`, `text` and, where known, title, date, publisher and url."""
    cells = {key: record.get(key) for key in ("id", "text", "title", "date", "publisher", "url")}
    for key, value in cells.items():
        if not isinstance(value, str) and (value is not None or key in ("id", "text")):
            raise InputError(f"{where}: {key!r} must be a string, found {type(value).__name__}")
    return Article(
        id=str(cells["id"]),
        text=str(cells["text"]),
        title=cells["title"],
        date=cells["date"],
        publisher=cells["publisher"],
        url=cells["url"],
    )


def parse_json(text: str, where: str) -> Any:
    """Return the JSON value of `text`; refuses NaN, doubled keys and too deep nesting with an InputError."""

    def no_constant(name: str) -> Any:
        raise ValueError(f"{name} is not JSON")

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a key stands twice in one object")
        return found

    try:
        value = json.loads(text, parse_constant=no_constant, object_pairs_hook=unique)
        # Half of a surrogate pair can't be written again.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: not JSON that can be used: {error or type(error).__name__}") from error
    return value


def read_objects(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the object of each line that is not blank with its place `file:line`."""
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if line.strip():
            where = f"{path}:{number}"
            value = parse_json(line, where)
            if not isinstance(value, dict):
                raise InputError(f"{where}: found a JSON {type(value).__name__}, a record is an object")
            yield where, value


def read_text(path: Path) -> str:
    """Return the file's text with its newlines as they are; raises InputError for what can't be read as UTF-8."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except OSError as error:
        raise InputError(f"{path}: can't be read: {error.strerror or error}") from error
