"""`sayso train stance`: labelled passages in, a classifier with its recipe, metrics and card out."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import textwrap
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import __version__
from .attribution.errors import ConflictError, InputError
from .attribution.files import write_atomically
from .attribution.jsonl_data import seed_file
from .stance_gain import LEARNT, tell_gain

if TYPE_CHECKING:
    from .labeling.codebook import Codebook
    from .labeling.linear import Example, LinearStance
    from .labeling.passages import LabelledPair
    from .labeling.stance_scores import Answer, Scores
    from .stance_gain import Gain

CARD = "README.md"
RECIPE = "recipe.toml"
CV_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Source:
    """Labelled data that went in, as recipe and card name it."""

    name: str
    sha256: str
    pairs: int
    families: int
    licence: str
    used: str

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "sha256": self.sha256,
            "pairs": self.pairs,
            "families": self.families,
            "licence": self.licence,
            "used": self.used,
        }


@dataclass(frozen=True, slots=True)
class Training:
    """A finished training: the model's bytes and everything written beside them."""

    out: str
    dry_run: bool
    metrics: Mapping[str, Any]
    weights: bytes
    recipe: str
    card: str
    learnt: str | None = None
    """Which reviewed stances were learnt, for the next training to know the new ones; None without any."""

    def to_json(self) -> dict[str, Any]:
        """Return the document of `sayso train stance --json`: the metrics, and where they are."""
        return {"schema_version": 1, "out": self.out, "dry_run": self.dry_run, **self.metrics}


def train_stance(
    out: Path,
    *,
    sources: Sequence[Path] = (),
    codebook: str | Path | None = None,
    seeds: bool = True,
    newsmtsc: Path | None = None,
    newsmtsc_dev: Path | None = None,
    version: str | None = None,
    seed: int = 0,
    dry_run: bool = False,
) -> Training:
    """Train the linear classifier on `sources` (datasets with reviewed stances, or sentence files) and write `out`.

    With `seeds` the packaged synthetic sentences are learnt too. The test split is only measured. Everything is
    computed before anything is written. Raises InputError where there is too little to learn from, ConflictError
    where `out` holds something that is no stance model.
    """
    from .labeling.codebook import DEFAULT_CODEBOOK, read_codebook
    from .labeling.foreign import read_foreign
    from .labeling.linear import (
        METRICS,
        SCHEME,
        THRESHOLD,
        WEIGHTS,
        dump_weights,
        make_examples,
        make_open_examples,
        train,
    )

    book = read_codebook(codebook or DEFAULT_CODEBOOK)
    _check_target(out, METRICS)
    gathered: list[tuple[list[LabelledPair], Codebook]] = []
    described: list[Source] = []
    if seeds:
        for name in _packaged_sentences():
            own = book if name == book.id else read_codebook(name)
            pairs, source = _read_packaged(name, own)
            gathered.append((pairs, own))
            described.append(source)
    for path in sources:
        pairs, source = read_labelled(path, book)
        gathered.append((pairs, book))
        described.append(source)
    reviewed = [pair for pairs, _ in gathered for pair in pairs if pair.article is not None]
    learnt: list[Example] = []
    held: list[Example] = []
    for pairs, own in gathered:
        learnt += make_examples((pair for pair in pairs if pair.split != "test"), own)
        held += make_examples((pair for pair in pairs if pair.split == "test"), own)
    open_examples: list[Example] = []
    if newsmtsc is not None:
        found = read_foreign(newsmtsc, "newsmtsc")
        open_examples = make_open_examples(found)
        described.append(
            Source("NewsMTSC train", _hash(newsmtsc), len(found), len({e.group for e in found}), "MIT", "training")
        )
    number = version or f"{__version__}"
    model = train([*learnt, *open_examples], version=number, seed=seed)
    weights = dump_weights(model)
    metrics: dict[str, Any] = {
        "artifact": {
            "name": "stance-linear",
            "version": number,
            "file": WEIGHTS,
            "sha256": hashlib.sha256(weights).hexdigest(),
            "scheme": SCHEME,
            "threshold": THRESHOLD,
            "features": {
                name: len(part.vocabulary.names)
                for name, part in (("codebook", model.codebook), ("open", model.open))
                if part is not None
            },
        },
        "codebook": f"{book.id}@{book.version}",
        "data": [source.to_json() for source in described],
        "held_out_families": _scores(held, model).to_json() if held else None,
        "cross_validated_families": _cross_validate([*learnt, *held], version=number, seed=seed),
    }
    if newsmtsc_dev is not None:
        dev = read_foreign(newsmtsc_dev, "newsmtsc")
        metrics["newsmtsc_dev"] = {
            "sha256": _hash(newsmtsc_dev),
            **_scores(make_open_examples(dev), model, open_targets=True).to_json(),
        }
    record = None
    if reviewed:
        gain, record = _measure_reviewed(out, reviewed, gathered, book, version=number, seed=seed)
        metrics["reviewed"] = gain.to_json()
    training = Training(
        out=str(out),
        dry_run=dry_run,
        metrics=metrics,
        weights=weights,
        recipe=_make_recipe(metrics, seed=seed),
        card=_make_card(metrics, seed=seed),
        learnt=record,
    )
    if not dry_run:
        _write(out, training, WEIGHTS, METRICS)
    return training


