"""Frames that are open in somebody's browser, and why an app's answer may not be shown in one."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

from sandbox.bitrix24.frames import Frame
from sandbox.bitrix24.state.portal import Portal

_KEPT = 2000
_CONNECT_S, _READ_S = 3.0, 10.0


@dataclass(frozen=True, slots=True)
class Opened:
    frame: Frame
    user_id: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """``key`` of the words and the header's value or the reason."""

    key: str
    value: str


class Frames:
    """Open frames by APP_SID: what the browser says in their name is believed only for the user who opened them."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._open: OrderedDict[str, Opened] = OrderedDict()
        self._lock = threading.Lock()

    def remember(self, frame: Frame, user_id: int) -> None:
        with self._lock:
            self._open[frame.sid] = Opened(frame, user_id)
            while len(self._open) > _KEPT:
                self._open.popitem(last=False)

    def find(self, sid: str, user_id: int) -> Opened | None:
        with self._lock:
            found = self._open.get(sid)
        return found if found is not None and found.user_id == user_id else None

    def check(self, frame: Frame) -> Refusal | None:
        """Post the same form from here and read the headers that a browser would obey (§5.7); None: may be shown."""
        try:
            with requests.Session() as http:
                http.trust_env = False
                answer = http.post(frame.url, data=frame.fields, timeout=(_CONNECT_S, _READ_S), allow_redirects=False)
        except requests.RequestException as problem:
            return Refusal("no_answer", type(problem).__name__)
        if answer.status_code != 200:
            return Refusal("bad_status", str(answer.status_code))
        return forbids(answer.headers.get("X-Frame-Options"), _ancestors(answer.headers), self._portal.base_url)


def forbids(x_frame_options: str | None, ancestors: str | None, origin: str) -> Refusal | None:
    """Whether these headers keep a page out of a frame of ``origin``. frame-ancestors wins over X-Frame-Options."""
    if ancestors is not None:
        return None if _admits(ancestors, origin) else Refusal("ancestors", ancestors or "(empty)")
    return Refusal("x_frame", x_frame_options) if x_frame_options else None


def _ancestors(headers: object) -> str | None:
    policy = str(getattr(headers, "get", lambda *_: "")("Content-Security-Policy", ""))
    for directive in policy.split(";"):
        name, _, value = directive.strip().partition(" ")
        if name.lower() == "frame-ancestors":
            return value.strip()
    return None


def _admits(ancestors: str, origin: str) -> bool:
    page = urlsplit(origin)
    return any(_matches(source.lower(), page.scheme, page.hostname or "", page.port) for source in ancestors.split())


def _matches(source: str, scheme: str, host: str, port: int | None) -> bool:
    if source == "*":
        return True
    if source.startswith("'"):
        # 'self' is the app's own origin, never the portal's.
        return False
    if source.endswith(":"):
        return source == f"{scheme}:"
    wanted = urlsplit(source if "://" in source else f"{scheme}://{source}")
    if wanted.scheme != scheme or not _host_fits(wanted.hostname or "", host):
        return False
    return source.endswith(":*") or wanted.port == port


def _host_fits(pattern: str, host: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else pattern == host
