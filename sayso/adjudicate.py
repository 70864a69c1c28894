"""Everything that was said about a dataset, and settling what its annotators disagree on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .attribution.errors import InputError
from .attribution.types import Article
from .folder import REVIEW
from .labeling.adjudication import Verdict, find_disagreements
from .labeling.drift import SessionFigures, measure_sessions
from .labeling.review_items import Changes, Decision, ReviewItem, SpeakerAnswer, StanceAnswer
from .labeling.review_log import read_logs
from .labeling.review_queue import answers_of
from .labeling.review_state import ItemState, Reviewed, apply
from .review import make_items, read_suggested


@dataclass(frozen=True, slots=True)
class Said:
    """The items of a dataset and what each annotator and adjudicator says of them."""

    items: tuple[ReviewItem, ...]
    annotators: tuple[Reviewed, ...]
    adjudicators: tuple[Reviewed, ...]
    sessions: Mapping[str, Sequence[SessionFigures]]
    """Of each annotator what every session was like."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """One question about one item that annotators answered differently, with their notes on the item."""

    item: ReviewItem
    verdict: Verdict
    notes: tuple[tuple[str, str], ...]

    def to_json(self) -> dict[str, Any]:
        """Return the dispute as `sayso adjudicate --json` lists it."""
        return {
            "item": self.item.id,
            "article_id": self.item.article.id,
            "content": self.item.attribution.content,
            "question": self.verdict.question,
            "answers": [{"annotator": name, "answer": spell(answer)} for name, answer in self.verdict.answers],
            "notes": [{"annotator": name, "note": note} for name, note in self.notes],
        }


def read_said(folder: Path) -> Said:
    """Return all that was said about the dataset of `folder`; InputError where it has no full texts or no reviews."""
    items: list[ReviewItem] = []
    articles: list[Article] = []
    for article, attributions in read_suggested(folder):
        articles.append(article)
        items += make_items(article, attributions, ())
    logs = read_logs(folder / REVIEW)
    if not logs:
        raise InputError(f"nobody has reviewed {folder} yet; `sayso review {folder} --annotator NAME` begins")
    found: dict[str, list[Reviewed]] = {"annotator": [], "adjudicator": []}
    sessions = {}
    for log in logs:
        reviewed = apply(log.events, items, annotator=log.annotator, articles=articles)
        found[log.role].append(reviewed)
        if log.role == "annotator":
            sessions[log.annotator] = measure_sessions(log.events, reviewed)
    return Said(tuple(items), tuple(found["annotator"]), tuple(found["adjudicator"]), sessions)


def find_disputes(said: Said) -> list[Dispute]:
    """Return what annotators answered differently and no adjudicator has settled, in the order of the text."""
    known = {item.id: item for item in said.items}
    for reviewed in said.annotators:
        for item_id, state in reviewed.states.items():
            known.setdefault(item_id, state.item)
    disputes = []
    for item_id, verdicts in find_disagreements(said.annotators, settled=said.adjudicators).items():
        states = [(one.annotator, one.states[item_id]) for one in said.annotators if item_id in one.states]
        notes = tuple((name, state.note) for name, state in states if state.note)
        disputes += [Dispute(known[item_id], verdict, notes) for verdict in verdicts]
    order = {item_id: number for number, item_id in enumerate(known)}
    return sorted(disputes, key=lambda dispute: order[dispute.item.id])


def settle(dispute: Dispute, answer: object, said: Said) -> Decision | None:
    """Return the decision that makes `answer` (one of the dispute's) count, or None for what only review can settle.

    That is whether an attribution is to be taken apart, and one that only some annotators have.
    """
    question = dispute.verdict.question
    states = [one.states[dispute.item.id] for one in said.annotators if dispute.item.id in one.states]
    mine = next((state for state in states if answers_of(state).get(question) == answer), None)
    if question == "exists" and answer is False:
        return Decision("reject")
    if mine is None or question == "pieces":
        return None
    found = mine.attribution
    if question == "exists":
        return Decision("edit", Changes(kind=found.kind))
    if question.startswith("stance:"):
        return Decision("edit", Changes(stances=(_stance(mine, question.removeprefix("stance:")),)))
    if question == "speaker":
        speaker = found.speaker
        given = SpeakerAnswer(None) if speaker is None else SpeakerAnswer(speaker.name, speaker.type, speaker.id)
        return Decision("edit", Changes(speaker=given))
    changes = {
        "kind": Changes(kind=found.kind),
        "content": Changes(content=found.content_spans),
        "cue": Changes(cue=found.cue_spans),
        "source": Changes(source=found.source_spans),
    }
    return Decision("edit", changes[question])


def spell(answer: object) -> str:
    """Return an answer in words: spans as start-end, None as `nobody can tell`."""
    if answer is None:
        return "nobody can tell"
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    if isinstance(answer, tuple):
        return (
            " ".join(f"{span.start}-{span.end}" if hasattr(span, "start") else str(span) for span in answer) or "none"
        )
    return str(answer)


def show_answer(dispute: Dispute, answer: object) -> str:
    """Return an answer as somebody who decides wants to read it: spans by their words."""
    if isinstance(answer, tuple) and answer and hasattr(answer[0], "start"):
        return " … ".join(span.of(dispute.item.article.text) for span in answer)
    return spell(answer)


def _stance(state: ItemState, target: str) -> StanceAnswer:
    for stance in state.attribution.stances:
        if stance.target == target:
            return StanceAnswer(target, stance.label, stance.flags)
    return StanceAnswer(target, None)
