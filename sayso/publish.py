"""Publishing a dataset folder on the Hugging Face Hub: what would go, and, when told to, one commit.

Only `publish(..., push=True)` opens a connection. What goes is an allow-list; everything else is held back.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .attribution.errors import ConfigError, ConflictError, HubError, InputError, SaysoError
from .attribution.types import SCHEMA_VERSION
from .folder import (
    CARD,
    CHECKSUMS,
    DATA_FILE,
    LOCAL,
    PROVENANCE,
    QUARANTINE,
    READ_SIZE,
    REVIEW,
    find_changes,
    hash_file,
    read_provenance,
)

if TYPE_CHECKING:
    from huggingface_hub import HfApi
    from huggingface_hub.hf_api import DatasetInfo
    from rich.console import RenderableType

TOKEN = re.compile(r"hf_[A-Za-z0-9]{8,}")
REDACTED = "hf_…"
PUBLISHED = (CARD, CHECKSUMS, PROVENANCE)
HELD_BACK = {
    LOCAL: "full texts stay here",
    REVIEW: "annotators' decisions stay here",
    QUARANTINE: "raw records stay here",
}
COMMIT_TRIES = 2
# What a server says about its refusal helps, a page of it does not.
MAX_SERVER_WORDS = 200


@dataclass(frozen=True, slots=True)
class PublishFile:
    """One file that would go: its name in the folder and on the Hub, its size, and its hash."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class HeldBack:
    """One file or folder that stays, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class PublishPlan:
    """What publishing `folder` would send."""

    folder: Path
    files: tuple[PublishFile, ...]
    held_back: tuple[HeldBack, ...]
    text_policy: str
    license: str | None

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)

    def to_json(self) -> dict[str, Any]:
        return {
            "files": [{"name": file.name, "bytes": file.bytes, "sha256": file.sha256} for file in self.files],
            "bytes": self.bytes,
            "held_back": [{"name": held.name, "reason": held.reason} for held in self.held_back],
            "text_policy": self.text_policy,
            "license": self.license,
        }


@dataclass(frozen=True, slots=True)
class RemoteDiff:
    """How the plan differs from what the repository holds, by file name."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    """Data files of an earlier build that this one no longer has."""
    same: tuple[str, ...]

    @property
    def empty(self) -> bool:
        return not (self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class PublishResult:
    """What was done. Without a push, `private`, `commit`, `url` and `diff` are None."""

    repo_id: str
    plan: PublishPlan
    pushed: bool
    created: bool = False
    """The repository is new."""
    private: bool | None = None
    commit: str | None = None
    """The new commit, or None where the repository held the same files already."""
    url: str | None = None
    diff: RemoteDiff | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the result as one JSON document (`schema_version` 1)."""
        diff = self.diff
        return {
            "schema_version": SCHEMA_VERSION,
            "repo_id": self.repo_id,
            "pushed": self.pushed,
            "created": self.created,
            "private": self.private,
            "commit": self.commit,
            "url": self.url,
            "diff": None
            if diff is None
            else {name: list(getattr(diff, name)) for name in ("added", "changed", "removed", "same")},
            "plan": self.plan.to_json(),
        }


def plan_publish(folder: str | Path) -> PublishPlan:
    """Return what publishing `folder` would send and hold back; reads files only.

    Raises InputError where it is no dataset folder or a file holds a Hub token, ConflictError where the card or data
    are not those that were built.
    """
    place = Path(folder)
    provenance = read_provenance(place)
    if provenance is None:
        raise InputError(f"{place} is no dataset folder; make one with `sayso build INPUT -o {place}`")
    changes = find_changes(place)
    if changes:
        raise ConflictError(f"{place} changed since it was built: {'; '.join(changes[:5])}; build it again")
    files, held = [], []
    for name in _list_entries(place):
        path = place / name
        if name not in PUBLISHED and not DATA_FILE.fullmatch(name):
            held.append(HeldBack(name, _say_why_held(name)))
        elif path.is_symlink():
            held.append(HeldBack(name, "a link: its target may be anything"))
        else:
            _refuse_tokens(path, name)
            files.append(PublishFile(name, path.stat().st_size, hash_file(path)))
    license = provenance.get("license")
    return PublishPlan(
        folder=place,
        files=tuple(files),
        held_back=tuple(held),
        text_policy=str(provenance.get("text_policy")),
        license=license if isinstance(license, str) else None,
    )


