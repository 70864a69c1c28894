"""How an article looks in a terminal: attributions marked in the text, speakers in the margin.

Every mark is a sign first and a colour second: contents stand in [ ], sources in { }, cues in < >, each with the
attribution's number, so that nothing is lost without colour.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .attribution.types import Article, Attribution, TextSpan
from .terminal import safe_line, safe_text

if TYPE_CHECKING:
    from rich.text import Text

Part = Literal["content", "source", "cue"]

SIGNS: dict[Part, tuple[str, str]] = {"content": ("[", "]"), "source": ("{", "}"), "cue": ("<", ">")}
STYLES: dict[Part, str] = {"content": "green", "source": "bold cyan", "cue": "underline yellow"}
NUMBER_STYLE, MARGIN_STYLE, DIM_STYLE = "bold magenta", "bold", "dim"
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

MIN_WIDTH = 24
# Narrower than this, a margin would leave the text too few words a line: speakers then stand above their paragraph.
MIN_WIDTH_FOR_MARGIN = 64
MARGIN_SHARE = 0.3
MAX_MARGIN = 28
RULE = " │ "
BOILERPLATE_NOTE = "(boilerplate)"


@dataclass(frozen=True, slots=True)
class _Glyph:
    """One shown character: its place in the article's text (a sign has that of the character it stands at)."""

    char: str
    offset: int
    style: str


@dataclass(frozen=True, slots=True)
class _Line:
    glyphs: tuple[_Glyph, ...]

    @property
    def first(self) -> int:
        return self.glyphs[0].offset if self.glyphs else -1


def render_article(
    article: Article,
    attributions: Sequence[Attribution],
    *,
    boilerplate: Iterable[TextSpan] = (),
    width: int = 80,
    superscripts: bool = True,
) -> list[Text]:
    """Return the lines that show `article`: title line, text with marks, margin, and a legend.

    Each is at most `width` cells wide (at least 24). Hostile characters are made visible. Numbers follow the order
    of `attributions`; spans must lie inside the text.
    """
    width = max(width, MIN_WIDTH)
    margin = min(MAX_MARGIN, int(width * MARGIN_SHARE)) if width >= MIN_WIDTH_FOR_MARGIN else 0
    masked = tuple(sorted(boilerplate))
    lines = [*_heading(article, attributions, width), _text("")]
    marks = _marks(attributions, superscripts=superscripts)
    by_start = defaultdict(list)
    for number, attribution in enumerate(attributions, start=1):
        by_start[attribution.start].append((number, attribution))
    shown = safe_text(article.text)
    was_masked = False
    for paragraph in _paragraphs(shown):
        if not paragraph.of(shown).strip():
            if lines[-1].plain.strip():
                lines.append(_text(""))
            continue
        now_masked = any(span.covers(_stripped(paragraph, shown)) for span in masked)
        notes = {s: entries for s, entries in by_start.items() if paragraph.start <= s < paragraph.end}
        note = BOILERPLATE_NOTE if now_masked and not was_masked else None
        was_masked = now_masked
        glyphs = _glyphs(shown, paragraph, marks, _styles(paragraph, attributions, masked))
        if margin:
            lines += _beside(glyphs, notes, note=note, margin=margin, width=width)
        else:
            lines += _below(glyphs, notes, note=note, width=width)
    while lines and not lines[-1].plain.strip():
        lines.pop()
    return [*lines, _text(""), *_legend(width, superscripts=superscripts)]


def _text(plain: str, style: str = "") -> Text:
    from rich.text import Text

    return Text(plain, style=style, end="\n")


def _heading(article: Article, attributions: Sequence[Attribution], width: int) -> list[Text]:
    kinds = [f"{sum(a.kind == kind for a in attributions)} {kind}" for kind in ("direct", "mixed", "indirect")]
    found = "1 attribution" if len(attributions) == 1 else f"{len(attributions)} attributions"
    facts = [fact for fact in (article.publisher, article.date, article.url) if fact]
    lines = [_text(line, "bold") for line in fold_text(safe_line(article.id), width)]
    if facts:
        lines += [_text(line) for line in fold_text(safe_line(" · ".join(facts)), width)]
    return [*lines, *(_text(line, DIM_STYLE) for line in fold_text(f"{found}: {', '.join(kinds)}", width))]


