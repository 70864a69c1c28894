"""What follows a cue: the frame it stands in, and where its content begins. Said that […], called for […]"""

from __future__ import annotations

from typing import NamedTuple

from .clauses import clause_at
from .findings import CueUse
from .noun_phrases import hearer_end, skip_circumstances
from .sentences import Sentence
from .tagging import AUXILIARY, QUOTED

MAX_INSERTION = 14
MAX_OBJECT = 25

# Preposition -> frames whose content stands behind it; the preposition belongs to the cue.
PREPOSITIONS = {
    "about": ("about",),
    "regarding": ("about",),
    "over": ("about",),
    "concerning": ("about",),
    "of": ("of-np",),
    "against": ("against",),
    "for": ("for",),
    "on": ("on", "on-inf"),
    "upon": ("on", "on-inf"),
    "with": ("with",),
    "to": ("to-np",),
    "at": ("at",),
}
# Behind a time only these lead to content: "spoke on Monday with", "called on Monday for" may name hearer or reason.
_OBJECT_PREPOSITIONS = frozenset("of about against over for".split())
PREPOSITION_FRAMES = frozenset(frame for frames in PREPOSITIONS.values() for frame in frames)
# Marker -> frame of an object with more to say of it: accuse X of, describe X as, blame X for.
_OBJECT_MARKERS = (("of", "of"), ("as", "as"), ("obj-for", "for"))
_HEARER_FRAMES = ("obj-that", "obj-wh", "obj-inf", "obj-about")
_OF_HEARER_SENSES = frozenset("warn promise speech".split())
_OWN_ADVERBS = frozenset("not so how".split())
_WHETHER = frozenset({"if", "whether"})
_CLAUSE_DETERMINERS = frozenset("that what how".split())
_OBJECT_START = frozenset("DNQqOS")


class Frame(NamedTuple):
    """A frame of the lexicon and the first unit of its content."""

    name: str
    begin: int


def find_frame(use: CueUse) -> Frame | None:
    """Return the frame that what follows the cue fits, or None: said | on Monday | that → ("that", …)."""
    s, k = use.s, use.end
    tags, low, n = s.tag, s.low, len(s)
    while k < n and tags[k] == "A" and low[k] not in _OWN_ADVERBS:
        k += 1
    if k >= n or low[k + (tags[k] == "D") : k + 1 + (tags[k] == "D")] == ["anonymity"]:
        return None
    if k > use.end and tags[k] in "NG" and tags[k - 1] == "A" and low[k - 1][-2:] == "ly" and use.takes("np"):
        return Frame("np", k - 1)  # demands legally binding assurances
    return (
        _behind_time(use, k)
        or _of_hearer(use, k)
        or _named_hearer(use, k)
        or _opened_at(use, k)
        or _behind_hearer(use, k)
        or _behind_circumstances(use, k)
        or _behind_insertion(use, k)
        or _at_object(use, k)
    )


def _behind_time(use: CueUse, k: int) -> Frame | None:
    """Return the frame of a preposition behind a time at unit `k`, or None: warned last month of, spoke today about."""
    s = use.s
    j = k
    while j < len(s) and s.tag[j] == "T":
        j += 1
    if k < j < len(s) - 1 and s.tag[j + 1] != "T":
        for frame in PREPOSITIONS.get(s.low[j], ()):
            if use.takes(frame) and s.low[j] in _OBJECT_PREPOSITIONS:
                return Frame(frame, j + 1)
    return None


