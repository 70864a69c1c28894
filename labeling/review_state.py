"""From items and events to what an annotator now says, one event at a time or all at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from sayso.attribution.errors import InputError
from sayso.attribution.types import (
    Article,
    Attribution,
    Spans,
    Speaker,
    SpeakerHow,
    Stance,
    TextSpan,
    make_attribution,
)

from .review_items import (
    Changes,
    Decision,
    Event,
    ItemRef,
    ReviewItem,
    SpeakerAnswer,
    StanceAnswer,
    content_overlap,
    make_speaker_id,
)
from .review_log import UNDOABLE, History

Status = Literal["open", "edited", "skipped", "accepted", "rejected", "replaced"]

# Half the characters: what the scoring calls a relaxed match.
MIN_OVERLAP = 0.5
SPAN_QUESTIONS = ("kind", "content", "cue", "source")


@dataclass(frozen=True, slots=True)
class ItemState:
    """What one annotator says about one item so far.

    `attribution` has all changes in it; its id is that of its present spans, `item.id` stays. `answered` names the
    questions answered: exists, kind, content, cue, source, speaker, stance:TARGET. Accepting answers them all, but
    under `--blind` speaker and stances only where they were given.
    """

    item: ReviewItem
    attribution: Attribution
    status: Status = "open"
    answered: frozenset[str] = frozenset()
    flagged: bool = False
    note: str | None = None
    replaced_by: tuple[str, ...] = ()
    seen: bool | None = None
    seq: int = 0
    """Number of the last decision on it; 0: none."""

    @property
    def id(self) -> str:
        return self.item.id

    @property
    def undecided(self) -> bool:
        """Whether review still has to ask: not finished, though edited or put off perhaps."""
        return self.status in ("open", "edited", "skipped")

    @property
    def stands(self) -> bool:
        """Whether the item is an attribution of the result: neither rejected nor replaced by others."""
        return self.status not in ("rejected", "replaced")


@dataclass(frozen=True, slots=True)
class Unmatched:
    """An event whose item can't be found again, and why: it is listed, and stays in the log."""

    event: Event
    reason: Literal["text changed", "article gone", "not found"]


@dataclass(frozen=True, slots=True)
class Rejoined:
    """Which items of today the items of a log are: `names` maps ids that differ; `unmatched` are of other texts."""

    names: Mapping[str, str]
    unmatched: tuple[Unmatched, ...] = ()


@dataclass(frozen=True, slots=True)
class Reviewed:
    """All that one annotator says: the state of each item by id, in the order of the items, and complete articles."""

    annotator: str
    states: Mapping[str, ItemState]
    complete: frozenset[tuple[str, str]] = frozenset()
    """(article id, text hash) of the articles from which nothing is missing."""
    unmatched: tuple[Unmatched, ...] = ()
    rechecks: Mapping[str, ItemState] = field(default_factory=dict)
    """What the annotator said when asked once more, from a fresh look at the suggestion; it never counts as their
    answer, only as a measure of it."""


@dataclass(slots=True)
class _Step:
    """One event in effect and what it took the place of, to undo it at once."""

    event: Event
    before: dict[str, ItemState | None]
    complete_before: frozenset[tuple[str, str]]
    recheck_before: ItemState | None = None


