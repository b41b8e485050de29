"""One stream of news for all orders of an account: the port Feed. A page may come twice, nothing is ever lost."""

from __future__ import annotations

from b24app.logistics.feed import FeedPage
from b24app.logistics.order import OrderState
from b24app.logistics.status import Status
from tests.contract.systems.harness import Harness
from tests.contract.systems.parts import ODD, ODD_LISTS, SILENT


class Reader:
    """Pulls as the runner does: what a page told is kept, its cursor is taken once it is confirmed."""

    def __init__(self, system: Harness, *orders: OrderState) -> None:
        self.system, self.orders = system, orders
        self.port = system.open()
        self.cursor = ""

    def pull(self) -> FeedPage:
        page: FeedPage = self.port.pull(self.cursor, lambda: [each.tracking_number for each in self.orders])
        return page

    def done(self, page: FeedPage) -> None:
        if page.receipt:
            self.port.confirm(page.receipt)
        self.cursor = page.cursor

    def told(self, page: FeedPage, order: OrderState) -> list[Status]:
        """What a page says of an order; where it only names it, what is read then."""
        own = (order.remote_id, order.number, order.tracking_number)
        states = [state for state in page.states if {state.remote_id, state.number, state.tracking_number} & set(own)]
        if order.remote_id in page.read_again:
            states.append(self.port.read(order.remote_id))
        return [event.status for state in states for event in state.events if event.status]

    def until(self, order: OrderState, status: Status, most: int = 12) -> FeedPage:
        """Goes on to the page that tells of this status; that one is not confirmed yet."""
        for _ in range(most):
            page = self.pull()
            if status in self.told(page, order):
                return page
            self.done(page)
            if not page.more:
                self.system.advance(page.wait_s or self.system.manifest.track.feed_s)  # type: ignore[union-attr]
        raise AssertionError(f"nobody told of {status}")


def test_news_come_again_until_they_are_confirmed(system: Harness) -> None:
    if not system.has("Feed"):
        assert not (system.manifest.track and system.manifest.track.feed_s)
        return
    assert system.manifest.track is not None
    assert system.manifest.track.feed_s > 0
    assert system.told(system.port.feed_key) == []
    assert system.port.feed_key
    if not system.feed_tells:
        return
    order = system.make()
    reader = Reader(system, order)
    begun, *between, last = system.way()
    system.move(order, begun)
    page = reader.until(order, Status(begun))
    assert page.skipped == 0
    again = reader.pull()
    assert reader.told(again, order)[: len(reader.told(page, order))] == reader.told(page, order)
    if again.receipt:
        system.strike("break_before", system.at("confirm"))
        assert system.raised(lambda: reader.port.confirm(again.receipt)) == "Unavailable"
        assert Status(begun) in reader.told(reader.pull(), order)
        system.strike("break_after", system.at("confirm"))
        assert system.raised(lambda: reader.port.confirm(again.receipt)) == "Unavailable"
        reader.port.confirm(again.receipt)
    reader.done(again)
    for status in (*between, last):
        system.move(order, status)
    later = reader.until(order, Status(last))
    assert {Status(status) for status in between} <= set(reader.told(later, order))


def test_a_page_that_was_lost_on_its_way_comes_again(system: Harness) -> None:
    if not system.has("Feed") or not system.feed_tells:
        return
    order = system.make()
    reader = Reader(system, order)
    reader.done(reader.pull())
    system.move(order, system.way()[0])
    said = system.raised_by((*SILENT, *ODD, *ODD_LISTS), system.at("feed"), reader.pull)
    assert said == dict.fromkeys(said, "Unavailable")
    reader.until(order, Status(system.way()[0]))


def test_two_readers_lose_nothing_between_them(system: Harness) -> None:
    """One confirms what it saved while the other holds an older or a newer page."""
    if not system.has("Feed") or not system.feed_tells:
        return
    order, other = system.make("wb-1-1"), system.make("wb-2-1")
    first, second = Reader(system, order, other), Reader(system, order, other)
    told: list[tuple[str, Status]] = []

    def keep(reader: Reader, page: FeedPage) -> None:
        told.extend((each.number, status) for each in (order, other) for status in reader.told(page, each))

    begun, then = system.way()[:2]
    system.move(order, begun)
    early = first.until(order, Status(begun))
    keep(first, early)
    system.move(other, begun)
    system.move(order, then)
    late = second.until(order, Status(then))
    keep(second, late)
    first.done(early)
    second.done(late)
    for reader in (first, second):
        for _ in range(6):
            page = reader.pull()
            keep(reader, page)
            reader.done(page)
            if not page.more:
                system.advance(page.wait_s or system.manifest.track.feed_s)  # type: ignore[union-attr]
    wanted = {(order.number, Status(begun)), (order.number, Status(then)), (other.number, Status(begun))}
    assert wanted <= set(told)
