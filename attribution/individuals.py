"""Whether several people of one role are individuals whose names are not given, or a class: "several experts".

The guidelines' line: whoever holds an inside role is unnamed, a class or collective of people is a group.
"""

from __future__ import annotations

import re

from .mentions import ArticleNames
from .names import fold, strip_possessive
from .nominals import SourcePhrase
from .roles import read_name_words

# People of a class who are individuals here: they talked to the writer, or their names are withheld.
SPOKE_THEMSELVES = (
    re.compile(
        r"\b(?:I|we) (?:have |had )?(?:spoke|spoken|talked|interviewed|consulted|contacted|reached|met|asked)\b"
    ),
    re.compile(
        r"\b(?:condition of anonymity|interviewed (?:by|for|at|in)|not authorized to|not to be (?:named|identified))\b"
    ),
    re.compile(r"\b(?:declined|refused|asked) (?:not )?to be (?:named|identified|quoted)\b"),
    re.compile(r"\bwho (?:\w+ )?(?:spoke|talked) (?:to|with) (?:a |the )?(?:reporters?\b|[A-Z])"),
)
# So few that somebody knows who they are: "three analysts", but not "40 analysts" or "thousands of teachers".
COUNTED = re.compile(
    r"(?:(?:and|but|while|at least|more than|nearly|almost|about|as) ){0,2}"
    r"(?:several|a few|two|three|four|five|six|seven|eight|nine|ten|[2-9]|(?:a|some) (?:number|handful|couple) of)\b",
    re.IGNORECASE,
)
# "a group of analysts"
COLLECTED = re.compile(
    r"(?:an? |the )(?:[a-z-]{1,14} ){0,2}(?:group|coalition|crowd|band|chorus|majority|plurality|gathering|host) of ",
    re.IGNORECASE,
)
# "many economists, including Ana Ruiz"
SUCH_AS = re.compile(r",? (?:including|among them|like|such as) ")
# Who leads a party or a state body has an office there; "world leaders" and "business leaders" are a class.
LED = frozenset(
    "party republican democratic democrat gop congressional legislative house senate parliamentary government state "
    "local county city federal district".split()
)
LEADERS = frozenset({"leaders", "world leaders"})
# Endings of plurals that name people by what they do or where they are from; `plural.things` are the others.
PEOPLE_ENDINGS = ("ers", "ors", "ists", "ees", "ans", "ites", "aires", "crats", "men", "women")
PEOPLE_WORDS = read_name_words()["plural.people"]
THING_WORDS = read_name_words()["plural.things"]
BODIES_OF_MEMBERS = frozenset({"government", "cabinet", "administration", "staff", "delegation"})


def spoke_themselves(text: str, start: int, end: int) -> bool:
    """Return whether people of a class spoke themselves, their names not given: "voters I met in Alder"."""
    return any(pattern.search(text, start, end) is not None for pattern in SPOKE_THEMSELVES)


def is_inside(phrase: SourcePhrase) -> bool:
    """Return whether several people hold an inside role: officials, party leaders, members of the government."""
    head = phrase.head
    if head is None or not head.plural:
        return False
    if head.form == "leaders":
        return bool(LED & {fold(word) for word in phrase.modifiers[-1:]})
    if head.form == "members":
        return bool(BODIES_OF_MEMBERS & {fold(strip_possessive(word)) for word in phrase.after[1:4]})
    return head.kind == "inside"


def holds_role(phrase: SourcePhrase) -> bool:
    """Return whether several people hold an inside role or an office: beside officials, mayors are individuals too."""
    head = phrase.head
    office = head is not None and head.plural and head.kind == "office" and head.form not in LEADERS
    return office or is_inside(phrase)


def are_counted(text: str, names: ArticleNames, phrase: SourcePhrase, start: int, end: int) -> bool:
    """Return whether people of a trade are a few individuals: so many, or "many economists, including Ana Ruiz"."""
    if phrase.head is None or not phrase.head.trade or COLLECTED.match(text, start, end) is not None:
        return False
    if COUNTED.match(text, start, end) is not None:
        return True
    such = SUCH_AS.search(text, start, end)
    return such is not None and any(mention.entity.kind == "person" for mention in names.inside(such.end(), end))


def is_people(word: str) -> bool:
    """Return whether a plural that is no known role can be people: "skywriters", but not "talks" or "precedents"."""
    last = word.rpartition("-")[2]
    return last in PEOPLE_WORDS or (last.endswith(PEOPLE_ENDINGS) and last not in THING_WORDS)
