"""From a deal to the request that would be sent: also the dry run that the tab shows."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace

from b24app.flows.cod import build_cod, build_declared
from b24app.flows.destination import Destination, build_destination
from b24app.flows.parcels import pack
from b24app.flows.recipient import as_text, build_recipient
from b24app.flows.snapshot import OUTPUTS, DealSnapshot, PipelineConfig, Role
from b24app.logistics.jsonable import dump
from b24app.logistics.model import Parcel, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.problem import Field, Problem, Who

MAX_COMMENT = 255


@dataclass(frozen=True, slots=True)
class Composed:
    """Either a request without problems, or the problems that stand in its way. `input_hash` changes only when
    something that goes into the request changes: an unrelated edit of the deal never sends anything again."""

    request: ShipmentRequest | None
    problems: tuple[Problem, ...]
    input_hash: str


def compose(deal: DealSnapshot, pipeline: PipelineConfig, n: int = 1) -> Composed:
    recipient, found = build_recipient(deal, pipeline.country)
    destination, destination_problems = build_destination(deal, pipeline)
    parcel, parcel_problems = pack(deal.rows, pipeline.defaults)
    cod, cod_problems = build_cod(deal, pipeline)
    declared, declared_problems = build_declared(deal, pipeline)
    service, service_problems = _service(pipeline, destination)
    problems = found + destination_problems + parcel_problems + cod_problems + declared_problems + service_problems
    request = None
    if destination and parcel and not problems:
        request = _request(deal, pipeline, n, (recipient, destination, parcel, service, cod, declared))
    return Composed(request, tuple(problems), input_hash(deal, pipeline))


Parts = tuple[Recipient, Destination, Parcel, str, Money | None, Money | None]


def _request(deal: DealSnapshot, pipeline: PipelineConfig, n: int, parts: Parts) -> ShipmentRequest:
    recipient, destination, parcel, service, cod, declared = parts
    return ShipmentRequest(
        number=our_number(pipeline.portal_code, deal.deal_id, n),
        service_code=service,
        kind=destination.kind,
        recipient=recipient,
        parcels=(parcel,),
        address=destination.address,
        point_code=destination.point_code,
        sender=pipeline.sender,
        cod=cod,
        declared=declared,
        comment=as_text(deal.fields.get(Role.COMMENT))[:MAX_COMMENT],
    )


def our_number(portal_code: str, deal_id: int, n: int) -> str:
    """Our number at a system: `<portal code>-<deal>-<n>`."""
    return f"{portal_code}-{deal_id}-{n}"


def _service(pipeline: PipelineConfig, destination: Destination | None) -> tuple[str, list[Problem]]:
    if destination is None:
        return "", []
    service = pipeline.services.get(destination.kind, "")
    missing = Problem("service_missing", Field.SERVICE, Who.ADMIN, params={"kind": destination.kind.value})
    return service, [] if service else [missing]


def input_hash(deal: DealSnapshot, pipeline: PipelineConfig) -> str:
    """Of everything the request is made of, output fields aside."""
    inputs = replace(
        deal,
        title="",
        stage="",
        semantic="",
        assigned_by=0,
        moved_at=None,
        updated_at=None,
        opportunity=None,
        copied_numbers=False,
        fields={role: as_text(value) for role, value in sorted(deal.fields.items()) if role not in OUTPUTS},
    )
    settings = replace(
        pipeline,
        enabled=True,
        cursor=0,
        hold_s=0,
        max_age_s=0,
        status_stages={},
        stage_order=(),
        trigger_stage="",
        more_triggers=(),
        lost_stages=(),
        forward_only=True,
    )
    text = json.dumps([dump(inputs), dump(settings)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
