"""Post offices as the ``postoffice`` service shows them (§10.1, §10.2)."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from typing import Any

from sandbox.russian_post.core import Post
from sandbox.russian_post.data import offices as data
from sandbox.russian_post.data.offices import OFFICE, POSTAMAT, VILLAGE, Office
from sandbox.russian_post.errors import gateway, not_found
from sandbox.russian_post.places import by_name, distance

from . import address_line

_GROUPS = ((2101, "Почтовые услуги"), (2259, "Финансовые услуги"), (2315, "Коммерческие услуги"))


def one(post: Post, index: str, query: Mapping[str, str]) -> dict[str, Any]:
    """``GET /postoffice/1.0/{postal-code}``. Raises Refused."""
    office = found(post, index)
    row = as_row(office) | _more(office)
    if "latitude" in query and "longitude" in query:
        row["distance"] = _metres(office, *_point(query))
    return row


def found(post: Post, index: str) -> Office:
    office = data.by_index(index, post.switches.extra_points)
    if office is None:
        raise not_found("PostOffice", index)
    return office


def nearby(post: Post, query: Mapping[str, str]) -> list[dict[str, Any]]:
    """``GET /postoffice/1.0/nearby``: nearest first, ``top`` of them within ``search-radius`` km. Raises Refused."""
    latitude, longitude = _point(query)
    top = _whole(query, "top", 10)
    radius = _whole(query, "search-radius", 50) * 1000
    kinds = (
        (OFFICE, VILLAGE, POSTAMAT) if query.get("filter-by-office-type", "true") == "true" else tuple(data.TYPE_IDS)
    )
    wanted = query.get("filter", "ALL")
    if wanted not in ("ALL", "ROUND_THE_CLOCK", "CURRENTLY_WORKING", "WORK_ON_WEEKENDS"):
        raise gateway(400, f"Illegal filter: {wanted}")
    fit = (
        (_metres(office, latitude, longitude), office.index, office)
        for office in data.every(post.switches.extra_points)
        if office.type in kinds
        and not (query.get("hide-private") == "true" and office.private)
        and _open_for(post, office, wanted)
    )
    return [as_row(office) | {"distance": away} for away, _, office in heapq.nsmallest(top, fit) if away <= radius]


def by_address(query: Mapping[str, str]) -> dict[str, Any]:
    """``GET /postoffice/1.0/by-address``: serving offices, never postamats. Raises Refused."""
    text = query.get("address", "")
    if not text:
        raise gateway(400, "Required request parameter 'address' is not present")
    parsed = address_line.parse(text)
    if parsed.place is None:
        return {"is-matched": False, "postoffices": []}
    serving = [
        office.index for office in data.usual().values() if office.place is parsed.place and office.type == OFFICE
    ]
    serving.sort(key=lambda index: index != parsed.index)
    return {"is-matched": False, "postoffices": serving[: _whole(query, "top", 3)]}


def settlement(query: Mapping[str, str]) -> list[str]:
    """Indexes of a settlement's offices."""
    name = query.get("settlement", "").removeprefix("г ").removeprefix("г. ")
    places = by_name(name)
    if region := query.get("region"):
        places = [place for place in places if address_line.same_region(place.region, region)]
    if not places:
        return []
    return [office.index for office in data.usual().values() if office.place is places[0] and office.type == OFFICE]


def services(post: Post, index: str, group: str = "") -> list[dict[str, Any]]:
    """A postamat has none (§10.1)."""
    office = found(post, index)
    if office.type == POSTAMAT:
        return []
    rows = [
        {"code": f"{number}000"[-7:], "group-id": key, "name": f"{name}: {word}"}
        for key, name in _GROUPS
        for number, word in ((1011, "прием"), (1012, "выдача"))
    ]
    return [row for row in rows if not group or str(row["group-id"]) == group]


def as_row(office: Office) -> dict[str, Any]:
    """The fields every answer has."""
    row: dict[str, Any] = {
        "postal-code": office.index,
        "address-source": f"{office.street.split(' ', 1)[1]} {office.street.split(' ', 1)[0]}, {office.house}",
        "region": office.place.region,
        "settlement": office.place.name,
        "latitude": office.latitude,
        "longitude": office.longitude,
        "type-code": office.type,
        "type-id": data.TYPE_IDS[office.type],
        "is-closed": office.closed,
        "is-temporary-closed": office.paused,
        "is-private-category": office.private,
        "works-on-saturdays": office.week[5] is not None,
        "works-on-sundays": office.week[6] is not None,
        "working-hours": [_hours(number, day) for number, day in enumerate(office.week, start=1)],
    }
    return row | ({"temporary-closed-reason": "Технические причины"} if office.paused else {})


def _more(office: Office) -> dict[str, Any]:
    phone = {"is-fax": False, "phone-number": "1000000", "phone-town-code": "800", "phone-type-name": "Прочее"}
    groups = [] if office.type == POSTAMAT else [{"group-id": key, "group-name": name} for key, name in _GROUPS]
    return {"phones": [phone], "service-groups": groups}


def _hours(number: int, day: data.Day) -> dict[str, Any]:
    if day is None:
        return {"weekday-id": number}
    row: dict[str, Any] = {
        "weekday-id": number,
        "begin-worktime": f"{day[0]}:00.000",
        "end-worktime": f"{day[1]}:00.000",
    }
    if len(day) == 4:
        row["lunches"] = [{"begin-lunchtime": f"{day[2]}:00.000", "end-lunchtime": f"{day[3]}:00.000"}]
    return row


def _open_for(post: Post, office: Office, wanted: str) -> bool:
    if wanted == "ROUND_THE_CLOCK":
        return office.type == POSTAMAT
    if wanted == "WORK_ON_WEEKENDS":
        return office.week[5] is not None and office.week[6] is not None
    if wanted == "CURRENTLY_WORKING":
        local = post.now().astimezone(office.place.zone)
        day = office.week[local.weekday()]
        return day is not None and day[0] <= f"{local:%H:%M}" < day[1]
    return True


def _point(query: Mapping[str, str]) -> tuple[float, float]:
    try:
        return float(query["latitude"]), float(query["longitude"])
    except KeyError as problem:
        raise gateway(400, f"Required request parameter '{problem.args[0]}' is not present") from None
    except ValueError:
        raise gateway(400, "latitude and longitude must be numbers") from None


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    try:
        return int(query.get(name, default))
    except ValueError:
        raise gateway(400, f"Parameter '{name}' must be a number") from None


def _metres(office: Office, latitude: float, longitude: float) -> float:
    return round(distance(office.latitude, office.longitude, latitude, longitude) * 1000, 1)
