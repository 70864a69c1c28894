"""`sayso evaluate attribution`: predictions read or made, scored against gold, and shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from .attribution.errors import InputError, SaysoError
from .attribution.files import write_atomically
from .attribution.gold import STANCE_LABELS, GoldDocument, read_gold, read_json_lines
from .attribution.models import RULES
from .attribution.scoring import Estimate, KindScores, Report, ScoringError, errors, score
from .attribution.types import (
    QUOTE_KINDS,
    SPEAKER_HOWS,
    SPEAKER_TYPES,
    Article,
    Attribution,
    StanceFlag,
    join_pieces,
)

if TYPE_CHECKING:
    from rich.table import Table

DEFAULT_RESAMPLES = 1000

# Of PolNeAR's contents one in eight begins with "that"; by our guidelines none does.
KEPT_COMPLEMENTISERS = 0.02
OURS = "guidelines"

STANCE_FLAGS: tuple[StanceFlag, ...] = get_args(StanceFlag)

KIND_TITLES = {"all": "all", "dm": "direct+mixed", "direct": "direct", "mixed": "mixed", "indirect": "indirect"}


def run_evaluate(
    gold: Path,
    articles: Path | None = None,
    pred: Path | None = None,
    limit: int | None = None,
    errors_file: Path | None = None,
    resamples: int = DEFAULT_RESAMPLES,
    *,
    model: str | None = None,
    conventions: str | None = None,
    progress: Callable[[Iterable[Article]], Iterable[Article]] | None = None,
    note: Callable[[str], None] | None = None,
) -> Report:
    """Return the scores of the predictions in `pred`, or of what `model` (None: the default one) finds, against `gold`.

    `conventions` as in `predict`. `errors_file` gets one JSON line per difference. `progress` wraps the articles while
    they are predicted; `note` is told when the gold has other conventions than ours.
    """
    documents = read_gold(gold, articles=articles, limit=limit)
    if pred is None:
        if conventions is None:
            conventions = find_conventions(documents)
            if conventions != OURS and model != RULES and note is not None:
                note(f'the gold keeps "that" in its contents: scored by the conventions of {conventions}')
        predictions = predict(documents, model=model, conventions=conventions, progress=progress)
    else:
        predictions = read_predictions(pred)
        check_predictions(documents, predictions, path=pred)
    report = score(documents, predictions, resamples=resamples)
    if errors_file is not None:
        write_errors(errors_file, errors(documents, predictions))
    return report


def predict(
    documents: Sequence[GoldDocument],
    *,
    model: str | None = None,
    conventions: str | None = None,
    progress: Callable[[Iterable[Article]], Iterable[Article]] | None = None,
) -> dict[str, list[Attribution]]:
    """Return what the embedded finder attributes in the text of each document, by article id; gold is not looked at.

    `conventions`: "guidelines" or "polnear" as in `load`; None for those that `find_conventions` tells.
    """
    from .api import load

    conventions = find_conventions(documents) if conventions is None else conventions
    articles: Iterable[Article] = map(_as_article, documents)
    if progress is not None:
        articles = progress(articles)
    return {article.id: found for article, found in load(model=model, conventions=conventions).pipe(articles)}


def find_conventions(documents: Sequence[GoldDocument]) -> str:
    """Return whose conventions the gold was annotated by: "polnear" where contents keep their "that", else ours."""
    contents = [a.content[0].of(d.text) for d in documents for a in d.attributions if a.content]
    keeping = sum(text[:5].lower() == "that " for text in contents)
    return "polnear" if keeping > KEPT_COMPLEMENTISERS * len(contents) else OURS


def _as_article(document: GoldDocument) -> Article:
    """Return what reading the document's text as an article gives: its date line counts where gold has no date."""
    from .attribution.dates import find_date_line

    line = None if document.date else find_date_line(document.text)
    return Article(
        id=document.id,
        text=document.text,
        title=document.title,
        date=document.date if line is None else line.date,
        publisher=document.publisher,
        url=document.url,
    )


