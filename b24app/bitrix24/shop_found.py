"""What the portal's store knows of the deliveries of some deals: orders bound to them, their shipments by our services,
what their buyers filled in, and what is left to be paid in cash (bitrix24-crm.md §9.8; pages `crm.orderentity.list`,
`sale.order.get`, `sale.shipmentpropertyvalue.list`).

The pages call a property's value a text and show no address. The portal keeps one as an object of its location module,
whose parts have numbers; that object, its JSON and a plain text are all understood.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from b24app.bitrix24.encoding import Command, as_list, as_map
from b24app.bitrix24.envelope import BatchAnswer, number
from b24app.bitrix24.names import DEAL
from b24app.bitrix24.shop_calls import ADDRESS, PHONE, POINT, Services, address_text, decimal_of, plain_text
from b24app.flows.shop import Wish
from b24app.logistics.model import DeliveryKind
from b24app.logistics.money import Money

#: Parts of an address by their numbers in the portal's location module.
_PARTS: Mapping[int, str] = {
    50: "POSTAL_CODE", 100: "COUNTRY", 200: "ADM_LEVEL_1", 210: "ADM_LEVEL_2", 220: "ADM_LEVEL_3", 230: "ADM_LEVEL_4",
    300: "LOCALITY", 310: "SUB_LOCALITY", 320: "SUB_LOCALITY_LEVEL_1", 330: "SUB_LOCALITY_LEVEL_2", 340: "STREET",
    400: "BUILDING", 410: "ADDRESS_LINE_1", 420: "FLOOR", 430: "ROOM", 600: "ADDRESS_LINE_2",
}  # fmt: skip
#: Orders of one deal that are looked through, and shipments of one order.
MOST_SHIPMENTS = 10


@dataclass(frozen=True, slots=True)
class Parcel:
    """One shipment of an order that our service is to deliver."""

    sale_id: int
    order_id: int
    delivery_id: int
    kind: DeliveryKind


@dataclass(frozen=True, slots=True)
class Order:
    """`cod` None = nothing is left to be paid in cash."""

    id: int
    parcels: tuple[Parcel, ...]
    cod: Money | None


def list_links(key: str, deal_ids: Sequence[int]) -> Command:
    """Orders of these deals, all of them (`start` -1), the newest first: that of a deal counts."""
    wanted = {"=ownerTypeId": DEAL, "@ownerId": list(deal_ids)}
    select = ["orderId", "ownerId", "ownerTypeId"]
    told = {"select": select, "filter": wanted, "order": {"orderId": "DESC"}, "start": -1}
    return Command(key, "crm.orderentity.list", told)


def newest_of(result: Any) -> dict[int, int]:
    """Order by deal."""
    found: dict[int, int] = {}
    for row in map(as_map, as_list(as_map(result).get("orderEntity"))):
        deal, order = number(row.get("ownerId")), number(row.get("orderId"))
        if deal and order:
            found[deal] = max(order, found.get(deal, 0))
    return found


def get_order(order_id: int) -> Command:
    return Command(f"o{order_id}", "sale.order.get", {"id": order_id})


def order_of(order_id: int, answer: BatchAnswer, services: Services) -> Order | None:
    """The order with what of it is ours; None when it is not there any more. What was refused otherwise raises its
    RestError."""
    error = answer.errors.get(f"o{order_id}")
    if error is not None and (error.not_found or error.code == ORDER_GONE):
        return None
    told = as_map(as_map(answer.get(f"o{order_id}")).get("order"))
    if told.get("canceled") == "Y":
        return None
    rows = [_parcel(order_id, as_map(each), services) for each in as_list(told.get("shipments"))]
    parcels = tuple(row for row in rows if row is not None)[:MOST_SHIPMENTS]
    return Order(order_id, parcels, None if told.get("payed") == "Y" else _cash(told))


#: The store knows no such order.
ORDER_GONE = "201240400001"


def _parcel(order_id: int, row: Mapping[str, Any], services: Services) -> Parcel | None:
    sale, delivery = number(row.get("id")), number(row.get("deliveryId")) or 0
    kind = services.kinds.get(delivery)
    over = any(row.get(name) == "Y" for name in ("system", "canceled", "deducted"))
    return Parcel(sale, order_id, delivery, kind) if sale and kind is not None and not over else None


def _cash(order: Mapping[str, Any]) -> Money | None:
    """Sums that nobody has paid yet and that are paid in cash: with the parcel, whoever takes it."""
    total = Money(0, plain_text(order.get("currency")) or "RUB")
    for row in map(as_map, as_list(order.get("payments"))):
        amount = decimal_of(row.get("sum"))
        unpaid = row.get("paid") == "N" and row.get("isReturn", "N") == "N"
        if unpaid and row.get("paySystemIsCash") == "Y" and amount is not None:
            total += Money.of(amount, plain_text(row.get("currency")) or total.currency)
    return total or None


def list_values(sale_id: int) -> Command:
    return Command(f"v{sale_id}", "sale.shipmentpropertyvalue.list", {"filter": {"=shipmentId": sale_id}})


def wish_of(parcel: Parcel, cod: Money | None, answer: BatchAnswer, services: Services) -> Wish:
    """What the buyer filled in. Raises RestError where the values were refused."""
    rows = map(as_map, as_list(as_map(answer.get(f"v{parcel.sale_id}")).get("propertyValues")))
    values = dict(_named(rows, services))
    return Wish(
        kind=parcel.kind,
        address=_address(values.get(ADDRESS)),
        point=plain_text(values.get(POINT)),
        phone=plain_text(values.get(PHONE)),
        cod=cod,
    )


def _named(rows: Iterable[Mapping[str, Any]], services: Services) -> Iterable[tuple[str, Any]]:
    """A property that got its code later answers none: its number tells."""
    for row in rows:
        code = services.codes.get(number(row.get("shipmentPropsId")) or 0) or plain_text(row.get("code"))
        if code and row.get("value") not in (None, "", [], {}):
            yield code, row["value"]


def _address(value: Any) -> str:
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return ""
    told = as_map(value)
    if not told:
        return " ".join(plain_text(value).replace("|", " ").split())
    parts = as_map(told.get("fieldCollection"))
    fields = {name: parts.get(str(code)) for code, name in _PARTS.items()}
    lat, lon = told.get("latitude"), told.get("longitude")
    return address_text({"FIELDS": fields, "LATITUDE": _coordinate(lat), "LONGITUDE": _coordinate(lon)})


def _coordinate(value: Any) -> Any:
    """The portal writes them as texts; an empty one is none, and so is its zero."""
    return None if value in (None, "", "0", 0) else value
