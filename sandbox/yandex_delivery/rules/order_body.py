"""The body of ``offers/create`` and ``request/create``: every field of the contract's table, strictly (§A6)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.yandex_delivery.core import Yandex, parcel_facts
from sandbox.yandex_delivery.errors import DUPLICATE, Refused, bad
from sandbox.yandex_delivery.fields import Fields
from sandbox.yandex_delivery.geo import City
from sandbox.yandex_delivery.model import Account, Body

from . import ends
from .ends import Box, Target

PAYMENTS = ("already_paid", "card_on_receipt", "postpay")
_VAT = (0, 5, 7, 10, 22, -1)
_PHONE = re.compile(r"\+7\d{10}")
_DOOR_MAX = 25_000_000


@dataclass(frozen=True, slots=True)
class Order:
    """What a checked body says. Money in kopecks, weight in grams."""

    body: Body
    source: City
    station: str
    source_fields: Fields
    target: Target
    target_fields: Fields
    boxes: list[Box]
    weight: int
    assessed: int
    to_pay: int
    policy: str


def check_order(yandex: Yandex, account: Account, fields: Fields) -> Order:
    """Raises Refused with the first fault."""
    info = fields.child("info")
    number = info.text("operator_request_id")
    source = fields.child("source")
    station = source.child("platform_station").text("platform_id")
    city = ends.source_city(yandex, account, station)
    policy = fields.one_of("last_mile_policy", ("time_interval", "self_pickup"))
    target_fields = fields.child("destination")
    boxes = ends.parse_boxes(fields.children("places"))
    items, assessed = _items(fields, {box.barcode for box in boxes})
    to_pay = _billing(fields.child("billing_info"), items)
    _recipient(fields.child("recipient_info"))
    target = ends.destination(yandex, target_fields)
    _door_or_point(yandex, fields, target, policy, target_fields)
    _payment(fields, target, to_pay, assessed)
    _forced_error(yandex, fields)
    if yandex.switches.unique_numbers and (old := yandex.by_number.get((account.code, number))) is not None:
        raise bad(DUPLICATE.format(old.request_id))
    ends.check_dropoff(yandex, account, station, boxes)
    if yandex.switches.no_slots or not ends.fits(target, boxes):
        raise ends.no_options()
    weight = sum(box.weight for box in boxes)
    return Order(
        dict(fields.data), city, station, source, target, target_fields, boxes, weight, assessed, to_pay, policy
    )


def _items(fields: Fields, barcodes: set[str]) -> tuple[int, int]:
    """(what the goods cost, what they are declared at), kopecks."""
    total = assessed = 0
    used: set[str] = set()
    articles: set[tuple[str, str]] = set()
    for item in fields.children("items"):
        count = item.integer("count", least=1)
        item.text("name")
        article, barcode = item.text("article"), item.text("place_barcode")
        if (article, barcode) in articles:
            raise bad("Item's articles must be unique")
        articles.add((article, barcode))
        if barcode not in barcodes:
            raise bad("There are items with no place")
        used.add(barcode)
        money = item.child("billing_details")
        price = money.integer("unit_price", least=0)
        declared = money.integer("assessed_unit_price", least=0)
        if declared < price:
            raise bad("Inconsistency billing details")
        if money.integer("nds", -1) not in _VAT:
            raise bad(f"Field '{money.name('nds')}' must be one of {', '.join(map(str, _VAT))}")
        _item_size(item)
        total, assessed = total + price * count, assessed + declared * count
    if used != barcodes:
        raise bad("There is place with no items")
    return total, assessed


def _item_size(item: Fields) -> None:
    if not item.has("physical_dims"):
        return
    dims = item.child("physical_dims")
    if dims.has("predefined_volume"):
        dims.integer("predefined_volume", least=1)
        return
    for side in ("dx", "dy", "dz"):
        dims.integer(side, least=1)


def _billing(billing: Fields, total: int) -> int:
    """Kopecks to take from the recipient."""
    method = billing.one_of("payment_method", PAYMENTS)
    delivery = billing.integer("delivery_cost", 0, least=0)
    for row in billing.children("variable_delivery_cost_for_recipient", least=0):
        row.integer("min_cost_of_accepted_items", least=1)
        row.integer("delivery_cost", least=0)
    return 0 if method == "already_paid" else total + delivery


def _recipient(who: Fields) -> None:
    who.text("first_name")
    if not _PHONE.fullmatch(who.text("phone")):
        raise bad(f"Field '{who.name('phone')}' must be a phone number")
    for name in ("last_name", "patronymic", "email"):
        who.text(name, "")


def _door_or_point(yandex: Yandex, fields: Fields, target: Target, policy: str, destination: Fields) -> None:
    door = target.point is None
    if door != (policy == "time_interval"):
        raise ends.no_options()
    if door and yandex.switches.interval_required and not destination.has("interval_utc"):
        raise bad("Missing required field 'destination.interval_utc'")
    check_services(target, fields)
    fields.flag("forbid_unboxing")


def check_services(target: Target, order: Fields) -> None:
    """Whether a destination gives what the order has beside carrying; goods that may be refused one by one are tried
    on unless it says otherwise (§A6). Raises Refused."""
    door, refuses = target.point is None, order.flag("particular_items_refuse")
    if refuses:
        if door:
            raise bad("Particular items refuse is not allowed for courier delivery")
        if not _service(target, "is_partial_refuse_allowed"):
            raise bad("Particular items refuse is not allowed for pickup point")
    if any(item.flag("fitting", refuses) for item in order.children("items")):
        if door:
            raise bad("Fitting of items is not available for courier delivery")
        if not _service(target, "is_fitting_allowed"):
            raise bad("Fitting of items is not available for pickup point")


def _service(target: Target, name: str) -> bool:
    return bool(target.point and target.point["pickup_services"][name])


def _payment(fields: Fields, target: Target, to_pay: int, assessed: int) -> None:
    method = fields.child("billing_info").text("payment_method")
    if target.point is None and method == "postpay":
        raise bad("Payment on delivery option is not available for courier delivery")
    ends.check_payment(target, method, to_pay=method != "already_paid")
    if target.point is None and max(to_pay, assessed) > _DOOR_MAX:
        raise ends.no_options()


def _forced_error(yandex: Yandex, fields: Fields) -> None:
    """An override's refusal at once. ``VALIDATING_ERROR`` comes later, see parcels."""
    wanted = yandex.override_for(parcel_facts(dict(fields.data)), "errors")
    if wanted is None:
        return
    error = wanted.errors[0]
    if error == "VALIDATING_ERROR":
        # Not used up yet: it strikes when the order is checked.
        if wanted.times is not None:
            wanted.times += 1
        return
    row = error if isinstance(error, dict) else {"message": str(error)}
    raise Refused(int(row.get("status", 400)), str(row.get("code", "bad_request")), str(row.get("message", "")))
