"""The whole screen as lines of text: passage above, answers below, keys last. Drawn anew for each key, in milliseconds.

`Painter.draw` is the one door to the terminal: every line passes through the function that makes text harmless.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from sayso.attribution.types import Attribution, Stance, TextSpan

from .controller import Controller, PickArticle, PickFound, PickSpeaker, Reading, Selecting, Typing
from .keys import ACTIONS
from .passage import Mark, Passage, draw_passage, fold, marked_lines
from .sight import STATUS_WORDS, Sight, StanceSight
from .speakers import Offer

if TYPE_CHECKING:
    from rich.text import Text

MIN_WIDTH, MIN_HEIGHT = 40, 12
# From this height on each target has a line of its own, with what was suggested.
TALL = 32
TWO_COLUMNS = 76
PANEL_SHARE = 0.5
MAX_OPINIONS = 6
LABEL_STYLES = {"favor": "green", "against": "red", "neutral": "yellow", "unclear": "magenta"}
PANEL_KEYS = {
    Typing: "Enter done · Escape leave · Ctrl+U clear",
    PickSpeaker: "type to narrow down · ↑ ↓ choose · 1-9 pick · Tab complete · ← → type of a new name · Enter · Escape",
    PickFound: "↑ ↓ choose · Enter go there · Escape leave",
    PickArticle: "type to narrow down · ↑ ↓ PgUp PgDn choose · Enter open · Escape leave",
    Selecting: "← → by word · ↑ ↓ by paragraph · Space first word · Enter last word, done · Escape leave",
    Reading: "↑ ↓ PgUp PgDn read on · any other key closes",
}
SELECTING_KEYS = {
    "split": "← → by word · Enter splits before the word · Escape leave",
    "cue": "← → by word · Space first word · Enter last word, done · Backspace there is none · Escape",
    "source": "← → by word · Space first word · Enter last word, done · Backspace there is none · Escape",
}
PAGE_KEYS = (
    ("accept", "nothing missed"),
    ("missed", "add a missed one"),
    ("skip", "later"),
    ("undo", "undo"),
    ("next-target", "next quotation"),
    ("grow-right", "open it"),
    ("scroll-down", "read on"),
    ("articles", "articles"),
    ("page", "back"),
    ("help", "help"),
    ("quit", "quit"),
)
# Named after the others, where a wide screen has room for them.
MORE_KEYS = (
    ("next", "next"),
    ("search", "search"),
    ("page", "whole article"),
    ("complete", "complete"),
    ("note", "note"),
    ("flag", "flag"),
    ("merge", "merge"),
    ("split", "split"),
)
TYPING_TITLES = {
    "note": "Note",
    "jump": "Jump to (number, id, or an article's id)",
    "search": "Search (words of content, speaker, article)",
}
SELECTING_TITLES = {
    "missed": "Choose the words of the missed quotation",
    "split": "Choose the word that begins the second part",
    "cue": "Choose the words of the cue",
    "source": "Choose the words of the source",
}


COLUMN = re.compile(r" {0,8}\S(?:[^ ]| (?! )){0,40} {2,}(?=\S)")


class Painter:
    """Draws a controller's screen. `safe_line` makes a text harmless, keeping its length; newlines become visible.

    `reasons` spells out why an attribution is there, a few words each (default: its codes).
    """

    def __init__(
        self,
        controller: Controller,
        *,
        safe_line: Callable[[str], str],
        reasons: Callable[[Attribution], Sequence[str]] | None = None,
    ) -> None:
        self.controller = controller
        self._safe = safe_line
        self._reasons = reasons or (lambda attribution: attribution.why)
        self._harmless = lru_cache(maxsize=8)(self._harmless_text)

    def draw(self, width: int, height: int) -> list[Text]:
        """Return exactly `height` lines of at most `width` cells."""
        from rich.text import Text

        if width < MIN_WIDTH or height < MIN_HEIGHT:
            note = f"Too small: needs {MIN_WIDTH}x{MIN_HEIGHT}, better 80x24."
            lines = [Text(note)]
        else:
            lines = self._lines(width, height)
        lines += [Text("")] * (height - len(lines))
        return [self._door(line, width) for line in lines[:height]]

    def plain(self, width: int, height: int) -> str:
        """Return the screen as plain text, without spaces at line ends."""
        return "\n".join(line.plain.rstrip() for line in self.draw(width, height)) + "\n"

    def harmless_line(self, line: str) -> str:
        """Return one line of text as it may be sent to a terminal."""
        return self._safe(line)

    def _door(self, line: Text, width: int) -> Text:
        from rich.text import Text

        shown = self._safe(line.plain)
        if shown != line.plain:
            line = Text(shown, style=line.style, spans=line.spans)
        if line.cell_len > width:
            line.truncate(width, overflow="ellipsis")
        return line

    def _harmless_text(self, text: str) -> str:
        """Return the article's text harmless and as long as it was, newlines kept."""
        return "\n".join(self._safe(line) for line in text.replace("\t", " ").split("\n"))

    # The parts of the screen, from top to bottom

    def _lines(self, width: int, height: int) -> list[Text]:
        top = self._head(width)
        session = self.controller.session
        bottom = self._panel(width, height)
        if not bottom:
            bottom = self._about_page(width) if session.on_page else self._answers(width, height)
        bottom += [self._message(), *self._keys(width)]
        space = max(height - len(top) - len(bottom) - 2, 2)
        passage = self._passage(width, space)
        # Scrolling beyond either end of the article is not kept, so that the way back takes no longer.
        scroll = self.controller.scroll
        self.controller.scroll = max(min(passage.top, scroll), 0) if scroll > 0 else min(max(passage.top, scroll), 0)
        rows = [*top, _rule(width, "↑ more above" if passage.more_above else ""), *passage.lines]
        rows += [_blank()] * (space - len(passage.lines))
        return [*rows, _rule(width, "↓ more below" if passage.more_below else ""), *bottom]

    def _head(self, width: int) -> list[Text]:
        from rich.text import Text

        session = self.controller.session
        total = len(session.entries)
        done = total - session.remaining
        left = f"Sayso review · {session.log.annotator} · {done:,} of {total:,} done"
        progress = _spread(left, session.pace.tell(session.remaining), width)
        article = session.article
        facts = [f"#{session.index + 1}", article.id, article.title or "", article.date or "", article.publisher or ""]
        if session.on_page:
            notes = ["whole article", "complete" if session.article_complete else "not marked complete"]
        else:
            state = session.state
            notes = [STATUS_WORDS[state.status]]
            notes += ["asked again"] if session.entry.recheck else []
            notes += ["blind"] if session.blind else []
            notes += ["! flagged"] if state.flagged else []
            notes += ["article complete"] if session.article_complete else []
        place = _spread(" · ".join(fact for fact in facts if fact), " · ".join(notes), width)
        return [Text(progress, style="bold reverse"), Text(place, style="bold")]

    def passage_text(self) -> str:
        """Return the text of the article at hand, harmless, of the same length."""
        return self._harmless(self.controller.session.article.text)

    def _passage(self, width: int, height: int) -> Passage:
        session, panel = self.controller.session, self.controller.panel
        if session.on_page:
            return self._page(width, height)
        sight = session.sight
        marks = item_marks(sight)
        focus = TextSpan(sight.content[0].start, sight.content[-1].end)
        selecting = isinstance(panel, Selecting)
        if self.controller.others_shown or (isinstance(panel, Selecting) and panel.purpose == "missed"):
            marks += _other_marks(sight, [other for _, other in session.others()])
        if isinstance(panel, Selecting):
            words = session.words()
            span = panel.span(words)
            marks.append(Mark(span, "cursor"))
            focus = TextSpan(words.starts[panel.cursor], words.ends[panel.cursor])
        elif session.edge.part != "content" or len(sight.content) > 1:
            # Which boundary the keys move is seen only where there is a choice and the reviewer made it.
            if self.controller.session.edge != session.edges()[0]:
                marks.append(Mark(session.edge.span, "cursor"))
        scroll = 0 if selecting else self.controller.scroll
        return draw_passage(
            self.passage_text(), marks, focus=focus, width=width, height=height, scroll=scroll, spaced=height >= 16
        )

    def _page(self, width: int, height: int) -> Passage:
        """Return the lines of the whole article, each quotation with its number, the chosen one marked like an item."""
        session, panel = self.controller.session, self.controller.panel
        chosen = session.chosen
        marks = [
            Mark(span, "other", number)
            for number, (_, seen) in enumerate(session.others(), start=1)
            if chosen is None or number - 1 != session.target
            for span in seen.content
        ]
        focus = TextSpan(0, max(len(session.article.text), 1))
        if chosen is not None:
            marks += item_marks(chosen)
            focus = TextSpan(chosen.content[0].start, chosen.content[-1].end)
        scroll = self.controller.scroll
        if isinstance(panel, Selecting):
            words = session.words()
            marks.append(Mark(panel.span(words), "cursor"))
            focus, scroll = TextSpan(words.starts[panel.cursor], words.ends[panel.cursor]), 0
        return draw_passage(
            self.passage_text(), marks, focus=focus, width=width, height=height, scroll=scroll, spaced=height >= 16
        )

    def page_lines(self, width: int) -> list[Text]:
        """Return all lines of the article at hand with its quotations numbered, folded to the width."""
        session = self.controller.session
        marks = [
            Mark(span, "other", number)
            for number, (_, seen) in enumerate(session.others(), start=1)
            for span in seen.content
        ]
        return marked_lines(self.passage_text(), marks, TextSpan(0, max(len(session.article.text), 1)), width)

    def _about_page(self, width: int) -> list[Text]:
        """Return what is known of the article as a whole, and what its page is for."""
        from rich.text import Text

        session, keys = self.controller.session, self.controller.keys
        found, waiting = session.count(session.article.id)
        told = tell_count(found, waiting)
        lines = [_labelled("Found", Text(told))]
        if session.chosen is not None:
            at = session.target
            item, seen = session.others()[at]
            named = "" if seen.speaker is None or seen.speaker.name is None else f"{seen.speaker.name}: "
            lines.append(_labelled(f"Number {at + 1}", Text(f"{named}{item.attribution.content}")))
            lines.append(_labelled("", Text(f"{keys.first_key('grow-right')} opens it", style="dim")))
        if session.article_complete:
            return [*lines, _labelled("Complete", Text("you said that no quotation is missed"))]
        add, done = keys.first_key("missed"), keys.first_key("accept")
        told = f"{add} adds a missed quotation; {done} says that none is missed, and goes on"
        return [*lines, _labelled("Missed?", Text(told))]

    def _answers(self, width: int, height: int) -> list[Text]:
        from rich.text import Text

        session = self.controller.session
        sight, found = session.sight, session.item.attribution
        lines = [_labelled("Speaker", self._speaker(sight, found))]
        offers = [f"{offer.answer.name}" for offer in session.offers()]
        key = self.controller.keys.first_key("speaker")
        lines.append(Text(f"         or ({key}): {', '.join(offers) or 'nobody else is named'}", style="dim"))
        kind = _answer(sight.kind, sight.kind_given)
        sure = "" if session.blind else f"   sure {found.confidence:.2f}   {found.origin}"
        lines.append(_labelled("Kind", kind.append(sure, style="dim")))
        opinions = session.opinions.get(session.item.id, ())
        lines += [_labelled("" if row else "Others", Text(line)) for row, line in enumerate(opinions[:MAX_OPINIONS])]
        if not session.blind and not opinions:
            lines += self._why(found, width, 3 if height >= TALL else 1)
        if session.state.note:
            lines.append(_labelled("Note", Text(session.state.note)))
        return lines + self._targets(sight, width, height)

    def _speaker(self, sight: Sight, found: Attribution) -> Text:
        from rich.text import Text

        if sight.speaker is None:
            return Text("not answered" if self.controller.session.blind else "unknown?", style="bold")
        if sight.speaker.name is None:
            return Text("nobody can tell", style="bold")
        line = _answer(sight.speaker.name, sight.speaker_given, style="bold").append(f" ({sight.speaker.type})")
        if not sight.speaker_given and found.speaker is not None:
            line.append(f"   by {found.speaker.how}, sure {found.speaker.confidence:.2f}", style="dim")
        return line

    def _why(self, found: Attribution, width: int, rows: int) -> list[Text]:
        from rich.text import Text

        told = self._safe("; ".join(self._reasons(found)))
        pieces = fold(told, width - 10)
        shown = [told[start:end] for start, end in pieces[:rows]]
        if len(pieces) > rows:
            shown[-1] += " …"
        return [_labelled("" if row else "Why", Text(line, style="dim")) for row, line in enumerate(shown)]

    def _targets(self, sight: Sight, width: int, height: int) -> list[Text]:
        stances = sight.stances
        chosen = self.controller.session.target % len(stances) if stances else 0
        if height >= TALL or width < TWO_COLUMNS or len(stances) < 4:
            return [
                self._target(number, stance, number - 1 == chosen, detailed=True)
                for number, stance in enumerate(stances, start=1)
            ]
        rows = (len(stances) + 1) // 2
        column = width // 2
        lines = []
        for row in range(rows):
            line = self._target(row + 1, stances[row], row == chosen, detailed=False)
            line.truncate(column)
            line.pad_right(column - line.cell_len)
            if row + rows < len(stances):
                right = self._target(row + rows + 1, stances[row + rows], row + rows == chosen, detailed=False)
                line.append_text(right)
            lines.append(line)
        return lines

    def _target(self, number: int, stance: StanceSight, chosen: bool, *, detailed: bool) -> Text:
        from rich.text import Text

        line = Text()
        shown = stance.target if len(stance.target) <= 24 else stance.target[:23] + "…"
        line.append(f"{'▸' if chosen else ' '}{number} {shown:<24} ", style="bold" if chosen else "")
        if stance.label is None:
            line.append("–" if stance.given else "·", style="" if stance.given else "dim")
        else:
            line.append_text(_answer(stance.label, stance.given, style=LABEL_STYLES[stance.label]))
            if not stance.given and stance.suggested is not None:
                line.append(f" {stance.suggested.confidence:.2f}".replace(" 0.", " ."), style="dim")
            if stance.flags:
                line.append(f" {', '.join(stance.flags)}")
        if detailed and stance.suggested is not None:
            line.pad_right(max(44 - line.cell_len, 2))
            line.append(self._suggested(stance.suggested), style="dim")
        return line

    def _suggested(self, stance: Stance) -> str:
        reasons = [code for code in self.controller.session.item.attribution.why if stance.target in code]
        flags = "".join(f", {flag}" for flag in stance.flags)
        told = f"suggested {stance.label}{flags} {stance.confidence:.2f}, {stance.origin}"
        return f"{told}: {'; '.join(reasons)}" if reasons else told

    def _panel(self, width: int, height: int) -> list[Text]:
        panel = self.controller.panel
        if panel is None:
            return []
        room = max(int(height * PANEL_SHARE), 5)
        if isinstance(panel, Reading):
            return _reading(panel, width, height - 8)
        if isinstance(panel, Typing):
            return [_title(TYPING_TITLES[panel.purpose]), _typed(panel.text)]
        if isinstance(panel, PickFound):
            return self._found(panel, room)
        if isinstance(panel, PickArticle):
            return self._articles(panel, room)
        if isinstance(panel, Selecting):
            return [_title(SELECTING_TITLES[panel.purpose])]
        return self._speakers(panel, room)

    def _speakers(self, panel: PickSpeaker, room: int) -> list[Text]:
        rows = self.controller.speaker_rows(panel)
        at = min(panel.at, len(rows) - 1)
        first, shown = _window(rows, at, room - 2)
        lines = [_title("Who speaks? (↑ from the top: nobody can tell)"), _typed(panel.text)]
        return lines + [_row(number, _offered(offer), number == at) for number, offer in enumerate(shown, start=first)]

    def _found(self, panel: PickFound, room: int) -> list[Text]:
        session = self.controller.session
        first, shown = _window(panel.places, panel.at, room - 1)
        lines = [_title(f"{len(panel.places)} found for: {panel.words}")]
        for number, place in enumerate(shown, start=first):
            state = session.state_of(session.entries[place])
            told = f"#{place + 1} {STATUS_WORDS[state.status]}: {state.attribution.content}"
            lines.append(_row(number, told, number == panel.at))
        return lines

    def _articles(self, panel: PickArticle, room: int) -> list[Text]:
        session = self.controller.session
        rows = self.controller.article_rows(panel)
        at = min(panel.at, len(rows) - 1)
        first, shown = _window(rows, at, room - 2)
        from rich.text import Text

        lines = [_title(f"Articles: {len(rows):,} of {len(session.articles):,}"), _typed(panel.text)]
        for number, article in enumerate(shown, start=first):
            complete = ", complete" if session.is_complete(article.id) else ""
            facts = " · ".join(fact for fact in (article.id, article.date, article.title) if fact)
            told = f"{tell_count(*session.count(article.id))}{complete} · {facts}"
            lines.append(_title(f"▸ {told}") if number == at else Text(f"  {told}"))
        return lines

    def _message(self) -> Text:
        from rich.text import Text

        return Text(self.controller.message, style="bold italic")

    def _keys(self, width: int) -> list[Text]:
        """Return the two lines that name the keys of the moment."""
        from rich.text import Text

        panel = self.controller.panel
        if isinstance(panel, Selecting):
            told = SELECTING_KEYS.get(panel.purpose, PANEL_KEYS[Selecting]).split(" · ")
        elif panel is not None:
            told = PANEL_KEYS[type(panel)].split(" · ")
        else:
            keys = self.controller.keys
            told = [f"{keys.first_key(action.name)} {action.short}" for action in ACTIONS if action.short]
            more = [f"{keys.first_key(name)} {short}" for name, short in MORE_KEYS]
            told = [*told[:-2], *more, *told[-2:]]
            if self.controller.session.on_page:
                told = [f"{keys.first_key(name)} {short}" for name, short in PAGE_KEYS]
        if len("  ".join(told)) <= width:
            return [Text("  ".join(told), style="dim"), _blank()]
        # The last two are the way to all others and the way out: they stay, whatever else finds no room.
        kept = "  ".join(told[-2:])
        lines = ["", ""]
        row = 0
        for entry in told[:-2]:
            room = width - (len(kept) + 2 if row else 0)
            if len(lines[row]) + 2 + len(entry) > room:
                if row:
                    break
                row = 1
            lines[row] += ("  " if lines[row] else "") + entry
        lines[1] += ("  " if lines[1] else "") + kept
        return [Text(line, style="dim") for line in lines]


