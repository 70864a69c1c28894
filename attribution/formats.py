"""One reader per file format; each yields the records as they stand in the file and reports those it can't read."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .encodings import UndecodableError, decode, decode_line
from .errors import InputError
from .read_options import ROLES, ReadOptions, choose_columns, describe_missing_text, find_field
from .streams import InputStream, Line, StreamError
from .strict_json import loads
from .types import RAW_LIMIT, BadRecord

SUFFIXES = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
}
NOT_PACKED = frozenset({"parquet"})

# lxml holds a page several times over.
MOST_HTML_BYTES = 20 * 1024 * 1024
TABLE_ROWS_AT_ONCE = 64

META_CHARSET = re.compile(rb"<meta[^>]{1,200}?charset\s{0,4}=\s{0,4}[\"']?([\w-]{3,30})", re.IGNORECASE)
XML_CHARSET = re.compile(rb"\s{0,8}<\?xml[^>]{1,100}?encoding=[\"']([\w-]{3,30})", re.IGNORECASE)
FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(.{1,4000}?)\r?\n---[ \t]*(?:\r?\n|$)", re.DOTALL)
FRONT_MATTER_LINE = re.compile(r"([\w-]{1,40}):[ \t]+(\S.{0,500})")

SAVE_AS_UTF8 = "save it as UTF-8, or name its encoding with --encoding"


@dataclass(frozen=True, slots=True)
class Record:
    """What a file gives for one article, unchecked. `line` is the 1-based line or row, None for whole-file formats."""

    text: object
    id: object = None
    title: object = None
    date: object = None
    publisher: object = None
    url: object = None
    line: int | None = None
    byte_offset: int | None = None
    guessed_encoding: str | None = None
    split: str | None = None
    """Name of the split of a saved dataset; lines count anew in each."""


@dataclass(frozen=True, slots=True)
class Reporter:
    """Tells what is bad in one file, or stops at once under `strict`."""

    path: str
    on_bad: Callable[[BadRecord], None]
    strict: bool = False

    def bad(
        self,
        reason: str,
        cure: str,
        *,
        line: int | None = None,
        byte_offset: int | None = None,
        article_id: str | None = None,
        raw: str | bytes | None = None,
    ) -> None:
        """Report one bad record; raises InputError under `strict`."""
        if self.strict:
            place = self.path if line is None else f"{self.path}:{line}"
            raise InputError(f"{place}: {reason}; {cure}")
        if isinstance(raw, bytes):
            raw = raw[:RAW_LIMIT].decode("utf-8", "backslashreplace")
        self.on_bad(
            BadRecord(
                path=self.path,
                reason=reason,
                cure=cure,
                line=line,
                byte_offset=byte_offset,
                article_id=article_id,
                raw=None if raw is None else raw[:RAW_LIMIT],
            )
        )


def read_stream(stream: InputStream, kind: str, options: ReadOptions, reporter: Reporter) -> Iterator[Record]:
    """Yield the records of one stream of bytes; reports and ends where the rest can't be read.

    `kind` is a value of `SUFFIXES`, or "stream" where the first bytes are to tell.
    """
    try:
        kind = find_stream_kind(stream) if kind == "stream" else kind
        if kind == "jsonl":
            yield from _read_json_lines(stream, options, reporter)
        elif kind in ("csv", "tsv"):
            yield from _read_csv(stream, kind, options, reporter)
        else:
            yield from _read_whole(stream, kind, options, reporter)
    except StreamError as error:
        reporter.bad(error.reason, error.cure)


def find_stream_kind(stream: InputStream) -> str:
    """Return the format that the first bytes of standard input look like: jsonl, html, or text."""
    start = stream.peek(1024).removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start[2:].replace(b"\x00", b"").lstrip()
    if re.match(rb'\{\s{0,80}["}]', start):
        return "jsonl"
    return "html" if start[:15].lower().startswith((b"<!doctype html", b"<html")) else "text"


def _read_whole(stream: InputStream, kind: str, options: ReadOptions, reporter: Reporter) -> Iterator[Record]:
    limit = min(options.max_record_bytes, MOST_HTML_BYTES) if kind == "html" else options.max_record_bytes
    raw = stream.read_whole(limit)
    if raw is None:
        reporter.bad(f"too large: more than {limit} bytes in one article", "split the file or raise max_record_bytes")
        return
    encoding = options.encoding
    if kind == "html" and encoding is None:
        encoding = _declared_encoding(raw)
    try:
        decoded = decode(raw, encoding)
    except UndecodableError as error:
        reporter.bad(f"undecodable: {error}", SAVE_AS_UTF8, raw=raw[:RAW_LIMIT])
        return
    if kind == "html":
        yield from _read_html(decoded.text, decoded.guessed, reporter)
    elif kind == "markdown":
        yield _read_markdown(decoded.text, decoded.guessed, options)
    else:
        yield Record(decoded.text, guessed_encoding=decoded.guessed)


def _read_markdown(text: str, guessed: str | None, options: ReadOptions) -> Record:
    """Return the text, markup and all, with what its front matter (`key: value` between dashes) says about it."""
    found: dict[str, object] = {}
    if match := FRONT_MATTER.match(text):
        for line in match[1].splitlines():
            if pair := FRONT_MATTER_LINE.match(line):
                found[pair[1]] = pair[2].strip().strip("\"'")
    return Record(
        text,
        find_field(found, "id", options),
        find_field(found, "title", options),
        find_field(found, "date", options),
        find_field(found, "publisher", options),
        find_field(found, "url", options),
        guessed_encoding=guessed,
    )


def _declared_encoding(raw: bytes) -> str | None:
    """Return the encoding a page declares, if Python knows it and the page is written in it."""
    match = META_CHARSET.search(raw[:4096]) or XML_CHARSET.match(raw[:256])
    if match is None:
        return None
    name = match[1].decode("ascii")
    # The web's latin-1 is cp1252, by the HTML standard itself.
    name = "cp1252" if name.lower() in ("iso-8859-1", "latin-1", "latin1", "ascii", "us-ascii") else name
    try:
        raw.decode(name)
    except (LookupError, ValueError):
        return None
    return name


def _read_html(html: str, guessed: str | None, reporter: Reporter) -> Iterator[Record]:
    cure = "save the page's text as .txt"
    if "\x00" in html:
        reporter.bad("NUL character in the page", cure, raw=html)
        return
    try:
        page = _extract_page(html)
    except Exception as error:  # whatever a foreign parser does with a foreign page, it must not stop the run
        reporter.bad(f"unreadable page: {type(error).__name__}", cure, raw=html)
        return
    if page is None:
        reporter.bad("no main text in the page", cure, raw=html)
        return
    yield replace(page, guessed_encoding=guessed)


def _extract_page(html: str) -> Record | None:
    """Return the page's main text with its metadata, or None where it has none. Opens no connection."""
    from trafilatura import bare_extraction, baseline

    page: Any = bare_extraction(
        _visible_tree(html),
        with_metadata=True,
        include_comments=False,
        # Without a fixed last day the date found would depend on the day of reading.
        date_extraction_params={"max_date": "2200-01-01", "extensive_search": False, "original_date": True},
    )
    if page is not None and page.text:
        return Record(
            page.text, title=page.title, date=page.date, publisher=page.sitename or page.hostname, url=page.url
        )
    # Very short pages are no article to trafilatura; their paragraphs still are text.
    text = baseline(_visible_tree(html))[1]
    return Record(text) if text else None


