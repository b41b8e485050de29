"""htmx-flask behind its module: parts are told from pages, events reach the page."""

from __future__ import annotations

import pytest
from flask import Flask, Response

from b24app.frames import htmx


@pytest.fixture
def app() -> Flask:
    app = Flask("htmx")
    htmx.install(app)
    return app


@pytest.mark.parametrize(
    ("headers", "part"), [({"HX-Request": "true"}, True), ({"HX-Request": "false"}, False), ({}, False)]
)
def test_a_part_is_what_htmx_asks_for(app: Flask, headers: dict[str, str], part: bool) -> None:
    with app.test_request_context("/deal", headers=headers):
        assert htmx.is_part() is part


def test_an_event_travels_in_the_answer(app: Flask) -> None:
    with app.test_request_context("/app"):
        answer = Response("saved")
        htmx.announce(answer, "accounts-changed")
    assert answer.headers["HX-Trigger"] == "accounts-changed"
