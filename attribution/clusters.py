"""The same quotation in several articles gets one cluster id: re-translated, cut or re-worded, no fact changed.

Two steps, both linear in the number of quotations. Candidates are pairs that share a key: a band of a MinHash
signature, three content words in a row, or, of one known speaker, two of the rarer words (hashing alone misses short
texts that are re-worded). `same_quotation` then decides on each pair. Only the words' numbers are kept, not the texts.

Quotations are the direct and mixed ones. Reported speech has the reporter's words and says the same thing often; it is
joined only where the whole passage is equal word for word, which is a reprint.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .quote_words import Vocabulary, content_of
from .same_quotation import Speakers, contradicts, is_same_quotation
from .types import Article, Attribution, Speaker

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Hashes = NDArray[np.uint64]

# 16 bands of 4: a pair that shares half of its content words is a candidate with 64 %, two thirds 97 %.
BANDS = 16
ROWS = 4
# Of one speaker, the pairs among this many of the rarest content words are keys.
RAREST = 8
# With a key that many share, each is compared with the next few only: viral quotations join as a chain.
NEIGHBOURS = 4
# A key shared by more is a common phrase; what it would find has rarer keys too.
MAX_SHARED_BY = 64
CHUNK = 4096
# Pairs, in 8 bytes each, before doubles are taken out.
MAX_WAITING = 4_000_000
GOLDEN = 0x9E3779B97F4A7C15
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

    Memory is linear in the number of quotations: at its peak about 2.5 KB for each (`benchmarks/clusters.py`). The
    result depends on what was added, not on the order.
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
        for one, other in self._candidates():
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
        if one == other:
            return "same"
        (first, kind), (second, other_kind) = self._speaker_list[one], self._speaker_list[other]
        if kind != other_kind:
            return "open"  # a spokesman and his ministry
        # "Ruiz" in an article that never gives the full name may be Ana Ruiz.
        short, long = sorted((first, second), key=len)
        return "open" if kind == "person" and "-" not in short and long.endswith(f"-{short}") else "different"

    def _candidates(self) -> Iterator[tuple[int, int]]:
        """Yield pairs of places that share a key, each once, in order."""
        import numpy as np

        size = len(self._quotes)
        found = np.empty(0, dtype=np.int64)
        waiting: list[Numbers] = []
        for places, keys, most in self._keys():
            waiting.append(_pair_up(places, keys, size, most=most))
            if sum(map(len, waiting)) > MAX_WAITING:
                found, waiting = np.unique(np.concatenate([found, *waiting])), []
        for pair in np.unique(np.concatenate([found, *waiting])).tolist():
            yield divmod(pair, size)

    def _keys(self) -> Iterator[tuple[Numbers, Hashes, int | None]]:
        """Yield arrays of (place of a quotation, key), one kind of key after the other, and how many may share one."""
        import numpy as np

        reported = np.array([quote.reported for quote in self._quotes], dtype=bool)
        places = np.flatnonzero(reported)
        prints = [hashlib.blake2b(bytes(self._words_of(place)), digest_size=8).digest() for place in places.tolist()]
        yield places, np.frombuffer(b"".join(prints), dtype=np.uint64), None

        quoted = np.flatnonzero(~reported)
        signed: list[Numbers] = []
        bands: list[Hashes] = []
        runs: list[tuple[Numbers, Hashes]] = []
        pairs: list[tuple[Numbers, Hashes]] = []
        speakers = np.array([quote.speaker for quote in self._quotes], dtype=np.int64)
        reader = _ContentReader(self)
        for begin in range(0, len(quoted), CHUNK):
            chunk = quoted[begin : begin + CHUNK]
            owners, words = reader.read(chunk)
            if len(owners):
                starts = np.flatnonzero(np.diff(owners, prepend=-1))
                signed.append(chunk[owners[starts]])
                bands.append(_sign(reader.hashes[words], starts))
                runs.append(_keys_of_runs(chunk, owners, reader.hashes[words]))
                pairs.append(_keys_of_pairs(chunk, owners, words, reader, speakers))
        if signed:
            signed_places, signatures = np.concatenate(signed), np.concatenate(bands)
            for band in range(BANDS):
                yield signed_places, signatures[:, band], None
            for kind, most in ((runs, None), (pairs, MAX_SHARED_BY)):
                yield np.concatenate([places for places, _ in kind]), np.concatenate([keys for _, keys in kind]), most


class _ContentReader:
    """The content words of many quotations at once, as numpy arrays."""

    def __init__(self, clusters: QuoteClusters) -> None:
        import numpy as np

        vocabulary = clusters.vocabulary
        self.merged = np.array(vocabulary.merged, dtype=np.int64)
        self.kinds = np.array([kind not in ("filler", "denial") for kind in vocabulary.classes], dtype=bool)
        self.words = np.frombuffer(clusters._words, dtype=np.int32)
        self.ends = np.frombuffer(clusters._ends, dtype=np.int64)
        self.numbers = np.array([quote.number for quote in clusters._quotes], dtype=np.int64)
        self.hashes = np.array(vocabulary.hashes, dtype=np.uint64)
        self.counts = np.bincount(self.merged[self.words], minlength=len(self.merged))

    def read(self, places: Numbers) -> tuple[Numbers, Numbers]:
        """Return the position in `places` of each content word's quotation, and the words, in order."""
        import numpy as np

        numbers = self.numbers[places]
        lengths = self.ends[numbers + 1] - self.ends[numbers]
        offsets = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        words = self.words[np.repeat(self.ends[numbers], lengths) + offsets]
        kept = self.kinds[words]
        return np.repeat(np.arange(len(places)), lengths)[kept], self.merged[words[kept]]


