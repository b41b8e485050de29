"""Who may read, change and move what (crm §12, §14.1.7)."""

from __future__ import annotations

from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.state.users import User

READ, EDIT = "read", "edit"


def may(user: User, right: str, entity_type_id: int, item: Row) -> bool:
    """Whether ``user`` has ``right`` ("read" or "edit") on the item. A person who may not read may not edit."""
    if user.admin:
        return True
    if (entity_type_id, item["id"], right) in user.refused or (entity_type_id, item["id"], READ) in user.refused:
        return False
    if entity_type_id != 2:
        return True
    scopes = (user.deal_read,) if right == READ else (user.deal_read, user.deal_edit)
    return all(scope == "all" or (scope == "own" and item.get("assignedById") == user.id) for scope in scopes)


def may_add(user: User, entity_type_id: int) -> bool:
    return user.admin or entity_type_id != 2 or user.deal_edit != "none"


def may_move_to(user: User, stage_id: str) -> bool:
    return user.admin or stage_id not in user.forbidden_stages
