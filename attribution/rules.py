"""Attributions by rules alone: quotation marks, cue lexicon, shallow clauses. The measured `--no-model` baseline.

One pass over the sentences of an article. Each cue in a sentence yields at most one attribution, by its position:
leading (Ruiz said that …), trailing (…, Ruiz said), inverted (…, said Ruiz), inside (Rents, he said, will rise),
coordinated (… and warned that …) or participial (…, adding that …). Then split quotations are joined, quotations
without a cue of their own go to the last source, and attributions inside another's content are marked as nested.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from .confidence import Rates, context_key, read_rates
from .cue_kinds import find_by_adjective, find_by_noun, find_by_preposition
from .cue_matching import CueMatcher
from .findings import CueUse, Finding, merge_spans, pattern_of
from .labelled_lines import find_labelled_lines
from .lexicon import CueLexicon, WordLists, read_cues, read_word_lists
from .marks import Quotation, find_quotations
from .sentences import Sentence, split_sentences
from .settling import find_block_quotations, settle
from .types import Attribution, TextSpan, make_attribution, text_hash
from .verb_cues import find_by_verb
from .verb_groups import INNER_SENSES
from .words import find_paragraphs, read_words

__all__ = ["MIN_CONFIDENCE", "MIN_NESTED_CONFIDENCE", "MIN_RATE", "RULES_VERSION", "RuleEngine", "pattern_of"]

RULES_VERSION = "rules-1"

# A frame whose cue is this weak by our own judgement is not tried.
MIN_RATE = 0.15
# Findings that are right more rarely than this are left out. Relaxed F1 on PolNeAR train is flat between .25 and .45;
# the upper end gives the fewer false alarms.
MIN_CONFIDENCE = 0.4
# Inside another's content only clear reports count: "to invade" in "says it is ready to invade" does not.
MIN_NESTED_CONFIDENCE = 0.6
# No finding is certain or impossible.
LOWEST, HIGHEST = 0.01, 0.99

_BARE_TAGS = frozenset({"s", "base"})
_FINDERS = {
    "verb": find_by_verb,
    "phrase": find_by_verb,
    "prep": find_by_preposition,
    "adj": find_by_adjective,
    "noun": find_by_noun,
}


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
        self.min_rate = min_rate
        self.min_confidence = min_confidence
        self.min_nested_confidence = min_nested_confidence
        # Counting rates needs the engine before there are any.
        self.rates = read_rates() if rates is None and min_confidence > 0 else rates
        self.cues = cues or read_cues()
        self.words = words or read_word_lists()
        self._matcher = CueMatcher(self.cues)

    def find(
        self, text: str, *, article_id: str, masks: Sequence[tuple[int, int]] = (), text_sha256: str | None = None
    ) -> list[Attribution]:
        """Return the attributions of `text` in text order, speakers not yet resolved.

        `masks` are half-open ranges (boilerplate) that no span may touch. Same text, same answer; any text is answered.
        """
        paragraphs = find_paragraphs(text, masks)
        quotations = [quotation for quotation in find_quotations(text, paragraphs) if quotation.depth == 0]
        sentences = self._read_sentences(text, paragraphs, quotations)
        found = [item for s in sentences for item in self._find_in_sentence(s)]
        settled = settle(found, sentences)
        blocks = find_block_quotations(text, paragraphs, settled, sentences)
        blocks += find_labelled_lines(text, paragraphs, [*settled, *blocks], quotations)
        # A quotation without a cue is part of the block that it stands in.
        whole = [(item.start, item.end) for item in blocks]
        parts = [item for item in settled if item.floating and any(a <= item.start < item.end <= b for a, b in whole)]
        settled = [item for item in settled if item not in parts] + blocks
        attributions: dict[str, Attribution] = {}
        text_sha256 = text_sha256 or text_hash(text)
        for item, nested in _with_nesting(settled):
            attribution = self._finish(item, nested, article_id, text_sha256)
            if attribution is not None:
                attributions.setdefault(attribution.id, attribution)
        return _nest(attributions.values())

    def _read_sentences(
        self, text: str, paragraphs: Sequence[tuple[int, int]], quotations: Sequence[Quotation]
    ) -> list[Sentence]:
        """Return the sentences that hold a quotation or a cue's first word, with their cues."""
        sentences: list[Sentence] = []
        total = 0
        for number, inside in enumerate(_by_paragraph(quotations, paragraphs)):
            fresh, total = split_sentences(
                read_words(text, *paragraphs[number]),
                inside,
                self.words.abbreviations,
                hot=self._matcher.hot,
                text=text,
                paragraph=number,
                number=total,
            )
            sentences.extend(fresh)
        for s in sentences:
            s.cues = self._matcher.match(s)
        return sentences

    def _find_in_sentence(self, s: Sentence) -> Iterator[Finding]:
        earlier: list[Finding] = []
        taken_until = -1
        for match in s.cues.values():
            finder = _FINDERS.get(match.form.entry.pos)
            if finder is None or match.start < taken_until:
                continue
            at = s.starts[match.start]
            if match.form.tag in _BARE_TAGS and any(item.leading and item.start == at for item in earlier):
                continue  # told Lee that [talks] “are going nowhere”: a noun
            # A verb of saying leads out of the content before it, one of wanting or thinking goes on with it.
            inner = match.form.entry.sense in INNER_SENSES
            holder = _innermost_around(earlier, at) if inner else None
            within = earlier if holder is None else [item for item in earlier if item.start >= holder.start]
            begin = 0 if holder is None else bisect_left(s.starts, holder.start)
            item = finder(CueUse(s, match, self.min_rate, _outermost_before(within, at), begin))
            if item is not None:
                taken_until = match.end
                earlier.append(item)
                yield item

    def _finish(self, item: Finding, nested: bool, article_id: str, text_sha256: str) -> Attribution | None:
        """Return the finding as an attribution with its confidence, or None when it is too unlikely."""
        text = item.sentence.text
        kind = item.kind()
        cue, pattern = pattern_of(item.why)
        confidence = item.confidence
        source = [(start, end) for start, end in item.source if end > start]
        if self.rates is not None:
            phrase = " … ".join(text[start:end] for start, end in source) or None
            confidence = self.rates.confidence(
                cue, pattern, context_key(phrase, quoted=kind != "indirect", nested=nested)
            )
            if confidence < (self.min_nested_confidence if nested and not item.clear else self.min_confidence):
                return None
        return make_attribution(
            text,
            article_id=article_id,
            text_sha256=text_sha256,
            kind=kind,
            content=[TextSpan(*span) for span in item.content],
            cue=[TextSpan(*span) for span in item.cue],
            source=[TextSpan(*span) for span in source],
            confidence=round(min(HIGHEST, max(LOWEST, confidence)), 3),
            origin="rule:" + pattern.rpartition(" ")[2].removeprefix("rule."),
            why=tuple(item.why),
        )


