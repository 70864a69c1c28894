"""A passage and a target as word pieces: what the pair model reads, in training and in use alike.

The passage is the first segment, with the speaker's side and cue before it and, where the target is only referred back
to, the end of the paragraph before; the target's proposition is the second. Marks say of each piece what it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .pair_view import PairView
from .terms import read_words

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Ints = NDArray[np.int64]

# Raised whenever the input changes: weights of another scheme would read it wrongly.
SCHEME = 1
CLS, SEP, MASK = 101, 102, 103
"""Ids of the pieces that open an input, close a segment and hide a word in BERT's vocabulary; 0 is padding."""
MOST_PIECES = 128
MOST_TARGET = 40
MOST_SPEAKER = 16
MOST_BEFORE = 32
LEAST_PIECES = 64
"""Shorter inputs would leave too little of the passage beside a long proposition."""
N_MARKS = 10
PLAIN, TARGET, OPPOSED, OTHER_TARGET, OWN_SIDE, OTHER_SIDE, SPEAKER, BEFORE, PROPOSITION, MENTION = range(N_MARKS)
"""Of pieces of the passage: what they raise or whose they are; of the second segment: which kind of target it is."""
SIGNS = {"<T>": TARGET, "<O>": OPPOSED, "<X>": OTHER_TARGET, "<own>": OWN_SIDE}
POINTING = frozenset({"echo", "anaphor", "cue"})


@dataclass(frozen=True, slots=True, eq=False)
class PairInput:
    """Parallel arrays of pieces: their ids, their marks, and where in the passage they begin (-1: not of it)."""

    ids: Ints
    marks: Ints
    starts: Ints

    def __len__(self) -> int:
        return len(self.ids)


def read_tokenizer(path: str) -> Tokenizer:
    """Return the tokenizer without truncation and padding, which the file may ask for."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(path)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def make_input(view: PairView, tokenizer: Tokenizer, *, most: int = MOST_PIECES) -> PairInput:
    """Return the input of one pair, at most `most` pieces long; any text is answered."""
    target = _target_ids(view.target.proposition if view.target else view.name, tokenizer)
    said = tokenizer.encode(_readable(view.passage.text), add_special_tokens=False)
    marks = _mark(view, said.offsets)
    speaker = _speaker_ids(view, tokenizer)
    room = most - 3 - len(target) - len(speaker)
    before: Sequence[int] = ()
    if view.passage.before and all(mention.how in POINTING for mention in view.mentions):
        before = tokenizer.encode(_readable(view.passage.before), add_special_tokens=False).ids
        before = before[-min(MOST_BEFORE, room // 2) :]
        room -= len(before)
    first = _choose_window(marks, room)
    kept, kept_marks = said.ids[first : first + room], marks[first : first + room]
    ids = [CLS, *speaker, *before, *kept, SEP, *target, SEP]
    placed = np.zeros(len(ids), np.int64)
    at = 1 + len(speaker)
    placed[1:at] = SPEAKER
    placed[at : at + len(before)] = BEFORE
    at += len(before)
    placed[at : at + len(kept)] = kept_marks
    placed[at + len(kept) + 1 :] = PROPOSITION if view.target else MENTION
    starts = np.full(len(ids), -1, np.int64)
    starts[at : at + len(kept)] = [start for start, _ in said.offsets[first : first + room]]
    return PairInput(np.asarray(ids, np.int64), placed, starts)


def _readable(text: str) -> str:
    # Half of a pair of surrogates is no character to the tokenizer; one question mark keeps the offsets.
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


@lru_cache(maxsize=4096)
def _target_ids(text: str, tokenizer: Tokenizer) -> tuple[int, ...]:
    return tuple(tokenizer.encode(_readable(text), add_special_tokens=False).ids[:MOST_TARGET])


def _speaker_ids(view: PairView, tokenizer: Tokenizer) -> tuple[int, ...]:
    """Return the pieces of the speaker's side and the cue, () where neither is known."""
    words = " ".join(part for part in (view.passage.side, view.passage.cue) if part)
    return _target_ids(f"{words}:", tokenizer)[:MOST_SPEAKER] if words else ()


def _mark(view: PairView, offsets: Sequence[tuple[int, int]]) -> Ints:
    """Return the mark of each piece of the passage: that of the word which it is part of."""
    marks = np.zeros(len(offsets), np.int64)
    signs = {at: SIGNS.get(shown, OTHER_SIDE) for at, shown in enumerate(view.shown) if shown.startswith("<")}
    if not signs or not len(offsets):
        return marks
    words = read_words(view.passage.text)
    starts = np.asarray([start for start, _ in offsets], np.int64)
    for at, sign in signs.items():
        low, high = np.searchsorted(starts, (words[at].start, words[at].end))
        marks[low:high] = sign
    return marks


def _choose_window(marks: Ints, room: int) -> int:
    """Return the first piece to keep: a passage that is too long is cut around what first raises the target."""
    if len(marks) <= room:
        return 0
    raised = np.flatnonzero((marks == TARGET) | (marks == OPPOSED))
    middle = int(raised[0]) if len(raised) else 0
    return max(0, min(middle - room // 2, len(marks) - room))
