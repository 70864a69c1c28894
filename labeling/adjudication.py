"""From what several annotators say to one result: who agrees, what is disputed, and what counts in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sayso.attribution.types import Attribution, Speaker, Stance, StanceLabel

from .review_items import Changes, ReviewItem, content_overlap
from .review_queue import answers_of
from .review_state import MIN_OVERLAP, ItemState, Reviewed, change_attribution

VerdictSource = Literal["single", "unanimous", "majority", "adjudicated", "tie"]

UNDECIDED_LABEL: StanceLabel = "unclear"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One question about one item: what each annotator answered, and what counts.

    `answer` of a tie is what was suggested (a stance: `unclear`). `source` says what decided.
    """

    item_id: str
    question: str
    """exists, pieces, kind, content, cue, source, speaker or stance:TARGET."""
    answers: tuple[tuple[str, object], ...]
    """(annotator, answer), in the annotators' order; adjudicators come last."""
    answer: object
    source: VerdictSource

    @property
    def disputed(self) -> bool:
        """Whether two answers differ, adjudicators' included."""
        return len({answer for _, answer in self.answers}) > 1


@dataclass(frozen=True, slots=True)
class Resolution:
    """What counts in the end: the attributions of each reviewed text, every verdict, and the ties among them."""

    attributions: tuple[Attribution, ...]
    verdicts: tuple[Verdict, ...]
    removed: frozenset[str]
    """Ids of items that are no attributions of the result: no quotation, or replaced by others."""
    ids: Mapping[str, str]
    """By item: the id of its attribution in the result, which follows its spans."""

    @property
    def ties(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if verdict.source == "tie")


def find_disagreements(reviewed: Sequence[Reviewed], *, settled: Sequence[Reviewed] = ()) -> dict[str, list[Verdict]]:
    """Return by item id the questions that annotators answered differently and nobody of `settled` has answered yet."""
    found: dict[str, list[Verdict]] = {}
    everybody = align([*reviewed, *settled])
    for verdict in decide_all(everybody[: len(reviewed)], everybody[len(reviewed) :]):
        if verdict.disputed and verdict.source != "adjudicated":
            found.setdefault(verdict.item_id, []).append(verdict)
    return found


def align(reviewed: Sequence[Reviewed]) -> list[Reviewed]:
    """Return the same reviews where quotations that two annotators added at about the same place share one id.

    Of the same text, with half of the content in common; the first annotator's id stays.
    """
    first_of: dict[str, list[ReviewItem]] = {}
    aligned = []
    common = set.intersection(*(set(one.states) for one in reviewed)) if reviewed else set()
    for one in reviewed:
        states: dict[str, ItemState] = {}
        names: dict[str, str] = {}
        for item_id, state in one.states.items():
            if item_id in common or "review.add" not in state.item.attribution.why:
                states[item_id] = state
                continue
            known = first_of.setdefault(state.item.text_sha256, [])
            content = state.attribution.content_spans
            near = [item for item in known if content_overlap(item.attribution.content_spans, content) >= MIN_OVERLAP]
            if near and near[0].id not in one.states:
                names[item_id] = near[0].id
                states[near[0].id] = replace(state, item=near[0])
            else:
                known.append(state.item)
                states[item_id] = state
        aligned.append(replace(one, states=states))
    return aligned


def decide_all(annotators: Sequence[Reviewed], adjudicators: Sequence[Reviewed] = ()) -> list[Verdict]:
    """Return one verdict for each question that anybody answered, in the order of items, then questions.

    An adjudicator's answer counts before a unanimous one, that before a majority of more than half. Whoever declared
    an article complete, and did not add a quotation that others added, says that it is none.
    """
    order = dict.fromkeys(item_id for one in (*annotators, *adjudicators) for item_id in one.states)
    verdicts = []
    for item_id in order:
        given = _answers(item_id, annotators)
        final = _answers(item_id, adjudicators)
        questions = dict.fromkeys(q for _, answers in (*given, *final) for q in answers)
        suggested = _suggested(item_id, (*annotators, *adjudicators))
        for question in questions:
            votes = [(name, answers[question]) for name, answers in given if question in answers]
            settled = [(name, answers[question]) for name, answers in final if question in answers]
            answer, source = _decide(question, votes, settled, suggested)
            verdicts.append(Verdict(item_id, question, (*votes, *settled), answer, source))
    return verdicts


