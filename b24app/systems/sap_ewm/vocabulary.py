"""SAP's words and ours (sap-ewm.md): services, status letters and digits, stock types, error codes, units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from b24app.logistics.changes import ChangeRule, Part, Way
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.systems.kit.meanings import Meanings
from b24app.systems.kit.portions import portions
from b24app.systems.kit.units import decimal_of

# --- addresses (§2) ---------------------------------------------------------------------------------------------------

V2, V4 = "/sap/opu/odata/sap/", "/sap/opu/odata4/sap/"
OUTBOUND = "API_OUTBOUND_DELIVERY_SRV"
RETURNS = "API_CUSTOMER_RETURNS_DELIVERY_SRV"
VERSIONS = {OUTBOUND: ";v=0002", RETURNS: ";v=0002"}
SALES_ORDERS, RETURN_ORDERS = "API_SALES_ORDER_SRV", "API_CUSTOMER_RETURN_SRV"
PRODUCTS, FILES = "API_PRODUCT_SRV", "API_CV_ATTACHMENT_SRV"
ODO = "api_warehouse_odo_2/srvd_a2x/sap/warehouseoutbdeliveryorder/0001/"
ODO_ITEMS, ODO_HEADS = f"{ODO}WhseOutboundDeliveryOrderItem", f"{ODO}WhseOutboundDeliveryOrderHead"
_INBOUND = "api_whse_inb_delivery_2/srvd_a2x/sap/warehouseinbounddelivery/0001/"
INBOUND_HEADS, INBOUND_ITEMS = f"{_INBOUND}WhseInboundDeliveryHead", f"{_INBOUND}WhseInboundDeliveryItem"
AVAILABLE = "api_whse_availablestock/srvd_a2x/sap/warehouseavailablestock/0001/WarehouseAvailableStock"
PHYSICAL = "api_whse_physstockprod/srvd_a2x/sap/whsephysicalstockproducts/0001/WarehousePhysicalStockProducts"
WAREHOUSES = "api_warehouse_2/srvd_a2x/sap/warehouse/0001/Warehouse"
#: Of the one SOAP service (docs/systems/sap_ewm.md), where nobody says otherwise.
SOAP_PATH = "/sap/bc/srt/rfc/sap/z_waybill_delivery/100/z_waybill_delivery/z_waybill_delivery"
SOAP_MODULE = "Z_WAYBILL_DELIVERY"

#: So many documents or articles a filter names at once; an address may not grow without end.
BATCH = 20


def service(name: str) -> str:
    return f"{V2}{name}{VERSIONS.get(name, '')}"


# --- statuses (§3.5, §6.2, §8) ----------------------------------------------------------------------------------------

NOTHING, PARTLY, DONE = "A", "B", "C"
LETTERS = frozenset({"", NOTHING, PARTLY, DONE})
#: EWM: 0 not relevant, 1 not started, 9 completed; anything else is in process.
EWM_WAITS, EWM_DONE = frozenset({"", "0", "1"}), "9"

STATUS_TEXTS: Mapping[str, str] = {
    "created": "Delivery created",
    "picking": "Being picked",
    "issued": "Goods issue posted",
    "proof_partly": "Proof of delivery: partly",
    "proof": "Proof of delivery",
    "blocked": "Delivery block",
}

SERVICES = (("pick", {"ru": "Сборка на складе", "en": "Picking"}),)

#: §8: SAP's address and quantities are changed in SAP; the ship-to comes from its order.
RULES = tuple(
    ChangeRule(part, (Status.CREATED, Status.ACCEPTED_AT_WAREHOUSE), Way.ELSEWHERE)
    for part in (Part.RECIPIENT, Part.DESTINATION, Part.PARCELS)
)

# --- stock types (§6.2): customizing, so that a setting may say otherwise ---------------------------------------------

GOOD, BLOCKED = ("F1", "F2"), ("B5", "B6")


def types(text: str, usual: tuple[str, ...]) -> tuple[str, ...]:
    """`F1, F2` as typed; the usual customizing for an empty text."""
    return tuple(part.strip().upper() for part in text.split(",") if part.strip()) or usual


# --- errors (§2): the class and number of a message are the same in every language ------------------------------------

MEANINGS = Meanings(
    table=(
        ("order_delivered", Field.REFERENCE, Who.MANAGER, "VL/302"),
        ("reference_unknown", Field.REFERENCE, Who.MANAGER, "V1/302 VL/363"),
        ("items_differ", Field.ITEMS, Who.MANAGER, "VL/461 VL/019"),
        ("address_unknown", Field.ADDRESS, Who.MANAGER, "VL/150"),
        ("order_blocked", Field.REFERENCE, Who.MANAGER, "VL/609 VU/014"),
        ("too_late_to_cancel", Field.ORDER, Who.MANAGER, "VL/602"),
    ),
    patterns=(
        ("order_delivered", Field.REFERENCE, Who.MANAGER, r"already delivered|уже поставлен"),
        ("reference_unknown", Field.REFERENCE, Who.MANAGER, r"not in the database|does not exist|не существует"),
        ("address_unknown", Field.ADDRESS, Who.MANAGER, r"ship-to|получател"),
        ("order_blocked", Field.REFERENCE, Who.MANAGER, r"blocked for|credit check|заблокирован"),
        ("items_differ", Field.ITEMS, Who.MANAGER, r"quantity|unit|количеств"),
    ),
)
#: Somebody has it open: nothing was done, and it is free again soon.
LOCKED = frozenset({"MC/601", "VL/046", "V1/042"})
LOCKED_S = 60.0


def reference_missing() -> Problem:
    return Problem("reference_missing", Field.REFERENCE, Who.MANAGER)


def reference_unknown(number: str) -> Problem:
    return Problem("reference_unknown", Field.REFERENCE, Who.MANAGER, params={"number": number})


# --- units ------------------------------------------------------------------------------------------------------------

#: A piece (sap-ewm.md §3): an amount without a unit says the same in any language.
PIECE = "PC"
_GRAMS: Mapping[str, Decimal | int] = {
    "KG": 1000,
    "KGM": 1000,
    "G": 1,
    "GRM": 1,
    "T": 1_000_000,
    "TO": 1_000_000,
    "LB": Decimal("453.59237"),
}
_MILLIMETRES: Mapping[str, Decimal | int] = {
    "CM": 10,
    "CMT": 10,
    "M": 1000,
    "MTR": 1000,
    "MM": 1,
    "MMT": 1,
    "IN": Decimal("25.4"),
    '"': Decimal("25.4"),
}


def grams(value: object, unit: str) -> int:
    """0 = nothing measured, or in a unit that we do not know."""
    return _scaled(value, _GRAMS.get(unit.upper(), 0))


def millimetres(value: object, unit: str) -> int:
    return _scaled(value, _MILLIMETRES.get(unit.upper(), 0))


def _scaled(value: object, factor: Decimal | int) -> int:
    found = decimal_of(value)
    return int((found * factor).to_integral_value(rounding="ROUND_HALF_UP")) if found and found > 0 else 0


def quantity(value: object) -> Decimal:
    """Their decimals are texts with any number of zeros (§2), in V4 numbers."""
    return decimal_of(value) or Decimal(0)


def bare(number: str) -> str:
    """Document and item numbers without leading zeros, as the API shows them."""
    return number.strip().lstrip("0")


def article(name: str) -> str:
    """By what an article is known: SAP keeps materials in capitals, and those of digits alone with leading zeros."""
    return bare(name).upper()


def zone_of(name: str) -> ZoneInfo:
    """Where the system's clock stands; UTC for a name that nobody knows."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def moment(day: datetime | None, clock: str | None, zone: ZoneInfo) -> datetime | None:
    """A date (UTC midnight) and a time of day (`PT12H40M05S`) of the system's own zone."""
    if day is None or day.year < 1900:
        return None
    at = datetime(day.year, day.month, day.day, tzinfo=zone) + _clock(clock or "")
    return at.astimezone(UTC)


def _clock(text: str) -> timedelta:
    parts = {"H": 0, "M": 0, "S": 0}
    digits = ""
    for sign in text.removeprefix("PT"):
        if sign.isdigit():
            digits += sign
        elif sign in parts and digits:
            parts[sign], digits = int(digits), ""
    return timedelta(hours=parts["H"], minutes=parts["M"], seconds=parts["S"])


def literal(text: str) -> str:
    """A string of a filter or a key."""
    return "'" + text.replace("'", "''") + "'"


def any_of(name: str, values: Sequence[str]) -> str:
    """Whoever asks keeps to BATCH."""
    return " or ".join(f"{name} eq {literal(value)}" for value in values)


def each_of(name: str, values: Sequence[str]) -> Iterator[str]:
    """Filters that together name all of these: a gateway refuses an address of hundreds."""
    return (any_of(name, some) for some in portions(values, BATCH))
