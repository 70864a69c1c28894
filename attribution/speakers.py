"""Attributions in, the same attributions with their speakers out: ordered stages, each naming itself in `why`.

Ids: a known speaker has its registry id; anybody else the slug of the full name (`simon-miles`). Unnamed speakers and
documents are scoped to their article, as another article's "senior US official" is somebody else:
`unnamed-<6 hex digits of the article id's SHA-256>-senior-us-official`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .antecedents import Spoke
from .mentions import find_names
from .names import fold
from .nominals import SourcePhrase, parse_phrase, pronoun_class
from .registry import Registry
from .roles import default_source_patterns
from .speaker_names import DECLINED, Answer, Said, anchor
from .speaker_pronouns import PronounStage
from .types import Attribution, Speaker

# (right + 1) / (answers + 2) of each stage on the even articles of PolNeAR dev, gold spans given, names matched as in
# scoring; n of the answers behind it. Role, alias and floating hardly occur there: the first two are counted on it
# and the two gold seeds together, floating is a guess until floating quotations are labelled.
CONFIDENCE: dict[str, float] = {
    "speaker.name": 0.96,  # 240
    "speaker.surname": 0.96,  # 357
    "speaker.title": 0.95,  # 19
    "speaker.pronoun": 0.87,  # 189
    "speaker.coordinated": 0.83,  # 22
    "speaker.role": 0.80,  # 3
    "speaker.alias": 0.73,  # 9
    "speaker.group": 0.67,  # 88
    "speaker.unnamed": 0.67,  # 49
    "speaker.thing": 0.64,  # 12
    "speaker.issuer": 0.61,  # 21
    "speaker.floating": 0.60,
    "speaker.plural": 0.60,  # 13
    "speaker.relative": 0.59,  # 15
    "speaker.institution": 0.52,  # 27
    "speaker.first-person": 0.50,  # 4
    "speaker.document": 0.40,  # 23
    "speaker.chain": 0.38,  # 19
}

# A floating quotation further from the last speaker than this is rarely theirs.
MAX_FLOATING_PARAGRAPHS = 2
# Characters; what is longer is no noun phrase.
MAX_SOURCE = 600
PARAGRAPH_GAP = re.compile(r"\n\s*")


def resolve_speakers(
    text: str,
    attributions: Sequence[Attribution],
    *,
    registry: Registry,
    date: str | None,
    masks: Sequence[tuple[int, int]] = (),
) -> list[Attribution]:
    """Return the attributions in their order, each with `speaker` set or None (declined) and its reason in `why`.

    Deterministic and without state. `date` (ISO, may be partial) decides who held an office; without it only the
    article itself tells. Names inside `masks` (boilerplate) are not seen. Nothing is read beyond `text`.
    """
    if not attributions:
        return []
    resolver = Resolver(text, attributions, registry, date, find_names(text, registry, masks=masks))
    answers: list[tuple[Answer | None, str]] = [(None, DECLINED)] * len(attributions)
    for index in sorted(range(len(attributions)), key=lambda i: (anchor(attributions[i]), i)):
        answers[index] = resolver.resolve(attributions[index])
    return [item.with_speaker(_speaker(answer), why) for item, (answer, why) in zip(attributions, answers, strict=True)]


def _speaker(answer: Answer | None) -> Speaker | None:
    if answer is None:
        return None
    return Speaker(answer.id, answer.name, answer.type, answer.how, CONFIDENCE[answer.why])


class Resolver(PronounStage):
    """The stages in order, one attribution at a time in reading order."""

    __slots__ = ()

    def resolve(self, item: Attribution) -> tuple[Answer | None, str]:
        """Return the answer and its reason, and remember who spoke."""
        if not item.source_spans:
            answer, why = self.without_source(item)
        else:
            span = item.source_spans[0]
            start, end = span.start, item.source_spans[-1].end
            shared = self.sources.get((start, end))
            answer, why = (shared, shared.why) if shared else self.from_source(item, start, end)
            if answer is not None:
                self.sources[start, end] = answer
        if answer is not None:
            position = anchor(item)
            self.said.append(Said(position, item, answer, item.nested_in is not None))
            if answer.entity is not None and answer.type == "person":
                self.spoke.append(Spoke(position, answer.entity))
        return answer, why

    def without_source(self, item: Attribution) -> tuple[Answer | None, str]:
        """Return the last speaker for a floating quotation or a participle of the same sentence, else decline."""
        last = next((said for said in reversed(self.said) if not said.nested), None)
        if last is None:
            return None, f"{DECLINED}.no-source"
        position = anchor(item)
        if item.cue_spans:
            same = self.names.sentence_of(position) == self.names.sentence_of(last.position)
            if not (same and (item.cue or "").lower().endswith("ing")):
                return None, f"{DECLINED}.no-source"
        elif item.kind != "direct":
            return None, f"{DECLINED}.no-source"
        between = self.text[min(last.position, position) : max(last.position, position)]
        if len(PARAGRAPH_GAP.findall(between)) > MAX_FLOATING_PARAGRAPHS:
            return None, f"{DECLINED}.far"
        answer = last.answer
        return self.again(answer, "implicit", "speaker.floating"), "speaker.floating"

    def from_source(self, item: Attribution, start: int, end: int) -> tuple[Answer | None, str]:
        """Return who the words of the source mean, by the first stage that answers."""
        if end - start > MAX_SOURCE:
            return None, f"{DECLINED}.unknown"
        source = self.text[start:end]
        pronoun = pronoun_class(source)
        if pronoun is not None:
            return self.from_pronoun(item, start, pronoun)
        for pattern in default_source_patterns():
            if pattern.pattern.search(source.strip()):
                return self.unnamed(source, parse_phrase(source, self.registry.roles), start)
        known = self.registry.by_name(source)
        if known is not None:
            return self.found(self.of_entry(known, source))
        phrase = parse_phrase(source, self.registry.roles)
        if not phrase.words:
            return None, f"{DECLINED}.empty"
        if phrase.after and fold(phrase.after[0]) == "and" and not self.one_person(phrase):
            together = self.coordinated(source, start, end)
            if together is not None:
                return self.found(together)
        return self.from_phrase(item, phrase, start, end)

    def from_phrase(self, item: Attribution, phrase: SourcePhrase, start: int, end: int) -> tuple[Answer | None, str]:
        """Return who a noun phrase means: a name if it ends in one, else what its role noun says."""
        own_end = self.own_end(phrase, start, end)
        mention = self.mention_at(own_end - 1)
        if mention is not None and self.is_name_of(phrase, mention, start, own_end, end):
            return self.found(self.of_mention(mention, start))
        head = phrase.head
        if head is None or (head.kind in ("inside", "class", "office") and not head.plural):
            apposed = self.apposed_name(start, own_end, end)
            if apposed is not None and not phrase.words[-1][:1].isupper():
                return self.found(self.of_mention(apposed, start))
        if head is not None:
            return self.from_role(item, phrase, start, end)
        return self.from_unknown(phrase, start, end, own_end)
