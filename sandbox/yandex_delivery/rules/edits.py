"""Changing an order: each is gated, some take their time and exclude one another (§A9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.yandex_delivery.core import Yandex
from sandbox.yandex_delivery.errors import EDIT_CONFLICT, Refused, bad, conflict, missing
from sandbox.yandex_delivery.fields import Fields
from sandbox.yandex_delivery.geo import City, cities, city_of, nearest
from sandbox.yandex_delivery.model import Account, Body, Parcel

from . import ends, slots
from .ends import Target
from .order_body import check_services
from .parcels import available_actions, by_id, set_status
from .slots import Window


def city_of_parcel(parcel: Parcel) -> int:
    """``geo_id`` of where it goes."""
    from sandbox.yandex_delivery.data.points import extra_point, points

    destination = parcel.body["destination"]
    if destination["type"] == "platform_station":
        identity = destination["platform_station"]["platform_id"]
        return int((points().get(identity) or extra_point(identity) or {})["address"]["geoId"])
    place = destination["custom_location"]
    found = city_of(str((place.get("details") or {}).get("full_address") or ""))
    found = found or nearest(float(place.get("latitude") or 0), float(place.get("longitude") or 0), 1e9)
    return found.geo_id if found else 213


def _source(yandex: Yandex, account: Account, parcel: Parcel) -> City:
    return ends.source_city(yandex, account, parcel.body["source"]["platform_station"]["platform_id"])


def _gate(parcel: Parcel, *names: str) -> None:
    actions = available_actions(parcel)
    if not any(actions[name] for name in names):
        raise bad("Editing is not available for this request", "edit_not_available")


def datetime_options(yandex: Yandex, account: Account, fields: Fields) -> list[Window]:
    """Windows at the present destination."""
    parcel = by_id(yandex, account, fields.text("request_id"))
    _gate(parcel, "update_dates_available")
    point = parcel.body["destination"].get("platform_station") or {}
    target = Target(cities()[city_of_parcel(parcel)], yandex.point(str(point.get("platform_id") or "")))
    return list(slots.windows(yandex, _source(yandex, account, parcel), target))


def redelivery_options(yandex: Yandex, account: Account, fields: Fields) -> list[Window]:
    """Windows at another destination."""
    parcel = by_id(yandex, account, fields.text("request_id"))
    policy = fields.one_of("last_mile_policy", ("time_interval", "self_pickup"))
    target = ends.destination(yandex, fields.child("destination"))
    _gate(parcel, *_destination_gates(parcel, target))
    if (target.point is None) != (policy == "time_interval"):
        raise ends.no_options()
    return list(slots.windows(yandex, _source(yandex, account, parcel), target))


def _destination_gates(parcel: Parcel, target: Target) -> list[str]:
    was_point = parcel.body["last_mile_policy"] == "self_pickup"
    if target.point is None:
        return ["update_pickup_to_courier_available"] if was_point else ["update_address_available"]
    return ["update_pickup_to_pickup_available"] if was_point else ["update_courier_to_pickup_available"]


def edit(yandex: Yandex, account: Account, fields: Fields) -> Body:
    """``request/edit``: recipient, destination with its window, sizes of boxes."""
    with yandex.lock:
        parcel = by_id(yandex, account, fields.text("request_id"))
        changes: Body = {}
        if fields.has("recipient_info"):
            _gate(parcel, "update_recipient")
            who = fields.child("recipient_info")
            who.text("first_name")
            who.text("phone")
            changes["recipient_info"] = dict(who.data)
        window = None
        if fields.has("destination"):
            place, window = _new_destination(yandex, account, parcel, fields.child("destination"))
            changes |= place
        if fields.has("places"):
            _gate(parcel, "update_places")
            changes["places"] = _new_sizes(parcel, fields.children("places"))
        if not changes:
            raise missing("recipient_info")

        def apply() -> None:
            parcel.body.update(changes)
            if window is not None:
                was = parcel.details["delivery_interval"]
                parcel.details = parcel.details | {"delivery_interval": was | {"min": window.start, "max": window.end}}

        return {"edit_id": _start(yandex, parcel, apply)}


def _new_destination(yandex: Yandex, account: Account, parcel: Parcel, place: Fields) -> tuple[Body, Window | None]:
    """What it will be, and its window where one is named. The same place without another time is no change."""
    target = ends.destination(yandex, place)
    old = parcel.body["destination"]
    same = _where(dict(place.data)) == _where(old)
    named = place.has("interval_utc") or place.has("interval")
    if same and not named:
        raise missing("destination.interval_utc")
    _gate(parcel, *(["update_dates_available"] if same else _destination_gates(parcel, target)))
    boxes = ends.parse_boxes([Fields(row) for row in parcel.body["places"]])
    method = parcel.body["billing_info"]["payment_method"]
    ends.check_payment(target, method, to_pay=method != "already_paid")
    check_services(target, Fields(parcel.body))
    if not ends.fits(target, boxes):
        raise ends.no_options()
    offered = list(slots.windows(yandex, _source(yandex, account, parcel), target))
    wanted = slots.wanted_window(yandex, place, offered)
    policy = "time_interval" if target.point is None else "self_pickup"
    return {"destination": dict(place.data), "last_mile_policy": policy}, wanted[0] if named else None


def _where(destination: Body) -> Body:
    return {key: value for key, value in destination.items() if not key.startswith("interval")}


def _new_sizes(parcel: Parcel, rows: list[Fields]) -> list[Any]:
    places = {place["barcode"]: place for place in parcel.body["places"]}
    for row in rows:
        barcode, fresh = row.text("barcode"), row.child("place")
        if barcode not in places:
            raise bad("There is place with no items")
        ends.parse_boxes([fresh])
        places[barcode] = dict(fresh.data)
    return list(places.values())


def edit_places(yandex: Yandex, account: Account, fields: Fields) -> Body:
    """``request/places/edit``: the whole list of boxes; the goods stay the same."""
    with yandex.lock:
        parcel = by_id(yandex, account, fields.text("request_id"))
        _gate(parcel, "update_places")
        rows = fields.children("places")
        known = {box.barcode for box in ends.parse_boxes(rows)}
        if not {item["place_barcode"] for item in parcel.body["items"]} <= known:
            raise bad("There are items with no place")
        fresh = [dict(row.data) for row in rows]
        return {"editing_task_id": _start(yandex, parcel, lambda: parcel.body.update({"places": fresh}))}


def remove_items(yandex: Yandex, account: Account, fields: Fields) -> Body:
    """``request/items/remove``: counts may only fall; ``item_barcode`` is the item's article here."""
    with yandex.lock:
        parcel = by_id(yandex, account, fields.text("request_id"))
        _gate(parcel, "update_items")
        left = {row.text("item_barcode"): row.integer("remaining_count", least=0)
                for row in fields.children("items_to_remove")}  # fmt: skip
        counts = {item["article"]: item["count"] for item in parcel.body["items"]}
        for article, count in left.items():
            if article not in counts or count >= counts[article]:
                raise bad(f"Wrong remaining_count of {article}")
        items = [item | {"count": left.get(item["article"], item["count"])} for item in parcel.body["items"]]
        items = [item for item in items if item["count"]]
        if not items:
            raise bad("There is place with no items")
        return {"editing_task_id": _start(yandex, parcel, lambda: parcel.body.update({"items": items}))}


def _start(yandex: Yandex, parcel: Parcel, apply: Callable[[], None]) -> str:
    if parcel.editing:
        raise conflict(*EDIT_CONFLICT)
    task = yandex.new_id()
    parcel.editing = task
    yandex.tasks[task] = {"status": "pending", "account": parcel.account}

    def done() -> None:
        parcel.editing = ""
        if parcel.stopped or parcel.cancelling:
            yandex.tasks[task]["status"] = "failure"
            return
        parcel.body = dict(parcel.body)
        apply()
        yandex.tasks[task]["status"] = "success"
        set_status(yandex, parcel, "DELIVERY_UPDATED_BY_SHOP", reason="CLIENT_REQUEST")
        yandex.note("order.changed", parcel.number, request_id=parcel.request_id)

    yandex.after(yandex.switches.edit_seconds, done)
    return task


def edit_status(yandex: Yandex, account: Account, task: str) -> Body:
    """Raises Refused."""
    found = yandex.tasks.get(task)
    if found is None or found["account"] != account.code:
        raise Refused(404, "not_found", f"Editing task {task} not found")
    return {"status": found["status"]}
