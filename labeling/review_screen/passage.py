"""The part of an article around one quotation, folded to lines, with content, cue and source marked by signs.

The text must be harmless already (same length as the article's own), so that widths are those on the screen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from sayso.attribution.types import TextSpan

if TYPE_CHECKING:
    from rich.text import Text

MarkPart = Literal["content", "source", "cue", "other", "cursor"]

# The same signs and colours as `sayso show`; a test holds them together.
SIGNS: dict[MarkPart, tuple[str, str]] = {
    "content": ("[", "]"),
    "source": ("{", "}"),
    "cue": ("<", ">"),
    "other": ("[", "]"),
    "cursor": ("▸", "◂"),
}
STYLES: dict[MarkPart, str] = {
    "content": "green",
    "source": "bold cyan",
    "cue": "underline yellow",
    "other": "dim",
    "cursor": "reverse bold",
}
# What is painted later wins; a cursor is seen on everything.
PAINT_ORDER: tuple[MarkPart, ...] = ("other", "content", "source", "cue", "cursor")
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
# A text without line breaks is folded in pieces of this size, so that a huge one costs no more than what is seen.
MAX_PIECE = 2_000
# Lines of context above the quotation, as a share of the height.
SHARE_ABOVE = 0.3


@dataclass(frozen=True, slots=True)
class Mark:
    """One marked span; `number` stands behind its closing sign."""

    span: TextSpan
    part: MarkPart
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """The lines to show, and whether the article goes on above and below them."""

    lines: list[Text]
    more_above: bool
    more_below: bool
    top: int
    """Lines between the default first line and the one shown first, as far as the article allows."""


@lru_cache(maxsize=64)
def pieces_of(text: str) -> tuple[tuple[int, int], ...]:
    """Return start and end of each line of the text that is not blank, long ones cut at a blank."""
    pieces = []
    start = 0
    for line in text.split("\n"):
        at, end = start, start + len(line)
        start = end + 1
        if not line.strip():
            continue
        while end - at > MAX_PIECE:
            cut = text.rfind(" ", at + MAX_PIECE // 2, at + MAX_PIECE)
            cut = at + MAX_PIECE if cut < 0 else cut + 1
            pieces.append((at, cut))
            at = cut
        pieces.append((at, end))
    return tuple(pieces)


def draw_passage(
    text: str, marks: Sequence[Mark], *, focus: TextSpan, width: int, height: int, scroll: int = 0, spaced: bool = False
) -> Passage:
    """Return at most `height` lines of `text` around `focus`, `scroll` lines further down.

    The focus is shown from its first line, or as much of it as fits; `spaced` puts an empty line between paragraphs.
    """
    from rich.text import Text

    pieces = pieces_of(text)
    if not pieces or height <= 0:
        return Passage([Text("(empty)"[:width])][: max(height, 0)], False, False, 0)
    home = max((i for i, (start, _) in enumerate(pieces) if start <= focus.start), default=0)
    folded = list(_fold_piece(text, pieces[home], marks, width))
    at = _line_of(folded, focus.start)
    last = _line_of(folded, focus.end - 1) if focus.end <= pieces[home][1] else len(folded) - 1
    above = min(int(height * SHARE_ABOVE), max(height - (last - at + 1), 0))
    first = at - above + scroll
    lines = [line for line, _ in folded]
    before, after = home, home
    while first < 0 and before > 0:
        before -= 1
        added = [line for line, _ in _fold_piece(text, pieces[before], marks, width)] + [Text("")] * spaced
        lines[:0] = added
        first += len(added)
    wanted = first
    first = max(first, 0)  # near the article's beginning nothing stands above: all the room is below
    while len(lines) < first + height and after < len(pieces) - 1:
        after += 1
        lines += [Text("")] * spaced + [line for line, _ in _fold_piece(text, pieces[after], marks, width)]
    first = max(min(first, len(lines) - height), 0)
    while len(lines) < height and before > 0:  # the article ends here: more of what stands before
        before -= 1
        added = [line for line, _ in _fold_piece(text, pieces[before], marks, width)] + [Text("")] * spaced
        lines[:0] = added
        wanted += len(added)
        first = max(len(lines) - height, 0)
    shown = lines[first : first + height]
    return Passage(
        shown, first > 0 or before > 0, first + height < len(lines) or after < len(pieces) - 1, scroll + first - wanted
    )


def marked_lines(text: str, marks: Sequence[Mark], span: TextSpan, width: int) -> list[Text]:
    """Return the paragraphs that `span` touches, whole, folded and marked."""
    pieces = [piece for piece in pieces_of(text) if piece[0] < span.end and piece[1] > span.start]
    return [line for piece in pieces for line, _ in _fold_piece(text, piece, marks, width)]


def _line_of(folded: Sequence[tuple[Text, int]], offset: int) -> int:
    return max((index for index, (_, first) in enumerate(folded) if first <= offset), default=0)


def _fold_piece(text: str, piece: tuple[int, int], marks: Sequence[Mark], width: int) -> Iterator[tuple[Text, int]]:
    """Yield each line of the piece with its marks, and the article offset of its first character."""
    from rich.text import Text

    start, end = piece
    near = [mark for mark in marks if mark.span.start < end and mark.span.end > start]
    signs = _signs(near, start, end)
    shown = Text()
    places: list[int] = []
    styles = _styles(near, start, end)
    at = start
    for place in sorted({*signs, end}):
        _append(shown, text, at, place, styles, start)
        places += range(at, place)
        for sign, style in signs.get(place, ()):
            shown.append(sign, style=style)
            places += [min(place, end - 1)] * len(sign)
        at = place
    plain = shown.plain
    cuts = fold(plain, width)
    for line, (first, last) in zip(shown.divide([first for first, _ in cuts[1:]]), cuts, strict=True):
        if blanks := len(line.plain) - (last - first):
            line.right_crop(blanks)
        yield line, places[first] if first < len(places) else start


def _append(shown: Text, text: str, at: int, place: int, styles: Sequence[str], start: int) -> None:
    while at < place:
        style, run = styles[at - start], at + 1
        while run < place and styles[run - start] == style:
            run += 1
        shown.append(text[at:run].replace("\t", " ").replace("\n", " "), style=style or None)
        at = run


def _styles(marks: Sequence[Mark], start: int, end: int) -> list[str]:
    styles = [""] * (end - start)
    for part in PAINT_ORDER:
        for mark in marks:
            if mark.part == part:
                first, last = max(mark.span.start, start) - start, min(mark.span.end, end) - start
                styles[first:last] = [STYLES[part]] * (last - first)
    return styles


def _signs(marks: Sequence[Mark], start: int, end: int) -> dict[int, list[tuple[str, str]]]:
    """Return by offset the signs that stand before its character: closing ones first, each pair properly nested."""
    opens: dict[int, list[tuple[str, str]]] = {}
    closes: dict[int, list[tuple[str, str]]] = {}
    # Longer spans open first and close last; of equal ones the cursor is innermost.
    order = sorted(marks, key=lambda m: (m.span.start, -m.span.end, PAINT_ORDER.index(m.part), m.number or 0))
    for mark in order:
        opening, closing = SIGNS[mark.part]
        number = "" if mark.number is None else str(mark.number).translate(SUPERSCRIPTS)
        style = STYLES[mark.part]
        if mark.span.start >= start:
            opens.setdefault(mark.span.start, []).append((opening, style))
        if mark.span.end <= end:
            closes.setdefault(mark.span.end, []).insert(0, (closing + number, style))
    return {at: [*closes.get(at, ()), *opens.get(at, ())] for at in sorted(opens.keys() | closes.keys())}


def fold(plain: str, width: int) -> list[tuple[int, int]]:
    """Return start and end of each line of at most `width` cells, broken at blanks, else inside a long word."""
    from rich.cells import cell_len

    simple = plain.isascii()
    lines: list[tuple[int, int]] = []
    start = 0
    while start < len(plain):
        if simple:
            end = min(start + width, len(plain))
        else:
            end, used = start, 0
            while end < len(plain) and (used := used + cell_len(plain[end])) <= width:
                end += 1
            end = max(end, start + 1)
        if end < len(plain) and plain[end] != " ":
            blank = plain.rfind(" ", start, end)
            end = blank if blank > start else end
        last = end
        while last > start and plain[last - 1] == " ":
            last -= 1
        lines.append((start, last))
        start = end
        while start < len(plain) and plain[start] == " ":
            start += 1
    return lines or [(0, 0)]
