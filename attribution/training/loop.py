"""Train the tagger as a recipe says: seeded, resumable, on a GPU when there is one and on CPU cores otherwise."""

from __future__ import annotations

import copy
import json
import logging
import math
import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from sayso.attribution.decoding import CUE_STARTS, Ints, marginals
from sayso.attribution.errors import ArtifactError, ConfigError, InputError
from sayso.attribution.gold import GoldDocument, read_gold

from .data import Batch, cut_batches, read_texts
from .model import Chain, TaggerNet, inherit, read_encoder
from .recipe import Recipe, check_file, read_recipe

log = logging.getLogger(__name__)

CHECKPOINT = "checkpoint.pt"
TEACHER, SETTLED = "teacher", "settled"
"""Folders of the checkpoints of the teacher, and of the network that has settled and learns on."""
MIN_TAUGHT_CUE = 0.15
"""In a text without labels, a piece is looked at as a cue where the teachers hold this probable."""


def train_tagger(
    recipe_path: Path,
    data: Path,
    *,
    encoder: Path,
    out: Path,
    resume: bool = True,
    share: float = 1.0,
    threads: int | None = None,
    on_step: Callable[[int, int, str], None] | None = None,
) -> Path:
    """Train as the recipe says and return the path of the last checkpoint in `out`.

    `data` holds the recipe's files, `encoder` the pretrained model's folder; both are checked by checksum. With
    `resume`, a checkpoint of the same recipe in `out` is continued. `share` < 1 takes that share of the articles, for
    a trial; `on_step(step, of, text)` is told how far it is. Raises InputError or ArtifactError for data or weights
    that are missing or others than the recipe's.
    """
    recipe = read_recipe(recipe_path)
    check_file(data / recipe.train_file, recipe.train_sha256, InputError)
    check_file(encoder / "model.safetensors", recipe.encoder_sha256, ArtifactError)
    check_file(encoder / "tokenizer.json", recipe.tokenizer_sha256, ArtifactError)
    out.mkdir(parents=True, exist_ok=True)
    if threads:
        torch.set_num_threads(threads)
    tokenizer = read_tokenizer(encoder / "tokenizer.json")
    documents = read_gold(data / recipe.train_file)
    documents = documents[: max(1, round(share * len(documents)))]
    every_epoch = _count_steps(documents, tokenizer, recipe)
    teachers: list[_Teacher] = []
    if recipe.teacher is not None:
        steps = every_epoch * recipe.teacher_epochs
        place = _folder(out / TEACHER)
        first = _Run.start(recipe.teacher, encoder, steps=steps)
        _train(first, documents, tokenizer, place / CHECKPOINT, resume=resume, on_step=on_step)
        teachers.append(_Teacher(read_checkpoint(place / CHECKPOINT)[0], chained=True))
    place = out if recipe.again is None else _folder(out / SETTLED)
    run = _Run.start(recipe, encoder, steps=every_epoch * recipe.all_epochs, teachers=teachers)
    _train(run, documents, tokenizer, place / CHECKPOINT, resume=resume, on_step=on_step)
    if recipe.again is not None:
        texts = []
        if recipe.unlabelled_file:
            check_file(data / recipe.unlabelled_file, recipe.unlabelled_sha256, InputError)
            texts = read_texts(data / recipe.unlabelled_file)
            texts = texts[: max(1, round(share * len(texts)))]
        every_epoch += _count_steps(texts, tokenizer, recipe)
        net = read_checkpoint(place / CHECKPOINT)[0]
        teachers.append(_Teacher(copy.deepcopy(net), chained=not teachers))
        run = _Run(net, recipe.again, every_epoch * recipe.again_epochs, teachers)
        # Here, too, the mean of where it begins and where it ends is better than either.
        run.ends, run.n_ends = {name: value.clone() for name, value in run.average.items()}, 1
        torch.manual_seed(recipe.seed)
        _train(run, documents, tokenizer, out / CHECKPOINT, texts=texts, resume=resume, on_step=on_step)
    return out / CHECKPOINT


