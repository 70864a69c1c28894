"""Bodies and documents as speakers: which police, state, agency or publisher is meant, and whose a document is."""

from __future__ import annotations

import pytest

from sayso.attribution.publishers import find_publisher
from sayso.attribution.speakers import resolve_speakers
from sayso.attribution.types import Attribution, TextSpan, make_attribution, text_hash
from test_speakers import REGISTRY, read_marked


def spoken(marked: str, *, publisher: str | None = None) -> list[str | None]:
    """Return "name / type" of each speaker, None where declined."""
    text, items = read_marked(marked)
    resolved = resolve_speakers(text, items, registry=REGISTRY, date=None, publisher=publisher, min_speaker=0.0)
    return [f"{s.name} / {s.type}" if (s := item.speaker) else None for item in resolved]


@pytest.mark.parametrize(
    ("publisher", "name"),
    [
        ("nyt", "New York Times"),
        ("www.nytimes.com", "New York Times"),
        ("https://www.washingtonpost.com/politics", "Washington Post"),
        ("The Washington Post", "Washington Post"),
        ("huff-post", "HuffPost"),
        ("usa-today", "USA Today"),
        ("The Alder Observer", "Alder Observer"),
        ("alder-observer", None),
        ("alder.example", None),
        (" ", None),
        (None, None),
    ],
)
def test_a_publisher_is_known_by_name_code_or_address(publisher: str | None, name: str | None) -> None:
    assert find_publisher(publisher, REGISTRY) == name


def test_we_is_the_newspaper_where_it_speaks_of_its_own_work() -> None:
    asked = "Ana Ruiz.\n\n⟦We⟧ asked our readers ⟪whether rents will rise⟫."
    assert spoken(asked, publisher="usa-today") == ["USA Today / organization"]
    assert spoken(asked) == ["people / group"]


@pytest.mark.parametrize(
    "marked",
    [
        "⟦We⟧ know ⟪that rents will rise⟫.",
        "I live in Alder. ⟦We⟧ asked the landlord ⟪whether rents will rise⟫.",
    ],
)
def test_we_is_not_the_newspaper_otherwise(marked: str) -> None:
    assert "USA Today / organization" not in spoken(marked, publisher="usa-today")


@pytest.mark.parametrize(
    ("marked", "name"),
    [
        ("Ed Hale, the Alder police chief, resigned. ⟦Police⟧ said ⟪he was tired⟫.", "Alder police"),
        ("The Alder Police Department is small. Later ⟦police⟧ said ⟪so⟫.", "Alder Police Department"),
        ("Alder police and Dale police came. ⟦Police⟧ said ⟪both left⟫.", "police"),
        ("Ed Hale Praised By Police. ⟦Police⟧ said ⟪he left⟫.", "police"),
        ("Voters in Ohio wait. ⟦The state⟧ said ⟪they may vote⟫.", "Ohio"),
        ("Voters in Ohio and Iowa wait. ⟦The state⟧ said ⟪they may vote⟫.", "state"),
        ("Voters read the Ohio State Journal. ⟦The state⟧ said ⟪they may vote⟫.", "state"),
        ("Congress met. The White House waits. ⟦The federal government⟧ says ⟪loans are safe⟫.", "US government"),
        ("Canada waits in Ottawa. ⟦The federal government⟧ says ⟪loans are safe⟫.", "federal government"),
        (
            "The FBI looks into it, as the Justice Department knows. The FBI has a file. ⟦The agency⟧ said ⟪no⟫.",
            "FBI",
        ),
        ("Boeing gained. Google rose by a tenth. ⟦The company⟧ said ⟪ads sold well⟫.", "Google"),
        ("Google came up once.\n\nOne.\n\nTwo.\n\nThree.\n\nFour.\n\nHe left. ⟦The company⟧ said ⟪no⟫.", "company"),
        ("⟦A House panel⟧ said ⟪no⟫. The House Harbor and Roads Committee met.", "House Harbor and Roads Committee"),
    ],
)
def test_a_body_called_by_its_kind_is_the_one_that_the_article_names(marked: str, name: str) -> None:
    assert spoken(marked) == [f"{name} / organization"]


