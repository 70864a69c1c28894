"""Whom a pronoun can mean: the candidates before it, and what speaks for each (see `ranking` for the choice).

Distance, subjecthood, gender, who spoke last and how often each is named become named numbers; nothing is decided here.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import log1p

from .mentions import ArticleNames, Entity, Mention
from .names import last_word
from .roles import Gender, default_roles

# Mentions and sentences further back are not looked at; the last also keeps book-length texts linear.
LOOK_BACK = 60
MAX_SENTENCES = 8

_PREPOSITIONS = """
of with to for by from about against on at than between like over including behind toward towards under into without and
or
"""
PREPOSITIONS = frozenset(_PREPOSITIONS.split())
_CLAUSE_STARTS = frozenset("that when while if because as but after before since who which said says".split())
SUBJECT_AFTER = re.compile(
    r"(?:,[^,.;\n]{1,80},)?\s{1,3}(?:(?:\w{1,20}ly|also|then|never|once|later|now|again|still|just)\s{1,3})?"
    r"(?:has|had|have|is|was|were|are|will|would|did|does|can|could|may|might|must|should|said|says|told|went|"
    r"made|took|gave|got|came|knew|thought|spoke|won|lost|ran|began|held|met|led|put|wrote|sought|[a-z]{2,20}ed|[a-z]{3,20}s)\b"
)
SPEAKS = re.compile(r" (?:said|says|told|asked|added|wrote|argued|noted)\b")
# "The president ... he": a title takes somebody up between name and pronoun.
TITLE_NOUN = re.compile(
    r"\b[Tt]he (president|senator|governor|mayor|congressman|congresswoman|candidate|nominee|minister|judge|chairman|"
    r"chancellor|secretary|director|general|professor|lawyer|director|prime minister|chief)\b"
)
TITLE_REACH = 300
# "___" between the items of a running report, and the time that heads one.
BREAK = re.compile(r"\n[ \t]{0,4}(?:_{2,9}|\*{2,9}|-{3,9}|\* \* \*|\d{1,2}(?::\d\d)? ?[ap]\.?m\.?)[ .\t]{0,4}\n")
BREAK_REACH = 3000
MAX_AHEAD = 120
# What opens a clause or phrase that depends on the one behind it.
SUBORDINATE = re.compile(
    # Run-in headings are in capitals: "THE LOAN When he ..."
    r"[\s\"“'‘]{0,6}(?-i:(?:[A-Z]{2,20} ){1,6})?(?:(?:and|but|yet|even|back|just|ever|only) )?"
    r"(?:as|when|while|after|before|since|though|although|if|because|once|until|despite|during|in|unlike|like|with|for|"
    r"at|on|counter to|whatever|by|apart from)\b",
    re.IGNORECASE,
)
AHEAD_GAP = re.compile(r", (?:\w{1,20}\.? ){0,4}\Z")
WORDS_REACH = 70
CAPITALS = re.compile(r"(?!I{1,3}\b)[A-Z]{2,12}")
LAST_WORD = re.compile(r"\S{1,40}\s{0,4}\Z")
# Before a name and its titles the clause before ends: "... knew of.\n\nMs. Ruiz said".
CLAUSE_OPENING = re.compile(r"(?:[.!?:\n]|[.!?][\"”’»)])[\s\"“«‘(]{0,12}\Z")
# "...," said President Ruiz
INVERTED = re.compile(
    r"[,?!][\"”’»']{1,3} (?:said|says|added|wrote|asked|argued|noted|explained|continued|recalled) (?:\w{1,20} ){0,3}\Z"
)
SENTENCE_OPENING = re.compile(r"(?:^|[.!?:\n]|[.!?][\"”’»)])[\s\"“«‘(]{0,12}$")


class Quotations:
    """The direct quotations of an article; says quickly whether a position is inside one."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        merged: list[list[int]] = []
        for start, end in sorted(spans):
            if merged and start <= merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], end)
            else:
                merged.append([start, end])
        self._starts = [start for start, _ in merged]
        self._ends = [end for _, end in merged]

    def number(self, position: int) -> int | None:
        """Return which quotation `position` is in, None when it is in none."""
        index = bisect_right(self._starts, position) - 1
        return index if index >= 0 and position < self._ends[index] else None

    def __contains__(self, position: int) -> bool:
        return self.number(position) is not None


