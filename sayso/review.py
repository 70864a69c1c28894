"""From a built dataset folder to a review: its items, the speakers known besides, and why each item is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .attribution.types import Article, Attribution, TextSpan
from .folder import LOCAL_ATTRIBUTIONS, LOCAL_SUGGESTED, REVIEW, read_build
from .labeling.review_items import ReviewItem

if TYPE_CHECKING:
    from .labeling.codebook import Codebook
    from .labeling.review_log import ReviewLog
    from .labeling.review_queue import QueueEntry
    from .labeling.review_screen.keys import KeyMap
    from .labeling.review_screen.session import Session
    from .labeling.review_screen.speakers import SpeakerChoice
    from .labeling.review_state import ItemState


def review_folder(folder: Path) -> Path:
    """Return where the decisions about a dataset folder are kept."""
    return folder / REVIEW


def read_items(folder: Path, targets: Sequence[str]) -> Iterator[ReviewItem]:
    """Yield an item for each attribution of a built folder, in its order; each asks about all `targets`.

    Raises InputError where the folder has no full texts (a published copy).
    """
    for article, attributions in read_suggested(folder):
        yield from make_items(article, attributions, targets)


def make_items(article: Article, attributions: Sequence[Attribution], targets: Sequence[str]) -> Iterator[ReviewItem]:
    """Yield an item for each attribution of the article, which asks about all `targets`."""
    sha = article.text_sha256 if attributions else ""
    for attribution in attributions:
        yield ReviewItem(article, sha, attribution, _paragraphs_around(article.text, attribution), tuple(targets))


def read_suggested(folder: Path) -> Iterator[tuple[Article, list[Attribution]]]:
    """Yield each article of a built folder with what was found in it before any review."""
    # What the rules and models found, not what others made of it: nobody should be shown another's answers.
    suggested = LOCAL_SUGGESTED if (folder / LOCAL_SUGGESTED).is_file() else LOCAL_ATTRIBUTIONS
    yield from read_build(folder, suggested)


def open_session(
    folder: Path,
    log: ReviewLog,
    *,
    codebook: Codebook,
    registry: Path | None = None,
    order: str = "uncertainty",
    seed: int = 0,
    where: str | None = None,
    recheck: float = 0.0,
    blind: bool = False,
    complete: bool = False,
) -> Session:
    """Return the session of `log` over a built folder; its queue is empty where everything is answered.

    `complete`: article by article, each ending with the question whether a quotation was missed.
    """
    from .labeling.review_log import read_logs
    from .labeling.review_queue import add_pages, make_queue
    from .labeling.review_screen.session import Session
    from .labeling.review_screen.speakers import Speakers
    from .labeling.review_state import apply

    items: list[ReviewItem] = []
    articles: list[Article] = []
    for article, attributions in read_suggested(folder):
        articles.append(article)
        items += make_items(article, attributions, codebook.target_ids)
    others = []
    if order == "disagreement":
        logs = [other for other in read_logs(log.path.parent) if other.path != log.path]
        others = [apply(other.events, items, annotator=other.annotator, articles=articles) for other in logs]

    def choose(states: Mapping[str, ItemState]) -> list[QueueEntry]:
        queue = make_queue(
            states,
            order="document" if complete else order,
            seed=seed,
            where=where,
            recheck=recheck,
            events=log.effective,
            others=others,
        )
        if not complete:
            return queue
        # Quotations added on an earlier day stand last among the states.
        place = {article.id: number for number, article in enumerate(articles)}
        queue.sort(key=lambda entry: place[states[entry.item_id].item.article.id])
        queue = add_pages(queue, list(place), lambda entry: states[entry.item_id].item.article.id)
        said = {event.article_id: event for event in log.effective if event.event == "complete"}
        done = {
            one.id
            for one in articles
            if one.id in said and said[one.id].on and said[one.id].text_sha256 == one.text_sha256
        }
        return [entry for entry in queue if not entry.page or entry.item_id not in done]

    return Session(
        items,
        log,
        codebook=codebook,
        articles=articles,
        speakers=Speakers(read_speakers(registry)),
        choose=choose,
        blind=blind,
    )


def open_adjudication(folder: Path, log: ReviewLog, *, codebook: Codebook, registry: Path | None = None) -> Session:
    """Return the session of an adjudicator's `log` over the items that annotators disagree on, with their answers."""
    from .adjudicate import find_disputes, read_said, show_answer
    from .labeling.review_queue import QueueEntry
    from .labeling.review_screen.session import Session
    from .labeling.review_screen.speakers import Speakers

    opinions: dict[str, list[str]] = {}
    disputed: dict[str, ReviewItem] = {}
    for dispute in find_disputes(read_said(folder)):
        lines = opinions.setdefault(dispute.item.id, [])
        answers = [f"{name} {show_answer(dispute, answer)}" for name, answer in dispute.verdict.answers]
        lines.insert(
            sum(" notes: " not in line for line in lines),
            f"{dispute.verdict.question.removeprefix('stance:')}: {' · '.join(answers)}",
        )
        lines += [note for name, text in dispute.notes if (note := f"{name} notes: {text}") not in lines]
        disputed[dispute.item.id] = dispute.item
    items = {item.id: item for item in read_items(folder, codebook.target_ids)}

    def choose(states: Mapping[str, ItemState]) -> list[QueueEntry]:
        return [QueueEntry(name) for name in disputed if name in states and states[name].undecided]

    return Session(
        (disputed | items).values(),
        log,
        codebook=codebook,
        speakers=Speakers(read_speakers(registry)),
        choose=choose,
        opinions=opinions,
    )


def read_speakers(registry: Path | None = None) -> list[SpeakerChoice]:
    """Return the speakers of the registry (the shipped one, and the user's own on top) for picking by name."""
    from .attribution.registry import Registry, default_registry
    from .labeling.review_screen.speakers import SpeakerChoice

    entries = (default_registry() if registry is None else Registry.read([registry])).entries
    choices = []
    for entry in entries:
        latest = entry.roles[-1] if entry.roles else None
        hint = "" if latest is None else f"{latest.role}, {latest.of}"
        choices.append(SpeakerChoice(entry.id, entry.name, entry.type, entry.aliases, hint or entry.type))
    return choices


def read_keys(changes: Mapping[str, str | list[str]] | None, *, place: str) -> KeyMap:
    """Return the keys of the review with the configured `changes`; ConfigError for unknown or doubled ones."""
    from .labeling.review_screen.keys import KeyMap

    return KeyMap.of(changes, place=place)


def short_reasons(attribution: Attribution) -> list[str]:
    """Return why the attribution is there, in words, a phrase for each code; `sayso explain` says more.

    The cue is told by its words in the text: reading the lexicon for it would delay the first screen.
    """
    from .explain import explain_code, is_known

    reasons = []
    for code in attribution.why:
        if code.startswith("cue."):
            reasons.append(f"the cue is '{attribution.cue or code.removeprefix('cue.')}'")
        else:
            reasons.append(explain_code(code).meaning if is_known(code) else code)
    return reasons


def _paragraphs_around(text: str, attribution: Attribution) -> TextSpan:
    """Return the lines of the article that the attribution stands in."""
    start = text.rfind("\n", 0, attribution.start) + 1
    end = text.find("\n", attribution.end)
    return TextSpan(start, len(text) if end < 0 else end)
