"""The emulated PEK over real HTTP for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.world import World

DOOR = "Россия, Республика Татарстан, Казань, ул. Баумана, 44"


class PekClient:
    """One account of the emulated PEK, spoken to as a client would."""

    def __init__(self, world: World, index: int = 0) -> None:
        self.world = world
        self.base_url = world.addresses["pek"]["base_url"]
        self.account = world.addresses["pek"]["accounts"][index]
        self.http = requests.Session()
        self.http.auth = (self.account["login"], self.account["key"])

    def raw(self, path: str, body: Any = None, method: str = "POST") -> requests.Response:
        return self.http.request(method, self.base_url + path, json=body, timeout=10)

    def call(self, path: str, body: Any = None) -> Any:
        answer = self.raw(path, {} if body is None else body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fields(self, path: str, body: Any) -> dict[str, list[str]]:
        """Complaints of a refusal, by path."""
        error = self.call(path, body)["error"]
        assert (error["title"], error["status"]) == ("Ошибка валидации", 400)
        return {row["Key"]: row["Value"] for row in error["fields"]}

    def set(self, **switches: Any) -> None:
        self.world.control.post("/pek/settings", switches)

    def order(self, number: str = "DEAL-1001-1", *, point: str | None = None) -> dict[str, Any]:
        """A request that is accepted: 700 g in 200x150x100 mm, worth 900 rubles, to the door or to a point."""
        receiver: dict[str, Any] = {
            "legalForm": 3, "title": "Северцева Мария", "individual": {"firstName": "Мария", "lastName": "Северцева"},
            "person": "Северцева Мария", "personPhones": [{"phone": "+79000001462"}],
        }  # fmt: skip
        receiver |= {"warehouseId": point} if point else {"addressStock": DOOR}
        off: dict[str, Any] = {"enabled": False}
        services = {
            "transporting": {"payer": {"type": 1}}, "hardPacking": off, "strapping": off, "documentsReturning": off,
            "sealing": {"enabled": True, "payer": {"type": 1}}, "delivery": {"enabled": point is None},
            "insurance": {"enabled": True, "cost": 900, "payer": {"type": 1}},
        }  # fmt: skip
        common = {
            "type": 3, "orderNumber": number, "customerCorrelation": number, "description": "Одежда",
            "positionsCount": 1, "weight": 0.7, "volume": 0.01, "length": 0.2, "width": 0.15, "height": 0.1,
        }  # fmt: skip
        sender = {
            "warehouseId": self.account["warehouse_id"], "legalForm": 1, "inn": self.account["inn"],
            "title": self.account["title"], "person": "Иванов Иван", "personPhones": [{"phone": "+74956651112"}],
        }  # fmt: skip
        return {
            "common": {"docflowType": "COURIER", "orderType": 0},
            "sender": sender,
            "cargos": [{"common": common, "receiver": receiver, "services": services}],
        }

    def submit(self, number: str = "DEAL-1001-1", *, point: str | None = None) -> str:
        return str(self.call("/preregistration/submit/", self.order(number, point=point))["cargos"][0]["cargoCode"])

    def status(self, code: str) -> dict[str, Any]:
        found: dict[str, Any] = self.call("/cargos/basicstatus/", {"cargoCodes": [code]})["cargos"][0]["info"]
        return found

    def move(self, key: str, /, **step: Any) -> None:
        self.world.control.post(f"/pek/orders/{key}/status", step)

    def points(self, address: str = DOOR, **more: Any) -> list[dict[str, Any]]:
        """Points around an address that hand out, own offices first."""
        body = {"address": address, "departmentOperation": 3, "type": 3, "limit": 20, "searchRadius": 40} | more
        found = self.call("/branches/nearestdepartments/", body)
        return [*found["freeDepartments"], *found["paidDepartments"]]

    def pvz(self) -> str:
        return str(next(row for row in self.points() if row["departmentTypeId"] == 1)["warehouseId"])


@pytest.fixture(scope="session")
def pek_world() -> Iterator[World]:
    with World(systems=["pek"]) as found:
        yield found


@pytest.fixture
def pek(pek_world: World) -> PekClient:
    pek_world.reset()
    return PekClient(pek_world)
