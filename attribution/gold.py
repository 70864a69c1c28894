"""Annotated articles to score against: Sayso's stand-off gold, and JSON lines that carry their own text."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, get_args

from .errors import InputError, OffsetError
from .strict_json import loads
from .types import QUOTE_KINDS, SPEAKER_TYPES, QuoteKind, Spans, SpeakerType, StanceLabel, TextSpan, text_hash

STANCE_LABELS: tuple[StanceLabel, ...] = get_args(StanceLabel)

# GUM writes entity types; only these two say the same as ours. Its places, for one, may be countries or cities.
_GUM_SPEAKER_TYPES: dict[str, SpeakerType] = {"person": "person", "organization": "organization"}
LINES_SUFFIXES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")


@dataclass(frozen=True, slots=True)
class GoldSpeaker:
    """Who is meant. `any`: nobody can tell, every answer is right; `type` is None under another corpus's scheme."""

    name: str
    type: SpeakerType | None
    aliases: tuple[str, ...] = ()
    id: str | None = None
    any: bool = False
    how: str | None = None
    """How the text gives the speaker (name, surname, pronoun, nominal, implicit), where the corpus says so."""


@dataclass(frozen=True, slots=True)
class GoldStance:
    """The labels that count as right for one target; an optional target may be left out without a miss."""

    target: str
    labels: tuple[StanceLabel, ...]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class GoldAttribution:
    """One annotated attribution. `speaker` is None where the corpus names none: it is left out of speaker scores."""

    kind: QuoteKind
    content: Spans
    cue: Spans = ()
    source: Spans = ()
    speaker: GoldSpeaker | None = None
    stances: tuple[GoldStance, ...] = ()
    nested: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class GoldDocument:
    """One annotated article: its text exactly as the offsets need it, and its attributions in text order."""

    id: str
    text: str
    attributions: tuple[GoldAttribution, ...]
    title: str | None = None
    date: str | None = None
    publisher: str | None = None
    url: str | None = None


def read_gold(
    path: Path | str,
    *,
    articles: Path | str | None = None,
    limit: int | None = None,
    speakers: Path | str | None = None,
) -> list[GoldDocument]:
    """Return the annotated articles of `path`, the first `limit` of them, in file-name or line order.

    `path` is a folder of gold JSON files, one such file, or a JSON-lines file (also .gz). A record without `text`
    takes it from `<articles>/<doc>.txt`, read as UTF-8 with its newlines kept. Attributions without content, and
    cue-less ones of GUM (photo credits, mostly), are left out. `speakers` is a file of speaker labels apart from their
    corpus (`read_speaker_labels`): only the articles in it are returned, with those speakers instead of their own.
    Raises InputError with file and, if any, line.
    """
    path = Path(path)
    folder = None if articles is None else Path(articles)
    if limit is not None and limit < 1:
        raise InputError(f"limit is {limit}, it must be at least 1")
    labels = None if speakers is None else read_speaker_labels(Path(speakers))
    documents: list[GoldDocument] = []
    seen: dict[str, str] = {}
    for where, record in _read_records(path):
        if labels is not None:
            label = labels.pop(str(record.get("doc", record.get("id"))), None)
            if label is None:
                continue
            record = label.put_on(record, where)
        document = _read_document(record, where, folder)
        if document.id in seen:
            raise InputError(
                f"{where}: article id {document.id!r} was already used at {seen[document.id]}; make the ids unique"
            )
        seen[document.id] = where
        documents.append(document)
        if len(documents) == limit:
            break
    if labels and limit is None:
        raise InputError(f"{speakers}: labels {len(labels)} articles that {path} has not, the first {min(labels)!r}")
    if not documents:
        raise InputError(f"{path}: no annotated article in it; expected gold .json files or JSON lines")
    return documents


@dataclass(frozen=True, slots=True)
class SpeakerLabels:
    """The speakers of one article's attributions in the order of its corpus, None where nobody can tell."""

    where: str
    text_sha256: str
    speakers: tuple[dict[str, Any] | None, ...]

    def put_on(self, record: dict[str, Any], where: str) -> dict[str, Any]:
        """Return the article's record with these speakers; InputError when they were made for another text."""
        found, text = record.get("attributions"), record.get("text")
        if not isinstance(text, str) or text_hash(text) != self.text_sha256:
            raise InputError(f"{self.where}: made for another text than {where} holds; take the corpus's same version")
        if not isinstance(found, list) or len(found) != len(self.speakers):
            raise InputError(f"{self.where}: labels {len(self.speakers)} attributions, {where} has another number")
        pairs = zip(found, self.speakers, strict=True)
        return {**record, "attributions": [_with_speaker(item, speaker) for item, speaker in pairs]}


