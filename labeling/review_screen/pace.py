"""How fast a review goes, and how long the rest will take at that pace."""

from __future__ import annotations

from collections import deque
from statistics import median

# The median of so many answers: one coffee break among them changes nothing, a change of pace shows soon.
RECENT = 20


class Pace:
    """Takes the seconds of each answer; says answers a minute and the time left, None before the third answer."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque(maxlen=RECENT)

    def add(self, seconds: float) -> None:
        """Take one answer's time in."""
        self._recent.append(max(seconds, 0.0))

    @property
    def seconds(self) -> float | None:
        """Median seconds an answer takes."""
        return max(median(self._recent), 0.1) if len(self._recent) >= 3 else None

    def tell(self, remaining: int) -> str:
        """Return what the screen's first line says: pace and time left; nothing before the third answer."""
        if self.seconds is None or not remaining:
            return ""
        rate = 60 / self.seconds
        return f"{rate:.{int(rate < 10)}f}/min · {remaining:,} left, about {show_duration(remaining * self.seconds)}"


def show_duration(seconds: float) -> str:
    """Return a rough length of time: `40 s`, `12 min`, `2 h 10 min`."""
    if seconds < 90:
        return f"{round(seconds)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min"
