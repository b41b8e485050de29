"""Finding the item that a comment, a record or an activity hangs on, with the caller's rights."""

from __future__ import annotations

from sandbox.bitrix24.errors import RestError, access_denied
from sandbox.bitrix24.rest.call import Call
from sandbox.bitrix24.rules.rights import EDIT, READ, may
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.wire import to_int


def owner_item(call: Call, entity_type_id: int | None, number: object, right: str = EDIT) -> Row:
    """The owner; OWNER_NOT_FOUND or ACCESS_DENIED (crm §5)."""
    table = call.portal.crm.tables.get(entity_type_id) if entity_type_id else None
    item = table.get(to_int(number)) if table else None
    if item is None or entity_type_id is None:
        raise RestError("OWNER_NOT_FOUND", "Владелец не найден")
    if not may(call.user, right, entity_type_id, item):
        raise access_denied()
    return item


def readable(call: Call, owner: tuple[int, int], right: str = READ) -> bool:
    """Whether the caller has ``right`` on the owner ``(entity type, id)``."""
    table = call.portal.crm.tables.get(owner[0])
    item = table.get(owner[1]) if table else None
    return item is not None and may(call.user, right, owner[0], item)
