"""Train the pair model as a recipe says: seeded, resumable, on a GPU when there is one and on CPU cores otherwise."""

from __future__ import annotations

import json
import logging
import os
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from sayso.attribution.errors import ArtifactError, ConfigError
from sayso.labeling.codebook import LABELS
from sayso.labeling.pair import HEADS
from sayso.labeling.pair_input import read_tokenizer

from .data import Batch, Learnt, cut_batches, make_learnt, read_examples, stack
from .net import PairNet, Shape, read_encoder
from .recipe import Recipe, check_file, describe, may_continue, read_recipe

log = logging.getLogger(__name__)

CHECKPOINT = "checkpoint.pt"
SAVE_EVERY = 50
"""Steps; saving takes a second or two."""
ROWS_AT_ONCE = 32
Progress = Callable[[int, int, str], None]


def train_pair(
    recipe_path: Path,
    data: Path,
    *,
    encoder: Path,
    out: Path,
    resume: bool = True,
    threads: int | None = None,
    on_step: Progress | None = None,
) -> Path:
    """Train as the recipe says and return the path of the last checkpoint in `out`.

    `data` holds the recipe's files, `encoder` the pretrained model's folder; all are checked by checksum. With
    `resume`, a checkpoint of the same recipe in `out` is continued. `on_step(step, of, text)` is told how far it is.
    Raises InputError or ArtifactError for data or weights that are missing or others than the recipe's.
    """
    recipe = read_recipe(recipe_path)
    check_file(encoder / "model.safetensors", recipe.encoder.sha256, ArtifactError)
    check_file(encoder / "tokenizer.json", recipe.tokenizer.sha256, ArtifactError)
    learnt = read_learnt(recipe, data, encoder)
    out.mkdir(parents=True, exist_ok=True)
    if threads:
        torch.set_num_threads(threads)
    per_epoch = sum(1 for _ in cut_batches(learnt, random.Random(0), rows=recipe.optimiser.rows))
    run = _Run.start(recipe, encoder, per_epoch=per_epoch, begun=read_start(recipe, data))
    if resume and (out / CHECKPOINT).is_file():
        run.load(out / CHECKPOINT)
    if run.step < run.steps:
        run.lower = make_lower(run.net, learnt)
    while run.step < run.steps:
        epoch = run.step // per_epoch
        rng = random.Random(f"{recipe.seed}.{epoch}")
        for number, batch in enumerate(cut_batches(learnt, rng, rows=recipe.optimiser.rows)):
            if number < run.step - epoch * per_epoch:
                continue
            run.train_on(batch)
            if on_step is not None:
                on_step(run.step, run.steps, run.report())
            if run.step % 10 == 0:
                log.info("step %d of %d, epoch %.2f, %s", run.step, run.steps, run.step / per_epoch, run.report())
            if run.step % SAVE_EVERY == 0 or run.at_an_end:
                run.save(out / CHECKPOINT)
            if run.step >= run.steps:
                break
    return out / CHECKPOINT


def read_start(recipe: Recipe, data: Path) -> PairNet | None:
    """Return the network that the recipe begins with, None where it begins with the encoder."""
    if recipe.start is None:
        return None
    path = data / recipe.start.file
    check_file(path, recipe.start.sha256, ArtifactError)
    begun, trained, _ = read_checkpoint(path)
    if (trained.network.layers, trained.encoder) != (recipe.network.layers, recipe.encoder):
        raise ConfigError(
            f"{path}: checkpoint of another network than the recipe's; name one of its encoder and layers"
        )
    return begun


def read_learnt(recipe: Recipe, data: Path, encoder: Path) -> list[Learnt]:
    """Return everything that the recipe learns from, as often as an epoch sees it."""
    tokenizer = read_tokenizer(str(encoder / "tokenizer.json"))
    learnt: list[Learnt] = []
    for source in recipe.of_role("learn"):
        found = make_learnt(read_examples(source, data), tokenizer, most=recipe.optimiser.most_pieces)
        learnt += found * source.repeat
    return learnt


