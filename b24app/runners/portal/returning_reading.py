"""What returns are judged by: their deals as the portal says them now, in one reading, and what our shipments say."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from b24app.bitrix24.errors import RestError
from b24app.bitrix24.reading import DealReader
from b24app.flows.portions import Portion, left
from b24app.flows.returns.basis import Basis, Brought, basis_of
from b24app.flows.returns.paid import OnDelivery
from b24app.flows.returns.requests import Sent
from b24app.flows.returns.rules import ReturnRules
from b24app.flows.snapshot import CodSource, DealSnapshot, Payment
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Incident, Status
from b24app.runners.portal.context import Run
from b24app.runners.views import in_part_of
from b24app.store import return_sent, shipments
from b24app.store.models import Shipment

#: Orders that brought nothing to anybody.
_NEVER = (Status.DRAFT, Status.SUBMITTING, Status.CANCELLED, Status.REJECTED)
#: Their goods may have been sent once more since.
_CAME_BACK = (Status.RETURNING, Status.RETURNED, Status.LOST)


@dataclass(frozen=True, slots=True)
class Seen:
    """A deal with the catalogue's sections of its products, the nearest first."""

    deal: DealSnapshot
    sections: Mapping[int, tuple[int, ...]]


#: A deal, or why nobody can read it.
Answer = Seen | Problem


def read(run: Run, deal_ids: Collection[int]) -> dict[int, Answer]:
    """Each deal, or what stands in the way of reading it. Raises what a portal that is away raises: then all wait."""
    wanted = sorted(deal_ids)
    if not wanted:
        return {}
    paid = any(config.cod_source is CodSource.UNPAID for config in run.configured.values())
    reader = DealReader(run.client, run.names, run.catalogue, payments=paid)
    try:
        found = reader.read(wanted, people=run.people).snapshots
    except RestError as error:
        if error.portal_wide or error.retryable:
            raise
        if len(wanted) > 1:  # one of them spoils it for all
            return {deal_id: answer for one in wanted for deal_id, answer in read(run, [one]).items()}
        code = "return_deal_unreadable"
        return {wanted[0]: Problem(code, Field.NONE, Who.ADMIN, error.code, error.text)}
    sections = _sections(run, found.values())
    return {deal_id: _answer(run, deal, sections) for deal_id, deal in found.items()}


def _answer(run: Run, deal: DealSnapshot, sections: Mapping[int, tuple[int, ...]]) -> Answer:
    if deal.gone:
        return Problem("return_deal_gone", Field.NONE)
    return Seen(replace(deal, payments=_payments(run, deal)), sections)


def _sections(run: Run, deals: Collection[DealSnapshot]) -> dict[int, tuple[int, ...]]:
    """Only for a portal that has a rule about sections."""
    settings = run.portal.settings or {}
    if run.catalogue is None or not any(each.sections for each in ReturnRules.of(settings).window.exceptions):
        return {}
    above = {int(each["id"]): int(each.get("above") or 0) for each in settings.get("sections", ())}
    products = {row.product_id for deal in deals for row in deal.rows if row.product_id}
    found = run.catalogue.sections(products, people=run.people)
    return {product: chain_of(section, above) for product, section in found.items()}


def chain_of(section: int, above: Mapping[int, int]) -> tuple[int, ...]:
    """Up to the top; a tree that bites its own tail ends where it does."""
    found: list[int] = []
    while section and section not in found:
        found.append(section)
        section = above.get(section, 0)
    return tuple(found)


def _payments(run: Run, deal: DealSnapshot) -> tuple[Payment, ...] | None:
    """A portal that keeps no payments on deals of this pipeline has paid nothing by that: then nobody tells."""
    config = run.configured.get(deal.category)
    kept = deal.payments or (config is not None and config.cod_source is CodSource.UNPAID)
    return deal.payments if kept else None


def basis(
    seen: Seen, rows: Sequence[Shipment], now: datetime, barcodes: Mapping[int, tuple[str, ...]] | None = None
) -> Basis:
    """From the deal as it was read, its shipments, oldest first, and the codes that are known of its rows."""
    return basis_of(seen.deal, brought_of(rows), on_delivery_of(rows), now, barcodes, seen.sections)


def brought_of(rows: Sequence[Shipment]) -> list[Brought]:
    """What speaks for the deal's goods, as far as it left."""
    by_id = {row.id: row for row in rows}
    found: list[Brought] = []
    for piece in shipments.pieces(rows):
        row, request = by_id[piece.id], request_of(by_id[piece.id])
        if request is None or piece.status in _NEVER:
            continue
        delivered = piece.status is Status.DELIVERED
        found.append(
            Brought(
                row.id, row.connection_id, row.number, row.remote_id or "", row.tracking_number or "", piece.status,
                row.status_at if delivered else None, request.recipient, request.address, request.point_code or "",
            )
        )  # fmt: skip
    return found


def on_delivery_of(rows: Sequence[Shipment]) -> list[OnDelivery]:
    """What carriers were to collect: once for goods that came back and were sent again."""
    pieces = shipments.pieces(rows)
    by_id = {row.id: row for row in rows}
    found: list[OnDelivery] = []
    for at, piece in enumerate(pieces):
        later = [each.portion for each in pieces[at + 1 :] if each.status not in _NEVER]
        request = request_of(by_id[piece.id])
        if request is None or request.cod is None or piece.status in _NEVER:
            continue
        if piece.status in _CAME_BACK and _sent_again(piece.portion, later):
            continue
        row = by_id[piece.id]
        found.append(OnDelivery(row.number, request.cod, piece.status, row.incident or "", _told(row, request.cod)))
    return found


def _told(row: Shipment, cod: Money) -> Money | None:
    """What the system says that it collected of an order that was taken in part."""
    part = in_part_of(row) if row.incident == Incident.PARTIAL else None
    told = part.collected if part is not None else None
    return told if told is not None and told.currency == cod.currency else None


def _sent_again(portion: Portion | None, later: Sequence[Portion | None]) -> bool:
    """Whether later shipments hold all that this one held; None = all goods of the deal."""
    if any(each is None for each in later):
        return True
    if portion is None:
        whole = next((each.whole for each in later if each is not None), ())
        return bool(whole) and not left(whole, [each.lines for each in later if each is not None])
    return bool(later) and not left(portion.lines, [each.lines for each in later if each is not None])


def sent_of(rows: Sequence[Shipment]) -> list[Sent]:
    """All shipments of the deal as they were asked for, both legs of a chain too."""
    return [return_sent.sent(row) for row in rows if request_of(row) is not None]


def request_of(row: Shipment) -> ShipmentRequest | None:
    """None for one that an older version of the program stored and this one cannot read."""
    try:
        return ShipmentRequest.from_json(row.request)
    except (KeyError, TypeError, ValueError):
        return None
