"""Everything a process needs to talk to the outside: one HTTP door, budgets, OAuth, portals and systems."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from b24app.bitrix24.oauth import OAuthServer
from b24app.bitrix24.tokens import GivenToken, PoolTokens, Refresher
from b24app.bitrix24.transport import PortalAddress, PortalClient
from b24app.bitrix24.transport import Services as PortalServices
from b24app.clock import Clock
from b24app.parts import Parts
from b24app.runners.services import Services
from b24app.store import portals
from b24app.store.calllog import StoredCallLog
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import Portal
from b24app.store.retention import Traces
from b24app.systems import MemoryTokens, TokenCache, discover
from b24app.tokenstore import PortalTokenStore
from b24app.wire.budget import Budgets, Rate
from b24app.wire.circuit import Circuits
from b24app.wire.gauges import Gauges
from b24app.wire.guard import Guard, Private
from b24app.wire.http import Http, Limits
from b24app.wire.ledger import OperatingLedger
from b24app.wire.log import Several, StructuredLog
from b24app.wire.shared import Shared, connect
from b24app.wire.tokens import SharedTokens

#: The whole answer of the portal, so that ours comes within 0.9 s.
HURRIED = Limits(connect_s=0.3, read_s=0.75, total_s=0.75)


class StoredAddresses:
    """An `AddressBook`: a renamed portal is remembered."""

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    def moved(self, portal_id: int, client_endpoint: str) -> None:
        with session_scope(self._sessions) as session:
            portals.set_address(session, portal_id, client_endpoint, self._clock.now())


@dataclass(frozen=True)
class Remotes:
    """Opened once per process; connects to nothing before it is used."""

    parts: Parts
    http: Http
    system_http: Http
    system_guard: Guard
    oauth: OAuthServer
    budgets: Budgets
    refresher: Refresher
    tokens: PortalTokenStore
    portal_services: PortalServices
    carrier_tokens: TokenCache
    call_log: StoredCallLog
    gauges: Gauges
    shared: Shared

    @classmethod
    def open(cls, parts: Parts) -> Remotes:
        settings = parts.settings
        shared = Shared(connect(settings.redis_url, settings.redis_timeout_s) if settings.redis_url else None)
        call_log = StoredCallLog(parts.sessions)
        log = Several(call_log, StructuredLog())
        circuits, ledger = Circuits(parts.clock, shared), OperatingLedger(parts.clock, shared)
        guard = Guard(settings.allowed_origins, private=Private(settings.private_portals))
        http = Http(parts.clock, log, guard, circuits)
        system_guard = Guard(settings.allowed_origins, private=Private(settings.private_systems))
        secret = settings.app_secret.get_secret_value()
        oauth = OAuthServer(http, parts.clock, settings.app_id, secret, settings.oauth_hosts)
        store = PortalTokenStore(parts.sessions, parts.clock)
        budgets = Budgets(shared)
        book = StoredAddresses(parts.sessions, parts.clock)
        return cls(
            parts=parts,
            http=http,
            system_http=Http(parts.clock, log, system_guard, circuits),
            system_guard=system_guard,
            oauth=oauth,
            budgets=budgets,
            refresher=Refresher(store, oauth, parts.clock),
            tokens=store,
            portal_services=PortalServices(http, oauth, budgets, ledger, book),
            carrier_tokens=_carrier_tokens(parts, shared),
            call_log=call_log,
            gauges=Gauges(circuits, budgets, ledger),
            shared=shared,
        )

    def portal(self, portal: Portal) -> PortalClient:
        """The portal's REST API for background work."""
        source = PoolTokens(self.tokens, self.refresher, portal.id, portal.oauth_endpoint)
        return PortalClient(_address(portal), source, self.portal_services)

    def hurried(self, portal: Portal) -> PortalClient:
        """As `portal`, where a machine waits for the answer of a person's press and hangs up after a second."""
        source = PoolTokens(self.tokens, self.refresher, portal.id, portal.oauth_endpoint)
        return PortalClient(_address(portal), source, replace(self.portal_services, people_limits=HURRIED))

    def person(self, portal: Portal, access_token: str, user_id: int) -> PortalClient:
        """The portal's REST API under the key of the person in front of the page."""
        return PortalClient(_address(portal), GivenToken(access_token, user_id), self.portal_services)

    def forget(self, traces: Traces) -> None:
        """Clears what Redis holds under a portal's names: budgets, circuits, execution times, wake-ups."""
        keys = [f"wb:{kind}:{name}" for name in traces.remotes for kind in ("circuit", "rate", "rate:pace")]
        self.shared.forget(keys, traces.member_id)
        if self.parts.redis_wakes is not None:
            self.parts.redis_wakes.forget(traces.lanes)

    def close(self) -> None:
        """Drop idle connections and write what the log still holds."""
        self.http.close()
        self.system_http.close()
        self.call_log.close()

    def services(self) -> Services:
        """What the lanes' handlers are handed."""
        return Services(
            settings=self.parts.settings,
            clock=self.parts.clock,
            sessions=self.parts.sessions,
            http=self.http,
            system_http=self.system_http,
            waker=self.parts.waker,
            budgets=self.budgets,
            plugins=discover(),
            carrier_tokens=self.carrier_tokens,
            open_portal=self.portal,
        )


def _address(portal: Portal) -> PortalAddress:
    return PortalAddress(
        portal_id=portal.id or 0,
        member_id=portal.member_id,
        client_endpoint=portal.client_endpoint,
        oauth_endpoint=portal.oauth_endpoint,
        rate=Rate(portal.rate_size or 50, portal.rate_drain or 2),
    )


def _carrier_tokens(parts: Parts, shared: Shared) -> TokenCache:
    """Sealed in Redis with our own keys; without keys (nothing can be stored then) only in memory."""
    keys = [Fernet(key.get_secret_value()) for key in parts.settings.encryption_keys]
    if not keys:
        return MemoryTokens(parts.clock)
    return SharedTokens(parts.clock, shared, MultiFernet(keys), InvalidToken)
