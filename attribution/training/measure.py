"""A model folder in, `metrics.json` out: rules, model and both on dev, per kind; robustness; calibration."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sayso.attribution.combine import POLNEAR, quotation_kind
from sayso.attribution.files import write_atomically
from sayso.attribution.gold import GoldAttribution, GoldDocument
from sayso.attribution.marks import find_quotations
from sayso.attribution.rules import RuleEngine
from sayso.attribution.scoring import Report, score
from sayso.attribution.tagger import Tagged, Tagger
from sayso.attribution.together import ModelAndRules, TextToRead
from sayso.attribution.types import Attribution, Spans, TextSpan, make_attribution, text_hash
from sayso.attribution.words import find_paragraphs

from .choose import choose_calibration
from .data import change_marks, moved_by

KINDS = ("all", "direct", "mixed", "indirect")
SCORES = ("exact", "relaxed", "char", "cue", "source", "triple")
ALONE = ("span_source", "span_cue", "span_content", "span_source_norm", "span_cue_norm", "span_content_norm")
VARIANTS = ("guillemets", "straight", "none", "noise")
Predictions = Mapping[str, Sequence[Attribution]]


def measure_tagger(
    folder: Path, documents: Sequence[GoldDocument], *, more: Mapping[str, Any] | None = None, resamples: int = 1000
) -> dict[str, Any]:
    """Return all figures of the model in `folder` on the annotated `documents`; `more` is put beside them."""
    extractor = ModelAndRules(Tagger.read(folder), RuleEngine(), settings=POLNEAR)
    by = predict_all(extractor, documents)
    tagged = dict(zip((d.id for d in documents), _tag(extractor, documents), strict=True))
    calibration = choose_calibration(documents, list(tagged.values()))
    figures: dict[str, Any] = {
        "articles": len(documents),
        "scores": {name: summarise(score(documents, found, resamples=resamples)) for name, found in by.items()},
        "first_30": {name: summarise(score(documents[:30], found, resamples=resamples)) for name, found in by.items()},
        "robustness": {},
        "calibration": {"expected_error": round(calibration.error, 4), "bins": calibration.bins},
    }
    for variant in VARIANTS:
        changed = [change_document(d, variant) for d in documents]
        found = predict_all(extractor, changed)
        figures["robustness"][variant] = {
            name: summarise(score(changed, found[name], resamples=0), kinds=("all",)) for name in ("rules", "both")
        }
    return {**(more or {}), **figures}


def write_metrics(path: Path, figures: Mapping[str, Any]) -> None:
    """Write the figures as JSON."""
    with write_atomically(path) as file:
        file.write(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")


def predict_all(extractor: ModelAndRules, documents: Sequence[GoldDocument]) -> dict[str, dict[str, list[Attribution]]]:
    """Return the attributions by article id of the rules, of the model as it comes, and of both together.

    "both" follows the extractor's conventions, which should be the corpus's; "ours" follows ours, as users get it.
    """
    rules = {d.id: extractor.engine.find(d.text, article_id=d.id) for d in documents}
    plain = extractor.tagger.pipe((d.text, (), ()) for d in documents)
    least = extractor.settings.min_model
    model = {
        d.id: [as_attribution(d, t) for t in found if t.confidence >= least]
        for d, found in zip(documents, plain, strict=True)
    }
    both = dict(
        zip((d.id for d in documents), extractor.pipe(TextToRead(d.text, d.id) for d in documents), strict=True)
    )
    extractor = ModelAndRules(extractor.tagger, extractor.engine)
    ours = dict(
        zip((d.id for d in documents), extractor.pipe(TextToRead(d.text, d.id) for d in documents), strict=True)
    )
    return {"rules": rules, "model": model, "both": both, "ours": ours}


def _tag(extractor: ModelAndRules, documents: Sequence[GoldDocument]) -> list[list[Tagged]]:
    votes = (extractor.engine.find(d.text, article_id=d.id) for d in documents)
    return list(extractor.tagger.pipe((d.text, (), found) for d, found in zip(documents, votes, strict=True)))


def as_attribution(document: GoldDocument, item: Tagged) -> Attribution:
    """Return what the model tagged as it is, nothing mended."""
    quotations = [q for q in find_quotations(document.text, find_paragraphs(document.text)) if q.depth == 0]
    return make_attribution(
        document.text,
        article_id=document.id,
        text_sha256=text_hash(document.text),
        kind=quotation_kind(document.text, item.contents, quotations),
        content=item.contents,
        cue=[item.cue],
        source=item.sources,
        confidence=item.confidence,
        origin="model",
    )


def summarise(report: Report, kinds: Sequence[str] = KINDS) -> dict[str, Any]:
    """Return F1 with its interval per kind, and of spans alone over all kinds."""
    result: dict[str, Any] = {}
    for kind in kinds:
        scores = report[kind]  # type: ignore[index]
        result[kind] = {"gold": scores.gold, "predicted": scores.predicted}
        for name in (*SCORES, *(ALONE if kind == "all" else ())):
            f1 = scores.prf[name].f1
            result[kind][name] = [None if x is None else round(x, 4) for x in (f1.value, f1.low, f1.high)]
    return result


def change_document(document: GoldDocument, variant: str) -> GoldDocument:
    """Return the article with other marks ("guillemets", "straight", "none") or 2 % wrong letters ("noise")."""
    text, moved = change_marks(document.text, random.Random(f"0.{document.id}"), variant)

    def move(spans: Spans) -> Spans:
        pairs = ((moved_by(moved, s.start), moved_by(moved, s.end)) for s in spans)
        return tuple(TextSpan(a, b) for a, b in pairs if a < b)

    attributions: list[GoldAttribution] = [
        replace(a, content=move(a.content), cue=move(a.cue), source=move(a.source)) for a in document.attributions
    ]
    return replace(document, text=text, attributions=tuple(a for a in attributions if a.content))
