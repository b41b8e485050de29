"""One inbox of events and one of states per client number: a package is repeated until it is confirmed (§7, §8)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sandbox.dpd.errors import Fault
from sandbox.dpd.soap import now_moscow

if TYPE_CHECKING:
    from sandbox.dpd.core import Dpd

_KEPT_S = 90 * 86400


def put(dpd: Dpd, client: int, kind: str, row: dict[str, Any]) -> None:
    box = dpd.inbox(client, kind)
    box.rows.append((dpd.time(), row))
    if dpd.rng.random() < dpd.switches.double_events:
        box.rows.append((dpd.time(), row))


def package(
    dpd: Dpd, client: int, kind: str, most: int, since: datetime | None = None, until: datetime | None = None
) -> dict[str, Any]:
    """The unconfirmed package, or a new one of at most ``most`` rows; `docId` 0 when nothing is new. Rows end with the
    key of their kind: `event` or `states`."""
    box = dpd.inbox(client, kind)
    if not box.package and dpd.switches.inbox:
        _fill(dpd, client, kind, most, (since, until))
    head = {
        "docId": box.doc_id if box.package else 0,
        "docDate": now_moscow(box.doc_moment if box.package else dpd.time()),
        "clientNumber": client,
        "resultComplete": not box.rows or not dpd.switches.inbox,
    }
    rows = [row for _, row in box.package]
    return head | ({"event" if kind == "events" else "states": rows} if rows else {})


def _fill(dpd: Dpd, client: int, kind: str, most: int, when: tuple[datetime | None, datetime | None]) -> None:
    box = dpd.inbox(client, kind)
    oldest = dpd.time() - _KEPT_S
    low = max(oldest, when[0].timestamp()) if when[0] else oldest
    high = when[1].timestamp() if when[1] else float("inf")
    box.rows = [found for found in box.rows if found[0] >= oldest]
    taken = [found for found in box.rows if low <= found[0] <= high][:most]
    if not taken:
        return
    chosen = {id(found) for found in taken}
    box.rows = [found for found in box.rows if id(found) not in chosen]
    if dpd.switches.shuffle_events:
        dpd.rng.shuffle(taken)
    box.package, box.doc_id, box.doc_moment = taken, next(dpd.doc_ids), dpd.time()


def confirm(dpd: Dpd, client: int, kind: str, doc_id: int) -> str:
    """Global for the client number. Raises Fault for any other document than the one that is handed out."""
    box = dpd.inbox(client, kind)
    if not box.package or doc_id != box.doc_id:
        raise Fault(f"Документ {doc_id} не найден или уже подтвержден", "wrong-doc-id")
    dpd.note(f"{kind}.confirmed", str(doc_id), client=client, rows=len(box.package))
    box.package = []
    return "OK"
