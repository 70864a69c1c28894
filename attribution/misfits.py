"""Whom a description can't mean: people whom the sentence itself, their office or the lack of one rules out.

The ranker weighs what fits; what English or the news never does is left out before, so that a wrong name is not the
best of several.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .antecedents import Quotations
from .capitals import US_STATES
from .mentions import ArticleNames, Entity
from .names import fold, strip_possessive
from .nominals import SourcePhrase
from .roles import Gender, RoleNoun

# Whoever is known may be called so though no word of the article says it.
_STANDING = frozenset(
    "billionaire businessman businesswoman mogul tycoon magnate developer lady leader strongman politician statesman "
    "frontrunner front-runner incumbent star celebrity outsider insurgent man woman person candidate nominee contender "
    "hopeful republican democrat conservative liberal progressive socialist independent libertarian opponent "
    "challenger lawmaker winner loser newcomer favorite veteran native".split()
)
SEATS = frozenset("senator sen. congressman congresswoman representative rep. governor gov. mayor speaker".split()) | {
    "house speaker"
}
_OFFICES = SEATS | frozenset(("president", "vice president", "prime minister", "minister", "chancellor"))
_POLITICAL = _OFFICES | frozenset(
    "republican democrat independent candidate nominee contender hopeful politician lawmaker legislator leader "
    "chairman chairwoman chair conservative liberal progressive secretary delegate presidential".split()
)
_SEATED = frozenset("senator congressman congresswoman governor republican democrat lawmaker".split())
_STAFF = frozenset(
    "moderator host anchor reporter journalist correspondent interviewer spokesman spokeswoman spokesperson aide "
    "staffer press secretary".split()
)
# Whoever holds an office is not called so.
_CIVILIANS = frozenset(
    "boy girl child kid teenager student voter resident worker employee employer expert analyst donor supporter fan "
    "protester demonstrator customer client patient neighbor friend victim witness juror soldier".split()
)
_MALE = ("businessman", "congressman", "chairman", "gentleman", "salesman", "fireman", "policeman")
_NAMELESS = frozenset("official member representative spokesman spokeswoman spokesperson aide adviser".split())
_RUNNING = frozenset("candidate nominee contender hopeful front-runner frontrunner".split())
# Whose work is another than to run for an office.
_OTHER_WORK = frozenset(
    "judge justice magistrate lawyer attorney spokesman spokeswoman spokesperson reporter journalist correspondent "
    "anchor host moderator columnist editor pollster strategist consultant operative analyst professor manager "
    "wife daughter son".split()
)
_DEPUTIES = frozenset(("vice-presidential", "vice"))
# "The second official" is nobody spoken of so far, "neither man" two people, "which candidate" a question.
_NOBODY = re.compile(
    r"(?:(?:the|a) (?:other|second|third|fourth)|neither|either|which|what|whichever|whatever) ", re.IGNORECASE
)
# "The nominee said she", "the nominee himself"
_OWN_GENDER = re.compile(
    r" (?:(?:has |had |also |later |then |himself |herself )*"
    r"(?:said|says|thinks|believes|added|argued|insisted|claimed|promised|vowed|wrote)(?: \w+day)? (?:that )?(he|she)\b"
    r"|(him|her)self\b)"
)
# What is somebody's own is the subject's: "has staked much of his campaign on"
_OWN_THINGS = re.compile(
    r"[^.;:“”\"\nA-Z]{1,60}? (his|her) "
    r"(?:own|campaign|candidacy|career|bid|wife|husband|running mate|staff|supporters|opponents?|rivals?|speech|party|"
    r"administration|tenure|record|predecessor|children|father|mother|focus)\b"
)


# Where another clause begins that may name whom the first one describes: "The nominee is silent, and Ruiz's aides".
_NEXT_CLAUSE = re.compile(r"[,;:—–-] (?:and|but|or|yet|so|while|whereas|before|after|though|although)\b|; | -- ")
_PRONOUN_BEFORE = re.compile(r"\b(?:he|she|him|her|himself|herself), $")


# Without the words that other names have too.
STATE_WORDS = frozenset(part for state in US_STATES.values() for part in state.split()) - {
    *("new", "north", "south", "west", "island")
}


@dataclass(frozen=True, slots=True)
class Sought:
    """A description and what its own sentence says on whom it means."""

    head: RoleNoun
    determiner: str
    wanted: frozenset[str]
    former: bool
    states: frozenset[str]
    chained: bool
    """Whether an unnamed speaker with such a description spoke before."""
    opens: bool
    """Whether it opens the article or its paragraph, where the name may follow."""
    early: bool
    """Whether it stands in the title or the first sentences."""
    party: bool
    """Whether its noun is a party's: "the Ohio Republican"."""
    gender: Gender | None
    named_after: frozenset[int]
    """Ids of the people named behind it in the same sentence."""


