"""Train the choice of antecedents: annotated articles in, the folder `models/speakers-en` out.

The weights are those of a scikit-learn logistic regression over pairs of candidates (the right one against each other
one). Every figure is out of fold: an article is resolved by weights that were fitted without it, and its confidences
come from a regression over such answers in the other folds. The shipped weights then use all articles.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from sayso.attribution.antecedents import Candidate, Place, Quotations, find_candidates
from sayso.attribution.boilerplate import find_boilerplate
from sayso.attribution.certainty import answer_features
from sayso.attribution.errors import ConfigError
from sayso.attribution.files import write_atomically
from sayso.attribution.gold import GoldDocument, GoldSpeaker, read_gold, read_json_lines
from sayso.attribution.mentions import Entity, find_names
from sayso.attribution.mojibake import repair
from sayso.attribution.publishers import find_publisher
from sayso.attribution.ranking import FOLDS_FILE, MANIFEST_FILE, SCHEME, WEIGHTS_FILE, SpeakerRanker, Thresholds
from sayso.attribution.registry import Registry, default_registry
from sayso.attribution.roles import Gender
from sayso.attribution.speaker_match import speaker_matches
from sayso.attribution.speaker_names import Answer, names_somebody
from sayso.attribution.speaker_scoring import Outcome, Row, gold_attributions, known_as
from sayso.attribution.speakers import Resolver
from sayso.attribution.types import Attribution, Speaker, text_hash

KINDS = ("pronoun", "nominal")
GUM_PRONOUN = re.compile(r"he|she", re.IGNORECASE)
# Before anything is trained: the nearest subject, the last speaker.
FIRST_WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "pronoun": {
        "near.0": 0.8, "near.1": 0.3, "near.3-4": -1.0, "near.5+": -2.0, "near.subject": 1.3, "near.first": 0.7,
        "near.quoted": -2.0, "near.own": -1.5, "near.oblique": -0.6, "last.0": 2.9, "last.1": 2.5, "last.2": 1.9,
        "last.3-4": 1.2, "unknown": -2.0, "gender.unknown": -0.8, "count": 0.3, "told": 0.3, "spoke": 0.4,
    },
    "nominal": {"nobody": 1.0, "nobody.indefinite": 3.0, "role.form": 2.0, "role.canonical": 2.0, "shared": 1.0},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Example:
    """One choice: what speaks for each candidate and which of them is right, None when none is."""

    article: str
    kind: str
    features: tuple[dict[str, float], ...]
    right: int | None
    weight: float = 1.0


class RecordingResolver(Resolver):
    """Resolves as usual and keeps every ranked choice with its candidates."""

    def choose(self, kind: str, item: Attribution, candidates: list[Candidate]) -> tuple[Candidate | None, float]:
        self.__dict__.setdefault("choices", []).append((kind, item, candidates))
        return super().choose(kind, item, candidates)


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer with what tells how sure it is, nothing where it was declined."""

    outcome: Outcome
    features: dict[str, float]


def make_resolver(document: GoldDocument, registry: Registry, ranker: SpeakerRanker) -> RecordingResolver:
    """Return the resolver of an article's gold spans."""
    masks = [(mask.start, mask.end) for mask in find_boilerplate(document.text)]
    names = find_names(document.text, registry, masks=masks)
    return RecordingResolver(
        document.text,
        gold_attributions(document),
        registry,
        document.date,
        names,
        ranker=ranker,
        publisher=find_publisher(document.publisher, registry),
    )


def collect_examples(documents: Iterable[GoldDocument], registry: Registry, ranker: SpeakerRanker) -> list[Example]:
    """Return the ranked choices that `ranker` meets in the articles, labelled by their gold speakers."""
    examples = []
    for document in documents:
        if not document.attributions:
            continue
        resolver = make_resolver(document, registry, ranker)
        resolver.resolve_all()
        gold = {item.id: gold for item, gold in zip(resolver.attributions, document.attributions, strict=True)}
        for kind, item, candidates in resolver.__dict__.get("choices", ()):
            speaker = gold[item.id].speaker
            if speaker is None or speaker.any or len(candidates) < 2:
                continue
            right = _right_candidate(resolver, speaker, candidates)
            examples.append(Example(document.id, kind, tuple(c.features for c in candidates), right))
    return examples


