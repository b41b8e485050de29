"""What the map counts and the list shows is what there is: held against going through all points one by one."""

from __future__ import annotations

from datetime import date

import pytest

from b24app.logistics import mercator
from b24app.logistics.model import Parcel
from b24app.logistics.money import Money
from b24app.logistics.points import Box, Needs, PickupPoint, misfits
from b24app.store import points_found, points_map
from b24app.store.engine import Sessions, read_scope
from b24app.store.points_map import Known, Memory, Sieve, Window
from bench import points as made

COUNT = 1500
DAY = date(2026, 11, 15)  # a Sunday
MOSCOW = (55.75, 37.62)
NEEDS = Needs((Box.of(Parcel(6200, 450, 250, 450)),), Money(648_000), card=True, open_on=DAY)
CLOSE = Window.of(11, 37.0, 55.4, 38.2, 56.0)
FAR = Window.of(5, 20, 45, 110, 70)


def fits(point: PickupPoint, whole: bool = True) -> bool:
    """`whole`: its calendar too."""
    return not misfits(point.takes, NEEDS) and not (whole and point.hours.open_on(DAY) is False)


def inside(point: PickupPoint, window: Window) -> bool:
    assert point.lat is not None and point.lon is not None
    x, y = mercator.project(point.lat, point.lon)
    return window.left <= x <= window.right and window.top <= y <= window.bottom


@pytest.fixture(scope="module")
def listed() -> list[tuple[str, PickupPoint]]:
    return list(made.spread(COUNT))


@pytest.fixture(scope="module")
def written() -> made.Listed:
    return made.ready_points(COUNT)


@pytest.fixture
def known(sessions: Sessions, written: made.Listed) -> Known:
    made.fill(sessions, written)
    with read_scope(sessions) as session:
        return Memory().known(session, {(system, "test") for system in made.SYSTEMS})


def test_the_map_the_counts_and_the_list_agree_with_going_through_all(
    sessions: Sessions, known: Known, listed: list[tuple[str, PickupPoint]]
) -> None:
    everyone = [point for _, point in listed]
    sieve = Sieve.of(known, NEEDS)
    with read_scope(sessions) as session:
        here = [point for point in everyone if inside(point, CLOSE)]
        good = [point for point in here if fits(point)]
        assert 20 < len(good) < len(here)
        assert sum(dot.n for dot in points_map.dots(session, CLOSE, sieve)) == len(good)
        grey = points_map.dots(session, CLOSE, sieve, offered=False)
        assert sum(dot.n for dot in grey) == len(here) - len(good)
        tally = points_map.tally(session, CLOSE, sieve)
        assert (tally.shown, tally.hidden_n) == (len(good), len(here) - len(good))
        assert "day" in {misfit.code for misfit, _ in tally.hidden}

        # From afar cells are counted: their edges stick out of the window, and they know no calendars.
        afar = sum(dot.n for dot in points_map.dots(session, FAR, sieve))
        rough = sum(fits(point, whole=False) for point in everyone if inside(point, FAR))
        assert rough <= afar <= rough * 1.05

        near = points_found.nearest(session, sieve, MOSCOW, 20)
        away = sorted(mercator.distance_m(MOSCOW, (each.lat or 0, each.lon or 0)) for each in everyone if fits(each))
        assert [found.metres for found in near] == [round(metres) for metres in away[:20]]
        assert all(not found.against for found in near)
        one = [system for system, point in listed if fits(point) and inside(point, CLOSE)].count("beta")
        mine = Sieve.of(known, NEEDS, ("beta",))
        assert sum(dot.n for dot in points_map.dots(session, CLOSE, mine)) == one > 0


def test_a_point_is_found_by_code_street_and_city_and_a_hidden_one_says_why(
    sessions: Sessions, known: Known, listed: list[tuple[str, PickupPoint]]
) -> None:
    unfit = next(point for _, point in listed if not fits(point))
    with read_scope(sessions) as session:
        place = points_found.look_up(session, known, unfit.code.lower())
        assert place.found == "code"
        [found] = points_found.by_ids(session, Sieve.of(known, NEEDS), place.ids)
        assert found.point == unfit
        assert found.against
        street = points_found.look_up(session, known, "Москва, ул. Гагарина, 999")
        assert (street.found, street.city) == ("points", "москва")
        rows = points_found.by_ids(session, Sieve.of(known, NEEDS), street.ids)
        assert {("Гагарина" in row.point.address, row.point.city) for row in rows} == {(True, "Москва")}
        assert points_found.look_up(session, known, "Казань, ул. Небывалая, 1").found == "city"
        assert points_found.look_up(session, known, "абракадабра") == points_found.Place()