def _opened_at(use: CueUse, k: int, *, after_circumstances: bool = False) -> Frame | None:
    """Return the frame that unit `k` opens by itself; after circumstances fewer words do."""
    s = use.s
    tags, w, more = s.tag, s.low[k], k + 1 < len(s)
    if w == "that" and more and (use.takes("that") or use.takes("obj-that") or use.takes("to-obj-that")):
        # "concern over a plan that would": a relative pronoun; "said on Monday that rents would" is none
        if not after_circumstances or tags[k + 1] not in AUXILIARY:
            return Frame("that", k + 1)
    quote = _quote_at(use, k)
    if quote is not None:
        return quote
    if w != "when" and (tags[k] == "W" or w in _WHETHER) and use.takes("wh"):
        return Frame("wh", k)
    if use.takes("inf") and more:
        if (w == "to" and tags[k + 1] not in "DNQq,") or (w == "not" and s.low[k + 1] == "to"):
            return Frame("inf", k)
    if more and tags[k + 1] != "T":  # spoke out on Monday
        for frame in PREPOSITIONS.get(w, ()):
            if use.takes(frame):
                return Frame(frame, k + 1)
    if more:
        if w == "as" and not after_circumstances and use.takes("as"):
            return Frame("as", k + 1)  # what it describes as
    if tags[k] == "G" and use.takes("ing"):
        return Frame("ing", k)
    if use.takes("clause") and (tags[k] == "S" if after_circumstances else clause_at(s, k)):
        return Frame("clause", k)
    return None


def _quote_at(use: CueUse, k: int) -> Frame | None:
    """Return the frame of a colon or quotation at unit `k`, or None: said: …; said, “…”; said “…”"""
    s = use.s
    tags, more = s.tag, k + 1 < len(s)
    if s.low[k] == ":" and more and (use.takes("quote") or use.takes("that")):
        return Frame("quote", k + 1)
    if tags[k] == "," and more and tags[k + 1] in QUOTED and use.takes("quote"):
        return Frame("quote", k + 1)
    if tags[k] in QUOTED and (use.takes("quote") or use.takes("that") or use.takes("np")):
        return Frame("quote", k)
    return None


def _behind_hearer(use: CueUse, k: int) -> Frame | None:
    """Return the frame behind a hearer at unit `k`, or None: told reporters that, warned Russia on Monday not to."""
    s = use.s
    if not any(use.entry.has(frame) for frame in _HEARER_FRAMES):
        return None
    end = hearer_end(s, k)
    if end is None:
        return None
    places = (end, skip_circumstances(s, end, clause_may_follow=True), skip_circumstances(s, end))
    for at in dict.fromkeys(places):
        frame = _after_hearer(use, k, at) if at < len(s) else None
        if frame is not None:
            return frame
    return None


def _of_hearer(use: CueUse, k: int) -> Frame | None:
    """Return the frame behind a named or pronoun hearer at unit `k` and "of", or None: warned Lee | of | high rents."""
    s = use.s
    if not use.takes("obj-about") or use.entry.sense not in _OF_HEARER_SENSES:
        return None
    end = k + 1 if s.tag[k] == "O" else k
    while end < len(s) and (s.tag[end] == "N" or (end == k and s.tag[end] == "D")):
        end += 1
    if not k < end < len(s) - 1 or s.low[end] != "of" or (s.tag[k] != "O" and not s.cap[end - 1]):
        return None
    if s.cap[end + 1] and s.tag[k] != "O":
        return None  # warned the Bank of Lima, told Lee of Lima
    return Frame("obj-about", end + 1)


def _named_hearer(use: CueUse, k: int) -> Frame | None:
    """Return the frame behind a named hearer at unit `k` and a subject pronoun, or None: warned Lee | he would go."""
    s, end = use.s, k
    if not use.takes("obj-that"):
        return None
    while end < len(s) and s.tag[end] == "N" and s.cap[end]:
        end += 1
    return Frame("obj-that", end) if k < end < len(s) and s.tag[end] == "S" else None


def _after_hearer(use: CueUse, hearer: int, at: int) -> Frame | None:
    s = use.s
    tags, w, more = s.tag, s.low[at], at + 1 < len(s)
    if w == "that" and more and use.takes("obj-that"):
        return Frame("obj-that", at + 1)
    if tags[at] in QUOTED:
        # wants Lee “to go”, but told Lee “to go”
        return Frame("obj-inf", hearer) if use.entry.sense == "want" and _is_infinitive(s, at) else Frame("quote", at)
    if more and (w == ":" or (w == "," and tags[at + 1] in QUOTED)):
        return Frame("quote", at + 1)
    if (tags[at] == "W" or w in _WHETHER) and use.takes("obj-wh"):
        return Frame("obj-wh", at)
    if w == "to" and more and tags[at + 1] != "D" and use.takes("obj-inf"):
        return Frame("obj-inf", hearer if _wants_hearer(use) else at)
    if w == "not" and more and s.low[at + 1] == "to" and use.takes("obj-inf"):
        return Frame("obj-inf", at)
    if w in ("about", "of") and use.takes("obj-about"):
        return Frame("obj-about", at + 1)
    if use.takes("obj-that") and (clause_at(s, at) or (tags[at] in "NS" and more and tags[at + 1] in QUOTED)):
        return Frame("obj-that", at)
    return None


