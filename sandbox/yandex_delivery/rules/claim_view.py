"""How a claim reads (§B4), and the search."""

from __future__ import annotations

from typing import Any

from sandbox.yandex_delivery.core import Yandex
from sandbox.yandex_delivery.errors import Refused, conflict
from sandbox.yandex_delivery.fields import Fields, offset_time
from sandbox.yandex_delivery.model import Account, Body, Claim

from .claim_body import claim_stops, invalid
from .claims import BEFORE, FINAL, by_id, cancel_state
from .estimates import currency_rules

_WITH_COURIER = (
    "performer_found", "pickup_arrived", "ready_for_pickup_confirmation", "pickuped", "delivery_arrived",
    "ready_for_delivery_confirmation", "pay_waiting", "returning", "return_arrived", "ready_for_return_confirmation",
)  # fmt: skip
_MOST = 1000


def claim_json(yandex: Yandex, claim: Claim, *, lagging: bool = False) -> Body:
    """A claim as ``claims/info`` shows it; ``lagging``: one that may be behind its callback."""
    updated, status = _shown(yandex, claim) if lagging else claim.log[-1]
    row: Body = {
        "id": claim.claim_id, "corp_client_id": f"{claim.account:0<32}", "status": status, "version": claim.version,
        "revision": claim.revision, "user_request_revision": str(claim.version), "items": claim.body["items"],
        "route_points": [_point(claim, index) for index in range(len(claim.point_ids))],
        "created_ts": offset_time(claim.created), "updated_ts": offset_time(updated), "current_point_id":
        claim.point_ids[0], "available_cancel_state": cancel_state(claim), "skip_door_to_door": False,
        "skip_client_notify": False, "pricing": {"currency": "RUB", "currency_rules": currency_rules()},
    }  # fmt: skip
    if claim.ready_at:
        valid = offset_time(claim.ready_at + yandex.switches.accept_seconds)
        row["pricing"]["offer"] = {
            "offer_id": f"of_{claim.claim_id}", "price": claim.price, "price_with_vat": claim.price_with_vat,
            "price_raw": int(float(claim.price)), "valid_until": valid,
        }  # fmt: skip
        if claim.status in ("delivered_finish", "returned_finish"):
            row["pricing"]["final_price"] = claim.price_with_vat
    for name in ("comment", "client_requirements", "callback_properties", "due"):
        if claim.body.get(name) is not None:
            row[name] = claim.body[name]
    row["error_messages"] = claim.errors
    row["warnings"] = claim.warnings
    if status in _WITH_COURIER:
        row["performer_info"] = {"courier_name": "Олег", "legal_name": "ИП Смирнов", "car_model": "Lada Largus",
                                 "car_number": "А123ВС777", "transport_type": "car"}  # fmt: skip
    return row


def _shown(yandex: Yandex, claim: Claim) -> tuple[float, str]:
    """The state of a while ago: an answer may be older than the callback (§B6)."""
    until = yandex.time() - yandex.switches.info_lag
    return next((entry for entry in reversed(claim.log) if entry[0] <= until), claim.log[0])


def _point(claim: Claim, index: int) -> Body:
    point = dict(claim.body["route_points"][index])
    done = {"source": claim.has_been("pickuped"), "destination": claim.has_been("delivered"),
            "return": claim.has_been("returned")}  # fmt: skip
    point |= {"id": claim.point_ids[index], "visit_status": "visited" if done[point["type"]] else "pending"}
    point["visited_at"] = {}
    if point["type"] == "destination" and claim.has_been("returning"):
        point["return_reasons"] = ["client_refused"]
    return point


def search(yandex: Yandex, account: Account, fields: Fields) -> Body:
    """``claims/search``: newest first. Raises Refused."""
    offset, limit = fields.integer("offset", 0, least=0), fields.integer("limit", _MOST, least=0)
    if limit > _MOST:
        raise invalid("limit must be at most 1000")
    rows = [claim for claim in yandex.claims.values() if claim.account == account.code and _fits(claim, fields)]
    rows.sort(key=lambda claim: claim.created, reverse=True)
    return {"claims": [claim_json(yandex, claim) for claim in rows[offset : offset + limit]]}


def _fits(claim: Claim, fields: Fields) -> bool:
    if fields.has("claim_id") and fields.text("claim_id") != claim.claim_id:
        return False
    if fields.has("external_order_id") and fields.text("external_order_id") != claim.number:
        return False
    if fields.has("status") and fields.text("status") != claim.status:
        return False
    if fields.text("state", "") == "active" and claim.status in FINAL:
        return False
    if fields.has("phone") and fields.text("phone") not in _phones(claim):
        return False
    since = fields.moment("created_from") if fields.has("created_from") else claim.created
    until = fields.moment("created_to") if fields.has("created_to") else claim.created
    return since <= claim.created <= until


def _phones(claim: Claim) -> list[str]:
    return [str(point["contact"]["phone"]) for point in claim.body["route_points"]]


def bulk(yandex: Yandex, account: Account, ids: list[str]) -> Body:
    """``claims/bulk_info``: what is unknown is left out. Raises Refused."""
    if len(ids) > _MOST:
        raise invalid("claim_ids must have at most 1000 items")
    found = (yandex.claims.get(claim_id) for claim_id in ids)
    mine = [claim for claim in found if claim is not None and claim.account == account.code]
    return {"claims": [claim_json(yandex, claim, lagging=True) for claim in mine]}


def tracking_links(yandex: Yandex, account: Account, claim_id: str) -> Body:
    """Raises Refused."""
    claim = by_id(yandex, account, claim_id)
    if claim.status in BEFORE or claim.status in FINAL:
        raise conflict("inappropriate_status", f"Claim is {claim.status}")
    rows = []
    for index, point in enumerate(claim.body["route_points"]):
        if point["type"] == "destination":
            link = f"https://dostavka.yandex.ru/route/{claim.claim_id}{claim.point_ids[index]}"
            rows.append({"id": claim.point_ids[index], "type": "destination", "visit_order": point["visit_order"],
                         "sharing_link": link})  # fmt: skip
    return {"route_points": rows}


def _with_courier(yandex: Yandex, account: Account, claim_id: str) -> Claim:
    claim = by_id(yandex, account, claim_id)
    if claim.status in FINAL:
        raise conflict("inappropriate_status", f"Claim is {claim.status}")
    if claim.status not in _WITH_COURIER:
        raise Refused(404, "not_found", "Performer not found")
    return claim


def position(yandex: Yandex, account: Account, claim_id: str) -> Body:
    """Raises Refused: no courier yet, or no more."""
    claim = _with_courier(yandex, account, claim_id)
    latitude, longitude = claim_stops(claim.body)[0].at() or (55.75, 37.61)
    where: dict[str, Any] = {"lat": latitude, "lon": longitude, "timestamp": int(yandex.time()), "accuracy": 12.0}
    return {"position": where | {"speed": 8.5, "direction": 90.0}}


def voice(yandex: Yandex, account: Account, claim_id: str) -> Body:
    """Raises Refused."""
    _with_courier(yandex, account, claim_id)
    return {"phone": "+74950000001", "ext": "1234", "ttl_seconds": 300}
