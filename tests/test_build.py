from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from building import QuoteFinder, make_record, tree_bytes, write_articles
from sayso import build as build_module
from sayso import folder as folder_module
from sayso.attribution.errors import ConfigError, ConflictError, InputError, OutputError
from sayso.build import build
from sayso.dataset import split_of
from sayso.folder import find_attribution, find_changes, read_build, stage
from sayso.shards import ShardWriter
from sayso.summary import render_summary

TWO_BUILDS = """
import sys
from building import QuoteFinder
from sayso.build import build
build([sys.argv[1]], sys.argv[2], attributor=QuoteFinder(stances=True), name="Rents")
"""


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    return write_articles(tmp_path / "articles.jsonl", [make_record(i) for i in range(5)])


@pytest.fixture
def built(tmp_path: Path, articles: Path) -> Path:
    build([articles], tmp_path / "out", attributor=QuoteFinder())
    return tmp_path / "out"


def test_build_writes_the_folder_and_says_what_it_found(tmp_path, articles):
    summary = build([articles], tmp_path / "out", attributor=QuoteFinder())
    assert sorted(tree_bytes(tmp_path / "out")) == [
        "README.md",
        "checksums.sha256",
        "data/articles/train-00000-of-00001.parquet",
        "data/attributions/train-00000-of-00001.parquet",
        "data/speakers/train-00000-of-00001.parquet",
        "local/articles.parquet",
        "local/attributions.jsonl",
        "provenance.json",
    ]
    assert (summary.articles, summary.attributions, summary.kinds) == (5, 5, {"direct": 5, "indirect": 0, "mixed": 0})
    assert [(s.id, s.attributions) for s in summary.top_speakers] == [("ana-ruiz", 3), ("tom-lee", 2)]
    assert (summary.splits, summary.quarantined) == ({"train": 5}, {})
    assert summary.words == sum(len(make_record(i)["text"].split()) for i in range(5))
    record = json.loads(json.dumps(summary.to_json()))
    assert record["schema_version"] == 1
    assert record["top_speakers"][0] == {"id": "ana-ruiz", "name": "Ana Ruiz", "attributions": 3}
    assert find_changes(tmp_path / "out") == []
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_every_row_s_spans_are_its_text(built):
    texts = {row["id"]: row["text"] for row in pq.read_table(built / "local/articles.parquet").to_pylist()}
    rows = pq.read_table(built / "data/attributions/train-00000-of-00001.parquet").to_pylist()
    assert len(rows) == 5
    for row in rows:
        pieces = [texts[row["article_id"]][start:end] for start, end in row["content_spans"]]
        assert " … ".join(pieces) == row["content"]
        inside = [row["context"][s - row["context_start"] : e - row["context_start"]] for s, e in row["content_spans"]]
        assert inside == pieces


def test_seed_articles_become_a_dataset_with_the_default_attributor(tmp_path, seed_paths, seed_texts):
    summary = build(seed_paths, tmp_path / "out")
    assert (summary.articles, summary.quarantined) == (5, {})
    assert summary.kinds["direct"] > 10
    assert "Dmitry Peskov" in {speaker.name for speaker in summary.top_speakers}
    built = {article.id: attributions for article, attributions in read_build(tmp_path / "out")}
    assert set(built) == set(seed_texts)
    rows = pq.read_table(tmp_path / "out/data/attributions/train-00000-of-00001.parquet").to_pylist()
    assert len(rows) == summary.attributions == sum(len(found) for found in built.values())
    for row in rows:
        pieces = [seed_texts[row["article_id"]][start:end] for start, end in row["content_spans"]]
        assert " … ".join(pieces) == row["content"]
        assert all(piece in row["context"] for piece in pieces)
    assert json.loads((tmp_path / "out/provenance.json").read_text())["attributor"].startswith("rules")


