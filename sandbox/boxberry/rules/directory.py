"""Cities, points, postal codes (contract §4)."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.boxberry.core import Boxberry
from sandbox.boxberry.data.cities import City, by_postal, cities
from sandbox.boxberry.data.points import Point, description, list_row, schedule_days
from sandbox.boxberry.errors import Refused, required
from sandbox.boxberry.model import Account

from . import checks
from .places import point, points, receptions, terminal_of
from .quotes import cost

RUSSIA = "643"
_COUNTRIES = ("643", "398", "112", "417", "051", "762", "860")
_FIRST_DAY = datetime(2026, 1, 12, 6, 0, tzinfo=UTC)


def _is_russia(params: Mapping[str, Any]) -> bool:
    return checks.chosen(params.get("CountryCode"), "CountryCode", _COUNTRIES, RUSSIA) == RUSSIA


def list_cities(_boxberry: Boxberry, _account: Account, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """With points (§4.1)."""
    found = cities().values() if _is_russia(params) else ()
    return [city.as_row(full=False) for city in found if city.has_points]


def list_cities_full(_boxberry: Boxberry, _account: Account, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [city.as_row(full=True) for city in (cities().values() if _is_russia(params) else ())]


def courier_list_cities(_boxberry: Boxberry, account: Account, _params: Mapping[str, Any]) -> list[dict[str, Any]]:
    start = receptions()[account.reception]
    return [
        {
            "City": city.name,
            "Region": city.district,
            "Area": " ".join(filter(None, (city.region, city.kind))),
            "DeliveryPeriod": f"{_period(start, city, courier=True)}.00",
        }
        for city in cities().values()
        if city.courier
    ]


def _period(start: City, end: City, *, courier: bool) -> int:
    return cost(start, end, 1000, courier=courier, declared=0, payment=0, known=True).working


def list_points(boxberry: Boxberry, _account: Account, params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """§4.2. By default points that only give out prepaid orders are hidden, and lockers are."""
    every = checks.chosen(params.get("prepaid"), "prepaid", ("0", "1"), "0") == "1"
    lockers = checks.chosen(params.get("is_include_postamat"), "is_include_postamat", ("0", "1"), "0") == "1"
    if not _is_russia(params):
        return
    yield from _broken(boxberry.switches.broken_points)
    moscow, key, periods = cities()["68"], _schedule_key(boxberry), dict[str, int]()
    for found in points(boxberry, checks.text(params.get("CityCode"), "CityCode") or None):
        if (found.prepaid_only and not every) or (found.locker and not lockers):
            continue
        period = periods.setdefault(found.city.code, _period(moscow, found.city, courier=False))
        yield list_row(found, period, schedule_key=key)


def _broken(number: int) -> Iterator[dict[str, Any]]:
    """Records without sense: a missing code, a place nobody can read, a limit that is no number, an odd type."""
    oddities: tuple[dict[str, Any], ...] = (
        {"Name": "Без кода", "CityCode": "68"},
        {"Code": None, "GPS": "не указано"},
        {"Code": "99999", "GPS": 55.7, "LoadLimit": "много", "Address": ["?"]},
        {},
    )
    for at in range(number):
        yield dict(oddities[at % len(oddities)])


def _schedule_key(boxberry: Boxberry) -> str:
    return "WorkSchedule" if boxberry.switches.work_schedule else "WorkShedule"


def list_points_short(boxberry: Boxberry, _account: Account, params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The change feed: when each point changed last (§4.2). All points, whatever they take."""
    if not _is_russia(params):
        return
    for found in points(boxberry, checks.text(params.get("CityCode"), "CityCode") or None):
        changed = boxberry.point_dates.get(found.code)
        moment = changed if changed is not None else _drawn_date(found.code)
        yield {"Code": found.code, "CityCode": found.city.code, "UpdateDate": boxberry.space_time(moment)}


def _drawn_date(code: str) -> float:
    return (_FIRST_DAY + timedelta(minutes=random.Random(code).randrange(0, 200 * 1440))).timestamp()


def points_description(boxberry: Boxberry, _account: Account, params: Mapping[str, Any]) -> dict[str, Any]:
    """Raises Refused for an unknown code."""
    code = checks.text(params.get("code"), "code")
    if not code:
        raise required("code")
    found: Point | None = point(boxberry, code)
    if found is None:
        raise Refused("Пункт выдачи не найден")
    photos = checks.chosen(params.get("photo"), "photo", ("0", "1"), "0") == "1"
    row = description(found, terminal_of(found.city), schedule_key=_schedule_key(boxberry), photos=photos)
    hours = {
        "CurrentWorkHours": {"day": schedule_days(found)},
        "PermanentWorkHoursChanges": [],
        "TemporaryWorkHoursChanges": [],
    }
    return row | {"schedule": json.dumps(hours, ensure_ascii=False)}


def points_for_parcels(_boxberry: Boxberry, _account: Account, _params: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"Code": code, "Name": f"{city.name} Терминал", "City": city.name} for code, city in receptions().items()]


def list_zips(_boxberry: Boxberry, _account: Account, _params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Where couriers go (§4.3)."""
    for city in cities().values():
        if city.courier:
            for number in range(41):
                yield {
                    "Zip": f"{int(city.postal) + number:06d}",
                    "City": city.name,
                    "Region": city.district,
                    "Area": " ".join(filter(None, (city.region, city.kind))),
                    "ZoneExpressDelivery": _zone(city),
                    "Remoteness": 0 if city.terminal else 2,
                }


def _zone(city: City) -> str:
    return "1" if city.terminal else "2"


def zip_check(_boxberry: Boxberry, _account: Account, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """An array with one object (§4.3); an unknown postal code is an empty one."""
    postal = checks.text(params.get("Zip"), "Zip")
    if not postal:
        raise required("Zip")
    found = by_postal(postal) if _is_russia(params) else None
    if found is None:
        return []
    yes = 1 if found.courier else 0
    return [{"ExpressDelivery": yes, "ZoneExpressDelivery": _zone(found), "Remoteness": 0 if found.terminal else 2}]
