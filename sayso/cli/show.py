"""`sayso show`: an article in the terminal, with who said what."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from sayso.attribution.errors import InputError
from sayso.attribution.types import SCHEMA_VERSION, Article, Attribution, TextSpan
from sayso.terminal import data_console, safe_json

from . import exits
from .options import FINDING, READING, AsJson, Run, takes

File = Annotated[str, typer.Argument(metavar="FILE", help="File of one or more articles, or - for standard input.")]
Id = Annotated[
    str | None, typer.Option("--id", metavar="ID", help="Show only the article with this id.", show_default=False)
]
Pred = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Show these attributions (`sayso quotes` output).", show_default=False),
]
Width = Annotated[
    int | None,
    typer.Option(metavar="COLUMNS", min=24, help="Wrap to this width; else the terminal's.", show_default=False),
]


@takes(*READING, *FINDING)
def show(
    file: File, article_id: Id = None, pred: Pred = None, width: Width = None, as_json: AsJson = False, *, run: Run
) -> None:
    """Show an article with who said what marked in it.

    Marks are signs as well as colours: [content], {source}, <cue>, each with the number the margin explains.
    The margin names the speakers; boilerplate is dimmed. Control characters of the text are made visible.

    Example: sayso show article.txt
    """
    from sayso.attribution.articles import read_articles

    from .reading import read_options, setting_aside

    documents: list[dict[str, Any]] = []
    shown = 0
    with setting_aside(None, quiet=run.quiet) as bad:
        articles = read_articles([file], options=read_options(run.settings), on_bad=bad)
        wanted = (article for article in articles if article_id in (None, article.id))
        for article, attributions in _attributed(wanted, pred, run):
            masked = find_boilerplate(article)
            if as_json:
                documents.append(article_json(article, attributions, masked))
            else:
                _print(article, attributions, masked, width, after_another=shown > 0)
            shown += 1
    if not shown and article_id is not None:
        raise InputError(f"no article in {file} has the id {article_id!r}; `sayso show {file}` shows them all")
    if not shown and not bad.count:
        raise InputError(f"{file} holds no article; give a file of articles")
    if as_json:
        document = {"schema_version": SCHEMA_VERSION, "articles": documents}
        sys.stdout.write(safe_json(document, indent=2) + "\n")
    if bad.count:
        raise typer.Exit(exits.FINDINGS)


def find_boilerplate(article: Article) -> tuple[TextSpan, ...]:
    """Return the spans of the article that rules mask as boilerplate."""
    from sayso.attribution.boilerplate import find_boilerplate as find

    return tuple(TextSpan(mask.start, mask.end) for mask in find(article.text))


def article_json(article: Article, attributions: list[Attribution], masked: tuple[TextSpan, ...]) -> dict[str, Any]:
    """Return one article of the document of `sayso show --json`."""
    return {
        "id": article.id,
        "title": article.title,
        "date": article.date,
        "publisher": article.publisher,
        "url": article.url,
        "text": article.text,
        "text_sha256": article.text_sha256,
        "boilerplate": [[span.start, span.end] for span in masked],
        "attributions": [attribution.to_json() for attribution in attributions],
    }


def _attributed(
    articles: Iterator[Article], pred: Path | None, run: Run
) -> Iterator[tuple[Article, list[Attribution]]]:
    if pred is None:
        from .reading import load_attributor

        yield from load_attributor(run.settings).pipe(articles)
        return
    from sayso.evaluate import read_predictions

    found = read_predictions(pred)
    for article in articles:
        mine = [a for a in found.get(article.id, []) if a.confidence >= run.settings.min_confidence]
        for attribution in mine:
            spans = (*attribution.content_spans, *attribution.cue_spans, *attribution.source_spans)
            if max(span.end for span in spans) > len(article.text):
                raise InputError(
                    f"{pred}: attribution {attribution.id} ends beyond the text of article {article.id!r}; "
                    "it was found in another text: run `sayso quotes` on this file again"
                )
        yield article, mine


def _print(
    article: Article,
    attributions: list[Attribution],
    masked: tuple[TextSpan, ...],
    width: int | None,
    *,
    after_another: bool,
) -> None:
    from sayso.view import render_article

    console = data_console(width=width)
    if after_another:
        console.print("─" * console.width)
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
    lines = render_article(
        article,
        attributions,
        boilerplate=masked,
        width=console.width,
        superscripts=encoding.startswith("utf"),
    )
    for line in lines:
        console.print(line, soft_wrap=True)
