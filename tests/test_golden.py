"""The attributions of the five seed articles, as JSON lines, speakers left out: those have tests of their own.

`pytest --update-golden` writes the files anew; the diff is read like code.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sayso.attribution.extraction import Extractor
from sayso.attribution.registry import Registry
from sayso.attribution.types import Article

REPOSITORY = Path(__file__).resolve().parent.parent
GOLDEN = REPOSITORY / "tests" / "golden"
SEEDS = sorted((REPOSITORY / "seeds" / "articles").glob("*.txt"))


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return Extractor(Registry.read([]))


def test_there_are_five_seed_articles() -> None:
    assert len(SEEDS) == 5


@pytest.mark.parametrize("path", SEEDS, ids=[f"seed-{number}" for number in range(1, len(SEEDS) + 1)])
def test_the_seed_articles_say_what_they_said(
    extractor: Extractor, path: Path, request: pytest.FixtureRequest, seed_texts: dict[str, str]
) -> None:
    article = Article(id=path.stem, text=seed_texts[path.stem])
    attributions = extractor.find(article, masks=extractor.find_masks(article.text))
    found = [json.dumps(item.to_json(), ensure_ascii=False) for item in attributions]
    golden = GOLDEN / f"{path.stem}.jsonl"
    if request.config.getoption("--update-golden"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text("".join(line + "\n" for line in found), encoding="utf-8", newline="\n")
    assert golden.exists(), f"no golden file {golden.name}: run `pytest --update-golden` and read the diff"
    assert found == golden.read_text(encoding="utf-8").splitlines()