def _visible_tree(html: str) -> Any:
    """Return the page's tree without what a reader doesn't see; raises ValueError where it is no page."""
    from trafilatura.utils import load_html

    tree: Any = load_html(html)
    if tree is None:
        raise ValueError("not HTML")
    for hidden in tree.xpath(HIDDEN):
        if hidden.getparent() is not None:
            hidden.drop_tree()  # keeps its tail: the text behind an element belongs to the page
    return tree


HIDDEN = (
    "//*[self::script or self::style or self::template or self::noscript or @hidden"
    " or contains(translate(@style, ' ', ''), 'display:none') or contains(translate(@style, ' ', ''),"
    " 'visibility:hidden')]"
)


class _TextLines:
    """The lines of a stream as text; `line` is the one given last. Those too long or undecodable are reported."""

    def __init__(self, stream: InputStream, options: ReadOptions, reporter: Reporter) -> None:
        self._lines = stream.lines(options.max_record_bytes)
        self._stream = stream
        self._limit = options.max_record_bytes
        self._reporter = reporter
        self.line = Line(0, 0, None)
        self.guessed: str | None = None

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while True:
            self.line = line = next(self._lines)
            if line.raw is None:
                self._report(f"too long: a line of more than {self._limit} bytes", "raise max_record_bytes", b"")
                continue
            try:
                decoded = decode_line(line.raw, self._stream.encoding)
            except UndecodableError as error:
                self._report(f"undecodable: {error}", SAVE_AS_UTF8, line.raw)
                continue
            self.guessed = decoded.guessed
            return decoded.text

    def _report(self, reason: str, cure: str, raw: bytes) -> None:
        self._reporter.bad(reason, cure, line=self.line.number, byte_offset=self.line.offset, raw=raw)


