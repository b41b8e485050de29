"""A client of an emulated 1C's HTTP service, for tests: plain requests, nothing of the program."""

from __future__ import annotations

import uuid
from typing import Any

import requests

from sandbox.world import World


class Client:
    """One user of one infobase."""

    def __init__(self, world: World, code: str, index: int = 0) -> None:
        self.world, self.code = world, code
        self.account = world.addresses[code]["accounts"][index]
        self.base = self.account["base_url"] + "/hs/b24logistics/v1/"
        self.http = requests.Session()
        # requests encodes a text as Latin-1; the platform wants UTF-8.
        self.http.auth = (self.account["login"].encode(), self.account["password"].encode())
        if self.account["token"]:
            self.http.headers["X-Api-Token"] = self.account["token"]

    def get(self, path: str, **more: Any) -> requests.Response:
        return self.http.get(self.base + path, timeout=10, **more)

    def post(self, path: str, body: Any = None, key: str = "", **more: Any) -> requests.Response:
        headers = {"Idempotency-Key": key or str(uuid.uuid4()), **more.pop("headers", {})}
        return self.http.post(self.base + path, json=body, headers=headers, timeout=10, **more)

    def post_xml(self, path: str, body: str | bytes, key: str = "") -> requests.Response:
        data = body.encode() if isinstance(body, str) else body
        kind = "application/xml; charset=utf-8"
        headers = {"Content-Type": kind, "Accept": "application/xml", "Idempotency-Key": key or str(uuid.uuid4())}
        return self.http.post(self.base + path, data=data, headers=headers, timeout=10)

    def set(self, **switches: Any) -> None:
        self.world.control.post(f"/{self.code}/settings", switches)

    def control(self, path: str, body: Any) -> Any:
        return self.world.control.post(f"/{self.code}/{path}", body)


def refusal(answer: requests.Response) -> tuple[int, str, list[tuple[str, str]]]:
    """(status, code, [(path, rule)])."""
    error = answer.json()["error"]
    return answer.status_code, error["code"], [(row["path"], row["rule"]) for row in error["fields"]]
