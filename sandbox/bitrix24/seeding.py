"""Short ways to put data into a portal, for the data package and for tests. Nothing here sends an event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox.bitrix24.rules import items, product_rows
from sandbox.bitrix24.rules.values import multifield
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.state.users import Actor

ADDRESS_DELIVERY = 11


def add_contact(
    portal: Portal,
    name: str,
    last_name: str = "",
    *,
    phones: Sequence[str | tuple[str, str]] = (),
    emails: Sequence[str] = (),
    number: int | None = None,
    **fields: Any,
) -> int:
    """Add a contact. A phone is its text (MOBILE) or (text, valueType). ``number`` asks for that id."""
    values = {"name": name, "lastName": last_name or None, "fm": _multifields(portal, phones, emails)} | fields
    return _create(portal, 3, values, number=number)


def add_deal(
    portal: Portal, title: str, *, rows: Sequence[Row] = (), by: int = 1, number: int | None = None, **fields: Any
) -> int:
    """Add a deal. ``fields`` are stored-form values: ``stageId``, ``contactIds``, ``UF_CRM_…``. Returns the id.

    ``rows`` are product rows as crm.item.productrow.add takes them: productId, productName, price, quantity….
    """
    return add_item(portal, 2, {"title": title} | fields, rows=rows, by=by, number=number)


def add_item(
    portal: Portal,
    entity_type_id: int,
    values: Row,
    *,
    rows: Sequence[Row] = (),
    by: int = 1,
    number: int | None = None,
) -> int:
    """Add an item of any type, without an event."""
    number = _create(portal, entity_type_id, values, by, number)
    if rows:
        product_rows.replace(portal, entity_type_id, number, rows)
    return number


def add_address(portal: Portal, entity_type_id: int, owner: int, kind: int = ADDRESS_DELIVERY, **fields: Any) -> int:
    """Hang an address (UPPER_CASE fields: ADDRESS_1, CITY, POSTAL_CODE…) on the owner's first requisite."""
    with portal.lock:
        known = portal.crm.requisites.of((entity_type_id, owner))
        number = known[0]["id"] if known else add_requisite(portal, entity_type_id, owner)
        portal.crm.addresses[(kind, 8, number)] = {
            "TYPE_ID": kind, "ENTITY_TYPE_ID": 8, "ENTITY_ID": number, "ANCHOR_TYPE_ID": entity_type_id,
            "ANCHOR_ID": owner, "LOC_ADDR_ID": next(portal.crm.location_ids), **fields,
        }  # fmt: skip
        return number


def add_requisite(portal: Portal, entity_type_id: int, owner: int, name: str = "Физлицо", preset: int = 5) -> int:
    """Add a requisite of a contact or company. Returns its id."""
    row: Row = {"ENTITY_TYPE_ID": entity_type_id, "ENTITY_ID": owner, "NAME": name, "PRESET_ID": preset, "ACTIVE": "Y"}
    return portal.crm.requisites.add_to((entity_type_id, owner), row)


def _create(portal: Portal, entity_type_id: int, values: Row, by: int = 1, number: int | None = None) -> int:
    with portal.lock:
        created: int = items.create(portal, entity_type_id, values, Actor(by), quiet=True, number=number)["id"]
        return created


def _multifields(portal: Portal, phones: Sequence[str | tuple[str, str]], emails: Sequence[str]) -> list[Row]:
    given: list[Row] = []
    for phone in phones:
        text, kind = (phone, "MOBILE") if isinstance(phone, str) else phone
        given.append({"typeId": "PHONE", "valueType": kind, "value": text})
    given += [{"typeId": "EMAIL", "valueType": "WORK", "value": text} for text in emails]
    return multifield(portal, [], given)
