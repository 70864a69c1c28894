"""Articles from files, folders, tables and standard input, one after the other; bad records are told and left out."""

from __future__ import annotations

import glob
import hashlib
import logging
import os
import re
import stat
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from .dates import find_copyright_line, find_date_line, find_file_name_date, normalise_date
from .errors import InputError
from .formats import (
    NOT_PACKED,
    SUFFIXES,
    Record,
    Reporter,
    read_parquet,
    read_saved_dataset,
    read_stream,
)
from .language import check_language, find_other_language, language_name
from .read_options import ReadOptions
from .streams import InputStream, StreamError
from .strict_json import has_surrogate
from .types import Article, BadRecord

__all__ = ["ReadOptions", "find_title_line", "input_bytes", "read_articles", "split_text"]

logger = logging.getLogger(__name__)

STANDARD_INPUT = "-"
GLOB_SIGNS = frozenset("*?[")
MOST_ID_CHARS = 512
LONGEST_TITLE = 220

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# A paragraph ends with the blank line below it.
PARAGRAPH_BREAK = re.compile(r"\n[ \t]{0,80}\r?\n")
LINE_BREAK = re.compile(r"\n")
SENTENCE_END = re.compile(r"[.!?…][\"'”’»)]?[ \t]")
WHITE_SPACE = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class _Source:
    """One file, saved dataset or stream: `shown` is how messages name it, `stem` what ids are made of."""

    path: Path | None
    kind: str
    packed: bool
    shown: str
    stem: str


def read_articles(
    inputs: Sequence[str | Path],
    *,
    options: ReadOptions | None = None,
    on_bad: Callable[[BadRecord], None],
    on_progress: Callable[[int], None] | None = None,
) -> Iterator[Article]:
    """Return an iterator over the articles of `inputs`, in the order given; memory stays flat.

    An input is a file (.txt .md .html .jsonl .csv .tsv, also .gz; .parquet), a folder of such files (walked in name
    order, hidden ones left out), a folder saved by the datasets library, a pattern, or "-" for standard input, where
    JSON lines, HTML and plain text are told apart. A file named twice is read once. Texts are kept exactly as read.

    Ids are the records' own, else the file's stem, with "-LINE" (or row) where a file holds many records. A second
    article with a taken id is bad. Texts of more than `options.max_text_chars` come in parts `ID#1`, `ID#2`, …

    Each record that can't be used goes to `on_bad` and the rest goes on; with `options.strict` the first one raises
    InputError. Raises InputError at once for an input that is missing or of an unknown format, ConfigError for an
    unknown language. `on_progress` is told the number of bytes read from disk since it was last called; see
    `input_bytes` for their sum.
    """
    options = options or ReadOptions()
    if not options.any_language:
        check_language(options.language)
    sources = _find_sources(inputs, options, on_bad)
    return _read_sources(sources, options, on_bad, on_progress)


def input_bytes(inputs: Sequence[str | Path]) -> int | None:
    """Return the size of all inputs on disk, or None where one has no size (standard input, a pipe)."""
    total = 0
    for source in _find_sources(inputs, ReadOptions(), lambda _: None):
        if source.path is None or not (source.path.is_file() or source.path.is_dir()):
            return None
        files = source.path.rglob("*") if source.path.is_dir() else (source.path,)
        total += sum(file.stat().st_size for file in files if file.is_file())
    return total


def _read_sources(
    sources: list[_Source],
    options: ReadOptions,
    on_bad: Callable[[BadRecord], None],
    on_progress: Callable[[int], None] | None,
) -> Iterator[Article]:
    taken = _TakenIds()
    for source in sources:
        reporter = Reporter(source.shown, on_bad, options.strict)
        guessed: Counter[str] = Counter()
        if has_surrogate(source.stem):
            reporter.bad("file name is not UTF-8", "rename the file")
            continue
        for record in _read_source(source, options, reporter, on_progress):
            if record.split is not None:
                reporter = Reporter(f"{source.shown}/{record.split}", on_bad, options.strict)
            if record.guessed_encoding is not None:
                guessed[record.guessed_encoding] += 1
            yield from _make_articles(record, source, options, reporter, taken)
        for encoding, count in sorted(guessed.items()):
            logger.warning(
                "%s: not UTF-8; %d %s read as %s (--encoding names another)",
                source.shown,
                count,
                "article" if count == 1 else "articles",
                encoding,
            )


