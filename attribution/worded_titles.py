"""A person named right behind a role in small letters: "former secretary of state Ana Ruiz", "a man named Ed Hale"."""

from __future__ import annotations

import re

from .mentions import ArticleNames, Mention
from .names import fold, strip_possessive
from .nominals import AFTER_HEAD
from .roles import RoleLexicon

_NAMED = re.compile(r" (?:named|called)$")
_AND = " and "
# What may follow the name in the source: a place or party, an apposition, a relative clause.
_BEHIND = re.compile(r"[,(—–]| - |'s$|’s$|,? (?:of|from|in|at|on|who|whose|and his|and her) |$")
MAX_WORDED = 120
MAX_WORDS = 10


def find_titled(text: str, names: ArticleNames, roles: RoleLexicon, start: int, end: int) -> Mention | None:
    """Return the person whose full name ends the source's own words after a role, or None.

    The role may have a place or a body inside ("executive at the harbor Ana Ruiz" has none: that is two), and "and"
    only where it joins two adjectives: "popular and controversial speaker Ana Ruiz".
    """
    limit = min(end, start + MAX_WORDED)
    for mention in names.inside(start + 1, limit):
        if mention.entity.kind != "person" or " " not in mention.entity.name:
            continue
        before = text[start : mention.start].rstrip(' \u00a0"“')
        if len(before) == mention.start - start or re.search(r"[,;:()—–\n]| - ", before):
            return None
        named = _NAMED.search(before)
        words = [fold(word) for word in before[: named.start() if named else len(before)].split()]
        if not words or len(words) > MAX_WORDS or strip_possessive(words[-1]) != words[-1]:
            return None
        noun = roles.at_end(words)
        if noun is None and not named:
            continue  # "longtime Ben Lee aide Ana Ruiz"
        full = len(text[mention.start : mention.end].split()) > 1
        if not full and (noun is None or noun[0].kind != "office"):
            return None  # "former secretary of state Ruiz" names her, "supporter Ruiz" may be another
        if noun is None or noun[0].plural or noun[0].kind not in ("inside", "class", "office"):
            return None
        if not (named or noun[0].title) or AFTER_HEAD & set(words[: -noun[1]]) - {"and"}:
            return None  # "supporters of candidate Ana Ruiz"
        if _BEHIND.match(text[mention.end : end].rstrip()) is None:
            return None
        if any(
            m.entity.kind == "person" and text.endswith("and ", start, m.start) for m in names.inside(mention.end, end)
        ):
            return None  # "senator Ana Ruiz, R-Ohio, and Ben Lee"
        if _AND in before and any(
            m.entity.kind in ("person", "organization", "country") for m in names.inside(start, mention.start)
        ):
            return None
        if _AND in before and roles.at_end([fold(word) for word in before.partition(_AND)[0].split()]) is not None:
            return None
        return mention
    return None