def _is_infinitive(s: Sentence, unit: int) -> bool:
    """Return whether the quotation at `unit` begins with "to"."""
    return s.text[s.starts[unit] + 1 : s.ends[unit]].lstrip()[:3] == "to "


def _wants_hearer(use: CueUse) -> bool:
    """Return whether the hearer is part of what is wanted: wants [Russia to leave], but urged Russia [to leave]."""
    sense = use.entry.sense
    return sense == "want" or (sense in ("order", "ask") and use.entry.has("inf"))


def _behind_circumstances(use: CueUse, k: int) -> Frame | None:
    """Return the frame behind times and occasions at unit `k`, or None: said on Monday that, said in a letter: “…”"""
    s = use.s
    j = skip_circumstances(s, k)
    if k < j < len(s):
        opened = _opened_at(use, j, after_circumstances=True)
        if opened is not None:
            return opened
    j = skip_circumstances(s, k, clause_may_follow=True)
    if not k < j < len(s):
        return None
    if s.tag[j] == "," and j + 1 < len(s) and s.low[j + 1] == "that":
        j += 1
    if use.takes("clause") and clause_at(s, j):
        return Frame("clause", j)
    if s.tag[j] in "DNQqO" and use.takes("np"):
        return Frame("np", j)
    return None


def _behind_insertion(use: CueUse, k: int) -> Frame | None:
    """Return the frame behind an insertion between two marks, or None: said, in short, that / said – today – that"""
    s = use.s
    n, mark = len(s), s.low[k]
    if s.tag[k] not in ",;" or mark == ":" or k + 1 >= n or s.low[k + 1] == "that":
        return None
    close = _next_mark(s, mark, k + 1)
    if close is None or close + 1 >= n:
        return None
    if s.low[close + 1] == "that" and use.takes("that"):
        return Frame("that", close + 2)
    if s.tag[close + 1] in QUOTED and use.takes("quote"):
        return Frame("quote", close + 1)
    return None


def _next_mark(s: Sentence, mark: str, begin: int) -> int | None:
    return next((x for x in range(begin, min(len(s), begin - 1 + MAX_INSERTION)) if s.low[x] == mark), None)


def _at_object(use: CueUse, k: int) -> Frame | None:
    """Return the frame whose content begins with the object at unit `k`: accuse X of, describe X as, reject X."""
    s = use.s
    tags, low = s.tag, s.low
    is_object = tags[k] in _OBJECT_START or low[k] in _CLAUSE_DETERMINERS
    if not is_object and tags[k] != "G":
        return None
    for frame, marker in _OBJECT_MARKERS:
        if use.takes(frame) and _has_marker(s, marker, k + 1, k + MAX_OBJECT):
            return Frame(frame, k)
    if is_object and use.takes("obj-comp"):
        return Frame("obj-comp", k)
    return Frame("np", _behind_receiver(use, k)) if use.takes("np") else None


def _behind_receiver(use: CueUse, k: int) -> int:
    """Return the unit behind the name or pronoun of who is to get the object: offered [Lee] | a deal; else `k`."""
    s = use.s
    if use.entry.sense != "promise":
        return k
    end = k
    while end < len(s) and s.cap[end] and s.tag[end] == "N":
        end += 1
    if end == k and s.tag[k] == "O":
        end += 1
    return end if k < end < len(s) and s.tag[end] in "DqQ" else k


def _has_marker(s: Sentence, marker: str, begin: int, end: int) -> bool:
    """Return whether `marker` stands among the units, before a relative clause or dividing mark."""
    for x in range(begin, min(len(s), end)):
        if s.low[x] == marker:
            return True
        if s.tag[x] in ".;R":
            return False
    return False
