"""A client of the emulated SAP, for tests: plain requests, nothing of the program."""

from __future__ import annotations

from typing import Any

import requests

from sandbox.world import World

OUT = "/sap/opu/odata/sap/API_OUTBOUND_DELIVERY_SRV;v=0002"
HEADER = f"{OUT}/A_OutbDeliveryHeader"


class Client:
    """One account, spoken to as a client would."""

    def __init__(self, world: World, index: int = 0) -> None:
        self.world = world
        self.account = world.addresses["sap_ewm"]["accounts"][index]
        self.base = self.account["address"]
        self.http = requests.Session()
        self.http.auth = (self.account["user"], self.account["password"])
        self.http.headers["Accept"] = "application/json"
        self.fetch()

    def fetch(self) -> str:
        answer = self.http.get(f"{self.base}{OUT}/", headers={"X-CSRF-Token": "Fetch"}, timeout=10)
        assert answer.status_code == 200, answer.text
        self.http.headers["x-csrf-token"] = answer.headers["x-csrf-token"]
        return answer.headers["x-csrf-token"]

    def call(self, verb: str, path: str, body: Any = None, headers: Any = None, **query: Any) -> requests.Response:
        params = {f"${name}": value for name, value in query.items()}
        return self.http.request(verb, self.base + path, json=body, headers=headers, params=params, timeout=10)

    def get(self, path: str, **query: Any) -> Any:
        answer = self.call("GET", path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json().get("d", answer.json())

    def set(self, **switches: Any) -> None:
        self.world.control.post("/sap_ewm/settings", switches)

    def create(self, *items: tuple[str, str], order: str = "4711", unit: str = "PC") -> dict[str, Any]:
        answer = self.call("POST", HEADER, body(*(items or (("10", "2"),)), order=order, unit=unit))
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()["d"]
        return made

    def move(self, number: str, code: str, **more: Any) -> None:
        self.world.control.post(f"/sap_ewm/orders/{number}/status", {"code": code, **more})

    def etag(self, number: str) -> str:
        return self.call("GET", f"{HEADER}('{number}')").headers["ETag"]

    def function(self, name: str, number: str, if_match: str = "*", **more: str) -> requests.Response:
        given = {"DeliveryDocument": f"'{number}'", **more}
        headers = {"If-Match": if_match} if if_match else {}
        return self.http.post(f"{self.base}{OUT}/{name}", params=given, headers=headers, timeout=10)


def body(*items: tuple[str, str], order: str = "4711", unit: str = "PC") -> dict[str, Any]:
    rows = [
        {"ReferenceSDDocument": order, "ReferenceSDDocumentItem": item, "ActualDeliveryQuantity": quantity,
         "DeliveryQuantityUnit": unit}
        for item, quantity in items
    ]  # fmt: skip
    return {"to_DeliveryDocumentItem": {"results": rows}}


def refusal(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]
