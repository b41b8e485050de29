"""What people and strangers send, within bounds: no more than a form of ours needs, and without NUL, which PostgreSQL
takes in no text, not even in a question, so that it would be a fault of ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask, abort, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

NUL = "\x00"
#: No form of ours is larger; whoever takes a file says so itself (`Request.max_content_length`).
MOST_BODY = 1024 * 1024


class Plain(ImmutableMultiDict[str, Any]):
    """Fields of a form or an address."""

    def __init__(self, mapping: MultiDict[str, Any] | Iterable[tuple[str, Any]] | None = None) -> None:
        pairs = mapping.items(multi=True) if isinstance(mapping, MultiDict) else mapping or ()
        super().__init__([(name, _plain(value)) for name, value in pairs])


def install(app: Flask) -> None:
    """After whoever gives the app another class of requests."""
    app.config["MAX_CONTENT_LENGTH"] = MOST_BODY
    app.request_class = type("Request", (app.request_class,), {"parameter_storage_class": Plain})
    app.before_request(_refuse)


def _plain(value: Any) -> Any:
    return value.replace(NUL, "") if isinstance(value, str) else value


def _refuse() -> None:
    """An address with one leads nowhere."""
    if NUL in request.path:
        abort(404)
