"""Why an attribution is what it is: each code of `why` in words, with the rule's own example where it has one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .attribution.types import SCHEMA_VERSION, Article, Attribution, Spans
from .terminal import safe_line, safe_text

if TYPE_CHECKING:
    from rich.text import Text

    from .stance_reasons import StanceReason

# How a cue stands in its sentence. C is the content, S the source; "told" stands for any cue.
FRAMES: Mapping[str, str] = {
    "about": "the cue is followed by what it is about: S complained about C",
    "adj-inf": "an adjective and an infinitive carry the content: S is ready to C",
    "adj-prep": "an adjective and a preposition carry the content: S is worried about C",
    "adj-that": "an adjective and a that-clause carry the content: S is sure that C",
    "against": "the cue is followed by what it is against: S warned against C",
    "as": "the cue calls one thing another: S describes X as C",
    "at": "the cue is followed by what it points at: S hinted at C",
    "clause": "the reported clause follows the cue without 'that': S said C",
    "for": "the cue is followed by what is wanted: S called for C",
    "for-inf": "the cue is followed by 'for' and an infinitive: S asked for X to C",
    "how": "quoted words are how the source puts it: “C” was how S described X",
    "inf": "the cue is followed by an infinitive: S vowed to C",
    "ing": "the cue is followed by an -ing form: S denied C-ing",
    "noun-source-poss": "a noun is the cue and its possessor the source: S's claim that C",
    "noun-that": "a noun with a that-clause is the cue: the claim that C",
    "np": "a noun phrase is the content: S rejects C",
    "obj-about": "the cue has a hearer, then 'about': S warned X about C",
    "obj-comp": "the cue gives its object a description: S called X C",
    "obj-for": "the cue has an object, then 'for': S blamed X for C",
    "obj-inf": "the cue has a hearer, then an infinitive: S urged X to C",
    "obj-that": "the cue has a hearer, then a that-clause: S told X that C",
    "obj-wh": "the cue has a hearer, then a question word: S asked X whether C",
    "of": "the cue has an object, then 'of': S accused X of C",
    "of-np": "the cue is followed by 'of': S spoke of C",
    "on": "the cue is followed by 'on': S insisted on C",
    "on-inf": "the cue is followed by 'on' and what to do: S called on X to C",
    "passive-by": "the cue is passive and 'by' names the source: described by S as C",
    "prep-np": "a preposition names the source: according to S, C",
    "quote": "the cue stands at quoted words: S said: “C”",
    "quoted-as": "the cue quotes somebody: quoted S as saying C",
    "that": "a that-clause follows the cue: S said that C",
    "to-np": "the cue is followed by 'to': S admitted to C",
    "to-obj-that": "the cue has a hearer with 'to', then a that-clause: S said to X that C",
    "wh": "a question word opens the content: S asked whether C",
    "with": "the cue is followed by 'with': S agreed with C",
}

REASONS: Mapping[str, str] = {
    "floating": "a quotation without a cue of its own goes to the last speaker nearby",
    "nested": "it stands inside what another source is reported to have said",
    "model.tagged": "the trained tagger found cue and content",
    "quotation.edges": "the content's edge was moved to its quotation mark",
    "quotation.paragraphs": "the quotation goes on over several paragraphs",
    "parse": "your pipeline's dependency parse gave the source, or where the content ends",
    "participle": "the cue is a participle beside the content: C, S said, adding C",
    "passive": "the cue is passive: S was quoted as saying C",
    "position.inside": "cue and source stand between two pieces of the content",
    "position.leading": "cue and source stand before the content",
    "position.trailing": "cue and source stand after the content",
    "split": "pieces of quoted words around the cue are joined to one attribution",
    "inverted": "the cue stands before the source: “C,” said S",
    "rule.floating": "a quotation without cue and source of its own: it belongs to what was said last",
    "speaker.name": "the source itself names the speaker",
    "speaker.surname": "the source has the surname of somebody named in full in the article or the registry",
    "speaker.alias": "the source is another name or spelling of the speaker",
    "speaker.pronoun": "the source is 'he' or 'she': the person most likely meant",
    "speaker.plural": "the source is 'they': the several people or body most likely meant",
    "speaker.thing": "the source is 'it': the body or country most likely meant",
    "speaker.relative": "the source is 'who' or 'which': what it refers back to",
    "speaker.first-person": "the source is 'I' or 'we' outside quotation marks: who is speaking there",
    "speaker.role": "the source is an office; the registry knows who held it at the article's date",
    "speaker.title": "the source is a title or office of somebody the article names",
    "speaker.chain": "the source ('the official') is somebody mentioned before",
    "speaker.unnamed": "the source describes somebody without a name, or whose name is withheld",
    "speaker.group": "the source is a class or number of people",
    "speaker.institution": "the source is an institution, or a word that stands for one",
    "speaker.body": "the source is a body called by whose it is: a campaign, somebody's company",
    "speaker.plural-body": "the source is 'they': the body that spoke last",
    "speaker.plural-noun": "the source is 'they': the one group that the text just named",
    "speaker.kin": "the source is a relative of somebody: the one other bearer of the surname",
    "speaker.apposed": "the source describes the person named right before it: 'Ana Ruiz, an Ohio Democrat supporting'",
    "speaker.aged": "the source is 'the 34-year-old': the person just spoken of",
    "speaker.asker": "the cue says that somebody was asked: the outlet that the text names there, else reporters",
    "speaker.general": "the source is 'we', 'you' or 'everyone': people in general",
    "speaker.interview": "the text is an interview: whoever is asked is 'I' in the answers, 'you' in the questions",
    "speaker.publisher": "the source is 'we' where a newspaper speaks of itself: its publisher",
    "speaker.document": "the source is a document whose issuer the text does not name",
    "speaker.issuer": "the source is a document or channel: its issuer is the speaker",
    "speaker.coordinated": "the source names several speakers together",
    "speaker.floating": "the quotation has no source of its own: the last speaker goes on",
    "speaker.floating-subject": "the quotation has no source of its own: whom the sentence before it is about",
    "speaker.signed": "the speaker's name stands behind a dash after the quotation",
    "speaker.same-subject": "the cue has no source of its own: it shares the subject of its sentence",
    "speaker.same-cue": "the cue has no source of its own: whoever just did the same",
    "speaker.declined": "no speaker is given: nothing in the text settles it",
    "speaker.declined.empty": "no speaker is given: the source says nothing of who it is",
    "speaker.declined.far": "no speaker is given: the last speaker stands too far away",
    "speaker.declined.first-person": "no speaker is given: nobody is known to be speaking as 'I' or 'we' here",
    "speaker.declined.no-antecedent": "no speaker is given: nobody mentioned before fits",
    "speaker.declined.no-source": "no speaker is given: there is no source, and nobody spoke before",
    "speaker.declined.owner": "no speaker is given: whose institution is meant is not clear",
    "speaker.declined.plural": "no speaker is given: whom 'they' means is not clear",
    "speaker.declined.pronoun": "no speaker is given: whom the pronoun means is not clear",
    "speaker.declined.relative": "no speaker is given: what 'who' or 'which' refers to is not clear",
    "speaker.declined.role": "no speaker is given: who held the office then is not known",
    "speaker.declined.thing": "no speaker is given: what 'it' means is not clear",
    "speaker.declined.unsure": "no speaker is given: the likeliest one is not likely enough (--min-speaker 0 gives it)",
    "speaker.declined.unknown": "no speaker is given: the source is no name, office or description that the rules know",
    "how.name": "the source itself names the speaker",
    "how.surname": "the source is the surname of somebody named in full elsewhere in the article, or in the registry",
    "how.alias": "the source is another name or spelling of the speaker",
    "how.pronoun": "the source is a pronoun; the speaker is whom it most likely refers to",
    "how.nominal": "the source is a description ('the official') of somebody mentioned before",
    "how.role": "the source is an office; the registry knows who held it at the article's date",
    "how.implicit": "the text names no source here; the speaker is carried over from the quotation before",
    "review.accept": "a person looked at it and found it right",
    "review.add": "a person marked it: it had been missed",
    "review.edit": "a person corrected its kind or where its parts stand",
    "review.merge": "a person joined several attributions to this one",
    "review.split": "a person took one attribution apart; this is a piece",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One code of `why`, in words; the examples are those of the rule it names."""

    code: str
    meaning: str
    yes: str | None = None
    no: str | None = None
    rule: Mapping[str, Any] | None = None
    """The rule's own entry, for readers who want all of it."""

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "meaning": self.meaning,
            "yes": self.yes,
            "no": self.no,
            "rule": None if self.rule is None else dict(self.rule),
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """An attribution with its surroundings and the reasons behind it."""

    attribution: Attribution
    context: str
    """The lines of the article that it stands in."""
    context_start: int
    reasons: tuple[Reason, ...]
    stances: tuple[StanceReason, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the document of `sayso explain --json`."""
        return {
            "schema_version": SCHEMA_VERSION,
            "attribution": self.attribution.to_json(),
            "context": self.context,
            "context_start": self.context_start,
            "reasons": [reason.to_json() for reason in self.reasons],
            "stances": [reason.to_json() for reason in self.stances],
        }


def make_explanation(
    article: Article, attribution: Attribution, *, codebook: str | None = None, model: str | None = None
) -> Explanation:
    """Return the explanation of an attribution of `article`, stances by `codebook` (or the packaged one).

    `model` is the stance model to ask; without it the packaged one that the stances come from.
    """
    from .stance_reasons import explain_stances

    spans = (*attribution.content_spans, *attribution.cue_spans, *attribution.source_spans)
    start = article.text.rfind("\n", 0, min(span.start for span in spans)) + 1
    end = article.text.find("\n", max(span.end for span in spans))
    context = article.text[start : len(article.text) if end < 0 else end]
    codes = list(attribution.why)
    if attribution.nested_in and "nested" not in codes:
        codes.append("nested")
    if attribution.speaker is not None and not any(code.startswith("speaker.") for code in codes):
        codes.append(f"how.{attribution.speaker.how}")  # another origin than our rules: at least which stage
    reasons = tuple(explain_code(code) for code in dict.fromkeys(codes))
    stances = explain_stances(article, attribution, codebook=codebook, model=model)
    return Explanation(attribution, context, start, reasons, stances)


def explain_code(code: str) -> Reason:
    """Return the meaning of one code; a code of a newer version or another origin is said to be unknown."""
    if code.startswith("cue."):
        return _explain_cue(code)
    if code.startswith("frame."):
        frame = code.removeprefix("frame.")
        return Reason(code, FRAMES.get(frame, "a way of standing in the sentence that this release doesn't know"))
    if code in REASONS:
        return Reason(code, REASONS[code])
    if code.startswith("based-on:"):
        return Reason(code, f"it was {code.removeprefix('based-on:')} before a person changed where it stands")
    return Reason(code, "this release has no words for this code; it may be of another version")


def is_known(code: str) -> bool:
    """Return whether `explain_code` has words for `code`."""
    return "this release" not in explain_code(code).meaning


def _explain_cue(code: str) -> Reason:
    from .attribution.lexicon import read_cues

    entry = read_cues().entries.get(code)
    if entry is None:
        return Reason(code, "a cue that is not in this release's lexicon")
    meaning = f"the {entry.pos} '{entry.lemma}' signals it (sense {entry.sense}, strength {entry.strength:g})"
    rule = {
        "id": entry.id,
        "lemma": entry.lemma,
        "pos": entry.pos,
        "sense": entry.sense,
        "frames": list(entry.frames),
        "strength": entry.strength,
    }
    return Reason(code, meaning, yes=entry.yes, no=entry.no, rule=rule)


def render_explanation(explanation: Explanation, *, width: int) -> list[Text]:
    """Return the lines that tell the explanation in a terminal, each at most `width` cells wide."""
    from rich.text import Text

    from .view import fold_text

    attribution = explanation.attribution
    lines: list[Text] = []

    def put(label: str, value: str, style: str = "") -> None:
        indent = 12
        for number, part in enumerate(fold_text(value, max(width - indent, 12)) or [""]):
            line = Text(f"{label if number == 0 else '':<{indent}}", style="dim")
            line.append(part, style=style)
            lines.append(line)

    put("id", safe_line(attribution.id), "bold")
    put("article", safe_line(attribution.article_id))
    put("kind", attribution.kind + (f", nested in {safe_line(attribution.nested_in)}" if attribution.nested_in else ""))
    for label, text, spans, style in _parts(attribution):
        put(label, text, style)
        if spans:
            put("", "characters " + ", ".join(f"{span.start}–{span.end}" for span in spans), "dim")
    put("speaker", _speaker_fact(attribution))
    put(
        "confidence",
        f"{attribution.confidence:.2f}: about {attribution.confidence * 100:.0f} in a hundred like it are right",
    )
    put("found by", "rules and model" if attribution.origin == "both" else safe_line(attribution.origin))
    put("", "")
    for reason in explanation.reasons:
        put("because", f"{safe_line(reason.code)}: {safe_line(reason.meaning)}")
        for label, example in (("yes", reason.yes), ("no", reason.no)):
            if example:
                put("", f"{label}: {safe_line(example)}", "italic dim")
    for stance in explanation.stances:
        for number, told in enumerate(stance.lines()):
            put("" if number else "stance", safe_line(told), "dim" if number else "bold")
    put("", "")
    for part in explanation.context.split("\n"):
        put("context", safe_text(part).replace("\t", " "), "dim")
    for line in lines:
        line.rstrip()
    return lines


def _parts(attribution: Attribution) -> Iterator[tuple[str, str, Spans, str]]:
    from .view import STYLES

    yield "content", safe_line(attribution.content), attribution.content_spans, STYLES["content"]
    cue = "none" if attribution.cue is None else safe_line(attribution.cue)
    yield "cue", cue, attribution.cue_spans, STYLES["cue"]
    source = "none" if attribution.source is None else safe_line(attribution.source)
    yield "source", source, attribution.source_spans, STYLES["source"]


def _speaker_fact(attribution: Attribution) -> str:
    speaker = attribution.speaker
    if speaker is None:
        return "nobody: the rules declined rather than guess"
    return f"{safe_line(speaker.name)} ({speaker.type}, {safe_line(speaker.id)}), {speaker.confidence:.2f} sure"
