"""Features of a pair for the linear classifier: words around the target, votes of the labeling functions, sides."""

from __future__ import annotations

from .functions import vote
from .pair_view import PairView
from .stance_words import AGAINST_VERBS, BAD, FOR_VERBS, GOOD, NEGATIONS

WINDOW = 6
# Enough of a long sentence to see the frame; a paragraph's later words are somebody else's stance.
MOST_WORDS = 60


def make_features(view: PairView, *, own_target: bool = True) -> dict[str, float]:
    """Return the features of one pair by name. `own_target` adds the words once more for this target alone."""
    features: dict[str, float] = {"bias": 1.0}
    shown = view.shown[:MOST_WORDS]
    target = view.target.id if view.target else "*"
    side = view.passage.side or "none"
    hows = {mention.how for mention in view.mentions}
    for how in hows:
        features[f"how={how}"] = 1.0
    features[f"t={target}"] = features[f"s={side}"] = features[f"ts={target}|{side}"] = 1.0
    previous = "<s>"
    for form in shown:
        features[f"w={form}"] = 1.0
        features[f"b={previous}_{form}"] = 1.0
        if own_target:
            features[f"tw={target}|{form}"] = 1.0
        previous = form
    for mention in view.mentions[:3]:
        sign = "O" if mention.how == "opposed" else "T"
        for distance in range(1, WINDOW + 1):
            before, after = mention.first - distance, mention.last + distance
            near = "1" if distance <= 2 else ""
            if before >= 0:
                features[f"l{sign}={view.shown[before]}"] = 1.0
                if near:
                    features[f"l{sign}{near}={view.shown[before]}"] = 1.0
            if after < len(view.shown):
                features[f"r{sign}={view.shown[after]}"] = 1.0
                if near:
                    features[f"r{sign}{near}={view.shown[after]}"] = 1.0
    for word in view.cue:
        features[f"c={word}"] = features[f"ct={target}|{word}"] = 1.0
    if not view.cue:
        features["c=none"] = 1.0
    clause = view.clauses[view.mentions[0].first] if view.mentions else 0
    local = [form for form, number in zip(view.forms, view.clauses, strict=True) if number == clause]
    good, bad = sum(form in GOOD for form in local), sum(form in BAD for form in local)
    negated = sum(form in NEGATIONS for form in local)
    features[f"polarity={(good > bad) - (good < bad)}|{negated % 2}"] = 1.0
    features[f"verbs={any(f in FOR_VERBS for f in local)}|{any(f in AGAINST_VERBS for f in local)}|{negated % 2}"] = 1.0
    if view.has_condition:
        features[f"if={view.mentions and view.conditional(view.mentions[0].first)}"] = 1.0
    if "?" in view.passage.text:
        features["question"] = 1.0
    total = 0
    for found in vote(view):
        features[f"v={found.function}|{found.label}"] = 1.0
        total += (found.label == "favor") - (found.label == "against")
    features["votes"] = max(-3, min(3, total)) / 3
    return features
