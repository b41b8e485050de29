"""Points of the emulated carrier, drawn from a fixed seed: a point depends on its city and number alone, so that any
list is drawn while it is sent."""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .cities import City, cities

_STREETS = (
    "Ленина ул", "Мира пр-кт", "Советская ул", "Гагарина ул", "Кирова ул", "Пушкина ул", "Молодёжная ул", "Садовая ул",
    "Победы пр-кт", "Лесная ул", "Строителей ул", "Чехова ул", "Космонавтов б-р", "Октябрьская ул", "Набережная ул",
)  # fmt: skip
_METRO = {
    "68": ("Пражская", "Сокол", "Щёлковская", "Марьино"),
    "116": ("Московская", "Озерки", "Приморская"),
}
_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
#: Text of the week, (opens, closes) on weekdays, Saturday, Sunday ("" = closed), lunch on weekdays.
_HOURS = (
    ("пн-вс: 10.00-20.30", ("10:00", "20:30"), ("10:00", "20:30"), ("10:00", "20:30"), ("", "")),
    ("пн-пт: 09.00-19.00, сб: 10.00-15.00", ("09:00", "19:00"), ("10:00", "15:00"), ("", ""), ("", "")),
    ("пн-пт: 10.00-20.00, обед: 14.00-15.00, сб-вс: 10.00-18.00", ("10:00", "20:00"), ("10:00", "18:00"),
     ("10:00", "18:00"), ("14:00", "15:00")),
)  # fmt: skip
_ROUND_THE_CLOCK = ("пн-вс: 00.00-23.59", ("00:00", "23:59"), ("00:00", "23:59"), ("00:00", "23:59"), ("", ""))


@dataclass(frozen=True, slots=True)
class Point:
    """A point before it is written in one of the API's two ways. ``load_kg`` and ``volume`` (m³) are its limits."""

    code: str
    city: City
    street: str
    house: str
    postal: str
    latitude: float
    longitude: float
    hours: int
    locker: bool
    prepaid_only: bool
    acquiring: bool
    load_kg: int
    volume: str
    metro: str
    phone: str
    changed: dict[str, Any] = field(default_factory=dict)

    @property
    def fits(self) -> bool:
        """Clothes are tried on, and parts are handed out, where people work."""
        return not self.locker

    @property
    def week(self) -> tuple[str, tuple[str, str], tuple[str, str], tuple[str, str], tuple[str, str]]:
        return _ROUND_THE_CLOCK if self.locker else _HOURS[self.hours]

    @property
    def reduced(self) -> str:
        return f"{self.street}, д.{self.house}"

    @property
    def address(self) -> str:
        return f"{self.postal}, {self.city.name} г, {self.reduced}"

    def hours_on(self, day: int) -> tuple[str, str]:
        """``day`` 1–7, Monday first."""
        if day < 6:
            return self.week[1]
        return self.week[2] if day == 6 else self.week[3]


def drawn(city: City, number: int) -> Point:
    """Point ``number`` (from 1) of a city; those beyond its own are the generated extra ones."""
    own = city.offices + city.lockers
    rng = random.Random(f"{city.code}/{number}")
    locker = number > city.offices if number <= own else number % 5 == 0
    index = list(cities()).index(city.code) if number <= own else 0
    stations = _METRO.get(city.code, ())
    return Point(
        code=f"{index:02d}{number:03d}" if number <= own else f"7{int(city.code) % 1000:03d}{number:05d}",
        city=city,
        street=rng.choice(_STREETS),
        house=str(rng.randint(1, 160)),
        postal=f"{int(city.postal) + rng.randint(0, 40):06d}",
        latitude=round(city.latitude + rng.uniform(-0.07, 0.07), 6),
        longitude=round(city.longitude + rng.uniform(-0.12, 0.12), 6),
        hours=rng.randrange(len(_HOURS)),
        locker=locker,
        prepaid_only=not locker and number % 9 == 0,
        acquiring=locker or number % 11 != 0,
        load_kg=15 if locker or number % 4 == 0 else 31,
        volume="0.07" if locker else rng.choice(("0.19", "0.48")),
        metro=stations[number % len(stations)] if stations and number % 3 == 0 else "",
        phone=f"+7(800){rng.randint(100, 999)}-{rng.randint(10, 99)}-{rng.randint(10, 99)}",
    )


@functools.cache
def own_points() -> dict[str, Point]:
    """Code -> point of those that are always there."""
    found = (drawn(city, number) for city in cities().values() for number in range(1, city.offices + city.lockers + 1))
    return {point.code: point for point in found}


def extra_points(number: int, city_code: str | None = None) -> Iterator[Point]:
    """``number`` points more, spread over the cities that have points; of one city only those that fall to it."""
    for city, numbers in _extra(number):
        if city_code in (None, city.code):
            yield from (drawn(city, at) for at in numbers)


