"""`sayso export` and `sayso import`: a dataset to other tools and back."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sayso.attribution.errors import ConfigError, InputError
from sayso.terminal import safe_json, safe_line

from .options import AsJson, Run, takes

if TYPE_CHECKING:
    from sayso.labeling.exchange import Document, Format

FORMAT_NAMES = "jsonl, csv, gold, prodigy, doccano, label-studio, brat, inception, docbin"

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Dataset folder that `sayso build` made.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="File or, of brat and inception, folder to read.")]
FormatName = Annotated[str, typer.Option("--format", "-f", metavar="NAME", help=f"One of {FORMAT_NAMES}.")]
Out = Annotated[
    Path, typer.Option("--out", "-o", metavar="FILE", help="File or, of brat and inception, new folder to write.")
]
OutOrNone = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="FILE", help="Write Sayso's JSON lines here.", show_default=False),
]
Every = Annotated[bool, typer.Option("--all", help="Gold of articles too that nobody marked complete.")]
OfSplit = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Only articles of this split: train, validation, test.", show_default=False),
]
Into = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Take the file as decisions about this dataset folder.", show_default=False),
]
Annotator = Annotated[
    str | None, typer.Option(metavar="NAME", help="With --into: whose decisions these are.", show_default=False)
]
Complete = Annotated[
    bool, typer.Option("--complete", help="With --into: what the file lacks is no quotation, nothing is missing.")
]


@takes()
def export(
    folder: Folder,
    format: FormatName,
    out: Out,
    every: Every = False,
    split: OfSplit = None,
    as_json: AsJson = False,
    *,
    run: Run,
) -> None:
    """Write a dataset with its reviews for another tool.

    What each format can't hold is in docs/exchange.md. Gold has the articles that a reviewer marked complete, to score
    against and to train the tagger on. The full texts go along, so mind whose they are.

    Example: sayso export out/dataset --format brat -o out/brat
    """
    from sayso.dataset import SPLITS
    from sayso.exchange import read_documents
    from sayso.labeling.exchange import choose_format

    chosen = choose_format(format)
    complete_only = chosen.name == "gold" and not every
    part = next((known for known in SPLITS if known == split), None)
    if split is not None and part is None:
        raise ConfigError(f"unknown split {split!r}; allowed: {', '.join(SPLITS)}")
    counted = _Counting(read_documents(folder, complete_only=complete_only, split=part))
    if complete_only:
        documents = list(counted)
        if not documents:
            where = f"{folder}" if split is None else f"the split {split} of {folder}"
            raise InputError(
                f"no article of {where} was marked complete in a review; do that (sayso review {folder} --complete), "
                "or give --all for all of them"
            )
        count = chosen.write(documents, out)
    else:
        count = chosen.write(counted, out)
    _tell(chosen, count, counted.articles, out, as_json=as_json)


@takes()
def import_(
    file: File,
    format: FormatName,
    out: OutOrNone = None,
    into: Into = None,
    annotator: Annotator = None,
    complete: Complete = False,
    as_json: AsJson = False,
    *,
    run: Run,
) -> None:
    """Read another tool's file: to JSON lines or decisions.

    With --into DIR --annotator NAME the differences to the dataset become decisions in DIR/review, each undone or
    corrected like any other in `sayso review`.

    Example: sayso import done.json --format label-studio --into out/dataset --annotator ana
    """
    from sayso.labeling.exchange import choose_format

    chosen = choose_format(format)
    if (into is None) == (out is None):
        raise ConfigError("say what to make of the file: JSON lines (-o FILE), or decisions (--into DIR)")
    counted = _Counting(chosen.read(file))
    if out is not None:
        if annotator is not None or complete:
            raise ConfigError("--annotator and --complete go with --into DIR")
        if "text" in chosen.losses:
            raise ConfigError(f"{chosen.name} files hold no texts, which JSON lines need; use --into DIR")
        count = choose_format("jsonl").write(counted, out)
        _tell(choose_format("jsonl"), count, counted.articles, out, as_json=as_json)
        return
    if annotator is None or into is None:
        raise ConfigError("--into needs --annotator NAME: decisions are somebody's")
    decisions = _decide(into, annotator, counted, chosen, complete=complete)
    if as_json:
        document = {"schema_version": 1, "articles": counted.articles, "decisions": decisions}
        sys.stdout.write(safe_json(document, indent=2) + "\n")
    else:
        sys.stdout.write(f"{_count(decisions, 'decision')} about {_count(counted.articles, 'article')}\n")


class _Counting:
    """Passes documents on and counts them."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents = documents
        self.articles = 0

    def __iter__(self) -> Iterator[Document]:
        for document in self._documents:
            self.articles += 1
            yield document


def _decide(into: Path, annotator: str, documents: Iterable[Document], form: Format, *, complete: bool) -> int:
    """Record the decisions; all are checked against the dataset before the first is written."""
    from sayso.exchange import decide_from
    from sayso.labeling.review_items import ReviewItem
    from sayso.labeling.review_log import ReviewLog
    from sayso.labeling.review_state import resume
    from sayso.review import read_items, read_suggested, review_folder

    items: dict[str, list[ReviewItem]] = {}
    for item in read_items(into, ()):
        items.setdefault(item.article.id, []).append(item)
    articles = {article.id: article for article, _ in read_suggested(into)}
    planned = []
    for document in documents:
        article = articles.get(document.article.id)
        if article is None:
            raise InputError(f"article {document.article.id!r} is not in {into}; import into the dataset it came from")
        found = decide_from(document, article, items.get(article.id, []), form.losses, complete=complete)
        planned.append((article, found))
    count = 0
    with ReviewLog(review_folder(into), annotator) as log:
        every = [item for group in items.values() for item in group]
        state = resume(log.events, every, annotator=annotator, articles=articles.values())
        for _, found in planned:
            for ref, decision in found:
                state.preview(ref, decision)
        for article, found in planned:
            for ref, decision in found:
                state.take(log.decide(ref, decision, seen=True))
                count += 1
            if complete:
                log.complete(article.id, article.text_sha256)
    return count


def _tell(form: Format, count: int, articles: int, out: Path, *, as_json: bool) -> None:
    if as_json:
        document = {
            "schema_version": 1,
            "format": form.name,
            "out": str(out),
            "articles": articles,
            "attributions": count,
            "lost": sorted(form.losses),
        }
        sys.stdout.write(safe_json(document, indent=2) + "\n")
        return
    told = f"{_count(count, 'attribution')} of {_count(articles, 'article')} written to {out}"
    sys.stdout.write(safe_line(told) + "\n")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
