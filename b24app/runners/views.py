"""Rows of the store as the flows see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from b24app.flows.choose import Conditions, Rule
from b24app.flows.picking import Before, Picking
from b24app.flows.portions import Portion
from b24app.flows.snapshot import Defaults, PipelineConfig, ProblemView, ShipmentView
from b24app.logistics.model import DeliveryKind, Sender
from b24app.logistics.money import Money
from b24app.logistics.order import InPart
from b24app.logistics.problem import Problem
from b24app.logistics.status import Status
from b24app.store.models import Pipeline, Portal, ProblemRow, Shipment, TrackingRow
from b24app.store.models import Rule as RuleRow


def pipeline_config(
    portal: Portal, pipeline: Pipeline, max_age_s: int, sender: Sender | None = None, rules: Sequence[Rule] = ()
) -> PipelineConfig | None:
    """How a pipeline ships; None while it has no connection or no trigger. `settings` holds further fields of
    `PipelineConfig` by their names; what the whole portal says (its stages, its kinds of delivery, its default weights,
    which a pipeline may have of its own) is taken from there. `sender` is where goods of the account leave from."""
    if pipeline.connection_id is None or not pipeline.trigger_stage:
        return None
    return draft_config(portal, pipeline, max_age_s, sender, rules)


def draft_config(
    portal: Portal, pipeline: Pipeline, max_age_s: int, sender: Sender | None = None, rules: Sequence[Rule] = ()
) -> PipelineConfig:
    """As `pipeline_config`, also of a pipeline that cannot ship yet: without an account (0) or a stage that ships."""
    columns: dict[str, Any] = {
        "portal_code": portal.code,
        "category": pipeline.category_id,
        "trigger_stage": pipeline.trigger_stage,
        "connection_id": pipeline.connection_id or 0,
        "services": pipeline.services,
        "enabled": pipeline.enabled,
        "cursor": pipeline.on_since_history_id or 0,
        "hold_s": pipeline.hold_s,
        "max_age_s": max_age_s,
        "status_stages": pipeline.status_stages,
        "forward_only": pipeline.forward_only,
        "sender": sender.to_json() if sender else None,
    }
    own, portals = pipeline.settings or {}, portal.settings or {}
    defaults = {**portals.get("defaults", {}), **own.get("defaults", {})}
    said = portals.get("delivery_types") or own.get("delivery_types", {})
    kinds = {value: kind for value, kind in said.items() if kind}  # "" = the manager is asked
    stages = _stages_of(portals, pipeline.category_id)
    told = {**own, **columns, **stages, "defaults": defaults, "delivery_types": kinds}
    return replace(PipelineConfig.from_json(told), rules=tuple(rules))


def defaults_of(portal: Portal) -> Defaults:
    """The portal's guesses, whatever the pipeline."""
    return Defaults.from_json((portal.settings or {}).get("defaults", {}))


def _stages_of(settings: Mapping[str, Any], category: int) -> dict[str, list[str]]:
    """The pipeline's stages in their order, and those of lost deals, as the portal was last read."""
    known = next((each["stages"] for each in settings.get("pipelines", ()) if each["id"] == category), ())
    order = [stage["id"] for stage in known]
    lost = [stage["id"] for stage in known if stage["semantics"] == "F"]
    return {"stage_order": order, "lost_stages": lost} if order else {}


def rule_view(row: RuleRow, sender: Sender | None = None) -> Rule:
    """One rule with its conditions. `sender` is where goods of its account leave from."""
    return Rule(
        id=row.id,
        connection_id=row.connection_id,
        services={DeliveryKind(kind): service for kind, service in row.services.items()},
        title=row.title,
        enabled=row.enabled,
        category=row.category_id,
        conditions=Conditions.from_json(row.conditions),
        sender=sender,
        before=Before.from_json(row.before) if row.before is not None else None,
    )


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
        connection_id=row.connection_id,
        portion=Portion.from_json(row.portion) if row.portion else None,
        leg=row.leg,
        follows=row.follows,
        picking=Picking.from_json(row.picking) if row.picking else None,
    )


def in_part_of(row: Shipment) -> InPart | None:
    """What its system tells of an order that was collected in part; None = nothing."""
    return InPart.from_json(row.in_part) if row.in_part else None


def problem_view(row: ProblemRow) -> ProblemView:
    """One open problem with the input it was found in."""
    return ProblemView(Problem.from_json(row.problem), row.input_hash, row.trigger_history_id, row.shipment_id or 0)