def extra_point(number: int, code: str) -> Point | None:
    """The one of ``number`` such points that has this code."""
    if len(code) != 9 or not code.isdigit() or code[0] != "7":
        return None
    return next(
        (
            drawn(city, int(code[4:]))
            for city, numbers in _extra(number)
            if int(city.code) % 1000 == int(code[1:4]) and int(code[4:]) in numbers
        ),
        None,
    )


def _extra(number: int) -> Iterator[tuple[City, range]]:
    """The numbers of a city's extra points follow those of its own."""
    served = [city for city in cities().values() if city.has_points]
    each, rest = divmod(number, len(served))
    for place, city in enumerate(served):
        own = city.offices + city.lockers
        yield city, range(own + 1, own + each + (place < rest) + 1)


def list_row(point: Point, period: int, *, schedule_key: str) -> dict[str, Any]:
    """The row of ``ListPoints`` (§4.2)."""
    city = point.city
    row = {
        "Code": point.code,
        "Name": f"{city.name} {point.street.split()[0]}_{point.code}_С",
        "CityCode": city.code,
        "Address": point.address,
        "Phone": point.phone,
        schedule_key: point.week[0],
        "TripDescription": f'Остановка  -"  {point.street.split()[0]}".\nЦентральный вход.\nЭтаж - 1\n',
        "DeliveryPeriod": period,
        "CityName": city.name,
        "TariffZone": "1М" if city.code == "68" else "3",
        "Settlement": city.name,
        "Area": city.region,
        "Country": "РОССИЯ",
        "GPS": f"{point.latitude},{point.longitude}",
        "AddressReduce": point.reduced,
        "Acquiring": _yes(point.acquiring),
        "DigitalSignature": "No",
        "TypeOfOffice": "ПВЗ" if point.locker else "СПВЗ",
        "Metro": point.metro,
        "LoadLimit": point.load_kg,
        "VolumeLimit": point.volume,
        "CountryCode": "643",
        "NalKD": _yes(not point.locker),
        "OnlyPrepaidOrders": _yes(point.prepaid_only),
        "Postamat": point.locker,
    }
    return row | point.changed


def description(point: Point, terminal: tuple[str, City], *, schedule_key: str, photos: bool) -> dict[str, Any]:
    """The answer of ``PointsDescription`` (§4.2): other types than the list, no ``Code``."""
    city = point.city
    row: dict[str, Any] = {
        "Reception": not point.locker, "IssuanceBoxberry": "1", "Name": f"{city.name} {point.code}",
        "Organization": 'ООО "Пункт"', "ZipCode": point.postal, "Country": "РОССИЯ", "Area": city.region,
        "CityCode": city.code, "CityName": city.name, "Settlement": city.name, "Metro": point.metro,
        "Street": point.street.split()[0], "House": point.house, "Structure": "", "Housing": "", "Apartment": "",
        "Address": point.address, "AddressReduce": point.reduced, "GPS": f"{point.latitude},{point.longitude}",
        "TripDescription": "Центральный вход.\n", "Phone": point.phone, "ForeignOnlineStoresOnly": "0",
        "PrepaidOrdersOnly": "1" if point.prepaid_only else "0", "Acquiring": "1" if point.acquiring else "0",
        "DigitalSignature": "0", "TypeOfOffice": "1" if point.locker else "2", "ReceptionLaP": "1", "DeliveryLaP": "1",
        "LoadLimit": str(point.load_kg), "VolumeLimit": point.volume, "CourierDelivery": "0" if point.locker else "1",
        "EnablePartialDelivery": "1" if point.fits else "0", "EnableFitting": "1" if point.fits else "0",
        "fittingType": 2 if point.fits else 0, "InterRefunds": "1", "ExpressReception": "0", "Terminal": "0",
        "TransType": "1", "extraCode": point.code, "CountryCode": "643", "Postamat": point.locker,
        schedule_key: point.week[0],
    }  # fmt: skip
    for day, key in enumerate(_DAYS, start=1):
        opens, closes = point.hours_on(day)
        row[f"Work{key}Begin"], row[f"Work{key}End"] = opens, closes
        row[f"Lunch{key}Begin"], row[f"Lunch{key}End"] = point.week[4] if day < 6 else ("", "")
    code, home = terminal
    row |= {
        "TerminalCode": code, "TerminalName": f"{home.name} Терминал", "TerminalOrganization": 'ООО "Терминал"',
        "TerminalCityCode": home.code, "TerminalCityName": home.name,
        "TerminalAddress": f"{home.name} г, Складская ул, д.1",
        "TerminalPhone": "+7(499)391-56-22",
    }  # fmt: skip
    return row | ({"photos": []} if photos else {})


def schedule_days(point: Point) -> list[dict[str, Any]]:
    """``CurrentWorkHours.day`` of the ``schedule`` string."""
    rows = []
    for day in range(1, 8):
        opens, closes = point.hours_on(day)
        lunch = point.week[4] if day < 6 else ("", "")
        rows.append(
            {"workStart": opens, "workEnd": closes, "breakStart": lunch[0], "breakEnd": lunch[1], "weekDay": day}
        )
    return rows


def _yes(value: bool) -> str:
    return "Yes" if value else "No"
