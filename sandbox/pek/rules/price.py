"""The calculator (§4): prices by distance, weight and volume; per-tariff errors; terms."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.cdek.geo import nearest
from sandbox.pek.check import Check
from sandbox.pek.core import Pek
from sandbox.pek.data import network
from sandbox.pek.data.directories import AIR, CURRENCIES, DTS, EASYWAY, EXPRESS_CAR, LTL, PRODUCTS
from sandbox.pek.errors import NO_PRODUCT, NOT_SERVED, REQUIRED
from sandbox.pek.geo import locate, locate_point
from sandbox.pek.model import Account, Cargo, End
from sandbox.pek.wire import as_object

from . import ends, units
from .zones import point_of

_FIELDS = """types senderWarehouseId receiverWarehouseId isPickUp pickup pickupServices isDelivery delivery
    deliveryServices isOpenCarSender isOpenCarReceiver isHyperMarket isInsurance isInsurancePrice needReturnDocuments
    needArrangeTransportationDocuments plannedDateTime currencyCode counterpart cargos senderDistanceType
    receiverDistanceType"""
_PLACE = "length width height volume maxSize isHP sealingPositionsCount weight maxPlaceWeight"
_IMPOSSIBLE = "Для выбранной даты передача груза на склад ПЭК невозможна"
_TIMES = ("0001-01-01T12:00:00", "0001-01-01T15:00:00", "0001-01-01T17:00:00")
# Rubles: per km, per kg at 1000 km, per m³ at 1000 km, the least, days at 1000 km.
_RATES = {LTL: (0.05, 9.0, 2100.0, 450.0, 2.0), AIR: (0.1, 95.0, 16000.0, 1500.0, 0.6),
          EASYWAY: (0.03, 14.0, 3000.0, 290.0, 2.0), DTS: (0.05, 10.0, 2300.0, 900.0, 2.5)}  # fmt: skip


def calculate(pek: Pek, account: Account, body: Any) -> dict[str, Any]:
    """Raises Refused for a bad request; what one product cannot do is said in its transfer."""
    data, check = as_object(body), Check(strict=pek.switches.strict_fields)
    check.known(data, "", _FIELDS)
    products = _products(check, data)
    start, end = _ends(pek, check, data)
    places = _places(pek, check, data)
    insured = check.take(data, "", "isInsurance", "flag")
    value = check.take(data, "", "isInsurancePrice", "number", required=bool(insured))
    currency = check.take(data, "", "currencyCode", "text", required=False)
    if currency and currency not in [row[0] for row in CURRENCIES]:
        check.bad("currencyCode", "Валюта не найдена")
    planned = check.take(data, "", "plannedDateTime", "moment")
    if planned and start:
        _check_moment(pek, check, start, planned, pickup=bool(data.get("isPickUp")))
    check.done()
    assert start is not None and end is not None  # noqa: S101 (a missing end is a complaint)
    pickup, delivery = bool(data["isPickUp"]), bool(data["isDelivery"])
    order = _Order(places, start, end, pickup, delivery, float(value or 0) if insured else 0.0, data)
    transfers = [_transfer(pek, account, product, order) for product in products]
    return {
        "hasError": all(row["hasError"] for row in transfers),
        "errorMessage": transfers[0]["errorMessage"] if all(row["hasError"] for row in transfers) else None,
        "currencyCode": currency or "643",
        "branchSenderUID": start.branch_id,
        "branchSender": start.branch,
        "branchReceiverUID": end.branch_id,
        "branchReceiver": end.branch,
        "transfers": transfers,
        "transportingTimes": list(_TIMES),
        "commonTerms": [_terms(row["type"], start, end) for row in transfers if not row["hasError"]],
    }


class _Order:
    """What is to be priced."""

    def __init__(
        self, places: list[dict[str, float]], start: End, end: End, pickup: bool, delivery: bool, insured: float,
        data: dict[str, Any],
    ) -> None:  # fmt: skip
        self.start, self.end, self.pickup, self.delivery = start, end, pickup, delivery
        self.insured, self.data, self.places = insured, data, places
        self.weight = float(sum(units.up(place["weight"]) for place in places))
        self.volume = float(sum(units.up(place["volume"]) for place in places))
        self.side = max(place["side"] for place in places)
        self.heaviest = max(place["weight"] for place in places)
        self.hard = any(place["hard"] for place in places)
        self.seals = int(sum(place["seals"] for place in places))


def _products(check: Check, data: dict[str, Any]) -> list[int]:
    types = check.take(data, "", "types", "list") or []
    if not types and "types" not in check.fields:
        check.bad("types", REQUIRED)
    for at, product in enumerate(types):
        # Product 5 cannot be priced by this method (§2).
        if product not in PRODUCTS or product == EXPRESS_CAR or isinstance(product, bool):
            check.bad(f"types[{at}]", NO_PRODUCT)
    return [product for product in types if product in PRODUCTS]


def _ends(pek: Pek, check: Check, data: dict[str, Any]) -> tuple[End | None, End | None]:
    found: list[End | None] = []
    for flag, block, key, operation in (
        ("isPickUp", "pickup", "senderWarehouseId", "Прием груза"),
        ("isDelivery", "delivery", "receiverWarehouseId", "Выдача груза"),
    ):
        door = check.take(data, "", flag, "flag")
        if door:
            inner = check.take(data, "", block, "object") or {}
            found.append(_priced_address(check, inner, block))
        else:
            found.append(ends.warehouse_end(pek, check, data.get(key), key, operation))
    return found[0], found[1]


def _priced_address(check: Check, block: dict[str, Any], path: str) -> End | None:
    """A vague address is priced all the same (§11.11): from the middle of its town."""
    point = point_of(check, block.get("coordinates"), f"{path}.coordinates", kind=str)
    address = check.take(block, path, "address", "text")
    if address is None:
        return None
    place = locate_point(*point) if point else locate(address)
    if place is None:
        check.bad(f"{path}.address", NOT_SERVED)
        return None
    return End(None, place.formatted, place.latitude, place.longitude, place.branch.title, place.branch.id)


def _places(pek: Pek, check: Check, data: dict[str, Any]) -> list[dict[str, float]]:
    rows = check.take(data, "", "cargos", "list") or []
    if not rows and "cargos" not in check.fields:
        check.bad("cargos", REQUIRED)
    found = []
    for at, row in enumerate(rows):
        path = f"cargos[{at}]"
        if not isinstance(row, dict):
            check.bad(path, "Неверный тип значения")
            continue
        check.known(row, path, _PLACE)
        largest = check.take(row, path, "maxSize", "number", required=False)
        volume = units.check_place(pek, check, row, path, sizes_required=largest is None)
        if largest is not None and not volume:
            check.bad(f"{path}.volume", REQUIRED)
        sides = [float(row.get(name) or 0) for name in ("length", "width", "height")]
        found.append(
            {"weight": _number(row.get("weight")), "volume": volume, "side": max(*sides, float(largest or 0)),
             "hard": float(row.get("isHP") is True), "seals": _number(row.get("sealingPositionsCount"))}
        )  # fmt: skip
    return found


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def _check_moment(pek: Pek, check: Check, start: End, planned: datetime, *, pickup: bool) -> None:
    """In the local time of the sending branch: not in the past, on a working day; a pickup not later than four hours
    before it closes."""
    zone = ZoneInfo(nearest(start.latitude, start.longitude).time_zone)
    local = datetime.fromtimestamp(pek.time(), zone).replace(tzinfo=None)
    branch = network.branch_by_id()[start.branch_id]
    found = pek.warehouse(start.warehouse_id or branch.main.id)
    if planned.date() < local.date() or not ends.works_on(found, planned.date()):
        check.bad("plannedDateTime", _IMPOSSIBLE)
    if pickup and planned.hour > int(branch.main.hours[0][1][:2]) - 4:
        check.bad("plannedDateTime", "Время забора должно быть не позднее 4 часов до окончания работы филиала")


def _transfer(pek: Pek, account: Account, product: int, order: _Order) -> dict[str, Any]:
    problem = _problem(account, product, order)
    if problem:
        return {"type": product, "hasError": True, "errorMessage": problem, "costTotal": 0, "services": [],
                "transportingTypes": 1}  # fmt: skip
    services = _services(product, order)
    total = sum(row["cost"] + sum(inner["cost"] for inner in row["services"] or []) for row in services)
    total = round(total, 2)
    return {
        "type": product,
        "hasError": False,
        "errorMessage": None,
        "costTotal": f"{total:.2f}" if pek.switches.text_costs else total,
        "estDeliveryTime": _days(product, order.start, order.end) + int(order.pickup) + int(order.delivery),
        "services": services,
        "transportingTypes": 1,
    }


def _problem(account: Account, product: int, order: _Order) -> str:
    """What this product cannot carry, in words; empty = nothing."""
    if (product == EASYWAY and not account.easyway) or (product == DTS and not account.dts):
        return f"Для контрагента не заключено соглашение по продукту {PRODUCTS[product][0]}"
    if product == EASYWAY and (order.heaviest > 30 or order.side > 1.2):
        return "Превышены допустимые параметры груза для EasyWay. Допустимый вес места 30 кг, габарит 1,2 м."
    if product == AIR and (order.side > 2 or order.heaviest > 80):
        return "Длина груза превышает допустимую для АВИА. Допустимая длина 2 м."
    if product == DTS and not order.delivery:
        return "Для продукта ДТС доставка обязательна"
    return ""


def _services(product: int, order: _Order) -> list[dict[str, Any]]:
    km = max(20.0, ends.distance(order.start, order.end))
    per_km, per_kg, per_m3, least, _ = _RATES[product]
    far = 0.35 + 0.65 * km / 1000
    body = max(order.weight * per_kg, order.volume * per_m3) * far
    rows = [_service(order.start.branch, "Перевозка:", least + km * per_km + body)]
    if order.insured:
        rows.append(_service(order.start.branch, "Страхование:", max(50.0, order.insured * 0.0015)))
    if order.hard:
        rows.append(_service(order.start.branch, "Защитная транспортировочная упаковка", 300 + order.volume * 900))
    if order.seals:
        rows.append(_service(order.start.branch, "Пломбировка", 30.0 * order.seals))
    for wanted, end, name, extra in (
        (order.pickup, order.start, "Забор груза", "pickupServices"),
        (order.delivery, order.end, "Доставка груза", "deliveryServices"),
    ):
        if wanted:
            rows.append(_service(end.branch, name, 420 + order.weight * 2.5, _handling(end, order, extra)))
    return rows


def _handling(end: End, order: _Order, block: str) -> list[dict[str, Any]]:
    """Loading and carrying: nested, and not part of the parent's cost (§4.1)."""
    wanted = order.data.get(block) or {}
    rows = []
    if wanted.get("isLoading"):
        floors = 0 if wanted.get("isElevator") else max(0, int(wanted.get("floor") or 1) - 1)
        rows.append(_service(end.branch, "Погрузо-разгрузочные работы", 250 + order.weight * (1 + floors)))
    if (wanted.get("carryingDistance") or 0) > 30:
        rows.append(_service(end.branch, "Перенос груза по улице и внутри зданий более 30 метров", 200))
    return rows


