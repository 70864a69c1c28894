"""Speakers by name: what an answer is, ids, full names, surnames, aliases, appositives and "A and B"."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .antecedents import SENTENCE_OPENING, Candidate, Place, Quotations, Spoke
from .capitals import STOP_WORDS, US_STATES, parse_name
from .descriptions import describe_source
from .general_people import describe_side
from .individuals import is_people
from .mentions import ArticleNames, Entity, Mention, choose_bearer
from .names import (
    LEADING_ARTICLE,
    PARTICLES,
    SUFFIXES,
    fold,
    fold_name,
    last_word,
    slug,
    strip_possessive,
)
from .nominals import AFTER_HEAD, POSSESSIVE_WORD, SourcePhrase
from .owners import Relation
from .ranking import SpeakerRanker, default_ranker
from .registry import Registry, RegistryEntry
from .roles import RoleNoun, default_given_names, read_name_words
from .seats import add_seats
from .types import Attribution, SpeakerHow, SpeakerType
from .worded_titles import find_titled

DECLINED = "speaker.declined"
# Shorter surnames have too many neighbours one letter away.
MIN_MISSPELT = 5
# Speakers further back are not taken up again; it also keeps book-length texts linear.
LOOK_BACK_SAID = 60
# Old typesetting has two apostrophes for a quotation mark.
OPENS_QUOTE = re.compile(r"[“\"«]|''|``|‘‘")
WORDS_BEFORE_TITLE = re.compile(r"(?:[\w.’'-]{1,20} ){1,9}")
UNTITLED = re.compile(r"[a-z]\w{0,19} (?:\w{1,20}\.? ){0,3}")
PEOPLE = frozenset(
    "people men women children folk folks youth public electorate crowd base brass personnel faction generation "
    "population mainstream wing elite enforcement".split()
)
# "Many African-Americans": what ends so is people, not a thing.
PEOPLES = read_name_words()["name.people"]
# "The Refugee Convention": what ends so was signed, passed or published.
DOCUMENT_NAMES = frozenset({"convention", "assessment", "act", "charter", "code", "protocol", "doctrine", "accords"})
# Endings of plurals that are no people: "emissions rules", "figures", "findings".
THINGS = ("rules", "laws", "bylaws", "findings", "results", "documents", "records", "numbers", "returns", "standards",
          "trends", "facts", "events", "comments", "questions", "words", "things", "signs", "ads", "images", "tapes",
          "eyes", "levels", "rates", "totals",
          "prices", "gains", "losses", "efforts", "moves", "steps",
          "actions", "policies", "issues", "problems", "polls", "statistics")  # fmt: skip
CAPITALISED = re.compile(r"\b[A-Z][a-z’'-]{1,20}\b")
NEXT_CAPITALISED = re.compile(r" (?:(?:to|of|for|and|the|on|in|of the|for the) )?([A-Z][a-z’'-]{1,20})\b")
# "Western fears that ..." and "European hopes" are nobody's surname.
REGIONS = frozenset({"african", "arab", "asian", "eastern", "european", "northern", "southern", "western"})
# Outlets: "alderdaily.com", "KALD-TV"
OUTLET = re.compile(r"[\w.-]{1,60}\.(?:com|org|net|info|tv)|[KW][A-Z]{2,3}-(?:TV|FM|AM)")
BRAND = re.compile(r"[a-z][A-Z][a-z]{2}")
JOINT_POLL = re.compile(r" (?:Poll|Survey)\Z")
NO_PERSON = re.compile(r", (?:which|D\.|and|but|[A-Z])")
NAME_AFTER_ROLE = re.compile(r"(?:,| ?[—–]| --?)? |[—–]")
# "another favorite in the Senate — Ana Ruiz of Ohio —"
DASH = re.compile(r" ?[—–] ?| --? ")


@dataclass(frozen=True, slots=True)
class Answer:
    """One resolved source; `entity` is set where the article names them."""

    name: str
    type: SpeakerType
    how: SpeakerHow
    why: str
    id: str
    entity: Entity | None = None
    plural: bool = False
    head: RoleNoun | None = None
    modifiers: frozenset[str] = frozenset()
    share: float | None = None
    """The softmax share of a ranked choice."""
    base: str | None = None
    """The stage of the earlier answer that this one takes up."""
    side: str | None = None
    """Id of the country that an unnamed speaker speaks for, as far as the description tells."""


@dataclass(frozen=True, slots=True)
class Said:
    """One attribution already resolved, in text order."""

    position: int
    item: Attribution
    answer: Answer
    nested: bool


def names_somebody(kind: SpeakerType, name: str) -> bool:
    """Return whether an answer says who is meant: a person, a country or a body by its name.

    The others describe in words of the text ("senior official", "voters", "bank", "report"); the guidelines score them
    by type and description.
    """
    return kind in ("person", "country") or (kind == "organization" and not name.islower())


def anchor(item: Attribution) -> int:
    """Return where an attribution stands in reading order: at its source, else its cue, else its content."""
    if item.source_spans:
        return item.source_spans[0].start
    return item.cue_spans[0].start if item.cue_spans else item.start


@dataclass(slots=True)
class NameStage:
    """The state of one article's resolution, and everything that needs only names."""

    text: str
    attributions: Sequence[Attribution]
    registry: Registry
    date: str | None
    names: ArticleNames
    said: list[Said] = field(default_factory=list)
    spoke: list[Spoke] = field(default_factory=list)
    quoted: Quotations = field(default_factory=lambda: Quotations(()))
    reported: Quotations = field(default_factory=lambda: Quotations(()))
    ranker: SpeakerRanker = field(default_factory=default_ranker)
    scope: str = ""
    publisher: str | None = None
    """The name of the body that publishes the article."""
    sources: dict[tuple[int, int], Answer] = field(default_factory=dict)
    relations: dict[str, list[Relation]] | None = None
    """Who is whose lawyer, daughter … by the article's words, once asked for."""
    declined_at: int = -1
    """Where the last source stands whose speaker was declined."""

    def __post_init__(self) -> None:
        self.scope = hashlib.sha256(self.attributions[0].article_id.encode("utf-8", "surrogatepass")).hexdigest()[:6]
        self.quoted = Quotations(
            (span.start, span.end)
            for item in self.attributions
            for span in item.content_spans
            if item.kind == "direct" or OPENS_QUOTE.match(self.text, span.start)
        )
        self.reported = Quotations((span.start, span.end) for item in self.attributions for span in item.content_spans)
        add_seats(self.names, self.date)

    def choose(self, kind: str, item: Attribution, candidates: list[Candidate]) -> tuple[Candidate | None, float]:
        """Return the candidate that the ranker of this kind likes best, and its share among them."""
        choice = self.ranker.choose(kind, [candidate.features for candidate in candidates])
        if choice is None:
            return None, 0.0
        return candidates[choice.index], choice.share

    def place(self, item: Attribution, start: int) -> Place:
        """Return where a source stands."""
        return Place(
            start,
            (item.start, item.end) if item.kind == "direct" else None,
            after_content=item.start < start,
            direct=item.kind != "indirect" or OPENS_QUOTE.match(self.text, item.start) is not None,
            said=tuple((span.start, span.end) for span in item.content_spans),
            reported=self.reported,
        )

    def found(self, answer: Answer) -> tuple[Answer, str]:
        return answer, answer.why

    def again(self, answer: Answer, how: SpeakerHow, why: str) -> Answer:
        """Return the same speaker reached another way."""
        return Answer(
            answer.name,
            answer.type,
            how,
            why,
            answer.id,
            answer.entity,
            answer.plural,
            answer.head,
            answer.modifiers,
            base=answer.base or answer.why,
            side=answer.side,
        )

    def of_entry(self, entry: RegistryEntry, said: str) -> Answer:
        entity = self.names.by_key.get(entry.id)
        exact = fold_name(said) == fold_name(entry.name)
        how: SpeakerHow = "name" if exact or entry.type in ("organization", "group") else "alias"
        return Answer(entry.name, entry.type, how, f"speaker.{how}", entry.id, entity)

    def of_mention(self, mention: Mention, start: int) -> Answer:
        """Return the mention's entity, named in full or by surname."""
        entity = mention.entity
        said = self.text[mention.start : mention.end]
        if entity.kind == "country" and self.text[mention.end : mention.end + 2] == ", ":
            namesake = self.namesake(said, mention)
            if namesake is not None:
                return self.of_entity(namesake, "surname", "speaker.surname", "person")
        full = " " in said or "\u00a0" in said or entity.kind in ("country", "organization")
        if entity.entry is not None and entity.kind != "person":
            return self.of_entry(entity.entry, said)
        spelt_out = self.spelt_out(said) if entity.entry is None and not full else None
        if spelt_out is not None:
            return spelt_out
        kind = self.entity_type(entity, mention)
        how: SpeakerHow = "name" if full else "surname"
        return self.of_entity(entity, how, f"speaker.{how}", kind)

    def namesake(self, said: str, mention: Mention) -> Entity | None:
        """Return the person called like a country or its capital: "Paris, who", or "Paris, a sailor" after Jo Paris."""
        who = self.text.startswith(", who ", mention.end)
        if not who and (NO_PERSON.match(self.text, mention.end) or fold_name(said) == fold_name(mention.entity.name)):
            return None
        known = choose_bearer(self.names, fold_name(said), mention.start)
        if known is not None and known.kind == "person" and known.mentions[0].start < mention.start:
            return known
        return self.new_person(said, mention.start, mention.end) if who and " " not in said else None

    def entity_type(self, entity: Entity, mention: Mention) -> SpeakerType:
        """Return the type of an entity that is a source; "unknown" names become people unless an article precedes."""
        if entity.kind != "unknown":
            return self.plain_type(entity)
        before = self.text[max(0, mention.start - 4) : mention.start].lower()
        words = entity.name.split()
        if before == "the " or len(words) > 4 or any(word.islower() and word not in PARTICLES for word in words[1:]):
            return "organization"
        if len(words) == 1 and entity.name.isupper():
            return "organization"
        return "person"

    def plain_type(self, entity: Entity) -> SpeakerType:
        """Return the type of an entity by itself: whatever is called by an act's or a report's name is a document."""
        if entity.kind == "unknown":
            return "person"
        if entity.kind != "thing":
            return entity.kind
        if PEOPLES & set(last_word(entity.name).split("-")):
            return "group"
        last = self.registry.roles.nouns.get(last_word(entity.name))
        document = (last is not None and last.kind == "document") or last_word(entity.name) in DOCUMENT_NAMES
        return "document" if document else "organization"

    def of_entity(
        self,
        entity: Entity,
        how: SpeakerHow,
        why: str,
        kind: SpeakerType | None = None,
        share: float | None = None,
    ) -> Answer:
        if kind is None:
            kind = self.plain_type(entity)
        known = entity.entry
        if known is None and kind == "person":
            known = self.registry.fuzzy(entity.name)
        if known is not None:
            return Answer(known.name, known.type, how, why, known.id, entity, share=share)
        own_id = self.person_id(entity.name) if kind == "person" else self.slug_id(entity.name)
        return Answer(entity.name, kind, how, why, own_id, entity, share=share)

    def person_id(self, name: str) -> str:
        """Return the slug of a full name; of a lone surname or given name one that holds in this article only."""
        return self.slug_id(name) if " " in name or name.startswith("@") else self.scoped_id("person", name)

    def slug_id(self, name: str) -> str:
        return slug(name) or "speaker-" + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]

    def scoped_id(self, kind: str, name: str) -> str:
        return f"{kind}-{self.scope}-{self.slug_id(name)}"

    def group(self, name: str, head: RoleNoun | None = None) -> Answer:
        return Answer(name, "group", "nominal", "speaker.group", self.slug_id(name), plural=True, head=head)

    def organization(self, name: str, how: SpeakerHow = "nominal") -> Answer:
        known = self.registry.by_name(name)
        if known is not None and known.type != "person":
            return self.of_entry(known, name)
        clean = LEADING_ARTICLE.sub("", name)
        why = "speaker.name" if how == "name" else "speaker.body"
        return Answer(clean, "organization", how, why, self.slug_id(clean))

    def mention_at(self, position: int) -> Mention | None:
        """Return the mention that covers `position`."""
        for mention in reversed(self.names.before(position + 1, most=3)):
            if mention.start <= position < mention.end:
                return mention
        return None

    def mention_from(self, position: int, end: int) -> Mention | None:
        """Return the mention that starts at `position`, titles or up to four words before it included."""
        for mention in self.names.before(position + 40, most=4):
            if mention.start >= position:
                before = self.text[position : mention.start]
                if len(before) <= len(" ".join(mention.titles)) + 2 or (
                    mention.end <= end
                    and mention.entity.kind == "person"
                    and UNTITLED.fullmatch(before)
                    and not AFTER_HEAD & set(before.split())
                ):
                    return mention
        return None

    def titled_name(self, start: int, end: int) -> Mention | None:
        """Return the person before whose name only titles stand in the source: "Secretary of State Ruiz"."""
        for mention in self.names.before(min(end, start + 60), most=4):
            before = mention.start - start
            if mention.titles and end - mention.end <= 1 and before > 0:
                # "Alder's Secretary of State Ana Ruiz", "former harbor Chief of Staff Ed Hale"
                titled = max(start, mention.start - len(" ".join(mention.titles)) - 1)
                opens = WORDS_BEFORE_TITLE.match(self.text, start, titled)
                if opens is not None and not AFTER_HEAD & set(opens[0].lower().split()) and opens.end() == titled:
                    before = 1
            if mention.titles and mention.entity.kind == "person" and 0 < before <= len(" ".join(mention.titles)) + 2:
                owns = mention.end < end - 2 and self.text[mention.end] in "'’"
                return None if owns else mention
        return None

    def named_like_role(self, phrase: SourcePhrase, start: int, end: int) -> tuple[Answer | None, str] | None:
        """Return the person whose surname is a role noun: "Ed Dean" before a verb in a headline's capitals."""
        words = phrase.words
        if len(words) != 2 or phrase.determiner != "none" or phrase.owner is not None or phrase.after:
            return None
        if fold(words[0]) not in default_given_names() or not words[1][:1].isupper() or words[1].isupper():
            return None
        name = " ".join(words)
        entity = self.names.by_key.get("\x00" + fold_name(name)) or self.new_person(name, start, end)
        return self.found(self.of_entity(entity, "name", "speaker.name", "person"))

    def own_end(self, phrase: SourcePhrase, start: int, end: int) -> int:
        """Return the offset behind the phrase's own last word, a possessive ending left out."""
        last = phrase.words[-1]
        at = start
        for word in phrase.words:
            found = self.text.find(word, at, end)
            if found >= 0:
                at = found + len(word)
        match = POSSESSIVE_WORD.match(last)
        return at - (len(last) - len(match[1] or match[2]) if match else 0)

    def is_name_of(self, phrase: SourcePhrase, mention: Mention, start: int, own_end: int, end: int) -> bool:
        """Return whether the source's own words end in this name.

        Not when a capitalised role noun only looks like one ("GOP nominee"), and not when the name runs on beyond the
        source, as capitals in headlines do ("Ruiz Vows To Stay").
        """
        entity = mention.entity
        institution = phrase.head is not None and phrase.head.kind == "institution"
        if fold(entity.name) == "super pac" or (
            institution and "-" in self.text[max(start, mention.start - 1) : mention.start]
        ):
            return False  # "the major Super PAC", "an anti-Ruiz PAC"
        if entity.kind == "unknown" and " " in entity.name and self.text[start:end].isupper():
            return False  # a headline in capitals
        joined = "-" in entity.name or self.text[mention.start - 1 : mention.start] == "/"
        if joined and JOINT_POLL.search(entity.name):
            return False  # "a Harbor Post/Alder University Poll" is by two
        if mention.end < own_end and fold(self.text[mention.end : own_end].strip(" ,")) not in SUFFIXES:
            return False
        if phrase.head is not None and entity.entry is None:
            # "Member of Parliament": the capitals run on behind a person's role.
            runs_on = (
                mention.end > own_end
                and phrase.head.kind in ("inside", "class", "office")
                and self.text.startswith(" of ", own_end)
            )
            if runs_on or entity.kind in ("unknown", "thing"):
                return False
        return entity.entry is not None or (mention.end <= max(own_end + 2, end) and mention.start >= start - 1)

    def apposed_name(self, start: int, own_end: int, end: int) -> Mention | None:
        """Return the person named behind a comma, or right behind the role: "a lawyer for the bank, Ana Ruiz,"."""
        stops = [own_end]
        comma = self.text.find(",", own_end, end)
        if comma > own_end:
            stops.append(comma)
        dash = DASH.search(self.text, own_end, end)
        if dash is not None:
            stops.append(dash.start())
        joints = {comma, dash.start() if dash is not None else -1}
        for stop in stops:
            gap = NAME_AFTER_ROLE.match(self.text, stop)
            titled = find_titled(self.text, self.names, self.registry.roles, gap.end(), end) if gap else None
            if titled is not None and stop in joints:
                return titled
            mention = self.mention_from(gap.end(), end if stop in joints else stop) if gap is not None else None
            if mention is None or mention.entity.kind not in ("person", "unknown"):
                continue
            # "the minister, Ruiz's rival, said": a possessive belongs to what follows.
            if self.text[mention.end : mention.end + 1] not in ("'", "’"):
                return mention
        return None

    def from_unknown(self, phrase: SourcePhrase, start: int, end: int, own_end: int) -> tuple[Answer | None, str]:
        """Return a speaker for words that are neither a known name nor a role noun."""
        if len(phrase.words) == 1 and OUTLET.fullmatch(phrase.words[0]) is not None:
            return self.found(self.organization(phrase.words[0], "name"))
        if self.text[start:end].isupper() is False and self.is_common(phrase, start):
            return self.from_common(phrase)
        owner = self.owner(phrase, start, own_end)
        if owner is not None:
            return self.found(owner)
        words = [strip_possessive(word) for word in phrase.words]
        small = next((index for index, word in enumerate(words) if word[:1].isupper()), 0)
        if not small and len(words) > 2 and words[1].islower() and words[1] not in PARTICLES:
            # "Band member Ruiz": the first capital only opens the sentence.
            name_at = next((index for index, word in enumerate(words[1:], 1) if word[:1].isupper()), 0)
            led = self.led_by(words[:name_at], " ".join(words[name_at:]), start, end) if name_at > 1 else None
            if led is not None:
                return self.found(led)
        if small and all(word[:1].isupper() or word in PARTICLES for word in words[small:]):
            led = self.led_by(words[:small], " ".join(words[small:]), start, end)
            if led is not None:
                return self.found(led)
            if words[-1].endswith("s") and phrase.partitive:
                return self.found(self.group(" ".join(words)))  # "thousands of self-described Huskers"
            if not words[-1].endswith("s") and words[-1] not in ("PAC", "VP"):
                words = words[small:]  # "a desperate ABC", but "conservative Lutherans"
        name = " ".join(words)
        country = self.registry.country_of(name) if name != "us" else None
        if country is not None:
            return self.found(self.from_demonym(phrase, name, country, start))
        home = state_of(name) if phrase.determiner == "definite" else None
        if home is not None and (resident := self.last_person(start, lambda e: home <= e.words)) is not None:
            return self.found(self.of_entity(resident, "nominal", "speaker.title"))
        folded = fold_name(name)
        if PEOPLES & set(folded.split(" ")[-1].split("-")):
            return self.found(self.group(name))
        if folded in REGIONS and not any(" " in bearer.name for bearer in self.names.by_surname.get(folded, ())):
            return self.found(self.group(f"{name} countries"))
        if words[-1][:1].isupper():
            key = fold_name(words[-1])
            entity = choose_bearer(self.names, key, start)
            # "AT LEAST 10 KILLED IN ALDER": one word is left of it.
            shouted = " " in self.text[start:end] and self.text[start:end].isupper()
            if (folded in STOP_WORDS or shouted) and (entity is None or (shouted and entity.kind == "unknown")):
                return self.of_whom(phrase, start, end)
            if entity is not None:
                return self.found(self.of_entity(entity, "surname", "speaker.surname"))
            if phrase.partitive and len(words) == 1 and name.endswith("s"):
                return self.found(self.group(name))  # "thousands of Aldermers"
            parsed = parse_name(name, self.registry, phrase.determiner == "definite")
            shown = parsed.name or name
            spelt_out = self.spelt_out(shown)
            if spelt_out is not None:
                return self.found(spelt_out)
            if phrase.determiner == "definite" and self.is_family(name):
                return self.found(self.group(name))
            if parsed.kind == "organization" or phrase.determiner == "definite" or (shown.isupper() and len(shown) < 6):
                answer = Answer(shown, "organization", "name", "speaker.name", self.slug_id(shown))
                return self.found(answer)
            if len(words) <= 4:
                how: SpeakerHow = "name" if " " in shown else "surname"
                near = self.misspelt(shown) if " " not in shown else None
                if near is None and self.is_brand(shown, start):
                    return self.found(Answer(shown, "organization", "name", "speaker.name", self.slug_id(shown)))
                person = near or self.new_person(shown, start, end)
                return self.found(self.of_entity(person, how, f"speaker.{how}", "person"))
            return None, f"{DECLINED}.unknown"
        return self.from_common(phrase)

    def led_by(self, before: Sequence[str], name: str, start: int, end: int) -> Answer | None:
        """Return whom a name behind a noun in small letters means: "daughter Ivanka", "book Dale", "giant ABC"."""
        noun = self.registry.roles.at_end([fold(word) for word in before])
        if noun is None or noun[0].plural:
            return None
        if fold(name) in PEOPLES:
            return self.group(name)  # "conservative Lutherans"
        if noun[0].kind == "document":
            own_id = self.scoped_id("document", name)
            return Answer(name, "document", "name", "speaker.name", own_id, head=noun[0])
        if noun[0].kind == "institution":
            return self.organization(name, "name")
        if noun[0].kind not in ("inside", "class", "office") or len(name.split()) > 3:
            return None
        known = choose_bearer(self.names, fold_name(name.split()[-1]), start)
        how: SpeakerHow = "name" if " " in name else "surname"
        person = known or self.new_person(name, start, end)
        return self.of_entity(person, how, f"speaker.{how}", "person")

    def of_whom(self, phrase: SourcePhrase, start: int, end: int) -> tuple[Answer | None, str]:
        """Return whose "much of Ruiz's anger" is; words that name nobody, and a line in capitals, are declined."""
        if phrase.after[:1] == ("of",):
            for mention in self.names.inside(start, end):
                if mention.entity.kind == "person" and self.text[mention.end : mention.end + 1] in ("'", "’"):
                    return self.found(self.of_mention(mention, mention.start))
        return None, f"{DECLINED}.unknown"

    def owner(self, phrase: SourcePhrase, start: int, own_end: int) -> Answer | None:
        """Return whose words or work a thing is: "Ana Ruiz's account", "Ruiz's book"; None when nobody is named."""
        if phrase.owner is None or phrase.words[-1][:1].isupper():
            return None
        for mention in reversed(self.names.before(own_end, most=4)):
            if mention.start < start:
                break
            if self.text[mention.end : mention.end + 1] in ("'", "’"):
                kind = self.entity_type(mention.entity, mention)
                return self.of_entity(mention.entity, "nominal", "speaker.issuer", kind)
        return None

    def is_common(self, phrase: SourcePhrase, start: int) -> bool:
        """Return whether a capital only opens the sentence: a plural noun, or a word the article also has in small."""
        word = phrase.words[-1]
        if (
            len(phrase.words) != 1
            or not word[:1].isupper()
            or not SENTENCE_OPENING.search(self.text[max(0, start - 8) : start])
        ):
            return False
        if self.names.by_surname.get(fold_name(word)) or self.registry.country_of(word) is not None:
            return False
        plural = word.endswith("s") and not word.endswith(("ss", "'s", "’s")) and phrase.determiner == "none"
        return plural or f" {word.lower()} " in self.text

    def from_common(self, phrase: SourcePhrase) -> tuple[Answer | None, str]:
        """Return a group for a plural noun that can be people, else None: a thing says nothing by itself."""
        last = strip_possessive(phrase.words[-1])
        folded = fold(last)
        side = describe_side(phrase.words) if phrase.determiner == "definite" else None
        if side is not None:
            return self.found(self.group(side))
        if phrase.owner is None and (folded in PEOPLE or (folded.endswith("s") and len(folded) > 3)):
            if not folded.endswith(THINGS) and (last[:1].isupper() or folded in PEOPLE or is_people(folded)):
                return self.found(self.group(describe_source(phrase, self.registry, None)))
        return None, f"{DECLINED}.unknown"

    def spelt_out(self, acronym: str) -> Answer | None:
        """Return the body that an acronym stands for when the article spells it out, None when it does not."""
        letters = acronym.replace(".", "")
        if not (letters.isupper() and letters.isascii() and letters.isalpha() and 3 <= len(letters) <= 6):
            return None
        found = spelt_out(self.text, letters)
        if found is None:
            return None
        answer = self.organization(found, "alias")
        return self.again(answer, "alias", "speaker.alias")

    def is_brand(self, name: str, start: int) -> bool:
        """Return whether a bare name that no title or given name goes with is a body's: PolitiFact, or never "Mr."."""
        if " " in name or name.isupper() or fold(name) in default_given_names():
            return False
        if BRAND.search(name):
            return True
        # A person's surname stands alone only after a full name; a transcript's "HALE:" or "Hale:" is no such case.
        return self.text.count(name) > 1 and f"\n{name}:" not in self.text and f'"{name}:' not in self.text

    def is_family(self, name: str) -> bool:
        """Return whether a name is the plural of a surname of the article: "the Hales" after Ed Hale."""
        if not name.endswith("s") or " " in name:
            return False
        key = fold_name(name)
        singles = (key[:-1], key[:-2]) if key.endswith("es") else (key[:-1],)
        return any(one.kind == "person" for single in singles for one in self.names.by_surname.get(single, ()))

    def misspelt(self, surname: str) -> Entity | None:
        """Return the one person of the article whose surname differs by a letter or two: "Mr. Ruitz" is Ana Ruiz."""
        # rapidfuzz takes a while to import and most articles never need it.
        from rapidfuzz.distance import OSA

        key = fold_name(surname)
        if len(key) < MIN_MISSPELT:
            return None
        allowed = 2 if len(key) > MIN_MISSPELT + 2 else 1
        near = {
            id(entity): entity
            for known, entities in self.names.by_surname.items()
            if known[:1] == key[:1] and OSA.distance(known, key, score_cutoff=allowed) <= allowed
            for entity in entities
            if (entity.kind in ("person", "unknown") and entity.entry is None) or entity.kind == "person"
        }
        return next(iter(near.values())) if len(near) == 1 else None

    def new_person(self, name: str, start: int, end: int) -> Entity:
        """Return a person whom only the source names, known to the article from here on."""
        entity = Entity(name, "person")
        entity.mentions.append(Mention(start, end, entity, self.names.sentence_of(start)))
        self.names.by_surname.setdefault(last_word(name), []).append(entity)
        return entity

    def from_demonym(self, phrase: SourcePhrase, word: str, country: RegistryEntry, start: int) -> Answer:
        """Return the country for "the Russians", somebody of it for "the Ukrainian", a group for "many Russians"."""
        folded = fold_name(word)
        plural = folded in {fold_name(people) for people in country.people}
        if plural and phrase.determiner != "definite" and folded not in {fold_name(a) for a in country.demonyms}:
            return self.group(strip_possessive(phrase.words[-1]))
        if not plural and phrase.determiner == "definite" and folded in {fold_name(d) for d in country.demonyms}:
            person = self.last_person(start, lambda entity: _is_of(entity, country))
            if person is not None:
                return self.of_entity(person, "nominal", "speaker.title")
        return self.of_entry(country, word)

    def last_person(self, position: int, fits: Callable[[Entity], bool]) -> Entity | None:
        """Return the person last named before `position` for whom `fits` holds."""
        for mention in reversed(self.names.before(position, most=80)):
            if mention.entity.kind == "person" and fits(mention.entity):
                return mention.entity
        return None


def spelt_out(text: str, letters: str) -> str | None:
    """Return the capitalised words of `text` with these initials: SEC is a Securities and Exchange Commission."""
    initial = letters[0]
    for match in CAPITALISED.finditer(text):
        if match[0][0] != initial:
            continue
        words, at = [match[0]], match.end()
        for letter in letters[1:]:
            following = NEXT_CAPITALISED.match(text, at)
            if following is None or following[1][0] != letter:
                break
            words.append(following[0].strip())
            at = following.end()
        else:
            return " ".join(words)
    return None


def state_of(resident: str) -> frozenset[str] | None:
    """Return the words of the US state whose people are called so: "Texan", "Ohioan", "New Yorker"."""
    folded = fold(resident)
    for state in US_STATES.values():
        if folded in {state + "n", state + "an", state + "er", state[:-1] + "an", state[:-1] + "n", state[:-1] + "ian"}:
            return frozenset(state.split())
    return None


def _is_of(entity: Entity, country: RegistryEntry) -> bool:
    if entity.entry is not None:
        return entity.entry.country == country.id
    return any(fold(demonym) in entity.words for demonym in country.demonyms)
