"""Files appear whole or not at all."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from sayso.attribution.errors import OutputError
from sayso.attribution.files import output_error, replace_file, write_atomically


def test_text_is_written_as_utf8_with_newlines_untouched(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    with write_atomically(target) as handle:
        handle.write("“Ja”\r\nnein\n")
    assert target.read_bytes() == "“Ja”\r\nnein\n".encode()
    assert os.listdir(tmp_path) == ["a.txt"]


def test_binary_is_written_as_given(tmp_path: Path) -> None:
    with write_atomically(tmp_path / "a.bin", binary=True) as handle:
        handle.write(b"\x00\xff")
    assert (tmp_path / "a.bin").read_bytes() == b"\x00\xff"


def test_a_block_that_raises_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")

    def fail() -> None:
        with write_atomically(target) as handle:
            handle.write("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failing_step_is_an_output_error_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(f"os.{step}", full)
    with (
        pytest.raises(OutputError, match=r"a\.txt.*No space left.*free some space"),
        write_atomically(target) as handle,
    ):
        handle.write("new")
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_missing_folder_is_named_with_its_cure(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="create the folder first"), write_atomically(tmp_path / "no" / "a.txt"):
        pass


def test_the_readers_own_error_inside_the_block_passes(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), write_atomically(tmp_path / "a.txt") as handle:
        handle.write((tmp_path / "missing").read_text())
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_a_new_file_has_the_mode_that_open_gives_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("")
    with write_atomically(tmp_path / "new"):
        pass
    assert (tmp_path / "new").stat().st_mode == plain.stat().st_mode
    plain.chmod(0o640)
    with write_atomically(plain):
        pass
    assert plain.stat().st_mode & 0o777 == 0o640


def test_replace_is_tried_again_on_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def busy_twice(source: Path, target: Path) -> None:
        calls.append(source)
        if len(calls) < 3:
            raise PermissionError(errno.EACCES, "in use")

    monkeypatch.setattr("os.replace", busy_twice)
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr("sys.platform", "win32")
    replace_file(tmp_path / "a", tmp_path / "b")
    assert len(calls) == 3
    monkeypatch.setattr("sys.platform", "linux")
    calls.clear()
    with pytest.raises(PermissionError):
        replace_file(tmp_path / "a", tmp_path / "b")


@pytest.mark.parametrize(("number", "cure"), [(errno.EROFS, "read-only"), (errno.EACCES, "allow"), (None, "check")])
def test_output_errors_tell_the_cure(number: int | None, cure: str) -> None:
    error = OSError(number, "why") if number is not None else OSError("why")
    assert cure in str(output_error("x", error))
