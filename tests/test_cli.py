"""The command line as a whole: help, exit codes, errors, offline, dry runs, documents and their schemas."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from building import tree_bytes
from command_line import REPORT, Result, run
from sayso import __version__
from sayso.attribution.errors import ConflictError, HubError
from sayso.attribution.types import Article
from sayso.cli import command_table
from sayso.cli.exits import EXIT_CODES
from sayso.cli.pages import markdown, read_pages
from sayso.cli.reading import telling_parts
from sayso.cli.schema import read_schemas

Sayso = Callable[..., Result]
SLOW_MODULES = ("spacy", "datasets", "sklearn", "pyarrow", "pandas", "numpy", "trafilatura", "huggingface_hub")


@pytest.fixture
def sayso(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Sayso:
    """Run a command in an empty folder."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return lambda *args, **more: run(monkeypatch, *args, **more)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Refuse every connection and look-up, and tell which were tried."""
    tried: list[str] = []

    def refuse(name: str) -> Callable[..., Any]:
        def refused(*args: Any, **more: Any) -> Any:
            tried.append(f"{name}{args}")
            raise OSError(f"the network is blocked in this test: {name}")

        return refused

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse(name))
    for name in ("getaddrinfo", "create_connection", "gethostbyname"):
        monkeypatch.setattr(socket, name, refuse(name))
    yield tried
    assert tried == []


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "report.txt"
    path.write_text(REPORT, encoding="utf-8", newline="\n")
    return path


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """Two articles, and a line that is no JSON between them."""
    path = tmp_path / "news.jsonl"
    lines = [json.dumps({"id": "one", "body": REPORT}), "{oh", json.dumps({"id": "two", "body": REPORT + "\nEnd."})]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return path


@pytest.fixture
def dataset(sayso: Sayso, article: Path, tmp_path: Path) -> Path:
    out = tmp_path / "dataset"
    assert sayso("build", article, "-o", out, "--quiet").code == 0
    return out


def lines_of(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.out.splitlines()]


# --- help and documentation -------------------------------------------------------------------------------------------


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "sayso", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"sayso {__version__}"


def test_help_loads_nothing_slow() -> None:
    script = (
        "import sys; from sayso.cli import main; code = main(['--help']); "
        f"print(code, [name for name in {SLOW_MODULES!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    assert done.stderr.strip() == "0 []"
    assert "quotes" in done.stdout


def test_without_arguments_the_help_is_shown(sayso: Sayso) -> None:
    bare, asked = sayso(), sayso("--help")
    assert bare.code == asked.code == 0
    assert bare.out.strip() == asked.out.strip()
    assert all(f"  {name} " in bare.out for name in ("build", "quotes", "show", "explain", "evaluate", "publish"))
    assert "..." not in bare.out.split("Commands:")[1]  # each summary fits 80 columns


def test_version(sayso: Sayso) -> None:
    assert sayso("--version") == Result(0, f"sayso {__version__}\n", "")


def test_every_command_and_option_says_what_it_does() -> None:
    pages = read_pages()
    assert len(pages) > 8
    for page in pages:
        assert page.summary.endswith("."), page.path
        assert page.path == "sayso" or "Example: sayso" in page.text, page.path
        for option in (*page.arguments, *page.options):
            assert option.help.strip().endswith("."), f"{page.path} {option.name}"


def test_every_command_takes_quiet_and_debug() -> None:
    for page in read_pages()[1:]:
        names = " ".join(option.name for option in page.options)
        assert "--debug" in names, page.path
        assert "--quiet" in names, page.path


def test_every_command_that_prints_a_document_takes_json() -> None:
    streams_or_is_json = {"sayso quotes", "sayso config schema"}
    # One talks with a person, the others write metrics.json themselves.
    streams_or_is_json |= {"sayso review", "sayso train tagger", "sayso train stance-pair"}
    for page in read_pages()[1:]:
        assert any(o.name == "--json" for o in page.options) is (page.path not in streams_or_is_json), page.path


def test_help_of_all_commands_in_one(sayso: Sayso) -> None:
    result = sayso("--help-all")
    assert result.code == 0
    assert all(f"\n{page.usage}\n" in "\n" + result.out for page in read_pages())
    assert all(f"{code}  " in result.out for code in EXIT_CODES)
    assert max(map(len, result.out.splitlines())) <= 100


def test_the_page_of_the_command_line_is_current(repository: Path) -> None:
    written = (repository / "docs" / "cli.md").read_text(encoding="utf-8")
    assert written == markdown(), "run `python docs/make_cli.py` and read the diff"


def test_command_table_is_for_the_readme() -> None:
    table = dict(command_table())
    assert table["sayso show FILE"] == "Show an article with who said what marked in it."
    assert "sayso evaluate attribution --gold PATH" in table


def test_shell_completion_is_offered() -> None:
    environment = {**os.environ, "_SAYSO_COMPLETE": "complete_bash", "COMP_WORDS": "sayso qu", "COMP_CWORD": "1"}
    script = "import sys; from sayso.cli import main; sys.exit(main([]))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", env=environment)
    assert done.stdout.split() == ["quotes"]


