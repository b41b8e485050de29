"""Orders that stand in SAP on the first day; a test or the demo adds its own (``POST /sap_ewm/sales_orders``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from sandbox.sap_ewm.model import OrderItem, SdOrder

from .goods import WAREHOUSES, materials

_FIRST = {
    "name": "Мария Северцева", "phone": "+79000001462", "city": "Казань", "street": "ул. Баумана", "house": "44",
    "postal_code": "420111",
}  # fmt: skip


def first_orders() -> list[SdOrder]:
    """4711: what goes to Kazan; 4712: a long one, to be delivered in parts; 4713: blocked for delivery."""
    return [
        sales("4711", [{"sku": "CUP-1", "quantity": 2}], _FIRST),
        sales("4712", [{"sku": "TE-ASM-100", "quantity": 10}, {"sku": "CF-BRA-250", "quantity": 4},
                       {"sku": "TL-NAIL", "quantity": "2.5"}], _FIRST, shipping_point="1020"),
        sales("4713", [{"sku": "CUP-1", "quantity": 1}], _FIRST, blocked=True),
    ]  # fmt: skip


def sales(
    number: str, lines: Iterable[Mapping[str, Any]], person: Mapping[str, str], *, shipping_point: str = "1010",
    label: str = "", comment: str = "", blocked: bool = False,
) -> SdOrder:  # fmt: skip
    """``lines``: sku and quantity; rows are 10, 20, … Raises ValueError: an unknown material or shipping point."""
    if shipping_point not in WAREHOUSES:
        raise ValueError(f"no such shipping point: {shipping_point} (there are: {', '.join(WAREHOUSES)})")
    return SdOrder(number, "C", items(lines), address(person), shipping_point, "", label, comment, blocked)


def items(lines: Iterable[Mapping[str, Any]]) -> list[OrderItem]:
    """Raises ValueError."""
    found = []
    for place, line in enumerate(lines, start=1):
        material = materials().get(str(line["sku"]))
        if material is None:
            raise ValueError(f"no such material: {line['sku']}")
        quantity = Decimal(str(line["quantity"]))
        found.append(OrderItem(place * 10, material.number, material.name, quantity, material.unit))
    if not found:
        raise ValueError("an order needs at least one line")
    return found


def address(person: Mapping[str, str]) -> dict[str, str]:
    """Properties of SAP's address of ``{name, phone, email, city, street, house, flat, postal_code}``."""
    return {
        "BusinessPartnerName1": person.get("name", "")[:40],
        "PhoneNumber": person.get("phone", ""),
        "EmailAddress": person.get("email", ""),
        "CityName": person.get("city", "")[:40],
        "StreetName": person.get("street", "")[:60],
        "HouseNumber": person.get("house", "")[:10],
        "RoomNumber": person.get("flat", "")[:10],
        "PostalCode": person.get("postal_code", "")[:10],
        "Country": "RU",
        "CorrespondenceLanguage": "RU",
    }
