"""What clerks' scans come to. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from b24app.flows.returns.pieces import NOTHING
from b24app.logistics.returning import Condition, Counted, Scan

#: Whose pictures they are, where pieces of a row were found in several conditions: pictures show what is wrong.
_SHOWN_FIRST = (Condition.DAMAGED, Condition.WRONG, Condition.AS_NEW)


def standing(scans: Sequence[Scan]) -> tuple[Scan, ...]:
    """Those that nobody took back, in their order. With a bad network an undo may come before what it undoes, or
    twice."""
    undone = {scan.undoes for scan in scans if scan.undoes}
    return tuple(scan for scan in scans if not scan.undoes and scan.key not in undone)


def counted_of(scans: Sequence[Scan], photos: Mapping[int, Sequence[str]] | None = None) -> tuple[Counted, ...]:
    """One for each row and condition, in the order in which they were first scanned, with the last note on it. `photos`
    are keys of pictures by row: they go with what is wrong. What lay in the box and is none of the return's is not
    among them."""
    totals: dict[tuple[int, Condition], Decimal] = {}
    notes: dict[tuple[int, Condition], str] = {}
    for scan in standing(scans):
        key = (scan.row, scan.condition)
        if scan.row and scan.quantity > 0:
            totals[key] = totals.get(key, NOTHING) + scan.quantity
        if scan.note:
            notes[key] = scan.note
    shown = {row: _shown_by(row, totals) for row in photos or {}}
    return tuple(
        Counted(
            row, quantity, condition, note=notes.get((row, condition), ""),
            photos=tuple((photos or {}).get(row, ())) if shown.get(row) is condition else (),
        )
        for (row, condition), quantity in totals.items()
    )  # fmt: skip


def _shown_by(row: int, totals: Mapping[tuple[int, Condition], Decimal]) -> Condition | None:
    return next((condition for condition in _SHOWN_FIRST if (row, condition) in totals), None)
