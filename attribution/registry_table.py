"""Registries as CSV: one row an entry, lists divided by semicolons, a role as `role | of | start | end`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from .errors import LexiconError
from .jsonl_data import DataFile, read_data_text
from .names import slug

TEXT_COLUMNS = ("id", "name", "type", "gender", "country", "kind", "leader", "wikidata")
LIST_COLUMNS = ("aliases", "nouns", "capitals", "demonyms", "people")
COLUMNS = ("id", "name", "type", "aliases", "gender", "country", "roles", "by_surname", "kind", "nouns", "capitals",
           "demonyms", "people", "leader", "wikidata")  # fmt: skip
LIST_MARK = ";"
ROLE_MARK = "|"
ROLE_PARTS = ("role", "of", "start", "end")
TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "": False}
# Spreadsheets run a cell that begins with one of these as a formula; with an apostrophe before it they don't.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def is_table(path: DataFile) -> bool:
    """Return whether the file's name says CSV."""
    return path.name.lower().endswith(".csv")


def read_table(path: DataFile) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number, entry) for each row that is not empty, in the form of the JSON lines.

    The first row names the columns, in any order. Only `name` and `type` must be there: without an `id` the name makes
    it. Empty cells are left out. LexiconError with file and line for unknown columns, too many cells, an open quotation
    mark, a role of more than four parts, and a `by_surname` that is neither true nor false.
    """
    for line, columns, cells in read_rows(path):
        yield line, read_row(path, line, columns, cells)


def read_rows(path: DataFile) -> Iterator[tuple[int, list[str], list[str]]]:
    """Yield (line number, columns, cells) of each row that is not empty; LexiconError where the table is broken."""
    text = read_data_text(path).removeprefix("\ufeff")
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns: list[str] | None = None
    start = 1
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            raise LexiconError(f"{path}:{start}: not CSV ({error}); double quotation marks inside a cell") from error
        line, start = start, rows.line_num + 1
        if not any(cell.strip() for cell in cells):
            continue
        if columns is None:
            columns = _read_header(path, line, cells)
        else:
            yield line, columns, cells


def _read_header(path: DataFile, line: int, cells: list[str]) -> list[str]:
    columns = [cell.strip().lower() for cell in cells]
    for column in columns:
        if column not in COLUMNS:
            hint = "divide columns by commas" if LIST_MARK in column else f"allowed: {', '.join(COLUMNS)}"
            raise LexiconError(f"{path}:{line}: unknown column {column!r}; {hint}")
        if columns.count(column) > 1:
            raise LexiconError(f"{path}:{line}: column {column!r} is there twice; keep one")
    for needed in ("name", "type"):
        if needed not in columns:
            raise LexiconError(f"{path}:{line}: no column {needed!r}; the first row names the columns")
    return columns


def read_row(path: DataFile, line: int, columns: Sequence[str], cells: Sequence[str]) -> dict[str, Any]:
    """Return one row as an entry; LexiconError with file and line for a cell that can't be read."""
    if len(cells) > len(columns):
        raise LexiconError(
            f"{path}:{line}: {len(cells)} cells for {len(columns)} columns; put cells with commas in quotation marks"
        )
    row = dict(zip(columns, cells, strict=False))
    values = {column: plain_cell(cell.strip()) for column, cell in row.items()}
    entry: dict[str, Any] = {"id": values.get("id") or slug(values.get("name", ""))}
    for column in COLUMNS[1:]:
        cell = values.get(column, "")
        if column == "by_surname":
            if cell.lower() not in TRUTH:
                raise LexiconError(f"{path}:{line}: 'by_surname' is {cell!r}; allowed: true, false")
            if TRUTH[cell.lower()]:
                entry[column] = True
        elif not cell:
            continue
        elif column == "roles":
            entry[column] = [read_role(path, line, role) for role in split_list(cell)]
        else:
            entry[column] = split_list(cell) if column in LIST_COLUMNS else cell
    return entry


def read_role(path: DataFile | str, line: int, text: str) -> dict[str, str]:
    """Return a role of its written form `role | of | start | end`; dates may be missing or empty."""
    parts = [part.strip() for part in text.split(ROLE_MARK)]
    if not 2 <= len(parts) <= len(ROLE_PARTS) or not parts[0] or not parts[1]:
        raise LexiconError(
            f"{path}:{line}: role {text!r} is not written as 'role | of | start | end', "
            "as in 'foreign minister | ukraine | 2020-03-04 | 2024-09-05'"
        )
    return {key: part for key, part in zip(ROLE_PARTS, parts, strict=False) if part}


def split_list(cell: str) -> list[str]:
    """Return the items of a cell that semicolons divide."""
    return [item.strip() for item in cell.split(LIST_MARK) if item.strip()]


def plain_cell(cell: str) -> str:
    """Return the cell without the apostrophe that keeps spreadsheets from running it as a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA_STARTS) else cell
