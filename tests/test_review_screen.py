"""The review screen: driven by keys alone, drawn at two sizes, harmless whatever the article holds."""

from __future__ import annotations

import asyncio
import io
import re
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.attribution.errors import ConfigError
from sayso.attribution.gold import GoldAttribution, read_gold
from sayso.attribution.types import (
    QUOTE_KINDS,
    Article,
    Spans,
    Speaker,
    Stance,
    TextSpan,
    make_attribution,
)
from sayso.labeling.codebook import read_codebook
from sayso.labeling.review_items import ReviewItem
from sayso.labeling.review_log import ReviewLog, read_log, verify_logs
from sayso.labeling.review_queue import QueueEntry
from sayso.labeling.review_screen.controller import Controller, PickSpeaker, Selecting
from sayso.labeling.review_screen.drawing import Painter
from sayso.labeling.review_screen.guide import guideline_lines
from sayso.labeling.review_screen.keys import ACTIONS, KeyMap, key_table
from sayso.labeling.review_screen.pace import Pace, show_duration
from sayso.labeling.review_screen.passage import SIGNS, STYLES, Mark, MarkPart, draw_passage, fold, marked_lines
from sayso.labeling.review_screen.plain import run_plain
from sayso.labeling.review_screen.session import Session, guess_kind
from sayso.labeling.review_screen.speakers import SpeakerChoice, Speakers
from sayso.labeling.review_screen.words import Words
from sayso.labeling.review_state import apply
from sayso.terminal import safe_line
from sayso.view import SIGNS as SHOW_SIGNS
from sayso.view import STYLES as SHOW_STYLES

TEXT = (
    "Alder argues about rents\n\n"
    "Mayor Ana Ruiz said that rents in Alder would be capped. “We waited too long,” she told the council on Monday, "
    "“and families left.” The hall was full.\n\n"
    "A senior housing official warned that the cap could “empty half the market”. Tom Lee of the tenants' league "
    "answered: “The market was empty before. Nobody builds.”\n\n"
    "The council votes in May.\n"
)
ARTICLE = Article("alder-1", TEXT, title="Alder argues about rents", date="2024-03-01", publisher="The Alder Post")
KNOWN = (
    SpeakerChoice("ana-ruiz", "Ana Ruiz", "person", ("Anna Ruiz",), "mayor, alder"),
    SpeakerChoice("bo-ruiz", "Bo Ruiz", "person", (), "minister, alder"),
    SpeakerChoice("tom-lee", "Tom Lee", "person", (), "tenants' league"),
    SpeakerChoice("alder-council", "Alder council", "organization", ("the council",), "organization"),
)


def span_of(part: str, text: str = TEXT) -> TextSpan:
    start = text.index(part)
    return TextSpan(start, start + len(part))


def make_item(
    *content: str, cue: str = "", source: str = "", kind: Any = "direct", name: str = "Ana Ruiz", sure: float = 0.9
) -> ReviewItem:
    made = make_attribution(
        TEXT,
        article_id=ARTICLE.id,
        text_sha256=ARTICLE.text_sha256,
        kind=kind,
        content=[span_of(part) for part in content],
        cue=[span_of(cue)] if cue else (),
        source=[span_of(source)] if source else (),
        confidence=sure,
        origin="rule:frame.that",
        why=["cue.say", "frame.that"],
    )
    speaker = Speaker(name.lower().replace(" ", "-"), name, "person", "name", 0.96)
    stances = (Stance("rent-cap", "favor", 0.81, "weak", ("conditional",)),)
    found = replace(made, speaker=speaker, stances=stances)
    return ReviewItem(ARTICLE, ARTICLE.text_sha256, found, TextSpan(found.start, found.end))


def alder_items() -> list[ReviewItem]:
    return [
        make_item("rents in Alder would be capped", cue="said", source="Mayor Ana Ruiz", kind="indirect"),
        make_item("“We waited too long,”", "“and families left.”", cue="told", source="she"),
        make_item("the cap could “empty half the market”", cue="warned", source="A senior housing official"),
        make_item("“The market was empty before. Nobody builds.”", cue="answered", source="Tom Lee", name="Tom Lee"),
    ]


