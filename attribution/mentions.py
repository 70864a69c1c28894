"""Text in, capitalised names out: people, organizations and countries with all their mentions, found in one scan.

No tagger: capital letters, titles, role nouns, the registry and the words around decide what a name is. Only names
become objects, never single words, so that a whole article costs little more than one regular expression.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from functools import lru_cache

from .bearers import (
    add_hosts,
    add_middle_surnames,
    complete_bodies,
    drop_late_bodies,
    is_just_named,
    surnames_not_bodies,
)
from .capitals import STOP_WORDS, US_STATES, EntityKind, ParsedName, after_article, name_strings, parse_name
from .entities import ArticleNames, Entity, Mention
from .lexicon import read_word_lists
from .name_edges import LEADS, begins_late, is_people
from .names import fold, fold_name, last_word, split_name, strip_possessive
from .recognised import Recognised, cut_by, parse_recognised
from .registry import Registry
from .roles import Gender, RoleLexicon, default_given_names, default_roles

# One set of characters first, so that the scan skips to it; abbreviations are looked at only there.
__all__ = ["ArticleNames", "Entity", "Mention", "choose_bearer", "find_names"]

SENTENCE_END = re.compile(
    r"[.!?\n](?:(?<=\n)\n*|(?<![ (]Mr\.)(?<![ (]Ms\.)(?<![ (]Dr\.)(?<!Mrs\.)(?<!Sen\.)(?<!Rep\.)(?<!Gov\.)(?<!Gen\.)"
    r"(?<![ .][A-Z]\.)[.!?\"”’»)\]]{0,8}\s+(?=[\"“«‘(\[]?[A-Z0-9À-ÖØ-Þ]))"
)
# Words right after a name that make it a person's: an age, an appositive, a relative clause.
PERSON_AFTER = re.compile(
    r",? ?(?:\((?:[RD]|I)[-–)]|, (?:who\b|\d\d,|an? (?:[A-Z][\w.]{1,14} ){0,2}[a-z]|the [a-z]|[RD]-))"
)
PARTY_AFTER = re.compile(r"(?:['’]s)?,? ?\(?([RDI])[-–. ]([A-Z][A-Za-z.]{1,9})")
PARTY_WORDS = {"R": "republican", "D": "democrat", "I": "independent"}
STATE_AFTER = re.compile(
    r"(?:,? of|, from) ((?:(?:New|North|South|West|Rhode) )?[A-Z][a-z]{2,13})|,? \(((?!I{1,3}\b)[A-Z][A-Za-z.]{1,5})\)"
)
COPULA_AFTER = re.compile(r" (?:is|was|became|remains) (?:an?|the) ([^,.;:“”\"«»()\n]{3,90})")
CLAUSE_AFTER = re.compile(r", ((?:an?|the|his|her|its|their|who (?:is|was)|[\w’'-]+) [^,.;:“”\"«»()\n]{3,90})")
NICKNAME = re.compile(r"[ \u00a0][\"“(](\w+)[\"”)](?=[ \u00a0])")
SPEAKS_AFTER = re.compile(
    r" (?:said|says|told|asked|added|explained|recalled|thought|thinks|wrote|believes|believed)\b"
)
# Whoever "said she ..." is a woman, nearly always.
GENDER_AFTER = re.compile(r"(?:,[^,.\n]{1,60},)? (?:said|says|thinks|believes) (?:that )?(he|she)\b")
NOUN_AFTER = re.compile(r" (CEO|[a-z]{4,15})\b")
# Nouns of the lexicon that are verbs behind a name.
ROLE_VERBS = frozenset({"docs", "users", "doctor", "counsel", "witness", "nurse", "author", "anchor", "champion"})
FOLLOWS_BLANK = frozenset("(oiwbrstt")
GENDER_LEADS = frozenset((" s", " t", " b"))
_STATE_NAMES = frozenset(US_STATES.values())
# Given names (the first two surnames as well) that are modals or months elsewhere.
MODALS = ("Will", "May")
MODAL_NAMES = (*MODALS, "April", "June", "August")
MODAL_GIVEN = re.compile(r"(?:Will|May|April|June|August)(?: [A-Z]\.)? [A-Z][\w’'-]{1,20}(?:,? [JS]r\.)?")
DATE_BEFORE = re.compile(
    r"\b(?:in|on|by|of|to|last|this|next|since|until|till|from|through|before|after|for|during|mid|early|late|"
    r"every|each|between|and) \Z"
)
MANY_OF = tuple(f"{many} of " for many in ("Dozens", "Hundreds", "Many", "Millions", "Most", "Some", "Thousands"))
ARTICLES = ("al-", "el-")
MAX_DESCRIBED = 4
MAX_RANKED = 60
MAX_BEARERS = 40


def find_names(
    text: str,
    registry: Registry,
    *,
    masks: Sequence[tuple[int, int]] = (),
    recognised: Sequence[Recognised] = (),
) -> ArticleNames:
    """Return the article's names. Names inside `masks` (boilerplate) are left out; offsets are those of `text`.

    `recognised` are names that another pipeline found; where it has one, capitals don't decide.
    """
    sentence_starts = [match.end() for match in SENTENCE_END.finditer(text)]
    found = ArticleNames([], [], [], sentence_starts, {}, {})
    singles: list[tuple[int, int, ParsedName, str]] = []
    people: set[int] = set()
    for start, end, raw, kind in _strings(text, masks, recognised):
        parsed = _modal_name(text, start, end, raw) if raw.startswith(MODAL_NAMES) else None
        if parsed is None:
            if raw.lower() in STOP_WORDS and not raw.isupper():
                continue  # "The", "But": most capitals that open a sentence
            if kind is None:
                parsed = parse_name(raw, registry, after_article(text, start))
            else:
                parsed = parse_recognised(raw, registry, kind, after_article(text, start))
        if parsed.name.startswith("Dean ") and parsed.name.count(" ") == 1 and " dean " in text:
            # "Dean Hale", where the article has "the dean of the school"
            parsed = ParsedName(("dean",), parsed.name[5:], parsed.offset + 5, "unknown", None, None, False)
        if parsed.kind in ("person", "unknown") and kind is None and _runs_on(text, parsed, registry):
            raw = raw[: parsed.offset + len(parsed.name.split()[0])]
            end = start + len(raw)
            parsed = parse_name(raw, registry, after_article(text, start))
        if not parsed.name or (parsed.kind == "unknown" and parsed.name.startswith(MANY_OF)):
            continue
        name_start = start + parsed.offset
        if parsed.entry is None and len(parsed.name.split()) < 2 and kind not in ("organization", "thing"):
            if kind == "person":
                people.add(name_start)
            singles.append((name_start, end, parsed, raw))
            continue
        if (
            parsed.kind == "unknown"
            and parsed.name.count(" ") == 2
            and (cut := _imperative(text, name_start, raw, parsed))
        ):
            # "Hold Ana Ruiz to it": the first word of a headline or sentence is no name.
            parsed = parse_name(raw[cut:], registry, False)
            start += cut
            name_start = start + parsed.offset
        if parsed.kind == "unknown" and PERSON_AFTER.match(text, end):
            apposed: EntityKind = "organization" if _is_body_behind(text, end) else "person"
            parsed = ParsedName(parsed.titles, parsed.name, parsed.offset, apposed, None, None, True)
        _add(found, text, name_start, end, parsed)
    _merge_longer(found)
    _choose_forms(found)
    complete_bodies(found, text)
    drop_late_bodies(found, [(start, parsed.name) for start, _, parsed, _ in singles])
    add_hosts(found, text)
    add_middle_surnames(found)
    _link_singles(found, text, singles, registry, people)
    surnames_not_bodies(found, text)
    found.mentions.sort(key=lambda mention: mention.start)
    found.starts = [mention.start for mention in found.mentions]
    return found


def _runs_on(text: str, parsed: ParsedName, registry: Registry) -> bool:
    """Return whether a headline's noun follows a surname that the news knows: "Lavrov Memo" on a memo."""
    words = parsed.name.split()
    return (
        len(words) == 2
        and parsed.entry is None
        and words[1].isalpha()
        and registry.by_surname(fold(words[0])) is not None
        and f" {words[1].lower()} " in text
    )


