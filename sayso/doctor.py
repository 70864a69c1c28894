"""Checks of the installation and its surroundings: what is there, what is wrong, what to do about it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import locale
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from . import __version__
from .attribution.errors import SaysoError

SCHEMA_VERSION = 1
PACKAGES = (
    *("spacy", "onnxruntime", "tokenizers", "numpy", "scikit-learn", "datasets", "huggingface-hub", "pyarrow"),
    *("jsonlines", "typer", "rich", "textual", "pydantic", "trafilatura"),
)
FACTORIES = ("sayso_attribution", "sayso_speakers")
# A build of the five seeds takes 1 MB; a spaCy or Hub cache that can't grow fails with far stranger messages.
MIN_FREE_BYTES = 500_000_000
MIN_COLUMNS = 60

Status = Literal["ok", "note", "problem"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; a `problem` needs mending, a `note` may surprise somebody."""

    name: str
    status: Status
    found: str
    cure: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "status": self.status, "found": self.found, "cure": self.cure}


def examine(*, folder: Path, environ: Mapping[str, str] | None = None, dataset: Path | None = None) -> list[Check]:
    """Return all checks, in a fixed order; none of them opens a socket, and no secret is in the answer.

    `dataset`: a dataset folder whose files and review logs are looked at too.
    """
    environ = os.environ if environ is None else environ
    groups: list[tuple[str, Callable[[], Iterator[Check]]]] = [
        ("versions", check_versions),
        ("spaCy components", check_factories),
        ("rule data", check_rule_data),
        ("model", check_models),
        ("configuration", lambda: check_configuration(folder, environ)),
        ("folders", lambda: check_folders(folder)),
        ("terminal", lambda: check_terminal(environ)),
        ("Hub token", lambda: check_token(environ)),
    ]
    if dataset is not None:
        place = dataset
        groups += [("dataset", lambda: check_dataset(place)), ("review", lambda: check_review(place))]
    checks: list[Check] = []
    for name, group in groups:
        try:
            checks.extend(group())
        except Exception as error:  # a check that breaks is a finding; the others still run
            cure = "reinstall sayso; if that does not help, report it with this line"
            checks.append(Check(name, "problem", f"the check failed: {type(error).__name__}: {error}", cure))
    return checks


def report_json(checks: list[Check]) -> dict[str, Any]:
    """Return the document of `sayso doctor --json`."""
    return {
        "schema_version": SCHEMA_VERSION,
        "sayso": __version__,
        "healthy": all(check.status != "problem" for check in checks),
        "checks": [check.to_json() for check in checks],
    }


def check_versions() -> Iterator[Check]:
    """Yield Python's and each needed package's version, read without importing it."""
    yield Check("sayso", "ok", __version__)
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    yield Check("python", "ok", found)
    for package in PACKAGES:
        try:
            yield Check(package, "ok", importlib.metadata.version(package))
        except importlib.metadata.PackageNotFoundError:
            yield Check(package, "problem", "not installed", f"pip install {package}, or reinstall sayso")


def check_factories() -> Iterator[Check]:
    """Yield whether spaCy will find our components by name in a fresh process."""
    names = {entry.name for entry in importlib.metadata.entry_points(group="spacy_factories")}
    missing = [name for name in FACTORIES if name not in names]
    if missing:
        cure = "reinstall sayso: its entry points are not registered"
        yield Check("spaCy components", "problem", f"not registered: {', '.join(missing)}", cure)
    else:
        yield Check("spaCy components", "ok", ", ".join(FACTORIES))


def check_rule_data() -> Iterator[Check]:
    """Yield whether each packaged rule file loads and follows its schema."""
    from .api import load

    try:
        load()
    except SaysoError as error:
        yield Check("rule data", "problem", str(error), "reinstall sayso, or undo the change to the file")
        return
    seeds = resources.files("sayso.seeds")
    names = [
        f"{kind}/{entry.name}"
        for kind in ("lexicons", "registry")
        for entry in sorted((seeds / kind).iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".jsonl")
    ]
    yield Check("rule data", "ok", ", ".join(names))


def check_models() -> Iterator[Check]:
    """Yield the packaged models; none is fine, the rules stand alone."""
    folders = (entry for entry in resources.files("sayso.models").iterdir() if entry.is_dir())
    names = sorted(folder.name for folder in folders if (folder / "README.md").is_file())
    yield Check("model", "ok", ", ".join(names) or "none packaged: rules alone")


def check_configuration(folder: Path, environ: Mapping[str, str]) -> Iterator[Check]:
    """Yield whether the settings resolve, and variables that look like settings but are none."""
    from .config import resolve_settings, unknown_variables

    try:
        path = resolve_settings({}, environ=environ, folder=folder).path
    except SaysoError as error:
        yield Check("configuration", "problem", str(error), "mend the line; allowed keys: sayso config schema")
    else:
        yield Check("configuration", "ok", "no file, defaults" if path is None else str(path))
    for name, near in unknown_variables(environ).items():
        cure = "unset it" if near is None else f"did you mean {near}?"
        yield Check("environment", "note", f"{name} names no setting", cure)


