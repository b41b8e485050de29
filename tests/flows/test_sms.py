"""SMS through a company's own gateway: the portal's automation sends by our sender, and hears what became of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.bitrix24.sms import CODE
from b24app.demo.accounts import connect, working
from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import Channel, Template
from b24app.runners.connection.beside import DONE_WITHIN
from b24app.runners.connection.texting import Texting
from b24app.store import message_stops, portals, problems
from b24app.store.engine import session_scope
from b24app.store.models import Connection, ConnectionState, Message, MessageState
from tests.flows.messaging import Telling
from tests.flows.town import Shop

DEAL, PHONE, TEXT = 501, "+79170000001", "Ваш заказ в пункте выдачи"


def connected(shop: Shop, account: int = 0) -> int:
    """An administrator connects SMSC; the id of the account."""
    about = shop.town.world.addresses["smsc"]
    connect(shop.page, "smsc", about["accounts"][account], about=about)
    shop.town.wait(lambda: "smsc" in working(shop.town.program.parts, shop.member), "an account at SMSC")
    shop.town.wait(lambda: senders(shop) == [CODE], "our sender in the portal")
    return working(shop.town.program.parts, shop.member)["smsc"]


def senders(shop: Shop) -> list[str]:
    return [row["code"] for row in shop.ask("GET", "/senders")["senders"]]


def send(shop: Shop, phone: str = PHONE, text: str = TEXT, **more: Any) -> str:
    """A rule of the portal's automation reaches its SMS; the message's id there."""
    spec = {"code": CODE, "id": DEAL, "phone": phone, "text": text, "workflow": "65f.1", **more}
    return str(shop.ask("POST", "/sms", spec)["id"])


def told(shop: Shop, message: str) -> list[str]:
    rows = shop.ask("GET", "/sms")["messages"]
    found: list[str] = next(row["told"] for row in rows if row["id"] == message)
    return found


def wait_told(shop: Shop, message: str, status: str) -> list[str]:
    shop.town.wait(lambda: told(shop, message)[-1:] == [status], f"the portal hears {status}")
    return told(shop, message)


def taken(shop: Shop) -> list[dict[str, Any]]:
    return [row["data"] for row in shop.town.journal("sms.accepted", "smsc")]


def rows(session: Session, portal_id: int) -> list[Message]:
    return list(session.scalars(select(Message).where(Message.portal_id == portal_id).order_by(Message.id)))


def gateway(shop: Shop, **what: Any) -> None:
    shop.town.program.steer("POST", "/smsc/accounts/romashka", what)


def hook(shop: Shop, account: int) -> str:
    """Where the gateway reports to, as the page of connections shows it."""
    row = shop.town.program.read(lambda session: session.get_one(Connection, account))
    return f"{shop.town.program.settings.hooks_url}/hooks/carrier/{row.public_id}/{row.hook_secret}"


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_the_portal_sends_by_our_sender_once_and_hears_what_became_of_it(shop: Shop) -> None:
    gateway(shop, handler=hook(shop, connected(shop)))
    message = send(shop)
    assert wait_told(shop, message, "delivered")[0] == "queued"
    [sms] = taken(shop)
    assert (sms["phone"], sms["text"], sms["login"]) == (PHONE[1:], TEXT, "romashka")

    # The queue server delivers the same request once more; and a person sends from the deal's card.
    shop.ask("POST", f"/sms/{message}/send-again", {})
    second = send(shop, text="Позвоните нам", author=7, workflow="")
    wait_told(shop, second, "delivered")
    shop.town.calm()
    assert [each["text"] for each in taken(shop)] == [TEXT, "Позвоните нам"]
    kept = shop.town.program.read(rows, shop.id)
    assert [(row.deal_id, row.source, row.state, row.segments) for row in kept] == [
        (DEAL, "portal", MessageState.DELIVERED, 1)
    ] * 2
    assert kept[0].price == {"minor": 459, "currency": "RUB"}


def test_who_wants_to_hear_nothing_and_what_is_no_phone_is_told_as_failed(shop: Shop) -> None:
    connected(shop)
    program = shop.town.program
    with session_scope(program.parts.sessions) as session:
        message_stops.stop(session, shop.id, PHONE, now=program.parts.clock.now())
    wait_told(shop, send(shop), "failed")
    wait_told(shop, send(shop, phone="нет телефона"), "failed")
    assert taken(shop) == []
    kept = program.read(rows, shop.id)
    assert [(row.state, row.why) for row in kept] == [
        (MessageState.DROPPED, "stopped"),
        (MessageState.FAILED, "sms_phone"),
    ]
    [open_one] = program.read(problems.open_of_deals, shop.id, [DEAL])[DEAL]
    assert open_one.problem["code"] == "message_failed"


def test_an_answer_that_was_lost_is_looked_up_and_nothing_is_sent_twice(shop: Shop) -> None:
    connected(shop)
    fault = shop.town.fault("break_after", "smsc", match={"path": "/sys/send.php"}, times=1)
    message = send(shop)
    shop.town.wait(lambda: len(taken(shop)) == 1, "the gateway's copy")
    shop.town.forget(fault)
    kept = shop.town.program.read
    shop.town.wait(lambda: kept(rows, shop.id)[0].state == MessageState.UNCERTAIN, "an unknown outcome")
    shop.town.advance(15)
    shop.town.wait(lambda: told(shop, message)[-1:] in (["sent"], ["delivered"]), "what became of it")
    assert len(taken(shop)) == 1


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_whoever_dies_with_the_answer_in_its_hand_leaves_a_message_that_is_looked_up(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected(shop)
    saved = Texting._save
    died: list[bool] = []

    def die(self: Texting, *args: Any) -> None:
        if not died:
            died.append(True)
            raise RuntimeError("killed here")
        saved(self, *args)

    monkeypatch.setattr(Texting, "_save", die)
    message = send(shop)
    shop.town.wait(lambda: died, "the end of who sent it")
    assert len(taken(shop)) == 1
    [row] = shop.town.program.read(rows, shop.id)
    assert (row.state, row.attempts) == (MessageState.SENDING, 1)
    shop.town.advance(DONE_WITHIN.total_seconds() + 1)
    shop.town.wait(lambda: told(shop, message)[-1:] in (["sent"], ["delivered"]), "what became of it")
    assert len(taken(shop)) == 1


def test_without_money_messages_wait_for_the_account_and_go_on_by_themselves(shop: Shop) -> None:
    """… those that are still to be said by then, and not in the client's night."""
    account = connected(shop)
    gateway(shop, kopecks=100)
    mine = Telling(shop, DEAL)
    mine.until("Europe/Moscow", 20)
    mine.rules(Channel.SMS, moments=(Moment.NUMBER,), quiet=(21, 23), sms=account)
    shop.ship(DEAL)
    shop.shipped(DEAL)
    message, stopped = send(shop), send(shop, phone="+79170000002")
    assert wait_told(shop, message, "queued") == wait_told(shop, stopped, "queued") == ["queued"]
    with session_scope(shop.town.program.parts.sessions) as session:
        message_stops.stop(session, shop.id, "+79170000002", now=shop.town.program.parts.clock.now())

    def state() -> str:
        found = shop.town.program.read(portals.connection, shop.id, account)
        return str(found.state)

    shop.town.wait(lambda: state() == ConnectionState.BROKEN, "a refused account")
    gateway(shop, kopecks=100_000)
    shop.town.advance(timedelta(hours=1, minutes=1).total_seconds())
    shop.town.wait(lambda: len(taken(shop)) == 1, "the message that waited")
    assert state() == ConnectionState.READY
    wait_told(shop, stopped, "failed")
    shop.town.advance(30)
    wait_told(shop, message, "delivered")
    assert (mine.states[Moment.NUMBER], len(taken(shop))) == ("waiting", 1)
    mine.until("Europe/Moscow", 23)
    mine.becomes(Moment.NUMBER, "delivered")
    assert len(taken(shop)) == 2


