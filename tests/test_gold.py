"""Reading gold: our stand-off files, JSON lines that carry their text, and everything that can be wrong with them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from sayso.attribution.errors import InputError
from sayso.attribution.gold import GoldSpeaker, GoldStance, read_gold
from sayso.attribution.types import TextSpan, text_hash

TEXT = "Ruiz said that rents will rise.\r\n“Soon,” said Lee."
RENTS: dict[str, Any] = {
    "content": [[15, 30]],
    "cue": [[5, 9]],
    "source": [[0, 4]],
    "kind": "indirect",
    "nested": False,
    "speaker": {"name": "Ana Ruiz", "aliases": ["Ruiz"], "type": "person", "id": "ana-ruiz"},
    "stances": [{"target": "rent-cap", "labels": ["favor", "neutral"], "optional": True}],
    "optional": True,
}
SOON: dict[str, Any] = {"id": "x", "content": [[33, 40]], "cue": [[41, 45]], "source": [], "kind": "direct"}


def write_gold(folder: Path, *attributions: dict[str, Any], **other: Any) -> Path:
    (folder / "gold").mkdir()
    (folder / "articles").mkdir()
    (folder / "articles" / "one.txt").write_bytes(TEXT.encode())
    record = {"doc": "one", "attributions": list(attributions), **other}
    (folder / "gold" / "one.json").write_text(json.dumps(record), encoding="utf-8")
    return folder / "gold"


def write_lines(folder: Path, *records: Any) -> Path:
    path = folder / "gold.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def test_folder_of_gold_takes_its_text_from_the_articles(tmp_path: Path) -> None:
    gold = write_gold(tmp_path, SOON, RENTS)
    (document,) = read_gold(gold, articles=tmp_path / "articles")
    assert document.text == TEXT  # \r\n kept: offsets count both
    rents, soon = document.attributions  # in text order, not in file order
    assert rents.content == (TextSpan(15, 30),)
    assert rents.speaker == GoldSpeaker("Ana Ruiz", "person", ("Ruiz",), "ana-ruiz")
    assert rents.stances == (GoldStance("rent-cap", ("favor", "neutral"), optional=True),)
    assert rents.optional
    assert soon.content[0].of(document.text) == "“Soon,”"
    assert (soon.source, soon.speaker, soon.nested, soon.optional) == ((), None, False, False)


def test_one_gold_file_reads_like_a_folder_of_one(tmp_path: Path) -> None:
    gold = write_gold(tmp_path, RENTS)
    assert read_gold(gold / "one.json", articles=tmp_path / "articles") == read_gold(
        gold, articles=tmp_path / "articles"
    )


def test_shipped_gold_is_read(repository: Path) -> None:
    documents = read_gold(repository / "seeds" / "gold", articles=repository / "seeds" / "articles")
    assert [document.id[:3] for document in documents] == ["001", "002"]
    assert sum(not a.optional for document in documents for a in document.attributions) == 41
    assert sum(a.nested for document in documents for a in document.attributions) == 8
    assert sum(a.speaker is not None and a.speaker.any for d in documents for a in d.attributions) == 2


def test_lines_carry_text_and_metadata(tmp_path: Path) -> None:
    record = {"id": "one", "text": TEXT, "title": "Rents", "date": "2021-12-07", "attributions": [SOON]}
    (document,) = read_gold(write_lines(tmp_path, record))
    assert (document.title, document.date, document.publisher) == ("Rents", "2021-12-07", None)
    packed = tmp_path / "gold.jsonl.gz"
    packed.write_bytes(gzip.compress((tmp_path / "gold.jsonl").read_bytes()))
    assert read_gold(packed) == [document]


def test_limit_stops_before_later_lines_are_read(tmp_path: Path) -> None:
    good = {"id": "one", "text": TEXT, "attributions": [SOON]}
    path = write_lines(tmp_path, good, {**good, "id": "two"}, "broken")
    assert [d.id for d in read_gold(path, limit=2)] == ["one", "two"]
    with pytest.raises(InputError, match="limit is 0"):
        read_gold(path, limit=0)


def test_attributions_without_content_are_left_out(tmp_path: Path) -> None:
    empty = {"content": [], "cue": [[5, 9]], "source": [], "kind": None, "speaker": None}
    (document,) = read_gold(write_lines(tmp_path, {"id": "one", "text": TEXT, "attributions": [empty, SOON]}))
    assert len(document.attributions) == 1


def test_a_speaker_with_an_empty_name_is_no_speaker(tmp_path: Path) -> None:
    nameless = {**SOON, "speaker": {"name": "", "type": "unnamed", "how": "implicit"}}
    named = {**RENTS, "speaker": {"name": "Lee", "type": "person", "how": "surname"}}
    (document,) = read_gold(write_lines(tmp_path, {"id": "one", "text": TEXT, "attributions": [nameless, named]}))
    assert [a.speaker for a in document.attributions] == [GoldSpeaker("Lee", "person", how="surname"), None]


def test_gum_lines_lose_photo_credits_and_keep_named_speakers(tmp_path: Path) -> None:
    speaker = {"cluster": "4", "name": "Ana Ruiz", "etype": "person", "source_form": "pronoun"}
    said = {**SOON, "cue_from": "signal", "speaker": speaker}
    place = {**said, "speaker": {**speaker, "name": "Lagos", "etype": "place"}}
    unknown = {**said, "speaker": {**speaker, "name": None}}
    credit = {**said, "cue": [], "cue_from": None}
    (document,) = read_gold(
        write_lines(tmp_path, {"id": "one", "text": TEXT, "attributions": [said, place, unknown, credit]})
    )
    assert [a.speaker for a in document.attributions] == [
        GoldSpeaker("Ana Ruiz", "person", how="pronoun"),
        GoldSpeaker("Lagos", None, how="pronoun"),
        None,
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"content": [[15, 300]]}, r"content \[15, 300\) ends beyond the article's 50 characters"),
        ({"content": [[30, 15]]}, r"content needs a list of \[start, end\]"),
        ({"content": [[15, 15]]}, r"0 <= start < end"),
        ({"content": [[15]]}, r"content needs a list"),
        ({"content": "15-30"}, r"content needs a list"),
        ({"cue": [[5.0, 9]]}, r"cue needs a list"),
        ({"source": 7}, r"source needs a list"),
        ({"kind": "quoted"}, r"unknown kind 'quoted'; allowed: direct, indirect, mixed"),
        ({"speaker": "Ruiz"}, r"speaker needs an object"),
        ({"speaker": {"name": "Ruiz", "type": "human"}}, r"unknown speaker type 'human'"),
        ({"speaker": {"name": "Ruiz", "type": "person", "aliases": "R"}}, r"aliases must be a list"),
        ({"speaker": {"name": "Ruiz", "type": "person", "any": 1}}, r"'any' must be true or false"),
        ({"stances": [{"target": "x", "labels": ["pro"]}]}, r"labels \['pro'\]; give a list of one or more of favor"),
        ({"stances": [{"target": "x", "labels": [["favor"]]}]}, r"stance towards 'x'"),
        ({"stances": [{"labels": ["favor"]}]}, r"a stance needs an object with a 'target'"),
        ({"stances": {"x": "favor"}}, r"'stances' is a dict"),
        ({"optional": "no"}, r"'optional' must be true or false"),
    ],
)
def test_a_wrong_value_is_told_with_file_line_and_attribution(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    good = {"id": "one", "text": TEXT, "attributions": [SOON]}
    bad = {"id": "two", "text": TEXT, "attributions": [SOON, {**RENTS, **change}]}
    with pytest.raises(InputError, match=rf"gold\.jsonl:2: attribution 1: .*{message}"):
        read_gold(write_lines(tmp_path, good, bad))


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ([1], "found a JSON list"),
        ({"text": TEXT, "attributions": []}, "needs the article's id"),
        ({"id": "one", "text": TEXT}, "needs 'attributions'"),
        ({"id": "one", "text": 5, "attributions": []}, "'text' is a int"),
        ({"id": "one", "text": TEXT, "attributions": ["x"]}, "an attribution is an object"),
        ({"id": "one", "text": TEXT, "title": 5, "attributions": []}, "'title' must be a string"),
        ({"id": "one", "attributions": []}, r"say where the articles are \(--articles DIR with one.txt\)"),
    ],
)
def test_a_wrong_record_is_told_with_file_and_line(tmp_path: Path, record: Any, message: str) -> None:
    with pytest.raises(InputError, match=rf"gold\.jsonl:1: .*{message}"):
        read_gold(write_lines(tmp_path, record))


def test_broken_json_encoding_and_archive_are_told(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text('{"id": "one"\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"gold\.jsonl:1: not valid JSON"):
        read_gold(path)
    path.write_bytes(b'{"id": "\xff"}\n')
    with pytest.raises(InputError, match="not UTF-8"):
        read_gold(path)
    path = tmp_path / "gold.jsonl.gz"
    for packed in (b"no archive", gzip.compress(b'{"id": "one"}' * 99)[:-9]):
        path.write_bytes(packed)
        with pytest.raises(InputError, match="can't be read"):
            read_gold(path)


def test_missing_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be read"):
        read_gold(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no annotated article"):
        read_gold(tmp_path / "empty")
    gold = write_gold(tmp_path, RENTS)
    with pytest.raises(InputError, match=r"its article .*one\.txt does not exist; check --articles"):
        read_gold(gold, articles=tmp_path / "empty")


def test_an_id_never_leaves_the_articles_folder(tmp_path: Path) -> None:
    gold = write_gold(tmp_path, RENTS, doc="../articles/one")
    with pytest.raises(InputError, match="can't be a file name"):
        read_gold(gold, articles=tmp_path / "articles")


def test_the_same_article_twice_is_refused_naming_both(tmp_path: Path) -> None:
    record = {"id": "one", "text": TEXT, "attributions": []}
    with pytest.raises(InputError, match=r"gold\.jsonl:2: article id 'one' was already used at .*gold\.jsonl:1"):
        read_gold(write_lines(tmp_path, record, record))


def _labelled(tmp_path: Path, *lines: dict[str, Any]) -> Path:
    path = tmp_path / "labels.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_speakers_may_stand_apart_from_the_corpus(tmp_path: Path) -> None:
    empty = {**SOON, "content": []}
    records = [{"id": name, "text": TEXT, "attributions": [empty, SOON]} for name in ("one", "two")]
    gold = write_lines(tmp_path, *records)
    speaker = {"name": "Ana Ruiz", "type": "person", "how": "pronoun"}
    label = {"id": "two", "text_sha256": text_hash(TEXT), "speakers": [None, speaker]}
    (document,) = read_gold(gold, speakers=_labelled(tmp_path, label))
    assert document.id == "two"
    (found,) = document.attributions  # the one without content is left out, its label with it
    assert found.speaker == GoldSpeaker("Ana Ruiz", "person", how="pronoun")


@pytest.mark.parametrize(
    ("label", "says"),
    [
        ({"id": "one", "text_sha256": text_hash("another"), "speakers": [None]}, "another text"),
        ({"id": "one", "text_sha256": text_hash(TEXT), "speakers": []}, "another number"),
        ({"id": "none", "text_sha256": text_hash(TEXT), "speakers": [None]}, "that .* has not"),
        ({"id": "one", "text_sha256": text_hash(TEXT), "speakers": ["Ana Ruiz"]}, "object or null"),
        ({"id": "one", "speakers": [None]}, "text_sha256"),
        ({"id": "one", "text_sha256": text_hash(TEXT), "speakers": [{"name": "Ana", "type": "mayor"}]}, "mayor"),
    ],
)
def test_labels_that_do_not_fit_are_refused(tmp_path: Path, label: dict[str, Any], says: str) -> None:
    gold = write_lines(tmp_path, {"id": "one", "text": TEXT, "attributions": [SOON]})
    with pytest.raises(InputError, match=says):
        read_gold(gold, speakers=_labelled(tmp_path, label))


def test_an_article_is_labelled_once(tmp_path: Path) -> None:
    gold = write_lines(tmp_path, {"id": "one", "text": TEXT, "attributions": [SOON]})
    label = {"id": "one", "text_sha256": text_hash(TEXT), "speakers": [None]}
    with pytest.raises(InputError, match=r"labels\.jsonl:2: .* already labelled at .*labels\.jsonl:1"):
        read_gold(gold, speakers=_labelled(tmp_path, label, label))
