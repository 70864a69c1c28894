"""brat standoff: a folder with a .txt and an .ann file for each article, annotation.conf, and the articles' ids."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sayso.attribution.errors import InputError
from sayso.attribution.files import output_error, write_atomically
from sayso.attribution.types import Article, Spans, TextSpan, spans_from_json

from .exchange import Document, parse_json, read_article, read_objects, read_text
from .exchange_graph import (
    LABEL_OF,
    LINK_TYPES,
    QUOTE_LABELS,
    Graph,
    Link,
    Mark,
    read_graph,
    read_speaker,
    speaker_json,
)
from .review_items import STANCE_LABELS, SpeakerAnswer

INDEX = "articles.jsonl"
SAFE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
# Windows keeps these names for devices, with any suffix.
RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])")
ATTRIBUTE_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")
TEXT_BOUND = re.compile(r"(T[0-9]+)\t(\S+) ([0-9]+ [0-9]+(?:;[0-9]+ [0-9]+)*)(?:\t.*)?")
RELATION = re.compile(r"R[0-9]+\t(\S+) Arg1:(\S+) Arg2:(\S+)\s*")
ATTRIBUTE = re.compile(r"[AM][0-9]+\t(\S+) (\S+)(?: (\S+))?\s*")
NOTE = re.compile(r"#[0-9]+\tAnnotatorNotes (\S+)\t(.*)")
STANCE = "Stance_"
RECORD_CELLS = ("title", "date", "publisher", "url")


def write_brat(documents: Iterable[Document], path: Path) -> int:
    """Write the folder, which must be new or empty; return the number of attributions.

    File names come of ids only where they are plain; `articles.jsonl` says which is which.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise InputError(f"{path} is not empty; give a new folder for brat")
    except OSError as error:
        raise output_error(path, error) from error
    count = 0
    index: list[dict[str, Any]] = []
    targets: dict[str, None] = {}
    for document in documents:
        article = document.article
        name = file_name(article.id)
        for suffix, content in ((".txt", article.text), (".ann", _annotations(document, targets))):
            with write_atomically(path / f"{name}{suffix}") as stream:
                stream.write(content)
        cells = {key: value for key in RECORD_CELLS if (value := getattr(article, key)) is not None}
        index.append({"file": name, "id": article.id, **cells})
        count += len(document.attributions)
    with write_atomically(path / INDEX) as stream:
        stream.writelines(json.dumps(entry, ensure_ascii=False) + "\n" for entry in index)
    with write_atomically(path / "annotation.conf") as stream:
        stream.write(_configuration(sorted(targets)))
    return count


