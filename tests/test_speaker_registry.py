"""A registry of one's own: CSV, checking it, adding to it, importing into it, listing it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sayso as sayso_package
from building import tree_bytes
from command_line import Result, run
from sayso.attribution.errors import ConfigError, ConflictError, LexiconError
from sayso.attribution.names import slug
from sayso.attribution.registry import DatedRole, Registry, default_registry
from sayso.attribution.registry_check import check_registry, overlap
from sayso.attribution.registry_table import COLUMNS, read_table
from sayso.cli.schema import read_schemas
from sayso.speakers import add_entry, entry_json, import_entries, list_speakers

Sayso = Callable[..., Result]
ANA = {"id": "ana-ruiz", "name": "Ana Ruiz", "type": "person", "gender": "female", "country": "spain"}
MAYOR = {"role": "mayor", "of": "spain", "start": "2020", "end": "2022"}
TABLE = (
    "name,type,aliases,country,roles,by_surname\n"
    'Tom Lee,person,"Thomas Lee; Tommy Lee",united-states,"mayor | united-states | 2020-01-01 | 2021-01-01; senator | '
    'united-states",yes\n'
    '"Acme, Inc.",organization,,,,\n'
)


@pytest.fixture
def sayso(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Sayso:
    monkeypatch.chdir(tmp_path)
    return lambda *args: run(monkeypatch, *args)


def write(path: Path, *entries: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8", newline="\n")
    return path


@pytest.mark.parametrize(
    ("name", "entry_id"),
    [
        ("Zelensky", "volodymyr-zelensky"),
        ("Zelenskyy", "volodymyr-zelensky"),
        ("Selenskyj", "volodymyr-zelensky"),
        ("Zelenski", "volodymyr-zelensky"),
        ("Wolodymyr Selenskyj", "volodymyr-zelensky"),
        ("Volodymyr Zelenskiy", "volodymyr-zelensky"),
        ("Vladimir Zelensky", "volodymyr-zelensky"),
        ("Peskov", "dmitry-peskov"),
        ("Peskow", "dmitry-peskov"),
        ("Dmitri Peskow", "dmitry-peskov"),
        ("Lavrov", "sergei-lavrov"),
        ("Lawrow", "sergei-lavrov"),
        ("Sergej Lawrow", "sergei-lavrov"),
        ("Kyiv", "ukraine"),
        ("Kiev", "ukraine"),
    ],
)
def test_transliterations_find_their_entry(name: str, entry_id: str) -> None:
    registry = default_registry()
    found = registry.by_name(name) or registry.by_surname(name) or registry.fuzzy(name)
    assert found is not None
    assert found.id == entry_id


@pytest.mark.parametrize(
    "name",
    ["Oleg Zelensky", "Peskin", "Dmitry Peskin", "Sergei Lavrin", "Ivan Lavrov", "Olena Zelenska", "Kievan", "Puten"],
)
def test_another_person_with_a_name_like_it_is_not_taken(name: str) -> None:
    registry = default_registry()
    assert (registry.by_name(name) or registry.by_surname(name) or registry.fuzzy(name)) is None


def test_no_other_name_makes_the_id_of_a_known_speaker() -> None:
    """Who is not in the registry has the slug of the name as id: it must not be an entry's unless it is its name."""
    registry = default_registry()
    for entry in registry.entries:
        assert entry.id in {slug(name) for name in (entry.name, *entry.aliases)}
        for name in (entry.name, *entry.aliases, *entry.capitals):
            assert registry.by_id(slug(name)) in (None, entry)


def test_a_surname_alone_and_a_full_name_of_another_article_stay_two() -> None:
    ids = [
        sayso_package.attribute(f"“Rents will rise,” said {name}. The mayor of Alder agreed.")[0].speaker
        for name in ("Ruiz", "Ana Ruiz", "Eva Ruiz", "José Ruiz", "Jose Ruiz")
    ]
    assert [speaker.id for speaker in ids[1:] if speaker] == ["ana-ruiz", "eva-ruiz", "jose-ruiz", "jose-ruiz"]
    assert ids[0] is not None
    assert re.fullmatch("person-[0-9a-f]{6}-ruiz", ids[0].id)


