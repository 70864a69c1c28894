"""Writing rows to parquet files, one row group at a time, so that memory stays flat however many rows there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO

from .attribution.files import replace_file
from .dataset import Column, Row, make_schema

if TYPE_CHECKING:
    import pyarrow.parquet as pq

# A row group is what readers hold in memory at once: rows with whole articles fill it by their characters.
GROUP_ROWS = 2_000
GROUP_CHARS = 4_000_000
# The columns that can be long; the others are not worth measuring for each row.
LONG_COLUMNS = frozenset({"text", "context", "content"})
# The Hub asks for files of a few hundred megabytes at most.
SHARD_BYTES = 400_000_000


@dataclass(frozen=True, slots=True)
class ShardTotals:
    """What was written: rows, bytes in memory as Arrow counts them, bytes on disk, and the files' names."""

    rows: int
    num_bytes: int
    file_bytes: int
    names: tuple[str, ...]


class ShardWriter:
    """Writes rows to `folder/stem-NNNNN-of-NNNNN.parquet` (`single`: one `folder/stem.parquet`), none without rows.

    Use as a context manager and call `finish`, which names the files by their number; leaving without it (an error)
    leaves unnamed `.part` files for the owner of the folder to remove.
    """

    def __init__(
        self,
        folder: Path,
        stem: str,
        columns: Sequence[Column],
        *,
        shard_bytes: int = SHARD_BYTES,
        single: bool = False,
    ) -> None:
        self.folder = folder
        self.stem = stem
        self.shard_bytes = shard_bytes
        self.single = single
        self._schema = make_schema(columns)
        self._names = [column.name for column in columns]
        self._long = [name for name in self._names if name in LONG_COLUMNS]
        self._pending: list[Row] = []
        self._pending_chars = 0
        self._rows = self._num_bytes = 0
        self._parts: list[Path] = []
        self._stream: BinaryIO | None = None
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> ShardWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._stream is not None:
            # After a failed write the footer would fail too and hide the first error: drop the file unfinished.
            self._stream.close()
            self._stream = self._writer = None

    def write(self, row: Row) -> None:
        """Add `row`; cells of columns that this file does not have are left out, missing ones are null."""
        self._pending.append(row)
        for name in self._long:
            self._pending_chars += len(row.get(name) or "")
        if len(self._pending) >= GROUP_ROWS or self._pending_chars >= GROUP_CHARS:
            self._write_group()

    def finish(self) -> ShardTotals:
        """Write what is pending, close the files and give them their names; return the totals."""
        self._write_group()
        self._close_shard()
        names = [f"{self.stem}-{i:05d}-of-{len(self._parts):05d}.parquet" for i in range(len(self._parts))]
        if self.single:
            names = [f"{self.stem}.parquet" for _ in names]
        for part, name in zip(self._parts, names, strict=True):
            replace_file(part, self.folder / name)
        file_bytes = sum((self.folder / name).stat().st_size for name in names)
        return ShardTotals(self._rows, self._num_bytes, file_bytes, tuple(names))

    def _write_group(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        if not self._pending:
            return
        if self._writer is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            part = self.folder / f".{self.stem}-{len(self._parts):05d}.part"
            self._parts.append(part)
            self._stream = part.open("wb")
            # The page index lets the Hub's viewer jump to a row without reading the group.
            self._writer = pq.ParquetWriter(self._stream, self._schema, compression="zstd", write_page_index=True)
        cells = {name: [row.get(name) for row in self._pending] for name in self._names}
        table = pa.Table.from_pydict(cells, schema=self._schema)
        self._writer.write_table(table, row_group_size=table.num_rows)
        self._rows += table.num_rows
        self._num_bytes += table.nbytes
        self._pending = []
        self._pending_chars = 0
        if not self.single and self._stream is not None and self._stream.tell() >= self.shard_bytes:
            self._close_shard()

    def _close_shard(self) -> None:
        if self._writer is not None:
            self._writer.close()
        if self._stream is not None:
            self._stream.close()
        self._stream = self._writer = None
