"""A message waits for hours: what has become an old story meanwhile is not told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from b24app.flows.messages.client import Chat, Client, Letterbox, Ready, choose, client_of, language
from b24app.flows.messages.moments import Moment, of_status
from b24app.flows.messages.rules import Channel, Plan, Template
from b24app.flows.messages.timely import is_news, overtaken, overtaken_return
from b24app.flows.snapshot import DealSnapshot, Person, Phone
from b24app.logistics.model import Recipient
from b24app.logistics.returning import ReturnStage
from b24app.logistics.status import Status

NOW, ZONE = datetime(2026, 11, 12, 12, tzinfo=UTC), ZoneInfo("Europe/Moscow")


@pytest.mark.parametrize("status", [each for each in Status if of_status(each) is not None])
def test_what_just_happened_is_told(status: Status) -> None:
    moment = of_status(status)
    assert moment is not None
    assert not overtaken(moment, status, NOW, ZONE, NOW)


@pytest.mark.parametrize(
    ("moment", "status", "old"),
    [
        (Moment.NUMBER, Status.IN_TRANSIT, False),
        (Moment.NUMBER, Status.READY_FOR_PICKUP, True),
        (Moment.NUMBER, Status.CANCELLED, True),
        (Moment.TRANSIT, Status.DELIVERED, True),
        (Moment.READY, Status.DELIVERED, True),
        (Moment.READY, Status.OUT_FOR_DELIVERY, True),
        (Moment.STORAGE, Status.RETURNING, True),
        (Moment.COURIER, Status.DELIVERED, True),
        (Moment.FAILED, Status.OUT_FOR_DELIVERY, True),
        (Moment.RETURNING, Status.RETURNED, False),
        (Moment.LATE, Status.IN_TRANSIT, False),
        (Moment.LATE, Status.READY_FOR_PICKUP, True),
    ],
)
def test_what_moved_on_is_not(moment: Moment, status: Status, old: bool) -> None:
    assert overtaken(moment, status, NOW, ZONE, NOW) is old


def test_todays_courier_is_not_announced_tomorrow_and_no_storage_that_is_over() -> None:
    yesterday = NOW - timedelta(days=1)
    assert overtaken(Moment.COURIER, Status.OUT_FOR_DELIVERY, NOW, ZONE, yesterday)
    assert overtaken(Moment.STORAGE, Status.READY_FOR_PICKUP, NOW, ZONE, NOW, keep_until=NOW)
    assert not overtaken(Moment.STORAGE, Status.READY_FOR_PICKUP, NOW, ZONE, NOW, keep_until=NOW + timedelta(days=1))


def test_what_is_learnt_late_is_no_news() -> None:
    """A lost callback is made good a day later, and its client still hears that the parcel lies there."""
    assert is_news(Moment.READY, NOW, NOW - timedelta(hours=25), ZONE)
    assert not is_news(Moment.READY, NOW, NOW - timedelta(hours=37), ZONE)
    assert is_news(Moment.COURIER, NOW, NOW - timedelta(hours=14), ZONE)
    assert not is_news(Moment.COURIER, NOW, NOW - timedelta(hours=16), ZONE), "he was to come yesterday"


def test_returns_that_were_decided_otherwise() -> None:
    assert overtaken_return(Moment.RETURN_APPROVED, ReturnStage.REFUSED)
    assert overtaken_return(Moment.RETURN_REFUSED, ReturnStage.APPROVED)
    assert overtaken_return(Moment.RETURN_LABEL, ReturnStage.RECEIVED)
    assert not overtaken_return(Moment.RETURN_APPROVED, ReturnStage.COLLECTION_BOOKED)
    assert not overtaken_return(Moment.RETURN_REFUNDED, ReturnStage.CLOSED)


def test_who_is_reached_by_what() -> None:
    person = Person(
        88, "Ольга", (Phone("+7 843 200-10-20", "FAX"), Phone("8 900 123-14-62", "MOBILE")), ("o@shop.test",)
    )
    recipient = Recipient("Ольга", "", "+79170000001", email="olga@example.test")
    client = client_of(recipient, DealSnapshot(501, contacts=(person,)))
    assert client.phones == ("+79170000001", "+79001231462")
    assert client.mobile == "+79170000001"
    assert client.boxes == (Letterbox("o@shop.test", 3, 88),)
    assert client.addresses == ("+79170000001", "+79001231462", "olga@example.test", "o@shop.test")
    every = Ready(sms=True, email=True, chat=True, trigger=True)
    order = (Channel.CHAT, Channel.EMAIL, Channel.SMS)
    assert choose(order, client, every) is Channel.EMAIL
    assert choose(order, Client(client.phones, chat=Chat(1, 3, 88)), every) is Channel.CHAT
    assert choose(order, Client(("+78432001020",)), every) is None  # a landline takes no text
    assert choose((Channel.TRIGGER,), Client(), Ready(trigger=True)) is Channel.TRIGGER


def test_language() -> None:
    abroad, here = Client(("+4915112345678",)), Client(("+79001231462",))
    plan, own = Plan(), Plan(texts={"ru": Template("Едет")})
    assert language("ru", here, plan, Channel.SMS) == "ru"
    assert language("ru", abroad, plan, Channel.SMS) == "en"
    assert language("ru", abroad, own, Channel.SMS) == "ru"  # the shop has said it in Russian alone
    assert language("en", here, plan, Channel.SMS) == "en"
