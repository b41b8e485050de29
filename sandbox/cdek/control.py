"""CDEK's switches for tests and the demo: orders moved by hand, routes, offices, settings."""

from __future__ import annotations

from typing import Any
from wsgiref.types import WSGIApplication

from flask import Flask

from sandbox.kernel.steering import found, json_body

from .core import Cdek
from .model import ACCOUNTS, Order
from .rules import life, orders, overrides, webhooks
from .rules.routes import ROUTES
from .view import order_envelope

Answer = dict[str, Any]


def create_control(cdek: Cdek) -> WSGIApplication:
    """Mounted at ``/cdek`` of the control origin; documented in ``sandbox/cdek/README.md``."""
    app = Flask("sandbox.cdek.control")
    app.register_error_handler(ValueError, lambda problem: ({"error": str(problem)}, 400))
    app.register_error_handler(LookupError, lambda problem: ({"error": str(problem.args[0])}, 404))
    for add in (_settings, _orders, _overrides, _offices, _webhooks):
        add(app, cdek)
    return app


def _settings(app: Flask, cdek: Cdek) -> None:
    @app.get("/settings")
    def read_settings() -> Answer:
        with cdek.lock:
            return dict(vars(cdek.switches))

    @app.post("/settings")
    def change_settings() -> Answer:
        spec = json_body()
        with cdek.lock:
            cdek.switches.update(spec)
            if "seed" in spec:
                cdek.rng.seed(cdek.switches.seed)
        return read_settings()

    @app.post("/tokens/expire")
    def expire_tokens() -> Answer:
        with cdek.lock:
            cdek.token_generation += 1
            return {"generation": cdek.token_generation}


def _orders(app: Flask, cdek: Cdek) -> None:
    @app.get("/orders")
    def list_orders() -> Answer:
        cdek.settle()
        with cdek.lock:
            return {"orders": [_summary(order) for order in cdek.orders.values()]}

    @app.get("/orders/<key>")
    def read_order(key: str) -> Answer:
        with found(cdek, key) as order:
            return order_envelope(cdek, order)

    @app.post("/orders/<key>/status")
    def move_order(key: str) -> Answer:
        """``left`` of a partial delivery: article -> pieces that go back, ``null`` = the order does not tell."""
        spec = json_body("code", "reason_code", "city_code", "left")
        reason = spec.get("reason_code")
        code = str(spec.get("code", ""))
        with found(cdek, key) as order:
            life.set_status(cdek, order, code, reason=str(reason) if reason else None, city_code=spec.get("city_code"))
            if "left" in spec:
                life.leave(order, spec["left"])
            return _summary(order)

    @app.post("/orders/<key>/weigh")
    def weigh_order(key: str) -> Answer:
        """The warehouse weighs the parcels: ``grams`` of each. What is charged follows, and so does the price."""
        grams = json_body("grams").get("grams")
        if not isinstance(grams, int) or grams <= 0:
            raise ValueError("grams is a whole number above 0")
        with found(cdek, key) as order:
            orders.weigh(order, grams)
            return _summary(order)

    @app.post("/orders/<key>/rollback")
    def roll_back_order(key: str) -> Answer:
        with found(cdek, key) as order:
            life.roll_back(cdek, order)
            return _summary(order)

    @app.post("/orders/<key>/problem")
    def add_problem(key: str) -> Answer:
        code = str(json_body("code")["code"])
        with found(cdek, key) as order:
            life.add_problem(cdek, order, code)
            return _summary(order)

    @app.post("/orders/<key>/route")
    def start_route(key: str) -> Answer:
        route = json_body("route").get("route")
        with found(cdek, key) as order:
            order.extra["moves"] = True
            life.start_route(cdek, order, route)
            return _summary(order)


def _summary(order: Order) -> Answer:
    return {
        "uuid": order.uuid,
        "number": order.number,
        "cdek_number": order.cdek_number,
        "account": order.account.client_id,
        "status": order.status,
        "removed": order.removed,
        "is_return": order.is_return,
        "recipient": order.body["recipient"]["name"],
        "steps_left": len(order.route),
    }


def _overrides(app: Flask, cdek: Cdek) -> None:
    @app.get("/overrides")
    def list_overrides() -> Answer:
        with cdek.lock:
            return {"overrides": [overrides.as_json(each) for each in cdek.overrides], "routes": sorted(ROUTES)}

    @app.post("/overrides")
    def add_override() -> Answer:
        return overrides.as_json(overrides.add(cdek, json_body()))

    @app.delete("/overrides")
    def clear_overrides() -> Answer:
        with cdek.lock:
            cdek.overrides.clear()
        return {"cleared": True}


def _offices(app: Flask, cdek: Cdek) -> None:
    @app.post("/offices/<code>")
    def change_office(code: str) -> Answer:
        """``{"open": false}`` closes it; other keys replace fields of the row."""
        spec = json_body()
        with cdek.lock:
            office = cdek.offices.get(code)
            if office is None:
                raise LookupError(f"no such office: {code}")
            if "open" in spec:
                _open_or_close(cdek, office, is_open=bool(spec.pop("open")))
            if strange := sorted(set(spec) - set(office)):
                raise ValueError(f"an office has no such fields: {', '.join(strange)}")
            office.update(spec)
            return dict(office)


def _open_or_close(cdek: Cdek, office: dict[str, Any], *, is_open: bool) -> None:
    office["status"] = "ACTIVE" if is_open else "INACTIVE"
    facts = {"type": "AVAILABLE_OFFICE" if is_open else "UNAVAILABLE_OFFICE", "code": office["code"]}
    for account in ACCOUNTS:
        webhooks.publish(cdek, account, "OFFICE_AVAILABILITY", office["uuid"], facts)


def _webhooks(app: Flask, cdek: Cdek) -> None:
    @app.get("/webhooks")
    def list_webhooks() -> Answer:
        with cdek.lock:
            rows = [
                {"uuid": each.uuid, "account": each.account.client_id, "type": each.type, "url": each.url,
                 "active": each.active}
                for each in cdek.subscriptions.values()
            ]  # fmt: skip
        return {"webhooks": rows}

    @app.post("/webhooks/send")
    def send_webhook() -> Answer:
        """Push an event of any content to the subscribers of ``type``, as CDEK or somebody else might."""
        spec = json_body("account", "type", "uuid", "attributes")
        account = next((each for each in ACCOUNTS if each.client_id == spec.get("account")), ACCOUNTS[0])
        if spec.get("type") not in webhooks.TYPES:
            raise ValueError(f"type must be one of {', '.join(webhooks.TYPES)}")
        uuid = str(spec.get("uuid") or cdek.new_uuid())
        webhooks.publish(cdek, account, spec["type"], uuid, dict(spec.get("attributes") or {}))
        return {"uuid": uuid}