def _read_source(
    source: _Source, options: ReadOptions, reporter: Reporter, on_progress: Callable[[int], None] | None
) -> Iterator[Record]:
    if source.path is not None and source.kind in ("parquet", "dataset"):
        if source.kind == "parquet":
            yield from read_parquet(source.path, options, reporter)
        else:
            yield from read_saved_dataset(
                source.path,
                options,
                lambda split: Reporter(
                    f"{source.shown}/{split}" if split else source.shown, reporter.on_bad, reporter.strict
                ),
            )
        if on_progress is not None:
            on_progress(input_bytes([source.path]) or 0)
        return
    try:
        opened = _open(source)
    except OSError as error:
        reporter.bad(f"can't be read: {error.strerror or error}", "check the file and its permissions")
        return
    with opened as handle:
        try:
            stream = InputStream(
                handle,
                packed=True if source.packed else None,
                encoding=options.encoding,
                max_bytes=options.max_bytes,
                max_ratio=options.max_ratio,
                on_progress=on_progress,
            )
        except StreamError as error:
            reporter.bad(error.reason, error.cure)
            return
        yield from read_stream(stream, source.kind, options, reporter)


def _open(source: _Source) -> AbstractContextManager[BinaryIO]:
    if source.path is None:
        return nullcontext(sys.stdin.buffer)  # not ours to close
    return source.path.open("rb")


def _make_articles(
    record: Record, source: _Source, options: ReadOptions, reporter: Reporter, taken: _TakenIds
) -> Iterator[Article]:
    """Yield the article or the parts that a record makes; reports why where it makes none."""
    article_id = _choose_id(record, source)
    problem = (
        ("id is not usable: it must be a string or a whole number, short and without control characters", "mend the id")
        if article_id is None
        else _find_problem(record.text, options)
    )
    if problem is not None:
        shown = record.text if isinstance(record.text, str) else None
        reporter.bad(*problem, line=record.line, byte_offset=record.byte_offset, article_id=article_id, raw=shown)
        return
    text = record.text
    assert isinstance(text, str)
    assert article_id is not None
    title = _clean(record.title) or find_title_line(text)
    publisher = _clean(record.publisher)
    date = normalise_date(record.date)
    if date is None and (dated := find_date_line(text)):
        date = dated.date
        publisher = publisher or dated.publisher
    if publisher is None and (owned := find_copyright_line(text)):
        publisher = owned.publisher
    # A file name's date is more exact than a copyright line's year.
    if record.line is None and (date is None or len(date) == 4):
        date = find_file_name_date(source.stem) or date
    parts = split_text(text, options.max_text_chars)
    for number, (offset, part) in enumerate(parts, start=1):
        if part.isspace():
            continue  # nobody speaks in a million blanks
        part_id = article_id if len(parts) == 1 else f"{article_id}#{number}"
        earlier = taken.take(part_id, reporter.path, record.line)
        if earlier is not None:
            reporter.bad(
                f"id taken: {part_id!r} is the id of {earlier}",
                "give each article an id of its own (--id-field names the field, else file names count)",
                line=record.line,
                byte_offset=record.byte_offset,
                article_id=part_id,
                raw=part,
            )
            return
        yield Article(
            id=part_id,
            text=part,
            title=title,
            date=date,
            publisher=publisher,
            url=_clean(record.url),
            path=reporter.path,
            line=record.line,
            part_of=None if len(parts) == 1 else article_id,
            part_offset=offset,
        )


