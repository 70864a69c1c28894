"""Speakers named together: "A and B", "A, B and C", "regulators and advisers", and lists the text took up before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from .capitals import ORG_WORDS
from .general_people import are_people
from .individuals import COUNTED, LED, holds_role, is_inside
from .joined import joined_at
from .mentions import Mention
from .names import LEADING_ARTICLE, fold, is_initial
from .nominals import TRAILING, SourcePhrase, parse_phrase, pronoun_class
from .roles import Gender
from .speaker_names import Answer
from .speaker_roles import RoleStage
from .types import Attribution, SpeakerHow

PARENTHESIS = re.compile(r" \([^()]{1,30}\)")
CLAUSE_STARTS = re.compile(r",| who | which | that ")
# "..., and other scientists", "(R-Iowa) and Ben Lee"
LISTED = re.compile(r"(?:\)|, [RDI]-[A-Za-z.]{1,9}),? and |, and other|, others\b")
# "the family, protesters and leaders": at least three parts
SERIES = re.compile(r"[^,;:]{2,60}(?:, [^,;:]{2,60}){1,6},? and [^,;:]{2,60}")
SERIES_SPLIT = re.compile(r", ")
LIST_GAP = re.compile(
    r"(?: \([^()]{1,30}\)|,? [RDI]-[A-Za-z.]{1,9}|, (?:Democrat|Republican) of [A-Z][a-z]+(?: [A-Z][a-z]+)?)?"
    r"(?:,| and|, and) (?:[A-Z][a-z]{2,8}\.? )?"
)
# Where names begin behind a role, and what stands between them: "analysts -- Ana Ruiz of Alder, Ed Hale and"
BEHIND = re.compile(r"(?:, | ?(?:--|—|–) ?)")
_OF_BODY = r"(?: \([^()]{1,30}\)|,? [RDI]-[A-Za-z.]{1,9}| (?:of|at|from) [^,;:()]{2,70})?"
LIST_BEHIND = re.compile(_OF_BODY + r",? (?:[A-Z][a-z]{2,8}\.? )?")
LAST_BEHIND = re.compile(_OF_BODY + r",? and (?:[A-Z][a-z]{2,8}\.? )?")
ANOTHER_ROLE = re.compile(r" and (?:the|an?) (?:[\w.’'-]{1,20} ){0,3}([\w’'-]{3,20})(?=[,.;:]| [a-z])")
# "Ana Ruiz and others seeking a permit" are she and others.
OTHERS_TOO = re.compile(r"others\b(?! (?:in|at|from|on|of)\b)")
OTHERS = re.compile(r",? (?:and )?(other(?:s\b| [a-z]{3,20}s\b))")
MAX_TITLE_WORDS = 3
LIST_SPLIT = re.compile(r"\s{0,3},\s{0,3}(?:and\s)?|\sand\s")
OWN_ROLE = re.compile(r"(?:his|her|their|the) [^,]{3,60}, ((?:[A-Z][\w.’'-]{0,20} ){1,3}[A-Z][\w’'-]{1,20})(?=,|$)")
FIRST_COUNT = re.compile(
    r"^(?:at least |more than |about |some )?(?:several|a few|some|many|most|all|two|three|four|five|six|seven|"
    r"eight|nine|ten|\d+|dozens of|hundreds of) ",
    re.IGNORECASE,
)
MANY = frozenset({"services", "affairs", "workers", "allies", "investigations"})


class ListStage(RoleStage):
    """Adds whom a source means that names several."""

    __slots__ = ()

    def part_name(self, mention: Mention, start: int) -> str:
        """Return a name as it stands in a joint one: people without middle initials, "Ana Ruiz and Ben Lee"."""
        answer = self.of_mention(mention, start)
        if answer.type != "person":
            return answer.name
        return without_initials(answer.name)

    def person_in(
        self, item: Attribution, phrase: SourcePhrase, piece: str, at: int, end: int, *, first: bool
    ) -> str | None:
        """Return whom a pronoun or a definite role means beside another speaker: "she and Ed Hale", "the mayor and".

        `end` is where the whole source ends: nobody else named in it is meant.
        """
        pronoun = pronoun_class(piece)
        if pronoun in ("male", "female"):
            gender: Gender = "male" if pronoun == "male" else "female"
            best, _ = self.antecedent(item, at, gender)
            person = best.entity if best is not None else None
            if person is None or person.kind != "person":
                person = self.last_person(at, lambda one: (one.gender or one.hint) == gender)
            return person.name if person is not None else None
        head = phrase.head
        if not first or head is None or head.plural or head.kind != "office" or phrase.determiner != "definite":
            return None
        beside = ANOTHER_ROLE.match(self.text, at + len(piece))
        if beside is not None and beside[1].islower():
            return None  # "the Ohio senator and the businessman" are two others than each by itself
        answer, _ = self.from_role(item, phrase, at, at + len(piece))
        if answer is None or answer.type != "person":
            return None
        beside_it = {id(mention.entity) for mention in self.names.inside(at, end)}
        return None if answer.entity is not None and id(answer.entity) in beside_it else answer.name

    def shares_role(self, head: str, phrases: Sequence[SourcePhrase], start: int, end: int) -> bool:
        """Return whether two names go with one inside role: "White House and Pentagon spokesmen"."""
        if not is_inside(phrases[1]) or phrases[1].determiner != "none" or phrases[1].owner is not None:
            return False
        names = [mention for mention in self.names.inside(start, end) if self.text[mention.end] not in "'’"][:2]
        if (
            len(names) < 2
            or names[0].end != start + len(head)
            or (phrases[0].head is not None and phrases[0].head.kind != "institution")
        ):
            return False
        people = [mention.entity.kind == "person" for mention in names]
        return people[0] == people[1] and phrases[1].modifiers[-1:] == (
            self.text[names[1].start : names[1].end].split()[-1],
        )

    def coordinated(self, item: Attribution, source: str, start: int, end: int) -> Answer | None:
        """Return a group for "A and B" when each part names somebody; "A and its allies" keeps the second's words."""
        whole = self.one_body(source)
        if whole is not None:
            return whole
        plain = TRAILING.sub("", PARENTHESIS.sub("", source).removesuffix(" all")).removeprefix("both ")
        head, _, tail = plain.partition(" and ")
        apposed = OWN_ROLE.match(tail)
        if apposed is not None and self.mention_at(self.text.find(tail, start, end) + apposed.end() - 1) is not None:
            tail = apposed[1]  # "Ruiz and her lawyer, Ed Hale"
        tail = CLAUSE_STARTS.split(tail, maxsplit=1)[0].strip()
        others = OTHERS_TOO.match(tail)
        tail = others[0] if others is not None else tail
        parts: list[str] = []
        for piece in [*LIST_SPLIT.split(head), tail]:
            piece = piece.strip()
            if not piece:
                continue
            at = self.text.find(piece, start, end)
            if at < 0:
                return None
            phrase = parse_phrase(piece, self.registry.roles)
            if not phrase.words:
                return None
            own_end = self.own_end(phrase, at, at + len(piece))
            mention = self.mention_at(own_end - 1)
            known = self.registry.by_name(piece)
            if known is not None:
                parts.append(known.name)
            elif (person := self.person_in(item, phrase, piece, at, end, first=not parts)) is not None:
                parts.append(without_initials(person))
            elif mention is not None and mention.end >= own_end:
                parts.append(self.part_name(mention, at))
            elif (body := self.spelt_out(piece)) is not None:
                parts.append(body.name)
            elif not parts and fold(piece) in LED and (shared := self.shared_noun(source, tail)) is not None:
                return shared  # "state and local leaders"
            elif phrase.head is not None or phrase.words[-1].endswith("s") or LEADING_ARTICLE.sub("", piece).isupper():
                parts.append(LEADING_ARTICLE.sub("", " ".join(piece.split())))
            else:
                return self.shared_noun(source, tail) if len(phrase.words) == 1 else None
        if len(parts) < 2:
            return None
        name = ", ".join(parts[:-1]) + " and " + parts[-1]
        phrases = [parse_phrase(piece, self.registry.roles) for piece in (head, tail)]
        inside = any(map(is_inside, phrases)) and all(map(holds_role, phrases))
        if len(parts) == 2 and (inside or self.shares_role(head, phrases, start, end)):
            return Answer(name, "unnamed", "nominal", "speaker.unnamed", self.scoped_id("unnamed", name), plural=True)
        return Answer(name, "group", "name", "speaker.coordinated", self.slug_id(name), plural=True)

    def listed(self, start: int, end: int) -> Answer | None:
        """Return the people listed with party or office: "Ana Ruiz (D-Ohio), Ben Lee, R-Iowa, and other senators"."""
        if LISTED.search(self.text, start, end) is None:
            return self.series(self.text[start:end].rstrip(" ,"), start, end)
        people = [
            mention
            for mention in self.names.inside(start, end)
            if mention.entity.kind in ("person", "unknown")
            and self.text[mention.end : mention.end + 1] not in ("'", "’")
        ]
        if not people or len(self.text[start : people[0].start].split()) > MAX_TITLE_WORDS:
            return None
        names = [people[0].entity.name]
        for before, after in pairwise(people):
            if LIST_GAP.fullmatch(self.text, before.end, after.start) is None:
                break
            names.append(after.entity.name)
        others = OTHERS.search(self.text, people[len(names) - 1].end, end)
        if others is not None:
            names.append(others[1])
        if len(names) < 2 or len(set(names)) < len(names):
            return None
        joined = ", ".join(names[:-1]) + " and " + names[-1]
        return Answer(joined, "group", "name", "speaker.coordinated", self.slug_id(joined), plural=True)

    def together(self, people: Sequence[Mention], how: SpeakerHow, why: str) -> Answer:
        """Return the group of people whom the text names together, in the order of the text."""
        names = [without_initials(self.of_entity(mention.entity, "name", why, "person").name) for mention in people]
        joined = ", ".join(names[:-1]) + " and " + names[-1]
        return Answer(joined, "group", how, why, self.slug_id(joined), plural=True)

    def listed_behind(self, phrase: SourcePhrase, start: int, end: int) -> Answer | None:
        """Return the people named behind what they are called: "two analysts, Ana Ruiz and Ed Hale,"."""
        head = phrase.head
        plural = head.plural if head is not None else phrase.words[-1].endswith("s") and phrase.words[-1].islower()
        stop = BEHIND.search(self.text, self.own_end(phrase, start, end), end) if plural else None
        if stop is None:
            return None
        people = [mention for mention in self.names.inside(stop.end(), end) if mention.entity.kind == "person"]
        if len(people) < 2:
            return None
        last = people[-1]
        before_first = self.text[stop.end() : people[0].start].count(" ")
        if len(people) > 2 and before_first <= MAX_TITLE_WORDS and joined_at(self.text, self.names, last) == people:
            return self.together(people, "name", "speaker.coordinated")  # each with a title
        if before_first > len(people[0].titles):
            return None
        for one, other in pairwise(people):
            gap = LAST_BEHIND if other is last else LIST_BEHIND
            if gap.fullmatch(self.text, one.end, other.start) is None:
                return None
        return self.together(people, "name", "speaker.coordinated")

    def series(self, source: str, start: int, end: int) -> Answer | None:
        """Return a group for "Alder, Dale and the Harbor Union" when every part is a name or a plural of people."""
        if SERIES.fullmatch(source) is None:
            return None
        head, _, tail = source.rpartition(" and ")
        parts: list[str] = []
        at = start
        for piece in [*SERIES_SPLIT.split(head.rstrip(" ,")), tail]:
            at = self.text.find(piece, at, end)
            phrase = parse_phrase(piece, self.registry.roles)
            if at < 0 or not phrase.words or phrase.determiner == "indefinite":
                return None
            if phrase.after and (piece != tail or phrase.determiner != "other"):
                return None
            if piece.startswith(("who ", "whose ", "which ")):
                return None
            known = self.registry.by_name(piece)
            mention = self.mention_at(at + len(piece) - 1)
            if known is not None:
                parts.append(known.name)
            elif mention is not None and mention.end == at + len(piece) and mention.entity.kind != "thing":
                parts.append(self.part_name(mention, at))
            elif phrase.head is not None and (phrase.head.plural or phrase.head.kind == "collective"):
                parts.append(LEADING_ARTICLE.sub("", " ".join(piece.split())))
            elif piece == tail and phrase.determiner == "other" and are_people(phrase.words):
                parts.append(" ".join(["other", *phrase.words]))
            else:
                return None
        name = ", ".join(parts[:-1]) + " and " + parts[-1]
        return Answer(name, "group", "name", "speaker.coordinated", self.slug_id(name), plural=True)

    def shared_noun(self, source: str, tail: str) -> Answer | None:
        """Return whom "federal and state officials" are: one noun with two adjectives."""
        head = parse_phrase(tail, self.registry.roles).head
        if head is None or not head.plural:
            return None
        name = LEADING_ARTICLE.sub("", " ".join(source.split()))
        if head.kind == "document":
            # What follows the noun ("conducted by ...") is no part of its name.
            words = parse_phrase(tail, self.registry.roles).words
            name = name[: name.rfind(words[-1]) + len(words[-1])]
            own_id = self.scoped_id("document", name)
            return Answer(name, "document", "nominal", "speaker.document", own_id, plural=True, head=head)
        joined = parse_phrase(source.replace(" and ", " ", 1), self.registry.roles)
        counted = COUNTED.match(name) is not None
        name = FIRST_COUNT.sub("", name)
        if is_inside(joined) or (counted and head.trade):
            scoped = self.scoped_id("unnamed", name)
            return Answer(name, "unnamed", "nominal", "speaker.unnamed", scoped, plural=True, head=head)
        return self.group(name, head)

    def one_body(self, source: str) -> Answer | None:
        """Return the body whose name has an "and" in it: "the House Oversight and Government Reform Committee"."""
        name = LEADING_ARTICLE.sub("", source.split(",")[0].strip())
        words = name.split()
        capitals = all(word[:1].isupper() or word in ("and", "of", "the", "for") for word in words)
        # Both sides of "and" must lack an institution's noun of their own: "the Harbor Bank and the Trade Union".
        before = name.partition(" and ")[0].split()
        if not capitals or words[-1].lower() not in ORG_WORDS | MANY or before[-1].lower() in ORG_WORDS | MANY:
            return None
        return self.organization(name, "name") if self.registry.by_name(" ".join(before)) is None else None

    def one_person(self, phrase: SourcePhrase) -> bool:
        """Return whether "and" joins two roles of one person: "the former minister and party leader"."""
        if phrase.head is None or phrase.head.plural or phrase.determiner not in ("definite", "indefinite"):
            return False
        second = parse_phrase(" ".join(phrase.after[1:]), self.registry.roles)
        return second.determiner == "none" and second.head is not None and not second.head.plural


def without_initials(name: str) -> str:
    """Return a person's name without middle initials, as it stands beside another one."""
    first, *rest = name.split()
    return " ".join([first, *(word for word in rest if not is_initial(word))])
