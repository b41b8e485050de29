"""What a warehouse says of an order's rows and boxes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from b24app.logistics.jsonable import Jsonable
from b24app.logistics.model import Parcel

#: Not a status of the parcel but a milestone on the way to `in_transit`: the goods lie packed and may be collected.
PACKED = "packed"
#: How the code of our own event of a shortage begins, before the article: no warehouse has a code for it.
SHORT_CODE = "short:"
#: The same of what one part of a split order does, before the part's number, and of goods that are taken back.
PART_CODE, TAKEN_BACK_CODE = "part:", "taken_back"
#: Codes of events that are ours begin so.
OWN_CODES = (SHORT_CODE, PART_CODE, TAKEN_BACK_CODE)


@dataclass(frozen=True, slots=True)
class PickedLine(Jsonable):
    """One row of an order at a warehouse. `ordered` is what the warehouse was asked for, as it says itself."""

    sku: str
    ordered: Decimal
    picked: Decimal = Decimal(0)
    shipped: Decimal = Decimal(0)
    name: str = ""

    @property
    def short(self) -> Decimal:
        """How much of the row is not there, once picking is over."""
        return max(self.ordered - max(self.picked, self.shipped), Decimal(0))


@dataclass(frozen=True, slots=True)
class Packed(Jsonable):
    """The goods lie packed. `parcels` as measured there (grams, millimetres, zeros = not measured), without items;
    empty = this warehouse does not say how it packed."""

    at: datetime | None = None
    parcels: tuple[Parcel, ...] = ()