def test_csv_is_read_like_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("\ufeff" + TABLE.replace("\n", "\r\n"), encoding="utf-8", newline="")
    registry = Registry.read([path])
    tom = registry.by_name("Thomas Lee")
    assert tom is not None
    assert (tom.id, tom.by_surname, tom.country) == ("tom-lee", True, "united-states")
    assert tom.roles == (
        DatedRole("mayor", "united-states", "2020-01-01", "2021-01-01"),
        DatedRole("senator", "united-states"),
    )
    lines = write(tmp_path / "own.jsonl", *(entry_json(entry) for entry in registry.entries))
    assert Registry.read([lines], shipped=False).entries == registry.entries


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("name,type,nickname\n", 1, "unknown column 'nickname'; allowed: id, name"),
        ("name;type\n", 1, "divide columns by commas"),
        ("name,name,type\n", 1, "column 'name' is there twice"),
        ("name\nAna\n", 1, "no column 'type'"),
        ('name,type\n"Ana\nRuiz",person\n\nTom,person,more\n', 5, "3 cells for 2 columns"),
        ("name,type,roles\nAna,person,mayor\n", 2, "not written as 'role | of | start | end'"),
        ("name,type,by_surname\nAna,person,maybe\n", 2, "allowed: true, false"),
        ("name,type\nAna,robot\n", 2, "allowed: person"),
        ("name,type\nAna,person\nana,person\n", 3, "id 'ana' is taken"),
        ('name,type\n"Ana" Ruiz,person\n', 2, "not CSV"),
    ],
)
def test_a_wrong_table_is_told_by_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    path = tmp_path / "own.csv"
    path.write_text(text, encoding="utf-8", newline="")
    with pytest.raises(LexiconError, match=rf"own\.csv:{line}: ") as error:
        Registry.read([path])
    assert message in str(error.value)
    [problem] = check_registry(path)
    assert (problem.line, problem.severity) == (line, "error")
    assert message in problem.message


@given(st.lists(st.lists(st.text(max_size=12), max_size=len(COLUMNS)), max_size=4), st.permutations(COLUMNS))
def test_any_table_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, rows: object, columns: object) -> None:
    import csv
    import io

    text = io.StringIO(newline="")
    csv.writer(text).writerows([columns, *rows])  # type: ignore[misc]
    path = tmp_path_factory.mktemp("tables") / "own.csv"
    path.write_bytes(text.getvalue().encode("utf-8", "replace"))
    try:
        entries = list(read_table(path))
    except LexiconError:
        entries = []
    assert all(isinstance(entry["id"], str) for _, entry in entries)
    check_registry(path)


def test_formula_guard_of_spreadsheets_is_taken_off(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("name,type\n'=Ana,person\n'Tom,person\n", encoding="utf-8")
    assert [entry["name"] for _, entry in read_table(path)] == ["=Ana", "'Tom"]


def test_check_names_every_problem_with_its_line(tmp_path: Path) -> None:
    path = write(
        tmp_path / "own.jsonl",
        ANA | {"roles": [MAYOR]},
        {"id": "x"},
        {"id": "tom-lee", "name": "Tom Lee", "type": "person", "aliases": ["Ana Ruiz"], "roles": [MAYOR]},
        {"id": "kim-may", "name": "Kim May", "type": "person", "country": "utopia"},
        {"id": "mia-ott", "name": "Mia Ott", "type": "person", "roles": [MAYOR | {"start": "2023"}]},
        {"id": "pia-ott", "name": "Pia Ott", "type": "person", "country": "nato", "aliases": ["Vladimir Putin"]},
    )
    found = [(problem.line, problem.severity) for problem in check_registry(path)]
    assert found == [
        (2, "error"),
        (3, "warning"),
        (3, "warning"),
        (4, "error"),
        (5, "error"),
        (6, "warning"),
        (6, "warning"),
    ]
    messages = "\n".join(problem.message for problem in check_registry(path))
    for words in (
        "missing key 'name'",
        "'Ana Ruiz' names 'tom-lee' and 'ana-ruiz'",
        "'mayor' of 'spain' is held by 'tom-lee' and 'ana-ruiz' at one time",
        "'utopia', which no entry has as id",
        "ends (2022) before it starts (2023)",
        "country 'nato' of 'pia-ott' is of type organization",
        "'Vladimir Putin' names 'pia-ott' and 'vladimir-putin'",
    ):
        assert words in messages, words


def test_what_ships_has_nothing_to_mend(repository: Path) -> None:
    for name in ("people.jsonl", "institutions.jsonl", "countries.jsonl"):
        assert check_registry(repository / "seeds" / "registry" / name) == []
    assert len(default_registry().entries) >= 150


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (("2020", "2022"), ("2021", "2023"), True),
        (("2020", "2022"), ("2022", "2023"), False),
        (("2020", "2022-05-01"), ("2022-05-01", None), False),
        (("2020", "2022-05-02"), ("2022-05-01", None), True),
        ((None, None), ("1990", "1991"), True),
        (("2020", None), (None, "2019"), False),
    ],
)
def test_the_day_of_handing_over_belongs_to_both(
    one: tuple[str | None, str | None], other: tuple[str | None, str | None], both: bool
) -> None:
    first, second = DatedRole("mayor", "spain", *one), DatedRole("mayor", "spain", *other)
    assert overlap(first, second) is overlap(second, first) is both


