"""What a page says about itself and not about the world: found and masked, never cut.

The rules are data: `seeds/lexicons/boilerplate.jsonl`, one JSON object a line with

- `id`; `since`, the version that brought it; `yes`, a text it masks something of, and `no`, one it must leave alone;
- `scope`: `line` (a whole line), `part` (some words of a line), `start` (words at the text's very start), `first`
  (a whole line among the first few), `last` (a whole line among the last few, with nothing but masked lines behind it);
- `phrases`, beginnings of lines in any case, for `line` alone; or `pattern`, a regular expression that the line
  must match from end to end (`part`: that is searched, `start`: that matches at the start);
- `near`: literals in lower case of which one must be there before the pattern is tried (needed for `line` and `part`
  patterns: it keeps them quick);
- `max_length` of the line (300 unless given), and `above`, how many short label lines right above go with it;
- `headlines`, true where the line points elsewhere, so that it may hold a headline which reports speech. Whatever any
  other rule finds is left alone when it holds a verb of speech: a sentence is worth more than a clean page.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Literal, get_args

from .errors import LexiconError
from .strict_json import StrictJsonError, loads

Scope = Literal["line", "part", "start", "first", "last"]

REQUIRED = ("id", "scope", "yes", "no", "since")
ALLOWED = (*REQUIRED, "phrases", "pattern", "near", "max_length", "above", "headlines")
DEFAULT_MAX_LENGTH = 300
LONGEST_LINE = 2_000

FIRST_LINES = 5
LAST_LINES = 6
# Lines up to this length are searched whole for a rule's literals; of longer ones, paragraphs, only their beginning.
SHORT_LINE = 240
TINY_LINE = 110
# Phrases are found by the first characters of a line.
PHRASE_START = 4
HEAD = 64
# A part is looked for this far around its literal.
REACH_BEFORE = 140
REACH_BEHIND = 220
MOST_PARTS = 4

# Marks that lists, headings and quotations put before a line's first word; none is part of a phrase.
LEAD = re.compile(r"[#>*•▶►→»\-–—·|+\[\]()_ \t]{0,12}")
LABEL_LINE = re.compile(r"[#>* ]{0,4}[^\W\d_](?:[^.!?:;“”\"«»\n]{0,58}[^.!?:;,“”\"«»\n])?")
MOST_LABEL_WORDS = 6
LINE = re.compile(r"[^\n\r]+")
SPEECH = re.compile(
    r"\b(?:said|says|saying|told|tells|according to|wrote|writes|warned|warns|announce[ds]|argue[ds]|added|adds|claimed"
    r"|claims|denied|denies|stressed|stresses|insisted|insists|stated|states that|declared|explained|admitted|replied"
    r"|answered|asked|accused?s?|rejected|vowed|urged)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Mask:
    """Characters `start` to `end` (end excluded) of `Article.text` that are boilerplate, and the rule that says so."""

    start: int
    end: int
    rule_id: str


@dataclass(frozen=True, slots=True)
class BoilerplateRule:
    """One line of the lexicon, checked and compiled."""

    id: str
    scope: Scope
    pattern: re.Pattern[str] | None
    phrases: tuple[str, ...]
    near: tuple[str, ...]
    yes: str
    no: str
    since: str
    max_length: int = DEFAULT_MAX_LENGTH
    above: int = 0
    headlines: bool = False


@dataclass(frozen=True, slots=True)
class BoilerplateRules:
    """All rules, arranged by the literal that makes it worth trying them."""

    rules: tuple[BoilerplateRule, ...]
    by_tiny_literal: dict[str, list[BoilerplateRule]] = field(default_factory=dict)
    by_line_literal: dict[str, list[BoilerplateRule]] = field(default_factory=dict)
    by_part_literal: dict[str, list[BoilerplateRule]] = field(default_factory=dict)
    by_phrase_start: dict[str, list[BoilerplateRule]] = field(default_factory=dict)
    by_scope: dict[Scope, list[BoilerplateRule]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for rule in self.rules:
            self.by_scope.setdefault(rule.scope, []).append(rule)
            groups = self.by_line_literal if rule.max_length > TINY_LINE else self.by_tiny_literal
            if rule.scope == "part":
                groups = self.by_part_literal
            for start in dict.fromkeys(phrase[:PHRASE_START] for phrase in rule.phrases):
                self.by_phrase_start.setdefault(start, []).append(rule)
            for literal in rule.near:
                groups.setdefault(literal, []).append(rule)


@dataclass(slots=True)
class _Line:
    """A non-blank line without its outer white space, with its lower-case beginning."""

    start: int
    end: int
    text: str
    head: str
    mask: Mask | None = None


def find_boilerplate(text: str) -> list[Mask]:
    """Return the stretches of boilerplate in `text`, in order and without overlap.

    Takes lines and parts of lines; what a caption or headline reports stays in. Never raises. Same text, same answer.
    """
    return list(_find(text))


# Reader, rules and speakers ask about the same article one after the other.
@functools.lru_cache(maxsize=4)
def _find(text: str) -> tuple[Mask, ...]:
    return tuple(mask_boilerplate(text, default_rules()))


def mask_boilerplate(text: str, rules: BoilerplateRules) -> list[Mask]:
    """Return what `rules` mask in `text`, in order and without overlap; see `find_boilerplate`."""
    lines = _split_lines(text)
    if not lines:
        return []
    _mask_lines(lines, rules)
    _mask_first_lines(lines, rules)
    parts = [*_find_start(text, rules), *_find_parts(text, lines, rules)]
    _mask_last_lines(lines, rules)
    masks = [line.mask for line in lines if line.mask is not None]
    return _without_overlap(masks + parts)


def _split_lines(text: str) -> list[_Line]:
    found = []
    for match in LINE.finditer(text):
        piece = match[0].strip()
        if piece:
            start = match.start() + len(match[0]) - len(match[0].lstrip())
            head = piece if len(piece) <= SHORT_LINE else piece[:HEAD]
            found.append(_Line(start, start + len(piece), piece, head.lower()))
    return found


def _mask_lines(lines: list[_Line], rules: BoilerplateRules) -> None:
    # Almost no literal is in an article at all, and one search through all the heads tells. The commonest literals
    # (ap, ad) belong to rules for tiny lines, of which an article has few.
    for index, line in enumerate(lines):
        lead = LEAD.match(line.head)
        start = lead.end() if lead else 0
        if line.head[start : start + PHRASE_START] in rules.by_phrase_start:
            _mask_line(lines, index, rules.by_phrase_start[line.head[start : start + PHRASE_START]])
    tiny = [index for index, line in enumerate(lines) if len(line.text) <= TINY_LINE]
    for by_literal, indexes in ((rules.by_tiny_literal, tiny), (rules.by_line_literal, range(len(lines)))):
        heads = "\n".join([lines[index].head for index in indexes])
        for literal, candidates in by_literal.items():
            if literal not in heads:
                continue
            for index in indexes:
                line = lines[index]
                if line.mask is None and literal in line.head:
                    _mask_line(lines, index, candidates)


def _mask_line(lines: list[_Line], index: int, candidates: Iterable[BoilerplateRule]) -> None:
    line = lines[index]
    for rule in candidates:
        if _fits(rule, line):
            line.mask = Mask(line.start, line.end, rule.id)
            _mask_labels_above(lines, index, rule)
            return


def _fits(rule: BoilerplateRule, line: _Line) -> bool:
    if len(line.text) > rule.max_length:
        return False
    if rule.pattern is not None:
        found = rule.pattern.fullmatch(line.text) is not None
    else:
        lead = LEAD.match(line.head)
        found = line.head.startswith(rule.phrases, lead.end() if lead else 0)
    return found and (rule.headlines or not SPEECH.search(line.text))


def _mask_labels_above(lines: list[_Line], index: int, rule: BoilerplateRule) -> None:
    """Mask the short lines that lead up to an appeal: its heading and its slogans."""
    for above in range(index - 1, max(-1, index - 1 - rule.above), -1):
        line = lines[above]
        if line.mask is not None:
            continue
        if len(line.text.split()) > MOST_LABEL_WORDS or not LABEL_LINE.fullmatch(line.text):
            return
        line.mask = Mask(line.start, line.end, rule.id)


def _mask_first_lines(lines: list[_Line], rules: BoilerplateRules) -> None:
    for line in lines[:FIRST_LINES]:
        _mask_edge_line(line, rules.by_scope.get("first", ()))


def _mask_last_lines(lines: list[_Line], rules: BoilerplateRules) -> None:
    # The first line of a text is never its trailer.
    for line in lines[:0:-1][:LAST_LINES]:
        _mask_edge_line(line, rules.by_scope.get("last", ()))
        if line.mask is None:
            return


def _mask_edge_line(line: _Line, candidates: Iterable[BoilerplateRule]) -> None:
    if line.mask is not None or len(line.text) > DEFAULT_MAX_LENGTH:
        return
    for rule in candidates:
        if _fits(rule, line):
            line.mask = Mask(line.start, line.end, rule.id)
            return


def _find_start(text: str, rules: BoilerplateRules) -> Iterator[Mask]:
    for rule in rules.by_scope.get("start", ()):
        match = rule.pattern.match(text) if rule.pattern is not None else None
        if match and match.end():
            yield Mask(match.start(), match.end(), rule.id)
            return


def _find_parts(text: str, lines: list[_Line], rules: BoilerplateRules) -> Iterator[Mask]:
    lowered = _lower(text)
    starts: list[int] | None = None
    for literal, candidates in rules.by_part_literal.items():
        position = lowered.find(literal)
        while position >= 0:
            starts = starts or [line.start for line in lines]
            line = _line_at(lines, starts, position)
            if line is None:
                position = lowered.find(literal, position + 1)
                continue
            if line.mask is None:
                yield from _find_parts_of_line(text, lowered, line, literal, candidates)
            position = lowered.find(literal, line.end)


def _find_parts_of_line(
    text: str, lowered: str, line: _Line, literal: str, candidates: Iterable[BoilerplateRule]
) -> Iterator[Mask]:
    """Yield what `candidates` find around the literal's last few places in the line, where credits stand."""
    position = line.end
    for _ in range(MOST_PARTS):
        position = lowered.rfind(literal, line.start, position)
        if position < 0:
            return
        left, right = max(line.start, position - REACH_BEFORE), min(line.end, position + REACH_BEHIND)
        for rule in candidates:
            match = _search_around(rule, text, position, left, right)
            if match and not SPEECH.search(match[0]):
                yield Mask(match.start(), match.end(), rule.id)
                break


