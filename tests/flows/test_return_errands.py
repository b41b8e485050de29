"""Carriers bring goods back and warehouses expect them, told from outside: one order over there whatever happens to the
answer, followed to its end; each change is told to the portal's lane once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from b24app.demo.accounts import connect
from b24app.flows.returns.requests import parcels_of, receipt_request, return_request
from b24app.flows.returns.way import Way, WayKind
from b24app.flows.returns.ways import can_ask
from b24app.flows.snapshot import Defaults
from b24app.logistics.model import Recipient
from b24app.logistics.money import Money
from b24app.logistics.returning import Return, ReturnLine, ReturnOrigin, ReturnStage, Sold, Span
from b24app.logistics.status import Status
from b24app.logistics.warehouse import ReceiptRequest
from b24app.runners.connection import errand_calls, refreshing
from b24app.runners.connection import errands as lane
from b24app.store import (
    portals,
    return_acts,
    return_errands,
    return_labels,
    return_photos,
    return_sent,
    return_ways,
    returns,
)
from b24app.store.engine import read_scope, session_scope
from b24app.store.models import ErrandKind, ErrandState
from b24app.store.return_acts import ActKind
from b24app.store.return_errands import Errand
from b24app.store.returns import Kept
from b24app.systems import discover
from tests.flows.test_points import refreshed
from tests.flows.town import Shop
from tests.flows.warehouses import working

DEAL = 501
ARTICLE = "KM-GR-H"
MANIFESTS = {code: plugin.manifest for code, plugin in discover().items()}
COURIER = WayKind.COURIER


def delivered(shop: Shop) -> None:
    shop.ship(DEAL)
    shop.shipped(DEAL)
    shop.happens(DEAL, "DELIVERED")
    shop.becomes(DEAL, "Вручён")


def begun(shop: Shop, *goods: tuple[str, int]) -> Kept:
    """An approved return of all that the deal's shipment brought, or of these articles."""
    with session_scope(shop.town.program.parts.sessions) as session:
        turn = returns.take_turn(session, shop.row, DEAL)
        sent = return_sent.of_deal(session, shop.id, DEAL)
        items = [item for parcel in sent[0].request.parcels for item in parcel.items] if sent else []
        sold = [
            Sold(n, item.name, Decimal(item.quantity), item.price * item.quantity, item.sku)
            for n, item in enumerate(items, 1)
        ] or [Sold(n, sku, Decimal(count), Money(100_00 * count), sku) for n, (sku, count) in enumerate(goods, 1)]
        lines = tuple(ReturnLine(each, (Span(Decimal(0), each.quantity),), "colour") for each in sold)
        case = Return(
            turn.number, DEAL, ReturnStage.APPROVED, ReturnOrigin.MANAGER, lines, shop.town.world.control.now()
        )
        return returns.begin(session, turn, case, by=7, name="Анна", now=shop.town.program.parts.clock.now())


def book(shop: Shop, kept: Kept, system: str = "cdek", service: str = "") -> None:
    """A courier of the account is to bring it back."""
    account = working(shop, system)
    with session_scope(shop.town.program.parts.sessions) as session:
        sent = return_sent.of_deal(session, shop.id, DEAL)
        number = return_errands.next_number(session, kept.id, ErrandKind.COLLECTION, kept.case.number)
        asked = return_request(kept.case, None, Way(COURIER, account.id, service), number, sent, Defaults(weight_g=500))
        _begin(session, shop, kept, account.id, ErrandKind.COLLECTION, asked)


def expect(shop: Shop, kept: Kept, system: str, reference: str = "") -> None:
    account = working(shop, system)
    with session_scope(shop.town.program.parts.sessions) as session:
        sent = return_sent.of_deal(session, shop.id, DEAL)
        client = Recipient("Мария Северцева", "+79161234567", "+79161234567")
        goods = receipt_request(kept.case, None, kept.case.number, "", "", sent, account.id) if sent else None
        asked = goods or ReceiptRequest(kept.case.number, _items(kept), client, reference=reference)
        _begin(session, shop, kept, account.id, ErrandKind.RECEIPT, asked)


def _items(kept: Kept) -> Any:
    return parcels_of(kept.case, (), Defaults(weight_g=300))[0].items


def _begin(session: Any, shop: Shop, kept: Kept, account: int, kind: ErrandKind, asked: Any) -> None:
    now = shop.town.program.parts.clock.now()
    return_errands.begin(session, shop.id, kept.id, account, kind, asked, now=now, trace_id="a" * 32)


