"""`sayso label`, `train stance`, `evaluate stance`: what they write, keep, print and refuse."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow.parquet as pq
import pytest

from building import tree_bytes
from command_line import run
from sayso.attribution.types import Attribution, Stance
from sayso.cli.schema import read_schemas
from sayso.folder import LOCAL_ATTRIBUTIONS, find_changes, read_build
from sayso.labeling.codebook import read_codebook
from sayso.stance_evaluation import ask_predictor, read_questions

REPORT = (
    "Ministers speak about Ukraine\n\n"
    "“We will impose sanctions if Russia attacks,” said Ana Ruiz, the minister, on Monday.\n\n"
    "Tom Lee, a senator, said that more talks about Ukraine would be a waste of time.\n"
)


@pytest.fixture
def dataset(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A built dataset without stances."""
    article = tmp_path / "report.txt"
    article.write_text(REPORT, encoding="utf-8", newline="\n")
    out = tmp_path / "dataset"
    assert run(monkeypatch, "build", article, "-o", out, "--codebook", "none", "--quiet").code == 0
    return out


def stances_of(folder: Path) -> dict[str, dict[str, tuple[str, str]]]:
    return {
        found.content: {stance.target: (stance.label, stance.origin) for stance in found.stances}
        for _, attributions in read_build(folder)
        for found in attributions
    }


def test_label_fills_a_dataset_and_keeps_what_people_decided(
    monkeypatch: pytest.MonkeyPatch, dataset: Path, tmp_path: Path
) -> None:
    assert not any(stances_of(dataset).values())
    before = tree_bytes(dataset)
    dry = run(monkeypatch, "label", dataset, "--dry-run", "--json")
    jsonschema.validate(json.loads(dry.out), read_schemas()["label"])
    assert tree_bytes(dataset) == before
    result = run(monkeypatch, "label", dataset, "--json")
    assert (result.code, result.err) == (0, "")
    document = json.loads(result.out)
    assert {**json.loads(dry.out), "dry_run": False} == document
    found = stances_of(dataset)
    quoted = found["“We will impose sanctions if Russia attacks,”"]
    assert quoted["sanctions"][0] == "favor"
    assert quoted["russian-military-action"][0] == "against"
    assert quoted["sanctions"][1].startswith("model:stance-pair@")
    rows = pq.read_table(dataset / "data" / "stance" / "train-00000-of-00001.parquet").to_pylist()
    assert {row["target"] for row in rows} == {target for targets in found.values() for target in targets}
    assert find_changes(dataset) == []
    assert "| `stance` |" in (dataset / "README.md").read_text(encoding="utf-8")
    # Labelling again changes nothing: the same input, the same bytes.
    labelled = tree_bytes(dataset)
    assert run(monkeypatch, "label", dataset, "--quiet").code == 0
    assert tree_bytes(dataset) == labelled
    decide(dataset, "sanctions", "against")
    assert run(monkeypatch, "label", dataset, "--quiet").code == 0
    assert stances_of(dataset)["“We will impose sanctions if Russia attacks,”"]["sanctions"] == (
        "against",
        "human:ana",
    )


def test_explain_tells_words_functions_and_weights_of_a_stance(monkeypatch: pytest.MonkeyPatch, dataset: Path) -> None:
    assert run(monkeypatch, "label", dataset, "--quiet").code == 0
    quoted = next(found for _, many in read_build(dataset) for found in many if "sanctions" in found.content)
    result = run(monkeypatch, "explain", quoted.id, "--in", dataset, "--json")
    assert result.code == 0, result.err
    document = json.loads(result.out)
    jsonschema.validate(document, read_schemas()["explain"])
    reason = next(reason for reason in document["stances"] if reason["target"] == "sanctions")
    assert "sanctions" in reason["words"]
    assert "consequence-announced" in {vote["function"] for vote in reason["votes"]}
    assert reason["features"]
    shown = run(monkeypatch, "explain", quoted.id, "--in", dataset).out
    assert "sanctions: favor" in shown
    assert "raised by its own words" in shown


