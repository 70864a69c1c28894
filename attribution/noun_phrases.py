"""Noun phrases left and right of a verb, without a parser, and the times and occasions between them.

Units are numbered from 0; ends are excluded except where a pair is called [first, last].
"""

from __future__ import annotations

import re

from .sentences import Sentence
from .tagging import FINITE, LEFT_EDGE, NOUNISH, PHRASE_START, PRONOUN, is_possessive

CLOCK_TIME = re.compile(r"\d{1,2}[:.h]\d\d")
MAX_COORDINATION = 12
MAX_OCCASION = 6
MAX_BRACKETED = 4
# Heads whose complement belongs to the report's circumstances, never to the name of a source.
OCCASIONS = frozenset(
    """statement interview speech tweet email e-mail letter post message memo filing report briefing conference
    address debate column article book video ad blog call appearance meeting rally event hearing testimony op-ed
    release note broadcast program show episode podcast television tv radio twitter facebook instagram telegram
    response reply reference remarks comments answer press""".split()
)
_EXPLETIVES = frozenset("there there's that's".split())
# Alone they can be a subject (this, all), at a phrase's start too (those of us).
_LONE_DETERMINERS = frozenset("this that these those both all his hers another each".split())
_LONE_AFTER = frozenset("some many others both all this that these those".split())
_PREDETERMINERS = frozenset("all both half".split())
_COORDINATORS = frozenset("and or &".split())
_NO_ATTRIBUTE = frozenset("than like after before until during".split())
_ATTRIBUTES = frozenset("of for from with at in on to".split())
_HEARER_ATTRIBUTES = frozenset({"of"})
_OWNERS = frozenset("his her their its our my".split())
_COMPARED = frozenset("more less fewer rather".split())
_OWN_ADVERBS = frozenset("also then now".split())
_BEFORE_CLAUSE = frozenset("that for before after".split())
_BEFORE_OCCASION = frozenset("a an the his her their its".split())
_NOT_CIRCUMSTANCES = frozenset("not so more only even".split())
_TIME_NOUNS = frozenset(
    "week month year day night afternoon morning evening weekend time hour quarter season summer".split()
)
_BEFORE_DAY = frozenset("on in at by for over".split())
_SPAN_WORDS = frozenset("the coming past recent few several many two three four five six".split())
_NAMED_DAYS = frozenset("super black good ash cyber palm".split())
_BEFORE_TIME = frozenset("this the a earlier later next last".split())
_AFTER_TIME = frozenset("week month year night afternoon morning evening ago".split())
_CIRCUMSTANCE_PREPOSITIONS = frozenset(
    """on in at during after before via by through over from to outside following for about with ahead of late early
    under""".split()
)


def is_clause_start(s: Sentence, i: int) -> bool:
    """Return whether a clause can begin at unit `i`: at the sentence's start, behind a mark, conjunction or adverb."""
    tag = s.tag
    while i > 0:
        before = tag[i - 1]
        if before in LEFT_EDGE or CLOCK_TIME.fullmatch(s.low[i - 1]):
            return True
        if before not in "AT":
            return s.low[i - 1] in _BEFORE_CLAUSE
        if i > 1 and tag[i - 2] in "PDT":
            return True
        i -= 1
    return True


def noun_phrase_before(s: Sentence, k: int) -> int | None:
    """Return the first unit of the noun phrase that ends at unit `k`, or None when none ends there.

    Takes prepositional attributes (an adviser to the minister), titles, and coordination (Putin and Biden) where the
    whole stands at the start of a clause; never crosses a verb or a mark.
    """
    tag, low = s.tag, s.low
    if k < 0:
        return None
    if tag[k] in PRONOUN:
        return None if low[k] in _EXPLETIVES else k
    if tag[k] == "D" and low[k] in _LONE_DETERMINERS:
        return k
    if tag[k] not in NOUNISH:
        return None
    first = i = k
    while (j := _left_of_phrase(s, i)) < i:
        first = j + 1
        if not _joins_attribute(s, j):
            first = _first_coordinated(s, first, k)
            break
        i = j - 1
    if first > 1 and low[first - 1] == "than" and low[first - 2] in _COMPARED:
        first -= 2  # more than 4 in 10
    return first


