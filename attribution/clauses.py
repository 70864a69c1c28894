"""Shallow clause structure without a parser: tagged sentences, noun phrases left and right of a verb, clause ends.

A top-level quotation is one unit here, whatever it holds: quoted words take part in the sentence around them as one
noun phrase or one clause. Tags are single characters, listed at `TAGS`; they come from closed word lists, inflection
and neighbours, and are right often enough for the patterns of reported speech, not for parsing at large.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .lexicon import WordLists, read_word_lists
from .marks import Quotation
from .types import TextSpan
from .words import Words

TAGS = {
    "D": "determiner or possessive pronoun",
    "P": "preposition",
    "S": "subject pronoun",
    "O": "object pronoun",
    "B": "form of be",
    "H": "form of have",
    "U": "form of do",
    "M": "modal",
    "C": "coordinator",
    "J": "subordinator",
    "R": "relative pronoun",
    "W": "question word",
    "A": "adverb",
    "T": "time word",
    "V": "verb form that can be finite",
    "G": "-ing form",
    "t": "to",
    "Q": "top-level quotation that can stand alone",
    "q": "short top-level quotation without a mark at its end: part of a phrase (the “red line”)",
    ",": "comma",
    ";": "mark that divides clauses: semicolon, colon, dash, bracket",
    ".": "terminal mark",
    "N": "anything else: nouns, names, adjectives, numbers",
}
TERMINAL = frozenset({".", "!", "?", "…"})
DIVIDERS = frozenset({";", ":", "—", "–", "-", "(", ")", "[", "]", "/", "|", "•", "―"})
NOUNISH = frozenset("Nq")
QUOTED = frozenset("Qq")
FINITE = frozenset("BHUMV")
# A boundary on the left: a clause can begin right behind one of these.
LEFT_EDGE = frozenset(",;.CJRQW")
# Heads whose complement belongs to the report's circumstances, never to the name of a source.
OCCASIONS = frozenset(
    """statement interview speech tweet email e-mail letter post message memo filing report briefing conference
    address debate column article book video ad blog call appearance meeting rally event hearing testimony op-ed
    release note broadcast program show episode podcast television tv radio twitter facebook instagram telegram
    response reply reference remarks comments answer press""".split()
)
CLAUSE_QUOTE, PHRASE_QUOTE = '"', '""'
MAX_PHRASE_QUOTE = 50


@dataclass(slots=True)
class Sentence:
    """Units of one sentence as parallel lists; `quotes[i]` is the quotation that unit `i` stands for, or None."""

    low: list[str]
    cap: list[bool]
    starts: list[int]
    ends: list[int]
    quotes: list[Quotation | None]
    paragraph: int
    first: bool
    """Whether the sentence opens its paragraph."""
    number: int
    """Counts all sentences of the article, those without a cue too."""
    _tag: list[str] | None = None

    @property
    def tag(self) -> list[str]:
        """One of `TAGS` for each unit; worked out when first asked for."""
        if self._tag is None:
            self._tag = tag_units(self.low, self.cap, self.quotes)
        return self._tag

    def __len__(self) -> int:
        return len(self.low)


@lru_cache(maxsize=1)
def _tag_table() -> Mapping[str, str]:
    """Return word -> tag; where a word is in several lists the later line wins."""
    return _make_tag_table(read_word_lists())


def _make_tag_table(words: WordLists) -> Mapping[str, str]:
    table: dict[str, str] = {}
    for form, tags in words.verb_forms.items():
        table[form] = "G" if tags == {"ing"} else "V"
    for form in words.verb_like_nouns | words.participle_adjectives:
        table[form] = "n"  # noun or verb by its neighbours
    for group, tag in (
        (words.mid_adverbs, "A"),
        (words.time_words, "T"),
        (words.prepositions, "P"),
        (words.subordinators, "J"),
        (words.relative_pronouns, "R"),
        (words.wh_words, "W"),
        (words.coordinators, "C"),
        (words.indefinite_pronouns, "N"),
        (words.object_pronouns, "O"),
        (words.reflexives, "O"),
        (words.determiners, "D"),
        (words.possessives, "D"),
        (words.subject_pronouns, "S"),
        (words.modals, "M"),
        (words.do_forms, "U"),
        (words.have_forms, "H"),
        (words.be_forms, "B"),
    ):
        for word in group:
            table[word] = tag
    # Words in several classes: the reading that reported speech needs most.
    table |= {"who": "R", "which": "R", "that": "R", "whom": "R", "whose": "R", "to": "t", "not": "A", "her": "D"}
    table |= {"it": "S", "you": "S", "and": "C", "or": "C", "but": "C", "for": "P", "so": "A", "since": "J", "as": "J"}
    table |= {"while": "J", "before": "P", "after": "P", "until": "P", "than": "P", "like": "P", "no": "D", "yet": "A"}
    table |= {"don't": "U", "doesn't": "U", "didn't": "U", "isn't": "B", "wasn't": "B", "aren't": "B", "weren't": "B"}
    table |= {"won't": "M", "wouldn't": "M", "can't": "M", "couldn't": "M", "shouldn't": "M", "cannot": "M"}
    table |= {"hasn't": "H", "haven't": "H", "hadn't": "H", "others": "N", "some": "N", "many": "N", "most": "N"}
    table |= {"he's": "s", "she's": "s", "it's": "s", "they're": "s", "we're": "s", "i'm": "s", "you're": "s"}
    table |= {"he'd": "s", "she'd": "s", "they'd": "s", "we'd": "s", "i'd": "s", "they've": "s", "we've": "s"}
    table |= {"half": "N", "several": "N", "few": "N", "more": "N", "less": "N", "fewer": "N", "third": "N"}
    table |= {"i've": "s", "he'll": "s", "she'll": "s", "they'll": "s", "we'll": "s", "i'll": "s", "it'll": "s"}
    table |= {"that's": "s", "there's": "s", "there": "S", "n't": "A", "late": "T", "early": "T", "last": "T"}
    return table


def tag_units(low: Sequence[str], cap: Sequence[bool], quotes: Sequence[Quotation | None]) -> list[str]:
    """Return one tag for each unit; verbs after a determiner or inside a capitalised name count as nouns."""
    table = _tag_table()
    tags: list[str] = []
    before = "."
    # A headline in title case: capitals there name nothing.
    title = len(low) > 4 and sum(cap) > 0.7 * sum(1 for word in low if word[0].isalnum())
    for index, word in enumerate(low):
        if quotes[index] is not None:
            tag = "q" if word == PHRASE_QUOTE else "Q"
        elif len(word) == 1 and not word.isalnum():
            if word == ",":
                tag = ","
            elif word in TERMINAL:
                tag = "."
            elif word in DIVIDERS:
                tag = ";"
            else:
                tag = "N" if word in "$€£%&#@+" else ";"
        else:
            tag = table.get(word, "")
            if tag == "":
                if word[-3:] == "ing" and len(word) > 5 and not cap[index]:
                    tag = "g"
                elif word[-2:] == "ly" and len(word) > 4 and not cap[index]:
                    tag = "A"
                elif word[-2:] == "ed" and len(word) > 4 and not cap[index]:
                    tag = "v"
                elif word == "--" or word[:2] in ("..", "__"):
                    tag = ";"
                else:
                    tag = "N"
            elif cap[index] and index and not title and before != "." and tag in "VGnTAJPD" and word not in ("i",):
                # A capital inside a sentence is part of a name ("Stop Hunger Now"), except after a mark.
                if tag == "T" and word[0].isalpha() and word not in ("last", "early", "late", "next"):
                    pass  # Monday, January
                elif low[index - 1].isalpha():
                    tag = "N"
            if tag in ("V", "n", "v", "G", "g"):
                if before == "D" or (before == "N" and low[index - 1][-2:] in ("'s", "s'")):
                    tag = "N"
                elif before == "P" and tag in ("V", "n", "v"):
                    tag = "N"
                elif tag == "n":
                    # A verb only where a verb must stand: after a subject pronoun, a modal or to.
                    tag = "V" if before in ("S", "M", "t", "R") else "N"
                elif tag == "v":
                    tag = "V"
                elif tag == "g":
                    tag = "G"
            elif tag == "s":
                tag = "S"
        tags.append(tag)
        before = tag
    return tags


# --------------------------------------------------------------------------------------------------------- sentences


MAX_SENTENCE_UNITS = 400
"""A longer sentence (a table, a list, a text without full stops) is cut, so that time stays linear in the text."""


def split_sentences(
    words: Words,
    quotations: Sequence[Quotation],
    abbreviations: frozenset[str],
    *,
    hot: frozenset[str],
    text: str,
    paragraph: int,
    number: int,
) -> tuple[list[Sentence], int]:
    """Return the sentences of one paragraph that hold a quotation or a word of `hot`, and the next sentence's number.

    `quotations` are the top-level ones, in text order; each is one unit. `number` is the first sentence's. A quotation
    that ends with a full stop ends its sentence, one that ends with ! or ? only when no attribution follows.
    """
    texts, lowers, starts = words.texts, words.lower, words.starts
    n = len(texts)
    if not n:
        return [], number
    quoted: list[tuple[int, int, TextSpan, Quotation]] = []
    for quotation in quotations:
        for piece in quotation.pieces:
            first = bisect_left(starts, piece.start)
            stop = bisect_left(starts, piece.end)
            if stop > first and piece.start >= starts[0] and piece.end <= words.ends[-1]:
                quoted.append((first, stop, piece, quotation))
    builder = _SentenceBuilder(words, text, paragraph, number, hot)
    at_quote = 0
    for i in [i for i, word in enumerate(texts) if word[-1] in ".!?…"]:
        while at_quote < len(quoted) and quoted[at_quote][0] <= i:
            _take_quote(builder, quoted[at_quote], texts, lowers, text)
            at_quote += 1
        if i < builder.after_quote:
            continue  # inside a quotation
        following = i + 1
        word = texts[i]
        if word[0] not in ".!?…":
            # "... in the U.S. He said"
            if following < n and len(word) > 2 and texts[following][0].isupper() and lowers[following] in _OPENERS:
                builder.close(following)
            continue
        if word == "." and following < n and i > builder.begin and i > builder.after_quote:
            previous = lowers[i - 1]
            dotted = previous + "."
            initial = len(previous) == 1 and previous.isalpha() and texts[i - 1][0].isupper()
            if words.ends[i - 1] == starts[i] and (initial or dotted in abbreviations):
                # Mr. Ruiz, John D. Ruiz: the period belongs to the word.
                builder.merge(i)
                if initial or dotted not in _ENDING or not texts[following][0].isupper():
                    continue
        if following >= n or _starts_sentence(texts, following):
            builder.close(following)
    for item in quoted[at_quote:]:
        _take_quote(builder, item, texts, lowers, text)
    builder.close(n)
    return builder.sentences, builder.number


def _take_quote(
    builder: _SentenceBuilder,
    item: tuple[int, int, TextSpan, Quotation],
    texts: Sequence[str],
    lowers: Sequence[str],
    text: str,
) -> None:
    first, stop, piece, quotation = item
    if first < builder.after_quote:
        return
    builder.quote(first, stop, piece, quotation)
    mark = last_mark(text, piece.start, piece.end)
    if mark not in ".!?…" or stop >= len(texts):
        return
    if _starts_sentence(texts, stop) and not (mark in "!?" and _attribution_follows(lowers, texts, stop)):
        builder.close(stop)


class _SentenceBuilder:
    """Cuts a paragraph's words into sentences; `quote` and `merge` note what is one unit, `close` ends a sentence."""

    def __init__(self, words: Words, text: str, paragraph: int, number: int, hot: frozenset[str]) -> None:
        self.words = words
        self.text = text
        self.paragraph = paragraph
        self.number = number
        self.hot = hot
        self.sentences: list[Sentence] = []
        self.begin = 0
        self.after_quote = 0
        self._opening = True
        self._edits: list[tuple[int, int, TextSpan | None, Quotation | None]] = []

    def quote(self, first: int, stop: int, piece: TextSpan, quotation: Quotation) -> None:
        self._edits.append((first, stop, piece, quotation))
        self.after_quote = stop

    def merge(self, period: int) -> None:
        self._edits.append((period - 1, period + 1, None, None))

    def close(self, end: int) -> None:
        begin = self.begin
        if end <= begin:
            return
        self.begin = end
        self.number += 1
        words = self.words
        edits, self._edits = self._edits, []
        opening, self._opening = self._opening, False
        low = words.lower[begin:end]
        if not edits and self.hot.isdisjoint(low):
            return
        texts = words.texts[begin:end]
        cap = [word[0].isupper() for word in texts]
        starts = words.starts[begin:end]
        ends = words.ends[begin:end]
        quotes: list[Quotation | None] = [None] * (end - begin)
        for first, stop, piece, quotation in reversed(edits):
            a, b = first - begin, stop - begin
            if piece is None or quotation is None:
                low[a:b] = [low[a] + "."]
                cap[a:b] = [cap[a]]
                starts[a:b] = [starts[a]]
                ends[a:b] = [ends[b - 1]]
                quotes[a:b] = [None]
            else:
                low[a:b] = [PHRASE_QUOTE if _is_phrase(self.text, piece.start, piece.end) else CLAUSE_QUOTE]
                first_letter = next((c for c in piece.of(self.text) if c.isalnum()), "")
                cap[a:b] = [first_letter.isupper()]
                starts[a:b] = [piece.start]
                ends[a:b] = [piece.end]
                quotes[a:b] = [quotation]
        for at in range(0, len(low), MAX_SENTENCE_UNITS):
            part = slice(at, at + MAX_SENTENCE_UNITS)
            self.sentences.append(
                Sentence(
                    low[part],
                    cap[part],
                    starts[part],
                    ends[part],
                    quotes[part],
                    self.paragraph,
                    opening and at == 0,
                    self.number - 1,
                )
            )


