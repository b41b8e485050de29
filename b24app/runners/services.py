"""What runners are handed: every shared part, joined once by create_app."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from b24app.bitrix24.transport import PortalClient
from b24app.clock import Clock
from b24app.lanes.wake import Waker
from b24app.settings import Settings
from b24app.store.engine import Sessions
from b24app.store.models import Connection, Portal
from b24app.systems import OpenContext, SystemPlugin, TokenCache, authorities, typed
from b24app.wire.budget import Budgets
from b24app.wire.http import Http, RemoteKey


@dataclass(frozen=True)
class Services:
    """Shared by all runners of a process; everything in it is safe to use from many threads.

    `open_portal` gives a portal's REST API under its own (an administrator's) token. `http` reaches portals, and
    `system_http` logistics systems: what the operator lets each of them call on private addresses differs.
    """

    settings: Settings
    clock: Clock
    sessions: Sessions
    http: Http
    system_http: Http
    waker: Waker
    budgets: Budgets
    plugins: Mapping[str, SystemPlugin]
    carrier_tokens: TokenCache
    open_portal: Callable[[Portal], PortalClient]
    spread: Callable[[], float] = random.random

    def open_system(self, connection: Connection) -> Any:
        """The ports of the connection's system, over its account. Raises KeyError for a system we do not have."""
        return self.plugins[connection.system].open(self.context_of(connection))

    def context_of(self, connection: Connection) -> OpenContext:
        """What its system is opened with. Raises KeyError for a system we do not have."""
        rate = self.plugins[connection.system].manifest.rate
        remote = RemoteKey(connection.system, str(connection.id))
        return OpenContext(
            settings=connection.settings,
            mode=connection.mode,
            base_url=self.system_url(connection),
            http=self.wire_of(connection),
            clock=self.clock,
            token_cache=self.carrier_tokens,
            remote_key=remote,
            budget=self.budgets.pace(remote, rate.per_second, rate.concurrency),
            urls=self.system_urls(connection),
        )

    def wire_of(self, connection: Connection) -> Http:
        """The door of the connection's calls: it trusts the authorities of its administrator besides."""
        return self.system_http.trusting(authorities.of(self.plugins[connection.system].manifest, connection.settings))

    def system_url(self, connection: Connection) -> str:
        """The address of the connection's system: the one that its administrator typed, or the deployment's setting
        before the manifest's."""
        manifest = self.plugins[connection.system].manifest
        own = "" if manifest.base_urls.get(connection.mode) else self.typed(connection).get(typed.BASE, "")
        return own or self._url(connection, "", manifest.base_urls)

    def system_urls(self, connection: Connection) -> dict[str, str]:
        """Its further addresses by name: the manifest's hosts, and those that were typed."""
        hosts = self.plugins[connection.system].manifest.hosts
        found = {name: self._url(connection, name, urls) for name, urls in hosts.items()}
        return found | {name: url for name, url in self.typed(connection).items() if name != typed.BASE}

    def typed(self, connection: Connection) -> dict[str, str]:
        """Addresses that the connection's administrator typed, by the setting's name."""
        return typed.addresses(self.plugins[connection.system].manifest, connection.settings)

    def _url(self, connection: Connection, host: str, urls: Mapping[str, str]) -> str:
        """Empty for a mode that the system does not have: nothing can be sent there, least of all to the live one."""
        return self.settings.system_url(connection.system, connection.mode, host) or urls.get(connection.mode, "")

    def probe_url(self, connection: Connection) -> str:
        """The account's callback address with nothing secret in it: it answers a HEAD whatever stands there."""
        return self.callback_url(connection).rpartition("/")[0] + "/probe"

    def callback_url(self, connection: Connection) -> str:
        """Where the carrier reports; its last part is the secret."""
        base = self.settings.hooks_url or self.settings.public_url
        return f"{base.rstrip('/')}/hooks/carrier/{connection.public_id}/{connection.hook_secret}"
