"""Figures in, model card out: the card holds no number that is not in `metrics.json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sayso.attribution.files import write_atomically

KINDS = ("all", "direct", "mixed", "indirect")
COLUMNS = ("exact", "relaxed", "char", "cue", "source", "triple")
NAMES = {
    "rules": "rules alone",
    "model": "model alone",
    "both": "rules and model",
    "ours": "rules and model, our conventions",
}
VARIANTS = {
    "guillemets": "« »",
    "straight": "straight marks",
    "none": "no marks",
    "noise": "2 % wrong letters",
}


# What the card knows of the data, it knows of these files alone.
POLNEAR_TRAIN = "86b2412d425af13ad0588702fddfc1cc4caf64d1e29d5b3f46294b55e414febd"
POLNEAR_DEV = "0a01b70855dd396ebe29dd03f1278955e2a742a5dd54c5d7498b910feed9204c"
NEWSMTSC_TRAIN = "fd8d3e9a592589e4effc4f44e87bd529a63c4b34a8482d1ffa0d56ae183bcef3"


def write_card(folder: Path, figures: Mapping[str, Any]) -> None:
    """Write `README.md` of the model folder."""
    with write_atomically(folder / "README.md") as file:
        file.write(_card(figures))


def _card(f: Mapping[str, Any]) -> str:
    recipe, both = f["recipe"], f["scores"]["both"]["all"]
    alone = f["scores"]["model"]["all"]
    return f"""---
language: en
license: other
license_name: see-card
pipeline_tag: token-classification
tags: [quotation, attribution, news, onnx]
base_model: {recipe["encoder_id"]}
---

# {f["model"]}

Finds in English news who is said to have said, written, thought or wanted what: cues, and for each cue its source and
its content. It ships in the Python package `sayso` and is what `sayso quotes` uses; rules and model answer together.

## What it is for, and what not

For reading news articles into a data set of attributed statements that people review. It decides which characters are
cue, source and content; not who the source is (that is a later stage), not whether the statement is true, nor whether
the source said it: it reports what the *article* ascribes. Do not use it to judge people, to put words into anyone's
mouth without looking at the article, or for languages other than English.

## Labels

`cue`: the words that signal the attribution ("said", "according to"). `source`: the noun phrase given as the source.
`content`: what was said, in one piece or more. Every attribution has a confidence in [0, 1]: of those with 0.8, about
80 % have the right content (half of the characters shared, or more).

## How it works

{_layers(f)}
read word pieces with their case, their place in quotation marks, and paragraph and sentence breaks. A tag score says
where cues begin; from each cue, every piece is scored as cue, source, content or nothing, and the best allowed sequence
is decoded exactly. What the rules of `sayso` found for the same cue leans the decoding. Then rules move edges to
quotation marks, take quotations whole and over paragraphs, drop the conjunction "that", and
add quotations and nested attributions that the model passed over.

Files: `encoder.onnx` and `linker.onnx` (weights of matrix products and word embeddings in int8), `tokenizer.json`,
`config.json` (checksums, decoding, calibration), `recipe.toml`, `metrics.json`.

## Data, origin and licence

{_data(f)}

## Rebuild

`sayso train tagger models/attribution-en/recipe.toml --data DIR` with the extra `[train]`: seed {recipe["seed"]},
some three hours on two CPU cores, minutes on a GPU. Inputs are checked by checksum.

## Scores

