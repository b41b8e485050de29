"""Boxberry's acts, files and courier calls."""

from __future__ import annotations

import requests

from sandbox.boxberry import errors
from sandbox.boxberry.model import ACCOUNTS

from .conftest import Client


def test_acts_are_final_and_repeat_for_72_hours(box: Client) -> None:
    one, two = box.create(), box.create(order_id="D-2")
    far = box.create(order_id="D-3", shop={"name": "02001", "name1": "04854"})
    assert box.get("ParselList")["ImIds"] == f"{one},{two},{far}"
    assert box.get("ParselSend", ImIds="AAP1") == {"err": errors.NO_PARCELS}
    assert box.get("ParselSend", ImIds=f"{one},{far}") == {"err": errors.OTHER_RECEPTION}
    act = box.get("ParselSend", ImIds=f"{one},{two}", shippingDate="2026-12-01")
    assert box.get("ParselSend", ImIds=f"{two},{one}")["id"] == act["id"]
    assert box.get("ParselSend", ImIds=f"{one},{far}") == {
        "err": f"Не все из перечисленных посылок можно поместить в акт: ({one})"
    }
    assert [row["send"] for row in box.get("ParselStory", **{"from": "20260101"})] == [False, True, True]
    assert {row["track"] for row in box.get("ParselSendStory")} == {one, two}
    assert requests.get(act["label"], timeout=9).content.startswith(b"%PDF-")
    assert requests.get(act["sticker"], timeout=9).content.count(b"/Type /Page ") == 2
    box.world.clock.advance(72 * 3600 + 5)
    assert box.get("ParselSend", ImIds=f"{one},{two}")["err"].startswith("Не все из перечисленных")


def test_label_links_carry_the_token_and_may_expire(box: Client) -> None:
    track = box.create(weights={"weight": 500, "weight2": 700})
    link = box.get("ParselCheck", ImId=track)["label"]
    answer = requests.get(link, timeout=9)
    assert (answer.headers["Content-Type"], answer.content.count(b"/Type /Page ")) == ("application/pdf", 2)
    assert box.get("ParselCheck", ImId="D-2001") == {"err": errors.NOT_FOUND}
    wrong = requests.get(link.replace(box.token, ACCOUNTS[1].token), timeout=9)
    assert (wrong.status_code, wrong.json()) == (200, {"err": errors.NOT_FOUND})
    box.set(label_seconds=60.0)
    box.world.clock.advance(61)
    assert "err" in requests.get(link, timeout=9).json()


def test_a_courier_call(box: Client) -> None:
    call = {"zip": "101000", "city": "Москва", "street": "Мира", "house": "1", "contact_person": "Ян", "weight": "1.5",
            "contact_phone": "9001112233", "taking_time_from": "10:00", "taking_time_to": "18:00", "seats_count": 2,
            "volume": "0.003", "taking_date": "01.01.2020"}  # fmt: skip
    assert box.post("CreateIntake", **call) == {"err": True, "message": "Значение «taking_date» неверно."}
    call["taking_date"] = f"{box.world.clock.now().replace(day=28):%d.%m.%Y}"
    box.world.clock.set(box.world.clock.now().replace(day=20))
    number = box.post("CreateIntake", **call)["message"]
    assert isinstance(number, int)
    assert box.get("CreateIntake", **call)["message"] == number + 1
    assert box.world.journal.find(kind="courier.accepted")[0].data["volume"] == "0.003"
