"""What the returns of a deal are judged by: its goods as they were sold, what was paid, when they were delivered. Pure.

It is kept with the deal as the portal told it last, so that a page, a clerk or a carrier's news need not wait for the
portal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from b24app.flows.parcels import SERVICE
from b24app.flows.recipient import as_text
from b24app.flows.returns.owed import Paid
from b24app.flows.returns.paid import OnDelivery, paid_of
from b24app.flows.returns.pieces import rounded
from b24app.flows.returns.sold import sold_of
from b24app.flows.snapshot import DealSnapshot, Role
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.model import Address, Recipient
from b24app.logistics.money import Money
from b24app.logistics.problem import Problem
from b24app.logistics.returning import Sold
from b24app.logistics.status import Status


@dataclass(frozen=True, slots=True)
class Brought(Jsonable):
    """A shipment that brought goods of the deal: who carried it to whom. `at` = delivered. `address` and `point_code`
    are where it went; `remote_id` is the order at that system."""

    shipment_id: int
    connection_id: int
    number: str
    remote_id: str
    tracking_number: str
    status: Status
    at: datetime | None
    recipient: Recipient
    address: Address | None = None
    point_code: str = ""


@dataclass(frozen=True, slots=True)
class Basis(Jsonable):
    """`paid` None = nobody can say what the client paid (`problems` tell why). `contact_id` 0 = unknown. `reference`:
    the order's number in the company's ERP, as the deal has it."""

    deal_id: int
    title: str
    assigned_by: int
    currency: str
    sold: tuple[Sold, ...]
    paid: Paid | None
    brought: tuple[Brought, ...]
    read_at: datetime
    contact_id: int = 0
    client: str = ""
    problems: tuple[Problem, ...] = ()
    reference: str = ""

    @property
    def delivered_at(self) -> datetime | None:
        """When the last of its parcels was handed over; None = none was, or nobody tells."""
        return max((each.at for each in self.brought if each.status is Status.DELIVERED and each.at), default=None)

    @property
    def carried(self) -> Brought | None:
        """The shipment that a return goes back against: the last that was delivered, else the last one."""
        done = [each for each in self.brought if each.status is Status.DELIVERED]
        return next(reversed(done or self.brought), None)


def basis_of(
    deal: DealSnapshot,
    brought: Sequence[Brought],
    on_delivery: Sequence[OnDelivery],
    now: datetime,
    barcodes: Mapping[int, tuple[str, ...]] | None = None,
    sections: Mapping[int, tuple[int, ...]] | None = None,
) -> Basis:
    """From the deal as it was read just now, and its shipments. The delivery is what its service rows cost
    (bitrix24-crm.md §3.1). `barcodes` by row, `sections` by product. Where payments are not read, what no carrier was
    to collect counts as paid."""
    sold = sold_of(deal.rows, barcodes, sections)
    currency = deal.currency or "RUB"
    services = [row.price.minor * Fraction(row.quantity) for row in deal.rows if row.type == SERVICE]
    delivery = Money(rounded(sum(services, Fraction(0))), currency)
    goods = Money(sum(each.paid.minor for each in sold), currency)
    total = deal.opportunity if deal.opportunity is not None and deal.opportunity.minor else goods + delivery
    paid, problems = paid_of(total, delivery, _prepaid(deal, total, on_delivery), on_delivery)
    person = deal.contacts[0] if deal.contacts else None
    return Basis(
        deal_id=deal.deal_id,
        title=deal.title,
        assigned_by=deal.assigned_by,
        currency=currency,
        sold=sold,
        paid=paid,
        brought=tuple(brought),
        read_at=now,
        contact_id=person.id if person else 0,
        client=person.name if person else (deal.company.name if deal.company else ""),
        problems=tuple(problems),
        reference=as_text(deal.fields.get(Role.REFERENCE)),
    )


def _prepaid(deal: DealSnapshot, total: Money, on_delivery: Sequence[OnDelivery]) -> Money:
    if deal.payments is not None:
        return Money(sum(each.amount.minor for each in deal.payments if each.paid), total.currency)
    asked = sum(each.cod.minor for each in on_delivery if each.status is not Status.CANCELLED)
    return Money(max(0, total.minor - asked), total.currency)
