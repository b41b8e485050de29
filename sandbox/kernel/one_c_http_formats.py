"""JSON and XML of the contract "b24logistics" (1c.md §6.1 Formats): which one is meant, read and written."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any

from .one_c_http_errors import Refused
from .one_c_http_shapes import ERROR, Complaint, Doc, complaints
from .one_c_http_xml import NotXml, read_xml, write_xml
from .unknown import with_unknown_fields

__all__ = ["ERROR", "check", "media_of", "opened", "read", "sealed", "wanted", "write"]

_MEDIA = {"application/json": "json", "application/xml": "xml"}
_CHARSET = "; charset=utf-8"
_UNKNOWN = "sandboxUnknownField"


def media_of(content_type: str) -> str:
    """json or xml, of what was sent. Raises Refused 415."""
    kind, _, rest = content_type.partition(";")
    found = _MEDIA.get(kind.strip().lower(), "")
    charset = rest.lower().partition("charset=")[2].strip(' "')
    if not found or charset not in ("", "utf-8"):
        raise Refused("UNSUPPORTED_MEDIA_TYPE")
    return found


def wanted(accept: str, otherwise: str = "") -> str:
    """json or xml, of what is to be answered. Raises Refused 406 unless ``otherwise``."""
    if not accept.strip():
        return "json"
    for part in accept.split(","):
        kind = part.partition(";")[0].strip().lower()
        if kind in ("*/*", "application/*"):
            return "json"
        if kind in _MEDIA:
            return _MEDIA[kind]
    if otherwise:
        return otherwise
    raise Refused("NOT_ACCEPTABLE")


def read(body: bytes, content_type: str, takes: Doc, *, strict: bool) -> dict[str, Any]:
    """The document that was sent. Raises Refused 400, 415."""
    if media_of(content_type) == "xml":
        try:
            return read_xml(body, takes, strict=strict)
        except NotXml as problem:
            raise Refused("MALFORMED_BODY", f"XML не разобран: {problem}") from problem
    try:
        data = json.loads(body.decode("utf-8-sig"))
    except ValueError as problem:
        raise Refused("MALFORMED_BODY", f"JSON не разобран: {problem}") from problem
    if not isinstance(data, dict):
        raise Refused("MALFORMED_BODY", "Ожидается объект JSON")
    return data


def check(takes: Doc, data: Mapping[str, Any], more: Sequence[Complaint] = (), *, strict: bool) -> None:
    """Raises Refused 422; its words are those of the first complaint."""
    found = [*complaints(takes.shape, data, strict=strict), *more]
    if found:
        raise Refused("VALIDATION_FAILED", f"{found[0]['message']}: {found[0]['path']}", found)


def write(
    doc: Doc, members: Mapping[str, Any], json_data: Any, kind: str, *, unknown_fields: bool, bom: bool, crlf: bool
) -> tuple[str, bytes]:
    """(content type, body)."""
    if kind == "xml":
        body = write_xml(doc, members, unknown_fields=unknown_fields)
        return "application/xml" + _CHARSET, body.replace(b"\n", b"\r\n").replace(b"><", b">\r\n<") if crlf else body
    data = with_unknown_fields(json_data, _UNKNOWN) if unknown_fields else json_data
    text = json.dumps(data, ensure_ascii=False)
    return "application/json" + _CHARSET, text.encode("utf-8-sig" if bom else "utf-8")


def sealed(key: str) -> str:
    """An opaque cursor."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def opened(cursor: str) -> str:
    """Raises Refused for one that nobody gave out."""
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError) as problem:
        field = {"path": "cursor", "rule": "format", "message": "Неизвестный курсор"}
        raise Refused("VALIDATION_FAILED", fields=[field]) from problem
