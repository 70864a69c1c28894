"""The pair model of stances: what it reads, that a pair's answer is its own, and what it refuses to load."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from sayso.attribution.errors import ArtifactError, ConfigError
from sayso.attribution.types import Article, TextSpan, make_attribution
from sayso.labeling import pair_input
from sayso.labeling.codebook import LABELS, read_codebook
from sayso.labeling.labeler import Labeler
from sayso.labeling.pair import Calibration, Floats, PairStance, Settings, load_pair
from sayso.labeling.pair_input import Ints, PairInput, make_input, read_tokenizer
from sayso.labeling.pair_view import PairView, make_open_view, make_views
from sayso.labeling.passages import Passage
from sayso.labeling.stance_model import find_model, load_stance_model, read_origin

BOOK = read_codebook()


class WordCounter:
    """A stand-in for the graph: "not" speaks against, "good" for, nothing is neutral; open targets the other way."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.no, self.good = tokenizer.token_to_id("not"), tokenizer.token_to_id("good")

    def score(self, ids: Ints, marks: Ints) -> Floats:
        said = ids[marks < pair_input.PROPOSITION]
        against, favor = 3.0 * float((said == self.no).sum()), 3.0 * float((said == self.good).sum())
        return np.asarray([[favor, against, 1.0], [against, favor, 1.0]], np.float32)


@pytest.fixture(scope="module")
def tokenizer(repository: Path) -> Tokenizer:
    return read_tokenizer(str(repository / "models" / "attribution-en" / "tokenizer.json"))


@pytest.fixture(scope="module")
def model(tokenizer: Tokenizer) -> PairStance:
    return PairStance(tokenizer, WordCounter(tokenizer), Settings(threshold=0.5, most_pieces=96), version="t")


def view_of(text: str, target: str = "sanctions", **more: Any) -> PairView:
    return {hit.target: view for hit, view in make_views(Passage(text, **more), BOOK)}[target]


def pieces(read: PairInput, mark: int, tokenizer: Tokenizer) -> str:
    return " ".join(str(tokenizer.id_to_token(int(number))) for number in read.ids[read.marks == mark])


# --- what it reads ----------------------------------------------------------------------------------------------------


def test_the_input_holds_passage_and_proposition_and_marks_what_raises_the_target(tokenizer: Tokenizer) -> None:
    view = view_of("We reject sanctions, but talks are welcome.", side="russia", cue="said")
    read = make_input(view, tokenizer)
    assert view.target is not None
    whole = " ".join(str(tokenizer.id_to_token(int(number))) for number in read.ids)
    assert whole.startswith("[CLS] russia said : we reject sanctions , but talks are welcome . [SEP] the west should")
    assert whole.endswith("russia . [SEP]")
    assert pieces(read, pair_input.TARGET, tokenizer) == "sanctions"
    assert pieces(read, pair_input.OTHER_TARGET, tokenizer) == "talks"
    assert pieces(read, pair_input.SPEAKER, tokenizer) == "russia said :"
    assert len(read.ids) == len(read.marks) == len(read.starts)


def test_the_paragraph_before_is_read_only_where_the_passage_points_back(tokenizer: Tokenizer) -> None:
    before = "The minister spoke about sanctions."
    pointing = make_input(view_of("Such penalties will not help.", before=before), tokenizer)
    assert "minister spoke" in pieces(pointing, pair_input.BEFORE, tokenizer)
    naming = make_input(view_of("Sanctions will not help.", before=before), tokenizer)
    assert not (naming.marks == pair_input.BEFORE).any()


def test_a_long_passage_is_cut_around_what_raises_the_target(tokenizer: Tokenizer) -> None:
    text = "The road was closed all summer. " * 60 + "We reject sanctions. " + "The harvest was good. " * 60
    read = make_input(view_of(text), tokenizer, most=96)
    assert len(read) == 96
    assert pieces(read, pair_input.TARGET, tokenizer) == "sanctions"
    assert "we reject sanctions ." in pieces(read, pair_input.PLAIN, tokenizer).replace(
        "reject .", "reject sanctions ."
    )


