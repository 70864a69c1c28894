"""The report of `sayso evaluate stance` as tables that fit 80 columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .terminal import hostile_line, table_title

if TYPE_CHECKING:
    from rich.table import Table

    from .stance_evaluation import StanceReport


def render_stance(report: StanceReport) -> Iterator[Table]:
    """Yield the tables: overall, per label, per target, who was taken for whom, abstention."""
    scores = report.scores
    table = _table(f"{report.predictor} on {report.data}: {scores.n} pairs", "score", "value")
    low, high = scores.intervals.get("macro_f1", (scores.macro_f1, scores.macro_f1))
    table.add_row("macro-F1 (95 % interval)", f"{scores.macro_f1:.3f} {low:.2f}-{high:.2f}")
    table.add_row("macro-F1 without abstaining", f"{scores.macro_f1_forced:.3f}")
    table.add_row("accuracy", f"{scores.accuracy:.3f}")
    table.add_row("unclear", str(scores.unclear))
    table.add_row("calibration error", f"{scores.calibration_error:.3f}")
    for name, other in report.baselines.items():
        table.add_row(f"macro-F1 of the {name} baseline", f"{other.macro_f1:.3f}")
    if report.targets is not None:
        table.add_row("target detection, F1", f"{report.targets['f1']:.3f}")
        table.add_row("  precision, recall", f"{report.targets['precision']:.3f}, {report.targets['recall']:.3f}")
    if scores.mcnemar is not None:
        found = scores.mcnemar
        table.add_row("right here, wrong in the other", str(found["only_first_right"]))
        table.add_row("wrong here, right in the other", str(found["only_second_right"]))
        table.add_row("McNemar's p", f"{found['p_value']:.4f}")
    yield table

    table = _table("Labels", "label", "pairs", "precision", "recall", "F1")
    for label, row in scores.per_label.items():
        cells = (f"{row[name]:.3f}" for name in ("precision", "recall", "f1"))
        table.add_row(label, str(row["n"]), *cells)
    yield table

    if scores.per_target:
        table = _table("Targets", "target", "pairs", "accuracy", "macro-F1")
        for target, row in scores.per_target.items():
            table.add_row(hostile_line(target), str(row["n"]), f"{row['accuracy']:.3f}", f"{row['macro_f1']:.3f}")
        yield table

    columns = list(next(iter(scores.confusion.values())))
    table = _table("Gold (rows) and predicted", "gold", *columns)
    for gold, counts in scores.confusion.items():
        table.add_row(gold, *(str(counts[label]) for label in columns))
    yield table

    table = _table("Answering only the surest", "answered", "least confidence", "right")
    for point in [*scores.abstention[::4], scores.abstention[-1]]:
        table.add_row(f"{point['answered']:.0%}", f"{point['threshold']:.2f}", f"{point['accuracy']:.3f}")
    yield table


def _table(title: str, *headings: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(title=table_title(title), title_justify="left", box=box.SIMPLE_HEAD, padding=0, show_edge=False)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="left" if number == 0 else "right")
    return table
