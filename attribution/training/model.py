"""The tagger's network: a small BERT encoder, tags of single pieces, and spans conditioned on each cue."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from sayso.attribution.decoding import LABELS, allowed_transitions
from sayso.attribution.pieces import N_BREAK, N_CASE, N_QUOTE

IMPOSSIBLE = -1e4


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the network; the encoder's must be those of its weights."""

    vocabulary: int = 30522
    hidden: int = 384
    layers: int = 6
    heads: int = 12
    inner: int = 1536
    positions: int = 512
    link: int = 96
    reach: int = 128
    """Relative distances beyond this many pieces from the cue count as this far."""
    dropout: float = 0.1


class Layer(nn.Module):
    """One post-norm transformer layer, as in BERT."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.qkv = nn.Linear(shape.hidden, 3 * shape.hidden)
        self.out = nn.Linear(shape.hidden, shape.hidden)
        self.norm1 = nn.LayerNorm(shape.hidden, eps=1e-12)
        self.up = nn.Linear(shape.hidden, shape.inner)
        self.down = nn.Linear(shape.inner, shape.hidden)
        self.norm2 = nn.LayerNorm(shape.hidden, eps=1e-12)
        self.dropout = Dropout(shape.dropout)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        b, t, h = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, h // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        if mask is not None:
            mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask.to(q.dtype))
        else:
            mixed = ((q @ k.transpose(-1, -2)) * (1.0 / math.sqrt(h // self.heads))).softmax(-1) @ v
        mixed = mixed.transpose(1, 2).reshape(b, t, h)
        x = self.norm1(x + self.dropout(self.out(mixed)))
        return self.norm2(x + self.dropout(self.down(F.gelu(self.up(x)))))


class Encoder(nn.Module):
    """BERT with case, quotation and break features added to the word embeddings; pieces of id 0 are padding.

    What is exported reads one window at a time, has no padding, and so no mask.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.words = nn.Embedding(shape.vocabulary, shape.hidden)
        self.places = nn.Embedding(shape.positions, shape.hidden)
        self.kind = nn.Parameter(torch.zeros(shape.hidden))
        self.case = nn.Embedding(N_CASE, shape.hidden)
        self.quote = nn.Embedding(N_QUOTE, shape.hidden)
        self.breaks = nn.Embedding(N_BREAK, shape.hidden)
        for table in (self.case, self.quote, self.breaks):
            nn.init.normal_(table.weight, std=0.02)
        self.norm = nn.LayerNorm(shape.hidden, eps=1e-12)
        self.dropout = Dropout(shape.dropout)
        self.stack = nn.ModuleList(Layer(shape) for _ in range(shape.layers))

    def forward(self, ids: Tensor, case: Tensor, quote: Tensor, breaks: Tensor) -> Tensor:
        return self.states(ids, case, quote, breaks)[-1]

    def states(self, ids: Tensor, case: Tensor, quote: Tensor, breaks: Tensor) -> list[Tensor]:
        """Return the states [window, piece, hidden] after each layer."""
        x = self.words(ids) + self.places.weight[: ids.shape[1]] + self.kind
        x = self.norm(x + self.case(case) + self.quote(quote) + self.breaks(breaks))
        x = self.dropout(x)
        mask = None
        if not torch.compiler.is_exporting():
            mask = (ids == 0).to(x.dtype)[:, None, None, :] * IMPOSSIBLE
        states = []
        for layer in self.stack:
            x = layer(x, mask)
            states.append(x)
        return states


