"""Every definition of the scoring guidelines on cases small enough to compute by hand."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.attribution.alignment import norm_spans, pair_attributions, shared_characters
from sayso.attribution.errors import InputError
from sayso.attribution.gold import GoldAttribution, GoldDocument, GoldSpeaker, GoldStance, read_gold
from sayso.attribution.scoring import KINDS, Report, errors, score
from sayso.attribution.speaker_match import speaker_matches
from sayso.attribution.types import (
    Attribution,
    QuoteKind,
    Spans,
    Speaker,
    SpeakerType,
    Stance,
    TextSpan,
    make_attribution,
    text_hash,
)

TEXT = (
    "“Rents will rise,” said Ana Ruiz. She added that wages would follow. “Not soon,” Tom Lee told reporters.\n"
    "According to a city official, the plan “is dead” for now."
)


def at(*phrases: str, text: str = TEXT) -> Spans:
    return tuple(TextSpan(text.index(phrase), text.index(phrase) + len(phrase)) for phrase in phrases)


def person(name: str, id: str | None = None) -> GoldSpeaker:
    return GoldSpeaker(name, "person", id=id)


def answer(name: str, type: SpeakerType = "person", id: str | None = None) -> Speaker:
    return Speaker(id=id or name.lower().replace(" ", "-"), name=name, type=type, how="name", confidence=0.9)


RUIZ = GoldAttribution("direct", at("“Rents will rise,”"), at("said"), at("Ana Ruiz"), person("Ana Ruiz"))
ADDED = GoldAttribution("indirect", at("wages would follow"), at("added"), at("She"), person("Ana Ruiz"))
LEE = GoldAttribution("direct", at("“Not soon,”"), at("told"), at("Tom Lee"), person("Tom Lee"))
OFFICIAL = GoldAttribution(
    "mixed",
    at("the plan “is dead” for now"),
    at("According to"),
    at("a city official"),
    GoldSpeaker("city official", "unnamed"),
)
ALL = (RUIZ, ADDED, LEE, OFFICIAL)


def predict(
    gold: GoldAttribution,
    *,
    content: Spans | None = None,
    cue: Spans | None = None,
    source: Spans | None = None,
    kind: QuoteKind | None = None,
    speaker: Speaker | None = None,
    text: str = TEXT,
    article_id: str = "a",
) -> Attribution:
    """Return a prediction equal to `gold` but for what is given; the speaker is declined unless given."""
    return make_attribution(
        text,
        article_id=article_id,
        text_sha256=text_hash(text),
        kind=kind or gold.kind,
        content=gold.content if content is None else content,
        cue=gold.cue if cue is None else cue,
        source=gold.source if source is None else source,
        confidence=1.0,
        origin="rule:test",
    ).with_speaker(speaker)


def perfect(document: GoldDocument) -> list[Attribution]:
    """Return predictions that repeat the gold, speakers and stances included."""
    found = []
    for gold in document.attributions:
        known = gold.speaker
        who = None if known is None else answer(known.name, known.type or "person", known.id)
        made = predict(gold, text=document.text, article_id=document.id, speaker=who)
        stances = tuple(Stance(s.target, s.labels[0], 1.0, "rule") for s in gold.stances)
        found.append(replace(made, stances=stances))
    return found


def scored(gold: tuple[GoldAttribution, ...], *predicted: Attribution) -> Report:
    return score([GoldDocument("a", TEXT, gold)], {"a": predicted}, resamples=0)


# --- norm -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "equal"),
    [
        (at("Rents will rise"), True),  # quotation marks and comma at the edges
        (at("“Rents will rise,” "), True),  # a blank at the edge
        (at("Rents will"), False),
        (at("“Rents", "will rise,”"), False),  # other pieces, same characters but one
    ],
    ids=["marks", "blank", "short", "pieces"],
)
def test_exact_ignores_edge_punctuation_only(content: Spans, equal: bool) -> None:
    report = scored((RUIZ,), predict(RUIZ, content=content))
    assert report["all"].f1("exact") == (1.0 if equal else 0.0)
    assert report["all"].f1("relaxed") == 1.0


def test_initial_complementiser_is_dropped_on_both_sides() -> None:
    with_that = at("that wages would follow")
    assert scored((ADDED,), predict(ADDED, content=with_that))["all"].f1("exact") == 1.0
    gold_with_that = replace(ADDED, content=with_that)
    assert scored((gold_with_that,), predict(ADDED))["all"].f1("exact") == 1.0
    assert scored((gold_with_that,), predict(gold_with_that))["all"].prf["char"].gold == len("wages would follow")


def test_norm_keeps_a_colon_as_cue_and_a_lone_that() -> None:
    text = "Ruiz: that"
    assert norm_spans(text, at(":", text=text)) == at(":", text=text)
    assert norm_spans(text, at(": that", text=text), drop_complementiser=True) == at("that", text=text)


def test_norm_drops_pieces_of_mere_punctuation_and_unites_overlaps() -> None:
    assert norm_spans("“ab”, cd", (TextSpan(0, 4), TextSpan(4, 5))) == (TextSpan(1, 3),)
    assert norm_spans("abcdef", (TextSpan(0, 4), TextSpan(2, 6))) == (TextSpan(0, 6),)


# --- content --------------------------------------------------------------------------------------------------------


def test_relaxed_needs_half_of_the_characters() -> None:
    # "Rents will rise" has 15 characters: "Rents wi" covers 8 of them, IoU .533; "Rents w" 7, IoU .467.
    half, less = at("Rents wi"), at("Rents w")
    assert scored((RUIZ,), predict(RUIZ, content=half))["all"].f1("relaxed") == 1.0
    report = scored((RUIZ,), predict(RUIZ, content=less))["all"]
    assert report.f1("relaxed") == 0.0
    assert (report.prf["relaxed"].predicted, report.prf["relaxed"].gold) == (1, 1)


def test_characters_and_words_are_counted_over_the_article() -> None:
    found = scored((RUIZ, LEE), predict(RUIZ, content=at("Rents will")), predict(ADDED))["all"]
    # Gold: 15 + 8 characters, 3 + 2 words; found: 10 + 18 characters, 2 + 3 words; shared: 10 characters, 2 words.
    assert [(found.prf[s].hits, found.prf[s].predicted, found.prf[s].gold) for s in ("char", "token")] == [
        (10, 28, 23),
        (2, 5, 5),
    ]
    assert found.prf["char"].precision.value == pytest.approx(10 / 28, abs=1e-6)
    assert found.f1("char") == pytest.approx(20 / 51, abs=1e-6)


def test_a_word_counts_only_when_it_is_covered_whole() -> None:
    assert scored((RUIZ,), predict(RUIZ, content=at("Rents wi")))["all"].prf["token"].hits == 1


def test_pairs_are_one_to_one_best_first() -> None:
    rough, twice = predict(RUIZ, content=at("Rents will ri")), predict(RUIZ)
    found = scored((RUIZ,), rough, twice)["all"]
    assert (found.prf["relaxed"].hits, found.prf["relaxed"].predicted) == (1, 2)
    assert found.prf["exact"].hits == 1  # the exact one is taken, though it comes second
    assert found.f1("relaxed") == pytest.approx(2 / 3, abs=1e-6)


def test_same_content_goes_to_the_one_with_the_same_source() -> None:
    ruiz, lee = replace(ADDED, source=at("Ana Ruiz")), replace(ADDED, source=at("Tom Lee"))
    found = scored((ruiz, lee), predict(lee), predict(ruiz))["all"]
    assert found.f1("triple") == 1.0


def test_missing_article_scores_as_empty() -> None:
    report = score([GoldDocument("a", TEXT, ALL)], {"elsewhere": [predict(RUIZ)]}, resamples=0)
    assert report["all"].f1("relaxed") == 0.0
    assert report["all"].prf["relaxed"].precision.value is None
    assert report.unscored_articles == 1


# --- cue, source, triple --------------------------------------------------------------------------------------------


def test_roles_are_scored_on_relaxed_pairs_as_f1_and_as_share() -> None:
    found = scored(
        ALL,
        predict(RUIZ),
        predict(ADDED, source=at("Ana Ruiz")),
        predict(LEE, content=at("Not s"), cue=()),
    )["all"]
    assert [found.prf[s].hits for s in ("relaxed", "exact", "cue", "source", "triple")] == [3, 2, 2, 2, 1]
    assert found.f1("cue") == pytest.approx(4 / 7, abs=1e-6)  # 2 hits, 3 predicted, 4 gold
    assert found.f1("triple") == pytest.approx(2 / 7, abs=1e-6)
    assert found.share("cue_accuracy") == pytest.approx(2 / 3, abs=1e-6)
    assert found.share("source_accuracy") == pytest.approx(2 / 3, abs=1e-6)


def test_absent_cue_and_source_are_right_where_gold_has_none() -> None:
    floating = replace(LEE, cue=(), source=())
    assert scored((floating,), predict(floating))["all"].f1("triple") == 1.0
    assert scored((floating,), predict(LEE))["all"].f1("cue") == 0.0


def test_spans_alone_ignore_links_and_count_a_shared_span_once() -> None:
    shared = replace(ADDED, source=at("Ana Ruiz"))  # RUIZ has the same source span
    found = scored((RUIZ, shared), predict(RUIZ, content=at("Rents will rise"), cue=at("added"), source=at("Tom Lee")))
    spans = {name: found["all"].prf[f"span_{name}"] for name in ("source", "cue", "content", "content_norm")}
    assert [(p.hits, p.predicted, p.gold) for p in spans.values()] == [(0, 1, 1), (1, 1, 2), (0, 1, 2), (1, 1, 2)]


# --- optional gold and kinds ----------------------------------------------------------------------------------------


def test_optional_gold_is_neither_miss_nor_error() -> None:
    maybe = replace(OFFICIAL, optional=True)
    for predicted in ([predict(RUIZ)], [predict(RUIZ), predict(OFFICIAL, content=at("the plan “is dead”"))]):
        found = scored((RUIZ, maybe), *predicted)["all"]
        for name, prf in found.prf.items():
            if prf.gold and not name.startswith(("stance", "speaker", "span")):
                assert (name, prf.f1.value) == (name, 1.0)
        assert (found.gold, found.predicted, found.optional) == (1, 1, 1)


def test_a_second_prediction_on_optional_gold_is_an_error() -> None:
    maybe = replace(OFFICIAL, optional=True)
    assert scored((maybe,), predict(OFFICIAL), predict(OFFICIAL))["all"].predicted == 1


def test_per_kind_gold_of_other_kinds_is_optional() -> None:
    # LEE is found as mixed: neither an error among mixed predictions nor a hit among direct ones.
    report = scored(ALL, predict(RUIZ), predict(LEE, kind="mixed"), predict(OFFICIAL), predict(ADDED))
    direct, mixed, both = report["direct"].prf["exact"], report["mixed"].prf["exact"], report["dm"].prf["exact"]
    assert (direct.hits, direct.predicted, direct.gold) == (1, 1, 2)
    assert (mixed.hits, mixed.predicted, mixed.gold) == (1, 1, 1)
    assert (both.hits, both.predicted, both.gold) == (3, 3, 3)
    assert report["all"].share("kind_accuracy") == 0.75


# --- speakers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gold", "predicted", "right"),
    [
        (person("Vladimir Putin"), answer("VLADIMIR PUTIN"), True),
        (person("Emmanuel Macron"), answer("E. Macron"), True),
        (person("Emmanuel Macron"), answer("Brigitte Macron"), False),
        (person("Emmanuel Macron"), answer("Macron"), False),  # which Macron is the question
        (person("Macron"), answer("Emmanuel Macron"), True),
        (person("Borís Jóhnson"), answer("Boris Johnson"), True),
        (person("George W. Bush"), answer("George Bush"), True),
        (person("George W. Bush"), answer("George H. W. Bush"), False),
        (person("J. K. Rowling"), answer("J.K. Rowling"), True),
        (person("Ursula von der Leyen"), answer("Ursula Leyen"), True),
        (person("Joe Biden"), answer("President Joe Biden"), True),
        (person("Martin King"), answer("Martin King Jr."), True),
        (GoldSpeaker("Muhammad Ali", "person", ("Cassius Clay",)), answer("Cassius Clay"), True),
        (person("Dmytro Kuleba", id="dmytro-kuleba"), answer("Foreign Minister", id="dmytro-kuleba"), True),
        (GoldSpeaker("senior US official", "unnamed"), answer("White House officials", "unnamed"), True),
        (GoldSpeaker("senior US official", "unnamed"), answer("senior US official", "group"), False),
        (GoldSpeaker("senior US official", "unnamed"), answer("US diplomat", "unnamed"), False),
        (GoldSpeaker("spokesman", "unnamed"), answer("spokeswoman for the ministry", "unnamed"), True),
        (GoldSpeaker("the White House", "organization"), answer("White House", "organization"), True),
        (GoldSpeaker("United States", "country"), answer("U.S.", "country"), False),
        (GoldSpeaker("United States", "country", ("US",)), answer("U.S.", "country"), True),
        (GoldSpeaker("Biden administration", "organization"), answer("administration", "organization"), True),
        (GoldSpeaker("European Union leaders", "group"), answer("leaders", "group"), False),  # 1 of 3 words
        (GoldSpeaker("unspecified", "unnamed", any=True), answer("NATO", "organization"), True),
        (GoldSpeaker("unspecified", "unnamed", any=True), None, False),  # declining is no answer
        (person("Ana Ruiz"), None, False),
        (person("Ana Ruiz"), answer("—"), False),
    ],
)
def test_speaker_names_match(gold: GoldSpeaker, predicted: Speaker | None, right: bool) -> None:
    assert speaker_matches(gold, predicted) is right


def test_declined_speakers_are_wrong_but_not_wrong_answers() -> None:
    found = scored(
        ALL,
        predict(RUIZ, speaker=answer("Ana Ruiz")),
        predict(ADDED, speaker=answer("Tom Lee")),
        predict(LEE),
        predict(RUIZ, content=at("“Rents will rise,” said Ana Ruiz. She added that wages")),  # a false alarm
    )["all"]
    assert found.share("speaker_accuracy") == pytest.approx(1 / 3, abs=1e-6)
    assert found.share("speaker_answer_precision") == 0.5
    assert found.share("speaker_decline_rate") == pytest.approx(1 / 3, abs=1e-6)
    end_to_end = found.prf["speaker_e2e"]
    assert (end_to_end.hits, end_to_end.predicted, end_to_end.gold) == (1, 4, 4)


def test_attributions_without_a_gold_speaker_are_left_out_of_speaker_scores() -> None:
    found = scored((RUIZ, replace(LEE, speaker=None)), predict(RUIZ, speaker=answer("Ana Ruiz")), predict(LEE))["all"]
    assert found.share("speaker_accuracy") == 1.0
    assert found.f1("speaker_e2e") == 1.0


def test_unnamed_speakers_are_scored_by_head_and_by_whole_description() -> None:
    found = scored((OFFICIAL,), predict(OFFICIAL, speaker=answer("senior US official", "unnamed")))["all"]
    assert found.share("unnamed_accuracy") == 1.0
    assert found.share("unnamed_description") == 0.0  # shares 1 of 4 words with "city official"


def test_ids_within_an_article_are_scored_by_b_cubed() -> None:
    # Gold people: {1, 2, 3}, {4}. Found ids: x for 1 and 2, y for 3 and 4.
    # Precision: (1 + 1 + 1/2 + 1/2) / 4 = .75; recall: (2/3 + 2/3 + 1/3 + 1) / 4 = .6667.
    officials = [replace(gold, speaker=GoldSpeaker("city official", "unnamed")) for gold in ALL[:3]]
    officials.append(replace(OFFICIAL, speaker=GoldSpeaker("US official", "unnamed")))
    ids = ["x", "x", "y", "y"]
    predicted = [predict(g, speaker=answer("official", "unnamed", id=i)) for g, i in zip(officials, ids, strict=True)]
    found = scored(tuple(officials), *predicted)["all"]
    assert found.share("unnamed_b3_precision") == 0.75
    assert found.share("unnamed_b3_recall") == pytest.approx(2 / 3, abs=1e-6)
    assert found.b3_f1["unnamed_b3"].value == pytest.approx(12 / 17, abs=1e-6)


def test_each_declined_speaker_is_a_person_of_its_own() -> None:
    found = scored((RUIZ, ADDED), predict(RUIZ), predict(ADDED))["all"]
    assert found.share("speaker_b3_precision") == 1.0
    assert found.share("speaker_b3_recall") == 0.5


# --- stances --------------------------------------------------------------------------------------------------------


def test_stances_are_scored_by_target_label_and_end_to_end() -> None:
    gold = (
        replace(
            RUIZ,
            stances=(
                GoldStance("sanctions", ("favor", "neutral")),
                GoldStance("diplomacy", ("against",)),
                GoldStance("nato", ("favor",), optional=True),
            ),
        ),
        replace(LEE, stances=(GoldStance("sanctions", ("against",)),)),
    )
    stances = (
        Stance("sanctions", "neutral", 1.0, "rule"),
        Stance("diplomacy", "favor", 1.0, "rule"),
        Stance("nato", "against", 1.0, "rule"),  # optional: not looked at
        Stance("sovereignty", "favor", 1.0, "rule"),  # not addressed
    )
    found = scored(gold, replace(predict(RUIZ), stances=stances))["all"]
    target, end_to_end = found.prf["stance_target"], found.prf["stance_e2e"]
    assert (target.hits, target.predicted, target.gold) == (2, 3, 2)
    assert found.share("stance_label_accuracy") == 0.5
    assert (end_to_end.hits, end_to_end.predicted, end_to_end.gold) == (1, 3, 3)


def test_stance_scores_are_empty_where_there_are_none() -> None:
    found = scored((RUIZ,), predict(RUIZ))["all"]
    assert found.f1("stance_target") is None
    assert found.f1("stance_e2e") is None
    assert found.share("stance_label_accuracy") is None


# --- intervals and properties ---------------------------------------------------------------------------------------


def _two_articles() -> tuple[list[GoldDocument], dict[str, list[Attribution]]]:
    documents = [GoldDocument("a", TEXT, ALL), GoldDocument("b", TEXT, ALL)]
    return documents, {"a": perfect(documents[0])}


def test_intervals_resample_articles() -> None:
    documents, predicted = _two_articles()
    exact = score(documents, predicted)["all"].prf["exact"]
    # Resamples are {a, a}, {a, b}, {b, b}: recall 1, .5, 0.
    assert (exact.recall.value, exact.recall.low, exact.recall.high) == (0.5, 0.0, 1.0)
    assert (exact.precision.value, exact.precision.low, exact.precision.high) == (1.0, 1.0, 1.0)


def test_intervals_repeat_with_the_seed_and_need_two_articles() -> None:
    documents, predicted = _two_articles()
    assert score(documents, predicted, seed=3) == score(documents, predicted, seed=3)
    assert score(documents[:1], predicted)["all"].prf["exact"].f1.low is None
    assert score(documents, predicted, resamples=0)["all"].prf["exact"].f1.low is None


@pytest.fixture(scope="module")
def seed_gold(repository: Path) -> list[GoldDocument]:
    return read_gold(repository / "seeds" / "gold", articles=repository / "seeds" / "articles")


def test_gold_against_itself_is_perfect(seed_gold: list[GoldDocument]) -> None:
    report = score(seed_gold, {document.id: perfect(document) for document in seed_gold})
    assert report["all"].gold == 41
    for kind in KINDS:
        scores = report[kind]
        found = {name: prf.f1.value for name, prf in scores.prf.items()}
        found |= {name: rate.share.value for name, rate in scores.rates.items() if name != "speaker_decline_rate"}
        found |= {name: estimate.value for name, estimate in scores.b3_f1.items()}
        assert {name: value for name, value in found.items() if value not in (None, 1.0)} == {}
    assert errors(seed_gold, {document.id: perfect(document) for document in seed_gold}) == []


def test_swapping_gold_and_prediction_swaps_precision_and_recall() -> None:
    ours = (RUIZ, ADDED, LEE)
    theirs = (replace(RUIZ, content=at("Rents will ris")), OFFICIAL)
    forth = scored(ours, *(predict(gold) for gold in theirs))["all"]
    back = scored(theirs, *(predict(gold) for gold in ours))["all"]
    for name in ("exact", "relaxed", "char", "token", "cue", "source", "triple", "span_cue"):
        assert forth.prf[name].precision.value == back.prf[name].recall.value
        assert forth.prf[name].f1.value == back.prf[name].f1.value


@given(st.data())
def test_the_order_of_gold_and_predictions_does_not_matter(data: st.DataObject) -> None:
    # Thirds of a short text, so that equal overlaps and ties are common.
    edges = st.tuples(st.integers(0, 7), st.integers(1, 4)).map(lambda p: (TextSpan(p[0] * 3, (p[0] + p[1]) * 3),))
    gold = [replace(RUIZ, content=c) for c in data.draw(st.lists(edges, max_size=6, unique=True))]
    predicted = [predict(RUIZ, content=c) for c in data.draw(st.lists(edges, max_size=6, unique=True))]
    first = scored(tuple(gold), *predicted)
    rng = random.Random(data.draw(st.integers(0, 99)))
    rng.shuffle(gold)
    rng.shuffle(predicted)
    assert scored(tuple(gold), *predicted) == first


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 40)), min_size=1, max_size=5), st.integers(0, 3))
def test_shared_characters_equal_the_intersection_of_sets(pieces: list[tuple[int, int]], cut: int) -> None:
    text = "a" * 100
    spans = [TextSpan(start, start + length) for start, length in pieces]
    ours, theirs = norm_spans(text, tuple(spans)), norm_spans(text, tuple(spans[cut:]) or (TextSpan(5, 50),))
    sets = [{i for span in group for i in range(span.start, span.end)} for group in (ours, theirs)]
    assert shared_characters(ours, theirs) == len(sets[0] & sets[1])


def test_pairing_nothing_with_nothing_is_empty() -> None:
    assert pair_attributions([], [], optional=[]) == []


def test_empty_gold_and_empty_text_score_as_nothing() -> None:
    report = score([GoldDocument("a", "", ())], {}, resamples=10)
    assert all(prf.f1.value is None for prf in report["all"].prf.values())
    assert score([], {}).articles == 0


def test_a_span_beyond_the_article_is_refused() -> None:
    long = predict(RUIZ, text=TEXT * 2, content=(TextSpan(5, len(TEXT) + 5),))
    with pytest.raises(InputError, match=r"ends beyond the \d+ characters of article 'a'"):
        scored((RUIZ,), long)


# --- report and differences -----------------------------------------------------------------------------------------


def test_report_follows_its_published_schema(repository: Path, seed_gold: list[GoldDocument]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema: dict[str, Any] = json.loads((repository / "sayso" / "schemas" / "evaluation.json").read_text("utf-8"))
    for predicted in ({}, {document.id: perfect(document) for document in seed_gold}):
        jsonschema.validate(score(seed_gold, predicted).to_json(), schema)
        assert "NaN" not in json.dumps(score(seed_gold, predicted).to_json())


def test_summary_has_one_line_per_kind() -> None:
    lines = scored(ALL, predict(RUIZ)).summary().splitlines()
    assert lines[1].split()[:5] == ["kind", "gold", "pred", "exact", "relaxed"]
    assert lines[2].split()[:5] == ["all", "4", "1", ".400", ".400"]
    assert [line.split()[0] for line in lines[2:]] == list(KINDS)


def test_errors_name_what_differs_with_both_texts() -> None:
    predicted = [
        predict(RUIZ, content=at("Rents will rise,” said"), cue=(), speaker=answer("Tom Lee")),
        predict(OFFICIAL, content=at("told reporters")),
    ]
    found = errors([GoldDocument("a", TEXT, (RUIZ, ADDED))], {"a": predicted})
    assert [error.type for error in found] == ["boundary", "cue", "speaker", "miss", "false_alarm"]
    boundary, _, _, miss, false_alarm = found
    assert boundary.gold is not None
    assert boundary.gold["content"] == "“Rents will rise,”"
    assert boundary.predicted is not None
    assert boundary.predicted["content"] == "Rents will rise,” said"
    assert boundary.iou == pytest.approx(15 / 22, abs=1e-3)
    assert miss.predicted is None
    assert miss.kind == "indirect"
    assert false_alarm.gold is None
    assert json.loads(json.dumps(false_alarm.to_json()))["type"] == "false_alarm"


def test_optional_gold_gives_no_error_line() -> None:
    document = GoldDocument("a", TEXT, (replace(RUIZ, optional=True), replace(LEE, optional=True)))
    assert errors([document], {"a": [predict(RUIZ, content=at("Rents will ris"))]}) == []


def test_scoring_a_corpus_is_quick() -> None:
    many = [GoldDocument(str(i), TEXT * 60, ALL) for i in range(84)]
    predicted = {d.id: [predict(g, article_id=d.id, text=d.text) for g in ALL * 6] for d in many}
    spent: Callable[[], float] = time.process_time
    start = spent()
    score(many, predicted)
    assert spent() - start < 4.0  # .5 s where it was written; shared machines pause
