"""Shapes of the seed data. Ids are one portal's; weights are grams, sides millimetres, prices rubles."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

# Product kinds as ``type`` of the catalogue (contract bitrix24-crm §3.1).
KINDS = {"simple": 1, "parent": 3, "offer": 4, "service": 7}


@dataclass(frozen=True, slots=True)
class Section:
    id: int
    parent_id: int | None
    name: str
    code: str


@dataclass(frozen=True, slots=True)
class Product:
    """``type`` 1 simple, 3 parent of variations, 4 variation, 7 service. None: the field was never filled."""

    id: int
    iblock_id: int
    type: int
    section_id: int | None
    parent_id: int | None
    name: str
    sku: str
    price: Decimal
    weight: int | None
    length: int | None
    width: int | None
    height: int | None
    vat: int
    measure_code: int = 796


@dataclass(frozen=True, slots=True)
class Company:
    """``phones`` are (kind, text as somebody typed it)."""

    id: int
    title: str
    phones: tuple[tuple[str, str], ...]
    emails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contact:
    id: int
    name: str
    second_name: str
    last_name: str
    phones: tuple[tuple[str, str], ...]
    emails: tuple[str, ...]
    comment: str

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.name, self.last_name) if part)


@dataclass(frozen=True, slots=True)
class Stage:
    """One row of crm.status. ``semantics``: "" in progress, "S" success, "F" failure."""

    category_id: int
    status_id: str
    name: str
    sort: int
    color: str
    semantics: str = ""

    @property
    def entity_id(self) -> str:
        return f"DEAL_STAGE_{self.category_id}" if self.category_id else "DEAL_STAGE"


@dataclass(frozen=True, slots=True)
class Category:
    """A pipeline; ``trigger`` is its stage «Передано на отгрузку»."""

    id: int
    name: str
    sort: int
    trigger: str


@dataclass(frozen=True, slots=True)
class Row:
    """A product row; ``product_id`` 0 is free text. ``price``: rubles a unit, tax included."""

    product_id: int
    name: str
    price: Decimal
    quantity: Decimal
    type: int
    vat: int | None
    measure_code: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What the manager will write into the app's fields once they exist. ``kind``: "courier", "pvz", "" (unset)."""

    kind: str = ""
    address: str = ""
    point: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Deal:
    """``days_in_stage`` tells how long ago it came to its stage."""

    id: int
    key: int
    title: str
    category_id: int
    stage_id: str
    contact_id: int | None
    company_id: int | None
    assigned_by_id: int
    rows: tuple[Row, ...]
    wish: Wish
    note: str
    days_in_stage: int = 2

    @property
    def opportunity(self) -> Decimal:
        return sum((row.price * row.quantity for row in self.rows), Decimal(0))


@dataclass(frozen=True, slots=True)
class Expected:
    """How a deal must end after it was moved to the stage «Передано на отгрузку».

    ``outcome``: "delivered", "returned", "lost" (an order that ends so), "problem" (no order; the Problem names one of
    ``fields``), "listed" (stood in the stage before the pipeline was switched on: left to a person), "untouched"
    (never to be moved). ``route`` is the carrier's route for this deal (``sandbox.cdek``), to be set for its recipient.
    ``fix`` is (role, value): what a manager changes so that the deal can be delivered after all.
    """

    deal_id: int
    outcome: str
    fields: tuple[str, ...] = ()
    route: str = ""
    recipient: str = ""
    fix: tuple[str, str] | None = None

    @property
    def moves(self) -> bool:
        """Whether a demo moves this deal."""
        return self.outcome in ("delivered", "returned", "lost", "problem")


@dataclass(frozen=True, slots=True)
class PortalData:
    """Everything one portal starts with. ``catalogs``: (goods iblock, offers iblock)."""

    index: int
    title: str
    catalogs: tuple[int, int]
    categories: tuple[Category, ...]
    stages: tuple[Stage, ...]
    sections: tuple[Section, ...]
    products: tuple[Product, ...]
    companies: tuple[Company, ...]
    contacts: tuple[Contact, ...]
    deals: tuple[Deal, ...]
    expected: tuple[Expected, ...] = field(default_factory=tuple)
