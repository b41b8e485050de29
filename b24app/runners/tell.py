"""What is to be told to a portal, as outbox rows: field updates, stage moves, bell notices (timeline entries:
`store.comments`). Texts are rendered when they are queued, in the portal's language.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24app.flows.decisions import StageTarget
from b24app.logistics.jsonable import dump
from b24app.store.notices import NOTICE, item_notice, notice, problem_notice
from b24app.store.outbox import ToPortal

__all__ = ["DEAL_UPDATE", "NOTICE", "item_notice", "notice", "problem_notice", "update"]

DEAL_UPDATE = "deal_update"


def update(
    deal_id: int,
    marker: str,
    fields: Mapping[Any, Any],
    stage: StageTarget | None = None,
    shipment_id: int | None = None,
    people: bool = False,
) -> ToPortal:
    """Fields by role and, perhaps, a stage. Pending updates of a deal fold into one when they leave."""
    payload = {"fields": dump(fields), "stage": dump(stage) if stage else None}
    return ToPortal(deal_id, DEAL_UPDATE, f"upd:{marker}", payload, shipment_id, people)
