"""What is known of one parcel for the page of its client: where it is, what belongs to it, what may be changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from b24app.flows.client_page import ClientPage
from b24app.flows.forecast import Risk
from b24app.flows.legs import PICKED
from b24app.flows.picking import Picking
from b24app.flows.returns.rules import ReturnRules
from b24app.frames.formats import portal_zone
from b24app.logistics.changes import ChangeRule, Part, Slot, Way, rules_at
from b24app.logistics.model import DeliveryKind, ShipmentRequest
from b24app.logistics.points import PickupPoint
from b24app.logistics.status import Status
from b24app.store import (
    intents,
    message_stops,
    points_found,
    portals,
    public_orders,
    ratings,
    returns,
    shipments,
    transits,
)
from b24app.store.models import Intent, IntentState, Portal, PortalState, Shipment, TrackingRow, Transit, TransitState
from b24app.store.ratings import CHANGEABLE, Rated
from placements import public_return_reading
from placements.public_return_reading import Order

CHANGE, DAY, HANDOVER = "change", "day", "handover"
#: In the payload of a change: that the client asked for it, on this page.
CLIENT = "client"
#: What became of a change is said for so long.
SAID = timedelta(days=1)
_NOTHING = (Status.CANCELLED, Status.REJECTED)
_CLOSED = (
    IntentState.DONE,
    IntentState.REFUSED,
    IntentState.OBSOLETE,
    IntentState.DEAD,
    IntentState.DROPPED,
)


@dataclass(frozen=True, slots=True)
class Track:
    """`shipment` is the parcel that is shown, `request` what its carrier was asked (None = it cannot be read any more),
    `system` its system and mode. `at_warehouse`: a warehouse still has the goods; `packed_at`: when it had packed them.
    `others` are parcels of the same order to the same person. `rule`: how the destination may be changed now, None =
    it may not; `day_rule` the day of a courier's coming, `agreed` the one that the client has chosen. `promised`: the
    day that holds, `expected` another one that is likely, `is_late`: the promise will not be kept. `changed`: what
    became of the client's own change: "" | waiting | done | refused. `returned` None = no returns, or clients do not
    see them. `stopped`: they want no messages."""

    portal: Portal
    may: ClientPage
    back: ReturnRules
    zone: ZoneInfo
    shipment: Shipment
    request: ShipmentRequest | None
    system: tuple[str, str]
    events: tuple[TrackingRow, ...]
    point: PickupPoint | None
    others: tuple[Shipment, ...]
    returned: Order | None
    rated: Rated | None
    rule: ChangeRule | None
    changed: str
    stopped: bool
    now: datetime
    day_rule: ChangeRule | None = None
    agreed: date | None = None
    promised: date | None = None
    expected: date | None = None
    is_late: bool = False
    at_warehouse: bool = False
    packed_at: datetime | None = None

    @property
    def status(self) -> Status:
        return Status(self.shipment.status)

    @property
    def to_point(self) -> bool:
        return self.request is not None and self.request.kind is DeliveryKind.PICKUP

    @property
    def code(self) -> str:
        """What the client says at the point, while the parcel lies there: shown to whoever proved whose it is."""
        return (self.shipment.pickup_code or "") if self.status is Status.READY_FOR_PICKUP else ""

    @property
    def may_return(self) -> bool:
        return self.back.public and self.portal.state != PortalState.BLOCKED and self.status is Status.DELIVERED

    @property
    def may_rate(self) -> bool:
        free = self.rated is None or self.rated.may_change(self.now)
        return self.may.rate and self.status is Status.DELIVERED and free

    @property
    def rated_until(self) -> datetime | None:
        return self.rated.at + CHANGEABLE if self.rated is not None else None

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where messages about it go."""
        return addresses_of(self.request)


def read(
    session: Session, portal: Portal, linked: Shipment, rules: Mapping[str, Sequence[ChangeRule]], now: datetime
) -> Track:
    """`linked`: the shipment of the link; `rules`: what each system says may be changed."""
    every = shipments.of_deals(session, portal.id, [linked.deal_id])[linked.deal_id]
    mine = [each for each in every if each.id == linked.id or _same_person(each, linked)]
    shown = shown_of(linked, mine)
    request = request_of(shown)
    system = portals.systems_of(session, portal.id).get(shown.connection_id, ("", ""))
    asked = intents.of_shipments(session, portal.id, [each.id for each in every], (CHANGE, DAY, HANDOVER))
    legs = {each.id: each for each in every}
    picked = shown if shown.leg == PICKED else legs.get(shown.follows)
    back = ReturnRules.of(portal.settings)
    may = ClientPage.of(portal.settings)
    agreed, transit = _agreed(asked.get(shown.id, [])), transits.of_shipment(session, portal.id, shown.id)
    promised, expected, is_late = _outlook(shown, transit, agreed)
    found = _rules(session, shown, asked, rules.get(system[0], ()), may)
    return Track(
        portal=portal,
        may=may,
        back=back,
        zone=portal_zone(portal.language),
        shipment=shown,
        request=request,
        system=system,
        events=tuple(shipments.events_of(session, portal.id, [shown.id])[shown.id]),
        point=_point(session, system, shown, request),
        others=tuple(_others(shown, mine)),
        returned=_returned(session, portal, shown, back, now),
        rated=ratings.of_shipment(session, portal.id, shown.id),
        rule=found.get(Part.DESTINATION),
        day_rule=found.get(Part.DAY) if request is not None and request.kind is DeliveryKind.COURIER else None,
        agreed=agreed,
        promised=promised,
        expected=expected,
        is_late=is_late,
        changed=_changed(asked.get(shown.id, []), now),
        stopped=message_stops.is_stopped(session, portal.id, *addresses_of(request)),
        now=now,
        at_warehouse=shown.leg == PICKED,
        packed_at=_packed_at(picked),
    )