@contextmanager
def session_over(
    folder: Path, items: Sequence[ReviewItem] | None = None, *, name: str = "ana", **options: Any
) -> Iterator[Session]:
    clock = iter(range(0, 10**9, 4))  # every look at the clock is four seconds later
    with ReviewLog(folder, name, codebook="housing@1.0") as log:
        yield Session(
            alder_items() if items is None else items,
            log,
            codebook=read_codebook("housing"),
            speakers=Speakers(KNOWN),
            clock=lambda: float(next(clock)),
            **options,
        )


def screen_of(session: Session, changes: dict[str, Any] | None = None) -> tuple[Controller, Painter]:
    controller = Controller(session, KeyMap.of(changes))
    return controller, Painter(controller, safe_line=safe_line)


def press(controller: Controller, *keys: str) -> None:
    for key in keys:
        controller.press(key)


def contents(session: Session) -> list[str]:
    return [span.of(session.article.text) for span in session.sight.content]


# A whole review of the two gold articles, by keys alone


def spoil(gold: GoldAttribution, text: str, article: Article, number: int) -> ReviewItem:
    """Return the gold attribution with a boundary, the kind, the speaker or all stances wrong, in turn."""
    words = Words.of(text)
    content = list(gold.content)
    short = words.end_before(content[0].end)
    if number % 2 and short is not None and short > content[0].start and words.end_after(short) == content[0].end:
        content[0] = TextSpan(content[0].start, short)
    kind = QUOTE_KINDS[(QUOTE_KINDS.index(gold.kind) - number % 3) % 3]
    made = make_attribution(
        text,
        article_id=article.id,
        text_sha256=article.text_sha256,
        kind=kind,
        content=content,
        cue=gold.cue,
        source=gold.source,
        confidence=0.7,
        origin="rule:test",
    )
    if number % 4 == 0 and gold.speaker is not None:
        made = made.with_speaker(Speaker("right", gold.speaker.name, gold.speaker.type or "person", "name", 0.9))
    elif number % 4 == 1:
        made = made.with_speaker(Speaker("wrong", "Somebody Else", "person", "name", 0.9))
    return ReviewItem(article, article.text_sha256, made, content[0])


def move_to_word(controller: Controller, word: int) -> Iterator[str]:
    panel = controller.panel
    assert isinstance(panel, Selecting)
    distance = word - panel.cursor
    yield from ["right" if distance > 0 else "left"] * abs(distance)


def select_words(controller: Controller, spans: Spans) -> Iterator[str]:
    words = controller.session.words()
    yield from move_to_word(controller, words.at(spans[0].start))
    yield "space"
    yield from move_to_word(controller, words.at(spans[-1].end - 1))
    yield "enter"


def name_speaker(controller: Controller, gold: GoldAttribution) -> Iterator[str]:
    """Yield the keys that name the gold speaker in the open list: the name typed, then chosen, with its type."""
    if gold.speaker is not None:
        yield from gold.speaker.name
    for _ in range(60):
        panel = controller.panel
        assert isinstance(panel, PickSpeaker)
        row = controller.speaker_rows(panel)[panel.at]
        if row.answer.name == (gold.speaker.name if gold.speaker else None):
            if gold.speaker is None or row.answer.type == gold.speaker.type:
                break
            if row.origin == "new":
                yield "right"
                continue
        yield "down"
    yield "enter"


def correct(controller: Controller, gold: GoldAttribution) -> Iterator[str]:
    """Yield the keys that turn the item at hand into the gold attribution, and accept it."""
    session = controller.session
    if session.sight.content != gold.content:
        yield "right"
    while session.sight.kind != gold.kind:
        yield "k"
    speaker = session.sight.speaker
    wanted = None if gold.speaker is None else (gold.speaker.name, gold.speaker.type)
    if (None if speaker is None else (speaker.name, speaker.type)) != wanted:
        yield "s"
        yield from name_speaker(controller, gold)
    targets = [stance.target for stance in session.sight.stances]
    for stance in gold.stances:
        yield str(targets.index(stance.target) + 1)
        yield {"favor": "f", "against": "a", "neutral": "n"}[stance.labels[0]]
    yield "enter"


