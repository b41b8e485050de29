"""Pickup points of all carriers behind ApiShip (apiship.md §6): one by its id, the whole list page by page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from b24app.logistics.errors import Unavailable
from b24app.logistics.points import LOCKER, OFFICE, Hours, Opening, PickupPoint, PointPage, Takes
from b24app.systems.apiship.client import Client
from b24app.systems.apiship.errors import Reply
from b24app.systems.apiship.vocabulary import CARRIERS, GIVES_OUT, LOCKER_TYPE, POINT_FIELDS, TAKES_IN
from b24app.systems.kit.directory import POINTS_S, Directory
from b24app.systems.kit.rows import rows_of
from b24app.systems.kit.spool import BROKEN
from b24app.systems.kit.units import decimal_of, money_of

PAGE = 500
_TIMES = re.compile(r"(\d{1,2}):(\d{2})/(\d{1,2}):(\d{2})")
_TITLES = {key: title["ru"] for key, title in CARRIERS}


class PointBook:
    """Points by ApiShip's id, kept for an hour, each with the key of its carrier."""

    def __init__(self, client: Client, directory: Directory, now: float) -> None:
        self._client = client
        self._directory = directory
        self._now = now

    def find(self, code: str) -> tuple[str, PickupPoint] | None:
        """(providerKey, point), or None when there is none of this id. Raises Unavailable."""
        if not code.isdigit():
            return None
        key = ("point", self._client.base, code)
        return self._directory.get(key, self._now, POINTS_S, lambda: self._ask(code))

    def _ask(self, code: str) -> tuple[str, PickupPoint] | None:
        params = {"filter": f"id={code}", "limit": "1", "fields": POINT_FIELDS}
        rows, _ = _rows(self._client.call("GET", "lists/points", "points.find", params=params), "points.find")
        return next(((str(row["providerKey"]), parse_point(row)) for row in rows if str(row.get("id")) == code), None)


def read_page(client: Client, page: int) -> PointPage:
    """Of every carrier; points that only take parcels in are left out by ApiShip."""
    wanted = f"availableOperation=[{','.join(map(str, sorted(GIVES_OUT)))}]"
    params = {"limit": str(PAGE), "offset": str(page * PAGE), "filter": wanted, "fields": POINT_FIELDS}
    rows, total = _rows(client.call("GET", "lists/points", "points.page", params=params), "points.page")
    points: dict[str, PickupPoint] = {}
    for row in rows:
        try:
            point = parse_point(row)
        except BROKEN:
            continue
        points[point.code] = point
    return PointPage(tuple(points.values()), len(rows) - len(points), more=bool(rows) and (page + 1) * PAGE < total)


def _rows(reply: Reply, label: str) -> tuple[list[Mapping[str, Any]], int]:
    """The rows and how many there are in all."""
    meta = reply.row.get("meta")
    total = meta.get("total") if isinstance(meta, Mapping) else None
    if not reply.ok or not isinstance(total, int) or not isinstance(reply.row.get("rows"), list):
        raise Unavailable(f"{label}: HTTP {reply.status}, no list, {reply.code}")
    return rows_of(reply.row["rows"]), total


def parse_point(row: Mapping[str, Any]) -> PickupPoint:
    """Raises one of BROKEN for a record without sense."""
    lat, lon = (decimal_of(row.get(name)) for name in ("lat", "lng"))
    on_map = lat is not None and lon is not None and abs(lat) <= 90 and abs(lon) <= 180 and bool(lat or lon)
    carrier = str(row["providerKey"])
    name = str(row.get("name") or row["id"])
    title = _TITLES.get(carrier, carrier)
    return PickupPoint(
        code=str(int(row["id"])),
        name=name if name.startswith(title) else f"{title}: {name}",
        address=str(row.get("address") or ""),
        city=str(row.get("city") or ""),
        takes=_takes(row),
        hours=_hours(row),
        lat=float(lat) if on_map and lat is not None else None,
        lon=float(lon) if on_map and lon is not None else None,
        region=str(row.get("region") or ""),
        postal_code=str(row.get("postIndex") or ""),
        metro=next((str(each["name"]) for each in rows_of(row.get("metro")) if each.get("name")), ""),
        note=str(row.get("description") or ""),
        phone=str(row.get("phone") or ""),
    )


def _takes(row: Mapping[str, Any]) -> Takes:
    """0, null or nothing among the limits = nothing is stated. Grams, centimetres, rubles."""
    limits = row.get("limits")
    stated: Mapping[str, Any] = limits if isinstance(limits, Mapping) else {}
    operation = row.get("availableOperation")
    sides = sorted((int(stated.get(f"maxSize{side}") or 0) * 10 for side in "ABC"), reverse=True)
    return Takes(
        kind=LOCKER if row.get("type") == LOCKER_TYPE else OFFICE,
        hands_out=operation in GIVES_OUT if operation else None,
        cod=_flag(row.get("cod")),
        cash=_flag(row.get("paymentCash")),
        card=_flag(row.get("paymentCard")),
        fitting=_flag(row.get("fittingRoom")),
        returns=operation in TAKES_IN if operation else None,
        max_weight_g=int(stated.get("maxWeight") or 0) or None,
        max_cod=money_of(stated.get("maxCod") or None),
        cells_mm=((sides[0], sides[1], sides[2]),) if all(sides) else (),
        one_parcel=_flag(row.get("multiplaceDeliveryAllowed")) is False,
    )


def _flag(value: Any) -> bool | None:
    """1, 0, or null: nobody told."""
    return bool(value) if value in (0, 1) and value is not None else None


def _hours(row: Mapping[str, Any]) -> Hours:
    """Local times; a day that is absent is closed."""
    given = row.get("worktime")
    week = [
        Opening(int(day), int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4]))
        for day, times in sorted((given if isinstance(given, Mapping) else {}).items())
        if day in "1234567" and (found := _TIMES.search(str(times)))
    ]
    return Hours(tuple(week), (), str(row.get("timetable") or ""))
