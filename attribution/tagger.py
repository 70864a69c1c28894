"""The tagger in use: raw text in, cues with their sources and contents out, by ONNX Runtime alone.

Two small graphs: the encoder scores each piece's tag and projects it, the linker scores every piece as seen from one
cue. Which pieces may be cues is the tags' say; what belongs to a cue is decoded exactly, per cue, from the linker's
scores. Texts are cut at paragraphs into windows, and windows of similar length go through together.
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

from .decoding import CUE_STARTS, IMPOSSIBLE, OUT, ROLES, Floats, Ints, decode, first_label, read_spans, total
from .errors import ArtifactError
from .pieces import CLS, SCHEME, SEP, Pieces, cut_windows, read_pieces
from .types import Spans, TextSpan

if TYPE_CHECKING:
    from tokenizers import Tokenizer

DEFAULT_MODEL = "attribution-en"
CONFIG = "config.json"
BATCH = 8
TEXTS_AT_ONCE = 32
"""Texts whose windows are sorted by length together: more would gain little and hold more memory."""
Masks = Sequence[tuple[int, int]]


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
    chain: tuple[Floats, Floats, Floats]
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

    def tag(self, text: str, *, masks: Masks = ()) -> list[Tagged]:
        """Return the attributions of `text` outside `masks`, in order of their cues; any text is answered."""
        return next(self.pipe([(text, masks)]))

    def pipe(self, texts: Iterable[tuple[str, Masks]]) -> Iterator[list[Tagged]]:
        """Yield for each (text, masks) what `tag` returns; texts are read a few ahead and share batches."""
        stream = iter(texts)
        while chunk := list(islice(stream, TEXTS_AT_ONCE)):
            pieces = [read_pieces(text, self.tokenizer, masks) for text, masks in chunk]
            yield from self._tag_pieces(pieces)

    def _tag_pieces(self, texts: Sequence[Pieces]) -> Iterator[list[Tagged]]:
        room = self.settings.window - 2
        windows = [(n, a, b) for n, pieces in enumerate(texts) for a, b in cut_windows(pieces, room, overlap=room // 3)]
        windows.sort(key=lambda w: (w[2] - w[1], w))
        found: list[dict[int, Tagged]] = [{} for _ in texts]
        for at in range(0, len(windows), BATCH):
            batch = windows[at : at + BATCH]
            for number, tagged in self._tag_windows(texts, batch):
                # Overlapping windows both see the cue: the surer reading stays.
                known = found[number].get(tagged.cue.start)
                if known is None or known.confidence < tagged.confidence:
                    found[number][tagged.cue.start] = tagged
        for by_cue in found:
            yield [by_cue[start] for start in sorted(by_cue)]

    def _tag_windows(
        self, texts: Sequence[Pieces], windows: Sequence[tuple[int, int, int]]
    ) -> Iterator[tuple[int, Tagged]]:
        arrays, lengths = _stack(texts, windows)
        tags, as_piece, as_cue = self.scorer.encode(*arrays)
        logs = tags - _log_sum(tags)
        cue_scores = np.exp(logs[..., list(CUE_STARTS)]).sum(-1)
        cue_scores[:, 0] = 0
        cue_scores[np.arange(tags.shape[1])[None] >= lengths[:, None] - 1] = 0
        rows, cues = np.nonzero(cue_scores >= self.settings.min_cue)
        if not len(rows):
            return
        for row, cue, spans, link, path in self._link(logs, as_piece, as_cue, lengths, rows, cues):
            number, begin, _ = windows[row]
            yield from _make(texts[number], number, begin - 1, spans, float(cue_scores[row, cue]), link, path, self.settings)

    def _link(
        self, logs: Floats, as_piece: Floats, as_cue: Floats, lengths: Ints, rows: Ints, cues: Ints
    ) -> Iterator[tuple[int, int, list[tuple[str, int, int]], float, float]]:
        """Yield (row, cue, its labelled spans in the window, link score, path score) of each cue that has any."""
        s = self.settings
        low = np.maximum(cues - s.span, 0)
        high = np.minimum(cues + s.span, lengths[rows])
        width = int((high - low).max())
        places = low[:, None] + np.arange(width)[None]
        inside = np.minimum(places, logs.shape[1] - 1)
        apart = np.clip(places - cues[:, None], -s.reach, s.reach) + s.reach
        scores = self.scorer.link(as_piece[rows[:, None], inside], as_cue[rows, cues], apart)
        if s.tag_share:
            scores = scores + s.tag_share * logs[rows[:, None], inside]
            scores[..., OUT] -= s.tag_share * logs[rows[:, None], inside, OUT]
        scores[..., OUT] += s.out_bias
        every = np.arange(len(rows))
        first = first_label(ROLES[0])
        # Only the cue at hand may begin: all other pieces lose the labels that begin one.
        begins = scores[every, cues - low][:, list(CUE_STARTS)]
        scores[..., first] = IMPOSSIBLE
        scores[..., first + 3] = IMPOSSIBLE
        scores[every[:, None], (cues - low)[:, None], list(CUE_STARTS)] = begins
        sizes = high - low
        start, between, end = s.chain
        everything = total(scores, sizes, start, between, end)
        nothing = start[OUT] + end[OUT] + between[OUT, OUT] * (sizes - 1)
        nothing = nothing + np.where(np.arange(width)[None] < sizes[:, None], scores[..., OUT], 0).sum(1)
        link = 1 - np.exp(np.minimum(nothing - everything, 0))
        kept = np.flatnonzero(link >= s.min_link)
        if not len(kept):
            return
        scores, sizes = scores[kept], sizes[kept]
        # A cue that stays must be read as one.
        at = (cues - low)[kept]
        others = [n for n in range(scores.shape[2]) if n not in CUE_STARTS]
        scores[np.arange(len(kept))[:, None], at[:, None], others] = IMPOSSIBLE
        labels, best = decode(scores, sizes, start, between, end)
        for k, number in enumerate(kept):
            spans = [(role, a + int(low[number]), b + int(low[number])) for role, a, b in read_spans(labels[k])]
            path = math.exp(min(0.0, float(best[k] - everything[number])))
            yield int(rows[number]), int(cues[number]), spans, float(link[number]), path


def _stack(texts: Sequence[Pieces], windows: Sequence[tuple[int, int, int]]) -> tuple[tuple[Ints, ...], Ints]:
    lengths = np.asarray([b - a + 2 for _, a, b in windows], np.int64)
    arrays = np.zeros((4, len(windows), int(lengths.max())), np.int64)
    for row, (number, a, b) in enumerate(windows):
        pieces = texts[number]
        arrays[0, row, 0], arrays[0, row, b - a + 1] = CLS, SEP
        for field, values in enumerate((pieces.ids, pieces.case, pieces.quote, pieces.breaks)):
            arrays[field, row, 1 : b - a + 1] = values[a:b]
    return tuple(arrays), lengths


def _log_sum(scores: Floats) -> Floats:
    top = scores.max(-1, keepdims=True)
    summed: Floats = np.log(np.exp(scores - top).sum(-1, keepdims=True)) + top
    return summed


def _make(
    pieces: Pieces,
    number: int,
    shift: int,
    spans: Sequence[tuple[str, int, int]],
    cue_score: float,
    link_score: float,
    path_score: float,
    settings: Settings,
) -> Iterator[tuple[int, Tagged]]:
    """Yield the text's number and the attribution, unless it has no content."""
    places: dict[str, list[TextSpan]] = {role: [] for role in ROLES}
    for role, a, b in spans:
        first, last = a + shift, b - 1 + shift
        if 0 <= first <= last < len(pieces):
            places[role].append(TextSpan(int(pieces.starts[first]), int(pieces.ends[last])))
    if not places["content"] or not places["cue"]:
        return
    confidence = calibrate(settings.calibration, cue_score, link_score, path_score)
    yield (
        number,
        Tagged(
            cue=places["cue"][0],
            sources=tuple(places["source"]),
            contents=tuple(places["content"]),
            confidence=confidence,
            cue_score=cue_score,
            link_score=link_score,
            path_score=path_score,
        ),
    )


def calibrate(weights: Sequence[float], cue_score: float, link_score: float, path_score: float) -> float:
    """Return the probability in [0, 1] that the attribution is right, from its three scores."""
    if not weights:
        return cue_score * link_score
    x = weights[0]
    for weight, value in zip(weights[1:], (cue_score, link_score, path_score), strict=True):
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
        chain = raw["chain"]
        return Settings(
            window=int(raw["window"]),
            reach=int(raw["reach"]),
            span=int(raw["span"]),
            min_cue=float(raw["min_cue"]),
            min_link=float(raw["min_link"]),
            tag_share=float(raw["tag_share"]),
            out_bias=float(raw["out_bias"]),
            chain=(
                np.asarray(chain["start"], np.float32),
                np.asarray(chain["between"], np.float32),
                np.asarray(chain["end"], np.float32),
            ),
            calibration=tuple(float(w) for w in raw["calibration"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ArtifactError(f"{folder / CONFIG}: `decoding` is incomplete: {error!r}; rebuild the model") from error


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
                self.sessions[name] = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
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