def errand(shop: Shop, kept: Kept) -> Errand:
    found: list[Errand] = shop.town.program.read(return_errands.of_returns, shop.id, [kept.id])[kept.id]
    return found[-1]


def comes(shop: Shop, kept: Kept, until: Callable[[Errand], Any], what: str, seconds: float = 30.0) -> Errand:
    try:
        shop.town.wait(lambda: until(errand(shop, kept)), what, seconds)
    except AssertionError as error:
        raise AssertionError(f"{error}; it is {errand(shop, kept)}") from None
    return errand(shop, kept)


def _is(status: Status, it: Errand) -> bool:
    return it.status is status


def acts(shop: Shop, kept: Kept) -> list[Any]:
    found = shop.town.program.read(lambda s: return_acts.latest(s, shop.id, return_id=kept.id))
    return [act for act in found if act.wanted.kind is ActKind.ERRAND]


def made(shop: Shop) -> list[Any]:
    """Return orders that came to be at CDEK, of whichever kind."""
    turned = shop.town.journal("order.return_created")
    own = [row for row in shop.town.journal("order.accepted") if "-R" in row["key"]]
    return [*turned, *own]


def off(shop: Shop, kept: Kept) -> None:
    with session_scope(shop.town.program.parts.sessions) as session:
        now = shop.town.program.parts.clock.now()
        return_errands.call_off(session, shop.id, errand(shop, kept).id, now)


# --- a carrier --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_cdek_brings_all_of_it_back(shop: Shop) -> None:
    """Its own order, turned round; the label, the way back and its end; every change is told once."""
    delivered(shop)
    kept = begun(shop)
    book(shop, kept)
    there = comes(shop, kept, lambda it: it.order_number, "the number of the return order")
    assert (there.state, there.status, len(made(shop))) == (ErrandState.LIVE, Status.CREATED, 1)

    def label() -> Any:
        found = shop.town.program.read(return_labels.of_errands, shop.id, [there.id]).get(there.id)
        return found if found is not None and found.is_ready else None

    file = shop.town.program.read(return_labels.content, shop.id, shop.town.wait(label, "its label").id)
    assert file.startswith(b"%PDF-")
    for code, status in (
        ("RECEIVED_AT_SHIPMENT_WAREHOUSE", Status.RETURNING),
        ("DELIVERED", Status.RETURNED),
    ):
        shop.town.advance(60)
        shop.town.program.steer("POST", f"/cdek/orders/{there.remote_id}/status", {"code": code})
        comes(shop, kept, partial(_is, status), f"it is {status}")
    done = errand(shop, kept)
    assert done.order is not None
    assert all(event.back for event in done.order.events)
    told = acts(shop, kept)
    assert len({act.wanted.key for act in told}) == len(told) >= 3
    assert {act.wanted.given["errand"] for act in told} == {done.id}
    shop.town.advance(25 * 3600)
    comes(shop, kept, lambda it: it.state is ErrandState.DONE, "nothing more is looked for")
    # What brought this return brings no other one.
    another = begun(shop)
    book(shop, another)
    taken = comes(shop, another, lambda it: it.state is ErrandState.REFUSED, "it is another return's")
    assert [(each.code, each.params["number"]) for each in taken.problems] == [("return_taken", done.number)]
    assert len(made(shop)) == 1


def test_a_part_is_an_order_of_its_own_and_its_lost_answer_makes_no_second(shop: Shop) -> None:
    delivered(shop)
    kept = begun(shop)
    one = replace(kept.case.lines[0], pieces=(Span(Decimal(0), Decimal(1)),))
    part = replace(kept, case=replace(kept.case, lines=(one,)))
    if kept.case.lines[0].asked == 1 and len(kept.case.lines) == 1:
        pytest.skip("the deal has one piece")
    shop.town.fault("break_after", match={"method": "POST", "path": "/v2/orders"}, times=1)
    book(shop, part)
    comes(shop, kept, lambda it: it.state is ErrandState.UNCERTAIN, "nobody knows what became of it")
    shop.town.advance(30)
    there = comes(shop, kept, lambda it: it.order_number, "it is found by our number")
    assert (there.state, len(made(shop))) == (ErrandState.LIVE, 1)
    [order] = [row["data"] for row in made(shop)]
    assert shop.town.program.steer("GET", f"/cdek/orders/{there.remote_id}")["entity"]["is_client_return"], order


