"""From inputs to a dataset folder: reads, attributes, writes, and swaps the finished folder into place."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from . import __version__
from .attribution.boilerplate import find_boilerplate
from .attribution.errors import ConfigError, InputError
from .attribution.files import write_atomically
from .attribution.types import SCHEMA_VERSION, Article, Attribution, BadRecord
from .dataset import (
    LOCAL_ARTICLE_COLUMNS,
    MIN_ARTICLES_TO_SPLIT,
    SPLITS,
    ConfigName,
    Row,
    Split,
    TextPolicy,
    check_text_policy,
    choose_columns,
    make_article_row,
    make_attribution_rows,
    make_stance_rows,
    split_of,
)
from .folder import (
    CARD,
    DATA,
    FORMAT,
    LOCAL,
    LOCAL_ATTRIBUTIONS,
    LOCAL_FOUND,
    LOCAL_REVIEW_NOTES,
    LOCAL_SUGGESTED,
    PROVENANCE,
    QUARANTINE,
    REVIEW,
    check_target,
    hash_file,
    read_build,
    stage,
    write_checksums,
    write_json,
)
from .labeling.review_effect import Reviews
from .profiles import Profiles
from .shards import ShardTotals, ShardWriter
from .summary import BuildSummary, Tally, list_reasons, render_summary

if TYPE_CHECKING:
    from .attribution.articles import ReadOptions
    from .attribution.clusters import Cluster
    from .labeling.adjudication import Verdict
    from .labeling.review_state import Unmatched

__all__ = ["Attributing", "BuildSummary", "Progress", "build", "render_summary"]

# A folder of 100,000 text files would make the provenance larger than the data: all are hashed, this many are named.
MAX_NAMED_INPUTS = 200
LICENSE_ID = re.compile(r"[a-z0-9][a-z0-9.+-]{0,63}")
LIBRARIES = ("pyarrow", "spacy")
WRITTEN_CONFIGS: tuple[ConfigName, ...] = ("attributions", "stance", "articles", "speakers", "annotations")

Progress = Callable[[int, int], None]
"""Called after each article with the numbers of articles and attributions so far."""
Totals = dict[tuple[ConfigName, Split], ShardTotals]


class Attributing(Protocol):
    """What finds the attributions: `sayso.load()` returns one."""

    @property
    def version(self) -> str:
        """Rules and model with their versions, as the provenance records them."""
        ...

    def pipe(self, articles: Iterable[Article]) -> Iterator[tuple[Article, list[Attribution]]]:
        """Yield each article with its attributions, in the order of `articles`."""
        ...


def build(
    inputs: Sequence[str | Path],
    out: str | Path,
    *,
    options: ReadOptions | None = None,
    attributor: Attributing | None = None,
    text_policy: str = "excerpt",
    name: str | None = None,
    license: str | None = None,
    dry_run: bool = False,
    force: bool = False,
    progress: Progress | None = None,
) -> BuildSummary:
    """Read the articles of `inputs`, attribute them, make `out` the dataset folder, and return what was found.

    What people decided in a review of `out` (its folder `review/`) wins over what is found; decisions about texts that
    changed are listed in `out/local/`. Raises InputError where a log of theirs is damaged.

    `out` changes in one step at the end: until then, and when anything fails, it stays as it was. Bad records are
    left out, counted, and written to `out/quarantine.jsonl`. `name` titles the card (default: the folder's name),
    `license` is the identifier the card gives for the dataset (default: other). With `dry_run` everything is read
    and attributed and nothing written. Raises InputError when no article could be used, ConflictError when `out`
    is not Sayso's to replace (`force` only allows replacing an earlier build that was edited since), OutputError
    when the disk refuses.
    """
    started = time.perf_counter()
    policy = check_text_policy(text_policy)
    license = None if license is None else _check_license(license)
    if not inputs:
        raise ConfigError("nothing to build from; give article files, folders, or - for standard input")
    target = Path(out).resolve()
    check_target(target, force=force)
    if options is None:
        from .attribution.articles import ReadOptions

        options = ReadOptions()
    if attributor is None:
        from .api import load

        attributor = load()
    tally = Tally()
    inventory = _Inventory()
    reviews = Reviews.read(target / REVIEW)
    with nullcontext() if dry_run else stage(target) as folder:
        totals = _write_rows(inputs, folder, options, attributor, policy, tally, inventory, reviews, progress)
        if not tally.articles:
            raise InputError(_say_nothing_usable(tally))
        summary = tally.summarize(str(out), policy, dry_run=dry_run)
        if folder is not None:
            record = _describe_build(summary, totals, inventory, options, attributor, license)
            if reviews:
                # They decide the bytes too.
                record["inputs"]["reviews_sha256"] = reviews.sha256
            write_json(folder / PROVENANCE, record)
            language = None if options.any_language else options.language
            _write_card(folder, name or target.name, summary, totals, license=license, language=language)
            write_checksums(folder)
    return dataclasses.replace(summary, seconds=time.perf_counter() - started)


def _write_rows(
    inputs: Sequence[str | Path],
    folder: Path | None,
    options: ReadOptions,
    attributor: Attributing,
    policy: TextPolicy,
    tally: Tally,
    inventory: _Inventory,
    reviews: Reviews,
    progress: Progress | None,
) -> Totals:
    """Stream the inputs through the attributor into the files of `folder` (nowhere when it is None).

    In two passes: which quotations are repeated, and so the split of each row, is known when all have been found; so
    is who goes by James Q. Hale in one article and by James Hale in another.
    """
    from .attribution.articles import read_articles
    from .attribution.clusters import QuoteClusters
    from .attribution.identities import Identities
    from .attribution.quarantine import Quarantine
    from .attribution.registry import default_registry

    repeated = QuoteClusters()
    extractor = getattr(attributor, "extractor", None)
    identities = Identities(default_registry() if extractor is None else extractor.registry)
    annotations: dict[str, tuple[Row, ...]] = {}
    notes: list[Row] = []
    with ExitStack() as stack:
        quarantine = stack.enter_context(Quarantine(None if folder is None else folder / QUARANTINE))
        local = None if folder is None else stack.enter_context(_LocalWriter(folder, suggested=bool(reviews)))

        def note_bad(bad: BadRecord) -> None:
            tally.first_bad = tally.first_bad or bad
            inventory.see_file(bad.path)
            quarantine.add(bad)

        def note_read(articles: Iterable[Article]) -> Iterator[Article]:
            for article in articles:
                inventory.see_file(article.path)
                yield article

        articles = read_articles(inputs, options=options, on_bad=note_bad)
        for article, found in attributor.pipe(note_read(articles)):
            reviewed = reviews.overlay(article, found)
            attributions = reviewed.attributions
            tally.reviewed += len(reviewed.decided)
            notes += [_describe_tie(article, tie) for tie in reviewed.ties]
            if reviewed.rows:
                annotations[article.id] = reviewed.rows
            tally.add_article(attributions, words=len(article.text.split()))
            inventory.see_article(article, article.text_sha256)
            repeated.add(article, attributions)
            identities.add(attributions)
            if local is not None:
                local.write(article, attributions, found)
            if progress is not None:
                progress(tally.articles, tally.attributions)
        inventory.see_file(None)
        tally.quarantined = quarantine.by_reason()
        if local is not None:
            local.finish()
    clusters = repeated.find()
    tally.clusters, tally.clustered = len({cluster.id for cluster in clusters.values()}), len(clusters)
    tally.ties = len(notes)
    notes += [_describe_unmatched(lost) for lost in reviews.finish()]
    tally.unused_decisions = len(notes) - tally.ties
    if folder is None or not tally.articles:
        return {}
    if notes:
        with write_atomically(folder / LOCAL_REVIEW_NOTES) as stream:
            stream.writelines(json.dumps(note, ensure_ascii=False) + "\n" for note in notes)
    with _RowWriter(folder, policy, tally, clusters, annotations, identities.find()) as rows:
        for article, finished in read_build(folder, LOCAL_FOUND):
            rows.write(article, finished)
        totals = rows.finish()
    (folder / LOCAL_FOUND).unlink()
    return totals


def _describe_tie(article: Article, tie: Verdict) -> Row:
    answers = [{"annotator": name, "answer": str(answer)} for name, answer in tie.answers]
    return {"note": "tie", "article_id": article.id, "item": tie.item_id, "question": tie.question, "answers": answers}


def _describe_unmatched(lost: Unmatched) -> Row:
    event = lost.event
    return {
        "note": "decision without effect",
        "reason": lost.reason,
        "article_id": event.item.article_id if event.item else event.article_id,
        "item": event.item.id if event.item else None,
        "seq": event.seq,
        "at": event.at,
        "event": event.event,
        "decision": event.decision.to_json() if event.decision else None,
    }


class _LocalWriter:
    """Writes the local copies as articles come: texts, attributions, and what was suggested before review."""

    def __init__(self, folder: Path, *, suggested: bool) -> None:
        self.folder = folder
        self._suggests = suggested
        self._stack = ExitStack()

    def __enter__(self) -> _LocalWriter:
        (self.folder / LOCAL).mkdir()
        self._found = self._stack.enter_context(write_atomically(self.folder / LOCAL_FOUND))
        self._suggested = None
        if self._suggests:
            self._suggested = self._stack.enter_context(write_atomically(self.folder / LOCAL_SUGGESTED))
        self._articles = self._stack.enter_context(
            ShardWriter(self.folder / LOCAL, "articles", LOCAL_ARTICLE_COLUMNS, single=True)
        )
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def write(self, article: Article, attributions: Iterable[Attribution], suggested: Iterable[Attribution]) -> None:
        """Write the article, its attributions, and those that were suggested where reviews changed some."""
        if self._suggested is not None:
            self._suggested.writelines(map(_as_line, suggested))
        self._articles.write({column.name: getattr(article, column.name) for column in LOCAL_ARTICLE_COLUMNS})
        for attribution in attributions:
            self._found.write(_as_line(attribution))

    def finish(self) -> None:
        """Write what is pending."""
        self._articles.finish()


class _RowWriter:
    """Writes the files of every config and split, and the local attributions with their cluster ids.

    A repeated quotation goes where the oldest article that has it goes, so that none is in two splits; so does an
    article that mostly repeats an older one. With few articles there is one split, `train`.
    """

    def __init__(
        self,
        folder: Path,
        policy: TextPolicy,
        tally: Tally,
        clusters: Mapping[str, Cluster],
        annotations: Mapping[str, Sequence[Row]],
        same: Mapping[str, str],
    ) -> None:
        self.folder = folder
        self.annotations = annotations
        self.policy: TextPolicy = policy
        self.tally = tally
        self.clusters = clusters
        self.same = same
        self.profiles = Profiles()
        self._splits = tally.articles >= MIN_ARTICLES_TO_SPLIT
        self._stack = ExitStack()
        self._shards: dict[tuple[ConfigName, Split], ShardWriter] = {}

    def __enter__(self) -> _RowWriter:
        (self.folder / DATA).mkdir()
        self._attributions = self._stack.enter_context(write_atomically(self.folder / LOCAL_ATTRIBUTIONS))
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def write(self, article: Article, found: Sequence[Attribution]) -> None:
        """Write the rows of the article and of its attributions."""
        attributions = [self._with_one_id(self._with_cluster(attribution)) for attribution in found]
        self._attributions.writelines(map(_as_line, attributions))
        self.profiles.add(article, attributions)
        words, text_sha256 = len(article.text.split()), article.text_sha256
        masks = [(mask.start, mask.end) for mask in find_boilerplate(article.text)]
        described = make_article_row(article, attributions, words=words, masks=len(masks), text_sha256=text_sha256)
        split = self._split_of_article(article, attributions)
        self.tally.splits[split] += 1
        self._put("articles", split, described)
        for annotation in self.annotations.get(article.id, ()):
            self._put("annotations", self._split_of_row(annotation["attribution_id"], split), annotation)
        made = make_attribution_rows(article, attributions, text_sha256=text_sha256, policy=self.policy, masks=masks)
        for attribution, row in zip(attributions, made, strict=True):
            own = self._split_of_row(attribution.id, split)
            self._put("attributions", own, row)
            for stance in make_stance_rows(attribution, row):
                self._put("stance", own, stance)

    def finish(self) -> Totals:
        """Write the profiles, close all files, and return their totals."""
        for row in self.profiles.rows():
            self._put("speakers", "train", row)
        return {key: shard.finish() for key, shard in sorted(self._shards.items())}

    def _with_cluster(self, attribution: Attribution) -> Attribution:
        cluster = self.clusters.get(attribution.id)
        return attribution if cluster is None else dataclasses.replace(attribution, cluster_id=cluster.id)

    def _with_one_id(self, attribution: Attribution) -> Attribution:
        speaker = attribution.speaker
        if speaker is None or speaker.id not in self.same:
            return attribution
        return dataclasses.replace(attribution, speaker=dataclasses.replace(speaker, id=self.same[speaker.id]))

    def _split_of_article(self, article: Article, attributions: Sequence[Attribution]) -> Split:
        own = article.part_of or article.id
        oldest = Counter(self.clusters[item.id].article_id for item in attributions if item.id in self.clusters)
        for first, repeats in oldest.most_common(1):
            if 2 * repeats > len(attributions):
                own = first
        return self._split_of(own)

    def _split_of_row(self, attribution_id: str, split: Split) -> Split:
        cluster = self.clusters.get(attribution_id)
        return split if cluster is None else self._split_of(cluster.article_id)

    def _split_of(self, article_id: str) -> Split:
        return split_of(article_id) if self._splits else "train"

    def _put(self, config: ConfigName, split: Split, row: Row) -> None:
        shard = self._shards.get((config, split))
        if shard is None:
            columns = choose_columns(config, self.policy)
            shard = self._stack.enter_context(ShardWriter(self.folder / DATA / config, split, columns))
            self._shards[config, split] = shard
        shard.write(row)


def _as_line(attribution: Attribution) -> str:
    return json.dumps(attribution.to_json(), ensure_ascii=False, allow_nan=False) + "\n"


class _Inventory:
    """Hashes of what was read: each input file once, and the texts as they came out of it."""

    def __init__(self) -> None:
        self.files = 0
        self.named: list[Row] = []
        self._digest = hashlib.sha256()
        self._texts = hashlib.sha256()
        self._path: str | None = None

    def see_file(self, path: str | None) -> None:
        """Note that the record just read came from `path`; the file before it is hashed, its reading being over."""
        if path == self._path:
            return
        done, self._path = self._path, path
        if done is None or not Path(done).is_file():
            return  # standard input
        found = Path(done)
        record: Row = {"name": found.name, "bytes": found.stat().st_size, "sha256": hash_file(found)}
        self.files += 1
        self._digest.update(f"{record['sha256']}\n".encode())
        if len(self.named) < MAX_NAMED_INPUTS:
            self.named.append(record)

    def see_article(self, article: Article, text_sha256: str) -> None:
        """Add one article's id and text to the hash of all texts."""
        self._texts.update(f"{article.id}\x1f{text_sha256}\n".encode("utf-8", "surrogatepass"))

    def to_json(self) -> Row:
        """Return the hashes; names only, as folders may tell more about the machine than its owner wants."""
        return {
            "files": self.files,
            "files_sha256": self._digest.hexdigest(),
            "texts_sha256": self._texts.hexdigest(),
            "named": self.named,
        }


def _check_license(license: str) -> str:
    """Return the licence as the Hub spells identifiers; raises ConfigError for what can't be one."""
    lower = license.strip().lower()
    if LICENSE_ID.fullmatch(lower) is None:
        raise ConfigError(f"{license!r} is no licence identifier; give one like cc-by-4.0, cc0-1.0 or other")
    return lower


def _say_nothing_usable(tally: Tally) -> str:
    if tally.first_bad is None:
        return "no article found in the input; give files or folders of articles (.txt .md .html .jsonl .csv .parquet)"
    bad = tally.first_bad
    place = bad.path if bad.line is None else f"{bad.path}:{bad.line}"
    reasons = list_reasons(tally.quarantined)
    return f"no usable article: {reasons}. The first is {place}: {bad.reason}; {bad.cure}"


def _describe_build(
    summary: BuildSummary,
    totals: Totals,
    inventory: _Inventory,
    options: ReadOptions,
    attributor: Attributing,
    license: str | None,
) -> Row:
    """Return the provenance: all that decides the bytes of the dataset, and no clock, host or folder name."""
    return {
        "format": FORMAT,
        "schema_version": SCHEMA_VERSION,
        "sayso": __version__,
        "attributor": attributor.version,
        "libraries": {library: importlib.metadata.version(library) for library in LIBRARIES},
        "text_policy": summary.text_policy,
        "license": license,
        "options": {
            key: cell
            for key, cell in dataclasses.asdict(options).items()
            if cell is None or isinstance(cell, str | int | float | bool)
        },
        "counts": {
            "articles": summary.articles,
            "words": summary.words,
            "attributions": summary.attributions,
            "kinds": summary.kinds,
            "with_speaker": summary.with_speaker,
            "stances": summary.stances,
            "clusters": summary.clusters,
            "clustered": summary.clustered,
            "quarantined": summary.quarantined_total,
            "articles_by_split": summary.splits,
        },
        "rows": {
            config: {split: totals[config, split].rows for split in SPLITS if (config, split) in totals}
            for config in WRITTEN_CONFIGS
            if any((config, split) in totals for split in SPLITS)
        },
        "inputs": inventory.to_json(),
    }


def _write_card(
    folder: Path, name: str, summary: BuildSummary, totals: Totals, *, license: str | None, language: str | None
) -> None:
    from .card import ConfigFacts, make_card

    configs = []
    for config in WRITTEN_CONFIGS:
        splits = {split: totals[config, split] for split in SPLITS if (config, split) in totals}
        if splits:  # `datasets` can't load a split without rows, so neither is listed nor written
            configs.append(ConfigFacts(config, choose_columns(config, summary.text_policy), splits))
    with write_atomically(folder / CARD) as stream:
        stream.write(make_card(name, summary, configs, license=license, language=language))
