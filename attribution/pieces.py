"""Text in, word pieces with features and windows out: what the tagger reads, in training and in use alike.

The encoder is uncased and knows nothing of lines, so each piece carries what lower-casing and splitting lose: the case
of its word, where it stands in quotation marks, and whether a paragraph or sentence begins at it. Offsets are
characters of the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .marks import DOUBLE_MARK, find_quotations
from .words import find_paragraphs

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Ints = NDArray[np.int64]

# A change to the values of any feature below makes trained artefacts unreadable: raise SCHEME with it.
SCHEME = "pieces-1"
CLS, SEP = 101, 102
"""Ids of the pieces that open and close a window in BERT's vocabulary; 0 is padding."""
N_CASE, N_QUOTE, N_BREAK = 8, 8, 4
CASE_NONE, CASE_MARK, CASE_LOWER, CASE_TITLE, CASE_UPPER, CASE_MIXED, CASE_DIGIT, CASE_LETTER = range(N_CASE)
OUTSIDE, OPENS, INSIDE, CLOSES, INNER_OPENS, INNER, INNER_CLOSES, STRAY = range(N_QUOTE)
BREAK_NONE, BREAK_SENTENCE, BREAK_PARAGRAPH, BREAK_TEXT = range(N_BREAK)


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """The word pieces of one text as parallel arrays; `paragraph` counts from 0."""

    ids: Ints
    starts: Ints
    ends: Ints
    case: Ints
    quote: Ints
    breaks: Ints
    paragraph: Ints

    def __len__(self) -> int:
        return len(self.ids)


def read_pieces(text: str, tokenizer: Tokenizer, masks: Sequence[tuple[int, int]] = ()) -> Pieces:
    """Return the pieces of `text` outside `masks`, with their features; any text is answered."""
    paragraphs = find_paragraphs(text, masks)
    if not paragraphs:
        none = np.zeros(0, np.int64)
        return Pieces(none, none, none, none, none, none, none)
    # Half of a pair of surrogates is no character to the tokenizer; one question mark keeps the offsets.
    readable = text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
    encoding = tokenizer.encode(readable, add_special_tokens=False)
    offsets = np.asarray(encoding.offsets, np.int64).reshape(-1, 2)
    ids = np.asarray(encoding.ids, np.int64)
    begins = np.asarray([begin for begin, _ in paragraphs], np.int64)
    stops = np.asarray([end for _, end in paragraphs], np.int64)
    paragraph = np.searchsorted(begins, offsets[:, 0], side="right") - 1
    keep = (paragraph >= 0) & (offsets[:, 1] > offsets[:, 0])
    keep &= offsets[:, 0] < stops[np.maximum(paragraph, 0)]
    ids, starts, ends, paragraph = ids[keep], offsets[keep, 0], offsets[keep, 1], paragraph[keep]
    continues = _continuations(tokenizer)[ids]
    case = _case(text, starts, ends, continues)
    breaks = _breaks(text, starts, paragraph)
    return Pieces(ids, starts, ends, case, _quote_places(text, paragraphs)[starts], breaks, paragraph)


@lru_cache(maxsize=4)
def _continuations(tokenizer: Tokenizer) -> NDArray[np.bool_]:
    """Return for each id whether it continues a word (##…)."""
    table = np.zeros(tokenizer.get_vocab_size(), bool)
    for token, number in tokenizer.get_vocab().items():
        table[number] = token.startswith("##")
    return table


def _case(text: str, starts: Ints, ends: Ints, continues: NDArray[np.bool_]) -> Ints:
    if not len(starts):
        return np.zeros(0, np.int64)
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    kinds = _character_kinds()[np.minimum(points, _TABLE_SIZE - 1)]
    upper = np.concatenate([[0], np.cumsum(kinds == 1)])
    lower = np.concatenate([[0], np.cumsum(kinds == 2)])
    digit = np.concatenate([[0], np.cumsum(kinds == 3)])
    # A piece takes the case of its whole word.
    word = np.cumsum(~continues) - 1
    word -= word[0]
    firsts = np.flatnonzero(np.concatenate([[True], word[1:] != word[:-1]]))
    lasts = np.concatenate([firsts[1:], [len(starts)]]) - 1
    begin, end = starts[firsts], ends[lasts]
    n_upper, n_lower, n_digit = upper[end] - upper[begin], lower[end] - lower[begin], digit[end] - digit[begin]
    first_upper = kinds[begin] == 1
    case = np.full(len(firsts), CASE_MARK, np.int64)
    case[n_lower > 0] = CASE_LOWER
    case[(n_upper > 0) & (n_lower > 0)] = CASE_MIXED
    case[first_upper & (n_upper == 1) & (n_lower > 0)] = CASE_TITLE
    case[(n_upper > 1) & (n_lower == 0)] = CASE_UPPER
    case[(n_upper == 1) & (n_lower == 0)] = CASE_LETTER
    case[(n_digit > 0) & (n_upper + n_lower == 0)] = CASE_DIGIT
    by_piece: Ints = case[word]
    return by_piece


