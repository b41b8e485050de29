"""One call for a return's errand (or a look-up and a call), run in a thread of its own; never touches the database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from b24app.clock import Clock
from b24app.logistics.aftercare import ReturnRequest
from b24app.logistics.errors import LogisticsError, Refused
from b24app.logistics.warehouse import ReceiptRequest
from b24app.runners.connection.errand_outcomes import BY_HAND, Came, Deed, deed_of
from b24app.store import return_errands
from b24app.store.models import ErrandKind, ErrandState, ReturnErrand
from b24app.store.return_errands import Errand
from b24app.systems.plugin import Manifest
from b24app.wire.deadline import sending_until
from b24app.wire.trace import tracing

#: A limit of manifests: a return made of an order is not found by our number, but with that order (cdek.md §6.9).
FOUND_BY_ORDER = "return_found_by_order"


@dataclass(frozen=True, slots=True)
class Plan:
    """One call, as the store knew the errand when it was planned. `attempts` are all writes, this one too; `fresh`:
    nothing ever left for it, so that there is nothing to look up before."""

    errand: Errand
    deed: Deed
    request: Any
    trace_id: str
    attempts: int = 0
    fresh: bool = False
    send_by: float = 0.0

    @property
    def is_receipt(self) -> bool:
        return self.errand.kind is ErrandKind.RECEIPT


def plan_of(row: ReturnErrand, send_by: float) -> Plan:
    errand = return_errands.errand(row)
    shape = ReceiptRequest if errand.kind is ErrandKind.RECEIPT else ReturnRequest
    deed = deed_of(errand)
    return Plan(
        errand,
        deed,
        shape.from_json(row.request),
        row.trace_id,
        row.attempts + (deed is not Deed.FOLLOW),
        fresh=row.attempts == 0,
        send_by=send_by,
    )


def take(system: Any, plan: Plan, manifest: Manifest, clock: Clock) -> Came:
    """Runs in a thread of its own, without the database."""
    with tracing(plan.trace_id):
        try:
            if plan.deed is Deed.FOLLOW:
                return _read(system, plan)
            with sending_until(plan.send_by or clock.monotonic()):
                return _written(system, plan, manifest)
        except LogisticsError as error:
            return Came(error=error)


def _read(system: Any, plan: Plan) -> Came:
    remote_id = plan.errand.remote_id
    return (
        Came(receipt=system.read_receipt(remote_id)) if plan.is_receipt else Came(order=system.read_return(remote_id))
    )


def _written(system: Any, plan: Plan, manifest: Manifest) -> Came:
    """Raises LogisticsError."""
    if plan.deed is Deed.CANCEL:
        return _cancelled(system, plan, plan.errand.remote_id, manifest.ports)
    if plan.deed is Deed.DROP:
        found = _found(system, plan, manifest)
        state = found.receipt or found.order
        if state is None or state.gone:
            return Came(absent=True)
        return _cancelled(system, plan, state.remote_id, manifest.ports)
    there = Came() if plan.fresh else _found(system, plan, manifest)
    if (there.order is not None or there.receipt is not None) and not there.is_gone:
        return there
    if plan.is_receipt:
        return Came(receipt=system.expect(plan.request))
    unclear = plan.errand.state is ErrandState.UNCERTAIN
    return Came(order=system.create_return(replace(plan.request, again=True) if unclear else plan.request))


def _found(system: Any, plan: Plan, manifest: Manifest) -> Came:
    """What an earlier try left there, known by our number alone: nobody else has it."""
    if plan.errand.remote_id:
        return _read(system, plan)
    if plan.is_receipt:
        return Came(receipt=system.find_receipt(plan.errand.number))
    found = system.find_return(plan.errand.number)
    if found is None and plan.deed is Deed.DROP and plan.request.of_remote_id and manifest.limits.get(FOUND_BY_ORDER):
        # Only making it again finds it; one that was not there is cancelled with the next call.
        found = system.create_return(plan.request)
    return Came(order=found)


def _cancelled(system: Any, plan: Plan, remote_id: str, ports: Collection[str]) -> Came:
    if plan.is_receipt:
        return Came(receipt=system.cancel_receipt(remote_id))
    if "Cancels" not in ports:
        raise Refused([BY_HAND])
    return Came(order=system.cancel(remote_id))
