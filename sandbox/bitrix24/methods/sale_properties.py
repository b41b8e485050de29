"""Properties of shipments, whom they are bound to, and kinds of payers (crm §9.5): scope ``sale``."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.rest.call import Call
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.wire import to_int

from .sale_orders import listed, open_to

_TYPES = frozenset(("STRING", "Y/N", "NUMBER", "ENUM", "FILE", "DATE", "LOCATION", "ADDRESS"))
_FLAGS = ("active", "util", "userProps", "isFiltered", "required", "multiple")
#: Flags that only one type of property has.
_OF_TYPE = {
    **dict.fromkeys(("isPhone", "isEmail", "isPayer", "isZip", "isAddress", "isProfileName"), "STRING"),
    **dict.fromkeys(("isAddressFrom", "isAddressTo"), "ADDRESS"),
    "isLocation": "LOCATION",
}


def _required(fields: Row, *names: str) -> None:
    if missing := [name for name in names if fields.get(name) in (None, "")]:
        raise RestError("0", f"Required fields: {', '.join(missing)}")


@method("sale.persontype.list", scope="sale")
def person_types(call: Call) -> Any:
    open_to(call, "200040300010", "Access Denied")
    return listed(call, call.portal.shop.person_types, lambda rows: {"personTypes": rows})


@method("sale.propertygroup.list", scope="sale")
def groups(call: Call) -> Any:
    open_to(call, "200040300010", "Access Denied")
    return listed(call, call.portal.shop.groups, lambda rows: {"propertyGroups": rows})


@method("sale.shipmentproperty.list", scope="sale")
def properties(call: Call) -> Any:
    open_to(call, "200040300010", "Access Denied")
    return listed(call, list(call.portal.shop.properties), lambda rows: {"properties": rows})


@method("sale.shipmentproperty.add", scope="sale")
def add(call: Call) -> Any:
    open_to(call, "200040300020", "Access Denied")
    shop, fields = call.portal.shop, call.need_map("fields")
    _required(fields, "personTypeId", "propsGroupId", "name", "type")
    if fields["type"] not in _TYPES:
        raise RestError("200850000001", "Property type is invalid")
    person, group = to_int(fields["personTypeId"]), to_int(fields["propsGroupId"])
    if all(row["id"] != person for row in shop.person_types):
        raise RestError("200850000002", "Person type is invalid")
    if all(row["id"] != group or row["personTypeId"] != person for row in shop.groups):
        raise RestError("200850000003", "Property group is invalid")
    row: Row = {"personTypeId": person, "propsGroupId": group, "type": fields["type"], "code": "", "sort": 100,
                "xmlId": "", "description": "", "defaultValue": None, "settings": {}}  # fmt: skip
    row |= dict.fromkeys(_FLAGS, "N") | {"active": "Y"} | _values(fields, fields["type"])
    shop.properties.add(row)
    return {"property": row}


@method("sale.shipmentproperty.update", scope="sale")
def update(call: Call) -> Any:
    open_to(call, "200040300020", "Access Denied")
    fields, row = call.need_map("fields"), _property(call)
    _required(fields, "name")
    row |= _values(fields, row["type"])
    return {"property": row}


@method("sale.shipmentproperty.delete", scope="sale")
def delete(call: Call) -> Any:
    open_to(call, "200040300020", "Access Denied")
    row, shop = _property(call), call.portal.shop
    shop.properties.remove(row["id"])
    shop.relations = [each for each in shop.relations if each["propertyId"] != row["id"]]
    return True


def _property(call: Call) -> Row:
    found = call.portal.shop.properties.get(call.need_int("id"))
    if found is None:
        raise RestError("200840400001", "property is not exists")
    return found


def _values(fields: Row, kind: str) -> Row:
    found: Row = {name: str(fields[name]) for name in ("name", "code", "description", "xmlId") if name in fields}
    if (sort := to_int(fields.get("sort"))) is not None:
        found["sort"] = sort
    for name in _FLAGS:
        if name in fields:
            found[name] = "Y" if fields[name] == "Y" else "N"
    for name, owner in _OF_TYPE.items():
        if owner == kind:
            found[name] = "Y" if fields.get(name) == "Y" else "N"
    return found


@method("sale.propertyRelation.list", scope="sale")
def relations(call: Call) -> Any:
    open_to(call, "200040300010", "Access Denied")
    return listed(call, call.portal.shop.relations, lambda rows: {"propertyRelations": rows}, "propertyId")


@method("sale.propertyRelation.add", scope="sale")
def relate(call: Call) -> Any:
    open_to(call, "200040300020", "Access Denied")
    fields, shop = call.need_map("fields"), call.portal.shop
    _required(fields, "entityId", "entityType", "propertyId")
    row: Row = {"entityId": to_int(fields["entityId"]), "entityType": str(fields["entityType"]),
                "propertyId": to_int(fields["propertyId"])}  # fmt: skip
    if row["propertyId"] not in shop.properties.rows:
        raise RestError("201650000002", "Property does not exist")
    if row in shop.relations:
        raise RestError("201650000001", "Duplicate entry for key [entityId, entityType, propertyId]")
    shop.relations.append(row)
    return {"propertyRelation": row}
