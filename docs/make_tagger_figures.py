"""Write what docs/benchmarks.md shows of the tagger, its tables and its picture of confidence, from `metrics.json`.

    python docs/make_tagger_figures.py

No figure is measured here: `sayso train tagger` measures them and writes `models/attribution-en/metrics.json`.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

DOCS = Path(__file__).resolve().parent
METRICS = DOCS.parent / "models" / "attribution-en" / "metrics.json"
PAGE = DOCS / "benchmarks.md"
PICTURE = DOCS / "images" / "tagger-reliability.svg"
# The tables stand between these lines of the page.
BLOCK = re.compile(r"(<!-- tagger -->\n).*?(<!-- end of tagger -->)", re.DOTALL)

SYSTEMS = {
    "rules": "rules alone",
    "model": "model alone",
    "both": "rules and model",
    "ours": "rules and model, our conventions",
}
KINDS = ("all", "direct", "mixed", "indirect")
SCORES = {
    "exact": "exact",
    "relaxed": "relaxed",
    "char": "characters",
    "cue": "cue",
    "source": "source",
    "triple": "triple",
}
ALONE = ("source", "cue", "content")
VARIANTS = {
    "guillemets": "all marks « »",
    "straight": "all marks straight",
    "none": "no marks at all",
    "noise": "2 % wrong letters",
}
# Measured on 24 articles that two people annotated; and BERT with CofeNet on the test part (COLING 2022).
PEOPLE = {"exact": 0.67, "relaxed": 0.79, "char": 0.91, "cue": 0.68, "source": 0.74, "triple": 0.58}
PEOPLE_ALONE = (0.778, 0.708, 0.659)
PUBLISHED_ALONE = (0.832, 0.753, 0.729)

Estimate = Sequence[float | None]
Bin = Sequence[float]
Figures = Mapping[str, Any]


# --------------------------------------------------------------------------------------------------------- the tables


def render(figures: Figures) -> str:
    """Return the part of the page that the figures of `metrics.json` make up."""
    gold = figures["scores"]["rules"]["all"]["gold"]
    parts = [
        f"`{figures['model']}` on PolNeAR dev, {figures['articles']} articles, {gold:,} attributions; its settings and "
        "calibration were chosen on them.",
        _table(["", "kind", "gold", "found", *SCORES.values()], _by_kind(figures)),
        _conventions(figures),
        "Spans alone, unlinked, begin and end exactly as in the corpus (CofeNet's way); in brackets, edge punctuation "
        "and an initial “that” aside:",
        _table(["", *ALONE], _alone(figures)),
        _first_articles(figures),
        "With changed typography, all kinds:",
        _table(["", "", *SCORES.values()], _robustness(figures)),
        _confidence(figures),
    ]
    return "\n\n".join(part for part in parts if part)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(["| " + " | ".join(head) + " |", "|---" * len(head) + "|", *lines])


def _systems(scores: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield key and title of each measured system, ours in their order, then others under their own names."""
    for name in (*(n for n in SYSTEMS if n in scores), *(n for n in scores if n not in SYSTEMS)):
        yield name, SYSTEMS.get(name, name.replace("_", " "))


def _by_kind(figures: Figures) -> Iterator[list[str]]:
    for name, title in _systems(figures["scores"]):
        for kind in KINDS:
            found = figures["scores"][name][kind]
            cells = [_figure(found[s], interval=kind == "all" and s in ("exact", "relaxed")) for s in SCORES]
            yield [title, kind, str(found["gold"]), str(found["predicted"]), *cells]
    yield ["PolNeAR's annotators against each other", "all", "", "", *(_share(PEOPLE[s], 2) for s in SCORES)]


def _alone(figures: Figures) -> Iterator[list[str]]:
    for name, title in _systems(figures["scores"]):
        found = figures["scores"][name]["all"]
        spans = ((found[f"span_{role}"], found[f"span_{role}_norm"]) for role in ALONE)
        yield [title, *(f"{_figure(corpus)} ({_figure(ours)})" for corpus, ours in spans)]
    yield ["PolNeAR's annotators against each other", *(_share(x) for x in PEOPLE_ALONE)]
    yield ["best published, on the test part (BERT and CofeNet)", *(_share(x) for x in PUBLISHED_ALONE)]


def _conventions(figures: Figures) -> str:
    cost = 'Our guidelines want plain cues ("said", not "has said") and the phrase for "who"; PolNeAR does not'
    if "ours" not in figures["scores"]:
        return f"{cost}: that costs\nrules and model cue, source and triple here."
    return (
        f'{cost}. Rules and model\nfollow the corpus here, as `sayso.load(conventions="polnear")` does, except in '
        "rows that say otherwise; users get our conventions."
    )


def _first_articles(figures: Figures) -> str:
    scores = figures["first_30"]
    cells = (f"{title} {_figure(scores[name]['all']['exact'])}" for name, title in _systems(scores))
    exact = f"Exact on the first 30 articles, those of the other tools above: {', '.join(cells)}."
    single = figures.get("single_precision")
    if single is None:
        return exact
    ours, plain = figures["scores"]["both"]["all"], single["both"]["all"]
    pairs = (f"{SCORES[s]} {_figure(ours[s])} and {_figure(plain[s])}" for s in ("exact", "relaxed"))
    return f"{exact}\nRules and model in int8, as shipped, and in single precision: {', '.join(pairs)}."