def _before(monkeypatch: pytest.MonkeyPatch, stop: Any) -> None:
    """Marked and committed; then the process is gone, before a byte left."""
    monkeypatch.setattr(lane, "take", stop(errand_calls.take))


def _after(monkeypatch: pytest.MonkeyPatch, stop: Any) -> None:
    """The carrier has it; the process is gone before that is kept."""
    monkeypatch.setattr(lane.Errands, "_save", stop(lane.Errands._save))


@pytest.mark.parametrize("where", [_before, _after])
def test_a_crash_between_mark_and_answer_makes_no_second_order(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, where: Callable[..., None]
) -> None:
    delivered(shop)
    kept = begun(shop)
    stopped: list[bool] = []

    def stop(real: Callable[..., Any]) -> Callable[..., Any]:
        def stops(*args: Any, **named: Any) -> Any:
            if stopped:
                return real(*args, **named)
            stopped.append(True)
            raise RuntimeError("the process is gone")

        return stops

    where(monkeypatch, stop)
    book(shop, kept)
    shop.town.wait(lambda: stopped, "it stops")
    shop.town.advance(60)
    comes(shop, kept, lambda it: it.order_number, "the return order", 10)
    assert len(made(shop)) == 1


def test_it_is_called_off_at_the_carrier_or_never_gets_there(shop: Shop) -> None:
    delivered(shop)
    kept = begun(shop)
    book(shop, kept)
    comes(shop, kept, lambda it: it.order_number, "the return order")
    off(shop, kept)
    gone = comes(shop, kept, lambda it: it.state is ErrandState.CANCELLED, "it is called off")
    assert gone.problems == ()
    # The second one was on its way when it was called off: what came of it is looked up, and cancelled there.
    fault = shop.town.fault("break_before", match={"method": "POST", "path": "/v2/orders*"})
    book(shop, kept)
    comes(shop, kept, lambda it: it.state is ErrandState.UNCERTAIN, "nobody knows")
    off(shop, kept)
    shop.town.forget(fault)
    shop.town.advance(60)
    comes(shop, kept, lambda it: it.state is ErrandState.CANCELLED, "it is over", 40)


def test_what_the_carrier_refuses_is_said_and_nothing_is_followed(shop: Shop) -> None:
    delivered(shop)
    kept = begun(shop)
    account = working(shop, "cdek")
    with session_scope(shop.town.program.parts.sessions) as session:
        sent = return_sent.of_deal(session, shop.id, DEAL)
        asked = return_request(kept.case, None, Way(COURIER, account.id), kept.case.number, sent)
        address = asked.shipment.address
        assert address is not None
        nowhere = replace(address, city_names=("Нетакогогорода",), text="Нетакогогорода", postal_code=None)
        asked = replace(asked, of_remote_id="", shipment=replace(asked.shipment, address=nowhere))
        _begin(session, shop, kept, account.id, ErrandKind.COLLECTION, asked)
    refused = comes(shop, kept, lambda it: it.state is ErrandState.REFUSED, "it is refused")
    assert refused.problems
    assert [act.wanted.given["errand"] for act in acts(shop, kept)] == [refused.id]
    assert made(shop) == []


@pytest.mark.parametrize(("system", "service"), [("dpd", "PCL"), ("one_c_tms", "")])
def test_another_carrier_brings_it_back(shop: Shop, system: str, service: str) -> None:
    """One that knows nothing of the order that brought it. It is called off there."""
    delivered(shop)
    connected(shop, system)
    kept = begun(shop)
    book(shop, kept, system, service)
    there = comes(shop, kept, lambda it: it.status is Status.CREATED, "the order")
    numbers = [row["number"] for row in shop.town.world.control.get(f"/{system}/orders")["orders"]]
    assert (there.state, numbers) == (ErrandState.LIVE, [kept.case.number])
    off(shop, kept)
    comes(shop, kept, lambda it: it.state is ErrandState.CANCELLED, "it is called off", 60)


