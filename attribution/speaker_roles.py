"""Speakers by role noun: offices and their holders, unnamed sources, groups, institutions and documents."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from itertools import zip_longest

from .antecedents import SENTENCE_OPENING, Candidate, find_candidates, grammar_of
from .authors import find_author
from .bodies import (
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
    is_place_name,
)
from .capitals import ORG_WORDS
from .dates import find_latest_date
from .described import BODY_WORDS, KINSHIP, bodies_of, find_described
from .descriptions import TITLE_DOTS, describe_source
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
from .mentions import Entity, Mention, choose_bearer
from .names import LEADING_ARTICLE, fold, last_word, split_name, strip_possessive
from .nominals import SourcePhrase, parse_phrase
from .owners import Relation, find_belonging, read_relations
from .registry import RegistryEntry
from .roles import Gender, RoleNoun
from .speaker_names import DECLINED, LOOK_BACK_SAID, Answer, NameStage
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
# Words for one and the same unnamed person: "a representative of the US government ... the US official".
GENERIC_HEADS = frozenset(["official", "representative", "source", "person", "aide", "adviser"])
# What somebody speaks through rather than for.
POLLS = frozenset({"poll", "survey"})
POLL_REACH = 3000
# Words of "a statement defending the plan" up to its comma.
MAX_STATEMENT = 80
MAX_TO_MAKER = 40
LEAD_SENTENCES = 3
SPOUSES = frozenset({"wife", "husband", "ex-wife", "ex-husband", "widow", "widower"})
ONE_OF = re.compile(r"one of ", re.IGNORECASE)
CAMPAIGN_AFTER = re.compile(r"(?:['’]s?)? campaign\b")
# "any taxpayer", "every voter": all of them
EVERY = re.compile(r"(?:any|every|each) (?!of\b)", re.IGNORECASE)
NOUN_NEXT = re.compile(r" [a-z]{3,}")
AGED = re.compile(r"[Tt]he \d{1,3}-year-old\b")
# Words of "familiar with the matter" that a description keeps.
MAX_FAMILIAR = 7
# "a study that appeared in the Alder Journal", "a page on the bank's website"
PUBLISHED = re.compile(
    r",? (?:(?:that |which |was |recently |first |just ){0,3}"
    r"(?:appeared|published|released|posted|issued|conducted|carried|printed|produced|aired|commissioned) "
    r"(?:by|in|on|at)|on [^,.;:]{2,40}(?:website|web site|site|page|blog|channel))\b"
)
_ISSUED = frozenset({"by", "from", "of", "conducted", "released", "published"})
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
CALLED = re.compile(r" (?:called|named|known as|dubbed) ")
GOES_ON = re.compile(
    r",? (?:that|which|who|[a-z]{3,12}ing|aimed|based|set up|devoted|focused|backed|founded|led|run|owned|funded|"
    r"dedicated|aligned|for|in)\b"
)
OWN_CHANNELS = frozenset({"website", "site", "page", "account", "blog", "channel", "program", "show"})
MEDIA_WORD = re.compile(
    r"\b(?:times|post|news|journal|tribune|herald|gazette|magazine|guardian|press|radio|tv|television|network)$",
    re.IGNORECASE,
)

_TELLING = frozenset({"military", "intelligence", "defense", "defence", "police", "former"})
_MEDIA_HEADS = frozenset(
    "newspaper paper magazine network broadcaster outlet website channel station journal tabloid daily weekly".split()
)


@lru_cache(maxsize=64)
def latest_date(text: str) -> str | None:
    """Return the latest full date that an undated article mentions, which is about when it was written."""
    line = find_latest_date(text)
    return None if line is None else line.date


def _same_work(one: str, other: str) -> bool:
    return any(one in words and other in words for words in _WORKS)


def _spokesperson(form: str) -> str:
    return "spokesperson" if form.startswith("spokes") else form


class RoleStage(NameStage):
    """Adds what a phrase with a role noun as its head means."""

    __slots__ = ()

    def from_role(self, item: Attribution, phrase: SourcePhrase, start: int, end: int) -> tuple[Answer | None, str]:
        """Return whom a phrase with a role noun as its head means."""
        head = phrase.head
        assert head is not None
        definite = phrase.determiner in ("definite", "own") or (
            phrase.determiner == "none" and (phrase.owner is not None or not head.plural)
        )
        named = self.body_named_beside(phrase, start, end)
        if named is not None:
            return self.found(named)
        if head.kind == "institution" and not (head.plural and self.is_class(phrase, start)):
            return self.institution(item, phrase, start, end)
        if head.kind == "document":
            return self.document(item, phrase, start, end)
        if head.kind == "collective":
            if head.form in ("everyone", "everybody") and self.withheld_names(start, end):
                for said in reversed(self.said[-LOOK_BACK_SAID:]):
                    # "Everyone I interviewed": those the writer spoke to before.
                    if said.answer.type == "unnamed" and said.answer.plural and said.item.source_spans:
                        spans = said.item.source_spans
                        if self.withheld_names(spans[0].start, spans[-1].end):
                            return self.found(self.again(said.answer, "nominal", "speaker.chain"))
                return self.unnamed(self.text[start:end], phrase, start)
            return self.collective(phrase, start)
        if head.plural and ONE_OF.match(self.text, start) and (head.kind in ("inside", "class")):
            return self.unnamed(self.text[start:end], phrase, start, one=True)
        if head.plural:
            return self.plural_role(phrase, start, end, definite)
        if head.kind == "class" and EVERY.match(self.text, start) is not None:
            every = self.plural_of(head)
            words = (*phrase.words[: -len(head.form.split())], every.form)
            return self.found(
                self.group(describe_source(replace(phrase, head=every, words=words), self.registry, None), every)
            )
        if self.is_adjective(phrase, start, end):
            return self.found(self.group(self.plural_of(head).form.capitalize(), self.plural_of(head)))
        by_office = self.office(phrase, start)
        if by_office is not None:
            return self.found(by_office)
        relative = self.relative_of(item, phrase, start)
        if relative is not None:
            return self.found(relative)
        if AGED.match(self.text, start):
            # "The 34-year-old mother of three" is the person just spoken of.
            person, share = self.antecedent(item, start, head.gender)
            if person is not None and person.entity is not None:
                return self.found(self.of_entity(person.entity, "nominal", "speaker.aged", "person", share))
        owner = self.owner_of(item, phrase, start)
        if owner is not None:
            belongs = find_belonging(self.told_relations(), head, owner)
            if belongs is not None:
                return self.found(self.of_entity(belongs, "nominal", "speaker.kin", "person"))
        chained = self.chained(phrase, start, owner) if definite or phrase.determiner == "other" else None
        if phrase.determiner != "other" and not self.is_owned(phrase, owner):
            candidates = find_described(
                self.text,
                self.names,
                self.spoke,
                self.quoted,
                self.place(item, start),
                phrase,
                self.registry,
                home=self.country_of(phrase),
                chained=chained is not None,
                end=end,
            )
            best, share = self.choose("nominal", item, candidates)
            if best is not None and best.entity is not None:
                return self.found(self.of_entity(best.entity, "nominal", "speaker.title", None, share))
        if chained is not None:
            return self.found(chained)
        sought = phrase.determiner == "definite" or (definite and self.country_of(phrase) is not None)
        if head.kind == "office" and sought and owner is None and not bodies_of(phrase):
            return None, f"{DECLINED}.role"
        return self.unnamed(self.text[start:end], phrase, start, owner=owner)

    def is_adjective(self, phrase: SourcePhrase, start: int, end: int) -> bool:
        """Return whether a bare party word inside a sentence describes the next: "renewed Republican calls for"."""
        return (
            phrase.words in (("Republican",), ("Democrat",), ("Democratic",))
            and phrase.determiner == "none"
            and end - start == len(phrase.words[0])
            and self.text[max(0, start - 2) : start - 1].isalpha()
            and NOUN_NEXT.match(self.text, end) is not None
        )

    def body_named_beside(self, phrase: SourcePhrase, start: int, end: int) -> Answer | None:
        """Return the body that the phrase goes with: "Alder Watch, a group that", "a group called Alder Watch"."""
        head = phrase.head
        if head is None or head.plural or not (head.kind == "institution" or head.form in COLLECTIVE_BODIES):
            if phrase.determiner == "definite" and len(phrase.words) == 1 and is_paper(phrase.words[0], self.text, end):
                return self.organization(phrase.words[0], "name")
            return None
        called = CALLED.match(self.text, self.own_end(phrase, start, end))
        if called is not None:
            for mention in self.names.inside(called.end(), called.end() + 12)[:1]:
                if self.text[called.end() : mention.start].strip(' “"') in ("", "the"):
                    return self.of_entity(mention.entity, "nominal", "speaker.institution", "organization")
        capital = phrase.modifiers[-1] if phrase.modifiers else ""
        if head.kind == "collective" and capital[:1].isupper() and (spelt := self.body_by_word(capital)) is not None:
            return self.again(spelt, "nominal", "speaker.institution")  # "the AWG group"
        if phrase.determiner == "definite" and head.form in ("group", "organization") and not phrase.after:
            group = find_group(self.text, self.names, self.quoted, start)
            return self.of_entity(group, "nominal", "speaker.institution", "organization") if group else None
        goes_on = phrase.after or GOES_ON.match(self.text, end) is not None
        if phrase.determiner not in ("indefinite", "other") or not goes_on or ONE_OF.match(self.text, start):
            return None
        before = self.names.before(start, most=1)
        if not before or self.text[before[0].end : start] != ", " or before[0].start in self.quoted:
            return None
        entity = before[0].entity
        # ", a" makes a person of a name that nothing else tells of; what is apposed tells more.
        told = entity.gender is not None or bool(entity.roles - {head.form, head.canonical})
        unsure = entity.kind == "unknown" or (entity.kind == "person" and not told)
        body = entity.kind == "organization" or (unsure and " " in entity.name and not is_given(entity.name))
        body = body and not is_headline(entity.name)
        return self.of_entity(entity, "nominal", "speaker.institution", "organization") if body else None

    def is_owned(self, phrase: SourcePhrase, owner: Entity | None) -> bool:
        """Return whether the phrase is somebody's, so that the article must say whose: "her lawyer", "Hale's aide".

        "The candidate's doctor" and "the state's governor" can be people whom it only calls doctor and governor.
        """
        head = phrase.head
        if phrase.determiner == "own" or head is None:
            return phrase.determiner == "own"
        return owner is not None and (
            (phrase.owner or "")[:1].isupper() or head.kind == "inside" or head.form in KINSHIP
        )

    def owner_of(self, item: Attribution, phrase: SourcePhrase, start: int) -> Entity | None:
        """Return the person whose lawyer, daughter … a phrase with a possessive means, None where that is not sure."""
        if phrase.determiner == "own":
            word = fold(self.text[start : start + 4].split(" ")[0])
            if word in ("my", "our"):
                quoting = self.quoting(item, start)
                if quoting is not None or word == "our" or start in self.quoted:
                    return quoting.entity if quoting is not None and quoting.type == "person" else None
                author = find_author(self.text, start)
                return choose_bearer(self.names, last_word(author), start) if author is not None else None
            return self.owner_by_pronoun(item, phrase, start)
        if phrase.owner is None:
            return None
        if phrase.owner[:1].isupper():
            entry = self.registry.country_of(phrase.owner) or self.registry.by_name(phrase.owner)
            if entry is not None and entry.type != "person":
                return None
            whose = choose_bearer(self.names, last_word(phrase.owner), start)
            return whose if whose is not None and whose.kind == "person" else None
        parsed = parse_phrase(f"the {phrase.owner}", self.registry.roles)
        if parsed.head is None or parsed.head.plural or parsed.head.kind not in ("inside", "class", "office"):
            return None
        answer, _ = self.from_role(item, parsed, start, start)
        return answer.entity if answer is not None and answer.type == "person" else None

    def told_relations(self) -> dict[str, list[Relation]]:
        """Return who is whose lawyer, daughter … as the article says, read once."""
        if self.relations is None:
            self.relations = read_relations(self.text, self.names, self.registry.roles)
        return self.relations

    def quoting(self, item: Attribution, start: int) -> Answer | None:
        """Return who speaks the quotation around `start`; the stage for pronouns knows."""
        return None

    def from_phrase(self, item: Attribution, phrase: SourcePhrase, start: int, end: int) -> tuple[Answer | None, str]:
        """Return who a noun phrase means; the resolver knows the order of the stages."""
        return self.from_role(item, phrase, start, end) if phrase.head is not None else (None, f"{DECLINED}.unknown")

    def owner_by_pronoun(self, item: Attribution, phrase: SourcePhrase, start: int) -> Entity | None:
        """Return whom "his" or "her" before a role noun means."""
        if phrase.determiner != "own":
            return None
        word = fold(self.text[start : start + 4].split(" ")[0])
        if word not in ("his", "her"):
            return None
        person, _ = self.antecedent(item, start, "male" if word == "his" else "female")
        return person.entity if person is not None else None

    def relative_of(self, item: Attribution, phrase: SourcePhrase, start: int) -> Answer | None:
        """Return the wife, son … of a person: the only other bearer of the surname whose gender fits."""
        head = phrase.head
        if head is None or head.form not in KINSHIP or head.plural:
            return None
        whose: Entity | None = None
        if phrase.owner is not None:
            whose = choose_bearer(self.names, last_word(phrase.owner), start)
            if whose is not None and " " not in phrase.owner and (whose.gender or whose.hint) == head.gender:
                # "Hale's wife" with Ed and Mary Hale in the article is Mary.
                bearers = self.names.by_surname.get(last_word(phrase.owner), ())
                owners = [one for one in bearers if (one.gender or one.hint or head.gender) != head.gender]
                whose = owners[0] if len(owners) == 1 else None
        elif phrase.determiner == "own":
            word = fold(self.text[start : start + 4].split(" ")[0])
            if word == "my":
                author = find_author(self.text, start)
                whose = choose_bearer(self.names, last_word(author), start) if author is not None else None
            else:
                whose = self.owner_by_pronoun(item, phrase, start)
        if whose is None:
            return None
        # Somebody of that surname whom the article calls something else is no relative: "Scott's brother", a senator.
        others = [
            entity
            for entity in self.names.by_surname.get(last_word(whose.name), ())
            if entity is not whose
            and " " in entity.name
            and entity.kind in ("person", "unknown")
            and (entity.gender or entity.hint or (head.gender if head.form in SPOUSES else None)) == head.gender
            and (head.form in SPOUSES or not entity.roles or entity.roles & KINSHIP)
        ]
        return self.of_entity(others[0], "nominal", "speaker.kin", "person") if len(others) == 1 else None

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

    def office(self, phrase: SourcePhrase, start: int) -> Answer | None:
        """Return the holder of an office by the registry and the date, or by the article when it names the holder."""
        head = phrase.head
        if head is None or phrase.determiner in ("indefinite", "other"):
            return None
        if "former" in (fold(word) for word in phrase.modifiers):
            return None
        places = self.place_of(phrase)
        places += [
            home
            for place in places
            if place.country is not None and (home := self.registry.by_id(place.country)) is not None
        ]
        for place in places:
            role = " ".join([fold(word) for word in phrase.modifiers if not self.is_place(word)] + [head.form])
            for name in (role, head.form, _spokesperson(head.form)):
                holders = self.registry.holders(name, place.id)
                if not holders:
                    continue
                date = self.date or latest_date(self.text)
                if date is not None:
                    held = self.registry.holder(name, place.id, date)
                    if held is not None:
                        return self.by_role(held)
                    continue
                named = [holder for holder in holders if holder.id in self.names.by_key]
                if len(named) == 1:
                    return self.by_role(named[0])
        return None

    def is_place(self, word: str) -> bool:
        return self.registry.country_of(word) is not None or self.registry.by_name(word) is not None

    def by_role(self, holder: RegistryEntry) -> Answer:
        return Answer(holder.name, "person", "role", "speaker.role", holder.id, self.names.by_key.get(holder.id))

    def chained(self, phrase: SourcePhrase, start: int, owner: Entity | None = None) -> Answer | None:
        """Return the unnamed or titled speaker that "the official" takes up, the nearest with a fitting description.

        "His lawyer" is nobody who was called somebody else's before.
        """
        head = phrase.head
        assert head is not None
        wanted = {fold(strip_possessive(word)) for word in phrase.modifiers}
        if phrase.determiner == "other":
            return None
        side = self.country_of(phrase)
        generic: Answer | None = None
        for said in reversed(self.said[-LOOK_BACK_SAID:]):
            answer = said.answer
            if answer.head is None or answer.head.plural != head.plural:
                continue
            if side is not None and answer.side is not None and answer.side != side:
                continue
            # "the military official" is nobody who was called an administration official before.
            if wanted & _TELLING - answer.modifiers:
                continue
            if owner is not None and not self.may_belong(answer, owner):
                continue
            if answer.head.canonical == head.canonical:
                if phrase.owner is None or side is not None or phrase.determiner == "own":
                    return self.again(answer, "nominal", "speaker.chain")
            elif (
                generic is None
                and phrase.determiner != "own"
                and {answer.head.canonical, head.canonical} <= GENERIC_HEADS
            ):
                generic = self.again(answer, "nominal", "speaker.chain")
        return generic

    def may_belong(self, answer: Answer, owner: Entity) -> bool:
        """Return whether an unnamed speaker before was called this owner's, or nobody's."""
        surnames = self.names.by_surname
        named = any(one.kind == "person" for word in answer.modifiers for one in surnames.get(word, ()))
        return not named or last_word(owner.name) in answer.modifiers

    def unnamed(
        self, source: str, phrase: SourcePhrase, start: int, *, one: bool = False, owner: Entity | None = None
    ) -> tuple[Answer | None, str]:
        """Return an unnamed speaker with the normalised description of the source and whose they are: "Hale's aide"."""
        if not phrase.words:
            return None, f"{DECLINED}.empty"
        if owner is not None:
            bare = replace(phrase, owner=None, determiner="none", after=())
            name = f"{owner.name}'s {describe_source(bare, self.registry, None)}"
        else:
            name = describe_source(phrase, self.registry, self.side(start))
        if phrase.determiner == "other" and phrase.head is not None:
            name = f"{'other' if phrase.head.plural else 'another'} {name}"
        modifiers = frozenset(
            fold(strip_possessive(word)) for word in (*phrase.modifiers, *phrase.after, *name.split())
        )
        answer = Answer(
            name,
            "unnamed",
            "nominal",
            "speaker.unnamed",
            self.scoped_id("unnamed", name),
            plural=phrase.head is not None and phrase.head.plural and not one,
            head=phrase.head,
            modifiers=modifiers,
            side=self.country_of(phrase),
        )
        return self.found(answer)

    def familiar(self, source: str, called: str) -> tuple[Answer | None, str]:
        """Return an unnamed speaker described by what they know: "people familiar with the talks"."""
        words = " ".join(source.split(",")[0].split()).strip("\"“”'‘’ ")
        at = re.search(r"\b(?:those|people|persons?|individuals?|man|woman|some(?:one|body))\b", words, re.IGNORECASE)
        rest = words[at.end() :] if at is not None else ""
        rest = re.sub(r"^ who (?:are|is|was|were) ", " ", rest)
        name = called + " ".join(["", *rest.split()[:MAX_FAMILIAR]])
        plural = called == "people"
        head = self.registry.roles.nouns.get("people familiar" if plural else "person")
        scoped = self.scoped_id("unnamed", name)
        return self.found(Answer(name, "unnamed", "nominal", "speaker.unnamed", scoped, plural=plural, head=head))

    def side(self, start: int) -> RegistryEntry | None:
        """Return the country of the state body last named in the same paragraph, else the only one in the article."""
        paragraph = self.text.rfind("\n", 0, start)
        for mention in reversed(self.names.before(start, most=12)):
            if mention.start < paragraph:
                break
            entry = mention.entity.entry
            if entry is not None and entry.country is not None and entry.kind in ("government", "military"):
                return self.registry.by_id(entry.country)
        american = "white-house" in self.names.by_key or "joe-biden" in self.names.by_key
        return self.registry.by_id("united-states") if american else None

    def plural_of(self, noun: RoleNoun) -> RoleNoun:
        """Return the plural of a role noun where the lexicon has one."""
        plurals = (
            other for other in self.registry.roles.nouns.values() if other.plural and other.canonical == noun.canonical
        )
        return next(plurals, noun)

    def is_class(self, phrase: SourcePhrase, start: int) -> bool:
        """Return whether plural institutions are a class ("local authorities", "editorial boards"), not one by name."""
        return phrase.owner is None and not self.is_proper(phrase, start)

    def is_proper(self, phrase: SourcePhrase, start: int) -> bool:
        """Return whether a capital makes the words before the noun a name: "Alder court", not "Federal court" first."""
        opens = (
            phrase.determiner == "none" and SENTENCE_OPENING.search(self.text[max(0, start - 8) : start]) is not None
        )
        return any(
            word[:1].isupper() and not (opens and index == 0 and fold(word) in COMMON_MODIFIERS)
            for index, word in enumerate(phrase.modifiers)
        )

    def plural_role(self, phrase: SourcePhrase, start: int, end: int, definite: bool) -> tuple[Answer | None, str]:
        """Return whom a plural role noun means; the stage for plurals knows."""
        return None, f"{DECLINED}.plural"

    def collective(self, phrase: SourcePhrase, start: int) -> tuple[Answer | None, str]:
        """Return the group that a collective means; the stage for plurals knows."""
        return None, f"{DECLINED}.plural"

    def withheld_names(self, start: int, end: int) -> bool:
        """Return whether people of a class spoke themselves; the stage for plurals knows."""
        return False

    def owned(self, item: Attribution, phrase: SourcePhrase, start: int) -> tuple[Answer | None, str] | None:
        """Return whose thing "his website" is; the stage for pronouns knows."""
        return None

    def owning_body(self, item: Attribution, phrase: SourcePhrase, start: int) -> Answer | None:
        """Return the body whose thing speaks: "the party's rules", "the agency's bureaucracy"."""
        if phrase.owner is None or phrase.determiner not in ("definite", "none") or phrase.owner[:1].isupper():
            return None
        owner = parse_phrase(f"the {phrase.owner}", self.registry.roles)
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
        elif head.form == "government" and words == ["federal"] and phrase.determiner == "definite":
            name = "US government" if is_american(self.names) else None
        elif head.form in ("panel", "committee") and words in (["house"], ["senate"]):
            if self.names.sentence_of(start) <= LEAD_SENTENCES and phrase.determiner != "definite":
                name = find_committee(self.text, words[0], start)
        if name is None:
            return None
        return self.again(self.organization(name), "nominal", "speaker.institution")

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
        return self.found(self.organization(f"{split_name(person.entity.name).surname} {phrase.head.form}"))

    def antecedent(self, item: Attribution, start: int, gender: Gender | None) -> tuple[Candidate | None, float]:
        """Return whom a singular pronoun at `start` means, and its share among the candidates."""
        candidates = find_candidates(
            self.text, self.names, self.spoke, self.quoted, self.place(item, start), gender=gender
        )
        return self.choose("pronoun", item, candidates)

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
        before = list(NAMED_POLL.finditer(self.text, max(0, start - POLL_REACH), start))
        if before:
            return self.sponsor(before[-1][1])
        following = [match[1] for match in NAMED_POLL.finditer(self.text, end)]
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
        law = phrase.head is not None and phrase.head.form in LAWS
        inside = [mention for mention in self.names.before(end, most=20) if mention.start >= start]
        for mention, following in zip_longest(inside, inside[1:]):
            entity = mention.entity
            if entity.kind == "person" and CAMPAIGN_AFTER.match(self.text, mention.end) is not None:
                body = self.organization(f"{split_name(entity.name).surname} campaign")
                return replace(self.again(body, "nominal", "speaker.issuer"), head=phrase.head)
            if mention.start < own_end < mention.end:
                continue  # capitals of a headline run on: "New Poll Shows Ruiz Ahead"
            if entity.entry is not None and entity.entry.kind == "platform":
                continue  # "a Facebook post"
            if law and (entity.kind == "country" or is_place_name(entity.name)):
                continue
            if entity.kind not in ("organization", "person", "country") and mention.start >= own_end:
                continue
            if mention.start < own_end or published or after in _ISSUED:
                if following is not None and self.works_at(mention, following):
                    entity = following.entity
                kind = None if entity.kind != "unknown" else self.owner_type(entity, mention)
                found = self.of_entity(entity, "nominal", "speaker.issuer", kind)
                return replace(found, entity=entity, head=phrase.head)
        return None
