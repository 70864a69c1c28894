"""A source's words taken apart: determiner, modifiers, head, owner and what follows; no article, no linking."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from .names import fold, strip_possessive
from .roles import RoleLexicon, RoleNoun

Determiner = Literal["definite", "indefinite", "other", "own", "none"]

# Everybody and nobody: groups of people, whoever speaks.
GENERAL = {
    "we": "people", "us": "people", "our": "people", "you": "readers", "your": "readers", "everyone": "people",
    "everybody": "people", "anyone": "people", "anybody": "people", "no one": "people", "nobody": "people",
    "not everyone": "people", "some": "some people", "many": "many people", "others": "others", "most": "most people",
    "few": "few people", "those": "people", "someone": "someone", "somebody": "somebody",
}  # fmt: skip
PRONOUNS: dict[str, str] = (
    dict.fromkeys(("he", "him", "his", "himself"), "male")
    | dict.fromkeys(("she", "her", "hers", "herself"), "female")
    | dict.fromkeys(("it", "its", "itself"), "thing")
    | dict.fromkeys(("they", "them", "their", "theirs", "themselves"), "plural")
    | dict.fromkeys(("i", "me", "my", "mine", "myself"), "first")
    | dict.fromkeys(("we", "us", "our", "ours"), "first-plural")
    | dict.fromkeys(("you", "your", "yours"), "second")
    | dict.fromkeys(("everyone", "everybody", "anyone", "anybody", "no one", "nobody", "not everyone"), "other")
    | dict.fromkeys(("someone", "somebody"), "other")
    | dict.fromkeys(("who", "which", "that", "whom", "whose"), "relative")
    | dict.fromkeys(("this", "these", "those", "both", "each", "all", "some", "many", "others", "most", "few"), "other")
    | dict.fromkeys(("several", "none", "neither", "the two", "the three", "the pair", "the duo", "the trio"), "other")
)
_DETERMINER_WORDS: dict[Determiner, str] = {
    "definite": "the this that these those",
    "indefinite": "a an one some several many two three four five no",
    "other": "another other others additional second",
    "own": "his her its their my our your",
}
# "Small groups of protesters" are protesters; "the Group of Seven" keeps its capital and its name.
CONTAINER = re.compile(
    r"^(?:([Tt]he|[Tt]hese|[Tt]hose) |[Aa]n? |some |several |various |two |three )?"
    r"(?:\d{1,2}(?:\.\d)?(?:%|-percent| percent) )?(?:[A-Za-z][a-z-]{1,14} ){0,2}"
    r"(?:groups?|coalitions?|crowds?|throngs?|pairs?|trios?|quartets?|bands?|clusters?|generations?|gatherings?|"
    r"cross-sections?|legions?|pockets?|mix|chorus|rosters?|constellations?|handfuls?|floods?|waves?|swaths?|"
    r"segments?|clutch|class|(shares?|percentages?|proportions?|pluralit(?:y|ies)|majorit(?:y|ies))) of "
    r"(?=(?:(?:about|nearly|almost|some|more than|over|at least|the) )?"
    r"(?:[a-z]|\d|[A-Z][\w-]{2,20}(?:s|ns)?\b))"
)
# "A group of more than 50 experts"
MORE_THAN = re.compile(r"^(?:about|nearly|almost|more than|over|at least) (?=\d)")
_DETERMINERS = {word: kind for kind, words in _DETERMINER_WORDS.items() for word in words.split()}
_QUANTIFIERS = """
all any at least most few both each every certain various numerous multiple only even just about nearly almost
not virtually practically
dozens hundreds thousands millions scores far fewer dozen half-dozen hundred thousand million
six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
"""
QUANTIFIERS = frozenset(_QUANTIFIERS.split())
TENS = re.compile(r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-[a-z]{3,5})?")
_ABOUT = (
    r"(?:(?:at least|not|only|just|nearly|almost|about|around|roughly|some|more than|less than|fewer than|over) ){0,2}"
)
PARTITIVE = re.compile(
    rf"^{_ABOUT}(?:(?:(?:so |too |as |all )?(?:one|some|many|most|several|two|three|four|five|six|few)|all|none|each|"
    r"any|both|much|lots|plenty|members|dozens|hundreds|thousands|millions|"
    r"(?:an? )?(?:(?:growing|increasing|large|small|vast|significant|substantial|sizable|good|great|huge|tiny) ){0,2}"
    r"numbers?|an? (?:group|handful|couple|majority|lot|bunch|pair|series|batch|army|legion|"
    r"host|third|quarter|fifth|plurality|minority)|half|two-thirds|three-quarters|one-third|one-quarter|"
    r"the (?:rest|majority|(?:vast|overwhelming) majority)|\d[\d,.]* ?(?:percent|%|per cent)|"
    r"(?:[a-z]{2,12}(?:-[a-z]{2,12})?|\d{1,3}) (?:in|of|out of) (?:10|ten|five|four|three)) of )"
    r"(?:the |its |their |his |her )?",
    re.IGNORECASE,
)
# The noun phrase's own words end before these; what follows describes it.
_AFTER_HEAD = """
of for in at from with on to by about under close near inside outside elsewhere throughout within around across as
against over after before during
who that which whose whom where when including representing familiar
privy aware loyal opposed involved intent speaking told said and or on behalf among
like such unlike polled surveyed
between toward towards through based attending conducted published released appearing participating
"""
AFTER_HEAD = frozenset(_AFTER_HEAD.split())
WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
# "tax experts I spoke to", "corporations looking to cut": a clause follows the noun's own words.
CLAUSE_INSIDE = re.compile(
    r"(?<=[a-z]) (?:(?:I|we|he|she|they|you)(?:['’](?:ve|d|re|m|ll))? [a-z]|"
    r"(?:have|has|had|was|were|are|is|looking|led|worried|devoted|working|"
    r"seeking|trying|opposed|challenging|aimed|intended|ranging) )"
)
PARTICIPLE = re.compile(r"[a-z]{3,14}(?:ing|ed)")
# "Six in 10", "about a third", "only 24 percent", "those surveyed": of those asked
_SHARE = (
    r"(?:(?:[a-z]{2,12}|\d{1,3}) (?:in|out of) (?:10|ten|five|four|three)|half|"
    r"a third|a quarter|two-thirds|three-quarters|one-third|one-quarter|\d[\d.,]{0,5}(?:%| percent?| per cent))"
)
# "By 58%-33%, those surveyed"
_MARGIN = r"(?:by )?(?:nearly |about )?\d{1,2}(?:%|-to)?-\d{1,2}%?, "
_RESPONDENTS = r"(?:those|people|of those) (?:surveyed|polled|responding|interviewed|asked|questioned)"
BARE_SHARE = re.compile(
    rf"^(?:{_MARGIN})?{_ABOUT}"
    rf"(?:{_SHARE}(?:, \d[\d.,]{{0,5}} ?(?:%|percent|per cent),?)?(?: of (?:them|{_RESPONDENTS}))?|"
    rf"(?:most |many |some )?{_RESPONDENTS})$",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"^(?:a|an) (?:wide |broad |growing |small |large )?(?:array|range|raft|slew|host|string|wave|"
    r"variety|chorus) of |"
    rf"^{_ABOUT}(?:[a-z]{{2,12}}|\d{{1,3}}) (?:in|out of|of) (?:10|ten|five|four|three) "
    r"(?:of (?:the |all )?)?(?=[A-Za-z])|"
    r"^(?:many|some|most|few|those|others) (?:in|within|inside|on) the |"
    r"^\d[\d.,]* (?:percent|per cent|%) of (?:the |those |all )?(?!who\b|that\b)",
    re.IGNORECASE,
)
# "Democrats today", "activists here", "the ad itself": no part of what somebody is called
TRAILING = re.compile(
    r"(?<=[\w.”’\"]) (?:himself|herself|itself|themselves|today|here|there|overall|nationwide|everywhere|elsewhere|"
    r"alone|worldwide|now|(?:last|this|next) (?:week|month|year|fall|spring|summer|winter)|at home)"
    r"(?:[ ,]*$|(?=, (?:including|especially|particularly)\b))"
)
GROUPED_DIGITS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_LEAD = re.compile(
    r"^[\s\"“”«»‘'(\[,.;:–—-]*"
    r"(?:(?:and|but|while|from|by|among|according to|said|like|as|reports like|in|with|even|then|both(?! of\b))\s+)?",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\s,;:()\[\]“”\"«»—–]+|[,;:()—–]")
POSSESSIVE_WORD = re.compile(r"^(.+?)['’]s$|^(.+?s)['’]$", re.IGNORECASE)


_SOME_OF = r"(?:not )?(?:all|most|many|some|several|few|a few|both|each|one|two|three|none|neither|any|either) of "
# "Virtually no one", "almost everybody"
NEARLY = re.compile(
    r"^(?:virtually|almost|nearly|practically|seemingly|just about) (?=(?:every|no |no-|nobody|all\b|any))"
)
OF_WHOM = re.compile(_SOME_OF + "whom")
OF_THEM = re.compile(_SOME_OF + r"(?:them|those|these|those (?:two|three|four)|the (?:two|three|four))")


@dataclass(frozen=True, slots=True)
class SourcePhrase:
    """One source read as a noun phrase.

    `words` are its own words without determiner (in their own spelling, possessive owner taken out), `head` the role
    noun they end in, `modifiers` the words before it. `owner` is the possessor ("Ukraine" in "Ukraine's foreign
    minister"), `after` what follows from the first preposition on, `apposed` the text after a comma.
    """

    determiner: Determiner
    words: tuple[str, ...]
    head: RoleNoun | None
    modifiers: tuple[str, ...]
    owner: str | None
    after: tuple[str, ...]
    apposed: str
    partitive: bool


@lru_cache(maxsize=16384)
def pronoun_class(source: str) -> str | None:
    """Return the class of a source that is one pronoun (`male`, `plural`, `relative` …), else None."""
    folded = NEARLY.sub("", fold(source).strip(" ,.\"'“”«»:;()-"), count=1)
    for ending in (
        "'s",
        " himself",
        " herself",
        " itself",
        " themselves",
        " all",
        " both",
        "'d",
        "'ve",
        "'re",
        "'m",
        "'ll",
    ):
        folded = folded.removesuffix(ending)
    if folded in ("he", "she", "it", "they", "i", "we") or folded in PRONOUNS:
        return PRONOUNS.get(folded)
    if OF_WHOM.fullmatch(folded) is not None:
        return "relative"
    return "other" if OF_THEM.fullmatch(folded) is not None else None


def parse_phrase(source: str, roles: RoleLexicon) -> SourcePhrase:
    """Return `source` read as a noun phrase; total, also for text that is none."""
    return _parse_phrase(source, roles_key(roles))


class RolesKey:
    """The lexicon as a cache key, by identity."""

    __slots__ = ("roles",)

    def __init__(self, roles: RoleLexicon) -> None:
        self.roles = roles


_keys: list[RolesKey] = []


def roles_key(roles: RoleLexicon) -> RolesKey:
    """Return the cache key of a lexicon, the same object as long as no other lexicon is asked for."""
    if not _keys or _keys[0].roles is not roles:
        _keys[:] = [RolesKey(roles)]
    return _keys[0]


@lru_cache(maxsize=16384)
def _parse_phrase(source: str, key: RolesKey) -> SourcePhrase:
    roles = key.roles
    text = " ".join(source.replace("--", "—").replace(" - ", " — ").split())
    text = GROUPED_DIGITS.sub("", TRAILING.sub("", _LEAD.sub("", text, count=1), count=1))
    clause = CLAUSE_INSIDE.search(text, 4)
    if clause is not None and "," not in text[: clause.start()]:
        text = text[: clause.start()]
    if not BARE_SHARE.fullmatch(text):
        text = _COUNTED.sub("", text, count=1) or text
    if BARE_SHARE.fullmatch(text):
        text = "percent"
    container = CONTAINER.match(text)
    if container is not None:
        text = MORE_THAN.sub("", text[container.end() :], count=1)
    partitive = PARTITIVE.match(text)
    if partitive is not None and partitive.end() < len(text):
        text = text[partitive.end() :]
    words = _WORDS.findall(text)
    determiner: Determiner = "none"
    if partitive is not None or container is not None:
        determiner = "definite" if container is not None and container[1] and not container[2] else "indefinite"
    start = 0
    while start < len(words) - 1:
        folded = fold(words[start])
        if folded in _DETERMINERS:
            if determiner not in ("other", "definite"):
                determiner = _DETERMINERS[folded]
        elif folded not in QUANTIFIERS and not folded[:1].isdigit() and TENS.fullmatch(folded) is None:
            break
        start += 1
    own: list[str] = []
    if start and words[start] in ("who", "whose"):
        own.append("people")  # "those who asked", "27 percent of those who"
    end = start
    while end < len(words):
        word = words[end]
        folded = fold(word)
        if word in ",;:()—–" or (own and folded in AFTER_HEAD and not is_modifier(words, end)):
            break
        if own and folded in WEEKDAYS and (end + 1 == len(words) or fold(words[end + 1]) in AFTER_HEAD):
            break  # "a report Tuesday from the bank"
        own.append(word)
        end += 1
    apposed = ""
    after: list[str] = []
    for index in range(end, len(words)):
        if words[index] in ",;:()—–":
            apposed = " ".join(words[index + 1 :])
            break
        after.append(words[index])
    owner, own = _take_owner(own)
    folded_own = [fold(strip_possessive(word)) for word in own]
    at = roles.at_end(folded_own)
    if at is None:
        # "a database tracking deaths", "a union formed last year": the participle says what the noun does.
        for index in range(1, len(own)):
            if PARTICIPLE.fullmatch(own[index]) and (shorter := roles.at_end(folded_own[:index])) is not None:
                after = [*own[index:], *after]
                own, at = own[:index], shorter
                break
    head = at[0] if at else None
    modifiers = tuple(own[: len(own) - at[1]]) if at else ()
    return SourcePhrase(determiner, tuple(own), head, modifiers, owner, tuple(after), apposed, partitive is not None)


def is_modifier(words: Sequence[str], index: int) -> bool:
    """Return whether "close" or "outside" tells of the noun behind it: "Hale's close friends", "many outside groups".

    "People close to Hale" and "voters outside Alder" end before it.
    """
    following = words[index + 1] if index + 1 < len(words) else ""
    if not following.isalpha() or following[:1].isupper() or following in AFTER_HEAD or following in _DETERMINERS:
        return False
    return words[index] == "close" or (words[index] == "outside" and not words[index - 1].endswith(("s", "people")))


def _take_owner(words: list[str]) -> tuple[str | None, list[str]]:
    """Return the possessor at the front of `words` and the rest; a possessive at the very end is no owner."""
    for index in range(len(words) - 2, -1, -1):
        match = POSSESSIVE_WORD.match(words[index])
        if match is not None:
            owner = " ".join([*words[:index], match[1] or match[2]])
            return owner, words[index + 1 :]
    return None, words
