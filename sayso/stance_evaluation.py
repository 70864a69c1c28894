"""`sayso evaluate stance`: predictions of ours, of a file or of any callable, scored, drawn and compared."""

from __future__ import annotations

import importlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from .attribution.errors import ConfigError, InputError
from .attribution.files import write_atomically
from .attribution.types import SCHEMA_VERSION, StanceLabel

if TYPE_CHECKING:
    from .labeling.codebook import Codebook
    from .labeling.pair_view import PairView
    from .labeling.stance_scores import Scores

StanceFormat = Literal["sentences", "gold", "newsmtsc", "vast"]
STANCE_FORMATS: tuple[StanceFormat, ...] = get_args(StanceFormat)
STANCE_LABELS: tuple[StanceLabel, ...] = get_args(StanceLabel)
PREDICTION_KEYS = ("id", "target", "label", "confidence")


@dataclass(frozen=True, slots=True)
class Question:
    """One pair to predict: what a predictor is told, the labels that count as right, and our view where we have one."""

    id: str
    text: str
    context: str
    speaker: str | None
    side: str | None
    cue: str | None
    target: str
    proposition: str
    gold: tuple[str, ...]
    group: str
    view: PairView | None
    """None where our target detection does not find the target: a miss of ours, not of a predictor that is told it."""

    def to_json(self) -> dict[str, Any]:
        """Return what a predictor function is given; never the gold label."""
        return {
            "id": self.id,
            "text": self.text,
            "context": self.context,
            "speaker": self.speaker,
            "side": self.side,
            "cue": self.cue,
            "target": self.target,
            "proposition": self.proposition,
        }


@dataclass(frozen=True, slots=True)
class Predicted:
    """One answer with its confidence in [0, 1]; `best` is the likeliest label where `label` is unclear."""

    label: str
    confidence: float
    best: str = ""


@dataclass(frozen=True, slots=True)
class StanceReport:
    """Scores of the predictor, of two baselines, and of target detection where the data says what is addressed."""

    data: str
    predictor: str
    scores: Scores
    baselines: Mapping[str, Scores]
    targets: Mapping[str, float] | None

    def to_json(self) -> dict[str, Any]:
        """Return the document of `sayso evaluate stance --json`."""
        return {
            "schema_version": SCHEMA_VERSION,
            "data": self.data,
            "predictor": self.predictor,
            **self.scores.to_json(),
            "baselines": {
                name: {"macro_f1": round(scores.macro_f1, 4), "accuracy": round(scores.accuracy, 4)}
                for name, scores in self.baselines.items()
            },
            "targets": None if self.targets is None else dict(self.targets),
        }


def evaluate_stance(
    data: Path | None = None,
    *,
    form: str = "sentences",
    articles: Path | None = None,
    codebook: str | Path | None = None,
    model: str | Path | None = None,
    predictor: str | None = None,
    pred: Path | None = None,
    against: Path | None = None,
    split: str = "test",
    save: Path | None = None,
    picture: Path | None = None,
    resamples: int = 1000,
) -> StanceReport:
    """Return the scores on `data` (None: the packaged sentences) of `pred`, of `predictor` or of our `model`.

    `split` chooses among sentences ("all" for all). `against` is another prediction file for McNemar's test; `save`
    gets the predictions, `picture` an SVG of calibration and abstention.
    """
    from .labeling.codebook import DEFAULT_CODEBOOK, read_codebook

    if form not in STANCE_FORMATS:
        raise ConfigError(f"unknown format {form!r}; allowed: {', '.join(STANCE_FORMATS)}")
    if pred is not None and predictor is not None:
        raise ConfigError("--pred and --predictor contradict each other; give one")
    book = read_codebook(codebook or DEFAULT_CODEBOOK)
    questions, targets = read_questions(data, form=form, articles=articles, codebook=book, split=split)
    if pred is not None:
        name, answers = pred.name, _match(questions, read_stance_predictions(pred), pred)
    elif predictor is not None:
        name, answers = predictor, ask_predictor(load_predictor(predictor), questions, predictor)
    else:
        name, answers = _ask_model(questions, model)
    # A pair whose target we did not find is a matter of target detection, scored apart.
    asked = [(question, answer) for question, answer in zip(questions, answers, strict=True) if answer is not None]
    report = _report(data, name, asked, targets, against=against, resamples=resamples)
    if save is not None:
        write_stance_predictions(save, asked)
    if picture is not None:
        with write_atomically(picture) as stream:
            stream.write(draw_report(report))
    return report