@pytest.mark.parametrize("role", ["deputy foreign minister", "spokesperson", "adviser"])
def test_offices_that_many_hold_may_overlap(tmp_path: Path, role: str) -> None:
    shared = {"roles": [MAYOR | {"role": role}]}
    path = write(tmp_path / "own.jsonl", ANA | shared, {"id": "tom", "name": "Tom Lee", "type": "person"} | shared)
    assert check_registry(path) == []


def test_list_filters_by_type_country_role_and_date() -> None:
    registry = default_registry()
    ministers = list_speakers(registry, role="secretary of state", date="2021-12-30")
    assert {"antony-blinken", "sergei-lavrov", "dmytro-kuleba"} <= {entry.id for entry in ministers}
    assert all(any(role.held_on("2021-12-30") for role in entry.roles) for entry in ministers)
    ukraine = list_speakers(registry, country="Kiev", type="person")
    assert "volodymyr-zelensky" in {entry.id for entry in ukraine}
    assert {entry.type for entry in ukraine} == {"person"}
    assert list_speakers(registry) == list(registry.entries)
    assert list_speakers(registry, role="astronaut") == []
    with pytest.raises(ConfigError, match="no country 'Utopia'"):
        list_speakers(registry, country="Utopia")


def test_add_writes_one_line_and_keeps_the_others(tmp_path: Path) -> None:
    path = tmp_path / "mine" / "own.jsonl"
    assert add_entry(path, {"name": "Ana Ruiz", "type": "person"}, dry_run=True).added == ("ana-ruiz",)
    assert not path.parent.exists()
    add_entry(path, {"name": "Ana Ruiz", "type": "person"})
    first = path.read_text(encoding="utf-8")
    path.write_text(first.replace(": ", ":  ").rstrip("\n"), encoding="utf-8")  # written by hand, no last newline
    add_entry(path, {"name": "Tom Lee", "type": "person", "roles": [MAYOR]})
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == first.replace(": ", ":  ").rstrip("\n")
    assert json.loads(lines[1])["id"] == "tom-lee"
    assert [problem for problem in check_registry(path) if problem.severity == "error"] == []


@pytest.mark.parametrize(
    ("record", "error", "message"),
    [
        ({"name": "Ana Ruiz", "type": "person"}, ConflictError, "has 'ana-ruiz' already"),
        ({"name": "Tom Lee", "type": "robot"}, LexiconError, "allowed: person"),
        ({"name": "Tom Lee", "type": "person", "country": "utopia"}, LexiconError, "own.jsonl:2: country"),
        ({"name": "Tom Lee", "type": "person", "aliases": ["Ana Ruiz"]}, LexiconError, "--force adds it"),
        ({"name": "", "type": "person"}, LexiconError, "non-empty"),
        ({"name": "Иван", "type": "person"}, LexiconError, "non-empty"),
    ],
)
def test_a_wrong_entry_leaves_the_file_as_it_was(
    tmp_path: Path, record: dict[str, object], error: type[Exception], message: str
) -> None:
    path = write(tmp_path / "own.jsonl", ANA)
    before = tree_bytes(tmp_path)
    with pytest.raises(error) as raised:
        add_entry(path, record)
    assert message in str(raised.value)
    assert tree_bytes(tmp_path) == before


