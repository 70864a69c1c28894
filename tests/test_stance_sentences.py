"""The packaged sentences, what expands and reads them, and which targets are found in them and in the gold."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from sayso.attribution.errors import InputError
from sayso.labeling.codebook import read_codebook
from sayso.labeling.families import (
    SENTENCE_KEYS,
    choose_split,
    expand_family,
    expand_text,
    read_families,
    read_sentences,
)
from sayso.labeling.passages import Passage, find_side
from sayso.labeling.targets import find_targets
from sayso.stance_evaluation import read_questions

BOOKS = ["ukraine-2021", "housing"]


def sentences(repository: Path, book: str) -> list[dict[str, object]]:
    path = repository / "seeds" / "stance" / f"{book}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("book", BOOKS)
def test_sentences_are_the_expansion_of_their_families(repository: Path, book: str) -> None:
    families = read_families(repository / "seeds" / "stance" / "families" / f"{book}.jsonl", read_codebook(book))
    assert len({family.id for family in families}) == len(families)
    assert [record for family in families for record in expand_family(family)] == sentences(repository, book)


@pytest.mark.parametrize("book", BOOKS)
def test_sentences_are_whole_and_no_family_is_in_two_splits(repository: Path, book: str) -> None:
    found = sentences(repository, book)
    splits = defaultdict(set)
    for record in found:
        assert tuple(record) == SENTENCE_KEYS
        assert record["synthetic"] is True
        splits[record["family"]].add(record["split"])
    assert len({record["id"] for record in found}) == len(found)
    assert all(len(used) == 1 for used in splits.values())


def test_there_are_enough_sentences_of_every_kind(repository: Path) -> None:
    found = sentences(repository, "ukraine-2021")
    assert len({record["text"] for record in found}) >= 900
    assert len({record["family"] for record in found}) >= 150
    kinds = Counter((record["target"], record["label"]) for record in found)
    assert len(kinds) == 6 * 4
    assert min(kinds.values()) >= 12
    flags = Counter(flag for record in found for flag in record["flags"])  # type: ignore[attr-defined]
    assert min(flags[flag] for flag in ("conditional", "denial", "inferred")) >= 40


def test_no_sentence_is_taken_from_the_seed_articles(repository: Path, seed_texts: dict[str, str]) -> None:
    articles = " ".join(" ".join(seed_texts.values()).lower().split())
    texts = {str(record["text"]).lower() for record in sentences(repository, "ukraine-2021")}
    assert [text for text in texts if len(text) > 30 and text in articles] == []


def test_choices_are_expanded_evenly_and_never_twice() -> None:
    readings = expand_text("[We|They] [want|need] talks [now|soon].", most=5)
    assert len(readings) == len(set(readings)) == 5
    assert {reading.split()[0] for reading in readings} == {"We", "They"}
    assert expand_text("No choice.") == ["No choice."]
    with pytest.raises(InputError, match="at most 20,000"):
        expand_text("[a|b|c|d|e|f|g|h|i|j] " * 6)


def test_splits_follow_from_the_name_alone() -> None:
    shares = Counter(choose_split(f"family-{number}") for number in range(2000))
    assert 0.55 < shares["train"] / 2000 < 0.65
    assert 0.16 < shares["test"] / 2000 < 0.24


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"target": "sanction"}, "s.jsonl:1: unknown target 'sanction'; codebook ukraine-2021 has: diplomacy, "),
        ({"label": "pro"}, "s.jsonl:1: unknown label 'pro'; allowed: favor, against, neutral, not-addressed"),
        ({"flags": ["ironic"]}, "unknown flag 'ironic'"),
        ({"split": "dev"}, "unknown split 'dev'; allowed: train, validation, test"),
        ({"txet": "x"}, "unknown key 'txet'"),
        ({"text": " "}, "'text' must be a string with something in it"),
    ],
)
def test_a_wrong_sentence_is_told_with_its_line(tmp_path: Path, change: dict[str, object], message: str) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text(json.dumps({"text": "No talks.", "target": "diplomacy", "label": "against"} | change) + "\n")
    with pytest.raises(InputError) as caught:
        read_sentences(path, read_codebook())
    assert message in str(caught.value)


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text("\n")
    with pytest.raises(InputError, match="no labelled sentence in it"):
        read_sentences(path, read_codebook())


# --- targets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "before", "side", "targets"),
    [
        ("We will impose sanctions if you attack.", "", "west", {"sanctions", "russian-military-action"}),
        ("Such measures are illegal.", "New sanctions were announced. ", "russia", {"sanctions"}),
        ("Such measures are illegal.", "The club was fined. ", "russia", set()),  # no target before
        ("It will not help.", "They spoke of sanctions. ", None, {"sanctions"}),
        ("It will not help.", "They spoke of the weather. ", None, set()),
        ("It is a red line.", "", "russia", {"nato-enlargement"}),
        ("Nobody can veto what they want.", "", "west", {"ukraine-sovereignty"}),
        (
            "They will help Ukraine to defend itself against all.",
            "",
            "west",
            {"ukraine-sovereignty", "western-military-support"},
        ),
        ("The mayor spoke to the minister.", "", None, {"diplomacy"}),
        ("The escalation must end.", "They spoke of an invasion. ", "west", {"russian-military-action"}),
        ("De-escalation must come.", "They spoke of an invasion. ", "west", {"diplomacy"}),
        ("Our troops are at home.", "", "russia", {"russian-military-action"}),
        ("Our troops are at home.", "", "west", {"western-military-support"}),
        ("The harvest was good.", "Talks on sanctions go on. ", "russia", set()),
        ("", "", None, set()),
    ],
)
def test_targets_are_found_by_words_echoes_and_pointers(
    text: str, before: str, side: str | None, targets: set[str]
) -> None:
    hits = find_targets(Passage(text, before=before, side=side), read_codebook())
    assert {hit.target for hit in hits} == targets


def test_sides_are_known_by_name() -> None:
    codebook = read_codebook()
    assert find_side(codebook, "Dmitry Peskov") == "russia"
    assert find_side(codebook, "senior US official") == "west"
    assert find_side(codebook, None, "Ukraine’s foreign minister") == "ukraine"
    assert find_side(codebook, "Ana Ruiz", None) is None


def test_targets_of_the_gold_are_found(repository: Path) -> None:
    seeds = repository / "seeds"
    codebook = read_codebook()
    _, scores = read_questions(seeds / "gold", form="gold", articles=seeds / "articles", codebook=codebook, split="all")
    assert scores is not None
    assert scores["f1"] >= 0.75


def test_an_article_on_another_topic_is_not_covered() -> None:
    codebook = read_codebook()
    assert codebook.covers("Talks about Ukraine go on.")
    assert not codebook.covers("Talks between the union and the railway go on.")
