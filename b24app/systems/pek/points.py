"""Warehouses as points (pek.md §3.1): the whole list, branch by branch, and one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import IO, Any

import ijson

from b24app.logistics.points import Hours, Opening, PickupPoint, PointPage, SpecialDays, Takes
from b24app.systems.kit.directory import POINTS_S, Directory
from b24app.systems.kit.line import LIST
from b24app.systems.kit.spool import BROKEN, Spools
from b24app.systems.kit.units import day_of, decimal_of, grams_of
from b24app.systems.pek import vocabulary
from b24app.systems.pek.client import Client
from b24app.systems.pek.vocabulary import latin

PATH = "branches/all"
_TIME = re.compile(r"(\d{1,2}):(\d{2})")
_WHOLE_DAY = 24 * 60
#: One division of a branch, and the branch's towns by id.
Row = tuple[Mapping[str, str], Mapping[str, Any]]


class PointBook:
    """One warehouse by its id, kept for an hour; the list page by page."""

    def __init__(self, client: Client, directory: Directory, spools: Spools, now: float, today: date) -> None:
        self._client, self._directory, self._spools = client, directory, spools
        self._now, self._today = now, today

    def find(self, code: str) -> PickupPoint | None:
        """None when there is no such warehouse (any more)."""
        key = ("point", *self._client.account, code)
        return self._directory.get(key, self._now, POINTS_S, lambda: self._ask(code))

    def _ask(self, code: str) -> PickupPoint | None:
        reply = self._client.ask(PATH, "branches.one", {"warehouseId": code or "-"})
        for row in divisions(latin(reply.data).get("branches") or ()):
            with suppress(*BROKEN):
                point = parse_point(row, self._today)
                if point is not None and point.code == code:
                    return point
        return None

    def page(self, page: int) -> PointPage:
        key = "|".join(self._client.account)
        return self._spools.page(key, page, self._load, rows_of, lambda row: parse_point(row, self._today))

    def _load(self, file: IO[bytes]) -> None:
        answer = self._client.line.send("POST", f"{PATH}/", "branches.all", json={}, limits=LIST, sink=file)
        if answer.status != 200:
            self._client.read(answer.status, None, "branches.all")


def rows_of(file: IO[bytes]) -> Iterator[Row]:
    """Divisions one by one: one branch at a time is in memory. Raises ValueError for none at all: an error inside HTTP
    200 is no empty list."""
    row = None
    for row in divisions(ijson.items(file, "branches.item", use_float=True)):
        yield row
    if row is None:
        raise ValueError("a list without divisions")


def divisions(branches: Iterable[Any]) -> Iterator[Row]:
    for branch in branches:
        row = latin(branch)
        towns = {
            str(town.get("cityId")): str(town.get("title") or "") for town in vocabulary.rows_of(row.get("cities"))
        }
        towns[""] = str(row.get("title") or "")
        yield from ((towns, division) for division in row.get("divisions") or [])


def parse_point(row: Row, today: date) -> PickupPoint | None:
    """None for a division without a warehouse: it closes (§3.1). Raises one of BROKEN for a record without sense."""
    towns, division = row
    houses = division["warehouses"]
    if not isinstance(houses, list):
        raise TypeError("warehouses is no list")
    if not houses:
        return None
    house = houses[0]
    code, place = str(house["id"] or "").strip(), house["coordinatesobj"]
    if not code:
        raise ValueError("a warehouse without an id")
    lat, lon = float(place["Latitude"]), float(place["Longitude"])
    on_map = abs(lat) <= 90 and abs(lon) <= 180 and bool(lat or lon)
    return PickupPoint(
        code=code,
        name=str(house.get("name") or division.get("name") or code),
        address=str(house.get("addressDivision") or house.get("address") or ""),
        city=towns.get(str(division.get("cityId"))) or towns[""],
        takes=_takes(division, house, today),
        hours=_hours(house),
        lat=lat if on_map else None,
        lon=lon if on_map else None,
        note=str(house.get("pointerDescription") or ""),
        phone=str(house.get("telephone") or ""),
    )


def _takes(division: Mapping[str, Any], house: Mapping[str, Any], today: date) -> Takes:
    """0 or nothing = no limit. Both weights are ceilings: that of a place and that of a cargo."""
    closing = day_of(house.get("departmentClosingDate"))
    weights = [grams for name in ("maxWeightPerPlace", "maxWeight") if (grams := grams_of(house.get(name)))]
    side = round(float(decimal_of(house.get("maxDimension")) or 0) * 1000)
    return Takes(
        active=closing is None or closing > today,
        hands_out=_hands_out(division),
        max_weight_g=min(weights) if weights else None,
        cells_mm=((side, side, side),) if side > 0 else (),
    )


def _hands_out(division: Mapping[str, Any]) -> bool | None:
    """By its operations, where they are told."""
    if division.get("isAcceptanceOnly") is True:
        return False
    kinds = division.get("kindsOfTransportation")
    told = [str(name).casefold() for kind in kinds or [] for name in kind.get("operations") or []]
    return any("выдач" in name for name in told) if told else None


def _hours(house: Mapping[str, Any]) -> Hours:
    """A missing weekday is closed; an empty beginning is midnight (§3.1)."""
    week = []
    for row in house.get("divisionTimeOfWork") or []:
        day = str(row.get("dayOfWeek") or "")
        if day in "1234567" and day:
            opens, closes = _minutes(row.get("workFrom"), 0), _minutes(row.get("workTo"), _WHOLE_DAY - 1)
            week.append(Opening(int(day), opens, closes))
    holidays = [off for each in house.get("scheduleHolidayDays") or [] if (off := day_of(each))]
    closed = [SpecialDays(off, off, False) for off in holidays]
    short = [found for each in house.get("scheduleShortWorkDays") or [] if (found := _short(each))]
    return Hours(tuple(sorted(week, key=lambda each: each.day)), (*short, *closed))


def _short(row: Mapping[str, Any]) -> SpecialDays | None:
    day, times = day_of(row.get("date")), row.get("workTime") or {}
    if day is None:
        return None
    return SpecialDays(day, day, True, _minutes(times.get("periodTimeFrom"), 0), _minutes(times.get("periodTimeTo"), 0))


def _minutes(text: Any, empty: int) -> int:
    found = _TIME.match(str(text or ""))
    return int(found[1]) * 60 + int(found[2]) if found else empty
