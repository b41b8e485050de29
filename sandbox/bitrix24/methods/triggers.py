"""Automation triggers of the app (crm §7.1): rules of the portal's own begin with them (``events/automation.py``)."""

from __future__ import annotations

import re
from typing import Any

from sandbox.bitrix24.errors import RestError, legacy
from sandbox.bitrix24.events import automation
from sandbox.bitrix24.rest.call import Call
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.wire import to_int

_CODE = re.compile(r"[a-z0-9.\-_]+\Z", re.IGNORECASE)


def _open(call: Call) -> str:
    if not call.identity.app_context:
        raise RestError("ACCESS_DENIED", "Access denied! Application context required")
    if not call.user.admin:
        raise RestError("ACCESS_DENIED", "Access denied! Admin permissions required")
    return str(call.any_case("CODE") or "")


def _code(call: Call) -> str:
    code = _open(call)
    if not code:
        raise legacy("Empty trigger code!")
    if not _CODE.match(code):
        raise legacy("Wrong trigger code!")
    return code


@method("crm.automation.trigger.add", scope="crm")
def add(call: Call) -> Any:
    code, name = _code(call), str(call.any_case("NAME") or "")
    if not name:
        raise legacy("Empty trigger name!")
    call.portal.app.triggers[code] = name
    return True


@method("crm.automation.trigger.list", scope="crm")
def trigger_list(call: Call) -> Any:
    _open(call)
    return [{"NAME": name, "CODE": code} for code, name in call.portal.app.triggers.items()]


@method("crm.automation.trigger.delete", scope="crm")
def delete(call: Call) -> Any:
    if call.portal.app.triggers.pop(_code(call), None) is None:
        raise legacy("Trigger not found")
    return True


@method("crm.automation.trigger.execute", scope="crm")
def execute(call: Call) -> Any:
    code = _code(call)
    if code not in call.portal.app.triggers:
        raise legacy(f"Trigger with code {code} is not registered.")
    kind, number = to_int(call.any_case("OWNER_TYPE_ID")), to_int(call.any_case("OWNER_ID"))
    table = call.portal.crm.tables.get(kind or 0)
    if table is None or kind in (3, 4):
        raise legacy("Incorrect parameter OWNER_TYPE_ID.")
    item = table.get(number)
    if item is None:
        raise legacy("Incorrect parameter OWNER_ID.")
    call.portal.note("trigger.executed", number, code=code, entity_type_id=kind)
    automation.triggered(call.portal, code, kind or 0, item)
    return True
