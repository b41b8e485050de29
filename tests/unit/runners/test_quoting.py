"""Prices for a simulation: what a system answers instead of one is a result."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from b24app.logistics.errors import AccountProblem, LogisticsError, Refused, Unavailable
from b24app.logistics.model import DeliveryKind, Parcel, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.ports import Quote
from b24app.logistics.problem import Field, Problem
from b24app.runners.connection.quoting import Asked, price
from b24app.store.inbox import Claimed
from b24app.wire.errors import NotSent, Why

NOW = datetime(2026, 11, 12, tzinfo=UTC)
ROW = Claimed("quotes", "1", (1,), {}, NOW, NOW, 0, False, "t")
REQUEST = ShipmentRequest("wb-1-1", "parcel", DeliveryKind.COURIER, Recipient("", "", None), (Parcel(700, 1, 1, 1),))
DEAR, CHEAP = Quote("parcel", Money(30000), 1, 2), Quote("economy", Money(20000), 3, 4)
SERVICES = ("parcel", "economy")


class OneByOne:
    """A system that prices one service a call."""

    def __init__(self, error: LogisticsError | None = None) -> None:
        self.error = error
        self.asked: list[str] = []

    def quote(self, request: ShipmentRequest) -> Quote:
        self.asked.append("quote")
        if self.error:
            raise self.error
        return DEAR


class AllAtOnce(OneByOne):
    def __init__(self, offers: list[Quote] | LogisticsError, error: LogisticsError | None = None) -> None:
        super().__init__(error)
        self.found = offers

    def offers(self, request: ShipmentRequest) -> list[Quote]:
        self.asked.append("offers")
        if isinstance(self.found, LogisticsError):
            raise self.found
        return self.found


def asked(chosen: bool = True) -> Asked:
    return Asked(ROW, 1, "501", chosen, REQUEST)


def test_all_services_in_one_call_cheapest_first() -> None:
    system = AllAtOnce([DEAR, CHEAP])
    found = price(system, SERVICES, asked())
    assert (found.offers, found.asked, found.problem) == ((CHEAP, DEAR), DEAR, None)
    assert system.asked == ["offers"]
    assert price(system, SERVICES, asked(chosen=False)).asked is None


def test_a_chosen_service_that_is_not_offered_is_asked_for_its_reason() -> None:
    why = Refused([Problem("service_mode", Field.SERVICE)])
    found = price(AllAtOnce([CHEAP], why), SERVICES, asked())
    assert (found.offers, found.asked, found.problem) == ((CHEAP,), None, why.problems[0])


def test_a_system_without_offers_is_asked_only_for_the_service_that_it_has() -> None:
    assert price(OneByOne(), SERVICES, asked()).offers == (DEAR,)
    system = OneByOne()
    assert price(system, ("rocket",), asked(chosen=False)).offers == ()
    assert system.asked == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refused([Problem("city_unknown", Field.ADDRESS)]), "city_unknown"),
        (AccountProblem(Problem("account_refused")), "account_refused"),
        (Unavailable("HTTP 500"), "system_silent"),
    ],
)
def test_what_the_system_says_instead_is_the_result(error: LogisticsError, code: str) -> None:
    found = price(AllAtOnce(error, error), SERVICES, asked())
    assert found.problem is not None
    assert (found.problem.code, found.left_alone, found.offers) == (code, False, ())


def test_when_the_offers_fail_the_chosen_service_is_asked_for_alone() -> None:
    system = AllAtOnce(Unavailable("HTTP 500"))
    assert price(system, SERVICES, asked()).asked == DEAR
    assert system.asked == ["offers", "quote"]
    other = price(system, SERVICES, asked(chosen=False))
    assert other.problem is not None
    assert (other.problem.code, other.offers) == ("system_silent", ())


def silent(why: Why) -> Unavailable:
    error = Unavailable("x")
    error.__cause__ = NotSent(why)
    return error


def test_an_open_circuit_is_said_and_a_spent_budget_waits() -> None:
    system = AllAtOnce(silent(Why.CIRCUIT))
    assert price(system, SERVICES, asked()).left_alone
    assert system.asked == ["offers"]
    for why in (Why.BUDGET, Why.BUSY):
        with pytest.raises(Unavailable):
            price(AllAtOnce(silent(why)), SERVICES, asked())


def test_a_fault_is_left_to_the_one_who_collects() -> None:
    broken: Any = object()
    with pytest.raises(AttributeError):
        price(broken, SERVICES, asked())
