"""The OAuth server: refreshing tokens (Authlib, over the wire), asking whose one is (bitrix24-app.md §1.7, §2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from b24app.bitrix24.encoding import as_map
from b24app.clock import Clock
from b24app.wire.errors import OutcomeUnknown, Why
from b24app.wire.http import Answer, Call, Http, Limits, NotJson, NotSent, RemoteKey
from b24app.wire.session import session_over

#: Codes (lower case) after which a refresh token is dead for good.
DEAD_GRANT = frozenset(
    {"invalid_grant", "bad_verification_code", "not_installed", "wrong_client", "application_not_found"}
)
SECRET_IN_BODY = "client_secret_post"  # noqa: S105 - how, not what
LIMITS = Limits(connect_s=5, read_s=15, total_s=20)


class OAuthRefused(Exception):  # noqa: N818 - words of the house
    """The OAuth server said no. `code` is lower case; transient trouble is NotSent or OutcomeUnknown instead."""

    def __init__(self, code: str, text: str = "", status: int = 0) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code.lower()
        self.text = text
        self.status = status

    @property
    def grant_dead(self) -> bool:
        """The token is lost; other refusals (payment, our own secret) leave it as it is."""
        return self.code in DEAD_GRANT


@dataclass(frozen=True, slots=True)
class TokenReply:
    """Fresh tokens. `client_endpoint` is the portal's REST base now, `member_id` whose they are. Empty = not said."""

    access: str
    refresh: str
    expires_at: datetime
    user_id: int
    member_id: str
    client_endpoint: str
    server_endpoint: str
    status: str = ""
    scope: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AppInfo:
    """Whose token it is, as the OAuth server says: the only proof of a frame (bitrix24-app.md §1.7)."""

    client_id: str
    member_id: str
    domain: str
    client_endpoint: str
    user_id: int
    installed: bool
    version: str = ""
    status: str = ""
    scope: tuple[str, ...] = ()
    expires_at: datetime | None = None


class OAuthServer:
    """Calls to the OAuth hosts of the allow-list only: our secret goes nowhere else.

    `hosts`: base addresses (`https://oauth.bitrix24.tech`, …; a bare host means https).
    """

    def __init__(
        self,
        http: Http,
        clock: Clock,
        client_id: str,
        client_secret: str,
        hosts: Iterable[str],
        limits: Limits = LIMITS,
    ) -> None:
        self._http = http
        self._clock = clock
        self._client_id = client_id
        self._secret = client_secret
        self._bases = frozenset(_base(host if "://" in host else f"https://{host}") for host in hosts)
        self._limits = limits

    @property
    def client_id(self) -> str:
        return self._client_id

    def allowed(self, server_endpoint: str) -> bool:
        """Whether an address from a payload may be called."""
        return _base(server_endpoint) in self._bases

    def bases(self) -> tuple[str, ...]:
        """All allowed hosts: for box portals whose frames name none."""
        return tuple(sorted(self._bases))

    def refresh(self, server_endpoint: str, refresh_token: str) -> TokenReply:
        """Rotate: the old refresh token is dead after this. Raises OAuthRefused, NotSent, OutcomeUnknown.

        By POST, so that secrets stay out of access logs; by GET, as documented, only where POST is not taken.
        """
        address = f"{self._checked(server_endpoint)}/oauth/token/"
        try:
            return self._token(lambda session: session.refresh_token(address, refresh_token=refresh_token))
        except OAuthRefused as error:
            if error.status != 405 and error.code != "invalid_request":
                raise
        return self._refresh_by_get(address, refresh_token)

    def app_info(
        self, server_endpoint: str, access_token: str, people: bool = False, total_s: float | None = None
    ) -> AppInfo:
        """Whose token this is. Raises OAuthRefused (a token it does not know), NotSent, OutcomeUnknown."""
        base = self._checked(server_endpoint)
        limits = self._limits if total_s is None else Limits(min(2.0, total_s), total_s, total_s)
        call = Call(
            self._remote(base),
            "POST",
            f"{base}/rest/app.info",
            "app.info",
            limits,
            json={"auth": access_token},
            people=people,
        )
        answer = self._http.send(call)
        data = _json(answer)
        if "error" in data or answer.status >= 400:
            raise OAuthRefused(
                str(data.get("error", answer.status)), str(data.get("error_description", "")), answer.status
            )
        return _app_info(as_map(data.get("result")))

    def _checked(self, server_endpoint: str) -> str:
        base = _base(server_endpoint)
        if base not in self._bases:
            raise OAuthRefused("foreign_host", f"{base} is not an OAuth server we know")
        return base

    def _remote(self, base: str) -> RemoteKey:
        return RemoteKey("oauth", urlsplit(base).netloc)

    def _token(self, act: Callable[[OAuth2Session], Mapping[str, Any]]) -> TokenReply:
        session = OAuth2Session(self._client_id, self._secret, token_endpoint_auth_method=SECRET_IN_BODY)
        session.token = {}
        session_over(self._http, session, self._make)
        statuses: list[int] = []

        def remember(response: requests.Response) -> requests.Response:
            statuses.append(response.status_code)
            return response

        session.register_compliance_hook("refresh_token_response", remember)
        try:
            return self._reply(act(session))
        except OAuthError as error:
            status = statuses[-1] if statuses else 0
            raise OAuthRefused(str(error.error), str(error.description or ""), status) from error
        except requests.HTTPError as error:
            raise _trouble(error.response.status_code) from error
        except (ValueError, KeyError) as error:
            raise OutcomeUnknown(Why.BAD_ANSWER, "the OAuth server's answer is no token") from error

    def _refresh_by_get(self, address: str, refresh_token: str) -> TokenReply:
        params = {
            "grant_type": "refresh_token",
            "client_id": self._client_id,
            "client_secret": self._secret,
            "refresh_token": refresh_token,
        }
        remote = self._remote(_base(address))
        answer = self._http.send(Call(remote, "GET", address, "oauth.token", self._limits, params=params))
        data = _json(answer)
        if "error" in data or "access_token" not in data:
            raise OAuthRefused(str(data.get("error", "")), str(data.get("error_description", "")), answer.status)
        return self._reply(data)

    def _make(self, verb: str, url: str, headers: Mapping[str, str], body: bytes) -> Call:
        return Call(self._remote(_base(url)), verb, url, "oauth.token", self._limits, headers=headers, body=body)

    def _reply(self, token: Mapping[str, Any]) -> TokenReply:
        return TokenReply(
            access=str(token["access_token"]),
            refresh=str(token["refresh_token"]),
            expires_at=self._clock.now() + timedelta(seconds=int(token.get("expires_in") or 3600)),
            user_id=int(token.get("user_id") or 0),
            member_id=str(token.get("member_id") or ""),
            client_endpoint=str(token.get("client_endpoint") or ""),
            server_endpoint=str(token.get("server_endpoint") or ""),
            status=str(token.get("status") or ""),
            scope=split_scopes(token.get("scope")),
        )


