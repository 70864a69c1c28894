"""The card: what `datasets` reads by, what the Hub lists by, and what a reader should know."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml

from building import QuoteFinder, make_record, write_articles
from sayso.build import build
from sayso.card import choose_size_class, describe_metadata, escape_markdown, make_card
from sayso.dataset import choose_columns
from sayso.shards import ShardTotals
from sayso.summary import BuildSummary, SpeakerCount

# One process for all loads: importing `datasets` takes seconds. Each case is a folder, a config, and what to expect.
LOADER = """
import json, sys
from datasets import load_dataset, get_dataset_config_names
answers = {}
for name, folder in json.loads(sys.argv[1]).items():
    try:
        found = {}
        for config in get_dataset_config_names(folder):
            splits = load_dataset(folder, config)
            found[config] = {s: [rows.num_rows, rows.features._to_yaml_list(), rows[0]] for s, rows in splits.items()}
        found["default"] = sorted(load_dataset(folder)["train"].features)
        answers[name] = found
    except Exception as error:
        answers[name] = [type(error).__name__, type(error.__cause__).__name__]
print(json.dumps(answers))
"""


def read_metadata(card: str) -> dict[str, Any]:
    found = yaml.safe_load(card.split("---\n")[1])
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders built in several ways, two of them with a card that lies."""
    place = tmp_path_factory.mktemp("cards")
    many = write_articles(place / "many.jsonl", [make_record(i) for i in range(60)])
    few = write_articles(place / "few.jsonl", [make_record(i) for i in range(3)])
    silent = write_articles(place / "silent.jsonl", [make_record(0, text="The council of Dornhaven met on Monday.")])
    build([many], place / "splits", attributor=QuoteFinder(stances=True), name="Rents: a *study*")
    build([few], place / "standoff", attributor=QuoteFinder(), text_policy="standoff")
    build([few], place / "full", attributor=QuoteFinder(), text_policy="full", license="cc-by-4.0")
    build([silent], place / "silent", attributor=QuoteFinder())
    for name, was, is_now in (
        ("wrong-count", "num_examples: 3\n", "num_examples: 4\n"),
        (
            "wrong-type",
            "- name: content_spans\n    list:\n      list: int32",
            "- name: content_spans\n    dtype: int32",
        ),
    ):
        build([few], place / name, attributor=QuoteFinder())
        card = (place / name / "README.md").read_text(encoding="utf-8")
        assert was in card
        (place / name / "README.md").write_text(card.replace(was, is_now), encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def loaded(place: Path) -> dict[str, Any]:
    folders = {path.name: str(path) for path in place.iterdir() if path.is_dir()}
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(place / ".home")}
    command = [sys.executable, "-c", LOADER, json.dumps(folders)]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    assert isinstance(answers, dict)
    return answers


@pytest.mark.parametrize("name", ["splits", "standoff", "full", "silent"])
def test_every_listed_config_loads_offline_with_the_declared_features(place, loaded, name):
    metadata = read_metadata((place / name / "README.md").read_text(encoding="utf-8"))
    listed = {info["config_name"]: info for info in metadata["dataset_info"]}
    assert set(loaded[name]) == set(listed) | {"default"}
    assert [files["config_name"] for files in metadata["configs"]] == list(listed)
    for config, info in listed.items():
        found = loaded[name][config]
        assert {split: rows for split, (rows, _, _) in found.items()} == {
            split["name"]: split["num_examples"] for split in info["splits"]
        }
        assert all(features == info["features"] for _, features, _ in found.values())
        sizes = sum(path.stat().st_size for path in (place / name / "data" / config).iterdir())
        assert info["download_size"] == sizes
        assert info["dataset_size"] == sum(split["num_bytes"] for split in info["splits"])


def test_rows_arrive_as_they_were_written(place, loaded):
    _, _, row = loaded["splits"]["attributions"]["train"]
    [start, end] = row["content_spans"][0]
    at = row["context_start"]
    assert row["context"][start - at : end - at] == row["content"]
    assert (row["speaker_type"], row["why"], row["schema_version"]) == ("person", ["marks", "name"], 1)
    assert row["stances"] == [
        {"target": "rents", "label": "against", "flags": ["denial"], "confidence": 0.7, "origin": "rule"}
    ]
    _, features, stance = loaded["splits"]["stance"]["train"]
    assert stance["label"] == 1
    [label] = [feature for feature in features if feature["name"] == "label"]
    assert list(label["dtype"]["class_label"]["names"].values()) == ["favor", "against", "neutral", "unclear"]


def test_the_default_config_is_attributions_or_the_only_one(loaded):
    assert "content_spans" in loaded["splits"]["default"]
    assert "masks" in loaded["silent"]["default"]