_ENDING = frozenset({"inc.", "corp.", "co.", "ltd.", "etc.", "a.m.", "p.m.", "u.s.", "jr.", "sr."})
_OPENERS = frozenset(
    "he she it they we i you the a an this that these those but and in on at for as if when while his her its".split()
)


def _starts_sentence(texts: Sequence[str], i: int) -> bool:
    first = texts[i][0]
    return not first.islower() and first not in ",;:)]("


def last_mark(text: str, start: int, stop: int) -> str:
    """Return the last character of the quotation that is neither a quotation mark nor white space."""
    k = stop - 1
    while k > start and (text[k].isspace() or text[k] in "”»\"'’“‟＂"):
        k -= 1
    return text[k]


def _is_phrase(text: str, start: int, stop: int) -> bool:
    return stop - start <= MAX_PHRASE_QUOTE and last_mark(text, start, stop).isalnum()


def _attribution_follows(lowers: Sequence[str], texts: Sequence[str], i: int) -> bool:
    """Return whether a short clause with a verb of saying stands at word `i`: "...?" Ruiz asked."""
    for k in range(i, min(i + 7, len(texts))):
        if texts[k][0] in ".!?,;:":
            return False
        if lowers[k] in _ASKING:
            return True
    return False


_ASKING = frozenset(
    """said says asked asks wrote writes tweeted told tells added adds replied replies shouted exclaimed yelled cried
    wondered quipped joked responded continued declared concluded answered demanded insisted""".split()
)


