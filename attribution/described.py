"""Whom a description can mean ("the senator", "a New York judge"): the people named around it and what fits each.

Besides them stands the candidate without an entity: nobody whom the article names. `ranking` chooses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import log1p

from .antecedents import Candidate, Place, Quotations, Spoke, bucket
from .capitals import US_STATES
from .mentions import ArticleNames, Entity
from .misfits import STATE_WORDS, Sought, is_misfit, is_told, named_behind, names_nobody, own_gender
from .names import fold, fold_name, split_name, strip_possessive
from .nominals import SourcePhrase, parse_phrase
from .registry import Registry

LOOK_BACK = 120
# A headline or first sentence may describe somebody whom the article names right after: "Judge rejects request".
LOOK_AHEAD_SENTENCES = 4
MAX_LEAD_SENTENCE = 3
MAX_DISTANCE = 5
# Characters; it keeps book-length texts linear.
CAMPAIGN_REACH = 20_000

SAME_WORD = {"gop": "republican", "democratic": "democrat", "republicans": "republican", "democrats": "democrat"}
PARTIES = frozenset({"republican", "democrat", "libertarian", "green", "independent"})
# Roles that news uses for one another; the first is the wider word.
_KIN = (
    "lawmaker senator congressman congresswoman representative legislator",
    "candidate nominee contender hopeful front-runner",
    "judge justice magistrate",
    "lawyer attorney counsel solicitor",
    "doctor dr. physician surgeon",
    "leader president prime minister chairman chancellor premier",
    "spokesperson spokesman spokeswoman press secretary",
    "adviser advisor aide strategist consultant",
    "professor scholar academic researcher scientist economist",
    "executive chief executive ceo director president",
    "officer general colonel commander admiral",
    "chair chairman chairwoman chairperson head",
    "author writer journalist reporter columnist",
)
KIN: dict[str, frozenset[int]] = {}
for _number, _words in enumerate(_KIN):
    for _word in _words.split():
        KIN[_word] = KIN.get(_word, frozenset()) | {_number}
# Different words for one office.
_SAME = (
    "chair chairman chairwoman chairperson",
    "spokesperson spokesman spokeswoman",
    "congressman congresswoman representative rep.",
    "lawyer attorney",
    "adviser advisor",
    "doctor dr. physician",
    "wife ex-wife",
    "husband ex-husband",
    "senator sen.",
    "governor gov.",
    "speaker house speaker",
    "general gen.",
    "admiral adm.",
    "colonel col.",
    "captain capt.",
    "professor prof.",
    "sergeant sgt.",
    "anchor co-anchor host co-host",
)
SAME_ROLE: dict[str, int] = {_word: _number for _number, _words in enumerate(_SAME) for _word in _words.split()}
_RUNNING = frozenset({"nominee", "candidate", "contender", "hopeful", "front-runner", "republican", "democrat"})
_KINSHIP = """
wife husband ex-wife ex-husband spouse widow widower mother father parent son daughter brother sister twin niece nephew
uncle aunt cousin grandfather grandmother grandson granddaughter fiance fiancee girlfriend boyfriend stepfather
"""
KINSHIP = frozenset(_KINSHIP.split())
_EMPTY = frozenset({"former", "longtime", "current", "own", "new", "then", "ex"})
# Whose name tells what it is, and what news calls it.
BODY_WORDS: dict[str, frozenset[str]] = {
    "union": frozenset({"union", "association", "workers", "teamsters", "brotherhood", "federation"}),
    "agency": frozenset({"agency", "department", "administration", "bureau", "investigations", "services", "office"}),
    "department": frozenset({"department"}),
    "court": frozenset({"court"}),
    "appeals court": frozenset({"appeals"}),
    "police": frozenset({"police"}),
    "bloc": frozenset({"union"}),
    "panel": frozenset({"committee", "panel", "commission", "board", "tribunal"}),
    "bank": frozenset({"bank", "bancorp"}),
    "hospital": frozenset({"hospital", "clinic"}),
    "museum": frozenset({"museum"}),
    "church": frozenset({"church"}),
    "fund": frozenset({"fund"}),
    "company": frozenset({"company", "inc", "inc.", "corp", "corp.", "co."}),
}
# Bodies that are not called so by name: whoever speaks for Alder Motors is "the company spokesman".
_ANY_BODY = frozenset("company firm group organization organisation agency network institute center foundation".split())
# "The band leader" leads a band: nobody of whom the article says no such word.
_BODIES = (
    _ANY_BODY
    | frozenset(BODY_WORDS)
    | frozenset(
        "band orchestra choir school college university club team gang tribe student youth labor labour fire store "
        "shop factory plant farm hotel restaurant prison jail library theater theatre rebel militia opposition "
        "delegation council parish village congregation neighborhood".split()
    )
)
_POLITICS = frozenset("senator congressman congresswoman representative governor president minister mayor".split())
_SEATS = _POLITICS - {"president", "minister"}
# Who speaks off stage is nobody whom the article doesn't call so.
VOICES = frozenset({"announcer", "narrator", "questioner", "caller", "heckler"})
# How far back "a nurse" introduces "the nurse".
_INTRODUCED = 600


def find_described(
    text: str,
    names: ArticleNames,
    spoke: Sequence[Spoke],
    quoted: Quotations,
    place: Place,
    phrase: SourcePhrase,
    registry: Registry,
    *,
    home: str | None,
    chained: bool,
    end: int = 0,
    date: str | None = None,
) -> list[Candidate]:
    """Return nobody, then the people near `place` with what makes each fit the phrase, whose head is a role noun.

    Left out: people of the other gender, people of another country than `home`, and the phrase's own.
    `chained` says that an unnamed speaker with such a description spoke before, `end` where the source ends, `date`
    when the article appeared: the registry's offices count while they are held, all of them where it is unknown.
    """
    head = phrase.head
    assert head is not None
    nobody = Candidate(None, {"nobody": 1.0, "nobody." + phrase.determiner: 1.0, "nobody." + head.kind: 1.0})
    nobody.features[f"nobody.{phrase.determiner}.{head.kind}"] = 1.0
    running = head.canonical in _RUNNING or head.form in _RUNNING
    if running:
        nobody.features["nobody.running"] = 1.0
    if chained:
        nobody.features["nobody.chained"] = 1.0
    if phrase.owner is not None:
        nobody.features["nobody.owner"] = 1.0
    if names_nobody(text, place.position):
        return [nobody]
    wanted = {SAME_WORD.get(word, word) for word in (fold(strip_possessive(w)) for w in phrase.modifiers)}
    owned_by = (phrase.owner or "").split()
    if owned_by and registry.roles.nouns.get(fold(owned_by[-1])) is not None:
        owned_by = []  # "the candidate's former doctor" is no candidate
    owned_by = owned_by[-2:]  # nor is "Green Party candidate Ana Ruiz's doctor"
    for word in (*phrase.after[1:], *owned_by):
        folded = fold(strip_possessive(word))
        wanted.add(SAME_WORD.get(folded, folded))
    if head.form in ("republican", "democrat", "independent"):
        wanted.add(head.form)
    former = "former" in wanted
    wanted -= _EMPTY
    wanted = {word for word in wanted if len(word) > 2 or word in ("us", "uk", "eu", "un")}
    states = _states(phrase)
    party = wanted & PARTIES
    sentence = names.sentence_of(place.position)
    own_words = {fold_name(word) for word in (*phrase.words, *((phrase.owner or "").split()))}
    last = spoke[-1].entity if spoke else None
    found: dict[int, Candidate] = {}
    reach: list[tuple[Entity, int]] = []
    following: set[int] = set()
    for mention in reversed(names.before(place.position, most=LOOK_BACK)):
        if mention.entity.kind == "person":
            reach.append((mention.entity, sentence - mention.sentence))
    opens = not text[max(0, place.position - 2) : place.position].strip(' \n"“')
    lead = sentence <= MAX_LEAD_SENTENCE or opens
    if lead or phrase.determiner == "indefinite":
        for mention in names.between(place.position, sentence + (LOOK_AHEAD_SENTENCES if lead else 2)):
            if mention.entity.kind == "person":
                reach.append((mention.entity, sentence - mention.sentence))
                following.add(id(mention.entity))
    if phrase.determiner == "definite" and head.kind == "office":
        reach += _named_later(names, head.form, head.canonical, {id(entity) for entity, _ in reach})
    bodies = bodies_of(phrase)
    of_body = (
        set() if phrase.after[:1] == ("and",) or head.kind != "office" else _named_bodies(phrase, states | PARTIES)
    )
    introduced = phrase.determiner == "definite" and not running and _is_introduced(text, place.position, head.form)
    sought = Sought(
        head,
        phrase.determiner,
        frozenset(wanted),
        former,
        frozenset(states),
        chained=chained,
        opens=lead,
        early=sentence <= MAX_LEAD_SENTENCE,
        party=head.form in ("republican", "democrat"),
        gender=own_gender(text, end) if end > place.position else None,
        named_after=named_behind(text, names, quoted, phrase, place.position, end),
    )
    seat = bool({head.form, head.canonical} & _SEATS)
    told = fit = 0
    second = parse_phrase(" ".join(phrase.after[1:]), registry.roles).head if phrase.after[:1] == ("and",) else None
    for entity, distance in reach:
        if id(entity) in found:
            continue
        if head.gender is not None and (entity.gender or entity.hint or head.gender) != head.gender:
            continue
        # "Ukraine's foreign minister" is not the Russian one, though nobody else is called so here.
        if home is not None and entity.entry is not None and entity.entry.country not in (None, home):
            continue
        # "Ana Ruiz's lawyer" is not Ana Ruiz.
        if fold(split_name(entity.name).surname) in own_words:
            continue
        role = role_fit(entity, head.form, head.canonical, bare=not of_body)
        if second is not None and role not in ("form", "canonical"):
            role = max(role, role_fit(entity, second.form, second.canonical), key=_FITS.index)
        if head.form in KINSHIP and role not in ("form", "canonical"):
            continue
        # "Ana Ruiz's doctor" is nobody whom the article knows as something else only.
        if phrase.owner is not None and role == "other" and head.kind in ("inside", "class"):
            continue
        # "The New York attorney general" is not the country's.
        offices = entity.entry.offices(date, past=former) if entity.entry is not None else ()
        if states:
            held = any(f"{state} {head.canonical}" == role.lower() for state in states for role in offices)
        else:
            held = any(
                registry.roles.canonical(role) == head.canonical or role.startswith(head.form + " of ")
                for role in offices
            )
        if role in ("none", "other") and not held:
            if head.canonical in VOICES:
                continue
            # "A nurse ... the nurse" is nobody named; nor does somebody known for an office speak for somebody.
            if introduced or (entity.entry is not None and (phrase.owner is not None or head.kind == "inside")):
                continue
            # Nor are they "the Ohio governor".
            if entity.entry is not None and second is None and seat:
                continue
        if is_misfit(entity, role, held, sought, follows=id(entity) in following):
            continue
        # "The FBI director" or "the judge" is nobody named long ago of whom the article says nothing.
        if role == "none" and not held and distance >= MAX_DISTANCE and (is_told(head) or (states and seat)):
            continue
        if bodies and _lacks_body(entity, bodies):
            continue
        # "The FBI director" is nobody known for another office, "the chair of the board" nobody called a senator.
        if of_body and not running and not held and role not in ("form", "canonical") and not of_body & entity.words:
            if entity.entry is not None or role == "other":
                continue
        # "The chair of the board" is nobody whom the article calls a former one.
        if of_body and not former and entity.entry is None and {"former", head.form} <= entity.words:
            continue
        # "The Democratic nominee" is no Republican.
        if party and entity.roles & PARTIES and not party & entity.words:
            continue
        candidate = found[id(entity)] = Candidate(entity)
        features = candidate.features
        if held:
            features["role.registry"] = 1.0
        features["role." + role] = 1.0
        fits = role in ("form", "canonical")
        words = {SAME_WORD.get(word, word) for word in entity.words}
        words |= {body for body in bodies if BODY_WORDS.get(body, frozenset()) & words}
        shared = len(wanted & words)
        if shared:
            features["shared"] = float(min(shared, 3))
            features["shared.any"] = 1.0
        if wanted - words:
            features["missing"] = float(min(len(wanted - words), 3))
        if not fits:
            features[f"unfit.{phrase.determiner}"] = 1.0
            if phrase.owner is not None:
                features["unfit.owner"] = 1.0
        if fits:
            features[f"role.{phrase.determiner}"] = 1.0
            features["role.nth." + (str(fit) if fit < 3 else "3+")] = 1.0
            fit += 1
            if not wanted - words:
                features["role.all"] = 1.0
        if party:
            of = words & PARTIES
            features["party." + ("same" if party & of else "other" if of else "unknown")] = 1.0
        if states:
            of_states = {state for state in states if all(part in words for part in state.split())}
            features["state." + ("same" if of_states else "other" if words & STATE_WORDS else "unknown")] = 1.0
        if former and "former" in words:
            features["former"] = 1.0
        if running and _has_campaign(text, entity, place.position):
            features["campaign"] = 1.0
        ahead = distance < 0
        features[("ahead." if ahead else "near.") + bucket(abs(distance))] = 1.0
        if not ahead:
            features["nth." + (str(told) if told < 3 else "3+")] = 1.0
            told += 1
        features["count"] = log1p(len(entity.mentions))
        if entity is last:
            features["last"] = 1.0
            features["last." + bucket(max(0, sentence - names.sentence_of(spoke[-1].position)))] = 1.0
        if entity.mentions and entity.mentions[0].sentence == 0:
            features["title"] = 1.0
        if entity.entry is not None:
            features["known"] = 1.0
        if entity.gender is None and entity.hint is None and head.gender is not None:
            features["gender.unknown"] = 1.0
    if former:
        _drop_present(found)
    if fit and (is_told(head) or (head.kind == "office" and not running)):
        found = {key: candidate for key, candidate in found.items() if _FITTING & candidate.features.keys()}
    if head.kind == "inside":
        # Who is called nothing of the kind is not meant: "an official" is somebody new, "the aide" nobody
        # whom the article names.
        found = {key: candidate for key, candidate in found.items() if _EVIDENCE & candidate.features.keys()}
    candidates = [nobody, *found.values()]
    most = sorted((len(c.entity.mentions) for c in found.values() if c.entity is not None), reverse=True)[:2]
    for candidate in found.values():
        if candidate.entity is not None and len(candidate.entity.mentions) >= most[-1]:
            candidate.features["most"] = 1.0
            if running:
                candidate.features["most.running"] = 1.0
    for candidate in found.values():
        if fit and not {"role.form", "role.canonical"} & candidate.features.keys():
            candidate.features["unfit.beside"] = 1.0  # "the judge" with a judge named is nobody else
    if fit == 0:
        nobody.features["nobody.no-role"] = 1.0
    elif fit == 1:
        for candidate in found.values():
            if "role.form" in candidate.features or "role.canonical" in candidate.features:
                candidate.features["role.only"] = 1.0
    return candidates


def _drop_present(found: dict[int, Candidate]) -> None:
    """Leave out everybody else where somebody is called by this office and former: "the former president"."""
    past = [candidate.features.keys() for candidate in found.values() if "former" in candidate.features]
    if any({"role.form", "role.canonical"} & features for features in past):
        for key in [key for key, candidate in found.items() if "former" not in candidate.features]:
            del found[key]


def _named_later(names: ArticleNames, form: str, canonical: str, seen: set[int]) -> list[tuple[Entity, int]]:
    """Return the only person of the article who is called so further on, if nobody before is: "the governor"."""
    fitting = [
        entity
        for entity in names.entities
        if entity.kind == "person" and entity.mentions and role_fit(entity, form, canonical) in ("form", "canonical")
    ]
    return [(fitting[0], -MAX_DISTANCE)] if len(fitting) == 1 and id(fitting[0]) not in seen else []


def bodies_of(phrase: SourcePhrase) -> set[str]:
    """Return the bodies that the words before a role noun name: "band" in "the band leader"."""
    return {fold(word) for word in phrase.modifiers if word.islower()} & _BODIES


def _named_bodies(phrase: SourcePhrase, places: set[str]) -> set[str]:
    """Return the words of the bodies that an office is of: FBI in "the FBI director", but no state and no party."""
    letters = [word for word in phrase.words[:-1] if len(word) > 2 and word.isalpha() and word.isupper()]
    words = [*letters, *phrase.modifiers, *(phrase.owner or "").split()[-2:], *phrase.after[1:]]
    parts = {part for place in places for part in place.split()}
    named = {fold(strip_possessive(word)) for word in words if word[:1].isupper()}
    return set() if named & parts else {SAME_WORD.get(word, word) for word in named} - parts


def _is_introduced(text: str, position: int, form: str) -> bool:
    """Return whether "a nurse" stands shortly before and no name with it: she is "the nurse"."""
    opening = re.compile(
        rf"\b[Aa]n? (?:[\w-]{{1,16}} ){{0,3}}{re.escape(form)}\b(?!,? (?-i:[A-Z])|['’])", re.IGNORECASE
    )
    return opening.search(text, max(0, position - _INTRODUCED), position) is not None


def _lacks_body(entity: Entity, bodies: set[str]) -> bool:
    """Return whether the article never puts a person at such a body: "the union president" is not the country's."""
    for body in bodies:
        if body in entity.words or BODY_WORDS.get(body, frozenset()) & entity.words:
            continue
        if body not in _ANY_BODY or entity.entry is not None or entity.roles & _POLITICS:
            return True
        if not entity.words - entity.roles:
            return True
    return False


