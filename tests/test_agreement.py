"""Agreement, adjudication and the queue: figures against known values, verdicts, filters, orders."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace

import krippendorff
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from reviewing import make_items, seven_quotes
from sayso.attribution.errors import ConfigError
from sayso.attribution.types import TextSpan
from sayso.labeling.adjudication import find_disagreements, resolve
from sayso.labeling.agreement import Unit, krippendorff_alpha, measure_agreement, measure_nominal
from sayso.labeling.review_filter import parse_filter
from sayso.labeling.review_items import Changes, Decision, Event, ReviewItem, SpeakerAnswer, StanceAnswer
from sayso.labeling.review_queue import disagreement, make_queue, uncertainty
from sayso.labeling.review_state import ItemState, Reviewed, ReviewState

# The worked example of Krippendorff's "Computing Krippendorff's Alpha-Reliability" (four observers, twelve units).
OBSERVERS = {
    "A": [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    "B": [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    "C": [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    "D": [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
}


def units_of(columns: Mapping[str, Sequence[Hashable | None]]) -> list[Unit]:
    length = len(next(iter(columns.values())))
    return [
        Unit(f"u{i}", "d", {name: answers[i] for name, answers in columns.items() if answers[i] is not None})
        for i in range(length)
    ]


def review(name: str, answers: Sequence[tuple[ReviewItem, Decision]], *, seen: bool = True) -> Reviewed:
    """Return what an annotator says after these decisions about the seven quotations."""
    state = ReviewState(make_items(seven_quotes()), annotator=name)
    for seq, (item, decision) in enumerate(answers, start=2):
        state.take(Event(seq, "", "decision", 1, item=item.ref(), decision=decision, seen=seen))
    return state.reviewed()


def stance(label: str | None, action: str = "accept") -> Decision:
    return Decision(action, Changes(stances=(StanceAnswer("rents", label),)))  # type: ignore[arg-type]


def test_alpha_is_that_of_the_worked_example() -> None:
    assert measure_nominal(units_of(OBSERVERS)).alpha.value == pytest.approx(0.743, abs=0.0005)


def test_kappa_of_two_is_cohens() -> None:
    one = list("aabbbccabcabcabb")
    other = list("aabbcccabcacaabb")
    found = measure_nominal(units_of({"A": one, "B": other}))
    assert found.kappa.value == pytest.approx(cohen_kappa_score(one, other), abs=1e-6)
    assert found.percent.value == pytest.approx(sum(a == b for a, b in zip(one, other, strict=True)) / 16, abs=1e-6)


def test_kappa_of_more_is_fleiss() -> None:
    # Fleiss (1971) in small, by hand: three raters, four units, P = (1 + 1/3 + 1 + 1/3) / 4, Pe = (7/12)² + (5/12)².
    found = measure_nominal(units_of({"A": list("xxyy"), "B": list("xxyx"), "C": list("xyyy")}))
    observed, expected = (1 + 1 / 3 + 1 + 1 / 3) / 4, (6 / 12) ** 2 + (6 / 12) ** 2
    assert found.kappa.value == pytest.approx((observed - expected) / (1 - expected), abs=1e-6)


@given(st.lists(st.tuples(*[st.sampled_from(["a", "b", "c", None])] * 3), min_size=2, max_size=12))
def test_our_alpha_for_intervals_is_the_packages(rows: list[tuple[str | None, ...]]) -> None:
    units = [u for u in units_of({n: [r[i] for r in rows] for i, n in enumerate("ABC")}) if len(u.answers) > 1]
    found = measure_nominal(units, resamples=20)
    expected = krippendorff_alpha(units)
    assert found.alpha.value == expected
    if expected is not None and found.alpha.low is not None:
        assert -1 <= found.alpha.low <= found.alpha.high <= 1  # type: ignore[operator]


def test_alpha_equals_the_package_called_directly() -> None:
    rows = [["nan" if answer is None else str(answer) for answer in answers] for answers in OBSERVERS.values()]
    numbers = [[float(answer) for answer in answers] for answers in rows]
    expected = krippendorff.alpha(reliability_data=numbers, level_of_measurement="nominal")
    assert krippendorff_alpha(units_of(OBSERVERS)) == pytest.approx(expected, abs=1e-6)


def test_a_report_takes_blind_and_shown_apart() -> None:
    items = make_items(seven_quotes())
    ana = review("Ana", [(item, stance("favor")) for item in items[:4]], seen=False)
    tom = review("Tom", [(item, stance("favor" if n else "against")) for n, item in enumerate(items[:4])], seen=False)
    report = measure_agreement([ana, tom], resamples=50)
    assert report.questions["shown"]["stance"].whole.units == 0
    blind = report.questions["blind"]["stance"]
    assert blind.whole.units == 4
    assert blind.whole.percent.value == 0.75
    assert blind.targets["rents"].percent.value == 0.75
    assert blind.labels["against"].percent.value == 0.75
    assert set(blind.pairs) == {"Ana / Tom"}
    assert report.spans["all"]["content"].exact.value == 1
    low, high = blind.whole.percent.low, blind.whole.percent.high
    assert low is not None
    assert high is not None
    assert low < 0.75 < high
    assert report.to_json() == measure_agreement([ana, tom], resamples=50).to_json()


def test_edited_edges_count_in_span_agreement() -> None:
    item = make_items(seven_quotes())[0]
    whole = item.attribution.content_spans[0]
    shorter = Changes(content=(TextSpan(whole.start, whole.end - 3),))
    report = measure_agreement(
        [review("Ana", [(item, Decision("accept"))]), review("Tom", [(item, Decision("accept", shorter))])], resamples=0
    )
    assert report.spans["all"]["content"].exact.value == 0
    assert report.spans["all"]["content"].overlap.value == 1


def test_being_asked_again_measures_the_annotator_and_changes_nothing() -> None:
    item = make_items(seven_quotes())[1]
    state = ReviewState(make_items(seven_quotes()), annotator="Ana")
    for seq, (decision, again) in enumerate([(stance("favor"), False), (stance("against"), True)], start=2):
        state.take(Event(seq, "", "decision", 1, item=item.ref(), decision=decision, seen=True, recheck=again))
    reviewed = state.reviewed()
    assert [s.label for s in reviewed.states[item.id].attribution.stances] == ["favor"]
    found = measure_agreement([reviewed], resamples=0).selves["Ana"]
    assert found.percent is not None
    assert 0 < found.percent < 1


def test_adjudicated_wins_over_unanimous_over_majority_and_a_tie_is_unclear() -> None:
    items = make_items(seven_quotes())
    votes = {0: "favor favor favor", 1: "favor favor against", 2: "favor against neutral", 3: "favor favor favor"}
    reviews = [
        review(name, [(items[i], stance(given.split()[n])) for i, given in votes.items()])
        for n, name in enumerate(("Ana", "Tom", "Zoe"))
    ]
    judge = review("Judge", [(items[3], stance("against", "edit"))])
    resolution = resolve(items, reviews, [judge])
    labels = {a.content: [(s.label, s.origin, s.confidence) for s in a.stances] for a in resolution.attributions}
    found = [labels[item.attribution.content] for item in items]
    assert found[0] == [("favor", "human:Ana+Tom+Zoe", 1.0)]
    assert found[1] == [("favor", "human:Ana+Tom", 0.6667)]
    assert found[2] == [("unclear", "human:Ana+Tom+Zoe", 0.0)]
    assert found[3] == [("against", "human:Judge", 1.0)]
    assert found[4] == []
    assert [(tie.item_id, tie.question) for tie in resolution.ties] == [(items[2].id, "stance:rents")]
    assert set(find_disagreements(reviews, settled=[judge])) == {items[1].id, items[2].id}


def test_rejected_split_merged_and_added_ones_come_out_right() -> None:
    items = make_items(seven_quotes())
    first = items[1].attribution.content_spans[0]
    halves = tuple(
        Changes(content=(span,))
        for span in (TextSpan(first.start, first.start + 9), TextSpan(first.start + 9, first.end))
    )
    state = ReviewState(items, annotator="Ana")
    missed = Changes(kind="indirect", content=(TextSpan(1, 6),), speaker=SpeakerAnswer("Ana Ruiz", "person"))
    steps = [
        (items[0].ref(), Decision("reject")),
        (items[1].ref(), Decision("split", parts=halves)),
        (items[2].ref(), Decision("merge", others=(items[3].ref(),))),
        (replace(items[0].ref(), id="a_new", content=(TextSpan(1, 6),), suggested=None), Decision("add", missed)),
    ]
    for seq, (ref, decision) in enumerate(steps, start=2):
        state.take(Event(seq, "", "decision", 1, item=ref, decision=decision, seen=True))
    found = resolve(items, [state.reviewed()]).attributions
    spans = [a.content_spans for a in found]
    assert spans[:3] == [(TextSpan(1, 6),), halves[0].content, halves[1].content]
    assert spans[3] == items[2].attribution.content_spans + items[3].attribution.content_spans
    assert len(found) == 7
    assert [a.origin for a in found[:4]] == ["human:Ana"] * 4
    assert all(a.content == " … ".join(s.of(items[0].article.text) for s in a.content_spans) for a in found)


@pytest.mark.parametrize(("second", "stands"), [("adds", True), ("completes", False), ("silent", True)])
def test_an_added_quotation_needs_that_nobody_found_nothing_missing(second: str, stands: bool) -> None:
    items = make_items(seven_quotes())

    def added(span: TextSpan) -> Event:
        ref = replace(items[0].ref(), id=f"a_{span.end}", content=(span,), suggested=None)
        decision = Decision("add", Changes(kind="indirect", content=(span,)))
        return Event(2, "", "decision", 1, item=ref, decision=decision, seen=True)

    ana, tom = (ReviewState(items, annotator=name) for name in ("Ana", "Tom"))
    ana.take(added(TextSpan(1, 20)))
    if second == "adds":
        tom.take(added(TextSpan(1, 16)))  # about the same place: the same quotation
    if second == "completes":
        tom.take(Event(2, "", "complete", 1, article_id="town", text_sha256=items[0].text_sha256, on=True))
    resolution = resolve(items, [ana.reviewed(), tom.reviewed()])
    extra = [found for found in resolution.attributions if "review.add" in found.why]
    assert len(extra) == stands
    assert len(resolution.attributions) == 7 + stands
    assert bool(resolution.ties) is (second != "silent")


def states() -> dict[str, ItemState]:
    return {item.id: ItemState(item, item.attribution) for item in make_items(seven_quotes())}


@pytest.mark.parametrize(
    ("expression", "matches"),
    [
        ('speaker ~ "ruiz"', [0, 2, 4, 6]),
        ("speaker = 'Tom Lee' and stance.confidence < 0.7", [1, 3, 5]),
        ("stance == none", [0, 2, 4, 6]),
        ("stance:rents == against and not (confidence >= 0.7)", [1]),
        ("stance:parks == none and kind in (direct, mixed) and words > 3", [0, 1, 2, 3, 4, 5, 6]),
        ("content ~ 'street 4' or content ~ \"STREET 5\"", [4, 5]),
        ("flagged or nested", []),
        ("not flagged and content !~ street", []),
        ("date > 2024-02 and date <= '2024-03-01' and status == open", [0, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_a_filter_keeps_what_it_says(expression: str, matches: list[int]) -> None:
    fits = parse_filter(expression)
    assert [number for number, state in enumerate(states().values()) if fits(state)] == matches


@pytest.mark.parametrize(
    ("expression", "column", "told"),
    [
        ("speker ~ x", 1, "did you mean 'speaker'"),
        ("speaker ~ ", 11, "expected a value"),
        ("speaker", 8, "expected =="),
        ('speaker ~ "x', 11, "without its partner"),
        ("(speaker ~ x", 13, r"expected \)"),
        ("speaker ~ x y", 13, "expected `and`"),
        ("speaker < 3", 11, "has no order"),
        ("confidence < high", 14, "needs a number"),
        ("confidence < 0.5; import os", 17, "means nothing"),
        ("and", 1, "expected a field"),
        ("kind in direct", 9, r"expected \("),
        ("", 1, "expected a field"),
        ("not " * 60 + "flagged", 201, "nested deeper"),
    ],
)
def test_a_filter_that_can_not_be_read_says_where(expression: str, column: int, told: str) -> None:
    with pytest.raises(ConfigError, match=f"column {column}: .*{told}"):
        parse_filter(expression)


@given(st.text(alphabet=" ()'\"=<>~!,.:andortispek0", max_size=40))
def test_no_text_breaks_the_filter(text: str) -> None:
    try:
        fits = parse_filter(text)
    except ConfigError:
        return
    assert all(fits(state) in (True, False) for state in states().values())


def test_orders_put_first_what_they_say() -> None:
    every = states()
    numbers = {item_id: number for number, item_id in enumerate(every)}
    queue = {
        order: [numbers[entry.item_id] for entry in make_queue(every, order=order, seed=3)]
        for order in ("document", "uncertainty", "random", "disagreement")
    }
    assert queue["document"] == list(range(7))
    values = [uncertainty(state.item) for state in every.values()]
    assert [values[n] for n in queue["uncertainty"]] == sorted(values, reverse=True)
    assert sorted(queue["random"]) == list(range(7))
    fewer = dict(list(every.items())[:5])
    assert [numbers[e.item_id] for e in make_queue(fewer, order="random", seed=3)] == [
        n for n in queue["random"] if n < 5
    ]
    with pytest.raises(ConfigError, match="allowed: uncertainty"):
        make_queue(every, order="best")


def test_disagreement_comes_first() -> None:
    items = make_items(seven_quotes())
    others = [
        review("Ana", [(items[4], stance("favor")), (items[5], stance("favor"))]),
        review("Tom", [(items[4], stance("against")), (items[5], stance("favor"))]),
    ]
    assert disagreement(items[4].id, others) > 0 == disagreement(items[5].id, others)
    assert make_queue(states(), order="disagreement", others=others)[0].item_id == items[4].id


def test_some_answered_items_are_asked_once_more() -> None:
    items = make_items(seven_quotes())
    reviewed = review("Ana", [(item, stance("favor")) for item in items[:4]])
    queue = make_queue(reviewed.states, recheck=50)
    assert sum(entry.recheck for entry in queue) == 2
    assert {entry.item_id for entry in queue if not entry.recheck} == {item.id for item in items[4:]}
    again = [entry.item_id for entry in queue if entry.recheck]
    events = [Event(9, "", "decision", 1, item=items[0].ref(), decision=stance("favor"), seen=True, recheck=True)]
    events = [replace(events[0], item=replace(items[0].ref(), id=item_id)) for item_id in again]
    assert not set(again) & {entry.item_id for entry in make_queue(reviewed.states, recheck=50, events=events)}
    with pytest.raises(ConfigError, match="0 to 100"):
        make_queue(reviewed.states, recheck=101)
