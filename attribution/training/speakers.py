"""Train the choice of antecedents: annotated articles in, the folder `models/speakers-en` out.

The weights are those of a scikit-learn logistic regression over pairs of candidates (the right one against each other
one). Every figure is out of fold: an article is resolved by weights that were fitted without it, and confidences are
fitted on such answers. The shipped weights then use all articles.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sayso.attribution.antecedents import Candidate, Place, Quotations, find_candidates
from sayso.attribution.boilerplate import find_boilerplate
from sayso.attribution.errors import ConfigError
from sayso.attribution.files import write_atomically
from sayso.attribution.gold import GoldDocument, GoldSpeaker, read_gold, read_json_lines
from sayso.attribution.mentions import Entity, find_names
from sayso.attribution.ranking import FOLDS_FILE, MANIFEST_FILE, SCHEME, WEIGHTS_FILE, SpeakerRanker
from sayso.attribution.registry import Registry, default_registry
from sayso.attribution.roles import Gender
from sayso.attribution.speaker_match import speaker_matches
from sayso.attribution.speaker_scoring import Outcome, gold_attributions
from sayso.attribution.speakers import UNMEASURED, Resolver
from sayso.attribution.types import Attribution, text_hash

# The stage that answers with a ranked choice of each kind.
STAGE_OF = {"pronoun": "speaker.pronoun", "nominal": "speaker.title"}
KINDS = tuple(STAGE_OF)
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
        choice = self.ranker.choose(kind, [candidate.features for candidate in candidates])
        if choice is not None:
            self.__dict__.setdefault("shares", {})[item.source_spans] = (kind, choice.share)
        return super().choose(kind, item, candidates)


def make_resolver(document: GoldDocument, registry: Registry, ranker: SpeakerRanker) -> RecordingResolver:
    """Return the resolver of an article's gold spans."""
    masks = [(mask.start, mask.end) for mask in find_boilerplate(document.text)]
    names = find_names(document.text, registry, masks=masks)
    return RecordingResolver(document.text, gold_attributions(document), registry, document.date, names, ranker=ranker)


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
        speaker = resolver.speaker(resolver.of_entity(candidate.entity, "pronoun", "speaker.pronoun", "person"))
        if speaker_matches(gold, speaker):
            return index
    nobody = [index for index, candidate in enumerate(candidates) if candidate.entity is None]
    return nobody[0] if nobody else None


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


def resolve_documents(
    documents: Iterable[GoldDocument], registry: Registry, ranker: SpeakerRanker
) -> Iterator[Outcome]:
    """Yield what the ranker answers for every gold attribution that has a gold speaker."""
    for document in documents:
        if not document.attributions:
            continue
        resolver = make_resolver(document, registry, ranker)
        answers = resolver.resolve_all()
        shares = resolver.__dict__.get("shares", {})
        for item, gold, (answer, why) in zip(resolver.attributions, document.attributions, answers, strict=True):
            if gold.speaker is None:
                continue
            speaker = resolver.speaker(answer)
            share = shares.get(item.source_spans, (None, None))[1] if answer is not None and answer.confidence else None
            yield Outcome(document.id, gold.speaker, speaker, why, share)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What `recipe.toml` fixes: data, folds, strength of the regularisation by kind, and the precision to reach."""

    name: str
    version: str
    polnear: str
    gum: str
    genres: tuple[str, ...]
    gum_weight: float
    c: Mapping[str, float]
    folds: int
    seed: int
    min_precision: float

    @classmethod
    def read(cls, path: Path) -> Recipe:
        """Return the recipe in a TOML file; ConfigError when a key is missing or unknown."""
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
            return cls(**{**raw, "genres": tuple(raw["genres"])})
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
    documents = read_gold(data / plan.polnear)
    first = SpeakerRanker(FIRST_WEIGHTS)
    examples = collect_examples(documents, registry, first)
    extra = gum_examples(data / plan.gum, plan.genres, registry, first, weight=plan.gum_weight)
    say(f"{len(examples)} choices in {len(documents)} articles, {len(extra)} more in GUM")
    outcomes: list[Outcome] = []
    folds: list[dict[str, Any]] = []
    for fold in split_folds([document.id for document in documents], n=plan.folds, seed=plan.seed):
        weights = fit_weights([e for e in examples if e.article not in fold] + extra, c=plan.c)
        held_out = [document for document in documents if document.id in fold]
        outcomes.extend(resolve_documents(held_out, registry, SpeakerRanker(weights)))
        texts = sorted(text_hash(document.text) for document in held_out)
        folds.append({"texts": texts, "model": SpeakerRanker(weights).to_json()})
        say(f"fold of {len(held_out)} articles done")
    curves, rates = fit_curves(outcomes), stage_rates(outcomes)
    final = SpeakerRanker(fit_weights([*examples, *extra], c=plan.c), curves, rates)
    threshold = choose_threshold(outcomes, final, min_precision=plan.min_precision)
    final = replace(final, threshold=threshold)
    metrics = measure(outcomes, final, plan, data, n_examples=(len(examples), len(extra)))
    write_folder(out, final, metrics, recipe, folds)
    return metrics


def fit_curves(outcomes: Sequence[Outcome]) -> dict[str, tuple[float, float]]:
    """Return intercept and slope by kind that turn a choice's share into the chance that the answer is right."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    curves = {}
    for kind, stage in STAGE_OF.items():
        chosen = [one for one in outcomes if one.share is not None and one.why == stage]
        x = np.array([[_log_odds(one.share or 0.0)] for one in chosen])
        model = LogisticRegression(C=1.0).fit(x, [one.right for one in chosen])
        curves[kind] = (round(float(model.intercept_[0]), 4), round(float(model.coef_[0][0]), 4))
    return curves


