"""Names as articles write them: first names that are other words too, signatures, two roles of one person."""

from __future__ import annotations

import pytest

from sayso.attribution import capitals
from sayso.attribution.rules import RuleEngine
from sayso.attribution.speakers import resolve_speakers
from test_speakers import REGISTRY, spoken


@pytest.fixture(scope="module")
def engine() -> RuleEngine:
    return RuleEngine()


def speakers_of(engine: RuleEngine, text: str) -> list[str | None]:
    """Return the speakers' names of what the rules find in `text`."""
    found = resolve_speakers(text, engine.find(text, article_id="x"), registry=REGISTRY, date=None)
    return [item.speaker.name if item.speaker else None for item in found]


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("“Rents will rise,” said Will Doyle, an engineer.", ["Will Doyle"]),
        ("“Rents will rise,” said May Alder of Lima.", ["May Alder"]),
        ("“Rents will rise,” said Drew Hale.", ["Drew Hale"]),
        ("“Rents will rise,” said June Hale.", ["June Hale"]),
        ("Will Doyle said that rents would rise.", ["Will Doyle"]),
        (
            "“Rents will rise,” said Prime Minister Ana May, who left. Ana May had come. “No,” said May.",
            ["Ana May"] * 2,
        ),
        ("“Rents will rise,” said Will Doyle. Will said that he knew.", ["Will Doyle"] * 2),
        ("“Rents rose in May,” said Ben Lee.", ["Ben Lee"]),
        ("Rents will rise in April Ben Lee said.", []),
        ("Will Ben Lee say that rents will rise?", []),  # a question
        ("May God help us, Ruiz said.", ["Ruiz"]),  # a wish
        ("In May Ana Ruiz said that rents would rise.", ["Ana Ruiz"]),
    ],
)
def test_modals_and_months_can_be_names(engine: RuleEngine, text: str, speakers: list[str]) -> None:
    assert speakers_of(engine, text) == speakers


@pytest.mark.parametrize("dash", [" — ", " – ", "\n— ", "\n\n — ", " -- ", " –– ", "   —   ", " ~ ", "—", " - "])
@pytest.mark.parametrize("behind", ["", ", mayor of Lima", " (@ruiz)"])
def test_a_name_behind_a_dash_signs_the_quotation(engine: RuleEngine, dash: str, behind: str) -> None:
    text = f"Rents fell, said Ben Hale, a nurse.\n\n“Rents will rise this year.”{dash}Ana Ruiz{behind}\n\nIt rained."
    assert speakers_of(engine, text) == ["Ben Hale", "Ana Ruiz"]


def test_a_sentence_behind_a_dash_signs_nothing(engine: RuleEngine) -> None:
    text = "Rents fell, said Ben Hale, a nurse.\n\n“Rents will rise this year.” — Ana Ruiz left then.\n"
    assert speakers_of(engine, text)[-1] == "Ben Hale"


@pytest.mark.parametrize(
    ("marked", "speaker"),
    [
        ("⟦Former prosecutor and Lima Mayor Ana Ruiz, who runs,⟧ said ⟪no⟫.", "Ana Ruiz / person / name"),
        ("⟦Conservative columnist and television star Ben Hale⟧ said ⟪no⟫.", "Ben Hale / person / name"),
        ("⟦the former aide and current Lima anchor Ben Hale⟧ said ⟪no⟫.", "Ben Hale / person / name"),
        ("⟦former Ohio Gov. and party chairman Ben Hale⟧ said ⟪no⟫.", "Ben Hale / person / name"),
        # Two people.
        ("⟦The judge and Mayor Ana Ruiz⟧ said ⟪no⟫.", "judge and Ana Ruiz / group / name"),
        ("⟦Sen. Ana Ruiz and former mayor Ben Hale⟧ said ⟪no⟫.", "Ana Ruiz and Ben Hale / group / name"),
        ("⟦Lawyers and Mayor Ana Ruiz⟧ said ⟪no⟫.", "Lawyers and Ana Ruiz / group / name"),
    ],
)
def test_one_person_can_have_two_roles(marked: str, speaker: str) -> None:
    assert spoken(marked) == [speaker]


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("Vermonter Ana Ruiz came, and Ana Ruiz left. ⟦Ruiz⟧ said ⟪no⟫.", "Ana Ruiz / person / surname"),
        ("Imagine Ben Hale as mayor. Ben Hale ran. ⟦Hale⟧ said ⟪no⟫.", "Ben Hale / person / surname"),
        ("Mary Ann Hale came. ⟦Ann Hale⟧ said ⟪no⟫.", "Mary Ann Hale / person / name"),  # a given name describes nobody
        ("⟦Speaker Ben Q. Hale⟧ said ⟪no⟫.", "Ben Q. Hale / person / name"),
        ("⟦Activist Ana Ruiz⟧ said ⟪no⟫.", "Ana Ruiz / person / name"),
        ("⟦Party Chair Ana Hale Ruiz⟧ said ⟪no⟫.", "Ana Hale Ruiz / person / name"),
        ("⟦Representative Ana Hale Ruiz of Ohio⟧ said ⟪no⟫.", "Ana Hale Ruiz / person / name"),
        ("⟦Representative Ben Q. King of Ohio⟧ said ⟪no⟫.", "Ben Q. King / person / name"),
        ("⟦Ngozi Hale of the Alder Group⟧ said ⟪no⟫.", "Ngozi Hale / person / name"),
        ("It fell to Sen. Ana Ruiz of West Virginia, ⟦who⟧ said ⟪no⟫.", "Ana Ruiz / person / pronoun"),
        ("Giovanni Maria Dale came.\n\nGiovanni Maria Dale left. ⟦Mr. Dale⟧ said ⟪no⟫.", "Giovanni Maria Dale"),
    ],
)
def test_a_name_is_all_of_it_and_nothing_else(marked: str, last: str) -> None:
    assert (spoken(marked)[-1] or "").startswith(last)


