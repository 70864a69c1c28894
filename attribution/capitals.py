"""Runs of capitalised words: found in a text, cut up in headlines, and taken apart into titles and name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from .lexicon import read_word_lists
from .mojibake import SIGN_INSIDE
from .name_edges import is_bare_role, is_people, is_predicate
from .names import PARTICLES, fold, is_initial
from .registry import Registry, RegistryEntry, RegistryKey, registry_key
from .roles import Gender, RoleNoun, default_given_names, default_roles, read_name_words

EntityKind = Literal["person", "organization", "country", "group", "thing", "unknown"]

_CAP = "A-ZÀ-ÖØ-ÞĀ-Ž"
_ABBREVIATION = (
    r"(?:Mr|Mrs|Ms|Dr|Sens?|Reps?|Govs?|Gen|Lt|Col|Sgt|Capt|St|Jr|Sr|Prof|Rev|Hon|Adm|Maj|Amb|Messrs|Drs|Atty)\."
)
# Letters, their accents in decomposed texts, and what badly decoded ones consist of: the "eÃ±a" of "PeÃ±a".
_REST = rf"[\w\u0300-\u036f]*(?:{SIGN_INSIDE}[\w\u0300-\u036f]*)*"
_WORD = rf"(?:{_ABBREVIATION}|(?:[{_CAP}]\.)+(?:-[{_CAP}]\w*)?|[{_CAP}]{_REST}(?:[&'’][{_CAP}]{_REST}|[-‐‑]\w{_REST})*)"
_JOIN = (
    r"(?:[ \u00a0](?:van|von|der|den|de|del|della|di|da|la|le|du|dos|al|bin|ibn|el|of|of[ \u00a0]the"
    r"|(?:in|van)[ \u00a0]['’]t))?"
)
_NICKNAME = rf"(?:[ \u00a0][\"“(][{_CAP}]\w+[\"”)](?=[ \u00a0][{_CAP}]))?"
# Where a name can begin. The class comes first, so that the engine skips all other letters quickly.
NAME_START = re.compile(rf"[{_CAP}](?<![\w$#@][{_CAP}])")
# At most 15 words: a page in capitals is no name, and taking one apart costs more than its length.
# "Yusuf al-Hale": the Arabic article, only inside a name.
_AL = r"(?:(?:al|el)[-‐‑])?"
NAME = re.compile(rf"{_WORD}(?:{_JOIN}{_NICKNAME}(?:[ \u00a0]{{1,2}}|,[ \u00a0](?=[JS]r\.)){_AL}{_WORD}){{0,14}}")
NICKNAME = re.compile(r"[ \u00a0][\"“(]\w+[\"”)](?=[ \u00a0])")
NAME_WORDS = re.compile(_AL + _WORD + r"|\w+")
# "Lima-based", "Oscar-winner", "Hale-led": said of whom the next words name.
LEADS_TO = re.compile(r"-(?:[a-z]{3,9}ed|[a-z]{3,9}ing|based|born|bred|led|run|winner|nominee|area)\Z")
# Joined only after a word of an institution: "Center for ...", "Committee on ...", but not "Fallon for Clinton".
ORG_JOINERS = frozenset({" for ", " on ", " on the ", " for the ", " and ", " of the ", " for a ", " in "})
MAX_JOINER = max(map(len, ORG_JOINERS))

_NAME_WORDS = read_name_words()
ORG_WORDS = _NAME_WORDS["name.organization"]
STOP_WORDS = _NAME_WORDS["name.stop"]
PARTY_ADJECTIVES = frozenset(("democratic", "republican"))
PLACES = _NAME_WORDS["name.place"]
# What ends in one of these is an act, an event or a work: the Cold War, the Refugee Convention.
THING_WORDS = _NAME_WORDS["name.thing"]
# Newspapers by the last word of their names: The Alder Observer.
PAPER_WORDS = _NAME_WORDS["name.paper"]
# Clubs by their players: the Alder Panthers.
TEAMS = _NAME_WORDS["name.team"]
# "Doctors for Rent Control"
_MEMBERS = "americans citizens doctors mothers lawyers scientists students veterans workers neighbors friends concerned"
MEMBERS = frozenset(_MEMBERS.split())
PARTISANS = frozenset("republicans democrats conservatives liberals lawmakers".split())
PLACE_WORDS = frozenset("north south east west new united saint st fort mount lake".split())
# What comes after a name without being a part of it: "CNN Tuesday", but "Ash Wednesday" and "Fox News Sunday".
DAY_AFTER = re.compile(
    r"(?<!\bAsh)(?<!\bBlack)(?<!\bSuper)(?<!\bGood)(?<!\bCyber)(?<!\bNews)(?<!\bEaster)(?<!\bBloody)"
    r"[ \u00a0](?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day$"
)
# How newspapers shorten the states behind a politician's name: (D-Vt.), (R-S.C.).
_STATES = """
ala alabama|alaska alaska|ariz arizona|ark arkansas|calif california|colo colorado|conn connecticut|del delaware|
fla florida|ga georgia|hawaii hawaii|idaho idaho|ill illinois|ind indiana|iowa iowa|kan kansas|ky kentucky|
la louisiana|maine maine|md maryland|mass massachusetts|mich michigan|minn minnesota|miss mississippi|mo missouri|
mont montana|neb nebraska|nev nevada|nh new hampshire|nj new jersey|nm new mexico|ny new york|nc north carolina|
nd north dakota|ohio ohio|okla oklahoma|ore oregon|pa pennsylvania|ri rhode island|sc south carolina|
sd south dakota|tenn tennessee|texas texas|tex texas|utah utah|vt vermont|va virginia|wash washington|
wva west virginia|wis wisconsin|wyo wyoming
"""
US_STATES: dict[str, str] = dict(item.strip().split(" ", 1) for item in _STATES.split("|"))
# Runs of capitals from here on are looked at as headlines.
MIN_HEADLINE = 24
MIN_HEADLINE_WORDS = 5


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


def name_strings(text: str, masks: Sequence[tuple[int, int]]) -> list[tuple[int, int, str]]:
    """Return (start, end, string) of the capitalised sequences, institutions' joined over "for", "on" and "and"."""
    strings: list[tuple[int, int, str]] = []
    hidden = sorted(masks)
    mask = 0
    for match in _find_names(text):
        start, end = match.span()
        raw = match[0]
        if raw.endswith("day") and (day := DAY_AFTER.search(raw)) is not None:
            raw, end = raw[: day.start()], start + day.start()
        while mask < len(hidden) and hidden[mask][1] <= start:
            mask += 1
        if mask < len(hidden) and hidden[mask][0] < end:
            continue
        if strings and start - strings[-1][1] <= MAX_JOINER:
            before = strings[-1]
            gap = text[before[1] : start]
            if gap in ORG_JOINERS and (_joins(before[2], gap) or (gap == " and " and _one_committee(before[2], raw))):
                strings[-1] = (before[0], end, text[before[0] : end])
                continue
        if end - start > MIN_HEADLINE and len(pieces := _split_headline(raw)) > 1:
            strings.extend((start + at, start + at + len(piece), piece) for at, piece in pieces)
        else:
            strings.append((start, end, raw))
    return strings


