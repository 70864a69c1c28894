"""Who issued a document that the article took up before: "the report" after "a study by Alder Watch"."""

from __future__ import annotations

import re
from itertools import islice

from .bodies import is_headline
from .mentions import ArticleNames, Entity, Mention
from .names import fold
from .roles import default_given_names

# Words for one and the same document of somebody's.
_SAME = (
    re.compile(r"\b(?:report|study|analysis|audit|white paper|research|findings?)\b", re.IGNORECASE),
    re.compile(r"\b(?:letter)\b", re.IGNORECASE),
    re.compile(r"\b(?:lawsuit|suit|complaint|petition)\b", re.IGNORECASE),
    re.compile(r"\b(?:ad|ads|advertisement|commercial|spot)\b", re.IGNORECASE),
    re.compile(r"\b(?:statement|press release|release)\b", re.IGNORECASE),
    re.compile(r"\b(?:resolution)\b", re.IGNORECASE),
    re.compile(r"\b(?:editorial|op-ed)\b", re.IGNORECASE),
    re.compile(r"\b(?:fact[- ]check)\b", re.IGNORECASE),
)
REACH = 4000
MAX_PLACES = 12
LEAD = 2000
MAX_BETWEEN = 110
_LATELY = r"(?:,? (?:has|have|had|is|are|was|were|will|also|recently|just|then|later|on \w{3,9}day|this week)){0,3}"
ISSUED = re.compile(
    rf"{_LATELY} (?:releas|issu|publish|fil|send|sent|wrote|writ|produc|conduct|commission|launch|runn|ran|air|post|"
    r"unveil)[a-z]{0,4}(?: out)? (?:an?|the|its|his|her|another|two|new) (?:[\w’'-]{1,20} ){0,6}\Z"
)
BY = re.compile(
    r"(?: (?:that was |was |being )?"
    r"(?:[a-z]{3,12}ed|written|out|put out|this week|last \w{3,9}|on \w{3,9}day|\w{3,9}day)){0,3}"
    r" (?:by|from) (?:the |a )?(?:[a-z][\w-]{1,20} ){0,4}\Z"
)
# "Alder Watch's long new report", not "Ruiz's office said in a statement"
OWNS = re.compile(
    r"['’]s? (?:(?!(?:said|says|told|wrote|in|an?|the|of|to|on|for|from|that|with|office|campaign|team) )"
    r"[\w’'-]{1,20} ){0,3}\Z"
)
# "in its long letter": whose it is, the last speaker tells better.
# "the AP report"
ADJOINS = re.compile(r" (?:new |latest )?\Z")
OWN = re.compile(r"\b(?:its|his|her|their) (?:[\w’'-]{1,20} ){0,3}\Z")
OF_BEFORE = re.compile(r"\b(?:of|at|for|from) (?:the )?(?:[\w.]{1,20}['’]s? )?\Z")
AUTHORS = re.compile(r"\bauthors of (?:the|this) \Z")
INCLUDING = re.compile(r",? (?:which |who )?(?:are|include|including) (?:the )?\Z")
AND = re.compile(r",? and (?:the )?\Z")
CAMPAIGN = re.compile(r"(?:['’]s?)? campaign\b")
# "a Harbor Post/Alder College poll"; what only says when or which one stands before it.
NAMED_POLL = re.compile(
    r"((?!(?:The|A|An|One|Recent|Poll|National|Another|Latest|Early|Most|In|But|And|If|As|When|While|These|This|That|"
    r"Our|Only|Its|His|Her|[A-Z][a-z]{2,6}day(?:[’']s)?|January|February|March|April|May|June|July|August|September|October|"
    r"November|December|New(?! (?:York|Hampshire|Jersey|Mexico|Orleans|England)))\b)"
    r"[A-Z][\w.&’'-]{1,20}(?:[ /](?:of |the |for )?[A-Z][\w.&’'-]{1,20}){0,5}) "
    r"(?:(?!(?:in|to|of|by|for|a|an|the|on) )[a-z-]{2,15} ){0,3}(?:[Pp]oll|survey)\b"
)
# "... on Monday. The Harbor Post poll": a name that runs over a full stop.
SENTENCE_BEFORE = re.compile(r"^.{0,120}\w{4}\. (?:The |A |An )?")
POLL_JOINT = re.compile(r"/|(?<=[A-Za-z]{2})-(?=[A-Z]{2}|[A-Z][a-z])")
# "records compiled by Alder Watch": theirs, whoever keeps the records.
MADE_BY = re.compile(
    r"\b(?:compiled|filed|gathered|collected|prepared|published|released|written|issued|"
    r"obtained and published) (?:[a-z]+ |[A-Z][a-z]+day (?:night |morning |evening )?|in [A-Z][a-z]+ ){0,3}by (?:the )?"
)
# What others hand in to the office whose name it has: "FEC filings".
FILED = frozenset({"filing", "disclosure", "tax return"})
# Laws are nobody's words but their own, unlike a party's rules.
LAWS = frozenset("law laws constitution statute statutes act standards ordinance regulations code".split())
# What whoever spoke last can have written; the second lot a body, too.
MESSAGES = frozenset(
    "statement message email e-mail letter memo release post tweet note announcement piece column essay op-ed "
    "editorial speech address remarks remark commentary plan proposal".split()
) | {"press release", "blog post"}
REPORTS = frozenset(
    "report survey study analysis complaint lawsuit ruling decision order opinion filing estimate projection forecast "
    "poll data research tally review audit investigation finding resolution indictment brief".split()
)
# A newspaper that spoke last tells of somebody else's.
OTHERS_LETTERS = frozenset("letter email e-mail memo message lawsuit complaint".split())
UNNAMED_BODIES = frozenset({"super pac"})
PERSONAL = frozenset("letter lawsuit suit complaint petition statement editorial op-ed ad ads spot".split())


