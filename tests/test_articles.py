"""Articles come in exactly as they stand in their files; what is bad is told with its place, and the rest goes on."""

from __future__ import annotations

import csv
import gzip
import io
import json
import logging
import os
import re
import sys
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sayso.attribution import articles, encodings, formats, language, strict_json
from sayso.attribution.articles import find_title_line, input_bytes, read_articles, split_text
from sayso.attribution.encodings import UndecodableError, decode
from sayso.attribution.errors import ConfigError, InputError
from sayso.attribution.language import find_other_language
from sayso.attribution.read_options import ReadOptions
from sayso.attribution.strict_json import StrictJsonError, loads
from sayso.attribution.types import Article, BadRecord

ENGLISH = (
    "“Rents will rise,” said Ana Ruiz, the minister of housing, on Monday in the harbour town of Vell, and the tenants"
    " were not amused by the news that she had brought with her from the capital."
)
GERMAN = "Die Ministerin sagte am Montag, dass die Mieten im nächsten Jahr in der Hafenstadt nicht steigen werden."


def read(*inputs: str | Path, **options: Any) -> tuple[list[Article], list[BadRecord]]:
    bad: list[BadRecord] = []
    return list(read_articles(inputs, options=ReadOptions(**options), on_bad=bad.append)), bad


def unexpected(record: BadRecord) -> None:
    pytest.fail(repr(record))


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def json_lines(*records: object) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


# Formats


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.text", "A.TXT"])
@pytest.mark.parametrize("text", ["One\r\nTwo\rThree\u2028Four\n\n", "\ttabs and \x1b escapes stay ", "x"])
def test_a_text_file_is_one_article_kept_exactly(tmp_path: Path, name: str, text: str) -> None:
    (article,), bad = read(write(tmp_path / name, text))
    assert article.text == text
    assert (article.id, article.line, article.path, bad) == (name[0], None, str(tmp_path / name), [])


def test_json_lines_give_text_id_and_metadata(tmp_path: Path) -> None:
    first = {
        "id": 7,
        "content": ENGLISH,
        "headline": "Rents\nrise",
        "date": "Dec. 7, 2021",
        "source": {"id": None, "name": "The Harbour"},
        "url": "https://harbour.example/1",
    }
    found, bad = read(write(tmp_path / "n.jsonl", json_lines(first, {"Text": "No id.\r\n"}).replace("\n", "\r\n", 1)))
    assert bad == []
    assert found[0] == Article(
        id="7",
        text=ENGLISH,
        title="Rents rise",
        date="2021-12-07",
        publisher="The Harbour",
        url="https://harbour.example/1",
        path=str(tmp_path / "n.jsonl"),
        line=1,
    )
    assert (found[1].id, found[1].text, found[1].line) == ("n-2", "No id.\r\n", 2)


def test_fields_can_be_named_also_inside_objects(tmp_path: Path) -> None:
    record = {
        "text": "wrong",
        "doc": {"main": "Right."},
        "key": "k1",
        "head": "T",
        "when": "2021",
        "who": "P",
        "at": "u",
    }
    names = {"id": "key", "title": "head", "date": "when", "publisher": "who", "url": "at", "text": "doc.main"}
    (article,), _ = read(
        write(tmp_path / "n.ndjson", json_lines(record)), **{f"{role}_field": name for role, name in names.items()}
    )
    assert (article.text, article.id, article.title, article.date, article.publisher, article.url) == (
        *("Right.", "k1", "T", "2021", "P", "u"),
    )


@pytest.mark.parametrize(("name", "delimiter"), [("t.csv", ","), ("t.csv", ";"), ("t.tsv", "\t")])
def test_tables_keep_newlines_and_quotation_marks_in_cells(tmp_path: Path, name: str, delimiter: str) -> None:
    rows = [["id", "body", "title"], ["a", 'One,"two";\tthree\r\nfour\n', "T"], ["b", "x" * 200_000, ""]]
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    found, bad = read(write(tmp_path / name, buffer.getvalue()))
    assert [[article.id, article.text, article.title or ""] for article in found] == rows[1:]
    assert [article.line for article in found] == [2, 5]
    assert bad == []


