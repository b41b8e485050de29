"""The emulated Boxberry over real HTTP: a client of one cabinet."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.world import World

SDATA: dict[str, Any] = {
    "order_id": "D-2001", "price": "1950.00", "payment_sum": "0", "delivery_sum": "250.00", "vid": "1",
    "shop": {"name": "02001", "name1": "010"},
    "customer": {"fio": "Петров Иван Иванович", "phone": "+7 (900) 111-22-33", "email": "a@example.org"},
    "items": [{"id": "SKU-1", "name": "Куртка", "UnitName": "шт.", "nds": "-1", "price": "1950", "quantity": "1"}],
    "weights": {"weight": "1200", "x": "30", "y": "20", "z": "10"}, "issue": "1",
}  # fmt: skip
KAZAN: dict[str, Any] = {
    "order_id": "A-1-1", "price": "900", "vid": 2, "kurdost": {"citi": "Казань", "addressp": "ул. Баумана, 44"},
    "customer": {"fio": "Мария Северцева", "phone": "+79000001462"},
    "items": [{"id": "1", "name": "Чай", "price": 900, "quantity": 1}],
    "weights": {"weight": 700, "x": 20, "y": 15, "z": 10},
}  # fmt: skip


class Client:
    def __init__(self, world: World, index: int = 0) -> None:
        self.world = world
        self.base = world.addresses["boxberry"]["base_url"]
        self.token = world.addresses["boxberry"]["accounts"][index]["token"]
        self.http = requests.Session()

    def get(self, method: str, **params: Any) -> Any:
        answer = self.http.get(
            self.base + "/json.php", params={"method": method, "token": self.token, **params}, timeout=9
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, method: str, **body: Any) -> Any:
        answer = self.http.post(
            self.base + "/json.php", json={"method": method, "token": self.token, **body}, timeout=9
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def sdata(self, **changes: Any) -> dict[str, Any]:
        return copy.deepcopy(SDATA) | changes

    def create(self, sdata: dict[str, Any] | None = None, **changes: Any) -> str:
        answer = self.post("ParselCreate", sdata=sdata or self.sdata(**changes))
        assert "track" in answer, answer
        return str(answer["track"])

    def refusal(self, **changes: Any) -> str:
        answer = self.post("ParselCreate", sdata=self.sdata(**changes))
        assert set(answer) == {"err"}, answer
        return str(answer["err"])

    def set(self, **switches: Any) -> None:
        self.world.control.post("/boxberry/settings", switches)

    def move(self, key: str, code: str) -> None:
        self.world.control.post(f"/boxberry/orders/{key}/status", {"code": code})

    def names(self, key: str) -> list[str]:
        return [row["Name"] for row in self.get("ListStatuses", ImId=key)]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World(systems=["boxberry"]) as made:
        yield made


@pytest.fixture
def box(world: World) -> Client:
    world.reset()
    return Client(world)
