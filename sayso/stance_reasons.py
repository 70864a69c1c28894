"""Why an attribution has its stances: which words raised the target, which functions spoke, what the model weighed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .attribution.types import Article, Attribution, Stance

HOWS = {
    "term": "raised by its own words",
    "opposed": "raised by words for its opposite",
    "cue": "raised by the cue",
    "echo": "raised again: the paragraph had raised it before",
    "anaphor": "meant by a pronoun: the sentence before had raised it",
}


@dataclass(frozen=True, slots=True)
class StanceReason:
    """What one stance rests on; `how` and the lists are empty where it was not made by this codebook and release."""

    stance: Stance
    how: str
    words: tuple[str, ...]
    """The words of the passage that raise the target."""
    votes: tuple[tuple[str, str, str, str], ...]
    """Function, its label, the words that made it speak, and what it looks for."""
    features: tuple[tuple[str, float], ...]
    """What weighed most for the model's likeliest label."""

    def to_json(self) -> dict[str, Any]:
        return {
            "target": self.stance.target,
            "label": self.stance.label,
            "confidence": self.stance.confidence,
            "origin": self.stance.origin,
            "how": self.how,
            "words": list(self.words),
            "votes": [
                dict(zip(("function", "label", "evidence", "meaning"), vote, strict=True)) for vote in self.votes
            ],
            "features": [{"feature": name, "weight": round(weight, 3)} for name, weight in self.features],
        }

    def lines(self) -> Iterator[str]:
        """Yield the reason in plain sentences."""
        stance = self.stance
        flags = f" ({', '.join(stance.flags)})" if stance.flags else ""
        yield f"{stance.target}: {stance.label}{flags}, {stance.confidence:.2f} sure, by {stance.origin}"
        if self.how:
            yield f"{self.how}: " + ", ".join(f"“{word}”" for word in self.words)
        for function, label, evidence, meaning in self.votes:
            yield f"{function} says {label}, for “{evidence}”: {meaning}"
        if self.features:
            yield "the model weighed most: " + ", ".join(f"{name} {weight:+.2f}" for name, weight in self.features)


def explain_stances(
    article: Article, attribution: Attribution, *, codebook: str | None = None, model: str | None = None
) -> tuple[StanceReason, ...]:
    """Return what each stance of `attribution` rests on; votes and weights are computed again, as when it was made.

    Without `model`, the packaged one that the stances name as their origin is asked.
    """
    if not attribution.stances:
        return ()
    from .labeling.functions import FUNCTIONS
    from .labeling.terms import read_words
    from .stance_labels import load_labeler, make_passages

    labeler = load_labeler(codebook, model=model or _find_origin(attribution))
    ((*found,),) = labeler.label_passages(make_passages(article, [attribution], labeler))
    by_target = {item.stance.target: item for item in found}
    reasons = []
    for stance in attribution.stances:
        item = by_target.get(stance.target)
        if item is None:
            reasons.append(StanceReason(stance, "", (), (), ()))
            continue
        words = read_words(attribution.content)
        raised = dict.fromkeys(
            attribution.content[words[mention.first].start : words[mention.last].end] for mention in item.hit.mentions
        )
        votes = tuple(
            (vote.function, vote.label, vote.evidence, " ".join((FUNCTIONS[vote.function].__doc__ or "").split()))
            for vote in item.votes
        )
        # Only its own answer is explained by the model's weights, not a person's.
        own = labeler.model is not None and stance.origin == labeler.origin
        features = tuple(labeler.model.explain(item.view)) if own and labeler.model else ()
        reasons.append(StanceReason(stance, HOWS[item.hit.how], tuple(raised), votes, features))
    return tuple(reasons)


def _find_origin(attribution: Attribution) -> str | None:
    """Return the name of the packaged model that gave the attribution's stances, None where none did."""
    from .labeling.stance_model import PACKAGED

    named = {stance.origin.removeprefix("model:").partition("@")[0] for stance in attribution.stances}
    return next((name for name in PACKAGED if name in named), None)