def read_labelled(path: Path, codebook: Codebook) -> tuple[list[LabelledPair], Source]:
    """Return the labelled pairs of a sentence file, or those that people reviewed in a dataset folder.

    Raises InputError where there is none.
    """
    from .labeling.families import read_sentences

    if not path.is_dir():
        pairs = read_sentences(path, codebook)
        return pairs, _describe(path.name, _hash(path), pairs, "as its owner says")
    from .folder import LOCAL_ATTRIBUTIONS

    pairs = list(_reviewed_pairs(path, codebook))
    if not pairs:
        raise InputError(
            f"{path}: no reviewed stance in it (origin human:NAME); review some first, or give a file of labelled "
            "sentences"
        )
    return pairs, _describe(path.name, _hash(path / LOCAL_ATTRIBUTIONS), pairs, "as its owner says")


def _reviewed_pairs(folder: Path, codebook: Codebook) -> Any:
    from .dataset import ContextFinder
    from .exchange import read_documents
    from .labeling.codebook import LABELS
    from .labeling.families import check_target, choose_split
    from .labeling.labeler import HUMAN
    from .labeling.passages import LabelledPair, make_passage

    for document in read_documents(folder):
        article = document.article
        contexts = ContextFinder(article.text)
        for attribution in document.attributions:
            for stance in attribution.stances:
                if not stance.origin.startswith(HUMAN) or stance.label not in LABELS:
                    continue
                check_target(f"{folder}: {attribution.id}", stance.target, codebook)
                start, end = contexts.find(attribution)
                yield LabelledPair(
                    id=f"{attribution.id}-{stance.target}",
                    passage=make_passage(attribution, article.text[start:end], start, codebook),
                    target=stance.target,
                    label=stance.label,
                    family=attribution.cluster_id or article.id,
                    split=choose_split(attribution.cluster_id or article.id),
                    flags=stance.flags,
                    origin=stance.origin,
                    article=article.id,
                )


def _measure_reviewed(
    out: Path,
    reviewed: Sequence[LabelledPair],
    gathered: Iterable[tuple[Sequence[LabelledPair], Codebook]],
    book: Codebook,
    *,
    version: str,
    seed: int,
) -> tuple[Gain, str]:
    """Return what the decisions are worth that the model in `out` has not learnt yet, and the record for the next."""
    from .labeling.linear import make_examples, train
    from .stance_gain import make_record, make_reviewed, measure_gain, read_before

    others = [
        example
        for pairs, own in gathered
        for example in make_examples((pair for pair in pairs if pair.article is None and pair.split != "test"), own)
    ]
    now = {pair.id: str(pair.label) for pair in reviewed}
    before = read_before(out, now)
    gain = measure_gain(
        make_reviewed(reviewed, book),
        others,
        stances=len(now),
        before=before,
        train=lambda examples: train(examples, version=version, seed=seed),
        answer=_answers,
    )
    return gain, make_record(now, before)


def _packaged_sentences() -> list[str]:
    folder = seed_file("stance")
    return sorted(entry.name.removesuffix(".jsonl") for entry in folder.iterdir() if entry.name.endswith(".jsonl"))


