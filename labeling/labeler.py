"""Stances of attributions: targets found, a label for each, with confidence, origin and flags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sayso.attribution.types import Attribution, Stance, StanceFlag

from .aggregation import majority
from .codebook import Codebook
from .functions import Vote, vote
from .pair_view import PairView, make_views
from .passages import Passage
from .stance_model import StanceModel
from .targets import TargetHit

Method = Literal["linear", "majority"]
HUMAN = "human:"


@dataclass(frozen=True, slots=True)
class Labelled:
    """One target of a passage with its stance and what it rests on."""

    stance: Stance
    hit: TargetHit
    view: PairView
    votes: tuple[Vote, ...]


class Labeler:
    """Labels passages by a codebook: with a stance model, or with the majority of the labeling functions."""

    def __init__(self, codebook: Codebook, model: StanceModel | None) -> None:
        self.codebook = codebook
        self.model = model

    @property
    def version(self) -> str:
        """Codebook and classifier with their versions, as the provenance records them."""
        return f"{self.codebook.id}@{self.codebook.version} {self.origin}"

    @property
    def origin(self) -> str:
        """What a stance given here names as its origin."""
        return self.model.origin if self.model else f"weak:majority@{self.codebook.version}"

    def label_passages(self, passages: Sequence[Passage]) -> list[list[Labelled]]:
        """Return the stances of each passage, in the codebook's order of targets; classified in one batch."""
        views = [make_views(passage, self.codebook) for passage in passages]
        flat = [item for found in views for item in found]
        labelled = iter(self._label(flat))
        return [[next(labelled) for _ in found] for found in views]

    def _label(self, pairs: Sequence[tuple[TargetHit, PairView]]) -> list[Labelled]:
        predictions = self.model.predict([view for _, view in pairs]) if self.model else None
        found = []
        for number, (hit, view) in enumerate(pairs):
            votes = tuple(vote(view))
            if predictions is None:
                label, confidence = majority(votes)
            else:
                label, confidence = predictions[number].label, predictions[number].confidence
            flags = _flags(hit, votes, label)
            found.append(
                Labelled(Stance(hit.target, label, round(confidence, 3), self.origin, flags), hit, view, votes)
            )
        return found

    def relabel(
        self, attributions: Iterable[Attribution], passages: Sequence[Passage], *, on_topic: bool = True
    ) -> list[Attribution]:
        """Return the attributions with fresh stances; those that a person gave stay, each for its target."""
        labelled = self.label_passages(passages) if on_topic else [[] for _ in passages]
        return [
            replace(attribution, stances=_merge(attribution.stances, [item.stance for item in found]))
            for attribution, found in zip(attributions, labelled, strict=True)
        ]


def _merge(before: Sequence[Stance], fresh: Sequence[Stance]) -> tuple[Stance, ...]:
    """Return the reviewed stances of `before` and the `fresh` ones of other targets, by target."""
    reviewed = [stance for stance in before if stance.origin.startswith(HUMAN)]
    taken = {stance.target for stance in reviewed}
    merged = [*reviewed, *(stance for stance in fresh if stance.target not in taken)]
    return tuple(sorted(merged, key=lambda stance: stance.target))


def _flags(hit: TargetHit, votes: Iterable[Vote], label: str) -> tuple[StanceFlag, ...]:
    flags: list[StanceFlag] = []
    for item in votes:
        flags.extend(flag for flag in item.flags if item.label == label and flag not in flags)
    if hit.how in ("echo", "anaphor"):
        flags.append("inferred")
    return tuple(sorted(flags))