class _Run:
    """Network, optimiser, averaged weights and how far they are."""

    def __init__(self, net: PairNet, recipe: Recipe, planned: int, *, settling: int = 0) -> None:
        self.net = net
        self.recipe = recipe
        cool = recipe.optimiser.cool_down
        self.planned = planned
        self.learning = planned if cool is None else min(planned, cool[1])
        """Steps until the rate is zero for the first time."""
        self.settling = settling
        """Steps of each time that it rises and falls once more."""
        self.steps = self.learning + settling * recipe.optimiser.settle_times
        self.step = 0
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        net.to(self.device)
        self.optimiser = torch.optim.AdamW(
            _groups(net, recipe), betas=(0.9, 0.98), eps=1e-6, weight_decay=recipe.optimiser.weight_decay, fused=True
        )
        self.average = {name: p.detach().clone() for name, p in net.named_parameters() if p.requires_grad}
        self.ends: dict[str, Tensor] = {}
        """The sum of the averages at each time that the rate had come down to zero."""
        self.n_ends = 0
        self.lower: list[Tensor] = []
        self.recent: list[float] = []
        self.began = time.monotonic()
        self.began_at = 0

    @classmethod
    def start(cls, recipe: Recipe, encoder: Path, *, per_epoch: int, begun: PairNet | None = None) -> _Run:
        torch.manual_seed(recipe.seed)
        net = PairNet(make_shape(recipe))
        read_encoder(net, encoder / "model.safetensors")
        if begun is not None:
            net.load_state_dict(begun.state_dict())
        choice = recipe.optimiser
        planned, settling = (max(1, round(epochs * per_epoch)) for epochs in (choice.epochs, choice.settle_epochs))
        return cls(net, recipe, planned, settling=settling)

    def rate(self) -> float:
        """Return the share of the learning rate for the next step: linear up and down to zero, and so once more."""
        choice = self.recipe.optimiser
        if self.step >= self.learning and self.settling:
            return choice.settle_share * self._up_and_down((self.step - self.learning) % self.settling, self.settling)
        cool = choice.cool_down
        if cool is None or self.step < cool[0]:
            return self._up_and_down(self.step, self.planned)
        return self._up_and_down(cool[0], self.planned) * max(0.0, (cool[1] - self.step) / (cool[1] - cool[0]))

    def _up_and_down(self, step: int, steps: int) -> float:
        warm = max(1, round(self.recipe.optimiser.warm_up * steps))
        if step < warm:
            return (step + 1) / warm
        return max(0.0, (steps - step) / (steps - warm))

    @property
    def at_an_end(self) -> bool:
        """Whether the rate has just come down to zero."""
        past = self.step - self.learning
        return past == 0 or (past > 0 and past % self.settling == 0)

    def train_on(self, batch: Batch) -> None:
        self.net.train()
        rate = self.rate()
        for group in self.optimiser.param_groups:
            group["lr"] = group["peak"] * rate
        loss = self._loss(batch)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_([p for p in self.net.parameters() if p.requires_grad], self.recipe.optimiser.clip)
        self.optimiser.step()
        self.step += 1
        keep = min(self.recipe.optimiser.averaging, self.step / (self.step + 10))
        with torch.no_grad():
            for name, p in self.net.named_parameters():
                if name in self.average:
                    self.average[name].lerp_(p, 1 - keep)
        if self.at_an_end:
            self.ends = {name: value + self.ends.get(name, 0.0) for name, value in self.average.items()}
            self.n_ends += 1
        self.recent = [*self.recent[-49:], loss.item()]

    def _loss(self, batch: Batch) -> Tensor:
        def put(array: Any) -> Tensor:
            return torch.from_numpy(array).to(self.device)

        ids, marks, heads = put(batch.ids), put(batch.marks), put(batch.heads)
        mask = (ids == 0).float()[:, None, None, :] * -1e4
        with torch.autocast(self.device.type, torch.bfloat16):
            below = nn.utils.rnn.pad_sequence([self.lower[n] for n in batch.chosen], batch_first=True)
            scores = self.net.upper(below.to(self.device).float(), marks, mask)
        scores = scores.float()[torch.arange(len(heads), device=self.device), heads]
        return pair_loss(scores, put(batch.truth), self.recipe.optimiser.smoothing)

    def report(self) -> str:
        pace = (time.monotonic() - self.began) / max(1, self.step - self.began_at)
        left = pace * (self.steps - self.step) / 60
        return f"loss {np.mean(self.recent):.3f}, {pace:.2f} s a step, {left:.0f} min left"

    def save(self, path: Path) -> None:
        """Write everything that `load` needs, whole or not at all."""
        waiting = path.with_suffix(".tmp")
        torch.save(
            {
                "step": self.step,
                "steps": self.steps,
                "recipe": json.dumps(describe(self.recipe)),
                "net": self.net.state_dict(),
                "average": self.average,
                "ends": self.ends,
                "n_ends": self.n_ends,
                "optimiser": self.optimiser.state_dict(),
                "random": torch.get_rng_state(),
            },
            waiting,
        )
        os.replace(waiting, path)

    def load(self, path: Path) -> None:
        state = torch.load(path, weights_only=True, map_location=self.device)
        trained = Recipe.model_validate(json.loads(state["recipe"]))
        if not may_continue(trained, self.recipe, state["step"]):
            raise ConfigError(f"{path}: checkpoint of another recipe; remove it or train into another folder")
        self.net.load_state_dict(state["net"])
        self.average = state["average"]
        self.ends, self.n_ends = state["ends"], state["n_ends"]
        self.optimiser.load_state_dict(state["optimiser"])
        self.step = self.began_at = state["step"]
        torch.set_rng_state(state["random"].cpu())


