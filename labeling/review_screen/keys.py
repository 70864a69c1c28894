"""What can be done in a review, and by which key: screen, prompt mode, help and docs are made from this list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from sayso.attribution.errors import ConfigError

Group = Literal["Decide", "Stance", "Speaker and quotation", "Move", "Look up"]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a reviewer can do. `short` is its word in the screen's last lines, if it stands there."""

    name: str
    keys: tuple[str, ...]
    group: Group
    help: str
    short: str | None = None


ACTIONS: tuple[Action, ...] = (
    Action("accept", ("enter",), "Decide", "Take the answer as it stands on the screen, and go on.", "accept"),
    Action("reject", ("x",), "Decide", "Not a quotation: nothing is ascribed to a source here.", "no quote"),
    Action("skip", ("space",), "Decide", "Leave it open and go on; it comes back when the queue is through.", "skip"),
    Action("flag", ("!",), "Decide", "Flag it for a second look, or take the flag away."),
    Action("note", ("t",), "Decide", "Write a note, which adjudicators see."),
    Action("complete", ("d",), "Decide", "The article is complete: no quotation is missed. Again takes it back."),
    Action("undo", ("u",), "Decide", "Undo the last change, also of earlier items and earlier days.", "undo"),
    Action("redo", ("r", "ctrl+r"), "Decide", "Do again what was undone."),
    Action("favor", ("f",), "Stance", "The speaker favors the target; on to the next target.", "favor"),
    Action("against", ("a",), "Stance", "The speaker is against the target; on to the next target.", "against"),
    Action("neutral", ("n",), "Stance", "The target is addressed, no side is taken; on to the next target.", "neutral"),
    Action("unclear", ("c",), "Stance", "The target is addressed, the side can't be told.", "unclear"),
    Action("none", ("-", "backspace"), "Stance", "The target is not addressed.", "none"),
    Action("stance-flag", ("y",), "Stance", "Next remark on the stance: conditional, denial, inferred, none."),
    Action("next-target", ("down", "tab"), "Stance", "Next target; the digits 1 to 9 go to one at once."),
    Action("previous-target", ("up", "shift+tab"), "Stance", "Previous target."),
    Action(
        "speaker",
        ("s",),
        "Speaker and quotation",
        "Wrong speaker: pick from a list, or type with completion.",
        "speaker",
    ),
    Action("kind", ("k",), "Speaker and quotation", "Next kind: direct, indirect, mixed.", "kind"),
    Action(
        "grow-left", ("left", "["), "Speaker and quotation", "Boundary: take in one more word at the left.", "wider"
    ),
    Action("grow-right", ("right", "]"), "Speaker and quotation", "Boundary: take in one more word at the right."),
    Action("shrink-left", ("shift+right", "{"), "Speaker and quotation", "Boundary: leave out the leftmost word."),
    Action("shrink-right", ("shift+left", "}"), "Speaker and quotation", "Boundary: leave out the rightmost word."),
    Action("edge", ("e",), "Speaker and quotation", "Move other boundaries: next piece, then the cue, the source."),
    Action("cue", ("w",), "Speaker and quotation", "Mark the cue anew by selecting words, or take it away."),
    Action("source", ("z",), "Speaker and quotation", "Mark the source anew by selecting words, or take it away."),
    Action("split", ("p",), "Speaker and quotation", "Split into two quotations before a word."),
    Action("merge", ("m",), "Speaker and quotation", "Merge with the next quotation of the article."),
    Action("missed", ("i",), "Speaker and quotation", "Add a missed quotation by selecting its words.", "missed"),
    Action("next", (">", "."), "Move", "Next item, without deciding."),
    Action("previous", ("<", ","), "Move", "Previous item, without deciding."),
    Action("jump", (":", "j"), "Move", "Jump to a number of the queue or an attribution's id."),
    Action("search", ("/",), "Move", "Search contents, speakers and article ids."),
    Action("page", ("b",), "Move", "The whole article: is a quotation missed? Again goes back to the item."),
    Action("articles", ("l",), "Move", "List of all articles, those too where nothing was found."),
    Action("scroll-down", ("pagedown",), "Move", "Read on in the article."),
    Action("scroll-up", ("pageup",), "Move", "Read back in the article."),
    Action("others", ("o",), "Look up", "Show or hide the article's other quotations."),
    Action("guidelines", ("g",), "Look up", "What the codebook says of this target and its labels.", "guide"),
    Action("help", ("?", "f1"), "Look up", "All keys.", "help"),
    Action("quit", ("q", "ctrl+c"), "Move", "End the session; every answer given is already on disk.", "quit"),
)
# What can be done on the page of a whole article, where no item is at hand.
PAGE_ACTIONS = frozenset(
    "accept skip complete undo redo next-target previous-target grow-right missed next previous jump search page "
    "articles scroll-down scroll-up guidelines help quit".split()
)
BY_NAME: Mapping[str, Action] = {action.name: action for action in ACTIONS}
DIGITS = tuple("123456789")