def packaged_sentences(name: str) -> Path:
    """Return the file of the packaged sentences of a codebook; raises InputError where there are none."""
    path = Path(str(seed_file("stance", f"{name}.jsonl")))
    if not path.is_file():
        raise InputError(f"no packaged sentences for codebook {name!r}; give a file of labelled sentences")
    return path


def _read_packaged(name: str, codebook: Codebook) -> tuple[list[LabelledPair], Source]:
    from .labeling.families import read_sentences

    path = packaged_sentences(name)
    pairs = read_sentences(path, codebook)
    return pairs, _describe(f"seeds/stance/{name}.jsonl (synthetic, our own)", _hash(path), pairs, "Apache-2.0")


def _describe(name: str, sha256: str, pairs: Sequence[LabelledPair], licence: str) -> Source:
    splits = Counter(pair.split for pair in pairs)
    used = f"training {splits['train'] + splits['validation']}, held out {splits['test']}"
    return Source(name, sha256, len(pairs), len({pair.family for pair in pairs}), licence, used)


def _hash(path: Path) -> str:
    from .folder import hash_file

    try:
        return hash_file(path)
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror or error}); check the path") from error


def _scores(examples: Sequence[Example], model: LinearStance, *, open_targets: bool = False) -> Scores:
    from .labeling.stance_scores import score_answers

    return score_answers(_answers(examples, model, open_targets=open_targets))


def _answers(examples: Sequence[Example], model: LinearStance, *, open_targets: bool = False) -> list[Answer]:
    from .labeling.stance_scores import Answer

    predictions = model.predict_features([example.features for example in examples], open_targets=open_targets)
    return [
        Answer(
            id=f"{example.group}:{number}",
            target="",
            gold=(example.label,),
            label=predicted.label,
            confidence=predicted.confidence,
            group=example.group,
            best=predicted.best,
        )
        for number, (example, predicted) in enumerate(zip(examples, predictions, strict=True))
    ]


def _cross_validate(examples: Sequence[Example], *, version: str, seed: int) -> dict[str, Any] | None:
    """Return the scores of every family under a model, and its calibration, that had not seen it.

    Five models on four fifths of the families: the test split alone has too few of them to measure calibration by.
    """
    from .labeling.linear import train
    from .labeling.stance_scores import score_answers

    answers: list[Answer] = []
    for fold in range(CV_FOLDS):
        rest = [example for example in examples if _cv_fold(example.group) != fold]
        asked = [example for example in examples if _cv_fold(example.group) == fold]
        try:
            model = train(rest, version=version, seed=seed)
        except InputError:  # few families: the training itself went well, this measure is left out
            return None
        answers += _answers(asked, model)
    return score_answers(answers).to_json() if answers else None


def _cv_fold(group: str) -> int:
    return (
        int.from_bytes(hashlib.sha256(f"outer\x1f{group}".encode("utf-8", "surrogatepass")).digest()[:4], "big")
        % CV_FOLDS
    )


# --- files ------------------------------------------------------------------------------------------------------------


def _check_target(out: Path, metrics: str) -> None:
    if out.exists() and not out.is_dir():
        raise ConflictError(f"{out} is a file; give a folder for the model")
    if out.is_dir() and any(out.iterdir()) and not (out / metrics).is_file():
        raise ConflictError(f"{out} holds files that are no stance model; give a new or empty folder")


def _write(out: Path, training: Training, weights: str, metrics: str) -> None:
    from .attribution.files import output_error

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output_error(out, error) from error
    with write_atomically(out / weights, binary=True) as stream:
        stream.write(training.weights)
    files = {RECIPE: training.recipe, CARD: training.card}
    if training.learnt is not None:
        files[LEARNT] = training.learnt
    for name, text in files.items():
        with write_atomically(out / name) as stream:
            stream.write(text)
    # Last: until the metrics name the new weights' hash, loading refuses the folder.
    with write_atomically(out / metrics) as stream:
        stream.write(json.dumps(training.metrics, ensure_ascii=False, indent=2) + "\n")


