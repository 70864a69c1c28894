"""Sentence families: a sentence with choices in square brackets, expanded to short quotations that share a label.

Families are how the synthetic training sentences of Sayso are written; `sayso codebook expand` does the same for
your own. All sentences of a family are in one split, so that no wording is both learnt and measured.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Literal, get_args

from sayso.attribution.errors import InputError
from sayso.attribution.types import StanceFlag

from .codebook import LABELS, Codebook, DecidedLabel
from .passages import LabelledPair, Passage

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)
NOT_ADDRESSED = "not-addressed"
FLAGS: tuple[StanceFlag, ...] = get_args(StanceFlag)

CHOICE = re.compile(r"\[([^\[\]]{1,400})\]")
MOST_PER_FAMILY = 7
FAMILY_KEYS = ("id", "text", "stances", "flags", "side", "cue", "context")
SENTENCE_KEYS = (
    "id",
    "family",
    "split",
    "text",
    "context",
    "cue",
    "speaker",
    "side",
    "target",
    "label",
    "flags",
    "synthetic",
)

# Invented people, each of whom speaks for one side; None is nobody's side.
SPEAKERS: Mapping[str | None, Sequence[str]] = {
    "russia": ("Oleg Varnin", "Irina Solkova", "Boris Tremin", "Galina Oryeva", "Pavel Udarin"),
    "west": ("Marta Helvig", "Paul Denner", "Ruth Abbey", "Henri Castal", "Ingrid Nordahl", "Colin Marsh"),
    "ukraine": ("Taras Holub", "Olena Vyshko", "Bohdan Marchuk", "Iryna Lysak"),
    "city": ("Ana Ruiz", "Clara Voss", "Tom Lee"),
    "owners": ("Viktor Brandt", "Edith Kram"),
    "tenants": ("Rosa Lind", "Samir Adel"),
    None: ("Jonas Weller", "Lucia Ferran", "Amit Deol", "Greta Holm"),
}


@dataclass(frozen=True, slots=True)
class Family:
    """A sentence with choices, and what all its readings say: a label for each target, None: not addressed."""

    id: str
    text: str
    stances: Mapping[str, DecidedLabel | None]
    flags: tuple[StanceFlag, ...] = ()
    side: str | None = None
    cue: str | None = None
    context: str = ""


def choose_split(family: str) -> Split:
    """Return the split of a family by the hash of its name: 60 % train, 20 % validation, 20 % test."""
    share = int.from_bytes(hashlib.sha256(f"stance\x1f{family}".encode()).digest()[:8], "big") % 100
    return "train" if share < 60 else "validation" if share < 80 else "test"


def expand_text(text: str, most: int = MOST_PER_FAMILY) -> list[str]:
    """Return up to `most` readings of `text`, spread evenly over all combinations of its choices, none twice."""
    pieces = CHOICE.split(text)
    choices = [piece.split("|") if number % 2 else [piece] for number, piece in enumerate(pieces)]
    total = 1
    for options in choices:
        total *= len(options)
    # A stride without a common divisor visits the combinations in an order that changes every choice early.
    stride = next(step for step in range(max(1, int(total * 0.618)), total + 2) if _coprime(step, total))
    combinations = list(product(*choices)) if total <= 20_000 else None
    if combinations is None:
        raise InputError(f"a family has {total:,} readings, at most 20,000 are allowed; use fewer choices: {text:.60}…")
    readings = ["".join(combinations[number * stride % total]).strip() for number in range(min(most, total))]
    return list(dict.fromkeys(readings))


def _coprime(first: int, second: int) -> bool:
    while second:
        first, second = second, first % second
    return first == 1


def expand_family(family: Family, *, most: int = MOST_PER_FAMILY) -> Iterator[dict[str, Any]]:
    """Yield one record for each reading and target of `family`, keys in the order of `SENTENCE_KEYS`."""
    people = SPEAKERS.get(family.side) or SPEAKERS[None]
    for number, text in enumerate(expand_text(family.text, most)):
        for target, label in family.stances.items():
            yield {
                "id": f"{family.id}-{number + 1}-{target}",
                "family": family.id,
                "split": choose_split(family.id),
                "text": text,
                "context": family.context,
                "cue": family.cue,
                "speaker": people[(len(family.id) + number) % len(people)],
                "side": family.side,
                "target": target,
                "label": label or NOT_ADDRESSED,
                "flags": list(family.flags),
                "synthetic": True,
            }


def read_families(path: Path, codebook: Codebook) -> list[Family]:
    """Return the families of a JSON-lines file; raises InputError with file, line and key, naming what is allowed."""
    families: list[Family] = []
    for number, record in _read_lines(path):
        place = f"{path}:{number}"
        _check_keys(place, record, FAMILY_KEYS, required=("id", "text", "stances"))
        stances: dict[str, DecidedLabel | None] = {}
        if not isinstance(record["stances"], dict) or not record["stances"]:
            raise InputError(f"{place}: 'stances' must be an object of target and label with at least one in it")
        for target, label in record["stances"].items():
            check_target(place, target, codebook)
            stances[target] = check_label(place, label)
        families.append(
            Family(
                id=str(record["id"]),
                text=str(record["text"]),
                stances=stances,
                flags=tuple(record.get("flags", ())),
                side=record.get("side"),
                cue=record.get("cue"),
                context=record.get("context", ""),
            )
        )
    return families


def read_sentences(path: Path, codebook: Codebook) -> list[LabelledPair]:
    """Return the labelled pairs of a JSON-lines file of sentences, as `expand_family` makes and people may write.

    `family` defaults to the text, `split` to the family's own. Raises InputError with file and line for an unknown
    key, target, label or flag, and for a file without sentences.
    """
    pairs: list[LabelledPair] = []
    for number, record in _read_lines(path):
        place = f"{path}:{number}"
        _check_keys(place, record, (*SENTENCE_KEYS, "origin"), required=("text", "target", "label"))
        text, target, flags = record["text"], record["target"], record.get("flags") or ()
        if not isinstance(text, str) or not text.strip():
            raise InputError(f"{place}: 'text' must be a string with something in it, found {text!r:.80}")
        check_target(place, target, codebook)
        for flag in flags:
            if flag not in FLAGS:
                raise InputError(f"{place}: unknown flag {flag!r}; allowed: {', '.join(FLAGS)}")
        family = str(record.get("family") or text)
        split = record.get("split") or choose_split(family)
        if split not in SPLITS:
            raise InputError(f"{place}: unknown split {split!r}; allowed: {', '.join(SPLITS)}")
        speaker, side = record.get("speaker"), record.get("side")
        passage = Passage(text, before=record.get("context") or "", cue=record.get("cue"), speaker=speaker, side=side)
        pairs.append(
            LabelledPair(
                id=str(record.get("id") or f"{path.name}:{number}"),
                passage=passage,
                target=target,
                label=check_label(place, record["label"]),
                family=family,
                split=split,
                flags=tuple(flags),
                origin=str(record.get("origin") or ("synthetic" if record.get("synthetic") else "human")),
            )
        )
    if not pairs:
        raise InputError(f"{path}: no labelled sentence in it; expected JSON lines with text, target and label")
    return pairs


def check_target(place: str, target: Any, codebook: Codebook) -> None:
    """Raise InputError where the codebook has no such target."""
    if target not in codebook.target_ids:
        raise InputError(
            f"{place}: unknown target {target!r}; codebook {codebook.id} has: {', '.join(codebook.target_ids)}"
        )


def check_label(place: str, label: Any) -> DecidedLabel | None:
    """Return the label, None for "not-addressed"; raises InputError for another."""
    if label is None or label == NOT_ADDRESSED:
        return None
    for known in LABELS:
        if label == known:
            return known
    raise InputError(f"{place}: unknown label {label!r}; allowed: {', '.join((*LABELS, NOT_ADDRESSED))}")


def _check_keys(place: str, record: dict[str, Any], allowed: Sequence[str], *, required: Sequence[str]) -> None:
    for key in record:
        if key not in allowed:
            raise InputError(f"{place}: unknown key {key!r}; allowed: {', '.join(allowed)}")
    for key in required:
        if key not in record:
            raise InputError(f"{place}: missing key {key!r}; needed: {', '.join(required)}")


def _read_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror or error}); check the path") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{path}:{number}: not JSON ({error}); one object a line") from error
        if not isinstance(record, dict):
            raise InputError(f"{path}:{number}: found {type(record).__name__}, expected a JSON object a line")
        yield number, record
