"""The emulated SMSC (docs/systems/smsc.md): strict where the real one is, signed callbacks, money that runs out."""

from __future__ import annotations

import hashlib
import json
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
import requests

from sandbox.kernel.server import serve
from sandbox.world import World

PHONE, TEXT = "+79170000001", "Заказ в пункте"
ACCOUNT = {"login": "romashka", "psw": "romashka-secret-1"}


def ask(world: World, script: str, **fields: str) -> Any:
    """By login and password, as JSON."""
    form = {**ACCOUNT, "fmt": "3", "charset": "utf-8", **fields}
    answer = requests.post(f"{world.addresses['smsc']['base_url']}/sys/{script}.php", form, timeout=10)
    assert answer.status_code == 200
    return json.loads(answer.text)


def send(world: World, **more: str) -> Any:
    return ask(world, "send", **{"phones": PHONE, "mes": TEXT, "id": "41", "cost": "3", **more})


def test_taken_told_and_paid(world: World) -> None:
    assert send(world) == {"id": 41, "cnt": 1, "cost": "4.59", "balance": "995.41"}
    assert ask(world, "balance", cur="1") == {"balance": "995.41", "currency": "RUR"}
    assert ask(world, "status", id="41", phone=PHONE)["status"] == 0
    world.control.advance(6)
    full = ask(world, "status", id="41", phone=PHONE, all="1")
    assert (full["status"], full["status_name"], full["message"], full["cost"]) == (1, "Доставлено", TEXT, "4.59")
    assert ask(world, "status", id="42", phone=PHONE)["status"] == -3


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"psw": "wrong"}, 2),
        ({"login": "nobody"}, 2),
        ({"mes": ""}, 1),
        ({"mes": "Я" * 1001}, 1),
        ({"id": "0"}, 1),
        ({"id": str(2**31)}, 1),
        ({"fmt": "1"}, 1),
        ({"time": "0101301200"}, 1),
        ({"phones": "12"}, 7),
        ({"sender": "Nobody"}, 6),
        ({"phones": "+79990000001"}, 8),
    ],
)
def test_what_is_wrong_is_refused_by_its_number(world: World, more: dict[str, str], code: int) -> None:
    found = send(world, **more)
    assert found["error_code"] == code
    assert ("id" in found) is (code in (3, 6, 7, 8))
    assert world.journal.find(kind="sms.accepted") == []


def test_a_number_may_come_twice_and_the_same_text_may_not(world: World) -> None:
    send(world)
    assert send(world)["error_code"] == 9
    assert send(world, mes="Другой текст")["id"] == 41
    assert len(world.journal.find(kind="sms.accepted", key="41")) == 2
    world.control.advance(61)
    assert send(world)["id"] == 41


def test_no_money_no_message(world: World) -> None:
    world.control.post("/smsc/accounts/romashka", {"kopecks": 458})
    assert send(world) == {"error": "no money", "error_code": 3, "id": 41}
    world.control.post("/smsc/accounts/romashka", {"credit": 1})
    assert send(world, mes="В долг")["balance"] == "-0.01"


def test_who_asks_too_often_is_told_so(world: World) -> None:
    send(world)
    codes = [ask(world, "status", id="41", phone=PHONE).get("error_code") for _ in range(6)]
    assert codes == [None] * 5 + [9]
    assert [ask(world, "balance").get("error_code") for _ in range(11)][-1] == 9


def test_long_texts_are_several_parts(world: World) -> None:
    parts = {text: send(world, mes=text, cost="1")["cnt"] for text in ("a" * 160, "a" * 161, "я" * 70, "я" * 71)}
    assert list(parts.values()) == [1, 2, 1, 2]
    assert world.journal.find(kind="sms.accepted") == []


@pytest.fixture
def handler(world: World) -> Iterator[list[dict[str, str]]]:
    """The client's script: it fails the first time."""
    told: list[dict[str, str]] = []

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        told.append(dict(parse_qsl(environ["wsgi.input"].read().decode())))
        start_response("200 OK" if len(told) > 1 else "500 Oops", [])
        return [b""]

    server = serve(app)
    world.control.post("/smsc/accounts/romashka", {"handler": f"http://localhost:{server.port}/"})
    yield told
    server.stop()


def test_statuses_are_posted_signed_and_again_until_they_are_taken(world: World, handler: list[dict[str, str]]) -> None:
    world.control.post("/smsc/overrides", {"match": {}, "route": "stay"})
    send(world)
    _wait(lambda: len(world.journal.find(kind="webhook.sent")) == 1)
    world.control.advance(61)
    _wait(lambda: len(handler) == 2)
    assert handler[0] == handler[1] | {"time": handler[0]["time"]}
    signed = f"41:{PHONE[1:]}:0:romashka-secret-1".encode()
    assert handler[1]["md5"] == hashlib.md5(signed, usedforsecurity=False).hexdigest()
    assert handler[1]["crc32"] == str(zlib.crc32(signed))


def _wait(until: Callable[[], Any]) -> None:
    end = time.monotonic() + 20
    while not until():
        assert time.monotonic() < end
        time.sleep(0.02)
