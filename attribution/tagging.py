"""One tag for each word or quotation of a sentence, without a parser.

Tags are single characters, listed at `TAGS`; they come from closed word lists, inflection and neighbours, and are
right often enough for the patterns of reported speech, not for parsing at large.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from .lexicon import WordLists, read_word_lists
from .marks import Quotation

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
QUOTED = frozenset("Qq")
FINITE = frozenset("BHUMV")
AUXILIARY = frozenset("BHUM")
VERBAL = frozenset("VG")
NOUNISH = frozenset("Nq")
PRONOUN = frozenset("SO")
PHRASE_START = frozenset("DN")
"""A noun phrase begins with a determiner or a noun."""
CLAUSE_MARK = frozenset(",.;")
LEFT_EDGE = frozenset(",;.CJRQW")
"""A clause can begin right behind one of these."""

CLAUSE_QUOTE, PHRASE_QUOTE = '"', '""'
"""What stands in a sentence's words for a quotation that can stand alone, and for one that is part of a phrase."""

TERMINAL = ".!?…"
_DIVIDERS = ";:—–-()[]/|•―"
_SYMBOLS = "$€£%&#@+"
# A title has capitals everywhere; there they name nothing.
MIN_TITLE_UNITS, MIN_TITLE_CAPITALS = 4, 0.7
# Inner tags, settled by the neighbour on the left before anyone sees them: noun or verb, -ed form, unlisted -ing form,
# pronoun with its verb (he's).
_NOUN_OR_VERB, _ED_FORM, _ING_FORM, _CONTRACTED = "n", "v", "g", "s"
_OPEN_VERBS = frozenset("VGnvg")
_NOT_IN_NAMES = frozenset("VGnTAJPD")
# Modals that are given names and surnames too: "said Will Doyle", "Theresa May".
_MODAL_NAMES = frozenset({"will", "may"})
_MONTH_NAMES = frozenset({"april", "june", "august"})

# Words in several classes: the reading that reported speech needs most.
_SETTLED = {
    "R": "who which that whom whose",
    "t": "to",
    "A": "not so yet n't",
    "D": "her no",
    "S": "it you there",
    "C": "and or but",
    "P": "for before after until than like",
    "J": "since as while",
    "U": "don't doesn't didn't",
    "B": "isn't wasn't aren't weren't",
    "M": "won't wouldn't can't couldn't shouldn't cannot",
    "H": "hasn't haven't hadn't",
    "N": "others some many most half several few more less fewer third",
    "T": "late early last",
    _CONTRACTED: (
        "he's she's it's they're we're i'm you're he'd she'd they'd we'd i'd they've we've i've he'll she'll they'll"
        " we'll i'll it'll that's there's"
    ),
}


@lru_cache(maxsize=1)
def _tag_table() -> Mapping[str, str]:
    return _make_tag_table(read_word_lists())


def _make_tag_table(words: WordLists) -> Mapping[str, str]:
    """Return word or mark -> tag; where a word is in several lists the later line wins."""
    table: dict[str, str] = {}
    for form, tags in words.verb_forms.items():
        table[form] = "G" if tags == {"ing"} else "V"
    for group, tag in (
        (words.verb_like_nouns, _NOUN_OR_VERB),
        (words.participle_adjectives, _NOUN_OR_VERB),
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
        *((settled.split(), tag) for tag, settled in _SETTLED.items()),
        (",", ","),
        (TERMINAL, "."),
        (_DIVIDERS, ";"),
        (_SYMBOLS, "N"),
    ):
        for word in group:
            table[word] = tag
    return table


def tag_units(low: Sequence[str], cap: Sequence[bool], quotes: Sequence[Quotation | None]) -> list[str]:
    """Return one of `TAGS` for each unit; verbs after a determiner or inside a capitalised name count as nouns.

    `low` are the words in lower case, `cap` says which begin with a capital, `quotes` which are a quotation.
    "the claims" is D N, "she claims" S V, "Stop Hunger Fund said" N N N V.
    """
    table = _tag_table()
    tags: list[str] = []
    before = "."
    title = _is_title(low, cap)
    for index, word in enumerate(low):
        if quotes[index] is not None:
            tag = "q" if word == PHRASE_QUOTE else "Q"
        else:
            tag = table.get(word, "")
            if tag == "":
                tag = "N" if cap[index] else _unlisted_tag(word)
            elif cap[index] and index and not title and before != "." and tag in _NOT_IN_NAMES:
                calendar = _is_calendar_word(word, tag)
                if low[index - 1].isalpha() and (not calendar or _is_given_name(low, cap, index, before)):
                    tag = "N"
            elif word in _MODAL_NAMES and cap[index] and not title:
                tag = _modal_or_name(low, cap, index, before)
            if tag in _OPEN_VERBS:
                tag = _settle_verb(tag, before, low[index - 1] if index else "")
            elif tag == _CONTRACTED:
                tag = "S"
            if before == "V" and tag in FINITE and _was_noun(low[:index], tags, tag):
                tags[-1] = "N"
        tags.append(tag)
        before = tag
    return tags


