"""How often a finding of the rules is right: measured rates in, a calibrated confidence out.

The rates (`seeds/lexicons/rates.jsonl`) count, over PolNeAR's training articles, the engine's findings and those of
them that overlap an annotated attribution by half or more; `benchmarks/measure_rates.py` writes them anew.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from .errors import LexiconError

# Counts below these many findings are drawn towards what the wider group shows.
SHRINK_GROUP, SHRINK_CUE, SHRINK_PAIR = 8, 12, 6
PRONOUNS = frozenset({"he", "she", "they", "i", "we", "who"})
THINGS = frozenset({"it", "this", "that", "these", "those", "which", "what"})

Counts = tuple[int, int]
"""(findings, right ones)."""


def source_class(source: str | None) -> str:
    """Return what kind of phrase the source is: none, pronoun, thing (it, this), name, or noun."""
    if not source:
        return "none"
    words = [word for word in source.split() if word[:1].isalpha()]
    if not words:
        return "noun"
    first = words[0].lower()
    if first in PRONOUNS:
        return "pronoun"
    if first in THINGS:
        return "thing"
    named = words[1:] if words[0] in ("The", "A", "An") else words
    return "name" if any(word[0].isupper() for word in named) else "noun"


@dataclass(frozen=True, slots=True)
class Rates:
    """Counts by group; `patterns` maps a pattern ("frame.that") to its counts, `cues` a cue, `pairs` both."""

    base: Counts
    patterns: Mapping[str, Counts]
    contexts: Mapping[str, Counts]
    pattern_contexts: Mapping[tuple[str, str], Counts]
    cues: Mapping[str, Counts]
    pairs: Mapping[tuple[str, str], Counts]

    def confidence(self, cue: str, pattern: str, context: str) -> float:
        """Return the probability that a finding of this cue, pattern and context is an attribution.

        `context` is `context_key(...)`. Evidence is combined on the log-odds scale, each group shrunk to the wider one.
        """
        right = self.base[1] / self.base[0]
        by_context = _shrunk(self.contexts.get(context), right, SHRINK_GROUP)
        by_pattern = _shrunk(self.patterns.get(pattern), right, SHRINK_GROUP)
        added = _sigmoid(_logit(by_context) + _logit(by_pattern) - _logit(right))
        both = _shrunk(self.pattern_contexts.get((pattern, context)), added, SHRINK_CUE)
        by_cue = _shrunk(self.cues.get(cue), right, SHRINK_CUE)
        expected = _sigmoid(_logit(by_pattern) + 0.7 * (_logit(by_cue) - _logit(right)))
        pair = _shrunk(self.pairs.get((cue, pattern)), expected, SHRINK_PAIR)
        return _sigmoid(_logit(both) + _logit(pair) - _logit(by_pattern))


def context_key(source: str | None, *, quoted: bool, nested: bool) -> str:
    """Return the context of a finding as one short key: source class, quoted words inside, inside another's content."""
    return f"{source_class(source)}{'+quoted' if quoted else ''}{'+nested' if nested else ''}"


def _shrunk(counts: Counts | None, towards: float, weight: int) -> float:
    n, right = counts or (0, 0)
    return (right + weight * towards) / (n + weight)


def _logit(p: float) -> float:
    p = min(max(p, 1e-4), 1 - 1e-4)
    return math.log(p / (1 - p))


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


@lru_cache(maxsize=1)
def read_rates(path: Path | None = None) -> Rates:
    """Return the measured rates at `path`, or those that ship; raises LexiconError with file and line."""
    source = files("sayso.seeds") / "lexicons" / "rates.jsonl" if path is None else path
    groups: dict[str, dict[Any, Counts]] = {
        name: {} for name in ("pattern", "context", "pattern_context", "cue", "pair")
    }
    base: Counts | None = None
    for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1):
        where = f"{source}:{number}"
        try:
            record = json.loads(line)
            counts = (int(record["n"]), int(record["right"]))
            if not 0 <= counts[1] <= counts[0]:
                raise LexiconError(f"{where}: right must lie between 0 and n, got {counts[1]} of {counts[0]}")
            match record["group"]:
                case "base":
                    base = counts
                case "pattern" | "context" | "cue" as group:
                    groups[group][record["key"]] = counts
                case "pattern_context" | "pair" as group:
                    first, second = record["key"]
                    groups[group][first, second] = counts
                case other:
                    raise LexiconError(f"{where}: unknown group {other!r}; allowed: base, {', '.join(groups)}")
        except (KeyError, TypeError, ValueError) as error:
            raise LexiconError(
                f"{where}: not a rate ({error!r}); write the file with benchmarks/measure_rates.py"
            ) from error
    if base is None or not base[0]:
        raise LexiconError(f"{source}: the base rate is missing; write the file with benchmarks/measure_rates.py")
    return Rates(base, groups["pattern"], groups["context"], groups["pattern_context"], groups["cue"], groups["pair"])
