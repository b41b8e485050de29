"""The store's door, prices and requests, on both databases: folded, of one portal, and gone with it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from b24app.clock import FixedClock
from b24app.flows.rates import LIFE
from b24app.flows.shop import KEY, ShopRules, Wish
from b24app.flows.simulate import Priced
from b24app.logistics.model import DeliveryKind
from b24app.logistics.money import Money
from b24app.logistics.ports import Quote
from b24app.logistics.status import Status
from b24app.store import (
    deal_extras,
    leaving,
    portal_settings,
    portals,
    retention,
    shipments,
    shop_doors,
    shop_prices,
    shop_requests,
)
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import (
    InboxKind,
    InboxRow,
    OutboxRow,
    Portal,
    PortalState,
    Shipment,
    ShopDoor,
    ShopPrice,
    ShopRequest,
    ShopState,
)
from b24app.store.shop_prices import LANE_LIFE
from b24app.store.shop_prices import Asked as AskedPrice
from b24app.store.shop_requests import Asked

DEAL, SALE = 501, 2450
WISH = Wish(DeliveryKind.COURIER, "Казань, ул. Баумана, 5", phone="+79170000001", name="Ольга")
PRICED = Priced((Quote("parcel", Money(30000), 1, 3),))


def asked(sale: int = SALE) -> Asked:
    return Asked(sale, 230, 197, WISH)


def take(sessions: Sessions, portal: Portal, clock: FixedClock, *sales: int) -> str:
    with session_scope(sessions) as session:
        wanted = [asked(sale) for sale in sales or (SALE,)]
        return shop_requests.take(session, portal, DEAL, wanted, clock.now(), "t")


def shipment(session: Session, portal: Portal, clock: FixedClock, n: int, status: Status) -> Shipment:
    account = portals.connections(session, portal.id)[0]
    return shipments.create(session, portal, DEAL, n, account.id, status=status, request={}, now=clock.now())


def requests(session: Session, portal: Portal) -> list[ShopRequest]:
    return list(session.scalars(select(ShopRequest).where(ShopRequest.portal_id == portal.id)))


def test_a_door_is_one_and_opens_to_its_secret_alone(
    sessions: Sessions, portal: Portal, neighbour: Portal, clock: FixedClock
) -> None:
    with session_scope(sessions) as session:
        secret, key = shop_doors.ensure(session, portal.id, clock.now())
        assert shop_doors.ensure(session, portal.id, clock.now()) == (secret, key)
        other, _ = shop_doors.ensure(session, neighbour.id, clock.now())
    with session_scope(sessions) as session:
        door = shop_doors.of_secret(session, secret)
        assert door is not None
        assert (door.portal_id, door.key) == (portal.id, key)
        found = shop_doors.of_secret(session, other)
        assert found is not None
        assert found.portal_id == neighbour.id
        for wrong in ("", secret[:-1], secret + "x", "\udcff", "é" * 500):
            assert shop_doors.of_secret(session, wrong) is None
        portals.set_state(session, portal.id, PortalState.UNINSTALLED)
        session.flush()
        assert shop_doors.of_secret(session, secret) is None


def test_an_answer_is_good_for_minutes_and_for_its_lane_for_days(
    sessions: Sessions, portal: Portal, neighbour: Portal, clock: FixedClock
) -> None:
    with session_scope(sessions) as session:
        account = portals.connections(session, portal.id)[0].id
        mine = {account: AskedPrice("key", "lane")}
        shop_prices.keep(session, portal.id, account, mine[account], PRICED, clock.now())
        shop_prices.keep(session, portal.id, account, mine[account], PRICED, clock.now())
        assert session.scalar(select(func.count()).select_from(ShopPrice)) == 1
        assert shop_prices.good(session, portal.id, mine, clock.now()) == {account: PRICED}
        assert shop_prices.good(session, neighbour.id, mine, clock.now()) == {}
        assert shop_prices.good(session, portal.id, mine, clock.now() + LIFE) == {}
        like = {account: AskedPrice("another", "lane")}
        assert shop_prices.good(session, portal.id, like, clock.now()) == {}
        assert shop_prices.before(session, portal.id, like, clock.now()) == {account: PRICED}
        assert shop_prices.before(session, neighbour.id, like, clock.now()) == {}
        assert shop_prices.before(session, portal.id, like, clock.now() + LANE_LIFE) == {}
        assert shop_prices.purge(session, clock.now() + timedelta(seconds=1)) == 1


def test_asked_twice_it_is_one_request_with_the_number_of_the_next_parcel(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    number = take(sessions, portal, clock)
    assert number == f"{portal.code}-{DEAL}-1"
    assert take(sessions, portal, clock) == number
    with session_scope(sessions) as session:
        [row] = requests(session, portal)
        assert (row.number, row.state, Wish.from_json(row.wish)) == (number, ShopState.ASKED, WISH)
        keys = list(session.scalars(select(InboxRow.key).where(InboxRow.kind == InboxKind.SHOP)))
        assert keys == [str(row.id)] * 2  # they fold when they are claimed


@pytest.mark.parametrize(
    ("status", "n"), [(Status.IN_TRANSIT, 1), (Status.DELIVERED, 1), (Status.CANCELLED, 2), (Status.RETURNED, 2)]
)
def test_a_deal_that_ships_gives_its_own_number(
    sessions: Sessions, portal: Portal, clock: FixedClock, status: Status, n: int
) -> None:
    with session_scope(sessions) as session:
        shipment(session, portal, clock, 1, status)
    assert take(sessions, portal, clock) == f"{portal.code}-{DEAL}-{n}"


def test_a_manager_decides_after_the_buyer_and_is_told_of_a_quicker_colleague(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    where, now = (portal.id, DEAL), clock.now()

    def keep(chosen: tuple[str, ...] | None, seen: int, by: int) -> bool:
        return deal_extras.keep(session, *where, chosen, seen=seen, by=by, name="Анна", now=now) is not None

    with session_scope(sessions) as session:
        assert deal_extras.keep_buyers(session, *where, ("fitting",), now)
        assert not deal_extras.keep_buyers(session, *where, ("fitting",), now)  # told twice
        assert (deal_extras.of_deal(session, *where).by, deal_extras.of_deal(session, *where).version) == (0, 1)
        assert not keep((), 0, 7)  # the page was older than what the buyer ticked
        assert keep((), 1, 7)
        assert keep(("sms",), 1, 7)  # the same person's next tick, before their page had heard of the first
        assert not keep(None, 2, 8)
        assert not deal_extras.keep_buyers(session, *where, ("fitting",), now)
        assert deal_extras.chosen(session, portal.id, [DEAL, DEAL + 1]) == {DEAL: ("sms",)}
        assert keep(None, 3, 8)
        assert deal_extras.chosen(session, portal.id, [DEAL]) == {}


def test_called_off_and_asked_for_again_it_is_another_wish(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    take(sessions, portal, clock)
    with session_scope(sessions) as session:
        shop_requests.call_off(session, portal.id, requests(session, portal), clock.now(), "t")
        assert shop_requests.live_of_deals(session, portal.id, [DEAL]) == {}
        shipment(session, portal, clock, 1, Status.CANCELLED)
    assert take(sessions, portal, clock) == f"{portal.code}-{DEAL}-2"
    with session_scope(sessions) as session:
        [row] = requests(session, portal)
        assert (row.state, row.shipment_id) == (ShopState.ASKED, None)


def test_news_go_only_where_the_store_sells_with_us_and_once_a_version(
    sessions: Sessions, portal: Portal, neighbour: Portal, clock: FixedClock
) -> None:
    take(sessions, portal, clock, SALE, SALE + 1)
    with session_scope(sessions) as session:
        mine = portals.get(session, portal.id)
        assert shop_requests.news(session, mine, [DEAL], clock.now(), "t") is None
        portal_settings.merge(session, portal.id, **{KEY: ShopRules(on=True).to_json()})
        portal_settings.merge(session, neighbour.id, **{KEY: ShopRules(on=True).to_json()})
        assert shop_requests.news(session, mine, [DEAL], clock.now(), "t") is not None
        assert shop_requests.news(session, mine, [DEAL], clock.now(), "t") is not None
        theirs = portals.get(session, neighbour.id)
        assert shop_requests.news(session, theirs, [DEAL], clock.now(), "t") is None
        markers = list(session.scalars(select(OutboxRow.marker).where(OutboxRow.kind == shop_requests.NEWS)))
        assert len(set(markers)) == len(markers) == 4
        [first, _] = requests(session, portal)
        assert shop_requests.get(session, neighbour.id, first.id) is None
        assert shop_requests.of_number(session, neighbour.id, first.number) == []
        assert shop_requests.of_sales(session, neighbour.id, [SALE]) == {}


def test_a_portal_that_comes_back_finds_its_store_switched_off(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    with session_scope(sessions) as session:
        portal_settings.merge(session, portal.id, **{KEY: ShopRules(on=True, name="Доставка").to_json()})
        leaving.leave(session, portal.id, False, (), clock.now())
        mine = portals.get(session, portal.id)
        leaving.come_back(session, mine, clock.now())
        assert ShopRules.of(mine.settings) == ShopRules(on=False, name="Доставка")


def test_everything_goes_with_the_portal(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    take(sessions, portal, clock)
    with session_scope(sessions) as session:
        shop_doors.ensure(session, portal.id, clock.now())
        account = portals.connections(session, portal.id)[0].id
        shop_prices.keep(session, portal.id, account, AskedPrice("key", "lane"), PRICED, clock.now())
    retention.erase_portal(sessions, portal.id, clock.now())
    with session_scope(sessions) as session:
        for table in (ShopDoor, ShopPrice, ShopRequest):
            assert session.scalar(select(func.count()).select_from(table)) == 0
