"""Where content stands to its cue and source: behind them, before them, around them, with cue and source exchanged."""

from __future__ import annotations

from collections.abc import Sequence

from .clause_ends import CLAUSE_FRAMES, clause_end, closes_with_report, quote_end, without_trailing_marks
from .clauses import clause_at, has_finite
from .findings import Characters, CueUse, Finding
from .frames import PREPOSITION_FRAMES, Frame
from .noun_phrases import (
    circumstances_begin,
    hearer_end,
    noun_phrase_after,
    noun_phrase_before,
    skip_circumstances,
    trim_source,
)
from .sentences import Sentence
from .tagging import AUXILIARY, CLAUSE_MARK, FINITE, PHRASE_START, QUOTED

# A frame that also holds quoted words is the likelier a report.
QUOTED_BONUS, MAX_WITH_BONUS = 0.1, 0.95
WITHOUT_SOURCE = 0.8
MIN_AS_SAID_UNITS = 3
MAX_TIME_UNITS = 5
# What a colon puts into words: had a simple message: …
MESSAGES = frozenset(
    """message stance position warning answer reply response promise pledge vow demand condition request plea appeal
    view opinion verdict conclusion assessment line signal threat statement claim argument reason explanation
    proposal suggestion advice forecast prediction question criticism""".split()
)
_QUOTED_FRAMES = frozenset("that clause np obj-comp as of".split())
_OBJECT_FRAMES = PREPOSITION_FRAMES | {"np", "of", "obj-about", "obj-for"}
_DASHES = frozenset({"—", "–", "-", "--"})
_AFTER_REPORT = frozenset("as when while and but after before who where because".split())
_NOT_CONTENT = frozenset("but and while who which though although as adding according".split())
_TIME_ADVERBS = frozenset("ago later earlier".split())
_INVERTED_SUBJECT = frozenset("DNS")


def make_leading(
    use: CueUse,
    frame: Frame,
    *,
    cue: list[Characters],
    source: list[Characters],
    why: Sequence[str] = (),
    subordinate: bool = False,
) -> Finding | None:
    """Return the finding whose content stands behind its cue: Ruiz said that [rents will rise].

    A subordinate clause ends at its comma: While Ruiz said [rents will rise], Lee disagreed.
    """
    s = use.s
    k = frame.begin
    while k < len(s) - 1 and s.tag[k] == ",":
        k += 1  # said that, in short, rents
    if k >= len(s):
        return None
    if frame.name in PREPOSITION_FRAMES and k == frame.begin == use.end + 1:
        # called for: the preposition belongs to the cue
        cue = [*cue[:-1], (cue[-1][0], max(cue[-1][1], s.ends[k - 1]))]
    end = quote_end(s, k) if frame.name == "quote" else clause_end(s, k, frame.name)
    if frame.name not in CLAUSE_FRAMES:
        k, end = _behind_colon(use, k, end)
        if frame.name in _OBJECT_FRAMES and not has_finite(s, k, end):
            end = circumstances_begin(s, end, floor=k, adverbs=False)  # accused Lee of fraud | last week
    if subordinate:
        end = next((x for x in range(k + 1, end) if s.tag[x] == ","), end)
    rate = use.rate(frame.name)
    if frame.name in _QUOTED_FRAMES and s.quotations(k, end):
        rate = max(rate, min(MAX_WITH_BONUS, rate + QUOTED_BONUS))
    if not source:
        rate *= WITHOUT_SOURCE
    return use.leading(k, end, source=source, rate=rate, why=[*why, f"frame.{frame.name}"], cue=cue)


def _behind_colon(use: CueUse, begin: int, end: int) -> tuple[int, int]:
    """Return the units of what an object with a colon announces, else `begin` and `end`.

    sent a clear message: [rents must fall]; said of Lee: [“…”]. None are left where another report claims the
    quotation behind the colon: named two topics: “…,” she said.
    """
    s = use.s
    x = next((x for x in range(begin, end) if s.low[x] == ":"), None)
    if x is None or not begin < x < len(s) - 1:
        return begin, end
    if s.tag[x + 1] in QUOTED:
        if closes_with_report(s, x + 2):
            return x, x
        return (x + 1, quote_end(s, x + 1)) if use.takes("quote") else (begin, end)
    message = any(word in MESSAGES for word in s.low[begin:x]) and clause_at(s, x + 1)
    return (x + 1, clause_end(s, x + 1, "clause")) if message else (begin, end)