class Linker(nn.Module):
    """Label scores of every piece as seen from one cue: the cue itself, its source, its content, or nothing."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        d = shape.link
        self.reach = shape.reach
        self.of_cue = nn.Linear(shape.hidden, 2 * d)
        self.of_piece = nn.Linear(shape.hidden, 2 * d)
        self.distance = nn.Embedding(2 * shape.reach + 1, d)
        nn.init.normal_(self.distance.weight, std=0.1)
        self.norm = nn.LayerNorm(d)
        self.mix = nn.ModuleList(nn.Conv1d(d, d, 3, padding=1) for _ in range(2))
        self.norms = nn.ModuleList(nn.LayerNorm(d) for _ in range(2))
        self.dropout = Dropout(shape.dropout)
        self.out = nn.Linear(d, len(LABELS))

    def forward(self, hidden: Tensor, rows: Tensor, cues: Tensor) -> Tensor:
        """Return [cue, piece, label]; `rows` and `cues` say in which window and at which piece each cue begins."""
        places = torch.arange(hidden.shape[1], device=hidden.device)
        apart = (places[None] - cues[:, None]).clamp(-self.reach, self.reach) + self.reach
        return self.score(self.of_piece(hidden).index_select(0, rows), self.of_cue(hidden[rows, cues]), apart)

    def score(self, pieces: Tensor, cue: Tensor, apart: Tensor) -> Tensor:
        """The same from projections of the pieces [cue, piece, 2d] and cues [cue, 2d] and their clipped distances."""
        k1, k2 = pieces.chunk(2, -1)
        q1, q2 = cue[:, None].chunk(2, -1)
        z = F.gelu(self.norm(k1 + q1 + k2 * q2 + self.distance(apart)))
        z = self.dropout(z)
        for conv, norm in zip(self.mix, self.norms, strict=True):
            z = norm(z + F.gelu(conv(z.transpose(1, 2)).transpose(1, 2)))
        return self.out(self.dropout(z))


class Chain(nn.Module):
    """A linear-chain CRF whose forbidden transitions stay forbidden."""

    def __init__(self) -> None:
        super().__init__()
        start, between, end = allowed_transitions()
        self.register_buffer("start_mask", torch.where(torch.from_numpy(start), 0.0, IMPOSSIBLE))
        self.register_buffer("mask", torch.where(torch.from_numpy(between), 0.0, IMPOSSIBLE))
        self.register_buffer("end_mask", torch.where(torch.from_numpy(end), 0.0, IMPOSSIBLE))
        self.start = nn.Parameter(torch.zeros(len(LABELS)))
        self.between = nn.Parameter(torch.zeros(len(LABELS), len(LABELS)))
        self.end = nn.Parameter(torch.zeros(len(LABELS)))

    def tables(self) -> tuple[Tensor, Tensor, Tensor]:
        """Return start, transition and end scores with the forbidden ones at a large negative number."""
        return self.start + self.start_mask, self.between + self.mask, self.end + self.end_mask  # type: ignore[operator]

    def loss(
        self,
        scores: Tensor,
        labels: Tensor | None,
        lengths: Tensor,
        likely: Tensor | None = None,
    ) -> Tensor:
        """Return the mean negative log likelihood of `labels` [row, piece]; pieces from `lengths` on are ignored.

        With `likely` [row, piece, label], a teacher's probabilities, the slopes by `scores` lead half way between the
        labels and these, and without labels to these alone; the chain's own scores then stay as they are.
        """
        start, between, end = self.tables()
        loss: Tensor = _ChainLoss.apply(  # type: ignore[no-untyped-call]
            scores, labels, lengths, start, between, end, likely
        )
        return loss


class _ChainLoss(torch.autograd.Function):
    """Forward-backward in numpy: a step on tiny matrices costs torch more to dispatch and record than to compute."""

    @staticmethod
    def forward(  # type: ignore[override]
        ctx: Any,
        scores: Tensor,
        labels: Tensor | None,
        lengths: Tensor,
        start: Tensor,
        between: Tensor,
        end: Tensor,
        likely: Tensor | None,
    ) -> Tensor:
        arrays = [
            None if a is None else a.detach().cpu().numpy() for a in (scores, labels, lengths, start, between, end)
        ]
        value, *slopes = chain_loss(*arrays, likely=None if likely is None else likely.detach().cpu().numpy())
        ctx.slopes = [torch.from_numpy(a).to(scores) for a in slopes]
        return scores.new_tensor(value)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:  # type: ignore[override]
        of_scores, of_start, of_between, of_end = (grad * slope for slope in ctx.slopes)
        return of_scores, None, None, of_start, of_between, of_end, None


def chain_loss(
    scores: Any, labels: Any, lengths: Any, start: Any, between: Any, end: Any, *, likely: Any = None
) -> tuple[Any, ...]:
    """Return the mean negative log likelihood and its slopes by scores, start, transition and end scores.

    With `likely`, a teacher's probabilities of the labels, they are half of what the scores are drawn to; without
    `labels`, all of it, and the value is that of no label at all.
    """
    if labels is None:
        labels, share = np.zeros(scores.shape[:2], np.int64), 1.0
    else:
        share = 0.0 if likely is None else 0.5
    n, t, k = scores.shape
    top = scores.max(2, keepdims=True)
    e = np.ascontiguousarray(np.exp(scores - top).transpose(1, 0, 2))
    inside = np.arange(t)[:, None] < lengths[None]
    weights, begins, ends = np.exp(between), np.exp(start), np.exp(end)
    alpha = np.empty((t, n, k), np.float32)
    scale = np.ones((t, n, 1), np.float32)
    for i in range(t):
        a = begins * e[i] if i == 0 else (alpha[i - 1] @ weights) * e[i]
        c = np.maximum(a.sum(1, keepdims=True), 1e-30)
        if i and not inside[i].all():
            on = inside[i][:, None]
            c = np.where(on, c, 1)
            alpha[i] = np.where(on, a / c, alpha[i - 1])
        else:
            np.divide(a, c, out=alpha[i])
        scale[i] = c
    last = np.maximum((alpha[-1] * ends).sum(1, keepdims=True), 1e-30)
    log_total = np.log(scale[..., 0]).sum(0) + (top[..., 0] * inside.T).sum(1) + np.log(last[:, 0])
    beta = np.empty((t, n, k), np.float32)
    beta[-1] = ends / last
    e /= scale
    for i in range(t - 2, -1, -1):
        b = (e[i + 1] * beta[i + 1]) @ weights.T
        beta[i] = b if inside[i + 1].all() else np.where(inside[i + 1][:, None], b, beta[i + 1])
    marginals = alpha * beta * inside[..., None]
    following = (e[1:] * beta[1:] * inside[1:, :, None]).reshape(-1, k)
    pairs = (alpha[:-1].reshape(-1, k).T @ following) * weights
    # Less what the right labels have.
    rows = np.arange(n)
    final = labels[rows, lengths - 1]
    at, row = np.nonzero(inside)
    right = labels[row, at]
    gold = np.zeros(n, np.float64)
    np.add.at(gold, row, scores[row, at, right])
    on = inside[1:].T
    came, went = labels[:, :-1][on], labels[:, 1:][on]
    np.add.at(gold, np.nonzero(on)[0], between[came, went])
    gold += start[labels[:, 0]] + end[final]
    first_slope = marginals[0].sum(0)
    last_slope = marginals[lengths - 1, rows].sum(0)
    marginals[at, row, right] -= 1 - share
    if likely is not None:
        marginals -= share * likely.transpose(1, 0, 2) * inside[..., None]
    np.add.at(pairs, (came, went), -1)
    np.add.at(first_slope, labels[:, 0], -1)
    np.add.at(last_slope, final, -1)
    if share == 1:
        for slope in (pairs, first_slope, last_slope):
            slope[:] = 0
    slopes = (np.ascontiguousarray(marginals.transpose(1, 0, 2)), first_slope, pairs, last_slope)
    return (float((log_total - gold).mean()), *((slope / n).astype(np.float32) for slope in slopes))


class Dropout(nn.Module):
    """Dropout whose mask comes from random bytes: torch's own mask took a tenth of a step on a CPU."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.limit = round(256 * share)

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or not self.limit:
            return x
        seed = int(torch.randint(2**31, (1,)))
        kept = np.random.Generator(np.random.SFC64(seed)).integers(0, 256, x.shape, np.uint8) >= self.limit
        mask = torch.from_numpy(kept).to(device=x.device, dtype=x.dtype)
        return x * mask.mul_(256 / (256 - self.limit))


