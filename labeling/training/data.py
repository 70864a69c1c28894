"""Labelled pairs of every format as inputs of the pair model, and batches of similar length."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sayso.attribution.errors import InputError
from sayso.labeling.codebook import LABELS, DecidedLabel, read_codebook
from sayso.labeling.families import NOT_ADDRESSED, choose_split, expand_family, read_families, read_sentences
from sayso.labeling.foreign import OpenExample, read_foreign
from sayso.labeling.pair import HEADS, head_of
from sayso.labeling.pair_input import Ints, PairInput, make_input
from sayso.labeling.pair_view import PairView, make_open_view, make_views
from sayso.labeling.passages import LabelledPair, Passage

from .recipe import OWN, Data, check_file

if TYPE_CHECKING:
    from tokenizers import Tokenizer

# Which pairs a label says nothing about: UNSCon marks what is negative, and leaves praise and neutrality alone.
NOT_AGAINST: tuple[DecidedLabel, ...] = ("favor", "neutral")
Possible = tuple[DecidedLabel, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """One pair with the labels that its annotation allows; `group` holds wordings of one family or text together."""

    id: str
    view: PairView
    possible: Possible
    group: str


@dataclass(frozen=True, slots=True)
class Learnt:
    """An example as the network sees it."""

    input: PairInput
    head: int
    truth: tuple[float, ...]
    """One for each label that is possible, of `LABELS` in their order."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Padded arrays [row, piece] of pairs of similar length, with head [row] and possible labels [row, label]."""

    chosen: Ints
    """Which examples they are."""
    ids: Ints
    marks: Ints
    heads: Ints
    truth: np.ndarray


def read_examples(data: Data, folder: Path) -> list[Example]:
    """Return the labelled pairs of one file of a recipe, found in `folder` or, of sentences, in the package.

    Raises InputError for a file that is missing, another than the recipe's, or without a pair.
    """
    path = find_data(data, folder)
    check_file(path, data.sha256, InputError)
    if data.format == "sentences" or data.format == "families":
        found = _read_own(path, data)
    elif data.format == "unscon":
        found = _read_unscon(path)
    else:
        found = [_open(example) for example in read_foreign(path, data.format)]
    if data.splits and data.format not in OWN:
        # Texts, not pairs: what is said about one target must not be chosen by what the same text says about another.
        found = [example for example in found if choose_split(example.group) in data.splits]
    if not found:
        raise InputError(f"{path}: no labelled pair in it that names its target")
    return found


def find_data(data: Data, folder: Path) -> Path:
    """Return where a recipe's file is: in `folder`, or for sentences beside the package's own if it is not there."""
    path = folder / data.file
    if data.format in OWN and not path.is_file():
        from importlib.resources import files

        packaged = Path(str(files("sayso.seeds").joinpath("stance", *Path(data.file).parts)))
        return packaged if packaged.is_file() else path
    return path


def _read_own(path: Path, data: Data) -> list[Example]:
    codebook = read_codebook(data.codebook or "")
    if data.format == "families":
        pairs = [
            make_pair(record)
            for family in read_families(path, codebook)
            for record in expand_family(family, most=data.readings)
        ]
    else:
        pairs = read_sentences(path, codebook)
    examples = []
    for pair in pairs:
        if pair.label is None or pair.label == "unclear" or (data.splits and pair.split not in data.splits):
            continue
        for hit, view in make_views(pair.passage, codebook):
            if hit.target == pair.target:
                examples.append(Example(pair.id, view, (pair.label,), pair.family))
    return examples


def make_pair(record: Mapping[str, Any]) -> LabelledPair:
    """Return the pair of one reading of a family, as `expand_family` makes it."""
    passage = Passage(
        record["text"],
        before=record["context"],
        cue=record["cue"],
        speaker=record["speaker"],
        side=record["side"],
    )
    label = None if record["label"] == NOT_ADDRESSED else record["label"]
    return LabelledPair(record["id"], passage, record["target"], label, record["family"], record["split"])


def _open(example: OpenExample) -> Example:
    view = make_open_view(example.passage, example.first, example.last, example.name)
    return Example(example.id, view, (example.label,), example.group)


# How speeches name the countries that UNSCon's codes are for; a code that is missing here is looked for as it is.
COUNTRY_WORDS = {
    "ukraine": ("Ukraine", "Ukrainian", "Kyiv", "Kiev"),
    "russian federation": ("Russian Federation", "Russia", "Russian", "Moscow"),
    "united states of america": ("United States", "American", "Washington", "Americans"),
    "united kingdom": ("United Kingdom", "British", "London"),
    "western": ("Western", "West"),
}
SPACE_BEFORE_MARK = re.compile(r"(?<! ) +([.,;:!?)])")
SPACES = re.compile(r" {2,8}")


def _read_unscon(path: Path) -> list[Example]:
    """Return sentences that are negative about a country, and what is not negative about one that it names."""
    import json

    examples = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            record = json.loads(line)
            text, target, label, name = record["text"], record["target"], record["label"], record["id"]
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{path}:{number}: not a record of UNSCon: {error!r}") from error
        text = SPACES.sub(" ", SPACE_BEFORE_MARK.sub(r"\1", text)).strip()
        asked = [target] if label == "against" else list(COUNTRY_WORDS)
        for country in asked:
            place = _find_country(text, country)
            if place is None and label != "against":
                continue
            first, last = place or (0, 0)
            title = text[first:last] or country.title()
            possible: Possible = ("against",) if label == "against" else NOT_AGAINST
            view = make_open_view(Passage(text), first, last, title)
            examples.append(Example(f"{name}-{country}", view, possible, text))
    return examples


def _find_country(text: str, country: str) -> tuple[int, int] | None:
    places = [
        (match.start(), match.end())
        for word in COUNTRY_WORDS.get(country, (country.title(),))
        for match in re.finditer(rf"\b{re.escape(word)}\b", text)
    ]
    return min(places, default=None)


def make_learnt(examples: Sequence[Example], tokenizer: Tokenizer, *, most: int) -> list[Learnt]:
    """Return the examples as inputs of at most `most` pieces."""
    return [
        Learnt(
            make_input(example.view, tokenizer, most=most),
            HEADS.index(head_of(example.view)),
            tuple(float(label in example.possible) for label in LABELS),
        )
        for example in examples
    ]


def cut_batches(learnt: Sequence[Learnt], rng: random.Random, *, rows: int) -> Iterator[Batch]:
    """Yield all examples once in batches of similar length, in random order."""
    order = list(range(len(learnt)))
    rng.shuffle(order)
    # Lengths are sorted within stretches only, so that batches differ from epoch to epoch.
    stretch = 24 * rows
    batches = []
    for at in range(0, len(order), stretch):
        part = sorted(order[at : at + stretch], key=lambda n: len(learnt[n].input))
        batches += [part[k : k + rows] for k in range(0, len(part), rows)]
    rng.shuffle(batches)
    for chosen in batches:
        yield stack(learnt, chosen)


def stack(learnt: Sequence[Learnt], chosen: Sequence[int]) -> Batch:
    """Return the chosen examples as one batch, padded to the longest."""
    rows = [learnt[n] for n in chosen]
    width = max(len(row.input) for row in rows)
    arrays = np.zeros((2, len(rows), width), np.int64)
    for number, row in enumerate(rows):
        for field, values in enumerate((row.input.ids, row.input.marks)):
            arrays[field, number, : len(values)] = values
    heads = np.asarray([row.head for row in rows], np.int64)
    truth = np.asarray([row.truth for row in rows], np.float32)
    return Batch(np.asarray(chosen, np.int64), arrays[0], arrays[1], heads, truth)
