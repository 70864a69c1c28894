"""Dates that an article carries: in its record, in a line of its own, in its file's name. Nothing depends on today."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

_MONTH_NAMES = (
    ("jan", "january"),
    ("feb", "february"),
    ("mar", "march"),
    ("apr", "april"),
    ("may",),
    ("jun", "june"),
    ("jul", "july"),
    ("aug", "august"),
    ("sep", "sept", "september"),
    ("oct", "october"),
    ("nov", "november"),
    ("dec", "december"),
)
MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, start=1) for name in names}
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? {1,2})?"
_YEAR = r"(?:1[6-9]|20)\d\d"
_FULL_DATE = (
    rf"(?:(?P<iso>{_YEAR}-\d\d-\d\d)(?!\d)"
    rf"|(?P<m1>{_MONTH})\.? {{1,2}}(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?,? {{1,2}}(?P<y1>{_YEAR})(?!\d)"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\.? {{1,2}}(?:of )?(?P<m2>{_MONTH})\.?,? {{1,2}}(?P<y2>{_YEAR})(?!\d))"
)

FULL_DATE = re.compile(rf"(?<![\w-]){_FULL_DATE}", re.IGNORECASE)
YEAR = re.compile(rf"(?<!\d){_YEAR}(?!\d)")
# The longest date, "Wednesday, 27th of September, 2021", reaches this far before and behind its year.
DATE_REACH = 40

PREFIX = re.compile(r"\s{0,20}date[:\s]{1,3}(?=(?P<iso>\d{4}-\d\d-\d\d)(?!\d))", re.IGNORECASE)
LABEL = re.compile(
    r"[ \t*_|•–—-]{0,8}(?P<label>(?:first |originally |last |article |date )?"
    r"(?:published|posted|updated|created|released|issued|publication date|pub date|date))"
    r"(?: on| at| date)?[ \t]{0,3}:?[ \t]{0,3}(?:\d\d?:\d\d(?: ?[ap]\.?m\.?)?,? {1,2})?"
    rf"{_WEEKDAY}(?={_FULL_DATE})",
    re.IGNORECASE,
)
WHOLE_LINE = re.compile(
    rf"[ \t(\[]{{0,4}}{_WEEKDAY}(?P<date>{_FULL_DATE})"
    r"(?:(?:,| at| [–—|-])? {0,2}\d\d?[:.]\d\d(?::\d\d)?(?: ?[ap]\.?m\.?)?(?: \(?[A-Z]{2,5}\)?)?)?[ \t.)\]]{0,4}",
    re.IGNORECASE,
)
# WASHINGTON, Dec. 7, 2021 (AP) — Rents …
DATELINE = re.compile(
    r"[ \t]{0,4}[A-Z][A-Z.'’ -]{2,40}(?:, [A-Z][\w.' -]{1,30}?)?(?:,| [–—-]| \([\w ./]{2,20}\),?) "
    rf"(?P<date>(?i:{_FULL_DATE}))(?: \([\w ./]{{2,20}}\))? ?[–—:-]"
)
COPYRIGHT = re.compile(
    r"[ \t]{0,4}(?:copyright ?(?:©|\(c\))?|©|\(c\))[ \t–—:-]{0,5}"
    rf"(?:(?P<y1>{_YEAR})(?: ?[–-] ?(?P<y3>{_YEAR}))?[ \t,.–—:-]{{0,4}}(?:by )?(?P<o1>[^\n©]{{0,120}})"
    rf"|(?P<o2>[^\n©\d]{{2,80}}?)[ \t,.–—:(-]{{1,4}}(?P<y2>{_YEAR})\b)",
    re.IGNORECASE,
)
RIGHTS = re.compile(r"[ \t.,;|–—-]{0,6}(?:all rights reserved|\bltd\b\.? all).{0,200}", re.IGNORECASE | re.DOTALL)
FILE_NAME_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")

ISO_START = re.compile(rf"({_YEAR})-(\d\d)-(\d\d)(?:$|[T ].*)", re.DOTALL)
ISO_MONTH = re.compile(rf"({_YEAR})(?:-(0[1-9]|1[0-2]))?")
COMPACT = re.compile(rf"({_YEAR})(\d\d)(\d\d)(?:T?\d{{4,6}}Z?)?")
SLASHED = re.compile(rf"({_YEAR})[/.](\d\d?)[/.](\d\d?)(?: .*)?", re.DOTALL)
DAY_FIRST = re.compile(rf"(\d\d?)([./-])(\d\d?)\2({_YEAR})(?: .*)?", re.DOTALL)

HEAD_LINES = 12
TAIL_LINES = 12
LONGEST_LINE = 160


@dataclass(frozen=True, slots=True)
class DatedLine:
    """A date the text gives for itself, `text[start:end]` being the words it was read from.

    `date` is ISO 8601 as exact as the text (YYYY or YYYY-MM-DD); `rule_id` says which rule found it.
    """

    date: str
    start: int
    end: int
    rule_id: str
    publisher: str | None = None


def normalise_date(value: object) -> str | None:
    """Return the ISO 8601 date (YYYY, YYYY-MM or YYYY-MM-DD) of a record's value, or None where it isn't certain.

    Dates are kept as written, in whatever time zone; numbers are seconds or milliseconds since 1970. A date such as
    7/12/2021 is two days at once and is declined; 17/12/2021 is not.
    """
    if isinstance(value, datetime.date):
        return value.isoformat()[:10]
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _date_of_seconds(float(value))
    if not isinstance(value, str):
        return None
    text = value.strip()[:200]
    if match := ISO_START.fullmatch(text) or COMPACT.fullmatch(text) or SLASHED.fullmatch(text):
        return _iso(match[1], match[2], match[3])
    if match := ISO_MONTH.fullmatch(text):
        return text
    if match := DAY_FIRST.fullmatch(text):
        first, second = int(match[1]), int(match[3])
        if match[2] == "." or first > 12 or first == second:
            return _iso(match[4], second, first)
        return _iso(match[4], first, second) if second > 12 else None
    if match := FULL_DATE.search(text):
        return _date_of(match)
    return None


def find_date_line(text: str) -> DatedLine | None:
    """Return the date that the text itself gives as its own: a prefix, a labelled line, a date line, a dateline, or
    at last the year of a copyright line.

    Only the first and last lines are looked at; dates in running text are events, not the article's own
    (for those see `find_latest_date`).
    """
    if match := PREFIX.match(text):
        date = normalise_date(match["iso"])
        if date:
            return DatedLine(date, match.start("iso"), match.end("iso"), "date.prefix")
    updated: DatedLine | None = None
    head, tail = _edge_lines(text)
    for start, line in (*head, *tail):
        if not YEAR.search(line):
            continue
        if (match := LABEL.match(line)) and (date := _date_of(match)):
            found = _line_from(match, start, date, "date.label")
            if match["label"].lower().endswith("updated"):
                updated = updated or found
                continue
            return found
    if updated:
        return updated
    for start, line in head:
        if not YEAR.search(line):
            continue
        if len(line) <= LONGEST_LINE and (match := WHOLE_LINE.fullmatch(line)) and (date := _date_of(match)):
            return DatedLine(date, start + match.start("date"), start + match.end("date"), "date.line")
        if (match := DATELINE.match(line[:LONGEST_LINE])) and (date := _date_of(match)):
            return DatedLine(date, start + match.start("date"), start + match.end("date"), "date.dateline")
    return find_copyright_line(text)


def find_copyright_line(text: str) -> DatedLine | None:
    """Return year and owner of a line that begins with a copyright mark, from the first or last lines."""
    if "©" not in text and "(c)" not in text.lower() and "opyright" not in text.lower():
        return None
    head, tail = _edge_lines(text)
    for start, line in (*tail[::-1], *head):
        match = COPYRIGHT.match(line[:LONGEST_LINE])
        if match is None:
            continue
        year = match["y3"] or match["y1"] or match["y2"]
        group = "y3" if match["y3"] else "y1" if match["y1"] else "y2"
        owner = RIGHTS.sub("", match["o1"] or match["o2"] or "").split(". ")[0].strip(" \t,.;:|–—-")
        return DatedLine(
            year, start + match.start(group), start + match.end(group), "date.copyright", owner if owner else None
        )
    return None


def find_latest_date(text: str) -> DatedLine | None:
    """Return the latest full date (day, month and year) that the text mentions anywhere, or None.

    It is a hint when no date is given at all: news mostly looks back, but an announced date may lie ahead.
    """
    latest: DatedLine | None = None
    done = 0
    # Years are quick to find and rare; the costlier pattern only looks around them.
    for year in YEAR.finditer(text):
        window = max(done, year.start() - DATE_REACH)
        for match in FULL_DATE.finditer(text, window, min(len(text), year.end() + 6)):
            date = _date_of(match)
            done = match.end()
            if date and (latest is None or date > latest.date):
                latest = DatedLine(date, match.start(), match.end(), "date.latest")
    return latest


def find_file_name_date(stem: str) -> str | None:
    """Return the one full date in a file's name (2021-12-07_call, call_20211207), or None."""
    dates = {_iso(match[1], match[3], match[4]) for match in FILE_NAME_DATE.finditer(stem)} - {None}
    return dates.pop() if len(dates) == 1 else None


