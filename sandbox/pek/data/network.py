"""Branches, divisions and warehouses, drawn once from a fixed seed; further ones are computed from their number.

Only warehouse ids work in prices and orders (§3.1); every level has ids of its own."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from sandbox.cdek.geo import City, by_name, cities, distance_km

_NAMESPACE = uuid.UUID("2f6f8f53-55b1-4d1e-9a6b-0a4c9a7f7e21")
_EXTRA = "e0e0e0e0-0000-4000-8000-"

OWN, PVZ, MAIN = 0, 1, 4
_TYPE_NAMES = {OWN: "Отделение", PVZ: "Пункт выдачи заказов", MAIN: "Основное отделение"}

# Branch title -> (town, code, offices of its own, pickup points).
_NETWORK: dict[str, tuple[str, str, int, int]] = {
    "Москва Восток": ("Москва", "МВ", 5, 26), "Москва Запад": ("Москва", "МЗ", 4, 22),
    "Санкт-Петербург": ("Санкт-Петербург", "СП", 5, 30), "Новосибирск": ("Новосибирск", "НС", 3, 14),
    "Екатеринбург": ("Екатеринбург", "ЕК", 3, 14), "Казань": ("Казань", "КЗ", 2, 12),
    "Нижний Новгород": ("Нижний Новгород", "НН", 2, 10), "Краснодар": ("Краснодар", "КР", 2, 10),
    "Самара": ("Самара", "СМ", 2, 9), "Ростов-на-Дону": ("Ростов-на-Дону", "РД", 2, 9), "Уфа": ("Уфа", "УФ", 2, 7),
    "Челябинск": ("Челябинск", "ЧЛ", 2, 7), "Омск": ("Омск", "ОМ", 1, 6), "Пермь": ("Пермь", "ПЕ", 1, 6),
    "Воронеж": ("Воронеж", "ВР", 1, 6), "Красноярск": ("Красноярск", "КЯ", 1, 6),
    "Волгоград": ("Волгоград", "ВГ", 1, 5),
    "Саратов": ("Саратов", "СР", 1, 5), "Тюмень": ("Тюмень", "ТМ", 1, 5), "Иркутск": ("Иркутск", "ИР", 1, 4),
    "Владивосток": ("Владивосток", "ВЛ", 1, 4), "Хабаровск": ("Хабаровск", "ХБ", 1, 4),
    "Калининград": ("Калининград", "КЛ", 1, 3), "Барнаул": ("Барнаул", "БР", 1, 3), "Томск": ("Томск", "ТО", 0, 3),
    "Кемерово": ("Кемерово", "КЕ", 0, 3), "Тула": ("Тула", "ТУ", 0, 3), "Ярославль": ("Ярославль", "ЯР", 0, 3),
    "Тверь": ("Тверь", "ТВ", 0, 3), "Сочи": ("Сочи", "СЧ", 0, 4), "Пенза": ("Пенза", "ПЗ", 0, 3),
    "Ижевск": ("Ижевск", "ИЖ", 0, 3), "Ставрополь": ("Ставрополь", "СТ", 0, 3),
    "Архангельск": ("Архангельск", "АР", 0, 2),
    "Мурманск": ("Мурманск", "МУ", 0, 2), "Якутск": ("Якутск", "ЯК", 0, 1),
}  # fmt: skip
_STREETS = (
    "улица Ленина", "проспект Мира", "Советская улица", "улица Гагарина", "улица Кирова", "улица Пушкина",
    "Садовая улица",
    "проспект Победы", "улица Строителей", "Индустриальная улица", "Складская улица", "улица Чехова", "Заводская улица",
)  # fmt: skip
_CLOSING = "2026-12-20T00:00:00"


@dataclass(frozen=True, slots=True)
class Warehouse:
    """``id`` is what prices and orders take. Limits in kg, m³, m; 0 = no limit."""

    id: str
    code: str
    address: str
    latitude: float
    longitude: float
    max_weight: float
    max_volume: float
    max_place: float
    max_dimension: float
    hours: tuple[tuple[str, str], ...]
    closing: str | None = None


@dataclass(frozen=True, slots=True)
class Division:
    """``warehouse`` None: it closes soon, the list has an empty ``warehouses`` (§3.1)."""

    id: str
    name: str
    city: City
    type: int
    acceptance_only: bool
    gives_only: bool
    warehouse: Warehouse | None

    @property
    def type_name(self) -> str:
        return _TYPE_NAMES[self.type]


@dataclass(frozen=True, slots=True)
class Branch:
    id: str
    title: str
    code: str
    city: City
    divisions: tuple[Division, ...]

    @property
    def main(self) -> Warehouse:
        found = self.divisions[0].warehouse
        assert found is not None  # noqa: S101 (the first division is the main office, which never closes)
        return found


@cache
def branches() -> tuple[Branch, ...]:
    return tuple(_branch(title, *plan) for title, plan in _NETWORK.items())


@cache
def branch_by_id() -> dict[str, Branch]:
    return {branch.id: branch for branch in branches()}


@cache
def division_of_warehouse() -> dict[str, tuple[Branch, Division]]:
    return {
        division.warehouse.id: (branch, division)
        for branch in branches()
        for division in branch.divisions
        if division.warehouse is not None
    }


@cache
def organisational_ids() -> frozenset[str]:
    """Ids of branches, towns and divisions: never good where a warehouse id is due (§3.1)."""
    found = {branch.id for branch in branches()} | {city_id(city) for city in cities().values()}
    return frozenset(found | {division.id for branch in branches() for division in branch.divisions})


def city_id(city: City) -> str:
    return _id(f"city {city.code}")


@cache
def _branches_of(city_code: int) -> tuple[Branch, ...]:
    city = cities()[city_code]
    same = tuple(branch for branch in branches() if branch.city.code == city_code)
    if same:
        return same
    return (min(branches(), key=lambda branch: _away(branch.city, city)),)


def branch_for(city: City, longitude: float) -> Branch:
    """Who serves an address there: Moscow has two branches, split by longitude."""
    found = _branches_of(city.code)
    return found[0] if longitude >= city.longitude or len(found) == 1 else found[1]


def _away(one: City, other: City) -> float:
    return distance_km(one.latitude, one.longitude, other.latitude, other.longitude)


def _id(name: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, name))


def _branch(title: str, town: str, code: str, own: int, pvz: int) -> Branch:
    city, rng = by_name(town)[0], random.Random(title)
    kinds = [MAIN, *[OWN] * own, *[PVZ] * pvz]
    rows = [_division(title, code, city, number, kind, rng) for number, kind in enumerate(kinds)]
    return Branch(_id(f"branch {title}"), title, code, city, tuple(rows))


def _division(title: str, code: str, city: City, number: int, kind: int, rng: random.Random) -> Division:
    name = title if kind == MAIN else f"{title} {_TYPE_NAMES[kind].split()[0]} {number}"
    # Every eleventh only takes in, every seventh only gives out, every thirteenth closes soon.
    only_in, only_out = kind != MAIN and number % 11 == 10, kind == PVZ and number % 7 == 6
    key = f"{title} {number}"
    warehouse = _warehouse(key, f"{code}{number + 1}", city, kind, rng)
    gone = kind == PVZ and number % 13 == 12
    return Division(_id(f"division {key}"), name, city, kind, only_in, only_out, None if gone else warehouse)


def _warehouse(key: str, code: str, city: City, kind: int, rng: random.Random) -> Warehouse:
    address = f"{rng.choice(_STREETS)}, {rng.randint(1, 160)}"
    if kind == PVZ:
        weight, volume, place, side = rng.choice(
            ((30.0, 0.5, 15.0, 1.2), (50.0, 1.0, 30.0, 1.5), (15.0, 0.3, 15.0, 1.0))
        )
    else:
        weight, volume, place, side = (0.0, 0.0, 0.0, 0.0) if kind == MAIN else (1000.0, 10.0, 300.0, 3.0)
    return Warehouse(
        _id(f"warehouse {key}"), code, address,
        round(city.latitude + rng.uniform(-0.06, 0.06), 6), round(city.longitude + rng.uniform(-0.1, 0.1), 6),
        weight, volume, place, side, _hours(kind, rng),
        _CLOSING if kind == OWN and rng.random() < 0.1 else None,
    )  # fmt: skip


def _hours(kind: int, rng: random.Random) -> tuple[tuple[str, str], ...]:
    """From Monday on; a missing weekday is closed."""
    if kind == MAIN:
        return (("08:00", "20:00"),) * 7
    if kind == OWN:
        return (("09:00", "19:00"),) * 5 + ((("10:00", "16:00"),) if rng.random() < 0.7 else ())
    return (("10:00", "21:00"),) * 7


# --- points by their number (the switch ``extra_points``) -------------------------------------------------------------


def extra(number: int) -> tuple[Branch, Division]:
    """The n-th pickup point more, never kept: its id is its number."""
    branch = branches()[number % len(branches())]
    city, rng = branch.city, random.Random(number)
    warehouse = Warehouse(
        f"{_EXTRA}{number:012d}", f"{branch.code}X{number}", f"{_STREETS[number % len(_STREETS)]}, {number % 250 + 1}",
        round(city.latitude + rng.uniform(-0.2, 0.2), 6), round(city.longitude + rng.uniform(-0.3, 0.3), 6),
        30.0, 0.5, 15.0, 1.2, (("10:00", "21:00"),) * 7,
    )  # fmt: skip
    return branch, Division(f"d{warehouse.id[1:]}", f"{branch.title} ПВЗ {number}", city, PVZ, False, False, warehouse)


def extras_of(branch: Branch, how_many: int) -> Iterator[Division]:
    at = branches().index(branch)
    return (extra(number)[1] for number in range(at, how_many, len(branches())))


def find_warehouse(warehouse_id: str, extra_points: int) -> tuple[Branch, Division] | None:
    if warehouse_id.startswith(_EXTRA) and warehouse_id[len(_EXTRA) :].isdigit():
        number = int(warehouse_id[len(_EXTRA) :])
        return extra(number) if number < extra_points else None
    return division_of_warehouse().get(warehouse_id)


def full_address(division: Division) -> str:
    assert division.warehouse is not None  # noqa: S101
    region = "" if division.city.region == division.city.name else f"{division.city.region}, "
    return f"{division.city.postal_code}, {region}г. {division.city.name}, {division.warehouse.address}"


def changed(row: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """A row of a list with what the control API changed of it."""
    return row | {name: value for name, value in changes.items() if name in row}