def _read_json_lines(stream: InputStream, options: ReadOptions, reporter: Reporter) -> Iterator[Record]:
    import jsonlines

    lines = _TextLines(stream, options, reporter)
    reader = jsonlines.Reader(lines, loads=_loads)
    while True:
        try:
            value = reader.read(type=dict, skip_empty=True)
        except EOFError:
            return
        except jsonlines.InvalidLineError as error:
            line = lines.line
            reason = f"malformed JSON: {error.__cause__}" if error.__cause__ else "not a JSON object"
            reporter.bad(
                reason,
                "mend the line: one JSON object, with the text in a string",
                line=line.number,
                byte_offset=line.offset,
                raw=line.raw,
            )
            continue
        record = _record_of(value, options, lines.line, lines.guessed)
        if _is_missing(record.text):
            reason, cure = describe_missing_text([str(name) for name in value], options)
            line = lines.line
            reporter.bad(
                reason,
                cure,
                line=line.number,
                byte_offset=line.offset,
                raw=line.raw,
                article_id=record.id if isinstance(record.id, str) else None,
            )
            continue
        yield record


def _loads(line: str | bytes) -> Any:
    return loads(line if isinstance(line, str) else line.decode("utf-8"))


def _record_of(value: Mapping[str, object], options: ReadOptions, line: Line, guessed: str | None) -> Record:
    return Record(
        find_field(value, "text", options),
        find_field(value, "id", options),
        find_field(value, "title", options),
        find_field(value, "date", options),
        find_field(value, "publisher", options),
        find_field(value, "url", options),
        line.number,
        line.offset,
        guessed,
    )


def _is_missing(text: object) -> bool:
    return text is None or text == ""


class _CsvLines:
    """Feeds `csv.reader`, remembering where the row in hand began and stopping rows that never end."""

    def __init__(self, lines: _TextLines, limit: int) -> None:
        self._lines = lines
        self._limit = limit
        self.first = Line(0, 0, None)
        self.chars = 0
        self.start = ""

    @property
    def guessed(self) -> str | None:
        return self._lines.guessed

    def begin_row(self) -> None:
        self.chars = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        text = next(self._lines)
        if not self.chars:
            self.first = self._lines.line
            self.start = text[:RAW_LIMIT]
        self.chars += len(text)
        if self.chars > self._limit:
            raise _RowTooLongError
        return text


class _RowTooLongError(Exception):
    """A row of a table goes on beyond what one record may have."""


