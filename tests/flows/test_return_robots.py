"""The portal's automation begins and moves returns by robots of ours; workflows that wait hear what became of it."""

from __future__ import annotations

from typing import Any

import pytest

from b24app.bitrix24.robots import MOVE, START
from b24app.logistics.returning import ReturnOrigin, ReturnStage
from b24app.store import returns
from b24app.store.returns import Kept
from tests.flows.town import Shop

DEAL = 501
WAITS, ANSWERED = "waits", "answered"


def run(shop: Shop, code: str, deal_id: int = DEAL, **spec: Any) -> str:
    """The rule is reached; the workflow's id."""
    body = {"code": code, "id": deal_id, **spec}
    return str(shop.ask("POST", "/robot", body)["workflow"])


def workflow(shop: Shop, name: str) -> dict[str, Any]:
    found: dict[str, Any] = shop.ask("GET", f"/workflow/{name}")
    return found


def answered(shop: Shop, name: str) -> dict[str, Any]:
    """What the waiting workflow is given."""
    shop.town.wait(lambda: workflow(shop, name)["state"] != WAITS, "the answer of a robot")
    found = workflow(shop, name)
    assert found["state"] == ANSWERED
    values: dict[str, Any] = found["values"]
    return values


def kept(shop: Shop, deal_id: int = DEAL) -> list[Kept]:
    found = shop.town.program.read(returns.of_deals, shop.id, [deal_id])
    mine: list[Kept] = found[deal_id]
    return mine


def sent(shop: Shop) -> list[dict[str, Any]]:
    rows = shop.town.journal("rest.call", "bitrix24")
    return [row for row in rows if "bizproc.event.send" in [row["key"], *row["data"].get("commands", [])]]


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_a_robot_begins_a_return_once_and_its_workflow_goes_on(shop: Shop) -> None:
    name = run(shop, START, properties={"reason": "defect", "note": "Звонила Ольга"})
    values = answered(shop, name)
    [mine] = kept(shop)
    assert values == {"number": mine.case.number, "stage": "requested", "problem": "", "problem_code": ""}
    assert mine.case.origin is ReturnOrigin.AUTOMATION
    rows = shop.ask("GET", f"/deal/{DEAL}")["rows"]
    assert sorted(line.row for line in mine.case.lines) == sorted(row["id"] for row in rows)
    assert {line.reason for line in mine.case.lines} == {"defect"}

    # The queue server delivers it once more: the same return, and no second answer.
    shop.ask("POST", f"/workflow/{name}/send-again", {})
    shop.town.calm()
    assert len(kept(shop)) == 1
    assert len(sent(shop)) == 1

    # The next robot of the same workflow moves it on.
    values = answered(shop, run(shop, MOVE, properties={"stage": "refused", "why": "Правило 7"}))
    assert (values["stage"], values["problem"]) == ("refused", "")
    assert kept(shop)[0].case.stage is ReturnStage.REFUSED


def test_what_does_not_work_is_told_to_the_workflow_and_in_the_deal(shop: Shop) -> None:
    values = answered(shop, run(shop, START, properties={"reason": "size", "goods": "NOBODY-1 × 2"}))
    assert values["number"] == ""
    assert "NOBODY-1" in values["problem"]
    assert values["problem_code"] == "return_not_of_deal"
    assert kept(shop) == []
    assert "NOBODY-1" in shop.told(DEAL, "Робот «Начать возврат» не сработал")
    # Who does not wait for an answer gets none; it is in the deal all the same.
    name = run(shop, MOVE, properties={"stage": "approved"}, wait=False)
    shop.told(DEAL, "Здесь нет возврата, который робот мог бы передвинуть")
    assert workflow(shop, name)["values"] == {}


def test_an_answer_that_was_lost_is_not_given_twice(shop: Shop) -> None:
    """The portal took the answer, but ours never heard of it: the token is good once, so asking again tells."""
    fault = shop.town.fault("break_after", "bitrix24", match={"path": "/rest/*batch*"}, times=1)
    name = run(shop, START, properties={"reason": "size"})
    values = answered(shop, name)
    shop.town.forget(fault)
    shop.town.advance(90)
    shop.town.calm()
    assert len(kept(shop)) == 1
    assert workflow(shop, name)["values"] == values
    assert values["number"] == kept(shop)[0].case.number


def test_a_workflow_that_somebody_ended_hurts_nobody(shop: Shop) -> None:
    shop.settings(event_delay_min=0.5, event_delay_max=0.6)
    name = run(shop, START, properties={"reason": "size"})
    shop.ask("POST", f"/workflow/{name}/stop", {})
    shop.town.wait(lambda: kept(shop), "the return")
    shop.town.calm()
    assert workflow(shop, name)["state"] == "stopped"
    assert "не сработал" not in " ".join(shop.comments(DEAL))
    assert "Не получилось" not in shop.health()
