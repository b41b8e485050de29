"""How a person laid a deal's goods into parcels: what is kept of it. What becomes of it is in `flows.laying`. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from b24app.logistics.jsonable import Jsonable


@dataclass(frozen=True, slots=True)
class Share(Jsonable):
    """So many pieces of one product row (`row` = its id in the portal). A part of a unit, such as 1.5 kg of nails, is
    one piece."""

    row: int
    pieces: int


@dataclass(frozen=True, slots=True)
class PlannedParcel(Jsonable):
    """One box. `weight_g`: weighed as a whole, packaging and all; 0 = worked out of what lies in it. Sides in
    millimetres, zeros = worked out. `packaging_g` None = the portal's."""

    shares: tuple[Share, ...]
    weight_g: int = 0
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0
    packaging_g: int | None = None


@dataclass(frozen=True, slots=True)
class Stated(Jsonable):
    """What a person said of one piece of a row: grams, millimetres; zeros = as the catalogue says."""

    row: int
    weight_g: int = 0
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0


@dataclass(frozen=True, slots=True)
class ParcelPlan(Jsonable):
    """It holds for the rows it was made from (`signature`, see `laying.signature_of`) and for no others. `whole` is the
    signature of all goods of the deal then, where these were only what a split deal had left."""

    signature: str
    parcels: tuple[PlannedParcel, ...]
    stated: tuple[Stated, ...] = ()
    whole: str = ""
