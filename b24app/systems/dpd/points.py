"""Pickup points with limits and terminals without (dpd.md §3.2, §3.3): two long lists, read one after the other from a
file, and what one of them can do."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import IO, Any

from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.extras import Extra
from b24app.logistics.model import DeliveryKind, ShipmentRequest
from b24app.logistics.points import LOCKER, OFFICE, Hours, Opening, PickupPoint, PointPage, Takes
from b24app.logistics.problem import Field, Problem
from b24app.systems.dpd.client import GEOGRAPHY, Client, Said, refused
from b24app.systems.dpd.vocabulary import (
    CARD,
    CASH,
    COD_LIMIT,
    COD_SERVICE,
    FITTING,
    HAND_IN,
    HAND_OUT,
    LOCKER_TYPE,
    OPEN,
    PARTIAL_SERVICE,
    SMS_SERVICE,
    WAIT_KINDS,
    WAIT_SERVICE,
)
from b24app.systems.kit.directory import POINTS_S, Directory
from b24app.systems.kit.fitting import unfit
from b24app.systems.kit.soap import rows as many
from b24app.systems.kit.spool import BROKEN, Spools
from b24app.systems.kit.units import decimal_of, grams_of, money_of

_DAYS = {name: day for day, name in enumerate(("пн", "вт", "ср", "чт", "пт", "сб", "вс"), start=1)}
_TIME = re.compile(r"(\d{1,2}):(\d{2})")
_ROUND = re.compile(r"круглосуточно|24 ?ч|00:00\s*-\s*(?:24:00|23:59|00:00)", re.IGNORECASE)
#: What stands several times in one record; the rest once.
_REPEATED = frozenset({"schedule", "timetable", "extraService", "params", "serviceCode"})
#: A point, and the codes of its extra services.
Record = tuple[PickupPoint, frozenset[str]]


class PointBook:
    """Both lists as one, page after page; one point by its code, kept for an hour."""

    def __init__(self, client: Client, spools: Spools, directory: Directory, now: float) -> None:
        self._client, self._spools, self._directory, self._now = client, spools, directory, now

    def page(self, page: int) -> PointPage:
        lists = _Lists(self._client)
        return self._spools.page(self._client.base, page, lists.load, lists.rows, parse_point)

    def find(self, code: str) -> PickupPoint | None:
        """DPD tells no single point: the lists are gone through."""
        record = self._record(code)
        return record and record[0]

    def refuse_unfit(self, request: ShipmentRequest) -> None:
        """Raises Refused where a point's record does not list what the buyer chose (§9). Lists are read for that alone:
        of all else DPD itself says what it does not take."""
        if request.kind is not DeliveryKind.PICKUP or not request.extras:
            return
        point, gives = self._record(request.point_code or "") or (None, frozenset())
        problems = unfit(point, request)
        if gives and Extra.SMS in request.extras and SMS_SERVICE not in gives:
            problems.append(Problem("point_no_sms", Field.POINT, params={"point": request.point_code}))
        if problems:
            raise Refused(problems)

    def _record(self, code: str) -> Record | None:
        key = ("point", self._client.base, code)
        return self._directory.get(key, self._now, POINTS_S, lambda: self._scan(code))

    def _scan(self, code: str) -> Record | None:
        lists = _Lists(self._client, code)
        with tempfile.TemporaryFile(prefix="waybill-points-") as file:
            lists.load(file)
            file.seek(0)
            try:
                found = ((parse_point(row), frozenset(_services(row))) for row in lists.rows(file))
                return next(found, None)
            except SyntaxError as error:
                raise Unavailable(f"{GEOGRAPHY}: a list that cannot be read: {str(error)[:200]}") from error
            except BROKEN:
                return None


class _Lists:
    """The points, then the terminals, in one file; `only` those of one code."""

    def __init__(self, client: Client, only: str = "") -> None:
        self._client, self._only = client, only
        self._split = 0

    def load(self, file: IO[bytes]) -> None:
        try:
            self._client.download("getParcelShops", "request", file, {"countryCode": "RU"})
            self._split = file.tell()
            self._client.download("getTerminalsSelfDelivery2", "auth", file)
        except Said as said:
            raise refused(said) from said

    def rows(self, file: IO[bytes]) -> Iterator[Mapping[str, Any]]:
        from lxml import etree

        for part in (_Part(file, self._split), file):
            for _, node in etree.iterparse(part, tag=("parcelShop", "terminal"), huge_tree=True):
                codes = (node.findtext("code"), node.findtext("terminalCode")) if self._only else ("",)
                row = _plain(node) if self._only in codes else None
                node.clear()
                # What was read stays in memory as empty siblings otherwise.
                while node.getprevious() is not None:
                    del node.getparent()[0]
                if row is not None:
                    yield row


class _Part:
    """The beginning of a file, as a file."""

    def __init__(self, file: IO[bytes], length: int) -> None:
        self._file, self._left = file, length

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data


def _plain(node: Any) -> dict[str, Any]:
    """An element's children by name: texts, or their children in turn."""
    row: dict[str, Any] = {}
    for child in node:
        name = child.tag if child.tag[0] != "{" else child.tag.rpartition("}")[2]
        value = _plain(child) if len(child) else (child.text or "").strip()
        if name in _REPEATED:
            row.setdefault(name, []).append(value)
        else:
            row[name] = value
    return row


