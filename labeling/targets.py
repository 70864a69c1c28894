"""Which targets of a codebook a passage addresses, by its own words and by those it refers back to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from .codebook import Codebook
from .passages import Passage
from .terms import Word, fold_word, read_words

TargetHow = Literal["term", "opposed", "echo", "anaphor", "cue"]

# Words that point back: a passage with one of them and no target of its own may be about what was said before.
POINTERS = frozenset("it this that these those they them such so there".split())
OWN = frozenset({"our", "ours"})
# Prefixes that turn a word into its opposite, and the marks that join them.
REVERSERS = frozenset({"de", "non", "un", "dis"})
HYPHENS = frozenset("-‐‑–")
# A passage longer than this says for itself what it is about.
MAX_POINTING_WORDS = 14
# The pointer stands early in the passage, where it is subject or object of the main clause.
POINTER_REACH = 6


@dataclass(frozen=True, slots=True)
class Mention:
    """Words [first, last] of the passage that raise a target, and how; an anaphor's words are the pointer's."""

    first: int
    last: int
    how: TargetHow
    term: str


@dataclass(frozen=True, slots=True)
class TargetHit:
    """A target that a passage addresses, and the mentions that say so, in text order."""

    target: str
    mentions: tuple[Mention, ...]

    @property
    def how(self) -> TargetHow:
        """How it is raised: by its own words if any mention has them."""
        hows = [mention.how for mention in self.mentions]
        return min(hows, key=("term", "opposed", "cue", "echo", "anaphor").index)


def find_targets(passage: Passage, codebook: Codebook, *, words: Sequence[Word] | None = None) -> tuple[TargetHit, ...]:
    """Return the targets that `passage` addresses, in the codebook's order; () where it addresses none.

    A target is raised by its terms; by its echoes where the paragraph before raised it; and, in a short passage that
    raises nothing itself and points back ("It will not help"), by the last target of the sentence before.
    """
    words = read_words(passage.text) if words is None else words
    found: dict[str, list[Mention]] = {}
    echoes: dict[str, list[Mention]] = {}
    for hit in codebook.index.find(_own_side_named(words, passage, codebook)):
        if _is_reversed(words, hit.first, passage.text):
            continue
        target, group = hit.key
        how: TargetHow = "term" if group == "terms" else "opposed" if group == "opposed" else "echo"
        place = echoes if how == "echo" else found
        place.setdefault(target, []).append(Mention(hit.first, hit.last, how, hit.term))
    pointing = not found and len(words) <= MAX_POINTING_WORDS
    if echoes or pointing:
        raised = _raised_before(passage, codebook)
        for target, mentions in echoes.items():
            if target in found:
                found[target].extend(mentions)
            elif target in raised:
                found[target] = mentions
        if not found and pointing and raised:
            at = next((i for i, word in enumerate(words[:POINTER_REACH]) if word.form in POINTERS), None)
            if at is not None:
                target = max(raised, key=lambda key: raised[key])
                found[target] = [Mention(at, at, "anaphor", words[at].form)]
    return tuple(TargetHit(target, _merge(found[target])) for target in codebook.target_ids if target in found)


def _is_reversed(words: Sequence[Word], first: int, text: str) -> bool:
    """Return whether a prefix before word `first` turns it into its opposite: de-[escalation], non-[aggression]."""
    before = words[first - 1] if first else None
    return before is not None and before.form in REVERSERS and text[before.end : words[first].start] in HYPHENS


def _own_side_named(words: Sequence[Word], passage: Passage, codebook: Codebook) -> Sequence[Word]:
    """Return the words with the speaker's "our" as a name of their side, where a list of [words] is called like it.

    So "our troops" means one thing from Russia's minister and another from an American general.
    """
    names = codebook.words.get(passage.side or "")
    if not names or not any(word.form in OWN for word in words):
        return words
    own = fold_word(names[0])
    return [replace(word, form=own) if word.form in OWN else word for word in words]


def _raised_before(passage: Passage, codebook: Codebook) -> dict[str, int]:
    """Return the targets that the paragraph before the passage raises, with the place of the last mention."""
    before = read_words(passage.before)
    return {hit.key[0]: hit.last for hit in codebook.index.find(before) if hit.key[1] != "echoes"}


def _merge(mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """Return the mentions in text order, those inside others left out."""
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda item: (item.first, -item.last)):
        if not kept or mention.last > kept[-1].last:
            kept.append(mention)
    return tuple(kept)
