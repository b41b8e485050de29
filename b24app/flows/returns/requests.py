"""What carriers and warehouses are asked for a return: bring these goods back, expect them. Pure.

What a piece weighs is known from the shipment that brought it; where that does not tell, the portal's default is taken
and marked as a guess, as everywhere (`flows.parcels`). All of a shipment's goods go back as they came: in its own
parcels, so that a carrier knows its own order by them (cdek.md §6.9)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from b24app.flows.parcels import MAX_NAME
from b24app.flows.returns.basis import Basis
from b24app.flows.returns.way import Way, WayKind
from b24app.flows.snapshot import Defaults, Source
from b24app.logistics.aftercare import ReturnRequest
from b24app.logistics.errors import Refused
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.model import Address, DeliveryKind, Item, Parcel, Recipient, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.numbers import plain
from b24app.logistics.problem import Field, Problem
from b24app.logistics.returning import Return, ReturnLine
from b24app.logistics.status import Status
from b24app.logistics.warehouse import ReceiptRequest

#: Guesses of a parcel (`Parcel.guesses`): by the portal's default, by the box that brought the goods.
WEIGHT_GUESSED = f"weight:{Source.PORTAL.value}"
SIZE_GUESSED = "size:sent"
_NEVER_WAS = (Status.CANCELLED, Status.REJECTED, Status.DRAFT)


@dataclass(frozen=True, slots=True)
class Sent(Jsonable):
    """A shipment of the deal as it was asked for. `picked`: at a warehouse, before a carrier took it (`flows.legs`).
    `remote_id` is the order there, "" = none."""

    number: str
    connection_id: int
    request: ShipmentRequest
    status: Status
    remote_id: str = ""
    tracking_number: str = ""
    picked: bool = False


@dataclass(frozen=True, slots=True)
class Client:
    """Whoever has the goods, and where: `address`, or the point that they were handed out at."""

    recipient: Recipient
    address: Address | None = None
    point_code: str = ""


# --- a carrier --------------------------------------------------------------------------------------------------------


def return_request(
    case: Return,
    basis: Basis | None,
    way: Way,
    number: str,
    sent: Sequence[Sent] = (),
    defaults: Defaults | None = None,
) -> ReturnRequest:
    """What the account of `way` is asked; `number` is ours for it. `basis` None = nobody has read the deal. Raises
    Refused with what a person has to say first: who sends it and from where, what it weighs."""
    brought = brought_by(case, sent)
    client = client_of(basis, brought)
    parcels = parcels_of(case, sent, defaults or Defaults())
    address, point = _start(way, client, brought)
    mine = brought is not None and brought.connection_id == way.connection_id
    service = way.service or (brought.request.service_code if brought is not None and mine else "")
    shipment = ShipmentRequest(
        number=brought.number if brought is not None else number,
        service_code=service,
        kind=DeliveryKind.PICKUP if address is None else DeliveryKind.COURIER,
        recipient=client.recipient,
        parcels=parcels,
        address=address,
        point_code=None if address is not None else point or None,
        sender=_home(brought, mine),
    )
    remote_id = brought.remote_id if brought is not None and mine else ""
    return ReturnRequest(number, shipment, remote_id, "" if way.kind is WayKind.COURIER else point)


def brought_by(case: Return, sent: Sequence[Sent]) -> Sent | None:
    """The shipment that brought most of what comes back; of several alike the last one that was delivered."""
    carried = [each for each in sent if not each.picked and each.status not in _NEVER_WAS]

    def fits(place: int) -> tuple[int, bool, int]:
        one = carried[place]
        there = sum(_item_of(line, [one]) is not None for line in case.lines)
        return there, one.status is Status.DELIVERED, place

    best = max(range(len(carried)), key=fits, default=None)
    return carried[best] if best is not None else None


def client_of(basis: Basis | None, brought: Sent | None) -> Client:
    """Raises Refused when no shipment tells who the client is, or how to reach them."""
    if brought is not None:
        asked = brought.request
        return Client(asked.recipient, asked.address, asked.point_code or "")
    known = basis.carried if basis is not None else None
    if known is None:
        raise Refused([Problem("return_client_unknown", Field.PHONE)])
    return Client(known.recipient, known.address, known.point_code)


def _start(way: Way, client: Client, brought: Sent | None) -> tuple[Address | None, str]:
    """Where the goods start: an address for a courier, or a point of this very carrier. Raises Refused."""
    if way.kind is WayKind.COURIER:
        if client.address is None:
            raise Refused([Problem("return_address_missing", Field.ADDRESS)])
        return client.address, ""
    mine = brought is None or brought.connection_id == way.connection_id
    point = way.point_code or (client.point_code if mine else "")
    if not point:
        raise Refused([Problem("return_point_missing", Field.POINT)])
    return None, point


def _home(brought: Sent | None, mine: bool) -> Sender | None:
    """Goods go back to where they left from. A drop-off office is the carrier's own: another one does not know it."""
    sender = brought.request.sender if brought is not None else None
    if sender is None or mine:
        return sender
    return replace(sender, point_code=None) if sender.address is not None else None


