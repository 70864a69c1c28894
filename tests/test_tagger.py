"""The tagger that ships in the package, and what it refuses to load."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.attribution import decoding
from sayso.attribution.combine import DEFAULT
from sayso.attribution.errors import ArtifactError
from sayso.attribution.pieces import Pieces, cut_windows, read_pieces
from sayso.attribution.tagger import Masks, Tagged, Tagger, Votes, shipped_folder
from sayso.attribution.together import ModelAndRules, TextToRead
from sayso.attribution.words import find_paragraphs

DIRECT = "“Rents will rise next year,” housing minister Ana Ruiz said on Monday."
INDIRECT = "Tomas Brandt told reporters that the mine would close in spring."


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger.read()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped model that a test may spoil."""
    copy = tmp_path / "model"
    shutil.copytree(shipped_folder(), copy)
    return copy


def texts_of(text: str, tagged: Tagged) -> tuple[list[str], str, list[str]]:
    return [s.of(text) for s in tagged.sources], tagged.cue.of(text), [s.of(text) for s in tagged.contents]


def test_direct_and_indirect_speech_are_found(tagger: Tagger) -> None:
    text = f"{DIRECT}\n\n{INDIRECT}"
    first, second = tagger.tag(text)
    sources, cue, contents = texts_of(text, first)
    assert sources[0].endswith("Ana Ruiz")
    assert cue.startswith("said")
    assert "Rents will rise next year" in contents[0]
    sources, cue, contents = texts_of(text, second)
    assert sources == ["Tomas Brandt"]
    assert cue.startswith("told")
    assert contents[0].endswith("the mine would close in spring")
    assert 0.5 < second.confidence <= 1


def test_split_quotation_has_two_pieces(tagger: Tagger) -> None:
    text = "“The bridge is safe,” said engineer Mia Olsen. “But it needs new paint before the winter.”"
    (found,) = tagger.tag(text)
    assert len(found.contents) == 2


@pytest.mark.parametrize("text", ["", " \n\n ", "The weather was fine.", "“”", "\ud800 said so", "a" * 5000])
def test_texts_without_speech_are_answered(tagger: Tagger, text: str) -> None:
    least = {True: DEFAULT.min_model, False: DEFAULT.min_unsourced}
    assert [found for found in tagger.tag(text) if found.confidence >= least[bool(found.sources)]] == []


def test_long_text_is_read_to_its_end(tagger: Tagger) -> None:
    filler = "The road along the river was closed for repairs during the whole of the summer season. "
    text = filler * 40 + INDIRECT + "\n" + filler * 40 + "\n\n" + DIRECT
    found = tagger.tag(text)
    assert {t.sources[0].of(text) for t in found if t.sources} >= {"Tomas Brandt"}
    assert any("Rents will rise" in s.of(text) for t in found for s in t.contents)
    assert len({t.cue.start for t in found}) == len(found)


def test_masked_text_is_not_tagged(tagger: Tagger) -> None:
    text = f"{DIRECT}\n\n{INDIRECT}"
    found = tagger.tag(text, masks=[(0, len(DIRECT))])
    assert [t.sources[0].of(text) for t in found] == ["Tomas Brandt"]


def test_pipe_equals_single_calls(tagger: Tagger) -> None:
    texts = [DIRECT, "", INDIRECT, f"{INDIRECT} {DIRECT}", "Nothing happened."]
    together = list(tagger.pipe((text, (), ()) for text in texts))
    assert [tagger.tag(text) for text in texts] == together


def test_extractor_pipe_is_in_order_and_deterministic(tagger: Tagger) -> None:
    items = [TextToRead(text, str(n)) for n, text in enumerate([INDIRECT, "", DIRECT])]
    extractor = ModelAndRules(tagger)
    found = list(extractor.pipe(items))
    assert [[a.article_id for a in group] for group in found] == [["0"], [], ["2"]]
    assert found == list(extractor.pipe(items))
    assert found[2][0].content == "“Rents will rise next year,”"
    assert found[2][0].kind == "direct"


words = st.sampled_from(
    [*"Ruiz said told that rents rise é 日本 😀 U.S. « » “ ”".split(), "\n\n", "\n", ".", ",", "'", '"', ":"]
)


@settings(max_examples=25)
@given(st.lists(st.tuples(words, st.sampled_from([" ", ""])), max_size=60))
def test_spans_lie_inside_the_text(tagger: Tagger, parts: list[tuple[str, str]]) -> None:
    text = "".join(word + gap for word, gap in parts)
    for found in tagger.tag(text):
        for span in (found.cue, *found.sources, *found.contents):
            assert span.end <= len(text)
            assert not span.of(text).isspace()
        assert found.contents
        assert 0 <= found.confidence <= 1


# --------------------------------------------------------------------------------------------------------- refusals


def test_changed_file_is_refused(folder: Path) -> None:
    path = folder / "linker.onnx"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(ArtifactError, match=r"linker\.onnx: sha256 is .*changed or cut short"):
        Tagger.read(folder)


@pytest.mark.parametrize("name", ["config.json", "encoder.onnx", "linker.onnx", "tokenizer.json"])
def test_missing_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ArtifactError, match=name.replace(".", r"\.")):
        Tagger.read(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scheme": "pieces-0"}, "model of scheme 'pieces-0'"),
        ({"files": {}}, "no checksum of"),
        ({"decoding": {}}, "`decoding` is incomplete"),
    ],
    ids=["scheme", "checksums", "decoding"],
)
def test_other_config_is_refused(folder: Path, change: dict[str, object], message: str) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | change), encoding="utf-8")
    with pytest.raises(ArtifactError, match=message):
        Tagger.read(folder)