def _is_body_behind(text: str, end: int) -> bool:
    """Return whether the words behind a name call it a body: "Alder Rising, a super PAC"."""
    after = CLAUSE_AFTER.match(text, end)
    if after is None:
        return False
    noun = default_roles().at_end(_head_words([fold(word) for word in after[1].split()]))
    return noun is not None and (noun[0].kind == "institution" or noun[0].form == "group") and not noun[0].plural


def _head_words(phrase: list[str]) -> list[str]:
    """Return the words up to the noun of a phrase, without what a preposition or a clause adds."""
    for index, word in enumerate(phrase[1:], start=1):
        if word in (
            "of",
            "for",
            "at",
            "in",
            "who",
            "from",
            "with",
            "and",
            "on",
            "to",
            "whose",
            "that",
            "which",
            "based",
        ):
            return phrase[:index]
    return phrase


def _modal_name(text: str, start: int, end: int, raw: str) -> ParsedName | None:
    """Return the name whose first word opens a question, a wish or a date elsewhere: "said Will Doyle", "May said"."""
    name = raw.partition(" of ")[0]
    speaks = SPEAKS_AFTER.match(text, start + len(name)) is not None
    if name in MODAL_NAMES:
        said = text.endswith(("said ", "says "), max(0, start - 5), start)
        surname = name in MODALS and (speaks or said)
        return ParsedName((), name, 0, "unknown", None, None, False) if surname else None
    if MODAL_GIVEN.fullmatch(name) is None or DATE_BEFORE.search(text, max(0, start - 12), start) is not None:
        return None
    before = text[max(0, start - 2) : start]
    inside = len(before) == 2 and before[1] == " " and (before[0].islower() or before[0] == ",")
    if inside or speaks or PERSON_AFTER.match(text, start + len(name)):
        return ParsedName((), name, 0, "person", None, None, True)
    return None


