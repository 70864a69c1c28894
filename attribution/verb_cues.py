"""Attributions by verbs and verb phrases: active, passive, participial, and verbs that quote somebody."""

from __future__ import annotations

from typing import NamedTuple

from .clause_ends import CLAUSE_FRAMES, clause_end
from .clauses import antecedent, clause_at, clause_subject, subject_before
from .cue_matching import is_noun_place
from .findings import Characters, CueUse, Finding
from .frames import find_frame
from .noun_phrases import is_clause_start, noun_phrase_after, trim_source
from .positions import find_how, find_inverted, find_trailing, make_leading
from .sentences import Sentence
from .tagging import FINITE, QUOTED
from .verb_groups import (
    SPEECH_ACTS,
    VerbGroup,
    cue_characters,
    is_plausible_subject,
    is_progressive,
    is_subordinate,
    read_verb_group,
)

# How much weaker than the same cue in its plain form.
INTRODUCTORY_PARTICIPLE, PASSIVE_DESCRIPTION, PASSIVE_OBJECT = 0.9, 0.9, 0.8
QUOTED_AS_RATE, PASSIVE_RATE = 0.9, 0.55
MIN_LONE_PARTICIPLE_RATE = 0.5
MIN_DISTANT_INFINITIVE = 0.8
MAX_AGENT_DISTANCE = 30
_SAYING = frozenset("saying telling writing stating claiming warning arguing".split())
_COORDINATORS = frozenset("and but or then".split())
_ANNOUNCING = frozenset("will would must shall should 'll".split())
_RELATIVE = frozenset("who which that".split())
_PAST_TAGS = frozenset({"past", "part"})
_FINITE_TAGS = frozenset({"past", "s", "part", "base"})
_CLAUSES_ALONE = frozenset({"that", "quote", "obj-that"})


class _Agent(NamedTuple):
    """Who speaks: the subject's units [first, last] where the cue has one of its own, and the source's characters."""

    subject: tuple[int, int] | None
    source: list[Characters]


def find_by_verb(use: CueUse) -> Finding | None:
    """Return the attribution that the verb signals, or None when it stands as a noun, or without subject or content."""
    s, c, tag = use.s, use.start, use.match.form.tag
    if (is_noun_place(s, c) and tag != "ing") or _is_in_name(s, c):
        return None
    group = read_verb_group(s, c)
    if tag == "part" and not (group.passive or group.perfect):
        # Said and told are past forms first; a clear participle (written, shown) needs its auxiliary.
        return None
    if group.infinitive and not use.entry.has("that") and not use.entry.has("quote"):
        return None
    if tag == "ing" and not is_progressive(use, group):
        return _find_introductory_participle(use) if _opens_sentence(s, c) else _find_participle(use)
    return _find_passive(use, group) if group.passive and tag != "ing" else _find_active(use, group)


def _is_in_name(s: Sentence, c: int) -> bool:
    return c > 0 and s.cap[c] and s.tag[c] == "N" and s.tag[c - 1] == "N"


def _find_active(use: CueUse, group: VerbGroup) -> Finding | None:
    s, k = use.s, group.first - 1
    if k < 0:
        return None
    cue = cue_characters(use, group)
    if (
        group.first == use.start
        and use.end < len(s)
        and s.low[use.end] == "by"
        and use.match.form.tag in ("past", "part")
    ):
        return None  # the call requested by the minister
    follows_content = s.tag[k] in QUOTED or (s.tag[k] == "," and k > 0)
    if (
        group.first == use.start
        and follows_content
        and use.match.form.tag in _FINITE_TAGS
        and not _has_subject_and_object(use, k)
    ):
        inverted = find_inverted(use, k, cue=cue)
        if inverted is not None:
            return inverted
    agent = _find_agent(use, group)
    if agent is None:
        return None
    subject, source = agent
    found = None if subject is None else find_how(use, subject, cue=cue)
    if found is None and use.entry.has("quoted-as"):
        found = _find_quoted_as(use)
    if found is None and subject is not None:
        found = find_trailing(use, subject, cue=cue, source=source)
    if found is not None:
        return found
    frame = find_frame(use)
    if frame is None:
        return None
    subordinate = subject is not None and subject[0] > 0 and is_subordinate(s, subject[0] - 1)
    found = make_leading(use, frame, cue=cue, source=source, subordinate=subordinate)
    if found is not None:
        named = frame.name == "as" and subject is not None and subject[0] > 0 and s.low[subject[0] - 1] == "what"
        found.clear = named or _is_announced(use, group)
    return found


def _is_announced(use: CueUse, group: VerbGroup) -> bool:
    """Return whether the verb is a speech act to come: will warn, must say."""
    words = use.s.low[group.first : use.start]
    return use.entry.sense in SPEECH_ACTS and not group.negated and not _ANNOUNCING.isdisjoint(words)


