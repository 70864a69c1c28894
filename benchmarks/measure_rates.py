"""Write `seeds/lexicons/rates.jsonl`: how often each cue, frame and position of the rules is right.

    python benchmarks/measure_rates.py polnear/train.jsonl

Counts the rule engine's findings, before any threshold, over annotated training articles; a finding is right when its
content overlaps an annotated content by half or more (character intersection over union).
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from sayso.attribution.confidence import context_key
from sayso.attribution.files import write_atomically
from sayso.attribution.gold import GoldDocument, read_gold
from sayso.attribution.rules import RuleEngine, pattern_of
from sayso.attribution.types import TextSpan

MIN_PAIR = 2
"""Pairs of cue and pattern seen less often say nothing that the cue alone does not."""


def covered(spans: Iterable[TextSpan]) -> set[int]:
    return {at for span in spans for at in range(span.start, span.end)}


def count(documents: Iterable[GoldDocument]) -> Iterable[tuple[str, object, int, int]]:
    engine = RuleEngine(min_confidence=0.0, min_nested_confidence=0.0)
    seen: Counter[tuple[str, object]] = Counter()
    right: Counter[tuple[str, object]] = Counter()
    for document in documents:
        gold = [(a.content[0].start, a.content[-1].end, covered(a.content)) for a in document.attributions]
        for found in engine.find(document.text, article_id=document.id):
            mine = covered(found.content_spans)
            hit = any(
                start < found.end and found.start < end and len(mine & theirs) >= 0.5 * len(mine | theirs)
                for start, end, theirs in gold
            )
            cue, pattern = pattern_of(found.why)
            context = context_key(found.source, quoted=found.kind != "indirect", nested=found.nested_in is not None)
            for key in (
                ("base", None),
                ("pattern", pattern),
                ("context", context),
                ("pattern_context", (pattern, context)),
                ("cue", cue),
                ("pair", (cue, pattern)),
            ):
                seen[key] += 1
                right[key] += hit
    for (group, key), n in sorted(seen.items(), key=lambda item: (item[0][0], str(item[0][1]))):
        if group != "pair" or n >= MIN_PAIR:
            yield group, key, n, right[group, key]


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    rows = list(count(read_gold(Path(sys.argv[1]))))
    target = Path(__file__).parent.parent / "seeds" / "lexicons" / "rates.jsonl"
    with write_atomically(target) as stream:
        for group, key, n, hits in rows:
            record = {"group": group, **({} if key is None else {"key": key}), "n": n, "right": hits}
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")
    sys.stderr.write(f"{len(rows)} rates in {target}\n")


if __name__ == "__main__":
    main()
