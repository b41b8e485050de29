"""What the portal's store says of a shipment to the app, and what it makes of a checkout (crm §9.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.shop import number
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.state.users import Actor

from . import items, product_rows
from .values import multifield

DEAL, CONTACT = 2, 3
_PARTS = """
    POSTAL_CODE COUNTRY ADM_LEVEL_1 ADM_LEVEL_2 ADM_LEVEL_3 ADM_LEVEL_4 LOCALITY SUB_LOCALITY SUB_LOCALITY_LEVEL_1
    SUB_LOCALITY_LEVEL_2 STREET BUILDING ADDRESS_LINE_1 ADDRESS_LINE_2 FLOOR ROOM RECIPIENT_COMPANY RECIPIENT PO_BOX"""
_KEYS = frozenset(_PARTS.split())


@dataclass(frozen=True, slots=True)
class Basket:
    """What a buyer has in front of them. ``goods``: product id -> quantity; ``values``: property's code -> text, or an
    address ``{"fields", "lat", "lon"}`` or None; ``extras``: extra service's code -> value; ``pay``: a key of ``PAYS``,
    empty = the order has no payment."""

    service: int
    goods: Mapping[int, float]
    values: Mapping[str, Any] = field(default_factory=dict)
    extras: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    phone: str = ""
    pay: str = ""


#: What a buyer pays with: its number, name, whether that is cash, and whether it is paid at once.
PAYS: Mapping[str, tuple[int, str, str, str]] = {
    "cash": (6, "Наличные курьеру", "Y", "N"),
    "card": (48, "Банковская карта", "N", "Y"),
    "later": (49, "Счёт", "N", "N"),
}


def shipment(portal: Portal, basket: Basket, shipment_id: int | None) -> Row:
    """``SHIPMENT`` of a request to the app. Raises ValueError for what the store has not."""
    shop = portal.shop
    service = shop.services.get(basket.service)
    if service is None or not service["PARENT_ID"] or service["ACTIVE"] != "Y":
        raise ValueError(f"no delivery {basket.service} to choose")
    parent = shop.services.rows[service["PARENT_ID"]]
    rows = [_item(portal, product, quantity) for product, quantity in basket.goods.items()]
    return {
        "ID": shipment_id,
        "DELIVERY_SERVICE": {
            "ID": service["id"],
            "CONFIG": service["CONFIG"],
            "PARENT": {"ID": parent["id"], "CONFIG": parent["CONFIG"]},
        },
        "PRICE": number(sum(row["PRICE"] * row["QUANTITY"] for row in rows)),
        "CURRENCY": parent["CURRENCY"],
        "WEIGHT": number(sum((row["WEIGHT"] or 0) * row["QUANTITY"] for row in rows)),
        "PROPERTY_VALUES": _properties(portal, basket),
        "ITEMS": rows,
        "EXTRA_SERVICES_VALUES": _extras(portal, basket),
        "RESPONSIBLE_CONTACT": _contact("Пётр Менеджеров", "+74950000007", "MOBILE"),
        "RECIPIENT_CONTACT": _contact(basket.name, basket.phone, "WORK") if basket.name else None,
    }


def _item(portal: Portal, product: int, quantity: float) -> Row:
    found, price = portal.catalog.products.get(product), portal.catalog.price_of.get(product)
    if found is None or price is None:
        raise ValueError(f"no goods {product} with a price")
    sides = {name: found.get(key) for name, key in (("WIDTH", "width"), ("HEIGHT", "height"), ("LENGTH", "length"))}
    return {
        "NAME": found["name"],
        "PRICE": number(price["price"]),
        # Null when nobody filled it in; sides all together or not at all.
        "WEIGHT": number(found["weight"]) if found.get("weight") else None,
        "CURRENCY": price["currency"],
        "QUANTITY": number(quantity),
        "DIMENSIONS": {name: number(side) for name, side in sides.items()} if all(sides.values()) else None,
    }


def _properties(portal: Portal, basket: Basket) -> list[Row]:
    """Of the two types that are told. A property is known by its id alone."""
    found = []
    for row in portal.shop.properties_of(basket.service):
        if row["type"] not in ("STRING", "ADDRESS") or row["personTypeId"] != 3:
            continue
        value = basket.values.get(row["code"])
        if row["type"] == "ADDRESS":
            found.append({"ID": row["id"], "TYPE": "ADDRESS", "VALUE": _address(value) if value else None})
        elif value:
            found.append({"ID": row["id"], "TYPE": "STRING", "VALUE": str(value)})
    return found


def _address(value: Mapping[str, Any]) -> Row:
    fields = {str(name): str(text) for name, text in dict(value.get("fields") or {}).items() if text}
    if strange := sorted(set(fields) - _KEYS):
        raise ValueError(f"no such parts of an address: {', '.join(strange)}")
    return {"LATITUDE": value.get("lat"), "LONGITUDE": value.get("lon"), "FIELDS": fields}


def _extras(portal: Portal, basket: Basket) -> list[Row]:
    rows = [row for row in portal.shop.extras_of(basket.service) if row["ACTIVE"] == "Y"]
    if strange := sorted(set(basket.extras) - {row["CODE"] for row in rows}):
        raise ValueError(f"no such extra services: {', '.join(strange)}")
    return [
        {"ID": row["id"], "CODE": row["CODE"], "VALUE": basket.extras[row["CODE"]]}
        for row in rows
        if row["CODE"] in basket.extras
    ]


def _contact(name: str, phone: str, kind: str) -> Row:
    return {"NAME": name, **({"PHONES": [{"TYPE": kind, "VALUE": phone}]} if phone else {})}


def order(portal: Portal, basket: Basket, price: float, *, deal: bool, category: int | None = None) -> Row:
    """The order of a checkout, with its shipment and, as a store with a CRM makes one, its deal."""
    shop = portal.shop
    service = shop.services.rows[basket.service]
    goods = [_item(portal, product, quantity) for product, quantity in basket.goods.items()]
    total = number(sum(row["PRICE"] * row["QUANTITY"] for row in goods) + price)
    currency = shop.parent_of(service)["CURRENCY"]
    row: Row = {
        "accountNumber": "", "statusId": "N", "price": total, "currency": currency, "payed": "N", "canceled": "N",
        "deducted": "N", "personTypeId": 3, "userId": 0, "responsibleId": portal.admin().id,
        "dateInsert": portal.now(), "dateUpdate": portal.now(),
        "basketItems": [
            {"productId": product, "name": item["NAME"], "price": item["PRICE"], "basePrice": item["PRICE"],
             "quantity": item["QUANTITY"], "measureCode": 796, "weight": item["WEIGHT"],
             "dimensions": _serialized(item["DIMENSIONS"]), "vatRate": None, "vatIncluded": "Y"}
            for product, item in zip(basket.goods, goods, strict=True)
        ],
    }  # fmt: skip
    number_ = shop.orders.add(row)
    row |= {"accountNumber": str(number_), "payments": _payments(portal, number_, basket.pay, total, currency)}
    row["payed"] = "Y" if row["payments"] and all(each["paid"] == "Y" for each in row["payments"]) else "N"
    parcel: Row = {
        "accountNumber": f"{number_}/1", "orderId": number_, "deliveryId": service["id"],
        "deliveryName": service["NAME"],
        "statusId": "DN", "allowDelivery": "N", "deducted": "N", "canceled": "N", "marked": "N", "system": "N",
        "currency": currency, "basePriceDelivery": number(price), "priceDelivery": number(price),
        "customPriceDelivery": "N", "discountPrice": 0, "trackingNumber": "", "deliveryDocNum": "",
        "deliveryDocDate": None, "comments": "", "xmlId": "", "responsibleId": portal.admin().id,
        "dateInsert": portal.now(), "_basket": basket,
    }  # fmt: skip
    shop.shipments.add(parcel)
    found: Row = {"order": number_, "shipment": parcel["id"], "deal": None}
    buyer = _buyer(portal, basket)
    row["clients"] = (
        [{"id": number_ * 10, "entityTypeId": CONTACT, "entityId": buyer, "isPrimary": "Y", "orderId": number_}]
        if buyer
        else []
    )
    if deal:
        found["deal"] = _deal(portal, basket, buyer, number_, total, category)
        shop.links[number_] = (DEAL, found["deal"])
    portal.note("store.order", number_, shipment=parcel["id"], deal=found["deal"], price=price)
    return found


def _payments(portal: Portal, order_id: int, pay: str, total: float, currency: str) -> list[Row]:
    if not pay:
        return []
    if pay not in PAYS:
        raise ValueError(f"nobody pays with {pay!r} here")
    system, name, cash, paid = PAYS[pay]
    return [
        {
            "id": order_id * 10, "accountNumber": f"{order_id}/1", "orderId": order_id, "paid": paid, "sum": total,
            "currency": currency, "paySystemId": system, "paySystemName": name, "paySystemIsCash": cash,
            "isReturn": "N", "datePaid": portal.now() if paid == "Y" else None,
        }
    ]  # fmt: skip


#: Numbers of an address's parts in the portal's location module.
_NUMBERS = {
    "POSTAL_CODE": 50, "COUNTRY": 100, "ADM_LEVEL_1": 200, "ADM_LEVEL_2": 210, "ADM_LEVEL_3": 220, "ADM_LEVEL_4": 230,
    "LOCALITY": 300, "SUB_LOCALITY": 310, "SUB_LOCALITY_LEVEL_1": 320, "SUB_LOCALITY_LEVEL_2": 330, "STREET": 340,
    "BUILDING": 400, "ADDRESS_LINE_1": 410, "FLOOR": 420, "ROOM": 430, "ADDRESS_LINE_2": 600, "RECIPIENT_COMPANY": 700,
    "RECIPIENT": 710, "PO_BOX": 800,
}  # fmt: skip


def values_of(portal: Portal, parcel: Row) -> list[Row]:
    """Property values of a saved shipment; an address as the location module keeps it, with texts for coordinates."""
    basket: Basket = parcel["_basket"]
    found = []
    for at, row in enumerate(portal.shop.properties_of(basket.service)):
        value: Any = basket.values.get(row["code"])
        if row["personTypeId"] != 3 or not value:
            continue
        if row["type"] == "ADDRESS":
            told = _address(value)
            value = {
                "id": str(parcel["id"] * 10 + at), "languageId": "ru",
                "latitude": "" if told["LATITUDE"] is None else str(told["LATITUDE"]),
                "longitude": "" if told["LONGITUDE"] is None else str(told["LONGITUDE"]),
                "fieldCollection": {str(_NUMBERS[name]): text for name, text in told["FIELDS"].items()},
            }  # fmt: skip
        found.append(
            {
                "id": parcel["id"] * 20 + at, "name": row["name"], "shipmentId": parcel["id"], "code": None,
                "value": value, "shipmentPropsId": row["id"], "shipmentPropsXmlId": f"bx_{row['id']}",
            }
        )  # fmt: skip
    return found


def _buyer(portal: Portal, basket: Basket) -> int:
    """The contact that the store makes of a buyer; 0 = they gave no name."""
    if not basket.name:
        return 0
    given = {"n0": {"typeId": "PHONE", "valueType": "MOBILE", "value": basket.phone}} if basket.phone else {}
    contact = {"name": basket.name, "fm": multifield(portal, [], given), "hasPhone": "Y" if given else "N"}
    return int(items.create(portal, CONTACT, contact, Actor(portal.admin().id))["id"])


def _deal(portal: Portal, basket: Basket, buyer: int, order_id: int, total: float, category: int | None) -> int:
    """The deal holds what was bought and who bought it; where it goes stands in the order alone."""
    actor = Actor(portal.admin().id)
    values: Row = {"title": f"Заказ №{order_id}", "opportunity": total}
    if category is not None:
        values["categoryId"] = category
    if buyer:
        values["contactId"] = buyer
    deal = items.create(portal, DEAL, values, actor)
    for product, quantity in basket.goods.items():
        built = product_rows.build(portal, {"productId": product, "quantity": quantity})
        portal.crm.product_rows.add_to((DEAL, deal["id"]), built)
    return int(deal["id"])


def _serialized(sides: Row | None) -> str:
    """As PHP writes an array (crm §9.8)."""
    told = sides or dict.fromkeys(("WIDTH", "HEIGHT", "LENGTH"))
    parts = "".join(
        f's:{len(name)}:"{name}";{"N" if side is None else f"i:{int(side)}"};' for name, side in told.items()
    )
    return f"a:{len(told)}:{{{parts}}}"