def parse_point(row: Mapping[str, Any]) -> PickupPoint:
    """Of either list. Raises KeyError, TypeError, ValueError for a record without sense."""
    code = str(row.get("code") or row.get("terminalCode") or "").strip()
    address = row["address"]
    if not code or not isinstance(address, Mapping) or not address.get("cityName"):
        raise ValueError("a point without a code or an address")
    lat, lon = _where(row.get("geoCoordinates"))
    schedule = {str(each.get("operation")): each for each in many(row.get("schedule"))}
    return PickupPoint(
        code=code,
        name=str(row.get("terminalName") or row.get("brand") or code),
        address=_address(address),
        city=str(address["cityName"]),
        takes=_takes(row, schedule),
        hours=_hours(schedule.get(HAND_OUT) or next(iter(schedule.values()), {})),
        lat=lat,
        lon=lon,
        region=str(address.get("regionName") or ""),
        postal_code=str(address.get("index") or ""),
        metro=str(row.get("metro") or ""),
        note=str(address.get("descript") or ""),
    )


def _where(place: Any) -> tuple[float | None, float | None]:
    found: Mapping[str, Any] = place if isinstance(place, Mapping) else {}
    lat, lon = decimal_of(found.get("latitude")), decimal_of(found.get("longitude"))
    if lat is None or lon is None or not (lat or lon) or abs(lat) > 90 or abs(lon) > 180:
        return None, None
    return float(lat), float(lon)


def _address(row: Mapping[str, Any]) -> str:
    street = " ".join(filter(None, (str(row.get("streetAbbr") or ""), str(row.get("street") or ""))))
    more = [(name, str(row.get(field) or "")) for name, field in (("корп.", "building"), ("стр.", "structure"))]
    return ", ".join(filter(None, (street, str(row.get("houseNo") or ""), *(f"{n} {v}" for n, v in more if v))))


def _takes(row: Mapping[str, Any], schedule: Mapping[str, Any]) -> Takes:
    """A terminal states no limits, a point only some: what is not there is unknown, never "no"."""
    extras = _services(row)
    limits = row.get("limits")
    stated: Mapping[str, Any] = limits if isinstance(limits, Mapping) else {}
    waits = extras.get(WAIT_SERVICE)
    return Takes(
        kind=LOCKER if row.get("parcelShopType") == LOCKER_TYPE else OFFICE,
        active=str(row.get("state") or OPEN) == OPEN,
        hands_out=HAND_OUT in schedule if schedule else None,
        cod=COD_SERVICE in extras if extras else None,
        cash=CASH in schedule if schedule else None,
        card=CARD in schedule if schedule else None,
        fitting=None if not extras else bool(waits and FITTING in waits.get(WAIT_KINDS, FITTING)),
        returns=HAND_IN in schedule if schedule else None,
        max_weight_g=_lightest(grams_of(stated.get("maxWeight")), grams_of(stated.get("maxShipmentWeight"))),
        max_cod=money_of(extras[COD_SERVICE].get(COD_LIMIT)) if COD_SERVICE in extras else None,
        cells_mm=_cells(stated),
        partial=PARTIAL_SERVICE in extras if extras else None,
    )


def _services(row: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Code of an extra service -> its parameters."""
    return {str(each.get("esCode")): _params(each) for each in many(row.get("extraService"))}


def _lightest(*limits: int | None) -> int | None:
    """A parcel may be as heavy as the whole shipment at most."""
    return min((limit for limit in limits if limit is not None), default=None)


def _params(extra: Mapping[str, Any]) -> dict[str, str]:
    return {str(each.get("name")): str(each.get("value") or "") for each in many(extra.get("params")) if each}


def _cells(stated: Mapping[str, Any]) -> tuple[tuple[int, int, int], ...]:
    """Centimetres, the longest first; only where all three sides are stated."""
    sides = [decimal_of(stated.get(name)) for name in ("maxLength", "maxWidth", "maxHeight")]
    if not all(side is not None and side > 0 for side in sides):
        return ()
    long, middle, short = sorted((int(side * 10) for side in sides if side is not None), reverse=True)
    return ((long, middle, short),)


def _hours(schedule: Mapping[str, Any]) -> Hours:
    rows = (row for row in many(schedule.get("timetable")) if isinstance(row, Mapping))
    return _week(tuple((str(row.get("weekDays") or ""), str(row.get("workTime") or "")) for row in rows))


@lru_cache(maxsize=1024)
def _week(rows: tuple[tuple[str, str], ...]) -> Hours:
    """`Пн,Вт,Ср` and `10:00 - 21:00`; days may come as a range too. Local times. Most points share theirs."""
    week: dict[int, Opening] = {}
    for days, times in rows:
        opens, closes = _times(times)
        for day in _days(days):
            week[day] = Opening(day, opens, closes)
    texts = "; ".join(f"{days} {times}".strip() for days, times in rows)
    return Hours(tuple(week[day] for day in sorted(week)), (), texts)


def _times(text: str) -> tuple[int, int]:
    """Both equal = unknown."""
    found = [int(hours) * 60 + int(minutes) for hours, minutes in _TIME.findall(text)]
    if _ROUND.search(text):
        return 0, 24 * 60
    return (found[0], found[1]) if len(found) == 2 else (0, 0)


def _days(text: str) -> list[int]:
    found: list[int] = []
    for part in re.split(r"[,;\s]+", text.casefold()):
        first, _, last = part.partition("-")
        if first in _DAYS:
            found += range(_DAYS[first], _DAYS.get(last, _DAYS[first]) + 1)
    return found
