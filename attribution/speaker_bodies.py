"""Speakers that are institutions: of a country, of a person, called by their kind or by whose they are."""

from __future__ import annotations

import re
from dataclasses import replace

from .antecedents import SENTENCE_OPENING, Candidate, find_candidates, grammar_of
from .bodies import (
    find_administration,
    find_campaign,
    find_committee,
    find_group,
    find_nearest,
    find_paper,
    find_police,
    find_state,
    full_court,
    is_american,
    is_headline,
    is_paper,
    read_proper,
)
from .capitals import ORG_WORDS
from .described import BODY_WORDS
from .descriptions import TITLE_DOTS, describe_source
from .issuers import (
    is_given,
)
from .mentions import Entity, choose_bearer
from .names import fold, last_word, split_name, strip_possessive
from .nominals import SourcePhrase, parse_phrase
from .registry import RegistryEntry
from .roles import Gender
from .speaker_names import DECLINED, LOOK_BACK_SAID, Answer, NameStage
from .types import Attribution

LEAD_SENTENCES = 3
ONE_OF = re.compile(r"one of ", re.IGNORECASE)
# What people own; an administration or an office goes by the surname.
OWNED_BODIES = frozenset(
    "company firm corporation bank foundation nonprofit charity organization fund start-up startup hotel".split()
)
PARTS_OF_BODIES = frozenset({"panel", "board", "bench", "chamber", "division"})
# What news calls the registry's bodies of a kind.
KINDS_CALLED: dict[str, frozenset[str]] = {
    "bank": frozenset({"bank"}),
    "lender": frozenset({"bank"}),
    "company": frozenset({"company", "carmaker", "platform"}),
    "firm": frozenset({"company"}),
    "corporation": frozenset({"company", "carmaker"}),
    "airline": frozenset({"airline"}),
    "automaker": frozenset({"carmaker"}),
    "union": frozenset({"union"}),
    "think tank": frozenset({"research"}),
    "bloc": frozenset({"alliance"}),
    "alliance": frozenset({"alliance"}),
    "nonprofit": frozenset({"association"}),
    "advocacy group": frozenset({"association"}),
}
COMMON_MODIFIERS = frozenset({"federal", "local", "u.s.", "us", "new", "national", "city", "state", "regional"})
ANY_BODY = frozenset(
    "organization organisation group agency company bank union firm network team institution body association center "
    "institute publication outlet website paper newspaper magazine coalition party board committee".split()
)
PAPERS = frozenset({"newspaper", "paper", "daily", "tabloid"})
COLLECTIVE_BODIES = frozenset({"group", "coalition", "movement", "alliance"})
GROUP_NOUNS = frozenset(
    {"group", "organization", "advocacy group", "aid group", "human rights group", "rights group", "trade group"}
) | {"watchdog group", "non-profit", "nonprofit", "charity"}
# "the news organization"
NEWS_BODIES = frozenset({"organization", "organisation", "service", "outlet", "network", "website"})
TOLD_APART = frozenset("other same new parent rival former first second sister last only".split())
PARTIES = (
    (frozenset({"democrat", "democratic", "democrats"}), "Democratic Party"),
    (frozenset({"republican", "republicans", "gop"}), "Republican Party"),
)
CALLED = re.compile(r" (?:called|named|known as|dubbed) ")
GOES_ON = re.compile(
    r",? (?:that|which|who|[a-z]{3,12}ing|aimed|based|set up|devoted|focused|backed|founded|led|run|owned|funded|"
    r"dedicated|aligned|for|in)\b"
)
NO_APPOSITION = re.compile(r"\b(?:[Tt]o|[Ii]n|[Aa]t|[Ff]or|[Ww]ith|[Oo]f|[Aa]nd|[Ll]ike|[Uu]nlike) (?:the )?\Z")
OWN_CHANNELS = frozenset({"website", "site", "page", "account", "blog", "channel", "program", "show"})
MEDIA_WORD = re.compile(
    r"\b(?:times|post|news|journal|tribune|herald|gazette|magazine|guardian|press|radio|tv|television|network)$",
    re.IGNORECASE,
)
_MEDIA_HEADS = frozenset(
    "newspaper paper magazine network broadcaster outlet website channel station journal tabloid daily weekly "
    "publication".split()
) | {"news agency", "newswire"}


