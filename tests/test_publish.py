"""Publishing with the real client against a Hub on this machine, and reading back what arrived."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from building import QuoteFinder, make_record, write_articles
from hub_server import TOKEN, Hub, running_hub
from sayso.attribution.errors import ConfigError, ConflictError, HubError, InputError
from sayso.build import build
from sayso.folder import write_checksums
from sayso.publish import plan_publish, publish, redact, render_publish

REPO = "ana/rents"
READ_BACK = """
import json, sys
from datasets import get_dataset_config_names, load_dataset
repo = sys.argv[1]
loaded = {config: load_dataset(repo, config) for config in get_dataset_config_names(repo)}
print(json.dumps({config: {split: list(rows["id"]) for split, rows in splits.items()}
                  for config, splits in loaded.items()}))
"""


@pytest.fixture(scope="module")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("publish")
    path = write_articles(place / "a.jsonl", [make_record(i) for i in range(60)] + [{"id": "broken"}])
    build([path], place / "out", attributor=QuoteFinder())
    (place / "out" / "review").mkdir()
    (place / "out" / "review" / "ana.jsonl").write_text("a decision\n")
    (place / "out" / ".env").write_text(f"HF_TOKEN={TOKEN}\n")
    (place / "out" / "notes.txt").write_text("mine\n")
    return place / "out"


@pytest.fixture
def built(built_once: Path, tmp_path: Path) -> Path:
    return shutil.copytree(built_once, tmp_path / "out")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    from huggingface_hub import constants

    # The tests' own environment forbids the network; this one Hub is on this machine.
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with running_hub() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub


def forbid_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_dry_run_lists_what_would_go_and_opens_no_connection(built, monkeypatch):
    forbid_sockets(monkeypatch)
    result = publish(built, REPO)
    assert not result.pushed
    names = [file.name for file in result.plan.files]
    assert names == [
        "README.md",
        "checksums.sha256",
        *(f"data/articles/{split}-00000-of-00001.parquet" for split in ("test", "train", "validation")),
        *(f"data/attributions/{split}-00000-of-00001.parquet" for split in ("test", "train", "validation")),
        "data/speakers/train-00000-of-00001.parquet",
        "provenance.json",
    ]
    assert {held.name: held.reason for held in result.plan.held_back} == {
        ".env": "hidden",
        "local/": "full texts stay here",
        "notes.txt": "not part of the dataset",
        "quarantine.jsonl": "raw records stay here",
        "review/": "annotators' decisions stay here",
    }
    assert result.plan.bytes == sum((built / name).stat().st_size for name in names)
    assert json.loads(json.dumps(result.to_json()))["plan"]["files"][0]["name"] == "README.md"


def test_push_creates_a_private_repository_and_sends_the_build_in_one_commit(hub, built):
    result = publish(built, REPO, push=True)
    repository = hub.repositories[REPO]
    assert (repository.private, result.created, result.private) == (True, True, True)
    assert len(repository.commits) == 2  # the empty one of a new repository, and ours
    assert result.commit == repository.head
    sent = {name: data for name, data in repository.files.items() if name != ".gitattributes"}
    assert sent == {file.name: (built / file.name).read_bytes() for file in result.plan.files}
    assert hub.count("POST .*/commit/") == 1


def test_same_build_again_makes_no_commit_and_a_new_one_says_what_changed(hub, built, tmp_path):
    publish(built, REPO, push=True)
    again = publish(built, REPO, push=True)
    assert (again.commit, again.created, again.diff.empty) == (None, False, True)
    assert hub.count("POST .*/commit/") == 1
    path = write_articles(tmp_path / "few.jsonl", [make_record(1), make_record(2)])
    build([path], built, attributor=QuoteFinder())
    result = publish(built, REPO, push=True)
    # Fewer than fifty articles: no test and validation files any more.
    assert result.diff.removed == tuple(
        f"data/{c}/{s}-00000-of-00001.parquet" for c in ("articles", "attributions") for s in ("test", "validation")
    )
    assert "README.md" in result.diff.changed
    names = {file.name for file in result.plan.files}
    assert set(hub.repositories[REPO].files) == names | {".gitattributes"}
    assert len(hub.repositories[REPO].commits) == 3


def test_published_dataset_loads_with_datasets(hub, built, tmp_path):
    publish(built, REPO, push=True)
    environment = {
        **os.environ,
        "HF_ENDPOINT": hub.url,
        "HF_HUB_OFFLINE": "0",
        "HF_HOME": str(tmp_path / "home"),
        "HF_TOKEN": TOKEN,
        "HF_HUB_DISABLE_XET": "1",
    }
    done = subprocess.run([sys.executable, "-c", READ_BACK, REPO], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    loaded = json.loads(done.stdout)
    rows = json.loads((built / "provenance.json").read_text())["rows"]
    assert {c: {s: len(found) for s, found in splits.items()} for c, splits in loaded.items()} == rows


def test_public_is_only_on_request_and_never_by_surprise(hub, built):
    publish(built, REPO, push=True, public=True)
    assert hub.repositories[REPO].private is False
    with pytest.raises(ConflictError, match="is public; give --public"):
        publish(built, REPO, push=True)
    assert hub.count("POST .*/commit/") == 1


def test_a_folder_changed_since_the_build_is_refused(hub, built):
    with (built / "README.md").open("a") as stream:
        stream.write("more")
    with pytest.raises(ConflictError, match=r"changed since it was built: README\.md was changed"):
        publish(built, REPO, push=True)
    shutil.copy(built / "local/articles.parquet", built / "data/articles/train-00001-of-00001.parquet")
    with pytest.raises(ConflictError, match=r"train-00001-of-00001\.parquet was added"):
        publish(built, REPO)
    assert hub.calls == []


def test_unknown_data_files_and_links_stay_even_with_matching_checksums(built):
    shutil.copy(built / "local/articles.parquet", built / "data/articles/texts.parquet")
    target = built / "data/articles/train-00000-of-00001.parquet"
    target.rename(built.parent / "elsewhere.parquet")
    target.symlink_to(built.parent / "elsewhere.parquet")
    write_checksums(built)
    plan = plan_publish(built)
    held = {item.name: item.reason for item in plan.held_back}
    assert held["data/articles/texts.parquet"] == "not part of the dataset"
    assert held["data/articles/train-00000-of-00001.parquet"].startswith("a link")


def test_another_folder_is_no_dataset(tmp_path):
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(InputError, match="is no dataset folder"):
            plan_publish(folder)


@pytest.mark.parametrize("where", ["title", "text"])
def test_a_token_in_the_data_stops_publishing_and_is_not_repeated(tmp_path, where):
    record = make_record(1)
    record[where] = record[where].replace("district", f"district {TOKEN}") + ("" if where == "text" else f" {TOKEN}")
    record["text"] = record["text"].replace(",” said", f" {TOKEN},” said") if where == "text" else record["text"]
    path = write_articles(tmp_path / "a.jsonl", [record])
    build([path], tmp_path / "out", attributor=QuoteFinder())
    with pytest.raises(InputError, match="looks like a Hub token") as caught:
        plan_publish(tmp_path / "out")
    assert TOKEN not in str(caught.value)


def test_whole_texts_need_a_licence(tmp_path):
    path = write_articles(tmp_path / "a.jsonl", [make_record(1)])
    build([path], tmp_path / "out", attributor=QuoteFinder(), text_policy="full")
    with pytest.raises(ConfigError, match="names no licence"):
        publish(tmp_path / "out", REPO)
    build([path], tmp_path / "out", attributor=QuoteFinder(), text_policy="full", license="cc-by-4.0")
    assert publish(tmp_path / "out", REPO).plan.license == "cc-by-4.0"


@pytest.mark.parametrize(
    "repo_id", ["rents", "../..", "a/b/c", "..", "a\\b", "ana/rents.git", "ana/..", "", "ana/re nts", "-a/b", "a/b--c"]
)
def test_bad_repository_names_are_refused_before_anything_is_read(repo_id, tmp_path, monkeypatch):
    forbid_sockets(monkeypatch)
    with pytest.raises(ConfigError, match="OWNER/NAME"):
        publish(tmp_path / "missing", repo_id, push=True)


@pytest.mark.parametrize(
    ("route", "status", "cure"),
    [
        ("POST /api/repos/create", 401, "hf auth login"),
        ("POST /api/repos/create", 403, "write access to ana"),
        ("POST /api/repos/create", 409, "run it again"),
        ("POST .*/preupload/", 404, "check the name"),
        ("POST .*/commit/", 403, "write access to ana"),
        ("POST .*/commit/", 412, "changed while this was being sent; run it again"),
        ("POST .*/commit/", 418, "refused with 418"),
    ],
)
def test_refusals_say_what_to_do_and_never_show_the_token(hub, built, route, status, cure):
    hub.fail(route, status, message=f"Bearer {TOKEN} is no good", times=9)
    with pytest.raises(HubError, match=cure) as caught:
        publish(built, REPO, push=True)
    assert caught.value.exit_code == 4
    assert "testtoken" not in str(caught.value)
    assert caught.value.__cause__ is None
    hub.faults.clear()
    assert publish(built, REPO, push=True).commit == hub.repositories[REPO].head


def test_a_wrong_token_is_told_apart_and_not_shown(hub, built, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_" + "wrongtoken")
    with pytest.raises(HubError, match="does not accept the token") as caught:
        publish(built, REPO, push=True)
    assert "wrongtoken" not in str(caught.value)


def test_no_token_says_how_to_get_one(hub, built, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(HubError, match="hf auth login"):
        publish(built, REPO, push=True)
    assert hub.calls == []


@pytest.mark.parametrize("status", [503, None], ids=["503", "cut"])
@pytest.mark.parametrize("landed", [False, True], ids=["not-landed", "landed"])
def test_a_lost_answer_ends_in_exactly_one_commit(hub, built, status, landed):
    hub.fail("POST .*/commit/", status, after=landed)
    result = publish(built, REPO, push=True)
    assert len(hub.repositories[REPO].commits) == 2
    assert result.commit == hub.repositories[REPO].head
    assert hub.count("POST .*/commit/") == (1 if landed else 2)


def test_a_hub_that_keeps_failing_is_one_error(hub, built):
    hub.fail("POST .*/commit/", 503, times=9)
    with pytest.raises(HubError, match="the Hub failed with 503; nothing was committed"):
        publish(built, REPO, push=True)
    assert len(hub.repositories[REPO].commits) == 1


def test_no_network_is_one_error(hub, built, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{free.getsockname()[1]}")
        with pytest.raises(HubError, match="can't reach http://127"):
            publish(built, REPO, push=True)


def test_offline_switch_is_obeyed(built, monkeypatch):
    forbid_sockets(monkeypatch)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with pytest.raises(HubError, match="HF_HUB_OFFLINE is set"):
        publish(built, REPO, push=True)


def test_redaction_covers_tokens_of_any_form():
    assert redact("a hf_abcdefgh1 b") == "a hf_… b"
    assert redact("key sesame99 here", "sesame99") == "key hf_… here"
    assert redact("hf_short") == "hf_short"


def test_plan_and_result_can_be_shown(hub, built):
    from rich.console import Console

    for push in (False, True):
        console = Console(record=True, width=120)
        console.print(render_publish(publish(built, REPO, push=push)))
        shown = console.export_text()
        assert "data/attributions/train-00000-of-00001.parquet" in shown
        assert "full texts stay here" in shown
        assert ("Nothing was sent" in shown) is not push
        assert "testtoken" not in shown
