"""From keys to a session: what each key does now, and which panel is open. Knows nothing of terminals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from sayso.attribution.types import Article, SpeakerType, TextSpan

from .guide import guideline_lines, help_lines
from .keys import DIGITS, PAGE_ACTIONS, KeyMap
from .session import Session
from .speakers import NOBODY, Offer, next_type, typed_offer
from .words import Words

Selection = Literal["missed", "split", "cue", "source"]
Typed = Literal["note", "jump", "search"]
PARAGRAPH_KEYS = {"up": -1, "down": 1}
# Words that PgUp and PgDn jump over while words are selected.
FAR = 40


@dataclass(frozen=True, slots=True)
class Typing:
    """A line being typed: a note, where to jump, what to search."""

    purpose: Typed
    text: str = ""


@dataclass(frozen=True, slots=True)
class PickSpeaker:
    """The list of speakers, narrowed down by what is typed; `type` is that of a new name."""

    offers: tuple[Offer, ...]
    text: str = ""
    at: int = 0
    type: SpeakerType = "person"


@dataclass(frozen=True, slots=True)
class PickFound:
    """What a search found, by place in the queue."""

    words: str
    places: tuple[int, ...]
    at: int = 0


@dataclass(frozen=True, slots=True)
class PickArticle:
    """The list of all articles, narrowed down by what is typed."""

    text: str = ""
    at: int = 0


@dataclass(frozen=True, slots=True)
class Selecting:
    """Words being chosen in the article: from `first` (None: not set yet) to the cursor."""

    purpose: Selection
    cursor: int
    first: int | None = None

    def span(self, words: Words) -> TextSpan:
        """Return the characters chosen so far."""
        return words.span(self.cursor if self.first is None else self.first, self.cursor)


@dataclass(frozen=True, slots=True)
class Reading:
    """A page to read: guidelines or help."""

    title: str
    lines: tuple[str, ...] = field(repr=False)
    scroll: int = 0


Panel = Typing | PickSpeaker | PickFound | PickArticle | Selecting | Reading


class Controller:
    """The state of the screen around a session: `press` takes one key; drawing reads the rest."""

    def __init__(self, session: Session, keys: KeyMap) -> None:
        self.session = session
        self.keys = keys
        self.panel: Panel | None = None
        self.message = ""
        self.scroll = 0
        self.others_shown = False
        self._came_from: str | None = None  # the item from which its article's page was opened
        self.done = False
        """The reviewer wants to leave."""
        self._actions: dict[str, Callable[[], str | None]] = {
            "accept": session.accept,
            "reject": session.reject,
            "skip": session.skip,
            "flag": session.toggle_flag,
            "note": lambda: self._open(Typing("note", session.state.note or "")),
            "complete": session.toggle_complete,
            "undo": session.undo,
            "redo": session.redo,
            "favor": lambda: session.label("favor"),
            "against": lambda: session.label("against"),
            "neutral": lambda: session.label("neutral"),
            "unclear": lambda: session.label("unclear"),
            "none": lambda: session.label(None),
            "stance-flag": session.next_stance_flag,
            "next-target": lambda: session.choose_target(session.target + 1),
            "previous-target": lambda: session.choose_target(session.target - 1),
            "speaker": self._pick_speaker,
            "kind": session.next_kind,
            "grow-left": lambda: session.move_boundary("left", out=True),
            "grow-right": self._grow_right,
            "shrink-left": lambda: session.move_boundary("left", out=False),
            "shrink-right": lambda: session.move_boundary("right", out=False),
            "edge": session.next_edge,
            "cue": lambda: self._select("cue"),
            "source": lambda: self._select("source"),
            "split": lambda: self._select("split"),
            "merge": session.merge,
            "missed": lambda: self._select("missed"),
            "next": lambda: session.step(1),
            "previous": lambda: session.step(-1),
            "jump": lambda: self._open(Typing("jump")),
            "search": lambda: self._open(Typing("search")),
            "page": self._turn_page,
            "articles": self._list_articles,
            "scroll-down": lambda: self._scroll(1),
            "scroll-up": lambda: self._scroll(-1),
            "others": self._toggle_others,
            "guidelines": self._guidelines,
            "help": lambda: self._open(Reading("Keys", tuple(help_lines(keys)))),
            "quit": self._quit,
        }

    def press(self, key: str) -> None:
        """Do what the key means now: a visible character itself, or a name such as `enter`, `space`, `shift+left`."""
        self.message = ""
        if self.panel is not None:
            self._press_in_panel(key)
        elif key in DIGITS and self.session.on_page:
            self.message = self.session.open_quotation(int(key) - 1) or ""
        elif key in DIGITS and int(key) <= len(self.session.sight.stances):
            self.session.choose_target(int(key) - 1)
        elif (action := self.keys.action_of(key)) is not None:
            self.act(action)
        elif key != "escape":
            self.message = f"The key {key} does nothing; {self.keys.first_key('help')} shows all keys."

    def act(self, action: str) -> None:
        """Do the action of this name."""
        refused = self.refusal(action)
        if refused is not None:
            self.message = refused
            return
        at, target = self.session.entry, self.session.target
        self.message = self._actions[action]() or ""
        if self.session.entry != at or (self.session.on_page and self.session.target != target):
            self.scroll = 0

    def refusal(self, action: str) -> str | None:
        """Return why the action means nothing now: a whole article is at hand, and it is about one quotation."""
        if not self.session.on_page or action in PAGE_ACTIONS:
            return None
        return (
            f"This is a whole article: {self.keys.first_key('missed')} adds a missed quotation, "
            f"{self.keys.first_key('accept')} says that none is missed."
        )

    def paste(self, text: str) -> None:
        """Put pasted text where a line is being typed; nowhere else does it mean anything."""
        if isinstance(self.panel, Typing):
            self.panel = replace(self.panel, text=self.panel.text + " ".join(text.split()))
        elif isinstance(self.panel, PickSpeaker):
            self._retype(self.panel, self.panel.text + " ".join(text.split()))

    def speaker_rows(self, panel: PickSpeaker) -> list[Offer]:
        """Return the lines of the list: who fits what is typed, the name as typed, and that nobody can tell."""
        rows = self.session.speakers.complete(panel.text, panel.offers)
        new = typed_offer(panel.text, panel.type)
        typed = [] if new is None else [new]
        if new is not None and "nobody can tell".startswith(panel.text.strip().casefold()):
            return [*rows, NOBODY, *typed]
        return [*rows, *typed, NOBODY]

    # Panels

    def _open(self, panel: Panel) -> None:
        self.panel = panel

    def article_rows(self, panel: PickArticle) -> list[Article]:
        """Return the articles whose id, title, publisher or date has every word typed."""
        wanted = panel.text.casefold().split()
        return [one for one in self.session.articles if all(word in _facts(one) for word in wanted)]

    def _turn_page(self) -> str | None:
        if not self.session.on_page:
            self._came_from = self.session.entry.item_id
            self.session.open_page(self.session.article.id)
            return None
        place = self.session.place_of(self._came_from) if self._came_from is not None else None
        if place is None:
            return f"{self.keys.first_key('next')} goes to the next item of the queue."
        self.session.go_to(place)
        return None

    def _list_articles(self) -> None:
        ids = [article.id for article in self.session.articles]
        self._open(PickArticle(at=ids.index(self.session.article.id)))

    def _quit(self) -> None:
        self.done = True

    def _toggle_others(self) -> str:
        self.others_shown = not self.others_shown
        return "The article's other quotations are " + ("shown, with numbers." if self.others_shown else "hidden.")

    def _scroll(self, by: int) -> None:
        self.scroll += by * 5

    def _guidelines(self) -> None:
        target = self.session.target_at_hand
        codebook = self.session.codebook
        self._open(Reading(f"Guidelines · {codebook.id} {codebook.version}", tuple(guideline_lines(codebook, target))))

    def _grow_right(self) -> str | None:
        if self.session.on_page:
            if self.session.target < 0:
                return f"Choose a quotation first: {self.keys.first_key('next-target')}, or its number."
            return self.session.open_quotation(self.session.target)
        return self.session.move_boundary("right", out=True)

    def _pick_speaker(self) -> None:
        self._open(PickSpeaker(tuple(self.session.offers())))

    def _select(self, purpose: Selection) -> str | None:
        words = self.session.words()
        if not len(words):
            return "The article has no words."
        if self.session.on_page:
            chosen = self.session.chosen
            self._open(Selecting(purpose, 0 if chosen is None else words.at(chosen.content[-1].end)))
            return None
        sight = self.session.sight
        start, end = sight.content[0].start, sight.content[-1].end
        if purpose == "split":
            cursor = words.at(start + (end - start) // 2)
        elif purpose == "missed":
            cursor = words.at(end)
        else:
            there = sight.cue if purpose == "cue" else sight.source
            cursor = words.at(there[0].start if there else end)
        self._open(Selecting(purpose, cursor))
        return None

    def _press_in_panel(self, key: str) -> None:
        panel = self.panel
        if key in ("escape", "ctrl+c"):
            self.panel = None
        elif isinstance(panel, Typing):
            self._press_typing(panel, key)
        elif isinstance(panel, PickSpeaker):
            self._press_speaker(panel, key)
        elif isinstance(panel, PickFound):
            self._press_found(panel, key)
        elif isinstance(panel, PickArticle):
            self._press_article(panel, key)
        elif isinstance(panel, Selecting):
            self._press_selecting(panel, key)
        elif isinstance(panel, Reading):
            self._press_reading(panel, key)

    def _press_typing(self, panel: Typing, key: str) -> None:
        if key != "enter":
            self.panel = replace(panel, text=edit_line(panel.text, key))
            return
        self.panel = None
        at = self.session.entry
        if panel.purpose == "note":
            self.message = self.session.write_note(panel.text) or ""
        elif panel.purpose == "jump":
            self.message = self.session.jump(panel.text) or ""
        elif found := self.session.search(panel.text):
            self.panel = PickFound(panel.text, tuple(found))
        elif panel.text.strip():
            self.message = f"Nothing found for {panel.text!r}."
        if self.session.entry != at:
            self.scroll = 0

    def _press_speaker(self, panel: PickSpeaker, key: str) -> None:
        rows = self.speaker_rows(panel)
        at = min(panel.at, len(rows) - 1)
        if key in ("up", "down"):
            self.panel = replace(panel, at=(at + (1 if key == "down" else -1)) % len(rows))
        elif key in ("left", "right") and rows[at].origin == "new":
            self.panel = replace(panel, type=next_type(panel.type))
        elif key == "tab":
            if (name := rows[at].answer.name) is not None:
                self._retype(panel, name)
        elif key == "enter" or (not panel.text and key in DIGITS and int(key) <= len(rows)):
            answer = rows[at if key == "enter" else int(key) - 1].answer
            self.panel = None
            self.message = self.session.name_speaker(answer) or ""
        else:
            self._retype(panel, edit_line(panel.text, key))

    def _retype(self, panel: PickSpeaker, text: str) -> None:
        self.panel = panel if text == panel.text else replace(panel, text=text, at=0)

    def _press_found(self, panel: PickFound, key: str) -> None:
        if key in ("up", "down", "pageup", "pagedown"):
            step = {"up": -1, "down": 1, "pageup": -5, "pagedown": 5}[key]
            self.panel = replace(panel, at=max(0, min(panel.at + step, len(panel.places) - 1)))
        elif key == "enter":
            self.panel = None
            self.scroll = 0
            self.session.go_to(panel.places[panel.at])
        else:
            self.message = "Arrows choose, Enter goes there, Escape leaves."

    def _press_article(self, panel: PickArticle, key: str) -> None:
        rows = self.article_rows(panel)
        step = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}.get(key)
        if step is not None:
            self.panel = replace(panel, at=max(0, min(panel.at + step, len(rows) - 1)))
        elif key != "enter":
            text = edit_line(panel.text, key)
            self.panel = panel if text == panel.text else PickArticle(text)
        elif rows:
            self.panel = None
            self.scroll = 0
            self.session.open_page(rows[min(panel.at, len(rows) - 1)].id)

    def _press_selecting(self, panel: Selecting, key: str) -> None:
        words = self.session.words()
        moves = {"left": -1, "right": 1, "pageup": -FAR, "pagedown": FAR}
        if key in moves:
            cursor = max(0, min(panel.cursor + moves[key], len(words) - 1))
        elif key in PARAGRAPH_KEYS:
            cursor = self._paragraph_word(words, panel.cursor, PARAGRAPH_KEYS[key])
        elif key == "space" and panel.purpose != "split":
            first = panel.cursor if panel.first is None else None
            self.panel = replace(panel, first=first)
            self.message = "Now the last word, then Enter." if first is not None else "Choose the first word again."
            return
        elif key in ("backspace", "delete") and panel.purpose in ("cue", "source"):
            self.panel = None
            self.message = self.session.mark_part(panel.purpose, None) or f"There is no {panel.purpose}."
            return
        elif key == "enter":
            self._selected(panel, words)
            return
        else:
            self.message = "Arrows move by words and paragraphs, Escape leaves."
            return
        self.panel = replace(panel, cursor=cursor)

    def _selected(self, panel: Selecting, words: Words) -> None:
        self.panel = None
        self.scroll = 0
        if panel.purpose == "split":
            self.message = self.session.split(words.starts[panel.cursor]) or ""
        elif panel.purpose == "missed":
            at = self.session.entry
            self.message = self.session.add_missed(panel.span(words)) or ""
            if self.session.entry != at:
                self._pick_speaker()
        else:
            self.message = self.session.mark_part(panel.purpose, panel.span(words)) or ""

    def _paragraph_word(self, words: Words, cursor: int, by: int) -> int:
        """Return the first word of the next or previous line of the article, or of this one going back inside it."""
        text, start = self.session.article.text, words.starts[cursor]
        if by > 0:
            newline = text.find("\n", start)
            return len(words) - 1 if newline < 0 else words.at(newline + 1)
        line = text.rfind("\n", 0, start) + 1
        first = words.at(line)
        if first == cursor and line > 0:
            first = words.at(text.rfind("\n", 0, len(text[:line].rstrip())) + 1)
        return first

    def _press_reading(self, panel: Reading, key: str) -> None:
        steps = {"up": -1, "down": 1, "pageup": -8, "pagedown": 8, "space": 8, "home": -(1 << 20), "end": 1 << 20}
        if key not in steps:
            self.panel = None
            return
        self.panel = replace(panel, scroll=max(0, min(panel.scroll + steps[key], len(panel.lines) - 1)))


def _facts(article: Article) -> str:
    return " ".join(fact for fact in (article.id, article.title, article.publisher, article.date) if fact).casefold()


def edit_line(text: str, key: str) -> str:
    """Return the typed line after one key; keys that mean nothing in a line leave it as it is."""
    if key == "space":
        return text + " "
    if key == "backspace":
        return text[:-1]
    if key == "ctrl+u":
        return ""
    if key == "ctrl+w":
        return text.rstrip()[: text.rstrip().rfind(" ") + 1]
    return text + key if len(key) == 1 and key.isprintable() else text