def _search_around(rule: BoilerplateRule, text: str, position: int, left: int, right: int) -> re.Match[str] | None:
    """Return the rule's match that holds the literal at `position`."""
    if rule.pattern is None:
        return None
    for match in rule.pattern.finditer(text, left, right):
        if match.start() <= position < match.end():
            return match
        if match.start() > position:
            return None
    return None


def _line_at(lines: list[_Line], starts: list[int], position: int) -> _Line | None:
    index = bisect_right(starts, position) - 1
    return lines[index] if index >= 0 and position < lines[index].end else None


def _lower(text: str) -> str:
    """Return `text` in lower case with every character in its place (a dotted capital I would become two)."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join([low if len(low := character.lower()) == 1 else character for character in text])


def _without_overlap(masks: list[Mask]) -> list[Mask]:
    masks.sort(key=lambda mask: (mask.start, -mask.end))
    kept: list[Mask] = []
    end = 0
    for mask in masks:
        if mask.start >= end:
            kept.append(mask)
            end = mask.end
    return kept


@functools.cache
def default_rules() -> BoilerplateRules:
    """Return the rules that ship with Sayso."""
    source = files("sayso.seeds").joinpath("lexicons/boilerplate.jsonl")
    return read_boilerplate_rules(source.read_text(encoding="utf-8").split("\n"), name="boilerplate.jsonl")


def read_boilerplate_rules(lines: Iterable[str], *, name: str) -> BoilerplateRules:
    """Return the rules of a lexicon, one JSON object a line; blank lines are skipped.

    Raises LexiconError, naming `name` and the line, for malformed JSON, unknown or missing keys, wrong values, a
    pattern that doesn't compile, and an id that was there before.
    """
    rules: dict[str, BoilerplateRule] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"{name}:{number}"
        try:
            entry = loads(line)
        except StrictJsonError as error:
            raise LexiconError(f"{place}: not JSON: {error}") from error
        rule = _read_rule(entry, place)
        if rule.id in rules:
            raise LexiconError(f"{place}: the id {rule.id!r} is taken; give each rule one of its own")
        rules[rule.id] = rule
    return BoilerplateRules(tuple(rules.values()))


def _read_rule(entry: Any, place: str) -> BoilerplateRule:
    if not isinstance(entry, dict):
        raise LexiconError(f"{place}: not a JSON object")
    unknown = sorted(set(entry) - set(ALLOWED))
    if unknown:
        raise LexiconError(f"{place}: unknown key {unknown[0]!r}; allowed: {', '.join(ALLOWED)}")
    for key in REQUIRED:
        if not isinstance(entry.get(key), str) or not entry[key]:
            raise LexiconError(f"{place}: {key!r} must be a string that isn't empty")
    scope = entry["scope"]
    if scope not in get_args(Scope):
        raise LexiconError(f"{place}: unknown scope {scope!r}; allowed: {', '.join(get_args(Scope))}")
    phrases = _read_literals(entry, "phrases", place)
    near = _read_literals(entry, "near", place)
    if ("pattern" in entry) == bool(phrases):
        raise LexiconError(f"{place}: give either 'pattern' or 'phrases'")
    if phrases and (scope != "line" or near):
        raise LexiconError(f"{place}: 'phrases' go with the scope 'line' and without 'near'")
    if any(len(phrase) < PHRASE_START for phrase in phrases):
        raise LexiconError(f"{place}: a phrase has at least {PHRASE_START} characters; use a pattern for shorter ones")
    if not phrases and bool(near) != (scope in ("line", "part")):
        raise LexiconError(f"{place}: 'near' is needed for patterns of the scopes 'line' and 'part', and only there")
    return BoilerplateRule(
        id=entry["id"],
        scope=scope,
        pattern=None if phrases else _compile(entry["pattern"], place),
        phrases=phrases,
        near=near,
        yes=entry["yes"],
        no=entry["no"],
        since=entry["since"],
        max_length=_read_number(entry, "max_length", DEFAULT_MAX_LENGTH, LONGEST_LINE, place),
        above=_read_number(entry, "above", 0, 5, place),
        headlines=_read_flag(entry, "headlines", place),
    )


def _read_literals(entry: dict[str, Any], key: str, place: str) -> tuple[str, ...]:
    values = entry.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        raise LexiconError(f"{place}: {key!r} must be a list of strings that aren't empty")
    odd = [value for value in values if value != value.lower() or len(value) > HEAD - 12]
    if odd:
        raise LexiconError(f"{place}: {odd[0]!r} in {key!r} must be lower case and at most {HEAD - 12} characters")
    return tuple(values)


def _read_number(entry: dict[str, Any], key: str, default: int, most: int, place: str) -> int:
    value = entry.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise LexiconError(f"{place}: {key!r} must be a whole number from 0 to {most}")
    return value


def _read_flag(entry: dict[str, Any], key: str, place: str) -> bool:
    value = entry.get(key, False)
    if not isinstance(value, bool):
        raise LexiconError(f"{place}: {key!r} must be true or false")
    return value


def _compile(pattern: Any, place: str) -> re.Pattern[str]:
    if not isinstance(pattern, str) or not pattern:
        raise LexiconError(f"{place}: 'pattern' must be a string that isn't empty")
    try:
        return re.compile(pattern)
    except re.error as error:
        raise LexiconError(f"{place}: pattern does not compile: {error}") from error