@dataclass(frozen=True, slots=True)
class Spoke:
    """Where a person was a source earlier in the article."""

    position: int
    entity: Entity
    pronoun: bool = False
    asks: bool = False


@dataclass(slots=True)
class Candidate:
    """Somebody whom a source can mean, and the features that speak for it; without an entity, nobody named."""

    entity: Entity | None
    features: dict[str, float] = field(default_factory=dict)


def grammar_of(text: str, mention: Mention) -> str:
    """Return what a mention is in its clause, from the words around it: subject, first, possessive, oblique, other."""
    if text[mention.end : mention.end + 1] in ("'", "’"):
        return "possessive"
    before = text[max(0, mention.start - WORDS_REACH) : mention.start]
    for _ in mention.titles:
        before = LAST_WORD.sub("", before)
    opens = not before or CLAUSE_OPENING.search(before) is not None
    if not opens and _after_preposition(before):
        return "oblique"
    if SUBJECT_AFTER.match(text, mention.end) or INVERTED.search(before):
        return "subject"
    return "first" if opens else "other"


def _after_preposition(before: str) -> bool:
    """Return whether one of the last words, titles skipped, is a preposition: "with former Gov. Ruiz"."""
    for word in before.rsplit(maxsplit=4)[:0:-1]:
        if word.lower() in PREPOSITIONS:
            return True
        if word[-1] in ',;:!?"”)' or word.lower() in _CLAUSE_STARTS:
            return False
    return False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a pronoun or description stands: its offset, the content it introduces, and what spoke before."""

    position: int
    content: tuple[int, int] | None = None
    after_content: bool = False
    """The source follows its own content: "...," he said."""
    direct: bool = False
    said: tuple[tuple[int, int], ...] = ()
    """What the source says or thinks, of whatever kind."""
    reported: Quotations | None = None
    """What anybody in the article says or thinks."""

    def is_reported(self, position: int) -> bool:
        """Return whether `position` lies in something said in which this place does not lie itself."""
        if self.reported is None or (number := self.reported.number(position)) is None:
            return False
        return number != self.reported.number(self.position)


def bucket(distance: int) -> str:
    """Return a name for a distance in sentences."""
    return str(distance) if distance < 3 else "3-4" if distance < 5 else "5+"


def find_candidates(
    text: str,
    names: ArticleNames,
    spoke: Sequence[Spoke],
    quoted: Quotations,
    place: Place,
    *,
    gender: Gender | None,
) -> list[Candidate]:
    """Return the people before `place` that a singular pronoun of this gender can mean, nearest first.

    Somebody of the other gender never fits: known from titles and the registry, hinted by the given name.
    """
    position = place.position
    # Behind what is said, distances count from where that begins.
    base = place.said[0][0] if place.after_content and place.said else position
    sentence = names.sentence_of(base)
    paragraph = text.rfind("\n", 0, base)
    found: dict[int, Candidate] = {}
    told = unquoted = 0
    content = place.content
    breaks = [match.end() for match in BREAK.finditer(text, max(0, base - BREAK_REACH), base)]
    section = breaks[-1] if breaks else 0
    for mention in reversed(names.before(position, most=LOOK_BACK)):
        distance = max(0, sentence - mention.sentence)
        if distance > MAX_SENTENCES:
            break
        entity = mention.entity
        known = entity.gender or entity.hint
        if entity.kind not in ("person", "unknown") or (known is not None and gender is not None and known != gender):
            continue
        if known is None and entity.kind == "unknown" and id(entity) not in found and _is_thing(entity, spoke):
            continue
        grammar: str | None = None
        in_quote = mention.start in quoted
        in_own = (content is not None and content[0] <= mention.start < content[1]) or any(
            start <= mention.start < end for start, end in place.said
        )
        candidate = found.get(id(entity))
        if candidate is None:
            candidate = found[id(entity)] = Candidate(entity)
            features = candidate.features
            features["near." + bucket(distance)] = 1.0
            features["nth." + (str(told) if told < 3 else "3+")] = 1.0
            told += 1
            if in_quote:
                features["near.quoted"] = 1.0
            if in_own:
                features["near.own"] = 1.0
            if mention.start > paragraph and mention.start < base:
                features["near.paragraph"] = 1.0
            if mention.start < section:
                features["beyond"] = 1.0
            grammar = grammar_of(text, mention)
            features["near." + grammar] = 1.0
            if distance < 2:
                features[f"near.{grammar}.{distance}"] = 1.0
            if gender is not None:
                features["gender." + ("hint" if entity.gender is None else "known") if known else "gender.unknown"] = (
                    1.0
                )
            if entity.kind == "unknown":
                told_of = known is not None or any(one.entity is entity for one in spoke[-4:])
                features.update(dict.fromkeys(_unknown(text, mention, told_of=told_of), 1.0))
            features["count"] = log1p(len(entity.mentions))
            if entity.mentions[0].sentence == 0:
                features["title"] = 1.0
        if not (in_quote or in_own) and "told" not in candidate.features:
            features = candidate.features
            features["told"] = 1.0
            features["told." + bucket(distance)] = 1.0
            if spoke and mention.start > spoke[-1].position:
                features["since"] = 1.0
            features["told.nth." + (str(unquoted) if unquoted < 3 else "3+")] = 1.0
            if mention.start > paragraph:
                features["told.paragraph"] = 1.0
            if unquoted == 0 and place.after_content and distance < 2:
                features["told.leads." + ("quote" if place.direct else "said")] = 1.0
            unquoted += 1
            if distance < 3:
                grammar = grammar or grammar_of(text, mention)
                if grammar in ("subject", "first"):
                    features["told.subject." + bucket(distance)] = 1.0
        if place.reported is not None and "main" not in candidate.features and not place.is_reported(mention.start):
            features = candidate.features
            features["main"] = 1.0
            features["main." + bucket(distance)] = 1.0
            if spoke and mention.start > spoke[-1].position:
                features["main.since"] = 1.0
            if distance < 3:
                grammar = grammar or grammar_of(text, mention)
                features[f"main.{grammar}.{bucket(distance)}"] = 1.0
    if not place.after_content:
        _add_ahead(text, names, place, found, gender)
    titles = list(TITLE_NOUN.finditer(text, max(0, position - TITLE_REACH), position))
    if titles:
        title = titles[-1]
        role = title[1].lower()
        held = [c for c in found.values() if c.entity is not None and role in c.entity.roles]
        if len(held) == 1:
            held[0].features["title." + bucket(sentence - names.sentence_of(title.start()))] = 1.0
    _add_speakers(names, spoke, place, found, sentence, gender)
    for start, end in place.said:
        # People rarely call themselves by name in what they say.
        for mention in names.inside(start, end):
            if (candidate := found.get(id(mention.entity))) is not None:
                candidate.features["named.in." + ("quote" if place.direct and mention.start in quoted else "said")] = (
                    3.0
                )
    candidates = list(found.values())
    if len(candidates) == 1:
        candidates[0].features["only"] = 1.0
    most = max((len(c.entity.mentions) for c in candidates if c.entity is not None), default=0)
    for candidate in candidates:
        if candidate.entity is not None and len(candidate.entity.mentions) == most:
            candidate.features["most"] = 1.0
    return candidates


def _is_thing(entity: Entity, spoke: Sequence[Spoke]) -> bool:
    """Return whether a name is built as no person's: "Alder County Republican", "State of Alder", "RT Alder"."""
    words = entity.name.split()
    built = (
        last_word(entity.name) in default_roles().nouns
        or words[-1] == "Show"
        or "of" in words
        or any(map(CAPITALS.fullmatch, words))
    )
    return built and not _by_surname(entity) and all(one.entity is not entity for one in spoke[-4:])


