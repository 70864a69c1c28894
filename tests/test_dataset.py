from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from building import QuoteFinder, make_record
from sayso.attribution.errors import ConfigError
from sayso.attribution.types import Article, TextSpan, make_attribution
from sayso.dataset import (
    COLUMNS,
    CONFIG_NAMES,
    CONTEXT_REACH,
    TEXT_POLICIES,
    ContextFinder,
    check_text_policy,
    choose_columns,
    choose_split,
    describe_features,
    make_attribution_rows,
    make_features,
    make_schema,
    make_stance_rows,
)


def attribution_at(text: str, *content: tuple[int, int], cue: tuple[int, int] | None = None):
    return make_attribution(
        text,
        article_id="n1",
        text_sha256="0",
        kind="direct",
        content=[TextSpan(*span) for span in content],
        cue=[TextSpan(*cue)] if cue else (),
        confidence=1.0,
        origin="rule:test",
    )


def span_of(text: str, part: str) -> tuple[int, int]:
    return text.index(part), text.index(part) + len(part)


@pytest.mark.parametrize("policy", TEXT_POLICIES)
@pytest.mark.parametrize("config", CONFIG_NAMES)
def test_parquet_card_and_datasets_describe_the_same_features(config, policy):
    columns = choose_columns(config, policy)
    features = make_features(columns)
    assert features.arrow_schema.equals(make_schema(columns), check_metadata=True)
    assert features._to_yaml_list() == describe_features(columns)


def test_attributions_have_every_field_of_the_json_form():
    [(_, [found])] = QuoteFinder(stances=True).pipe([Article("n1", make_record(1)["text"])])
    keys = set(found.to_json()) - {"speaker"} | {f"speaker_{key}" for key in found.to_json()["speaker"]}
    assert keys <= {column.name for column in COLUMNS["attributions"]}


def test_row_repeats_the_json_form():
    [(article, [found])] = QuoteFinder(stances=True).pipe([Article("n1", make_record(1)["text"], title="Rents")])
    [row] = make_attribution_rows(article, [found], text_sha256="ab", policy="excerpt")
    record = found.to_json()
    assert {key: row[key] for key in record if key != "speaker"} == {k: v for k, v in record.items() if k != "speaker"}
    assert {key: row[f"speaker_{key}"] for key in record["speaker"]} == record["speaker"]
    assert (row["title"], row["date"], row["text_sha256"], row["schema_version"]) == ("Rents", None, "ab", 1)
    [stance] = make_stance_rows(found, row)
    assert (stance["attribution_id"], stance["target"], stance["label"]) == (found.id, "rents", 1)
    assert stance["text"] == found.content
    assert stance["context"] == row["context"]


def test_speaker_cells_are_null_where_nobody_is_meant():
    [(article, [found])] = QuoteFinder().pipe([Article("n1", "“Rents will rise.”")])
    [row] = make_attribution_rows(article, [found], text_sha256="ab", policy="excerpt")
    assert {row[name] for name in row if name.startswith("speaker_")} == {None}
    assert row["stances"] == []


@pytest.mark.parametrize(
    ("content", "context"),
    [
        ("“It rose.”", "“It rose.” said Ruiz."),
        ("“Two\n\nparts.”", "He said: “Two\n\nparts.” The end."),
        ("First.", "First."),
    ],
    ids=["own-paragraph", "across-paragraphs", "whole-paragraph"],
)
def test_context_is_the_paragraph_that_holds_the_content(content, context):
    text = "First.\n\n“It rose.” said Ruiz.\n\nHe said: “Two\n\nparts.” The end.\n\nLast."
    start, end = ContextFinder(text).find(attribution_at(text, span_of(text, content)))
    assert text[start:end] == context


def test_context_reaches_to_a_cue_in_the_paragraph_before():
    text = "Ruiz said:\n\n“It rose.”\n\nLast."
    found = attribution_at(text, span_of(text, "“It rose.”"), cue=span_of(text, "said"))
    start, end = ContextFinder(text).find(found)
    assert text[start:end] == "Ruiz said:\n\n“It rose.”"


def test_context_leaves_out_boilerplate_on_the_same_line():
    text = "READ Rents fall. “It rose.” said Ruiz. Photo: Lee"
    found = attribution_at(text, span_of(text, "“It rose.”"))
    start, end = ContextFinder(text, [span_of(text, "READ Rents fall. "), span_of(text, " Photo: Lee")]).find(found)
    assert text[start:end] == "“It rose.” said Ruiz."


def test_context_of_a_text_without_paragraphs_is_cut_at_spaces():
    text = "word " * 2_000 + "“Rents will rise.” " + "term " * 2_000
    start, end = ContextFinder(text).find(attribution_at(text, span_of(text, "“Rents will rise.”")))
    assert CONTEXT_REACH * 2 - 20 < end - start <= CONTEXT_REACH * 2 + 20
    assert text[start:end].startswith("word ")
    assert text[start:end].endswith(" term")


@given(st.text("ab “”\n", min_size=1), st.data())
def test_context_holds_the_content_and_is_bounded(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    first, last = ContextFinder(text).find(attribution_at(text, (start, end)))
    assert 0 <= first <= start < end <= last <= len(text)
    assert last - first <= end - start + 2 * CONTEXT_REACH


def test_standoff_publishes_hashes_and_short_selectors_only():
    [(article, [found])] = QuoteFinder(stances=True).pipe([Article("n1", make_record(1)["text"])])
    [row] = make_attribution_rows(article, [found], text_sha256="ab", policy="standoff")
    assert not {"content", "cue", "source", "context"} & {c.name for c in choose_columns("attributions", "standoff")}
    texts = [cell for cell in row.values() if isinstance(cell, str)]
    assert not any("will rise" in cell for cell in texts)
    assert article.text[: found.start].endswith(row["prefix"])
    assert article.text[found.end :].startswith(row["suffix"])
    assert max(len(row["prefix"]), len(row["suffix"])) <= 32
    [stance] = make_stance_rows(found, row)
    assert stance["text"] is None
    assert stance["context"] is None


def test_whole_texts_are_a_column_under_full_only():
    policies = [policy for policy in TEXT_POLICIES if "text" in {c.name for c in choose_columns("articles", policy)}]
    assert policies == ["full"]


def test_unknown_text_policy_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError, match="'quotes'; allowed: full, excerpt, standoff"):
        check_text_policy("quotes")


def test_splits_are_about_80_10_10_and_depend_on_the_id_alone():
    splits = Counter(choose_split(Article(f"n{i}", "a")) for i in range(5_000))
    assert 3_850 < splits["train"] < 4_150
    assert 400 < splits["validation"] < 600
    assert choose_split(Article("n1", "a")) == choose_split(Article("n1", "another text", date="2024"))


def test_parts_of_one_record_share_a_split():
    parts = [Article(f"n1-{i}", "a", part_of="n1", part_offset=i) for i in range(20)]
    assert len({choose_split(part) for part in parts}) == 1
