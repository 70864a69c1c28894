"""Task files of labelling tools: Prodigy, doccano and Label Studio."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from sayso.attribution.errors import InputError
from sayso.attribution.files import write_atomically
from sayso.attribution.types import SPEAKER_TYPES, Article, TextSpan

from .exchange import Document, parse_json, read_article, read_objects, read_text
from .exchange_graph import (
    LINK_TYPES,
    QUOTE_LABELS,
    Graph,
    Link,
    Mark,
    cut_tokens,
    make_graph,
    read_graph,
    read_speaker,
    speaker_json,
)
from .review_items import STANCE_LABELS, SpeakerAnswer

STANCE_PREFIX = "STANCE:"
RECORD_CELLS = ("title", "date", "publisher", "url")
MARK_LABELS = (*QUOTE_LABELS, "CUE", "SOURCE")


def write_prodigy(documents: Iterable[Document], path: Path) -> int:
    """Write one task a line for `rel.manual`; return the number of attributions.

    Of two attributions with the same content Prodigy could not tell whose cue is whose: the second is left out.
    """
    count = 0
    with write_atomically(path) as stream:
        for document in documents:
            kept = {a.content_spans: a for a in reversed(document.attributions)}
            attributions = tuple(a for a in document.attributions if kept[a.content_spans] is a)
            task = _prodigy_task(Document(document.article, attributions))
            stream.write(json.dumps(task, ensure_ascii=False, allow_nan=False) + "\n")
            count += len(attributions)
    return count


def _prodigy_task(document: Document) -> dict[str, Any]:
    article, graph = document.article, make_graph(document)
    tokens = [
        token for token in cut_tokens(article.text, (mark.span for mark in graph.marks)) if _is_word(article, token)
    ]
    starts, ends = [token.start for token in tokens], [token.end for token in tokens]

    def span_json(mark: Mark) -> dict[str, Any]:
        first, last = bisect_left(starts, mark.span.start), bisect_left(ends, mark.span.end)
        place = {"start": mark.span.start, "end": mark.span.end, "token_start": first, "token_end": last}
        return {**place, "label": mark.label}

    marks = {mark.id: mark for mark in graph.marks}
    spans = {json.dumps(span_json(mark)): span_json(mark) for mark in graph.marks}
    relations = []
    for link in graph.links:
        head, child = span_json(marks[link.source]), span_json(marks[link.target])
        # The number of a span in a relation is that of its last token; the arrow ends at `child`.
        numbers = {"head": head["token_end"], "child": child["token_end"]}
        relations.append({**numbers, "head_span": head, "child_span": child, "label": link.type})
    answers = {}
    for mark in graph.heads():
        cells: dict[str, Any] = {"stances": graph.stances.get(mark.id, {})}
        if mark.id in graph.speakers:
            cells["speaker"] = speaker_json(graph.speakers[mark.id])
        answers[f"{mark.span.start}-{mark.span.end}"] = cells
    meta = {key: value for key in RECORD_CELLS if (value := getattr(article, key)) is not None}
    task: dict[str, Any] = {"text": article.text}
    task["tokens"] = [
        {
            "text": token.of(article.text),
            "start": token.start,
            "end": token.end,
            "id": number,
            "ws": article.text[token.end : token.end + 1] == " ",
            "disabled": False,
        }
        for number, token in enumerate(tokens)
    ]
    task |= {"spans": list(spans.values()), "relations": relations, "meta": {"id": article.id, **meta}}
    task["sayso"] = answers
    text_hash = _hash_number(article.text)
    task |= {"_input_hash": text_hash, "_task_hash": _hash_number(json.dumps(task, sort_keys=True))}
    return task | {"_view_id": "relations", "answer": "accept"}


def _is_word(article: Article, token: TextSpan) -> bool:
    return not token.of(article.text).isspace()


def _hash_number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest()[:4], "big", signed=True)


def read_prodigy(path: Path) -> Iterator[Document]:
    """Yield the documents of accepted tasks; rejected and ignored ones are left out."""
    for where, task in read_objects(path):
        if task.get("answer", "accept") != "accept":
            continue
        meta = _mapping(task.get("meta") or {}, where, "meta")
        article = read_article({**meta, "text": task.get("text")}, where)
        graph = Graph()
        names: dict[tuple[int, int, str], str] = {}

        def mark_of(cells: Any, where: str = where, names: dict[Any, str] = names, graph: Graph = graph) -> str:
            cells = _mapping(cells, where, "span")
            span = _span(cells.get("start"), cells.get("end"), where)
            key = (span.start, span.end, str(cells.get("label")))
            if key not in names:
                names[key] = f"m{len(names) + 1}"
                graph.marks.append(Mark(names[key], span, _label(key[2], where)))
            return names[key]

        for cells in _list(task.get("spans"), where, "spans"):
            mark_of(cells)
        for relation in _list(task.get("relations"), where, "relations"):
            cells = _mapping(relation, where, "relation")
            link = Link(mark_of(cells.get("head_span")), mark_of(cells.get("child_span")), str(cells.get("label")))
            graph.links.append(link)
        answers = _mapping(task.get("sayso") or {}, where, "sayso")
        for mark in graph.heads():
            given = _mapping(answers.get(f"{mark.span.start}-{mark.span.end}") or {}, where, "sayso")
            _take_answers(graph, mark.id, given, where)
        yield read_graph(article, graph, where)


def write_doccano(documents: Iterable[Document], path: Path) -> int:
    """Write one article a line for a project of sequence labelling with relations; return the number of attributions.

    A stance is one more entity on the quotation, `STANCE:TARGET=LABEL`, related to it by `stance_of`: the project has
    to allow entities that overlap.
    """
    count = 0
    with write_atomically(path) as stream:
        for number, document in enumerate(documents, start=1):
            graph = make_graph(document)
            numbers = {mark.id: i for i, mark in enumerate(graph.marks)}
            entities = [_entity(numbers[mark.id], mark.span, mark.label) for mark in graph.marks]
            relations = [(numbers[link.source], numbers[link.target], link.type) for link in graph.links]
            for mark in graph.heads():
                for target, label in graph.stances.get(mark.id, {}).items():
                    entities.append(_entity(len(entities), mark.span, f"{STANCE_PREFIX}{target}={label}"))
                    relations.append((len(entities) - 1, numbers[mark.id], "stance_of"))
            record = {
                "id": number,
                "text": document.article.text,
                "entities": entities,
                "relations": [
                    {"id": i, "from_id": source, "to_id": target, "type": link}
                    for i, (source, target, link) in enumerate(relations)
                ],
                "Comments": [],
                "article_id": document.article.id,
            }
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")
            count += len(document.attributions)
    return count


def _entity(number: int, span: TextSpan, label: str) -> dict[str, Any]:
    return {"id": number, "start_offset": span.start, "end_offset": span.end, "label": label}


def read_doccano(path: Path) -> Iterator[Document]:
    """Yield the documents of an export with `entities` and `relations`; the id is `article_id` or doccano's own."""
    for where, record in read_objects(path):
        own_id = record.get("article_id", _mapping(record.get("meta") or {}, where, "meta").get("article_id"))
        article = read_article({"id": own_id or str(record.get("id", "")), "text": record.get("text")}, where)
        graph = Graph()
        stances: dict[str, tuple[str, str]] = {}
        for raw in _list(record.get("entities"), where, "entities"):
            cells = _mapping(raw, where, "entity")
            span = _span(cells.get("start_offset"), cells.get("end_offset"), where)
            label, mark_id = str(cells.get("label")), str(cells.get("id"))
            if label.startswith(STANCE_PREFIX):
                target, _, stance = label.removeprefix(STANCE_PREFIX).rpartition("=")
                stances[mark_id] = (target, stance)
            else:
                graph.marks.append(Mark(mark_id, span, _label(label, where)))
        for raw in _list(record.get("relations"), where, "relations"):
            cells = _mapping(raw, where, "relation")
            source, target = str(cells.get("from_id")), str(cells.get("to_id"))
            if cells.get("type") == "stance_of" and source in stances:
                towards, stance = stances[source]
                graph.stances.setdefault(target, {})[towards] = stance
            else:
                graph.links.append(Link(source, target, str(cells.get("type"))))
        yield read_graph(article, graph, where)


