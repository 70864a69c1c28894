"""Bytes to text: UTF-8 first, other encodings only where the bytes leave no real doubt."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from .errors import ConfigError

# Longest first: the mark of UTF-32 begins with that of UTF-16.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# charset-normalizer is asked about a sample: its time grows with the text, its certainty no longer.
SAMPLE_BYTES = 65_536
# Below this many bytes its answer for a rare encoding is a coin toss.
FEWEST_SAMPLE_BYTES = 64
MOST_CHAOS = 0.05
LEAST_COHERENCE = 0.5
# Share of the non-ASCII characters that must stand where such characters stand in running text.
LEAST_PLAUSIBLE = 0.95

# What a typewriter lacks and newsrooms use.
_TYPOGRAPHY = "“”‘’‚„«»‹›–—…•·©®™€£°§№¿¡\u00a0\u00ad"
PLAUSIBLE = re.compile(
    rf"[{_TYPOGRAPHY}]"
    r"|(?<=[A-Za-z])[ß-öø-ÿœšž]|[ß-öø-ÿœšž](?=[a-z])"  # Málaga, élan
    r"|(?<![A-Za-z])[À-ÖØ-ÞŒŠŽ](?=[a-zß-ÿ’'])"  # Élysée
    r"|(?<=[A-ZÀ-Þ])[À-ÖØ-ÞŒŠŽ]|[À-ÖØ-ÞŒŠŽ](?=[A-Z]{2})"  # MÁLAGA
)
NON_ASCII = re.compile(r"[^\x00-\x7f]")
# Where typographic quotation marks stand: opening ones before a word, closing ones after it.
MISPLACED = re.compile(r"(?<=[A-Za-z])[„«‹“](?=[A-Za-z])|[\x80-\x9f]")


class UndecodableError(ValueError):
    """The bytes are no text in an encoding that can be told with confidence."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and the encoding that was guessed for it, `None` where nothing had to be guessed."""

    text: str
    guessed: str | None = None


def check_encoding(name: str) -> str:
    """Return the encoding's canonical name; raises ConfigError where Python has no such text encoding."""
    try:
        found = codecs.lookup(name)
        "a".encode(found.name)
    except (LookupError, ValueError) as error:
        raise ConfigError(f"unknown encoding {name!r}; for example utf-8, cp1252, latin-1, utf-16") from error
    return found.name


def find_byte_order_mark(start: bytes) -> tuple[str, int] | None:
    """Return encoding and length of the byte order mark that `start` begins with."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if start.startswith(mark):
            return encoding, len(mark)
    return None


def splits_at_newline_bytes(encoding: str) -> bool:
    """Return whether text in this encoding may be cut into lines at the byte 0x0A before it is decoded."""
    return "\n".encode(encoding) == b"\n"


def decode(raw: bytes, encoding: str | None = None) -> Decoded:
    """Return the text of `raw`: by `encoding` if given, else by its byte order mark, as UTF-8, or by detection.

    A byte order mark is not part of the text. Raises UndecodableError with the reason.
    """
    if encoding is not None:
        try:
            return Decoded(raw.decode(encoding).removeprefix("\ufeff"))
        except ValueError as error:
            raise UndecodableError(f"not {encoding}: {_reason(error)}") from error
    if mark := find_byte_order_mark(raw):
        try:
            return Decoded(raw[mark[1] :].decode(mark[0]))
        except UnicodeDecodeError as error:
            raise UndecodableError(f"begins like {mark[0]} but is not: {_reason(error)}") from error
    if guessed := _guess_utf16(raw):
        return guessed
    try:
        return Decoded(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        return _decode_by_detection(raw, error)


def decode_line(raw: bytes, encoding: str | None = None) -> Decoded:
    """Return the text of one line of a file: as `decode` does, but without byte order marks, which only files have."""
    try:
        return Decoded(raw.decode(encoding or "utf-8"))
    except UnicodeDecodeError as error:
        if encoding is not None:
            raise UndecodableError(f"not {encoding}: {_reason(error)}") from error
        return _decode_by_detection(raw, error)


def _guess_utf16(raw: bytes) -> Decoded | None:
    # English in UTF-16 has a NUL at every other byte, which is also valid UTF-8: ask before UTF-8 does.
    sample = raw[:SAMPLE_BYTES]
    if len(sample) < FEWEST_SAMPLE_BYTES or sample.count(0) * 5 < len(sample) * 2:
        return None
    encoding = "utf-16-le" if sample[1::2].count(0) > sample[0::2].count(0) else "utf-16-be"
    text = _decode_or_none(raw, encoding)
    return None if text is None or "\x00" in text else Decoded(text, encoding)


def _decode_by_detection(raw: bytes, error: UnicodeDecodeError) -> Decoded:
    lenient = raw.decode("utf-8", "replace")
    broken = lenient.count("\ufffd")
    # Where whole UTF-8 sequences outnumber broken ones, it is damaged UTF-8, and no other encoding is right.
    if len(NON_ASCII.findall(lenient)) - broken > broken:
        raise UndecodableError(f"damaged UTF-8: {_reason(error)}")
    # charset-normalizer confuses the Western encodings (it takes « » in cp1252 for an Icelandic Macintosh), and
    # those are what English news that isn't UTF-8 comes in: they go first, judged by where their letters stand.
    for encoding in ("cp1252", "mac_roman"):
        text = _decode_or_none(raw, encoding)
        if text is not None and _is_plausible(text):
            return Decoded(text, encoding)
    from charset_normalizer import from_bytes

    best = from_bytes(raw[:SAMPLE_BYTES]).best()
    if (
        best is not None
        and len(raw) >= FEWEST_SAMPLE_BYTES
        and best.chaos <= MOST_CHAOS
        and best.coherence >= LEAST_COHERENCE
    ):
        text = _decode_or_none(raw, best.encoding)
        if text is not None:
            return Decoded(text.removeprefix("\ufeff"), best.encoding)
    raise UndecodableError(f"not UTF-8 ({_reason(error)}), and no other encoding is certain")


def _decode_or_none(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _is_plausible(text: str) -> bool:
    if "\x00" in text or MISPLACED.search(text):
        return False
    odd = len(NON_ASCII.findall(text))
    letters = sum(map(str.isalpha, text))
    # A text of mostly non-ASCII letters is no Western one: Cyrillic bytes read as Western letters, for example.
    return odd * 4 <= letters and len(PLAUSIBLE.findall(text)) >= odd * LEAST_PLAUSIBLE


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"{error.reason} at byte {error.start}"
    return str(error)
