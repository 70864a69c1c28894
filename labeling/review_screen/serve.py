"""The review screen in a browser of the same machine: nothing from outside is loaded, nobody outside is let in."""

from __future__ import annotations

import logging
import shlex
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from sayso.attribution.errors import ConfigError

if TYPE_CHECKING:
    from aiohttp import web

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HOST = "127.0.0.1"
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Sayso review</title>
<link rel="stylesheet" href="/static/css/xterm.css">
<script src="/static/js/textual.js"></script>
<script src="/keys.js" defer></script>
<style>
body {{ margin: 0; background: #101010; }}
#terminal {{ position: absolute; width: 100vw; height: 100vh; font-family: monospace; }}
.dialog-container {{ display: none; }}
body.-closed .closed-dialog {{ display: block; color: #f0f0f0; font-family: monospace; padding: 2em; }}
</style>
</head>
<body>
<div id="terminal" class="textual-terminal" data-session-websocket-url="ws://{host}/ws" data-font-size="16"></div>
<div class="dialog-container closed-dialog">The session has ended. Every answer is on disk; reload to go on.</div>
</body>
</html>
"""

# Keys go to the terminal at once, without a click on it first, and again when one comes back to the page.
KEYS_SCRIPT = """const terminal = document.getElementById("terminal");
const find = () => terminal.querySelector("textarea");
const focus = () => { const field = find(); if (field) field.focus(); };
const watch = new MutationObserver(() => { if (find()) { watch.disconnect(); focus(); } });
watch.observe(terminal, {childList: true, subtree: true});
window.addEventListener("focus", focus);
focus();
"""


def serve_screen(command: Sequence[str], *, port: int, quiet: bool = False) -> None:
    """Serve `command`, a review on a full screen, at a port of this machine until interrupted.

    Raises ConfigError where the extra that brings the server is not installed.
    """
    make_server(command, port=port, quiet=quiet).serve()


def make_server(command: Sequence[str], *, port: int, quiet: bool = False) -> Any:
    """Return the server of `serve_screen`, not yet serving."""
    try:
        from aiohttp import web
        from textual_serve.server import Server
    except ImportError as error:
        raise ConfigError(
            "--serve needs the extra `serve`, which is not installed: pip install 'sayso[serve]'"
        ) from error
    host = f"{HOST}:{port}"
    # A line for each request would bury the address to open.
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)

    class LocalServer(Server):
        """Answers only requests that name this machine, from pages that came from here."""

        async def _make_app(self) -> web.Application:
            app = await super()._make_app()
            app.middlewares.append(web.middleware(_guard(host)))
            app.router.add_get("/keys.js", self.handle_keys)
            return app

        async def handle_keys(self, request: web.Request) -> web.Response:
            return web.Response(text=KEYS_SCRIPT, content_type="text/javascript")

        async def handle_index(self, request: web.Request) -> web.Response:
            return web.Response(text=PAGE.format(host=host), content_type="text/html")

        async def on_startup(self, app: web.Application) -> None:
            if not quiet:
                self.console.print(f"Review at http://{host} (Ctrl+C ends it)", highlight=False, markup=False)

    return LocalServer(shlex.join(command), host=HOST, port=port, title="Sayso review")


def _guard(host: str) -> Any:
    """Return the check of each request.

    A page of somebody else's, open in the same browser, can reach this port too: through a name that leads here
    (the Host is then another) or by opening a web socket (the Origin is then another).
    """
    allowed = {host, host.replace(HOST, "localhost")}
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        f"font-src 'self'; connect-src ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )

    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        from aiohttp import web

        origin = request.headers.get("Origin")
        if request.headers.get("Host") not in allowed:
            raise web.HTTPForbidden(text="This review is for this machine only.")
        if origin is not None and origin.removeprefix("http://") not in allowed:
            raise web.HTTPForbidden(text="This review is for its own page only.")
        response: web.StreamResponse = await handler(request)
        if not response.prepared:
            response.headers["Content-Security-Policy"] = policy
        return response

    return check
