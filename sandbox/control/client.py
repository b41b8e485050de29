"""A small client of the control API, for tests, the demo and the bench."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import requests


class ControlError(RuntimeError):
    """The control server refused; the text is its own."""


class Control:
    """Steers a sandbox that runs anywhere, by its control address."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._http = requests.Session()
        self._http.trust_env = False

    def call(self, method: str, path: str, body: Any = None, **params: Any) -> Any:
        """One call; raises ControlError on a refusal."""
        answer = self._http.request(method, self.base_url + path, json=body, params=params or None, timeout=60)
        if answer.status_code >= 400:
            raise ControlError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json()

    def get(self, path: str, **params: Any) -> Any:
        return self.call("GET", path, **params)

    def post(self, path: str, body: Any = None) -> Any:
        return self.call("POST", path, {} if body is None else body)

    def delete(self, path: str) -> Any:
        return self.call("DELETE", path)

    def addresses(self) -> dict[str, Any]:
        found: dict[str, Any] = self.get("/addresses")
        return found

    def reset(self) -> None:
        self.post("/reset")

    def now(self) -> datetime:
        return datetime.fromisoformat(self.get("/clock")["now"])

    def advance(self, seconds: float) -> None:
        self.post("/clock", {"advance": seconds})

    def fault(self, system: str, action: str, **spec: Any) -> int:
        """Add a fault rule and give its id; see ``sandbox/README.md`` for the keys."""
        return int(self.post("/faults", {"system": system, "action": action, **spec})["id"])

    def clear_faults(self) -> None:
        self.delete("/faults")

    def journal(self, **query: Any) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.get("/journal", **query)["entries"]
        return entries

    def counts(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = self.get("/journal/counts")
        return found
