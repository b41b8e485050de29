"""One timeline record on several items: ``crm.timeline.bindings.*``."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.errors import legacy
from sandbox.bitrix24.rest.call import Call
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.rules.rights import EDIT
from sandbox.bitrix24.state.fields import entity_name, entity_of_name
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.wire import to_int

from .owners import readable

Owner = tuple[int, int]


def _record(call: Call, number: Any) -> Row:
    row = call.portal.timeline.comments.get(to_int(number))
    if row is None:
        raise legacy("Not found.")
    if not readable(call, row["_owner"]):
        raise legacy("Access denied.")
    return row


def _bound(row: Row) -> list[Owner]:
    found: list[Owner] = [row["_owner"], *row.get("bound", ())]
    return found


@method("crm.timeline.bindings.list", scope="crm")
def bindings_list(call: Call) -> Any:
    row = _record(call, call.opt_map("filter").get("OWNER_ID"))
    return [
        {"OWNER_ID": str(row["id"]), "ENTITY_ID": str(number), "ENTITY_TYPE": entity_name(kind).lower()}
        for kind, number in _bound(row)
    ]


def _wanted(call: Call) -> tuple[Row, Owner]:
    fields = call.opt_map("fields")
    row = _record(call, fields.get("OWNER_ID"))
    owner = (entity_of_name(str(fields.get("ENTITY_TYPE") or "")) or 0, to_int(fields.get("ENTITY_ID")) or 0)
    if not readable(call, owner, EDIT):
        raise legacy("Access denied.")
    return row, owner


@method("crm.timeline.bindings.bind", scope="crm")
def bind(call: Call) -> Any:
    row, owner = _wanted(call)
    if owner not in _bound(row):
        row.setdefault("bound", []).append(owner)
    return True


@method("crm.timeline.bindings.unbind", scope="crm")
def unbind(call: Call) -> Any:
    row, owner = _wanted(call)
    if owner in row.get("bound", ()):
        row["bound"].remove(owner)
        return True
    raise legacy("Not found." if owner not in _bound(row) else "You can not delete all bindings")
