"""The spaCy side: pipeline components, what they leave on a Doc, and how to read it back.

`nlp.add_pipe("sayso_attribution")` and `nlp.add_pipe("sayso_speakers")` work in any pipeline; neither needs tags, a
parse or entities, and their answers do not depend on the tokenizer. A dependency parse and entities are used where
there are any.
Results are three span groups (contents, cues, sources; a span's id is its attribution's) with the exact records in the
contents' attributes, so they survive `Doc.to_bytes` and `DocBin`; `doc._.attributions` reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup

from .extraction import Extractor, as_article
from .models import RULES
from .parsed import refine_by_parse
from .recognised import KINDS, Recognised
from .registry import Registry
from .types import Article, Attribution

SPANS_KEY = "sayso"
ARTICLE_KEY = "sayso_article"
"""`doc.user_data` key of what is known of the article: {"id": …, "date": …}; both optional."""


def group_names(spans_key: str = SPANS_KEY) -> tuple[str, str, str]:
    """Return the names of the three span groups: contents, cues, sources."""
    return f"{spans_key}_content", f"{spans_key}_cue", f"{spans_key}_source"


def set_article(doc: Doc, article: Article) -> Doc:
    """Return `doc` with the article's id and date noted on it, where the components look for them."""
    doc.user_data[ARTICLE_KEY] = {"id": article.id, "date": article.date}
    return doc


def article_of(doc: Doc) -> Article:
    """Return the article that `doc` holds: its text with the id and date noted on it, else a bare text."""
    known = doc.user_data.get(ARTICLE_KEY) or {}
    article = as_article(doc.text)
    return replace(article, id=known.get("id") or article.id, date=known.get("date"))


def recognised_in(doc: Doc) -> list[Recognised]:
    """Return the people, organizations and places among the entities that the pipeline put on `doc`."""
    return [
        Recognised(entity.start_char, entity.end_char, KINDS[entity.label_])
        for entity in doc.ents
        if entity.label_ in KINDS
    ]


def write_attributions(doc: Doc, attributions: Iterable[Attribution], *, spans_key: str = SPANS_KEY) -> None:
    """Put `attributions` on `doc`; spans are widened to whole tokens, the records keep the exact characters."""
    items = list(attributions)
    groups: dict[str, list[Span]] = {name: [] for name in group_names(spans_key)}
    content_key, cue_key, source_key = group_names(spans_key)
    for item in items:
        for name, spans, label in (
            (content_key, item.content_spans, item.kind.upper()),
            (cue_key, item.cue_spans, "CUE"),
            (source_key, item.source_spans, "SOURCE"),
        ):
            for span in spans:
                tokens = doc.char_span(span.start, span.end, label=label, alignment_mode="expand", span_id=item.id)
                if tokens is not None:
                    groups[name].append(tokens)
    for name, members in groups.items():
        attrs = {"attributions": [item.to_json() for item in items]} if name == content_key else {}
        doc.spans[name] = SpanGroup(doc, name=name, attrs=attrs, spans=members)


def read_attributions(doc: Doc, *, spans_key: str = SPANS_KEY) -> tuple[Attribution, ...]:
    """Return the attributions on `doc` in text order; none when no component of ours has seen it."""
    name = group_names(spans_key)[0]
    if name not in doc.spans:
        return ()
    return tuple(Attribution.from_json(record) for record in doc.spans[name].attrs.get("attributions", ()))


if not Doc.has_extension("attributions"):
    Doc.set_extension("attributions", getter=read_attributions)


class _Stateless:
    """What spaCy asks of a component that has nothing to save: lexicons ship with the package."""

    def __call__(self, doc: Doc) -> Doc:
        raise TypeError(f"{type(self).__name__} is no component")

    def pipe(self, stream: Iterable[Doc], batch_size: int = 64) -> Iterator[Doc]:
        """Yield each doc in turn: the same as calling the component on each."""
        for doc in stream:
            yield self(doc)

    def to_disk(self, path: Any, *, exclude: Iterable[str] = ()) -> None:
        """Write nothing: settings are in the pipeline's config."""

    def from_disk(self, path: Any, *, exclude: Iterable[str] = ()) -> Self:
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        return b""

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Self:
        return self


