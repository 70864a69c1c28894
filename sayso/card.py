"""The dataset card: metadata that `datasets` and the Hub read, and what a reader should know before using the data."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import __version__
from .dataset import (
    CONTEXT_REACH,
    DEFAULT_CONFIG,
    MIN_ARTICLES_TO_SPLIT,
    SELECTOR_LENGTH,
    Column,
    ConfigName,
    Split,
    TextPolicy,
    describe_features,
)
from .folder import DATA
from .shards import ShardTotals
from .summary import BuildSummary

# The Hub's classes by number of examples, upper bounds excluded.
SIZE_CLASSES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
    (1_000_000_000, "100M<n<1B"),
)
LARGEST_CLASS = "1B<n<10B"
# Characters that Markdown, HTML or a table row would read as more than themselves.
MARKDOWN_SIGNS = re.compile(r"([\\`*_{}\[\]()#+!|~$-])")
WHITE_SPACE = re.compile(r"\s+")

CONFIG_MEANINGS: dict[ConfigName, str] = {
    "attributions": "one row for each attribution: what was said, by whom, where",
    "stance": "one row for each attribution and target: the speaker's stance",
    "articles": "one row for each article: where it came from",
    "speakers": "one row for each named speaker: what the other rows say of them, in numbers",
    "annotations": "one row for each decision of an annotator",
}
POLICY_MEANINGS: dict[TextPolicy, str] = {
    "full": "The whole text of each article is in the config `articles`.",
    "excerpt": "Of the articles, the quotations and the paragraph around each are included, not the whole texts "
    f"(very long paragraphs are cut {CONTEXT_REACH} characters from the quotation).",
    "standoff": "Of the articles, no quotation is included: offsets, hashes, and at most "
    f"{SELECTOR_LENGTH} characters on either side, to find the place in one's own copy of the text.",
}


@dataclass(frozen=True, slots=True)
class ConfigFacts:
    """One config as it was written."""

    name: ConfigName
    columns: tuple[Column, ...]
    splits: Mapping[Split, ShardTotals]


def make_card(
    name: str,
    summary: BuildSummary,
    configs: Sequence[ConfigFacts],
    *,
    license: str | None,
    language: str | None = "en",
) -> str:
    """Return the README.md of the dataset; every number in it comes from `summary` and `configs`.

    `language` is None where the articles' language was not checked.
    """
    import yaml

    metadata = yaml.safe_dump(
        describe_metadata(name, configs, license=license, language=language),
        sort_keys=False,
        allow_unicode=True,
        width=1000,
    )
    sections = [
        f"---\n{metadata}---\n\n# {escape_markdown(name)}",
        _summarize(summary, configs),
        _say_how_made(summary),
        _list_columns(configs),
        _list_counts(summary),
        USES,
        PERSONAL_DATA,
        _say_rights(license),
        LIMITS,
    ]
    return "\n\n".join(sections) + "\n"


def describe_metadata(
    name: str, configs: Sequence[ConfigFacts], *, license: str | None, language: str | None = "en"
) -> dict[str, Any]:
    """Return the card's YAML block: what `datasets` loads by and the Hub lists by."""
    default = _choose_default(configs)
    rows = sum(totals.rows for config in configs if config.name == default for totals in config.splits.values())
    rights = {"license": license} if license else {"license": "other", "license_name": "texts-of-their-publishers"}
    return {
        "pretty_name": name,
        **({"language": [language]} if language else {}),
        **rights,
        "size_categories": [choose_size_class(rows)],
        "task_categories": ["token-classification", "text-classification"],
        "annotations_creators": ["machine-generated"],
        "language_creators": ["found"],
        **({"multilinguality": ["monolingual"]} if language else {}),
        "source_datasets": ["original"],
        "tags": ["quotation", "quote-attribution", "news", "stance", "sayso"],
        "configs": [_describe_files(config, default=config.name == default) for config in configs],
        "dataset_info": [_describe_info(config) for config in configs],
    }


def _choose_default(configs: Sequence[ConfigFacts]) -> ConfigName:
    names = [config.name for config in configs]
    return DEFAULT_CONFIG if DEFAULT_CONFIG in names else names[0]


def _describe_files(config: ConfigFacts, *, default: bool) -> dict[str, Any]:
    files = [{"split": split, "path": f"{DATA}/{config.name}/{split}-*.parquet"} for split in config.splits]
    return {"config_name": config.name, **({"default": True} if default else {}), "data_files": files}


def _describe_info(config: ConfigFacts) -> dict[str, Any]:
    return {
        "config_name": config.name,
        "features": describe_features(config.columns),
        "splits": [
            {"name": split, "num_bytes": totals.num_bytes, "num_examples": totals.rows}
            for split, totals in config.splits.items()
        ],
        "download_size": sum(totals.file_bytes for totals in config.splits.values()),
        "dataset_size": sum(totals.num_bytes for totals in config.splits.values()),
    }


def choose_size_class(rows: int) -> str:
    """Return the Hub's name for a dataset of so many rows."""
    return next((label for limit, label in SIZE_CLASSES if rows < limit), LARGEST_CLASS)


def escape_markdown(text: str) -> str:
    """Return `text` on one line with nothing that Markdown or HTML would act on: names come from articles."""
    line = WHITE_SPACE.sub(" ", "".join(sign if sign.isprintable() else " " for sign in text)).strip()
    return html.escape(MARKDOWN_SIGNS.sub(r"\\\1", line), quote=False)