def _has_subject_and_object(use: CueUse, k: int) -> bool:
    """Return whether a subject ends before the comma at unit `k`, and its object or hearer follows the cue.

    A nurse, who left early, told Lee; an aide, asked by Lee, denied the plan. Not: the plan, a risk for all, said Lee.
    """
    s, entry = use.s, use.entry
    takes_object = not entry.has("clause") and (entry.has("np") or not entry.has("that"))
    if s.tag[k] != "," or not takes_object:
        return False
    subject = subject_before(s, use.start)
    return subject is not None and subject[1] < k - 1 and is_clause_start(s, subject[0])


# --------------------------------------------------------------------------------------------------------- subjects


def _find_agent(use: CueUse, group: VerbGroup) -> _Agent | None:
    """Return who speaks, by what stands before the verb group: a coordinator, a relative pronoun or the subject."""
    s, k = use.s, group.first - 1
    if s.low[k] in _COORDINATORS:
        return _coordinated_agent(use, k)
    if s.tag[k] == "R" and s.low[k] in _RELATIVE:
        subject = antecedent(s, k)
    else:
        subject = _own_subject(use, group)
    return None if subject is None else _Agent(subject, [trim_source(s, *subject)])


def _coordinated_agent(use: CueUse, k: int) -> _Agent | None:
    """Return who speaks where the coordinator at unit `k` ties the cue to a verb before it: Lee denies [and] calls."""
    s = use.s
    if s.tag[k - 1] == "V" and k - 1 in s.cues:
        subject = subject_before(s, read_verb_group(s, k - 1).first)
    elif use.previous is None:
        subject = clause_subject(s, k, begin=use.begin) or (clause_subject(s, k) if use.begin else None)
    else:
        return _Agent(None, use.previous.source) if use.previous.source else None
    return None if subject is None else _Agent(subject, [trim_source(s, *subject)])


def _own_subject(use: CueUse, group: VerbGroup) -> tuple[int, int] | None:
    s, entry = use.s, use.entry
    if (
        group.infinitive
        and group.first == use.start
        and entry.has("that")
        and entry.strength >= MIN_DISTANT_INFINITIVE
        and use.end < len(s)
        and s.low[use.end] == "that"
    ):
        subject = clause_subject(s, group.first)  # went to great lengths to insist that
    else:
        subject = subject_before(s, group.first)
    return subject if subject is not None and is_plausible_subject(use, group, subject) else None


# -------------------------------------------------------------------------------------------------------- quoted as


def _find_quoted_as(use: CueUse) -> Finding | None:
    """CNN quoted an official as saying that …: the issuer is the source, not the channel."""
    s = use.s
    end = noun_phrase_after(s, use.end)
    if end is None or not _is_as_saying(s, end):
        return None
    return _make_quoted_as(use, end + 1, source=[trim_source(s, use.end, end - 1)])


def _is_as_saying(s: Sentence, k: int) -> bool:
    return k + 1 < len(s) and s.low[k] == "as" and s.low[k + 1] in _SAYING


def _make_quoted_as(use: CueUse, saying: int, *, source: list[Characters], why: tuple[str, ...] = ()) -> Finding | None:
    """Return the finding whose content stands behind "as saying", its second word at unit `saying`."""
    s, k = use.s, saying + 1
    if k < len(s) and (s.low[k] == "that" or s.tag[k] == ","):
        k += 1
    if k >= len(s):
        return None
    cue = [s.characters(use.start, use.start + 1), s.characters(saying, saying + 1)]
    end = clause_end(s, k, "that")
    return use.leading(k, end, source=source, rate=QUOTED_AS_RATE, why=[*why, "frame.quoted-as"], cue=cue)


# ------------------------------------------------------------------------------------------------------ participles


def _before_adverbs(s: Sentence, c: int) -> int:
    """Return the last unit before unit `c` that is no adverb, or -1."""
    k = c - 1
    while k >= 0 and s.tag[k] == "A":
        k -= 1
    return k


def _opens_sentence(s: Sentence, c: int) -> bool:
    return _before_adverbs(s, c) < 0


def _find_introductory_participle(use: CueUse) -> Finding | None:
    """Complaining of [high rents], Ruiz left: the subject follows the comma."""
    s = use.s
    comma = next((x for x in range(use.start, len(s)) if s.tag[x] == ","), None)
    if comma is None:
        return None
    end = noun_phrase_after(s, comma + 1)
    if end is None or end >= len(s) or not (s.tag[end] in FINITE or s.tag[end] == "A"):
        return None
    frame = find_frame(use)
    if frame is None or frame.name == "clause":
        return None
    return use.leading(
        frame.begin,
        comma,
        source=[trim_source(s, comma + 1, end - 1)],
        rate=use.rate(frame.name) * INTRODUCTORY_PARTICIPLE,
        why=[f"frame.{frame.name}", "participle"],
    )


