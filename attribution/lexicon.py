"""Read the cue lexicon and the closed word lists: rules as data, one JSON object a line, checked on load.

Fields and frames are described in `seeds/lexicons/README.md`; inflection lives in `inflection.py`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Protocol, get_args

from .errors import LexiconError
from .inflection import NOUN_TAGS, VERB_TAGS, noun_forms, verb_forms

CuePos = Literal["verb", "phrase", "noun", "adj", "prep", "adv"]
CueTag = Literal["base", "s", "past", "part", "ing", "noun", "nouns", "fixed"]
CUE_POS: tuple[CuePos, ...] = get_args(CuePos)

SENSES = (
    "accuse",
    "agree",
    "announce",
    "ask",
    "deny",
    "evaluate",
    "feel",
    "hear",
    "order",
    "promise",
    "quote",
    "show",
    "speech",
    "think",
    "want",
    "warn",
    "write",
)

_VERB_FRAMES = """
quote that clause obj-that to-obj-that wh obj-wh inf obj-inf for-inf np ing of as obj-comp obj-for obj-about
about of-np against for on to-np with at on-inf quoted-as passive-by
"""
VERB_FRAMES = frozenset(_VERB_FRAMES.split())
FRAMES_BY_POS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "verb": VERB_FRAMES,
        "phrase": VERB_FRAMES,
        "noun": frozenset({"noun-that", "noun-source-poss", "quote"}),
        "adj": frozenset({"adj-that", "adj-prep", "adj-inf", "quote"}),
        "prep": frozenset({"prep-np", "quote"}),
        "adv": frozenset({"clause", "np"}),
    }
)
FRAMES: tuple[str, ...] = tuple(sorted(frozenset[str]().union(*FRAMES_BY_POS.values())))

REQUIRED_KEYS = ("id", "lemma", "pos", "sense", "frames", "strength", "yes", "no", "since")
OPTIONAL_KEYS = ("forms", "spellings", "rates", "n")
ALLOWED_KEYS = REQUIRED_KEYS + OPTIONAL_KEYS

ANY_DETERMINER = "~"
"""In a lemma: no word, or one determiner ("issue ~ warning": issue warning, issue a warning, issue its warning, …)."""
ANY_SOURCE = "*"
"""In a lemma and in `CueForm.words`: one to `MAX_SOURCE_WORDS` words that name the source ("as * put it")."""
ANY_OWNER = "*'s"
"""The same for a source in the possessive ("in *'s view": in his view, in Ruiz's view, in the Ruizes' view)."""
MAX_SOURCE_WORDS = 8
OWNERS = frozenset({"my", "your", "his", "her", "its", "our", "their", "whose"})
APOSTROPHES = ("'", "’")
# Without this and that: "issue this warning" mostly points at a quotation elsewhere.
SLOT_DETERMINERS = ("a", "an", "the", "no", "its", "his", "her", "their")


@dataclass(frozen=True, slots=True, eq=False)
class CueEntry:
    """One line of the lexicon; compared and hashed by identity, as one lexicon holds each entry once.

    `strength` in [0, 1] is our own judgement of how often the word, in one of `frames` and beside a plausible source,
    signals an attribution; `rates` holds the same share as measured per frame, `n` the occurrences behind it.
    """

    id: str
    lemma: str
    pos: CuePos
    frames: tuple[str, ...]
    sense: str
    forms: Mapping[str, tuple[str, ...]]
    since: str
    yes: str
    no: str
    strength: float
    spellings: tuple[str, ...]
    rates: Mapping[str, float]
    n: int | None

    def has(self, frame: str) -> bool:
        """Return whether the cue takes `frame`."""
        return frame in self.frames


@dataclass(frozen=True, slots=True)
class CueForm:
    """One surface form of an entry: lower-case words, particles included; one can be `ANY_SOURCE` or `ANY_OWNER`."""

    words: tuple[str, ...]
    entry: CueEntry
    tag: CueTag


@dataclass(frozen=True, slots=True)
class CueMatch:
    """`form` found at words `start` to `end` (end excluded); `source` is the words that name the source inside it."""

    form: CueForm
    start: int
    end: int
    source: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class CueLexicon:
    """All entries by id, and their surface forms by lower-case first word, forms of more words first."""

    entries: Mapping[str, CueEntry]
    forms: Mapping[str, tuple[CueForm, ...]]

    def __len__(self) -> int:
        return len(self.entries)

    def find_at(self, words: Sequence[str], start: int) -> Iterator[CueMatch]:
        """Yield the forms that stand at `words[start]`, longest first.

        `words` are lower-case; punctuation among them, as words of their own, ends a match. Apostrophes are straight.
        """
        for form in self.forms.get(words[start], ()):
            end = start + len(form.words)
            if ANY_SOURCE in form.words or ANY_OWNER in form.words:
                yield from _find_around_source(form, words, start)
            elif tuple(words[start:end]) == form.words:
                yield CueMatch(form, start, end)


def _find_around_source(form: CueForm, words: Sequence[str], start: int) -> Iterator[CueMatch]:
    owned = ANY_OWNER in form.words
    slot = form.words.index(ANY_OWNER if owned else ANY_SOURCE)
    before, after = form.words[:slot], form.words[slot + 1 :]
    source = start + len(before)
    if tuple(words[start:source]) != before:
        return
    for end in range(source + 1, min(source + MAX_SOURCE_WORDS, len(words)) + 1):
        last = words[end - 1]
        if not _is_word(last):
            return
        if tuple(words[end : end + len(after)]) == after and (not owned or _is_owner(last)):
            yield CueMatch(form, start, end + len(after), (source, end))
            return


def _is_word(word: str) -> bool:
    """Return whether `word` is one, or a possessive ending that stands alone; punctuation ends a source."""
    return any(letter.isalnum() for letter in word) or word in APOSTROPHES


def _is_owner(word: str) -> bool:
    return word in OWNERS or word.endswith(APOSTROPHES) or word.removesuffix("s").endswith(APOSTROPHES)


class ReadableText(Protocol):
    """A file on disk or inside the package."""

    def read_text(self, encoding: str) -> str: ...


def read_cues(path: Path | None = None) -> CueLexicon:
    """Return the lexicon at `path`, or the one that ships in the package (read once, then kept).

    Raises LexiconError with file and line for a line that is no object, an unknown, missing or mistyped key,
    an unknown frame, sense or part of speech, and an id or lemma that stands there twice.
    """
    return _read_shipped_cues() if path is None else _make_lexicon(path)


@lru_cache(maxsize=1)
def _read_shipped_cues() -> CueLexicon:
    return _make_lexicon(files("sayso.seeds") / "lexicons" / "cues.jsonl")


def _make_lexicon(path: ReadableText) -> CueLexicon:
    entries: dict[str, CueEntry] = {}
    lines_by_lemma: dict[tuple[str, str], int] = {}
    forms: dict[str, list[CueForm]] = {}
    for line, record in _read_records(path):
        where = f"{path}:{line}"
        entry = _make_entry(record, where)
        if entry.id in entries:
            raise LexiconError(f"{where}: id {entry.id!r} stands in the file twice; give each entry its own id")
        key = (entry.lemma, entry.pos)
        if key in lines_by_lemma:
            raise LexiconError(
                f"{where}: lemma {entry.lemma!r} as {entry.pos} is already on line {lines_by_lemma[key]}; merge the two"
            )
        entries[entry.id], lines_by_lemma[key] = entry, line
        for form in _make_forms(entry):
            forms.setdefault(form.words[0], []).append(form)
    return CueLexicon(
        entries=MappingProxyType(entries),
        forms=MappingProxyType(
            {first: tuple(sorted(group, key=lambda form: -len(form.words))) for first, group in forms.items()}
        ),
    )


def _read_records(path: ReadableText) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield line number (from 1) and object of each line that is not blank."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LexiconError(f"{path}: can't be read as UTF-8 text ({error}); give the path of a .jsonl file") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line, object_pairs_hook=_refuse_duplicate_keys)
        except ValueError as error:
            raise LexiconError(f"{path}:{number}: not JSON ({error}); each line is one JSON object") from error
        if not isinstance(record, dict):
            raise LexiconError(f"{path}:{number}: found a {type(record).__name__}; each line is one JSON object")
        yield number, record


def _refuse_duplicate_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return record


def _check_keys(record: Mapping[str, Any], where: str, *, required: Sequence[str], allowed: Sequence[str]) -> None:
    for key in record:
        if key not in allowed:
            raise LexiconError(f"{where}: unknown key {key!r}; allowed: {', '.join(allowed)}")
    for key in required:
        if key not in record:
            raise LexiconError(f"{where}: key {key!r} is missing; required: {', '.join(required)}")


def _make_entry(record: dict[str, Any], where: str) -> CueEntry:
    _check_keys(record, where, required=REQUIRED_KEYS, allowed=ALLOWED_KEYS)
    for key in ("id", "lemma", "sense", "yes", "no", "since"):
        _check(isinstance(record[key], str) and record[key] != "", where, key, record[key], "text that is not empty")
    pos = _check_one_of(record["pos"], CUE_POS, where, "pos")
    _check_one_of(record["sense"], SENSES, where, "sense")
    frames = _check_texts(record["frames"], where, "frames")
    for frame in frames:
        _check_one_of(frame, sorted(FRAMES_BY_POS[pos]), where, f"{pos} frame")
    _check(bool(frames) and len(set(frames)) == len(frames), where, "frames", frames, "at least one, none twice")
    _check(record["lemma"] == record["lemma"].lower(), where, "lemma", record["lemma"], "lower case")
    return CueEntry(
        id=record["id"],
        lemma=record["lemma"],
        pos=pos,
        frames=frames,
        sense=record["sense"],
        forms=_check_forms(record.get("forms", {}), where, pos),
        since=record["since"],
        yes=record["yes"],
        no=record["no"],
        strength=_check_share(record["strength"], where, "strength"),
        spellings=_check_texts(record.get("spellings", []), where, "spellings"),
        rates=_check_rates(record.get("rates", {}), where, frames),
        n=_check_count(record.get("n"), where),
    )


def _check(right: bool, where: str, key: str, value: object, wanted: str) -> None:
    if not right:
        raise LexiconError(f"{where}: {key} is {value!r}; wanted: {wanted}")


def _check_one_of(value: Any, allowed: Sequence[Any], where: str, key: str) -> Any:
    if value not in allowed:
        raise LexiconError(f"{where}: unknown {key} {value!r}; allowed: {', '.join(allowed)}")
    return value


def _check_texts(value: Any, where: str, key: str) -> tuple[str, ...]:
    right = isinstance(value, list) and all(isinstance(item, str) and item for item in value)
    _check(right, where, key, value, "a list of texts")
    return tuple(value)


def _check_share(value: Any, where: str, key: str) -> float:
    right = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and 0 <= value <= 1
    _check(right, where, key, value, "a number from 0 to 1")
    return float(value)


def _check_count(value: Any, where: str) -> int | None:
    right = value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0)
    _check(right, where, "n", value, "a whole number above 0")
    return None if value is None else int(value)


def _check_rates(value: Any, where: str, frames: Sequence[str]) -> Mapping[str, float]:
    _check(isinstance(value, dict), where, "rates", value, "an object from frame to share")
    for frame in value:
        _check_one_of(frame, frames, where, "frame in rates")
    return MappingProxyType({frame: _check_share(share, where, f"rates.{frame}") for frame, share in value.items()})


def _check_forms(value: Any, where: str, pos: CuePos) -> Mapping[str, tuple[str, ...]]:
    """Return the irregular forms by tag, each as a tuple (one text or a list of texts in the file)."""
    _check(isinstance(value, dict), where, "forms", value, "an object from tag to form")
    allowed = {"verb": VERB_TAGS, "phrase": VERB_TAGS, "noun": NOUN_TAGS}.get(pos, ())
    for tag in value:
        if tag not in allowed:
            raise LexiconError(f"{where}: unknown {pos} form {tag!r}; allowed: {', '.join(allowed) or 'none'}")
    return MappingProxyType(
        {
            tag: _check_texts([form] if isinstance(form, str) else form, where, f"forms.{tag}")
            for tag, form in value.items()
        }
    )


def _make_forms(entry: CueEntry) -> Iterator[CueForm]:
    """Yield each surface form once per tag; the first word inflects, the rest stays."""
    seen: set[tuple[tuple[str, ...], str]] = set()
    for number, lemma in enumerate((entry.lemma, *entry.spellings)):
        first, *rest = lemma.split(" ")
        # Irregular forms are those of the lemma; a second spelling that starts with the same word shares them.
        irregular = entry.forms if number == 0 or first == entry.lemma.split(" ")[0] else {}
        tails = [tuple(tail) for tail in _fill_determiners(rest)]
        for tag, heads in _inflect(first, entry.pos, irregular):
            for words in ((head, *tail) for head in heads for tail in tails):
                if (words, tag) not in seen:
                    seen.add((words, tag))
                    yield CueForm(words, entry, tag)


def _inflect(
    word: str, pos: CuePos, irregular: Mapping[str, tuple[str, ...]]
) -> Iterable[tuple[CueTag, Iterable[str]]]:
    if pos in ("verb", "phrase"):
        return verb_forms(word, irregular).items()
    if pos == "noun":
        return noun_forms(word, irregular).items()
    return (("fixed", (word,)),)


def _fill_determiners(words: Sequence[str]) -> list[list[str]]:
    if ANY_DETERMINER not in words:
        return [list(words)]
    slot = words.index(ANY_DETERMINER)
    before, after = list(words[:slot]), list(words[slot + 1 :])
    return [before + after, *([*before, determiner, *after] for determiner in SLOT_DETERMINERS)]


@dataclass(frozen=True, slots=True)
class WordLists:
    """Closed word classes and common open ones, all lower case.

    Contractions are whole words with a straight apostrophe ("don't"); `abbreviations` keep their last period.
    """

    determiners: frozenset[str]
    prepositions: frozenset[str]
    subject_pronouns: frozenset[str]
    object_pronouns: frozenset[str]
    possessives: frozenset[str]
    reflexives: frozenset[str]
    indefinite_pronouns: frozenset[str]
    be_forms: frozenset[str]
    have_forms: frozenset[str]
    do_forms: frozenset[str]
    modals: frozenset[str]
    contractions: frozenset[str]
    negations: frozenset[str]
    coordinators: frozenset[str]
    subordinators: frozenset[str]
    relative_pronouns: frozenset[str]
    wh_words: frozenset[str]
    mid_adverbs: frozenset[str]
    time_words: frozenset[str]
    hearers: frozenset[str]
    abbreviations: frozenset[str]
    verbs: frozenset[str]
    verb_like_nouns: frozenset[str]
    participle_adjectives: frozenset[str]
    verb_forms: Mapping[str, frozenset[str]]
    """Every inflected form of `verbs` -> its tags, of base, s, past, part, ing ("attacked" -> past, part)."""

    def is_finite_verb(self, word: str) -> bool:
        """Return whether lower-case `word` can be an auxiliary or a finite listed verb; many are nouns too."""
        if word in self.be_forms or word in self.have_forms or word in self.do_forms or word in self.modals:
            return True
        return not self.verb_forms.get(word, frozenset()).isdisjoint(("s", "past", "base")) or word in self.contractions


def read_word_lists(path: Path | None = None) -> WordLists:
    """Return the word lists at `path`, or those that ship in the package (read once, then kept).

    Each line is `{"id": "words.NAME", "words": [...]}`; `words.verbs` also has `irregular`, from a verb to its past and
    participle. Raises LexiconError with file and line for unknown, missing and doubled lists and for upper-case words.
    """
    return _read_shipped_words() if path is None else _make_word_lists(path)


@lru_cache(maxsize=1)
def _read_shipped_words() -> WordLists:
    return _make_word_lists(files("sayso.seeds") / "lexicons" / "words.jsonl")


LIST_NAMES = tuple(field.name for field in fields(WordLists) if field.name != "verb_forms")


def _make_word_lists(path: ReadableText) -> WordLists:
    lists: dict[str, frozenset[str]] = {}
    inflected: dict[str, frozenset[str]] = {}
    for line, record in _read_records(path):
        where = f"{path}:{line}"
        name = str(record.get("id", "")).removeprefix("words.")
        optional = ("irregular",) if name == "verbs" else ()
        _check_keys(record, where, required=("id", "words"), allowed=("id", "words", *optional))
        _check_one_of(name, LIST_NAMES, where, "word list")
        if name in lists:
            raise LexiconError(f"{where}: list {name!r} stands in the file twice; merge the two")
        words = _check_texts(record["words"], where, name)
        for word in words:
            _check(word == word.lower(), where, name, word, "lower case")
        lists[name] = frozenset(words)
        if len(lists[name]) != len(words):
            doubled = sorted({word for word in words if words.count(word) > 1})
            raise LexiconError(f"{where}: {name} has words twice: {', '.join(doubled)}; keep one of each")
        if name == "verbs":
            inflected = _inflect_verbs(words, record.get("irregular", {}), where)
    missing = [name for name in LIST_NAMES if name not in lists]
    if missing:
        raise LexiconError(f"{path}: lists are missing: {', '.join(missing)}; add a line for each")
    return WordLists(verb_forms=MappingProxyType(inflected), **lists)


def _inflect_verbs(words: Sequence[str], irregular: Any, where: str) -> dict[str, frozenset[str]]:
    _check(isinstance(irregular, dict), where, "irregular", irregular, "an object from verb to [past, participle]")
    known = set(words)
    forms: dict[str, set[str]] = {}
    for verb, pair in irregular.items():
        right = isinstance(pair, list) and len(pair) == 2 and all(isinstance(item, str) and item for item in pair)
        _check(right and verb in known, where, f"irregular.{verb}", pair, "a listed verb with [past, participle]")
    for verb in words:
        past, part = irregular.get(verb, (None, None))
        given = {} if past is None else {"past": tuple(past.split("/")), "part": tuple(part.split("/"))}
        for tag, group in verb_forms(verb, given).items():
            for form in group:
                forms.setdefault(form, set()).add(tag)
    return {form: frozenset(tags) for form, tags in forms.items()}