# ------------------------------------------------------------------------------------------------------ noun phrases


def noun_phrase_before(s: Sentence, k: int) -> int | None:
    """Return the first unit of the noun phrase that ends at unit `k`, or None when none ends there.

    Takes prepositional attributes (an adviser to the minister), titles, and coordination (Putin and Biden) where the
    whole stands at the start of a clause; never crosses a verb or a mark.
    """
    tag, low = s.tag, s.low
    if k < 0:
        return None
    if tag[k] in "SO":
        return k if low[k] not in ("there", "there's", "that's") else None
    i = k
    if tag[i] == "D" and low[i] in ("this", "that", "these", "those", "both", "all", "his", "hers", "another", "each"):
        return i
    if tag[i] not in NOUNISH and tag[i] != "T":
        return None
    if tag[i] == "T" and (i == 0 or tag[i - 1] in ",.;PJ"):
        return None  # "On Monday"
    if tag[i] == "T":
        return None
    first = i
    while True:
        j = i
        while j >= 0 and (
            tag[j] in NOUNISH or (tag[j] == "G" and j < i) or (tag[j] == "A" and _is_adverb_inside(s, j, i))
        ):
            j -= 1
        if j >= 0 and tag[j] == "T" and j < i and low[j][-2:] in ("'s",):
            j -= 1
        if j >= 0 and tag[j] == "D":
            j -= 1
            if j >= 0 and low[j] in ("all", "both", "half"):
                j -= 1
        if j + 1 > i:
            break
        first = j + 1
        if j <= 0:
            break
        if tag[j] in ("P", "t") and tag[j - 1] in "NO" and low[j] not in _NO_ATTRIBUTE:
            if tag[j] == "t" and tag[j + 1] not in "DN":
                break
            i = j - 1
            continue
        if low[j] in ("and", "or", "&") and tag[j - 1] in NOUNISH:
            left = noun_phrase_before(s, j - 1)
            while left is not None and left > 1 and low[left - 1] == "," and tag[left - 2] == "N":
                further = noun_phrase_before(s, left - 2)  # a list: A, B and C
                if further is None or not is_clause_start(s, further):
                    break
                left = further
            if left is not None and is_clause_start(s, left):
                first = left
            break
        if tag[j] == "," and tag[j - 1] in "N" and _has_coordinator(s, j + 1, k):
            left = noun_phrase_before(s, j - 1)
            if left is not None and is_clause_start(s, left):
                first = left
            break
        break
    if first > 1 and low[first - 1] == "than" and low[first - 2] in ("more", "less", "fewer", "rather"):
        first -= 2  # more than 4 in 10
    # A preposition at the start of the clause opens an adverbial, not the subject: "In Kyiv officials say".
    return first


