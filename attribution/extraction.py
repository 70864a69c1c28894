"""The whole extraction of one article, without spaCy: boilerplate, attributions by rules, speakers.

The spaCy components of `components.py` are made of the same pieces and give the same answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .boilerplate import find_boilerplate
from .registry import Registry
from .rules import RuleEngine
from .speakers import resolve_speakers
from .types import Article, Attribution, text_hash


class Extractor:
    """Finds an article's attributions and their speakers; holds lexicons and registry, and nothing of any article."""

    def __init__(self, registry: Registry, *, mask_boilerplate: bool = True) -> None:
        self.engine = RuleEngine()
        self.registry = registry
        self.mask_boilerplate = mask_boilerplate

    def __call__(self, article: Article) -> list[Attribution]:
        """Return the attributions of `article` in text order, each with its speaker or None."""
        masks = self.find_masks(article.text)
        found = self.find(article, masks=masks)
        return self.resolve(article, found, masks=masks)

    def find_masks(self, text: str) -> list[tuple[int, int]]:
        """Return the half-open ranges that hold boilerplate."""
        return [(mask.start, mask.end) for mask in find_boilerplate(text)] if self.mask_boilerplate else []

    def find(self, article: Article, *, masks: Sequence[tuple[int, int]]) -> list[Attribution]:
        """Return the attributions without speakers."""
        return self.engine.find(article.text, article_id=article.id, masks=masks, text_sha256=article.text_sha256)

    def resolve(
        self, article: Article, found: Sequence[Attribution], *, masks: Sequence[tuple[int, int]]
    ) -> list[Attribution]:
        """Return `found` with speakers; the article's date decides who held a role."""
        if not found:
            return []
        return resolve_speakers(article.text, found, registry=self.registry, date=article.date, masks=masks)


def as_article(item: str | Article) -> Article:
    """Return `item`, a bare text as an article whose id is its text's hash, so that equal texts get equal ids."""
    return item if isinstance(item, Article) else Article(id=f"text-{text_hash(item)[:16]}", text=item)


def keep_confident(found: Sequence[Attribution], minimum: float) -> list[Attribution]:
    """Return those of at least `minimum` confidence; one nested in a dropped one stands alone."""
    kept = [item for item in found if item.confidence >= minimum]
    if len(kept) == len(found):
        return kept
    ids = {item.id for item in kept}
    return [item if item.nested_in in ids else replace(item, nested_in=None) for item in kept]
