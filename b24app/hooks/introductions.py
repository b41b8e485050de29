"""ONAPPINSTALL and ONAPPUPDATE bring a portal's `application_token` (bitrix24-app.md §1.6-1.8): for a box whose frames
leave it out it is the only way to learn it, and an update may change it. When none of them comes, any other event does.

Such an event proves itself: the OAuth server is asked whose key it carries, as for a frame. The key is thrown away.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
from typing import Protocol

from b24app.bitrix24.oauth import AppInfo, OAuthRefused
from b24app.store import portals
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import PortalState
from b24app.wire.errors import NotSent, OutcomeUnknown

EVENTS = frozenset({"ONAPPINSTALL", "ONAPPUPDATE"})
LIMIT_S = 2.0
#: Anybody can send such an event: so many claims of one portal are checked in a minute.
IN_A_MINUTE = 6
_MOST = 10_000


class OAuth(Protocol):
    """The part of the OAuth server that a proof needs."""

    @property
    def client_id(self) -> str: ...

    def app_info(
        self, server_endpoint: str, access_token: str, people: bool = False, total_s: float | None = None
    ) -> AppInfo: ...


class Introductions:
    """Checks what such events claim and keeps the token they bring. Thread-safe."""

    def __init__(self, oauth: OAuth, sessions: Sessions) -> None:
        self._oauth = oauth
        self._sessions = sessions
        self._asked: dict[str, list[float]] = {}

    def learn(self, form: Mapping[str, str]) -> bool:
        """Whether the event was proven and its `application_token` is the portal's from now on."""
        member_id = form.get("auth[member_id]", "")[:64]
        key, token = form.get("auth[access_token]", ""), form.get("auth[application_token]", "")
        if not (member_id and key and token):
            return False
        with read_scope(self._sessions) as session:
            portal = portals.by_member(session, member_id)
        if portal is None or portal.state == PortalState.UNINSTALLED or not self._may_ask(member_id):
            return False
        if not self._is_of(portal.oauth_endpoint, key, member_id):
            return False
        with session_scope(self._sessions) as session:
            portals.get(session, portal.id).application_token = token[:255]
        return True

    def _may_ask(self, member_id: str) -> bool:
        now = time.monotonic()
        recent = [at for at in self._asked.get(member_id, ()) if now - at < 60]
        if len(self._asked) >= _MOST:
            self._asked.clear()
        self._asked[member_id] = [*recent, now][-IN_A_MINUTE:]
        return len(recent) < IN_A_MINUTE

    def _is_of(self, endpoint: str, key: str, member_id: str) -> bool:
        """The portal's own OAuth server, as its frame proved it, is asked; the event's addresses are never used."""
        try:
            info = self._oauth.app_info(endpoint, key, total_s=LIMIT_S)
        except (OAuthRefused, NotSent, OutcomeUnknown):
            return False
        ours = hmac.compare_digest(info.client_id, self._oauth.client_id)
        return ours and hmac.compare_digest(info.member_id, member_id)
