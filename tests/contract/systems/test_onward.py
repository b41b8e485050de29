"""Telling the warehouse who carries its goods and how far they are: the port Onward."""

from __future__ import annotations

from b24app.logistics.order import Decision
from b24app.logistics.status import Status
from b24app.logistics.warehouse import Carriage
from tests.contract.systems.harness import Harness
from tests.contract.systems.parts import LOST, NOT_SENT, UNCLEAR

BOOKED = Carriage("СДЭК", "1105000", "https://www.cdek.ru/ru/tracking/?order_id=1105000", Status.CREATED)


def test_the_carriers_number_and_progress_stand_on_their_order(system: Harness) -> None:
    if not system.has("Onward"):
        return
    order = system.make()
    system.pack(order)
    told = system.port.tell(order.remote_id, BOOKED)
    assert told is None or (told.remote_id, told.gone) == (order.remote_id, False)
    number = system.carriage("wb-1-1")
    assert number.get("number") == "1105000"
    assert number.get("carrier") in ("СДЭК", None)
    for status in (Status.IN_TRANSIT, Status.DELIVERED):
        system.advance(60)
        carriage = Carriage(BOOKED.carrier, BOOKED.tracking_number, BOOKED.tracking_url, status)
        system.port.tell(order.remote_id, carriage)
        before = system.carriage("wb-1-1")
        assert before.get("status", status) == status
        system.port.tell(order.remote_id, carriage)
        assert system.carriage("wb-1-1") == before
    assert system.port.read(order.remote_id).decision is Decision.ACCEPTED
    assert system.live("wb-1-1") == 1


def test_what_nobody_heard_is_said_again(system: Harness) -> None:
    if not system.has("Onward"):
        return
    order = system.make()
    system.pack(order)
    said = system.raised_by(
        (*UNCLEAR, *NOT_SENT, *LOST),
        system.at("onward", order.remote_id),
        lambda: system.port.tell(order.remote_id, BOOKED),
    )
    assert set(said.values()) <= {"Uncertain", "Unavailable", ""}, said
    system.port.tell(order.remote_id, BOOKED)
    assert system.carriage("wb-1-1").get("number") == "1105000"


def test_an_order_that_is_not_there_is_told_nothing(system: Harness) -> None:
    if not system.has("Onward"):
        return
    assert system.raised(lambda: system.port.tell(system.no_such_order(), BOOKED)) in ("Refused", "")
