"""Speakers: who is meant by a source, stage by stage, and when nobody is named.

In these texts ⟦…⟧ marks a source and ⟪…⟫ its content; the marks are taken out before resolving. ⟦⟧ is no source.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.attribution import (
    antecedents,
    authors,
    bodies,
    capitals,
    issuers,
    makers,
    mentions,
    names,
    nominals,
    owners,
    speaker_bodies,
    speaker_documents,
    speaker_implicit,
    speaker_lists,
    speaker_names,
    speaker_plurals,
    speaker_pronouns,
    speaker_roles,
    speakers,
)
from sayso.attribution.ranking import Thresholds, default_ranker
from sayso.attribution.registry import default_registry
from sayso.attribution.speakers import resolve_speakers
from sayso.attribution.types import Attribution, SpeakerType, TextSpan, make_attribution, text_hash

DATE = "2021-12-30"
MARK = re.compile(r"[⟦⟧⟪⟫]")
REGISTRY = default_registry()


def read_marked(marked: str, *, article_id: str = "a1") -> tuple[str, list[Attribution]]:
    """Return the text without marks and one attribution per pair of source and content, in order of the sources."""
    text, opened = "", 0
    found: dict[str, list[tuple[int, int]]] = {"⟧": [], "⟫": []}
    at = 0
    for match in MARK.finditer(marked):
        text += marked[at : match.start()]
        at = match.end()
        if match[0] in "⟦⟪":
            opened = len(text)
        else:
            found[match[0]].append((opened, len(text)))
    text += marked[at:]
    attributions = []
    for (start, end), (content, content_end) in zip(found["⟧"], found["⟫"], strict=True):
        quoted = text[content] in '“"«'
        attributions.append(
            make_attribution(
                text,
                article_id=article_id,
                text_sha256=text_hash(text),
                kind="direct" if quoted else "indirect",
                content=[TextSpan(content, content_end)],
                cue=[] if start == end else [TextSpan(end, end + 1)],
                source=[] if start == end else [TextSpan(start, end)],
                confidence=1.0,
                origin="rule:test",
            )
        )
    return text, attributions


def resolve(marked: str, *, date: str | None = DATE, article_id: str = "a1") -> list[Attribution]:
    """Return the attributions with every speaker, however unsure: what is withheld has tests of its own."""
    text, attributions = read_marked(marked, article_id=article_id)
    return resolve_speakers(text, attributions, registry=REGISTRY, date=date, min_speaker=0.0)


def spoken(marked: str, *, date: str | None = DATE) -> list[str | None]:
    """Return "name / type / how" of each speaker, None where declined."""
    return [f"{s.name} / {s.type} / {s.how}" if (s := item.speaker) else None for item in resolve(marked, date=date)]


@pytest.mark.parametrize(
    ("marked", "speaker"),
    [
        ("⟦Ana Ruiz⟧ said ⟪rents will rise⟫.", "Ana Ruiz / person / name"),
        ("⟦Kremlin spokesman Dmitri Peskov⟧ said ⟪no⟫.", "Dmitry Peskov / person / name"),
        ("⟦Serguei Lavrov, Russia’s foreign minister⟧, says ⟪no⟫.", "Sergei Lavrov / person / name"),
        ("⟦Simon Hale, an assistant professor at a school in Ohio⟧, said ⟪no⟫.", "Simon Hale / person / name"),
        ("⟦A lawyer for the bank, Ana Ruiz,⟧ said ⟪no⟫.", "Ana Ruiz / person / name"),
        ("⟪No⟫, said ⟦the finance minister⟧, Ana Ruiz.", "Ana Ruiz / person / name"),
        ("⟦Ana Ruiz’s⟧ warning that ⟪rents will rise⟫.", "Ana Ruiz / person / name"),
        ('⟦Sen. Robert "Bobby" Hale of Ohio⟧ said ⟪no⟫.', "Robert Hale / person / name"),
        ("⟦Mr. Walter Van Dorn Jr.⟧ said ⟪no⟫.", "Walter Van Dorn Jr. / person / name"),
        ("⟦Volodymir Zelenskiyy⟧ said ⟪no⟫.", "Volodymyr Zelensky / person / name"),  # one letter off
    ],
)
def test_a_name_in_or_at_the_source_is_the_speaker(marked: str, speaker: str) -> None:
    assert spoken(marked) == [speaker]


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("⟦Ana Ruiz⟧ said ⟪no⟫. ⟦Ruiz⟧ added ⟪never⟫.", "Ana Ruiz / person / surname"),
        ("⟦Ruiz⟧ said ⟪no⟫. Ana Ruiz is mayor.", "Ana Ruiz / person / surname"),  # named in full only later
        ("Walter Van Dorn came. ⟦Mr. Van Dorn⟧ said ⟪no⟫.", "Walter Van Dorn / person / name"),
        ("Susan Hale and Walter Hale came. ⟦Mrs. Hale⟧ said ⟪no⟫.", "Susan Hale / person / surname"),
        ("⟦Lavrov⟧ said ⟪no⟫.", "Sergei Lavrov / person / surname"),  # the registry alone
        ("⟦RUIZ⟧: ⟪No⟫. Ana Ruiz spoke.", "Ana Ruiz / person / surname"),
        ("The Dallas Harbor Post wrote. ⟦The Post⟧ said ⟪no⟫.", "Dallas Harbor Post / organization / name"),
    ],
)
def test_a_surname_is_led_back_to_the_full_name(marked: str, last: str) -> None:
    assert spoken(marked)[-1] == last


def test_a_headline_in_capitals_does_not_swallow_its_names() -> None:
    marked = "⟦Ruiz⟧ Vows ⟪To Cut Rents⟫ As Walter Hale Looks On In Dallas\n\nAna Ruiz spoke."
    assert spoken(marked) == ["Ana Ruiz / person / surname"]


@pytest.mark.parametrize(
    ("marked", "date", "speaker"),
    [
        ("⟦Ukraine’s foreign minister⟧ told us ⟪no⟫.", DATE, "Dmytro Kuleba / person / role"),
        ("⟦Ukraine’s foreign minister⟧ told us ⟪no⟫.", "2019-12", "Vadym Prystaiko / person / role"),
        ("⟦Ukraine’s foreign minister⟧ told us ⟪no⟫. “No,” Dmytro Kuleba said.", None, "Dmytro Kuleba / person / role"),
        ("⟦Ukraine’s foreign minister⟧ told us ⟪no⟫.", None, None),  # undated, and the article does not tell
        (
            "On 3 December 2019, ⟦Ukraine’s foreign minister⟧ said ⟪no⟫.",
            None,
            "Vadym Prystaiko / person / role",
        ),
        ("⟦The Russian leader⟧ said ⟪no⟫.", DATE, "Vladimir Putin / person / role"),
        ("⟦The Kremlin leader⟧ said ⟪no⟫.", DATE, "Vladimir Putin / person / role"),
        ("⟦The Kremlin spokesman⟧ said ⟪no⟫.", DATE, "Dmitry Peskov / person / role"),
        ("⟦The former Russian president⟧ said ⟪no⟫.", DATE, None),
        ("Sergei Lavrov came. ⟦Ukraine’s foreign minister⟧ said ⟪no⟫.", None, None),  # not the Russian one
    ],
)
def test_an_office_means_its_holder_at_the_date(marked: str, date: str | None, speaker: str | None) -> None:
    assert spoken(marked, date=date) == [speaker]


@pytest.mark.parametrize(
    ("marked", "speaker"),
    [
        ("Sen. Ana Ruiz met Gov. Walter Hale. ⟦The senator⟧ said ⟪no⟫.", "Ana Ruiz / person / nominal"),
        ("Republican Walter Hale met Democrat Ana Ruiz. ⟦The Democrat⟧ said ⟪no⟫.", "Ana Ruiz / person / nominal"),
        ("He met Volodymyr Zelensky. ⟦The Ukrainian⟧ wrote ⟪no⟫.", "Volodymyr Zelensky / person / nominal"),
        ("⟦The astronaut’s governor⟧ said ⟪no⟫.", None),
    ],
)
def test_a_title_takes_up_whom_the_article_called_so(marked: str, speaker: str | None) -> None:
    assert spoken(marked)[-1] == speaker


@pytest.mark.parametrize(
    ("marked", "speaker"),
    [
        ("Ana Ruiz spoke to Walter Hale. ⟦She⟧ said ⟪no⟫.", "Ana Ruiz / person / pronoun"),
        ("Ana Ruiz spoke to Walter Hale. ⟦He⟧ said ⟪no⟫.", "Walter Hale / person / pronoun"),
        ("⟦Walter Hale⟧ said ⟪“Ben Lee lied”⟫. ⟪“Twice,”⟫ ⟦he⟧ added.", "Walter Hale / person / pronoun"),
        ("Rents rose. ⟦He⟧ said ⟪no⟫.", None),
        ("Ana Ruiz left. ⟦He⟧ said ⟪no⟫.", None),  # the other gender never fits
        ("The Harbor Bank closed. ⟦It⟧ said ⟪no⟫.", "Harbor Bank / organization / pronoun"),
        ("⟦Two lawyers⟧ said ⟪no⟫. ⟦They⟧ want ⟪change⟫.", "lawyers / unnamed / pronoun"),
        ("Critics came. Ana Ruiz, ⟦who⟧ said ⟪no⟫, left.", "Ana Ruiz / person / pronoun"),
    ],
)
def test_a_pronoun_means_the_best_antecedent_or_nobody(marked: str, speaker: str | None) -> None:
    found = spoken(marked)[-1]
    assert (found or "").lower() == (speaker or "").lower()


def test_first_person_is_the_speaker_only_inside_the_quotation() -> None:
    text, (outer,) = read_marked("⟦Ana Ruiz⟧ said: ⟪“I think rents will rise.”⟫")
    inside = text.index("I think")
    inner = make_attribution(
        text,
        article_id="a1",
        text_sha256=text_hash(text),
        kind="indirect",
        content=[TextSpan(inside + 8, inside + 23)],
        cue=[TextSpan(inside + 2, inside + 7)],
        source=[TextSpan(inside, inside + 1)],
        confidence=1.0,
        origin="rule:test",
        nested_in=outer.id,
    )
    resolved = resolve_speakers(text, [outer, inner], registry=REGISTRY, date=None)
    assert [item.speaker and item.speaker.id for item in resolved] == ["ana-ruiz", "ana-ruiz"]
    assert resolved[1].why[-1] == "speaker.first-person"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("A senior US administration official", "senior US administration official"),
        ("a senior official in the Biden administration", "senior US administration official"),
        ("US officials", "US officials"),
        ("A White House official", "White House official"),
        ("one of Mr. Ruiz's climate advisers", "Ruiz climate advisers"),
        ("two people familiar with the talks", "people familiar with the talks"),
    ],
)
def test_unnamed_speakers_get_a_normalised_description(source: str, name: str) -> None:
    assert spoken(f"⟦{source}⟧ said ⟪no⟫.") == [f"{name} / unnamed / nominal"]


def test_the_official_stays_one_person_and_another_one_is_somebody_else() -> None:
    found = resolve(
        "⟦A senior White House representative⟧ said ⟪no⟫. ⟪“Never,”⟫ said ⟦the US official⟧. ⟪So⟫, ⟦he⟧ said.\n\n"
        "⟦A Russian diplomat⟧ said ⟪yes⟫. ⟦Another source⟧ said ⟪maybe⟫. ⟦The diplomat⟧ said ⟪yes⟫."
    )
    ids = [item.speaker.id if item.speaker else None for item in found]
    assert ids[0] == ids[1] == ids[2]
    assert ids[3] == ids[5]
    assert len({ids[0], ids[3], ids[4]}) == 3


def test_a_lone_surname_and_a_common_noun_name_somebody_of_this_article_only() -> None:
    marked = (
        "⟦Mr. Hale⟧ said ⟪no⟫. ⟦Ana Ruiz⟧ said ⟪no⟫. ⟦The bank⟧ said ⟪no⟫. ⟦@alderbank⟧ said ⟪no⟫. ⟦Lavrov⟧ said ⟪no⟫."
    )
    one, other = resolve(marked, article_id="a1"), resolve(marked, article_id="a2")
    ids = [item.speaker.id for item in one if item.speaker is not None]
    assert re.fullmatch(r"person-[0-9a-f]{6}-hale", ids[0])
    assert re.fullmatch(r"organization-[0-9a-f]{6}-bank", ids[2])
    assert ids[1] == "ana-ruiz"
    assert ids[-1] == "sergei-lavrov"
    same = [a.speaker == b.speaker for a, b in zip(one, other, strict=True)]
    assert same == [False, True, False, True, True]


def test_unnamed_ids_differ_between_articles_and_named_ones_do_not() -> None:
    marked = "⟦An official⟧ said ⟪no⟫. ⟦Ana Ruiz⟧ said ⟪no⟫."
    one, other = resolve(marked, article_id="a1"), resolve(marked, article_id="a2")
    assert one[0].speaker is not None
    assert other[0].speaker is not None
    assert re.fullmatch(r"unnamed-[0-9a-f]{6}-official", one[0].speaker.id)
    assert one[0].speaker.id != other[0].speaker.id
    assert one[1].speaker == other[1].speaker


@pytest.mark.parametrize(
    ("marked", "speaker"),
    [
        ("⟦the Kremlin⟧ said ⟪no⟫.", "Kremlin / organization / name"),
        ("⟦Moscow⟧ said ⟪no⟫.", "Russia / country / alias"),
        ("⟦the Russians⟧ said ⟪no⟫.", "Russia / country / alias"),
        ("⟦Washington⟧ said ⟪no⟫.", "United States / country / alias"),
        ("⟦Russia’s foreign ministry⟧ said ⟪no⟫.", "Russian Foreign Ministry / organization / name"),
        ("⟦Ana Ruiz’s campaign⟧ said ⟪no⟫.", "Ruiz campaign / organization / nominal"),
        ("The Commission on Rents met. ⟦The commission⟧ said ⟪no⟫.", "Commission on Rents / organization / nominal"),
        ("CNN quoted an official. ⟦The report⟧ said ⟪no⟫.", "CNN / organization / nominal"),
        ("⟦A Harbor Bank survey⟧ found ⟪no⟫.", "Harbor Bank / organization / nominal"),
        ("⟦A statement⟧ said ⟪no⟫.", "statement / document / nominal"),
        ("Annalena Baerbock spoke, as ⟦the ministry⟧ said ⟪so⟫.", "German Foreign Ministry / organization / name"),
    ],
)
def test_institutions_metonyms_and_documents(marked: str, speaker: str) -> None:
    assert spoken(marked)[-1] == speaker


@pytest.mark.parametrize(
    ("marked", "speaker"),
    [
        ("⟦Joe Biden and Vladimir Putin⟧ said ⟪no⟫.", "Joe Biden and Vladimir Putin / group / name"),
        ("⟦Washington and its European allies⟧ say ⟪no⟫.", "United States and its European allies / group / name"),
        ("⟦critics⟧ said ⟪no⟫.", "critics / group / nominal"),
        ("⟦Western powers⟧ said ⟪no⟫.", "Western countries / group / nominal"),
        ("Joe Biden called Vladimir Putin. ⟦both parties⟧ said ⟪no⟫.", "United States and Russia / group / nominal"),
        ("Ana Ruiz met Walter Hale. ⟦The two leaders⟧ said ⟪no⟫.", "Ana Ruiz and Walter Hale / group / nominal"),
    ],
)
def test_groups_keep_their_members(marked: str, speaker: str) -> None:
    assert spoken(marked)[-1] == speaker


def test_a_floating_quotation_goes_to_the_last_speaker_unless_far_away() -> None:
    near = "⟦Ana Ruiz⟧ said ⟪no⟫.\n\n⟦⟧⟪“Rents will rise.”⟫"
    far = "⟦Ana Ruiz⟧ said ⟪no⟫.\n\nOne.\n\nTwo.\n\nThree.\n\n⟦⟧⟪“Rents will rise.”⟫"
    assert spoken(near)[-1] == "Ana Ruiz / person / implicit"
    assert spoken(far)[-1] is None
    assert resolve(far)[-1].why[-1] == "speaker.declined.far"


def test_indirect_speech_without_a_source_is_declined_with_a_reason() -> None:
    (found,) = resolve("It was feared that ⟦⟧⟪rents will rise⟫.")
    assert found.speaker is None
    assert found.why[-1] == "speaker.declined.no-source"


def test_names_in_masked_boilerplate_are_not_seen() -> None:
    text, attributions = read_marked("READ Ana Ruiz resigns\n\n⟦She⟧ said ⟪no⟫.")
    (seen,) = resolve_speakers(text, attributions, registry=REGISTRY, date=None)
    (hidden,) = resolve_speakers(text, attributions, registry=REGISTRY, date=None, masks=[(0, 21)])
    assert seen.speaker is not None
    assert hidden.speaker is None


def test_every_answer_has_a_measured_confidence_and_a_reason() -> None:
    found = resolve("⟦Ana Ruiz⟧ said ⟪no⟫. ⟦She⟧ added ⟪never⟫. ⟦Moscow⟧ said ⟪yes⟫.")
    for item in found:
        assert item.speaker is not None
        assert 0.0 < item.speaker.confidence < 1.0
        assert item.why[-1] in default_ranker().certainty


@st.composite
def texts_with_attributions(draw: st.DrawFn) -> tuple[str, list[Attribution]]:
    words = st.sampled_from(
        ["Ana Ruiz", "He", "she", "they", "who", "the official", "US officials", "Moscow", "Mr.", "said", "and", ",",
         "“", "”", "\n\n", ".", "of", "The", "’s", "statement", "X", "both sides", "one of", "\u00a0", "ß", "王毅"]
    )  # fmt: skip
    text = draw(st.one_of(st.lists(words, min_size=1, max_size=40).map(" ".join), st.text(min_size=1, max_size=80)))
    span = st.tuples(st.integers(0, len(text) - 1), st.integers(1, 30)).map(
        lambda pair: TextSpan(pair[0], min(len(text), pair[0] + pair[1]))
    )
    made = [
        make_attribution(
            text,
            article_id="a1",
            text_sha256=text_hash(text),
            kind=draw(st.sampled_from(("direct", "indirect", "mixed"))),
            content=[draw(span)],
            cue=draw(st.lists(span, max_size=1)),
            source=draw(st.lists(span, max_size=2)),
            confidence=1.0,
            origin="rule:test",
        )
        for _ in range(draw(st.integers(0, 5)))
    ]
    return text, made


@settings(max_examples=150, deadline=None)
@given(texts_with_attributions(), st.sampled_from([None, "2021", DATE]))
def test_any_text_and_spans_keep_order_and_count(case: tuple[str, Sequence[Attribution]], date: str | None) -> None:
    text, attributions = case
    resolved = resolve_speakers(text, attributions, registry=REGISTRY, date=date)
    assert [item.id for item in resolved] == [item.id for item in attributions]
    assert resolved == resolve_speakers(text, attributions, registry=REGISTRY, date=date)
    for before, after in zip(attributions, resolved, strict=True):
        assert after.why[: len(before.why)] == before.why
        assert len(after.why) == len(before.why) + 1
        assert after.speaker is None or (after.speaker.id and after.speaker.name)


def test_speakers_cost_little_per_word() -> None:
    """A generous bound, so that a slow machine passes and a quadratic step does not."""
    story = "⟦Ana Ruiz⟧ said ⟪rents will rise⟫ in Dallas this year. ⟦She⟧ told Walter Hale ⟪that was wrong⟫.\n\n"
    text, attributions = read_marked(story * 600)
    resolve_speakers(text[:2000], attributions[:10], registry=REGISTRY, date=DATE)
    begin = time.process_time()
    resolve_speakers(text, attributions, registry=REGISTRY, date=DATE)
    assert time.process_time() - begin < 2.0


@pytest.mark.parametrize(
    "unit", ["A", "A ", "Mr. ", "’s ", ". ", "!", "\n", " ", "“", "A-", "A.", "the president ", ", A"]
)
def test_hostile_repetition_is_read_in_linear_time(unit: str) -> None:
    text = (unit * 100_000)[:100_000] + " He said"
    source = [TextSpan(len(text) - 7, len(text) - 5)]
    item = make_attribution(
        text,
        article_id="a1",
        text_sha256=text_hash(text),
        kind="indirect",
        content=[TextSpan(0, 10)],
        source=source,
        confidence=1.0,
        origin="rule:test",
    )
    begin = time.process_time()
    resolve_speakers(text, [item], registry=REGISTRY, date=None)
    assert time.process_time() - begin < 2.0


MODULES = (
    antecedents,
    authors,
    bodies,
    capitals,
    issuers,
    makers,
    mentions,
    names,
    nominals,
    owners,
    speaker_bodies,
    speaker_documents,
    speaker_implicit,
    speaker_lists,
    speaker_names,
    speaker_plurals,
    speaker_pronouns,
    speaker_roles,
    speakers,
)


@pytest.mark.parametrize("unit", ["a", "A ", "'s ", "one of ", " and ", ", ", "\u00a0", "the "])
def test_patterns_take_no_more_than_linear_time(unit: str) -> None:
    text = (unit * 20_000)[:20_000]
    patterns = [p for module in MODULES for p in vars(module).values() if isinstance(p, re.Pattern)]
    assert len(patterns) > 10
    for pattern in patterns:
        begin = time.process_time()
        for _ in pattern.finditer(text):
            pass
        assert time.process_time() - begin < 1.0, pattern.pattern


# --- the ranked choice and the facts it uses ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        (
            "Robert “Bobby” Hale came. Tim Hale left. Bobby Hale sang. Bobby Hale wept. ⟦Hale⟧ said ⟪no⟫.",
            "Bobby Hale / person / surname",
        ),
        (
            "Donald Trump came with Ivanka Trump and Melania Trump. ⟦Trump⟧ said ⟪no⟫.",
            "Donald Trump / person / surname",
        ),
        ("Ana Grunwald came. ⟦Grunwold⟧ said ⟪no⟫.", "Ana Grunwald / person / surname"),  # a letter off
        ("“No,” Emma said. Emma left. ⟦She⟧ said ⟪never⟫.", "Emma / person / pronoun"),  # by first name alone
        ("⟦Secretary of State Ana B. Ruiz⟧ said ⟪no⟫.", "Ana B. Ruiz / person / name"),
        ("⟦One of the bank's lawyers, Ana Ruiz,⟧ said ⟪no⟫.", "Ana Ruiz / person / name"),
        ("The Harbor Trade Commission met. ⟦The H.T.C.⟧ said ⟪no⟫.", "Harbor Trade Commission / organization / alias"),
        ("⟦PoliCheck⟧ said ⟪no⟫. PoliCheck erred.", "PoliCheck / organization / name"),
    ],
)
def test_names_are_led_back_to_the_people_and_bodies_of_the_article(marked: str, last: str) -> None:
    assert spoken(marked)[-1] == last


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("Ana Ruiz, 59, of Dale, Md., ⟦who⟧ said ⟪no⟫, left.", "Ana Ruiz / person / pronoun"),
        ("Ana Ruiz — ⟦who⟧ said ⟪no⟫ — left.", "Ana Ruiz / person / pronoun"),
        ("Ana Ruiz, a clerk at Harbor Bank ⟦who⟧ said ⟪no⟫, left.", "Ana Ruiz / person / pronoun"),
        ("Ana Ruiz met Walter Hale. “No,” ⟦Ruiz⟧ said ⟪it⟫. ⟦She⟧ added ⟪never⟫.", "Ana Ruiz / person / pronoun"),
        ("Walter Hale wrote it. According to ⟦his account⟧, ⟪rents rose⟫.", "Walter Hale / person / pronoun"),
        ("Walter Hale wrote it. In ⟦Hale's memoir⟧, ⟪rents rose⟫.", "Walter Hale / person / nominal"),
        ("⟦I⟧ believe ⟪rents will rise⟫.\n\nAna Ruiz.\n\nDale, Md.", "Ana Ruiz / person / pronoun"),
        ("⟦I⟧ believe ⟪rents will rise⟫.\n\nAna Ruiz is a fellow at Harbor College.", "Ana Ruiz / person / pronoun"),
        ("⟦We⟧ know ⟪rents will rise⟫.", "people / group / pronoun"),
        ("⟦No one⟧ thinks ⟪rents will fall⟫.", "people / group / pronoun"),
    ],
)
def test_pronouns_reach_over_appositives_and_signatures(marked: str, last: str) -> None:
    assert spoken(marked)[-1] == last


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("Sen. Ana Ruiz (I-Vt.) met Rep. Ed Hale. ⟦The Vermont senator⟧ said ⟪no⟫.", "Ana Ruiz / person / nominal"),
        ("Ana Ruiz came. ⟦Ruiz's husband⟧ said ⟪no⟫.", "Ana Ruiz's husband / unnamed / nominal"),  # nobody named
        ("Among likely voters, ⟦46 percent⟧ want ⟪change⟫.", "likely voters / group / nominal"),
        ("A Dale Post-Alder News poll came. ⟦The poll⟧ saw ⟪no⟫.", "Dale Post and Alder News / organization / nominal"),
        ("The Dale Police Department met. ⟦The police⟧ said ⟪no⟫.", "Dale Police Department / organization / nominal"),
        ("⟦Federal and state officials⟧ said ⟪no⟫.", "Federal and state officials / unnamed / nominal"),
        ("⟦Tax experts I spoke to⟧ said ⟪no⟫.", "Tax experts / unnamed / nominal"),
    ],
)  # fmt: skip
def test_descriptions_mean_whom_the_article_describes_so(marked: str, last: str) -> None:
    assert (spoken(marked)[-1] or "").lower() == last.lower()


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        # relatives, by the one other bearer of the surname
        ("Ed Hale came with Mary Hale. ⟦Hale’s wife⟧ said ⟪no⟫.", "Mary Hale / person / nominal"),
        ("Ed Hale came with Mary Hale and Jo Hale. ⟦Ed Hale’s wife⟧ said ⟪no⟫.", "Ed Hale's wife / unnamed / nominal"),
        ("Mary Ruiz met Ed Hale. ⟦The 34-year-old mother of three⟧ said ⟪no⟫.", "Mary Ruiz / person / nominal"),
        # several people
        (
            "⟦Ana Ruiz (D-Ohio), Ed Hale, R-Iowa, and Ben Lee⟧ said ⟪no⟫.",
            "Ana Ruiz, Ed Hale and Ben Lee / group / name",
        ),
        (
            "⟦Ana Ruiz, head of the Alder School, and other scientists⟧ said ⟪no⟫.",
            "Ana Ruiz and other scientists / group / name",
        ),
        ("⟦regulators and advisers to Alder⟧ said ⟪no⟫.", "regulators and advisers to Alder / unnamed / nominal"),
        ("⟦One of the doctors⟧ said ⟪no⟫.", "doctors / unnamed / nominal"),
        ("⟦Doctors⟧ said ⟪no⟫.", "doctors / group / nominal"),
        # what "who" goes back to
        ("It pleased nervous Democrats on the Hill, ⟦who⟧ said ⟪no⟫.", "Hill nervous Democrats / group / pronoun"),
        ("He paid an architect ⟦who⟧ said ⟪no⟫.", "architect / unnamed / pronoun"),
        # acts, papers and bodies are no people
        ("Ana Ruiz opposed the Alder War, and ⟦she⟧ said ⟪no⟫.", "Ana Ruiz / person / pronoun"),
        ("The website Zero Alder ran it. ⟦Zero Alder⟧ said ⟪no⟫.", "Zero Alder / organization / name"),
        ("Harbor Hale bankers came. ⟦Harbor Hale⟧ said ⟪no⟫.", "Harbor Hale / organization / name"),
        ("⟦Citizens for Alder Parks⟧ said ⟪no⟫.", "Citizens for Alder Parks / organization / name"),
        ("⟦The Charlotte Observer⟧ said ⟪no⟫.", "Charlotte Observer / organization / name"),
        ("⟦The 1951 Alder Treaty⟧ says ⟪no⟫.", "Alder Treaty / document / nominal"),
        # whose poll, study, team and thing it is
        ("⟦A new poll⟧ shows ⟪a bump⟫.\n\nA Dale Post poll came Friday.", "Dale Post / organization / nominal"),
        ("⟦A study by Alder School professor Ana Ruiz⟧ found ⟪no⟫.", "Ana Ruiz / person / nominal"),
        ("⟦A study that appeared in the Alder Journal⟧ found ⟪no⟫.", "Alder Journal / organization / nominal"),
        ("The Ruiz campaign met. ⟦The Ruiz team⟧ said ⟪no⟫.", "Ruiz campaign / organization / nominal"),
        ("The Harbor Party met. ⟦The party’s rules⟧ forbid ⟪it⟫.", "Harbor Party / organization / nominal"),
        ("⟦The Harbor Council⟧ met and said ⟪no⟫. ⟦They⟧ said ⟪never⟫.", "Harbor Council / organization / pronoun"),
        ("⟦Mr. Ruiz’s company⟧ said ⟪no⟫.", "Ruiz company / organization / nominal"),
        (
            "The Harbors and Exchange Commission met. ⟦HEC⟧ said ⟪no⟫.",
            "Harbors and Exchange Commission / organization / alias",
        ),
    ],
)  # fmt: skip
def test_more_wordings_of_who_speaks(marked: str, last: str) -> None:
    assert spoken(marked)[-1] == last


def test_what_somebody_else_says_does_not_take_up_the_speaker() -> None:
    marked = "Ed Hale came. Ben Lee spoke. ⟦Lee⟧ said ⟪Hale had left⟫. ⟦He⟧ said ⟪Hale was late⟫."
    assert spoken(marked)[-1] == "Ben Lee / person / pronoun"


def test_a_ranked_answer_below_the_threshold_is_withheld() -> None:
    text, items = read_marked("Ana Ruiz met Jo Hale. ⟦She⟧ said ⟪no⟫.")
    sure = resolve_speakers(text, items, registry=REGISTRY, date=None)
    assert sure[0].speaker is not None
    strict = replace(default_ranker(), thresholds=Thresholds(naming=0.9999))
    (withheld,) = resolve_speakers(text, items, registry=REGISTRY, date=None, ranker=strict)
    assert withheld.speaker is None
    assert withheld.why[-1] == "speaker.declined.unsure"


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        # What holds the people is not who speaks.
        ("⟦Small groups of tenants⟧ said ⟪no⟫.", "tenants / group / nominal"),
        ("⟦An unusual coalition of mayors⟧ said ⟪no⟫.", "mayors / group / nominal"),
        ("⟦The Group of Seven⟧ said ⟪no⟫.", "G7 / organization / name"),
        # Several bodies are a class; those with a name stay bodies.
        ("⟦Local authorities⟧ said ⟪no⟫.", "Local authorities / group / nominal"),
        ("⟦Any taxpayer⟧ knows ⟪no⟫.", "taxpayers / group / nominal"),
        ("⟦Many African-Americans⟧ said ⟪no⟫. ⟦The Europeans⟧ said ⟪no⟫.", "Europeans / group / nominal"),
        ("⟦Trade Committee Republicans⟧ said ⟪no⟫.", "Trade Committee Republicans / group / name"),
        ("⟦Democrats on the House Trade Committee⟧ said ⟪no⟫.", "House Trade Committee Democrats / group / nominal"),
        ("⟦Experts on North Korea⟧ said ⟪no⟫.", "experts / group / nominal"),
        ("⟦The United States, Poland and France⟧ said ⟪no⟫.", "United States, Poland and France / group / name"),
        ("⟦The family, protesters and nurses⟧ said ⟪no⟫.", "family, protesters and nurses / group / name"),
        ("⟦Ana Ruiz, a nurse and activist⟧, said ⟪no⟫.", "Ana Ruiz / person / name"),
        ("⟦Ana B. Ruiz and Walter C. Hale⟧ said ⟪no⟫.", "Ana Ruiz and Walter Hale / group / name"),
        # People of a class who spoke themselves are unnamed people, whoever takes them up too.
        ("⟦Voters who asked not to be named⟧ said ⟪no⟫.", "voters / unnamed / nominal"),
        ("⟦Nurses I met⟧ said ⟪no⟫. ⟦Everyone I interviewed⟧ said ⟪no⟫.", "nurses / unnamed / nominal"),
        # A participle says what the noun does.
        ("⟦An Alder Post database tracking rents⟧ showed ⟪a rise⟫.", "Alder Post / organization / nominal"),
        ("⟦National and local polls conducted by mail⟧ showed ⟪no⟫.", "National and local polls / document / nominal"),
        ("⟦Polls in Ohio and Iowa⟧ showed ⟪no⟫.", "Ohio and Iowa polls / document / nominal"),
        # Bodies by what they are.
        ("⟦A panel of the Alder Court of Appeals⟧ said ⟪no⟫.", "Alder Court of Appeals / organization / nominal"),
        ("Wells Fargo fell. ⟦The bank⟧ said ⟪no⟫.", "Wells Fargo / organization / nominal"),
        ("A page on ⟦the Ruiz campaign's website⟧ says ⟪no⟫.", "Ruiz campaign / organization / nominal"),
        ("⟦The Harbor Charter⟧ says ⟪no⟫.", "Harbor Charter / document / nominal"),
        # His aides are nobody's officials.
        ("⟦Officials⟧ said ⟪no⟫. ⟦His aides⟧ said ⟪no⟫.", "aides / unnamed / nominal"),
    ],
)  # fmt: skip
def test_types_follow_how_the_language_names_groups_bodies_and_documents(marked: str, last: str) -> None:
    assert spoken(marked)[-1] == last


def test_a_description_more_likely_wrong_than_right_is_withheld_but_no_body() -> None:
    strict = replace(default_ranker(), certainty={}, thresholds=Thresholds(describing=0.6))
    text, items = read_marked("⟦Voters⟧ said ⟪no⟫. ⟦Police⟧ said ⟪no⟫.")
    voters, police = resolve_speakers(text, items, registry=REGISTRY, date=None, ranker=strict)
    assert voters.speaker is None
    assert voters.why[-1] == "speaker.declined.unsure"
    assert police.speaker is not None
    assert (police.speaker.type, police.speaker.name) == ("organization", "police")


def test_a_least_confidence_asks_the_same_of_every_speaker() -> None:
    text, items = read_marked("⟦Ana Ruiz⟧ said ⟪no⟫. ⟦Police⟧ said ⟪no⟫. ⟦An official⟧ said ⟪no⟫. ⟦Voters⟧ said ⟪no⟫.")
    given = [
        resolve_speakers(text, items, registry=REGISTRY, date=None, min_speaker=least) for least in (0.0, 0.97, 1.0)
    ]
    assert [[item.speaker is not None for item in found] for found in given] == [
        [True] * 4,
        [True, False, False, False],
        [False] * 4,
    ]
    assert {item.why[-1] for item in given[-1]} == {"speaker.declined.unsure"}


@pytest.mark.parametrize(
    ("kind", "named", "passes"),
    [
        ("person", True, (0.5, 0.49)),
        ("country", True, (0.5, 0.49)),
        ("organization", True, (0.5, 0.49)),
        ("organization", False, (0.1, 0.09)),
        ("unnamed", False, (0.1, 0.09)),
        ("group", False, (0.8, 0.79)),
        ("document", False, (0.8, 0.79)),
    ],
)
def test_each_kind_of_claim_has_its_threshold(kind: SpeakerType, named: bool, passes: tuple[float, float]) -> None:
    thresholds = Thresholds(naming=0.5, describing=0.8, open=0.1)
    assert [thresholds.passes(kind, chance, named=named) for chance in passes] == [True, False]


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("⟦Western⟧ fears that ⟪rents rise⟫ grew.", "Western countries / group / nominal"),
        ("⟦European⟧ hopes that ⟪rents fall⟫ faded.", "European countries / group / nominal"),
        ("Don Western came. ⟦Western⟧ fears that ⟪rents rise⟫.", "Don Western / person / surname"),
    ],
)
def test_the_adjective_of_a_region_is_nobodys_surname_unless_somebody_has_it(marked: str, last: str) -> None:
    assert spoken(marked)[-1] == last


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("⟦Ana Ruiz⟧ said ⟪no⟫.\n\n⟦⟧⟪“Rents will rise.”⟫ ― Ben Lee\n", "Ben Lee / person / implicit"),
        ("Ben Lee came.\n\n⟦Ana Ruiz⟧ said ⟪no⟫.\n\n⟦⟧⟪“Rents will rise.”⟫\n\n- Lee.", "Ben Lee / person / implicit"),
        # Not a signature: the sentence goes on.
        ("⟦Ana Ruiz⟧ said ⟪no⟫.\n\n⟦⟧⟪“Rents will rise.”⟫ — Ben Lee won.", "Ana Ruiz / person / implicit"),
        ("⟦Ana Ruiz⟧ said ⟪no⟫.\n\nBen Lee shot back.\n\n⟦⟧⟪“Rents will rise.”⟫", "Ben Lee / person / implicit"),
        ("⟦Ana Ruiz⟧ said ⟪no⟫ as Ben Lee listened.\n\n⟦⟧⟪“Rents will rise.”⟫", "Ana Ruiz / person / implicit"),
        (
            "⟦Ana Ruiz⟧ said ⟪no⟫.\n\n“It is late,” said Ben Lee, a clerk. ⟦⟧⟪“Rents will rise.”⟫",
            "Ben Lee / person / implicit",
        ),
        ("⟦Ana Ruiz⟧ said ⟪no⟫.\n\nBen Lee then said Ruiz lied.\n\n⟦⟧⟪“Rents rise.”⟫", "Ben Lee / person / implicit"),
        ("⟦Ana Ruiz⟧ said ⟪no⟫.\n\n⟦⟧⟪“Rents will rise!”⟫ Ben Lee said.", "Ben Lee / person / implicit"),
        # Somebody else was spoken of after her, or what spoke last is not known: nobody goes on.
        ("⟦Ana Ruiz⟧ said ⟪no⟫.\n\nBen Lee shot back. It rained.\n\n⟦⟧⟪“Rents will rise.”⟫", None),
        ("⟦Ana Ruiz⟧ said ⟪no⟫.\n\n⟦They⟧ said ⟪maybe⟫.\n\n⟦⟧⟪“Rents will rise.”⟫", None),
    ],
)
def test_a_floating_quotation_goes_to_whom_the_text_turned_to(marked: str, last: str | None) -> None:
    assert spoken(marked)[-1] == last


@pytest.mark.parametrize(
    ("before", "cue", "speaker"),
    [
        ("⟦Ana Ruiz⟧ called ⟪it ominous⟫ and also ", "said", "Ana Ruiz / person / implicit"),
        ("Ana Ruiz paid a clerk ⟦who⟧ said ⟪no⟫, ", "adding", "Ana Ruiz / person / implicit"),
        ("On Friday, Ana Ruiz opened the door, ", "saying", "Ana Ruiz / person / implicit"),
        ("Ana Ruiz left. It rained, ", "saying", None),
        ("⟦Ana Ruiz⟧ called ⟪it ominous⟫ in a city, which is old and ", "considered", None),
        ("⟦Ana Ruiz⟧ called ⟪it ominous⟫ before ", "a warning that", None),
    ],
)
def test_a_second_verb_shares_the_subject_of_its_sentence(before: str, cue: str, speaker: str | None) -> None:
    text, found = read_marked(before)
    start, at = len(text), len(text) + len(cue) + 1
    text += f"{cue} rents will rise."
    shared = make_attribution(
        text,
        article_id="a1",
        text_sha256=text_hash(text),
        kind="indirect",
        content=[TextSpan(at, len(text) - 1)],
        cue=[TextSpan(start, start + len(cue))],
        confidence=1.0,
        origin="rule:test",
    )
    resolved = resolve_speakers(text, [*found, shared], registry=REGISTRY, date=DATE)[-1].speaker
    assert (f"{resolved.name} / {resolved.type} / {resolved.how}" if resolved else None) == speaker


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        # Whoever asks is answered by somebody else; somebody's daughter is less likely than the mother.
        ("Ed Hale came. ⟦A questioner⟧ said ⟪rents rose⟫. ⟪“Yes,”⟫ ⟦he⟧ said.", "Ed Hale / person / pronoun"),
        ("Ana Ruiz came. ⟦Her daughter⟧ likes ⟪it⟫. ⟦She⟧ said ⟪no⟫.", "Ana Ruiz / person / pronoun"),
        ("⟦A lawyer⟧ said ⟪rents rose⟫. ⟦He⟧ said ⟪no⟫.", "lawyer / unnamed / pronoun"),
        # Documents and bodies before "which" and "that".
        ("It is in the Alder report, ⟦which⟧ says ⟪rents rise⟫.", "Alder report / document / pronoun"),
        ("She leads the Harbor panel, ⟦which⟧ said ⟪no⟫.", "Harbor panel / organization / pronoun"),
        ("She funds Harbor45, a super PAC ⟦that⟧ says ⟪no⟫.", "Harbor45 / organization / pronoun"),
        ("It is the clause in the city’s report ⟦which⟧ says ⟪no⟫.", None),
        ("She met the mayor, two unions and a panel ⟦that⟧ says ⟪no⟫.", None),
        # "X and Y, who", "X of Y, who", and what stands between two dashes.
        ("She met retired generals and admirals ⟦who⟧ said ⟪no⟫.", "retired generals / group / pronoun"),
        ("She met families of victims, ⟦who⟧ said ⟪no⟫.", "victims families / group / pronoun"),
        ("She met two generals -- all of them old -- ⟦who⟧ said ⟪no⟫.", "generals / group / pronoun"),
        ("Ed Hale, who signed it, and his wife, Mary, ⟦who⟧ said ⟪no⟫.", "Mary Hale / person / pronoun"),
        # "They": the one plural just named.
        ("It took voters from the list because ⟦they⟧ said ⟪no⟫.", "voters / group / pronoun"),
        ("Voters met teachers. ⟦They⟧ said ⟪no⟫.", None),
    ],
)
def test_pronouns_take_up_groups_bodies_and_documents(marked: str, last: str | None) -> None:
    assert spoken(marked)[-1] == last


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        ("Ana Ruiz’s new film opened. It rained. ⟦The film⟧ says ⟪no⟫.", "Ana Ruiz / person / nominal"),
        ("Ana Ruiz wrote a memoir. It rained. ⟦The book⟧ says ⟪no⟫.", "Ana Ruiz / person / nominal"),
        ("It is in an essay by Ana Ruiz. ⟦The essay⟧ says ⟪no⟫.", "Ana Ruiz / person / nominal"),
        ("Ana Ruiz won. She opened her first documentary. ⟦The film⟧ says ⟪no⟫.", "Ana Ruiz / person / nominal"),
        ("⟦A slide by Ana Ruiz⟧ says ⟪no⟫. ⟦Another slide⟧ says ⟪yes⟫.", "Ana Ruiz / person / nominal"),
    ],
)
def test_a_work_is_whose_the_article_said_it_is(marked: str, last: str) -> None:
    assert spoken(marked)[-1] == last


def test_a_work_of_nobody_or_of_one_of_two_is_only_a_work() -> None:
    (one,) = resolve("Ana Ruiz met Eva Lee. She opened her film. ⟦The film⟧ says ⟪no⟫.")
    (other,) = resolve("Ana Ruiz saw a film. ⟦The film⟧ says ⟪no⟫.")
    assert [item.speaker is None or item.speaker.type == "document" for item in (one, other)] == [True, True]


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        # Nobody is called so before, one person further on.
        (
            "Ben Lee came. He met ⟦the governor⟧ who said ⟪no⟫. " + "It rained. " * 9 + "Gov. Ana Ruiz spoke.",
            "Ana Ruiz",
        ),
        # Whoever has a campaign runs.
        ("The Ruiz campaign hopes so. Ed Hale lost to Ana Ruiz before. ⟦The nominee⟧ said ⟪no⟫.", "Ana Ruiz"),
    ],
)
def test_descriptions_reach_further_on_and_know_campaigns(marked: str, last: str) -> None:
    assert spoken(marked)[-1] == f"{last} / person / nominal"


@pytest.mark.parametrize(
    ("marked", "last"),
    [
        # Somebody's lawyer is whom the article calls theirs.
        ("Ed Hale came. Ana Ruiz, a lawyer for Hale, left. ⟦Hale's lawyer⟧ said ⟪no⟫.", "Ana Ruiz / person / nominal"),
        ("Ed Hale came. ⟦His attorney⟧ said ⟪no⟫. A lawyer for Hale, Ana Ruiz, left.", "Ana Ruiz / person / nominal"),
        ("Ed Hale met Hale's lawyer, Ana Ruiz. ⟦His lawyer⟧ said ⟪no⟫.", "Ana Ruiz / person / nominal"),
        ("Ed Hale came. Ana Ruiz, who represents Hale, left. ⟦His lawyer⟧ said ⟪no⟫.", "Ana Ruiz / person / nominal"),
        ("Ed Hale came with his daughter, Ana Ruiz. ⟦Hale's daughter⟧ said ⟪no⟫.", "Ana Ruiz / person / nominal"),
        # Somebody else's is not, nor are two of them.
        ("Lawyer Ana Ruiz won. Ed Hale lost his case. ⟦His lawyer⟧ said ⟪no⟫.", "Ed Hale's lawyer / unnamed / nominal"),
        (
            "Ana Ruiz, a lawyer for Ed Hale, left. Tom Lee came. ⟦Lee's lawyer⟧ said ⟪no⟫.",
            "Tom Lee's lawyer / unnamed / nominal",
        ),
        (
            "Ed Hale came. Ana Ruiz, a lawyer for Hale, met Jo Lee, a lawyer for Hale. ⟦Hale's lawyer⟧ said ⟪no⟫.",
            "Ed Hale's lawyer / unnamed / nominal",
        ),
        ("Ana Ruiz came. Her son met Sen. Tom Ruiz. ⟦Ana Ruiz's son⟧ said ⟪no⟫.", "Ana Ruiz's son / unnamed / nominal"),
        # A head with a body before it is nobody of whom the article says no such word.
        ("Sen. Ed Hale, the majority leader, came. ⟦The band leader⟧ said ⟪no⟫.", "band leader / unnamed / nominal"),
        (
            "President Joe Biden met Ana Ruiz, the president of the Harbor Workers Association. "
            "⟦The union president⟧ said ⟪no⟫.",
            "Ana Ruiz / person / nominal",
        ),
        (
            "President Joe Biden came to the harbor. ⟦The union president⟧ said ⟪no⟫.",
            "union president / unnamed / nominal",
        ),
        # "A nurse ... the nurse" is nobody named before.
        ("Ed Hale sent a nurse home. ⟦The nurse⟧ said ⟪no⟫.", "nurse / unnamed / nominal"),
        # "whose" is no part of a name
        ("He met Alder states, ⟦whose leaders⟧ fear ⟪war⟫.", "leaders of Alder states / group / nominal"),
        ("They left the two, ⟦whose leaders⟧ fear ⟪war⟫.", "leaders / group / nominal"),
        ("He met Ana Ruiz, ⟦whose campaign⟧ said ⟪no⟫.", "Ruiz campaign / organization / nominal"),
        ("He met Ana Ruiz, ⟦whose lawyer⟧ said ⟪no⟫.", "Ana Ruiz's lawyer / unnamed / nominal"),
        # Surnames that are role nouns, titles behind a place
        ("Taxes Rise, ⟦Mark Dean⟧ Tells ⟪Alder is next⟫.", "Mark Dean / person / name"),
        ("⟦Ohio’s Secretary of State Ana Ruiz⟧ said ⟪no⟫.", "Ana Ruiz / person / name"),
    ],
)
def test_whose_people_are_those_whom_the_article_calls_theirs(marked: str, last: str) -> None:
    assert spoken(marked)[-1] == last


def test_another_ones_lawyer_is_not_taken_up() -> None:
    marked = (
        "⟦Ana Ruiz's lawyer⟧ said ⟪no⟫. Later the court heard Ed Hale for hours on his own case. "
        "⟦His lawyer⟧ said ⟪yes⟫, and ⟦Hale's lawyer⟧ said ⟪maybe⟫."
    )
    assert spoken(marked) == [
        "Ana Ruiz's lawyer / unnamed / nominal",
        "Ed Hale's lawyer / unnamed / nominal",
        "Ed Hale's lawyer / unnamed / nominal",
    ]
