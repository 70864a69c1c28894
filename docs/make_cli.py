"""Write docs/cli.md from the commands themselves."""

from pathlib import Path

from sayso.cli.pages import markdown

if __name__ == "__main__":
    Path(__file__).with_name("cli.md").write_text(markdown(), encoding="utf-8", newline="\n")
