"""Sentences as the rules see them, from a text."""

from __future__ import annotations

from sayso.attribution.cue_matching import CueMatcher
from sayso.attribution.lexicon import read_cues, read_word_lists
from sayso.attribution.marks import find_quotations
from sayso.attribution.sentences import Sentence, split_sentences
from sayso.attribution.words import find_paragraphs, read_words


def read_sentences(text: str) -> list[Sentence]:
    """Return all sentences of a text of one paragraph, cues matched."""
    [(begin, end)] = find_paragraphs(text)
    words = read_words(text, begin, end)
    matcher = CueMatcher(read_cues())
    sentences, _ = split_sentences(
        words,
        [quotation for quotation in find_quotations(text, [(begin, end)]) if quotation.depth == 0],
        read_word_lists().abbreviations,
        hot=frozenset(words.lower),  # every sentence is of interest here
        text=text,
        paragraph=0,
        number=0,
    )

    for sentence in sentences:
        sentence.cues = matcher.match(sentence)
    return sentences


def read_sentence(text: str) -> Sentence:
    """Return the only sentence of `text`."""
    [sentence] = read_sentences(text)
    return sentence


def characters_of(sentence: Sentence) -> str:
    """Return the characters of the whole sentence."""
    return sentence.text[sentence.starts[0] : sentence.ends[-1]]
