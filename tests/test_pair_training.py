"""Training of the pair model: recipes, data, the network, and a tiny one from first step to model folder."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sayso.attribution.errors import ArtifactError, ConfigError, InputError

pytest.importorskip("torch", reason="the extra [train] is not installed")

import onnxruntime
import torch

from sayso.attribution.training.int8 import RowScaledLinear, quantise
from sayso.labeling.pair import HEADS, load_pair
from sayso.labeling.pair_input import PROPOSITION, TARGET
from sayso.labeling.training.build import finish_pair
from sayso.labeling.training.calibrate import fit_calibration
from sayso.labeling.training.data import cut_batches, make_learnt, read_examples
from sayso.labeling.training.export import export_pair
from sayso.labeling.training.loop import _Run, pair_loss, read_checkpoint, score_examples, train_pair
from sayso.labeling.training.net import PairNet, Shape, raised_mean
from sayso.labeling.training.recipe import Data, may_continue, read_recipe

TINY = Shape(hidden=24, layers=3, heads=2, inner=48, positions=96, frozen=1)
RECIPE = "models/stance-pair/recipe.toml"


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def tokenizer_file(repository: Path) -> Path:
    return repository / "models" / "attribution-en" / "tokenizer.json"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with small files of two formats."""
    rows = [("Olsen is a liar.", "against"), ("Olsen is a hero.", "favor"), ("Olsen left.", "neutral")] * 4
    mentions = [
        {"id": str(n), "text": text, "target": "Olsen", "label": label, "meta": {"span": [0, 5]}}
        for n, (text, label) in enumerate(rows)
    ]
    (tmp_path / "mentions.jsonl").write_text("\n".join(map(json.dumps, mentions)), encoding="utf-8")
    sentences = [
        {"text": f"{text} {n}", "target": "sanctions", "label": label, "split": split, "family": f"{label}{n}"}
        for n, split in enumerate(["train", "train", "validation", "test"])
        for text, label in (("Sanctions work.", "favor"), ("No more sanctions!", "against"), ("Sanctions.", "neutral"))
    ]
    (tmp_path / "sentences.jsonl").write_text("\n".join(map(json.dumps, sentences)), encoding="utf-8")
    return tmp_path


def write_encoder(folder: Path, tokenizer_file: Path, shape: Shape) -> Path:
    """Write a random encoder in the names of a BERT checkpoint."""
    from safetensors.torch import save_file

    torch.manual_seed(1)
    h = shape.hidden
    sizes = {
        "embeddings.word_embeddings.weight": (shape.vocabulary, h),
        "embeddings.position_embeddings.weight": (shape.positions, h),
        "embeddings.token_type_embeddings.weight": (2, h),
        "embeddings.LayerNorm.weight": (h,),
        "embeddings.LayerNorm.bias": (h,),
    }
    for layer in range(shape.layers):
        at = f"encoder.layer.{layer}."
        for part, (out, size) in {
            "attention.self.query": (h, h),
            "attention.self.key": (h, h),
            "attention.self.value": (h, h),
            "attention.output.dense": (h, h),
            "intermediate.dense": (shape.inner, h),
            "output.dense": (h, shape.inner),
        }.items():
            sizes[f"{at}{part}.weight"], sizes[f"{at}{part}.bias"] = (out, size), (out,)
        for part in ("attention.output.LayerNorm", "output.LayerNorm"):
            sizes[f"{at}{part}.weight"] = sizes[f"{at}{part}.bias"] = (h,)
    folder.mkdir()
    save_file({name: torch.randn(size) * 0.1 for name, size in sizes.items()}, folder / "model.safetensors")
    (folder / "tokenizer.json").write_bytes(tokenizer_file.read_bytes())
    return folder


