"""How an article looks in the terminal."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from sayso.attribution.types import Article, Attribution, Speaker, TextSpan, make_attribution
from sayso.explain import FRAMES, REASONS, explain_code, is_known, make_explanation, render_explanation
from sayso.view import fold_text, render_article

TEXT = "“Rents will rise,” said Ana Ruiz.\n\nShare this page\n"


def attribute(
    text: str, content: tuple[int, int], cue: tuple[int, int] | None = None, source: tuple[int, int] | None = None
) -> Attribution:
    found = make_attribution(
        text,
        article_id="a",
        text_sha256="",
        kind="direct",
        content=[TextSpan(*content)],
        cue=[TextSpan(*cue)] if cue else [],
        source=[TextSpan(*source)] if source else [],
        confidence=0.93,
        origin="rule:position.trailing",
        why=["cue.say", "position.trailing"],
    )
    return found.with_speaker(Speaker("ana-ruiz", "Ana Ruiz", "person", "name", 0.9)) if source else found


RUIZ = attribute(TEXT, (0, 18), (19, 23), (24, 32))


def plain(*args: object, **more: object) -> list[str]:
    return [line.plain for line in render_article(*args, **more)]  # type: ignore[arg-type]


def test_article_with_margin() -> None:
    masked = [TextSpan(TEXT.index("Share"), TEXT.index("Share") + 15)]
    assert plain(
        Article("a", TEXT, date="2024-03-01", publisher="The Gazette"), [RUIZ], boilerplate=masked, width=70
    ) == [
        "a",
        "The Gazette · 2024-03-01",
        "1 attribution: 1 direct, 0 mixed, 0 indirect",
        "",
        "1 Ana Ruiz            │ [“Rents will rise,”]¹ <said>¹ {Ana Ruiz}¹.",
        "  direct 0.93         │",
        "",
        "(boilerplate)         │ Share this page",
        "",
        "[content]¹  {source}¹  <cue>¹  1 speaker, kind, how sure",
        "dim: boilerplate, left out",
    ]


def test_article_on_a_narrow_terminal_has_notes_under_the_text() -> None:
    assert plain(Article("a", TEXT), [RUIZ], width=30, superscripts=False)[3:9] == [
        "",
        "[“Rents will rise,”]#1",
        "<said>#1 {Ana Ruiz}#1.",
        "  1 Ana Ruiz",
        "    direct 0.93",
        "",
    ]


def test_nested_contents_close_in_the_order_they_opened() -> None:
    text = "The aide said Ruiz will warn that rents rise."
    outer, inner = attribute(text, (14, 44), (9, 13)), attribute(text, (34, 44), (24, 28))
    lines = plain(Article("a", text), [outer, replace(inner, nested_in=outer.id)], width=120)
    assert "The aide <said>¹ [Ruiz will <warn>² that [rents rise]²]¹." in lines[3]
    assert any("(unknown)" in line for line in lines)
    assert any("direct nested 0.93" in line for line in lines)


def test_attributions_with_one_source_share_its_signs() -> None:
    text = "He said rents rise, and warned of more."
    first, second = attribute(text, (8, 18), (3, 7), (0, 2)), attribute(text, (34, 38), (24, 30), (0, 2))
    lines = plain(Article("a", text), [first, second], width=120)
    assert "{He}¹,² <said>¹ [rents rise]¹, and <warned>² of [more]²." in lines[3]


def test_colours_only_repeat_what_signs_say() -> None:
    from rich.console import Console

    console = Console(color_system="truecolor", force_terminal=True, width=100, no_color=False)
    with console.capture() as captured:
        for line in render_article(Article("a", TEXT), [RUIZ], width=100):
            console.print(line)
    assert "\x1b[32m" in captured.get()
    assert "[“Rents will rise,”]¹ <said>¹ {Ana Ruiz}¹" in "\n".join(plain(Article("a", TEXT), [RUIZ], width=100))


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("unbreakable", 4, ["unbr", "eaka", "ble"]),
        ("東京 東京", 4, ["東京", "東京"]),
        ("a  b", 1, ["a", "b"]),
        ("", 5, []),
    ],
)
def test_text_is_folded_at_spaces(text: str, width: int, lines: list[str]) -> None:
    assert fold_text(text, width) == lines


@given(st.text(max_size=200), st.integers(24, 120), st.data())
def test_any_article_fits_its_width_and_keeps_its_words(text: str, width: int, data: st.DataObject) -> None:
    found = []
    if text:
        for _ in range(data.draw(st.integers(0, 3))):
            start = data.draw(st.integers(0, len(text) - 1))
            found.append(attribute(text, (start, data.draw(st.integers(start + 1, len(text))))))
    lines = plain(Article("a", text), found, width=width)
    assert max(cell_len(line) for line in lines) <= width
    assert all("\x1b" not in line and "\x9b" not in line for line in lines)


@given(st.text(max_size=300), st.integers(4, 60))
def test_folding_loses_nothing_but_spaces(text: str, width: int) -> None:
    assert "".join(fold_text(text, width)).replace(" ", "") == text.replace(" ", "")


def test_explanation_spells_out_codes_with_the_rules_examples() -> None:
    explanation = make_explanation(Article("a", TEXT), RUIZ)
    assert [reason.code for reason in explanation.reasons] == ["cue.say", "position.trailing", "how.name"]
    assert explanation.context == "“Rents will rise,” said Ana Ruiz."
    lines = [line.plain for line in render_explanation(explanation, width=80)]
    assert max(map(len, lines)) <= 80
    shown = "\n".join(lines)
    assert "characters 0–18" in shown
    assert "because     cue.say: the verb 'say' signals it" in shown
    assert "yes: " in shown
    assert "no: " in shown
    assert "Ana Ruiz (person, ana-ruiz), 0.90 sure" in shown


def test_every_frame_of_the_lexicon_has_words() -> None:
    from sayso.attribution.lexicon import FRAMES as LEXICON_FRAMES

    assert set(LEXICON_FRAMES) - set(FRAMES) == set()
    assert all(is_known(code) for code in REASONS)
    assert is_known("frame.quoted-as")
    assert not is_known("frame.zzz")
    assert not is_known("cue.zzz")
    assert not is_known("of-a-later-version")
    assert explain_code("of-a-later-version").code == "of-a-later-version"


def test_every_way_to_a_speaker_has_words(repository: Path) -> None:
    sources = [path.read_text(encoding="utf-8") for path in sorted((repository / "attribution").glob("*.py"))]
    written = {code for source in sources for code in re.findall(r"\"(speaker\.[a-z.-]+[a-z])\"", source)}
    declined = {code for source in sources for code in re.findall(r"\{DECLINED\}(\.[a-z-]+)\"", source)}
    codes = written | {f"speaker.declined{code}" for code in declined}
    assert len(codes) > 20
    assert sorted(code for code in codes if not is_known(code)) == []


def test_hostile_text_is_shown_not_obeyed() -> None:
    text = "\x1b]0;OWNED\x07[/b] \x9b31m“Rents \u202erise,” said Ana Ruiz."
    article = Article("\x1b[2Ja", text, publisher="\x9b\n")
    shown = "\n".join(plain(article, [attribute(text, (0, 9))], width=80))
    assert not set("\x1b\x07\x9b\u202e") & set(shown)
    assert "␛]0;OWNED" in shown
    assert "[/b]" in shown
