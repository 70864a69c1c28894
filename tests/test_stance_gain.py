"""`sayso train stance` over a reviewed dataset: what the new decisions are worth, or that there are too few to tell."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from building import QuoteFinder, write_articles
from command_line import run
from sayso.attribution.errors import InputError
from sayso.attribution.types import StanceLabel
from sayso.build import build
from sayso.cli.schema import read_schemas
from sayso.labeling.codebook import read_codebook
from sayso.labeling.passages import LabelledPair, Passage
from sayso.labeling.review_items import Changes, Decision, StanceAnswer
from sayso.labeling.review_log import ReviewLog
from sayso.review import read_items, review_folder
from sayso.stance_gain import LEARNT, make_reviewed, measure_gain, read_before, tell_gain
from sayso.stance_training import train_stance

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
# Slang that no sentence file has: only the reviewed decisions can teach it.
SLANG: tuple[tuple[str, StanceLabel], ...] = (("bonkers", "against"), ("stellar", "favor"))


def make_dataset(folder: Path, articles: int) -> Path:
    """Return a built folder of so many articles with two quotations each, in slang."""
    records = []
    for number in range(articles):
        lines = [
            f"“Sanctions number {number} are {word}, and all of street {number * 2 + at} thinks so,” said Ana Ruiz."
            for at, (word, _) in enumerate(SLANG)
        ]
        records.append(
            {"id": f"n{number}", "text": "\n\n".join(lines), "title": f"Talk {number}", "date": "2024-03-01"}
        )
    write_articles(folder / "in.jsonl", records)
    build([folder / "in.jsonl"], folder / "out", attributor=QuoteFinder())
    return folder / "out"


def decide(dataset: Path, numbers: Sequence[int]) -> None:
    """Answer the stances of the items with these numbers, as their slang has it."""
    items = list(read_items(dataset, ("sanctions",)))
    with ReviewLog(review_folder(dataset), "Ana", clock=lambda: NOON) as log:
        for number in numbers:
            item = items[number]
            label = next(label for word, label in SLANG if word in item.attribution.content)
            log.decide(item.ref(), Decision("accept", Changes(stances=(StanceAnswer("sanctions", label),))), seen=True)


@pytest.fixture
def sentences(tmp_path: Path) -> Path:
    """Sentences in plain words, enough to train on."""
    words = {"wrong": "against", "mad": "against", "useless": "against", "good": "favor", "right": "favor"}
    rows = [
        {"text": f"Sanctions are {word}, we {verb}.", "target": "sanctions", "label": label}
        for word, label in words.items()
        for verb in ("say", "think", "repeat", "know", "said", "feel")
    ]
    path = tmp_path / "plain.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8", newline="\n")
    return path


def test_the_gain_of_new_decisions_is_measured_on_articles_held_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sentences: Path
) -> None:
    dataset = make_dataset(tmp_path, 14)
    decide(dataset, range(28))
    model = tmp_path / "model"
    result = run(monkeypatch, "train", "stance", dataset, sentences, "-o", model, "--no-seeds")
    assert result.code == 0
    assert "new decisions" in result.out
    assert "28 reviewed stances, 28 new: macro-F1 +" in result.out
    assert "on 28 stances of 14 held-out articles" in result.out
    gain = json.loads((model / "metrics.json").read_text(encoding="utf-8"))["reviewed"]
    assert (gain["stances"], gain["learnable"], gain["articles"], gain["reason"]) == (28, 28, 14, None)
    # Slang that nobody had taught is learnt from other articles, and from nowhere else.
    assert gain["with_new"]["macro_f1"] > gain["without_new"]["macro_f1"] + 0.2
    assert gain["gain"]["macro_f1"] == pytest.approx(
        gain["with_new"]["macro_f1"] - gain["without_new"]["macro_f1"], abs=2e-4
    )
    low, high = gain["gain_intervals"]["macro_f1"]
    assert 0 < low <= gain["gain"]["macro_f1"] <= high
    assert "28 reviewed stances, 28 new: macro-F1" in (model / "README.md").read_text(encoding="utf-8").replace(
        "\n", " "
    )


def test_only_what_came_since_the_last_training_is_new(tmp_path: Path, sentences: Path) -> None:
    dataset = make_dataset(tmp_path, 14)
    model = tmp_path / "model"
    decide(dataset, range(20))
    first = train_stance(model, sources=[dataset, sentences], seeds=False)
    again = train_stance(model, sources=[dataset, sentences], seeds=False)
    assert first.metrics["reviewed"]["new"] == 20
    assert again.metrics["reviewed"] == first.metrics["reviewed"], "repeated, the training says the same"
    decide(dataset, range(20, 28))
    third = train_stance(model, sources=[dataset, sentences], seeds=False, dry_run=True)
    jsonschema.validate(third.to_json(), read_schemas()["stance-training"])
    assert (third.metrics["reviewed"]["stances"], third.metrics["reviewed"]["new"]) == (28, 8)
    assert len(json.loads((model / LEARNT).read_text(encoding="utf-8"))["pairs"]) == 20, "a dry run writes nothing"


def test_too_few_decisions_are_told_and_the_model_is_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sentences: Path
) -> None:
    dataset = make_dataset(tmp_path, 4)
    decide(dataset, range(3))
    result = run(monkeypatch, "train", "stance", dataset, sentences, "-o", tmp_path / "model", "--no-seeds")
    assert result.code == 0
    assert (
        "3 reviewed stances, 3 new; gain not measured: too few, 3 stances of 2 articles can be learnt; it takes 20 of 5"
        in result.out
    )
    metrics = json.loads((tmp_path / "model" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["reviewed"]["without_new"] is metrics["reviewed"]["gain_intervals"] is None


def test_without_anything_else_to_train_on_that_is_the_reason(tmp_path: Path) -> None:
    dataset = make_dataset(tmp_path, 14)
    decide(dataset, range(28))
    training = train_stance(tmp_path / "model", sources=[dataset], seeds=False)
    assert training.metrics["reviewed"]["reason"].startswith("too little to train on without them (no labelled pair")


def test_a_record_that_is_none_is_refused_with_its_cure(tmp_path: Path) -> None:
    (tmp_path / LEARNT).write_text("[]", encoding="utf-8")
    with pytest.raises(InputError, match="remove it, and all reviewed stances count as new"):
        read_before(tmp_path, {})


def pair(number: int, article: str, family: str, label: StanceLabel = "favor") -> LabelledPair:
    return LabelledPair(
        str(number), Passage("Sanctions are good."), "sanctions", label, family, "train", article=article
    )


def test_articles_that_share_a_quotation_are_never_torn_apart() -> None:
    pairs = [
        pair(1, "n1", "q_1"),
        pair(2, "n2", "q_1"),
        pair(3, "n2", "q_2"),
        pair(4, "n3", "q_2"),
        pair(5, "n4", "n4"),
    ]
    groups = [one.group for one in make_reviewed(pairs, read_codebook())]
    assert len(set(groups[:4])) == 1
    assert groups[4] != groups[0]


def test_what_says_all_the_same_or_nothing_new_measures_nothing() -> None:
    pairs = [pair(number, f"n{number}", f"n{number}") for number in range(30)]
    reviewed = make_reviewed(pairs, read_codebook())

    def never(*_: object) -> object:
        raise AssertionError("nothing is to be trained")

    def gain(before: dict[str, str]) -> str:
        found = measure_gain(reviewed, [], stances=30, before=before, train=never, answer=never)  # type: ignore[arg-type]
        return tell_gain(found.to_json())

    assert gain({}) == "30 reviewed stances, 30 new; gain not measured: all of them are 'favor'"
    known = {str(number): "favor" for number in range(30)}
    assert gain(known) == "30 reviewed stances, 0 new; gain not measured: no new decision since the training before"
