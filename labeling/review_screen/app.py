"""The review on a full screen, by Textual: one widget that shows what the painter draws, and passes keys on."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.strip import Strip
from textual.widget import Widget

from sayso.attribution.errors import SaysoError

from .controller import Controller
from .drawing import Painter

if TYPE_CHECKING:
    from rich.text import Text

# Textual's names for keys that the same code stands for in every terminal.
SAME_KEYS = {"ctrl+m": "enter", "ctrl+i": "tab", "ctrl+h": "backspace", "ctrl+@": "space"}


class ReviewBoard(Widget, can_focus=True):
    """The whole screen: lines of the painter, drawn again after each key."""

    DEFAULT_CSS = "ReviewBoard { width: 1fr; height: 1fr; }"

    def __init__(self, painter: Painter) -> None:
        super().__init__()
        self.painter = painter
        self._lines: list[Text] = []
        self._drawn_for: tuple[int, int] | None = None

    def redraw(self) -> None:
        """Draw all lines anew at the next refresh."""
        self._drawn_for = None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return line `y` of the screen; the first one asked for draws them all."""
        size = (self.size.width, self.size.height)
        if self._drawn_for != size:
            self._lines = self.painter.draw(*size)
            self._drawn_for = size
        if y >= len(self._lines):
            return Strip.blank(size[0])
        segments = list(self._lines[y].render(self.app.console))
        return Strip([segment for segment in segments if segment.text != "\n"]).adjust_cell_length(size[0])


class ReviewApp(App[None]):
    """The review of one session; returns when the reviewer quits."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []
    TITLE = "Sayso review"

    def __init__(self, controller: Controller, painter: Painter) -> None:
        super().__init__(ansi_color=True)
        self.controller = controller
        self.board = ReviewBoard(painter)
        self.failure: SaysoError | None = None
        """What ended the review: nothing more could be written."""

    def compose(self) -> ComposeResult:
        yield self.board

    def on_mount(self) -> None:
        self.board.focus()

    def on_key(self, event: events.Key) -> None:
        """Pass the key on, and show what came of it."""
        event.stop()
        event.prevent_default()
        # Escape and a key right after it arrive as one; nothing here has a key with Alt.
        if event.key.startswith("alt+"):
            self.press("escape")
            self.press(SAME_KEYS.get(event.key[4:], event.key[4:]))
        else:
            self.press(key_name(event))

    def press(self, key: str) -> None:
        """Do what the key means; an error of the log ends the review, as nothing more can be kept."""
        try:
            self.controller.press(key)
        except SaysoError as error:
            self.failure = error
            self.controller.done = True
        if self.controller.done:
            self.exit()
        else:
            self.board.redraw()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.controller.paste(event.text)
        self.board.redraw()

    async def action_quit(self) -> None:
        """Leave at Textual's own quit key too: every answer is on disk already."""
        self.exit()


def key_name(event: events.Key) -> str:
    """Return the key as the key map has it: the visible character itself, else Textual's name of the key."""
    if event.character is not None and event.is_printable and event.character != " ":
        return event.character
    return SAME_KEYS.get(event.key, event.key)


def run_screen(controller: Controller, painter: Painter) -> None:
    """Run the review until the reviewer quits; raises what ended it otherwise."""
    app = ReviewApp(controller, painter)
    app.run(mouse=False)
    if app.failure is not None:
        raise app.failure
