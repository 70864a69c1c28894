"""Quotation marks in, quotations out: pairing that survives spacing errors, lost marks and apostrophes.

Works on one paragraph at a time, so a lost mark costs one quotation and never the article. Double marks (“ ” „ ‟ « »
" and the typewriter pairs `` '') are paired together by a shortest path over what each mark could be; single marks
(‘ ’ ') only where they cannot be apostrophes. The cost of pairing grows linearly with the number of marks.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .types import TextSpan

DOUBLE_MARK = re.compile(r"[“”„‟«»\"＂]|``|''|‘‘|’’")
SINGLE_MARK = re.compile(r"[‘’'‚‛‹›]")
# Words that begin with an apostrophe; the list is closed in English.
ELISION = re.compile(r"[’'‘](?:\d0s|\d\ds?|em|til|tis|twas|cause|bout|round|n)\b", re.IGNORECASE)

# A report whose comma ends a quotation that has lost its closing mark: «Rents will rise, the mayor told the daily.
LOST_CLOSER = re.compile(
    r"[,!?]\s{1,3}(?:(?:[Hh]e|[Ss]he|[Tt]hey|(?:[Tt]he|an?)\s[\w-]{2,30}|[A-Z][\w’'-]{1,30}(?:\s[A-Z][\w’'-]{1,30}){0,3})"
    r"\s(?:said|says|told|tells|added|adds|explained|warned|wrote|replied|stressed|insisted)\b"
    r"|(?:said|says|added|adds|explained|warned|wrote|replied|stressed|insisted)\s(?:[Hh]e|[Ss]he|[Tt]hey|[Tt]he|[A-Z])\b)"
)

# Where a transcript is quoted paragraph by paragraph: whose turn it is ("RUIZ: We will pay), what the room did
# ("(APPLAUSE.)).
TURN = re.compile(r"([^\W\d_a-z][\w.’'-]{0,30}(?: [^\W\d_a-z][\w.’'-]{0,30}){0,3})\s?:\s{1,3}(?=\S)")
MIN_TURNS = 3
STAGE_DIRECTION = re.compile(r"\([^()\n]{1,60}\)[.\s]{0,3}")

_FAMILY = {"“": "c", "”": "c", "„": "c", "‟": "c", "«": "g", "»": "g", '"': "s", "＂": "s", "``": "t", "''": "t"}
_FAMILY |= {"‘‘": "t", "’’": "t"}
# What the mark's own shape says: opens, closes, or nothing.
_SHAPE = {"“": "o", "„": "o", "‟": "o", "«": "o", "``": "o", "‘‘": "o", "”": "c", "»": "c", "’’": "c"}

# Costs of reading a mark against its shape, against its spacing, as stray, with another family's partner, and of
# leaving a quotation open at the paragraph's end. Only their order matters: a stray mark is the last resort, spacing
# errors are common in machine-translated news, shapes are seldom wrong.
COST_SHAPE, COST_SPACING, COST_STRAY, COST_FAMILY, COST_OPEN, COST_CONTINUED = 12, 7, 15, 5, 14, 1
OPENS, CLOSES, STRAY = "o", "c", "x"
MAX_DEPTH = 2
MAX_SINGLE_CHARACTERS = 600
# A quotation over more paragraphs than this is a document that someone put between marks.
MAX_PIECES = 60


@dataclass(frozen=True, slots=True)
class Quotation:
    """One quotation with its marks: one piece, or one per paragraph when it runs on over several.

    `depth` 0 is not inside another quotation. `inner` spans lie between the marks.
    """

    pieces: tuple[TextSpan, ...]
    inner: tuple[TextSpan, ...]
    depth: int
    single: bool = False

    @property
    def start(self) -> int:
        return self.pieces[0].start

    @property
    def end(self) -> int:
        return self.pieces[-1].end


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    family: str
    open_cost: int
    close_cost: int


_Pair = tuple[_Mark, _Mark, int]
"""Opening mark, closing mark, depth."""
_Piece = tuple[int, int, int, int]
"""Start and end with the marks, start and end between them."""


def find_quotations(text: str, paragraphs: Sequence[tuple[int, int]]) -> list[Quotation]:
    """Return all quotations of `text`, outer before inner, in text order.

    `paragraphs` are half-open character ranges in text order; a quotation crosses from one into the next only when it
    is left open and the next begins with an opening mark. Never raises, whatever the text.
    """
    found: list[Quotation] = []
    carried: list[_Piece] = []  # of a quotation that runs on
    turns = _find_turns(text, paragraphs)
    for index, (begin, end) in enumerate(paragraphs):
        marks = _read_marks(text, begin, end)
        unclosed = _find_unclosed(text, marks, end)
        if unclosed is not None:
            marks = marks[:-1]
            found.append(_quotation([unclosed], 0))
        pairs: list[_Pair] = []
        opened: _Mark | None = None
        if marks:
            continued = index + 1 < len(paragraphs) and _begins_with_opener(text, *paragraphs[index + 1])
            pairs, opened = _pair(marks, continued=continued)
        stop = end if opened is None else _rstrip(text, opened.end, end)
        doubles = [(left.start, right.end) for left, right, depth in pairs if depth == 0]
        if opened is not None:
            doubles = [pair for pair in doubles if pair[0] < opened.start] + [(opened.start, stop)]
        found.extend(_find_single(text, begin, end, doubles))
        closing = next((pair for pair in pairs if pair[0] is marks[0] and pair[2] == 0), None)
        if closing is not None and index in turns:
            pairs.remove(closing)
            _, last, _, inner = _piece(closing[0], closing[1])
            found.append(_quotation([(turns[index], last, turns[index], inner)], 0))
            closing = None
        if carried:
            if closing is not None:
                pairs.remove(closing)
                carried.append(_piece(closing[0], closing[1]))
            if closing is not None or opened is None or opened is not marks[0]:
                found.append(_quotation(carried, 0))
                carried = []
        found.extend(_quotation([_piece(a, b)], depth) for a, b, depth in pairs if b.start > a.end)
        if opened is not None and stop > opened.end:
            first = opened is marks[0]
            turn = turns.get(index) if first else None
            aside = first and turns and STAGE_DIRECTION.fullmatch(text, opened.end, stop)
            if carried and (turn or aside or len(carried) >= MAX_PIECES):
                found.append(_quotation(carried, 0))
                carried = []
            if turn:
                carried.append((turn, stop, turn, stop))
            elif not aside:
                carried.append((opened.start, stop, opened.end, stop))
    # A quotation carried to the text's end ends there; each paragraph but the last was followed by an opener.
    if carried:
        found.append(_quotation(carried, 0))
    found.sort(key=lambda q: (q.start, -q.end))
    return _with_depth(found)


def _find_turns(text: str, paragraphs: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Return where the words begin in the paragraphs, by number, that are turns of a quoted transcript.

    Three or more begin with an opening mark, a label and a colon, one label more than once: “Note: …” is none.
    """
    turns, labels = {}, []
    for index, (begin, end) in enumerate(paragraphs):
        if _begins_with_opener(text, begin, end):
            mark = DOUBLE_MARK.search(text, begin, end)
            turn = TURN.match(text, mark.end(), end) if mark is not None else None
            if turn is not None:
                turns[index] = turn.end()
                labels.append(turn[1])
    return turns if len(set(labels)) < len(labels) >= MIN_TURNS else {}


