"""Who publishes an article: the registry's newspaper, agency or broadcaster that a record's `publisher` means."""

from __future__ import annotations

import re
from functools import lru_cache

from .names import LEADING_ARTICLE, fold
from .registry import Registry, RegistryKey, registry_key

HOST = re.compile(
    r"(?<![^\s])(?:https?://)?(?:www\.|m\.|edition\.)?([a-z0-9-]{1,40})(?:\.[a-z]{2,4}){1,2}(?:/.{0,300})?",
    re.IGNORECASE,
)
_NO_LETTER = re.compile(r"[^a-z0-9]")


def find_publisher(publisher: str | None, registry: Registry) -> str | None:
    """Return the name of the body that publishes: "nyt", "nytimes.com" and "The New York Times" are one.

    A publisher that the registry lacks goes by its own name if it is spelt as one; a bare code says nothing.
    """
    if publisher is None or not publisher.strip():
        return None
    name = publisher.strip()
    host = HOST.fullmatch(name)
    key = _squeezed(host[1] if host is not None else name)
    known = _media(registry_key(registry)).get(key)
    if known is not None:
        return known
    return LEADING_ARTICLE.sub("", name) if host is None and not name.islower() else None


@lru_cache(maxsize=4)
def _media(key: RegistryKey) -> dict[str, str]:
    """Return the names of the registry's media by what is left of their names and aliases without blanks and marks."""
    found: dict[str, str] = {}
    for entry in key.registry.entries:
        if entry.kind == "media":
            for name in (entry.name, *entry.aliases):
                found.setdefault(_squeezed(name), entry.name)
    return found


def _squeezed(name: str) -> str:
    return _NO_LETTER.sub("", fold(LEADING_ARTICLE.sub("", name))).removeprefix("the")
