"""Who wrote an article or a letter in it, as the text itself says: a byline, a signature, a note on the author."""

from __future__ import annotations

import re
from functools import lru_cache

from .names import fold
from .roles import default_given_names

_NAME = r"[A-ZÀ-ÖØ-Þ][\w’'.-]{0,20}(?: [A-ZÀ-ÖØ-Þ][\w’'.-]{0,20}){1,3}"
BYLINE = re.compile(rf"^(?:By|BY) ({_NAME})(?=$|,| \||\n| and )", re.MULTILINE)
# A paragraph that is nothing but a name signs the letter before it; so does "@name" for a post.
SIGNATURE = re.compile(rf"\n\n(?:[—–-]{{1,2}} ?)?({_NAME}|@\w{{2,30}}\.?)(?=$|,|\n|\Z)", re.MULTILINE)
AUTHOR_NOTE = re.compile(
    rf"\n\n({_NAME})(?:, an?|, the| is| was| teaches| writes| covers| serves)\b[^\n]{{3,400}}\s*\Z", re.MULTILINE
)
# "Ana Hale: Why We Lost" heads a column by somebody whom the column itself does not name.
HEADLINE = re.compile(rf"\A({_NAME}): ")
BYLINE_AREA = 1500
SIGNED_LINE = re.compile(rf"\n\n(?:[—–-]{{1,2}} ?)?({_NAME}|@\w{{2,30}}\.?)(?=\n|\Z)")
MIN_LETTERS = 2
MANY_LETTERS = 3
LETTER_LENGTH = 3000


@lru_cache(maxsize=64)
def _authors(text: str) -> tuple[str | None, tuple[tuple[int, str], ...]]:
    """Return the one author of the whole text, and (offset, name) of the signatures of its letters."""
    signed = []
    for match in SIGNATURE.finditer(text):
        name = match[1].rstrip(".")
        if name.startswith("@") or _is_person(name):
            signed.append((match.start(), name))
    by = BYLINE.search(text, 0, BYLINE_AREA)
    note = AUTHOR_NOTE.search(text, max(0, len(text) - BYLINE_AREA))
    for found in (by, note):
        if found is not None and _is_person(found[1]):
            return found[1], tuple(signed)
    head = HEADLINE.match(text)
    if head is not None and _is_person(head[1]) and text.count(head[1].split()[-1]) == 1:
        return head[1], tuple(signed)
    return None, tuple(signed)


def _is_person(name: str) -> bool:
    words = name.split()
    return fold(words[0]).rstrip(".") in default_given_names() and not any(
        word.isupper() and len(word) > 2 for word in words
    )


def find_author(text: str, position: int) -> str | None:
    """Return who says "I" at `position` outside quotation marks: a letter's signer, else the author; None when unknown.

    Given names tell people from headings; a signer with another first name is found on a page of letters only.
    """
    author, signed = _authors(text)
    following = next((name for at, name in signed if at > position), None)
    return find_signer(text, position) or following or author


def find_signer(text: str, position: int) -> str | None:
    """Return who signs the letter or post around `position` on a page of several, None on any other page."""
    signed = _signed_lines(text)
    if len(signed) < MIN_LETTERS:
        return None
    return next((name for at, name in signed if position < at < position + LETTER_LENGTH), None)


@lru_cache(maxsize=64)
def _signed_lines(text: str) -> tuple[tuple[int, str], ...]:
    """Return (offset, name) of the lines that are nothing but a name; one that recurs is a heading's."""
    lines = [(match.start(), match[1].rstrip(".")) for match in SIGNED_LINE.finditer(text)]
    lines = [(at, name) for at, name in lines if name.startswith("@") or text.count(name.split()[-1]) == 1]
    sure = [(at, name) for at, name in lines if name.startswith("@") or _is_person(name)]
    # On a page of letters a rarer first name is one, too.
    return tuple(lines if len(sure) >= MANY_LETTERS else sure)