class TaggerNet(nn.Module):
    """Encoder, tags and linker with their chains."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.encoder = Encoder(shape)
        self.tags = nn.Linear(shape.hidden, len(LABELS))
        self.tag_chain = Chain()
        self.linker = Linker(shape)
        self.link_chain = Chain()
        self.dropout = Dropout(shape.dropout)

    def encode(self, ids: Tensor, case: Tensor, quote: Tensor, breaks: Tensor) -> tuple[Tensor, Tensor]:
        """Return hidden states [window, piece, hidden] and tag scores [window, piece, tag]."""
        hidden = self.encoder(ids, case, quote, breaks)
        return hidden, self.tags(self.dropout(hidden))


def inherit(net: TaggerNet, teacher: TaggerNet) -> list[int]:
    """Give `net` the teacher's weights and every so many of its layers, the first and the last among them.

    Returns which of the teacher's layers these are.
    """
    ours, theirs = len(net.encoder.stack), len(teacher.encoder.stack)
    taken = [round(k * (theirs - 1) / max(1, ours - 1)) for k in range(ours)] if ours > 1 else [theirs - 1]
    weights = teacher.state_dict()
    mine = {}
    for name in net.state_dict():
        parts = name.split(".")
        if parts[:2] == ["encoder", "stack"]:
            parts[2] = str(taken[int(parts[2])])
        mine[name] = weights[".".join(parts)]
    net.load_state_dict(mine)
    return taken


def read_encoder(net: TaggerNet, weights: Path) -> None:
    """Load the encoder's weights from a BERT checkpoint in safetensors format; the rest of `net` stays as it is."""
    from safetensors.torch import load_file

    found = {name.removeprefix("bert."): value for name, value in load_file(str(weights)).items()}
    encoder = net.encoder
    with torch.no_grad():
        encoder.words.weight.copy_(found["embeddings.word_embeddings.weight"])
        encoder.places.weight.copy_(found["embeddings.position_embeddings.weight"])
        encoder.kind.copy_(found["embeddings.token_type_embeddings.weight"][0])
        encoder.norm.weight.copy_(found["embeddings.LayerNorm.weight"])
        encoder.norm.bias.copy_(found["embeddings.LayerNorm.bias"])
        for number, layer in enumerate(encoder.stack):
            assert isinstance(layer, Layer)
            at = f"encoder.layer.{number}."
            for kind in ("weight", "bias"):
                parts = [found[f"{at}attention.self.{name}.{kind}"] for name in ("query", "key", "value")]
                getattr(layer.qkv, kind).copy_(torch.cat(parts))
                getattr(layer.out, kind).copy_(found[f"{at}attention.output.dense.{kind}"])
                getattr(layer.norm1, kind).copy_(found[f"{at}attention.output.LayerNorm.{kind}"])
                getattr(layer.up, kind).copy_(found[f"{at}intermediate.dense.{kind}"])
                getattr(layer.down, kind).copy_(found[f"{at}output.dense.{kind}"])
                getattr(layer.norm2, kind).copy_(found[f"{at}output.LayerNorm.{kind}"])
