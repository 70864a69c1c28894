"""What one speaker said, found in a dataset folder: when, where, in which words, and what several articles repeat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .attribution.errors import InputError
from .attribution.names import fold_name, same_person_name, split_name
from .attribution.types import SCHEMA_VERSION, Article, Attribution
from .folder import DATA, LOCAL_ATTRIBUTIONS, read_build
from .profiles import Profiles

if TYPE_CHECKING:
    from rich.text import Text

    from .attribution.registry import Registry
    from .dataset import Row

NO_DATE = "~"  # after every date
MAX_SUGGESTIONS = 5


@dataclass(frozen=True, slots=True)
class SpeakerKey:
    """Who is meant in the dataset: an id and a type, and the name and number of attributions that go with them."""

    id: str
    type: str
    name: str
    attributions: int


@dataclass(frozen=True, slots=True)
class Statements:
    """One speaker's attributions in order of time, undated articles last."""

    speaker: SpeakerKey
    profile: Row | None
    """The row of the config `speakers`; None for those who have none (unnamed ones, groups, documents)."""
    rows: tuple[Row, ...]
    others: tuple[SpeakerKey, ...]
    """Who else the name might have meant."""

    def to_json(self) -> dict[str, Any]:
        """Return the document of `sayso speakers show --json` (`schema_version` 1)."""
        return {
            "schema_version": SCHEMA_VERSION,
            "speaker": _key_json(self.speaker),
            "profile": self.profile,
            "statements": list(self.rows),
            "others": [_key_json(other) for other in self.others],
        }


def _key_json(key: SpeakerKey) -> dict[str, Any]:
    return {"id": key.id, "name": key.name, "type": key.type, "attributions": key.attributions}


def find_statements(folder: Path, name: str, *, registry: Registry | None = None) -> Statements:
    """Return what the speaker `name` said in the dataset folder.

    `name` is a speaker's id, or a name in any spelling that the registry knows or the dataset has; a surname will do
    where one person has it. Contents come from DIR/local/ where it is there, else from the published rows. InputError
    when nobody is found, or several could be meant: it names them.
    """
    chosen, others = choose_speaker(list_dataset_speakers(folder), name, registry=registry)
    profiles = Profiles()
    rows: list[Row] = []
    for article, found in _read(folder):
        own = [a for a in found if a.speaker is not None and (a.speaker.id, a.speaker.type) == (chosen.id, chosen.type)]
        profiles.add(article, own)
        rows.extend(_row(article, item) for item in own)
    rows.sort(key=lambda row: (row["date"] or NO_DATE, row["article_id"], row["start"], row["id"]))
    return Statements(chosen, next(profiles.rows(), None), tuple(rows), others)


def _row(article: Article, item: Attribution) -> Row:
    return {
        "id": item.id,
        "article_id": item.article_id,
        "date": article.date,
        "title": article.title,
        "publisher": article.publisher,
        "url": article.url,
        "kind": item.kind,
        "content": item.content or None,
        "start": item.start,
        "cue": item.cue,
        "source": item.source,
        "how": None if item.speaker is None else item.speaker.how,
        "confidence": item.confidence,
        "nested_in": item.nested_in,
        "cluster_id": item.cluster_id,
        "stances": item.to_json()["stances"],
    }


def list_dataset_speakers(folder: Path) -> list[SpeakerKey]:
    """Return all speakers of a dataset folder, most attributions first."""
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for _, found in _read(folder):
        for item in found:
            if item.speaker is not None:
                names = counts.setdefault((item.speaker.id, item.speaker.type), {})
                names[item.speaker.name] = names.get(item.speaker.name, 0) + 1
    keys = [
        SpeakerKey(speaker_id, kind, min(names, key=lambda name: (-names[name], name)), sum(names.values()))
        for (speaker_id, kind), names in counts.items()
    ]
    return sorted(keys, key=lambda key: (-key.attributions, key.id, key.type))