def test_both_gold_articles_are_reviewed_by_keys_alone(tmp_path: Path, repository: Path) -> None:
    from textual.events import Key

    from sayso.labeling.review_screen.app import ReviewApp

    class CountingApp(ReviewApp):
        pressed = 0

        def press(self, key: str) -> None:
            super().press(key)
            self.pressed += 1

    documents = read_gold(repository / "seeds" / "gold", articles=repository / "seeds" / "articles")
    articles = [Article(document.id, document.text) for document in documents]
    golds = [(number, gold) for number, document in enumerate(documents) for gold in document.attributions]
    missed = len(golds) - 1  # the last one was overlooked: the reviewer adds it
    items = [spoil(gold, articles[at].text, articles[at], n) for n, (at, gold) in enumerate(golds[:missed])]
    assert len({item.id for item in items}) == len(items) > 40

    async def drive() -> None:
        with ReviewLog(tmp_path, "ana") as log:
            session = Session(items, log, codebook=read_codebook(), speakers=Speakers())
            controller = Controller(session, KeyMap.of())
            app = CountingApp(controller, Painter(controller, safe_line=safe_line))
            async with app.run_test(size=(80, 24)):

                async def type_keys(keys: Iterable[str]) -> None:
                    for key in keys:
                        character = {"space": " "}.get(key, key if len(key) == 1 else None)
                        before = app.pressed
                        app.post_message(Key(key if key != " " else "space", character))
                        while app.pressed == before:  # much quicker than a Pilot's pauses, and as sure
                            await asyncio.sleep(0)

                for _, gold in golds[:missed]:
                    await type_keys(correct(controller, gold))
                    if gold is golds[3][1]:
                        await type_keys(["u", "u", "r", "r"])
                    elif gold is golds[5][1]:
                        await type_keys(["<", "t", *"hm", "enter", "!", ">"])
                gold = golds[missed][1]
                await type_keys(["i"])
                await type_keys(select_words(controller, gold.content))
                await type_keys(name_speaker(controller, gold))
                for key, part in (("w", gold.cue), ("z", gold.source)):
                    if part:
                        await type_keys([key])
                        await type_keys(select_words(controller, part))
                await type_keys(correct(controller, gold))
                await type_keys(["d", "q"])
            assert session.remaining == 0

    asyncio.run(drive())
    (path,) = tmp_path.glob("by-*.jsonl")
    log = read_log(path)
    assert verify_logs(tmp_path) == []
    reviewed = apply(log.events, items, annotator="ana")
    assert reviewed.unmatched == ()
    assert {state.status for state in reviewed.states.values()} == {"accepted"}
    found = [state.attribution for state in reviewed.states.values()]
    assert len(found) == len(golds)
    for (_, gold), attribution in zip(golds, found, strict=True):
        assert (attribution.content_spans, attribution.kind) == (gold.content, gold.kind)
        assert (attribution.cue_spans, attribution.source_spans) == (gold.cue, gold.source)
        named = None if attribution.speaker is None else (attribution.speaker.name, attribution.speaker.type)
        assert named == (None if gold.speaker is None else (gold.speaker.name, gold.speaker.type))
        assert {s.target: s.label for s in attribution.stances} == {s.target: s.labels[0] for s in gold.stances}
    assert reviewed.complete == {(articles[-1].id, articles[-1].text_sha256)}
    actions = [event.decision.action for event in log.events if event.decision]
    assert actions.count("accept") == len(golds)
    assert actions.count("add") == 1
    assert {event.event for event in log.events} == {"start", "decision", "undo", "redo", "flag", "note", "complete"}


