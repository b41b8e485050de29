"""A client's way back: the port Returns."""

from __future__ import annotations

from b24app.logistics.aftercare import ReturnRequest
from b24app.logistics.order import Decision, OrderState
from tests.contract.systems.harness import Harness
from tests.contract.systems.parts import NOT_SENT, ODD, UNCLEAR


def delivered(system: Harness, number: str = "wb-1-1") -> OrderState:
    state = system.make(number)
    for status in (*system.way(), "delivered"):
        system.move(state, status)
    return state


def test_a_return_is_made_once_found_and_read(system: Harness) -> None:
    if not system.has("Returns"):
        return
    request = system.return_request(delivered(system), "wb-1-r1")
    assert system.port.find_return(request.number) is None
    made = system.port.create_return(request)
    assert made.remote_id
    assert _found(system, request).remote_id == made.remote_id
    read = system.wait_for(
        lambda: system.port.read_return(made.remote_id), lambda state: state.decision is not Decision.PENDING
    )
    assert (read.decision, read.gone) == (Decision.ACCEPTED, False)
    assert all(event.back for event in read.events)
    assert system.returned(request.number) == 1
    assert system.port.find_return("wb-404-r1") is None


def test_a_lost_answer_makes_no_second_return(system: Harness) -> None:
    if not system.has("Returns"):
        return
    request = system.return_request(delivered(system), "wb-1-r1")
    where = system.at("returns", request.of_remote_id)
    said = system.raised_by((*UNCLEAR, *ODD, *NOT_SENT), where, lambda: system.port.create_return(request))
    assert said == dict.fromkeys(said, "Uncertain")
    assert system.port.find_return(request.number) is None
    system.strike("break_after", where)
    assert system.raised(lambda: system.port.create_return(request)) == "Uncertain"
    system.no_faults()
    assert _found(system, request).remote_id
    assert system.returned(request.number) == 1


def _found(system: Harness, request: ReturnRequest) -> OrderState:
    """As the program finds a return whose answer was lost."""
    found: OrderState | None = system.port.find_return(request.number)
    if system.returns_by_number:
        assert found is not None
        return found
    assert found is None
    again: OrderState = system.port.create_return(request)
    return again
