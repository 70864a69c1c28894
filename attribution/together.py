"""Rules and model over a stream of texts: batches go through the model across texts, then each is combined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from .combine import DEFAULT, Together, combine
from .rules import RULES_VERSION, RuleEngine
from .tagger import TEXTS_AT_ONCE, Masks, Tagger
from .types import Attribution, text_hash
from .words import find_paragraphs


@dataclass(frozen=True, slots=True)
class TextToRead:
    """A text, the id of its article, and the boilerplate in it."""

    text: str
    article_id: str
    masks: Masks = ()


class ModelAndRules:
    """Finds attributions by model and rules together, speakers not yet resolved. Holds nothing about any text."""

    def __init__(self, tagger: Tagger, engine: RuleEngine | None = None, *, settings: Together = DEFAULT) -> None:
        self.tagger = tagger
        self.engine = engine or RuleEngine()
        self.settings = settings

    @property
    def version(self) -> str:
        """What found the attributions, for provenance: rules and model with their versions."""
        return f"{RULES_VERSION}+{self.tagger.name}@{self.tagger.version}"

    def find(self, item: TextToRead) -> list[Attribution]:
        """Return the attributions of one text in text order."""
        return next(self.pipe([item]))

    def pipe(self, items: Iterable[TextToRead]) -> Iterator[list[Attribution]]:
        """Yield for each text what `find` returns, in the order read; memory is flat in the number of texts."""
        stream = iter(items)
        while chunk := list(islice(stream, TEXTS_AT_ONCE)):
            hashes = [text_hash(item.text) for item in chunk]
            ruled = [
                self.engine.find(item.text, article_id=item.article_id, masks=item.masks, text_sha256=sha)
                for item, sha in zip(chunk, hashes, strict=True)
            ]
            tags = self.tagger.pipe(
                (item.text, [*item.masks, *_settled(item, votes, self.settings.min_settled)], votes)
                for item, votes in zip(chunk, ruled, strict=True)
            )
            for item, sha, findings, tagged in zip(chunk, hashes, ruled, tags, strict=True):
                yield combine(
                    item.text,
                    tagged,
                    findings,
                    article_id=item.article_id,
                    text_sha256=sha,
                    masks=item.masks,
                    model=f"{self.tagger.name}@{self.tagger.version}",
                    settings=self.settings,
                )


def _settled(item: TextToRead, ruled: Sequence[Attribution], least: float) -> list[tuple[int, int]]:
    """Return the paragraphs that findings of at least this confidence cover whole: the model need not read them.

    A tenth of a newspaper's words; on PolNeAR dev nothing is lost by it.
    """
    outermost = [a for a in ruled if a.nested_in is None]
    spans = sorted(
        (span.start, span.end, a.confidence)
        for a in outermost
        for span in (*a.content_spans, *a.cue_spans, *a.source_spans)
    )
    settled = []
    at = 0
    for begin, end in find_paragraphs(item.text, item.masks) if spans else ():
        while at < len(spans) and spans[at][1] <= begin:
            at += 1
        reached = begin
        for start, stop, confidence in spans[at:]:
            if start >= end:
                break
            if confidence < least or _has_letter(item.text[reached:start]):
                reached = begin
                break
            reached = max(reached, min(stop, end))
        if reached > begin and not _has_letter(item.text[reached:end]):
            settled.append((begin, end))
    return settled


def _has_letter(text: str) -> bool:
    return any(c.isalnum() for c in text)