class BodyStage(NameStage):
    """Adds which institution a noun means."""

    __slots__ = ()

    def body_named_beside(self, phrase: SourcePhrase, start: int, end: int) -> Answer | None:
        """Return the body that the phrase goes with: "Alder Watch, a group that", "a group called Alder Watch"."""
        head = phrase.head
        if head is None or head.plural or not (head.kind == "institution" or head.form in COLLECTIVE_BODIES):
            if phrase.determiner == "definite" and len(phrase.words) == 1 and is_paper(phrase.words[0], self.text, end):
                return self.organization(phrase.words[0], "name")
            return None
        own_end = self.own_end(phrase, start, end)
        beside = self.mention_from(own_end + 2, end) if self.text[own_end : own_end + 2] == ", " else None
        if beside is not None and beside.end <= end and beside.start == own_end + 2 and beside.entity.kind != "person":
            # "One group, Alder Watch, wants"
            if beside.entity.kind == "organization" or " " in beside.entity.name:
                return self.of_entity(beside.entity, "nominal", "speaker.institution", "organization")
        own = phrase.owner is not None and self.text[own_end : own_end + 2] == ", "
        # "Hale's group, March for Harbor,"
        proper = read_proper(self.text, own_end + 2, end) if own else None
        if proper is not None and (beside is None or beside.entity.kind != "person"):
            return replace(self.again(self.organization(proper), "nominal", "speaker.institution"), head=head)
        called = CALLED.match(self.text, own_end)
        if called is not None:
            for mention in self.names.inside(called.end(), called.end() + 12)[:1]:
                if self.text[called.end() : mention.start].strip(' “"') in ("", "the"):
                    return self.of_entity(mention.entity, "nominal", "speaker.institution", "organization")
            proper = read_proper(self.text, called.end(), end)
            if proper is not None:
                return replace(self.again(self.organization(proper), "nominal", "speaker.institution"), head=head)
        capital = phrase.modifiers[0] if len(phrase.modifiers) == 1 else ""
        if head.kind == "collective" and capital[:1].isupper() and (spelt := self.body_by_word(capital)) is not None:
            return self.again(spelt, "nominal", "speaker.institution")  # "the AWG group"
        if phrase.determiner == "definite" and head.form in GROUP_NOUNS and not phrase.after:
            group = find_group(self.text, self.names, self.quoted, start)
            return self.of_entity(group, "nominal", "speaker.institution", "organization") if group else None
        goes_on = phrase.after or GOES_ON.match(self.text, end) is not None
        if (
            phrase.determiner not in ("indefinite", "other", "definite")
            or not goes_on
            or ONE_OF.match(self.text, start)
        ):
            return None
        before = self.names.before(start, most=1)
        if not before or self.text[before[0].end : start] != ", " or before[0].start in self.quoted:
            return None
        entity = before[0].entity
        near = (max(0, before[0].start - 16), before[0].start)
        if phrase.determiner == "definite" and NO_APPOSITION.search(self.text, *near) is not None:
            return None  # "According to the bank, the group that sued"
        # ", a" makes a person of a name that nothing else tells of; what is apposed tells more.
        # The roles of "Alder Watch, a group for the mayor" are no sign of a person.
        told = entity.gender is not None or bool(before[0].titles)
        unsure = entity.kind == "unknown" or (entity.kind == "person" and not told)
        body = entity.kind == "organization" or (unsure and " " in entity.name and not is_given(entity.name))
        body = body and not is_headline(entity.name)
        return self.of_entity(entity, "nominal", "speaker.institution", "organization") if body else None

    def place_of(self, phrase: SourcePhrase) -> list[RegistryEntry]:
        """Return the countries and institutions that the phrase's owner, modifiers or "of X" name."""
        candidates: list[str] = []
        if phrase.owner is not None:
            candidates.append(phrase.owner)
        candidates.extend(strip_possessive(word) for word in phrase.modifiers)
        for size in range(2, len(phrase.modifiers) + 1):
            candidates.append(" ".join(phrase.modifiers[-size:]))
        if len(phrase.after) > 1 and fold(phrase.after[0]) in ("of", "for", "at", "in", "from"):
            rest = [strip_possessive(word) for word in phrase.after[1:] if fold(word) != "the"]
            candidates.extend([" ".join(rest), rest[0] if rest else ""])
        places: list[RegistryEntry] = []
        for candidate in candidates:
            entry = self.registry.country_of(candidate) or self.registry.by_name(candidate)
            if entry is not None and entry.type != "person" and entry not in places:
                places.append(entry)
        return places

    def country_of(self, phrase: SourcePhrase) -> str | None:
        """Return the id of the country that the phrase speaks for, None when it names none or several."""
        homes = {place.id if place.type == "country" else place.country for place in self.place_of(phrase)} - {None}
        return homes.pop() if len(homes) == 1 else None

    def is_place(self, word: str) -> bool:
        return self.registry.country_of(word) is not None or self.registry.by_name(word) is not None

    def is_proper(self, phrase: SourcePhrase, start: int) -> bool:
        """Return whether a capital makes the words before the noun a name: "Alder court", not "Federal court" first."""
        opens = (
            phrase.determiner == "none" and SENTENCE_OPENING.search(self.text[max(0, start - 8) : start]) is not None
        )
        return any(
            word[:1].isupper() and not (opens and index == 0 and fold(word) in COMMON_MODIFIERS)
            for index, word in enumerate(phrase.modifiers)
        )

    def owned(self, item: Attribution, phrase: SourcePhrase, start: int) -> tuple[Answer | None, str] | None:
        """Return whose thing "his website" is; the stage for pronouns knows."""
        return None

    def owning_body(self, item: Attribution, phrase: SourcePhrase, start: int) -> Answer | None:
        """Return the body whose thing speaks: "the party's rules", "the agency's bureaucracy"."""
        if phrase.owner is None or phrase.determiner not in ("definite", "none") or phrase.owner[:1].isupper():
            return None
        owner = parse_phrase(f"the {phrase.owner}", self.registry.roles)
        if owner.head is not None and owner.head.form == "group" and not owner.modifiers:
            group = find_group(self.text, self.names, self.quoted, start)  # "the group's release of letters"
            return self.of_entity(group, "nominal", "speaker.issuer", "organization") if group is not None else None
        if owner.head is None or owner.head.kind != "institution" or owner.head.plural:
            return None
        answer, _ = self.institution(item, owner, start)
        return self.again(answer, "nominal", "speaker.issuer") if answer is not None else None

    def institution(
        self, item: Attribution, phrase: SourcePhrase, start: int, end: int | None = None
    ) -> tuple[Answer | None, str]:
        """Return the institution that a noun means: of a country, of a person, or the one last named with it."""
        head = phrase.head
        assert head is not None
        for place in self.place_of(phrase):
            if place.type == "country":
                noun = " ".join([*(fold(w) for w in phrase.modifiers if not self.is_place(w)), head.form])
                known = self.registry.institution(noun, place.id) or self.registry.institution(head.form, place.id)
                if known is not None:
                    return self.found(self.of_entry(known, known.name))
        definite = phrase.determiner == "definite"
        if head.form in PAPERS and phrase.owner is None and phrase.determiner != "other":
            paper = find_paper(self.text, start)
            if paper is not None and not self.has_media(start):
                return self.found(self.again(self.organization(paper), "nominal", "speaker.institution"))
        if head.form == "campaign" and phrase.after[:1] == ("of",) and end is not None:
            named = [m for m in self.names.inside(self.own_end(phrase, start, end), end) if m.entity.kind == "person"]
            if named:
                return self.found(self.organization(f"{split_name(named[-1].entity.name).surname} campaign"))
        elif definite and head.form == "campaign" and not phrase.modifiers:
            runner = self.last_runner(start)
            if runner is not None:
                return self.found(self.organization(f"{runner} campaign"))
        if definite and head.form == "ministry" and not phrase.modifiers:
            known = self.minister_house(start)
            if known is not None:
                return self.found(self.of_entry(known, known.name))
        own = [strip_possessive(word) for word in phrase.words]
        if head.form == "camp":
            candidate = phrase.owner or (phrase.modifiers[-1] if phrase.modifiers else "")
            if not candidate[:1].isupper():
                return None, f"{DECLINED}.unknown"
            return self.found(self.organization(f"{split_name(strip_possessive(candidate)).surname} campaign"))
        if phrase.owner is not None:
            surname = split_name(phrase.owner).surname
            if head.form in OWN_CHANNELS and fold(surname) in ORG_WORDS:
                return self.found(self.organization(phrase.owner))  # "the Ruiz campaign's website"
            if head.form == "campaign" or (head.form == "team" and self.has_campaign(surname)):
                return self.found(self.organization(f"{surname} campaign"))
            whose = choose_bearer(self.names, last_word(phrase.owner), start) if head.form in OWNED_BODIES else None
            if whose is not None and whose.kind == "person":
                # "Mr. Hale's new company" is the one of Walter Hale.
                return self.found(self.organization(f"{whose.name} {' '.join(own[len(phrase.modifiers) :])}"))
            return self.found(self.organization(" ".join([TITLE_DOTS.sub("", phrase.owner), *own])))
        if head.form == "team" and len(phrase.modifiers) == 1 and self.has_campaign(phrase.modifiers[0]):
            return self.found(self.organization(f"{phrase.modifiers[0]} campaign"))
        if phrase.determiner == "own":
            owned = self.owned(item, phrase, start) if head.form in OWN_CHANNELS else None
            return owned or self.own_institution(item, phrase, start)
        if definite and head.form in NEWS_BODIES and phrase.modifiers == ("news",):
            outlet = self.outlet_near(start) or self.last_media(start)
            if outlet is not None:
                return self.found(self.again(outlet, "nominal", "speaker.institution"))
        if definite and phrase.modifiers and head.form in ("company", "agency") and "".join(phrase.modifiers).islower():
            nearest = find_nearest(self.text, self.names, self.quoted, head.form, start)
            if nearest is not None and nearest.entry is not None and TOLD_APART.isdisjoint(phrase.modifiers):
                return self.found(self.of_entity(nearest, "nominal", "speaker.institution", "organization"))
        if definite and not phrase.modifiers:
            nearest = find_nearest(self.text, self.names, self.quoted, head.form, start)
            if nearest is not None:
                return self.found(self.of_entity(nearest, "nominal", "speaker.institution", "organization"))
            for said in reversed(self.said[-LOOK_BACK_SAID:]):
                answer = said.answer
                if answer.type == "organization" and (
                    fold(answer.name).endswith(head.form) or (answer.head is not None and answer.head.form == head.form)
                ):
                    return self.found(self.again(answer, "nominal", "speaker.chain"))
            for mention in reversed(self.names.before(start, most=120)):
                entity = mention.entity
                if is_headline(entity.name) or head.form == "state":
                    continue
                if entity.kind == "organization" and (
                    fold(entity.name).split()[-1] == head.form
                    or head.form in fold(entity.name).split()
                    or head.canonical in entity.roles
                ):
                    return self.found(self.of_entity(entity, "nominal", "speaker.institution"))
            if head.form in _MEDIA_HEADS:
                media = self.last_media(start)
                if media is not None:
                    return self.found(media)
            for said in reversed(self.said[-2:]):
                if said.answer.type == "organization" and head.form in ANY_BODY:
                    return self.found(self.again(said.answer, "nominal", "speaker.institution"))
        if definite and head.form in _MEDIA_HEADS and phrase.modifiers and not self.is_proper(phrase, start):
            outlet = self.outlet_near(start)
            if outlet is not None:
                return self.found(outlet)
        meant = self.body_meant(phrase, start)
        if meant is not None:
            return self.found(meant)
        part = self.part_of_body(phrase, start, end) if end is not None else None
        if part is not None:
            return self.found(part)
        headline = phrase.determiner == "none" and self.names.sentence_of(start) == 0
        if (definite or headline) and not phrase.modifiers:
            known_body = self.body_of_kind(head.form, start)
            if known_body is not None:
                return self.found(self.of_entity(known_body, "nominal", "speaker.institution"))
        body = self.body_called(phrase, start)
        if body is not None:
            answer = self.of_entity(body, "nominal", "speaker.institution", "organization")
            return self.found(replace(answer, name=full_court(self.text, answer.name)))
        if self.is_proper(phrase, start):
            name = " ".join(own)
            return self.found(self.organization(name, "name"))
        name = describe_source(phrase, self.registry, None)
        # "the bank" of another article is another bank.
        if not name.islower():
            return self.found(Answer(name, "organization", "nominal", "speaker.body", self.slug_id(name), head=head))
        own_id = self.scoped_id("organization", name)
        return self.found(Answer(name, "organization", "nominal", "speaker.institution", own_id, head=head))

    def body_meant(self, phrase: SourcePhrase, start: int) -> Answer | None:
        """Return the police, state, government or committee that its kind alone tells in this article."""
        head = phrase.head
        assert head is not None
        words = [fold(word) for word in phrase.modifiers]
        name: str | None = None
        bare = not words and phrase.determiner in ("definite", "none") and not phrase.after
        if head.form == "police" and bare:
            name = find_police(self.text)
            if name is not None and last_word(re.split(r" [Pp]olice", name)[0]) in self.names.by_surname:
                name = None
        elif head.form == "state" and bare and phrase.determiner == "definite":
            name = find_state(self.text, self.names, start)
        elif head.form == "administration" and bare and phrase.determiner == "definite":
            name = find_administration(self.text, start) or self.administration_then()
        elif head.form == "government" and words == ["federal"] and phrase.determiner == "definite":
            name = "US government" if is_american(self.names) else None
        elif head.form in ("panel", "committee") and words in (["house"], ["senate"]):
            if self.names.sentence_of(start) <= LEAD_SENTENCES and phrase.determiner != "definite":
                name = find_committee(self.text, words[0], start)
        if name is None:
            return None
        return self.again(self.organization(name), "nominal", "speaker.institution")

    def administration_then(self) -> str | None:
        """Return whose administration it was in an American article of this date."""
        date = self.date if is_american(self.names) else None
        holder = self.registry.holder("president", "united-states", date) if date is not None else None
        return f"{split_name(holder.name).surname} administration" if holder is not None else None

    def part_of_body(self, phrase: SourcePhrase, start: int, end: int) -> Answer | None:
        """Return the court or body of which some members speak: "a panel of the Alder Court of Appeals"."""
        head = phrase.head
        if head is None or head.form not in PARTS_OF_BODIES or not phrase.after or fold(phrase.after[0]) != "of":
            return None
        for mention in self.names.inside(self.own_end(phrase, start, end), end)[:1]:
            if mention.entity.kind == "organization":
                return self.of_entity(mention.entity, "nominal", "speaker.institution")
        return None

    def body_of_kind(self, form: str, start: int) -> Entity | None:
        """Return the registry's body last named that such a noun can mean: "the bank", "the union"."""
        kinds = KINDS_CALLED.get(form)
        if kinds is None:
            return None
        sentence = self.names.sentence_of(start)
        ahead = self.names.between(start, LEAD_SENTENCES) if sentence == 0 else []
        found = [
            mention
            for mention in (*self.names.before(start, most=120), *ahead)
            if mention.entity.entry is not None and mention.entity.entry.kind in kinds
        ]
        if len({id(mention.entity) for mention in found}) > 1:
            # Of several the last one, if it is near.
            found = [mention for mention in found if abs(sentence - mention.sentence) <= LEAD_SENTENCES]
        elif len(found) == 1 and abs(sentence - found[0].sentence) > LEAD_SENTENCES:
            found = []  # named once in passing
        return found[-1 if sentence else 0].entity if found else None

    def has_campaign(self, surname: str) -> bool:
        """Return whether the article speaks of this person's campaign, so that their team is it."""
        return any(f"{surname}{joint} campaign" in self.text for joint in ("", "'s", "’s"))

    def body_called(self, phrase: SourcePhrase, start: int) -> Entity | None:
        """Return the one body of the article whose name has the phrase's words: "police" of Alder Police Department.

        A body introduced as "an appeals court" is looked for in the lead only.
        """
        head = phrase.head
        assert head is not None
        opening = self.names.sentence_of(start) <= LEAD_SENTENCES
        if head.form == "state" and phrase.determiner == "definite":
            return None  # it is no State Department
        if head.plural or (
            phrase.determiner not in ("definite", "none")
            and not (phrase.determiner == "indefinite" and opening and (phrase.modifiers or phrase.after))
        ):
            return None
        telling = [*phrase.modifiers, *(phrase.after[1:] if phrase.after[:1] == ("representing",) else ())]
        wanted = {fold(strip_possessive(word)) for word in telling} - COMMON_MODIFIERS
        if phrase.determiner == "indefinite" and not wanted and not phrase.modifiers:
            return None
        likes = BODY_WORDS.get(head.form, frozenset({head.form}))
        fitting = [
            entity
            for entity in self.names.entities
            if entity.kind in ("organization", "unknown")
            and entity.mentions
            and " " in entity.name
            and not is_headline(entity.name)
            and likes & (words := set(fold(entity.name).replace("-", " ").split()))
            and wanted <= words
        ]
        before = [entity for entity in fitting if entity.mentions[0].start < start]
        if len(before) > 1 and phrase.determiner == "definite":
            return max(before, key=lambda entity: max(m.start for m in entity.mentions if m.start < start))
        if len(fitting) > 1 and phrase.determiner != "definite" and opening and not before:
            # A lead's "House panel" is the one that the text names next.
            return min(fitting, key=lambda entity: entity.mentions[0].start)
        return fitting[0] if len(fitting) == 1 else None

    def last_runner(self, start: int) -> str | None:
        """Return the surname of who runs: "the Ruiz campaign", else the subject of the sentence before."""
        sentence = self.names.sentence_of(start)
        subject: str | None = None
        for mention in reversed(self.names.before(start, most=12)):
            if sentence - mention.sentence > 2:
                break
            entity = mention.entity
            if entity.kind == "organization" and fold(entity.name).endswith(" campaign"):
                return entity.name[: -len(" campaign")]
            told = mention.start not in self.quoted and sentence - mention.sentence == 1
            if entity.kind == "person" and told and grammar_of(self.text, mention) in ("subject", "first"):
                surname = split_name(entity.name).surname
                if self.has_campaign(surname):
                    return surname
                subject = subject or surname
        return find_campaign(self.text, start) or subject

    def minister_house(self, start: int) -> RegistryEntry | None:
        """Return the ministry of the minister last named: "the ministry" after the German foreign minister."""
        for mention in reversed(self.names.before(start, most=20)):
            entity = mention.entity
            if entity.entry is None or entity.entry.country is None or entity.kind != "person":
                continue
            if entity.entry.country == "united-states":
                continue  # a department, never a ministry
            for role in sorted(entity.roles | {held.role for held in entity.entry.roles}):
                if role.endswith(" minister"):
                    house = self.registry.institution(role.removesuffix("minister") + "ministry", entity.entry.country)
                    if house is not None:
                        return house
        return None

    def own_institution(self, item: Attribution, phrase: SourcePhrase, start: int) -> tuple[Answer | None, str]:
        gender: Gender | None = {"his": "male", "her": "female"}.get(fold(self.text[start : start + 4]).strip())  # type: ignore[assignment]
        if gender is None or phrase.head is None:
            return None, f"{DECLINED}.owner"
        person, _ = self.antecedent(item, start, gender)
        if person is None or person.entity is None:
            return None, f"{DECLINED}.owner"
        if phrase.head.form == "party":
            # "Her party" has a name; whose isn't told is nobody's.
            parties = {name for words, name in PARTIES if words & (person.entity.words | person.entity.roles)}
            if len(parties) != 1:
                return None, f"{DECLINED}.owner"
            return self.found(self.again(self.organization(parties.pop()), "nominal", "speaker.institution"))
        return self.found(self.organization(f"{split_name(person.entity.name).surname} {phrase.head.form}"))

    def antecedent(self, item: Attribution, start: int, gender: Gender | None) -> tuple[Candidate | None, float]:
        """Return whom a singular pronoun at `start` means, and its share among the candidates."""
        candidates = find_candidates(
            self.text, self.names, self.spoke, self.quoted, self.place(item, start), gender=gender
        )
        return self.choose("pronoun", item, candidates)

    def outlet_near(self, start: int) -> Answer | None:
        """Return the only known outlet of this sentence before `start` and the two before it."""
        sentence = self.names.sentence_of(start)
        near = {
            mention.entity.name: mention.entity
            for mention in self.names.before(start, most=12)
            if sentence - mention.sentence < LEAD_SENTENCES
            and mention.entity.entry is not None
            and mention.entity.entry.kind == "media"
        }
        if len(near) != 1:
            return None
        return self.of_entity(next(iter(near.values())), "nominal", "speaker.institution")

    def has_media(self, start: int) -> bool:
        """Return whether a known outlet is named before `start`."""
        before = (mention.entity.entry for mention in self.names.before(start, most=30))
        return any(entry is not None and entry.kind == "media" for entry in before)

    def last_media(self, start: int) -> Answer | None:
        for mention in reversed(self.names.before(start, most=30)):
            entity = mention.entity
            known = entity.entry
            if (known is not None and known.kind == "media") or (
                known is None and entity.kind == "organization" and MEDIA_WORD.search(entity.name)
            ):
                return self.of_entity(entity, "nominal", "speaker.issuer")
        paper = find_paper(self.text, start)
        return self.again(self.organization(paper), "nominal", "speaker.issuer") if paper is not None else None

    def body_by_word(self, word: str) -> Answer | None:
        """Return the body that one capitalised word before a document means: "a Post article", "DNC rules"."""
        plain = strip_possessive(word)
        if plain.isupper() and len(plain) > 2:
            return self.spelt_out(plain)
        if not plain[:1].isupper() or self.registry.country_of(plain) is not None:
            return None
        folded = fold(plain)
        fitting = [
            entity
            for entity in self.names.entities
            if entity.kind == "organization"
            and fold(entity.name).split()[-1] == folded
            and (entity.entry is None or entity.entry.kind != "platform")
        ]
        return self.of_entity(fitting[0], "nominal", "speaker.issuer") if len(fitting) == 1 else None
