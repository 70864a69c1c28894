"""Who said what, and where they stand: news articles in, a dataset of attributed quotations out."""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .api import Attributor, attribute, load
    from .attribution.types import Article, Attribution, Speaker, Stance, TextSpan

__all__ = ["Article", "Attribution", "Attributor", "Speaker", "Stance", "TextSpan", "__version__", "attribute", "load"]

_API = {"Attributor", "attribute", "load"}


def __getattr__(name: str) -> Any:
    # spaCy takes seconds to import; `import sayso` and `sayso --help` should not pay for it.
    if name in _API:
        from . import api

        return getattr(api, name)
    if name in __all__:
        from .attribution import types

        return getattr(types, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
