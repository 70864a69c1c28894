"""`sayso review`: quotation, speaker and stance corrected by keyboard, one item at a time."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from sayso.attribution.errors import ConfigError
from sayso.terminal import safe_line

from .options import Run, takes

if TYPE_CHECKING:
    from sayso.labeling.review_log import ReviewLog, Role
    from sayso.labeling.review_screen.keys import KeyMap
    from sayso.labeling.review_screen.session import Session

DEFAULT = "screen"


class ReviewGroup(TyperGroup):
    """`sayso review DIR …` is `sayso review screen DIR …`, as that is what one does all day.

    A folder with the name of a subcommand is reached as `./verify`.
    """

    default_command = DEFAULT

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or args[0] not in self.commands:
            args = [DEFAULT, *args]
        return list(super().parse_args(ctx, args))


app = typer.Typer(cls=ReviewGroup, rich_markup_mode=None, help="Review a dataset by keyboard.")


@app.callback()
def review() -> None:
    """Review a dataset by keyboard."""


Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Dataset folder that `sayso build` made.")]
Annotator = Annotated[
    str, typer.Option("--annotator", metavar="NAME", help="Whose answers these are; each name has its own log.")
]
Order = Annotated[
    str | None,
    typer.Option(
        metavar="ORDER",
        help="uncertainty (the default), disagreement (of others' answers), random, or document.",
        show_default=False,
    ),
]
Complete = Annotated[
    bool,
    typer.Option(
        "--complete", help="Go article by article, those too where nothing was found, asking what each misses."
    ),
]
Seed = Annotated[int, typer.Option(metavar="N", help="Seed of `--order random` and of what is asked again.")]
Where = Annotated[
    str | None,
    typer.Option(
        metavar="TEST",
        help="Only items that fit, for example: 'speaker ~ \"Ruiz\" and stance.confidence < 0.6'.",
        show_default=False,
    ),
]
Blind = Annotated[bool, typer.Option("--blind", help="Suggest neither speaker nor stance.")]
Recheck = Annotated[
    float, typer.Option(metavar="PERCENT", help="Ask so many of the items answered before again, to compare.")
]
From = Annotated[
    str | None,
    typer.Option("--from", metavar="ID", help="Begin at this item (number or id) or article (id).", show_default=False),
]
Codebook = Annotated[str, typer.Option(metavar="NAME", help="Codebook: a packaged one, or a .toml file.")]
Adjudicate = Annotated[
    bool, typer.Option("--adjudicate", help="Settle what others disagree on: only that, with their answers and notes.")
]
Plain = Annotated[
    bool, typer.Option("--plain", help="Ask line by line instead of on a full screen, as screen readers need it.")
]
Serve = Annotated[bool, typer.Option("--serve", help="Show the screen in a browser of this machine.")]
Port = Annotated[int, typer.Option(metavar="N", min=1, max=65535, help="Port of `--serve`.")]


@app.command(DEFAULT)
@takes("registry")
def screen(
    folder: Folder,
    annotator: Annotator,
    order: Order = None,
    seed: Seed = 0,
    where: Where = None,
    blind: Blind = False,
    recheck: Recheck = 0.0,
    complete: Complete = False,
    start: From = None,
    codebook: Codebook = "ukraine-2021",
    adjudicate: Adjudicate = False,
    plain: Plain = False,
    serve: Serve = False,
    port: Port = 8700,
    *,
    run: Run,
) -> None:
    """Review a dataset by keyboard: quotation, speaker and stance on one screen.

    Every answer is on disk, in DIR/review, before the next item shows; the next session goes on where this one
    ended. Press ? for all keys. One name at a time: a second review under the same name ends with code 5.

    Example: sayso review out/dataset --annotator ana
    """
    from sayso.labeling.codebook import read_codebook
    from sayso.labeling.review_log import ReviewLog
    from sayso.review import open_adjudication, open_session, read_keys, review_folder

    keys = read_keys(run.settings.keys, place=run.origins.get("keys", "[keys]"))
    book = read_codebook(codebook)
    if serve:
        if plain:
            raise ConfigError("--serve and --plain contradict each other; give one")
        from sayso.labeling.review_screen.serve import serve_screen

        serve_screen(_own_command(), port=port, quiet=run.quiet)
        return
    in_browser = bool(os.environ.get("TEXTUAL_DRIVER"))
    if not plain and not in_browser and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfigError("the review screen needs a terminal; use --plain to answer line by line")
    if adjudicate and (blind or where or recheck or complete):
        raise ConfigError(
            "--adjudicate shows what others answered: it takes neither --blind, --where, --recheck nor --complete"
        )
    if complete and (order not in (None, "document") or where or recheck):
        raise ConfigError("--complete goes article by article: it takes neither --order, --where nor --recheck")
    role: Role = "adjudicator" if adjudicate else "annotator"
    with ReviewLog(review_folder(folder), annotator, codebook=f"{book.id}@{book.version}", role=role) as log:
        with _making_what_stays():
            if adjudicate:
                session = open_adjudication(folder, log, codebook=book, registry=run.settings.registry)
            else:
                session = open_session(
                    folder,
                    log,
                    codebook=book,
                    registry=run.settings.registry,
                    order=order or "uncertainty",
                    seed=seed,
                    where=where,
                    recheck=recheck,
                    blind=blind,
                    complete=complete,
                )
            if not plain:
                import sayso.labeling.review_screen.app  # noqa: F401 - loads the screen's library here too
        if start is not None and (problem := session.jump(start)):
            raise ConfigError(f"--from: {problem}")
        _tell_opening(session, log, quiet=run.quiet)
        if not session.entries:
            return
        _show(session, keys, plain=plain)
        if not run.quiet:
            sys.stderr.write(safe_line(f"sayso: {_closing(session)}; the log is {log.path}") + "\n")


@contextmanager
def _making_what_stays() -> Iterator[None]:
    """Keep the garbage collector from going through objects that all stay until the end: a fifth of the start.

    It never looks at them again afterwards, which would make some key stroke among thousands wait for it.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _tell_opening(session: Session, log: ReviewLog, *, quiet: bool) -> None:
    """Say on stderr what the reviewer should know before the screen opens."""
    notes = []
    if log.recovered is not None:
        notes.append(f"the log's last line was cut short; what was there is kept in {log.recovered}")
    if session.unmatched:
        gone = len(session.unmatched)
        answers = "1 answer is" if gone == 1 else f"{gone} answers are"
        notes.append(f"{answers} about text that changed or is gone; they stay in the log")
    if not session.entries:
        notes.append(
            "nothing to review: every item that fits is answered; --complete asks for missed quotations, "
            "--from ARTICLE opens one all the same"
        )
    for note in notes if not quiet else ():
        sys.stderr.write(safe_line(f"sayso: {note}") + "\n")


def _show(session: Session, keys: KeyMap, *, plain: bool) -> None:
    from sayso.labeling.review_screen.controller import Controller
    from sayso.labeling.review_screen.drawing import Painter
    from sayso.review import short_reasons

    controller = Controller(session, keys)
    painter = Painter(controller, safe_line=safe_line, reasons=short_reasons)
    if plain:
        from sayso.labeling.review_screen.plain import run_plain

        run_plain(controller, painter, sys.stdin, sys.stdout)
    else:
        from sayso.labeling.review_screen.app import run_screen

        run_screen(controller, painter)


def _closing(session: Session) -> str:
    answered = "1 item" if session.answered == 1 else f"{session.answered:,} items"
    return f"{answered} answered, {session.remaining:,} left"


def _own_command() -> list[str]:
    """Return this command line as the browser's server has to run it, for the screen itself."""
    given = [argument for argument in sys.argv[1:] if argument != "--serve"]
    return [sys.executable, "-c", "import sys; from sayso.cli import main; sys.exit(main())", *given]