def test_html_gives_the_visible_main_text_and_its_metadata(tmp_path: Path) -> None:
    page = f"""<!doctype html><html><head><title>Rents - Harbour</title><meta charset="utf-8">
    <meta property="og:title" content="Rents will rise"><meta property="og:site_name" content="The Harbour Times">
    <meta property="article:published_time" content="2021-12-07T10:00:00Z">
    <link rel="canonical" href="https://harbour.example/rents"><script>var a = "evil said";</script></head>
    <body><nav><a href="/">Home</a></nav><article><h1>Rents will rise</h1><p>{ENGLISH}</p><!-- secret said -->
    <p style="display: none">Hidden one said so.</p><p hidden>Hidden two said so.</p>
    <p>{ENGLISH.replace("Ruiz", "Lee")} &lt;b&gt;</p></article></body></html>"""
    (article,), bad = read(write(tmp_path / "p.html", page))
    assert bad == []
    assert ENGLISH in article.text
    assert "<b>" in article.text
    assert not re.search("evil|secret|Hidden", article.text)
    assert (article.title, article.date, article.publisher, article.url) == (
        "Rents will rise",
        "2021-12-07",
        "The Harbour Times",
        "https://harbour.example/rents",
    )


def test_a_short_page_still_has_text_and_an_empty_one_is_bad(tmp_path: Path) -> None:
    (article,), _ = read(write(tmp_path / "p.htm", "<p>Rents rose, said Bo.</p><p hidden>no</p>"))
    assert article.text == "Rents rose, said Bo."
    for content in ("", "<html></html>", "<p>a\x00b</p>"):
        found, bad = read(write(tmp_path / "q.html", content))
        assert (found, len(bad)) == ([], 1)


def test_a_page_in_its_declared_encoding(tmp_path: Path) -> None:
    page = '<html><head><meta charset="windows-1251"></head><body><p>Кремль сказал Ana Ruiz said.</p></body></html>'
    (article,), _ = read(write(tmp_path / "p.html", page.encode("cp1251")), any_language=True)
    assert article.text.startswith("Кремль")


def test_markdown_front_matter_is_metadata_and_stays_in_the_text(tmp_path: Path) -> None:
    text = '---\ntitle: "Rents rise"\ndate: 2021-12-07\n---\n# Rents\n\nRents rose.'
    (article,), _ = read(write(tmp_path / "p.md", text))
    assert (article.text, article.title, article.date) == (text, "Rents rise", "2021-12-07")


