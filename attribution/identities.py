"""One id for a person over all articles of a dataset, also where some give a middle initial and others don't."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .names import fold, is_initial, split_name
from .registry import Registry
from .types import Attribution

_Key = tuple[str, str, str]


@dataclass(slots=True)
class Identities:
    """Takes attributions as they come, and tells which ids are one person's when all are there.

    Memory grows with the number of people, not of attributions; the result does not depend on the order.
    """

    registry: Registry
    _names: dict[str, str] = field(default_factory=dict)
    _counts: Counter[str] = field(default_factory=Counter)

    def add(self, attributions: Iterable[Attribution]) -> None:
        """Note the speakers of some attributions."""
        for item in attributions:
            speaker = item.speaker
            if speaker is not None and speaker.type == "person" and " " in speaker.name:
                # One name for an id, whatever the order; those of the registry differ from their ids anyway.
                self._names[speaker.id] = min(speaker.name, self._names.get(speaker.id, speaker.name))
                self._counts[speaker.id] += 1

    def find(self) -> dict[str, str]:
        """Return id -> id for the people who go by another's: James Q. Hale by James Hale's.

        Same given name, surname and suffix; no two middle initials may be among them (James Q. and James R. Hale make a
        third James Hale nobody's), and none may be known to the registry, which has ids of its own.
        """
        people: dict[_Key, dict[str, str]] = {}
        for own_id, name in self._names.items():
            key, initials = _read(name)
            if key is not None:
                people.setdefault(key, {})[own_id] = initials
        found: dict[str, str] = {}
        for ids in people.values():
            if len(ids) > 1 and len({initials for initials in ids.values() if initials}) <= 1:
                found.update(self._one_id(ids))
        return found

    def _one_id(self, ids: Mapping[str, str]) -> dict[str, str]:
        if any(self.registry.by_id(own_id) is not None for own_id in ids):
            return {}
        kept = min(ids, key=lambda own_id: (len(ids[own_id]), -self._counts[own_id], own_id))
        return {own_id: kept for own_id in ids if own_id != kept}


def _read(name: str) -> tuple[_Key | None, str]:
    """Return what two forms of one person's name share, and the middle initials; no key without a given name."""
    parts = split_name(name)
    given = [fold(word) for word in parts.given]
    if not given or is_initial(given[0]):
        return None, ""
    whole = " ".join(word for word in given if not is_initial(word))
    initials = "".join(word.replace(".", "") for word in given if is_initial(word))
    return (whole, fold(parts.surname), fold(parts.suffix).replace(".", "")), initials
