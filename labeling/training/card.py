"""Metrics in, model card out: the card holds no number that is not in `metrics.json`."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

CARD = "README.md"
SETS = {
    "families_test": "held-out families of our own sentences",
    "newsmtsc_measure": "NewsMTSC dev-rw (tone towards a mention)",
    "vast_measure": "VAST dev (stance of a comment towards a topic)",
    "families_validation": "held-out families that chose the settings",
    "newsmtsc_choose": "NewsMTSC dev-mt (chose the settings)",
    "vast_choose": "VAST (chose the settings)",
}
UNLICENSED = "none stated"


def make_card(metrics: Mapping[str, Any]) -> str:
    """Return the card of the model with these metrics."""
    artifact, recipe = metrics["artifact"], metrics["recipe"]
    rows = []
    for name, said in SETS.items():
        scores = metrics["scores"].get(name)
        if scores is None:
            continue
        low, high = scores["intervals"]["macro_f1"]
        plain = metrics["single_precision"][name]
        rows.append(
            f"| {said} | {scores['n']} | {scores['macro_f1']:.3f} ({low:.2f}–{high:.2f}) "
            f"| {scores['macro_f1_forced']:.3f} | {plain['macro_f1_forced']:.3f} | {scores['unclear']} "
            f"| {scores['calibration_error']:.3f} |"
        )
    data = [
        f"| {source['name']}{_splits(source)} | {ROLES[source['role']]} | {source['licence']} "
        f"| `{source['sha256'][:16]}…` |"
        for source in recipe["data"]
    ]
    speed, size = metrics["speed"], sum(artifact["bytes"].values()) / 1e6
    head = "| data | pairs | macro-F1 (95 % interval) | without abstaining | the same in single precision | unclear "
    licences = _licences(recipe)
    encoder = f"{recipe['encoder']['id']}, {recipe['network']['layers']} layers"
    kept = f"the lowest {recipe['network']['frozen']} as they were pretrained"
    pace = f"{speed['pairs_per_cpu_second']:.0f} pairs of {speed['pieces_per_pair']:.0f} pieces a second on one core"
    return f"""---
license: {"apache-2.0" if licences is None else "other"}
language: [en]
library_name: onnx
pipeline_tag: text-classification
tags: [stance, news, quotation, sayso]
base_model: {recipe["encoder"]["id"]}
---

# {artifact["name"]} {artifact["version"]}

{_wrap(_WHAT.format(threshold=artifact["threshold"]))}

{_wrap(_HOW.format(encoder=encoder, kept=kept))}

{_wrap(_SIZE.format(size=size, pace=pace))}

**Not for** judging persons, for statements outside a codebook's topic, or as a final word: a stance ascribed to a
named person is for a person to review.

## Data and licence

| source | used | licence | SHA-256 |
|---|---|---|---|
{chr(10).join(data)}

{_wrap(_SENTENCES)}

{_wrap(licences or _CLEAN)}

## Scores

{head}| calibration error |
|---|---:|---|---:|---:|---:|---:|
{chr(10).join(rows)}

{_wrap(_MEASURED)}

## Known failures

- Irony, and a stance carried by a fact alone ("seventy thousand soldiers stand at the border").
- Whose view it is: "the allies think that weapons make things worse" may be ascribed to the speaker.
- A target whose proposition is unlike those it was trained on: measure it on sentences of your own first.
- Synthetic sentences are tidier than news; expect less than the scores above.

## Rebuild

{_wrap(_REBUILD)}
"""


_WHAT = (
    "Decides the stance of a quoted or reported passage towards a target that it addresses: `favor`, `against` or "
    "`neutral`, with a probability; below {threshold} the label is `unclear`. For the datasets that `sayso build` and "
    "`sayso label` make of English news."
)
_HOW = (
    "A small encoder ({encoder}, {kept}) reads the passage with the speaker's side and the cue, then the target's "
    "proposition; every piece carries a mark: whether it raises the target, its opposite or another target, and whose "
    "side it names. The answer is read from the first piece and from those that raise the target. One head answers for "
    "propositions of a codebook, one for mentions (the tone towards them). Any codebook can be asked: the target is "
    "read, not learnt by heart."
)
_SIZE = (
    "One ONNX graph in int8, with a scale for each column of weights and each row of inputs, {size:.1f} MB with the "
    "tokenizer; {pace}. Each pair goes through alone: its answer depends on no other pair."
)
_MEASURED = (
    "What makes scores probabilities (five numbers a head) is fitted on data that was not learnt; each family or text "
    "above was measured by numbers fitted on others. Everything else, per label, stands in `metrics.json`."
)
_REBUILD = (
    "`sayso train stance-pair RECIPE --data DIR` with `recipe.toml`, whose files must have the checksums above. The "
    "same machine gives the same weights with the same number of threads (`--threads 2` here); others differ in the "
    "last digits, which training makes more of. Files are checked against the SHA-256 in `config.json`; nothing that "
    "can run code is loaded."
)
ROLES = {"learn": "learnt", "choose": "choosing and calibrating", "measure": "measuring only"}
_SENTENCES = (
    "The sentences of our own are synthetic, with invented speakers; all wordings of a family are in one split. "
    "NewsMTSC labels the tone towards a mention in a news sentence, not a speaker's stance. The annotated articles of "
    "`seeds/gold` were never learnt. Texts of the corpora are not in this folder."
)
_CLEAN = (
    "All that was learnt is licensed for it: NewsMTSC under MIT, the sentences and the encoder under Apache-2.0. The "
    "weights are under Apache-2.0, too; name NewsMTSC (Hamborg and Donnay, EACL 2021) where you publish results."
)


def _licences(recipe: Mapping[str, Any]) -> str | None:
    """Return what to know of licences that bind more than Apache-2.0 does, None where there are none."""
    bound = {source["name"]: source["licence"] for source in recipe["data"] if source["role"] == "learn"}
    if any(licence == UNLICENSED for licence in bound.values()):
        names = ", ".join(name for name, licence in bound.items() if licence == UNLICENSED)
        return f"{names} states no licence: these weights are for measuring only and must not be passed on."
    shared = [f"{name} ({licence})" for name, licence in bound.items() if "SA" in licence]
    if shared:
        return f"{', '.join(shared)} asks that what is made of it be shared under the same terms; so are these weights."
    return None


def _splits(source: Mapping[str, Any]) -> str:
    return f", {' and '.join(source['splits'])} split" if source["splits"] else ""


def _wrap(text: str) -> str:
    return textwrap.fill(text, 119, break_long_words=False, break_on_hyphens=False)
