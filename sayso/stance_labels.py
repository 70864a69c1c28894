"""Stances for articles as they are built, and for a dataset that is there already (`sayso label`)."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .attribution.errors import InputError
from .attribution.files import write_atomically
from .attribution.types import SCHEMA_VERSION, Article, Attribution
from .card import ConfigFacts, make_card
from .dataset import (
    CONFIG_NAMES,
    SPLITS,
    ConfigName,
    ContextFinder,
    Row,
    Split,
    TextPolicy,
    check_text_policy,
    choose_columns,
    make_stance_rows,
)
from .folder import (
    BUILT,
    CARD,
    CHECKSUMS,
    DATA,
    LOCAL,
    LOCAL_ATTRIBUTIONS,
    LOCAL_SUGGESTED,
    PROVENANCE,
    REVIEW,
    check_target,
    read_build,
    read_provenance,
    stage,
    write_checksums,
    write_json,
)
from .labeling.review_effect import Reviews
from .shards import ShardTotals, ShardWriter
from .summary import Tally

if TYPE_CHECKING:
    from .build import Attributing
    from .labeling.labeler import Labeler
    from .labeling.passages import Passage

NO_CODEBOOK = "none"
MAJORITY = "majority"


def load_labeler(codebook: str | Path | None = None, *, model: str | Path | None = None) -> Labeler:
    """Return the labeler of a codebook (default: the packaged one) and a stance model: a packaged name or a folder.

    `model` "majority" labels by the majority of the labeling functions alone.
    """
    from .labeling.codebook import DEFAULT_CODEBOOK, read_codebook
    from .labeling.labeler import Labeler
    from .labeling.stance_model import load_stance_model

    book = read_codebook(codebook or DEFAULT_CODEBOOK)
    return Labeler(book, None if model == MAJORITY else load_stance_model(model))


def make_passages(article: Article, attributions: Iterable[Attribution], labeler: Labeler) -> list[Passage]:
    """Return what is labelled of each attribution: its content with its paragraph, cue and speaker."""
    from .labeling.passages import make_passage

    contexts = ContextFinder(article.text)
    passages = []
    for attribution in attributions:
        start, end = contexts.find(attribution)
        passages.append(make_passage(attribution, article.text[start:end], start, labeler.codebook))
    return passages


def label_article(article: Article, attributions: Sequence[Attribution], labeler: Labeler) -> list[Attribution]:
    """Return the attributions with stances; an article that is not about the codebook's topic gets none.

    Stances that a person gave stay as they are.
    """
    if not labeler.codebook.covers(article.text):
        return [_without_machine_stances(attribution) for attribution in attributions]
    return labeler.relabel(attributions, make_passages(article, attributions, labeler))


def _without_machine_stances(attribution: Attribution) -> Attribution:
    from .labeling.labeler import HUMAN

    kept = tuple(stance for stance in attribution.stances if stance.origin.startswith(HUMAN))
    return attribution if kept == attribution.stances else replace(attribution, stances=kept)


class LabellingAttributor:
    """An attributor whose attributions carry stances; loads codebook and model at the first article."""

    def __init__(
        self, attributor: Attributing, codebook: str | Path | None, *, model: str | Path | None = None
    ) -> None:
        from .labeling.codebook import DEFAULT_CODEBOOK, read_codebook
        from .labeling.stance_model import read_origin

        self._attributor = attributor
        self._name, self._model = codebook, model
        # A mistake in the codebook or the model's name is told before the first article, not after the last.
        self._codebook = read_codebook(codebook or DEFAULT_CODEBOOK)
        self._origin = f"weak:majority@{self._codebook.version}" if model == MAJORITY else read_origin(model)
        self._labeler: Labeler | None = None

    @property
    def labeler(self) -> Labeler:
        if self._labeler is None:
            self._labeler = load_labeler(self._name, model=self._model)
        return self._labeler

    @property
    def version(self) -> str:
        """Rules, codebook and stance model with their versions."""
        return f"{self._attributor.version}; stances {self._codebook.id}@{self._codebook.version} {self._origin}"

    def pipe(self, articles: Iterable[Article]) -> Iterator[tuple[Article, list[Attribution]]]:
        """Yield each article with its attributions and their stances, in the order of `articles`."""
        for article, attributions in self._attributor.pipe(articles):
            if attributions and self._codebook.covers(article.text):
                attributions = label_article(article, attributions, self.labeler)
            yield article, attributions


@dataclass(frozen=True, slots=True)
class LabelSummary:
    """What labelling a dataset did."""

    out: str
    dry_run: bool
    labeler: str
    attributions: int
    labelled: int
    reviewed: int
    """Stances that a person had given, kept as they were."""
    targets: Mapping[str, Mapping[str, int]]
    """Stances by target and label."""

    def to_json(self) -> dict[str, Any]:
        """Return the document of `sayso label --json`."""
        return {
            "schema_version": SCHEMA_VERSION,
            "out": self.out,
            "dry_run": self.dry_run,
            "labeler": self.labeler,
            "attributions": self.attributions,
            "labelled": self.labelled,
            "reviewed": self.reviewed,
            "targets": {target: dict(labels) for target, labels in self.targets.items()},
        }


def label_folder(folder: Path, labeler: Labeler, *, dry_run: bool = False) -> LabelSummary:
    """Give the attributions of a dataset folder fresh stances, and return what came out.

    The folder changes in one step at the end, or not at all. Stances that a person gave win over fresh ones of the
    same target. Raises InputError where the folder is no dataset that was built here.
    """
    from .labeling.labeler import HUMAN

    provenance = read_provenance(folder)
    if provenance is None:
        raise InputError(f"{folder} is no dataset that Sayso built; give the folder that `sayso build -o` made")
    counts: dict[str, Counter[str]] = {target: Counter() for target in labeler.codebook.target_ids}
    tally = Tally()
    totals: Counter[str] = Counter()

    reviews = Reviews.read(folder / REVIEW)

    def relabelled() -> Iterator[Attribution]:
        for article, attributions in read_build(folder):
            fresh = label_article(article, attributions, labeler)
            # Decisions that came after the build count too; where they change edges, the next build takes them over.
            decided = {found.id: found.stances for found in reviews.overlay(article, fresh).attributions}
            fresh = [replace(found, stances=decided.get(found.id, found.stances)) for found in fresh]
            tally.add_article(fresh, words=len(article.text.split()))
            for attribution in fresh:
                totals["labelled"] += bool(attribution.stances)
                for stance in attribution.stances:
                    totals["reviewed"] += stance.origin.startswith(HUMAN)
                    counts.setdefault(stance.target, Counter())[stance.label] += 1
                yield attribution

    if dry_run:
        for _ in relabelled():
            pass
    else:
        check_target(folder.resolve(), force=False)
        with stage(folder.resolve()) as fresh_folder:
            _rewrite(folder, fresh_folder, relabelled(), provenance, tally, labeler)
    return LabelSummary(
        out=str(folder),
        dry_run=dry_run,
        labeler=labeler.version,
        attributions=tally.attributions,
        labelled=totals["labelled"],
        reviewed=totals["reviewed"],
        targets={target: dict(sorted(labels.items())) for target, labels in counts.items() if labels},
    )


def _rewrite(
    old: Path,
    new: Path,
    attributions: Iterable[Attribution],
    provenance: dict[str, Any],
    tally: Tally,
    labeler: Labeler,
) -> None:
    """Write into `new` what `old` holds, with the fresh stances of `attributions` (in the order of `old`)."""
    for entry in sorted(BUILT - {DATA, LOCAL, CARD, CHECKSUMS, PROVENANCE}):
        if (old / entry).is_file():
            shutil.copyfile(old / entry, new / entry)
    shutil.copytree(old / LOCAL, new / LOCAL, ignore=shutil.ignore_patterns(Path(LOCAL_ATTRIBUTIONS).name))
    with write_atomically(new / LOCAL_ATTRIBUTIONS) as stream:
        for attribution in attributions:
            stream.write(json.dumps(attribution.to_json(), ensure_ascii=False, allow_nan=False) + "\n")
    if (old / LOCAL_SUGGESTED).is_file():
        with write_atomically(new / LOCAL_SUGGESTED) as stream:
            for article, suggested in read_build(old, LOCAL_SUGGESTED):
                for attribution in label_article(article, suggested, labeler):
                    stream.write(json.dumps(attribution.to_json(), ensure_ascii=False, allow_nan=False) + "\n")
    policy = check_text_policy(provenance["text_policy"])
    shutil.copytree(old / DATA, new / DATA, ignore=shutil.ignore_patterns("attributions", "stance"))
    totals = _rewrite_rows(old, new, policy)
    card = _read_card(old)
    counts = dict(provenance["counts"], stances=tally.stances)
    rows: dict[str, dict[str, int]] = {}
    facts: list[ConfigFacts] = []
    for config in CONFIG_NAMES:
        splits: dict[Split, ShardTotals] = {}
        for split in SPLITS:
            if (config, split) in totals:
                splits[split] = totals[config, split]
            elif config not in ("attributions", "stance") and split in card.get(config, {}):
                files = sorted((new / DATA / config).glob(f"{split}-*.parquet"))
                number, size = card[config][split]
                splits[split] = ShardTotals(
                    number, size, sum(f.stat().st_size for f in files), tuple(f.name for f in files)
                )
        if splits:
            facts.append(ConfigFacts(config, choose_columns(config, policy), splits))
            rows[config] = {split: found.rows for split, found in splits.items()}
    record = {**provenance, "counts": counts, "rows": rows, "stances": labeler.version}
    write_json(new / PROVENANCE, record)
    for name in ("clusters", "clustered", "reviewed", "ties"):
        if hasattr(tally, name) and name in counts:
            setattr(tally, name, counts[name])
    tally.splits = Counter(counts.get("articles_by_split", {}))
    tally.quarantined = {"": counts["quarantined"]} if counts.get("quarantined") else {}
    metadata = card.get("", {})
    text = make_card(
        str(metadata.get("pretty_name", old.name)),
        tally.summarize(str(old), policy),
        facts,
        license=provenance.get("license"),
        language=(metadata.get("language") or [None])[0],
    )
    with write_atomically(new / CARD) as stream:
        stream.write(text)
    write_checksums(new)


def _rewrite_rows(old: Path, new: Path, policy: TextPolicy) -> dict[tuple[ConfigName, Split], ShardTotals]:
    """Write the configs `attributions` and `stance` anew: rows as they were, stances as the local file has them."""
    import pyarrow.parquet as pq

    totals: dict[tuple[ConfigName, Split], ShardTotals] = {}
    with ExitStack() as stack:
        writers: dict[tuple[ConfigName, Split], ShardWriter] = {}

        def put(config: ConfigName, split: Split, row: Row) -> None:
            if (config, split) not in writers:
                columns = choose_columns(config, policy)
                writers[config, split] = stack.enter_context(ShardWriter(new / DATA / config, split, columns))
            writers[config, split].write(row)

        for split in SPLITS:
            fresh = _read_fresh(new)
            for path in sorted((old / DATA / "attributions").glob(f"{split}-*.parquet")):
                with pq.ParquetFile(path) as file:
                    for batch in file.iter_batches(batch_size=500):
                        for row in batch.to_pylist():
                            attribution = _find_next(fresh, row["id"], path)
                            row["stances"] = attribution.to_json()["stances"]
                            put("attributions", split, row)
                            for stance in make_stance_rows(attribution, row):
                                put("stance", split, stance)
        for key, writer in sorted(writers.items()):
            totals[key] = writer.finish()
    return totals


def _read_fresh(folder: Path) -> Iterator[Attribution]:
    with (folder / LOCAL_ATTRIBUTIONS).open(encoding="utf-8", newline="\n") as stream:
        for line in stream:
            yield Attribution.from_json(json.loads(line))


def _find_next(fresh: Iterator[Attribution], attribution_id: str, path: Path) -> Attribution:
    """Return the attribution of this id: rows of a split stand in the order in which they were built."""
    for attribution in fresh:
        if attribution.id == attribution_id:
            return attribution
    raise InputError(
        f"{path}: row {attribution_id!r} is not in {LOCAL_ATTRIBUTIONS}, or not in its order; build it again"
    )


def _read_card(folder: Path) -> dict[str, Any]:
    """Return rows and bytes of each config and split as the card states them, and its metadata under ""."""
    import yaml

    try:
        text = (folder / CARD).read_text(encoding="utf-8")
        metadata = yaml.safe_load(text.split("---\n")[1])
        found: dict[str, Any] = {"": metadata}
        for info in metadata["dataset_info"]:
            found[info["config_name"]] = {
                split["name"]: (split["num_examples"], split["num_bytes"]) for split in info["splits"]
            }
    except (OSError, ValueError, KeyError, IndexError, TypeError, yaml.YAMLError) as error:
        raise InputError(f"{folder / CARD}: can't be read ({error!r}); build the folder again") from error
    return found