def _find_names(text: str) -> Iterator[re.Match[str]]:
    at = 0
    while (begins := NAME_START.search(text, at)) is not None:
        match = NAME.match(text, begins.start())
        if match is None:
            at = begins.end()
            continue
        yield match
        at = match.end()


@lru_cache(maxsize=4096)
def _split_headline(raw: str) -> tuple[tuple[int, str], ...]:
    """Return (offset, piece) of a long run of capitals, cut at function words and around full names.

    Headlines capitalise everything: "Ana Ruiz Goes After Ben Lee On Rents" holds two people.
    """
    words = [(match.start(), match.end()) for match in re.finditer(r"[^ \u00a0]+", raw)]
    given = default_given_names()
    if len(words) < MIN_HEADLINE_WORDS:
        for at in range(len(words) - 2):
            first, verb = (fold(raw[slice(*words[index])]) for index in (at, at + 2))
            if first in given and is_predicate(verb) and verb not in given and (at or len(words) > 3):
                # "Ana Ruiz Wins Alder", "Icon Ana Ruiz Endorses"
                name = (words[at][0], raw[words[at][0] : words[at + 1][1]])
                return (name, *((words[at + 3][0], raw[words[at + 3][0] :]) for _ in words[at + 3 : at + 4]))
        return ((0, raw),)
    if _is_org(raw[slice(*words[-1])]):
        return ((0, raw),)
    pieces: list[tuple[int, int]] = []
    index = begin = 0

    def close(last: int) -> None:
        if last > begin:
            pieces.append((words[begin][0], words[last - 1][1]))

    while index < len(words):
        word = fold(raw[slice(*words[index])])
        if word in STOP_WORDS and word not in ("the", "of") and not _is_modal_name(raw, words, begin, index):
            close(index)
            index += 1
            begin = index
        elif word in given and index + 1 < len(words) and fold(raw[slice(*words[index + 1])]) not in STOP_WORDS:
            if index > begin and default_roles().at_end([fold(raw[slice(*w)]) for w in words[begin:index]]) is None:
                close(index)
                begin = index
            titled = index > begin
            index += 1
            while index < len(words) - 1 and is_initial(raw[slice(*words[index])].rstrip(".") + "."):
                index += 1
            if index < len(words) - 1 and (
                raw[words[index][0]] in '"“(' or (titled and _second_given(raw, words, index))
            ):
                index += 1
            index += 1
            if index < len(words) and fold(raw[slice(*words[index - 1])]) in PARTICLES:
                index += 1
            if titled and _ends_name(raw, words, index):
                index += 1
            if titled and _is_place_behind(raw, words, index):
                index = len(words)
            close(index)
            begin = index
        else:
            index += 1
    close(len(words))
    return tuple((a, raw[a:b]) for a, b in pieces) or ((0, raw),)