def item_marks(sight: Sight) -> list[Mark]:
    """Return the marks of an item's content, cue and source."""
    marks = [Mark(span, "content") for span in sight.content]
    return marks + [Mark(span, "cue") for span in sight.cue] + [Mark(span, "source") for span in sight.source]


def tell_count(found: int, waiting: int) -> str:
    """Return how many quotations an article has and how many of them wait, in words."""
    if not found and not waiting:
        return "no quotation"
    return f"{found} quotation{'s' * (found != 1)}, " + (f"{waiting} open" if waiting else "all answered")


def _other_marks(sight: Sight, others: Sequence[Sight]) -> list[Mark]:
    """Return the marks of the article's other quotations; the one at hand counts in their numbers."""
    ordered = sorted([sight, *others], key=lambda one: (one.content[0].start, one.content[-1].end))
    return [
        Mark(span, "other", number)
        for number, one in enumerate(ordered, start=1)
        if one is not sight
        for span in one.content
    ]


def _answer(text: str, given: bool, *, style: str = "") -> Text:
    """Return an answer, with a question mark while it is only suggested."""
    from rich.text import Text

    return Text(text + ("" if given else "?"), style=style, end="")


def _labelled(label: str, value: Text) -> Text:
    from rich.text import Text

    line = Text(f"{label:<9}", style="")
    return line.append_text(value)


