"""Pickup points: the port PickupPoints."""

from __future__ import annotations

from b24app.logistics.model import DeliveryKind
from b24app.logistics.order import Decision, is_ours
from b24app.logistics.points import LOCKER, OFFICE, PickupPoint, PointPage
from b24app.systems.kit.spool import PAGE
from tests.contract.systems.harness import Harness
from tests.contract.systems.parts import ODD, SILENT

#: Russia and its neighbours, with room: latitude and longitude mixed up are seen.
LAT, LON = (40.0, 82.0), (19.0, 180.0)


def pages(system: Harness) -> list[PointPage]:
    found = [system.port.points(0)]
    while found[-1].more:
        found.append(system.port.points(len(found)))
        assert len(found) < 50
    return found


def points(found: list[PointPage]) -> dict[str, PickupPoint]:
    return {point.code: point for page in found for point in page.points}


def test_all_come_page_by_page_or_none(system: Harness) -> None:
    """A list that does not come whole is never taken for one; a broken record costs nobody else, and is counted."""
    if not system.has("PickupPoints"):
        return
    said = system.raised_by((*SILENT, *ODD), system.at("points"), lambda: system.open().points(0))
    assert said == dict.fromkeys(said, "Unavailable")
    before = pages(system)
    assert len(points(before)) == sum(len(page.points) for page in before) > 50
    what_people_must_know(system, points(before))
    system.switch(broken_points=3, extra_points=PAGE)
    found = pages(system)
    more = len(points(found)) - len(points(before))
    skipped = sum(page.skipped for page in found) - sum(page.skipped for page in before)
    assert skipped == 3
    assert more in (PAGE, PAGE - 3)  # broken ones beside the others, or instead of some
    assert len(found) > len(before)
    assert max(len(page.points) for page in found) <= system.page_most


def what_people_must_know(system: Harness, listed: dict[str, PickupPoint]) -> None:
    """Where, when, what it takes; one alone is as in the list."""
    assert all(point.code and point.name and point.address and point.city for point in listed.values())
    places = [(each.lat, each.lon) for each in listed.values() if each.lat is not None and each.lon is not None]
    assert len(places) > 0.9 * len(listed)
    assert all(LAT[0] < lat < LAT[1] and LON[0] < lon < LON[1] for lat, lon in places)
    assert {point.takes.kind for point in listed.values()} <= {OFFICE, LOCKER}
    days = [day for point in listed.values() for day in point.hours.week]
    assert system.tells_hours is bool(days)
    assert all(1 <= day.day <= 7 and 0 <= day.opens <= 1440 and 0 <= day.closes <= 1440 for day in days)
    weights = {point.takes.max_weight_g for point in listed.values() if point.takes.max_weight_g is not None}
    assert system.tells_limits is bool(weights)
    assert all(1000 <= grams <= 2_000_000 for grams in weights)
    sides = [side for point in listed.values() for cell in point.takes.cells_mm for side in cell]
    assert all(50 <= side <= 10_000 for side in sides)
    some = next(point for point in listed.values() if system.serves(point))
    alone = system.port.point(some.code)
    assert (alone.code, alone.address, alone.takes.kind) == (some.code, some.address, some.takes.kind)
    assert system.port.point("no-such-point") is None


def test_an_order_goes_to_a_point(system: Harness) -> None:
    if not system.has("PickupPoints"):
        return
    request = system.point_request()
    assert request.kind is DeliveryKind.PICKUP
    settled = system.settle(system.port.create(request))
    assert settled.decision is Decision.ACCEPTED
    assert settled.point_code in ("", request.point_code)
    assert system.sent(settled).place == request.point_code
    assert is_ours(request, system.port.find(request.number))
