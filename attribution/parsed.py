"""Findings of the rules, mended by the dependency parse that a user's own spaCy pipeline brings.

Reads the labels of spaCy's English models and their Universal Dependencies names. What the parse does not settle stays
as the rules found it, and texts without a parse are never touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from spacy.tokens import Doc, Token

from .types import Attribution, Spans, TextSpan, make_attribution, text_hash

PARSE = "parse"
"""The reason that a finding mended here carries."""

SUBJECTS = frozenset({"nsubj"})
PASSIVE_SUBJECTS = frozenset({"nsubjpass", "nsubj:pass"})
AGENTS = frozenset({"agent", "obl:agent"})
RELATIVE_CLAUSES = frozenset({"relcl", "acl:relcl"})
RELATIVE_PRONOUNS = frozenset({"who", "which", "that"})


def refine_by_parse(
    doc: Doc, found: Sequence[Attribution], *, masks: Sequence[tuple[int, int]] = ()
) -> list[Attribution]:
    """Return `found` with sources and ends of content from the parse of `doc`; as it is when there is no parse.

    The source becomes the cue's subject, or a passive cue's agent, where the rules have none or one without the
    subject's head. Indirect content that begins in the cue's clausal complement ends where that ends. No span moves
    into `masks`. A finding that changes gets another id; what is nested in it follows.
    """
    if not doc.has_annotation("DEP"):
        return list(found)
    sha = text_hash(doc.text)
    refined = {item.id: _refine(doc, item, masks, sha) for item in found}
    kept: dict[str, Attribution] = {}
    for item in refined.values():
        holder = None if item.nested_in is None else refined[item.nested_in].id
        kept.setdefault(item.id, replace(item, nested_in=None if holder == item.id else holder))
    return list(kept.values())


def _refine(doc: Doc, item: Attribution, masks: Sequence[tuple[int, int]], sha: str) -> Attribution:
    cue = _token_of(doc, item.cue_spans)
    if cue is None:
        return item
    source = _refine_source(cue, item)
    content = _refine_content(cue, item)
    changed = [*(set(source) - set(item.source_spans)), *(set(content) - set(item.content_spans))]
    if not changed or any(start < span.end and span.start < end for span in changed for start, end in masks):
        return item
    return make_attribution(
        doc.text,
        article_id=item.article_id,
        text_sha256=sha,
        kind=item.kind,
        content=content,
        cue=item.cue_spans,
        source=source,
        confidence=item.confidence,
        origin=item.origin,
        why=(*item.why, PARSE),
        nested_in=item.nested_in,
    )


def _token_of(doc: Doc, spans: Spans) -> Token | None:
    """Return the head token of the first span, or None."""
    if not spans:
        return None
    span = doc.char_span(spans[0].start, spans[0].end, alignment_mode="expand")
    return None if span is None else span.root


# --------------------------------------------------------------------------------------------------------- sources


def _refine_source(cue: Token, item: Attribution) -> Spans:
    head = _speaking_head(cue)
    if head is None or any(span.start <= head.idx < span.end for span in item.source_spans):
        return item.source_spans
    span = _phrase_of(head)
    if span is None or any(span.overlaps(other) for other in (*item.content_spans, *item.cue_spans)):
        return item.source_spans
    return (span,)


def _speaking_head(verb: Token) -> Token | None:
    """Return the head of the verb's agent or subject; a coordinated verb without one has that of the verb before it."""
    while True:
        children = {child.dep_: child for child in verb.children}
        if not PASSIVE_SUBJECTS.isdisjoint(children):
            return next((_agent_head(children[label]) for label in AGENTS if label in children), None)
        subject = next((children[label] for label in SUBJECTS if label in children), None)
        if subject is not None:
            relative = verb.dep_ in RELATIVE_CLAUSES and subject.lower_ in RELATIVE_PRONOUNS
            return verb.head if relative else subject
        if verb.dep_ != "conj":
            return None
        verb = verb.head


def _agent_head(agent: Token) -> Token:
    """Return the noun of "by the mayor": the object of "by", or the token itself in Universal Dependencies."""
    return next((child for child in agent.children if child.dep_ == "pobj"), agent)


def _phrase_of(head: Token) -> TextSpan | None:
    """Return the characters of the head's subtree, without case markers, relative clauses and marks at its ends."""
    left_out = {
        token.i
        for child in head.children
        if child.dep_ in RELATIVE_CLAUSES or child.dep_ == "case"
        for token in child.subtree
    }
    inside = {token.i for token in head.subtree} - left_out
    first = last = head.i
    while first - 1 in inside:
        first -= 1
    while last + 1 in inside:
        last += 1
    doc = head.doc
    while first < head.i and _is_mark(doc[first]):
        first += 1
    while last > head.i and _is_mark(doc[last]):
        last -= 1
    start, end = doc[first].idx, doc[last].idx + len(doc[last])
    return TextSpan(start, end) if start < end else None


def _is_mark(token: Token) -> bool:
    return token.is_punct or token.is_space


# --------------------------------------------------------------------------------------------------------- content


def _refine_content(cue: Token, item: Attribution) -> Spans:
    """Return the content of one indirect piece behind its cue, ended where the clause that it begins in ends."""
    if item.kind != "indirect" or len(item.content_spans) != 1 or item.content_spans[0].start < item.cue_spans[-1].end:
        return item.content_spans
    begin = item.content_spans[0].start
    for clause in (child for child in cue.children if child.dep_ == "ccomp"):
        doc, last = cue.doc, clause.right_edge.i
        while last > clause.left_edge.i and _is_mark(doc[last]):
            last -= 1
        start, end = clause.left_edge.idx, doc[last].idx + len(doc[last])
        if start <= begin < end:
            return (TextSpan(begin, end),)
    return item.content_spans
