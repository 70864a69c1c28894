"""Settings: which value wins, where it came from, and what a mistake is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from sayso.attribution.errors import ConfigError
from sayso.config import SETTING_NAMES, find_config_file, flag_of, resolve_settings, unknown_variables


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_flag_wins_over_variable_over_file_over_default(tmp_path: Path) -> None:
    write(tmp_path / "sayso.toml", 'text_field = "file"\nid_field = "file"\ntitle_field = "file"\n')
    environ = {"SAYSO_TEXT_FIELD": "env", "SAYSO_ID_FIELD": "env"}
    found = resolve_settings({"text_field": "flag"}, environ=environ, folder=tmp_path)
    settings, origins = found.settings, found.origins
    assert (settings.text_field, origins["text_field"]) == ("flag", "--text-field")
    assert (settings.id_field, origins["id_field"]) == ("env", "SAYSO_ID_FIELD")
    assert (settings.title_field, origins["title_field"]) == ("file", f"{tmp_path / 'sayso.toml'}:3")
    assert (settings.date_field, origins["date_field"]) == (None, "default")


@pytest.mark.parametrize("name", SETTING_NAMES)
def test_every_setting_has_a_flag_and_says_what_it_is(name: str) -> None:
    from sayso.config import Settings

    assert flag_of(name).startswith("--")
    assert (Settings.model_fields[name].description or "").endswith(".")


def test_variables_are_read_as_their_type(tmp_path: Path) -> None:
    environ = {"SAYSO_STRICT": "true", "SAYSO_MIN_CONFIDENCE": "0.5"}
    settings = resolve_settings({}, environ=environ, folder=tmp_path).settings
    assert settings.strict is True
    assert settings.min_confidence == 0.5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('# fields\ntext_feild = "body"\n', "sayso.toml:2: unknown key 'text_feild'; did you mean 'text_field'?"),
        ("colour = 1\n", "sayso.toml:1: unknown key 'colour'; allowed: text_field, "),
        ("[input]\nx = 1\n", "sayso.toml:1: unknown key 'input'; "),
        ("\nstrict = 3\n", "sayso.toml:2: strict can't be 3: input should be a valid boolean"),
        ("min_confidence = 2\n", "sayso.toml:1: min_confidence can't be 2: input should be less than or equal to 1"),
        ('text = "all"\n', "sayso.toml:1: text can't be 'all': input should be 'excerpt', 'full' or 'standoff'"),
        ("strict = \n", "sayso.toml: not valid TOML: Invalid value (at line 1, column 10)"),
    ],
    ids=["typo", "unknown", "table", "not-bool", "too-large", "not-a-choice", "not-toml"],
)
def test_a_wrong_file_is_told_with_line_and_cure(tmp_path: Path, text: str, message: str) -> None:
    write(tmp_path / "sayso.toml", text)
    with pytest.raises(ConfigError) as caught:
        resolve_settings({}, environ={}, folder=tmp_path)
    assert message in str(caught.value)


def test_a_wrong_variable_and_a_wrong_flag_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^SAYSO_STRICT: strict can't be 'maybe'"):
        resolve_settings({}, environ={"SAYSO_STRICT": "maybe"}, folder=tmp_path)
    with pytest.raises(ConfigError, match=r"^--min-confidence: min_confidence can't be 7"):
        resolve_settings({"min_confidence": 7.0}, environ={}, folder=tmp_path)


def test_pyproject_table_is_read_with_its_lines(tmp_path: Path) -> None:
    path = write(
        tmp_path / "pyproject.toml", '[project]\nname = "x"\ntext_field = "no"\n\n[tool.sayso]\nstrict = true\n'
    )
    found = resolve_settings({}, environ={}, folder=tmp_path)
    assert found.settings.strict is True
    assert found.settings.text_field is None
    assert found.origins["strict"] == f"{path}:6"


def test_the_nearest_file_upwards_counts_up_to_the_root_of_the_checkout(tmp_path: Path) -> None:
    write(tmp_path / "sayso.toml", "strict = true\n")
    inner = tmp_path / "checkout" / "deep"
    inner.mkdir(parents=True)
    write(tmp_path / "checkout" / "pyproject.toml", "[tool.other]\n")
    assert find_config_file(inner) == tmp_path / "sayso.toml"
    (tmp_path / "checkout" / ".git").mkdir()
    assert find_config_file(inner) is None


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't read the configuration"):
        resolve_settings({}, config=tmp_path / "none.toml", environ={}, folder=tmp_path)
    (tmp_path / "latin.toml").write_bytes('model = "\xe9"'.encode("latin-1"))
    with pytest.raises(ConfigError, match="not UTF-8 at byte 9"):
        resolve_settings({}, config=tmp_path / "latin.toml", environ={}, folder=tmp_path)


def test_paths_in_a_file_are_relative_to_it(tmp_path: Path) -> None:
    write(tmp_path / "a" / "sayso.toml", 'registry = "people.jsonl"\n')
    settings = resolve_settings({}, config=tmp_path / "a" / "sayso.toml", environ={}, folder=tmp_path).settings
    assert settings.registry == tmp_path / "a" / "people.jsonl"


def test_variables_that_name_no_setting_are_found() -> None:
    environ = {"SAYSO_TEXT_FEILD": "x", "SAYSO_STRICT": "1", "SAYSO_DEBUG": "1", "SAYSO_ZZZ": "", "HOME": "/"}
    assert unknown_variables(environ) == {"SAYSO_TEXT_FEILD": "SAYSO_TEXT_FIELD", "SAYSO_ZZZ": None}
