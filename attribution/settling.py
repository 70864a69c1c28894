"""Quotations that no cue of their own sentence claims: second pieces, those a colon introduces, floating ones."""

from __future__ import annotations

from collections.abc import Sequence

from .clauses import clause_subject, subject_before
from .cue_matching import VERB_POS
from .findings import Characters, CueUse, Finding
from .marks import Quotation
from .noun_phrases import noun_phrase_after, noun_phrase_before, trim_source
from .sentences import Sentence
from .tagging import CLAUSE_MARK, QUOTED
from .verb_groups import read_verb_group

# How far a quotation without cue or source may stand from the attribution whose speaker it continues. PolNeAR's
# carried speakers stand in the same or the next paragraph in nearly all cases.
MAX_CARRY_PARAGRAPHS = 1
MIN_FLOATING_CHARACTERS = 25
MAX_LABEL = 6
BLOCK_SENSES = frozenset({"announce", "ask", "quote", "speech", "warn", "write"})
MIN_BLOCK_WORDS = 5
MAX_BEHIND_CUE = 6
_DASHES = frozenset({"—", "–", "--", "-", "―"})
INTRODUCED_RATE, NEAR_FLOATING_RATE, FAR_FLOATING_RATE = 0.85, 0.6, 0.4


def settle(found: Sequence[Finding], sentences: Sequence[Sentence]) -> list[Finding]:
    """Return `found` and what is made of the quotations left over; findings they continue grow by a piece.

    "A," Ruiz said. "B." is one quotation in two pieces; Ruiz said one more thing: "C." is introduced; "D." alone, near
    an attribution or not, floats and has neither cue nor source.
    """
    settler = _Settler(found, sentences)
    for index in range(len(sentences)):
        settler.take_sentence(index)
    for item in found:
        _take_all_pieces(item)
    return [*found, *settler.extra]


def _take_all_pieces(item: Finding) -> None:
    """Put in every piece of a quotation over several paragraphs: the first piece alone was claimed."""
    for quotation in item.quotes:
        if len(quotation.pieces) > 1:
            pieces = [(piece.start, piece.end) for piece in quotation.pieces]
            kept = [c for c in item.content if not any(a <= c[0] and c[1] <= b for a, b in pieces)]
            item.content = sorted({*kept, *pieces})


class _Settler:
    """Goes through the sentences in order and remembers the last attribution."""

    def __init__(self, found: Sequence[Finding], sentences: Sequence[Sentence]) -> None:
        self.extra: list[Finding] = []
        self._sentences = sentences
        self._by_sentence: dict[Sentence, list[Finding]] = {}
        for item in found:
            self._by_sentence.setdefault(item.sentence, []).append(item)
        self._claimed = {quotation.start for item in found for quotation in item.quotes}
        self._last: Finding | None = None
        self._last_number = -1

    def take_sentence(self, index: int) -> None:
        s = self._sentences[index]
        here = self._by_sentence.get(s, [])
        for unit, quotation in enumerate(s.quotes):
            if quotation is None or quotation.start in self._claimed:
                continue
            labelled = None if here else _labelled(s, unit)
            if labelled is not None:
                self._claimed.add(quotation.start)
                labelled.content.extend((piece.start, piece.end) for piece in quotation.pieces)
                labelled.quotes.append(quotation)
                self.extra.append(labelled)
                self._remember(labelled, s)
                continue
            opens = unit == 0 and not here
            if _stands_alone(s, unit) or (opens and len(s) > 1 and s.tag[0] == "Q" and s.tag[1] == ";"):
                self._claimed.add(quotation.start)
                self._settle(index, quotation, unit, opens)
        if here:
            self._remember(max(here, key=lambda item: (bool(item.quotes), item.end)), s)

    def _settle(self, index: int, quotation: Quotation, unit: int, opens: bool) -> None:
        s = self._sentences[index]
        pieces = [(piece.start, piece.end) for piece in quotation.pieces]
        item = self._continued(s) if opens else None
        if item is not None:
            if "split" not in item.why:
                item.why.append("split")
        else:
            item = self._introduced(index, unit)
        if item is None:
            if pieces[-1][1] - pieces[0][0] < MIN_FLOATING_CHARACTERS:
                return
            item = self._floating(s)
        item.content.extend(pieces)
        item.quotes.append(quotation)
        self._remember(item, s)

    def _remember(self, item: Finding, s: Sentence) -> None:
        self._last, self._last_number = item, s.number

    def _continued(self, s: Sentence) -> Finding | None:
        """Return the attribution of the sentence just before that a quotation which opens `s` goes on with, or None."""
        last = self._last
        if last is None or not last.quotes or last.sentence.paragraph != s.paragraph:
            return None
        return last if self._last_number >= s.number - 1 else None

    def _introduced(self, index: int, unit: int) -> Finding | None:
        """Return the attribution that a sentence ending in a colon opens for the quotation that follows it, or None."""
        if index == 0 or unit > 1:
            return None
        s, before = self._sentences[index], self._sentences[index - 1]
        if before.number != s.number - 1 or before.low[-1] != ":" or s.paragraph - before.paragraph > 1:
            return None
        for item in reversed(self._by_sentence.get(before, [])):
            if item.leading and item.end >= before.ends[-1] - 1:
                return item
        for match in reversed(before.cues.values()):
            introduced = _introduce(CueUse(before, match, 0.0), s)
            if introduced is not None:
                self.extra.append(introduced)
                return introduced
        return None

    def _floating(self, s: Sentence) -> Finding:
        last = self._last
        near = last is not None and s.paragraph - last.sentence.paragraph <= MAX_CARRY_PARAGRAPHS + 1
        item = Finding(
            [], [], [], NEAR_FLOATING_RATE if near else FAR_FLOATING_RATE, ["rule.floating"], s, floating=True
        )
        self.extra.append(item)
        return item


