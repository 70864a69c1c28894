"""Lay out `.typing/sayso`: the package as it is installed, made of links to the folders of the checkout.

Type checkers and import rules look for `sayso/attribution` on disk, where `pyproject.toml` maps the folder
`attribution/` to that name. Run as `python tests/typing_tree.py`; `make check` does.
"""

from __future__ import annotations

import shutil
import sys
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
TREE = REPOSITORY / ".typing"


def make_typing_tree(repository: Path = REPOSITORY, tree: Path = TREE) -> Path:
    """Return the folder that holds `sayso` as installed; what was in it before is replaced."""
    settings = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    folders: dict[str, str] = settings["tool"]["setuptools"]["package-dir"]
    shutil.rmtree(tree, ignore_errors=True)
    package = tree / "sayso"
    package.mkdir(parents=True)
    for path in sorted((repository / folders["sayso"]).iterdir()):
        if path.name != "__pycache__":
            (package / path.name).symlink_to(path, target_is_directory=path.is_dir())
    for name, folder in folders.items():
        if name != "sayso":
            (package / name.removeprefix("sayso.")).symlink_to(repository / folder, target_is_directory=True)
    return tree


if __name__ == "__main__":
    try:
        make_typing_tree()
    except OSError as error:
        sys.exit(f"can't make links under {TREE}: {error}; on Windows, switch on developer mode, which allows links")
