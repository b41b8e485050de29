"""A system that was left alone answers again: what waited for it goes on now. Each row would wait for a rung of its own
ladder otherwise, the longer the longer the system was away."""

from __future__ import annotations

from dataclasses import dataclass, field

from b24app.lanes.slices import Slice
from b24app.runners.connection.account import Account
from b24app.runners.services import Services
from b24app.store import intents, message_lane, return_errand_lane
from b24app.store.engine import session_scope
from b24app.wire.http import RemoteKey


@dataclass
class ComingBack:
    """One slice's watch. `away`: nothing was sent to the account's system when it was looked at last."""

    services: Services
    slice: Slice
    account: Account
    away: bool = field(init=False)

    def __post_init__(self) -> None:
        self.away = self._is_away()

    def look(self) -> None:
        """After calls have come back. Raises FenceLostError."""
        if not self.away or self._is_away():
            return
        with session_scope(self.services.sessions) as session:
            self.slice.check(session)
            mine = (session, self.account.portal.id, self.account.connection.id, self.services.clock.now())
            # What is only followed keeps its pace: all of it at once would be the next outage.
            intents.free(*mine)
            return_errand_lane.free(*mine, followed=False)
            message_lane.free(*mine, followed=False)
        self.away = False

    def _is_away(self) -> bool:
        connection = self.account.connection
        return self.services.system_http.leaves_alone(RemoteKey(connection.system, str(connection.id)))
