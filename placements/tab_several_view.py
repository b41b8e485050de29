"""Several shipments of a deal as the tab draws them: the list, what is left, and the form that ships a part. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from b24app.flows.portions import Line, attention, is_split, is_taken, still_left
from b24app.frames.formats import NBSP, Formats
from b24app.frames.rights import Right
from b24app.logistics.numbers import plain, read_decimal
from b24app.logistics.status import Status
from b24app.store.faces.deal_facts import (
    ShipmentFacts,
    TabFacts,
)
from placements.chips import Chip, chip_of

#: Longer numbers are no quantity.
LONGEST = 12


@dataclass(frozen=True, slots=True)
class PieceView:
    """One shipment in the list. `shown`: it is the one below; `here` is the address that shows it."""

    id: int
    number: str
    account: str
    inside: str
    chip: Chip
    day: str
    cod: str
    shown: bool


@dataclass(frozen=True, slots=True)
class LeftLine:
    """Goods of the deal that may still be shipped. `quantity` as people write it, `most` as a number field takes it;
    `typed` is what stands in the field."""

    row: int
    name: str
    quantity: str
    most: str
    typed: str = "0"
    wrong: bool = False

    @property
    def step(self) -> str:
        return "1" if "." not in self.most else "any"


@dataclass(frozen=True, slots=True)
class SeveralView:
    """`seen` = the newest shipment's n; `over`: how many of the `pieces` are delivered."""

    pieces: tuple[PieceView, ...]
    left: tuple[LeftLine, ...]
    seen: int
    over: int
    may_ship: bool


@dataclass(frozen=True, slots=True)
class PartForm:
    """`error`: a key of the `several.wrong_*` words, empty = none."""

    lines: tuple[LeftLine, ...]
    seen: int
    error: str = ""


def split(facts: TabFacts) -> bool:
    return is_split(facts.shipments)


def chosen(facts: TabFacts, wanted: str) -> TabFacts:
    """Of a deal that was split, the shipment that a person looks at comes first: everything else of the tab is about
    that one."""
    if not split(facts):
        return facts
    first = next((each for each in facts.shipments if str(each.id) == wanted), None) or attention(facts.shipments)
    return replace(facts, shipments=(first, *(each for each in facts.shipments if each is not first)))


def several_view(facts: TabFacts, formats: Formats, mine: Collection[Right]) -> SeveralView | None:
    """None for a deal that was never split. The shipment shown is the first of the facts."""
    if not split(facts):
        return None
    pieces = sorted(facts.shipments, key=lambda each: each.n)
    return SeveralView(
        pieces=tuple(_piece(each, formats, each is facts.shipments[0]) for each in pieces),
        left=tuple(left_line(line, formats) for line in still_left(facts.shipments)),
        seen=newest(facts),
        over=sum(each.status is Status.DELIVERED for each in pieces),
        may_ship=Right.SHIP in mine and bool(facts.connection) and not facts.gone,
    )


def newest(facts: TabFacts) -> int:
    return max((each.n for each in facts.every), default=0)


def may_split(facts: TabFacts, mine: Collection[Right]) -> bool:
    """Whether the form may be opened: nothing of the deal is on its way, or it was split already."""
    if Right.SHIP not in mine or facts.gone or facts.asks or not facts.connection or not facts.pipeline_on:
        return False
    return split(facts) or not any(is_taken(each.status) for each in facts.shipments)


def _piece(shipment: ShipmentFacts, formats: Formats, shown: bool) -> PieceView:
    cod = shipment.request.cod if shipment.request else None
    return PieceView(
        id=shipment.id,
        number=shipment.order_number or shipment.number,
        account=shipment.connection,
        inside=_inside(shipment, formats),
        chip=chip_of(shipment, formats),
        day=formats.short_day(shipment.created_at),
        cod=formats.money(cod.minor, cod.currency) if cod else "",
        shown=shown,
    )


def _inside(shipment: ShipmentFacts, formats: Formats) -> str:
    if shipment.portion is None:
        return formats.words("several.everything")
    return ", ".join(
        formats.words("several.item", name=line.name, n=formats.typed(line.quantity)) for line in shipment.portion.lines
    )


def left_line(line: Line, formats: Formats) -> LeftLine:
    return LeftLine(line.row, line.name, formats.typed(line.quantity), plain(line.quantity))


# --- the form ---------------------------------------------------------------------------------------------------------


def read_form(typed: Mapping[str, str], formats: Formats) -> tuple[tuple[Line, ...], PartForm]:
    """`(what the person wants, the form as they left it)`: fields `q_<row>`, beside them what the form was made of."""
    seen = typed.get("seen", "0")
    wanted: list[Line] = []
    lines: list[LeftLine] = []
    rows = [name[2:] for name in typed if name.startswith("q_") and name[2:].isdigit() and len(name) < LONGEST + 8]
    for row in rows:
        name, text = typed.get(f"name_{row}", "")[:255], typed[f"q_{row}"].strip()
        most, quantity = _number(typed.get(f"most_{row}", "")) or Decimal(0), _number(text or "0")
        wrong = quantity is None or quantity < 0 or quantity > most
        lines.append(LeftLine(int(row), name, formats.typed(most), plain(most), text or "0", wrong))
        if quantity and not wrong:
            wanted.append(Line(int(row), name, quantity))
    error = "quantity" if any(line.wrong for line in lines) else "" if wanted else "nothing"
    return tuple(wanted), PartForm(tuple(lines), int(seen) if seen.isdigit() and len(seen) < LONGEST else 0, error)


def _number(text: str) -> Decimal | None:
    return read_decimal(text.replace(",", ".").replace(NBSP, "").strip()) if len(text) <= LONGEST else None
