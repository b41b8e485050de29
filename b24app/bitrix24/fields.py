"""A portal's own fields of deals: the two reads that tell them (one batch) and what is kept of each
(bitrix24-crm.md §1.5, §4.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from b24app.bitrix24.encoding import as_list, as_map
from b24app.bitrix24.envelope import number
from b24app.bitrix24.names import FieldNames, camel
from b24app.flows.snapshot import Role
from b24app.logistics.jsonable import Jsonable

#: Key of the portal's settings that keeps them, each as `PortalField.to_json()`.
KEY = "fields"
BOOLEAN, ENUMERATION = "boolean", "enumeration"


@dataclass(frozen=True, slots=True)
class Element(Jsonable):
    """One value of a list field; `id` is what a deal holds."""

    id: str
    title: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class PortalField(Jsonable):
    """`name` is the original one (`UF_CRM_…`), `api` how `crm.item.*` calls it, `kind` its USER_TYPE_ID, `id` what
    `crm.deal.userfield.update` takes. `mandatory`: people cannot save a deal without it."""

    name: str
    api: str
    kind: str
    title: str
    id: int = 0
    multiple: bool = False
    read_only: bool = False
    mandatory: bool = False
    elements: tuple[Element, ...] = ()


def parse(listed: Any, described: Any) -> tuple[PortalField, ...]:
    """Every user field of deals, in the portal's order, from the answers of both methods."""
    rows = [as_map(row) for row in as_list(listed)]
    return parse_fields(rows, as_map(as_map(described).get("fields")))


def parse_fields(rows: Sequence[Mapping[str, Any]], described: Mapping[str, Any]) -> tuple[PortalField, ...]:
    """`rows` of `crm.deal.userfield.list`; `described` by `crm.item.fields`, which alone knows the names that
    `crm.item.*` uses and what is read-only."""
    by_upper = {str(as_map(info).get("upperName") or ""): (api, as_map(info)) for api, info in described.items()}
    return tuple(_field(row, *by_upper.get(_name(row), ("", {}))) for row in rows if _name(row))


def described_fields(described: Any) -> tuple[PortalField, ...]:
    """Every user field of a type of items by the answer of `crm.item.fields` alone, which tells no ids of fields."""
    known = {api: as_map(info) for api, info in as_map(as_map(described).get("fields")).items()}
    return tuple(
        PortalField(
            name=upper,
            api=api,
            kind=str(info.get("type") or ""),
            title=str(info.get("title") or upper).strip(),
            multiple=bool(info.get("isMultiple")),
            read_only=bool(info.get("isReadOnly")),
            mandatory=bool(info.get("isRequired")),
        )
        for api, info in known.items()
        if (upper := str(info.get("upperName") or "")).startswith("UF_")
    )


def _name(row: Mapping[str, Any]) -> str:
    return str(row.get("FIELD_NAME") or "").upper()


def _field(row: Mapping[str, Any], api: str, info: Mapping[str, Any]) -> PortalField:
    name, label = _name(row), row.get("EDIT_FORM_LABEL")
    told = label if isinstance(label, str) and label.strip() else info.get("title")
    return PortalField(
        name=name,
        api=api or camel(name),
        kind=str(row.get("USER_TYPE_ID") or info.get("type") or ""),
        title=str(told or name).strip(),
        id=number(row.get("ID")) or 0,
        multiple=row.get("MULTIPLE") == "Y",
        read_only=bool(info.get("isReadOnly")),
        mandatory=row.get("MANDATORY") == "Y",
        elements=tuple(_element(as_map(each)) for each in as_list(row.get("LIST"))),
    )


def _element(row: Mapping[str, Any]) -> Element:
    return Element(str(row.get("ID") or ""), str(row.get("VALUE") or ""), str(row.get("XML_ID") or ""))


def kept(settings: Mapping[str, Any]) -> tuple[PortalField, ...]:
    """The fields as the portal was last read; nothing while it was not."""
    return tuple(PortalField.from_json(each) for each in settings.get(KEY, ()))


def names_of(roles: Mapping[str, str], settings: Mapping[str, Any]) -> FieldNames:
    """Which field plays which role, by what the portal itself said of its fields."""
    mine = {role: roles[role] for role in Role if roles.get(role)}
    rows = [each for each in settings.get(KEY, ()) if each["name"] in mine.values()]
    return FieldNames(mine, {row["name"]: row["api"] for row in rows}, {row["name"]: row["kind"] for row in rows})