# --- exit codes and errors --------------------------------------------------------------------------------------------


def test_usage_errors_end_with_two_and_one_line(sayso: Sayso) -> None:
    for args, message in [
        (["show", "x", "--widht", "3"], "sayso show: No such option"),
        (["nonsense"], "sayso: No such command 'nonsense'; "),
        (["show"], "sayso show: Missing argument 'FILE'; "),
        (["show", "x", "--width", "wide"], "sayso show: Invalid value for '--width': "),
        (["show", "a", "\x1b[31m"], "sayso show: Got unexpected extra argument"),
    ]:
        result = sayso(*args)
        assert (result.code, result.out) == (2, ""), args
        assert result.err.startswith(message), result.err
        assert result.err.count("\n") == 1
        assert "\x1b" not in result.err


def test_configuration_errors_end_with_two(sayso: Sayso, article: Path) -> None:
    Path("sayso.toml").write_text('text_feild = "body"\n', encoding="utf-8")
    result = sayso("quotes", article)
    assert result.code == 2
    assert result.err.endswith("sayso.toml:1: unknown key 'text_feild'; did you mean 'text_field'?\n")
    assert sayso("quotes", article, "--config", "none.toml").code == 2
    assert sayso("schema", "nonsense").code == 2
    Path("sayso.toml").unlink()
    result = sayso("quotes", article, "--no-model", "--model", "big")
    assert result == Result(2, "", "sayso: --no-model and --model big contradict each other; give one\n")


def test_missing_and_empty_input_ends_with_three(sayso: Sayso, tmp_path: Path, dataset: Path) -> None:
    assert sayso("quotes", "none.txt").code == 3
    assert sayso("quotes", "none*.txt").code == 3
    assert sayso("show", "none.txt").code == 3
    assert sayso("explain", "a_0000000000000000", "--in", dataset).code == 3
    assert sayso("explain", "a_0000000000000000", "--in", tmp_path / "nowhere").code == 3
    assert sayso("evaluate", "attribution", "--gold", "none").code == 3


def test_network_and_conflict_end_with_four_and_five(
    sayso: Sayso, monkeypatch: pytest.MonkeyPatch, dataset: Path, article: Path
) -> None:
    for error, code in [(HubError("the Hub refused; log in"), 4), (ConflictError("it is locked; wait"), 5)]:

        def refuse(*args: Any, raised: Exception = error, **more: Any) -> Any:
            raise raised

        monkeypatch.setattr("sayso.publish.publish", refuse)
        assert sayso("publish", dataset, "ana/rents") == Result(code, "", f"sayso: {error}\n")