def _has_campaign(text: str, entity: Entity, position: int) -> bool:
    """Return whether the article speaks of the campaign of this person, so that they run."""
    surname = split_name(entity.name).surname
    start, end = max(0, position - CAMPAIGN_REACH), position + CAMPAIGN_REACH
    return any(text.find(f"{surname}{joint} campaign", start, end) >= 0 for joint in ("", "'s", "’s"))


_PARTS_OF_OFFICES = frozenset(("general", "secretary", "president", "leader", "chief"))
_LESSER = ("vice", "deputy", "assistant", "under", "former", "press")
_EVIDENCE = frozenset({"role.form", "role.canonical", "role.registry", "shared.any"})
_FITTING = frozenset(("role.form", "role.canonical", "role.registry"))
_FITS = ("none", "other", "kin", "canonical", "form")


def role_fit(entity: Entity, form: str, canonical: str, *, bare: bool = True) -> str:
    """Return how the article's words on a person fit a role: the same word, its canonical, a kindred one, none.

    `bare` says that the role has no body of its own, so that "the director" may be the FBI director.
    """
    if form in entity.roles:
        return "form"
    if canonical in entity.roles:
        return "canonical"
    if (
        bare
        and form not in _PARTS_OF_OFFICES
        and any(role.endswith(" " + form) and not role.startswith(_LESSER) for role in entity.roles)
    ):
        return "canonical"  # "the director" of somebody called FBI director
    same = SAME_ROLE.get(form, SAME_ROLE.get(canonical, -1))
    if same >= 0 and any(SAME_ROLE.get(role) == same for role in entity.roles):
        return "canonical"
    kin = KIN.get(canonical, frozenset()) | KIN.get(form, frozenset())
    if kin and any(kin & KIN.get(role, frozenset()) for role in entity.roles):
        return "kin"
    return "other" if entity.roles else "none"


def _states(phrase: SourcePhrase) -> set[str]:
    """Return the US states that the phrase's own words name."""
    words = " ".join(fold(strip_possessive(word)) for word in (phrase.owner or "", *phrase.words, *phrase.after))
    return {state for state in US_STATES.values() if f" {state} " in f" {words} "}