def _by_surname(entity: Entity) -> bool:
    """Return whether the article calls somebody by the last word of the name too."""
    surname = len(entity.name.split()[-1])
    return any(mention.end - mention.start == surname < len(entity.name) for mention in entity.mentions)


def _unknown(text: str, mention: Mention, *, told_of: bool) -> list[str]:
    """Return the features of a name that is no known given name's: most such names are no people.

    `told_of` says that something else shows that it is somebody: gender, or that they spoke.
    """
    entity = mention.entity
    names = ["unknown"]
    if text[max(0, mention.start - 4) : mention.start].lower() == "the ":
        names.append("unknown.the")
    if entity.name.isupper():
        names.append("unknown.capitals")
    if SPEAKS.match(text, mention.end):
        names.append("unknown.speaks")
    if last_word(entity.name) in default_roles().nouns or " of " in entity.name:
        names.append("unknown.noun")
    if _by_surname(entity):
        names.append("unknown.shortened")
    elif not (told_of or entity.roles or any(_speaks(text, one) for one in entity.mentions[:4])):
        names.append("unknown.bare")
    return names


def _speaks(text: str, mention: Mention) -> bool:
    """Return whether the words around a mention make it a speaker: "Ruiz said", "...," said Ruiz."""
    if SPEAKS.match(text, mention.end) is not None:
        return True
    return INVERTED.search(text, max(0, mention.start - WORDS_REACH), mention.start) is not None


