"""100,000 pickup points of six systems, spread over real cities as people are, in a database of their own."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

from cryptography.fernet import Fernet

from b24app.logistics.money import Money
from b24app.logistics.points import LOCKER, OFFICE, Hours, Opening, PickupPoint, SpecialDays, Takes
from b24app.runners.connection.refreshing import cells_of
from b24app.store import points
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.points import CELL_ZOOMS
from b24app.store.sql import chunks
from sandbox.cdek.geo import City, cities

COUNT = 100_000
SYSTEMS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")
NOW = datetime(2026, 11, 12, 11, 30, tzinfo=UTC)
#: A carrier runs points of some formats; one in a hundred is like no other.
FORMATS = 60
ODD = 0.01
#: Of the store's own encryption.
KEY = Fernet.generate_key().decode()
_CELLS = (
    ((600, 410, 80), (600, 410, 190), (600, 410, 380)),
    ((640, 380, 390),),
    ((450, 350, 300), (600, 350, 200)),
    ((1200, 800, 500),),
)
_WEIGHTS = (None, 5_000, 10_000, 15_000, 20_000, 25_000, 30_000, 31_500, 50_000, 1_000_000)
_WEEKS = (range(1, 8), range(1, 7), range(1, 6), (2, 3, 4, 5, 6))


def spread(count: int = COUNT, seed: int = 7) -> Iterator[tuple[str, PickupPoint]]:
    """(system, point), the same for the same seed. The n-th largest city has the n-th part of the largest one's."""
    dice = random.Random(seed)
    towns = list(cities().values())
    shares = [1 / (rank + 1) for rank in range(len(towns))]
    formats = {system: [_takes(dice) for _ in range(FORMATS)] for system in SYSTEMS}
    for number, city in enumerate(dice.choices(towns, shares, k=count)):
        system = dice.choice(SYSTEMS)
        takes = _odd(dice) if dice.random() < ODD else dice.choice(formats[system])
        yield system, _point(number, city, takes, dice)


def _odd(dice: random.Random) -> Takes:
    return replace(_takes(dice), max_weight_g=dice.randint(1, 60) * 500)


def _point(number: int, city: City, takes: Takes, dice: random.Random) -> PickupPoint:
    """Closer to the centre there are more; a metropolis is wider than a town."""
    away, turn = min(dice.expovariate(1 / 0.06), 0.5), dice.uniform(0, 2 * math.pi)
    code = f"P{number}"
    return PickupPoint(
        code,
        code,
        f"ул. {dice.choice(('Ленина', 'Мира', 'Кирова', 'Садовая', 'Гагарина', 'Победы'))}, {dice.randint(1, 190)}",
        city.name,
        takes,
        _hours(dice),
        round(city.latitude + away * math.sin(turn) * 0.6, 6),
        round(city.longitude + away * math.cos(turn), 6),
        city.region,
        city.postal_code,
    )


def _takes(dice: random.Random) -> Takes:
    """A third are lockers; what a carrier does not say it says of nothing."""
    locker = dice.random() < 0.35
    return Takes(
        kind=LOCKER if locker else OFFICE,
        hands_out=dice.random() < 0.97,
        cod=dice.choice((True, True, True, False, None)),
        cash=False if locker else dice.choice((True, True, False, None)),
        card=dice.choice((True, True, True, False, None)),
        fitting=False if locker else dice.choice((True, False)),
        returns=dice.choice((True, False)),
        max_weight_g=15_000 if locker else dice.choice(_WEIGHTS),
        max_cod=Money(dice.choice((500_000, 10_000_000))) if dice.random() < 0.2 else None,
        cells_mm=dice.choice(_CELLS) if locker or dice.random() < 0.3 else (),
        one_parcel=locker,
    )


def _hours(dice: random.Random) -> Hours:
    week = tuple(Opening(day, 600, 1260) for day in dice.choice(_WEEKS))
    first = date(2026, 11, dice.randint(10, 28))
    special = (SpecialDays(first, first, dice.random() < 0.3),) if dice.random() < 0.1 else ()
    return Hours(week if dice.random() < 0.95 else (), special)


Listed = dict[str, list[points.Ready]]


def ready_points(count: int = COUNT) -> Listed:
    """By system, as they will be written."""
    listed: Listed = {system: [] for system in SYSTEMS}
    for system, point in spread(count):
        listed[system].append(points.ready(point))
    return listed


def fill(sessions: Sessions, listed: Listed) -> None:
    """Stores them as a refresh does."""
    for system, rows in listed.items():
        with session_scope(sessions) as session:
            source_id, _ = points.take_turn(session, system, "test", [1], NOW)
        for some in chunks(rows, 2000):
            with session_scope(sessions) as session:
                points.save(session, source_id, 1, some)
        _count(sessions, source_id)


def _count(sessions: Sessions, source_id: int) -> None:
    with read_scope(sessions) as session:
        source = points.source(session, source_id)
        places = [(row.mx, row.my, row.class_id) for row in points.places_after(session, source_id, 0, COUNT)]
    assert source is not None
    for zoom in CELL_ZOOMS:
        for some in chunks(list(cells_of(iter(places), points.other_slot(source), zoom)), 5000):
            with session_scope(sessions) as session:
                points.add_cells(session, some)
    with session_scope(sessions) as session:
        points.switch(session, source, NOW, short=False)
