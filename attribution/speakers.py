"""Attributions in, the same attributions with their speakers out: ordered stages, each naming itself in `why`.

Ids: a known speaker has its registry id; anybody else the slug of the full name (`simon-miles`). Unnamed speakers,
documents, bodies without a name and people of whom an article gives one word only are scoped to it, as another
article's "senior US official" or Smith is somebody else: `unnamed-<6 hex digits of the article id's
SHA-256>-senior-us-official`, `organization-…-bank`, `person-…-smith`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from .antecedents import Spoke
from .certainty import answer_features
from .double_roles import find_bearer
from .general_people import describe_part
from .mentions import find_names
from .mojibake import repair
from .nominals import SourcePhrase, parse_phrase, pronoun_class
from .publishers import find_publisher
from .ranking import SpeakerRanker, Thresholds, default_ranker
from .recognised import Recognised
from .registry import Registry
from .roles import default_source_patterns
from .speaker_appositives import AppositiveStage
from .speaker_bodies import ONE_OF
from .speaker_names import DECLINED, Answer, Said, anchor, names_somebody
from .speaker_pronouns import WHOSE
from .types import Attribution, Speaker
from .worded_titles import find_titled

# Characters; what is longer is no noun phrase.
MAX_SOURCE = 600
PLACE_AND = re.compile(r"(?: of(?: [A-Z][\w.]{1,14}){1,3})? and (?:[A-Z][\w.]{2,14} ){0,3}")
VERB_AFTER = re.compile(r" [a-z]{2,14}ed (?:[a-z]|\d)")
# "I, along with Ana Ruiz, …", "he, like Hale,"
WITH_OTHERS = re.compile(r"(I|[Hh]e|[Ss]he), (?:along|together|like|as well)\b")
# Whoever asks is answered by somebody else.
ASKS = re.compile(r"\b(?:ask|press|question|wonder|challeng|interview)(?:s|e|es|ed|ing)?\b", re.IGNORECASE)


def resolve_speakers(
    text: str,
    attributions: Sequence[Attribution],
    *,
    registry: Registry,
    date: str | None,
    masks: Sequence[tuple[int, int]] = (),
    ranker: SpeakerRanker | None = None,
    recognised: Sequence[Recognised] = (),
    min_speaker: float | None = None,
    publisher: str | None = None,
) -> list[Attribution]:
    """Return the attributions in their order, each with `speaker` set or None (declined) and its reason in `why`.

    Deterministic and without state. `date` (ISO, may be partial) decides who held an office; without it only the
    article itself tells. Names inside `masks` (boilerplate) are not seen. Nothing is read beyond `text`.
    `ranker` defaults to the one that ships. `min_speaker` asks the same confidence of every speaker instead of the
    ranker's thresholds: 0 gives all. `recognised` are names that another pipeline found in `text`.
    `publisher` says who "we" is where a newspaper speaks of itself: "We asked our readers".
    """
    if not attributions:
        return []
    ranker = ranker or default_ranker()
    if min_speaker is not None:
        ranker = replace(ranker, thresholds=Thresholds.all(min_speaker))
    names = find_names(text, registry, masks=masks, recognised=recognised)
    resolver = Resolver(
        text,
        attributions,
        registry,
        date,
        names,
        ranker=ranker,
        publisher=find_publisher(publisher, registry),
    )
    return [
        item.with_speaker(*resolver.speaker(item, answer, why))
        for item, (answer, why) in zip(attributions, resolver.resolve_all(), strict=True)
    ]


class Resolver(AppositiveStage):
    """The stages in order, one attribution at a time in reading order."""

    __slots__ = ()

    def resolve_all(self) -> list[tuple[Answer | None, str]]:
        """Return the answer and its reason for each attribution, in their order."""
        answers: list[tuple[Answer | None, str]] = [(None, DECLINED)] * len(self.attributions)
        for index in sorted(range(len(answers)), key=lambda i: (anchor(self.attributions[i]), i)):
            answers[index] = self.resolve(self.attributions[index])
        return answers

    def speaker(self, item: Attribution, answer: Answer | None, why: str) -> tuple[Speaker | None, str]:
        """Return the public form of an answer with its confidence; None for one that is not sure enough."""
        if answer is None:
            return None, why
        chance = self.ranker.chance(answer_features(answer, item.source or "", self.registry.roles))
        named = names_somebody(answer.type, answer.name)
        if not self.ranker.thresholds.passes(answer.type, chance, named=named):
            return None, f"{DECLINED}.unsure"
        return Speaker(answer.id, repair(answer.name), answer.type, answer.how, round(chance, 2)), why

    def resolve(self, item: Attribution) -> tuple[Answer | None, str]:
        """Return the answer and its reason, and remember who spoke."""
        if not item.source_spans:
            answer, why = self.without_source(item)
        else:
            span = item.source_spans[0]
            start, end = span.start, item.source_spans[-1].end
            shared = self.sources.get((start, end))
            answer, why = (shared, shared.why) if shared else self.from_source(item, start, end)
            if answer is not None:
                self.sources[start, end] = answer
        if answer is not None:
            position = anchor(item)
            self.said.append(Said(position, item, answer, item.nested_in is not None))
            # Whoever writes "I" is nobody's "he" in what they wrote.
            first = ("speaker.first-person", "speaker.signed", "speaker.interview")
            writes = answer.why in first and answer.base is None
            if answer.entity is not None and answer.type == "person" and not writes:
                asks = item.cue is not None and ASKS.search(item.cue) is not None
                self.spoke.append(Spoke(position, answer.entity, answer.how == "pronoun", asks))
        elif item.source_spans and item.nested_in is None:
            self.declined_at = anchor(item)
        return answer, why

    def from_source(self, item: Attribution, start: int, end: int) -> tuple[Answer | None, str]:
        """Return who the words of the source mean, by the first stage that answers."""
        if end - start > MAX_SOURCE:
            return None, f"{DECLINED}.unknown"
        source = self.text[start:end]
        if source in ("Q", "A"):
            return self.labelled(source)
        led = WITH_OTHERS.match(source)
        pronoun = pronoun_class(led[1] if led is not None else source)
        if pronoun is not None:
            return self.from_pronoun(item, start, pronoun)
        for pattern in default_source_patterns():
            if pattern.pattern.search(source.strip()):
                return self.familiar(source, pattern.name)
        if WHOSE.match(source) is not None:
            return self.whose(item, start, end)
        known = self.registry.by_name(source)
        if known is not None:
            named = self.mention_at(end - 1) if known.type == "organization" and " " not in source else None
            if named is not None and named.start == start and named.entity.kind == "person":
                return self.found(self.of_mention(named, start))  # a mayor called Globe
            return self.found(self.of_entry(known, source))
        part = describe_part(source, self.registry.roles)
        if part is not None:
            return self.found(self.group(part, self.registry.roles.nouns.get("people")))
        phrase = parse_phrase(source, self.registry.roles)
        if not phrase.words:
            return None, f"{DECLINED}.empty"
        bearer = find_bearer(self.text, self.names, self.registry.roles, phrase, start, end)
        beside = self.described_beside(item, phrase, start, end)
        if beside is not None:
            return self.found(beside)
        if bearer is None:
            bearer = find_titled(self.text, self.names, self.registry.roles, start, end)
        if bearer is not None:
            return self.found(self.of_mention(bearer, start))
        joined = phrase.after[:1] == ("and",) or self.joins_people(phrase, start, end)
        if joined and not self.one_person(phrase):
            together = self.coordinated(item, source, start, end)
            if together is not None:
                return self.found(together)
        listed = self.listed(start, end) or self.listed_behind(phrase, start, end)
        if listed is not None:
            return self.found(listed)
        return self.from_phrase(item, phrase, start, end)

    def joins_people(self, phrase: SourcePhrase, start: int, end: int) -> bool:
        """Return whether two people with their places are joined: "Senator Ruiz of Ohio and Senator Hale of Iowa"."""
        if phrase.after[:1] != ("of",) or "and" not in phrase.after:
            return False
        people = [m for m in self.names.inside(start, end) if m.entity.kind == "person"]
        if len(people) != 2 or self.text[people[1].end : people[1].end + 1] in ("'", "’"):
            return False
        between = self.text[people[0].end : people[1].start]
        return PLACE_AND.fullmatch(between) is not None

    def from_phrase(self, item: Attribution, phrase: SourcePhrase, start: int, end: int) -> tuple[Answer | None, str]:
        """Return who a noun phrase means: a name if it ends in one, else what its role noun says."""
        own_end = self.own_end(phrase, start, end)
        mention = self.mention_at(own_end - 1)
        if mention is not None and self.is_name_of(phrase, mention, start, own_end, end):
            return self.found(self.of_mention(mention, start))
        if mention is None or mention.start != start:
            led = self.mention_at(start)
            if led is not None and led.start == start and led.entity.kind == "person" and phrase.head is not None:
                # "Hale joined ten other senators": a verb follows the name.
                if VERB_AFTER.match(self.text, led.end, end) is not None:
                    return self.found(self.of_mention(led, start))
        titled = self.titled_name(start, end)
        if titled is not None:
            return self.found(self.of_mention(titled, start))
        head = phrase.head
        aged = self.aged(item, start) if head is None else None
        if aged is not None:
            return self.found(aged)
        one = ONE_OF.match(self.text, start)
        if head is None or (head.kind in ("inside", "class", "office") and (not head.plural or one)):
            apposed = self.apposed_name(start, own_end, end)
            if apposed is not None and not phrase.words[-1][:1].isupper():
                return self.found(self.of_mention(apposed, start))
        if head is None:
            people = self.own_people(item, phrase, start)
            if people is not None:
                return self.found(people)
        if head is None or head.kind == "document":
            owned = self.owned(item, phrase, start)
            if owned is not None:
                return owned
        if head is not None:
            called = self.named_like_role(phrase, start, end)
            return called if called is not None else self.from_role(item, phrase, start, end)
        body = self.owning_body(item, phrase, start)
        if body is not None:
            return self.found(body)
        return self.from_unknown(phrase, start, end, own_end)