def write_label_studio(documents: Iterable[Document], path: Path) -> int:
    """Write tasks with predictions, and beside them the labelling interface as NAME.xml.

    Return the number of attributions. Offsets count UTF-16 units, as the front end does.
    """
    count = 0
    targets: dict[str, None] = {}
    tasks = []
    for document in documents:
        graph = make_graph(document)
        for stances in graph.stances.values():
            targets.update(dict.fromkeys(stances))
        tasks.append(_label_studio_task(document, graph))
        count += len(document.attributions)
    with write_atomically(path) as stream:
        stream.write(json.dumps(tasks, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
    with write_atomically(path.with_suffix(".xml")) as stream:
        stream.write(label_studio_config(sorted(targets)))
    return count


def label_studio_config(targets: Sequence[str]) -> str:
    """Return the labelling interface that the tasks fit."""
    colors = {"QUOTE_DIRECT": "#2a7", "QUOTE_MIXED": "#48a", "QUOTE_INDIRECT": "#a6a", "CUE": "#ca4", "SOURCE": "#c55"}
    labels = "\n".join(f'    <Label value="{label}" background="{colors[label]}"/>' for label in MARK_LABELS)
    relations = "\n".join(f'    <Relation value="{link}"/>' for link in LINK_TYPES)
    types = "\n".join(f'    <Choice value="{kind}"/>' for kind in SPEAKER_TYPES)
    stances = "\n".join(
        f'    <Choice value="{escape(f"{target}={label}", quote=True)}"/>'
        for target in targets
        for label in STANCE_LABELS
    )
    per_region = 'toName="text" perRegion="true"'
    stance_choices = (
        f'  <Choices name="stance" {per_region} choice="multiple">\n{stances}\n  </Choices>\n' if targets else ""
    )
    return (
        "<View>\n"
        f'  <Labels name="label" toName="text">\n{labels}\n  </Labels>\n'
        f"  <Relations>\n{relations}\n  </Relations>\n"
        '  <Text name="text" value="$text"/>\n'
        f'  <TextArea name="speaker" {per_region} maxSubmissions="1"/>\n'
        f'  <TextArea name="speaker_id" {per_region} maxSubmissions="1"/>\n'
        f'  <Choices name="speaker_type" {per_region} choice="single">\n{types}\n  </Choices>\n'
        f"{stance_choices}"
        "</View>\n"
    )


def _label_studio_task(document: Document, graph: Graph) -> dict[str, Any]:
    article = document.article
    units = _Units(article.text)
    result: list[dict[str, Any]] = []
    heads = {mark.id for mark in graph.heads()}
    for mark in graph.marks:
        place = {"start": units.of(mark.span.start), "end": units.of(mark.span.end), "text": mark.span.of(article.text)}
        region = {"id": mark.id, "to_name": "text"}
        result.append({**region, "from_name": "label", "type": "labels", "value": {**place, "labels": [mark.label]}})
        if mark.id not in heads:
            continue
        speaker = graph.speakers.get(mark.id)
        if speaker is not None:
            for name, cell in (("speaker", speaker.name), ("speaker_id", speaker.id)):
                result.append({**region, "from_name": name, "type": "textarea", "value": {**place, "text": [cell]}})
            value = {**place, "choices": [speaker.type]}
            result.append({**region, "from_name": "speaker_type", "type": "choices", "value": value})
        stances = [f"{target}={label}" for target, label in graph.stances.get(mark.id, {}).items()]
        if stances:
            value = {**place, "choices": stances}
            result.append({**region, "from_name": "stance", "type": "choices", "value": value})
    result += [
        {
            "from_id": link.source,
            "to_id": link.target,
            "type": "relation",
            "direction": "right",
            "labels": [link.type],
        }
        for link in graph.links
    ]
    data = {key: value for key in RECORD_CELLS if (value := getattr(article, key)) is not None}
    return {
        "data": {"text": article.text, "article_id": article.id, **data},
        "predictions": [{"model_version": "sayso", "result": result}],
    }


def read_label_studio(path: Path) -> Iterator[Document]:
    """Yield the documents of an export: of each task the last annotation not cancelled, else the prediction."""
    tasks = parse_json(read_text(path), str(path))
    for number, raw in enumerate(_list(tasks, str(path), "the tasks"), start=1):
        where = f"{path}: task {number}"
        task = _mapping(raw, where, "task")
        data = _mapping(task.get("data"), where, "data")
        article = read_article({**data, "id": data.get("article_id", str(task.get("id", number)))}, where)
        done = [
            _mapping(one, where, "annotation") for one in _list(task.get("annotations") or [], where, "annotations")
        ]
        done = [one for one in done if not one.get("was_cancelled")]
        chosen = done[-1:] or [_mapping(one, where, "prediction") for one in (task.get("predictions") or [])[-1:]]
        result = _list(chosen[0].get("result"), where, "result") if chosen else []
        yield read_graph(article, _label_studio_graph(article, result, where), where)


def _label_studio_graph(article: Article, result: Sequence[Any], where: str) -> Graph:
    units = _Units(article.text)
    graph = Graph()
    speakers: dict[str, dict[str, Any]] = {}
    for raw in result:
        cells = _mapping(raw, where, "result")
        if cells.get("type") == "relation":
            labels = cells.get("labels") or []
            link = Link(str(cells.get("from_id")), str(cells.get("to_id")), str(labels[0]) if labels else "")
            graph.links.append(link)
            continue
        value, region, name = _mapping(cells.get("value"), where, "value"), str(cells.get("id")), cells.get("from_name")
        if name == "label":
            labels = _list(value.get("labels"), where, "labels")
            if len(labels) != 1:
                raise InputError(f"{where}: region {region} has {len(labels)} labels, it needs one")
            span = _span(units.back(value.get("start"), where), units.back(value.get("end"), where), where)
            graph.marks.append(Mark(region, span, _label(str(labels[0]), where)))
        elif name in ("speaker", "speaker_id"):
            texts = value.get("text")
            text = texts[0] if isinstance(texts, list) and texts else texts
            speakers.setdefault(region, {})["name" if name == "speaker" else "id"] = text
        elif name == "speaker_type":
            speakers.setdefault(region, {})["type"] = _list(value.get("choices"), where, "choices")[0]
        elif name == "stance":
            for choice in _list(value.get("choices"), where, "choices"):
                target, _, label = str(choice).rpartition("=")
                graph.stances.setdefault(region, {})[target] = label
    for region, speaker in speakers.items():
        found = read_speaker(speaker, f"{where}: region {region}")
        if found is not None:
            graph.speakers[region] = found
    return graph


class _Units:
    """Offsets in characters to offsets in UTF-16 units and back; equal where all characters are of one unit."""

    def __init__(self, text: str) -> None:
        self._wide = [index for index, char in enumerate(text) if ord(char) > 0xFFFF]
        self._units = [index + before for before, index in enumerate(self._wide)]

    def of(self, offset: int) -> int:
        """Return the offset in UTF-16 units."""
        return offset + bisect_left(self._wide, offset)

    def back(self, unit: Any, where: str) -> int:
        """Return the offset in characters; raises InputError where it lies inside one."""
        if not isinstance(unit, int):
            raise InputError(f"{where}: offset {unit!r} is no number")
        offset = unit - bisect_left(self._units, unit)
        if self.of(offset) != unit:
            raise InputError(f"{where}: offset {unit} lies inside a character")
        return offset


def _take_answers(graph: Graph, mark_id: str, cells: Mapping[str, Any], where: str) -> None:
    speaker = read_speaker(cells.get("speaker"), where)
    if isinstance(speaker, SpeakerAnswer):
        graph.speakers[mark_id] = speaker
    stances = _mapping(cells.get("stances") or {}, where, "stances")
    graph.stances[mark_id] = {str(target): str(label) for target, label in stances.items()}


def _label(label: str, where: str) -> str:
    if label not in MARK_LABELS:
        raise InputError(f"{where}: unknown label {label!r}; allowed: {', '.join(MARK_LABELS)}")
    return label


def _span(start: Any, end: Any, where: str) -> TextSpan:
    if isinstance(start, bool) or not isinstance(start, int) or not isinstance(end, int):
        raise InputError(f"{where}: a span needs numbers for start and end, found {start!r} and {end!r}")
    try:
        return TextSpan(start, end)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def _mapping(value: Any, where: str, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InputError(f"{where}: {what} is a {type(value).__name__}, it must be an object")
    return value


def _list(value: Any, where: str, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise InputError(f"{where}: {what} is a {type(value).__name__}, it must be a list")
    return value