class ReviewState:
    """The states of a review under way: `take` each event as it is recorded; undo and redo cost no more than a step.

    `states` has every item by id; items made by split, merge and add come in at the end.
    """

    def __init__(
        self,
        items: Iterable[ReviewItem],
        *,
        annotator: str,
        articles: Iterable[Article] = (),
        names: Mapping[str, str] | None = None,
    ) -> None:
        """`articles` need only name those without items, where quotations may be added; `names` come of `rejoin`."""
        self.annotator = annotator
        self.names = dict(names or {})
        self.states: dict[str, ItemState] = {}
        self.rechecks: dict[str, ItemState] = {}
        self.complete: frozenset[tuple[str, str]] = frozenset()
        self.unmatched: list[Unmatched] = []
        self._articles = {article.text_sha256: article for article in articles}
        self._steps: list[_Step] = []
        self._undone: list[Event] = []
        for item in items:
            if item.id in self.states:
                raise InputError(f"two items have the id {item.id!r}; build the dataset again")
            self.states[item.id] = ItemState(item, item.attribution)
            self._articles.setdefault(item.text_sha256, item.article)

    def take(self, event: Event) -> tuple[str, ...]:
        """Bring the states up to date with `event` and return the ids of the items that changed.

        Raises InputError for an answer that can't be applied (spans beyond the text, an item already replaced); the
        states are then as before. Apply a decision here with `preview` before it is recorded.
        """
        if event.event == "undo":
            step = self._steps.pop()
            if step.event.seq != event.of:
                self._steps.append(step)
                raise InputError(f"event {event.of} is not the last in effect; it can't be undone")
            self._restore(step)
            self._undone.append(step.event)
            return tuple(step.before)
        if event.event == "redo":
            if not self._undone or self._undone[-1].seq != event.of:
                raise InputError(f"event {event.of} is not the one undone last; it can't be redone")
            return self._apply(self._undone.pop())
        if event.event in UNDOABLE:
            changed = self._apply(event)
            self._undone.clear()
            return changed
        return ()

    def preview(self, item: ItemRef, decision: Decision) -> None:
        """Raise InputError where `decision` can't be applied now; changes nothing. Ask before recording an answer."""
        event = Event(1 << 62, "", "decision", 0, item=item, decision=decision, seen=True)
        self._apply(event)
        step = self._steps.pop()
        self._restore(step)

    def replay(self, event: Event, *, known: bool = True) -> None:
        """Take an event of the log that is in effect; one that can't be applied any more is listed in `unmatched`."""
        try:
            if known:
                self._apply(event)
                return
        except InputError:
            self.unmatched.append(Unmatched(event, "not found"))
        self._steps.append(_Step(event, {}, self.complete))

    def set_undone(self, events: Sequence[Event]) -> None:
        """Say which events of the log redo would bring back, last first."""
        self._undone = list(events)

    def reviewed(self) -> Reviewed:
        """Return a frozen copy of where things stand."""
        return Reviewed(
            self.annotator, dict(self.states), self.complete, tuple(self.unmatched), rechecks=dict(self.rechecks)
        )

    def _restore(self, step: _Step) -> None:
        if step.event.recheck and step.event.item is not None:
            self.rechecks.pop(step.event.item.id, None)
            if step.recheck_before is not None:
                self.rechecks[step.event.item.id] = step.recheck_before
        for key, before in step.before.items():
            if before is None:
                del self.states[key]
            else:
                self.states[key] = before
        self.complete = step.complete_before

    def _apply(self, event: Event) -> tuple[str, ...]:
        step = _Step(event, {}, self.complete)
        if event.recheck and event.item is not None and event.decision is not None:
            return self._recheck(event, event.item, event.decision)
        try:
            after = self._changes_of(event)
        except InputError as error:
            raise InputError(f"event {event.seq} on {event.item.id if event.item else 'no item'}: {error}") from error
        if event.event == "complete":
            mark = (str(event.article_id), str(event.text_sha256))
            self.complete = self.complete | {mark} if event.on else self.complete - {mark}
        for key, state in after.items():
            step.before[key] = self.states.get(key)
            self.states[key] = state
        self._steps.append(step)
        return tuple(after)

    def _changes_of(self, event: Event) -> dict[str, ItemState]:
        """Return the new states by id that `event` brings about."""
        if event.item is None:
            return {}
        decision = event.decision
        state = self._find(event.item, restore=decision is None or decision.action != "add")
        if state is None:
            if decision is None or decision.action != "add":
                raise InputError("there is no such item")
            state = self._add(event.item, decision, event)
            return {state.id: state}
        key = state.id
        if event.event == "flag":
            return {key: replace(state, flagged=bool(event.on))}
        if event.event == "note":
            return {key: replace(state, note=event.text or None)}
        if decision is None:
            return {}
        if state.status == "replaced":
            raise InputError(f"it was replaced by {', '.join(state.replaced_by)}; undo that first")
        if decision.action == "split":
            return self._split(state, decision, event)
        if decision.action == "merge":
            return self._merge(state, decision, event)
        return {key: self._answer(state, decision, event)}

    def _recheck(self, event: Event, ref: ItemRef, decision: Decision) -> tuple[str, ...]:
        """Keep the answer to an item that was asked once more beside the first one."""
        state = self._find(ref)
        if state is None or decision.action not in ("accept", "edit", "reject", "skip"):
            raise InputError(f"event {event.seq} on {ref.id}: only an answered item can be asked once more")
        before = self.rechecks.get(ref.id)
        fresh = before or ItemState(state.item, state.item.attribution)
        self.rechecks[ref.id] = self._answer(fresh, decision, event)
        self._steps.append(_Step(event, {}, self.complete, before))
        return (state.id,)

    def _find(self, ref: ItemRef, *, restore: bool = True) -> ItemState | None:
        """Return the state of the item that `ref` means, by id, by what `rejoin` found, or as the log itself has it.

        The last is for what the build no longer finds on an unchanged text: a person looked at it.
        """
        state = self.states.get(ref.id) or self.states.get(self.names.get(ref.id, ""))
        if state is not None or not restore:
            return state
        near = [
            (content_overlap(ref.content, known.attribution.content_spans), known)
            for known in self.states.values()
            if known.item.based_on is not None and known.item.text_sha256 == ref.text_sha256
        ]
        overlap, nearest = max(near, key=lambda pair: pair[0], default=(0.0, None))
        if nearest is not None and overlap >= MIN_OVERLAP:
            return nearest  # a part of a split whose item has other edges since
        article = self._articles.get(ref.text_sha256)
        if article is None or ref.suggested is None:
            return None
        context = TextSpan(ref.content[0].start, ref.content[-1].end)
        return ItemState(ReviewItem(article, ref.text_sha256, ref.suggested, context), ref.suggested)

    def _answer(self, state: ItemState, decision: Decision, event: Event) -> ItemState:
        """Return the state after accept, edit, add, reject or skip."""
        action, seen = decision.action, bool(event.seen)
        state = replace(state, seen=event.seen, seq=event.seq)
        if action == "skip":
            return replace(state, status="accepted" if state.status == "accepted" else "skipped")
        if action == "reject":
            return replace(state, status="rejected", answered=state.answered | {"exists"})
        done = action == "accept"
        current = state.attribution
        answered = set(state.answered | {"exists"} | _questions_in(decision.changes))
        if done:
            current = self._as_shown(state, event)
            answered.update(SPAN_QUESTIONS)
            if seen:
                asked = event.item.targets if event.item else ()
                stances = (stance.target for stance in current.stances)
                answered.update(
                    ("speaker", *(f"stance:{target}" for target in (*asked, *state.item.targets, *stances)))
                )
        attribution = change_attribution(
            state.item.article.text, state.item.text_sha256, current, decision.changes, by=self.annotator
        )
        if done:
            attribution = endorse(attribution, by=self.annotator, answered=answered)
        # A correction of a finished item opens nothing; of one taken for no quotation it says that it is one.
        status: Status = "accepted" if done or state.status == "accepted" else "edited"
        return replace(state, status=status, answered=frozenset(answered), attribution=attribution)

    def _as_shown(self, state: ItemState, event: Event) -> Attribution:
        """Return the attribution as the annotator saw it: the suggestion of then, whatever a later build has."""
        shown = event.item.suggested if event.item else None
        current = state.attribution
        if shown is None or shown == state.item.attribution:
            return current
        changes = Changes(
            kind=None if "kind" in state.answered or shown.kind == current.kind else shown.kind,
            content=_unless(shown.content_spans, "content" in state.answered, current.content_spans),
            cue=_unless(shown.cue_spans, "cue" in state.answered, current.cue_spans),
            source=_unless(shown.source_spans, "source" in state.answered, current.source_spans),
        )
        current = change_attribution(
            state.item.article.text, state.item.text_sha256, current, changes, by=self.annotator, why="review.accept"
        )
        if not event.seen:
            return current
        given = {stance.target for stance in current.stances if f"stance:{stance.target}" in state.answered}
        stances = tuple(stance for stance in shown.stances if f"stance:{stance.target}" not in state.answered)
        kept = tuple(stance for stance in current.stances if stance.target in given)
        speaker = current.speaker if "speaker" in state.answered else shown.speaker
        return replace(current, speaker=speaker, stances=(*kept, *stances))

    def _add(self, ref: ItemRef, decision: Decision, event: Event) -> ItemState:
        article = self._articles.get(ref.text_sha256)
        if article is None:
            raise InputError(f"article {ref.article_id!r} with this text is not in the dataset")
        changes = decision.changes
        made = _make(article, ref.text_sha256, changes, by=self.annotator, why="review.add")
        context = TextSpan(made.start, made.end)
        targets = tuple(stance.target for stance in changes.stances)
        item = ReviewItem(article, ref.text_sha256, made, context, targets)
        answered = {"exists", *SPAN_QUESTIONS} | _questions_in(changes)
        return ItemState(item, made, "edited", frozenset(answered), seen=event.seen, seq=event.seq)

    def _split(self, state: ItemState, decision: Decision, event: Event) -> dict[str, ItemState]:
        """Return the states where the parts take the item's place; a part with the item's own spans keeps its id."""
        item, text, sha = state.item, state.item.article.text, state.item.text_sha256
        base = change_attribution(text, sha, state.attribution, decision.changes, by=self.annotator)
        parts = [
            change_attribution(text, sha, base, part, by=self.annotator, why="review.split") for part in decision.parts
        ]
        if len({part.id for part in parts}) != len(parts):
            raise InputError("two parts of the split are the same")
        ids = tuple(part.id for part in parts)
        answered = state.answered | {"exists"}
        after = {
            state.id: replace(
                state, status="replaced", replaced_by=ids, answered=answered, seq=event.seq, seen=event.seen
            )
        }
        for part in parts:
            taken = self.states.get(part.id)
            if taken is not None and taken.id != state.id and taken.stands:
                raise InputError(f"the article already has {part.id} with these spans")
            covered = [item.context, *part.content_spans]
            context = TextSpan(min(span.start for span in covered), max(span.end for span in covered))
            made = ReviewItem(item.article, sha, part, context, item.targets, based_on=item.id)
            if part.id == state.id:
                made = replace(item, context=context)
            after[part.id] = ItemState(
                made, part, "edited", frozenset({"exists", *SPAN_QUESTIONS}), seen=event.seen, seq=event.seq
            )
        return after

    def _merge(self, state: ItemState, decision: Decision, event: Event) -> dict[str, ItemState]:
        text, sha = state.item.article.text, state.item.text_sha256
        merged = [state]
        for other in decision.others:
            found = self._find(other)
            if found is None or not found.stands or found.item.text_sha256 != sha:
                raise InputError(f"{other.id} can't be merged with it: not there any more, or of another article")
            merged.append(found)
        content = join_spans(text, [span for part in merged for span in part.attribution.content_spans])
        changes = decision.changes if decision.changes.content else replace(decision.changes, content=content)
        made = change_attribution(text, sha, state.attribution, changes, by=self.annotator, why="review.merge")
        stances = {stance.target: stance for part in reversed(merged[1:]) for stance in part.attribution.stances}
        kept = {stance.target for stance in made.stances}
        made = replace(made, stances=(*made.stances, *(s for target, s in stances.items() if target not in kept)))
        answered = state.answered | {"exists", *SPAN_QUESTIONS} | _questions_in(changes)
        after = {
            part.id: replace(
                part,
                status="replaced",
                replaced_by=(state.id,),
                answered=part.answered | {"exists"},
                seq=event.seq,
                seen=event.seen,
            )
            for part in merged[1:]
        }
        status: Status = "accepted" if state.status == "accepted" else "edited"
        after[state.id] = replace(
            state, attribution=made, status=status, answered=answered, seq=event.seq, seen=event.seen
        )
        return after


