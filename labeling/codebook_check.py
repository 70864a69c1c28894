"""Checking a codebook on its own examples: each must raise its target, or leave it alone, by the terms as written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .codebook import LABELS, Codebook
from .passages import Passage
from .targets import find_targets


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a codebook to mend: the target, the example, and what is wrong with it."""

    target: str
    group: str
    example: str
    reason: str

    def to_json(self) -> dict[str, Any]:
        return {"target": self.target, "group": self.group, "example": self.example, "reason": self.reason}


def check_examples(codebook: Codebook) -> Iterator[Finding]:
    """Yield each example that the terms don't read as the codebook says, and each example given under two labels."""
    for target in codebook.targets:
        seen: dict[str, str] = {}
        for group in (*LABELS, "not_addressed"):
            for example in getattr(target.examples, group):
                if example in seen:
                    yield Finding(target.id, group, example, f"is an example of {seen[example]} too; keep it in one")
                seen[example] = group
                raised = target.id in _raised(example, codebook)
                if raised and group == "not_addressed":
                    yield Finding(target.id, group, example, "is raised by its terms; make the terms narrower")
                elif not raised and group != "not_addressed":
                    yield Finding(target.id, group, example, "is not raised by any of its terms; add a term")


def _raised(text: str, codebook: Codebook) -> set[str]:
    # An example stands for somebody of any side: "our troops" counts for whoever may say it.
    sides = (None, *codebook.sides)
    return {hit.target for side in sides for hit in find_targets(Passage(text, side=side), codebook)}


TEMPLATE = """\
# A codebook for Sayso. `sayso codebook check FILE` says what is missing; docs/codebooks.md explains each key.
schema_version = 1
id = "{id}"
version = "0.1"
title = "{title}"
description = "Who wants what done about it, in one sentence."

# Lists that terms refer to as @name.
[words]
officials = ["mayor", "council", "minister"]

# Sides that speakers belong to, known by words in their names. A side is a hint, never a verdict.
[sides]
city = ["@officials"]

[[targets]]
id = "first-target"
proposition = "Bicycles should be allowed in the park."
definition = "What falls under it, in one or two sentences."
includes = ["cases that are easily overlooked"]
excludes = ["what belongs to another target"]
# Words that raise the target: in all regular forms; a|b either; ... a gap; pre* a beginning; =word that form alone.
terms = ["bicycle|bike|cyclist", "cycling ... park"]
# Words that raise it from its other side, and words that count only where the paragraph has raised it before.
opposed = ["bicycle|bike ban"]
echoes = ["such =a rule"]

[targets.examples]
favor = ["Let cyclists use the park; there is room for all."]
against = ["Bikes have no place among playing children."]
neutral = ["The council will vote on bicycles in the park."]
not_addressed = ["The park opens at eight."]
"""


def make_template(codebook_id: str) -> str:
    """Return the text of a small valid codebook of this id, to be rewritten by its owner."""
    return TEMPLATE.format(id=codebook_id, title=codebook_id.replace("-", " ").capitalize())