def _is_modal_name(raw: str, words: Sequence[tuple[int, int]], begin: int, index: int) -> bool:
    """Return whether a modal is the given name behind a role that ends the run: "County Chairman Will Hale"."""
    if raw[slice(*words[index])] not in ("Will", "May") or index + 2 != len(words):
        return False
    role = default_roles().at_end([fold(raw[slice(*word)]) for word in words[begin:index]])
    return role is not None and role[0].title and not role[0].plural


def _ends_name(raw: str, words: Sequence[tuple[int, int]], index: int) -> bool:
    """Return whether the word at `index` is the last of a titled name of three: "Rep. Ana Hale Ruiz [of Ohio]"."""
    if index >= len(words) or (index + 1 < len(words) and raw[slice(*words[index + 1])] != "of"):
        return False
    word = raw[slice(*words[index])].lower()
    return word not in STOP_WORDS and word not in read_word_lists().verb_forms and not _is_org(word)


def _is_place_behind(raw: str, words: Sequence[tuple[int, int]], index: int) -> bool:
    """Return whether from the word at `index` on only a place follows: "Sen. Ana Ruiz [of West Virginia]"."""
    rest = [fold(raw[slice(*word)]) for word in words[index:]]
    return 1 < len(rest) < 4 and rest[0] == "of" and not STOP_WORDS.intersection(rest[1:])


def _second_given(raw: str, words: Sequence[tuple[int, int]], index: int) -> bool:
    """Return whether the word at `index` is a second given name: "Gov. Earl Ray Hale"."""
    given = default_given_names()
    second, third = (fold(raw[slice(*words[at])]) for at in (index, index + 1))
    return second in given and third not in given and third not in STOP_WORDS


def _joins(before: str, gap: str) -> bool:
    first, last = before.split()[0].lower(), before.split()[-1].lower()
    if gap == " and ":
        # "Organization for Security and Cooperation in Europe", not "the Committee and Trump".
        return " for " in before and first in ORG_WORDS
    if gap == " in ":
        return " and " in before and first in ORG_WORDS
    if gap == " for " and last in MEMBERS:
        return True
    return last in ORG_WORDS and last not in ("campaign", "house", "news", "times", "post")


def after_article(text: str, start: int) -> bool:
    # Most names follow another word, which is quickly told.
    return start > 3 and text[start - 2] in "eE" and text[start - 4 : start].lower() == "the "


def _one_committee(before: str, after: str) -> bool:
    """Return whether "and" is inside one committee's name: "House Oversight and Government Reform Committee"."""
    first, *rest = before.lower().split()
    last = after.lower().split()[-1]
    return (
        first in ("house", "senate")
        and last in ("committee", "subcommittee")
        and bool(rest)
        and not any(word in default_roles().nouns or word in ORG_WORDS for word in rest)
    )


@lru_cache(maxsize=8192)
def _name_words(raw: str) -> tuple[str, ...]:
    return tuple(NAME_WORDS.findall(raw))


