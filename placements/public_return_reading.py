"""What is known of one order for the page of its client: the goods that may come back, the returns there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from b24app.flows.legs import PICKED
from b24app.flows.portions import Portion
from b24app.flows.returns.basis import Basis
from b24app.flows.returns.effects import Actor
from b24app.flows.returns.quantities import Room, rooms_of
from b24app.flows.returns.rules import ReturnRules
from b24app.flows.returns.window import last_day
from b24app.frames.formats import portal_zone
from b24app.logistics.points import PickupPoint
from b24app.logistics.returning import ReturnStage
from b24app.logistics.status import Status
from b24app.store import (
    points_found,
    portals,
    public_orders,
    return_acts,
    return_basis,
    return_errands,
    return_journal,
    return_labels,
    return_photos,
    returns,
    shipments,
)
from b24app.store.models import ActState, Portal, Shipment
from b24app.store.return_acts import Act, ActKind, Wanted
from b24app.store.return_errands import Errand
from b24app.store.return_journal import Moved
from b24app.store.return_labels import Label
from b24app.store.returns import Kept

#: A basis that was read so long ago is read again: goods and payments of a deal that was delivered hardly change.
FRESH = timedelta(minutes=15)
#: So long the page waits for the portal; after that it shows what was known before.
PATIENCE = timedelta(seconds=20)
#: What of an order came to nothing is said for so long.
SAID = timedelta(hours=1)
#: The client has still to send the goods.
AHEAD = (ReturnStage.APPROVED, ReturnStage.COLLECTION_BOOKED)
#: Where acts of this page come from.
SOURCE = "public_page"
#: More requests of one order at a time are no client's.
MOST_OPEN = 3


@dataclass(frozen=True, slots=True)
class Offer:
    """A row of goods of which something may still come back. `until` None = nobody knows when it was delivered, or its
    rule lets nothing come back. `late`: only reasons that know no window. `rule` is what its window is called, "" = the
    usual one."""

    room: Room
    left: Decimal
    until: datetime | None
    late: bool
    rule: str
    never: bool = False

    @property
    def row(self) -> int:
        return self.room.sold.row


@dataclass(frozen=True, slots=True)
class Shown:
    """A return of the order: what moved it, who brings it back, from which `point`. `label` is one that can be
    opened, `photos` are keys of the pictures that the client has sent."""

    kept: Kept
    moves: tuple[Moved, ...]
    errands: tuple[Errand, ...]
    point: PickupPoint | None = None
    label: Label | None = None
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """`basis` None = the goods were not read yet. `mine` are the rows and quantities that were sent to this client,
    None = all of the deal. `acts` are the client's, newest first; `reading` is the portal's being asked for the goods,
    None = it is not. `others` are all returns of the deal, `shown` those with goods of this client, newest first."""

    portal: Portal
    rules: ReturnRules
    zone: ZoneInfo
    shipment: Shipment
    shipments: tuple[Shipment, ...]
    basis: Basis | None
    mine: Mapping[int, Decimal] | None
    shown: tuple[Shown, ...]
    others: tuple[Kept, ...]
    acts: tuple[Act, ...]
    systems: Mapping[int, tuple[str, str]]
    reading: Act | None
    now: datetime

    @property
    def deal_id(self) -> int:
        return self.shipment.deal_id

    @property
    def waiting(self) -> Act | None:
        """The client asked for something that is not carried out yet."""
        return next((act for act in self.acts if act.state is ActState.WAITING), None)

    @property
    def refused(self) -> Act | None:
        """The last thing they asked for, if it came to nothing a moment ago."""
        last = next(iter(self.acts), None)
        if last is None or last.state is not ActState.REFUSED or last.at < self.now - SAID:
            return None
        return last

    @property
    def stale(self) -> bool:
        return self.basis is None or self.basis.read_at < self.now - FRESH

    @property
    def whose(self) -> str:
        """Who has the goods, as the carriers say: the "client" has some of them, they are "under_way" to them, or
        "not_theirs": none was handed over, and none will be."""
        carried = [Status(each.status) for each in self.shipments if each.leg != PICKED]
        if not carried or any(each in (Status.DELIVERED, Status.UNKNOWN) for each in carried):
            return "client"
        coming = any(each.is_live and each is not Status.RETURNING for each in carried)
        return "under_way" if coming else "not_theirs"

    @property
    def is_full(self) -> bool:
        """As many requests stand as may stand at a time."""
        open_ = [each for each in self.others if each.case.stage is ReturnStage.REQUESTED]
        return len(open_) >= MOST_OPEN

    def offers(self) -> list[Offer]:
        """In the deal's order."""
        if self.basis is None:
            return []
        rooms = rooms_of(self.basis.sold, [each.case for each in self.others])
        found = (self._offer(room, self.basis.delivered_at) for room in rooms.values())
        return [each for each in found if each is not None]

    def _offer(self, room: Room, delivered_at: datetime | None) -> Offer | None:
        left = room.left if self.mine is None else min(room.left, self.mine.get(room.sold.row, Decimal(0)))
        if left <= 0:
            return None
        rules = self.rules.window
        exception = next((each for each in rules.exceptions if each.names(room.sold)), None)
        rule = exception.title if exception is not None else ""
        never = exception is not None and exception.days is None
        if never or delivered_at is None:
            return Offer(room, left, None, never, rule, never)
        day = last_day(delivered_at, self.zone, room.sold, rules)
        if day is None:
            return Offer(room, left, None, True, rule, True)
        until = datetime(day.year, day.month, day.day, 12, tzinfo=self.zone)
        return Offer(room, left, until, self.now.astimezone(self.zone).date() > day, rule)


