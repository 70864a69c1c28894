"""Names in badly decoded text: whole, one person with the well-written name, and shown as they should be."""

from __future__ import annotations

import unicodedata

import pytest

from sayso.attribution.mentions import find_names
from sayso.attribution.mojibake import repair
from sayso.attribution.names import fold, slug
from sayso.attribution.speakers import resolve_speakers
from test_speakers import REGISTRY, read_marked

NAMES = ["Ana Peñalver", "Jesús Hálek", "Zoë Dürst", "Óscar López", "Hélène Grønn", "João Conceição", "Łucja Hałas"]


def misread(name: str, times: int, encoding: str) -> str:
    for _ in range(times):
        name = name.encode().decode(encoding)
    return name


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@pytest.mark.parametrize("times", [0, 1, 2])
@pytest.mark.parametrize("name", NAMES)
def test_a_misread_name_is_found_whole_and_restored(name: str, times: int, form: str) -> None:
    raw = unicodedata.normalize(form, misread(name, times, "latin-1"))  # type: ignore[arg-type]
    text = f"“Rents fell,” said {raw} in Lima. Rents fell."
    mentions = find_names(text, REGISTRY).mentions
    assert raw in [text[mention.start : mention.end] for mention in mentions]
    assert (repair(raw), fold(raw), slug(raw)) == (name, fold(name), slug(name))


@pytest.mark.parametrize("name", ["Ana Peñalver", "Jesús Hálek", "Zoë Dürst", "Óscar López", "Stanisław Hałas"])
def test_windows_signs_are_restored(name: str) -> None:
    raw = misread(name, 1, "cp1252")
    text = f"“Rents fell,” said {raw} in Lima."
    assert next(text[m.start : m.end] for m in find_names(text, REGISTRY).mentions) == raw
    assert repair(raw) == name


@pytest.mark.parametrize("name", ["São Paulo’s", "JOÃO", "«CAFÉ»", "Åse Hale", "Ä", "Ana “Â” Ruiz", "IRMÃ… said"])
def test_well_written_text_stays(name: str) -> None:
    assert repair(name) == name


def test_one_person_has_one_id_and_the_restored_name() -> None:
    bad, surname = misread("Ana Peñalver", 2, "latin-1"), misread("Peñalver", 2, "latin-1")
    marked = (
        f"⟪Rents will rise⟫, said ⟦{bad}⟧, an engineer. ⟦{surname}⟧ said that ⟪taxes would rise⟫. "
        "⟦Peñalver⟧ said that ⟪it was late⟫."
    )
    text, attributions = read_marked(marked)
    found = resolve_speakers(text, attributions, registry=REGISTRY, date=None, min_speaker=0.0)
    speakers = [item.speaker for item in found]
    assert [(s.name, s.id) for s in speakers if s is not None] == [("Ana Peñalver", "ana-penalver")] * 3
    assert found[1].source == surname  # as the text has it


def test_quotation_marks_end_a_name() -> None:
    text = "He called «Ana Ruiz» and ¿Ben Hale? and “Åsa”."
    assert [text[m.start : m.end] for m in find_names(text, REGISTRY).mentions][:2] == ["Ana Ruiz", "Ben Hale"]