class AttributionFinder(_Stateless):
    """Finds attributions and leaves them on the Doc, without speakers. Holds no state between docs."""

    def __init__(self, extractor: Extractor, *, spans_key: str = SPANS_KEY) -> None:
        self.extractor = extractor
        self.spans_key = spans_key

    def __call__(self, doc: Doc) -> Doc:
        article = article_of(doc)
        masks = self.extractor.find_masks(article.text)
        found = refine_by_parse(doc, self.extractor.find(article, masks=masks), masks=masks)
        write_attributions(doc, found, spans_key=self.spans_key)
        return doc

    def pipe(self, stream: Iterable[Doc], batch_size: int = 64) -> Iterator[Doc]:
        """Yield each doc in turn: the same as calling the component on each, but the model sees several at once."""
        for docs in self.extractor.chunks(stream):
            articles = [article_of(doc) for doc in docs]
            masks = [self.extractor.find_masks(article.text) for article in articles]
            for doc, mask, found in zip(docs, masks, self.extractor.find_all(articles, masks), strict=True):
                write_attributions(doc, refine_by_parse(doc, found, masks=mask), spans_key=self.spans_key)
                yield doc


class SpeakerLinker(_Stateless):
    """Gives each attribution on the Doc its speaker, or declines and says why. Holds no state between docs."""

    def __init__(self, extractor: Extractor, *, spans_key: str = SPANS_KEY) -> None:
        self.extractor = extractor
        self.spans_key = spans_key

    def __call__(self, doc: Doc) -> Doc:
        found = read_attributions(doc, spans_key=self.spans_key)
        if found:
            article = article_of(doc)
            masks = self.extractor.find_masks(article.text)
            names = recognised_in(doc)
            resolved = self.extractor.resolve(article, found, masks=masks, recognised=names)
            write_attributions(doc, resolved, spans_key=self.spans_key)
        return doc


@Language.factory(
    "sayso_attribution",
    assigns=["doc.spans", "doc._.attributions"],
    default_config={"spans_key": SPANS_KEY, "model": None, "mask_boilerplate": True, "conventions": "guidelines"},
)
def make_attribution_finder(
    nlp: Language, name: str, spans_key: str, model: str | None, mask_boilerplate: bool, conventions: str
) -> AttributionFinder:
    """Build the component that finds attributions; a broken lexicon or model raises here, not on the first doc.

    `model`: None for the packaged one, "rules" for the rules alone, a folder, or a Hub id.
    `conventions` as in `Extractor`.
    """
    extractor = Extractor(Registry.read([]), model=model, mask_boilerplate=mask_boilerplate, conventions=conventions)
    return AttributionFinder(extractor, spans_key=spans_key)


@Language.factory(
    "sayso_speakers",
    requires=["doc.spans"],
    assigns=["doc.spans", "doc._.attributions"],
    default_config={"spans_key": SPANS_KEY, "registry": [], "mask_boilerplate": True, "min_speaker": None},
)
def make_speaker_linker(
    nlp: Language,
    name: str,
    spans_key: str,
    registry: list[str],
    mask_boilerplate: bool,
    min_speaker: float | None,
) -> SpeakerLinker:
    """Build the component that resolves speakers; `registry` names the user's own files beside the shipped ones.

    `min_speaker` as in `Extractor`.
    """
    known = Registry.read([Path(path) for path in registry])
    extractor = Extractor(known, model=RULES, mask_boilerplate=mask_boilerplate, min_speaker=min_speaker)
    return SpeakerLinker(extractor, spans_key=spans_key)
