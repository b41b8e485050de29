"""Points and reception points as the other rules look them up (contract §4.2, §6.1)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.boxberry.core import Boxberry
from sandbox.boxberry.data.cities import City, cities
from sandbox.boxberry.data.points import Point, extra_point, extra_points, own_points
from sandbox.boxberry.errors import Refused, invalid, required
from sandbox.boxberry.model import Account

#: Codes with a source; other terminals are numbered by their city.
_RECORDED = {"68": "010", "116": "04854"}


def receptions() -> Mapping[str, City]:
    """Code of a reception point -> its city: a terminal in every larger city."""
    return {
        _RECORDED.get(city.code, f"{number:02d}900"): city
        for number, city in enumerate(cities().values())
        if city.terminal
    }


def reception(account: Account, code: str) -> str:
    """The one that was named, else the cabinet's. Raises Refused."""
    if code and code not in receptions():
        raise invalid("Код пункта поступления")
    return code or account.reception


def terminal_of(city: City) -> tuple[str, City]:
    found = next((code for code, home in receptions().items() if home is city), "010")
    return found, receptions()[found]


def point(boxberry: Boxberry, code: str) -> Point | None:
    """As it is today, with what a test changed."""
    changed = boxberry.point_changes.get(code, {})
    found = own_points().get(code) or extra_point(boxberry.switches.extra_points, code)
    if found is None or changed is None:
        return None
    return dataclasses.replace(found, **_limits(changed)) if changed else found


def points(boxberry: Boxberry, city_code: str | None) -> Iterator[Point]:
    """All, or those of a city; extra ones are drawn while one reads."""
    for code, found in own_points().items():
        if city_code in (None, found.city.code) and (today := point(boxberry, code)) is not None:
            yield today
    yield from extra_points(boxberry.switches.extra_points, city_code)


def _limits(changed: Mapping[str, object]) -> dict[str, Any]:
    """A changed row also changes what is enforced."""
    enforced: dict[str, Any] = {"changed": dict(changed)}
    if "OnlyPrepaidOrders" in changed:
        enforced["prepaid_only"] = changed["OnlyPrepaidOrders"] == "Yes"
    if "LoadLimit" in changed:
        enforced["load_kg"] = int(str(changed["LoadLimit"]))
    return enforced


def taking_point(boxberry: Boxberry, code: str) -> Point:
    """The point of an order. Raises Refused."""
    if not code:
        raise required("Код ПВЗ")
    found = point(boxberry, code)
    if found is None:
        raise invalid("Код ПВЗ")
    return found


def takes_parcels(found: Point, *, grams: int, payment: int, fitting: bool = False) -> None:
    """Raises Refused for what the directory says the point does not do."""
    if found.prepaid_only and payment:
        raise Refused(f"ПВЗ {found.code} выдает только предоплаченные заказы")
    if fitting and not found.fits:
        raise Refused(f"ПВЗ {found.code} выдает заказы без примерки")
    if grams > found.load_kg * 1000:
        raise Refused(f"Вес заказа превышает допустимый для ПВЗ {found.code}: {found.load_kg} кг")
