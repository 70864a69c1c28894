"""`sayso agreement`, `sayso adjudicate`, `sayso review verify`: what reviewers say, and if their logs are whole."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sayso.terminal import data_console, hostile_line, safe_json, safe_line

from . import exits
from .options import AsJson, Run, takes
from .tables import print_rows

if TYPE_CHECKING:
    from rich.text import Text

    from sayso.adjudicate import Dispute, Said
    from sayso.labeling.agreement import AgreementReport, Estimate, Nominal
    from sayso.labeling.drift import SessionFigures

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Dataset folder that was reviewed.")]
Resamples = Annotated[int, typer.Option(metavar="N", min=0, help="Bootstrap resamples for the 95 % intervals.")]
Seed = Annotated[int, typer.Option(metavar="N", help="Seed of the resampling.")]
By = Annotated[
    str | None,
    typer.Option("--by", metavar="NAME", help="Settle them, one question a line, as NAME.", show_default=False),
]


@takes()
def agreement(
    folder: Folder, resamples: Resamples = 1000, seed: Seed = 0, as_json: AsJson = False, *, run: Run
) -> None:
    """Measure how far the reviewers of a dataset agree.

    Percent, kappa (Cohen's of two, Fleiss' of more), Krippendorff's alpha, and F1 of spans, with 95 % intervals; what
    was answered blind stands apart. Who reviewed in several sessions sees how answers drift from one to the next.
    --json adds each label, target, pair and document.

    Example: sayso agreement out/dataset
    """
    from sayso.adjudicate import read_said
    from sayso.labeling.agreement import measure_agreement

    said = read_said(folder)
    report = measure_agreement(said.annotators, resamples=resamples, seed=seed)
    if as_json:
        sessions = {name: [one.to_json() for one in found] for name, found in said.sessions.items()}
        sys.stdout.write(safe_json({**report.to_json(), "sessions": sessions}, indent=2) + "\n")
    else:
        _print_report(report)
        _print_sessions(said.sessions)


def _print_sessions(sessions: Mapping[str, Sequence[SessionFigures]]) -> None:
    """Print a row for each session of those who had several: one alone can't drift."""
    rows = [("session", "day", "items", "changed", "rejected", "seconds", "stances")]
    for name, found in sessions.items():
        for one in found if len(found) > 1 else ():
            stances = ", ".join(
                f"{label} {number / sum(one.labels.values()):.0%}" for label, number in one.labels.items()
            )
            pace = "–" if one.seconds is None else f"{one.seconds:.0f}"
            shares = (f"{one.changed:.0%}", f"{one.rejected:.0%}")
            rows.append((f"{name} {one.session}", one.day, f"{one.items:,}", *shares, pace, stances or "–"))
    if len(rows) > 1:
        print_rows([hostile_line(cell) for cell in row] for row in rows)


def _print_report(report: AgreementReport) -> None:
    console = data_console()
    console.print(hostile_line(f"{report.items:,} items answered by two or more of: {', '.join(report.annotators)}"))
    rows = [("", "units", "percent", "kappa", "alpha")]
    for sight, questions in report.questions.items():
        for name, found in questions.items():
            if found.whole.units:
                label = name if sight == "all" else f"  {name}, {sight}"
                rows.append((label, f"{found.whole.units:,}", *_figures(found.whole)))
    for target, found_of in report.questions["all"]["stance"].targets.items():
        rows.append((f"  towards {target}", f"{found_of.units:,}", *_figures(found_of)))
    print_rows([hostile_line(cell) for cell in row] for row in rows)
    spans = [("spans", "pairs", "F1 exact", "F1 half")]
    for part, measured in report.spans["all"].items():
        if measured.pairs:
            spans.append((part, f"{measured.pairs:,}", _figure(measured.exact), _figure(measured.overlap)))
    if len(spans) > 1:
        print_rows([hostile_line(cell) for cell in row] for row in spans)
    for name, own in report.selves.items():
        share = "–" if own.percent is None else f"{own.percent:.0%}"
        console.print(hostile_line(f"{name}, asked again: {share} of {own.answers:,} answers the same"))


def _figures(found: Nominal) -> tuple[str, str, str]:
    return _figure(found.percent), _figure(found.kappa), _figure(found.alpha)


def _figure(estimate: Estimate) -> str:
    if estimate.value is None:
        return "–"
    interval = "" if estimate.low is None else f" [{estimate.low:.2f}, {estimate.high:.2f}]"
    return f"{estimate.value:.3f}{interval}"


