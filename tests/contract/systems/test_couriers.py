"""Somebody who collects: the port CourierCalls."""

from __future__ import annotations

from b24app.logistics.errors import Refused
from b24app.logistics.order import Decision
from tests.contract.systems.harness import Harness
from tests.contract.systems.parts import NOT_SENT, ODD, UNCLEAR


def test_a_courier_is_called_once_found_and_called_off(system: Harness) -> None:
    if not system.has("CourierCalls"):
        return
    request = system.courier_request(system.make())
    assert system.port.find_courier(request) is None
    made = system.port.call_courier(request)
    assert made.remote_id
    assert made.decision in (Decision.PENDING, Decision.ACCEPTED)
    found = system.port.find_courier(request)
    assert found is not None
    assert (found.remote_id, found.cancelled) == (made.remote_id, False)
    assert system.couriers(request.number) == 1
    if system.couriers_cancel:
        assert system.port.cancel_courier(made.remote_id).cancelled
        again = system.port.find_courier(request)
        assert again is None or again.cancelled
        return
    try:
        assert not system.port.cancel_courier(made.remote_id).cancelled
    except Refused as error:
        assert error.problems


def test_a_lost_answer_calls_no_second_courier(system: Harness) -> None:
    if not system.has("CourierCalls"):
        return
    request = system.courier_request(system.make())
    faults = (*UNCLEAR, *ODD, *NOT_SENT)
    said = system.raised_by(faults, system.at("couriers"), lambda: system.port.call_courier(request))
    assert said == dict.fromkeys(said, "Uncertain")
    assert system.port.find_courier(request) is None
    system.strike("break_after", system.at("couriers"))
    assert system.raised(lambda: system.port.call_courier(request)) == "Uncertain"
    system.no_faults()
    assert system.port.find_courier(request) is not None
    assert system.couriers(request.number) == 1
