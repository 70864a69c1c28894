"""Words of a paragraph in, sentences out, a top-level quotation as one unit whatever it holds.

Quoted words take part in the sentence around them as one noun phrase or one clause.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .lexicon import CueMatch
from .marks import Quotation
from .tagging import CLAUSE_QUOTE, PHRASE_QUOTE, TERMINAL, tag_units
from .types import TextSpan
from .words import Words

MAX_PHRASE_QUOTE = 50
"""Characters of the longest quotation that still reads as part of a phrase: the “red line”."""
MAX_SENTENCE_UNITS = 250
"""A longer sentence (a table, a list, a text without full stops) is cut, so that time stays linear in the text."""
MAX_ASKING_DISTANCE = 7
QUOTE_MARKS_AT_END = "”»\"'’“‟＂"

# An abbreviation that may end a sentence as well: "at Ruiz Inc. He said".
_ENDING = frozenset("inc. corp. co. ltd. etc. a.m. p.m. u.s. jr. sr.".split())
_OPENERS = frozenset(
    "he she it they we i you the a an this that these those but and in on at for as if when while his her its".split()
)
# Verbs that follow "...?" or "...!" without ending the sentence there.
_ASKING = frozenset(
    """said says asked asks wrote writes tweeted told tells added adds replied replies shouted exclaimed yelled cried
    wondered quipped joked responded continued declared concluded answered demanded insisted""".split()
)


@dataclass(slots=True, eq=False)
class Sentence:
    """Units (words, marks, quotations) of one sentence as parallel lists; compared and hashed by identity."""

    text: str
    """The whole text, which `starts` and `ends` point into."""
    low: list[str]
    cap: list[bool]
    starts: list[int]
    ends: list[int]
    quotes: list[Quotation | None]
    """The quotation that the unit stands for, or None."""
    paragraph: int
    number: int
    """Counts all sentences of the article, those without a cue too."""
    cues: dict[int, CueMatch] = field(default_factory=dict)
    """Its cues in order, by their first unit; filled in by the matcher."""
    _tag: list[str] | None = None

    @property
    def tag(self) -> list[str]:
        """One of `tagging.TAGS` for each unit; worked out when first asked for."""
        if self._tag is None:
            self._tag = tag_units(self.low, self.cap, self.quotes)
        return self._tag

    def __len__(self) -> int:
        return len(self.low)

    def characters(self, begin: int, end: int) -> tuple[int, int]:
        """Return the characters that units `begin` to `end` (end excluded) cover."""
        return self.starts[begin], self.ends[end - 1]

    def quotations(self, begin: int, end: int) -> list[Quotation]:
        """Return the quotations among units `begin` to `end` (end excluded)."""
        return [quotation for quotation in self.quotes[begin:end] if quotation is not None]

    def last_mark(self, unit: int) -> str:
        """Return the last character of quotation `unit` that is neither a quotation mark nor white space."""
        return _last_mark(self.text, self.starts[unit], self.ends[unit])


def split_sentences(
    words: Words,
    quotations: Sequence[Quotation],
    abbreviations: frozenset[str],
    *,
    hot: frozenset[str],
    text: str,
    paragraph: int,
    number: int,
) -> tuple[list[Sentence], int]:
    """Return the sentences of one paragraph that hold a quotation or a word of `hot`, and the next sentence's number.

    `quotations` are the top-level ones, in text order; each is one unit. `number` is the first sentence's. A quotation
    that ends with a full stop ends its sentence, one that ends with ! or ? only when no attribution follows.
    """
    builder = _SentenceBuilder(words, text, paragraph, number, hot)
    quoted = list(_quoted_words(words, quotations))
    next_quote = 0
    for i in [i for i, word in enumerate(words.texts) if word[-1] in TERMINAL]:
        while next_quote < len(quoted) and quoted[next_quote].first <= i:
            builder.take_quote(quoted[next_quote])
            next_quote += 1
        if i >= builder.after_quote:
            builder.take_terminal(i, abbreviations)
    for item in quoted[next_quote:]:
        builder.take_quote(item)
    builder.close(len(words))
    return builder.sentences, builder.number


@dataclass(frozen=True, slots=True)
class _Unit:
    """Words `first` to `stop` (end excluded) as one unit: a piece of a quotation, or a word with its period."""

    first: int
    stop: int
    piece: TextSpan | None = None
    quotation: Quotation | None = None


def _quoted_words(words: Words, quotations: Sequence[Quotation]) -> Iterator[_Unit]:
    """Yield the words that each piece of a quotation inside these words covers."""
    for quotation in quotations:
        for piece in quotation.pieces:
            first = bisect_left(words.starts, piece.start)
            stop = bisect_left(words.starts, piece.end)
            if stop > first and piece.start >= words.starts[0] and piece.end <= words.ends[-1]:
                yield _Unit(first, stop, piece, quotation)


class _SentenceBuilder:
    """Cuts a paragraph's words into sentences as quotations and terminal marks are taken in text order."""

    def __init__(self, words: Words, text: str, paragraph: int, number: int, hot: frozenset[str]) -> None:
        self.sentences: list[Sentence] = []
        self.number = number
        self.after_quote = 0
        self._words = words
        self._text = text
        self._paragraph = paragraph
        self._hot = hot
        self._begin = 0
        self._units: list[_Unit] = []

    def take_quote(self, unit: _Unit) -> None:
        """Make the quotation one unit; one with a terminal mark at its end may end the sentence."""
        if unit.first < self.after_quote or unit.piece is None:
            return
        self._units.append(unit)
        self.after_quote = unit.stop
        mark = _last_mark(self._text, unit.piece.start, unit.piece.end)
        if mark not in TERMINAL or unit.stop >= len(self._words):
            return
        if self._can_start(unit.stop) and not (mark in "!?" and self._attribution_follows(unit.stop)):
            self.close(unit.stop)

    def take_terminal(self, i: int, abbreviations: frozenset[str]) -> None:
        """End the sentence behind word `i`, which ends in a terminal mark, unless that only ends an abbreviation."""
        texts = self._words.texts
        word, following = texts[i], i + 1
        if word[0] not in TERMINAL:
            # "... in the U.S. He said"
            if following < len(texts) and len(word) > 2 and texts[following][0].isupper():
                if self._words.lower[following] in _OPENERS:
                    self.close(following)
            return
        if word == "." and following < len(texts) and i > self._begin and i > self.after_quote:
            previous = texts[i - 1]
            dotted = self._words.lower[i - 1] + "."
            initial = len(dotted) == 2 and previous.isalpha() and previous[0].isupper()
            known = dotted in abbreviations or dotted.rpartition("-")[2] in abbreviations
            if self._words.ends[i - 1] == self._words.starts[i] and (initial or known):
                # Mr. Ruiz, John D. Ruiz, (D-Mo.): the period belongs to the word.
                self._units.append(_Unit(i - 1, i + 1))
                if initial or dotted not in _ENDING or not texts[following][0].isupper():
                    return
        if following >= len(texts) or self._can_start(following):
            self.close(following)

    def close(self, end: int) -> None:
        """End the sentence before word `end`; keeps it when it holds a quotation or a hot word."""
        begin = self._begin
        if end <= begin:
            return
        self._begin = end
        self.number += 1
        units, self._units = self._units, []
        if units or not self._hot.isdisjoint(self._words.lower[begin:end]):
            self._keep(begin, end, units)

    def _keep(self, begin: int, end: int, units: Sequence[_Unit]) -> None:
        words, text = self._words, self._text
        low: list[str] = []
        cap: list[bool] = []
        starts: list[int] = []
        ends: list[int] = []
        quotes: list[Quotation | None] = []

        def take_words(first: int, stop: int) -> None:
            low.extend(words.lower[first:stop])
            cap.extend([word[0].isupper() for word in words.texts[first:stop]])
            starts.extend(words.starts[first:stop])
            ends.extend(words.ends[first:stop])
            quotes.extend([None] * (stop - first))

        at = begin
        for unit in units:
            take_words(at, unit.first)
            at = unit.stop
            piece = unit.piece
            if piece is None:
                low.append(words.lower[unit.first] + ".")
                cap.append(words.texts[unit.first][0].isupper())
                starts.append(words.starts[unit.first])
                ends.append(words.ends[unit.stop - 1])
            else:
                low.append(PHRASE_QUOTE if _is_phrase(text, piece) else CLAUSE_QUOTE)
                cap.append(next((c for c in piece.of(text) if c.isalnum()), "").isupper())
                starts.append(piece.start)
                ends.append(piece.end)
            quotes.append(unit.quotation)
        take_words(at, end)
        for at in range(0, len(low), MAX_SENTENCE_UNITS):
            part = slice(at, at + MAX_SENTENCE_UNITS)
            columns = low[part], cap[part], starts[part], ends[part], quotes[part]
            self.sentences.append(Sentence(text, *columns, self._paragraph, self.number - 1))

    def _can_start(self, i: int) -> bool:
        first = self._words.texts[i][0]
        return not first.islower() and first not in ",;:)]("

    def _attribution_follows(self, i: int) -> bool:
        """Return whether a short clause with a verb of saying stands at word `i`: "...?" Ruiz asked."""
        for k in range(i, min(i + MAX_ASKING_DISTANCE, len(self._words))):
            if self._words.texts[k][0] in ".!?,;:":
                return False
            if self._words.lower[k] in _ASKING:
                return True
        return False


def _last_mark(text: str, start: int, stop: int) -> str:
    k = stop - 1
    while k > start and (text[k].isspace() or text[k] in QUOTE_MARKS_AT_END):
        k -= 1
    return text[k]


def _is_phrase(text: str, piece: TextSpan) -> bool:
    return len(piece) <= MAX_PHRASE_QUOTE and _last_mark(text, piece.start, piece.end).isalnum()
