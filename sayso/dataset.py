"""The rows of the dataset: columns of each config, how much article text they may hold, and the split of an article.

Columns are described once, here; the parquet schema, the features in the card and `datasets.Features` all derive
from that description, so that building needs pyarrow only (importing `datasets` takes seconds).
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from .attribution.errors import ConfigError
from .attribution.types import SCHEMA_VERSION, Article, Attribution, Spans, StanceLabel

if TYPE_CHECKING:
    import pyarrow as pa
    from datasets import Features

TextPolicy = Literal["full", "excerpt", "standoff"]
Split = Literal["train", "validation", "test"]
ConfigName = Literal["attributions", "stance", "articles", "speakers", "annotations"]

TEXT_POLICIES: tuple[TextPolicy, ...] = get_args(TextPolicy)
SPLITS: tuple[Split, ...] = get_args(Split)
CONFIG_NAMES: tuple[ConfigName, ...] = get_args(ConfigName)
DEFAULT_CONFIG: ConfigName = "attributions"
STANCE_LABELS: tuple[StanceLabel, ...] = get_args(StanceLabel)

# Below this a test split would be a handful of articles: one split says so more honestly.
MIN_ARTICLES_TO_SPLIT = 50
# A text without paragraph breaks would otherwise publish itself whole as "the paragraph".
CONTEXT_REACH = 600
# Longest prefix and suffix of the stand-off form, in characters.
SELECTOR_LENGTH = 32


@dataclass(frozen=True, slots=True)
class ListOf:
    """The type of a list column."""

    item: DataType


@dataclass(frozen=True, slots=True)
class Struct:
    """The type of a record with named fields."""

    fields: tuple[tuple[str, DataType], ...]


@dataclass(frozen=True, slots=True)
class Labels:
    """A closed set of labels, stored as their number and shown by name (`datasets.ClassLabel`)."""

    names: tuple[str, ...]


Scalar = Literal["string", "int32", "int64", "float64", "bool"]
DataType = Scalar | ListOf | Struct | Labels

SPANS = ListOf(ListOf("int32"))
STANCES = ListOf(
    Struct(
        (
            ("target", "string"),
            ("label", "string"),
            ("flags", ListOf("string")),
            ("confidence", "float64"),
            ("origin", "string"),
        )
    )
)
CUES = ListOf(Struct((("cue", "string"), ("attributions", "int64"))))
WITH_TEXT: tuple[TextPolicy, ...] = ("full", "excerpt")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its type, what it says, and the text policies under which it exists at all."""

    name: str
    dtype: DataType
    meaning: str
    policies: tuple[TextPolicy, ...] = TEXT_POLICIES


_RECORD_COLUMNS = (
    Column("title", "string", "title of the article, where its record has one"),
    Column("date", "string", "date of the article, ISO 8601: YYYY, YYYY-MM or YYYY-MM-DD"),
    Column("publisher", "string", "who published the article"),
    Column("url", "string", "where the article was published"),
    Column("text_sha256", "string", "SHA-256 of the article's text in UTF-8: the text that all offsets count in"),
    Column("schema_version", "int32", "version of these columns"),
)

