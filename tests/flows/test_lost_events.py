"""Events come lost, doubled and reordered; the stage history by id is the truth."""

from __future__ import annotations

import pytest

from tests.flows.town import PAID, Shop

DEALS = (501, 502, 516)


@pytest.mark.parametrize("database", ["sqlite", "postgres"], indirect=True)
def test_the_sweep_finds_what_no_event_told(shop: Shop) -> None:
    shop.fill_in(*DEALS)
    shop.town.calm()
    shop.settings(event_drop=1.0)
    shop.move(*DEALS)
    shop.town.calm()
    assert [shop.orders(deal) for deal in DEALS] == [[], [], []]
    shop.town.advance(200)
    shop.shipped(*DEALS)
    assert [len(shop.orders(deal)) for deal in DEALS] == [1, 1, 1]
    assert {row["key"] for row in shop.town.journal("event.dropped", "bitrix24")} >= {"ONCRMDEALUPDATE"}


def test_a_sweep_that_failed_comes_again(shop: Shop) -> None:
    shop.fill_in(*DEALS)
    shop.town.calm()
    shop.settings(event_drop=1.0)
    shop.move(*DEALS)
    shop.town.calm()
    fault = shop.town.fault("break_before", "bitrix24", match={"path": "/rest/*"})
    shop.town.advance(200)
    shop.town.calm()
    shop.town.forget(fault)
    shop.town.advance(200)
    shop.shipped(*DEALS)


def test_doubled_and_shuffled_events_make_one_order_each(shop: Shop) -> None:
    """… also when the deal went in, out and in again while they were under way."""
    shop.settings(event_duplicate=1.0, event_shuffle=True, event_delay_min=0.0, event_delay_max=1.5)
    shop.fill_in(*DEALS)
    shop.move(*DEALS)
    shop.move(*DEALS, to=PAID)
    shop.move(*DEALS)
    shop.shipped(*DEALS)
    shop.town.calm(2.0)
    shop.town.advance(30)
    shop.town.calm()
    assert [len(shop.orders(deal)) for deal in DEALS] == [1, 1, 1]
    for deal in DEALS:
        created = [entry for entry in shop.comments(deal) if "создал заказ" in entry]
        assert len(created) == 1


def test_an_event_of_a_stranger_is_not_believed(shop: Shop) -> None:
    """A wrong application_token leaves no trace in the portal's lane, and nothing is read for it."""
    shop.town.calm()
    calls = len(shop.town.journal("rest.call", "bitrix24"))
    shop.ask(
        "POST",
        "/forge",
        {"event": "ONCRMDEALUPDATE", "data": {"FIELDS": {"ID": 501}}, "application_token": "0" * 32},
    )
    shop.town.calm()
    assert len(shop.town.journal("rest.call", "bitrix24")) == calls
