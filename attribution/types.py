"""The public types. All offsets are half-open code points into `Article.text`, the text exactly as read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from .errors import InputError, OffsetError

SCHEMA_VERSION = 1
PIECE_JOINER = " … "

QuoteKind = Literal["direct", "indirect", "mixed"]
SpeakerType = Literal["person", "unnamed", "organization", "country", "group", "document"]
SpeakerHow = Literal["name", "surname", "alias", "pronoun", "nominal", "role", "implicit"]
StanceLabel = Literal["favor", "against", "neutral", "unclear"]
StanceFlag = Literal["conditional", "denial", "inferred"]

QUOTE_KINDS: tuple[QuoteKind, ...] = get_args(QuoteKind)
SPEAKER_TYPES: tuple[SpeakerType, ...] = get_args(SpeakerType)
SPEAKER_HOWS: tuple[SpeakerHow, ...] = get_args(SpeakerHow)


@dataclass(frozen=True, slots=True, order=True)
class TextSpan:
    """Characters `start` to `end` (end excluded) of `Article.text`."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise OffsetError(f"span needs 0 <= start < end, got [{self.start}, {self.end})")

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """Return the characters of `text` that the span covers."""
        return text[self.start : self.end]

    def overlaps(self, other: TextSpan) -> bool:
        return self.start < other.end and other.start < self.end

    def covers(self, other: TextSpan) -> bool:
        return self.start <= other.start and other.end <= self.end


Spans = tuple[TextSpan, ...]


@dataclass(frozen=True, slots=True)
class Article:
    """One article: its text exactly as read, and what its record says about it.

    `path` and `line` (1-based, `None` for whole-file formats) say where it was read; they stay out of the dataset.
    `part_of` and `part_offset` are set where a huge text was split at paragraphs: offsets of this part's spans plus
    `part_offset` are offsets into the whole record's text.
    """

    id: str
    text: str
    title: str | None = None
    date: str | None = None
    """ISO 8601 date (YYYY, YYYY-MM or YYYY-MM-DD) the article carries, from its record or its own date line."""
    publisher: str | None = None
    url: str | None = None
    path: str | None = None
    line: int | None = None
    part_of: str | None = None
    part_offset: int = 0

    @property
    def text_sha256(self) -> str:
        """Hex SHA-256 of the text in UTF-8 (surrogates, which readers refuse, are kept as they are)."""
        return text_hash(self.text)


def text_hash(text: str) -> str:
    """Return the hex SHA-256 of `text` in UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who is meant. `id` is readable and stable (`dmitry-peskov`); `how` names the stage that decided."""

    id: str
    name: str
    type: SpeakerType
    how: SpeakerHow
    confidence: float


@dataclass(frozen=True, slots=True)
class Stance:
    """The speaker's stance towards one target that the content addresses."""

    target: str
    label: StanceLabel
    confidence: float
    origin: str
    flags: tuple[StanceFlag, ...] = ()


