"""The figures of docs/benchmarks.md that come from files, and the benchmark beside spaCy."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

REPOSITORY = Path(__file__).resolve().parent.parent
SVG = "{http://www.w3.org/2000/svg}"


def load(path: str) -> ModuleType:
    """Return a script of the repository as a module."""
    name = Path(path).stem
    spec = importlib.util.spec_from_file_location(name, REPOSITORY / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


maker = load("docs/make_tagger_figures.py")
bench = load("benchmarks/compare_spacy.py")


@pytest.fixture
def figures() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((REPOSITORY / "models/attribution-en/metrics.json").read_text(encoding="utf-8"))
    return found


def test_the_tables_of_the_tagger_are_those_of_its_metrics(figures: dict[str, Any]) -> None:
    page = (REPOSITORY / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert maker.fill(page, figures) == page, "run `python docs/make_tagger_figures.py` and read the diff"


def test_the_picture_of_its_confidence_is_that_of_its_metrics(figures: dict[str, Any]) -> None:
    picture = (REPOSITORY / "docs" / "images" / "tagger-reliability.svg").read_text(encoding="utf-8")
    assert maker.draw(figures["calibration"]) == picture, "run `python docs/make_tagger_figures.py`"


def test_the_picture_shows_each_bin_where_it_is() -> None:
    drawn = maker.draw({"expected_error": 0.05, "bins": [[0.25, 0.2, 10], [0.95, 1.0, 40]]})
    picture = ElementTree.fromstring(drawn)
    dots = [(float(dot.attrib["cx"]), float(dot.attrib["cy"])) for dot in picture.iter(f"{SVG}circle")]
    assert dots == [
        (maker.LEFT + 0.25 * maker.SIDE, maker.TOP + 0.8 * maker.SIDE),
        (maker.LEFT + 0.95 * maker.SIDE, maker.TOP),
    ]
    assert {"10", "40"} <= {text.text for text in picture.iter(f"{SVG}text")}
    assert ".050" in (picture.findtext(f"{SVG}title") or "")


@given(right=st.integers(0, 500), wrong=st.integers(0, 500))
def test_an_interval_holds_its_share(right: int, wrong: int) -> None:
    n = right + wrong
    if n:
        low, high = maker.interval(right / n, n)
        assert 0 <= low <= right / n + 1e-9
        assert right / n - 1e-9 <= high <= 1


def test_a_system_measured_later_gets_its_rows(figures: dict[str, Any]) -> None:
    figures["scores"]["second_pass"] = figures["scores"]["both"]
    rows = [line for line in maker.render(figures).splitlines() if line.startswith("| second pass |")]
    assert len(rows) == 5


def test_what_the_conventions_cost_is_said_as_measured(figures: dict[str, Any]) -> None:
    figures["scores"].pop("ours", None)
    assert "costs\nrules and model cue, source and triple" in maker.render(figures)
    figures["scores"]["ours"] = figures["scores"]["both"]
    text = maker.render(figures)
    assert "| rules and model, our conventions | indirect |" in text
    assert "follow the corpus here" in text


def test_a_score_without_a_value_is_a_dash(figures: dict[str, Any]) -> None:
    figures["scores"]["rules"]["direct"]["exact"] = [None, None, None]
    row = next(line for line in maker.render(figures).splitlines() if line.startswith("| rules alone | direct |"))
    assert re.match(r"\| rules alone \| direct \| 371 \| \d+ \| – \| \.\d{3} \|", row)


def test_a_page_without_its_marks_is_refused(figures: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"benchmarks\.md has 0 parts"):
        maker.fill("# Benchmarks\n", figures)


# ------------------------------------------------------------------------------------------------------ beside spaCy


def test_the_sentences_for_spacy_have_known_labels() -> None:
    marked = bench.read_sentences()
    assert set(marked["tags"]) <= set(bench.TAGS)
    assert set(marked["deps"]) <= set(bench.DEPENDENCIES)
    assert {label[2:] for label in marked["entities"]} - {""} <= set(bench.ENTITIES)
    assert all(0 <= head < len(marked["words"]) for head in marked["heads"])
    assert marked["deps"].count("ROOT") == len(bench.SENTENCES)


def test_the_corpus_has_at_least_the_words_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    count, words = bench.write_corpus(["Rents will rise.", "Nobody builds."], path, 12)
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [record["id"] for record in records] == [f"copy-{n}" for n in range(count)]
    assert len({record["text"] for record in records}) == count
    assert sum(len(record["text"].split()) for record in records) == words
    assert 12 <= words < 12 + 5


def test_speed_is_compared_within_each_round() -> None:
    spacy = [bench.Run(1.0, 0.5, 0.4, 300), bench.Run(4.0, 0.5, 0.4, 300), bench.Run(1.0, 0.5, 0.4, 300)]
    ours = [bench.Run(0.5, 0.2, 0.1, 200), bench.Run(2.0, 0.2, 0.1, 200), bench.Run(2.0, 0.4, 0.3, 250)]
    assert bench.describe(ours, spacy, 1_000) == (
        "500 words per CPU-second (500-2,000), 2.00 x spaCy (0.50-2.00), "
        "first answer 0.20 s after imports (0.10 CPU-seconds), peak 200 MB"
    )
