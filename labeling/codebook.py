"""The codebook: which targets a stance can be towards, what each means, and which words raise it.

A codebook is a TOML file, checked strictly when it is read: whoever labels another topic writes another codebook, and
nothing else changes. docs/codebooks.md explains every key.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sayso.attribution.errors import ConfigError

from .terms import TermError, TermIndex, read_term, read_words

DecidedLabel = Literal["favor", "against", "neutral"]
LABELS: tuple[DecidedLabel, ...] = get_args(DecidedLabel)
DEFAULT_CODEBOOK = "ukraine-2021"
ANY_SIDE = "*"

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
NAME_RULE = r"^[a-z0-9-]{1,60}$"
TABLE_HEADER = re.compile(r"^[ \t]*(\[{1,2})([^\[\]]{1,200})\]{1,2}")
KEY_START = re.compile(r"^[ \t]*([A-Za-z0-9_*-]{1,80}|\"[^\"]{0,80}\")[ \t]*=")

_STRICT = ConfigDict(extra="forbid", frozen=True, strict=True)


class Examples(BaseModel):
    """Example sentences for each label, and some that look alike but leave the target alone."""

    model_config = _STRICT

    favor: tuple[str, ...] = Field(min_length=1)
    against: tuple[str, ...] = Field(min_length=1)
    neutral: tuple[str, ...] = Field(min_length=1)
    not_addressed: tuple[str, ...] = Field(min_length=1)

    def of(self, label: DecidedLabel) -> tuple[str, ...]:
        return {"favor": self.favor, "against": self.against, "neutral": self.neutral}[label]


class Target(BaseModel):
    """One target: a proposition that a speaker can be for or against."""

    model_config = _STRICT

    id: str = Field(pattern=NAME_RULE)
    proposition: str = Field(min_length=1)
    definition: str = Field(min_length=1)
    includes: tuple[str, ...] = Field(default=())
    excludes: tuple[str, ...] = Field(default=())
    terms: tuple[str, ...] = Field(min_length=1)
    """Words for what the proposition wants: who is for them is for the target."""
    opposed: tuple[str, ...] = Field(default=())
    """Words that raise the target from its other side: who is against them is for the target."""
    echoes: tuple[str, ...] = Field(default=())
    """Words that raise it only where the paragraph raised it before: "such penalties"."""
    only_named: Mapping[str, DecidedLabel] = Field(default_factory=dict)
    """The label of a passage that raises the target without a word for or against it, by the speaker's side."""
    examples: Examples


