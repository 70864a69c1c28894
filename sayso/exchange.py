"""From a dataset folder to other tools and back: documents with their reviews, gold, and decisions from a file."""

from __future__ import annotations

from dataclasses import replace

from .attribution.gold import GoldAttribution, GoldDocument
from .attribution.types import Article, Attribution, Speaker, Stance, make_attribution
from .labeling.exchange import Document
from .labeling.exchange_files import nest
from .labeling.review_items import make_speaker_id

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
