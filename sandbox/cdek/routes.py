"""CDEK's addresses: every route of the emulated API. Behaviour is in ``rules``."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, g, request

from . import routes_after, routes_points, routes_prints
from .core import Cdek
from .model import Request
from .rules import calculator, changes, life, orders, tokens, webhooks
from .view import accepted_envelope, order_envelope
from .wire import account, answer, body, handle_http_errors, note


def create_app(cdek: Cdek) -> Flask:
    """The WSGI application of ``api.cdek.ru``."""
    app = Flask("sandbox.cdek")
    handle_http_errors(app, cdek)

    @app.before_request
    def sign_in() -> None:
        cdek.settle()
        if request.path != "/v2/oauth/token" and request.url_rule is not None:
            g.account = tokens.account_of(cdek, request.headers.get("Authorization"))
            note(client=g.account.client_id)

    for add in (_token, _orders, _order_lookups, _calculator, _webhooks, *_MORE):
        add(app, cdek)
    return app


_MORE: tuple[Callable[[Flask, Cdek], None], ...] = (routes_points.add, routes_prints.add, routes_after.add)


def _token(app: Flask, cdek: Cdek) -> None:
    @app.post("/v2/oauth/token")
    def token() -> Response:
        # The values travel in the query, a form or multipart; all work (§3).
        sent = request.values
        if sent.get("grant_type") != "client_credentials":
            words = {"error": "unsupported_grant_type", "error_description": "Unsupported grant type"}
            return answer(cdek, words, 400)
        try:
            return answer(cdek, tokens.issue(cdek, sent.get("client_id", ""), sent.get("client_secret", "")))
        except tokens.InvalidClient:
            words = {"error": "invalid_client", "error_description": "Bad client credentials"}
            return answer(cdek, words, 400)


def _accepted(cdek: Cdek, done: tuple[str, Request]) -> Response:
    return answer(cdek, accepted_envelope(cdek, *done), 202)


def _orders(app: Flask, cdek: Cdek) -> None:
    @app.post("/v2/orders")
    def create_order() -> Response:
        data = body()
        note(key=str(data.get("number", "")))
        return _accepted(cdek, orders.create(cdek, account(), data))

    @app.patch("/v2/orders")
    def patch_order() -> Response:
        return _accepted(cdek, changes.patch(cdek, account(), body()))

    @app.delete("/v2/orders/<uuid>")
    def delete_order(uuid: str) -> Response:
        return _accepted(cdek, changes.delete(cdek, account(), uuid))

    @app.post("/v2/orders/<uuid>/refusal")
    def refuse_order(uuid: str) -> Response:
        return _accepted(cdek, changes.refuse(cdek, account(), uuid))

    @app.post("/v2/orders/<uuid>/clientReturn")
    def client_return(uuid: str) -> Response:
        return _accepted(cdek, changes.client_return(cdek, account(), uuid, body()))


def _order_lookups(app: Flask, cdek: Cdek) -> None:
    @app.get("/v2/orders/<uuid>")
    def read_order(uuid: str) -> Response:
        with cdek.lock:
            order = orders.by_uuid(cdek, account(), uuid)
            life.on_read(cdek, order)
            return answer(cdek, order_envelope(cdek, order))

    @app.get("/v2/orders")
    def look_up_order() -> Response:
        numbers = request.args.get("cdek_number"), request.args.get("im_number")
        note(key=numbers[0] or numbers[1] or "")
        with cdek.lock:
            order = orders.by_numbers(cdek, account(), *numbers)
            life.on_read(cdek, order)
            return answer(cdek, order_envelope(cdek, order))


def _calculator(app: Flask, cdek: Cdek) -> None:
    @app.post("/v2/calculator/tarifflist")
    def tariff_list() -> Response:
        return answer(cdek, calculator.tariff_list(cdek, body()))

    @app.post("/v2/calculator/tariff")
    def one_tariff() -> Response:
        return answer(cdek, calculator.one_tariff(cdek, body()))

    @app.post("/v2/calculator/tariffAndService")
    def tariffs_and_services() -> Response:
        return answer(cdek, calculator.tariffs_and_services(cdek, body()))

    @app.get("/v2/calculator/alltariffs")
    def all_tariffs() -> Response:
        return answer(cdek, calculator.contract_tariffs(account()))


def _webhooks(app: Flask, cdek: Cdek) -> None:
    def envelope(uuid: str, kind: str) -> dict[str, object]:
        return {"entity": {"uuid": uuid}, "requests": [cdek.new_request(kind, "SUCCESSFUL").as_json()]}

    @app.post("/v2/webhooks")
    def subscribe() -> Response:
        return answer(cdek, envelope(webhooks.subscribe(cdek, account(), body()).uuid, "CREATE"))

    @app.get("/v2/webhooks")
    def subscriptions() -> Response:
        return answer(cdek, [webhooks.as_row(found) for found in webhooks.of_account(cdek, account())])

    @app.get("/v2/webhooks/<uuid>")
    def subscription(uuid: str) -> Response:
        found = webhooks.one(cdek, account(), uuid, "GET")
        row = {"uuid": found.uuid, "type": found.type, "url": found.url}
        return answer(cdek, envelope(uuid, "GET") | {"entity": row})

    @app.delete("/v2/webhooks/<uuid>")
    def unsubscribe(uuid: str) -> Response:
        webhooks.unsubscribe(cdek, account(), uuid)
        return answer(cdek, envelope(uuid, "DELETE"))