def _choose_id(record: Record, source: _Source) -> str | None:
    """Return the record's own id, or one made of file and line; None where its own can't be used."""
    value = record.id
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # what tables make of a column of numbers with gaps
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None or value == "":
        return "-".join([source.stem, *(str(part) for part in (record.split, record.line) if part is not None)])
    if not isinstance(value, str) or len(value) > MOST_ID_CHARS or not value.strip():
        return None
    return None if CONTROL.search(value) or has_surrogate(value) else value


def _find_problem(text: object, options: ReadOptions) -> tuple[str, str] | None:
    """Return reason and cure where a record's text can't be an article."""
    if text is None:
        return "no text", "give it a text or leave it out"
    if not isinstance(text, str):
        return f"text is no string but {type(text).__name__}", "name the field that holds the text with --text-field"
    if not text or text.isspace():
        return "empty text", "give it a text or leave it out"
    if len(text) > options.max_record_bytes:
        return f"too long: more than {options.max_record_bytes} characters in one text", "raise max_record_bytes"
    if "\x00" in text:
        return f"NUL character in the text: at character {text.index(chr(0))}", "remove it, or name the encoding"
    if has_surrogate(text):
        return "half of a surrogate pair in the text", "write the text anew as UTF-8"
    if not options.any_language:
        other = find_other_language(text, wanted=options.language)
        if other is not None:
            wanted = language_name(options.language)
            return (
                f"another language: {language_name(other)} ({other})",
                f"--any-language takes articles that are not in {wanted}",
            )
    return None


def _clean(value: object) -> str | None:
    """Return a title, publisher or address on one line, or None; of an object, its name."""
    if isinstance(value, dict):
        value = value.get("name")
    if not isinstance(value, str):
        return None
    return " ".join(CONTROL.sub(" ", value.replace("\ufffd", "")).split()) or None if not has_surrogate(value) else None


def find_title_line(text: str) -> str | None:
    """Return the first line where it stands like a title: short, no full stop, a blank line below; else None."""
    start = len(text) - len(text.lstrip())
    end = text.find("\n", start)
    if end < 0 or end - start > LONGEST_TITLE:
        return None
    line = text[start:end].strip()
    below = text[end + 1 : end + 200].split("\n", 1)
    if below[0].strip() or len(below) < 2 or not text[end:].strip():
        return None
    title = line.removeprefix("# ").strip() if line.startswith("# ") else line
    if len(title) < 8 or title[-1] in ".;:," or title.startswith(("#", "©", "---")):
        return None
    return title


def split_text(text: str, limit: int) -> list[tuple[int, str]]:
    """Return the parts of `text` with their offsets, none longer than `limit` characters; joined they are `text`.

    Cuts behind a paragraph, else behind a line, a sentence, a word.
    """
    parts: list[tuple[int, str]] = []
    start = 0
    while len(text) - start > limit:
        end = _find_cut(text, start, start + limit)
        parts.append((start, text[start:end]))
        start = end
    parts.append((start, text[start:]))
    return parts


def _find_cut(text: str, start: int, most: int) -> int:
    # Only the second half is searched: parts should be few.
    half = start + (most - start + 1) // 2
    for pattern in (PARAGRAPH_BREAK, LINE_BREAK, SENTENCE_END, WHITE_SPACE):
        cut = 0
        for match in pattern.finditer(text, half, most):
            cut = match.end()
        if cut > start and not text[start:cut].isspace():
            return cut
    # Never between the two halves of a line's end.
    return most - 1 if most - start > 1 and text[most - 1] == "\r" and text[most] == "\n" else most


class _TakenIds:
    """Which ids are taken, and where; a few dozen bytes for each article."""

    def __init__(self) -> None:
        self._places: dict[bytes, tuple[str, int | None]] = {}

    def take(self, article_id: str, path: str, line: int | None) -> str | None:
        """Return the place that has the id already, or None after taking it."""
        key = hashlib.blake2b(article_id.encode("utf-8"), digest_size=12).digest()
        earlier = self._places.get(key)
        if earlier is None:
            self._places[key] = (path, line)
            return None
        return earlier[0] if earlier[1] is None else f"{earlier[0]}:{earlier[1]}"


