"""Codebooks: what is read, what is refused and how it is told, and that terms find what they say."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_line import run
from sayso.attribution.errors import ConfigError
from sayso.cli.schema import read_schemas
from sayso.labeling.codebook import packaged_codebooks, parse_codebook, read_codebook
from sayso.labeling.codebook_check import check_examples, make_template
from sayso.labeling.terms import TermError, TermIndex, inflect, read_term, read_words

TEMPLATE = make_template("parks")


@pytest.mark.parametrize("name", ["ukraine-2021", "housing"])
def test_packaged_codebooks_read_their_own_examples_right(name: str) -> None:
    assert name in packaged_codebooks()
    assert [finding.to_json() for finding in check_examples(read_codebook(name))] == []


def test_a_new_codebook_is_valid() -> None:
    codebook = parse_codebook(TEMPLATE.encode(), place="parks.toml")
    assert (codebook.id, codebook.target_ids) == ("parks", ("first-target",))
    assert list(check_examples(codebook)) == []


@pytest.mark.parametrize(
    ("found", "put", "message"),
    [
        ("terms =", "trems =", "parks.toml:23: unknown key 'trems'; did you mean 'terms'? allowed: id, "),
        ('title = "Parks"\n', "", "parks.toml: title is missing; add it"),
        ("schema_version = 1", "schema_version = 2", "parks.toml:2: schema_version can't be 2: "),
        ("schema_version = 1", 'schema_version = "1"', "parks.toml:2: schema_version can't be '1': "),
        ('"such =a rule"', "7", "parks.toml:26: targets.0.echoes.0 can't be 7: "),
        ('"such =a rule"', '"@nobody rule"', "parks.toml:26: term '@nobody rule' refers to '@nobody', allowed: @off"),
        ('"such =a rule"', '"... rule"', "parks.toml:26: term '... rule' begins with a gap"),
        ('"such =a rule"', '"rule ..."', "parks.toml:26: term 'rule ...' ends with a gap"),
        ('"such =a rule"', '"rule? maybe"', "parks.toml:26: term 'rule? maybe': 'rule?' is no word"),
        ('"such =a rule"', '" "', "parks.toml:26: term ' ' has no word"),
        (
            "[targets.examples]",
            'only_named = { mars = "favor" }\n[targets.examples]',
            "unknown side 'mars'; allowed: *",
        ),
        ("neutral =", "neutrl =", "parks.toml:31: unknown key 'neutrl'; did you mean 'neutral'?"),
        ('id = "first-target"', 'id = "First Target"', "parks.toml:17: targets.0.id can't be 'First Target'"),
        ("[[targets]]", "[[targets", "parks.toml: not valid TOML"),
    ],
)
def test_a_mistake_is_told_with_file_line_key_and_cure(found: str, put: str, message: str) -> None:
    assert found in TEMPLATE
    with pytest.raises(ConfigError) as caught:
        parse_codebook(TEMPLATE.replace(found, put).encode(), place="parks.toml")
    assert message in str(caught.value)


def test_an_id_used_twice_is_refused() -> None:
    twice = TEMPLATE + TEMPLATE[TEMPLATE.index("[[targets]]") :]
    with pytest.raises(ConfigError, match=r"parks\.toml:\d+: target id 'first-target' is taken"):
        parse_codebook(twice.encode(), place="parks.toml")


def test_bytes_that_are_no_text_and_names_that_are_no_codebook_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not UTF-8 at byte 0"):
        parse_codebook(b"\xff\xfe", place="x.toml")
    with pytest.raises(ConfigError, match="no codebook 'nowhere'; packaged: housing, ukraine-2021"):
        read_codebook("nowhere")
    with pytest.raises(ConfigError, match="can't read the codebook"):
        read_codebook(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match=r"no target 'sanction'; did you mean 'sanctions'\?"):
        read_codebook().target("sanction")


def found(term: str, text: str, **lists: list[str]) -> list[str]:
    words = read_words(text)
    hits = TermIndex([(("t", "terms"), term)], lists).find(words)
    return [text[words[hit.first].start : words[hit.last].end] for hit in hits]


@pytest.mark.parametrize(
    ("term", "text", "expected"),
    [
        ("sanction", "Sanctions, sanctioned; the sanction’s end", ["Sanctions", "sanctioned", "sanction’s"]),
        (
            "asset ... freeze|frozen",
            "The assets of the two banks were frozen.",
            ["assets of the two banks were frozen"],
        ),
        ("asset ... freeze", "The assets are safe. Freeze the rest.", []),  # another sentence
        ("asset ... freeze", "assets " + "and so on " * 3 + "freeze", []),  # too far
        ("negotiat*", "They negotiated; negotiators left.", ["negotiated", "negotiators"]),
        ("=arms", "arms, arming", ["arms"]),
        ("@all troops", "Allied and American troops", ["American troops"]),
        ("build-up", "the build-up, the build up", ["build-up", "build up"]),
        ("U.S ... troops", "U.S. troops and US troops, not us troops", ["U.S. troops", "US troops"]),
        ("=us", "US aid for us", ["us"]),
    ],
)
def test_terms_find_their_words(term: str, text: str, expected: list[str]) -> None:
    assert found(term, text, all=["American", "allied"])[: len(expected) or None] == expected


def test_regular_forms_are_made() -> None:
    assert {"penalty", "penalties"} <= inflect("penalty")
    assert {"ship", "shipped", "shipping", "ships"} <= inflect("ship")
    assert {"escalate", "escalated", "escalating"} <= inflect("escalate")
    assert inflect("eu") == {"eu"}


@given(st.text(max_size=40))
def test_any_text_is_a_term_or_told_to_be_none(term: str) -> None:
    message = ""
    try:
        steps = read_term(term, {})
    except TermError as error:
        steps, message = (), str(error)
    assert steps or repr(term) in message


def test_finding_terms_takes_time_in_proportion_to_the_text() -> None:
    codebook = read_codebook()

    def seconds(text: str) -> float:
        # The best of three: a collection of the whole test run's garbage can fall into one of them.
        best = math.inf
        for _ in range(3):
            start = time.process_time()
            for _ in codebook.index.find(read_words(text)):
                pass
            best = min(best, time.process_time() - start)
        return best

    for unit in ("Russian troops ", "if ", "NATO expands. ", "U.S. ", "border’s "):
        assert seconds(unit * 8000) < 0.2 + 16 * seconds(unit * 1000)


def test_check_and_new_from_the_command_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "parks.toml"
    assert run(monkeypatch, "codebook", "new", "parks.toml", "--dry-run").code == 0
    assert not path.exists()
    assert run(monkeypatch, "codebook", "new", "parks.toml").code == 0
    assert run(monkeypatch, "codebook", "new", "parks.toml").code == 5
    assert run(monkeypatch, "codebook", "new", "No Name.txt").code == 2
    result = run(monkeypatch, "codebook", "check", "parks.toml", "--json")
    jsonschema.validate(json.loads(result.out), read_schemas()["codebook-check"])
    path.write_text(path.read_text("utf-8").replace("Bikes have", "Dogs have"), encoding="utf-8")
    result = run(monkeypatch, "codebook", "check", "parks.toml")
    assert result.code == 1
    assert "“Dogs have no place among playing children.” is not raised by any of its terms; add a term" in result.out
    path.write_text(path.read_text("utf-8").replace("echoes", "echos"), encoding="utf-8")
    result = run(monkeypatch, "codebook", "check", "parks.toml")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("sayso: parks.toml:26: unknown key 'echos'; did you mean 'echoes'?")


def test_families_are_expanded_for_a_codebook_of_ones_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    Path("parks.toml").write_text(TEMPLATE, encoding="utf-8")
    family = {"id": "for-1", "text": "[Bikes|Cyclists] belong in the park.", "stances": {"first-target": "favor"}}
    Path("f.jsonl").write_text(json.dumps(family) + "\n", encoding="utf-8")
    args = ("codebook", "expand", "f.jsonl", "-o", "s.jsonl", "--codebook", "parks.toml")
    result = run(monkeypatch, *args, "--json")
    jsonschema.validate(json.loads(result.out), read_schemas()["codebook-expand"])
    rows = [json.loads(line) for line in Path("s.jsonl").read_text(encoding="utf-8").splitlines()]
    assert sorted(row["text"] for row in rows) == ["Bikes belong in the park.", "Cyclists belong in the park."]
    assert len({row["split"] for row in rows}) == 1
    Path("f.jsonl").write_text(json.dumps({**family, "stances": {"second": "favor"}}) + "\n", encoding="utf-8")
    result = run(monkeypatch, *args)
    assert result.code == 3
    assert "f.jsonl:1: unknown target 'second'; codebook parks has: first-target" in result.err
