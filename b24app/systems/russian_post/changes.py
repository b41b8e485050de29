"""Changing an order while its items are in the backlog (russian-post.md §7.3): an edit is the whole item anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from b24app.logistics.changes import ChangeRule, Cost, Part, Way
from b24app.logistics.status import Status

_NEW = (Status.CREATED,)
_MOVED = (Status.ACCEPTED_AT_WAREHOUSE, Status.IN_TRANSIT, Status.READY_FOR_PICKUP, Status.OUT_FOR_DELIVERY,
          Status.DELIVERY_FAILED)  # fmt: skip
RULES = (
    *(ChangeRule(part, _NEW, Way.HERE, Cost.RECOUNT) for part in (Part.RECIPIENT, Part.DESTINATION, Part.COD)),
    ChangeRule(Part.COMMENT, _NEW, Way.HERE, Cost.FREE),
    ChangeRule(Part.PARCELS, _NEW, Way.ANEW, Cost.RECOUNT),
    ChangeRule(Part.STOP, _NEW, Way.HERE, Cost.FREE),
    *(ChangeRule(part, _MOVED, Way.NO) for part in (Part.RECIPIENT, Part.COMMENT, Part.COD, Part.PARCELS)),
    ChangeRule(Part.DESTINATION, _MOVED, Way.ELSEWHERE, Cost.UNKNOWN),
    ChangeRule(Part.STOP, _MOVED, Way.ELSEWHERE, Cost.UNKNOWN),
)
_SILENT = ("", None, False)


def shows(rows: Sequence[Mapping[str, Any]], items: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the items are as they shall be: what we would send, field by field. A field that we do not send must not
    hold what another order had there."""
    ours = ("payment", "insr-value", "comment", "raw-address", "room-to", "corpus-to", "ecom-data")
    return len(rows) == len(items) and all(
        all(_same(row.get(name), value) for name, value in item.items())
        and all(row.get(name) in _SILENT for name in ours if name not in item)
        for row, item in zip(rows, items, strict=True)
    )


def _same(theirs: Any, ours: Any) -> bool:
    return theirs == ours or str(theirs) == str(ours) or (ours in _SILENT and theirs in _SILENT)