def _imperative(text: str, start: int, raw: str, parsed: ParsedName) -> int:
    """Return where the name begins in "Hold Ana Ruiz" at the start of a sentence, 0 when nothing is to be cut."""
    if parsed.kind == "person" and fold(parsed.name.split()[0]) not in LEADS:
        return 0
    if begins_late(parsed.name.split(), text):
        return parsed.offset + len(parsed.name.split()[0]) + 1
    first, second, _ = [fold(word) for word in raw.split()[-3:]] if raw.count(" ") == 2 else ("", "", "")
    given, forms = default_given_names(), read_word_lists().verb_forms
    if second not in given or first in given or (start and text[max(0, start - 2) : start].strip(" \n")):
        return 0
    if first not in forms and first.removeprefix("co-") not in default_roles().nouns:
        return 0
    if start and text[max(0, start - 2) : start] != "\n\n":
        return 0
    return len(raw.split()[0]) + 1


def _add(found: ArticleNames, text: str, start: int, end: int, parsed: ParsedName) -> None:
    key = parsed.entry.id if parsed.entry is not None else "\x00" + fold_name(parsed.name)
    entity = found.by_key.get(key)
    nickname = None
    if parsed.kind == "person" and parsed.entry is None and end - start > len(parsed.name):
        called = NICKNAME.search(text, start, end)
        nickname = fold(called[1]) if called is not None else None
    if entity is None and parsed.entry is None and parsed.kind in ("person", "unknown"):
        entity = _variant(found, parsed, nickname)
    if entity is None:
        name = parsed.entry.name if parsed.entry is not None else parsed.name
        entity = Entity(" ".join(name.split()), parsed.kind, parsed.entry)
        found.entities.append(entity)
    found.by_key.setdefault(key, entity)
    if parsed.kind == "person":
        if entity.kind == "unknown":
            entity.kind = "person"
        entity.gender = entity.gender or parsed.gender
        if entity.hint is None:
            entity.hint = default_given_names().get(fold(entity.name.split()[0]).rstrip("."))
    if parsed.kind in ("person", "unknown"):
        surname = last_word(parsed.name)
        # "Mr. Hale" is Yusuf al-Hale too.
        for form in (surname, surname[3:]) if surname.startswith(ARTICLES) else (surname,):
            bearers = found.by_surname.setdefault(form, [])
            if entity not in bearers and len(bearers) < MAX_BEARERS:
                bearers.append(entity)
    if parsed.entry is None and entity.entry is None and parsed.kind in ("person", "unknown"):
        form = " ".join(parsed.name.split())
        entity.forms[form] = entity.forms.get(form, 0) + 1
        if parsed.kind == "person":
            entity.given.add(fold_name(form.split()[0]))
            if nickname is not None:
                entity.given.add(nickname)
    mention = Mention(start, end, entity, found.sentence_of(start), parsed.titles)
    entity.mentions.append(mention)
    found.mentions.append(mention)
    if parsed.titles or len(entity.mentions) <= MAX_DESCRIBED:
        _describe(text, mention)