# What the screen shows


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40)])
def test_the_screen_at_two_sizes(tmp_path: Path, golden: Callable[[str, Any], None], width: int, height: int) -> None:
    pictures = {}
    with session_over(tmp_path) as session:
        controller, painter = screen_of(session)

        def keep(name: str) -> None:
            lines = painter.draw(width, height)
            assert len(lines) == height
            assert max(line.cell_len for line in lines) <= width
            pictures[name] = [line.plain.rstrip() for line in lines]

        keep("opening")
        press(controller, "2", "a", "right", "k")
        keep("changed")
        press(controller, "enter", "e", "e")
        keep("second piece")
        press(controller, "s", *"ru")
        keep("speaker")
        press(controller, "escape", "g")
        keep("guidelines")
        press(controller, "x", "i", "down", "space", "right")
        keep("missed")
        press(controller, "escape", "/", *"market", "enter")
        keep("search")
        press(controller, "escape", "?")
        keep("help")
        press(controller, "q", "x", "enter", "enter")
        keep("all done")
    golden(f"review_{width}x{height}", pictures)


def test_the_screen_is_the_same_through_textual(tmp_path: Path) -> None:
    from sayso.labeling.review_screen.app import ReviewApp

    async def drive(session: Session) -> list[str]:
        controller, painter = screen_of(session)
        app = ReviewApp(controller, painter)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("f", "a")
            await pilot.pause()
            shown = [app.board.render_line(y).text.rstrip() for y in range(24)]
            assert shown == painter.plain(80, 24).splitlines()
            await pilot.resize_terminal(100, 30)
            await pilot.pause()
            assert app.board.size.width == 100
            await pilot.press("q")
        return shown

    with session_over(tmp_path) as session:
        shown = asyncio.run(drive(session))
    assert any("[rents in Alder would be capped]" in line for line in shown)
    assert any(line.startswith(" 1 rent-cap") and "favor" in line for line in shown)


def test_marks_are_those_of_show() -> None:
    assert {part: SIGNS[part] for part in SHOW_SIGNS} == SHOW_SIGNS
    assert {part: STYLES[part] for part in SHOW_STYLES} == SHOW_STYLES


@pytest.mark.parametrize("size", [(40, 12), (39, 12), (80, 11), (200, 60), (1, 1)])
def test_any_size_is_drawn(tmp_path: Path, size: tuple[int, int]) -> None:
    with session_over(tmp_path) as session:
        controller, painter = screen_of(session)
        for keys in (["enter"], ["s"], ["escape", "i"], ["escape", "?"], ["x", "/", *"a", "enter"]):
            press(controller, *keys)
            lines = painter.draw(*size)
            assert len(lines) == size[1]
            assert max(line.cell_len for line in lines) <= size[0]


def test_meaning_never_hangs_on_colour(tmp_path: Path) -> None:
    with session_over(tmp_path) as session:
        controller, painter = screen_of(session)
        before = painter.plain(80, 24)
        assert "favor? .81" in before
        assert "Ana Ruiz?" in before
        assert "indirect?" in before
        press(controller, "f", "s", "1", "k")
        after = painter.plain(80, 24)
        assert "favor conditional" in after
        assert "?" not in after.split("Speaker")[1].split("\n")[0]


def test_a_blind_review_suggests_neither_speaker_nor_stance(tmp_path: Path) -> None:
    with session_over(tmp_path, blind=True) as session:
        controller, painter = screen_of(session)
        shown = painter.plain(80, 24)
        assert "favor?" not in shown
        assert "rule:" not in shown
        assert "Speaker  not answered" in shown
        press(controller, "enter")
        assert "who speaks" in controller.message
        assert session.index == 0
        press(controller, "s", *"ana", "enter", "a", "enter")
        assert session.index == 1
        event = session.log.effective[-1]
        assert event.seen is False
        assert event.decision is not None
        assert {stance.target for stance in event.decision.changes.stances} == set(session.codebook.target_ids[1:])


# Keys


