"""Messages by the company's gateway and by the portal's own robot; of returns, and of parcels that nobody collects."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import Channel
from b24app.logistics.returning import ReturnStage
from b24app.runners.portal import sending_out
from b24app.store import message_stops, triggers
from b24app.store.engine import session_scope
from b24app.store.return_acts import ActKind
from tests.flows.messaging import Telling
from tests.flows.returning import ReturnsOf, delivered
from tests.flows.test_sms import connected, taken
from tests.flows.test_unclaimed import MOSCOW, TO_A_POINT, until
from tests.flows.town import Shop

DEAL = 501
M = Moment


def test_by_the_gateway_else_by_the_portals_robot(shop: Shop) -> None:
    mine = Telling(shop, DEAL)
    mine.rules(Channel.SMS, Channel.TRIGGER, moments=(M.NUMBER,))
    shop.ship(DEAL)
    [number] = shop.shipped(DEAL)
    mine.becomes(M.NUMBER, "sent")
    assert mine.row(M.NUMBER).channel == Channel.TRIGGER  # no gateway is connected yet
    [fired] = shop.town.journal("trigger.executed", "bitrix24")
    assert fired["data"]["code"] == "waybill.number"
    assert "Передано роботу" in mine.card()

    account = connected(shop)
    mine.rules(Channel.SMS, Channel.TRIGGER, moments=(M.NUMBER, M.TRANSIT, M.DELIVERED), sms=account)
    shop.happens(DEAL, "DELIVERED")
    mine.becomes(M.DELIVERED, "delivered")
    [sms] = taken(shop)
    row = mine.row(M.DELIVERED)
    assert (sms["phone"], sms["text"]) == (row.said["to"][1:], row.said["body"])
    assert number not in [each["phone"] for each in taken(shop)]
    shop.press("refresh", DEAL)
    shop.town.calm()
    assert len(taken(shop)) == 1
    assert len(shop.town.journal("trigger.executed", "bitrix24")) == 1
    assert "Доставлено" in mine.card()
    assert row.said["to"] not in mine.card()


def test_a_return_tells_its_client_instead_of_asking_the_manager_to(shop: Shop) -> None:
    delivered(shop, DEAL)
    mine, back = Telling(shop, DEAL), ReturnsOf(shop, DEAL)
    mine.has_email()
    mine.rules(Channel.EMAIL, moments=(M.RETURN_APPROVED,))
    kept = back.does(ActKind.BEGIN, reason="defect")
    back.moves(kept.id, ReturnStage.APPROVED)
    mine.becomes(M.RETURN_APPROVED, "sent")
    [letter] = mine.letters
    assert kept.case.number in letter["body"] + letter["subject"]
    assert not [entry for entry in shop.comments(DEAL) if "Напишите клиенту" in entry]
    # What no message says stands ready for the manager, as before.
    back.moves(kept.id, ReturnStage.REFUSED, why="передумал")
    shop.told(DEAL, "Напишите клиенту")
    assert len(mine.letters) == 1


def test_a_parcel_that_nobody_collects_is_told_of_before_its_storage_ends(shop: Shop) -> None:
    mine = Telling(shop, TO_A_POINT)
    mine.has_email()
    mine.rules(Channel.EMAIL, moments=(M.STORAGE,))
    shop.ship(TO_A_POINT)
    shop.shipped(TO_A_POINT)
    shop.happens(TO_A_POINT, "ACCEPTED_AT_PICK_UP_POINT")
    shop.becomes(TO_A_POINT, "Ждёт в пункте")
    ends = datetime.fromisoformat(shop.order(TO_A_POINT)["keep_free_until"]).astimezone(MOSCOW)
    until(shop, ends - timedelta(days=3), time(10, 6))
    shop.town.wait(lambda: len(mine.letters) == 1, "the first reminder")
    until(shop, ends - timedelta(days=1), time(10, 6))
    shop.town.wait(lambda: len(mine.letters) == 2, "the last reminder")
    shop.happens(TO_A_POINT, "DELIVERED")
    shop.becomes(TO_A_POINT, "Вручён")
    until(shop, ends, time(10, 6))
    assert len(mine.letters) == 2


def test_what_waited_for_the_portal_is_decided_about_once_more(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """When clients sleep by then, and one of them wants silence."""
    by_letter, by_robot = Telling(shop, DEAL), Telling(shop, DEAL + 1)
    shop.ship(DEAL, DEAL + 1)
    shop.shipped(DEAL, DEAL + 1)
    by_letter.has_email()
    by_letter.rules(Channel.EMAIL, Channel.TRIGGER, moments=(M.DELIVERED,), quiet=(21, 9))
    by_letter.until("Europe/Moscow", 20)
    with monkeypatch.context() as away:
        away.setattr(sending_out, "_in_pace", lambda *_: False)
        away.setattr(triggers, "due", lambda *_: [])
        for each in (by_letter, by_robot):
            shop.happens(each.deal, "DELIVERED")
            each.becomes(M.DELIVERED, "queued")
        with session_scope(shop.town.program.parts.sessions) as session:
            now = shop.town.program.parts.clock.now()
            message_stops.stop(session, shop.id, by_letter.row(M.DELIVERED).said["to"].lower(), now=now)
        shop.town.advance(timedelta(hours=2).total_seconds())
    for each in (by_letter, by_robot):
        each.becomes(M.DELIVERED, "waiting quiet")
    assert (by_letter.letters, shop.town.journal("trigger.executed", "bitrix24")) == ([], [])
    by_letter.until("Europe/Moscow", 9)
    by_letter.becomes(M.DELIVERED, "dropped stopped")
    by_robot.becomes(M.DELIVERED, "sent")
    assert by_letter.letters == []
    assert len(shop.town.journal("trigger.executed", "bitrix24")) == 1
