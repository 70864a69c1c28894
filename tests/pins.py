"""Print the versions installed here as `constraints.txt`; `make constraints` runs it in a fresh environment."""

from __future__ import annotations

import sys
from importlib.metadata import distributions

HEADER = """\
# The exact versions that a release is tested with, on Python 3.11 to 3.13: run time, tests and development tools.
# `make` and CI install with `pip install -c constraints.txt`; `make constraints` resolves them anew.
"""
ELSEWHERE = {"colorama": "0.4.6"}  # needed on Windows alone, so no other system's environment has it
NOT_PINNED = {"sayso", "pip"}


def pins() -> dict[str, str]:
    """Return version by normalised name of everything installed in this environment that Sayso may need."""
    installed = {dist.metadata["Name"].lower().replace("_", "-"): dist.version for dist in distributions()}
    return {name: version for name, version in (installed | ELSEWHERE).items() if name not in NOT_PINNED}


if __name__ == "__main__":
    sys.stdout.write(HEADER + "".join(f"{name}=={version}\n" for name, version in sorted(pins().items())))