def _edge_lines(text: str) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Return the first and the last non-blank lines with their offsets; no line is in both."""
    head: list[tuple[int, str]] = []
    position = 0
    while position < len(text) and len(head) < HEAD_LINES:
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        _keep_line(head, text, position, end)
        position = end + 1
    tail: list[tuple[int, str]] = []
    end = len(text)
    while end > position and len(tail) < TAIL_LINES:
        start = max(text.rfind("\n", position, end) + 1, position)
        _keep_line(tail, text, start, end)
        end = start - 1
    return head, tail[::-1]


def _keep_line(lines: list[tuple[int, str]], text: str, start: int, end: int) -> None:
    line = text[start : min(end, start + 4 * LONGEST_LINE)].rstrip()
    if line:
        lines.append((start, line))


def _line_from(match: re.Match[str], start: int, date: str, rule_id: str) -> DatedLine:
    groups = [name for name in ("iso", "m1", "d1", "y1", "d2", "m2", "y2") if match[name] is not None]
    first = min(match.start(name) for name in groups)
    last = max(match.end(name) for name in groups)
    return DatedLine(date, start + first, start + last, rule_id)


def _date_of(match: re.Match[str]) -> str | None:
    if match["iso"]:
        return _iso(*match["iso"].split("-"))
    month = (match["m1"] or match["m2"]).lower()
    return _iso(match["y1"] or match["y2"], MONTHS[month], match["d1"] or match["d2"])


def _iso(year: str | int, month: str | int, day: str | int) -> str | None:
    try:
        return datetime.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _date_of_seconds(seconds: float) -> str | None:
    if 1e11 <= seconds < 1e13:
        seconds /= 1000
    # From 1973 on: smaller numbers are years, counts or positions.
    if not 1e8 <= seconds < 1e10:
        return _year_or_none(seconds)
    return datetime.datetime.fromtimestamp(seconds, tz=datetime.UTC).date().isoformat()


def _year_or_none(number: float) -> str | None:
    if number.is_integer():
        digits = str(int(number))
        if match := COMPACT.fullmatch(digits):
            return _iso(match[1], match[2], match[3])
        if ISO_MONTH.fullmatch(digits):
            return digits
    return None
