"""An original order that planning splits becomes several planned orders (manhattan.md §3.1), picked and shipped one by
one: what all of them together say of the one that we sent. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from b24app.logistics.order import TrackingEvent
from b24app.logistics.picking import PART_CODE, PickedLine
from b24app.logistics.status import Status
from b24app.systems.kit.picked import joined, shortages
from b24app.systems.kit.units import decimal_of
from b24app.systems.manhattan.meanings import Meanings

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One planned order. `numbers` are the carrier's, of its packages."""

    row: Json
    status: Status
    packed: bool
    at: datetime | None
    numbers: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return str(self.row["externalId"])

    @property
    def raw(self) -> str:
        return str(self.row.get("raw") or "")

    @property
    def is_alive(self) -> bool:
        return self.status is not Status.CANCELLED


def parts_of(rows: Sequence[Json], packages: Iterable[Json], meanings: Meanings) -> list[Part]:
    """In the order of their numbers."""
    numbers: dict[str, list[str]] = {}
    for package in packages:
        if package.get("trackingNumber"):
            numbers.setdefault(str(package["externalId"]), []).append(str(package["trackingNumber"]))
    found = []
    for row in sorted(rows, key=lambda each: str(each["externalId"])):
        status, raw = meanings.status(row), str(row.get("raw") or "")
        told = tuple(dict.fromkeys(numbers.get(str(row["externalId"]), ())))
        found.append(Part(row, status, meanings.is_packed(raw, status), meanings.at(row.get("changedAt")), told))
    return found


def by_original(rows: Iterable[dict[str, Any]], numbers: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """The planned orders of each of ours. A site whose planned orders do not name their original has one of each, with
    the number that we gave."""
    wanted, found = set(numbers), dict[str, dict[str, dict[str, Any]]]()
    for row in rows:
        of = str(row.get("of") or row["externalId"])
        of = of if of in wanted else str(row["externalId"])
        if of in wanted:
            found.setdefault(of, {}).setdefault(str(row["externalId"]), row)
    return {of: list(rows.values()) for of, rows in found.items()}


# --- together ---------------------------------------------------------------------------------------------------------


def alive(parts: Sequence[Part]) -> list[Part]:
    return [part for part in parts if part.is_alive]


def slowest(parts: Sequence[Part]) -> Part:
    """The least advanced living one says where the order is; of several in one status the one that came there last. Of
    nothing but cancelled ones the last."""
    going = alive(parts) or parts
    status, raw, _ = min(map(_place, going))
    return max((part for part in going if _place(part)[:2] == (status, raw)), key=lambda part: _place(part)[2])


def _place(part: Part) -> tuple[int, tuple[bool, int, str], float]:
    return part.status.rank, number_of(part.raw), part.at.timestamp() if part.at else 0.0


def number_of(raw: str) -> tuple[bool, int, str]:
    """Statuses are numbers written as texts (§1.5); others come after them."""
    return (False, int(raw), "") if raw.isdigit() else (True, 0, raw)


def highest(parts: Sequence[Part]) -> str:
    """How far rows of it are: the furthest status of a living part."""
    found = [str(part.row.get("rawMax") or part.raw) for part in alive(parts) or parts]
    return max(found, key=number_of)


def lines_of(parts: Sequence[Part], original: Json | None) -> tuple[PickedLine, ...]:
    """Rows as they are of one planned order, summed by article of several. What was asked for stands in the original:
    rows of a cancelled part may have been planned again in another one."""
    rows = [_line(row, part.is_alive or len(parts) == 1) for part in parts for row in part.row.get("lines") or []]
    if len(parts) == 1:
        return tuple(rows)
    asked = ordered_in(original)
    found = [replace(line, ordered=asked.pop(line.sku, line.ordered)) for line in joined(rows)]
    return (*found, *(PickedLine(sku, ordered) for sku, ordered in asked.items()))


def ordered_in(original: Json | None) -> dict[str, Decimal]:
    """Article -> how much the original order holds; empty when nobody has read it."""
    found: dict[str, Decimal] = {}
    for row in (original or {}).get("lines") or []:
        sku = str(row.get("sku") or "")
        found[sku] = found.get(sku, Decimal(0)) + quantity(row.get("ordered"))
    return found


def _line(row: Json, counts: bool) -> PickedLine:
    """Nothing of a cancelled part is picked, whatever it still says."""
    ordered, picked, shipped = (quantity(row.get(name)) for name in ("ordered", "picked", "shipped"))
    return PickedLine(str(row.get("sku") or ""), ordered, picked if counts else Decimal(0),
                      shipped if counts else Decimal(0))  # fmt: skip


def quantity(value: Any) -> Decimal:
    """`2.0` is 2."""
    found = decimal_of(value) or Decimal(0)
    return found.to_integral_value() if found == found.to_integral_value() else found.normalize()


# --- told one by one --------------------------------------------------------------------------------------------------


def notes(parts: Sequence[Part], meanings: Meanings) -> Iterator[TrackingEvent]:
    """Each part's status and the carrier's numbers of it, where there are several."""
    for part in parts if len(parts) > 1 else ():
        if part.at is not None:
            said = f"{part.raw} {meanings.titles.get(part.raw, '')}".strip() or part.status.value
            text = ", ".join((f"{part.id}: {said}", *part.numbers))
            yield TrackingEvent(f"{PART_CODE}{part.id}:{part.raw}"[:80], text, None, part.at)


def missing_already(parts: Sequence[Part], lines: Sequence[PickedLine]) -> tuple[TrackingEvent, ...]:
    """While others are picked: what no living part holds any more, because one was cancelled."""
    gone = [part.at for part in parts if not part.is_alive and part.at is not None]
    if not gone or not alive(parts):
        return ()
    held = {line.sku: line.ordered for line in joined(_line(row, True) for part in alive(parts) for row in _rows(part))}
    left = (replace(line, picked=held.get(line.sku, Decimal(0)), shipped=Decimal(0)) for line in lines)
    return shortages(left, max(gone), over=False)


def _rows(part: Part) -> Sequence[Json]:
    return part.row.get("lines") or []
