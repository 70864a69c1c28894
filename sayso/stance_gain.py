"""What new decisions of reviewers are worth: the classifier trained without and with them, on articles it never saw."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .attribution.errors import InputError

if TYPE_CHECKING:
    from .labeling.codebook import Codebook
    from .labeling.linear import Example, LinearStance
    from .labeling.passages import LabelledPair
    from .labeling.stance_scores import Answer

LEARNT = "reviewed.json"
FOLDS = 5
# Below these an interval says nothing: a bootstrap over a handful of articles only repeats them.
MIN_PAIRS = 20
MIN_ARTICLES = 5
RESAMPLES = 1000

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One reviewed stance to learn from; `group` holds together the articles that share a quotation."""

    id: str
    group: str
    example: Example


@dataclass(frozen=True, slots=True)
class Gain:
    """Macro-F1 and accuracy without and with the new decisions, each article held out once.

    Where there is too little to tell, `reason` says what is missing and the figures are None. Intervals are 95 %
    ones of the difference, by resampling articles.
    """

    reviewed: int
    learnable: int
    """Of the reviewed stances those whose target the codebook's terms find: only they teach anything."""
    articles: int
    new: int
    """Of the learnable ones those that the training before did not have, or had with another label."""
    reason: str | None = None
    without: Mapping[str, float] | None = None
    with_new: Mapping[str, float] | None = None
    difference: Mapping[str, float] | None = None
    intervals: Mapping[str, tuple[float, float]] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the object `reviewed` of metrics.json and of `sayso train stance --json`."""
        return {
            "stances": self.reviewed,
            "learnable": self.learnable,
            "articles": self.articles,
            "new": self.new,
            "reason": self.reason,
            "without_new": _rounded(self.without),
            "with_new": _rounded(self.with_new),
            "gain": _rounded(self.difference),
            "gain_intervals": None
            if self.intervals is None
            else {name: [round(low, 4), round(high, 4)] for name, (low, high) in self.intervals.items()},
        }


def tell_gain(gain: Mapping[str, Any]) -> str:
    """Return a `Gain` (its JSON form) in one sentence, as terminal and card say it."""
    decided = f"{_count(gain['stances'], 'reviewed stance')}, {gain['new']:,} new"
    if gain["reason"] is not None:
        return f"{decided}; gain not measured: {gain['reason']}"
    before, after = gain["without_new"]["macro_f1"], gain["with_new"]["macro_f1"]
    low, high = gain["gain_intervals"]["macro_f1"]
    verdict = "" if low > 0 or high < 0 else "; that may be chance"
    return (
        f"{decided}: macro-F1 {gain['gain']['macro_f1']:+.3f} ({low:+.3f} to {high:+.3f}), "
        f"from {before:.3f} without them to {after:.3f}, on {gain['learnable']:,} stances of "
        f"{_count(gain['articles'], 'held-out article')}{verdict}"
    )


def make_reviewed(pairs: Iterable[LabelledPair], codebook: Codebook) -> list[Reviewed]:
    """Return what can be learnt of reviewed pairs, grouped so that no article and no repeated quotation is cut."""
    from .labeling.linear import make_examples

    listed = list(pairs)
    roots = _join((str(pair.article), f"family {pair.family}") for pair in listed)
    return [
        Reviewed(pair.id, roots[str(pair.article)], example)
        for pair in listed
        for example in make_examples([pair], codebook)
    ]


def measure_gain(
    reviewed: Sequence[Reviewed],
    others: Sequence[Example],
    *,
    stances: int,
    before: Labels,
    train: Callable[[Sequence[Example]], LinearStance],
    answer: Callable[[Sequence[Example], LinearStance], list[Answer]],
) -> Gain:
    """Return what the reviewed stances that `before` (label by id) lacks add to a training on `others` and the rest.

    Each article is held out once; both classifiers answer it, neither has learnt from it. Nothing is raised where
    there is too little: the reason is in the answer.
    """
    new = {one.id for one in reviewed if before.get(one.id) != one.example.label}
    groups = Counter(one.group for one in reviewed)
    counted = Gain(stances, len(reviewed), len(groups), len(new))
    reason = _why_not(counted, reviewed)
    if reason is not None:
        return _without_figures(counted, reason)
    folds = _cut(groups)
    answers: dict[bool, list[Answer]] = {False: [], True: []}
    try:
        for fold in range(FOLDS):
            asked = [one.example for one in reviewed if folds[one.group] == fold]
            rest = [one for one in reviewed if folds[one.group] != fold]
            for with_new in (False, True):
                learnt = [one.example for one in rest if with_new or one.id not in new]
                answers[with_new] += answer(asked, train([*others, *learnt]))
    except InputError as error:
        return _without_figures(counted, f"too little to train on without them ({error})")
    owners = [one.group for fold in range(FOLDS) for one in reviewed if folds[one.group] == fold]
    without, with_new_scores = _score(answers[False]), _score(answers[True])
    return Gain(
        counted.reviewed,
        counted.learnable,
        counted.articles,
        counted.new,
        without=without,
        with_new=with_new_scores,
        difference={name: with_new_scores[name] - without[name] for name in without},
        intervals=_intervals(answers[False], answers[True], owners),
    )


# --- what the training before had -------------------------------------------------------------------------------------


def read_before(out: Path, now: Labels) -> Labels:
    """Return the reviewed stances that the model in `out` was trained on, by id; none where no model is there.

    Where nothing was decided since, that is what the training before it had: repeated, it says the same.
    """
    record = _read_record(out)
    return record["before"] if record["pairs"] == now else record["pairs"]


def make_record(now: Labels, before: Labels) -> str:
    """Return the content of `reviewed.json` beside the weights: what was learnt, and what had been before."""
    record = {"schema_version": 1, "pairs": dict(sorted(now.items())), "before": dict(sorted(before.items()))}
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def _read_record(out: Path) -> dict[str, dict[str, str]]:
    path = out / LEARNT
    if not path.is_file():
        return {"pairs": {}, "before": {}}
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return {name: {str(key): str(label) for key, label in record[name].items()} for name in ("pairs", "before")}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path}: can't be read ({error!r}); remove it, and all reviewed stances count as new"
        ) from error


# --- the measuring ----------------------------------------------------------------------------------------------------


def _why_not(counted: Gain, reviewed: Sequence[Reviewed]) -> str | None:
    if not counted.new:
        return "no new decision since the training before"
    if counted.learnable < MIN_PAIRS or counted.articles < MIN_ARTICLES:
        return (
            f"too few, {_count(counted.learnable, 'stance')} of {_count(counted.articles, 'article')} can be learnt; "
            f"it takes {MIN_PAIRS} of {MIN_ARTICLES}"
        )
    labels = {one.example.label for one in reviewed}
    return f"all of them are {labels.pop()!r}" if len(labels) == 1 else None


def _without_figures(counted: Gain, reason: str) -> Gain:
    return Gain(counted.reviewed, counted.learnable, counted.articles, counted.new, reason=reason)


def _cut(groups: Mapping[str, int]) -> dict[str, int]:
    """Return the fold of each group, the folds about equally full, whatever the order of the groups."""
    sizes = [0] * FOLDS
    folds = {}
    for group in sorted(groups, key=lambda name: (-groups[name], hashlib.sha256(name.encode()).digest())):
        lightest = sizes.index(min(sizes))
        folds[group] = lightest
        sizes[lightest] += groups[group]
    return folds


def _score(answers: Sequence[Answer]) -> dict[str, float]:
    from .labeling.stance_scores import macro_f1

    return {"macro_f1": macro_f1(answers), "accuracy": sum(one.right for one in answers) / len(answers)}


def _intervals(
    without: Sequence[Answer], with_new: Sequence[Answer], owners: Sequence[str]
) -> dict[str, tuple[float, float]]:
    """Return 95 % intervals of the differences; both draw the same articles, so that luck with them cancels."""
    from .labeling.stance_scores import middle_of

    places: dict[str, list[int]] = {}
    for place, owner in enumerate(owners):
        places.setdefault(owner, []).append(place)
    pools = [places[owner] for owner in sorted(places)]
    chance = random.Random(0)
    found: dict[str, list[float]] = {"macro_f1": [], "accuracy": []}
    for _ in range(RESAMPLES):
        drawn = [place for _ in pools for place in pools[chance.randrange(len(pools))]]
        before, after = (_score([answers[place] for place in drawn]) for answers in (without, with_new))
        for name, values in found.items():
            values.append(after[name] - before[name])
    return {name: middle_of(values) for name, values in found.items()}


def _join(links: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return for each name the one that stands for all that are linked to it, directly or through others."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for one, other in links:
        first, second = sorted((root(one), root(other)))
        parent[second] = first
    return {name: root(name) for name in list(parent)}


def _rounded(row: Mapping[str, float] | None) -> dict[str, float] | None:
    return None if row is None else {name: round(value, 4) for name, value in row.items()}


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
