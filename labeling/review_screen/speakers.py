"""Who else may be meant: the speakers of the article and the registry, offered for picking and completion."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sayso.attribution.types import SPEAKER_TYPES, Attribution, SpeakerType
from sayso.labeling.review_items import SpeakerAnswer


@dataclass(frozen=True, slots=True)
class SpeakerChoice:
    """One known speaker; `aliases` are other names one may type, `hint` tells two of one name apart."""

    id: str
    name: str
    type: SpeakerType
    aliases: tuple[str, ...] = ()
    hint: str = ""

    def answer(self) -> SpeakerAnswer:
        """Return the answer that names this speaker."""
        return SpeakerAnswer(self.name, self.type, self.id)


@dataclass(frozen=True, slots=True)
class Offer:
    """One line of the list: what picking it answers, and where it comes from."""

    answer: SpeakerAnswer
    origin: str

    @property
    def label(self) -> str:
        """Return the name and type, or that nobody can tell."""
        return "(nobody can tell)" if self.answer.name is None else f"{self.answer.name} ({self.answer.type})"


NOBODY = Offer(SpeakerAnswer(None), "")


class Speakers:
    """All speakers that can be offered; names are folded once, so that completion keeps up with typing."""

    def __init__(self, registry: Iterable[SpeakerChoice] = ()) -> None:
        self._registry = [(choice, _folded_names(choice)) for choice in registry]
        self._found: tuple[str, list[SpeakerChoice]] | None = None  # in the article asked about last

    def in_text(self, text: str) -> list[SpeakerChoice]:
        """Return the known speakers of whom some name stands in `text`, in the order of their first mention."""
        if self._found is not None and self._found[0] == text:
            return self._found[1]
        found = []
        for choice, _ in self._registry:
            places = [place for name in (choice.name, *choice.aliases) if (place := text.find(name)) >= 0]
            if places:
                found.append((min(places), choice))
        self._found = text, [choice for _, choice in sorted(found, key=lambda pair: pair[0])]
        return self._found[1]

    def alternatives(self, text: str, attributions: Sequence[Attribution], *, but: str | None = None) -> list[Offer]:
        """Return whom the article may mean: speakers of its attributions, then known ones it mentions; not `but`."""
        offers: dict[str, Offer] = {}
        for attribution in attributions:
            speaker = attribution.speaker
            if speaker is not None and speaker.id != but:
                answer = SpeakerAnswer(speaker.name, speaker.type, speaker.id)
                offers.setdefault(speaker.id, Offer(answer, "article"))
        for choice in self.in_text(text):
            if choice.id != but:
                offers.setdefault(choice.id, Offer(choice.answer(), "named in the article"))
        return list(offers.values())

    def complete(self, typed: str, near: Sequence[Offer], *, limit: int = 50) -> list[Offer]:
        """Return the offers for what is typed: those of the article first, then the registry's.

        Every typed word must begin a word of the name or one alias; nothing typed offers the article's alone.
        """
        words = _words(typed)
        if not words:
            return [*near[:limit]]
        names = {choice.id: folded for choice, folded in self._registry}
        offers = {
            offer.answer.id: offer
            for offer in near
            if _fits(words, [*names.get(offer.answer.id or "", ()), _words(offer.answer.name or "")])
        }
        for choice, folded in self._registry:
            if len(offers) >= limit:
                break
            if choice.id not in offers and _fits(words, folded):
                offers[choice.id] = Offer(choice.answer(), f"registry, {choice.hint}" if choice.hint else "registry")
        return list(offers.values())[:limit]


def typed_offer(typed: str, type_: SpeakerType) -> Offer | None:
    """Return the offer of a new speaker of this name and type, None where nothing is typed."""
    name = " ".join(typed.split())
    return Offer(SpeakerAnswer(name, type_), "new") if name else None


def next_type(type_: SpeakerType) -> SpeakerType:
    """Return the type after `type_`, the first one after the last."""
    return SPEAKER_TYPES[(SPEAKER_TYPES.index(type_) + 1) % len(SPEAKER_TYPES)]


def _folded_names(choice: SpeakerChoice) -> list[list[str]]:
    return [_words(name) for name in (choice.name, *choice.aliases)]


def _words(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(char for char in plain if not unicodedata.combining(char)).replace("-", " ").split()


def _fits(typed: Sequence[str], names: Sequence[Sequence[str]]) -> bool:
    return any(all(any(word.startswith(start) for word in name) for start in typed) for name in names)
