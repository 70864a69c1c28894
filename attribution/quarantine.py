"""Where bad records go: one JSON line each, with place, reason and cure."""

from __future__ import annotations

import json
import os
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TextIO

from .errors import OutputError
from .files import output_error, write_atomically
from .types import RAW_LIMIT, BadRecord


class Quarantine:
    """A file of bad records that only appears when there is one; without a path it only counts.

    Use as a context manager and call it with each record (it fits `on_bad` of `read_articles`). The file is complete
    or absent: it takes its name when the block ends well, and also when the block is interrupted, since what was
    found up to then is worth reading. Where nothing was bad, a file of an earlier run is removed, so that the file's
    presence always speaks of this run. Raises OutputError where it can't be written.
    """

    def __init__(self, path: str | os.PathLike[str] | None) -> None:
        self.path = None if path is None else Path(path)
        self._stack = ExitStack()
        self._handle: TextIO | None = None
        self._reasons: Counter[str] = Counter()

    @property
    def count(self) -> int:
        """Number of bad records so far."""
        return self._reasons.total()

    def by_reason(self) -> dict[str, int]:
        """Return the number of records by reason, the most frequent first; what varies in a reason is cut off."""
        return dict(sorted(self._reasons.items(), key=lambda item: (-item[1], item[0])))

    def __call__(self, record: BadRecord) -> None:
        self.add(record)

    def add(self, record: BadRecord) -> None:
        """Write one record."""
        self._reasons[_kind(record.reason)] += 1
        if self.path is None:
            return
        if self._handle is None:
            self._handle = self._stack.enter_context(write_atomically(self.path))
        fields = record.to_json()
        if record.raw is not None:
            fields["raw"] = record.raw[:RAW_LIMIT]
        try:
            # Escaped to ASCII: raw records may hold anything, and half of a surrogate pair is no UTF-8.
            self._handle.write(json.dumps(fields, ensure_ascii=True) + "\n")
        except OSError as error:
            raise output_error(self.path, error) from error

    def __enter__(self) -> Quarantine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._handle = None
        if error is not None and isinstance(error, OutputError):
            # The disk is the trouble: leave no half of a file.
            self._stack.__exit__(kind, error, trace)
            return
        self._stack.close()
        if self.path is not None and not self.count and error is None:
            try:
                self.path.unlink(missing_ok=True)
            except OSError as failed:
                raise output_error(self.path, failed) from failed


def _kind(reason: str) -> str:
    """Return the part of the reason that records share: reasons put their particulars after a colon."""
    return reason.split(":", 1)[0]
