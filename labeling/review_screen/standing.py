"""What one annotator's events say of one item, and what the screen therefore shows of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from ...attribution.types import QuoteKind, Spans, Stance, StanceFlag, StanceLabel
from ..review_items import Changes, Event, ReviewItem, SpeakerAnswer, StanceAnswer

Status = Literal["open", "skipped", "done", "rejected", "split", "merged"]
STATUS_WORDS: dict[Status, str] = {
    "open": "open",
    "skipped": "skipped",
    "done": "done",
    "rejected": "not a quotation",
    "split": "split",
    "merged": "merged into another",
}
# What still waits for an answer.
WAITING: frozenset[Status] = frozenset({"open", "skipped"})


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an item stands: its status, all changes made to it, flag and note."""

    status: Status = "open"
    changes: Changes = field(default_factory=Changes)
    flagged: bool = False
    note: str = ""


def merge_changes(earlier: Changes, later: Changes) -> Changes:
    """Return both changes as one: what `later` sets wins, stances by target."""
    stances = {stance.target: stance for stance in (*earlier.stances, *later.stances)}
    return Changes(
        kind=earlier.kind if later.kind is None else later.kind,
        content=earlier.content if later.content is None else later.content,
        cue=earlier.cue if later.cue is None else later.cue,
        source=earlier.source if later.source is None else later.source,
        speaker=earlier.speaker if later.speaker is None else later.speaker,
        stances=tuple(stances.values()),
    )


def stand(item_id: str, events: Iterable[Event]) -> Standing:
    """Return where the item stands after these events in effect, which name it as theirs or as merged into theirs."""
    standing = Standing()
    for event in events:
        if event.event == "flag":
            standing = replace(standing, flagged=bool(event.on))
        elif event.event == "note":
            standing = replace(standing, note=event.text or "")
        elif event.decision is not None:
            decision = event.decision
            changes = merge_changes(standing.changes, decision.changes)
            status: Status = standing.status
            if any(other.id == item_id for other in decision.others):
                standing = replace(standing, status="merged")
                continue
            if decision.action == "accept":
                status = "done"
            elif decision.action == "reject":
                status = "rejected"
            elif decision.action == "split":
                status = "split"
            elif decision.action == "skip":
                status = standing.status if standing.status == "done" else "skipped"
            else:
                # A correction of a finished item finishes nothing and opens nothing; of one taken for no quotation it
                # says that it is one. Merged and added ones wait for their stances.
                status = "done" if standing.status == "done" else "open"
            standing = replace(standing, status=status, changes=changes)
    return standing


@dataclass(frozen=True, slots=True)
class StanceSight:
    """One target as shown: the label now, whether the annotator gave it, and what was suggested."""

    target: str
    label: StanceLabel | None
    flags: tuple[StanceFlag, ...]
    given: bool
    suggested: Stance | None


@dataclass(frozen=True, slots=True)
class Sight:
    """An item as shown: suggestion with the annotator's changes; `…_given` where the annotator said so."""

    kind: QuoteKind
    kind_given: bool
    content: Spans
    cue: Spans
    source: Spans
    speaker: SpeakerAnswer | None
    """None: not answered, and nothing suggested."""
    speaker_given: bool
    stances: tuple[StanceSight, ...]

    def stance(self, target: str) -> StanceSight:
        """Return the stance towards `target`, which must be one of the item's."""
        return next(stance for stance in self.stances if stance.target == target)


def see(item: ReviewItem, standing: Standing, targets: Iterable[str], *, blind: bool) -> Sight:
    """Return what to show of the item; `blind` leaves out who and which stance is suggested, not where."""
    base, changes = item.attribution, standing.changes
    done = standing.status == "done"
    speaker = changes.speaker
    if speaker is None and not blind and base.speaker is not None:
        speaker = SpeakerAnswer(base.speaker.name, base.speaker.type, base.speaker.id)
    return Sight(
        kind=changes.kind or base.kind,
        kind_given=done or changes.kind is not None,
        content=base.content_spans if changes.content is None else changes.content,
        cue=base.cue_spans if changes.cue is None else changes.cue,
        source=base.source_spans if changes.source is None else changes.source,
        speaker=speaker,
        speaker_given=done or changes.speaker is not None,
        stances=tuple(_stances(item, changes, targets, blind=blind, done=done)),
    )


def _stances(
    item: ReviewItem, changes: Changes, targets: Iterable[str], *, blind: bool, done: bool
) -> Iterable[StanceSight]:
    given: dict[str, StanceAnswer] = {stance.target: stance for stance in changes.stances}
    suggested = {} if blind else {stance.target: stance for stance in item.attribution.stances}
    for target in dict.fromkeys([*targets, *suggested, *given]):
        answer, stance = given.get(target), suggested.get(target)
        if answer is not None:
            yield StanceSight(target, answer.label, answer.flags, True, stance)
        elif stance is not None:
            yield StanceSight(target, stance.label, stance.flags, done, stance)
        else:
            yield StanceSight(target, None, (), done, None)
