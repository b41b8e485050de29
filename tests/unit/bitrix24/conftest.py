"""A client over `responses`: everything is real but the sockets."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
import responses

from b24app.bitrix24.oauth import OAuthServer, TokenReply
from b24app.bitrix24.tokens import PoolTokens, Refresher, StoredToken
from b24app.bitrix24.transport import PortalAddress, PortalClient, Services
from b24app.clock import FixedClock
from b24app.wire.budget import Budgets
from b24app.wire.guard import Guard
from b24app.wire.http import Http
from b24app.wire.ledger import OperatingLedger
from b24app.wire.log import CallRecord
from b24app.wire.shared import Shared

REST = "https://sklad-demo.bitrix24.ru/rest/"
OAUTH = "https://oauth.bitrix24.tech"
MEMBER = "da39a3ee5e6b4b0d3255bfef95601890"


class TokenRows:
    """A TokenStore in memory with the same compare-and-set rules as the database."""

    def __init__(self, *tokens: StoredToken) -> None:
        self.rows = {token.token_id: token for token in tokens}
        self.broken: dict[int, str] = {}
        self.leases: dict[int, str] = {}

    def load_pool(self, portal_id: int) -> Sequence[StoredToken]:
        return [row for row in self.rows.values() if row.portal_id == portal_id and row.token_id not in self.broken]

    def load_user(self, portal_id: int, user_id: int) -> StoredToken | None:
        return next((row for row in self.load_pool(portal_id) if row.user_id == user_id), None)

    def reload(self, token: StoredToken) -> StoredToken | None:
        return None if token.token_id in self.broken else self.rows.get(token.token_id)

    def claim_refresh(self, token: StoredToken, owner: str, lease_s: float) -> bool:
        if token.token_id in self.leases or self.rows[token.token_id].version != token.version:
            return False
        self.leases[token.token_id] = owner
        return True

    def release_refresh(self, token: StoredToken, owner: str) -> None:
        if self.leases.get(token.token_id) == owner:
            del self.leases[token.token_id]

    def save_rotated(self, token: StoredToken, owner: str, fresh: TokenReply) -> bool:
        if self.rows[token.token_id].version != token.version:
            return False
        self.rows[token.token_id] = replace(
            token, access=fresh.access, refresh=fresh.refresh, expires_at=fresh.expires_at, version=token.version + 1
        )
        self.release_refresh(token, owner)
        return True

    def mark_broken(self, token: StoredToken, why: str) -> None:
        self.broken[token.token_id] = why


@dataclass
class World:
    """The parts of a client, to look into."""

    clock: FixedClock
    store: TokenRows
    services: Services
    client: PortalClient
    tokens: PoolTokens
    records: list[CallRecord]
    moved: list[tuple[int, str]] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def record(self, entry: CallRecord) -> None:
        self.records.append(entry)


def stored(token_id: int = 1, access: str = "access-1", valid_s: float = 3600) -> StoredToken:
    expires = FixedClock().now() + timedelta(seconds=valid_s)
    return StoredToken(token_id, 7, token_id, True, access, f"refresh-{token_id}", expires, 1)


@pytest.fixture
def mocked() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def build() -> Callable[..., World]:
    def make(*tokens: StoredToken) -> World:
        clock = FixedClock()
        records: list[CallRecord] = []
        moved: list[tuple[int, str]] = []
        slept: list[float] = []

        class Log:
            def record(self, entry: CallRecord) -> None:
                records.append(entry)

        class Book:
            def moved(self, portal_id: int, client_endpoint: str) -> None:
                moved.append((portal_id, client_endpoint))

        http = Http(clock, Log(), Guard(), sleep=slept.append)
        oauth = OAuthServer(http, clock, "app.1", "s3cret", ["oauth.bitrix24.tech", "https://oauth.bitrix.info"])
        shared = Shared(None)
        services = Services(http, oauth, Budgets(shared), OperatingLedger(clock, shared), Book())
        store = TokenRows(*(tokens or (stored(),)))
        source = PoolTokens(store, Refresher(store, oauth, clock, slept.append), 7, f"{OAUTH}/rest/")
        address = PortalAddress(7, MEMBER, REST, f"{OAUTH}/rest/")
        client = PortalClient(address, source, services)
        return World(clock, store, services, client, source, records, moved, slept)

    return make


@pytest.fixture
def portal(build: Callable[..., World]) -> World:
    return build()


def ok(result: Any, **more: Any) -> dict[str, Any]:
    return {"json": {"result": result, **more}}


def refusal(code: str, status: int = 400, text: str = "") -> dict[str, Any]:
    return {"json": {"error": code, "error_description": text}, "status": status}


def sent(mock: responses.RequestsMock, at: int = -1) -> dict[str, Any]:
    body = mock.calls[at].request.body
    found: dict[str, Any] = json.loads(body if body is not None else "{}")
    return found


def token_reply(number: int = 2, **more: Any) -> dict[str, Any]:
    return {
        "access_token": f"access-{number}", "refresh_token": f"refresh-{number}", "expires_in": 3600,
        "member_id": MEMBER, "domain": "oauth.bitrix24.tech", "client_endpoint": REST,
        "server_endpoint": f"{OAUTH}/rest/", "user_id": 7, "status": "S", "scope": "crm,placement", **more,
    }  # fmt: skip