def is_told(head: RoleNoun) -> bool:
    """Return whether the news says of everybody in this office that they hold it: a judge, the attorney general.

    Senators, governors and presidents are often taken as known.
    """
    return head.kind == "office" and head.form.rpartition(" ")[2] not in _STANDING | _OFFICES


def names_nobody(text: str, start: int) -> bool:
    """Return whether the words before the noun say that none of those spoken of is meant: "the second official"."""
    return _NOBODY.match(text, start) is not None


def own_gender(text: str, end: int) -> Gender | None:
    """Return the gender that the words behind a source give it: "the nominee said she", "has staked his career"."""
    tells = _OWN_GENDER.match(text, end) or _OWN_THINGS.match(text, end)
    if tells is None:
        return None
    return "male" if next(group for group in tells.groups() if group) in ("he", "him", "his") else "female"


def named_behind(
    text: str, names: ArticleNames, quoted: Quotations, phrase: SourcePhrase, start: int, end: int
) -> frozenset[int]:
    """Return the ids of the people named behind a source in its clause, whom it therefore can't mean.

    "The senator says Ruiz will lose" is not said by Ruiz. Left out are a possessive ("the senator's rival Ruiz"), what
    stands in a quotation, another clause joined by "and" or "but", and a name that explains a pronoun ("he, Ruiz,").
    """
    sentence = names.sentence_of(start)
    last = phrase.words[-1] if phrase.words else ""
    if end <= start or sentence == 0 or strip_possessive(last) != last:
        return frozenset()
    mentions = names.between(end, sentence)
    if not mentions:
        return frozenset()
    joint = _NEXT_CLAUSE.search(text, end, mentions[-1].start)
    stop = joint.start() if joint is not None else mentions[-1].end
    return frozenset(
        id(mention.entity)
        for mention in mentions
        if mention.start < stop
        and mention.entity.kind == "person"
        and mention.start not in quoted
        and _PRONOUN_BEFORE.search(text, end, mention.start) is None
    )


def is_misfit(entity: Entity, role: str, held: bool, sought: Sought, *, follows: bool) -> bool:
    """Return whether the description can't mean this person; `role` is how the article's words on them fit its noun.

    `follows` says that they are named behind it, in its sentence or one of the next.
    """
    head = sought.head
    fits = held or role in ("form", "canonical", "kin")
    if id(entity) in sought.named_after and not held:
        return True
    if sought.gender is not None and (entity.gender or entity.hint or sought.gender) != sought.gender:
        return True
    if fold(head.form) == "source" and role != "form":
        return True  # "this source" has no name
    if head.form.endswith(_MALE) and (entity.gender or entity.hint) == "female":
        return True
    if head.form == "president" and (
        (sought.former and "president" in entity.roles and "former" not in entity.words)
        or (not fits and entity.roles & SEATS)
    ):
        return True  # "the former president" is neither the present one nor a governor
    # "A judge ordered" brings somebody new: the name may follow, with the same office or behind a lead.
    if sought.determiner == "indefinite" and head.form not in _RUNNING:
        if not follows or not sought.early or role == "other":
            return True
    if not fits:
        # "The official" after "a harbor official" is that one.
        if sought.chained and head.form in _NAMELESS:
            return True
        if sought.determiner == "none" and not sought.opens and head.form not in _RUNNING:
            return True
        # Whoever the news knows by an office or a candidacy is no judge, expert or employee that it doesn't call so.
        standing = head.form.rpartition(" ")[2] in _STANDING
        if head.form in _CIVILIANS and not sought.early:
            return True
        if not standing and (entity.entry is not None or (head.form in _CIVILIANS and entity.roles & _OFFICES)):
            return True
        if head.canonical in _STAFF and entity.roles & _OFFICES:
            return True
        if (
            head.form in _RUNNING
            and entity.entry is None
            and entity.roles & _OTHER_WORK
            and not entity.roles & _OFFICES
        ):
            return True
    if sought.wanted & _DEPUTIES and not {"vice", "vice-presidential", "vice president", "running"} & entity.words:
        return not held
    # "The Ohio senator" is not the one of whom the article names another state.
    if head.canonical in SEATS and role == "other" and not entity.roles & _POLITICAL:
        return True  # nobody whom the article calls something else only: an actress, a lawyer
    if sought.states and head.canonical in _SEATED:
        if "former" in entity.words and not sought.former and entity.entry is None:
            return True
        own = entity.words & STATE_WORDS
        if own and not any(own & set(state.split()) for state in sought.states):
            return True
    # "The Ohio Republican" sits for Ohio: nobody of whom the news knows another office or none.
    return bool(
        sought.states
        and sought.party
        and entity.entry is not None
        and not any(all(part in entity.words for part in state.split()) for state in sought.states)
        and not entity.roles & SEATS
    )