def _find_participle(use: CueUse) -> Finding | None:
    """..., adding that / saying: the source is that of the clause it hangs on."""
    s, previous = use.s, use.previous
    k = _before_adverbs(s, use.start)
    behind_noun = s.tag[k] in "NO"
    if not behind_noun and s.tag[k] not in ",CQq;":
        return None
    if previous is not None and previous.source:
        source = previous.source
    else:
        subject = clause_subject(s, k + 1)
        if subject is None:
            return None
        source = [trim_source(s, *subject)]
    frame = find_frame(use)
    if frame is None or (behind_noun and frame.name not in _CLAUSES_ALONE):
        return None
    if previous is None and frame.name not in CLAUSE_FRAMES and use.rate(frame.name) < MIN_LONE_PARTICIPLE_RATE:
        return None
    return make_leading(use, frame, cue=[use.characters()], source=source, why=["participle"])


# ---------------------------------------------------------------------------------------------------------- passive


def _find_passive(use: CueUse, group: VerbGroup) -> Finding | None:
    """X was told that …; X was accused of … by Y; X was called “Y” by Z; X was quoted as saying …"""
    s, k = use.s, use.end
    while k < len(s) and s.tag[k] == "A":
        k += 1
    subject = subject_before(s, group.first)
    if use.entry.has("quoted-as") and _is_as_saying(s, k):
        if subject is None:
            return None
        return _make_quoted_as(use, k + 1, source=[trim_source(s, *subject)], why=("passive",))
    by = next((x for x in range(k, min(len(s), k + MAX_AGENT_DISTANCE)) if s.low[x] == "by" and s.tag[x] == "P"), None)
    source = _agent_source(s, by)
    if subject is not None and by is not None and source:
        found = _find_described(use, subject, k, by, source)
        if found is not None:
            return found
    return _find_passive_clause(use, subject, k, source)


def _agent_source(s: Sentence, by: int | None) -> list[Characters]:
    """Return the characters of the phrase behind "by" at unit `by`; none when it is no agent."""
    if by is None or by + 1 >= len(s) or s.tag[by + 1] in "GT":
        return []
    end = noun_phrase_after(s, by + 1)
    return [] if end is None else [trim_source(s, by + 1, end - 1)]


def _find_described(use: CueUse, subject: tuple[int, int], k: int, by: int, source: list[Characters]) -> Finding | None:
    """[The plan] was called [“reckless”] by Ruiz; [the plan] was criticized by Ruiz."""
    s, entry = use.s, use.entry
    pieces = [s.characters(subject[0], subject[1] + 1)]
    cue, why = [use.characters()], [*use.why, "passive", "frame.passive-by"]
    if by > k and (entry.has("obj-comp") or (entry.has("as") and s.low[k] == "as")):
        pieces.append(s.characters(k, by))
        rate = use.rate("obj-comp" if entry.has("obj-comp") else "as") * PASSIVE_DESCRIPTION
        return Finding(pieces, cue, source, rate, why, s, s.quotations(k, by), leading=True)
    if by == k and use.takes("np"):
        return Finding(pieces, cue, source, use.rate("np") * PASSIVE_OBJECT, why, s)
    return None


def _find_passive_clause(
    use: CueUse, subject: tuple[int, int] | None, k: int, source: list[Characters]
) -> Finding | None:
    """Lee was told that [rents will rise]; Lee was accused of [lying]; it was announced that [rents will rise]."""
    s, entry = use.s, use.entry
    if k >= len(s):
        return None
    w = s.low[k]
    if w == "that" and (entry.has("obj-that") or entry.has("that")):
        begin, frame = k + 1, "obj-that"
    elif w == "of" and entry.has("of"):
        begin, frame = k + 1, "of"
    elif w == "to" and entry.has("obj-inf") and entry.sense in ("ask", "order"):
        begin, frame = k, "obj-inf"
    elif entry.has("obj-that") and clause_at(s, k) and entry.sense != "ask":
        begin, frame = k, "obj-that"
    else:
        return None
    if begin >= len(s) or s.tag[begin] in ",." or max(use.rate(frame), entry.strength) < use.min_rate:
        return None
    if subject is not None and s.low[subject[0]] == "it" and not entry.has("obj-that") and frame == "obj-that":
        source = []
    end = clause_end(s, begin, frame)
    return use.leading(begin, end, source=source, rate=PASSIVE_RATE, why=["passive", f"frame.{frame}"])