def _with_speaker(item: Any, speaker: dict[str, Any] | None) -> Any:
    return {**item, "speaker": speaker} if isinstance(item, dict) else item


def read_speaker_labels(path: Path) -> dict[str, SpeakerLabels]:
    """Return the labels by article id, from lines {"id", "text_sha256", "speakers": [{"name", "type", "how"}, null]}.

    They hold neither text nor offsets, so they can be passed on where the corpus can't.
    """
    labels: dict[str, SpeakerLabels] = {}
    for where, record in read_json_lines(path):
        doc_id, sha, speakers = (record.get(key) for key in ("id", "text_sha256", "speakers"))
        if not isinstance(doc_id, str) or not isinstance(sha, str) or not isinstance(speakers, list):
            raise InputError(f"{where}: needs 'id' and 'text_sha256' as strings and 'speakers' as a list")
        if doc_id in labels:
            raise InputError(f"{where}: article {doc_id!r} was already labelled at {labels[doc_id].where}")
        if not all(speaker is None or isinstance(speaker, dict) for speaker in speakers):
            raise InputError(f"{where}: each of 'speakers' is an object or null")
        labels[doc_id] = SpeakerLabels(where, sha, tuple(speakers))
    return labels


def _read_records(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each raw record with its place, `file` or `file:line`."""
    if path.is_dir():
        for file in sorted(path.glob("*.json")):
            yield str(file), _parse(_read_text(file, "utf-8-sig"), str(file))
    elif path.name.endswith(LINES_SUFFIXES):
        yield from read_json_lines(path)
    else:
        yield str(path), _parse(_read_text(path, "utf-8-sig"), str(path))


def read_json_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the object of each line that is not blank, with its place `file:line`; `.gz` is unpacked.

    Stops at the first bad line with an InputError: scores over a part of a file would mislead.
    """
    number = 0
    try:
        with _open_lines(path) as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield f"{path}:{number}", _parse(line, f"{path}:{number}")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8, after line {number}; save it as UTF-8") from error
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path}: can't be read: {getattr(error, 'strerror', None) or error}") from error


def _open_lines(path: Path) -> IO[str]:
    if path.name.endswith(".gz"):
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="\n")
    return path.open(encoding="utf-8-sig", newline="\n")


def _read_text(path: Path, encoding: str = "utf-8") -> str:
    # An article keeps its byte order mark, if it has one: offsets count it.
    try:
        with path.open(encoding=encoding, newline="") as file:
            return file.read()
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except OSError as error:
        raise InputError(f"{path}: can't be read: {error.strerror or error}") from error


def _parse(text: str, where: str) -> dict[str, Any]:
    try:
        record = loads(text)
    except ValueError as error:
        raise InputError(f"{where}: not valid JSON: {error}") from error
    if not isinstance(record, dict):
        raise InputError(f"{where}: found a JSON {type(record).__name__}, a record is an object")
    return record


def _read_document(record: dict[str, Any], where: str, articles: Path | None) -> GoldDocument:
    doc_id = record.get("doc", record.get("id"))
    if not isinstance(doc_id, str) or not doc_id:
        raise InputError(f"{where}: needs the article's id as a string under 'doc' or 'id', found {doc_id!r}")
    text = record.get("text")
    if text is None:
        text = _read_article_text(doc_id, where, articles)
    if not isinstance(text, str):
        raise InputError(f"{where}: 'text' is a {type(text).__name__}, it must be a string")
    raw = record.get("attributions")
    if not isinstance(raw, list):
        raise InputError(f"{where}: needs 'attributions', a list, found {type(raw).__name__}")
    found = (_read_attribution(item, f"{where}: attribution {i}", len(text)) for i, item in enumerate(raw))
    return GoldDocument(
        id=doc_id,
        text=text,
        attributions=tuple(sorted((a for a in found if a is not None), key=lambda a: (a.content, a.cue, a.source))),
        title=_string_or_none(record, "title", where),
        date=_string_or_none(record, "date", where),
        publisher=_string_or_none(record, "publisher", where),
        url=_string_or_none(record, "url", where),
    )


def _read_article_text(doc_id: str, where: str, articles: Path | None) -> str:
    if articles is None:
        raise InputError(f"{where}: holds no text; say where the articles are (--articles DIR with {doc_id}.txt)")
    if doc_id in {".", ".."} or any(c in doc_id for c in "/\\\0"):
        raise InputError(f"{where}: the id {doc_id!r} can't be a file name; give the record its own 'text'")
    file = articles / f"{doc_id}.txt"
    if not file.is_file():
        raise InputError(f"{where}: its article {file} does not exist; check --articles")
    return _read_text(file)