def _sign(hashes: Hashes, starts: Numbers) -> Hashes:
    """Return the MinHash bands of each group of hashes, one row a group; each group begins at one of `starts`."""
    import numpy as np

    bands = np.empty((len(starts), BANDS), dtype=np.uint64)
    for band in range(BANDS):
        key = np.full(len(starts), band, dtype=np.uint64)
        for row in range(ROWS):
            seed = _spread(np.array([(band * ROWS + row + 1) * GOLDEN % 2**64], dtype=np.uint64))
            least = np.minimum.reduceat(_spread(hashes ^ seed), starts)
            key = _spread(key ^ least)
        bands[:, band] = key
    return bands


def _keys_of_runs(chunk: Numbers, owners: Numbers, hashes: Hashes) -> tuple[Numbers, Hashes]:
    """Return a key for every three content words in a row."""
    inside = owners[:-2] == owners[2:]
    keys = _spread(_spread(_spread(hashes[:-2]) ^ hashes[1:-1]) ^ hashes[2:])
    return chunk[owners[:-2][inside]], keys[inside]


def _keys_of_pairs(
    chunk: Numbers, owners: Numbers, words: Numbers, reader: _ContentReader, speakers: Numbers
) -> tuple[Numbers, Hashes]:
    """Return a key for each two of the rarest content words of a quotation whose speaker is known."""
    import numpy as np

    known = speakers[chunk[owners]] >= 0
    distinct = np.unique(np.stack([owners[known], words[known]]), axis=1)
    owners, words = distinct[0], distinct[1]
    order = np.lexsort((reader.hashes[words], reader.counts[words], owners))
    owners, hashes = owners[order], reader.hashes[words[order]]
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    ranks = np.arange(len(owners)) - np.repeat(starts, np.diff(starts, append=len(owners)))
    rare = np.zeros((len(chunk), RAREST), dtype=np.uint64)
    kept = ranks < RAREST
    rare[owners[kept], ranks[kept]] = hashes[kept]
    rare.sort(axis=1)
    speaker = _spread(speakers[chunk].astype(np.uint64))
    places, keys = [], []
    for low in range(RAREST):
        for high in range(low + 1, RAREST):
            full = rare[:, low] != 0
            places.append(chunk[full])
            keys.append(_spread(_spread(speaker[full] ^ rare[full, low]) ^ rare[full, high]))
    return np.concatenate(places), np.concatenate(keys)


def _spread(hashes: Hashes) -> Hashes:
    """Return the hashes mixed so that every bit depends on every other (the finisher of SplitMix64)."""
    import numpy as np

    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))


def _pair_up(places: Numbers, keys: Hashes, size: int, *, most: int | None) -> Numbers:
    """Return `one * size + other` for places that share a key and are neighbours among those that do, each once.

    A key that more than `most` share is left out.
    """
    import numpy as np

    order = np.lexsort((places, keys))
    places, keys = places[order], keys[order]
    if most is not None and len(keys):
        starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
        lengths = np.diff(starts, append=len(keys))
        usual = np.repeat(lengths <= most, lengths)
        places, keys = places[usual], keys[usual]
    found = [np.empty(0, dtype=np.int64)]
    for step in range(1, NEIGHBOURS + 1):
        one, other = places[:-step], places[step:]
        together = (keys[:-step] == keys[step:]) & (one != other)
        found.append(np.unique(one[together] * size + other[together]))
    return np.unique(np.concatenate(found))


def _root(parents: list[int], place: int) -> int:
    while parents[place] != place:
        parents[place] = parents[parents[place]]
        place = parents[place]
    return place
