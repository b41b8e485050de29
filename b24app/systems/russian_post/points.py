"""Post offices, postamats and partners' points (russian-post.md §10): one by its index, all from the daily export."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import IO, Any

import ijson

from b24app.logistics.errors import Refused
from b24app.logistics.points import LOCKER, OFFICE, Hours, Opening, PickupPoint, PointPage, SpecialDays, Takes
from b24app.systems.kit.directory import POINTS_S, Directory
from b24app.systems.kit.spool import Spools
from b24app.systems.kit.units import grams_of
from b24app.systems.russian_post.client import Client
from b24app.systems.russian_post.vocabulary import DIMENSION_TYPES, TIMES, WEEKDAYS, street_first

POSTAMAT, PARTNER = "ПОЧТОМАТ", "ПВЗ"
#: What a postamat takes when it does not say (§10.4 names cells, no weight; to confirm).
LOCKER_MAX_G = 15_000
Row = Mapping[str, Any]


class PointBook:
    """Points by index, kept for an hour; the export is spooled through a file."""

    def __init__(self, client: Client, directory: Directory, spools: Spools, now: float) -> None:
        self._client, self._directory, self._spools, self._now = client, directory, spools, now

    def find(self, index: str) -> PickupPoint | None:
        """None when there is no such office. Raises Unavailable, AccountProblem."""
        if not (index.isdigit() and len(index) == 6):
            return None
        key = ("point", self._client.base, index)
        return self._directory.get(key, self._now, POINTS_S, lambda: self._ask(index))

    def _ask(self, index: str) -> PickupPoint | None:
        asked = {"filter-by-office-type": "false"}
        try:
            row = self._client.call("GET", f"postoffice/1.0/{index}", "postoffice", params=asked)
        except Refused as error:
            if any(problem.their_code in ("1001", "404") for problem in error.problems):
                return None
            raise
        return parse_office(row) if isinstance(row, Mapping) and row.get("postal-code") else None

    def page(self, number: int) -> PointPage:
        """Raises Unavailable, AccountProblem."""

        def load(sink: IO[bytes]) -> None:
            self._client.download("1.0/unloading-passport/zip", "passport", sink, type="ALL")

        return self._spools.page(self._client.base, number, load, elements, parse_element)


def is_ecom(point: PickupPoint) -> bool:
    """Postamats and partners' points are addressed otherwise than offices, and have indexes of their own (§10.1)."""
    return point.takes.kind == LOCKER or point.code.startswith("9")


def to_place(point: PickupPoint) -> dict[str, Any]:
    """A point as an order's address: an office keeps it until it is asked for, anything else has an index of its own
    (§10.4)."""
    place = {"region-to": point.region, "place-to": point.city}
    if not is_ecom(point):
        return {**place, "address-type-to": "DEMAND", "index-to": int(point.code)}
    method = "PIN" if point.takes.kind == LOCKER else "IDENTITY_DOCUMENT"
    ecom = {"delivery-point-index": point.code, "identity-methods": [method], "services": ["WITHOUT_SERVICE"]}
    return {**place, "address-type-to": "DEFAULT", "ecom-data": ecom}


def elements(file: IO[bytes]) -> Iterator[Any]:
    """The records of the one text in the zip, one by one."""
    with zipfile.ZipFile(file) as archive, archive.open(archive.namelist()[0]) as text:
        yield from ijson.items(text, "passportElements.item")


def parse_element(row: Row) -> PickupPoint | None:
    """An element of the export (§10.3). Raises KeyError, TypeError, ValueError, AttributeError."""
    address, kind, ecom = row["address"], str(row["type"] or ""), row.get("ecomOptions") or {}
    index = str(address["index"])
    if not kind or not (index.isdigit() and len(index) == 6):
        raise ValueError("an office without an index or a type")
    parts = (address.get("street"), address.get("house"), address.get("corpus"), address.get("building"))
    return PickupPoint(
        code=index,
        name=f"{ecom.get('brandName') or 'Почта России'} {index}",
        address=", ".join(str(part) for part in parts if part),
        city=_city(str(address.get("place") or address.get("region") or "")),
        takes=_takes(kind, ecom),
        hours=Hours(_week(row.get("workTime") or ()), _holidays(row), "; ".join(map(str, row.get("workTime") or ()))),
        lat=_degrees(row.get("latitude"), 90),
        lon=_degrees(row.get("longitude"), 180),
        region=str(address.get("region") or ""),
        postal_code=index,
        note=str(ecom.get("getto") or ""),
    )


