"""Attributions by rules alone: quotation marks, cue lexicon, shallow clauses. The measured `--no-model` baseline.

One pass over the sentences of an article. Each cue in a sentence yields at most one attribution, by its position:
leading (Ruiz said that …), trailing (…, Ruiz said), inverted (…, said Ruiz), inside (Rents, he said, will rise),
coordinated (… and warned that …) or participial (…, adding that …). Then split quotations are joined, quotations
without a cue of their own go to the last source, and attributions inside another's content are marked as nested.
"""

from __future__ import annotations

from itertools import islice
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from .clauses import (
    FINITE,
    QUOTED,
    Sentence,
    is_clause_start,
    last_mark,
    noun_phrase_after,
    noun_phrase_before,
    skip_circumstances,
    split_sentences,
    subject_before,
)
from .confidence import Rates, context_key, read_rates
from .lexicon import (
    ANY_OWNER,
    ANY_SOURCE,
    CueEntry,
    CueForm,
    CueLexicon,
    CueMatch,
    WordLists,
    read_cues,
    read_word_lists,
)
from .marks import Quotation, find_quotations
from .types import Attribution, QuoteKind, TextSpan, make_attribution, text_hash
from .words import find_paragraphs, read_words

RULES_VERSION = "rules-1"

# How far a quotation without cue or source may stand from the attribution whose speaker it continues. PolNeAR's
# carried speakers stand in the same or the next paragraph in nearly all cases.
MAX_CARRY_PARAGRAPHS = 1
# A frame whose cue is this weak by our own judgement is not tried.
MIN_RATE = 0.15
# Findings that are right more rarely than this are left out. Relaxed F1 on PolNeAR train is flat between .25 and .45;
# the upper end gives the fewer false alarms.
MIN_CONFIDENCE = 0.4
# Inside another's content only clear reports count: "to invade" in "says it is ready to invade" does not.
MIN_NESTED_CONFIDENCE = 0.6
MIN_FLOATING_CHARACTERS = 25
LONG_QUOTE_WORDS = 4


@dataclass(slots=True)
class _Found:
    """An attribution in the making; spans are characters."""

    content: list[tuple[int, int]]
    cue: list[tuple[int, int]]
    source: list[tuple[int, int]]
    confidence: float
    why: list[str]
    sentence: int
    paragraph: int
    quotes: list[Quotation] = field(default_factory=list)
    leading: bool = False
    floating: bool = False

    @property
    def start(self) -> int:
        return self.content[0][0]

    @property
    def end(self) -> int:
        return self.content[-1][1]


