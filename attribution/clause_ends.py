"""Where a reported clause right of its cue ends: at the sentence's end, or before what is no longer reported."""

from __future__ import annotations

from .clauses import clause_at, has_finite, is_reporting, subject_before
from .noun_phrases import skip_circumstances
from .sentences import Sentence
from .tagging import QUOTED
from .verb_groups import INNER_SENSES, read_verb_group

CLAUSE_FRAMES = frozenset("that obj-that to-obj-that clause quote wh obj-wh".split())
"""Frames whose content is a clause; the others' is a phrase, which ends sooner."""
# A verb inside a reported clause opens a report of its own only when it is this strong a cue.
MIN_REPORT_STRENGTH = 0.7
MAX_SUBJECT = 9
_TRAILING = frozenset({".", ",", ";", ":", "—", "–", "--", "-", "!", "?", "…", "..."})
_DANGLING = frozenset({"and", "but"})
_DIVIDERS = frozenset({";", "—", "–", "--", "-"})
_COORDINATORS = frozenset({"and", "but", "while"})
_CONTRASTS = frozenset("while though although whereas".split())
_AFTER_COMMA = frozenset("and but while though although whereas yet".split())
_PAST_WITHOUT_D = frozenset({"told", "wrote", "said"})


def quote_end(s: Sentence, k: int) -> int:
    """Return the unit behind the content that begins with the quotation at unit `k`: said “X” and “Y” | to Lee."""
    if s.quotes[k] is None:
        return clause_end(s, k, "that")
    if k + 1 >= len(s) or s.tag[k + 1] == "." or s.last_mark(k) in ".!?":
        return k + 1
    return clause_end(s, k, "quote")


def clause_end(s: Sentence, k: int, frame: str) -> int:
    """Return the unit behind the content that begins at unit `k`: said rents will rise | and added that."""
    phrase = frame not in CLAUSE_FRAMES or frame == "quote"
    end = next((stop for x in range(k + 1, len(s)) if (stop := _stop_at(s, k, x, phrase)) is not None), len(s))
    while end > k + 1 and (s.low[end - 1] in _TRAILING or s.low[end - 1] in _DANGLING):
        end -= 1
    return end


def without_trailing_marks(s: Sentence, begin: int, end: int) -> int:
    """Return `end` moved left over marks, at most to `begin`."""
    while end > begin and s.low[end - 1] in _TRAILING:
        end -= 1
    return end


def _stop_at(s: Sentence, begin: int, x: int, phrase: bool) -> int | None:
    """Return the end of the content from unit `begin` if unit `x` ends it, else None."""
    t, w, n = s.tag[x], s.low[x], len(s)
    ends = False
    if t == ".":
        ends = x >= n - 2
    elif t == ";":
        spaced = s.starts[x] > s.ends[x - 1]
        ends = x > begin + 1 and (w == ";" or (w in _DIVIDERS and phrase and spaced))
    elif x + 1 >= n:
        ends = False
    elif t == "Q" and s.last_mark(x) in ",?!":
        participle = phrase and s.tag[x + 1] == "G" and x + 1 in s.cues  # called it “a lie,” | adding
        return x + 1 if participle or closes_with_report(s, x + 1) else None
    elif t == ",":
        auxiliary = s.tag[x + 1] in "BHMU" and "," not in s.tag[begin:x]
        ends = auxiliary or _stops_after_comma(s, begin, x, phrase)
    elif w in _COORDINATORS:
        ends = _coordinates_report(s, x + 1, phrase)
    return x if ends else None


def _coordinates_report(s: Sentence, y: int, phrase: bool) -> bool:
    """Return whether a verb that reports stands at unit `y`, without a subject: said C and [warned that]."""
    while y < len(s) and (s.tag[y] == "A" or (phrase and s.tag[y] in "HBM")):
        y += 1
    if y >= len(s) or not _reports(s, y, phrase):
        return False
    # and accused the firm: before a determiner even what looks like an adjective is a verb
    verb = s.tag[y] == "V" or (phrase and y + 1 < len(s) and s.tag[y + 1] == "D")
    return is_reporting(s, y) or (verb and _is_third_person(s.low[y]))


