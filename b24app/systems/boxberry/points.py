"""Pickup points (boxberry.md §4.2): a row of the list, and the description of one, which has other types. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import IO, Any

import ijson

from b24app.logistics.points import LOCKER, OFFICE, Hours, PickupPoint, Takes
from b24app.systems.boxberry.vocabulary import week_of
from b24app.systems.kit.units import grams_of


def rows_of(file: IO[bytes]) -> Iterable[Any]:
    """The records of a list as it is read."""
    rows: Iterable[Any] = ijson.items(file, "item", use_float=True)
    return rows


def parse_row(row: Mapping[str, Any]) -> PickupPoint:
    """A row of `ListPoints`. Raises KeyError, TypeError or ValueError for one without sense."""
    return _point(str(row["Code"] or ""), row, str(row.get("OnlyPrepaidOrders") or ""), str(row.get("Acquiring") or ""))


def parse_description(code: str, row: Mapping[str, Any]) -> PickupPoint:
    """`PointsDescription`, which does not repeat the code. Raises as `parse_row`."""
    return _point(code, row, str(row.get("PrepaidOrdersOnly") or ""), str(row.get("Acquiring") or ""))


def _point(code: str, row: Mapping[str, Any], prepaid: str, acquiring: str) -> PickupPoint:
    city, address = row["CityName"], row["Address"]
    if not code or not isinstance(city, str) or not isinstance(address, str):
        raise ValueError("a point without its code, city or address")
    lat, lon = _place(row.get("GPS"))
    hours = str(row.get("WorkShedule") or row.get("WorkSchedule") or "")
    takes = Takes(
        kind=LOCKER if row.get("Postamat") is True or str(row.get("Postamat")) == "1" else OFFICE,
        hands_out=_flag(row.get("IssuanceBoxberry")),
        cod=None if _flag(prepaid) is None else not _flag(prepaid),
        card=_flag(acquiring),
        fitting=_flag(row.get("EnableFitting")),
        partial=_flag(row.get("EnablePartialDelivery")),
        max_weight_g=grams_of(row.get("LoadLimit")),
    )
    return PickupPoint(
        code=code,
        name=str(row.get("Name") or code),
        address=address,
        city=city,
        takes=takes,
        hours=Hours(week_of(hours), text=hours),
        lat=lat,
        lon=lon,
        region=str(row.get("Area") or ""),
        postal_code=address[:6] if address[:6].isdigit() else "",
        metro=str(row.get("Metro") or ""),
        note=" ".join(str(row.get("TripDescription") or "").split()),
        phone=str(row.get("Phone") or ""),
    )


def _flag(value: Any) -> bool | None:
    """ "Yes"/"No", "1"/"0" or a boolean; None = not said."""
    return {"yes": True, "1": True, "true": True, "no": False, "0": False, "false": False}.get(str(value).casefold())


def _place(value: Any) -> tuple[float | None, float | None]:
    """`"55.580676,37.651708"`: latitude and longitude in one text; a point without them has no place on the map."""
    try:
        lat, lon = (float(part) for part in str(value).split(","))
    except ValueError:
        return None, None
    return (lat, lon) if 0 < abs(lat) <= 90 and 0 < abs(lon) <= 180 else (None, None)