def _make_recipe(metrics: Mapping[str, Any], *, seed: int) -> str:
    from .labeling import linear

    lines = [
        "# How the weights beside this file were made; `sayso train stance` writes it. README.md has the command.",
        f'codebook = "{metrics["codebook"]}"',
        f"seed = {seed}",
        f"feature_scheme = {linear.SCHEME}",
        *(f"penalty_{name} = {penalty}" for name, penalty in linear.PENALTIES.items()),
        *(f"min_count_{name} = {count}" for name, count in linear.MIN_COUNTS.items()),
        f"calibration_folds = {linear.FOLDS}",
        f"threshold = {linear.THRESHOLD}",
        "",
        "[versions]",
        f'sayso = "{__version__}"',
        *(f'{name} = "{importlib.metadata.version(name)}"' for name in ("scikit-learn", "scipy", "numpy", "skops")),
    ]
    for source in metrics["data"]:
        lines += ["", "[[data]]", *(f"{key} = {json.dumps(value)}" for key, value in source.items())]
    text = "\n".join(lines) + "\n"
    tomllib.loads(text)
    return text


def _wrap(sentence: str) -> str:
    return textwrap.fill(sentence[:1].upper() + sentence[1:] + ".", 119)


def _make_card(metrics: Mapping[str, Any], *, seed: int) -> str:
    artifact, held, crossed = metrics["artifact"], metrics["held_out_families"], metrics["cross_validated_families"]
    rows = []
    for name, scores in (
        ("held-out families (never learnt)", held),
        ("all families, cross-validated", crossed),
        ("NewsMTSC dev (polarity towards a mention)", metrics.get("newsmtsc_dev")),
    ):
        if scores:
            low, high = scores["intervals"]["macro_f1"]
            rows.append(
                f"| {name} | {scores['n']} | {scores['macro_f1']:.3f} ({low:.2f}–{high:.2f}) "
                f"| {scores['macro_f1_forced']:.3f} | {scores['accuracy']:.3f} | {scores['unclear']} "
                f"| {scores['calibration_error']:.3f} |"
            )
    data = [
        f"| {source['name']} | {source['pairs']} | {source['families']} | {source['licence']} "
        f"| `{source['sha256'][:16]}…` |"
        for source in metrics["data"]
    ]
    table = "\n".join(rows)
    sources = "\n".join(data)
    gain = f"\n{_wrap(tell_gain(metrics['reviewed']))}\n" if "reviewed" in metrics else ""
    head = "| data | pairs | macro-F1 (95 % interval) | without abstaining | accuracy | unclear | calibration error |"
    return f"""---
license: apache-2.0
language: [en]
library_name: scikit-learn
pipeline_tag: text-classification
tags: [stance, news, quotation, sayso]
---

# {artifact["name"]} {artifact["version"]}

Decides the stance of a quoted or reported passage towards a target of a codebook that it addresses: `favor`, `against`
or `neutral`, with a probability; below {artifact["threshold"]} the label is
`unclear`. For the datasets that `sayso build` and `sayso label` make of English news; trained with
codebook `{metrics["codebook"]}`.

A linear support vector machine over {artifact["features"]["codebook"]:,} features: words around the target, the
cue, the votes of the labeling functions, the speaker's side. Probabilities come from a logistic regression on decision
values of families (wordings, articles) that the fold's model had not seen. Where foreign data was learnt, a second
classifier of the same make answers for open targets (the tone towards a mention), and only for those.

**Not for** judging persons, for statements outside a codebook's topic, or as a final word: a stance ascribed to a
named person is for a person to review.

## Data

| source | pairs | families or texts | licence | SHA-256 |
|---|---:|---:|---|---|
{sources}

The synthetic sentences were written for this project, with invented speakers; all wordings of a family are in
one split. The annotated articles of `seeds/gold` were never learnt. NewsMTSC labels the tone towards a mention in a
news sentence, not a speaker's stance.

## Scores

{head}
|---|---:|---|---:|---:|---:|---:|
{table}
{gain}
Everything else, per label and target, stands in `metrics.json`.

## Known failures

- Irony: "By all means, more sanctions" reads as support where no word of the passage gives it away.
- Whose view it is: "the allies think that weapons make things worse" may be ascribed to the speaker.
- A stance carried by a fact alone: "seventy thousand soldiers stand at the border".
- Synthetic sentences are tidier than news; expect less than the scores above.

## Rebuild

`sayso train stance -o DIR --seed {seed}` with the data above (`--newsmtsc FILE` for NewsMTSC's training
file) gives the same metrics with the versions of `recipe.toml`. The weights are a skops file, checked against the
SHA-256 in `metrics.json` and loaded without any type beyond those skops trusts.
"""
