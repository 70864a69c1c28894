"""One door for writing files: whole or not at all."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Literal, TextIO, overload

from .errors import OutputError

# Windows refuses to replace a file while a virus scanner or indexer holds it open, mostly for a few milliseconds.
REPLACE_TRIES = 6
FIRST_RETRY_SECONDS = 0.02


@overload
def write_atomically(
    path: str | os.PathLike[str], *, binary: Literal[False] = False
) -> AbstractContextManager[TextIO]: ...
@overload
def write_atomically(path: str | os.PathLike[str], *, binary: Literal[True]) -> AbstractContextManager[BinaryIO]: ...
def write_atomically(path: str | os.PathLike[str], *, binary: bool = False) -> AbstractContextManager[Any]:
    """Return a context manager with a handle whose content becomes `path` when the block ends, in one step.

    Text handles write UTF-8 and leave newlines as they are. The content goes to a hidden neighbour first, is
    flushed to disk and renamed over `path`; when the block raises, or the disk fills up, `path` is as it was
    before and nothing is left behind. The folder must exist. Raises OutputError (exit code 3) for every OSError
    of writing, with what to do; an OSError of the block's own reading passes as it is.
    """
    return _write_atomically(Path(path), binary)


@contextmanager
def _write_atomically(path: Path, binary: bool) -> Iterator[Any]:
    try:
        handle, name = tempfile.mkstemp(prefix=".sayso-", suffix=".tmp", dir=path.parent)
    except OSError as error:
        raise output_error(path, error) from error
    temporary = Path(name)
    try:
        # A write that fails inside the block (full disk) and one that fails at the flush should read alike.
        with os.fdopen(handle, "wb") if binary else os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        _give_default_mode(temporary, path)
        replace_file(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        if error.filename is not None and Path(os.fsdecode(error.filename)) not in (temporary, path, path.parent):
            raise
        raise output_error(path, error) from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def replace_file(source: Path, target: Path) -> None:
    """Rename `source` over `target` in one step; waits a little where Windows says that somebody reads `target`."""
    pause = FIRST_RETRY_SECONDS
    for left in range(REPLACE_TRIES - 1, -1, -1):
        try:
            os.replace(source, target)
            return
        except PermissionError:
            if not left or sys.platform != "win32":
                raise
            time.sleep(pause)
            pause *= 2


def sync_folder(folder: Path) -> None:
    """Flush the folder's own entries to disk (POSIX), so that a rename survives a power cut."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some network and FUSE folders can't be flushed; the file itself was.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(handle)


def output_error(path: str | os.PathLike[str], error: OSError) -> OutputError:
    """Return the OutputError that says why `path` can't be written, and what to do about it."""
    cures = {
        errno.ENOSPC: "free some space or write elsewhere",
        errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC: "free some space or write elsewhere",
        errno.EFBIG: "raise the limit on file sizes or write elsewhere",
        errno.EROFS: "the disk is read-only: write elsewhere",
        errno.EACCES: "allow writing there or write elsewhere",
        errno.EPERM: "allow writing there or write elsewhere",
        errno.ENOENT: "create the folder first",
        errno.ENOTDIR: "one of its parent folders is a file: write elsewhere",
        errno.EISDIR: "that is a folder: give a file name",
        errno.ENAMETOOLONG: "choose a shorter name",
    }
    cure = cures.get(error.errno or 0, "check the disk or write elsewhere")
    return OutputError(f"can't write {os.fspath(path)}: {error.strerror or error}; {cure}")


def _give_default_mode(temporary: Path, path: Path) -> None:
    """Give the file the mode of the one it replaces, or what `open` would give: temporary files are private."""
    if sys.platform == "win32":
        return
    try:
        mode = path.stat().st_mode & 0o777
    except FileNotFoundError:
        mode = 0o666 & ~_umask()
    temporary.chmod(mode)


def _umask() -> int:
    # The only portable way to read the umask is to set it; for an instant new files are as private as can be.
    current = os.umask(0o077)
    os.umask(current)
    return current
