"""Weak labels: small named functions, each of which votes on a pair of passage and target, or says nothing.

None is right often enough alone. `sayso label lf` prints how often each speaks, agrees with others and is right;
`labeling/aggregation.py` makes one answer of the votes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sayso.attribution.types import StanceFlag

from .codebook import ANY_SIDE, DecidedLabel
from .pair_view import PairView
from .stance_words import (
    AGAINST_VERBS,
    BAD,
    DENY_VERBS,
    ENDING,
    ENDING_VERBS,
    FACTUAL,
    FIRST_PERSON,
    FOR_VERBS,
    GOOD,
    KEEPING,
    MUST,
    NEGATIONS,
    REPORT_VERBS,
    THREATS,
    UNCERTAIN,
)

# Words before a mention that can govern it; in the corpus of our own sentences few objects are further away.
REACH = 5


@dataclass(frozen=True, slots=True)
class Vote:
    """One function's answer, with the word or two that made it, for `sayso explain`."""

    function: str
    label: DecidedLabel
    evidence: str
    flags: tuple[StanceFlag, ...] = ()


Answer = tuple[DecidedLabel, str] | tuple[DecidedLabel, str, StanceFlag] | None
Function = Callable[[PairView], Answer]

FUNCTIONS: dict[str, Function] = {}


def _function(function: Function) -> Function:
    FUNCTIONS[function.__name__.replace("_", "-")] = function
    return function


def vote(view: PairView) -> list[Vote]:
    """Return the votes of all functions that have something to say of the pair."""
    votes = []
    for name, function in FUNCTIONS.items():
        answer = function(view)
        if answer is not None:
            votes.append(Vote(name, answer[0], answer[1], answer[2:]))
    return votes


def _turn(label: DecidedLabel, times: int) -> DecidedLabel:
    """Return the label after being negated `times`; neutral stays neutral."""
    if label == "neutral" or times % 2 == 0:
        return label
    return "against" if label == "favor" else "favor"


def _negations(view: PairView, first: int, last: int) -> int:
    return sum(form in NEGATIONS for form in view.forms[max(0, first) : last])


def _before(view: PairView, words: frozenset[str], *, reach: int = REACH) -> tuple[int, str] | None:
    """Return place and form of the last of `words` before a mention, in its clause and reach."""
    for mention in view.mentions:
        for at in range(mention.first - 1, max(-1, mention.first - 1 - reach), -1):
            if view.clauses[at] != view.clauses[mention.first]:
                break
            if view.forms[at] in words:
                return at, view.forms[at]
    return None


def _around(view: PairView, words: frozenset[str]) -> tuple[int, str] | None:
    """Return place and form of the nearest of `words` in a clause of a mention, outside the mention's edges."""
    best: tuple[int, int, str] | None = None
    for mention in view.mentions:
        clause = view.clauses[mention.last]
        for at, form in enumerate(view.forms):
            if form in words and view.clauses[at] in (clause, view.clauses[mention.first]):
                if mention.first <= at <= mention.last and view.shown[at].startswith("<"):
                    continue
                distance = min(abs(at - mention.first), abs(at - mention.last))
                if best is None or distance < best[0]:
                    best = (distance, at, form)
    return None if best is None else best[1:]


def _own_verb(view: PairView, at: int) -> bool:
    """Return whether the verb at `at` is the speaker's own: "we want", not "they want" or "an army ready to"."""
    return not FIRST_PERSON.isdisjoint(view.forms[max(0, at - 4) : at])


def _ended(view: PairView) -> int:
    """Return 1 where the content wants an end of what is named ("to withdraw the troops"), else 0."""
    found = _before(view, ENDING, reach=6)
    if found is None:
        return 0
    return 1 + _negations(view, found[0] - 3, found[0])


@_function
def cue_for(view: PairView) -> Answer:
    """ "welcomed the talks", "demanded that troops be withdrawn": the cue wants what the content names."""
    cue = next((word for word in view.cue if word in FOR_VERBS), None)
    if cue is None:
        return None
    turns = _ended(view) + _cue_negated(view) + view.opposed
    if not _ended(view):
        turns += any(form in NEGATIONS for form in view.forms[: view.mentions[-1].last + 4])
    return _turn("favor", turns), cue


@_function
def cue_against(view: PairView) -> Answer:
    """ "rejected the talks", "accused them of an invasion": the cue is against what the content names."""
    cue = next((word for word in view.cue if word in AGAINST_VERBS), None)
    if cue is None and any(word in ("accept", "accepted", "tolerate") for word in view.cue) and _cue_negated(view):
        return _turn("against", int(view.opposed)), "not accept"
    if cue is None:
        return None
    if view.has_condition and not view.conditional(view.mentions[0].first):
        return None  # "warned that sanctions would follow if …": the clause says more than the cue
    return _turn("against", int(view.opposed) + _cue_negated(view)), cue


def _cue_negated(view: PairView) -> int:
    return sum(word in NEGATIONS for word in view.cue)


@_function
def cue_denies(view: PairView) -> Answer:
    """ "denied planning an invasion": what is denied is not taken a stand on."""
    cue = next((word for word in view.cue if word in DENY_VERBS), None)
    return None if cue is None else ("neutral", cue, "denial")


@_function
def denied_plan(view: PairView) -> Answer:
    """ "we have no plan to invade", "nobody is going to attack": the speaker's own side will not do it."""
    for mention in view.mentions:
        clause = view.clauses[mention.first]
        near = [form for at, form in enumerate(view.forms) if view.clauses[at] == clause and at < mention.first + 4]
        negated = next((form for form in near if form in NEGATIONS), None)
        if negated and any(form in _PLANNING for form in near):
            side = view.passage.side
            only = view.target.only_named.get(side or "") if view.target else None
            if only == "neutral":
                return "neutral", f"{negated} …", "denial"
    return None