def _find_sources(
    inputs: Sequence[str | Path], options: ReadOptions, on_bad: Callable[[BadRecord], None]
) -> list[_Source]:
    """Return the sources behind the inputs, each once; raises InputError for what is missing or of unknown format."""
    if isinstance(inputs, str | Path):
        inputs = [inputs]
    if not inputs:
        raise InputError("no input; name files or folders, or - for standard input")
    found: dict[str, _Source] = {}
    for given in inputs:
        for source in _sources_of(os.fspath(given), options, on_bad):
            key = STANDARD_INPUT if source.path is None else os.path.realpath(source.path)
            found.setdefault(key, source)
    return list(found.values())


def _sources_of(given: str, options: ReadOptions, on_bad: Callable[[BadRecord], None]) -> list[_Source]:
    if given == STANDARD_INPUT:
        return [_Source(None, "stream", False, STANDARD_INPUT, "stdin")]
    path = Path(given)
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        if GLOB_SIGNS.intersection(given) and (matching := sorted(glob.glob(given, recursive=True))):
            return [source for name in matching for source in _sources_of(name, options, on_bad)]
        shown = _shown(given)
        if isinstance(error, FileNotFoundError | ValueError):
            raise InputError(f"{shown}: no such file or folder; check the name") from error
        raise InputError(f"{shown}: can't be read: {error}; check its permissions") from error
    if stat.S_ISDIR(mode):
        return _sources_in_folder(path, options, on_bad)
    if not stat.S_ISREG(mode):
        return [_Source(path, "stream", False, _shown(given), path.stem or "stream")]
    source = _source_of_file(path)
    if source is None:
        hint = "; jq -c '.[]' turns a JSON array into JSON lines" if path.suffix.lower() == ".json" else ""
        raise InputError(
            f"{_shown(given)}: unknown format; known are {', '.join(SUFFIXES)}, and these but .parquet with .gz{hint}"
        )
    return [source]


def _source_of_file(path: Path) -> _Source | None:
    name = path.name
    packed = name.lower().endswith(".gz")
    if packed:
        name = name[: -len(".gz")]
    stem, suffix = os.path.splitext(name)
    kind = SUFFIXES.get(suffix.lower())
    if kind is None or (packed and kind in NOT_PACKED):
        return None
    return _Source(path, kind, packed, _shown(path), stem)


def _sources_in_folder(folder: Path, options: ReadOptions, on_bad: Callable[[BadRecord], None]) -> list[_Source]:
    if _is_saved_dataset(folder):
        return [_Source(folder, "dataset", False, _shown(folder), folder.resolve().name)]
    found: list[_Source] = []
    skipped = 0

    def tell(error: OSError) -> None:
        shown = _shown(error.filename or folder)
        Reporter(shown, on_bad, options.strict).bad(f"folder can't be read: {error.strerror}", "check its permissions")

    for root, folders, names in os.walk(folder, onerror=tell):
        kept = []
        for name in sorted(folders):
            inner = Path(root, name)
            if name.startswith("."):
                continue
            if _is_saved_dataset(inner):
                found.append(_Source(inner, "dataset", False, _shown(inner), name))
            else:
                kept.append(name)
        folders[:] = kept
        for name in sorted(names):
            source = None if name.startswith(".") else _source_of_file(Path(root, name))
            if source is not None:
                found.append(source)
            else:
                skipped += 1
    if not found:
        raise InputError(f"{_shown(folder)}: no articles in this folder; known formats are {', '.join(SUFFIXES)}")
    if skipped:
        logger.info("%s: %d files of other formats left out", _shown(folder), skipped)
    return found


def _is_saved_dataset(folder: Path) -> bool:
    return (folder / "dataset_dict.json").is_file() or (
        (folder / "state.json").is_file() and (folder / "dataset_info.json").is_file()
    )


def _shown(path: str | Path) -> str:
    """Return a path as messages may hold it: bytes that are no UTF-8 become escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
