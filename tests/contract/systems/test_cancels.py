"""Calling an order off: the port Cancels."""

from __future__ import annotations

from b24app.logistics.errors import Refused
from b24app.logistics.order import Decision, OrderState
from b24app.logistics.status import Status
from tests.contract.systems.harness import Harness
from tests.contract.systems.parts import LOST, ODD, UNCLEAR


def cancelled(system: Harness, remote_id: str) -> OrderState:
    """Read until the cancellation is decided."""

    def decided(state: OrderState) -> bool:
        return state.gone or state.cancel in (Decision.ACCEPTED, Decision.REFUSED)

    found: OrderState = system.wait_for(lambda: system.port.read(remote_id), decided)
    return found


def test_an_order_that_has_not_moved_is_cancelled_and_stays_so(system: Harness) -> None:
    if not system.has("Cancels"):
        return
    settled = system.make()
    asked = system.port.cancel(settled.remote_id)
    assert asked.gone or asked.cancel in (Decision.PENDING, Decision.ACCEPTED)
    read = cancelled(system, settled.remote_id)
    assert read.gone is system.cancelled_is_gone
    assert read.gone or read.cancel is Decision.ACCEPTED
    told = [event.status for event in read.events if event.status]
    assert read.gone or not told or told[-1] in (Status.CANCELLED, Status.CREATED)
    again = system.port.cancel(settled.remote_id)
    assert again.gone or again.cancel is Decision.ACCEPTED
    assert system.live("wb-1-1") == 0
    assert system.port.cancel(system.no_such_order()).gone


def test_a_lost_answer_of_a_cancellation_is_asked_for_again(system: Harness) -> None:
    if not system.has("Cancels"):
        return
    settled = system.make()
    where = system.cancelling(settled.remote_id)
    said = system.raised_by((*UNCLEAR, *ODD, *LOST), where, lambda: system.port.cancel(settled.remote_id))
    assert set(said.values()) <= {"Uncertain", "Unavailable"}, said
    again = system.port.cancel(settled.remote_id)
    assert again.gone or again.cancel in (Decision.PENDING, Decision.ACCEPTED)
    read = cancelled(system, settled.remote_id)
    assert read.gone or read.cancel is Decision.ACCEPTED
    assert system.live("wb-1-1") == 0


def test_a_parcel_that_is_under_way_is_not_cancelled(system: Harness) -> None:
    """Refused at once or a little later; the order stays as it is."""
    if not system.has("Cancels"):
        return
    settled = system.make()
    system.move(settled, system.too_late)
    try:
        system.port.cancel(settled.remote_id)
        state = system.wait_for(
            lambda: system.port.read(settled.remote_id), lambda read: read.cancel is Decision.REFUSED
        )
        assert state.cancel is Decision.REFUSED
        problems = state.problems
    except Refused as refused:
        problems = refused.problems
    assert problems[0].code == "too_late_to_cancel"
    assert not system.port.read(settled.remote_id).gone
    assert system.live("wb-1-1") == 1