def _right_candidate(resolver: Resolver, gold: GoldSpeaker, candidates: Sequence[Candidate]) -> int | None:
    """Return which candidate is the gold speaker; nobody when there is such a candidate and no named one is right."""
    for index, candidate in enumerate(candidates):
        if candidate.entity is None:
            continue
        answer = resolver.of_entity(candidate.entity, "pronoun", "speaker.pronoun", "person")
        if speaker_matches(gold, _as_speaker(answer)):
            return index
    nobody = [index for index, candidate in enumerate(candidates) if candidate.entity is None]
    return nobody[0] if nobody else None


def _as_speaker(answer: Answer) -> Speaker:
    return Speaker(answer.id, repair(answer.name), answer.type, answer.how, 0.0)


def gum_examples(
    path: Path, genres: Sequence[str], registry: Registry, ranker: SpeakerRanker, *, weight: float
) -> list[Example]:
    """Return one example per "he" and "she" of GUM whose antecedent has a name, from the given genres."""
    records = {record["id"]: record for _, record in read_json_lines(path)}
    examples = []
    for document in read_gold(path):
        record = records[document.id]
        if record["genre"] not in genres:
            continue
        if document.attributions:
            resolver = make_resolver(document, registry, ranker)
            resolver.resolve_all()
            names, spoke, quoted = resolver.names, resolver.spoke, resolver.quoted
        else:
            names, spoke, quoted = find_names(document.text, registry), [], Quotations(())
        for entity in record["entities"]:
            spans = [tuple(span) for span in entity["mentions"]]
            for start, end in spans:
                pronoun = GUM_PRONOUN.fullmatch(document.text[start:end])
                if pronoun is None:
                    continue
                gender: Gender = "male" if pronoun[0].lower() == "he" else "female"
                before = [one for one in spoke if one.position < start]
                candidates = find_candidates(document.text, names, before, quoted, Place(start), gender=gender)
                right = [
                    index
                    for index, candidate in enumerate(candidates)
                    if candidate.entity is not None and _overlaps(candidate.entity, spans, document.text)
                ]
                if len(candidates) > 1 and len(right) == 1:
                    features = tuple(candidate.features for candidate in candidates)
                    examples.append(Example(document.id, "pronoun", features, right[0], weight))
    return examples


def _overlaps(entity: Entity, spans: Sequence[tuple[int, ...]], text: str) -> bool:
    """Return whether one of the cluster's spans is a name of the entity; a longer phrase must end or begin with it."""
    return any(
        mention.start < end and start < mention.end and end - start < 2 * (mention.end - mention.start) + 30
        for mention in entity.mentions
        for start, end in spans
    )


