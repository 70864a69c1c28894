"""How sure an answer is: what is known of the way to it, as named numbers; `ranking` turns them into a chance."""

from __future__ import annotations

import math
from functools import lru_cache

from .nominals import RolesKey, parse_phrase, roles_key
from .roles import RoleLexicon
from .speaker_names import Answer, names_somebody

# Answers that repeat or paraphrase the source's own words: how it is phrased tells how often they are right.
DESCRIBING = frozenset(
    "speaker." + stage
    for stage in "group unnamed institution document chain title issuer coordinated role alias".split()
)
# A softmax share beyond these says nothing more.
MIN_SHARE, MAX_SHARE = 0.02, 0.998


def answer_features(answer: Answer, source: str, roles: RoleLexicon) -> dict[str, float]:
    """Return what tells how sure an answer is: its stage, type, ranked share, what it takes up, and its wording."""
    why, entity = answer.why, answer.entity
    features = {"any": 1.0, why: 1.0, f"{why}.{answer.type}": 1.0}
    if answer.share is not None:
        share = min(max(answer.share, MIN_SHARE), MAX_SHARE)
        features[why + ".share"] = math.log(share / (1.0 - share))
    if answer.type == "organization" and names_somebody(answer.type, answer.name):
        features[why + ".by-name"] = 1.0
    if answer.base is not None:
        features["base." + answer.base] = 1.0
    if entity is None:
        features["unnamed"] = 1.0
    elif entity.entry is not None:
        features["known"] = 1.0
    elif " " in entity.name:
        features["full"] = 1.0
    if why in DESCRIBING and source:
        features.update(_wording(why, source, roles_key(roles)))
    return features


@lru_cache(maxsize=8192)
def _wording(why: str, source: str, key: RolesKey) -> dict[str, float]:
    """Return the features of a phrase: its determiner, how many words describe its head, and what its head is."""
    phrase = parse_phrase(source, key.roles)
    modifiers = str(min(2, len(phrase.modifiers)))
    names = ["is." + phrase.determiner, f"{why}.{phrase.determiner}", "words." + modifiers, f"{why}.words.{modifiers}"]
    if phrase.head is not None:
        number = "several" if phrase.head.plural else "one"
        names += ["head." + phrase.head.kind, f"{why}.{phrase.head.kind}.{number}"]
    return dict.fromkeys(names, 1.0)
