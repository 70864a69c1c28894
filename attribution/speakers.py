"""Attributions in, the same attributions with their speakers out: ordered stages, each naming itself in `why`.

Ids: a known speaker has its registry id; anybody else the slug of the full name (`simon-miles`). Unnamed speakers and
documents are scoped to their article, as another article's "senior US official" is somebody else:
`unnamed-<6 hex digits of the article id's SHA-256>-senior-us-official`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from .antecedents import Spoke, choose_antecedent
from .descriptions import describe_source
from .mentions import ArticleNames, Entity, Mention, choose_bearer, find_names, parse_name
from .names import fold, fold_name, slug, split_name, strip_possessive
from .nominals import POSSESSIVE_WORD, SourcePhrase, parse_phrase, pronoun_class
from .registry import Registry, RegistryEntry
from .roles import Gender, RoleNoun, default_given_names, default_source_patterns
from .types import Attribution, Speaker, SpeakerHow, SpeakerType

# Share of right answers per stage on the even articles of PolNeAR dev, gold spans given (see CONFIDENCE_MEASURED).
CONFIDENCE: dict[str, float] = {
    "speaker.name": 0.96,
    "speaker.surname": 0.96,
    "speaker.alias": 0.9,
    "speaker.pronoun": 0.8,
    "speaker.plural": 0.5,
    "speaker.thing": 0.5,
    "speaker.relative": 0.7,
    "speaker.first-person": 0.7,
    "speaker.role": 0.9,
    "speaker.title": 0.7,
    "speaker.chain": 0.7,
    "speaker.unnamed": 0.8,
    "speaker.group": 0.7,
    "speaker.institution": 0.7,
    "speaker.document": 0.5,
    "speaker.issuer": 0.6,
    "speaker.coordinated": 0.8,
    "speaker.floating": 0.7,
}

DECLINED = "speaker.declined"
# A floating quotation further from the last speaker than this is rarely theirs.
MAX_FLOATING_PARAGRAPHS = 2
PARAGRAPH_GAP = re.compile(r"\n\s*")
CHANNEL_HEADS = frozenset(
    ["report", "article", "story", "newspaper", "paper", "network", "broadcaster", "outlet", "magazine", "news agency"]
)
POLL_HEADS = frozenset(["poll", "survey", "study", "analysis", "research", "data", "estimate", "projection", "figures"])
# Words for one and the same unnamed person: "a representative of the US government ... the US official".
GENERIC_HEADS = frozenset(["official", "representative", "source", "person", "aide", "adviser"])
PLURAL_HEADS = frozenset(
    ["countries", "leaders", "sides", "parties", "nations", "allies", "both sides", "both parties"]
)
MEDIA_WORD = re.compile(
    r"\b(?:times|post|news|journal|tribune|herald|gazette|magazine|guardian|press|radio|tv|television|network)$",
    re.IGNORECASE,
)
NAME_AFTER_ROLE = re.compile(r",? ")
LIST_SPLIT = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+")


@dataclass(frozen=True, slots=True)
class _Answer:
    """One resolved source; `entity` is set where the article names them."""

    name: str
    type: SpeakerType
    how: SpeakerHow
    why: str
    id: str
    entity: Entity | None = None
    plural: bool = False
    head: RoleNoun | None = None
    modifiers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Said:
    """One attribution already resolved, in text order."""

    position: int
    end: int
    answer: _Answer
    nested: bool


def resolve_speakers(
    text: str,
    attributions: Sequence[Attribution],
    *,
    registry: Registry,
    date: str | None,
    masks: Sequence[tuple[int, int]] = (),
) -> list[Attribution]:
    """Return the attributions in their order, each with `speaker` set or None (declined) and its reason in `why`.

    Deterministic and without state. `date` (ISO, may be partial) decides who held an office; without it only the
    article itself tells. Names inside `masks` (boilerplate) are not seen. Nothing is read beyond `text`.
    """
    if not attributions:
        return []
    resolver = _Resolver(text, attributions, registry, date, find_names(text, registry, masks=masks))
    answers: list[tuple[_Answer | None, str]] = [(None, DECLINED)] * len(attributions)
    for index in sorted(range(len(attributions)), key=lambda i: (_anchor(attributions[i]), i)):
        answers[index] = resolver.resolve(attributions[index])
    return [item.with_speaker(_speaker(answer), why) for item, (answer, why) in zip(attributions, answers, strict=True)]


def _speaker(answer: _Answer | None) -> Speaker | None:
    if answer is None:
        return None
    return Speaker(answer.id, answer.name, answer.type, answer.how, CONFIDENCE[answer.why])


def _anchor(item: Attribution) -> int:
    """Return where an attribution stands in reading order: at its source, else its cue, else its content."""
    if item.source_spans:
        return item.source_spans[0].start
    return item.cue_spans[0].start if item.cue_spans else item.start


@dataclass(slots=True)
class _Resolver:
    text: str
    attributions: Sequence[Attribution]
    registry: Registry
    date: str | None
    names: ArticleNames
    said: list[_Said] = field(default_factory=list)
    spoke: list[Spoke] = field(default_factory=list)
    quoted: list[tuple[int, int]] = field(default_factory=list)
    scope: str = ""
    sources: dict[tuple[int, int], _Answer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.scope = hashlib.sha256(self.attributions[0].article_id.encode("utf-8", "surrogatepass")).hexdigest()[:6]
        for item in self.attributions:
            if item.kind == "direct":
                self.quoted.extend((span.start, span.end) for span in item.content_spans)

    # -- one attribution -------------------------------------------------------------------------------------------

    def resolve(self, item: Attribution) -> tuple[_Answer | None, str]:
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
            position = _anchor(item)
            self.said.append(_Said(position, item.end, answer, item.nested_in is not None))
            if answer.entity is not None and answer.type == "person":
                self.spoke.append(Spoke(position, answer.entity))
        return answer, why

    def without_source(self, item: Attribution) -> tuple[_Answer | None, str]:
        """Return the last speaker for a floating quotation or a participle of the same sentence, else decline."""
        last = next((said for said in reversed(self.said) if not said.nested), None)
        if last is None:
            return None, f"{DECLINED}.no-source"
        position = _anchor(item)
        if item.cue_spans:
            same = self.names.sentence_of(position) == self.names.sentence_of(last.position)
            if not (same and (item.cue or "").lower().endswith("ing")):
                return None, f"{DECLINED}.no-source"
        elif item.kind != "direct":
            return None, f"{DECLINED}.no-source"
        between = self.text[min(last.position, position) : max(last.position, position)]
        if len(PARAGRAPH_GAP.findall(between)) > MAX_FLOATING_PARAGRAPHS:
            return None, f"{DECLINED}.far"
        answer = last.answer
        return self.again(answer, "implicit", "speaker.floating"), "speaker.floating"

    def from_source(self, item: Attribution, start: int, end: int) -> tuple[_Answer | None, str]:
        """Return who the words of the source mean, by the first stage that answers."""
        source = self.text[start:end]
        pronoun = pronoun_class(source)
        if pronoun is not None:
            return self.from_pronoun(item, start, pronoun)
        for pattern in default_source_patterns():
            if pattern.pattern.search(source.strip()):
                return self.unnamed(source, parse_phrase(source, self.registry.roles), start)
        known = self.registry.by_name(source)
        if known is not None:
            return self.found(self.of_entry(known, source))
        phrase = parse_phrase(source, self.registry.roles)
        if not phrase.words:
            return None, f"{DECLINED}.empty"
        if phrase.after and fold(phrase.after[0]) == "and":
            together = self.coordinated(source, start, end)
            if together is not None:
                return self.found(together)
        return self.from_phrase(item, phrase, start, end)

    def from_phrase(self, item: Attribution, phrase: SourcePhrase, start: int, end: int) -> tuple[_Answer | None, str]:
        """Return who a noun phrase means: a name if it ends in one, else what its role noun says."""
        own_end = self.own_end(phrase, start, end)
        mention = self.mention_at(own_end - 1)
        if mention is not None and self.is_name_of(phrase, mention, start, own_end):
            return self.found(self.of_mention(mention, start))
        head = phrase.head
        if head is None or (head.kind in ("inside", "class", "office") and not head.plural):
            apposed = self.apposed_name(start, own_end, end)
            if apposed is not None and not phrase.words[-1][:1].isupper():
                return self.found(self.of_mention(apposed, start))
        if head is not None:
            return self.from_role(item, phrase, start, end)
        return self.from_unknown(phrase, start, end, own_end)

    def own_end(self, phrase: SourcePhrase, start: int, end: int) -> int:
        """Return the offset behind the phrase's own last word, a possessive ending left out."""
        last = phrase.words[-1]
        at = start
        for word in phrase.words:
            found = self.text.find(word, at, end)
            if found >= 0:
                at = found + len(word)
        match = POSSESSIVE_WORD.match(last)
        return at - (len(last) - len(match[1] or match[2]) if match else 0)

    def mention_at(self, position: int) -> Mention | None:
        """Return the mention that covers `position`."""
        for mention in reversed(self.names.before(position + 1, most=3)):
            if mention.start <= position < mention.end:
                return mention
        return None

    def is_name_of(self, phrase: SourcePhrase, mention: Mention, start: int, own_end: int) -> bool:
        """Return whether the source's own words end in this name.

        Not when a capitalised role noun only looks like one ("GOP nominee"), and not when the name runs on beyond the
        source, as capitals in headlines do ("Ruiz Vows To Stay").
        """
        entity = mention.entity
        if mention.end < own_end:
            return False
        if phrase.head is not None and entity.entry is None and entity.kind == "unknown":
            return False
        return entity.entry is not None or (mention.end <= own_end + 2 and mention.start >= start - 1)

    def apposed_name(self, start: int, own_end: int, end: int) -> Mention | None:
        """Return the person named behind a comma, or right behind the role: "a lawyer for the bank, Ana Ruiz,"."""
        stops = [own_end]
        comma = self.text.find(",", own_end, end)
        if comma > own_end:
            stops.append(comma)
        for stop in stops:
            gap = NAME_AFTER_ROLE.match(self.text, stop)
            mention = self.mention_from(gap.end()) if gap is not None else None
            if mention is None or mention.entity.kind not in ("person", "unknown"):
                continue
            # "the minister, Ruiz's rival, said": a possessive belongs to what follows.
            if self.text[mention.end : mention.end + 1] not in ("'", "’"):
                return mention
        return None

    def mention_from(self, position: int) -> Mention | None:
        """Return the mention that starts at `position`, titles before it included."""
        for mention in self.names.before(position + 40, most=4):
            if mention.start >= position and mention.start - position <= len(" ".join(mention.titles)) + 2:
                return mention
        return None

    # -- names -----------------------------------------------------------------------------------------------------

    def found(self, answer: _Answer) -> tuple[_Answer, str]:
        return answer, answer.why

    def again(self, answer: _Answer, how: SpeakerHow, why: str) -> _Answer:
        """Return the same speaker reached another way."""
        return _Answer(
            answer.name,
            answer.type,
            how,
            why,
            answer.id,
            answer.entity,
            answer.plural,
            answer.head,
            answer.modifiers,
        )

    def of_entry(self, entry: RegistryEntry, said: str) -> _Answer:
        entity = self.names.by_key.get(entry.id)
        exact = fold_name(said) == fold_name(entry.name)
        how: SpeakerHow = "name" if exact or entry.type in ("organization", "group") else "alias"
        return _Answer(entry.name, entry.type, how, f"speaker.{how}", entry.id, entity)

    def of_mention(self, mention: Mention, start: int) -> _Answer:
        """Return the mention's entity, named in full or by surname."""
        entity = mention.entity
        said = self.text[mention.start : mention.end]
        full = " " in said or "\u00a0" in said or entity.kind in ("country", "organization")
        if entity.entry is not None and entity.kind != "person":
            return self.of_entry(entity.entry, said)
        kind = self.entity_type(entity, mention)
        how: SpeakerHow = "name" if full else "surname"
        return self.of_entity(entity, how, f"speaker.{how}", kind)

    def entity_type(self, entity: Entity, mention: Mention) -> SpeakerType:
        """Return the type of an entity that is a source; "unknown" names become people unless an article precedes."""
        if entity.kind != "unknown":
            return entity.kind
        before = self.text[max(0, mention.start - 4) : mention.start].lower()
        words = entity.name.split()
        if before == "the " or len(words) > 4 or any(word.islower() for word in words[1:]):
            return "organization"
        if len(words) == 1 and entity.name.isupper():
            return "organization"
        return "person"

    def of_entity(self, entity: Entity, how: SpeakerHow, why: str, kind: SpeakerType | None = None) -> _Answer:
        if kind is None:
            kind = "person" if entity.kind == "unknown" else entity.kind
        known = entity.entry
        if known is None and kind == "person":
            known = self.registry.fuzzy(entity.name)
        if known is not None:
            return _Answer(known.name, known.type, how, why, known.id, entity)
        return _Answer(entity.name, kind, how, why, self.slug_id(entity.name), entity)

    def slug_id(self, name: str) -> str:
        return slug(name) or "speaker-" + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]

    def scoped_id(self, kind: str, name: str) -> str:
        return f"{kind}-{self.scope}-{self.slug_id(name)}"

    def from_unknown(self, phrase: SourcePhrase, start: int, end: int, own_end: int) -> tuple[_Answer | None, str]:
        """Return a speaker for words that are neither a known name nor a role noun."""
        words = [strip_possessive(word) for word in phrase.words]
        name = " ".join(words)
        country = self.registry.country_of(name)
        if country is not None:
            return self.found(self.from_demonym(phrase, name, country, start))
        if words[-1][:1].isupper():
            key = fold_name(words[-1])
            entity = choose_bearer(self.names, key, start)
            if entity is not None:
                return self.found(self.of_entity(entity, "surname", "speaker.surname"))
            parsed = parse_name(name, self.registry, phrase.determiner == "definite")
            shown = parsed.name or name
            if parsed.kind == "organization" or phrase.determiner == "definite" or shown.isupper() and len(shown) < 6:
                answer = _Answer(shown, "organization", "name", "speaker.name", self.slug_id(shown))
                return self.found(answer)
            if len(words) <= 4:
                how: SpeakerHow = "name" if " " in shown else "surname"
                return self.found(_Answer(shown, "person", how, f"speaker.{how}", self.slug_id(shown)))
            return None, f"{DECLINED}.unknown"
        if words[-1].endswith("s") and len(words[-1]) > 3 and phrase.owner is None:
            return self.found(self.group(describe_source(phrase, self.registry, None)))
        return None, f"{DECLINED}.unknown"

    def from_demonym(self, phrase: SourcePhrase, word: str, country: RegistryEntry, start: int) -> _Answer:
        """Return the country for "the Russians", somebody of it for "the Ukrainian", a group for "many Russians"."""
        folded = fold_name(word)
        plural = folded in {fold_name(people) for people in country.people}
        if plural and phrase.determiner != "definite" and folded not in {fold_name(a) for a in country.demonyms}:
            return self.group(strip_possessive(phrase.words[-1]))
        if not plural and phrase.determiner == "definite" and folded in {fold_name(d) for d in country.demonyms}:
            person = self.last_person(start, lambda entity: _is_of(entity, country))
            if person is not None:
                return self.of_entity(person, "nominal", "speaker.title")
        return self.of_entry(country, word)

    def last_person(self, position: int, fits: object) -> Entity | None:
        """Return the person last named before `position` for whom `fits` holds."""
        for mention in reversed(self.names.before(position, most=80)):
            if mention.entity.kind == "person" and fits(mention.entity):  # type: ignore[operator]
                return mention.entity
        return None

    def coordinated(self, source: str, start: int, end: int) -> _Answer | None:
        """Return a group for "A and B" when each part names somebody; "A and its allies" keeps the second's words."""
        head, _, tail = source.partition(" and ")
        tail = re.split(r",| who | which | that ", tail, maxsplit=1)[0].strip()
        parts: list[str] = []
        for piece in [*LIST_SPLIT.split(head), tail]:
            piece = piece.strip()
            if not piece:
                continue
            at = self.text.find(piece, start, end)
            if at < 0:
                return None
            phrase = parse_phrase(piece, self.registry.roles)
            if not phrase.words:
                return None
            own_end = self.own_end(phrase, at, at + len(piece))
            mention = self.mention_at(own_end - 1)
            known = self.registry.by_name(piece)
            if known is not None:
                parts.append(known.name)
            elif mention is not None and mention.end >= own_end:
                parts.append(self.of_mention(mention, at).name)
            elif phrase.head is not None or phrase.words[-1].endswith("s"):
                parts.append(re.sub(r"^(?:the|a|an) ", "", " ".join(piece.split()), flags=re.IGNORECASE))
            else:
                return None
        if len(parts) < 2:
            return None
        name = ", ".join(parts[:-1]) + " and " + parts[-1]
        return _Answer(name, "group", "name", "speaker.coordinated", self.slug_id(name), plural=True)

    # -- role nouns ------------------------------------------------------------------------------------------------

    def from_role(self, item: Attribution, phrase: SourcePhrase, start: int, end: int) -> tuple[_Answer | None, str]:
        """Return whom a phrase with a role noun as its head means."""
        head = phrase.head
        assert head is not None
        definite = phrase.determiner in ("definite", "own") or (
            phrase.determiner == "none" and (phrase.owner is not None or not head.plural)
        )
        if head.kind == "institution":
            return self.institution(phrase, start)
        if head.kind == "document":
            return self.document(phrase, start, end)
        if head.kind == "collective":
            return self.collective(phrase, start)
        if head.plural:
            return self.plural_role(phrase, start, definite)
        by_office = self.office(phrase, start)
        if by_office is not None:
            return self.found(by_office)
        if definite or phrase.determiner == "other":
            chained = self.chained(phrase, start)
            if chained is not None:
                return self.found(chained)
        if definite and phrase.determiner != "other":
            titled = self.titled(phrase, start)
            if titled is not None:
                return self.found(self.of_entity(titled, "nominal", "speaker.title"))
        if head.kind == "office" and phrase.determiner == "definite":
            return None, f"{DECLINED}.role"
        return self.unnamed(self.text[start:end], phrase, start)

    def place_of(self, phrase: SourcePhrase) -> list[RegistryEntry]:
        """Return the countries and institutions that the phrase's owner, modifiers or "of X" name."""
        candidates: list[str] = []
        if phrase.owner is not None:
            candidates.append(phrase.owner)
        candidates.extend(strip_possessive(word) for word in phrase.modifiers)
        if len(phrase.modifiers) > 1:
            candidates.append(" ".join(phrase.modifiers))
        if len(phrase.after) > 1 and fold(phrase.after[0]) in ("of", "for", "at"):
            rest = [word for word in phrase.after[1:] if fold(word) != "the"]
            candidates.extend([" ".join(rest), rest[0] if rest else ""])
        places: list[RegistryEntry] = []
        for candidate in candidates:
            entry = self.registry.country_of(candidate) or self.registry.by_name(candidate)
            if entry is not None and entry.type != "person" and entry not in places:
                places.append(entry)
        return places

    def office(self, phrase: SourcePhrase, start: int) -> _Answer | None:
        """Return the holder of an office by the registry and the date, or by the article when it names the holder."""
        head = phrase.head
        if head is None or phrase.determiner in ("indefinite", "other"):
            return None
        if "former" in (fold(word) for word in phrase.modifiers):
            return None
        places = self.place_of(phrase)
        places += [
            home
            for place in places
            if place.country is not None and (home := self.registry.by_id(place.country)) is not None
        ]
        for place in places:
            role = " ".join([fold(word) for word in phrase.modifiers if not self.is_place(word)] + [head.form])
            for name in (role, head.form, _spokesperson(head.form)):
                holders = self.registry.holders(name, place.id)
                if not holders:
                    continue
                if self.date is not None:
                    held = self.registry.holder(name, place.id, self.date)
                    if held is not None:
                        return self.by_role(held)
                    continue
                named = [holder for holder in holders if holder.id in self.names.by_key]
                if len(named) == 1:
                    return self.by_role(named[0])
        return None

    def is_place(self, word: str) -> bool:
        return self.registry.country_of(word) is not None or self.registry.by_name(word) is not None

    def by_role(self, holder: RegistryEntry) -> _Answer:
        return _Answer(holder.name, "person", "role", "speaker.role", holder.id, self.names.by_key.get(holder.id))

    def titled(self, phrase: SourcePhrase, start: int) -> Entity | None:
        """Return the person last named before whom the article has described with this role noun."""
        head = phrase.head
        assert head is not None
        wanted = {fold(strip_possessive(word)) for word in phrase.modifiers} - {"former", "longtime", "current"}
        wanted = {_SAME_WORD.get(word, word) for word in wanted}
        fitting: list[tuple[int, int, Entity]] = []
        seen: set[int] = set()
        for mention in reversed(self.names.before(start, most=120)):
            entity = mention.entity
            if entity.kind != "person" or id(entity) in seen:
                continue
            seen.add(id(entity))
            if head.gender is not None and (entity.gender or entity.hint or head.gender) != head.gender:
                continue
            if head.canonical not in entity.roles and head.form not in entity.roles:
                continue
            words = {_SAME_WORD.get(word, word) for word in entity.words}
            fitting.append((len(wanted & words), mention.start, entity))
        if not fitting:
            return None
        best = max(fitting, key=lambda item: (item[0], item[1]))
        if wanted and best[0] == 0 and len(fitting) > 1:
            return None
        return best[2]

    def chained(self, phrase: SourcePhrase, start: int) -> _Answer | None:
        """Return the unnamed or titled speaker that "the official" takes up, the nearest with a fitting description."""
        head = phrase.head
        assert head is not None
        wanted = {fold(strip_possessive(word)) for word in phrase.modifiers}
        if phrase.owner is not None:
            wanted |= {fold(word) for word in phrase.owner.split()}
        if phrase.determiner == "other":
            return None
        generic: _Answer | None = None
        for said in reversed(self.said):
            answer = said.answer
            if answer.head is None or answer.head.plural != head.plural:
                continue
            known = answer.modifiers | {fold(word) for word in answer.name.split()}
            if answer.head.canonical == head.canonical:
                if not wanted or wanted & known or not (wanted & _TELLING):
                    return self.again(answer, "nominal", "speaker.chain")
            elif (
                generic is None
                and answer.head.canonical in GENERIC_HEADS
                and head.canonical in GENERIC_HEADS
                and (not wanted or wanted & known)
            ):
                generic = self.again(answer, "nominal", "speaker.chain")
        return generic

    def unnamed(self, source: str, phrase: SourcePhrase, start: int) -> tuple[_Answer | None, str]:
        """Return an unnamed speaker with the normalised description of the source."""
        if not phrase.words:
            return None, f"{DECLINED}.empty"
        name = describe_source(phrase, self.registry, self.side(start))
        if phrase.determiner == "other" and phrase.head is not None:
            name = f"another {name}"
        modifiers = frozenset(fold(word) for word in (*phrase.modifiers, *phrase.after))
        answer = _Answer(
            name,
            "unnamed",
            "nominal",
            "speaker.unnamed",
            self.scoped_id("unnamed", name),
            plural=phrase.head is not None and phrase.head.plural,
            head=phrase.head,
            modifiers=modifiers,
        )
        return self.found(answer)

    def side(self, start: int) -> RegistryEntry | None:
        """Return the country of the state body last named in the same paragraph, else the only one in the article."""
        paragraph = self.text.rfind("\n", 0, start)
        for mention in reversed(self.names.before(start, most=12)):
            if mention.start < paragraph:
                break
            entry = mention.entity.entry
            if entry is not None and entry.country is not None and entry.kind in ("government", "military"):
                return self.registry.by_id(entry.country)
        homes = {
            entity.entry.country
            for entity in self.names.entities
            if entity.entry is not None and entity.entry.country and entity.entry.id in ("white-house", "joe-biden")
        }
        return self.registry.by_id(homes.pop()) if len(homes) == 1 else None

    def group(self, name: str, head: RoleNoun | None = None) -> _Answer:
        return _Answer(name, "group", "nominal", "speaker.group", self.slug_id(name), plural=True, head=head)

    def plural_role(self, phrase: SourcePhrase, start: int, definite: bool) -> tuple[_Answer | None, str]:
        head = phrase.head
        assert head is not None
        if definite and phrase.owner is None and head.form in PLURAL_HEADS and not phrase.modifiers:
            for said in reversed(self.said[-3:]):
                if said.answer.type == "group" and said.answer.plural:
                    return self.found(self.again(said.answer, "nominal", "speaker.chain"))
        if definite and not phrase.modifiers and phrase.owner is None:
            chained = self.chained(phrase, start)
            if chained is not None:
                return self.found(chained)
        if head.kind == "inside":
            return self.unnamed(self.text[start:start], phrase, start)
        if head.form in ("men", "candidates", "leaders", "nominees", "presidents", "countries", "sides"):
            pair = self.pair(phrase, start)
            if pair is not None:
                return self.found(pair)
        return self.found(self.group(describe_source(phrase, self.registry, None), head))

    def pair(self, phrase: SourcePhrase, start: int) -> _Answer | None:
        """Return the two people (or their countries) last named, for "both men", "the two leaders", "both sides"."""
        lead = fold(self.text[start : start + 9])
        if not (lead.startswith("both ") or lead.startswith("the two ")):
            return None
        head = phrase.head
        countries = head is not None and head.form in (
            "countries",
            "sides",
            "parties",
            "nations",
            "both sides",
            "both parties",
        )
        parts: list[str] = []
        for mention in reversed(self.names.before(start, most=40)):
            entity = mention.entity
            name: str | None = None
            if countries:
                home = entity.entry.country if entity.entry is not None and entity.kind == "person" else None
                country = self.registry.by_id(home) if home else entity.entry if entity.kind == "country" else None
                name = country.name if country is not None else None
            elif entity.kind == "person":
                name = entity.name
            if name is not None and name not in parts:
                parts.insert(0, name)
            if len(parts) == 2:
                joined = " and ".join(parts)
                return _Answer(
                    joined, "group", "nominal", "speaker.group", self.slug_id(joined), plural=True, head=head
                )
        return None

    def collective(self, phrase: SourcePhrase, start: int) -> tuple[_Answer | None, str]:
        head = phrase.head
        assert head is not None
        if head.form in ("both sides", "both parties", "sides", "parties"):
            pair = self.pair(phrase, start)
            if pair is not None:
                return self.found(pair)
        if head.form in _WEST:
            return self.found(self.group("Western countries", head))
        if head.form == "percent":
            return self.found(self.group("poll respondents", head))
        return self.found(self.group(describe_source(phrase, self.registry, None), head))

    def institution(self, phrase: SourcePhrase, start: int) -> tuple[_Answer | None, str]:
        """Return the institution that a noun means: of a country, of a person, or the one last named with it."""
        head = phrase.head
        assert head is not None
        for place in self.place_of(phrase):
            if place.type == "country":
                noun = " ".join([*(fold(w) for w in phrase.modifiers if not self.is_place(w)), head.form])
                known = self.registry.institution(noun, place.id) or self.registry.institution(head.form, place.id)
                if known is not None:
                    return self.found(self.of_entry(known, known.name))
        definite = phrase.determiner == "definite"
        own = [strip_possessive(word) for word in phrase.words]
        if phrase.owner is not None:
            owner = split_name(phrase.owner).surname if head.form == "campaign" else phrase.owner
            return self.found(self.organization(" ".join([owner, *own])))
        if phrase.determiner == "own":
            return self.own_institution(phrase, start)
        if definite and not phrase.modifiers:
            for said in reversed(self.said):
                answer = said.answer
                if answer.type == "organization" and (
                    fold(answer.name).endswith(head.form) or (answer.head is not None and answer.head.form == head.form)
                ):
                    return self.found(self.again(answer, "nominal", "speaker.chain"))
            for mention in reversed(self.names.before(start, most=120)):
                entity = mention.entity
                if entity.kind == "organization" and (
                    fold(entity.name).split()[-1] == head.form
                    or head.form in fold(entity.name).split()
                    or head.canonical in entity.roles
                ):
                    return self.found(self.of_entity(entity, "nominal", "speaker.institution"))
            if head.form in _MEDIA_HEADS:
                media = self.last_media(start)
                if media is not None:
                    return self.found(media)
            for said in reversed(self.said[-2:]):
                if said.answer.type == "organization":
                    return self.found(self.again(said.answer, "nominal", "speaker.institution"))
        if any(word[:1].isupper() for word in phrase.modifiers):
            name = " ".join(own)
            return self.found(self.organization(name, "name"))
        name = describe_source(phrase, self.registry, None)
        return self.found(
            _Answer(name, "organization", "nominal", "speaker.institution", self.slug_id(name), head=head)
        )

    def own_institution(self, phrase: SourcePhrase, start: int) -> tuple[_Answer | None, str]:
        gender: Gender | None = {"his": "male", "her": "female"}.get(fold(self.text[start : start + 4]).strip())  # type: ignore[assignment]
        if gender is None or phrase.head is None:
            return None, f"{DECLINED}.owner"
        person, why = choose_antecedent(
            self.text, self.names, self.spoke, self.quoted, position=start, gender=gender, content=None
        )
        if person is None:
            return None, why
        return self.found(self.organization(f"{split_name(person.name).surname} {phrase.head.form}"))

    def organization(self, name: str, how: SpeakerHow = "nominal") -> _Answer:
        known = self.registry.by_name(name)
        if known is not None and known.type != "person":
            return self.of_entry(known, name)
        clean = re.sub(r"^(?:the|a|an) ", "", name, flags=re.IGNORECASE)
        why = "speaker.name" if how == "name" else "speaker.institution"
        return _Answer(clean, "organization", how, why, self.slug_id(clean))

    def last_media(self, start: int) -> _Answer | None:
        for mention in reversed(self.names.before(start, most=30)):
            entity = mention.entity
            known = entity.entry
            if (known is not None and known.kind == "media") or (
                known is None and entity.kind == "organization" and MEDIA_WORD.search(entity.name)
            ):
                return self.of_entity(entity, "nominal", "speaker.issuer")
        return None

    def document(self, phrase: SourcePhrase, start: int, end: int) -> tuple[_Answer | None, str]:
        """Return the issuer of a statement, poll or advertisement where the article tells, else the document."""
        head = phrase.head
        assert head is not None
        issuer = self.issuer(phrase, start, end)
        if issuer is not None:
            return self.found(issuer)
        if phrase.determiner == "definite" or phrase.determiner == "none":
            for said in reversed(self.said):
                answer = said.answer
                if (
                    answer.head is not None
                    and answer.head.kind == "document"
                    and (answer.head.canonical == head.canonical or {answer.head.form, head.form} <= POLL_HEADS)
                ):
                    return self.found(self.again(answer, "nominal", "speaker.chain"))
            if phrase.determiner == "definite" and not phrase.modifiers and not head.plural:
                if head.form in CHANNEL_HEADS and (media := self.last_media(start)) is not None:
                    return self.found(media)
                for said in reversed(self.said[-1:]):
                    if said.answer.type in ("organization", "person") and said.answer.head is None:
                        return self.found(self.again(said.answer, "nominal", "speaker.issuer"))
        name = describe_source(phrase, self.registry, None)
        return self.found(
            _Answer(name, "document", "nominal", "speaker.document", self.scoped_id("document", name), head=head)
        )

    def issuer(self, phrase: SourcePhrase, start: int, end: int) -> _Answer | None:
        """Return who a document is by: a possessor, a name before the noun, or "by/from/of X" after it."""
        own_end = self.own_end(phrase, start, end)
        after = fold(phrase.after[0]) if phrase.after else ""
        for mention in self.names.before(end, most=20):
            if mention.start < start:
                continue
            entity = mention.entity
            if entity.kind not in ("organization", "person", "country") and mention.start >= own_end:
                continue
            if mention.start < own_end or after in ("by", "from", "of", "conducted", "released", "published"):
                found = self.of_entity(
                    entity, "nominal", "speaker.issuer", None if entity.kind != "unknown" else "organization"
                )
                return _Answer(
                    found.name, found.type, "nominal", "speaker.issuer", found.id, entity, False, phrase.head
                )
        return None

    # -- pronouns --------------------------------------------------------------------------------------------------

    def from_pronoun(self, item: Attribution, start: int, pronoun: str) -> tuple[_Answer | None, str]:
        if pronoun in ("male", "female"):
            return self.singular_pronoun(item, start, "male" if pronoun == "male" else "female")
        if pronoun == "first":
            return self.first_person(item, start)
        if pronoun == "relative":
            return self.relative(start)
        if pronoun == "plural":
            return self.plural_pronoun(start)
        if pronoun == "thing":
            return self.thing_pronoun(start)
        return None, f"{DECLINED}.pronoun"

    def singular_pronoun(self, item: Attribution, start: int, gender: Gender) -> tuple[_Answer | None, str]:
        content = (item.start, item.end) if item.kind == "direct" else None
        quoted = self.quoted
        person, why = choose_antecedent(
            self.text, self.names, self.spoke, quoted, position=start, gender=gender, content=content
        )
        last = self.said[-1] if self.said else None
        if last is not None and last.answer.type == "unnamed" and not last.answer.plural:
            distance = self.names.sentence_of(start) - self.names.sentence_of(last.position)
            named = self.names.before(start, most=1)
            if distance <= 2 and (person is None or not named or named[-1].start < last.position):
                return self.found(self.again(last.answer, "pronoun", "speaker.pronoun"))
        if person is None:
            return None, why
        return self.found(self.of_entity(person, "pronoun", "speaker.pronoun", "person"))

    def first_person(self, item: Attribution, start: int) -> tuple[_Answer | None, str]:
        for other, said in ((o, s) for s in reversed(self.said) for o in self.attributions):
            if other is item or other.kind == "indirect" or not other.source_spans:
                continue
            if _anchor(other) == said.position and any(s.start <= start < s.end for s in other.content_spans):
                return self.found(self.again(said.answer, "pronoun", "speaker.first-person"))
        if any(a <= start < b for a, b in self.quoted):
            return None, f"{DECLINED}.first-person"
        name = "article author"
        return self.found(_Answer(name, "unnamed", "pronoun", "speaker.first-person", self.scoped_id("unnamed", name)))

    def relative(self, start: int) -> tuple[_Answer | None, str]:
        """Return whom "who" stands for: the name or role noun that ends right before it."""
        gap = self.text[max(0, start - 90) : start]
        for mention in reversed(self.names.before(start, most=3)):
            between = self.text[mention.end : start]
            if re.fullmatch(r",?\s*", between) or (
                between.startswith(",") and between.rstrip().endswith(",") and "." not in between and len(between) < 120
            ):
                if mention.entity.kind == "unknown":
                    continue
                return self.found(self.of_entity(mention.entity, "pronoun", "speaker.relative"))
        words = re.findall(r"[\w’'.-]+|[,;:.“”\"]", gap)
        while words and words[-1] in (",",):
            words.pop()
        phrase_words: list[str] = []
        for word in reversed(words):
            if word in ',;:.“”"' or (phrase_words and fold(word) in _PHRASE_STOPS):
                break
            phrase_words.insert(0, word)
            if fold(word) in ("the", "a", "an", "some", "many", "several", "few", "those", "other"):
                break
            if len(phrase_words) == 4:
                break
        if phrase_words:
            phrase = parse_phrase(" ".join(phrase_words), self.registry.roles)
            head = phrase.head
            if head is not None and phrase.words:
                if head.plural or head.kind == "collective":
                    return self.found(
                        self.again(
                            self.group(describe_source(phrase, self.registry, None), head),
                            "pronoun",
                            "speaker.relative",
                        )
                    )
                if head.kind in ("inside", "class"):
                    answer, _ = self.unnamed("", phrase, start)
                    if answer is not None:
                        return self.found(self.again(answer, "pronoun", "speaker.relative"))
        return None, f"{DECLINED}.relative"

    def plural_pronoun(self, start: int) -> tuple[_Answer | None, str]:
        for said in reversed(self.said[-2:]):
            answer = said.answer
            near = self.names.sentence_of(start) - self.names.sentence_of(said.position) <= 3
            if near and (answer.plural or answer.type == "group"):
                return self.found(self.again(answer, "pronoun", "speaker.plural"))
        pair = self.pair_before(start)
        if pair is not None:
            return self.found(pair)
        return None, f"{DECLINED}.plural"

    def pair_before(self, start: int) -> _Answer | None:
        """Return "A and B" when two people are joined so in the sentence before or the same one."""
        sentence = self.names.sentence_of(start)
        mentions = self.names.before(start, most=12)
        for one, other in reversed(list(zip(mentions, mentions[1:], strict=False))):
            if sentence - one.sentence > 2:
                break
            if one.entity.kind == other.entity.kind == "person" and one.entity is not other.entity:
                between = self.text[one.end : other.start]
                if re.fullmatch(r" and (?:[\w.-]+ ){0,3}", between):
                    name = f"{one.entity.name} and {other.entity.name}"
                    return _Answer(name, "group", "pronoun", "speaker.plural", self.slug_id(name), plural=True)
        return None

    def thing_pronoun(self, start: int) -> tuple[_Answer | None, str]:
        sentence = self.names.sentence_of(start)
        for mention in reversed(self.names.before(start, most=8)):
            if sentence - mention.sentence > 1:
                break
            if mention.entity.kind in ("organization", "country") and not any(
                a <= mention.start < b for a, b in self.quoted
            ):
                entity = mention.entity
                opens = re.search(
                    r"(?:^|[.!?\n]\s*)(?:[Tt]he )?$", self.text[max(0, mention.start - 8) : mention.start]
                )
                if opens or sentence == mention.sentence:
                    answer = self.of_entity(entity, "pronoun", "speaker.thing")
                    return self.found(answer)
        for said in reversed(self.said[-1:]):
            if said.answer.type in ("organization", "country", "document"):
                return self.found(self.again(said.answer, "pronoun", "speaker.thing"))
        return None, f"{DECLINED}.thing"


_SAME_WORD = {"gop": "republican", "democratic": "democrat", "republicans": "republican"}
_TELLING = frozenset({"military", "intelligence", "defense", "defence", "police", "us", "u.s.", "russian", "ukrainian"})
_WEST = frozenset({"west", "western powers", "western countries"})
_MEDIA_HEADS = frozenset(
    "newspaper paper magazine network broadcaster outlet website channel station journal tabloid daily weekly".split()
)
_PHRASE_STOPS = frozenset(
    "of for in at from with on to by about said says told is was were are and or but as than that".split()
)


def _spokesperson(form: str) -> str:
    return "spokesperson" if form.startswith("spokes") else form


def _is_of(entity: Entity, country: RegistryEntry) -> bool:
    if entity.entry is not None:
        return entity.entry.country == country.id
    return any(fold(demonym) in entity.words for demonym in country.demonyms)


GIVEN_NAMES = default_given_names
