"""``/oauth/authorize/`` of a portal: the first step of the full flow (contract bitrix24-app §2.3)."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Flask, g, redirect, request
from werkzeug.wrappers import Response

from sandbox.bitrix24.state.portal import Portal


def add_authorize(app: Flask, portal: Portal) -> None:
    """On success the browser goes to the card's address with a code; a failure stays on the portal's page."""

    @app.get("/oauth/authorize/")
    def authorize() -> Response | tuple[str, int]:
        card = portal.hub.card
        if request.args.get("client_id") != card.client_id or portal.app.install is None:
            return "<h1>Application not installed</h1>", 400
        user = getattr(g, "user", None) or portal.admin()
        code = portal.hub.tokens.issue_code(card.client_id, portal.member_id, user.id)
        if not card.app_url:
            return f"<p>Code: {code}</p>", 200
        query = {
            "code": code,
            "state": request.args.get("state", ""),
            "domain": portal.domain,
            "member_id": portal.member_id,
            "scope": portal.app.install.scope,
            "server_domain": portal.oauth_host,
        }
        return redirect(f"{card.app_url}{'&' if '?' in card.app_url else '?'}{urlencode(query)}")
