"""The dataset folder: what lies where, and how a new build takes the place of an old one.

README.md                 the card
data/CONFIG/SPLIT-NNNNN-of-NNNNN.parquet
checksums.sha256          of everything that may be published; `sha256sum -c` reads it
provenance.json           versions, options, counts, hashes of the inputs
quarantine.jsonl          records that could not be used, where there were any
local/                    full texts: `explain` and review need them, publishing leaves them here
review/                   the decisions of annotators: a rebuild keeps them
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .attribution.errors import ConflictError, InputError
from .attribution.files import output_error, replace_file, sync_folder, write_atomically
from .attribution.types import Article, Attribution

CARD = "README.md"
DATA = "data"
LOCAL = "local"
REVIEW = "review"
CHECKSUMS = "checksums.sha256"
PROVENANCE = "provenance.json"
QUARANTINE = "quarantine.jsonl"
LOCAL_ARTICLES = "local/articles.parquet"
LOCAL_ATTRIBUTIONS = "local/attributions.jsonl"
# What the first pass of a build found, before cluster ids; gone when the build ends.
LOCAL_FOUND = "local/found.jsonl"
# What was found before reviews were laid over it, where there are any: what the next review starts from.
LOCAL_SUGGESTED = "local/suggested.jsonl"
# Ties and decisions that count for nothing in this build, where there are any.
LOCAL_REVIEW_NOTES = "local/review-notes.jsonl"
# What a rebuild replaces; everything else at the top of the folder is carried over.
BUILT = frozenset({CARD, DATA, LOCAL, CHECKSUMS, PROVENANCE, QUARANTINE})
FORMAT = "sayso-dataset"

DATA_FILE = re.compile(r"data/[a-z]{1,40}/(?:train|validation|test)-[0-9]{5}-of-[0-9]{5}\.parquet")
CHECKSUM_LINE = re.compile(r"([0-9a-f]{64}) [ *]([^\r\n]+)")
READ_SIZE = 1 << 20


def hash_file(path: Path) -> str:
    """Return the hex SHA-256 of the file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(READ_SIZE):
            digest.update(block)
    return digest.hexdigest()


def read_provenance(folder: Path) -> dict[str, Any] | None:
    """Return what `provenance.json` says, or None where the folder is no dataset that Sayso built."""
    try:
        record = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) and record.get("format") == FORMAT else None


def write_checksums(folder: Path) -> None:
    """Write the SHA-256 of the card, the provenance and all data files, in the order of their names."""
    paths = [folder / CARD, folder / PROVENANCE, *(folder / DATA).rglob("*.parquet")]
    names = sorted(path.relative_to(folder).as_posix() for path in paths)
    with write_atomically(folder / CHECKSUMS) as stream:
        stream.writelines(f"{hash_file(folder / name)}  {name}\n" for name in names)


def read_checksums(folder: Path) -> dict[str, str]:
    """Return the recorded SHA-256 of each file by its name; raises InputError where the list is missing or broken."""
    path = folder / CHECKSUMS
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"can't read {path}: {error}; build the folder again") from error
    found: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        match = CHECKSUM_LINE.fullmatch(line)
        if match is None:
            raise InputError(f"{path}:{number}: not a checksum line; build the folder again")
        found[match[2]] = match[1]
    return found


def find_changes(folder: Path) -> list[str]:
    """Return what differs from the folder's own checksums, one phrase a file; empty where nothing does.

    Looks at what may be published only: the card, the provenance and `data/`.
    """
    recorded = read_checksums(folder)
    present = {path.relative_to(folder).as_posix() for path in (folder / DATA).rglob("*") if not path.is_dir()}
    present.update(name for name in (CARD, PROVENANCE) if (folder / name).exists())
    changes = [f"{name} is missing" for name in sorted(recorded.keys() - present)]
    for name in sorted(present):
        if name not in recorded:
            changes.append(f"{name} was added")
        elif hash_file(folder / name) != recorded[name]:
            changes.append(f"{name} was changed")
    return changes


def check_target(out: Path, *, force: bool) -> None:
    """Raise ConflictError when building into `out` would destroy what Sayso did not write.

    Allowed are a new or empty folder and an earlier build. With `force` also an earlier build whose card or data
    were edited since; a folder that is not Sayso's is never replaced.
    """
    if not out.exists():
        return
    if not out.is_dir():
        raise ConflictError(f"{out} is a file; give a folder to build into")
    if out == Path.cwd() or out in Path.cwd().parents:
        raise ConflictError(
            f"{out} is the folder you are in, or holds it; change to another one, or build into a folder below it"
        )
    try:
        if not any(out.iterdir()):
            return
    except OSError as error:
        raise output_error(out, error) from error
    if not os.access(out, os.W_OK):
        raise output_error(out, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))
    if read_provenance(out) is None:
        raise ConflictError(f"{out} holds files that Sayso did not write; give a new or empty folder")
    if force:
        return
    try:
        changes = find_changes(out)
    except InputError as error:
        raise ConflictError(f"{error}, with --force, or give another folder") from error
    if changes:
        shown = "; ".join(changes[:3]) + (f"; and {len(changes) - 3} more" if len(changes) > 3 else "")
        raise ConflictError(f"{out} was edited since it was built: {shown}; --force replaces the edited files")


