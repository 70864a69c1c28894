"""Who belongs to whom: the one person whom an article calls somebody's lawyer, daughter or spokesman."""

from __future__ import annotations

import re

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
_LAWYERS = frozenset({"lawyer", "attorney", "counsel", "solicitor"})
_GENDERS = {"his": "male", "her": "female"}


def find_belonging(text: str, names: ArticleNames, head: RoleNoun, owner: Entity, roles: RoleLexicon) -> Entity | None:
    """Return the only person whom the article calls `owner`'s lawyer, daughter …, wherever it says so."""
    found = [
        entity
        for entity in names.entities
        if entity is not owner
        and entity.kind in ("person", "unknown")
        and (head.gender is None or (entity.gender or entity.hint or head.gender) == head.gender)
        and any(_is_called(text, names, mention, head, owner, roles) for mention in entity.mentions[:MAX_MENTIONS])
    ]
    return found[0] if len(found) == 1 else None


def _is_called(
    text: str, names: ArticleNames, mention: Mention, head: RoleNoun, owner: Entity, roles: RoleLexicon
) -> bool:
    before = text[max(0, mention.start - BEFORE_REACH) : mention.start]
    after = text[mention.end : mention.end + AFTER_REACH]
    if head.canonical in _LAWYERS and (acts := ACTS_FOR.match(after)) is not None and _means(acts[1], owner):
        return True
    stops = list(CLAUSE_STOPS.finditer(before))
    words = before[stops[-1].end() if stops else 0 :].rstrip(" ,").split()[-MAX_WORDS:]
    if any(_has_role(word, head, roles) for word in words):
        for first in range(len(words) - 1, -1, -1):
            phrase = parse_phrase(" ".join(words[first:]), roles)
            if phrase.apposed == "" and _says(phrase, words[first], mention, names, head, owner):
                return True
    behind = BEHIND.match(after)
    if behind is not None and any(_has_role(word, head, roles) for word in behind[1].split()):
        words = behind[1].split(",")[0].split()
        return bool(words) and _says(parse_phrase(" ".join(words), roles), words[0], mention, names, head, owner)
    return False


def _has_role(word: str, head: RoleNoun, roles: RoleLexicon) -> bool:
    noun = roles.nouns.get(fold(word).strip(","))
    return noun is not None and not noun.plural and same_role(noun, head)


def same_role(one: RoleNoun, other: RoleNoun) -> bool:
    """Return whether two nouns are one role: "attorney" and "lawyer"."""
    same = SAME_ROLE.get(one.form, SAME_ROLE.get(one.canonical, -1))
    return one.canonical == other.canonical or (
        same >= 0 and same == SAME_ROLE.get(other.form, SAME_ROLE.get(other.canonical))
    )


def _says(
    phrase: SourcePhrase, opening: str, mention: Mention, names: ArticleNames, head: RoleNoun, owner: Entity
) -> bool:
    """Return whether the phrase beside a name is "Hale's lawyer", "a lawyer for Hale" or "his lawyer" after Hale."""
    if phrase.head is None or phrase.head.plural or not same_role(phrase.head, head):
        return False
    if phrase.owner is not None:
        return not phrase.after and _means(phrase.owner, owner)
    if phrase.determiner == "own":
        gender = _GENDERS.get(fold(opening))
        return gender is not None and not phrase.after and _last_named(names, mention, gender) is owner
    return len(phrase.after) > 1 and fold(phrase.after[0]) in _OF and _means(" ".join(phrase.after[1:]), owner)


def _means(words: str, owner: Entity) -> bool:
    """Return whether these words are the owner's name, with or without first name or title."""
    own = owner.name.split()
    if last_word(words) != last_word(owner.name):
        return False
    first = fold(words.split()[0])[:1]
    return len(words.split()) == 1 or first == fold(own[0])[:1] or words.split()[0].endswith(".")


def _last_named(names: ArticleNames, mention: Mention, gender: str) -> Entity | None:
    """Return the person of a gender last named before a mention, in its sentence or the one before."""
    for other in reversed(names.before(mention.start, most=6)):
        entity = other.entity
        if mention.sentence - other.sentence > 1:
            return None
        if entity is not mention.entity and entity.kind == "person" and (entity.gender or gender) == gender:
            return entity
    return None