def test_default_keys_are_allowed_and_every_action_has_one(tmp_path: Path) -> None:
    keys = KeyMap.of()
    assert KeyMap.of({action.name: list(action.keys) for action in ACTIONS}) == keys
    with session_over(tmp_path) as session:
        controller, _ = screen_of(session)
        assert set(controller._actions) == {action.name for action in ACTIONS}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"accept": "x"}, "key 'x' would mean both 'accept' and 'reject'"),
        ({"accept": ["z", "q"]}, "key 'z' would mean both 'accept' and 'source'"),
        ({"acept": "z"}, "did you mean 'accept'?"),
        ({"accept": []}, "'accept' has no key"),
        ({"accept": "1"}, "digits go to targets"),
        ({"accept": "escape"}, "it leaves panels"),
        ({"accept": "entr"}, "did you mean 'enter'?"),
        ({"accept": "ctrl+h"}, "key 'backspace' would mean both"),
        ({"accept": "\x1b"}, "no key"),
    ],
)
def test_wrong_and_doubled_keys_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        KeyMap.of(changes)


def test_keys_can_be_changed_and_swapped(tmp_path: Path) -> None:
    with session_over(tmp_path) as session:
        controller, painter = screen_of(session, {"accept": ["f2", "ctrl+g"], "reject": "enter", "skip": "x"})
        press(controller, "enter")
        assert session.log.effective[-1].decision is not None
        assert session.log.effective[-1].decision.action == "reject"
        assert "F2 accept" in painter.plain(80, 24)
        press(controller, "€")
        assert controller.message == "The key € does nothing; ? shows all keys."


def test_the_documented_keys_are_the_real_ones(repository: Path) -> None:
    assert key_table() in (repository / "docs" / "review.md").read_text(encoding="utf-8")


# Answers, and taking them back


def test_undo_and_redo_across_items_and_sessions(tmp_path: Path) -> None:
    keys = ["f", "right", "k", "enter", "!", "t", *"why", "enter", "p", "enter", "enter", "m", "x", "d", "i", "space"]
    with session_over(tmp_path) as session:
        controller, painter = screen_of(session)
        press(controller, *keys, "right", "enter", "1")
        steps = sum(event.event != "start" for event in session.log.events)
        states = [dict(session._state.states)]
        while session.log.can_undo:
            press(controller, "u")
            states.append(dict(session._state.states))
        assert len(states) == steps + 1
        assert all(state.status == "open" for state in states[-1].values())
        assert session.remaining == len(session.entries) == 4
        assert controller.message.startswith("Undone: ")
    with session_over(tmp_path) as session:
        controller, painter = screen_of(session)
        for state in reversed(states[:-1]):
            press(controller, "ctrl+r")
            assert dict(session._state.states) == state
            painter.draw(80, 24)
        press(controller, "r")
        assert controller.message == "Nothing to redo."
        waiting = sum(session.waits(entry) for entry in session.entries)
        assert session.remaining == waiting


def test_an_answer_of_an_earlier_day_can_be_undone(tmp_path: Path) -> None:
    with session_over(tmp_path) as session:
        press(screen_of(session)[0], "enter", "enter")
    with session_over(tmp_path) as session:
        assert (len(session.entries), session.remaining) == (2, 2)
        controller, _ = screen_of(session)
        press(controller, "u")
        assert contents(session) == ["“We waited too long,”", "“and families left.”"]
        assert (len(session.entries), session.remaining) == (3, 3)
        press(controller, "r", "enter")
        assert session.remaining == 1


@given(
    st.lists(st.sampled_from([*"fankxupmrd!ez><i", "enter", "space", "left", "right", "escape", "down"]), max_size=25)
)
def test_any_keys_leave_a_valid_log_and_a_true_count(tmp_path_factory: pytest.TempPathFactory, keys: list[str]) -> None:
    folder = tmp_path_factory.mktemp("any")
    with session_over(folder) as session:
        controller, painter = screen_of(session)
        for key in keys:
            controller.press(key)
            assert session.remaining == sum(session.waits(entry) for entry in session.entries)
            assert len(painter.draw(60, 20)) == 20
        states, waiting = dict(session._state.states), session.remaining
        assert {entry.item_id for entry in session.entries} <= set(states)
    assert verify_logs(folder) == []
    with session_over(folder) as session:
        assert dict(session._state.states) == states
        assert session.remaining <= waiting + len(states)


