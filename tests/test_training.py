"""Training data, losses and recipes; no model is trained here but a tiny one, and that is marked slow."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sayso.attribution.decoding import LABELS, label_spans, read_spans
from sayso.attribution.errors import ConfigError, InputError
from sayso.attribution.gold import GoldAttribution, GoldDocument
from sayso.attribution.tagger import shipped_folder
from sayso.attribution.types import TextSpan

pytest.importorskip("torch", reason="the extra [train] is not installed")

import torch

from sayso.attribution.training.build import read_decoding
from sayso.attribution.training.choose import choose_calibration, reliability
from sayso.attribution.training.data import cut_batches, vary_text
from sayso.attribution.training.loop import _Run, read_checkpoint, read_tokenizer
from sayso.attribution.training.measure import change_document
from sayso.attribution.training.model import Chain, Shape, TaggerNet, inherit
from sayso.attribution.training.recipe import check_file, read_recipe

TEXT = "“Rents will rise,” Ruiz said.\n\nLee told reporters that wages would not."


def find(part: str) -> TextSpan:
    start = TEXT.index(part)
    return TextSpan(start, start + len(part))


DOCUMENT = GoldDocument(
    id="a",
    text=TEXT,
    attributions=(
        GoldAttribution("direct", (find("“Rents will rise,”"),), (find("said"),), (find("Ruiz"),)),
        GoldAttribution("indirect", (find("wages would not"),), (find("told reporters"),), (find("Lee"),)),
    ),
)


def test_batches_hold_every_span_of_each_cue() -> None:
    tokenizer = read_tokenizer(shipped_folder() / "tokenizer.json")
    (batch,) = cut_batches([DOCUMENT], tokenizer, random.Random(0), size=256, pieces_per_batch=4096, vary=0.0)
    assert batch.ids.shape == batch.tags.shape
    found = []
    for row, cue, labels in zip(batch.rows, batch.cues, batch.links, strict=True):
        spans = {role: tokenizer.decode([int(i) for i in batch.ids[row, a:b]]) for role, a, b in read_spans(labels)}
        found.append(spans)
        assert ("cue", cue) in {(role, a) for role, a, _ in read_spans(labels)}
    assert [spans["source"] for spans in found] == ["ruiz", "lee"]
    assert [spans["cue"] for spans in found] == ["said", "told reporters"]
    assert found[1]["content"] == "wages would not"


@pytest.mark.parametrize("seed", range(12))
def test_varied_texts_keep_their_spans(seed: int) -> None:
    text, groups = vary_text(DOCUMENT, random.Random(seed))
    for group in groups:
        assert all(0 <= start < end <= len(text) for _, start, end in group)
        assert sum(role == "cue" for role, _, _ in group) == 1


@pytest.mark.parametrize(
    ("variant", "content"),
    [("guillemets", "Rents will rise,"), ("straight", '"Rents will rise,"'), ("none", "Rents will rise,")],
)
def test_changed_marks_keep_the_content(variant: str, content: str) -> None:
    changed = change_document(DOCUMENT, variant)
    assert content in changed.attributions[0].content[0].of(changed.text)
    assert changed.attributions[0].cue[0].of(changed.text) == "said"
    assert "“" not in changed.text


def test_chain_loss_and_its_slopes_are_those_of_the_plain_sum() -> None:
    torch.manual_seed(0)
    chain = Chain()
    for parameter in chain.parameters():
        parameter.data.normal_()
    scores = torch.randn(3, 7, len(LABELS), requires_grad=True)
    labels = torch.tensor(
        np.stack(
            [label_spans([("cue", 1, 2), ("content", 3, 5)], 7), label_spans([("source", 0, 2)], 7), label_spans([], 7)]
        )
    )
    lengths = torch.tensor([7, 5, 3])

    start, between, end = chain.tables()
    plain = torch.zeros(())
    for row, n in enumerate(lengths.tolist()):
        alpha = start + scores[row, 0]
        for i in range(1, n):
            alpha = torch.logsumexp(alpha[:, None] + between, 0) + scores[row, i]
        path = labels[row, :n]
        right = start[path[0]] + end[path[-1]] + scores[row, torch.arange(n), path].sum()
        plain = plain + torch.logsumexp(alpha + end, 0) - right - between[path[:-1], path[1:]].sum()
    plain = plain / 3

    quick = chain.loss(scores, labels, lengths)
    assert quick.item() == pytest.approx(plain.item(), abs=1e-4)
    leaves = [scores, chain.start, chain.between, chain.end]
    for ours, theirs in zip(torch.autograd.grad(quick, leaves), torch.autograd.grad(plain, leaves), strict=True):
        assert torch.allclose(ours, theirs, atol=1e-5)


def test_a_teacher_draws_the_slopes_half_way_to_its_probabilities() -> None:
    torch.manual_seed(0)
    chain = Chain()
    scores = torch.randn(2, 5, len(LABELS), requires_grad=True)
    labels = torch.tensor(np.stack([label_spans([("cue", 1, 2)], 5), label_spans([("source", 0, 2)], 5)]))
    lengths = torch.tensor([5, 3])
    certain = torch.nn.functional.one_hot(labels, len(LABELS)).float()

    def slopes(likely: torch.Tensor | None) -> torch.Tensor:
        (found,) = torch.autograd.grad(chain.loss(scores, labels, lengths, likely), [scores])
        return found

    assert torch.allclose(slopes(certain), slopes(None), atol=1e-6)
    other = torch.full_like(certain, 1 / len(LABELS))
    inside = (torch.arange(5)[None] < lengths[:, None])[..., None]
    expected = slopes(None) + 0.5 * (certain - other) * inside / 2
    assert torch.allclose(slopes(other), expected, atol=1e-6)


def test_a_smaller_network_inherits_first_and_last_layers_and_all_else() -> None:
    sizes = {"vocabulary": 50, "hidden": 24, "heads": 2, "inner": 48, "positions": 16, "link": 8, "reach": 4}
    teacher = TaggerNet(Shape(layers=6, **sizes))
    for layers, taken in ((1, [5]), (2, [0, 5]), (3, [0, 2, 5]), (4, [0, 2, 3, 5]), (6, [0, 1, 2, 3, 4, 5])):
        net = TaggerNet(Shape(layers=layers, **sizes))
        assert inherit(net, teacher) == taken
        theirs = teacher.encoder.stack[taken[-1]].state_dict()
        assert all(torch.equal(value, theirs[name]) for name, value in net.encoder.stack[-1].state_dict().items())
        assert torch.equal(net.linker.out.weight, teacher.linker.out.weight)


def test_padding_changes_no_score() -> None:
    torch.manual_seed(0)
    net = TaggerNet(Shape(vocabulary=50, hidden=24, layers=2, heads=2, inner=48, positions=16, link=8, reach=4)).eval()
    ids = torch.randint(1, 50, (1, 6))
    zeros = torch.zeros_like(ids)
    padded = torch.cat([ids, torch.zeros(1, 4, dtype=torch.int64)], 1)
    more = torch.zeros_like(padded)
    with torch.no_grad():
        short = net.encode(ids, zeros, zeros, zeros)[1]
        long = net.encode(padded, more, more, more)[1][:, :6]
    assert torch.allclose(short, long, atol=1e-5)


def test_shipped_recipe_is_read_and_names_its_inputs() -> None:
    path = shipped_folder() / "recipe.toml"
    recipe = read_recipe(path)
    assert recipe.encoder_id
    assert all(len(s) == 64 for s in (recipe.encoder_sha256, recipe.train_sha256, recipe.dev_sha256))
    config = json.loads((shipped_folder() / "config.json").read_text(encoding="utf-8"))
    decoding = read_decoding(path)
    assert config["decoding"]["window"] == decoding.window


def test_rates_rise_and_fall_anew_each_time_it_settles_and_the_mean_of_all_ends_is_kept(tmp_path: Path) -> None:
    shipped = read_recipe(shipped_folder() / "recipe.toml")
    recipe = replace(shipped, layers=1, epochs=2, settle_epochs=1, settle_times=2, settle_share=0.5)
    run = _Run(TaggerNet(recipe.shape), recipe, steps=40)
    rates, ends = [], []
    for step in range(40):
        run.step = step
        rates.append(run.rate())
        if run.at_an_end:
            ends.append(step)
    assert ends == [20, 30]
    assert [max(rates[:20]), max(rates[20:30]), max(rates[30:])] == [1.0, 0.5, 0.5]
    assert max(rates[19], rates[29], rates[39]) < 0.06 < min(rates[20], rates[30])

    kept = run.average["linker.out.bias"].clone()
    run.step, run.n_ends = 40, 2
    run.ends = {name: 2 * value + 3 for name, value in run.average.items()}  # one end like this, one 3 above
    run.save(tmp_path / "checkpoint.pt")
    net, again, steps = read_checkpoint(tmp_path / "checkpoint.pt")
    assert (again, steps) == (recipe, 40)
    assert torch.allclose(net.linker.out.bias, kept + 1)


@pytest.mark.parametrize(
    ("line", "message"),
    [("speed = 3", "unknown key 'speed'"), ('seed = "x"', "seed is 'x', it must be int"), ("= 3", "can't read")],
)
def test_wrong_recipes_are_refused(tmp_path: Path, line: str, message: str) -> None:
    text = (shipped_folder() / "recipe.toml").read_text(encoding="utf-8")
    path = tmp_path / "recipe.toml"
    path.write_text(line + "\n" + text.replace("seed = 20", "" if "seed" in line else "seed = 20"), encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        read_recipe(path)


def test_other_data_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    with pytest.raises(InputError, match="no such file"):
        check_file(path, "0" * 64, InputError)
    path.write_text("{}\n", encoding="utf-8")
    with pytest.raises(InputError, match="the recipe wants 0000"):
        check_file(path, "0" * 64, InputError)


def test_too_little_to_calibrate_on_is_told() -> None:
    with pytest.raises(InputError, match="found 0 attributions in the 1 articles of dev, 0 of them right: too few"):
        choose_calibration([DOCUMENT], [[]])


def test_reliability_measures_the_gap() -> None:
    confidence = np.asarray([0.9] * 10 + [0.1] * 10)
    right = np.asarray([True] * 8 + [False] * 2 + [True] + [False] * 9)
    error, bins = reliability(confidence, right)
    assert error == pytest.approx(0.05)
    assert bins == ((0.1, 0.1, 10), (0.9, 0.8, 10))
