"""Which of very many quotations are worth comparing: pairs that share a key, found in time linear in their number."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Signatures = NDArray[np.uint16]

# 16 bands of 4 MinHashes: who share half of their content words are a candidate with 64 %, two thirds with 97 %.
BANDS = 16
ROWS = 4
# Of one speaker, the pairs among this many of the rarest content words are keys.
RAREST = 8
# With a key that many share, each is compared with the next few only: viral quotations join as a chain.
NEIGHBOURS = 4
# A pair of words shared by more quotations of one speaker is a common phrase; theirs have rarer ones too.
MAX_SHARED_BY = 64
# What the signatures say two quotations share, below which it is not worth looking: of all words, of the shorter's.
# Far below what `same_quotation` asks for, as 64 MinHashes tell a share of one half to within .06 (standard error).
MIN_SHARE_OF_ALL = 0.3
MIN_SHARE_OF_SHORTER = 0.45
CHUNK = 4096
PAIR_CHUNK = 1 << 17
# Keys that are sorted at once, about 50 bytes each.
MAX_KEYS = 2_000_000
# Pairs, in 8 bytes each, before doubles are taken out.
MAX_WAITING = 4_000_000
GOLDEN = 0x9E3779B97F4A7C15


@dataclass(frozen=True, slots=True)
class QuoteTable:
    """Quotations as arrays. A quotation is named by its place; `numbers[place]` is its row in `ends`."""

    words: NDArray[np.int32]
    """The words of all quotations, one after the other."""
    ends: Numbers
    """Row n has `words[ends[n]:ends[n + 1]]`."""
    numbers: Numbers
    speakers: Numbers
    """A number that is the same in all articles, -1 where there is none."""
    reported: NDArray[np.bool_]
    merged: Numbers
    """By word: the word that stands for all that say the same."""
    content: NDArray[np.bool_]
    """By word: whether it carries content."""
    hashes: Hashes
    """By word: 64 bits that are the same in every run."""

    def read_content(self, places: Numbers) -> tuple[Numbers, Numbers]:
        """Return the position in `places` of each content word's quotation, and the words, in order."""
        numbers = self.numbers[places]
        lengths = self.ends[numbers + 1] - self.ends[numbers]
        offsets = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        words = self.words[np.repeat(self.ends[numbers], lengths) + offsets]
        kept = self.content[words]
        return np.repeat(np.arange(len(places)), lengths)[kept], self.merged[words[kept]]

    def distinct(self, owners: Numbers, words: Numbers) -> tuple[Numbers, Numbers]:
        """Return owners and words without the repetitions of a word in its quotation, in order."""
        size = len(self.merged)
        return np.divmod(np.unique(owners * size + words), size)


@dataclass(frozen=True, slots=True)
class _Keys:
    """Keys of one kind; those that more than `most` quotations share are not used."""

    places: Numbers
    keys: Hashes
    most: int | None = None


def find_candidates(table: QuoteTable) -> Iterator[tuple[int, int]]:
    """Yield pairs (earlier place, later place) worth comparing, each once, in order.

    Reported passages are paired with equal ones only, quotations with those that share a band of the MinHash signature,
    three content words in a row, or, of the same speaker, two of the rarer words, and whose signatures are alike.
    """
    size = len(table.numbers)
    prints = _keys_of_reprints(table)
    found = _pair_up(prints, size)
    quoted = np.flatnonzero(~table.reported)
    signatures = np.zeros((size, BANDS * ROWS), dtype=np.uint16)
    counts = np.zeros(size, dtype=np.int64)
    waiting: list[Numbers] = []
    for keys in _keys_of_quotations(table, quoted, signatures, counts):
        waiting.append(_keep_alike(_pair_up(keys, size), size, signatures, counts))
        if sum(map(len, waiting)) > MAX_WAITING:
            found, waiting = np.unique(np.concatenate([found, *waiting])), []
    for pair in np.unique(np.concatenate([found, *waiting])).tolist():
        yield divmod(pair, size)


def _keys_of_reprints(table: QuoteTable) -> _Keys:
    places = np.flatnonzero(table.reported)
    rows = ((table.ends[number], table.ends[number + 1]) for number in table.numbers[places].tolist())
    prints = [hashlib.blake2b(table.words[begin:end].tobytes(), digest_size=8).digest() for begin, end in rows]
    return _Keys(places, np.frombuffer(b"".join(prints), dtype=np.uint64))


def _keys_of_quotations(table: QuoteTable, quoted: Numbers, signatures: Signatures, counts: Numbers) -> Iterator[_Keys]:
    """Yield the keys of all quotations, kind after kind, having filled in signatures and numbers of content words."""
    bands: list[Hashes] = []
    signed: list[Numbers] = []
    words = 0
    for chunk in _chunks(quoted):
        owners, content = table.read_content(chunk)
        if not len(owners):
            continue
        words += len(owners)
        starts = np.flatnonzero(np.diff(owners, prepend=-1))
        places = chunk[owners[starts]]
        keys, signatures[places] = _sign(table.hashes[content], starts)
        counts[chunk] = np.bincount(table.distinct(owners, content)[0], minlength=len(chunk))
        signed.append(places)
        bands.append(keys)
    if not signed:
        return
    places, keys = np.concatenate(signed), np.concatenate(bands)
    for band in range(BANDS):
        yield _Keys(places, keys[:, band])
    del keys, bands
    yield from _in_parts(partial(_keys_of_runs, table), quoted, words)
    frequency = np.bincount(table.merged[table.words], minlength=len(table.merged))
    named = quoted[table.speakers[quoted] >= 0]
    pairs = RAREST * (RAREST - 1) // 2 * len(named)
    yield from _in_parts(partial(_keys_of_pairs, table, frequency), named, pairs)