def publish(
    folder: str | Path, repo_id: str, *, push: bool = False, public: bool = False, token: str | None = None
) -> PublishResult:
    """Plan what of `folder` would go to the dataset repository `repo_id`, and with `push` send it in one commit.

    A new repository is private unless `public`; an existing one keeps its setting. The same build pushed again makes
    no commit. `token` defaults to the environment's (HF_TOKEN) or the Hub's own login. Raises ConfigError for a bad
    `repo_id` or whole texts without a licence, HubError where the Hub or network refuses, ConflictError rather than
    sending to a public repository without `public`; else as `plan_publish`.
    """
    _check_repo_id(repo_id)
    plan = plan_publish(folder)
    if plan.text_policy == "full" and plan.license is None:
        raise ConfigError(
            f"{plan.folder} holds whole articles and names no licence to publish them under; "
            "build it with --license, or with --text excerpt"
        )
    if not push:
        return PublishResult(repo_id, plan, pushed=False)
    return _push(plan, repo_id, public=public, token=token or _find_token())


def redact(text: str, token: str | None = None) -> str:
    """Return `text` without anything that looks like a Hub token, and without `token` itself."""
    if token:
        text = text.replace(token, REDACTED)
    return TOKEN.sub(REDACTED, text)


def _list_entries(folder: Path) -> Iterator[str]:
    """Yield the names of all files, those of folders that stay as one name with a slash."""
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            if entry.name in HELD_BACK or entry.name.startswith("."):
                yield f"{entry.name}/"
                continue
            for path in sorted(entry.rglob("*")):
                if not path.is_dir() or path.is_symlink():
                    yield path.relative_to(folder).as_posix()
        else:
            yield entry.name


def _say_why_held(name: str) -> str:
    top = name.split("/", 1)[0]
    if top in HELD_BACK:
        return HELD_BACK[top]
    return "hidden" if any(part.startswith(".") for part in name.split("/")) else "not part of the dataset"


def _refuse_tokens(path: Path, name: str) -> None:
    """Raise InputError when the file holds what looks like a Hub token; the message does not repeat it."""
    texts = _read_cells(path) if path.suffix == ".parquet" else [path.read_text(encoding="utf-8")]
    if any(TOKEN.search(text) for text in texts):
        raise InputError(f"{name} holds what looks like a Hub token; revoke it, remove it from the input, build again")


def _read_cells(path: Path) -> Iterator[str]:
    """Yield those string cells of a parquet file that may hold a token."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=1_000):
            for field, column in zip(batch.schema, batch.columns, strict=True):
                if field.type == pa.string():
                    yield from column.filter(pc.match_substring(column, "hf_")).to_pylist()
                elif not pa.types.is_primitive(field.type):
                    yield str(column.flatten().to_pylist())


def _check_repo_id(repo_id: str) -> None:
    from huggingface_hub import utils
    from huggingface_hub.errors import HFValidationError

    try:
        utils.validate_repo_id(repo_id)
    except HFValidationError as error:
        raise ConfigError(f"not a repository name: {redact(str(error))} Give OWNER/NAME.") from None
    if "/" not in repo_id:
        raise ConfigError(f"{redact(repo_id)!r} names no owner; give OWNER/NAME")


def _find_token() -> str:
    from huggingface_hub import get_token

    token = get_token()
    if not token:
        raise HubError("no Hub token found; run `hf auth login`, or set HF_TOKEN in the environment")
    return token


def _push(plan: PublishPlan, repo_id: str, *, public: bool, token: str) -> PublishResult:
    from huggingface_hub import HfApi, constants

    if constants.HF_HUB_OFFLINE:
        raise HubError("HF_HUB_OFFLINE is set, so nothing can be sent; unset it to push")
    # Read now rather than when the library was first imported.
    api = HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None, token=token)
    with _telling_what_failed(repo_id, api.endpoint, token), _showing_progress_to_people_only():
        info, created = _open_repository(api, repo_id, public=public)
        diff = _compare(plan, _read_remote(api, repo_id, info.sha), plan.folder)
        commit = None if diff.empty else _commit(api, repo_id, plan, diff, parent=info.sha)
    return PublishResult(
        repo_id,
        plan,
        pushed=True,
        created=created,
        private=info.private,
        commit=commit,
        url=f"{api.endpoint}/datasets/{repo_id}",
        diff=diff,
    )


def _open_repository(api: HfApi, repo_id: str, *, public: bool) -> tuple[DatasetInfo, bool]:
    """Return the repository's head and whether it was just created."""
    from huggingface_hub.errors import RepositoryNotFoundError

    try:
        info = api.dataset_info(repo_id)
    except RepositoryNotFoundError:
        api.create_repo(repo_id, repo_type="dataset", private=not public)
        return api.dataset_info(repo_id), True
    if not info.private and not public:
        raise ConflictError(
            f"{repo_id} exists and is public; give --public to publish there, or choose another name for a private one"
        )
    return info, False


