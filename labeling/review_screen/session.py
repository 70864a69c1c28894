"""A review without its screen: the queue, the item at hand, and what each action records and shows next.

Every method that changes something has written it to the log, on the disk, when it returns. Methods answer with a
sentence for the reviewer where there is something to say, else None. The screen and the prompt mode call only these.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sayso.attribution.errors import InputError
from sayso.attribution.types import (
    QUOTE_KINDS,
    Article,
    QuoteKind,
    Spans,
    StanceLabel,
    TextSpan,
    attribution_id,
)
from sayso.labeling.codebook import Codebook
from sayso.labeling.review_items import (
    STANCE_FLAGS,
    Changes,
    Decision,
    Event,
    ItemRef,
    ReviewItem,
    SpeakerAnswer,
    StanceAnswer,
)
from sayso.labeling.review_log import ReviewLog
from sayso.labeling.review_queue import QueueEntry
from sayso.labeling.review_state import ItemState, Unmatched, resume

from .pace import Pace
from .sight import Sight, StanceSight, see_item
from .speakers import Offer, Speakers
from .words import Words

# An answer that took longer was a break, not an answer: it says nothing of the pace.
LONGEST_ANSWER = 600.0
OPENING_MARKS, CLOSING_MARKS = '“"«„‘‟', '”"»“’'


@dataclass(frozen=True, slots=True)
class Edge:
    """One span whose boundaries can be moved: the piece `index` of content, cue or source."""

    part: str
    index: int
    span: TextSpan


class Session:
    """One annotator's review of a queue.

    `items` are all items of the dataset, by which merging and missed quotations know an article's others; `articles`
    names all articles in their order, those without items too (default: those of the items). `choose` makes the queue
    of the states that the log leads to (default: every item that waits, in the order of `items`); it may be empty, and
    then there is nothing to show. `opinions` are lines to show with an item, by its id: what others answered, for who
    settles it. `unmatched` are decisions about what is no longer there.

    An entry of the queue may be an article's *page*: the whole text with all its quotations, where one is asked
    whether any was missed. `on_page` says so; then there is no item, state or sight at hand.
    """

    def __init__(
        self,
        items: Iterable[ReviewItem],
        log: ReviewLog,
        *,
        codebook: Codebook,
        articles: Iterable[Article] = (),
        speakers: Speakers | None = None,
        choose: Callable[[Mapping[str, ItemState]], Sequence[QueueEntry]] | None = None,
        blind: bool = False,
        opinions: Mapping[str, Sequence[str]] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the log's events in and show the first entry that waits."""
        self.log = log
        self.codebook = codebook
        self.speakers = speakers or Speakers()
        self.blind = blind
        self.opinions = opinions or {}
        self.pace = Pace()
        self.answered = 0
        """Items finished in this session."""
        self._clock = clock
        listed = list(items)
        self._articles = {article.id: article for article in articles}
        self._hashes: dict[str, str] = {}
        for item in listed:
            self._articles.setdefault(item.article.id, item.article)
            self._hashes[item.article.id] = item.text_sha256
        bare = [article for name, article in self._articles.items() if name not in self._hashes]
        self._state = resume(log.events, listed, annotator=log.annotator, articles=bare)
        self.unmatched: tuple[Unmatched, ...] = tuple(self._state.unmatched)
        self.entries: list[QueueEntry] = []
        self._places: set[QueueEntry] = set()
        self._put_off: set[QueueEntry] = set()  # pages to come back to; of items the log knows
        self._remaining = 0
        self.index = self.target = self._edge = 0
        self._shown_at = clock()
        states = self._state.states
        self.entries = [*(_waiting_entries(states) if choose is None else choose(states))]
        self._places = set(self.entries)
        self._by_article: dict[str, list[str]] = {}
        for name, state in states.items():
            self._by_article.setdefault(state.item.article.id, []).append(name)
        self._remaining = sum(self.waits(entry) for entry in self.entries)
        self.go_to(self._next_waiting(-1) or 0)

    # What is shown

    @property
    def entry(self) -> QueueEntry:
        """The entry at hand."""
        return self.entries[self.index]

    @property
    def on_page(self) -> bool:
        """Whether a whole article is at hand, not an item."""
        return self.entry.page

    @property
    def state(self) -> ItemState:
        """What the annotator says of the item at hand."""
        return self.state_of(self.entry)

    @property
    def item(self) -> ReviewItem:
        """The item at hand."""
        return self.state.item

    @property
    def article(self) -> Article:
        """The article at hand."""
        return self._articles[self.entry.item_id] if self.on_page else self.item.article

    @property
    def sight(self) -> Sight:
        """The item at hand as it is to be shown."""
        return self._see(self.state)

    @property
    def remaining(self) -> int:
        """Entries that wait for an answer."""
        return self._remaining

    @property
    def article_complete(self) -> bool:
        """Whether the annotator said that the article at hand misses no quotation."""
        return self.is_complete(self.article.id)

    @property
    def articles(self) -> Sequence[Article]:
        """All articles of the dataset, in their order."""
        return tuple(self._articles.values())

    def is_complete(self, article_id: str) -> bool:
        """Return whether the annotator said that this article misses no quotation."""
        return (article_id, self._hash(article_id)) in self._state.complete

    def count(self, article_id: str) -> tuple[int, int]:
        """Return how many quotations the article has as it stands, and how many of them wait for an answer."""
        states = [self._state.states[name] for name in self._by_article.get(article_id, ())]
        return sum(state.stands for state in states), sum(state.undecided for state in states)

    def state_of(self, entry: QueueEntry) -> ItemState:
        """Return what the annotator says of the entry's item; of one asked again, what they say the second time."""
        state = self._state.states[entry.item_id]
        if not entry.recheck:
            return state
        return self._state.rechecks.get(entry.item_id) or ItemState(state.item, state.item.attribution)

    def waits(self, entry: QueueEntry) -> bool:
        """Return whether the entry still waits for an answer."""
        return not self.is_complete(entry.item_id) if entry.page else self.state_of(entry).undecided

    def others(self) -> list[tuple[ReviewItem, Sight]]:
        """Return the article's other items that are quotations, as they stand, in the order of the text."""
        names = self._by_article.get(self.article.id, ())
        states = [self._state.states[name] for name in names if name != self.entry.item_id]
        found = [(state.item, self._see(state)) for state in states if state.stands]
        return sorted(found, key=lambda pair: (pair[1].content[0].start, pair[1].content[-1].end))

    def offers(self) -> list[Offer]:
        """Return whom else the article may mean, the speaker shown left out."""
        shown = self.sight.speaker
        states = [self._state.states[name] for name in self._by_article[self.article.id]]
        known = [state.attribution for state in states if not self.blind or "speaker" in state.answered]
        return self.speakers.alternatives(self.article.text, known, but=None if shown is None else shown.id)

    @property
    def chosen(self) -> Sight | None:
        """On a page: the quotation that is looked at, None before one is."""
        found = self.others()
        return found[self.target][1] if 0 <= self.target < len(found) else None

    @property
    def target_at_hand(self) -> str | None:
        """Id of the target that label keys answer now, None on a page and where the codebook has none."""
        stances = () if self.on_page else self.sight.stances
        return stances[self.target % len(stances)].target if stances else None

    def words(self) -> Words:
        """Return the words of the article at hand."""
        return _words_of(self.article.text)

    def edges(self) -> list[Edge]:
        """Return the spans whose boundaries can be moved: the content's pieces, the cue, the source."""
        sight = self.sight
        parts = (("content", sight.content), ("cue", sight.cue), ("source", sight.source))
        return [Edge(part, index, span) for part, spans in parts for index, span in enumerate(spans)]

    @property
    def edge(self) -> Edge:
        """The span whose boundaries the keys move now."""
        edges = self.edges()
        return edges[self._edge % len(edges)]

    # Moving

    def go_to(self, index: int) -> None:
        """Show the entry of this place in the queue, from 0; beyond either end, the nearest."""
        self.index = max(0, min(index, len(self.entries) - 1))
        self.target = -1 if self.entries and self.on_page else 0
        self._edge = 0
        self._shown_at = self._clock()

    def step(self, by: int) -> str | None:
        """Show the entry so many places on (or back) without deciding."""
        if not 0 <= self.index + by < len(self.entries):
            return "This is the last item of the queue." if by > 0 else "This is the first item of the queue."
        self.go_to(self.index + by)
        return None

    def open_page(self, article_id: str) -> None:
        """Show the article's page: its whole text with all quotations."""
        entry = QueueEntry(article_id, page=True)
        if entry not in self._places:
            self._insert(entry, self.index)
        self.go_to(self.entries.index(entry))

    def place_of(self, item_id: str) -> int | None:
        """Return where in the queue the item is, None where it is not."""
        entry = QueueEntry(item_id)
        return self.entries.index(entry) if entry in self._places else None

    def open_quotation(self, number: int) -> str | None:
        """Show the item of this number (from 0) among the quotations of the article whose page is at hand."""
        found = self.others()
        if not 0 <= number < len(found):
            return "There is no quotation of that number." if found else "Nothing was found in this article."
        entry = QueueEntry(found[number][0].id)
        if entry not in self._places:
            self._insert(entry, self.index)
        self.go_to(self.entries.index(entry))
        return None

    def jump(self, place: str) -> str | None:
        """Show the item with this number of the queue (from 1) or id, or an id's only beginning; or an article."""
        place = place.strip()
        if place in self._articles and not place.isdigit():
            self.open_page(place)
            return None
        if place.isascii() and place.isdigit() and 1 <= int(place) <= len(self.entries):
            self.go_to(int(place) - 1)
            return None
        named = [at for at, entry in enumerate(self.entries) if not entry.page]
        found = [at for at in named if place and self.entries[at].item_id.startswith(place)]
        if len({self.entries[at].item_id for at in found}) != 1:
            what = "more than one id begins so" if found else f"numbers go from 1 to {len(self.entries)}"
            if not self.entries:
                what = "nothing waits, but an article's id opens it"
            return f"No item {place!r}: {what}."
        self.go_to(found[0])
        return None

    def search(self, words: str, *, limit: int = 200) -> list[int]:
        """Return the places of entries whose content, speaker, article id or title has all the words, in order."""
        wanted = words.casefold().split()
        if not wanted:
            return []
        found = []
        for at, entry in enumerate(self.entries):
            if entry.page:
                continue
            text = _search_text(self.state_of(entry).item, blind=self.blind)
            if all(word in text for word in wanted):
                found.append(at)
                if len(found) == limit:
                    break
        return found

    def choose_target(self, index: int) -> None:
        """Make the target at this place the one that label keys answer; beyond the last, the first again.

        On a page it is the quotation to look at.
        """
        count = len(self.others()) if self.on_page else len(self.sight.stances)
        self.target = index % count if count else 0

    def next_edge(self) -> str:
        """Make the next span the one whose boundaries move, and say which."""
        self._edge = (self._edge + 1) % len(self.edges())
        edge = self.edge
        return f"Boundary keys now move the {edge.part}: {_short(self.article.text, edge.span)}"

    # Deciding

    def accept(self) -> str | None:
        """Take the item as shown, and go on; on a page: nothing is missing from the article."""
        if self.on_page:
            if not self.article_complete:
                self._take(self.log.complete(self.article.id, self._hash(self.article.id)))
                self._count_answer()
            return self._go_on()
        sight = self.sight
        changes = Changes()
        if self.blind:
            if not sight.speaker_given:
                return "Say first who speaks; a blind review suggests nobody."
            # What nobody suggested and the annotator left alone is an answer too: the target is not addressed.
            left = [stance.target for stance in sight.stances if not stance.given]
            changes = Changes(stances=tuple(StanceAnswer(target, None) for target in left))
        return self._finish(Decision("accept", changes))

    def reject(self) -> str | None:
        """Take the item for no quotation, and go on."""
        return self._finish(Decision("reject"))

    def skip(self) -> str | None:
        """Leave the item for later, and go on."""
        if self.on_page:
            self._put_off.add(self.entry)
            return self._go_on()
        if not self.state.undecided:
            return self.step(1)
        return self._record(Decision("skip"), timed=True) or self._go_on()

    def label(self, label: StanceLabel | None) -> str | None:
        """Answer the stance towards the chosen target (None: not addressed); go to the next target."""
        stances = self.sight.stances
        if not stances:
            return "The codebook has no target."
        shown = stances[self.target % len(stances)]
        flags = shown.flags if label is not None else ()
        refused = self._edit(Changes(stances=(StanceAnswer(shown.target, label, flags),)))
        if refused is None:
            self.target = min(self.target + 1, len(stances) - 1)
        return refused

    def next_stance_flag(self) -> str | None:
        """Give the chosen target's stance the next remark: conditional, denial, inferred, none."""
        stances = self.sight.stances
        shown: StanceSight | None = stances[self.target % len(stances)] if stances else None
        if shown is None or shown.label is None:
            return "Give the stance a label first."
        at = STANCE_FLAGS.index(shown.flags[0]) + 1 if shown.flags else 0
        flags = STANCE_FLAGS[at : at + 1]
        refused = self._edit(Changes(stances=(StanceAnswer(shown.target, shown.label, flags),)))
        return refused or f"{shown.target}: {', '.join((shown.label, *flags))}."

    def name_speaker(self, answer: SpeakerAnswer) -> str | None:
        """Answer who speaks."""
        return self._edit(Changes(speaker=answer))

    def next_kind(self) -> str | None:
        """Change the kind to the next one: direct, indirect, mixed."""
        at = QUOTE_KINDS.index(self.sight.kind)
        return self._edit(Changes(kind=QUOTE_KINDS[(at + 1) % len(QUOTE_KINDS)]))

    def move_boundary(self, side: str, *, out: bool) -> str | None:
        """Move the `left` or `right` boundary of the chosen span one word out or in."""
        edge, words = self.edge, self.words()
        start, end = edge.span.start, edge.span.end
        if side == "left":
            moved = words.start_before(start) if out else words.start_after(start)
            start = start if moved is None else moved
        else:
            moved = words.end_after(end) if out else words.end_before(end)
            end = end if moved is None else moved
        if moved is None:
            return "The article ends here."
        if start >= end:
            return f"The {edge.part} would be empty."
        spans = self._spans_with(edge, TextSpan(start, end))
        if spans is None:
            return f"Another piece of the {edge.part} stands there."
        return self._edit(_part_change(edge.part, spans))

    def mark_part(self, part: str, span: TextSpan | None) -> str | None:
        """Mark the cue or the source anew, or (None) say that the text has none."""
        return self._edit(_part_change(part, () if span is None else (span,)))

    def split(self, offset: int) -> str | None:
        """Split the item in two before the word at `offset`; the parts are asked next."""
        content = self.sight.content
        text = self.article.text
        halves = (_clip(content, 0, offset, text), _clip(content, offset, len(text), text))
        if not all(halves):
            return "Choose a word inside the quotation, not its first one."
        if self.entry.recheck:
            return _NOT_IN_RECHECK
        parts = tuple(Changes(kind=guess_kind(text, half), content=half) for half in halves)
        refused = self._record(Decision("split", parts=parts), timed=True)
        if refused is not None:
            return refused
        self.go_to(self.index + (not self.state.undecided))
        return "Split in two: here is the first part."

    def merge(self) -> str | None:
        """Join the next quotation of the article to this one."""
        start = self.sight.content[0].start
        following = [item for item, seen in self.others() if seen.content[0].start >= start]
        if not following:
            return "No quotation follows in this article."
        if self.entry.recheck:
            return _NOT_IN_RECHECK
        refused = self._record(Decision("merge", others=(following[0].ref(),)))
        if refused is not None:
            return refused
        kind = guess_kind(self.article.text, self.sight.content)
        if kind != self.sight.kind:
            refused = self._edit(Changes(kind=kind))
        return refused or "Merged with the next quotation."

    def add_missed(self, span: TextSpan) -> str | None:
        """Add a quotation that was missed, at these characters, and show it."""
        content = (span,)
        known = [seen for _, seen in self.others()] + ([] if self.on_page else [self.sight])
        if any(seen.content == content for seen in known):
            return "That is a quotation of the list already."
        article = self.article
        sha = self._hash(article.id)
        changes = Changes(kind=guess_kind(article.text, content), content=content, cue=(), source=())
        name = attribution_id(article.id, sha, content=content)
        refused = self._record(Decision("add", changes), ref=ItemRef(name, article.id, sha, content))
        if refused is not None:
            return refused
        self.go_to(self.entries.index(QueueEntry(name)))
        return "Added: say who speaks and where they stand, then accept."

    def toggle_flag(self) -> str | None:
        """Flag the item at hand for a second look, or take the flag away."""
        on = not self.state.flagged
        self._take(self.log.flag(self.item.ref(), on))
        return "Flagged." if on else "No longer flagged."

    def write_note(self, text: str) -> str | None:
        """Keep the note on the item at hand; an empty one takes it away."""
        try:
            self._take(self.log.note(self.item.ref(), " ".join(text.split())))
        except InputError as error:
            return f"Not possible: {error}."
        return "Noted." if text.strip() else "The note is taken away."

    def toggle_complete(self) -> str | None:
        """Say that the article at hand misses no quotation, or take that back."""
        on = not self.article_complete
        self._take(self.log.complete(self.article.id, self._hash(self.article.id), on))
        # Named, as whoever has just accepted the last quotation of one article is in the next already.
        name = self.article.title or self.article.id
        name = name if len(name) <= 40 else name[:39] + "…"
        return f"Complete, nothing is missed: {name}" if on else f"No longer marked complete: {name}"

    def undo(self) -> str:
        """Take the last change back, and show the item it was about."""
        event = self.log.undo()
        if event is None:
            return "Nothing to undo."
        about = self.log.find(event.of or 0)
        self._take(event)
        self._show(about)
        return f"Undone: {tell_event(about)}."

    def redo(self) -> str:
        """Bring back what was undone last; show the item it was about, or go on where the answer did."""
        event = self.log.redo()
        if event is None:
            return "Nothing to redo."
        about = self.log.find(event.of or 0)
        self._take(event)
        self._show(about)
        if about.decision is not None and about.decision.action in ("accept", "reject", "skip"):
            self._go_on()
        elif about.event == "complete" and about.on and self.on_page:
            self._go_on()
        return f"Done again: {tell_event(about)}."

    # What lies below

    def _hash(self, article_id: str) -> str:
        """Return the hash of the article's text, computed once."""
        if article_id not in self._hashes:
            self._hashes[article_id] = self._articles[article_id].text_sha256
        return self._hashes[article_id]

    def _article_of(self, entry: QueueEntry) -> str:
        return entry.item_id if entry.page else self._state.states[entry.item_id].item.article.id

    def _see(self, state: ItemState) -> Sight:
        return see_item(state, state.item.targets or self.codebook.target_ids, blind=self.blind)

    def _edit(self, changes: Changes) -> str | None:
        return self._record(Decision("edit", changes))

    def _finish(self, decision: Decision) -> str | None:
        refused = self._record(decision, timed=True)
        if refused is not None:
            return refused
        self._count_answer()
        return self._go_on()

    def _record(self, decision: Decision, *, ref: ItemRef | None = None, timed: bool = False) -> str | None:
        """Write the decision to the log and let it count; return why it can't be applied, writing nothing then."""
        ref = ref or self.item.ref()
        try:
            self._state.preview(ref, decision)
        except InputError as error:
            return f"Not possible: {_reason(error)}."
        seconds = self._clock() - self._shown_at if timed else None
        recheck = self.entry.recheck
        self._take(self.log.decide(ref, decision, seen=not self.blind, seconds=seconds, recheck=recheck))
        return None

    def _count_answer(self) -> None:
        seconds = self._clock() - self._shown_at
        if seconds <= LONGEST_ANSWER:
            self.pace.add(seconds)
        self.answered += 1

    def _go_on(self) -> str | None:
        following = self._next_waiting(self.index)
        if following is None:
            self.go_to(self.index)
            return "Every item of the queue is answered."
        again = following <= self.index
        self.go_to(following)
        return "The queue is through; these were left open." if again else None

    def _next_waiting(self, index: int) -> int | None:
        """Return the place of the next entry that is open, else of the next one skipped, None when all are answered."""
        if not self._remaining:
            return None
        count = len(self.entries)
        skipped = None
        for step in range(1, count + 1):
            at = (index + step) % count
            entry = self.entries[at]
            if not self.waits(entry):
                continue
            if entry in self._put_off or (not entry.page and self.state_of(entry).status == "skipped"):
                skipped = at if skipped is None else skipped
            else:
                return at
        return skipped

    def _spans_with(self, edge: Edge, span: TextSpan) -> Spans | None:
        """Return the part's spans with `span` for the edge's, None where two would overlap."""
        spans = [other.span for other in self.edges() if other.part == edge.part]
        spans[edge.index] = span
        apart = all(not a.overlaps(b) for at, a in enumerate(spans) for b in spans[at + 1 :])
        return tuple(sorted(spans)) if apart else None

    def _take(self, event: Event) -> None:
        """Let a new event of the log count: what it changes, which entries come and go, how many wait."""
        about = event if event.of is None else self.log.find(event.of)
        before = self._waiting(about)
        changed = self._state.take(event)
        self._remaining += self._waiting(about) - before
        for name in changed:
            self._follow(name, about)

    def _waiting(self, about: Event) -> int:
        """Return how many entries wait of those that the event names."""
        refs = [] if about.item is None else [about.item]
        refs += [] if about.decision is None else about.decision.others
        names = {self._state.names.get(ref.id, ref.id) for ref in refs}
        entries = {QueueEntry(name, again) for name in names for again in (False, True)} & self._places
        pages = {QueueEntry(str(about.article_id), page=True)} & self._places
        known = [entry for entry in entries if entry.item_id in self._state.states]
        return sum(self.waits(entry) for entry in (*known, *pages))

    def _follow(self, name: str, about: Event) -> None:
        """Give an item that a decision made its place in the queue, and take the place of one that is gone."""
        entry, state = QueueEntry(name), self._state.states.get(name)
        if state is None:
            self._drop(entry)
        elif name not in self._by_article.get(state.item.article.id, ()):
            self._by_article.setdefault(state.item.article.id, []).append(name)
            self._insert(entry, self._place_for(state.item, about))

    def _insert(self, entry: QueueEntry, place: int) -> None:
        self.entries.insert(place, entry)
        self._places.add(entry)
        self.index += place <= self.index
        self._remaining += self.waits(entry)

    def _drop(self, entry: QueueEntry) -> None:
        for names in self._by_article.values():
            if entry.item_id in names:
                names.remove(entry.item_id)
        if entry in self._places:
            place = self.entries.index(entry)
            del self.entries[place]
            self._places.discard(entry)
            self.index = max(self.index - (place <= self.index), 0)
            left = (other for other in self.entries if other.page or other.item_id in self._state.states)
            self._remaining = sum(self.waits(other) for other in left)

    def _place_for(self, item: ReviewItem, about: Event) -> int:
        """Return the place behind the item it was made from and its other parts; else behind the item at hand.

        What a page shows as missed comes before the page, which then asks for more.
        """
        if item.based_on is None:
            return self.index + (not self.on_page)
        made = (item.based_on, about.item.id if about.item is not None else None)
        places = [
            at
            for at, entry in enumerate(self.entries)
            if not entry.page and (entry.item_id in made or self.state_of(entry).item.based_on in made)
        ]
        return places[-1] + 1 if places else self.index + 1

    def _show(self, event: Event) -> None:
        """Show the item that the event was about, or its article, where it is in the queue."""
        name = None if event.item is None else self._state.names.get(event.item.id, event.item.id)
        entry = None if name is None else QueueEntry(name, event.recheck)
        target = self.target
        if entry is not None and entry not in self._places and name in self._state.states:
            # Answered on an earlier day, so not in this queue: it comes in where the reviewer is.
            entry = QueueEntry(entry.item_id)
            if entry not in self._places:
                self._insert(entry, self.index)
        if name is not None and name in self._state.states:
            parts = [QueueEntry(part) for part in self._state.states[name].replaced_by]
            entry = next((part for part in parts if part in self._places), entry)
        if entry is not None and entry in self._places:
            if entry != self.entry:
                self.go_to(self.entries.index(entry))
                target = 0
        elif event.item is not None and name not in self._state.states:
            # An added quotation was taken back: its article is at hand, or the entry behind.
            near = self.entries[self.index : self.index + 2]
            behind = [self._article_of(one) == event.item.article_id for one in near] == [False, True]
            self.go_to(self.index + behind)
        elif event.article_id is not None and event.article_id in self._articles:
            if event.article_id != self.article.id:
                self.open_page(event.article_id)
        else:
            self.go_to(self.index)
        if self.on_page:
            return
        stances = () if event.decision is None else event.decision.changes.stances
        names = [stance.target for stance in self.sight.stances]
        self.target = names.index(stances[0].target) if stances and stances[0].target in names else target