def test_parquet_rows_are_articles(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    table = pyarrow.table({"id": [1, None, 3], "text": ["One.\r\n", "Two.", None], "junk": [b"\xff"] * 3})
    parquet.write_table(table, tmp_path / "t.parquet")
    found, bad = read(tmp_path / "t.parquet")
    assert [(article.id, article.text, article.line) for article in found] == [("1", "One.\r\n", 1), ("t-2", "Two.", 2)]
    assert [(record.line, record.reason) for record in bad] == [(3, "empty text")]
    write(tmp_path / "t.parquet", b"PAR1 no")
    found, bad = read(tmp_path / "t.parquet")
    assert found == []
    assert "unreadable parquet file" in bad[0].reason


def test_a_saved_dataset_folder_is_read_split_by_split(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    datasets.disable_progress_bars()
    train, test = ({"text": [f"{name} one.", f"{name} two."]} for name in ("Train", "Test"))
    splits = {"train": datasets.Dataset.from_dict(train), "test": datasets.Dataset.from_dict(test)}
    datasets.DatasetDict(splits).save_to_disk(tmp_path / "news")
    found, bad = read(tmp_path / "news")
    assert bad == []
    assert [(article.id, article.text) for article in found] == [
        ("news-train-1", "Train one."),
        ("news-train-2", "Train two."),
        ("news-test-1", "Test one."),
        ("news-test-2", "Test two."),
    ]
    write(tmp_path / "news" / "train" / "state.json", "{")
    found, bad = read(tmp_path / "news")
    assert found == []
    assert "unreadable dataset folder" in bad[0].reason


@pytest.mark.parametrize(
    ("content", "ids"),
    [
        (json_lines({"text": "One."}, {"text": "Two."}), ["stdin-1", "stdin-2"]),
        ("\ufeff" + json_lines({"text": "One."}), ["stdin-1"]),
        ("{He} said so.", ["stdin"]),
        ("<!DOCTYPE html><p>He said so.</p>", ["stdin"]),
        (gzip.compress(json_lines({"text": "One."}).encode()), ["stdin-1"]),
        (json_lines({"text": "One."}).encode("utf-16"), ["stdin-1"]),
    ],
    ids=["json-lines", "marked", "text", "html", "gzip", "utf-16"],
)
def test_standard_input_tells_its_own_format(
    monkeypatch: pytest.MonkeyPatch, content: str | bytes, ids: list[str]
) -> None:
    raw = content if isinstance(content, bytes) else content.encode()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    found, bad = read("-")
    assert ([article.id for article in found], bad) == (ids, [])
    assert {article.path for article in found} == {"-"}


# Inputs


def test_folders_are_walked_in_name_order_and_each_file_is_read_once(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", ".hidden.txt", "note.pdf", "c/d.txt", ".git/e.txt", "[x]*.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write(tmp_path / name, f"Text of {name}.")
    found, bad = read(tmp_path, tmp_path / "a.txt", str(tmp_path / "*.txt"), tmp_path / "[x]*.txt")
    assert [article.id for article in found] == ["[x]*", "a", "b", "d"]
    assert bad == []
    found, _ = read(str(tmp_path / "**" / "d*"))
    assert [article.id for article in found] == ["d"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("missing.txt", r"missing\.txt: no such file"),
        ("no*.txt", r"no\*\.txt: no such file"),
        ("a.pdf", r"a\.pdf: unknown format; known are \.txt"),
        ("a.parquet.gz", "unknown format"),
        ("a.json", "jq"),
        ("empty", "empty: no articles in this folder"),
        ("a\x00b", "no such file"),
    ],
)
def test_an_input_that_cannot_be_is_refused_at_once(tmp_path: Path, given: str, message: str) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("a.pdf", "a.parquet.gz", "a.json"):
        write(tmp_path / name, "x")
    with pytest.raises(InputError, match=message):
        read_articles([f"{tmp_path}/{given}"], on_bad=unexpected)
    with pytest.raises(InputError, match="no input"):
        read_articles([], on_bad=unexpected)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names there are text")
def test_a_file_name_that_is_no_text_is_bad_and_named(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/caf\xe9.txt", "wb") as file:
        file.write(b"Text.")
    found, bad = read(tmp_path)
    assert found == []
    assert bad[0].path.endswith("caf\\xe9.txt")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_bad(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "x").chmod(0)
    assert "can't be read" in read(tmp_path)[1][0].reason


def test_progress_adds_up_to_the_size_of_the_inputs(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "Text.")
    write(tmp_path / "b.jsonl.gz", gzip.compress(json_lines({"text": "One."}).encode()))
    steps: list[int] = []
    list(read_articles([tmp_path], on_bad=unexpected, on_progress=steps.append))
    assert sum(steps) == input_bytes([tmp_path])
    assert input_bytes(["-"]) is None


# Bad records


def test_bad_json_lines_are_told_with_line_offset_and_cure_and_the_rest_goes_on(tmp_path: Path) -> None:
    lines = [
        (b'{"id": "ok1", "text": "One."}', None),
        (b'{"text": "a"', "malformed JSON"),
        (b'{"text": NaN}', "NaN is no JSON number"),
        (b'{"text": "a", "n": 1e999}', "too large"),
        (b'{"text": "a", "n": ' + b"9" * 5000 + b"}", "digits"),
        (b'{"text": "a", "text": "b"}', "'text' appears twice"),
        (b'{"text": "\\ud83d"}', "surrogate"),
        (b'{"text": "a", "x": ' + b"[" * 5000 + b"]" * 5000 + b"}", "nested deeper"),
        (b"[1]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'{"title": "no text"}', "no text"),
        (b'{"text": null}', "no text"),
        (b'{"text": ["a"]}', "text is no string but list"),
        (b'{"text": " \\n"}', "empty text"),
        (b'{"text": "a\\u0000b"}', "NUL"),
        (b'{"text": "a \xc3\xa9\xc3\xa9 \xff"}', "damaged UTF-8"),
        (b'{"id": "ok1", "text": "Again."}', "id taken: 'ok1' is the id of"),
        (b'{"id": [1], "text": "a"}', "id is not usable"),
        (b'{"id": "a\\nb", "text": "a"}', "id is not usable"),
        (b'{"id": "de", "text": "' + GERMAN.encode() + b'"}', "another language: German (de)"),
        (b"   ", None),
        (b'{"id": "ok2", "text": "\\ud83d\\ude00 Two."}', None),
    ]
    path = write(tmp_path / "n.jsonl", b"\n".join(line for line, _ in lines))
    found, bad = read(path)
    assert [article.id for article in found] == ["ok1", "ok2"]
    assert found[1].text == "😀 Two."
    expected = [(number, reason) for number, (_, reason) in enumerate(lines, start=1) if reason]
    assert [record.line for record in bad] == [number for number, _ in expected]
    offset = 0
    offsets = {}
    for number, (line, _) in enumerate(lines, start=1):
        offsets[number] = offset
        offset += len(line) + 1
    for record, (number, reason) in zip(bad, expected, strict=True):
        assert reason in record.reason, record
        assert record.byte_offset == offsets[number]
        assert record.cure
        assert record.path == str(path)
    assert f"{path}:1" in next(record.reason for record in bad if "taken" in record.reason)


def test_strict_stops_at_the_first_bad_record_with_place_and_cure(tmp_path: Path) -> None:
    write(tmp_path / "n.jsonl", json_lines({"text": "One."}) + "{bad\n" + json_lines({"text": "Two."}))
    found = read_articles([tmp_path], options=ReadOptions(strict=True), on_bad=unexpected)
    assert next(found).id == "n-1"
    with pytest.raises(InputError, match=r"n\.jsonl:2: malformed JSON.*; mend"):
        next(found)


def test_bad_table_rows_are_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    table = 'id,text\na,One.\nb,"Two" x\nc\nd,1,2\n\ne,Five.\nf,"open\nto the end'
    found, bad = read(write(tmp_path / "t.csv", table))
    assert [article.id for article in found] == ["a", "e"]
    assert [(record.line, record.reason.split(":")[0]) for record in bad] == [
        (3, "malformed table row"),
        (4, "wrong number of cells"),
        (5, "wrong number of cells"),
        (8, "malformed table row"),
    ]


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("id,words\na,b\n", "no text.*fields: id, words"),
        ("text,text\na,b\n", "column twice: text"),
        ('"text', "malformed"),
    ],
)
def test_a_table_without_a_usable_header_is_one_bad_record(tmp_path: Path, table: str, reason: str) -> None:
    found, bad = read(write(tmp_path / "t.csv", table))
    assert (found, len(bad)) == ([], 1)
    assert re.search(reason, bad[0].reason)


def test_a_missing_named_field_lists_the_fields_there_are(tmp_path: Path) -> None:
    found, bad = read(write(tmp_path / "n.jsonl", json_lines({"text": "One.", "b": 1})), text_field="words")
    assert found == []
    assert "'words'" in bad[0].reason
    assert "fields: text, b" in bad[0].reason
    assert "--text-field" in bad[0].cure


def test_the_same_stem_twice_names_both_files(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "x.txt", f"Text in {folder}.")
    found, (bad,) = read(tmp_path)
    assert [article.path for article in found] == [str(tmp_path / "a" / "x.txt")]
    assert bad.path == str(tmp_path / "b" / "x.txt")
    assert str(tmp_path / "a" / "x.txt") in bad.reason


def test_lines_and_files_beyond_the_cap_are_left_out_and_the_rest_goes_on(tmp_path: Path) -> None:
    write(tmp_path / "n.jsonl", json_lines({"text": "x" * 5000}, {"text": "One."}))
    write(tmp_path / "t.csv", 'text\n"' + "x\n" * 3000 + '"\nTwo.\n')
    write(tmp_path / "u.txt", "x" * 5000)
    found, bad = read(tmp_path, max_record_bytes=1000)
    assert "One." in [article.text for article in found]
    assert {Path(record.path).name for record in bad} >= {"n.jsonl", "t.csv", "u.txt"}
    assert all(re.match("too (long|large)", record.reason) or "table row" in record.reason for record in bad)


# Packed files


def test_packed_files_read_like_plain_ones(tmp_path: Path) -> None:
    content = json_lines({"text": "One.\r\n"})
    write(
        tmp_path / "n.jsonl.gz", gzip.compress(content.encode()) + gzip.compress(json_lines({"text": "Two."}).encode())
    )
    write(tmp_path / "x.txt.GZ", gzip.compress(b"Text.\r\n"))
    write(tmp_path / "misnamed.jsonl", gzip.compress(json_lines({"text": "Three."}).encode()))
    found, bad = read(tmp_path)
    assert bad == []
    assert [(article.id, article.text) for article in found] == [
        ("misnamed-1", "Three."),
        ("n-1", "One.\r\n"),
        ("n-2", "Two."),
        ("x", "Text.\r\n"),
    ]


@pytest.mark.parametrize("options", [{"max_bytes": 1 << 20}, {}], ids=["size", "ratio"])
def test_a_packed_bomb_is_stopped_by_its_caps_and_the_next_file_read(tmp_path: Path, options: dict[str, int]) -> None:
    write(tmp_path / "a.jsonl.gz", gzip.compress(b"a" * (24 << 20)))
    write(tmp_path / "b.txt", "Two.")
    found, (bad,) = read(tmp_path, **options)
    assert [article.text for article in found] == ["Two."]
    assert re.search("unpacks to more|packed tighter", bad.reason)
    assert "unpack it first" in bad.cure


@pytest.mark.parametrize("damage", [lambda raw: raw[:40], lambda raw: raw[:20] + b"xxxx" + raw[24:], lambda raw: b"no"])
def test_a_damaged_packed_file_is_told_and_the_next_one_read(tmp_path: Path, damage: Any) -> None:
    packed = gzip.compress(json_lines(*({"text": f"One {i}."} for i in range(50))).encode())
    write(tmp_path / "a.jsonl.gz", damage(packed))
    write(tmp_path / "b.txt", "Two.")
    found, bad = read(tmp_path)
    assert found[-1].text == "Two."
    assert bad[-1].reason.startswith("damaged gzip file")


# Encodings


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le"])
@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.csv"])
def test_marked_files_are_read_without_their_mark(tmp_path: Path, encoding: str, name: str) -> None:
    text = "“Rents”\r\nrise, she said on Monday in the town."
    bodies = {"a.txt": text, "a.jsonl": json_lines({"text": text}), "a.csv": 'text\n"' + text + '"\n'}
    raw = bodies[name].encode(encoding)
    if encoding == "utf-16-le":
        raw = encodings.codecs.BOM_UTF16_LE + raw  # type: ignore[attr-defined]
    found, bad = read(write(tmp_path / name, raw))
    assert ([article.text for article in found], bad) == ([text], [])


def test_a_mark_inside_a_file_is_a_character(tmp_path: Path) -> None:
    (article,), _ = read(write(tmp_path / "t.csv", 'text\n"One\n\ufeffTwo"\n'))
    assert article.text == "One\n\ufeffTwo"


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman"])
def test_other_encodings_are_read_where_they_are_certain_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, encoding: str
) -> None:
    text = "“Rents will rise,” said the minister’s aide — «at once» — in Málaga on Monday…"
    write(tmp_path / "a.txt", text.encode(encoding))
    write(tmp_path / "b.jsonl", json_lines({"text": text}, {"text": text}).encode(encoding))
    with caplog.at_level(logging.WARNING):
        found, bad = read(tmp_path)
    assert ([article.text for article in found], bad) == ([text] * 3, [])
    assert [record.getMessage().split(": ", 1)[1][:50] for record in caplog.records] == [
        f"not UTF-8; 1 article read as {encoding} (--encoding names another)"[:50],
        f"not UTF-8; 2 articles read as {encoding} (--encoding names another)"[:50],
    ]


def test_a_named_encoding_is_taken_at_its_word(tmp_path: Path) -> None:
    path = write(tmp_path / "n.jsonl", json_lines({"text": "Кремль"}).encode("cp1251"))
    assert read(path, encoding="cp1251", any_language=True)[0][0].text == "Кремль"
    assert "not ascii" in read(path, encoding="ascii")[1][0].reason
    assert read(write(tmp_path / "u.jsonl", json_lines({"text": "a"}).encode("utf-16-be")), encoding="utf-16-be")[0]
    with pytest.raises(ConfigError, match="unknown encoding 'klingon'"):
        ReadOptions(encoding="klingon")


def test_bytes_that_are_no_certain_text_are_refused() -> None:
    for raw in (
        bytes(range(128, 256)),
        b"good \xc3\xa9\xc3\xa9 and bad \xff",
        b"\xff\xfea",
        os.urandom(0) + b"\x81\x8d" * 40,
    ):
        with pytest.raises(UndecodableError):
            decode(raw)
    assert (
        decode("Prezydent powiedział, że rozmowy będą kontynuowane jutro w Łodzi.".encode("cp1250")).guessed == "cp1250"
    )
    assert decode("He said so on Monday in the town of Vell, and left.".encode("utf-16-le")).guessed == "utf-16-le"


# Language


def test_articles_in_another_language_are_left_out_unless_wanted(tmp_path: Path) -> None:
    write(tmp_path / "de.txt", GERMAN)
    write(tmp_path / "en.txt", ENGLISH)
    found, (bad,) = read(tmp_path)
    assert [article.id for article in found] == ["en"]
    assert bad.reason == "another language: German (de)"
    assert "--any-language" in bad.cure
    assert len(read(tmp_path, any_language=True)[0]) == 2
    assert [article.id for article in read(tmp_path, language="de")[0]] == ["de"]
    with pytest.raises(ConfigError, match="unknown language 'xx'"):
        read(tmp_path, language="xx")


@pytest.mark.parametrize(
    "text",
    [
        "Yes.",
        "“Rents will rise,” said Ana Ruiz.",
        "Jean-Claude Dupont (Paris)",
        "12 %",
        "Nein!",
        ENGLISH + "\n\n" + GERMAN[:40],
        ENGLISH + "\n\nDeja una respuesta\nTu dirección de correo electrónico no será publicada.",
    ],
)
def test_short_and_english_texts_stay(text: str) -> None:
    assert find_other_language(text) is None


# Ids, parts, metadata from the text


def test_file_names_and_text_lend_their_metadata(tmp_path: Path) -> None:
    text = "Rents will rise in Vell\n\nRents rose.\n\n© – Harbour Press, 2021"
    (article,), _ = read(write(tmp_path / "20211207_rents.txt", text))
    assert (article.title, article.date, article.publisher) == (
        "Rents will rise in Vell",
        "2021-12-07",
        "Harbour Press",
    )
    (article,), _ = read(
        write(tmp_path / "n.jsonl", json_lines({"text": text, "publisher": "Other", "date": "1/2/2021"}))
    )
    assert (article.date, article.publisher) == ("2021", "Other")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Rents will rise\n\nRents rose.", "Rents will rise"),
        ("\r\n# Rents will rise?\r\n\r\nRents rose.", "Rents will rise?"),
        ("Rents rose on Monday.\n\nThey fell.", None),
        ("Rents will rise\nand fall\n", None),
        ("Rents will rise", None),
        ("", None),
    ],
)
def test_a_title_is_a_short_first_line_with_a_blank_one_below(text: str, title: str | None) -> None:
    assert find_title_line(text) == title


