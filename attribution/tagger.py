"""The tagger in use: raw text in, cues with their sources and contents out, by ONNX Runtime alone.

Two small graphs: the encoder scores each piece's tag and projects it, the linker scores every piece as seen from one
cue. Which pieces may be cues is the tags' say; what belongs to a cue is decoded exactly, per cue, from the linker's
scores. Texts are cut into windows at paragraphs.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from .decoding import (
    CUE_STARTS,
    IMPOSSIBLE,
    LABELS,
    OUT,
    ROLES,
    Floats,
    Ints,
    decode,
    first_label,
    marginals,
    read_spans,
    softmax,
    total,
)
from .errors import ArtifactError
from .pieces import CLS, SCHEME, SEP, Pieces, cut_windows, read_pieces
from .types import Spans, TextSpan

if TYPE_CHECKING:
    from tokenizers import Tokenizer

DEFAULT_MODEL = "attribution-en"
CONFIG = "config.json"
# A window goes through the graphs alone: activations are quantised over a whole batch, so in a batch its answer would
# depend on its neighbours. It is also the quickest on a CPU, where the activations of one window stay in the cache.
# ONNX Runtime's fused kernel takes seven times as long as the addition and the normalisation by themselves.
SLOW_FUSION = "SkipLayerNormFusion"
DECODED_AT_ONCE = 32
"""Windows whose labels are decoded together, which changes nothing but the time: each row is decoded for itself."""
TAG_FLOOR = 0.02
TEXTS_AT_ONCE = 32
"""Texts whose windows are sorted by length together: more would gain little and hold more memory."""
Masks = Sequence[tuple[int, int]]


Chain = tuple[Floats, Floats, Floats]


class Vote(Protocol):
    """An attribution that rules found."""

    @property
    def cue_spans(self) -> Spans: ...
    @property
    def source_spans(self) -> Spans: ...
    @property
    def content_spans(self) -> Spans: ...


Votes = Sequence[Vote]


@dataclass(frozen=True, slots=True)
class Tagged:
    """One attribution as the model sees it; spans are characters of the text.

    `cue_score` is the tags' probability that a cue begins here, `link_score` the linker's that it has an attribution,
    `path_score` the share of the decoded spans among all that the linker thinks possible.
    """

    cue: TextSpan
    sources: Spans
    contents: Spans
    confidence: float
    cue_score: float
    link_score: float
    path_score: float
    voted: bool = False
    """Whether rules found an attribution with the same cue."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What decoding needs beside the graphs; written by training into `config.json`."""

    window: int
    reach: int
    span: int
    """Pieces on each side of a cue that the linker looks at."""
    min_cue: float
    min_link: float
    tag_share: float
    """How much the tags' log probabilities add to the linker's scores."""
    out_bias: float
    chain: Chain
    tag_chain: Chain | None
    """Start, transition and end scores of the linker's labels and of the tags; None where each tag stands alone."""
    min_voted_cue: float = 1.0
    vote: float = 0.0
    edge_vote: float = 0.0
    out_vote: float = 0.0
    """What a rule's finding adds to a piece's labels of its role, to its spans' edges, and to no role elsewhere."""
    calibration: tuple[float, ...] = ()


class Scorer(Protocol):
    """The two graphs."""

    def encode(self, ids: Ints, case: Ints, quote: Ints, breaks: Ints) -> tuple[Floats, Floats, Floats]:
        """Return tag scores, projections as pieces and projections as cues, each [window, piece, …]."""
        ...

    def link(self, pieces: Floats, cue: Floats, apart: Ints) -> Floats:
        """Return label scores [cue, piece, label] of `pieces` [cue, piece, …] at distance `apart` [cue, piece]."""
        ...