def read_predictions(path: Path) -> dict[str, list[Attribution]]:
    """Return the attributions of a JSON-lines file as `sayso quotes` writes it (also .gz), by article id.

    Raises InputError with file and line for a record that is no attribution or uses a value outside the schema.
    """
    found: dict[str, list[Attribution]] = {}
    for where, record in read_json_lines(path):
        try:
            attribution = Attribution.from_json(record)
        except (SaysoError, AttributeError) as error:
            raise InputError(f"{where}: {error}; expected lines as `sayso quotes` writes them") from error
        _check_values(attribution, where)
        found.setdefault(attribution.article_id, []).append(attribution)
    return found


def _check_values(attribution: Attribution, where: str) -> None:
    """Raise where a value is of the wrong type or outside its list: from_json only needs the keys to be there."""
    values: list[tuple[str, object, Sequence[str]]] = [("kind", attribution.kind, QUOTE_KINDS)]
    strings: list[tuple[str, object]] = [("id", attribution.id), ("article_id", attribution.article_id)]
    if attribution.speaker is not None:
        strings += [("speaker id", attribution.speaker.id), ("speaker name", attribution.speaker.name)]
        values += [("speaker type", attribution.speaker.type, SPEAKER_TYPES)]
        values += [("speaker how", attribution.speaker.how, SPEAKER_HOWS)]
    for stance in attribution.stances:
        strings += [("stance target", stance.target)]
        values += [("stance label", stance.label, STANCE_LABELS)]
        values += [("stance flag", flag, STANCE_FLAGS) for flag in stance.flags]
    for name, found in strings:
        if not isinstance(found, str) or not found:
            raise InputError(f"{where}: {name} must be a string with something in it, found {found!r}")
    for name, found, allowed in values:
        if found not in allowed:
            raise InputError(f"{where}: unknown {name} {found!r}; allowed: {', '.join(allowed)}")
    if not attribution.content_spans:
        raise InputError(f"{where}: content_spans is empty; an attribution has at least one piece of content")


def check_predictions(
    documents: Sequence[GoldDocument], predictions: dict[str, list[Attribution]], *, path: Path
) -> None:
    """Raise InputError where predictions can't be about these articles: no id in common, or another text."""
    by_id = {document.id: document for document in documents}
    if predictions and not by_id.keys() & predictions.keys():
        raise InputError(
            f"{path}: none of its article ids is in the gold, e.g. {next(iter(predictions))!r} "
            f"against {next(iter(by_id))!r}; predict on the articles that the gold annotates"
        )
    for article_id in by_id.keys() & predictions.keys():
        text = by_id[article_id].text
        for attribution in predictions[article_id]:
            if attribution.content != join_pieces(text, attribution.content_spans):
                raise InputError(
                    f"{path}: attribution {attribution.id!r} of article {article_id!r} has a content that is not the "
                    "gold text at its spans; predict on the very text the gold annotates, newlines kept"
                )


def write_errors(path: Path, found: Iterable[ScoringError]) -> None:
    """Write one JSON line per difference between gold and prediction."""
    with write_atomically(path) as file:
        for error in found:
            file.write(json.dumps(error.to_json(), ensure_ascii=False) + "\n")


# --- tables ---------------------------------------------------------------------------------------------------------


def render_tables(report: Report) -> list[Table]:
    """Return the report as tables that fit 80 columns; tables about what nobody annotated or predicted are left out."""
    scores = report.kinds
    tables = [
        _kind_table(
            "Content (F1)",
            report,
            {
                "exact": lambda k: k.prf["exact"].f1,
                "relaxed": lambda k: k.prf["relaxed"].f1,
                "characters": lambda k: k.prf["char"].f1,
                "words": lambda k: k.prf["token"].f1,
            },
            sizes=True,
        ),
        _kind_table(
            "Content (precision and recall)",
            report,
            {
                "exact P": lambda k: k.prf["exact"].precision,
                "exact R": lambda k: k.prf["exact"].recall,
                "relaxed P": lambda k: k.prf["relaxed"].precision,
                "relaxed R": lambda k: k.prf["relaxed"].recall,
            },
        ),
        _kind_table(
            "Cue and source, exact (F1; per pair: share of the relaxed pairs)",
            report,
            {
                "cue": lambda k: k.prf["cue"].f1,
                "source": lambda k: k.prf["source"].f1,
                "triple": lambda k: k.prf["triple"].f1,
                "cue/pair": lambda k: k.rates["cue_accuracy"].share,
                "source/pair": lambda k: k.rates["source_accuracy"].share,
            },
        ),
    ]
    if scores["all"].prf["speaker_e2e"].gold:
        tables += [_speaker_table(report), _speaker_type_table(scores["all"])]
    if scores["all"].prf["stance_e2e"].gold and scores["all"].prf["stance_e2e"].predicted:
        tables.append(
            _kind_table(
                "Stance",
                report,
                {
                    "target F1": lambda k: k.prf["stance_target"].f1,
                    "label": lambda k: k.rates["stance_label_accuracy"].share,
                    "end to end F1": lambda k: k.prf["stance_e2e"].f1,
                },
            )
        )
    tables.append(_spans_table(scores["all"]))
    return tables


