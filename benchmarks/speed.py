"""Measure what docs/benchmarks.md reports: words per CPU-second, peak memory, start-up and import times.

Each figure is of a fresh process of the installed command, as its user would run it. POSIX only (`resource`).
Usage: python benchmarks/speed.py [--megabytes 100] [--articles seeds/articles]
With `--speakers` only the share of the CPU time that goes into telling who is meant, with the default model and with
the rules alone: python benchmarks/speed.py --speakers [--articles ARTICLES.jsonl]
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SAYSO = (sys.executable, "-c", "from sayso.cli import main; main()")
SPEED_MEGABYTES = 5
IMPORTS = ("sayso", "sayso.cli.app", "sayso.attribution.types", "spacy", "datasets")


@dataclass(frozen=True, slots=True)
class Usage:
    """What one process used: seconds on the clock, seconds of CPU, peak resident megabytes, bytes written to stdout."""

    wall: float
    cpu: float
    peak_mb: float
    written: int


def measure(*command: str) -> Usage:
    """Return what `command` used; its stdout goes to a scratch file, and a failure ends the benchmark."""
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, cwd=REPOSITORY)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{' '.join(command)} ended with {process.returncode}")
        written = out.tell() or os.fstat(out.fileno()).st_size
    # macOS counts bytes where Linux counts kibibytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return Usage(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6, written)


def write_corpus(articles: list[str], path: Path, megabytes: float) -> tuple[int, int]:
    """Write the articles over and over as JSON lines, until the file has that size; return its articles and words."""
    words = [len(text.split()) for text in articles]
    count = total = size = 0
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for number, (text, word_count) in enumerate(itertools.cycle(zip(articles, words, strict=True))):
            # A line of its own in each copy, so that nothing can be remembered from the last one.
            line = json.dumps({"id": f"copy-{number}", "text": f"{text}\n\nCopy {number}."}, ensure_ascii=False) + "\n"
            size += len(line.encode("utf-8"))
            if size > megabytes * 1e6:
                return count, total
            out.write(line)
            count, total = count + 1, total + word_count + 2
    raise AssertionError("cycle() does not end")


def start_seconds(*command: str, rounds: int = 5) -> str:
    """Return the median time of a command that starts and ends, interpreter included, on the clock and of the CPU."""
    used = [measure(*command) for _ in range(rounds)]
    wall, cpu = statistics.median(usage.wall for usage in used), statistics.median(usage.cpu for usage in used)
    return f"{wall:.2f} s ({cpu:.2f} CPU-seconds)"


def report(articles: list[str], megabytes: float) -> Iterator[str]:
    yield f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} CPUs"
    for module in IMPORTS:
        yield f"python -c 'import {module}': {start_seconds(sys.executable, '-c', f'import {module}')}"
    yield f"sayso --help: {start_seconds(*SAYSO, '--help')}"
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "articles.jsonl"
        for size in (SPEED_MEGABYTES, megabytes):
            count, words = write_corpus(articles, corpus, size)
            used = measure(*SAYSO, "quotes", "--no-model", "--quiet", str(corpus))
            yield (
                f"sayso quotes --no-model, {size:g} MB of JSON lines: {count:,} articles, {words:,} words, "
                f"{used.cpu:.1f} CPU-seconds, {used.wall:.1f} s, {words / used.cpu:,.0f} words per CPU-second "
                f"(start-up included), peak {used.peak_mb:.0f} MB, {used.written / 1e6:.1f} MB out"
            )
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    yield f"whole benchmark: {children.ru_utime + children.ru_stime:.0f} CPU-seconds"


def report_speakers(articles: Path) -> Iterator[str]:
    """Yield what part of the extraction the speakers cost, each model in a fresh process with nothing remembered."""
    for model in ("default", "rules"):
        command = (sys.executable, __file__, "--articles", str(articles), "--share-with", model)
        yield subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout.strip()


def speaker_share(texts: list[str], model: str) -> str:
    """Return the CPU time of the speakers' part of one pass over the texts, and of the whole, start-up left out."""
    from sayso.api import load
    from sayso.attribution.types import Article

    extractor = load(model=None if model == "default" else model).extractor
    spent, found, start = 0.0, 0, time.process_time()
    for chunk in extractor.chunks(Article(id=f"article-{n}", text=text) for n, text in enumerate(texts)):
        masks = [extractor.find_masks(article.text) for article in chunk]
        for article, mask, attributions in zip(chunk, masks, extractor.find_all(chunk, masks), strict=True):
            begin = time.process_time()
            found += len(extractor.resolve(article, attributions, masks=mask))
            spent += time.process_time() - begin
    whole = time.process_time() - start
    words = sum(len(text.split()) for text in texts)
    return (
        f"speakers, {model}: {spent / whole:.1%} of the extraction ({spent:.2f} of {whole:.2f} CPU-seconds; "
        f"{len(texts):,} articles, {words:,} words, {found:,} attributions)"
    )


def read_texts(path: Path) -> list[str]:
    """Return the texts of a folder's .txt files, or the field `text` of a file of JSON lines."""
    if path.is_dir():
        return [file.read_text(encoding="utf-8") for file in sorted(path.glob("*.txt"))]
    return [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=100, help="size of the memory test (default: 100)")
    parser.add_argument(
        "--articles", type=Path, default=REPOSITORY / "seeds" / "articles", help="folder of .txt files, or JSON lines"
    )
    parser.add_argument("--speakers", action="store_true", help="print only what the speakers cost")
    parser.add_argument("--share-with", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    texts = read_texts(arguments.articles)
    if not texts:
        sys.exit(f"no .txt file in {arguments.articles}")
    if arguments.share_with:
        print(speaker_share(texts, arguments.share_with))
        sys.exit()
    lines = report_speakers(arguments.articles) if arguments.speakers else report(texts, arguments.megabytes)
    for line in lines:
        print(line, flush=True)
