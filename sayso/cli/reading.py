"""What `quotes`, `show` and `build` share: inputs to articles, bad records told and set aside."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sayso.attribution.types import Article, BadRecord
from sayso.config import Settings
from sayso.terminal import safe_line

if TYPE_CHECKING:
    from sayso.api import Attributor
    from sayso.attribution.articles import ReadOptions
    from sayso.attribution.quarantine import Quarantine
    from sayso.build import Attributing

SHOWN_BAD_RECORDS = 5


def read_options(settings: Settings) -> ReadOptions:
    """Return the reader's options that the settings ask for."""
    from sayso.attribution.articles import ReadOptions

    return ReadOptions(
        text_field=settings.text_field,
        id_field=settings.id_field,
        title_field=settings.title_field,
        date_field=settings.date_field,
        publisher_field=settings.publisher_field,
        url_field=settings.url_field,
        encoding=settings.encoding,
        any_language=settings.any_language,
        strict=settings.strict,
        max_bytes=settings.max_bytes,
    )


def load_attributor(settings: Settings) -> Attributor:
    """Return the attributor that the settings ask for: model, registry, least confidence."""
    from sayso.api import load

    registry = () if settings.registry is None else (settings.registry,)
    return load(
        settings.model,
        registry=registry,
        min_confidence=settings.min_confidence,
        min_speaker=settings.min_speaker,
    )


def load_labelling_attributor(settings: Settings) -> Attributing:
    """Return the attributor that the settings ask for, giving stances by their codebook unless that is `none`."""
    from sayso.stance_labels import NO_CODEBOOK, LabellingAttributor

    attributor = load_attributor(settings)
    if settings.codebook == NO_CODEBOOK:
        return attributor
    return LabellingAttributor(attributor, settings.codebook, model=settings.stance_model)


class BadRecords:
    """Passes bad records on to the quarantine, and tells the first few on stderr."""

    def __init__(self, quarantine: Quarantine, *, quiet: bool) -> None:
        self._quarantine = quarantine
        self._quiet = quiet

    def __call__(self, bad: BadRecord) -> None:
        self._quarantine.add(bad)
        if not self._quiet and self.count <= SHOWN_BAD_RECORDS:
            place = bad.path if bad.line is None else f"{bad.path}:{bad.line}"
            sys.stderr.write(safe_line(f"sayso: {place}: {bad.reason}; {bad.cure}") + "\n")

    @property
    def count(self) -> int:
        return self._quarantine.count

    def sum_up(self) -> None:
        """Write how many records were set aside, and where they are, to stderr."""
        if not self.count or self._quiet:
            return
        path = self._quarantine.path
        records = "1 record was" if self.count == 1 else f"{self.count} records were"
        where = "--quarantine FILE keeps them" if path is None else f"kept in {path}"
        sys.stderr.write(safe_line(f"sayso: {records} left out; {where}") + "\n")


@contextmanager
def setting_aside(quarantine: Path | None, *, quiet: bool) -> Iterator[BadRecords]:
    """Yield the place for bad records; they are written to `quarantine` if one is named, and summed up at the end."""
    from sayso.attribution.quarantine import Quarantine

    with Quarantine(quarantine) as kept:
        bad = BadRecords(kept, quiet=quiet)
        yield bad
    bad.sum_up()


def telling_parts(articles: Iterable[Article], *, quiet: bool) -> Iterator[Article]:
    """Yield the articles; a text so long that it comes in parts is told on stderr once, as it takes minutes."""
    told = None
    for article in articles:
        if article.part_of is not None and article.part_of != told and not quiet:
            told = article.part_of
            line = f"{told} is so long that it is read in parts; if it holds many articles, give each its own file"
            sys.stderr.write(safe_line(f"sayso: {line}") + "\n")
        yield article


@contextmanager
def showing_progress(label: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Yield what to call with the numbers of articles and attributions so far; it draws a line on a terminal only."""
    if quiet or not sys.stderr.isatty():
        yield lambda articles, attributions: None
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from sayso.terminal import talk_console

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=talk_console(), transient=True) as progress:
        task = progress.add_task(label, total=None)

        def advance(articles: int, attributions: int) -> None:
            progress.update(task, description=f"{articles:,} articles, {attributions:,} attributions")

        yield advance


@contextmanager
def showing_bytes(inputs: Sequence[str], *, quiet: bool) -> Iterator[Callable[[int], None] | None]:
    """Yield what to call with each number of bytes read; it draws a bar, or is None where none is to be drawn."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

    from sayso.attribution.articles import input_bytes
    from sayso.terminal import talk_console

    with Progress(BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=talk_console(), transient=True) as bar:
        task = bar.add_task("", total=input_bytes(inputs))
        yield lambda read: bar.advance(task, read)
