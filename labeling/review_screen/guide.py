"""What help and guidelines say: made from the keys and the codebook in use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from sayso.labeling.codebook import Codebook, DecidedLabel, Target

from .keys import KeyMap, key_rows

# The part of the annotation guidelines that no codebook changes.
QUOTATION_RULES = (
    "Content: the exact words ascribed to a source, with their quotation marks; of reported speech the clause "
    "without 'that', up to cue and source. What one cue introduces without a break is one quotation.",
    "Cue: the word that signals it ('said', 'according to'), with its particle or negation. Source: the whole noun "
    "phrase the text gives at the cue. A quotation may have neither, but still a speaker.",
    "Kind: direct (all in quotation marks), mixed (some of it), indirect (none).",
    "Speaker: who is meant, whatever the text calls them; the issuer wins over the channel. Nobody can tell: say so.",
    "Stance: what this content says, not what one knows of the speaker. Leave out targets it does not address. "
    "'If they do X, we will do Y' is against X and favors Y.",
)


def help_lines(keys: KeyMap) -> Iterator[str]:
    """Yield the help page: every key by group, and what the signs mean."""
    for group, rows in key_rows(keys):
        yield f"{group}"
        for shown, _, text in rows:
            yield f"  {shown:<14} {text}"
        yield ""
    yield "Signs"
    yield "  [content] {source} <cue>; [content]² another quotation of the article, with its number"
    yield "  favor? 0.81    suggested, with how sure; without the question mark: your answer"
    yield "  –  not addressed, your answer;   ·  not answered"
    yield ""
    yield "On the page of a whole article"
    yield "  accept: no quotation is missed. missed: add one. Digits, or arrow down and right, open a quotation."


def guideline_lines(codebook: Codebook, target_id: str | None) -> Iterator[str]:
    """Yield the codebook's entry of the target, then its other targets in short, then what holds for all."""
    chosen = [target for target in codebook.targets if target.id == target_id]
    for target in chosen:
        yield from _target_lines(target)
        yield ""
    if others := [target for target in codebook.targets if target.id != target_id]:
        yield "Other targets"
        for target in others:
            yield f"  {target.id}: {target.proposition}"
        yield ""
    yield "Quotations"
    for rule in QUOTATION_RULES:
        yield f"  {rule}"


def _target_lines(target: Target) -> Iterator[str]:
    yield f"{target.id}: {target.proposition}"
    yield f"  {' '.join(target.definition.split())}"
    for word, listed in (("Belongs here", target.includes), ("Does not", target.excludes)):
        for entry in listed:
            yield f"  {word}: {entry}"
    labels: tuple[DecidedLabel, ...] = get_args(DecidedLabel)
    for label in labels:
        for example in target.examples.of(label):
            yield f"  {label}: {example}"
    for example in target.examples.not_addressed:
        yield f"  not addressed: {example}"
