"""Returns (russian-post.md §11), the port `Returns`: a label with which the client hands the goods in at any office.

One belongs to the item that brought the goods, which names it (`linked-barcode`) and has one at most, so that repeating
it never makes a second one. A separate one belongs to none and has our number; whether Otpravka's search shows such
items nobody says, so that one whose answer was lost is looked for, and left to a person where it is not found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from b24app.logistics.aftercare import ReturnRequest
from b24app.logistics.errors import Refused, Uncertain
from b24app.logistics.model import Address, Sender, ShipmentRequest
from b24app.logistics.order import Decision, OrderState, TrackingEvent
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.systems.kit.fitting import unfit
from b24app.systems.kit.statuses import of_return
from b24app.systems.plugin import OpenContext
from b24app.systems.russian_post.addresses import AddressBook
from b24app.systems.russian_post.client import Client
from b24app.systems.russian_post.errors import problems_of, refuse_if, said, too_late
from b24app.systems.russian_post.feed import Tracker
from b24app.systems.russian_post.points import PointBook
from b24app.systems.russian_post.tracking import merged
from b24app.systems.russian_post.vocabulary import (
    ADDRESS_PARTS,
    EASY_RETURN,
    RETURN_GONE,
    RETURN_THERE,
    TRACKING_URL,
)

Row = Mapping[str, Any]
#: What a return's remote id begins with: of an item of ours, or a separate one. Barcodes follow.
OF_ITEM, SEPARATE = "r:", "s:"
#: The default of the clients that were run against the live service; EASY_RETURN is taken as well.
SAME_TYPE = "UNDEFINED"


def is_return(remote_id: str) -> bool:
    """Our numbers have no colon."""
    return remote_id.startswith((OF_ITEM, SEPARATE))


def barcodes_of(remote_id: str) -> list[str]:
    return remote_id[len(OF_ITEM) :].split(",")


def state_of(kind: str, barcodes: Sequence[str], number: str = "") -> OrderState:
    """One that is there; four barcodes are 61 signs."""
    return OrderState(
        kind + ",".join(barcodes),
        number,
        Decision.ACCEPTED,
        order_number=barcodes[0],
        tracking_number=",".join(barcodes),
        tracking_url=TRACKING_URL.format(barcodes[0]),
    )


def is_whole(rows: Sequence[Row], shipment: ShipmentRequest) -> bool:
    """All that the order brought comes back: in its own boxes then (`flows.returns.requests`)."""
    masses = sorted(str(row.get("mass")) for row in rows)
    return bool(rows) and masses == sorted(str(parcel.weight_g) for parcel in shipment.parcels)


def build_separate(request: ReturnRequest, start: Row, office: str, ours: str) -> dict[str, Any]:
    """The body's one element. `start` is where the client is, in their words without an ending; goods that have a price
    are insured by it, as on the way there."""
    shipment = request.shipment
    goods = sum(item.price.minor * item.quantity for parcel in shipment.parcels for item in parcel.items)
    declared = goods if shipment.declared is None else shipment.declared.minor
    body = {
        "order-num": request.number,
        "mail-type": EASY_RETURN,
        "sender-name": shipment.recipient.name,
        "recipient-name": ours,
        "postoffice-code": office,
        "address-from": dict(start),
    }
    return body | ({"insr-value": declared} if declared else {})


def barcode_in(data: Any, label: str) -> str:
    """Of a good answer. Raises Refused, Uncertain."""
    refuse_if(data)
    barcode = data.get("return-barcode") if isinstance(data, Mapping) else None
    if not barcode:
        raise Uncertain(f"{label}: an answer without a barcode and errors")
    return str(barcode)


def as_back(events: Sequence[TrackingEvent]) -> tuple[TrackingEvent, ...]:
    """Of an item that the client handed in: given out, it has come back to us; turned round on its way it goes to the
    client, and given out there nothing has come."""
    return tuple(replace(event, back=True, status=_status(event.status), problem=None) for event in events)


def _status(status: Status | None) -> Status | None:
    return Status.CANCELLED if status is Status.RETURNED else of_return(status)


@dataclass(frozen=True, slots=True)
class Books:
    """What returns are made with."""

    client: Client
    addresses: AddressBook
    points: PointBook
    tracker: Tracker


class ReturnDesk:
    """The port `Returns` of a connection, and how its returns are called off."""

    _context: OpenContext
    _books: Books

    def _items(self, number: str) -> list[Row]:
        raise NotImplementedError

    def _found(self, number: str) -> list[Row]:
        raise NotImplementedError

    def create_return(self, request: ReturnRequest) -> OrderState:
        """Whatever is harmless comes first. A part of an order travels in one box: its first item stands for it,
        always, so that another try asks for the same. Of several items some may have their return already."""
        rows = self._items(request.of_remote_id) if request.of_remote_id else []
        whole = is_whole(rows, request.shipment)
        if self._makes_separate and not whole:
            if request.again:
                raise Refused([Problem("return_unclear", Field.ORDER, params={"number": request.number})])
            return self._separate(request)
        if not rows:
            raise Refused([Problem("order_unknown", Field.ORDER)])
        barcodes = [self._of_item(row, request.of_remote_id) for row in (rows if whole else rows[:1])]
        return state_of(OF_ITEM, barcodes, request.number)

    def find_return(self, number: str) -> OrderState | None:
        """None for one that was made of an item: `create_return` finds it there."""
        if not self._makes_separate:
            return None
        mine = [row for row in self._found(number) if row.get("order-num") == number and row.get("barcode")]
        codes = [str(row["barcode"]) for row in mine if row.get("mail-type") == EASY_RETURN]
        return state_of(SEPARATE, codes[:1], number) if codes else None

    def read_return(self, remote_id: str) -> OrderState:
        if not is_return(remote_id):
            return OrderState(remote_id, gone=True)
        barcodes = barcodes_of(remote_id)
        events, retracted = merged([(told, False) for told in self._books.tracker.histories(barcodes)])
        there = state_of(remote_id[: len(OF_ITEM)], barcodes)
        return replace(there, events=as_back(events), retracted=as_back(retracted))

    def _call_off(self, remote_id: str) -> OrderState:
        """Documented for separate ones; whether one of an item can be deleted as well nobody says. Raises Refused."""
        for barcode in barcodes_of(remote_id):
            params, path = {"barcode": barcode}, "1.0/returns/delete-separate-return"
            data = self._books.client.call("DELETE", path, "returns.delete", write=True, params=params, empty=True)
            if not isinstance(data, Mapping):
                raise Uncertain("returns.delete: an answer without sense")
            gone = remote_id.startswith(SEPARATE)
            if errors := [error for error in said(data) if not (gone and error.code == RETURN_GONE)]:
                raise too_late(errors, "too_late_to_cancel") or Refused(problems_of(errors))
        return OrderState(remote_id, gone=True, cancel=Decision.ACCEPTED)

    # --- what is asked ------------------------------------------------------------------------------------------------

    @property
    def _makes_separate(self) -> bool:
        return self._context.setting("separate_returns") == "yes"

    def _of_item(self, row: Row, of: str) -> str:
        """The barcode of its return: the one that there is, else a new one. Raises Refused, Uncertain."""
        if linked := row.get("linked-barcode"):
            return str(linked)
        body = {"direct-barcode": str(row.get("barcode")), "mail-type": SAME_TYPE}
        data = self._books.client.call("PUT", "1.0/returns", "returns.create", write=True, json=body)
        if any(error.code == RETURN_THERE for error in said(data)):
            again = next((each for each in self._items(of) if each.get("barcode") == row.get("barcode")), row)
            if linked := again.get("linked-barcode"):
                return str(linked)
        return barcode_in(data, "returns.create")

    def _separate(self, request: ReturnRequest) -> OrderState:
        sender = request.shipment.sender or Sender()
        office = sender.point_code or self._context.setting("shipment_point")
        body = build_separate(request, self._start(request), office, sender.company or sender.name or self._own_name())
        path, label = "1.0/returns/return-without-direct", "returns.separate"
        data = self._books.client.call("PUT", path, label, write=True, json=[body])
        row = data[0] if isinstance(data, list) and len(data) == 1 else data
        return state_of(SEPARATE, [barcode_in(row, label)], request.number)

    def _start(self, request: ReturnRequest) -> dict[str, str]:
        """Where the client is: the office that they go to, else their address. Raises Refused."""
        code = request.point_code or request.shipment.point_code
        if code:
            point = self._books.points.find(code)
            if point is None:
                raise Refused(unfit(point, request.shipment))
            return {"address-type": "DEFAULT", "index": point.code, "region": point.region, "place": point.city}
        row = self._books.addresses.mailable(request.shipment.address or Address(""))
        names = ("index", *ADDRESS_PARTS)
        return {"address-type": "DEFAULT", **{name: str(row[name]) for name in names if row.get(name)}}

    def _own_name(self) -> str:
        row = self._books.client.call("GET", "1.0/settings", "account.settings")
        name = str(row.get("org-name") or "") if isinstance(row, Mapping) else ""
        if not name:
            raise Refused([Problem("sender_missing", Field.SENDER, Who.ADMIN)])
        return name