def test_import_is_all_or_nothing(tmp_path: Path) -> None:
    target = write(tmp_path / "own.jsonl", ANA)
    source = tmp_path / "more.csv"
    source.write_text(TABLE, encoding="utf-8")
    change = import_entries(source, target)
    assert (change.added, change.replaced) == (("tom-lee", "acme-inc"), ())
    again = target.read_bytes()
    with pytest.raises(ConflictError, match="has 'tom-lee', 'acme-inc' already"):
        import_entries(source, target)
    source.write_text(TABLE.replace("Tommy Lee", "Tomás Lee"), encoding="utf-8")
    assert import_entries(source, target, replace=True).replaced == ("tom-lee", "acme-inc")
    assert "Tomás Lee" in target.read_text(encoding="utf-8")
    assert len(target.read_text(encoding="utf-8").splitlines()) == 3
    target.write_bytes(again)
    source.write_text(TABLE + "Kim,person,,utopia,,\n", encoding="utf-8")
    with pytest.raises(LexiconError, match=r"more\.csv:4: country of 'kim'"):
        import_entries(source, target, replace=True)
    assert target.read_bytes() == again
    source.write_text(TABLE.replace("Tom Lee", "Kim Lee").replace("united-states", "arcadia"), encoding="utf-8")
    write(target, {"id": "arcadia", "name": "Arcadia", "type": "country"})  # what is imported may refer to it
    assert import_entries(source, target).added == ("kim-lee", "acme-inc")
    with pytest.raises(ConfigError, match="written as JSON lines"):
        import_entries(target, tmp_path / "other.csv")


def test_commands_list_check_add_and_import(sayso: Sayso, tmp_path: Path) -> None:
    schemas = read_schemas()
    listed = sayso("speakers", "list", "--role", "foreign minister", "--on", "2021-12-30")
    assert listed.code == 0
    assert "dmytro-kuleba  " in listed.out
    document = json.loads(sayso("speakers", "list", "--country", "France", "--json").out)
    jsonschema.validate(document, schemas["speakers-list"])
    assert "emmanuel-macron" in {entry["id"] for entry in document["entries"]}

    assert sayso("speakers", "add", "Ana Ruiz").code == 2  # no registry of one's own
    given = ("--country", "spain", "--role", "mayor | spain | 2021", "--registry", "own.jsonl")
    assert sayso("speakers", "add", "Ana Ruiz", *given, "--dry-run").out == "own.jsonl: would add ana-ruiz\n"
    assert not (tmp_path / "own.jsonl").exists()
    added = sayso("speakers", "add", "Ana Ruiz", *given, "--json")
    jsonschema.validate(json.loads(added.out), schemas["speakers-change"])
    assert sayso("speakers", "add", "Ana Ruiz", *given).code == 5
    assert "ana-ruiz  " in sayso("speakers", "list", "--registry", "own.jsonl", "--type", "person").out

    (tmp_path / "more.csv").write_text(TABLE, encoding="utf-8")
    assert sayso("speakers", "import", "more.csv", "--registry", "own.jsonl", "--dry-run").code == 0
    imported = sayso("speakers", "import", "more.csv", "--registry", "own.jsonl")
    assert imported.out == "own.jsonl: added tom-lee, acme-inc\n"

    checked = sayso("speakers", "check", "own.jsonl")
    assert (checked.code, checked.out) == (0, "")
    with (tmp_path / "own.jsonl").open("a", encoding="utf-8") as stream:
        stream.write('{"id": "\\u001b]0;OWNED\\u0007"}\n')
    checked = sayso("speakers", "check", "own.jsonl")
    assert checked.code == 1
    assert checked.out.startswith("own.jsonl:4: error: missing key 'name'")
    assert "\x1b" not in checked.out
    document = json.loads(sayso("speakers", "check", "own.jsonl", "--json").out)
    jsonschema.validate(document, schemas["speakers-check"])
    assert sayso("speakers", "check", "missing.jsonl").code == 1
    assert sayso("speakers", "list", "--type", "robot").code == 2
    assert sayso("speakers", "list", "--on", "yesterday").code == 2


def test_the_speaker_of_one_s_own_registry_is_used(sayso: Sayso, tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("id,name,type,aliases\nmayor-ruiz,Ana Ruiz,person,Anita Ruiz\n", encoding="utf-8")
    (tmp_path / "a.txt").write_text(
        "“Rents will rise,” said Anita Ruiz on Monday in the town hall.\n", encoding="utf-8"
    )
    [line] = sayso("quotes", "a.txt", "--registry", "own.csv").out.splitlines()
    assert json.loads(line)["speaker"]["id"] == "mayor-ruiz"