_PLANNING = frozenset(
    ("plan plans planning prepare preparing going intend intends want wants would will being attack ").split()
)


@_function
def verb_for(view: PairView) -> Answer:
    """ "we want talks", "we support the sanctions": a verb of the passage itself governs the target."""
    found = _before(view, FOR_VERBS)
    if found is None or not _own_verb(view, found[0]) or denied_plan(view) or view.cue:
        return None
    at, form = found
    return _turn("favor", _negations(view, at - 3, at) + _ended(view) + view.opposed), form


@_function
def verb_against(view: PairView) -> Answer:
    """ "we reject an embargo", "nobody fears the drills"."""
    found = _before(view, AGAINST_VERBS)
    if found is None or not _own_verb(view, found[0]):
        return None
    at, form = found
    return _turn("against", _negations(view, at - 3, at) + view.opposed), form


@_function
def ending_demanded(view: PairView) -> Answer:
    """ "stop the expansion", "the troops must be withdrawn": an end of it is what the passage asks for."""
    found = _before(view, ENDING_VERBS) or _ended_after(view)
    if found is None or not (MUST & set(view.forms) or FOR_VERBS & set(view.cue) or found[0] == 0):
        return None
    at, form = found
    return _turn("against", _negations(view, at - 3, at) + view.opposed), form


def _ended_after(view: PairView) -> tuple[int, str] | None:
    """Return the ending verb right after a mention: "the expansion must stop"."""
    for mention in view.mentions:
        for at in range(mention.last + 1, min(mention.last + 5, len(view.forms))):
            if view.clauses[at] == view.clauses[mention.last] and view.forms[at] in ENDING_VERBS:
                return at, view.forms[at]
    return None


@_function
def keeping_demanded(view: PairView) -> Answer:
    """ "the door stays open", "we will go on sending weapons"."""
    found = _around(view, KEEPING)
    if found is None or found[1] in ENDING_VERBS:
        return None
    if not (FIRST_PERSON & set(view.forms) or MUST & set(view.forms) or "will" in view.forms):
        return None
    at, form = found
    return _turn("favor", _negations(view, at - 4, at + 2) + view.opposed), form


@_function
def called_bad(view: PairView) -> Answer:
    """ "an embargo is madness": a bad word in the target's clause."""
    found = _around(view, BAD)
    if found is None:
        return None
    at, form = found
    return _turn("against", _negations(view, at - 4, at) + view.opposed), form


@_function
def called_good(view: PairView) -> Answer:
    """ "the talks were useful": a good word in the target's clause."""
    found = _around(view, GOOD)
    if found is None:
        return None
    at, form = found
    return _turn("favor", _negations(view, at - 4, at) + view.opposed), form


@_function
def condition_warned_of(view: PairView) -> Answer:
    """ "if they invade, they will pay": the threat is aimed at what the condition names."""
    if not view.has_condition or not any(view.conditional(mention.first) for mention in view.mentions):
        return None
    rest = {form for at, form in enumerate(view.forms) if not view.conditional(at)}
    threat = next((form for form in sorted(THREATS) if form in rest), None)
    return None if threat is None else (_turn("against", int(view.opposed)), f"if … {threat}", "conditional")


@_function
def consequence_announced(view: PairView) -> Answer:
    """ "if they invade, we will impose sanctions": the speaker is for the measure announced."""
    if not view.has_condition:
        return None
    for mention in view.mentions:
        if not view.conditional(mention.first):
            negated = _negations(view, mention.first - 4, mention.first)
            return _turn("favor", negated + view.opposed), "if … then", "conditional"
    return None


@_function
def plain_negation(view: PairView) -> Answer:
    """ "no sanctions", "there is nothing to negotiate": a negation right before the target."""
    found = _before(view, frozenset({"no", "nothing", "never"}), reach=1)
    if found is None or denied_plan(view) or left_open(view):
        return None
    return _turn("against", int(view.opposed)), found[1]


@_function
def opposite_named(view: PairView) -> Answer:
    """The passage speaks of the target's opposite in a neutral voice: whoever says "red line" draws it."""
    if not view.opposed or AGAINST_VERBS & set(view.cue) or any(form in NEGATIONS for form in view.forms):
        return None
    return "against", view.mentions[0].term


@_function
def fact_reported(view: PairView) -> Answer:
    """ "the talks lasted two hours": dates, hours and agendas, and nobody's opinion."""
    found = [form for form in view.forms if form in FACTUAL]
    if not found or FIRST_PERSON & set(view.forms) or (BAD | GOOD) & set(view.forms):
        return None
    if view.cue and not REPORT_VERBS & set(view.cue):
        return None
    return "neutral", found[0]


@_function
def left_open(view: PairView) -> Answer:
    """ "whether weapons will be sent is not decided"."""
    found = next((form for form in view.forms if form in UNCERTAIN), None)
    return None if found is None else ("neutral", found)


@_function
def only_named(view: PairView) -> Answer:
    """What the codebook says of a passage that merely names the target, by the speaker's side."""
    if view.target is None:
        return None
    side = view.passage.side or ANY_SIDE
    label = view.target.only_named.get(side, view.target.only_named.get(ANY_SIDE))
    return None if label is None else (label, f"named by {side}")


def check_names(names: Sequence[str]) -> list[str]:
    """Return those of `names` that are no labeling function."""
    return [name for name in names if name not in FUNCTIONS]