def _log_odds(share: float) -> float:
    share = min(max(share, 1e-6), 1 - 1e-6)
    return math.log(share / (1 - share))


def stage_rates(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Return (right + 1) / (answers + 2) of each stage's out-of-fold answers."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in outcomes:
        if one.speaker is not None:
            counts[one.why][0] += one.right
            counts[one.why][1] += 1
    return {why: round((right + 1) / (n + 2), 3) for why, (right, n) in sorted(counts.items())}


def choose_threshold(outcomes: Sequence[Outcome], ranker: SpeakerRanker, *, min_precision: float) -> float:
    """Return the lowest chance from which on the answers that are people are right often enough, at most 0.9.

    Only ranked choices are withheld: a name is an answer whatever the threshold.
    """
    for threshold in (step / 100 for step in range(91)):
        kept = [one for one in outcomes if one.speaker is not None and one.speaker.type == "person"]
        kept = [one for one in kept if _chance(one, ranker) >= threshold]
        if kept and sum(one.right for one in kept) / len(kept) >= min_precision:
            return threshold
    return 0.9


def _chance(one: Outcome, ranker: SpeakerRanker) -> float:
    """Return the calibrated chance of a ranked answer, 1 for any other."""
    kind = next((kind for kind, stage in STAGE_OF.items() if stage == one.why), None)
    return 1.0 if kind is None or one.share is None else ranker.confidence(kind, one.share)


def measure(
    outcomes: Sequence[Outcome], ranker: SpeakerRanker, plan: Recipe, data: Path, *, n_examples: tuple[int, int]
) -> dict[str, Any]:
    """Return the figures of the out-of-fold answers, those below the threshold counted as declined."""

    def row(chosen: Sequence[Outcome]) -> dict[str, Any]:
        answered = [one for one in chosen if one.speaker is not None and _chance(one, ranker) >= ranker.threshold]
        right = sum(one.right for one in answered)
        typed = sum(one.speaker is not None and one.speaker.type == one.gold.type for one in answered)
        return {
            "n": len(chosen),
            "accuracy": round(right / max(1, len(chosen)), 4),
            "answered": round(len(answered) / max(1, len(chosen)), 4),
            "precision": round(right / max(1, len(answered)), 4),
            "right_type": round(typed / max(1, len(chosen)), 4),
            "type_of_answers": round(typed / max(1, len(answered)), 4),
        }

    def grouped(key: Callable[[Outcome], str]) -> dict[str, dict[str, Any]]:
        groups: dict[str, list[Outcome]] = defaultdict(list)
        for one in outcomes:
            groups[key(one)].append(one)
        return {name: row(chosen) for name, chosen in sorted(groups.items())}

    def person_or_other(one: Outcome) -> str:
        return ("person " if one.gold.type == "person" else "other ") + str(one.gold.how)

    people = [one for one in outcomes if one.speaker is not None and one.speaker.type == "person"]
    curve = []
    for step in range(0, 100, 10):
        kept = [one for one in people if _chance(one, ranker) >= step / 100]
        found = sum(one.right for one in kept)
        of = sum(one.gold.type == "person" for one in outcomes)
        curve.append({"chance": step / 100, "precision": round(found / len(kept), 4), "recall": round(found / of, 4)})
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
        "threshold": ranker.threshold,
        "all": row(outcomes),
        "answers_person": row(people),
        "by_type": grouped(lambda one: str(one.gold.type)),
        "by_how": grouped(person_or_other),
        "by_stage": grouped(lambda one: one.why),
        "person_answers_by_chance": curve,
        "all_answers_by_chance": _precision_curve(outcomes, ranker),
        "calibration": _calibration(outcomes, plan),
    }


def _precision_curve(outcomes: Sequence[Outcome], ranker: SpeakerRanker) -> list[dict[str, float]]:
    """Return precision and recall of all answers whose confidence is at least 0, 0.05 ... 0.95."""
    curve = []
    for step in range(0, 100, 5):
        kept = [
            one.right
            for one in outcomes
            if one.speaker is not None
            and (_chance(one, ranker) if one.share is not None else ranker.rates.get(one.why, UNMEASURED)) >= step / 100
        ]
        if kept:
            right = sum(kept)
            point = {"precision": round(right / len(kept), 4), "recall": round(right / len(outcomes), 4)}
            curve.append({"chance": step / 100, **point})
    return curve


def _calibration(outcomes: Sequence[Outcome], plan: Recipe) -> dict[str, Any]:
    """Return the expected calibration error over ten equal bins, each bin with its mean chance and share right.

    Curves and rates are fitted on the other folds' answers, so that no answer tells its own chance.
    """
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    articles = sorted({one.article for one in outcomes})
    for fold in split_folds(articles, n=plan.folds, seed=plan.seed + 1):
        others = [one for one in outcomes if one.article not in fold]
        ranker = SpeakerRanker({}, fit_curves(others), stage_rates(others))
        for one in outcomes:
            if one.article not in fold or one.speaker is None:
                continue
            ranked = one.share is not None and one.why in STAGE_OF.values()
            chance = _chance(one, ranker) if ranked else ranker.rates.get(one.why, UNMEASURED)
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
