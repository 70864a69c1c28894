"""The documentation is true: examples run and give what they show, links lead somewhere, every command is named."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
PAGES = sorted([REPOSITORY / "README.md", *(REPOSITORY / "docs").rglob("*.md")])
PROSE = [
    *PAGES,
    *(REPOSITORY / name for name in ("CONTRIBUTING.md", "CHANGELOG.md", "seeds/README.md", "models/README.md")),
]
FENCE = re.compile(r"^```(.*)$")
LINK = re.compile(r"\]\(([^)\s]+)\)")
ANYTHING = "[...]"


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page: its info string, its text, and the line it starts on."""

    info: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Example:
    """One command of a console block and what the page says it prints."""

    command: str
    expected: str
    exit_code: int


def read_blocks(text: str) -> list[Block]:
    """Return the fenced blocks in order; an unclosed one ends with the page."""
    blocks, info, start, lines = [], None, 0, list[str]()
    for number, line in enumerate([*text.splitlines(), "```"], start=1):
        fence = FENCE.match(line)
        if info is None:
            if fence:
                info, start, lines = fence.group(1).strip(), number, []
        elif line == "```":
            blocks.append(Block(info, "\n".join(lines) + "\n", start))
            info = None
        else:
            lines.append(line)
    return blocks


def read_examples(block: Block) -> list[Example]:
    """Return the commands of a console block: lines that start with `$ `, each with the lines that follow it.

    A command goes on in the next line after a backslash; `# exits N` at its end states another exit code than 0.
    """
    examples = []
    for part in re.split(r"(?m)^\$ ", block.text)[1:]:
        lines = part.splitlines()
        count = next(index for index, line in enumerate(lines) if not line.endswith("\\")) + 1
        command = "\n".join(lines[:count])
        stated = re.search(r"# exits (\d+)$", command)
        examples.append(Example(command, "\n".join(lines[count:]).strip(), int(stated.group(1)) if stated else 0))
    return examples


def read_script(blocks: list[Block]) -> tuple[str, str]:
    """Return the Python blocks as one script, and what their `text` blocks, each right after one, say it prints."""
    script, expected = list[str](), list[str]()
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        if block.info == "python run":
            # Lines stay where they are in the page, so that a traceback names the right one.
            script += [""] * (block.line - len(script)) + block.text.splitlines()
            if following and following.info == "text":
                expected.append(following.text)
    return "\n".join([*script, ""]), "".join(expected)


def agrees(expected: str, found: str) -> bool:
    """Return whether the output is the expected one but for blanks at line ends; `[...]` stands for anything."""
    expected, found = ("\n".join(line.rstrip() for line in text.strip().splitlines()) for text in (expected, found))
    pattern = ".*?".join(re.escape(piece) for piece in expected.split(ANYTHING))
    return re.fullmatch(pattern, found, re.DOTALL) is not None


def with_gaps(expected: str, found: str) -> str:
    """Return the new output with `[...]` in the lines where the page had one."""
    shown = dict(enumerate(expected.splitlines()))
    lines = [line.rstrip() for line in found.strip().splitlines()]
    return "\n".join(shown[at] if ANYTHING in shown.get(at, "") else line for at, line in enumerate(lines))


@pytest.fixture
def playground(tmp_path: Path) -> Path:
    """A folder that looks like the checkout to examples, and is theirs to write in."""
    shutil.copytree(REPOSITORY / "seeds", tmp_path / "seeds", ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    return tmp_path


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Return what the command gave, run as in a plain terminal with this Python's commands first in the path."""
    path = str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"]
    environment = os.environ | {"PATH": path, "COLUMNS": "80"}
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )


def named(page: Path) -> str:
    return page.relative_to(REPOSITORY).as_posix()


def has_examples(page: Path) -> bool:
    return any(block.info in ("console", "python run") for block in read_blocks(page.read_text(encoding="utf-8")))


@pytest.mark.skipif(sys.platform == "win32", reason="commands are written for a POSIX shell")
@pytest.mark.parametrize("page", [page for page in PAGES if has_examples(page)], ids=named)
def test_examples_give_what_the_page_shows(page: Path, playground: Path, request: pytest.FixtureRequest) -> None:
    """The page's commands run in order in one folder, then its Python blocks as one script in the same folder.

    With `--update-golden` the page is rewritten to show what its commands print now.
    """
    text = page.read_text(encoding="utf-8")
    blocks = read_blocks(text)
    for block in blocks:
        for example in read_examples(block) if block.info == "console" else []:
            done = run("bash", "-o", "pipefail", "-c", example.command, cwd=playground)
            place = f"{named(page)}:{block.line}: {example.command}\n{done.stdout}\n{done.stderr}"
            assert done.returncode == example.exit_code, place
            if example.expected and not agrees(example.expected, done.stdout):
                assert request.config.getoption("--update-golden"), place
                text = text.replace(example.expected, with_gaps(example.expected, done.stdout))
                page.write_text(text, encoding="utf-8", newline="\n")

    script, expected = read_script(blocks)
    path = playground / "example.py"
    path.write_text(script, encoding="utf-8")
    done = run(sys.executable, path.name, cwd=playground)
    assert done.returncode == 0, f"{named(page)}\n{done.stdout}\n{done.stderr}"
    assert agrees(expected, done.stdout), f"{named(page)} shows\n{expected}\nbut prints\n{done.stdout}"


@pytest.mark.parametrize("page", PROSE, ids=named)
def test_links_lead_to_files_of_the_project(page: Path) -> None:
    targets = [target.split("#")[0] for target in LINK.findall(page.read_text(encoding="utf-8"))]
    local = [target for target in targets if target and "://" not in target and not target.startswith("mailto:")]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_readme_names_every_command() -> None:
    from typer.main import get_command

    from sayso.cli.app import app

    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    commands = getattr(get_command(app), "commands", {})
    assert {"build", "quotes", "show"} <= set(commands)
    assert [name for name in commands if f"`sayso {name}" not in readme] == []


def test_readme_names_the_two_commands() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert "make demo" in readme
    assert "make test" in readme


def test_console_blocks_are_read_command_by_command() -> None:
    page = "Text\n```console\n$ sayso one \\\n    two\nout\nmore\n$ sayso three  # exits 1\n```\n"
    (block,) = read_blocks(page)
    assert read_examples(block) == [
        Example("sayso one \\\n    two", "out\nmore", 0),
        Example("sayso three  # exits 1", "", 1),
    ]


@pytest.mark.parametrize(
    ("expected", "found", "same"),
    [("a [...] c", "a b\nb c\n", True), ("a c", "a b c", False), ("a.c", "abc", False), ("a", "a b", False)],
)
def test_output_is_compared_with_gaps(expected: str, found: str, same: bool) -> None:
    assert agrees(expected, found) is same
