"""``pickup-points/list`` and ``location/detect`` (§A3, §A4)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from sandbox.yandex_delivery.core import Yandex
from sandbox.yandex_delivery.data.points import Point, broken_points, extra_points, points
from sandbox.yandex_delivery.errors import bad
from sandbox.yandex_delivery.fields import Fields
from sandbox.yandex_delivery.geo import cities_of

from .order_body import PAYMENTS

_TYPES = ("pickup_point", "terminal", "warehouse")
_OPERATORS = ("market_l4g", "5post")
_FLAGS = ("is_fitting_allowed", "is_partial_refuse_allowed", "is_paperless_pickup_allowed", "is_unboxing_allowed")
_EXTRA = {"sandbox_unknown_field": {"nobody": "documented this"}}
Test = Callable[[Point], bool]


def detect(fields: Fields) -> dict[str, Any]:
    """Variants of an address; none when the place is unknown."""
    text = fields.text("location")
    rest = ", ".join(part.strip() for part in text.split(",")[1:])
    found = cities_of(text)
    # A village that is called like a capital is not meant.
    found = [city for city in found if city.express] or found
    # A region or a postal code before the city is not repeated behind it.
    tail = f", {rest}" if rest and found and text.split(",")[0].strip().endswith(found[0].name) else ""
    return {"variants": [{"geo_id": city.geo_id, "address": city.full_name + tail} for city in found]}


def listed(yandex: Yandex, fields: Fields) -> Iterator[bytes]:
    """The answer in pieces: a list of everything is tens of megabytes."""
    geo_id = fields.integer("geo_id", least=0) if fields.has("geo_id") else None
    tests = _tests(fields)
    switches = yandex.switches

    def pieces() -> Iterator[bytes]:
        yield b'{"points": ['
        separator = ""
        more = _EXTRA if switches.unknown_fields else {}
        for row in rows():
            yield (separator + json.dumps({**row, **more}, ensure_ascii=False)).encode()
            separator = ", "
        yield b"]}"

    def rows() -> Iterator[Point]:
        if geo_id in (None, 213):
            yield from broken_points(switches.broken_points)
        here = (row for row in points().values() if geo_id is None or row["address"]["geoId"] == geo_id)
        for row in chain(here, extra_points(switches.extra_points, geo_id)):
            if row["id"] not in yandex.closed_points and all(test(row) for test in tests):
                yield _shown(row)

    return pieces()


def _shown(row: Point) -> Point:
    return {name: value for name, value in row.items() if name != "operator_id"}


def _tests(fields: Fields) -> list[Test]:
    found: list[Test] = []
    if fields.has("pickup_point_ids"):
        ids = set(fields.texts("pickup_point_ids"))
        found.append(lambda row: row["id"] in ids)
    found += [_between(axis, fields.child(axis)) for axis in ("latitude", "longitude") if fields.has(axis)]
    dropoff = fields.flag("available_for_dropoff") if fields.has("available_for_dropoff") else None
    if fields.has("type"):
        kind = fields.one_of("type", _TYPES)
        if kind == "warehouse" and not dropoff:
            raise bad("available_for_dropoff must be true for warehouse")
        found.append(lambda row: row["type"] == kind)
    if dropoff is not None:
        found.append(lambda row: row["available_for_dropoff"] is dropoff)
    methods = fields.texts("payment_methods")
    if fields.has("payment_method"):
        methods = [*methods, fields.one_of("payment_method", PAYMENTS)]
    for method in methods:
        if method not in PAYMENTS:
            raise bad("Field 'payment_methods' must be of known methods")
    if methods:
        found.append(lambda row: set(methods) <= set(row["payment_methods"]))
    return found + _more_tests(fields)


def _more_tests(fields: Fields) -> list[Test]:
    found: list[Test] = []
    if fields.flag("is_yandex_branded") and not fields.flag("is_not_branded_partner_station"):
        found.append(lambda row: bool(row["is_yandex_branded"]))
    operators = fields.texts("operator_ids")
    if any(name not in _OPERATORS for name in operators):
        raise bad(f"Field 'operator_ids' must be of {', '.join(_OPERATORS)}")
    if operators:
        found.append(lambda row: row["operator_id"] in operators)
    if fields.has("pickup_services"):
        services = fields.child("pickup_services")
        wanted = [name for name in _FLAGS if services.flag(name)]
        found.append(lambda row: all(row["pickup_services"][name] for name in wanted))
    return found


def _between(axis: str, interval: Fields) -> Test:
    low, high = interval.number("from"), interval.number("to")
    return lambda row: low <= row["position"][axis] <= high
