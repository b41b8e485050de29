"""The ports of systems that keep goods: stock, expected receipts and their inspection, documents both ways, and
telling the warehouse what became of the parcel.

Quantities are `Decimal` in the row's own unit: a warehouse also counts kilograms and metres. None of these raises
anything but `logistics.errors`; writes as `Orders.create` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, runtime_checkable

from b24app.logistics.jsonable import Jsonable
from b24app.logistics.model import Item, Recipient
from b24app.logistics.order import OrderState
from b24app.logistics.picking import PACKED, Packed, PickedLine
from b24app.logistics.problem import Problem

__all__ = [
    "PACKED",
    "Attachment",
    "Carriage",
    "Documents",
    "FiledDocument",
    "Finding",
    "InspectedLine",
    "Lists",
    "Onward",
    "Option",
    "Packed",
    "PickedLine",
    "ReceiptRequest",
    "ReceiptStage",
    "ReceiptState",
    "Receipts",
    "Stock",
    "StockAnswer",
    "StockLine",
    "Warehouse",
]


# --- stock ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Warehouse(Jsonable):
    """A place where goods lie; `code` is the system's."""

    code: str
    title: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class StockLine(Jsonable):
    """How much of one article lies in one warehouse. `available` = may be promised now; None of the others = the system
    does not tell."""

    sku: str
    warehouse: str
    available: Decimal
    on_hand: Decimal | None = None
    reserved: Decimal | None = None
    expected: Decimal | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class StockAnswer(Jsonable):
    """`unknown`: articles that the system has never heard of, which is not the same as none in stock."""

    lines: tuple[StockLine, ...] = ()
    unknown: tuple[str, ...] = ()
    as_of: datetime | None = None


@runtime_checkable
class Stock(Protocol):
    def warehouses(self) -> list[Warehouse]:
        """Those that this account may use."""

    def stock(self, skus: Sequence[str]) -> StockAnswer:
        """Of these articles in all warehouses, in as few calls as the API allows."""


# --- receipts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReceiptRequest(Jsonable):
    """Goods are on their way back to a warehouse. `number` is ours for the receipt, `of_number` ours for the shipment
    that brought them, `of_remote_id` the system's order of it ("" = it was not shipped from here). `warehouse` "" = the
    account's own for returns. `reference` is the number of the returns order in the company's ERP ("" = the system may
    find it by the shipment; sap-ewm.md §5), `of_reference` that of the deal: of the order that the goods were sold by,
    or of the returns order where that is what people write there."""

    number: str
    items: tuple[Item, ...]
    sender: Recipient
    of_number: str = ""
    of_remote_id: str = ""
    warehouse: str = ""
    expected_at: datetime | None = None
    carrier: str = ""
    tracking_number: str = ""
    reason: str = ""
    reference: str = ""
    of_reference: str = ""


class ReceiptStage(StrEnum):
    CREATED = "created"
    IN_TRANSIT = "in_transit"
    ARRIVED = "arrived"
    INSPECTING = "inspecting"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding(Jsonable):
    """What an inspector wrote about some pieces of a row. `photos` are keys for `Receipts.photo`."""

    quantity: Decimal
    condition: str
    reason: str = ""
    comment: str = ""
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InspectedLine(Jsonable):
    """accepted + damaged + missing = expected; `surplus` is beside it. Before the inspection all are 0."""

    sku: str
    expected: Decimal
    accepted: Decimal = Decimal(0)
    damaged: Decimal = Decimal(0)
    missing: Decimal = Decimal(0)
    surplus: Decimal = Decimal(0)
    received: Decimal = Decimal(0)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiptState(Jsonable):
    """An expected receipt as the system shows it. `code`/`text` are its own status; `inspected_at` None = no result
    yet; `inspector` as written there."""

    remote_id: str
    number: str = ""
    receipt_number: str = ""
    stage: ReceiptStage = ReceiptStage.CREATED
    code: str = ""
    text: str = ""
    lines: tuple[InspectedLine, ...] = ()
    inspected_at: datetime | None = None
    inspector: str = ""
    problems: tuple[Problem, ...] = ()
    gone: bool = False


@runtime_checkable
class Receipts(Protocol):
    def expect(self, request: ReceiptRequest) -> ReceiptState:
        """Announce it once; raises `Refused`, `Uncertain`, …"""

    def find_receipt(self, number: str) -> ReceiptState | None:
        """The one with our number, or None when the system says that it has none."""

    def read_receipt(self, remote_id: str) -> ReceiptState:
        """As it is now, with the inspection's result when there is one."""

    def cancel_receipt(self, remote_id: str) -> ReceiptState:
        """Nothing will come. Repeating it answers the same; raises `Refused` once receiving has begun."""

    def photo(self, remote_id: str, key: str) -> bytes:
        """A picture of a finding. Raises `Refused` for systems that keep none."""


# --- documents --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file for an order over there. `key` is ours: the same key twice is one document. `kind`: `label`, `waybill`,
    `act`, `invoice`, `other`."""

    key: str
    kind: str
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class FiledDocument(Jsonable):
    """A document that an order has there. `key` is the system's, `ours` our own key when we put it there."""

    key: str
    name: str
    kind: str = "other"
    media_type: str = "application/pdf"
    bytes: int = 0
    at: datetime | None = None
    ours: str = ""


@runtime_checkable
class Documents(Protocol):
    def attach(self, remote_id: str, document: Attachment) -> FiledDocument:
        """Idempotent by `document.key`, so that a lost answer is simply asked for again: never raises `Uncertain`."""

    def documents(self, remote_id: str) -> list[FiledDocument]:
        """All of an order, theirs and ours, and print forms that can be had at once."""

    def fetch_document(self, remote_id: str, key: str) -> bytes:
        """At most `papers.MOST_BYTES`; raises `Refused` for a larger one."""


# --- what became of the parcel ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Carriage(Jsonable):
    """Who carries the goods on, and how far they are. `status` is one of ours (`logistics.status.Status`)."""

    carrier: str
    tracking_number: str
    tracking_url: str = ""
    status: str = ""


@runtime_checkable
class Onward(Protocol):
    def tell(self, remote_id: str, carriage: Carriage) -> OrderState | None:
        """Write the carrier's number and progress on the warehouse's order. Sets what is to be there, so that repeating
        it is harmless; None = the system shows nothing of it."""


# --- what the administrator chooses from ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Option(Jsonable):
    """One value of a list that lives in the system: an organisation, a state, a document type. `means` is what we take
    it for when nobody says otherwise (a value of `Status`, or `packed`; "" = we do not know)."""

    code: str
    title: str
    means: str = ""


@runtime_checkable
class Lists(Protocol):
    def options(self, name: str) -> list[Option]:
        """The values of a setting whose `kind` is `remote` or `map`, by the setting's name."""
