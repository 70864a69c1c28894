"""What a build found, in numbers: counted as articles pass, shown at the end, and stated in the card."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .attribution.types import QUOTE_KINDS, SCHEMA_VERSION, Attribution, BadRecord
from .dataset import SPLITS, Split, TextPolicy

if TYPE_CHECKING:
    from rich.console import RenderableType

TOP_SPEAKERS = 10


@dataclass(frozen=True, slots=True)
class SpeakerCount:
    """How many attributions name one speaker."""

    id: str
    name: str
    attributions: int


@dataclass(frozen=True, slots=True)
class BuildSummary:
    """What a build found and wrote."""

    out: str
    """The folder as the caller named it."""
    dry_run: bool
    text_policy: TextPolicy
    articles: int
    words: int
    attributions: int
    kinds: dict[str, int]
    """Attributions by kind, all three kinds present."""
    with_speaker: int
    top_speakers: tuple[SpeakerCount, ...]
    """The most frequent ones that have a name: an unnamed official is somebody else in the next article."""
    stances: int
    quarantined: dict[str, int]
    """Records left out, by reason, most frequent first."""
    splits: dict[str, int]
    """Articles by split, those that have any."""
    clusters: int = 0
    """Quotations that several articles carry."""
    clustered: int = 0
    """Attributions that belong to one of them."""
    reviewed: int = 0
    """Attributions that somebody decided on in a review."""
    ties: int = 0
    """Questions that reviewers answered differently, none of them by more than half."""
    unused_decisions: int = 0
    """Decisions about texts or attributions that are not there any more."""
    seconds: float = 0.0

    @property
    def quarantined_total(self) -> int:
        return sum(self.quarantined.values())

    def to_json(self) -> dict[str, Any]:
        """Return the summary as one JSON document (`schema_version` 1)."""
        record = dataclasses.asdict(self)
        record["top_speakers"] = [dataclasses.asdict(speaker) for speaker in self.top_speakers]
        record["seconds"] = round(self.seconds, 3)
        return {"schema_version": SCHEMA_VERSION, **record, "quarantined_total": self.quarantined_total}


@dataclass(slots=True)
class Tally:
    """Counts articles, attributions and bad records as they pass."""

    articles: int = 0
    words: int = 0
    attributions: int = 0
    with_speaker: int = 0
    stances: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    speakers: Counter[tuple[str, str]] = field(default_factory=Counter)
    quarantined: dict[str, int] = field(default_factory=dict)
    """Records left out, by reason, as the quarantine counts them."""
    splits: Counter[Split] = field(default_factory=Counter)
    clusters: int = 0
    clustered: int = 0
    reviewed: int = 0
    ties: int = 0
    unused_decisions: int = 0
    first_bad: BadRecord | None = None

    def add_article(self, attributions: Sequence[Attribution], *, words: int) -> None:
        """Count one article and what was found in it; its split is counted when it is known."""
        self.articles += 1
        self.words += words
        self.attributions += len(attributions)
        for attribution in attributions:
            self.kinds[attribution.kind] += 1
            self.stances += len(attribution.stances)
            if attribution.speaker is not None:
                self.with_speaker += 1
                if attribution.speaker.type != "unnamed":
                    self.speakers[attribution.speaker.id, attribution.speaker.name] += 1

    def summarize(self, out: str, text_policy: TextPolicy, *, dry_run: bool = False) -> BuildSummary:
        """Return the counts; equal counts are ordered by name, so that two equal builds say the same."""
        speakers = sorted(self.speakers.items(), key=lambda item: (-item[1], item[0]))[:TOP_SPEAKERS]
        return BuildSummary(
            out=out,
            dry_run=dry_run,
            text_policy=text_policy,
            articles=self.articles,
            words=self.words,
            attributions=self.attributions,
            kinds={kind: self.kinds[kind] for kind in QUOTE_KINDS},
            with_speaker=self.with_speaker,
            top_speakers=tuple(SpeakerCount(key[0], key[1], count) for key, count in speakers),
            stances=self.stances,
            quarantined=dict(self.quarantined),
            splits={split: self.splits[split] for split in SPLITS if self.splits[split]},
            clusters=self.clusters,
            clustered=self.clustered,
            reviewed=self.reviewed,
            ties=self.ties,
            unused_decisions=self.unused_decisions,
        )


def render_summary(summary: BuildSummary) -> RenderableType:
    """Return the summary for a rich console; names and reasons from the data are made safe to show."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    head = "Dry run, nothing written" if summary.dry_run else f"Dataset in {_safe(summary.out)}"
    parts: list[RenderableType] = [Text(head, style="bold"), _count_table(summary)]
    if summary.top_speakers:
        speakers = Table("Top speakers", "Attributions", box=None, pad_edge=False)
        speakers.columns[1].justify = "right"
        for speaker in summary.top_speakers:
            speakers.add_row(Text(_safe(speaker.name)), f"{speaker.attributions:,}")
        parts.extend((Text(), speakers))
    if summary.quarantined:
        bad = Table("Quarantined", "Records", box=None, pad_edge=False)
        bad.columns[1].justify = "right"
        for reason, count in summary.quarantined.items():
            bad.add_row(Text(_safe(reason), style="yellow"), f"{count:,}")
        parts.extend((Text(), bad))
    return Group(*parts)


def _count_table(summary: BuildSummary) -> RenderableType:
    from rich.table import Table

    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_column()
    table.add_row("Articles", f"{summary.articles:,}")
    table.add_row("Words", f"{summary.words:,}")
    table.add_row("Attributions", f"{summary.attributions:,}")
    for kind, count in summary.kinds.items():
        table.add_row(f"  {kind}", f"{count:,}")
    share = f"{summary.with_speaker / summary.attributions:.0%}" if summary.attributions else ""
    table.add_row("  with a speaker", f"{summary.with_speaker:,}", share)
    if summary.clusters:
        table.add_row("Repeated quotations", f"{summary.clusters:,}", f"{summary.clustered:,} attributions")
    if summary.reviewed or summary.unused_decisions:
        table.add_row("Reviewed", f"{summary.reviewed:,}", f"{summary.ties:,} ties" if summary.ties else "")
    if summary.unused_decisions:
        table.add_row("Decisions without effect", f"{summary.unused_decisions:,}", "see local/review-notes.jsonl")
    table.add_row("Quarantined", f"{summary.quarantined_total:,}")
    table.add_row("Seconds", f"{summary.seconds:.1f}")
    return table


def _safe(text: str) -> str:
    from .terminal import safe_line

    return safe_line(text)


def list_reasons(quarantined: Mapping[str, int], *, most: int = 3) -> str:
    """Return the most frequent reasons with their counts, for one line of an error message."""
    shown = [f"{count} × {reason}" for reason, count in list(quarantined.items())[:most]]
    return "; ".join(shown) + (f"; and {len(quarantined) - most} other reasons" if len(quarantined) > most else "")
