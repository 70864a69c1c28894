"""Quotations as numbers: each word has one for its stem, and is known as content, name, number, denial or filler.

Made for comparing many short texts: names and numbers are brought to one form (Kiev and Kyiv, 175,000 and 175 thousand,
the US and American), inflection is taken off, and a quotation is then a row of integers.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from .errors import LexiconError
from .jsonl_data import DataFile, list_field, read_entries, seed_file, text_field
from .names import fold
from .registry import Registry, default_registry

WORD = re.compile(r"\d(?:[\d.,]*\d)?|[^\W\d_]+(?:'[^\W\d_]+)?|[.!?]")
DOTTED = re.compile(r"\b([A-Z])\.([A-Z])\.")
APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "‘": "'", "`": "'"})
SENTENCE_ENDS = frozenset(".!?")

_FILLERS = """
a about actually again also always am an and are as at be been being beyond but by can could did do does doing done even
ever for from get gets getting go goes going gone got had has have having he her here hers him his how i if in into is
it its just let like made make me more most much must my myself of on one only onto or our ours ourselves out over own
quite rather really same shall she should since so some such than that the their theirs them then there these they thing
this those through to too toward towards until up upon us very was we well were what whatever when where whether which
while who whom whose why will with within would yes yet you your yours above below under against before after during
because though although however still now percent per cent cents both between off down without
"""
FILLERS = frozenset(_FILLERS.split())
DENIALS = frozenset("not no never none nobody nothing nowhere neither cannot without hardly barely".split())
DOUBTS = frozenset("may might could perhaps maybe possibly probably likely".split())
UNSTEMMED = FILLERS | DENIALS | DOUBTS
UNITS = {word: number for number, word in enumerate("zero one two three four five six seven eight nine ten eleven "
    "twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split())}  # fmt: skip
TENS = {word: 10 * number for number, word in enumerate(
    "twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)}  # fmt: skip
SCALES = {"hundred": 100, "thousand": 1_000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
ORDINALS = {word: f"{number}th" for number, word in enumerate(
    "first second third fourth fifth sixth seventh eighth ninth tenth".split(), start=1)}  # fmt: skip
SHARES = frozenset({"half", "quarter", "dozen", "twice", "double", "triple"})
IRREGULAR = {
    form: base
    for base, forms in {
        "accept": "acceptance", "be": "being", "begin": "began begun beginning", "break": "broke broken",
        "bring": "brought", "build": "built", "buy": "bought", "child": "children", "choose": "chose chosen",
        "come": "came", "fall": "fell fallen", "fight": "fought", "find": "found", "flee": "fled", "forget": "forgot "
        "forgotten", "give": "gave given", "grow": "grew grown", "hear": "heard", "hold": "held", "keep": "kept",
        "know": "knew known", "leave": "left", "lead": "led", "lose": "lost loss", "meet": "met", "pay": "paid",
        "rise": "rose risen", "run": "ran", "say": "said", "see": "saw seen", "sell": "sold", "send": "sent",
        "shoot": "shot", "speak": "spoke spoken", "spend": "spent", "stand": "stood", "steal": "stole stolen",
        "take": "took taken", "teach": "taught", "tell": "told", "think": "thought", "understand": "understood",
        "win": "won", "write": "wrote written", "man": "men", "woman": "women", "good": "better best", "drive":
        "drove driven", "throw": "threw thrown", "strike": "struck", "catch": "caught", "feel": "felt", "use": "used",
    }.items()
    for form in forms.split()
}  # fmt: skip

Relation = Literal["same", "opposite"]
WordClass = Literal["content", "name", "number", "denial", "filler"]


@dataclass(frozen=True, slots=True)
class Rewordings:
    """Stems that say the same in a translation, and stems that turn a statement round."""

    same: dict[str, str]
    """Stem -> the group's first stem."""
    opposite: dict[str, tuple[tuple[int, int], ...]]
    """Stem -> (number of the pair, side 0 or 1)."""


@cache
def default_rewordings() -> Rewordings:
    """Return the word groups that ship."""
    return read_rewordings(seed_file("lexicons", "rewordings.jsonl"))


