"""The Python API: `sayso.load()` gives an `Attributor`, `sayso.attribute(...)` uses the default one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, overload

from .attribution.errors import ConfigError, InputError
from .attribution.extraction import as_article, keep_confident
from .attribution.types import Article, Attribution

if TYPE_CHECKING:
    from spacy.language import Language

    from .attribution.extraction import Extractor

# Twice the size at which the readers split a text, so that only unread, hand-made articles can be longer.
MAX_CHARACTERS = 2_000_000


class Attributor:
    """Articles in, attributions with speakers out. Made by `load`; holds no state between articles.

    `version` names rules and model, for provenance.
    """

    def __init__(
        self,
        extractor: Extractor,
        *,
        version: str,
        min_confidence: float = 0.0,
        min_speaker: float | None = None,
        nlp: Language | None = None,
        model: str | Path | None = None,
        registry: Sequence[str | Path] = (),
        conventions: str = "guidelines",
    ) -> None:
        if not 0.0 <= min_confidence <= 1.0:
            raise ConfigError(f"min_confidence is a probability, allowed are 0 to 1, got {min_confidence}")
        self.extractor = extractor
        self.version = version
        self.min_confidence = min_confidence
        self._min_speaker = min_speaker
        self._own_nlp = nlp
        self._model = None if model is None else str(model)
        self._registry = [str(path) for path in registry]
        self._conventions = conventions

    @cached_property
    def nlp(self) -> Language:
        """The spaCy pipeline with our components, for those who want Docs: yours, or a blank English one."""
        import spacy

        nlp = self._own_nlp
        if nlp is None:
            nlp = spacy.blank("en")
            nlp.max_length = MAX_CHARACTERS
        if "sayso_attribution" not in nlp.pipe_names:
            nlp.add_pipe("sayso_attribution", config={"model": self._model, "conventions": self._conventions})
        if "sayso_speakers" not in nlp.pipe_names:
            nlp.add_pipe("sayso_speakers", config={"registry": self._registry, "min_speaker": self._min_speaker})
        return nlp

    def __call__(self, article: str | Article) -> list[Attribution]:
        """Return the attributions of one text or article in text order.

        Raises InputError for a text with lone surrogates or of more than `MAX_CHARACTERS` characters.
        """
        return next(self.pipe([article]))[1]

    def pipe(
        self, articles: Iterable[str | Article], *, batch_size: int = 32
    ) -> Iterator[tuple[Article, list[Attribution]]]:
        """Yield (article, its attributions) in the order read; memory is flat in the number of articles.

        Runs through your own pipeline if there is one; the default one need not be run, as its answers do not depend
        on tokens.
        """
        checked = (_checked(as_article(item)) for item in articles)
        if self._own_nlp is None:
            for article, found in self.extractor.pipe(checked):
                yield article, keep_confident(found, self.min_confidence)
            return
        from .attribution.components import read_attributions, set_article

        docs = ((set_article(self.nlp.make_doc(article.text), article), article) for article in checked)
        for doc, article in self.nlp.pipe(docs, as_tuples=True, batch_size=batch_size):
            yield article, keep_confident(read_attributions(doc), self.min_confidence)


def load(
    model: str | Path | None = None,
    *,
    registry: Sequence[str | Path] = (),
    min_confidence: float = 0.0,
    min_speaker: float | None = None,
    nlp: Language | None = None,
    conventions: str = "guidelines",
) -> Attributor:
    """Return an Attributor ready to use; lexicons and registry are read here, not on the first article.

    `model`: None or "attribution-en" for rules and the packaged model, "rules" for the rules alone, a model's folder,
    or a Hub id (which opens a socket). `registry`: your own speaker files, added to the shipped ones. `min_speaker`:
    leave out speakers less sure than this, 0 to 1; unset: by thresholds at which 95 % are right, 0: give all. `nlp`:
    your own spaCy pipeline, to which our components are added where they are missing. `conventions`: "guidelines", or
    "polnear" for cues, sources and contents as that corpus annotates them ("has said", "who", "that …").
    Raises ArtifactError for a model that this release doesn't have, ConfigError for a broken registry.
    """
    from . import __version__
    from .attribution.extraction import Extractor
    from .attribution.registry import Registry

    if min_speaker is not None and not 0.0 <= min_speaker <= 1.0:
        raise ConfigError(f"min_speaker is a probability, allowed are 0 to 1, got {min_speaker}")
    extractor = Extractor(
        Registry.read([Path(path) for path in registry]),
        model=model,
        conventions=conventions,
        min_speaker=min_speaker,
    )
    return Attributor(
        extractor,
        version=f"{extractor.version}@{__version__}",
        min_confidence=min_confidence,
        min_speaker=min_speaker,
        nlp=nlp,
        model=model,
        registry=registry,
        conventions=conventions,
    )


# A text is an iterable of texts to a type checker; at run time the first signature comes first.
@overload
def attribute(  # type: ignore[overload-overlap]
    articles: str | Article, *, model: str | Path | None = None
) -> list[Attribution]: ...
@overload
def attribute(articles: Iterable[str | Article], *, model: str | Path | None = None) -> Iterator[Attribution]: ...
def attribute(
    articles: str | Article | Iterable[str | Article], *, model: str | Path | None = None
) -> list[Attribution] | Iterator[Attribution]:
    """Return the attributions of one text or article as a list, of many as an iterator, in reading order.

    Example: `sayso.attribute('"Rents will rise," said Ana Ruiz.')[0].speaker.name` is `'Ana Ruiz'`.
    """
    attributor = _default(model if model is None else str(model))
    if isinstance(articles, str | Article):
        return attributor(articles)
    return (found for _, group in attributor.pipe(articles) for found in group)


@lru_cache(maxsize=2)
def _default(model: str | None) -> Attributor:
    return load(model)


def _checked(article: Article) -> Article:
    if len(article.text) > MAX_CHARACTERS:
        raise InputError(
            f"article {article.id!r} has {len(article.text):,} characters, at most {MAX_CHARACTERS:,} are allowed; "
            "read it with `sayso.attribution.articles.read_articles`, which splits at paragraphs"
        )
    try:
        article.text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(
            f"article {article.id!r} holds a lone surrogate at character {error.start}; decode the text as UTF-8 again"
        ) from error
    return article