def parse_name(raw: str, registry: Registry, after_the: bool = False) -> ParsedName:
    """Return `raw`, a capitalised sequence, without sentence-initial function words, titles and roles.

    The kind is what the string itself tells: "thing" for a place, an act, an event or a work, "unknown" for two or
    three capitalised words that may be a person or anything else. A name that the registry has gets its entry.
    """
    return _parse_name(raw, registry_key(registry), after_the)


@lru_cache(maxsize=65536)
def _parse_name(raw: str, key: RegistryKey, after_the: bool) -> ParsedName:
    registry = key.registry
    roles = registry.roles
    words = _name_words(raw)
    folded = [fold(word) for word in words]
    whole = registry.by_name(raw)
    if whole is not None:
        return _known((), words, raw, whole)
    first = 0
    while first < len(words) and (
        (folded[first] in STOP_WORDS and not (first + 1 < len(words) and words[first] == "US"))
        or _leads_to(words, first)
    ):
        after_the = folded[first] == "the" or (after_the and "-" in words[first])
        first += 1
    cut = first
    # "Former President Ana Ruiz" keeps in mind that she was.
    titles_from = first - 1 if first and folded[first - 1] == "former" else first
    gender: Gender | None = None
    titled = False
    index = first
    given = default_given_names()
    listed = bool(words) and registry.ends_a_name(words[-1])
    while index < len(words):
        entry = registry.by_name(" ".join(words[index:])) if listed else None
        # "Ray Patrick Hale" is another than Patrick Hale, but for "Dean Patrick Hale".
        if entry is not None and entry.type == "person" and index > first and folded[index - 1] in given:
            entry = entry if folded[index - 1] in roles.nouns else None
        if entry is not None and (entry.type == "person" or index == first):
            return _known(tuple(folded[titles_from:index]), words[index:], raw, entry)
        at = roles.at_start(folded[index : index + roles.longest])
        leads = index == first and len(words) > 2 and at is not None and _before_given(at[0], folded[at[1] + first :])
        # "Rep. Ana King of Ohio" is no king.
        surname = index > first and index + 1 < len(words) and folded[index + 1] == "of" and _is_given(words[index - 1])
        # "Dean Hale" alone is called Dean; "Dean Ana Hale" is one.
        given_too = len(words) == 2 and folded[index] in given
        if at is not None and (at[0].title or leads) and index + at[1] < len(words) and not (surname or given_too):
            titled = True
            gender = at[0].gender or gender
            index += at[1]
            cut = index
            # "Liberal Oscar-winner Ruiz"
            index += _leads_to(words, index)
            cut = index
            # "President of Russia Vladimir Putin"
            if index + 1 < len(words) and folded[index] == "of" and index + 2 < len(words):
                index += 2
                cut = index
        else:
            index += 1
    core = words[cut:]
    if len(core) > 2:
        # "Alder Bank CEO John Hale": what stands before a given name describes him.
        for shift in range(1, len(core) - 1):
            before = fold(core[shift - 1])
            describes = shift > 1 or before in ORG_WORDS or before in roles.nouns or core[0].isupper()
            if describes and fold(core[shift]) in given and fold(core[0]) not in given and not _is_org(core[-1]):
                cut, core, titled = cut + shift, core[shift:], True
                break
    if core[-1:] == ("I",) and len(core) < 3 and fold(core[0]) not in given:
        core = core[:-1]  # "Nurses I met", "Washington, D.C. I said", but "Elizabeth I"
    if len(core) == 2 and is_predicate(fold(core[1])) and registry.by_surname(fold(core[0])) is not None:
        core = core[:1]  # a headline's "Lavrov Says"
    if len(core) == 2 and core[0] == "State" and registry.by_surname(fold(core[1])) is not None:
        cut, core = cut + 1, core[1:]  # "secretary of State Lavrov"
    if core[:1] == ("of",):
        core = ()  # "Republican of Ohio"
    if "of" in core[1:] and (titled or fold(core[0]) in given or _of_body(core)):
        # "Gov. Ana Ruiz of West Virginia": the office's place, not her name.
        core = core[: core.index("of")]
    name, offset = _locate(raw, core)
    titles = tuple(folded[titles_from:cut]) if cut > first else ()
    person = titled and len(core) <= 4
    if len(core) > 1 and core[-1].lower() in PARTISANS and not {"of", "for", "and"} & set(core):
        # "Oversight Committee Republicans"
        return ParsedName(titles, name, offset, "group", None, None, True)
    if not titled and is_bare_role(core, roles):
        return ParsedName(titles, "", offset, "unknown", None, None, False)
    paper = len(core) > 1 and after_the and core[-1].lower() in PAPER_WORDS
    if len(core) > 1 and core[-1].lower() in TEAMS and not titled:
        return ParsedName(titles, name, offset, "organization", None, None, True)
    members = len(core) > 2 and "for" in core[1:3] and core[core.index("for") - 1].lower() in MEMBERS
    if paper or members or (any(_is_org(word) for word in core) and not (person and fold(core[0]) in given)):
        if titles:
            # What would be a person's title begins its name ("Democratic Governors Association"), an office does not
            # ("CEO of Alder Bank").
            begin = max((at + 1 for at in range(first, cut) if words[at] == "of"), default=first)
            begin += words[begin] == "the"
            name, offset = _locate(raw, words[begin : cut + len(core)])
            titles = titles[: begin - titles_from]
        return ParsedName(titles, name, offset, "organization", None, None, True)
    folded_core = [fold(word).rstrip(".") for word in core]
    if not core:
        return ParsedName(titles, "", offset, "unknown", None, None, False)
    if " ".join(folded_core[:2]) in PLACES or folded_core[0] in PLACE_WORDS:
        return ParsedName(titles, name, offset, "thing" if len(core) > 1 else "unknown", None, None, True)
    if len(core) > 1 and folded_core[-1] in THING_WORDS and not titled and folded_core[0] not in given:
        return ParsedName(titles, name, offset, "thing", None, None, True)
    if len(core) > 1 and folded_core[-1] in PARTY_ADJECTIVES and not titled:
        return ParsedName(titles, name, offset, "thing", None, None, True)  # "Virginia Democratic primary"
    last = roles.nouns.get(folded_core[-1])
    if len(core) > 1 and last is not None and last.plural and last.kind in ("inside", "class"):
        # "Virginia Democrats", "House Republicans"
        return ParsedName(titles, name, offset, "group", None, None, True)
    if not titled and is_people(core):
        return ParsedName(titles, name, offset, "group", None, None, True)
    hint = given.get(folded_core[0])
    if len(core) >= 2 and folded_core[0] in given and len(core) <= 4 and not after_the:
        person = True
    initials = any(is_initial(word) for word in core[:-1]) and registry.by_name(core[0]) is None
    if len(core) >= 2 and initials and not after_the and len(core) <= 4:
        person = True
    if person and "of" in folded_core:
        person = titled
    if person:
        return ParsedName(titles, name, offset, "person", None, gender, bool(titled or hint))
    acronym = len(core) == 1 and len(name) >= 2 and name.isupper()
    return ParsedName(titles, name, offset, "organization" if acronym and after_the else "unknown", None, gender, False)


