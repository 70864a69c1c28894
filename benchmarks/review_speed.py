"""Measure the review screen: seconds to the first screen, and milliseconds from a key to the screen after it.

python benchmarks/review_speed.py             # 10,000 items; prints one JSON document
python benchmarks/review_speed.py --items 500
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sayso.attribution.types import Article, Attribution, Speaker, TextSpan, make_attribution
from sayso.labeling.codebook import read_codebook
from sayso.labeling.review_items import ReviewItem
from sayso.labeling.review_log import ReviewLog
from sayso.labeling.review_screen.controller import Controller
from sayso.labeling.review_screen.drawing import Painter
from sayso.labeling.review_screen.keys import KeyMap
from sayso.labeling.review_screen.session import Session
from sayso.labeling.review_screen.speakers import Speakers
from sayso.review import read_speakers, short_reasons
from sayso.terminal import safe_line

QUOTED = re.compile(r"“[^”]*”")
QUOTES_AN_ARTICLE = 10
# One answer as it is mostly given: two labels, a boundary, the kind, accept.
ANSWER = ("f", "a", "right", "k", "enter")


def make_article(number: int) -> Article:
    """Return an article of ten paragraphs of some fifty words, each with a quotation."""
    filler = "The council of the city met again on Monday to look at the numbers from the districts. " * 2
    lines = [
        f"{filler}“Rents in street {line} will rise by {number + line} percent,” said Ana Ruiz of the council."
        for line in range(QUOTES_AN_ARTICLE)
    ]
    return Article(f"n{number}", "\n\n".join(lines), title=f"Rents {number}", date="2024-03-01")


def find_quotes(article: Article) -> list[Attribution]:
    """Return the quoted words of the article as attributions with speaker and stance."""
    sha = article.text_sha256
    found = []
    for match in QUOTED.finditer(article.text):
        made = make_attribution(
            article.text,
            article_id=article.id,
            text_sha256=sha,
            kind="direct",
            content=[TextSpan(*match.span())],
            cue=[TextSpan(match.end() + 1, match.end() + 5)],
            source=[TextSpan(match.end() + 6, match.end() + 14)],
            confidence=0.9,
            origin="rule:marks",
            why=["cue.say", "position.trailing"],
        ).with_speaker(Speaker("ana-ruiz", "Ana Ruiz", "person", "name", 0.9), "speaker.name")
        found.append(made)
    return found


def make_items(count: int) -> Iterator[ReviewItem]:
    """Yield `count` items or up to nine more."""
    for number in range((count + QUOTES_AN_ARTICLE - 1) // QUOTES_AN_ARTICLE):
        article = make_article(number)
        for found in find_quotes(article):
            yield ReviewItem(article, article.text_sha256, found, TextSpan(found.start, found.end))


def time_keys(folder: Path, items: int, answers: int) -> dict[str, Any]:
    """Return how long each key takes, from its arrival to the next screen drawn, the write to disk included."""
    with ReviewLog(folder, "speed") as log:
        book = read_codebook()
        started = time.perf_counter()
        session = Session(list(make_items(items)), log, codebook=book, speakers=Speakers(read_speakers()))
        opened = time.perf_counter() - started
        controller = Controller(session, KeyMap.of())
        painter = Painter(controller, safe_line=safe_line, reasons=short_reasons)
        painter.draw(80, 24)
        wall, cpu = [], []
        for number in range(answers * len(ANSWER)):
            before, cpu_before = time.perf_counter(), time.process_time()
            controller.press(ANSWER[number % len(ANSWER)])
            painter.draw(80, 24)
            wall.append(time.perf_counter() - before)
            cpu.append(time.process_time() - cpu_before)
    assert session.answered == answers, session.answered
    return {
        "queue": len(session.entries),
        "keys": len(wall),
        "open_s": round(opened, 3),
        "key_ms": _spread(wall),
        "key_cpu_ms": _spread(cpu),
    }


def _spread(seconds: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=100)
    return {"p50": round(cuts[49] * 1000, 2), "p95": round(cuts[94] * 1000, 2), "max": round(max(seconds) * 1000, 2)}


def time_first_screen(folder: Path, items: int) -> dict[str, float]:
    """Return the seconds from the command to its first full screen, in a pseudo-terminal, for a dataset of `items`.

    The best of three; `cpu_seconds` is what the whole run took of a processor, leaving included.
    """
    import pty

    source = folder / "articles.jsonl"
    with source.open("w", encoding="utf-8") as stream:
        for number in range(items // QUOTES_AN_ARTICLE):
            article = make_article(number)
            record = {"id": article.id, "text": article.text, "title": article.title, "date": article.date}
            stream.write(json.dumps(record) + "\n")
    run = [sys.executable, "-c", "import sys; from sayso.cli import main; sys.exit(main())"]
    dataset = folder / "dataset"
    subprocess.run([*run, "build", str(source), "-o", str(dataset), "-q"], check=True)
    best = cpu = 60.0
    for _ in range(3):
        started = time.perf_counter()
        child, master = pty.fork()
        if child == 0:
            os.environ["TERM"] = "xterm-256color"
            os.execv(run[0], [*run, "review", str(dataset), "--annotator", "speed"])
        received = b""
        while b"quit" not in received:
            received += os.read(master, 65536)
        best = min(best, time.perf_counter() - started)
        os.write(master, b"q")
        try:
            while os.read(master, 65536):
                continue
        except OSError:  # Linux tells the end of a pseudo-terminal as an error
            os.close(master)
        used = os.wait4(child, 0)[2]
        cpu = min(cpu, used.ru_utime + used.ru_stime)
    return {"attributions": items, "seconds": round(best, 2), "cpu_seconds": round(cpu, 2)}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--answers", type=int, default=200)
    parser.add_argument("--dataset", type=int, default=5_000, help="attributions of the dataset for the first screen")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = time_keys(Path(folder) / "review", options.items, options.answers)
        figures["first_screen"] = time_first_screen(Path(folder), options.dataset)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