def check_folders(folder: Path) -> Iterator[Check]:
    """Yield whether this folder, the temporary one and the cache can be written, and how much room is left."""
    places = (("current folder", folder), ("temporary folder", Path(tempfile.gettempdir())), ("Hub cache", hub_home()))
    for name, place in places:
        existing = next(path for path in (place, *place.parents) if path.exists())
        if _is_writable(existing):
            yield Check(name, "ok", f"{place} is writable")
        else:
            status: Status = "note" if name == "Hub cache" else "problem"  # only pushing and loading use the cache
            yield Check(name, status, f"{place} can't be written", "choose another folder or mend its permissions")
    free = shutil.disk_usage(next(path for path in (folder, *folder.parents) if path.exists())).free
    found = f"{free / 1e9:.1f} GB free"
    if free < MIN_FREE_BYTES:
        yield Check("disk", "problem", found, f"make room: at least {MIN_FREE_BYTES / 1e9:.1f} GB")
    else:
        yield Check("disk", "ok", found)


def _is_writable(folder: Path) -> bool:
    # os.access says yes on read-only mounts of some systems: try it
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def check_terminal(environ: Mapping[str, str]) -> Iterator[Check]:
    """Yield encoding and size of the terminal."""
    stream = sys.__stdout__
    found = f"locale {locale.getpreferredencoding(False)}, file names {sys.getfilesystemencoding()}"
    encoding = (getattr(stream, "encoding", None) or "").lower().replace("-", "")
    is_terminal = stream is not None and stream.isatty()
    if is_terminal and encoding != "utf8":
        cure = "set PYTHONUTF8=1 or a UTF-8 locale (LANG=C.UTF-8), or signs will show as ?"
        yield Check("encoding", "problem", f"the terminal is {encoding}; {found}", cure)
    elif sys.getfilesystemencoding().lower().replace("-", "") != "utf8":
        yield Check("encoding", "problem", found, "set PYTHONUTF8=1 or a UTF-8 locale (LANG=C.UTF-8)")
    else:
        yield Check("encoding", "ok", found)
    size = shutil.get_terminal_size()
    shown = f"{size.columns} × {size.lines}" if is_terminal else "stdout is no terminal: no colours, no bars"
    if is_terminal and size.columns < MIN_COLUMNS:
        yield Check("terminal", "note", shown, f"`sayso show` reads best from {MIN_COLUMNS} columns on")
    else:
        yield Check("terminal", "ok", shown)


def check_token(environ: Mapping[str, str]) -> Iterator[Check]:
    """Yield where a Hub token is found, never the token; only `publish --push` needs one."""
    if any(environ.get(name) for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")):
        yield Check("Hub token", "ok", "present, from the environment")
        return
    path = Path(environ.get("HF_TOKEN_PATH") or hub_home(environ) / "token")
    if path.is_file() and path.stat().st_size > 0:
        yield Check("Hub token", "ok", "present, from the Hub's own login")
    else:
        yield Check("Hub token", "ok", "none; only `sayso publish --push` needs one (hf auth login)")


def check_dataset(folder: Path) -> Iterator[Check]:
    """Yield whether the folder is a dataset, and whether its files are as the build wrote them."""
    from .folder import LOCAL, find_changes, read_provenance

    record = read_provenance(folder)
    if record is None:
        cure = "give a folder that `sayso build -o` made"
        yield Check("dataset", "problem", f"{folder} is no dataset that Sayso built", cure)
        return
    try:
        changes = find_changes(folder)
    except SaysoError as error:
        yield Check("dataset", "problem", str(error), f"sayso build … -o {folder}")
        return
    articles = f"{record.get('counts', {}).get('articles', 0):,} articles, by Sayso {record.get('sayso', '?')}"
    if changes:
        shown = "; ".join(changes[:3]) + (f"; and {len(changes) - 3} more" if len(changes) > 3 else "")
        cure = "build it again; --force replaces edited files"
        yield Check("dataset", "problem", f"{folder} was edited since it was built: {shown}", cure)
    elif not (folder / LOCAL).is_dir():
        cure = "review, explain and show need them: use the folder where it was built"
        yield Check("dataset", "note", f"{folder} has no texts (a published copy); {articles}", cure)
    else:
        yield Check("dataset", "ok", f"{folder} is as it was built; {articles}")


def check_review(folder: Path) -> Iterator[Check]:
    """Yield whether each review log is whole, and who has one open or left it without closing it."""
    from .folder import REVIEW
    from .labeling.review_log import find_holders, find_logs, verify_logs

    logs = find_logs(folder / REVIEW)
    if not logs:
        yield Check("review", "ok", "nobody has reviewed it yet")
        return
    findings = {finding.path: finding for finding in verify_logs(folder / REVIEW)}
    whole = len(logs) - len(findings)
    if whole:
        yield Check("review", "ok", f"{whole} of {len(logs)} logs whole, each line as it was written")
    for path, finding in findings.items():
        place = path if finding.line is None else f"{path}:{finding.line}"
        # Damage tells its own cure.
        cure = "open the review once more; what was acknowledged is all there" if finding.mended else None
        status: Status = "note" if finding.mended else "problem"
        yield Check("review log", status, f"{place}: {finding.problem}", cure)
    for holder in find_holders(folder / REVIEW):
        who = f"{holder.path.name}: process {holder.pid} on {holder.host}"
        if holder.state == "open":
            yield Check("review lock", "ok", f"{who} has it open")
        elif holder.state == "ended":
            yield Check(
                "review lock", "note", f"{who} ended without closing it", "none needed: the next review takes it over"
            )
        else:
            cure = f"where that review no longer runs, delete {holder.note}"
            yield Check("review lock", "note", f"{who} opened it and has not closed it", cure)


def hub_home(environ: Mapping[str, str] | None = None) -> Path:
    """Return the folder the Hub's client keeps its cache and token in, found as that client finds it."""
    environ = os.environ if environ is None else environ
    if environ.get("HF_HOME"):
        return Path(environ["HF_HOME"]).expanduser()
    cache = environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser() / "huggingface"
