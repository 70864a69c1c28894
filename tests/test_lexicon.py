"""The cue lexicon and word lists: what ships is sound, bad files are refused by line, words inflect."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.attribution.errors import LexiconError
from sayso.attribution.inflection import noun_forms, verb_forms
from sayso.attribution.lexicon import (
    FRAMES_BY_POS,
    LIST_NAMES,
    CueMatch,
    read_cues,
    read_word_lists,
)

WORD = re.compile(r"'s\b|[A-Za-z]+(?:[-'](?!s\b)[A-Za-z]+)*|\d+|[^\w\s]")


def words_of(text: str) -> list[str]:
    return WORD.findall(text.lower())


def cue_record(**changes: Any) -> dict[str, Any]:
    record: dict[str, Any] = {
        "id": "cue.tell",
        "lemma": "tell",
        "pos": "verb",
        "sense": "speech",
        "frames": ["quote", "obj-that"],
        "forms": {"past": "told", "part": "told"},
        "strength": 0.95,
        "yes": "Ruiz told reporters that rents will rise.",
        "no": "The bells told the hour.",
        "since": "0.1",
    }
    record.update(changes)
    return {key: value for key, value in record.items() if value is not ...}


def write_lines(path: Path, *records: dict[str, Any] | str) -> Path:
    lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def found(text: str) -> set[str]:
    words, cues = words_of(text), read_cues()
    return {match.form.entry.id for start in range(len(words)) for match in cues.find_at(words, start)}


# --- what ships ---


def test_the_shipped_lexicon_has_at_least_three_hundred_cues_of_every_part_of_speech() -> None:
    cues = read_cues()
    assert len(cues) >= 300
    assert {entry.pos for entry in cues.entries.values()} == set(FRAMES_BY_POS)
    used = {frame for entry in cues.entries.values() for frame in entry.frames}
    assert used == frozenset().union(*FRAMES_BY_POS.values())


def test_the_shipped_lexicon_is_read_once() -> None:
    assert read_cues() is read_cues()
    assert read_word_lists() is read_word_lists()


def test_every_example_contains_its_cue() -> None:
    missing = [
        (entry.id, example)
        for entry in read_cues().entries.values()
        for example in (entry.yes, entry.no)
        if entry.id not in found(example)
    ]
    assert missing == []


def test_examples_of_a_cue_differ_and_none_is_used_twice() -> None:
    examples = Counter(entry.yes for entry in read_cues().entries.values())
    examples.update(entry.no for entry in read_cues().entries.values())
    # A verb and its noun, or a cue and a longer one, may share a sentence that has both.
    assert [example for example, count in examples.items() if count > 3] == []
    assert [entry.id for entry in read_cues().entries.values() if entry.yes == entry.no] == []


def test_ids_name_their_lemmas() -> None:
    for entry in read_cues().entries.values():
        first = entry.lemma.split(" ")[0].replace("-", "_")
        assert entry.id.startswith(f"cue.{first}"), entry.id


def test_loading_is_quick() -> None:
    path = Path(__file__).parent.parent / "seeds" / "lexicons" / "cues.jsonl"
    read_cues(path)
    times = []
    for _ in range(3):
        start = time.process_time()
        cues = read_cues(path)
        times.append(time.process_time() - start)
    # 60 ms for 450 entries on a quiet machine; three times that, so that a busy one stays green.
    assert min(times) < 0.180 * len(cues) / 450


# --- finding forms ---


@pytest.mark.parametrize(
    ("text", "cue", "tag"),
    [
        ("Ruiz pointed out that rents rise", "cue.point_out", "past"),
        ("Lee is issuing a warning", "cue.issue_warning", "ing"),
        ("Lee issues its warning", "cue.issue_warning", "s"),
        ("Lee issued warnings", "cue.issue_warning", "past"),
        ("the plan was criticised by Lee", "cue.criticize", "part"),
        ("she labelled it a threat", "cue.label", "past"),
        ("she labeled it a threat", "cue.label", "past"),
        ("fears of war", "cue.fear_noun", "nouns"),
        ("according to Ruiz", "cue.according_to_prep", "fixed"),
        ("he forecast a loss", "cue.forecast", "past"),
    ],
)
def test_inflected_forms_are_found(text: str, cue: str, tag: str) -> None:
    words = words_of(text)
    matches = [match for start in range(len(words)) for match in read_cues().find_at(words, start)]
    assert (cue, tag) in {(match.form.entry.id, match.form.tag) for match in matches}


def test_longer_forms_come_first() -> None:
    words = words_of("called for calm")
    assert next(match.form.words for match in read_cues().find_at(words, 0)) == ("called", "for")


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("in his view, rents rise", "his"),
        ("in Ana Ruiz's view, rents rise", "ana ruiz 's"),
        ("in the council's view, rents rise", "the council 's"),
        ("in plain view, rents rise", None),
        ("in a room with a view", None),
        ("as Ana Ruiz put it, rents rise", "ana ruiz"),
        ("as rents rose, Ruiz put it", None),
    ],
)
def test_a_source_inside_a_cue_is_told(text: str, source: str | None) -> None:
    words = words_of(text)
    sources = [match.source for match in read_cues().find_at(words, 0) if match.source is not None]
    assert [" ".join(words[start:end]) for start, end in sources] == ([] if source is None else [source])


@given(st.lists(st.sampled_from(["in", "as", "his", "view", "put", "it", "'s", ",", "ruiz", "said", "issued", "a"])))
def test_matches_lie_inside_the_words(words: list[str]) -> None:
    for start in range(len(words)):
        for match in read_cues().find_at(words, start):
            assert isinstance(match, CueMatch)
            assert start == match.start < match.end <= len(words)
            assert match.source is None or match.start < match.source[0] < match.source[1] <= match.end


# --- bad files ---


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"shape": "prep"}, "unknown key 'shape'; allowed: id, lemma, pos"),
        ({"frames": ["quote", "obj-tht"]}, "unknown verb frame 'obj-tht'; allowed: about"),
        ({"pos": "adj"}, "unknown adj frame 'obj-that'; allowed: adj-inf"),
        ({"pos": "interjection"}, "unknown pos 'interjection'; allowed: verb"),
        ({"sense": "gossip"}, "unknown sense 'gossip'; allowed: accuse"),
        ({"frames": []}, "frames is .*; wanted: at least one"),
        ({"frames": ["quote", "quote"]}, "none twice"),
        ({"frames": "quote"}, "frames is 'quote'; wanted: a list of texts"),
        ({"strength": 1.5}, "strength is 1.5; wanted: a number from 0 to 1"),
        ({"strength": True}, "strength is True"),
        ({"strength": "high"}, "strength is 'high'"),
        ({"yes": ""}, "yes is ''; wanted: text"),
        ({"no": ...}, "key 'no' is missing; required: id, lemma"),
        ({"lemma": "Tell"}, "lemma is 'Tell'; wanted: lower case"),
        ({"forms": {"plural": "tells"}}, "unknown verb form 'plural'; allowed: base, s, past, part, ing"),
        ({"forms": {"past": 3}}, "forms.past is"),
        ({"rates": {"np": 0.5}}, "unknown frame in rates 'np'; allowed: quote, obj-that"),
        ({"rates": {"quote": 2}}, "rates.quote is 2"),
        ({"n": 0}, "n is 0; wanted: a whole number above 0"),
    ],
)
def test_a_bad_entry_is_refused_by_file_and_line(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    path = write_lines(tmp_path / "cues.jsonl", cue_record(id="cue.ask", lemma="ask"), cue_record(**changes))
    with pytest.raises(LexiconError, match=message) as caught:
        read_cues(path)
    assert str(caught.value).startswith(f"{path}:2: ")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": ', "not JSON"),
        ('["cue.tell"]', "found a list"),
        ('{"id": "cue.ask", "id": "cue.tell"}', "a key stands twice"),
        (json.dumps(cue_record()), "id 'cue.tell' stands in the file twice"),
        (json.dumps(cue_record(id="cue.tell2")), "lemma 'tell' as verb is already on line 1"),
    ],
    ids=["no-json", "no-object", "doubled-key", "doubled-id", "doubled-lemma"],
)
def test_a_bad_line_is_refused_by_file_and_line(tmp_path: Path, line: str, message: str) -> None:
    path = write_lines(tmp_path / "cues.jsonl", cue_record(), "", line)
    with pytest.raises(LexiconError, match=message) as caught:
        read_cues(path)
    assert str(caught.value).startswith(f"{path}:3: ")


def test_a_missing_file_and_other_encodings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="can't be read as UTF-8"):
        read_cues(tmp_path / "none.jsonl")
    (tmp_path / "latin.jsonl").write_bytes(b'{"id": "caf\xe9"}\n')
    with pytest.raises(LexiconError, match="can't be read as UTF-8"):
        read_cues(tmp_path / "latin.jsonl")


def test_the_same_lemma_may_be_two_parts_of_speech(tmp_path: Path) -> None:
    noun = cue_record(id="cue.tell_noun", pos="noun", frames=["noun-that"], forms=...)
    cues = read_cues(write_lines(tmp_path / "cues.jsonl", cue_record(), noun))
    assert [(form.entry.pos, form.tag) for form in cues.forms["tells"]] == [("verb", "s"), ("noun", "nouns")]


# --- inflection ---


@pytest.mark.parametrize(
    ("base", "third", "past", "ing"),
    [
        ("claim", "claims", ["claimed"], ["claiming"]),
        ("admit", "admits", ["admitted"], ["admitting"]),
        ("rebut", "rebuts", ["rebutted"], ["rebutting"]),
        ("refer", "refers", ["referred"], ["referring"]),
        ("offer", "offers", ["offered"], ["offering"]),
        ("edit", "edits", ["edited"], ["editing"]),
        ("plan", "plans", ["planned"], ["planning"]),
        ("stop", "stops", ["stopped"], ["stopping"]),
        ("deny", "denies", ["denied"], ["denying"]),
        ("convey", "conveys", ["conveyed"], ["conveying"]),
        ("agree", "agrees", ["agreed"], ["agreeing"]),
        ("argue", "argues", ["argued"], ["arguing"]),
        ("lie", "lies", ["lied"], ["lying"]),
        ("stress", "stresses", ["stressed"], ["stressing"]),
        ("push", "pushes", ["pushed"], ["pushing"]),
        ("preach", "preaches", ["preached"], ["preaching"]),
        ("echo", "echoes", ["echoed"], ["echoing"]),
        ("veto", "vetoes", ["vetoed"], ["vetoing"]),
        ("quiz", "quizzes", ["quizzed"], ["quizzing"]),
        ("quip", "quips", ["quipped"], ["quipping"]),
        ("panic", "panics", ["panicked"], ["panicking"]),
        ("fix", "fixes", ["fixed"], ["fixing"]),
        ("vow", "vows", ["vowed"], ["vowing"]),
        ("reveal", "reveals", ["revealed"], ["revealing"]),
        ("label", "labels", ["labeled", "labelled"], ["labeling", "labelling"]),
        ("signal", "signals", ["signaled", "signalled"], ["signaling", "signalling"]),
        ("focus", "focuses", ["focused", "focussed"], ["focusing", "focussing"]),
    ],
)
def test_regular_verbs(base: str, third: str, past: list[str], ing: list[str]) -> None:
    forms = verb_forms(base)
    assert forms["s"] == (third,)
    assert [*forms["past"]] == [*forms["part"]] == past
    assert [*forms["ing"]] == ing


def test_british_spellings_stand_beside_american_ones() -> None:
    assert verb_forms("criticize")["past"] == ("criticized", "criticised")
    assert verb_forms("analyze")["ing"] == ("analyzing", "analysing")
    assert verb_forms("favor")["s"] == ("favors", "favours")
    assert verb_forms("seize")["base"] == ("seize",)
    assert noun_forms("rumor")["nouns"] == ("rumors", "rumours")


def test_irregular_forms_replace_regular_ones_and_the_participle_follows_the_past() -> None:
    forms = verb_forms("show", {"part": ("shown", "showed")})
    assert (forms["past"], forms["part"]) == (("showed",), ("shown", "showed"))
    assert verb_forms("say", {"past": ("said",)})["part"] == ("said",)


@pytest.mark.parametrize(
    ("noun", "plural"),
    [("claim", "claims"), ("prophecy", "prophecies"), ("speech", "speeches"), ("loss", "losses"), ("essay", "essays")],
)
def test_noun_plurals(noun: str, plural: str) -> None:
    assert noun_forms(noun)["nouns"] == (plural,)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12))
def test_any_word_inflects(base: str) -> None:
    for forms in (verb_forms(base), noun_forms(base)):
        assert all(forms.values())
        assert all(form for group in forms.values() for form in group)


# --- word lists ---


def test_word_lists_are_full_enough() -> None:
    words = read_word_lists()
    assert len(words.verbs) >= 1500
    assert len(words.verb_like_nouns) >= 300
    assert len(words.participle_adjectives) >= 150
    assert words.verb_like_nouns <= set(words.verb_forms)


@pytest.mark.parametrize("word", ["attacked", "rose", "says", "is", "won't", "would", "didn't", "he's", "went", "has"])
def test_finite_verbs_are_known(word: str) -> None:
    assert read_word_lists().is_finite_verb(word)


@pytest.mark.parametrize("word", ["the", "moscow", "attacking", "risen", "quickly", "of", "spoken"])
def test_other_words_are_no_finite_verbs(word: str) -> None:
    assert not read_word_lists().is_finite_verb(word)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"id": "words.adverbials", "words": ["now"]}, "unknown word list 'adverbials'; allowed: determiners"),
        ({"id": "words.modals", "words": ["can", "can"]}, "modals has words twice: can"),
        ({"id": "words.modals", "words": ["Can"]}, "modals is 'Can'; wanted: lower case"),
        ({"id": "words.modals", "words": ["can"], "note": "x"}, "unknown key 'note'; allowed: id, words"),
        ({"id": "words.modals"}, "key 'words' is missing"),
        ({"id": "words.determiners", "words": ["a"]}, "list 'determiners' stands in the file twice"),
        ({"id": "words.verbs", "words": ["go"], "irregular": {"go": "went"}}, "irregular.go is 'went'"),
        ({"id": "words.verbs", "words": ["go"], "irregular": {"do": ["did", "done"]}}, "irregular.do is"),
    ],
)
def test_a_bad_word_list_is_refused_by_file_and_line(tmp_path: Path, line: dict[str, Any], message: str) -> None:
    path = write_lines(tmp_path / "words.jsonl", {"id": "words.determiners", "words": ["the"]}, line)
    with pytest.raises(LexiconError, match=message) as caught:
        read_word_lists(path)
    assert str(caught.value).startswith(f"{path}:2: ")


def test_missing_word_lists_are_named(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "words.jsonl", {"id": "words.determiners", "words": ["the"]})
    with pytest.raises(LexiconError, match="lists are missing: prepositions, "):
        read_word_lists(path)
    assert "verb_forms" not in LIST_NAMES