@pytest.mark.parametrize(
    ("raw", "name", "kind"),
    [
        ("Democratic Alder Association", "Democratic Alder Association", "organization"),
        ("Conservative Solutions PAC", "Conservative Solutions PAC", "organization"),
        ("CEO of Alder Bank", "Alder Bank", "organization"),
        ("Chairman of the Alder Committee", "Alder Committee", "organization"),
        ("St. Hale City Council", "St. Hale City Council", "organization"),
        ("Alder Bank CEO John Hale", "John Hale", "person"),
    ],
)
def test_titles_are_told_from_the_names_of_bodies(raw: str, name: str, kind: str) -> None:
    parsed = capitals.parse_name(raw, REGISTRY)
    assert (parsed.name, parsed.kind) == (name, kind)


def test_she_behind_said_is_somebody_else_where_the_given_name_says_so() -> None:
    marked = "Senator Walter Hale, a supporter, said she would win. ⟦Mr. Hale⟧ said ⟪no⟫."
    assert spoken(marked) == ["Walter Hale / person / surname"]


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        # A title overrules what a given name hints at.
        ("Walter Hale came. ⟦Ms. Hale⟧ said ⟪no⟫.", "Walter Hale / person / surname"),
        # The first of two surnames.
        ("Ana Dorvall Ruiz, a nurse, came. ⟦Ms. Dorvall⟧ said ⟪no⟫.", "Ana Dorvall Ruiz / person / surname"),
        ("Ana Dorvall Ruiz and Ben Dorvall came. ⟦Dorvall⟧ said ⟪no⟫.", "Ben Dorvall / person / surname"),
        # The host of a show.
        ("She was on The Susan Dorvall Show. ⟦Dorvall⟧ asked ⟪why⟫.", "Susan Dorvall / person / surname"),
        ("She was on The Susan Dorvall Show. ⟦The Susan Dorvall Show⟧ said ⟪no⟫.", "Susan Dorvall Show / organization"),
        # A newspaper's namesake.
        ("Mayor Ben Guardian came. ⟦Guardian⟧ said ⟪no⟫.", "Ben Guardian / person / surname"),
        ("Mayor Ben Guardian came. ⟦The Guardian⟧ said ⟪no⟫.", "Guardian / organization / name"),
        ("Ben Guardian came. Mr. Guardian left. ⟦Guardian⟧ wrote ⟪no⟫.", "Guardian / organization / name"),
        # A body whose last word comes alone first is nobody's surname.
        ("It rained. It rained on. ⟦Dorvall⟧ said ⟪no⟫. Port Dorvall and Dorvall closed.", "Dorvall / organization"),
    ],
)
def test_a_surname_alone_is_its_bearers(marked: str, last: str) -> None:
    assert (spoken(marked)[-1] or "").startswith(last)


