"""The Python API: load, attribute, what they take and refuse."""

from __future__ import annotations

import json
from itertools import islice, repeat
from pathlib import Path

import pytest

import sayso
from sayso.api import MAX_CHARACTERS, Attributor, attribute, load
from sayso.attribution.errors import ArtifactError, ConfigError, InputError, SaysoError
from sayso.attribution.types import Article, Attribution

TEXT = "“Rents will rise,” said Ana Ruiz. She insisted on a vote."


@pytest.fixture(scope="module")
def attributor() -> Attributor:
    return load()


def test_a_text_gives_a_list(attributor: Attributor) -> None:
    found = attribute(TEXT)
    assert isinstance(found, list)
    assert found == attributor(TEXT)
    first = found[0]
    assert (first.kind, first.content, first.cue, first.source) == ("direct", "“Rents will rise,”", "said", "Ana Ruiz")
    assert first.speaker is not None
    assert first.speaker.name == "Ana Ruiz"


def test_an_article_gives_its_id(attributor: Attributor) -> None:
    [first, _] = attributor(Article(id="a1", text=TEXT, date="2021-12-07"))
    assert first.article_id == "a1"
    assert first == Attribution.from_json(json.loads(json.dumps(first.to_json())))


def test_a_bare_text_has_an_id_of_its_own(attributor: Attributor) -> None:
    one, same, other = (attributor(text)[0].article_id for text in (TEXT, TEXT, TEXT + " So."))
    assert one == same != other


def test_many_articles_give_an_iterator_in_order() -> None:
    articles = [Article(id=f"a{number}", text=TEXT) for number in range(3)]
    found = attribute(articles)
    assert not isinstance(found, list)
    assert [item.article_id for item in found] == ["a0", "a0", "a1", "a1", "a2", "a2"]


def test_articles_are_read_one_by_one(attributor: Attributor) -> None:
    endless = attributor.pipe(repeat(TEXT))
    assert [len(found) for _, found in islice(endless, 3)] == [2, 2, 2]


def test_pipe_equals_call(attributor: Attributor) -> None:
    texts = [TEXT, "", "Nothing here.", "“We pay,” said Lee."]
    assert [found for _, found in attributor.pipe(texts)] == [attributor(text) for text in texts]


def test_nothing_in_nothing_out(attributor: Attributor) -> None:
    assert attributor("") == []
    assert list(attribute([])) == []


def test_min_confidence_leaves_out_the_unsure() -> None:
    assert [item.cue for item in load(min_confidence=0.9)(TEXT)] == ["said"]
    assert load(min_confidence=1.0)(TEXT) == []


def test_a_nested_one_stands_alone_when_its_holder_is_dropped() -> None:
    text = "Lee insists on a vote that the mayor warned that rents will rise."
    for item in load(min_confidence=0.6)(text):
        assert item.nested_in is None or item.nested_in in {other.id for other in load(min_confidence=0.6)(text)}


def test_min_speaker_leaves_out_the_unsure_speakers_and_gives_all_at_zero() -> None:
    text = "Some Republicans said that rents will rise. Ana Ruiz said that they will fall."
    assert [item.speaker and item.speaker.name for item in load(min_speaker=0)(text)] == ["Republicans", "Ana Ruiz"]
    assert [item.speaker for item in load(min_speaker=1)(text)] == [None, None]
    with pytest.raises(ConfigError, match="min_speaker"):
        load(min_speaker=-0.1)


@pytest.mark.parametrize("minimum", [-0.1, 1.1])
def test_min_confidence_is_a_probability(minimum: float) -> None:
    with pytest.raises(ConfigError, match="allowed are 0 to 1"):
        load(min_confidence=minimum)


def test_rules_answer_alone_on_demand() -> None:
    loaded = load("rules")
    assert loaded.version == f"rules-1@{sayso.__version__}"
    assert [item.cue for item in loaded(TEXT)] == ["said", "insisted on"]
    assert not any(item.origin.startswith("model:") for item in loaded(TEXT))


@pytest.mark.parametrize("model", [None, "attribution-en"])
def test_the_packaged_model_joins_the_rules_the_same_way_everywhere(model: str | None) -> None:
    loaded = load(model)
    assert loaded.version == f"rules-1+attribution-en@0.1.0@{sayso.__version__}"
    texts = [TEXT, "Critics fear that rents, already high, will rise.", "Nothing was said."]
    found = [group for _, group in loaded.pipe(texts)]
    assert found == [loaded(text) for text in texts]
    assert [list(doc._.attributions) for doc in loaded.nlp.pipe(texts)] == found
    assert any(item.origin == "both" for item in found[0])
    assert all("model.tagged" in item.why for item in found[1])
    assert found[1]


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(ArtifactError, match=r"no model 'nope'; allowed: 'rules', 'attribution-en', a model's folder"):
        load("nope")
    with pytest.raises(ArtifactError):
        attribute(TEXT, model="nope")


def test_a_lone_surrogate_is_refused_with_its_place(attributor: Attributor) -> None:
    with pytest.raises(InputError, match="lone surrogate at character 5"):
        attributor("Ruiz \ud800 said")


def test_a_huge_text_is_refused_with_a_cure(attributor: Attributor) -> None:
    with pytest.raises(InputError, match="read_articles"):
        attributor("a" * (MAX_CHARACTERS + 1))


def test_a_bad_article_stops_the_stream_where_it_stands(attributor: Attributor) -> None:
    stream = attributor.pipe([TEXT, "\ud800", TEXT])
    assert len(next(stream)[1]) == 2
    with pytest.raises(SaysoError):
        next(stream)


def test_own_speakers_are_added_by_a_registry_file(tmp_path: Path) -> None:
    record = {"id": "ana-ruiz-mayor", "name": "Ana Ruiz", "type": "person", "aliases": ["the Iron Mayor"]}
    path = tmp_path / "own.jsonl"
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    [found] = load(registry=[path])("“Rents will rise,” said the Iron Mayor.")
    assert found.speaker is not None
    assert found.speaker.id == "ana-ruiz-mayor"


def test_a_missing_registry_file_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(SaysoError):
        load(registry=[tmp_path / "missing.jsonl"])


def test_the_same_through_the_package() -> None:
    assert sayso.attribute(TEXT) == attribute(TEXT)
    assert isinstance(sayso.load(), sayso.Attributor)


def test_an_own_pipeline_gives_the_same_answers(attributor: Attributor) -> None:
    import spacy

    nlp = spacy.blank("en")
    own = load(nlp=nlp)
    assert own(TEXT) == attributor(TEXT)
    assert nlp.pipe_names == ["sayso_attribution", "sayso_speakers"]
    assert [found for _, found in own.pipe([TEXT, ""])] == [attributor(TEXT), []]
    assert load(nlp=nlp).nlp.pipe_names == ["sayso_attribution", "sayso_speakers"]  # added once