def _read_csv(stream: InputStream, kind: str, options: ReadOptions, reporter: Reporter) -> Iterator[Record]:
    lines = _CsvLines(_TextLines(stream, options, reporter), options.max_record_bytes)
    # The limit is the process's; raising it is harmless, and rows are bounded above.
    csv.field_size_limit(max(csv.field_size_limit(), options.max_record_bytes))
    delimiter = "\t" if kind == "tsv" else _find_delimiter(stream)
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    header: list[str] | None = None
    while True:
        lines.begin_row()
        try:
            row = next(rows)
        except StopIteration:
            return
        except (csv.Error, _RowTooLongError) as error:
            reason = "too long: a row" if isinstance(error, _RowTooLongError) else f"malformed table row: {error}"
            reporter.bad(
                reason,
                "close and double the quotation marks of its cells",
                line=lines.first.number,
                byte_offset=lines.first.offset,
                raw=lines.start,
            )
            if header is None:
                return
            continue
        if not row:
            continue
        if header is None:
            header = [name.strip() for name in row]
            if not _check_header(header, options, reporter, lines.first.number):
                return
            continue
        if len(row) != len(header):
            reporter.bad(
                f"wrong number of cells: {len(row)}, the header has {len(header)}",
                "put cells that hold the delimiter or a newline in quotation marks",
                line=lines.first.number,
                byte_offset=lines.first.offset,
                raw=lines.start,
            )
            continue
        record = _record_of(dict(zip(header, row, strict=True)), options, lines.first, lines.guessed)
        yield record if record.text is not None else Record("", record.id, line=record.line)


def _find_delimiter(stream: InputStream) -> str:
    """Return the delimiter of the header: a comma, or a semicolon or tab where it has those and no comma."""
    start = stream.peek(4096).replace(b"\x00", b"").split(b"\n", 1)[0]
    if b"," in start:
        return ","
    return ";" if b";" in start else "\t" if b"\t" in start else ","


def _check_header(header: list[str], options: ReadOptions, reporter: Reporter, line: int) -> bool:
    wanted = choose_columns(header, "text", options)
    if not wanted:
        reason, cure = describe_missing_text(header, options)
        reporter.bad(reason, f"the first row must name the columns; {cure}", line=line)
        return False
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        reporter.bad(f"column twice: {', '.join(twice[:5])}", "give each column a name of its own", line=line)
        return False
    return True


def read_parquet(path: Path, options: ReadOptions, reporter: Reporter) -> Iterator[Record]:
    """Yield the rows of a parquet file, a few at a time."""
    import pyarrow
    from pyarrow import parquet

    cure = "write the file anew"
    try:
        with parquet.ParquetFile(path, memory_map=True) as file:
            columns = _choose_table_columns(file.schema_arrow.names, options, reporter)
            if columns is None:
                return
            batches = file.iter_batches(TABLE_ROWS_AT_ONCE, columns=columns, use_threads=False)
            yield from _read_batches((batch.to_pydict() for batch in batches), columns, options)
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError, MemoryError) as error:
        reporter.bad(f"unreadable parquet file: {_one_line(error)}", cure)


def read_saved_dataset(path: Path, options: ReadOptions, make_reporter: Callable[[str], Reporter]) -> Iterator[Record]:
    """Yield the rows of a folder written by `save_to_disk` of the datasets library, split by split."""
    reporter = make_reporter("")
    try:
        import datasets

        loaded: Any = datasets.load_from_disk(str(path))
        splits: Mapping[str, Any] = loaded if isinstance(loaded, datasets.DatasetDict) else {"": loaded}
        for name in splits:
            reporter = make_reporter(name)
            table = splits[name]
            columns = _choose_table_columns(list(table.column_names), options, reporter)
            if columns is None:
                continue
            chosen = table.select_columns(columns).with_format(None)
            for record in _read_batches(chosen.iter(TABLE_ROWS_AT_ONCE), columns, options):
                yield replace(record, split=name or None)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        reporter.bad(f"unreadable dataset folder: {_one_line(error)}", "save the dataset anew with save_to_disk")


def _choose_table_columns(names: list[str], options: ReadOptions, reporter: Reporter) -> list[str] | None:
    if not choose_columns(names, "text", options):
        reporter.bad(*describe_missing_text(names, options))
        return None
    wanted = {name for role in ROLES for name in choose_columns(names, role, options)}
    return [name for name in names if name in wanted]


def _read_batches(
    batches: Iterable[Mapping[str, list[object]]], columns: list[str], options: ReadOptions
) -> Iterator[Record]:
    row = 0
    for batch in batches:
        for values in zip(*(batch[name] for name in columns), strict=True):
            row += 1
            record = _record_of(dict(zip(columns, values, strict=True)), options, Line(row, None, None), None)
            yield record if record.text is not None else Record("", record.id, line=row)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
