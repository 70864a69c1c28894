"""The whole extraction of one article, without spaCy: boilerplate, attributions by rules and model, speakers.

The spaCy components of `components.py` are made of the same pieces and give the same answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol, TypeVar

from .boilerplate import find_boilerplate
from .combine import read_conventions
from .models import read_tagger
from .recognised import Recognised
from .registry import Registry
from .rules import RULES_VERSION, RuleEngine
from .speakers import resolve_speakers
from .tagger import TEXTS_AT_ONCE
from .together import ModelAndRules, TextToRead
from .types import Article, Attribution, text_hash

# Of long texts fewer are read together, so that answers come early and memory stays flat.
CHARS_AT_ONCE = 400_000


class HasText(Protocol):
    """An article, or spaCy's Doc of one."""

    @property
    def text(self) -> str: ...


Item = TypeVar("Item", bound=HasText)


class Extractor:
    """Finds an article's attributions and their speakers; holds lexicons, model and registry, nothing of any article.

    `model` as in `read_tagger`: None for the packaged one, "rules" for the rules alone, a folder or a Hub id.
    `min_speaker`: leave out speakers less sure than this, 0 to 1, instead of those below the shipped thresholds; 0
    gives all. `conventions`: "guidelines" (ours), or "polnear" for spans as that corpus has them (see
    `combine.POLNEAR`); rules alone know only ours.
    """

    def __init__(
        self,
        registry: Registry,
        *,
        model: str | Path | None = None,
        mask_boilerplate: bool = True,
        conventions: str = "guidelines",
        min_speaker: float | None = None,
    ) -> None:
        self.engine = RuleEngine()
        settings = read_conventions(conventions)
        tagger = read_tagger(model)
        self._together = None if tagger is None else ModelAndRules(tagger, self.engine, settings=settings)
        self.registry = registry
        self.mask_boilerplate = mask_boilerplate
        self.min_speaker = min_speaker

    def __call__(self, article: Article) -> list[Attribution]:
        """Return the attributions of `article` in text order, each with its speaker or None."""
        masks = self.find_masks(article.text)
        found = self.find(article, masks=masks)
        return self.resolve(article, found, masks=masks)

    @property
    def version(self) -> str:
        """What finds the attributions, for provenance: rules, and the model with its version."""
        return RULES_VERSION if self._together is None else self._together.version

    def pipe(self, articles: Iterable[Article]) -> Iterator[tuple[Article, list[Attribution]]]:
        """Yield (article, what calling the extractor on it returns); the model sees several articles at once."""
        for chunk in self.chunks(articles):
            masks = [self.find_masks(article.text) for article in chunk]
            for article, mask, found in zip(chunk, masks, self.find_all(chunk, masks), strict=True):
                yield article, self.resolve(article, found, masks=mask)

    def chunks(self, items: Iterable[Item]) -> Iterator[list[Item]]:
        """Yield as many items together as are read at once: one by the rules alone, more by the model."""
        size = 1 if self._together is None else TEXTS_AT_ONCE
        chunk: list[Item] = []
        chars = 0
        try:
            for item in items:
                chunk.append(item)
                chars += len(item.text)
                if len(chunk) == size or chars >= CHARS_AT_ONCE:
                    yield chunk
                    chunk, chars = [], 0
        except Exception:
            # What was read before the bad one is answered first.
            if chunk:
                yield chunk
            raise
        if chunk:
            yield chunk

    def find_all(
        self, articles: Sequence[Article], masks: Sequence[Sequence[tuple[int, int]]]
    ) -> Iterator[list[Attribution]]:
        """Yield what `find` returns for each article."""
        if self._together is None:
            for article, mask in zip(articles, masks, strict=True):
                yield self.find(article, masks=mask)
        else:
            yield from self._together.pipe(
                TextToRead(article.text, article.id, mask) for article, mask in zip(articles, masks, strict=True)
            )

    def find_masks(self, text: str) -> list[tuple[int, int]]:
        """Return the half-open ranges that hold boilerplate."""
        return [(mask.start, mask.end) for mask in find_boilerplate(text)] if self.mask_boilerplate else []

    def find(self, article: Article, *, masks: Sequence[tuple[int, int]]) -> list[Attribution]:
        """Return the attributions without speakers."""
        if self._together is not None:
            return self._together.find(TextToRead(article.text, article.id, masks))
        return self.engine.find(article.text, article_id=article.id, masks=masks, text_sha256=article.text_sha256)

    def resolve(
        self,
        article: Article,
        found: Sequence[Attribution],
        *,
        masks: Sequence[tuple[int, int]],
        recognised: Sequence[Recognised] = (),
    ) -> list[Attribution]:
        """Return `found` with speakers; the article's date decides who held a role.

        `recognised` are names that another pipeline found in the article.
        """
        if not found:
            return []
        return resolve_speakers(
            article.text,
            found,
            registry=self.registry,
            date=article.date,
            masks=masks,
            recognised=recognised,
            min_speaker=self.min_speaker,
            publisher=article.publisher,
        )


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
