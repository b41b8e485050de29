"""Reading a REST request: JSON, forms in PHP's brackets, the query; the body wins (contract bitrix24-app §3.1)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from wsgiref.types import WSGIEnvironment

from werkzeug.formparser import parse_form_data

from sandbox.bitrix24.wire import build, parse_str


@dataclass(frozen=True, slots=True)
class RestRequest:
    """One HTTP request, parsed. ``webhook`` is (user id, secret) of a webhook address."""

    method: str
    params: dict[str, Any]
    auth: str
    webhook: tuple[int, str] | None
    client: str
    verb: str


def read(environ: WSGIEnvironment) -> RestRequest:
    """Parse the request. A malformed JSON body is no error: it has no parameters."""
    name, webhook = _target(environ["PATH_INFO"])
    params = parse_str(environ.get("QUERY_STRING", ""))
    params |= _body(environ)
    auth = params.pop("auth", None) or params.pop("access_token", None) or _bearer(environ)
    client = str(environ.get("REMOTE_ADDR", ""))
    return RestRequest(name, params, str(auth or ""), webhook, client, environ["REQUEST_METHOD"])


def _target(path: str) -> tuple[str, tuple[int, str] | None]:
    parts = path.removeprefix("/rest/").strip("/").split("/")
    name = parts[-1].lower()
    for suffix in (".json", ".xml"):
        name = name.removesuffix(suffix)
    if len(parts) == 3 and parts[0].isdigit():
        return name, (int(parts[0]), parts[1])
    return name, None


def _body(environ: WSGIEnvironment) -> dict[str, Any]:
    kind = str(environ.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        _, form, _ = parse_form_data(environ, silent=True)
        return build(form.items(multi=True))
    data = environ["wsgi.input"].read()
    if kind == "application/json" and environ["REQUEST_METHOD"] == "POST":
        return _json(data)
    if kind == "application/x-www-form-urlencoded" or (data and not kind):
        return parse_str(data.decode("utf-8", "replace"))
    return {}


def _json(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    if isinstance(found, list):
        return {str(index): value for index, value in enumerate(found)}
    return found if isinstance(found, dict) else {}


def _bearer(environ: WSGIEnvironment) -> str:
    kind, _, token = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""
