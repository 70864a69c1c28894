"""Print the quality tables of docs/benchmarks.md as Markdown.

    python benchmarks/quality.py --gold seeds/gold --articles seeds/articles [--model M] [--limit N]

Runs `sayso evaluate attribution --json` in a fresh process and lays its figures out: a row per kind, F1 with bootstrap
95 % intervals over articles.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

SAYSO = (sys.executable, "-c", "import sys; from sayso.cli import main; sys.exit(main())")
KINDS = (("all", "all"), ("dm", "direct + mixed"), ("direct", "direct"), ("mixed", "mixed"), ("indirect", "indirect"))
RATES = ("speaker_accuracy", "speaker_answer_precision", "speaker_decline_rate")
SCORES = ("exact", "relaxed", "char", "token", "cue", "source", "triple")


def evaluate(arguments: list[str]) -> dict[str, Any]:
    done = subprocess.run(
        [*SAYSO, "evaluate", "attribution", *arguments, "--json"], check=True, stdout=subprocess.PIPE, encoding="utf-8"
    )
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def figure(estimate: dict[str, float | None] | None, *, interval: bool = True) -> str:
    if estimate is None or estimate["value"] is None:
        return "–"
    text = f"{estimate['value']:.3f}"
    if interval and estimate["low"] is not None and estimate["high"] is not None:
        text += f" ({estimate['low']:.2f}–{estimate['high']:.2f})"
    return text.replace("0.", ".")


def tables(report: dict[str, Any]) -> list[str]:
    lines = [
        "| kind | gold | found | exact | relaxed | characters | words | cue | source | triple |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for key, name in KINDS:
        kind = report["kinds"][key]
        cells = [figure(kind["prf"][score]["f1"], interval=score in ("exact", "relaxed")) for score in SCORES]
        lines.append(f"| {name} | {kind['gold']} | {kind['predicted']} | " + " | ".join(cells) + " |")
    lines += [
        "",
        "| kind | right speaker | right, of answers | declined | speaker end to end F1 |",
        "|---|---|---|---|---|",
    ]
    for key, name in KINDS:
        kind = report["kinds"][key]
        rates = kind["rates"]
        cells = [figure(rates[rate]["share"]) for rate in RATES]
        cells.append(figure(kind["prf"]["speaker_e2e"]["f1"]))
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def main() -> None:
    sys.stdout.write("\n".join(tables(evaluate(sys.argv[1:]))) + "\n")


if __name__ == "__main__":
    main()