def _left_of_phrase(s: Sentence, i: int) -> int:
    """Return the unit before the plain noun phrase that ends at unit `i`; `i` itself when none does."""
    tag, low = s.tag, s.low
    j = i
    while j >= 0 and (tag[j] in NOUNISH or (j < i and (tag[j] == "G" or (tag[j] == "A" and _is_adverb_inside(s, j))))):
        j -= 1
    if 0 <= j < i and tag[j] == "T" and low[j][-2:] == "'s":
        j -= 1  # Monday's vote
    while j >= 0 and tag[j] == "D":
        j -= 1  # all the two ministers
    return j - 1 if 0 <= j < i and tag[j + 1] == "D" and low[j] in _PREDETERMINERS else j


def _is_adverb_inside(s: Sentence, j: int) -> bool:
    return j > 0 and s.tag[j - 1] in PHRASE_START and s.tag[j + 1] == "N" and s.low[j] not in _OWN_ADVERBS


def _joins_attribute(s: Sentence, j: int) -> bool:
    """Return whether the preposition at unit `j` ties what follows to a noun before it: adviser [to] the minister."""
    tag = s.tag
    if j <= 0 or tag[j] not in "Pt" or tag[j - 1] not in "NO" or s.low[j] in _NO_ATTRIBUTE:
        return False
    return tag[j] != "t" or tag[j + 1] in PHRASE_START


def _first_coordinated(s: Sentence, first: int, last: int) -> int:
    """Return the first unit of the coordination whose last member is [first, last]; `first` when it is alone."""
    tag, low = s.tag, s.low
    j = first - 1
    if j <= 0:
        return first
    if low[j] in _COORDINATORS and tag[j - 1] in NOUNISH:
        left = noun_phrase_before(s, j - 1)
        while left is not None and left > 1 and low[left - 1] == "," and tag[left - 2] == "N":
            further = noun_phrase_before(s, left - 2)  # a list: A, B and C
            if further is None or not _opens_list(s, further, left - 1):
                break
            left = further
    elif tag[j] == "," and tag[j - 1] == "N" and _has_coordinator(s, j + 1, last):
        left = noun_phrase_before(s, j - 1)
        if left is not None and not _opens_list(s, left, j):
            return first
    else:
        return first
    return left if left is not None and is_clause_start(s, left) else first


def _opens_list(s: Sentence, first: int, comma: int) -> bool:
    """Return whether the member from unit `first` to `comma` can open a list: not "Lima and Quito, the heads of …"."""
    return is_clause_start(s, first) and _COORDINATORS.isdisjoint(s.low[max(0, first - 1) : comma])


def _has_coordinator(s: Sentence, begin: int, last: int) -> bool:
    return any(s.low[x] in _COORDINATORS for x in range(begin, min(last + 1, begin + MAX_COORDINATION)))


def possessor_of(s: Sentence, c: int) -> tuple[int, int] | None:
    """Return the characters of the source that owns the noun at unit `c`: [Ruiz]'s new claim, [his] claim, or None."""
    tags, low = s.tag, s.low
    p = c - 1
    while p > 0 and tags[p] in "NA" and not is_possessive(low[p]) and not s.cap[p]:
        p -= 1
    if p < 0:
        return None
    if low[p] == "'" and p > 0 and low[p - 1][-1] == "s" and tags[p - 1] == "N":
        first = noun_phrase_before(s, p - 1)  # the ministers' plan
        return None if first is None else s.characters(first, p)
    if is_possessive(low[p]) and tags[p] == "N":
        first = noun_phrase_before(s, p)
        if first is None:
            return None
        return s.starts[first], s.ends[p] - len("'s")
    if low[p] in _OWNERS or (tags[p] == "N" and s.cap[p] and p > 0):
        return s.characters(p, p + 1)
    return None


def trim_source(s: Sentence, first: int, last: int) -> tuple[int, int]:
    """Return the characters of the phrase [first, last] without adverbs, conjunctions and times at its start."""
    while first < last and (s.tag[first] in "ACJT" or CLOCK_TIME.fullmatch(s.low[first])):
        first += 1
    return s.characters(first, last + 1)


