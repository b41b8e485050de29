"""What this carrier's control API has beside the shared one: tokens, points, callbacks."""

from __future__ import annotations

from typing import Any

from flask import Flask

from sandbox.kernel.steering import create_control as shared_control
from sandbox.kernel.steering import json_body

from .core import Yandex
from .wire import account_rows


def create_control(yandex: Yandex) -> Flask:
    """Mounted at ``/yandex_delivery`` of the control origin; documented in README."""
    app = shared_control(yandex)

    @app.post("/tokens/expire")
    def expire_tokens() -> dict[str, Any]:
        """A password change: every token of before is dead, the answer has the new ones."""
        with yandex.lock:
            yandex.generation += 1
            return {"generation": yandex.generation, "accounts": account_rows(yandex)}

    @app.post("/points/<identity>")
    def change_point(identity: str) -> dict[str, Any]:
        """``{"open": false}`` closes it, ``true`` opens it again."""
        is_open = json_body("open").get("open")
        if not isinstance(is_open, bool):
            raise ValueError('send {"open": true or false}')  # noqa: TRY004  (answered as HTTP 400)
        with yandex.lock:
            if yandex.point(identity) is None:
                raise LookupError(f"no such point: {identity}")
            (yandex.closed_points.discard if is_open else yandex.closed_points.add)(identity)
        return {"id": identity, "open": is_open}

    @app.get("/webhooks")
    def callbacks() -> dict[str, Any]:
        """Callback addresses of the claims that have one."""
        with yandex.lock:
            rows = [
                {"claim_id": claim.claim_id, "number": claim.number, "url": properties["callback_url"]}
                for claim in yandex.claims.values()
                if (properties := claim.body.get("callback_properties"))
            ]
        return {"webhooks": rows}

    return app
