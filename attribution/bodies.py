"""Which body a noun means that only says what kind it is: "police", "the state", "the agency", "a House panel"."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from .antecedents import Quotations, grammar_of
from .capitals import PAPER_WORDS, STOP_WORDS, US_STATES
from .described import BODY_WORDS
from .mentions import ArticleNames, Entity
from .names import fold

_PLACE = r"[A-Z][\w.’'-]{1,20}"
# "Alder-Dale police officers", "the Harbor City Police Department"
POLICE = re.compile(rf"((?:{_PLACE} ){{1,3}})(?:[Pp]olice|POLICE)\b( (?:Department|Service|Force)\b)?")
# Headlines, sentences that ran together and possessives: "Ruiz Named By Police", "in Alder. Dale police".
NO_PLACE = re.compile(r"\w{4}\.(?: |\Z)|[’']|(?:^| )(?:By|To|For|With|From|And|In|Of|\w{1,17}ing)(?: |\Z)")
NOT_A_FORCE = frozenset("federal local former new state national military u.s. us".split())
# "Washington" is a city and a government more often than a state, "New York" alone a city.
_STATES = "|".join(sorted({name.title() for name in US_STATES.values()} - {"Washington", "New York"}))
STATE = re.compile(rf"\b(?:{_STATES})\b(?! (?:[A-Z]|\d))")
_STATE_NAMES = frozenset(US_STATES.values())
STATE_SENTENCES = 3
COURT_OF = re.compile(r" for the ((?:[A-Z0-9][\w.]{1,12} (?:of )?){1,4}Circuit\b)")
COMMITTEE = re.compile(
    r"\b(House|Senate) ((?:[A-Z][a-z]{2,20}(?:,? and |, | of | on | )){1,6}(?:Committee|Subcommittee|Panel))\b"
)
# Small words keep their small letter inside a name; a capital there is a headline's.
HEADLINE_WORD = re.compile(r" (?:On|In|His|Her|Its|Their|For|By|To|Is|Are|Up|With|At|From|Over|After|As|Of) ")
CAPITALS = re.compile(r"\b[A-Z]{4,}(?: [A-Z]{4,})+\b")
# "the Ruiz campaign", "Hale's presidential campaign"
CAMPAIGN = re.compile(r"\b([A-Z][\w’']{2,20}?)(?:['’]s?)? (?:presidential )?campaign\b")
ADMINISTRATION = re.compile(r"\b([A-Z][a-z]{2,15})(?:['’]s?)? administration\b(?! official)")
CAMPAIGN_REACH = 2500
NO_RUNNER = frozenset("the this that his her their its presidential republican democratic gop senate house new".split())
# "The Alder Observer" is one name; "The Advocate" a paper only where the capital isn't a headline's.
PAPER = re.compile(r"\b[Tt]he ([A-Z][a-z]{2,12})(?= [a-z(])")
# "March for Harbor", "Leaders’ College", "Future 45"
PROPER = re.compile(
    r"(?:the )?([A-Z][\w’'&.-]{1,20}"
    r"(?: (?:(?:of|for|the|in|at|on|and|to) ){0,2}(?:[A-Z][\w’'&.-]{0,20}|\d{1,4})){0,6})"
)
FEDERATIONS = frozenset(
    "germany canada australia russia india mexico brazil switzerland austria belgium nigeria pakistan malaysia".split()
)
# What the registry's kinds are called.
_COMPANIES = frozenset({"company", "bank", "carmaker", "platform", "airline"})
_CALLED: dict[str, frozenset[str]] = {
    "agency": frozenset({"government", "intelligence"}),
    "bureau": frozenset({"government", "intelligence"}),
    "department": frozenset({"government", "military"}),
    "company": _COMPANIES,
    "firm": frozenset({"company", "bank"}),
    "corporation": _COMPANIES,
    "bank": frozenset({"bank"}),
    "airline": frozenset({"airline"}),
    "union": frozenset({"union"}),
}
_GROUPS = frozenset({"association", "research", "union", "alliance"})
GROUP_SENTENCES = 3
_NEVER = frozenset({"white-house", "kremlin", "us-government"})


def read_proper(text: str, start: int, end: int) -> str | None:
    """Return the capitalised words that fill a text from `start` up to a comma or `end`, None where others do."""
    match = PROPER.match(text, start, end)
    if match is None or not (match.end() == end or text[match.end()] == ","):
        return None
    return match[1].rstrip(",.")


@lru_cache(maxsize=16)
def find_police(text: str) -> str | None:
    """Return the only police force that the text names, None when it names none or several."""
    forces: dict[frozenset[str], str] = {}
    for match in POLICE.finditer(text):
        words = match[1].split()
        while words and words[0] != "New" and (fold(words[0]) in STOP_WORDS or fold(words[0]) in NOT_A_FORCE):
            del words[0]
        if words and words != ["New"] and not NO_PLACE.search(" ".join(words)):
            key = frozenset(fold(" ".join(words)).replace("-", " ").split())
            name = " ".join(words) + (f" Police{match[2]}" if match[2] else " police")
            if key not in forces or match[2]:
                forces[key] = name
    longest = max(forces, key=lambda key: (len(key), sorted(key)), default=frozenset())
    return forces[longest] if forces and all(key <= longest for key in forces) else None


def find_state(text: str, names: ArticleNames, start: int) -> str | None:
    """Return the state of the union last named right before `start`; None when its sentence names two."""
    sentence = names.sentence_of(start)
    end = start
    for number in range(sentence, max(-1, sentence - STATE_SENTENCES), -1):
        opens = names.sentence_start(number)
        found = {match[0] for match in STATE.finditer(text, opens, end)}
        if found:
            return found.pop() if len(found) == 1 else None
        end = opens
    return None


def is_american(names: ArticleNames) -> bool:
    """Return whether the federal government of an article is the one of the United States."""
    homes: Counter[str] = Counter()
    for entity in names.entities:
        if entity.entry is not None:
            home = entity.entry.id if entity.kind == "country" else entity.entry.country
            if home is not None:
                homes[home] += len(entity.mentions)
    others = max((homes[home] for home in sorted(FEDERATIONS)), default=0)
    return homes["united-states"] > others


def full_court(text: str, name: str) -> str:
    """Return a court of appeals with its circuit where the text has one circuit only."""
    if "Appeals" not in name:
        return name
    circuits = {match[1] for match in COURT_OF.finditer(text)}
    return f"{name} for the {circuits.pop()}" if len(circuits) == 1 and "Circuit" not in name else name


def find_committee(text: str, chamber: str, start: int) -> str | None:
    """Return the committee of a chamber that the text names first after `start`."""
    following = (match for match in COMMITTEE.finditer(text, start) if fold(match[1]) == chamber)
    found = next(following, None)
    return " ".join(found[0].split()) if found is not None else None


def is_headline(name: str) -> bool:
    """Return whether the words of a headline ran together into a name: "Board Of Election Finds"."""
    return HEADLINE_WORD.search(name) is not None or CAPITALS.search(name) is not None


def find_nearest(
    text: str, names: ArticleNames, quoted: Quotations, noun: str, start: int, *, sentences: int = 2
) -> Entity | None:
    """Return the one body that such a noun can mean in its sentence before it, else in the sentence before that.

    Where a sentence names several, its subject; None when that is not clear either.
    """
    kinds = _CALLED.get(noun)
    if kinds is None:
        return None
    sentence = names.sentence_of(start)
    near = [mention for mention in names.before(start, most=12) if sentence - mention.sentence < sentences]
    for number in range(sentence, sentence - sentences, -1):
        fitting = [
            mention
            for mention in near
            if mention.sentence == number and mention.start not in quoted and can_be(mention.entity, noun)
        ]
        if len({id(mention.entity) for mention in fitting}) > 1:
            fitting = [mention for mention in fitting if grammar_of(text, mention) in ("subject", "first")]
        if len({id(mention.entity) for mention in fitting}) == 1:
            return fitting[-1].entity
        if fitting:
            return None
    return None


def can_be(entity: Entity, noun: str) -> bool:
    """Return whether a body can be called by this noun: an agency is no bank."""
    entry = entity.entry
    if entry is not None:
        return entry.kind in _CALLED[noun] and entry.id not in _NEVER and not entry.id.endswith("-administration")
    if entity.kind not in ("organization", "thing") or is_headline(entity.name):
        return False
    last = fold(entity.name).split()[-1]
    return " " in entity.name and last in BODY_WORDS.get(noun, frozenset({noun}))


def is_place_name(name: str) -> bool:
    """Return whether a name is a state's or the capital's: "Ohio", "Washington, D.C."."""
    return fold(name) in _STATE_NAMES or name.endswith("D.C.")


def find_campaign(text: str, start: int) -> str | None:
    """Return the surname of whose campaign the text last named before `start`."""
    found = [match[1] for match in CAMPAIGN.finditer(text, max(0, start - CAMPAIGN_REACH), start)]
    return next((name for name in reversed(found) if fold(name) not in NO_RUNNER | STOP_WORDS), None)


def is_paper(word: str, text: str, end: int) -> bool:
    """Return whether "The Advocate" before `end` is a newspaper: a capital in a sentence of small letters."""
    following = text[end : end + 2]
    return word[:1].isupper() and fold(word) in PAPER_WORDS and following[:1] == " " and following[1:].islower()


def find_paper(text: str, start: int) -> str | None:
    """Return the newspaper with a name of one word that the text has nearest to `start`, the ones before first."""
    found = [match for match in PAPER.finditer(text) if fold(match[1]) in PAPER_WORDS]
    before = [match[1] for match in found if match.start() < start]
    return before[-1] if before else found[0][1] if found else None


def find_group(text: str, names: ArticleNames, quoted: Quotations, start: int) -> Entity | None:
    """Return the body that "the group" takes up: the only one right before that is no state's, outlet or party."""
    sentence = names.sentence_of(start)
    near = [
        mention
        for mention in names.before(start, most=8)
        if sentence - mention.sentence < GROUP_SENTENCES
        and mention.start not in quoted
        and mention.entity.kind == "organization"
        and (
            " " in mention.entity.name
            or (mention.entity.entry is not None and mention.entity.entry.kind == "association")
        )
        and not is_headline(mention.entity.name)
        and (mention.entity.entry is None or mention.entity.entry.kind in _GROUPS)
    ]
    if len({id(mention.entity) for mention in near}) > 1:
        near = [mention for mention in near if grammar_of(text, mention) in ("subject", "first")]
    return near[-1].entity if len({id(mention.entity) for mention in near}) == 1 else None


def find_administration(text: str, start: int) -> str | None:
    """Return the administration that the text last named before `start`, else the only one it names."""
    found = [match for match in ADMINISTRATION.finditer(text) if fold(match[1]) not in NO_RUNNER | STOP_WORDS]
    before = [match[1] for match in found if match.start() < start]
    name = before[-1] if before else found[0][1] if len({match[1] for match in found}) == 1 else None
    return None if name is None else f"{name} administration"