def addresses_of(request: ShipmentRequest | None) -> tuple[str, ...]:
    if request is None:
        return ()
    found = (*public_orders.phones_of(request.to_json()), (request.recipient.email or "").lower())
    return tuple(dict.fromkeys(good for each in found if (good := message_stops.normal(each))))


def request_of(shipment: Shipment) -> ShipmentRequest | None:
    return ShipmentRequest.from_json(shipment.request) if shipment.request else None


def shown_of(linked: Shipment, mine: Sequence[Shipment]) -> Shipment:
    """The parcel that a link leads to: of a chain the one that speaks for the goods; of an order that came to nothing
    and was made anew, the new one."""
    pieces = shipments.pieces(mine)
    chain = {linked.id, linked.follows} - {0}
    found = next((each for each in pieces if each.id == linked.id or {each.id, each.follows} & chain), None)
    rows = {each.id: each for each in mine}
    row = rows[found.id] if found is not None else linked
    if Status(row.status) not in _NOTHING:
        return row
    newer = [rows[each.id] for each in pieces if each.n > row.n and each.status not in _NOTHING]
    alike = [each for each in newer if each.portion == row.portion or not each.portion]
    return alike[-1] if alike else row


def _others(shown: Shipment, mine: Sequence[Shipment]) -> list[Shipment]:
    rows = {each.id: each for each in mine}
    found = [rows[each.id] for each in shipments.pieces(mine) if each.status not in _NOTHING]
    return [each for each in found if each.id != shown.id]


def _same_person(one: Shipment, other: Shipment) -> bool:
    return bool(set(public_orders.phones_of(one.request)) & set(public_orders.phones_of(other.request)))


def _point(
    session: Session, system: tuple[str, str], shipment: Shipment, request: ShipmentRequest | None
) -> PickupPoint | None:
    code = shipment.point_code or (request.point_code if request is not None else "") or ""
    if not code or request is None or request.kind is not DeliveryKind.PICKUP:
        return None
    return points_found.listed(session, {system}, code).get(system) or PickupPoint(code, "", "", "")


def _returned(session: Session, portal: Portal, shipment: Shipment, back: ReturnRules, now: datetime) -> Order | None:
    if not back.public or not returns.of_deals(session, portal.id, [shipment.deal_id])[shipment.deal_id]:
        return None
    return public_return_reading.read(session, portal, shipment.id, now)


def _rules(
    session: Session,
    shipment: Shipment,
    asked: Mapping[int, Sequence[Intent]],
    rules: Sequence[ChangeRule],
    may: ClientPage,
) -> dict[Part, ChangeRule]:
    """What may be changed here now. Whoever is at the order just now goes first, and what was handed over stays as it
    is."""
    status = Status(shipment.status)
    if not may.change or shipment.leg == PICKED or not shipment.remote_id or not shipment.request:
        return {}
    if status in (Status.DRAFT, Status.SUBMITTING, Status.RETURNING) or status.is_final:
        return {}
    handed = any(
        each.kind == HANDOVER and each.state == IntentState.DONE and shipment.id in (each.payload or {})["shipments"]
        for some in asked.values()
        for each in some
    )
    if handed or intents.open_kinds(session, shipment.portal_id, shipment.id):
        return {}
    service = str(shipment.request.get("service_code") or "")
    return {each.part: each for each in rules_at(rules, status, service) if each.way is Way.HERE}


def _agreed(asked: Sequence[Intent]) -> date | None:
    """The day of the newest wish that the carrier took."""
    done = [each for each in asked if each.kind == DAY and each.state == IntentState.DONE]
    return Slot.from_json(done[-1].payload["slot"]).day if done else None


def _changed(asked: Sequence[Intent], now: datetime) -> str:
    """Of the newest change that the client asked for."""
    mine = [each for each in asked if each.kind in (CHANGE, DAY) and (each.payload or {}).get(CLIENT)]
    if not mine or mine[-1].created_at < now - SAID:
        return ""
    state = mine[-1].state
    if state not in _CLOSED:
        return "waiting"
    return "done" if state == IntentState.DONE else "refused"


def _outlook(shipment: Shipment, transit: Transit | None, agreed: date | None) -> tuple[date | None, date | None, bool]:
    """`(promised, expected, is_late)`. The first promise holds, unless the client has chosen another day since; what
    the carrier plans now, or else a forecast, says whether it will be kept."""
    if agreed is not None or transit is None:
        return agreed or shipment.promised, None, False
    promised, plan = transit.promised or shipment.promised, shipment.promised
    moved = promised is not None and plan is not None and plan > promised
    told = transit.expected if transit.state == TransitState.OPEN else None
    late = transit.state == TransitState.OPEN and transit.risk == Risk.LATE
    return promised, told or (plan if moved else None), late or moved


def _packed_at(picked: Shipment | None) -> datetime | None:
    if picked is None or not picked.picking:
        return None
    packed = Picking.from_json(picked.picking).packed
    return packed.at if packed is not None else None
