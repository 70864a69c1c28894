"""Text in, capitalised names out: people, organizations and countries with all their mentions, found in one scan.

No tagger: capital letters, titles, role nouns, the registry and the words around decide what a name is. Only names
become objects, never single words, so that a whole article costs little more than one regular expression.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from .names import PARTICLES, fold, fold_name, is_initial, last_word, split_name
from .registry import Registry, RegistryEntry
from .roles import Gender, RoleLexicon, default_given_names, default_roles

EntityKind = Literal["person", "organization", "country", "group", "unknown"]

_CAP = "A-ZÀ-ÖØ-ÞĀ-Ž"
_ABBREVIATION = (
    r"(?:Mr|Mrs|Ms|Dr|Sens?|Reps?|Govs?|Gen|Lt|Col|Sgt|Capt|St|Jr|Sr|Prof|Rev|Hon|Adm|Maj|Amb|Messrs|Drs|Atty)\."
)
_WORD = rf"(?:{_ABBREVIATION}|(?:[{_CAP}]\.)+(?:-[{_CAP}]\w*)?|[{_CAP}]\w*(?:[-‐‑&'’][{_CAP}]\w*)*)"
_JOIN = r"(?:[ \u00a0](?:van|von|der|den|de|del|della|di|da|la|le|du|dos|al|bin|ibn|el|of|of[ \u00a0]the))?"
_NICKNAME = rf"(?:[ \u00a0][\"“(][{_CAP}]\w+[\"”)](?=[ \u00a0][{_CAP}]))?"
NAME = re.compile(
    rf"(?<![\w$#@]){_WORD}(?:{_JOIN}{_NICKNAME}(?:[ \u00a0]{{1,2}}|,[ \u00a0](?=[JS]r\.)){_WORD})*"
)
NICKNAME = re.compile(r"[ \u00a0][\"“(]\w+[\"”)](?=[ \u00a0])")
NAME_WORDS = re.compile(_WORD + r"|\w+")
SENTENCE_END = re.compile(
    r"(?<![ (]Mr)(?<![ (]Ms)(?<![ (]Dr)(?<!Mrs)(?<!Sen)(?<!Rep)(?<!Gov)(?<!Gen)(?<![ .][A-Z])"
    r"[.!?][.!?\"”’»)\]]*\s+(?=[\"“«‘(\[]?[A-Z0-9À-ÖØ-Þ])|\n+"
)
# Joined only after a word of an institution: "Center for ...", "Committee on ...", but not "Fallon for Clinton".
ORG_JOINERS = frozenset({" for ", " on ", " on the ", " for the ", " and ", " of the ", " for a ", " in "})

_ORG_WORDS = """
academy administration agency airlines alliance army assembly association authority bank board broadcasting bureau
cabinet campaign center centre chamber church club co co. coalition college command commission committee company
conference congress convention corp corp. corporation council court daily department enterprises federation force
forces forum foundation fund gazette group guard guardian herald hospital house inc inc. initiative institute
institution international journal league llc magazine media ministry mission monitor movement museum nations network
news newspaper office organisation organization panel parliament partners partnership party police post press
project register review school senate service services society star station studios system television times tribune
tv union university workers
"""
ORG_WORDS = frozenset(_ORG_WORDS.split())
_STOP = """
a about after all also although an and another any as asked at because before both but by despite during each earlier even every everyone
few finally first following for former from given had has have he her here hers his how however i if in indeed instead
is it its just last later let like many maybe meanwhile might more moreover most mr mrs ms much my neither never next no
nobody none nor not nothing now of off on once one only or other our out over perhaps rather read recently said says
second she should since so some someone something sometimes soon still such than that the their them then there these
they this those though three through thus to today together tomorrow tonight too two under unlike until up us very was
we were what whatever when whenever where whereas whether which while who whoever whom whose why will with within without
would yes yesterday yet you your january february march april may june july august september october november december
monday tuesday wednesday thursday friday saturday sunday rival according asked did do does don't it's he's she's i'm
nonpartisan photo image watch video related updated advertisement
"""
STOP_WORDS = frozenset(_STOP.split())
_PLACES = """
new york|new jersey|new mexico|new hampshire|north carolina|south carolina|north dakota|south dakota|west virginia|
rhode island|los angeles|san francisco|san diego|las vegas|puerto rico|hong kong|new orleans|new england|
middle east|eastern europe|western europe|central europe|black sea|baltic sea|crimean peninsula|soviet union|
las vegas|cold war|world war|civil war|social security|black lives|wall street|silicon valley|santa monica|
palm beach|long island|staten island|new delhi|ground zero|air force|south korea|north korea|south africa|
ohio state|penn state|merry christmas|happy new|electoral college|labor day|election day|super tuesday|
oval office|trump tower|supreme court|prime minister|attorney general|homeland security|secret service
"""
PLACES = frozenset(place for place in (part.strip() for part in _PLACES.replace("\n", "").split("|")) if place)
# Words right after a name that make it a person's: an age, an appositive, a relative clause.
PERSON_AFTER = re.compile(r",? ?(?:\((?:[RD]|I)[-–)]|, (?:who\b|\d\d,|an? [a-z]|the [a-z]|[RD]-))")
PARTY_AFTER = re.compile(r"(?:['’]s)?,? ?\(?([RD])[-–. ][A-Z]")
MODIFIERS_BEFORE = re.compile(r"(?:[\w’'&/-]+,? ){0,6}$")
CLAUSE_AFTER = re.compile(r", ((?:an?|the|his|her|its|their|who (?:is|was)|[\w’'-]+) [^,.;:“”\"«»()\n]{3,90})")
MAX_DESCRIBED = 6
# Runs of capitals from here on are looked at as headlines.
MIN_HEADLINE = 24
MIN_HEADLINE_WORDS = 5
_PARTICLES = PARTICLES


@dataclass(slots=True)
class Entity:
    """Somebody or something that the article names; `roles` and `words` describe it as the text around it does."""

    name: str
    kind: EntityKind
    entry: RegistryEntry | None = None
    gender: Gender | None = None
    """From titles, gendered role nouns or the registry."""
    hint: Gender | None = None
    """From the given name alone; pronouns and titles overrule it."""
    roles: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    mentions: list[Mention] = field(default_factory=list)


@dataclass(slots=True)
class Mention:
    """One place where an entity is named; `sentence` counts sentences from 0, `titles` are the folded words before."""

    start: int
    end: int
    entity: Entity
    sentence: int
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedName:
    """A capitalised sequence taken apart: titles and roles before it, the name itself and where it starts in it."""

    titles: tuple[str, ...]
    name: str
    offset: int
    kind: EntityKind
    entry: RegistryEntry | None
    gender: Gender | None
    sure: bool


@dataclass(slots=True)
class ArticleNames:
    """All entities of one article and their mentions in text order."""

    entities: list[Entity]
    mentions: list[Mention]
    starts: list[int]
    sentence_starts: list[int]
    by_key: dict[str, Entity]
    by_surname: dict[str, list[Entity]]

    def sentence_of(self, position: int) -> int:
        """Return the number of the sentence that `position` is in."""
        return bisect_right(self.sentence_starts, position)

    def before(self, position: int, *, most: int) -> list[Mention]:
        """Return the `most` last mentions that start before `position`, in text order."""
        index = bisect_right(self.starts, position - 1)
        return self.mentions[max(0, index - most) : index]


def find_names(text: str, registry: Registry, *, masks: Sequence[tuple[int, int]] = ()) -> ArticleNames:
    """Return the article's names. Names inside `masks` (boilerplate) are left out; offsets are those of `text`."""
    sentence_starts = [match.end() for match in SENTENCE_END.finditer(text)]
    found = ArticleNames([], [], [], sentence_starts, {}, {})
    singles: list[tuple[int, int, ParsedName, str]] = []
    for start, end, raw in _name_strings(text, masks):
        parsed = parse_name(raw, registry, _after_the(text, start))
        if not parsed.name:
            continue
        name_start = start + parsed.offset
        if parsed.entry is None and " " not in parsed.name:
            singles.append((name_start, end, parsed, raw))
            continue
        if parsed.kind == "unknown" and PERSON_AFTER.match(text, end):
            parsed = ParsedName(parsed.titles, parsed.name, parsed.offset, "person", None, None, True)
        _add(found, text, name_start, end, parsed)
    _merge_longer(found)
    _link_singles(found, text, singles, registry)
    found.mentions.sort(key=lambda mention: mention.start)
    found.starts = [mention.start for mention in found.mentions]
    return found