def apply(
    events: Iterable[Event],
    items: Iterable[ReviewItem],
    *,
    annotator: str = "",
    articles: Iterable[Article] = (),
) -> Reviewed:
    """Return what the events of one log say about the items; neither is changed, and equal arguments give equals.

    Items are found again by id, else by their content on the same text. What can't be found is in `unmatched`. An
    event that no longer applies after a rebuild (its parts are gone) is listed there too, never an error.
    """
    return resume(events, items, annotator=annotator, articles=articles).reviewed()


def resume(
    events: Iterable[Event],
    items: Iterable[ReviewItem],
    *,
    annotator: str,
    articles: Iterable[Article] = (),
) -> ReviewState:
    """Return the state to go on from: `apply` that takes further events, undo across sessions included."""
    everything = list(events)
    history = History()
    for event in everything:
        history.add(event)
    known = list(items)
    all_articles = [*articles, *{item.text_sha256: item.article for item in known}.values()]
    # What was undone may be redone; each event keeps its place in the log.
    relevant = sorted((*history.done, *history.undone), key=lambda event: event.seq)
    rejoined = rejoin(relevant, known, articles=all_articles)
    state = ReviewState(known, annotator=annotator, articles=all_articles, names=rejoined.names)
    in_effect = {event.seq for event in history.done}
    state.unmatched = [lost for lost in rejoined.unmatched if lost.event.seq in in_effect]
    lost = {entry.event.seq for entry in rejoined.unmatched}
    for event in history.done:
        state.replay(event, known=event.seq not in lost)
    state.set_undone(history.undone)
    state.unmatched.sort(key=lambda one: one.event.seq)
    return state


