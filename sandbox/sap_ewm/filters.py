"""``$filter``: comparisons, and, or, not, parentheses, substringof / startswith (contract §9.7)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from .errors import Refused
from .schema import Entity
from .values import LITERAL, literal

Row = Mapping[str, Any]
Test = Callable[[Row], bool]
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le,
}  # fmt: skip
_WORD = re.compile(r"\s*(\(|\)|,|[A-Za-z_]\w*\b(?!')|" + LITERAL.pattern + ")")
_FUNCTIONS: Mapping[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": operator.contains,
    # V2 names the part first.
    "substringof": lambda part, text: part in text,
}
#: Document and item numbers: SAP's conversion takes leading zeros off what comes in (contract §2).
NUMBERS = frozenset({
    "DeliveryDocument", "DeliveryDocumentItem", "ReferenceSDDocument", "ReferenceSDDocumentItem", "SDDocument",
    "PrecedingDocument", "PrecedingDocumentItem", "SalesOrder", "SalesOrderItem", "CustomerReturn",
    "CustomerReturnItem",
})  # fmt: skip


def plain(name: str, value: Any) -> Any:
    return value.lstrip("0") if name in NUMBERS and isinstance(value, str) else value


def build(text: str, entity: Entity, *, v4: bool = False) -> Test:
    """Raises Refused."""
    reader = _Reader(text, entity, v4)
    test = reader.either()
    if reader.peek():
        raise reader.wrong()
    return test


class _Reader:
    def __init__(self, text: str, entity: Entity, v4: bool) -> None:
        self._entity, self._v4, self._text = entity, v4, text
        self._words: list[str] = []
        at = 0
        while text[at:].strip():
            found = _WORD.match(text, at)
            if found is None:
                raise self.wrong()
            self._words.append(found[1])
            at = found.end()

    def wrong(self) -> Refused:
        return Refused("/IWBEP/CM_MGW_RT/027", name="$filter", value=self._text)

    def peek(self) -> str:
        return self._words[0] if self._words else ""

    def next(self, wanted: str = "") -> str:
        word = self._words.pop(0) if self._words else ""
        if not word or (wanted and word != wanted):
            raise self.wrong()
        return word

    def either(self) -> Test:
        tests = [self._both()]
        while self.peek() == "or":
            self.next()
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self.peek() == "and":
            self.next()
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        word = self.next()
        if word == "not":
            test = self._one()
            return lambda row: not test(row)
        if word == "(":
            test = self.either()
            self.next(")")
            return test
        if word in _FUNCTIONS and self.peek() == "(":
            return self._function(word)
        return self._comparison(word)

    def _function(self, name: str) -> Test:
        self.next("(")
        first = self.next()
        self.next(",")
        second = self.next()
        self.next(")")
        if self.peek() == "eq":  # `substringof(…) eq true`
            self.next()
            self.next("true")
        call = _FUNCTIONS[name]
        if name == "substringof":
            part, field = self._value(first), self._property(second)
            return lambda row: call(part, str(row[field]))
        field, part = self._property(first), self._value(second)
        return lambda row: call(str(row[field]), part)

    def _comparison(self, name: str) -> Test:
        field = self._property(name)
        compare = _OPERATORS.get(self.next())
        if compare is None:
            raise self.wrong()
        kind = self._entity.properties[field].type
        value = plain(field, self._value(self.next()))
        if value is not None and not _fits(kind, value):
            raise Refused("/IWBEP/CM_MGW_RT/025", field, name=field, value=value)

        def test(row: Row) -> bool:
            have = row[field]
            if have is None or value is None:
                return compare in (operator.eq, operator.ne) and compare(have, value)
            return compare(plain(field, have), value)

        return test

    def _property(self, name: str) -> str:
        if name not in self._entity.properties:
            raise Refused("/IWBEP/CM_MGW_RT/024", name, name=name)
        if "filter" not in self._entity.flags:
            raise Refused("/IWBEP/CM_MGW_RT/026", name, name=name)
        return name

    def _value(self, text: str) -> Any:
        try:
            return literal(text)
        except ValueError:
            raise self.wrong() from None


def _fits(kind: str, value: Any) -> bool:
    if kind in ("String", "Guid"):
        return isinstance(value, str)
    if kind in ("DateTime", "DateTimeOffset"):
        return isinstance(value, datetime)
    return not isinstance(value, str)
