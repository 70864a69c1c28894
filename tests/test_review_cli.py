"""`agreement`, `adjudicate`, `review verify`, `export`, `import`: what they print, write and end with."""

from __future__ import annotations

import json
import os
import shutil
import socket
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from building import QuoteFinder, make_record, write_articles
from command_line import Result, run
from sayso import __version__
from sayso.attribution.gold import read_gold
from sayso.attribution.types import TextSpan
from sayso.build import build
from sayso.cli.schema import read_schemas
from sayso.doctor import check_review
from sayso.labeling.exchange import Document, choose_format, formats
from sayso.labeling.review_items import Changes, Decision, SpeakerAnswer, StanceAnswer
from sayso.labeling.review_log import ReviewLog, read_logs
from sayso.review import read_items, review_folder


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three articles; Ana and Tom answered two each, and differ on the second's stance, speaker and edges."""
    tmp_path = tmp_path_factory.mktemp("reviewed")
    write_articles(tmp_path / "in.jsonl", [make_record(number) for number in range(3)])
    build([tmp_path / "in.jsonl"], tmp_path / "out", attributor=QuoteFinder(stances=True))
    items = list(read_items(tmp_path / "out", ("rents",)))
    whole = items[1].attribution.content_spans[0]
    other = Changes(
        content=(TextSpan(whole.start, whole.end - 1),),
        speaker=SpeakerAnswer("Zoe Park", "person"),
        stances=(StanceAnswer("rents", "favor"),),
    )
    for name, changes in (("Ana", Changes()), ("Tom", other)):
        with ReviewLog(review_folder(tmp_path / "out"), name) as log:
            log.decide(items[0].ref(), Decision("accept"), seen=False)
            log.decide(items[1].ref(), Decision("accept", changes), seen=True)
            log.note(items[1].ref(), f"{name} was\x1b[31m here")
            if name == "Ana":
                log.complete(items[1].article.id, items[1].text_sha256)
    return tmp_path


@pytest.fixture
def dataset(reviewed: Path, tmp_path: Path) -> Path:
    """A copy of the reviewed dataset to write in."""
    shutil.copytree(reviewed, tmp_path, dirs_exist_ok=True)
    return tmp_path / "out"


def document_of(result: Result, name: str) -> Any:
    assert result.code == 0, result.err
    document = json.loads(result.out)
    jsonschema.validate(document, read_schemas()[name])
    return document


