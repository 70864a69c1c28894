"""Speakers by role noun: offices and their holders, relatives and unnamed sources."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from .authors import find_author
from .dates import find_latest_date
from .described import KINSHIP, bodies_of, find_described
from .descriptions import describe_source
from .mentions import Entity, choose_bearer
from .names import fold, last_word, strip_possessive
from .nominals import SourcePhrase, parse_phrase
from .owners import Relation, find_belonging, read_relations
from .registry import RegistryEntry
from .roles import Gender, RoleNoun
from .seats import seat_holder
from .speaker_bodies import ONE_OF
from .speaker_documents import DocumentStage
from .speaker_names import DECLINED, LOOK_BACK_SAID, Answer
from .types import Attribution

# Words for one and the same unnamed person: "a representative of the US government ... the US official".
GENERIC_HEADS = frozenset(["official", "representative", "source", "person", "aide", "adviser"])
SPOUSES = frozenset({"wife", "husband", "ex-wife", "ex-husband", "widow", "widower"})
# "any taxpayer", "every voter": all of them
EVERY = re.compile(r"(?:any|every|each) (?!of\b)", re.IGNORECASE)
NOUN_NEXT = re.compile(r" [a-z]{3,}")
# "The 34-year-old", "the Ohio-born 34-year-old"
AGED = re.compile(r"[Tt]he (?:[\w-]{3,20},? ){0,2}\d{1,3}-year-old\b")
# Words of "familiar with the matter" that a description keeps.
MAX_FAMILIAR = 7
_TELLING = frozenset({"military", "intelligence", "defense", "defence", "police", "former"})


@lru_cache(maxsize=64)
def latest_date(text: str) -> str | None:
    """Return the latest full date that an undated article mentions, which is about when it was written."""
    line = find_latest_date(text)
    return None if line is None else line.date


def _spokesperson(form: str) -> str:
    return "spokesperson" if form.startswith("spokes") else form


class RoleStage(DocumentStage):
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
            return self.plural_role(item, phrase, start, end, definite)
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
        aged = self.aged(item, start, head.gender)
        if aged is not None:
            return self.found(aged)
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
                date=self.date,
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

    def aged(self, item: Attribution, start: int, gender: Gender | None = None) -> Answer | None:
        """Return the person just spoken of for "the 34-year-old mother of three"; None for another description.

        Whom they name in what they say themselves is somebody else: "Ruiz has lied," said the 34-year-old.
        """
        if AGED.match(self.text, start) is None:
            return None
        person, share = self.antecedent(item, start, gender)
        if person is None or person.entity is None:
            return None
        if any(m.entity is person.entity for s in item.content_spans for m in self.names.inside(s.start, s.end)):
            return None
        return self.of_entity(person.entity, "nominal", "speaker.aged", "person", share)

    def is_adjective(self, phrase: SourcePhrase, start: int, end: int) -> bool:
        """Return whether a bare party word inside a sentence describes the next: "renewed Republican calls for"."""
        return (
            phrase.words in (("Republican",), ("Democrat",), ("Democratic",))
            and phrase.determiner == "none"
            and end - start == len(phrase.words[0])
            and self.text[max(0, start - 2) : start - 1].isalpha()
            and NOUN_NEXT.match(self.text, end) is not None
        )

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
        if self.date is not None and (seated := seat_holder(phrase, self.registry, self.date)) is not None:
            return self.by_role(seated)
        return None

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

    def plural_role(
        self, item: Attribution, phrase: SourcePhrase, start: int, end: int, definite: bool
    ) -> tuple[Answer | None, str]:
        """Return whom a plural role noun means; the stage for plurals knows."""
        return None, f"{DECLINED}.plural"

    def collective(self, phrase: SourcePhrase, start: int) -> tuple[Answer | None, str]:
        """Return the group that a collective means; the stage for plurals knows."""
        return None, f"{DECLINED}.plural"

    def withheld_names(self, start: int, end: int) -> bool:
        """Return whether people of a class spoke themselves; the stage for plurals knows."""
        return False
