"""Quotes and offers: nothing exists until an offer is confirmed, in its minutes and once (§A5, §A6)."""

from __future__ import annotations

from typing import Any

from sandbox.yandex_delivery.core import Yandex
from sandbox.yandex_delivery.errors import Refused, bad, missing
from sandbox.yandex_delivery.fields import Fields, utc
from sandbox.yandex_delivery.model import Account, Body, Offer, Parcel

from . import ends, prices, slots
from .ends import Box, Target
from .order_body import Order, check_order
from .parcels import accept
from .slots import Window


def calculate(yandex: Yandex, account: Account, fields: Fields) -> Body:
    """``pricing-calculator``."""
    source = ends.source_city(yandex, account, fields.child("source").text("platform_station_id"))
    target = _simple_target(yandex, fields)
    tariff = fields.one_of("tariff", ("time_interval", "self_pickup"))
    weight = fields.integer("total_weight", least=1)
    assessed = fields.integer("total_assessed_price", 0, least=0)
    to_pay = fields.integer("client_price", 0, least=0)
    method = fields.one_of("payment_method", ("already_paid", "card_on_receipt"), "already_paid")
    boxes = _simple_boxes(fields, weight)
    door = target.point is None
    refusal = Refused(404, "no_delivery_options", "No delivery options")
    if door != (tariff == "time_interval") or not ends.fits(target, boxes) or yandex.switches.no_slots:
        raise refusal
    if target.point is not None and method not in target.point["payment_methods"]:
        raise refusal
    total = prices.base_price(source, target.city, weight, assessed, door=door) + prices.commission(to_pay)
    return {"pricing_total": prices.money(total), "delivery_days": prices.days(source, target.city)}


def _simple_target(yandex: Yandex, fields: Fields) -> Target:
    """``destination``: exactly one of an address and a point."""
    place = fields.child("destination")
    if place.has("address") == place.has("platform_station_id"):
        raise missing("destination.address")
    if place.has("address"):
        return ends.address_target(yandex, place.text("address"))
    return ends.point_target(yandex, place.text("platform_station_id"))


def _simple_boxes(fields: Fields, weight: int) -> list[Box]:
    boxes = []
    for place in fields.children("places", least=0):
        dims = place.child("physical_dims")
        sides = dims.integer("dx", least=1), dims.integer("dy", least=1), dims.integer("dz", least=1)
        boxes.append(Box("", dims.integer("weight_gross", least=1), sides))
    return boxes or [Box("", weight, (1, 1, 1))]


def info(yandex: Yandex, account: Account, station: str, target: Target, policy: str) -> list[Window]:
    """Windows without prices (``offers/info``)."""
    source = ends.source_city(yandex, account, station)
    if (target.point is None) != (policy == "time_interval") or yandex.switches.no_slots:
        raise ends.no_options()
    return list(slots.windows(yandex, source, target))


def info_by_body(yandex: Yandex, account: Account, fields: Fields, policy: str) -> list[Window]:
    """The POST form."""
    fields.children("places")
    station = fields.child("source").text("platform_station_id")
    return info(yandex, account, station, _simple_target(yandex, fields), policy)


def info_by_query(yandex: Yandex, account: Account, query: dict[str, str], policy: str) -> list[Window]:
    """The GET form."""
    if not query.get("station_id"):
        raise bad("Missing station_id in query")
    address, point = query.get("full_address"), query.get("self_pickup_id")
    if bool(address) == bool(point):
        raise bad("Missing full_address in query")
    target = ends.address_target(yandex, address) if address else ends.point_target(yandex, str(point))
    return info(yandex, account, query["station_id"], target, policy)


def create(yandex: Yandex, account: Account, fields: Fields, *, unix: bool) -> Body:
    """``offers/create``: offers with slots, each good for some minutes."""
    order = check_order(yandex, account, fields)
    with yandex.lock:
        made = [_offer(yandex, account, order, window) for window in _offered(yandex, order)]
        return {"offers": [_offer_json(offer, unix=unix) for offer in made]}


def _offered(yandex: Yandex, order: Order) -> list[Window]:
    first = slots.wanted_source(yandex, order.source_fields, order.source)
    return slots.wanted_window(
        yandex, order.target_fields, list(slots.windows(yandex, order.source, order.target, first))
    )


def _offer(yandex: Yandex, account: Account, order: Order, window: Window) -> Offer:
    base = prices.base_price(
        order.source, order.target.city, order.weight, order.assessed, door=order.target.point is None
    )
    fee = prices.commission(order.to_pay)
    pickup = slots.pickup_window(yandex, order.source)
    details: Body = {
        "delivery_interval": {"min": window.start, "max": window.end, "policy": order.policy},
        "pickup_interval": {"min": pickup.start, "max": pickup.end},
        "pricing": prices.money(base),
        "pricing_commission_on_delivery_payment": f"{prices.COMMISSION}%",
        "pricing_commission_on_delivery_payment_amount": prices.money(fee),
        "pricing_total": prices.money(base + fee),
    }
    offer = Offer(yandex.new_id(), account.code, order.body, details, yandex.time() + yandex.switches.offer_seconds)
    yandex.offers[offer.offer_id] = offer
    return offer


def _offer_json(offer: Offer, *, unix: bool) -> Body:
    def when(moment: float) -> Any:
        return int(moment) if unix else utc(moment)

    details = dict(offer.details)
    for name in ("delivery_interval", "pickup_interval"):
        details[name] = {key: when(value) if key != "policy" else value for key, value in details[name].items()}
    return {"offer_id": offer.offer_id, "expires_at": when(offer.expires), "offer_details": details}


def confirm(yandex: Yandex, account: Account, fields: Fields) -> Parcel:
    """``offers/confirm``: the order exists from now on. Raises Refused."""
    offer_id = fields.text("offer_id")
    with yandex.lock:
        offer = yandex.offers.get(offer_id)
        if offer is None or offer.account != account.code:
            raise bad("Offer not found", "offer_not_found")
        if offer.used:
            raise bad("Offer already used", "offer_already_used")
        if offer.expires <= yandex.time():
            raise bad("Offer expired", "offer_expired")
        # The number may have been taken since the offer was made.
        check_order(yandex, account, Fields(_without_interval(offer.body)))
        offer.used = True
        return accept(yandex, account, offer.body, offer.details)


def _without_interval(body: Body) -> Body:
    """The window was found when the offer was made."""
    return body | {"source": {key: value for key, value in body["source"].items() if key != "interval_utc"}}


def create_at_once(yandex: Yandex, account: Account, fields: Fields) -> Parcel:
    """``request/create``: the nearest slot, one step."""
    with yandex.lock:
        order = check_order(yandex, account, fields)
        window = _offered(yandex, order)[0]
        return accept(yandex, account, order.body, _offer(yandex, account, order, window).details)


def simple_windows(found: list[Window], *, unix: bool) -> list[Body]:
    """``from``/``to`` pairs."""
    if unix:
        return [{"from": int(window.start), "to": int(window.end)} for window in found]
    return [{"from": utc(window.start), "to": utc(window.end)} for window in found]