def test_boundaries_move_by_words_on_each_edge(tmp_path: Path) -> None:
    with session_over(tmp_path) as session:
        controller, _ = screen_of(session)
        press(controller, "left", "right")
        assert contents(session) == ["that rents in Alder would be capped."]
        press(controller, "shift+right", "}", "}", "{")
        assert contents(session) == ["in Alder would be"]
        press(controller, "e")
        assert controller.message == "Boundary keys now move the cue: said"
        press(controller, "left")
        assert session.sight.cue == (span_of("Ruiz said"),)
        press(controller, "shift+left", "shift+left")
        assert controller.message == "The cue would be empty."
        press(controller, "w", "backspace")
        assert not session.sight.cue
        press(controller, "z", "left", "left", "space", "right", "enter")
        assert len(session.sight.source) == 1


def test_pieces_may_not_run_into_each_other(tmp_path: Path) -> None:
    with session_over(tmp_path, alder_items()[1:2]) as session:
        controller, _ = screen_of(session)
        press(controller, *["right"] * 8)
        assert controller.message == "Another piece of the content stands there."
        assert contents(session)[0].endswith("Monday,")


def test_split_asks_both_parts_and_merge_joins(tmp_path: Path) -> None:
    with session_over(tmp_path, alder_items()[3:]) as session:
        controller, _ = screen_of(session)
        press(controller, "p")
        word = session.words().at(TEXT.index("Nobody"))
        press(controller, *move_to_word(controller, word), "enter")
        assert contents(session) == ["“The market was empty before."]
        press(controller, "enter")
        assert contents(session) == ["Nobody builds.”"]
        press(controller, "<", "m", "enter")
        assert session.remaining == 0
    with session_over(tmp_path, alder_items()[3:]) as session:
        assert session.entries == []


def test_skipped_items_come_back_when_the_queue_is_through(tmp_path: Path) -> None:
    with session_over(tmp_path) as session:
        controller, _ = screen_of(session)
        press(controller, "space", "enter", "enter", "enter")
        assert contents(session) == ["rents in Alder would be capped"]
        assert controller.message == "The queue is through; these were left open."
        press(controller, "enter")
        assert controller.message == "Every item of the queue is answered."
        press(controller, "enter")
        assert session.remaining == 0


def test_an_item_asked_again_hides_the_first_answer(tmp_path: Path) -> None:
    with session_over(tmp_path) as session:
        press(screen_of(session)[0], "a", "enter")
        first = session.entries[0]
    again = QueueEntry(first.item_id, recheck=True)
    with session_over(tmp_path, choose=lambda states: [again]) as session:
        controller, painter = screen_of(session)
        shown = painter.plain(80, 24)
        assert "asked again" in shown
        assert "favor? .81" in shown
        assert "against" not in shown.split("Enter")[0]
        press(controller, "n", "enter")
        event = session.log.effective[-1]
        assert event.recheck
        assert session.remaining == 0
        press(controller, "u", "u", "r")
        assert session.remaining == 1


def test_speakers_are_completed_from_article_and_registry(tmp_path: Path) -> None:
    speakers = Speakers(KNOWN)
    assert [choice.id for choice in speakers.in_text(TEXT)] == ["ana-ruiz", "alder-council", "tom-lee"]
    assert [offer.answer.id for offer in speakers.complete("RU", [])] == ["ana-ruiz", "bo-ruiz"]
    assert [offer.answer.id for offer in speakers.complete("anna r", [])] == ["ana-ruiz"]
    assert speakers.complete("zz", []) == []
    with session_over(tmp_path) as session:
        controller, _ = screen_of(session)
        press(controller, "s", *"bo", "tab", "enter")
        assert session.sight.speaker is not None
        assert session.sight.speaker.id == "bo-ruiz"
        press(controller, "s", *"New Body", "right", "right", "enter")
        assert (session.sight.speaker.name, session.sight.speaker.type) == ("New Body", "organization")
        press(controller, "s", *"zzz", "down", "enter")
        assert session.sight.speaker.name is None


