"""The verb group around a cue (was not expected to say), and whether a phrase can be its subject."""

from __future__ import annotations

from typing import NamedTuple

from .findings import Characters, CueUse
from .noun_phrases import is_clause_start
from .sentences import Sentence
from .tagging import VERBAL

# Said of oneself or of no one, verbs of thinking and wanting report nothing: I think, one hears.
INNER_SENSES = frozenset("think feel want hear".split())
# Senses whose verbs are spoken or written, not only thought.
SPEECH_ACTS = frozenset("accuse announce ask deny order promise quote speech warn write".split())
_NEGATIONS = frozenset("not never n't".split())
_NO_SUBJECTS = frozenset("you you're you'd there".split())
_NO_THINKERS = frozenset("we i one it it's".split())
_PLURAL_PRONOUNS = frozenset("i we they".split())
_PLURALS = frozenset("people police officials many some others most both few all men women children majority".split())
_SINGULAR_ENDINGS = frozenset({"ss", "us", "'s"})
_SUBORDINATORS = frozenset("after before until when although though".split())


class VerbGroup(NamedTuple):
    """What stands before a cue verb and belongs to it; `first` is its first unit."""

    first: int
    negated: bool
    passive: bool
    perfect: bool
    infinitive: bool


def read_verb_group(s: Sentence, c: int) -> VerbGroup:
    """Return the verb group that ends in the verb at unit `c`: [had not been] told, [was expected to] say."""
    tags, low = s.tag, s.low
    k = c - 1
    negated = passive = perfect = infinitive = False
    nearest = True
    while k >= 0:
        t, w = tags[k], low[k]
        if t == "A":
            negated = negated or w in _NEGATIONS
            k -= 1
            continue
        if t == "B":
            passive = passive or nearest
            k -= 1
        elif t in "HUM":
            perfect = perfect or t == "H"
            negated = negated or w.endswith("n't") or w == "cannot"
            k -= 1
        elif t == "t" and k > 0:
            infinitive = True
            if tags[k - 1] in "VAG" or (tags[k - 1] == "N" and k > 1 and tags[k - 2] in "BA"):
                k -= 2  # was expected to announce, declined to say
            elif tags[k - 1] == "P" and k > 1 and tags[k - 2] == "V":
                k -= 3  # went on to say
            elif tags[k - 1] in "BH":
                k -= 1
            else:
                break
        else:
            break
        nearest = False
    return VerbGroup(k + 1, negated, passive, perfect, infinitive)


def cue_characters(use: CueUse, group: VerbGroup) -> list[Characters]:
    """Return the cue's characters, with the auxiliary and negation of a negated verb: [did not accept]."""
    s, first = use.s, use.start
    if group.negated:
        first = group.first
        while first < use.start and s.tag[first] == "A" and s.low[first] not in ("not", "never"):
            first += 1
    return [s.characters(first, use.end)]


def is_progressive(use: CueUse, group: VerbGroup) -> bool:
    """Return whether the -ing form has its form of be: is (not) saying."""
    tags = use.s.tag
    return group.first < use.start and tags[use.start - 1] in "BA" and "B" in tags[group.first : use.start]


def is_subordinate(s: Sentence, k: int) -> bool:
    """Return whether unit `k` opens a subordinate clause that stands before its main clause: While Ruiz said …, …"""
    word = s.low[k]
    opens = s.tag[k] == "J" or word in _SUBORDINATORS
    return opens and word != "that" and (k == 0 or s.tag[k - 1] in ",C" or s.low[k - 1] == "even")


def is_plausible_subject(use: CueUse, group: VerbGroup, subject: tuple[int, int]) -> bool:
    """Return whether the phrase [first, last] can be the subject of this form of the cue."""
    s, tag = use.s, use.match.form.tag
    first, last = subject
    bare = group.first == use.start
    if first == last and s.tag[first] == "S":
        return _is_plausible_pronoun(use, group, s.low[last], bare)
    if not bare:
        return True
    if tag == "base" and not _is_past_too(use):
        return _is_plural(s, first, last)  # not: the state [representative], a debate [moderator]
    if tag == "s":
        return _is_singular(s, last)
    if tag in ("past", "part", "base") and first > 0 and not is_clause_start(s, first):
        # "shared a list called": a reduced relative clause, unless the verb before it takes a bare clause.
        return s.tag[first - 1] in VERBAL and (first - 1) in s.cues
    return True


def _is_past_too(use: CueUse) -> bool:
    """Return whether the base form is the past form as well: cast, put forward."""
    return use.match.form.words[0] in use.entry.forms.get("past", ())


def _is_plausible_pronoun(use: CueUse, group: VerbGroup, pronoun: str, bare: bool) -> bool:
    if pronoun in _NO_SUBJECTS or (group.infinitive and pronoun.startswith("it")):
        return False
    if use.entry.sense in INNER_SENSES and pronoun in _NO_THINKERS:
        # what it sees as a threat: "it" is somebody
        return pronoun == "it" and group.first > 1 and use.s.low[group.first - 2] == "what"
    return pronoun in _PLURAL_PRONOUNS if bare and use.match.form.tag == "base" else True


def _is_plural(s: Sentence, first: int, last: int) -> bool:
    head = s.low[last]
    return head[-1:] == "s" or head in _PLURALS or any(word in ("and", "&") for word in s.low[first:last])


def _is_singular(s: Sentence, last: int) -> bool:
    """Return whether the head can have a verb in -s: not 30 [states], sales [calls]."""
    head = s.low[last]
    plural = head[-1:] == "s" and not s.cap[last] and head[-2:] not in _SINGULAR_ENDINGS
    return not (plural or head.isdigit())
