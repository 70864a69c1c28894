"""The role nouns of sources (official, spokesman, foreign minister, statement …) and given names, read from data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, get_args

from .errors import LexiconError
from .jsonl_data import DataFile, flag_field, list_field, read_entries, seed_file, text_field
from .names import fold

RoleClass = Literal["inside", "class", "collective", "office", "honorific", "institution", "document"]
ROLE_CLASSES: tuple[RoleClass, ...] = get_args(RoleClass)
Gender = Literal["male", "female"]
GENDERS: tuple[Gender, ...] = get_args(Gender)


@dataclass(frozen=True, slots=True)
class RoleNoun:
    """One noun form that can head a source.

    `canonical` is the first form of its entry, so that "secretary of state" and "foreign minister" are one role.
    `kind` decides what a source without a name means: "inside" is unnamed, "class" is unnamed in the singular and a
    group in the plural, "collective" is a group, "office" is a person to be found, "institution" and "document" are
    looked up in the article. `title` says that it may stand before a name, `trade` that a class is what people do for a
    living, so that "three analysts" are individuals with an inside role.
    """

    form: str
    canonical: str
    kind: RoleClass
    plural: bool
    gender: Gender | None
    title: bool
    trade: bool = False


@dataclass(frozen=True, slots=True)
class RoleLexicon:
    """All role nouns by folded form; forms have at most `longest` words."""

    nouns: Mapping[str, RoleNoun]
    longest: int
    first_words: frozenset[str] = field(default=frozenset(), repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "first_words", frozenset(form.partition(" ")[0] for form in self.nouns))

    @classmethod
    def read(cls, path: DataFile | None = None) -> RoleLexicon:
        """Return the lexicon of `path` (default: the one that ships); LexiconError names file and line."""
        source = path or seed_file("lexicons", "roles.jsonl")
        nouns: dict[str, RoleNoun] = {}
        for line, entry in read_entries(
            source, required=("id", "class"), optional=("forms", "plural", "gender", "title", "trade")
        ):
            kind = text_field(source, line, entry, "class", choices=ROLE_CLASSES)
            gender = text_field(source, line, entry, "gender", choices=GENDERS)
            title, trade = flag_field(source, line, entry, "title"), flag_field(source, line, entry, "trade")
            forms, plurals = list_field(source, line, entry, "forms"), list_field(source, line, entry, "plural")
            if not forms and not plurals:
                raise LexiconError(f"{source}:{line}: neither 'forms' nor 'plural' names a word; give at least one")
            first = (*forms, *plurals)[0]
            for form in (*forms, *plurals):
                key = fold(form)
                if key in nouns:
                    raise LexiconError(f"{source}:{line}: form {form!r} is taken by {nouns[key].canonical!r}")
                nouns[key] = RoleNoun(key, fold(first), kind, form in plurals, gender, title, trade)  # type: ignore[arg-type]
        return cls(nouns, max((len(form.split()) for form in nouns), default=0))

    def canonical(self, role: str) -> str:
        """Return the canonical form of a role, or the role folded when the lexicon has none."""
        noun = self.nouns.get(fold(role))
        return noun.canonical if noun else fold(role)

    def at_end(self, words: list[str]) -> tuple[RoleNoun, int] | None:
        """Return the longest role noun that ends the folded `words` and how many of them it takes, or None."""
        for size in range(min(self.longest, len(words)), 0, -1):
            noun = self.nouns.get(" ".join(words[-size:]))
            if noun is not None:
                return noun, size
        return None

    def at_start(self, words: list[str]) -> tuple[RoleNoun, int] | None:
        """Return the longest role noun that begins the folded `words` and how many of them it takes, or None."""
        if not words or words[0] not in self.first_words:
            return None
        for size in range(min(self.longest, len(words)), 0, -1):
            noun = self.nouns.get(" ".join(words[:size]))
            if noun is not None:
                return noun, size
        return None


def read_given_names(path: DataFile | None = None) -> dict[str, Gender | None]:
    """Return folded given names with the gender they usually have, None where they have both.

    The gender is a hint for choosing between antecedents; pronouns and titles in the article overrule it.
    """
    source = path or seed_file("lexicons", "given_names.jsonl")
    names: dict[str, Gender | None] = {}
    for line, entry in read_entries(source, required=("id", "names"), optional=("gender",)):
        gender = text_field(source, line, entry, "gender", choices=GENDERS)
        for name in list_field(source, line, entry, "names"):
            names[fold(name)] = gender  # type: ignore[assignment]
    return names


def read_name_words(path: DataFile | None = None) -> dict[str, frozenset[str]]:
    """Return the folded words of organizations' names, words no name begins with, and places, by entry id."""
    source = path or seed_file("lexicons", "name_words.jsonl")
    return {
        entry["id"]: frozenset(fold(word) for word in list_field(source, line, entry, "words"))
        for line, entry in read_entries(source, required=("id", "words"), optional=())
    }


@dataclass(frozen=True, slots=True)
class SourcePattern:
    """A wording that means an unnamed speaker although it has no role noun as its head."""

    id: str
    pattern: re.Pattern[str]
    name: str
    yes: str
    no: str


def read_source_patterns(path: DataFile | None = None) -> tuple[SourcePattern, ...]:
    """Return the unnamed-source patterns; each pattern matches its `yes` and not its `no`, else LexiconError."""
    source = path or seed_file("lexicons", "unnamed_sources.jsonl")
    patterns = []
    for line, entry in read_entries(source, required=("id", "pattern", "name", "yes", "no"), optional=()):
        fields = {key: text_field(source, line, entry, key) or "" for key in entry}
        try:
            compiled = re.compile(fields["pattern"], re.IGNORECASE)
        except re.error as error:
            raise LexiconError(f"{source}:{line}: 'pattern' is no regular expression: {error}") from error
        if not compiled.search(fields["yes"]) or compiled.search(fields["no"]):
            raise LexiconError(f"{source}:{line}: 'pattern' must match 'yes' and must not match 'no'")
        patterns.append(SourcePattern(fields["id"], compiled, fields["name"], fields["yes"], fields["no"]))
    return tuple(patterns)


@cache
def default_roles() -> RoleLexicon:
    """Return the role lexicon that ships, read once."""
    return RoleLexicon.read()


@cache
def default_given_names() -> dict[str, Gender | None]:
    """Return the given names that ship, read once."""
    return read_given_names()


@cache
def default_source_patterns() -> tuple[SourcePattern, ...]:
    """Return the unnamed-source patterns that ship, read once."""
    return read_source_patterns()