def _read_attribution(item: Any, where: str, n_characters: int) -> GoldAttribution | None:
    """Return the attribution, or None where it has no content or GUM gives it no cue."""
    if not isinstance(item, dict):
        raise InputError(f"{where}: found {type(item).__name__}, an attribution is an object")
    spans = {role: _read_spans(item, role, where, n_characters) for role in ("content", "cue", "source")}
    from_gum = "cue_from" in item
    if not spans["content"] or (from_gum and not spans["cue"]):
        return None
    if item.get("kind") not in QUOTE_KINDS:
        raise InputError(f"{where}: unknown kind {item.get('kind')!r}; allowed: {', '.join(QUOTE_KINDS)}")
    raw_stances = item.get("stances") or []
    if not isinstance(raw_stances, list):
        raise InputError(f"{where}: 'stances' is a {type(raw_stances).__name__}, it must be a list")
    return GoldAttribution(
        kind=item["kind"],
        content=spans["content"],
        cue=spans["cue"],
        source=spans["source"],
        speaker=_read_gum_speaker(item) if from_gum else _read_speaker(item.get("speaker"), where),
        stances=tuple(_read_stance(stance, where) for stance in raw_stances),
        nested=_flag(item, "nested", where),
        optional=_flag(item, "optional", where),
    )


def _read_spans(item: dict[str, Any], role: str, where: str, n_characters: int) -> Spans:
    pairs = item.get(role) or []
    try:
        spans = tuple(sorted(TextSpan(*_pair(pair)) for pair in pairs))
    except (OffsetError, TypeError, ValueError) as error:
        raise InputError(f"{where}: {role} needs a list of [start, end] with 0 <= start < end: {error}") from error
    for span in spans:
        if span.end > n_characters:
            raise InputError(
                f"{where}: {role} [{span.start}, {span.end}) ends beyond the article's {n_characters} characters; "
                "offsets count code points of the text with its newlines kept"
            )
    return spans


def _pair(pair: Any) -> tuple[int, int]:
    start, end = pair
    if type(start) is not int or type(end) is not int:  # True and 1.0 are no offsets
        raise ValueError(f"found {pair!r}")
    return start, end


def _read_speaker(raw: Any, where: str) -> GoldSpeaker | None:
    """Return the speaker; None where there is none or its name is empty and so says nothing."""
    if raw is None:
        return None
    if not isinstance(raw, dict) or not isinstance(raw.get("name"), str):
        raise InputError(f"{where}: speaker needs an object with a 'name', found {raw!r}")
    if raw.get("type") not in SPEAKER_TYPES:
        raise InputError(f"{where}: unknown speaker type {raw.get('type')!r}; allowed: {', '.join(SPEAKER_TYPES)}")
    any_answer = _flag(raw, "any", where)
    if not raw["name"].strip() and not any_answer:
        return None
    aliases = raw.get("aliases") or []
    if not isinstance(aliases, list) or not all(isinstance(alias, str) for alias in aliases):
        raise InputError(f"{where}: speaker aliases must be a list of strings, found {aliases!r}")
    return GoldSpeaker(
        name=raw["name"],
        type=raw["type"],
        aliases=tuple(aliases),
        id=_string_or_none(raw, "id", where),
        any=any_answer,
        how=_string_or_none(raw, "how", where),
    )


def _read_gum_speaker(item: dict[str, Any]) -> GoldSpeaker | None:
    """Return the named speaker of a GUM attribution; None where its entity has no name."""
    raw = item.get("speaker")
    if not isinstance(raw, dict) or not raw.get("name"):
        return None
    return GoldSpeaker(
        name=str(raw["name"]),
        type=_GUM_SPEAKER_TYPES.get(str(raw.get("etype"))),
        how=None if raw.get("source_form") is None else str(raw["source_form"]),
    )


def _read_stance(raw: Any, where: str) -> GoldStance:
    if not isinstance(raw, dict) or not isinstance(raw.get("target"), str):
        raise InputError(f"{where}: a stance needs an object with a 'target', found {raw!r}")
    labels = raw.get("labels")
    if not isinstance(labels, list) or not labels or not all(label in STANCE_LABELS for label in labels):
        raise InputError(
            f"{where}: stance towards {raw['target']!r} has labels {labels!r}; "
            f"give a list of one or more of {', '.join(STANCE_LABELS)}"
        )
    return GoldStance(target=raw["target"], labels=tuple(labels), optional=_flag(raw, "optional", where))


def _flag(record: dict[str, Any], key: str, where: str) -> bool:
    value = record.get(key)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise InputError(f"{where}: {key!r} must be true or false, found {value!r}")
    return value


def _string_or_none(record: dict[str, Any], key: str, where: str) -> str | None:
    value = record.get(key)
    if value is not None and not isinstance(value, str):
        raise InputError(f"{where}: {key!r} must be a string, found {value!r}")
    return value or None
