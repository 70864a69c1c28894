"""Time and memory of finding repeated quotations among made-up ones, and how many of the repeats are found.

Quotations are drawn from a vocabulary with Zipf's frequencies; a share repeats an earlier one, with words left out,
replaced or cut off. Run: python benchmarks/clusters.py [--quotes 100000]
"""

from __future__ import annotations

import argparse
import platform
import random
import resource
import sys
import time
from bisect import bisect
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate

from sayso.attribution.clusters import QuoteClusters
from sayso.attribution.types import Article, Attribution, Speaker, TextSpan

SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "il", "or", "un")]
FILLERS = "the of to and in that is for we on not will it with as are this by have be".split()
VOCABULARY = 30_000
SPEAKERS = 3_000
QUOTES_AN_ARTICLE = 10
REPEATED = 0.2
EDITS = ("equal", "one word replaced", "10 % replaced", "25 % replaced", "50 % replaced", "second half only")


class Writer:
    """Makes quotations up; the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        words = sorted(
            {"".join(self.random.choices(SYLLABLES, k=self.random.choice((2, 3, 3, 4)))) for _ in range(2 * VOCABULARY)}
        )
        self.random.shuffle(words)
        self.words = words[:VOCABULARY]
        self.weights = list(accumulate(1 / (rank + 10) for rank in range(len(self.words))))
        self.speakers = list(accumulate(1 / (rank + 5) for rank in range(SPEAKERS)))

    def word(self) -> str:
        if self.random.random() < 0.45:
            return self.random.choice(FILLERS)
        return self.words[bisect(self.weights, self.random.random() * self.weights[-1])]

    def speaker(self) -> Speaker | None:
        if self.random.random() < 0.25:
            return None
        number = bisect(self.speakers, self.random.random() * self.speakers[-1])
        return Speaker(f"speaker-{number}", f"Speaker {number}", "person", "name", 0.9)

    def quotation(self) -> list[str]:
        return [self.word() for _ in range(max(5, min(80, int(self.random.lognormvariate(2.9, 0.6)))))]

    def edit(self, words: list[str], how: str) -> list[str]:
        changed = list(words)
        if how == "second half only":
            return changed[len(changed) // 2 :]
        share = {"equal": 0.0, "one word replaced": 1 / len(words)}.get(how)
        share = int(how.split()[0]) / 100 if share is None else share
        for place in self.random.sample(range(len(changed)), round(share * len(changed))):
            changed[place] = self.word()
        return changed


def write_quotes(count: int, writer: Writer) -> Iterator[tuple[Article, list[tuple[Attribution, int | None, str]]]]:
    """Yield articles with their quotations, each with the number of the one it repeats and how it was edited."""
    kept: list[tuple[list[str], Speaker | None, int]] = []
    number = 0
    while number < count:
        article = Article(id=f"article-{number // QUOTES_AN_ARTICLE:07d}", text="", date="2024-01-01")
        group = []
        for _ in range(min(QUOTES_AN_ARTICLE, count - number)):
            origin, how = None, ""
            if kept and writer.random.random() < REPEATED:
                words, speaker, origin = writer.random.choice(kept)
                how = writer.random.choice(EDITS)
                words = writer.edit(words, how)
            else:
                words, speaker = writer.quotation(), writer.speaker()
                if len(kept) < 20_000:
                    kept.append((words, speaker, number))
            content = "“" + " ".join(words).capitalize() + ",”"
            spans = (TextSpan(number % 10 * 1000, number % 10 * 1000 + 1),)
            found = Attribution(
                f"a_{number:016x}", article.id, "direct", content, spans,
                None, (), None, (), 0.9, "benchmark", speaker=speaker,
            )  # fmt: skip
            group.append((found, origin, how))
            number += 1
        yield article, group


def report(count: int, seed: int) -> Iterator[str]:
    yield f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    made = list(write_quotes(count, Writer(seed)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    clusters = QuoteClusters()
    start = time.process_time()
    for article, group in made:
        clusters.add(article, [found for found, _, _ in group])
    read = time.process_time()
    found = clusters.find()
    done = time.process_time()
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 1 if sys.platform == "darwin" else 1024
    yield (
        f"{count:,} quotations: {done - start:.1f} CPU-seconds ({read - start:.1f} reading words, {done - read:.1f} "
        f"finding), peak memory grew by {(after - before) * unit / 1e6:.0f} MB"
    )
    hits: Counter[str] = Counter()
    all_of: Counter[str] = Counter()
    origins: dict[str, int] = {}
    for _, group in made:
        for item, origin, how in group:
            number = int(item.id[2:], 16)
            origins[item.id] = number if origin is None else origin
            if origin is None:
                continue
            all_of[how] += 1
            mine, first = found.get(item.id), found.get(f"a_{origin:016x}")
            hits[how] += mine is not None and first is not None and mine.id == first.id
    yield "repeats found: " + ", ".join(f"{how} {hits[how] / max(all_of[how], 1):.2f}" for how in EDITS)
    members: dict[str, Counter[int]] = {}
    for name, cluster in found.items():
        members.setdefault(cluster.id, Counter())[origins[name]] += 1
    wrong = sum(sum(group.values()) - max(group.values()) for group in members.values())
    yield f"{len(members):,} clusters of {len(found):,} quotations, {wrong:,} of them wrongly joined"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quotes", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for line in report(arguments.quotes, arguments.seed):
        print(line, flush=True)
