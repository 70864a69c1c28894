"""Does asking the least sure first pay? Learning curves of the two orders of review, simulated on labelled sentences.

    python benchmarks/review_order.py [--svg docs/images/review-order.svg]

An annotator answers in batches, in random order or the least sure first as a classifier trained on the answers so far
sees it; after each batch it is scored on sentences of other families. The classifier is a plain logistic regression
on the features of the linear stance model: the question is the order, not the score.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from sayso.labeling.codebook import read_codebook
from sayso.labeling.families import read_sentences
from sayso.labeling.linear import make_examples

SEED_ANSWERS = 20
BATCH = 40
MOST = 340
WIDTH, HEIGHT, MARGIN = 640, 360, 48


def simulate(order: str, seed: int, features: Any, labels: Any, train: list[int], test: list[int]) -> list[float]:
    """Return macro F1 on the test sentences after each batch of answers."""
    shuffled = random.Random(seed).sample(train, len(train))
    asked, waiting = shuffled[:SEED_ANSWERS], shuffled[SEED_ANSWERS:]
    scores = []
    while True:
        classifier = LogisticRegression(C=1.0, max_iter=100, tol=0.01, class_weight="balanced")
        classifier.fit(features[asked], labels[asked])
        scores.append(float(f1_score(labels[test], classifier.predict(features[test]), average="macro")))
        if len(asked) >= MOST or len(waiting) < BATCH:
            return scores
        if order == "uncertainty":
            sure = classifier.predict_proba(features[waiting]).max(axis=1)
            waiting = [waiting[i] for i in np.argsort(sure, kind="stable")]
        asked, waiting = asked + waiting[:BATCH], waiting[BATCH:]


def draw(curves: dict[str, np.ndarray[Any, Any]]) -> str:
    """Return the two curves as an SVG picture, told apart by dashes as well as colour."""
    low, high = 0.3, 1.0
    steps = len(next(iter(curves.values())))
    x = [MARGIN + i * (WIDTH - 2 * MARGIN) / (steps - 1) for i in range(steps)]

    def y(score: float) -> float:
        return HEIGHT - MARGIN - (score - low) / (high - low) * (HEIGHT - 2 * MARGIN)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for tick in range(3, 11):
        at = y(tick / 10)
        parts.append(f'<line x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{MARGIN - 8}" y="{at + 4:.1f}" text-anchor="end">{tick / 10:.1f}</text>')
    for i in range(0, steps, 2):
        parts.append(
            f'<text x="{x[i]:.1f}" y="{HEIGHT - MARGIN + 18}" text-anchor="middle">{SEED_ANSWERS + i * BATCH}</text>'
        )
    parts.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 8}" text-anchor="middle">answers</text>')
    parts.append(f'<text x="{MARGIN}" y="24">macro F1 on other sentences, mean of the seeds</text>')
    styles = {"uncertainty": ("#1b6ca8", ""), "random": ("#a8501b", ' stroke-dasharray="6 4"')}
    for number, (name, curve) in enumerate(curves.items()):
        color, dashes = styles[name]
        points = " ".join(f"{a:.1f},{y(b):.1f}" for a, b in zip(x, curve, strict=True))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"{dashes}/>')
        place = HEIGHT - MARGIN - 40 + 18 * number
        left = WIDTH - MARGIN - 150
        parts.append(
            f'<line x1="{left}" x2="{left + 30}" y1="{place}" y2="{place}" stroke="{color}" stroke-width="2"{dashes}/>'
        )
        parts.append(f'<text x="{left + 38}" y="{place + 4}">{name} order</text>')
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=Path, default=Path("seeds/stance/ukraine-2021.jsonl"))
    parser.add_argument("--codebook", default="ukraine-2021")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--svg", type=Path)
    options = parser.parse_args()
    codebook = read_codebook(options.codebook)
    examples = make_examples(read_sentences(options.sentences, codebook), codebook)
    features = DictVectorizer().fit_transform([dict(example.features) for example in examples])
    labels = np.array([str(example.label) for example in examples])
    groups = sorted({example.group for example in examples})
    runs: dict[str, list[list[float]]] = {"uncertainty": [], "random": []}
    for seed in range(options.seeds):
        held = set(random.Random(1000 + seed).sample(groups, len(groups) // 3))
        train = [i for i, example in enumerate(examples) if example.group not in held]
        test = [i for i, example in enumerate(examples) if example.group in held]
        for order, found in runs.items():
            found.append(simulate(order, seed, features, labels, train, test))
    curves = {order: np.mean(found, axis=0) for order, found in runs.items()}
    gain = np.array(runs["uncertainty"]) - np.array(runs["random"])
    print(f"{len(examples)} pairs of {len(groups)} families, {options.seeds} seeds; macro F1 on held-out families")
    print("answers  uncertainty  random  gain  seeds better")
    for step in range(len(curves["random"])):
        row = (curves["uncertainty"][step], curves["random"][step], gain[:, step].mean())
        better = int((gain[:, step] > 0).sum())
        print(
            f"{SEED_ANSWERS + step * BATCH:7d}  {row[0]:11.3f}  {row[1]:6.3f}  {row[2]:+.3f}  {better}/{options.seeds}"
        )
    print(json.dumps({"mean_gain": round(float(gain[:, 1:].mean()), 4)}))
    if options.svg:
        options.svg.write_text(draw(curves), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