def test_an_appeals_court_has_its_circuit() -> None:
    marked = (
        "The U.S. Court of Appeals for the Fifth Circuit heard the case. The mayor left. "
        "⟦The appeals court⟧ said ⟪the rule stands⟫."
    )
    assert spoken(marked) == ["U.S. Court of Appeals for the Fifth Circuit / organization"]


def test_the_words_of_a_headline_are_no_body() -> None:
    marked = "Harbor Board Of Election Finds Fault\n\nAna Ruiz left. ⟦The board⟧ said ⟪so⟫."
    assert "Finds" not in str(spoken(marked))


@pytest.mark.parametrize(
    ("marked", "speakers"),
    [
        (
            "A study by Harbor Watch came out. ⟦The report⟧ says ⟪rents rose⟫.",
            ["Harbor Watch / organization"],
        ),
        (
            "The authors of the study, which include Harbor Fund and Citizens for Rent Justice, met. "
            "⟦The report⟧ says ⟪rents rose⟫.",
            ["Harbor Fund and Citizens for Rent Justice / group"],
        ),
        (
            "The Harbor Union sent a long letter. ⟦The letter⟧ says ⟪rents rose⟫. ⟦It⟧ adds ⟪that pay fell⟫.",
            ["Harbor Union / organization"] * 2,
        ),
        (
            "Ana Ruiz runs. The Ruiz campaign is airing a new ad. ⟦The ad⟧ says ⟪rents rose⟫.",
            ["Ruiz campaign / organization"],
        ),
        ("Somebody sent a letter. Ana Ruiz read it. ⟦The letter⟧ says ⟪rents rose⟫.", ["letter / document"]),
        ("⟦Ana Ruiz⟧ said ⟪no⟫. ⟦The statement⟧ adds ⟪that pay fell⟫.", ["Ana Ruiz / person"] * 2),
        (
            "⟦Ana Ruiz⟧ said ⟪no⟫. ⟦The constitution⟧ says ⟪that pay is due⟫.",
            ["Ana Ruiz / person", "constitution / document"],
        ),
        (
            "⟦The Washington Post⟧ said ⟪no⟫. ⟦The letter⟧ says ⟪that pay is due⟫.",
            ["Washington Post / organization", "letter / document"],
        ),
        ("⟦A Facebook post⟧ said ⟪no⟫.", ["Facebook post / document"]),
        ("⟦An Ohio law⟧ says ⟪pay is due⟫.", ["Ohio law / document"]),
        (
            "In ⟦a statement⟧ defending Ed Hale, Ana Ruiz said ⟪he was tired⟫.",
            ["Ana Ruiz / person"],
        ),
        ("⟦A New York Times/CBS News poll⟧ found ⟪so⟫.", ["New York Times and CBS News / organization"]),
        ("⟦A May Quinnipiac poll⟧ found ⟪so⟫.", ["Quinnipiac / organization"]),
        ("⟦One of the first polls⟧ found ⟪so⟫. The Harbor College poll is large.", ["Harbor College / organization"]),
    ],
)
def test_a_document_is_its_issuers_as_far_as_the_article_tells(marked: str, speakers: list[str]) -> None:
    assert spoken(marked) == speakers


LETTERS = (
    "LETTERS\n\n{}\n\nAna Ruiz.\n\nThe rest is fine.\n\nEd Hale.\n\nIt rains in Alder.\n\n@alder_dale.\n\n"
    "Rain is good.\n\nMary Lund.\n\nThat was all."
)


@pytest.mark.parametrize(
    ("letter", "speakers"),
    [
        ("⟦I⟧ think ⟪that rents will rise⟫.", ["Ana Ruiz / person"]),
        ("⟦I⟧ think ⟪so⟫. Mr. Lee left. ⟦He⟧ said ⟪no⟫.", ["Ana Ruiz / person", "Lee / person"]),
    ],
)
def test_whoever_signs_a_letter_speaks_in_it(letter: str, speakers: list[str]) -> None:
    assert spoken(LETTERS.format(letter)) == speakers