@contextmanager
def stage(out: Path) -> Iterator[Path]:
    """Yield an empty folder beside `out` that takes its place when the block ends well, and vanishes when it doesn't.

    Until then `out` stays as it was. What Sayso does not write (`review/`, notes) moves over. Raises ConflictError
    while another process builds into the same folder, OutputError where the disk refuses.
    """
    from filelock import FileLock, Timeout

    fresh, old = out.with_name(f".{out.name}.sayso-new"), out.with_name(f".{out.name}.sayso-old")
    lock = FileLock(out.with_name(f".{out.name}.sayso-lock"))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise ConflictError(f"another process is building into {out}; wait for it or stop it") from error
        try:
            _finish_swap(out, old)
            shutil.rmtree(fresh, ignore_errors=True)  # left behind where an earlier build was killed
            fresh.mkdir()
            yield fresh
            _sync_tree(fresh)
            _swap(out, fresh, old)
        finally:
            if old.exists() and not out.exists():
                replace_file(old, out)
            shutil.rmtree(fresh, ignore_errors=True)
            Path(lock.lock_file).unlink(missing_ok=True)
            lock.release()
    except OSError as error:
        if error.filename is not None:
            path = Path(os.fsdecode(error.filename)).absolute()
            places = {out, fresh, old, Path(lock.lock_file)}
            if path not in out.parents and places.isdisjoint((path, *path.parents)):
                raise  # the block's own reading failed
        raise output_error(out, error) from error


def _swap(out: Path, fresh: Path, old: Path) -> None:
    # Between the two renames `out` does not exist for an instant; whoever is killed there is repaired by the next
    # build (`_finish_swap`).
    if out.exists():
        replace_file(out, old)
    replace_file(fresh, out)
    sync_folder(out.parent)
    _finish_swap(out, old)


def _finish_swap(out: Path, old: Path) -> None:
    """Move what a rebuild keeps out of the `old` folder and remove it; or put it back where nothing replaced it."""
    if not old.exists():
        return
    if not out.exists():
        replace_file(old, out)
        return
    for entry in sorted(old.iterdir()):
        if entry.name not in BUILT and not (out / entry.name).exists():
            replace_file(entry, out / entry.name)
    shutil.rmtree(old)


def _sync_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            sync_folder(path)
        else:
            with path.open("rb+") as stream:
                os.fsync(stream.fileno())
    sync_folder(folder)


def read_build(
    folder: Path, attributions_file: str = LOCAL_ATTRIBUTIONS
) -> Iterator[tuple[Article, list[Attribution]]]:
    """Yield every article of a built folder with its attributions, in the order they were built.

    Reads `local/`: raises InputError where it is missing (a published copy has none).
    """
    import pyarrow.parquet as pq

    attributions = _read_attributions(folder, attributions_file)
    following = next(attributions, None)
    with pq.ParquetFile(_local_file(folder, LOCAL_ARTICLES)) as articles:
        for batch in articles.iter_batches(batch_size=64):
            for row in batch.to_pylist():
                article, found = Article(**row), []
                while following is not None and following.article_id == article.id:
                    found.append(following)
                    following = next(attributions, None)
                yield article, found


def find_attribution(folder: Path, attribution_id: str) -> tuple[Article, Attribution]:
    """Return the attribution of this id and its article from a built folder; raises InputError where there is none."""
    import pyarrow.parquet as pq

    for attribution in _read_attributions(folder, holding=attribution_id):
        if attribution.id == attribution_id:
            table = pq.read_table(_local_file(folder, LOCAL_ARTICLES), filters=[("id", "=", attribution.article_id)])
            for row in table.slice(0, 1).to_pylist():
                return Article(**row), attribution
            raise InputError(f"{folder / LOCAL_ARTICLES} lacks article {attribution.article_id!r}; build it again")
    raise InputError(f"no attribution {attribution_id!r} in {folder}; `sayso quotes` and the column `id` show ids")


def _read_attributions(folder: Path, name: str = LOCAL_ATTRIBUTIONS, *, holding: str = "") -> Iterator[Attribution]:
    path = _local_file(folder, name)
    with path.open(encoding="utf-8", newline="\n") as stream:
        for number, line in enumerate(stream, start=1):
            if holding not in line:
                continue
            try:
                record = json.loads(line)
            except ValueError as error:
                raise InputError(f"{path}:{number}: not JSON ({error}); build the folder again") from error
            yield Attribution.from_json(record)


def _local_file(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.is_file():
        if read_provenance(folder) is None:
            raise InputError(f"{folder} is no dataset that Sayso built; give the folder that `sayso build -o` made")
        raise InputError(f"{path} is missing: texts stay where the dataset was built; run `sayso build` for it")
    return path


def write_json(path: Path, record: Mapping[str, Any]) -> None:
    """Write `record` as indented JSON, keys in their given order."""
    with write_atomically(path) as stream:
        stream.write(json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False) + "\n")