# The speaker is five flat columns rather than a struct: the Hub's viewer counts, filters and sorts scalar columns only,
# and "no speaker" is a plain null instead of a record of nulls. Spans are [start, end] pairs, as `sayso quotes` writes.
COLUMNS: dict[ConfigName, tuple[Column, ...]] = {
    "attributions": (
        Column("id", "string", "id of the attribution: a hash of article, text and spans"),
        Column("article_id", "string", "id of the article; joins with the config `articles`"),
        Column("kind", "string", "direct (all content in quotation marks), mixed (some of it) or indirect (none)"),
        Column("content", "string", "what was said or thought, its pieces joined by ' … '", WITH_TEXT),
        Column("content_spans", SPANS, "[start, end) of each piece, in characters (code points) of the article's text"),
        Column("content_sha256", "string", "SHA-256 of the content, to check text put back", ("standoff",)),
        Column("prefix", "string", "the characters before the content, 32 at most", ("standoff",)),
        Column("suffix", "string", "the characters after the content, 32 at most", ("standoff",)),
        Column("cue", "string", "the words that signal the attribution, null where there are none", WITH_TEXT),
        Column("cue_spans", SPANS, "[start, end) of the cue's pieces"),
        Column("source", "string", "whom the text names at the cue, in its own words, null where nobody", WITH_TEXT),
        Column("source_spans", SPANS, "[start, end) of the source's pieces"),
        Column("speaker_id", "string", "readable id (an unnamed speaker's holds within the article); null where open"),
        Column("speaker_name", "string", "canonical name of the speaker"),
        Column("speaker_type", "string", "person, unnamed, organization, country, group or document"),
        Column("speaker_how", "string", "how it was found: name, surname, alias, pronoun, nominal, role, implicit"),
        Column("speaker_confidence", "float64", "confidence in the speaker, 0 to 1"),
        Column("stances", STANCES, "the speaker's stance towards each target that the content addresses"),
        Column("nested_in", "string", "id of the attribution whose content holds this one"),
        Column("cluster_id", "string", "id shared by repetitions of the same quotation in several articles"),
        Column("confidence", "float64", "confidence in the attribution, 0 to 1"),
        Column("origin", "string", "what found it: a rule, a model, both, or a person"),
        Column("why", ListOf("string"), "short codes of the reasons"),
        Column("context", "string", "the paragraph that holds the attribution, cut where it is very long", WITH_TEXT),
        Column("context_start", "int32", "offset of `context` in the text; subtract it from spans", WITH_TEXT),
        *_RECORD_COLUMNS,
    ),
    "stance": (
        Column("attribution_id", "string", "id of the attribution; joins with the config `attributions`"),
        Column("article_id", "string", "id of the article"),
        Column("text", "string", "content of the attribution", WITH_TEXT),
        Column("context", "string", "the paragraph that holds it", WITH_TEXT),
        Column("speaker_id", "string", "id of the speaker, null where undecided"),
        Column("speaker_name", "string", "name of the speaker"),
        Column("target", "string", "what the stance is towards"),
        Column("label", Labels(STANCE_LABELS), "the speaker's stance"),
        Column("flags", ListOf("string"), "conditional, denial, inferred"),
        Column("confidence", "float64", "confidence in the label, 0 to 1"),
        Column("origin", "string", "what decided: rule, weak labels, a model with its version, or a person"),
        Column("schema_version", "int32", "version of these columns"),
    ),
    "articles": (
        Column("id", "string", "id of the article"),
        Column("text", "string", "the text exactly as read", ("full",)),
        Column("chars", "int64", "length of the text in characters (code points)"),
        Column("words", "int64", "length of the text in words between white space"),
        Column("attributions", "int64", "number of attributions found"),
        Column("masks", "int64", "number of stretches skipped as boilerplate"),
        Column("part_of", "string", "id of the record of which this is a part, where a huge text was split"),
        Column("part_offset", "int64", "offset of the part in the record's text"),
        *_RECORD_COLUMNS,
    ),
    "speakers": (
        Column("id", "string", "id of the speaker, the `speaker_id` of the config `attributions`"),
        Column("name", "string", "the name the rows use most"),
        Column("type", "string", "person, organization or country"),
        Column("one_word", "bool", "a person whom an article names by one word only; the id is good for that article"),
        Column("attributions", "int64", "number of attributions"),
        Column("direct", "int64", "those that are direct quotations"),
        Column("mixed", "int64", "those that are mixed quotations"),
        Column("indirect", "int64", "those that are reported speech"),
        Column("clusters", "int64", "number of quotations that several articles repeat"),
        Column("articles", "int64", "number of articles that name the speaker as a source"),
        Column("first_date", "string", "date of the first of these articles that has one"),
        Column("last_date", "string", "date of the last of them"),
        Column("cues", CUES, "the most frequent cues, in lower case, with their numbers"),
        Column("schema_version", "int32", "version of these columns"),
    ),
    "annotations": (
        Column("attribution_id", "string", "id of the attribution decided on; one taken for no quotation has no row"),
        Column("article_id", "string", "id of the article"),
        Column("annotator", "string", "pseudonym of who decided: A1, A2 …, adjudicators J1 …"),
        Column("role", "string", "annotator, or adjudicator of what annotators disagreed on"),
        Column("question", "string", "attribution (is it one), kind, content, cue, source, speaker, stance or pieces"),
        Column("target", "string", "the stance target asked about"),
        Column("answer", "string", "the answer: yes or no, a kind, start-end of spans, a speaker's id, a label"),
        Column("flags", ListOf("string"), "conditional, denial, inferred"),
        Column("shown", "bool", "whether the annotator saw what was suggested"),
        Column("seq", "int64", "number of the decision in the annotator's own order"),
        Column("text_sha256", "string", "SHA-256 of the text decided on"),
        Column("schema_version", "int32", "version of these columns"),
    ),
}  # fmt: skip

# Kept beside the published data, never published: what review, `explain` and `show` need.
LOCAL_ARTICLE_COLUMNS = (
    Column("id", "string", "id of the article"),
    Column("text", "string", "the text exactly as read"),
    Column("title", "string", "title"),
    Column("date", "string", "date"),
    Column("publisher", "string", "publisher"),
    Column("url", "string", "address"),
    Column("part_of", "string", "id of the record of which this is a part"),
    Column("part_offset", "int64", "offset of the part in the record's text"),
)