def _waiting_entries(states: Mapping[str, ItemState]) -> list[QueueEntry]:
    return [QueueEntry(name) for name, state in states.items() if state.undecided]


_NOT_IN_RECHECK = "This item is asked a second time, to compare; change it at its first place."


def _reason(error: InputError) -> str:
    """Return what is wrong without the event's number, which it doesn't have yet."""
    return str(error).split(": ", 1)[-1]


def guess_kind(text: str, content: Spans) -> QuoteKind:
    """Return direct where all pieces stand in quotation marks, mixed where some mark stands in them, else indirect."""
    pieces = [span.of(text).strip() for span in content]
    if all(len(p) > 1 and p[0] in OPENING_MARKS and p.rstrip(",.;")[-1:] in CLOSING_MARKS for p in pieces):
        return "direct"
    return "mixed" if any(mark in piece for piece in pieces for mark in '“”"«»„') else "indirect"


def tell_event(event: Event) -> str:
    """Return what an event did, in a few words."""
    if event.event == "flag":
        return "flag" if event.on else "flag taken away"
    if event.event in ("note", "complete"):
        return {"note": "note", "complete": "article complete"}[event.event]
    decision = event.decision
    if decision is None:
        return event.event
    if decision.action != "edit":
        return {"accept": "accepted", "reject": "not a quotation", "skip": "skipped", "add": "quotation added"}.get(
            decision.action, decision.action
        )
    told: Mapping[str, object] = decision.changes.to_json()
    if decision.changes.stances:
        answer = decision.changes.stances[0]
        return f"{answer.target} {answer.label or 'not addressed'}"
    if decision.changes.speaker is not None:
        return f"speaker {decision.changes.speaker.name or 'nobody can tell'}"
    return " and ".join(told)


def _part_change(part: str, spans: Spans) -> Changes:
    if part == "content":
        return Changes(content=spans)
    return Changes(cue=spans) if part == "cue" else Changes(source=spans)


def _clip(spans: Spans, start: int, end: int, text: str) -> Spans:
    """Return the spans as far as they lie between two offsets, without blanks at their edges."""
    clipped = []
    for span in spans:
        first, last = max(span.start, start), min(span.end, end)
        while first < last and text[first].isspace():
            first += 1
        while first < last and text[last - 1].isspace():
            last -= 1
        if first < last:
            clipped.append(TextSpan(first, last))
    return tuple(clipped)


def _short(text: str, span: TextSpan, size: int = 40) -> str:
    shown = " ".join(span.of(text).split())
    return shown if len(shown) <= size else shown[: size - 1] + "…"


@lru_cache(maxsize=8)
def _words_of(text: str) -> Words:
    return Words.of(text)


def _search_text(item: ReviewItem, *, blind: bool) -> str:
    found, article = item.attribution, item.article
    speaker = "" if found.speaker is None or blind else found.speaker.name
    return " ".join((found.content, found.source or "", speaker, article.id, article.title or "")).casefold()
