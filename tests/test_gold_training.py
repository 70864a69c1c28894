"""From a review to training data: complete articles as gold, a recipe that names the files, what the tagger reads."""

from __future__ import annotations

import hashlib
import io
import random
import re
import shutil
from pathlib import Path

import pytest

from building import QuoteFinder, make_record, write_articles
from command_line import run
from sayso.attribution.errors import InputError
from sayso.attribution.gold import read_gold
from sayso.attribution.tagger import shipped_folder
from sayso.attribution.training.recipe import check_file, read_recipe
from sayso.build import build
from sayso.exchange import read_split

RECIPE_TABLES = re.compile(r"<!-- recipe -->\n```toml\n([^`]*)```")
ARTICLES = 60


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built folder in splits, of which most articles were reviewed and marked complete in prompt mode."""
    folder = tmp_path_factory.mktemp("gold")
    write_articles(folder / "in.jsonl", [make_record(number) for number in range(ARTICLES)])
    build([folder / "in.jsonl"], folder / "out", attributor=QuoteFinder())
    with pytest.MonkeyPatch.context() as patch:
        # An empty line accepts a quotation, the next one says that its article misses none; the last two are left.
        typed = "\n" * (2 * ARTICLES - 4) + "q\n"
        result = run(patch, "review", folder / "out", "--annotator", "ana", "--plain", "--complete", stdin=typed)
    assert result.code == 0, result.err
    return folder / "out"


@pytest.fixture
def mine(reviewed: Path, tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as docs/exchange.md makes it: both exports, and the shipped recipe with its two tables changed."""
    for split, name in (("train", "train.jsonl"), ("validation", "dev.jsonl")):
        command = ("export", reviewed, "--format", "gold", "--split", split, "-o", tmp_path / name)
        assert run(monkeypatch, *command).code == 0
    page = (repository / "docs" / "exchange.md").read_text(encoding="utf-8")
    (tables,) = RECIPE_TABLES.findall(page)
    for name in ("train.jsonl", "dev.jsonl"):
        tables = tables.replace(f"<checksum of {name}>", hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    shipped = (shipped_folder() / "recipe.toml").read_text(encoding="utf-8")
    mixed = re.sub(r"\[train\]\n.*?(?=\[windows\])", lambda _: tables + "\n", shipped, flags=re.DOTALL)
    assert mixed != shipped
    (tmp_path / "recipe.toml").write_text(mixed, encoding="utf-8", newline="\n")
    return tmp_path


def test_the_documented_recipe_reads_the_exported_gold(mine: Path, reviewed: Path) -> None:
    recipe = read_recipe(mine / "recipe.toml")
    assert (recipe.train_file, recipe.dev_file) == ("train.jsonl", "dev.jsonl")
    parts = []
    for name, sha256 in ((recipe.train_file, recipe.train_sha256), (recipe.dev_file, recipe.dev_sha256)):
        check_file(mine / name, sha256, InputError)
        parts.append({document.id for document in read_gold(mine / name)})
    assert parts[0].isdisjoint(parts[1])
    assert parts[1] == read_split(reviewed, "validation") - {f"n{ARTICLES - 1}", f"n{ARTICLES - 2}"}
    with (mine / recipe.train_file).open("a", encoding="utf-8") as stream:
        stream.write("\n")
    with pytest.raises(InputError, match="the recipe wants"):
        check_file(mine / recipe.train_file, recipe.train_sha256, InputError)


def test_the_tagger_reads_cue_source_and_content_of_the_gold(mine: Path) -> None:
    tokenizers = pytest.importorskip("tokenizers")
    from sayso.attribution.decoding import read_spans
    from sayso.attribution.training.data import cut_batches

    tokenizer = tokenizers.Tokenizer.from_file(str(shipped_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    documents = read_gold(mine / "train.jsonl")
    found = []
    for batch in cut_batches(documents, tokenizer, random.Random(0), size=256, pieces_per_batch=4096, vary=0.0):
        for row, labels in zip(batch.rows, batch.links, strict=True):
            spans = {role: tokenizer.decode([int(i) for i in batch.ids[row, a:b]]) for role, a, b in read_spans(labels)}
            found.append((spans["cue"], spans["source"], spans["content"].startswith("“ rents will rise in year")))
    assert len(found) == len(documents), "each article has one quotation, and all are taught"
    assert set(found) == {("said", "ana ruiz", True), ("said", "tom lee", True)}


def test_evaluate_reads_the_same_gold(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, "evaluate", "attribution", "--gold", mine / "dev.jsonl")
    assert result.code == 0, result.err
    assert "exact" in result.out


def test_a_split_that_is_none_or_has_no_complete_article_is_told(
    reviewed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = run(monkeypatch, "export", reviewed, "-f", "gold", "--split", "dev", "-o", tmp_path / "x.jsonl")
    assert (wrong.code, wrong.err) == (2, "sayso: unknown split 'dev'; allowed: train, validation, test\n")
    fresh = tmp_path / "out"
    shutil.copytree(reviewed, fresh, ignore=shutil.ignore_patterns("review"))
    empty = run(monkeypatch, "export", fresh, "-f", "gold", "--split", "test", "-o", tmp_path / "x.jsonl")
    assert empty.code == 3
    assert f"no article of the split test of {fresh} was marked complete in a review" in empty.err
    assert "--complete" in empty.err
    assert not (tmp_path / "x.jsonl").exists()


def test_a_split_goes_to_any_format(reviewed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, "export", reviewed, "-f", "jsonl", "--split", "test", "-o", tmp_path / "x.jsonl")
    count = len(read_split(reviewed, "test"))
    assert 0 < count < ARTICLES
    assert f"of {count} articles written" in result.out
    assert len(io.StringIO((tmp_path / "x.jsonl").read_text(encoding="utf-8")).readlines()) == count