def rejoin(events: Sequence[Event], items: Sequence[ReviewItem], *, articles: Iterable[Article] = ()) -> Rejoined:
    """Return which of `items` the items of `events` (those in effect) are.

    By id; else, on the same text, the item whose content overlaps most, by half at least, and that no other item of
    the log is. Events on texts that are not there any more are `unmatched`.
    """
    ids = {item.id for item in items}
    texts = {article.text_sha256 for article in articles} | {item.text_sha256 for item in items}
    article_ids = {article.id for article in articles} | {item.article.id for item in items}
    by_text: dict[str, list[ReviewItem]] = {}
    for item in items:
        by_text.setdefault(item.text_sha256, []).append(item)
    missing: dict[str, ItemRef] = {}
    cues: dict[str, Spans] = {}
    unmatched: list[Unmatched] = []
    taken: set[str] = set()
    for event in events:
        ref, decision = event.item, event.decision
        text, article = (ref.text_sha256, ref.article_id) if ref else (event.text_sha256, event.article_id)
        if text not in texts:
            unmatched.append(Unmatched(event, "text changed" if article in article_ids else "article gone"))
            continue
        if ref is None:
            continue
        for other in (ref, *(decision.others if decision else ())):
            if other.id in ids:
                taken.add(other.id)
            elif other.id not in missing or missing[other.id].suggested is None:
                missing[other.id] = other
        if decision is not None and decision.action == "add":
            cues.setdefault(ref.id, decision.changes.cue or ())
    pairs = [
        (content_overlap(ref.content, item.attribution.content_spans), number, ref.id, item.id)
        for number, ref in enumerate(missing.values())
        for item in by_text.get(ref.text_sha256, ())
        if item.id not in taken and (ref.id not in cues or _same_cue(cues[ref.id], item))
    ]
    names: dict[str, str] = {}
    for overlap, _, old, new in sorted(pairs, key=lambda pair: (-pair[0], pair[1])):
        if overlap >= MIN_OVERLAP and old not in names and new not in taken:
            names[old] = new
            taken.add(new)
    return Rejoined(names, tuple(unmatched))


