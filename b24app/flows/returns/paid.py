"""What a client really paid for a deal: in advance, and to the carriers that brought the goods. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from b24app.flows.returns.owed import Paid
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.money import Money
from b24app.logistics.problem import Field, Problem
from b24app.logistics.status import Incident, Status


@dataclass(frozen=True, slots=True)
class OnDelivery(Jsonable):
    """One shipment with the cash on delivery it was to collect. `told` is what the system says that it collected
    (boxberry.md §7: `sum` after the issue), None = it does not say."""

    number: str
    cod: Money
    status: Status
    incident: str = ""
    told: Money | None = None


def paid_of(
    total: Money, delivery: Money, prepaid: Money, shipments: Sequence[OnDelivery]
) -> tuple[Paid | None, list[Problem]]:
    """`prepaid` is what came in another way than through these shipments. A carrier hands over against payment, so that
    what was delivered was paid, and nothing else was; of an order that was collected in part only its system can tell.
    Raises ValueError for amounts in different currencies."""
    received = prepaid
    problems: list[Problem] = []
    for each in shipments:
        amount = _collected(each)
        if amount is None:
            params = {"number": each.number, "part": each.number}
            problems.append(Problem("return_paid_unknown", Field.COD, params=params))
        else:
            received += amount
    return (None, problems) if problems else (Paid(total, delivery, received), [])


def _collected(shipment: OnDelivery) -> Money | None:
    """None = nobody says."""
    if shipment.status is not Status.DELIVERED or not shipment.cod:
        return Money(0, shipment.cod.currency)
    if shipment.told is not None:
        return shipment.told
    return None if shipment.incident == Incident.PARTIAL else shipment.cod