def _find_unclosed(text: str, marks: Sequence[_Mark], end: int) -> _Piece | None:
    """Return the piece from a paragraph's last mark to the report behind it, where the closing mark was lost, or None.

    Only for a mark that must be an opener: the others are even in number, and it has a gap before it.
    """
    if not len(marks) % 2 or marks[-1].open_cost:
        return None
    match = LOST_CLOSER.search(text, marks[-1].end, end)
    if match is None or ". " in text[marks[-1].end : match.start()]:
        return None  # in a longer quotation the report may be its own
    return marks[-1].start, match.start() + 1, marks[-1].end, match.start()


def _with_depth(quotations: Sequence[Quotation]) -> list[Quotation]:
    """Return the quotations, those in double marks inside single ones as inner: ‘He said “no” to me,’ said Ruiz."""
    outer_end = 0
    placed = []
    for quotation in quotations:
        if quotation.depth == 0 and quotation.start < outer_end:
            quotation = replace(quotation, depth=1)
        elif quotation.depth == 0:
            outer_end = quotation.end
        placed.append(quotation)
    return placed


def _piece(left: _Mark, right: _Mark) -> _Piece:
    return left.start, right.end, left.end, right.start


def _quotation(pieces: Sequence[_Piece], depth: int) -> Quotation:
    return Quotation(
        tuple(TextSpan(a, b) for a, b, _, _ in pieces),
        tuple(TextSpan(c, d) for _, _, c, d in pieces if d > c),
        depth,
    )


