"""Prices side by side: what a bill is compared with, and what it is blamed on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from b24app.flows.costs import BilledBy, Compared, Costs, Price, QuotedBy, Reason, compared, quoted, system_bills
from b24app.flows.rates import Choice
from b24app.logistics.model import DeliveryKind
from b24app.logistics.money import Money
from b24app.logistics.ports import Quote
from b24app.logistics.status import Status

NOW = datetime(2026, 11, 12, 11, 30, tzinfo=UTC)
S = Status
EARLIER = NOW - timedelta(days=1)


def price(rubles: int, by: str = "", currency: str = "RUB") -> Price:
    return Price(Money.of(rubles, currency), NOW, by)


def quote(service: str, rubles: int) -> Quote:
    return Quote(service, Money.of(rubles), 2, 3)


QUOTED, BILLED = price(486, QuotedBy.CHOICE), price(520, BilledBy.INVOICE)


@pytest.mark.parametrize(
    ("costs", "found"),
    [
        (Costs(quoted=QUOTED), None),
        (Costs(billed=BILLED), None),
        (Costs(quoted=QUOTED, billed=price(486)), Compared(0, Reason.SAME)),
        (Costs(quoted=QUOTED, billed=price(400), weighed_g=9, told_g=1), Compared(-8600, Reason.CHEAPER)),
        (Costs(quoted=QUOTED, billed=BILLED), Compared(3400, Reason.UNKNOWN)),
        (Costs(quoted=QUOTED, billed=BILLED, told_g=2100, weighed_g=3000), Compared(3400, Reason.WEIGHT)),
        (Costs(quoted=QUOTED, billed=BILLED, told_g=3000, weighed_g=3000), Compared(3400, Reason.UNKNOWN)),
        (Costs(quoted=QUOTED, billed=BILLED, weighed_g=3000), Compared(3400, Reason.UNKNOWN)),
        (Costs(quoted=QUOTED, billed=BILLED, extra="Подъём на этаж"), Compared(3400, Reason.SERVICE)),
        (Costs(quoted=QUOTED, booked=price(520), billed=BILLED), Compared(3400, Reason.BOOKING)),
        (Costs(booked=price(500), billed=BILLED), Compared(2000, Reason.UNKNOWN)),
        (Costs(quoted=QUOTED, billed=price(7, currency="EUR")), Compared(None, Reason.CURRENCY)),
    ],
)
def test_only_what_somebody_says_is_a_reason(costs: Costs, found: Compared | None) -> None:
    assert compared(costs) == found


def test_the_quote_is_of_what_ships() -> None:
    mine = Choice(7, "parcel", DeliveryKind.PICKUP, EARLIER, quote=quote("parcel", 486))
    offers = [quote("economy", 300), quote("parcel", 490)]
    told = Price(Money.of(490), NOW, QuotedBy.OFFER)
    assert quoted(7, "parcel", mine, offers, NOW) == Price(Money.of(486), EARLIER, QuotedBy.CHOICE)
    assert quoted(7, "economy", mine, offers, NOW) == Price(Money.of(300), NOW, QuotedBy.OFFER)
    assert quoted(8, "parcel", mine, offers, NOW) == told
    unseen = Choice(7, "parcel", DeliveryKind.PICKUP, EARLIER)
    assert quoted(7, "parcel", unseen, offers, NOW) == told
    assert quoted(7, "express", mine, offers, NOW) is None
    assert quoted(7, "parcel", None, offers, None) is None
    assert quoted(7, "parcel", None, [], NOW) is None


@pytest.mark.parametrize(
    ("was", "now", "before", "told", "bill"),
    [
        (S.DRAFT, S.CREATED, None, 486, None),
        (S.CREATED, S.CREATED, 486, 486, None),
        (S.CREATED, S.CREATED, 486, None, None),
        (S.CREATED, S.CREATED, 486, 520, 520),
        (S.CREATED, S.ACCEPTED_AT_WAREHOUSE, 486, 486, 486),
        (S.ACCEPTED_AT_WAREHOUSE, S.IN_TRANSIT, 486, 486, None),
        (S.IN_TRANSIT, S.DELIVERED, 486, 500, 500),
        (S.CREATED, S.CANCELLED, 486, 486, None),
    ],
)
def test_a_system_bills_once_it_has_the_parcel(
    was: Status, now: Status, before: int | None, told: int | None, bill: int | None
) -> None:
    sums = [None if rubles is None else Money.of(rubles) for rubles in (before, told, bill)]
    assert system_bills(was, now, sums[0], sums[1]) == sums[2]
