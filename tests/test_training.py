"""Training data, losses and recipes; no model is trained here but a tiny one, and that is marked slow."""

from __future__ import annotations

import hashlib
import json
import random
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sayso.attribution.decoding import LABELS, label_spans, marginals, read_spans
from sayso.attribution.errors import ConfigError, InputError
from sayso.attribution.gold import GoldAttribution, GoldDocument
from sayso.attribution.tagger import shipped_folder
from sayso.attribution.types import Spans, TextSpan

pytest.importorskip("torch", reason="the extra [train] is not installed")

import torch

from sayso.attribution.training.build import read_decoding
from sayso.attribution.training.card import write_card
from sayso.attribution.training.choose import choose_calibration, reliability
from sayso.attribution.training.data import cut_batches, read_texts, vary_text
from sayso.attribution.training.loop import _Run, read_checkpoint, read_tokenizer, train_tagger
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


def test_without_labels_the_slopes_lead_to_the_teacher_alone_and_leave_the_chain() -> None:
    torch.manual_seed(0)
    chain = Chain()
    scores = torch.randn(2, 5, len(LABELS), requires_grad=True)
    lengths = torch.tensor([5, 3])
    likely = torch.rand(2, 5, len(LABELS)).softmax(-1)
    leaves = [scores, chain.start, chain.between, chain.end]
    found, *of_chain = torch.autograd.grad(chain.loss(scores, None, lengths, likely), leaves)
    assert not any(slope.any() for slope in of_chain)
    tables = [table.detach().numpy() for table in chain.tables()]
    own = torch.from_numpy(marginals(scores.detach().numpy(), lengths.numpy(), *tables)[0])
    inside = (torch.arange(5)[None] < lengths[:, None])[..., None]
    assert torch.allclose(found, (own - likely) * inside / 2, atol=1e-6)


def test_texts_without_labels_are_read_once_each_and_batches_say_so(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_text('{"text": "Rents rise."}\n{"text": "Rents rise.", "target": "rents"}\n{"text": "No."}\n', "utf-8")
    texts = read_texts(path)
    assert [(t.id, t.text) for t in texts] == [("texts.jsonl:1", "Rents rise."), ("texts.jsonl:3", "No.")]
    tokenizer = read_tokenizer(shipped_folder() / "tokenizer.json")
    (batch,) = cut_batches(
        texts, tokenizer, random.Random(0), size=256, pieces_per_batch=4096, vary=1.0, labelled=False
    )
    assert (batch.labelled, len(batch.ids), len(batch.rows)) == (False, 2, 0)
    path.write_text('{"text": "Rents rise."}\n{"texts": "No."}\n', "utf-8")
    with pytest.raises(InputError, match=r"texts\.jsonl:2: expected an object with a text"):
        read_texts(path)


def test_a_whole_recipe_runs_goes_on_where_it_was_stopped_and_ends_alike(tmp_path: Path) -> None:
    torch.manual_seed(0)
    encoder = _write_encoder(tmp_path / "encoder")
    data = tmp_path / "data"
    data.mkdir()
    attributions = [
        {"kind": a.kind, "content": _pairs(a.content), "cue": _pairs(a.cue), "source": _pairs(a.source)}
        for a in DOCUMENT.attributions
    ]
    record = {"id": "a", "text": TEXT, "attributions": attributions}
    (data / "train.jsonl").write_text(json.dumps(record) + "\n", "utf-8")
    (data / "dev.jsonl").write_text(json.dumps(record) + "\n", "utf-8")
    (data / "texts.jsonl").write_text('{"text": "“Rents will rise,” Ruiz said."}\n', "utf-8")
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(_short_recipe(encoder, data), "utf-8")

    steps: list[tuple[int, int]] = []

    def count(step: int, of: int, _: str) -> None:
        steps.append((step, of))
        if len(steps) == 9:
            raise _StoppedError

    with pytest.raises(_StoppedError):
        train_tagger(recipe, data, encoder=encoder, out=tmp_path / "parts", threads=1, on_step=count)
    # The teacher; learning and settling; learning on, with one batch more in an epoch.
    assert steps == [(1, 2), (2, 2), (1, 4), (2, 4), (3, 4), (4, 4), (1, 4), (2, 4), (3, 4)]
    parts = train_tagger(recipe, data, encoder=encoder, out=tmp_path / "parts", threads=1, on_step=count)
    assert steps[9:] == [(3, 4), (4, 4)]
    whole = train_tagger(recipe, data, encoder=encoder, out=tmp_path / "whole", threads=1)
    ends = [read_checkpoint(place)[0].state_dict() for place in (whole, parts)]
    assert all(torch.equal(value, ends[1][name]) for name, value in ends[0].items())
    assert not torch.equal(ends[0]["linker.out.weight"], _read_end(tmp_path / "whole" / "settled")["linker.out.weight"])


class _StoppedError(Exception):
    pass


def _pairs(spans: Spans) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in spans]


