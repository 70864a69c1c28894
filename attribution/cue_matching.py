"""Which words of a sentence are cues: one pass over its words, at most one cue for each."""

from __future__ import annotations

from collections.abc import Sequence

from .lexicon import ANY_OWNER, ANY_SOURCE, CueForm, CueLexicon, CueMatch
from .sentences import Sentence
from .tagging import VERBAL, is_possessive

VERB_POS = frozenset({"verb", "phrase"})


class CueMatcher:
    """Finds the cues of a lexicon in sentences; `hot` are the words that a cue can begin with."""

    def __init__(self, cues: CueLexicon) -> None:
        self._cues = cues
        # First word -> forms without a slot for the source, longest first.
        self._plain: dict[str, list[CueForm]] = {}
        # First word -> words that close such a slot.
        self._around: dict[str, set[str]] = {}
        for word, forms in cues.forms.items():
            for form in forms:
                slot = next((n for n, part in enumerate(form.words) if part in (ANY_SOURCE, ANY_OWNER)), None)
                if slot is None:
                    self._plain.setdefault(word, []).append(form)
                else:
                    rest = form.words[slot + 1 :]
                    self._around.setdefault(word, set()).add(rest[0] if rest else ",")
        for group in self._plain.values():
            group.sort(key=lambda form: -len(form.words))
        self.hot = frozenset(self._plain).union(self._around)

    def match(self, s: Sentence) -> dict[int, CueMatch]:
        """Return the cues of the sentence in order, by their first unit."""
        low, hot = s.low, self.hot
        matches: dict[int, CueMatch] = {}
        present: frozenset[str] | None = None
        for i in [i for i, word in enumerate(low) if word in hot]:
            best = self._match_plain(s, i)
            closers = self._around.get(low[i])
            if closers is not None:
                present = present or frozenset(low)
                if not closers.isdisjoint(present):
                    best = self._match_around(low, i, best)
            if best is not None:
                matches[i] = best
        return matches

    def _match_plain(self, s: Sentence, i: int) -> CueMatch | None:
        """Return the longest form at unit `i`; of two as long, the one whose part of speech fits the place."""
        low = s.low
        best: CueMatch | None = None
        for form in self._plain.get(low[i], ()):
            length = len(form.words)
            if best is not None and i + length < best.end:
                break
            if length == 1 or tuple(low[i : i + length]) == form.words:
                match = CueMatch(form, i, i + length)
                if best is None:
                    best = match
                elif form.entry is not best.form.entry:
                    best = _prefer(s, best, match)
        return best

    def _match_around(self, low: Sequence[str], i: int, best: CueMatch | None) -> CueMatch | None:
        """Return the first form around a source at unit `i` that reaches further than `best`, else `best`."""
        for match in self._cues.find_at(low, i):
            if match.source is not None and (best is None or match.end > best.end):
                return match
        return best


def _prefer(s: Sentence, one: CueMatch, other: CueMatch) -> CueMatch:
    """Return the reading that fits: they [claim] it (verb), the [claim] (noun), is [worried] (adjective)."""
    i = one.start
    tag = s.tag[i]
    after_be = i > 0 and s.tag[i - 1] in "BA" and "B" in s.tag[max(0, i - 3) : i]
    verbal = tag in VERBAL or (tag == "N" and not is_noun_place(s, i))
    for match in (one, other):
        pos = match.form.entry.pos
        if after_be and pos == "adj" and "by" not in s.low[i : i + 6]:
            return match
    for match in (one, other):
        if (match.form.entry.pos in VERB_POS) == verbal:
            return match
    return one


def is_noun_place(s: Sentence, i: int) -> bool:
    """Return whether unit `i` stands where only a noun does: behind a determiner, possessive or preposition."""
    return i > 0 and (s.tag[i - 1] in "DP" or is_possessive(s.low[i - 1]))
