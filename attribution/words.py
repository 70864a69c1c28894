"""Text in, words, paragraphs and sentences out: the light token view that the rules read.

Independent of any tokenizer, so that the rules give the same answer inside every spaCy pipeline; all offsets are
characters of the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# A word keeps its inner apostrophes and hyphens (Ukraine’s, ex-Soviet); U.S. and a.m. keep their periods.
WORD = re.compile(
    r"(?:[^\W\d_]\.){2,}|[^\W\d_]+(?:['’‑-][^\W_]+)*|\d++(?:[.,:]\d++)*+[^\W_]*+(?:['’‑-][^\W_]++)*+|\.{2,}|[^\w\s]|_+",
)
LINE = re.compile(r"[^\n]+")
BLANK_LINE = re.compile(r"\n[ \t\r\f\v]*\n")
# Lines of hard-wrapped text are this short at most; a newline there is a space, not a paragraph.
WRAPPED_LINE = 85


# Acronyms that would read as pronouns in lower case.
_ACRONYMS = {"US": "u.s.", "WHO": "w.h.o.", "IT": "i.t."}


@dataclass(frozen=True, slots=True)
class Words:
    """The words and marks of a text as parallel lists: `texts[i]` covers `starts[i]` to `ends[i]`."""

    texts: list[str]
    lower: list[str]
    starts: list[int]
    ends: list[int]

    def __len__(self) -> int:
        return len(self.texts)


def read_words(text: str, start: int = 0, end: int | None = None) -> Words:
    """Return the words and punctuation marks of `text[start:end]`; white space belongs to none."""
    stop = len(text) if end is None else end
    spans = [match.span() for match in WORD.finditer(text, start, stop)]
    texts = [text[a:b] for a, b in spans]
    lowered = text[start:stop].lower().replace("’", "'")
    if len(lowered) == stop - start:
        lower = [lowered[a - start : b - start] for a, b in spans]
    else:  # a letter whose lower case is longer (İ)
        lower = [word.lower().replace("’", "'") for word in texts]
    for acronym, stand_in in _ACRONYMS.items():
        at = texts.index(acronym) if acronym in texts else len(texts)
        while at < len(texts):
            if texts[at] == acronym:
                lower[at] = stand_in
            at += 1
    return Words(texts, lower, [a for a, _ in spans], [b for _, b in spans])


def find_paragraphs(text: str, masks: Sequence[tuple[int, int]] = ()) -> list[tuple[int, int]]:
    """Return the paragraphs as half-open ranges, `masks` cut out, none blank.

    A line is a paragraph, except in hard-wrapped text (lines of at most `WRAPPED_LINE` characters within blocks
    divided by blank lines), where the block is.
    """
    lines = [(m.start(), m.end()) for m in LINE.finditer(text)]
    if _is_wrapped(text, lines):
        lines = _blocks(text)
    ranges = []
    pending = 0
    for begin, end in lines:
        while pending < len(masks) and masks[pending][1] <= begin:
            pending += 1
        at = begin
        number = pending
        while number < len(masks) and masks[number][0] < end:
            if masks[number][0] > at:
                ranges.append((at, masks[number][0]))
            at = max(at, masks[number][1])
            number += 1
        if at < end:
            ranges.append((at, end))
    return [(begin, end) for begin, end in ranges if not text[begin:end].isspace()]


def _blocks(text: str) -> list[tuple[int, int]]:
    blocks = []
    at = 0
    for match in BLANK_LINE.finditer(text):
        blocks.append((at, match.start()))
        at = match.end()
    blocks.append((at, len(text)))
    return [(begin, end) for begin, end in blocks if begin < end]


def _is_wrapped(text: str, lines: Sequence[tuple[int, int]]) -> bool:
    filled = [(b, e) for b, e in lines if not text[b:e].isspace()]
    if len(filled) < 6 or max(e - b for b, e in filled) > WRAPPED_LINE:
        return False
    # Wrapped prose: most lines end in the middle of a sentence and the next begins in lower case.
    lower_starts = sum(1 for b, e in filled[1:] if text[b:e].lstrip()[:1].islower())
    return lower_starts >= 0.4 * len(filled)