def parse_office(row: Row) -> PickupPoint:
    """An answer of the office service (§10.1): it does not tell weights."""
    index, kind = str(row["postal-code"]), str(row.get("type-code") or "")
    week = [
        Opening(int(day["weekday-id"]), _minutes(day["begin-worktime"]), _minutes(day["end-worktime"]))
        for day in row.get("working-hours") or ()
        if day.get("begin-worktime") and day.get("end-worktime")
    ]
    shut = any(row.get(name) for name in ("is-closed", "is-temporary-closed", "is-private-category"))
    return PickupPoint(
        code=index,
        name=f"Почта России {index}",
        address=street_first(str(row.get("address-source") or "")),
        city=str(row.get("settlement") or ""),
        takes=replace(_takes(kind, {}), active=not shut),
        hours=Hours(tuple(week)),
        lat=_degrees(row.get("latitude"), 90),
        lon=_degrees(row.get("longitude"), 180),
        region=str(row.get("region") or ""),
        postal_code=index,
    )


def _takes(kind: str, ecom: Row) -> Takes:
    """An office takes everything; what a postamat or a partner's point takes is told in the export alone."""
    if kind not in (POSTAMAT, PARTNER):
        return Takes(kind=OFFICE, hands_out=True, cod=True, returns=True)
    locker = kind == POSTAMAT
    cash, card = (
        ecom.get(name) if isinstance(ecom.get(name), bool) else None for name in ("cashPayment", "cardPayment")
    )
    return Takes(
        kind=LOCKER if locker else OFFICE,
        hands_out=True,
        cod=None if cash is None and card is None else bool(cash or card),
        cash=cash,
        card=card,
        fitting=ecom.get("withFitting") if isinstance(ecom.get("withFitting"), bool) else None,
        returns=ecom.get("returnAvailable") if isinstance(ecom.get("returnAvailable"), bool) else None,
        max_weight_g=grams_of(ecom.get("weightLimit")) or (LOCKER_MAX_G if locker else None),
        cells_mm=tuple(DIMENSION_TYPES.values()) if locker else (),
        one_parcel=locker,
    )


def _city(place: str) -> str:
    kind, _, name = place.partition(" ")
    return name if name and kind.rstrip(".") in ("г", "с", "п", "д", "пгт", "рп", "ст-ца", "х") else place


def _week(lines: Any) -> tuple[Opening, ...]:
    found = []
    for line in map(str, lines):
        day, times = WEEKDAYS.get(line[:2].casefold()), TIMES.search(line)
        if day and times:
            found.append(Opening(day, _minutes(f"{times[1]}:{times[2]}"), _minutes(f"{times[3]}:{times[4]}")))
    return tuple(found)


def _holidays(row: Row) -> tuple[SpecialDays, ...]:
    found = []
    for holiday in row.get("holidays") or ():
        for day in holiday.get("work") or ():
            at = date.fromisoformat(str(day["dt"])[:10])
            opens, closes = (_minutes(day[name]) if day.get(name) else None for name in ("st", "fn"))
            found.append(SpecialDays(at, at, opens is not None, opens, closes))
    return tuple(found)


def _minutes(text: Any) -> int:
    hours, minutes = str(text).split(":")[:2]
    return int(hours) * 60 + int(minutes)


def _degrees(value: Any, most: int) -> float | None:
    degrees = float(value) if value not in (None, "") else 0.0
    return degrees if degrees and abs(degrees) <= most else None
