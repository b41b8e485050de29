"""What a request's body says, field by field (§3, §5, §6: 1006, 1007, 1052, 1059, 2001–2027, 3000–3040, 1400x)."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sandbox.moysklad.data.fields import ADDRESS, ELSEWHERE, REQUIRED, SHOWN, VALUES, WRITTEN, Field
from sandbox.moysklad.errors import Refused
from sandbox.moysklad.model import Base, Entity, Ref

if TYPE_CHECKING:
    from sandbox.moysklad.core import MoySklad

_UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_PATH = re.compile(
    r"/api/remap/1\.2/entity/(?P<type>\w+)"
    r"(?P<of>/metadata/(?:states|attributes|embeddedtemplate|customtemplate))?/(?P<id>[^/?#]*)(?:\?.*)?"
)
_KNOWN = {*WRITTEN, *SHOWN, *ELSEWHERE, "state", "attributemetadata", "embeddedtemplate", "customtemplate", "webhook",
          "webhookstock"}  # fmt: skip
MOST = 1000
_DEEPEST = 10


class Reader:
    """Reads one request of one account. ``hosts``: where hrefs may point to (1059)."""

    def __init__(self, sklad: MoySklad, base: Base, hosts: tuple[str, ...]) -> None:
        self.sklad, self.base, self.hosts = sklad, base, hosts

    # --- references -----------------------------------------------------------------------------------------------

    def reference(self, name: str, value: Any, kinds: tuple[str, ...], document: str = "") -> Ref:
        """Of ``{"meta": {"href", "type"}}``. Raises Refused, also when nothing is there."""
        kind, identifier, of = self.link(name, value)
        if kind not in kinds:
            if len(kinds) == 1:
                raise Refused(2024, name, kind, kinds[0])
            raise Refused(2027, name, kind, ", ".join(kinds))
        if kind == "state":
            if of != document:
                raise Refused(11002, identifier, parameter=name)
            if identifier not in self.base.of(f"{document}.states"):
                raise Refused(1021, "state", identifier)
            return Ref("state", identifier)
        found = self.base.of(kind).get(identifier)
        if found is None or found.deleted is not None:
            raise Refused(1021, kind, identifier)
        return Ref(kind, identifier)

    def link(self, name: str, value: Any) -> tuple[str, str, str]:
        """(type, id, the document type that a state or attribute belongs to)."""
        meta = value.get("meta") if isinstance(value, dict) else None
        if not isinstance(meta, dict):
            raise Refused(2014, name)
        if not isinstance(meta.get("href"), str):
            raise Refused(2010, name)
        if not isinstance(meta.get("type"), str):
            raise Refused(2011, name)
        if meta["type"] not in _KNOWN:
            raise Refused(2012, name)
        host = next((host for host in self.hosts if meta["href"].startswith(host + "/")), None)
        if host is None:
            if re.match(r"https?://", meta["href"]):
                raise Refused(1059, meta["href"], parameter=name)
            raise Refused(2013, name)
        found = _PATH.fullmatch(meta["href"].removeprefix(host))
        if found is None:
            raise Refused(2013, name)
        if not re.fullmatch(_UUID, found["id"]):
            raise Refused(1052, parameter=name)
        part = (found["of"] or "").removeprefix("/metadata/")
        kind = {"states": "state", "attributes": "attributemetadata"}.get(part, part or found["type"])
        if kind != meta["type"]:
            raise Refused(2024, name, kind, meta["type"])
        return kind, found["id"].lower(), found["type"]

    # --- fields ---------------------------------------------------------------------------------------------------

    def fields(self, kind: str, body: Mapping[str, Any], known: Mapping[str, Field], making: bool) -> dict[str, Any]:
        """What to set: None takes a value away. Raises Refused."""
        if making and "id" in body:
            raise Refused(1006)
        required = REQUIRED.get(kind, ()) if known is WRITTEN.get(kind) else ("assortment",)
        fresh: dict[str, Any] = {}
        for name, value in body.items():
            if name not in known:
                if self.sklad.switches.strict:
                    raise Refused(1007, name, parameter=name)
                continue
            if known[name].fixed:
                continue
            if value is None:
                if name in required:
                    raise Refused(3000, name)
                fresh[name] = None
                continue
            fresh[name] = self._value(kind, name, value, known[name])
        for name in required if making else ():
            if fresh.get(name) in (None, ""):
                raise Refused(3000, name)
        return fresh

    def _value(self, kind: str, name: str, value: Any, field: Field) -> Any:
        if field.kind == "ref":
            return self.reference(name, value, field.types, kind)
        return _READERS[field.kind](self, kind, name, value, field)

    def attributes(self, kind: str, name: str, value: Any, field: Field) -> dict[str, Any]:
        del field
        if not isinstance(value, list):
            raise Refused(2016, name, "массив")
        found: dict[str, Any] = {}
        for row in value:
            _, identifier, of = self.link(name, row)
            known = self.base.of(f"{of}.attributes").get(identifier)
            if known is None:
                raise Refused(14003)
            if of != kind:
                raise Refused(14000, known.name, kind)
            if "value" not in row:
                raise Refused(14003)
            if row["value"] is None:
                found[identifier] = None
                continue
            types, word = VALUES[str(known.get("type"))]
            if not isinstance(row["value"], types) or (bool not in types and isinstance(row["value"], bool)):
                raise Refused(2016, known.name, word)
            if known.get("type") == "string" and len(str(row["value"])) > 255:
                raise Refused(3040, known.name, 255)
            found[identifier] = row["value"]
        return found


def _text(_reader: Reader, _kind: str, name: str, value: Any, field: Field) -> str:
    if not isinstance(value, str):
        raise Refused(2016, name, "строка")
    if len(value) > field.size:
        raise Refused(3040, name, field.size)
    if name == "email" and value and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        raise Refused(3015, name, value)
    return value


def _number(_reader: Reader, _kind: str, name: str, value: Any, _field: Field) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Refused(2016, name, "дробное число")
    return float(value)


def _int(_reader: Reader, _kind: str, name: str, value: Any, _field: Field) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refused(2016, name, "целое число")
    return value


def _bool(_reader: Reader, _kind: str, name: str, value: Any, _field: Field) -> bool:
    if not isinstance(value, bool):
        raise Refused(2016, name, "логическое значение")
    return value


def _minute(_reader: Reader, _kind: str, name: str, value: Any, _field: Field) -> float:
    from sandbox.moysklad.core import read_time

    found = read_time(value) if isinstance(value, str) else None
    if found is None:
        raise Refused(2016, name, "дата")
    return found // 60 * 60


def _uuid(_reader: Reader, _kind: str, name: str, value: Any, _field: Field) -> str:
    if not isinstance(value, str) or not re.fullmatch(_UUID, value):
        raise Refused(1052, parameter=name)
    return value.lower()


def _enum(_reader: Reader, _kind: str, name: str, value: Any, field: Field) -> str:
    if value not in field.types:
        raise Refused(3005, name, value, ", ".join(field.types))
    return str(value)


def _address(reader: Reader, kind: str, name: str, value: Any, _field: Field) -> dict[str, str]:
    if not isinstance(value, dict):
        raise Refused(2016, name, "объект")
    found: dict[str, str] = {}
    for part, text in value.items():
        if part not in ADDRESS:
            raise Refused(1007, part, parameter=part)
        if text is None or text == "":
            continue
        if not ADDRESS[part]:
            # Countries and regions are directories that this sandbox does not have.
            reader.reference(part, text, (part,))
        found[part] = _text(reader, kind, part, text, Field("text", ADDRESS[part]))
    return found


def _tags(_reader: Reader, _kind: str, name: str, value: Any, _field: Field) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
        raise Refused(2016, name, "массив строк")
    return value


def _rate(_reader: Reader, _kind: str, name: str, value: Any, _field: Field) -> None:
    """Everything is in roubles here."""
    if not isinstance(value, dict) or "currency" not in value:
        raise Refused(2016, name, "объект")


def _rows(_reader: Reader, _kind: str, name: str, value: Any, _field: Field) -> list[Any]:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise Refused(2016, name, "массив")
    if len(value) > MOST:
        raise Refused(2007)
    return value


def _files(_reader: Reader, _kind: str, _name: str, value: Any, _field: Field) -> list[tuple[str, bytes]]:
    return files(value)


_READERS: Mapping[str, Callable[[Reader, str, str, Any, Field], Any]] = {
    "text": _text, "number": _number, "int": _int, "bool": _bool, "minute": _minute, "uuid": _uuid, "enum": _enum,
    "address": _address, "tags": _tags, "rate": _rate, "positions": _rows, "files": _files,
    "attributes": Reader.attributes,
}  # fmt: skip


def files(value: Any) -> list[tuple[str, bytes]]:
    """(name, content) of ``[{"filename", "content"}]`` (§5.10). Raises Refused."""
    if not isinstance(value, list):
        raise Refused(2016, "files", "массив")
    if len(value) > 10:
        raise Refused(1082)
    found = []
    for row in value:
        for name in ("filename", "content"):
            if not isinstance(row, dict) or not isinstance(row.get(name), str) or not row[name]:
                raise Refused(3000, name)
        try:
            content = base64.b64decode(row["content"], validate=True)
        except (ValueError, binascii.Error):
            raise Refused(2016, "content", "base64") from None
        if len(content) > 10 * 1024 * 1024:
            raise Refused(1079)
        if len(row["filename"]) > 255:
            raise Refused(3040, "filename", 255)
        found.append((row["filename"], content))
    return found


def parsed(text: bytes) -> Any:
    """The JSON of a body (§3: limits). Raises Refused."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as problem:
        place: dict[str, Any] = {}
        if isinstance(problem, json.JSONDecodeError):
            place = {"line": problem.lineno, "column": problem.colno}
        raise Refused(2001, **place) from None
    if not isinstance(data, dict | list):
        raise Refused(2005)
    if isinstance(data, list) and len(data) > MOST:
        raise Refused(2007)
    if _depth(data) > _DEEPEST:
        raise Refused(2006)
    return data


def _depth(data: Any) -> int:
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return 1 + max(map(_depth, inner), default=0) if isinstance(data, dict | list) else 0


def live(base: Base, kind: str, identifier: str) -> Entity:
    """Raises Refused: 1052, 1021."""
    if not re.fullmatch(_UUID, identifier):
        raise Refused(1052)
    found = base.of(kind).get(identifier.lower())
    if found is None or found.deleted is not None:
        raise Refused(1021, kind, identifier)
    return found
