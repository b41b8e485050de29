"""What flows are told about a deal, its pipeline and what we already have. Filled by runners, read by flows.

What flows answer is in `flows.decisions`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from b24app.flows.choose import Picked, Rule
from b24app.flows.legs import CARRIED
from b24app.flows.picking import Before, Picking
from b24app.flows.plan import ParcelPlan
from b24app.flows.portions import OnFailure, Portion
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.model import DeliveryKind, Sender
from b24app.logistics.money import Money
from b24app.logistics.problem import Problem
from b24app.logistics.status import Status


class Role(StrEnum):
    """What a deal field is for. The portal's FieldMap says which field plays a role."""

    ADDRESS = "address"
    PHONE = "phone"
    NAME = "name"
    TYPE = "type"
    POINT = "point_code"
    COD = "cod"
    DECLARED = "declared"
    COMMENT = "comment"
    REFERENCE = "reference"
    ORDER_ID = "order_id"
    TRACKING = "tracking"
    LINK = "link"
    PRICE = "price"
    CLIENT_PRICE = "client_price"
    SERVICE = "service"
    STATUS = "status"
    RETURN_OWED = "return_owed"
    RETURN_PAID = "return_paid"


#: Roles that we write and never believe: what is known of the deal's orders, and the money of its returns.
OUTPUTS = (Role.ORDER_ID, Role.TRACKING, Role.LINK, Role.PRICE, Role.CLIENT_PRICE, Role.SERVICE, Role.STATUS)
RETURNED = (Role.RETURN_OWED, Role.RETURN_PAID)
WRITTEN = (*OUTPUTS, *RETURNED)


class Source(StrEnum):
    """Where a weight or a size comes from, best first. The last two are guesses."""

    PERSON = "person"
    ROW = "row"
    VARIATION = "variation"
    PARENT = "parent"
    SECTION = "section"
    PORTAL = "portal"

    @property
    def is_guess(self) -> bool:
        return self in (Source.SECTION, Source.PORTAL)


@dataclass(frozen=True, slots=True)
class Phone(Jsonable):
    """One entry of a CRM multifield: free text and its kind (`MOBILE`, `WORK`, `FAX`, …)."""

    text: str
    kind: str = "WORK"


@dataclass(frozen=True, slots=True)
class Person(Jsonable):
    """A contact, or a company (`is_company`), of the deal."""

    id: int
    name: str
    phones: tuple[Phone, ...] = ()
    emails: tuple[str, ...] = ()
    is_company: bool = False


@dataclass(frozen=True, slots=True)
class CatalogueSize(Jsonable):
    """Weight in grams and sides in millimetres as one source states them; 0 or None = not stated there. A
    section's 0 forbids to guess."""

    source: Source
    weight_g: float | None = None
    length_mm: float | None = None
    width_mm: float | None = None
    height_mm: float | None = None


@dataclass(frozen=True, slots=True)
class ProductRow(Jsonable):
    """A product row of the deal (bitrix24-crm.md §3.1). `price` is what the client pays per unit, tax included; `type`
    is Bitrix24's (7 = service). `sizes` best source first, without the portal's default."""

    id: int
    name: str
    price: Money
    quantity: Decimal
    type: int = 1
    product_id: int = 0
    sku: str = ""
    vat_percent: int | None = None
    measure_code: int | None = None
    sizes: tuple[CatalogueSize, ...] = ()


@dataclass(frozen=True, slots=True)
class Payment(Jsonable):
    amount: Money
    paid: bool


@dataclass(frozen=True, slots=True)
class DealSnapshot(Jsonable):
    """A deal as the portal says it is now. `fields` are raw values by role, `semantic` is `P`/`S`/`F`.

    `payments` None = not read. `copied_numbers` = the order or tracking number in its fields belongs to another deal's
    shipment. `gone` = the portal has no such deal (then only `deal_id` means anything). `moved_by` and `updated_by` are
    users of the portal, 0 = it does not tell. `picked` is what a person chose in our tab, None = rules decide;
    `plan` how they laid the goods into parcels, None = all into one. `extras`: what a person, its buyer or a manager,
    chose beside carrying (`logistics.extras`), None = nobody did: its pipeline says.
    """

    deal_id: int
    title: str = ""
    category: int = 0
    stage: str = ""
    semantic: str = "P"
    assigned_by: int = 0
    contacts: tuple[Person, ...] = ()
    company: Person | None = None
    fields: Mapping[Role, Any] = field(default_factory=dict)
    rows: tuple[ProductRow, ...] = ()
    payments: tuple[Payment, ...] | None = None
    currency: str = "RUB"
    opportunity: Money | None = None
    moved_at: datetime | None = None
    updated_at: datetime | None = None
    moved_by: int = 0
    updated_by: int = 0
    copied_numbers: bool = False
    gone: bool = False
    picked: Picked | None = None
    plan: ParcelPlan | None = None
    extras: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class StageMove(Jsonable):
    """One line of `crm.stagehistory.list`."""

    history_id: int
    deal_id: int
    category: int
    stage: str
    at: datetime


