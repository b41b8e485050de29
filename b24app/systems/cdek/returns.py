"""A client's return (cdek.md §6.9), the port `Returns`.

CDEK turns round an order that it delivered itself (`clientReturn`); of a part of it, or of what another carrier
brought, an order of its own is made, with the client as the sender. `clientReturn` takes no number of ours and has no
key: the order that it belongs to is asked first, so that repeating it never makes a second one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from b24app.logistics.aftercare import ReturnRequest
from b24app.logistics.errors import Refused, Uncertain
from b24app.logistics.model import DeliveryKind, Recipient, Sender, ShipmentRequest
from b24app.logistics.order import Decision, OrderState, TrackingEvent, fingerprint
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.cdek.client import Client, Reply
from b24app.systems.cdek.errors import NOT_FOUND
from b24app.systems.cdek.orders import SHOP, Way, build_order, entity_fingerprint, parse_order, related
from b24app.systems.kit.statuses import of_return

LINK = "client_return_order"


def turned_round(request: ReturnRequest, own: Sender) -> ShipmentRequest:
    """The way back as a shipment: from the client, who hands it in at an office or waits at the address it was brought
    to, to `own`: its drop-off office, else its address. Nothing is collected, nothing tried on. Raises Refused."""
    there, client = request.shipment, request.shipment.recipient
    start = request.point_code or ("" if there.address else there.point_code or "")
    if not own.point_code and own.address is None:
        raise Refused([Problem("sender_missing", Field.SENDER, Who.ADMIN)])
    name = own.name or own.company or ""
    return replace(
        there,
        number=request.number,
        kind=DeliveryKind.PICKUP if own.point_code else DeliveryKind.COURIER,
        point_code=own.point_code,
        address=None if own.point_code else own.address,
        recipient=Recipient(name, own.phone or "", own.phone, company=own.company),
        sender=Sender(client.name, client.phone, client.company, start or None, None if start else there.address),
        cod=None,
        extras=(),
    )


@dataclass(frozen=True, slots=True)
class Direct:
    """The order that brought the goods, as far as its return needs it: `returned` are those that bring it back, or were
    to before they were called off."""

    uuid: str
    whole: bool
    returned: tuple[str, ...]


def parse_direct(reply: Reply, uuid: str, request: ShipmentRequest) -> Direct:
    """`whole`: exactly these parcels went to this client by it, under a shop's contract, which alone may turn an order
    round."""
    whole = entity_fingerprint(reply.entity) == fingerprint(request) and reply.entity.get("type", SHOP) == SHOP
    return Direct(uuid, whole, tuple(related(reply.document, LINK)))


class ReturnDesk:
    """The port `Returns` of a connection."""

    _client: Client

    def _way_back(self, request: ReturnRequest) -> tuple[ShipmentRequest, Way]:
        raise NotImplementedError

    def create_return(self, request: ReturnRequest) -> OrderState:
        """Everything is looked up first, so that `Uncertain` can only come from the order itself."""
        back, way = self._way_back(request)
        direct = self._direct(request)
        if direct is not None and direct.whole:
            there = self._alive(direct)
            return self._turn(direct, request, way) if there is None else replace(there, number=request.number)
        if not back.recipient.phone:
            raise Refused([Problem("sender_phone", Field.SENDER, Who.ADMIN)])
        body = {**build_order(back, way), "is_client_return": True}
        return self._made(self._client.write("POST", "orders", "orders.return", body), "orders.return", request)

    def _alive(self, direct: Direct) -> OrderState | None:
        """The order that brings it back already."""
        for uuid in reversed(direct.returned):
            state = self.read_return(uuid)
            off = state.gone or state.decision is Decision.REFUSED or state.cancel is Decision.ACCEPTED
            if not off:
                return state
        return None

    def _direct(self, request: ReturnRequest) -> Direct | None:
        if not request.of_remote_id:
            return None
        reply = self._client.read(f"orders/{request.of_remote_id}", "orders.read")
        if reply.codes & NOT_FOUND:
            return None
        if not reply.entity:
            raise reply.odd("orders.read")
        return parse_direct(reply, request.of_remote_id, request.shipment)

    def _turn(self, direct: Direct, request: ReturnRequest, way: Way) -> OrderState:
        path, label = f"orders/{direct.uuid}/clientReturn", "orders.client_return"
        reply = self._client.write("POST", path, label, {"tariff_code": way.tariff})
        state = self._made(reply, label, request)
        # Whose uuid is answered is not documented: the order turned round may answer its own and name its return.
        named = [uuid for uuid in related(reply.document, LINK) if uuid not in direct.returned]
        uuid = next(iter(named), state.remote_id)
        if uuid == direct.uuid:
            raise Uncertain(f"{label}: taken, the return is not named yet")
        return replace(state, remote_id=uuid)

    def _made(self, reply: Reply, label: str, request: ReturnRequest) -> OrderState:
        reply.refuse(label)
        if not reply.entity.get("uuid"):
            raise Uncertain(f"{label}: HTTP {reply.status} without an order or an error")
        return OrderState(str(reply.entity["uuid"]), request.number, Decision.PENDING)

    def find_return(self, number: str) -> OrderState | None:
        """None for one that was made of another order: `create_return` finds it there."""
        reply = self._client.read("orders", "orders.find", {"im_number": number})
        return None if reply.codes & NOT_FOUND else _back_in(reply, "orders.find")

    def read_return(self, remote_id: str) -> OrderState:
        reply = self._client.read(f"orders/{remote_id}", "orders.read")
        if reply.codes & NOT_FOUND:
            return OrderState(remote_id=remote_id, gone=True)
        return _back_in(reply, "orders.read")


def _back_in(reply: Reply, label: str) -> OrderState:
    """An order that a client hands in has a beginning and may be called off, unlike one that merely comes back."""
    data: Mapping[str, Any] = reply.document
    state = parse_order(data)
    if state is None:
        raise reply.odd(label)
    return replace(state, events=_as_back(state.events), retracted=_as_back(state.retracted))


def _as_back(events: tuple[TrackingEvent, ...]) -> tuple[TrackingEvent, ...]:
    return tuple(replace(event, back=True, status=of_return(event.status), problem=None) for event in events)
