"""`sayso label`: stances for a dataset, and how the labeling functions do."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sayso.terminal import hostile_line, safe_json

from .options import AsJson, DryRun, Run, takes
from .tables import print_rows

Folder = Annotated[
    str, typer.Argument(metavar="DIR|lf", help="Dataset folder to label, or `lf` for a table of the functions.")
]
Book = Annotated[str | None, typer.Option(metavar="NAME|FILE", help="Codebook of the targets.", show_default=False)]
Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        "--stance-model",
        metavar="NAME|DIR",
        help="Stance model: stance-linear, stance-pair or a folder; `majority` for the functions alone.",
        show_default=False,
    ),
]
On = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="With lf: labelled sentences to measure on.", show_default=False),
]


@takes()
def label(
    folder: Folder,
    codebook: Book = None,
    model: Model = None,
    on: On = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    *,
    run: Run,
) -> None:
    """Give a dataset's attributions stances.

    Each target that a passage addresses gets favor, against, neutral or, where it is not clear enough, unclear. What a
    person decided stays. The folder changes in one step at the end.

    `sayso label lf` prints for each labeling function how often it speaks, agrees and is right.

    Example: sayso label out/dataset
    """
    if folder == "lf":
        _show_functions(codebook, on, as_json)
        return
    from sayso.stance_labels import label_folder, load_labeler

    summary = label_folder(Path(folder), load_labeler(codebook, model=model), dry_run=dry_run)
    if as_json:
        sys.stdout.write(safe_json(summary.to_json(), indent=2) + "\n")
    elif not run.quiet:
        said = "would label" if dry_run else "labelled"
        rows = [
            (hostile_line(target, "bold"), hostile_line(", ".join(f"{count} {name}" for name, count in labels.items())))
            for target, labels in summary.targets.items()
        ]
        reviewed = f"{summary.reviewed} stance{'' if summary.reviewed == 1 else 's'} reviewed"
        head = f"{said} {summary.labelled} of {summary.attributions} attributions; {reviewed}"
        print_rows([(hostile_line(head),)])
        print_rows(rows)


def _show_functions(codebook: str | None, on: Path | None, as_json: bool) -> None:
    from sayso.labeling.codebook import DEFAULT_CODEBOOK, read_codebook
    from sayso.labeling.families import read_sentences
    from sayso.labeling.function_report import AGGREGATED, measure_functions
    from sayso.stance_training import packaged_sentences

    book = read_codebook(codebook or DEFAULT_CODEBOOK)
    report = measure_functions(read_sentences(on or packaged_sentences(book.id), book), book)
    if as_json:
        sys.stdout.write(safe_json(report.to_json(), indent=2) + "\n")
        return
    rows = [tuple(hostile_line(head, "bold") for head in ("function", "coverage", "overlap", "conflict", "accuracy"))]
    for row in report.functions:
        cells = (row.coverage, row.overlap, row.conflict, row.accuracy)
        rows.append((hostile_line(row.name), *(hostile_line("-" if cell is None else f"{cell:.3f}") for cell in cells)))
    print_rows(rows)
    sys.stdout.write("\n")
    print_rows(
        (
            hostile_line(f"{AGGREGATED[name]}:", "bold"),
            hostile_line(f"macro-F1 {scores['macro_f1']:.3f} on the test split, {scores['unclear']} unclear"),
        )
        for name, scores in report.aggregations.items()
    )