def test_top_speakers_are_those_with_a_name(tmp_path, articles):
    from dataclasses import replace

    class Anonymous(QuoteFinder):
        def attribute(self, article, match):
            found = super().attribute(article, match)
            return replace(found, speaker=replace(found.speaker, type="unnamed"))

    summary = build([articles], tmp_path / "out", attributor=Anonymous(), dry_run=True)
    assert (summary.with_speaker, summary.top_speakers) == (5, ())


def test_whole_texts_are_in_local_and_published_under_full_only(tmp_path, articles):
    whole = make_record(0)["text"].split("\n\n")[0]
    for policy, expected in (("excerpt", False), ("standoff", False), ("full", True)):
        out = tmp_path / policy
        build([articles], out, attributor=QuoteFinder(), text_policy=policy)
        columns = pq.read_table(out / "data/articles/train-00000-of-00001.parquet")
        assert ("text" in columns.column_names) is expected
        published = list((out / "data").rglob("*.parquet"))
        cells = str([pq.read_table(path).to_pylist() for path in published])
        assert (whole in cells) is expected
        assert ("will rise" in cells) is (policy != "standoff")


def test_splits_appear_from_fifty_articles_on(tmp_path):
    for count, splits in ((49, {"train"}), (50, {"train", "validation", "test"})):
        path = write_articles(tmp_path / f"{count}.jsonl", [make_record(i) for i in range(count)])
        out = tmp_path / f"out{count}"
        summary = build([path], out, attributor=QuoteFinder())
        assert set(summary.splits) == splits
        assert sum(summary.splits.values()) == count
        files = {p.name.split("-")[0]: pq.read_table(p) for p in (out / "data/articles").iterdir()}
        assert set(files) == splits
        assert {split: table.num_rows for split, table in files.items()} == summary.splits
        ids = {split: set(table["id"].to_pylist()) for split, table in files.items()}
        for split, found in ids.items():
            rows = pq.read_table(out / f"data/attributions/{split}-00000-of-00001.parquet")
            assert set(rows["article_id"].to_pylist()) == found


REPEATED = "“Whoever breaks the rent cap in this city will pay a high price,”"
REWORDED = "“Anyone who breaks the rent cap in this city will pay a heavy price,”"


def repeating_records() -> list[dict[str, object]]:
    """Return 60 articles; every sixth repeats one quotation of Tom Lee beside its own, the first of them oldest."""
    records = [make_record(i, date=f"2024-03-{i % 28 + 1:02d}") for i in range(60)]
    for number in range(0, 60, 6):
        quoted = REWORDED if number % 12 else REPEATED
        records[number]["text"] += f"\n\n{quoted} said Tom Lee. The meeting in the town hall went on until midnight."
    records[12]["date"] = "2023-01-01"
    return records


def test_a_repeated_quotation_has_one_cluster_and_lies_in_one_split(tmp_path):
    out = tmp_path / "out"
    summary = build(
        [write_articles(tmp_path / "a.jsonl", repeating_records())], out, attributor=QuoteFinder(stances=True)
    )
    assert (summary.clusters, summary.clustered) == (1, 10)
    rows = [
        (path.name.split("-")[0], row)
        for path in sorted((out / "data/attributions").iterdir())
        for row in pq.read_table(path).to_pylist()
    ]
    assert len(rows) == 70
    repeated = [(split, row) for split, row in rows if row["cluster_id"] is not None]
    assert {row["content"] for _, row in repeated} == {REPEATED, REWORDED}
    assert {row["cluster_id"] for _, row in repeated} == {repeated[0][1]["cluster_id"]}
    assert {split for split, _ in repeated} == {split_of("n12")}
    assert all(split == split_of(row["article_id"]) for split, row in rows if row["cluster_id"] is None)
    local = {item.id: item.cluster_id for _, found in read_build(out) for item in found}
    assert local == {row["id"]: row["cluster_id"] for _, row in rows}
    stances = [row for path in (out / "data/stance").iterdir() for row in pq.read_table(path).to_pylist()]
    assert len(stances) == 70
    assert json.loads((out / "provenance.json").read_text())["counts"]["clusters"] == 1
    assert not (out / "local/found.jsonl").exists()
    assert "Found are\n1 such quotation in 10 attributions" in (out / "README.md").read_text(encoding="utf-8")