class RuleEngine:
    """Finds attributions in a text; holds the lexicon and nothing about any text."""

    def __init__(
        self,
        cues: CueLexicon | None = None,
        words: WordLists | None = None,
        *,
        rates: Rates | None = None,
        min_rate: float = MIN_RATE,
        min_confidence: float = MIN_CONFIDENCE,
        min_nested_confidence: float = MIN_NESTED_CONFIDENCE,
    ) -> None:
        self.min_confidence = min_confidence
        self.min_nested_confidence = min_nested_confidence
        # Counting rates needs the engine before there are any.
        self.rates = read_rates() if rates is None and min_confidence > 0 else rates
        self.cues = cues or read_cues()
        self.words = words or read_word_lists()
        self.min_rate = min_rate
        self._hearers = self.words.hearers
        self._plain, self._around = _split_forms(self.cues)
        self._hot = frozenset(self._plain).union(self._around)

    # ------------------------------------------------------------------------------------------------------- driver

    def find(
        self, text: str, *, article_id: str, masks: Sequence[tuple[int, int]] = (), text_sha256: str | None = None
    ) -> list[Attribution]:
        """Return the attributions of `text` in text order, speakers not yet resolved.

        `masks` are half-open ranges (boilerplate) that no span may touch. Same text, same answer; any text is answered.
        """
        paragraphs = find_paragraphs(text, masks)
        quotations = [q for q in find_quotations(text, paragraphs) if q.depth == 0]
        sentences: list[Sentence] = []
        next_quote = total = 0
        for number, (begin, end) in enumerate(paragraphs):
            while next_quote < len(quotations) and quotations[next_quote].end <= begin:
                next_quote += 1
            inside = []
            for q in islice(quotations, next_quote, None):
                if q.start >= end:
                    break
                inside.append(q)
            fresh, total = split_sentences(
                read_words(text, begin, end),
                inside,
                self.words.abbreviations,
                hot=self._hot,
                text=text,
                paragraph=number,
                number=total,
            )
            sentences.extend(fresh)
        found = [item for index, s in enumerate(sentences) for item in self._find_in_sentence(s, index, text)]
        found = self._settle(found, sentences, text)
        return self._finish(found, text, article_id, text_sha256 or text_hash(text))

    # ----------------------------------------------------------------------------------------------------- sentence

    def _find_in_sentence(self, s: Sentence, number: int, text: str) -> Iterator[_Found]:
        matches = self._match_cues(s)
        if not matches:
            return
        earlier: list[_Found] = []
        taken_until = -1
        cue_starts = {m.start: m for m in matches}
        for match in matches:
            if match.start < taken_until:
                continue
            entry = match.form.entry
            previous = _outermost_before(earlier, s.starts[match.start])
            if entry.pos in ("verb", "phrase"):
                item = self._verb(s, match, number, text, previous, cue_starts)
            elif entry.pos == "prep":
                item = self._preposition(s, match, number, text)
            elif entry.pos == "adj":
                item = self._adjective(s, match, number, text, cue_starts)
            elif entry.pos == "noun":
                item = self._noun(s, match, number, text, cue_starts)
            else:
                item = None
            if item is not None:
                taken_until = match.end
                earlier.append(item)
                yield item

    def _match_cues(self, s: Sentence) -> list[CueMatch]:
        """Return the cues of the sentence in order, at most one for each word."""
        low, hot = s.low, self._hot
        hits = [i for i, word in enumerate(low) if word in hot]
        if not hits:
            return []
        matches: list[CueMatch] = []
        plain, around = self._plain, self._around
        present: frozenset[str] | None = None
        for i in hits:
            word = low[i]
            best: CueMatch | None = None
            for form in plain.get(word, ()):  # longest first
                length = len(form.words)
                if best is not None and i + length < best.end:
                    break
                if length == 1 or tuple(low[i : i + length]) == form.words:
                    match = CueMatch(form, i, i + length)
                    if best is None:
                        best = match
                    elif form.entry is not best.form.entry:
                        best = self._prefer(s, best, match)
            if word in around:
                present = present or frozenset(low)
                if not around[word].isdisjoint(present):
                    for match in self.cues.find_at(low, i):
                        if match.source is not None and (best is None or match.end > best.end):
                            best = match
                            break
            if best is not None:
                matches.append(best)
        return matches

    def _prefer(self, s: Sentence, one: CueMatch, other: CueMatch) -> CueMatch:
        """Return the verb reading where a verb can stand, the noun's otherwise (the claim that, they claim that)."""
        verbal = s.tag[one.start] in "VG" or (s.tag[one.start] == "N" and not self._noun_place(s, one.start))
        for match in (one, other):
            if (match.form.entry.pos in ("verb", "phrase")) == verbal:
                return match
        return one

    @staticmethod
    def _noun_place(s: Sentence, i: int) -> bool:
        """Return whether unit `i` stands where only a noun does: behind a determiner, possessive or preposition."""
        if i == 0:
            return False
        return s.tag[i - 1] in "DP" or s.low[i - 1][-2:] in ("'s", "s'")

    # -------------------------------------------------------------------------------------------------------- verbs

    def _verb(
        self,
        s: Sentence,
        match: CueMatch,
        number: int,
        text: str,
        previous: _Found | None,
        cue_starts: dict[int, CueMatch],
    ) -> _Found | None:
        entry, tag, c = match.form.entry, match.form.tag, match.start
        after = match.end
        if self._noun_place(s, c) and tag != "ing":
            return None
        if s.cap[c] and c > 0 and s.tag[c] == "N" and s.tag[c - 1] == "N":
            return None
        group, negated, passive, perfect, infinitive = self._verb_group(s, c)
        low, tags = s.low, s.tag
        n = len(s)
        if tag == "part" and not (passive or perfect):
            # said/told/warned are past and participle alike; a clear participle (written, shown) needs its auxiliary.
            past_too = any(
                f.tag == "past" and f.entry is entry and f.words == match.form.words
                for f in self.cues.forms[match.form.words[0]]
            )
            if not past_too:
                return None
        if infinitive and not entry.has("that") and not entry.has("quote"):
            return None
        if tag == "ing" and not (group < c and tags[c - 1] in "BA" and any(tags[x] == "B" for x in range(group, c))):
            return self._participle(s, match, number, text, previous, group, cue_starts)
        if passive:
            return self._passive(s, match, number, text, group, cue_starts)

        k = group - 1
        cue_spans = self._cue_span(s, match, group, negated)
        # Inverted: "...," said Ruiz / ..., said Ruiz.
        if (
            group == c
            and k >= 0
            and (tags[k] in QUOTED or (tags[k] == "," and k > 0))
            and tag in ("past", "s", "part", "base")
        ):
            inverted = self._inverted(s, match, number, text, k, cue_spans)
            if inverted is not None:
                return inverted
        subject: tuple[int, int] | None = None
        shared: list[tuple[int, int]] | None = None
        if k < 0:
            return None
        if low[k] in ("and", "but", "or", "then"):
            if tags[k - 1] == "V" and k - 1 in cue_starts:
                subject = subject_before(s, self._verb_group(s, k - 1)[0])  # denies and calls
            elif previous is None:
                subject = self._clause_subject(s, k, cue_starts)
            else:
                shared = previous.source
            if subject is None and not shared:
                return None
        elif tags[k] == "R" and low[k] in ("who", "which", "that"):
            subject = self._antecedent(s, k)
            if subject is None:
                return None
        else:
            subject = subject_before(s, group)
            if (
                infinitive
                and group == c
                and entry.has("that")
                and entry.strength >= 0.8
                and after < n
                and low[after] == "that"
            ):
                subject = self._clause_subject(s, group, cue_starts)  # went to great lengths to insist that
            if subject is None or not self._plausible_subject(
                s, match, subject, cue_starts, bare=group == c, infinitive=infinitive
            ):
                return None
        if (
            subject is not None
            and subject[0] > 2
            and low[subject[0] - 1] in ("how", "what")
            and tags[subject[0] - 2] == "B"
            and tags[subject[0] - 3] in QUOTED
        ):
            # “A disgrace” was how the ministry described relations
            q = subject[0] - 3
            return _Found(
                [(s.starts[q], s.ends[q])],
                cue_spans,
                [self._trim_source(s, *subject)],
                entry.strength,
                [f"cue.{entry.id.removeprefix('cue.')}", "frame.how"],
                number,
                s.paragraph,
                [s.quotes[q]],
            )  # type: ignore[list-item]
        if entry.has("quoted-as"):
            quoted = self._quoted_as(s, match, number, text, cue_starts)
            if quoted is not None:
                return quoted
        frame = self._right_side(s, match, after, passive=False)
        why = [f"cue.{entry.id.removeprefix('cue.')}"]
        if subject is not None:
            first, last = subject
            source = [self._trim_source(s, first, last)]
            trailing = self._trailing(s, match, number, text, first, after, cue_spans, source, why)
            if trailing is not None:
                return trailing
        else:
            source = list(shared or [])
        if frame is None:
            return None
        subordinate = subject is not None and subject[0] > 0 and self._is_subordinate(s, subject[0] - 1)
        return self._leading(
            s, frame, number, text, cue_spans, source, why, entry, cue_starts, c, subordinate=subordinate
        )

    @staticmethod
    def _is_subordinate(s: Sentence, k: int) -> bool:
        """Return whether unit `k` opens a subordinate clause that stands before its main clause: While Ruiz said …, …"""
        word = s.low[k]
        opens = s.tag[k] == "J" or word in ("after", "before", "until", "when", "although", "though")
        return opens and word != "that" and (k == 0 or s.tag[k - 1] in ",C" or s.low[k - 1] == "even")

    def _plausible_subject(
        self,
        s: Sentence,
        match: CueMatch,
        subject: tuple[int, int],
        cue_starts: dict[int, CueMatch],
        *,
        bare: bool,
        infinitive: bool,
    ) -> bool:
        """Return whether the phrase can be the subject of this form of the cue."""
        first, last = subject
        low, tags = s.low, s.tag
        tag, sense = match.form.tag, match.form.entry.sense
        head = low[last]
        if first == last and tags[first] == "S":
            if head in ("you", "you're", "you'd", "there") or (infinitive and head.startswith("it")):
                return False
            if sense in _INNER_SENSES and head in ("we", "i", "one", "it", "it's"):
                return False
            if tag == "base" and bare:
                return head in ("i", "we", "they")
            return True
        if (
            bare
            and tag == "base"
            and not (head[-1:] == "s" or head in _PLURALS or any(low[x] in ("and", "&") for x in range(first, last)))
        ):
            return False  # the state [representative], a debate [moderator]
        if (
            bare
            and tag == "s"
            and (head.isdigit() or (head[-1:] == "s" and not s.cap[last] and head[-2:] not in ("ss", "us", "'s")))
        ):
            return False  # 30 states, sales calls
        if bare and tag in ("past", "part") and first > 0 and not is_clause_start(s, first):
            # "shared a list called": a reduced relative clause, unless the verb before it takes a bare clause.
            return tags[first - 1] in "VG" and (first - 1) in cue_starts
        return True

    def _verb_group(self, s: Sentence, c: int) -> tuple[int, bool, bool, bool, bool]:
        """Return (first unit of the verb group, negated, passive, perfect, infinitive) for the cue at unit `c`."""
        tags, low = s.tag, s.low
        k = c - 1
        negated = passive = perfect = infinitive = False
        direct_aux = True
        while k >= 0:
            t, w = tags[k], low[k]
            if t == "A":
                negated = negated or w in ("not", "never", "n't")
                k -= 1
            elif t == "B":
                if direct_aux:
                    passive = True
                direct_aux = False
                k -= 1
            elif t in "HUM":
                if t == "H":
                    perfect = True
                if w.endswith("n't") or w == "cannot":
                    negated = True
                direct_aux = False
                k -= 1
            elif t == "t" and k > 0:
                infinitive = True
                direct_aux = False
                if tags[k - 1] in "VAG" or (tags[k - 1] == "N" and k > 1 and tags[k - 2] in "BA"):
                    k -= 2  # went on to say, was expected to announce, declined to say
                elif tags[k - 1] in "BH":
                    k -= 1
                else:
                    break
            else:
                break
        return k + 1, negated, passive, perfect, infinitive

    @staticmethod
    def _cue_span(s: Sentence, match: CueMatch, group: int, negated: bool) -> list[tuple[int, int]]:
        first = match.start
        if negated:
            first = group
            while first < match.start and s.tag[first] == "A" and s.low[first] not in ("not", "never"):
                first += 1
        return [(s.starts[first], s.ends[match.end - 1])]

    @staticmethod
    def _trim_source(s: Sentence, first: int, last: int) -> tuple[int, int]:
        while first < last and (s.tag[first] in "ACJ" or s.tag[first] == "T"):
            first += 1
        return s.starts[first], s.ends[last]

    def _antecedent(self, s: Sentence, k: int) -> tuple[int, int] | None:
        """Return the noun phrase that the relative pronoun at unit `k` stands for."""
        if k > 0 and s.tag[k - 1] == ",":
            k -= 1
        first = noun_phrase_before(s, k - 1)
        return None if first is None or k - 1 < 0 else (first, k - 1)

    def _clause_subject(self, s: Sentence, k: int, cue_starts: dict[int, CueMatch]) -> tuple[int, int] | None:
        """Return the subject of the clause that a coordinator at unit `k` continues: X signed it and said that."""
        verb = None
        for x in range(k):
            if s.tag[x] in FINITE and (x == 0 or s.tag[x - 1] not in "RtJ"):
                found = subject_before(s, x)
                if found is not None and is_clause_start(s, found[0]):
                    verb = found
                    break
        return verb

    # ------------------------------------------------------------------------------------------- right of the cue

    def _right_side(self, s: Sentence, match: CueMatch, after: int, *, passive: bool) -> tuple[str, int, int] | None:
        """Return (frame, first unit of the content, end of the cue) for what follows the cue, or None."""
        entry = match.form.entry
        tags, low, n = s.tag, s.low, len(s)
        k = after
        if k >= n:
            return None
        has = entry.frames

        def ok(frame: str) -> bool:
            return frame in has and self._rate(entry, frame) >= self.min_rate

        # adverbs right behind the verb
        while k < n and tags[k] == "A" and low[k] not in ("not", "so", "how"):
            k += 1
        if k >= n:
            return None
        if k > after and tags[k] in "NG" and tags[k - 1] == "A" and low[k - 1][-2:] == "ly" and ok("np"):
            return "np", k - 1, after  # demands legally binding assurances
        opened = self._opens_content(s, k, ok, entry)
        if opened is not None:
            return opened
        # Hearer: told reporters that, warned Russia that.
        obj = any(f in has for f in ("obj-that", "obj-wh", "obj-inf", "obj-about"))
        if obj and not passive:
            end = self._hearer_end(s, k)
            if end is not None:
                j = skip_circumstances(s, end, clause_may_follow=True)
                for at in dict.fromkeys((end, j, skip_circumstances(s, end))):
                    if at >= n:
                        continue
                    if ok("obj-that") and low[at] == "that" and at + 1 < n:
                        return "obj-that", at + 1, after
                    if tags[at] in QUOTED or (
                        tags[at] in ",;" and at + 1 < n and tags[at + 1] in QUOTED and low[at] in ",:"
                    ):
                        return "quote", at if tags[at] in QUOTED else at + 1, after
                    if low[at] == ":" and at + 1 < n:
                        return "quote", at + 1, after
                    if ok("obj-wh") and (tags[at] == "W" or low[at] in ("if", "whether")):
                        return "obj-wh", at, after
                    if ok("obj-inf") and low[at] == "to" and at + 1 < n and tags[at + 1] not in "D":
                        start = (
                            k
                            if (entry.sense in ("want", "order", "ask") and tags[k] not in "" and "inf" in has)
                            or entry.sense == "want"
                            else at
                        )
                        return "obj-inf", start, after
                    if ok("obj-inf") and low[at] == "not" and at + 1 < n and low[at + 1] == "to":
                        return "obj-inf", at, after
                    if ok("obj-about") and low[at] in ("about", "of"):
                        return "obj-about", at + 1, after
                    if ok("obj-that") and (
                        self._clause_at(s, at) or (tags[at] in "NS" and at + 1 < n and tags[at + 1] in QUOTED)
                    ):
                        return "obj-that", at, after
        # Circumstances: said on Monday that, said in a statement: "..."
        j = skip_circumstances(s, k, clause_may_follow=False)
        if j > k and j < n:
            opened = self._opens_content(s, j, ok, entry, strict=True)
            if opened is not None:
                return opened
        j = skip_circumstances(s, k, clause_may_follow=True)
        if k < j < n:
            if tags[j] == "," and j + 1 < n and low[j + 1] == "that":
                j += 1
            if ok("clause") and self._clause_at(s, j):
                return "clause", j, after
            if ok("np") and tags[j] in "DNQqO" and "np" in has and j < n:
                return "np", j, after
        if tags[k] in ",;" and low[k] != ":" and k + 1 < n and low[k + 1] not in ("that",):
            # said, in short, that / said, citing the report, that / said - on Monday - that
            close = next((x for x in range(k + 1, min(n, k + 14)) if low[x] == low[k]), None)
            if close is not None and close + 1 < n:
                if low[close + 1] == "that" and ok("that"):
                    return "that", close + 2, after
                if tags[close + 1] in QUOTED and ok("quote"):
                    return "quote", close + 1, after
        return self._objects(s, k, after, ok, entry)

    def _opens_content(
        self, s: Sentence, k: int, ok, entry: CueEntry, strict: bool = False
    ) -> tuple[str, int, int] | None:  # type: ignore[no-untyped-def]
        tags, low, n = s.tag, s.low, len(s)
        w = low[k]
        if w == "that" and k + 1 < n and (ok("that") or ok("obj-that") or ok("to-obj-that")):
            # "concern over a plan that would": a relative pronoun
            if not strict or tags[k + 1] not in FINITE:
                return "that", k + 1, k
        if w in (":",) and k + 1 < n and (ok("quote") or ok("that")):
            return "quote", k + 1, k
        if tags[k] == "," and k + 1 < n and tags[k + 1] in QUOTED and ok("quote"):
            return "quote", k + 1, k
        if tags[k] in QUOTED and (ok("quote") or ok("that") or ok("np")):
            return "quote", k, k
        if (tags[k] == "W" or w in ("if", "whether")) and ok("wh") and w not in ("when",):
            return "wh", k, k
        if w == "to" and k + 1 < n and tags[k + 1] not in "DNQq," and ok("inf"):
            return "inf", k, k
        if w == "not" and k + 1 < n and low[k + 1] == "to" and ok("inf"):
            return "inf", k, k
        for frame, prepositions in _PREPOSITION_FRAMES:
            if w in prepositions and ok(frame) and k + 1 < n:
                return frame, k + 1, k + 1
        if w == "as" and k + 1 < n and ok("as") and not strict:
            return "as", k + 1, k  # what it describes as
        if tags[k] == "G" and ok("ing"):
            return "ing", k, k
        if ok("clause") and not strict and self._clause_at(s, k):
            return "clause", k, k
        if strict and ok("clause") and tags[k] == "S":
            return "clause", k, k
        return None

    def _objects(self, s: Sentence, k: int, after: int, ok, entry: CueEntry) -> tuple[str, int, int] | None:  # type: ignore[no-untyped-def]
        """Frames whose content begins with the object: accuse X of, describe X as, call X Y, reject X, X as saying."""
        tags, low, n = s.tag, s.low, len(s)
        determiner = low[k] in ("that", "what", "how")
        if tags[k] not in "DNQqOSG" and not determiner:
            return None
        limit = min(n, k + 25)
        for frame, markers in (("of", ("of",)), ("as", ("as",)), ("obj-for", ("for",))):
            if ok(frame):
                for x in range(k + 1, limit):
                    if low[x] in markers:
                        return frame, k, after
                    if tags[x] in ".;" or tags[x] in "R":
                        break
        if ok("obj-comp") and (tags[k] in "DNQqOS" or determiner):
            return "obj-comp", k, after
        if ok("np"):
            return "np", k, after
        return None

    def _hearer_end(self, s: Sentence, k: int) -> int | None:
        tags, low, n = s.tag, s.low, len(s)
        if k >= n:
            return None
        if tags[k] in "O":
            return k + 1
        if tags[k] == "S":
            return k + 1 if low[k] in ("you", "it") else None
        if tags[k] == "D" and low[k] == "her":
            return k + 1 if k + 1 < n and tags[k + 1] not in "N" else noun_phrase_after(s, k, hearer=True)
        if tags[k] not in "DN":
            return None
        end = noun_phrase_after(s, k, hearer=True)
        if end is None:
            return None
        # reporters and editors, the BBC and CNN
        if end + 1 < n and low[end] in ("and", "or") and tags[end + 1] in "DN":
            more = noun_phrase_after(s, end + 1, hearer=True)
            if more is not None and (more >= n or tags[more] not in FINITE):
                end = more
        return end

    @staticmethod
    def _clause_at(s: Sentence, k: int) -> bool:
        """Return whether a finite clause (subject, then verb) begins at unit `k`."""
        tags, low, n = s.tag, s.low, len(s)
        if k >= n:
            return False
        if tags[k] == "S":
            return True
        if low[k] in ("if", "unless", "although", "when", "while", "because", "despite") and k + 2 < n:
            return True
        if tags[k] == "O" or tags[k] in QUOTED:
            return False
        if tags[k] not in "DNJ" and tags[k] not in "T":
            return False
        x = k
        limit = min(n, k + 16)
        while x < limit:
            t = tags[x]
            if t in FINITE and x > k:
                return not (t == "V" and low[x][-3:] == "ing")
            if t == "," and x > k and tags[x - 1] == "N":
                # One insertion: the ministers, meeting in Lima, agreed
                close = next((y for y in range(x + 1, min(n, x + 14)) if tags[y] in ",.;"), n)
                return close + 1 < n and tags[close] == "," and tags[close + 1] in FINITE
            if t in ".;RC," and not (t == "C" and low[x] in ("and", "or")):
                return False
            x += 1
        return False

    def _rate(self, entry: CueEntry, frame: str) -> float:
        rate = entry.rates.get(frame)
        return entry.strength if rate is None else rate

    # ------------------------------------------------------------------------------------------------- positions

    def _leading(
        self,
        s: Sentence,
        frame: tuple[str, int, int],
        number: int,
        text: str,
        cue_spans: list[tuple[int, int]],
        source: list[tuple[int, int]],
        why: list[str],
        entry: CueEntry,
        cue_starts: dict[int, CueMatch],
        c: int,
        *,
        subordinate: bool = False,
    ) -> _Found | None:
        name, k, cue_end = frame
        while k < len(s) - 1 and s.tag[k] == ",":
            k += 1  # said that, in short, rents
        if name in _PREPOSITION_NAMES and cue_end == k and k > 0:
            # called for: the preposition belongs to the cue
            cue_spans = [*cue_spans[:-1], (cue_spans[-1][0], max(cue_spans[-1][1], s.ends[k - 1]))]
        n = len(s)
        if k >= n:
            return None
        if name == "quote":
            end = self._quote_end(s, k, text, cue_starts)
        else:
            end = self._clause_end(s, k, name, cue_starts, text)
        if subordinate:
            comma = next((x for x in range(k + 1, end) if s.tag[x] == ","), end)
            end = comma
        if end <= k:
            return None
        content = (s.starts[k], s.ends[end - 1])
        if content[1] <= content[0]:
            return None
        quotes = [q for q in s.quotes[k:end] if q is not None]
        rate = self._rate(entry, name)
        if quotes and name in ("that", "clause", "np", "obj-comp", "as", "of"):
            rate = max(rate, min(0.95, rate + 0.1))
        return _Found(
            [content],
            cue_spans,
            source,
            rate if source else rate * 0.8,
            [*why, f"frame.{name}"],
            number,
            s.paragraph,
            quotes,
            leading=True,
        )

    def _quote_end(self, s: Sentence, k: int, text: str, cue_starts: dict[int, CueMatch]) -> int:
        n = len(s)
        if s.tag[k] not in QUOTED:
            return self._clause_end(s, k, "that", cue_starts, text)
        x = k + 1
        if x >= n or s.tag[x] == ".":
            return x
        mark = last_mark(text, s.starts[k], s.ends[k])
        if mark in ".!?":
            return x
        # said “X” to Y / said “X” and “Y”
        return self._clause_end(s, k, "quote", cue_starts, text)

    def _clause_end(self, s: Sentence, k: int, frame: str, cue_starts: dict[int, CueMatch], text: str) -> int:
        """Return the unit behind the content that begins at unit `k`: where the reported clause ends."""
        tags, low, n = s.tag, s.low, len(s)
        nominal = frame not in _CLAUSE_FRAMES or frame == "quote"
        x = k + 1
        end = n
        while x < n:
            t, w = tags[x], low[x]
            if t == "." and x >= n - 2:
                end = x
                break
            if (
                t == "Q"
                and x + 1 < n
                and last_mark(text, s.starts[x], s.ends[x]) in ",?!"
                and self._closing_attribution(s, x + 1, cue_starts)
            ):
                end = x + 1
                break
            if t == ";" and w in (";", "—", "–", "--", "-") and x > k + 1:
                if w == ";" or (s.starts[x] > s.ends[x - 1] and nominal):
                    end = x
                    break
            if t == "," and x + 1 < n:
                closes = tags[x + 1] in "BHMU" and not any(tags[y] == "," for y in range(k, x))
                if closes or self._stops_after_comma(s, k, x, nominal, cue_starts):
                    end = x
                    break
            elif w in ("and", "but", "while") and x + 1 < n:
                y = x + 1
                while y < n and (tags[y] == "A" or (nominal and tags[y] in "HBM")):
                    y += 1
                if y < n and tags[y] == "V" and self._reports(cue_starts, y, nominal) and self._agrees(s, y):
                    end = x
                    break
            x += 1
        while end > k + 1 and (low[end - 1] in _TRAILING or low[end - 1] in ("and", "but")):
            end -= 1
        return end

    @staticmethod
    def _reports(cue_starts: dict[int, CueMatch], y: int, nominal: bool) -> bool:
        """Return whether the verb at unit `y` opens a report of its own; inside a clause only a verb of saying does."""
        match = cue_starts.get(y)
        if match is None:
            return False
        entry = match.form.entry
        return nominal or (
            (entry.has("that") or entry.has("obj-that")) and entry.sense not in _INNER_SENSES and entry.strength >= 0.7
        )

    def _agrees(self, s: Sentence, y: int) -> bool:
        return s.low[y][-1] in "sd" or s.low[y] in ("told", "wrote", "said")

    def _stops_after_comma(
        self, s: Sentence, begin: int, x: int, nominal: bool, cue_starts: dict[int, CueMatch]
    ) -> bool:
        tags, low, n = s.tag, s.low, len(s)
        y = x + 1
        w = low[y]
        if tags[y] == "G" and (y in cue_starts or nominal):
            return True
        if w in ("and", "but", "while", "though", "although", "whereas", "yet"):
            z = y + 1
            while z < n and tags[z] == "A":
                z += 1
            if z >= n:
                return False
            if tags[z] in "VG" and self._reports(cue_starts, z, nominal):
                return True
            if low[z] == "that":
                return False
            if w in ("while", "though", "although", "whereas"):
                return True
            if w == "but":
                return nominal or tags[z] == "S" or self._has_cue_with_subject(s, z, cue_starts)
            return (nominal and tags[z] in "SHB") or self._has_cue_with_subject(s, z, cue_starts)
        if w == "even" and y + 1 < n and low[y + 1] in ("though", "as", "if"):
            return True
        if w in ("which", "who", "where"):
            return nominal
        if tags[y] == "V" and self._reports(cue_starts, y, nominal):
            return True
        if w == "according":
            return True
        if w == "as" and y + 1 < n and self._clause_at(s, y + 1):
            return True
        # ", Ruiz said": another cue with its subject closes the sentence.
        return self._complete(s, begin, x - 1) and self._closing_attribution(s, y, cue_starts)

    def _has_cue_with_subject(self, s: Sentence, y: int, cue_starts: dict[int, CueMatch]) -> bool:
        if y < len(s) and s.tag[y] in "PT":
            y = skip_circumstances(s, y)  # and on Thursday, Ruiz said
            if y < len(s) and s.tag[y] == ",":
                y += 1
        for z in range(y, min(len(s), y + 9)):
            if z in cue_starts and s.tag[z] == "V":
                found = subject_before(s, self._verb_group(s, z)[0], floor=y)
                return found is not None and found[0] == y
            if s.tag[z] in ",.;Qq":
                return False
        return False

    def _closing_attribution(self, s: Sentence, y: int, cue_starts: dict[int, CueMatch]) -> bool:
        for z in range(y, min(len(s), y + 9)):
            if s.tag[z] == "V" and self._reports(cue_starts, z, False):
                found = subject_before(s, self._verb_group(s, z)[0], floor=y)
                if found is None or found[0] != y:
                    return False
                rest = skip_circumstances(s, z + 1)
                return rest >= len(s) or s.tag[rest] in ".,"
            if s.tag[z] in ",.;QqCR":
                return False
        return False

    def _trailing(
        self,
        s: Sentence,
        match: CueMatch,
        number: int,
        text: str,
        first: int,
        after: int,
        cue_spans: list[tuple[int, int]],
        source: list[tuple[int, int]],
        why: list[str],
    ) -> _Found | None:
        """Content left of its source and cue: "...," Ruiz said. / Rents will rise, Ruiz said / Rents, he said, will rise."""
        entry = match.form.entry
        if not (entry.has("quote") or entry.has("clause") or entry.has("that")):
            return None
        tags, low, n = s.tag, s.low, len(s)
        k = first - 1
        if k < 0:
            return None
        if low[k] == "as" and after < n and tags[after] == "," and (k == 0 or tags[k - 1] in ",.CA"):
            return self._as_said(s, number, k, after, cue_spans, source, why, entry)
        if low[k] == "as" and k > 0 and tags[k - 1] == ",":
            k -= 1  # rents will rise, as Ruiz said
        dash = low[k] in ("—", "–", "-", "--")
        if not (tags[k] in "Qq," or dash):
            return None
        if tags[k] == "," or dash:
            k -= 1
        if k < 0:
            return None
        quoted = tags[k] in QUOTED
        if not quoted and not (entry.has("that") or entry.has("clause")):
            return None
        # What follows must close the attribution: hearer, time, place, then a mark or the end.
        j = after
        if any(f.startswith("obj") for f in entry.frames):
            hearer = self._hearer_end(s, j)
            if hearer is not None:
                j = hearer
        j = skip_circumstances(s, j)
        if (
            not quoted
            and j + 1 < n
            and tags[j] in ",;"
            and (low[j] == ":" or (tags[j + 1] in QUOTED and self._complete(s, 0, k) and tags[0] not in "JW"))
        ):
            return None  # Asked about rents, Ruiz said, "..."
        closes = (
            j >= n
            or tags[j] in ",.;"
            or (tags[j] == "G" and j > after)
            or low[j] in ("as", "when", "while", "and", "but", "after", "before", "who", "where", "because")
        )
        if not closes and (not quoted or low[j] in ("that", ":") or tags[k] == "q"):
            return None
        if j < n and low[j] == ":":
            return None
        if not quoted and j < n and tags[j] not in ",.;":
            return None
        return self._left_content(s, number, text, k, quoted, j, cue_spans, source, why, entry)

    def _as_said(
        self,
        s: Sentence,
        number: int,
        k: int,
        after: int,
        cue_spans: list[tuple[int, int]],
        source: list[tuple[int, int]],
        why: list[str],
        entry: CueEntry,
    ) -> _Found | None:
        """As Ruiz said, rents will rise."""
        begin, end = after + 1, len(s)
        while end > begin and s.low[end - 1] in _TRAILING:
            end -= 1
        if end - begin < 3 or not self._complete(s, begin, end - 1):
            return None
        rate = max((self._rate(entry, f) for f in ("that", "clause") if entry.has(f)), default=entry.strength)
        return _Found(
            [(s.starts[begin], s.ends[end - 1])],
            cue_spans,
            source,
            rate,
            [*why, "position.leading"],
            number,
            s.paragraph,
            [q for q in s.quotes[begin:end] if q is not None],
            leading=True,
        )

    def _left_content(
        self,
        s: Sentence,
        number: int,
        text: str,
        k: int,
        quoted: bool,
        j: int,
        cue_spans: list[tuple[int, int]],
        source: list[tuple[int, int]],
        why: list[str],
        entry: CueEntry,
    ) -> _Found | None:
        tags, low, n = s.tag, s.low, len(s)
        begin = self._content_begin(s, k, quoted)
        if begin is None:
            return None
        pieces = [(s.starts[begin], s.ends[k])]
        quotes = [q for q in s.quotes[begin : k + 1] if q is not None]
        why = [*why, "position.trailing"]
        # "A," X said, "B."  /  Rents, he said, will rise.
        if j < n and tags[j] == ",":
            j += 1
        elif j < n and tags[j] == ";" and low[j] == ":":
            j += 1
        elif j < n and tags[j] not in QUOTED:
            j = n
        if j < n and tags[j] in QUOTED and j > 0 and (quoted or tags[j - 1] == ","):
            end = j + 1
            pieces.append((s.starts[j], s.ends[end - 1]))
            quotes.append(s.quotes[j])  # type: ignore[arg-type]
            why.append("split")
        elif (
            j < n
            and not quoted
            and low[j] not in ("but", "and", "while", "who", "which", "though", "although", "as", "adding", "according")
            and tags[j] not in "G"
        ):
            end = n
            while end > j and low[end - 1] in _TRAILING:
                end -= 1
            if end > j:
                if self._is_time(s, begin, k):
                    pieces, quotes = [], []  # Six months ago, Ruiz said, rents rose.
                pieces.append((s.starts[j], s.ends[end - 1]))
                quotes.extend(q for q in s.quotes[j:end] if q is not None)
                why[-1] = "position.inside"
        rate = max((self._rate(entry, f) for f in ("quote", "clause", "that") if entry.has(f)), default=entry.strength)
        return _Found(pieces, cue_spans, source, rate, why, number, s.paragraph, quotes)

    @staticmethod
    def _is_time(s: Sentence, begin: int, k: int) -> bool:
        return (
            k - begin < 5
            and any(s.tag[x] == "T" or s.low[x] in ("ago", "later", "earlier") for x in range(begin, k + 1))
            and not any(s.tag[x] in FINITE for x in range(begin, k + 1))
        )

    def _complete(self, s: Sentence, begin: int, k: int) -> bool:
        """Return whether units `begin` to `k` hold a finite verb, so that the clause needs nothing after them."""
        return any(s.tag[x] in FINITE for x in range(begin, k + 1))

    def _content_begin(self, s: Sentence, k: int, quoted: bool) -> int | None:
        begin = 0
        tags, low = s.tag, s.low
        if quoted:
            # Only the quotation, unless words before it belong to the reported clause.
            b = k
            while b > 0 and tags[b - 1] not in ".":
                b -= 1
            begin = b
            if b < k:
                if low[k - 1] == ":":
                    begin = k  # He named two: "...," he said
        while begin < k and tags[begin] in ",;.":
            begin += 1
        return begin if begin <= k else None

    def _inverted(
        self, s: Sentence, match: CueMatch, number: int, text: str, k: int, cue_spans: list[tuple[int, int]]
    ) -> _Found | None:
        """ "...," said Ruiz, a nurse. / Rents will rise, said Ruiz on Monday."""
        entry = match.form.entry
        if not (entry.has("quote")):
            return None
        tags, low, n = s.tag, s.low, len(s)
        after = match.end
        while after < n and tags[after] == "A":
            after += 1
        if after >= n or tags[after] not in "DNSO":
            return None
        if tags[after] == "O" or (tags[after] == "S" and low[after] in ("it",)):
            return None
        end = noun_phrase_after(s, after)
        if end is None:
            return None
        quoted = tags[k] in QUOTED or (k > 0 and tags[k] == "," and tags[k - 1] in QUOTED)
        # An object, not a subject: "..., told reporters that" / "..., said the house would fall".
        if end < n and (tags[end] in FINITE or low[end] in ("that", "to")):
            return None
        if not quoted and end < n and tags[end] not in ",.;PTt" and low[end] not in ("who", "after", "as"):
            return None
        last = end - 1
        # appositive
        if end + 1 < n and tags[end] == "," and tags[end + 1] in "DN":
            close = next((x for x in range(end + 1, n) if tags[x] in ",.;"), n)
            inner = range(end + 1, close)
            if (
                close - end > 2
                and not any(tags[x] in FINITE for x in inner)
                and tags[end + 1] in "DN"
                and "Q" not in [tags[x] for x in inner]
            ):
                last = close - 1
        source = [self._trim_source(s, after, last)]
        kk = k - 1 if tags[k] == "," else k
        if kk < 0:
            return None
        if not quoted:
            # The left part must be a clause of its own, not an introduction: "On Monday, said ..."
            if not self._complete(s, 0, kk):
                return None
        j = skip_circumstances(s, last + 1)
        if j < n and tags[j] not in ",.;Qq":
            j2 = next((x for x in range(j, n) if tags[x] in ",.;Qq"), n)
            j = j2
        return self._left_content(
            s,
            number,
            text,
            kk,
            quoted,
            j,
            cue_spans,
            source,
            [f"cue.{entry.id.removeprefix('cue.')}", "inverted"],
            entry,
        )

    def _quoted_as(
        self, s: Sentence, match: CueMatch, number: int, text: str, cue_starts: dict[int, CueMatch]
    ) -> _Found | None:
        """CNN quoted an official as saying that …: the issuer is the source, not the channel."""
        end = noun_phrase_after(s, match.end)
        if end is None or end + 1 >= len(s) or s.low[end] != "as" or s.low[end + 1] not in _SAYING:
            return None
        k = end + 2
        if k < len(s) and (s.low[k] == "that" or s.tag[k] == ","):
            k += 1
        if k >= len(s):
            return None
        stop = self._clause_end(s, k, "that", cue_starts, text)
        cue_spans = [(s.starts[match.start], s.ends[match.start]), (s.starts[end + 1], s.ends[end + 1])]
        return _Found(
            [(s.starts[k], s.ends[stop - 1])],
            cue_spans,
            [self._trim_source(s, match.end, end - 1)],
            0.9,
            [f"cue.{match.form.entry.id.removeprefix('cue.')}", "frame.quoted-as"],
            number,
            s.paragraph,
            [q for q in s.quotes[k:stop] if q is not None],
            leading=True,
        )

    def _participle(
        self,
        s: Sentence,
        match: CueMatch,
        number: int,
        text: str,
        previous: _Found | None,
        group: int,
        cue_starts: dict[int, CueMatch],
    ) -> _Found | None:
        """..., adding that / saying: the source is that of the clause it hangs on."""
        c = match.start
        tags, low = s.tag, s.low
        k = c - 1
        while k >= 0 and tags[k] == "A":
            k -= 1
        entry = match.form.entry
        source: list[tuple[int, int]] | None = None
        if k < 0:
            # "Speaking of rents, Ruiz ..." at the sentence's start: the subject follows the comma.
            comma = next((x for x in range(c, len(s)) if tags[x] == ","), None)
            if comma is None or comma + 1 >= len(s):
                return None
            end = noun_phrase_after(s, comma + 1)
            if end is None or end >= len(s) or tags[end] not in FINITE | {"A"}:
                return None
            frame = self._right_side(s, match, match.end, passive=False)
            if frame is None or frame[1] >= comma or frame[0] in ("clause",):
                return None
            source = [self._trim_source(s, comma + 1, end - 1)]
            stop = comma
            content = (s.starts[frame[1]], s.ends[stop - 1])
            if content[1] <= content[0]:
                return None
            return _Found(
                [content],
                [(s.starts[c], s.ends[match.end - 1])],
                source,
                self._rate(entry, frame[0]) * 0.9,
                [f"cue.{entry.id.removeprefix('cue.')}", f"frame.{frame[0]}", "participle"],
                number,
                s.paragraph,
                [q for q in s.quotes[frame[1] : stop] if q is not None],
                leading=True,
            )
        if tags[k] not in ",CQq;" and tags[k] not in "NO":
            return None
        if previous is not None and previous.source:
            source = previous.source
        else:
            subject = self._clause_subject(s, k + 1, cue_starts)
            if subject is None:
                return None
            source = [self._trim_source(s, *subject)]
        frame = self._right_side(s, match, match.end, passive=False)
        if frame is None:
            return None
        if tags[k] in "NO" and frame[0] not in ("that", "quote", "obj-that"):
            return None
        if previous is None and frame[0] not in _CLAUSE_FRAMES and self._rate(entry, frame[0]) < 0.5:
            return None
        cue_spans = [(s.starts[c], s.ends[match.end - 1])]
        return self._leading(
            s,
            frame,
            number,
            text,
            cue_spans,
            source,
            [f"cue.{entry.id.removeprefix('cue.')}", "participle"],
            entry,
            cue_starts,
            c,
        )

    def _passive(
        self, s: Sentence, match: CueMatch, number: int, text: str, group: int, cue_starts: dict[int, CueMatch]
    ) -> _Found | None:
        """X was told that …; X was accused of … by Y; X was called “Y” by Z; X was quoted as saying …"""
        entry = match.form.entry
        tags, low, n = s.tag, s.low, len(s)
        c, after = match.start, match.end
        cue_spans = [(s.starts[c], s.ends[after - 1])]
        why = [f"cue.{entry.id.removeprefix('cue.')}", "passive"]
        k = after
        while k < n and tags[k] == "A":
            k += 1
        if entry.has("quoted-as") and k + 1 < n and low[k] == "as" and low[k + 1] in _SAYING:
            subject = subject_before(s, group)
            if subject is None:
                return None
            cue_spans = [(s.starts[c], s.ends[c]), (s.starts[k + 1], s.ends[k + 1])]
            k += 2
            if k < n and (low[k] == "that" or tags[k] == ","):
                k += 1
            if k >= n:
                return None
            end = self._clause_end(s, k, "that", cue_starts, text)
            return _Found(
                [(s.starts[k], s.ends[end - 1])],
                cue_spans,
                [self._trim_source(s, *subject)],
                0.9,
                [*why, "frame.quoted-as"],
                number,
                s.paragraph,
                [q for q in s.quotes[k:end] if q is not None],
                leading=True,
            )
        agent = next((x for x in range(k, min(n, k + 30)) if low[x] == "by" and tags[x] == "P"), None)
        source: list[tuple[int, int]] = []
        by_end = None
        if agent is not None and agent + 1 < n:
            by_end = noun_phrase_after(s, agent + 1)
            if by_end is not None and tags[agent + 1] not in "GT":
                source = [self._trim_source(s, agent + 1, by_end - 1)]
        subject = subject_before(s, group)
        # The state of relations was called “very deplorable” by Y
        if (
            subject is not None
            and source
            and agent is not None
            and agent > k
            and (entry.has("obj-comp") or (entry.has("as") and low[k] == "as"))
        ):
            return _Found(
                [(s.starts[subject[0]], s.ends[subject[1]]), (s.starts[k], s.ends[agent - 1])],
                cue_spans,
                source,
                self._rate(entry, "obj-comp" if entry.has("obj-comp") else "as") * 0.9,
                [*why, "frame.passive-by"],
                number,
                s.paragraph,
                [q for q in s.quotes[k:agent] if q is not None],
                leading=True,
            )
        if (
            source
            and agent == k
            and subject is not None
            and entry.has("np")
            and self._rate(entry, "np") >= self.min_rate
        ):
            return _Found(
                [(s.starts[subject[0]], s.ends[subject[1]])],
                cue_spans,
                source,
                self._rate(entry, "np") * 0.8,
                [*why, "frame.passive-by"],
                number,
                s.paragraph,
                [],
                leading=False,
            )
        start = None
        name = ""
        if k < n:
            if low[k] == "that" and (entry.has("obj-that") or entry.has("that")):
                start, name = k + 1, "obj-that"
            elif low[k] == "of" and entry.has("of"):
                start, name = k + 1, "of"
            elif low[k] == "to" and entry.has("obj-inf") and entry.sense in ("ask", "order"):
                start, name = k, "obj-inf"
            elif entry.has("obj-that") and self._clause_at(s, k) and entry.sense != "ask":
                start, name = k, "obj-that"
        if start is None or start >= n:
            return None
        if self._rate(entry, name) < self.min_rate and entry.strength < self.min_rate:
            return None
        end = self._clause_end(s, start, name, cue_starts, text)
        if end <= start:
            return None
        if subject is not None and low[subject[0]] == "it" and name == "obj-that" and not entry.has("obj-that"):
            source = []
        return _Found(
            [(s.starts[start], s.ends[end - 1])],
            cue_spans,
            source,
            0.55,
            [*why, f"frame.{name}"],
            number,
            s.paragraph,
            [q for q in s.quotes[start:end] if q is not None],
            leading=True,
        )

    # ------------------------------------------------------------------------------------ prepositions, adjectives

    def _preposition(self, s: Sentence, match: CueMatch, number: int, text: str) -> _Found | None:
        """According to Ruiz, rents will rise. / Rents will rise, according to Ruiz."""
        entry = match.form.entry
        if not entry.has("prep-np") or entry.strength < self.min_rate:
            return None
        tags, low, n = s.tag, s.low, len(s)
        c, after = match.start, match.end
        if match.source is not None:
            source_units = match.source
            if any(tags[x] not in "DNqSOAT" and low[x] != "of" for x in range(*source_units)) or (
                after < n and low[after] == "of"
            ):
                return None
            if low[source_units[0]] in ("other", "some", "many", "few", "so", "these", "those", "two", "three"):
                return None
            end = after
        else:
            stop = noun_phrase_after(s, after)
            if stop is None:
                return None
            source_units = (after, stop)
            end = stop
        source = [(s.starts[source_units[0]], s.ends[source_units[1] - 1])]
        cue_spans = [(s.starts[c], s.ends[(after if match.source is None else match.source[0]) - 1])]
        if match.source is not None and after > match.source[1]:
            cue_spans.append((s.starts[match.source[1]], s.ends[after - 1]))
        why = [f"cue.{entry.id.removeprefix('cue.')}"]
        at_start = c == 0 or (c == 1 and tags[0] in "CA") or (tags[c - 1] in QUOTED and False)
        if at_start:
            comma = next((x for x in range(end, n) if tags[x] == ","), None)
            if comma is None or comma + 1 >= n:
                return None
            # Everything up to the comma names the source: according to a poll released on Monday by X,
            source_end = comma
            if source_end - end > 14:
                source_end = end
            source = [(source[0][0], s.ends[end - 1])]
            k = comma + 1
            stop = n
            while stop > k and low[stop - 1] in _TRAILING:
                stop -= 1
            if stop <= k:
                return None
            return _Found(
                [(s.starts[k], s.ends[stop - 1])],
                cue_spans,
                source,
                entry.strength,
                [*why, "position.leading"],
                number,
                s.paragraph,
                [q for q in s.quotes[k:stop] if q is not None],
                leading=True,
            )
        if entry.strength < 0.7:
            return None
        k = c - 1
        if tags[k] == "," or low[k] in ("—", "–", "--"):
            k -= 1
        if k < 0:
            return None
        begin = 0
        while begin < k and tags[begin] in ",;.":
            begin += 1
        pieces = [(s.starts[begin], s.ends[k])]
        quotes = [q for q in s.quotes[begin : k + 1] if q is not None]
        if end < n and tags[end] == "," and end + 1 < n and not self._complete(s, begin, k):
            stop = n
            while stop > end + 1 and low[stop - 1] in _TRAILING:
                stop -= 1
            pieces.append((s.starts[end + 1], s.ends[stop - 1]))
        return _Found(
            pieces, cue_spans, source, entry.strength, [*why, "position.trailing"], number, s.paragraph, quotes
        )

    def _adjective(
        self, s: Sentence, match: CueMatch, number: int, text: str, cue_starts: dict[int, CueMatch]
    ) -> _Found | None:
        """Ruiz is convinced that rents will rise."""
        entry = match.form.entry
        tags, low, n = s.tag, s.low, len(s)
        c, k = match.start, match.end
        group = c
        while group > 0 and tags[group - 1] in "ABHM":
            group -= 1
        if not any(tags[x] == "B" for x in range(group, c)) and not (
            c > 0 and low[c - 1] in ("remain", "remains", "remained", "seem", "seems", "feels", "felt")
        ):
            return None
        if c > 0 and low[c - 1] in ("remain", "remains", "remained", "feels", "felt"):
            group = c - 1
        subject = subject_before(s, group)
        if subject is None or k >= n or low[subject[0]] in ("it", "there", "what"):
            return None
        frame: tuple[str, int] | None = None
        if low[k] == "that" and entry.has("adj-that"):
            frame = ("adj-that", k + 1)
        elif entry.has("adj-that") and self._clause_at(s, k):
            frame = ("adj-that", k)
        elif low[k] in ("about", "of", "by", "at", "with", "over") and entry.has("adj-prep"):
            frame = ("adj-prep", k + 1)
        elif (
            low[k] in ("to", "not")
            and entry.has("adj-inf")
            and k + 1 < n
            and (tags[k + 1] not in "DN" or low[k] == "not")
        ):
            frame = ("adj-inf", k)
        if frame is None or frame[1] >= n or self._rate(entry, frame[0]) < self.min_rate:
            return None
        end = self._clause_end(s, frame[1], "that" if frame[0] == "adj-that" else "np", cue_starts, text)
        if end <= frame[1]:
            return None
        return _Found(
            [(s.starts[frame[1]], s.ends[end - 1])],
            [(s.starts[c], s.ends[k - 1])],
            [self._trim_source(s, *subject)],
            self._rate(entry, frame[0]),
            [f"cue.{entry.id.removeprefix('cue.')}", f"frame.{frame[0]}"],
            number,
            s.paragraph,
            [q for q in s.quotes[frame[1] : end] if q is not None],
            leading=True,
        )

    def _noun(
        self, s: Sentence, match: CueMatch, number: int, text: str, cue_starts: dict[int, CueMatch]
    ) -> _Found | None:
        """The minister's claim that rents will rise; Western fears that …"""
        entry = match.form.entry
        if not entry.has("noun-that"):
            return None
        tags, low, n = s.tag, s.low, len(s)
        c, k = match.start, match.end
        if k >= n or not (low[k] == "that" and k + 1 < n and tags[k + 1] not in "VBHMU"):
            return None
        if self._rate(entry, "noun-that") < self.min_rate:
            return None
        source: list[tuple[int, int]] = []
        p = c - 1
        while p > 0 and tags[p] in "NA" and low[p][-2:] not in ("'s", "s'") and not s.cap[p]:
            p -= 1
        if p >= 0 and low[p][-2:] in ("'s", "s'") and tags[p] == "N":
            first = noun_phrase_before(s, p)
            if first is not None:
                strip = 2 if low[p][-2:] == "'s" else 1
                source = [(s.starts[first], s.ends[p] - strip)]
        elif p >= 0 and low[p] in ("his", "her", "their", "its", "our", "my"):
            source = [(s.starts[p], s.ends[p])]
        elif p >= 0 and tags[p] == "N" and s.cap[p] and p > 0:
            source = [(s.starts[p], s.ends[p])]
        if not source:
            return None
        end = self._clause_end(s, k + 1, "that", cue_starts, text)
        if end <= k + 1:
            return None
        return _Found(
            [(s.starts[k + 1], s.ends[end - 1])],
            [(s.starts[c], s.ends[k - 1])],
            source,
            self._rate(entry, "noun-that"),
            [f"cue.{entry.id.removeprefix('cue.')}", "frame.noun-that"],
            number,
            s.paragraph,
            [q for q in s.quotes[k + 1 : end] if q is not None],
            leading=True,
        )

    # ------------------------------------------------------------------------------------------------ whole article

    def _settle(self, found: list[_Found], sentences: list[Sentence], text: str) -> list[_Found]:
        """Join split quotations, extend quotations over paragraphs, give floating ones to the last source."""
        by_sentence: dict[int, list[_Found]] = {}
        for item in found:
            by_sentence.setdefault(item.sentence, []).append(item)
        claimed: set[int] = set()
        for item in found:
            for q in item.quotes:
                claimed.add(q.start)
        extra: list[_Found] = []
        last: _Found | None = None
        last_sentence = -1
        for number, s in enumerate(sentences):
            here = by_sentence.get(number, [])
            for i, q in enumerate(s.quotes):
                if q is None or q.start in claimed:
                    continue
                alone = self._stands_alone(s, i)
                if not alone and not (i == 0 and len(s) > 1 and s.tag[1] == ";" and s.tag[0] == "Q" and not here):
                    continue
                claimed.add(q.start)
                pieces = [(p.start, p.end) for p in q.pieces]
                if (
                    last is not None
                    and last_sentence >= s.number - 1
                    and last.paragraph == s.paragraph
                    and last.quotes
                    and (i == 0)
                    and not here
                ):
                    # "A," Ruiz said. "B.": one quotation in two pieces.
                    last.content.extend(pieces)
                    last.quotes.append(q)
                    if "split" not in last.why:
                        last.why.append("split")
                    last_sentence = s.number
                    continue
                introduced = self._introduced(sentences, number, by_sentence, i)
                if introduced is not None:
                    item = introduced
                    if item.sentence == number - 1 and item.content:
                        item.content.extend(pieces)
                        item.quotes.append(q)
                    else:
                        item.content = pieces
                        item.quotes.append(q)
                        extra.append(item)
                    last, last_sentence = item, s.number
                    continue
                if len(text[pieces[0][0] : pieces[-1][1]]) < MIN_FLOATING_CHARACTERS:
                    continue
                if last is None or s.paragraph - last.paragraph > MAX_CARRY_PARAGRAPHS + 1:
                    confidence = 0.4
                else:
                    confidence = 0.6
                item = _Found(pieces, [], [], confidence, ["rule.floating"], number, s.paragraph, [q], floating=True)
                extra.append(item)
                last, last_sentence = item, s.number
            if here:
                last, last_sentence = max(here, key=lambda f: (bool(f.quotes), f.end)), s.number
        # A quotation over several paragraphs is claimed by its first piece: take the rest along.
        for item in found:
            for q in item.quotes:
                if len(q.pieces) > 1:
                    spans = [(p.start, p.end) for p in q.pieces]
                    kept = [c for c in item.content if not any(a <= c[0] and c[1] <= b for a, b in spans)]
                    item.content = sorted({*kept, *spans})
        return found + extra

    def _introduced(
        self, sentences: Sequence[Sentence], number: int, by_sentence: dict[int, list[_Found]], i: int
    ) -> _Found | None:
        """Return the attribution that a sentence ending in a colon opens for the quotation that follows it, or None."""
        if number == 0 or i > 1:
            return None
        s = sentences[number - 1]
        if s.number != sentences[number].number - 1:
            return None
        if not len(s) or s.low[-1] != ":" or sentences[number].paragraph - s.paragraph > 1:
            return None
        here = by_sentence.get(number - 1, [])
        end = s.ends[-1]
        for item in reversed(here):
            if item.leading and item.end >= end - 1:
                return item
        for match in reversed(self._match_cues(s)):
            entry = match.form.entry
            if not (entry.pos in ("verb", "phrase") and entry.has("quote")) or (
                match.form.tag == "ing" and s.tag[match.start - 1] not in "B,"
            ):
                continue
            group = self._verb_group(s, match.start)[0]
            subject = subject_before(s, group)
            source = [] if subject is None else [self._trim_source(s, *subject)]
            if subject is None and match.form.tag != "ing":
                continue
            return _Found(
                [],
                [(s.starts[match.start], s.ends[match.end - 1])],
                source,
                0.85,
                [f"cue.{entry.id.removeprefix('cue.')}", "introduced"],
                number,
                sentences[number].paragraph,
            )
        return None

    @staticmethod
    def _stands_alone(s: Sentence, i: int) -> bool:
        """Return whether the quotation is all of its sentence (marks and a dash aside)."""
        return all(x == i or s.tag[x] in ",.;" for x in range(len(s)))

    def _finish(self, found: list[_Found], text: str, article_id: str, sha: str) -> list[Attribution]:
        """Return the findings that are likely enough as attributions, each with its confidence, nested ones marked."""
        holders: dict[int, list[_Found]] = {}
        for item in found:
            item.content = _merge(item.content)
            if item.content and not item.floating:
                holders.setdefault(item.sentence, []).append(item)
        made: dict[str, Attribution] = {}
        for item in found:
            if not item.content:
                continue
            source = " … ".join(text[a:b] for a, b in item.source if b > a) or None
            kind = _kind(item, item.content, text)
            nested = _lies_inside(item, holders.get(item.sentence, ()))
            cue, pattern = pattern_of(item.why)
            confidence = item.confidence
            if self.rates is not None:
                context = context_key(source, quoted=kind != "indirect", nested=nested)
                confidence = self.rates.confidence(cue, pattern, context)
                if confidence < (self.min_nested_confidence if nested else self.min_confidence):
                    continue
            attribution = make_attribution(
                text,
                article_id=article_id,
                text_sha256=sha,
                kind=kind,
                content=[TextSpan(a, b) for a, b in item.content],
                cue=[TextSpan(a, b) for a, b in item.cue],
                source=[TextSpan(a, b) for a, b in item.source if b > a],
                confidence=round(min(0.99, max(0.01, confidence)), 3),
                origin="rule:" + pattern.rpartition(" ")[2].removeprefix("rule."),
                why=tuple(item.why),
            )
            made.setdefault(attribution.id, attribution)
        return _nest(made.values())