def _report(
    data: Path | None,
    name: str,
    asked: Sequence[tuple[Question, Predicted]],
    targets: Mapping[str, float] | None,
    *,
    against: Path | None,
    resamples: int,
) -> StanceReport:
    from dataclasses import replace

    from .labeling.stance_scores import Answer, compare, score_answers

    answers = [
        Answer(f"{q.id}\x1f{q.target}", q.target, q.gold, p.label, p.confidence, q.group, p.best or p.label)
        for q, p in asked
    ]
    scores = score_answers(answers, resamples=resamples)
    if against is not None:
        other = {f"{key[0]}\x1f{key[1]}": found.label for key, found in read_stance_predictions(against).items()}
        scores = replace(scores, mcnemar=compare(answers, other))
    counts: dict[str, int] = {}
    for answer in answers:
        for label in answer.gold[:1]:
            counts[label] = counts.get(label, 0) + 1
    most = max(sorted(counts), key=counts.__getitem__)
    baselines = {"majority label": [replace(answer, label=most, best=most) for answer in answers]}
    if all(question.view is not None for question, _ in asked):
        baselines["lexicon"] = [
            replace(answer, label=label, best=label)
            for answer, label in zip(answers, (_lexicon_label(q.view) for q, _ in asked), strict=True)
        ]
    return StanceReport(
        data=str(data) if data else "packaged sentences",
        predictor=name,
        scores=scores,
        baselines={key: score_answers(rows, resamples=0) for key, rows in baselines.items()},
        targets=targets,
    )


def _lexicon_label(view: PairView | None) -> str:
    """Return what good and bad words near the target say: the baseline of counting words."""
    from .labeling.stance_words import BAD, GOOD

    if view is None:
        return "neutral"
    words = [*view.forms, *view.cue]
    good, bad = sum(word in GOOD for word in words), sum(word in BAD for word in words)
    return "favor" if good > bad else "against" if bad > good else "neutral"


# --- what is asked ----------------------------------------------------------------------------------------------------


def read_questions(
    data: Path | None, *, form: str, articles: Path | None, codebook: Codebook, split: str
) -> tuple[list[Question], Mapping[str, float] | None]:
    """Return the pairs to predict, and how well targets are detected where the data says which are addressed."""
    if form == "gold":
        return _read_gold_questions(data, articles, codebook)
    if form in ("newsmtsc", "vast"):
        if data is None:
            raise ConfigError(f"--format {form} needs the file: sayso evaluate stance FILE --format {form}")
        return _read_foreign_questions(data, form), None
    from .labeling.pair_view import make_views
    from .stance_training import packaged_sentences, read_labelled

    pairs, _ = read_labelled(data or packaged_sentences(codebook.id), codebook)
    chosen = [pair for pair in pairs if split in ("all", pair.split)]
    if not chosen:
        raise InputError(f"{data or 'packaged sentences'}: no pair in split {split!r}; give --split all")
    hits = found = addressed = 0
    questions = []
    for pair in chosen:
        view = next((v for hit, v in make_views(pair.passage, codebook) if hit.target == pair.target), None)
        addressed += pair.label is not None
        found += view is not None
        hits += pair.label is not None and view is not None
        if pair.label is None:
            continue
        questions.append(
            Question(
                id=pair.id,
                text=pair.passage.text,
                context=pair.passage.before,
                speaker=pair.passage.speaker,
                side=pair.passage.side,
                cue=pair.passage.cue,
                target=pair.target,
                proposition=codebook.target(pair.target).proposition,
                gold=(pair.label,),
                group=pair.family,
                view=view,
            )
        )
    return questions, _target_scores(hits, found, addressed)


def _target_scores(hits: int, found: int, addressed: int) -> dict[str, float]:
    return {
        "precision": round(hits / found, 4) if found else 0.0,
        "recall": round(hits / addressed, 4) if addressed else 0.0,
        "f1": round(2 * hits / (found + addressed), 4) if found + addressed else 0.0,
    }


def _read_foreign_questions(data: Path, form: str) -> list[Question]:
    from .labeling.foreign import read_foreign
    from .labeling.pair_view import make_open_view

    return [
        Question(
            id=f"{example.id}:{number}",
            text=example.passage.text,
            context="",
            speaker=None,
            side=None,
            cue=None,
            target=example.target,
            proposition=example.target,
            gold=(example.label,),
            group=example.group,
            view=make_open_view(example.passage, example.first, example.last, example.name),
        )
        for number, example in enumerate(read_foreign(data, "vast" if form == "vast" else "newsmtsc"))
    ]