def _speaker_table(report: Report) -> Table:
    return _kind_table(
        "Speakers on relaxed pairs",
        report,
        {
            "right": lambda k: k.rates["speaker_accuracy"].share,
            "of answers": lambda k: k.rates["speaker_answer_precision"].share,
            "declined": lambda k: k.rates["speaker_decline_rate"].share,
            "end to end F1": lambda k: k.prf["speaker_e2e"].f1,
        },
    )


def _speaker_type_table(scores: KindScores) -> Table:
    rows = [
        (label, scores.rates[key].share, scores.rates[key].of)
        for label, key in [(type_, f"speaker_accuracy_{type_}") for type_ in SPEAKER_TYPES]
        + [("any, right type", "speaker_type_accuracy"), ("unnamed, whole description", "unnamed_description")]
    ]
    rows += [
        ("unnamed, one id per person (B-cubed F1)", scores.b3_f1["unnamed_b3"], scores.rates["unnamed_b3_recall"].of),
        ("all, one id per person (B-cubed F1)", scores.b3_f1["speaker_b3"], scores.rates["speaker_b3_recall"].of),
    ]
    table = _table("Speakers by gold type, all kinds")
    table.add_column("type")
    table.add_column("pairs", justify="right")
    table.add_column("right", justify="right")
    for label, estimate, of in rows:
        if of:
            table.add_row(label, str(of), _cell(estimate))
    return table


def _spans_table(scores: KindScores) -> Table:
    table = _table("Spans alone, unlinked, all kinds (CofeNet's way)")
    for heading in ("spans", "precision", "recall", "F1"):
        table.add_column(heading, justify="left" if heading == "spans" else "right")
    for suffix, label in (("", ""), ("_norm", ", edges trimmed")):
        for role in ("source", "cue", "content"):
            prf = scores.prf[f"span_{role}{suffix}"]
            table.add_row(role + label, *map(_cell, (prf.precision, prf.recall, prf.f1)))
    return table


def _kind_table(
    title: str, report: Report, columns: dict[str, Callable[[KindScores], Estimate]], *, sizes: bool = False
) -> Table:
    table = _table(title)
    table.add_column("kind")
    for heading in (["gold", "found"] if sizes else []) + list(columns):
        table.add_column(heading, justify="right")
    for kind, scores in report.kinds.items():
        counts = [str(scores.gold), str(scores.predicted)] if sizes else []
        table.add_row(KIND_TITLES[kind], *counts, *(_cell(of(scores)) for of in columns.values()))
    return table


def _table(title: str) -> Table:
    from rich import box
    from rich.table import Table

    from .terminal import table_title

    return Table(title=table_title(title), title_justify="left", box=box.SIMPLE_HEAD, padding=0, show_edge=False)


def _cell(estimate: Estimate) -> str:
    """Return the score with its interval in at most 12 characters: '.612 .57-.66'."""
    if estimate.value is None:
        return "-"
    if estimate.low is None or estimate.high is None:
        return _decimals(estimate.value, 3)
    return f"{_decimals(estimate.value, 3)} {_decimals(estimate.low, 2)}-{_decimals(estimate.high, 2)}"


def _decimals(value: float, places: int) -> str:
    text = f"{value:.{places}f}"
    return text[1:] if text.startswith("0") else text[: places + 1]