def _choose_forms(found: ArticleNames) -> None:
    """Name each person as the article does most often, the longer form where two are as frequent."""
    given = default_given_names()
    for entity in found.entities:
        if entity.entry is None and len(entity.forms) > 1:
            # "Assemblywoman Ana Ruiz" is not how she is called where "Ana Ruiz" occurs too.
            full = tuple(" " + form for form in entity.forms if fold(form.split()[0]) in given)
            called = [form for form in entity.forms if not form.endswith(full)]
            entity.name = max(called, key=lambda form: (entity.forms[form], len(form)))


def _variant(found: ArticleNames, parsed: ParsedName, nickname: str | None) -> Entity | None:
    """Return the person already found whose full name differs only by a middle name, an initial or a nickname."""
    parts = split_name(parsed.name)
    if not parts.given:
        return None
    fitting = [
        entity
        for entity in found.by_surname.get(last_word(parsed.name), ())
        if entity.kind in ("person", "unknown")
        and (given := split_name(entity.name).given)
        and (
            _same_given(fold_name(given[0]), fold_name(parts.given[0]))
            or fold_name(parts.given[0]) in entity.given
            or (nickname is not None and nickname in entity.given)
        )
    ]
    return fitting[0] if len(fitting) == 1 else None


def _merge_longer(found: ArticleNames) -> None:
    """Let a name that ends another person's full name be that person: "Mr. Van Voorhis" is Chandler Van Voorhis.

    Where the shorter one is a full name itself, the words before it only describe: "Vermonter Ana Ruiz" is Ana Ruiz.
    """
    for bearers in found.by_surname.values():
        if len(bearers) < 2:
            continue
        for short in list(bearers):
            ending = " " + fold_name(short.name)
            longer = [other for other in bearers if other is not short and fold_name(other.name).endswith(ending)]
            for other in [other for other in longer if _is_described(other, short)]:
                _absorb(found, bearers, other, short)
                longer.remove(other)
            if len(longer) == 1 and short.entry is None and short.kind != "organization":
                _absorb(found, bearers, short, longer[0])


def _is_described(longer: Entity, full: Entity) -> bool:
    """Return whether a longer name is a full one behind words that are no names."""
    given = default_given_names()
    words = fold_name(full.name).split()
    if longer.entry is not None or len(words) < 2 or words[0] not in given or full.kind == "organization":
        return False
    return not any(word in given or len(word) < 3 for word in fold_name(longer.name).split()[: -len(words)])


def _absorb(found: ArticleNames, bearers: list[Entity], other: Entity, person: Entity) -> None:
    """Make all mentions of `other` mentions of `person`."""
    for mention in other.mentions:
        mention.entity = person
    person.mentions.extend(other.mentions)
    person.mentions.sort(key=lambda mention: mention.start)
    person.kind = "person" if other.kind == "person" and person.kind == "unknown" else person.kind
    person.gender = person.gender or other.gender
    person.roles |= other.roles
    person.words |= other.words
    person.given |= other.given
    bearers.remove(other)
    found.entities.remove(other)
    found.by_key["\x00" + fold_name(other.name)] = person


def _same_given(one: str, other: str) -> bool:
    return one == other or (len(one) == 1 and other.startswith(one)) or (len(other) == 1 and one.startswith(other))


def _describe(text: str, mention: Mention) -> None:
    """Add to the entity what titles, the words before and an appositive after say about it."""
    entity, roles = mention.entity, default_roles()
    if entity.kind not in ("person", "unknown", "organization"):
        return
    words = list(mention.titles)
    if not words and mention.start:
        words = _role_before(text[max(0, mention.start - 70) : mention.start].rpartition("\n")[2], roles)
    if words:
        _take_roles(entity, words, roles, before=True)
        noun = roles.at_end(words)
        joined = not text[max(0, mention.start - 2) : mention.start].startswith(",")
        if joined and entity.kind == "unknown" and noun is not None and noun[0].kind == "institution":
            entity.kind = "organization"  # "the website Alder Hale", but "near a school, Alder Hale"
    _describe_by_what_follows(text, mention, entity, roles)