class _CodebookFile(BaseModel):
    model_config = _STRICT

    schema_version: Literal[1]
    id: str = Field(pattern=NAME_RULE)
    version: str = Field(min_length=1)
    title: str = Field(min_length=1)
    description: str = Field(min_length=1)
    words: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    sides: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    about: tuple[str, ...] = ()
    targets: tuple[Target, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Codebook:
    """A checked codebook. Equal files give equal codebooks; `index` is made when first asked for."""

    id: str
    version: str
    title: str
    description: str
    words: Mapping[str, tuple[str, ...]]
    sides: Mapping[str, tuple[str, ...]]
    about: tuple[str, ...]
    targets: tuple[Target, ...]
    path: str

    def target(self, target_id: str) -> Target:
        """Return the target of this id; raises ConfigError naming those there are."""
        for target in self.targets:
            if target.id == target_id:
                return target
        near = get_close_matches(target_id, self.target_ids, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise ConfigError(
            f"codebook {self.id} has no target {target_id!r}; {hint}allowed: {', '.join(self.target_ids)}"
        )

    @property
    def target_ids(self) -> tuple[str, ...]:
        return tuple(target.id for target in self.targets)

    @cached_property
    def index(self) -> TermIndex:
        """All terms, keyed by (target id, group): group is `terms`, `opposed` or `echoes`."""
        entries = [
            ((target.id, group), term)
            for target in self.targets
            for group in ("terms", "opposed", "echoes")
            for term in getattr(target, group)
        ]
        return TermIndex(entries, self.words)

    @cached_property
    def about_index(self) -> TermIndex:
        """The terms one of which an article must have to be about this topic at all."""
        return TermIndex(((("about", "about"), term) for term in self.about), self.words)

    def covers(self, text: str) -> bool:
        """Return whether an article of this text is about the codebook's topic; without `about` every one is."""
        return not self.about or next(self.about_index.find(read_words(text)), None) is not None

    @cached_property
    def side_index(self) -> TermIndex:
        """The names of the sides, keyed by (side, "side")."""
        return TermIndex((((side, "side"), name) for side, names in self.sides.items() for name in names), self.words)


def codebook_file(name: str) -> Traversable:
    """Return the packaged codebook file of this name."""
    return files("sayso.seeds").joinpath("codebooks", f"{name}.toml")


def packaged_codebooks() -> list[str]:
    """Return the names of the codebooks that come with Sayso."""
    folder = files("sayso.seeds").joinpath("codebooks")
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


def read_codebook(name: str | Path = DEFAULT_CODEBOOK) -> Codebook:
    """Return the codebook of a packaged name or a file's path.

    Raises ConfigError naming file, line and key for a file that can't be read, is no TOML, has an unknown, missing or
    wrong key, a term that can't be read, or an id used twice; a misspelt key is told with the nearest right one.
    """
    if isinstance(name, str) and NAME.fullmatch(name):
        if name in packaged_codebooks():
            return _read_packaged(name)
        if not Path(name).exists():
            known = ", ".join(packaged_codebooks())
            raise ConfigError(f"no codebook {name!r}; packaged: {known}; or give the path of a .toml file")
    path = Path(name)
    try:
        return parse_codebook(path.read_bytes(), place=str(path))
    except OSError as error:
        raise ConfigError(f"{path}: can't read the codebook: {error.strerror or error}; check the path") from error


@lru_cache(maxsize=8)
def _read_packaged(name: str) -> Codebook:
    return parse_codebook(codebook_file(name).read_bytes(), place=f"{name}.toml")


def parse_codebook(content: bytes, *, place: str) -> Codebook:
    """Return the codebook in `content`; `place` names it in errors."""
    try:
        text = content.decode("utf-8-sig")
        document = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise ConfigError(f"{place}: not UTF-8 at byte {error.start}; save the file as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{place}: not valid TOML: {error}") from error
    except RecursionError as error:
        raise ConfigError(f"{place}: nested too deeply; a codebook has two levels") from error
    lines = _key_lines(text)
    try:
        read = _CodebookFile.model_validate(_as_tuples(document))
    except ValidationError as error:
        raise ConfigError(_explain(error, place, lines)) from error
    codebook = Codebook(
        id=read.id,
        version=read.version,
        title=read.title,
        description=read.description,
        words=dict(read.words),
        sides=dict(read.sides),
        about=read.about,
        targets=read.targets,
        path=place,
    )
    _check(codebook, place, lines)
    return codebook


def _as_tuples(value: Any) -> Any:
    """Return TOML's value with tuples for lists, so that what is checked strictly can be frozen too."""
    if isinstance(value, list):
        return tuple(_as_tuples(item) for item in value)
    if isinstance(value, dict):
        return {key: _as_tuples(item) for key, item in value.items()}
    return value


KeyPath = tuple[str | int, ...]


def _check(codebook: Codebook, place: str, lines: Mapping[KeyPath, int]) -> None:
    """Raise ConfigError for what the schema alone can't see: names used twice, terms that can't be read."""
    seen: set[str] = set()
    for number, target in enumerate(codebook.targets):
        where: KeyPath = ("targets", number)
        if target.id in seen:
            raise ConfigError(f"{_at(place, lines, (*where, 'id'))}: target id {target.id!r} is taken; ids are unique")
        seen.add(target.id)
        for group in ("terms", "opposed", "echoes"):
            for term in getattr(target, group):
                try:
                    read_term(term, codebook.words)
                except TermError as error:
                    raise ConfigError(f"{_at(place, lines, (*where, group))}: {error}") from error
        for side in target.only_named:
            if side != ANY_SIDE and side not in codebook.sides:
                allowed = ", ".join((ANY_SIDE, *codebook.sides))
                raise ConfigError(
                    f"{_at(place, lines, (*where, 'only_named'))}: unknown side {side!r}; allowed: {allowed}"
                )
    rest: list[tuple[KeyPath, tuple[str, ...]]] = [(("sides", side), names) for side, names in codebook.sides.items()]
    for path, terms in [*rest, (("about",), codebook.about)]:
        for term in terms:
            try:
                read_term(term, codebook.words)
            except TermError as error:
                raise ConfigError(f"{_at(place, lines, path)}: {error}") from error


def _explain(error: ValidationError, place: str, lines: Mapping[KeyPath, int]) -> str:
    found = error.errors(include_url=False, include_context=False)
    # A misspelt key is also a missing one: the unknown spelling says more.
    first = next((item for item in found if item["type"] == "extra_forbidden"), found[0])
    path: KeyPath = tuple(first["loc"])
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    shown = ".".join(str(part) for part in path)
    where = _at(place, lines, path)
    if first["type"] == "extra_forbidden":
        allowed = _allowed_at(path)
        near = get_close_matches(key, allowed, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        return f"{where}: unknown key {key!r}; {hint}allowed: {', '.join(allowed)}"
    if first["type"] == "missing":
        return f"{where}: {shown} is missing; add it ({', '.join(_allowed_at(path))} are the keys there)"
    return f"{where}: {shown} can't be {first['input']!r:.80}: {first['msg'][0].lower()}{first['msg'][1:]}"


def _allowed_at(path: KeyPath) -> list[str]:
    model: type[BaseModel] = _CodebookFile
    if path[0] == "targets" and len(path) > 2:
        model = Examples if path[2] == "examples" and len(path) > 3 else Target
    return list(model.model_fields)


def _at(place: str, lines: Mapping[KeyPath, int], path: KeyPath) -> str:
    """Return `place:line` of the key at `path`, or of the nearest table around it that the file shows."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return f"{place}:{lines[path[:length]]}"
    return place


def _key_lines(text: str) -> dict[KeyPath, int]:
    """Return the line (from 1) of each table and key; tomllib gives none."""
    lines: dict[KeyPath, int] = {}
    table: KeyPath = ()
    counts: dict[str, int] = {}
    inside = False  # a multi-line string or list, whose lines may look like keys
    for number, line in enumerate(text.splitlines(), start=1):
        if line.count('"""') % 2 or line.count("'''") % 2:
            inside = not inside
        elif inside:
            continue
        if opened := TABLE_HEADER.match(line):
            names = [name.strip().strip('"') for name in opened[2].split(".")]
            if opened[1] == "[[":
                counts[names[0]] = counts.get(names[0], -1) + 1
            index: KeyPath = (counts[names[0]],) if names[0] in counts else ()
            table = (names[0], *index, *names[1:])
            lines.setdefault(table, number)
        elif key := KEY_START.match(line):
            lines.setdefault((*table, key[1].strip('"')), number)
    return lines
