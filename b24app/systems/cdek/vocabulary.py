"""CDEK's codes and units in our words: statuses, reasons, delivery problems, tariffs (cdek.md §5.5, §7, §11)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from b24app.logistics.money import Money
from b24app.logistics.problem import Field, Who
from b24app.logistics.status import Incident, Status

# --- statuses (§11.1): both the webhook's and the GET's spelling ------------------------------------------------------

_BY_STATUS: dict[Status, str] = {
    Status.SUBMITTING: "ACCEPTED",
    Status.CREATED: "CREATED",
    Status.CANCELLED: "REMOVED",
    Status.REJECTED: "INVALID",
    Status.ACCEPTED_AT_WAREHOUSE: "RECEIVED_AT_SHIPMENT_WAREHOUSE RECEIVED_AT_SENDER_WAREHOUSE",
    Status.IN_TRANSIT: """
        READY_TO_SHIP_AT_SENDING_OFFICE READY_FOR_SHIPMENT_IN_SENDER_CITY READY_FOR_SHIPMENT_IN_TRANSIT_CITY
        RETURNED_TO_SENDER_CITY_WAREHOUSE PASSED_TO_CARRIER_AT_SENDING_OFFICE TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY
        SEND_TO_TRANSIT_OFFICE SENT_TO_TRANSIT_CITY MET_AT_TRANSIT_OFFICE ACCEPTED_IN_TRANSIT_CITY
        ACCEPTED_AT_TRANSIT_WAREHOUSE RETURNED_TO_TRANSIT_WAREHOUSE READY_TO_SHIP_IN_TRANSIT_OFFICE
        PASSED_TO_CARRIER_AT_TRANSIT_OFFICE TAKEN_BY_TRANSPORTER_FROM_TRANSIT_CITY SENT_TO_SENDER_CITY
        MET_AT_SENDING_OFFICE ACCEPTED_IN_SENDER_CITY SENT_TO_RECIPIENT_CITY MET_AT_RECIPIENT_OFFICE
        ACCEPTED_IN_RECIPIENT_CITY ARRIVED_AT_RECIPIENT_CITY ACCEPTED_AT_RECIPIENT_CITY_WAREHOUSE
        ENTERED_TO_OFFICE_TRANSIT_WAREHOUSE ENTERED_TO_TRANSIT_WAREHOUSE ENTERED_TO_DELIVERY_WAREHOUSE
        ENTERED_TO_RECIPIENT_CITY_WAREHOUSE ENTERED_TO_WAREHOUSE_ON_DEMAND ENTERED_TO_PICK_UP_POINT
        IN_CUSTOMS_INTERNATIONAL SHIPPED_TO_DESTINATION PASSED_TO_TRANSIT_CARRIER IN_CUSTOMS_LOCAL CUSTOMS_COMPLETE
    """,
    Status.READY_FOR_PICKUP: "ACCEPTED_AT_PICK_UP_POINT POSTOMAT_POSTED",
    Status.OUT_FOR_DELIVERY: "TAKEN_BY_COURIER",
    Status.DELIVERY_FAILED: "RETURNED_TO_RECIPIENT_CITY_WAREHOUSE",
    Status.DELIVERED: "DELIVERED POSTOMAT_RECEIVED",
    Status.RETURNING: "NOT_DELIVERED POSTOMAT_SEIZED",
}
STATUSES: Mapping[str, Status] = {code: status for status, codes in _BY_STATUS.items() for code in codes.split()}

LOST_REASON, DISPOSED_REASON, PARTIAL_REASON = "26", "27", "20"


def status_of(code: str, reason: str = "", back: bool = False) -> Status:
    """Ours for a status code. `back`: the code is of a return order, whose delivery is our return."""
    status = STATUSES.get(code, Status.UNKNOWN)
    if status in (Status.RETURNING, Status.DELIVERED) and reason in (LOST_REASON, DISPOSED_REASON):
        return Status.LOST
    if not back or status in (Status.UNKNOWN, Status.LOST):
        return status
    return Status.RETURNED if status is Status.DELIVERED else Status.RETURNING


# --- reasons (§11.2) and delivery problems (§11.4) --------------------------------------------------------------------

_REASON_GROUPS: dict[Incident, str] = {
    Incident.WRONG_ADDRESS: "1 3",
    Incident.NO_ANSWER: "2",
    Incident.WEIGHT_DIFFERS: "4",
    Incident.MISSING_GOODS: "5 13 33",
    Incident.OTHER: "6",
    Incident.NOT_SERVED: "7",
    Incident.DAMAGED: "8 9 10 19",
    Incident.REFUSED: "11 12 14 15 16 17 18 22",
    Incident.PARTIAL: "20",
    Incident.NO_MONEY: "21",
    Incident.STORAGE_EXPIRED: "23 34",
    Incident.CUSTOMS: "24 25",
    Incident.LOST: "26",
    Incident.DISPOSED: "27",
    Incident.SENDER_REQUEST: "31 32",
}
REASONS: Mapping[str, Incident] = {
    code: incident for incident, codes in _REASON_GROUPS.items() for code in codes.split()
}

_PROBLEM_GROUPS: dict[Incident, str] = {
    Incident.WRONG_PHONE: "1",
    Incident.NOT_READY: "9",
    Incident.NO_MONEY: "11",
    Incident.NO_ANSWER: "13",
    Incident.ACCESS: "17 42 43 44 45",
    Incident.WRONG_ADDRESS: "19 46 47 48",
    Incident.CARRIER_LATE: "35",
    Incident.REDIRECTED: "36 56",
    Incident.POINT: "37 38 39 54 57",
    Incident.REFUSED: "40 41 52",
    Incident.DAMAGED: "49",
    Incident.RESCHEDULED: "53",
    Incident.LOST: "55",
}
DELIVERY_PROBLEMS: Mapping[str, Incident] = {
    code: incident for incident, codes in _PROBLEM_GROUPS.items() for code in codes.split()
}

#: Where to look and who acts, by incident; anything else is the carrier's to solve.
INCIDENT_FIELDS: Mapping[Incident, tuple[Field, Who]] = {
    Incident.WRONG_ADDRESS: (Field.ADDRESS, Who.MANAGER),
    Incident.WRONG_PHONE: (Field.PHONE, Who.MANAGER),
    Incident.NO_ANSWER: (Field.PHONE, Who.MANAGER),
    Incident.ACCESS: (Field.ADDRESS, Who.MANAGER),
    Incident.WEIGHT_DIFFERS: (Field.WEIGHT, Who.MANAGER),
    Incident.MISSING_GOODS: (Field.ITEMS, Who.MANAGER),
    Incident.NOT_SERVED: (Field.SERVICE, Who.MANAGER),
    Incident.NOT_READY: (Field.ITEMS, Who.MANAGER),
    Incident.NO_MONEY: (Field.COD, Who.MANAGER),
    Incident.REFUSED: (Field.ORDER, Who.MANAGER),
    Incident.STORAGE_EXPIRED: (Field.ORDER, Who.MANAGER),
    Incident.POINT: (Field.POINT, Who.MANAGER),
    Incident.REDIRECTED: (Field.POINT, Who.MANAGER),
}
#: Told in the history only: nobody has to act.
QUIET_INCIDENTS = frozenset({Incident.PARTIAL, Incident.RESCHEDULED, Incident.SENDER_REQUEST})

# --- tariffs (§7): door D, office W, locker P -------------------------------------------------------------------------

FAMILIES: Mapping[str, Mapping[str, int]] = {
    "parcel": {"DD": 139, "DW": 138, "WD": 137, "WW": 136, "DP": 366, "WP": 368},
    "economy": {"DD": 231, "DW": 232, "WD": 233, "WW": 234, "WP": 378},
    "express": {"DD": 480, "DW": 481, "WD": 482, "WW": 483, "DP": 485, "WP": 486},
    "trunk": {"DD": 121, "DW": 123, "WD": 122, "WW": 62},
}
#: Families that only an online-shop contract may use.
SHOP_ONLY = frozenset({"parcel", "economy"})
TARIFF_MODES: Mapping[int, str] = {code: mode for family in FAMILIES.values() for mode, code in family.items()}

FAMILY_TITLES: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("parcel", {"ru": "Посылка", "en": "Parcel"}),
    ("economy", {"ru": "Экономичная посылка", "en": "Economy parcel"}),
    ("express", {"ru": "Экспресс", "en": "Express"}),
    ("trunk", {"ru": "Магистральный экспресс", "en": "Trunk express"}),
)

# --- units ------------------------------------------------------------------------------------------------------------

TRACKING_URL = "https://www.cdek.ru/ru/tracking?order_id={}"


def centimetres(millimetres: int) -> int:
    """CDEK measures in whole centimetres; a started one counts."""
    return math.ceil(millimetres / 10)


def rubles(minor: int, currency: str = "RUB") -> float:
    """CDEK takes money as a float of whole units; two decimals survive the way."""
    return float(Money(minor, currency).amount)


def money_of(value: Any, currency: str = "RUB") -> Money | None:
    """A sum of theirs, or None when it is absent or no number."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal) or value == "":
        return None
    try:
        return Money.of(value, currency)
    except ArithmeticError:
        return None


def moment_of(value: Any) -> datetime | None:
    """`2026-08-04T12:42:08+0000`, `...Z`, with or without fractions (§2); None when unreadable."""
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at.astimezone(UTC) if at.year > 1 else None


def day_of(value: Any) -> date | None:
    """A date, if it is a sensible one: old answers carried `0002-11-28` (§6.4)."""
    try:
        day = date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
    return day if day.year >= 2000 else None
