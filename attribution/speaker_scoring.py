"""How well speakers are resolved: counts by type and by how the text gives them, B-cubed, and two baselines beside.

The attributions are either the gold ones or found ones that answer them (content overlap of half or more).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .alignment import pair_attributions
from .gold import GoldDocument, GoldSpeaker
from .mentions import ArticleNames, find_names
from .registry import Registry
from .score_counts import Answers
from .speaker_match import fold, speaker_matches
from .speaker_names import anchor, names_somebody
from .types import Attribution, Speaker, make_attribution, text_hash

SPEAKERS_SCHEMA_VERSION = 1
BASELINES = ("last-named", "last-speaker")
# Where the curve shows what a stricter threshold would leave.
CONFIDENCES = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One gold speaker and the answer, None where it was declined."""

    article: str
    gold: GoldSpeaker
    speaker: Speaker | None
    why: str

    @property
    def right(self) -> bool:
        return speaker_matches(self.gold, self.speaker)

    @property
    def group(self) -> str:
        """`person pronoun`, `other nominal` …: whether a person is meant, and how the text gives them."""
        return f"{'person' if self.gold.type == 'person' else 'other'} {self.gold.how or 'unknown'}"


def known_as(gold: GoldSpeaker | None, registry: Registry) -> GoldSpeaker | None:
    """Return a gold speaker with all the names that the registry has for them: aliases count as right."""
    entry = registry.by_name(gold.name) if gold is not None else None
    if gold is None or entry is None or entry.type != gold.type:
        return gold
    return replace(gold, aliases=tuple(dict.fromkeys((*gold.aliases, entry.name, *entry.aliases))))


def _names(one: Outcome) -> bool:
    """Return whether the answer says who is meant, rather than only describing."""
    return one.speaker is not None and names_somebody(one.speaker.type, one.speaker.name)


def _describes(one: Outcome) -> bool:
    return one.speaker is not None and not _names(one)


@dataclass(frozen=True, slots=True)
class Row:
    """Counts of one group of outcomes."""

    n: int
    answered: int
    right: int
    right_type: int

    @classmethod
    def count(cls, outcomes: Sequence[Outcome]) -> Row:
        answered = [one for one in outcomes if one.speaker is not None]
        return cls(
            len(outcomes),
            len(answered),
            sum(one.right for one in answered),
            sum(one.speaker is not None and one.speaker.type == one.gold.type for one in answered),
        )

    @property
    def accuracy(self) -> float | None:
        """Right answers among all: a declined speaker counts as wrong."""
        return _share(self.right, self.n)

    @property
    def precision(self) -> float | None:
        """Right answers among those given."""
        return _share(self.right, self.answered)

    @property
    def decline_rate(self) -> float | None:
        return _share(self.n - self.answered, self.n)

    @property
    def type_accuracy(self) -> float | None:
        """Answers of the right type among all."""
        return _share(self.right_type, self.n)

    @property
    def type_precision(self) -> float | None:
        """Answers of the right type among those given."""
        return _share(self.right_type, self.answered)

    def to_json(self) -> dict[str, Any]:
        return {
            "n": self.n,
            "answered": self.answered,
            "right": self.right,
            "right_type": self.right_type,
            "accuracy": self.accuracy,
            "precision": self.precision,
            "decline_rate": self.decline_rate,
            "type_accuracy": self.type_accuracy,
            "type_precision": self.type_precision,
        }


@dataclass(frozen=True, slots=True)
class BCubed:
    """B-cubed precision, recall and F1 of speaker ids within articles over `n` attributions."""

    precision: float | None
    recall: float | None
    n: int

    @property
    def f1(self) -> float | None:
        p, r = self.precision, self.recall
        return None if p is None or r is None or p + r == 0 else round(2 * p * r / (p + r), 6)

    def to_json(self) -> dict[str, Any]:
        return {"precision": self.precision, "recall": self.recall, "f1": self.f1, "n": self.n}


