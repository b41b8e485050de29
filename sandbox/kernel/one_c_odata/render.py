"""Answers: JSON of version 3, Atom, and the XML of ``$metadata``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from .base import Row
from .schema import EDM, Entity, Props

_ATOM = "http://www.w3.org/2005/Atom"
_D = "http://schemas.microsoft.com/ado/2007/08/dataservices"
_M = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"
_NAMESPACES = f'xmlns="{_ATOM}" xmlns:d="{_D}" xmlns:m="{_M}"'

JSON = "application/json;odata=minimalmetadata;charset=utf-8"
ATOM = "application/atom+xml;type=feed;charset=utf-8"
XML = "application/xml;charset=utf-8"

Body = tuple[str, bytes]


def json_rows(address: str, rows: list[Row], count: int | None, *, meta: bool) -> Body:
    head: dict[str, Any] = {"odata.metadata": address} if meta else {}
    if count is not None:
        head["odata.count"] = str(count)
    return JSON, _dump(head | {"value": rows})


def json_row(address: str, row: Row, *, meta: bool) -> Body:
    head: dict[str, Any] = {"odata.metadata": f"{address}/@Element"} if meta else {}
    return JSON, _dump(head | row)


def json_plain(data: Mapping[str, Any]) -> Body:
    return JSON, _dump(data)


def _dump(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode()


def error(code: int, words: str, *, as_json: bool) -> Body:
    if as_json:
        return JSON, _dump({"odata.error": {"code": str(code), "message": {"lang": "ru", "value": words}}})
    text = (
        f'<m:error xmlns:m="{_M}"><m:code>{code}</m:code><m:message xml:lang="ru">{escape(words)}</m:message></m:error>'
    )
    return XML, _declared(text)


def atom_rows(entity: Entity, address: str, rows: Iterable[Row], count: int | None) -> Body:
    number = f"<m:count>{count}</m:count>" if count is not None else ""
    entries = "".join(_entry(entity, row, "") for row in rows)
    return ATOM, _declared(f"<feed {_NAMESPACES}><id>{escape(address)}</id>{number}{entries}</feed>")


def atom_row(entity: Entity, row: Row) -> Body:
    return ATOM.replace("feed", "entry"), _declared(_entry(entity, row, " " + _NAMESPACES))


def _entry(entity: Entity, row: Row, namespaces: str) -> str:
    properties = "".join(_property(entity, name, value) for name, value in row.items())
    content = f'<content type="application/xml"><m:properties>{properties}</m:properties></content>'
    return f"<entry{namespaces}>{content}</entry>"


def _property(entity: Entity, name: str, value: Any) -> str:
    if value is None:
        return f'<d:{name} m:null="true"/>'
    if isinstance(value, list):
        rows = "".join(_nested("element", row, f"StandardODATA.{entity.name}_{name}_RowType") for row in value)
        return f"<d:{name}>{rows}</d:{name}>"
    if isinstance(value, dict):
        return _nested(name, value, "")
    prop = entity.props.get(name)
    kind = "Edm.Double" if prop is None and isinstance(value, int | float) else EDM[prop.kind if prop else "string"]
    if isinstance(value, bool):
        kind, value = "Edm.Boolean", str(value).lower()
    typed = "" if kind == "Edm.String" else f' m:type="{kind}"'
    return f"<d:{name}{typed}>{escape(str(value))}</d:{name}>"


def _nested(name: str, row: Row, kind: str) -> str:
    typed = f' m:type="{kind}"' if kind else ""
    inner = "".join(f"<d:{key}>{escape(str(value))}</d:{key}>" for key, value in row.items() if value is not None)
    return f"<d:{name}{typed}>{inner}</d:{name}>"


def metadata(entities: Iterable[Entity]) -> Body:
    """EDMX 1.0 with a schema of `DataServiceVersion` 3.0 (§2.2)."""
    shown = list(entities)
    types = "".join(_type(entity) for entity in shown)
    sets = "".join(
        f"<EntitySet Name={quoteattr(entity.name)} EntityType={quoteattr('StandardODATA.' + entity.name)}/>"
        for entity in shown
    )
    text = (
        '<edmx:Edmx xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx" Version="1.0">'
        f'<edmx:DataServices xmlns:m="{_M}" m:DataServiceVersion="3.0" m:MaxDataServiceVersion="3.0">'
        '<Schema xmlns="http://schemas.microsoft.com/ado/2009/11/edm" Namespace="StandardODATA">'
        f'{types}<EntityContainer Name="EnterpriseV8" m:IsDefaultEntityContainer="true">{sets}</EntityContainer>'
        "</Schema></edmx:DataServices></edmx:Edmx>"
    )
    return XML, _declared(text)


def _type(entity: Entity) -> str:
    keys = "".join(f"<PropertyRef Name={quoteattr(name)}/>" for name in entity.keys)
    lead = f"StandardODATA.{entity.name}"
    rows = "".join(
        f"<Property Name={quoteattr(name)} Type={quoteattr(f'Collection({lead}_{name}_RowType)')}/>"
        for name in entity.sections
    )
    whole = f"<EntityType Name={quoteattr(entity.name)}>"
    whole += (f"<Key>{keys}</Key>" if keys else "") + _properties(entity.props, entity.keys) + rows + _ways(entity)
    whole += "</EntityType>"
    for name, props in entity.sections.items():
        own = _properties(props, ("LineNumber",))
        whole += f"<ComplexType Name={quoteattr(f'{entity.name}_{name}_RowType')}>{own}</ComplexType>"
    return whole


def _properties(props: Props, keys: Iterable[str]) -> str:
    return "".join(
        f'<Property Name={quoteattr(name)} Type="{EDM[prop.kind]}" Nullable="{str(name not in keys).lower()}"/>'
        for name, prop in props.items()
    )


def _ways(entity: Entity) -> str:
    return "".join(
        f"<NavigationProperty Name={quoteattr(prop.navigation)}"
        f' Relationship={quoteattr(f"StandardODATA.{entity.name}_{prop.navigation}")} FromRole="Begin" ToRole="End"/>'
        for prop in entity.props.values()
        if prop.navigation
    )


def _declared(text: str) -> bytes:
    return b'<?xml version="1.0" encoding="UTF-8"?>' + text.encode()
