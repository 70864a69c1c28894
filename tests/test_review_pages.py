"""Whole articles in a review: adding what was missed, where nothing was found too, and marking articles complete."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from building import QuoteFinder, make_record, write_articles
from command_line import run
from sayso.attribution.gold import read_gold
from sayso.attribution.types import Article
from sayso.build import build
from sayso.exchange import read_documents
from sayso.folder import read_build
from sayso.labeling.codebook import read_codebook
from sayso.labeling.review_log import ReviewLog, verify_logs
from sayso.labeling.review_queue import QueueEntry, add_pages
from sayso.labeling.review_screen.controller import Controller, PickArticle, Selecting
from sayso.labeling.review_screen.drawing import Painter
from sayso.labeling.review_screen.keys import ACTIONS, PAGE_ACTIONS, KeyMap
from sayso.labeling.review_screen.plain import run_plain
from sayso.labeling.review_screen.session import Session
from sayso.review import open_session, review_folder
from sayso.terminal import safe_line
from test_review_screen import alder_items, press, screen_of, session_over

BRIDGE = "The bridge of Alder\n\nIt was painted blue. Tom Lee thinks blue suits it, and so does the council.\n"


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """A built folder of three articles; nothing was found in the second one, though somebody is reported there."""
    records = [
        make_record(0),
        {**make_record(1), "id": "bridge", "title": "The bridge", "text": BRIDGE},
        make_record(2),
    ]
    write_articles(tmp_path / "in.jsonl", records)
    build([tmp_path / "in.jsonl"], tmp_path / "out", attributor=QuoteFinder())
    return tmp_path / "out"


@contextmanager
def reviewing(dataset: Path, **options: Any) -> Iterator[tuple[Session, Controller, Painter]]:
    book = read_codebook("housing")
    with ReviewLog(review_folder(dataset), "ana", codebook="housing@1.0") as log:
        session = open_session(dataset, log, codebook=book, **options)
        controller = Controller(session, KeyMap.of())
        yield session, controller, Painter(controller, safe_line=safe_line)


def select(controller: Controller, first: str, last: str) -> None:
    """Press the keys that select from one word to another in the article at hand."""
    for word, end in ((first, "space"), (last, "enter")):
        panel = controller.panel
        assert isinstance(panel, Selecting)
        words = controller.session.words()
        goal = words.at(controller.session.article.text.index(word))
        controller.press("up")
        for _ in range(200):
            panel = controller.panel
            assert isinstance(panel, Selecting)
            if panel.cursor == goal:
                break
            controller.press("right" if panel.cursor < goal else "left")
        controller.press(end)


def test_an_article_where_nothing_was_found_gets_its_missed_quotation_and_is_complete(dataset: Path) -> None:
    with reviewing(dataset) as (session, controller, painter):
        assert [entry.page for entry in session.entries] == [False, False], "pages come only where asked for"
        press(controller, "l", *"bridge")
        assert isinstance(controller.panel, PickArticle)
        assert "▸ no quotation · bridge · 2024-03-01 · The bridge" in painter.plain(80, 24)
        press(controller, "enter")
        shown = painter.plain(80, 24)
        assert "whole article · not marked complete" in shown
        assert "Found    no quotation" in shown
        assert "Missed?  i adds a missed quotation; Enter says that none is missed, and goes on" in shown
        press(controller, "i")
        select(controller, "blue suits", "it, and")
        press(controller, *"Tom Lee", "enter")
        assert session.article.id == "bridge"
        assert not session.on_page
        assert session.sight.content[0].of(BRIDGE) == "blue suits it"
        press(controller, "d", "enter")
        assert session.is_complete("bridge")
    ((_, found),) = [pair for pair in read_build_after(dataset) if pair[0].id == "bridge"]
    assert [(one.content, one.speaker and one.speaker.name) for one in found] == [("blue suits it", "Tom Lee")]


def read_build_after(dataset: Path) -> list[tuple[Article, list[Any]]]:
    build([dataset.parent / "in.jsonl"], dataset, attributor=QuoteFinder())
    return list(read_build(dataset))


def test_complete_leads_through_every_article_and_knows_on_another_day_how_far(dataset: Path) -> None:
    with reviewing(dataset, complete=True) as (session, controller, painter):
        order = [(entry.page, session._article_of(entry)) for entry in session.entries]
        assert order == [(False, "n0"), (True, "n0"), (True, "bridge"), (False, "n2"), (True, "n2")]
        press(controller, "enter")
        assert session.on_page
        assert "1 quotation, all answered" in painter.plain(80, 24)
        press(controller, "enter")
        assert (session.article.id, session.on_page, session.remaining) == ("bridge", True, 3)
        press(controller, "space")
        assert (session.article.id, session.on_page) == ("n2", False)
    with reviewing(dataset, complete=True) as (session, controller, _):
        assert [session._article_of(entry) for entry in session.entries] == ["bridge", "n2", "n2"]
        press(controller, "enter", "enter", "enter")
        assert controller.message == "Every item of the queue is answered."
        assert session.remaining == 0
        press(controller, "u")
        assert (controller.message, session.remaining) == ("Undone: article complete.", 1)
        press(controller, "r")
        assert session.remaining == 0
    assert [document.article.id for document in read_documents(dataset, complete_only=True)] == ["n0", "bridge", "n2"]


def test_complete_articles_without_a_quotation_are_gold_too(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = "j bridge\n\nq\n"
    assert run(monkeypatch, "review", dataset, "--annotator", "ana", "--plain", stdin=typed).code == 0
    gold = tmp_path / "gold.jsonl"
    assert "0 attributions of 1 article" in run(monkeypatch, "export", dataset, "-f", "gold", "-o", gold).out
    ((document,),) = [list(read_gold(gold))]
    assert (document.id, document.attributions) == ("bridge", ())


def test_prompt_mode_opens_articles_adds_and_marks_complete(dataset: Path) -> None:
    with reviewing(dataset) as (session, controller, painter):
        sink = io.StringIO()
        typed = ["l", "l zebra", "j bridge", "x", "words suits", "words zebra", "i 14-16", "s Tom Lee (person)", "d"]
        run_plain(controller, painter, io.StringIO("\n".join([*typed, "", "b", "1", "b", "b", "q"]) + "\n"), sink)
        told = sink.getvalue()
        assert "bridge: no quotation; The bridge, 2024-03-01" in told
        assert "No article has 'zebra'." in told
        assert "Whole article (not marked complete), no quotation; 0 of 3 done" in told
        assert "This is a whole article: i adds a missed quotation, Enter says that none is missed." in told
        assert "14 suits" in told or "13 suits" in told
        assert "No paragraph has 'zebra'." in told
        assert session.is_complete("bridge")
        assert session.count("bridge")[0] == 1


def test_a_page_shows_every_quotation_with_its_number_and_opens_it(tmp_path: Path) -> None:
    with session_over(tmp_path) as session:
        controller, painter = screen_of(session)
        press(controller, "b")
        shown = painter.plain(100, 30)
        assert "4 quotations, 4 open" in shown
        assert all(f"]{number}" in shown for number in "¹²³⁴")
        press(controller, "f")
        assert "This is a whole article" in controller.message
        press(controller, "down", "down")
        assert "Number 2 Ana Ruiz: “We waited too long,” … “and families left.”" in painter.plain(100, 30)
        press(controller, "right")
        assert session.item.id == alder_items()[1].id
        press(controller, "b", "3")
        assert session.item.id == alder_items()[2].id
        press(controller, "b", "9")
        assert controller.message == "There is no quotation of that number."
        press(controller, "b")
        assert session.item.id == alder_items()[2].id, "back where the page was opened"


def test_an_added_quotation_taken_back_leads_to_its_page_again(dataset: Path) -> None:
    with reviewing(dataset, complete=True) as (session, controller, _):
        press(controller, "enter", "enter")
        assert session.article.id == "bridge"
        press(controller, "i")
        select(controller, "blue suits", "it, and")
        press(controller, "escape", "u")
        assert (session.article.id, session.on_page) == ("bridge", True)
        assert session.others() == []
        press(controller, "r", "enter")
        assert (session.article.id, session.on_page) == ("bridge", True), "the page asks for more"


def test_pages_stand_behind_the_last_item_of_their_article() -> None:
    owner = {"a1": "a", "a2": "a", "c1": "c"}
    queue = [QueueEntry(name) for name in owner]
    mixed = add_pages(queue, ["0", "a", "b", "c", "d"], lambda entry: owner[entry.item_id])
    assert [entry.item_id for entry in mixed] == ["0", "a1", "a2", "a", "b", "c1", "c", "d"]
    assert [entry.page for entry in mixed] == [True, False, False, True, True, False, True, True]


KEYS = [*"fankxupmrd!ez><iblo12", "enter", "space", "left", "right", "escape", "down"]


@given(st.lists(st.sampled_from(KEYS), max_size=25))
def test_any_keys_with_pages_leave_a_valid_log_and_a_true_count(
    tmp_path_factory: pytest.TempPathFactory, keys: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    bare = Article("bridge", BRIDGE)
    items = alder_items()
    articles = [bare, items[0].article]

    def choose(states: Any) -> list[QueueEntry]:
        queue = [QueueEntry(name) for name, state in states.items() if state.undecided]
        return add_pages(queue, [one.id for one in articles], lambda entry: states[entry.item_id].item.article.id)

    with session_over(folder, items, articles=articles, choose=choose) as session:
        controller, painter = screen_of(session)
        for key in keys:
            controller.press(key)
            assert session.remaining == sum(session.waits(entry) for entry in session.entries)
            assert len(painter.draw(60, 20)) == 20
        states, complete = dict(session._state.states), session._state.complete
    assert verify_logs(folder) == []
    with session_over(folder, items, articles=articles, choose=choose) as session:
        assert dict(session._state.states) == states
        assert session._state.complete == complete


def test_the_page_at_two_sizes(dataset: Path, golden: Callable[[str, Any], None]) -> None:
    pictures = {}
    with reviewing(dataset, complete=True) as (_, controller, painter):
        press(controller, "enter")
        for width, height in ((80, 24), (120, 40)):
            pictures[f"page {width}x{height}"] = painter.plain(width, height).splitlines()
        press(controller, "l")
        pictures["articles"] = painter.plain(80, 24).splitlines()
    assert all(len(lines) in (24, 40) for lines in pictures.values())
    golden("review_pages", pictures)


def test_options_that_contradict_complete_are_refused(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for option in (("--order", "random"), ("--where", "kind == 'direct'"), ("--recheck", "5")):
        result = run(monkeypatch, "review", dataset, "--annotator", "ana", "--plain", "--complete", *option)
        assert result.code == 2
        assert "it takes neither --order, --where nor --recheck" in result.err


def test_from_opens_an_article_even_where_nothing_waits(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = ("review", dataset, "--annotator", "ana", "--plain")
    assert run(monkeypatch, *command, stdin="\n\nq\n").code == 0
    done = run(monkeypatch, *command)
    assert "nothing to review: every item that fits is answered; --complete asks for missed quotations" in done.err
    opened = run(monkeypatch, *command, "--from", "n2", stdin="d\nq\n")
    assert "Whole article (not marked complete), 1 quotation, all answered" in opened.out
    log = next(review_folder(dataset).glob("by-*.jsonl"))
    assert json.loads(log.read_text(encoding="utf-8").splitlines()[-1])["article_id"] == "n2"


def test_what_a_page_takes_are_actions() -> None:
    assert {action.name for action in ACTIONS} >= PAGE_ACTIONS
