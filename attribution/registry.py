"""The registry of known speakers: people with dated roles, institutions, countries and their metonyms, kept as data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any, Literal, get_args

from .errors import LexiconError
from .jsonl_data import (
    DataFile,
    check_keys,
    flag_field,
    list_field,
    note_id,
    read_entries,
    seed_file,
    text_field,
)
from .names import fold, fold_name, slug, split_name
from .registry_table import is_table, read_table
from .roles import GENDERS, Gender, RoleLexicon, default_roles

EntryType = Literal["person", "organization", "country", "group"]
ENTRY_TYPES: tuple[EntryType, ...] = get_args(EntryType)
DEFAULT_FILES = ("people.jsonl", "institutions.jsonl", "countries.jsonl")
REQUIRED = ("id", "name", "type")
OPTIONAL = (
    "aliases",
    "gender",
    "country",
    "roles",
    "by_surname",
    "kind",
    "nouns",
    "capitals",
    "demonyms",
    "people",
    "leader",
    "wikidata",
)
ROLE_KEYS = ("role", "of", "start", "end")
ISO_DATE = re.compile(r"^\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?$")
WIKIDATA_ID = re.compile(r"^Q[1-9]\d*$")

# A fuzzy name is only taken when both parts are nearly equal: "Sergei Lavrow" is Lavrov, "Sergei Lavrin" is not.
# Below 88 % on the surname, pairs of different people in the registry itself begin to match (Kosachev/Kosatchev are
# 94 % alike, Karins/Karinsky 86 %); the given name must begin with the same letter besides.
FUZZY_SURNAME = 88.0
FUZZY_GIVEN = 75.0
FUZZY_MIN_LETTERS = 5
# Names of these countries come in one spelling: one letter more or less is somebody else (Gary Johnson, Gary Johnston).
ONE_SPELLING = frozenset({"united-states", "united-kingdom", "ireland", "canada", "australia", "new-zealand"})


@dataclass(frozen=True, slots=True)
class DatedRole:
    """One office: the role noun, the id of the country or institution, first and last day as ISO dates or parts."""

    role: str
    of: str
    start: str | None = None
    end: str | None = None

    def held_on(self, date: str) -> bool:
        """Return whether the office was held on `date` (YYYY, YYYY-MM or YYYY-MM-DD), the edges included.

        Only as many characters are compared as both dates have, so a year fits every day in it.
        """
        if self.start is not None:
            size = min(len(self.start), len(date))
            if date[:size] < self.start[:size]:
                return False
        if self.end is not None:
            size = min(len(self.end), len(date))
            if date[:size] > self.end[:size]:
                return False
        return True


@dataclass(frozen=True, slots=True)
class RegistryEntry:
    """One known speaker. `by_surname` says that the surname alone means this person in this news."""

    id: str
    name: str
    type: EntryType
    aliases: tuple[str, ...] = ()
    gender: Gender | None = None
    country: str | None = None
    roles: tuple[DatedRole, ...] = ()
    by_surname: bool = False
    kind: str | None = None
    nouns: tuple[str, ...] = ()
    capitals: tuple[str, ...] = ()
    demonyms: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    leader: str | None = None
    wikidata: str | None = None

    @property
    def surname(self) -> str:
        """The folded surname of a person, "" for others."""
        return fold(split_name(self.name).surname) if self.type == "person" else ""

    def offices(self, date: str | None, *, past: bool = False) -> tuple[str, ...]:
        """Return the roles held on `date` (all of them where it is None), or with `past` those held until then."""
        if date is None:
            return tuple(held.role for held in self.roles)
        return tuple(held.role for held in self.roles if (replace(held, end=None) if past else held).held_on(date))


@dataclass(frozen=True, slots=True)
class Registry:
    """Lookups over the entries; every one returns None when nothing or more than one entry fits."""

    entries: tuple[RegistryEntry, ...]
    roles: RoleLexicon = field(repr=False)
    _by_id: Mapping[str, RegistryEntry] = field(repr=False, default_factory=dict)
    _by_name: Mapping[str, RegistryEntry | None] = field(repr=False, default_factory=dict)
    _last_words: frozenset[str] = field(repr=False, default=frozenset())
    _by_surname: Mapping[str, tuple[RegistryEntry, ...]] = field(repr=False, default_factory=dict)
    _by_initials: Mapping[str, tuple[tuple[str, tuple[RegistryEntry, ...]], ...]] = field(
        repr=False, default_factory=dict
    )
    _by_place: Mapping[str, RegistryEntry] = field(repr=False, default_factory=dict)
    _by_noun: Mapping[tuple[str, str], RegistryEntry] = field(repr=False, default_factory=dict)
    _holders: Mapping[tuple[str, str], tuple[tuple[DatedRole, RegistryEntry], ...]] = field(
        repr=False, default_factory=dict
    )

    @classmethod
    def read(cls, paths: Sequence[DataFile] = (), *, shipped: bool = True) -> Registry:
        """Return the registry that ships (unless told not to) with the user's own files on top: JSON lines or CSV.

        A later file's entry with the id of an earlier one replaces it. LexiconError with file and line for an unknown
        key, a wrong type or date, an unknown `of` or `country`, or a duplicate id inside one file.
        """
        if shipped:
            paths = [*(seed_file("registry", name) for name in DEFAULT_FILES), *paths]
        entries: dict[str, RegistryEntry] = {}
        places: dict[str, tuple[DataFile, int]] = {}
        for path in paths:
            for line, raw in read_raw_entries(path):
                entry = read_entry(path, line, raw)
                entries[entry.id] = entry
                places[entry.id] = path, line
        for entry in entries.values():
            for target in (entry.country, *(role.of for role in entry.roles)):
                if target is not None and target not in entries:
                    path, line = places[entry.id]
                    raise LexiconError(f"{path}:{line}: {entry.id!r} refers to {target!r}, which no entry has as id")
        return cls.of(entries.values())

    @classmethod
    def of(cls, entries: Iterable[RegistryEntry], *, roles: RoleLexicon | None = None) -> Registry:
        """Return a registry over entries that are already in memory."""
        lexicon = roles or default_roles()
        listed = tuple(entries)
        by_name: dict[str, RegistryEntry | None] = {}
        by_surname: dict[str, list[RegistryEntry]] = {}
        by_place: dict[str, RegistryEntry] = {}
        by_noun: dict[tuple[str, str], RegistryEntry] = {}
        holders: dict[tuple[str, str], list[tuple[DatedRole, RegistryEntry]]] = {}
        for entry in listed:
            for name in (entry.name, *entry.aliases, *entry.capitals):
                key = fold_name(name)
                if key in by_name and by_name[key] is not entry:
                    by_name[key] = None  # two entries share the name: neither is meant for certain
                else:
                    by_name[key] = entry
            if entry.type == "person":
                surnames = {fold(split_name(name).surname) for name in (entry.name, *entry.aliases)}
                for surname in sorted(surnames):
                    by_surname.setdefault(surname, []).append(entry)
            for word in (entry.name, *entry.aliases, *entry.capitals, *entry.demonyms, *entry.people):
                if entry.type == "country":
                    by_place[fold_name(word)] = entry
            for noun in entry.nouns:
                if entry.country is not None:
                    by_noun.setdefault((fold(noun), entry.country), entry)
            for role in entry.roles:
                holders.setdefault((lexicon.canonical(role.role), role.of), []).append((role, entry))
        by_initials: dict[str, dict[str, list[RegistryEntry]]] = {}
        for surname, people in by_surname.items():
            for person in people:
                if person.country in ONE_SPELLING:
                    continue
                for given in sorted(_given_initials(person)):
                    by_initials.setdefault(surname[:1] + given, {}).setdefault(surname, []).append(person)
        return cls(
            listed,
            lexicon,
            {entry.id: entry for entry in listed},
            by_name,
            frozenset(key.rpartition(" ")[2] for key in by_name),
            {key: tuple(group) for key, group in by_surname.items()},
            {key: tuple((name, tuple(same)) for name, same in group.items()) for key, group in by_initials.items()},
            by_place,
            by_noun,
            {key: tuple(group) for key, group in holders.items()},
        )

    def by_id(self, entry_id: str) -> RegistryEntry | None:
        """Return the entry with this id."""
        return self._by_id.get(entry_id)

    def by_name(self, name: str) -> RegistryEntry | None:
        """Return the entry that has this full name, alias or capital, whatever its case, accents and article."""
        return self._by_name.get(fold_name(name))

    def ends_a_name(self, word: str) -> bool:
        """Return whether any entry has a name with this last word: a quick no for most capitalised words."""
        return fold_name(word) in self._last_words

    def by_surname(self, surname: str, *, gender: Gender | None = None) -> RegistryEntry | None:
        """Return the one person whose surname alone names them in this news (`by_surname`); never two.

        Relatives and namesakes who are known too need their given names: "Clinton" stays one Clinton.
        """
        known = [entry for entry in self._by_surname.get(fold_name(surname), ()) if entry.by_surname]
        return known[0] if len(known) == 1 and (gender is None or known[0].gender in (None, gender)) else None

    def people_named(self, surname: str) -> tuple[RegistryEntry, ...]:
        """Return all people with this surname."""
        return self._by_surname.get(fold_name(surname), ())

    def fuzzy(self, name: str) -> RegistryEntry | None:
        """Return the one person whose full name is spelt nearly like `name` (another transliteration), else None.

        Only for names of two words and more; a wrong match costs more than a miss, so both parts must be nearly
        equal and the first letters the same, and names that nobody transliterates are not matched.
        """
        return _fuzzy(registry_key(self), name)

    def _compare(self, name: str) -> RegistryEntry | None:
        parts = split_name(name)
        surname = fold_name(parts.surname)
        if not parts.given or len(surname) < FUZZY_MIN_LETTERS:
            return None
        given = fold_name(parts.given[0])
        near = [
            (known, people)
            for known, people in self._by_initials.get(surname[0] + given[:1], ())
            if abs(len(known) - len(surname)) <= 2
        ]
        if not near:
            return None
        # rapidfuzz takes a while to import and most articles never need it.
        from rapidfuzz.fuzz import ratio

        fitting: dict[str, RegistryEntry] = {}
        for known, people in near:
            if not ratio(known, surname, score_cutoff=FUZZY_SURNAME):
                continue
            for person in people:
                for full in (person.name, *person.aliases):
                    other = split_name(full)
                    if not other.given:
                        continue
                    first = fold_name(other.given[0])
                    if first[:1] == given[:1] and ratio(first, given) >= FUZZY_GIVEN:
                        fitting[person.id] = person
        return next(iter(fitting.values())) if len(fitting) == 1 else None

    def country_of(self, word: str) -> RegistryEntry | None:
        """Return the country that a name, capital, demonym or people's name means (`Moscow`, `US`, `Ukrainians`)."""
        return self._by_place.get(fold_name(word))

    def institution(self, noun: str, country: str) -> RegistryEntry | None:
        """Return the country's institution with this noun (`foreign ministry` of `russia`)."""
        return self._by_noun.get((fold(noun), country))

    def holder(self, role: str, of: str, date: str) -> RegistryEntry | None:
        """Return who held `role` of the country or institution with id `of` on `date`; None when two did.

        `leader` means the country's leading office.
        """
        fitting = {entry.id: entry for held, entry in self._held(role, of) if held.held_on(date)}
        return next(iter(fitting.values())) if len(fitting) == 1 else None

    def holders(self, role: str, of: str) -> tuple[RegistryEntry, ...]:
        """Return everybody who ever held `role` of `of`, each once, in file order."""
        return tuple({entry.id: entry for _, entry in self._held(role, of)}.values())

    def _held(self, role: str, of: str) -> tuple[tuple[DatedRole, RegistryEntry], ...]:
        canonical = self.roles.canonical(role)
        place = self._by_id.get(of)
        if canonical == "leader" and place is not None and place.leader is not None:
            canonical = self.roles.canonical(place.leader)
        return self._holders.get((canonical, of), ())


