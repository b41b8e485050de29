"""The portal's automation does with a deal's delivery what people do in the tab; its rules go on with the results."""

from __future__ import annotations

from typing import Any

import pytest

from b24app.bitrix24.robots import BELL, CANCEL, CREATE, LABEL, POINT, QUIET, QUOTE, TROUBLE
from b24app.flows.automation import KEY, Automation
from b24app.runners.connection import refreshing
from b24app.store import portal_settings
from b24app.store.engine import session_scope
from tests.flows.test_points import refreshed
from tests.flows.test_return_robots import answered, run, sent, workflow
from tests.flows.town import ON_THE_WAY, PHONE, Shop
from tests.flows.town import POINT as POINT_FIELD

DEAL = 501
FINE = {"problem": "", "problem_code": ""}


def rule(shop: Shop, *steps: dict[str, Any], **on: Any) -> int:
    return int(shop.ask("POST", "/rules", {**on, "steps": list(steps)})["id"])


def robot(code: str, **properties: str) -> dict[str, Any]:
    return {"kind": "robot", "code": code, "properties": properties}


def flow(shop: Shop, rule_id: int) -> dict[str, Any]:
    """What became of the rule, once it is over."""

    def find() -> Any:
        flows = [each for each in shop.ask("GET", "/rules")["flows"] if each["rule"] == rule_id]
        return next((each for each in flows if each["state"] in ("done", "failed")), None)

    found: dict[str, Any] = shop.town.wait(find, "the end of a rule", 60)
    return found


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_a_rule_prices_ships_and_prints_each_robot_with_the_results_of_the_ones_before(shop: Shop) -> None:
    shop.town.carrier(print_seconds=0.2)
    shop.fill_in(DEAL)
    mine = rule(
        shop,
        robot(QUOTE),
        robot(CREATE, account="{=A1:account}", service="{=A1:service_code}"),
        robot(LABEL, size="A6"),
        {
            "kind": "email",
            "properties": {"to": "{=Document:CONTACT.PHONE}", "subject": "{=A2:number}", "text": "{=A1:list}"},
            "when": "{=A3:pages}",
        },
        stage=shop.stage(ON_THE_WAY),
    )
    shop.move(DEAL, to=ON_THE_WAY)
    found = flow(shop, mine)
    assert (found["state"], found["log"][0]) == ("done", f"Лучшая цена: {found['results']['A1']['cheapest']}")
    price, order, label = (found["results"][name] for name in ("A1", "A2", "A3"))
    assert {price["problem"], order["problem"], label["problem"]} == {""}
    assert (price["carrier"], price["currency"]) == ("СДЭК", "RUB")
    assert float(price["price"]) > 0
    assert price["list"].splitlines()[0] == price["cheapest"]
    assert len(shop.orders(DEAL)) == 1
    assert order["number"] == label["number"] == shop.shipped(DEAL)[0]
    assert order["status_code"] == "created"
    assert (label["pages"], label["link"].endswith(f"/crm/deal/details/{DEAL}/")) == ("1", True)
    [letter] = shop.town.journal("email.sent", "bitrix24")
    assert letter["data"]["subject"] == order["number"]
    # The file is in the deal, and each workflow heard once.
    assert any(row["files"] for row in shop.ask("GET", f"/deal/{DEAL}")["comments"])
    assert len(sent(shop)) == 3

    # Once more: the deal has its order already, and is told that one; and cancels it.
    again = answered(shop, run(shop, CREATE))
    assert (again["number"], again["problem"], len(shop.orders(DEAL))) == (order["number"], "", 1)
    name = run(shop, CANCEL)
    assert answered(shop, name) == {"state": "Отменён", "state_code": "cancelled", **FINE}
    shop.ask("POST", f"/workflow/{name}/send-again", {})
    shop.town.calm()
    assert len(sent(shop)) == 5


def test_what_a_robot_cannot_do_is_its_result_and_stands_in_the_deal(shop: Shop) -> None:
    shop.fill_in(DEAL)
    shop.edit(DEAL, **{PHONE: "нет"})
    values = answered(shop, run(shop, CREATE))
    assert values["number"] == ""
    assert values["problem"]
    assert values["problem"] in shop.told(DEAL, "Робот «Создать отправление» не сработал")
    # Where the deal's own problem is known already, it is told as the reason why there is no label.
    label = answered(shop, run(shop, LABEL))["problem"]
    assert "нет заказа" in label or "Телефон «нет» не читается" in label
    assert "нет заказа" in answered(shop, run(shop, CANCEL))["problem"]
    assert "NOBODY" in answered(shop, run(shop, QUOTE, properties={"carrier": "NOBODY"}))["problem"]
    # Whose rule looks at the result itself wants no word in the deal: the next robot sees which problem it was.
    letter = {"to": "{=Document:CONTACT.PHONE}", "subject": "{=A1:problem_code}: {=A1:problem}", "text": ""}
    quiet = rule(
        shop,
        robot(QUOTE, carrier="HUSH", **{TROUBLE: QUIET}),
        {"kind": "email", "properties": letter, "when": "{=A1:problem_code}"},
        stage=shop.stage(ON_THE_WAY),
    )
    shop.move(DEAL, to=ON_THE_WAY)
    assert flow(shop, quiet)["state"] == "done"
    [sent_on] = shop.town.journal("email.sent", "bitrix24")
    assert sent_on["data"]["subject"].startswith("robot_account: ")
    assert "HUSH" in sent_on["data"]["subject"]
    # Nobody waits for this one: why is in the deal all the same, and its responsible person hears of it.
    name = run(shop, CREATE, properties={"service": "NO-SUCH-1", TROUBLE: BELL}, wait=False)
    shop.told(DEAL, "NO-SUCH-1")
    shop.town.wait(lambda: "NO-SUCH-1" in str(shop.town.journal("notify.added", "bitrix24")), "the bell")
    assert "HUSH" not in str(shop.ask("GET", f"/deal/{DEAL}")["comments"])
    assert workflow(shop, name)["values"] == {}
    assert shop.orders(DEAL) == []

    with session_scope(shop.town.program.parts.sessions) as session:
        portal_settings.merge(session, shop.id, **{KEY: Automation(off=(CREATE,)).to_json()})
    assert "выключил" in answered(shop, run(shop, CREATE))["problem"]


def test_the_nearest_point_goes_into_the_deal(shop: Shop) -> None:
    shop.fill_in(DEAL)
    refreshing.start_due(shop.town.program.remotes.services())
    shop.town.wait(lambda: refreshed(shop.town), "the list of points")
    values = answered(shop, run(shop, POINT))
    assert values["problem"] == ""
    assert values["code"]
    assert values["address"]
    shop.town.wait(lambda: shop.deal(DEAL)[POINT_FIELD] == values["code"], "the point in the deal")
    assert shop.orders(DEAL) == []


def test_an_order_whose_answer_was_lost_is_made_once_and_its_robot_hears_of_it(shop: Shop) -> None:
    """The carrier took it, and its answer broke off: it is looked up, and the workflow goes on then."""
    shop.fill_in(DEAL)
    shop.town.fault("break_after", match={"path": "/v2/orders", "method": "POST"}, times=1)
    name = run(shop, CREATE)
    shop.ask("POST", f"/workflow/{name}/send-again", {})
    values = answered(shop, name)
    assert (values["problem"], values["status_code"]) == ("", "created")
    shop.town.calm()
    assert len(shop.orders(DEAL)) == 1
    assert len(sent(shop)) == 1