Row = dict[str, Any]


def check_text_policy(policy: str) -> TextPolicy:
    """Return `policy` as a TextPolicy; raises ConfigError naming the allowed ones."""
    for known in TEXT_POLICIES:
        if policy == known:
            return known
    raise ConfigError(f"unknown text policy {policy!r}; allowed: {', '.join(TEXT_POLICIES)}")


def choose_columns(config: ConfigName, policy: TextPolicy) -> tuple[Column, ...]:
    """Return the columns that `config` has under `policy`, in order."""
    return tuple(column for column in COLUMNS[config] if policy in column.policies)


def make_schema(columns: Sequence[Column]) -> pa.Schema:
    """Return the pyarrow schema of `columns`, with the features in its metadata where `datasets` looks for them."""
    import pyarrow as pa

    info = {"info": {"features": {column.name: _feature_json(column.dtype) for column in columns}}}
    fields = [pa.field(column.name, _arrow_type(column.dtype)) for column in columns]
    return pa.schema(fields, metadata={"huggingface": json.dumps(info)})


def make_features(columns: Sequence[Column]) -> Features:
    """Return the `datasets.Features` of `columns` (imports `datasets`)."""
    from datasets import Features

    return Features.from_dict({column.name: _feature_json(column.dtype) for column in columns})


def describe_features(columns: Sequence[Column]) -> list[Row]:
    """Return the features of `columns` as the card's `dataset_info` lists them."""
    return [{"name": column.name, **_feature_yaml(column.dtype)} for column in columns]


def _arrow_type(dtype: DataType) -> pa.DataType:
    import pyarrow as pa

    if isinstance(dtype, ListOf):
        return pa.list_(_arrow_type(dtype.item))
    if isinstance(dtype, Struct):
        return pa.struct([(name, _arrow_type(item)) for name, item in dtype.fields])
    if isinstance(dtype, Labels):
        return pa.int64()
    return pa.type_for_alias(dtype)


def _feature_json(dtype: DataType) -> Row:
    if isinstance(dtype, ListOf):
        return {"feature": _feature_json(dtype.item), "_type": "List"}
    if isinstance(dtype, Struct):
        return {name: _feature_json(item) for name, item in dtype.fields}
    if isinstance(dtype, Labels):
        return {"names": list(dtype.names), "_type": "ClassLabel"}
    return {"dtype": dtype, "_type": "Value"}


def _feature_yaml(dtype: DataType) -> Row:
    if isinstance(dtype, ListOf):
        inner = _feature_yaml(dtype.item)
        # A list of plain values or records is written without the inner key, a list of lists with it.
        return {"list": inner.get("dtype", inner.get("struct", inner))}
    if isinstance(dtype, Struct):
        return {"struct": [{"name": name, **_feature_yaml(item)} for name, item in dtype.fields]}
    if isinstance(dtype, Labels):
        return {"dtype": {"class_label": {"names": {str(i): name for i, name in enumerate(dtype.names)}}}}
    return {"dtype": dtype}


def choose_split(article: Article) -> Split:
    """Return the split of `article`, by the hash of its id; the parts of a split text go together."""
    return split_of(article.part_of or article.id)


def split_of(article_id: str) -> Split:
    """Return the split of an id: 80 % train, 10 % validation, 10 % test; adding articles never moves one."""
    digest = hashlib.sha256(f"split\x1f{article_id}".encode("utf-8", "surrogatepass")).digest()
    share = int.from_bytes(digest[:8], "big") % 100
    return "train" if share < 80 else "validation" if share < 90 else "test"


