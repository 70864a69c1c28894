"""Names that the user's own pipeline recognised: they overrule what capitals say, never what the registry knows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from .capitals import EntityKind, ParsedName, parse_name
from .names import strip_possessive
from .registry import Registry
from .roles import default_roles

KINDS: Final[Mapping[str, EntityKind]] = {
    **dict.fromkeys(("PERSON", "PER"), "person"),
    **dict.fromkeys(("ORG",), "organization"),
    **dict.fromkeys(("GPE", "LOC", "FAC", "EVENT", "WORK_OF_ART", "LAW", "PRODUCT"), "thing"),
}
"""What the entity labels of spaCy's pipelines mean here (OntoNotes and the four of CoNLL-2003); others say nothing."""
POSSESSIVE_AFTER = re.compile(r"['’ʼ]s?(?!\w)")
# A pipeline that takes more than this for one name has gone wrong.
MAX_NAME = 120


@dataclass(frozen=True, slots=True)
class Recognised:
    """A half-open range of the text that is a name, and of what; places are a "thing" unless the registry has them."""

    start: int
    end: int
    kind: EntityKind


def cut_by(
    strings: Sequence[tuple[int, int, str]], text: str, recognised: Sequence[Recognised]
) -> list[tuple[int, int, str, EntityKind | None]]:
    """Return the capitalised sequences cut where recognised names begin and end, each with the kind recognised.

    Title and role words right before a person stay with the name. Names without capitals are added.
    """
    names = _apart(text, recognised)
    begins = [name.start for name in names]
    pieces: list[tuple[int, int, str, EntityKind | None]] = []
    index = 0
    for start, end, raw in strings:
        while index < len(names) and names[index].end <= start:
            index += 1
        cursor, at = start, index
        while at < len(names) and names[at].start < end:
            before = text[cursor : names[at].start].rstrip()
            if before and names[at].kind == "person" and _describes(before):
                begins[at] = cursor
            elif before:
                pieces.append((cursor, cursor + len(before), before, None))
            cursor = _next_word(text, names[at].end, end)
            at += 1
        if cursor == start:
            pieces.append((start, end, raw, None))
        elif cursor < end:
            pieces.append((cursor, end, text[cursor:end], None))
    for name, begin in zip(names, begins, strict=True):
        raw = strip_possessive(text[begin : name.end].rstrip())
        pieces.append((begin, begin + len(raw), raw, name.kind))
    return sorted(pieces, key=lambda piece: piece[:2])


def _apart(text: str, recognised: Sequence[Recognised]) -> list[Recognised]:
    """Return the names that can be used, in text order; of two that overlap the earlier, then the longer."""
    kept: list[Recognised] = []
    for name in sorted(recognised, key=lambda one: (one.start, -one.end)):
        raw = text[name.start : name.end]
        usable = 0 <= name.start < name.end <= len(text) and name.end - name.start <= MAX_NAME
        if usable and "\n" not in raw and any(letter.isalpha() for letter in raw):
            if not kept or kept[-1].end <= name.start:
                kept.append(name)
    return kept


def _next_word(text: str, start: int, end: int) -> int:
    """Return where the next word begins from `start` on; `end` when none does, or only a possessive is left."""
    possessive = POSSESSIVE_AFTER.match(text, start, end)
    start = start if possessive is None else possessive.end()
    while start < end and not text[start].isalnum():
        start += 1
    return start


def _describes(before: str) -> bool:
    """Return whether the words before a name are titles or end in a role: "Foreign Minister", "Alder Bank CEO"."""
    words = [word.casefold() for word in before.split()]
    return default_roles().at_end(words) is not None or default_roles().at_start(words) is not None


def parse_recognised(raw: str, registry: Registry, kind: EntityKind, after_the: bool) -> ParsedName:
    """Return `raw` taken apart, of the kind recognised unless the registry knows it or its title says otherwise."""
    parsed = parse_name(raw, registry, after_the)
    if parsed.entry is not None or (parsed.kind == "person" and parsed.titles and kind != "person"):
        return parsed
    if kind == "person":
        return replace(parsed, kind="person", sure=True) if parsed.name else parsed
    whole = raw.removeprefix("the ").removeprefix("The ")
    return ParsedName((), whole, len(raw) - len(whole), kind, None, None, True)