def find_trailing(
    use: CueUse, subject: tuple[int, int], *, cue: list[Characters], source: list[Characters]
) -> Finding | None:
    """Return the finding whose content stands before its source and cue, or None.

    "...," Ruiz said. / Rents will rise, Ruiz said. / Rents, he said, will rise. / As Ruiz said, rents will rise.
    """
    s, entry, after = use.s, use.entry, use.end
    tags, low, n = s.tag, s.low, len(s)
    reports_clause = entry.has("that") or entry.has("clause") or entry.has("obj-that")
    k = subject[0] - 1
    if k < 0 or not (reports_clause or entry.has("quote")):
        return None
    if low[k] == "as":
        if after < n and tags[after] == "," and (k == 0 or tags[k - 1] in ",.CA"):
            return _as_said(use, cue=cue, source=source)
        if k > 0 and tags[k - 1] == ",":
            k -= 1  # rents will rise, as Ruiz said
    if tags[k] == "," or low[k] in _DASHES:
        k -= 1
    elif tags[k] not in QUOTED:
        return None
    if k < 0:
        return None
    quoted = tags[k] in QUOTED
    if not quoted and (not reports_clause or low[0] == "asked"):
        return None
    j = _report_end(use)
    if not _closes_report(s, after, j, k):
        return None
    return _left_content(use, k, j, quoted=quoted, cue=cue, source=source)


def _report_end(use: CueUse) -> int:
    """Return the unit behind the cue's hearer, times and places: Ruiz [told reporters on Monday]."""
    j = use.end
    if any(frame.startswith("obj") for frame in use.entry.frames):
        hearer = hearer_end(use.s, j)
        if hearer is not None:
            j = hearer
    return skip_circumstances(use.s, j)


def _closes_report(s: Sentence, after: int, j: int, k: int) -> bool:
    """Return whether unit `j` closes the report, whose cue ends before `after`, of content that ends at unit `k`."""
    tags, low, n = s.tag, s.low, len(s)
    if j >= n:
        return True
    if low[j] == ":":
        return False
    if tags[k] in QUOTED:
        closes = tags[j] in CLAUSE_MARK or (tags[j] == "G" and j > after) or low[j] in _AFTER_REPORT
        return closes or (low[j] != "that" and tags[k] != "q")
    if tags[j] not in CLAUSE_MARK:
        return False
    # Asked about rents, Ruiz said, "..."
    introduces = j + 1 < n and tags[j] in ",;" and tags[j + 1] in QUOTED
    return not (introduces and has_finite(s, 0, k + 1) and tags[0] not in "JW")


def _as_said(use: CueUse, *, cue: list[Characters], source: list[Characters]) -> Finding | None:
    """As Ruiz said, [rents will rise]."""
    s = use.s
    begin = use.end + 1
    end = without_trailing_marks(s, begin, len(s))
    if end - begin < MIN_AS_SAID_UNITS or not has_finite(s, begin, end):
        return None
    rate = use.best_rate("that", "clause")
    return use.leading(begin, end, source=source, rate=rate, why=["position.leading"], cue=cue)


def _left_content(
    use: CueUse,
    k: int,
    j: int,
    *,
    quoted: bool,
    cue: list[Characters],
    source: list[Characters],
    why: Sequence[str] = (),
) -> Finding:
    """Return the finding whose content ends at unit `k`, with what of it goes on behind the report, at unit `j`."""
    s = use.s
    begin = _content_begin(s, k, quoted)
    pieces = [s.characters(begin, k + 1)]
    quotes = s.quotations(begin, k + 1)
    reasons = ["position.trailing"]
    rest = _rest_of_content(s, j, quoted)
    if rest is not None and s.tag[rest] in QUOTED and (quoted or s.tag[rest - 1] == ","):
        # "A," X said, "B."
        pieces.append(s.characters(rest, rest + 1))
        quotes += s.quotations(rest, rest + 1)
        reasons.append("split")
    elif rest is not None:
        # Rents, he said, will rise.
        end = without_trailing_marks(s, rest, len(s))
        if end > rest:
            if _is_time(s, begin, k + 1):
                pieces, quotes = [], []  # Six months ago, Ruiz said, rents rose.
            pieces.append(s.characters(rest, end))
            quotes += s.quotations(rest, end)
            reasons = ["position.inside"]
    rate = use.best_rate("quote", "clause", "that")
    return Finding(pieces, cue, source, rate, [*use.why, *why, *reasons], s, quotes)


def _content_begin(s: Sentence, k: int, quoted: bool) -> int:
    """Return the first unit of the content that ends at unit `k`."""
    begin = 0
    if quoted:
        # Only the quotation, unless words before it belong to the reported clause.
        begin = k
        while begin > 0 and s.tag[begin - 1] != ".":
            begin -= 1
        if begin < k and s.low[k - 1] == ":":
            begin = k  # He named two: "...," he said
    return behind_marks(s, begin, k)