def test_a_rare_first_name_or_a_handle_signs_a_letter_among_others() -> None:
    page = LETTERS.format("Rents rise.").replace("Ana Ruiz", "Qeleth Ruiz")
    assert spoken(page.replace("Rents rise", "⟦I⟧ know ⟪that⟫")) == ["Qeleth Ruiz / person"]
    assert spoken(page.replace("It rains", "⟦I⟧ say ⟪that it rains⟫")) == ["@alder_dale / person"]


def with_cue(text: str, content: str, cue: str, source: str = "") -> Attribution:
    """Return an attribution by the first place of its words in the text."""

    def place(words: str) -> list[TextSpan]:
        at = text.index(words)
        return [TextSpan(at, at + len(words))] if words else []

    return make_attribution(
        text,
        article_id="a1",
        text_sha256=text_hash(text),
        kind="indirect",
        content=place(content),
        cue=place(cue),
        source=place(source),
        confidence=1.0,
        origin="rule:test",
    )


def whys(text: str, *items: Attribution) -> list[str]:
    resolved = resolve_speakers(text, items, registry=REGISTRY, date=None, min_speaker=0.0)
    return [f"{item.speaker and item.speaker.name} {item.why[-1]}" for item in resolved]


def test_an_impression_in_a_letter_is_the_signers_and_elsewhere_nobodys() -> None:
    text = LETTERS.format("The mayor seems to have left Alder.")
    assert whys(text, with_cue(text, "to have left Alder", "seems")) == ["Ana Ruiz speaker.signed"]
    text = "The mayor seems to have left Alder.\n\nAna Ruiz, the clerk, stayed."
    assert whys(text, with_cue(text, "to have left Alder", "seems")) == ["None speaker.declined.no-source"]


def test_whoever_rated_goes_on_rating() -> None:
    text = "PolitiFact rated ten claims of Hale false. Two of hers were rated true. Rents were raised then."
    rated = with_cue(text, "ten claims of Hale false", "rated", "PolitiFact")
    again = with_cue(text, "Two of hers", "were rated")
    other = with_cue(text, "Rents", "were raised")
    assert whys(text, rated, again, other) == [
        "PolitiFact speaker.name",
        "PolitiFact speaker.same-cue",
        "None speaker.declined.no-source",
    ]


@pytest.mark.parametrize(
    ("marked", "name"),
    [
        ("Alder Harbor Watch, ⟦a group⟧ that wants ⟪lower rents⟫, met.", "Alder Harbor Watch / organization"),
        ("⟦A rights group called Harbor Watch⟧ said ⟪no⟫.", "Harbor Watch / organization"),
        ("After talks with Harbor Watch, ⟦a company⟧ said ⟪no⟫.", "company / organization"),
        ("⟦The Ruiz camp⟧ said ⟪no⟫.", "Ruiz campaign / organization"),
        ("⟦The camp⟧ said ⟪no⟫.", None),
        ("The Ruiz campaign met. Ed Hale left the harbor. ⟦The campaign⟧ said ⟪no⟫.", "Ruiz campaign / organization"),
        ("⟦The campaign of the mayor, Ana Ruiz⟧ said ⟪no⟫.", "Ruiz campaign / organization"),
        ("⟦The Observer⟧ said ⟪rents rose⟫.", "Observer / organization"),
        ("⟦The observer⟧ said ⟪rents rose⟫.", "observer / unnamed"),
        ("⟦An Alder newspaper⟧ wrote ⟪so⟫.\n\nThe Observer had said it before.", "Observer / organization"),
        ("⟦Harbor Board records compiled by Alder Watch⟧ show ⟪so⟫.", "Alder Watch / organization"),
        ("⟦FEC filings⟧ show ⟪so⟫.", "FEC filings / document"),
        ("⟦The report⟧ says ⟪rents rose⟫. The Harbor Bank's report is long.", "Harbor Bank / organization"),
    ],
)
def test_a_body_is_known_by_the_name_beside_its_kind(marked: str, name: str | None) -> None:
    assert spoken(marked) == [name]


