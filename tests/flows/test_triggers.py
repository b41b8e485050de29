"""The portal's automation hears of deliveries by our triggers, once each whatever is repeated; SMS go by our sender."""

from __future__ import annotations

from typing import Any

from b24app.bitrix24.robots import MOVE, START
from b24app.demo.live import READY_SENDS
from b24app.flows.automation import KEY, Automation
from b24app.store import automation_use, portal_settings
from b24app.store.engine import session_scope
from tests.flows.returning import delivered
from tests.flows.test_deal_robots import flow
from tests.flows.test_return_robots import answered, run
from tests.flows.test_sms import connected, taken, wait_told
from tests.flows.town import Shop

DEAL = 501


def switch_on(shop: Shop, *whats: str) -> None:
    with session_scope(shop.town.program.parts.sessions) as session:
        portal_settings.merge(session, shop.id, **{KEY: Automation(whats).to_json()})


def executed(shop: Shop, code: str) -> list[dict[str, Any]]:
    rows = shop.town.journal("trigger.executed", "bitrix24")
    return [row for row in rows if row["data"]["code"] == code]


def asked(shop: Shop) -> int:
    """Calls that fire triggers, taken or not."""
    rows = shop.town.journal("rest.call", "bitrix24")
    return sum("crm.automation.trigger.execute" in [row["key"], *row["data"].get("commands", [])] for row in rows)


def test_a_rule_of_ready_sends_an_sms_by_our_sender_and_the_portal_hears_that_it_came(shop: Shop) -> None:
    mine = int(shop.ask("POST", "/rules", READY_SENDS)["id"])  # as the demo's portal has it, before there is a sender
    connected(shop)
    switch_on(shop, "ready", "delivered")
    shop.ship(DEAL)
    [number] = shop.shipped(DEAL)
    shop.happens(DEAL, "ACCEPTED_AT_PICK_UP_POINT")
    assert flow(shop, mine)["state"] == "done"
    [message] = shop.ask("GET", "/sms")["messages"]
    assert message["text"].startswith(f"Заказ {number} ждёт вас. http")
    wait_told(shop, message["id"], "delivered")
    assert len(taken(shop)) == 1

    # What the carrier repeats fires nothing again; nor does what nobody switched on.
    shop.happens(DEAL, "ACCEPTED_AT_PICK_UP_POINT")
    shop.happens(DEAL, "DELIVERED")
    shop.town.wait(lambda: executed(shop, "waybill.delivered"), "the trigger of the delivery")
    shop.town.calm()
    assert [len(executed(shop, f"waybill.{what}")) for what in ("number", "transit", "ready")] == [0, 0, 1]
    assert asked(shop) == 2
    assert "Последний раз" in shop.app().press("/app/automation", {"on": "ready"})


def test_a_trigger_whose_answer_was_lost_is_not_fired_again_and_said_so(shop: Shop) -> None:
    switch_on(shop, "number", "problem")
    lost = {"path": "/rest/*batch*", "contains": "trigger.execute"}
    fault = shop.town.fault("break_after", "bitrix24", match=lost, times=1)
    shop.ship(DEAL)
    shop.shipped(DEAL)

    def used() -> Any:
        return shop.town.program.read(automation_use.of_portal, shop.id).get("waybill.number")

    shop.town.wait(used, "what became of the trigger")
    shop.town.forget(fault)
    shop.town.advance(120)
    shop.town.calm()
    assert (used().trouble, used().count) == (automation_use.MAYBE, 0)
    assert asked(shop) == 1
    assert executed(shop, "waybill.problem") == []


def test_a_trigger_that_somebody_deleted_is_put_back_and_fires(shop: Shop) -> None:
    switch_on(shop, "number")
    shop.town.world.system("bitrix24").portals[shop.member].app.triggers.clear()
    shop.ship(DEAL)
    shop.shipped(DEAL)
    shop.town.wait(lambda: shop.town.world.system("bitrix24").portals[shop.member].app.triggers, "the triggers")
    shop.town.advance(30)
    shop.town.wait(lambda: executed(shop, "waybill.number"), "the trigger")
    assert len(executed(shop, "waybill.number")) == 1


def test_a_return_fires_for_its_deal_and_for_its_own_item(shop: Shop) -> None:
    delivered(shop, DEAL)
    switch_on(shop, "return_approved", "return_received")
    answered(shop, run(shop, START, properties={"reason": "defect"}))
    shop.town.calm()  # its item is made
    values = answered(shop, run(shop, MOVE, properties={"stage": "approved"}))
    assert (values["stage"], values["problem"]) == ("approved", "")
    shop.town.wait(lambda: len(executed(shop, "waybill.return_approved")) == 2, "both triggers")
    kinds = sorted(row["data"]["entity_type_id"] for row in executed(shop, "waybill.return_approved"))
    assert (kinds[0], kinds[1] > 1000) == (2, True)