def test_apiship_takes_back_what_it_brought(shop: Shop) -> None:
    """Of its own order only: what CDEK brought is nothing that it could be asked for."""
    connected(shop, "apiship")
    account, town = working(shop, "apiship"), shop.town
    with session_scope(town.program.parts.sessions) as session:
        pipeline = portals.pipelines(session, shop.id)[0]
        pipeline.connection_id, pipeline.services = account.id, {"courier": "cdek", "pickup": "cdek"}
    shop.ship(DEAL)
    shop.shipped(DEAL)
    town.world.control.post(f"/apiship/orders/{shop.our_number(DEAL)}/status", {"code": "delivered"})
    town.advance(1200)
    shop.becomes(DEAL, "Вручён", 60)
    kept = begun(shop)
    with read_scope(town.program.parts.sessions) as session:
        able = return_ways.carriers(session, shop.id, MANIFESTS)
        sent = return_sent.of_deal(session, shop.id, DEAL)
    assert {each.system for each in able if can_ask(kept.case, sent, each)} == {"apiship", "cdek"}
    foreign = [replace(each, connection_id=working(shop, "cdek").id) for each in sent]
    assert {each.system for each in able if can_ask(kept.case, foreign, each)} == {"cdek"}
    town.fault("break_after", "apiship", match={"path": "*/orders/return"}, times=1)
    book(shop, kept, "apiship")
    comes(shop, kept, lambda it: it.state is ErrandState.UNCERTAIN, "nobody knows what became of it")
    town.advance(60)
    there = comes(shop, kept, lambda it: it.status is Status.CREATED, "the return order", 10)
    assert (there.state, len(town.journal("return.accepted", "apiship"))) == (ErrandState.LIVE, 1)


def test_what_cannot_be_looked_up_is_left_to_a_person_and_never_asked_for_again(shop: Shop) -> None:
    """The Post brings back what CDEK delivered, under our number; whether its search shows such returns nobody says."""
    delivered(shop)
    about = shop.town.world.addresses["russian_post"]
    connect(shop.app(), "russian_post", {**about["accounts"][0], "separate_returns": "yes"}, "Почта", about)
    kept = begun(shop)
    shop.town.fault("break_after", "russian_post", match={"path": "*/return-without-direct"}, times=1)
    book(shop, kept, "russian_post")
    comes(shop, kept, lambda it: it.state is ErrandState.UNCERTAIN, "nobody knows what became of it")
    shop.town.advance(60)
    left = comes(shop, kept, lambda it: it.state is ErrandState.REFUSED, "a person is told")
    assert [(each.code, each.params["number"]) for each in left.problems] == [("return_unclear", left.number)]
    assert len(shop.town.journal("return.accepted", "russian_post")) == 1
    # Where the search shows them it is found; its label is there at once, and it can be called off.
    shop.town.world.control.post("/russian_post/settings", {"returns_searched": True})
    shop.town.fault("break_after", "russian_post", match={"path": "*/return-without-direct"}, times=1)
    book(shop, kept, "russian_post")
    comes(shop, kept, lambda it: it.state is ErrandState.UNCERTAIN, "nobody knows again")
    shop.town.advance(60)
    there = comes(shop, kept, lambda it: it.state is ErrandState.LIVE, "it is found by our number")
    assert len(shop.town.journal("return.accepted", "russian_post")) == 2
    labels = partial(shop.town.program.read, return_labels.of_errands, shop.id, [there.id])
    shop.town.wait(lambda: [each for each in labels().values() if each.is_ready], "its label")
    off(shop, kept)
    comes(shop, kept, lambda it: it.state is ErrandState.CANCELLED, "it is called off")


def test_ways_back_are_compared(shop: Shop) -> None:
    """CDEK prices its own way back; by hand and by the client themselves can be chosen always."""
    delivered(shop)
    services = shop.town.program.remotes.services()
    refreshing.start_due(services)  # or the schedule was first
    shop.town.wait(lambda: refreshed(shop.town), "the list of points")
    kept = begun(shop)
    portal_id, sessions = shop.id, shop.town.program.parts.sessions
    with session_scope(sessions) as session:
        able = return_ways.carriers(session, portal_id, MANIFESTS)
        now = shop.town.program.parts.clock.now()
        lanes = return_ways.ask(session, portal_id, kept.id, kept.case, able, now=now, trace_id="b" * 32)
        assert len(lanes) == 1
        assert return_ways.ask(session, portal_id, kept.id, kept.case, able, now=now, trace_id="b" * 32) == []

    def known() -> return_ways.Ways:
        with read_scope(sessions) as session:
            now = shop.town.program.parts.clock.now()
            return return_ways.of_return(session, portal_id, kept.id, kept.case, able, now)

    assert known().asking
    shop.town.wait(lambda: not known().asking, "the prices")
    offers = known().offers
    priced = [each for each in offers if each.quote is not None]
    assert {each.kind for each in priced} == {WayKind.COURIER, WayKind.POINT}
    assert all(each.own for each in priced)
    assert [each.quote.price.minor for each in priced if each.quote] == sorted(
        each.quote.price.minor for each in priced if each.quote
    )
    assert [each.kind for each in offers[-2:]] == [WayKind.BY_HAND, WayKind.BROUGHT]