def test_a_reprint_goes_where_its_original_is(tmp_path):
    records = [make_record(i) for i in range(60)]
    reprints = []
    for number in (3, 7, 11, 20, 33):
        reprints.append(records[number] | {"id": f"again-{number}", "date": "2024-04-01"})
    out = tmp_path / "out"
    summary = build([write_articles(tmp_path / "a.jsonl", records + reprints)], out, attributor=QuoteFinder())
    assert summary.clusters == 5
    for config in ("articles", "attributions"):
        found = {}
        for path in (out / "data" / config).iterdir():
            for row in pq.read_table(path).to_pylist():
                found[row.get("article_id") or row["id"]] = path.name.split("-")[0]
        assert all(found[f"again-{number}"] == found[f"n{number}"] for number in (3, 7, 11, 20, 33))


def test_newer_articles_move_no_row_to_another_split(tmp_path):
    splits = []
    for count in (54, 60):
        out = tmp_path / f"out{count}"
        records = [{**r, "date": f"2024-01-{n % 12 + 10}"} for n, r in enumerate(repeating_records())][:count]
        build([write_articles(tmp_path / "a.jsonl", records)], out, attributor=QuoteFinder())
        paths = (out / "data/attributions").iterdir()
        splits.append({row["id"]: p.name.split("-")[0] for p in paths for row in pq.read_table(p).to_pylist()})
    assert splits[0].items() <= splits[1].items()


def test_every_named_speaker_has_one_profile(tmp_path):
    out = tmp_path / "out"
    build([write_articles(tmp_path / "a.jsonl", repeating_records())], out, attributor=QuoteFinder())
    ana, tom = pq.read_table(out / "data/speakers/train-00000-of-00001.parquet").to_pylist()
    assert (ana["id"], ana["type"], ana["attributions"], ana["articles"]) == ("ana-ruiz", "person", 30, 30)
    assert (tom["attributions"], tom["direct"], tom["articles"], tom["clusters"]) == (40, 40, 40, 1)
    assert (tom["first_date"], tom["last_date"]) == ("2023-01-01", "2024-03-28")
    assert tom["cues"] == [{"cue": "said", "attributions": 40}]
    assert not tom["one_word"]


def test_profiles_keep_apart_who_only_shares_a_word(tmp_path):
    from dataclasses import replace

    from sayso.attribution.types import Article, Speaker
    from sayso.profiles import MAX_CUES, Profiles

    [(article, [item])] = QuoteFinder().pipe([Article(**make_record(0))])

    def by(speaker_id, name, kind="person"):
        return replace(item, speaker=Speaker(speaker_id, name, kind, "name", 0.9))

    profiles = Profiles()
    profiles.add(article, [by("ana-ruiz", "Ana Ruiz"), by("ruiz", "Ruiz"), by("georgia", "Georgia")])
    profiles.add(article, [by("georgia", "Georgia", "country"), by("unnamed-0-official", "official", "unnamed")])
    profiles.add(article, [by("organization-0-bank", "bank", "organization")])
    profiles.add(article, [by("experts", "experts", "group"), replace(item, speaker=None)])
    rows = [(row["id"], row["type"], row["one_word"]) for row in profiles.rows()]
    assert rows == [
        ("ana-ruiz", "person", False),
        ("georgia", "country", False),
        ("georgia", "person", True),
        ("ruiz", "person", True),
    ]
    for number in range(3 * MAX_CUES):
        profiles.add(article, [replace(item, cue=cue) for cue in ("said", f"cue {number}")])
    ana = next(profiles.rows())
    assert ana["cues"][0] == {"cue": "said", "attributions": 3 * MAX_CUES + 1}


