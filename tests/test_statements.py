"""`sayso speakers show`: what one speaker said in a dataset, and who a name means there."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from building import QuoteFinder, make_record, write_articles
from command_line import run
from sayso.attribution.errors import InputError
from sayso.attribution.registry import default_registry
from sayso.attribution.types import Speaker
from sayso.build import build
from sayso.cli.schema import read_schemas
from sayso.statements import SpeakerKey, choose_speaker, find_statements, list_dataset_speakers, render_statements


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    records = [make_record(i, date=None if i == 4 else f"2024-03-0{9 - i}") for i in range(6)]
    records.append(make_record(1, id="again", date="2024-04-01"))
    build([write_articles(tmp_path / "a.jsonl", records)], tmp_path / "out", attributor=QuoteFinder(stances=True))
    return tmp_path / "out"


def shown(found: object, **options: int) -> str:
    return "\n".join(line.plain for line in render_statements(found, **options))  # type: ignore[arg-type]


def test_statements_come_in_order_of_time_with_all_that_is_known(dataset: Path) -> None:
    found = find_statements(dataset, "Tom Lee")
    assert found.speaker == SpeakerKey("tom-lee", "person", "Tom Lee", 4)
    assert [row["article_id"] for row in found.rows] == ["n5", "n3", "n1", "again"]
    first = found.rows[-1]
    assert first["cluster_id"] == found.rows[2]["cluster_id"] is not None
    assert (first["kind"], first["content"], first["cue"]) == ("direct", "“Rents will rise in year 1,”", "said")
    assert first["stances"][0]["target"] == "rents"
    assert found.profile is not None
    assert (found.profile["attributions"], found.profile["clusters"], found.profile["last_date"]) == (
        4,
        1,
        "2024-04-01",
    )
    assert [row["article_id"] for row in find_statements(dataset, "ana-ruiz").rows][-1] == "n4"  # undated
    jsonschema.validate(found.to_json(), read_schemas()["speakers-show"])


def test_the_page_names_place_time_and_repetition(dataset: Path) -> None:
    text = shown(find_statements(dataset, "Lee"))
    assert text.startswith("Tom Lee (person, id tom-lee)\n4 attributions (4 direct, 0 mixed, 0 indirect) in 4 articles")
    assert "2024-03-08  Rents 1\n“Rents will rise in year 1,”\n  direct · name · 0.90 · a_" in text
    assert "repeated: q_" in text
    assert "rents: against" in text
    assert shown(find_statements(dataset, "Lee"), limit=1).rstrip().endswith("3 more")


@pytest.mark.parametrize("policy", ["excerpt", "standoff"])
def test_a_published_copy_is_read_from_its_rows(tmp_path: Path, dataset: Path, policy: str) -> None:
    local = find_statements(dataset, "Tom Lee")
    out = tmp_path / "copy"
    build([tmp_path / "a.jsonl"], out, attributor=QuoteFinder(stances=True), text_policy=policy)
    shutil.rmtree(out / "local")
    copy = find_statements(out, "Tom Lee")
    jsonschema.validate(copy.to_json(), read_schemas()["speakers-show"])
    if policy == "excerpt":
        assert copy.rows == local.rows
        assert copy.profile == local.profile
    else:
        assert [row["content"] for row in copy.rows] == [None] * 4
        assert "(text not in this copy)" in shown(copy)


def test_a_folder_without_a_dataset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no dataset"):
        find_statements(tmp_path, "Tom Lee")


ANA, RUIZ = SpeakerKey("ana-ruiz", "person", "Ana Ruiz", 9), SpeakerKey("ruiz", "person", "Ruiz", 2)
EVA = SpeakerKey("eva-ruiz", "person", "Eva Ruiz", 1)
LAND, WOMAN = SpeakerKey("georgia", "country", "Georgia", 3), SpeakerKey("georgia", "person", "Georgia", 1)
LAVROV = SpeakerKey("sergei-lavrov", "person", "Sergei Lavrov", 5)
ALL = (ANA, RUIZ, EVA, LAVROV)


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("ana-ruiz", ANA),
        ("ana ruiz", ANA),
        ("A. Ruiz", ANA),
        ("Ruiz", RUIZ),  # the one whom the articles call only so, not Ana or Eva
        ("Lawrow", LAVROV),
        ("Lavrov", LAVROV),
        ("Sergej Lawrow", LAVROV),
    ],
)
def test_a_name_means_one_speaker(name: str, chosen: SpeakerKey) -> None:
    found, _ = choose_speaker(ALL, name, registry=default_registry())
    assert found == chosen


def test_others_of_that_name_are_named_beside(dataset: Path) -> None:
    _, others = choose_speaker(ALL, "Ruiz")
    assert set(others) == {ANA, EVA}


@pytest.mark.parametrize(
    ("speakers", "name", "message"),
    [
        ((ANA, EVA), "Ruiz", "may mean Ana Ruiz"),
        ((LAND, WOMAN), "Georgia", "may mean Georgia (country, id georgia), Georgia (person"),
        (ALL, "Rui", "did you mean Ana Ruiz"),
        (ALL, "Nobody", "no speaker 'Nobody' in the dataset"),
        (ALL, "", "no speaker ''"),
        ((), "Ruiz", "no speaker 'Ruiz'"),
    ],
)
def test_a_name_of_several_or_none_is_told(speakers: tuple[SpeakerKey, ...], name: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        choose_speaker(speakers, name)
    assert message in str(error.value)


def test_ids_of_unnamed_speakers_find_them(tmp_path: Path) -> None:
    class Unnamed(QuoteFinder):
        def attribute(self, article, match):  # type: ignore[no-untyped-def]
            found = super().attribute(article, match)
            return replace(found, speaker=Speaker(f"unnamed-{article.id}-official", "official", "unnamed", "role", 0.5))

    build(
        [write_articles(tmp_path / "a.jsonl", [make_record(0), make_record(1)])], tmp_path / "out", attributor=Unnamed()
    )
    found = find_statements(tmp_path / "out", "unnamed-n1-official")
    assert (len(found.rows), found.profile) == (1, None)
    assert not (tmp_path / "out/data/speakers").exists()
    with pytest.raises(InputError, match="may mean official"):
        find_statements(tmp_path / "out", "official")


def test_hostile_names_and_texts_are_shown_harmlessly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Hostile(QuoteFinder):
        def attribute(self, article, match):  # type: ignore[no-untyped-def]
            found = super().attribute(article, match)
            return replace(found, speaker=replace(found.speaker, name="\x1b]0;OWNED\x07[red]Ana[/b]"), cue="\x9bsaid")

    record = make_record(0, title="\x1b[31mTitle\x1b[0m [/b]", publisher="\u202eevil")
    record["text"] = record["text"].replace("Rents will", "\x1b]0;OWNED\x07 Rents [/b] will")
    build([write_articles(tmp_path / "a.jsonl", [record])], tmp_path / "out", attributor=Hostile())
    assert len(list_dataset_speakers(tmp_path / "out")) == 1
    for options in ([], ["--json"]):
        result = run(monkeypatch, "speakers", "show", "ana-ruiz", tmp_path / "out", *options)
        assert result.code == 0, result.err
        assert not set("\x1b\x07\x9b\u202e") & set(result.out)
        assert "[/b]" in result.out
    missing = run(monkeypatch, "speakers", "show", "OWNED", tmp_path / "out")
    assert missing.code == 3
    assert not set("\x1b\x07") & set(missing.err)


def test_the_command_shows_and_prints_a_document(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, "speakers", "show", "Lee", dataset, "--limit", 2)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("Tom Lee (person, id tom-lee)\n")
    document = json.loads(run(monkeypatch, "speakers", "show", "Lee", dataset, "--json").out)
    jsonschema.validate(document, read_schemas()["speakers-show"])
    assert len(document["statements"]) == 4
    assert run(monkeypatch, "speakers", "show", "Kim", dataset).code == 3