def choose_speaker(
    speakers: Iterable[SpeakerKey], name: str, *, registry: Registry | None = None
) -> tuple[SpeakerKey, tuple[SpeakerKey, ...]]:
    """Return who is meant by `name`, and who else has a name like it; InputError when nobody is, or several are.

    The first of these that fits anybody decides: the id, the id of the registry's entry, the whole name, the given
    name's initial and surname, the surname alone.
    """
    known = list(speakers)
    entry = None if registry is None else registry.by_name(name) or registry.fuzzy(name)
    folded = fold_name(name)
    stages = (
        [key for key in known if key.id == name],
        [key for key in known if entry is not None and key.id == entry.id],
        [key for key in known if fold_name(key.name) == folded],
        [key for key in known if key.type == "person" and same_person_name(key.name, name)],
        [key for key in known if key.type == "person" and fold_name(split_name(key.name).surname) == folded],
    )
    for fitting in stages:
        if len(fitting) == 1:
            others = {key for stage in stages for key in stage} - set(fitting)
            return fitting[0], tuple(sorted(others, key=lambda key: (-key.attributions, key.id, key.type)))
        if fitting:
            raise InputError(f"{name!r} may mean {_name_them(fitting)}; give the id")
    near = [key for key in known if folded and folded in fold_name(key.name)]
    hint = f"did you mean {_name_them(near)}?" if near else "`sayso build` prints the most frequent ones"
    raise InputError(f"no speaker {name!r} in the dataset; {hint}")


def _name_them(keys: list[SpeakerKey]) -> str:
    shown = ", ".join(f"{key.name} ({key.type}, id {key.id})" for key in keys[:MAX_SUGGESTIONS])
    return shown + (f" or {len(keys) - MAX_SUGGESTIONS} others" if len(keys) > MAX_SUGGESTIONS else "")


def _read(folder: Path) -> Iterator[tuple[Article, list[Attribution]]]:
    """Yield the articles with their attributions, from the local copies or else from the published rows."""
    if (folder / LOCAL_ATTRIBUTIONS).is_file():
        yield from read_build(folder)
        return
    import pyarrow.parquet as pq

    paths = sorted((folder / DATA / "attributions").glob("*.parquet"))
    if not paths:
        raise InputError(f"{folder} holds no dataset with attributions; give a folder that `sayso build` made")
    for path in paths:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=512):
                for row in batch.to_pylist():
                    yield _from_row(row)


def _from_row(row: Row) -> tuple[Article, list[Attribution]]:
    speaker = None
    if row["speaker_id"] is not None:
        speaker = {key: row[f"speaker_{key}"] for key in ("id", "name", "type", "how", "confidence")}
    item = Attribution.from_json({**row, "content": row.get("content") or "", "speaker": speaker})
    article = Article(
        id=row["article_id"],
        text="",
        title=row["title"],
        date=row["date"],
        publisher=row["publisher"],
        url=row["url"],
    )
    return article, [item]


def render_statements(found: Statements, *, limit: int | None = None) -> list[Text]:
    """Return the lines that show the statements in a terminal; whatever the data holds is made safe to show."""
    from .terminal import hostile, hostile_line

    profile, speaker = found.profile, found.speaker
    lines = [hostile_line(f"{speaker.name} ({speaker.type}, id {speaker.id})", "bold"), hostile_line(_count(found))]
    if profile is not None and profile["cues"]:
        cues = ", ".join(f"{cue['cue']} {cue['attributions']}" for cue in profile["cues"])
        lines.append(hostile_line(f"cues: {cues}", "dim"))
    if profile is not None and profile["one_word"]:
        lines.append(hostile_line("named by one word only: somebody of one article", "yellow"))
    shown = found.rows if limit is None else found.rows[:limit]
    for row in shown:
        place = " · ".join(part for part in (row["title"] or row["article_id"], row["publisher"]) if part)
        marks = [row["kind"], row["how"], f"{row['confidence']:.2f}", row["id"]]
        marks += [f"repeated: {row['cluster_id']}"] if row["cluster_id"] else []
        marks += [f"{stance['target']}: {stance['label']}" for stance in row["stances"]]
        lines += [
            hostile_line(""),
            hostile_line(f"{row['date'] or 'no date'}  {place}", "cyan"),
            hostile(row["content"] or "(text not in this copy)"),
            hostile_line("  " + " · ".join(marks), "dim"),
        ]
    if len(shown) < len(found.rows):
        lines += [hostile_line(""), hostile_line(f"{len(found.rows) - len(shown)} more", "dim")]
    if found.others:
        names = ", ".join(f"{other.name} ({other.id})" for other in found.others[:MAX_SUGGESTIONS])
        lines += [hostile_line(""), hostile_line(f"see also: {names}", "dim")]
    return lines


def _count(found: Statements) -> str:
    rows = found.rows
    kinds = ", ".join(f"{sum(row['kind'] == kind for row in rows)} {kind}" for kind in ("direct", "mixed", "indirect"))
    articles = len({row["article_id"] for row in rows})
    dates = sorted(row["date"] for row in rows if row["date"])
    period = "" if not dates else f", {dates[0]}" if dates[0] == dates[-1] else f", {dates[0]} to {dates[-1]}"
    return f"{_plural(len(rows), 'attribution')} ({kinds}) in {_plural(articles, 'article')}{period}"


def _plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
