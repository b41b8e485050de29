"""Named routes: the statuses an order runs through by itself. A step waits ``seconds`` or for ``reads``."""

from __future__ import annotations

from typing import Any

from sandbox.cdek.model import Order

from .tariffs import TO_DOOR, TO_POSTAMAT, tariffs

Step = dict[str, Any]


def _steps(*codes: str) -> list[Step]:
    return [{"code": code} for code in codes]


_WAY = _steps(
    "RECEIVED_AT_SHIPMENT_WAREHOUSE",
    "READY_FOR_SHIPMENT_IN_SENDER_CITY",
    "TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY",
    "SENT_TO_RECIPIENT_CITY",
    "ACCEPTED_IN_RECIPIENT_CITY",
)
_TO_DOOR = [*_WAY, *_steps("ACCEPTED_AT_RECIPIENT_CITY_WAREHOUSE", "TAKEN_BY_COURIER")]
_TO_POINT = [*_WAY, *_steps("ENTERED_TO_PICK_UP_POINT", "ACCEPTED_AT_PICK_UP_POINT")]
_FAILED = _steps("RETURNED_TO_RECIPIENT_CITY_WAREHOUSE")

ROUTES: dict[str, list[Step]] = {
    "door": [*_TO_DOOR, *_steps("DELIVERED")],
    "pickup": [*_TO_POINT, *_steps("DELIVERED")],
    "postamat": [*_WAY, *_steps("POSTOMAT_POSTED", "POSTOMAT_RECEIVED", "DELIVERED")],
    "postamat_expired": [
        *_WAY,
        *_steps("POSTOMAT_POSTED", "POSTOMAT_SEIZED"),
        {"code": "NOT_DELIVERED", "reason_code": 23},
    ],
    # By way of a transit city, whose codes repeat: normal for a long haul (§11.1).
    "long_haul": [
        *_WAY[:3],
        *_steps(*(("SENT_TO_TRANSIT_CITY", "ACCEPTED_IN_TRANSIT_CITY", "ACCEPTED_AT_TRANSIT_WAREHOUSE") * 2)),
        *_TO_DOOR[3:],
        *_steps("DELIVERED"),
    ],
    # The recipient refuses; a return order follows by itself.
    "refusal": [*_TO_DOOR, {"problem": "40"}, *_FAILED, {"code": "NOT_DELIVERED", "reason_code": 11}],
    # Nobody came for it: the storage ran out.
    "unclaimed": [*_TO_POINT, {"code": "NOT_DELIVERED", "reason_code": 23}],
    # The courier found no such house; it stays until a delivery agreement names another address.
    "address_problem": [*_TO_DOOR, {"problem": "47"}, *_FAILED],
    # No answer on the phone; the second attempt succeeds.
    "second_attempt": [
        *_TO_DOOR,
        {"failed_call": 2},
        {"problem": "13"},
        *_FAILED,
        *_steps("TAKEN_BY_COURIER", "DELIVERED"),
    ],
    "partial": [*_TO_DOOR, {"code": "DELIVERED", "reason_code": 20}],
    "lost": [*_WAY[:4], {"code": "NOT_DELIVERED", "reason_code": 26}],
    "return": [
        *_steps("RECEIVED_AT_SHIPMENT_WAREHOUSE", "TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY", "SENT_TO_RECIPIENT_CITY"),
        *_steps("ACCEPTED_IN_RECIPIENT_CITY", "ACCEPTED_AT_PICK_UP_POINT", "DELIVERED"),
    ],
    "after_agreement": _steps("TAKEN_BY_COURIER", "DELIVERED"),
    # A status that CDEK has not documented (yet).
    "unknown_code": [*_WAY[:2], *_steps("SORTED_BY_ROBOT")],
    "stay": [],
}  # fmt: skip
#: As every emulated carrier calls them.
ROUTES |= {"delivered": ROUTES["door"], "returned": ROUTES["refusal"]}


def default_route(order: Order) -> str:
    """The name of the route that suits the order's tariff."""
    tariff = tariffs().get(order.body["tariff_code"])
    if tariff is None or tariff.mode in TO_DOOR:
        return "door"
    return "postamat" if tariff.mode in TO_POSTAMAT else "pickup"
