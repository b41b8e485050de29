"""The store asks for a delivery, or wants it no more: kept before it is answered, carried out in the portal's lane.

Which deal an order belongs to only the portal knows: it is asked within what a person waits for. A portal that does not
answer in time is no reason to take anything: the manager presses again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from b24app.bitrix24 import shop_orders
from b24app.bitrix24.errors import NoToken, RestError
from b24app.bitrix24.features import Feature, has
from b24app.bitrix24.transport import PortalClient
from b24app.flows.shop import Basket
from b24app.logistics.status import Status
from b24app.runners.services import Services
from b24app.runners.shop.setting import Setting
from b24app.store import shipments, shop_requests
from b24app.store.engine import read_scope, session_scope
from b24app.store.lanes import portal_lane
from b24app.store.models import Portal, ShopState
from b24app.store.shop_requests import Asked
from b24app.wire.errors import NotSent, OutcomeUnknown
from b24app.wire.trace import current_trace

OpenPortal = Callable[[Portal], PortalClient]
#: The store waits for nothing of these.
_CLOSED = (ShopState.CANCELLING, ShopState.OVER, ShopState.FOUND)


@dataclass(frozen=True, slots=True)
class Answered:
    """`number` by which the store knows the delivery from now on; "" = nothing was taken, `why` is a key of the
    `shop.why.*` words."""

    number: str = ""
    why: str = ""


class Taker:
    """Shared by all threads of a process. `open_portal`: the portal's REST API with limits for who waits."""

    def __init__(self, services: Services, open_portal: OpenPortal) -> None:
        self._services = services
        self._open_portal = open_portal

    def take(self, setting: Setting, baskets: Sequence[Basket]) -> Answered:
        """One number for all of these shipments."""
        portal = setting.portal
        with read_scope(self._services.sessions) as session:
            known = shop_requests.of_sales(session, portal.id, [basket.sale_id for basket in baskets])
        open_ones = {sale: row for sale, row in known.items() if row.state not in _CLOSED}
        if len(open_ones) == len(baskets) and len({row.number for row in open_ones.values()}) == 1:
            return Answered(next(iter(open_ones.values())).number)
        found = self._look_up(setting, [basket.sale_id for basket in baskets])
        if isinstance(found, Answered):
            return found
        orders, deal_id = found
        asked = [Asked(basket.sale_id, orders[basket.sale_id], basket.delivery_id, basket.wish) for basket in baskets]
        now = self._services.clock.now()
        with session_scope(self._services.sessions) as session:
            number = shop_requests.take(session, portal, deal_id, asked, now, current_trace())
            lane = portal_lane(session, portal.id)
        self._services.waker.wake(lane)
        return Answered(number)

    def _look_up(self, setting: Setting, sale_ids: Sequence[int]) -> tuple[dict[int, int], int] | Answered:
        """The orders of these shipments and the one deal they belong to, 0 = none yet (the lane makes it); else why
        not."""
        if not has(Feature.STORE, setting.portal.scopes or ()):
            return Answered(why="no_scope")
        try:
            client = self._open_portal(setting.portal)
            answer = client.batch(shop_orders.questions(sale_ids), people=True, patience_s=0, safe=True)
            orders, deals = shop_orders.read(answer, sale_ids)
        except (RestError, NoToken, NotSent, OutcomeUnknown):
            return Answered(why="portal_silent")
        if len(orders) < len(sale_ids):
            return Answered(why="no_shipment")
        own = {deals.get(order) for order in orders.values()}
        if len(own) > 1 or (None in own and len(set(orders.values())) > 1):
            return Answered(why="several_deals")
        deal = next(iter(own))
        category = deal.category if deal is not None else setting.rules.category
        if category not in setting.shipping:
            return Answered(why="pipeline_off")
        return orders, deal.id if deal is not None else 0

    def cancel(self, setting: Setting, number: str, delivery_id: int) -> Answered:
        """`number` as the store knows it. A parcel that is on its way is not stopped by a button."""
        portal, now = setting.portal, self._services.clock.now()
        with session_scope(self._services.sessions) as session:
            rows = [
                row
                for row in shop_requests.of_number(session, portal.id, number)
                if delivery_id in (0, row.delivery_id)
            ]
            if not rows:
                return Answered(why="unknown_request")
            left = [row for row in rows if row.state not in _CLOSED]
            if not left:
                return Answered(number)
            if self._has_moved(session, portal.id, left[0].deal_id):
                return Answered(why="has_moved")
            lane = shop_requests.call_off(session, portal.id, left, now, current_trace())
        self._services.waker.wake(lane)
        return Answered(number)

    def _has_moved(self, session: Session, portal_id: int, deal_id: int) -> bool:
        if not deal_id:
            return False
        carrier = shop_requests.speaking(shipments.of_deals(session, portal_id, [deal_id])[deal_id])
        return carrier is not None and Status(carrier.status).has_moved