def pattern_of(why: Sequence[str]) -> tuple[str, str]:
    """Return (cue id, pattern) of a finding's reasons: ("cue.say", "inverted position.trailing")."""
    cue = next((reason for reason in why if reason.startswith("cue.")), "")
    return cue, " ".join(reason for reason in why if reason.startswith(PATTERN_REASONS))


PATTERN_REASONS = ("frame.", "position.", "rule.", "participle", "passive", "inverted", "introduced")


def _lies_inside(item: _Found, others: Iterable[_Found]) -> bool:
    start = min(span[0] for span in (*item.content, *item.cue, *item.source))
    return any(other is not item and any(a <= start and item.end <= b for a, b in other.content) for other in others)



def _split_forms(cues: CueLexicon) -> tuple[dict[str, list[CueForm]], dict[str, frozenset[str]]]:
    """Return first word -> forms without a slot for the source, and first word -> words that close such a slot."""
    plain: dict[str, list[CueForm]] = {}
    around: dict[str, set[str]] = {}
    for word, forms in cues.forms.items():
        for form in forms:
            slot = next((n for n, part in enumerate(form.words) if part in (ANY_SOURCE, ANY_OWNER)), None)
            if slot is not None:
                rest = form.words[slot + 1 :]
                around.setdefault(word, set()).add(rest[0] if rest else ",")
            else:
                plain.setdefault(word, []).append(form)
    for group in plain.values():
        group.sort(key=lambda form: -len(form.words))
    return plain, {word: frozenset(closers) for word, closers in around.items()}