def resolve(
    items: Iterable[ReviewItem], annotators: Sequence[Reviewed], adjudicators: Sequence[Reviewed] = ()
) -> Resolution:
    """Return what the reviews make of `items` (one article's or many): those nobody looked at stay as they are.

    The result is in text order. Where ids change with the spans, `nested_in` follows; it is cleared where what held
    the attribution was removed.
    """
    everybody = align([*annotators, *adjudicators])
    annotators, adjudicators = everybody[: len(annotators)], everybody[len(annotators) :]
    verdicts = decide_all(annotators, adjudicators)
    by_item: dict[str, dict[str, Verdict]] = {}
    for verdict in verdicts:
        by_item.setdefault(verdict.item_id, {})[verdict.question] = verdict
    states: dict[str, list[tuple[str, ItemState]]] = {}
    for one in (*adjudicators, *annotators):
        for item_id, state in one.states.items():
            states.setdefault(item_id, []).append((one.annotator, state))
    known = {item.id: item for item in items}
    for item_id, voiced in states.items():
        known.setdefault(item_id, voiced[0][1].item)
    removed: set[str] = set()
    renamed: dict[str, str] = {}
    found: list[tuple[str, Attribution]] = []
    for item_id, item in known.items():
        decided = by_item.get(item_id, {})
        if not _stands(item, decided, by_item):
            removed.add(item_id)
            continue
        made = _make(item, decided, states.get(item_id, []))
        renamed[item_id] = made.id
        found.append((item.article.id, made))
    final: dict[str, Attribution] = {}
    for _, attribution in sorted(found, key=lambda pair: (pair[1].content_spans, pair[1].cue_spans)):
        holder = attribution.nested_in
        if holder is not None:
            holder = None if holder in removed else renamed.get(holder, holder)
        if attribution.id not in final:
            final[attribution.id] = replace(attribution, nested_in=None if holder == attribution.id else holder)
    return Resolution(tuple(final.values()), tuple(verdicts), frozenset(removed), renamed)


def _answers(item_id: str, reviewed: Sequence[Reviewed]) -> list[tuple[str, dict[str, object]]]:
    given = []
    for one in reviewed:
        state = one.states.get(item_id)
        if state is not None:
            given.append((one.annotator, answers_of(state)))
            continue
        added = _added_elsewhere(item_id, reviewed)
        if added is not None and (added.item.article.id, added.item.text_sha256) in one.complete:
            given.append((one.annotator, {"exists": False}))
    return given


def _added_elsewhere(item_id: str, reviewed: Sequence[Reviewed]) -> ItemState | None:
    for one in reviewed:
        state = one.states.get(item_id)
        if state is not None and "review.add" in state.item.attribution.why:
            return state
    return None


def _suggested(item_id: str, reviewed: Sequence[Reviewed]) -> Attribution:
    return next(one.states[item_id].item.attribution for one in reviewed if item_id in one.states)


def _decide(
    question: str, votes: Sequence[tuple[str, object]], settled: Sequence[tuple[str, object]], suggested: Attribution
) -> tuple[object, VerdictSource]:
    for answers, alone, together in ((settled, "adjudicated", "adjudicated"), (votes, "single", "unanimous")):
        if not answers:
            continue
        counts = Counter(answer for _, answer in answers)
        best, count = counts.most_common(1)[0]
        if len(counts) == 1:
            source: Any = alone if len(answers) == 1 else together
            return best, source
        if 2 * count > len(answers):
            return best, "adjudicated" if alone == "adjudicated" else "majority"
    return _suggested_answer(question, suggested), "tie"


def _suggested_answer(question: str, suggested: Attribution) -> object:
    if question.startswith("stance:"):
        return UNDECIDED_LABEL
    answers: dict[str, object] = {
        "exists": "review.add" not in suggested.why,
        "kind": suggested.kind,
        "content": suggested.content_spans,
        "cue": suggested.cue_spans,
        "source": suggested.source_spans,
        "speaker": None if suggested.speaker is None else suggested.speaker.id,
    }
    return answers.get(question, ())