# Textual's names for keys that write no visible character. Every visible character is a key of its own name.
NAMED_KEYS = frozenset(
    [
        *"enter space tab shift+tab backspace delete insert home end pageup pagedown up down left right".split(),
        *(f"shift+{arrow}" for arrow in ("up", "down", "left", "right")),
        *(f"ctrl+{arrow}" for arrow in ("up", "down", "left", "right")),
        *(f"f{number}" for number in range(1, 13)),
        *(f"ctrl+{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"),
    ]
)
# Terminals send the same code for these: ctrl+i is Tab, ctrl+m is Enter, ctrl+h is Backspace.
SAME_CODE = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace"}
RESERVED = {"escape": "it leaves panels", **dict.fromkeys(DIGITS, "digits go to targets")}
SHOWN = {
    "enter": "Enter",
    "space": "Space",
    "tab": "Tab",
    "backspace": "Backspace",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "pageup": "PgUp",
    "pagedown": "PgDn",
}


def show_key(key: str) -> str:
    """Return how a key is written in help and footers: `Shift+←` of `shift+left`, `a` of `a`."""
    head, plus, tail = key.rpartition("+")
    if not plus or not head:
        return SHOWN.get(key, key.upper() if key[0] == "f" and key[1:].isdigit() else key)
    return f"{head.capitalize()}+{SHOWN.get(tail, tail)}"


@dataclass(frozen=True, slots=True)
class KeyMap:
    """Which action each key stands for; made by `KeyMap.of`, which refuses what is ambiguous."""

    actions: Mapping[str, str]
    keys: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, changes: Mapping[str, str | Sequence[str]] | None = None, *, place: str = "[keys]") -> KeyMap:
        """Return the default keys with `changes` (action to its key or keys) in their place.

        ConfigError, naming `place`, for an unknown action or key, a reserved key, an action left without a key, or a
        key that two actions would share, be it a default one.
        """
        keys = {action.name: action.keys for action in ACTIONS}
        for name, given in (changes or {}).items():
            if name not in keys:
                near = get_close_matches(name, keys, n=1)
                cure = f"did you mean {near[0]!r}?" if near else f"allowed: {', '.join(keys)}"
                raise ConfigError(f"{place}: unknown action {name!r}; {cure}")
            listed = (given,) if isinstance(given, str) else tuple(given)
            if not listed:
                raise ConfigError(f"{place}: {name!r} has no key; name at least one")
            keys[name] = tuple(_checked(key, name, place) for key in listed)
        actions: dict[str, str] = {}
        for name, listed in keys.items():
            for key in listed:
                if actions.setdefault(key, name) != name:
                    raise ConfigError(
                        f"{place}: key {key!r} would mean both {actions[key]!r} and {name!r}; give one another key"
                    )
        return cls(actions, keys)

    def action_of(self, key: str) -> str | None:
        """Return the name of the action of `key`, None where it has none."""
        return self.actions.get(key)

    def first_key(self, action: str) -> str:
        """Return how the first key of the action is written."""
        return show_key(self.keys[action][0])


def _checked(key: str, action: str, place: str) -> str:
    named = key.strip().lower() if len(key) > 1 else key
    named = SAME_CODE.get({" ": "space", "\t": "tab"}.get(named, named), named)
    if named in RESERVED:
        raise ConfigError(f"{place}: {action!r} can't have the key {key!r}: {RESERVED[named]}")
    if named in NAMED_KEYS or named in SHOWN or (len(named) == 1 and named.isprintable()):
        return {" ": "space"}.get(named, named)
    near = get_close_matches(named, NAMED_KEYS, n=1)
    cure = f"did you mean {near[0]!r}?" if near else "use one visible character, or a name like enter, f2, ctrl+g, left"
    raise ConfigError(f"{place}: no key {key!r} for {action!r}; {cure}")


def key_rows(keys: KeyMap) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Return per group the rows of keys, action name and help, in the order of the help page."""
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for action in ACTIONS:
        shown = " ".join(show_key(key) for key in keys.keys[action.name])
        groups.setdefault(action.group, []).append((shown, action.name, action.help))
    return list(groups.items())


def key_table() -> str:
    """Return the Markdown table of the default keys, as `docs/review.md` has it."""
    lines = ["| key | action | what it does |", "|---|---|---|"]
    for group, rows in key_rows(KeyMap.of()):
        lines.append(f"| | **{group}** | |")
        for keys, name, text in rows:
            shown = " ".join(f"`{key}`" for key in keys.split(" "))
            lines.append(f"| {shown} | {name} | {text} |")
    return "\n".join(lines)
