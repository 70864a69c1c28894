"""The linear stance model: what it learns from, what it refuses, how it is kept, and how it is scored."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from sayso.attribution.errors import ArtifactError, ConflictError, InputError
from sayso.labeling.aggregation import majority
from sayso.labeling.codebook import read_codebook
from sayso.labeling.foreign import read_foreign
from sayso.labeling.functions import FUNCTIONS, vote
from sayso.labeling.labeler import Labeler
from sayso.labeling.linear import LinearStance, load_linear
from sayso.labeling.pair_view import make_views
from sayso.labeling.passages import Passage
from sayso.labeling.stance_scores import Answer, compare, score_answers
from sayso.stance_training import train_stance


@pytest.fixture(scope="module")
def model() -> LinearStance:
    return load_linear()


@pytest.fixture
def copy(repository: Path, tmp_path: Path) -> Path:
    """A copy of the packaged model, to be damaged."""
    return Path(shutil.copytree(repository / "models" / "stance-linear", tmp_path / "model"))


def stances(labeler: Labeler, text: str, **more: Any) -> dict[str, str]:
    (found,) = labeler.label_passages([Passage(text, **more)])
    return {item.stance.target: item.stance.label for item in found}


@pytest.mark.parametrize(
    ("text", "more", "expected"),
    [
        ("NATO's expansion", {"cue": "condemned", "side": "russia"}, {"nato-enlargement": "against"}),
        ("Moscow of planning an invasion", {"cue": "accused", "side": "west"}, {"russian-military-action": "against"}),
        ("We want talks.", {"side": "west"}, {"diplomacy": "favor"}),
        ("The harvest was good.", {"side": "west"}, {}),
    ],
)
def test_plain_cases_are_labelled(model: LinearStance, text: str, more: Any, expected: dict[str, str]) -> None:
    assert stances(Labeler(read_codebook(), model), text, **more) == expected


def test_the_threat_of_a_condition_is_against_the_act_and_for_the_measure(model: LinearStance) -> None:
    labeler = Labeler(read_codebook(), model)
    (found,) = labeler.label_passages([Passage("If Russia invades, we will impose sanctions.", side="west")])
    by_target = {item.stance.target: item.stance for item in found}
    assert by_target["russian-military-action"].label == "against"
    assert by_target["sanctions"].label == "favor"
    assert "conditional" in by_target["sanctions"].flags
    assert by_target["sanctions"].origin == model.origin


def test_below_the_threshold_the_label_is_unclear(model: LinearStance) -> None:
    (pair,) = make_views(Passage("Talks."), read_codebook())
    (predicted,) = model.predict([pair[1]])
    strict = LinearStance(model.codebook, model.open, threshold=1.0, version="x")
    (unsure,) = strict.predict([pair[1]])
    assert (unsure.label, unsure.best, unsure.confidence) == ("unclear", predicted.best, predicted.confidence)
    assert sum(predicted.probabilities) == pytest.approx(1)


def test_batches_and_single_predictions_agree(model: LinearStance) -> None:
    texts = ["No more talks.", "Sanctions work.", "We will send weapons to Ukraine.", "The red line stands."]
    views = [view for text in texts for _, view in make_views(Passage(text, side="west"), read_codebook())]
    assert model.predict(views) == [model.predict([view])[0] for view in views]
    assert model.predict([]) == []


def test_what_spoke_for_a_label_can_be_told(model: LinearStance) -> None:
    ((_, view),) = make_views(Passage("the sanctions", cue="condemned", side="russia"), read_codebook())
    reasons = model.explain(view)
    assert reasons
    assert all(weight > 0 for _, weight in reasons)
    assert any("condemned" in name or name.startswith("v=") for name, _ in reasons)


# --- files ------------------------------------------------------------------------------------------------------------


def test_tampered_weights_are_refused(copy: Path) -> None:
    weights = copy / "model.skops"
    weights.write_bytes(weights.read_bytes() + b"\0")
    with pytest.raises(ArtifactError, match="the file was changed or damaged"):
        load_linear(copy)


def restate(folder: Path, **changes: Any) -> None:
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    metrics["artifact"] |= changes
    (folder / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")


def test_other_schemes_types_and_rubbish_are_refused(copy: Path, tmp_path: Path) -> None:
    import skops.io
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.preprocessing import FunctionTransformer

    restate(copy, scheme=0)
    with pytest.raises(ArtifactError, match="trained on feature scheme 0, this release reads"):
        load_linear(copy)
    for content, message in [
        (skops.io.dumps({"codebook": FunctionTransformer(func=shutil.rmtree)}), "which no stance model needs"),
        (skops.io.dumps(CalibratedClassifierCV()), "lack a part"),
        (b"PK rubbish", "can't be read"),
    ]:
        (copy / "model.skops").write_bytes(content)
        restate(copy, scheme=1, sha256=hashlib.sha256(content).hexdigest())
        with pytest.raises(ArtifactError, match=message):
            load_linear(copy)
    with pytest.raises(ArtifactError, match="no stance model in"):
        load_linear(tmp_path)


# --- training ---------------------------------------------------------------------------------------------------------


def write_sentences(path: Path, rows: list[tuple[str, str, str]]) -> Path:
    lines = [json.dumps({"text": text, "target": target, "label": label}) for text, target, label in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("The harvest was good.", "sanctions", "not-addressed")], "no labelled pair to train on"),
        (
            [(f"Sanctions are wrong, says number {n}.", "sanctions", "against") for n in range(40)],
            "are 'against'; a cl",
        ),
        (
            [("Sanctions are wrong.", "sanctions", "against"), ("We want talks.", "diplomacy", "favor")],
            "at least 10 are",
        ),
    ],
    ids=["empty", "one-class", "few-families"],
)
def test_too_little_to_learn_from_is_told_and_nothing_written(
    tmp_path: Path, rows: list[tuple[str, str, str]], message: str
) -> None:
    source = write_sentences(tmp_path / "s.jsonl", rows)
    with pytest.raises(InputError, match=message):
        train_stance(tmp_path / "out", sources=[source], seeds=False)
    assert [path.name for path in tmp_path.iterdir()] == ["s.jsonl"]


def test_training_twice_gives_the_same_bytes_and_a_model_that_loads(tmp_path: Path) -> None:
    words = ["wrong", "mad", "useless", "a mistake", "good", "right", "needed", "useful"]
    rows = [
        (f"Sanctions are {word}, we {verb}.", "sanctions", "against" if number < 4 else "favor")
        for number, word in enumerate(words)
        for verb in ("say", "think", "repeat", "know", "said", "feel")
    ]
    source = write_sentences(tmp_path / "s.jsonl", rows)
    first = train_stance(tmp_path / "one", sources=[source], seeds=False, version="9")
    second = train_stance(tmp_path / "two", sources=[source], seeds=False, version="9")
    assert first.metrics == second.metrics
    trained = load_linear(tmp_path / "one")
    assert trained.origin == "model:stance-linear@9"
    assert stances(Labeler(read_codebook(), trained), "Sanctions are mad, we know.") == {"sanctions": "against"}
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == [
        "README.md",
        "metrics.json",
        "model.skops",
        "recipe.toml",
    ]
    with pytest.raises(ConflictError, match="holds files that are no stance model"):
        train_stance(tmp_path, sources=[source], seeds=False)


def test_the_shipped_model_is_as_good_as_its_card_says(repository: Path) -> None:
    metrics = json.loads((repository / "models" / "stance-linear" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["held_out_families"]["macro_f1"] >= 0.70
    assert metrics["held_out_families"]["calibration_error"] <= 0.06
    assert metrics["cross_validated_families"]["calibration_error"] <= 0.06
    # The corpus knows no abstention: its figures are those of the likeliest label.
    assert metrics["newsmtsc_dev"]["macro_f1_forced"] >= 0.66
    card = (repository / "models" / "stance-linear" / "README.md").read_text(encoding="utf-8")
    assert f"{metrics['held_out_families']['macro_f1']:.3f}" in card


# --- functions and scores ---------------------------------------------------------------------------------------------


def test_every_function_is_named_explained_and_may_decline() -> None:
    ((_, view),) = make_views(Passage("Sanctions."), read_codebook())
    for name, function in FUNCTIONS.items():
        assert function.__doc__, name
        assert name == function.__name__.replace("_", "-")
    assert {item.function for item in vote(view)} <= {"only-named"}
    assert majority([]) == ("unclear", 0.0)


def answer(number: int, gold: str, label: str, confidence: float = 0.9) -> Answer:
    return Answer(str(number), "t", (gold,), label, confidence, str(number), label)


def test_scores_count_what_they_say() -> None:
    answers = [
        answer(1, "favor", "favor"),
        answer(2, "favor", "against"),
        answer(3, "against", "against"),
        answer(4, "neutral", "unclear", 0.3),
    ]
    scores = score_answers(answers, resamples=50)
    assert scores.accuracy == 0.5
    assert scores.unclear == 1
    assert scores.macro_f1 == pytest.approx((2 / 3 + 2 / 3 + 0) / 3)
    assert scores.confusion["favor"] == {"favor": 1, "against": 1, "neutral": 0, "unclear": 0}
    assert scores.abstention[-1]["answered"] == 1.0
    assert scores.calibration_error == pytest.approx((3 * abs(0.9 - 2 / 3) + 0.3) / 4)
    with pytest.raises(InputError, match="nothing to score"):
        score_answers([])


def test_mcnemar_is_exact() -> None:
    first = [answer(n, "favor", "favor") for n in range(6)]
    found = compare(first, {str(n): "against" for n in range(6)})
    assert found == {"pairs": 6, "only_first_right": 6, "only_second_right": 0, "p_value": 2 / 64}
    assert compare(first, {str(n): "favor" for n in range(6)})["p_value"] == 1.0
    with pytest.raises(InputError, match="no pair in common"):
        compare(first, {"x": "favor"})


def test_foreign_corpora_are_read_as_published(tmp_path: Path) -> None:
    path = tmp_path / "n.jsonl"
    target = {"mention": "Ruiz", "from": 0, "to": 4, "polarity": 2.0}
    path.write_text(json.dumps({"primary_gid": "g", "sentence_normalized": "Ruiz failed.", "targets": [target]}))
    (example,) = read_foreign(path, "newsmtsc")
    assert (example.target, example.label, example.first, example.last) == ("Ruiz", "against", 0, 4)
    table = tmp_path / "v.csv"
    table.write_text("post,new_topic,label\nBikes are fine.,bikes,1\n")
    (example,) = read_foreign(table, "vast")
    assert (example.target, example.label, example.passage.text[example.first : example.last]) == (
        "bikes",
        "favor",
        "Bikes",
    )
    path.write_text('{"no": 1}\n')
    with pytest.raises(InputError, match=r"n\.jsonl:1: not a record of newsmtsc"):
        read_foreign(path, "newsmtsc")
