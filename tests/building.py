"""What the tests of dataset, build, card and publishing share: small articles and an attributor without rules."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sayso.attribution.types import Article, Attribution, Speaker, Stance, TextSpan, make_attribution

QUOTED = re.compile(r"“[^”]*”")
NAMED = re.compile(r"said (Ana Ruiz|Tom Lee)")


class QuoteFinder:
    """Attributes every “…” to the person named after the next 'said', and gives each a stance if asked to."""

    version = "quote-finder 1"

    def __init__(self, *, stances: bool = False) -> None:
        self.stances = stances

    def pipe(self, articles: Iterable[Article]) -> Iterator[tuple[Article, list[Attribution]]]:
        for article in articles:
            yield article, [self.attribute(article, match) for match in QUOTED.finditer(article.text)]

    def attribute(self, article: Article, match: re.Match[str]) -> Attribution:
        named = NAMED.search(article.text, match.end())
        found = make_attribution(
            article.text,
            article_id=article.id,
            text_sha256=article.text_sha256,
            kind="direct",
            content=[TextSpan(*match.span())],
            cue=[TextSpan(named.start(), named.start() + 4)] if named else (),
            source=[TextSpan(*named.span(1))] if named else (),
            confidence=0.9,
            origin="rule:marks",
            why=["marks"],
        )
        if named:
            name = named[1]
            found = found.with_speaker(Speaker(name.lower().replace(" ", "-"), name, "person", "name", 0.8), "name")
        if self.stances:
            found = replace(found, stances=(Stance("rents", "against", 0.7, "rule", ("denial",)),))
        return found


def make_record(number: int, **more: Any) -> dict[str, Any]:
    """Return one article as a JSON record: two paragraphs, one quotation."""
    name = ("Ana Ruiz", "Tom Lee")[number % 2]
    text = (
        f"Rents rose again in district {number} last year, the city council wrote in its report on Monday.\n\n"
        f"“Rents will rise in year {number},” said {name}. The council of the city will meet again next week."
    )
    return {"id": f"n{number}", "text": text, "title": f"Rents {number}", "date": "2024-03-01", **more}


def write_articles(path: Path, records: Sequence[dict[str, Any]]) -> Path:
    """Write the records as JSON lines and return the path."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8", newline="\n")
    return path


def tree_bytes(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file below `folder` by name."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
