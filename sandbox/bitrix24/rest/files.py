"""Downloading a CRM file by its ``urlMachine`` link, which holds an access token (crm §10)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs, quote
from wsgiref.types import StartResponse, WSGIEnvironment

from sandbox.bitrix24.oauth.tokens import Token
from sandbox.bitrix24.state.portal import Portal


def file_value(portal: Portal, number: int, token: Token | None) -> dict[str, Any]:
    """How a file field shows one file. ``urlMachine`` dies with the token."""
    access = token.access if token else ""
    link = f"{portal.client_endpoint}crm.controller.item.getFile.json?auth={access}&token=crm%7C{number}"
    return {"id": number, "url": f"/bitrix/components/bitrix/crm.file/show.php?id={number}", "urlMachine": link}


def download(portal: Portal, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The file's bytes; without an ordinary User-Agent a proxy's 404 page."""
    query = parse_qs(environ.get("QUERY_STRING", ""))
    token = portal.hub.tokens.by_access(query.get("auth", [""])[0])
    number = query.get("token", [""])[0].rpartition("|")[2]
    found = portal.crm.files.get(int(number)) if number.isdigit() else None
    known = token is not None and token.member_id == portal.member_id and not portal.hub.tokens.expired(token)
    if found is None or not known or not environ.get("HTTP_USER_AGENT"):
        start_response("404 Not Found", [("Content-Type", "text/html")])
        return [b"<html><head><title>404 Not Found</title></head><body>nginx</body></html>"]
    name = quote(found[0])
    start_response("200 OK", [("Content-Type", "application/octet-stream"),
                              ("Content-Disposition", f"attachment; filename*=utf-8''{name}")])  # fmt: skip
    return [found[1]]