def _summarize(summary: BuildSummary, configs: Sequence[ConfigFacts]) -> str:
    lines = [
        "Who said what in news articles: direct, mixed and indirect quotations, with the words that signal them, the "
        "source as the text names it, and the speaker who is meant.",
        "",
        f"{_count(summary.attributions, 'attribution')} from {_count(summary.articles, 'article')} "
        f"({_count(summary.words, 'word')}). {POLICY_MEANINGS[summary.text_policy]}",
        "",
        "```python",
        "from datasets import load_dataset",
        "",
        f'rows = load_dataset("OWNER/NAME", "{_choose_default(configs)}", split="train")  # or this folder\'s path',
        "```",
        "",
        "| config | holds | " + " | ".join(_all_splits(configs)) + " |",
        "|---|---|" + "---:|" * len(_all_splits(configs)),
    ]
    for config in configs:
        rows = (config.splits.get(split) for split in _all_splits(configs))
        cells = " | ".join("–" if totals is None else f"{totals.rows:,}" for totals in rows)
        lines.append(f"| `{config.name}` | {CONFIG_MEANINGS[config.name]} | {cells} |")
    if not any(config.name == "stance" for config in configs):
        lines += [
            "",
            "No stance has been labelled yet: the column `stances` is empty, and there is no config `stance`.",
        ]
    return "\n".join(lines)


def _all_splits(configs: Sequence[ConfigFacts]) -> list[Split]:
    return list(dict.fromkeys(split for config in configs for split in config.splits))


def _say_how_made(summary: BuildSummary) -> str:
    quarantined = (
        f"{_count(summary.quarantined_total, 'record')} could not be read and were left out."
        if summary.quarantined_total
        else "Every record of the input could be read."
    )
    return f"""## How it was made

Sayso {__version__} read the articles and found the attributions{_say_who_reviewed(summary)}; `provenance.json` names
the rules and models, the options, and the hash of every input. {quarantined} Site boilerplate is
skipped, not removed: all offsets count characters (Unicode code points) of the text exactly as read, and `text_sha256`
says which text that is. Where there is a `context`, the spans minus `context_start` are offsets into it. `confidence`
is the tool's own estimate.

The same quotation in several articles, be it re-translated, shortened or re-worded, has one `cluster_id`. Found are
{_count(summary.clusters, "such quotation")} in {_count(summary.clustered, "attribution")}. Two are joined only where no
denial, number, name or opposite differs; reported speech only where it is equal word for word. Repetitions in quite
other words are missed.

A speaker's id is the same in all articles: that of the registry of known people, institutions and countries, or the
name itself; two people of one full name share it. Ids of unnamed speakers, documents, bodies without a name ("the
bank") and people whom an article calls by one word only hold within their article. The config `speakers` has one row
for each person, organization and country with a name; `one_word` marks people of whom only one name is given.

An article is in `train`, `validation` or `test` by the hash of its id (80, 10 and 10 %), so that adding articles never
moves one. A repeated quotation is where the oldest article that has it is, so that none is in two splits; so is an
article more than half of whose attributions repeat that one. With fewer than {MIN_ARTICLES_TO_SPLIT} articles
everything is in `train`; the config `speakers`, which counts all rows, always is. A split in which a config has no row
is left out of that config. The same input, options and version give the same bytes; `checksums.sha256` lists them."""


def _say_who_reviewed(summary: BuildSummary) -> str:
    if not summary.reviewed:
        return " without human review"
    return (
        f". People reviewed {_count(summary.reviewed, 'attribution')}: those have `human:` and a pseudonym as their "
        "`origin`, and the config `annotations` has each answer"
    )


def _list_columns(configs: Sequence[ConfigFacts]) -> str:
    lines = ["## Columns"]
    for config in configs:
        lines += ["", f"### {config.name}", "", "| column | meaning |", "|---|---|"]
        lines += [f"| `{column.name}` | {column.meaning} |" for column in config.columns]
    return "\n".join(lines)


def _list_counts(summary: BuildSummary) -> str:
    lines = ["## Counts", "", "| attributions | number |", "|---|---:|"]
    lines += [f"| {kind} | {count:,} |" for kind, count in summary.kinds.items()]
    lines += [f"| with a speaker | {summary.with_speaker:,} |", f"| all | {summary.attributions:,} |"]
    if summary.top_speakers:
        lines += ["", "| most frequent named speakers | attributions |", "|---|---:|"]
        lines += [f"| {escape_markdown(speaker.name)} | {speaker.attributions:,} |" for speaker in summary.top_speakers]
    return "\n".join(lines)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


USES = """## Intended and excluded use

For research on news: who is quoted, how often, by whom, in which words; and for training and testing systems that find
and attribute quotations. Each row leads back to its place in its article: check it there before relying on it.

Not for decisions about a person, for profiling or ranking private persons, for surveillance, or as proof that somebody
said something: a row says what an article ascribes to somebody, as a machine read it."""

PERSONAL_DATA = """## Personal data

The rows name persons and ascribe statements to them. A stance ascribed to a named person can reveal a political
opinion, which is a special category of personal data (in the European Union, Article 9 GDPR); who processes it needs a
legal basis of their own. News quotes private persons as well as holders of public roles."""

LIMITS = """## Limits

Attributions are missed, and some found ones are wrong: in their extent, their kind, or their speaker. Speakers are left
out where the text does not decide. Quotations are not fact-checked. The choice of articles is the choice of whoever
built this dataset, and is no sample of all news. The rules are made for English."""


def _say_rights(license: str | None) -> str:
    given = (
        f"The dataset's own work (selection, spans, labels) is given under `{license}`."
        if license
        else "No licence is given for the dataset as a whole."
    )
    return f"""## Rights

The texts of the articles, quotations included, belong to their publishers and authors; nothing here grants rights in
them. {given} Tell whoever published this dataset about a row that should not be in it."""
