"""The same review line by line: every item read out, one line typed for each answer. For screen readers and pipes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import IO

from sayso.attribution.types import SPEAKER_TYPES, SpeakerType, TextSpan

from .controller import Controller, PickArticle
from .drawing import Painter, item_marks, tell_count
from .guide import guideline_lines, help_lines
from .keys import BY_NAME, DIGITS
from .passage import marked_lines
from .sight import STATUS_WORDS, StanceSight
from .speakers import NOBODY, Offer, typed_offer

WIDTH = 80
MOST_ARTICLES = 100
# "Ana Ruiz (organization)": a new name with its type.
TYPE_AT_END = re.compile(r"\(([a-z]{1,20})\)$")
WORD_NUMBERS = re.compile(r"([0-9]{1,7})(?:[ \t]*[- ][ \t]*([0-9]{1,7}))?")
OPENING = "An empty line accepts; type help for the other answers, quit to leave."
PLAIN_HELP = (
    "Type a key or an action's name, then Enter; an empty line accepts, a line of spaces skips.",
    "  2 a            a stance: number of the target, then the key of the label",
    "  s NAME         who speaks: a number of the list, a name, or a new name as in: s Ana Ruiz (person); s nobody",
    "  right 3        a boundary moved by three words",
    "  words TEXT     the words of the passage with their numbers; with TEXT only of paragraphs that have it",
    "  i 12-20        a missed quotation by its words; likewise w (cue), z (source), p 15 (split before a word);",
    "                 w none, z none: the text has none",
    "  t TEXT         a note;   j 12   jump;   / WORDS   search",
    "  l              all articles; l WORDS those with the words; j ID opens one as a whole, where i and d count",
)
BOUNDARY_ACTIONS = frozenset({"grow-left", "grow-right", "shrink-left", "shrink-right"})
SELECTIONS = {"missed", "split", "cue", "source"}


class PlainReview:
    """Reads answers from one stream and writes to another; each line of output goes through the painter's door."""

    def __init__(self, controller: Controller, painter: Painter, source: IO[str], sink: IO[str]) -> None:
        self._controller = controller
        self._session = controller.session
        self._painter = painter
        self._source = source
        self._sink = sink

    def run(self) -> None:
        """Ask until the reviewer quits or the input ends."""
        shown = None
        if not self._controller.done:
            self._say([OPENING])
        while not self._controller.done:
            session = self._session
            state = session.article_complete if session.on_page else session.state
            if (session.entry, state) != shown:
                again = shown is not None and shown[0] == session.entry
                if session.on_page:
                    self._say([] if again else self._page())
                else:
                    self._say(self._answers() if again else self._item())
                shown = (session.entry, state)
            self._sink.write("> ")
            self._sink.flush()
            line = self._source.readline()
            if not line:
                self._sink.write("\n")
                return
            self._say(told for told in [self.answer(line.rstrip("\r\n"))] if told)

    def answer(self, line: str) -> str:
        """Do what the typed line says, and return what there is to say about it."""
        self._controller.message = ""
        if not line.strip():
            return self._act("accept" if not line else self._controller.keys.action_of("space") or "skip")
        head, _, rest = line.strip().partition(" ")
        if self._session.on_page:
            if head.isascii() and head.isdigit() and len(head) < 5:
                return self._session.open_quotation(int(head) - 1) or ""
        elif head in DIGITS and int(head) <= len(self._session.sight.stances):
            self._session.choose_target(int(head) - 1)
            return self.answer(rest.strip()) if rest.strip() else self._target_told()
        if head == "words":
            return "\n".join(self._numbered_words(rest))
        action = head if head in BY_NAME else self._controller.keys.action_of(head)
        if action is None:
            return f"Nothing is called {head!r}; type help."
        return self._do(action, rest.strip())

    def _do(self, action: str, rest: str) -> str:
        session = self._session
        refused = self._controller.refusal(action)
        if refused is not None:
            return refused
        if action == "articles":
            return "\n".join(self._articles(rest))
        if session.on_page and action in ("next-target", "previous-target", "grow-right"):
            return "Type a quotation's number to open it."
        if action in BOUNDARY_ACTIONS:
            steps = int(rest) if rest.isascii() and rest.isdigit() and len(rest) < 4 else 1
            return next((told for _ in range(steps) if (told := self._act(action))), "")
        if action == "speaker":
            return self._name_speaker(rest)
        if action in SELECTIONS:
            return self._choose_words(action, rest)
        if action == "note":
            return session.write_note(rest) or ""
        if action == "jump":
            return session.jump(rest) or ""
        if action == "search":
            return "\n".join(self._found(rest))
        if action == "guidelines":
            return "\n".join(guideline_lines(session.codebook, session.target_at_hand))
        if action == "help":
            return "\n".join((*PLAIN_HELP, "", *help_lines(self._controller.keys)))
        if action in ("scroll-down", "scroll-up", "others"):
            return "\n".join(self._article())
        return self._act(action)

    def _act(self, action: str) -> str:
        self._controller.act(action)
        if action in ("next-target", "previous-target"):
            return self._target_told()
        return self._controller.message

    def _name_speaker(self, typed: str) -> str:
        near = self._session.offers()
        if not typed:
            return "\n".join(["Who speaks? Type s and a number or name:", *self._offer_lines([*near, NOBODY])])
        if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= len(near) + 1:
            return self._session.name_speaker([*near, NOBODY][int(typed) - 1].answer) or ""
        if typed.casefold() == "nobody":
            return self._session.name_speaker(NOBODY.answer) or ""
        found = self._session.speakers.complete(typed, near)
        same = [offer for offer in found if (offer.answer.name or "").casefold() == typed.casefold()]
        if same or len(found) == 1:
            return self._session.name_speaker((same or found)[0].answer) or ""
        if found:
            return "\n".join(["Which one? Type more of the name:", *self._offer_lines(found[:9])])
        named = TYPE_AT_END.search(typed)
        type_: SpeakerType = "person"
        for known in SPEAKER_TYPES:
            if named is not None and named[1] == known:
                type_, typed = known, typed[: named.start()].rstrip()
                break
        new = typed_offer(typed, type_)
        return "Give a name." if new is None else self._session.name_speaker(new.answer) or ""

    def _choose_words(self, action: str, rest: str) -> str:
        session, words = self._session, self._session.words()
        if action in ("cue", "source") and rest.casefold() == "none":
            return session.mark_part(action, None) or ""
        numbers = WORD_NUMBERS.fullmatch(rest)
        if numbers is None:
            return "Give the numbers of the first and the last word, as `words` shows them."
        first, last = int(numbers[1]) - 1, int(numbers[2] or numbers[1]) - 1
        if not 0 <= first < len(words) or not 0 <= last < len(words):
            return f"Words go from 1 to {len(words)}."
        if action == "split":
            return session.split(words.starts[first]) or ""
        span = words.span(first, last)
        return (session.add_missed(span) if action == "missed" else session.mark_part(action, span)) or ""

    # What is read out

    def _item(self) -> Iterator[str]:
        session, state = self._session, self._session.state
        article = session.article
        total = len(session.entries)
        yield ""
        again = ", asked again" if session.entry.recheck else ""
        flagged = ", flagged" if state.flagged else ""
        done = f"{total - session.remaining} of {total} done"
        yield f"Item {session.index + 1} ({STATUS_WORDS[state.status]}{again}{flagged}); {done}"
        yield "Article " + ", ".join(fact for fact in (article.id, article.title, article.date) if fact)
        yield from self._marked(session.item.context)
        yield from self._answers()

    def _page(self) -> Iterator[str]:
        session, article = self._session, self._session.article
        yield ""
        complete = "complete" if session.article_complete else "not marked complete"
        done = f"{len(session.entries) - session.remaining} of {len(session.entries)} done"
        yield f"Whole article ({complete}), {tell_count(*session.count(article.id))}; {done}"
        yield "Article " + ", ".join(fact for fact in (article.id, article.title, article.date) if fact)
        yield from (line.plain for line in self._painter.page_lines(WIDTH))
        yield "Is a quotation missed? words, then i 12-20 adds it; an empty line says that none is."

    def _articles(self, typed: str) -> Iterator[str]:
        session = self._session
        rows = self._controller.article_rows(PickArticle(typed))
        for article in rows[:MOST_ARTICLES]:
            complete = ", complete" if session.is_complete(article.id) else ""
            facts = ", ".join(fact for fact in (article.title, article.date) if fact)
            yield f"{article.id}: {tell_count(*session.count(article.id))}{complete}" + (f"; {facts}" if facts else "")
        if len(rows) > MOST_ARTICLES:
            yield f"… and {len(rows) - MOST_ARTICLES:,} more; l WORDS narrows them down"
        yield "j ID opens one." if rows else f"No article has {typed!r}."

    def _answers(self) -> Iterator[str]:
        session = self._session
        sight, found = session.sight, session.item.attribution
        speaker = sight.speaker
        if speaker is None:
            yield "Speaker: not answered" if session.blind else "Speaker: unknown"
        else:
            name = "nobody can tell" if speaker.name is None else f"{speaker.name} ({speaker.type})"
            yield f"Speaker: {name}" + ("" if sight.speaker_given else ", suggested")
        yield f"Kind: {sight.kind}" + ("" if sight.kind_given else ", suggested")
        yield "Content: " + (session.state.attribution.content)
        if not session.blind:
            yield f"Sure: {found.confidence:.2f}, {found.origin}"
        for opinion in session.opinions.get(session.item.id, ()):
            yield f"Others: {opinion}"
        if session.state.note:
            yield f"Note: {session.state.note}"
        for number, stance in enumerate(sight.stances, start=1):
            yield f"{number} {_told(stance)}"

    def _target_told(self) -> str:
        stances = self._session.sight.stances
        return _told(stances[self._session.target % len(stances)]) if stances else "The codebook has no target."

    def _marked(self, span: TextSpan) -> Iterator[str]:
        sight = self._session.sight
        focus = TextSpan(min(span.start, sight.content[0].start), max(span.end, sight.content[-1].end))
        for line in marked_lines(self._painter.passage_text(), item_marks(sight), focus, WIDTH):
            yield line.plain

    def _article(self) -> Iterator[str]:
        if self._session.on_page:
            return (line.plain for line in self._painter.page_lines(WIDTH))
        text = self._session.article.text
        return self._marked(TextSpan(0, max(len(text), 1)))

    def _numbered_words(self, wanted: str) -> Iterator[str]:
        """Yield the words of each paragraph with their numbers, as many on a line as fit."""
        session, words = self._session, self._session.words()
        text = session.article.text
        context = TextSpan(0, max(len(text), 1)) if session.on_page else session.item.context
        paragraphs: dict[int, list[int]] = {}
        for number, start in enumerate(words.starts):
            if context.start <= start < context.end:
                paragraphs.setdefault(text.rfind("\n", 0, start) + 1, []).append(number)
        some = False
        for start, numbers in paragraphs.items():
            if wanted.casefold() not in text[start : words.ends[numbers[-1]]].casefold():
                continue
            some = True
            line = ""
            for number in numbers:
                entry = f"{number + 1} {text[words.starts[number] : words.ends[number]]}"
                if line and len(line) + 2 + len(entry) > WIDTH:
                    yield line
                    line = ""
                line += f", {entry}" if line else entry
            yield line
        if not some:
            yield f"No paragraph has {wanted!r}."

    def _found(self, typed: str) -> Iterator[str]:
        places = self._session.search(typed, limit=20)
        yield f"{len(places)} found; j NUMBER goes there." if places else f"Nothing found for {typed!r}."
        for place in places:
            state = self._session.state_of(self._session.entries[place])
            yield f"{place + 1} {STATUS_WORDS[state.status]}: {state.attribution.content}"

    @staticmethod
    def _offer_lines(offers: Iterable[Offer]) -> Iterator[str]:
        for number, offer in enumerate(offers, start=1):
            yield f"{number} {offer.label}" + (f", {offer.origin}" if offer.origin else "")

    def _say(self, lines: Iterable[str]) -> None:
        for line in lines:
            for part in line.split("\n"):
                self._sink.write(self._painter.harmless_line(part) + "\n")


def _told(stance: StanceSight) -> str:
    if stance.label is None:
        return f"{stance.target}: {'not addressed' if stance.given else 'not answered'}"
    flags = "".join(f", {flag}" for flag in stance.flags)
    suggested = ""
    if not stance.given and stance.suggested is not None:
        suggested = f", suggested, sure {stance.suggested.confidence:.2f}"
    return f"{stance.target}: {stance.label}{flags}{suggested}"


def run_plain(controller: Controller, painter: Painter, source: IO[str], sink: IO[str]) -> None:
    """Run the review in prompt mode until the reviewer quits or the input ends."""
    PlainReview(controller, painter, source, sink).run()
