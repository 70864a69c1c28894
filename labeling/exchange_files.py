"""Sayso's own exchange files: JSON lines with everything, CSV for spreadsheets, and gold for scoring."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sayso.attribution.errors import InputError
from sayso.attribution.files import write_atomically
from sayso.attribution.types import (
    QUOTE_KINDS,
    Article,
    Attribution,
    QuoteKind,
    Spans,
    TextSpan,
    make_attribution,
    spans_from_json,
)

from .exchange import Document, document_from_json, document_json, parse_json, read_article, read_objects, read_text
from .exchange_graph import IMPORTED, add_answers, order_attributions, read_speaker, replace_holder, speaker_json
from .review_items import SpeakerAnswer

CSV_COLUMNS = (
    "id", "article_id", "kind", "content", "content_spans", "cue", "cue_spans", "source", "source_spans",
    "speaker_id", "speaker_name", "speaker_type", "speaker_how", "speaker_confidence", "stances", "nested_in",
    "cluster_id", "confidence", "origin", "why", "title", "date", "publisher", "url", "text_sha256",
)  # fmt: skip
# Spreadsheets run a cell that begins with one of these; OWASP's list and the wide forms. A ' before it makes it text.
FORMULA_STARTS = frozenset("=+-@\t\r＝＋－＠")
RECORD_CELLS = ("title", "date", "publisher", "url")


def write_jsonl(documents: Iterable[Document], path: Path) -> int:
    """Write one article a line with all its attributions; return the number of attributions."""
    count = 0
    with write_atomically(path) as stream:
        for document in documents:
            stream.write(json.dumps(document_json(document), ensure_ascii=False, allow_nan=False) + "\n")
            count += len(document.attributions)
    return count


def read_jsonl(path: Path) -> Iterator[Document]:
    """Yield the documents that `write_jsonl` wrote; raises InputError with file and line."""
    for where, record in read_objects(path):
        yield document_from_json(record, where)


def safe_cell(cell: str) -> str:
    """Return the cell so that no spreadsheet runs it: a formula gets a ' in front. `unsafe_cell` takes it off."""
    return "'" + cell if _is_formula(cell) else cell


def unsafe_cell(cell: str) -> str:
    """Return the cell as it was before `safe_cell`."""
    return cell[1:] if cell.startswith("'") and _is_formula(cell) else cell


def _is_formula(cell: str) -> bool:
    """Whether the cell is a formula, or one already marked: else marks of the text itself could not be told apart."""
    return cell.lstrip("'")[:1] in FORMULA_STARTS


def write_csv(documents: Iterable[Document], path: Path) -> int:
    """Write one attribution a row, UTF-8 with a heading; no cell runs as a formula. Return the number of rows."""
    count = 0
    with write_atomically(path) as stream:
        # All cells quoted: a bare CR in one would end the row for many readers.
        writer = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerow(CSV_COLUMNS)
        for document in documents:
            for attribution in document.attributions:
                cells = _csv_cells(document.article, attribution)
                writer.writerow([safe_cell(cells[column]) for column in CSV_COLUMNS])
                count += 1
    return count


def _csv_cells(article: Article, attribution: Attribution) -> dict[str, str]:
    record = attribution.to_json()
    speaker = record.pop("speaker") or {}
    cells: dict[str, Any] = {
        f"speaker_{key}": speaker.get(key) for key in ("id", "name", "type", "how", "confidence")
    } | record
    cells |= {key: getattr(article, key) for key in RECORD_CELLS} | {"text_sha256": article.text_sha256}
    for name in ("content_spans", "cue_spans", "source_spans"):
        cells[name] = " ".join(f"{start}-{end}" for start, end in cells[name])
    for name in ("stances", "why"):
        cells[name] = json.dumps(cells[name], ensure_ascii=False) if cells[name] else ""
    return {
        name: "" if cell is None else repr(cell) if isinstance(cell, float) else str(cell)
        for name, cell in cells.items()
    }


def read_csv(path: Path) -> Iterator[Document]:
    """Yield the documents of the rows, articles in the order of their first row, without their texts."""
    articles: dict[str, Article] = {}
    found: dict[str, list[Attribution]] = {}
    rows = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        heading = next(rows, None)
        if heading is None or set(heading) != set(CSV_COLUMNS):
            raise InputError(f"{path}:1: the columns are not those of `sayso export --format csv`")
        for row in rows:
            where = f"{path}:{rows.line_num}"
            if len(row) != len(heading):
                raise InputError(f"{where}: {len(row)} cells, the heading has {len(heading)}")
            cells = {name: unsafe_cell(cell) or None for name, cell in zip(heading, row, strict=True)}
            attribution = _read_csv_row(cells, where)
            record: dict[str, Any] = {key: cells[key] for key in RECORD_CELLS}
            articles.setdefault(attribution.article_id, Article(attribution.article_id, "", **record))
            found.setdefault(attribution.article_id, []).append(attribution)
    except csv.Error as error:
        raise InputError(f"{path}:{rows.line_num}: not CSV: {error}") from error
    for article_id, article in articles.items():
        yield Document(article, tuple(found[article_id]))


