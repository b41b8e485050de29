"""Rows of the store as the flows see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from b24app.flows.snapshot import PipelineConfig, ProblemView, ShipmentView
from b24app.logistics.model import Sender
from b24app.logistics.money import Money
from b24app.logistics.problem import Problem
from b24app.logistics.status import Status
from b24app.store.models import Pipeline, Portal, ProblemRow, Shipment, TrackingRow


def pipeline_config(
    portal: Portal, pipeline: Pipeline, max_age_s: int, sender: Sender | None = None
) -> PipelineConfig | None:
    """How a pipeline ships; None while it has no connection or no trigger. `settings` holds further fields of
    `PipelineConfig` by their names. `sender` is where goods of the pipeline's account leave from."""
    if pipeline.connection_id is None or not pipeline.trigger_stage:
        return None
    columns: dict[str, Any] = {
        "portal_code": portal.code,
        "category": pipeline.category_id,
        "trigger_stage": pipeline.trigger_stage,
        "connection_id": pipeline.connection_id,
        "services": pipeline.services,
        "enabled": pipeline.enabled,
        "cursor": pipeline.on_since_history_id or 0,
        "hold_s": pipeline.hold_s,
        "max_age_s": max_age_s,
        "status_stages": pipeline.status_stages,
        "forward_only": pipeline.forward_only,
        "sender": sender.to_json() if sender else None,
    }
    return PipelineConfig.from_json({**pipeline.settings, **columns})


def shipment_view(
    row: Shipment, events: Sequence[TrackingRow] = (), problems: Sequence[ProblemRow] = ()
) -> ShipmentView:
    """One shipment with the keys of what is already kept about it."""
    price = Money(row.price_minor, row.currency or "RUB") if row.price_minor is not None else None
    return ShipmentView(
        id=row.id,
        n=row.n,
        number=row.number,
        status=Status(row.status),
        trigger_history_id=row.trigger_history_id or 0,
        input_hash=row.input_hash,
        sent=row.sent,
        remote_id=row.remote_id or "",
        order_number=row.order_number or "",
        tracking_number=row.tracking_number or "",
        tracking_url=row.tracking_url or "",
        price=price,
        point_code=row.point_code,
        incident=row.incident or "",
        status_at=row.status_at,
        created_at=row.created_at,
        accepted_at=row.accepted_at,
        seen=tuple(event.key for event in events),
        problem_keys=tuple(problem.key for problem in problems if problem.shipment_id in (None, row.id)),
        refusal_code=row.refusal_code,
        return_ids=tuple(row.return_ids),
    )


def problem_view(row: ProblemRow) -> ProblemView:
    """One open problem with the input it was found in."""
    return ProblemView(Problem.from_json(row.problem), row.input_hash, row.trigger_history_id)