def _name_strings(text: str, masks: Sequence[tuple[int, int]]) -> list[tuple[int, int, str]]:
    """Return (start, end, string) of the capitalised sequences, institutions' joined over "for", "on" and "and"."""
    strings: list[tuple[int, int, str]] = []
    hidden = sorted(masks)
    mask = 0
    for match in NAME.finditer(text):
        start, end = match.span()
        while mask < len(hidden) and hidden[mask][1] <= start:
            mask += 1
        if mask < len(hidden) and hidden[mask][0] < end:
            continue
        if strings:
            before = strings[-1]
            gap = text[before[1] : start]
            if gap in ORG_JOINERS and _joins(before[2], gap):
                strings[-1] = (before[0], end, text[before[0] : end])
                continue
        if end - start > MIN_HEADLINE and len(pieces := _split_headline(match[0])) > 1:
            strings.extend((start + at, start + at + len(piece), piece) for at, piece in pieces)
        else:
            strings.append((start, end, match[0]))
    return strings


@lru_cache(maxsize=4096)
def _split_headline(raw: str) -> tuple[tuple[int, str], ...]:
    """Return (offset, piece) of a long run of capitals, cut at function words and around full names.

    Headlines capitalise everything: "Ana Ruiz Goes After Ben Lee On Rents" holds two people.
    """
    words = [(match.start(), match.end()) for match in re.finditer(r"[^ \u00a0]+", raw)]
    given = default_given_names()
    if len(words) < MIN_HEADLINE_WORDS or any(_is_org(raw[a:b]) for a, b in words[-1:]):
        return ((0, raw),)
    pieces: list[tuple[int, int]] = []
    index = begin = 0

    def close(last: int) -> None:
        if last > begin:
            pieces.append((words[begin][0], words[last - 1][1]))

    while index < len(words):
        word = fold(raw[slice(*words[index])])
        if word in STOP_WORDS and word not in ("the", "of"):
            close(index)
            index += 1
            begin = index
        elif word in given and index + 1 < len(words) and fold(raw[slice(*words[index + 1])]) not in STOP_WORDS:
            close(index)
            begin = index
            index += 2
            if index < len(words) and is_initial(raw[slice(*words[index - 1])].rstrip(".") + "."):
                index += 1
            if index < len(words) and fold(raw[slice(*words[index - 1])]) in _PARTICLES:
                index += 1
            close(index)
            begin = index
        else:
            index += 1
    close(len(words))
    return tuple((a, raw[a:b]) for a, b in pieces) or ((0, raw),)


