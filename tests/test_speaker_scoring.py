"""Scores of speakers: rows, B-cubed, baselines, end to end, and the ranker's files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sayso.attribution.certainty import answer_features
from sayso.attribution.errors import ArtifactError
from sayso.attribution.gold import GoldAttribution, GoldDocument, GoldSpeaker
from sayso.attribution.ranking import MANIFEST_FILE, WEIGHTS_FILE, SpeakerRanker, default_ranker, ranker_for
from sayso.attribution.registry import default_registry
from sayso.attribution.roles import default_roles
from sayso.attribution.speaker_match import speaker_matches
from sayso.attribution.speaker_names import Answer, names_somebody
from sayso.attribution.speaker_scoring import (
    Outcome,
    Row,
    b_cubed,
    baseline_outcomes,
    gold_attributions,
    known_as,
    pair_outcomes,
)
from sayso.attribution.types import Speaker, SpeakerType, TextSpan
from sayso.evaluate_speakers import render_speaker_tables, run_evaluate_speakers

TEXT = "Ana Ruiz met Walter Hale. She said rents will rise. Hale said no."


def person(name: str, speaker_id: str | None = None) -> Speaker:
    return Speaker(speaker_id or name.lower(), name, "person", "name", 0.9)


def outcome(gold: str, answer: Speaker | None, *, article: str = "a", type_: SpeakerType = "person") -> Outcome:
    return Outcome(article, GoldSpeaker(gold, type_), answer, "speaker.name")


def attribution(content: str, source: str, speaker: GoldSpeaker | None, *, optional: bool = False) -> GoldAttribution:
    start, at = TEXT.index(content), TEXT.index(source + " said")
    return GoldAttribution(
        "indirect",
        (TextSpan(start, start + len(content)),),
        source=(TextSpan(at, at + len(source)),),
        speaker=speaker,
        optional=optional,
    )


DOCUMENT = GoldDocument(
    "a",
    TEXT,
    (
        attribution("rents will rise", "She", GoldSpeaker("Ana Ruiz", "person", how="pronoun")),
        attribution("no", "Hale", GoldSpeaker("Walter Hale", "person", how="surname")),
    ),
)


def test_a_declined_speaker_is_wrong_but_costs_no_precision() -> None:
    row = Row.count(
        [outcome("Ana Ruiz", person("Ana Ruiz")), outcome("Ana Ruiz", None), outcome("Bo", person("Ed Lee"))]
    )
    assert (row.n, row.answered, row.right, row.right_type) == (3, 2, 1, 2)
    assert (row.accuracy, row.precision, row.decline_rate) == (0.333333, 0.5, 0.333333)
    assert Row.count([]).accuracy is None


def test_b_cubed_counts_identities_within_each_article() -> None:
    one, two = person("Ana Ruiz", "p1"), person("Ana Ruiz", "p2")
    same = b_cubed([outcome("Ana Ruiz", one), outcome("Ana Ruiz", one)])
    assert (same.precision, same.recall, same.f1) == (1.0, 1.0, 1.0)
    split = b_cubed([outcome("Ana Ruiz", one), outcome("Ana Ruiz", two)])
    assert (split.precision, split.recall) == (1.0, 0.5)
    apart = b_cubed([outcome("Ana Ruiz", one), outcome("Ana Ruiz", two, article="b")])
    assert apart.f1 == 1.0
    declined = b_cubed([outcome("Ana Ruiz", None), outcome("Ana Ruiz", None)])
    assert declined.recall == 0.5
    assert b_cubed([]).f1 is None


def test_the_baselines_take_the_last_person_named_or_speaking() -> None:
    found = baseline_outcomes(DOCUMENT, default_registry())
    assert [one.speaker.name if one.speaker else None for one in found["last-named"]] == ["Walter Hale", "Walter Hale"]
    assert [one.speaker.name if one.speaker else None for one in found["last-speaker"]] == [None, "Walter Hale"]


def test_found_attributions_answer_gold_or_are_spurious() -> None:
    first, second = gold_attributions(DOCUMENT)
    outcomes, missed, spurious = pair_outcomes(DOCUMENT, [first.with_speaker(person("Ana Ruiz"), "speaker.pronoun")])
    assert [(one.right, one.why) for one in outcomes] == [(True, "speaker.pronoun")]
    assert (missed, spurious) == (1, 0)
    assert pair_outcomes(DOCUMENT, [])[1:] == (2, 0)
    assert second.source == "Hale"


def test_seed_gold_end_to_end_has_the_right_speakers(repository: Path) -> None:
    seeds = repository / "seeds"
    report = run_evaluate_speakers(seeds / "gold", seeds / "articles", end_to_end=True)
    assert report.all.n >= 36
    assert report.all.accuracy is not None
    assert report.all.accuracy >= 0.85
    assert report.by_type["person"].accuracy == 1.0
    assert report.out_of_fold == 0
    titles = [str(table.title) for table in render_speaker_tables(report)]
    assert titles[0] == "Speakers end to end, by gold type"


# --- the model folder -----------------------------------------------------------------------------------------------


def copy_model(repository: Path, target: Path) -> Path:
    for name in (WEIGHTS_FILE, MANIFEST_FILE):
        (target / name).write_bytes((repository / "models" / "speakers-en" / name).read_bytes())
    return target


def test_the_model_reads_back_what_it_wrote(repository: Path, tmp_path: Path) -> None:
    ranker = SpeakerRanker.read(copy_model(repository, tmp_path))
    assert ranker == default_ranker()
    assert SpeakerRanker.from_json(ranker.to_json(), where="memory") == ranker


def test_changed_weights_are_refused(repository: Path, tmp_path: Path) -> None:
    folder = copy_model(repository, tmp_path)
    raw = (folder / WEIGHTS_FILE).read_text(encoding="utf-8")
    (folder / WEIGHTS_FILE).write_text(raw + " ", encoding="utf-8")
    with pytest.raises(ArtifactError, match="SHA-256"):
        SpeakerRanker.read(folder)
    with pytest.raises(ArtifactError, match="no speaker model"):
        SpeakerRanker.read(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "change",
    [
        {"scheme": 99},
        {"extra": 1},
        {"weights": {"pronoun": {"near.0": "high"}}},
        {"weights": {"pronoun": {"near.0": True}}},
        {"certainty": {"any": None}},
        {"thresholds": None},
        {"thresholds": {"naming": "high"}},
        {"thresholds": {"unknown": 0.5}},
        {"certainty": []},
    ],
    ids=str,
)
def test_a_damaged_model_is_told(change: dict[str, object]) -> None:
    record = {**default_ranker().to_json(), **change}
    with pytest.raises(ArtifactError):
        SpeakerRanker.from_json(record, where="memory")


def test_a_choice_is_the_best_sum_and_its_share_sums_to_one() -> None:
    ranker = SpeakerRanker({"pronoun": {"near": 2.0, "far": -1.0}})
    choice = ranker.choose("pronoun", [{"far": 1.0}, {"near": 1.0, "unheard": 5.0}])
    assert choice is not None
    assert choice.index == 1
    assert choice.lead == 3.0
    assert 0.95 < choice.share < 0.96
    assert ranker.choose("pronoun", []) is None
    tie = ranker.choose("pronoun", [{"near": 1.0}, {"near": 1.0}])
    assert tie is not None
    assert (tie.index, tie.share) == (0, 0.5)


def test_certainty_rises_with_the_share_and_stays_a_probability() -> None:
    ranker = default_ranker()
    answer = Answer("Ana Ruiz", "person", "pronoun", "speaker.pronoun", "ana-ruiz")
    shares = (0.0, 0.3, 0.6, 0.9, 1.0)
    chances = [ranker.chance(answer_features(replace(answer, share=share), "she", default_roles())) for share in shares]
    assert chances == sorted(chances)
    assert 0.0 <= chances[0] < chances[-1] <= 1.0
    assert SpeakerRanker({}).chance({"any": 1.0}) == 0.5


def test_the_wording_of_a_description_tells_how_sure_it_is() -> None:
    answer = Answer("bank", "organization", "nominal", "speaker.institution", "organization-0-bank")
    features = answer_features(answer, "the bank", default_roles())
    assert features["speaker.institution.definite"] == 1.0
    assert features["head.institution"] == 1.0
    assert "head.institution" not in answer_features(replace(answer, why="speaker.pronoun"), "it", default_roles())


def test_names_say_who_is_meant_and_descriptions_do_not() -> None:
    assert names_somebody("person", "Ana Ruiz")
    assert names_somebody("organization", "Alder Bank")
    assert not names_somebody("organization", "bank")
    assert not names_somebody("unnamed", "senior official")
    assert not names_somebody("group", "Republicans")


def test_an_alias_that_the_registry_has_is_right() -> None:
    meant = known_as(GoldSpeaker("Britain", "country"), default_registry())
    assert meant is not None
    assert speaker_matches(meant, Speaker("x", "United Kingdom", "country", "name", 0.9))
    unknown = GoldSpeaker("Ana Ruiz", "person")
    assert known_as(unknown, default_registry()) is unknown
    assert known_as(None, default_registry()) is None


def test_an_article_of_the_training_data_is_measured_by_weights_fitted_without_it(repository: Path) -> None:
    folds = json.loads((repository / "models" / "speakers-en" / "folds.json").read_text(encoding="utf-8"))["folds"]
    ranker, held_out = ranker_for(folds[0]["texts"][0])
    assert held_out
    assert ranker == SpeakerRanker.from_json(folds[0]["model"], where="memory")
    assert ranker_for("0" * 64) == (default_ranker(), False)