def write_recipe(path: Path, data: Path, encoder: Path, **optimiser: Any) -> Path:
    options = {"epochs": 2, "rows": 4, "most_pieces": 64, "encoder_rate": 1e-3, "layer_decay": 0.9, "head_rate": 1e-2}
    options |= {"weight_decay": 0.01, "warm_up": 0.1, "clip": 1.0, "smoothing": 0.05, "averaging": 0.9} | optimiser
    lines = ["seed = 3", "[encoder]", 'id = "tiny"', f'sha256 = "{sha256(encoder / "model.safetensors")}"']
    lines += [
        "[tokenizer]",
        f'sha256 = "{sha256(encoder / "tokenizer.json")}"',
        "[network]",
        "layers = 3",
        "frozen = 1",
    ]
    lines += ["[optimiser]", *(f"{name} = {value}" for name, value in options.items()), "[answers]", "threshold = 0.4"]
    for name, role, splits in (
        ("mentions", "learn", ""),
        ("sentences", "learn", "train"),
        ("sentences", "choose", "validation"),
        ("mentions", "choose", ""),
        ("sentences", "measure", "test"),
    ):
        form = "newsmtsc" if name == "mentions" else "sentences"
        lines += ["[[data]]", f'name = "{name}"', f'file = "{name}.jsonl"', f'format = "{form}"', 'licence = "MIT"']
        lines += [f'sha256 = "{sha256(data / f"{name}.jsonl")}"', f'role = "{role}"']
        lines += [f'splits = ["{splits}"]', 'codebook = "ukraine-2021"'] if splits else []
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.slow
def test_a_tiny_model_goes_from_recipe_to_folder_and_answers_as_its_network(
    tmp_path: Path, data: Path, tokenizer_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sayso.labeling.training.loop.make_shape", lambda recipe: TINY)
    encoder = write_encoder(tmp_path / "encoder", tokenizer_file, TINY)
    recipe = write_recipe(tmp_path / "recipe.toml", data, encoder)
    told: list[tuple[int, int]] = []

    def tell(step: int, of: int, _: str) -> None:
        told.append((step, of))

    checkpoint = train_pair(recipe, data, encoder=encoder, out=tmp_path / "work", on_step=tell)
    assert told[-1][0] == told[-1][1] == len(told)
    metrics = finish_pair(checkpoint, recipe, data, encoder=encoder, out=tmp_path / "model", version="9")
    assert set(metrics["scores"]) == {"families_validation", "newsmtsc_choose", "families_test"}
    model = load_pair(tmp_path / "model")
    assert model.origin == "model:stance-pair@9"
    assert all(metrics["single_precision"][name]["same_answers"] > 0.6 for name in metrics["scores"])
    card = (tmp_path / "model" / "README.md").read_text(encoding="utf-8")
    assert "license: apache-2.0" in card
    assert max(map(len, card.splitlines())) < 260
    # The same recipe once more has nothing left to do; another may not continue this one's work.
    told.clear()
    train_pair(
        recipe, data, encoder=encoder, out=tmp_path / "work", on_step=lambda step, of, _: told.append((step, of))
    )
    assert told == []
    other = write_recipe(tmp_path / "other.toml", data, encoder, clip=2.0)
    with pytest.raises(ConfigError, match="checkpoint of another recipe"):
        train_pair(other, data, encoder=encoder, out=tmp_path / "work")
    with pytest.raises(ConfigError, match="trained by another recipe"):
        finish_pair(checkpoint, other, data, encoder=encoder, out=tmp_path / "model", version="9")


def test_training_that_was_stopped_ends_where_one_that_was_not_does(
    tmp_path: Path, data: Path, tokenizer_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sayso.labeling.training.loop.make_shape", lambda recipe: TINY)
    monkeypatch.setattr("sayso.labeling.training.loop.SAVE_EVERY", 3)
    encoder = write_encoder(tmp_path / "encoder", tokenizer_file, TINY)
    recipe = write_recipe(tmp_path / "recipe.toml", data, encoder)

    class StoppedError(Exception):
        pass

    def stop(step: int, of: int, _: str) -> None:
        if step == 7:
            raise StoppedError

    whole = train_pair(recipe, data, encoder=encoder, out=tmp_path / "whole")
    with pytest.raises(StoppedError):
        train_pair(recipe, data, encoder=encoder, out=tmp_path / "parts", on_step=stop)
    parts = train_pair(recipe, data, encoder=encoder, out=tmp_path / "parts")
    one, two = (torch.load(path, weights_only=True)["average"] for path in (whole, parts))
    assert all(torch.allclose(one[name], two[name], atol=1e-6) for name in one)


def test_a_recipe_may_begin_with_the_weights_of_another(
    tmp_path: Path, data: Path, tokenizer_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sayso.labeling.training.loop.make_shape", lambda recipe: TINY)
    encoder = write_encoder(tmp_path / "encoder", tokenizer_file, TINY)
    first = train_pair(write_recipe(tmp_path / "one.toml", data, encoder), data, encoder=encoder, out=tmp_path / "one")
    shutil.copyfile(first, data / "begun.pt")
    path = write_recipe(tmp_path / "two.toml", data, encoder, encoder_rate=1e-9, head_rate=1e-9)
    start = f'[start]\nfile = "begun.pt"\nsha256 = "{sha256(data / "begun.pt")}"\n[network]'
    path.write_text(path.read_text("utf-8").replace("[network]", start), "utf-8")
    begun, went_on = (
        read_checkpoint(p)[0] for p in (first, train_pair(path, data, encoder=encoder, out=tmp_path / "2"))
    )
    fresh = read_checkpoint(
        train_pair(
            write_recipe(tmp_path / "three.toml", data, encoder, encoder_rate=1e-9, head_rate=1e-9),
            data,
            encoder=encoder,
            out=tmp_path / "three",
        )
    )[0]
    (name,) = (n for n, p in begun.named_parameters() if n.startswith("stack.1.") and n.endswith("down.weight"))
    weights = [net.state_dict()[name] for net in (begun, went_on, fresh)]
    assert torch.allclose(weights[0], weights[1], atol=1e-5)
    assert not torch.allclose(weights[0], weights[2], atol=1e-5)

    (data / "begun.pt").write_bytes(b"other")
    with pytest.raises(ArtifactError, match="the recipe wants"):
        train_pair(path, data, encoder=encoder, out=tmp_path / "four")


def test_the_exported_graph_scores_as_the_network_does(tmp_path: Path, data: Path, tokenizer_file: Path) -> None:
    torch.manual_seed(2)
    net = PairNet(TINY).eval()
    mentions = Data(
        name="m", file="mentions.jsonl", format="newsmtsc", licence="MIT", sha256=sha256(data / "mentions.jsonl")
    )
    examples = read_examples(mentions, data)
    from sayso.labeling.pair_input import read_tokenizer

    learnt = make_learnt(examples, read_tokenizer(str(tokenizer_file)), most=64)
    expected = score_examples(net, learnt)[:, HEADS.index("open")]
    export_pair(net, tokenizer_file, tmp_path / "plain", most_pieces=64, version="1", int8=False)
    assert b"site-packages" not in (tmp_path / "plain" / "model.onnx").read_bytes(), "it tells of the machine"
    model = load_pair(tmp_path / "plain")
    found = np.asarray([model.scores(example.view) for example in examples])
    assert np.allclose(found, expected, atol=1e-4)


def test_padding_changes_no_score() -> None:
    torch.manual_seed(0)
    net = PairNet(TINY).eval()
    ids = torch.randint(1, 50, (1, 6))
    marks = torch.tensor([[0, TARGET, 0, 0, PROPOSITION, PROPOSITION]])
    longer = torch.cat([ids, torch.zeros(1, 4, dtype=torch.int64)], 1)
    more = torch.cat([marks, torch.zeros(1, 4, dtype=torch.int64)], 1)
    with torch.no_grad():
        assert torch.allclose(net(ids, marks, padded=False), net(longer, more), atol=1e-5)


def test_the_mean_is_of_what_raises_the_target_or_else_of_the_target() -> None:
    x = torch.arange(4.0)[None, :, None]
    raised = torch.tensor([[0, TARGET, TARGET, PROPOSITION]])
    unnamed = torch.tensor([[0, 0, PROPOSITION, PROPOSITION]])
    assert raised_mean(x, raised).item() == 1.5
    assert raised_mean(x, unnamed).item() == 2.5


def test_the_loss_takes_any_of_the_possible_labels() -> None:
    scores = torch.tensor([[2.0, -1.0, 0.5]])
    chances = scores.softmax(-1)[0]
    one = pair_loss(scores, torch.tensor([[1.0, 0.0, 0.0]]), 0.0)
    either = pair_loss(scores, torch.tensor([[1.0, 0.0, 1.0]]), 0.1)
    assert one.item() == pytest.approx(-chances[0].log().item(), abs=1e-5)
    assert either.item() == pytest.approx(-(chances[0] + chances[2]).log().item(), abs=1e-5)


def test_an_epoch_sees_every_pair_once(data: Path, tokenizer_file: Path) -> None:
    from sayso.labeling.pair_input import read_tokenizer

    source = Data(
        name="s",
        file="sentences.jsonl",
        format="sentences",
        licence="x",
        sha256=sha256(data / "sentences.jsonl"),
        codebook="ukraine-2021",
        splits=("train", "validation"),
    )
    learnt = make_learnt(read_examples(source, data), read_tokenizer(str(tokenizer_file)), most=64)
    seen = [int(n) for batch in cut_batches(learnt, random.Random(0), rows=4) for n in batch.chosen]
    assert sorted(seen) == list(range(9))


def test_calibration_finds_how_sure_to_be() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 600)
    possible = np.eye(3)[truth]
    # Scores four times too large, and votes that are right more often than not.
    scores = 4 * (possible + rng.normal(0, 1.2, (600, 3)))
    given = np.eye(3)[np.where(rng.random(600) < 0.6, truth, rng.integers(0, 3, 600))]
    found = fit_calibration(scores, given, possible, votes=True)
    assert found.scale < 0.5
    assert found.vote > 0.5
    assert fit_calibration(scores, given, possible, votes=False).vote == 0


def test_a_cool_down_ends_training_sooner_and_may_be_added_before_it_begins(repository: Path) -> None:
    recipe = read_recipe(repository / RECIPE)
    plain = recipe.model_copy(update={"optimiser": recipe.optimiser.model_copy(update={"cool_down": None})})
    cooled = recipe.model_copy(update={"optimiser": recipe.optimiser.model_copy(update={"cool_down": (60, 80)})})
    run = _Run(PairNet(TINY), cooled, 200)
    assert run.steps == 80
    rates = []
    for run.step in range(80):
        rates.append(run.rate())
    assert rates[60] == max(rates[60:]) == pytest.approx(_Run(PairNet(TINY), plain, 200)._up_and_down(60, 200))
    assert 0 < rates[79] < rates[78] < rates[60]
    assert may_continue(plain, cooled, 60)
    assert not may_continue(plain, cooled, 61)
    assert not may_continue(plain.model_copy(update={"seed": 99}), cooled, 1)


def test_the_rate_rises_and_falls_once_more_and_the_weights_are_the_mean_of_all_ends(
    tmp_path: Path, data: Path, tokenizer_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sayso.labeling.training.loop.make_shape", lambda recipe: TINY)
    monkeypatch.setattr("sayso.labeling.training.loop.SAVE_EVERY", 1000)
    encoder = write_encoder(tmp_path / "encoder", tokenizer_file, TINY)
    settling = {"epochs": 1, "settle_times": 2, "settle_epochs": 1.0, "settle_share": 0.5}
    recipe = write_recipe(tmp_path / "recipe.toml", data, encoder, **settling)
    checkpoint = tmp_path / "work" / "checkpoint.pt"
    ends: list[dict[str, torch.Tensor]] = []
    steps: set[int] = set()

    def look(step: int, of: int, _: str) -> None:
        steps.add(of)
        # A checkpoint is written at each end, after this call: the next call finds it.
        state = torch.load(checkpoint, weights_only=True) if checkpoint.is_file() else None
        if state is not None and state["n_ends"] > len(ends):
            ends.append(state["average"])

    train_pair(recipe, data, encoder=encoder, out=tmp_path / "work", on_step=look)
    (total,) = steps
    assert total % 3 == 0
    run = _Run(PairNet(TINY), read_recipe(recipe), total // 3, settling=total // 3)
    rates = []
    for run.step in range(total):
        rates.append(run.rate())
    third = total // 3
    assert max(rates[:third]) == 1
    assert max(rates[third:]) == 0.5
    assert rates[third:-third] == rates[-third:]
    state = torch.load(checkpoint, weights_only=True)
    assert state["n_ends"] == 3
    mean = read_checkpoint(checkpoint)[0].state_dict()
    for name, last in state["average"].items():
        assert torch.allclose(mean[name], (ends[0][name] + ends[1][name] + last) / 3, atol=1e-6)
    assert any(not torch.allclose(mean[name], last, atol=1e-6) for name, last in state["average"].items())


def test_rows_of_an_input_that_differ_in_size_keep_their_values_in_bytes(tmp_path: Path) -> None:
    torch.manual_seed(4)
    plain = torch.nn.Linear(64, 8)
    scaled = RowScaledLinear(plain)
    x = torch.randn(1, 6, 64)
    x[0, 0] *= 200
    assert torch.allclose(plain(x), scaled(x), rtol=1e-4, atol=1e-4)
    assert torch.isfinite(scaled(torch.zeros(1, 2, 64))).all()
    lost = []
    for module in (plain, scaled):
        torch.onnx.export(module.eval(), (x,), str(tmp_path / "plain.onnx"), dynamo=True, external_data=False)
        quantise(tmp_path / "plain.onnx", tmp_path / "bytes.onnx", int8=True)
        session = onnxruntime.InferenceSession(str(tmp_path / "bytes.onnx"))
        (found,) = session.run(None, {session.get_inputs()[0].name: x.numpy()})
        lost.append(np.abs((found - plain(x).detach().numpy())[:, 1:]).max())
    assert lost[1] < lost[0] / 10


def test_pairs_of_other_formats_can_be_split_by_their_texts(data: Path) -> None:
    source = Data(
        name="m", file="mentions.jsonl", format="newsmtsc", licence="MIT", sha256=sha256(data / "mentions.jsonl")
    )
    whole = {example.id for example in read_examples(source, data)}
    parts = []
    for split in ("train", "validation", "test"):
        try:
            parts.append({e.id for e in read_examples(source.model_copy(update={"splits": (split,)}), data)})
        except InputError:
            parts.append(set())
    assert set().union(*parts) == whole
    assert sum(map(len, parts)) == len(whole)
    assert max(map(len, parts)) < len(whole)


def test_families_give_more_readings_of_the_same_splits(repository: Path) -> None:
    path = repository / "seeds" / "stance" / "families" / "housing.jsonl"
    source = Data(
        name="f",
        file="families/housing.jsonl",
        format="families",
        licence="Apache-2.0",
        sha256=sha256(path),
        codebook="housing",
        splits=("train",),
        readings=20,
    )
    folder = path.parent.parent
    many = read_examples(source, folder)
    few = read_examples(source.model_copy(update={"readings": 2}), folder)
    assert len(many) > 2 * len(few) > 0
    assert {example.group for example in many} == {example.group for example in few}
    other = read_examples(source.model_copy(update={"splits": ("test",)}), folder)
    assert not {example.group for example in other} & {example.group for example in many}


def test_unscon_gives_what_is_negative_and_what_is_not(tmp_path: Path) -> None:
    rows = [
        {
            "id": "1",
            "text": "We condemn Russia , which broke the truce .",
            "target": "russian federation",
            "label": "against",
        },
        {"id": "2", "text": "The ministers met in Kyiv  on Monday .", "target": "", "label": "neutral"},
        {"id": "3", "text": "The ministers met .", "target": "", "label": "neutral"},
    ]
    path = tmp_path / "all.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    source = Data(name="u", file="all.jsonl", format="unscon", licence="CC BY-SA", sha256=sha256(path))
    first, second = read_examples(source, tmp_path)
    assert (first.possible, first.view.name) == (("against",), "Russia")
    assert first.view.passage.text == "We condemn Russia, which broke the truce."
    assert (second.possible, second.view.name) == (("favor", "neutral"), "Kyiv")
    path.write_text("{}\n", encoding="utf-8")
    with pytest.raises(InputError, match="the recipe wants"):
        read_examples(source, tmp_path)
    with pytest.raises(InputError, match="not a record of UNSCon"):
        read_examples(source.model_copy(update={"sha256": sha256(path)}), tmp_path)


def test_the_shipped_recipe_is_read_and_learns_nothing_that_is_held_out(repository: Path) -> None:
    recipe = read_recipe(repository / RECIPE)
    assert recipe.of_role("measure")
    for source in recipe.of_role("learn"):
        assert "test" not in source.splits
        assert source.format != "sentences" or source.splits
        assert source.licence not in ("none stated", "")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seed = ", "sead = ", r"seed: Field required"),
        ("frozen = 2", "frozen = 6", "frozen must be less than"),
        ('role = "learn"', 'role = "choose"', "nothing to learn from"),
        ('codebook = "ukraine-2021"', "", "need the codebook"),
        ("epochs = ", "epochs = -", "epochs"),
        ("averaging = 0.99", "averaging = 0.99\ncool_down = [8, 8]", "the first before the second"),
        ("[answers]", "[[answers", "can't read the recipe"),
    ],
)
def test_wrong_recipes_are_refused(repository: Path, tmp_path: Path, old: str, new: str, message: str) -> None:
    text = (repository / RECIPE).read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "recipe.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        read_recipe(path)