def _read_csv_row(cells: Mapping[str, str | None], where: str) -> Attribution:
    record: dict[str, Any] = dict(cells)
    try:
        for name in ("content_spans", "cue_spans", "source_spans"):
            record[name] = [[int(edge) for edge in pair.split("-")] for pair in (cells[name] or "").split()]
        for name in ("stances", "why"):
            record[name] = parse_json(cells[name] or "[]", where)
        record["speaker"] = None
        if cells["speaker_id"] is not None:
            keys = ("id", "name", "type", "how")
            record["speaker"] = {key: cells[f"speaker_{key}"] for key in keys}
            record["speaker"]["confidence"] = float(cells["speaker_confidence"] or 1)
        if cells["kind"] not in QUOTE_KINDS or not record["content_spans"] or cells["article_id"] is None:
            raise InputError("a row needs article_id, kind and content_spans")
        return Attribution.from_json(record)
    except (ValueError, TypeError, InputError) as error:
        raise InputError(f"{where}: {error}") from error


def write_gold(documents: Iterable[Document], path: Path) -> int:
    """Write one article a line as gold for `sayso evaluate`, its text included; return the number of attributions."""
    count = 0
    with write_atomically(path) as stream:
        for document in documents:
            stream.write(json.dumps(gold_json(document), ensure_ascii=False, allow_nan=False) + "\n")
            count += len(document.attributions)
    return count


def gold_json(document: Document) -> dict[str, Any]:
    """Return the document as gold; what annotators left `unclear` may be answered either way."""
    article = document.article
    record: dict[str, Any] = {"doc": article.id, "text": article.text}
    record |= {key: value for key in RECORD_CELLS if (value := getattr(article, key)) is not None}
    record["attributions"] = [_gold_attribution(attribution) for attribution in document.attributions]
    return record


def _gold_attribution(attribution: Attribution) -> dict[str, Any]:
    speaker = attribution.speaker
    return {
        "content": [[span.start, span.end] for span in attribution.content_spans],
        "cue": [[span.start, span.end] for span in attribution.cue_spans],
        "source": [[span.start, span.end] for span in attribution.source_spans],
        "kind": attribution.kind,
        "nested": attribution.nested_in is not None,
        "speaker": {"name": "", "type": "unnamed", "aliases": [], "any": True}
        if speaker is None
        else {**speaker_json(SpeakerAnswer(speaker.name, speaker.type, speaker.id)), "aliases": []},
        "stances": [
            {"target": stance.target, "labels": [stance.label], "optional": stance.label == "unclear"}
            for stance in attribution.stances
        ],
        "optional": False,
    }


def read_gold_documents(path: Path) -> Iterator[Document]:
    """Yield the documents of gold that carries its texts; of several right labels the first counts.

    A nested attribution is in the smallest other one that holds its content.
    """
    for where, record in read_objects(path):
        article = read_article({**record, "id": record.get("doc", record.get("id"))}, where)
        raw = record.get("attributions")
        if not isinstance(raw, list):
            raise InputError(f"{where}: needs 'attributions', a list")
        pairs = [
            _read_gold_attribution(one, article, f"{where}: attribution {n}") for n, one in enumerate(raw, start=1)
        ]
        yield nest(article, pairs)


def nest(article: Article, pairs: Sequence[tuple[Attribution, bool]]) -> Document:
    """Return the document where those that are nested (the second of the pair) have what holds them."""
    made = []
    for attribution, nested in pairs:
        holders = [other for other, _ in pairs if nested and other.id != attribution.id and _holds(other, attribution)]
        size = {other.id: sum(map(len, other.content_spans)) for other in holders}
        made.append(replace_holder(attribution, min(holders, key=lambda other: size[other.id], default=None)))
    return order_attributions(article, made)


def _holds(outer: Attribution, inner: Attribution) -> bool:
    return all(any(piece.covers(span) for piece in outer.content_spans) for span in inner.content_spans) and (
        outer.content_spans != inner.content_spans
    )


def _read_gold_attribution(record: Any, article: Article, where: str) -> tuple[Attribution, bool]:
    if not isinstance(record, dict):
        raise InputError(f"{where}: found {type(record).__name__}, an attribution is an object")
    kind: QuoteKind | None = next((one for one in QUOTE_KINDS if one == record.get("kind")), None)
    if kind is None:
        raise InputError(f"{where}: unknown kind {record.get('kind')!r}; allowed: {', '.join(QUOTE_KINDS)}")
    raw = record.get("speaker")
    speaker = None if raw is None or (isinstance(raw, dict) and raw.get("any")) else read_speaker(raw, where)
    try:
        attribution = make_attribution(
            article.text,
            article_id=article.id,
            text_sha256=article.text_sha256,
            kind=kind,
            content=_spans(record.get("content")),
            cue=_spans(record.get("cue")),
            source=_spans(record.get("source")),
            confidence=1.0,
            origin=IMPORTED,
        )
        stances = {stance["target"]: stance["labels"][0] for stance in record.get("stances") or ()}
    except (InputError, TypeError, KeyError, ValueError, IndexError) as error:
        raise InputError(f"{where}: {error}") from error
    return add_answers(attribution, speaker, stances, where), bool(record.get("nested"))


def _spans(pairs: Any) -> Spans:
    spans: tuple[TextSpan, ...] = spans_from_json(pairs or ())
    return spans
