"""Where a deal of several shipments stands: with its least advanced live one; delivered when all of them are. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from b24app.flows.decisions import Advance, StageTarget
from b24app.flows.portions import OnFailure, is_split, still_left
from b24app.flows.snapshot import PipelineConfig, Role, ShipmentView
from b24app.flows.track import stage_of
from b24app.logistics.money import Money
from b24app.logistics.problem import Field, Problem
from b24app.logistics.status import Status

#: A delivery that did not work out. An order that was refused or cancelled is none: its goods are to be shipped again.
FAILED = (Status.DELIVERY_FAILED, Status.RETURNING, Status.RETURNED, Status.LOST)
#: The Problem of each, in the order of `FAILED`.
_PROBLEMS = dict(zip(FAILED, ("part_delivery_failed", "part_returning", "part_returned", "part_lost"), strict=True))
_NO_ORDER = (Status.CANCELLED, Status.REJECTED)
#: Stops that every delivery passes, so that a deal that goes further has passed them too.
_PASSED = (Status.CREATED, Status.ACCEPTED_AT_WAREHOUSE, Status.IN_TRANSIT)


def stands(shipments: Sequence[ShipmentView]) -> Status | None:
    """The status of the deal: that of its least advanced live shipment; delivered when nothing is left and nothing on
    its way. None = nothing moves, and something is still to be done."""
    live = [view.status for view in shipments if view.status.is_live]
    if live:
        return min(live, key=lambda status: (status.rank, status in FAILED))
    delivered = any(view.status is Status.DELIVERED for view in shipments)
    return Status.DELIVERED if delivered and not still_left(shipments) else None


def follow(
    change: Advance, view: ShipmentView, others: Sequence[ShipmentView], pipeline: PipelineConfig | None
) -> Advance:
    """`change` of one shipment as it concerns the deal. `others` are all other shipments of the deal."""
    if not is_split([view, *others]):
        return change
    mine = list(change.problems)
    if change.changed and change.status in FAILED and not mine and not _alone(view, others):
        params = {"number": view.order_number or view.number, "part": view.number}
        mine = [Problem(_PROBLEMS[change.status], Field.ORDER, params=params)]
    return replace(
        change,
        stage=_stage(change, view, others, pipeline) if pipeline is not None else None,
        fields=_fields(change, view, others) if change.fields else change.fields,
        problems=tuple(mine),
    )


def _counted(shipments: Sequence[ShipmentView]) -> list[ShipmentView]:
    return [view for view in shipments if view.status not in _NO_ORDER]


def _stage(
    change: Advance, view: ShipmentView, others: Sequence[ShipmentView], pipeline: PipelineConfig
) -> StageTarget | None:
    if not change.changed:
        return None
    if change.status in FAILED:
        return change.stage if pipeline.on_failure is OnFailure.FOLLOW or _alone(view, others) else None
    if change.status in _NO_ORDER and not _counted(others):
        return change.stage  # the only order came to nothing
    if change.status is Status.REJECTED:
        return None  # it failed before it began: its Problem says so
    before, after = stands([view, *others]), stands([replace(view, status=change.status), *others])
    if after is None or after is before or after in FAILED:
        return None
    started = before.rank if before is not None and before is not Status.UNKNOWN else -1
    way = [status for status in _PASSED if started < status.rank < after.rank] + [after]
    mapped = [status for status in way if status in pipeline.status_stages]
    return stage_of(mapped[-1], pipeline) if mapped else None


def _alone(view: ShipmentView, others: Sequence[ShipmentView]) -> bool:
    """Whether this (live) one holds all that the deal ships: as ever, it speaks for the deal."""
    return not _counted(others) and not still_left([view, *others])


def _fields(change: Advance, view: ShipmentView, others: Sequence[ShipmentView]) -> dict[Role, Any]:
    """The deal's fields: the numbers of all its orders, what they cost together, and where the deal stands. An order
    that was cancelled or refused is none of them, unless it is the only one."""
    mine = dict(change.fields)
    after = replace(
        view,
        status=change.status,
        order_number=mine.get(Role.ORDER_ID, view.order_number),
        tracking_number=mine.get(Role.TRACKING, view.tracking_number),
        tracking_url=mine.get(Role.LINK, view.tracking_url),
        price=mine.get(Role.PRICE, view.price),
    )
    counted = sorted(_counted([after, *others]), key=lambda each: each.n)
    if not counted or counted == [after]:
        return mine if not _waits([after, *others]) else _without_status(mine)
    values: dict[Role, Any] = {
        Role.ORDER_ID: ", ".join(each.order_number for each in counted if each.order_number),
        Role.TRACKING: ", ".join(each.tracking_number for each in counted if each.tracking_number),
        Role.LINK: [each.tracking_url for each in counted if each.tracking_url],
        Role.PRICE: _together([each.price for each in counted if each.price is not None]),
        Role.STATUS: _told([after, *others]),
    }
    return {role: value for role, value in values.items() if value}


def _together(prices: Sequence[Money]) -> Money | None:
    if len({price.currency for price in prices}) != 1:
        return None
    return Money(sum(price.minor for price in prices), prices[0].currency)


def _told(shipments: Sequence[ShipmentView]) -> Status | None:
    """As `stands`; a deal where nothing moves and something failed says what; one that waits for a person says
    nothing new."""
    at = stands(shipments)
    failed = [view.status for view in shipments if view.status in FAILED]
    return at if at is not None else min(failed, key=FAILED.index, default=None)


def _waits(shipments: Sequence[ShipmentView]) -> bool:
    """Delivered, but not everything: the deal is not."""
    return _told(shipments) is None


def _without_status(fields: dict[Role, Any]) -> dict[Role, Any]:
    return {role: value for role, value in fields.items() if role is not Role.STATUS}