# --- a warehouse ------------------------------------------------------------------------------------------------------


def connected(shop: Shop, system: str) -> None:
    about = shop.town.world.addresses[system]
    connect(shop.app(), system, about["accounts"][0], "Склад", about)
    working(shop, system)


@pytest.mark.parametrize("system", ["moysklad", "one_c_wms", "sap_ewm", "manhattan"])
def test_a_warehouse_expects_it_and_tells_what_it_found(shop: Shop, system: str) -> None:
    town = shop.town
    town.world.control.post(f"/{system}/settings", {"decision_min": 0.0, "decision_max": 0.0})
    connected(shop, system)
    kept = begun(shop, (ARTICLE, 2))
    reference = ""
    if system == "sap_ewm":
        lines = [{"sku": ARTICLE, "quantity": 2}]
        reference = town.world.control.post("/sap_ewm/returns_orders", {"lines": lines})["order"]
    town.fault("break_after", system, match={"method": "POST"}, times=1)
    expect(shop, kept, system, reference)
    town.wait(lambda: errand(shop, kept).state in (ErrandState.UNCERTAIN, ErrandState.LIVE), "it was sent")
    town.advance(60)
    there = comes(shop, kept, lambda it: it.state is ErrandState.LIVE, "it is expected", 60)
    found = [{"sku": ARTICLE, "accepted": 1, "damaged": 1, "missing": 0, "surplus": 0}]
    more = {"photos": 2} if system == "moysklad" else {}
    town.world.control.post(f"/{system}/receipts/{kept.case.number}/inspect", {"lines": found, **more})
    town.advance(3700)
    done = comes(shop, kept, lambda it: it.state is ErrandState.DONE, "the inspection", 60)
    assert done.receipt is not None
    assert done.receipt.inspected_at is not None
    [line] = done.receipt.lines
    assert line.sku == ARTICLE
    assert [int(each) for each in (line.accepted, line.damaged, line.missing)] == [1, 1, 0]
    assert len(acts(shop, kept)) >= 2
    assert there.remote_id == done.remote_id
    if more:
        pictures = partial(town.program.read, return_photos.of_return, shop.id, kept.id)
        town.wait(lambda: len(pictures()) == 2, "its pictures")
    again = begun(shop, (ARTICLE, 1)) if system != "sap_ewm" else None
    if again is not None:
        expect(shop, again, system)
        comes(shop, again, lambda it: it.state is ErrandState.LIVE, "another one is expected", 60)
        off(shop, again)
        comes(shop, again, lambda it: it.state is ErrandState.CANCELLED, "it is called off", 60)


def test_a_warehouse_hears_the_number_that_will_stand_on_the_box(shop: Shop) -> None:
    """It is told when the carrier has given one, or when none will come."""
    delivered(shop)
    connected(shop, "moysklad")
    kept = begun(shop)
    fault = shop.town.fault("status", match={"method": "POST", "path": "*/clientReturn"}, params={"status": 503})
    book(shop, kept)
    expect(shop, kept, "moysklad")
    shop.town.wait(lambda: _tried(shop, kept), "the carrier is asked")
    assert errand(shop, kept).state is ErrandState.WAITING
    shop.town.forget(fault)
    shop.town.advance(60)
    comes(shop, kept, lambda it: it.state is ErrandState.LIVE, "it is expected", 60)
    collection, _ = shop.town.program.read(return_errands.of_returns, shop.id, [kept.id])[kept.id]
    told = shop.town.world.control.get(f"/moysklad/receipts/{kept.case.number}")
    assert collection.order_number in str(told["description"])


def _tried(shop: Shop, kept: Kept) -> bool:
    collection = shop.town.program.read(return_errands.of_returns, shop.id, [kept.id])[kept.id][0]
    return collection.state is not ErrandState.WAITING or collection.changed_at != collection.created_at