def test_jump_and_search(tmp_path: Path) -> None:
    with session_over(tmp_path) as session:
        controller, _ = screen_of(session)
        press(controller, ":", "4", "enter")
        assert session.index == 3
        press(controller, "j", *session.entries[1].item_id[:8], "enter")
        assert session.index == 1
        press(controller, ":", *"99", "enter")
        assert controller.message == "No item '99': numbers go from 1 to 4."
        press(controller, "/", *"tom market", "enter", "enter")
        assert session.index == 3
        press(controller, "/", *"nowhere", "enter")
        assert controller.message == "Nothing found for 'nowhere'."


def test_pace_leaves_breaks_out() -> None:
    pace = Pace()
    for seconds in (4.0, 6.0, 5.0, 590.0, 5.0):
        pace.add(seconds)
    assert pace.tell(1200) == "12/min · 1,200 left, about 1 h 40 min"
    assert [show_duration(s) for s in (20, 300, 7200)] == ["20 s", "5 min", "2 h 00 min"]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (["“We waited too long,”"], "direct"),
        (["rents in Alder"], "indirect"),
        (["could “empty half the market”"], "mixed"),
    ],
)
def test_the_kind_of_a_marked_passage(content: list[str], kind: str) -> None:
    assert guess_kind(TEXT, tuple(span_of(part) for part in content)) == kind


def test_guidelines_tell_the_chosen_target_first() -> None:
    book = read_codebook("housing")
    lines = list(guideline_lines(book, book.target_ids[1]))
    assert lines[0].startswith(book.target_ids[1])
    assert any(book.target_ids[0] in line for line in lines[1:])


# Passages


@given(st.text(alphabet="ab \n“é漢😀-", max_size=200), st.integers(2, 30), st.data())
def test_passages_fit_and_lose_no_word(text: str, width: int, data: st.DataObject) -> None:
    spans = []
    if text:
        for _ in range(3):
            start = data.draw(st.integers(0, len(text) - 1))
            spans.append(TextSpan(start, data.draw(st.integers(start + 1, len(text)))))
    parts: tuple[MarkPart, ...] = ("content", "cue", "other")
    marks = [Mark(span, part) for span, part in zip(spans, parts, strict=False)]
    focus = spans[0] if spans else TextSpan(0, 1)
    for scroll in (-5, 0, 7):
        passage = draw_passage(text, marks, focus=focus, width=width, height=6, scroll=scroll)
        assert len(passage.lines) <= 6
        assert all(line.cell_len <= width for line in passage.lines)
    whole = "".join(line.plain for line in marked_lines(text, marks, TextSpan(0, max(len(text), 1)), width))
    letters = re.sub(r"[^\w😀“-]", "", text)
    assert re.sub(r"[^\w😀“-]", "", whole) == letters


def test_long_lines_are_drawn_around_the_quotation() -> None:
    text = "word " * 40_000 + "here" + " word" * 40_000
    started = time.process_time()
    passage = draw_passage(
        text, [Mark(span_of("here", text), "content")], focus=span_of("here", text), width=80, height=9
    )
    assert any("[here]" in line.plain for line in passage.lines)
    assert passage.more_above
    assert passage.more_below
    assert time.process_time() - started < 1.0


def test_folding_keeps_every_visible_character() -> None:
    assert [("aa bb cc")[start:end] for start, end in fold("aa bb cc", 5)] == ["aa bb", "cc"]
    assert fold("", 5) == [(0, 0)]


# Prompt mode


def plain_review(session: Session, *lines: str) -> str:
    controller, painter = screen_of(session)
    sink = io.StringIO()
    run_plain(controller, painter, io.StringIO("".join(line + "\n" for line in lines)), sink)
    return sink.getvalue()