def _outermost_before(earlier: Sequence[_Found], at: int) -> _Found | None:
    """Return the last attribution that ended before character `at` and lies in no other's content, or None."""
    ended = [f for f in earlier if f.end <= at or f.start > at]
    for item in reversed(ended):
        cue = item.cue[0][0] if item.cue else item.start
        if not any(f is not item and f.start <= cue < f.end for f in ended):
            return item
    return None


_SAYING = frozenset({"saying", "telling", "writing", "stating", "claiming", "warning", "arguing"})
_TRAILING = frozenset({".", ",", ";", ":", "—", "–", "--", "-", "!", "?", "…", "..."})
_CLAUSE_FRAMES = frozenset({"that", "obj-that", "to-obj-that", "clause", "quote", "wh", "obj-wh"})
_INNER_SENSES = frozenset({"think", "feel", "want", "hear"})
_PLURALS = frozenset("people police officials many some others most both few all men women children majority".split())
_PREPOSITION_FRAMES = (
    ("about", ("about", "regarding", "over", "concerning")),
    ("of-np", ("of",)),
    ("against", ("against",)),
    ("for", ("for",)),
    ("on", ("on", "upon")),
    ("on-inf", ("on", "upon")),
    ("with", ("with",)),
    ("to-np", ("to",)),
    ("at", ("at",)),
)
_PREPOSITION_NAMES = frozenset(name for name, _ in _PREPOSITION_FRAMES)


