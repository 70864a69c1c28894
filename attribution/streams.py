"""The bytes of one input, unpacked under caps, counted, and cut into lines without ever holding the whole."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from .encodings import check_encoding, find_byte_order_mark, splits_at_newline_bytes

CHUNK = 1 << 18
GZIP_MAGIC = b"\x1f\x8b"
# Small files may pack well by chance; a ratio says something only from here on.
FREE_BYTES = 1 << 24


class StreamError(Exception):
    """The rest of an input can't be read; `cure` says what to do."""

    def __init__(self, reason: str, cure: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.cure = cure


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its end; `raw` is None where it is longer than allowed. `offset` is None in transcoded inputs."""

    number: int
    offset: int | None
    raw: bytes | None


class InputStream:
    """The unpacked bytes of one input; `packed` says whether it is gzip, None that its first bytes tell.

    `encoding` is what its lines are to be decoded with: the one asked for, the one of the byte order mark, or None
    where it has to be found out. Encodings in which a newline is not the byte 0x0A (UTF-16, UTF-32) are turned into
    UTF-8 on the way.
    """

    def __init__(
        self,
        source: BinaryIO,
        *,
        packed: bool | None,
        encoding: str | None,
        max_bytes: int,
        max_ratio: int,
        on_progress: Callable[[int], None] | None = None,
    ) -> None:
        counted = _Counted(source, on_progress)
        self._buffer: io.BufferedReader = io.BufferedReader(counted, CHUNK)
        if packed or (packed is None and self.peek(2) == GZIP_MAGIC):
            self._buffer = io.BufferedReader(_Unpacked(self._buffer, counted, max_bytes, max_ratio), CHUNK)
        self.encoding = None if encoding is None else check_encoding(encoding)
        self._offset: int | None = 0

    def peek(self, size: int = 4096) -> bytes:
        """Return up to `size` of the next bytes without taking them."""
        return self._buffer.peek(size)[:size]

    def read_whole(self, limit: int) -> bytes | None:
        """Return all bytes, or None where there are more than `limit`."""
        pieces: list[bytes] = []
        left = limit + 1
        while left > 0 and (piece := self._buffer.read(min(left, CHUNK))):
            pieces.append(piece)
            left -= len(piece)
        return None if left <= 0 else b"".join(pieces)

    def lines(self, limit: int) -> Iterator[Line]:
        """Yield the lines, cut at the byte 0x0A alone and kept with it; at most one line is in memory."""
        self._begin_text()
        number = 0
        while True:
            number += 1
            offset = self._offset
            raw = self._buffer.readline(limit + 1)
            if not raw:
                return
            size = len(raw)
            if size > limit:
                while not raw.endswith(b"\n") and (raw := self._buffer.readline(CHUNK)):
                    size += len(raw)
                yield Line(number, offset, None)
            else:
                yield Line(number, offset, raw)
            if self._offset is not None:
                self._offset += size

    def _begin_text(self) -> None:
        """Take the byte order mark away, and turn UTF-16 and the like into UTF-8."""
        mark = find_byte_order_mark(self.peek(4))
        if self.encoding is None and mark is not None:
            self.encoding = mark[0]
        if self.encoding is None:
            return
        if mark is not None and codecs.lookup(mark[0]).name == self.encoding:
            self._buffer.read(mark[1])
            self._offset = mark[1]
        if not splits_at_newline_bytes(self.encoding):
            self._buffer = io.BufferedReader(_Transcoded(self._buffer, self.encoding), CHUNK)
            self.encoding = "utf-8"
            self._offset = None


class _Counted(io.RawIOBase):
    """A file that tells how far it has been read."""

    def __init__(self, source: BinaryIO, on_progress: Callable[[int], None] | None) -> None:
        # Of a pipe, take what is there: whoever feeds it wants to see the first results.
        self._read = getattr(source, "read1", source.read)
        self._on_progress = on_progress
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data: bytes = self._read(len(buffer))
        except OSError as error:
            raise StreamError(
                f"can't be read: {error.strerror or error}", "check the disk and the permissions"
            ) from error
        buffer[: len(data)] = data
        self.count += len(data)
        if data and self._on_progress is not None:
            self._on_progress(len(data))
        return len(data)


class _Unpacked(io.RawIOBase):
    """A gzip file's content, under the caps on its size and on how well it may be packed."""

    def __init__(self, packed: io.BufferedReader, counted: _Counted, max_bytes: int, max_ratio: int) -> None:
        self._counted = counted
        self._content = gzip.GzipFile(fileobj=packed)
        self._max_bytes = max_bytes
        self._max_ratio = max_ratio
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._content.read(len(buffer))
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise StreamError(f"damaged gzip file: {error}", "unpack it by hand to see how far it is whole") from error
        buffer[: len(data)] = data
        self._count += len(data)
        if self._count > self._max_bytes:
            raise StreamError(
                f"unpacks to more than allowed: the cap is {self._max_bytes} bytes",
                "if you trust the file, unpack it first or raise max_bytes",
            )
        if self._count > FREE_BYTES and self._count > self._max_ratio * self._counted.count:
            raise StreamError(
                f"packed tighter than text can be: more than {self._max_ratio} times",
                "if you trust the file, unpack it first or raise max_ratio",
            )
        return len(data)


class _Transcoded(io.RawIOBase):
    """Text in another encoding, as UTF-8."""

    def __init__(self, source: io.BufferedIOBase, encoding: str) -> None:
        self._source = source
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        self._ready = b""
        self._ended = False
        self._started = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._ready and not self._ended:
            raw = self._source.read(CHUNK)
            self._ended = not raw
            try:
                text = self._decoder.decode(raw, self._ended)
            except UnicodeDecodeError as error:
                raise StreamError(f"not {self._encoding}: {error.reason}", "save it as UTF-8") from error
            if not self._started and text:
                text = text.removeprefix("\ufeff")
                self._started = True
            self._ready = text.encode("utf-8", "surrogatepass")
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size