@pytest.mark.parametrize(
    ("marked", "name"),
    [
        (
            "The Harbor Rent Association met. Rents rose, ⟦the group⟧ said ⟪then⟫.",
            "Harbor Rent Association / organization",
        ),
        ("The Harbor Bank met voters. ⟦The group⟧ said ⟪no⟫.", "Harbor Bank / organization"),
        ("NATO met in Alder. ⟦The group⟧ said ⟪no⟫.", "group / group"),
        ("Black Harbor Matter met. ⟦The BHM group⟧ said ⟪no⟫.", "Black Harbor Matter / organization"),
        ("⟦One group, Alder Rent Watch,⟧ said ⟪no⟫.", "Alder Rent Watch / organization"),
        ("⟦ISIS⟧ said ⟪no⟫.", "Islamic State / organization"),
        ("⟦An anti-Ruiz PAC⟧ said ⟪no⟫.", "anti-Ruiz pac / organization"),
        ("⟦A batch of letters⟧ said ⟪no⟫.", "letters / document"),
    ],
)
def test_the_group_is_the_body_right_before(marked: str, name: str) -> None:
    assert spoken(marked) == [name]


def test_a_dash_with_blanks_leads_to_who() -> None:
    assert spoken("Ana Ruiz - ⟦who⟧ said ⟪no⟫ - left.") == ["Ana Ruiz / person"]


@pytest.mark.parametrize(
    ("marked", "name"),
    [
        ("⟦A Harbor University/Boston Globe Poll⟧ found ⟪so⟫.", "Harbor University and Boston Globe / organization"),
        ("⟦A USA Today/Rock the Harbor poll⟧ found ⟪so⟫.", "USA Today and Rock the Harbor / organization"),
        (
            "The Harbor College poll was new. According to ⟦the same poll⟧ ⟪rents rose⟫.",
            "Harbor College / organization",
        ),
        ("⟦Ohio polls⟧ show ⟪so⟫.", "Ohio polls / document"),
        ("⟦A study by Ana Ruiz and Ed Hale⟧ found ⟪so⟫.", "Ana Ruiz and Ed Hale / group"),
        ("⟦An army of voters⟧ said ⟪no⟫.", "voters / group"),
        ("The Hale administration fell. ⟦The administration⟧ said ⟪no⟫.", "Hale administration / organization"),
        ("⟦The administration⟧ said ⟪no⟫.", "administration / organization"),
        ("Fox News asked. It was ⟦the conservative network⟧ that said ⟪no⟫.", "Fox News / organization"),
        (
            "CNN and Fox News asked. It was ⟦the conservative network⟧ that said ⟪no⟫.",
            "conservative network / organization",
        ),
    ],
)
def test_polls_administrations_and_outlets_have_names(marked: str, name: str) -> None:
    assert spoken(marked) == [name]


def test_the_administration_is_the_presidents_at_the_date() -> None:
    text, items = read_marked("Congress met at the White House. ⟦The administration⟧ said ⟪no⟫.")
    resolved = resolve_speakers(text, items, registry=REGISTRY, date="2022-01-03", min_speaker=0.0)
    assert [item.speaker and item.speaker.name for item in resolved] == ["Biden administration"]


@pytest.mark.parametrize(
    ("marked", "name"),
    [
        ("⟦A report in the Boston Globe⟧ says ⟪no⟫.", "Boston Globe / organization"),
        ("⟦A report in the spring⟧ says ⟪no⟫.", "spring report / document"),
        ("⟦A letter from Harbor Watch⟧ says ⟪no⟫.", "Harbor Watch / organization"),
    ],
)
def test_a_document_from_or_in_a_named_body_is_its(marked: str, name: str) -> None:
    assert spoken(marked) == [name]