def test_agreement_prints_figures_and_all_of_them_as_json(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = run(monkeypatch, "agreement", dataset, "--resamples", 20)
    assert shown.code == 0
    assert shown.out.splitlines()[0] == "2 items answered by two or more of: Ana, Tom"
    assert any(line.split()[:2] == ["exists,", "blind"] for line in shown.out.splitlines())
    found = document_of(run(monkeypatch, "agreement", dataset, "--json", "--resamples", 20), "agreement")
    assert found["questions"]["all"]["exists"]["percent"]["value"] == 1
    assert found["questions"]["all"]["speaker"]["percent"]["value"] == 0
    assert found["spans"]["all"]["content"]["exact"]["value"] == 0.5


def test_adjudicate_lists_what_differs_with_notes_that_do_no_harm(
    dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = run(monkeypatch, "adjudicate", dataset)
    assert shown.code == 0
    assert shown.out.endswith("3 questions to settle\n")
    assert "\x1b" not in shown.out
    assert "Tom notes: Tom was" in shown.out
    found = document_of(run(monkeypatch, "adjudicate", dataset, "--json"), "adjudicate")
    questions = [dispute["question"] for dispute in found["disputes"]]
    assert questions == ["content", "speaker", "stance:rents"]
    assert found["disputes"][1]["answers"] == [
        {"annotator": "Ana", "answer": "tom-lee"},
        {"annotator": "Tom", "answer": "zoe-park"},
    ]


def test_settled_questions_are_kept_and_not_asked_again(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run(monkeypatch, "adjudicate", dataset, "--by", "Judge", stdin="9\n2\nq\n")
    assert first.code == 0
    assert "1 of 3 settled" in first.err
    second = run(monkeypatch, "adjudicate", dataset, "--by", "Judge", stdin="s\n1\n")
    assert "1 of 2 settled" in second.err
    assert run(monkeypatch, "adjudicate", dataset).out.endswith("1 question to settle\n")
    build([dataset.parent / "in.jsonl"], dataset, attributor=QuoteFinder(stances=True))
    logs = [log.role for log in read_logs(review_folder(dataset))]
    assert sorted(logs) == ["adjudicator", "annotator", "annotator"]


def test_agreement_tells_what_each_session_was_like(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    items = list(read_items(dataset, ("rents",)))
    with ReviewLog(review_folder(dataset), "Ana") as log:
        favor = Changes(stances=(StanceAnswer("rents", "favor"),))
        log.decide(items[1].ref(), Decision("accept", favor), seen=True, seconds=8.04)
        log.decide(items[2].ref(), Decision("reject"), seen=True, seconds=4.0)
    found = document_of(run(monkeypatch, "agreement", dataset, "--json"), "agreement")["sessions"]
    assert [{key: one[key] for key in one if key != "day"} for one in found["Ana"]] == [
        # Of the first session only what was not answered again; that one stayed blind to the stance.
        {"session": 1, "items": 1, "rejected": 0.0, "changed": 0.0, "seconds": None, "labels": {}},
        {"session": 2, "items": 2, "rejected": 0.5, "changed": 1.0, "seconds": 6.0, "labels": {"favor": 1}},
    ]
    assert len(found["Tom"]) == 1
    told = run(monkeypatch, "agreement", dataset).out
    assert [line.split()[:2] for line in told.splitlines() if line.startswith(("Ana", "Tom"))] == [
        ["Ana", "1"],
        ["Ana", "2"],
    ]
    assert "favor 100%" in told


def test_verify_finds_damage_and_ends_with_1(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "review", "verify", dataset).out == "2 of 2 logs are whole\n"
    path = sorted(review_folder(dataset).glob("by-*.jsonl"))[0]
    path.write_bytes(path.read_bytes().replace(b'"accept"', b'"reject"', 1))
    result = run(monkeypatch, "review", "verify", dataset, "--json")
    assert result.code == 1
    found = json.loads(result.out)
    jsonschema.validate(found, read_schemas()["review-verify"])
    assert [(finding["file"], finding["line"]) for finding in found["findings"]] == [(path.name, 2)]
    assert "was changed" in run(monkeypatch, "review", "verify", dataset).out
    assert run(monkeypatch, "agreement", dataset).code == 3


def test_doctor_looks_at_a_dataset_and_its_logs(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def findings(*names: str) -> list[tuple[str, str, str | None]]:
        checks = json.loads(run(monkeypatch, "doctor", dataset, "--json").out)["checks"]
        return [(c["status"], c["found"], c["cure"]) for c in checks if c["name"] in names]

    assert findings("dataset") == [("ok", f"{dataset} is as it was built; 3 articles, by Sayso {__version__}", None)]
    assert findings("review", "review log", "review lock") == [
        ("ok", "2 of 2 logs whole, each line as it was written", None)
    ]
    ana, tom = sorted(review_folder(dataset).glob("by-*.jsonl"))
    # A write cut short by a crash: the next review mends it.
    tom.write_bytes(tom.read_bytes()[:-20])
    ((status, found, cure),) = findings("review log")
    assert (status, cure) == ("note", "open the review once more; what was acknowledged is all there")
    assert "bytes at the end are no whole line" in found
    # A changed line is damage: nothing reads such a log.
    ana.write_bytes(ana.read_bytes().replace(b'"accept"', b'"reject"', 1))
    status, found, _ = findings("review log")[0]
    assert status == "problem"
    assert found.startswith(f"{ana}:2: the line's hash doesn't fit its content: it was changed; restore the file")
    result = run(monkeypatch, "doctor", dataset)
    assert result.code == 1
    assert "it was changed" in result.out


def test_doctor_tells_reviews_that_run_from_those_that_died(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locks() -> list[tuple[str, str | None]]:
        found = check_review(dataset)
        return [(check.found.split(": ", 1)[1], check.cure) for check in found if check.name == "review lock"]

    assert locks() == []
    here, process = socket.gethostname(), f"process {os.getpid()} on {socket.gethostname()}"
    with ReviewLog(review_folder(dataset), "Ana") as log:
        assert locks() == [(f"{process} has it open", None)]
        note = log.path.with_suffix(".owner")
        left = note.read_text(encoding="utf-8")
    note.write_text(left, encoding="utf-8")
    assert locks() == [(f"{process} ended without closing it", "none needed: the next review takes it over")]
    note.write_text(left.replace(here, "elsewhere"), encoding="utf-8")
    ((found, cure),) = locks()
    assert found == f"process {os.getpid()} on elsewhere opened it and has not closed it"
    assert cure == f"where that review no longer runs, delete {note}"
    assert run(monkeypatch, "doctor", dataset).code == 0, "a note surprises, and breaks nothing"


def test_doctor_says_what_is_no_dataset_or_was_edited(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (
        "is no dataset that Sayso built; give a folder that `sayso build -o` made"
        in run(monkeypatch, "doctor", tmp_path / "nowhere").out
    )
    shutil.rmtree(dataset / "local")
    assert "has no texts (a published copy)" in run(monkeypatch, "doctor", dataset).out
    (dataset / "README.md").write_text("mine", encoding="utf-8")
    result = run(monkeypatch, "doctor", dataset)
    assert result.code == 1
    assert "was edited since it was built: README.md was changed; build it again" in result.out


def test_nobody_reviewed_is_told(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in review_folder(dataset).iterdir():
        path.unlink()
    for command in ("agreement", "adjudicate"):
        result = run(monkeypatch, command, dataset)
        assert result.code == 3
        assert "nobody has reviewed" in result.err


@pytest.mark.parametrize("name", [name for name in formats() if name != "inception" or find_spec("cassis")])
def test_export_writes_every_format_and_import_reads_it(
    name: str, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, back = tmp_path / f"x{choose_format(name).suffix}", tmp_path / "back.jsonl"
    found = document_of(
        run(monkeypatch, "export", dataset, "--format", name, "-o", target, "--all", "--json"), "export"
    )
    assert (found["articles"], found["attributions"]) == (3, 3)
    assert set(found["lost"]) == choose_format(name).losses
    result = run(monkeypatch, "import", target, "-f", name, "-o", back)
    if "text" in choose_format(name).losses:
        assert result.code == 2
        assert "use --into" in result.err
        return
    assert result.out == f"3 attributions of 3 articles written to {back}\n"
    assert len(list(choose_format("jsonl").read(back))) == 3


def test_gold_has_complete_articles_only(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "gold.jsonl"
    assert run(monkeypatch, "export", dataset, "--format", "gold", "-o", out).code == 0
    (gold,) = read_gold(out)
    assert gold.id == "n1"
    assert [stance.labels for stance in gold.attributions[0].stances] == [("unclear",)]
    with ReviewLog(review_folder(dataset), "Ana") as log:
        log.undo()
    result = run(monkeypatch, "export", dataset, "--format", "gold", "-o", out)
    assert result.code == 3
    assert "--all" in result.err


@pytest.mark.parametrize("name", ["jsonl", "csv", "prodigy", "doccano", "label-studio", "brat", "docbin"])
def test_corrections_made_elsewhere_become_decisions(
    name: str, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in review_folder(dataset).iterdir():
        path.unlink()
    target = tmp_path / f"x{choose_format(name).suffix}"
    assert run(monkeypatch, "export", dataset, "-f", name, "-o", target).code == 0
    document = document_of(
        run(monkeypatch, "import", target, "-f", name, "--into", dataset, "--annotator", "Zoe", "--json"), "import"
    )
    assert document == {"schema_version": 1, "articles": 3, "decisions": 3}
    (log,) = read_logs(review_folder(dataset))
    decisions = [event.decision for event in log.events if event.decision]
    assert [decision.action for decision in decisions] == ["accept"] * 3
    # What went through the format unchanged is no change, whatever the format can't hold.
    assert not any(decision.changes for decision in decisions)


def test_an_import_adds_changes_and_rejects(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in review_folder(dataset).iterdir():
        path.unlink()
    target = tmp_path / "x.jsonl"
    run(monkeypatch, "export", dataset, "-f", "jsonl", "-o", target)
    form = choose_format("jsonl")
    first, second, third = form.read(target)
    item = first.attributions[0]
    lines = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    lines[0]["attributions"][0]["kind"] = "mixed"
    lines[0]["attributions"].append({**lines[0]["attributions"][0], "id": "a_new", "content_spans": [[0, 5]]})
    lines[1]["attributions"] = []
    target.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8", newline="\n")
    arguments = ("import", target, "-f", "jsonl", "--into", dataset, "--annotator", "Zoe", "--complete")
    assert run(monkeypatch, *arguments).out == "4 decisions about 3 articles\n"
    (log,) = read_logs(review_folder(dataset))
    actions = [(event.decision.action, event.decision.changes.kind) for event in log.events if event.decision]
    assert actions == [("accept", "mixed"), ("add", "mixed"), ("reject", None), ("accept", None)]
    summary = build([dataset.parent / "in.jsonl"], dataset, attributor=QuoteFinder(stances=True))
    assert summary.attributions == 3
    assert [len(document.attributions) for document in (first, second, third)] == [1, 1, 1]
    assert item.kind == "direct"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["-f", "jsonl"], 2, "-o FILE"),
        (["-f", "jsonl", "--into", "{dataset}"], 2, "--annotator NAME"),
        (["-f", "nope", "-o", "x"], 2, "allowed: jsonl"),
        (["-f", "jsonl", "-o", "x", "--complete"], 2, "go with --into"),
        (["-f", "jsonl", "--into", "{dataset}", "--annotator", "Zoe"], 3, "is not in"),
    ],
)
def test_an_import_that_can_not_be_is_refused(
    arguments: list[str], code: int, told: str, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sayso.attribution.types import Article

    choose_format("jsonl").write([Document(Article("elsewhere", "x"), ())], tmp_path / "x.jsonl")
    given = [argument.format(dataset=dataset) for argument in arguments]
    result = run(monkeypatch, "import", tmp_path / "x.jsonl", *given)
    assert result.code == code
    assert told in result.err