def noun_phrase_after(s: Sentence, k: int, *, hearer: bool = False) -> int | None:
    """Return the unit behind the noun phrase that starts at unit `k` (its end, excluded), or None when none starts.

    Attributes with of, for, from, with, at, in, on and to are taken unless they name a time or an occasion
    ("in a statement"). With `hearer`, only `of` attributes are, for objects: told the head of the office that.
    """
    tag, low, n = s.tag, s.low, len(s)
    if k >= n:
        return None
    if tag[k] in PRONOUN or (tag[k] == "D" and low[k] == "her" and (k + 1 >= n or tag[k + 1] != "N")):
        return k + 1
    start = _behind_determiners(s, k)
    i = start
    while i < n and (tag[i] in NOUNISH or (tag[i] in "GVA" and i + 1 < n and tag[i + 1] == "N" and tag[i - 1] == "D")):
        i += 1
    if i == start:
        return i if i > k and low[k] in _LONE_AFTER else None
    attributes = _HEARER_ATTRIBUTES if hearer else _ATTRIBUTES
    while i + 1 < n:
        if tag[i] in "Pt" and low[i] in attributes:
            end = None if _is_time_or_occasion(s, i + 1) else _plain_phrase_after(s, i + 1)
        elif low[i] in ("and", "&") and tag[i + 1] in PHRASE_START and not hearer:
            end = _plain_phrase_after(s, i + 1)
            if end is not None and end < n and tag[end] in FINITE:
                end = None  # said Ruiz and Lee agreed
        else:
            end = None
        if end is None:
            break
        i = end
    return i


def _behind_determiners(s: Sentence, k: int) -> int:
    while k < len(s) and s.tag[k] == "D":
        k += 1
    return k


def _plain_phrase_after(s: Sentence, k: int) -> int | None:
    i = start = _behind_determiners(s, k)
    while i < len(s) and s.tag[i] == "N":
        i += 1
    return i if i > start else None


def _is_time_or_occasion(s: Sentence, k: int) -> bool:
    word = s.low[k]
    return s.tag[k] == "T" or word.isdigit() or word in OCCASIONS or (word in _BEFORE_OCCASION and _is_occasion(s, k))


def _is_occasion(s: Sentence, k: int) -> bool:
    for i in range(k, min(k + MAX_OCCASION, len(s))):
        if s.tag[i] not in "DNAGV":
            return False
        if s.low[i] in OCCASIONS:
            return True
    return False


def hearer_end(s: Sentence, k: int) -> int | None:
    """Return the unit behind the hearer that starts at unit `k`, or None: told | reporters and editors | that."""
    tags, low, n = s.tag, s.low, len(s)
    if k >= n:
        return None
    if tags[k] == "O" or (tags[k] == "S" and low[k] in ("you", "it")):
        return k + 1
    if tags[k] not in PHRASE_START:
        return None
    end = noun_phrase_after(s, k, hearer=True)
    if end is None or (tags[k] == "D" and low[k] == "her"):
        return end
    # reporters and editors, the BBC and CNN
    if end + 1 < n and low[end] in ("and", "or") and tags[end + 1] in PHRASE_START:
        more = noun_phrase_after(s, end + 1, hearer=True)
        if more is not None and (more >= n or tags[more] not in FINITE):
            end = more
    return end


def circumstances_begin(s: Sentence, v: int, *, floor: int = 0, adverbs: bool = True) -> int:
    """Return the first unit of the adverbs, times and occasions that follow a noun and end before unit `v`, else `v`.

    Ruiz | later said; the council | on Monday (6) said; Ruiz | in a statement last week said.
    """
    while v - 1 > floor:
        begin = v - 1 if adverbs and s.tag[v - 1] == "A" else _circumstance_begin(s, v - 1, floor)
        if begin is None:
            break
        v = begin
    return v