def read(session: Session, portal: Portal, shipment_id: int, now: datetime) -> Order | None:
    """None when the shipment is gone."""
    shipment = shipments.get(session, portal.id, shipment_id)
    if shipment is None:
        return None
    deal_id = shipment.deal_id
    sent = shipments.of_deals(session, portal.id, [deal_id])[deal_id]
    mine = _mine(shipment, sent)
    kept = returns.of_deals(session, portal.id, [deal_id])[deal_id]
    seen = [each for each in kept if mine is None or any(line.row in mine for line in each.case.lines)]
    systems = portals.systems_of(session, portal.id)
    errands = return_errands.of_returns(session, portal.id, [each.id for each in seen])
    shown = [_shown(session, portal.id, each, errands[each.id], systems, mine) for each in seen]
    acts = return_acts.latest(session, portal.id, deal_id=deal_id)
    reading = return_acts.by_key(session, portal.id, reading_key(deal_id, now))
    rules = ReturnRules.of(portal.settings)
    return Order(
        portal=portal,
        rules=rules,
        zone=portal_zone(portal.language),
        shipment=shipment,
        shipments=tuple(sent),
        basis=return_basis.of_deals(session, portal.id, [deal_id]).get(deal_id),
        mine=mine,
        shown=tuple(reversed(shown)),
        others=tuple(kept),
        acts=tuple(act for act in acts if _is_clients(act)),
        systems=systems,
        reading=reading,
        now=now,
    )


def _shown(
    session: Session,
    portal_id: int,
    kept: Kept,
    errands: Sequence[Errand],
    systems: Mapping[int, tuple[str, str]],
    mine: Mapping[int, Decimal] | None,
) -> Shown:
    moved = return_journal.of_return(session, portal_id, kept.id)
    pictures = return_photos.of_return(session, portal_id, kept.id)
    photos = tuple(each.key for each in pictures if each.key.startswith(return_photos.CLIENTS))
    if kept.case.stage not in AHEAD or kept.way is None:
        return Shown(kept, moved, tuple(errands), photos=photos)
    way, point, label = kept.way, None, None
    if way.point_code and way.connection_id in systems:
        account = systems[way.connection_id]
        point = points_found.listed(session, {account}, way.point_code).get(account)
    # A label names who sends the goods: only to whom all of them were sent.
    if errands and (mine is None or all(line.row in mine for line in kept.case.lines)):
        labels = return_labels.of_errands(session, portal_id, [each.id for each in errands if not each.wants_cancel])
        label = next((each for each in reversed(labels.values()) if each.is_ready), None)
    return Shown(kept, moved, tuple(errands), point, label, photos)


def ask_reading(order: Order) -> Wanted:
    """That the portal tells the deal's goods anew."""
    key = reading_key(order.deal_id, order.now)
    return Wanted(ActKind.READ, key, Actor.CUSTOMER, order.deal_id, source=SOURCE)


def reading_key(deal_id: int, now: datetime) -> str:
    """However many look at an order, it is read once in so long."""
    return f"public:read:{deal_id}:{int(now.timestamp() // FRESH.total_seconds())}"


def _is_clients(act: Act) -> bool:
    return act.wanted.actor is Actor.CUSTOMER and act.wanted.kind in (ActKind.BEGIN, ActKind.MOVE)


def _mine(shipment: Shipment, sent: Sequence[Shipment]) -> dict[int, Decimal] | None:
    """Of a deal that went to several people each sees what was sent to them, known by their phone."""
    phones = set(public_orders.phones_of(shipment.request))
    theirs = [each for each in sent if each.id == shipment.id or phones & set(public_orders.phones_of(each.request))]
    if len(theirs) == len(sent) or any(each.portion is None for each in theirs):
        return None
    return _quantities(Portion.from_json(each.portion) for each in theirs if each.portion is not None)


def _quantities(portions: Iterable[Portion]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = {}
    for portion in portions:
        for line in portion.lines:
            found[line.row] = found.get(line.row, Decimal(0)) + line.quantity
    return found
