"""The bell: ``im.notify.*`` (crm §5.6)."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.rest.call import Call
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.wire import to_int

_MAX_ATTACH = 60_000


@method("im.notify.personal.add", "im.notify.system.add", "im.notify", scope="im")
def add(call: Call) -> Any:
    user_id = to_int(call.any_case("USER_ID")) or to_int(call.any_case("TO"))
    if user_id is None or user_id <= 0:
        raise RestError("USER_ID_EMPTY", "User ID can't be empty")
    text = _text(call)
    user = call.portal.users.get(user_id)
    if user is None or not user.active:
        return False
    row: Row = {
        "text": text,
        "tag": str(call.any_case("TAG") or ""),
        "subTag": str(call.any_case("SUB_TAG") or ""),
        "from": call.user.id if _personal(call) else 0,
        "created": call.portal.now(),
    }
    number = call.portal.notices.add(user_id, row)
    call.portal.note("notify.added", user_id, id=number, text=text, tag=row["tag"], personal=_personal(call))
    return number


def _text(call: Call) -> str:
    text, attach = str(call.any_case("MESSAGE") or ""), call.any_case("ATTACH")
    if not text and not attach:
        raise RestError("MESSAGE_EMPTY", "Message can't be empty")
    if attach is not None and len(str(attach)) > _MAX_ATTACH:
        raise RestError("ATTACH_OVERSIZE", "You have exceeded the maximum allowable size of attach")
    return text


def _personal(call: Call) -> bool:
    return call.method == "im.notify.personal.add" or (call.method == "im.notify" and call.any_case("TYPE") == "USER")


@method("im.notify.delete", scope="im")
def delete(call: Call) -> Any:
    number = to_int(call.any_case("ID"))
    tag, sub_tag = str(call.any_case("TAG") or ""), str(call.any_case("SUB_TAG") or "")
    gone = [
        row
        for row in call.portal.notices.table
        if row["id"] == number or (tag and row["tag"] == tag) or (sub_tag and row["subTag"] == sub_tag)
    ]
    for row in gone:
        call.portal.notices.remove(row)
    return bool(gone)
