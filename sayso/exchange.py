"""From a dataset folder to other tools and back: documents with their reviews, gold, and decisions from a file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from .attribution.errors import InputError
from .attribution.gold import GoldAttribution, GoldDocument
from .attribution.types import Article, Attribution, Speaker, Stance, make_attribution
from .dataset import Split
from .folder import DATA, LOCAL_SUGGESTED, REVIEW, read_build
from .labeling.exchange import Document
from .labeling.exchange_files import nest
from .labeling.review_effect import Reviews
from .labeling.review_items import (
    Changes,
    Decision,
    ItemRef,
    ReviewItem,
    SpeakerAnswer,
    StanceAnswer,
    content_overlap,
    make_speaker_id,
)
from .labeling.review_state import MIN_OVERLAP
from .review import read_suggested

GOLD_ORIGIN = "human:gold"


def gold_to_document(gold: GoldDocument) -> Document:
    """Return annotated gold as a document: of several right stance labels the first, no speaker where any is right."""
    article = Article(gold.id, gold.text, title=gold.title, date=gold.date, publisher=gold.publisher, url=gold.url)
    sha = article.text_sha256
    return nest(article, [(_from_gold(article, sha, one), one.nested) for one in gold.attributions])


def _from_gold(article: Article, text_sha256: str, gold: GoldAttribution) -> Attribution:
    made = make_attribution(
        article.text,
        article_id=article.id,
        text_sha256=text_sha256,
        kind=gold.kind,
        content=gold.content,
        cue=gold.cue,
        source=gold.source,
        confidence=1.0,
        origin=GOLD_ORIGIN,
    )
    speaker = gold.speaker
    if speaker is not None and speaker.type is not None and not speaker.any:
        speaker_id = speaker.id or make_speaker_id(speaker.name)
        made = made.with_speaker(Speaker(speaker_id, speaker.name, speaker.type, "name", 1.0))
    stances = tuple(Stance(stance.target, stance.labels[0], 1.0, GOLD_ORIGIN) for stance in gold.stances)
    return replace(made, stances=stances)


def read_documents(folder: Path, *, complete_only: bool = False, split: Split | None = None) -> Iterator[Document]:
    """Yield the articles of a built folder with what their reviews make of them now, whether rebuilt since or not.

    `complete_only`: those that a reviewer marked complete; `split`: those of this split of the dataset. Annotators
    appear by their pseudonyms.
    """
    chosen = None if split is None else read_split(folder, split)
    reviews = Reviews.read(folder / REVIEW)
    clusters: dict[str, str] = {}
    if (folder / LOCAL_SUGGESTED).is_file():  # which was written before repeated quotations were found
        built = (one for _, attributions in read_build(folder) for one in attributions)
        clusters = {one.id: one.cluster_id for one in built if one.cluster_id is not None}
    for article, found in read_suggested(folder):
        reviewed = reviews.overlay(article, found)
        if (reviewed.complete or not complete_only) and (chosen is None or article.id in chosen):
            yield Document(
                article,
                tuple(replace(one, cluster_id=clusters.get(one.id, one.cluster_id)) for one in reviewed.attributions),
            )


def read_split(folder: Path, split: Split) -> set[str]:
    """Return the ids of the articles in one split of a built folder, none where it has no such split."""
    import pyarrow.parquet as pq

    files = sorted((folder / DATA / "articles").glob(f"{split}-*.parquet"))
    return {row for path in files for row in pq.read_table(path, columns=["id"])["id"].to_pylist()}


def decide_from(
    document: Document,
    article: Article,
    items: Sequence[ReviewItem],
    losses: Collection[str],
    *,
    complete: bool = False,
) -> list[tuple[ItemRef, Decision]]:
    """Return the decisions that make `items`, those of the dataset's `article`, what the imported document says.

    An attribution of the document is the item of its id, else the one whose content overlaps most, by half at least;
    without one it is added. What the format loses is never taken for an answer. `complete`: items that the document
    lacks are rejected. Raises InputError where the document was made of another text.
    """
    sha = article.text_sha256
    if "text" not in losses and document.article.text != article.text:
        raise InputError(f"article {article.id!r} has another text in the dataset; export it again and correct that")
    free = {item.id: item for item in items}
    pairs = sorted(
        (_distance(one, item.attribution), number, item.id)
        for number, one in enumerate(document.attributions)
        for item in items
    )
    match: dict[int, ReviewItem] = {}
    for distance, number, item_id in pairs:
        if distance <= 1 - MIN_OVERLAP and number not in match and item_id in free:
            match[number] = free.pop(item_id)
    decisions: list[tuple[ItemRef, Decision]] = []
    for number, one in enumerate(document.attributions):
        if max(span.end for span in one.content_spans) > len(article.text):
            raise InputError(f"article {article.id!r}: {one.id} ends beyond the text of the dataset")
        item = match.get(number)
        if item is not None:
            decisions.append((item.ref(), Decision("accept", _changes(item.attribution, one, losses))))
            continue
        changes = Changes(
            kind=one.kind,
            content=one.content_spans,
            cue=one.cue_spans,
            source=one.source_spans,
            speaker=_speaker_answer(one) if one.speaker is not None else None,
            stances=tuple(StanceAnswer(stance.target, stance.label, stance.flags) for stance in one.stances),
        )
        decisions.append((ItemRef(one.id, article.id, sha, one.content_spans), Decision("add", changes)))
    if complete:
        decisions += [(item.ref(), Decision("reject")) for item in free.values()]
    return decisions


def _distance(one: Attribution, other: Attribution) -> float:
    return -1.0 if one.id == other.id else 1 - content_overlap(one.content_spans, other.content_spans)


def _changes(before: Attribution, after: Attribution, losses: Collection[str]) -> Changes:
    """Return what changed from the suggestion to the import, less what the format can't hold."""
    stances = {stance.target: stance for stance in before.stances}
    answers = []
    for stance in after.stances:
        old = stances.pop(stance.target, None)
        flags = old.flags if "stances.flags" in losses and old is not None else stance.flags
        if old is None or (old.label, old.flags) != (stance.label, flags):
            answers.append(StanceAnswer(stance.target, stance.label, flags))
    answers += [StanceAnswer(target, None) for target in stances]
    speaker = None
    if "speaker" not in losses:
        known = before.speaker and (before.speaker.id, before.speaker.name)
        now = after.speaker and (after.speaker.id, after.speaker.name)
        speaker = _speaker_answer(after) if known != now else None
    return Changes(
        kind=None if before.kind == after.kind else after.kind,
        content=None if before.content_spans == after.content_spans else after.content_spans,
        cue=None if before.cue_spans == after.cue_spans else after.cue_spans,
        source=None if before.source_spans == after.source_spans else after.source_spans,
        speaker=speaker,
        stances=tuple(answers),
    )


def _speaker_answer(attribution: Attribution) -> SpeakerAnswer:
    speaker = attribution.speaker
    return SpeakerAnswer(None) if speaker is None else SpeakerAnswer(speaker.name, speaker.type, speaker.id)
