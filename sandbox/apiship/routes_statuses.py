"""Addresses of statuses (§5)."""

from __future__ import annotations

from flask import Flask, Response, request

from .core import ApiShip
from .rules import orders, paging, statuses
from .view import newest_first, order_info, status_common
from .wire import account, answer, body, note

#: Pages of histories (spec): the limits differ.
_MOST, _MOST_OF_ONE, _FURTHEST = 1000, 100, 5000


def add(app: Flask, apiship: ApiShip) -> None:
    """Register the status routes."""
    _one(app, apiship)
    _many(app, apiship)


def _one(app: Flask, apiship: ApiShip) -> None:
    @app.get("/v1/orders/<int:identifier>/status")
    def status(identifier: int) -> Response:
        with apiship.lock:
            return answer(apiship, status_common(apiship, orders.of_account(apiship, account(), identifier)))

    @app.get("/v1/orders/status")
    def status_by_number() -> Response:
        number = request.args.get("clientNumber", "")
        note(key=number)
        with apiship.lock:
            return answer(apiship, status_common(apiship, orders.by_number(apiship, account(), number)))

    @app.get("/v1/orders/status/history")
    def history_by_number() -> Response:
        number = request.args.get("clientNumber", "")
        note(key=number)
        with apiship.lock:
            order = orders.by_number(apiship, account(), number)
            rows = newest_first(apiship, order)
            return answer(apiship, {"orderInfo": order_info(order), "statuses": rows})

    @app.get("/v1/orders/<int:identifier>/statusHistory")
    def history(identifier: int) -> Response:
        limit, offset = paging.window(request.args, 10, _MOST_OF_ONE, _FURTHEST)
        with apiship.lock:
            order = orders.of_account(apiship, account(), identifier)
            page = paging.cut(newest_first(apiship, order), limit, offset)
            return answer(apiship, {"orderInfo": order_info(order)} | page)


def _many(app: Flask, apiship: ApiShip) -> None:
    @app.post("/v1/orders/statuses")
    def of_ids() -> Response:
        data = body()
        with apiship.lock:
            return answer(apiship, statuses.of_ids(apiship, account(), data))

    @app.get("/v1/orders/statuses/date/<text>")
    def since(text: str) -> Response:
        with apiship.lock:
            found = statuses.changed(apiship, account(), statuses.moment(text))
            return answer(apiship, [status_common(apiship, order) for order in found])

    @app.get("/v1/orders/statuses/history/date/<text>")
    def history_since(text: str) -> Response:
        return _histories(statuses.moment(text))

    @app.get("/v1/orders/statuses/interval")
    def interval() -> Response:
        start, end = (statuses.moment(request.args.get(name, "")) for name in ("from", "to"))
        wanted = paging.filter_of(request.args.get("filter", ""), ("providerKey",))
        return _histories(start, end, dict(wanted).get("providerKey"))

    def _histories(start: float, end: float = float("inf"), providers: tuple[str, ...] | None = None) -> Response:
        limit, offset = paging.window(request.args, 10, _MOST, _FURTHEST)
        with apiship.lock:
            found = statuses.changed(apiship, account(), start, end)
            fitting = [order for order in found if providers is None or order.provider in providers]
            shown = statuses.histories(apiship, fitting[offset : offset + limit], start, end)
            return answer(apiship, paging.page(shown, len(fitting), limit, offset))