def _describe_by_what_follows(text: str, mention: Mention, entity: Entity, roles: RoleLexicon) -> None:
    """Add party, state, appositive, "is a ..." and the gender of "said she" behind a name."""
    end = mention.end
    # What follows most names begins with neither comma, bracket nor a blank and one of these letters.
    lead = text[end : end + 2]
    if (
        entity.kind == "unknown"
        and lead[:1] == " "
        and last_word(entity.name) not in roles.nouns
        and _has_staff(text, end, roles)
    ):
        entity.kind = "organization"
        return
    if lead[:1] not in ",(-–'’ " or (lead[:1] == " " and lead[1:] not in FOLLOWS_BLANK):
        return
    comma = lead[:1] == ","
    if comma or lead in (" (", " o"):
        party = PARTY_AFTER.match(text, end)
        if party is not None:
            entity.words.add(PARTY_WORDS[party[1]])
            entity.roles.add(PARTY_WORDS[party[1]])
            entity.words.update(US_STATES.get(party[2].replace(".", "").lower(), "").split())
        state = STATE_AFTER.match(text, end)
        if state is not None:
            named = fold(state[1] or US_STATES.get(state[2].replace(".", "").lower(), ""))
            if named in _STATE_NAMES:
                entity.words.update(named.split())
    if (
        entity.gender is None
        and entity.hint is None
        and entity.kind != "organization"
        and (comma or lead in GENDER_LEADS)
    ):
        tells = GENDER_AFTER.match(text, end)
        if tells is not None:
            told: Gender = "male" if tells[1] == "he" else "female"
            if entity.hint in (None, told):  # "Walter Hale, a supporter, said she would win": another one
                entity.gender = told
    after = (CLAUSE_AFTER if comma else COPULA_AFTER).match(text, end)
    if after is None:
        return
    phrase = [fold(word) for word in after[1].split()]
    if phrase[0] in ("and", "or", "but", "as", "while"):
        return  # "Ben Hale, and his daughter"
    head = _head_words(phrase)
    if len(head) > 1 and roles.at_end(head) is not None:
        _take_roles(entity, head, roles)
        entity.words.update(phrase)


def _has_staff(text: str, end: int, roles: RoleLexicon) -> bool:
    """Return whether the noun right after a name says that it is a body: "Alder Hale bankers", "Alder Hale CEO"."""
    after = NOUN_AFTER.match(text, end)
    if after is None:
        return False
    if after[1] == "CEO":
        return True
    noun = roles.nouns.get(after[1])
    return noun is not None and noun.kind in ("inside", "class") and after[1] not in ROLE_VERBS


@lru_cache(maxsize=1)
def _last_role_words() -> frozenset[str]:
    return frozenset(form.rpartition(" ")[2] for form in default_roles().nouns)


def _role_before(before: str, roles: RoleLexicon) -> list[str]:
    """Return the folded words of a noun phrase that ends in a singular role noun right before a name, else none.

    "said spokesman Ruiz", not "he told Ruiz".
    """
    nearest = before.rsplit(maxsplit=1)
    if len(nearest) < 2:
        return []
    # Few names follow a role noun, and one word tells.
    word = fold(nearest[1]).rstrip(",").strip("“\"'")
    if word not in _last_role_words() and "'" not in word:
        return []
    words = _noun_phrase_before(before)
    at = roles.at_end(words)
    return [] if at is None or at[0].plural else words


def _noun_phrase_before(before: str) -> list[str]:
    """Return the folded words at the end of `before` that can belong to one noun phrase with the name after it."""
    words: list[str] = []
    for word in before.rsplit(maxsplit=7)[:0:-1]:
        folded = fold(word)
        if folded[-1] in '.;:!?()"“”»' or (words and folded[-1] == ","):
            break
        folded = folded.rstrip(",").strip("“\"'")
        if "'" in folded:
            folded = strip_possessive(folded)
        if not folded or (folded in STOP_WORDS and folded not in ("former", "second", "rival")):
            break
        words.append(folded)
        if len(words) == 6:
            break
    return words[::-1]


