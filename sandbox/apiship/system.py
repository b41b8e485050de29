"""ApiShip as a system of the sandbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Flask

from sandbox.kernel.gate import Origin
from sandbox.kernel.steering import CarrierSystem, create_control
from sandbox.kernel.system import Context

from .core import ApiShip
from .coverage import COVERAGE
from .model import ACCOUNTS
from .routes import create_app
from .rules import tokens
from .wire import fault_words


class ApiShipSystem(CarrierSystem):
    """One origin (``api.apiship.ru``), two accounts."""

    def __init__(self, context: Context) -> None:
        self.apiship = ApiShip(context)
        super().__init__(self.apiship, COVERAGE, _control)

    def origins(self) -> Sequence[Origin]:
        app = create_app(self.apiship)
        return [
            Origin(
                "apiship",
                app,
                error_body=fault_words,
                portal_of=lambda environ: tokens.login_of(environ.get("HTTP_AUTHORIZATION")),
            )
        ]

    def started(self, urls: Mapping[str, str]) -> None:
        self.apiship.base_url = urls["apiship"]

    def addresses(self) -> Mapping[str, Any]:
        accounts = [
            {"login": found.login, "password": found.password, "token": found.token, "providers": list(found.providers)}
            for found in ACCOUNTS
        ]
        return {"apiship": {"base_url": f"{self.apiship.base_url}/v1", "accounts": accounts}}


def _control(apiship: ApiShip) -> Flask:
    app = create_control(apiship)

    @app.post("/tokens/expire")
    def expire_tokens() -> dict[str, Any]:
        """Tokens of a login end; the cabinet's do not."""
        with apiship.lock:
            apiship.token_generation += 1
            return {"generation": apiship.token_generation}

    @app.get("/webhooks")
    def list_webhooks() -> dict[str, Any]:
        with apiship.lock:
            found = apiship.subscriptions.values()
            rows = [{"uuid": row.uuid, "account": row.account.login, "type": row.type, "url": row.url} for row in found]
        return {"webhooks": rows}

    return app