def price_of_way_back(request: ReturnRequest, own: Sender) -> ShipmentRequest | None:
    """The way back as a shipment that can be priced: from the client to us. None = nobody says where we are."""
    home = request.shipment.sender or own
    start = request.point_code or request.shipment.point_code
    if not home.point_code and home.address is None:
        return None
    client = request.shipment.recipient
    return replace(
        request.shipment,
        number=request.number,
        kind=DeliveryKind.PICKUP if home.point_code else DeliveryKind.COURIER,
        point_code=home.point_code or None,
        address=None if home.point_code else home.address,
        recipient=Recipient(home.name or home.company or "", home.phone or "", home.phone, company=home.company),
        sender=Sender(client.name, client.phone, client.company, start or None,
                      None if start else request.shipment.address),
        cod=None,
    )  # fmt: skip


# --- a warehouse ------------------------------------------------------------------------------------------------------


def receipt_request(
    case: Return,
    basis: Basis | None,
    number: str,
    carrier: str = "",
    tracking: str = "",
    sent: Sequence[Sent] = (),
    connection_id: int = 0,
    reason: str = "",
    expected_at: datetime | None = None,
    defaults: Defaults | None = None,
) -> ReceiptRequest:
    """What the warehouse `connection_id` is asked to expect. Its own order of the goods is named where it packed them,
    so that it knows them again. `reason` are words for its people. Raises Refused when nobody knows who the client is,
    or the goods have no article that a warehouse could know them by."""
    items = tuple(item for item, _ in _items(case, sent, defaults or Defaults(weight_g=1)))
    nameless = [item for item in items if not item.sku]
    if nameless:
        raise Refused([Problem("return_sku_missing", Field.ITEMS, params={"item": item.name}) for item in nameless])
    packed = _packed_by(connection_id, sent)
    brought = brought_by(case, sent) or packed
    client = client_of(basis, brought)
    asked = next((each.request.reference for each in (packed, brought) if each and each.request.reference), "")
    return ReceiptRequest(
        number=number,
        items=items,
        sender=client.recipient,
        of_number=packed.number if packed is not None else "",
        of_remote_id=packed.remote_id if packed is not None else "",
        expected_at=expected_at,
        carrier=carrier,
        tracking_number=tracking,
        reason=reason,
        of_reference=(basis.reference if basis is not None else "") or asked,
    )


def _packed_by(connection_id: int, sent: Sequence[Sent]) -> Sent | None:
    """The warehouse's own order that these goods left with."""
    mine = [each for each in sent if each.connection_id == connection_id and each.status not in _NEVER_WAS]
    return next((each for each in reversed(mine) if each.remote_id), None)


# --- goods ------------------------------------------------------------------------------------------------------------


