"""Proving that a frame's POST comes from the portal and the person it names (contracts/bitrix24-app.md §1.7).

The OAuth server is asked whose key it is; the host comes from an allow-list, never from the payload alone. Answers
are kept by a hash of
the key, so that a person who clicks about costs one call.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from b24app.bitrix24.oauth import AppInfo, OAuthRefused
from b24app.bitrix24.payloads import FramePost
from b24app.clock import Clock
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.headers import portal_origin
from b24app.wire.errors import NotSent, OutcomeUnknown

#: A person looks at an empty frame meanwhile.
LIMIT_S = 2.0
_KEPT = 2048
#: Portals of these regions sign in at the Russian OAuth host (contracts §2.1); only for box portals that name none.
_EAST = (".ru", ".by", ".kz", ".kg", ".am", ".az", ".ge", ".uz", ".su", ".рф")


class Oauth(Protocol):
    """The part of the OAuth server that a proof needs."""

    @property
    def client_id(self) -> str: ...

    def allowed(self, server_endpoint: str) -> bool: ...

    def bases(self) -> tuple[str, ...]: ...

    def app_info(
        self, server_endpoint: str, access_token: str, people: bool = False, total_s: float | None = None
    ) -> AppInfo: ...


@dataclass(frozen=True, slots=True)
class Proof:
    """A frame that was proven: whose key it is, where that was said, and the origin of the page around the frame."""

    info: AppInfo
    server_endpoint: str
    origin: str


class FrameGate:
    """Proves frames; thread-safe."""

    def __init__(self, oauth: Oauth, clock: Clock, keep_s: float) -> None:
        self._oauth = oauth
        self._clock = clock
        self._keep = timedelta(seconds=keep_s)
        self._known: OrderedDict[str, tuple[datetime, AppInfo, str]] = OrderedDict()
        self._guard = threading.Lock()

    def prove(self, post: FramePost) -> Proof:
        """Raises PageError: NOT_A_FRAME, FRAME_NOT_PROVEN, or PORTAL_SILENT while the OAuth server cannot be asked."""
        if not post.member_id and not post.auth_id:
            raise PageError(ErrorCode.NOT_A_FRAME)
        origin = portal_origin(post.domain, post.protocol)
        if not post.auth_id or not post.member_id or not origin:
            raise PageError(ErrorCode.FRAME_NOT_PROVEN, "no key, member_id or domain")
        info, endpoint = self._info(post)
        self._compare(info, post)
        return Proof(info, endpoint, origin)

    def whose(self, access_token: str, server_endpoint: str) -> AppInfo:
        """Whose key this is, for the renewal of a session. Raises PageError."""
        return self._ask(server_endpoint, access_token)

    def _compare(self, info: AppInfo, post: FramePost) -> None:
        if not hmac.compare_digest(info.client_id, self._oauth.client_id):
            raise PageError(ErrorCode.FRAME_NOT_PROVEN, "another app's key")
        if not hmac.compare_digest(info.member_id, post.member_id):
            raise PageError(ErrorCode.FRAME_NOT_PROVEN, "another portal's key")
        if not same_host(info.domain, post.domain):
            raise PageError(ErrorCode.FRAME_NOT_PROVEN, "another domain")

    def _info(self, post: FramePost) -> tuple[AppInfo, str]:
        key = hashlib.sha256(f"{post.auth_id}|{post.server_endpoint}".encode()).hexdigest()
        kept = self._recall(key)
        if kept is None:
            info, endpoint = self._first_answer(post)
            kept = (self._until(info), info, endpoint)
            self._remember(key, kept)
        return kept[1], kept[2]

    def _until(self, info: AppInfo) -> datetime:
        until = self._clock.now() + self._keep
        return min(until, info.expires_at) if info.expires_at else until

    def _recall(self, key: str) -> tuple[datetime, AppInfo, str] | None:
        with self._guard:
            kept = self._known.get(key)
            return kept if kept and kept[0] > self._clock.now() else None

    def _remember(self, key: str, kept: tuple[datetime, AppInfo, str]) -> None:
        with self._guard:
            self._known[key] = kept
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)

    def _first_answer(self, post: FramePost) -> tuple[AppInfo, str]:
        """The host that the frame names, if we know it; else those that may be right, likelier ones first."""
        if post.server_endpoint:
            if not self._oauth.allowed(post.server_endpoint):
                raise PageError(ErrorCode.FRAME_NOT_PROVEN, f"foreign OAuth host {post.server_endpoint}")
            return self._ask(post.server_endpoint, post.auth_id), post.server_endpoint
        refused = PageError(ErrorCode.FRAME_NOT_PROVEN, "no OAuth host")
        for base in likely_first(self._oauth.bases(), post.domain):
            endpoint = f"{base}/rest/"
            try:
                return self._ask(endpoint, post.auth_id), endpoint
            except PageError as error:
                refused = error
        raise refused

    def _ask(self, endpoint: str, access_token: str) -> AppInfo:
        try:
            return self._oauth.app_info(endpoint, access_token, people=True, total_s=LIMIT_S)
        except OAuthRefused as error:
            raise PageError(ErrorCode.FRAME_NOT_PROVEN, error.code) from error
        except (NotSent, OutcomeUnknown) as error:
            raise PageError(ErrorCode.PORTAL_SILENT, str(error)) from error


def likely_first(bases: tuple[str, ...], domain: str) -> list[str]:
    """Allowed OAuth hosts in the order in which a portal of this domain may use them."""
    east = (domain.partition(":")[0]).lower().endswith(_EAST)
    return sorted(bases, key=lambda base: (urlsplit(base).netloc.endswith(".tech") is not east, base))


def same_host(one: str, other: str) -> bool:
    """Whether two ways of writing a portal's host mean one; a port counts only when both name one."""
    (host, port), (host2, port2) = _split(one), _split(other)
    return bool(host) and host == host2 and (not port or not port2 or port == port2)


def _split(text: str) -> tuple[str, str]:
    host, _, port = text.lower().strip().rstrip("/").removeprefix("https://").removeprefix("http://").partition(":")
    return host, "" if port in {"80", "443"} else port
