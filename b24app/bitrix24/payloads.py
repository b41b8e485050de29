"""The form that a portal POSTs when it opens one of our frames, tolerant of missing keys (bitrix24-app.md §1.5).

Nothing here is proof of anything: a frame is proven by the OAuth server. Events are read by `hooks/`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from b24app.bitrix24.encoding import as_map
from b24app.bitrix24.envelope import number
from b24app.bitrix24.oauth import split_scopes


@dataclass(frozen=True, slots=True)
class FramePost:
    """A frame's POST: query and body. Older box portals leave the last three out (empty then)."""

    member_id: str
    auth_id: str
    refresh_id: str
    auth_expires_s: int
    domain: str
    protocol: str
    language: str
    app_sid: str
    placement: str
    options: Mapping[str, Any]
    status: str
    server_endpoint: str = ""
    application_token: str = ""
    scope: tuple[str, ...] = ()

    @property
    def client_endpoint(self) -> str:
        """The REST base that the frame claims; to be replaced by what the OAuth server says."""
        return f"{'http' if self.protocol == '0' else 'https'}://{self.domain}/rest/" if self.domain else ""

    @property
    def entity_id(self) -> int | None:
        """The deal or item the frame was opened in: a claim, to be read with the person's token first."""
        found = number(self.options.get("ID") or self.options.get("ENTITY_ID"))
        return found if found and found > 0 else None


def frame_post(query: Mapping[str, str], form: Mapping[str, str]) -> FramePost:
    """From a request's query and form."""
    return FramePost(
        member_id=form.get("member_id", ""),
        auth_id=form.get("AUTH_ID", ""),
        refresh_id=form.get("REFRESH_ID", ""),
        auth_expires_s=number(form.get("AUTH_EXPIRES")) or 3600,
        domain=query.get("DOMAIN", form.get("DOMAIN", "")).strip().lower(),
        protocol=query.get("PROTOCOL", form.get("PROTOCOL", "1")),
        language=query.get("LANG", form.get("LANG", "")).lower(),
        app_sid=query.get("APP_SID", form.get("APP_SID", "")),
        placement=form.get("PLACEMENT", "DEFAULT").upper(),
        options=_options(form.get("PLACEMENT_OPTIONS", "")),
        status=form.get("status", ""),
        server_endpoint=form.get("SERVER_ENDPOINT", ""),
        application_token=form.get("APPLICATION_TOKEN", ""),
        scope=split_scopes(form.get("APPLICATION_SCOPE")),
    )


def _options(text: str) -> dict[str, Any]:
    try:
        return as_map(json.loads(text)) if text else {}
    except ValueError:
        return {}
