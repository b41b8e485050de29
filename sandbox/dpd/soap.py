"""SOAP 1.1 by hand: a request checked against the service's shapes, an answer and a fault written from them.

Strict where the real server may be lenient (contract §16.2): an unknown or misplaced element, a missing one, a wrong
type is a fault. SOAP headers are accepted and ignored (§15: WS-Addressing).
"""

from __future__ import annotations

import base64
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from .errors import Fault, malformed
from .schema import Field, Operation, Service

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
ADDRESSING = "http://www.w3.org/2005/08/addressing"
#: Dates without a zone are Moscow's (contract, "Units at a glance").
MOSCOW = timezone(timedelta(hours=3))
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)?")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_RANGES = {"int": 2**31, "long": 2**63}


def read_envelope(service: Service, body: bytes) -> tuple[Operation, ET.Element]:
    """The operation and its wrapper. Raises Fault."""
    try:
        root = ET.fromstring(body)  # noqa: S314  (a test server of ours; expat bounds entity expansion itself)
    except ET.ParseError as problem:
        raise malformed(f"Couldn't create SOAP message due to exception: XML reader error: {problem}") from None
    if root.tag != f"{{{ENVELOPE}}}Envelope":
        raise malformed("Couldn't create SOAP message. Expecting Envelope in namespace " + ENVELOPE)
    found = root.find(f"{{{ENVELOPE}}}Body")
    if found is None or len(found) != 1:
        raise malformed("Unexpected SOAP message. Expecting a Body with one child")
    wrapper = found[0]
    namespace, _, name = wrapper.tag.rpartition("}")
    operation = service.operations.get(name)
    if operation is None or namespace != "{" + service.namespace:
        raise malformed(f"Cannot find dispatch method for {wrapper.tag}")
    return operation, wrapper


def action(body: bytes) -> str:
    """The `wsa:Action` of a message whose client reads the action attributes of our WSDL (§15); "" without one."""
    found = ET.fromstring(body).find(f"{{{ENVELOPE}}}Header/{{{ADDRESSING}}}Action")  # noqa: S314  (read before)
    return "" if found is None else (found.text or "")


def read_request(service: Service, operation: Operation, wrapper: ET.Element) -> Any:
    """The value of the single child (None: left out). Raises Fault."""
    return _children(service, wrapper, (operation.child,), operation.name).get(operation.child.name)


def _children(service: Service, element: ET.Element, fields: Sequence[Field], path: str) -> dict[str, Any]:
    """Children in the order of the sequence."""
    values: dict[str, Any] = {}
    children = list(element)
    at = 0
    for found in fields:
        if found.attribute:
            continue
        rows: list[Any] = []
        while at < len(children) and children[at].tag == found.name and (found.most is None or not rows):
            rows.append(_value(service, children[at], found, f"{path}/{found.name}"))
            at += 1
        if len(rows) < found.least:
            raise Fault(f"Не заполнено обязательное поле {path}/{found.name}", "wrong-request")
        if rows or found.most is None:
            values[found.name] = rows if found.most is None else rows[0]
    if at < len(children):
        raise malformed(f"Unmarshalling Error: unexpected element {children[at].tag!r} in {path}")
    return values


def _value(service: Service, element: ET.Element, found: Field, path: str) -> Any:
    fields = service.types.get(found.type)
    if fields is not None:
        return _children(service, element, fields, path)
    if len(element):
        raise malformed(f"Unmarshalling Error: {path} takes no elements")
    text = element.text or ""
    try:
        return _simple(found.type, text if found.type == "string" else text.strip())
    except (ValueError, InvalidOperation):
        raise malformed(f"Unmarshalling Error: {text!r} is not a {found.type} ({path})") from None


def _simple(kind: str, text: str) -> Any:
    if kind in _RANGES:
        number = int(text)
        if not -_RANGES[kind] <= number < _RANGES[kind]:
            raise ValueError(text)
        return number
    if kind in ("double", "decimal"):
        value = Decimal(text)
        if not value.is_finite():
            raise ValueError(text)
        return value
    if kind == "boolean":
        if text not in _BOOLEANS:
            raise ValueError(text)
        return _BOOLEANS[text]
    if kind == "date":
        parts = _DATE.fullmatch(text)
        if parts is None:
            raise ValueError(text)
        return date.fromisoformat(parts.group(1))
    if kind == "dateTime":
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=MOSCOW)
    return text


def answer(service: Service, operation: Operation, value: Any, *, unknown_fields: bool = False) -> bytes:
    """``value``: a mapping, a string, or for a repeated ``return`` an iterable of mappings; None: no ``return``."""
    rows = [] if value is None else [value] if operation.answer.most == 1 else value
    parts = [f'<ns2:{operation.name}Response xmlns:ns2="{service.namespace}">']
    parts += (_write(service, "return", operation.answer, row, unknown_fields) for row in rows)
    parts.append(f"</ns2:{operation.name}Response>")
    return _envelope("".join(parts))


class Fixed(dict[str, Any]):
    """A row that thousands of others hold, never changed: it is written out once."""

    text = ""


def _write(service: Service, name: str, found: Field, value: Any, extra: bool) -> str:
    fields = service.types.get(found.type)
    if fields is None:
        return f"<{name}>{escape(_text(value))}</{name}>"
    attributes = "".join(
        f" {each.name}={quoteattr(str(value[each.name]))}" for each in fields if each.attribute and each.name in value
    )
    if isinstance(value, Fixed) and value.text and not extra:
        return value.text
    text = f"<{name}{attributes}>{''.join(_inner(service, fields, value, extra))}</{name}>"
    if isinstance(value, Fixed) and not extra:
        value.text = text
    return text


def _inner(service: Service, fields: Sequence[Field], value: Mapping[str, Any], extra: bool) -> Iterator[str]:
    if strange := set(value) - {each.name for each in fields}:
        raise LookupError(f"the sandbox answers fields that are not in the schema: {sorted(strange)}")
    middle = len(fields) // 2
    for index, each in enumerate(fields):
        if extra and index == middle:
            # Between documented ones: JAXB writes a new field where its class declares it, not at the end.
            yield "<sandboxUnknownField>nobody documented this</sandboxUnknownField>"
        given = value.get(each.name)
        if given is None or each.attribute:
            continue
        for row in given if each.most is None else [given]:
            yield _write(service, each.name, each, row, extra)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime):
        return value.astimezone(MOSCOW).strftime("%Y-%m-%dT%H:%M:%S")
    return value.isoformat() if isinstance(value, date) else str(value)


def fault(service: Service, name: str | None, problem: Fault) -> bytes:
    """``name``: the fault type that the operation declares."""
    side = "S:Client" if problem.client else "S:Server"
    detail = ""
    if problem.declared and name is not None:
        value = {"code": problem.code or None, "message": problem.text} | problem.more
        inner = "".join(_inner(service, service.types[name], value, extra=False))
        detail = f'<detail><ns2:{name} xmlns:ns2="{service.namespace}">{inner}</ns2:{name}></detail>'
    text = escape(problem.text)
    return _envelope(f"<S:Fault><faultcode>{side}</faultcode><faultstring>{text}</faultstring>{detail}</S:Fault>")


def _envelope(inner: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<S:Envelope xmlns:S="{ENVELOPE}"><S:Body>{inner}</S:Body></S:Envelope>'
    ).encode()


def now_moscow(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, UTC).astimezone(MOSCOW)
