"""ApiShip's addresses: signing in, the calculator, orders, courier calls, webhooks. Behaviour is in ``rules``."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, request

from . import routes_lists, routes_statuses
from .core import ApiShip
from .errors import Refused
from .model import Order
from .rules import calculator, couriers, orders, papers, tokens, webhooks
from .view import order_full
from .wire import account, answer, body, handle_errors, note

_OPEN = ("/v1/users/login", "/v1/login", "/file/get")


def create_app(apiship: ApiShip) -> Flask:
    """The WSGI application of ``api.apiship.ru``; files of labels are under it too."""
    app = Flask("sandbox.apiship")
    handle_errors(app, apiship)

    @app.before_request
    def sign_in() -> None:
        apiship.settle()
        if request.path not in _OPEN and request.url_rule is not None:
            g.account = tokens.account_of(apiship, request.headers.get("Authorization"))
            note(client=g.account.login)

    for add in (_login, _orders, _order, _papers, _couriers, _webhooks, routes_statuses.add, routes_lists.add):
        add(app, apiship)
    return app


def _login(app: Flask, apiship: ApiShip) -> None:
    """Both paths are in SDKs, with different answers (§1, §9)."""

    @app.post("/v1/users/login")
    def login() -> Response:
        if apiship.switches.login_paths == "plain":
            raise Refused("040016")
        return answer(apiship, {"token": tokens.issue(apiship, body())})

    @app.post("/v1/login")
    def plain_login() -> Response:
        if apiship.switches.login_paths == "users":
            raise Refused("040016")
        return answer(apiship, {"accessToken": tokens.issue(apiship, body())})


def _orders(app: Flask, apiship: ApiShip) -> None:
    def made(order: Order) -> dict[str, object]:
        return {"orderId": order.id, "created": apiship.wire_time(order.created)}

    def with_numbers(order: Order) -> dict[str, object]:
        return made(order) | {
            "providerNumber": order.provider_number,
            "additionalProviderNumber": order.additional_number,
        }

    def sent() -> dict[str, Any]:
        data = body()
        order = data.get("order")
        note(key=str(order.get("clientNumber", "")) if isinstance(order, dict) else "")
        return data

    @app.post("/v1/orders")
    def create_order() -> Response:
        return answer(apiship, made(orders.create(apiship, account(), sent())))

    @app.post("/v1/orders/sync")
    def create_at_once() -> Response:
        return answer(apiship, with_numbers(orders.create_sync(apiship, account(), sent())))

    @app.post("/v1/orders/validate")
    def validate() -> Response:
        orders.validate(apiship, account(), sent())
        return answer(apiship, {"valid": True})

    @app.post("/v1/orders/return")
    def return_order() -> Response:
        return answer(apiship, with_numbers(orders.client_return(apiship, account(), sent())))


def _order(app: Flask, apiship: ApiShip) -> None:
    def one(identifier: int) -> Order:
        return orders.of_account(apiship, account(), identifier)

    @app.get("/v1/orders/<int:identifier>")
    def read(identifier: int) -> Response:
        with apiship.lock:
            return answer(apiship, order_full(one(identifier)))

    @app.put("/v1/orders/<int:identifier>")
    def change(identifier: int) -> Response:
        orders.change(apiship, one(identifier), body())
        return answer(apiship, {"message": "ok"})

    @app.delete("/v1/orders/<int:identifier>")
    def delete(identifier: int) -> Response:
        order = one(identifier)
        orders.delete(apiship, order)
        return answer(apiship, {"orderId": identifier, "deleted": apiship.wire_time(order.deleted)})

    @app.get("/v1/orders/<int:identifier>/cancel")
    def cancel(identifier: int) -> Response:
        order = one(identifier)
        orders.cancel(apiship, order)
        return answer(apiship, {"orderId": identifier, "canceled": apiship.wire_time(order.canceled)})

    @app.post("/v1/orders/<int:identifier>/resend")
    def resend(identifier: int) -> Response:
        orders.resend(apiship, one(identifier))
        return answer(apiship, {"orderId": identifier, "created": apiship.wire_time()})


def _papers(app: Flask, apiship: ApiShip) -> None:
    @app.post("/v1/orders/labels")
    def labels() -> Response:
        return answer(apiship, papers.labels(apiship, account(), body()))

    @app.post("/v1/orders/waybills")
    def waybills() -> Response:
        return answer(apiship, papers.waybills(apiship, account(), body()))

    @app.get("/file/get")
    def file() -> Response:
        data = papers.file_of(apiship, request.args.get("file", ""))
        if data is None:
            return Response("File not found", 404, content_type="text/plain")
        return Response(data, 200, content_type="application/pdf")


def _couriers(app: Flask, apiship: ApiShip) -> None:
    @app.post("/v1/courierCall")
    def call() -> Response:
        return answer(apiship, couriers.call(apiship, account(), body()))

    @app.post("/v1/courierCall/<int:identifier>/cancel")
    def cancel_call(identifier: int) -> Response:
        return answer(apiship, couriers.cancel(apiship, account(), identifier))

    @app.post("/v1/calculator")
    def calculate() -> Response:
        return answer(apiship, calculator.calculate(apiship, account(), body()))


def _webhooks(app: Flask, apiship: ApiShip) -> None:
    @app.post("/v1/webhooks")
    def subscribe() -> Response:
        return answer(apiship, {"uuid": webhooks.subscribe(apiship, account(), body()).uuid})

    @app.get("/v1/webhooks")
    def subscriptions() -> Response:
        return answer(apiship, webhooks.of_account(apiship, account()))

    @app.delete("/v1/webhooks/<key>")
    def unsubscribe(key: str) -> Response:
        webhooks.unsubscribe(apiship, account(), key)
        return answer(apiship, {"uuid": key})
