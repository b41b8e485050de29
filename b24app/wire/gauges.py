"""What a page may know of remotes without calling them: circuit, budget, execution time. Read-only, costs no budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from b24app.wire.budget import Budgets, Rate
from b24app.wire.calls import RemoteKey
from b24app.wire.circuit import Circuits
from b24app.wire.ledger import MethodTime, OperatingLedger


@dataclass(frozen=True, slots=True)
class Gauge:
    """One remote now. `used` of `size` calls are not drained yet, `drain` leave a second; `left_alone_since` = its
    circuit is open, the next trial is `left_alone_until`. `methods`: execution time, portals only."""

    used: float
    size: float
    drain: float
    left_alone_since: datetime | None = None
    left_alone_until: datetime | None = None
    methods: Sequence[MethodTime] = ()


class Gauges:
    """Reads what all processes share through Redis; while it is away, what this process knows itself."""

    def __init__(self, circuits: Circuits, budgets: Budgets, ledger: OperatingLedger) -> None:
        self._circuits = circuits
        self._budgets = budgets
        self._ledger = ledger

    def portal(self, member_id: str, size: float, drain: float) -> Gauge:
        """`size` and `drain` of the plan's bucket."""
        used = self._budgets.portal(member_id, Rate(size, drain)).level
        return self._gauge(RemoteKey("portal", member_id), used, size, drain, tuple(self._ledger.peek(member_id)))

    def account(self, system: str, connection_id: int, per_second: float, concurrency: int) -> Gauge:
        """An account at a carrier; the numbers of its manifest's rate policy."""
        remote = RemoteKey(system, str(connection_id))
        used = self._budgets.pace(remote, per_second, concurrency).level
        return self._gauge(remote, used, max(1.0, per_second), per_second)

    def _gauge(
        self, remote: RemoteKey, used: float, size: float, drain: float, methods: Sequence[MethodTime] = ()
    ) -> Gauge:
        circuit = self._circuits.peek(str(remote))
        since, until = (_moment(circuit.since), _moment(circuit.until)) if circuit else (None, None)
        return Gauge(used, size, drain, since, until, methods)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
