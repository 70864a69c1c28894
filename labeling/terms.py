"""Finding the terms of a codebook in a text: whole words in any regular form, with gaps where a term allows them.

A term is words, each of which also matches its regular inflections. `a|b` is either word, `...` a gap of at most
`MAX_GAP` words in the same sentence, `pre*` any word that begins so, `=word` that form alone, `@name` any word of
the codebook's list `name`. Hyphens separate words; a possessive 's is not part of a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

WORD = re.compile(r"U\.S\.?(?!\w)|[^\W_]+(?:['’][^\W\d_]+)?")
SENTENCE_END = re.compile(r"[.!?;]|\n\n")
MAX_GAP = 6
MIN_INFLECTED = 3


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text: its lower-case form without possessive, its place, and the number of its sentence."""

    form: str
    start: int
    end: int
    sentence: int


def read_words(text: str) -> list[Word]:
    """Return the words of `text` in order. A full stop inside a word's neighbourhood (U.S.) does not end a sentence."""
    words: list[Word] = []
    sentence, last = 0, 0
    for match in WORD.finditer(text):
        start = match.start()
        if words and start - last > 1 and SENTENCE_END.search(text, last, start) and not _abbreviated(text, words[-1]):
            sentence += 1
        words.append(Word(fold_word(match[0]), start, match.end(), sentence))
        last = match.end()
    return words


def fold_word(word: str) -> str:
    """Return the word as terms and texts compare it: "US" is the country, "us" the pronoun."""
    if word in ("US", "U.S", "U.S."):
        return "u.s"
    return word.lower().replace("’", "'").removesuffix("'s")


def _abbreviated(text: str, word: Word) -> bool:
    # "U.S. troops", "Mr. Lee": a single letter or a title before the full stop.
    return text[word.end : word.end + 1] == "." and (word.end - word.start == 1 or word.form in ABBREVIATIONS)


ABBREVIATIONS = frozenset("mr mrs ms dr gen sen gov rep st no lt col prof".split())


@dataclass(frozen=True, slots=True)
class Step:
    """One word of a term: the forms it may have, or the beginnings; `gap` words at most may come before it."""

    forms: frozenset[str]
    beginnings: tuple[str, ...]
    gap: int = 0

    def fits(self, form: str) -> bool:
        return form in self.forms or (bool(self.beginnings) and form.startswith(self.beginnings))


class TermError(ValueError):
    """A term can't be read; the message says why and what to write."""


@lru_cache(maxsize=4096)
def inflect(word: str) -> frozenset[str]:
    """Return the regular forms of `word`: plural, past, -ing. Makes forms that no one uses, which do no harm."""
    forms = {word}
    if len(word) < MIN_INFLECTED or not word.isalpha():
        return frozenset(forms)
    forms |= {word + "s", word + "ed", word + "ing"}
    if word.endswith(("s", "x", "z", "ch", "sh", "o")):
        forms.add(word + "es")
    if word.endswith("e"):
        forms |= {word + "d", word[:-1] + "ing"}
    if word.endswith("y") and word[-2] not in "aeiou":
        forms |= {word[:-1] + "ies", word[:-1] + "ied"}
    if word[-1] in "bdgklmnprt" and word[-2] in "aeiou" and word[-3] not in "aeiou":
        forms |= {word + word[-1] + "ed", word + word[-1] + "ing"}
    return frozenset(forms)


def read_term(term: str, lists: Mapping[str, Sequence[str]]) -> tuple[Step, ...]:
    """Return the steps of `term`; raises TermError for an empty one, a gap at an edge, or a list nobody defined."""
    steps: list[Step] = []
    gap = 0
    for piece in term.split():
        if piece in ("...", "…"):
            if not steps:
                raise TermError(f"term {term!r} begins with a gap; begin it with a word")
            gap = MAX_GAP
            continue
        for number, part in enumerate(_split_hyphens(piece)):
            steps.append(_read_step(part, term, lists, gap if number == 0 else 0))
            gap = 0
    if not steps:
        raise TermError(f"term {term!r} has no word; write at least one")
    if gap:
        raise TermError(f"term {term!r} ends with a gap; end it with a word")
    return tuple(steps)


def _split_hyphens(piece: str) -> list[str]:
    if "|" in piece or piece.startswith("@"):
        return [piece]  # a hyphen in a list of alternatives would be two readings
    return [part for part in piece.split("-") if part]


def _read_step(piece: str, term: str, lists: Mapping[str, Sequence[str]], gap: int) -> Step:
    forms: set[str] = set()
    beginnings: list[str] = []
    for part in piece.split("|"):
        if part.startswith("@"):
            name = part[1:]
            if name not in lists:
                known = ", ".join(f"@{known}" for known in lists) or "none defined"
                raise TermError(f"term {term!r} refers to {part!r}, allowed: {known}; define it under [words]")
            for entry in lists[name]:
                forms |= {fold_word(entry)}
            continue
        bare = part.strip("=*")
        if WORD.fullmatch(bare) is None:
            raise TermError(f"term {term!r}: {part!r} is no word; allowed: letters, digits, |, ..., pre*, =word, @list")
        bare = fold_word(bare)
        if part.endswith("*"):
            beginnings.append(bare)
        else:
            forms |= {bare} if part.startswith("=") else inflect(bare)
    return Step(frozenset(forms), tuple(beginnings), gap)


@dataclass(frozen=True, slots=True)
class TermHit:
    """A term found: the key under which it was added, the words it spans ([first, last], both included)."""

    key: tuple[str, str]
    term: str
    first: int
    last: int


class TermIndex:
    """All terms of a codebook, looked for in one pass over the words of a text."""

    def __init__(self, terms: Iterable[tuple[tuple[str, str], str]], lists: Mapping[str, Sequence[str]]) -> None:
        self._by_form: dict[str, list[tuple[tuple[str, str], str, tuple[Step, ...]]]] = {}
        self._by_beginning: dict[str, list[tuple[tuple[str, str], str, tuple[Step, ...]]]] = {}
        for key, term in terms:
            entry = (key, term, read_term(term, lists))
            for form in entry[2][0].forms:
                self._by_form.setdefault(form, []).append(entry)
            for beginning in entry[2][0].beginnings:
                self._by_beginning.setdefault(beginning, []).append(entry)
        self._lengths = sorted({len(beginning) for beginning in self._by_beginning})

    def find(self, words: Sequence[Word]) -> Iterator[TermHit]:
        """Yield every term at every place, in the order of their first words."""
        for at, word in enumerate(words):
            entries = self._by_form.get(word.form, ())
            for entry in entries:
                yield from _match(entry, words, at)
            for length in self._lengths:
                if length <= len(word.form):
                    for entry in self._by_beginning.get(word.form[:length], ()):
                        if word.form not in entry[2][0].forms:
                            yield from _match(entry, words, at)


def _match(
    entry: tuple[tuple[str, str], str, tuple[Step, ...]], words: Sequence[Word], first: int
) -> Iterator[TermHit]:
    key, term, steps = entry
    at = first
    for step in steps[1:]:
        for following in range(at + 1, min(at + 2 + step.gap, len(words))):
            if words[following].sentence != words[first].sentence:
                return
            if step.fits(words[following].form):
                at = following
                break
        else:
            return
    yield TermHit(key, term, first, at)