def _legend(width: int, *, superscripts: bool) -> list[Text]:
    from rich.text import Text

    one = _number(1, superscripts=superscripts)
    entries = [
        *(Text(f"{SIGNS[part][0]}{part}{SIGNS[part][1]}{one}", style=STYLES[part]) for part in SIGNS),
        Text("1 speaker, kind, how sure", style=NUMBER_STYLE),
        Text("dim: boilerplate, left out", style=DIM_STYLE),
    ]
    lines = [Text()]
    for entry in entries:
        if lines[-1] and lines[-1].cell_len + 2 + entry.cell_len > width:
            lines.append(Text())
        if lines[-1]:
            lines[-1].append("  ")
        lines[-1].append_text(entry)
    for line in lines:
        line.truncate(width)
    return lines


def _paragraphs(text: str) -> list[TextSpan]:
    """Return each line of the text, empty ones too, without its newline."""
    spans = []
    start = 0
    for line in text.split("\n"):
        if line:
            spans.append(TextSpan(start, start + len(line)))
        elif start < len(text):
            spans.append(TextSpan(start, start + 1))  # the newline of an empty line stands for it
        start += len(line) + 1
    return spans


def _stripped(span: TextSpan, text: str) -> TextSpan:
    piece = span.of(text)
    start = span.start + len(piece) - len(piece.lstrip())
    return TextSpan(start, start + len(piece.strip()))


def _number(number: int, *, superscripts: bool) -> str:
    return str(number).translate(SUPERSCRIPTS) if superscripts else f"#{number}"


def _marks(attributions: Sequence[Attribution], *, superscripts: bool) -> dict[int, tuple[list[_Glyph], list[_Glyph]]]:
    """Return by offset the signs that close before it and the signs that open at it, properly nested.

    Attributions that share a source or cue share its signs: {the official}¹,².
    """
    numbers: dict[tuple[TextSpan, Part], list[int]] = defaultdict(list)
    for number, attribution in enumerate(attributions, start=1):
        parts: tuple[tuple[Part, Sequence[TextSpan]], ...] = (
            ("content", attribution.content_spans),
            ("source", attribution.source_spans),
            ("cue", attribution.cue_spans),
        )
        for part, spans in parts:
            for span in spans:
                numbers[span, part].append(number)
    marks: dict[int, tuple[list[_Glyph], list[_Glyph]]] = defaultdict(lambda: ([], []))
    # Longer spans open first; signs are put in from the outside in, so that closing ones go to the front of their list.
    order = sorted(numbers, key=lambda mark: (mark[0].start, -mark[0].end, numbers[mark]))
    for span, part in order:
        opening, closing = SIGNS[part]
        shown = ",".join(_number(number, superscripts=superscripts) for number in dict.fromkeys(numbers[span, part]))
        last = span.end - 1
        marks[span.start][1].append(_Glyph(opening, span.start, STYLES[part]))
        ends = [_Glyph(closing, last, STYLES[part]), *(_Glyph(char, last, NUMBER_STYLE) for char in shown)]
        marks[span.end][0][:0] = ends
    return marks


def _styles(paragraph: TextSpan, attributions: Sequence[Attribution], masked: Sequence[TextSpan]) -> list[str]:
    """Return the style of each character of the paragraph; cue and source win over content, all over dim."""
    styles = [""] * len(paragraph)

    def paint(spans: Iterable[TextSpan], style: str) -> None:
        for span in spans:
            for index in range(max(span.start, paragraph.start), min(span.end, paragraph.end)):
                styles[index - paragraph.start] = style

    paint(masked, DIM_STYLE)
    for attribution in attributions:
        paint(attribution.content_spans, STYLES["content"])
    for attribution in attributions:
        paint(attribution.source_spans, STYLES["source"])
        paint(attribution.cue_spans, STYLES["cue"])
    return styles


def _glyphs(
    shown: str, paragraph: TextSpan, marks: dict[int, tuple[list[_Glyph], list[_Glyph]]], styles: Sequence[str]
) -> list[_Glyph]:
    glyphs: list[_Glyph] = []
    for offset in range(paragraph.start, paragraph.end):
        if offset in marks:
            if offset > paragraph.start:
                glyphs += marks[offset][0]
            glyphs += marks[offset][1]
        char = shown[offset]
        glyphs.append(_Glyph(" " if char in "\t\n" else char, offset, styles[offset - paragraph.start]))
    if paragraph.end in marks:
        glyphs += marks[paragraph.end][0]
    return glyphs


