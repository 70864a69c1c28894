"""The network behind the interface of the graphs, to choose settings on dev before and without exporting."""

from __future__ import annotations

import torch

from sayso.attribution.decoding import Floats, Ints

from .model import TaggerNet


class TorchScorer:
    """Scores with the network itself, in single precision."""

    def __init__(self, net: TaggerNet) -> None:
        self.net = net.eval()

    @torch.no_grad()
    def encode(self, ids: Ints, case: Ints, quote: Ints, breaks: Ints) -> tuple[Floats, Floats, Floats]:
        """Return tag scores, projections as pieces and projections as cues."""
        hidden, tags = self.net.encode(*(torch.from_numpy(a) for a in (ids, case, quote, breaks)))
        linker = self.net.linker
        return tags.numpy(), linker.of_piece(hidden).numpy(), linker.of_cue(hidden).numpy()

    @torch.no_grad()
    def link(self, pieces: Floats, cue: Floats, apart: Ints) -> Floats:
        """Return label scores of the pieces as seen from each cue."""
        scores: Floats = self.net.linker.score(*(torch.from_numpy(a) for a in (pieces, cue, apart))).numpy()
        return scores
