"""`sayso evaluate speakers`: who is meant, scored on gold attributions or end to end, and shown as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from .attribution.boilerplate import find_boilerplate
from .attribution.gold import GoldDocument, read_gold
from .attribution.ranking import SpeakerRanker, ranker_for
from .attribution.registry import Registry
from .attribution.speaker_scoring import (
    BASELINES,
    Outcome,
    Row,
    SpeakerReport,
    baseline_outcomes,
    gold_attributions,
    known_as,
    pair_outcomes,
    report_speakers,
)
from .attribution.speakers import resolve_speakers
from .attribution.types import SPEAKER_TYPES, Article, Attribution, text_hash

if TYPE_CHECKING:
    from rich.table import Table


def run_evaluate_speakers(
    gold: Path,
    articles: Path | None = None,
    limit: int | None = None,
    *,
    speakers: Path | None = None,
    end_to_end: bool = False,
    model: str | None = None,
    min_speaker: float | None = None,
    registry: Registry | None = None,
    progress: Callable[[Iterable[Article]], Iterable[Article]] | None = None,
) -> SpeakerReport:
    """Return the scores of the speakers of gold's attributions, or with `end_to_end` of those that `model` finds.

    An article that the choice of antecedents was trained on is resolved by weights fitted without it, so that no figure
    is about what was learned by heart. `speakers` is a file of speaker labels apart from gold, `min_speaker`
    as in `Extractor`.
    """
    from .evaluate import predict

    documents = read_gold(gold, articles=articles, limit=limit, speakers=speakers)
    registry = registry or Registry.read()
    found = predict(documents, model=model, progress=progress) if end_to_end else {}
    outcomes: list[Outcome] = []
    baselines: dict[str, list[Outcome]] = {name: [] for name in BASELINES}
    held_out = missed = spurious = 0
    for document in documents:
        ranker, fitted_without = ranker_for(text_hash(document.text))
        held_out += fitted_without
        if end_to_end:
            items = resolve(document, found.get(document.id, []), registry, ranker, min_speaker)
            paired, n_missed, n_spurious = pair_outcomes(document, items)
            outcomes += paired
            missed += n_missed
            spurious += n_spurious
        else:
            items = resolve(document, gold_attributions(document), registry, ranker, min_speaker)
            outcomes += [
                Outcome(document.id, speaker, item.speaker, item.why[-1])
                for gold_item, item in zip(document.attributions, items, strict=True)
                if (speaker := known_as(gold_item.speaker, registry)) is not None
            ]
        for name, answers in baseline_outcomes(document, registry).items():
            baselines[name] += answers
    return report_speakers(
        outcomes,
        articles=len(documents),
        out_of_fold=held_out,
        baselines=baselines,
        end_to_end=end_to_end,
        missed=missed,
        spurious=spurious,
    )


def resolve(
    document: GoldDocument,
    items: list[Attribution],
    registry: Registry,
    ranker: SpeakerRanker,
    min_speaker: float | None = None,
) -> list[Attribution]:
    """Return the attributions with speakers, resolved anew, in their order."""
    masks = [(mask.start, mask.end) for mask in find_boilerplate(document.text)]
    return resolve_speakers(
        document.text,
        items,
        registry=registry,
        date=_date_of(document),
        masks=masks,
        ranker=ranker,
        publisher=document.publisher,
        min_speaker=min_speaker,
    )


def _date_of(document: GoldDocument) -> str | None:
    from .attribution.dates import find_date_line

    if document.date:
        return document.date
    line = find_date_line(document.text)
    return None if line is None else line.date


# --- tables ---------------------------------------------------------------------------------------------------------


def render_speaker_tables(report: SpeakerReport) -> list[Table]:
    """Return the report as tables that fit 80 columns."""
    rows = [("all", report.all)]
    rows += [(name, report.by_type[name]) for name in SPEAKER_TYPES if name in report.by_type]
    rows += [("answers that are people", report.answered_person)]
    rows += [("answers that say who", report.naming), ("answers that describe", report.describing)]
    title = "Speakers end to end, by gold type" if report.end_to_end else "Speakers of gold attributions, by type"
    return [
        _rows_table(title, rows),
        _rows_table("By how the text gives them", list(report.by_how.items())),
        _rows_table("By stage that answered or declined", list(report.by_stage.items())),
        _confidence_table(report),
        _other_table(report),
    ]


def _rows_table(title: str, rows: list[tuple[str, Row]]) -> Table:
    table = _table(title)
    table.add_column("")
    for heading in ("n", "right", "declined", "of answers", "right type"):
        table.add_column(heading, justify="right")
    for name, row in rows:
        cells = (row.accuracy, row.decline_rate, row.precision, row.type_accuracy)
        table.add_row(name, str(row.n), *map(_cell, cells))
    return table


def _confidence_table(report: SpeakerReport) -> Table:
    table = _table("If answers below a confidence were left out")
    for heading in ("from", "answered", "of answers", "right", "people right", "unnamed type", "bodies type"):
        table.add_column(heading, justify="right")
    for least, rows in report.by_confidence.items():
        whole = rows["all"]
        person, unnamed, bodies = (rows.get(name) for name in ("person", "unnamed", "organization"))
        answered = None if whole.decline_rate is None else 1.0 - whole.decline_rate
        table.add_row(
            f"{least:.2f}",
            _cell(answered),
            _cell(whole.precision),
            _cell(whole.accuracy),
            _cell(None if person is None else person.accuracy),
            _cell(None if unnamed is None else unnamed.type_accuracy),
            _cell(None if bodies is None else bodies.type_accuracy),
        )
    return table


def _other_table(report: SpeakerReport) -> Table:
    table = _table("Identities and baselines")
    table.add_column("")
    table.add_column("n", justify="right")
    table.add_column("score", justify="right")
    table.add_row("one id per speaker (B-cubed F1)", str(report.b_cubed.n), _cell(report.b_cubed.f1))
    table.add_row("one id per unnamed speaker", str(report.b_cubed_unnamed.n), _cell(report.b_cubed_unnamed.f1))
    if report.end_to_end:
        table.add_row(
            "found and right speaker: precision", str(report.all.n + report.spurious), _cell(report.precision)
        )
        table.add_row("found and right speaker: recall", str(report.all.n + report.missed), _cell(report.recall))
    for name, groups in report.baselines.items():
        for group, row in groups.items():
            table.add_row(f"baseline {name}: {group}", str(row.n), _cell(row.accuracy))
    table.add_row("articles resolved out of fold", str(report.out_of_fold), "")
    return table


def _table(title: str) -> Table:
    from rich import box
    from rich.table import Table

    from .terminal import table_title

    return Table(title=table_title(title), title_justify="left", box=box.SIMPLE_HEAD, padding=0, show_edge=False)


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}".removeprefix("0") if value < 1 else "1.00"
