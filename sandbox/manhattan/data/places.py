"""Organisations, their warehouses, and the dictionaries. Names of statuses are invented: no public source shows them
(§5), only the numbers 1000, 2000, 3000, 7200 and 9000 were seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Facility:
    """A warehouse; `offset_hours` is its time zone's."""

    id: str
    name: str
    city: str
    address: str
    postal_code: str
    lat: float
    lon: float
    zone: str = "Europe/Moscow"
    offset_hours: int = 3


FACILITIES: Mapping[str, Facility] = {
    row.id: row
    for row in (
        Facility("MSK-01", "Склад Москва", "Москва", "Складочная ул., 1", "127018", 55.8005, 37.5902),
        Facility("KZN-01", "Склад Казань", "Казань", "Техническая ул., 10", "420054", 55.7558, 49.0957),
    )
}
ORGANIZATIONS = ("ACME", "BETA")

ORDER_STATUSES = {
    "1000": "Created", "2000": "Planned", "3000": "Allocated", "4000": "In Picking", "5000": "Picked",
    "6000": "Packed", "7000": "Loaded", "7200": "Shipped", "8000": "Closed", "9000": "Canceled",
}  # fmt: skip
ASN_STATUSES = {
    "1000": "In Transit",
    "3000": "In Receiving",
    "7000": "Received",
    "8000": "Verified",
    "9000": "Canceled",
}
LPN_STATUSES = {"1000": "In Transit", "3000": "Received", "9000": "Canceled"}
OLPN_STATUSES = {"6000": "Packed", "7000": "Loaded", "7200": "Shipped", "9000": "Canceled"}
CONDITIONS = {"GOOD": "Good", "DAMAGED": "Damaged"}
#: `P` was seen (§3.3); `R` is this tenant's own code of customers' returns.
ASN_ORIGINS = ("P", "R")
UNITS = ("Units", "Unit", "Packs")
