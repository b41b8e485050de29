"""The addresses of the express API: ``/b2b/cargo/integration/v2/…`` (§B2). Behaviour is in ``rules``."""

from __future__ import annotations

from flask import Flask, Response, request

from .core import Yandex
from .model import Claim
from .rules import claim_journal, claim_view, claims, estimates
from .rules.claim_body import invalid
from .wire import account, answer, body, note, prepare, query

PREFIX = "/b2b/cargo/integration/v2"
_LONGEST_TOKEN = 128


def create_app(yandex: Yandex) -> Flask:
    """The WSGI application of ``b2b.taxi.yandex.net``."""
    app = Flask("sandbox.yandex_delivery.express")
    prepare(app, yandex, express=True)
    for add in (_prices, _life, _cancels, _reading, _courier):
        add(app, yandex)
    return app


def _claim_id() -> str:
    found = query("claim_id")
    if not 32 <= len(found) <= 64:
        raise invalid("claim_id must have from 32 to 64 characters")
    return found


def _prices(app: Flask, yandex: Yandex) -> None:
    @app.post(f"{PREFIX}/check-price")
    def check_price() -> Response:
        return answer(yandex, estimates.check_price(yandex, body()))

    @app.post(f"{PREFIX}/offers/calculate")
    def calculate() -> Response:
        return answer(yandex, estimates.calculate(yandex, account(), body()))


def _short(yandex: Yandex, claim: Claim) -> Response:
    row = {"id": claim.claim_id, "status": claim.status, "version": claim.version}
    return answer(yandex, row | {"user_request_revision": str(claim.version), "skip_client_notify": False})


def _life(app: Flask, yandex: Yandex) -> None:
    # One published client writes it with a slash at the end.
    @app.post(f"{PREFIX}/claims/create", strict_slashes=False)
    def create() -> Response:
        token = query("request_id")
        if len(token) > _LONGEST_TOKEN:
            raise invalid("request_id must have from 1 to 128 characters")
        claim = claims.create(yandex, account(), token, body())
        note(key=claim.number)
        with yandex.lock:
            return answer(yandex, claim_view.claim_json(yandex, claim))

    @app.post(f"{PREFIX}/claims/accept")
    def accept() -> Response:
        return _short(yandex, claims.accept(yandex, account(), _claim_id(), body()))

    @app.post(f"{PREFIX}/claims/edit")
    def edit() -> Response:
        version = query("version")
        if not version.isdigit():
            raise invalid("version must be an integer")
        claim = claims.edit(yandex, account(), _claim_id(), int(version), body())
        with yandex.lock:
            return answer(yandex, claim_view.claim_json(yandex, claim))


def _cancels(app: Flask, yandex: Yandex) -> None:
    @app.post(f"{PREFIX}/claims/cancel-info")
    def cancel_info() -> Response:
        return answer(yandex, claims.cancel_info(yandex, account(), _claim_id()))

    @app.post(f"{PREFIX}/claims/cancel")
    def cancel() -> Response:
        return _short(yandex, claims.cancel(yandex, account(), _claim_id(), body()))

    @app.post(f"{PREFIX}/claims/return")
    def send_back() -> Response:
        claims.send_back(yandex, account(), _claim_id(), body())
        return answer(yandex, {})


def _reading(app: Flask, yandex: Yandex) -> None:
    @app.post(f"{PREFIX}/claims/info")
    def info() -> Response:
        with yandex.lock:
            claim = claims.by_id(yandex, account(), _claim_id())
            note(key=claim.number)
            return answer(yandex, claim_view.claim_json(yandex, claim, lagging=True))

    @app.post(f"{PREFIX}/claims/search")
    def search() -> Response:
        with yandex.lock:
            return answer(yandex, claim_view.search(yandex, account(), body()))

    @app.post(f"{PREFIX}/claims/bulk_info")
    def bulk() -> Response:
        ids = body().texts("claim_ids", least=1)
        note(asked=len(ids))
        with yandex.lock:
            return answer(yandex, claim_view.bulk(yandex, account(), ids))

    @app.post(f"{PREFIX}/claims/journal")
    def journal() -> Response:
        limit = request.args.get("limit", "1000")
        if not limit.isdigit() or not 1 <= int(limit) <= 1000:
            raise invalid("limit must be from 1 to 1000")
        with yandex.lock:
            return answer(yandex, claim_journal.read(yandex, account(), body(may_be_empty=True), int(limit)))


def _courier(app: Flask, yandex: Yandex) -> None:
    @app.get(f"{PREFIX}/claims/tracking-links")
    def tracking_links() -> Response:
        return answer(yandex, claim_view.tracking_links(yandex, account(), _claim_id()))

    @app.get(f"{PREFIX}/claims/performer-position")
    def position() -> Response:
        return answer(yandex, claim_view.position(yandex, account(), _claim_id()))

    @app.post(f"{PREFIX}/driver-voiceforwarding")
    def voice() -> Response:
        return answer(yandex, claim_view.voice(yandex, account(), body().text("claim_id")))