def change_attribution(
    text: str, text_sha256: str, attribution: Attribution, changes: Changes, *, by: str, why: str = "review.edit"
) -> Attribution:
    """Return `attribution` with the changes made, its texts and id anew; an edited one says what it is based on.

    Raises InputError (OffsetError) for spans beyond the text.
    """
    origin = f"human:{by}"
    if any(part is not None for part in (changes.kind, changes.content, changes.cue, changes.source)):
        made = make_attribution(
            text,
            article_id=attribution.article_id,
            text_sha256=text_sha256,
            kind=changes.kind or attribution.kind,
            content=_or(changes.content, attribution.content_spans),
            cue=_or(changes.cue, attribution.cue_spans),
            source=_or(changes.source, attribution.source_spans),
            confidence=1.0,
            origin=origin,
            nested_in=attribution.nested_in,
        )
        reasons = list(attribution.why)
        if made.id != attribution.id and not any(reason.startswith("based-on:") for reason in reasons):
            reasons.append(f"based-on:{attribution.id}")
        if why not in reasons:
            reasons.append(why)
        attribution = replace(
            made,
            why=tuple(reasons),
            speaker=attribution.speaker,
            stances=attribution.stances,
            cluster_id=attribution.cluster_id,
        )
    if changes.speaker is not None:
        attribution = replace(attribution, speaker=_speaker(changes.speaker, attribution))
    return replace(attribution, stances=_stances(attribution.stances, changes.stances, origin))


