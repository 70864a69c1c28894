"""Speakers by pronoun: he, she, they, it, who, and I inside a quotation."""

from __future__ import annotations

import re
from itertools import pairwise

from .antecedents import choose_antecedent
from .descriptions import describe_source
from .names import fold
from .nominals import parse_phrase
from .roles import Gender
from .speaker_names import DECLINED, LOOK_BACK_SAID, Answer, Said
from .speaker_roles import RoleStage
from .types import Attribution

COMMA = re.compile(r",?\s*")
PHRASE_PARTS = re.compile(r"[\w’'.-]+|[,;:.“”\"]")
AND_TITLES = re.compile(r" and (?:[\w.-]+ ){0,3}")
SENTENCE_OPENS = re.compile(r"(?:^|[.!?\n]\s{0,4})(?:[Tt]he )?$")
# An unnamed speaker is not taken up by a pronoun further on.
MAX_UNNAMED_SENTENCES = 3
_PHRASE_STOPS = frozenset(
    "of for in at from with on to by about said says told is was were are and or but as than that".split()
)


class PronounStage(RoleStage):
    """Adds whom a pronoun stands for."""

    __slots__ = ()

    def from_pronoun(self, item: Attribution, start: int, pronoun: str) -> tuple[Answer | None, str]:
        if pronoun in ("male", "female"):
            return self.singular_pronoun(item, start, "male" if pronoun == "male" else "female")
        if pronoun == "first":
            return self.first_person(item, start)
        if pronoun == "relative":
            return self.relative(start)
        if pronoun == "plural":
            return self.plural_pronoun(start)
        if pronoun == "thing":
            return self.thing_pronoun(start)
        if fold(self.text[start : start + 4]) in ("each", "both"):
            pair = self.pair_before(start)
            if pair is not None:
                return self.found(pair)
        return None, f"{DECLINED}.pronoun"

    def singular_pronoun(self, item: Attribution, start: int, gender: Gender) -> tuple[Answer | None, str]:
        content = (item.start, item.end) if item.kind == "direct" else None
        quoted = self.quoted
        person, why = choose_antecedent(
            self.text, self.names, self.spoke, quoted, position=start, gender=gender, content=content
        )
        last = self.said[-1] if self.said else None
        if last is not None and last.answer.type == "unnamed" and not last.answer.plural:
            distance = self.names.sentence_of(start) - self.names.sentence_of(last.position)
            if distance <= MAX_UNNAMED_SENTENCES and (person is None or not self.named_between(last, start, content)):
                return self.found(self.again(last.answer, "pronoun", "speaker.pronoun"))
        if person is None:
            return None, why
        return self.found(self.of_entity(person, "pronoun", "speaker.pronoun", "person"))

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
        for said in reversed(self.said[-LOOK_BACK_SAID:]):
            other = said.item
            if (
                other is not item
                and other.kind != "indirect"
                and any(s.start <= start < s.end for s in other.content_spans)
            ):
                return self.found(self.again(said.answer, "pronoun", "speaker.first-person"))
        if start in self.quoted:
            return None, f"{DECLINED}.first-person"
        name = "article author"
        return self.found(Answer(name, "unnamed", "pronoun", "speaker.first-person", self.scoped_id("unnamed", name)))

    def relative(self, start: int) -> tuple[Answer | None, str]:
        """Return whom "who" stands for: the name or role noun that ends right before it."""
        gap = self.text[max(0, start - 90) : start]
        for mention in reversed(self.names.before(start, most=3)):
            between = self.text[mention.end : start]
            if COMMA.fullmatch(between) or (
                between.startswith(",") and between.rstrip().endswith(",") and "." not in between and len(between) < 120
            ):
                if mention.entity.kind == "unknown":
                    continue
                return self.found(self.of_entity(mention.entity, "pronoun", "speaker.relative"))
        words = PHRASE_PARTS.findall(gap)
        while words and words[-1] in (",",):
            words.pop()
        phrase_words: list[str] = []
        for word in reversed(words):
            if word in ',;:.“”"' or (phrase_words and fold(word) in _PHRASE_STOPS):
                break
            phrase_words.insert(0, word)
            if fold(word) in ("the", "a", "an", "some", "many", "several", "few", "those", "other"):
                break
            if len(phrase_words) == 4:
                break
        if phrase_words:
            phrase = parse_phrase(" ".join(phrase_words), self.registry.roles)
            head = phrase.head
            if head is not None and phrase.words:
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
        return None, f"{DECLINED}.relative"

    def plural_pronoun(self, start: int) -> tuple[Answer | None, str]:
        for said in reversed(self.said[-2:]):
            answer = said.answer
            near = self.names.sentence_of(start) - self.names.sentence_of(said.position) <= 3
            if near and (answer.plural or answer.type == "group"):
                return self.found(self.again(answer, "pronoun", "speaker.plural"))
        pair = self.pair_before(start)
        if pair is not None:
            return self.found(pair)
        return None, f"{DECLINED}.plural"

    def pair_before(self, start: int) -> Answer | None:
        """Return "A and B" when two people are joined so in the sentence before or the same one."""
        sentence = self.names.sentence_of(start)
        mentions = self.names.before(start, most=12)
        for one, other in reversed(list(pairwise(mentions))):
            if sentence - one.sentence > 2:
                break
            if one.entity.kind == other.entity.kind == "person" and one.entity is not other.entity:
                between = self.text[one.end : other.start]
                if AND_TITLES.fullmatch(between):
                    name = f"{one.entity.name} and {other.entity.name}"
                    return Answer(name, "group", "pronoun", "speaker.plural", self.slug_id(name), plural=True)
        return None

    def thing_pronoun(self, start: int) -> tuple[Answer | None, str]:
        sentence = self.names.sentence_of(start)
        for mention in reversed(self.names.before(start, most=8)):
            if sentence - mention.sentence > 1:
                break
            if mention.entity.kind in ("organization", "country") and mention.start not in self.quoted:
                entity = mention.entity
                opens = SENTENCE_OPENS.search(self.text[max(0, mention.start - 8) : mention.start])
                if opens or sentence == mention.sentence:
                    answer = self.of_entity(entity, "pronoun", "speaker.thing")
                    return self.found(answer)
        for said in reversed(self.said[-1:]):
            if said.answer.type in ("organization", "country", "document"):
                return self.found(self.again(said.answer, "pronoun", "speaker.thing"))
        return None, f"{DECLINED}.thing"
