"""What may be changed of an order (pek.md §8, §9): PEK has no call for it. Before it is taken, it is cancelled and made
anew; afterwards the branch is called, or the whole cargo sent back."""

from __future__ import annotations

from b24app.logistics.changes import ChangeRule, Cost, Part, Way
from b24app.logistics.status import Status

_BEFORE = (Status.CREATED,)
_MOVED = (
    Status.ACCEPTED_AT_WAREHOUSE,
    Status.IN_TRANSIT,
    Status.READY_FOR_PICKUP,
    Status.OUT_FOR_DELIVERY,
    Status.DELIVERY_FAILED,
)
_PARTS = (Part.RECIPIENT, Part.DESTINATION, Part.COMMENT, Part.COD, Part.PARCELS)
RULES = (
    *(ChangeRule(part, _BEFORE, Way.ANEW, Cost.RECOUNT) for part in _PARTS),
    *(ChangeRule(part, _MOVED, Way.ELSEWHERE, Cost.UNKNOWN) for part in _PARTS),
    ChangeRule(Part.STOP, _BEFORE, Way.HERE, Cost.FREE),
    ChangeRule(Part.STOP, _MOVED, Way.ELSEWHERE, Cost.PAID),
)
