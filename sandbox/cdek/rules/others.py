"""Rarely used methods: reverse availability and pre-alerts (contract §6.9, §17)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.cdek.core import Cdek
from sandbox.cdek.errors import Refused, bad_value, empty, error
from sandbox.cdek.model import Account, Entity, Order, Request

from . import orders
from .tariffs import TO_DOOR, tariffs


def check_reverse(cdek: Cdek, body: Mapping[str, Any]) -> None:
    """``POST /v2/reverse/availability``: silence means available. Raises Refused."""
    for name in ("tariff_code", "sender", "recipient"):
        if not body.get(name):
            raise Refused(empty(name))
    tariff = tariffs().get(body["tariff_code"])
    if tariff is None or tariff.code in cdek.switches.refused_tariffs:
        raise Refused(error("ve_reverse_tariff_not_available"))
    if tariff.mode not in TO_DOOR:
        raise Refused(error("ve_as_reverse_only_to_door"))
    if not body.get("shipment_point") and not (body.get("from_location") or {}).get("address"):
        raise Refused(error("ve_as_reverse_sender_address_empty"))


def create_prealert(cdek: Cdek, account: Account, body: dict[str, Any]) -> tuple[str, Request]:
    """Announce a batch of orders at an office. Raises Refused."""
    for name in ("planned_date", "shipment_point", "orders"):
        if not body.get(name):
            raise Refused(empty(name), envelope="request", request_type="CREATE")
    if len(body["orders"]) > 1000:
        problem = error("jv_the_number_of_orders_at_the_request_of_more_than_1000")
        raise Refused(problem, envelope="request", request_type="CREATE")
    with cdek.lock:
        if body["shipment_point"] not in cdek.offices:
            raise Refused(
                bad_value(body["shipment_point"], "shipment_point"), envelope="request", request_type="CREATE"
            )
        found = [_order(cdek, account, row) for row in body["orders"]]
        alert = Entity(cdek.new_uuid(), account, "prealert", dict(body), cdek.time())
        alert.order_uuids = [order.uuid for order in found]
        request = cdek.new_request("CREATE")
        alert.requests.append(request)
        cdek.entities[alert.uuid] = alert
        cdek.after(cdek.decision_delay(), lambda: _decide(cdek, alert, request))
    return alert.uuid, request


def _order(cdek: Cdek, account: Account, row: Mapping[str, Any]) -> Order:
    if row.get("order_uuid"):
        return orders.by_uuid(cdek, account, str(row["order_uuid"]))
    number = row.get("cdek_number")
    return orders.by_numbers(cdek, account, str(number) if number else None, row.get("im_number"))


def _decide(cdek: Cdek, alert: Entity, request: Request) -> None:
    request.state = "SUCCESSFUL"
    alert.extra["prealert_number"] = cdek.next_intake_number()


def read_prealert(cdek: Cdek, account: Account, uuid: str) -> dict[str, Any]:
    """Raises Refused."""
    alert = cdek.entities.get(orders.check_uuid(uuid))
    if alert is None or alert.kind != "prealert" or alert.account != account:
        raise Refused(error("v2_entity_not_found", f"Entity is not found by uuid {uuid}"), envelope="request")
    rows = []
    for order_uuid in alert.order_uuids:
        order = cdek.orders[order_uuid]
        row = {"order_uuid": order.uuid, "cdek_number": int(order.cdek_number or 0), "im_number": order.number}
        rows.append(row)
    entity = {"uuid": uuid, "planned_date": alert.body["planned_date"], "shipment_point": alert.body["shipment_point"]}
    entity |= alert.extra
    requests = [request.as_json() for request in alert.requests]
    return {"entity": entity | {"orders": rows}, "requests": requests, "related_entities": []}
