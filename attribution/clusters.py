"""The same quotation in several articles gets one cluster id: re-translated, cut or re-worded, no fact changed.

Two steps, both linear in the number of quotations: `candidates` finds the pairs worth comparing, `same_quotation`
decides on each. Only the words' numbers are kept, not the texts.

Quotations are the direct and mixed ones. Reported speech has the reporter's words and says the same thing often; it is
joined only where the whole passage is equal word for word, which is a reprint.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .quote_words import Vocabulary, content_of
from .same_quotation import Speakers, contradicts, is_same_quotation
from .types import Article, Attribution, Speaker

if TYPE_CHECKING:
    from .candidates import QuoteTable

# Passages of reported speech with fewer words can be equal by chance.
MIN_REPRINT_WORDS = 8
SCOPED_TYPES = ("unnamed", "document", "group")
NO_DATE = "~"  # after every date


@dataclass(frozen=True, slots=True)
class Cluster:
    """One quotation that several articles carry."""

    id: str
    """`q_` + 16 hex digits of the hash of its first attribution's id."""
    article_id: str
    """The article that had it first (of a split text: the record's id); undated ones count as latest."""
    size: int


@dataclass(frozen=True, slots=True)
class _Quote:
    """What is kept of an attribution beside its words; sorts by age, whatever order articles came in."""

    date: str
    record: str
    start: int
    id: str
    number: int
    speaker: int
    reported: bool

    @property
    def age(self) -> tuple[str, str, int, str]:
        return self.date, self.record, self.start, self.id


@dataclass(slots=True)
class QuoteClusters:
    """Takes attributions as they come, and finds the clusters when all are there.

    Memory is linear in the number of quotations: at its peak about 1 KB for each, and 100 MB
    (`benchmarks/clusters.py`). The result depends on what was added, not on the order.
    """

    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    _quotes: list[_Quote] = field(default_factory=list)
    _words: array[int] = field(default_factory=lambda: array("i"))
    _ends: array[int] = field(default_factory=lambda: array("q", [0]))
    _speakers: dict[str, int] = field(default_factory=dict)
    _speaker_list: list[tuple[str, str]] = field(default_factory=list)

    def add(self, article: Article, attributions: Iterable[Attribution]) -> None:
        """Note the attributions of one article."""
        date, record = article.date or NO_DATE, article.part_of or article.id
        for item in attributions:
            words = self.vocabulary.read(item.content)
            reported = item.kind == "indirect"
            if reported and len(words) < MIN_REPRINT_WORDS:
                continue
            number = len(self._quotes)
            self._words.extend(words)
            self._ends.append(len(self._words))
            start = article.part_offset + item.start
            self._quotes.append(_Quote(date, record, start, item.id, number, self._number_of(item.speaker), reported))

    def find(self) -> dict[str, Cluster]:
        """Return the cluster of each attribution that has one, by the attribution's id; deterministic."""
        self._quotes.sort(key=lambda quote: quote.age)
        parents = list(range(len(self._quotes)))
        if len(self._quotes) < 2:
            return {}
        # numpy takes a while to import, and one article needs none of it.
        from .candidates import find_candidates

        for one, other in find_candidates(self._table()):
            first, second = _root(parents, one), _root(parents, other)
            if first == second or not self._is_same(one, other):
                continue
            if self._may_join(first, second, one, other):
                parents[max(first, second)] = min(first, second)
        return self._describe(parents)

    def _describe(self, parents: list[int]) -> dict[str, Cluster]:
        members: dict[int, list[int]] = {}
        for place in range(len(parents)):
            root = _root(parents, place)
            if root != place:
                members.setdefault(root, [root]).append(place)
        found = {}
        for root, places in members.items():
            first = self._quotes[root]
            digest = hashlib.sha256(first.id.encode("utf-8", "surrogatepass")).hexdigest()
            cluster = Cluster(f"q_{digest[:16]}", first.record, len(places))
            found.update({self._quotes[place].id: cluster for place in places})
        return found

    def _number_of(self, speaker: Speaker | None) -> int:
        """Return the number of a speaker that is the same in every article, -1 for others."""
        if speaker is None or speaker.type in SCOPED_TYPES:
            return -1
        known = self._speakers.get(speaker.id)
        if known is None:
            known = self._speakers[speaker.id] = len(self._speaker_list)
            self._speaker_list.append((speaker.id, speaker.type))
        return known

    def _words_of(self, place: int) -> Sequence[int]:
        number = self._quotes[place].number
        return self._words[self._ends[number] : self._ends[number + 1]]

    def _is_same(self, one: int, other: int) -> bool:
        first, second = self._quotes[one], self._quotes[other]
        if first.record == second.record or first.reported != second.reported:
            return False
        speakers = self._relation(first.speaker, second.speaker)
        if first.reported:
            return speakers != "different" and self._words_of(one) == self._words_of(other)
        return is_same_quotation(self.vocabulary, self._words_of(one), self._words_of(other), speakers=speakers)

    def _may_join(self, first: int, second: int, one: int, other: int) -> bool:
        """Return whether the oldest ones of two clusters agree, so that no chain leads from "200" to "300"."""
        if (first, second) in ((one, other), (other, one)):
            return True
        if self._relation(self._quotes[first].speaker, self._quotes[second].speaker) == "different":
            return False
        words, others = self._words_of(first), self._words_of(second)
        left, right = set(content_of(self.vocabulary, words)), set(content_of(self.vocabulary, others))
        if 2 * len(left & right) < len(left) + len(right) / 2:
            return True  # different cuts of one long quotation have little in common
        return not contradicts(self.vocabulary, words, others)

    def _relation(self, one: int, other: int) -> Speakers:
        if one < 0 or other < 0:
            return "open"
        (first, kind), (second, other_kind) = self._speaker_list[one], self._speaker_list[other]
        if one == other:
            # Another article's "Ruiz" may be somebody else.
            lone = kind == "person" and "-" not in first and self.vocabulary.registry.by_id(first) is None
            return "open" if lone else "same"
        if kind != other_kind:
            return "open"  # a spokesman and his ministry
        # "Ruiz" in an article that never gives the full name may be Ana Ruiz.
        short, long = sorted((first, second), key=len)
        return "open" if kind == "person" and "-" not in short and long.endswith(f"-{short}") else "different"

    def _table(self) -> QuoteTable:
        """Return the quotations as arrays, in the order of their age."""
        import numpy as np

        from .candidates import QuoteTable

        vocabulary = self.vocabulary
        return QuoteTable(
            words=np.frombuffer(self._words, dtype=np.int32),
            ends=np.frombuffer(self._ends, dtype=np.int64),
            numbers=np.array([quote.number for quote in self._quotes], dtype=np.int64),
            speakers=np.array([quote.speaker for quote in self._quotes], dtype=np.int64),
            reported=np.array([quote.reported for quote in self._quotes], dtype=bool),
            merged=np.array(vocabulary.merged, dtype=np.int64),
            content=np.array([kind not in ("filler", "denial") for kind in vocabulary.classes], dtype=bool),
            hashes=np.array(vocabulary.hashes, dtype=np.uint64),
        )


def _root(parents: list[int], place: int) -> int:
    while parents[place] != place:
        parents[place] = parents[parents[place]]
        place = parents[place]
    return place