def _read_end(folder: Path) -> dict[str, torch.Tensor]:
    return dict(read_checkpoint(folder / "checkpoint.pt")[0].state_dict())


def _write_encoder(folder: Path) -> Path:
    """A pretrained encoder of one layer, its weights random."""
    from safetensors.torch import save_file

    folder.mkdir()
    sizes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings": (30522, 384),
        "embeddings.position_embeddings": (512, 384),
    }
    sizes |= {"embeddings.token_type_embeddings": (2, 384), "embeddings.LayerNorm": (384,)}
    layer = "encoder.layer.0."
    for name in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
        sizes[layer + name] = (384, 384)
    sizes |= {layer + "intermediate.dense": (1536, 384), layer + "output.dense": (384, 1536)}
    sizes |= {layer + "attention.output.LayerNorm": (384,), layer + "output.LayerNorm": (384,)}
    weights = {f"{name}.weight": torch.randn(size) * 0.02 + (len(size) == 1) for name, size in sizes.items()}
    weights |= {f"{name}.bias": torch.zeros(size[0]) for name, size in sizes.items() if "_embeddings" not in name}
    save_file(weights, folder / "model.safetensors")
    (folder / "tokenizer.json").write_bytes((shipped_folder() / "tokenizer.json").read_bytes())
    return folder


def _short_recipe(encoder: Path, data: Path) -> str:
    """The shipped recipe with one layer, few epochs and these files."""
    text = (shipped_folder() / "recipe.toml").read_text("utf-8")
    for section, file in (
        ("encoder", encoder / "model.safetensors"),
        ("tokenizer", encoder / "tokenizer.json"),
        ("train", data / "train.jsonl"),
        ("dev", data / "dev.jsonl"),
    ):
        sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
        text = re.sub(rf'(\[{section}\]\n(?:[^\[]*\n)?sha256 = )"\w*"', rf'\1"{sha256}"', text)
    sha256 = hashlib.sha256((data / "texts.jsonl").read_bytes()).hexdigest()
    text = re.sub(r"\[(?:unlabelled|again)\]\n(?:\w.*\n)+", "", text)
    text += f'\n[unlabelled]\nfile = "texts.jsonl"\nsha256 = "{sha256}"\n\n[again]\nepochs = 2\nshare = 0.5\n'
    text = re.sub(r"^layers = \d", "layers = 1", text, flags=re.MULTILINE)
    return re.sub(r"^(settle_)?epochs = \d", lambda m: f"{m[1] or ''}epochs = 2", text, flags=re.MULTILINE)


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


def test_the_card_names_only_data_that_it_knows(tmp_path: Path) -> None:
    figures = json.loads((shipped_folder() / "metrics.json").read_text(encoding="utf-8"))
    write_card(tmp_path, figures)
    shipped = (shipped_folder() / "README.md").read_text(encoding="utf-8")
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == shipped
    assert "PolNeAR 1.0" in shipped
    assert "NewsMTSC" in shipped
    other = dict.fromkeys(("train_sha256", "dev_sha256"), "0" * 64)
    write_card(tmp_path, figures | {"recipe": figures["recipe"] | other, "unlabelled_sha256": "1" * 64})
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert not [
        name for name in ("PolNeAR 1.0", "PolNeAR's development", "840", "NewsMTSC", "exact .67") if name in card
    ]
    assert card.count("0" * 64) == 2
    assert "1" * 64 in card


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


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[teacher]\nlayers = 6", "[again]\nepochs = 1\n[teacher]\nlayers = 0", r"\[again\] needs a \[teacher\]"),
        ("settle_epochs", "settle_times = 0\nsettle_epochs", "settle_times is 0, it must be 1 or more"),
    ],
)
def test_a_recipe_that_can_not_be_followed_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = (shipped_folder() / "recipe.toml").read_text(encoding="utf-8")
    path = tmp_path / "recipe.toml"
    path.write_text(re.sub(r"\[again\]\n(?:\w.*\n)+", "", text).replace(old, new, 1), encoding="utf-8")
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
