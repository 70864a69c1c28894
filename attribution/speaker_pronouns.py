"""Speakers by pronoun: he, she, they, it, who, and I inside a quotation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from .antecedents import grammar_of
from .authors import find_author
from .described import KINSHIP
from .descriptions import describe_source
from .individuals import is_people
from .interviews import find_interview, find_interviewee
from .joined import joined_at
from .mentions import Entity
from .names import fold, fold_name, split_name
from .nominals import GENERAL, NEARLY, OF_THEM, OF_WHOM, SourcePhrase, parse_phrase, pronoun_class
from .roles import Gender
from .speaker_documents import CAMPAIGN_AFTER
from .speaker_names import DECLINED, LOOK_BACK_SAID, Answer, Said
from .speaker_plurals import HUMAN, PHRASE_OPENS, PHRASE_PARTS, PHRASE_STOPS, PluralStage, without_verb
from .types import Attribution

COMMA = re.compile(r"\s?(?:,|--|[—–(]|-(?= ))?\s*")
# What may stand between somebody and "who": nothing, an age and a place, an appositive, "is a lawyer".
RELATIVE_GAP = re.compile(
    r"\s?(?:,|--|[—–(]|-(?= ))?\s*|,[^;:“”\"]{1,110},\s*|, (?:an?|the|his|her) [^,;:“”\"]{2,90} |"
    r" (?:is|was|remains) (?:an?|the) [^,;:“”\"]{2,80} |\s?\([^()]{1,30}\),?\s*"
)
# "95 retired generals -- most of whom had spoken before -- who"
ASIDE = re.compile(r"(?:--|—|–) [^—–\n]{3,70} (?:--|—|–)\s{0,2}\Z")
# "Idealists who", "those who": what "who" follows is people.
PEOPLE_WHO = re.compile(r"\b([a-z]{5,20}s|[A-Z][a-z]{3,20}s|those) \Z")
# "Ed Hale, who signed it, and his wife, Mary, who": the last is meant.
RELATED = re.compile(r"\band (?:his|her|their) [a-z]{3,12}, [A-Z]")
# "Alder Future, a fund that"
APPOSED_TO = re.compile(r"\b([A-Z][\w&.’'-]{1,30}(?: [A-Z][\w&.’'-]{1,30}){0,4}), \Z")
# What a newspaper says of its own work.
HOUSE_ACTS = re.compile(
    r"[Ww]e(?:[’']ve| have| had)? (?:also |recently |then )?"
    r"(?:asked|examined?|surveyed|polled|invited|contacted|reached out|fact-checked|reviewed|interviewed)\b"
)
SAYS_I = re.compile(r"\bI\b(?![.-])")
# What is said of documents rather than of bodies: "it shows", "it also lists", "it read".
DOCUMENT_CUE = re.compile(
    r"(?:\w{1,12} ){0,2}(?:show|includ|list|contain|refer|read|depict|lay|featur|represent|describ)(?:e?[sd]?|ing)\b"
)
AFTER_COLON = re.compile(r"[:;]\s{0,2}\Z")
# "Who" of several.
WHO_ARE = re.compile(r"who (?:both |all |each )?(?:have|were|are|aren|haven|weren|do|don|say|want|think|believe)\b")
# "Democrats on the Hill, who": what follows the noun says which.
WHICH_ONES = re.compile(r" (?:of|on) (?:the )?(?:[\w.’'/-]{1,20} ?){1,4}[,—–-]? ?")
WHOSE = re.compile(r"whose (?=\w)", re.IGNORECASE)
# "The bureau provided", "For some, the bureau is"
THING_SUBJECT = re.compile(
    r"\s{0,3}(?:(?:But|And|Yet|Still|Then|So),? |[A-Z][^,.;:“”\"\n]{2,60}, )?"
    r"((?:[Tt]he|[Tt]his|An?) (?:[\w’'-]{1,20} ){1,4}[\w’'-]{1,20})"
)
VERB = re.compile(
    r"[a-z]{2,12}(?:ed|[a-rt-z]s)|is|was|has|had|will|would|could|can|may|might|must|should|found|said|made|gave|took"
)
MAX_THING_WORDS = 5
THINGS = frozenset({"document", "institution"})
AND_BEFORE = re.compile(r"(?:\band|\bor|\bbut|,)\s{1,3}$")
# A pronoun so surely theirs tells the gender of somebody whose name does not.
SURE_OF_GENDER = 0.93
MAX_RELATIVE_GAP = 120
# An unnamed speaker is not taken up by a pronoun further on.
MAX_UNNAMED_SENTENCES = 3
ASKERS = frozenset(
    "questioner reporter moderator anchor host journalist correspondent listener caller interviewer".split()
)
# Words between a noun and its "who".
MAX_BETWEEN = 7


class PronounStage(PluralStage):
    """Adds whom a pronoun stands for."""

    __slots__ = ()

    def from_pronoun(self, item: Attribution, start: int, pronoun: str) -> tuple[Answer | None, str]:
        if pronoun in ("male", "female"):
            return self.singular_pronoun(item, start, "male" if pronoun == "male" else "female")
        if pronoun == "first":
            return self.first_person(item, start)
        if pronoun == "relative":
            return self.relative(item, start)
        if pronoun == "plural":
            return self.plural_pronoun(item, start)
        if pronoun == "thing":
            return self.thing_pronoun(item, start)
        return self.general(item, start)

    def owned(self, item: Attribution, phrase: SourcePhrase, start: int) -> tuple[Answer | None, str] | None:
        """Return whoever "his account", "her book" or "its statement" is by; None for another phrase."""
        if phrase.determiner != "own":
            return None
        pronoun = pronoun_class(self.text[start : start + 5].split(" ")[0])
        if pronoun in ("male", "female"):
            return self.singular_pronoun(item, start, "male" if pronoun == "male" else "female")
        if pronoun == "thing":
            return self.thing_pronoun(item, start)
        return None

    def general(self, item: Attribution, start: int) -> tuple[Answer | None, str]:
        """Return a group for "we", "you" and "everyone"; inside a quotation "we" is its speaker."""
        words = NEARLY.sub("", fold(item.source or "").strip(" ,.\"'“”"), count=1).split()
        several = self.taken_up(item, " ".join(words), start)
        if several is not None:
            return self.found(several)
        if OF_THEM.fullmatch(" ".join(words)) is not None:
            return None, f"{DECLINED}.pronoun"
        interview = find_interview(self.text) if words[0] in ("you", "your") else None
        if interview is not None and interview.is_question(start):
            asked = find_interviewee(interview, self.text, self.names)
            if asked is not None:
                return self.found(self.of_entity(asked, "pronoun", "speaker.interview", "person"))
        name = GENERAL.get(" ".join(words[:2])) or GENERAL.get(words[0] if words else "")
        if name is None:
            return None, f"{DECLINED}.pronoun"
        if words[0] in ("we", "us", "our"):
            quoting = self.quoting(item, start)
            if quoting is not None:
                return self.found(self.again(quoting, "pronoun", "speaker.first-person"))
            if self.is_house_voice(start):
                assert self.publisher is not None
                return self.found(self.again(self.organization(self.publisher), "pronoun", "speaker.publisher"))
        if name in ("somebody", "someone"):
            return self.found(Answer(name, "unnamed", "pronoun", "speaker.general", self.scoped_id("unnamed", name)))
        return self.found(Answer(name, "group", "pronoun", "speaker.general", self.slug_id(name), plural=True))

    def is_house_voice(self, start: int) -> bool:
        """Return whether "we" is the newspaper: "We asked our readers", in a paragraph where nobody says "I"."""
        if self.publisher is None or start in self.quoted or HOUSE_ACTS.match(self.text, start) is None:
            return False
        opens, ends = self.text.rfind("\n", 0, start) + 1, self.text.find("\n", start)
        return SAYS_I.search(self.text, opens, ends if ends >= 0 else len(self.text)) is None

    def quoting(self, item: Attribution, start: int) -> Answer | None:
        """Return the speaker of the quotation around `start`, if there is one."""
        for said in reversed(self.said[-LOOK_BACK_SAID:]):
            other = said.item
            if (
                other is not item
                and other.kind != "indirect"
                and any(s.start <= start < s.end for s in other.content_spans)
            ):
                return said.answer
        return None

    def singular_pronoun(self, item: Attribution, start: int, gender: Gender) -> tuple[Answer | None, str]:
        content = (item.start, item.end) if item.kind == "direct" else None
        best, share = self.antecedent(item, start, gender)
        person = best.entity if best is not None else None
        last = self.said[-1] if self.said else None
        if last is not None and self.goes_on(last.answer, gender, person):
            distance = self.names.sentence_of(start) - self.names.sentence_of(last.position)
            if distance <= MAX_UNNAMED_SENTENCES and (person is None or not self.named_between(last, start, content)):
                return self.found(self.again(last.answer, "pronoun", "speaker.pronoun"))
        if person is None:
            return None, f"{DECLINED}.no-antecedent"
        if person.gender is None and share >= SURE_OF_GENDER:
            person.gender = gender
        return self.found(self.of_entity(person, "pronoun", "speaker.pronoun", "person", share))

    def goes_on(self, last: Answer, gender: Gender, person: Entity | None) -> bool:
        """Return whether "he" or "she" can be the unnamed speaker before rather than `person`, whom it can mean too.

        Whoever asks is answered by somebody else, and "her daughter ... she" is more often the mother.
        """
        head = last.head
        if last.type != "unnamed" or head is None or last.plural or (head.gender or gender) != gender:
            return False
        return person is None or not (head.canonical in ASKERS or head.form in KINSHIP)

    def named_between(self, last: Said, start: int, content: tuple[int, int] | None) -> bool:
        """Return whether a person is named after the last speaker outside quotations and what that speaker said."""
        said = [(span.start, span.end) for span in last.item.content_spans]
        return any(
            mention.entity.kind == "person"
            and mention.start > last.position
            and mention.start not in self.quoted
            and not any(a <= mention.start < b for a, b in said)
            and not (content is not None and content[0] <= mention.start < content[1])
            for mention in self.names.before(start, most=10)
        )

    def first_person(self, item: Attribution, start: int) -> tuple[Answer | None, str]:
        quoting = self.quoting(item, start)
        if quoting is not None:
            return self.found(self.again(quoting, "pronoun", "speaker.first-person"))
        if start in self.quoted:
            return None, f"{DECLINED}.first-person"
        interview = find_interview(self.text)
        if interview is not None and interview.is_question(start) is False:
            asked = find_interviewee(interview, self.text, self.names)
            if asked is not None:
                return self.found(self.of_entity(asked, "pronoun", "speaker.interview", "person"))
            if interview.is_dense:
                return None, f"{DECLINED}.first-person"
        author = find_author(self.text, start)
        if author is not None:
            entity = self.names.by_key.get("\x00" + fold_name(author)) or self.new_person(author, start, start + 1)
            return self.found(self.of_entity(entity, "pronoun", "speaker.first-person", "person"))
        name = "article author"
        return self.found(Answer(name, "unnamed", "pronoun", "speaker.first-person", self.scoped_id("unnamed", name)))

    def labelled(self, letter: str) -> tuple[Answer | None, str]:
        """Return who answers behind an A; behind a Q asks whoever publishes the article, if that is known."""
        if letter == "Q" and self.publisher is not None:
            return self.found(self.again(self.organization(self.publisher), "implicit", "speaker.publisher"))
        interview = find_interview(self.text)
        asked = find_interviewee(interview, self.text, self.names) if interview is not None and letter == "A" else None
        if asked is None:
            return None, f"{DECLINED}.unknown"
        return self.found(self.of_entity(asked, "implicit", "speaker.interview", "person"))

    def relative(self, item: Attribution, start: int) -> tuple[Answer | None, str]:
        """Return whom "who" or "which" stands for: the name or role noun that ends right before it."""
        gap = self.text[max(0, start - 90) : start]
        aside = ASIDE.search(gap)
        if aside is not None:
            gap = gap[: aside.start()]
        person = fold(self.text[start : start + 3]) == "who"
        sentence = self.names.sentence_of(start)
        for mention in reversed(self.names.before(start, most=4)):
            between = self.text[mention.end : start]
            if mention.sentence != sentence or len(between) > MAX_RELATIVE_GAP:
                break
            kind = mention.entity.kind
            if (person and kind not in ("person", "unknown")) or (kind == "unknown" and not person):
                continue
            if RELATIVE_GAP.fullmatch(between) and not RELATED.search(between):
                if kind == "unknown" and not COMMA.fullmatch(between):
                    continue
                # "Ana Ruiz and Ed Hale, all of whom", "... who have"
                if OF_WHOM.match(fold(item.source or "")) or WHO_ARE.match(self.text, start):
                    several = joined_at(self.text, self.names, mention)
                    if several:
                        return self.found(self.together(several, "pronoun", "speaker.relative"))
                return self.found(self.of_entity(mention.entity, "pronoun", "speaker.relative"))
        coordinated = self.said[-1] if self.said and AND_BEFORE.search(gap) else None
        if coordinated is not None and coordinated.answer.why == "speaker.relative":
            if self.names.sentence_of(coordinated.position) == sentence:
                return self.found(coordinated.answer)
        word = fold(self.text[start : start + 5])
        if word.startswith(("that", "which")):
            thing = self.thing_before(item, gap, start - len(self.text[max(0, start - 90) : start]))
            if thing is not None:
                return self.found(self.again(thing, "pronoun", "speaker.relative"))
        most = 0 if word.startswith("that") else MAX_BETWEEN
        phrase_words = [] if word.startswith("which") else self.noun_before(gap, most)
        if phrase_words:
            phrase = parse_phrase(described_behind(gap, phrase_words), self.registry.roles)
            head = phrase.head
            if head is not None and phrase.words:
                if head.form == "percent":
                    return self.found(self.again(self.share(start, head), "pronoun", "speaker.relative"))
                if head.plural or head.kind == "collective":
                    return self.found(
                        self.again(
                            self.group(describe_source(phrase, self.registry, None), head),
                            "pronoun",
                            "speaker.relative",
                        )
                    )
                if head.kind in ("inside", "class"):
                    answer, _ = self.unnamed("", phrase, start)
                    if answer is not None:
                        return self.found(self.again(answer, "pronoun", "speaker.relative"))
        before = PEOPLE_WHO.search(gap) if person else None
        if before is not None and (before[1] == "those" or is_people(fold(before[1]))):
            name = "people" if before[1] == "those" else before[1]
            return self.found(self.again(self.group(name), "pronoun", "speaker.relative"))
        return None, f"{DECLINED}.relative"

    def whose(self, item: Attribution, start: int, end: int) -> tuple[Answer | None, str]:
        """Return whom "whose leaders" means: of the name or the plural right before, else what they are called."""
        own = start + len("whose ")
        phrase = parse_phrase(self.text[own:end], self.registry.roles)
        head = phrase.head
        if head is None or phrase.owner is not None:
            return self.from_phrase(item, phrase, own, end) if phrase.words else (None, f"{DECLINED}.empty")
        last = self.names.before(start, most=1)
        owner = last[0].entity if last and COMMA.fullmatch(self.text[last[0].end : start]) else None
        if owner is not None and owner.kind != "unknown":
            if head.kind == "document":
                return self.found(self.of_entity(owner, "nominal", "speaker.issuer"))
            return self.from_role(item, replace(phrase, owner=owner.name, determiner="none"), own, end)
        if head.kind not in HUMAN or head.form == "percent":
            return self.from_phrase(item, phrase, own, end)
        if not head.plural:
            return self.unnamed(self.text[own:end], phrase, start)
        several = self.several_owners(self.text[max(0, start - 90) : start])
        name = " of ".join([describe_source(phrase, self.registry, None), *several])
        if head.kind != "inside":
            return self.found(self.group(name, head))
        scoped = self.scoped_id("unnamed", name)
        return self.found(Answer(name, "unnamed", "nominal", "speaker.unnamed", scoped, plural=True, head=head))

    def several_owners(self, gap: str) -> list[str]:
        """Return how the plural right before "whose" is described; nothing for "Northern and Southern states"."""
        words = self.noun_before(gap, 0)
        phrase = parse_phrase(" ".join(words), self.registry.roles) if words else None
        if phrase is None or phrase.head is None or not phrase.head.plural:
            return []
        before = gap.rstrip(" ,—–-").removesuffix(" ".join(words)).split()[-1:]
        if before and (fold(before[0]) in ("and", "or", "of") or before[0][:1].isupper()):
            return []
        return [describe_source(phrase, self.registry, None)]

    def thing_before(self, item: Attribution, gap: str, offset: int) -> Answer | None:
        """Return the document or body whose noun ends right before "which" or "that"; `offset` is the gap's own.

        None after a list ("Alder, two states and a bank that"): the clause is about all of it.
        """
        words = list(PHRASE_PARTS.finditer(gap))
        while words and words[-1][0] == ",":
            words.pop()
        if not words or gap[words[-1].end() :].strip(" ,—–-"):
            return None
        noun = self.registry.roles.nouns.get(fold(words[-1][0]))
        if noun is None or noun.kind not in THINGS:
            return None
        first = len(words) - 1
        while first and len(words) - first < MAX_THING_WORDS and fold(words[first][0]) not in PHRASE_OPENS:
            before = words[first - 1][0]
            if before in ',;:.“”"' or fold(before) in PHRASE_STOPS:
                break
            first -= 1
        before = fold(words[first - 1][0]) if first else ""
        comma = gap.rstrip(" —–-").endswith(",")
        if before in ("and", "or") or (before in ("in", "of") and not comma):
            return None  # "the amendment in the city's charter which"
        apposed = APPOSED_TO.search(gap, 0, words[first].start())
        if apposed is not None and noun.kind == "institution":
            return self.organization(apposed[1], "name")
        start, end = offset + words[first].start(), offset + words[-1].end()
        phrase = parse_phrase(self.text[start:end], self.registry.roles)
        if phrase.head is None or phrase.head.kind not in THINGS:
            return None
        if phrase.head.kind == "document":
            return self.document(item, phrase, start, end)[0]
        return None if phrase.head.plural else self.institution(item, phrase, start)[0]

    def noun_before(self, gap: str, most: int) -> list[str]:
        """Return the words of the noun phrase that "who" goes back to: the last role noun of the clause before.

        At most so many words of a place or a prepositional phrase may stand between: "Democrats on the Hill, who".
        """
        words = PHRASE_PARTS.findall(gap)
        while words and words[-1] == ",":
            words.pop()
        last = len(words)
        while last and words[last - 1] not in ',;:.“”"' and len(words) - last <= most:
            noun = self.registry.roles.nouns.get(fold(words[last - 1]))
            if noun is not None and noun.kind in HUMAN:
                break
            last -= 1
        else:
            return []
        last = self.joined_before(words, last)
        found = [words[last - 1]] if last else []
        for word in reversed(words[: max(0, last - 1)]):
            if word in ',;:.“”"' or fold(word) in PHRASE_STOPS:
                break
            found.insert(0, word)
            if len(found) == 4 or fold(word) in PHRASE_OPENS:
                break
        opened = fold(found[0]) in PHRASE_OPENS if found else False
        return found if opened else without_verb(words[: last - len(found)] + found)

    def joined_before(self, words: Sequence[str], last: int) -> int:
        """Return the end of the first of two nouns that belong together: "generals and admirals", "families of ..."."""
        if not last:
            return last
        first = last - 1
        while first and len(words) - first < MAX_THING_WORDS and words[first - 1][:1].isalnum():
            if fold(words[first - 1]) in ("and", "of"):
                noun = self.registry.roles.nouns.get(fold(words[first - 2])) if first > 1 else None
                return first - 1 if noun is not None and noun.plural and noun.kind in HUMAN else last
            if fold(words[first - 1]) in PHRASE_STOPS | PHRASE_OPENS:
                break
            first -= 1
        return last

    def thing_pronoun(self, item: Attribution, start: int) -> tuple[Answer | None, str]:
        """Return the body, country or document that "it" or "its" goes on with: the last subject or speaker nearby.

        What lists, contains or shows something is a document, so no name of a body is taken for it.
        """
        said = [(span.start, span.end) for span in item.content_spans]
        base = min(start, said[0][0])
        sentence = self.names.sentence_of(base)
        within = AFTER_COLON.search(self.text, max(0, start - 3), start) is not None
        last = self.said[-1] if self.said else None
        if last is not None and (sentence - self.names.sentence_of(last.position) > 1 - within or last.position > base):
            last = None
        place = self.place(item, start)
        if DOCUMENT_CUE.match(item.cue or "") is None:
            for mention in reversed(self.names.before(base, most=8)):
                if sentence - mention.sentence > 1 - within or (last is not None and mention.start <= last.position):
                    break
                subject = grammar_of(self.text, mention) in ("subject", "first")
                told = mention.start not in self.quoted and not place.is_reported(mention.start)
                if mention.entity.kind in ("organization", "country") and told and subject:
                    return self.found(self.of_entity(mention.entity, "pronoun", "speaker.thing"))
                if (
                    mention.entity.kind == "person"
                    and told
                    and CAMPAIGN_AFTER.match(self.text, mention.end) is not None
                ):
                    campaign = self.organization(f"{split_name(mention.entity.name).surname} campaign")
                    return self.found(self.again(campaign, "pronoun", "speaker.thing"))
        if last is not None and self.is_thing(last.answer):
            return self.found(self.again(last.answer, "pronoun", "speaker.thing"))
        for number in (sentence, sentence - 1):
            opening = self.thing_opening(item, number, base) if number >= 0 else None
            if opening is not None:
                return self.found(self.again(opening, "pronoun", "speaker.thing"))
        return None, f"{DECLINED}.thing"

    def thing_opening(self, item: Attribution, number: int, before: int) -> Answer | None:
        """Return the body with which a sentence opens that goes on before `before`: "The bureau said"."""
        at = self.names.sentence_start(number)
        opening = THING_SUBJECT.match(self.text, at, before)
        if opening is None or opening.start(1) in self.quoted:
            return None
        words = opening[1].split()
        for size in range(2, len(words)):
            if not words[size - 1].islower() or VERB.fullmatch(words[size]) is None:
                continue  # a name, as in "the Alder State accounts"
            phrase = parse_phrase(" ".join(words[:size]), self.registry.roles)
            head = phrase.head
            if head is not None and head.kind == "institution" and not head.plural:
                return self.institution(item, phrase, opening.start(1))[0]
        return None

    def is_thing(self, answer: Answer) -> bool:
        """Return whether "it" can be this speaker: one body, country or document, or whose document it was."""
        head = answer.head
        if head is not None and head.plural:
            return False
        return answer.type in ("organization", "country", "document") or (head is not None and head.kind == "document")


def described_behind(gap: str, words: Sequence[str]) -> str:
    """Return the noun phrase `words` with what stands between it and the end of `gap`: "Democrats on the Hill"."""
    phrase = " ".join(words)
    at = gap.rfind(phrase)
    behind = WHICH_ONES.fullmatch(gap, at + len(phrase)) if at >= 0 else None
    return phrase + behind[0].rstrip(" ,—–-") if behind is not None else phrase