def split_scopes(value: Any) -> tuple[str, ...]:
    """Scopes come separated by commas, and once by blanks (bitrix24-app.md §4.2)."""
    return tuple(word for word in str(value or "").replace(",", " ").split() if word)


def _base(endpoint: str) -> str:
    """`https://host[:port]` of an endpoint, lower case; empty for something that is no address."""
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.scheme and parts.netloc else ""


def _trouble(status: int) -> Exception:
    if status == 405:
        return OAuthRefused("method_not_allowed", "POST is not taken", 405)
    if status in (429, 503):
        return NotSent(Why.BUSY, f"the OAuth server answers {status}", retry_after=5.0)
    return OutcomeUnknown(Why.BAD_ANSWER, f"the OAuth server answers {status}")


def _json(answer: Answer) -> dict[str, Any]:
    try:
        data = answer.json()
    except NotJson as error:
        raise OutcomeUnknown(Why.BAD_ANSWER, f"the OAuth server answers {answer.status} without JSON") from error
    if answer.status >= 500:
        raise NotSent(Why.BUSY, f"the OAuth server answers {answer.status}", retry_after=5.0)
    return as_map(data)


def _app_info(result: Mapping[str, Any]) -> AppInfo:
    install = as_map(result.get("install"))
    return AppInfo(
        client_id=str(result.get("client_id") or ""),
        member_id=str(install.get("member_id") or ""),
        domain=str(install.get("domain") or ""),
        client_endpoint=str(install.get("client_endpoint") or ""),
        user_id=int(result.get("user_id") or 0),
        installed=bool(install.get("installed")),
        version=str(install.get("version") or ""),
        status=str(install.get("status") or ""),
        scope=split_scopes(install.get("scope") or result.get("scope")),
        expires_at=_moment(result.get("expires")),
    )


def _moment(value: Any) -> datetime | None:
    try:
        if isinstance(value, int | float) or str(value).isdigit():
            return datetime.fromtimestamp(float(value), UTC)
        return datetime.fromisoformat(str(value)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
