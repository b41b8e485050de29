"""What all portals of one sandbox share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sandbox.bitrix24.card import AppCard
from sandbox.bitrix24.oauth.tokens import TokenStore
from sandbox.kernel.clock import Clock
from sandbox.kernel.journal import Journal
from sandbox.kernel.push import Pusher
from sandbox.kernel.timers import Timers

SYSTEM = "bitrix24"


@dataclass
class Hub:
    """Clock, journal, timers and pusher of the world; tokens and the app's card of Bitrix24."""

    clock: Clock
    journal: Journal
    timers: Timers
    pusher: Pusher
    card: AppCard
    tokens: TokenStore
    oauth_urls: dict[str, str] = field(default_factory=dict)

    def note(self, kind: str, key: object, portal: str, **data: Any) -> None:
        """One journal row of something that a portal accepted or sent."""
        self.journal.add(SYSTEM, kind, key, portal=portal, **data)
