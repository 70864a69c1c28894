"""Speakers who are several: groups, unnamed people of one role, "both men", "they"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from .antecedents import PREPOSITIONS
from .described import PARTIES, role_fit
from .descriptions import describe_source
from .general_people import are_people
from .individuals import are_counted, is_inside, spoke_themselves
from .joined import joined_before
from .mentions import Entity
from .names import fold, last_word, split_name
from .nominals import OF_THEM, SourcePhrase, parse_phrase
from .roles import RoleNoun
from .speaker_bodies import ONE_OF
from .speaker_lists import ListStage
from .speaker_names import DECLINED, Answer, Said
from .types import Attribution

_ASKED = (
    r"((?:(?!(?:percent|of|by|and|who|with)\b)[A-Za-z-]{2,15} ){0,3}"
    r"(?:voters|adults|Americans|respondents|Republicans|Democrats|independents|women|men|people))\b"
)
ASKED_AHEAD = re.compile(
    r"(?:(?:[\d.]{1,5}|[A-Za-z]{3,7}(?:-[a-z]{3,5})?) ?(?:percent|per cent|%)) of (?:the |all |those )?" + _ASKED
)
# "46 percent of people in the poll" are those asked, whoever they are.
OF_POLL = re.compile(
    r"(?:people|men|women|adults|respondents)? ?(?:in|from) (?:the|this|that|its) "
    r"(?:[\w/.-]{1,20} ){0,3}?(?:poll|survey)\b"
)
POLLS = frozenset({"poll", "survey"})
ASKED_BEFORE = re.compile(r"(?:\b[Aa]mong|\b[Oo]f|\d|percent of) (?:the |all |those )?" + _ASKED)
ASKED_REACH = 500
PLURAL_HEADS = frozenset(
    ["countries", "leaders", "sides", "parties", "nations", "allies", "both sides", "both parties"]
)
_WEST = frozenset({"west", "western powers", "western countries"})
# What documents do rather than people.
SHOWS = re.compile(
    r"(?:\w{1,12} ){0,3}(?:show|reveal|expose|disclose|illustrate|indicate|demonstrate|contain)(?:s|ed)?\b"
)
MAX_DESCRIBED_WORDS = 4
PLURAL_REACH = 400
# How far back "all agreed" finds them.
MAX_WHOLE_SENTENCES = 4
SUBJECTS = frozenset("he she it they we i you who which that".split())
PHRASE_PARTS = re.compile(r"[\w’'.-]+|[,;:.“”\"]")
HUMAN = frozenset({"inside", "class", "collective", "office"})
PHRASE_OPENS = frozenset("the a an some many several few those other".split())
PHRASE_STOPS = PREPOSITIONS | frozenset("said says told is was were are and or but as than that".split())


# What may stand before the subject of a sentence, and the words of that subject.
SENTENCE_LEAD = re.compile(
    r"[\s\"“”'‘’(\[—–-]{0,6}(?:(?:But|And|Yet|So|Still|Instead|Meanwhile|However|Though|Although|While|As|When|If|Because|"
    r"Since|Perhaps|Even|Now|Then|Nor)\b,? ){0,2}(?:(?:In|On|At|For|By|After|During|Since|Among) [^,.;\n]{2,50}, )?"
)
OPENING_WORD = re.compile(r" ?([\w’'.-]{1,24})(?=[ ,.;:)]|\Z)")
OPENING_REACH = 120
NO_NOUNS = SUBJECTS | frozenset(
    "can could will would may might must should has have had do does did be not also".split()
)
MAX_SAID_SENTENCES = 3
TWO = frozenset({"both", "neither", "the two", "the pair", "the duo"})
# "All agreed" goes on with those who spoke before; "some said" may be anybody.
WHOLES = frozenset({"all", "most"})
# So many lately, by two in turn, and "both" are they.
TURNS = 4
# "His supporters", "many of her allies"
OWN_PEOPLE = re.compile(
    r"(?:(?:not|even|only|at least|one|both|all|some|many|most|several|few|none|two|three|four|five|any|each|dozens) "
    r"(?:of )?){0,3}(his|her) (?!own |fellow )",
    re.IGNORECASE,
)
# "Both men", "the two senators"
COUNTED_PEOPLE = re.compile(r"(both|the two|these two|the pair|the three|the trio|the four)\b", re.IGNORECASE)
PEOPLE_COUNTS = {"both": 2, "the two": 2, "these two": 2, "the pair": 2, "the three": 3, "the trio": 3, "the four": 4}
COUNTED_SENTENCES, PLAIN_SENTENCES = 12, 8
MAX_PLAIN_PEOPLE = 3
# Classes that are no people, whom names of people do not make up.
BODIES = frozenset(
    "countries sides parties nations states governments companies corporations businesses firms banks unions colleges "
    "groups media publications newspapers families couples campaigns".split()
)
RUNNERS = frozenset({"candidate", "nominee", "contender", "hopeful"})
PARTY_WORDS = PARTIES | {"democratic", "gop"}
# "Some men left, others stayed", "These Republicans agree; many want more"
ELLIPTIC = frozenset({"some", "many", "most", "few", "others", "several"})
PARTY_MEMBERS = frozenset({"lawmaker", "legislator", "member", "republican", "democrat"})


class PluralStage(ListStage):
    """Adds whom plural role nouns and plural pronouns mean."""

    __slots__ = ()

    def withheld_names(self, start: int, end: int) -> bool:
        """Return whether people of a class spoke themselves, their names not given: "voters I met in Alder"."""
        return spoke_themselves(self.text, start, end)

    def plural_role(
        self, item: Attribution, phrase: SourcePhrase, start: int, end: int, definite: bool
    ) -> tuple[Answer | None, str]:
        """Return a group, or unnamed people of an inside role or those whose names the article withholds."""
        head = phrase.head
        assert head is not None
        if definite and phrase.owner is None and head.form in PLURAL_HEADS and not phrase.modifiers:
            for said in reversed(self.said[-3:]):
                if said.answer.type == "group" and said.answer.plural:
                    return self.found(self.again(said.answer, "nominal", "speaker.chain"))
        named = self.named_several(phrase, start)
        if named is not None:
            return self.found(named)
        whose = self.plural_owner(item, phrase, start)
        if definite and not phrase.modifiers and phrase.owner is None:
            chained = self.chained(phrase, start, whose)
            if chained is not None and (whose is None or last_word(whose.name) in fold(chained.name)):
                return self.found(chained)
        if (
            is_inside(phrase)
            or self.withheld_names(start, end)
            or are_counted(self.text, self.names, phrase, start, end)
        ):
            return self.unnamed(self.text[start:start], phrase, start, owner=whose)
        if whose is not None:
            name = describe_source(replace(phrase, owner=None, determiner="none"), self.registry, None)
            return self.found(self.group(f"{split_name(whose.name).surname} {name}", head))
        if head.form in ("men", "candidates", "leaders", "nominees", "presidents", "countries", "sides"):
            pair = self.pair(phrase, start)
            if pair is not None:
                return self.found(pair)
        return self.found(self.group(describe_source(phrase, self.registry, None), head))

    def own_people(self, item: Attribution, phrase: SourcePhrase, start: int) -> Answer | None:
        """Return the group whose noun only its form makes people, where it is somebody's: "Hale's biggest boosters"."""
        if not are_people(phrase.words) or ONE_OF.match(self.text, start) is not None:
            return None
        if phrase.owner is not None:
            return self.group(describe_source(phrase, self.registry, None))
        whose = self.plural_owner(item, phrase, start)
        if whose is None:
            return None
        bare = describe_source(replace(phrase, determiner="none"), self.registry, None)
        return self.group(f"{split_name(whose.name).surname} {bare}")

    def plural_owner(self, item: Attribution, phrase: SourcePhrase, start: int) -> Entity | None:
        """Return whose people "his supporters" and "many of her allies" are."""
        own = OWN_PEOPLE.match(self.text, start)
        if own is None or phrase.owner is not None:
            return None
        person, _ = self.antecedent(item, own.start(1), "male" if own[1].lower() == "his" else "female")
        whose = person.entity if person is not None else None
        return whose if whose is not None and whose.kind == "person" else None

    def named_several(self, phrase: SourcePhrase, start: int) -> Answer | None:
        """Return the people named together before whom "the senators" or "the two lawmakers" means."""
        head = phrase.head
        counted = COUNTED_PEOPLE.match(self.text, start)
        if head is None or head.kind not in HUMAN or head.form in BODIES or phrase.owner is not None:
            return None
        if phrase.after[:1] == ("and",) or (counted is None and (phrase.determiner != "definite" or phrase.after)):
            return None
        count = PEOPLE_COUNTS[fold(counted[1])] if counted is not None else 0
        reach = COUNTED_SENTENCES if counted is not None else PLAIN_SENTENCES
        for people in joined_before(self.text, self.names, start, sentences=reach):
            if len(people) != count if count else len(people) > MAX_PLAIN_PEOPLE:
                continue
            if all(self.may_be(mention.entity, head, counted=count > 0) for mention in people):
                return replace(self.together(people, "nominal", "speaker.group"), head=head)
        return None

    def may_be(self, entity: Entity, head: RoleNoun, *, counted: bool) -> bool:
        """Return whether one of several can be called so: by the article's words on them, unless they are counted."""
        if head.gender is not None and (entity.gender or entity.hint or head.gender) != head.gender:
            return False
        if role_fit(entity, head.form, head.canonical) in ("form", "canonical", "kin"):
            return True
        if head.canonical in RUNNERS:
            return entity.entry is not None and self.has_campaign(split_name(entity.name).surname)
        if head.canonical in PARTY_MEMBERS:
            return bool(entity.roles & PARTIES)
        return counted and head.kind == "class"

    def pair(self, phrase: SourcePhrase, start: int) -> Answer | None:
        """Return the two people (or their countries) last named, for "both men", "the two leaders", "both sides"."""
        lead = fold(self.text[start : start + 9])
        if not (lead.startswith(("both ", "the two "))):
            return None
        head = phrase.head
        if head is not None and head.canonical in RUNNERS and PARTY_WORDS & set(map(fold, phrase.modifiers)):
            return None  # "both Democratic candidates" may be any two
        countries = head is not None and head.form in (
            "countries",
            "sides",
            "parties",
            "nations",
            "both sides",
            "both parties",
        )
        parts: list[str] = []
        for mention in reversed(self.names.before(start, most=40)):
            entity = mention.entity
            name: str | None = None
            if countries:
                home = entity.entry.country if entity.entry is not None and entity.kind == "person" else None
                country = self.registry.by_id(home) if home else entity.entry if entity.kind == "country" else None
                name = country.name if country is not None else None
            elif entity.kind == "person" and head is not None and self.is_one_of(entity, head):
                name = entity.name
            if name is not None and name not in parts:
                parts.insert(0, name)
            if len(parts) == 2:
                joined = " and ".join(parts)
                return Answer(joined, "group", "nominal", "speaker.group", self.slug_id(joined), plural=True, head=head)
        return None

    def is_one_of(self, entity: Entity, head: RoleNoun) -> bool:
        """Return whether "both women" or "both candidates" can be this person and another: by gender, or a campaign."""
        if head.canonical in RUNNERS:
            known = entity.entry is not None and "president" not in entity.roles
            return known or self.may_be(entity, head, counted=False)
        return head.gender is None or (entity.gender or entity.hint or head.gender) == head.gender

    def collective(self, phrase: SourcePhrase, start: int) -> tuple[Answer | None, str]:
        head = phrase.head
        assert head is not None
        if head.form in ("both sides", "both parties", "sides", "parties"):
            pair = self.pair(phrase, start)
            if pair is not None:
                return self.found(pair)
        if (
            phrase.determiner == "definite"
            and head.form == "people"
            and not (phrase.modifiers or phrase.after or phrase.owner)
        ):
            for said in reversed(self.said[-3:]):
                before = said.answer.head
                if said.answer.type == "unnamed" and before is not None and before.form.startswith("people"):
                    return self.found(self.again(said.answer, "nominal", "speaker.chain"))
        if head.form == "people" and POLLS & {fold(word) for word in phrase.after}:
            return self.found(self.group("poll respondents", head))
        if head.form in _WEST:
            return self.found(self.group("Western countries", head))
        if head.form == "percent":
            return self.found(self.share(start, head))
        return self.found(self.group(describe_source(phrase, self.registry, None), head))

    def share(self, start: int, head: RoleNoun) -> Answer:
        """Return the group of whom a percentage is."""
        return self.group(self.asked(start) or "poll respondents", head)

    def asked(self, start: int) -> str | None:
        """Return of whom a percentage is, as the sentence or the one before says: "Among likely voters, 46 percent"."""
        ahead = ASKED_AHEAD.match(self.text, start)
        if ahead is not None and ahead[1] == "people" and OF_POLL.match(self.text, ahead.start(1)) is not None:
            return None
        if ahead is not None:
            return " ".join(ahead[1].split())
        found = list(ASKED_BEFORE.finditer(self.text, max(0, start - ASKED_REACH), start))
        return " ".join(found[-1][1].split()) if found else None

    def plural_pronoun(self, item: Attribution, start: int, *, of_them: bool = False) -> tuple[Answer | None, str]:
        """Return whom "they" means: the several who spoke last, two people joined, a body, or a plural just named."""
        shows = SHOWS.match(item.cue or "") is not None
        if shows and (things := self.several_before(start, frozenset({"document"}))) is not None:
            return self.found(things)
        sentence = self.names.sentence_of(start)
        spoken = self.plural_said(start)
        # "Farmers lost, they said": those who spoke go on, whoever the sentences between are about.
        goes_on = of_them or (spoken is not None and item.start < start)
        said_in = self.names.sentence_of(spoken.position) if spoken is not None else -1
        for number in (sentence, sentence - 1):
            # The subject of the sentence is nearer than whoever spoke before it.
            opening = self.opening_several(item, number, start) if said_in < number and not goes_on else None
            if opening is not None:
                return self.found(opening)
        if spoken is not None:
            return self.found(self.again(spoken.answer, "pronoun", "speaker.plural"))
        pair = self.pair_before(start)
        if pair is not None:
            return self.found(pair)
        # A paper or a council is "they" too.
        for said in reversed(self.said[-1:]):
            near = self.names.sentence_of(start) - self.names.sentence_of(said.position) <= 1
            if near and said.answer.type == "organization":
                if any(len(self.plurals_in(number, start, HUMAN)[1]) > 1 for number in (sentence, sentence - 1)):
                    break  # "The council met nurses and voters. They": any of them
                return self.found(self.again(said.answer, "pronoun", "speaker.plural-body"))
        several = self.several_before(start, HUMAN)
        return self.found(several) if several is not None else (None, f"{DECLINED}.plural")

    def plural_said(self, start: int) -> Said | None:
        """Return where several people spoke last, at most a few sentences before."""
        sentence = self.names.sentence_of(start)
        for said in reversed(self.said[-2:]):
            answer = said.answer
            if answer.why != "speaker.asker" and (answer.plural or answer.type == "group"):
                if sentence - self.names.sentence_of(said.position) <= MAX_SAID_SENTENCES:
                    return said
        return None

    def opening_several(self, item: Attribution, number: int, start: int) -> Answer | None:
        """Return the plural that is the subject of a sentence before `start`: "But union leaders", "Ruiz and Hale".

        Not that of something that another one says, or that the source itself says: "Farmers lost, they said".
        """
        if number < 0:
            return None
        opens, end = self.names.sentence_start(number), min(start, self.sentence_end(number))
        lead = SENTENCE_LEAD.match(self.text, opens, end)
        at = lead.end() if lead is not None else opens
        if self.reported.number(at) not in (None, self.reported.number(start)):
            return None
        if any(span.start <= at < span.end for span in item.content_spans):
            return None
        for people in joined_before(self.text, self.names, end, sentences=self.names.sentence_of(end - 1) - number):
            if people[0].sentence == number and self.text[at : people[0].start].count(" ") <= len(people[0].titles):
                return self.together(people, "pronoun", "speaker.plural")
        words: list[str] = []
        for match in OPENING_WORD.finditer(self.text, at, min(end, at + OPENING_REACH)):
            word = match[1]
            small = fold(word)
            if match.start() != at or small in PHRASE_STOPS | NO_NOUNS or word.endswith(("'s", "’s", "'", "’")):
                break
            words.append(word)
            at = match.end()
            following = OPENING_WORD.match(self.text, at)
            noun = self.plural_noun(word)
            if noun and not (following is not None and self.plural_noun(following[1])):
                others = {other.rstrip(".") for other in PHRASE_PARTS.findall(self.text, at, end)} - {word.lower()}
                if number < self.names.sentence_of(start) and any(o.islower() and self.plural_noun(o) for o in others):
                    return None  # "Voters met teachers. They left."
                return self.described_several(words, HUMAN)
        return None

    def plural_noun(self, word: str) -> bool:
        noun = self.registry.roles.nouns.get(fold(word))
        return noun is not None and noun.plural and noun.kind in HUMAN and word[-1:] not in "'’"

    def several_before(self, start: int, kinds: frozenset[str]) -> Answer | None:
        """Return the one plural of these kinds that the sentence names before `start`, else the sentence before."""
        sentence = self.names.sentence_of(start)
        for number in (sentence, sentence - 1):
            words, places = self.plurals_in(number, start, kinds)
            if len({fold(words[index - 1]) for index in places}) > 1:
                return None
            if places:
                return self.several(words[: places[-1]], kinds)
        return None

    def plurals_in(self, number: int, start: int, kinds: frozenset[str]) -> tuple[list[str], list[int]]:
        """Return the words of a sentence before `start`, and behind which of them a plural of these kinds ends."""
        if number < 0:
            return [], []
        opens = self.names.sentence_start(number)
        near = self.text[max(opens, start - PLURAL_REACH) : min(start, self.sentence_end(number))]
        words = [word.rstrip(".") or word for word in PHRASE_PARTS.findall(near)]
        nouns = self.registry.roles.nouns
        return words, [
            index
            for index, word in enumerate(words, start=1)
            if (noun := nouns.get(fold(word))) is not None and noun.plural and noun.kind in kinds
        ]

    def several(self, words: Sequence[str], kinds: frozenset[str]) -> Answer | None:
        """Return the group or documents whose noun the words end in, described by the words right before it."""
        found = [words[-1]]
        for word in reversed(words[:-1]):
            if not word[:1].isalnum() or fold(word) in PHRASE_STOPS or len(found) == MAX_DESCRIBED_WORDS:
                break
            found.insert(0, word)
            if fold(word) in PHRASE_OPENS:
                break
        if fold(found[0]) not in PHRASE_OPENS:
            found = without_verb(words)
        return self.described_several(found, kinds)

    def described_several(self, found: Sequence[str], kinds: frozenset[str]) -> Answer | None:
        """Return the group, unnamed people or documents that the words of a noun phrase mean."""
        phrase = parse_phrase(" ".join(found), self.registry.roles)
        if phrase.head is None or not phrase.head.plural or phrase.head.kind not in kinds:
            return None
        name = describe_source(phrase, self.registry, None)
        if phrase.head.kind == "document":
            own_id = self.scoped_id("document", name)
            return Answer(name, "document", "pronoun", "speaker.plural", own_id, plural=True, head=phrase.head)
        if is_inside(phrase):
            scoped = self.scoped_id("unnamed", name)
            return Answer(name, "unnamed", "pronoun", "speaker.plural-noun", scoped, plural=True, head=phrase.head)
        return self.again(self.group(name, phrase.head), "pronoun", "speaker.plural-noun")

    def taken_up(self, item: Attribution, words: str, start: int) -> Answer | None:
        """Return whom "both", "the two", "all", "several" or "most of them" takes up; None for other pronouns."""
        if words == "each":
            return self.pair_before(start)
        if words in ELLIPTIC:
            subject = self.opening_several(item, self.names.sentence_of(start), start)
            head = subject.head if subject is not None else None
            if subject is not None and head is not None and head.form not in BODIES:
                return subject if subject.name.count(" ") < MAX_DESCRIBED_WORDS - 1 else None
        if words in TWO or (OF_THEM.fullmatch(words) is not None and words.endswith(("both of them", "two"))):
            return self.two_before(start)
        if words in ("the three", "the trio"):
            lists = joined_before(self.text, self.names, start, sentences=COUNTED_SENTENCES)
            return next(
                (self.together(people, "pronoun", "speaker.plural") for people in lists if len(people) == 3), None
            )
        if words in WHOLES:
            return self.several_spoken(start)
        of_them = OF_THEM.fullmatch(words) is not None
        if of_them or words in ("several", "none"):
            answer, _ = self.plural_pronoun(item, start, of_them=of_them)
            return answer
        return None

    def two_before(self, start: int) -> Answer | None:
        """Return the two who are "both" or "the two": named together before, or the only two who spoke lately."""
        pair = self.pair_before(start)
        if pair is not None:
            return pair
        for people in joined_before(self.text, self.names, start, sentences=COUNTED_SENTENCES):
            if len(people) == 2:
                return self.together(people, "pronoun", "speaker.plural")
        spoke: list[Entity] = []
        for earlier in reversed(self.spoke[-TURNS:]):
            if earlier.entity not in spoke:
                spoke.append(earlier.entity)
        if len(spoke) != 2 or len(self.spoke) < TURNS:
            return None
        return self.together([entity.mentions[0] for entity in reversed(spoke)], "pronoun", "speaker.plural")

    def several_spoken(self, start: int) -> Answer | None:
        """Return the several who spoke last, for "all agreed"; what one of them says may stand between."""
        sentence = self.names.sentence_of(start)
        for said in reversed(self.said[-3:]):
            near = sentence - self.names.sentence_of(said.position) <= MAX_WHOLE_SENTENCES
            if near and said.answer.plural and said.answer.head is not None:
                return self.again(said.answer, "pronoun", "speaker.plural")
        return None

    def sentence_end(self, sentence: int) -> int:
        starts = self.names.sentence_starts
        return starts[sentence] if sentence < len(starts) else len(self.text)

    def pair_before(self, start: int) -> Answer | None:
        """Return the people named together in the same sentence or one of the two before: "A and B", "A, B and C"."""
        for people in joined_before(self.text, self.names, start, sentences=2):
            return self.together(people, "pronoun", "speaker.plural")
        return None


def without_verb(words: Sequence[str]) -> list[str]:
    """Return the noun that ends `words`, with the word before it unless that is a verb.

    In "it pleased nervous voters" there is one between, in "she met voters" none: then its subject stands before it.
    """
    before = words[-3] if len(words) > 2 else "."
    bare = len(words) < 2 or not words[-2][:1].isalnum() or fold(words[-2]) in PHRASE_STOPS
    verb = words[-2:-1] and words[-2].islower() and (before[:1].isupper() or before in SUBJECTS)
    return list(words[-1:] if bare or verb else words[-2:])