def _circumstance_begin(s: Sentence, k: int, floor: int) -> int | None:
    """Return the first unit of the time or occasion that ends at unit `k` and follows a noun or pronoun, or None."""
    tag, low = s.tag, s.low
    i = _before_brackets(s, k)
    while i > floor and (tag[i] == "T" or low[i].isdigit()):
        i -= 1
    if "T" in tag[i + 1 : k + 1]:
        if low[i] == "this":
            i -= 1
        while i > floor and tag[i] in "TA":
            i -= 1  # earlier this week
        if i > floor and low[i] in _SPAN_WORDS:
            return None  # plans a vote in the coming weeks: part of what is planned
        if i > floor and tag[i] == "P" and low[i] in _BEFORE_DAY:
            i -= 1
    elif low[k] in OCCASIONS and low[k - 1] in ("a", "an") and k - 2 > floor and low[k - 2] == "in":
        i = k - 3
    else:
        return None
    return i + 1 if tag[i] in "NSO," and low[i] not in _NAMED_DAYS else None


def _before_brackets(s: Sentence, k: int) -> int:
    """Return the unit before the bracket that closes at unit `k` and holds a date: on Monday [(6)]; else `k`."""
    if s.low[k] != ")":
        return k
    i = k - 1
    while i > 0 and k - i <= MAX_BRACKETED and (s.tag[i] == "T" or s.low[i].isdigit()):
        i -= 1
    return i - 1 if i > 0 and s.low[i] == "(" and s.tag[i - 1] == "T" else k


def skip_circumstances(s: Sentence, k: int, *, clause_may_follow: bool = False) -> int:
    """Return the unit behind times, places and occasions that start at unit `k`: "on Monday in a statement".

    Stops where something else begins. With `clause_may_follow`, only such phrases are skipped as cannot belong to a
    clause that follows without "that" (said Monday | rents will rise).
    """
    i = k
    while i < len(s):
        end = _time_end(s, i)
        if end is None:
            end = _circumstance_end(s, i, clause_may_follow)
        if end is None:
            break
        i = _behind_brackets(s, end)
    return i


def _behind_brackets(s: Sentence, i: int) -> int:
    """Return the unit behind the date in brackets at unit `i`, which follows a time: on Monday [(6)]; else `i`."""
    if i >= len(s) or s.low[i] != "(" or s.tag[i - 1] != "T":
        return i
    close = i + 1
    while close < len(s) and close - i <= MAX_BRACKETED and (s.tag[close] == "T" or s.low[close].isdigit()):
        close += 1
    return close + 1 if close < len(s) and s.low[close] == ")" else i


def _time_end(s: Sentence, i: int) -> int | None:
    """Return the unit behind a time or adverb at unit `i`: late Monday night, the week."""
    tag, low, n = s.tag, s.low, len(s)
    if tag[i] in "TA" and low[i] not in _NOT_CIRCUMSTANCES:
        i += 1
        while i < n and (tag[i] == "T" or low[i].isdigit() or low[i] in _AFTER_TIME):
            i += 1
        return i
    if low[i] in _BEFORE_TIME and i + 1 < n and (low[i + 1] in _TIME_NOUNS or (low[i] == "this" and tag[i + 1] == "T")):
        return i + 2
    return None


def _circumstance_end(s: Sentence, i: int, clause_may_follow: bool) -> int | None:
    """Return the unit behind a prepositional circumstance at unit `i`: on January 5, 2021; in a statement."""
    tag, low, n = s.tag, s.low, len(s)
    if tag[i] == "P":
        if low[i] not in _CIRCUMSTANCE_PREPOSITIONS:
            return None
    elif not (tag[i] == "t" and i + 1 < n and tag[i + 1] not in "VU"):
        return None
    begin = end = i + 2 if i + 1 < n and tag[i + 1] == "P" else i + 1
    while end < n and (tag[end] == "T" or low[end].isdigit()):
        end += 1
    if end > begin:
        if end + 1 < n and tag[end] == "," and low[end + 1].isdigit() and len(low[end + 1]) == 4:
            end += 2
        return end
    stop = noun_phrase_after(s, begin)
    if stop is None:
        return None
    if clause_may_follow and not _is_occasion(s, begin) and low[begin] not in OCCASIONS:
        return None
    return stop