def _leads_to(words: Sequence[str], index: int) -> bool:
    """Return whether a compound only describes whom the words behind it name: "Lima-based Ana Ruiz"."""
    return index + 1 < len(words) and "-" in words[index] and LEADS_TO.search(words[index]) is not None


def _before_given(noun: RoleNoun, behind: Sequence[str]) -> bool:
    """Return whether a role that is no title leads to a full name: "Activist Ana Ruiz"."""
    return (
        not noun.plural and noun.kind in ("inside", "class") and len(behind) > 1 and behind[0] in default_given_names()
    )


def _is_given(word: str) -> bool:
    return fold(word) in default_given_names() or is_initial(word)


def _of_body(core: Sequence[str]) -> bool:
    """Return whether two words that are no body's stand before "of" and a body: "Mujtaba Hale of the Alder Group"."""
    at = core.index("of")
    before = core[:at]
    return (
        at == 2
        and _is_org(core[-1])
        and not any(_is_org(word) or word.lower() in THING_WORDS or word[-1] == "s" for word in before)
        and not any(word.isupper() for word in before)
    )


def _known(titles: tuple[str, ...], words: Sequence[str], raw: str, entry: RegistryEntry) -> ParsedName:
    name, offset = _locate(raw, words)
    return ParsedName(titles, name, offset, entry.type, entry, entry.gender, True)


def _locate(raw: str, words: Sequence[str]) -> tuple[str, int]:
    """Return the part of `raw` from the first to the last of `words` without a nickname, and where it starts."""
    if not words:
        return "", len(raw)
    offset = -1
    while (offset := raw.find(words[0], offset + 1)) >= 0:
        if _words_at(raw, offset, words):
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