def read_rewordings(path: DataFile) -> Rewordings:
    """Return the word groups of a file; LexiconError with file and line for what does not follow the schema."""
    same: dict[str, str] = {}
    opposite: dict[str, list[tuple[int, int]]] = {}
    for line, entry in read_entries(path, required=("id", "relation", "words"), optional=("against",)):
        relation = text_field(path, line, entry, "relation", choices=("same", "opposite"))
        words, against = list_field(path, line, entry, "words"), list_field(path, line, entry, "against")
        if not words or bool(against) != (relation == "opposite"):
            raise LexiconError(f"{path}:{line}: 'same' needs 'words', 'opposite' needs 'words' and 'against'")
        if relation == "same":
            for word in words:
                same.setdefault(form_of(word), form_of(words[0]))
            continue
        for side, group in enumerate((words, against)):
            for word in group:
                opposite.setdefault(form_of(word), []).append((line, side))
    return Rewordings(same, {word: tuple(sides) for word, sides in opposite.items()})


def form_of(word: str) -> str:
    """Return the text under which a lower-case word is numbered: fillers as they are, others by their stem."""
    return word if word in UNSTEMMED else stem(word)


def stem(word: str) -> str:
    """Return lower-case `word` without its inflection; only made for comparing, the stem need not be a word."""
    word = IRREGULAR.get(word, word)
    size = len(word)
    if size < 4:
        return word
    if word.endswith("ies") and size > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes", "zes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    if word.endswith("ing") and len(word) > 5:
        word = _undouble(word[:-3])
    elif word.endswith("ied") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("ed") and len(word) > 4:
        word = _undouble(word[:-2])
    if word.endswith("our") and len(word) > 5:
        word = word[:-3] + "or"
    if word.endswith("is") and len(word) > 5:
        word = word[:-2] + "iz"  # organis(ed), organiz(ed)
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def _undouble(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz" else word


@dataclass(slots=True)
class Vocabulary:
    """Numbers words as they come. Lists run in parallel: `texts[n]`, `bases[n]` (the word whatever its class), …

    A name (`N:warsaw`) and the same stem as a plain word (`warsaw`) share one base, so that a name at the start of a
    sentence, where capitals say nothing, still equals itself elsewhere.
    """

    registry: Registry = field(default_factory=default_registry)
    rewordings: Rewordings = field(default_factory=default_rewordings)
    texts: list[str] = field(default_factory=list)
    bases: list[int] = field(default_factory=list)
    merged: list[int] = field(default_factory=list)
    """Base of the first word of its group of same words, else its own."""
    classes: list[WordClass] = field(default_factory=list)
    hashes: list[int] = field(default_factory=list)
    """64 bits of the base's text, the same in every run; what an unrelated process may have numbered differently."""
    _numbers: dict[str, int] = field(default_factory=dict)
    _stems: dict[str, int] = field(default_factory=dict)
    _names: dict[str, str | None] = field(default_factory=dict)

    def read(self, text: str) -> list[int]:
        """Return the words of `text` in order, fillers included, sentence ends left out but for question marks."""
        found: list[int] = []
        words = WORD.findall(DOTTED.sub(r"\1\2", text.translate(APOSTROPHES)))
        at, start_of_sentence = 0, True
        while at < len(words):
            word = words[at]
            if word in SENTENCE_ENDS:
                if word == "?":
                    found.append(self.number("?", "filler"))
                start_of_sentence = True
                at += 1
                continue
            taken = self._read_number(words, at, found) or self._read_name(words, at, found, start_of_sentence)
            if not taken:
                self._read_word(word, found)
            at += taken or 1
            start_of_sentence = False
        return found

    def number(self, text: str, kind: WordClass) -> int:
        """Return the number of a word of this class, a new one for a new word."""
        key = f"N:{text}" if kind == "name" else text
        known = self._numbers.get(key)
        if known is not None:
            return known
        base = self.number(text, "content") if kind == "name" else None
        new = self._numbers[key] = len(self.texts)
        self.texts.append(text)
        self.bases.append(new if base is None else base)
        self.merged.append(new if base is None else self.merged[base])
        self.classes.append(kind)
        digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        self.hashes.append(int.from_bytes(digest, "little"))
        group = self.rewordings.same.get(text) if kind in ("content", "filler", "denial") else None
        if group is not None and group != text:
            self.merged[new] = self.number(group, "filler" if group in UNSTEMMED else "content")
        return new

    def _read_word(self, word: str, found: list[int]) -> None:
        known = self._stems.get(word)
        if known is not None:
            found.append(known)
            return
        folded = fold(word)
        if folded.endswith("n't"):
            verb = {"ca": "can", "wo": "will", "sha": "shall"}.get(folded[:-3], folded[:-3])
            found.append(self.number(form_of(verb), "filler" if verb in UNSTEMMED else "content"))
            found.append(self.number("not", "denial"))
            return
        folded = folded.partition("'")[0]
        if folded == "nor":  # belongs to a "neither" or "not" before it
            new = self.number("or", "filler")
        elif folded == "cannot":
            new = self.number("not", "denial")
        elif folded in DENIALS:
            new = self.number(folded, "denial")
        elif folded in FILLERS or folded in DOUBTS:
            new = self.number(folded, "filler")
        else:
            new = self.number(stem(folded), "content")
        self._stems[word] = new
        found.append(new)

    def _read_number(self, words: Sequence[str], at: int, found: list[int]) -> int:
        """Add the number that starts at `at`, if any, and return how many words it has."""
        first = words[at].lower()
        if first in ORDINALS:
            found.append(self.number(ORDINALS[first], "number"))
            return 1
        if first in SHARES:
            found.append(self.number(first, "number"))
            return 1
        if not first[0].isdigit() and first not in UNITS and first not in TENS:
            return 0
        total, current, size = 0.0, 0.0, 0
        for word in words[at:]:
            low = word.lower()
            if low[0].isdigit() and size == 0:
                plain = low.replace(",", "")
                try:
                    current = float(plain)
                except ValueError:  # a time or a version: 9.30.15
                    found.append(self.number(low, "number"))
                    return 1
            elif low in SCALES and size:
                current *= SCALES[low]
                if SCALES[low] > 100:
                    total, current = total + current, 0.0
            elif low in TENS and current % 100 == 0 and not first[0].isdigit():
                current += TENS[low]
            elif low in UNITS and current % 10 == 0 and not first[0].isdigit() and (size == 0 or UNITS[low]):
                current += UNITS[low]
            else:
                break
            size += 1
        value = total + current
        if value == 1 and not first[0].isdigit():  # "one" is mostly no number: "one thing is clear"
            found.append(self.number("one", "filler"))
        else:
            found.append(self.number(f"{value:.10g}", "number"))
        return size

    def _read_name(self, words: Sequence[str], at: int, found: list[int], start_of_sentence: bool) -> int:
        """Add the name that starts at `at`, if any, and return how many words it has."""
        first = words[at]
        if not first[0].isupper() or first == "I" or first.startswith("I'"):
            return 0
        if at + 1 < len(words) and words[at + 1][:1].isupper():
            known = self._known(f"{first} {words[at + 1]}")
            if known is not None:
                found.append(self.number(known, "name"))
                return 2
        known = self._known(first)
        if known is not None and (first.isupper() or fold(first) not in FILLERS):
            found.append(self.number(known, "name"))
            return 1
        if start_of_sentence or fold(first).partition("'")[0] in UNSTEMMED:
            return 0
        found.append(self.number(stem(fold(first).removesuffix("'s")), "name"))
        return 1

    def _known(self, name: str) -> str | None:
        """Return the registry id behind a name, where it can mean only one entry."""
        if name in self._names:
            return self._names[name]
        entry = self.registry.country_of(name) or self.registry.by_name(name)
        if entry is None and " " not in name:
            people = self.registry.people_named(name)
            entry = people[0] if len(people) == 1 else None
        self._names[name] = None if entry is None else entry.id
        return self._names[name]


def content_of(vocabulary: Vocabulary, words: Sequence[int]) -> Iterator[int]:
    """Yield the bases of the words that carry content: fillers and denials are left out."""
    for word in words:
        if vocabulary.classes[word] not in ("filler", "denial"):
            yield vocabulary.bases[word]
