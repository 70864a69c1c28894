"""How sure an answer is: what is known of the way to it, as named numbers; `ranking` turns them into a chance."""

from __future__ import annotations

import math
from functools import lru_cache

from .described import KINSHIP
from .nominals import RolesKey, parse_phrase, roles_key
from .roles import RoleLexicon
from .speaker_names import Answer, names_somebody

# Answers that repeat or paraphrase the source's own words: how it is phrased tells how often they are right.
DESCRIBING = frozenset(
    "speaker." + stage
    for stage in "group unnamed institution body document chain title issuer coordinated role alias plural".split()
)
# "his attorney", "my father": the article usually names them.
RELATIONS = KINSHIP | {"lawyer", "attorney", "doctor", "colleague", "friend", "boss"}
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
    if why == "speaker.general":
        features[f"{why}.{answer.name}"] = 1.0  # "you" are readers, "we" may be anybody
    if answer.type == "person" and " " not in answer.name:
        features["lone"] = 1.0  # a surname that the article never gives a first name
    if entity is not None:
        features[f"{why}.{answer.type}.found"] = 1.0
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
    kind = phrase.head.kind if phrase.head is not None else "none"
    filled = "described" if phrase.modifiers else "owned" if phrase.owner is not None else "bare"
    names += [f"{why}.{kind}.{phrase.determiner}", f"{why}.{kind}.{filled}"]
    names.append(f"{why}.{kind}.{phrase.determiner}.{filled}{'.more' if phrase.after else ''}")
    if phrase.head is not None:
        number = "several" if phrase.head.plural else "one"
        names += ["head." + phrase.head.kind, f"{why}.{phrase.head.kind}.{number}"]
        if phrase.head.canonical in RELATIONS:
            names.append("relation." + ("own" if phrase.determiner == "own" or phrase.owner else "other"))
    return dict.fromkeys(names, 1.0)
