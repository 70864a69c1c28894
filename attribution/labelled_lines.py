"""Lines that name their speaker and a colon, without quotation marks: headlines (Ruiz: Rents rise) and transcripts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .findings import Characters, Finding
from .marks import Quotation
from .sentences import Sentence

# One to four capitalised words and a colon, behind a dash, a bullet, an opening mark, or none.
LABEL = re.compile(
    r"[\s•*–—\"“«„-]{0,4}((?:[^\W\d_a-z][\w.’'-]{0,30})(?: [^\W\d_a-z][\w.’'-]{0,30}){0,3})\s?:\s{1,3}(?=[^\s“”\"«»„])"
)
LABELLED_RATE = 0.85
# A headline is this short and stands among the first paragraphs.
MAX_HEADLINE, FIRST_PARAGRAPHS = 140, 3
MIN_CONTENT_WORDS = 3
# So many labelled paragraphs make a transcript, if one label comes back.
MIN_TURNS = 3
_NO_SPEAKERS = frozenset(
    """note notes photo photos image picture video audio watch read listen source sources update updated date tags
    tag related contact phone email tel fax address web website live breaking opinion analysis explainer editorial
    question answer questions answers caption credit copyright topics topic summary background correction warning
    share follow subscribe location time where when what why how who price prices result results score venue""".split()
)


def find_labelled_lines(
    text: str, paragraphs: Sequence[Characters], found: Sequence[Finding], quotations: Sequence[Quotation]
) -> list[Finding]:
    """Return the words of lines that begin with their speaker's name and a colon, content without marks around it.

    A headline counts when somebody of that last name is quoted in the article; other lines when they make a
    transcript: three turns or more, one speaker more than once.
    """
    lines = [(number, match) for number, (a, b) in enumerate(paragraphs) if (match := _match(text, a, b)) is not None]
    if not lines:
        return []
    labels = [_last_word(match[1]) for _, match in lines]
    transcript = len(lines) >= MIN_TURNS and len(set(labels)) < len(labels)
    sources = {_last_word(text[a:b]) for item in found for a, b in item.source if b > a} if not transcript else set()
    taken = [span for item in found for span in item.source]
    result = []
    for (number, match), label in zip(lines, labels, strict=True):
        start, end = match.end(), _content_end(text, match.end(), paragraphs[number][1])
        headline = number < FIRST_PARAGRAPHS and end - start <= MAX_HEADLINE and text[end - 1] not in ".!?"
        if not (transcript or (headline and label in sources)):
            continue
        source = match.span(1)
        if len(text[start:end].split()) < MIN_CONTENT_WORDS - transcript or any(
            a < source[1] and source[0] < b for a, b in taken
        ):
            continue
        stub = Sentence(text, [], [], [], [], [], number, -1)
        named = [source] if len(match[1]) > 1 else []  # Q and A are nobody's names
        quotes = [quotation for quotation in quotations if quotation.start < end and start < quotation.end]
        # A turn that is quoted has no opening mark behind its label, and runs on over its paragraphs.
        quoted = [(span.start, span.end) for q in quotes if q.start == start == q.inner[0].start for span in q.inner]
        result.append(Finding(quoted or [(start, end)], [], named, LABELLED_RATE, ["introduced"], stub, quotes))
    return result


def _match(text: str, begin: int, end: int) -> re.Match[str] | None:
    match = LABEL.match(text, begin, end)
    if match is None or _last_word(match[1]) in _NO_SPEAKERS or match[1].lower() in _NO_SPEAKERS:
        return None
    return match


def _last_word(phrase: str) -> str:
    words = phrase.split()
    return words[-1].lower().strip(".") if words else ""


def _content_end(text: str, begin: int, end: int) -> int:
    while end > begin and text[end - 1].isspace():
        end -= 1
    return end
