"""`sayso explain`: why an attribution is what it is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sayso.terminal import data_console, safe_json

from .options import AsJson, Run, takes

Id = Annotated[str, typer.Argument(metavar="ID", help="Attribution id (a_ and 16 hex digits).")]
In = Annotated[Path, typer.Option("--in", metavar="DIR", help="Dataset folder that holds it.")]


@takes("codebook", "stance_model")
def explain(attribution_id: Id, folder: In, as_json: AsJson = False, *, run: Run) -> None:
    """Spell out why an attribution was found, and who is meant.

    Names every rule behind it, with its example, and how sure it is; of stances the words, the labeling functions and
    what the model weighed. Reads DIR/local/, which stays where the dataset was built.

    Example: sayso explain a_0123456789abcdef --in out/dataset
    """
    from sayso.explain import make_explanation, render_explanation
    from sayso.folder import find_attribution
    from sayso.stance_labels import NO_CODEBOOK

    codebook = None if run.settings.codebook == NO_CODEBOOK else run.settings.codebook
    article, attribution = find_attribution(folder, attribution_id)
    explanation = make_explanation(article, attribution, codebook=codebook, model=run.settings.stance_model)
    if as_json:
        sys.stdout.write(safe_json(explanation.to_json(), indent=2) + "\n")
    else:
        console = data_console()
        for line in render_explanation(explanation, width=console.width):
            console.print(line, soft_wrap=True)
