"""``$filter`` and ``Condition``: the language of the interface, read and evaluated over a row."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from .base import is_date
from .errors import ODataRefused

Value = Callable[[Mapping[str, Any]], Any]
#: The value of a (dotted by `/`) property in a row. Raises ODataRefused for a property that there is not.
Lookup = Callable[[Mapping[str, Any], str], Any]

_TOKEN = re.compile(
    r"\s*(?:(?P<typed>(?:guid|datetime)'[^']*')|(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<name>[\w/]+)|(?P<sign>[(),]))"
)
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le,
}  # fmt: skip
_GUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")


def compile_filter(text: str, lookup: Lookup) -> Callable[[Mapping[str, Any]], bool]:
    """A test of rows. Raises ODataRefused (1: it cannot be read)."""
    return _Reader(text, lookup).whole()


class _Reader:
    def __init__(self, text: str, lookup: Lookup) -> None:
        self._text, self._lookup = text, lookup
        self._tokens = _split(text)
        self._at = 0

    def whole(self) -> Callable[[Mapping[str, Any]], bool]:
        found = self._or()
        if self._at != len(self._tokens):
            raise self._bad()
        return lambda row: bool(found(row))

    def _or(self) -> Value:
        left = self._and()
        while self._take("or"):
            left = _either(left, self._and())
        return left

    def _and(self) -> Value:
        left = self._not()
        while self._take("and"):
            left = _both(left, self._not())
        return left

    def _not(self) -> Value:
        if self._take("not"):
            inner = self._not()
            return lambda row: not inner(row)
        return self._comparison()

    def _comparison(self) -> Value:
        left = self._operand()
        kind, word = self._peek()
        if kind != "name" or word not in _COMPARE:
            return left
        self._at += 1
        compare, right = _COMPARE[word], self._operand()

        def test(row: Mapping[str, Any]) -> bool:
            one, other = left(row), right(row)
            if isinstance(one, str) != isinstance(other, str) and word not in ("eq", "ne"):
                raise ODataRefused(4, self._text)
            return compare(one, other)

        return test

    def _operand(self) -> Value:
        kind, word = self._peek()
        self._at += 1
        if word == "(":
            inner = self._or()
            self._need(")")
            return inner
        if kind == "typed":
            return _constant(_typed(word))
        if kind == "text":
            return _constant(word[1:-1].replace("''", "'"))
        if kind == "number":
            return _constant(float(word))
        if kind != "name" or word in (*_COMPARE, "and", "or", "not"):
            raise self._bad()
        if word in ("true", "false"):
            return _constant(word == "true")
        if self._peek()[1] == "(":
            return self._function(word)
        return lambda row: _number(self._lookup(row, word))

    def _function(self, name: str) -> Value:
        self._need("(")
        given = [self._operand()]
        while self._take(","):
            given.append(self._operand())
        self._need(")")
        call = _FUNCTIONS.get(name)
        if call is None:
            raise ODataRefused(0, name)
        if len(given) != 2:
            raise ODataRefused(12, name)
        return lambda row: call(str(given[0](row)), str(given[1](row)))

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "")

    def _take(self, word: str) -> bool:
        if self._peek()[1] != word or self._peek()[0] == "text":
            return False
        self._at += 1
        return True

    def _need(self, word: str) -> None:
        if not self._take(word):
            raise self._bad()

    def _bad(self) -> ODataRefused:
        return ODataRefused(1, self._text)


def _split(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            # A plus instead of a space ends here: `%20` alone is one (§1.6).
            raise ODataRefused(1, text)
        at = match.end()
        kind = str(match.lastgroup)
        found.append((kind, match.group(kind)))
    return found


def _typed(word: str) -> str:
    kind, _, rest = word.partition("'")
    value = rest[:-1]
    if kind == "guid":
        value = value.lower()
        if not _GUID.fullmatch(value):
            raise ODataRefused(4, word)
    elif not is_date(value):
        raise ODataRefused(4, word)
    return value


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _constant(value: Any) -> Value:
    return lambda _row: value


def _either(left: Value, right: Value) -> Value:
    return lambda row: left(row) or right(row)


def _both(left: Value, right: Value) -> Value:
    return lambda row: left(row) and right(row)


def _like(value: str, pattern: str) -> bool:
    wanted = "".join(".*" if sign == "%" else "." if sign == "_" else re.escape(sign) for sign in pattern)
    return re.fullmatch(wanted, value, re.IGNORECASE | re.DOTALL) is not None


_FUNCTIONS: Mapping[str, Callable[[str, str], bool]] = {
    "like": _like,
    "substringof": lambda part, value: part in value,
    "startswith": lambda value, part: value.startswith(part),
    "endswith": lambda value, part: value.endswith(part),
}
