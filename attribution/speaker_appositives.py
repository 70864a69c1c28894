"""Speakers beside their description: "Ana Ruiz, a Democrat supporting", "his wife, Laura, who", "he was a man who"."""

from __future__ import annotations

import re

from .antecedents import Candidate
from .mentions import Entity, Mention
from .names import fold, split_name
from .nominals import SourcePhrase, parse_phrase
from .roles import Gender
from .speaker_implicit import ImplicitStage
from .speaker_names import Answer
from .types import Attribution

# What goes on with a description instead of what it says: "Ana Ruiz, a Democrat supporting Lee, has ..."
_DESCRIBES_ON = re.compile(r",? (?:who|whose|with|supporting|representing|running|known|based|working|living|from)\b")
# "According to Ana Ruiz, a spokesman with": the name belongs to what opens the sentence.
_OPENS = re.compile(
    r"\s{0,4}(?:according|in|for|with|like|unlike|from|to|by|of|as|after|before|during|despite|besides|under|at|on|citing|"
    r"asked|told|speaking)\b",
    re.IGNORECASE,
)
_KIN = "wife|husband|ex-wife|ex-husband|son|daughter|brother|sister|father|mother|niece|nephew"
_KIN_NAMED = re.compile(
    rf"(?P<owner>[Hh]is|[Hh]er|[A-Z][\w.’' -]{{1,40}}['’]s?) (?P<kin>(?:[a-z-]{{2,12}} ){{0,2}}(?:{_KIN})),? "
    r"(?P<name>[A-Z][a-z]{1,15}),?"
)
_KIN_BEFORE = re.compile(_KIN_NAMED.pattern + r" $")
_COPULA = re.compile(
    r"(?P<who>\b[Hh]e|\b[Ss]he|[A-Z][\w.’'-]{1,20}) (?:is|was|became|remains) (?:an?|the) (?:[\w-]{2,15} ){1,4}$"
)
_THE_NOUN = re.compile(
    r"\bthe (?P<noun>(?:[\w.’'-]{2,20} ){0,4}[a-z-]{3,15}(?: (?:for|of|from) (?:[\w.]{2,15} ?){1,3})?),? $"
)
REACH = 90
# "The woman, who": somebody whom the article introduced without a name.
_ANYBODY = frozenset({"man", "woman", "boy", "girl", "person", "official", "source", "voter", "supporter"})
_PERSONAL = frozenset({"inside", "class", "office"})


class AppositiveStage(ImplicitStage):
    """Adds whom a description stands beside."""

    __slots__ = ()

    def described_beside(self, item: Attribution, phrase: SourcePhrase, start: int, end: int) -> Answer | None:
        """Return the person whom a source describes or whom its kinship words introduce by a first name."""
        kin = _KIN_NAMED.match(self.text, start, end)
        if kin is not None and end - kin.end() < 2:
            return self.kin_called(item, kin)
        mention = self.named_before(phrase, start, end)
        if mention is None:
            return None
        return self.of_entity(mention.entity, "nominal", "speaker.apposed", "person")

    def named_before(self, phrase: SourcePhrase, start: int, end: int) -> Mention | None:
        """Return the name that an indefinite description follows: "Rep. Ana Ruiz, [an Ohio Democrat] supporting"."""
        head = phrase.head
        if head is None or head.plural or head.kind not in _PERSONAL or phrase.determiner != "indefinite":
            return None
        if not self.text.endswith(", ", 0, start) or _DESCRIBES_ON.match(self.text, end) is None:
            return None
        mention = self.mention_at(start - 3)
        if mention is None or mention.end != start - 2 or mention.entity.kind not in ("person", "unknown"):
            return None
        opening = self.text[self.names.sentence_start(mention.sentence) : mention.start]
        return None if len(opening.split()) < 4 and _OPENS.match(opening) else mention

    def kin_called(self, item: Attribution, kin: re.Match[str]) -> Answer | None:
        """Return the relative whom only a first name follows, with the owner's surname: "his wife, Laura"."""
        first = kin["name"]
        phrase = parse_phrase(f"{kin['owner']} {kin['kin']}", self.registry.roles)
        if phrase.head is None:
            return None
        named = self.mention_at(kin.start("name"))
        if named is not None and named.entity.kind == "person" and " " in named.entity.name:
            return self.of_entity(named.entity, "name", "speaker.kin", "person")
        owner = self.owner_of(item, phrase, kin.start())
        if owner is None or owner.kind != "person" or " " not in owner.name:
            return None
        gender = phrase.head.gender
        if (owner.gender or owner.hint) is not None and kin["owner"].lower() in ("his", "her"):
            wanted: Gender = "male" if kin["owner"].lower() == "his" else "female"
            if (owner.gender or owner.hint) != wanted:
                return None
        name = f"{first} {split_name(owner.name).surname}"
        entity = self.names.by_key.get("\x00" + fold(name)) or self.new_person(name, kin.start("name"), kin.end("name"))
        entity.gender = entity.gender or gender
        self.names.by_key.setdefault("\x00" + fold(name), entity)
        return self.of_entity(entity, "name", "speaker.kin", "person")

    def relative(self, item: Attribution, start: int) -> tuple[Answer | None, str]:
        """Return whom "who" stands for: first by what "was a ... who" and "the ..., who" say."""
        if fold(self.text[start : start + 3]) == "who":
            answer = self.who_beside(item, start)
            if answer is not None:
                return self.found(self.again(answer, "pronoun", "speaker.relative"))
        return super().relative(item, start)

    def who_beside(self, item: Attribution, start: int) -> Answer | None:
        """Return the relative by first name, the subject of "was a man who", or whom "the nominee, who" means."""
        opening = max(0, start - REACH, self.names.sentence_start(self.names.sentence_of(start)))
        kin = _KIN_BEFORE.search(self.text, opening, start)
        if kin is not None:
            return self.kin_called(item, kin)
        copula = _COPULA.search(self.text, opening, start)
        if copula is not None:
            entity = self.subject(item, copula)
            return self.of_entity(entity, "pronoun", "speaker.relative", "person") if entity is not None else None
        noun = _THE_NOUN.search(self.text, opening, start)
        if noun is None or self.mention_at(noun.end("noun") - 1) is not None:
            return None
        phrase = parse_phrase("the " + noun["noun"], self.registry.roles)
        head = phrase.head
        if head is None or head.plural or head.kind not in _PERSONAL or head.form in _ANYBODY:
            return None
        answer, _ = self.from_role(item, phrase, noun.start(), noun.end("noun"))
        return answer if answer is not None and answer.type == "person" else None

    def subject(self, item: Attribution, copula: re.Match[str]) -> Entity | None:
        """Return the person who "is a ...": a name, or what "he" or "she" means there."""
        who = fold(copula["who"])
        if who not in ("he", "she"):
            mention = self.mention_at(copula.end("who") - 1)
            return mention.entity if mention is not None and mention.entity.kind == "person" else None
        found: Candidate | None
        found, _ = self.antecedent(item, copula.start("who"), "male" if who == "he" else "female")
        return found.entity if found is not None else None