def endorse(attribution: Attribution, *, by: str, answered: Iterable[str]) -> Attribution:
    """Return `attribution` as the word of an annotator: origin and full confidence for it and what was `answered`."""
    origin = f"human:{by}"
    questions = set(answered)
    speaker = attribution.speaker
    if speaker is not None and "speaker" in questions:
        speaker = replace(speaker, confidence=1.0)
    stances = tuple(
        replace(stance, origin=origin, confidence=1.0) if f"stance:{stance.target}" in questions else stance
        for stance in attribution.stances
    )
    why = attribution.why
    if not any(reason.startswith("review.") for reason in why):
        why = (*why, "review.accept")
    return replace(attribution, origin=origin, confidence=1.0, speaker=speaker, stances=stances, why=why)


def join_spans(text: str, spans: Iterable[TextSpan]) -> Spans:
    """Return the spans in text order, those that overlap or have only white space between them joined to one."""
    joined: list[TextSpan] = []
    for span in sorted(spans):
        if joined and not text[joined[-1].end : span.start].strip():
            joined[-1] = TextSpan(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return tuple(joined)


def _make(article: Article, text_sha256: str, changes: Changes, *, by: str, why: str) -> Attribution:
    if changes.kind is None or changes.content is None:
        raise InputError("a missed quotation needs its content and kind")
    made = make_attribution(
        article.text,
        article_id=article.id,
        text_sha256=text_sha256,
        kind=changes.kind,
        content=changes.content,
        cue=changes.cue or (),
        source=changes.source or (),
        confidence=1.0,
        origin=f"human:{by}",
        why=[why],
    )
    if changes.speaker is not None:
        made = replace(made, speaker=_speaker(changes.speaker, made))
    return replace(made, stances=_stances((), changes.stances, f"human:{by}"))


def _speaker(answer: SpeakerAnswer, attribution: Attribution) -> Speaker | None:
    if answer.name is None or answer.type is None:
        return None
    before = attribution.speaker
    if before is not None and before.id == answer.id:
        return replace(before, name=answer.name, type=answer.type, confidence=1.0)
    return Speaker(
        answer.id or make_speaker_id(answer.name), answer.name, answer.type, _how(answer.name, attribution), 1.0
    )


def _how(name: str, attribution: Attribution) -> SpeakerHow:
    """Return how the text gives the speaker whom a person named, as far as the words tell."""
    if attribution.source is None:
        return "implicit"
    source = attribution.source.casefold()
    if name.casefold() in source:
        return "name"
    return "surname" if name.casefold().split()[-1] in source.split() else "nominal"


def _stances(before: tuple[Stance, ...], answers: tuple[StanceAnswer, ...], origin: str) -> tuple[Stance, ...]:
    """Return the stances with the answers in; those of targets that were there keep their place."""
    stances: dict[str, Stance | None] = {stance.target: stance for stance in before}
    for answer in answers:
        stances[answer.target] = (
            None if answer.label is None else Stance(answer.target, answer.label, 1.0, origin, answer.flags)
        )
    return tuple(stance for stance in stances.values() if stance is not None)


def _questions_in(changes: Changes) -> set[str]:
    given = {name for name in SPAN_QUESTIONS if getattr(changes, name) is not None}
    if changes.speaker is not None:
        given.add("speaker")
    return given | {f"stance:{answer.target}" for answer in changes.stances}


def _same_cue(cue: Spans, item: ReviewItem) -> bool:
    """Return whether an added quotation with this cue may be the item: nested ones share content, never the cue."""
    found = item.attribution.cue_spans
    return not cue or not found or any(one.overlaps(other) for one in cue for other in found)


def _unless(spans: Spans, answered: bool, current: Spans) -> Spans | None:
    return None if answered or spans == current else spans


def _or(spans: Spans | None, other: Spans) -> Spans:
    return other if spans is None else spans