def _read_remote(api: HfApi, repo_id: str, revision: str | None) -> dict[str, str]:
    """Return the hash of each file of the repository: SHA-256 where the Hub stores it as a large file, else git's."""
    from huggingface_hub.hf_api import RepoFile

    tree = api.list_repo_tree(repo_id, recursive=True, revision=revision, repo_type="dataset")
    return {
        entry.path: entry.lfs.sha256 if entry.lfs is not None else entry.blob_id
        for entry in tree
        if isinstance(entry, RepoFile)
    }


def _compare(plan: PublishPlan, remote: Mapping[str, str], folder: Path) -> RemoteDiff:
    added, changed, same = [], [], []
    for file in plan.files:
        there = remote.get(file.name)
        if there is None:
            added.append(file.name)
        elif there in (file.sha256, _git_hash(folder / file.name, file.bytes)):
            same.append(file.name)
        else:
            changed.append(file.name)
    ours = {file.name for file in plan.files}
    removed = sorted(name for name in remote if DATA_FILE.fullmatch(name) and name not in ours)
    return RemoteDiff(tuple(added), tuple(changed), tuple(removed), tuple(same))


def _git_hash(path: Path, size: int) -> str:
    """Return the hash that git gives a file of this content."""
    digest = hashlib.sha1(f"blob {size}\0".encode(), usedforsecurity=False)
    with path.open("rb") as stream:
        while block := stream.read(READ_SIZE):
            digest.update(block)
    return digest.hexdigest()


def _commit(api: HfApi, repo_id: str, plan: PublishPlan, diff: RemoteDiff, *, parent: str | None) -> str:
    """Send what differs as one commit on top of `parent` and return its id.

    An answer that got lost may hide a commit that landed: the head tells. Retried once with the same parent, which
    the Hub refuses where anything landed meanwhile, so that there is one commit at most.
    """
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    for left in range(COMMIT_TRIES - 1, -1, -1):
        operations: list[Any] = [CommitOperationAdd(name, plan.folder / name) for name in diff.added + diff.changed]
        operations += [CommitOperationDelete(name) for name in diff.removed]
        try:
            return api.create_commit(
                repo_id, operations, commit_message="Publish with Sayso", repo_type="dataset", parent_commit=parent
            ).oid
        except _network_errors() as error:
            status = _status_of(error)
            if status is not None and status < 500:
                raise
            head = api.dataset_info(repo_id).sha
            if head is not None and head != parent:
                if _compare(plan, _read_remote(api, repo_id, head), plan.folder).empty:
                    return head
                raise
            if not left:
                raise
    raise AssertionError("every try returns or raises")


def _network_errors() -> tuple[type[Exception], ...]:
    """Return what the Hub library raises for refusals and broken connections alike."""
    from huggingface_hub.errors import HfHubHTTPError

    # Its base is the HTTP client's own root error; which client that is depends on the library's version.
    return HfHubHTTPError, *(base for base in HfHubHTTPError.__bases__ if issubclass(base, Exception)), OSError