class Tagger:
    """Finds attributions in texts; holds the model and nothing about any text."""

    def __init__(self, tokenizer: Tokenizer, scorer: Scorer, settings: Settings, *, name: str, version: str) -> None:
        self.tokenizer = tokenizer
        self.scorer = scorer
        self.settings = settings
        self.name = name
        self.version = version

    @classmethod
    def read(cls, path: Path | None = None, *, threads: int = 1) -> Tagger:
        """Return the tagger in the folder `path`, or the one that ships in the package.

        Every file is checked against the checksum in `config.json`; a file that is missing, changed or of another
        scheme raises ArtifactError. `threads` is for one session: several processes of one thread are faster.
        """
        folder = shipped_folder() if path is None else Path(path)
        config = _read_config(folder)
        for file, sha256 in config["files"].items():
            _check(folder / file, sha256)
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        scorer = _OnnxScorer(folder, threads)
        return cls(tokenizer, scorer, _read_settings(folder, config), name=config["name"], version=config["version"])

    def tag(self, text: str, *, masks: Masks = (), votes: Votes = ()) -> list[Tagged]:
        """Return the attributions of `text` outside `masks`, in order of their cues; any text is answered.

        `votes` are attributions that rules found; the decoding leans towards them as far as it was tuned to.
        """
        return next(self.pipe([(text, masks, votes)]))

    def pipe(self, texts: Iterable[tuple[str, Masks, Votes]]) -> Iterator[list[Tagged]]:
        """Yield for each (text, masks, votes) what `tag` returns; texts are read a few ahead and share batches."""
        stream = iter(texts)
        while chunk := list(islice(stream, TEXTS_AT_ONCE)):
            read = [_Text.make(text, self.tokenizer, masks, votes) for text, masks, votes in chunk]
            yield from self._tag_texts(read)

    def _tag_texts(self, texts: Sequence[_Text]) -> Iterator[list[Tagged]]:
        room = self.settings.window - 2
        windows = [
            (n, a, b) for n, text in enumerate(texts) for a, b in cut_windows(text.pieces, room, overlap=room // 3)
        ]
        windows.sort(key=lambda w: (w[2] - w[1], w))
        found: list[dict[int, Tagged]] = [{} for _ in texts]
        for at in range(0, len(windows), DECODED_AT_ONCE):
            for number, tagged in self._tag_windows(texts, windows[at : at + DECODED_AT_ONCE]):
                # Overlapping windows both see the cue: the surer reading stays.
                known = found[number].get(tagged.cue.start)
                if known is None or known.confidence < tagged.confidence:
                    found[number][tagged.cue.start] = tagged
        for by_cue in found:
            yield _without_overlap(by_cue.values())

    def _tag_windows(
        self, texts: Sequence[_Text], windows: Sequence[tuple[int, int, int]]
    ) -> Iterator[tuple[int, Tagged]]:
        """Yield (number of the text, attribution); each window is scored alone, all are decoded together."""
        views = [view for window in windows for view in self._view(texts[window[0]], window)]
        for view, spans, link, path in self._decode(views):
            pieces = texts[view.number].pieces
            scores = (view.cue_score, link, path)
            tagged = _make(pieces, view.begin + view.low - 1, spans, scores, bool(view.votes), self.settings)
            if tagged is not None:
                yield view.number, tagged

    def _view(self, text: _Text, window: tuple[int, int, int]) -> Iterator[_View]:
        """Yield what is seen from each piece of the window that may be a cue."""
        s = self.settings
        number, begin, end = window
        size = end - begin + 2
        tags, as_piece, as_cue = self.scorer.encode(*_stack(text.pieces, begin, end))
        if s.tag_chain is None:
            chances = softmax(tags)[0]
        else:
            chances = marginals(tags, np.asarray([size], np.int64), *s.tag_chain)[0][0]
        cue_scores = chances[:, list(CUE_STARTS)].sum(-1)
        cue_scores[[0, size - 1]] = 0
        votes = {
            cue - begin + 1: tuple((role, a - begin + 1, b - begin + 1) for role, a, b in spans)
            for cue, spans in text.votes.items()
            if begin <= cue < end
        }
        likely = cue_scores >= s.min_cue
        for cue in votes:
            # A cue that the rules found, too, needs less.
            likely[cue] |= cue_scores[cue] >= s.min_voted_cue
        cues = np.flatnonzero(likely)
        if not len(cues):
            return
        low = np.maximum(cues - s.span, 0)
        high = np.minimum(cues + s.span, size)
        places = low[:, None] + np.arange(int((high - low).max()))[None]
        inside = np.minimum(places, size - 1)
        apart = np.clip(places - cues[:, None], -s.reach, s.reach) + s.reach
        scores = self.scorer.link(as_piece[0][inside], as_cue[0][cues], apart)
        if s.tag_share:
            # Floored: a piece that is nobody's by its tag may still be somebody's by its link.
            tagged = s.tag_share * np.log(np.maximum(chances[inside], TAG_FLOOR))
            tagged[..., OUT] = 0
            scores = scores + tagged
        scores[..., OUT] += s.out_bias
        for k, cue in enumerate(cues.tolist()):
            first = int(low[k])
            voted = tuple((role, a - first, b - first) for role, a, b in votes.get(cue, ()))
            if voted:
                _add_votes(scores[k], voted, s)
            kept = scores[k, : int(high[k]) - first]
            yield _View(number, begin, first, cue - first, float(cue_scores[cue]), voted, kept)

    def _decode(self, views: Sequence[_View]) -> Iterator[tuple[_View, list[tuple[str, int, int]], float, float]]:
        """Yield (view, its labelled spans from its first piece on, link score, path score) where there are any."""
        s = self.settings
        if not views:
            return
        sizes = np.asarray([len(view.scores) for view in views], np.int64)
        scores = np.zeros((len(views), int(sizes.max()), len(LABELS)), np.float32)
        for k, view in enumerate(views):
            scores[k, : sizes[k]] = view.scores
        every = np.arange(len(views))
        at = np.asarray([view.cue for view in views])
        first = first_label(ROLES[0])
        # Only the cue at hand may begin: all other pieces lose the labels that begin one.
        begins = scores[every, at][:, list(CUE_STARTS)]
        scores[..., first] = IMPOSSIBLE
        scores[..., first + 3] = IMPOSSIBLE
        scores[every[:, None], at[:, None], list(CUE_STARTS)] = begins
        start, between, end = s.chain
        everything = total(scores, sizes, start, between, end)
        inside = np.arange(scores.shape[1])[None] < sizes[:, None]
        # Summed in double precision, so that the order of the sum, which hangs on the padding, can't be seen.
        outside = np.where(inside, scores[..., OUT], 0).sum(1, dtype=np.float64)
        nothing = (start[OUT] + end[OUT] + between[OUT, OUT] * (sizes - 1) + outside).astype(np.float32)
        link = 1 - np.exp(np.minimum(nothing - everything, 0))
        kept = np.flatnonzero(link >= s.min_link)
        if not len(kept):
            return
        scores, sizes = scores[kept], sizes[kept]
        # A cue that stays must be read as one.
        others = [n for n in range(scores.shape[2]) if n not in CUE_STARTS]
        scores[np.arange(len(kept))[:, None], at[kept][:, None], others] = IMPOSSIBLE
        labels, best = decode(scores, sizes, start, between, end)
        for k, number in enumerate(kept.tolist()):
            path = math.exp(min(0.0, float(best[k] - everything[number])))
            yield views[number], read_spans(labels[k]), float(link[number]), path


def _without_overlap(found: Iterable[Tagged]) -> list[Tagged]:
    """Return the attributions in order of their cues; of two whose cues overlap, the surer one."""
    kept: list[Tagged] = []
    for item in sorted(found, key=lambda t: t.cue.start):
        if kept and kept[-1].cue.overlaps(item.cue):
            if item.confidence > kept[-1].confidence:
                kept[-1] = item
        else:
            kept.append(item)
    return kept


@dataclass(frozen=True, slots=True)
class _Text:
    """A text's pieces, and the rules' findings by the first piece of their cue, as (role, first piece, end piece)."""

    pieces: Pieces
    votes: dict[int, list[tuple[str, int, int]]]

    @classmethod
    def make(cls, text: str, tokenizer: Tokenizer, masks: Masks, votes: Votes) -> _Text:
        pieces = read_pieces(text, tokenizer, masks)
        by_cue: dict[int, list[tuple[str, int, int]]] = {}
        for vote in votes:
            if not vote.cue_spans:
                continue
            groups = (("cue", vote.cue_spans), ("source", vote.source_spans), ("content", vote.content_spans))
            edges = [(role, span.start, span.end) for role, spans in groups for span in spans]
            starts = np.searchsorted(pieces.starts, [a for _, a, _ in edges])
            ends = np.searchsorted(pieces.starts, [b for _, _, b in edges])
            placed = [(role, int(a), int(b)) for (role, _, _), a, b in zip(edges, starts, ends, strict=True) if a < b]
            if placed and placed[0][0] == "cue":
                by_cue.setdefault(placed[0][1], placed)
        return cls(pieces, by_cue)


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """What the linker makes of the pieces around one possible cue.

    `number` is the text's, `begin` the window's first piece; the others count from the window's [CLS] (`low`, the
    first piece that is looked at) and from there (`cue`, `votes`, `scores` [piece, label]).
    """

    number: int
    begin: int
    low: int
    cue: int
    cue_score: float
    votes: tuple[tuple[str, int, int], ...]
    scores: Floats


def _add_votes(scores: Floats, spans: Sequence[tuple[str, int, int]], settings: Settings) -> None:
    """Add to the scores [piece, label] of one cue what a rule's finding of the same cue is worth."""
    size = len(scores)
    unnamed = np.ones(size, bool)
    for role, a, b in spans:
        a, b = max(a, 0), min(b, size)
        if role == "cue" or a >= b:
            continue
        first = first_label(role)
        scores[a:b, first : first + 4] += settings.vote
        scores[a, [first, first + 3]] += settings.edge_vote
        scores[b - 1, [first + 2, first + 3]] += settings.edge_vote
        unnamed[a:b] = False
    scores[unnamed, OUT] += settings.out_vote


def _stack(pieces: Pieces, begin: int, end: int) -> tuple[Ints, ...]:
    """Return ids and features [1, piece] of a window, [CLS] and [SEP] around it."""
    arrays = np.zeros((4, 1, end - begin + 2), np.int64)
    arrays[0, 0, 0], arrays[0, 0, -1] = CLS, SEP
    for field, values in enumerate((pieces.ids, pieces.case, pieces.quote, pieces.breaks)):
        arrays[field, 0, 1:-1] = values[begin:end]
    return tuple(arrays)


def _make(
    pieces: Pieces,
    shift: int,
    spans: Sequence[tuple[str, int, int]],
    scores: tuple[float, float, float],
    voted: bool,
    settings: Settings,
) -> Tagged | None:
    """Return the attribution that `spans` of a window spell, or None when it has no content."""
    places: dict[str, list[TextSpan]] = {role: [] for role in ROLES}
    for role, a, b in spans:
        first, last = a + shift, b - 1 + shift
        if 0 <= first <= last < len(pieces):
            places[role].append(TextSpan(int(pieces.starts[first]), int(pieces.ends[last])))
    if not places["content"] or not places["cue"]:
        return None
    return Tagged(
        cue=places["cue"][0],
        sources=tuple(places["source"]),
        contents=tuple(places["content"]),
        confidence=calibrate(settings.calibration, *scores, voted),
        cue_score=scores[0],
        link_score=scores[1],
        path_score=scores[2],
        voted=voted,
    )


def calibrate(weights: Sequence[float], cue_score: float, link_score: float, path_score: float, voted: bool) -> float:
    """Return the probability in [0, 1] that the attribution is right, from its scores and whether rules found it."""
    if not weights:
        return cue_score * link_score
    x = weights[0] + weights[4] * voted
    for weight, value in zip(weights[1:4], (cue_score, link_score, path_score), strict=True):
        value = min(max(value, 1e-4), 1 - 1e-4)
        x += weight * math.log(value / (1 - value))
    return 1 / (1 + math.exp(-x))


# ------------------------------------------------------------------------------------------------------ the artefact


def shipped_folder(name: str = DEFAULT_MODEL) -> Path:
    """Return the folder of a model that ships in the package."""
    return Path(str(files("sayso.models"))) / name


def _read_config(folder: Path) -> dict[str, Any]:
    path = folder / CONFIG
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ArtifactError(
            f"{path}: no such file; a model folder has {CONFIG}, tokenizer.json, encoder.onnx and linker.onnx; "
            "reinstall sayso for the one it ships, or name another folder with --model"
        ) from error
    except (OSError, ValueError) as error:
        raise ArtifactError(f"{path}: not readable as JSON: {error}; reinstall sayso or rebuild the model") from error
    scheme = config.get("scheme") if isinstance(config, dict) else None
    if scheme != SCHEME:
        raise ArtifactError(
            f"{path}: model of scheme {scheme!r}, this release reads {SCHEME!r}; retrain it with `sayso train tagger`"
        )
    missing = _FILES - config.get("files", {}).keys()
    if missing:
        raise ArtifactError(f"{path}: no checksum of {', '.join(sorted(missing))}; rebuild the model")
    return dict(config)


_FILES = {"tokenizer.json", "encoder.onnx", "linker.onnx"}


def _check(path: Path, sha256: str) -> None:
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ArtifactError(f"{path}: can't be read ({error}); reinstall sayso or fetch the model again") from error
    if found != sha256:
        raise ArtifactError(
            f"{path}: sha256 is {found}, {CONFIG} says {sha256}; the file was changed or cut short: "
            "reinstall sayso or fetch the model again"
        )


def _read_settings(folder: Path, config: dict[str, Any]) -> Settings:
    try:
        raw = config["decoding"]
        return Settings(
            window=int(raw["window"]),
            reach=int(raw["reach"]),
            span=int(raw["span"]),
            min_cue=float(raw["min_cue"]),
            min_link=float(raw["min_link"]),
            tag_share=float(raw["tag_share"]),
            out_bias=float(raw["out_bias"]),
            chain=_read_chain(raw["chain"]),
            tag_chain=None if raw["tag_chain"] is None else _read_chain(raw["tag_chain"]),
            min_voted_cue=float(raw["min_voted_cue"]),
            vote=float(raw["vote"]),
            edge_vote=float(raw["edge_vote"]),
            out_vote=float(raw["out_vote"]),
            calibration=tuple(float(w) for w in raw["calibration"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ArtifactError(f"{folder / CONFIG}: `decoding` is incomplete: {error!r}; rebuild the model") from error


def _read_chain(raw: dict[str, Any]) -> Chain:
    start, between, end = (np.asarray(raw[name], np.float32) for name in ("start", "between", "end"))
    return start, between, end


class _OnnxScorer:
    def __init__(self, folder: Path, threads: int) -> None:
        import onnxruntime as ort

        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Spinning workers take CPU time from the other processes of a build.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.sessions = {}
        for name in ("encoder", "linker"):
            path = folder / f"{name}.onnx"
            try:
                self.sessions[name] = ort.InferenceSession(
                    str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=[SLOW_FUSION]
                )
            except Exception as error:  # onnxruntime's own classes are not public
                raise ArtifactError(f"{path}: ONNX Runtime can't load it: {error}; rebuild the model") from error

    def encode(self, ids: Ints, case: Ints, quote: Ints, breaks: Ints) -> tuple[Floats, Floats, Floats]:
        tags, pieces, cues = self.sessions["encoder"].run(
            ["tags", "pieces", "cues"], {"ids": ids, "case": case, "quote": quote, "breaks": breaks}
        )
        return tags, pieces, cues

    def link(self, pieces: Floats, cue: Floats, apart: Ints) -> Floats:
        (scores,) = self.sessions["linker"].run(["scores"], {"pieces": pieces, "cue": cue, "apart": apart})
        result: Floats = scores
        return result
