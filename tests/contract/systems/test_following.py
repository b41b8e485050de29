"""Where an order is: what the port Tracking and `read` promise of its history."""

from __future__ import annotations

from b24app.logistics.order import TrackingEvent
from b24app.logistics.problem import Who
from b24app.logistics.status import Status
from tests.contract.systems.harness import Harness


def test_statuses_come_in_our_words_with_theirs_beside_oldest_first(system: Harness) -> None:
    settled = system.make()
    way = [*system.way(), *(["delivered"] if "delivered" in system.moves else [])]
    looks: list[TrackingEvent] = []
    for status in way:
        system.move(settled, status)
        looks += [] if system.tells_history else system.events(settled)
    events = system.events(settled) if system.tells_history else tuple(looks)
    statuses = [event.status for event in events if event.status]
    assert [status for status in statuses if status.rank > Status.CREATED.rank] == [Status(status) for status in way]
    assert all(event.code or event.text for event in events)
    moments = [event.at for event in events]
    assert moments == sorted(moments)
    assert len({event.key for event in events}) == len(events)
    assert all(at.tzinfo is not None for at in moments)
    last = system.world.clock.now()
    assert abs((events[-1].at - last).total_seconds()) < 120, "times have an offset, and it is the right one"


def test_a_failed_attempt_carries_its_reason_and_a_problem(system: Harness) -> None:
    if system.failed_attempt is None:
        return
    step, incident = system.failed_attempt
    settled = system.make()
    system.move(settled, system.way()[-1])
    system.advance(60)
    system.step(settled, step)
    event = system.events(settled)[-1]
    assert event.status in (Status.DELIVERY_FAILED, None)
    assert event.incident is incident
    assert event.problem is not None
    assert event.problem.who in (Who.MANAGER, Who.CARRIER)


def test_each_way_an_order_can_go_is_followed_to_its_end(system: Harness) -> None:
    """Delivered, refused and home again, lost, cancelled by the carrier; a status that nobody documented is unknown,
    its code kept."""
    orders = {route: system.make(f"wb-{n}-1") for n, route in enumerate(system.routes, 1)}
    for route, state in orders.items():
        system.control("POST", f"orders/{system.key(state)}/route", {"route": route})
    system.advance(60 * 86400)
    ends = {}
    for route, state in orders.items():
        events = system.events(state)
        told = [event for event in events if event.status]
        ends[route] = told[-1].status if told else system.end(state)
        if route == "unknown_code":
            assert told[-1].code or told[-1].text
        if route == "returned":
            assert any(event.status is Status.RETURNING for event in told)
            assert Status.DELIVERED not in [event.status for event in told]
        if route == "delivered":
            assert Status.UNKNOWN not in [event.status for event in told]
    assert ends == dict(system.routes)
