"""Addresses beside orders: returns, the account, normalisation, quotes, post offices (§5, §6.1, §10, §11, §12)."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request

from .core import Post
from .errors import gateway
from .rules import clean, offices, passport, returns, tariff
from .view import settings, shipping_points
from .wire import account, answer, body, file, note


def add(app: Flask, post: Post) -> None:
    """Register them."""
    for more in (_returns, _account, _clean, _offices):
        more(app, post)


def _returns(app: Flask, post: Post) -> None:
    @app.put("/1.0/returns")
    def of_direct_return() -> Response:
        return answer(post, returns.of_direct(post, account(), body()))

    @app.put("/1.0/returns/return-without-direct")
    def separate_return() -> Response:
        return answer(post, returns.separate(post, account(), body()))

    @app.delete("/1.0/returns/delete-separate-return")
    def delete_return() -> Response:
        refused = returns.delete(post, account(), request.args.get("barcode"))
        if refused is None and post.switches.return_delete_answer == "empty":
            return Response(status=200)
        return answer(post, refused or {})

    @app.post("/1.0/returns/<barcode>")
    def edit_return(barcode: str) -> Response:
        return answer(post, returns.edit(post, account(), barcode, body()))

    @app.post("/1.0/unreliable-recipient")
    def reliability() -> Response:
        return answer(post, returns.reliability(body()))


def _account(app: Flask, post: Post) -> None:
    @app.get("/1.0/user-shipping-points")
    def points() -> Response:
        return answer(post, shipping_points(account()))

    @app.get("/1.0/settings")
    def read_settings() -> Response:
        return answer(post, settings(post, account()))

    @app.get("/1.0/settings/limit")
    def limit() -> Response:
        found = account()
        return answer(post, {"allowed-count": post.day_limit(found), "current-count": post.calls_today(found)})

    @app.get("/1.0/counterpart/balance")
    def balance() -> Response:
        found = account()
        row = {"balance": post.balance(found) if found.online_balance else 0, "work-with-balance": found.online_balance}
        return answer(post, row | {"balance-date": f"{post.moscow():%Y-%m-%d}"})


def _clean(app: Flask, post: Post) -> None:
    @app.post("/1.0/clean/<any(address, physical, phone):what>")
    def clean_them(what: str) -> Response:
        work: Any = {"address": clean.addresses, "physical": clean.names, "phone": clean.phones}[what]
        return answer(post, work(post, body()))

    @app.post("/1.0/tariff")
    def quote() -> Response:
        asked = body()
        if not isinstance(asked, dict):
            raise gateway(400, "JSON parse error: object expected")
        note(mail_type=asked.get("mail-type"))
        return answer(post, tariff.quote(post, account(), asked))


def _offices(app: Flask, post: Post) -> None:
    @app.get("/postoffice/1.0/nearby")
    def nearby() -> Response:
        return answer(post, offices.nearby(post, request.args))

    @app.get("/postoffice/1.0/by-address")
    def by_address() -> Response:
        return answer(post, offices.by_address(request.args))

    @app.get("/postoffice/1.0/settlement.offices.codes")
    def settlement() -> Response:
        return answer(post, offices.settlement(request.args))

    @app.get("/postoffice/1.0/<index>")
    def office(index: str) -> Response:
        return answer(post, offices.one(post, index, request.args))

    @app.get("/postoffice/1.0/<index>/services")
    @app.get("/postoffice/1.0/<index>/services/<group>")
    def services(index: str, group: str = "") -> Response:
        return answer(post, offices.services(post, index, group))

    @app.get("/1.0/unloading-passport/zip")
    def export() -> Response:
        kind = request.args.get("type", "ALL")
        return file(passport.passport(post, kind), f"{kind}.zip", "application/octet-stream")