def _add_ahead(
    text: str, names: ArticleNames, place: Place, found: dict[int, Candidate], gender: Gender | None
) -> None:
    """Add whom the main clause behind a pronoun names: "When he spoke, Ruiz ..."."""
    sentence = names.sentence_of(place.position)
    opens = names.sentence_start(sentence)
    if place.position - opens > MAX_AHEAD or not SUBORDINATE.match(text, opens, place.position):
        return
    for mention in names.between(place.position + 1, sentence):
        entity = mention.entity
        known = entity.gender or entity.hint
        if entity.kind != "person" or (known is not None and gender is not None and known != gender):
            continue
        if any(start <= mention.start < end for start, end in place.said):
            continue
        comma = AHEAD_GAP.search(text, max(0, mention.start - WORDS_REACH), mention.start) is not None
        candidate = found.setdefault(id(entity), Candidate(entity, {"count": log1p(len(entity.mentions))}))
        candidate.features["ahead." + ("comma" if comma else "other")] = 1.0
        return


def _add_speakers(
    names: ArticleNames,
    spoke: Sequence[Spoke],
    place: Place,
    found: dict[int, Candidate],
    sentence: int,
    gender: Gender | None,
) -> None:
    """Add what the earlier speakers tell; the last one is a candidate even when nobody names them nearby."""
    for back, earlier in enumerate(reversed(spoke[-4:])):
        entity = earlier.entity
        known = entity.gender or entity.hint
        if known is not None and gender is not None and known != gender:
            continue
        distance = max(0, sentence - names.sentence_of(earlier.position))
        if distance > MAX_SENTENCES:
            break
        candidate = found.get(id(entity))
        if candidate is None:
            if back:
                continue
            candidate = found[id(entity)] = Candidate(entity, {"count": log1p(len(entity.mentions)), "unseen": 1.0})
        features = candidate.features
        if "spoke" in features:
            continue
        features["spoke"] = 1.0
        if back == 0:
            features["last." + bucket(distance)] = 1.0
            if earlier.asks:
                features["last.asks"] = 1.0
            if earlier.pronoun:
                features["last.pronoun"] = 1.0
            if place.after_content and place.direct:
                features["last.after-quote"] = 1.0
            if not any(other is not candidate and "since" in other.features for other in found.values()):
                features["last.unbroken"] = 1.0
                features["last.unbroken." + bucket(distance)] = 1.0
            if place.reported is not None and not any(
                other is not candidate and "main.since" in other.features for other in found.values()
            ):
                features["last.alone"] = 1.0
                features["last.alone." + bucket(distance)] = 1.0
        else:
            features["spoke." + bucket(distance)] = 1.0