def _take_roles(entity: Entity, words: Sequence[str], roles: RoleLexicon, *, before: bool = False) -> None:
    """Add the roles that `words` name, and the gender that they tell unless the given name tells another.

    What stands before a name is surely said of it ("the widow Terry Hale"), what follows may be about somebody else.
    """
    if not words:
        return
    entity.words.update(words)
    rest = list(words)
    for size in range(len(rest), 0, -1):
        at = roles.at_end(rest[:size])
        if at is not None and at[0].kind == "document":
            continue  # "Hale, citing data from the bank,"
        if at is not None and not at[0].plural:
            entity.roles.add(at[0].canonical)
            entity.roles.add(at[0].form)
            # "Ben Hale, the lawyer leading Mrs. Ruiz's search" is no woman.
            other = at[0].kind == "honorific" or (not before and entity.hint not in (None, at[0].gender))
            if at[0].gender is not None and not other and entity.kind in ("person", "unknown"):
                entity.gender = entity.gender or at[0].gender
                if entity.entry is None:
                    entity.kind = "person"


def _strings(
    text: str, masks: Sequence[tuple[int, int]], recognised: Sequence[Recognised]
) -> Iterable[tuple[int, int, str, EntityKind | None]]:
    """Return what may be names: sequences of capitals, cut where another pipeline's names begin and end."""
    strings = name_strings(text, masks)
    if not recognised:
        return ((start, end, raw, None) for start, end, raw in strings)
    seen = [r for r in recognised if not any(r.start < end and start < r.end for start, end in masks)]
    return cut_by(strings, text, seen)


def _link_singles(
    found: ArticleNames,
    text: str,
    singles: list[tuple[int, int, ParsedName, str]],
    registry: Registry,
    people: Container[int],
) -> None:
    """Add one-word names as mentions of whom they can mean: a surname or first name of the article, or the registry.

    `people` are the starts of those that another pipeline takes for people: they are somebody, linked or not.
    """
    firsts: dict[str, list[Entity]] = {}
    lasts: dict[str, Entity] = {}
    for known_entity in found.entities:
        if known_entity.kind == "person":
            given = split_name(known_entity.name).given
            if given:
                firsts.setdefault(fold_name(given[0]), []).append(known_entity)
        elif known_entity.kind == "organization":
            lasts.setdefault(fold(known_entity.name.split()[-1]), known_entity)
    first_names: dict[str, list[tuple[int, int, ParsedName]]] = {}
    for start, end, parsed, raw in singles:
        key = fold_name(parsed.name)
        if not key or (key in STOP_WORDS and not parsed.titles and parsed.name not in MODALS):
            continue
        entity: Entity | None = choose_bearer(found, key, start, parsed.gender)
        if entity is not None and entity.mentions[0].start > start:
            # Not introduced yet: whoever the surname alone names in this news is meant, if there is such a person.
            usual = registry.by_surname(key, gender=parsed.gender)
            if usual is not None and usual is not entity.entry:
                entity = None
        if entity is None and (known := registry.by_surname(key, gender=parsed.gender)) is not None:
            entity = found.by_key.get(known.id)
            if entity is None:
                entity = Entity(known.name, "person", known, known.gender)
                found.entities.append(entity)
                found.by_key[known.id] = entity
                found.by_surname.setdefault(key, []).append(entity)
        if entity is None and len(firsts.get(key, ())) == 1:
            entity = firsts[key][0]
        if entity is None and key == "house" and parsed.name == "House":
            entity = _us_house(found, registry) if raw.startswith("The ") or after_article(text, start) else None
        elif entity is None and key in lasts and raw[:1].isupper() and after_article(text, start):
            entity = lasts[key]
        if entity is None and start in people:
            entity = Entity(parsed.name, "person", None, parsed.gender)
            found.entities.append(entity)
            found.by_surname.setdefault(key, []).append(entity)
        if (
            entity is None
            and parsed.titles
            and parsed.kind != "organization"
            and default_roles().at_end(list(parsed.titles)) is not None
            and not is_people((*parsed.titles, key))
        ):
            if found.sentence_of(start) == 0 and text.count(parsed.name) < 2:
                continue  # a headline's capitals: "Retired General Tells All"
            # "Mr. Hale" whose full name the article never gives: still somebody.
            entity = Entity(parsed.name, "person", None, parsed.gender)
            found.entities.append(entity)
            found.by_surname.setdefault(key, []).append(entity)
        if entity is None and key in default_given_names() and registry.by_name(parsed.name) is None:
            first_names.setdefault(key, []).append((start, end, parsed))
        if entity is None:
            continue
        if parsed.gender is not None and entity.gender is None:
            entity.gender = parsed.gender
        mention = Mention(start, end, entity, found.sentence_of(start), parsed.titles)
        entity.mentions.append(mention)
        found.mentions.append(mention)
        if parsed.titles or len(entity.mentions) <= MAX_DESCRIBED:
            _describe(text, mention)
    _add_first_names(found, text, first_names)