def _joins(before: str, gap: str) -> bool:
    first, last = before.split()[0].lower(), before.split()[-1].lower()
    if gap == " and ":
        # "Organization for Security and Cooperation in Europe", not "the Committee and Trump".
        return " for " in before and first in ORG_WORDS
    if gap == " in ":
        return " and " in before and first in ORG_WORDS
    return last in ORG_WORDS and last not in ("campaign", "house", "news", "times", "post")


def _after_the(text: str, start: int) -> bool:
    return text[max(0, start - 4) : start].lower() == "the "


@lru_cache(maxsize=8192)
def _name_words(raw: str) -> tuple[str, ...]:
    return tuple(NAME_WORDS.findall(raw))


def parse_name(raw: str, registry: Registry, after_the: bool = False) -> ParsedName:
    """Return `raw`, a capitalised sequence, without sentence-initial function words, titles and roles.

    The kind is what the string itself tells: "unknown" for two or three capitalised words that may be a person, a
    place or anything else. A name that the registry has gets its entry.
    """
    return _parse_name(raw, _RegistryKey(registry), after_the)


@dataclass(frozen=True, slots=True)
class _RegistryKey:
    """The registry as a cache key, by identity: comparing its entries would cost more than parsing."""

    registry: Registry

    def __hash__(self) -> int:
        return id(self.registry)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _RegistryKey) and self.registry is other.registry


