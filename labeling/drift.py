"""How an annotator's answers change from session to session: labels, corrections and pace, to see drift by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from .review_items import Event
from .review_queue import answers_of
from .review_state import ItemState, Reviewed


@dataclass(frozen=True, slots=True)
class SessionFigures:
    """One session: items whose last answer is of it. Shares are of the items; `labels` counts stances by label."""

    session: int
    day: str
    """UTC day of its first answer."""
    items: int
    rejected: float
    changed: float
    """Share that was corrected, rejected ones included: what was shown was not taken as it was."""
    seconds: float | None
    """Median seconds an answer took, None where none was timed."""
    labels: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        return {
            "session": self.session,
            "day": self.day,
            "items": self.items,
            "rejected": round(self.rejected, 4),
            "changed": round(self.changed, 4),
            "seconds": self.seconds,
            "labels": dict(self.labels),
        }


def measure_sessions(events: Sequence[Event], reviewed: Reviewed) -> list[SessionFigures]:
    """Return the figures of each session of one log that still has an answer in effect, in their order."""
    by_number = {event.seq: event for event in events}
    states: dict[int, list[ItemState]] = {}
    for state in reviewed.states.values():
        event = by_number.get(state.seq)
        if event is not None and "exists" in state.answered and state.status != "skipped":
            states.setdefault(event.session, []).append(state)
    return [_measure(number, found, by_number) for number, found in sorted(states.items())]


def _measure(session: int, states: Sequence[ItemState], events: Mapping[int, Event]) -> SessionFigures:
    given = [events[state.seq] for state in states]
    seconds = [event.seconds for event in given if event.seconds is not None]
    labels = Counter(
        str(answer)
        for state in states
        for question, answer in answers_of(state).items()
        if question.startswith("stance:") and answer != "not addressed"
    )
    return SessionFigures(
        session=session,
        day=min(event.at for event in given)[:10],
        items=len(states),
        rejected=sum(state.status == "rejected" for state in states) / len(states),
        changed=sum(_is_changed(state) for state in states) / len(states),
        seconds=round(median(seconds), 1) if seconds else None,
        labels=dict(sorted(labels.items())),
    )


def _is_changed(state: ItemState) -> bool:
    if not state.stands:
        return True
    now, before = state.attribution, state.item.attribution
    speakers = [None if one.speaker is None else one.speaker.id for one in (now, before)]
    stances = [{stance.target: stance.label for stance in one.stances} for one in (now, before)]
    return (
        (now.id, now.kind) != (before.id, before.kind)
        or speakers[0] != speakers[1]
        or any(stances[0].get(target) != stances[1].get(target) for target in {**stances[0], **stances[1]})
    )