def test_config_that_is_no_json_is_refused(folder: Path) -> None:
    (folder / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(ArtifactError, match="not readable as JSON"):
        Tagger.read(folder)


def test_artefact_is_small_and_explained() -> None:
    sizes = {path.name: path.stat().st_size for path in shipped_folder().iterdir()}
    assert sum(sizes.values()) <= 25_000_000
    assert {"README.md", "metrics.json", "recipe.toml"} <= sizes.keys()


# ------------------------------------------------------------------------------------------------- pieces and labels


def test_pieces_carry_case_marks_and_breaks(tagger: Tagger) -> None:
    text = "Ruiz said “NATO grew.” Then\nit rained 3 times."
    pieces = read_pieces(text, tagger.tokenizer)
    by_word = {
        text[a:b]: (int(c), int(q), int(k))
        for a, b, c, q, k in zip(pieces.starts, pieces.ends, pieces.case, pieces.quote, pieces.breaks, strict=True)
    }
    assert by_word["said"] == (2, 0, 0)
    assert by_word["NATO"] == (4, 2, 0)
    assert by_word["“"][1:] == (1, 0)
    assert by_word["”"][1] == 3
    assert by_word["Then"] == (3, 0, 1)
    assert by_word["it"] == (2, 0, 2)
    assert by_word["3"][0] == 6


def test_windows_cover_all_pieces_and_end_at_paragraphs(tagger: Tagger) -> None:
    text = "\n".join(f"Paragraph {n} has a few words in it and ends here." for n in range(60))
    pieces = read_pieces(text, tagger.tokenizer)
    windows = cut_windows(pieces, 64)
    assert windows[0][0] == 0
    assert windows[-1][1] == len(pieces)
    assert all(a[1] == b[0] for a, b in pairwise(windows))
    assert all(b - a <= 64 for a, b in windows)
    assert all(pieces.breaks[a] >= 2 for a, _ in windows)


@given(st.integers(1, 300), st.integers(8, 64), st.integers(0, 7), st.randoms(use_true_random=False))
def test_windows_lose_nothing(total: int, size: int, overlap: int, random: object) -> None:
    zeros = np.zeros(total, np.int64)
    breaks = np.asarray([random.choice((0, 0, 0, 0, 1, 2)) for _ in range(total)])  # type: ignore[attr-defined]
    windows = cut_windows(Pieces(zeros, zeros, zeros, zeros, zeros, breaks, zeros), size, overlap=overlap)
    covered = sorted({i for a, b in windows for i in range(a, b)})
    assert covered == list(range(total))
    assert all(0 < b - a <= size for a, b in windows)


spans = st.lists(st.tuples(st.sampled_from(decoding.ROLES), st.integers(0, 18), st.integers(1, 4)), max_size=5)


@given(spans)
def test_labels_spell_their_spans(wanted: list[tuple[str, int, int]]) -> None:
    clear = []
    at = 0
    for role, start, size in sorted(wanted, key=lambda s: s[1]):
        if start >= at:
            clear.append((role, start, start + size))
            at = start + size
    assert decoding.read_spans(decoding.label_spans(clear, 24)) == clear


def test_decoding_finds_the_best_allowed_path() -> None:
    rng = np.random.default_rng(0)
    start, between, end = (
        np.where(ok, 0.0, decoding.IMPOSSIBLE).astype(np.float32) for ok in decoding.allowed_transitions()
    )
    scores = rng.normal(size=(4, 9, len(decoding.LABELS))).astype(np.float32)
    lengths = np.asarray([9, 5, 1, 2])
    labels, best = decoding.decode(scores, lengths, start, between, end)
    everything = decoding.total(scores, lengths, start, between, end)
    assert (best <= everything + 1e-3).all()
    for row, n in enumerate(lengths):
        path = labels[row, :n]
        again = (
            start[path[0]] + end[path[-1]] + scores[row, np.arange(n), path].sum() + between[path[:-1], path[1:]].sum()
        )
        assert again == pytest.approx(best[row], abs=1e-3)
        assert best[row] > decoding.IMPOSSIBLE / 2
        assert (labels[row, n:] == 0).all()


def test_model_skips_paragraphs_that_sure_rules_cover_whole(tagger: Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "“Rents will rise,” Ruiz said.\n\nWages won’t, she added on Friday.\n\n“Prices will fall,” Lee said."
    first, second, third = find_paragraphs(text)
    asked: list[Masks] = []
    pipe = tagger.pipe

    def record(texts: Iterable[tuple[str, Masks, Votes]]) -> Iterator[list[Tagged]]:
        read = list(texts)
        asked.extend(masks for _, masks, _ in read)
        return pipe(read)

    monkeypatch.setattr(tagger, "pipe", record)
    sure = replace(DEFAULT, min_settled=0.0)
    found = ModelAndRules(tagger, settings=sure).find(TextToRead(text, "a", ()))
    assert first in asked[0]
    assert third in asked[0]
    assert second not in asked[0]
    assert {a.source for a in found} >= {"Ruiz", "Lee"}
    ModelAndRules(tagger, settings=replace(DEFAULT, min_settled=1.0)).find(TextToRead(text, "a", ()))
    assert asked[1] == []
