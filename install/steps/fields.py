"""User fields of the deal: list, add the missing ones, remember which field plays which role
(contracts/bitrix24-crm.md §4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from b24app.bitrix24.encoding import Command, as_list, as_map
from b24app.flows.snapshot import Role
from b24app.logistics.model import DeliveryKind
from b24app.store import portal_settings, portals
from install.steps.catalogue import Ground, Read
from install.wanted import FIELDS, missing_fields

#: How people name the two kinds in a list of their own.
_SAYS = {
    DeliveryKind.COURIER: ("courier", "курьер", "двер", "door"),
    DeliveryKind.PICKUP: ("pickup", "point", "пункт", "самовывоз", "пвз", "постамат", "locker"),
}

#: Types of user fields that can hold an amount.
_AMOUNTS = frozenset({"money", "double", "integer", "string"})


def reads(ground: Ground) -> list[Read]:
    return [_read(ground)]


def run(ground: Ground) -> None:
    rows = _rows(ground)
    names = {str(row.get("FIELD_NAME", "")).upper() for row in rows}
    # A role that plays on a field of the portal's own needs none of ours.
    elsewhere = {role for role, name in ground.mapped.items() if name.upper() in names}
    missing = [each for each in missing_fields(names) if each.role.value not in elsewhere]
    if missing:
        ground.do([Command(f"f{at}", "crm.deal.userfield.add", wanted.creation()) for at, wanted in enumerate(missing)])
        rows = _rows(ground)
    there = {str(row.get("FIELD_NAME", "")).upper() for row in rows}
    roles = {wanted.role.value: wanted.name for wanted in FIELDS if wanted.name in there}
    kinds = delivery_types(rows)

    def save(session: Session) -> None:
        known = portals.field_map(session, ground.portal_id)
        portals.set_fields(session, ground.portal_id, {role: name for role, name in roles.items() if role not in known})
        portal_settings.merge(session, ground.portal_id, delivery_types=kinds, money_fields=money_fields(rows))

    ground.save(save)


def _rows(ground: Ground) -> list[Mapping[str, Any]]:
    return [as_map(row) for row in as_list(ground.get(_read(ground)))]


def _read(ground: Ground) -> Read:
    return Read("crm.deal.userfield.list", {"order": {"SORT": "ASC"}, "filter": {"LANG": ground.lang}})


def money_fields(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Fields of the portal's own that may hold an amount to collect: `{"name", "title"}`, for the administrator to
    choose from."""
    ours = {wanted.name for wanted in FIELDS}
    found = []
    for row in rows:
        name = str(row.get("FIELD_NAME", "")).upper()
        if name not in ours and row.get("USER_TYPE_ID") in _AMOUNTS and row.get("MULTIPLE") != "Y":
            label = row.get("EDIT_FORM_LABEL")
            found.append({"name": name, "title": label if isinstance(label, str) and label else name})
    return found


def delivery_types(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Element id -> kind of the list field that says courier or pickup; elements nobody understands are left out."""
    name = next(wanted.name for wanted in FIELDS if wanted.role is Role.TYPE)
    field = next((row for row in rows if str(row.get("FIELD_NAME", "")).upper() == name), {})
    elements = [as_map(element) for element in as_list(field.get("LIST"))]
    kinds = {
        str(element.get("ID", "")): _kind(f"{element.get('XML_ID', '')} {element.get('VALUE', '')}")
        for element in elements
    }
    return {element_id: kind for element_id, kind in kinds.items() if element_id and kind}


def _kind(text: str) -> str:
    said = text.casefold()
    return next((kind.value for kind, signs in _SAYS.items() if any(sign in said for sign in signs)), "")