@lru_cache(maxsize=65536)
def _parse_name(raw: str, key: _RegistryKey, after_the: bool) -> ParsedName:
    registry = key.registry
    roles = registry.roles
    words = _name_words(raw)
    folded = [fold(word) for word in words]
    whole = registry.by_name(raw)
    if whole is not None:
        return _known((), words, raw, whole)
    first = 0
    while first < len(words) and folded[first] in STOP_WORDS and not (first + 1 < len(words) and words[first] == "US"):
        first += 1
    cut, titles_from = first, first
    gender: Gender | None = None
    titled = False
    index = first
    while index < len(words):
        entry = registry.by_name(" ".join(words[index:]))
        if entry is not None and (entry.type == "person" or index == first):
            return _known(tuple(folded[titles_from:index]), words[index:], raw, entry)
        at = roles.at_start(folded[index : index + roles.longest])
        if at is not None and at[0].title and (index + at[1] < len(words)):
            titled = True
            gender = at[0].gender or gender
            index += at[1]
            cut = index
            # "President of Russia Vladimir Putin"
            if index + 1 < len(words) and folded[index] == "of" and index + 2 < len(words):
                index += 2
                cut = index
        else:
            index += 1
    core = words[cut:]
    given = default_given_names()
    if len(core) > 2:
        # "Wells Fargo CEO John Stumpf": what stands before a given name describes him.
        for shift in range(1, len(core) - 1):
            if fold(core[shift]) in given and fold(core[0]) not in given and not _is_org(core[-1]):
                cut, core, titled = cut + shift, core[shift:], True
                break
    if "of" in core[1:] and (titled or fold(core[0]) in given):
        # "Gov. Ana Ruiz of West Virginia": the office's place, not her name.
        core = core[: core.index("of")]
    name, offset = _locate(raw, core)
    titles = tuple(folded[titles_from:cut])
    person = titled and len(core) <= 4
    if any(_is_org(word) for word in core) and not (person and fold(core[0]) in given):
        return ParsedName(titles, name, offset, "organization", None, None, True)
    folded_core = [fold(word).rstrip(".") for word in core]
    if not core:
        return ParsedName(titles, "", offset, "unknown", None, None, False)
    if " ".join(folded_core[:2]) in PLACES or folded_core[0] in (
        "north",
        "south",
        "east",
        "west",
        "new",
        "united",
        "saint",
        "fort",
        "mount",
        "lake",
    ):
        return ParsedName(titles, name, offset, "unknown", None, None, True)
    hint = given.get(folded_core[0])
    if len(core) >= 2 and folded_core[0] in given and len(core) <= 4 and not after_the:
        person = True
    if len(core) >= 2 and any(is_initial(word) for word in core[:-1]) and not after_the and len(core) <= 4:
        person = True
    if person and "of" in folded_core:
        person = titled
    if person:
        return ParsedName(titles, name, offset, "person", None, gender, bool(titled or hint))
    acronym = len(core) == 1 and len(name) >= 2 and name.isupper()
    return ParsedName(titles, name, offset, "organization" if acronym and after_the else "unknown", None, gender, False)


def _known(titles: tuple[str, ...], words: Sequence[str], raw: str, entry: RegistryEntry) -> ParsedName:
    name, offset = _locate(raw, words)
    return ParsedName(titles, name, offset, entry.type, entry, entry.gender, True)


def _locate(raw: str, words: Sequence[str]) -> tuple[str, int]:
    """Return the part of `raw` from the first to the last of `words` without a nickname, and where it starts."""
    if not words:
        return "", len(raw)
    offset = -1
    for start in range(len(raw)):
        if raw.startswith(words[0], start) and _words_at(raw, start, words):
            offset = start
            break
    end = _words_at(raw, offset, words)
    name = raw[offset:end]
    return (NICKNAME.sub("", name) if '"' in name or "“" in name or "(" in name else name), offset


