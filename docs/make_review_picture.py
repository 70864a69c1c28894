"""Write docs/images/review.svg, a picture of the review screen, and the table of keys in docs/review.md.

The article and its people are invented.
"""

import asyncio
import re
import tempfile
from dataclasses import replace
from pathlib import Path

from sayso.attribution.types import Article, Speaker, Stance, TextSpan, make_attribution
from sayso.labeling.codebook import read_codebook
from sayso.labeling.review_items import ReviewItem
from sayso.labeling.review_log import ReviewLog
from sayso.labeling.review_screen.app import ReviewApp
from sayso.labeling.review_screen.controller import Controller
from sayso.labeling.review_screen.drawing import Painter
from sayso.labeling.review_screen.keys import KeyMap, key_table
from sayso.labeling.review_screen.session import Session
from sayso.labeling.review_screen.speakers import Speakers
from sayso.review import short_reasons
from sayso.terminal import safe_line

DOCS = Path(__file__).resolve().parent
TEXT = (
    "Alder argues about a cap on rents\n\n"
    "The city council of Alder met on Monday to hear both sides. Mayor Ana Ruiz said that rents would be capped from "
    "May on. “We waited too long,” she told the council, “and families left.” The hall was full to the last seat.\n\n"
    "A senior housing official warned that the cap could “empty half the market”. Tom Lee of the tenants' league "
    "answered: “The market was empty before. Nobody builds.” The council votes in May.\n"
)
# The table stands between these lines of the page.
TABLE = re.compile(r"(<!-- keys -->\n\n).*?(\n?\n<!-- end of keys -->)", re.DOTALL)
# Fonts from elsewhere: a page must not load anything from other hosts.
FONT_FACES = re.compile(r"@font-face \{[^}]*\}\s*")
KEYS = ("enter", "f", "s", "escape")


def make_items() -> list[ReviewItem]:
    """Return three quotations of the invented article, with speakers and stances as a model might suggest them."""
    article = Article("alder-monday", TEXT, title="Alder argues about a cap on rents", date="2024-03-04")
    rows = (
        ("rents would be capped from May on", "said", "Mayor Ana Ruiz", "indirect", "Ana Ruiz", "favor", 0.88),
        ("“We waited too long,”|“and families left.”", "told", "she", "direct", "Ana Ruiz", "favor", 0.64),
        ("the cap could “empty half the market”", "warned", "A senior housing official", "mixed", "", "against", 0.91),
    )
    items = []
    for content, cue, source, kind, name, label, sure in rows:
        made = make_attribution(
            TEXT,
            article_id=article.id,
            text_sha256=article.text_sha256,
            kind=kind,  # type: ignore[arg-type]
            content=[span_of(part) for part in content.split("|")],
            cue=[span_of(cue)],
            source=[span_of(source)],
            confidence=sure,
            origin="model:attribution-en",
            why=[
                "cue.say",
                "split" if "|" in content else "position.leading",
                "speaker.pronoun" if not name else "speaker.name",
            ],
        )
        speaker = Speaker("ana-ruiz", name, "person", "pronoun", 0.83) if name else None
        unnamed = Speaker("official", "senior housing official", "unnamed", "nominal", 0.9)
        stances = (Stance("rent-cap", label, sure - 0.1, "model:stance-en"),)  # type: ignore[arg-type]
        found = replace(made, speaker=speaker or unnamed, stances=stances)
        items.append(ReviewItem(article, article.text_sha256, found, TextSpan(found.start, found.end)))
    return items


def span_of(part: str) -> TextSpan:
    """Return where `part` first stands in the article."""
    start = TEXT.index(part)
    return TextSpan(start, start + len(part))


async def draw(folder: Path) -> str:
    """Return the picture after some keys."""
    clock = iter(range(0, 1_000_000, 6))
    with ReviewLog(folder, "ana") as log:
        session = Session(
            make_items(), log, codebook=read_codebook("housing"), speakers=Speakers(), clock=lambda: float(next(clock))
        )
        controller = Controller(session, KeyMap.of())
        app = ReviewApp(controller, Painter(controller, safe_line=safe_line, reasons=short_reasons))
        async with app.run_test(size=(100, 24)) as pilot:
            await pilot.press(*KEYS)
            await pilot.pause()
            return app.export_screenshot(title="sayso review", simplify=True)


def main() -> None:
    """Write the picture and the table."""
    with tempfile.TemporaryDirectory() as folder:
        picture = asyncio.run(draw(Path(folder)))
    picture = FONT_FACES.sub("", picture)
    # Rich numbers its pictures at random; the same screen is to give the same file.
    for number, name in enumerate(sorted(set(re.findall(r"terminal-[0-9]+", picture)))):
        picture = picture.replace(name, f"terminal-{number}")
    (DOCS / "images" / "review.svg").write_text(picture, encoding="utf-8", newline="\n")
    page = DOCS / "review.md"
    text = page.read_text(encoding="utf-8")
    page.write_text(TABLE.sub(lambda match: match[1] + key_table() + match[2], text), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
