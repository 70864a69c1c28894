"""Write the table of formats in docs/exchange.md from the formats themselves."""

import re
from pathlib import Path

from sayso.labeling.exchange import render_table

TABLE = re.compile(r"(?m)^\| format \|.*\n(?:\|.*\n)+")

if __name__ == "__main__":
    page = Path(__file__).with_name("exchange.md")
    text = TABLE.sub(lambda match: render_table(), page.read_text(encoding="utf-8"), count=1)
    page.write_text(text, encoding="utf-8", newline="\n")