def _rstrip(text: str, begin: int, end: int) -> int:
    while end > begin and text[end - 1].isspace():
        end -= 1
    return end


def _begins_with_opener(text: str, begin: int, end: int) -> bool:
    while begin < end and text[begin].isspace():
        begin += 1
    match = DOUBLE_MARK.match(text, begin, end)
    return match is not None and _SHAPE.get(match.group(), "o") == "o" and match.end() < end


def _read_marks(text: str, begin: int, end: int) -> list[_Mark]:
    marks = []
    straight_open = False
    for match in DOUBLE_MARK.finditer(text, begin, end):
        mark, start, stop = match.group(), match.start(), match.end()
        before = text[start - 1] if start > begin else " "
        after = text[stop] if stop < end else " "
        if mark == '"':
            # After a digit and with none open, a straight mark stands for inches: 5'10".
            if before.isdigit() and not after.isalpha() and not straight_open:
                continue
            straight_open = not straight_open
        opens = (before.isspace() or before in "([{—–-/‘'’“«„\"") and not after.isspace()
        closes = not before.isspace() or after in ",.;:!?)]}"
        shape = _SHAPE.get(mark)
        # A mark that could do both by its spacing (x"y) costs the same either way.
        open_cost = (0 if opens else COST_SPACING) + (COST_SHAPE if shape == "c" else 0)
        close_cost = (0 if closes else COST_SPACING) + (COST_SHAPE if shape == "o" else 0)
        marks.append(_Mark(start, stop, _FAMILY[mark], open_cost, close_cost))
    return marks


def _pair(marks: Sequence[_Mark], *, continued: bool) -> tuple[list[_Pair], _Mark | None]:
    """Return the pairs and the mark left open at the end, by the cheapest reading."""
    quick = _pair_clean(marks)
    if quick is not None:
        return quick, None
    open_marks: list[_Mark] = []
    pairs: list[_Pair] = []
    for mark, action in zip(marks, _cheapest_reading(marks, continued=continued), strict=True):
        if action == OPENS:
            open_marks.append(mark)
        elif action == CLOSES:
            pairs.append((open_marks.pop(), mark, len(open_marks)))
    pairs.sort(key=lambda pair: pair[0].start)
    if not open_marks or continued:
        return pairs, open_marks[0] if open_marks else None
    # The outer mark was lost, so what was inside it stands alone.
    lost = open_marks[0].start
    return [(a, b, max(0, depth - 1)) if a.start > lost else (a, b, depth) for a, b, depth in pairs], None


def _cheapest_reading(marks: Sequence[_Mark], *, continued: bool) -> list[str]:
    """Return for each mark whether it opens, closes or is stray: the shortest path over stacks of open families."""
    states: dict[str, tuple[int, int]] = {"": (0, 0)}  # stack -> (cost, key into `trail`)
    trail: list[tuple[int, str]] = [(-1, "")]  # (previous key, action)
    for mark in marks:
        following: dict[str, tuple[int, int, str]] = {}
        for stack, (cost, key) in states.items():
            if stack:
                other = 0 if stack[-1] == mark.family else COST_FAMILY
                _offer(following, stack[:-1], cost + mark.close_cost + other, key, CLOSES)
            if len(stack) < MAX_DEPTH:
                # The same family inside itself is rare and usually a lost closer.
                again = COST_FAMILY if mark.family in stack else 0
                _offer(following, stack + mark.family, cost + mark.open_cost + again, key, OPENS)
            # A mark that opened nothing (its closer was lost) is likelier than a stray one inside a quotation.
            _offer(following, stack, cost + COST_STRAY + (1 if stack else 0), key, STRAY)
        states = {}
        for stack, (cost, key, action) in following.items():
            states[stack] = (cost, len(trail))
            trail.append((key, action))
    outermost = COST_CONTINUED if continued else COST_OPEN

    def final_cost(stack: str) -> tuple[int, int]:
        left_open = outermost + COST_OPEN * (len(stack) - 1) if stack else 0
        return states[stack][0] + left_open, len(stack)

    actions: list[str] = []
    key = states[min(states, key=final_cost)][1]
    while key > 0:
        key, action = trail[key]
        actions.append(action)
    return actions[::-1]


