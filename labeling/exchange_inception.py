"""INCEpTION: a folder with a UIMA CAS (JSON) for each article, in custom layers of spans and relations.

Reading and writing CAS is dkpro-cassis' business, which counts UTF-16 units in the file as UIMA does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sayso.attribution.errors import ConfigError, InputError
from sayso.attribution.files import output_error, write_atomically
from sayso.attribution.types import TextSpan

from .exchange import Document, read_article, read_objects, read_text
from .exchange_brat import INDEX, RECORD_CELLS, SAFE_NAME, file_name
from .exchange_graph import QUOTE_LABELS, Graph, Link, Mark, make_graph, read_graph, read_speaker
from .review_items import SpeakerAnswer

SPAN_LAYER = "webanno.custom.Quotation"
LINK_LAYER = "webanno.custom.QuotationLink"
STRING = "uima.cas.String"
SPAN_FEATURES = ("label", "speaker_name", "speaker_type", "speaker_id", "stances")


def write_inception(documents: Iterable[Document], path: Path) -> int:
    """Write the folder, which must be new or empty; return the number of attributions.

    Raises ConfigError where the extra is not installed.
    """
    cassis = _load_cassis()
    try:
        path.mkdir(parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise InputError(f"{path} is not empty; give a new folder for INCEpTION")
    except OSError as error:
        raise output_error(path, error) from error
    count = 0
    index = []
    for document in documents:
        article = document.article
        name = file_name(article.id)
        with write_atomically(path / f"{name}.json") as stream:
            stream.write(_make_cas(cassis, document))
        cells = {key: value for key in RECORD_CELLS if (value := getattr(article, key)) is not None}
        index.append({"file": name, "id": article.id, **cells})
        count += len(document.attributions)
    with write_atomically(path / INDEX) as stream:
        stream.writelines(json.dumps(entry, ensure_ascii=False) + "\n" for entry in index)
    return count


def read_inception(path: Path) -> Iterator[Document]:
    """Yield the documents of such a folder; raises InputError with the file for marks and links that don't fit."""
    cassis = _load_cassis()
    for where, entry in read_objects(path / INDEX):
        name = entry.get("file")
        if not isinstance(name, str) or not SAFE_NAME.fullmatch(name):
            raise InputError(f"{where}: 'file' is no name of a file beside it: {name!r}")
        place = path / f"{name}.json"
        content = read_text(place)
        try:
            cas = cassis.load_cas_from_json(content)
            text = cas.sofa_string
            graph = _read_marks(cas)
        except Exception as error:  # cassis raises whatever its parts raise on a file that is no CAS
            raise InputError(f"{place}: not a UIMA CAS (JSON) with Sayso's layers: {error!r}") from error
        article = read_article({**entry, "text": text}, where)
        if any(mark.span.end > len(article.text) for mark in graph.marks):
            raise InputError(f"{place}: a span ends beyond the text")
        _check_answers(graph, str(place))
        yield read_graph(article, graph, str(place))


def _load_cassis() -> Any:
    try:
        import cassis
    except ImportError as error:
        raise ConfigError(
            "the format needs the extra `inception`, which is not installed: pip install 'sayso[inception]'"
        ) from error
    return cassis


def _make_cas(cassis: Any, document: Document) -> str:
    types = cassis.TypeSystem()
    span_type = types.create_type(name=SPAN_LAYER, supertypeName="uima.tcas.Annotation")
    for feature in SPAN_FEATURES:
        types.create_feature(domainType=span_type, name=feature, rangeType=STRING)
    link_type = types.create_type(name=LINK_LAYER, supertypeName="uima.tcas.Annotation")
    for feature in ("Dependent", "Governor"):  # the names that the tool's relation layers have
        types.create_feature(domainType=link_type, name=feature, rangeType=SPAN_LAYER)
    types.create_feature(domainType=link_type, name="label", rangeType=STRING)
    cas = cassis.Cas(typesystem=types)
    cas.sofa_string = document.article.text
    cas.sofa_mime = "text/plain"
    graph = make_graph(document)
    made: dict[str, Any] = {}
    for mark in graph.marks:
        speaker = graph.speakers.get(mark.id, SpeakerAnswer(None))
        stances = "\n".join(f"{target}\t{label}" for target, label in sorted(graph.stances.get(mark.id, {}).items()))
        made[mark.id] = span_type(
            begin=mark.span.start,
            end=mark.span.end,
            label=mark.label,
            speaker_name=speaker.name,
            speaker_type=speaker.type,
            speaker_id=speaker.id,
            stances=stances or None,
        )
        cas.add(made[mark.id])
    for link in graph.links:
        source, target = made[link.source], made[link.target]
        cas.add(link_type(begin=source.begin, end=source.end, Dependent=source, Governor=target, label=link.type))
    return str(cas.to_json(pretty_print=True)) + "\n"


def _read_marks(cas: Any) -> Graph:
    """Return the graph of the CAS; marks are named after the ids in the file, which are unique."""
    graph = Graph()
    names: dict[int, str] = {}
    for number, found in enumerate(cas.select(SPAN_LAYER), start=1):
        name = names[id(found)] = f"m{number}"
        graph.marks.append(Mark(name, TextSpan(found.begin, found.end), str(found.label)))
        if found.speaker_name is not None:
            record = {"name": found.speaker_name, "type": found.speaker_type, "id": found.speaker_id}
            answer = read_speaker(record, name)
            if answer is not None:
                graph.speakers[name] = answer
        rows = [row.split("\t") for row in (found.stances or "").split("\n") if row]
        graph.stances[name] = {row[0]: row[-1] for row in rows}
    for link in cas.select(LINK_LAYER):
        graph.links.append(Link(names[id(link.Dependent)], names[id(link.Governor)], str(link.label)))
    return graph


def _check_answers(graph: Graph, where: str) -> None:
    allowed = (*QUOTE_LABELS, "CUE", "SOURCE")
    for mark in graph.marks:
        if mark.label not in allowed:
            raise InputError(f"{where}: unknown label {mark.label!r}; allowed: {', '.join(allowed)}")
