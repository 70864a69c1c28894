"""Site furniture is masked, reporting never is."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.attribution import boilerplate
from sayso.attribution.boilerplate import (
    BoilerplateRule,
    default_rules,
    find_boilerplate,
    mask_boilerplate,
    read_boilerplate_rules,
)
from sayso.attribution.errors import LexiconError

SEEDS = Path(__file__).parent.parent / "seeds"
RULES = default_rules()


def masked(text: str) -> list[str]:
    return [text[mask.start : mask.end] for mask in find_boilerplate(text)]


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.id)
def test_each_rule_masks_its_yes_and_spares_its_no(rule: BoilerplateRule) -> None:
    assert rule.id in {mask.rule_id for mask in mask_boilerplate(rule.yes, RULES)}
    assert mask_boilerplate(rule.no, RULES) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("000", [" date 2021-12-07 ", " — Photo: Shamil Zhumatov/Reuters"]),
        (
            "001",
            [
                "READ\xa0 Belarusian athlete under the auspices of the Olympic authorities after the airport accident",
                "# Open press",
                "No news is bad news",
                "magazine support",
                "for you contributions You’ll help us keep delivering the stories that matter to you",
                "Support us now",
                "READ\xa0 Edwin Potts prepared for a raft of resignations as the DUP collapsed",
                "© – Agence France-Presse, 2021",
                "Deja una respuesta",
                "Tu dirección de correo electrónico no será publicada. Los campos obligatorios están marcados con *",
            ],
        ),
        ("003", ["."]),
        ("004", [".", "source site"]),
    ],
)
def test_seed_articles_lose_their_furniture_and_nothing_else(name: str, expected: list[str]) -> None:
    (path,) = (SEEDS / "articles").glob(f"{name}_*.txt")
    assert masked(path.read_bytes().decode()) == expected


def test_seed_captions_stay_and_their_credits_go() -> None:
    (path,) = (SEEDS / "articles").glob("002_*.txt")
    found = masked(path.read_bytes().decode())
    assert [piece[:30] for piece in found] == [
        "Anadolu Agency | Getty Images",
        "The White House via Reuters",
        "Disclaimer! NewsConcerns is an",
        "Christi C. Elwood",
    ]


@pytest.mark.parametrize("gold", sorted((SEEDS / "gold").glob("*.json")), ids=lambda path: path.stem[:3])
def test_no_gold_attribution_is_masked(gold: Path) -> None:
    text = (SEEDS / "articles" / f"{gold.stem}.txt").read_bytes().decode()
    masks = find_boilerplate(text)
    for attribution in json.loads(gold.read_text(encoding="utf-8"))["attributions"]:
        for start, end in attribution["content"] + attribution["cue"] + attribution["source"]:
            assert not [mask for mask in masks if mask.start < end and start < mask.end], text[start:end]


@pytest.mark.parametrize(
    "line",
    [
        "Register to vote by e-mail, the minister told citizens.",
        "Reuters reported that the talks had failed.",
        "Support the government or resign, Ruiz told her party.",
        "Follow the money, prosecutors say on Twitter.",
        "Photo: The minister says rents will rise.",
        "Source: the minister announced it.",
        "Make a contribution to peace",
        "Become a member of the alliance",
        "Loading weapons near the border",
        "Image is everything, the adviser said.",
        "Comments by the minister angered the harbour.",
        "“We will support our allies,” Ruiz said.",
        "Privacy policy of the union is under attack",
        "Close ties with the harbour",
        "VELL (Reuters) – Rents rose.",
        "Published in Vell on 7 December 2021, the letter demands guarantees.",
    ],
)
def test_lines_that_only_look_like_furniture_stay(line: str) -> None:
    assert masked(f"Rents will rise in the harbour town.\n\n{line}\n\nThe story went on from there.") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A caption, 2014. (TOM LEE/AFP/Getty Images)", [" (TOM LEE/AFP/Getty Images)"]),
        ("Rents rose.\r\nREAD MORE: The harbour\r\nThen they fell.", ["READ MORE: The harbour"]),
        (
            "İİİ rents rose. (Reporting by Ana Ruiz; Editing by Tom Lee)",
            [" (Reporting by Ana Ruiz; Editing by Tom Lee)"],
        ),
        ("", []),
        (" \n\t\n", []),
        ("Twitter", ["Twitter"]),
    ],
    ids=["credit", "crlf", "lengthening-lower-case", "empty", "blank", "only-furniture"],
)
def test_masks_sit_exactly_on_their_words(text: str, expected: list[str]) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "red"}, r"x\.jsonl:1: unknown key 'colour'; allowed: id, scope"),
        ({"scope": "page"}, "unknown scope 'page'; allowed: line, part"),
        ({"yes": None}, "'yes' must be a string"),
        ({"pattern": "("}, "pattern does not compile"),
        ({"near": []}, "'near' is needed"),
        ({"near": ["Photo"]}, "must be lower case"),
        ({"phrases": ["more"]}, "either 'pattern' or 'phrases'"),
        ({"max_length": True}, "'max_length' must be a whole number from 0 to 2000"),
        ({"headlines": 1}, "'headlines' must be true or false"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_line(change: dict[str, object], message: str) -> None:
    good = {
        "id": "a",
        "scope": "line",
        "pattern": "More",
        "near": ["more"],
        "yes": "More",
        "no": "Less",
        "since": "0.1",
    }
    assert len(read_boilerplate_rules([json.dumps(good)], name="x.jsonl").rules) == 1
    with pytest.raises(LexiconError, match=message):
        read_boilerplate_rules([json.dumps(good | change)], name="x.jsonl")
    with pytest.raises(LexiconError, match=r"x\.jsonl:2: the id 'a' is taken"):
        read_boilerplate_rules([json.dumps(good)] * 2, name="x.jsonl")
    with pytest.raises(LexiconError, match=r"x\.jsonl:1: not JSON"):
        read_boilerplate_rules(["{"], name="x.jsonl")


FURNITURE = st.sampled_from([rule.yes for rule in RULES.rules] + [rule.no for rule in RULES.rules])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(FURNITURE, st.text(max_size=60)), max_size=8), st.sampled_from(["\n", "\r\n", "\n\n", " "]))
def test_masks_are_ordered_apart_and_inside_whatever_the_text(pieces: list[str], joint: str) -> None:
    text = joint.join(pieces)
    end = 0
    for mask in find_boilerplate(text):
        assert end <= mask.start < mask.end <= len(text)
        end = mask.end
    assert find_boilerplate(text) == mask_boilerplate(text, RULES)


ATTACKS = ("a", " ", "-", "Ana ", "photo: A", "share ", "(reporting by A", "read more ", "© ", "Home | ", "@a ", "A. ")


@pytest.mark.parametrize("unit", ATTACKS)
@pytest.mark.parametrize("joint", ["", "\n"], ids=["one-line", "lines"])
def test_masking_time_is_linear(unit: str, joint: str) -> None:
    times = []
    for size in (1_000, 10_000, 100_000):
        text = joint.join([unit * 20] * (size // (20 * len(unit)) + 1))
        start = time.process_time()
        mask_boilerplate(text, RULES)
        times.append(time.process_time() - start)
    # Ten times the text may take ten times as long, and as much again for noise.
    assert times[2] < 20 * times[1] + 0.05, times


@pytest.mark.parametrize("unit", ATTACKS)
def test_each_pattern_is_quick_on_the_longest_stretch_it_may_see(unit: str) -> None:
    own = [value for value in vars(boilerplate).values() if isinstance(value, re.Pattern)]
    for rule in RULES.rules:
        if rule.pattern is None:
            continue
        size = boilerplate.REACH_BEFORE + boilerplate.REACH_BEHIND if rule.scope == "part" else rule.max_length
        text = (unit * size)[:size]
        start = time.process_time()
        (rule.pattern.search if rule.scope == "part" else rule.pattern.fullmatch)(text)
        assert time.process_time() - start < 0.05, rule.id
    for pattern in own:
        start = time.process_time()
        for _ in pattern.finditer(unit * (100_000 // len(unit))):
            pass
        assert time.process_time() - start < 0.5, pattern.pattern