def find_issuers(text: str, names: ArticleNames, work: str, start: int) -> list[tuple[Entity, bool]]:
    """Return whoever issued the `work` (a noun such as "report") that the text last took up before `start`.

    Each with whether it is their campaign. Empty where the text doesn't tell.
    """
    same = next((pattern for pattern in _SAME if pattern.fullmatch(work)), None)
    if same is None:
        return []
    places = [match.span() for match in same.finditer(text, max(0, start - REACH), start)]
    known: list[list[tuple[Entity, bool]]] = []
    for at, end in reversed(places[-MAX_PLACES:]):
        found = _issuers_at(text, names, at, end, start)
        if OWN.search(text, max(0, at - MAX_BETWEEN), at) is not None:
            return []
        if found:
            people = any(is_person(entity) and not campaign for entity, campaign in found)
            return [] if people and work.lower() not in PERSONAL else found
    if same is not _SAME[0] or start > LEAD:
        return []
    # A report in a lead may be said whose it is further on: the only body that the text has one of.
    for match in islice(same.finditer(text, start + len(work)), MAX_PLACES):
        found = _issuers_at(text, names, match.start(), match.end(), len(text))
        if found and not any(is_person(entity) for entity, _ in found):
            known.append(found)
    one = known[0] if known else []
    return one if all(found[0][0] is one[0][0] for found in known) else []


def _issuers_at(text: str, names: ArticleNames, at: int, end: int, start: int) -> list[tuple[Entity, bool]]:
    sentence = names.sentence_of(at)
    for mention in reversed(names.before(at, most=3)):
        between = text[mention.end : at]
        campaign = CAMPAIGN.match(between)
        rest = between[campaign.end() :] if campaign is not None else between
        if mention.sentence != sentence or len(between) > MAX_BETWEEN or not _can_issue(mention, campaign is not None):
            break
        owns = (OWNS.fullmatch(rest) is not None or ADJOINS.fullmatch(rest) is not None) and campaign is None
        if owns or (ISSUED.fullmatch(rest) and not OF_BEFORE.search(text, max(0, mention.start - 40), mention.start)):
            return [(mention.entity, campaign is not None)]
    following = [mention for mention in names.between(end, sentence) if mention.start < start]
    opening = BY if AUTHORS.search(text, max(0, at - 30), at) is None else INCLUDING
    if not following or opening.fullmatch(text[end : following[0].start]) is None or not _can_issue(following[0]):
        return []
    found = [(following[0].entity, CAMPAIGN.match(text, following[0].end) is not None)]
    if len(following) > 1 and AND.fullmatch(text[following[0].end : following[1].start]) and _can_issue(following[1]):
        found.append((following[1].entity, CAMPAIGN.match(text, following[1].end) is not None))
    return found


def is_person(entity: Entity) -> bool:
    """Return whether a name is a person's: one that nothing tells of is, if it begins with a given name."""
    return entity.kind == "person" or (entity.kind == "unknown" and is_given(entity.name))


def is_given(name: str) -> bool:
    """Return whether a name begins with a given name."""
    return fold(name.split()[0]) in default_given_names()


def _can_issue(mention: Mention, campaign: bool = False) -> bool:
    entity = mention.entity
    known = entity.kind in ("organization", "person") or (entity.kind == "unknown" and (" " in entity.name or campaign))
    return known and not is_headline(entity.name) and fold(entity.name) not in UNNAMED_BODIES