def _merge(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the pieces in text order, touching or overlapping ones as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _kind(item: _Found, content: Sequence[tuple[int, int]], text: str) -> QuoteKind:
    inside = [(p.start, p.end) for q in item.quotes for p in q.pieces]
    outside = 0
    quoted = 0
    for start, end in content:
        at = start
        for a, b in sorted(inside):
            if b <= start or a >= end:
                continue
            quoted += 1
            outside += sum(c.isalnum() for c in text[at : max(at, a)])
            at = max(at, b)
        outside += sum(c.isalnum() for c in text[at:end])
    if not quoted:
        return "indirect"
    return "mixed" if outside else "direct"


def _nest(attributions: Iterable[Attribution]) -> list[Attribution]:
    """Return the attributions in text order; one that lies whole inside another's content names it in `nested_in`."""
    ordered = sorted(attributions, key=lambda a: (a.start, -a.end, a.cue_spans))
    result: list[Attribution] = []
    open_holders: list[Attribution] = []
    for a in ordered:
        open_holders = [b for b in open_holders if b.end > a.start]
        spans = (*a.content_spans, *a.cue_spans, *a.source_spans)
        holders = [
            b for b in open_holders if a.end <= b.end and all(any(c.covers(x) for c in b.content_spans) for x in spans)
        ]
        open_holders.append(a)
        if holders:
            inner = min(holders, key=lambda b: b.end - b.start)
            a = replace(a, nested_in=inner.id)
        result.append(a)
    return result