def test_a_poll_asks_where_a_share_answers() -> None:
    text = "The Harbor College poll is new. Asked whether rents rise, 46 percent said yes."
    assert whys(text, with_cue(text, "whether rents rise", "Asked")) == ["Harbor College speaker.asker"]


@pytest.mark.parametrize(
    ("marked", "name"),
    [
        ("The White House and Congress met. ⟦The House⟧ passed ⟪it⟫.", "US House of Representatives / organization"),
        (
            "The White House objected. The bill passed ⟦the House⟧ ⟪again⟫.",
            "US House of Representatives / organization",
        ),
        ("The House of Lords met. ⟦The House⟧ said ⟪no⟫.", "House of Lords / organization"),
    ],
)
def test_the_house_is_a_chamber_and_no_white_house(marked: str, name: str) -> None:
    assert spoken(marked) == [name]


def test_behind_a_q_asks_who_publishes() -> None:
    asked = "Ana Ruiz answers questions.\n\n⟦Q⟧: ⟪Will rents rise?⟫\n\nA: No."
    assert spoken(asked, publisher="usa-today") == ["USA Today / organization"]
    assert spoken(asked) == [None]


@pytest.mark.parametrize(
    ("marked", "name"),
    [
        ("Alder Rent Watch, ⟦the super PAC⟧ supporting the mayor, said ⟪no⟫.", "Alder Rent Watch / organization"),
        ("According to Alder Rent Watch, ⟦the super PAC⟧ supporting the mayor said ⟪no⟫.", "super pac / organization"),
        ("⟦A new super PAC called Harbor 45⟧ said ⟪no⟫.", "Harbor 45 / organization"),
        ("Ed Hale met voters. ⟦Mr. Hale's group, March for Harbor,⟧ said ⟪no⟫.", "March for Harbor / organization"),
        ("Ed Hale met voters. ⟦Mr. Hale's group, which marches,⟧ said ⟪no⟫.", "Hale group / group"),
    ],
)
def test_a_body_goes_by_the_name_set_beside_it(marked: str, name: str) -> None:
    assert spoken(marked) == [name]


@pytest.mark.parametrize(
    ("marked", "name"),
    [
        (
            "WikiLeaks met. ⟦The group's release of letters from the Harbor Rent Association⟧ showed ⟪so⟫.",
            "WikiLeaks / organization",
        ),
        (
            "⟦A release of letters from the Harbor Rent Association⟧ showed ⟪so⟫.",
            "Harbor Rent Association / organization",
        ),
        (
            "⟦Disclosures filed Sunday night by the Harbor Rent Association⟧ show ⟪so⟫.",
            "Harbor Rent Association / organization",
        ),
        ("⟦A lawsuit filed in Alder by Ana Ruiz⟧ says ⟪so⟫.", "Ana Ruiz / person"),
    ],
)
def test_a_document_is_whose_who_owns_or_filed_it(marked: str, name: str) -> None:
    assert spoken(marked) == [name]


def test_what_whose_tells_makes_nobody_speak_along() -> None:
    marked = "Ana Ruiz met voters. ⟦Ruiz, whose coalition includes tenants and sailors,⟧ said ⟪no⟫."
    assert spoken(marked) == ["Ana Ruiz / person"]


@pytest.mark.parametrize(
    ("marked", "name"),
    [
        ("Ed Hale and Jo Hale met voters. ⟦The Hales⟧ said ⟪no⟫.", "Hales / group"),
        ("Ed Hale met voters. ⟦The Rainmakers⟧ said ⟪no⟫.", "Rainmakers / organization"),
        ("Rents matter to ⟦most of us⟧ who said ⟪no⟫.", None),
    ],
)
def test_a_surname_in_the_plural_is_a_family(marked: str, name: str | None) -> None:
    assert spoken(marked) == [name]


