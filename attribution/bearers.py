"""Who bears a surname that stands alone: no body that only ends in it, the host of a show, a newspaper's namesake."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

from .capitals import STOP_WORDS
from .entities import ArticleNames, Entity, Mention
from .names import PARTICLES, SUFFIXES, fold, fold_name, is_initial, split_name
from .roles import default_given_names, default_roles

# "The Ana Ruiz Show", "Ben Hale Live": who is named in it is somebody.
SHOWS = re.compile(r"\b(?:Show|Report|Radio|Live|Tonight|Podcast|Hour|Program|File|Factor)\Z")
NAMED_BODY = re.compile(r"['’]s? [A-Z]| [A-Z]| (?:poll|survey|analysis|terminal)")
MAX_SHOW_WORDS = 5
FIRST_WORD = re.compile(r"[a-z],? (Our|One) \Z")
FIRST_REACH, MAX_LOOKED_AT = 8, 6
# Characters within which a title overrules what a given name hints at.
JUST_NAMED = 1500


def drop_late_bodies(found: ArticleNames, singles: Iterable[tuple[int, str]]) -> None:
    """Take names of which the last word alone came first from the bearers of that surname.

    Whoever is not named in full before is introduced so, headlines apart; "Alder said" before "Port Alder" is no Alder
    of that name. People known for such stay.
    """
    given = default_given_names()
    open_keys = {
        key: min(entity.mentions[0].start for entity in bearers)
        for key, bearers in found.by_surname.items()
        if any(_is_unsure(entity, given) for entity in bearers)
    }
    if not open_keys:
        return
    for start, name in singles:
        key = fold_name(name)
        introduced = open_keys.get(key)
        if introduced is None or found.sentence_of(start) < 2:
            continue
        del open_keys[key]
        if start < introduced:
            found.by_surname[key] = [entity for entity in found.by_surname[key] if not _is_unsure(entity, given)]


def _is_unsure(entity: Entity, given: Container[str]) -> bool:
    return entity.kind == "unknown" and entity.entry is None and fold(entity.name.split()[0]) not in given


def complete_bodies(found: ArticleNames, text: str) -> None:
    """Give bodies back a first word that only opens sentences elsewhere: "by Our Harbor PAC" is no Harbor PAC."""
    for entity in found.entities:
        if entity.kind != "organization" or entity.entry is not None or " " not in entity.name:
            continue
        for mention in entity.mentions[:MAX_LOOKED_AT]:
            first = FIRST_WORD.search(text, max(0, mention.start - FIRST_REACH), mention.start)
            if first is not None and text.startswith(entity.name, mention.start):
                entity.name = f"{first[1]} {entity.name}"
                break


def add_hosts(found: ArticleNames, text: str) -> None:
    """Add the people of whom the article tells only by their shows: "The Ana Ruiz Show" has a Ruiz."""
    given = default_given_names()
    for entity in [
        entity
        for entity in found.entities
        if entity.entry is None and entity.kind in ("unknown", "organization", "thing")
    ]:
        words = entity.name.split()
        if not 3 <= len(words) <= MAX_SHOW_WORDS or fold(words[0]) not in given or SHOWS.search(entity.name) is None:
            continue
        surname = fold_name(words[1])
        if surname in STOP_WORDS or surname in found.by_surname or surname in default_roles().nouns:
            continue
        name = f"{words[0]} {words[1]}"
        first = entity.mentions[0]
        at = text.find(words[0], first.start, first.end)
        host = Entity(name, "person", hint=given[fold(words[0])])
        host.mentions.append(Mention(at, at + len(name), host, first.sentence))
        found.entities.append(host)
        found.by_surname[surname] = [host]


def add_middle_surnames(found: ArticleNames) -> None:
    """Let the first of two surnames mean its bearer where nobody else has it: "Ms. Ruiz" is Ana Ruiz Dale."""
    given, nouns = default_given_names(), default_roles().nouns
    for entity in found.entities:
        if entity.kind != "person" or entity.name.count(" ") < 2:
            continue
        words = [word for word in fold_name(entity.name).split() if word not in SUFFIXES]
        if len(words) != 3 or PARTICLES & set(words):
            continue
        middle = words[1]
        if len(middle) < 3 or is_initial(middle) or middle in given or middle in STOP_WORDS or middle in nouns:
            continue
        if middle not in found.by_surname:
            found.by_surname[middle] = [entity]


def surnames_not_bodies(found: ArticleNames, text: str) -> None:
    """Give mentions of a body to the person of that surname: "Globe said" behind "Mayor Ana Globe".

    Not where the article writes "Mr." before the surname, as the bare name then is the body.
    """
    for body in [entity for entity in found.entities if entity.entry is not None and entity.kind == "organization"]:
        for name in {text[m.start : m.end] for m in body.mentions}:
            key = fold_name(name)
            bearers = [e for e in found.by_surname.get(key, ()) if e.kind == "person" and " " in e.name and e.mentions]
            if " " in name or len(bearers) != 1 or name.isupper() or fold_name(bearers[0].name).split()[-1] != key:
                continue
            if any(f"{title} {name}" in text for title in ("Mr.", "Mrs.", "Ms.")):
                continue
            person = bearers[0]
            moved = [
                m
                for m in body.mentions
                if text[m.start : m.end] == name
                and (m.start > person.mentions[0].start or m.sentence <= 1)
                and text[max(0, m.start - 4) : m.start].lower() != "the "
                and NAMED_BODY.match(text, m.end) is None
            ]
            for mention in moved:
                mention.entity = person
            person.mentions = sorted([*person.mentions, *moved], key=lambda m: m.start)
            body.mentions = [m for m in body.mentions if m.entity is body]
            if not body.mentions:
                found.entities.remove(body)
                found.by_key = {key: entity for key, entity in found.by_key.items() if entity is not body}


def is_just_named(entity: Entity, position: int) -> bool:
    """Return whether a person whose gender only the given name hints at was named in full shortly before `position`."""
    if entity.kind != "person" or entity.gender is not None or not split_name(entity.name).given:
        return False
    return any(0 < position - mention.start < JUST_NAMED for mention in entity.mentions)
