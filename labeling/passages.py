"""What is labelled: a passage with who said it and where, and its pairing with one target."""

from __future__ import annotations

from dataclasses import dataclass

from sayso.attribution.types import Attribution, StanceLabel

from .codebook import Codebook
from .terms import read_words

# Letters of a paragraph looked at before the passage: "such penalties" rarely reach further back.
CONTEXT_CHARS = 600


@dataclass(frozen=True, slots=True)
class Passage:
    """Something said, with its speaker.

    `before` and `after` are the rest of its paragraph, `cue` and `source` the words of the text.
    """

    text: str
    before: str = ""
    after: str = ""
    cue: str | None = None
    source: str | None = None
    speaker: str | None = None
    side: str | None = None
    """The speaker's side in the codebook's terms, None where it has none for them."""


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """A passage, one target, and the label it has there; `label` None: the passage does not address the target."""

    id: str
    passage: Passage
    target: str
    label: StanceLabel | None
    family: str
    split: str
    flags: tuple[str, ...] = ()
    origin: str = "synthetic"
    article: str | None = None
    """Id of the article that it is of, None for a sentence that stands alone."""


def find_side(codebook: Codebook, *names: str | None) -> str | None:
    """Return the side that the first of `names` to name one belongs to; several sides in one name: the first named."""
    for name in names:
        if name:
            found = _side_of(codebook, name)
            if found is not None:
                return found
    return None


def _side_of(codebook: Codebook, name: str) -> str | None:
    hits = sorted(codebook.side_index.find(read_words(name)), key=lambda hit: hit.first)
    return hits[0].key[0] if hits else None


def make_passage(attribution: Attribution, context: str, context_start: int, codebook: Codebook) -> Passage:
    """Return the passage of `attribution`, whose paragraph `context` begins at `context_start` of the article."""
    first = max(0, min(span.start for span in attribution.content_spans) - context_start)
    last = max(span.end for span in attribution.content_spans) - context_start
    speaker = attribution.speaker.name if attribution.speaker else None
    return Passage(
        text=attribution.content,
        before=context[max(0, first - CONTEXT_CHARS) : first],
        after=context[last : last + CONTEXT_CHARS],
        cue=attribution.cue,
        source=attribution.source,
        speaker=speaker,
        side=find_side(codebook, speaker, attribution.source),
    )
