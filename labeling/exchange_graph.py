"""Attributions as other tools have them: marked stretches of text, with relations between them.

Marks are QUOTE, CUE and SOURCE. Each attribution has one QUOTE that heads it; further pieces point to it by
`continues`, cues by `cue_of`, sources by `speaker_of`, and a nested attribution's head by `nested_in` to its holder's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from dataclasses import replace as replace_cells
from typing import Any

from sayso.attribution.errors import InputError, SaysoError
from sayso.attribution.types import (
    SPEAKER_TYPES,
    Article,
    Attribution,
    QuoteKind,
    Speaker,
    Stance,
    TextSpan,
    make_attribution,
)

from .exchange import Document
from .review_items import STANCE_LABELS, SpeakerAnswer

QUOTE_LABELS: Mapping[str, QuoteKind] = {
    "QUOTE_DIRECT": "direct",
    "QUOTE_MIXED": "mixed",
    "QUOTE_INDIRECT": "indirect",
}
LABEL_OF: Mapping[str, str] = {kind: label for label, kind in QUOTE_LABELS.items()}
LINK_TYPES = ("speaker_of", "cue_of", "continues", "nested_in")
IMPORTED = "import"

# Words, runs of other signs one by one, and white space; edges of marks cut further.
TOKEN = re.compile(r"\w+|[^\w\s]|\s+")


@dataclass(frozen=True, slots=True)
class Mark:
    """One marked stretch; `label` is CUE, SOURCE or one of `QUOTE_LABELS`."""

    id: str
    span: TextSpan
    label: str


@dataclass(frozen=True, slots=True)
class Link:
    """A relation between two marks, by their ids."""

    source: str
    target: str
    type: str


@dataclass(slots=True)
class Graph:
    """The marks and links of one article, and what is known of each head besides."""

    marks: list[Mark] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    speakers: dict[str, SpeakerAnswer] = field(default_factory=dict)
    stances: dict[str, dict[str, str]] = field(default_factory=dict)

    def heads(self) -> list[Mark]:
        """Return the QUOTE marks that head an attribution."""
        pieces = {link.source for link in self.links if link.type == "continues"}
        return [mark for mark in self.marks if mark.label in QUOTE_LABELS and mark.id not in pieces]


def make_graph(document: Document) -> Graph:
    """Return the graph of the attributions; ids of marks are q1, q1.2, c1, s1 … in their order."""
    graph = Graph()
    head_of: dict[str, str] = {}
    for number, attribution in enumerate(document.attributions, start=1):
        head = f"q{number}"
        head_of[attribution.id] = head
        groups = (
            ("q", LABEL_OF[attribution.kind], attribution.content_spans, "continues"),
            ("c", "CUE", attribution.cue_spans, "cue_of"),
            ("s", "SOURCE", attribution.source_spans, "speaker_of"),
        )
        for letter, label, spans, link in groups:
            for piece, span in enumerate(spans, start=1):
                mark_id = f"{letter}{number}" + (f".{piece}" if piece > 1 else "")
                graph.marks.append(Mark(mark_id, span, label))
                if mark_id != head:
                    graph.links.append(Link(mark_id, head, link))
        if attribution.speaker is not None:
            speaker = attribution.speaker
            graph.speakers[head] = SpeakerAnswer(speaker.name, speaker.type, speaker.id)
        graph.stances[head] = {stance.target: stance.label for stance in attribution.stances}
    for attribution in document.attributions:
        if attribution.nested_in in head_of:
            graph.links.append(Link(head_of[attribution.id], head_of[attribution.nested_in], "nested_in"))
    return graph


def read_graph(article: Article, graph: Graph, where: str) -> Document:
    """Return the attributions that the graph stands for, in text order.

    Raises InputError with `where` for links that lead nowhere or between the wrong marks, marks beyond the text, and
    cues and sources that belong to no quotation.
    """
    marks = {mark.id: mark for mark in graph.marks}
    if len(marks) != len(graph.marks):
        raise InputError(f"{where}: two marks have the same id")
    heads = {mark.id: mark for mark in graph.heads()}
    parts: dict[str, dict[str, list[TextSpan]]] = {
        head: {"continues": [], "cue_of": [], "speaker_of": []} for head in heads
    }
    holder: dict[str, str] = {}
    used = set(heads)
    for link in graph.links:
        if link.source not in marks or link.target not in heads:
            raise InputError(f"{where}: relation {link.type} from {link.source} to {link.target} leads to no quotation")
        label = marks[link.source].label
        if link.type == "nested_in" and link.source in heads:
            holder[link.source] = link.target
        elif link.type in ("cue_of", "speaker_of", "continues"):
            fits = {"cue_of": label == "CUE", "speaker_of": label == "SOURCE", "continues": label in QUOTE_LABELS}
            if not fits[link.type]:
                raise InputError(f"{where}: relation {link.type} begins at {link.source}, which is a {label}")
            parts[link.target][link.type].append(marks[link.source].span)
            used.add(link.source)
        else:
            raise InputError(f"{where}: unknown relation {link.type!r}; allowed: {', '.join(LINK_TYPES)}")
    if lost := [mark_id for mark_id in marks if mark_id not in used]:
        raise InputError(f"{where}: {', '.join(lost[:3])} belongs to no quotation; connect it, or remove it")
    sha = article.text_sha256
    made: dict[str, Attribution] = {}
    for head, mark in heads.items():
        try:
            attribution = make_attribution(
                article.text,
                article_id=article.id,
                text_sha256=sha,
                kind=QUOTE_LABELS[mark.label],
                content=[mark.span, *parts[head]["continues"]],
                cue=parts[head]["cue_of"],
                source=parts[head]["speaker_of"],
                confidence=1.0,
                origin=IMPORTED,
            )
        except InputError as error:
            raise InputError(f"{where}: {error}") from error
        made[head] = add_answers(attribution, graph.speakers.get(head), graph.stances.get(head, {}), where)
    return order_attributions(article, [replace_holder(a, made.get(holder.get(h, ""))) for h, a in made.items()])


def replace_holder(attribution: Attribution, holder: Attribution | None) -> Attribution:
    """Return `attribution` as nested in `holder`."""
    return attribution if holder is None else replace_cells(attribution, nested_in=holder.id)


def order_attributions(article: Article, attributions: Iterable[Attribution]) -> Document:
    """Return the document with its attributions in text order, each once."""
    once = {attribution.id: attribution for attribution in attributions}
    ordered = sorted(once.values(), key=lambda one: (one.content_spans, one.cue_spans, one.source_spans))
    return Document(article, tuple(ordered))


def add_answers(
    attribution: Attribution, speaker: SpeakerAnswer | None, stances: Mapping[str, str], where: str
) -> Attribution:
    """Return `attribution` with speaker and stances; raises InputError for labels that there aren't."""
    found = []
    for target, label in stances.items():
        known = next((one for one in STANCE_LABELS if one == label), None)
        if known is None or not target:
            raise InputError(
                f"{where}: stance {label!r} towards {target!r}; allowed labels: {', '.join(STANCE_LABELS)}"
            )
        found.append(Stance(target, known, 1.0, IMPORTED))
    named = None
    if speaker is not None and speaker.name is not None and speaker.type is not None and speaker.id is not None:
        named = Speaker(speaker.id, speaker.name, speaker.type, "name", 1.0)
    return replace_cells(attribution, speaker=named, stances=tuple(found))