def fit_weights(examples: Sequence[Example], *, c: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Return the weights by kind: a logistic regression without intercept on right minus wrong candidate."""
    import numpy as np
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    weights: dict[str, dict[str, float]] = {}
    for kind in KINDS:
        pairs: list[dict[str, float]] = []
        sample: list[float] = []
        for example in examples:
            if example.kind != kind or example.right is None:
                continue
            right = example.features[example.right]
            for index, other in enumerate(example.features):
                if index == example.right:
                    continue
                pairs.append({k: right.get(k, 0.0) - other.get(k, 0.0) for k in right.keys() | other.keys()})
                sample.append(example.weight)
        vectors = DictVectorizer(sparse=False)
        x = vectors.fit_transform([dict(sorted(pair.items())) for pair in pairs])
        x = np.vstack([x, -x])
        y = np.repeat([1, 0], len(pairs))
        model = LogisticRegression(C=c[kind], fit_intercept=False, max_iter=2000)
        model.fit(x, y, sample_weight=np.array(sample + sample))
        weights[kind] = {
            str(name): round(float(weight), 4)
            for name, weight in zip(vectors.get_feature_names_out(), model.coef_[0], strict=True)
            if abs(weight) >= 5e-5
        }
    return weights


def split_folds(ids: Sequence[str], *, n: int, seed: int) -> list[set[str]]:
    """Return the ids dealt into `n` folds after a seeded shuffle."""
    shuffled = sorted(ids)
    random.Random(seed).shuffle(shuffled)
    return [set(shuffled[index::n]) for index in range(n)]


def resolve_documents(documents: Iterable[GoldDocument], registry: Registry, ranker: SpeakerRanker) -> Iterator[Judged]:
    """Yield what the ranker answers for every gold attribution that has a gold speaker, nothing withheld."""
    for document in documents:
        if not document.attributions:
            continue
        resolver = make_resolver(document, registry, ranker)
        answers = resolver.resolve_all()
        for item, gold, (answer, why) in zip(resolver.attributions, document.attributions, answers, strict=True):
            meant = known_as(gold.speaker, registry)
            if meant is None:
                continue
            if answer is None:
                yield Judged(Outcome(document.id, meant, None, why), {})
                continue
            features = answer_features(answer, item.source or "", registry.roles)
            yield Judged(Outcome(document.id, meant, _as_speaker(answer), why), features)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What `recipe.toml` fixes: data, folds, strength of the regularisation, and the thresholds.

    `c` holds the strengths for the choices by kind and for the certainty. `labelled` are articles whose speakers the
    file `labels` beside the recipe has.
    """

    name: str
    version: str
    polnear: str
    labelled: str
    labels: str
    gum: str
    genres: tuple[str, ...]
    gum_weight: float
    c: Mapping[str, float]
    folds: int
    seed: int
    thresholds: Thresholds

    @classmethod
    def read(cls, path: Path) -> Recipe:
        """Return the recipe in a TOML file; ConfigError when a key is missing or unknown."""
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
            thresholds = Thresholds(**raw["thresholds"])
            return cls(**{**raw, "genres": tuple(raw["genres"]), "thresholds": thresholds})
        except (OSError, tomllib.TOMLDecodeError, TypeError, KeyError) as error:
            allowed = ", ".join(cls.__dataclass_fields__)
            raise ConfigError(f"{path}: not a speaker recipe ({error}); it needs exactly {allowed}") from error


def train_speakers(
    recipe: Path, data: Path, out: Path, *, say: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """Return the metrics, after writing weights, manifest, metrics and model card to the folder `out`.

    `data` holds the corpora under the paths that the recipe names. `say` is told about each step.
    """
    plan = Recipe.read(recipe)
    registry = default_registry()
    dev = read_gold(data / plan.polnear)
    labels = recipe.parent / plan.labels
    labelled = read_gold(data / plan.labelled, speakers=labels)
    documents = [*dev, *labelled]
    first = SpeakerRanker(FIRST_WEIGHTS)
    examples = collect_examples(documents, registry, first)
    extra = gum_examples(data / plan.gum, plan.genres, registry, first, weight=plan.gum_weight)
    say(f"{len(examples)} choices in {len(documents)} articles, {len(extra)} more in GUM")
    halves = [split_folds([one.id for one in half], n=plan.folds, seed=plan.seed) for half in (dev, labelled)]
    dealt = [a | b for a, b in zip(*halves, strict=True)]
    choosing = [fit_weights([e for e in examples if e.article not in fold] + extra, c=plan.c) for fold in dealt]
    judged: list[list[Judged]] = []
    for fold, weights in zip(dealt, choosing, strict=True):
        held_out = [document for document in documents if document.id in fold]
        judged.append(list(resolve_documents(held_out, registry, SpeakerRanker(weights))))
        say(f"fold of {len(held_out)} articles done")
    rankers = [
        SpeakerRanker(
            weights, fit_certainty(_flat(judged[:n] + judged[n + 1 :]), c=plan.c["certainty"]), plan.thresholds
        )
        for n, weights in enumerate(choosing)
    ]
    folds = [
        {"texts": sorted(text_hash(d.text) for d in documents if d.id in fold), "model": ranker.to_json()}
        for fold, ranker in zip(dealt, rankers, strict=True)
    ]
    everything = fit_certainty(_flat(judged), c=plan.c["certainty"])
    final = SpeakerRanker(fit_weights([*examples, *extra], c=plan.c), everything, plan.thresholds)
    answers = [
        (one.outcome, ranker.chance(one.features)) for fold, ranker in zip(judged, rankers, strict=True) for one in fold
    ]
    of_dev = {document.id for document in dev}
    metrics = measure(
        [one for one in answers if one[0].article in of_dev],
        plan,
        data,
        n_examples=(len(examples), len(extra)),
    )
    metrics["data"] |= {"labelled_sha256": _sha256(data / plan.labelled), "labels_sha256": _sha256(labels)}
    metrics["labelled"] = summarise([_given(*one, plan.thresholds) for one in answers if one[0].article not in of_dev])
    write_folder(out, final, metrics, recipe, folds)
    if recipe.parent.resolve() != out.resolve():
        with write_atomically(out / plan.labels) as file:
            file.write(labels.read_text(encoding="utf-8"))
    return metrics


def _flat(folds: Sequence[Sequence[Judged]]) -> list[Judged]:
    return [one for fold in folds for one in fold]


def _given(one: Outcome, chance: float, thresholds: Thresholds) -> Outcome:
    """Return the outcome as a user gets it: what is too unsure is withheld."""
    if one.speaker is None or thresholds.passes(one.speaker.type, chance, named=_names(one.speaker)):
        return one
    return replace(one, speaker=None, why="speaker.declined.unsure")


def fit_certainty(judged: Sequence[Judged], *, c: float) -> dict[str, float]:
    """Return the weights that turn an answer's features into the chance that it is right."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    answers = [one for one in judged if one.outcome.speaker is not None]
    vectors = DictVectorizer(sparse=False)
    x = vectors.fit_transform([dict(sorted(one.features.items())) for one in answers])
    model = LogisticRegression(C=c, fit_intercept=False, max_iter=3000).fit(x, [one.outcome.right for one in answers])
    return {
        str(name): round(float(weight), 4)
        for name, weight in zip(vectors.get_feature_names_out(), model.coef_[0], strict=True)
        if abs(weight) >= 5e-5
    }


def summarise(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return the figures of outcomes in all, and by type and by how the text gives the speaker."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        for key in ("all", str(one.gold.type), one.group):
            groups[key].append(one)
    return {name: _row(chosen) for name, chosen in sorted(groups.items())}


def measure(
    answers: Sequence[tuple[Outcome, float]], plan: Recipe, data: Path, *, n_examples: tuple[int, int]
) -> dict[str, Any]:
    """Return the figures of the out-of-fold outcomes as a user gets them; curves over all answers by their chance."""
    outcomes = [_given(one, chance, plan.thresholds) for one, chance in answers]

    def grouped(key: Callable[[Outcome], str]) -> dict[str, dict[str, Any]]:
        groups: dict[str, list[Outcome]] = defaultdict(list)
        for one in outcomes:
            groups[key(one)].append(one)
        return {name: _row(chosen) for name, chosen in sorted(groups.items())}

    of_people = sum(one.gold.type == "person" for one in outcomes)
    return {
        "name": plan.name,
        "version": plan.version,
        "what": f"PolNeAR dev, gold spans, out of fold ({plan.folds} folds over articles, seed {plan.seed}); "
        "the shipped weights use all articles",
        "data": {
            "polnear_dev_sha256": _sha256(data / plan.polnear),
            "gum_sha256": _sha256(data / plan.gum),
            "choices_polnear": n_examples[0],
            "choices_gum": n_examples[1],
        },
        "thresholds": asdict(plan.thresholds),
        "all": _row(outcomes),
        "naming": _row([one for one in outcomes if (who := one.speaker) is not None and _names(who)]),
        "describing": _row([one for one in outcomes if (who := one.speaker) is not None and not _names(who)]),
        "answers_person": _row([one for one in outcomes if one.speaker is not None and one.speaker.type == "person"]),
        "by_type": grouped(lambda one: str(one.gold.type)),
        "by_how": grouped(lambda one: one.group),
        "by_stage": grouped(lambda one: one.why),
        "all_answers_by_chance": _precision_curve(answers, lambda _: True, len(outcomes)),
        "naming_answers_by_chance": _precision_curve(answers, _names, len(outcomes)),
        "person_answers_by_chance": _precision_curve(answers, lambda speaker: speaker.type == "person", of_people),
        "calibration": _calibration(answers),
    }


def _names(speaker: Speaker) -> bool:
    return names_somebody(speaker.type, speaker.name)


def _row(chosen: Sequence[Outcome]) -> dict[str, Any]:
    row = Row.count(chosen)
    return {
        "n": row.n,
        "accuracy": _rounded(row.accuracy),
        "answered": round(row.answered / max(1, row.n), 4),
        "precision": _rounded(row.precision),
        "right_type": _rounded(row.type_accuracy),
        "type_of_answers": _rounded(row.type_precision),
    }


def _rounded(share: float | None) -> float:
    return round(share or 0.0, 4)


def _precision_curve(
    answers: Sequence[tuple[Outcome, float]], counts: Callable[[Speaker], bool], of: int
) -> list[dict[str, float]]:
    """Return precision and recall of the answers that count whose chance is at least 0, 0.05 ... 0.95."""
    curve = []
    for step in range(0, 100, 5):
        kept = [
            one.right
            for one, chance in answers
            if one.speaker is not None and counts(one.speaker) and chance >= step / 100
        ]
        if kept:
            right = sum(kept)
            point = {"precision": round(right / len(kept), 4), "recall": round(right / of, 4)}
            curve.append({"chance": step / 100, **point})
    return curve


def _calibration(answers: Sequence[tuple[Outcome, float]]) -> dict[str, Any]:
    """Return the expected calibration error over ten equal bins, each bin with its mean chance and share right."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for one, chance in answers:
        if one.speaker is not None:
            bins[min(9, int(chance * 10))].append((chance, one.right))
    rows, error, total = [], 0.0, sum(map(len, bins.values()))
    for low, found in sorted(bins.items()):
        mean, right = sum(c for c, _ in found) / len(found), sum(r for _, r in found) / len(found)
        error += abs(mean - right) * len(found) / total
        rows.append({"from": low / 10, "n": len(found), "mean": round(mean, 3), "right": round(right, 3)})
    return {"error": round(error, 4), "bins": rows}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_folder(
    out: Path, ranker: SpeakerRanker, metrics: Mapping[str, Any], recipe: Path, folds: Sequence[Mapping[str, Any]]
) -> None:
    """Write weights, the weights of each fold, a manifest of their SHA-256, metrics and the recipe into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    record = {**ranker.to_json(), "name": metrics["name"], "version": metrics["version"]}
    weights = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    held_out = json.dumps({"scheme": SCHEME, "folds": folds}, indent=1) + "\n"
    files = {WEIGHTS_FILE: weights, FOLDS_FILE: held_out}
    hashes = {name: hashlib.sha256(content.encode("utf-8")).hexdigest() for name, content in files.items()}
    manifest = {"scheme": SCHEME, "sha256": hashes}
    for name, content in (
        *files.items(),
        (MANIFEST_FILE, json.dumps(manifest, indent=1) + "\n"),
        ("metrics.json", json.dumps(metrics, indent=1, ensure_ascii=False) + "\n"),
        ("recipe.toml", recipe.read_text(encoding="utf-8")),
    ):
        with write_atomically(out / name) as file:
            file.write(content)