def _chunks(places: Numbers) -> Iterator[Numbers]:
    for begin in range(0, len(places), CHUNK):
        yield places[begin : begin + CHUNK]


def _in_parts(make: Callable[[Numbers], _Keys], places: Numbers, expected: int) -> Iterator[_Keys]:
    """Yield the keys that `make` gives, in so many parts by their value that none is much larger than `MAX_KEYS`.

    They are made again for each part: time is cheaper than memory here.
    """
    parts = 1 + expected // MAX_KEYS
    for part in range(parts):
        made = [make(chunk) for chunk in _chunks(places)] if parts == 1 else []
        for chunk in _chunks(places) if parts > 1 else ():
            keys = make(chunk)
            mine = keys.keys % np.uint64(parts) == part
            made.append(_Keys(keys.places[mine], keys.keys[mine], keys.most))
        if made:
            all_places, all_keys = np.concatenate([k.places for k in made]), np.concatenate([k.keys for k in made])
            yield _Keys(all_places, all_keys, made[0].most)


def _sign(hashes: Hashes, starts: Numbers) -> tuple[Hashes, Signatures]:
    """Return the MinHash bands of each group of hashes and the signature they are made of, one row a group.

    Each group begins at one of `starts`. Of each MinHash 16 bits are kept.
    """
    bands = np.empty((len(starts), BANDS), dtype=np.uint64)
    signatures = np.empty((len(starts), BANDS * ROWS), dtype=np.uint16)
    for band in range(BANDS):
        key = np.full(len(starts), band, dtype=np.uint64)
        for number in range(band * ROWS, (band + 1) * ROWS):
            seed = _spread(np.array([(number + 1) * GOLDEN % 2**64], dtype=np.uint64))
            least = np.minimum.reduceat(_spread(hashes ^ seed), starts)
            signatures[:, number] = least & np.uint64(0xFFFF)
            key = _spread(key ^ least)
        bands[:, band] = key
    return bands, signatures


def _keys_of_runs(table: QuoteTable, chunk: Numbers) -> _Keys:
    """Return a key for every three content words in a row."""
    owners, words = table.read_content(chunk)
    hashes = table.hashes[words]
    inside = owners[:-2] == owners[2:]
    keys = _spread(_spread(_spread(hashes[:-2]) ^ hashes[1:-1]) ^ hashes[2:])
    return _Keys(chunk[owners[:-2][inside]], keys[inside])


def _keys_of_pairs(table: QuoteTable, frequency: Numbers, chunk: Numbers) -> _Keys:
    """Return a key for each two of the rarest content words of a quotation, for quotations with a known speaker."""
    owners, words = table.distinct(*table.read_content(chunk))
    order = np.lexsort((table.hashes[words], frequency[words], owners))
    owners, hashes = owners[order], table.hashes[words[order]]
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    ranks = np.arange(len(owners)) - np.repeat(starts, np.diff(starts, append=len(owners)))
    rare = np.zeros((len(chunk), RAREST), dtype=np.uint64)
    kept = ranks < RAREST
    rare[owners[kept], ranks[kept]] = hashes[kept]
    rare.sort(axis=1)  # where there are fewer words, zeros come first
    speakers = _spread(table.speakers[chunk].astype(np.uint64))
    places, keys = [], []
    for low in range(RAREST):
        filled = rare[:, low] != 0
        first = _spread(speakers[filled] ^ rare[filled, low])
        for high in range(low + 1, RAREST):
            places.append(chunk[filled])
            keys.append(_spread(first ^ rare[filled, high]))
    return _Keys(np.concatenate(places), np.concatenate(keys), MAX_SHARED_BY)


def _keep_alike(pairs: Numbers, size: int, signatures: Signatures, counts: Numbers) -> Numbers:
    """Return the pairs whose signatures say that they share enough words."""
    kept = [pairs[:0]]
    for begin in range(0, len(pairs), PAIR_CHUNK):
        chunk = pairs[begin : begin + PAIR_CHUNK]
        one, other = np.divmod(chunk, size)
        share = (signatures[one] == signatures[other]).mean(axis=1)
        shared = share * (counts[one] + counts[other]) / (1 + share)
        enough = shared >= MIN_SHARE_OF_SHORTER * np.minimum(counts[one], counts[other])
        kept.append(chunk[enough | (share >= MIN_SHARE_OF_ALL)])
    return np.concatenate(kept)


def _spread(hashes: Hashes) -> Hashes:
    """Return the hashes mixed so that every bit depends on every other (the finisher of SplitMix64)."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))


def _pair_up(keyed: _Keys, size: int) -> Numbers:
    """Return `one * size + other` for places that share a key and are neighbours among those that do, each once."""
    order = np.lexsort((keyed.places, keyed.keys))
    places, keys = keyed.places[order], keyed.keys[order]
    if keyed.most is not None and len(keys):
        starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
        lengths = np.diff(starts, append=len(keys))
        usual = np.repeat(lengths <= keyed.most, lengths)
        places, keys = places[usual], keys[usual]
    found = [np.empty(0, dtype=np.int64)]
    for step in range(1, NEIGHBOURS + 1):
        one, other = places[:-step], places[step:]
        together = (keys[:-step] == keys[step:]) & (one != other)
        found.append(np.unique(one[together] * size + other[together]))
    return np.unique(np.concatenate(found))
