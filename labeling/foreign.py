"""Stance corpora of others, read as they are published: NewsMTSC (MIT) and VAST (no licence: for measuring only)."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from sayso.attribution.errors import InputError

from .codebook import LABELS, DecidedLabel
from .passages import Passage
from .terms import fold_word, read_words

ForeignFormat = Literal["newsmtsc", "vast"]
FOREIGN_FORMATS: tuple[ForeignFormat, ...] = get_args(ForeignFormat)

# NewsMTSC's polarity of a mention, and VAST's numbers.
NEWSMTSC_LABELS: dict[float, DecidedLabel] = {2.0: "against", 4.0: "neutral", 6.0: "favor"}
VAST_LABELS: dict[str, DecidedLabel] = {"0": "against", "1": "favor", "2": "neutral"}


@dataclass(frozen=True, slots=True)
class OpenExample:
    """A text, the characters [first, last) of a target named in it (empty where it is not), and its label."""

    id: str
    passage: Passage
    target: str
    first: int
    last: int
    label: DecidedLabel
    group: str
    name: str
    """What the target is called: of a mention its own words, of a topic its name."""


def read_foreign(path: Path, form: ForeignFormat) -> list[OpenExample]:
    """Return the examples of a NewsMTSC or VAST file, as published or as JSON lines with text, target and label.

    Raises InputError with file and line for what is neither, and for a file without examples.
    """
    read = _read_vast if form == "vast" else _read_newsmtsc
    found: list[OpenExample] = []
    for number, record in _records(path):
        try:
            found.extend(read(record, number))
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise InputError(
                f"{path}:{number}: not a record of {form}: {error!r}; give the file as its authors publish it"
            ) from error
    if not found:
        raise InputError(f"{path}: no example in it; give the {form} file as its authors publish it")
    return found


def _read_newsmtsc(record: dict[str, Any], number: int) -> Iterator[OpenExample]:
    if "sentence_normalized" in record:
        text = record["sentence_normalized"]
        for at, target in enumerate(record["targets"]):
            yield OpenExample(
                f"{record.get('primary_gid', number)}-{at}",
                Passage(text),
                target["mention"],
                int(target["from"]),
                int(target["to"]),
                NEWSMTSC_LABELS[float(target["polarity"])],
                text,
                text[int(target["from"]) : int(target["to"])] or target["mention"],
            )
        return
    first, last = record["meta"]["span"]
    yield OpenExample(
        str(record.get("id", number)),
        Passage(record["text"]),
        record["target"],
        first,
        last,
        _label(record["label"]),
        record["text"],
        record["text"][first:last] or record["target"],
    )


def _read_vast(record: dict[str, Any], number: int) -> Iterator[OpenExample]:
    text = record.get("post") or record["text"]
    target = record.get("new_topic") or record.get("topic_str") or record["target"]
    label = VAST_LABELS.get(str(record["label"])) or _label(record["label"])
    first, last = _find_topic(text, target)
    yield OpenExample(str(record.get("id", number)), Passage(text), target, first, last, label, text, target)


def _label(value: Any) -> DecidedLabel:
    for known in LABELS:
        if value == known:
            return known
    raise ValueError(f"label {value!r}, allowed: {', '.join(LABELS)}")


def _find_topic(text: str, topic: str) -> tuple[int, int]:
    """Return the characters of the first word of `topic` in the text that is worth looking for, or (0, 0)."""
    wanted = {fold_word(word) for word in topic.split() if len(word) > 3}
    for word in read_words(text):
        if word.form in wanted:
            return word.start, word.end
    return 0, 0


def _records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            if path.suffix == ".csv":
                for number, row in enumerate(csv.DictReader(stream), start=2):
                    yield number, row
                return
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    record = json.loads(line)
                    if not isinstance(record, dict):
                        raise InputError(f"{path}:{number}: found {type(record).__name__}, expected an object a line")
                    yield number, record
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror or error}); check the path") from error
    except (UnicodeDecodeError, csv.Error, ValueError, RecursionError) as error:
        raise InputError(f"{path}: can't be read as UTF-8 JSON lines or CSV ({error}); check the file") from error
