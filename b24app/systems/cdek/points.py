"""Pickup points (cdek.md §13): one by its code, the whole list page by page, and whether one takes this very
shipment."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from b24app.logistics.points import (
    LOCKER,
    OFFICE,
    Hours,
    Opening,
    PickupPoint,
    PointPage,
    SpecialDays,
    Takes,
)
from b24app.systems.cdek.client import Client
from b24app.systems.cdek.errors import ERRORS, rows_of
from b24app.systems.kit.directory import POINTS_S, Directory
from b24app.systems.kit.spool import BROKEN, PAGE
from b24app.systems.kit.units import grams_of

LOCKER_MAX_G = 15_000
_TIME = re.compile(r"(\d{1,2}):(\d{2})")


class PointBook:
    """Points by code, kept for an hour."""

    def __init__(self, client: Client, directory: Directory, now: float) -> None:
        self._client = client
        self._directory = directory
        self._now = now

    def find(self, code: str) -> PickupPoint | None:
        """None when CDEK has no such point. Raises Unavailable."""
        key = ("point", self._client.base, code.upper())
        return self._directory.get(key, self._now, POINTS_S, lambda: self._ask(code))

    def _ask(self, code: str) -> PickupPoint | None:
        reply = self._client.read("deliverypoints", "deliverypoints", {"code": code})
        if isinstance(reply.data, list):
            rows = rows_of(reply.data)
            return next((parse_point(row) for row in rows if str(row.get("code", "")).upper() == code.upper()), None)
        if any(ERRORS.of(found)[0] == "point_unknown" for found in reply.codes):
            return None
        raise reply.odd("deliverypoints")


def read_page(client: Client, page: int) -> PointPage:
    """A full page has another behind it: their paging headers get lost on the way (§13), so they are not asked."""
    reply = client.read("deliverypoints", "deliverypoints.page", {"size": str(PAGE), "page": str(page)})
    if not isinstance(reply.data, list):
        raise reply.odd("deliverypoints.page")
    return parse_page(reply.data)


def parse_page(rows: list[Any]) -> PointPage:
    """A record that cannot be read costs nobody else's place on the map."""
    points: dict[str, PickupPoint] = {}
    for row in rows:
        try:
            point = parse_point(row)
        except BROKEN:
            continue
        points[point.code] = point
    return PointPage(tuple(points.values()), len(rows) - len(points), more=len(rows) >= PAGE)


def parse_point(row: Mapping[str, Any]) -> PickupPoint:
    """Weights come in kilograms and cells in centimetres. Raises KeyError, TypeError, ValueError for a record without
    sense."""
    location = row.get("location")
    place: Mapping[str, Any] = location if isinstance(location, Mapping) else {}
    lat, lon = _where(place)
    code = str(row["code"] or "").strip()
    if not code:
        raise ValueError("a point without a code")
    return PickupPoint(
        code=code,
        name=str(row.get("name") or code),
        address=str(place.get("address") or ""),
        city=str(place.get("city") or ""),
        takes=_takes(row),
        hours=_hours(row),
        lat=lat,
        lon=lon,
        region=str(place.get("region") or ""),
        postal_code=str(place.get("postal_code") or ""),
        metro=str(row.get("nearest_metro_station") or ""),
        note=str(row.get("address_comment") or ""),
        phone=next((str(each["number"]) for each in rows_of(row.get("phones")) if each.get("number")), ""),
    )


def _where(place: Mapping[str, Any]) -> tuple[float | None, float | None]:
    lat, lon = place.get("latitude"), place.get("longitude")
    if not isinstance(lat, int | float) or not isinstance(lon, int | float) or not (lat or lon):
        return None, None
    return (float(lat), float(lon)) if abs(lat) <= 90 and abs(lon) <= 180 else (None, None)


def _takes(row: Mapping[str, Any]) -> Takes:
    """A limit of 0 or none = nothing is stated; a locker takes 15 kg whatever it says, and
    neither fitting nor parts go there (§8)."""
    locker = row.get("type") == "POSTAMAT"
    heaviest = grams_of(row.get("weight_max"))
    return Takes(
        kind=LOCKER if locker else OFFICE,
        active=str(row.get("status") or "ACTIVE").upper() == "ACTIVE",
        hands_out=_flag(row, "is_handout"),
        cod=_flag(row, "allowed_cod"),
        cash=_flag(row, "have_cash"),
        card=_flag(row, "have_cashless"),
        fitting=False if locker else _flag(row, "is_dressing_room"),
        returns=_flag(row, "is_reception"),
        max_weight_g=min(heaviest or LOCKER_MAX_G, LOCKER_MAX_G) if locker else heaviest,
        cells_mm=tuple(cell for each in rows_of(row.get("dimensions")) if all(cell := _cell(each))),
        one_parcel=locker,
        partial=False if locker else None,
    )


def _flag(row: Mapping[str, Any], name: str) -> bool | None:
    value = row.get(name)
    return value if isinstance(value, bool) else None


def _cell(row: Mapping[str, Any]) -> tuple[int, int, int]:
    sides = sorted((round(float(row.get(side) or 0) * 10) for side in ("width", "height", "depth")), reverse=True)
    return sides[0], sides[1], sides[2]


def _hours(row: Mapping[str, Any]) -> Hours:
    """Local times without a zone."""
    week = []
    for each in rows_of(row.get("work_time_list")):
        if each.get("day") in range(1, 8):
            times = _TIME.findall(str(each.get("time") or ""))
            opens, closes = map(_minutes, times) if len(times) == 2 else (0, 0)
            week.append(Opening(int(each["day"]), opens, closes))
    special = [found for each in rows_of(row.get("work_time_exception_list")) if (found := _special(each))]
    return Hours(tuple(sorted(week, key=lambda each: each.day)), tuple(special), str(row.get("work_time") or ""))


def _special(row: Mapping[str, Any]) -> SpecialDays | None:
    try:
        first = date.fromisoformat(str(row["date_start"])[:10])
        last = date.fromisoformat(str(row.get("date_end") or row["date_start"])[:10])
    except (KeyError, ValueError):
        return None
    opens, closes = _TIME.match(str(row.get("time_start") or "")), _TIME.match(str(row.get("time_end") or ""))
    return SpecialDays(
        first,
        last,
        row.get("is_working") is True,
        _minutes(opens.groups()) if opens else None,
        _minutes(closes.groups()) if closes else None,
    )


def _minutes(found: Sequence[str | Any]) -> int:
    return int(found[0]) * 60 + int(found[1])
