"""Boxberry's histories: names, dates, routes."""

from __future__ import annotations

import pytest

from .conftest import Client


@pytest.mark.parametrize(
    ("wording", "last"), [("short", "Возвращено в ИМ"), ("long", "Заказ возвращен в Интернет-магазин")]
)
def test_names_and_dates_drift(box: Client, wording: str, last: str) -> None:
    box.set(wording=wording, date_format="iso" if wording == "long" else "slash")
    track = box.create()
    box.world.control.post("/boxberry/orders/D-2001/route", {"route": "returned"})
    box.world.clock.advance(9 * 3600 + 9)
    rows = box.get("ListStatuses", ImId=track)
    assert rows[-1]["Name"] == last
    assert ("T" in rows[0]["Date"]) is (wording == "long")
    assert box.get("ListStatusesFull", ImId=track)["statuses"][0]["Date"][2] == "."
    assert box.get("OrdersBalance") == []


def test_the_balance_tells_of_all_that_is_under_way(box: Client) -> None:
    one, two = box.create(), box.create(order_id="D-2", payment_sum="100")
    box.move(two, "Поступило в пункт выдачи")
    rows = {row["ID"]: row["Status"] for row in box.get("OrdersBalance")}
    assert rows == {"D-2001": "Не в акте", "D-2": "На отделении-получателе"}
    assert [row["ID"] for row in box.get("OrdersBalance", OnlyPostpaid=1)] == ["D-2"]
    box.move(two, "Выдано")
    assert [row["ID"] for row in box.get("OrdersBalance")] == ["D-2001"]
    assert box.get("ListServices", ImId=one) == []
    assert "," in box.get("ListServices", ImId=two)[0]["Sum"]


def test_partial_doubled_unknown_lost_and_vanished(box: Client) -> None:
    box.set(auto_route=True, step_seconds=60.0)
    for name in ("partial", "doubled", "unknown_code", "lost", "cancelled", "stay"):
        box.world.control.post("/boxberry/overrides", {"match": {"number": name}, "route": name})
        box.create(order_id=name)
    box.world.clock.advance(3600)
    full = box.get("ListStatusesFull", ImId="partial")
    assert (full["PD"], full["products"][0]["Item_ID"], full["deliveryDate"] != "0001-01-01") == (True, "SKU-1", True)
    assert box.names("doubled").count("Передан на доставку до пункта выдачи") == 2
    assert box.names("unknown_code")[-1] == "Передано на дирижабль"
    assert box.names("lost")[-1] == "Утеряно"
    assert box.names("cancelled") == []
    assert box.get("ListStatusesFull", ImId="stay")["deliveryDate"] == "0001-01-01"


def test_a_recalled_parcel_leaves_its_old_walk(box: Client) -> None:
    box.set(auto_route=True, step_seconds=60.0)
    track = box.create()
    box.world.clock.advance(130)
    assert box.get("CancelOrder", track=track, cancelType=2) == {"err": False}
    box.world.clock.advance(3600)
    names = box.names(track)
    assert names[-1] == "Возвращено в ИМ"
    assert "Поступило в пункт выдачи" not in names


def test_with_act_needed_nothing_moves_before_it(box: Client) -> None:
    box.set(auto_route=True, step_seconds=60.0, act_needed=True)
    track = box.create()
    box.world.clock.advance(3600)
    assert box.names(track) == ["Заказ создан в личном кабинете"]
    box.get("ParselSend", ImIds=track)
    box.world.clock.advance(3600)
    assert box.names(track)[-1] == "Выдано"


def test_the_world_remembers_and_overrides_refuse(box: Client) -> None:
    box.create()
    back = box.world.remember()
    box.create(order_id="D-2")
    back()
    assert [row["ID"] for row in box.get("OrdersBalance")] == ["D-2001"]
    box.world.control.post(
        "/boxberry/overrides", {"match": {"phone": "*2233"}, "errors": ["Индекс не найден"], "times": 1}
    )
    assert box.refusal(order_id="D-4") == "Индекс не найден"
    box.create(order_id="D-4")
