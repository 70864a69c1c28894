"""What reviews change in a dataset: decided answers take the place of suggestions, each with a name on it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sayso.attribution.types import SCHEMA_VERSION, Article, Attribution, Spans

from .adjudication import Verdict, resolve
from .review_items import Event, ReviewItem
from .review_log import LogContent, effective_events, read_logs
from .review_queue import answers_of
from .review_state import ItemState, Reviewed, Unmatched, apply

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReviewedArticle:
    """One article after review: its attributions, a row for each answer, ties, and who found nothing missing."""

    attributions: tuple[Attribution, ...]
    rows: tuple[Row, ...] = ()
    ties: tuple[Verdict, ...] = ()
    complete: tuple[str, ...] = ()
    decided: frozenset[str] = frozenset()
    """Ids of the attributions of the result that somebody looked at."""


@dataclass(frozen=True, slots=True)
class _Voice:
    """One log: whose it is, under which name the dataset has them, and its events in effect by text."""

    annotator: str
    pseudonym: str
    adjudicates: bool
    by_text: dict[str, list[Event]]


class Reviews:
    """All logs of a dataset folder, to lay over its attributions article by article; see `Reviews.read`."""

    def __init__(self, logs: Sequence[LogContent] = (), *, real_names: bool = False) -> None:
        """`real_names`: keep annotators' names; else they are A1 for who began first, adjudicators J1 and so on."""
        self.voices = _make_voices(logs, real_names=real_names)
        self.sha256 = hashlib.sha256("".join(sorted(log.last_hash for log in logs)).encode()).hexdigest()
        self.torn = tuple(log.path for log in logs if log.torn)
        """Logs that a crash cut short: what was whole counts."""
        self._unmatched: list[Unmatched] = []
        self._seen_texts: set[str] = set()
        self._seen_ids: set[str] = set()

    @classmethod
    def read(cls, folder: Path, *, real_names: bool = False) -> Reviews:
        """Return the reviews below the review folder, none where it does not exist; InputError for a damaged log."""
        return cls(read_logs(folder), real_names=real_names)

    def __bool__(self) -> bool:
        return any(voice.by_text for voice in self.voices)

    def overlay(self, article: Article, attributions: Sequence[Attribution]) -> ReviewedArticle:
        """Return the article's attributions with all that was decided about this very text; others stay as they are.

        Adjudicated wins over unanimous over majority; a tie leaves what was suggested, of a stance `unclear`.
        """
        sha = article.text_sha256
        self._seen_texts.add(sha)
        self._seen_ids.add(article.id)
        voices = [voice for voice in self.voices if sha in voice.by_text]
        if not voices:
            return ReviewedArticle(tuple(attributions))
        items = [ReviewItem(article, sha, one, one.content_spans[0]) for one in attributions]
        said: dict[bool, list[Reviewed]] = {False: [], True: []}
        rows: list[tuple[_Voice, Reviewed]] = []
        for voice in voices:
            reviewed = apply(voice.by_text[sha], items, annotator=voice.pseudonym, articles=[article])
            self._unmatched += reviewed.unmatched
            said[voice.adjudicates].append(reviewed)
            rows.append((voice, reviewed))
        resolution = resolve(items, said[False], said[True])
        decided = {resolution.ids.get(verdict.item_id) for verdict in resolution.verdicts}
        complete = [reviewed.annotator for _, reviewed in rows if (article.id, sha) in reviewed.complete]
        return ReviewedArticle(
            resolution.attributions,
            tuple(row for voice, reviewed in rows for row in _rows(voice, reviewed, resolution.ids)),
            resolution.ties,
            tuple(complete),
            frozenset(one for one in decided if one is not None),
        )

    def finish(self) -> list[Unmatched]:
        """Return, after the last article, the events in effect that count for nothing: their text or item is gone."""
        lost = list(self._unmatched)
        for voice in self.voices:
            for sha, events in voice.by_text.items():
                if sha not in self._seen_texts:
                    lost += [_lost(event, self._seen_ids) for event in events]
        return lost


def _make_voices(logs: Sequence[LogContent], *, real_names: bool) -> list[_Voice]:
    voices = []
    numbers = {False: 0, True: 0}
    for log in sorted(logs, key=lambda log: (log.events[0].at, log.annotator) if log.events else ("", "")):
        adjudicates = log.role == "adjudicator"
        numbers[adjudicates] += 1
        pseudonym = f"{'J' if adjudicates else 'A'}{numbers[adjudicates]}"
        by_text: dict[str, list[Event]] = {}
        for event in effective_events(log.events):
            sha = event.item.text_sha256 if event.item is not None else event.text_sha256
            by_text.setdefault(str(sha), []).append(event)
        voices.append(_Voice(log.annotator, log.annotator if real_names else pseudonym, adjudicates, by_text))
    return voices


def _lost(event: Event, article_ids: set[str]) -> Unmatched:
    article_id = event.item.article_id if event.item is not None else event.article_id
    return Unmatched(event, "text changed" if article_id in article_ids else "article gone")


def _rows(voice: _Voice, reviewed: Reviewed, ids: Any) -> Iterator[Row]:
    """Yield a row of the config `annotations` for each question that the annotator answered."""
    for state in reviewed.states.values():
        for question, answer in answers_of(state).items():
            name, _, target = question.partition(":")
            stance = next((one for one in state.attribution.stances if target and one.target == target), None)
            yield {
                "attribution_id": ids.get(state.id, state.id),
                "article_id": state.item.article.id,
                "annotator": voice.pseudonym,
                "role": "adjudicator" if voice.adjudicates else "annotator",
                "question": "attribution" if name == "exists" else name,
                "target": target or None,
                "answer": _spell(name, answer, state),
                "flags": list(stance.flags) if stance is not None else [],
                "shown": state.seen,
                "seq": state.seq,
                "text_sha256": state.item.text_sha256,
                "schema_version": SCHEMA_VERSION,
            }


def _spell(question: str, answer: object, state: ItemState) -> str | None:
    if question == "exists":
        return "yes" if answer else "no"
    if question in ("content", "cue", "source"):
        spans: Spans = getattr(state.attribution, f"{question}_spans")
        return " ".join(f"{span.start}-{span.end}" for span in spans)
    if isinstance(answer, tuple):
        return " ".join(map(str, answer))
    return None if answer is None else str(answer)


def keep_reviewed(before: Sequence[Attribution], after: Sequence[Attribution]) -> list[Attribution]:
    """Return `after`, where people's stances of `before` are put back: for steps that label anew (`sayso label`)."""
    people = {one.id: {s.target: s for s in one.stances if s.origin.startswith("human:")} for one in before}
    kept = []
    for attribution in after:
        own = people.get(attribution.id, {})
        others = tuple(stance for stance in attribution.stances if stance.target not in own)
        kept.append(replace(attribution, stances=(*own.values(), *others)) if own else attribution)
    return kept
