"""Pairs that the stance models answer in a second of processor time, and how long the linear one trains.

    python benchmarks/stance_speed.py [--newsmtsc TRAIN.jsonl]

Passages are the packaged sentences; finding their targets is timed apart. One process, one thread.
"""

from __future__ import annotations

import argparse
import platform
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sayso.labeling.codebook import read_codebook
from sayso.labeling.families import read_sentences
from sayso.labeling.pair_view import make_views
from sayso.labeling.stance_model import PACKAGED, load_stance_model
from sayso.stance_training import packaged_sentences, train_stance

LEAST_SECONDS = 2.0


def pace(work: Callable[[], int]) -> float:
    """Return how much `work` does in a second of processor time; it is repeated until that can be told."""
    done, began = 0, time.process_time()
    while (spent := time.process_time() - began) < LEAST_SECONDS:
        done += work()
    return done / spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--newsmtsc", type=Path, help="training file of NewsMTSC: of the part for mentions")
    parser.add_argument("--no-training", action="store_true", help="leave the training of the linear model out")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, {platform.system()} {platform.machine()}")
    codebook = read_codebook()
    passages = list(dict.fromkeys(pair.passage for pair in read_sentences(packaged_sentences(codebook.id), codebook)))
    views = [view for passage in passages for _, view in make_views(passage, codebook)]
    found = pace(lambda: sum(len(make_views(passage, codebook)) for passage in passages))
    print(f"{len(passages):,} passages, {len(views):,} pairs; targets found for {found:,.0f} pairs a CPU-second")
    for name in PACKAGED:
        model = load_stance_model(name)
        # The pair model needs no more than a few hundred to tell.
        asked = views[:: max(1, len(views) // 300)] if "pair" in name else views
        model.predict(asked[:10])
        print(f"{name}: {pace(lambda m=model, v=asked: len(m.predict(v))):,.0f} pairs a CPU-second")  # type: ignore[misc]
    if options.no_training:
        return
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time(), time.perf_counter()
        train_stance(Path(folder) / "model", newsmtsc=options.newsmtsc)
        spent = time.process_time() - began[0], time.perf_counter() - began[1]
    data = "with NewsMTSC" if options.newsmtsc else "packaged sentences"
    print(f"training the linear model ({data}), cross-validation included: {spent[0]:.0f} CPU-s, {spent[1]:.0f} s")


if __name__ == "__main__":
    main()