@dataclass(frozen=True, slots=True)
class Attribution:
    """One passage of an article whose content is ascribed to a source.

    `content_spans` has at least one piece; `cue_spans` and `source_spans` are empty where the text has none.
    `why` holds short codes (rule ids, reasons for declining) that `sayso explain` spells out.
    """

    id: str
    article_id: str
    kind: QuoteKind
    content: str
    content_spans: Spans
    cue: str | None
    cue_spans: Spans
    source: str | None
    source_spans: Spans
    confidence: float
    origin: str
    why: tuple[str, ...] = ()
    speaker: Speaker | None = None
    stances: tuple[Stance, ...] = ()
    nested_in: str | None = None
    cluster_id: str | None = None

    @property
    def start(self) -> int:
        """First character of the content."""
        return self.content_spans[0].start

    @property
    def end(self) -> int:
        """End of the content's last piece."""
        return self.content_spans[-1].end

    def with_speaker(self, speaker: Speaker | None, *why: str) -> Attribution:
        """Return a copy with this speaker, and with `why` added to the reasons."""
        # Spelt out: `dataclasses.replace` takes several times as long, for every attribution.
        return Attribution(
            self.id,
            self.article_id,
            self.kind,
            self.content,
            self.content_spans,
            self.cue,
            self.cue_spans,
            self.source,
            self.source_spans,
            self.confidence,
            self.origin,
            self.why + why,
            speaker,
            self.stances,
            self.nested_in,
            self.cluster_id,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the public JSON form (`schema_version` 1), keys in their documented order."""
        return {
            "id": self.id,
            "article_id": self.article_id,
            "kind": self.kind,
            "content": self.content,
            "content_spans": [[s.start, s.end] for s in self.content_spans],
            "cue": self.cue,
            "cue_spans": [[s.start, s.end] for s in self.cue_spans],
            "source": self.source,
            "source_spans": [[s.start, s.end] for s in self.source_spans],
            "speaker": None
            if self.speaker is None
            else {
                "id": self.speaker.id,
                "name": self.speaker.name,
                "type": self.speaker.type,
                "how": self.speaker.how,
                "confidence": self.speaker.confidence,
            },
            "stances": [
                {
                    "target": s.target,
                    "label": s.label,
                    "flags": list(s.flags),
                    "confidence": s.confidence,
                    "origin": s.origin,
                }
                for s in self.stances
            ],
            "nested_in": self.nested_in,
            "confidence": self.confidence,
            "origin": self.origin,
            "why": list(self.why),
            "cluster_id": self.cluster_id,
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Attribution:
        """Return the attribution that `to_json` wrote; raises InputError naming the key that is missing or wrong."""
        try:
            speaker = record.get("speaker")
            return cls(
                id=record["id"],
                article_id=record["article_id"],
                kind=record["kind"],
                content=record["content"],
                content_spans=spans_from_json(record["content_spans"]),
                cue=record.get("cue"),
                cue_spans=spans_from_json(record.get("cue_spans") or ()),
                source=record.get("source"),
                source_spans=spans_from_json(record.get("source_spans") or ()),
                confidence=float(record.get("confidence", 1.0)),
                origin=record.get("origin", "unknown"),
                why=tuple(record.get("why") or ()),
                speaker=None if speaker is None else Speaker(**speaker),
                stances=tuple(
                    Stance(
                        target=s["target"],
                        label=s["label"],
                        confidence=float(s["confidence"]),
                        origin=s["origin"],
                        flags=tuple(s.get("flags") or ()),
                    )
                    for s in record.get("stances") or ()
                ),
                nested_in=record.get("nested_in"),
                cluster_id=record.get("cluster_id"),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"not an attribution of schema version {SCHEMA_VERSION}: {error!r}") from error


def spans_from_json(pairs: Iterable[Sequence[int]]) -> Spans:
    """Return the spans of a JSON list of [start, end] pairs."""
    return tuple(TextSpan(int(start), int(end)) for start, end in pairs)


def attribution_id(article_id: str, text_sha256: str, *, content: Spans, cue: Spans = (), source: Spans = ()) -> str:
    """Return the content hash `a_` + 16 hex digits of article id, text hash and the three groups of spans."""
    key = "\x1f".join(
        [article_id, text_sha256, *(" ".join(f"{s.start}-{s.end}" for s in spans) for spans in (content, cue, source))]
    )
    return "a_" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def make_attribution(
    text: str,
    *,
    article_id: str,
    text_sha256: str,
    kind: QuoteKind,
    content: Iterable[TextSpan],
    cue: Iterable[TextSpan] = (),
    source: Iterable[TextSpan] = (),
    confidence: float,
    origin: str,
    why: Iterable[str] = (),
    nested_in: str | None = None,
) -> Attribution:
    """Return an attribution whose texts are read off `text` at the spans and whose id is their hash.

    Spans are put in text order. Raises OffsetError for a span beyond the text or when there is no content.
    """
    content_spans, cue_spans, source_spans = tuple(sorted(content)), tuple(sorted(cue)), tuple(sorted(source))
    if not content_spans:
        raise OffsetError(f"an attribution in article {article_id!r} has no content span")
    for span in (*content_spans, *cue_spans, *source_spans):
        if span.end > len(text):
            raise OffsetError(
                f"span [{span.start}, {span.end}) ends beyond the {len(text)} characters of {article_id!r}"
            )
    return Attribution(
        id=attribution_id(article_id, text_sha256, content=content_spans, cue=cue_spans, source=source_spans),
        article_id=article_id,
        kind=kind,
        content=join_pieces(text, content_spans) or "",
        content_spans=content_spans,
        cue=join_pieces(text, cue_spans),
        cue_spans=cue_spans,
        source=join_pieces(text, source_spans),
        source_spans=source_spans,
        confidence=confidence,
        origin=origin,
        why=tuple(why),
        nested_in=nested_in,
    )


def join_pieces(text: str, spans: Spans) -> str | None:
    """Return the pieces joined by ' … ', or None when there is none."""
    return PIECE_JOINER.join(span.of(text) for span in spans) if spans else None


@dataclass(frozen=True, slots=True)
class BadRecord:
    """One record that could not be used: where it was, why, and enough of it to find and mend it."""

    path: str
    reason: str
    cure: str
    line: int | None = None
    byte_offset: int | None = None
    article_id: str | None = None
    raw: str | None = field(default=None, repr=False)
    """The record itself as far as it could be decoded, at most `RAW_LIMIT` characters."""

    def to_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "line": self.line,
            "byte_offset": self.byte_offset,
            "article_id": self.article_id,
            "reason": self.reason,
            "cure": self.cure,
            "raw": self.raw,
        }


RAW_LIMIT = 10_000
