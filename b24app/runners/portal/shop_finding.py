"""Orders of the portal's store behind deals that ship by themselves: nobody pressed in the store, yet the parcel goes
where its buyer wanted it, and the store's own press finds it later.

What is read is kept in the transaction that decides about the deal; whatever stops before leaves nothing, and it is
read again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog
from sqlalchemy.orm import Session

from b24app.bitrix24 import shop_found
from b24app.bitrix24.errors import Kind, RestError
from b24app.bitrix24.features import Feature, has
from b24app.bitrix24.shop_calls import Services
from b24app.flows.shop import ShopRules
from b24app.runners.portal.context import Run
from b24app.store import shop_requests
from b24app.store.shop import Standing
from b24app.store.shop_requests import Asked

#: Deals of one command: where a page ends all the same, the newest orders of so many are on it.
CHUNK = 20
#: The portal has no store, or does not let its orders be read: deals ship by what they say themselves.
_NO_STORE = frozenset({Kind.METHOD, Kind.ACCESS, Kind.PLAN, Kind.OTHER})
_log = structlog.get_logger("waybill.shop")
Found = Mapping[int, Sequence[Asked]]


def is_on(run: Run) -> bool:
    return ShopRules.of(run.portal.settings).on and has(Feature.STORE, run.portal.scopes or ())


def read(run: Run, deal_ids: Sequence[int]) -> Found:
    """Deliveries of these deals' orders by deal; deals without any are no key. One call where none has an order, else
    three. Raises what reading the portal raises, unless the portal refuses for good."""
    if not deal_ids:
        return {}
    try:
        return _read(run, deal_ids)
    except RestError as error:
        if error.retryable or error.kind not in _NO_STORE:
            raise
        _log.warning("shop_orders_refused", portal=run.portal.id, code=error.code)
        return {}


def _read(run: Run, deal_ids: Sequence[int]) -> Found:
    standing = Standing.of(run.portal.settings)
    services = Services(
        {int(each): kind for each, kind in standing.services.items()},
        {int(each): code for each, code in standing.properties.items()},
    )
    groups = [deal_ids[start : start + CHUNK] for start in range(0, len(deal_ids), CHUNK)]
    asked = [shop_found.list_links(f"l{at}", group) for at, group in enumerate(groups)]
    links = run.client.read_all(asked, people=run.people)
    newest: dict[int, int] = {}
    for at in range(len(groups)):
        newest |= shop_found.newest_of(links.get(f"l{at}"))
    if not newest:
        return {}
    told = run.client.read_all([shop_found.get_order(each) for each in sorted(set(newest.values()))], people=run.people)
    orders = {deal: shop_found.order_of(order, told, services) for deal, order in newest.items() if deal in deal_ids}
    ours = {deal: order for deal, order in orders.items() if order is not None and order.parcels}
    wanted = sorted({parcel.sale_id for order in ours.values() for parcel in order.parcels})
    values = run.client.read_all([shop_found.list_values(each) for each in wanted], people=run.people)
    collect = ShopRules.of(run.portal.settings).cod
    return {
        deal: [
            Asked(
                parcel.sale_id,
                order.id,
                parcel.delivery_id,
                shop_found.wish_of(parcel, order.cod if collect else None, values, services),
            )
            for parcel in order.parcels
        ]
        for deal, order in ours.items()
    }


def keep(session: Session, run: Run, found: Found, deal_ids: Sequence[int]) -> None:
    """In the transaction of the decisions about these deals, before them."""
    now = run.services.clock.now()
    for deal_id in deal_ids:
        for each in found.get(deal_id, ()):
            shop_requests.keep_found(session, run.portal.id, deal_id, each, now)