_NO_ATTRIBUTE = frozenset("than like after before until during".split())


def _is_adverb_inside(s: Sentence, j: int, i: int) -> bool:
    return j < i and j > 0 and s.tag[j - 1] in "DN" and s.tag[j + 1] == "N" and s.low[j] not in ("also", "then", "now")


def _has_coordinator(s: Sentence, begin: int, end: int) -> bool:
    return any(s.low[x] in ("and", "or", "&") for x in range(begin, min(end + 1, begin + 12)))


def is_clause_start(s: Sentence, i: int) -> bool:
    """Return whether a clause can begin at unit `i`: at the sentence's start, behind a mark, conjunction or adverb."""
    if i <= 0:
        return True
    t = s.tag[i - 1]
    if t in LEFT_EDGE:
        return True
    if t in "AT":
        return is_clause_start(s, i - 1) or s.tag[i - 2] in "PDT"
    return s.low[i - 1] in ("that", "for", "before", "after")


def subject_before(s: Sentence, v: int, *, floor: int = 0) -> tuple[int, int] | None:
    """Return the units [first, last] of the noun phrase whose verb group begins at unit `v`, or None.

    Sees through one appositive or relative clause in commas ("Ana Ruiz, a nurse, said"): an appositive belongs to the
    phrase, a relative clause does not. Never looks left of `floor`.
    """
    k = v - 1
    tag, low = s.tag, s.low
    while k > floor and tag[k] == "A":
        k -= 1
    if k < floor:
        return None
    if low[k] in _INSERTION_MARKS:
        return _subject_before_insertion(s, k, floor)
    first = noun_phrase_before(s, k)
    if first is None or first < floor:
        return None
    return first, k


