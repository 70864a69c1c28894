"""Bad records are kept with place, reason and cure; the file is there only when there is one."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sayso.attribution.errors import InputError, OutputError
from sayso.attribution.quarantine import Quarantine
from sayso.attribution.types import RAW_LIMIT, BadRecord

BAD = BadRecord(path="a.jsonl", reason="malformed JSON: no end", cure="mend it", line=3, byte_offset=90, raw='{"a')


def test_no_bad_record_no_file(tmp_path: Path) -> None:
    with Quarantine(tmp_path / "bad.jsonl") as quarantine:
        assert quarantine.count == 0
    assert os.listdir(tmp_path) == []


def test_a_clean_run_removes_the_file_of_an_earlier_one(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text("old")
    with Quarantine(tmp_path / "bad.jsonl"):
        pass
    assert os.listdir(tmp_path) == []


def test_records_are_json_lines_with_place_reason_and_cure(tmp_path: Path) -> None:
    with Quarantine(tmp_path / "bad.jsonl") as quarantine:
        quarantine(BAD)
        quarantine.add(BadRecord(path="b", reason="malformed JSON: other", cure="c", raw="\ud800é\n" + "x" * 20_000))
        quarantine.add(BadRecord(path="b", reason="empty text", cure="c"))
    lines = (tmp_path / "bad.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[0]) == BAD.to_json()
    assert len(json.loads(lines[1])["raw"]) == RAW_LIMIT
    assert len(lines) == quarantine.count == 3
    assert quarantine.by_reason() == {"malformed JSON": 2, "empty text": 1}
    assert os.listdir(tmp_path) == ["bad.jsonl"]


def test_an_interrupted_run_keeps_what_it_found(tmp_path: Path) -> None:
    def stop() -> None:
        with Quarantine(tmp_path / "bad.jsonl") as quarantine:
            quarantine(BAD)
            raise InputError("stop")

    with pytest.raises(InputError, match="stop"):
        stop()
    assert len((tmp_path / "bad.jsonl").read_text().splitlines()) == 1


def test_without_a_path_it_only_counts() -> None:
    with Quarantine(None) as quarantine:
        quarantine(BAD)
    assert quarantine.count == 1


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="create the folder first"), Quarantine(tmp_path / "no" / "bad") as quarantine:
        quarantine(BAD)