def _words_at(raw: str, start: int, words: Sequence[str]) -> int:
    """Return where `words` end in `raw` when they follow each other from `start`, else 0."""
    at = start
    for word in words:
        found = raw.find(word, at, at + len(word) + 4)
        if found < 0:
            return 0
        at = found + len(word)
    return at


def _is_org(word: str) -> bool:
    return word.lower() in ORG_WORDS


def _add(found: ArticleNames, text: str, start: int, end: int, parsed: ParsedName) -> None:
    key = parsed.entry.id if parsed.entry is not None else "\x00" + fold_name(parsed.name)
    entity = found.by_key.get(key)
    if entity is None and parsed.entry is None and parsed.kind in ("person", "unknown"):
        entity = _variant(found, parsed)
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
        bearers = found.by_surname.setdefault(surname, [])
        if entity not in bearers:
            bearers.append(entity)
    if (
        len(parsed.name) > len(entity.name)
        and parsed.entry is None
        and entity.entry is None
        and parsed.kind == "person"
    ):
        entity.name = " ".join(parsed.name.split())
    mention = Mention(start, end, entity, found.sentence_of(start), parsed.titles)
    entity.mentions.append(mention)
    found.mentions.append(mention)
    if len(entity.mentions) <= MAX_DESCRIBED:
        _describe(text, mention)


def _variant(found: ArticleNames, parsed: ParsedName) -> Entity | None:
    """Return the person already found whose full name differs only by a middle name or an initial."""
    parts = split_name(parsed.name)
    if not parts.given:
        return None
    fitting = [
        entity
        for entity in found.by_surname.get(last_word(parsed.name), ())
        if entity.kind in ("person", "unknown")
        and (given := split_name(entity.name).given)
        and _same_given(fold_name(given[0]), fold_name(parts.given[0]))
    ]
    return fitting[0] if len(fitting) == 1 else None


def _merge_longer(found: ArticleNames) -> None:
    """Let a name that ends another person's full name be that person: "Mr. Van Voorhis" is Chandler Van Voorhis."""
    for bearers in found.by_surname.values():
        if len(bearers) < 2:
            continue
        for short in list(bearers):
            ending = " " + fold_name(short.name)
            longer = [other for other in bearers if other is not short and fold_name(other.name).endswith(ending)]
            if len(longer) != 1 or short.entry is not None or short.kind == "organization":
                continue
            person = longer[0]
            for mention in short.mentions:
                mention.entity = person
            person.mentions.extend(short.mentions)
            person.mentions.sort(key=lambda mention: mention.start)
            person.kind = "person" if short.kind == "person" and person.kind == "unknown" else person.kind
            person.gender = person.gender or short.gender
            person.roles |= short.roles
            person.words |= short.words
            bearers.remove(short)
            found.entities.remove(short)
            found.by_key["\x00" + fold_name(short.name)] = person


def _same_given(one: str, other: str) -> bool:
    return one == other or (len(one) == 1 and other.startswith(one)) or (len(other) == 1 and one.startswith(other))


def _describe(text: str, mention: Mention) -> None:
    """Add to the entity what titles, the words before and an appositive after say about it."""
    entity, roles = mention.entity, default_roles()
    if entity.kind not in ("person", "unknown", "organization"):
        return
    before = MODIFIERS_BEFORE.search(text, max(0, mention.start - 70), mention.start)
    words = list(mention.titles)
    if not words and before is not None:
        words = _noun_phrase_before(before[0])
        # Only a singular role noun right before the name describes it: "said spokesman X", not "he told X".
        at = roles.at_end(words)
        if at is None or at[0].plural:
            words = []
    _take_roles(entity, words, roles)
    party = PARTY_AFTER.match(text, mention.end)
    if party is not None:
        entity.words.add("republican" if party[1] == "R" else "democrat")
        entity.roles.add("republican" if party[1] == "R" else "democrat")
    after = CLAUSE_AFTER.match(text, mention.end)
    if after is not None:
        phrase = [fold(word) for word in after[1].split()]
        head = phrase
        for index, word in enumerate(phrase[1:], start=1):
            if word in ("of", "for", "at", "in", "who", "from", "with", "and", "on", "to", "whose"):
                head = phrase[:index]
                break
        if roles.at_end(head) is not None and (len(head) > 1):
            _take_roles(entity, head, roles)
            entity.words.update(phrase)


