"""The control API of every carrier finds and shows an order in one piece, however much moves beside it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from sandbox.kernel.system import find_systems
from sandbox.world import World

CARRIERS = [system.code for system in find_systems() if system.code not in ("bitrix24", "tiles")]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World(systems=CARRIERS) as world:
        yield world


def somebody_could_take(lock: Any) -> bool:
    taken: list[bool] = []

    def take() -> None:
        if lock.acquire(blocking=False):
            lock.release()
            taken.append(True)

    other = threading.Thread(target=take)
    other.start()
    other.join()
    return bool(taken)


@pytest.mark.parametrize("code", CARRIERS)
def test_an_order_is_looked_up_under_the_lock(world: World, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    system = world.system(code)
    carrier = system.cdek if code == "cdek" else system.carrier
    free: list[bool] = []

    def find(*_asked: Any) -> None:
        free.append(somebody_could_take(carrier.lock))

    monkeypatch.setattr(carrier, "find", find)
    control: Flask = system.control()
    calls = [
        (verb, rule.rule.replace("<key>", "wb-1"))
        for rule in control.url_map.iter_rules()
        if rule.rule.startswith("/orders/<key>")
        for verb in {"GET", "POST"} & (rule.methods or set())
    ]
    for verb, path in calls:
        answer = control.test_client().open(path, method=verb, json={"code": "x"} if path.endswith("problem") else None)
        assert answer.status_code in (400, 404), (verb, path, answer.text)
    assert len(free) >= 3
    assert not any(free)
