"""Original orders (§3.1): save is an upsert until planning, cancelling is a partial update, deleting by keys."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.manhattan.errors import Refused, given, refuse
from sandbox.manhattan.model import Line, Order, Scope

from . import shapes
from .floor import facts_of, free, set_status

if TYPE_CHECKING:
    from sandbox.manhattan.core import Manhattan

Body = dict[str, Any]
#: From here on nothing is cancelled any more.
PICKING = "4000"


def save(wm: Manhattan, scope: Scope, body: Body) -> Order:
    """Create or replace. Raises Refused: edits after planning, whatever is wrong with the body."""
    if problems := shapes.order(body, wm.switches.strict):
        raise Refused(problems)
    body, left_out = _without_refused(wm, body)
    key = (scope.organization, body["OriginalOrderId"])
    known = wm.orders.get(key)
    kept = _kept(wm, body)
    if known is not None:
        return _change(wm, known, kept)
    order = Order(*key, kept, wm.time(), wm.time(), _lines(kept), left_out=left_out)
    wm.orders[key] = order
    wm.note("order.accepted", order.id, organization=order.organization, **told_of(kept))
    _plan_later(wm, order)
    return order


def _without_refused(wm: Manhattan, body: Body) -> tuple[Body, list[Body]]:
    """An override whose errors all name an `item` refuses these rows alone: the rest, and a record each. Raises Refused
    for any other one, and when nothing is left."""
    wanted = wm.override_for(facts_of(body), "errors")
    if wanted is None:
        return body, []
    named = {
        str(error["item"]): given(error) for error in wanted.errors if isinstance(error, Mapping) and error.get("item")
    }
    rest = [row for row in body["OriginalOrderLine"] if row["ItemId"] not in named]
    if len(named) < len(wanted.errors) or not rest:
        raise Refused([given(error) for error in wanted.errors])
    left_out = [
        {
            "OriginalOrderId": body["OriginalOrderId"], "OriginalOrderLineId": row["OriginalOrderLineId"],
            "Messages": Refused([named[row["ItemId"]]]).messages,
        }
        for row in body["OriginalOrderLine"]
        if row["ItemId"] in named
    ]  # fmt: skip
    return {**body, "OriginalOrderLine": rest}, left_out


def _change(wm: Manhattan, order: Order, body: Body) -> Order:
    _must_be_open(order)
    order.body, order.lines, order.updated = body, _lines(body), wm.time()
    order.left_out = []
    wm.note("order.changed", order.id, organization=order.organization, **told_of(body))
    return order


def put(wm: Manhattan, scope: Scope, number: str, changes: Body) -> Order:
    """`PUT originalOrderId/{id}`: `{"Cancelled": true}` cancels; other fields are changed until planning."""
    order = one(wm, scope, number)
    if changes.get("Cancelled") is True:
        if any(part.high >= PICKING for part in parts_of(wm, order) if not part.over):
            raise refuse("DCO::PICKED", number)
        if not order.cancelled:
            order.cancelled, order.updated = True, wm.time()
            if order.planned is None:
                wm.note("order.cancelled", order.id)
        return order
    merged = {**order.body, **changes}
    if problems := shapes.order(merged, wm.switches.strict):
        raise Refused(problems)
    if merged["OriginalOrderId"] != number:
        raise refuse("FWCORE::TYPE", "OriginalOrderId")
    return _change(wm, order, _kept(wm, merged))


def put_planned(wm: Manhattan, scope: Scope, number: str, changes: Body) -> Order:
    """`PUT orderId/{id}`: nothing but a cancellation with both statuses 9000 (§3.1)."""
    order = planned(wm, scope, number)
    statuses = {str(changes.get(name)) for name in ("MinimumStatus", "MaximumStatus")}
    strange = sorted(set(changes) - {"Cancelled", "MinimumStatus", "MaximumStatus"})
    if strange:
        raise refuse("FWCORE::ATTRIBUTE", strange[0])
    if changes.get("Cancelled") is not True or statuses != {"9000"}:
        raise refuse("DCO::STATUS", number)
    if order.order_cancelled:
        return order
    if order.high >= PICKING:
        raise refuse("DCO::PICKED", number)
    set_status(wm, order, "9000")
    return order


def delete(wm: Manhattan, scope: Scope, keys: Mapping[str, Any]) -> None:
    """By `OriginalOrderId` or `OrderId`, with the facility (§3.1). Raises Refused."""
    order = one(wm, scope, str(keys.get("OriginalOrderId") or keys.get("OrderId") or ""))
    parts = parts_of(wm, order)
    if keys.get("OriginFacilityId") not in (None, order.facility):
        raise refuse("FWCORE::404", keys["OriginFacilityId"])
    if any(part.high >= PICKING for part in parts):
        raise refuse("DCO::PICKED", order.id)
    if not order.over:
        wm.note("order.cancelled", order.id)
    for part in {order.id: order, **{part.id: part for part in parts}}.values():
        free(wm, part)
        part.deleted = True


def parts_of(wm: Manhattan, order: Order) -> list[Order]:
    """Everything that is planned of it."""
    mine = (each for each in wm.orders.values() if each.organization == order.organization)
    return [each for each in mine if each.original == order.id and each.planned is not None]


def one(wm: Manhattan, scope: Scope, number: str) -> Order:
    order = wm.orders.get((scope.organization, number))
    if order is None or order.deleted or order.parent or order.facility != scope.facility:
        raise refuse("FWCORE::404", f"OriginalOrder {number}")
    return order


def planned(wm: Manhattan, scope: Scope, number: str) -> Order:
    order = wm.orders.get((scope.organization, number))
    if order is None or order.deleted or order.planned is None or order.facility != scope.facility:
        raise refuse("FWCORE::404", f"Order {number}")
    return order


def told_of(body: Body) -> dict[str, Any]:
    address = body.get("DestinationAddress") or {}
    goods = {row["OriginalOrderLineId"]: [row["ItemId"], row["OrderedQuantity"]] for row in body["OriginalOrderLine"]}
    return {**facts_of(body), "facility": body["OriginFacilityId"], "city": address.get("City"), "goods": goods}


def _kept(wm: Manhattan, body: Body) -> Body:
    kept = copy.deepcopy(body)
    if wm.switches.drop_extended:
        kept["Extended"] = {}
    return kept


def _lines(body: Body) -> list[Line]:
    return [
        Line(row["OriginalOrderLineId"], row["ItemId"], row["OrderedQuantity"]) for row in body["OriginalOrderLine"]
    ]


def _must_be_open(order: Order) -> None:
    """§7.3: edits after planning are refused."""
    if order.planned is not None:
        raise refuse("DCO::PLANNED", order.id)
    if order.cancelled:
        raise refuse("DCO::CANCELLED", order.id)


def _plan_later(wm: Manhattan, order: Order) -> None:
    def plan() -> None:
        if wm.orders.get((order.organization, order.id)) is order and not order.over and order.planned is None:
            order.planned = order.updated = wm.time()
            wm.note("order.planned", order.id)
            wm.begin_walk(order)

    wm.after(wm.decision_delay(), plan)
