"""Reading predictions, predicting where none are given, and the tables of `sayso evaluate attribution`."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from rich.console import Console

from sayso.attribution.errors import InputError
from sayso.attribution.gold import GoldAttribution, GoldDocument, read_gold
from sayso.attribution.scoring import score
from sayso.attribution.types import Article, Attribution, Speaker, Stance, TextSpan, make_attribution, text_hash
from sayso.evaluate import find_conventions, read_predictions, render_tables, run_evaluate


@pytest.fixture(scope="module")
def seed_folders(repository: Path) -> tuple[Path, Path]:
    return repository / "seeds" / "gold", repository / "seeds" / "articles"


@pytest.fixture(scope="module")
def seed_gold(seed_folders: tuple[Path, Path]) -> list[GoldDocument]:
    return read_gold(seed_folders[0], articles=seed_folders[1])


def repeat_gold(document: GoldDocument) -> list[Attribution]:
    found = []
    for gold in document.attributions:
        made = make_attribution(
            document.text,
            article_id=document.id,
            text_sha256=text_hash(document.text),
            kind=gold.kind,
            content=gold.content,
            cue=gold.cue,
            source=gold.source,
            confidence=0.9,
            origin="rule:test",
        )
        if gold.speaker is not None and gold.speaker.type is not None:
            made = made.with_speaker(Speaker(gold.speaker.name, gold.speaker.name, gold.speaker.type, "name", 0.9))
        found.append(replace(made, stances=tuple(Stance(s.target, s.labels[0], 0.9, "rule") for s in gold.stances)))
    return found


def write_lines(path: Path, records: Iterable[Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


@pytest.fixture
def line(seed_gold: list[GoldDocument]) -> dict[str, Any]:
    """One good prediction with speaker and stance, as JSON."""
    return next(a.to_json() for a in repeat_gold(seed_gold[0]) if a.stances)


def test_predictions_come_back_as_they_were_written(tmp_path: Path, seed_gold: list[GoldDocument]) -> None:
    expected = {document.id: repeat_gold(document) for document in seed_gold}
    lines = (a.to_json() for found in expected.values() for a in found)
    assert read_predictions(write_lines(tmp_path / "quotes.jsonl", lines)) == expected


def test_run_scores_a_file_and_writes_its_errors(
    tmp_path: Path, seed_folders: tuple[Path, Path], seed_gold: list[GoldDocument]
) -> None:
    first = seed_gold[0]
    pred = write_lines(tmp_path / "quotes.jsonl", (a.to_json() for a in repeat_gold(first)[1:]))
    report = run_evaluate(*seed_folders, pred, errors_file=tmp_path / "errors.jsonl", resamples=50)
    required = [sum(not a.optional for a in document.attributions) for document in seed_gold]
    exact = report["all"].prf["exact"]
    assert (exact.hits, exact.predicted, exact.gold) == (required[0] - 1, required[0] - 1, sum(required))
    errors = [json.loads(text) for text in (tmp_path / "errors.jsonl").read_text("utf-8").splitlines()]
    assert [error["type"] for error in errors] == ["miss"] * (1 + required[1])
    assert errors[0]["gold"]["speaker"] == "White House (organization)"


def test_limit_takes_the_first_articles_only(
    tmp_path: Path, seed_folders: tuple[Path, Path], seed_gold: list[GoldDocument]
) -> None:
    lines = (a.to_json() for document in seed_gold for a in repeat_gold(document))
    report = run_evaluate(*seed_folders, write_lines(tmp_path / "quotes.jsonl", lines), limit=1)
    assert (report.articles, report.unscored_articles) == (1, 1)
    assert report["all"].f1("exact") == 1.0


def test_without_predictions_the_model_is_asked_and_gold_stays_hidden(
    monkeypatch: pytest.MonkeyPatch, seed_folders: tuple[Path, Path], seed_gold: list[GoldDocument]
) -> None:
    asked: list[tuple[str, Article]] = []

    class Finder:
        def __init__(self, model: str) -> None:
            self.model = model

        def pipe(self, articles: Iterable[Article]) -> Iterator[tuple[Article, list[Attribution]]]:
            for article in articles:
                asked.append((self.model, article))
                yield article, repeat_gold(next(d for d in seed_gold if d.id == article.id))

    api = ModuleType("sayso.api")
    api.load = lambda *, model, conventions: Finder(f"{model}, {conventions}")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sayso.api", api)
    report = run_evaluate(*seed_folders, model="none", resamples=0)
    assert report["all"].f1("triple") == 1.0
    assert [model for model, _ in asked] == ["none, guidelines", "none, guidelines"]
    assert [(a.id, a.text) for _, a in asked] == [(d.id, d.text) for d in seed_gold]
    assert asked[0][1].date == "2021"  # its copyright line, as a reader takes it


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "quoted"}, "unknown kind 'quoted'; allowed: direct, indirect, mixed"),
        ({"content_spans": []}, "content_spans is empty"),
        ({"content_spans": [[9, 3]]}, "span needs 0 <= start < end"),
        ({"content_spans": None}, "not an attribution of schema version 1"),
        ({"article_id": 7}, "article_id must be a string"),
        (
            {"speaker": {"id": "x", "name": "X", "type": "human", "how": "name", "confidence": 1}},
            "unknown speaker type",
        ),
        ({"speaker": {"name": "X"}}, "not an attribution"),
        ({"speaker": "X"}, "expected lines as `sayso quotes` writes them"),
        (
            {"stances": [{"target": "x", "label": "pro", "confidence": 1, "origin": "rule"}]},
            "unknown stance label 'pro'; allowed: favor, against, neutral, unclear",
        ),
        ({"stances": ["x"]}, "not an attribution"),
    ],
)
def test_a_line_that_is_no_attribution_is_told_with_its_place(
    tmp_path: Path, line: dict[str, Any], change: dict[str, Any], message: str
) -> None:
    path = write_lines(tmp_path / "quotes.jsonl", [line, {**line, **change}])
    with pytest.raises(InputError, match=rf"quotes\.jsonl:2: .*{message}"):
        read_predictions(path)


def test_predictions_on_other_articles_or_another_text_are_refused(
    tmp_path: Path, seed_folders: tuple[Path, Path], line: dict[str, Any]
) -> None:
    other = write_lines(tmp_path / "other.jsonl", [{**line, "article_id": "elsewhere"}])
    with pytest.raises(InputError, match=r"none of its article ids is in the gold, e\.g\. 'elsewhere' against '001_"):
        run_evaluate(*seed_folders, other)
    moved = [[start + 1, end + 1] for start, end in line["content_spans"]]
    shifted = write_lines(tmp_path / "shifted.jsonl", [{**line, "content_spans": moved}])
    with pytest.raises(InputError, match="has a content that is not the gold text at its spans"):
        run_evaluate(*seed_folders, shifted)


def _shown(report_tables: list[Any], width: int) -> list[str]:
    stream = io.StringIO()
    console = Console(file=stream, width=width, no_color=True)
    for table in report_tables:
        console.print(table)
    return stream.getvalue().splitlines()


def test_tables_fit_80_columns_with_every_kind_on_one_line(seed_gold: list[GoldDocument]) -> None:
    # Half of the predictions, so that most scores and intervals have all their digits.
    predicted = {document.id: repeat_gold(document)[::2] for document in seed_gold}
    report = score([replace(document, id=document.id) for document in seed_gold], predicted)
    lines = _shown(render_tables(report), 80)
    assert "…" not in "".join(lines)
    content = lines[:8]
    assert content[0].startswith("Content (F1)")
    assert content[1].split() == ["kind", "gold", "found", "exact", "relaxed", "characters", "words"]
    assert [row.split()[0] for row in content[3:]] == ["all", "direct+mixed", "direct", "mixed", "indirect"]
    assert content[3].split()[1] == "41"


def test_tables_leave_out_stances_that_nobody_predicted(seed_gold: list[GoldDocument]) -> None:
    def titles(predicted: dict[str, list[Attribution]]) -> list[str]:
        return [str(table.title) for table in render_tables(score(seed_gold, predicted, resamples=0))]

    full = {document.id: repeat_gold(document) for document in seed_gold}
    bare = {key: [replace(a, stances=()) for a in found] for key, found in full.items()}
    assert "Stance" in titles(full)
    assert "Stance" not in titles(bare)
    unlabelled = [replace(d, attributions=tuple(replace(a, speaker=None) for a in d.attributions)) for d in seed_gold]
    assert not any("peaker" in str(t.title) for t in render_tables(score(unlabelled, bare, resamples=0)))


def test_gold_that_keeps_its_complementisers_is_met_by_their_conventions(seed_gold: list[GoldDocument]) -> None:
    text = "Ruiz said that rents will rise."
    start = text.index("that")
    keeping = GoldDocument("a", text, (GoldAttribution("indirect", (TextSpan(start, len(text)),)),))
    assert find_conventions(seed_gold) == "guidelines"
    assert find_conventions([keeping]) == "polnear"
    assert find_conventions([]) == "guidelines"