_TABLE_SIZE = 0x2100


@lru_cache(maxsize=1)
def _character_kinds() -> NDArray[np.int8]:
    """Return 1 for upper case, 2 for other letters, 3 for digits, else 0; what lies beyond the table counts as 0."""
    table = np.zeros(_TABLE_SIZE, np.int8)
    for point in range(_TABLE_SIZE - 1):
        character = chr(point)
        if character.isupper():
            table[point] = 1
        elif character.isalpha():
            table[point] = 2
        elif character.isdigit():
            table[point] = 3
    return table


def _breaks(text: str, starts: Ints, paragraph: Ints) -> Ints:
    breaks = np.zeros(len(starts), np.int64)
    if not len(starts):
        return breaks
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    first = points[starts]
    stops = np.isin(first, _STOPS)
    marks = np.isin(first, _MARKS)
    # A sentence begins behind . ? ! (and closing marks) with a capital, a digit or an opening mark.
    after_stop = np.zeros(len(starts), bool)
    after_stop[1:] = stops[:-1]
    after_stop[2:] |= stops[:-2] & marks[1:-1]
    spaced = np.zeros(len(starts), bool)
    spaced[1:] = np.isin(points[np.maximum(starts[1:] - 1, 0)], _SPACES)
    kinds = _character_kinds()[np.minimum(first, _TABLE_SIZE - 1)]
    breaks[after_stop & spaced & ((kinds == 1) | (kinds == 3) | marks)] = BREAK_SENTENCE
    breaks[1:][paragraph[1:] != paragraph[:-1]] = BREAK_PARAGRAPH
    breaks[0] = BREAK_TEXT
    return breaks


_STOPS = np.asarray([ord(c) for c in ".?!…"], np.uint32)
_MARKS = np.asarray([ord(c) for c in "\"'“”‘’«»„‟)"], np.uint32)
_SPACES = np.asarray([ord(c) for c in " \t\n\r\u00a0"], np.uint32)


def _quote_places(text: str, paragraphs: Sequence[tuple[int, int]]) -> Ints:
    places = np.zeros(len(text), np.int64)
    for match in DOUBLE_MARK.finditer(text):
        places[match.start() : match.end()] = STRAY
    for quotation in find_quotations(text, paragraphs):  # outer before inner
        opens, inside, closes = (
            (INNER_OPENS, INNER, INNER_CLOSES) if quotation.depth or quotation.single else (OPENS, INSIDE, CLOSES)
        )
        for piece in quotation.pieces:
            places[piece.start : piece.end] = inside
        for inner in quotation.inner:
            for piece in quotation.pieces:
                if piece.covers(inner):
                    places[piece.start : inner.start] = opens
                    places[inner.end : piece.end] = closes
    return places


def cut_windows(pieces: Pieces, size: int, *, first: int | None = None, overlap: int = 0) -> list[tuple[int, int]]:
    """Return windows of at most `size` pieces as half-open ranges that together cover all pieces in order.

    Windows end where a paragraph ends if one does, else where a sentence ends in their second half. `first` is the
    size of the first window (training shifts the cuts with it). A window that had to end inside a paragraph is
    followed by one that starts at most `overlap` pieces before its end, at a sentence where there is one.
    """
    total = len(pieces)
    windows = []
    at = 0
    limit = size if first is None else max(1, min(first, size))
    while at < total:
        end = min(total, at + limit)
        if end < total:
            end = _choose_end(pieces, at, end)
        windows.append((at, end))
        if end < total and overlap and pieces.breaks[end] < BREAK_PARAGRAPH and pieces.breaks[end] != BREAK_SENTENCE:
            at = max(at + 1, end - overlap)
        else:
            at = end
        limit = size
    return windows


def _choose_end(pieces: Pieces, at: int, end: int) -> int:
    inside = pieces.breaks[at + 1 : end + 1]
    paragraphs = np.flatnonzero(inside >= BREAK_PARAGRAPH)
    if len(paragraphs) and paragraphs[-1] + 1 >= (end - at) // 3:
        return int(at + 1 + paragraphs[-1])
    sentences = np.flatnonzero(inside == BREAK_SENTENCE)
    if len(sentences) and sentences[-1] + 1 >= (end - at) // 2:
        return int(at + 1 + sentences[-1])
    if len(paragraphs):
        return int(at + 1 + paragraphs[-1])
    return end