@dataclass(frozen=True, slots=True)
class SpeakerReport:
    """The scores of one run."""

    articles: int
    out_of_fold: int
    """Articles that the model was trained on and that were therefore resolved by weights fitted without them."""
    end_to_end: bool
    missed: int
    """Required gold attributions with a speaker that nothing found answers; 0 with gold attributions."""
    spurious: int
    """Found attributions that answer no gold one; 0 with gold attributions."""
    all: Row
    answered_person: Row
    """The answers that are people, whatever gold says."""
    naming: Row
    """The answers that say who is meant: people, countries, bodies by name."""
    describing: Row
    """The answers in the source's own words: "senior official", "voters", "the bank"."""
    by_type: Mapping[str, Row]
    by_how: Mapping[str, Row]
    by_stage: Mapping[str, Row]
    by_confidence: Mapping[float, Mapping[str, Row]]
    """What is left when answers below a confidence are withheld: `all` and by gold type."""
    b_cubed: BCubed
    b_cubed_unnamed: BCubed
    baselines: Mapping[str, Mapping[str, Row]]
    """Right people of `person` and `person pronoun` by baseline."""

    @property
    def precision(self) -> float | None:
        """Right speakers among all found attributions that could have one."""
        return _share(self.all.right, self.all.n + self.spurious)

    @property
    def recall(self) -> float | None:
        """Right speakers among all required gold attributions that have one."""
        return _share(self.all.right, self.all.n + self.missed)

    def to_json(self) -> dict[str, Any]:
        return {
            "schema_version": SPEAKERS_SCHEMA_VERSION,
            "articles": self.articles,
            "out_of_fold": self.out_of_fold,
            "end_to_end": self.end_to_end,
            "missed": self.missed,
            "spurious": self.spurious,
            "precision": self.precision,
            "recall": self.recall,
            "all": self.all.to_json(),
            "answered_person": self.answered_person.to_json(),
            "naming": self.naming.to_json(),
            "describing": self.describing.to_json(),
            "by_type": {name: row.to_json() for name, row in self.by_type.items()},
            "by_how": {name: row.to_json() for name, row in self.by_how.items()},
            "by_stage": {name: row.to_json() for name, row in self.by_stage.items()},
            "by_confidence": [
                {"confidence": least, **{name: row.to_json() for name, row in rows.items()}}
                for least, rows in self.by_confidence.items()
            ],
            "b_cubed": self.b_cubed.to_json(),
            "b_cubed_unnamed": self.b_cubed_unnamed.to_json(),
            "baselines": {
                name: {group: row.to_json() for group, row in rows.items()} for name, rows in self.baselines.items()
            },
        }


def _share(hits: int, of: int) -> float | None:
    return round(hits / of, 6) if of else None


def gold_attributions(document: GoldDocument) -> list[Attribution]:
    """Return the gold spans of an article as attributions without speakers, in gold's order."""
    sha = text_hash(document.text)
    return [
        make_attribution(
            document.text,
            article_id=document.id,
            text_sha256=sha,
            kind=gold.kind,
            content=gold.content,
            cue=gold.cue,
            source=gold.source,
            confidence=1.0,
            origin="human:gold",
        )
        for gold in document.attributions
    ]


def pair_outcomes(document: GoldDocument, found: Sequence[Attribution]) -> tuple[list[Outcome], int, int]:
    """Return the outcomes of the gold speakers that a found attribution answers, how many none does, and the spurious.

    An optional gold attribution is neither missed nor spurious; nor is one whose speaker gold leaves open.
    """
    answers = Answers.make(document, found)
    optional = [gold.optional for gold in document.attributions]
    pairs = pair_attributions(answers.gold_normed, answers.predicted_normed, optional=optional)
    outcomes = []
    answered = set()
    for pair in pairs:
        gold, item = document.attributions[pair.gold], found[pair.predicted]
        answered.add(pair.gold)
        if gold.speaker is not None:
            why = next((code for code in reversed(item.why) if code.startswith("speaker.")), "speaker.declined")
            outcomes.append(Outcome(document.id, gold.speaker, item.speaker, why))
    missed = sum(
        index not in answered and not gold.optional and gold.speaker is not None
        for index, gold in enumerate(document.attributions)
    )
    return outcomes, missed, len(found) - len(pairs)


