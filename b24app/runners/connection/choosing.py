"""Rows of a connection's lane as calls: an intent is one, orders that are only followed share one where they may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from b24app.logistics.status import Status
from b24app.runners.connection import collecting
from b24app.runners.connection.tasks import FOLLOW, OF_ORDERS, Task
from b24app.store.models import Intent, Shipment
from b24app.store.sql import chunks
from b24app.wire.trace import steady_trace

#: Kinds of calls that their payload says what to do.
_WITH_PAYLOAD = OF_ORDERS | collecting.KINDS


def grouped(rows: Sequence[Shipment], batch: int, refs: Mapping[int, tuple[str, ...]]) -> list[tuple[Task, ...]]:
    """Orders that are followed, `batch` a call; those still being decided about, or asked to change, one a call."""
    single = [row for row in rows if batch == 1 or row.id in refs or Status(row.status).rank < Status.CREATED.rank]
    apart = {row.id for row in single}
    many = [_follow_task(row) for row in rows if row.id not in apart]
    return [
        *((_follow_task(row, refs.get(row.id, ())),) for row in single),
        *(tuple(some) for some in chunks(many, batch)),
    ]


def intent_task(intent: Intent, shipment: Shipment, send_by: float, given: dict[str, Any] | None = None) -> Task:
    payload = intent.payload if intent.kind in _WITH_PAYLOAD else {}
    return Task(
        kind=intent.kind,
        shipment_id=intent.shipment_id,
        deal_id=shipment.deal_id,
        number=intent.number,
        trace_id=intent.trace_id,
        remote_id=shipment.remote_id or "",
        intent_id=intent.id,
        attempts=intent.attempts,
        tries=intent.attempts - intent.ladder_from,
        payload=payload if given is None else given,
        send_by=send_by,
        people=bool(intent.priority),
        fresh=intent.attempts == 0 and intent.n == 1,
    )


def _follow_task(shipment: Shipment, refs: tuple[str, ...] = ()) -> Task:
    remote_id, request = shipment.remote_id or "", dict(shipment.request)
    trace = steady_trace(shipment.number)
    task = Task(FOLLOW, shipment.id, shipment.deal_id, shipment.number, trace, remote_id, payload=request, refs=refs)
    return replace(task, due=shipment.next_poll_at)
