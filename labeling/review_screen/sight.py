"""An item as it is shown: what the annotator said where they said something, else the suggestion, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sayso.attribution.types import QuoteKind, Spans, Stance, StanceFlag, StanceLabel
from sayso.labeling.review_items import SpeakerAnswer
from sayso.labeling.review_state import ItemState, Status

STATUS_WORDS: dict[Status, str] = {
    "open": "open",
    "edited": "open, changed",
    "skipped": "skipped",
    "accepted": "accepted",
    "rejected": "not a quotation",
    "replaced": "split or merged",
}


@dataclass(frozen=True, slots=True)
class StanceSight:
    """One target: the label shown, whether the annotator gave it, and what was suggested."""

    target: str
    label: StanceLabel | None
    flags: tuple[StanceFlag, ...]
    given: bool
    suggested: Stance | None


@dataclass(frozen=True, slots=True)
class Sight:
    """One item: `kind_given` and `speaker_given` where the annotator answered that."""

    status: Status
    kind: QuoteKind
    kind_given: bool
    content: Spans
    cue: Spans
    source: Spans
    speaker: SpeakerAnswer | None
    """None: not answered, and nothing shown. Without a name: answered that nobody can tell."""
    speaker_given: bool
    stances: tuple[StanceSight, ...]

    @property
    def speaker_known(self) -> bool:
        """Whether somebody is named."""
        return self.speaker is not None and self.speaker.name is not None


def see_item(state: ItemState, targets: Iterable[str], *, blind: bool) -> Sight:
    """Return what to show; `blind` leaves out whom and which stance the suggestion has, not where the quotation is."""
    now = state.attribution
    given = "speaker" in state.answered
    speaker = None
    if given or not blind:
        if now.speaker is not None:
            speaker = SpeakerAnswer(now.speaker.name, now.speaker.type, now.speaker.id)
        elif given:
            speaker = SpeakerAnswer(None)
    return Sight(
        status=state.status,
        kind=now.kind,
        kind_given="kind" in state.answered,
        content=now.content_spans,
        cue=now.cue_spans,
        source=now.source_spans,
        speaker=speaker,
        speaker_given=given,
        stances=tuple(_see_stances(state, targets, blind=blind)),
    )


def _see_stances(state: ItemState, targets: Iterable[str], *, blind: bool) -> Iterator[StanceSight]:
    now = {stance.target: stance for stance in state.attribution.stances}
    suggested = {} if blind else {stance.target: stance for stance in state.item.attribution.stances}
    answered = {name.removeprefix("stance:") for name in state.answered if name.startswith("stance:")}
    shown = [target for target in now if target in answered or not blind]
    for target in dict.fromkeys([*targets, *suggested, *shown]):
        given = target in answered
        stance = now.get(target) if given or not blind else None
        if stance is None:
            yield StanceSight(target, None, (), given, suggested.get(target))
        else:
            yield StanceSight(target, stance.label, stance.flags, given, suggested.get(target))
