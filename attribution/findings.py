"""What the rules read (a cue where it stands) and what they make of it (a finding, an attribution in the making)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .lexicon import CueEntry, CueMatch
from .marks import Quotation
from .sentences import Sentence
from .types import QuoteKind, TextSpan

Characters = tuple[int, int]
"""Half-open characters of the text."""

# A name in quotation marks is no quoted speech: two capitalised words or more.
NAMED_THING = re.compile(
    r"[A-Z0-9][\w’'&-]{0,40}(?: (?:of|the|and|for|in|[A-Z0-9&][\w’'-]{0,40})){0,5} [A-Z0-9][\w’'-]{0,40}"
)
# In these frames a quotation says what somebody calls something.
NAMING_REASONS = frozenset({"frame.as", "frame.obj-comp", "frame.passive-by", "frame.quote"})

PATTERN_REASONS = ("frame.", "position.", "rule.", "participle", "passive", "inverted", "introduced")


@dataclass(slots=True, eq=False)
class Finding:
    """An attribution in the making; spans are characters.

    `confidence` is the cue's own strength; it counts only where no rates were measured. `leading` says that the
    content stands right of the cue, `floating` that a quotation has no cue of its own.
    """

    content: list[Characters]
    cue: list[Characters]
    source: list[Characters]
    confidence: float
    why: list[str]
    sentence: Sentence
    quotes: list[Quotation] = field(default_factory=list)
    leading: bool = False
    floating: bool = False
    clear: bool = False
    """Whether it surely reports something inside another's content too: will warn, what it calls."""

    @property
    def names_things(self) -> bool:
        """Whether the cue says what something is called."""
        return not NAMING_REASONS.isdisjoint(self.why)

    @property
    def start(self) -> int:
        return self.content[0][0]

    @property
    def end(self) -> int:
        return self.content[-1][1]

    def lies_inside(self, others: Iterable[Finding]) -> bool:
        """Return whether the whole finding stands inside a content piece of one of `others`."""
        start = min(span[0] for span in (*self.content, *self.cue, *self.source))
        return any(
            other is not self and any(a <= start and self.end <= b for a, b in other.content) for other in others
        )

    def kind(self) -> QuoteKind:
        """Return direct, mixed or indirect: whether all, some or none of the content's letters are quoted."""
        marked = sorted(
            (piece.start, piece.end)
            for quotation in self.quotes
            for piece in quotation.pieces
            if not self._is_name(piece)
        )
        if not any(a < end and start < b for start, end in self.content for a, b in marked):
            return "indirect"
        return "mixed" if any(self._has_letters_outside(marked, *piece) for piece in self.content) else "direct"

    def _is_name(self, piece: TextSpan) -> bool:
        """Return whether the quotation only names a thing: the “Lima Circle”, not: called it a “Lima Circle”."""
        if self.names_things or (piece.start, piece.end) in self.content:
            return False
        return NAMED_THING.fullmatch(self.sentence.text, piece.start + 1, piece.end - 1) is not None

    def _has_letters_outside(self, marked: Sequence[Characters], start: int, end: int) -> bool:
        text, at = self.sentence.text, start
        for a, b in marked:
            if b <= start or a >= end:
                continue
            if _has_letters(text, at, a):
                return True
            at = max(at, b)
        return _has_letters(text, at, end)


def _has_letters(text: str, start: int, end: int) -> bool:
    return any(c.isalnum() for c in text[start:end])


@dataclass(frozen=True, slots=True)
class CueUse:
    """One cue where it stands: what the rules of frames and positions read."""

    s: Sentence
    match: CueMatch
    min_rate: float
    """Frames whose cues are weaker than this are not tried."""
    previous: Finding | None = None
    """The attribution of the same sentence that this one may continue: ..., adding that."""
    begin: int = 0
    """The first unit of the reported clause that the cue stands in; 0 outside all."""

    @property
    def entry(self) -> CueEntry:
        return self.match.form.entry

    @property
    def start(self) -> int:
        """The cue's first unit."""
        return self.match.start

    @property
    def end(self) -> int:
        """The unit behind the cue."""
        return self.match.end

    @property
    def why(self) -> list[str]:
        """The reasons that start with the cue's id."""
        return [f"cue.{self.entry.id.removeprefix('cue.')}"]

    def characters(self) -> Characters:
        """Return the characters of the cue alone."""
        return self.s.characters(self.start, self.end)

    def rate(self, frame: str) -> float:
        """Return how often the cue in this frame is one: as measured, else by our own judgement."""
        return self.entry.rates.get(frame, self.entry.strength)

    def best_rate(self, *frames: str) -> float:
        """Return the highest rate among those of `frames` that the cue has."""
        return max((self.rate(frame) for frame in frames if self.entry.has(frame)), default=self.entry.strength)

    def takes(self, frame: str) -> bool:
        """Return whether the cue has the frame and is strong enough in it to be tried."""
        return self.entry.has(frame) and self.rate(frame) >= self.min_rate

    def leading(
        self,
        begin: int,
        end: int,
        *,
        source: list[Characters],
        rate: float,
        why: Sequence[str],
        cue: list[Characters] | None = None,
    ) -> Finding | None:
        """Return the finding whose content is units `begin` to `end`, right of the cue; None when there are none."""
        if end <= begin:
            return None
        return Finding(
            [self.s.characters(begin, end)],
            [self.characters()] if cue is None else cue,
            source,
            rate,
            [*self.why, *why],
            self.s,
            self.s.quotations(begin, end),
            leading=True,
        )


def pattern_of(why: Sequence[str]) -> tuple[str, str]:
    """Return (cue id, pattern) of a finding's reasons: ("cue.say", "inverted position.trailing")."""
    cue = next((reason for reason in why if reason.startswith("cue.")), "")
    return cue, " ".join(reason for reason in why if reason.startswith(PATTERN_REASONS))


def merge_spans(spans: Iterable[Characters]) -> list[Characters]:
    """Return the pieces in text order, touching or overlapping ones as one, empty ones left out."""
    merged: list[Characters] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