_INSERTION_MARKS = {",": ",", "-": "-", "—": "—", "–": "–", "--": "--", ")": "("}
MAX_INSERTION_MARKS = 6


def _subject_before_insertion(s: Sentence, k: int, floor: int) -> tuple[int, int] | None:
    """Return the subject whose appositive, relative clause or aside ends at the mark at unit `k`.

    Tries the nearest opening mark first, then those further left: a nurse from Lima, Peru, who, in short, said.
    """
    tag, low = s.tag, s.low
    opener = _INSERTION_MARKS[low[k]]
    m = k - 1
    for _ in range(MAX_INSERTION_MARKS):
        while m > floor and low[m] != opener:
            if tag[m] == "." or (tag[m] == "Q" and opener == ","):
                return None
            m -= 1
        if m <= floor:
            return None
        head = _head_before_insertion(s, m, floor)
        inside = m + 1
        if head is not None and inside < k and not low[head[1]].isdigit():
            found = _with_insertion(s, head, inside, k, opener)
            if found is not None:
                if found[0] > floor + 1 and low[found[0] - 1] == "," and opener == ",":
                    # Ana Ruiz, 63, a nurse whose roots ..., said: the name is further left.
                    further = _subject_before_insertion(s, found[0] - 1, floor)
                    if further is not None and s.cap[further[0]] and (further[0] == 0 or low[further[0] - 1] != ","):
                        return further[0], max(found[1], further[1])
                    place = _head_before_insertion(s, found[0] - 1, floor)
                    if (
                        place is not None
                        and head == (found[0], m - 1)
                        and s.cap[head[0]]
                        and (place[0] == 0 or low[place[0] - 1] != ",")
                    ):
                        return place[0], found[1]  # an official from Lima, Peru, where ..., said
                return found
        m -= 1
    return None


