"""From a deal to the request that would be sent: also the dry run that the tab shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from b24app.flows import extras
from b24app.flows.choose import Choice, Facts, choose
from b24app.flows.cod import build_cod, build_declared
from b24app.flows.destination import Destination, build_destination, read_address_field
from b24app.flows.laying import lay
from b24app.flows.picking import Before, measured
from b24app.flows.portions import Terms
from b24app.flows.recipient import as_text, build_recipient
from b24app.flows.snapshot import WRITTEN, DealSnapshot, PipelineConfig, Role
from b24app.logistics.jsonable import dump
from b24app.logistics.model import Parcel, Recipient, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.problem import Field, Problem, Who

MAX_COMMENT = 255
#: Fields of the pipeline that no hash was ever made of.
LATER = ("more_triggers", "lost_stages", "rules", "on_failure", "before", "warehouse_stages", "extras", "extras_of")


@dataclass(frozen=True, slots=True)
class Parts:
    """What a request is made of, as far as the deal says it. `parcels` empty = a problem says why."""

    recipient: Recipient
    destination: Destination | None
    parcels: tuple[Parcel, ...]
    service: str
    cod: Money | None
    declared: Money | None
    sender: Sender | None = None


@dataclass(frozen=True, slots=True)
class Composed:
    """Either a request without problems, or the problems that stand in its way. `input_hash` changes only when
    something that goes into the request changes: an unrelated edit of the deal never sends anything again. Rules are no
    part of it: a changed rule serves what is sent from then on and sends nothing by itself; nor is what a person
    picked, or how they laid the goods. `connection_id` is the account that they picked, else that of the rule that
    `choice` names, else the pipeline's own; `facts` are what rules were asked about. `before`: the warehouse that these
    goods go through first; `request` is the carrier's in any case."""

    request: ShipmentRequest | None
    problems: tuple[Problem, ...]
    input_hash: str
    connection_id: int
    choice: Choice
    parts: Parts
    facts: Facts
    before: Before | None = None
    extras: tuple[str, ...] = ()
    wished: bool = False


def compose(
    deal: DealSnapshot,
    pipeline: PipelineConfig,
    n: int = 1,
    terms: Terms | None = None,
    boxes: Sequence[Parcel] = (),
    worth: int | None = None,
) -> Composed:
    """`terms`: `deal` has the rows of one of several shipments, which takes its share of the deal's money. `boxes`: as
    a warehouse measured them, without what is in them. `worth`: what rules are asked about instead, minor units, where
    less goes on than was ordered: who carries was settled before it was picked."""
    recipient, found = build_recipient(deal, pipeline.country)
    destination, destination_problems = build_destination(deal, pipeline)
    parcels, parcel_problems = lay(deal.rows, pipeline.defaults, deal.plan)
    parcels = measured(parcels, boxes)
    cod, cod_problems = build_cod(deal, pipeline)
    declared, declared_problems = build_declared(deal, pipeline)
    if terms is not None:
        cod, declared = terms.of_cod(cod), terms.of_declared(declared)
    known = Parts(recipient, destination, parcels, "", cod, declared)
    facts = _facts(deal, pipeline, known, cod_known=not cod_problems)
    if worth is not None:
        facts = replace(facts, value=Money(worth, deal.currency))
    choice = choose(facts, pipeline.rules)
    account, service, service_problems = _carried_by(deal, pipeline, choice, destination)
    sender = deal.picked.sender if deal.picked else choice.rule.sender if choice.rule else pipeline.sender
    parts = replace(known, service=service, sender=sender)
    problems = found + destination_problems + parcel_problems + cod_problems + declared_problems + service_problems
    problems += extras.lacking(deal, pipeline, account)
    asked = extras.asked(deal, pipeline, account)
    return Composed(
        request=None if problems else _request(deal, pipeline, n, parts, asked),
        problems=tuple(problems),
        input_hash=input_hash(deal, pipeline),
        connection_id=account,
        choice=choice,
        parts=parts,
        facts=facts,
        before=_before(pipeline, choice, account),
        extras=asked,
        wished=deal.extras is None,
    )


