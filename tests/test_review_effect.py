"""What reviews change in a build: decided answers win, survive rebuilds, and are listed where their text is gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from building import QuoteFinder, make_record, tree_bytes, write_articles
from sayso.attribution.errors import InputError
from sayso.attribution.types import TextSpan
from sayso.build import build
from sayso.labeling.review_items import Changes, Decision, ReviewItem, SpeakerAnswer, StanceAnswer
from sayso.labeling.review_log import ReviewLog
from sayso.review import read_items, review_folder

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """A built folder of three articles, one quotation each, with a stance."""
    write_articles(tmp_path / "in.jsonl", [make_record(number) for number in range(3)])
    rebuild(tmp_path)
    return tmp_path / "out"


def rebuild(folder: Path) -> Any:
    return build([folder / "in.jsonl"], folder / "out", attributor=QuoteFinder(stances=True))


def decide(
    dataset: Path, name: str, answers: Callable[[list[ReviewItem]], list[tuple[ReviewItem, Decision]]], *, late: int = 0
) -> None:
    items = list(read_items(dataset, ("rents", "parks")))
    with ReviewLog(review_folder(dataset), name, clock=lambda: NOON + timedelta(hours=late)) as log:
        for item, decision in answers(items):
            log.decide(item.ref(), decision, seen=True)


def rows(dataset: Path, config: str) -> list[dict[str, Any]]:
    paths = sorted((dataset / "data" / config).glob("*.parquet"))
    return [row for path in paths for row in pq.read_table(path).to_pylist()]


def stance(label: str | None) -> Decision:
    return Decision("accept", Changes(stances=(StanceAnswer("rents", label),)))  # type: ignore[arg-type]


def test_decided_answers_win_with_a_pseudonym_on_them(dataset: Path, tmp_path: Path) -> None:
    def answers(items: list[ReviewItem]) -> list[tuple[ReviewItem, Decision]]:
        whole = items[1].attribution.content_spans[0]
        edges = Changes(
            content=(TextSpan(whole.start + 1, whole.end - 2),),
            speaker=SpeakerAnswer("Zoe Park", "person"),
            stances=(StanceAnswer("parks", "favor"),),
        )
        return [(items[0], Decision("reject")), (items[1], Decision("accept", edges))]

    decide(dataset, "Ana Secret", answers)
    summary = rebuild(tmp_path)
    found = rows(dataset, "attributions")
    assert (summary.attributions, summary.reviewed, summary.unused_decisions) == (2, 1, 0)
    assert [row["origin"] for row in found] == ["human:A1", "rule:marks"]
    assert (found[0]["speaker_name"], found[0]["confidence"]) == ("Zoe Park", 1.0)
    assert {(s["target"], s["label"], s["origin"]) for s in found[0]["stances"]} == {
        ("rents", "against", "human:A1"),
        ("parks", "favor", "human:A1"),
    }
    assert any(code.startswith("based-on:a_") for code in found[0]["why"])
    texts = {row["id"]: row["text"] for row in pq.read_table(dataset / "local" / "articles.parquet").to_pylist()}
    assert all(texts[r["article_id"]][slice(*r["content_spans"][0])] == r["content"] for r in found)
    annotations = rows(dataset, "annotations")
    assert {row["annotator"] for row in annotations} == {"A1"}
    assert {row["attribution_id"] for row in annotations} > {found[0]["id"]}
    assert {(r["question"], r["answer"]) for r in annotations} >= {("attribution", "no"), ("speaker", "zoe-park")}
    published = b"".join(
        data for name, data in tree_bytes(dataset).items() if not name.startswith(("review/", "local/"))
    )
    assert b"Secret" not in published


def test_a_rebuild_changes_nothing_and_the_next_reviewer_sees_the_first_suggestion(
    dataset: Path, tmp_path: Path
) -> None:
    suggested = [item.attribution for item in read_items(dataset, ())]
    decide(dataset, "Ana", lambda items: [(items[0], stance("favor")), (items[1], Decision("reject"))])
    rebuild(tmp_path)
    first = tree_bytes(dataset)
    assert [item.attribution for item in read_items(dataset, ())] == suggested
    rebuild(tmp_path)
    assert tree_bytes(dataset) == first


def test_two_who_differ_leave_a_tie_that_is_listed_until_it_is_adjudicated(dataset: Path, tmp_path: Path) -> None:
    decide(dataset, "Zoe", lambda items: [(items[0], stance("favor")), (items[1], stance("favor"))])
    decide(dataset, "Ana", lambda items: [(items[0], stance("neutral")), (items[1], stance("favor"))], late=1)
    summary = rebuild(tmp_path)
    assert summary.ties == 1
    labels = [(s["label"], s["origin"]) for row in rows(dataset, "attributions")[:2] for s in row["stances"]]
    assert labels == [("unclear", "human:A1+A2"), ("favor", "human:A1+A2")]
    (note,) = (dataset / "local" / "review-notes.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(note)["question"] == "stance:rents"
    items = list(read_items(dataset, ("rents",)))
    with ReviewLog(review_folder(dataset), "Ana", role="adjudicator", clock=lambda: NOON) as log:
        settle = Decision("edit", Changes(stances=(StanceAnswer("rents", "neutral"),)))
        log.decide(items[0].ref(), settle, seen=True)
    assert rebuild(tmp_path).ties == 0
    first = rows(dataset, "attributions")[0]["stances"][0]
    assert (first["label"], first["origin"]) == ("neutral", "human:A2+J1")
    assert not (dataset / "local" / "review-notes.jsonl").exists()


def test_decisions_about_changed_text_are_listed(dataset: Path, tmp_path: Path) -> None:
    decide(dataset, "Ana", lambda items: [(item, stance("favor")) for item in items])
    changed = make_record(1)
    changed["text"] = changed["text"].replace("report", "yearly report")
    write_articles(tmp_path / "in.jsonl", [make_record(0), changed])
    summary = rebuild(tmp_path)
    assert (summary.reviewed, summary.unused_decisions) == (1, 2)
    notes = [json.loads(line) for line in (dataset / "local" / "review-notes.jsonl").read_text().splitlines()]
    assert [(note["article_id"], note["reason"]) for note in notes] == [("n1", "text changed"), ("n2", "article gone")]
    assert rows(dataset, "attributions")[1]["origin"] == "rule:marks"


class Shorter(QuoteFinder):
    """Finds the same quotations without their marks, with another opinion on speaker and stance; misses the third."""

    version = "shorter"

    def pipe(self, articles: Any) -> Any:
        for article, found in super().pipe(articles):
            made = []
            for one in found if article.id != "n2" else []:
                whole = one.content_spans[0]
                from sayso.attribution.types import make_attribution

                made.append(
                    make_attribution(
                        article.text,
                        article_id=article.id,
                        text_sha256=article.text_sha256,
                        kind="mixed",
                        content=[TextSpan(whole.start + 3, whole.end - 3)],
                        confidence=0.4,
                        origin="rule:other",
                    )
                )
            yield article, made


def test_what_was_accepted_stays_when_the_next_version_finds_it_otherwise(dataset: Path, tmp_path: Path) -> None:
    before = [item.attribution for item in read_items(dataset, ())]
    decide(dataset, "Ana", lambda items: [(item, Decision("accept")) for item in items])
    summary = build([tmp_path / "in.jsonl"], dataset, attributor=Shorter())
    found = rows(dataset, "attributions")
    assert summary.reviewed == 3
    assert [row["id"] for row in found] == [one.id for one in before]
    assert [(row["kind"], row["speaker_name"]) for row in found] == [
        (one.kind, one.speaker.name if one.speaker else None) for one in before
    ]
    assert [row["stances"][0]["label"] for row in found] == ["against"] * 3


def test_a_damaged_log_stops_the_build_and_leaves_the_folder(dataset: Path, tmp_path: Path) -> None:
    decide(dataset, "Ana", lambda items: [(items[0], Decision("reject")), (items[1], Decision("reject"))])
    (path,) = review_folder(dataset).glob("by-*.jsonl")
    path.write_bytes(path.read_bytes().replace(b'"reject"', b'"accept"', 1))
    before = tree_bytes(dataset)
    with pytest.raises(InputError, match=f"{path.name}:2: the line's hash"):
        rebuild(tmp_path)
    assert tree_bytes(dataset) == before


def test_labelling_anew_leaves_what_people_decided_since_the_build(dataset: Path, tmp_path: Path) -> None:
    from sayso.stance_labels import label_folder, load_labeler

    book = "housing"
    targets = load_labeler(book, model="majority").codebook.target_ids
    items = list(read_items(dataset, targets))
    with ReviewLog(review_folder(dataset), "Ana", clock=lambda: NOON) as log:
        changes = Changes(stances=(StanceAnswer(targets[0], "favor"), StanceAnswer("rents", None)))
        log.decide(items[0].ref(), Decision("accept", changes), seen=True)
    label_folder(dataset, load_labeler(book, model="majority"))
    first = rows(dataset, "attributions")[0]
    assert (targets[0], "favor", "human:A1") in {(s["target"], s["label"], s["origin"]) for s in first["stances"]}
    assert "rents" not in {s["target"] for s in first["stances"]}


def test_training_reads_what_people_decided_since_the_build(dataset: Path) -> None:
    from sayso.labeling.codebook import read_codebook
    from sayso.stance_training import read_labelled

    book = read_codebook("housing")
    items = list(read_items(dataset, ()))
    with ReviewLog(review_folder(dataset), "Ana", clock=lambda: NOON) as log:
        answers = (StanceAnswer(book.target_ids[0], "favor"), StanceAnswer("rents", None))
        log.decide(items[0].ref(), Decision("accept", Changes(stances=answers)), seen=True)
    pairs, _ = read_labelled(dataset, book)
    assert [(pair.target, pair.label, pair.origin) for pair in pairs] == [(book.target_ids[0], "favor", "human:A1")]
