"""What an article names: people, organizations and countries with all their mentions, and questions about them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from .capitals import EntityKind
from .registry import RegistryEntry
from .roles import Gender


@dataclass(slots=True, eq=False)
class Entity:
    """Somebody or something that the article names; `roles` and `words` describe it as the text around it does."""

    name: str
    kind: EntityKind
    entry: RegistryEntry | None = None
    gender: Gender | None = None
    """From titles, gendered role nouns or the registry."""
    hint: Gender | None = None
    """From the given name alone; pronouns and titles overrule it."""
    roles: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    given: set[str] = field(default_factory=set)
    """Folded first names and nicknames."""
    forms: dict[str, int] = field(default_factory=dict)
    """How often each full form of the name occurs."""
    mentions: list[Mention] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Mention:
    """One place where an entity is named; `sentence` counts sentences from 0, `titles` are the folded words before."""

    start: int
    end: int
    entity: Entity
    sentence: int
    titles: tuple[str, ...] = ()


@dataclass(slots=True)
class ArticleNames:
    """All entities of one article and their mentions in text order."""

    entities: list[Entity]
    mentions: list[Mention]
    starts: list[int]
    sentence_starts: list[int]
    by_key: dict[str, Entity]
    by_surname: dict[str, list[Entity]]

    def sentence_of(self, position: int) -> int:
        """Return the number of the sentence that `position` is in."""
        return bisect_right(self.sentence_starts, position)

    def sentence_start(self, sentence: int) -> int:
        """Return where the sentence of that number begins."""
        return self.sentence_starts[sentence - 1] if sentence else 0

    def between(self, position: int, sentence: int) -> list[Mention]:
        """Return the mentions from `position` to the end of the sentence of that number, in text order."""
        index = bisect_right(self.starts, position - 1)
        end = index
        while end < len(self.mentions) and self.mentions[end].sentence <= sentence:
            end += 1
        return self.mentions[index:end]

    def inside(self, start: int, end: int) -> list[Mention]:
        """Return the mentions that begin from `start` up to `end`, in text order."""
        return self.mentions[bisect_left(self.starts, start) : bisect_left(self.starts, end)]

    def before(self, position: int, *, most: int) -> list[Mention]:
        """Return the `most` last mentions that start before `position`, in text order."""
        index = bisect_right(self.starts, position - 1)
        return self.mentions[max(0, index - most) : index]
