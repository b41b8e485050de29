"""What is shipped, to whom and how: the request every system's `Orders` port understands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from b24app.logistics.jsonable import Jsonable
from b24app.logistics.money import Money


class DeliveryKind(StrEnum):
    COURIER = "courier"
    PICKUP = "pickup"


@dataclass(frozen=True, slots=True)
class Address(Jsonable):
    """A postal address. `text` is what a person typed and is never rewritten; the rest is what we recognised in it
    or were told (`lat`/`lon` WGS-84 degrees). A system may look the city up by `city_names`, best first."""

    text: str
    country: str = "RU"
    postal_code: str | None = None
    region: str | None = None
    city_names: tuple[str, ...] = ()
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Recipient(Jsonable):
    """`phone` is E.164 or None when `phone_raw` could not be read; `extension` holds digits only."""

    name: str
    phone_raw: str
    phone: str | None
    extension: str | None = None
    email: str | None = None
    company: str | None = None
    spare_phones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sender(Jsonable):
    """Where parcels start: a drop-off office (`point_code`) or an address for a courier, and who answers the phone."""

    name: str = ""
    phone: str | None = None
    company: str | None = None
    point_code: str | None = None
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class Item(Jsonable):
    """One row of goods: `price` and `weight_g` are per piece; `guessed` = the weight is a default, not a fact."""

    name: str
    sku: str
    quantity: int
    price: Money
    weight_g: int
    guessed: bool = False
    vat_percent: int | None = None


@dataclass(frozen=True, slots=True)
class Parcel(Jsonable):
    """One box. Sides in millimetres, 0 = unknown. `guesses` names what came from a default (`weight:section`, …)."""

    weight_g: int
    length_mm: int
    width_mm: int
    height_mm: int
    items: tuple[Item, ...] = ()
    guesses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShipmentRequest(Jsonable):
    """One order to a system. `number` is ours: `<portal code>-<deal>-<n>`, ASCII, unique per deployment.

    Exactly one of `address` (courier) and `point_code` (pickup) is used, by `kind`. `cod` None = nothing to collect.
    `declared` None = the goods' prices. `sender` None = the connection's own sender. `reference` is the number of the
    customer's order in the company's ERP, for systems that deliver by reference to it (sap-ewm.md §8). `extras` are
    values of `extras.Extra`, only those that the system's manifest names; `wished`: it goes without those that its way
    does not give.
    """

    number: str
    service_code: str
    kind: DeliveryKind
    recipient: Recipient
    parcels: tuple[Parcel, ...]
    address: Address | None = None
    point_code: str | None = None
    sender: Sender | None = None
    cod: Money | None = None
    declared: Money | None = None
    comment: str = ""
    reference: str = ""
    extras: tuple[str, ...] = ()
    wished: bool = False

    @property
    def weight_g(self) -> int:
        return sum(parcel.weight_g for parcel in self.parcels)

    @property
    def guesses(self) -> tuple[str, ...]:
        """Everything in this request that came from a default, for marking in pages."""
        return tuple(sorted({guess for parcel in self.parcels for guess in parcel.guesses}))
