"""Tracking tells the client, by letter and in the chat: once a status, by their clock, unless they want silence."""

from __future__ import annotations

import pytest

from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import Channel, Template
from b24app.store import message_stops, portal_settings
from b24app.store.engine import session_scope
from tests.flows.messaging import Telling
from tests.flows.town import MANAGER, Shop

TO_A_POINT = 516
M = Moment


@pytest.fixture
def mine(shop: Shop) -> Telling:
    found = Telling(shop, TO_A_POINT)
    found.has_email()
    return found


def parcel_is_at_the_point(mine: Telling) -> None:
    mine.shop.happens(mine.deal, "ACCEPTED_AT_PICK_UP_POINT")
    mine.shop.becomes(mine.deal, "Ждёт в пункте")


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_the_client_reads_where_the_parcel_is(mine: Telling) -> None:
    mine.rules(Channel.EMAIL)
    shop = mine.shop
    with session_scope(shop.town.program.parts.sessions) as session:
        portal_settings.merge(session, shop.id, brand={"name": "Лён & Хвоя", "logo": "0123456789abcdef"})
    shop.ship(mine.deal)
    [number] = shop.shipped(mine.deal)
    mine.becomes(M.NUMBER, "sent")
    [first] = mine.letters
    assert number in first["body"]
    assert first["copy"] is False
    parcel_is_at_the_point(mine)
    mine.becomes(M.READY, "sent")
    letter = mine.letters[-1]
    row = mine.row(M.READY)
    assert letter["to"] == [row.said["to"]]
    order = shop.order(mine.deal)
    assert str(order["delivery_point"]) in letter["body"] or "Адрес" in letter["body"]
    assert f"/t/{shop.row.public_id}/" in letter["body"]
    assert f'/r/{shop.row.public_id}/logo.png?v=0123456789abcdef"' in letter["body"]
    assert "Лён &amp; Хвоя" in letter["body"]
    # The same news again, and again: nobody is written to twice.
    for _ in range(2):
        shop.press("refresh", mine.deal)
    shop.town.calm()
    assert [each["subject"] for each in mine.letters].count(letter["subject"]) == 1
    card = mine.card()
    assert "Посылка ждёт в пункте" in card
    assert "Отправлено" in card
    assert row.said["to"] not in card


def test_a_chat_where_the_client_writes(mine: Telling) -> None:
    mine.rules(Channel.CHAT, Channel.EMAIL, moments=(M.NUMBER, M.READY), texts={"ru": Template("Заказ {заказ}")})
    shop = mine.shop
    shop.ship(mine.deal)
    shop.shipped(mine.deal)
    mine.becomes(M.NUMBER, "sent")
    assert len(mine.letters) == 1  # there is no chat yet
    deal = shop.deal(mine.deal)
    shop.ask("POST", "/chat", {"id": deal["contactId"], "users": [deal["assignedById"]]})
    parcel_is_at_the_point(mine)
    mine.becomes(M.READY, "sent")
    assert [each["text"] for each in mine.said] == [f"Заказ № {mine.deal}"]
    assert len(mine.letters) == 1
    shop.told(mine.deal, "Клиенту сообщили: посылка ждёт в пункте. В чате")


def test_nobody_is_disturbed_at_night_and_old_news_is_not_told(mine: Telling) -> None:
    mine.rules(Channel.EMAIL, moments=(M.TRANSIT, M.READY, M.DELIVERED), quiet=(21, 9))
    shop = mine.shop
    shop.ship(mine.deal)
    shop.shipped(mine.deal)
    mine.until("Europe/Moscow", 22)
    shop.happens(mine.deal, "ACCEPTED_AT_PICK_UP_POINT")
    shop.becomes(mine.deal, "Ждёт в пункте")
    mine.becomes(M.READY, "waiting quiet")
    assert mine.letters == []
    assert "Уйдёт в" in mine.card()
    shop.happens(mine.deal, "DELIVERED")
    shop.becomes(mine.deal, "Вручён")
    mine.becomes(M.DELIVERED, "waiting quiet")
    assert mine.letters == []
    mine.until("Europe/Moscow", 9)
    mine.becomes(M.DELIVERED, "sent")
    assert mine.states[M.READY] == "dropped overtaken"
    assert len(mine.letters) == 1


def test_who_asked_for_silence_hears_nothing(mine: Telling) -> None:
    mine.rules(Channel.EMAIL, moments=(M.NUMBER, M.READY))
    shop = mine.shop
    shop.ship(mine.deal)
    shop.shipped(mine.deal)
    mine.becomes(M.NUMBER, "sent")
    with session_scope(shop.town.program.parts.sessions) as session:
        now = shop.town.program.parts.clock.now()
        message_stops.stop(session, shop.id, mine.row(M.NUMBER).said["to"].lower(), now=now)
    parcel_is_at_the_point(mine)
    mine.becomes(M.READY, "dropped stopped")
    assert len(mine.letters) == 1
    assert "Клиент попросил не присылать ему сообщения" in mine.card()


def test_a_letter_that_did_not_leave_is_seen_and_sent_again(mine: Telling) -> None:
    mine.rules(Channel.EMAIL, moments=(M.NUMBER,))
    shop = mine.shop
    shop.settings(mailbox="")
    shop.ship(mine.deal)
    shop.shipped(mine.deal)
    mine.becomes(M.NUMBER, "failed no_mailbox")
    shop.town.calm()
    assert mine.letters == []
    # The portal keeps a letter that it did not send in the feed: it is taken out.
    assert shop.town.journal("activity.deleted", "bitrix24")
    bells = [row for row in shop.notices(mine.deal) if row["userId"] == MANAGER]
    assert ["Сообщение клиенту не ушло" in row["text"] for row in bells] == [True]
    said = shop.tab_says(mine.deal)
    assert "В портале не подключена почта" in said
    assert "Сообщение клиенту не ушло" in said
    shop.settings(mailbox="shop@portal.test")
    mine.again()
    mine.becomes(M.NUMBER, "sent")
    assert len(mine.letters) == 1
    shop.town.wait(lambda: "Сообщение клиенту не ушло" not in shop.tab_says(mine.deal), "the problem is over")
    assert "Ещё раз" in mine.card() or "ещё раз" in mine.card()


def test_an_answer_that_was_lost_is_never_repeated_by_itself(mine: Telling) -> None:
    mine.rules(Channel.EMAIL, moments=(M.NUMBER,))
    shop = mine.shop
    shop.town.fault("break_after", "bitrix24", match={"contains": "crm.activity.add"}, times=1)
    shop.ship(mine.deal)
    shop.shipped(mine.deal)
    shop.town.wait(lambda: mine.letters, "the letter that left")
    shop.town.calm()
    shop.town.advance(120)
    mine.becomes(M.NUMBER, "maybe lost")
    shop.town.advance(600)
    shop.town.calm()
    assert len(mine.letters) == 1
    assert "Могло не уйти" in mine.card()
    mine.again()
    mine.becomes(M.NUMBER, "sent")
    assert len(mine.letters) == 2
