"""Cash on delivery counts when it was collected, and only as far as somebody knows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from b24app.flows.returns.owed import Paid
from b24app.flows.returns.paid import OnDelivery, paid_of
from b24app.logistics.money import Money
from b24app.logistics.status import Incident, Status

TOTAL, DELIVERY = Money(748000), Money(33000)
COD = OnDelivery("wb-42-1", Money(648000), Status.DELIVERED)


def received(*shipments: OnDelivery, prepaid: int = 100000) -> Money | None:
    paid, problems = paid_of(TOTAL, DELIVERY, Money(prepaid), shipments)
    assert (paid is None) is bool(problems)
    assert paid is None or paid == Paid(TOTAL, DELIVERY, paid.received)
    return paid.received if paid else None


@pytest.mark.parametrize("status", list(Status))
def test_cash_on_delivery_is_paid_when_the_parcel_is_handed_over(status: Status) -> None:
    expected = TOTAL if status is Status.DELIVERED else Money(100000)
    assert received(replace(COD, status=status)) == expected


def test_what_the_system_says_goes_first() -> None:
    partly = replace(COD, incident=Incident.PARTIAL.value)
    assert received(replace(partly, told=Money(449000))) == Money(549000)
    assert received(replace(COD, told=Money(0))) == Money(100000)
    assert received() == Money(100000)


def test_a_part_that_nobody_tells_of_is_asked_for() -> None:
    partly = replace(COD, incident=Incident.PARTIAL.value)
    _, problems = paid_of(TOTAL, DELIVERY, Money(0), (partly, replace(partly, number="wb-42-2")))
    assert [(each.code, each.params["number"]) for each in problems] == [
        ("return_paid_unknown", "wb-42-1"),
        ("return_paid_unknown", "wb-42-2"),
    ]
    assert len({each.key for each in problems}) == 2
    # Nothing was to be collected, so that there is nothing to ask for.
    assert received(replace(partly, cod=Money(0))) == Money(100000)