def behind_marks(s: Sentence, begin: int, k: int) -> int:
    """Return the first unit from `begin` on that is no mark, at most `k`."""
    while begin < k and s.tag[begin] in CLAUSE_MARK:
        begin += 1
    return begin


def _rest_of_content(s: Sentence, j: int, quoted: bool) -> int | None:
    """Return where the content goes on behind a report that ends before unit `j`, or None."""
    tags, low, n = s.tag, s.low, len(s)
    if j < n and (tags[j] == "," or low[j] == ":"):
        j += 1
    elif j < n and tags[j] not in QUOTED:
        return None
    if j >= n:
        return None
    if quoted:
        return j if tags[j] in QUOTED else None
    return None if low[j] in _NOT_CONTENT or tags[j] == "G" else j


def _is_time(s: Sentence, begin: int, end: int) -> bool:
    """Return whether the units are a time alone: Six months ago."""
    return (
        end - begin <= MAX_TIME_UNITS
        and any(s.tag[x] == "T" or s.low[x] in _TIME_ADVERBS for x in range(begin, end))
        and not has_finite(s, begin, end)
    )


def find_inverted(use: CueUse, k: int, *, cue: list[Characters]) -> Finding | None:
    """Return the finding whose cue stands before its source, behind the mark or quotation at unit `k`, or None.

    "...," said Ruiz, a nurse. / Rents will rise, said Ruiz on Monday.
    """
    s = use.s
    tags, n = s.tag, len(s)
    if not use.entry.has("quote"):
        return None
    quoted = tags[k] in QUOTED or (tags[k] == "," and tags[k - 1] in QUOTED)
    after = use.end
    while after < n and tags[after] == "A":
        after += 1
    end = _inverted_subject_end(s, after, quoted)
    if end is None:
        return None
    last_content = k - 1 if tags[k] == "," else k
    # The left part must be a clause of its own, not an introduction: "On Monday, said ..."
    end = behind_appositive(s, end)
    j = skip_circumstances(s, end)
    if not quoted and not has_finite(s, 0, last_content + 1):
        # The plan, said Ruiz, will fail.
        goes_on = j + 1 < n and tags[j] == "," and tags[j + 1] in AUXILIARY
        if not goes_on or noun_phrase_before(s, last_content) != 0 or not use.entry.has("that"):
            return None
    if j < n and tags[j] not in CLAUSE_MARK and tags[j] not in QUOTED:
        j = next((x for x in range(j, n) if tags[x] in ",.;Qq"), n)
    source = [trim_source(s, after, end - 1)]
    return _left_content(use, last_content, j, quoted=quoted, cue=cue, source=source, why=["inverted"])


def _inverted_subject_end(s: Sentence, k: int, quoted: bool) -> int | None:
    """Return the unit behind the subject that follows its cue at unit `k`, or None when an object follows."""
    tags, low, n = s.tag, s.low, len(s)
    if k >= n or tags[k] not in _INVERTED_SUBJECT or (tags[k] == "S" and low[k] == "it"):
        return None
    end = noun_phrase_after(s, k)
    # "Lee, asked about it, said yes": who speaks is a name, a pronoun, or has a determiner.
    if end is None or not (tags[k] in "SD" or any(s.cap[k:end])):
        return None
    if end >= n:
        return end
    # An object, not a subject: "..., told reporters that" / "..., said the house would fall".
    if tags[end] in FINITE or low[end] in ("that", "to"):
        return None
    if not quoted and tags[end] not in ",.;PTt" and low[end] not in ("who", "after", "as"):
        return None
    return end


def behind_appositive(s: Sentence, end: int) -> int:
    """Return the unit behind the appositive in commas at unit `end`; `end` where there is none: said Ruiz, [a nurse]"""
    tags, n = s.tag, len(s)
    if end + 1 >= n or tags[end] != "," or tags[end + 1] not in PHRASE_START:
        return end
    close = next((x for x in range(end + 1, n) if tags[x] in CLAUSE_MARK), n)
    if close - end > 2 and not has_finite(s, end + 1, close) and "Q" not in tags[end + 1 : close]:
        return close
    return end


def find_how(use: CueUse, subject: tuple[int, int], *, cue: list[Characters]) -> Finding | None:
    """Return the finding of “[A disgrace]” was how the ministry described relations, or None."""
    s, first = use.s, subject[0]
    if first <= 2 or s.low[first - 1] not in ("how", "what") or s.tag[first - 2] != "B":
        return None
    q = first - 3
    if s.tag[q] not in QUOTED:
        return None
    why = [*use.why, "frame.how"]
    source = [trim_source(s, *subject)]
    return Finding([s.characters(q, q + 1)], cue, source, use.entry.strength, why, s, s.quotations(q, q + 1))