def _before(pipeline: PipelineConfig, choice: Choice, account: int) -> Before | None:
    """A rule's word wins. What a warehouse ships itself goes through no warehouse first."""
    said = choice.rule.before if choice.rule is not None and choice.rule.before is not None else pipeline.before
    return said if said is not None and said.connection_id not in (0, account) else None


def _facts(deal: DealSnapshot, pipeline: PipelineConfig, parts: Parts, cod_known: bool) -> Facts:
    """What rules may ask. A pickup point's city is known when the deal's address is filled too."""
    destination, parcels = parts.destination, parts.parcels
    address = (destination.address if destination else None) or read_address_field(
        deal.fields.get(Role.ADDRESS), pipeline.country
    )
    value = sum(item.price.minor * item.quantity for parcel in parcels for item in parcel.items)
    return Facts(
        category=deal.category,
        kind=destination.kind if destination else None,
        cities=address.city_names if address else (),
        region=(address.region if address else None) or "",
        weight_g=sum(parcel.weight_g for parcel in parcels) if parcels else None,
        value=Money(value, deal.currency) if parcels else None,
        cod=bool(parts.cod) if cod_known else None,
    )


def _request(
    deal: DealSnapshot, pipeline: PipelineConfig, n: int, parts: Parts, asked: tuple[str, ...]
) -> ShipmentRequest | None:
    destination = parts.destination
    if destination is None or not parts.parcels:
        return None
    return ShipmentRequest(
        number=our_number(pipeline.portal_code, deal.deal_id, n),
        service_code=parts.service,
        kind=destination.kind,
        recipient=parts.recipient,
        parcels=parts.parcels,
        address=destination.address,
        point_code=destination.point_code,
        sender=parts.sender,
        cod=parts.cod,
        declared=parts.declared,
        comment=as_text(deal.fields.get(Role.COMMENT))[:MAX_COMMENT],
        reference=as_text(deal.fields.get(Role.REFERENCE)),
        extras=asked,
        wished=bool(asked) and deal.extras is None,
    )


def our_number(portal_code: str, deal_id: int, n: int) -> str:
    """Our number at a system: `<portal code>-<deal>-<n>`."""
    return f"{portal_code}-{deal_id}-{n}"


def _carried_by(
    deal: DealSnapshot, pipeline: PipelineConfig, choice: Choice, destination: Destination | None
) -> tuple[int, str, list[Problem]]:
    """Account and service. What a person picked is never quietly replaced: if it cannot be, they are asked again."""
    picked = deal.picked
    if picked is None:
        account = choice.rule.connection_id if choice.rule else pipeline.connection_id
        return (account, *_service(pipeline, choice, destination))
    problems = [] if picked.connection_id else [Problem("choice_gone", Field.SERVICE)]
    if destination is not None and destination.kind is not picked.kind:
        problems.append(Problem("choice_other_kind", Field.SERVICE))
    return picked.connection_id, picked.service, problems


def _service(pipeline: PipelineConfig, choice: Choice, destination: Destination | None) -> tuple[str, list[Problem]]:
    if destination is None:
        return "", []
    services = choice.rule.services if choice.rule else pipeline.services
    service = services.get(destination.kind, "")
    missing = Problem("service_missing", Field.SERVICE, Who.ADMIN, params={"kind": destination.kind.value})
    return service, [] if service else [missing]


def input_hash(deal: DealSnapshot, pipeline: PipelineConfig) -> str:
    """Of everything the request is made of, output fields aside. A key that is left out here was never in it: hashes of
    stored shipments must stay what they are."""
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
        fields={role: as_text(value) for role, value in sorted(deal.fields.items()) if role not in WRITTEN},
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
        forward_only=True,
    )
    set_up = dump(settings)
    for later in LATER:
        del set_up[later]
    told = dump(inputs)
    for whose in ("moved_by", "updated_by", "picked", "plan"):
        del told[whose]
    if not deal.extras:
        del told["extras"]
    text = json.dumps([told, set_up], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
