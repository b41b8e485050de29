"""Days of the first and the last mile (§3, §4.2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sandbox.pek.check import Check
from sandbox.pek.core import Pek
from sandbox.pek.errors import NOT_SERVED, REQUIRED, Refused
from sandbox.pek.geo import locate, locate_point
from sandbox.pek.model import Account
from sandbox.pek.wire import as_object

from .zones import point_of


def delivery_dates(pek: Pek, account: Account, body: Any) -> list[dict[str, Any]]:
    """``checkdeliverydate`` (§4.2): coordinates are numbers here."""
    del account
    data, check = as_object(body), Check(strict=pek.switches.strict_fields)
    check.known(data, "", "requestDateTime calculateDays address coordinates")
    day = check.take(data, "", "requestDateTime", "date", required=False) or pek.moscow_now().date()
    days = check.take(data, "", "calculateDays", "whole", required=False) or 1
    if not 1 <= days <= 7:
        check.bad("calculateDays", "Допустимо от 1 до 7 дней")
    point = point_of(check, data.get("coordinates"), "coordinates", kind=float)
    if point is None and not data.get("address"):
        check.bad("address", REQUIRED)
    check.done()
    place = locate_point(*point) if point else locate(str(data["address"]))
    if place is None:
        raise Refused(NOT_SERVED)
    periods = [("09:00", "13:00"), ("14:00", "18:00")]
    rows: list[dict[str, Any]] = []
    while len(rows) < days:
        if day.isoweekday() <= 5:
            rows.append(
                {"date": f"{day}T00:00:00", "isPreferential": day.isoweekday() in (2, 4),
                 "periods": [{"periodTimeFrom": first, "periodTimeTo": last, "isDayLight": True}
                             for first, last in periods]}
            )  # fmt: skip
        day += timedelta(days=1)
    return rows


def pickup_dates(pek: Pek, account: Account, body: Any) -> dict[str, Any]:
    """``checkpickupdate`` (§3)."""
    del account
    data, check = as_object(body), Check(strict=pek.switches.strict_fields)
    address = check.take(data, "", "address", "text")
    day = check.take(data, "", "planPickupDate", "date")
    check.done()
    place, today = locate(address), pek.moscow_now().date()
    good = [today + timedelta(days=shift) for shift in range(1, 15)]
    good = [found for found in good if found.isoweekday() <= 5]
    return {
        "AddressAvailable": place is not None and place.precision != "bad",
        "PickupDateAvailable": day in good,
        "AvailablePickupDatesBefore": [f"{found}T00:00:00" for found in good if found < day],
        "AvailablePickupDatesAfter": [f"{found}T00:00:00" for found in good if found > day],
    }
