"""What holds for whatever goods, sums and news there are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from b24app.logistics.addresses import read_address
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import fingerprint
from b24app.systems.apiship.errors import Reply
from b24app.systems.apiship.orders import Way, build_order, order_fingerprint
from b24app.systems.apiship.quotes import build_calculation, parse_tariffs, quote_of
from b24app.systems.apiship.tracking import PAGE, parse_feed, read_cursor

ITEMS = st.builds(
    Item,
    name=st.text(min_size=1, max_size=20),
    sku=st.text(max_size=8),
    quantity=st.integers(1, 40),
    price=st.integers(0, 500_000).map(Money),
    weight_g=st.integers(1, 5000),
)
PARCELS = st.builds(
    Parcel,
    weight_g=st.integers(1, 30_000),
    length_mm=st.integers(0, 2000),
    width_mm=st.integers(0, 2000),
    height_mm=st.integers(0, 2000),
    items=st.lists(ITEMS, max_size=4).map(tuple),
)
SUMS = st.none() | st.integers(0, 3_000_000).map(Money)
REQUEST = ShipmentRequest(
    number="wb-42-1",
    service_code="cdek",
    kind=DeliveryKind.COURIER,
    recipient=Recipient("Мария", "8900", "+79000001462"),
    parcels=(),
    address=read_address("Казань, ул. Баумана, 44"),
)
WAY = Way("cdek", 9, Sender("Иван", "+74950000001"), read_address("Москва"), read_address("Казань"))


@settings(max_examples=40, deadline=None)
@given(st.lists(PARCELS, min_size=1, max_size=3).map(tuple), SUMS, SUMS)
def test_whatever_the_goods_their_sums_are_the_orders(
    parcels: tuple[Parcel, ...], cod: Money | None, declared: Money | None
) -> None:
    """As ApiShip adds them up: to the kopeck, the delivery's share included."""
    request = replace(REQUEST, parcels=parcels, cod=cod, declared=declared)
    body = build_order(request, WAY)
    items = [item for place in body["places"] for item in place["items"]]
    collected = sum(round(item["cost"] * 100) * item["quantity"] for item in items)
    worth = sum(round(item["assessedCost"] * 100) * item["quantity"] for item in items)
    assert collected + round(body["cost"]["deliveryCost"] * 100) == (cod.minor if cod else 0)
    assert round(body["cost"]["codCost"] * 100) == (cod.minor if cod else 0)
    goods = sum(item.price.minor * item.quantity for parcel in parcels for item in parcel.items)
    assert worth == round(body["cost"]["assessedCost"] * 100) == (goods if declared is None else declared.minor)
    assert round(build_calculation(request, {}, {})["assessedCost"] * 100) == worth
    assert all(place["items"] and item["quantity"] >= 1 for place in body["places"] for item in place["items"])
    assert [place["weight"] for place in body["places"]] == [parcel.weight_g for parcel in parcels]
    assert body["order"]["weight"] == sum(parcel.weight_g for parcel in parcels)


@settings(max_examples=20, deadline=None)
@given(st.lists(PARCELS, min_size=1, max_size=3).map(tuple), st.text(min_size=1, max_size=30))
def test_an_order_that_comes_back_as_it_was_sent_is_ours(parcels: tuple[Parcel, ...], name: str) -> None:
    request = replace(REQUEST, parcels=parcels, recipient=Recipient(name, "8 900 000-14-62", None))
    body = build_order(request, WAY)
    assert order_fingerprint(body) == fingerprint(request)
    heavier = replace(request, parcels=(replace(parcels[0], weight_g=parcels[0].weight_g + 1), *parcels[1:]))
    assert order_fingerprint(body) != fingerprint(heavier)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 5_000_000), st.none() | st.integers(0, 50_000), st.none() | st.integers(0, 50_000), st.booleans(),
    st.sampled_from([True, False, None]),
)  # fmt: skip
def test_parts_of_a_price_add_up_where_all_are_told(
    cost: int, insurance: int | None, cash: int | None, paid: bool, included: bool | None
) -> None:
    fees = (insurance or 0) + (cash or 0) * paid if included else 0
    row = {
        "tariffId": 9, "tariffName": "Посылка", "deliveryCost": (cost + fees) / 100, "feesIncluded": included,
        "insuranceFee": None if insurance is None else insurance / 100,
        "cashServiceFee": None if cash is None else cash * paid / 100,
    }  # fmt: skip
    reply = Reply(200, {"deliveryToDoor": [{"providerKey": "cdek", "tariffs": [row]}]})
    request = replace(
        REQUEST, parcels=(Parcel(700, 1, 1, 1, (Item("Ч", "", 1, Money(900), 700),)),), cod=Money(1) if paid else None
    )
    [priced] = parse_tariffs(reply, request, ())
    quote = quote_of(priced, "cdek", request)
    told = [line.amount.minor for line in quote.lines if line.amount is not None]
    assert quote.lines[0].what == "tariff"
    assert sum(told) == quote.price.minor
    silent = {line.what for line in quote.lines if line.amount is None}
    assert silent == ({"insurance"} if insurance is None else set()) | ({"cod"} if cash is None and paid else set())


class Remote:
    """ApiShip's list of what changed since a moment: statuses by order, told in pages."""

    def __init__(self, statuses: dict[int, list[datetime]]) -> None:
        self.statuses = statuses

    def page(self, since: datetime, offset: int) -> Reply:
        told = [(number, [at for at in times if at >= since]) for number, times in sorted(self.statuses.items())]
        found = [(number, times) for number, times in told if times]
        rows = [
            {"orderInfo": {"orderId": number},
             "statuses": [{"key": "onWay", "created": at.isoformat()} for at in reversed(times)]}
            for number, times in found[offset : offset + PAGE]
        ]  # fmt: skip
        return Reply(200, {"rows": rows, "meta": {"total": len(found)}})


BEGAN = datetime(2026, 11, 29, tzinfo=UTC)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.tuples(st.integers(1, 260), st.integers(0, 1800)), max_size=300), min_size=1, max_size=4))
def test_a_feed_tells_every_status_whenever_it_came(rounds: list[list[tuple[int, int]]]) -> None:
    """Rounds half an hour apart; the reader drains the list after each."""
    remote: dict[int, list[datetime]] = {}
    heard: set[tuple[str, datetime]] = set()
    cursor, now = "", BEGAN
    for news in rounds:
        now += timedelta(minutes=30)
        for number, seconds in news:
            remote.setdefault(number, []).append(now - timedelta(seconds=seconds % 60))
        for times in remote.values():
            times.sort()
        more = True
        while more:
            since, offset, newest = read_cursor(cursor, now)
            page = parse_feed(Remote(remote).page(since, offset), since, offset, newest)
            heard |= {(state.remote_id, event.at) for state in page.states for event in state.events}
            cursor, more = page.cursor, page.more
    assert heard == {(str(number), at) for number, times in remote.items() for at in times}


def test_the_cursor_is_short_and_reads_what_it_wrote() -> None:
    page: Any = parse_feed(Reply(200, {"rows": [], "meta": {"total": 0}}), BEGAN, 0, BEGAN)
    assert len(page.cursor) < 80
    assert read_cursor(page.cursor, BEGAN + timedelta(days=9))[1:] == (0, BEGAN)
    assert read_cursor("nonsense", BEGAN)[1] == 0