def _read_gold_questions(
    data: Path | None, articles: Path | None, codebook: Codebook
) -> tuple[list[Question], Mapping[str, float]]:
    """Return the pairs of annotated articles, attributions as gold has them."""
    from .attribution.gold import read_gold
    from .attribution.types import Speaker, make_attribution
    from .dataset import ContextFinder
    from .labeling.pair_view import make_views
    from .labeling.passages import make_passage

    if data is None:
        raise ConfigError("--format gold needs gold: sayso evaluate stance GOLD --format gold --articles DIR")
    questions = []
    hits = found = addressed = 0
    for document in read_gold(data, articles=articles):
        contexts = ContextFinder(document.text)
        for number, gold in enumerate(document.attributions):
            if gold.optional:
                continue
            attribution = make_attribution(
                document.text,
                article_id=document.id,
                text_sha256="",
                kind=gold.kind,
                content=gold.content,
                cue=gold.cue,
                source=gold.source,
                confidence=1.0,
                origin="gold",
            )
            if gold.speaker is not None:
                speaker = Speaker(gold.speaker.id or "", gold.speaker.name, gold.speaker.type or "person", "name", 1.0)
                attribution = attribution.with_speaker(speaker)
            start, end = contexts.find(attribution)
            passage = make_passage(attribution, document.text[start:end], start, codebook)
            views = {hit.target: view for hit, view in make_views(passage, codebook)}
            optional = {stance.target for stance in gold.stances if stance.optional}
            asked = {stance.target: stance for stance in gold.stances if not stance.optional}
            hits += len(asked.keys() & views.keys())
            found += len(views.keys() - optional)
            addressed += len(asked)
            questions += [
                Question(
                    id=f"{document.id}:{number}",
                    text=passage.text,
                    context=passage.before,
                    speaker=passage.speaker,
                    side=passage.side,
                    cue=passage.cue,
                    target=target,
                    proposition=codebook.target(target).proposition,
                    gold=tuple(stance.labels),
                    group=f"{document.id}:{number}",
                    view=views.get(target),
                )
                for target, stance in asked.items()
            ]
    return questions, _target_scores(hits, found, addressed)


# --- who answers ------------------------------------------------------------------------------------------------------


def _ask_model(questions: Sequence[Question], model: str | Path | None) -> tuple[str, list[Predicted | None]]:
    from .labeling.aggregation import majority
    from .labeling.functions import vote
    from .labeling.stance_model import load_stance_model
    from .stance_labels import MAJORITY

    if model == MAJORITY:
        return MAJORITY, [
            None if question.view is None else Predicted(*majority(vote(question.view))) for question in questions
        ]
    loaded = load_stance_model(model)
    views = [question.view for question in questions if question.view is not None]
    found = iter(loaded.predict(views))
    answers: list[Predicted | None] = []
    for question in questions:
        if question.view is None:
            answers.append(None)
        else:
            predicted = next(found)
            answers.append(Predicted(predicted.label, predicted.confidence, predicted.best))
    return loaded.origin, answers


def load_predictor(name: str) -> Any:
    """Return the object that `module:name` names; raises ConfigError where it can't be imported or called."""
    module, _, attribute = name.partition(":")
    if not module or not attribute:
        raise ConfigError(f"--predictor {name!r}: write it as module:function, for example my_models:stance")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"--predictor {name!r}: {error}; is the module's folder on PYTHONPATH?") from error
    if not callable(found) and not hasattr(found, "predict"):
        raise ConfigError(
            f"--predictor {name!r} is a {type(found).__name__}; give a function, an estimator or a pipeline"
        )
    return found


def ask_predictor(predictor: Any, questions: Sequence[Question], name: str) -> list[Predicted | None]:
    """Return the answers of somebody's own classifier, one for each question.

    A scikit-learn estimator (has `predict`) is given strings "text [SEP] proposition"; a transformers pipeline (has
    `task`) dicts with text and text_pair; any other callable the list of records that `Question.to_json` makes. An
    answer is a label, a (label, confidence) pair, or a dict with label and score.
    """
    call: Callable[[Any], Any]
    given: list[Any]
    if hasattr(predictor, "predict"):
        call, given = predictor.predict, [f"{item.text} [SEP] {item.proposition}" for item in questions]
    elif hasattr(predictor, "task"):
        call, given = predictor, [{"text": item.text, "text_pair": item.proposition} for item in questions]
    else:
        call, given = predictor, [item.to_json() for item in questions]
    answers = list(call(given))
    if len(answers) != len(questions):
        raise InputError(f"{name} gave {len(answers)} answers to {len(questions)} pairs; one each is needed")
    return [_read_answer(answer, f"{name}, pair {item.id}") for answer, item in zip(answers, questions, strict=True)]


def _read_answer(answer: Any, place: str) -> Predicted:
    label, confidence = answer, 1.0
    if isinstance(answer, Mapping):
        label, confidence = answer.get("label"), answer.get("score", answer.get("confidence", 1.0))
    elif isinstance(answer, (tuple, list)) and len(answer) == 2:
        label, confidence = answer
    label = str(label).lower()
    if label not in STANCE_LABELS:
        raise InputError(f"{place}: unknown label {label!r}; allowed: {', '.join(STANCE_LABELS)}")
    try:
        sure = float(confidence)
    except (TypeError, ValueError) as error:
        raise InputError(f"{place}: confidence {confidence!r} is no number from 0 to 1") from error
    if not (math.isfinite(sure) and 0 <= sure <= 1):
        raise InputError(f"{place}: confidence {confidence!r} is no number from 0 to 1")
    return Predicted(label, sure)


