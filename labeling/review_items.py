"""What review works on and what it records: items to look at, decisions about them, and the events that hold those.

A decision says what changed, never what stayed: fields it leaves out are those of the suggestion. `review_state.apply`
turns items and events into what an annotator now says.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from sayso.attribution.errors import InputError
from sayso.attribution.types import (
    QUOTE_KINDS,
    SPEAKER_TYPES,
    Article,
    Attribution,
    QuoteKind,
    Spans,
    SpeakerType,
    StanceFlag,
    StanceLabel,
    TextSpan,
    spans_from_json,
)

Action = Literal["accept", "edit", "split", "merge", "add", "reject", "skip"]
EventKind = Literal["start", "decision", "undo", "redo", "flag", "note", "complete"]

ACTIONS: tuple[Action, ...] = get_args(Action)
EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)
STANCE_LABELS: tuple[StanceLabel, ...] = get_args(StanceLabel)
STANCE_FLAGS: tuple[StanceFlag, ...] = get_args(StanceFlag)

NOT_IN_IDS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One attribution to look at, with all that the screen shows; `attribution` is what is suggested.

    `context` is the passage around it in `article.text`. `targets` are those that the codebook asks about here, with
    or without a suggested stance.
    """

    article: Article
    text_sha256: str
    attribution: Attribution
    context: TextSpan
    targets: tuple[str, ...] = ()
    based_on: str | None = None
    """Id of the item that this one was split or merged from."""

    @property
    def id(self) -> str:
        """What decisions refer to: the id of the attribution as it was suggested, whatever is edited later."""
        return self.attribution.id

    def ref(self) -> ItemRef:
        """Return what a decision stores to find this item again, after a rebuild too."""
        return ItemRef(
            self.id,
            self.article.id,
            self.text_sha256,
            self.attribution.content_spans,
            suggested=self.attribution,
            targets=self.targets,
        )


@dataclass(frozen=True, slots=True)
class ItemRef:
    """Which item a decision is about: its id, and where its content stood in which text."""

    id: str
    article_id: str
    text_sha256: str
    content: Spans
    suggested: Attribution | None = None
    """The suggestion as it was when the decision was made: what was accepted, whatever a later build suggests."""
    targets: tuple[str, ...] = ()
    """The targets that were asked about."""

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form that the log holds."""
        record: dict[str, Any] = {
            "id": self.id,
            "article_id": self.article_id,
            "text_sha256": self.text_sha256,
            "content": _pairs(self.content),
        }
        if self.suggested is not None:
            record["suggested"] = self.suggested.to_json()
        if self.targets:
            record["targets"] = list(self.targets)
        return record

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> ItemRef:
        """Return the reference that `to_json` wrote."""
        suggested = record.get("suggested")
        return cls(
            id=str(record["id"]),
            article_id=str(record["article_id"]),
            text_sha256=str(record["text_sha256"]),
            content=spans_from_json(record["content"]),
            suggested=None if suggested is None else Attribution.from_json(suggested),
            targets=tuple(str(target) for target in record.get("targets") or ()),
        )


@dataclass(frozen=True, slots=True)
class SpeakerAnswer:
    """Who is meant; without a name: nobody can tell."""

    name: str | None
    type: SpeakerType | None = None
    id: str | None = None

    def __post_init__(self) -> None:
        if self.name is None:
            if self.type is not None or self.id is not None:
                raise InputError("a speaker nobody can tell has neither type nor id")
            return
        if not self.name.strip():
            raise InputError("a speaker's name is empty; leave it out where nobody can tell who is meant")
        if self.type not in SPEAKER_TYPES:
            raise InputError(f"unknown speaker type {self.type!r}; allowed: {', '.join(SPEAKER_TYPES)}")
        if self.id is None:
            object.__setattr__(self, "id", make_speaker_id(self.name))


@dataclass(frozen=True, slots=True)
class StanceAnswer:
    """The stance towards one target; without a label: the content doesn't address the target."""

    target: str
    label: StanceLabel | None
    flags: tuple[StanceFlag, ...] = ()

    def __post_init__(self) -> None:
        if not self.target:
            raise InputError("a stance names its target")
        if self.label is not None and self.label not in STANCE_LABELS:
            raise InputError(f"unknown stance label {self.label!r}; allowed: {', '.join(STANCE_LABELS)}")
        if unknown := [flag for flag in self.flags if flag not in STANCE_FLAGS]:
            raise InputError(f"unknown stance flags {unknown}; allowed: {', '.join(STANCE_FLAGS)}")


