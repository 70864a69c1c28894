"""One id for a person over articles: middle initials come and go, everything else keeps people apart."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from sayso.attribution.identities import Identities
from sayso.attribution.names import slug
from sayso.attribution.registry import default_registry
from sayso.attribution.types import Attribution, Speaker, TextSpan, make_attribution, text_hash
from sayso.build import build


def spoken_by(name: str, own_id: str | None = None) -> Attribution:
    text = "Rents will rise, it was said."
    found = make_attribution(
        text,
        article_id="a",
        text_sha256=text_hash(text),
        kind="indirect",
        content=[TextSpan(0, 15)],
        cue=[],
        source=[],
        confidence=1.0,
        origin="rule:test",
    )
    return found.with_speaker(Speaker(own_id or slug(name), name, "person", "name", 0.9), "speaker.name")


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["James Hale", "James Q. Hale"], {"james-q-hale": "james-hale"}),
        (["James Q. Hale", "James Hale", "James Q Hale"], {"james-q-hale": "james-hale"}),
        (["James Hale", "James Q. Hale", "James R. Hale"], {}),  # two people, and nobody knows which one is the third
        (["James Hale Jr.", "James Hale"], {}),  # father and son
        (["Mary Ann Hale", "Mary Hale"], {}),
        (["J. Hale", "James Hale"], {}),
        (["Hale", "James Hale"], {}),
        (["George W. Bush", "George H.W. Bush", "George Bush"], {}),
    ],
)
def test_a_middle_initial_makes_nobody_else(names: Sequence[str], found: dict[str, str]) -> None:
    for order in (names, names[::-1]):
        identities = Identities(default_registry())
        identities.add(map(spoken_by, order))
        assert identities.find() == found


def test_ids_of_the_registry_stay() -> None:
    identities = Identities(default_registry())
    identities.add([spoken_by("Joe Biden"), spoken_by("Joe Q. Biden")])
    assert identities.find() == {}


def test_a_dataset_has_one_id_for_a_person(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number, name in enumerate(("Ana Dorvall", "Ana Q. Dorvall")):
        text = f"Rents and floods.\n\n“Rents in the port of Lima will rise {number},” said {name}, a nurse.\n"
        (tmp_path / "in" / f"{number}.txt").write_text(text, encoding="utf-8")
    build([tmp_path / "in"], tmp_path / "out")
    lines = (tmp_path / "out" / "local" / "attributions.jsonl").read_text(encoding="utf-8").splitlines()
    speakers = [json.loads(line)["speaker"] for line in lines]
    assert [(speaker["id"], speaker["name"]) for speaker in speakers] == [
        ("ana-dorvall", "Ana Dorvall"),
        ("ana-dorvall", "Ana Q. Dorvall"),
    ]