def read_stance_predictions(path: Path) -> dict[tuple[str, str], Predicted]:
    """Return the predictions of a JSON-lines file with id, target, label and confidence, by id and target."""
    found: dict[tuple[str, str], Predicted] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: can't be read ({error}); check the path") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            key = (str(record["id"]), str(record["target"]))
            answer = record["label"], record.get("confidence", 1.0)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            keys = ", ".join(PREDICTION_KEYS)
            raise InputError(f"{path}:{number}: {error!r}; expected a JSON object a line with {keys}") from error
        found[key] = _read_answer(answer, f"{path}:{number}")
    return found


def write_stance_predictions(path: Path, asked: Sequence[tuple[Question, Predicted]]) -> None:
    """Write one JSON line a pair: what `--pred` and `--against` read."""
    with write_atomically(path) as stream:
        for question, answer in asked:
            values = (question.id, question.target, answer.label, round(answer.confidence, 4))
            stream.write(json.dumps(dict(zip(PREDICTION_KEYS, values, strict=True)), ensure_ascii=False) + "\n")


def _match(
    questions: Sequence[Question], predictions: Mapping[tuple[str, str], Predicted], path: Path
) -> list[Predicted | None]:
    answers = [predictions.get((question.id, question.target)) for question in questions]
    if not any(answers):
        raise InputError(
            f"{path}: none of its pairs (id and target) is in the data; `sayso evaluate stance --save` shows the ids"
        )
    return answers


# --- picture ----------------------------------------------------------------------------------------------------------

SIDE, GAP, MARGIN = 240, 70, 46


def draw_report(report: StanceReport) -> str:
    """Return an SVG of two charts: confidence against share right, and accuracy against share answered."""
    scores = report.scores
    reliability = [(row["confidence"], row["accuracy"], row["n"]) for row in scores.reliability]
    abstention = [(row["answered"], row["accuracy"], 1) for row in scores.abstention]
    width, height = 2 * SIDE + GAP + 2 * MARGIN, SIDE + 2 * MARGIN
    title = escape(f"{report.predictor} on {Path(report.data).name}: macro-F1 {scores.macro_f1:.3f}, n = {scores.n}")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="11">',
        f"<title>{title}</title>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="{MARGIN}" y="20" font-size="13">{title}</text>',
        _draw_chart(
            MARGIN,
            f"confidence (calibration error {scores.calibration_error:.3f})",
            "share right",
            reliability,
            diagonal=True,
        ),
        _draw_chart(MARGIN + SIDE + GAP, "share answered, the surest first", "share right", abstention, diagonal=False),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _draw_chart(
    left: int, below: str, beside: str, points: Sequence[tuple[float, float, float]], *, diagonal: bool
) -> str:
    def at(x: float, y: float) -> tuple[float, float]:
        return round(left + x * SIDE, 1), round(MARGIN + (1 - y) * SIDE, 1)

    parts = [f'<rect x="{left}" y="{MARGIN}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#999"/>']
    for tick in (0, 0.25, 0.5, 0.75, 1):
        x, y = at(tick, tick)
        parts.append(f'<text x="{x}" y="{MARGIN + SIDE + 14}" text-anchor="middle">{tick:g}</text>')
        parts.append(f'<text x="{left - 5}" y="{y + 4}" text-anchor="end">{tick:g}</text>')
    if diagonal:
        (x1, y1), (x2, y2) = at(0, 0), at(1, 1)
        parts.append(f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#bbb" stroke-dasharray="4 3"/>')
    line = " ".join(f"{x},{y}" for x, y in (at(x, y) for x, y, _ in points))
    parts.append(f'<polyline points="{line}" fill="none" stroke="#1f5fa8" stroke-width="1.5"/>')
    most = max((n for *_, n in points), default=1)
    for x, y, n in points:
        cx, cy = at(x, y)
        radius = round(2 + 4 * math.sqrt(n / most), 1) if diagonal else 2
        parts.append(f'<circle cx="{cx}" cy="{cy}" r="{radius}" fill="#1f5fa8"/>')
    middle = left + SIDE / 2
    parts.append(f'<text x="{middle}" y="{MARGIN + SIDE + 32}" text-anchor="middle">{escape(below)}</text>')
    parts.append(f'<text x="{left}" y="{MARGIN - 6}">{escape(beside)}</text>')
    return "\n".join(parts)