def _wrap(glyphs: Sequence[_Glyph], width: int) -> list[_Line]:
    """Return the glyphs in lines of at most `width` cells, broken at spaces, else inside a long word."""
    from rich.cells import cell_len

    lines: list[_Line] = []
    line: list[_Glyph] = []
    used = last_space = 0
    for glyph in glyphs:
        if glyph.char == " " and not line and lines:
            continue  # a line never starts with the space it was broken at
        size = cell_len(glyph.char)
        while line and used + size > width:
            if glyph.char == " ":
                rest: list[_Glyph] = []
            else:
                rest = line[last_space:] if last_space else []
                line = line[:last_space] if last_space else line
            lines.append(_Line(tuple(_without_last_space(line))))
            line, last_space = rest, 0
            used = sum(cell_len(g.char) for g in line)
        if glyph.char == " " and not line and lines:
            continue
        line.append(glyph)
        used += size
        if glyph.char == " ":
            last_space = len(line)
    if line:
        lines.append(_Line(tuple(_without_last_space(line))))
    return lines


def _without_last_space(glyphs: Sequence[_Glyph]) -> Sequence[_Glyph]:
    end = len(glyphs)
    while end and glyphs[end - 1].char == " ":
        end -= 1
    return glyphs[:end]


def fold_text(text: str, width: int) -> list[str]:
    """Return the text in lines of at most `width` cells, broken at spaces, else inside a long word."""
    return ["".join(g.char for g in line.glyphs) for line in _wrap([_Glyph(c, 0, "") for c in text], width)]


def _line_text(line: _Line) -> Text:
    from rich.text import Text

    text = Text()
    for glyph in line.glyphs:
        text.append(glyph.char, style=glyph.style or None)
    return text


def _note_lines(number: int, attribution: Attribution, width: int) -> list[Text]:
    """Return what the margin says of one attribution: number and speaker, then kind and how sure."""
    from rich.text import Text

    label = f"{number} "
    speaker = attribution.speaker
    name = "(unknown)" if speaker is None else safe_line(speaker.name)
    folded = fold_text(name, max(width - len(label), 8))
    lines = [Text.assemble((label, NUMBER_STYLE), (folded[0] if folded else "", MARGIN_STYLE))]
    lines += [Text(" " * len(label) + part, style=MARGIN_STYLE) for part in folded[1:]]
    nested = " nested" if attribution.nested_in else ""
    lines.append(Text(f"{' ' * len(label)}{attribution.kind}{nested} {attribution.confidence:.2f}", style=DIM_STYLE))
    return lines


def _beside(
    glyphs: Sequence[_Glyph],
    notes: dict[int, list[tuple[int, Attribution]]],
    *,
    note: str | None,
    margin: int,
    width: int,
) -> list[Text]:
    """Return the paragraph with its notes in a margin, each beside the line where its content starts if it fits."""
    from rich.cells import cell_len
    from rich.text import Text

    body = _wrap(glyphs, width - margin - len(RULE))
    side: list[Text] = [] if note is None else [Text(note, style=DIM_STYLE)]
    for start in sorted(notes):
        at = max((index for index, line in enumerate(body) if 0 <= line.first <= start), default=0)
        while len(side) < at:
            side.append(Text())
        for number, attribution in notes[start]:
            side += _note_lines(number, attribution, margin)
    lines = []
    for index in range(max(len(body), len(side))):
        left = side[index].copy() if index < len(side) else Text()
        left.truncate(margin)
        left.append(" " * (margin - cell_len(left.plain)))
        left.append(RULE, style=DIM_STYLE)
        if index < len(body):
            left.append_text(_line_text(body[index]))
        left.rstrip()
        lines.append(left)
    return lines


def _below(
    glyphs: Sequence[_Glyph], notes: dict[int, list[tuple[int, Attribution]]], *, note: str | None, width: int
) -> list[Text]:
    """Return the paragraph with its notes in lines under it, for narrow terminals."""
    lines = [] if note is None else [_text(note, DIM_STYLE)]
    lines += [_line_text(line) for line in _wrap(glyphs, width)]
    for start in sorted(notes):
        for number, attribution in notes[start]:
            for line in _note_lines(number, attribution, width - 2):
                line.pad_left(2)
                line.truncate(width)
                lines.append(line)
    return lines