def _is_title(low: Sequence[str], cap: Sequence[bool]) -> bool:
    """Return whether nearly all words are capitalised, as in a headline, and no verb is in lower case."""
    if len(low) <= MIN_TITLE_UNITS or sum(cap) <= MIN_TITLE_CAPITALS * sum(1 for word in low if word[0].isalnum()):
        return False
    # “Rents will rise,” said Prime Minister Ana Ruiz.
    return not any(_tag_table().get(word) == "V" for word, capital in zip(low, cap, strict=True) if not capital)


def _is_given_name(low: Sequence[str], cap: Sequence[bool], index: int, before: str) -> bool:
    """Return whether a month is a given name: right behind a verb and before a surname, said [June] Hale."""
    named = index + 1 < len(low) and cap[index + 1] and low[index + 1].isalpha()
    return low[index] in _MONTH_NAMES and before == "V" and named


def _modal_or_name(low: Sequence[str], cap: Sequence[bool], index: int, before: str) -> str:
    """Return M, N or T for a capitalised "will" or "may": said [Will] Doyle N, in [May] T, [Will] Lee run? M."""
    word = low[index]
    if index and before != "." and (low[index - 1].isalpha() or before == ","):
        return "T" if word == "may" and before == "P" else "N"
    # At a sentence's start a name is followed by the rest of it, and then by a form that no modal governs.
    end = index + 1
    while end < len(low) and cap[end] and low[end].isalpha():
        end += 1
    if end == len(low) or low[-1] == "?" or _tag_table().get(low[index + 1]) in ("S", "T"):
        return "M"
    forms = read_word_lists().verb_forms.get(low[end], frozenset())
    finite = low[end] in ("is", "was", "has", "had") or ("base" not in forms and bool(forms & {"past", "s"}))
    return "N" if finite or (low[end] == "," and end > index + 1) else "M"


def _was_noun(low: Sequence[str], tags: Sequence[str], finite: str) -> bool:
    """Return whether the last word so far, read as a verb, is the subject of the finite verb: that [prices] fell."""
    word = low[-1]
    previous, before = (low[-2], tags[-2]) if len(tags) > 1 else ("", ".")
    if before == "R" and _tag_table().get(word) == _NOUN_OR_VERB:
        return True
    # said [rents] will rise, that [rents] will rise
    return finite != "V" and word[-1] == "s" and (before in "V.,;CJ" or previous == "that")


def _unlisted_tag(word: str) -> str:
    """Return the tag that the ending of an unlisted lower-case word or mark suggests."""
    if len(word) == 1:
        return "N" if word.isalnum() else ";"
    if word[-3:] == "ing" and len(word) > 5:
        return _ING_FORM
    if word[-2:] == "ly" and len(word) > 4:
        return "A"
    if word[-2:] == "ed" and len(word) > 4:
        return _ED_FORM
    return ";" if word == "--" or word[:2] in ("..", "__") else "N"


def _is_calendar_word(word: str, tag: str) -> bool:
    """Return whether the word is written with a capital for itself (Monday, January), not as part of a name."""
    return tag == "T" and word[0].isalpha() and word not in ("last", "early", "late", "next")


def _settle_verb(tag: str, before: str, previous: str) -> str:
    """Return V, G or N for a word that may be a verb, by the unit before it: the [claims] N, she [claims] V."""
    if before == "D" or (before == "N" and is_possessive(previous)):
        return "N"
    if before == "P" and tag not in "Gg":
        return "N"
    if tag == _NOUN_OR_VERB:
        # A verb only where a verb must stand: after a subject pronoun, a modal or to.
        return "V" if before in "SMtR" else "N"
    return "G" if tag in "Gg" else "V"


def is_possessive(word: str) -> bool:
    """Return whether the lower-case word ends in a possessive: ruiz's. The mark of ministers' is a word of its own."""
    return word[-2:] == "'s"
