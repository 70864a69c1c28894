"""The pair model's network: a small BERT encoder whose last layer is asked for two rows only."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from sayso.labeling.codebook import LABELS
from sayso.labeling.pair import HEADS
from sayso.labeling.pair_input import N_MARKS, OPPOSED, PROPOSITION, TARGET


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the network; the encoder's must be those of its weights."""

    vocabulary: int = 30522
    hidden: int = 384
    layers: int = 6
    heads: int = 12
    inner: int = 1536
    positions: int = 512
    frozen: int = 2
    """Layers that stay as they were pretrained; the marks join above them."""
    dropout: float = 0.1


class Layer(nn.Module):
    """One post-norm transformer layer, as in BERT, for all rows of `x` or for `asked` ones that look at them."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.q = nn.Linear(shape.hidden, shape.hidden)
        self.kv = nn.Linear(shape.hidden, 2 * shape.hidden)
        self.out = nn.Linear(shape.hidden, shape.hidden)
        self.norm1 = nn.LayerNorm(shape.hidden, eps=1e-12)
        self.up = nn.Linear(shape.hidden, shape.inner)
        self.down = nn.Linear(shape.inner, shape.hidden)
        self.norm2 = nn.LayerNorm(shape.hidden, eps=1e-12)
        self.dropout = nn.Dropout(shape.dropout)

    def forward(self, x: Tensor, mask: Tensor | None, asked: Tensor | None = None) -> Tensor:
        rows = x if asked is None else asked
        b, t, h = x.shape
        n = rows.shape[1]
        size = h // self.heads
        q = self.q(rows).view(b, n, self.heads, size).transpose(1, 2)
        k, v = self.kv(x).view(b, t, 2, self.heads, size).permute(2, 0, 3, 1, 4).unbind(0)
        # Written out: on inputs this short the fused kernel's backward pass takes longer than the products themselves.
        scores = (q @ k.transpose(-1, -2)) * (1.0 / math.sqrt(size))
        mixed = (scores if mask is None else scores + mask).softmax(-1).to(v.dtype) @ v
        mixed = mixed.transpose(1, 2).reshape(b, n, h)
        rows = self.norm1(rows + self.dropout(self.out(mixed)))
        return self.norm2(rows + self.dropout(self.down(F.gelu(self.up(rows)))))


class PairNet(nn.Module):
    """Encoder and heads: scores [row, head, label] of inputs whose pieces of id 0 are padding.

    The lower part knows words only and is never trained, so training computes it once for each input.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.words = nn.Embedding(shape.vocabulary, shape.hidden)
        self.places = nn.Embedding(shape.positions, shape.hidden)
        self.kind = nn.Parameter(torch.zeros(shape.hidden))
        self.norm = nn.LayerNorm(shape.hidden, eps=1e-12)
        self.stack = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.marks = nn.Embedding(N_MARKS, shape.hidden)
        nn.init.normal_(self.marks.weight, std=0.05)
        self.dropout = nn.Dropout(shape.dropout)
        self.inner = nn.Linear(2 * shape.hidden, shape.hidden)
        self.out = nn.Linear(shape.hidden, len(HEADS) * len(LABELS))
        for part in (self.words, self.places, self.norm, *self.stack[: shape.frozen]):
            part.requires_grad_(False)
        self.kind.requires_grad_(False)

    def forward(self, ids: Tensor, marks: Tensor, *, padded: bool = True) -> Tensor:
        mask = (ids == 0).to(self.kind.dtype)[:, None, None, :] * -1e4 if padded else None
        return self.upper(self.lower(ids, mask), marks, mask)

    def lower(self, ids: Tensor, mask: Tensor | None) -> Tensor:
        """Return what the frozen layers make of the pieces [row, piece, hidden]."""
        x: Tensor = self.norm(self.words(ids) + self.places.weight[: ids.shape[1]] + self.kind)
        for layer in self.stack[: self.shape.frozen]:
            x = layer(x, mask)
        return x

    def upper(self, x: Tensor, marks: Tensor, mask: Tensor | None) -> Tensor:
        """Return the scores [row, head, label] of what `lower` gave."""
        x = self.dropout(x + self.marks(marks))
        for layer in self.stack[self.shape.frozen : -1]:
            x = layer(x, mask)
        # The answer is read from two rows: the first piece's, and the mean of what raises the target.
        asked = torch.cat([x[:, :1], raised_mean(x, marks)], 1)
        top = self.stack[-1](x, mask, asked)
        top = torch.cat([top[:, :1], top[:, 1:]], 2)
        scores = self.out(self.dropout(F.gelu(self.inner(self.dropout(top)))))
        return scores.view(-1, len(HEADS), len(LABELS))


def raised_mean(x: Tensor, marks: Tensor) -> Tensor:
    """Return the mean row of the pieces that raise the target [row, 1, hidden]; of the target itself where none do."""
    raised = ((marks == TARGET) | (marks == OPPOSED)).to(x.dtype)
    target = (marks >= PROPOSITION).to(x.dtype)
    weights = torch.where(raised.sum(1, keepdim=True) > 0, raised, target)
    weights = weights / weights.sum(1, keepdim=True)
    return weights[:, None] @ x


def read_encoder(net: PairNet, weights: Path) -> None:
    """Load the encoder's weights from a BERT checkpoint in safetensors format; the rest of `net` stays as it is."""
    from safetensors.torch import load_file

    found = {name.removeprefix("bert."): value for name, value in load_file(str(weights)).items()}
    with torch.no_grad():
        net.words.weight.copy_(found["embeddings.word_embeddings.weight"])
        net.places.weight.copy_(found["embeddings.position_embeddings.weight"])
        net.kind.copy_(found["embeddings.token_type_embeddings.weight"][0])
        net.norm.weight.copy_(found["embeddings.LayerNorm.weight"])
        net.norm.bias.copy_(found["embeddings.LayerNorm.bias"])
        for number, layer in enumerate(net.stack):
            assert isinstance(layer, Layer)
            at = f"encoder.layer.{number}."
            for kind in ("weight", "bias"):
                getattr(layer.q, kind).copy_(found[f"{at}attention.self.query.{kind}"])
                parts = [found[f"{at}attention.self.{name}.{kind}"] for name in ("key", "value")]
                getattr(layer.kv, kind).copy_(torch.cat(parts))
                getattr(layer.out, kind).copy_(found[f"{at}attention.output.dense.{kind}"])
                getattr(layer.norm1, kind).copy_(found[f"{at}attention.output.LayerNorm.{kind}"])
                getattr(layer.up, kind).copy_(found[f"{at}intermediate.dense.{kind}"])
                getattr(layer.down, kind).copy_(found[f"{at}output.dense.{kind}"])
                getattr(layer.norm2, kind).copy_(found[f"{at}output.LayerNorm.{kind}"])
