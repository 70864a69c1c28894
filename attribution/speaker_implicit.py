"""Speakers of what has no source of its own: signed and floating quotations, "..., adding", "... and noted".

Reported speech that names nobody ("is accused of", "it was feared") stays without a speaker.
"""

from __future__ import annotations

import re

from .antecedents import SENTENCE_OPENING, grammar_of
from .askers import find_outlets, opens_question
from .authors import find_signer
from .mentions import Mention
from .names import fold_name
from .nominals import pronoun_class
from .speaker_names import DECLINED, Answer, anchor
from .speaker_pronouns import PronounStage
from .types import Attribution

# A floating quotation further from the last speaker than this is rarely theirs.
MAX_FLOATING_PARAGRAPHS = 2
PARAGRAPH_GAP = re.compile(r"\n\s*")
# Between a quotation and the name of whom it is by, which ends its line: “Rents will rise.” — Ana Ruiz
SIGNED_BY = re.compile(r"[ \t\u00a0]{0,4}(?:\n\s{0,4})?(?:[―—–~]{1,2}|-{1,3})[ \t\u00a0]{0,4}(?=[^\W\d_a-z])")
SIGNATURE_ENDS = re.compile(r"[ \t\u00a0]{0,4}(?:[.,;(\n]|\Z)")
# A speaker right beside a quotation that nothing else claims: “Rents will rise.” Ruiz said. / ... said Ana Ruiz.
SPEECH = r"(?:said|says|told|asked|added|wrote|argued|noted|replied|answered|tweeted|recalled|continued|responded)"
SPOKE_AFTER = re.compile(rf" {SPEECH}\b")
SPOKE_BEFORE = re.compile(rf"\b{SPEECH} (?:(?!(?:of|to|that|about|he|she|it|they) )[\w.’'-]{{1,20}} ){{0,5}}\Z")
MAX_SPEECH_BEFORE = 80
# A verb that shares the subject of the one before: "... and noted", "but later said".
COORDINATED = re.compile(
    r"\b(?:and|but|yet|then|or)\s(?:(?:also|then|later|now|even|still|yet|has|have|had|\w{1,20}ly)\s){0,3}\Z"
)
MAX_LEAD = 60
PARTICIPLE_LEAD = re.compile(r",\s(?:(?:also|then|later|even|\w{1,20}ly|while|before|after)\s){0,2}\Z")
# "Asked whether rents would rise, 46 percent said": whoever polled.
SHARE = re.compile(r"\d ?(?:percent|per cent|%)")
IMPRESSION = re.compile(
    r"(?:(?:it|that|this) )?(?:seem|appear|sound|looks? like|(?:is|it’s|it's) (?:apparent|obvious|clear))",
    re.IGNORECASE,
)
PASSIVE = re.compile(r"(?:was|were|is|are|been)(?: (?:also|\w{2,12}ly))? ([a-z]{3,14}ed)\b", re.IGNORECASE)
DASHES = ("— ", "– ", "-- ", "―")
RELATIVE = re.compile(r", (?:which|who|where|whose)\b")
# What may stand before the subject that opens a sentence.
DATE_LEAD = re.compile(r"(?:On|In|Last|Earlier|Late|Later)\b[^,\n]{1,40}, \Z")


