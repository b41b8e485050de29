"""Parcel states by order (contract §7) and the public link of an order (§8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.dpd import errors
from sandbox.dpd.core import echo
from sandbox.dpd.errors import Fault
from sandbox.dpd.model import Account, Order
from sandbox.dpd.rules import life
from sandbox.dpd.rules.calculator import total_cost
from sandbox.dpd.soap import now_moscow

if TYPE_CHECKING:
    from sandbox.dpd.core import Dpd

_KEPT_S = 90 * 86400


def by_client_order(dpd: Dpd, account: Account, request: dict[str, Any]) -> Order | None:
    return dpd.of_client(account.client_number, request["clientOrderNr"], pickup=request.get("pickupDate"))


def by_client_parcel(dpd: Dpd, account: Account, request: dict[str, Any]) -> Order | None:
    wanted, day = echo(request["clientParcelNr"]), request.get("pickupDate")
    for order in reversed(dpd.orders):
        mine = order.client == account.client_number and (day is None or order.pickup == day)
        if mine and any(echo(piece.number) == wanted for piece in order.pieces):
            return order
    return None


def by_dpd_order(dpd: Dpd, account: Account, request: dict[str, Any]) -> Order | None:
    found = dpd.of_client(account.client_number, order_num=request["dpdOrderNr"])
    year = request.get("pickupYear")
    return None if found and year and found.pickup.year != year else found


def states(dpd: Dpd, account: Account, order: Order | None, *, extended: bool, parcel: str = "") -> dict[str, Any]:
    """Raises Fault while nothing was scanned, and for what DPD does not know (any more)."""
    if order is None or not order.order_num:
        raise Fault(errors.NOT_FOUND, "no-data-found")
    rows = [row for row in order.states if not parcel or row["clientParcelNr"] == parcel]
    if all(row["newState"] == "NewOrderByClient" for row in rows):
        raise Fault(errors.NOT_YET, "no-data-found")
    if rows[-1]["transitionTime"].timestamp() < dpd.time() - _KEPT_S:
        raise Fault(errors.NOT_FOUND, "no-data-found")
    head = {
        "docId": next(dpd.doc_ids),
        "docDate": now_moscow(dpd.time()),
        "clientNumber": account.client_number,
        "resultComplete": True,
    }
    # The plan is the order's, of now: event 3201 changes it without a new state (§8).
    told = [row | {"planDeliveryDate": life.planned(order)} for row in rows]
    return head | {"states": [row | _weights(order, row) if extended else row for row in told]}


def _weights(order: Order, row: dict[str, Any]) -> dict[str, Any]:
    """What the scales and the price list say (tracing1-1)."""
    piece = next(piece for piece in order.pieces if piece.dpd_number == row["dpdParcelNr"])
    weight, sides = piece.body.get("weight"), [piece.body.get(side) for side in ("length", "width", "height")]
    found = {
        "orderPhysicalWeight": order.body["cargoWeight"],
        "orderPayWeight": order.body["cargoWeight"],
        "orderVolume": order.body.get("cargoVolume"),
        "orderCost": total_cost(order),
        "parcelPhysicalWeight": weight,
        "parcelPayWeight": weight,
    }
    return found | dict(zip(("parcelLength", "parcelWidth", "parcelHeight"), sides, strict=True))


def link(dpd: Dpd, account: Account, request: dict[str, Any]) -> dict[str, Any]:
    wanted = request.get("order") or {}
    order = dpd.of_client(
        account.client_number, wanted.get("orderNumberInternal") or "", wanted.get("orderNumberDPD") or ""
    )
    if order is None or not order.order_num:
        return {"status": "no-data-found"}
    return {"link": f"https://www.dpd.ru/ols/trace2/standard.do2?orderNum={order.order_num}", "status": "OK"}