@pytest.mark.parametrize(
    ("marked", "name"),
    [
        ("Jo Paris met voters. ⟦Paris, who sails,⟧ said ⟪no⟫.", "Jo Paris / person"),
        ("Jo Paris met voters. ⟦Paris, a sailor,⟧ said ⟪no⟫.", "Jo Paris / person"),
        ("Envoys met. ⟦Paris, an ally of Berlin,⟧ said ⟪no⟫.", "France / country"),
        ("Envoys met. ⟦France, which voted,⟧ said ⟪no⟫.", "France / country"),
    ],
)
def test_a_capital_can_be_a_surname(marked: str, name: str) -> None:
    assert spoken(marked) == [name]


@pytest.mark.parametrize(
    ("marked", "name"),
    [
        ("⟦The latest Harbor Post-Alder News Poll⟧ found ⟪so⟫.", "Harbor Post and Alder News / organization"),
        ("⟦A CNN-ORC survey⟧ found ⟪so⟫.", "CNN and ORC / organization"),
    ],
)
def test_a_poll_with_a_dash_is_by_two(marked: str, name: str) -> None:
    assert spoken(marked) == [name]


def test_what_his_campaign_sends_is_its() -> None:
    marked = "Ed Hale met voters. On Sunday, his campaign sent out ⟦a fundraising email⟧ saying ⟪no⟫."
    assert spoken(marked) == ["Hale campaign / organization"]
    marked = "Ed Hale met voters. On Sunday, he read ⟦a fundraising email⟧ saying ⟪no⟫."
    assert spoken(marked) == ["fundraising email / document"]


@pytest.mark.parametrize(
    ("marked", "name"),
    [
        (
            "The Harbor Records Bureau is old. The bureau acts as if rents fell. A year ago, ⟦it⟧ said ⟪no⟫.",
            "Harbor Records Bureau / organization",
        ),
        ("The Hale campaign is braced for a fight that ⟦it⟧ expects ⟪to last⟫.", "Hale campaign / organization"),
        ("The harbor is old. A year ago, ⟦it⟧ said ⟪no⟫.", None),
    ],
)
def test_it_goes_on_with_the_body_that_opens_the_sentence(marked: str, name: str | None) -> None:
    assert spoken(marked) == [name]


@pytest.mark.parametrize(
    ("marked", "name"),
    [
        ("Voters met Our Harbor PAC. ⟦Our Harbor PAC⟧ said ⟪no⟫.", "Our Harbor PAC / organization"),
        ("Voters met Harbor Sail PAC. ⟦Harbor Sail PAC⟧ said ⟪no⟫.", "Harbor Sail PAC / organization"),
    ],
)
def test_a_body_keeps_the_first_word_of_its_name(marked: str, name: str) -> None:
    assert spoken(marked) == [name]


@pytest.mark.parametrize(
    ("marked", "name"),
    [
        ("He left Fox News after ⟦the news organization⟧ asked ⟪why⟫.", "Fox News / organization"),
        ("He left the FBI after ⟦the law enforcement agency⟧ asked ⟪why⟫.", "FBI / organization"),
        ("The Harbor Rent Association met. ⟦The non-profit⟧ said ⟪no⟫.", "Harbor Rent Association / organization"),
        ("He left the FBI after ⟦the rival agency⟧ asked ⟪why⟫.", "rival agency / organization"),
        ("He left the FBI after ⟦the news organization⟧ asked ⟪why⟫.", "news organization / organization"),
    ],
)
def test_a_kind_of_body_is_the_one_just_named(marked: str, name: str) -> None:
    assert spoken(marked) == [name]


@pytest.mark.parametrize(
    ("marked", "name"),
    [
        (
            "Ms. Ana Ruiz, a Democrat, spoke. She left when ⟦her party⟧ said ⟪no⟫.",
            "Democratic Party / organization",
        ),
        ("Ms. Ana Ruiz spoke. She left when ⟦her party⟧ said ⟪no⟫.", None),
    ],
)
def test_her_party_is_the_one_she_is_said_to_be_of(marked: str, name: str | None) -> None:
    assert spoken(marked) == [name]