def _offer(into: dict[str, tuple[int, int, str]], stack: str, cost: int, key: int, action: str) -> None:
    """Keep the cheapest way to reach `stack`."""
    if stack not in into or cost < into[stack][0]:
        into[stack] = (cost, key, action)


def _pair_clean(marks: Sequence[_Mark]) -> list[_Pair] | None:
    """Return the pairs of a paragraph whose marks alternate and all agree with shape and spacing, else None."""
    if len(marks) % 2:
        return None
    pairs = []
    for index in range(0, len(marks), 2):
        left, right = marks[index], marks[index + 1]
        if (
            left.open_cost
            or right.close_cost
            or left.family != right.family
            or not (left.close_cost or right.open_cost)
        ):
            return None
        pairs.append((left, right, 0))
    return pairs


def _find_single(text: str, begin: int, end: int, doubles: Sequence[tuple[int, int]]) -> list[Quotation]:
    """Return the quotations in single marks; an apostrophe is never a mark. `doubles` are the outer ones in doubles."""
    openers, closers = _read_single_marks(text, begin, end)
    if not openers or not closers:
        return []
    found: list[Quotation] = []
    starts = [start for start, _ in doubles]
    next_closer = 0
    last_end = -1
    for number, at in enumerate(openers):
        if at < last_end:
            continue
        limit = min(openers[number + 1] if number + 1 < len(openers) else end, at + MAX_SINGLE_CHARACTERS)
        while next_closer < len(closers) and closers[next_closer] <= at:
            next_closer += 1
        closer = _choose_closer(text, closers, next_closer, limit, end)
        if closer is None or closer == at + 1:
            continue
        around = _enclosing(doubles, starts, at)
        if around != _enclosing(doubles, starts, closer):
            continue  # crosses a double mark
        depth = 0 if around is None else 1
        found.append(Quotation((TextSpan(at, closer + 1),), (TextSpan(at + 1, closer),), depth, single=True))
        last_end = closer + 1
    return found


def _read_single_marks(text: str, begin: int, end: int) -> tuple[list[int], list[int]]:
    """Return where single marks may open and where they may close.

    An opener needs a gap before it and a letter or digit behind it; a closer the reverse.
    """
    openers: list[int] = []
    closers: list[int] = []
    for match in SINGLE_MARK.finditer(text, begin, end):
        at = match.start()
        before = text[at - 1] if at > begin else " "
        after = text[at + 1] if at + 1 < end else " "
        mark = text[at]
        if mark in "'‘’" and (before == mark or after == mark):
            continue  # half of a typewriter double
        if (before.isspace() or before in '([{—–“«„"') and (after.isalnum() or after in "“«[…$€£"):
            # ’tis aside, a ’ after a gap is an opener only in broken typography; leave it.
            elision = mark not in "‘‹‚" and ELISION.match(text, at, end) is not None
            if mark not in "›’" and not elision:
                openers.append(at)
        elif not before.isspace() and not after.isalnum() and mark not in "‚‹":
            closers.append(at)
    return openers, closers


def _choose_closer(text: str, closers: Sequence[int], first: int, limit: int, end: int) -> int | None:
    """Return the closing mark before character `limit`, or None.

    A plural's apostrophe (the ministers’ plan) closes only when no better closer follows.
    """
    chosen = None
    for position in range(first, len(closers)):
        closer = closers[position]
        if closer >= limit:
            break
        chosen = closer
        after = text[closer + 1] if closer + 1 < end else " "
        plural = text[closer - 1] in "sS" and after.isspace() and closer + 2 < end and text[closer + 2].isalnum()
        if not plural:
            break
    return chosen


def _enclosing(ranges: Sequence[tuple[int, int]], starts: Sequence[int], at: int) -> int | None:
    """Return the number of the range that holds character `at`; `ranges` are in order and do not overlap."""
    number = bisect_right(starts, at) - 1
    return number if number >= 0 and at < ranges[number][1] else None