def parcels_of(case: Return, sent: Sequence[Sent], defaults: Defaults) -> tuple[Parcel, ...]:
    """The boxes that go back: those of the shipment that brought them when all of it comes back, else one. Raises
    Refused for goods that nobody has weighed."""
    found = _items(case, sent, defaults)
    missing = [item.name for item, weighed in found if not weighed and not defaults.weight_g]
    if missing:
        raise Refused([Problem("weight_missing", Field.WEIGHT, params={"item": name}) for name in missing])
    brought = brought_by(case, sent)
    if brought is not None and _is_whole(case, brought):
        return brought.request.parcels
    items = tuple(item for item, _ in found)
    guesses = {WEIGHT_GUESSED} if any(item.guessed for item in items) else set()
    box = _box_of(items, brought)
    if box is None:
        sides = (defaults.length_mm, defaults.width_mm, defaults.height_mm)
        sides = sides if min(sides) > 0 else (0, 0, 0)
        packaging = defaults.packaging_g
        guesses |= {f"size:{Source.PORTAL.value}"} if min(sides) > 0 else set()
    else:
        sides = (box.length_mm, box.width_mm, box.height_mm)
        packaging = max(0, box.weight_g - sum(item.weight_g * item.quantity for item in box.items))
        guesses |= {SIZE_GUESSED}
    weight = sum(item.weight_g * item.quantity for item in items) + packaging
    return (Parcel(weight, *sides, items=items, guesses=tuple(sorted(guesses))),)


def _items(case: Return, sent: Sequence[Sent], defaults: Defaults) -> list[tuple[Item, bool]]:
    """The goods of each line, and whether their weight is known."""
    brought = brought_by(case, sent)
    order = [*([brought] if brought else []), *(each for each in reversed(sent) if each is not brought)]
    return [_as_item(line, _item_of(line, order), defaults) for line in case.lines if line.asked > 0]


def _as_item(line: ReturnLine, known: Item | None, defaults: Defaults) -> tuple[Item, bool]:
    """Pieces as they are; a part of a unit is one piece, as it was when it was sent (`flows.parcels`)."""
    sold, asked = line.sold, line.asked
    whole = asked == asked.to_integral_value()
    unit_g = Decimal(defaults.weight_g)
    if known is not None:
        # A row of 1.5 kg was sent as one piece of all its weight.
        parted = sold.quantity != sold.quantity.to_integral_value()
        unit_g = known.weight_g / sold.quantity if parted else Decimal(known.weight_g)
    factor = Decimal(1) if whole else asked
    share = Decimal(sold.paid.minor) / sold.quantity if sold.quantity else Decimal(0)
    item = Item(
        name=(sold.title if whole else f"{sold.title}, {plain(asked)}").strip()[:MAX_NAME],
        sku=sold.sku,
        quantity=int(asked) if whole else 1,
        price=Money(int((share * factor).to_integral_value()), sold.paid.currency),
        weight_g=max(1, math.ceil(unit_g * factor)),
        guessed=known.guessed if known is not None else True,
        vat_percent=known.vat_percent if known is not None else None,
    )
    return item, known is not None


def _item_of(line: ReturnLine, sent: Iterable[Sent]) -> Item | None:
    """The row as one of these shipments had it: by its article, else by its name."""
    items = [item for each in sent for parcel in each.request.parcels for item in parcel.items]
    sku, title = line.sold.sku.casefold(), line.sold.title.strip()[:MAX_NAME]
    if sku and (found := next((item for item in items if item.sku.casefold() == sku), None)):
        return found
    named = (item for item in items if item.name == title or item.name.startswith(f"{title}, "))
    return next(named, None)


def _is_whole(case: Return, brought: Sent) -> bool:
    """Whether exactly what the shipment brought comes back."""
    had: Counter[tuple[str, str]] = Counter()
    for parcel in brought.request.parcels:
        for item in parcel.items:
            had[item.sku.casefold(), item.name] += item.quantity
    back: Counter[tuple[str, str]] = Counter()
    for item, known in _items(case, [brought], Defaults(weight_g=1)):
        if not known:
            return False
        back[item.sku.casefold(), item.name] += item.quantity
    return had == back


def _box_of(items: Sequence[Item], brought: Sent | None) -> Parcel | None:
    """The box that the goods came in: they go back in it. Of several, the largest that held any of them."""
    if brought is None:
        return None
    names = {(item.sku.casefold(), item.name) for item in items}
    skus = {sku for sku, _ in names} - {""}
    held = [
        parcel
        for parcel in brought.request.parcels
        if any(item.sku.casefold() in skus or (item.sku.casefold(), item.name) in names for item in parcel.items)
    ]
    return max(held, key=lambda each: each.length_mm * each.width_mm * each.height_mm, default=None)