def billed(cargo: Cargo) -> list[dict[str, Any]]:
    """What an order costs, as the calculator would have it; nothing while nobody knows its weight and sizes."""
    common, wanted = cargo.common, cargo.body["services"]
    rows = common.get("cargoPlaceList") or [common]
    if not all(row.get("weight") and row.get("length") for row in rows):
        return []
    places = [
        {
            "weight": float(row["weight"]),
            "volume": float(row.get("volume") or row["length"] * row["width"] * row["height"]),
            "side": float(row["length"]),
            "hard": float(wanted["hardPacking"]["enabled"]),
            "seals": float(wanted["sealing"]["enabled"]),
        }
        for row in rows
        for _ in range(int(row.get("quantity") or 1))
    ]
    cash = wanted.get("cashOnDelivery") or {}
    insured = cash.get("actualCost") if cash.get("enabled") else wanted["insurance"].get("cost")
    order = _Order(places, cargo.start, cargo.end, bool(cargo.order_type), cargo.door, float(insured or 0), {})
    return _services(LTL if cargo.product not in _RATES else cargo.product, order)


def _service(town: str, info: str, cost: float, inner: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"serviceType": "Перевозка", "senderCity": town, "cost": round(cost, 2), "info": info,
            "services": inner or None}  # fmt: skip


def _days(product: int, start: End, end: End) -> int:
    per_1000 = _RATES[product][4]
    return 1 + math.ceil(ends.distance(start, end) / 1000 * per_1000)


def _terms(product: int, start: End, end: End) -> dict[str, Any]:
    days = _days(product, start, end)
    return {
        "type": product,
        "branchSender": start.branch,
        "branchReceiver": end.branch,
        "discountedDeliveryWeekDays": [2, 4],
        "transporting": [f"{days}", f"{days} - {days + 1}", f"{days + 1} - {days + 2}"],
        "transportingWithDelivery": [
            f"{days + 1} - {days + 2}",
            f"{days + 1} - {days + 3}",
            f"{days + 2} - {days + 4}",
        ],
        "transportingWithPickup": f"{days + 1} - {days + 2}",
        "transportingWithDeliveryWithPickup": f"{days + 2} - {days + 4}",
        "senderShippingDays": [1, 2, 3, 4, 5, 6],
        "transportingTypes": 1,
    }
