"""Rules that hold for the whole project, checked on the files themselves."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import sayso

LIBRARY = ("attribution", "labeling", "sayso", "models", "seeds")
# With a class of one letter each, so that this file passes its own test.
REGISTRY_HOSTS = re.compile(r"pypi[.]org|python[h]osted|registry[.]npmjs|deb[.]debian")
MACHINE_PATHS = re.compile(r"(?<![\w.:~-])/(?:work|root|farm|home/\w+|Users/\w+)/\w|\b[A-Z]:\\Users\\")
LEFT_OVERS = re.compile(r"\b[N]otImplementedError|\b[T]ODO\b|\b[F]IXME\b|pragma:[ ]no cover")
UNSAFE_LOADERS = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}


def project_files(repository: Path) -> list[Path]:
    """Return the files that belong to the project: what git tracks, or everything where there is no git."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=repository, capture_output=True, encoding="utf-8", check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return [path for folder in (*LIBRARY, "tests", "docs") for path in (repository / folder).rglob("*")]
    return [repository / name for name in listed.split("\0") if name]


def library_sources(repository: Path) -> list[Path]:
    return sorted(path for folder in LIBRARY for path in (repository / folder).rglob("*.py"))


def texts(repository: Path) -> Iterator[tuple[str, str]]:
    """Yield name and text of every text file of the project but the seed articles, which are not ours."""
    articles = repository / "seeds" / "articles"
    for path in project_files(repository):
        if path.is_file() and articles not in path.parents:
            try:
                yield path.relative_to(repository).as_posix(), path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue  # weights and other binary files


@pytest.mark.parametrize(
    ("rule", "text", "found"),
    [
        (REGISTRY_HOSTS, "pip install --index-url https://" + ".".join(["pypi", "org"]) + "/simple", True),
        (REGISTRY_HOSTS, "the package index", False),
        (MACHINE_PATHS, "open('" + "/".join(["", "home", "ana", "news.jsonl"]) + "')", True),
        (MACHINE_PATHS, "a path like tests/farm.x or https://host/home/ana/x", False),
        (LEFT_OVERS, "# " + "todo".upper() + ": later", True),
    ],
)
def test_rules_themselves_match_what_they_should(rule: re.Pattern[str], text: str, found: bool) -> None:
    assert bool(rule.search(text)) is found


@pytest.mark.parametrize("rule", [REGISTRY_HOSTS, MACHINE_PATHS], ids=["registry-hosts", "machine-paths"])
def test_no_file_names_one_machine_or_registry(repository: Path, rule: re.Pattern[str]) -> None:
    found = [f"{name}: {match.group()}" for name, text in texts(repository) if (match := rule.search(text))]
    assert found == []


def test_no_stub_is_left_in_the_code(repository: Path) -> None:
    found = [name for name, text in texts(repository) if name.endswith(".py") and LEFT_OVERS.search(text)]
    assert found == []


def test_library_never_unpickles(repository: Path) -> None:
    found = []
    for path in library_sources(repository):
        found += [f"{path}: {name}" for name in sorted(imported_packages(path) & UNSAFE_LOADERS)]
    assert found == []


def test_library_never_prints(repository: Path) -> None:
    found = []
    for path in library_sources(repository):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"print", "breakpoint"}
            ):
                found.append(f"{path}:{node.lineno}")
    assert found == []


# What an extra brings under another name than its own.
IMPORTED_AS = {"cassis": "dkpro-cassis"}


