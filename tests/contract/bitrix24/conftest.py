"""Our client against the emulated portals: real HTTP, real token rows, budgets shared in a real Redis."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet

from b24app.bitrix24.oauth import OAuthServer
from b24app.bitrix24.tokens import PoolTokens, Refresher
from b24app.bitrix24.transport import COMMON_RATE, PortalAddress, PortalClient, Services
from b24app.clock import SystemClock
from b24app.store import portals, tokens
from b24app.store.engine import Sessions, make_engine, make_sessions, session_scope
from b24app.tokenstore import PortalTokenStore
from b24app.wire.budget import Budgets, Rate
from b24app.wire.guard import Guard
from b24app.wire.http import Http, Limits
from b24app.wire.ledger import OperatingLedger
from b24app.wire.log import CallRecord
from b24app.wire.shared import Shared, connect
from sandbox.bitrix24 import lifecycle
from sandbox.world import World

CALLS = {"rest.call", "rest.moved"}


class Records:
    def __init__(self) -> None:
        self.entries: list[CallRecord] = []

    def record(self, entry: CallRecord) -> None:
        self.entries.append(entry)


class Book:
    def __init__(self) -> None:
        self.moves: list[str] = []

    def moved(self, portal_id: int, client_endpoint: str) -> None:
        self.moves.append(client_endpoint)


@dataclass
class Rig:
    """One portal with our app installed, and our client for it."""

    world: World
    portal: Any
    sessions: Sessions
    portal_id: int
    services: Services
    client: PortalClient
    records: Records
    book: Book

    def token(self, user_id: int) -> Any:
        """A new pair of the app's tokens, as a frame would bring it."""
        install = self.portal.app.install
        hub = self.portal.hub
        return hub.tokens.issue(hub.card.client_id, self.portal.member_id, user_id, install.scope, install.generation)

    def keep_token(self, user_id: int) -> None:
        """This person opened the app: his tokens are in the pool."""
        pair, now = self.token(user_id), SystemClock().now()
        with session_scope(self.sessions) as session:
            tokens.remember(
                session, self.portal_id, user_id, access=pair.access, refresh=pair.refresh,
                expires_at=now + timedelta(hours=1), is_admin=True, now=now,
            )  # fmt: skip

    def source(self) -> PoolTokens:
        """Another process's token source over the same rows."""
        store = PortalTokenStore(self.sessions, SystemClock())
        refresher = Refresher(store, self.services.oauth, SystemClock())
        return PoolTokens(store, refresher, self.portal_id, self.client.address.oauth_endpoint)

    def switch(self, **settings: Any) -> None:
        self.portal.switches.update(settings)

    def deal_ids(self, count: int) -> list[int]:
        """Seeded deals, straight from the portal's own tables."""
        return sorted(row["id"] for row in self.portal.crm.tables[2])[:count]

    def seen(self, *kinds: str) -> list[dict[str, Any]]:
        """What the portal's own journal says of this portal's HTTP calls."""
        found = self.world.control.journal(system="bitrix24", portal=self.portal.member_id, limit=10000)
        return [entry for entry in found if entry["kind"] in (kinds or CALLS)]


@pytest.fixture
def rigs(request: pytest.FixtureRequest, world: World, redis_url: str) -> Iterator[Callable[..., Rig]]:
    """Makes a rig for a portal by its number; `rate` is what our budget believes. Parameter: the kind of database."""
    database_url = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_database_url")
    engine = make_engine(database_url, [Fernet.generate_key().decode()])
    sessions = make_sessions(engine)
    https: list[Http] = []

    def make(number: int = 0, rate: Rate = COMMON_RATE) -> Rig:
        address = world.addresses["portals"][number]
        portal = world.system("bitrix24").portals[address["member_id"]]
        _install(portal)
        portal_id = _remember(sessions, address, portal)
        services, records, book = _services(world, redis_url)
        https.append(services.http)
        rig = Rig(world, portal, sessions, portal_id, services, None, records, book)  # type: ignore[arg-type]
        where = PortalAddress(
            portal_id, address["member_id"], f"{address['base_url']}/rest/", f"{address['oauth']}/rest/", rate
        )
        rig.client = PortalClient(where, None, services)  # type: ignore[arg-type]
        rig.client = rig.client.with_tokens(rig.source())
        rig.keep_token(user_id=1)
        return rig

    yield make
    for http in https:
        http.close()
    engine.dispose()


@pytest.fixture
def rig(rigs: Callable[..., Rig]) -> Rig:
    return rigs()


@pytest.fixture(autouse=True)
def _quiet_server() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)


def _install(portal: Any) -> None:
    admin = portal.admin().id
    lifecycle.begin_install(portal, admin)
    lifecycle.finish_install(portal, admin)


def _remember(sessions: Sessions, address: dict[str, Any], portal: Any) -> int:
    with session_scope(sessions) as session:
        row = portals.remember(
            session,
            address["member_id"],
            now=SystemClock().now(),
            domain=address["domain"],
            client_endpoint=f"{address['base_url']}/rest/",
            oauth_endpoint=f"{address['oauth']}/rest/",
        )
        return row.id


def _services(world: World, redis_url: str) -> tuple[Services, Records, Book]:
    clock, records, book = SystemClock(), Records(), Book()
    addresses = world.addresses
    origins = [addresses["oauth"], addresses["oauth_west"]]
    origins += [row[name] for row in addresses["portals"] for name in ("base_url", "spare_url")]
    shared = Shared(connect(redis_url))
    http = Http(clock, records, Guard(origins))
    app = addresses["app"]
    oauth = OAuthServer(http, clock, app["client_id"], app["client_secret"], origins[:2])
    limits = Limits(connect_s=2, read_s=5, total_s=8)
    services = Services(http, oauth, Budgets(shared), OperatingLedger(clock, shared), book, limits, limits)
    return services, records, book