def _folder(path: Path) -> Path:
    path.mkdir(exist_ok=True)
    return path


def _train(
    run: _Run,
    documents: Sequence[GoldDocument],
    tokenizer: Tokenizer,
    checkpoint: Path,
    *,
    texts: Sequence[GoldDocument] = (),
    resume: bool,
    on_step: Callable[[int, int, str], None] | None,
) -> None:
    recipe = run.recipe
    if resume and checkpoint.is_file():
        run.load(checkpoint)
    per_epoch = math.ceil(run.steps / recipe.all_epochs)
    while run.step < run.steps:
        epoch = run.step // per_epoch
        rng = random.Random(f"{recipe.seed}.{epoch}")
        batches = [
            batch
            for kind, labelled in ((documents, True), (texts, False))
            for batch in cut_batches(
                kind,
                tokenizer,
                rng,
                size=recipe.window,
                pieces_per_batch=recipe.pieces_per_batch,
                vary=recipe.vary,
                labelled=labelled,
            )
        ]
        if texts:
            rng.shuffle(batches)
        half = max(1, len(batches) // 2)
        for number in range(run.step - epoch * per_epoch, per_epoch):
            run.train_on(batches[number % len(batches)])
            if on_step is not None:
                on_step(run.step, run.steps, run.report())
            if run.step % 10 == 0:
                log.info("step %d of %d, epoch %.2f, %s", run.step, run.steps, run.step / per_epoch, run.report())
            if run.step % half == 0 or run.step == run.steps:
                run.save(checkpoint)
            if run.step >= run.steps:
                break
        run.save(checkpoint)


def _count_steps(documents: Sequence[GoldDocument], tokenizer: Tokenizer, recipe: Recipe) -> int:
    """Return the steps of one epoch."""
    rng = random.Random(recipe.seed)
    batches = cut_batches(
        documents, tokenizer, rng, size=recipe.window, pieces_per_batch=recipe.pieces_per_batch, vary=0.0
    )
    return sum(1 for _ in batches)


def read_tokenizer(path: Path) -> Tokenizer:
    """Return the tokenizer without truncation and padding, which the file may ask for."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


@dataclass(frozen=True, slots=True)
class _Teacher:
    """A network that others learn from; `chained` says that its tags make sense together only."""

    net: TaggerNet
    chained: bool


@dataclass(frozen=True, slots=True)
class _Taught:
    """Each teacher's states [window, piece, hidden] per layer; their mean tag probabilities [window, piece, tag]."""

    states: list[list[Tensor]]
    tags: Tensor


def _between(scores: Tensor, labels: Tensor | None, likely: Tensor | None, lengths: Tensor) -> Tensor:
    """Return the summed cross entropy of `scores` [window, piece, tag] against labels and a teacher, half and half.

    Without a teacher's probabilities `likely`, against the labels alone, and without labels against these.
    """
    inside = torch.arange(scores.shape[1], device=scores.device)[None] < lengths[:, None]
    logs = scores.log_softmax(-1)[inside]
    right = None if labels is None else -logs.gather(1, labels[inside][:, None]).sum()
    taught = None if likely is None else -(likely[inside] * logs).sum()
    losses = [loss for loss in (right, taught) if loss is not None]
    return torch.stack(losses).mean()


class _Run:
    """Network, optimiser, averaged weights and how far they are."""

    def __init__(
        self,
        net: TaggerNet,
        recipe: Recipe,
        steps: int,
        teachers: Sequence[_Teacher] = (),
        taken: Sequence[int] = (),
    ) -> None:
        self.net = net
        self.teachers = teachers
        self.taken = taken
        self.recipe = recipe
        self.steps = steps
        self.step = 0
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        # Frozen word embeddings stay comparable with those of words that training never saw.
        net.encoder.words.weight.requires_grad_(False)
        net.to(self.device)
        for teacher in teachers:
            teacher.net.to(self.device).eval()
        self.optimiser = torch.optim.AdamW(
            _groups(net, recipe), betas=(0.9, 0.98), eps=1e-6, weight_decay=recipe.weight_decay, fused=True
        )
        self.average = {name: p.detach().clone() for name, p in net.named_parameters() if p.requires_grad}
        self.ends: dict[str, Tensor] = {}
        self.n_ends = 0
        self.recent: list[tuple[float, float]] = []
        self.began = time.monotonic()
        self.began_at = 0

    @classmethod
    def start(cls, recipe: Recipe, encoder: Path, *, steps: int, teachers: Sequence[_Teacher] = ()) -> _Run:
        torch.manual_seed(recipe.seed)
        net = TaggerNet(recipe.shape)
        taken: Sequence[int] = ()
        if not teachers:
            read_encoder(net, encoder / "model.safetensors")
        else:
            taken = inherit(net, teachers[0].net)
        return cls(net, recipe, steps, teachers, taken)

    @property
    def learning(self) -> int:
        """The steps before the network settles."""
        return self.steps * self.recipe.epochs // self.recipe.all_epochs

    @property
    def settling(self) -> int:
        """The steps of each time that it settles, or 0."""
        return (self.steps - self.learning) // self.recipe.settle_times

    def rate(self) -> float:
        """Return the share of the learning rate for the next step: linear up and down to zero, and so anew each time.

        The rates rise and fall once while the network learns, and each time that it settles.
        """
        step, steps, peak = self.step, self.learning, 1.0
        if step >= steps:
            step, steps, peak = (step - steps) % self.settling, self.settling, self.recipe.settle_share
        warm = max(1, round(self.recipe.warm_up * steps))
        if step < warm:
            return peak * (step + 1) / warm
        return peak * max(0.0, (steps - step) / (steps - warm))

    @property
    def at_an_end(self) -> bool:
        """Whether the rates have just come down to zero, with more to follow."""
        past = self.step - self.learning
        return 0 <= past < self.steps - self.learning and past % self.settling == 0

    def train_on(self, batch: Batch) -> None:
        self.net.train()
        rate = self.rate()
        for group in self.optimiser.param_groups:
            group["lr"] = group["peak"] * rate
        tag_loss, link_loss = self._losses(batch)
        loss = self.recipe.tag_weight * tag_loss + link_loss
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_([p for p in self.net.parameters() if p.requires_grad], self.recipe.clip)
        self.optimiser.step()
        self.step += 1
        keep = min(self.recipe.averaging, self.step / (self.step + 10))
        with torch.no_grad():
            for name, p in self.net.named_parameters():
                if name in self.average:
                    self.average[name].lerp_(p, 1 - keep)
        if self.at_an_end:
            self.ends = {name: value + self.ends.get(name, 0.0) for name, value in self.average.items()}
            self.n_ends += 1
        if batch.labelled:
            self.recent = [*self.recent[-9:], (tag_loss.item(), link_loss.item())]

    def _losses(self, batch: Batch) -> tuple[Tensor, Tensor]:
        def put(array: Any) -> Tensor:
            return torch.from_numpy(array).to(self.device)

        pieces = [put(array) for array in (batch.ids, batch.case, batch.quote, batch.breaks)]
        with torch.autocast(self.device.type, torch.bfloat16):
            states = self.net.encoder.states(*pieces)
            tags = self.net.tags(self.net.dropout(states[-1]))
        tags = tags.float()
        lengths = put(batch.lengths)
        taught = self._teach(pieces, batch.lengths) if self.teachers and self.step < self.learning else None
        labels = put(batch.tags) if batch.labelled else None
        rows, cues, links = put(batch.rows), put(batch.cues), put(batch.links)
        n_cues: float = max(1, len(batch.rows))
        if not batch.labelled:
            assert taught is not None
            rows, cues, n_cues = self._taught_cues(taught.tags, batch.lengths)
        # All per attribution, so that they weigh alike whatever the batch holds.
        if not self.teachers:
            tag_loss = self.net.tag_chain.loss(tags, labels, lengths) * (len(batch.lengths) / n_cues)
        else:
            tag_loss = _between(tags, labels, None if taught is None else taught.tags, lengths) / n_cues
        if taught is not None and self.recipe.states_weight:
            tag_loss = tag_loss + self.recipe.states_weight * self._apart(states, taught.states[0], lengths)
        if self.recipe.doubtful_cues and batch.labelled:
            more_rows, more_cues = self._doubtful_cues(tags.detach(), batch)
            rows, cues = torch.cat([rows, put(more_rows)]), torch.cat([cues, put(more_cues)])
            links = torch.cat([links, links.new_zeros(len(more_rows), tags.shape[1])])
        if not len(rows):
            return tag_loss, tag_loss * 0
        with torch.autocast(self.device.type, torch.bfloat16):
            scores = self.net.linker(states[-1], rows, cues)
        likely = None if taught is None else self._teach_links(taught, rows, cues, lengths[rows])
        chain = self.net.link_chain
        link_loss = chain.loss(scores.float(), links if batch.labelled else None, lengths[rows], likely)
        return tag_loss, link_loss * (len(rows) / n_cues)

    @torch.no_grad()
    def _teach(self, pieces: list[Tensor], lengths: Ints) -> _Taught:
        """Return the teachers' states and their mean probabilities of the tags."""
        states, likely = [], []
        for teacher in self.teachers:
            with torch.autocast(self.device.type, torch.bfloat16):
                states.append(teacher.net.encoder.states(*pieces))
                tags = teacher.net.tags(states[-1][-1])
            if teacher.chained:
                likely.append(self._marginals(teacher.net.tag_chain, tags, lengths))
            else:
                likely.append(tags.float().softmax(-1))
        return _Taught(states, torch.stack(likely).mean(0))

    @torch.no_grad()
    def _teach_links(self, taught: _Taught, rows: Tensor, cues: Tensor, lengths: Tensor) -> Tensor:
        """Return the teachers' mean probabilities of the labels seen from each cue."""
        likely = []
        for teacher, states in zip(self.teachers, taught.states, strict=True):
            with torch.autocast(self.device.type, torch.bfloat16):
                scores = teacher.net.linker(states[-1], rows, cues)
            likely.append(self._marginals(teacher.net.link_chain, scores, lengths.cpu().numpy()))
        return torch.stack(likely).mean(0)

    def _taught_cues(self, tags: Tensor, lengths: Ints) -> tuple[Tensor, Tensor, float]:
        """Return where the teachers see cues, window and piece, and how many they expect."""
        looks = tags[..., list(CUE_STARTS)].sum(-1)
        looks[:, 0] = 0
        looks[torch.arange(looks.shape[1])[None] >= torch.from_numpy(lengths)[:, None] - 1] = 0
        rows, cues = torch.nonzero(looks >= MIN_TAUGHT_CUE, as_tuple=True)
        return rows, cues, max(1.0, float(looks.sum()))

    def _marginals(self, chain: Chain, scores: Tensor, lengths: Ints) -> Tensor:
        tables = [table.detach().cpu().numpy() for table in chain.tables()]
        return torch.from_numpy(marginals(scores.float().cpu().numpy(), lengths, *tables)[0]).to(self.device)

    def _apart(self, states: Sequence[Tensor], taught: Sequence[Tensor], lengths: Tensor) -> Tensor:
        """Return the mean squared difference from the teacher's states, summed over the layers that follow new ones."""
        inside = torch.arange(states[-1].shape[1], device=self.device)[None] < lengths[:, None]
        apart = states[-1].new_zeros((), dtype=torch.float32)
        for ours, theirs in enumerate(self.taken):
            if ours != theirs:
                apart = apart + (states[ours][inside].float() - taught[theirs][inside].float()).square().mean()
        return apart

    def _doubtful_cues(self, tags: Tensor, batch: Batch) -> tuple[np.ndarray, np.ndarray]:
        """Return the pieces that look most like a cue and are none: from them, nothing is to be found."""
        looks = tags.softmax(-1)[..., list(CUE_STARTS)].sum(-1).cpu().numpy()
        looks[batch.rows, batch.cues] = 0
        looks[np.arange(looks.shape[1])[None] >= batch.lengths[:, None] - 1] = 0
        n = min(round(self.recipe.doubtful_cues * max(4, len(batch.rows))), int((looks > 0.03).sum()))
        best = np.argsort(looks, axis=None)[::-1][:n]
        rows, cues = np.unravel_index(best, looks.shape)
        return rows.astype(np.int64), cues.astype(np.int64)

    def report(self) -> str:
        tag, link = np.mean(self.recent or [(np.nan, np.nan)], axis=0)
        pace = (time.monotonic() - self.began) / max(1, self.step - self.began_at)
        left = pace * (self.steps - self.step) / 60
        return f"tag {tag:.3f} link {link:.3f} per attribution, {pace:.2f} s a step, {left:.0f} min left"

    def save(self, path: Path) -> None:
        """Write everything that `load` needs, whole or not at all."""
        waiting = path.with_suffix(".tmp")
        torch.save(
            {
                "step": self.step,
                "steps": self.steps,
                "recipe": json.dumps({f.name: getattr(self.recipe, f.name) for f in fields(Recipe)}),
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
        if Recipe(**json.loads(state["recipe"])) != self.recipe or state["steps"] != self.steps:
            raise ConfigError(f"{path}: checkpoint of another recipe; remove it or train into another folder")
        self.net.load_state_dict(state["net"])
        self.average = state["average"]
        self.ends, self.n_ends = state["ends"], state["n_ends"]
        self.optimiser.load_state_dict(state["optimiser"])
        self.step = self.began_at = state["step"]
        torch.set_rng_state(state["random"].cpu())


def _groups(net: TaggerNet, recipe: Recipe) -> list[dict[str, Any]]:
    """Return parameter groups: the encoder's rate falls with depth, new parts have their own; no decay on vectors."""
    groups: dict[tuple[float, bool], list[nn.Parameter]] = {}
    for name, p in net.named_parameters():
        if not p.requires_grad:
            continue
        parts = name.split(".")
        if parts[:2] == ["encoder", "stack"]:
            rate = recipe.encoder_rate * recipe.layer_decay ** (recipe.layers - 1 - int(parts[2]))
        elif parts[0] == "encoder" and parts[1] not in ("case", "quote", "breaks"):
            rate = recipe.encoder_rate * recipe.layer_decay**recipe.layers
        elif "chain" in parts[0]:
            rate = 5 * recipe.head_rate
        else:
            rate = recipe.head_rate
        groups.setdefault((rate, p.ndim > 1 and "chain" not in parts[0]), []).append(p)
    return [
        {"params": params, "peak": rate, "lr": rate, **({} if decays else {"weight_decay": 0.0})}
        for (rate, decays), params in groups.items()
    ]


def read_checkpoint(path: Path, *, averaged: bool = True) -> tuple[TaggerNet, Recipe, int]:
    """Return the trained network in evaluation mode, its recipe, and its number of steps.

    The weights are running means; where the network settled after it had learned, the mean of all ends: each is about
    as good as the others, and their mean is better than any (after Huang et al. 2017, Snapshot Ensembles, and Izmailov
    et al. 2018, Averaging Weights Leads to Wider Optima).
    """
    state = torch.load(path, weights_only=True, map_location="cpu")
    recipe = Recipe(**json.loads(state["recipe"]))
    net = TaggerNet(recipe.shape)
    net.load_state_dict(state["net"])
    if averaged:
        with torch.no_grad():
            for name, p in net.named_parameters():
                if name in state["average"]:
                    p.copy_(state["average"][name])
                    if state["n_ends"]:
                        p.add_(state["ends"][name]).div_(state["n_ends"] + 1)
    return net.eval(), recipe, int(state["step"])
