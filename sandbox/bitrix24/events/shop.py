"""What the portal's store asks the app, and how it takes the answers (crm §9.6). Who calls must not hold the portal's
lock: the answer is waited for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

from sandbox.bitrix24.rules.shop import Basket, shipment
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.shop import Request
from sandbox.bitrix24.state.table import Row

#: How long a buyer's page waits.
PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as the store reads it: ``ok`` is SUCCESS exactly Y in readable JSON, ``reason`` what people see of
    anything else, ``body`` the whole of it."""

    ok: bool
    reason: str
    body: Row
    status: int | None
    ms: int

    def as_json(self) -> Row:
        return {"ok": self.ok, "reason": self.reason, "body": self.body, "status": self.status, "ms": self.ms}


def calculate(portal: Portal, basket: Basket, shipment_id: int | None = None) -> tuple[float, Said]:
    """What delivery costs. A price that is not told is not applied: then it costs nothing. Raises ValueError as
    `rules.shop.shipment`."""
    with portal.lock:
        body = {"SHIPMENT": shipment(portal, basket, shipment_id)}
        url = _url(portal, basket.service, "CALCULATE_URL")
    said = _ask(url, body)
    price = said.body.get("PRICE")
    found = float(price) if said.ok and isinstance(price, int | float) and not isinstance(price, bool) else 0.0
    portal.note("store.calculated", basket.service, ok=said.ok, price=found, reason=said.reason, ms=said.ms)
    return found, said


def create_request(portal: Portal, shipment_ids: list[int]) -> Said:
    """A manager orders the delivery of these shipments. Raises ValueError."""
    with portal.lock:
        rows = [portal.shop.shipments.get(number) for number in shipment_ids]
        found = [row for row in rows if row is not None]
        if len(found) != len(shipment_ids) or not found:
            raise ValueError("no such shipments")
        service = found[0]["deliveryId"]
        body = {"SHIPMENTS": [shipment(portal, row["_basket"], row["id"]) for row in found]}
        url = _url(portal, service, "CREATE_DELIVERY_REQUEST_URL")
    said = _ask(url, body)
    number = said.body.get("REQUEST_ID")
    if said.ok and not (isinstance(number, str) and number):
        said = Said(False, "REQUEST_ID is not a text", said.body, said.status, said.ms)
    if said.ok:
        with portal.lock:
            kept = Request(service, str(number), shipment_ids)
            portal.shop.requests[service, kept.request_id] = kept
    portal.note(
        "store.request.created", str(number), ok=said.ok, reason=said.reason, shipments=shipment_ids, ms=said.ms
    )
    return said


def cancel_request(portal: Portal, delivery_id: int, request_id: str) -> Said:
    """A manager cancels it; the portal forgets it when the app says so. Raises ValueError."""
    with portal.lock:
        if (delivery_id, request_id) not in portal.shop.requests:
            raise ValueError("no such delivery request")
        url = _url(portal, delivery_id, "CANCEL_DELIVERY_REQUEST_URL")
    said = _ask(url, {"DELIVERY_ID": delivery_id, "REQUEST_ID": request_id})
    if said.ok:
        with portal.lock:
            portal.shop.requests.pop((delivery_id, request_id), None)
    portal.note("store.request.cancelled", request_id, ok=said.ok, reason=said.reason, ms=said.ms)
    return said


def _url(portal: Portal, service_id: int, name: str) -> str:
    service = portal.shop.services.rows[service_id]
    handler = portal.shop.handler_of(service["REST_CODE"])
    url = handler.row["SETTINGS"].get(name) if handler else None
    if not url:
        raise ValueError(f"the handler has no {name}")
    return str(url)


def _ask(url: str, body: Row) -> Said:
    with requests.Session() as http:
        http.trust_env = False
        try:
            answer = http.post(url, json=body, timeout=PATIENCE_S, allow_redirects=False)
        except requests.RequestException as problem:
            return Said(False, f"no answer: {type(problem).__name__}", {}, None, 0)
    ms = int(answer.elapsed.total_seconds() * 1000)
    try:
        told: Any = answer.json()
    except ValueError:
        told = None
    if not isinstance(told, dict):
        return Said(False, "the answer is no JSON", {}, answer.status_code, ms)
    reason = told.get("REASON")
    words = str(reason.get("TEXT") or "") if isinstance(reason, dict) else ""
    ok = told.get("SUCCESS") == "Y"
    return Said(ok, "" if ok else words or "the application answered with an error", told, answer.status_code, ms)
