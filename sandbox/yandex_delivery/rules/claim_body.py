"""The bodies of the express API: routes, items, requirements, strictly (§B3, §B4, §B8). Metres, kilograms, rubles as
strings, longitude first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.yandex_delivery.core import Yandex, claim_facts
from sandbox.yandex_delivery.errors import Refused, bad
from sandbox.yandex_delivery.fields import Fields
from sandbox.yandex_delivery.geo import City, city_of, distance_km, has_house, nearest
from sandbox.yandex_delivery.model import Body

MONEY = re.compile(r"[0-9]{1,14}(\.[0-9]{0,4})?")
CLASSES = ("courier", "express", "cargo")
_OPTIONS = ("thermobag", "auto_courier")
_CARGO_TYPES = ("van", "lcv_m", "lcv_l")
_URL = re.compile(r"https?:.*")
# Metres (§B3).
SIZES = {"courier": (0.80, 0.50, 0.50), "express": (1.00, 0.60, 0.50), "cargo": (3.80, 1.80, 1.80)}
_FARTHEST_DUE = 3 * 86400.0


@dataclass(frozen=True, slots=True)
class Stop:
    """A point of the route: where it is as given, and as the text says."""

    latitude: float | None
    longitude: float | None
    text: str

    def city(self) -> City | None:
        if self.latitude is not None and self.longitude is not None:
            return nearest(self.latitude, self.longitude)
        return city_of(self.text) if has_house(self.text) else None

    def at(self) -> tuple[float, float] | None:
        if self.latitude is not None and self.longitude is not None:
            return self.latitude, self.longitude
        city = self.city()
        return (city.latitude, city.longitude) if city else None


@dataclass(frozen=True, slots=True)
class Load:
    """What is carried: kilograms in all, the biggest sides in metres (None: not said)."""

    kilograms: float
    sides: tuple[float, float, float] | None


def invalid(message: str) -> Refused:
    return bad(message, "validation_error")


def coordinates(fields: Fields, key: str) -> tuple[float | None, float | None]:
    """``[longitude, latitude]`` -> (latitude, longitude)."""
    value = fields.data.get(key)
    if value is None:
        return None, None
    pair = isinstance(value, list) and len(value) == 2
    if not pair or not all(isinstance(part, (int, float)) and not isinstance(part, bool) for part in value):
        raise invalid(f"Value of '{fields.name(key)}' must be an array of two numbers")
    return float(value[1]), float(value[0])


def swapped(stop: Stop) -> bool:
    """Latitude first: for Russia the second number is then outside 41..82."""
    return stop.latitude is not None and not 41 <= stop.latitude <= 82


def parse_items(rows: list[Fields]) -> Load:
    """Sizes and weights of all items together. Raises Refused."""
    kilograms, sides = 0.0, None
    for item in rows:
        count = item.integer("quantity", least=1)
        if item.has("weight"):
            kilograms += item.number("weight") * count
        if item.has("size"):
            size = item.child("size")
            ordered = sorted((size.number(name) for name in ("length", "width", "height")), reverse=True)
            sides = max(sides or (0.0, 0.0, 0.0), (ordered[0], ordered[1], ordered[2]))
    return Load(kilograms, sides)


def simple_stops(fields: Fields) -> list[Stop]:
    """``route_points`` of a price question. Raises Refused."""
    rows = fields.children("route_points")
    if len(rows) < 2:
        raise bad("At least two points", "unsupported_points_count")
    stops = []
    for row in rows:
        latitude, longitude = coordinates(row, "coordinates")
        text = row.text("fullname", "")
        if latitude is None and not text:
            raise invalid(f"Missing required field '{row.name('fullname')}'")
        stops.append(Stop(latitude, longitude, text))
    return stops


def requirements(fields: Fields, key: str) -> Mapping[str, Any]:
    """Raises Refused for what is not known."""
    if not fields.has(key):
        return {}
    wanted = fields.child(key)
    for name in [*wanted.texts("taxi_classes"), *([wanted.text("taxi_class")] if wanted.has("taxi_class") else [])]:
        if name not in CLASSES:
            raise invalid(f"Unknown taxi class {name}")
    if any(name not in _OPTIONS for name in wanted.texts("cargo_options")):
        raise invalid("Unknown cargo option")
    if wanted.has("cargo_type") and wanted.text("cargo_type") not in _CARGO_TYPES:
        raise invalid("Unknown cargo type")
    if wanted.integer("cargo_loaders", 0, least=0) > 2:
        raise bad("Too many loaders", "too_many_loaders")
    wanted.flag("pro_courier")
    return dict(wanted.data)


def check_claim(yandex: Yandex, fields: Fields) -> Body:
    """``claims/create`` and ``claims/edit``. Raises Refused."""
    points = fields.children("route_points")
    if not 2 <= len(points) <= 300:
        raise bad("From 2 to 300 points", "unsupported_points_count")
    kinds = {_check_point(point): point.text("type") for point in points}
    if len(kinds) != len(points):
        raise invalid("point_id must be unique")
    if list(kinds.values()).count("source") != 1:
        raise bad("Exactly one source point is required", "invalid_source_point")
    if "destination" not in kinds.values():
        raise bad("A destination point is required", "invalid_destination_point")
    if sorted(point.integer("visit_order", least=1) for point in points) != list(range(1, len(points) + 1)):
        raise invalid("visit_order must go from 1 without gaps")
    _check_claim_items(fields.children("items"), kinds)
    requirements(fields, "client_requirements")
    if fields.has("callback_properties") and not _URL.fullmatch(
        fields.child("callback_properties").text("callback_url")
    ):
        raise invalid("callback_url must match ^https?:.*")
    if fields.has("due"):
        _check_due(yandex, fields.moment("due"))
    for name in ("auto_accept", "skip_door_to_door", "skip_client_notify", "optional_return", "skip_act"):
        fields.flag(name)
    return dict(fields.data)


def _check_due(yandex: Yandex, due: float) -> None:
    if due < yandex.time():
        raise bad("Due is in the past", "due_in_past")
    if due > yandex.time() + _FARTHEST_DUE:
        raise bad("Due is too far", "delay_too_long")


def _check_point(point: Fields) -> int:
    kind = point.one_of("type", ("source", "destination", "return"))
    contact = point.child("contact")
    contact.text("name")
    _check_phone(contact.text("phone"))
    if kind != "destination":
        contact.text("email")
    address = point.child("address")
    address.text("fullname")
    coordinates(address, "coordinates")
    for name in ("skip_confirmation", "leave_under_door", "meet_outside", "no_door_call"):
        point.flag(name)
    if point.has("external_order_id"):
        if kind != "destination":
            raise bad("external_order_id is for destination points", "external_order_id_not_allowed")
        point.text("external_order_id")
    if point.has("payment_on_delivery"):
        raise Refused(403, "payment_on_delivery_disabled", "Payment on delivery is disabled")
    if point.has("buyout"):
        raise Refused(403, "buyout_disabled", "Buyout is disabled")
    return point.integer("point_id")


def _check_phone(phone: str) -> None:
    if not phone.startswith("+"):
        raise bad("Phone must start with +", "invalid_phone_must_start_plus_symbol")
    if not phone[1:].isdigit():
        raise bad("Phone has incorrect symbols", "invalid_phone_incorrect_symbol")
    if phone[1] not in "73":
        raise bad("Country phone code is not supported", "country_phone_code_not_supported")
    if not 11 <= len(phone) - 1 <= 12:
        raise bad("Phone has incorrect size", "invalid_phone_size_incorrect")


def _check_claim_items(rows: list[Fields], kinds: Mapping[int, str]) -> None:
    currencies = set()
    for item in rows:
        item.text("title")
        value = item.text("cost_value")
        if not MONEY.fullmatch(value):
            raise invalid(f"Value of '{item.name('cost_value')}' ({value}): doesn't match pattern")
        currencies.add(item.text("cost_currency"))
        if kinds.get(item.integer("pickup_point")) != "source":
            raise bad("Item's pickup point is not a source", "item_source_point_not_found")
        # An older spelling of the field is still read (§B4).
        key = "dropoff_point" if item.has("dropoff_point") else "droppof_point"
        if kinds.get(item.integer(key)) != "destination":
            raise bad("Item's dropoff point is not a destination", "item_destination_point_not_found")
    if len(currencies) > 1:
        raise bad("Different currencies", "different_cost_currencies")
    parse_items(rows)


def claim_stops(body: Mapping[str, Any]) -> list[Stop]:
    """Stops of a checked claim, in their order, without the return point."""
    rows = sorted(body["route_points"], key=lambda point: int(point["visit_order"]))
    stops = []
    for row in rows:
        if row["type"] == "return":
            continue
        pair = row["address"].get("coordinates") or (None, None)
        stops.append(Stop(pair[1], pair[0], row["address"]["fullname"]))
    return stops


def text_is_far(stop: Stop) -> bool:
    """The text's place is far from the given coordinates."""
    city = city_of(stop.text)
    if city is None or stop.latitude is None or stop.longitude is None:
        return False
    return distance_km(city.latitude, city.longitude, stop.latitude, stop.longitude) > 30


def forced_error(yandex: Yandex, body: Mapping[str, Any], number: str) -> None:
    """An override's refusal at once: errors with a ``status``; the others come with the estimation."""
    wanted = yandex.override_for(claim_facts(body, number), "errors")
    if wanted is None:
        return
    row = wanted.errors[0]
    if not isinstance(row, dict) or "status" not in row:
        if wanted.times is not None:
            wanted.times += 1
        return
    raise Refused(int(row["status"]), str(row.get("code", "bad_request")), str(row.get("message", "")))