class RegistryKey:
    """The registry as a cache key, by identity: comparing its entries would cost more than what is cached."""

    __slots__ = ("registry",)

    def __init__(self, registry: Registry) -> None:
        self.registry = registry


_keys: list[RegistryKey] = []


def _given_initials(person: RegistryEntry) -> set[str]:
    """Return the folded first letters of a person's given names, as all their names have them."""
    given = (split_name(full).given for full in (person.name, *person.aliases))
    return {fold_name(names[0])[:1] for names in given if names}


@lru_cache(maxsize=16384)
def _fuzzy(key: RegistryKey, name: str) -> RegistryEntry | None:
    return key.registry._compare(name)


def registry_key(registry: Registry) -> RegistryKey:
    """Return the cache key of a registry, the same object as long as no other registry is asked for."""
    if not _keys or _keys[0].registry is not registry:
        _keys[:] = [RegistryKey(registry)]
    return _keys[0]


def read_raw_entries(path: DataFile) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number, entry as read) of a registry file, CSV by its name, else JSON lines; keys are checked."""
    if not is_table(path):
        yield from read_entries(path, required=REQUIRED, optional=OPTIONAL)
        return
    ids: set[str] = set()
    for line, entry in read_table(path):
        check_keys(path, line, entry, required=REQUIRED, optional=OPTIONAL)
        note_id(path, line, entry, ids)
        yield line, entry


def read_entry(path: DataFile, line: int, raw: Mapping[str, Any]) -> RegistryEntry:
    """Return one entry of a registry file; LexiconError with file and line when a field is wrong."""
    entry = dict(raw)
    entry_id = text_field(path, line, entry, "id") or ""
    if slug(entry_id) != entry_id:
        raise LexiconError(f"{path}:{line}: id {entry_id!r} is not a slug; use {slug(entry_id)!r}")
    kind = text_field(path, line, entry, "type", choices=ENTRY_TYPES)
    gender = text_field(path, line, entry, "gender", choices=GENDERS)
    wikidata = text_field(path, line, entry, "wikidata")
    if wikidata is not None and not WIKIDATA_ID.match(wikidata):
        raise LexiconError(f"{path}:{line}: 'wikidata' is {wikidata!r}; expected Q and digits")
    return RegistryEntry(
        id=entry_id,
        name=text_field(path, line, entry, "name") or "",
        type=kind,  # type: ignore[arg-type]
        aliases=list_field(path, line, entry, "aliases"),
        gender=gender,  # type: ignore[arg-type]
        country=text_field(path, line, entry, "country"),
        roles=read_roles(path, line, entry),
        by_surname=flag_field(path, line, entry, "by_surname"),
        kind=text_field(path, line, entry, "kind"),
        nouns=list_field(path, line, entry, "nouns"),
        capitals=list_field(path, line, entry, "capitals"),
        demonyms=list_field(path, line, entry, "demonyms"),
        people=list_field(path, line, entry, "people"),
        leader=text_field(path, line, entry, "leader"),
        wikidata=wikidata,
    )


def read_roles(path: DataFile, line: int, entry: dict[str, Any]) -> tuple[DatedRole, ...]:
    """Return the dated roles of an entry, checked."""
    raw = entry.get("roles", [])
    if not isinstance(raw, list):
        raise LexiconError(f"{path}:{line}: 'roles' must be a list, got {raw!r}")
    roles = []
    for item in raw:
        if not isinstance(item, dict) or not {"role", "of"} <= item.keys() <= set(ROLE_KEYS):
            raise LexiconError(f"{path}:{line}: a role needs 'role' and 'of'; allowed: {', '.join(ROLE_KEYS)}")
        role, of, start, end = (text_field(path, line, item, key) for key in ROLE_KEYS)
        for date in (start, end):
            if date is not None and not ISO_DATE.match(date):
                raise LexiconError(f"{path}:{line}: {date!r} is no ISO date; use YYYY, YYYY-MM or YYYY-MM-DD")
        if start is not None and end is not None and end[: len(start)] < start[: len(end)]:
            raise LexiconError(f"{path}:{line}: role {role!r} ends ({end}) before it starts ({start})")
        roles.append(DatedRole(role or "", of or "", start, end))
    return tuple(roles)


@cache
def default_registry() -> Registry:
    """Return the registry that ships, read once."""
    return Registry.read()