def file_name(article_id: str) -> str:
    """Return a file name for an article that is safe on every system: its id where that is plain, else a hash."""
    if SAFE_NAME.fullmatch(article_id) and not RESERVED.fullmatch(article_id):
        return article_id
    return "article-" + hashlib.sha256(article_id.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _configuration(targets: Sequence[str]) -> str:
    quotes = "|".join(QUOTE_LABELS)
    sources = {"speaker_of": "SOURCE", "cue_of": "CUE", "nested_in": quotes}
    lines = ["[entities]", *QUOTE_LABELS, "CUE", "SOURCE", "[relations]"]
    lines += [f"{link}\tArg1:{sources[link]}, Arg2:{quotes}" for link in LINK_TYPES if link in sources]
    lines += ["[events]", "[attributes]"]
    lines += [f"{STANCE}{target}\tArg:{quotes}, Value:{'|'.join(STANCE_LABELS)}" for target in targets]
    return "\n".join(lines) + "\n"


def _annotations(document: Document, targets: dict[str, None]) -> str:
    """Return the .ann file; adds to `targets` those that need an attribute."""
    text = document.article.text
    lines: list[str] = []
    relations: list[str] = []
    attributes: list[str] = []
    notes: list[str] = []
    head_of: dict[str, str] = {}
    number = 0
    for attribution in document.attributions:
        groups = (
            (LABEL_OF[attribution.kind], attribution.content_spans, ""),
            ("CUE", attribution.cue_spans, "cue_of"),
            ("SOURCE", attribution.source_spans, "speaker_of"),
        )
        for label, spans, link in groups:
            if not spans:
                continue
            number += 1
            fragments = cut_at_newlines(text, spans)
            shown = " ".join(fragment.of(text) for fragment in fragments)
            places = ";".join(f"{fragment.start} {fragment.end}" for fragment in fragments)
            lines.append(f"T{number}\t{label} {places}\t{shown}")
            note: dict[str, Any] = {}
            if join_fragments(text, fragments) != spans:
                note["pieces"] = [[span.start, span.end] for span in spans]
            if link:
                relations.append(f"R{len(relations) + 1}\t{link} Arg1:T{number} Arg2:{head_of[attribution.id]}")
            else:
                head_of[attribution.id] = f"T{number}"
                if attribution.speaker is not None:
                    speaker = attribution.speaker
                    note["speaker"] = speaker_json(SpeakerAnswer(speaker.name, speaker.type, speaker.id))
                for stance in attribution.stances:
                    if ATTRIBUTE_NAME.fullmatch(stance.target):
                        targets[stance.target] = None
                        attributes.append(f"A{len(attributes) + 1}\t{STANCE}{stance.target} T{number} {stance.label}")
                    else:
                        note.setdefault("stances", {})[stance.target] = stance.label
            if note:
                notes.append(f"#{len(notes) + 1}\tAnnotatorNotes T{number}\t{json.dumps(note)}")
    for attribution in document.attributions:
        if attribution.nested_in in head_of:
            ends = f"Arg1:{head_of[attribution.id]} Arg2:{head_of[attribution.nested_in]}"
            relations.append(f"R{len(relations) + 1}\tnested_in {ends}")
    return "".join(line + "\n" for line in (*lines, *relations, *attributes, *notes))


def cut_at_newlines(text: str, spans: Spans) -> list[TextSpan]:
    """Return the spans in fragments without newlines, as brat needs them; white space alone is left out."""
    fragments = []
    for span in spans:
        start = span.start
        for line in re.split(r"[\r\n]", span.of(text)):
            if line.strip():
                fragments.append(TextSpan(start, start + len(line)))
            start += len(line) + 1
    return fragments or list(spans)


def join_fragments(text: str, fragments: Sequence[TextSpan]) -> Spans:
    """Return the pieces that the fragments are of: those with nothing but a line break between them are one."""
    joined: list[TextSpan] = []
    for fragment in fragments:
        gap = text[joined[-1].end : fragment.start] if joined else ""
        if gap and not gap.strip() and ("\n" in gap or "\r" in gap):
            joined[-1] = TextSpan(joined[-1].start, fragment.end)
        else:
            joined.append(fragment)
    return tuple(joined)


def read_brat(path: Path) -> Iterator[Document]:
    """Yield the documents of the folder, in the order of `articles.jsonl` or else of the files' names."""
    if not path.is_dir():
        raise InputError(f"{path} is no folder; brat standoff is a folder of .txt and .ann files")
    for name, cells in _read_index(path):
        article = read_article({**cells, "text": _exact_text(path / f"{name}.txt")}, f"{path / name}.txt")
        yield _read_annotations(article, path / f"{name}.ann")


def _read_index(path: Path) -> list[tuple[str, Mapping[str, Any]]]:
    if not (path / INDEX).is_file():
        return [(file.stem, {"id": file.stem}) for file in sorted(path.glob("*.ann"))]
    entries: list[tuple[str, Mapping[str, Any]]] = []
    for where, record in read_objects(path / INDEX):
        name = record.get("file")
        if not isinstance(name, str) or not SAFE_NAME.fullmatch(name):
            raise InputError(f"{where}: {name!r} is no plain file name")
        entries.append((name, record))
    return entries


def _exact_text(path: Path) -> str:
    # Offsets count a byte order mark, if there is one.
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except OSError as error:
        raise InputError(f"{path}: can't be read: {error.strerror or error}") from error


def _read_annotations(article: Article, path: Path) -> Document:
    graph = Graph()
    notes: dict[str, Mapping[str, Any]] = {}
    found: dict[str, tuple[str, list[TextSpan]]] = {}
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        where = f"{path}:{number}"
        line = line.rstrip("\r")
        if not line:
            continue
        if match := TEXT_BOUND.fullmatch(line):
            pairs = [[int(edge) for edge in pair.split(" ")] for pair in match[3].split(";")]
            if max(end for _, end in pairs) > len(article.text):
                raise InputError(f"{where}: {match[1]} ends beyond the text of {len(article.text)} characters")
            try:
                found[match[1]] = (match[2], list(spans_from_json(pairs)))
            except InputError as error:
                raise InputError(f"{where}: {error}") from error
        elif match := RELATION.fullmatch(line):
            graph.links.append(Link(match[2], match[3], match[1]))
        elif match := ATTRIBUTE.fullmatch(line):
            if not match[1].startswith(STANCE) or match[3] is None:
                raise InputError(f"{where}: unknown attribute {match[1]!r}; allowed: {STANCE}TARGET with a label")
            graph.stances.setdefault(match[2], {})[match[1].removeprefix(STANCE)] = match[3]
        elif match := NOTE.fullmatch(line):
            # People write notes of their own; ours are JSON objects.
            note = parse_json(match[2], where) if match[2].startswith("{") else {}
            notes[match[1]] = note if isinstance(note, dict) else {}
        else:
            raise InputError(f"{where}: not a line of brat standoff that Sayso reads: {line[:60]!r}")
    for mark_id, (label, fragments) in found.items():
        if label not in QUOTE_LABELS and label not in ("CUE", "SOURCE"):
            raise InputError(f"{path}: unknown label {label!r} at {mark_id}")
        pieces = _pieces(article.text, fragments, notes.get(mark_id, {}))
        for number, span in enumerate(pieces):
            piece_id = mark_id if not number else f"{mark_id}.{number}"
            graph.marks.append(Mark(piece_id, span, label))
            if number and label in QUOTE_LABELS:
                graph.links.append(Link(piece_id, mark_id, "continues"))
            elif number:
                heads = [link for link in graph.links if link.source == mark_id]
                graph.links.extend(Link(piece_id, link.target, link.type) for link in heads)
    for mark_id, note in notes.items():
        speaker = read_speaker(note.get("speaker"), f"{path}: note on {mark_id}")
        if speaker is not None:
            graph.speakers[mark_id] = speaker
        stances = note.get("stances") or {}
        if isinstance(stances, dict):
            graph.stances.setdefault(mark_id, {}).update({str(key): str(value) for key, value in stances.items()})
    return read_graph(article, graph, str(path))


def _pieces(text: str, fragments: Sequence[TextSpan], note: Mapping[str, Any]) -> Spans:
    """Return the pieces that the note has, where they still are these fragments; else those that line breaks tell."""
    raw = note.get("pieces")
    if isinstance(raw, list):
        try:
            pieces = spans_from_json(raw)
            if pieces[-1].end <= len(text) and cut_at_newlines(text, pieces) == list(fragments):
                return pieces
        except (InputError, TypeError, ValueError, IndexError):
            pass  # somebody edited the note: the fragments are what they drew
    return join_fragments(text, fragments)