@takes()
def adjudicate(folder: Folder, by: By = None, as_json: AsJson = False, *, run: Run) -> None:
    """List what reviewers disagree on, or settle it.

    With --by NAME each question is asked in turn: type the number of the answer that counts, s to leave it, q to stop.
    The answers are a log of their own, on disk before the next question; at the next build they win.

    Example: sayso adjudicate out/dataset --by ana
    """
    from sayso.adjudicate import find_disputes, read_said

    said = read_said(folder)
    disputes = find_disputes(said)
    if by is not None:
        _settle(folder, by, said, disputes, quiet=run.quiet)
    elif as_json:
        document = {"schema_version": 1, "disputes": [dispute.to_json() for dispute in disputes]}
        sys.stdout.write(safe_json(document, indent=2) + "\n")
    else:
        for dispute in disputes:
            sys.stdout.write("\n".join(_describe(dispute)) + "\n\n")
        questions = "1 question" if len(disputes) == 1 else f"{len(disputes):,} questions"
        sys.stdout.write(f"{questions} to settle\n")


def _describe(dispute: Dispute) -> list[str]:
    from sayso.adjudicate import show_answer

    item = dispute.item
    lines = [safe_line(f"{item.article.id} {item.id}"), f"  {safe_line(item.context.of(item.article.text))}"]
    lines.append(f"  {safe_line(dispute.verdict.question)}:")
    for number, answer in enumerate(_choices(dispute), start=1):
        names = ", ".join(name for name, given in dispute.verdict.answers if given == answer)
        lines.append(safe_line(f"    {number} {show_answer(dispute, answer)}  ({names})"))
    return lines + [safe_line(f"    {name} notes: {note}") for name, note in dispute.notes]


def _choices(dispute: Dispute) -> list[object]:
    return list(dict.fromkeys(answer for _, answer in dispute.verdict.answers))


def _settle(folder: Path, by: str, said: Said, disputes: list[Dispute], *, quiet: bool) -> None:
    from sayso.adjudicate import settle
    from sayso.folder import REVIEW
    from sayso.labeling.review_log import ReviewLog

    settled = 0
    with ReviewLog(folder / REVIEW, by, role="adjudicator") as log:
        for dispute in disputes:
            choices = _choices(dispute)
            sys.stdout.write("\n".join(_describe(dispute)) + "\n")
            typed = _ask(len(choices))
            if typed is None:
                break
            if typed:
                decision = settle(dispute, choices[typed - 1], said)
                if decision is None:
                    sys.stdout.write("  that takes a review: sayso review, as one who decides\n")
                    continue
                log.decide(dispute.item.ref(), decision, seen=True)
                settled += 1
    if not quiet:
        sys.stderr.write(safe_line(f"sayso: {settled} of {len(disputes)} settled; the log is {log.path}") + "\n")


def _ask(choices: int) -> int | None:
    """Return the number typed, 0 to leave the question, None to stop."""
    while True:
        sys.stdout.write(f"  1-{choices}, s, q: ")
        sys.stdout.flush()
        line = sys.stdin.readline()
        typed = line.strip().lower()
        if not line or typed == "q":
            return None
        if typed == "s":
            return 0
        if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= choices:
            return int(typed)


@takes()
def verify(folder: Folder, as_json: AsJson = False, *, run: Run) -> None:
    """Check the review logs of a dataset: no line changed, removed, added or moved.

    Ends with code 1 where one is damaged or was cut short by a crash.

    Example: sayso review verify out/dataset
    """
    from sayso.folder import REVIEW
    from sayso.labeling.review_log import find_logs, verify_logs

    logs = find_logs(folder / REVIEW)
    findings = verify_logs(folder / REVIEW)
    if as_json:
        listed: list[dict[str, Any]] = [
            {"file": found.path.name, "line": found.line, "problem": found.problem} for found in findings
        ]
        document = {"schema_version": 1, "logs": len(logs), "findings": listed}
        sys.stdout.write(safe_json(document, indent=2) + "\n")
    else:
        rows: list[tuple[Text, Text]] = []
        for found in findings:
            place = found.path.name if found.line is None else f"{found.path.name}:{found.line}"
            rows.append((hostile_line(place), hostile_line(found.problem)))
        if rows:
            print_rows(rows)
        whole = len(logs) - len({found.path for found in findings})
        sys.stdout.write(f"{whole} of {len(logs)} logs are whole\n")
    if findings:
        raise typer.Exit(exits.FINDINGS)
