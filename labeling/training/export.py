"""Trained network in, model folder out: one ONNX graph in int8, the tokenizer, and a config that names checksums."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from sayso.attribution.files import write_atomically
from sayso.attribution.training.int8 import ByteEmbedding, RowScaledLinear, forget_origins, quantise
from sayso.labeling.pair import CONFIG, FILES, GRAPH, NAME, TOKENIZER, Calibration
from sayso.labeling.pair_input import PROPOSITION, SCHEME

from .net import PairNet


class _Graph(nn.Module):
    def __init__(self, net: PairNet, *, as_bytes: bool, most_pieces: int) -> None:
        super().__init__()
        self.net = net
        net.places = nn.Embedding.from_pretrained(net.places.weight[:most_pieces].detach().clone())
        if as_bytes:
            net.words = ByteEmbedding(net.words.weight.detach())  # type: ignore[assignment]
            for layer in net.stack:
                for name, part in list(layer.named_children()):
                    if isinstance(part, nn.Linear):
                        setattr(layer, name, RowScaledLinear(part))

    def forward(self, ids: Tensor, marks: Tensor) -> Tensor:
        scores: Tensor = self.net(ids, marks, padded=False)
        return scores


def export_pair(net: PairNet, tokenizer: Path, out: Path, *, most_pieces: int, version: str, int8: bool = True) -> None:
    """Write graph and tokenizer to the folder `out`, and a config without calibration.

    Weights of matrix products become int8 with one scale per column, activations are quantised as they come, with one
    scale per row; the attention's own products stay in single precision. `net` can't be trained on afterwards.
    """
    net.eval()
    out.mkdir(parents=True, exist_ok=True)
    length = torch.export.Dim("length", min=2, max=most_pieces)
    ids = torch.ones(1, 24, dtype=torch.int64)
    marks = torch.zeros(1, 24, dtype=torch.int64)
    marks[0, 20:] = PROPOSITION
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain = Path(scratch) / GRAPH
        torch.onnx.export(
            _Graph(net, as_bytes=int8, most_pieces=most_pieces).eval(),
            (ids, marks),
            str(plain),
            input_names=["ids", "marks"],
            output_names=["scores"],
            dynamic_shapes=({1: length}, {1: length}),
            dynamo=True,
            external_data=False,
            verbose=False,
        )
        quantise(plain, out / GRAPH, int8=int8)
        forget_origins(out / GRAPH)
    shutil.copyfile(tokenizer, out / TOKENIZER)
    write_config(out, {"most_pieces": most_pieces, "threshold": 0.0, "calibration": {}}, version=version)


def write_config(folder: Path, settings: Mapping[str, Any], *, version: str) -> None:
    """Write `config.json` with the present checksums of the folder's files."""
    config = {
        "name": NAME,
        "version": version,
        "scheme": SCHEME,
        **settings,
        "files": {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES},
    }
    with write_atomically(folder / CONFIG) as file:
        file.write(json.dumps(config, indent=1, ensure_ascii=False) + "\n")


def describe_calibration(calibration: Mapping[str, Calibration]) -> dict[str, Any]:
    """Return the calibration of each head as `config.json` has it."""
    return {head: {**asdict(found), "bias": list(found.bias)} for head, found in calibration.items()}
