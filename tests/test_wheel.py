"""The wheel: what is in it, and that it works where no checkout is."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

import pytest


@pytest.fixture(scope="module")
def project(repository: Path) -> dict[str, Any]:
    """`pyproject.toml` as parsed."""
    return tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def folders(project: dict[str, Any]) -> dict[str, str]:
    """Folder of the checkout by the package name it is mapped to."""
    mapped: dict[str, str] = project["tool"]["setuptools"]["package-dir"]
    return mapped


@pytest.fixture(scope="module")
def wheel(repository: Path, folders: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy: setuptools would otherwise pack what an older build left in `build/`."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(repository / name, source / name)
    for folder in folders.values():
        shutil.copytree(repository / folder, source / folder)
    target = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(target), str(source), cwd=source)
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[PurePosixPath]:
    with zipfile.ZipFile(wheel) as archive:
        return [PurePosixPath(name) for name in archive.namelist()]


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel is installed without its dependencies, which this environment has."""
    target = tmp_path_factory.mktemp("installed")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet", "--no-index")
    run(*pip, "--no-deps", "--target", str(target), str(wheel), cwd=target)
    return target


def run(*command: str, cwd: Path, stdin: str = "") -> str:
    """Return what the command wrote to stdout; fails with what it wrote to stderr."""
    done = subprocess.run(
        command, cwd=cwd, input=stdin, capture_output=True, encoding="utf-8", check=False, timeout=300
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def python_without_checkout(installed: Path, code: str, stdin: str = "") -> str:
    """Return the output of `code` run where only the installed wheel provides `sayso`."""
    # The editable install of a development environment adds a finder that would answer from the checkout.
    prelude = (
        f"import sys; sys.path.insert(0, {str(installed)!r})\n"
        "sys.meta_path = [finder for finder in sys.meta_path if 'editable' not in repr(finder).lower()]\n"
        f"import sayso; assert sayso.__file__.startswith({str(installed)!r}), sayso.__file__\n"
    )
    return run(sys.executable, "-c", prelude + code, cwd=installed, stdin=stdin)


def test_only_sayso_is_at_the_top_level(names: list[PurePosixPath], project: dict[str, Any]) -> None:
    # A top-level `attribution` or `labeling` would overwrite unrelated packages of those names.
    assert {name.parts[0] for name in names} == {"sayso", f"sayso-{project['project']['version']}.dist-info"}


def test_data_of_seeds_is_inside(names: list[PurePosixPath], repository: Path) -> None:
    data = {path.relative_to(repository) for path in (repository / "seeds").glob("*/*.jsonl")}
    assert {path.parts[1] for path in data} >= {"registry", "lexicons"}
    assert {PurePosixPath("sayso", path.as_posix()) for path in data} <= set(names)


def test_models_are_inside(names: list[PurePosixPath], repository: Path) -> None:
    files = [path for path in (repository / "models").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert {PurePosixPath("sayso", path.relative_to(repository).as_posix()) for path in files} <= set(names)


def test_models_tell_nothing_of_the_machine_that_made_them(repository: Path) -> None:
    graphs = sorted((repository / "models").rglob("*.onnx"))
    assert len(graphs) >= 3
    for path in graphs:
        content = path.read_bytes()
        assert not [trace for trace in (b"site-packages", b"/usr/", b"/home/", b".py") if trace in content], path


@pytest.mark.parametrize("package", ["sayso", "sayso.attribution", "sayso.labeling"])
def test_every_file_of_the_code_is_inside(
    names: list[PurePosixPath], folders: dict[str, str], repository: Path, package: str
) -> None:
    """A new folder, or a file that is no module, has to be named in `pyproject.toml`; this fails until it is."""
    folder = repository / folders[package]
    files = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    inside = {PurePosixPath(package.replace(".", "/"), path.relative_to(folder).as_posix()): path for path in files}
    assert PurePosixPath(package.replace(".", "/"), "__init__.py") in inside
    assert [str(inside[name]) for name in sorted(set(inside) - set(names))] == []


def test_no_articles_gold_tests_or_caches_are_inside(names: list[PurePosixPath], seed_texts: dict[str, str]) -> None:
    forbidden = {"articles", "gold", "tests", "docs", "benchmarks", "__pycache__", "out", "build"}
    assert [str(name) for name in names if forbidden & set(name.parts) or name.suffix == ".pyc"] == []
    assert [str(name) for name in names if name.stem in seed_texts] == []


def test_no_sentence_of_the_seed_articles_is_inside(wheel: Path, seed_texts: dict[str, str]) -> None:
    lines = {line.strip() for text in seed_texts.values() for line in text.splitlines() if len(line.strip()) > 60}
    with zipfile.ZipFile(wheel) as archive:
        content = "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    assert [line for line in sorted(lines) if line in content] == []


def test_import_works_without_the_checkout(installed: Path, project: dict[str, Any]) -> None:
    assert python_without_checkout(installed, "print(sayso.__version__)").strip() == project["project"]["version"]


def test_data_is_read_without_the_checkout(installed: Path) -> None:
    code = (
        "from importlib.resources import files\n"
        "for folder in ('registry', 'lexicons'):\n"
        "    lines = [line for path in files('sayso.seeds').joinpath(folder).iterdir()\n"
        "             for line in path.read_text('utf-8').splitlines()]\n"
        "    print(folder, len(lines) > 50)\n"
    )
    assert python_without_checkout(installed, code).split("\n")[:2] == ["registry True", "lexicons True"]


def test_quotes_are_found_without_the_checkout(installed: Path) -> None:
    code = (
        'for found in sayso.attribute("“Rents will rise,” said Ana Ruiz."):\n'
        "    print(found.kind, found.content, found.source, sep='|')\n"
    )
    assert python_without_checkout(installed, code) == "direct|“Rents will rise,”|Ana Ruiz\n"


def test_command_line_starts_without_the_checkout(installed: Path) -> None:
    code = "from sayso.cli import main; sys.argv = ['sayso', '--help']; main()"
    assert "quotes" in python_without_checkout(installed, code)


def test_console_script_and_spacy_factories_are_declared(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (entry_points,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
        declared = archive.read(entry_points).decode()
    assert "[console_scripts]\nsayso = sayso.cli:main" in declared
    assert "[spacy_factories]" in declared
    assert "sayso_attribution = " in declared
