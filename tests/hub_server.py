"""A small Hub for tests: dataset repositories in memory, behind the HTTP calls that the real client makes.

Speaks create, info, tree, preupload, large-file upload, commit and download; every call is logged, and faults can be
planted by route. The xet transfer path is not imitated: the client is told not to use it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

TOKEN = "hf_" + "testtoken" * 3


@dataclass
class Repository:
    """One dataset repository: the files of each commit, newest last."""

    name: str
    private: bool
    commits: list[tuple[str, dict[str, bytes]]] = field(default_factory=list)

    @property
    def head(self) -> str:
        return self.commits[-1][0]

    @property
    def files(self) -> dict[str, bytes]:
        return self.commits[-1][1]

    def add_commit(self, files: dict[str, bytes]) -> str:
        oid = hashlib.sha1(f"{self.name} {len(self.commits)}".encode()).hexdigest()
        self.commits.append((oid, dict(files)))
        return oid

    def at(self, revision: str) -> dict[str, bytes] | None:
        return next(
            (files for oid, files in self.commits if oid == revision), self.files if revision == "main" else None
        )


@dataclass
class Fault:
    """What goes wrong at calls whose 'METHOD path' matches, `times` times; `after` does the work first."""

    route: re.Pattern[str]
    status: int | None
    """None cuts the connection without an answer."""
    message: str = "planted"
    times: int = 1
    after: bool = False


@dataclass
class Hub:
    """The state of the server."""

    url: str = ""
    repositories: dict[str, Repository] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def fail(self, route: str, status: int | None, **more: Any) -> None:
        """Plant a fault at the calls that match `route`."""
        self.faults.append(Fault(re.compile(route), status, **more))

    def count(self, route: str) -> int:
        """Return how many calls matched `route`."""
        return sum(bool(re.search(route, call)) for call in self.calls)

    def add_repository(self, name: str, *, private: bool) -> Repository:
        repository = Repository(name, private)
        repository.add_commit({".gitattributes": b"*.parquet filter=lfs diff=lfs merge=lfs -text\n"})
        self.repositories[name] = repository
        return repository


@dataclass
class Answer:
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def is_large(name: str) -> bool:
    return name.endswith(".parquet")


def git_hash(data: bytes) -> str:
    return hashlib.sha1(f"blob {len(data)}\0".encode() + data).hexdigest()


def file_hash(name: str, data: bytes) -> str:
    return hashlib.sha256(data).hexdigest() if is_large(name) else git_hash(data)


def describe_file(name: str, data: bytes) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": "file", "path": name, "size": len(data), "oid": git_hash(data)}
    if is_large(name):
        entry["lfs"] = {"oid": file_hash(name, data), "size": len(data), "pointerSize": 128}
    return entry


NOT_FOUND = Answer(404, {"error": "not found"}, {"X-Error-Code": "RepoNotFound"})
NO_ENTRY = Answer(404, {"error": "no such file"}, {"X-Error-Code": "EntryNotFound"})
NO_REVISION = Answer(404, {"error": "no such revision"}, {"X-Error-Code": "RevisionNotFound"})
ID = r"(?P<id>[^/]+/[^/]+?)"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.serve()

    def do_HEAD(self) -> None:
        self.serve()

    def do_POST(self) -> None:
        self.serve()

    def do_PUT(self) -> None:
        self.serve()

    def serve(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or self.read_chunks()
        path = unquote(urlsplit(self.path).path)
        call = f"{self.command} {path}"
        self.hub.calls.append(call)
        fault = next((f for f in self.hub.faults if f.times and f.route.search(call)), None)
        if fault is not None:
            fault.times -= 1
            if fault.after:
                self.answer(path, data)
            if fault.status is None:
                self.close_connection = True
                self.connection.close()
                return
            self.send(Answer(fault.status, {"error": fault.message}))
            return
        self.send(self.answer(path, data))

    def read_chunks(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return b""
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def send(self, answer: Answer) -> None:
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for name, value in {"Content-Length": str(len(body)), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    @property
    def trusted(self) -> bool:
        return self.headers.get("Authorization") == f"Bearer {TOKEN}"

    def answer(self, path: str, data: bytes) -> Answer:
        for pattern, action in ROUTES:
            match = re.fullmatch(pattern, f"{self.command} {path}")
            if match is None:
                continue
            named = match.groupdict()
            if "id" not in named:
                return action(self, data, **named)
            repository = self.hub.repositories.get(named.pop("id"))
            if repository is None or (repository.private and not self.trusted):
                return NOT_FOUND
            if self.command in ("POST", "PUT") and not self.trusted:
                return Answer(401, {"error": "Invalid credentials"})
            return action(self, data, repository, **named)
        return NO_ENTRY

    def create(self, data: bytes) -> Answer:
        if not self.trusted:
            return Answer(401, {"error": "Invalid credentials"})
        asked = json.loads(data)
        name = f"{asked['organization']}/{asked['name']}"
        address = {"url": f"{self.hub.url}/datasets/{name}"}
        if name in self.hub.repositories:
            return Answer(409, {"error": "You already created this dataset repo", **address})
        private = asked.get("visibility") == "private" or asked.get("private") is True
        self.hub.add_repository(name, private=private)
        return Answer(200, address)

    def check_card(self, data: bytes) -> Answer:
        valid = json.loads(data)["content"].startswith("---\n")
        return Answer(200 if valid else 400, {"errors": [] if valid else [{"message": "no metadata"}], "warnings": []})

    def info(self, data: bytes, repository: Repository, revision: str | None = None) -> Answer:
        if revision is not None and repository.at(revision) is None:
            return NO_REVISION
        sha = repository.head if revision in (None, "main") else revision
        files = repository.at(sha or "main") or {}
        siblings = [{"rfilename": name} for name in sorted(files)]
        described = {"id": repository.name, "sha": sha, "private": repository.private, "siblings": siblings}
        return Answer(200, {**described, "tags": [], "downloads": 0, "likes": 0, "disabled": False, "gated": False})

    def tree(self, data: bytes, repository: Repository, revision: str, folder: str | None = None) -> Answer:
        files = repository.at(revision)
        if files is None:
            return NO_REVISION
        prefix = f"{folder}/" if folder else ""
        inside = {name: content for name, content in sorted(files.items()) if name.startswith(prefix)}
        if folder and not inside:
            return NO_ENTRY
        entries = [describe_file(name, content) for name, content in inside.items()]
        if "recursive=true" not in self.path.lower():
            entries = [entry for entry in entries if "/" not in entry["path"][len(prefix) :]]
        folders = {
            name[: len(prefix)] + name[len(prefix) :].split("/")[0] for name in inside if "/" in name[len(prefix) :]
        }
        return Answer(
            200, [{"type": "directory", "path": name, "oid": "0", "size": 0} for name in sorted(folders)] + entries
        )

    def preupload(self, data: bytes, repository: Repository, revision: str) -> Answer:
        described = []
        for asked in json.loads(data)["files"]:
            name, there = asked["path"], repository.files.get(asked["path"])
            mode = "lfs" if is_large(name) else "regular"
            oid = None if there is None else file_hash(name, there)
            described.append({"path": name, "uploadMode": mode, "shouldIgnore": False, "oid": oid})
        return Answer(200, {"files": described})

    def batch(self, data: bytes, repository: Repository) -> Answer:
        objects = []
        for asked in json.loads(data)["objects"]:
            upload = {"upload": {"href": f"{self.hub.url}/objects/{asked['oid']}"}}
            known = asked["oid"] in self.hub.objects
            objects.append({"oid": asked["oid"], "size": asked["size"], **({} if known else {"actions": upload})})
        return Answer(200, {"transfer": "basic", "objects": objects})

    def put_object(self, data: bytes, oid: str) -> Answer:
        if hashlib.sha256(data).hexdigest() != oid:
            return Answer(400, {"error": "hash differs"})
        self.hub.objects[oid] = data
        return Answer(200, {})

    def commit(self, data: bytes, repository: Repository, revision: str) -> Answer:
        lines = [json.loads(line) for line in data.splitlines() if line]
        files = dict(repository.files)
        for key, value in ((line["key"], line["value"]) for line in lines):
            if key == "header" and value.get("parentCommit", repository.head) != repository.head:
                return Answer(412, {"error": "A commit has happened since"})
            if key == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            if key == "lfsFile":
                files[value["path"]] = self.hub.objects[value["oid"]]
            if key == "deletedFile":
                del files[value["path"]]
        oid = repository.add_commit(files)
        return Answer(
            200,
            {"success": True, "commitOid": oid, "commitUrl": f"{self.hub.url}/datasets/{repository.name}/commit/{oid}"},
        )

    def resolve(self, data: bytes, repository: Repository, revision: str, name: str) -> Answer:
        files = repository.at(revision)
        if files is None:
            return NO_REVISION
        if name not in files:
            return NO_ENTRY
        sha = repository.head if revision == "main" else revision
        return Answer(200, files[name], {"ETag": f'"{file_hash(name, files[name])}"', "X-Repo-Commit": sha})


ROUTES: list[tuple[str, Callable[..., Answer]]] = [
    (r"POST /api/repos/create", Handler.create),
    (r"POST /api/validate-yaml", Handler.check_card),
    (rf"GET /api/datasets/{ID}(?:/revision/(?P<revision>[^/]+))?", Handler.info),
    (rf"GET /api/datasets/{ID}/tree/(?P<revision>[^/]+)(?:/(?P<folder>.+))?", Handler.tree),
    (rf"POST /api/datasets/{ID}/preupload/(?P<revision>[^/]+)", Handler.preupload),
    (rf"POST /api/datasets/{ID}/commit/(?P<revision>[^/]+)", Handler.commit),
    (rf"POST /datasets/{ID}\.git/info/lfs/objects/batch", Handler.batch),
    (r"PUT /objects/(?P<oid>[0-9a-f]{64})", Handler.put_object),
    (rf"(?:GET|HEAD) /datasets/{ID}/resolve/(?P<revision>[^/]+)/(?P<name>.+)", Handler.resolve),
]


@contextmanager
def running_hub() -> Iterator[Hub]:
    """Yield a Hub that answers on a free port of this machine until the block ends."""
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("HubHandler", (Handler,), {"hub": hub}))
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
