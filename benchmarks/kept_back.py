"""Speakers on labelled articles that were out of sight while rules were written: trained without them, scored on them.

    python benchmarks/kept_back.py CORPORA [--min-speaker 0]

CORPORA holds the corpora under the paths that `models/speakers-en/recipe.toml` names. The articles are those marked
`kept_back` in `labels.jsonl`; the shipped weights have learned from them since, these weights have not.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path

from sayso.attribution.gold import read_gold, read_json_lines
from sayso.attribution.ranking import SpeakerRanker
from sayso.attribution.registry import Registry
from sayso.attribution.speaker_scoring import Outcome, gold_attributions, known_as, report_speakers
from sayso.attribution.training.speakers import Recipe, train_speakers
from sayso.evaluate_speakers import render_speaker_tables, resolve
from sayso.terminal import data_console

MODEL = Path(__file__).parent.parent / "models" / "speakers-en"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--min-speaker", type=float, help="least confidence of every speaker, 0 to give all")
    asked = parser.parse_args()
    plan = Recipe.read(MODEL / "recipe.toml")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(MODEL / "recipe.toml", folder)
        parts: dict[bool, list[str]] = {True: [], False: []}
        for _, record in read_json_lines(MODEL / plan.labels):
            parts[bool(record.get("kept_back"))].append(json.dumps(record) + "\n")
        (folder / plan.labels).write_text("".join(parts[False]), encoding="utf-8")
        (folder / "kept.jsonl").write_text("".join(parts[True]), encoding="utf-8")
        train_speakers(folder / "recipe.toml", asked.corpora, folder)
        ranker = SpeakerRanker.read(folder)
        documents = read_gold(asked.corpora / plan.labelled, speakers=folder / "kept.jsonl")
    registry = Registry.read()
    outcomes = []
    for document in documents:
        items = resolve(document, gold_attributions(document), registry, ranker, asked.min_speaker)
        outcomes += [
            Outcome(document.id, speaker, item.speaker, item.why[-1])
            for gold, item in zip(document.attributions, items, strict=True)
            if (speaker := known_as(gold.speaker, registry)) is not None
        ]
    report = report_speakers(outcomes, articles=len(documents), out_of_fold=len(documents), baselines={})
    for table in list(render_speaker_tables(report))[:2]:
        data_console().print(table)


if __name__ == "__main__":
    main()
