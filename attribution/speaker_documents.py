"""Speakers that are documents, or whoever issued them: statements, reports, polls, advertisements, laws."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import zip_longest

from .bodies import (
    is_place_name,
)
from .descriptions import describe_source
from .issuers import (
    FILED,
    LAWS,
    MADE_BY,
    MESSAGES,
    NAMED_POLL,
    OTHERS_LETTERS,
    POLL_JOINT,
    REPORTS,
    SENTENCE_BEFORE,
    find_issuers,
    is_given,
    is_person,
)
from .makers import PARTS, find_maker
from .mentions import Entity, Mention
from .names import LEADING_ARTICLE, fold, split_name
from .nominals import SourcePhrase, parse_phrase
from .speaker_bodies import LEAD_SENTENCES, ONE_OF, BodyStage
from .speaker_names import LOOK_BACK_SAID, Answer
from .types import Attribution, SpeakerType

CHANNEL_HEADS = frozenset(
    [
        "editorial",
        "report",
        "article",
        "story",
        "newspaper",
        "paper",
        "network",
        "broadcaster",
        "outlet",
        "magazine",
        "news agency",
    ]
)
# Words for one and the same work: "a study ... the research".
_WORKS = tuple(
    frozenset(words.split())
    for words in (
        "poll survey study analysis research data estimate projection figures findings review",
        "ad advertisement commercial spot video clip",
        "film documentary movie",
        "recording footage video clip tape",
        "lawsuit complaint filing brief motion",
    )
)
# What somebody speaks through rather than for.
POLLS = frozenset({"poll", "survey"})
POLL_REACH = 3000
# Words of "a statement defending the plan" up to its comma.
MAX_STATEMENT = 80
MAX_TO_MAKER = 40
CAMPAIGN_AFTER = re.compile(r"(?:['’]s?)? campaign\b")
OWN_CAMPAIGN = re.compile(
    r"\b([Hh]is|[Hh]er) campaign (?:(?:has|have|had|also|recently|then|on \w{3,9}day) ){0,3}"
    r"(?:sent|released?|releases|issued?|issues|posted|published|circulated|launched|aired|put)(?: out)? \Z"
)
MAX_SENT = 90
# "a study that appeared in the Alder Journal", "a page on the bank's website"
PUBLISHED = re.compile(
    r",? (?:(?:that |which |was |recently |first |just ){0,3}"
    r"(?:appeared|published|released|posted|issued|conducted|carried|printed|produced|aired|commissioned) "
    r"(?:by|in|on|at)|on [^,.;:]{2,40}(?:website|web site|site|page|blog|channel))\b"
)
_ISSUED = frozenset({"by", "from", "of", "conducted", "released", "published"})


def _same_work(one: str, other: str) -> bool:
    return any(one in words and other in words for words in _WORKS)


class DocumentStage(BodyStage):
    """Adds who a document is by, and the document where the article doesn't tell."""

    __slots__ = ()

    def document(self, item: Attribution, phrase: SourcePhrase, start: int, end: int) -> tuple[Answer | None, str]:
        """Return the issuer of a statement, poll or advertisement where the article tells, else the document."""
        head = phrase.head
        assert head is not None
        if head.form in POLLS and (own := NAMED_POLL.search(self.text, start, end)) is not None:
            return self.found(self.sponsor(own[1]))
        issuer = self.issuer(item, phrase, start, end)
        if issuer is not None:
            return self.found(issuer)
        owner = self.owning_body(item, phrase, start)
        if owner is not None:
            return self.found(owner)
        sent = self.campaign_sent(item, phrase, start)
        if sent is not None:
            return self.found(replace(self.again(sent, "nominal", "speaker.issuer"), head=head))
        definite = phrase.determiner == "definite"
        made = self.made_by(phrase, start)
        if made is not None:
            return self.found(made)
        polls = head.form in POLLS or (head.form in ("polls", "surveys") and ONE_OF.match(self.text, start) is not None)
        if polls and (definite or self.names.sentence_of(start) <= LEAD_SENTENCES):
            sponsor = self.pollster(start, end)
            if sponsor is not None:
                return self.found(sponsor)
        lead = phrase.determiner == "none" and not head.plural and self.names.sentence_of(start) == 0
        closed = not phrase.after or fold(phrase.after[0]) in ("published", "released", "issued", "that", "which")
        if (definite or lead) and not phrase.modifiers and closed:
            issuers = self.issued_before(head.form, start)
            if issuers is not None:
                return self.found(replace(issuers, head=head))
        if definite or (phrase.determiner == "none" and not head.plural and not phrase.modifiers):
            for said in reversed(self.said[-LOOK_BACK_SAID:]):
                before = said.answer.head
                if (
                    before is not None
                    and before.kind == "document"
                    and (before.plural == head.plural or definite)
                    and (before.canonical == head.canonical or _same_work(before.form, head.form))
                ):
                    return self.found(self.again(said.answer, "nominal", "speaker.chain"))
            if definite and not phrase.modifiers and not head.plural:
                if head.form in CHANNEL_HEADS and (media := self.last_media(start)) is not None:
                    return self.found(media)
                for said in reversed(self.said[-1:]):
                    if said.answer.head is None and self.can_have_issued(said.answer, head.form):
                        return self.found(self.again(said.answer, "nominal", "speaker.issuer"))
        if head.form in POLLS and phrase.determiner != "other" and (sponsor := self.pollster(start, end)) is not None:
            return self.found(sponsor)
        name = describe_source(phrase, self.registry, None)
        return self.found(
            Answer(name, "document", "nominal", "speaker.document", self.scoped_id("document", name), head=head)
        )

    def issued_before(self, work: str, start: int) -> Answer | None:
        """Return who issued "the report", as the article said before, unless they spoke as its issuer already."""
        for said in reversed(self.said[-LOOK_BACK_SAID:]):
            before = said.answer.head
            if before is not None and before.form == work and said.answer.type != "document":
                return None
        found = find_issuers(self.text, self.names, work, start)
        parts = [
            self.organization(f"{split_name(entity.name).surname} campaign")
            if campaign
            else self.of_entity(entity, "nominal", "speaker.issuer", "person" if is_person(entity) else "organization")
            for entity, campaign in found
        ]
        if len(parts) < 2:
            return self.again(parts[0], "nominal", "speaker.issuer") if parts else None
        name = " and ".join(part.name for part in parts)
        return Answer(name, "group", "nominal", "speaker.issuer", self.slug_id(name), plural=True)

    def can_have_issued(self, answer: Answer, work: str) -> bool:
        """Return whether "the letter" can be by whoever spoke last: no law is a person's, no other's a newspaper's."""
        if answer.type == "person":
            return work in MESSAGES
        media = answer.entity is not None and answer.entity.entry is not None and answer.entity.entry.kind == "media"
        return answer.type == "organization" and work in MESSAGES | REPORTS and not (media and work in OTHERS_LETTERS)

    def made_by(self, phrase: SourcePhrase, start: int) -> Answer | None:
        """Return whose "the film" is, and "another slide" after one of theirs."""
        head = phrase.head
        if head is None or head.plural or phrase.modifiers:
            return None
        maker = find_maker(self.text, self.names, head.form, start) if phrase.determiner == "definite" else None
        if maker is not None:
            return replace(self.of_entity(maker.entity, "nominal", "speaker.issuer", "person"), head=head)
        for said in reversed(self.said[-LOOK_BACK_SAID:] if head.form in PARTS else ()):
            before = said.answer.head
            if before is not None and before.canonical == head.canonical and said.answer.entity is not None:
                return self.again(said.answer, "nominal", "speaker.chain")
        return None

    def campaign_sent(self, item: Attribution, phrase: SourcePhrase, start: int) -> Answer | None:
        """Return whose campaign issues a document: "his campaign sent out an email saying"."""
        if phrase.determiner != "indefinite":
            return None
        own = OWN_CAMPAIGN.search(self.text, max(0, start - MAX_SENT), start)
        if own is None:
            return None
        person, _ = self.antecedent(item, own.start(1), "male" if fold(own[1]) == "his" else "female")
        if person is None or person.entity is None:
            return None
        return self.organization(f"{split_name(person.entity.name).surname} campaign")

    def announced(self, start: int, end: int) -> Answer | None:
        """Return who issues "a statement" that opens the sentence: "In a statement, the Harbor Union called"."""
        if fold(self.text[max(0, start - 3) : start]) != "in":
            return None
        sentence = self.names.sentence_of(start)
        comma = self.text.find(",", end, end + MAX_STATEMENT)
        for mention in self.names.between(max(end, comma), sentence):
            if mention.entity.kind in ("organization", "person") and mention.start not in self.quoted:
                if mention.entity.kind == "person" and CAMPAIGN_AFTER.match(self.text, mention.end) is not None:
                    return self.organization(f"{split_name(mention.entity.name).surname} campaign")
                return self.of_entity(mention.entity, "nominal", "speaker.issuer")
        return None

    def pollster(self, start: int, end: int) -> Answer | None:
        """Return who a poll is by: the one last named, for a lead the next one, else the only one of the article."""
        # "Ruiz's poll numbers" are no poll of hers.
        before, following = (
            [match[1] for match in matches if not match[1].endswith(("'s", "’s", "'"))]
            for matches in (
                NAMED_POLL.finditer(self.text, max(0, start - POLL_REACH), start),
                NAMED_POLL.finditer(self.text, end),
            )
        )
        if before:
            return self.sponsor(before[-1])
        opening = self.names.sentence_of(start) <= LEAD_SENTENCES
        return self.sponsor(following[0]) if following and (opening or len(set(following)) == 1) else None

    def sponsor(self, name: str) -> Answer:
        """Return the one who or the several who ordered a poll: "Harbor Post-ABC News" are two."""
        parts = [LEADING_ARTICLE.sub("", part).strip() for part in POLL_JOINT.split(name)]
        known = [self.registry.by_name(part) for part in parts]
        joined = " and ".join(
            entry.name if entry is not None else part for entry, part in zip(known, parts, strict=True)
        )
        answer = self.organization(SENTENCE_BEFORE.sub("", joined))
        return self.again(answer, "nominal", "speaker.issuer")

    def owner_type(self, entity: Entity, mention: Mention) -> SpeakerType:
        """Return the type of a name before a document: "Alder Hale poll" is a body's, "Hale's account" a person's."""
        owns = self.text[mention.end : mention.end + 1] in ("'", "’")
        return self.entity_type(entity, mention) if owns else "organization"

    def works_at(self, body: Mention, person: Mention) -> bool:
        """Return whether "Alder School professor Ana Ruiz" joins the two: only a role noun stands between them."""
        if body.entity.kind == "person" or person.entity.kind != "person":
            return False
        between = [fold(word) for word in self.text[body.end : person.start].split()]
        at = self.registry.roles.at_end(between) if between else None
        return at is not None and at[1] == len(between) and not at[0].plural

    def issuer(self, item: Attribution, phrase: SourcePhrase, start: int, end: int) -> Answer | None:
        """Return who a document is by: a possessor, a name before the noun, or "by/from/of X" after it."""
        own_end = self.own_end(phrase, start, end)
        after = fold(phrase.after[0]) if phrase.after else ""
        if after in ("by", "from", "of"):
            by = parse_phrase(" ".join(phrase.after[1:]), self.registry.roles)
            if by.head is not None and by.head.kind == "institution" and by.owner is not None:
                answer, _ = self.institution(item, by, start)
                if answer is not None:
                    return Answer(
                        answer.name,
                        answer.type,
                        "nominal",
                        "speaker.issuer",
                        answer.id,
                        answer.entity,
                        False,
                        phrase.head,
                    )
        made = MADE_BY.search(self.text, own_end, end)
        if made is not None:
            for mention in self.names.inside(made.end(), min(end, made.end() + MAX_TO_MAKER))[:1]:
                if self.text[made.end() : mention.start] in ("", "the "):
                    kind = self.owner_type(mention.entity, mention) if mention.entity.kind == "unknown" else None
                    kind = "organization" if mention.entity.kind == "thing" else kind
                    return replace(self.of_entity(mention.entity, "nominal", "speaker.issuer", kind), head=phrase.head)
        if phrase.head is not None and phrase.head.canonical in FILED:
            return None
        for word in phrase.modifiers:
            body = self.body_by_word(word)
            if body is not None:
                return self.again(body, "nominal", "speaker.issuer")
        if phrase.head is not None and phrase.head.form == "statement" and phrase.determiner == "indefinite":
            announced = self.announced(start, end)
            if announced is not None:
                return self.again(announced, "nominal", "speaker.issuer")
        published = PUBLISHED.match(self.text, own_end, end) is not None
        # "An Ohio law" and "New Hampshire polls" are nobody's words but their own.
        law = phrase.head is not None and (phrase.head.form in LAWS or phrase.head.canonical in POLLS)
        inside = [mention for mention in self.names.before(end, most=20) if mention.start >= start]
        owned = phrase.owner is not None and phrase.owner.islower()
        for mention, following in zip_longest(inside, inside[1:]):
            entity = mention.entity
            if owned and mention.start >= own_end:
                break  # "the group's release of letters from Alder Watch" is the group's
            if entity.kind == "person" and CAMPAIGN_AFTER.match(self.text, mention.end) is not None:
                body = self.organization(f"{split_name(entity.name).surname} campaign")
                return replace(self.again(body, "nominal", "speaker.issuer"), head=phrase.head)
            if mention.start < own_end < mention.end:
                continue  # capitals of a headline run on: "New Poll Shows Ruiz Ahead"
            if entity.entry is not None and entity.entry.kind == "platform":
                continue  # "a Facebook post"
            if mention.start > start and self.text[mention.start - 1] == "-":
                continue  # "the anti-Ruiz spot"
            if law and (entity.kind == "country" or is_place_name(entity.name)):
                continue
            if entity.kind not in ("organization", "person", "country") and mention.start >= own_end:
                if after in ("by", "from") and " " in entity.name and not law:
                    given = entity.kind == "unknown" and is_given(entity.name)
                    unsure = self.of_entity(entity, "nominal", "speaker.issuer", "person" if given else "organization")
                    return replace(unsure, head=phrase.head)
                continue
            if after == "in" and mention.start >= own_end and entity.entry is not None and entity.entry.kind == "media":
                return replace(self.of_entity(entity, "nominal", "speaker.issuer"), head=phrase.head)
            if mention.start < own_end or published or after in _ISSUED:
                if following is not None and self.works_at(mention, following):
                    entity = following.entity
                kind = None if entity.kind != "unknown" else self.owner_type(entity, mention)
                found = self.of_entity(entity, "nominal", "speaker.issuer", kind)
                second = following.entity if following is not None else entity
                if following is not None and self.text[mention.end : following.start] == " and " and after == "by":
                    if second.kind == entity.kind == "person" and second is not entity:
                        name = f"{found.name} and {second.name}"
                        joint = Answer(name, "group", "nominal", "speaker.issuer", self.slug_id(name), plural=True)
                        return replace(joint, head=phrase.head)
                return replace(found, entity=entity, head=phrase.head)
        return None
