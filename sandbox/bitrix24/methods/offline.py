"""The offline queue over REST (contract bitrix24-app §4.5)."""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.rest.call import Call
from sandbox.bitrix24.rest.lists import matches, ordered, page
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.state.install import OfflineEvent
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.wire import items_of, to_int


def _shown(call: Call, row: OfflineEvent) -> Row:
    return {
        "ID": str(row.id),
        "TIMESTAMP_X": call.portal.iso(row.timestamp),
        "EVENT_NAME": row.event,
        "EVENT_DATA": row.data or False,
        "EVENT_ADDITIONAL": {"user_id": str(row.user_id)} if row.user_id else False,
        "MESSAGE_ID": row.message_id,
    }


def _mine(call: Call) -> list[OfflineEvent]:
    connector = str(call.any_case("auth_connector") or "")
    return [row for row in call.portal.app.offline.values() if row.connector == connector]


def _clear_flag(call: Call) -> bool:
    value = call.any_case("clear")
    return value is None or str(value) not in ("0", "", "False", "false")


@method("event.offline.get", admin=True, app=True)
def get(call: Call) -> Any:
    """``clear`` 1 deletes what it gives, 0 reserves it under a process id."""
    clear = _clear_flag(call)
    if not clear and not call.portal.switches.offline_extended:
        text = "This feature is not enabled for the current license: rest_offline_extended"
        raise RestError("WRONG_LICENSE", text, 403)
    process = str(call.any_case("process_id") or "")
    by_id = {str(row.id): row for row in _waiting(call, process)}
    shown = [one for one in (_shown(call, row) for row in by_id.values()) if matches(one, call.opt_map("filter"))]
    shown = ordered(shown, call.opt_map("order") or {"TIMESTAMP_X": "ASC"}, "ID")
    shown = shown[: to_int(call.any_case("limit")) or 50]
    if not clear:
        process = process or secrets.token_hex(16)
    for one in shown:
        if clear:
            del call.portal.app.offline[by_id[one["ID"]].id]
        else:
            by_id[one["ID"]].process_id = process
    return {"process_id": None if clear else process, "events": shown}


def _waiting(call: Call, process: str) -> list[OfflineEvent]:
    errors = str(call.any_case("error") or "0") in ("1", "true", "True")
    return [row for row in _mine(call) if row.process_id == process and (errors or not row.error)]


@method("event.offline.list", admin=True, app=True)
def offline_list(call: Call) -> Any:
    rows = [
        _shown(call, row) | {"PROCESS_ID": row.process_id, "ERROR": "1" if row.error else "0"} for row in _mine(call)
    ]
    rows = [row for row in rows if matches(row, call.opt_map("filter"))]
    return page(ordered(rows, call.opt_map("order"), "ID"), call.any_case("start"))


def _chosen(call: Call) -> list[OfflineEvent]:
    process = str(call.any_case("process_id") or "")
    if not process:
        raise RestError("ERROR_ARGUMENT", "Argument 'process_id' is null or empty", argument="process_id")
    ids = {to_int(one) for one in items_of(call.any_case("id"))}
    messages = {str(one) for one in items_of(call.any_case("message_id"))}
    # A foreign auth_connector answers true and touches nothing (§4.5).
    return [
        row
        for row in _mine(call)
        if row.process_id == process
        and ((not ids and not messages) or row.id in ids or (not ids and row.message_id in messages))
    ]


@method("event.offline.clear", admin=True, app=True)
def clear(call: Call) -> Any:
    for row in _chosen(call):
        del call.portal.app.offline[row.id]
    return True


@method("event.offline.error", admin=True, app=True)
def error(call: Call) -> Any:
    for row in _chosen(call):
        row.error = True
    return True