def _client_errors() -> tuple[type[Exception], ...]:
    """Return all that the Hub library raises: its own checks of card and request are ValueErrors."""
    return (*_network_errors(), ValueError)


def _status_of(error: BaseException) -> int | None:
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None


@contextmanager
def _telling_what_failed(repo_id: str, endpoint: str, token: str) -> Iterator[None]:
    """Turn what the Hub library raises into a HubError that says what to do and never holds the token."""
    try:
        yield
    except SaysoError:
        raise
    except _client_errors() as error:
        # Not `from error`: its text and its request's headers are not ours to vouch for.
        raise HubError(redact(_explain_failure(error, repo_id, endpoint), token)) from None


@contextmanager
def _showing_progress_to_people_only() -> Iterator[None]:
    """Silence the Hub library's progress bars where stderr is no terminal."""
    from huggingface_hub.utils import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    if sys.stderr.isatty() or are_progress_bars_disabled():
        yield
        return
    disable_progress_bars()
    try:
        yield
    finally:
        enable_progress_bars()


def _explain_failure(error: Exception, repo_id: str, endpoint: str) -> str:
    status = _status_of(error)
    owner = repo_id.split("/")[0]
    words = str(getattr(error, "server_message", None) or "").strip()[:MAX_SERVER_WORDS]
    said = f" (the Hub said: {words})" if words else ""
    if status is None:
        if isinstance(error, ValueError):
            return f"the Hub refused the card or the request: {str(error)[:MAX_SERVER_WORDS]}; build the folder again"
        return f"can't reach {endpoint} ({type(error).__name__}); check the network and HF_ENDPOINT, then run it again"
    explained = {
        401: "the Hub does not accept the token; run `hf auth login`, or renew HF_TOKEN",
        403: f"the token may not write to {repo_id}; use one with write access to {owner}",
        404: f"{repo_id} was not found; check the name, and that the token may see it",
        409: f"{repo_id} is being created or changed by somebody else; wait a moment and run it again",
        412: f"{repo_id} changed while this was being sent; run it again",
        429: "the Hub asks to slow down; wait some minutes and run it again",
    }
    if status in explained:
        return explained[status] + said
    if status >= 500:
        return f"the Hub failed with {status}; nothing was committed, run it again later{said}"
    return f"the Hub refused with {status}{said}; check the name, the token and the Hub's status page"


def render_publish(result: PublishResult) -> RenderableType:
    """Return the result for a rich console; file names are made safe to show."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    from .terminal import safe_line

    plan = result.plan
    files = Table("File", "Bytes", *(["On the Hub"] if result.diff else []), box=None, pad_edge=False)
    files.columns[1].justify = "right"
    states = _states(result.diff)
    for file in plan.files:
        files.add_row(Text(safe_line(file.name)), f"{file.bytes:,}", *([states.get(file.name, "")] if states else []))
    for name in result.diff.removed if result.diff else ():
        files.add_row(Text(safe_line(name)), "", "removed")
    parts: list[RenderableType] = [Text(_headline(result), style="bold"), files]
    if plan.held_back:
        held = Table("Held back", "Why", box=None, pad_edge=False)
        for item in plan.held_back:
            held.add_row(Text(safe_line(item.name)), item.reason)
        parts.extend((Text(), held))
    if not result.pushed:
        parts.extend((Text(), Text("Nothing was sent. Add --push to send it.")))
    return Group(*parts)


def _headline(result: PublishResult) -> str:
    size = f"{len(result.plan.files)} files, {result.plan.bytes:,} bytes"
    if not result.pushed:
        return f"Would go to {result.repo_id}: {size}"
    where = f"{result.url} ({'private' if result.private else 'public'})"
    if result.commit is None:
        return f"Unchanged: {where} already holds this build"
    return f"Published to {where}: {size}, commit {result.commit[:12]}"


def _states(diff: RemoteDiff | None) -> dict[str, str]:
    if diff is None:
        return {}
    kinds: Iterable[tuple[str, tuple[str, ...]]] = (("new", diff.added), ("changed", diff.changed), ("same", diff.same))
    return {name: kind for kind, names in kinds for name in names}