def decide(folder: Path, target: str, label: str) -> None:
    """Put a person's decision where a build with reviews puts it."""
    path = folder / LOCAL_ATTRIBUTIONS
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        found = Attribution.from_json(json.loads(line))
        stances = tuple(
            Stance(target, label, 1.0, "human:ana") if stance.target == target else stance  # type: ignore[arg-type]
            for stance in found.stances
        )
        lines.append(json.dumps(replace(found, stances=stances).to_json(), ensure_ascii=False) + "\n")
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def test_build_labels_articles_of_the_topic_and_leaves_others_alone(
    monkeypatch: pytest.MonkeyPatch, dataset: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.txt"
    other.write_text("Rents\n\n“Talks about rents were useful,” said Ana Ruiz on Monday.\n", encoding="utf-8")
    out = tmp_path / "both"
    assert run(monkeypatch, "build", tmp_path / "report.txt", other, "-o", out, "--quiet").code == 0
    found = stances_of(out)
    assert found["“Talks about rents were useful,”"] == {}
    assert found["“We will impose sanctions if Russia attacks,”"]["sanctions"][0] == "favor"
    provenance = json.loads((out / "provenance.json").read_text(encoding="utf-8"))
    assert "ukraine-2021@1.0 model:stance-pair@" in provenance["attributor"]


def test_wrong_folders_codebooks_and_models_are_refused(
    monkeypatch: pytest.MonkeyPatch, dataset: Path, tmp_path: Path
) -> None:
    before = tree_bytes(dataset)
    assert run(monkeypatch, "label", tmp_path / "nowhere").code == 3
    assert run(monkeypatch, "label", dataset, "--codebook", "nowhere").code == 2
    assert run(monkeypatch, "label", dataset, "--model", tmp_path).code == 2
    broken = tmp_path / "b.toml"
    broken.write_text("schema_version = 1\nidd = 3\n")
    result = run(monkeypatch, "label", dataset, "--codebook", broken)
    assert result.code == 2
    assert "b.toml:2: unknown key 'idd'; did you mean 'id'?" in result.err
    assert run(monkeypatch, "build", tmp_path / "report.txt", "-o", tmp_path / "new", "--codebook", broken).code == 2
    assert tree_bytes(dataset) == before
    assert not (tmp_path / "new").exists()


def test_functions_are_listed_with_what_they_are_worth(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, "label", "lf")
    assert result.out.startswith("function ")
    assert "cue-against" in result.out
    assert "majority vote:" in result.out
    document = json.loads(run(monkeypatch, "label", "lf", "--json").out)
    jsonschema.validate(document, read_schemas()["label-functions"])
    assert document["aggregations"]["majority"]["macro_f1"] > document["aggregations"]["learned"]["macro_f1"]


def test_training_from_the_command_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    out = tmp_path / "model"
    result = run(monkeypatch, "train", "stance", "-o", out, "--dry-run", "--json")
    assert (result.code, result.err) == (0, "")
    jsonschema.validate(json.loads(result.out), read_schemas()["stance-training"])
    assert not out.exists()
    empty = tmp_path / "none.jsonl"
    empty.write_text("")
    assert run(monkeypatch, "train", "stance", empty, "-o", out, "--no-seeds").code == 3
    assert run(monkeypatch, "train", "stance", tmp_path, "-o", out, "--no-seeds").code == 3
    assert not out.exists()


def say_favor(records: list[dict[str, Any]]) -> list[tuple[str, float]]:
    """A predictor as a user may write one."""
    assert all("label" not in record and record["proposition"] for record in records)
    return [("favor", 0.6) for _ in records]


class Estimator:
    """What has `predict`, like any scikit-learn estimator."""

    def predict(self, texts: list[str]) -> list[str]:
        assert all(" [SEP] " in text for text in texts)
        return ["against"] * len(texts)


class Pipeline:
    """What has `task`, like a transformers pipeline."""

    task = "text-classification"

    def __call__(self, inputs: list[dict[str, str]]) -> list[dict[str, Any]]:
        assert all(set(one) == {"text", "text_pair"} for one in inputs)
        return [{"label": "NEUTRAL", "score": 0.5} for _ in inputs]


ESTIMATOR = Estimator()


def test_anyones_classifier_is_scored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    saved, picture = tmp_path / "ours.jsonl", tmp_path / "chart.svg"
    ours = run(monkeypatch, "evaluate", "stance", "--save", saved, "--picture", picture, "--resamples", 20, "--json")
    assert (ours.code, ours.err) == (0, "")
    jsonschema.validate(json.loads(ours.out), read_schemas()["stance-evaluation"])
    assert json.loads(ours.out)["macro_f1"] >= 0.70
    assert picture.read_text(encoding="utf-8").startswith("<svg ")
    args = ("--predictor", "test_stance_commands:say_favor", "--against", saved, "--resamples", 0)
    theirs = run(monkeypatch, "evaluate", "stance", *args, "--json")
    assert (theirs.code, theirs.err) == (0, "")
    document = json.loads(theirs.out)
    assert document["mcnemar"]["p_value"] < 0.001
    assert document["per_label"]["against"]["recall"] == 0
    again = run(monkeypatch, "evaluate", "stance", "--pred", saved, "--resamples", 0, "--json")
    assert json.loads(again.out)["macro_f1"] == json.loads(ours.out)["macro_f1"]
    assert "McNemar's p" in run(monkeypatch, "evaluate", "stance", *args).out
    assert run(monkeypatch, "evaluate", "stance", "--predictor", "test_stance_commands:ESTIMATOR").code == 0


def test_pipelines_and_wrong_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    questions, _ = read_questions(None, form="sentences", articles=None, codebook=read_codebook(), split="test")
    answers = ask_predictor(Pipeline(), questions, "p")
    assert {(found.label, found.confidence) for found in answers if found} == {("neutral", 0.5)}
    for name, message in [
        ("nowhere", "write it as module:function"),
        ("no_such_module:f", "is the module's folder on PYTHONPATH?"),
        ("test_stance_commands:REPORT", "is a str; give a function, an estimator or a pipeline"),
    ]:
        result = run(monkeypatch, "evaluate", "stance", "--predictor", name)
        assert result.code == 2
        assert message in result.err
    bad = tmp_path / "bad.jsonl"
    for line, message in [
        ('{"id": "x", "target": "t", "label": "pro"}', "bad.jsonl:1: unknown label 'pro'; allowed: favor"),
        ('{"id": "x", "target": "t", "label": "favor", "confidence": 7}', "confidence 7 is no number from 0 to 1"),
        ('{"id": "x", "target": "t", "label": "favor"}', "none of its pairs (id and target) is in the data"),
        ("{oh", "expected a JSON object a line with id, target, label, confidence"),
    ]:
        bad.write_text(line + "\n")
        result = run(monkeypatch, "evaluate", "stance", "--pred", bad)
        assert result.code == 3
        assert message in result.err
    assert run(monkeypatch, "evaluate", "stance", "--format", "vast").code == 2
    assert run(monkeypatch, "evaluate", "stance", "--format", "odd").code == 2


def test_the_gold_is_met(monkeypatch: pytest.MonkeyPatch, repository: Path) -> None:
    seeds = repository / "seeds"
    args = (seeds / "gold", "--format", "gold", "--articles", seeds / "articles", "--resamples", 0, "--json")
    document = json.loads(run(monkeypatch, "evaluate", "stance", *args).out)
    assert document["targets"]["f1"] >= 0.75
    assert document["accuracy"] >= 0.80
    assert document["baselines"]["lexicon"]["macro_f1"] < document["macro_f1"]
