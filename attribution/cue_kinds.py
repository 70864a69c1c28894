"""Attributions by cues that are no verbs: prepositions (according to), adjectives (is sure), nouns (the claim that)."""

from __future__ import annotations

from .clause_ends import clause_end, without_trailing_marks
from .clauses import clause_at, has_finite, subject_before
from .findings import Characters, CueUse, Finding
from .frames import Frame
from .noun_phrases import noun_phrase_after, possessor_of, trim_source
from .positions import behind_appositive, behind_marks
from .sentences import Sentence

MIN_TRAILING_STRENGTH = 0.7
_LINKING = frozenset("remain remains remained seem seems feels felt".split())
_LINKING_WITH_SUBJECT = frozenset("remain remains remained feels felt".split())
_NO_HOLDERS = frozenset("it there what".split())
_ADJECTIVE_PREPOSITIONS = frozenset("about of by at with over on in against".split())
# "in other words", "in some ways": no source stands there.
_NO_OWNERS = frozenset("other some many few so these those two three".split())
_DASHES = frozenset({"—", "–", "--"})


def find_by_preposition(use: CueUse) -> Finding | None:
    """According to Ruiz, [rents will rise]. / [Rents will rise], according to Ruiz. / In his view, [rents are high]."""
    s, entry = use.s, use.entry
    if not entry.has("prep-np") or entry.strength < use.min_rate:
        return None
    verb = s.cues.get(use.end - 1)
    if s.low[use.start] == "as" and verb is not None and verb.form.entry.pos == "verb":
        return None  # as Ruiz said: the verb finds it, with its own measured rate
    units = _preposition_source(use)
    if units is None:
        return None
    end = use.end if use.match.source is not None else units[1]
    source = [_without_possessive(s, *units)]
    if use.start == 0 or (use.start == 1 and s.tag[0] in "CA"):
        return _behind_source(use, end, source)
    return _before_preposition(use, end, source)


def _without_possessive(s: Sentence, begin: int, end: int) -> Characters:
    """Return the characters of units `begin` to `end`, an ending 's left out: in [Ruiz]'s view."""
    start, stop = s.characters(begin, end)
    return start, stop - (2 if s.tag[end - 1] == "N" and s.low[end - 1].endswith("'s") else 0)


def _preposition_source(use: CueUse) -> tuple[int, int] | None:
    """Return the units of the source, which stands behind the cue or inside it (in * view), or None."""
    s, units = use.s, use.match.source
    if units is None:
        stop = noun_phrase_after(s, use.end)
        return None if stop is None else (use.end, stop)
    if use.end < len(s) and s.low[use.end] == "of":
        return None
    if s.low[units[0]] in _NO_OWNERS or any(s.tag[x] not in "DNqSOAT" and s.low[x] != "of" for x in range(*units)):
        return None
    return units


def _preposition_cue(use: CueUse) -> list[Characters]:
    """Return the cue's characters, in two pieces where the source stands inside it: [in] Ruiz's [view]."""
    s, units = use.s, use.match.source
    if units is None:
        return [use.characters()]
    cue = [s.characters(use.start, units[0])]
    if use.end > units[1]:
        cue.append(s.characters(units[1], use.end))
    return cue


def _behind_source(use: CueUse, end: int, source: list[Characters]) -> Finding | None:
    """According to a poll released on Monday, [rents will rise]: the content begins behind the comma."""
    s = use.s
    close = behind_appositive(s, end)
    if close + 1 < len(s) and s.tag[close + 1] == "S":
        end = close  # in the words of Ruiz, the mayor, [it is late]
    comma = next((x for x in range(end, len(s)) if s.tag[x] == ","), len(s))
    stop = without_trailing_marks(s, comma + 1, len(s))
    why, cue = ["position.leading"], _preposition_cue(use)
    return use.leading(comma + 1, stop, source=source, rate=use.entry.strength, why=why, cue=cue)


def _before_preposition(use: CueUse, end: int, source: list[Characters]) -> Finding | None:
    """[Rents will rise], according to Ruiz. / [Rents], according to Ruiz, [will rise]."""
    s, strength = use.s, use.entry.strength
    k = use.start - 1
    if s.tag[k] == "," or s.low[k] in _DASHES:
        k -= 1
    if strength < MIN_TRAILING_STRENGTH or k < 0:
        return None
    begin = behind_marks(s, 0, k)
    pieces, quotes = [s.characters(begin, k + 1)], s.quotations(begin, k + 1)
    if end + 1 < len(s) and s.tag[end] == "," and not has_finite(s, begin, k + 1):
        stop = without_trailing_marks(s, end + 1, len(s))
        pieces.append(s.characters(end + 1, stop))
        quotes += s.quotations(end + 1, stop)
    why = [*use.why, "position.trailing"]
    return Finding(pieces, _preposition_cue(use), source, strength, why, s, quotes)


def find_by_adjective(use: CueUse) -> Finding | None:
    """Ruiz is convinced that [rents will rise]."""
    s, c = use.s, use.start
    group = c
    while group > 0 and s.tag[group - 1] in "ABHM":
        group -= 1
    linked = c > 0 and s.low[c - 1] in _LINKING
    if "B" not in s.tag[group:c] and not linked:
        return None
    if linked and s.low[c - 1] in _LINKING_WITH_SUBJECT:
        group = c - 1
    subject = subject_before(s, group)
    if subject is None or s.low[subject[0]] in _NO_HOLDERS:
        return None
    frame = _adjective_frame(use)
    if frame is None or frame.begin >= len(s) or use.rate(frame.name) < use.min_rate:
        return None
    end = clause_end(s, frame.begin, "that" if frame.name == "adj-that" else "np")
    rate, why = use.rate(frame.name), [f"frame.{frame.name}"]
    return use.leading(frame.begin, end, source=[trim_source(s, *subject)], rate=rate, why=why)


def _adjective_frame(use: CueUse) -> Frame | None:
    s, entry, k = use.s, use.entry, use.end
    if k >= len(s):
        return None
    w = s.low[k]
    if entry.has("adj-that") and (w == "that" or clause_at(s, k)):
        return Frame("adj-that", k + 1 if w == "that" else k)
    to_phrase = w == "to" and k + 1 < len(s) and s.tag[k + 1] in "DNSOq"
    if entry.has("adj-prep") and (w in _ADJECTIVE_PREPOSITIONS or to_phrase):
        return Frame("adj-prep", k + 1)
    if entry.has("adj-inf") and k + 1 < len(s) and (w == "not" or (w == "to" and s.tag[k + 1] not in "DN")):
        return Frame("adj-inf", k)
    return None


def find_by_noun(use: CueUse) -> Finding | None:
    """The minister's claim that [rents will rise]; his fears that [they fall]. Without an owner a noun is no report."""
    s, k = use.s, use.end
    if not use.takes("noun-that") or k + 1 >= len(s) or s.low[k] != "that" or s.tag[k + 1] in "VBHMU":
        return None
    owner = possessor_of(s, use.start)
    if owner is None:
        return None
    end = clause_end(s, k + 1, "that")
    return use.leading(k + 1, end, source=[owner], rate=use.rate("noun-that"), why=["frame.noun-that"])
