"""What a portal's online store asks of us, and how it is answered (bitrix24-crm.md §9.6).

Nothing of it is trusted: a field of another shape than documented counts as missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from b24app.bitrix24.encoding import as_list, as_map
from b24app.bitrix24.envelope import number
from b24app.flows.shop import Basket, Wish
from b24app.flows.snapshot import CatalogueSize, ProductRow, Source
from b24app.logistics.extras import Extra
from b24app.logistics.model import DeliveryKind
from b24app.logistics.money import Money

#: Codes of ours in the portal's store: handler, profiles, its setting, properties, an extra service.
HANDLER = "waybill"
COURIER, PICKUP = "COURIER", "PVZ"
KEY = "WAYBILL_KEY"
ADDRESS, PHONE, POINT = "WAYBILL_ADDRESS", "WAYBILL_PHONE", "WAYBILL_POINT"
INSURANCE = "insurance"
MOST_ROWS, MOST_SHIPMENTS = 500, 10
LONGEST = 255
#: Phones that nobody can call about a parcel.
_NOT_FOR_CALLS = frozenset({"FAX", "PAGER"})
_HUGE = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class Services:
    """What of ours the portal's store calls by which number: services by kind, codes of properties by id."""

    kinds: Mapping[int, DeliveryKind]
    codes: Mapping[int, str]


def read_basket(body: Any, services: Services) -> Basket | None:
    """One SHIPMENT; None for what no store sends: not ours, or without goods."""
    told = as_map(body)
    service = as_map(told.get("DELIVERY_SERVICE"))
    kind = services.kinds.get(number(service.get("ID")) or 0)
    rows = [
        _row(as_map(each), plain_text(told.get("CURRENCY")) or "RUB") for each in as_list(told.get("ITEMS"))[:MOST_ROWS]
    ]
    found = tuple(row for row in rows if row is not None)
    if kind is None or not found:
        return None
    return Basket(
        wish=_wish(told, kind, services.codes),
        rows=found,
        currency=plain_text(told.get("CURRENCY")) or "RUB",
        sale_id=number(told.get("ID")) or 0,
        delivery_id=number(service.get("ID")) or 0,
        key=_key(service),
    )


def _key(service: Mapping[str, Any]) -> str | None:
    """Of the parent service's settings, or of its own."""
    rows = [*as_list(as_map(service.get("PARENT")).get("CONFIG")), *as_list(service.get("CONFIG"))]
    return next((plain_text(as_map(row).get("VALUE")) for row in rows if as_map(row).get("CODE") == KEY), None)


def _row(told: Mapping[str, Any], currency: str) -> ProductRow | None:
    quantity, price = decimal_of(told.get("QUANTITY")), decimal_of(told.get("PRICE"))
    if quantity is None or quantity <= 0 or price is None:
        return None
    sides = as_map(told.get("DIMENSIONS"))
    size = CatalogueSize(
        Source.VARIATION,
        _float(told.get("WEIGHT")),
        *(_float(sides.get(name)) for name in ("LENGTH", "WIDTH", "HEIGHT")),
    )
    known = size.weight_g or size.length_mm
    return ProductRow(
        id=0,
        name=plain_text(told.get("NAME")) or "—",
        price=Money.of(price, plain_text(told.get("CURRENCY")) or currency),
        quantity=quantity,
        sizes=(size,) if known else (),
    )


def _wish(told: Mapping[str, Any], kind: DeliveryKind, codes: Mapping[int, str]) -> Wish:
    values: dict[str, Any] = {}
    address = ""
    for each in as_list(told.get("PROPERTY_VALUES")):
        row = as_map(each)
        code = codes.get(number(row.get("ID")) or 0, "")
        if row.get("TYPE") == "ADDRESS" and (code == ADDRESS or not address):
            address = address_text(as_map(row.get("VALUE"))) or address
        elif code:
            values[code] = row.get("VALUE")
    contact, extras = as_map(told.get("RECIPIENT_CONTACT")), _extras(told)
    return Wish(
        kind=kind,
        address=address,
        point=plain_text(values.get(POINT)),
        phone=plain_text(values.get(PHONE)) or _phone(contact),
        name=plain_text(contact.get("NAME")),
        insured=extras.get(INSURANCE) == "Y",
        extras=tuple(each.value for each in Extra if extras.get(each.value) == "Y"),
    )


def _extras(told: Mapping[str, Any]) -> dict[str, str]:
    """Both names that are documented."""
    rows = as_list(told.get("EXTRA_SERVICES_VALUES")) or as_list(told.get("EXTRA_SERVICE_VALUES"))
    return {plain_text(as_map(row).get("CODE")): plain_text(as_map(row).get("VALUE")) for row in rows}


def _phone(contact: Mapping[str, Any]) -> str:
    rows = [as_map(each) for each in as_list(contact.get("PHONES"))]
    fit = [row for row in rows if row.get("TYPE") not in _NOT_FOR_CALLS]
    best = sorted(fit, key=lambda row: row.get("TYPE") != "MOBILE")
    return next((text for row in best if (text := plain_text(row.get("VALUE")))), "")


#: In the order in which people write them.
_PLACE = ("POSTAL_CODE", "ADM_LEVEL_1", "ADM_LEVEL_2", "LOCALITY", "SUB_LOCALITY")


def address_text(value: Mapping[str, Any]) -> str:
    """As the deal's address field holds it: `text|lat;lng`."""
    fields = {name: plain_text(text) for name, text in as_map(value.get("FIELDS")).items()}
    places = [fields.get(name, "") for name in _PLACE]
    street = fields.get("STREET", "")
    line = [street, fields.get("BUILDING", "")] if street else [fields.get("ADDRESS_LINE_1", "")]
    room = fields.get("ROOM", "")
    rest = [fields.get("ADDRESS_LINE_2", ""), f"кв. {room}" if room and room.isdigit() else room]
    text = ", ".join(dict.fromkeys(part for part in (*places, *line, *rest) if part))[:LONGEST].replace("|", " ")
    lat, lon = _float(value.get("LATITUDE")), _float(value.get("LONGITUDE"))
    return f"{text}|{lat};{lon}" if text and lat is not None and lon is not None else text


def plain_text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return " ".join(str(value).split())[:LONGEST]


def decimal_of(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() and 0 <= found < _HUGE else None


def _float(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if abs(found) < 1e9 else None  # what is no number is not below anything either


# --- answers ----------------------------------------------------------------------------------------------------------


def refusal(words: str) -> dict[str, Any]:
    """What a buyer or a manager reads."""
    return {"SUCCESS": "N", "REASON": {"TEXT": words}}


def price_answer(price: Money, days_min: int | None, days_max: int | None, days_words: str) -> dict[str, Any]:
    """`PERIOD_*` are read by the portal's server and documented nowhere."""
    found: dict[str, Any] = {"SUCCESS": "Y", "PRICE": float(price.amount)}
    if days_min is not None or days_max is not None:
        first, last = days_min if days_min is not None else days_max, days_max if days_max is not None else days_min
        found |= {"PERIOD_FROM": first, "PERIOD_TO": last, "PERIOD_TYPE": "D", "PERIOD_DESCRIPTION": days_words}
    return found


def taken(request_id: str) -> dict[str, Any]:
    return {"SUCCESS": "Y", "REQUEST_ID": request_id}


CANCELLED: Mapping[str, Any] = {"SUCCESS": "Y"}
