"""The one place that knows htmx-flask (docs/decisions/htmx.md): is a part asked for, and what is the page told."""

from __future__ import annotations

from typing import cast

from flask import Flask, Response, request
from htmx_flask import Htmx
from htmx_flask.requests import HtmxHeaders

TRIGGER = "HX-Trigger"


def install(app: Flask) -> None:
    """Give the app's requests their `htmx` attribute."""
    Htmx(app)


def is_part() -> bool:
    """Whether htmx asks for a part of a page; False for a whole page."""
    return bool(cast("HtmxHeaders", request.htmx))  # type: ignore[attr-defined]


def announce(response: Response, event: str) -> None:
    """Let the page's other parts hear `event` (`hx-trigger="event from:body"`) as soon as this answer is here."""
    response.headers[TRIGGER] = event


def whole(response: Response, target: str) -> Response:
    """Let the answer replace `target`, whatever the part that asked for it had in mind."""
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = target, "outerHTML"
    return response