def _blank() -> Text:
    from rich.text import Text

    return Text("")


def _rule(width: int, note: str) -> Text:
    from rich.text import Text

    return Text(f"── {note} ".ljust(width, "─") if note else "─" * width, style="dim")


def _title(text: str) -> Text:
    from rich.text import Text

    return Text(text, style="bold")


def _typed(text: str) -> Text:
    from rich.text import Text

    return Text(f"> {text}").append("▏")


def _row(number: int, text: str, chosen: bool) -> Text:
    from rich.text import Text

    shortcut = f"{number + 1} " if number < 9 else "  "
    return Text(f"{'▸' if chosen else ' '}{shortcut}{text}", style="bold" if chosen else "")


def _offered(offer: Offer) -> str:
    return f"{offer.label}   {offer.origin}" if offer.origin else offer.label


def _window(rows: Sequence[object], at: int, size: int) -> tuple[int, list]:  # type: ignore[type-arg]
    first = max(0, min(at - size // 2, len(rows) - size))
    return first, list(rows[first : first + size])


def _reading(panel: Reading, width: int, room: int) -> list[Text]:
    from rich.text import Text

    folded = []
    for line in panel.lines[panel.scroll :]:
        # In a table of two columns what is folded stands under the second one.
        columns = COLUMN.match(line)
        if columns is not None and columns.end() < width // 2:
            first = hang = columns.end()
        else:
            first = len(line) - len(line.lstrip())
            hang = first + 2
        body = line[first:].rstrip()
        for number, (start, end) in enumerate(fold(body, max(width - hang, 10))):
            folded.append((" " * hang if number else line[:first]) + body[start:end])
        if len(folded) > room:
            break
    more = " (more below)" if len(folded) > room - 1 else ""
    return [_title(panel.title + more), *(Text(line) for line in folded[: room - 1])]


def _spread(left: str, right: str, width: int) -> str:
    """Return both texts on one line, the left one shortened where they meet."""
    from rich.cells import cell_len, set_cell_size

    room = width - cell_len(right) - 2
    if cell_len(left) > room:
        left = set_cell_size(left, max(room - 1, 0)) + "…"
    return set_cell_size(left, max(room, 0)) + "  " + right
