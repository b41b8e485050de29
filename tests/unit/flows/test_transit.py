"""The days of a way, as its history tells them by the portal's clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from b24app.flows.transit import Step, Way, way_of
from b24app.logistics.model import DeliveryKind
from b24app.logistics.status import Status

S = Status
MOSCOW = ZoneInfo("Europe/Moscow")
BEGUN = datetime(2026, 11, 2, 9, tzinfo=UTC)
FIRST = date(2026, 11, 2)


def step(status: Status, days: float, place: str = "") -> Step:
    return Step(status, BEGUN + timedelta(days=days), place)


def way(status: Status, *steps: Step, kind: DeliveryKind = DeliveryKind.PICKUP, at: float = 0) -> Way:
    return way_of(kind, "TA", status, BEGUN + timedelta(days=at), steps, MOSCOW)


def day(n: int) -> date:
    return FIRST + timedelta(days=n)


def test_from_the_hand_over_to_the_point() -> None:
    steps = [
        step(S.CREATED, -1), step(S.ACCEPTED_AT_WAREHOUSE, 0, "Москва"), step(S.IN_TRANSIT, 1, "Москва"),
        step(S.IN_TRANSIT, 4, "Казань"), step(S.READY_FOR_PICKUP, 5, "Казань"), step(S.DELIVERED, 9, "Казань"),
    ]  # fmt: skip
    assert way(S.DELIVERED, *steps) == Way(day(0), day(4), day(5), day(9), 3, "Казань", begun="Москва")
    assert way(S.DELIVERED, *steps, kind=DeliveryKind.COURIER).arrived == day(9)
    assert way(S.IN_TRANSIT, *steps[:3]) == Way(day(0), None, None, day(1), None, "Москва", begun="Москва")


def test_days_are_those_of_the_portals_clock() -> None:
    late_evening = datetime(2026, 11, 2, 22, 30, tzinfo=UTC)
    assert way_of(DeliveryKind.COURIER, "", S.IN_TRANSIT, late_evening, (), MOSCOW).handed == day(1)


def test_a_status_without_its_event_counts_as_one() -> None:
    assert way(S.DELIVERED, step(S.IN_TRANSIT, 0), at=3).arrived == day(3)


def test_what_was_never_handed_over_has_no_way() -> None:
    assert way(S.CREATED, step(S.CREATED, 0)) == Way(news=day(0))
    assert way(S.CANCELLED, step(S.CREATED, 0), at=1).ended


def test_what_comes_back_has_ended_unless_it_had_arrived() -> None:
    gone = way(S.RETURNING, step(S.IN_TRANSIT, 0), step(S.RETURNING, 3))
    assert (gone.ended, gone.arrived) == (True, None)
    lay = way(S.RETURNING, step(S.IN_TRANSIT, 0), step(S.READY_FOR_PICKUP, 2), step(S.RETURNING, 9))
    assert (lay.ended, lay.arrived) == (False, day(2))