class ContextFinder:
    """Finds the paragraph around an attribution; those of the article, less `masks`, are found when first asked."""

    def __init__(self, text: str, masks: Sequence[tuple[int, int]] = ()) -> None:
        self.text = text
        self.masks = masks
        self._paragraphs: list[tuple[int, int]] | None = None
        self._starts: list[int] = []

    def find(self, attribution: Attribution) -> tuple[int, int]:
        """Return [start, end) of the paragraph or paragraphs that hold content, cue and source.

        Cut to `CONTEXT_REACH` characters, at a space, before the first and after the last of them. A cue or source
        that lies further away than that from the content does not stretch the context.
        """
        first, last = attribution.start, attribution.end
        for span in (*attribution.cue_spans, *attribution.source_spans):
            if first - CONTEXT_REACH <= span.start and span.end <= last + CONTEXT_REACH:
                first, last = min(first, span.start), max(last, span.end)
        start, end = min(first, self._paragraph_at(first)[0]), max(last, self._paragraph_at(last - 1)[1])
        if start < first - CONTEXT_REACH:
            start = first - CONTEXT_REACH
            space = self.text.find(" ", start, first)
            start = start if space < 0 else space + 1
        if end > last + CONTEXT_REACH:
            end = last + CONTEXT_REACH
            space = self.text.rfind(" ", last, end)
            end = end if space < 0 else space
        return start, end

    def _paragraph_at(self, offset: int) -> tuple[int, int]:
        """Return the paragraph that holds `offset`, or the empty range there when it lies in none."""
        if self._paragraphs is None:
            from .attribution.words import find_paragraphs

            self._paragraphs = find_paragraphs(self.text, self.masks)
            self._starts = [start for start, _ in self._paragraphs]
        at = bisect_right(self._starts, offset) - 1
        if at >= 0 and offset < self._paragraphs[at][1]:
            return self._paragraphs[at]
        return offset, offset + 1


def make_article_row(
    article: Article, attributions: Sequence[Attribution], *, words: int, masks: int, text_sha256: str
) -> Row:
    """Return the row of `article` for every text policy; writing takes the columns that the policy has."""
    return {
        "id": article.id,
        "text": article.text,
        "chars": len(article.text),
        "words": words,
        "attributions": len(attributions),
        "masks": masks,
        "part_of": article.part_of,
        "part_offset": article.part_offset,
        **_record_cells(article, text_sha256),
    }


def make_attribution_rows(
    article: Article,
    attributions: Sequence[Attribution],
    *,
    text_sha256: str,
    policy: TextPolicy,
    masks: Sequence[tuple[int, int]] = (),
) -> Iterator[Row]:
    """Yield one row for each attribution; text that `policy` does not publish is never put in, nor text in `masks`."""
    finder = ContextFinder(article.text, masks)
    record = _record_cells(article, text_sha256)
    for attribution in attributions:
        speaker = attribution.speaker
        yield {
            "id": attribution.id,
            "article_id": attribution.article_id,
            "kind": attribution.kind,
            "content_spans": _pairs(attribution.content_spans),
            "cue_spans": _pairs(attribution.cue_spans),
            "source_spans": _pairs(attribution.source_spans),
            "speaker_id": speaker and speaker.id,
            "speaker_name": speaker and speaker.name,
            "speaker_type": speaker and speaker.type,
            "speaker_how": speaker and speaker.how,
            "speaker_confidence": speaker and speaker.confidence,
            "stances": [
                {
                    "target": stance.target,
                    "label": stance.label,
                    "flags": list(stance.flags),
                    "confidence": stance.confidence,
                    "origin": stance.origin,
                }
                for stance in attribution.stances
            ],
            "nested_in": attribution.nested_in,
            "cluster_id": attribution.cluster_id,
            "confidence": attribution.confidence,
            "origin": attribution.origin,
            "why": list(attribution.why),
            **_text_cells(article.text, attribution, finder, policy),
            **record,
        }


def make_stance_rows(attribution: Attribution, row: Row) -> Iterator[Row]:
    """Yield one row for each target of `attribution`; `row` is its own row, whose text they share."""
    for stance in attribution.stances:
        yield {
            "attribution_id": attribution.id,
            "article_id": attribution.article_id,
            "text": row.get("content"),
            "context": row.get("context"),
            "speaker_id": row["speaker_id"],
            "speaker_name": row["speaker_name"],
            "target": stance.target,
            "label": STANCE_LABELS.index(stance.label),
            "flags": list(stance.flags),
            "confidence": stance.confidence,
            "origin": stance.origin,
            "schema_version": SCHEMA_VERSION,
        }


def _record_cells(article: Article, text_sha256: str) -> Row:
    return {
        "title": article.title,
        "date": article.date,
        "publisher": article.publisher,
        "url": article.url,
        "text_sha256": text_sha256,
        "schema_version": SCHEMA_VERSION,
    }


def _text_cells(text: str, attribution: Attribution, finder: ContextFinder, policy: TextPolicy) -> Row:
    if policy == "standoff":
        start, end = attribution.start, attribution.end
        return {
            "content_sha256": hashlib.sha256(attribution.content.encode("utf-8", "surrogatepass")).hexdigest(),
            "prefix": text[max(0, start - SELECTOR_LENGTH) : start],
            "suffix": text[end : end + SELECTOR_LENGTH],
        }
    start, end = finder.find(attribution)
    return {
        "content": attribution.content,
        "cue": attribution.cue,
        "source": attribution.source,
        "context": text[start:end],
        "context_start": start,
    }


def _pairs(spans: Spans) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]
