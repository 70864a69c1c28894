"""Confidence: measured rates, combined and shrunk; what is not measured falls back to what is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.attribution.confidence import Rates, context_key, read_rates, source_class
from sayso.attribution.errors import LexiconError


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        (None, "none"),
        ("", "none"),
        ("he", "pronoun"),
        ("She", "pronoun"),
        ("it", "thing"),
        ("This plan", "thing"),
        ("Ana Ruiz", "name"),
        ("the mayor of Lima", "name"),
        ("The mayor", "noun"),
        ("A senior official", "noun"),
        ("officials", "noun"),
        ("40 percent", "noun"),
        ("63", "noun"),
    ],
)
def test_sources_fall_into_classes(source: str | None, kind: str) -> None:
    assert source_class(source) == kind


def test_the_context_says_source_quotation_and_nesting() -> None:
    assert context_key("he", quoted=False, nested=False) == "pronoun"
    assert context_key("Ana Ruiz", quoted=True, nested=False) == "name+quoted"
    assert context_key(None, quoted=True, nested=True) == "none+quoted+nested"


def rates(**changes: Any) -> Rates:
    groups: dict[str, Any] = {
        "base": (1000, 500),
        "patterns": {"frame.that": (200, 180)},
        "contexts": {"name": (300, 200), "none": (100, 10)},
        "pattern_contexts": {("frame.that", "name"): (100, 95)},
        "cues": {"cue.say": (400, 380), "cue.ring": (400, 4)},
        "pairs": {("cue.say", "frame.that"): (150, 148)},
    }
    return Rates(**(groups | changes))


def test_nothing_known_gives_the_base_rate() -> None:
    assert rates().confidence("cue.new", "frame.new", "new") == pytest.approx(0.5)


def test_evidence_moves_confidence_its_way() -> None:
    measured = rates()
    plain = measured.confidence("cue.new", "frame.that", "new")
    assert plain > 0.5
    assert measured.confidence("cue.say", "frame.that", "name") > plain
    assert measured.confidence("cue.ring", "frame.that", "new") < plain
    assert measured.confidence("cue.new", "frame.that", "none") < plain


def test_a_few_findings_weigh_less_than_many() -> None:
    few = rates(cues={"cue.say": (2, 2)}, pairs={}).confidence("cue.say", "frame.that", "name")
    many = rates(cues={"cue.say": (200, 200)}, pairs={}).confidence("cue.say", "frame.that", "name")
    assert few < many


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_any_finding_has_a_probability(cue: str, pattern: str, context: str) -> None:
    assert 0 < rates().confidence(cue, pattern, context) < 1


def test_the_shipped_rates_are_read_once_and_tell_strong_from_weak() -> None:
    shipped = read_rates()
    assert shipped is read_rates()
    strong = shipped.confidence("cue.say", "inverted position.trailing", "name+quoted")
    weak = shipped.confidence("cue.threaten", "frame.np", "noun")
    assert strong > 0.9
    assert weak < 0.5


def write_rates(path: Path, *lines: dict[str, Any] | str) -> Path:
    path.write_text("".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines), encoding="utf-8")
    return path


BASE = {"group": "base", "n": 10, "right": 5}


def test_own_rates_are_read(tmp_path: Path) -> None:
    path = write_rates(
        tmp_path / "rates.jsonl",
        BASE,
        {"group": "cue", "key": "cue.say", "n": 4, "right": 4},
        {"group": "pair", "key": ["cue.say", "frame.that"], "n": 3, "right": 3},
    )
    own = read_rates(path)
    assert own.base == (10, 5)
    assert own.cues == {"cue.say": (4, 4)}
    assert own.pairs == {("cue.say", "frame.that"): (3, 3)}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not a rate"),
        ("[]", "not a rate"),
        ({"group": "cue", "key": "cue.say", "n": 4}, "not a rate"),
        ({"group": "cue", "key": "cue.say", "n": "many", "right": 1}, "not a rate"),
        ({"group": "pair", "key": ["cue.say"], "n": 4, "right": 4}, "not a rate"),
        ({"group": "cue", "key": "cue.say", "n": 4, "right": 5}, "right must lie between 0 and n, got 5 of 4"),
        ({"group": "cue", "key": "cue.say", "n": 4, "right": -1}, "right must lie between"),
        ({"group": "verb", "key": "cue.say", "n": 4, "right": 4}, "unknown group 'verb'; allowed: base, pattern"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: dict[str, Any] | str, message: str) -> None:
    path = write_rates(tmp_path / "rates.jsonl", BASE, line)
    with pytest.raises(LexiconError, match=r"rates\.jsonl:2") as error:
        read_rates(path)
    assert message in str(error.value)


@pytest.mark.parametrize("lines", [[], [{"group": "base", "n": 0, "right": 0}]], ids=["empty", "no-findings"])
def test_rates_without_a_base_are_refused(tmp_path: Path, lines: list[dict[str, Any]]) -> None:
    with pytest.raises(LexiconError, match="base rate is missing"):
        read_rates(write_rates(tmp_path / "rates.jsonl", *lines))
