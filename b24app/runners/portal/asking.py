"""Which rows of the inbox are read now, which may wait a little, and what they need. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from b24app.flows import chain
from b24app.flows.legs import pieces
from b24app.flows.portions import still_left
from b24app.logistics.status import Status
from b24app.runners.views import shipment_view
from b24app.store.inbox import MOVED, Claimed
from b24app.store.models import DealState, InboxKind, ProblemRow, Shipment

#: Hints about deals with a live order and no problem are mostly echoes of our own writes: they are looked at together.
QUIET = timedelta(seconds=8)
WISHES = (InboxKind.SHIP_NOW, InboxKind.RETRY)
_TELLING = frozenset({"ONCRMDEALADD", "ONCRMDEALDELETE", "ONCRMDEALMOVETOCATEGORY"})


@dataclass(frozen=True)
class Sorted:
    """`wishes`: a person pressed; `loud`: to be served now; `quiet`: may wait until `quiet_due`."""

    wishes: tuple[Claimed, ...]
    loud: tuple[Claimed, ...]
    quiet: tuple[Claimed, ...]
    quiet_due: datetime | None


def deal_id_of(row: Claimed) -> int:
    """0 for a row without a readable id."""
    return int(row.key) if row.key.isdigit() else 0


def sort(
    rows: Sequence[Claimed],
    shipments: Mapping[int, Sequence[Shipment]],
    problems: Mapping[int, Sequence[ProblemRow]],
    states: Mapping[int, DealState],
) -> Sorted:
    """Rows by how soon a person would want to see their effect."""
    wishes = tuple(row for row in rows if row.kind in WISHES)
    hints = [row for row in rows if row.kind == InboxKind.DEAL]
    quiet = tuple(row for row in hints if is_quiet(row, shipments, problems, states))
    loud = tuple(row for row in hints if row not in quiet)
    due = min((row.first for row in quiet), default=None)
    return Sorted(wishes, loud, quiet, due + QUIET if due is not None else None)


def is_quiet(
    row: Claimed,
    shipments: Mapping[int, Sequence[Shipment]],
    problems: Mapping[int, Sequence[ProblemRow]],
    states: Mapping[int, DealState],
) -> bool:
    deal_id = deal_id_of(row)
    event = row.payload.get("event")
    if event in _TELLING or event == MOVED or row.payload.get("hold") or problems.get(deal_id):
        return False
    state = states.get(deal_id)
    if state is not None and state.waits_for_person:
        return False
    owned = shipments.get(deal_id) or ()
    if any(row.leg for row in owned):
        return _chain_is_quiet(owned)
    if any(row.portion is not None for row in owned):
        return _split_is_quiet(owned)
    return bool(owned) and Status(owned[-1].status) is not Status.REJECTED


def _split_is_quiet(owned: Sequence[Shipment]) -> bool:
    """Of several shipments each may have been refused, and what is left may just have come to a stage that ships."""
    refused = any(Status(row.status) is Status.REJECTED for row in owned)
    return not refused and not still_left([shipment_view(row) for row in owned])


def _chain_is_quiet(owned: Sequence[Shipment]) -> bool:
    """While every leg goes its way; not when goods lie packed that nobody carries, nor after a refusal."""
    views = pieces([shipment_view(row) for row in owned])
    refused = any(Status(row.status) is Status.REJECTED for row in owned)
    return not chain.waiting(views) and not refused and not still_left(views)


def to_read(
    rows: Iterable[Claimed], known: Mapping[int, DealState], problems: Mapping[int, Sequence[ProblemRow]]
) -> set[int]:
    """Deals whose rows can matter even when the history tells no move: the others are not worth a read."""
    wanted = set()
    for row in rows:
        deal_id = deal_id_of(row)
        told = row.payload.get("event") in _TELLING or row.payload.get("event") == MOVED or row.payload.get("hold")
        if deal_id and (told or problems.get(deal_id) or deal_id in known or row.kind in WISHES):
            wanted.add(deal_id)
    return wanted


def is_told(row: Claimed) -> bool:
    """Whether the portal itself told of the deal (`ONCRM…`), not our own reading of its history."""
    return row.kind == InboxKind.DEAL and str(row.payload.get("event", "")).startswith("ONCRM")


def needs_history(rows: Iterable[Claimed]) -> bool:
    """Whether any of these rows is a hint from outside; our own and people's know where the deal stands."""
    return any(row.kind == InboxKind.DEAL and row.payload.get("event") != MOVED for row in rows)