def _noun_phrase_before(before: str) -> list[str]:
    """Return the folded words at the end of `before` that can belong to one noun phrase with the name after it."""
    words: list[str] = []
    for word in reversed(before.split()):
        folded = fold(word)
        if words and folded.endswith(","):
            break
        folded = folded.rstrip(",")
        if folded in STOP_WORDS and folded not in ("former", "second", "rival"):
            break
        words.append(folded)
    return words[::-1]


def _take_roles(entity: Entity, words: Sequence[str], roles: RoleLexicon) -> None:
    if not words:
        return
    entity.words.update(words)
    rest = list(words)
    for size in range(len(rest), 0, -1):
        at = roles.at_end(rest[:size])
        if at is not None and not at[0].plural:
            entity.roles.add(at[0].canonical)
            entity.roles.add(at[0].form)
            if at[0].gender is not None and entity.kind in ("person", "unknown"):
                entity.gender = entity.gender or at[0].gender
                if entity.entry is None:
                    entity.kind = "person"


def _link_singles(
    found: ArticleNames, text: str, singles: list[tuple[int, int, ParsedName, str]], registry: Registry
) -> None:
    """Add one-word names as mentions of whom they can mean: a surname or first name of the article, or the registry."""
    firsts: dict[str, list[Entity]] = {}
    lasts: dict[str, Entity] = {}
    for entity in found.entities:
        if entity.kind == "person":
            given = split_name(entity.name).given
            if given:
                firsts.setdefault(fold_name(given[0]), []).append(entity)
        elif entity.kind == "organization":
            lasts.setdefault(fold(entity.name.split()[-1]), entity)
    for start, end, parsed, raw in singles:
        key = fold_name(parsed.name)
        if not key or (key in STOP_WORDS and not parsed.titles):
            continue
        entity = choose_bearer(found, key, start, parsed.gender)
        if entity is None and (known := registry.by_surname(key, gender=parsed.gender)) is not None:
            entity = found.by_key.get(known.id)
            if entity is None:
                entity = Entity(known.name, "person", known, known.gender)
                found.entities.append(entity)
                found.by_key[known.id] = entity
                found.by_surname.setdefault(key, []).append(entity)
        if entity is None and len(firsts.get(key, ())) == 1:
            entity = firsts[key][0]
        if entity is None and key in lasts and raw[:1].isupper() and _after_the(text, start):
            entity = lasts[key]
        if entity is None and parsed.titles and default_roles().at_end(list(parsed.titles)) is not None:
            # "Mr. Hale" whose full name the article never gives: still somebody.
            entity = Entity(parsed.name, "person", None, parsed.gender)
            found.entities.append(entity)
            found.by_surname.setdefault(key, []).append(entity)
        if entity is None:
            continue
        if parsed.gender is not None and entity.gender is None:
            entity.gender = parsed.gender
        mention = Mention(start, end, entity, found.sentence_of(start), parsed.titles)
        entity.mentions.append(mention)
        found.mentions.append(mention)
        if parsed.titles or len(entity.mentions) <= MAX_DESCRIBED:
            _describe(text, mention)


def choose_bearer(found: ArticleNames, surname: str, position: int, gender: Gender | None = None) -> Entity | None:
    """Return the entity that a bare surname means at `position`, or None when nobody bears it.

    With several bearers (Bill and Hillary Clinton) the title decides, else the one named most often in full up to
    there; an even number goes to the nearer one.
    """
    bearers = [entity for entity in found.by_surname.get(surname, ()) if entity.kind != "organization"]
    people = [entity for entity in bearers if entity.kind == "person"] or bearers
    if gender is not None:
        people = [entity for entity in people if (entity.gender or entity.hint or gender) == gender]
    if len(people) <= 1:
        return people[0] if people else None

    def rank(entity: Entity) -> tuple[int, int, int]:
        full = [m for m in entity.mentions if m.end - m.start > len(surname) + 2]
        earlier = [m for m in full if m.start < position]
        return (bool(earlier), len(full), max((m.start for m in earlier), default=-1))

    return max(people, key=rank)