def test_interruption_ends_with_130(sayso: Sayso, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*args: Any, **more: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("sayso.doctor.examine", interrupt)
    assert sayso("doctor") == Result(130, "", "sayso: interrupted\n")


def test_a_bug_ends_with_seventy_and_a_traceback_only_on_request(sayso: Sayso, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*args: Any, **more: Any) -> Any:
        raise ZeroDivisionError("odd\x1b[31m")

    monkeypatch.setattr("sayso.doctor.examine", break_down)
    plain, debug = sayso("doctor"), sayso("doctor", "--debug")
    assert plain.code == debug.code == 70
    assert plain.err == (
        "sayso: internal error: ZeroDivisionError: odd␛[31m; run again with --debug and report what it prints\n"
    )
    assert "Traceback (most recent call last):" in debug.err
    assert "\x1b" not in debug.err


def test_a_reader_that_leaves_is_no_error(article: Path) -> None:
    script = (
        "import os, sys; from sayso.cli import main; r, w = os.pipe(); os.close(r); os.dup2(w, 1); "
        "sys.exit(main(['schema', 'attribution']))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_ends_with_three(article: Path) -> None:
    script = "import sys; from sayso.cli import main; sys.exit(main(['schema', 'attribution']))"
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-c", script], stdout=full, stderr=subprocess.PIPE, encoding="utf-8")
    assert done.returncode == 3
    assert done.stderr == "sayso: no space left on device; check the path, the permissions and the disk\n"


# --- commands ---------------------------------------------------------------------------------------------------------


def test_quotes_are_json_lines_that_follow_the_schema(sayso: Sayso, article: Path) -> None:
    result = sayso("quotes", article)
    found = lines_of(result)
    assert (result.code, result.err) == (0, "")
    assert ("“Rents will rise next year,”", "Ana Ruiz") in [(q["content"], q["speaker"]["name"]) for q in found]
    for line in found:
        jsonschema.validate(line, read_schemas()["attribution"])
        assert line["content"] == " … ".join(REPORT[start:end] for start, end in line["content_spans"])


def test_bad_records_are_told_kept_and_end_with_one(sayso: Sayso, records: Path, tmp_path: Path) -> None:
    result = sayso("quotes", records, "--text-field", "body", "--quarantine", tmp_path / "bad.jsonl")
    assert result.code == 1
    assert {line["article_id"] for line in lines_of(result)} == {"one", "two"}
    assert f"{records}:2: " in result.err
    assert f"sayso: 1 record was left out; kept in {tmp_path / 'bad.jsonl'}\n" in result.err
    (bad,) = map(json.loads, (tmp_path / "bad.jsonl").read_text(encoding="utf-8").splitlines())
    jsonschema.validate(bad, read_schemas()["bad-record"])
    assert bad["line"] == 2
    assert sayso("quotes", records, "--text-field", "body", "--quiet").err == ""
    assert sayso("quotes", records, "--text-field", "body", "--strict").code == 3


def test_quotes_read_standard_input_and_patterns(sayso: Sayso, records: Path, article: Path, tmp_path: Path) -> None:
    piped = sayso("quotes", "-", "--text-field", "body", stdin=records.read_text(encoding="utf-8"))
    assert {line["article_id"] for line in lines_of(piped)} == {"one", "two"}
    assert lines_of(sayso("quotes", tmp_path / "rep*.txt")) == lines_of(sayso("quotes", article))


def test_least_confidence_leaves_out_what_is_less_sure(sayso: Sayso, article: Path) -> None:
    everything = lines_of(sayso("quotes", article))
    bound = max(line["confidence"] for line in everything)
    kept = lines_of(sayso("quotes", article, "--min-confidence", bound))
    assert kept == [line for line in everything if line["confidence"] >= bound]
    assert sayso("quotes", article, "--min-confidence", 7).code == 2


def test_show_marks_the_article(sayso: Sayso, article: Path) -> None:
    result = sayso("show", article, "--width", 80)
    assert (result.code, result.err) == (0, "")
    text = " ".join(line.split("│")[-1].strip() for line in result.out.splitlines())
    assert "[“Rents will rise next year,”]¹ <said>¹ {Ana Ruiz" in text
    assert max(map(len, result.out.splitlines())) <= 80
    assert "\x1b" not in result.out


def test_show_saved_attributions_instead_of_new_ones(sayso: Sayso, article: Path, tmp_path: Path) -> None:
    saved = tmp_path / "quotes.jsonl"
    saved.write_text(sayso("quotes", article).out, encoding="utf-8")
    assert sayso("show", article, "--pred", saved) == sayso("show", article)
    article.write_text("Short.", encoding="utf-8")
    result = sayso("show", article, "--pred", saved, "--any-language")
    assert result.code == 3
    assert "ends beyond the text of article 'report'" in result.err


def test_show_one_article_of_many(sayso: Sayso, records: Path) -> None:
    result = sayso("show", records, "--text-field", "body", "--id", "two", "--json")
    (shown,) = json.loads(result.out)["articles"]
    assert (shown["id"], shown["text"].endswith("End.")) == ("two", True)
    assert sayso("show", records, "--text-field", "body", "--id", "three").code == 3


def test_build_then_explain(sayso: Sayso, dataset: Path, article: Path) -> None:
    quoted = next(line for line in lines_of(sayso("quotes", article)) if line["kind"] == "direct")
    result = sayso("explain", quoted["id"], "--in", dataset)
    assert result.code == 0
    assert "Ana Ruiz (person, ana-ruiz)" in result.out
    assert "this release" not in result.out  # every code has words
    assert "found by    rules and model" in result.out
    nowhere = sayso("explain", quoted["id"], "--in", dataset.parent / "nowhere")
    assert nowhere.code == 3
    assert "no dataset that Sayso built" in nowhere.err


def test_a_second_build_needs_no_force_and_a_foreign_folder_is_refused(
    sayso: Sayso, dataset: Path, article: Path, tmp_path: Path
) -> None:
    assert sayso("build", article, "-o", dataset).code == 0
    assert sayso("build", article, "-o", tmp_path).code == 5


def test_dry_runs_leave_everything_as_it_was(
    sayso: Sayso, dataset: Path, article: Path, tmp_path: Path, repository: Path, no_network: list[str]
) -> None:
    before = tree_bytes(tmp_path)
    assert sayso("build", article, "-o", dataset, "--dry-run").code == 0
    assert sayso("build", article, "-o", tmp_path / "new", "--dry-run").code == 0
    assert sayso("publish", dataset, "ana/rents").code == 0
    own = ("--registry", tmp_path / "own.jsonl", "--dry-run")
    people = repository / "seeds" / "registry" / "people.jsonl"
    assert sayso("speakers", "add", "Ana Ruiz", *own).code == 0
    assert sayso("speakers", "import", people, *own).code == 0
    assert tree_bytes(tmp_path) == before


def test_every_explained_code_of_the_seeds_has_words(sayso: Sayso, repository: Path) -> None:
    from sayso.explain import is_known

    result = sayso("quotes", *sorted((repository / "seeds" / "articles").glob("*.txt")))
    codes = {code for line in lines_of(result) for code in line["why"]}
    assert codes
    assert sorted(code for code in codes if not is_known(code)) == []


def test_no_command_but_push_opens_a_connection(
    sayso: Sayso, dataset: Path, article: Path, repository: Path, no_network: list[str]
) -> None:
    seeds = repository / "seeds"
    quoted = lines_of(sayso("quotes", article))[0]
    gold = ["--gold", seeds / "gold", "--articles", seeds / "articles", "--limit", 1, "--resamples", 10]
    commands: list[list[object]] = [
        ["build", article, "-o", dataset],
        ["show", article],
        ["explain", quoted["id"], "--in", dataset],
        ["speakers", "show", "Ruiz", dataset],
        ["speakers", "list"],
        ["speakers", "check", seeds / "registry" / "people.jsonl"],
        ["evaluate", "attribution", *gold],
        ["publish", dataset, "ana/rents"],
        ["doctor"],
        ["config", "show"],
        ["config", "schema"],
        ["schema"],
    ]
    for args in commands:
        result = sayso(*args)
        assert result.code == 0, (args, result.err)


def test_every_document_follows_its_schema(sayso: Sayso, dataset: Path, article: Path, repository: Path) -> None:
    seeds, schemas = repository / "seeds", read_schemas()
    quoted = lines_of(sayso("quotes", article))[0]
    gold = ["--gold", seeds / "gold", "--articles", seeds / "articles", "--limit", 1, "--resamples", 10]
    for name, args in [
        ("build", ["build", article, "-o", dataset, "--dry-run"]),
        ("config-show", ["config", "show"]),
        ("doctor", ["doctor"]),
        ("evaluation", ["evaluate", "attribution", *gold]),
        ("speaker-evaluation", ["evaluate", "speakers", *gold[:4]]),
        ("explain", ["explain", quoted["id"], "--in", dataset]),
        ("publish", ["publish", dataset, "ana/rents"]),
        ("show", ["show", article]),
        ("speakers-check", ["speakers", "check", seeds / "registry" / "people.jsonl"]),
        ("speakers-list", ["speakers", "list"]),
        ("speakers-show", ["speakers", "show", "Ruiz", dataset]),
    ]:
        result = sayso(*args, "--json")
        assert result.code == 0, (name, result.err)
        jsonschema.validate(json.loads(result.out), schemas[name])


# --- settings, schemas, doctor ----------------------------------------------------------------------------------------


def test_settings_are_shown_with_their_origin(sayso: Sayso, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("sayso.toml").write_text("strict = true\n", encoding="utf-8")
    monkeypatch.setenv("SAYSO_ID_FIELD", "key")
    result = sayso("config", "show", "--origin", "--text-field", "body")
    rows = [line.split() for line in result.out.splitlines()]
    assert ["text_field", "body", "--text-field"] in rows
    assert ["id_field", "key", "SAYSO_ID_FIELD"] in rows
    assert ["strict", "True", f"{Path.cwd() / 'sayso.toml'}:1"] in rows
    assert ["url_field", "(unset)", "default"] in rows


def test_schemas_are_schemas_and_agree_on_attributions(sayso: Sayso) -> None:
    schemas = read_schemas()
    assert {"attribution", "bad-record", "build", "config", "doctor", "evaluation", "explain", "show"} <= set(schemas)
    for name, schema in schemas.items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["description"].endswith("."), name
    for name in ("show", "explain"):
        embedded = schemas[name]["$defs"]["attribution"]
        assert embedded["properties"] == schemas["attribution"]["properties"]
    assert json.loads(sayso("schema", "config").out) == json.loads(sayso("config", "schema").out)
    assert json.loads(sayso("schema", "--json").out) == schemas
    jsonschema.validate({"text_field": "body"}, schemas["config"])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"text_feild": "body"}, schemas["config"])


def test_doctor_is_well_here_and_never_shows_the_token(sayso: Sayso, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_" + "a" * 30)
    result, document = sayso("doctor"), sayso("doctor", "--json")
    assert result.code == document.code == 0, result.out
    assert "present, from the environment" in result.out
    assert {"onnxruntime", "tokenizers", "scikit-learn"} <= {line.split()[1] for line in result.out.splitlines()}
    assert "aaaa" not in result.out + document.out + result.err
    assert json.loads(document.out)["healthy"] is True


def test_a_text_read_in_parts_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    parts = [Article(id=f"big#{n}", text="Rents rose.", part_of="big") for n in (1, 2)]
    assert list(telling_parts([Article(id="a", text="Rents fell."), *parts], quiet=False))[1:] == parts
    assert capsys.readouterr().err.count("big is so long that it is read in parts") == 1
    assert list(telling_parts(parts, quiet=True)) == parts
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("trouble", ["configuration", "disk", "package", "lexicon", "folder"])
def test_doctor_finds_what_is_broken(sayso: Sayso, monkeypatch: pytest.MonkeyPatch, trouble: str) -> None:
    if trouble == "configuration":
        Path("sayso.toml").write_text("text_feild = 1\n", encoding="utf-8")
        expected = "did you mean 'text_field'?"
    elif trouble == "disk":
        monkeypatch.setattr("sayso.doctor.MIN_FREE_BYTES", 10**18)
        expected = "make room"
    elif trouble == "package":
        monkeypatch.setattr("sayso.doctor.PACKAGES", ("no-such-package-here",))
        expected = "not installed; pip install no-such-package-here"
    elif trouble == "lexicon":
        monkeypatch.setattr("sayso.api.load", lambda: 1 / 0)
        expected = "the check failed: ZeroDivisionError"
    else:
        monkeypatch.setattr("sayso.doctor._is_writable", lambda folder: False)
        expected = "can't be written; choose another folder or mend its permissions"
    result = sayso("doctor")
    assert result.code == 1
    assert expected in result.out
    assert json.loads(sayso("doctor", "--json").out)["healthy"] is False