def test_an_open_target_is_named_by_its_words_or_by_its_name(tokenizer: Tokenizer) -> None:
    named = make_input(make_open_view(Passage("Mia Olsen praised the bridge."), 0, 9), tokenizer)
    assert pieces(named, pair_input.MENTION, tokenizer) == "mia olsen [SEP]"
    assert pieces(named, pair_input.TARGET, tokenizer) == "mia olsen"
    absent = make_input(make_open_view(Passage("It was praised."), 0, 0, "bridges"), tokenizer)
    assert pieces(absent, pair_input.MENTION, tokenizer) == "bridges [SEP]"
    assert not (absent.marks == pair_input.TARGET).any()


words = st.sampled_from(
    [*"sanctions not good talks é 日本 😀 \ud800 U.S. Russia troops".split(), "“", ".", "\n", "\0", "x" * 300]
)


@settings(max_examples=60)
@given(st.lists(words, max_size=150), st.lists(words, max_size=40), st.integers(64, 128))
def test_any_text_is_answered_within_the_limit(
    model: PairStance, tokenizer: Tokenizer, parts: list[str], before: list[str], most: int
) -> None:
    passage = Passage(" ".join(parts), before=" ".join(before), cue="said", side="west")
    for view in [*(view for _, view in make_views(passage, BOOK)), make_open_view(passage, 0, 5)]:
        read = make_input(view, tokenizer, most=most)
        assert 3 <= len(read) <= most
        assert set(np.unique(read.marks)) <= set(range(pair_input.N_MARKS))
        (found,) = model.predict([view])
        assert sum(found.probabilities) == pytest.approx(1)


# --- what it answers --------------------------------------------------------------------------------------------------


def test_the_head_is_chosen_by_the_kind_of_target(model: PairStance) -> None:
    text = "sanctions are good"
    assert model.predict([view_of(text)])[0].best == "favor"
    assert model.predict([make_open_view(Passage(text), 0, 9)])[0].best == "against"


def test_below_the_threshold_the_label_is_unclear(model: PairStance) -> None:
    strict = PairStance(model.tokenizer, model.scorer, Settings(threshold=0.99, most_pieces=96), version="t")
    (unsure,) = strict.predict([view_of("sanctions are good")])
    assert (unsure.label, unsure.best) == ("unclear", "favor")
    assert unsure.confidence == pytest.approx(max(unsure.probabilities))


def test_votes_and_biases_move_the_answer() -> None:
    plain = Calibration().chances([1.0, 0.0, 0.0], [0, 0, 0])
    voted = Calibration(vote=2.0).chances([1.0, 0.0, 0.0], [0, 1, 0])
    leaning = Calibration(scale=0.5, bias=(0.0, 0.0, 1.0)).chances([1.0, 0.0, 0.0], [0, 0, 0])
    assert plain.index(max(plain)) == 0
    assert voted.index(max(voted)) == 1
    assert leaning.index(max(leaning)) == 2


def test_the_words_that_carry_the_answer_are_told(model: PairStance) -> None:
    reasons = model.explain(view_of("Sanctions are not wise."))
    assert [name for name, _ in reasons] == ["“not”"]
    assert reasons[0][1] > 0.1


def test_a_labeler_takes_it_like_any_other_model(model: PairStance) -> None:
    labeler = Labeler(BOOK, model)
    (found,) = labeler.label_passages([Passage("Sanctions are not wise.")])
    assert [(item.stance.target, item.stance.label, item.stance.origin) for item in found] == [
        ("sanctions", "against", "model:stance-pair@t")
    ]
    assert labeler.version == f"ukraine-2021@{BOOK.version} model:stance-pair@t"
    with pytest.raises(ConfigError, match=r"no target 'sanction'; did you mean 'sanctions'\?"):
        labeler.codebook.target("sanction")


