"""The body of an event POST and its ``auth`` block (contract bitrix24-app §4.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.bitrix24.oauth.tokens import Token
from sandbox.bitrix24.state.install import Install
from sandbox.bitrix24.wire import encode

if TYPE_CHECKING:
    from sandbox.bitrix24.state.portal import Portal


def bare_auth(portal: Portal, application_token: str) -> dict[str, Any]:
    """What every event carries; all that ONAPPUNINSTALL carries (§1.9)."""
    return {
        "domain": portal.domain,
        "client_endpoint": portal.client_endpoint,
        "server_endpoint": portal.server_endpoint,
        "member_id": portal.member_id,
        "application_token": application_token,
    }


def full_auth(portal: Portal, install: Install, token: Token | None, *, refresh: bool = False) -> dict[str, Any]:
    """An ordinary event's block; token keys only where a user acted, ``refresh_token`` for the §4.2 list only."""
    block: dict[str, Any] = {}
    if token is not None:
        now = int(portal.hub.clock.time())
        block = {"access_token": token.access, "expires": token.expires, "expires_in": token.expires - now}
    block |= {"scope": install.scope, "status": install.status}
    block |= bare_auth(portal, install.application_token)
    if token is not None:
        block["user_id"] = token.user_id
        if refresh:
            block["refresh_token"] = token.refresh
    return block


def body(portal: Portal, event: str, handler_id: int, data: dict[str, Any], auth: dict[str, Any]) -> bytes:
    """The form-encoded POST body."""
    whole = {
        "event": event,
        "event_handler_id": handler_id,
        "data": data,
        "ts": int(portal.hub.clock.time()),
        "auth": auth,
    }
    return encode(whole).encode()
