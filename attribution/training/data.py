"""PolNeAR records in, batches of windows out; articles are varied a little and cut anew in every epoch."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sayso.attribution.decoding import Ints, label_spans
from sayso.attribution.errors import InputError
from sayso.attribution.gold import GoldDocument
from sayso.attribution.pieces import CLS, SEP, Pieces, cut_windows, read_pieces

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Edit = tuple[int, int, str]
Ranges = list[tuple[str, int, int]]


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows padded to the longest: arrays [window, piece], labels for the tags, and one row for each cue."""

    ids: Ints
    case: Ints
    quote: Ints
    breaks: Ints
    lengths: Ints
    tags: Ints
    rows: Ints
    cues: Ints
    links: Ints
    labelled: bool = True
    """False for texts that nobody annotated: no label means nothing there."""


def cut_batches(
    documents: Sequence[GoldDocument],
    tokenizer: Tokenizer,
    rng: random.Random,
    *,
    size: int,
    pieces_per_batch: int,
    vary: float,
    labelled: bool = True,
) -> Iterator[Batch]:
    """Yield one epoch's batches in random order; `vary` is the share of articles whose typography is changed."""
    windows = []
    for document in documents:
        text, spans = vary_text(document, rng) if rng.random() < vary else (document.text, _spans(document))
        pieces = read_pieces(text, tokenizer)
        placed = [[(role, *_place(pieces, a, b)) for role, a, b in group] for group in spans]
        for begin, end in cut_windows(pieces, size - 2, first=rng.randint(size // 3, size - 2)):
            windows.append(_window(pieces, placed, begin, end))
    windows.sort(key=lambda window: len(window[0]) + rng.random() * 8)
    batches: list[list[tuple[Pieces, Ranges, list[tuple[int, Ranges]]]]] = [[]]
    for window in windows:
        longest = max([len(window[0]) + 2, *(len(w[0]) + 2 for w in batches[-1])])
        if longest * (len(batches[-1]) + 1) > pieces_per_batch and batches[-1]:
            batches.append([])
        batches[-1].append(window)
    rng.shuffle(batches)
    for batch in filter(None, batches):
        yield replace(_batch(batch), labelled=labelled)


def read_texts(path: Path) -> list[GoldDocument]:
    """Return the different texts of the JSON lines at `path` as documents without annotations.

    Raises InputError for a line without a text.
    """
    texts: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            text = json.loads(line)["text"]
        except (ValueError, KeyError, TypeError):
            text = None
        if not isinstance(text, str) or not text.strip():
            raise InputError(f"{path}:{number}: expected an object with a text, found {line[:40]!r}")
        texts.setdefault(text, f"{path.name}:{number}")
    return [GoldDocument(name, text, ()) for text, name in texts.items()]


def _spans(document: GoldDocument) -> list[Ranges]:
    return [
        [
            *(("cue", s.start, s.end) for s in a.cue),
            *(("source", s.start, s.end) for s in a.source),
            *(("content", s.start, s.end) for s in a.content),
        ]
        for a in document.attributions
        if a.cue
    ]


def _place(pieces: Pieces, start: int, end: int) -> tuple[int, int]:
    return int(np.searchsorted(pieces.starts, start)), int(np.searchsorted(pieces.starts, end))


def _window(
    pieces: Pieces, groups: list[Ranges], begin: int, end: int
) -> tuple[Pieces, Ranges, list[tuple[int, Ranges]]]:
    """Return the window's pieces, all its spans, and per cue its first piece and spans; counted from [CLS]."""
    part = Pieces(*(getattr(pieces, name)[begin:end] for name in Pieces.__slots__))
    everything: Ranges = []
    cues = []
    for group in groups:
        inside = [
            (role, max(a, begin) - begin + 1, min(b, end) - begin + 1)
            for role, a, b in group
            if max(a, begin) < min(b, end)
        ]
        everything.extend(inside)
        heads = [a for role, a, b in group if role == "cue" and begin <= a < min(b, end)]
        if heads:
            cues.append((heads[0] - begin + 1, inside))
    everything.sort(key=lambda span: ("cue", "source", "content").index(span[0]))
    return part, everything, cues


def _batch(windows: Sequence[tuple[Pieces, Ranges, list[tuple[int, Ranges]]]]) -> Batch:
    lengths = np.asarray([len(part) + 2 for part, _, _ in windows], np.int64)
    longest = int(lengths.max())
    arrays = np.zeros((5, len(windows), longest), np.int64)
    links, rows, cues = [], [], []
    for row, (part, everything, groups) in enumerate(windows):
        n = len(part)
        arrays[0, row, 0], arrays[0, row, n + 1] = CLS, SEP
        for field, values in enumerate((part.ids, part.case, part.quote, part.breaks)):
            arrays[field, row, 1 : n + 1] = values
        arrays[4, row] = label_spans(everything, longest)
        for head, spans in groups:
            rows.append(row)
            cues.append(head)
            links.append(label_spans(spans, longest))
    return Batch(
        arrays[0],
        arrays[1],
        arrays[2],
        arrays[3],
        lengths,
        arrays[4],
        np.asarray(rows, np.int64),
        np.asarray(cues, np.int64),
        np.asarray(links, np.int64).reshape(-1, longest),
    )


# ----------------------------------------------------------------------------------------------------- variations

_OPENING, _CLOSING = "“", "”"


def vary_text(document: GoldDocument, rng: random.Random) -> tuple[str, list[Ranges]]:
    """Return the text with other typography or a few errors, and its spans moved along."""
    choice = rng.choices(
        ("straight", "guillemets", "spacing", "none", "lower", "noise"), weights=(24, 20, 18, 10, 10, 18)
    )[0]
    text = document.text
    if choice == "lower":
        edits = [
            (i, i + 1, c.lower())
            for i, c in enumerate(text)
            if c.isupper() and len(c.lower()) == 1 and rng.random() < 0.5
        ]
    elif choice == "noise":
        edits = list(_noise(text, rng, share=rng.choice((0.005, 0.01, 0.02))))
    else:
        edits = list(_marks(text, rng, choice))
    return _apply(text, edits, _spans(document))


def _marks(text: str, rng: random.Random, choice: str) -> Iterator[Edit]:
    spaced = rng.random() < 0.4
    wrong = rng.random() < 0.3
    for i, c in enumerate(text):
        if c == _OPENING:
            yield from {
                "straight": [(i, i + 1, '"')],
                "guillemets": [(i, i + 1, "« " if spaced else "«")],
                "none": [(i, i + 1, "")],
                "spacing": [(i, i + 1, _CLOSING if wrong else c + (" " if rng.random() < 0.2 else ""))],
            }[choice]
        elif c == _CLOSING:
            if choice == "spacing" and rng.random() < 0.5:
                # ,” wrote -> , ”wrote
                yield (i, i + 1, " " + c if rng.random() < 0.6 else c)
                if text[i + 1 : i + 2] == " " and rng.random() < 0.7:
                    yield (i + 1, i + 2, "")
            else:
                yield from {
                    "straight": [(i, i + 1, '"')],
                    "guillemets": [(i, i + 1, " »" if spaced else "»")],
                    "none": [(i, i + 1, "")],
                    "spacing": [],
                }[choice]
        elif c in "’‘" and choice == "straight":
            yield (i, i + 1, "'")


def _noise(text: str, rng: random.Random, *, share: float) -> Iterator[Edit]:
    for i, c in enumerate(text):
        if c.isalpha() and rng.random() < share:
            yield (
                i,
                i + 1,
                rng.choice(("", c + c, rng.choice("etaoinshrdlu"), c.swapcase() if len(c.swapcase()) == 1 else c)),
            )


def _apply(text: str, edits: list[Edit], groups: list[Ranges]) -> tuple[str, list[Ranges]]:
    """Return the edited text and the spans that its characters moved to; spans that lost all of theirs go."""
    changed, moved = _edit(text, edits)
    result = [[(role, int(moved[a]), int(moved[b])) for role, a, b in group if moved[b] > moved[a]] for group in groups]
    return changed, [group for group in result if any(role == "cue" for role, _, _ in group)]


def _edit(text: str, edits: list[Edit]) -> tuple[str, Ints]:
    parts = []
    moved = np.arange(len(text) + 1)
    at = 0
    shift = 0
    for start, end, new in edits:
        parts.append(text[at:start])
        parts.append(new)
        moved[at : start + 1] += shift
        shift += len(new) - (end - start)
        at = end
    parts.append(text[at:])
    moved[at:] += shift
    return "".join(parts), moved


def change_marks(text: str, rng: random.Random, variant: str) -> tuple[str, Ints]:
    """Return the text with its typographic marks changed as `variant` says, and where each character went."""
    edits = list(_noise(text, rng, share=0.02) if variant == "noise" else _marks(text, rng, variant))
    changed, moved = _edit(text, edits)
    return changed, moved


def moved_by(moved: Ints, place: int) -> int:
    """Return where the character at `place` went."""
    return int(moved[place])
