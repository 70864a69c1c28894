"""Edges of words in an article: where a boundary can be put by keyboard.

A word is a run of letters and digits with inner apostrophes, hyphens and full stops ("don't", "U.S"); every other
visible character is a word of its own, so that a quotation mark or a comma can be taken in or left out.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from sayso.attribution.types import TextSpan

WORD = re.compile(r"\w+(?:['’.\-]\w+)*|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one text in order, as parallel tuples of starts and ends."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Words:
        """Return the words of `text`; a text of blanks has none."""
        spans = [match.span() for match in WORD.finditer(text)]
        return cls(tuple(start for start, _ in spans), tuple(end for _, end in spans))

    def __len__(self) -> int:
        return len(self.starts)

    def at(self, offset: int) -> int:
        """Return the index of the word at or after `offset`; that of the last word beyond the end, 0 without words."""
        return max(min(bisect_right(self.ends, offset), len(self.ends) - 1), 0)

    def span(self, first: int, last: int) -> TextSpan:
        """Return the characters from word `first` to word `last`, both taken in, in either order."""
        first, last = min(first, last), max(first, last)
        return TextSpan(self.starts[first], self.ends[last])

    def start_before(self, offset: int) -> int | None:
        """Return the nearest start of a word before `offset`, None at the first."""
        index = bisect_left(self.starts, offset) - 1
        return self.starts[index] if index >= 0 else None

    def start_after(self, offset: int) -> int | None:
        """Return the nearest start of a word after `offset`, None at the last."""
        index = bisect_right(self.starts, offset)
        return self.starts[index] if index < len(self.starts) else None

    def end_before(self, offset: int) -> int | None:
        """Return the nearest end of a word before `offset`, None at the first."""
        index = bisect_left(self.ends, offset) - 1
        return self.ends[index] if index >= 0 else None

    def end_after(self, offset: int) -> int | None:
        """Return the nearest end of a word after `offset`, None at the last."""
        index = bisect_right(self.ends, offset)
        return self.ends[index] if index < len(self.ends) else None