def pair_loss(scores: Tensor, truth: Tensor, smoothing: float) -> Tensor:
    """Return the mean negative log likelihood that the label is one of those possible, smoothed towards all."""
    logs = scores.log_softmax(-1)
    likely = torch.logsumexp(logs + torch.where(truth > 0, 0.0, -1e4), -1)
    # Where several labels are possible, smoothing would say that they are equally likely.
    certain = (truth.sum(-1) == 1).to(scores.dtype)
    share = smoothing * certain
    return (-(1 - share) * likely - share * logs.mean(-1)).mean()


def _groups(net: PairNet, recipe: Recipe) -> list[dict[str, Any]]:
    """Return parameter groups: the encoder's rate falls with depth, new parts have their own; no decay on vectors."""
    groups: dict[tuple[float, bool], list[nn.Parameter]] = {}
    layers, choice = recipe.network.layers, recipe.optimiser
    for name, p in net.named_parameters():
        if not p.requires_grad:
            continue
        parts = name.split(".")
        if parts[0] == "stack":
            rate = choice.encoder_rate * choice.layer_decay ** (layers - 1 - int(parts[1]))
        else:
            rate = choice.head_rate
        groups.setdefault((rate, p.ndim > 1), []).append(p)
    return [
        {"params": params, "peak": rate, "lr": rate, **({} if decays else {"weight_decay": 0.0})}
        for (rate, decays), params in groups.items()
    ]


def read_checkpoint(path: Path, *, averaged: bool = True) -> tuple[PairNet, Recipe, int]:
    """Return the trained network in evaluation mode, its recipe, and its number of steps.

    With `averaged`, its weights are the mean of those at the ends of the falls that are over, or the running average
    before the first of them.
    """
    state = torch.load(path, weights_only=True, map_location="cpu")
    recipe = Recipe.model_validate(json.loads(state["recipe"]))
    net = PairNet(make_shape(recipe))
    net.load_state_dict(state["net"])
    if averaged:
        ends, n_ends = state.get("ends") or state["average"], state.get("n_ends") or 1
        with torch.no_grad():
            for name, p in net.named_parameters():
                if name in ends:
                    p.copy_(ends[name] / n_ends)
    return net.eval(), recipe, int(state["step"])


def make_shape(recipe: Recipe) -> Shape:
    """Return the shape of the recipe's network."""
    return Shape(layers=recipe.network.layers, frozen=recipe.network.frozen, dropout=recipe.network.dropout)


def make_lower(net: PairNet, learnt: Sequence[Learnt]) -> list[Tensor]:
    """Return what the frozen layers make of each example [piece, hidden]; a repeated example shares its tensor."""
    net.eval()
    device = net.kind.device
    first: dict[int, int] = {}
    for number, one in enumerate(learnt):
        first.setdefault(id(one), number)
    order = sorted(first.values(), key=lambda n: len(learnt[n].input))
    found: dict[int, Tensor] = {}
    with torch.no_grad():
        for at in range(0, len(order), ROWS_AT_ONCE):
            chosen = order[at : at + ROWS_AT_ONCE]
            ids = torch.from_numpy(stack(learnt, chosen).ids).to(device)
            with torch.autocast(device.type, torch.bfloat16):
                x = net.lower(ids, (ids == 0).float()[:, None, None, :] * -1e4)
            for row, n in enumerate(chosen):
                found[id(learnt[n])] = x[row, : len(learnt[n].input)].to(torch.bfloat16).cpu().clone()
    return [found[id(one)] for one in learnt]


def score_examples(net: PairNet, learnt: Sequence[Learnt]) -> np.ndarray:
    """Return the scores [example, head, label] of a network in single precision."""
    order = sorted(range(len(learnt)), key=lambda n: len(learnt[n].input))
    found = np.zeros((len(learnt), len(HEADS), len(LABELS)), np.float32)
    with torch.no_grad():
        for at in range(0, len(order), ROWS_AT_ONCE):
            chosen = order[at : at + ROWS_AT_ONCE]
            batch = stack(learnt, chosen)
            found[chosen] = net(torch.from_numpy(batch.ids), torch.from_numpy(batch.marks)).numpy()
    return found
