"""The small language of `--where`: which items to review.

    speaker ~ "Peskov" and (stance.confidence < 0.6 or not flagged)

A comparison is FIELD OP VALUE with OP one of == != < <= > >= ~ !~ (`~`: contains, whatever the case), or
FIELD in (VALUE, …), or a yes/no FIELD alone; `and`, `or`, `not` and parentheses join them. VALUE is a quoted text, a
number, a plain word, or `none` for what is not there. Where a field has several values (stances), one that fits is
enough; `stance:TARGET` is the label towards that target. Nothing is ever run as code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from sayso.attribution.errors import ConfigError

from .review_state import ItemState

Value = str | float | bool | None
Predicate = Callable[[ItemState], bool]

TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)|(?P<text>"[^"]*"|'[^']*')|(?P<number>-?[0-9]+(?:\.[0-9]+)?(?![\w.:-]))"""
    r"""|(?P<op>==|!=|<=|>=|!~|[=<>~(),])|(?P<word>\w[\w.:-]*)"""
)
MAX_LENGTH = 2_000
MAX_NESTING = 50
JOINERS = frozenset({"and", "or", "not", "in", "none", "true", "false"})
ORDERINGS: Mapping[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _speaker(state: ItemState, name: str) -> tuple[Value, ...]:
    speaker = state.attribution.speaker
    return (None,) if speaker is None else (getattr(speaker, name),)


# Each field with its values for an item; confidences and origins are those of the suggestion, the rest as edited.
FIELDS: Mapping[str, Callable[[ItemState], tuple[Value, ...]]] = {
    "id": lambda s: (s.id,),
    "article": lambda s: (s.item.article.id,),
    "title": lambda s: (s.item.article.title,),
    "date": lambda s: (s.item.article.date,),
    "publisher": lambda s: (s.item.article.publisher,),
    "kind": lambda s: (s.attribution.kind,),
    "content": lambda s: (s.attribution.content,),
    "cue": lambda s: (s.attribution.cue,),
    "source": lambda s: (s.attribution.source,),
    "context": lambda s: (s.item.context.of(s.item.article.text),),
    "confidence": lambda s: (s.item.attribution.confidence,),
    "origin": lambda s: (s.item.attribution.origin,),
    "why": lambda s: s.item.attribution.why,
    "nested": lambda s: (s.attribution.nested_in is not None,),
    "words": lambda s: (float(len(s.attribution.content.split())),),
    "speaker": lambda s: _speaker(s, "name"),
    "speaker.id": lambda s: _speaker(s, "id"),
    "speaker.type": lambda s: _speaker(s, "type"),
    "speaker.how": lambda s: _speaker(s, "how"),
    "speaker.confidence": lambda s: (
        (None,) if s.item.attribution.speaker is None else (s.item.attribution.speaker.confidence,)
    ),
    "stance": lambda s: tuple(stance.label for stance in s.attribution.stances),
    "stance.target": lambda s: tuple(stance.target for stance in s.attribution.stances),
    "stance.confidence": lambda s: tuple(stance.confidence for stance in s.item.attribution.stances),
    "stance.origin": lambda s: tuple(stance.origin for stance in s.item.attribution.stances),
    "status": lambda s: (s.status,),
    "flagged": lambda s: (s.flagged,),
    "note": lambda s: (s.note,),
}
YES_NO = frozenset({"nested", "flagged"})
NUMBERS = frozenset({"confidence", "words", "speaker.confidence", "stance.confidence"})


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    column: int


def parse_filter(expression: str) -> Predicate:
    """Return the test that `expression` spells; raises ConfigError with the column and what is allowed there."""
    if len(expression) > MAX_LENGTH:
        raise ConfigError(f"--where takes at most {MAX_LENGTH:,} characters, found {len(expression):,}")
    return _Parser(expression).parse()


class _Parser:
    """Recursive descent over the tokens, one method a rule of the grammar."""

    def __init__(self, expression: str) -> None:
        self.expression = expression
        self.tokens = list(self._tokens())
        self.at = 0
        self.depth = 0

    def _tokens(self) -> list[_Token]:
        tokens, at = [], 0
        while at < len(self.expression):
            match = TOKEN.match(self.expression, at)
            if match is None:
                char = self.expression[at]
                what = "a quotation mark without its partner" if char in "\"'" else f"{char!r} means nothing here"
                raise self._error(at + 1, what)
            if match.lastgroup != "space":
                tokens.append(_Token(str(match.lastgroup), match[0], at + 1))
            at = match.end()
        tokens.append(_Token("end", "", len(self.expression) + 1))
        return tokens

    def _error(self, column: int, message: str) -> ConfigError:
        return ConfigError(f"--where, column {column}: {message}; in: {self.expression}")

    @property
    def next(self) -> _Token:
        return self.tokens[self.at]

    def _take(self) -> _Token:
        token = self.next
        self.at += token.kind != "end"
        return token

    def _takes(self, text: str) -> bool:
        if self.next.kind in ("word", "op") and self.next.text == text:
            self.at += 1
            return True
        return False

    def parse(self) -> Predicate:
        found = self._any()
        if self.next.kind != "end":
            raise self._error(self.next.column, f"expected `and`, `or` or the end, found {self.next.text!r}")
        return found

    def _any(self) -> Predicate:
        parts = [self._all()]
        while self._takes("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else lambda state: any(part(state) for part in parts)

    def _all(self) -> Predicate:
        parts = [self._not()]
        while self._takes("and"):
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else lambda state: all(part(state) for part in parts)

    def _not(self) -> Predicate:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self._error(self.next.column, f"nested deeper than {MAX_NESTING} levels")
        if self._takes("not"):
            part = self._not()
            found: Predicate = lambda state: not part(state)  # noqa: E731 - one of several small tests
        elif self._takes("("):
            found = self._any()
            if not self._takes(")"):
                raise self._error(self.next.column, "expected )")
        else:
            found = self._comparison()
        self.depth -= 1
        return found

    def _comparison(self) -> Predicate:
        token = self._take()
        if token.kind != "word" or token.text in JOINERS:
            shown = repr(token.text) if token.text else "the end"
            raise self._error(token.column, f"expected a field, found {shown}; fields: {', '.join(FIELDS)}")
        values_of = self._field(token)
        operator = self.next
        if self._takes("in"):
            wanted = self._list()
            return lambda state: any(_equal(value, one) for value in values_of(state) for one in wanted)
        if operator.kind != "op" or operator.text in "(),":
            if token.text not in YES_NO:
                raise self._error(operator.column, f"expected == != < <= > >= ~ !~ or `in` after {token.text}")
            return lambda state: values_of(state) == (True,)
        self._take()
        value_token = self.next
        value = self._value()
        op = "==" if operator.text == "=" else operator.text
        if op in ORDERINGS:
            return self._ordered(token.text, values_of, op, value, value_token)
        if op in ("~", "!~"):
            if not isinstance(value, str):
                raise self._error(value_token.column, f"{op} needs a text, found {value_token.text!r}")
            part = value.casefold()
            contains: Predicate = lambda state: any(  # noqa: E731
                part in str(found).casefold() for found in values_of(state) if found is not None
            )
            return contains if op == "~" else lambda state: not contains(state)
        equals: Predicate = lambda state: (  # noqa: E731
            any(_equal(found, value) for found in values_of(state)) or (value is None and not values_of(state))
        )
        return equals if op == "==" else lambda state: not equals(state)

    def _ordered(
        self,
        name: str,
        values_of: Callable[[ItemState], tuple[Value, ...]],
        op: str,
        value: Value,
        token: _Token,
    ) -> Predicate:
        if name == "date" and isinstance(value, str):
            # ISO dates order as their texts do.
            compare_text = {"<": str.__lt__, "<=": str.__le__, ">": str.__gt__, ">=": str.__ge__}[op]
            return lambda state: any(isinstance(d, str) and compare_text(d, value) for d in values_of(state))
        if name not in NUMBERS:
            raise self._error(token.column, f"{name} has no order; use == != ~ !~ or `in`")
        if not isinstance(value, float):
            raise self._error(token.column, f"{op} needs a number, found {token.text!r}")
        compare, limit = ORDERINGS[op], value
        return lambda state: any(isinstance(v, float) and compare(v, limit) for v in values_of(state))

    def _field(self, token: _Token) -> Callable[[ItemState], tuple[Value, ...]]:
        name = token.text
        if name.startswith("stance:"):
            target = name.removeprefix("stance:")
            return lambda state: tuple(s.label for s in state.attribution.stances if s.target == target) or (None,)
        if name not in FIELDS:
            near = get_close_matches(name, FIELDS, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise self._error(token.column, f"unknown field {name!r}; {hint}fields: {', '.join(FIELDS)}, stance:TARGET")
        return FIELDS[name]

    def _list(self) -> list[Value]:
        if not self._takes("("):
            raise self._error(self.next.column, "expected ( after `in`")
        values = [self._value()]
        while self._takes(","):
            values.append(self._value())
        if not self._takes(")"):
            raise self._error(self.next.column, "expected , or )")
        return values

    def _value(self) -> Value:
        token = self._take()
        if token.kind == "text":
            return token.text[1:-1]
        if token.kind == "number":
            return float(token.text)
        if token.kind == "word" and token.text not in ("and", "or", "not", "in"):
            return {"none": None, "true": True, "false": False}.get(token.text, token.text)
        shown = repr(token.text) if token.text else "the end"
        raise self._error(
            token.column, f"expected a value: a text in quotation marks, a number or a word, found {shown}"
        )


def _equal(found: Value, wanted: Value) -> bool:
    if isinstance(found, str) and isinstance(wanted, str):
        return found.casefold() == wanted.casefold()
    if isinstance(found, bool) or isinstance(wanted, bool) or found is None or wanted is None:
        return found is wanted
    return found == wanted
