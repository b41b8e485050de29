"""Addresses of the directories: offices, cities, regions, postal codes."""

from __future__ import annotations

from flask import Flask, Response, request

from .core import Cdek
from .rules import directory
from .wire import answer


def add(app: Flask, cdek: Cdek) -> None:
    """Register the directory routes."""

    @app.get("/v2/deliverypoints")
    def offices() -> Response:
        rows, headers = directory.offices(cdek, request.args)
        return answer(cdek, rows, 200, headers)

    @app.get("/v2/location/cities")
    def cities() -> Response:
        return answer(cdek, directory.city_rows(request.args))

    @app.get("/v2/location/suggest/cities")
    def suggest() -> Response:
        return answer(cdek, directory.suggestions(request.args))

    @app.get("/v2/location/regions")
    def regions() -> Response:
        return answer(cdek, directory.regions(request.args))

    @app.get("/v2/location/postalcodes")
    def postal_codes() -> Response:
        return answer(cdek, directory.postal_codes(request.args))

    @app.get("/v2/location/coordinates")
    def coordinates() -> Response:
        return answer(cdek, directory.by_coordinates(request.args))
