"""Names whose UTF-8 was read as Latin-1 or Windows-1252: "PeÃ±a" is Peña. What of such a word is no letter, and repair.

Also where it happened twice ("PeÃ\\x83Â±a"), where the signs were decomposed, or put into plain letters afterwards
("RaÃol", "GÃ1⁄4len"). Only accented Latin letters, as nothing else keeps the shape of a word.
"""

from __future__ import annotations

import re
import unicodedata

_TWICE = 2
# The first byte of a Latin letter with an accent; decomposed texts have the accent apart.
_LEADS = "ÂÃÄÅ"
_MARKS = "\u0302\u0303\u0308\u030a"
_WINDOWS = {bytes([byte]).decode("cp1252", "ignore"): byte for byte in range(0x80, 0xA0)}
_QUOTES = "‘’“”‹›»–—…‚„"
_SIGNS = "".join(sign for sign in _WINDOWS if not sign.isalpha() and sign not in _QUOTES)
# What NFKC makes of signs; the two letters stand for a sign only where a capital can't stand.
_COMPOSED = {
    "1⁄4": 0xBC, "1⁄2": 0xBD, "3⁄4": 0xBE, "1": 0xB9, "2": 0xB2, "3": 0xB3, "μ": 0xB5,
    " \u0301": 0xB4, " \u0304": 0xAF, " \u0308": 0xA8, " \u0327": 0xB8,
}  # fmt: skip
_LETTERS = {"o": 0xBA, "a": 0xAA}
_BYTES = _WINDOWS | {chr(byte): byte for byte in range(0x80, 0xC0)} | _COMPOSED | _LETTERS

# What of a broken letter is neither letter nor digit, where it can stand in a word. A sign in quotation marks' shape
# must have a letter behind it.
SIGN_INSIDE = (
    rf"(?:[\x80-\x9f¡-º¼-¿{_SIGNS}](?<=[{_LEADS}{_MARKS}].)|[{_QUOTES}](?<=[{_LEADS}{_MARKS}].)(?=[a-z])"
    rf"|⁄(?<=[13]⁄)[24]| (?<=[{_LEADS}{_MARKS}] )[\u0301\u0304\u0308\u0327])"
)
LEAD = re.compile(rf"[{_LEADS}]|A[{_MARKS}]")
BROKEN = re.compile(
    rf"[{_LEADS}](?:[13]⁄[24]|[\x80-\x9f¡-º¼-¿1-3μ{_SIGNS}ŠšŒœŽžŸƒˆ]|[{_QUOTES}](?=[a-z])"
    rf"| [\u0301\u0304\u0308\u0327]|(?:(?<=[a-z].)|(?<=[\x83ƒ].))[oa])"
)


def repair(text: str) -> str:
    """Return `text` composed (NFC), with its broken letters restored; text without any as it is."""
    if text.isascii():
        return text
    composed = unicodedata.normalize("NFC", text)
    for _ in range(_TWICE):
        if LEAD.search(composed) is None:
            break
        composed = BROKEN.sub(_restored, composed)
    return composed


def _restored(broken: re.Match[str]) -> str:
    # Two bytes of this range always are one letter.
    return bytes([ord(broken[0][0]), _BYTES[broken[0][1:]]]).decode("utf-8")
