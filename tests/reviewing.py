"""What the tests of review share: a small article of invented people, and its items."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from sayso.attribution.types import Article, Attribution, Speaker, Stance, TextSpan, make_attribution
from sayso.labeling.review_items import ReviewItem

TARGETS = ("rents", "parks")
QUOTED = re.compile(r"“[^”]*”")
SAID = re.compile(r"said (Ana Ruiz|Tom Lee)")


def seven_quotes() -> Article:
    """Return an article of seven paragraphs, each with one quotation."""
    lines = [
        f"“Rents in street {number} will rise by {number + 1} percent,” said {('Ana Ruiz', 'Tom Lee')[number % 2]}."
        for number in range(7)
    ]
    return Article("town", "\n\n".join(lines) + "\n", title="Rents", date="2024-03-01")


def find_quotes(article: Article) -> list[Attribution]:
    """Return the quoted words of the article with cue, source, speaker and, for every other one, a stance."""
    found = []
    sha = article.text_sha256
    for number, match in enumerate(QUOTED.finditer(article.text)):
        said = SAID.search(article.text, match.end())
        assert said is not None
        attribution = make_attribution(
            article.text,
            article_id=article.id,
            text_sha256=sha,
            kind="direct",
            content=[TextSpan(*match.span())],
            cue=[TextSpan(said.start(), said.start() + 4)],
            source=[TextSpan(*said.span(1))],
            confidence=round(0.5 + 0.07 * number, 2),
            origin="rule:marks",
        )
        speaker = Speaker(said[1].lower().replace(" ", "-"), said[1], "person", "name", 0.9)
        stances = (Stance("rents", "against", 0.6, "rule"),) if number % 2 else ()
        found.append(replace(attribution, speaker=speaker, stances=stances))
    return found


def make_items(article: Article, attributions: Sequence[Attribution] | None = None) -> list[ReviewItem]:
    """Return the items of the article, each with its own sentence as the passage."""
    sha = article.text_sha256
    return [
        ReviewItem(article, sha, found, TextSpan(found.start, min(len(article.text), found.end + 20)), TARGETS)
        for found in (find_quotes(article) if attributions is None else attributions)
    ]