def test_prompt_mode_does_what_the_screen_does(tmp_path: Path) -> None:
    words = Words.of(TEXT)
    first, last = (words.at(TEXT.index(part)) + 1 for part in ("The council votes", "May.\n"))
    shown: list[dict[str, Any]] = []
    for number, by_lines in enumerate((True, False)):
        with session_over(tmp_path / str(number)) as session:
            if by_lines:
                typed = ["2 a", "right 2", "kind", "s Bo", "", "t a note", "!", " ", "x", f"i {first}-{last}"]
                told = plain_review(session, *typed, "s New Body (organization)", "w none", "u", "r", "d", "q", "f")
            else:
                controller, _ = screen_of(session)
                press(controller, "2", "a", "right", "right", "k", "s", *"Bo", "enter", "enter")
                press(controller, "t", *"a note", "enter", "!", "space", "x", "i", "down")
                press(controller, *move_to_word(controller, first - 1), "space")
                press(controller, *move_to_word(controller, last - 1))
                press(controller, "enter", *"New Body", "right", "right", "enter", "w", "backspace", "u", "r", "d", "q")
            events = [event for event in session.log.events if event.event != "start"]
            shown.append(
                {
                    "events": [(e.event, e.decision and e.decision.to_json(), e.text, e.on, e.of) for e in events],
                    "states": [state.attribution.content for state in session._state.states.values()],
                }
            )
    assert shown[0] == shown[1]
    assert "Item 1 (open); 0 of 4 done" in told
    assert "1 rent-cap: favor, conditional, suggested, sure 0.81" in told
    assert "{Mayor Ana Ruiz} <said> that [rents in Alder would be capped]" in told


def test_prompt_mode_explains_itself(tmp_path: Path) -> None:
    with session_over(tmp_path) as session:
        told = plain_review(
            session, "nonsense", "help", "g", "s", "words", "/ market", "j 3", "i 1000000", "2", "s 99 zz"
        )
    assert "Nothing is called 'nonsense'; type help." in told
    assert "Not a quotation" in told
    assert "rent-cap" in told
    assert "(nobody can tell)" in told
    assert "2 found; j NUMBER goes there." in told
    assert "Item 3 (open)" in told
    assert "Words go from 1 to" in told
    assert told.endswith("> \n")


def test_prompt_mode_is_harmless(tmp_path: Path) -> None:
    evil = "“Rents \x1b[31mrise\x07\u202e,” said Ana Ruiz."
    article = Article("e\x1b]0;X\x07", evil, title="\x9b31m")
    found = make_attribution(
        evil, article_id=article.id, text_sha256=article.text_sha256, kind="direct",
        content=[TextSpan(0, 22)], confidence=0.9, origin="rule:\x1b[0m", why=["\x1bc"],
    ).with_speaker(Speaker("x", "Ana \x1b[5mRuiz", "person", "name", 0.9))  # fmt: skip
    item = ReviewItem(article, article.text_sha256, found, TextSpan(0, 22))
    with session_over(tmp_path, [item]) as session:
        told = plain_review(session, "t no\x1b[2Jte", "s \x9bBo", "words", "s", "/ \x1b")
        controller, painter = screen_of(session)
        drawn = ""
        for key in ("s", "escape", "o", "/", "r", "enter", "escape", "t"):
            controller.press(key)
            drawn += painter.plain(80, 24)
    assert not re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", told + drawn)
    assert "␛[31mrise" in told
    assert "␛[31mrise" in drawn


# Speed


def test_an_answer_takes_no_longer_with_ten_thousand_items(tmp_path: Path) -> None:
    """Processor time, as other programs share the machine; benchmarks/review_speed.py measures the clock's."""
    items = []
    for number in range(2_500):
        article = replace(ARTICLE, id=f"n{number}")
        items += [replace(item, article=article, attribution=replace(item.attribution, id=f"{number}.{at}"))
                  for at, item in enumerate(alder_items_once())]  # fmt: skip
    taken = []
    with session_over(tmp_path, items) as session:
        controller, painter = screen_of(session)
        painter.draw(80, 24)
        for number in range(150):
            started = time.process_time()
            controller.press(("f", "right", "enter")[number % 3])
            painter.draw(80, 24)
            taken.append(time.process_time() - started)
        assert len(session.entries) == 10_000
        assert session.answered == 50
    assert statistics.quantiles(taken, n=20)[18] <= 0.020


_ITEMS: list[ReviewItem] = []


def alder_items_once() -> list[ReviewItem]:
    if not _ITEMS:
        _ITEMS.extend(alder_items())
    return _ITEMS