def _by_paragraph(quotations: Sequence[Quotation], paragraphs: Sequence[tuple[int, int]]) -> Iterator[list[Quotation]]:
    """Yield for each paragraph the quotations that reach into it; one over several paragraphs is in each."""
    first = 0
    for begin, end in paragraphs:
        while first < len(quotations) and quotations[first].end <= begin:
            first += 1
        inside = []
        for number in range(first, len(quotations)):
            if quotations[number].start >= end:
                break
            inside.append(quotations[number])
        yield inside


def _innermost_around(earlier: Sequence[Finding], at: int) -> Finding | None:
    """Return the last attribution whose content, right of its cue, holds character `at`, or None."""
    return next((item for item in reversed(earlier) if item.leading and item.start <= at < item.end), None)


def _outermost_before(earlier: Sequence[Finding], at: int) -> Finding | None:
    """Return the last attribution that does not hold character `at` and lies in no other's content, or None."""
    apart = [item for item in earlier if item.end <= at or item.start > at]
    for item in reversed(apart):
        cue = item.cue[0][0] if item.cue else item.start
        if not any(other is not item and other.start <= cue < other.end for other in apart):
            return item
    return None


def _with_nesting(found: Sequence[Finding]) -> Iterator[tuple[Finding, bool]]:
    """Yield each finding that has content, its pieces merged, and whether it lies in another's of its sentence."""
    holders: dict[Sentence, list[Finding]] = {}
    for item in found:
        item.content = merge_spans(item.content)
        if item.content and not item.floating:
            holders.setdefault(item.sentence, []).append(item)
    for item in found:
        if item.content:
            yield item, item.lies_inside(holders.get(item.sentence, ()))


def _nest(attributions: Iterable[Attribution]) -> list[Attribution]:
    """Return the attributions in text order; one that lies whole inside another's content names it in `nested_in`."""
    ordered = sorted(attributions, key=lambda a: (a.start, -a.end, a.cue_spans))
    result: list[Attribution] = []
    open_holders: list[Attribution] = []
    for a in ordered:
        open_holders = [b for b in open_holders if b.end > a.start]
        spans = (*a.content_spans, *a.cue_spans, *a.source_spans)
        wider = sorted((b for b in open_holders if a.end <= b.end), key=lambda b: b.end - b.start)
        holder = next((b for b in wider if all(any(c.covers(x) for c in b.content_spans) for x in spans)), None)
        open_holders.append(a)
        if holder is not None:
            a = replace(a, nested_in=holder.id)
        result.append(a)
    return result