def test_huge_texts_come_in_parts_that_join_to_the_whole(tmp_path: Path) -> None:
    text = "".join(f"Paragraph {i} of the story, she said.\r\n\r\n" for i in range(100))
    found, bad = read(write(tmp_path / "big.txt", text), max_text_chars=500)
    assert bad == []
    assert "".join(article.text for article in found) == text
    assert [article.id for article in found[:2]] == ["big#1", "big#2"]
    assert {article.part_of for article in found} == {"big"}
    for article in found:
        assert text[article.part_offset :].startswith(article.text)
        assert article.text.startswith("Paragraph")
        assert len(article.text) <= 500


@settings(deadline=None)
@given(st.text(alphabet="ab .\n\r\t😀", max_size=300), st.integers(1, 60))
def test_parts_always_join_to_the_text_and_none_is_too_long(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert "".join(part for _, part in parts) == text
    position = 0
    for offset, part in parts:
        assert offset == position
        position += len(part)
        assert len(part) <= limit


def test_blank_parts_of_a_huge_text_are_no_articles(tmp_path: Path) -> None:
    text = "One." + " " * 100 + "Two."
    found, bad = read(write(tmp_path / "a.txt", text), max_text_chars=10)
    assert ([article.text.strip() for article in found], bad) == (["One.", "Two."], [])
    assert [text[article.part_offset :].startswith(article.text) for article in found] == [True, True]


# Properties


NAMES = ["a.txt", "a.md", "a.html", "a.jsonl", "a.csv", "a.tsv", "a.jsonl.gz", "a.txt.gz"]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(NAMES),
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.lists(
            st.sampled_from([b'{"text":', b'"a"', b"}", b"\n", b",", b"\xff", b"\x00", b"text", b"<p>", b"\xfe\xff"])
        ).map(b"".join),
    ),
    st.booleans(),
)
@example("a.html", b"<?xml version='1.0' encoding='utf-7'?><p>+AGE-</p>", False)
@example("a.csv", b'text\n"a\n', False)
def test_no_bytes_stop_a_run(tmp_path: Path, name: str, raw: bytes, packed: bool) -> None:
    folder = tmp_path / "in"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    write(folder / name, gzip.compress(raw) if packed else raw)
    write(folder / "z.txt", "The last one.")
    found, bad = read(folder, any_language=True)
    assert found[-1].text == "The last one."
    for article in found:
        assert article.text.strip()
        assert "\x00" not in article.text
        article.text.encode("utf-8")
        article.id.encode("utf-8")
    for record in bad:
        json.dumps(record.to_json())
        assert record.cure


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=200).filter(
    lambda text: not text.isspace()
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS)
@example("\r\n\r mixed \n\u2028 ends\r")
@example("\ufeff\ufeffmarks")
def test_every_format_gives_the_text_back_exactly(tmp_path: Path, text: str) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([["text"], [text]])
    files = {
        "a.txt": "\ufeff" + text,
        "b.jsonl": json_lines({"text": text}),
        "c.jsonl": json.dumps({"text": text}),
        "d.csv": buffer.getvalue(),
    }
    for name, content in files.items():
        found, bad = read(write(tmp_path / name, content), any_language=True)
        assert ([article.text for article in found], bad) == ([text], []), name


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS


@given(st.recursive(VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3)))
def test_strict_json_reads_what_json_writes(value: object) -> None:
    assert loads(json.dumps(value)) == value


@given(st.text(alphabet='{}[]",:\\udD8aN1e9-. ', max_size=60))
def test_strict_json_answers_or_refuses(text: str) -> None:
    try:
        value = loads(text)
    except StrictJsonError:
        return
    json.dumps(value, allow_nan=False).encode()


# Time and memory


def test_memory_stays_flat_over_a_long_file(tmp_path: Path) -> None:
    text = ENGLISH * 50
    count = 5_000_000 // len(text)
    lines = write(tmp_path / "n.jsonl", json_lines({"text": text}) * count)
    table = write(tmp_path / "t.csv", "text\n" + f'"{text}"\n' * count)
    for file in (lines, table):
        assert next(read_articles([file], on_bad=unexpected)).text == text  # loads what is loaded once
        tracemalloc.start()
        assert len([article.id for article in read_articles([file], on_bad=unexpected)]) == count
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 2_500_000, peak


def patterns() -> Iterator[re.Pattern[str]]:
    for module in (articles, encodings, formats, language, strict_json):
        yield from (value for value in vars(module).values() if isinstance(value, re.Pattern))


@pytest.mark.parametrize("unit", ["a", " ", '"', "\\", '\\"', "\n", "\r\n \t", "<meta ", "---\n", "A.", "é", "[{"])
def test_patterns_take_linear_time(unit: str) -> None:
    for pattern in patterns():
        times = []
        for size in (1_000, 10_000, 100_000):
            text: Any = unit * (size // len(unit))
            text = text.encode() if isinstance(pattern.pattern, bytes) else text
            start = time.process_time()
            for _ in pattern.finditer(text):
                pass
            times.append(time.process_time() - start)
        assert times[2] < 20 * times[1] + 0.1, (pattern.pattern, times)