class ImplicitStage(PronounStage):
    """Adds who speaks where the text gives no source."""

    __slots__ = ()

    def without_source(self, item: Attribution) -> tuple[Answer | None, str]:
        """Return the speaker of an attribution that has no source, by what stands around it."""
        if item.cue_spans:
            found = self.signer(item) or self.rated_again(item)
            return self.found(found) if found is not None else self.shared_subject(item)
        if item.kind != "direct":
            return None, f"{DECLINED}.no-source"
        beside = self.signed(item) or self.named_beside(item)
        return self.found(beside) if beside is not None else self.floating(item)

    def signer(self, item: Attribution) -> Answer | None:
        """Return whose letter or post an impression stands in that is nobody else's: "Now he seems to have left"."""
        if IMPRESSION.match(item.cue or "") is None or anchor(item) in self.quoted:
            return None
        name = find_signer(self.text, anchor(item))
        if name is None:
            return None
        entity = self.names.by_key.get("\x00" + fold_name(name)) or self.new_person(name, item.start, item.start + 1)
        return self.of_entity(entity, "implicit", "speaker.signed", "person")

    def rated_again(self, item: Attribution) -> Answer | None:
        """Return who goes on rating: "Alder Watch rated ten claims false. Most of hers were rated true"."""
        passive = PASSIVE.match(item.cue or "")
        last = next((said for said in reversed(self.said) if not said.nested), None)
        if passive is None or last is None or last.answer.type not in ("organization", "person", "group"):
            return None
        near = self.names.sentence_of(anchor(item)) - self.names.sentence_of(last.position) <= 1
        stem = passive[1].lower()[:-2]
        return (
            self.again(last.answer, "implicit", "speaker.same-cue")
            if near and len(stem) > 2 and stem in (last.item.cue or "").lower().split()[-1][: len(stem)]
            else None
        )

    def signed(self, item: Attribution) -> Answer | None:
        """Return whose name stands behind a dash after the quotation and ends its line."""
        dash = SIGNED_BY.match(self.text, item.end)
        if dash is None:
            return None
        line_end = self.text.find("\n", dash.end())
        mention = self.mention_from(dash.end(), line_end if line_end >= 0 else len(self.text))
        if mention is None or SIGNATURE_ENDS.match(self.text, mention.end) is None:
            return None
        return self.again(self.of_mention(mention, mention.start), "implicit", "speaker.signed")

    def named_beside(self, item: Attribution) -> Answer | None:
        """Return who is said to speak right behind the quotation: “...” Ruiz said."""
        if self.text[item.end : item.end + 1] != " ":
            return None
        mention = self.mention_from(item.end + 1, len(self.text))
        if mention is None or SPOKE_AFTER.match(self.text, mention.end) is None:
            return None
        return self.again(self.of_mention(mention, mention.start), "implicit", "speaker.floating")

    def floating(self, item: Attribution) -> tuple[Answer | None, str]:
        """Return who goes on speaking in a quotation without a cue: the last speaker, or whom the text turned to."""
        position = anchor(item)
        last = next((said for said in reversed(self.said) if not said.nested), None)
        if last is None:
            return None, f"{DECLINED}.no-source"
        start = max(_end_before(last.item, position), self.declined_at)
        turned = self.turned_to(start, position)
        if turned is not None and self.names.sentence_of(position) - turned.sentence <= 1:
            answer = self.of_mention(turned, turned.start)
            if answer.id != last.answer.id:
                return self.found(self.again(answer, "implicit", "speaker.floating-subject"))
        elif turned is not None and self.of_mention(turned, turned.start).id != last.answer.id:
            return None, f"{DECLINED}.far"
        elif self.declined_at > last.position:
            return None, f"{DECLINED}.far"
        if len(PARAGRAPH_GAP.findall(self.text, last.position, position)) > MAX_FLOATING_PARAGRAPHS:
            return None, f"{DECLINED}.far"
        return self.found(self.again(last.answer, "implicit", "speaker.floating"))

    def turned_to(self, start: int, position: int) -> Mention | None:
        """Return the subject of the last sentence between the offsets that has a person or body as its subject.

        Quotations and what others are reported to say don't count, nor does the rest of the sentence that goes on at
        `start`, which is the last speaker's: "Ruiz said as Lee listened".
        """
        own = self.names.sentence_of(max(0, start - 1))
        found: Mention | None = None
        for mention in reversed(self.names.inside(start, position)):
            if found is not None and mention.sentence != found.sentence:
                break
            entity = mention.entity
            if mention.sentence == own or entity.kind not in ("person", "organization"):
                continue
            if mention.start in self.quoted or mention.start in self.reported or self.in_open_quotation(mention, start):
                continue
            grammar = grammar_of(self.text, mention)
            before = self.text[max(0, mention.start - MAX_SPEECH_BEFORE) : mention.start]
            if entity.kind == "person" and grammar != "subject" and SPOKE_BEFORE.search(before):
                return mention  # "...," said Ruiz
            if grammar in ("subject", "first"):
                found = mention
        return found

    def in_open_quotation(self, mention: Mention, start: int) -> bool:
        """Return whether a quotation that nobody claimed is open where the mention stands."""
        opened = max(start, self.names.sentence_start(mention.sentence))
        before = self.text[opened : mention.start]
        return any(before.count(mark) % 2 for mark in ('"', "''")) or before.count("“") > before.count("”")

    def shared_subject(self, item: Attribution) -> tuple[Answer | None, str]:
        """Return the subject that a participle or a second verb takes from its sentence: "..., adding"."""
        position = anchor(item)
        if opens_question(self.text, position):
            return self.asker(position)
        cue = (item.cue or "").lower()
        lead = self.text[max(0, position - MAX_LEAD) : position]
        coordinated = COORDINATED.search(lead) is not None and not cue.startswith(("a ", "an ", "the "))
        participle = cue.partition(" ")[0].endswith("ing")
        if not (coordinated or participle):
            return None, f"{DECLINED}.no-source"
        sentence = self.names.sentence_of(position)
        for said in reversed(self.said):
            if self.names.sentence_of(said.position) != sentence:
                break
            if said.position < self.declined_at or RELATIVE.search(
                self.text, _end_before(said.item, position), position
            ):
                break
            # "asked a clerk who said no, adding": a participle goes with the main verb.
            main = coordinated or lead.endswith(DASHES) or pronoun_class(said.item.source or "") != "relative"
            if main and not said.nested:
                return self.found(self.again(said.answer, "implicit", "speaker.same-subject"))
        if participle and PARTICIPLE_LEAD.search(lead):
            opening = self.opening_subject(position)
            if opening is not None:
                answer = self.of_mention(opening, opening.start)
                return self.found(self.again(answer, "implicit", "speaker.same-subject"))
        return None, f"{DECLINED}.no-source"

    def asker(self, position: int) -> tuple[Answer | None, str]:
        """Return who asked when the text says of somebody that they were: the outlet it names there, else reporters."""
        ends = self.sentence_end(self.names.sentence_of(position))
        outlets = find_outlets(self.text, self.names, position, ends)
        if outlets is None and SHARE.search(self.text, position, ends) is not None:
            last = self.said[-1] if self.said else None
            near = last is not None and self.names.sentence_of(position) - self.names.sentence_of(last.position) <= 2
            found = last is not None and near and last.answer.type == "organization"
            poll = last.answer if last is not None and found else self.pollster(position, position)
            if poll is not None:
                return self.found(self.again(poll, "implicit", "speaker.asker"))
        if outlets is None or len(outlets) > 1:
            return None, f"{DECLINED}.no-source"
        if outlets:
            return self.found(self.of_entity(outlets[0], "implicit", "speaker.asker", "organization"))
        name, head = "reporters", self.registry.roles.nouns.get("reporters")
        own_id = self.scoped_id("unnamed", name)
        return self.found(Answer(name, "unnamed", "implicit", "speaker.asker", own_id, plural=True, head=head))

    def opening_subject(self, position: int) -> Mention | None:
        """Return the person or body that opens the sentence of `position` as its subject."""
        sentence = self.names.sentence_of(position)
        for mention in self.names.before(position, most=12):
            if mention.sentence != sentence or mention.start in self.quoted:
                continue
            if mention.entity.kind not in ("person", "organization"):
                return None
            opens = mention.start - len(" ".join(mention.titles)) - bool(mention.titles)
            before = self.text[max(0, opens - MAX_LEAD) : opens]
            if not before or SENTENCE_OPENING.search(before) or DATE_LEAD.search(before):
                return mention if grammar_of(self.text, mention) in ("subject", "first") else None
            return None
        return None


def _end_before(item: Attribution, position: int) -> int:
    """Return where what an attribution says, its cue and its source end, as far as they stand before `position`."""
    spans = (*item.content_spans, *item.cue_spans, *item.source_spans)
    return max((span.end for span in spans if span.end <= position), default=position)