def _is_third_person(verb: str) -> bool:
    return verb[-1] in "sd" or verb in _PAST_WITHOUT_D


def _reports(s: Sentence, y: int, phrase: bool) -> bool:
    """Return whether the verb at unit `y` opens a report of its own; inside a clause only a verb of saying does."""
    match = s.cues.get(y)
    if match is None:
        return False
    entry = match.form.entry
    takes_clause = entry.has("that") or entry.has("obj-that")
    return phrase or (takes_clause and entry.sense not in INNER_SENSES and entry.strength >= MIN_REPORT_STRENGTH)


def _stops_after_comma(s: Sentence, begin: int, x: int, phrase: bool) -> bool:
    """Return whether what follows the comma at unit `x` is no longer reported."""
    tags, low, n = s.tag, s.low, len(s)
    y = x + 1
    w = low[y]
    if tags[y] == "G" and (y in s.cues or phrase):
        return True
    if w in _AFTER_COMMA:
        return _stops_after_conjunction(s, y, phrase)
    if w == "even" and y + 1 < n and low[y + 1] in ("though", "as", "if"):
        return True
    if w in ("which", "who", "where", "that"):
        return phrase
    if tags[y] == "V" and _reports(s, y, phrase):
        return True
    if w == "according" or (w == "as" and clause_at(s, y + 1)):
        return True
    # ", Ruiz said": another cue with its subject closes the sentence.
    return has_finite(s, begin, x) and closes_with_report(s, y)


def _stops_after_conjunction(s: Sentence, y: int, phrase: bool) -> bool:
    """Return whether the conjunction at unit `y`, behind a comma, leads out of the report: , [but] Lee disagreed."""
    tags, low, n = s.tag, s.low, len(s)
    z = y + 1
    while z < n and tags[z] == "A":
        z += 1
    if z >= n:
        return False
    if s.tag[y - 2] in QUOTED and z in s.cues and s.cues[z].form.tag in ("past", "s") and _is_third_person(low[z]):
        return True  # affirmed that “we stay”, and asked them
    # "will visit, but also stress": a base form goes on with the verb inside the report.
    if (tags[z] == "G" or (tags[z] == "V" and _is_third_person(low[z]))) and _reports(s, z, phrase):
        return True
    if phrase and z in s.cues and s.cues[z].form.tag == "base" and low[z + 1 : z + 2] == ["that"]:
        return True  # consider it a mistake, and warn that
    if low[z] == "that":
        return False
    if low[y] in _CONTRASTS:
        return True
    if low[y] == "but":
        return phrase or tags[z] == "S" or _begins_with_report(s, z)
    return (phrase and tags[z] in "SHBMU") or _begins_with_report(s, z)


def _begins_with_report(s: Sentence, y: int) -> bool:
    """Return whether a subject and its cue begin at unit `y`: and [on Thursday, Ruiz said]."""
    n = len(s)
    if y < n and s.tag[y] in "PT":
        y = skip_circumstances(s, y)
        if y < n and s.tag[y] == ",":
            y += 1
    for z in range(y, min(n, y + MAX_SUBJECT)):
        if z in s.cues and s.tag[z] == "V":
            return _has_subject_from(s, z, y)
        if s.tag[z] in ",.;Qq":
            return False
    return False


def closes_with_report(s: Sentence, y: int) -> bool:
    """Return whether a subject and its verb of saying at unit `y` close the sentence: , [Ruiz said on Monday]."""
    for z in range(y, min(len(s), y + MAX_SUBJECT)):
        if s.tag[z] == "V" and _reports(s, z, False):
            if not _has_subject_from(s, z, y):
                return False
            rest = skip_circumstances(s, z + 1)
            return rest >= len(s) or s.tag[rest] in ".,"
        if s.tag[z] in ",.;QqCR":
            return False
    return False


def _has_subject_from(s: Sentence, verb: int, first: int) -> bool:
    """Return whether the subject of the verb at unit `verb` begins exactly at unit `first`."""
    found = subject_before(s, read_verb_group(s, verb).first, floor=first)
    return found is not None and found[0] == first
