"""Post offices, postamats and partners' points: drawn from each place's own seed, so the same in every process (§10).

Indexes of the usual ones: the city's main office and those after it, ``9ccnnn`` for postamats and points (cc the city's
number). Those of the switch ``extra_points`` are ``5nnnnn``, which no place of the emulated world has.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sandbox.russian_post.places import Place, places

OFFICE, VILLAGE, POSTAMAT, POINT = "ГОПС", "СОПС", "ПОЧТОМАТ", "ПВЗ"
TYPE_IDS = {OFFICE: 8, VILLAGE: 9, POSTAMAT: 33, POINT: 37}
EXTRA_FIRST, EXTRA_MOST = 500_000, 100_000

#: How many offices, postamats and points the first cities have; every other city has the last row.
_NETWORK = ((44, 24, 10), (30, 16, 8), (18, 8, 4), (18, 8, 4), (12, 4, 3), (12, 4, 3), (16, 8, 5), (12, 5, 3))
_OTHERS = (3, 2, 1)

STREETS = (
    "ул Ленина", "пр-кт Мира", "ул Советская", "ул Гагарина", "ул Кирова", "ул Пушкина", "ул Молодежная",
    "ул Садовая", "пр-кт Победы", "ул Лесная", "ул Строителей", "ул Карла Маркса", "ул Чехова", "б-р Космонавтов",
    "ул Октябрьская", "ул Первомайская", "ул Набережная", "ул Комсомольская", "ул Калинина", "ул Баумана",
    "ул Горького", "ш Энтузиастов", "ул Некрасова", "ул 8 Марта", "ул Маяковского", "ул Лермонтова",
)  # fmt: skip

#: A day's times: (opens, closes, lunch begins, lunch ends); None: closed.
Day = tuple[str, str, str, str] | tuple[str, str] | None
_LONG: tuple[Day, ...] = (*(("08:00", "20:00"),) * 5, ("09:00", "18:00"), ("09:00", "18:00"))
_USUAL: tuple[Day, ...] = (*(("09:00", "18:00", "13:00", "14:00"),) * 5, ("09:00", "16:00"), None)
_SHORT: tuple[Day, ...] = (None, *(("09:00", "17:00", "13:00", "14:00"),) * 4, ("09:00", "15:00"), None)
_ALWAYS: tuple[Day, ...] = (("00:00", "23:59"),) * 7


@dataclass(frozen=True, slots=True)
class Office:
    """One place that takes or hands out items. ``weight_kg`` 0: no limit of its own. ``week``: Monday first."""

    index: str
    type: str
    place: Place
    street: str
    house: str
    latitude: float
    longitude: float
    week: tuple[Day, ...]
    closed: bool = False
    paused: bool = False
    private: bool = False
    weight_kg: float = 0.0
    cash: bool = False
    card: bool = False
    fitting: bool = False
    brand: str = ""

    @property
    def for_people(self) -> bool:
        return not (self.closed or self.paused or self.private)

    @property
    def hands_out_ecom(self) -> bool:
        """Takes items addressed by ``delivery-point-index`` (§10.4)."""
        return self.type in (POSTAMAT, POINT)


@functools.cache
def usual() -> dict[str, Office]:
    """Index -> office, without the extra ones."""
    return {office.index: office for place in places() for office in _of_place(place)}


def generated(number: int) -> Office:
    """One of the generated ones, made when it is asked for; all of them are open. A hundred thousand are asked for at
    once, so no dice are thrown: what differs is the index, the house and the place on the map."""
    like = _like(number % len(places()))
    return replace(
        like,
        index=f"{EXTRA_FIRST + number:06d}",
        house=str(1 + number // len(places()) % 160),
        latitude=round(like.place.latitude + (number * 7919 % 1400 - 700) / 10_000, 6),
        longitude=round(like.place.longitude + (number * 104_729 % 2400 - 1200) / 10_000, 6),
    )


@functools.cache
def _like(number: int) -> Office:
    """What generated ones of one place have in common: there are as many kinds as places."""
    kind = (OFFICE, VILLAGE, POSTAMAT, POINT)[number % 4]
    drawn = _drawn(places()[number], f"{EXTRA_FIRST + number:06d}", kind, random.Random(number), number + 2)
    return replace(drawn, closed=False, paused=False, private=False)


def by_index(index: str, extras: int) -> Office | None:
    found = usual().get(index)
    if found is None and index.isdigit() and 0 <= int(index) - EXTRA_FIRST < extras:
        return generated(int(index) - EXTRA_FIRST)
    return found


def every(extras: int) -> Iterator[Office]:
    """All of them; extra ones are made one by one."""
    yield from usual().values()
    for number in range(extras):
        yield generated(number)


def _of_place(place: Place) -> Iterator[Office]:
    offices, postamats, points = _NETWORK[place.number] if place.number < len(_NETWORK) else _OTHERS
    rng = random.Random(place.index)
    for number in range(offices):
        yield _drawn(place, f"{int(place.index) + number:06d}", OFFICE, rng, number)
    for number in range(postamats):
        yield _drawn(place, f"9{place.number:02d}{number + 1:03d}", POSTAMAT, rng, number + 1)
    for number in range(points):
        yield _drawn(place, f"9{place.number:02d}{number + 501:03d}", POINT, rng, number + 1)


def _drawn(place: Place, index: str, kind: str, rng: random.Random, number: int) -> Office:
    """``number`` 0 is the city's main office, in its centre and open all week."""
    spread = 0.0 if number == 0 else 1.0
    return Office(
        index,
        kind,
        place,
        rng.choice(STREETS),
        str(rng.randint(1, 160)),
        round(place.latitude + spread * rng.uniform(-0.07, 0.07), 6),
        round(place.longitude + spread * rng.uniform(-0.12, 0.12), 6),
        _week(kind, number, rng),
        # A few of each that must not be offered.
        closed=number % 17 == 13,
        paused=number % 19 == 12,
        private=kind == OFFICE and number % 23 == 11,
        weight_kg={POSTAMAT: 15.0, POINT: rng.choice((15.0, 20.0, 0.0))}.get(kind, 0.0),
        cash=kind == POINT and number % 2 == 0,
        card=kind != POSTAMAT or number % 3 != 0,
        fitting=kind == POINT and number % 3 == 0,
        brand=rng.choice(("Халва", "Пункт у дома", "Точка выдачи")) if kind == POINT else "",
    )


def _week(kind: str, number: int, rng: random.Random) -> tuple[Day, ...]:
    if kind == POSTAMAT:
        return _ALWAYS
    if kind == POINT:
        return (("10:00", "21:00"),) * 7
    if number == 0:
        return _LONG
    return _SHORT if kind == VILLAGE else rng.choice((_LONG, _USUAL, _USUAL))
