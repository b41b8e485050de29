"""DPD as a system of the sandbox: two bases, the live one and the test one, with keys of their own (contract §1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Flask

from sandbox.kernel.gate import Origin
from sandbox.kernel.steering import CarrierSystem, create_control, json_body
from sandbox.kernel.system import Context

from .core import Dpd
from .coverage import COVERAGE
from .model import ACCOUNTS
from .routes import create_app, fault_words


class DpdSystem(CarrierSystem):
    """Both bases share one memory; the inboxes belong to the client number."""

    carrier: Dpd

    def __init__(self, context: Context) -> None:
        super().__init__(Dpd(context), COVERAGE, _control)

    def origins(self) -> Sequence[Origin]:
        return [
            Origin("dpd", create_app(self.carrier, "live"), error_body=fault_words),
            Origin("dpd_test", create_app(self.carrier, "test"), error_body=fault_words),
        ]

    def started(self, urls: Mapping[str, str]) -> None:
        self.carrier.base_url, self.carrier.test_base_url = urls["dpd"], urls["dpd_test"]

    def addresses(self) -> Mapping[str, Any]:
        accounts = [
            {"client_number": str(found.client_number), "client_key": found.client_key, "mode": found.mode}
            for found in ACCOUNTS
        ]
        dpd = self.carrier
        return {"dpd": {"base_url": dpd.base_url, "test_base_url": dpd.test_base_url, "accounts": accounts}}


def _control(dpd: Dpd) -> Flask:
    """What every carrier has; `POST /points/<code>` changes a point; `GET /inbox` shows what is not confirmed."""
    app = create_control(dpd)

    @app.post("/points/<code>")
    def change_point(code: str) -> dict[str, Any]:
        spec = json_body("state", "limits", "services", "schedule", "extraService")
        with dpd.lock:
            if dpd.point(code) is None:
                raise LookupError(f"no such point: {code}")
            dpd.changed_points.setdefault(code, {}).update(spec)
            return dict(dpd.point(code) or {})

    @app.get("/inbox")
    def show_inbox() -> dict[str, Any]:
        with dpd.lock:
            rows = [
                {
                    "client": client,
                    "kind": kind,
                    "waiting": len(box.rows),
                    "package": len(box.package),
                    "doc_id": box.doc_id,
                }
                for (client, kind), box in dpd.inboxes.items()
            ]
            return {"inboxes": rows}

    return app