def _with_insertion(s: Sentence, head: tuple[int, int], inside: int, k: int, opener: str) -> tuple[int, int] | None:
    tag, low = s.tag, s.low
    opening = tag[inside]
    if opener != ",":
        return head
    relative = next((x for x in range(inside, k) if low[x] in ("who", "which", "whose", "where")), None)
    finite = _has_finite(s, inside, k if relative is None else relative)
    if opening in "DN" and not finite:
        # The appositive belongs to the source, its relative clause does not.
        last = (k if relative is None else relative) - 1
        while last >= inside and tag[last] in ",;":
            last -= 1
        return (head[0], last) if last >= inside else head
    if relative == inside or opening in "GVJPTtA" or not finite:
        return head
    return None


def _head_before_insertion(s: Sentence, m: int, floor: int) -> tuple[int, int] | None:
    last = m - 1
    if last > floor and s.low[last] == ")":
        # Sen. Ana Ruiz (D-Mo.), who
        while last > floor and s.low[last] != "(":
            last -= 1
        last -= 1
    first = noun_phrase_before(s, last)
    if first is None or first < floor:
        return None
    if not is_clause_start(s, first):
        return None
    return first, m - 1


def _has_finite(s: Sentence, begin: int, end: int) -> bool:
    return any(
        s.tag[x] in "BHUM" or (s.tag[x] == "V" and s.low[x][-2:] != "ed" and s.tag[x - 1] != "t")
        for x in range(begin, end)
    )


