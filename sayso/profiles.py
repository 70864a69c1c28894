"""Profiles of speakers: counted as articles pass, one row for each who has the same id in every article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .attribution.speaker_names import names_somebody
from .attribution.types import SCHEMA_VERSION, Attribution

if TYPE_CHECKING:
    from .attribution.types import Article
    from .dataset import Row

TOP_CUES = 5
# Cues kept while counting: rare ones are dropped beyond it, so that one speaker's memory is bounded.
MAX_CUES = 200


@dataclass(slots=True)
class _Profile:
    names: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    cues: Counter[str] = field(default_factory=Counter)
    clusters: set[str] = field(default_factory=set)
    articles: int = 0
    last_article: str | None = None
    first_date: str | None = None
    last_date: str | None = None


class Profiles:
    """Counts attributions by speaker; memory grows with the number of speakers, not of articles.

    Speakers are told apart by id and type: a person called Georgia is not the country.
    """

    def __init__(self) -> None:
        self._profiles: dict[tuple[str, str], _Profile] = {}

    def add(self, article: Article, attributions: Iterable[Attribution]) -> None:
        """Count the attributions of one article; its parts count as one where they follow each other."""
        for item in attributions:
            speaker = item.speaker
            # Unnamed people and documents are somebody else in the next article (their ids say so); a group like
            # "experts" has the same words everywhere and different members, "the bank" is this article's.
            if speaker is None or not names_somebody(speaker.type, speaker.name):
                continue
            profile = self._profiles.setdefault((speaker.id, speaker.type), _Profile())
            profile.names[speaker.name] += 1
            profile.kinds[item.kind] += 1
            if item.cluster_id is not None:
                profile.clusters.add(item.cluster_id)
            if item.cue is not None:
                _count_cue(profile.cues, " ".join(item.cue.lower().split()))
            record = article.part_of or article.id
            if profile.last_article != record:
                profile.last_article = record
                profile.articles += 1
                _note_date(profile, article.date)

    def rows(self) -> Iterator[Row]:
        """Yield the rows of the config `speakers`, ordered by id."""
        for (speaker_id, kind), profile in sorted(self._profiles.items()):
            name = _most_common(profile.names, 1)[0][0]
            yield {
                "id": speaker_id,
                "name": name,
                "type": kind,
                "one_word": kind == "person" and len(name.split()) == 1,
                "attributions": profile.kinds.total(),
                "direct": profile.kinds["direct"],
                "mixed": profile.kinds["mixed"],
                "indirect": profile.kinds["indirect"],
                "clusters": len(profile.clusters),
                "articles": profile.articles,
                "first_date": profile.first_date,
                "last_date": profile.last_date,
                "cues": [{"cue": cue, "attributions": count} for cue, count in _most_common(profile.cues, TOP_CUES)],
                "schema_version": SCHEMA_VERSION,
            }


def _count_cue(cues: Counter[str], cue: str) -> None:
    cues[cue] += 1
    if len(cues) > MAX_CUES:
        kept = _most_common(cues, MAX_CUES // 2)
        cues.clear()
        cues.update(dict(kept))


def _note_date(profile: _Profile, date: str | None) -> None:
    if date is None:
        return
    profile.first_date = date if profile.first_date is None else min(profile.first_date, date)
    profile.last_date = date if profile.last_date is None else max(profile.last_date, date)


def _most_common(counts: Counter[str], most: int) -> list[tuple[str, int]]:
    """Return the most frequent with their counts, equal ones by name."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]
