"""The review in a browser: for this machine and its own page only, and nothing loaded from elsewhere."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from command_line import run
from sayso.labeling.review_screen.serve import make_server


def test_without_the_extra_the_error_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    monkeypatch.setitem(sys.modules, "textual_serve.server", None)
    failed = run(monkeypatch, "review", tmp_path, "--annotator", "ana", "--serve")
    assert failed.code == 2
    assert "pip install 'sayso[serve]'" in failed.err


def ask(path: str, **headers: str) -> tuple[int, str, Any]:
    """Return status, body and headers of one request to the server."""
    test_utils = pytest.importorskip("aiohttp.test_utils")
    pytest.importorskip("textual_serve")

    async def request() -> tuple[int, str, Any]:
        server = make_server(["true"], port=8700, quiet=True)
        async with test_utils.TestClient(test_utils.TestServer(await server._make_app())) as client:
            response = await client.get(path, headers=headers)
            return response.status, await response.text(), response.headers

    return asyncio.run(request())


def test_the_page_loads_nothing_from_elsewhere() -> None:
    status, page, headers = ask("/", Host="127.0.0.1:8700")
    assert status == 200
    assert re.findall(r"(?:https?|ws)://[^\"'<\s]*", page) == ["ws://127.0.0.1:8700/ws"]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
    for path in re.findall(r"(?:src|href)=\"([^\"]+)\"", page):
        assert ask(path, Host="localhost:8700")[0] == 200


def test_the_terminal_has_the_keyboard_without_a_click() -> None:
    _, page, _ = ask("/", Host="127.0.0.1:8700")
    assert '<script src="/keys.js" defer></script>' in page
    status, script, headers = ask("/keys.js", Host="127.0.0.1:8700")
    assert (status, headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert "field.focus()" in script
    assert "http" not in script


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {"Host": "evil.example"}),
        ("/ws", {"Host": "evil.example:8700"}),
        ("/ws", {"Host": "127.0.0.1:8700", "Origin": "http://evil.example"}),
        ("/", {"Host": "127.0.0.1:8701"}),
        ("/ws", {"Host": "127.0.0.1:8700", "Origin": "null"}),
    ],
)
def test_other_machines_and_pages_are_refused(path: str, headers: dict[str, str]) -> None:
    assert ask(path, **headers)[0] == 403