class CodSource(StrEnum):
    """Where the cash on delivery comes from; never guessed."""

    NONE = "none"
    FIELD = "field"
    UNPAID = "unpaid"


class DeclaredSource(StrEnum):
    GOODS = "goods"
    FIELD = "field"
    ZERO = "zero"


@dataclass(frozen=True, slots=True)
class Defaults(Jsonable):
    """The portal's guesses: weight per piece, size of the box, weight of the packaging (added once per parcel)."""

    weight_g: int = 0
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0
    packaging_g: int = 0


@dataclass(frozen=True, slots=True)
class PipelineConfig(Jsonable):
    """How one pipeline ships. `services` by delivery kind; `delivery_types` maps values of the TYPE field (element ids
    as strings) to a kind. `cursor` is the newest history id when the pipeline was switched on: moves up to it never
    ship by themselves, nor do those older than `max_age_s`. `status_stages` are our own moves, `stage_order` all stages
    of the pipeline as they are sorted, `lost_stages` those of lost deals. `more_triggers` are further stages that ship,
    beside `trigger_stage`. `connection_id` and `services` ship what none of the `rules` (in order) does.
    `on_failure` is for deals of several shipments. `before` is the warehouse that goods go through first, and
    `warehouse_stages` our own moves by its steps (`picking.Step`). `extras`: what its orders ask for beside carrying
    where nobody chose otherwise and the account gives it; `extras_of`: what each account gives."""

    portal_code: str
    category: int
    trigger_stage: str
    connection_id: int
    services: Mapping[DeliveryKind, str]
    enabled: bool = True
    cursor: int = 0
    hold_s: int = 0
    max_age_s: int = int(timedelta(hours=24).total_seconds())
    status_stages: Mapping[Status, str] = field(default_factory=dict)
    stage_order: tuple[str, ...] = ()
    forward_only: bool = True
    delivery_types: Mapping[str, DeliveryKind] = field(default_factory=dict)
    cod_source: CodSource = CodSource.NONE
    declared_source: DeclaredSource = DeclaredSource.GOODS
    defaults: Defaults = field(default_factory=Defaults)
    sender: Sender | None = None
    country: str = "RU"
    skip_fields: tuple[str, ...] = ()
    more_triggers: tuple[str, ...] = ()
    lost_stages: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    on_failure: OnFailure = OnFailure.STAY
    before: Before | None = None
    warehouse_stages: Mapping[str, str] = field(default_factory=dict)
    extras: tuple[str, ...] = ()
    extras_of: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def our_stages(self) -> frozenset[str]:
        """Every stage that we move deals to."""
        return frozenset(filter(None, (*self.status_stages.values(), *self.warehouse_stages.values())))

    @property
    def triggers(self) -> tuple[str, ...]:
        """Every stage that ships."""
        return tuple(stage for stage in (self.trigger_stage, *self.more_triggers) if stage)


@dataclass(frozen=True, slots=True)
class ShipmentView(Jsonable):
    """A shipment of the deal as we store it. `sent` = a call to the system was at least begun. `seen` are keys of the
    tracking events already kept (`TrackingEvent.key`), `problem_keys` those of its open problems, `refusal_code`
    is the system's code of the last refusal, `accepted_at` when the system took the request (202). `connection_id` 0 =
    not told. `portion` is what one of several holds, None = it holds all goods of the deal. `leg` and `follows` as in
    `flows.legs`; `picking` is a warehouse's."""

    id: int
    n: int
    number: str
    status: Status
    trigger_history_id: int = 0
    input_hash: str = ""
    sent: bool = False
    remote_id: str = ""
    order_number: str = ""
    tracking_number: str = ""
    tracking_url: str = ""
    price: Money | None = None
    point_code: str = ""
    incident: str = ""
    status_at: datetime | None = None
    created_at: datetime | None = None
    accepted_at: datetime | None = None
    seen: tuple[str, ...] = ()
    problem_keys: tuple[str, ...] = ()
    refusal_code: str = ""
    return_ids: tuple[str, ...] = ()
    connection_id: int = 0
    portion: Portion | None = None
    leg: str = CARRIED
    follows: int = 0
    picking: Picking | None = None


@dataclass(frozen=True, slots=True)
class ProblemView(Jsonable):
    """An open problem of the deal, the input it was found in and the stage move it belongs to; `shipment_id` 0 = of the
    deal, not of an order."""

    problem: Problem
    input_hash: str = ""
    trigger_history_id: int = 0
    shipment_id: int = 0