def _robustness(figures: Figures) -> Iterator[list[str]]:
    variants = {"as it is": figures["scores"]} | {
        VARIANTS.get(name, name): scores for name, scores in figures["robustness"].items()
    }
    measured = [name for name, _ in _systems(next(iter(figures["robustness"].values())))]
    for title, scores in variants.items():
        for name in measured:
            yield [title, SYSTEMS.get(name, name), *(_figure(scores[name]["all"][s]) for s in SCORES)]


def _confidence(figures: Figures) -> str:
    calibration = figures["calibration"]
    return (
        f"![Reliability: the share of right attributions by confidence](images/{PICTURE.name})\n\n"
        "Confidence of what the model finds, the rules' votes counted, in fifths of the articles that its weights were "
        "not fitted on;\nright is half of the content's characters. Expected calibration error "
        f"{_share(calibration['expected_error'])}."
    )


def _figure(estimate: Estimate, *, interval: bool = False) -> str:
    value, low, high = estimate
    if value is None:
        return "–"
    text = _share(value)
    if interval and low is not None and high is not None:
        text += f" ({_share(low, 2)}–{_share(high, 2)})"
    return text


def _share(value: float, digits: int = 3) -> str:
    return f"{value:.{digits}f}".removeprefix("0")


# -------------------------------------------------------------------------------------------------------- the picture

SIDE, LEFT, TOP, BARS, GAP = 320, 64, 40, 70, 18
COLOR, SOFT = "#1f5fa8", "#b9cfe6"


def draw(calibration: Figures) -> str:
    """Return an SVG: the share of right ones by confidence, with 95 % intervals, over how many there are."""
    bins: Sequence[Bin] = calibration["bins"]
    width, base, middle = LEFT + SIDE + 24, TOP + SIDE + GAP + BARS, LEFT + SIDE // 2
    title = f"Confidence and share right; expected calibration error {_share(calibration['expected_error'])}"
    described = "; ".join(f"{mean:.2f}: {right:.2f} of {n:.0f} right" for mean, right, n in bins)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {base + 44}" role="img" '
        'font-family="sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(described)}</desc>",
        f'<rect width="{width}" height="{base + 44}" fill="#fff"/>',
        f'<text x="{LEFT}" y="22">share right (bars: 95 % interval)</text>',
        *_grid(base),
        *(part for one in bins for part in _draw_bin(one, max(n for *_, n in bins), base)),
        f'<text x="{middle}" y="{base + 36}" text-anchor="middle">confidence; below the chart, how many</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _grid(base: int) -> Iterator[str]:
    yield f'<rect x="{LEFT}" y="{TOP}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#999"/>'
    for tick in range(0, 11, 2):
        x, y = LEFT + SIDE * tick / 10, TOP + SIDE * (1 - tick / 10)
        yield f'<line x1="{LEFT}" x2="{LEFT + SIDE}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e4e4e4"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick / 10:.1f}</text>'
        yield f'<text x="{x:.1f}" y="{base + 16}" text-anchor="middle">{tick / 10:.1f}</text>'
    yield (f'<line x1="{LEFT}" y1="{TOP + SIDE}" x2="{LEFT + SIDE}" y2="{TOP}" stroke="#999" stroke-dasharray="4 3"/>')
    yield f'<line x1="{LEFT}" x2="{LEFT + SIDE}" y1="{base}" y2="{base}" stroke="#999"/>'


def _draw_bin(one: Bin, most: float, base: int) -> Iterator[str]:
    mean, right, n = one
    x, y = LEFT + SIDE * mean, TOP + SIDE * (1 - right)
    low, high = (TOP + SIDE * (1 - share) for share in interval(right, n))
    # The bar stands over the whole tenth, its dot where the mean is.
    tenth = min(int(mean * 10), 9) / 10
    tall = (BARS - 14) * n / most
    left, middle, wide = LEFT + SIDE * tenth + 2, LEFT + SIDE * (tenth + 0.05), SIDE / 10 - 4
    place = f'x="{left:.1f}" y="{base - tall:.1f}" width="{wide:.1f}" height="{tall:.1f}"'
    yield f'<rect {place} fill="{SOFT}"/>'
    yield f'<text x="{middle:.1f}" y="{base - tall - 3:.1f}" text-anchor="middle" font-size="10">{n:.0f}</text>'
    yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{low:.1f}" y2="{high:.1f}" stroke="{COLOR}" stroke-width="2"/>'
    yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{COLOR}"/>'


def interval(share: float, n: float, z: float = 1.96) -> tuple[float, float]:
    """Return Wilson's interval of a share in [0, 1] seen in `n` cases."""
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


# ---------------------------------------------------------------------------------------------------------------------


def fill(page: str, figures: Figures) -> str:
    """Return the page with its part on the tagger written anew; raises ValueError for a page without that part."""
    filled, count = BLOCK.subn(lambda match: f"{match[1]}\n{render(figures)}\n\n{match[2]}", page)
    if count != 1:
        raise ValueError(f"{PAGE.name} has {count} parts between <!-- tagger --> and <!-- end of tagger -->, not one")
    return filled


def main() -> None:
    """Write the tables and the picture."""
    figures = json.loads(METRICS.read_text(encoding="utf-8"))
    PICTURE.write_text(draw(figures["calibration"]), encoding="utf-8", newline="\n")
    page = fill(PAGE.read_text(encoding="utf-8"), figures)
    PAGE.write_text(page, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