def speaker_json(speaker: SpeakerAnswer) -> dict[str, Any]:
    """Return the speaker as JSON."""
    return {"name": speaker.name, "type": speaker.type, "id": speaker.id}


def read_speaker(record: Any, where: str) -> SpeakerAnswer | None:
    """Return the speaker of the JSON; raises InputError for a type that there isn't."""
    if record is None:
        return None
    if not isinstance(record, Mapping) or not isinstance(record.get("name"), str):
        raise InputError(f"{where}: a speaker needs an object with a 'name', found {record!r}")
    found_type = next((one for one in SPEAKER_TYPES if one == record.get("type")), None)
    speaker_id = record.get("id")
    if found_type is None or not isinstance(speaker_id, str | None):
        raise InputError(f"{where}: speaker type {record.get('type')!r}; allowed: {', '.join(SPEAKER_TYPES)}")
    try:
        return SpeakerAnswer(record["name"], found_type, speaker_id)
    except SaysoError as error:
        raise InputError(f"{where}: {error}") from error


def cut_tokens(text: str, spans: Iterable[TextSpan]) -> Iterator[TextSpan]:
    """Yield tokens that cover the whole text, white space too, and end wherever a span begins or ends."""
    edges = sorted({edge for span in spans for edge in (span.start, span.end)})
    at = 0
    for match in TOKEN.finditer(text):
        start, end = match.span()
        while at < len(edges) and edges[at] <= start:
            at += 1
        while at < len(edges) and edges[at] < end:
            yield TextSpan(start, edges[at])
            start = edges[at]
            at += 1
        yield TextSpan(start, end)
