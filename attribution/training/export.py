"""Trained network in, model folder out: two ONNX graphs in int8, tokenizer, and a config that names their checksums."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import tempfile
import warnings
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from sayso.attribution.decoding import LABELS
from sayso.attribution.files import write_atomically
from sayso.attribution.pieces import SCHEME

from .int8 import ByteEmbedding, forget_origins, quantise
from .model import Chain, Encoder, Linker, TaggerNet

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Decoding:
    """Settings chosen on dev, written into the folder's config."""

    window: int = 192
    span: int = 128
    min_cue: float = 0.4
    min_link: float = 0.5
    tag_share: float = 0.0
    out_bias: float = 0.0
    min_voted_cue: float = 0.05
    vote: float = 0.0
    edge_vote: float = 0.0
    out_vote: float = 0.0
    calibration: tuple[float, ...] = ()


class _EncoderGraph(nn.Module):
    def __init__(self, net: TaggerNet, *, as_bytes: bool) -> None:
        super().__init__()
        self.encoder: Encoder = net.encoder
        if as_bytes:
            self.encoder.words = ByteEmbedding(net.encoder.words.weight.detach())  # type: ignore[assignment]
        self.tags = net.tags
        self.of_piece = net.linker.of_piece
        self.of_cue = net.linker.of_cue

    def forward(self, ids: Tensor, case: Tensor, quote: Tensor, breaks: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        hidden = self.encoder(ids, case, quote, breaks)
        return self.tags(hidden), self.of_piece(hidden), self.of_cue(hidden)


class _LinkerGraph(nn.Module):
    def __init__(self, linker: Linker) -> None:
        super().__init__()
        self.linker = linker

    def forward(self, pieces: Tensor, cue: Tensor, apart: Tensor) -> Tensor:
        return self.linker.score(pieces, cue, apart)


def export_tagger(
    net: TaggerNet,
    tokenizer: Path,
    out: Path,
    *,
    decoding: Decoding,
    version: str,
    chained: bool = True,
    int8: bool = True,
) -> Path:
    """Write the model folder `out` (graphs, tokenizer, config with checksums) and return it.

    Weights of matrix products become int8 with one scale per column, activations are quantised as they come; the
    attention's own products stay in single precision. `chained` says whether the tags were trained as a chain or each
    by itself. `net` can't be trained on afterwards.
    """
    net.eval()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        _export_encoder(net, Path(scratch), out / "encoder.onnx", int8=int8)
        _export_linker(net, Path(scratch), out / "linker.onnx", int8=int8)
        for graph in ("encoder.onnx", "linker.onnx"):
            forget_origins(out / graph)
    shutil.copyfile(tokenizer, out / "tokenizer.json")
    config: dict[str, Any] = {
        "name": "attribution-en",
        "version": version,
        "scheme": SCHEME,
        "labels": list(LABELS),
        "decoding": {
            **{field.name: getattr(decoding, field.name) for field in fields(Decoding)},
            "reach": net.shape.reach,
            "chain": _chain(net.link_chain),
            "tag_chain": _chain(net.tag_chain) if chained else None,
        },
    }
    write_config(out, config)
    return out


def _chain(chain: Chain) -> dict[str, Any]:
    start, between, end = (table.detach().tolist() for table in chain.tables())
    return {
        "start": [round(x, 5) for x in start],
        "between": [[round(x, 5) for x in row] for row in between],
        "end": [round(x, 5) for x in end],
    }


def write_config(folder: Path, config: dict[str, Any]) -> None:
    """Write `config.json` with the present checksums of the folder's files."""
    names = ("encoder.onnx", "linker.onnx", "tokenizer.json")
    config["files"] = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    with write_atomically(folder / "config.json") as file:
        file.write(json.dumps(config, indent=1, ensure_ascii=False) + "\n")


def _export_encoder(net: TaggerNet, scratch: Path, out: Path, *, int8: bool) -> None:
    ids = torch.ones(2, 24, dtype=torch.int64)
    ids[1, 20:] = 0
    features = torch.zeros_like(ids)
    rows, length = torch.export.Dim("rows", min=1, max=1024), torch.export.Dim("length", min=2, max=512)
    shape = {0: rows, 1: length}
    _export(
        _EncoderGraph(net, as_bytes=int8),
        (ids, features, features.clone(), features.clone()),  # one tensor thrice would become one input
        scratch / "encoder.onnx",
        names=(["ids", "case", "quote", "breaks"], ["tags", "pieces", "cues"]),
        shapes=(shape, shape, shape, shape),
    )
    quantise(scratch / "encoder.onnx", out, int8=int8)


def _export_linker(net: TaggerNet, scratch: Path, out: Path, *, int8: bool) -> None:
    d = net.shape.link
    cues, length = torch.export.Dim("cues", min=1, max=65536), torch.export.Dim("length", min=2, max=512)
    _export(
        _LinkerGraph(net.linker),
        (torch.zeros(3, 20, 2 * d), torch.zeros(3, 2 * d), torch.zeros(3, 20, dtype=torch.int64)),
        scratch / "linker.onnx",
        names=(["pieces", "cue", "apart"], ["scores"]),
        shapes=({0: cues, 1: length}, {0: cues}, {0: cues, 1: length}),
    )
    quantise(scratch / "linker.onnx", out, int8=False)


def _export(
    graph: nn.Module, example: tuple[Tensor, ...], path: Path, *, names: tuple[list[str], list[str]], shapes: Any
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            graph.eval(),
            example,
            str(path),
            input_names=names[0],
            output_names=names[1],
            dynamic_shapes=shapes,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