def noun_phrase_after(s: Sentence, k: int, *, hearer: bool = False) -> int | None:
    """Return the unit behind the noun phrase that starts at unit `k` (its end, excluded), or None when none starts.

    Attributes with of, for, from, with, at, in, on and to are taken unless they name a time or an occasion
    ("in a statement"). With `hearer`, only `of` attributes are, for objects: told the head of the office that.
    """
    tag, low, n = s.tag, s.low, len(s)
    if k >= n:
        return None
    if tag[k] in "SO" or (tag[k] == "D" and low[k] == "her" and (k + 1 >= n or tag[k + 1] not in "N")):
        return k + 1
    i = k
    while i < n and tag[i] == "D":
        i += 1
    start = i
    while i < n and (
        tag[i] in "N"
        or (tag[i] in "GVA" and i > start - 1 and i + 1 < n and tag[i + 1] == "N" and tag[i - 1] == "D")
        or (tag[i] == "q")
    ):
        i += 1
    if i == start:
        return (
            i
            if i > k and low[k] in ("some", "many", "others", "both", "all", "this", "that", "these", "those")
            else None
        )
    while i + 1 < n:
        if tag[i] in "Pt" and low[i] in (("of",) if hearer else ("of", "for", "from", "with", "at", "in", "on", "to")):
            nxt = i + 1
            if (
                tag[nxt] == "T"
                or low[nxt].isdigit()
                or (low[nxt] in ("a", "an", "the", "his", "her", "their", "its") and _is_occasion(s, nxt))
            ):
                break
            if low[nxt] in OCCASIONS:
                break
            end = _plain_phrase_after(s, nxt)
            if end is None:
                break
            i = end
            continue
        if low[i] in ("and", "&") and tag[i + 1] in "ND" and not hearer:
            end = _plain_phrase_after(s, i + 1)
            if end is None or (end < n and tag[end] in "BHUMV"):
                break
            i = end
            continue
        break
    return i


def _plain_phrase_after(s: Sentence, k: int) -> int | None:
    i, n, tag = k, len(s), s.tag
    while i < n and tag[i] == "D":
        i += 1
    start = i
    while i < n and tag[i] in "N":
        i += 1
    return i if i > start else None


def _is_occasion(s: Sentence, k: int) -> bool:
    for i in range(k, min(k + 6, len(s))):
        if s.tag[i] not in "DNAGV":
            return False
        if s.low[i] in OCCASIONS:
            return True
    return False


def skip_circumstances(s: Sentence, k: int, *, clause_may_follow: bool = False) -> int:
    """Return the unit behind times, places and occasions that start at unit `k`: "on Monday in a statement".

    Stops where something else begins. With `clause_may_follow`, only such phrases are skipped as cannot belong to a
    clause that follows without "that" (said Monday | rents will rise).
    """
    tag, low, n = s.tag, s.low, len(s)
    i = k
    while i < n:
        t = tag[i]
        if t in "TA" and low[i] not in ("not", "so", "more", "only", "even"):
            i += 1
            while i < n and (
                tag[i] == "T"
                or low[i].isdigit()
                or low[i] in ("week", "month", "year", "night", "afternoon", "morning", "evening", "ago")
            ):
                i += 1
            continue
        if (
            low[i] in ("this", "the", "a", "earlier", "later", "next", "last")
            and i + 1 < n
            and low[i + 1] in _TIME_NOUNS
        ):
            i += 2
            continue
        if (
            t == "P"
            and low[i]
            in (
                "on",
                "in",
                "at",
                "during",
                "after",
                "before",
                "via",
                "by",
                "through",
                "over",
                "from",
                "to",
                "outside",
                "following",
                "for",
                "about",
                "with",
                "ahead",
                "of",
                "late",
                "early",
                "under",
            )
        ) or (t == "t" and i + 1 < n and tag[i + 1] not in "VU"):
            end = i + 1
            if end < n and tag[end] == "P":
                end += 1
            if end < n and (tag[end] == "T" or low[end].isdigit()):
                end += 1
                while end < n and (tag[end] == "T" or low[end].isdigit()):
                    end += 1
                i = end
                if i + 1 < n and tag[i] == "," and low[i + 1].isdigit() and len(low[i + 1]) == 4:
                    i += 2
                continue
            stop = noun_phrase_after(s, end)
            if stop is None:
                return i
            if clause_may_follow and not _is_occasion(s, end) and low[end] not in OCCASIONS:
                return i
            i = stop
            continue
        return i
    return i


_TIME_NOUNS = frozenset(
    "week month year day night afternoon morning evening weekend time hour quarter season summer".split()
)
