"""Otpravka's addresses: orders and batches (§2). Behaviour is in ``rules``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask, Response, request

from . import routes_account, routes_forms
from .core import Post
from .model import Batch, Order
from .rules import backlog, batches, checks
from .view import batch_row, order_row
from .wire import account, answer, body, handle_errors, note, sign_in


def create_app(post: Post) -> Flask:
    """The WSGI application of ``otpravka-api.pochta.ru``."""
    app = Flask("sandbox.russian_post")
    app.url_map.strict_slashes = False
    handle_errors(app, post)

    @app.before_request
    def before() -> None:
        post.settle()
        sign_in(post)

    for add in (_creation, _backlog, _batches, _batch_changes, _shipments, _archive, routes_forms.add,
                routes_account.add):  # fmt: skip
        add(app, post)
    return app


def _orders(post: Post, found: Iterable[Order]) -> Response:
    return answer(post, [order_row(post, order) for order in found])


def _note_orders(rows: Any) -> None:
    """Our numbers, and fields that nobody documented: the latter are accepted silently, as by the real thing."""
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    note(key=str(found[0].get("order-num", "")) if found else request.path)
    if strange := sorted({name for row in found for name in row} - checks.KNOWN):
        note(unknown_fields=strange)


def _creation(app: Flask, post: Post) -> None:
    @app.put("/1.0/user/backlog")
    def create() -> Response:
        rows = body()
        _note_orders(rows)
        return answer(post, backlog.create(post, account(), rows, with_barcodes=False))

    @app.put("/2.0/user/backlog")
    def create_with_barcodes() -> Response:
        rows = body()
        _note_orders(rows)
        return answer(post, backlog.create(post, account(), rows, with_barcodes=True))

    @app.put("/1.0/batch/<name>/shipment")
    def create_in_batch(name: str) -> Response:
        rows = body()
        _note_orders(rows)
        return answer(post, batches.create_inside(post, account(), name, rows))


def _backlog(app: Flask, post: Post) -> None:
    @app.get("/1.0/backlog/search")
    def search_backlog() -> Response:
        query = request.args.get("query")
        note(key=query or "")
        with post.lock:
            return _orders(post, backlog.search(post, account(), query, batched=False))

    @app.get("/1.0/backlog/by-group-name/<name>")
    def group_backlog(name: str) -> Response:
        with post.lock:
            return _orders(post, backlog.by_group(post, account(), name, batched=False))

    @app.get("/1.0/backlog/<int:number>")
    def read_backlog(number: int) -> Response:
        with post.lock:
            return answer(post, order_row(post, backlog.one(post, account(), number, batched=False)))

    @app.put("/1.0/backlog/<int:number>")
    def edit_backlog(number: int) -> Response:
        done: Any = backlog.edit(post, account(), number, body())
        return answer(post, done or ([] if post.switches.edit_answer == "array" else {}))

    @app.delete("/1.0/backlog")
    def delete_backlog() -> Response:
        return answer(post, backlog.delete(post, account(), body()))

    @app.post("/1.0/user/backlog")
    def return_to_new() -> Response:
        return answer(post, batches.take_out(post, account(), body(), delete=False))


def _batches(app: Flask, post: Post) -> None:
    @app.post("/1.0/user/shipment")
    def build() -> Response:
        made, done = batches.build(post, account(), body(), request.args)
        with post.lock:
            rows = [batch_row(post, batch) for batch in made]
        return answer(post, ({"batches": rows} if rows else {}) | done)

    @app.get("/1.0/batch")
    def open_batches() -> Response:
        with post.lock:
            return answer(post, _rows(batches.open_ones(post, account(), request.args)))

    @app.get("/1.0/batch/<name>")
    def read_batch(name: str) -> Response:
        with post.lock:
            return answer(post, batch_row(post, batches.find(post, account(), name)))

    @app.get("/1.0/batch/<name>/shipment")
    def orders_of_batch(name: str) -> Response:
        with post.lock:
            orders = batches.members(post, batches.find(post, account(), name))
            return _orders(post, batches.paged(orders, request.args, key=lambda order: order.id))

    def _rows(found: Iterable[Batch]) -> list[dict[str, Any]]:
        return [batch_row(post, batch) for batch in found]


def _batch_changes(app: Flask, post: Post) -> None:
    @app.post("/1.0/batch/<name>/shipment")
    def move_in(name: str) -> Response:
        return answer(post, batches.move_in(post, account(), name, body()))

    @app.post("/1.0/batch/<name>/sending/<int:year>/<int:month>/<int:day>")
    def change_date(name: str, year: int, month: int, day: int) -> Response:
        return answer(post, batches.change_date(post, account(), name, year, month, day))

    @app.post("/1.0/batch/<name>/checkin")
    def check_in(name: str) -> Response:
        note(key=name)
        return answer(post, batches.check_in(post, account(), name, request.args.get("useOnlineBalance")))


def _shipments(app: Flask, post: Post) -> None:
    @app.get("/1.0/shipment/search")
    def search_batched() -> Response:
        query = request.args.get("query")
        note(key=query or "")
        with post.lock:
            return _orders(post, backlog.search(post, account(), query, batched=True))

    @app.get("/1.0/shipment/by-group-name/<name>")
    def group_batched(name: str) -> Response:
        with post.lock:
            return _orders(post, backlog.by_group(post, account(), name, batched=True))

    @app.get("/1.0/shipment/<int:number>")
    def read_batched(number: int) -> Response:
        with post.lock:
            return answer(post, order_row(post, backlog.one(post, account(), number, batched=True)))

    @app.delete("/1.0/shipment")
    def delete_batched() -> Response:
        return answer(post, batches.take_out(post, account(), body(), delete=True))


def _archive(app: Flask, post: Post) -> None:
    @app.get("/1.0/archive")
    def archived() -> Response:
        with post.lock:
            found = [
                batch_row(post, batch)
                for batch in post.batches.values()
                if batch.account == account() and batch.status == "ARCHIVED"
            ]
        return answer(post, found)

    @app.put("/1.0/archive")
    def archive() -> Response:
        return answer(post, batches.archive(post, account(), body()))

    @app.post("/1.0/archive/revert")
    def revert() -> Response:
        return answer(post, batches.revert(post, account(), body()))
