"""Addresses used beside and after an order: courier pick-ups, delivery agreements, pre-alerts, reverse check."""

from __future__ import annotations

from flask import Flask, Response, request

from .core import Cdek
from .rules import agreements, intakes, others
from .view import accepted_envelope
from .wire import account, answer, body


def add(app: Flask, cdek: Cdek) -> None:
    """Register them."""
    _intakes(app, cdek)
    _intake_lists(app, cdek)
    _agreements(app, cdek)
    _others(app, cdek)


def _intakes(app: Flask, cdek: Cdek) -> None:
    @app.post("/v2/intakes")
    def create_intake() -> Response:
        return answer(cdek, accepted_envelope(cdek, *intakes.create(cdek, account(), body())), 202)

    @app.patch("/v2/intakes")
    def change_intake() -> Response:
        return answer(cdek, accepted_envelope(cdek, *intakes.change_status(cdek, account(), body())))

    @app.delete("/v2/intakes/<uuid>")
    def remove_intake(uuid: str) -> Response:
        return answer(cdek, accepted_envelope(cdek, uuid, intakes.remove(cdek, account(), uuid)))

    @app.get("/v2/intakes/<uuid>")
    def read_intake(uuid: str) -> Response:
        with cdek.lock:
            found = intakes.one(cdek, account(), uuid)
            requests = [row.as_json() for row in found.requests]
            return answer(cdek, {"entity": intakes.as_json(cdek, found), "requests": requests})


def _intake_lists(app: Flask, cdek: Cdek) -> None:
    @app.get("/v2/orders/<uuid>/intakes")
    def intakes_of_order(uuid: str) -> Response:
        with cdek.lock:
            return answer(cdek, intakes.of_order(cdek, account(), uuid))

    @app.post("/v2/intakes/availableDays")
    def available_days() -> Response:
        return answer(cdek, intakes.available_days(cdek, body()))


def _agreements(app: Flask, cdek: Cdek) -> None:
    @app.post("/v2/delivery")
    def agree() -> Response:
        return answer(cdek, accepted_envelope(cdek, *agreements.create(cdek, account(), body())), 202)

    @app.get("/v2/delivery/intervals")
    def intervals() -> Response:
        with cdek.lock:
            return answer(cdek, agreements.intervals(cdek, agreements.order_of(cdek, account(), request.args)))

    @app.post("/v2/delivery/estimatedIntervals")
    def estimated_intervals() -> Response:
        return answer(cdek, agreements.estimated(cdek, body()))

    @app.get("/v2/delivery/<uuid>")
    def read_agreement(uuid: str) -> Response:
        with cdek.lock:
            return answer(cdek, agreements.one(cdek, account(), uuid))


def _others(app: Flask, cdek: Cdek) -> None:
    @app.post("/v2/reverse/availability")
    def reverse() -> Response:
        others.check_reverse(cdek, body())
        return Response(b"", 200)

    @app.post("/v2/prealert")
    def create_prealert() -> Response:
        return answer(cdek, accepted_envelope(cdek, *others.create_prealert(cdek, account(), body())), 202)

    @app.get("/v2/prealert/<uuid>")
    def read_prealert(uuid: str) -> Response:
        with cdek.lock:
            return answer(cdek, others.read_prealert(cdek, account(), uuid))
