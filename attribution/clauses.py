"""Shallow clause structure of a tagged sentence: where clauses begin, and the subjects of their verbs.

Units are numbered from 0; ends are excluded except where a pair is called [first, last].
"""

from __future__ import annotations

from .noun_phrases import circumstances_begin, is_clause_start, noun_phrase_before
from .sentences import Sentence
from .tagging import AUXILIARY, CLAUSE_MARK, FINITE, PHRASE_START

MAX_INSERTION_MARKS = 6
MAX_CLAUSE_SUBJECT = 16
MAX_INSERTION = 14
RELATIVE = frozenset("who which whose where".split())
CONDITIONS = frozenset("if unless although when while because despite".split())
_INSERTION_MARKS = {",": ",", "-": "-", "—": "—", "–": "–", "--": "--", ")": "("}


def has_finite(s: Sentence, begin: int, end: int) -> bool:
    """Return whether a finite verb is among units `begin` to `end`, so that they may be a clause of their own."""
    tag = s.tag
    return any(tag[x] in FINITE for x in range(begin, end))


def clause_at(s: Sentence, k: int) -> bool:
    """Return whether a finite clause (subject, then verb) begins at unit `k`."""
    tags, low, n = s.tag, s.low, len(s)
    if k >= n:
        return False
    if tags[k] == "S" or (low[k] in CONDITIONS and k + 2 < n):
        return True
    if tags[k] not in "DNJT":
        return False
    for x in range(k, min(n, k + MAX_CLAUSE_SUBJECT)):
        t = tags[x]
        if t in FINITE and x > k:
            return not (t == "V" and low[x][-3:] == "ing")
        if t == "," and x > k and tags[x - 1] == "N":
            # One insertion: the ministers, meeting in Lima, agreed
            close = next((y for y in range(x + 1, min(n, x + MAX_INSERTION)) if tags[y] in CLAUSE_MARK), n)
            return close + 1 < n and tags[close] == "," and tags[close + 1] in FINITE
        if t in ".;R," or (t == "C" and (low[x] not in ("and", "or") or is_reporting(s, x + 1))):
            return False
    return False


def is_reporting(s: Sentence, x: int) -> bool:
    """Return whether unit `x` is a cue verb in the third person: denies the plan and [claims] troops are deployed."""
    match = s.cues.get(x)
    return match is not None and match.form.tag == "s" and match.form.entry.pos == "verb"


def subject_before(s: Sentence, v: int, *, floor: int = 0) -> tuple[int, int] | None:
    """Return the units [first, last] of the noun phrase whose verb group begins at unit `v`, or None.

    Sees through one appositive or relative clause in commas ("Ana Ruiz, a nurse, said"): an appositive belongs to the
    phrase, a relative clause does not. Never looks left of `floor`.
    """
    k = circumstances_begin(s, v, floor=floor) - 1
    if k < floor:
        return None
    if s.low[k] in _INSERTION_MARKS:
        return _subject_before_insertion(s, k, floor)
    first = noun_phrase_before(s, k)
    if first is None or first < floor:
        return None
    return first, k


def _subject_before_insertion(s: Sentence, k: int, floor: int) -> tuple[int, int] | None:
    """Return the subject whose appositive, relative clause or aside ends at the mark at unit `k`.

    Tries the nearest opening mark first, then those further left: a nurse from Lima, Peru, who, in short, said.
    """
    tag, low = s.tag, s.low
    opener = _INSERTION_MARKS[low[k]]
    m = k - 1
    for _ in range(MAX_INSERTION_MARKS):
        while m > floor and low[m] != opener:
            if tag[m] == "." or (tag[m] == "Q" and opener == ","):
                return None
            m -= 1
        if m <= floor:
            return None
        head = _head_before_insertion(s, m, floor)
        if head is not None and m + 1 < k and not low[head[1]].isdigit():
            found = _with_insertion(s, head, m + 1, k, opener)
            if found is not None:
                if opener == "," and found[0] > floor + 1 and low[found[0] - 1] == ",":
                    return _subject_further_left(s, head, found, m, floor)
                return found
        m -= 1
    return None


def _subject_further_left(
    s: Sentence, head: tuple[int, int], found: tuple[int, int], m: int, floor: int
) -> tuple[int, int]:
    """Return the subject that `found`, itself behind a comma, is only a part of; else `found`."""
    cap, low = s.cap, s.low

    def behind_comma(first: int) -> bool:
        return first > 0 and low[first - 1] == ","

    # Ana Ruiz, 63, a nurse whose roots ..., said: the name is further left.
    further = _subject_before_insertion(s, found[0] - 1, floor)
    if further is not None and cap[further[0]] and not behind_comma(further[0]):
        return further[0], max(found[1], further[1])
    # an official from Lima, Peru, where ..., said
    place = _head_before_insertion(s, found[0] - 1, floor)
    if place is not None and head == (found[0], m - 1) and cap[head[0]] and not behind_comma(place[0]):
        return place[0], found[1]
    return found


def _with_insertion(s: Sentence, head: tuple[int, int], inside: int, k: int, opener: str) -> tuple[int, int] | None:
    """Return the source with what of its insertion (units `inside` to `k`) belongs to it; None when it is no source."""
    if opener != ",":
        return head
    tag = s.tag
    opening = "G" if s.low[inside][-3:] == "ing" and not s.cap[inside] else tag[inside]
    relative = next((x for x in range(inside, k) if s.low[x] in RELATIVE), None)
    finite = _has_own_verb(s, inside, k if relative is None else relative)
    if opening in PHRASE_START and not finite:
        # The appositive belongs to the source, its relative clause does not.
        last = (k if relative is None else relative) - 1
        while last >= inside and tag[last] in ",;":
            last -= 1
        return (head[0], last) if last >= inside else head
    if relative == inside or opening in "GVJPTtA" or not finite:
        return head
    return None


def _head_before_insertion(s: Sentence, m: int, floor: int) -> tuple[int, int] | None:
    """Return the phrase [first, last] that ends before the mark at unit `m` and can start its clause, or None."""
    last = m - 1
    if last > floor and s.low[last] == ")":
        # Sen. Ana Ruiz (D-Mo.), who
        while last > floor and s.low[last] != "(":
            last -= 1
        last -= 1
    first = noun_phrase_before(s, last)
    if first is None or first < floor or not is_clause_start(s, first):
        return None
    return first, m - 1


def _has_own_verb(s: Sentence, begin: int, end: int) -> bool:
    """Return whether a verb that is surely finite is among the units: -ed forms and infinitives are not."""
    tag = s.tag
    return any(
        tag[x] in AUXILIARY or (tag[x] == "V" and s.low[x][-2:] != "ed" and tag[x - 1] != "t")
        for x in range(begin, end)
    )


def clause_subject(s: Sentence, k: int, *, begin: int = 0) -> tuple[int, int] | None:
    """Return the subject [first, last] of the clause that a coordinator at unit `k` continues: X came and said that.

    Never looks left of `begin`.
    """
    for x in range(begin, k):
        if s.tag[x] in FINITE and (x == 0 or s.tag[x - 1] not in "RtJ"):
            found = subject_before(s, x, floor=begin)
            if found is not None and is_clause_start(s, found[0]):
                return found
    return None


def antecedent(s: Sentence, k: int) -> tuple[int, int] | None:
    """Return the noun phrase [first, last] that the relative pronoun at unit `k` stands for, or None."""
    last = k - 2 if k > 0 and s.tag[k - 1] == "," else k - 1
    first = noun_phrase_before(s, last)
    return None if first is None else (first, last)
