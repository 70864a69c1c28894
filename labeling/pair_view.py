"""One passage and one target as the labeling functions and the classifier see them: words, mentions, clauses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .codebook import Codebook, Target
from .passages import Passage
from .stance_words import IF_WORDS
from .targets import Mention, TargetHit, find_targets
from .terms import Word, fold_word, read_words

CLAUSE_MARKS = frozenset(",;:–—()")


@dataclass(frozen=True, slots=True)
class PairView:
    """What a labeling function may look at. Positions are indices into `forms`."""

    passage: Passage
    target: Target | None
    """None for a target of another scheme than a codebook's."""
    forms: tuple[str, ...]
    clauses: tuple[int, ...]
    """The number of the clause that each word is in: between commas, colons, dashes and sentence ends."""
    mentions: tuple[Mention, ...]
    cue: tuple[str, ...]
    shown: tuple[str, ...]
    """The words with the target's own replaced by a sign, and names of sides by whose they are."""
    name: str = ""
    """What an open target is called; of a codebook's, its proposition says more."""

    @property
    def opposed(self) -> bool:
        """Whether the target is raised by its opposite alone: being against that is being for the target."""
        return bool(self.mentions) and all(mention.how == "opposed" for mention in self.mentions)

    def conditional(self, at: int) -> bool:
        """Return whether the word at `at` stands in a clause that an "if" opens."""
        clause = self.clauses[at]
        first = self.clauses.index(clause)
        if self.forms[first] in IF_WORDS:
            return self.forms[first] in ("if", "unless") or first == 0 or self.forms[first] == "should"
        return any(form in ("if", "unless") for form in self.forms[first:at])

    @property
    def has_condition(self) -> bool:
        return any(form in ("if", "unless") for form in self.forms) or (
            bool(self.forms) and self.forms[0] in ("should", "had")
        )


def make_views(passage: Passage, codebook: Codebook) -> list[tuple[TargetHit, PairView]]:
    """Return a view for each target that `passage` addresses."""
    words = read_words(passage.text)
    hits = find_targets(passage, codebook, words=words)
    if not hits:
        return []
    clauses = number_clauses(passage.text, words)
    forms = tuple(word.form for word in words)
    named = _name_sides(forms, passage, codebook)
    cue = cue_words(passage)
    return [
        (
            hit,
            PairView(passage, codebook.target(hit.target), forms, clauses, hit.mentions, cue, _show(named, hit, hits)),
        )
        for hit in hits
    ]


def make_open_view(passage: Passage, first: int, last: int, name: str | None = None) -> PairView:
    """Return the view of a target given by characters [first, last) of the passage, without a codebook.

    `name` is what the target is called where the passage has other words for it, or none.
    """
    words = read_words(passage.text)
    inside = [i for i, word in enumerate(words) if word.start < last and word.end > first]
    mentions = (Mention(inside[0], inside[-1], "term", "given"),) if inside else ()
    forms = tuple(word.form for word in words)
    shown = list(forms)
    for mention in mentions:
        for at in range(mention.first, mention.last + 1):
            shown[at] = "<T>"
    return PairView(
        passage,
        None,
        forms,
        number_clauses(passage.text, words),
        mentions,
        cue_words(passage),
        tuple(shown),
        passage.text[first:last] if name is None else name,
    )


def cue_words(passage: Passage) -> tuple[str, ...]:
    """Return the cue's words, folded."""
    return tuple(fold_word(word) for word in (passage.cue or "").split())


def number_clauses(text: str, words: Sequence[Word]) -> tuple[int, ...]:
    """Return the number of the clause of each word; a comma before "and" a list item counts as well."""
    numbers: list[int] = []
    clause = 0
    for at, word in enumerate(words):
        if at:
            between = text[words[at - 1].end : word.start]
            if word.sentence != words[at - 1].sentence or (len(between) > 1 and not CLAUSE_MARKS.isdisjoint(between)):
                clause += 1
            elif word.form in ("but", "if", "unless", "because", "while"):
                clause += 1
        numbers.append(clause)
    return tuple(numbers)


def _name_sides(forms: Sequence[str], passage: Passage, codebook: Codebook) -> list[str]:
    """Return the forms with words of a side's list replaced: <own> for the speaker's side, <side> for another."""
    owner = _side_words(codebook)
    own = passage.side
    return [form if (side := owner.get(form)) is None else "<own>" if side == own else f"<{side}>" for form in forms]


def _side_words(codebook: Codebook) -> dict[str, str]:
    return {fold_word(word): side for side in codebook.sides for word in codebook.words.get(side, ())}


def _show(named: Sequence[str], hit: TargetHit, hits: Sequence[TargetHit]) -> tuple[str, ...]:
    shown = list(named)
    for other in hits:
        for mention in other.mentions:
            sign = ("<O>" if mention.how == "opposed" else "<T>") if other is hit else "<X>"
            for at in range(mention.first, mention.last + 1):
                if other is hit or shown[at] not in ("<T>", "<O>"):
                    # A term with a gap covers words between its own, which may say what is thought of it.
                    if at in (mention.first, mention.last) or shown[at].startswith("<"):
                        shown[at] = sign
    return tuple(shown)
