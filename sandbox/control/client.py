"""A small client of the control API, for tests, the demo and the bench."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from wsgiref.types import WSGIApplication

import requests
from werkzeug.test import create_environ, run_wsgi_app


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
        status, answer = self._ask(method, path, body, params)
        if status >= 400:
            raise ControlError(f"{method} {path}: {status} {answer.decode()}")
        return json.loads(answer)

    def _ask(self, method: str, path: str, body: Any, params: dict[str, Any]) -> tuple[int, bytes]:
        answer = self._http.request(method, self.base_url + path, json=body, params=params or None, timeout=60)
        return answer.status_code, answer.content

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


class NearControl(Control):
    """Steers the sandbox of this very process: the same application is asked, without a connection between."""

    def __init__(self, base_url: str, app: WSGIApplication) -> None:
        super().__init__(base_url)
        self._app = app

    def _ask(self, method: str, path: str, body: Any, params: dict[str, Any]) -> tuple[int, bytes]:
        path, _, query = path.partition("?")
        more = urlencode({name: value for name, value in params.items() if value is not None}, doseq=True)
        query = "&".join(filter(None, (query, more)))
        environ = create_environ(path, self.base_url, query, method=method, json=body)
        answer, status, _headers = run_wsgi_app(self._app, environ, buffered=True)
        return int(status[:3]), b"".join(answer)
