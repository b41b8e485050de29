"""The addresses of the platform API: ``/api/b2b/platform/…`` (§A2). Behaviour is in ``rules``."""

from __future__ import annotations

from datetime import datetime

from flask import Flask, Response, request

from .core import Yandex
from .errors import bad
from .rules import edits, offers, papers, parcels, points
from .wire import account, answer, body, note, prepare, query

PREFIX = "/api/b2b/platform"
_POLICIES = ("time_interval", "self_pickup")


def create_app(yandex: Yandex) -> Flask:
    """The WSGI application of ``b2b-authproxy.taxi.yandex.net``."""
    app = Flask("sandbox.yandex_delivery.platform")
    prepare(app, yandex, express=False)
    for add in (_quotes, _places, _creation, _reading, _editing, _papers):
        add(app, yandex)
    return app


def _unix() -> bool:
    return request.args.get("send_unix", "false").lower() == "true"


def _policy() -> str:
    """Without it a point's question is read as a door's (§A5)."""
    found = request.args.get("last_mile_policy", "time_interval")
    if found not in _POLICIES:
        raise bad("Bad last_mile_policy in query")
    return found


def _quotes(app: Flask, yandex: Yandex) -> None:
    @app.post(f"{PREFIX}/pricing-calculator")
    def calculate() -> Response:
        return answer(yandex, offers.calculate(yandex, account(), body()))

    @app.post(f"{PREFIX}/offers/info")
    def windows() -> Response:
        found = offers.info_by_body(yandex, account(), body(), _policy())
        return answer(yandex, {"offers": offers.simple_windows(found, unix=_unix())})

    @app.get(f"{PREFIX}/offers/info")
    def windows_by_query() -> Response:
        found = offers.info_by_query(yandex, account(), dict(request.args), _policy())
        return answer(yandex, {"offers": offers.simple_windows(found, unix=_unix())})


def _places(app: Flask, yandex: Yandex) -> None:
    @app.post(f"{PREFIX}/location/detect")
    def detect() -> Response:
        return answer(yandex, points.detect(body()))

    @app.post(f"{PREFIX}/pickup-points/list")
    def list_points() -> Response:
        return Response(points.listed(yandex, body()), content_type="application/json; charset=utf-8")


def _creation(app: Flask, yandex: Yandex) -> None:
    @app.post(f"{PREFIX}/offers/create")
    def create_offers() -> Response:
        found = body()
        note(key=str((found.data.get("info") or {}).get("operator_request_id", "")))
        return answer(yandex, offers.create(yandex, account(), found, unix=_unix()))

    @app.post(f"{PREFIX}/offers/confirm")
    def confirm() -> Response:
        parcel = offers.confirm(yandex, account(), body())
        note(key=parcel.number)
        return answer(yandex, {"request_id": parcel.request_id})

    @app.post(f"{PREFIX}/request/create")
    def create_request() -> Response:
        parcel = offers.create_at_once(yandex, account(), body())
        note(key=parcel.number)
        return answer(yandex, {"request_id": parcel.request_id})


def _reading(app: Flask, yandex: Yandex) -> None:
    @app.get(f"{PREFIX}/request/info")
    def request_info() -> Response:
        code, identity = request.args.get("request_code"), request.args.get("request_id")
        if bool(code) == bool(identity):
            raise bad("Missing request_id in query")
        note(key=code or identity)
        slim = request.args.get("slim", "false").lower() == "true"
        with yandex.lock:
            found = (
                parcels.by_number(yandex, account(), code) if code else parcels.by_id(yandex, account(), str(identity))
            )
            return answer(yandex, parcels.info(found, slim=slim))

    @app.post(f"{PREFIX}/requests/info")
    def requests_info() -> Response:
        found = body()
        start = found.moment("from") if found.has("from") else None
        end = found.moment("to") if found.has("to") else None
        ids = found.texts("request_ids")
        if not ids and start is None:
            raise bad("Missing required field 'from'")
        note(asked=len(ids))
        with yandex.lock:
            return answer(yandex, {"requests": parcels.requests_info(yandex, account(), ids, start, end)})

    @app.get(f"{PREFIX}/request/history")
    def history() -> Response:
        with yandex.lock:
            found = parcels.by_id(yandex, account(), query("request_id"))
            return answer(yandex, {"state_history": [parcels.state_json(state) for state in found.states]})

    @app.get(f"{PREFIX}/request/actual_info")
    def actual() -> Response:
        with yandex.lock:
            return answer(yandex, parcels.actual(parcels.by_id(yandex, account(), query("request_id"))))


def _editing(app: Flask, yandex: Yandex) -> None:
    @app.post(f"{PREFIX}/request/cancel")
    def cancel() -> Response:
        return answer(yandex, parcels.cancel(yandex, account(), body().text("request_id")))

    @app.post(f"{PREFIX}/request/edit")
    def edit() -> Response:
        return answer(yandex, edits.edit(yandex, account(), body()))

    @app.post(f"{PREFIX}/request/datetime_options")
    def datetime_options() -> Response:
        found = edits.datetime_options(yandex, account(), body())
        return answer(yandex, {"options": offers.simple_windows(found, unix=False)})

    @app.post(f"{PREFIX}/request/redelivery_options")
    def redelivery_options() -> Response:
        found = edits.redelivery_options(yandex, account(), body())
        return answer(yandex, {"options": offers.simple_windows(found, unix=False)})

    @app.post(f"{PREFIX}/request/places/edit")
    def edit_places() -> Response:
        return answer(yandex, edits.edit_places(yandex, account(), body()), 202)

    @app.post(f"{PREFIX}/request/items/remove")
    def remove_items() -> Response:
        return answer(yandex, edits.remove_items(yandex, account(), body()), 202)

    @app.post(f"{PREFIX}/request/edit/status")
    def edit_status() -> Response:
        return answer(yandex, edits.edit_status(yandex, account(), query("editing_task_id")))


def _papers(app: Flask, yandex: Yandex) -> None:
    @app.post(f"{PREFIX}/request/generate-labels")
    def labels() -> Response:
        return Response(papers.labels(yandex, account(), body()), content_type="application/pdf")

    @app.post(f"{PREFIX}/request/get-handover-act")
    def act() -> Response:
        found = body(may_be_empty=True)
        asked = request.args
        ids = [*asked.getlist("request_ids"), *found.texts("request_ids")]
        codes = [*asked.getlist("request_code"), *found.texts("request_codes")]
        since, until = _moment("created_since"), _moment("created_until")
        new = asked.get("new_requests", "false").lower() == "true"
        paper, numbers = papers.act(yandex, account(), ids, codes, since, until, new=new)
        note(numbers=numbers)
        editable = asked.get("editable_format", "false").lower() == "true"
        kind = "application/msword" if editable else "application/pdf"
        return Response(paper, content_type=kind)


def _moment(name: str) -> float | None:
    """Unix wins over the ``_utc`` twin (§A11)."""
    asked = request.args
    try:
        if name in asked:
            return float(int(asked[name]))
        if f"{name}_utc" in asked:
            return datetime.fromisoformat(asked[f"{name}_utc"]).timestamp()
    except ValueError:
        raise bad(f"Bad {name} in query") from None
    return None
