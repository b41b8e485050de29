"""What a portal POSTs to us: frames and events, PHP's brackets, tolerant of missing keys (bitrix24-app.md §1.5, §4.2).

Nothing here is proof of anything: a frame is proven by the OAuth server, an event by its application token.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from b24app.bitrix24.encoding import as_map
from b24app.bitrix24.envelope import number
from b24app.bitrix24.oauth import split_scopes

_BRACKET = re.compile(r"\[([^\[\]]*)\]")
#: Deeper nesting than any payload has; more is somebody trying.
DEPTH_MOST = 8


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


@dataclass(frozen=True, slots=True)
class EventPost:
    """An event. `name` upper case. `entity_id` is `data[FIELDS][ID]`; tokens of events are not kept anywhere."""

    name: str
    member_id: str
    application_token: str
    entity_id: int | None
    data: Mapping[str, Any]
    auth: Mapping[str, Any] = field(repr=False, default_factory=dict)
    sent_at: int = 0


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


def event_post(pairs: Iterable[tuple[str, str]]) -> EventPost:
    """From the decoded pairs of an event's form body."""
    tree = php_tree(pairs)
    auth, data = as_map(tree.get("auth")), as_map(tree.get("data"))
    fields = as_map(data.get("FIELDS"))
    return EventPost(
        name=str(tree.get("event", "")).upper(),
        member_id=str(auth.get("member_id", "")),
        application_token=str(auth.get("application_token", "")),
        entity_id=number(fields.get("ID", data.get("ID"))),
        data=data,
        auth=auth,
        sent_at=number(tree.get("ts")) or 0,
    )


def php_tree(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """`a[b][c]=1` as nested maps; `a[]` numbers itself. The last of equal names wins, as in PHP."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        head, _, rest = name.partition("[")
        path = [head, *_BRACKET.findall("[" + rest)] if rest else [head]
        if len(path) <= DEPTH_MOST:
            _put(tree, path, value)
    return tree


def _put(tree: dict[str, Any], path: list[str], value: str) -> None:
    for part in path[:-1]:
        inner = tree.get(part)
        if not isinstance(inner, dict):
            inner = tree[part] = {}
        tree = inner
    last = path[-1]
    tree[last if last else str(len(tree))] = value


def _options(text: str) -> dict[str, Any]:
    try:
        return as_map(json.loads(text)) if text else {}
    except ValueError:
        return {}