def test_two_builds_are_byte_equal_whatever_the_folder_and_hash_seed(tmp_path):
    trees = []
    for number, seed in enumerate(("1", "77")):
        place = tmp_path / f"place{number}" / "deep"
        place.mkdir(parents=True)
        path = write_articles(place / "articles.jsonl", [make_record(i) for i in range(60)] + [{"id": "bad"}])
        command = [sys.executable, "-c", TWO_BUILDS, str(path), str(place / "out")]
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parent)}
        subprocess.run(command, check=True, env=environment)
        tree = tree_bytes(place / "out")
        quarantine = tree.pop("quarantine.jsonl")  # names where the record was: stays at home
        assert quarantine.count(b"\n") == 1
        assert not [name for name, data in tree.items() if str(tmp_path).encode() in data]
        trees.append(tree)
    assert trees[0] == trees[1]


def test_rebuild_replaces_what_it_wrote_and_keeps_review_and_notes(tmp_path, articles, built):
    (built / "review").mkdir()
    (built / "review" / "ana.jsonl").write_text("a decision\n")
    (built / "notes.txt").write_text("mine\n")
    write_articles(articles, [make_record(9)])
    build([articles], built, attributor=QuoteFinder())
    assert (built / "review" / "ana.jsonl").read_text() == "a decision\n"
    assert (built / "notes.txt").read_text() == "mine\n"
    assert [article.id for article, _ in read_build(built)] == ["n9"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["articles.jsonl", "out"]


def test_dry_run_finds_the_same_and_writes_nothing(tmp_path, articles, built):
    before = tree_bytes(tmp_path)
    write_articles(articles, [make_record(0), make_record(1)])
    before["articles.jsonl"] = articles.read_bytes()
    for out in (built, tmp_path / "new"):
        summary = build([articles], out, attributor=QuoteFinder(), dry_run=True)
        assert (summary.articles, summary.attributions, summary.dry_run) == (2, 2, True)
    assert tree_bytes(tmp_path) == before
    assert not (tmp_path / "new").exists()


def test_a_folder_that_sayso_did_not_write_is_refused_even_with_force(tmp_path, articles):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    for force in (False, True):
        with pytest.raises(ConflictError, match="files that Sayso did not write"):
            build([articles], tmp_path / "mine", attributor=QuoteFinder(), force=force)
    with pytest.raises(ConflictError, match="is a file"):
        build([articles], articles, attributor=QuoteFinder())
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


def test_the_current_folder_is_refused(articles, built, monkeypatch):
    monkeypatch.chdir(built / "data")
    with pytest.raises(ConflictError, match="the folder you are in"):
        build([articles], built, attributor=QuoteFinder())


def test_an_edited_card_is_replaced_only_with_force(articles, built):
    (built / "README.md").write_text("my own words")
    with pytest.raises(ConflictError, match=r"README\.md was changed; --force"):
        build([articles], built, attributor=QuoteFinder())
    assert (built / "README.md").read_text() == "my own words"
    build([articles], built, attributor=QuoteFinder(), force=True)
    assert find_changes(built) == []


def test_bad_records_are_left_out_counted_and_kept_in_quarantine(tmp_path):
    path = write_articles(tmp_path / "a.jsonl", [make_record(0), {"id": "n1"}, make_record(2)])
    summary = build([path], tmp_path / "out", attributor=QuoteFinder())
    assert (summary.articles, summary.quarantined_total) == (2, 1)
    [line] = (tmp_path / "out" / "quarantine.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["line"] == 2
    assert "quarantine.jsonl" not in (tmp_path / "out" / "checksums.sha256").read_text()
    assert json.loads((tmp_path / "out" / "provenance.json").read_text())["counts"]["quarantined"] == 1


def test_no_usable_article_is_an_input_error_that_names_the_first_and_changes_nothing(tmp_path, built):
    before = tree_bytes(built)
    path = write_articles(tmp_path / "bad.jsonl", [{"id": "n1"}, {"id": "n2"}])
    for out in (built, tmp_path / "new"):
        with pytest.raises(InputError, match=r"no usable article: 2 × .*bad\.jsonl:1"):
            build([path], out, attributor=QuoteFinder())
    assert tree_bytes(built) == before
    assert not (tmp_path / "new").exists()
    with pytest.raises(ConfigError, match="nothing to build from"):
        build([], tmp_path / "new", attributor=QuoteFinder())


def test_licence_is_an_identifier(tmp_path, articles):
    with pytest.raises(ConfigError, match="give one like cc-by-4"):
        build([articles], tmp_path / "out", attributor=QuoteFinder(), license="all mine\n# really")
    build([articles], tmp_path / "out", attributor=QuoteFinder(), license="CC-BY-4.0")
    assert json.loads((tmp_path / "out" / "provenance.json").read_text())["license"] == "cc-by-4.0"


def test_articles_without_attributions_still_make_a_dataset(tmp_path):
    path = write_articles(tmp_path / "a.jsonl", [make_record(0, text="The city council of Dornhaven met on Monday.")])
    summary = build([path], tmp_path / "out", attributor=QuoteFinder())
    assert (summary.articles, summary.attributions, summary.top_speakers) == (1, 0, ())
    assert sorted(path.name for path in (tmp_path / "out" / "data").iterdir()) == ["articles"]


def test_interrupted_build_leaves_the_earlier_one_untouched(tmp_path, articles, built):
    before = tree_bytes(tmp_path)

    def interrupt(articles_done: int, attributions_done: int) -> None:
        if articles_done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build([articles], built, attributor=QuoteFinder(), progress=interrupt)
    assert tree_bytes(tmp_path) == before


@pytest.mark.parametrize("crash_at", [1, 2, 3], ids=["before-swap", "between-renames", "after-swap"])
def test_crash_in_the_swap_is_repaired_by_the_next_build(tmp_path, articles, built, monkeypatch, crash_at):
    (built / "review").mkdir()
    (built / "review" / "ana.jsonl").write_text("a decision\n")
    calls = 0

    class PowerCut(BaseException):
        pass

    def replace_once(source: Path, target: Path) -> None:
        nonlocal calls
        calls += 1
        if calls >= crash_at:
            raise PowerCut
        os.replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(folder_module, "replace_file", replace_once)
        with pytest.raises(PowerCut):
            build([articles], built, attributor=QuoteFinder())
    build([articles], built, attributor=QuoteFinder())
    assert (built / "review" / "ana.jsonl").read_text() == "a decision\n"
    assert find_changes(built) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["articles.jsonl", "out"]


def test_leftovers_of_a_killed_build_do_not_stop_the_next(tmp_path, articles):
    (tmp_path / ".out.sayso-new" / "data").mkdir(parents=True)
    (tmp_path / ".out.sayso-new" / "data" / "half").write_text("half")
    (tmp_path / ".out.sayso-lock").touch()
    build([articles], tmp_path / "out", attributor=QuoteFinder())
    assert "data/half" not in tree_bytes(tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["articles.jsonl", "out"]


def test_two_builds_into_one_folder_do_not_run_at_once(tmp_path, articles):
    errors: list[BaseException] = []

    def build_again() -> None:
        try:
            build([articles], tmp_path / "out", attributor=QuoteFinder())
        except ConflictError as error:
            errors.append(error)

    with stage(tmp_path / "out") as folder:
        (folder / "README.md").touch()
        thread = threading.Thread(target=build_again)
        thread.start()
        thread.join()
    assert "another process is building" in str(errors[0])


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX limits")
def test_full_disk_is_one_output_error_and_the_earlier_build_stays(tmp_path, built):
    import resource

    before = tree_bytes(built)
    path = write_articles(tmp_path / "more.jsonl", [make_record(i) for i in range(400)])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(OutputError, match="can't write"):
            build([path], built, attributor=QuoteFinder())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert tree_bytes(built) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["articles.jsonl", "more.jsonl", "out"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_folder_is_one_output_error(tmp_path, articles, built):
    for locked in (built, tmp_path):
        locked.chmod(0o555)
        try:
            with pytest.raises(OutputError, match="allow writing there or write elsewhere"):
                build([articles], built, attributor=QuoteFinder())
        finally:
            locked.chmod(0o755)


def test_read_only_disk_is_one_output_error(tmp_path, articles, built, monkeypatch):
    before = tree_bytes(built)
    with monkeypatch.context() as patch:
        patch.setattr(folder_module.os, "access", lambda path, mode: False)
        with pytest.raises(OutputError, match="allow writing there or write elsewhere"):
            build([articles], built, attributor=QuoteFinder())

    def refuse(self: Path, *args: object, **kwargs: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(self))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", refuse)
        with pytest.raises(OutputError, match="the disk is read-only: write elsewhere"):
            build([articles], built, attributor=QuoteFinder())
    assert tree_bytes(built) == before


def test_explain_finds_an_attribution_and_its_article_again(built):
    for article, attributions in read_build(built):
        for attribution in attributions:
            assert find_attribution(built, attribution.id) == (article, attribution)
    with pytest.raises(InputError, match="no attribution 'a_0'"):
        find_attribution(built, "a_0")
    (built / "local" / "attributions.jsonl").unlink()
    with pytest.raises(InputError, match="texts stay where the dataset was built"):
        find_attribution(built, "a_0")


def test_provenance_says_what_decides_the_bytes_and_names_no_folder(tmp_path, articles, built):
    record = json.loads((built / "provenance.json").read_text(encoding="utf-8"))
    assert record["format"] == "sayso-dataset"
    assert record["attributor"] == "quote-finder 1"
    assert record["text_policy"] == "excerpt"
    assert record["rows"] == {"attributions": {"train": 5}, "articles": {"train": 5}, "speakers": {"train": 2}}
    [named] = record["inputs"]["named"]
    assert named == {
        "name": "articles.jsonl",
        "bytes": articles.stat().st_size,
        "sha256": folder_module.hash_file(articles),
    }


def test_summary_shows_hostile_names_harmlessly(tmp_path, built):
    from rich.console import Console

    class Hostile(QuoteFinder):
        def attribute(self, article, match):
            from dataclasses import replace

            found = super().attribute(article, match)
            return replace(found, speaker=replace(found.speaker, name="\x1b]0;OWNED\x07[red]Ana[/b]"))

    path = write_articles(tmp_path / "b.jsonl", [make_record(0), {"id": "n1"}])
    summary = build([path], tmp_path / "hostile", attributor=Hostile())
    console = Console(record=True, width=100)
    console.print(render_summary(summary))
    shown = console.export_text()
    assert "\x1b" not in shown
    assert "[red]Ana[/b]" in shown
    assert "Quarantined" in shown


def test_shards_roll_over_by_size_and_are_numbered_at_the_end(tmp_path):
    columns = build_module.LOCAL_ARTICLE_COLUMNS[:2]
    with ShardWriter(tmp_path, "train", columns, shard_bytes=1) as shard:
        for i in range(4_500):
            shard.write({"id": f"n{i}", "text": "a"})
        totals = shard.finish()
    assert totals.names == tuple(f"train-0000{i}-of-00003.parquet" for i in range(3))
    assert totals.rows == 4_500
    ids = [cell for name in totals.names for cell in pq.read_table(tmp_path / name)["id"].to_pylist()]
    assert ids == [f"n{i}" for i in range(4_500)]


def test_no_row_means_no_file(tmp_path):
    with ShardWriter(tmp_path / "empty", "train", build_module.LOCAL_ARTICLE_COLUMNS) as shard:
        assert shard.finish().names == ()
    assert not (tmp_path / "empty").exists()
