"""In which order items are asked, which of them, and which are asked once more."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from sayso.attribution.errors import ConfigError

from .review_filter import Predicate, parse_filter
from .review_items import Event, ReviewItem
from .review_state import ItemState, Reviewed

Order = Literal["uncertainty", "disagreement", "random", "document"]
ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """One item to ask; `recheck`: the annotator answered it before, and is asked again without being shown that.

    `page`: not an item but a whole article, `item_id` being the article's: does it miss a quotation?
    """

    item_id: str
    recheck: bool = False
    page: bool = False


def make_queue(
    states: Mapping[str, ItemState],
    *,
    order: str = "document",
    seed: int = 0,
    where: str | Predicate | None = None,
    recheck: float = 0.0,
    events: Sequence[Event] = (),
    others: Sequence[Reviewed] = (),
) -> list[QueueEntry]:
    """Return what to ask, in order: every item not finished, and `recheck` percent of answered ones in between.

    `states` are the annotator's own, in document order. `where` narrows down both. `events` are the annotator's events
    in effect: what was rechecked is not asked a third time. `others` are what the others say, for `disagreement`.
    Equal arguments give the same queue; adding items never reorders the others under `random`. Raises ConfigError for
    an unknown order, a share beyond 0 to 100 and a filter that can't be read.
    """
    if not 0 <= recheck <= 100:
        raise ConfigError(f"--recheck takes a percentage from 0 to 100, found {recheck}")
    fits: Predicate = parse_filter(where) if isinstance(where, str) else where or _every
    key = _order_key(order, seed=seed, others=others)
    chosen = [state for state in states.values() if state.status != "replaced" and fits(state)]
    ordered = sorted((state for state in chosen if state.undecided), key=key)
    asked_again = {event.item.id for event in events if event.recheck and event.item is not None}
    answered = [state for state in chosen if not state.undecided and state.seq and state.id not in asked_again]
    answered.sort(key=lambda state: _digest(f"recheck\x1f{seed}", state.id))
    again = [state.id for state in answered[: round(len(answered) * recheck / 100)]]
    return _spread([state.id for state in ordered], again)


def add_pages(
    queue: Sequence[QueueEntry], articles: Sequence[str], article_of: Callable[[QueueEntry], str]
) -> list[QueueEntry]:
    """Return a queue in the order of the document with the page of each article (their ids) behind its last item.

    An article without items has its page where it stands among the others.
    """
    last: dict[str, int] = {}
    for place, entry in enumerate(queue):
        last[article_of(entry)] = place
    ends: dict[int, list[str]] = {}
    place = -1
    for article in articles:
        place = last.get(article, place)
        ends.setdefault(place, []).append(article)
    mixed = [QueueEntry(article, page=True) for article in ends.get(-1, ())]
    for place, entry in enumerate(queue):
        mixed += [entry, *(QueueEntry(article, page=True) for article in ends.get(place, ()))]
    return mixed


def uncertainty(item: ReviewItem) -> float:
    """Return 0 (sure) to 1 (a coin toss): the largest of how unsure attribution, speaker and stances are.

    An attribution at 0.5 is the least sure; a label or speaker is as unsure as its confidence is short of 1, and a
    speaker that was declined is half-way: one answer helps, but nothing wrong is published without it.
    """
    attribution = item.attribution
    speaker = 0.5 if attribution.speaker is None else 1 - attribution.speaker.confidence
    stances = [1 - stance.confidence for stance in attribution.stances]
    return max(1 - abs(2 * attribution.confidence - 1), speaker, *stances, 0.0)


def disagreement(item_id: str, others: Iterable[Reviewed]) -> float:
    """Return the share of questions about an item that several annotators answered and not all alike; 0 without any."""
    answers: dict[str, list[object]] = {}
    for reviewed in others:
        state = reviewed.states.get(item_id)
        if state is not None:
            for question, answer in answers_of(state).items():
                answers.setdefault(question, []).append(answer)
    shared = [given for given in answers.values() if len(given) > 1]
    return sum(len(set(given)) > 1 for given in shared) / len(shared) if shared else 0.0


def answers_of(state: ItemState) -> dict[str, object]:
    """Return what the annotator answered about an item, by question: exists, kind, content, …, stance:TARGET.

    Answers compare by value; a target that is not addressed answers `not addressed`, an unknown speaker None.
    """
    if "exists" not in state.answered:
        return {}
    if state.status == "rejected":
        return {"exists": False}
    if state.status == "replaced":
        return {"exists": True, "pieces": state.replaced_by}
    attribution = state.attribution
    stances = {stance.target: stance.label for stance in attribution.stances}
    found: dict[str, object] = {
        "exists": True,
        "kind": attribution.kind,
        "content": attribution.content_spans,
        "cue": attribution.cue_spans,
        "source": attribution.source_spans,
        "speaker": None if attribution.speaker is None else attribution.speaker.id,
    }
    found |= {
        question: stances.get(question.removeprefix("stance:"), "not addressed")
        for question in sorted(state.answered)
        if question.startswith("stance:")
    }
    return {question: answer for question, answer in found.items() if question in state.answered}


def _every(state: ItemState) -> bool:
    return True


def _digest(seed: str, item_id: str) -> bytes:
    return hashlib.sha256(f"{seed}\x1f{item_id}".encode("utf-8", "surrogatepass")).digest()


def _order_key(order: str, *, seed: int, others: Sequence[Reviewed]) -> Callable[[ItemState], tuple[object, ...]]:
    """Return the sort key; where it ties, sorting keeps the order of the document."""
    if order == "document":
        return lambda state: ()
    if order == "random":
        return lambda state: (_digest(str(seed), state.id),)
    if order == "uncertainty":
        return lambda state: (-round(uncertainty(state.item), 9),)
    if order == "disagreement":
        return lambda state: (-disagreement(state.id, others), -round(uncertainty(state.item), 9))
    raise ConfigError(f"unknown order {order!r}; allowed: {', '.join(ORDERS)}")


def _spread(fresh: Sequence[str], again: Sequence[str]) -> list[QueueEntry]:
    """Return both lists as one, the second spread evenly over the first."""
    queue: list[QueueEntry] = []
    put = 0
    for number, item_id in enumerate(fresh, start=1):
        queue.append(QueueEntry(item_id))
        while put < len(again) and (put + 1) * (len(fresh) + 1) <= number * (len(again) + 1):
            queue.append(QueueEntry(again[put], recheck=True))
            put += 1
    return [*queue, *(QueueEntry(item_id, recheck=True) for item_id in again[put:])]