def test_a_card_that_lies_does_not_load(loaded):
    assert "NonMatchingSplitsSizesError" in loaded["wrong-count"]
    assert {"ArrowInvalid", "TypeError", "CastError", "ArrowNotImplementedError"} & set(loaded["wrong-type"])


def test_metadata_uses_the_hub_s_words():
    known = {
        name: json.loads((resources.files("datasets.utils.resources") / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("creators", "languages", "multilingualities", "size_categories")
    }
    totals = ShardTotals(1_500, 10, 10, ("train-00000-of-00001.parquet",))
    metadata = describe_metadata("a", [config_facts({"train": totals})], license=None)
    assert metadata["size_categories"] == ["1K<n<10K"]
    assert set(metadata["size_categories"]) <= set(known["size_categories"])
    assert set(metadata["annotations_creators"]) <= set(known["creators"]["annotations"])
    assert set(metadata["language_creators"]) <= set(known["creators"]["language"])
    assert set(metadata["language"]) <= set(known["languages"])
    assert set(metadata["multilinguality"]) <= set(known["multilingualities"])
    assert (metadata["license"], "license_name" in metadata) == ("other", True)
    assert describe_metadata("a", [config_facts({"train": totals})], license="cc0-1.0")["license"] == "cc0-1.0"
    unchecked = describe_metadata("a", [config_facts({"train": totals})], license=None, language=None)
    assert not {"language", "multilinguality"} & set(unchecked)


def test_size_classes_are_the_hub_s():
    known = json.loads((resources.files("datasets.utils.resources") / "size_categories.json").read_text())
    found = [choose_size_class(10**power) for power in range(2, 10)]
    assert found == [label for label in known if label != "unknown"][:8]


def test_every_number_of_the_card_is_computed(place):
    summary = summary_with(articles=1_234, words=56_789, attributions=4_321)
    totals = {"train": ShardTotals(4_000, 1, 1, ()), "test": ShardTotals(321, 1, 1, ())}
    card = make_card("News", summary, [config_facts(totals)], license=None)
    assert "4,321 attributions from 1,234 articles (56,789 words)" in card
    assert "| 4,000 | 321 |" in card
    assert "| Ana Ruiz | 17 |" in card
    assert "2 records could not be read" in card


def test_card_says_what_a_reader_must_know(place):
    card = (place / "splits" / "README.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", card, re.MULTILINE)
    assert headings == [
        "How it was made",
        "Columns",
        "Counts",
        "Intended and excluded use",
        "Personal data",
        "Rights",
        "Limits",
    ]
    assert "Article 9 GDPR" in card
    assert "belong to their publishers" in card
    assert "More Information Needed" not in card
    assert "OWNER/NAME" in card
    for column in choose_columns("attributions", "excerpt"):
        assert f"| `{column.name}` |" in card
    assert "no config `stance`" not in card
    assert "no config `stance`" in (place / "silent" / "README.md").read_text(encoding="utf-8")


def test_card_names_its_policy(place):
    said = {name: (place / name / "README.md").read_text(encoding="utf-8") for name in ("splits", "standoff", "full")}
    assert "not the whole texts" in said["splits"]
    assert "no quotation is included" in said["standoff"]
    assert "whole text of each article" in said["full"]
    assert "`cc-by-4.0`" in said["full"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ana | Ruiz", r"Ana \| Ruiz"),
        ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
        ("[a](javascript:b)", r"\[a\]\(javascript:b\)"),
        ("two\nlines\n## x", r"two lines \#\# x"),
        ("a\x1b[31mb\u202ec", r"a \[31mb c"),
    ],
)
def test_names_from_articles_can_not_steer_the_card(name, shown):
    assert escape_markdown(name) == shown
    card = make_card(
        name, summary_with(speaker=name), [config_facts({"train": ShardTotals(1, 1, 1, ())})], license=None
    )
    assert read_metadata(card)["pretty_name"] == name
    assert f"\n# {shown}\n" in card
    assert f"| {shown} | 17 |" in card


def test_license_can_not_add_metadata():
    card = make_card("a", summary_with(), [config_facts({"train": ShardTotals(1, 1, 1, ())})], license="x\nevil: true")
    assert "evil" not in read_metadata(card)


def config_facts(splits):
    from sayso.card import ConfigFacts

    return ConfigFacts("attributions", choose_columns("attributions", "excerpt"), splits)


def summary_with(*, speaker="Ana Ruiz", articles=1, words=1, attributions=1) -> BuildSummary:
    return BuildSummary(
        out="out",
        dry_run=False,
        text_policy="excerpt",
        articles=articles,
        words=words,
        attributions=attributions,
        kinds={"direct": 1, "indirect": 0, "mixed": 0},
        with_speaker=1,
        top_speakers=(SpeakerCount("ana-ruiz", speaker, 17),),
        stances=0,
        quarantined={"not JSON": 2},
        splits={"train": articles},
    )
