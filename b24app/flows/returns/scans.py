"""What clerks' scans come to. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from b24app.flows.returns.pieces import NOTHING
from b24app.logistics.returning import Condition, Counted, Scan


def standing(scans: Sequence[Scan]) -> tuple[Scan, ...]:
    """Those that nobody took back, in their order. With a bad network an undo may come before what it undoes, or
    twice."""
    undone = {scan.undoes for scan in scans if scan.undoes}
    return tuple(scan for scan in scans if not scan.undoes and scan.key not in undone)


def counted_of(scans: Sequence[Scan]) -> tuple[Counted, ...]:
    """One for each row and condition, in the order in which they were first scanned, with the last note on it. What lay
    in the box and is none of the return's is not among them."""
    totals: dict[tuple[int, Condition], Decimal] = {}
    notes: dict[tuple[int, Condition], str] = {}
    for scan in standing(scans):
        key = (scan.row, scan.condition)
        if scan.row and scan.quantity > 0:
            totals[key] = totals.get(key, NOTHING) + scan.quantity
        if scan.note:
            notes[key] = scan.note
    return tuple(
        Counted(row, quantity, condition, note=notes.get((row, condition), ""))
        for (row, condition), quantity in totals.items()
    )
