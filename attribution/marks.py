"""Quotation marks in, quotations out: pairing that survives spacing errors, lost marks and apostrophes.

Works on one paragraph at a time, so a lost mark costs one quotation and never the article. Double marks (“ ” „ ‟ « »
" and the typewriter pairs `` '') are paired together by a shortest path over what each mark could be; single marks
(‘ ’ ') only where they cannot be apostrophes. The cost of pairing grows linearly with the number of marks.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from .types import TextSpan

DOUBLE_MARK = re.compile(r"[“”„‟«»\"＂]|``|''|‘‘|’’")
SINGLE_MARK = re.compile(r"[‘’'‚‛‹›]")
# Words that begin with an apostrophe; the list is closed in English.
ELISION = re.compile(r"[’'‘](?:\d0s|\d\ds?|em|til|tis|twas|cause|bout|round|n)\b", re.IGNORECASE)

_FAMILY = {"“": "c", "”": "c", "„": "c", "‟": "c", "«": "g", "»": "g", '"': "s", "＂": "s", "``": "t", "''": "t"}
_FAMILY |= {"‘‘": "t", "’’": "t"}
# What the mark's own shape says: opens, closes, or nothing.
_SHAPE = {"“": "o", "„": "o", "‟": "o", "«": "o", "``": "o", "‘‘": "o", "”": "c", "»": "c", "’’": "c"}

# Costs of reading a mark against its shape, against its spacing, as stray, with another family's partner, and of
# leaving a quotation open at the paragraph's end. Only their order matters: a stray mark is the last resort, spacing
# errors are common in machine-translated news, shapes are seldom wrong.
COST_SHAPE, COST_SPACING, COST_STRAY, COST_FAMILY, COST_OPEN, COST_CONTINUED = 12, 7, 15, 5, 14, 1
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


def find_quotations(text: str, paragraphs: Sequence[tuple[int, int]]) -> list[Quotation]:
    """Return all quotations of `text`, outer before inner, in text order.

    `paragraphs` are half-open character ranges in text order; a quotation crosses from one into the next only when it
    is left open and the next begins with an opening mark. Never raises, whatever the text.
    """
    found: list[Quotation] = []
    carried: list[tuple[int, int, int, int]] | None = None  # pieces of a quotation that runs on
    for index, (begin, end) in enumerate(paragraphs):
        marks = _read_marks(text, begin, end)
        pairs: list[tuple[_Mark, _Mark, int]] = []
        opened: _Mark | None = None
        if marks:
            next_opens = index + 1 < len(paragraphs) and _begins_with_opener(text, *paragraphs[index + 1])
            pairs, opened = _pair(marks, continued=next_opens)
        first = marks[0].start if marks else -1
        if carried is not None:
            joined = None
            for pair in pairs:
                if pair[0].start == first and pair[2] == 0:
                    joined = pair
                    break
            if joined is not None:
                pairs.remove(joined)
                pieces = [*carried, (joined[0].start, joined[1].end, joined[0].end, joined[1].start)]
                found.append(_quotation(pieces, 0))
                carried = None
            elif opened is None or opened.start != first:
                found.append(_quotation(carried, 0))
                carried = None
        for left, right, depth in pairs:
            if right.start > left.end:
                found.append(_quotation([(left.start, right.end, left.end, right.start)], depth))
        if opened is not None:
            stop = _rstrip(text, opened.end, end)
            if stop > opened.end:
                piece = (opened.start, stop, opened.end, stop)
                if carried is not None and len(carried) >= MAX_PIECES:
                    found.append(_quotation(carried, 0))
                    carried = [piece]
                elif carried is not None:
                    carried.append(piece)
                else:
                    carried = [piece]
        found.extend(_find_single(text, begin, end, [(a.start, b.end) for a, b, depth in pairs if depth == 0]))
    # A quotation carried to the text's end ends there; each paragraph but the last was followed by an opener.
    if carried is not None:
        found.append(_quotation(carried, 0))
    found.sort(key=lambda q: (q.start, -q.end))
    return found


def _quotation(pieces: Sequence[tuple[int, int, int, int]], depth: int) -> Quotation:
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


def _pair(marks: Sequence[_Mark], *, continued: bool) -> tuple[list[tuple[_Mark, _Mark, int]], _Mark | None]:
    """Return (opener, closer, depth) triples and the mark left open at the end, by the cheapest reading."""
    quick = _pair_clean(marks)
    if quick is not None:
        return quick, None
    # Shortest path over (stack of open families): each mark opens, closes or is stray.
    states: dict[str, tuple[int, int]] = {"": (0, 0)}  # stack -> (cost, key into `trail`)
    trail: list[tuple[int, str]] = [(-1, "")]  # (previous key, action)
    for mark in marks:
        following: dict[str, tuple[int, int, str]] = {}

        for stack, (cost, key) in states.items():
            if stack:
                other = 0 if stack[-1] == mark.family else COST_FAMILY
                _offer(following, stack[:-1], cost + mark.close_cost + other, key, "c")
            if len(stack) < MAX_DEPTH:
                # The same family inside itself is rare and usually a lost closer.
                again = COST_FAMILY if mark.family in stack else 0
                _offer(following, stack + mark.family, cost + mark.open_cost + again, key, "o")
            # A mark that opened nothing (its closer was lost) is likelier than a stray one inside a quotation.
            _offer(following, stack, cost + COST_STRAY + (1 if stack else 0), key, "x")
        states = {}
        for stack, (cost, key, action) in following.items():
            states[stack] = (cost, len(trail))
            trail.append((key, action))
    best = min(
        states.items(),
        key=lambda item: (
            item[1][0] + sum((COST_CONTINUED if continued and n == 0 else COST_OPEN) for n in range(len(item[0]))),
            len(item[0]),
        ),
    )
    actions: list[str] = []
    key = best[1][1]
    while key > 0:
        key, action = trail[key]
        actions.append(action)
    actions.reverse()
    open_marks: list[_Mark] = []
    pairs = []
    for mark, action in zip(marks, actions, strict=True):
        if action == "o":
            open_marks.append(mark)
        elif action == "c":
            pairs.append((open_marks.pop(), mark, len(open_marks)))
    pairs.sort(key=lambda pair: pair[0].start)
    left_open = open_marks[0] if open_marks and continued else None
    if open_marks and left_open is None:
        # The outer mark was lost, so what was inside it stands alone.
        lost = open_marks[0].start
        pairs = [(a, b, max(0, depth - 1)) if a.start > lost else (a, b, depth) for a, b, depth in pairs]
    return pairs, left_open


def _offer(into: dict[str, tuple[int, int, str]], stack: str, cost: int, key: int, action: str) -> None:
    """Keep the cheapest way to reach `stack`."""
    if stack not in into or cost < into[stack][0]:
        into[stack] = (cost, key, action)


def _pair_clean(marks: Sequence[_Mark]) -> list[tuple[_Mark, _Mark, int]] | None:
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
    """Return the quotations in single marks; an apostrophe is never a mark.

    An opener needs a gap before it and a letter or digit behind it; a closer the reverse. A plural's apostrophe
    (the ministers’ plan) closes only when no better closer follows.
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
            if mark not in "›" and not (mark != "‘" and mark != "‹" and mark != "‚" and ELISION.match(text, at, end)):
                # ’tis aside, a ’ after a gap is an opener only in broken typography; leave it.
                if mark != "’":
                    openers.append(at)
        elif not before.isspace() and not after.isalnum() and mark not in "‚‹":
            closers.append(at)
    if not openers or not closers:
        return []
    found: list[Quotation] = []
    starts = [start for start, _ in doubles]
    next_closer = 0
    last_end = -1
    for number, at in enumerate(openers):
        if at < last_end:
            continue
        limit = openers[number + 1] if number + 1 < len(openers) else end
        limit = min(limit, at + MAX_SINGLE_CHARACTERS)
        while next_closer < len(closers) and closers[next_closer] <= at:
            next_closer += 1
        chosen = None
        for position in range(next_closer, len(closers)):
            closer = closers[position]
            if closer >= limit:
                break
            before, after = text[closer - 1], text[closer + 1] if closer + 1 < end else " "
            plural = before in "sS" and after.isspace() and closer + 2 < end and text[closer + 2].isalnum()
            chosen = closer
            if not plural:
                break
        if chosen is None or chosen == at + 1:
            continue
        around, ahead = _enclosing(doubles, starts, at), _enclosing(doubles, starts, chosen)
        if around != ahead:
            continue  # crosses a double mark
        depth = 0 if around is None else 1
        found.append(Quotation((TextSpan(at, chosen + 1),), (TextSpan(at + 1, chosen),), depth, single=True))
        last_end = chosen + 1
    return found


def _enclosing(ranges: Sequence[tuple[int, int]], starts: Sequence[int], at: int) -> int | None:
    """Return the number of the range that holds character `at`; `ranges` are in order and do not overlap."""
    number = bisect_right(starts, at) - 1
    return number if number >= 0 and at < ranges[number][1] else None