F1 on {_dev(f)} with 95 % bootstrap intervals over articles. `exact`: all pieces of the content equal (edge
punctuation and an initial "that" aside); `relaxed`: half of its characters shared; `char`: content characters; `cue`,
`source`: relaxed content and that span exact; `triple`: all three exact. PolNeAR takes auxiliaries into the cue ("has
said"), has "who" for a source, and nests nothing; our guidelines want "said", the person, and what is said inside a
content, too. The rows follow the corpus, as `sayso.load(conventions="polnear")` does, where they don't say otherwise;
users get our conventions.

{_by_kind(f)}

Spans alone, exact begin and end as the corpus has them, no linking, model without rules: source
{_percent(alone["span_source"])}, cue {_percent(alone["span_cue"])}, content {_percent(alone["span_content"])}.
{_people(f)}

In single precision instead of int8: exact {_plain(f["single_precision"]["both"]["all"]["exact"])}, relaxed
{_plain(f["single_precision"]["both"]["all"]["relaxed"])} (int8: {_plain(both["exact"])}, {_plain(both["relaxed"])}).

With changed typography (rules and model; rules alone in brackets):

{_robustness(f)}

Confidence: expected calibration error {f["calibration"]["expected_error"]:.3f} in held-out fifths of dev.

| confidence | right | n |
|---|---|---|
{_reliability(f["calibration"]["bins"])}

## Known failures

- Beliefs and polls count as attributions, as in the corpus: "voters fear that …" is found.
- A speech act without a cue word is found only as a quotation: *The minister: rents will rise.* may be missed.
- Contents of several sentences without quotation marks end with the first: *Ruiz made three points. Rents rise. …*
- Two sources for one cue ("Ruiz and, later, Lee said") are read as one span or lose the second.
- A cue far from its content (more than 128 word pieces) does not reach it.
- Headlines, transcripts and tweets differ from the training data; verse and fiction are out of scope.

## Contact

The issue tracker of the `sayso` repository.
"""


def _layers(f: Mapping[str, Any]) -> str:
    encoder = f["recipe"]["encoder_id"]
    text = f"{_NUMBERS.get(f['layers'], f['layers'])} transformer layers (of {encoder}, uncased"
    if f["teacher_layers"]:
        text += f";\nthey learned from the corpus and from the answers of a network of {f['teacher_layers']} layers"
    if f["again_epochs"]:
        text += ",\nthen on from the mean of its answers and their own"
    return text + ")"


def _data(f: Mapping[str, Any]) -> str:
    """Return where the data come from, as far as their checksums tell."""
    recipe = f["recipe"]
    licence = "The encoder is under Apache-2.0. The code and the training\nrecipe are under the licence of `sayso`."
    if recipe["train_sha256"] != POLNEAR_TRAIN:
        return f"""Trained on the {f["train_attributions"]} attributions of the recipe's training file,
`sha256 {recipe["train_sha256"]}`.{_unlabelled(f)}
Settings, confidence and the figures below are from its development file: {f["articles"]} articles,
`sha256 {recipe["dev_sha256"]}`; so they flatter slightly. Whose texts these are, and under
which terms, is for whoever trained this model to say here. {licence}"""
    return f"""Trained on PolNeAR 1.0 (Newell, Margolin, Ruths: "An Attribution Relations Corpus for Political News",
LREC 2018), the training part: 840 articles of seven US publishers, 2015-16, with {f["train_attributions"]} attributions
marked by paid annotators; `sha256 {recipe["train_sha256"]}`.{_unlabelled(f)}
Settings, confidence and the figures below are from {_dev(f)}: {f["articles"]} articles,
`sha256 {recipe["dev_sha256"]}`; so they flatter slightly. Its test part was not looked at.

PolNeAR states no licence; its authors publish it for research, and the articles belong to their publishers. No text of
it is in this folder, and the weights do not reproduce it; whether weights trained on such a corpus are free of its
terms is not settled everywhere, so judge for your own use. {licence}"""


def _unlabelled(f: Mapping[str, Any]) -> str:
    sha256 = f["unlabelled_sha256"]
    if not sha256:
        return ""
    texts = "the recipe's texts without labels"
    if sha256 == NEWSMTSC_TRAIN:
        texts = "the training part of NewsMTSC (Hamborg, Donnay, EACL 2021;\npolitical news, MIT)"
    return (
        " It learned from sentences that\nnobody annotated, too, by what the two networks made of them: "
        f"{texts}, `sha256 {sha256}`."
    )


def _dev(f: Mapping[str, Any]) -> str:
    return "PolNeAR's development part" if f["recipe"]["dev_sha256"] == POLNEAR_DEV else "the recipe's development file"


def _people(f: Mapping[str, Any]) -> str:
    if f["recipe"]["dev_sha256"] != POLNEAR_DEV:
        return ""
    return "Two people who annotated the same articles reach exact .67, relaxed .79, triple .58 against each other."


_NUMBERS = {3: "Three", 4: "Four", 5: "Five", 6: "Six"}


def _by_kind(f: Mapping[str, Any]) -> str:
    lines = [f"| | kind | n | {' | '.join(COLUMNS)} |", "|---" * (len(COLUMNS) + 3) + "|"]
    for name, title in NAMES.items():
        for kind in KINDS:
            scores = f["scores"][name][kind]
            cells = (_interval(scores[column]) if kind == "all" else _plain(scores[column]) for column in COLUMNS)
            lines.append(f"| {title} | {kind} | {scores['gold']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _robustness(f: Mapping[str, Any]) -> str:
    lines = ["| | exact | relaxed | char |", "|---|---|---|---|"]
    rows = {"as it is": {name: f["scores"][name] for name in ("rules", "both")}}
    rows |= {title: f["robustness"][variant] for variant, title in VARIANTS.items()}
    for title, found in rows.items():
        cells = (f"{_plain(found['both']['all'][s])} ({_plain(found['rules']['all'][s])})" for s in COLUMNS[:3])
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _reliability(bins: Sequence[Sequence[float]]) -> str:
    return "\n".join(f"| {mean:.2f} | {share:.2f} | {n:.0f} |" for mean, share, n in bins)


def _plain(estimate: Sequence[float | None]) -> str:
    return "-" if estimate[0] is None else f"{estimate[0]:.3f}"


def _interval(estimate: Sequence[float | None]) -> str:
    value, low, high = estimate
    return "-" if value is None else f"{value:.3f}" if low is None else f"{value:.3f} [{low:.3f}, {high:.3f}]"


def _percent(estimate: Sequence[float | None]) -> str:
    return "-" if estimate[0] is None else f"{100 * estimate[0]:.1f}"