@pytest.mark.parametrize(
    ("marked", "speaker"),
    [
        ("⟦Lima-based Ana Ruiz⟧ said ⟪rents will rise⟫.", "Ana Ruiz / person / name"),
        ("⟦Liberal Oscar-winner Ana Ruiz⟧ said ⟪rents will rise⟫.", "Ana Ruiz / person / name"),
        ("⟦Mary-Ann Ruiz⟧ said ⟪rents will rise⟫.", "Mary-Ann Ruiz / person / name"),
        ("⟦Ana Hale-Ruiz⟧ said ⟪rents will rise⟫.", "Ana Hale-Ruiz / person / name"),
    ],
)
def test_a_compound_before_a_name_is_no_part_of_it(marked: str, speaker: str) -> None:
    assert spoken(marked) == [speaker]


@pytest.mark.parametrize("surname", ["al-Halabi", "Al-Halabi", "Halabi", "Mr. Halabi"])
def test_an_arabic_article_belongs_to_the_name(surname: str) -> None:
    marked = f"⟦The cleric Yusuf al-Halabi⟧ said ⟪no⟫. Footage was shown. ⟦{surname}⟧ said ⟪yes⟫."
    assert [name and name.split(" / ")[0] for name in spoken(marked)] == ["Yusuf al-Halabi"] * 2


@pytest.mark.parametrize(
    ("marked", "speaker"),
    [
        ("⟦Alder County GOP Chairman Will Hale⟧ said ⟪no⟫.", "Will Hale / person / name"),
        ("⟦Alder County GOP Chairman⟧ Will Say That ⟪Rents Rise⟫.", None),
    ],
)
def test_will_is_a_given_name_behind_a_role_at_the_end(marked: str, speaker: str | None) -> None:
    found = spoken(marked)
    assert found == [speaker] if speaker is not None else "Will" not in str(found)


@pytest.mark.parametrize(
    ("marked", "speaker"),
    [
        ("⟦Dean Hale, an economist⟧, said ⟪no⟫.", "Dean Hale / person / name"),
        ("Ana Hale, dean of the school, left. ⟦Dean Hale⟧ said ⟪no⟫.", "Ana Hale / person / surname"),
        ("⟦Dean Ana Hale⟧ said ⟪no⟫.", "Ana Hale / person / name"),
    ],
)
def test_dean_is_a_given_name_unless_the_article_has_a_dean(marked: str, speaker: str) -> None:
    assert spoken(marked) == [speaker]


@pytest.mark.parametrize(
    ("marked", "speaker"),
    [
        ("⟪Rents fell⟫, according to ⟦alderdaily.com⟧.", "alderdaily.com / organization"),
        ("⟪Rents fell⟫, according to ⟦Alderdaily.com⟧.", "Alderdaily.com / organization"),
        ("⟪Rents fell⟫, ⟦KALD-TV⟧ said.", "KALD-TV / organization"),
        ("⟪Rents fell⟫, according to ⟦Variety⟧.", "Variety / organization"),
        ("It angered ⟦conservative Lutherans⟧: ⟪rents fell⟫.", "Lutherans / group"),
        ("⟦Conservative Lutherans⟧ said ⟪rents fell⟫.", "Conservative Lutherans / group"),
        ("⟦AT LEAST 10 KILLED IN ALDER⟧ ⟪rents fell⟫.", None),
    ],
)
def test_outlets_faiths_and_headlines_are_nobodys_surname(marked: str, speaker: str | None) -> None:
    assert [name and name.rpartition(" / ")[0] for name in spoken(marked)] == [speaker]


@pytest.mark.parametrize(
    ("marked", "speaker"),
    [
        ("⟦Working Alder, a labor-affiliated group,⟧ said ⟪no⟫.", "Working Alder / organization"),
        ("⟦Dario Alder, a welder in a labor-affiliated group,⟧ said ⟪no⟫.", "Dario Alder / person"),
        ("⟦the Hale-backed Concerned Veterans for Alder⟧ said ⟪no⟫.", "Concerned Veterans for Alder / organization"),
        ("⟦advocacy group Americans for Alder⟧ said ⟪no⟫.", "Americans for Alder / organization"),
        ("⟦Band member Flint⟧ said ⟪no⟫.", "Flint / person"),
        ("⟦Thousands of Aldermers⟧ said ⟪no⟫.", "Aldermers / group"),
    ],
)
def test_what_stands_beside_a_name_tells_a_body_from_a_person(marked: str, speaker: str) -> None:
    assert [name and name.rpartition(" / ")[0] for name in spoken(marked)] == [speaker]
