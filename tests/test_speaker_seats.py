"""Offices by the registry and the article's date: a state's governor and senators, relatives with a known surname."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import sayso
from sayso.attribution.registry import DatedRole, Registry, RegistryEntry, default_registry
from sayso.attribution.registry_check import check_registry
from sayso.attribution.speakers import resolve_speakers

UNITED_STATES = {"id": "united-states", "name": "United States", "type": "country"}
GOVERNOR = {"role": "Ohio governor", "of": "united-states", "start": "1951-01", "end": "1959-01"}
SENATOR = {"role": "Ohio senator", "of": "united-states", "start": "1951-01-03", "end": "1963-01-03"}


def person(name: str, *roles: dict[str, str], **more: object) -> dict[str, object]:
    return {"id": name.lower().replace(" ", "-"), "name": name, "type": "person", "roles": list(roles), **more}


@pytest.fixture
def own(tmp_path: Path) -> Path:
    entries = (
        person("Zora Alder", GOVERNOR, gender="female"),
        person("Wim Hale", SENATOR, gender="male"),
        person("Ana Brook", SENATOR, gender="female"),
    )
    path = tmp_path / "own.jsonl"
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    return path


def speaker(text: str, own: Path, date: str) -> str | None:
    found = resolve_speakers(text, sayso.attribute(text), registry=Registry.read([own]), date=date)[0].speaker
    return found.name if found is not None else None


def test_a_governor_is_known_by_the_state_and_the_date(own: Path) -> None:
    text = "The harbor will close on Monday.\n\n“Rents will rise,” the Ohio governor said."
    assert speaker(text, own, "1956-09-30") == "Zora Alder"
    assert speaker(text, own, "1962-09-30") != "Zora Alder"
    assert speaker(text.replace("Ohio", "former Ohio"), own, "1956-09-30") != "Zora Alder"
    assert speaker(text.replace("Ohio", "Utah"), own, "1956-09-30") != "Zora Alder"


def test_of_two_senators_the_article_tells_which(own: Path) -> None:
    text = "Wim Hale went home on Monday. He met Ed Birch there.\n\n“Rents will rise,” the Ohio senator said."
    assert speaker(text, own, "1956-09-30") == "Wim Hale"
    assert speaker("The harbor closed.\n\n“Rents will rise,” the Ohio senator said.", own, "1956-09-30") is None


def test_several_senators_of_a_state_are_no_mistake(own: Path) -> None:
    assert check_registry(own) == []


def test_a_surname_that_means_one_person_does_so_beside_known_relatives() -> None:
    entries = [
        RegistryEntry("zora-alder", "Zora Alder", "person", gender="female", by_surname=True),
        RegistryEntry("wim-alder", "Wim Alder", "person", gender="male"),
    ]
    registry = Registry.of(entries)
    assert registry.by_surname("Alder") == entries[0]
    assert registry.by_surname("Alder", gender="female") == entries[0]
    assert registry.by_surname("Alder", gender="male") is None
    assert Registry.of(entries[1:]).by_surname("Alder") is None


def test_offices_are_those_of_the_date() -> None:
    entry = RegistryEntry(
        "zora-alder",
        "Zora Alder",
        "person",
        roles=(DatedRole("governor", "x", "2011", "2014"), DatedRole("senator", "x", "2016")),
    )
    assert entry.offices("2013-05-01") == ("governor",)
    assert entry.offices("2015") == ()
    assert entry.offices("2015", past=True) == ("governor",)
    assert entry.offices(None) == ("governor", "senator")


def test_names_that_nobody_transliterates_are_only_found_as_they_are_spelt() -> None:
    registry = default_registry()
    assert registry.fuzzy("Gary Johnston") is None
    assert registry.by_name("Gary Johnson") is not None
    assert registry.fuzzy("Sergey Lawrow") is not None


@pytest.mark.parametrize(
    ("role", "of", "date", "holder"),
    [
        ("Indiana governor", "united-states", "2016-09-30", "mike-pence"),
        ("Florida senator", "united-states", "2016-09-30", None),  # there are two
        ("FBI director", "united-states", "2016-09-30", "james-comey"),
        ("house speaker", "united-states", "2013-09-30", "john-boehner"),
        ("chancellor", "united-kingdom", "2014-09-30", "george-osborne"),
        ("prime minister", "italy", "2015-09-30", "matteo-renzi"),
        ("managing director", "international-monetary-fund", "2016-01-01", "christine-lagarde"),
    ],
)
def test_offices_of_the_years_2013_to_2024_have_their_holders(
    role: str, of: str, date: str, holder: str | None
) -> None:
    found = default_registry().holder(role, of, date)
    assert (found.id if found else None) == holder


def test_a_longer_name_is_not_cut_down_to_a_known_one() -> None:
    text = "“Rents will rise,” said Alder Watch director Ray Patrick Leahy."
    found = sayso.attribute(text)[0].speaker
    assert found is not None
    assert found.id != "patrick-leahy"