def report_speakers(
    outcomes: Sequence[Outcome],
    *,
    articles: int,
    out_of_fold: int,
    baselines: Mapping[str, Sequence[Outcome]],
    end_to_end: bool = False,
    missed: int = 0,
    spurious: int = 0,
) -> SpeakerReport:
    """Return the report over the outcomes; `baselines` maps a name to the baseline's outcomes on the same gold."""

    def by(key: Callable[[Outcome], str]) -> dict[str, Row]:
        groups: dict[str, list[Outcome]] = defaultdict(list)
        for one in outcomes:
            groups[key(one)].append(one)
        return {name: Row.count(group) for name, group in sorted(groups.items())}

    return SpeakerReport(
        articles=articles,
        out_of_fold=out_of_fold,
        end_to_end=end_to_end,
        missed=missed,
        spurious=spurious,
        all=Row.count(outcomes),
        answered_person=Row.count(
            [one for one in outcomes if one.speaker is not None and one.speaker.type == "person"]
        ),
        naming=Row.count([one for one in outcomes if _names(one)]),
        describing=Row.count([one for one in outcomes if _describes(one)]),
        by_type=by(lambda one: one.gold.type or "unknown"),
        by_how=by(lambda one: one.group),
        by_stage=by(lambda one: one.why),
        by_confidence={least: _rows_from(outcomes, least) for least in CONFIDENCES},
        b_cubed=b_cubed(outcomes),
        b_cubed_unnamed=b_cubed([one for one in outcomes if one.gold.type == "unnamed"]),
        baselines={
            name: {
                "person": Row.count([one for one in found if one.gold.type == "person"]),
                "person pronoun": Row.count([one for one in found if one.group == "person pronoun"]),
            }
            for name, found in baselines.items()
        },
    )


def _rows_from(outcomes: Sequence[Outcome], least: float) -> dict[str, Row]:
    """Return the rows of all and of each gold type with the answers of less confidence taken away."""
    kept = [
        one if one.speaker is None or one.speaker.confidence >= least else replace(one, speaker=None)
        for one in outcomes
    ]
    types = sorted({one.gold.type or "unknown" for one in kept})
    rows = {"all": Row.count(kept)}
    for name in types:
        rows[name] = Row.count([one for one in kept if (one.gold.type or "unknown") == name])
    return rows


def b_cubed(outcomes: Iterable[Outcome]) -> BCubed:
    """Return B-cubed over the outcomes, each article by itself; a declined speaker is a cluster of its own."""
    per_article: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for number, one in enumerate(outcomes):
        if not one.gold.any:
            theirs = f"#{number}" if one.speaker is None else one.speaker.id
            per_article[one.article].append((one.gold.id or fold(one.gold.name), theirs))
    precision = recall = 0.0
    n = 0
    for items in per_article.values():
        ours = Counter(gold for gold, _ in items)
        predicted = Counter(theirs for _, theirs in items)
        shared = Counter(items)
        n += len(items)
        precision += sum(count * count / predicted[theirs] for (_, theirs), count in shared.items())
        recall += sum(count * count / ours[gold] for (gold, _), count in shared.items())
    return BCubed(round(precision / n, 6), round(recall / n, 6), n) if n else BCubed(None, None, 0)


def baseline_outcomes(document: GoldDocument, registry: Registry) -> dict[str, list[Outcome]]:
    """Return what two simple rules answer for the gold attributions.

    Both take the person whom the source names. Where it names none, `last-named` takes the person last named before,
    `last-speaker` the last source that named somebody.
    """
    names = find_names(document.text, registry)
    items = gold_attributions(document)
    found: dict[str, list[Outcome]] = {name: [] for name in BASELINES}
    spoke: Speaker | None = None
    order = sorted(range(len(items)), key=lambda index: (anchor(items[index]), index))
    for index in order:
        gold, item = document.attributions[index], items[index]
        named = _named_in(names, item)
        spoke = named or spoke
        if gold.speaker is not None:
            last = named or _last_named(names, anchor(item))
            found["last-named"].append(Outcome(document.id, gold.speaker, last, "baseline"))
            found["last-speaker"].append(Outcome(document.id, gold.speaker, named or spoke, "baseline"))
    return found


def _named_in(names: ArticleNames, item: Attribution) -> Speaker | None:
    """Return the first person named inside the source."""
    for span in item.source_spans:
        for mention in names.before(span.end, most=4):
            if mention.start >= span.start and mention.entity.kind == "person":
                return _as_speaker(mention.entity.name)
    return None


def _last_named(names: ArticleNames, position: int) -> Speaker | None:
    """Return the person last named before `position`."""
    for mention in reversed(names.before(position, most=60)):
        if mention.entity.kind == "person":
            return _as_speaker(mention.entity.name)
    return None


def _as_speaker(name: str) -> Speaker:
    return Speaker(id=fold(name), name=name, type="person", how="implicit", confidence=1.0)