def test_every_import_is_a_declared_dependency(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [name for names in project["optional-dependencies"].values() for name in names]
    declared = {
        re.split(r"[^\w.-]", requirement)[0].lower().replace("_", "-") for requirement in project["dependencies"]
    }
    in_tests = declared | {re.split(r"[^\w.-]", extra)[0].lower().replace("_", "-") for extra in extras}
    # What an extra brings may be imported where its absence is told.
    for extra in project["optional-dependencies"].keys() - {"test", "dev"}:
        listed = project["optional-dependencies"][extra]
        declared |= {re.split(r"[^\w.-]", requirement)[0].lower().replace("_", "-") for requirement in listed}
    own = {"sayso", *(path.stem for path in (repository / "tests").glob("*.py"))}
    providers = packages_distributions()
    found = []
    for path in [*library_sources(repository), *sorted((repository / "tests").glob("*.py"))]:
        # Training is what the extra [train] is for; an extra's library may be absent where the tests run.
        optional = path.parent.name in ("tests", "training")
        allowed = in_tests if optional else declared
        for name in imported_packages(path) - own - sys.stdlib_module_names:
            # What only an extra brings may be absent here; then its name is all there is to go by.
            if IMPORTED_AS.get(name, name).lower().replace("_", "-") in allowed and (optional or name not in providers):
                continue
            if not {provider.lower().replace("_", "-") for provider in providers.get(name, [])} & allowed:
                found.append(f"{path.relative_to(repository)}: {name}")
    assert found == []


def imported_packages(path: Path) -> set[str]:
    """Return the top-level names that the module imports absolutely, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def test_every_module_says_what_it_is(repository: Path) -> None:
    sources = library_sources(repository)
    assert [str(path) for path in sources if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))] == []


def test_data_folders_hold_no_code(repository: Path) -> None:
    for folder in ("models", "seeds"):
        assert [path.name for path in (repository / folder).rglob("*.py")] == ["__init__.py"]


# Every pattern of the library must take time in proportion to the text, whatever the text is.


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(sayso.__path__, "sayso."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)
    # `walk_packages` follows folders; parts mapped from elsewhere are packages of their own in an editable install.
    for part in ("attribution", "labeling"):
        package = importlib.import_module(f"sayso.{part}")
        for found in pkgutil.walk_packages(package.__path__, f"sayso.{part}."):
            try:
                yield importlib.import_module(found.name)
            except ModuleNotFoundError as error:
                # Training needs the extra [train], which the tests do without; nothing else may.
                if ".training" not in found.name or error.name not in ("torch", "onnx", "safetensors", "sklearn"):
                    raise


def patterns_in(value: Any, depth: int = 8) -> Iterator[re.Pattern[str]]:
    """Yield the compiled patterns in a value: itself, or inside containers and objects to a small depth."""
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif depth and isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from patterns_in(item, depth - 1)
    elif depth and isinstance(value, dict):
        yield from patterns_in(tuple(value.values()), depth)
    elif depth and hasattr(type(value), "__slots__") and type(value).__module__.startswith("sayso"):
        yield from patterns_in(tuple(getattr(value, name, None) for name in type(value).__slots__), depth - 1)


def library_patterns() -> dict[str, re.Pattern[str]]:
    """Return every pattern that a module of the library holds or reads from the seeds, by module and name."""
    found: dict[str, re.Pattern[str]] = {}
    for module in modules():
        for name, value in vars(module).items():
            if name.startswith("default_") and callable(value):
                value = value()  # rules as data, compiled when read
            for number, pattern in enumerate(patterns_in(value)):
                if pattern not in found.values():
                    found[f"{module.__name__}.{name}[{number}]"] = pattern
    return found


def adversarial_units(pattern: re.Pattern[str]) -> list[str]:
    """Return short strings whose repetition is likely to make `pattern` try many ways to match."""
    own = [char for char in dict.fromkeys(pattern.pattern) if char not in r"\()[]{}?*+|^$"][:10]
    usual = ["a", "A", "1", " ", "\n", '"', "“", "”", "'", "’", ".", ",", "-", "<", "\t"]
    single = list(dict.fromkeys(own + usual))
    firsts, seconds = [*own[:5], "a", " ", '"'], [*own[:5], " ", "\n", "A"]
    pairs = [first + second for first in firsts for second in seconds]
    words = ["Ab ", "a b, ", "said ", "2021-12-07 ", "x@", '"a" ', "www.a", "“a” "]
    return list(dict.fromkeys(single + pairs + words))


def seconds_to_search(pattern: re.Pattern[str], text: str) -> float:
    start = time.process_time()
    for _ in pattern.finditer(text):
        pass
    pattern.fullmatch(text)
    return time.process_time() - start


def worst_growth(pattern: re.Pattern[str], *, budget: float = 0.2) -> str | None:
    """Return a report of the repetition that makes the search grow faster than its text, or None.

    Stops trying repetitions once they took `budget` CPU-seconds: a pattern of the boilerplate rules is slow by a
    constant, which the literal that goes with it keeps from most text.
    """
    timed: list[tuple[float, str]] = []
    for unit in adversarial_units(pattern):
        # Small sizes first: a pattern that explodes is caught before it can hang the run.
        small = 0.0
        for size, limit in ((24, 0.05), (1_000, 0.3)):
            small = seconds_to_search(pattern, (unit * size)[:size] + "\0")
            if small > limit:
                return f"{small:.3f} s for {size} characters of {unit!r}"
        large = seconds_to_search(pattern, (unit * 10_000)[:10_000] + "\0")
        if large > 0.05 + 30 * small:
            return f"{small:.4f} s for 1,000 characters of {unit!r}, {large:.3f} s for 10,000"
        timed.append((large, unit))
        if sum(taken for taken, _ in timed) > budget:
            break
    large, unit = max(timed)
    huge = seconds_to_search(pattern, (unit * 100_000)[:100_000] + "\0")
    if huge > 0.1 + 30 * large:
        return f"{large:.4f} s for 10,000 characters of {unit!r}, {huge:.3f} s for 100,000"
    return None


def test_every_pattern_is_linear_in_its_text() -> None:
    patterns = library_patterns()
    assert any(name.startswith("sayso.attribution.") for name in patterns)
    reports = {name: worst_growth(pattern) for name, pattern in patterns.items()}
    assert {name: report for name, report in reports.items() if report} == {}


@pytest.mark.parametrize(
    "slow", [r"\s+$", r"(?:a+)+b", r"[A-Z]\w+.*?said\b.*?\bsaid"], ids=["trailing-run", "nested", "two-gaps"]
)
def test_the_measurement_catches_slow_patterns(slow: str) -> None:
    assert worst_growth(re.compile(slow, re.DOTALL)) is not None