# --- the one that ships -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped() -> PairStance:
    return load_pair(find_model("stance-pair"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the packaged model, to be damaged."""
    return Path(shutil.copytree(find_model("stance-pair"), tmp_path / "model"))


@pytest.mark.parametrize(
    ("text", "more", "target", "label"),
    [
        ("Sanctions have never changed anyone's mind.", {}, "sanctions", "against"),
        ("We are ready for talks at any time.", {"side": "west"}, "diplomacy", "favor"),
    ],
)
def test_plain_cases_are_labelled(shipped: PairStance, text: str, more: Any, target: str, label: str) -> None:
    assert shipped.predict([view_of(text, target, **more)])[0].best == label


def test_a_pairs_answer_does_not_depend_on_its_neighbours(shipped: PairStance) -> None:
    texts = ["No more talks.", "Sanctions work, and they must stay for as long as it takes.", "The red line stands."]
    views = [view for text in texts for _, view in make_views(Passage(text, side="west"), BOOK)]
    together = shipped.predict(views)
    assert together == [shipped.predict([view])[0] for view in views]
    assert together == shipped.predict(views[::-1])[::-1]
    assert shipped.predict([]) == []
    assert {prediction.best for prediction in together} <= set(LABELS)


def test_the_shipped_model_is_small_and_stated(shipped: PairStance) -> None:
    folder = find_model("stance-pair")
    assert sum((folder / name).stat().st_size for name in ("model.onnx", "tokenizer.json")) <= 25_000_000
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert metrics["artifact"]["sha256"] == config["files"]["model.onnx"]
    card = (folder / "README.md").read_text(encoding="utf-8")
    for name, scores in metrics["scores"].items():
        assert f"{scores['macro_f1']:.3f}" in card, name
    for source in metrics["recipe"]["data"]:
        assert source["sha256"][:16] in card
    assert not any(source["licence"] == "none stated" for source in metrics["recipe"]["data"])


def test_a_changed_or_missing_file_is_refused(copy: Path) -> None:
    graph = copy / "model.onnx"
    content = graph.read_bytes()
    graph.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(ArtifactError, match="the file was changed or damaged"):
        load_stance_model(copy)
    graph.unlink()
    with pytest.raises(ArtifactError, match=r"model\.onnx: can't be read"):
        load_stance_model(copy)
    (copy / "config.json").unlink()
    with pytest.raises(ArtifactError, match=r"config\.json can't be read"):
        load_stance_model(copy)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"scheme": 0}, "trained on input scheme 0, this release reads"),
        ({"files": {}}, r"no checksum of model\.onnx, tokenizer\.json"),
        ({"threshold": "high"}, "the settings can't be read"),
        ({"calibration": {"codebook": {"scale": 1}}}, "the settings can't be read"),
        ({"calibration": {"codebook": {"scale": 1, "bias": [1], "vote": 0}}}, "the settings can't be read"),
        ({"most_pieces": 3}, "the settings can't be read"),
    ],
)
def test_a_config_that_does_not_fit_is_refused(copy: Path, changes: dict[str, Any], message: str) -> None:
    path = copy / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")
    with pytest.raises(ArtifactError, match=message):
        load_stance_model(copy)


def test_a_graph_that_is_none_is_refused(copy: Path) -> None:
    import hashlib

    (copy / "model.onnx").write_bytes(b"no graph")
    path = copy / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["files"]["model.onnx"] = hashlib.sha256(b"no graph").hexdigest()
    path.write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ArtifactError, match="ONNX Runtime can't load it"):
        load_stance_model(copy)


def test_models_are_found_by_name_and_unknown_ones_are_named(tmp_path: Path) -> None:
    assert read_origin("stance-pair").startswith("model:stance-pair@")
    assert read_origin("stance-linear").startswith("model:stance-linear@")
    with pytest.raises(ArtifactError, match="allowed: stance-linear, stance-pair, `majority`, or a folder"):
        load_stance_model("stance-qair")
    with pytest.raises(ArtifactError, match="no stance model in"):
        load_stance_model(tmp_path)


def test_explain_asks_the_model_that_gave_the_stance() -> None:
    from sayso.stance_labels import label_article, load_labeler
    from sayso.stance_reasons import explain_stances

    text = "“The sanctions against Russia must be lifted,” a minister in Kyiv said."
    article = Article(id="a", text=text)
    attribution = make_attribution(
        text,
        article_id="a",
        text_sha256="",
        kind="direct",
        content=[TextSpan(0, 46)],
        cue=[TextSpan(67, 71)],
        confidence=1.0,
        origin="x",
    )
    (labelled,) = label_article(article, [attribution], load_labeler(model="stance-pair"))
    reasons = explain_stances(article, labelled)
    assert {reason.stance.origin for reason in reasons} == {load_stance_model("stance-pair").origin}
    assert any(reason.features for reason in reasons)
