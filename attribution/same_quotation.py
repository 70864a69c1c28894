"""Whether two quotations are one: the same words but for translation, wording and cuts, and no fact changed.

Likeness proposes, the guard decides: what differs in a denial, a number, a name or an opposite is another statement,
however alike the rest is. A wrong join costs more than a missed one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from .quote_words import DOUBTS, Vocabulary, content_of

Speakers = Literal["same", "open", "different"]
"""The two speakers: known and the same person, not known well enough to tell, or two different ones."""

# Words with content that two quotations share at least: less is a phrase that anybody may use again.
MIN_SHARED: dict[Speakers, int] = {"same": 3, "open": 5}
# 2 x shared / (content words of both). The pairs of `tests/data/quote_pairs.jsonl` (set dev) chose the figures.
MIN_LIKENESS: dict[Speakers, float] = {"same": 0.72, "open": 0.76}
# Of a quotation cut out of a longer one, against the stretch it was cut from.
MIN_LIKENESS_OF_CUT: dict[Speakers, float] = {"same": 0.80, "open": 0.85}
MAX_CUT_LENGTH = 0.85
# Speakers unknown, equal words: shorter than this it may be a coincidence.
MIN_EQUAL_WORDS = 8
# In a short quotation one changed word is a changed fact ("tanks" for "medicine"), unless only one side has it.
SHORT = 8
NEGATIVE_PREFIXES = ("un", "in", "im", "ir", "il", "dis", "non")


def is_same_quotation(
    vocabulary: Vocabulary, one: Sequence[int], other: Sequence[int], *, speakers: Speakers = "open"
) -> bool:
    """Return whether two quotations, as `vocabulary.read` gives them, are the same one. Symmetric."""
    if speakers == "different":
        return False
    if list(one) == list(other):
        long_enough = speakers == "same" or len(one) >= MIN_EQUAL_WORDS
        return long_enough and len(set(content_of(vocabulary, one))) >= MIN_SHARED["same"]
    short, long = (one, other) if (len(one), list(one)) <= (len(other), list(other)) else (other, one)
    first, second = _content(vocabulary, short, speakers), _content(vocabulary, long, speakers)
    shared = len(first & second)
    if shared < MIN_SHARED[speakers]:
        return False
    if _is_alike(first, second, shared, speakers, MIN_LIKENESS[speakers]) and not contradicts(vocabulary, short, long):
        return True
    if len(short) > MAX_CUT_LENGTH * len(long):
        return False
    window = find_stretch(vocabulary, short, long)
    second = _content(vocabulary, window, speakers)
    return _is_alike(first, second, len(first & second), speakers, MIN_LIKENESS_OF_CUT[speakers]) and not contradicts(
        vocabulary, short, window
    )


def contradicts(vocabulary: Vocabulary, one: Sequence[int], other: Sequence[int]) -> bool:
    """Return whether a denial, doubt, question, number, name or opposite stands in one of two like texts only."""
    return (
        _marks(vocabulary, one) != _marks(vocabulary, other)
        or not _same_names(vocabulary, one, other)
        or _has_opposites(vocabulary, one, other)
        or _begins_with_another(vocabulary, one, other)
    )


def find_stretch(vocabulary: Vocabulary, short: Sequence[int], long: Sequence[int]) -> Sequence[int]:
    """Return the stretch of `long` that holds the longest common subsequence of words with `short`."""
    from rapidfuzz.distance import LCSseq

    bases = vocabulary.bases
    blocks = LCSseq.opcodes([bases[word] for word in short], [bases[word] for word in long])
    equal = [block for block in blocks if block.tag == "equal"]
    # A filler that happens to stand far away from the rest would stretch the window: begin and end with content.
    kept = [
        block for block in equal if any(True for _ in content_of(vocabulary, long[block.dest_start : block.dest_end]))
    ]
    if not kept:
        return ()
    start = kept[0].dest_start
    # "there is no" before "reason to leave" belongs to it, whether the short one has it or not.
    while start and vocabulary.classes[long[start - 1]] in ("filler", "denial"):
        start -= 1
    return long[start : kept[-1].dest_end]


def _content(vocabulary: Vocabulary, words: Sequence[int], speakers: Speakers) -> set[int]:
    """Return the content words; for the same speaker, words that say the same are one."""
    bases = set(content_of(vocabulary, words))
    return {vocabulary.merged[base] for base in bases} if speakers == "same" else bases


def _is_alike(first: set[int], second: set[int], shared: int, speakers: Speakers, least: float) -> bool:
    if shared < MIN_SHARED[speakers] or 2 * shared < least * (len(first) + len(second)):
        return False
    changed = min(len(first), len(second)) - shared
    return changed == 0 or min(len(first), len(second)) > SHORT


def _marks(vocabulary: Vocabulary, words: Sequence[int]) -> tuple[int, bool, bool, frozenset[int]]:
    """Return what must be equal: number of denials, whether there is doubt, whether it asks, the numbers."""
    texts, classes = vocabulary.texts, vocabulary.classes
    denials = doubt = asks = 0
    numbers = set()
    for word in words:
        kind = classes[word]
        if kind == "denial":
            denials += 1
        elif kind == "number":
            numbers.add(word)
        elif kind == "filler":
            doubt |= texts[word] in DOUBTS
            asks |= texts[word] == "?"
    return denials, bool(doubt), bool(asks), frozenset(numbers)


def _same_names(vocabulary: Vocabulary, one: Sequence[int], other: Sequence[int]) -> bool:
    """Return whether the names of each are words of the other, those of both in the same order."""
    bases = vocabulary.bases
    orders = []
    for words, against in ((one, other), (other, one)):
        present = {bases[word] for word in against}
        names = [bases[word] for word in words if vocabulary.classes[word] == "name"]
        if not present.issuperset(names):
            return False
        orders.append(names)
    # "Russia attacked Ukraine" and the reverse have the same words.
    both = set(orders[0]) & set(orders[1])
    first, second = (list(dict.fromkeys(name for name in names if name in both)) for names in orders)
    return first == second


def _has_opposites(vocabulary: Vocabulary, one: Sequence[int], other: Sequence[int]) -> bool:
    bases, texts, pairs = vocabulary.bases, vocabulary.texts, vocabulary.rewordings.opposite
    left, right = {bases[word] for word in one}, {bases[word] for word in other}
    only_left = [texts[word] for word in left - right]
    only_right = [texts[word] for word in right - left]
    if not only_left or not only_right:
        return False
    sides = {side for text in only_left for side in pairs.get(text, ())}
    if any((pair, 1 - side) in sides for text in only_right for pair, side in pairs.get(text, ())):
        return True
    plain, negative = set(only_left), set(only_right)
    return any(
        prefix + text in against
        for words, against in ((plain, negative), (negative, plain))
        for text in words
        if len(text) > 3
        for prefix in NEGATIVE_PREFIXES
    )


def _begins_with_another(vocabulary: Vocabulary, one: Sequence[int], other: Sequence[int]) -> bool:
    """Return whether both begin with a content word that the other lacks: it may be a name, capitals can't tell."""
    if not one or not other:
        return False
    merged, classes = vocabulary.merged, vocabulary.classes
    if classes[one[0]] in ("filler", "denial") or classes[other[0]] in ("filler", "denial"):
        return False
    return merged[one[0]] not in {merged[w] for w in other} and merged[other[0]] not in {merged[w] for w in one}