def _stands(item: ReviewItem, decided: Mapping[str, Verdict], by_item: Mapping[str, Mapping[str, Verdict]]) -> bool:
    """Return whether the item is an attribution of the result."""
    if "exists" in decided and decided["exists"].answer is False:
        return False
    pieces = decided.get("pieces")
    if pieces is not None and _replaced(pieces, decided):
        return item.id in (pieces.answer if isinstance(pieces.answer, tuple) else ())
    if item.based_on is not None:
        whole = by_item.get(item.based_on, {})
        split = whole.get("pieces")
        return (
            split is not None
            and _replaced(split, whole)
            and isinstance(split.answer, tuple)
            and item.id in split.answer
        )
    return True


def _replaced(pieces: Verdict, decided: Mapping[str, Verdict]) -> bool:
    """Return whether those who took the item apart outvote those who kept it whole."""
    if pieces.source in ("tie", "adjudicated"):
        return pieces.source == "adjudicated"
    whole = {name for name, answer in decided["exists"].answers if answer is True} - {n for n, _ in pieces.answers}
    final = decided["exists"].source == "adjudicated"
    return not final and len(pieces.answers) > len(whole)


def _make(item: ReviewItem, decided: Mapping[str, Verdict], voiced: Sequence[tuple[str, ItemState]]) -> Attribution:
    """Return the item's attribution with the verdicts in it."""
    if not decided:
        return item.attribution
    base = voiced[0][1].attribution if "review.add" in item.attribution.why else item.attribution
    by = "+".join(dict.fromkeys(name for verdict in decided.values() for name in _winners(verdict))) or "none"
    spans: dict[str, Any] = {
        name: decided[name].answer for name in ("kind", "content", "cue", "source") if name in decided
    }
    present = {
        "kind": base.kind,
        "content": base.content_spans,
        "cue": base.cue_spans,
        "source": base.source_spans,
    }
    changed = {name: answer for name, answer in spans.items() if answer != present[name]}
    made = change_attribution(item.article.text, item.text_sha256, base, Changes(**changed), by=by)
    looked_at = {reason for _, state in voiced for reason in state.attribution.why if reason.startswith("review.")}
    why = (*made.why, *sorted(looked_at - set(made.why)))
    made = replace(made, origin=f"human:{by}", why=why)
    if set(spans) == set(present):
        made = replace(made, confidence=1.0)
    if "speaker" in decided:
        made = replace(made, speaker=_speaker(decided["speaker"], item, voiced))
    stances = {stance.target: stance for stance in made.stances}
    for question, verdict in decided.items():
        if question.startswith("stance:"):
            target = question.removeprefix("stance:")
            stance = _stance(target, verdict, voiced)
            if stance is not None:
                stances[target] = stance
            else:
                stances.pop(target, None)
    return replace(made, stances=tuple(stances.values()))


def _winners(verdict: Verdict) -> list[str]:
    return [name for name, answer in verdict.answers if answer == verdict.answer or verdict.source == "tie"]


def _speaker(verdict: Verdict, item: ReviewItem, voiced: Sequence[tuple[str, ItemState]]) -> Speaker | None:
    if verdict.source == "tie":
        return item.attribution.speaker
    for name in _winners(verdict):
        for voice, state in voiced:
            if voice == name:
                return None if state.attribution.speaker is None else replace(state.attribution.speaker, confidence=1.0)
    return item.attribution.speaker


def _stance(target: str, verdict: Verdict, voiced: Sequence[tuple[str, ItemState]]) -> Stance | None:
    names = _winners(verdict)
    if verdict.source == "tie":
        return Stance(target, UNDECIDED_LABEL, 0.0, f"human:{'+'.join(names)}")
    for voice, state in voiced:
        if voice not in names:
            continue
        for stance in state.attribution.stances:
            if stance.target == target:
                share = len(names) / len(verdict.answers)
                confidence = 1.0 if verdict.source == "adjudicated" else round(share, 4)
                return replace(stance, origin=f"human:{'+'.join(names)}", confidence=confidence)
    return None
