"""Which tagger to use: the packaged one, none (the rules alone), a folder, or one from the Hub."""

from __future__ import annotations

import logging
import re
from pathlib import Path

from .errors import ArtifactError, HubError
from .tagger import DEFAULT_MODEL, Tagger, shipped_folder

RULES = "rules"
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}+/[A-Za-z0-9][\w.-]{0,95}+")
HUB_FILES = ["config.json", "*.onnx", "tokenizer.json", "recipe.toml", "metrics.json", "README.md"]

log = logging.getLogger(__name__)


def read_tagger(model: str | Path | None) -> Tagger | None:
    """Return the tagger that `model` names, or None for the rules alone, which "rules" asks for.

    None and "attribution-en" are the packaged one; a folder is read from disk; OWNER/NAME is fetched from the Hub, the
    one case that opens a socket, and a warning says so. Raises ArtifactError for what is no model, HubError where the
    Hub fails.
    """
    name = DEFAULT_MODEL if model is None else str(model)
    if name == RULES:
        return None
    if name == DEFAULT_MODEL:
        return Tagger.read(shipped_folder())
    folder = Path(name)
    if folder.is_dir():
        return Tagger.read(folder)
    if isinstance(model, str) and HUB_ID.fullmatch(name):
        return Tagger.read(_fetch(name))
    raise ArtifactError(
        f"no model {name!r}; allowed: {RULES!r}, {DEFAULT_MODEL!r}, a model's folder, or its Hub id OWNER/NAME"
    )


def _fetch(repo_id: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OfflineModeIsEnabled

    log.warning("fetching the model %s from the Hub, or from its cache", repo_id)
    try:
        return Path(snapshot_download(repo_id, allow_patterns=HUB_FILES))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OfflineModeIsEnabled, OSError) as error:
        raise HubError(
            f"can't fetch the model {repo_id!r} from the Hub ({type(error).__name__}); check the name and the network, "
            "or name a folder"
        ) from error
