"""JSON as the standard has it, and not a bit more: what other readers would refuse or change is refused here."""

from __future__ import annotations

import json
import math
import re
from typing import Any

MAX_DEPTH = 64
MAX_DIGITS = 400

# An escape that may be half of a pair; only such lines need a closer look at their strings.
SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class StrictJsonError(ValueError):
    """The text is not JSON, or JSON that two readers may read differently."""


def loads(text: str) -> Any:
    """Return the value of a JSON text.

    Raises StrictJsonError (a ValueError) with a reason for malformed JSON, NaN and infinities, a key that appears
    twice in an object, a lone surrogate, nesting deeper than `MAX_DEPTH` and numbers of more than `MAX_DIGITS` digits.
    """
    # Counting brackets is quick and bounds the depth from above; only odd texts pay for the exact walk.
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _check_depth(text)
    try:
        value = _DECODER.decode(text)
    except StrictJsonError:
        raise
    except json.JSONDecodeError as error:
        raise StrictJsonError(f"{error.msg} (column {error.colno})") from error
    if SURROGATE_ESCAPE.search(text) and _has_lone_surrogate(value):
        raise StrictJsonError("a string holds half of a surrogate pair")
    return value


def _check_depth(text: str) -> None:
    depth = 0
    for match in STRING_OR_BRACKET.finditer(text):
        first = match[0][0]
        if first in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise StrictJsonError(f"nested deeper than {MAX_DEPTH} levels")
        elif first in "]}":
            depth -= 1


# A string without its end runs to the end of the text, so that each character is looked at once.
STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise StrictJsonError(f"the key {key[:80]!r} appears twice in one object")
            seen.add(key)
    return found


def _refuse_constant(name: str) -> Any:
    raise StrictJsonError(f"{name} is no JSON number")


def _read_int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise StrictJsonError(f"a number has {len(digits)} digits, at most {MAX_DIGITS} are read")
    return int(digits)


def _read_float(digits: str) -> float:
    value = float(digits) if len(digits) <= MAX_DIGITS else math.inf
    if math.isinf(value):
        raise StrictJsonError(f"the number {digits[:40]} is too large or too long")
    return value


def _has_lone_surrogate(value: Any) -> bool:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if has_surrogate(item):
                return True
        elif isinstance(item, dict):
            waiting.extend(item.keys())
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return False


def has_surrogate(text: str) -> bool:
    """Return whether `text` holds a code point that no UTF-8 file can."""
    if text.isascii():
        return False
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique_keys, parse_constant=_refuse_constant, parse_int=_read_int, parse_float=_read_float
)
