"""Who belongs to whom: the one person whom an article calls somebody's lawyer, daughter or spokesman."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .described import SAME_ROLE
from .mentions import ArticleNames, Entity, Mention
from .names import fold, last_word
from .nominals import SourcePhrase, parse_phrase
from .roles import RoleLexicon, RoleNoun

BEFORE_REACH = 90
AFTER_REACH = 110
MAX_WORDS = 9
# Mentions of one person that are looked at; who somebody is stands near the first ones.
MAX_MENTIONS = 12
CLAUSE_STOPS = re.compile(r"[.;:!?()“”\"\n](?=\s|$)|[“”\"(\n]")
ACTS_FOR = re.compile(r",? who (?:[a-z]{2,12} )?(?:represent|defend)(?:s|ed|ing)? ([^,.;:“”\"()\n]{2,60})")
BEHIND = re.compile(r"(?:, (?:who (?:is|was) )?| (?:is|was|remains) )([^;:“”\"()\n.]{3,90})")
_OF = frozenset({"for", "to", "of", "representing"})
_GENDERS = {"his": "male", "her": "female"}


@dataclass(frozen=True, slots=True)
class Relation:
    """What an article says of `person`: a role, and whose, by the owner's words there or as who "his" means."""

    person: Entity
    role: RoleNoun
    words: str
    owner: Entity | None = None


def read_relations(text: str, names: ArticleNames, roles: RoleLexicon) -> dict[str, list[Relation]]:
    """Return the relations that stand beside the names of people, by the owner's last word, folded."""
    found: dict[str, list[Relation]] = {}
    for entity in names.entities:
        if entity.kind not in ("person", "unknown"):
            continue
        for mention in entity.mentions[:MAX_MENTIONS]:
            for relation in _beside(text, names, mention, roles):
                name = relation.owner.name if relation.owner is not None else relation.words.strip()
                found.setdefault(last_word(name), []).append(relation)
    return found


def find_belonging(relations: dict[str, list[Relation]], head: RoleNoun, owner: Entity) -> Entity | None:
    """Return the only person whom the article calls `owner`'s lawyer, daughter …, wherever it says so."""
    found: list[Entity] = []
    for relation in relations.get(last_word(owner.name), ()):
        person = relation.person
        if (
            person is not owner
            and same_role(relation.role, head)
            and (relation.owner is owner if relation.owner is not None else _means(relation.words, owner))
            and (head.gender is None or (person.gender or person.hint or head.gender) == head.gender)
            and not any(person is other for other in found)
        ):
            found.append(person)
    return found[0] if len(found) == 1 else None


def _beside(text: str, names: ArticleNames, mention: Mention, roles: RoleLexicon) -> Iterator[Relation]:
    before = text[max(0, mention.start - BEFORE_REACH) : mention.start]
    after = text[mention.end : mention.end + AFTER_REACH]
    acts = ACTS_FOR.match(after)
    if acts is not None and "lawyer" in roles.nouns:
        yield Relation(mention.entity, roles.nouns["lawyer"], acts[1])
    stops = list(CLAUSE_STOPS.finditer(before))
    words = before[stops[-1].end() if stops else 0 :].rstrip(" ,").split()[-MAX_WORDS:]
    if any(_is_role(word, roles) for word in words):
        for first in range(len(words) - 1, -1, -1):
            phrase = parse_phrase(" ".join(words[first:]), roles)
            if phrase.apposed == "":
                yield from _said(phrase, words[first], mention, names)
    behind = BEHIND.match(after)
    words = behind[1].split(",")[0].split() if behind is not None else []
    if any(_is_role(word, roles) for word in words):
        yield from _said(parse_phrase(" ".join(words), roles), words[0], mention, names)


def _is_role(word: str, roles: RoleLexicon) -> bool:
    noun = roles.nouns.get(fold(word).strip(","))
    return noun is not None and not noun.plural and noun.kind in ("inside", "class", "office")


def same_role(one: RoleNoun, other: RoleNoun) -> bool:
    """Return whether two nouns are one role: "attorney" and "lawyer"."""
    same = SAME_ROLE.get(one.form, SAME_ROLE.get(one.canonical, -1))
    return one.canonical == other.canonical or (
        same >= 0 and same == SAME_ROLE.get(other.form, SAME_ROLE.get(other.canonical))
    )


def _said(phrase: SourcePhrase, opening: str, mention: Mention, names: ArticleNames) -> Iterator[Relation]:
    """Yield the relation that a phrase beside a name tells: "Hale's lawyer", "a lawyer for Hale", "his lawyer"."""
    if phrase.head is None or phrase.head.plural:
        return
    person, role, after = mention.entity, phrase.head, phrase.after
    if phrase.owner is not None:
        if not after:
            yield Relation(person, role, phrase.owner)
    elif phrase.determiner == "own":
        gender = _GENDERS.get(fold(opening))
        owner = _last_named(names, mention, gender) if gender is not None and not after else None
        if owner is not None:
            yield Relation(person, role, "", owner)
    elif len(after) > 1 and fold(after[0]) in _OF:
        yield Relation(person, role, " ".join(after[1:]))


def _means(words: str, owner: Entity) -> bool:
    """Return whether these words are the owner's name, with or without first name or title."""
    said = words.split()
    if not said or last_word(words) != last_word(owner.name):
        return False
    return len(said) == 1 or fold(said[0])[:1] == fold(owner.name)[:1] or said[0].endswith(".")


def _last_named(names: ArticleNames, mention: Mention, gender: str) -> Entity | None:
    """Return the person of a gender last named before a mention, in its sentence or the one before."""
    for other in reversed(names.before(mention.start, most=6)):
        entity = other.entity
        if mention.sentence - other.sentence > 1:
            return None
        if entity is not mention.entity and entity.kind == "person" and (entity.gender or gender) == gender:
            return entity
    return None
