"""Quotation marks: every kind is paired, apostrophes never, a lost mark costs one quotation, paragraphs carry on."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.attribution.marks import MAX_PIECES, Quotation, find_quotations
from sayso.attribution.words import find_paragraphs

MARKS = "“ ” „ ‟ « » ‘ ’ ‹ › ‚ \" ' ＂ `` ''".split()


def quotations(text: str) -> list[Quotation]:
    return find_quotations(text, find_paragraphs(text))


def pieces(text: str, *, depth: int | None = 0) -> list[str]:
    """The texts of all pieces, those of one quotation joined by " | "."""
    return [
        " | ".join(piece.of(text) for piece in quotation.pieces)
        for quotation in quotations(text)
        if depth is None or quotation.depth == depth
    ]


@pytest.mark.parametrize(
    "quoted",
    [
        "“We stay here.”",
        '"We stay here."',
        "«We stay here.»",
        "« We stay here. »",
        "„We stay here.“",
        "„We stay here.‟",
        "„We stay here.”",
        "‟We stay here.”",
        "‘We stay here.’",
        "'We stay here.'",
        "``We stay here.''",
        "‘‘We stay here.’’",
        "＂We stay here.＂",
        "‹We stay here.›",
        "‚We stay here.’",
    ],
)
def test_each_kind_of_mark_is_paired(quoted: str) -> None:
    text = f"Then Ruiz said: {quoted} And they left."
    assert pieces(text) == [quoted]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("“We support this action, ”wrote Ruiz.", ["“We support this action, ”"]),
        ("“ We stay here ,” said Ruiz.", ["“ We stay here ,”"]),
        ("Ruiz said“We stay,”and left.", ["“We stay,”"]),
        ('" We stay here, "said Ruiz.', ['" We stay here, "']),
        ("”We stay here,“ said Ruiz.", ["”We stay here,“"]),
        ("“We stay here,“ said Ruiz.", ["“We stay here,“"]),
        ('“We stay here," said Ruiz.', ['“We stay here,"']),
        ("“We stay,” said Ruiz. “We go,” said Lee.", ["“We stay,”", "“We go,”"]),
        ('(“We stay”) and ["We go"]', ["“We stay”", '"We go"']),
    ],
    ids=[
        "space-outside",
        "spaces-inside",
        "no-spaces",
        "straight-spaced",
        "reversed",
        "opener-twice",
        "mixed-kinds",
        "two",
        "brackets",
    ],
)
def test_spacing_and_shape_errors_are_survived(text: str, found: list[str]) -> None:
    assert pieces(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "The ministers’ plan isn’t Lee's, and it's not the Ruizes' house.",
        "Rock ’n’ roll of the ’90s, ’tis said.",
        "Don't. Can't. Won't.",
        "o’clock and y’all",
        "the class of '98 and the '60s",
        "He is 5'10 tall.",
        "",
        "   \n ",
        "No marks at all.",
    ],
)
def test_apostrophes_are_no_marks(text: str) -> None:
    assert pieces(text, depth=None) == []


def test_apostrophes_inside_single_marks_do_not_end_them() -> None:
    text = "‘The ministers’ plan isn’t ours,’ said Ruiz."
    assert pieces(text) == ["‘The ministers’ plan isn’t ours,’"]


def test_inches_are_no_marks() -> None:
    text = 'A man 5\'10" tall said: "We stay here."'
    assert pieces(text) == ['"We stay here."']


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("“We stay, said Ruiz.\nThen “we ate,” he said.", ["“we ate,”"]),
        ("We stay,” said Ruiz. “We go,” said Lee.", ["“We go,”"]),
        ("“We stay,” said Ruiz. “We go, said Lee.", ["“We stay,”"]),
        ("“We stay, said Ruiz. “We go,” said Lee.", ["“We go,”"]),
        ('"We stay," said Ruiz. "We go, said Lee.', ['"We stay,"']),
        ("”", []),
        ("“", []),
        ("“”", []),
    ],
    ids=["paragraphs", "opener", "closer-last", "closer-first", "straight", "one-closer", "one-opener", "empty"],
)
def test_a_lost_mark_costs_one_quotation(text: str, found: list[str]) -> None:
    kept = pieces(text)
    assert [piece for piece in kept if piece in found] == found
    assert len(kept) <= len(found) + 1


def test_a_report_ends_a_quotation_that_lost_its_closing_mark() -> None:
    text = "«We stay, she told me.\n« We go » , she said ."
    assert [q.pieces[0].of(text) for q in find_quotations(text, find_paragraphs(text))] == ["«We stay,", "« We go »"]
    text = "“We stay. It rained, he said, and we sat.\n“We go.”"
    assert len(find_quotations(text, find_paragraphs(text))) == 1


def test_a_reopened_paragraph_continues_the_quotation() -> None:
    text = "“We stay here.\n“We always have.\n“And we like it,” said Ruiz.\nLee left."
    assert pieces(text) == ["“We stay here. | “We always have. | “And we like it,”"]
    inner = [span.of(text) for span in quotations(text)[0].inner]
    assert inner == ["We stay here.", "We always have.", "And we like it,"]


def test_a_paragraph_that_does_not_reopen_does_not_continue() -> None:
    assert pieces("“We stay here.\nLee left the house.\n“We go,” he said.") == ["“We go,”"]


def test_a_reopened_quotation_may_begin_in_the_middle_of_a_paragraph() -> None:
    text = "Ruiz said: “We stay here.\n“We always have.”"
    assert pieces(text) == ["“We stay here. | “We always have.”"]


def test_a_document_between_marks_is_cut_into_quotations() -> None:
    text = "“We stay.\n" * (MAX_PIECES + 5)
    found = quotations(text)
    assert len(found) == 2
    assert len(found[0].pieces) == MAX_PIECES


@pytest.mark.parametrize(
    ("text", "outer", "inner"),
    [
        ("“I said ‘no’ to him,” Ruiz said.", "“I said ‘no’ to him,”", "‘no’"),
        ("‘I said “no” to him,’ Ruiz said.", "‘I said “no” to him,’", "“no”"),
        ("“I said «no» to him,” Ruiz said.", "“I said «no» to him,”", "«no»"),
        ("“I said 'no' to him,” Ruiz said.", "“I said 'no' to him,”", "'no'"),
        ("“I said ‘no’ to him.\n“And yes,” Ruiz said.", "“I said ‘no’ to him. | “And yes,”", "‘no’"),
    ],
    ids=["single-in-double", "double-in-single", "guillemets", "straight", "over-paragraphs"],
)
def test_quotations_inside_quotations_are_deeper(text: str, outer: str, inner: str) -> None:
    assert pieces(text) == [outer]
    assert pieces(text, depth=1) == [inner]


def test_a_label_in_a_quotation_is_part_of_it_where_nobody_takes_turns() -> None:
    text = "“We will pay.\n\n“Remember: it was promised.\n\n“And it is due,” Ruiz said."
    assert pieces(text) == ["“We will pay. | “Remember: it was promised. | “And it is due,”"]
    text = "“RUIZ: We will pay.\n\n“LEE: When?\n\n“(LAUGHTER)\n\n“RUIZ: Soon.”\n\nThey left."
    assert pieces(text) == ["We will pay.", "When?", "Soon.”"]


def test_each_paragraph_is_read_alone() -> None:
    text = "“We stay,” said Ruiz.\n" * 3
    assert pieces(text) == ["“We stay,”"] * 3


texts = st.lists(
    st.sampled_from([*MARKS, "a", "s", "S", "5", ".", ",", " ", " ", "\n", "word", "(", "İ", "—"]), max_size=40
).map("".join)


@given(texts | st.text(max_size=60))
def test_pairing_is_total_and_pieces_lie_in_their_paragraphs(text: str) -> None:
    paragraphs = find_paragraphs(text)
    found = find_quotations(text, paragraphs)
    assert found == sorted(found, key=lambda quotation: (quotation.start, -quotation.end))
    for quotation in found:
        assert quotation.depth >= 0
        for piece in quotation.pieces:
            assert any(begin <= piece.start and piece.end <= end for begin, end in paragraphs)
        for inner in quotation.inner:
            assert any(piece.covers(inner) for piece in quotation.pieces)


@given(texts)
def test_outer_quotations_do_not_overlap(text: str) -> None:
    outer = [piece for quotation in quotations(text) if quotation.depth == 0 for piece in quotation.pieces]
    outer.sort()
    assert all(left.end <= right.start for left, right in itertools.pairwise(outer))


@given(st.lists(st.sampled_from(["We stay.", "Ruiz left the house.", "It is 5 o’clock, isn’t it?"]), max_size=5))
def test_sound_quotations_are_all_found(sentences: list[str]) -> None:
    for left, right in ("“”", "«»", '""', "„“"):
        text = " Lee said: ".join(f"{left}{sentence}{right}" for sentence in sentences)
        assert pieces(text) == [f"{left}{sentence}{right}" for sentence in sentences]
