"""What every test shares: a clean environment, deterministic hypothesis, the seed articles, golden files."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

REPOSITORY = Path(__file__).resolve().parent.parent

# Set before anything imports datasets, huggingface_hub or rich: they read the environment once, at import.
os.environ.update(
    {
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HOME": tempfile.mkdtemp(prefix="sayso-test-hf-"),
        "COLUMNS": "100",
        "LINES": "40",
        "NO_COLOR": "1",
        "TERM": "dumb",
        "PYTHONUTF8": "1",
        "TZ": "UTC",
    }
)
# A token, a configuration or a forced colour of the person who runs the tests must not change what they see.
for name in ("HF_TOKEN", "HF_ENDPOINT", "HF_TOKEN_PATH", "FORCE_COLOR", "PYTHONWARNINGS"):
    os.environ.pop(name, None)
for name in [name for name in os.environ if name.startswith("SAYSO_")]:
    del os.environ[name]

settings.register_profile(
    "fast",
    derandomize=True,  # the same examples each run: a red test is red for everybody
    max_examples=50,
    deadline=None,  # shared machines pause; speed has its own measurements
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("nightly", max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what the code says now into the golden files")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The checkout that holds the tests."""
    return REPOSITORY


@pytest.fixture(scope="session")
def seed_paths() -> list[Path]:
    """The five seed articles, in name order."""
    return sorted((REPOSITORY / "seeds" / "articles").glob("*.txt"))


@pytest.fixture(scope="session")
def seed_texts(seed_paths: list[Path]) -> dict[str, str]:
    """Text of each seed article by file stem, newlines kept as they are in the file."""
    return {path.stem: path.read_bytes().decode("utf-8") for path in seed_paths}


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, Any], None]:
    """Compare a JSON value with `tests/golden/NAME.json`; `pytest --update-golden` writes the file instead."""

    def check(name: str, found: Any) -> None:
        path = REPOSITORY / "tests" / "golden" / f"{name}.json"
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(exist_ok=True)
            text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
            path.write_text(text, encoding="utf-8", newline="\n")
        assert path.exists(), f"no golden file {path.name}: run `pytest --update-golden` and read the diff"
        # Through JSON once, so that tuples and lists, which JSON can't tell apart, compare equal.
        assert json.loads(json.dumps(found)) == json.loads(path.read_text(encoding="utf-8"))

    return check