def test_the_sender_goes_with_the_last_gateway(shop: Shop) -> None:
    account = connected(shop)
    shop.app_press(f"/app/account/{account}/remove")
    shop.town.wait(lambda: senders(shop) == [], "no sender of ours")
    called = [row for row in shop.town.journal("rest.call", "bitrix24") if "messageservice.sender.delete" in str(row)]
    assert len(called) == 1


def test_a_portal_without_a_gateway_is_asked_nothing_about_senders(shop: Shop) -> None:
    shop.ship(DEAL)
    shop.shipped(DEAL)
    shop.town.calm()
    assert "messageservice" not in str(shop.town.journal("rest.call", "bitrix24"))


def test_our_own_messages_go_by_the_gateway_and_a_refused_one_is_sent_again(shop: Shop) -> None:
    account = connected(shop)
    mine = Telling(shop, DEAL)
    words = {"ru": Template("Заказ {заказ} передан")}
    mine.rules(Channel.SMS, moments=(Moment.NUMBER,), texts=words, sms=account)
    shop.town.program.steer("POST", "/smsc/overrides", {"match": {}, "errors": [8], "times": 1})
    shop.ship(DEAL)
    shop.shipped(DEAL)
    mine.becomes(Moment.NUMBER, "failed sms_phone")
    assert taken(shop) == []
    card = mine.card()
    assert "SMS-сервис не отправляет на этот номер" in card
    assert "can't to deliver" in card
    shop.town.wait(lambda: shop.notices(DEAL), "the manager hears of it")
    mine.again()
    shop.town.wait(lambda: len(taken(shop)) == 1, "the message that a person sent again")
    assert taken(shop)[0]["text"] == f"Заказ № {DEAL} передан"
    shop.town.advance(30)
    shop.town.wait(lambda: mine.rows[-1].state == MessageState.DELIVERED, "what became of it")
    assert "Доставлено" in mine.card()
    assert mine.rows[-1].said["to"] not in mine.card()


def test_what_could_not_leave_for_a_day_is_given_up_and_said(shop: Shop) -> None:
    account = connected(shop)
    shop.app_press(f"/app/account/{account}/pause", reason="переезд")
    messages = [send(shop, text=f"Заказ {at}") for at in range(3)]
    for message in messages:
        wait_told(shop, message, "queued")
    shop.town.advance(timedelta(hours=24, minutes=1).total_seconds())
    for message in messages:
        assert wait_told(shop, message, "failed") == ["queued", "failed"]
    assert taken(shop) == []
    kept = shop.town.program.read(rows, shop.id)
    assert {(row.state, row.why) for row in kept} == {(MessageState.FAILED, "sms_late")}