@dataclass(frozen=True, slots=True)
class Changes:
    """What a decision changes of one attribution. None: as it was. Empty spans: the text has no cue, no source."""

    kind: QuoteKind | None = None
    content: Spans | None = None
    cue: Spans | None = None
    source: Spans | None = None
    speaker: SpeakerAnswer | None = None
    stances: tuple[StanceAnswer, ...] = ()

    def __post_init__(self) -> None:
        if self.kind is not None and self.kind not in QUOTE_KINDS:
            raise InputError(f"unknown kind {self.kind!r}; allowed: {', '.join(QUOTE_KINDS)}")
        if self.content == ():
            raise InputError("an attribution keeps at least one content span; use `reject` where it is no quotation")
        targets = [stance.target for stance in self.stances]
        if len(set(targets)) != len(targets):
            raise InputError(f"one target is answered twice in one decision: {', '.join(sorted(targets))}")

    def __bool__(self) -> bool:
        return bool(self.stances) or any(
            value is not None for value in (self.kind, self.content, self.cue, self.source, self.speaker)
        )

    def to_json(self) -> dict[str, Any]:
        """Return what is set, as JSON."""
        record: dict[str, Any] = {}
        if self.kind is not None:
            record["kind"] = self.kind
        for name, spans in (("content", self.content), ("cue", self.cue), ("source", self.source)):
            if spans is not None:
                record[name] = _pairs(spans)
        if self.speaker is not None:
            record["speaker"] = {"name": self.speaker.name, "type": self.speaker.type, "id": self.speaker.id}
        if self.stances:
            record["stances"] = [{"target": s.target, "label": s.label, "flags": list(s.flags)} for s in self.stances]
        return record

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Changes:
        """Return the changes that `to_json` wrote."""
        speaker = record.get("speaker")
        return cls(
            kind=record.get("kind"),
            content=_spans_or_none(record.get("content")),
            cue=_spans_or_none(record.get("cue")),
            source=_spans_or_none(record.get("source")),
            speaker=None if speaker is None else SpeakerAnswer(speaker["name"], speaker["type"], speaker["id"]),
            stances=tuple(
                StanceAnswer(stance["target"], stance["label"], tuple(stance.get("flags") or ()))
                for stance in record.get("stances") or ()
            ),
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """One answer about one item.

    accept: right but for `changes`, and done. edit: `changes`, not done yet. reject: no quotation, done. skip: later.
    split: `parts` take its place (each with content; what a part leaves out is the item's), new items to answer.
    merge: this item takes in `others` (`changes.content`, else all their content). add: a missed quotation;
    `changes` has all of it, and the item is where it stands. What was split, merged or added still waits for `accept`.
    """

    action: Action
    changes: Changes = field(default_factory=Changes)
    parts: tuple[Changes, ...] = ()
    others: tuple[ItemRef, ...] = ()

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise InputError(f"unknown action {self.action!r}; allowed: {', '.join(ACTIONS)}")
        if (self.action == "split") != bool(self.parts) or len(self.parts) == 1:
            raise InputError(f"a split has two parts or more, and nothing else has any; found {len(self.parts)}")
        if any(part.content is None for part in self.parts):
            raise InputError("each part of a split needs its content")
        if (self.action == "merge") != bool(self.others):
            raise InputError("a merge names the other items, and nothing else does")
        if self.action in ("reject", "skip") and self.changes:
            raise InputError(f"{self.action} changes nothing; use `edit` or `accept` for changes")
        if self.action == "edit" and not self.changes:
            raise InputError("an edit without changes; use `accept` where all is right")
        if self.action == "add" and (self.changes.content is None or self.changes.kind is None):
            raise InputError("a missed quotation needs its content and kind")

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form that the log holds."""
        record: dict[str, Any] = {"action": self.action}
        if self.changes:
            record["changes"] = self.changes.to_json()
        if self.parts:
            record["parts"] = [part.to_json() for part in self.parts]
        if self.others:
            record["others"] = [other.to_json() for other in self.others]
        return record

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Decision:
        """Return the decision that `to_json` wrote."""
        return cls(
            action=record["action"],
            changes=Changes.from_json(record.get("changes") or {}),
            parts=tuple(Changes.from_json(part) for part in record.get("parts") or ()),
            others=tuple(ItemRef.from_json(other) for other in record.get("others") or ()),
        )


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a log: what happened, the how-many-th it is, and the circumstances of an answer.

    `seen` tells whether the suggestion was shown (not under `--blind`), `recheck` that the item was asked again to
    compare the annotator with themselves, `seconds` how long the item stood on the screen before.
    """

    seq: int
    at: str
    """UTC, ISO 8601 with milliseconds. Order is by `seq` alone: clocks jump."""
    event: EventKind
    session: int
    codebook: str | None = None
    item: ItemRef | None = None
    decision: Decision | None = None
    on: bool | None = None
    """flag, complete: set or taken back."""
    text: str | None = None
    """note: its text, empty to take it back. start: the annotator."""
    of: int | None = None
    """undo, redo: `seq` of the event that it is about."""
    article_id: str | None = None
    text_sha256: str | None = None
    seen: bool | None = None
    recheck: bool = False
    seconds: float | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    """start: format, role and the like."""

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form, without what is not set."""
        record: dict[str, Any] = {"seq": self.seq, "at": self.at, "event": self.event, "session": self.session}
        plain = {
            "codebook": self.codebook,
            "item": None if self.item is None else self.item.to_json(),
            "decision": None if self.decision is None else self.decision.to_json(),
            "on": self.on,
            "text": self.text,
            "of": self.of,
            "article_id": self.article_id,
            "text_sha256": self.text_sha256,
            "seen": self.seen,
            "recheck": self.recheck or None,
            "seconds": self.seconds,
            "more": dict(self.more) or None,
        }
        return record | {key: value for key, value in plain.items() if value is not None}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Event:
        """Return the event that `to_json` wrote; raises InputError for what is none."""
        try:
            if record["event"] not in EVENT_KINDS:
                raise InputError(f"unknown event {record['event']!r}; allowed: {', '.join(EVENT_KINDS)}")
            item, decision, seconds = record.get("item"), record.get("decision"), record.get("seconds")
            event = cls(
                seq=int(record["seq"]),
                at=str(record["at"]),
                event=record["event"],
                session=int(record["session"]),
                codebook=record.get("codebook"),
                item=None if item is None else ItemRef.from_json(item),
                decision=None if decision is None else Decision.from_json(decision),
                on=record.get("on"),
                text=record.get("text"),
                of=record.get("of"),
                article_id=record.get("article_id"),
                text_sha256=record.get("text_sha256"),
                seen=record.get("seen"),
                recheck=bool(record.get("recheck", False)),
                seconds=None if seconds is None else float(seconds),
                more=record.get("more") or {},
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(f"not an event of a review log: {error!r}") from error
        if event.event == "decision" and (event.item is None or event.decision is None):
            raise InputError("a decision needs its item and what was decided")
        if event.event in ("flag", "note") and event.item is None:
            raise InputError(f"a {event.event} needs its item")
        if event.event in ("undo", "redo") and event.of is None:
            raise InputError(f"an {event.event} needs the number of the event it is about")
        return event


def make_speaker_id(name: str) -> str:
    """Return the readable id of a name that somebody typed: `Ana Núñez` is `ana-nunez`."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    folded = "".join(char for char in plain if not unicodedata.combining(char) and char not in "'’.")
    # As the speaker stages name those whose name has no Latin letter.
    return NOT_IN_IDS.sub("-", folded).strip("-") or "speaker-" + hashlib.sha256(name.encode("utf-8")).hexdigest()[:8]


def content_overlap(one: Spans, other: Spans) -> float:
    """Return the intersection over union of two contents, in characters: 1.0 for equal spans, 0.0 for none shared."""
    shared = sum(max(0, min(a.end, b.end) - max(a.start, b.start)) for a in one for b in other)
    union = sum(map(len, one)) + sum(map(len, other)) - shared
    return shared / union if union else 0.0


def _pairs(spans: Sequence[TextSpan]) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]


def _spans_or_none(pairs: Any) -> Spans | None:
    return None if pairs is None else spans_from_json(pairs)