def _us_house(found: ArticleNames, registry: Registry) -> Entity | None:
    """Return the House of Representatives in an article with another American body; "the House" is no White House."""
    if "house-of-commons" in found.by_key or "house-of-lords" in found.by_key:
        return None
    entity = found.by_key.get("us-house-of-representatives")
    entry = registry.by_id("us-house-of-representatives")
    american = any(
        known.kind == "organization" and known.entry is not None and known.entry.country == "united-states"
        for known in found.entities
    )
    if entity is None and entry is not None and american:
        entity = Entity(entry.name, "organization", entry)
        found.entities.append(entity)
        found.by_key[entry.id] = entity
    return entity


def _add_first_names(found: ArticleNames, text: str, names: dict[str, list[tuple[int, int, ParsedName]]]) -> None:
    """Add people whom the article calls by nothing but a given name, if it says at least once that they speak."""
    for key, places in names.items():
        if len(places) < 2 or not any(SPEAKS_AFTER.match(text, end) for _, end, _ in places):
            continue
        entity = Entity(places[0][2].name, "person", hint=default_given_names()[key])
        found.entities.append(entity)
        found.by_surname.setdefault(key, []).append(entity)
        for start, end, parsed in places:
            mention = Mention(start, end, entity, found.sentence_of(start), parsed.titles)
            entity.mentions.append(mention)
            found.mentions.append(mention)


def _full_mentions(entity: Entity, surname: str) -> list[Mention]:
    """Return the first mentions that say more than the surname."""
    return [m for m in entity.mentions[:MAX_RANKED] if m.titles or m.end - m.start > len(surname) + 2]


def choose_bearer(found: ArticleNames, surname: str, position: int, gender: Gender | None = None) -> Entity | None:
    """Return the entity that a bare surname means at `position`, or None when nobody bears it.

    With several bearers (Bill and Hillary Clinton) the title decides, else the one named most often in full up to
    there; an even number goes to the nearer one.
    """
    bearers = [entity for entity in found.by_surname.get(surname, ()) if entity.kind != "organization"]
    people = [entity for entity in bearers if entity.kind == "person"] or bearers
    if gender is not None:
        fitting = [entity for entity in people if (entity.gender or entity.hint or gender) == gender]
        # "Ms. Hale" right behind Lee Hale overrules what the given name hints at.
        people = fitting or [entity for entity in people if len(people) == 1 and is_just_named(entity, position)]
    if len(people) <= 1:
        return people[0] if people else None
    # In the news the bare surname is the one person it always means: "Trump" beside Ivanka Trump.
    known = [entity for entity in people if entity.entry is not None and entity.entry.by_surname]
    others = [entity for entity in people if entity not in known]
    if len(known) == 1:
        own = _full_mentions(known[0], surname)
        if not any(e.mentions[0].sentence == 0 and len(_full_mentions(e, surname)) > len(own) + 1 for e in others):
            return known[0]

    def rank(entity: Entity) -> tuple[int, int, int]:
        # The first mentions tell who the article is about; a cap keeps book-length texts linear.
        full = _full_mentions(entity, surname)
        earlier = [m for m in full if m.start < position]
        return (bool(earlier), len(full), max((m.start for m in earlier), default=-1))

    return max(people, key=rank)
