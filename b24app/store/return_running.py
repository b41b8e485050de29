"""What runs beside a return (`flows.returns.facts.Running`), from what is kept of it. Pure: nothing is read here."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from b24app.flows.returns.facts import Running
from b24app.store.models import ErrandKind, ErrandState
from b24app.store.return_errands import Errand
from b24app.store.returns import Kept


def running_of(errands: Sequence[Errand], kept: Kept, warehouses: Collection[int]) -> Running:
    """`warehouses` are ids of the ready accounts whose system has the port `Receipts`: the caller knows the manifests.
    A collection or a receipt that is being called off runs no longer, one that is done has run."""
    return Running(
        booked=_runs(errands, ErrandKind.COLLECTION),
        expected=_runs(errands, ErrandKind.RECEIPT),
        has_warehouse=bool(warehouses),
        replaced=bool(kept.replacement),
    )


def _runs(errands: Sequence[Errand], kind: ErrandKind) -> bool:
    return any(
        each.kind is kind and not each.wants_cancel and (each.is_open or each.state is ErrandState.DONE)
        for each in errands
    )
