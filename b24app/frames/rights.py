"""Who may do what in our pages: users and departments that the administrator chose, administrators always.

Kept in the portal's settings: `{"rights": {"ship": {"everyone": true, "users": [7], "departments": [3]}, …}}`. A right
that nobody has set yet: everyone ships, cancels, sees costs and handles returns; only administrators change settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.session import PageSession

KEY = "rights"


class Right(StrEnum):
    SHIP = "ship"
    CANCEL = "cancel"
    COSTS = "costs"
    RETURNS = "returns"
    REFUNDS = "refunds"
    SETTINGS = "settings"


#: Rights that everybody who may open the deal has until the administrator says otherwise.
OPEN = frozenset({Right.SHIP, Right.CANCEL, Right.COSTS, Right.RETURNS, Right.REFUNDS})


def rights_of(settings: Mapping[str, Any], who: PageSession) -> frozenset[Right]:
    """The rights of a person, from the portal's settings as they are now."""
    if who.admin:
        return frozenset(Right)
    chosen = settings.get(KEY, {})
    return frozenset(right for right in Right if _has(right, chosen.get(right.value), who))


def _has(right: Right, chosen: Mapping[str, Any] | None, who: PageSession) -> bool:
    if chosen is None:
        return right in OPEN
    if chosen.get("everyone"):
        return True
    departments = set(chosen.get("departments", ()))
    return who.user_id in chosen.get("users", ()) or not departments.isdisjoint(who.departments)


def demand(right: Right, settings: Mapping[str, Any], who: PageSession) -> None:
    """Raises PageError(ADMIN_ONLY) for settings, else PageError(NOT_ALLOWED)."""
    if right not in rights_of(settings, who):
        code = ErrorCode.ADMIN_ONLY if right is Right.SETTINGS else ErrorCode.NOT_ALLOWED
        raise PageError(code, f"user {who.user_id} lacks {right.value}")
