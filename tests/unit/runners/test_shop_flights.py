"""Questions that shoppers wait for: equal ones fly once, a carrier that hangs has so many threads and then nobody waits
for it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from b24app.flows.simulate import Priced
from b24app.logistics.money import Money
from b24app.logistics.ports import Quote
from b24app.logistics.problem import Field, Problem
from b24app.runners.shop import flights as module
from b24app.runners.shop.flights import MOST_OF_ONE, MOST_OF_SLOW, SLOW_S, Flight, Flights

GOOD = Priced((Quote("parcel", Money(30000), 1, 3),))
BAD = Priced(problem=Problem("city_unknown", Field.CITY))


class Hanging:
    """Calls that end when the test says so."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.asked = 0

    def __call__(self) -> Priced:
        self.asked += 1
        self.gate.wait(20)
        return GOOD


class Clock:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def landed(flights: Flights, flight: Flight | None) -> Flight:
    assert flight is not None
    assert flight.done.wait(10)
    return flight


def test_equal_questions_are_one_call_and_its_answer_is_kept() -> None:
    clock, call = Clock(), Hanging()
    flights = Flights(clock)
    first, second = flights.ask((1, "a"), call), flights.ask((1, "a"), call)
    assert first is second
    call.gate.set()
    landed(flights, first)
    assert (call.asked, flights.known((1, "a"))) == (1, GOOD)
    clock.at += module.KEPT_S
    assert flights.known((1, "a")) is None


def test_no_price_is_asked_again_sooner() -> None:
    clock = Clock()
    flights = Flights(clock)
    landed(flights, flights.ask((1, "a"), lambda: BAD))
    assert flights.known((1, "a")) == BAD
    clock.at += module.NO_PRICE_S
    assert flights.known((1, "a")) is None


def test_an_account_has_so_many_calls_and_others_have_theirs() -> None:
    call = Hanging()
    flights = Flights(Clock())
    asked = [flights.ask((1, str(n)), call) for n in range(MOST_OF_ONE + 1)]
    assert [each is None for each in asked] == [False] * MOST_OF_ONE + [True]
    assert flights.ask((2, "a"), lambda: GOOD) is not None
    call.gate.set()


def test_who_hangs_gets_few_more() -> None:
    clock, call = Clock(), Hanging()
    flights = Flights(clock)
    flights.ask((1, "first"), call)
    clock.at += SLOW_S + 0.01
    asked = [flights.ask((1, str(n)), call) for n in range(MOST_OF_SLOW)]
    assert [each is None for each in asked] == [False] * (MOST_OF_SLOW - 1) + [True]
    call.gate.set()


def test_who_hangs_is_slow_until_the_call_is_over() -> None:
    clock, call = Clock(), Hanging()
    flights = Flights(clock)
    flight = flights.ask((1, "a"), call)
    assert flights.slow([1, 2]) == set()
    clock.at += SLOW_S + 0.01
    assert flights.slow([1, 2]) == {1}
    call.gate.set()
    landed(flights, flight)
    assert flights.slow([1]) == set()


def test_a_call_that_breaks_is_an_answer_without_a_price() -> None:
    def broken() -> Priced:
        raise RuntimeError("of ours")

    flights = Flights(Clock())
    flight = landed(flights, flights.ask((1, "a"), broken))
    assert flight.priced is None
    assert flights.known((1, "a")) is None


def waiting(flights: Flights, go_on: Callable[[], bool], until: float) -> threading.Thread:
    thread = threading.Thread(target=flights.wait, args=(go_on, until), daemon=True)
    thread.start()
    return thread


def test_waiting_ends_with_the_answer_and_room_made_by_one_is_taken_by_the_next() -> None:
    call = Hanging()
    flights = Flights(Clock())
    for n in range(MOST_OF_ONE):
        flights.ask((1, str(n)), call)
    mine: list[Flight] = []

    def go_on() -> bool:
        flight = mine[0] if mine else flights.ask((1, "mine"), lambda: GOOD)
        if flight is not None and not mine:
            mine.append(flight)
        return not mine or mine[0].priced is None

    thread = waiting(flights, go_on, 1000.0)
    call.gate.set()
    thread.join(10)
    assert not thread.is_alive()
    assert mine[0].priced == GOOD


def test_waiting_ends_when_the_time_is_over() -> None:
    clock = Clock()
    thread = waiting(Flights(clock), lambda: True, clock.at)
    thread.join(10)
    assert not thread.is_alive()