def find_block_quotations(
    text: str, paragraphs: Sequence[Characters], found: Sequence[Finding], sentences: Sequence[Sentence]
) -> list[Finding]:
    """Return the paragraphs without quotation marks that a report and its colon introduce.

    A page sets long quotations apart by their indent, and its text has lost that: “Lee added:”, and in the next
    paragraph what Lee added. Where it ends can't be seen, so the first paragraph is taken alone.
    """
    result = []
    claimed = {span[0] for item in found for span in item.cue}
    for s in sentences:
        if s.low[-1] != ":" or s.paragraph + 1 >= len(paragraphs) or not s.cues:
            continue
        begin, end = paragraphs[s.paragraph + 1]
        block = text[begin:end].strip()
        begin = text.index(block, begin, end)
        end = begin + len(block)
        use = CueUse(s, list(s.cues.values())[-1], 0.0)
        behind = text[s.ends[-1] : paragraphs[s.paragraph][1]]
        if (
            use.entry.sense not in BLOCK_SENSES
            or not _reads_as_prose(block)
            or behind.strip()
            or len(s) - 1 - use.end > MAX_BEHIND_CUE
            or s.starts[use.start] in claimed
        ):
            continue
        crossing = (item for item in found if item.start < end and begin < item.end)
        if len(block.split()) < MIN_BLOCK_WORDS or any(item.start < begin or item.end > end for item in crossing):
            continue
        introduced = _introduce(use, Sentence(text, [], [], [], [], [], s.paragraph + 1, -1))
        if introduced is not None and introduced.source:
            introduced.content.append((begin, end))
            result.append(introduced)
    return result


def _reads_as_prose(paragraph: str) -> bool:
    """Return whether it begins and ends as sentences do, and not as a list, mark-up or another quotation."""
    return paragraph[:1].isalnum() and paragraph[-1] in ".!?…)]"


def _introduce(use: CueUse, follower: Sentence) -> Finding | None:
    """Return a finding, still without content, if the cue can introduce the quotation of the next sentence."""
    s = use.s
    if not (use.entry.pos in VERB_POS and use.entry.has("quote")):
        return None
    participle = use.match.form.tag == "ing"
    if participle and s.tag[use.start - 1] not in "B,":
        return None
    subject = subject_before(s, read_verb_group(s, use.start).first)
    if subject is None and not participle:
        return None
    source = [] if subject is None else [trim_source(s, *subject)]
    return Finding([], [use.characters()], source, INTRODUCED_RATE, [*use.why, "introduced"], follower)


def _labelled(s: Sentence, unit: int) -> Finding | None:
    """Return a finding, still without content, for a quotation beside the name of its speaker, or None.

    Ruiz: “…” / “…” — Ana Ruiz / Ruiz had one more thing to add: “…”
    """
    n = len(s)
    units: tuple[int, int] | None = None
    if unit > 1 and s.low[unit - 1] == ":" and s.tag[unit] == "Q":
        first = noun_phrase_before(s, unit - 2)
        if first == 0 and unit - 2 < MAX_LABEL and any(s.cap[: unit - 1]):
            units = (0, unit - 2)
        else:
            units = clause_subject(s, unit - 1)
    elif unit == 0 and s.tag[0] in QUOTED and n > 2 and s.low[1] in _DASHES:
        end = noun_phrase_after(s, 2)
        closes = end is not None and all(s.tag[x] in CLAUSE_MARK for x in range(end, n))
        if end is not None and closes and end - 2 <= MAX_LABEL and s.cap[2]:
            units = (2, end - 1)
    if units is None:
        return None
    return Finding([], [], [trim_source(s, *units)], INTRODUCED_RATE, ["introduced"], s)


def _stands_alone(s: Sentence, unit: int) -> bool:
    """Return whether the quotation is all of its sentence, marks aside."""
    return all(x == unit or s.tag[x] in CLAUSE_MARK for x in range(len(s)))
