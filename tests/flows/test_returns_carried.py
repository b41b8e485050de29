"""A return that CDEK brings back and MoySklad inspects, led by what people choose and by what the systems tell."""

from __future__ import annotations

from typing import Any

import pytest

from b24app.demo.accounts import connect
from b24app.flows.returns.effects import Actor
from b24app.flows.returns.way import Way, WayKind
from b24app.logistics.returning import Condition, ReturnStage
from b24app.store import return_errands, returns
from b24app.store.models import ErrandKind, ErrandState
from b24app.store.return_acts import ActKind
from b24app.store.return_errands import Errand
from tests.flows.returning import ReturnsOf, delivered
from tests.flows.town import Shop
from tests.flows.warehouses import working

DEAL = 501
S = ReturnStage


@pytest.fixture
def mine(shop: Shop) -> ReturnsOf:
    delivered(shop, DEAL)
    return ReturnsOf(shop, DEAL)


def errands(mine: ReturnsOf, return_id: int) -> list[Errand]:
    found: list[Errand] = mine.shop.town.program.read(return_errands.of_returns, mine.shop.id, [return_id])[return_id]
    return found


def errand(mine: ReturnsOf, return_id: int, kind: ErrandKind, state: ErrandState) -> Errand:
    """Wait for the newest of its kind to be so."""

    def there() -> Errand | None:
        newest = [each for each in errands(mine, return_id) if each.kind is kind][-1:]
        return newest[0] if newest and newest[0].state is state else None

    found: Errand = mine.shop.town.wait(there, f"a {kind} that is {state}", 60)
    return found


def stands(mine: ReturnsOf, return_id: int, stage: ReturnStage) -> None:
    mine.shop.town.wait(lambda: mine.kept(return_id).case.stage is stage, f"the return is {stage}", 60)


def courier(mine: ReturnsOf) -> Way:
    return Way(WayKind.COURIER, working(mine.shop, "cdek").id)


def test_cdek_brings_it_back_and_each_of_its_statuses_moves_the_return(mine: ReturnsOf) -> None:
    shop = mine.shop
    kept = mine.does(ActKind.BEGIN, approve=True, reason="size")
    booked = mine.does(ActKind.WAY, kept.id, way=courier(mine), book=True)
    assert booked.case.stage is S.COLLECTION_BOOKED
    order = errand(mine, kept.id, ErrandKind.COLLECTION, ErrandState.LIVE)
    shop.told(DEAL, "Напишите клиенту: «Передайте товар по возврату")
    code = shop.town.wait(lambda: errands(mine, kept.id)[0].order_number, "its number")
    shop.town.calm()
    assert [text for text in shop.comments(DEAL) if code in text] != []
    [found] = shop.town.program.read(returns.search, shop.id, code)
    assert found.id == kept.id
    for status, stage in (("RECEIVED_AT_SHIPMENT_WAREHOUSE", S.IN_TRANSIT), ("DELIVERED", S.RECEIVED)):
        shop.town.advance(60)
        shop.town.program.steer("POST", f"/cdek/orders/{order.remote_id}/status", {"code": status})
        shop.town.advance(3700)
        stands(mine, kept.id, stage)
    moved = [row for row in mine.journal(kept.id) if row.actor is Actor.SYSTEM]
    assert [(row.stands, row.source) for row in moved] == [(S.IN_TRANSIT, "cdek"), (S.RECEIVED, "cdek")]
    done = mine.does(ActKind.COUNT, kept.id, finished=True)
    assert {each.condition for each in done.case.counted} == {Condition.MISSING}
    assert mine.refunds(kept.id) == []


def test_what_the_carrier_refuses_goes_back_to_where_a_way_is_chosen(mine: ReturnsOf) -> None:
    shop = mine.shop
    kept = mine.does(ActKind.BEGIN, approve=True)
    shop.town.fault(
        "status", match={"path": "/v2/*", "method": "POST"},
        params={"status": 400, "body": {"requests": [{"errors": [{"code": "v2_sender_is_empty", "message": "нет"}]}]}},
    )  # fmt: skip
    mine.does(ActKind.WAY, kept.id, way=courier(mine), book=True)
    errand(mine, kept.id, ErrandKind.COLLECTION, ErrandState.REFUSED)
    stands(mine, kept.id, S.APPROVED)
    assert mine.kept(kept.id).problems != ()
    shop.town.wait(lambda: any(kept.case.number in str(row) for row in shop.notices(DEAL)), "the manager's bell")
    by_hand = mine.does(ActKind.WAY, kept.id, way=Way(WayKind.BY_HAND, carrier="Почта", tracking="RA1"), book=True)
    assert (by_hand.case.stage, by_hand.problems) == (S.COLLECTION_BOOKED, ())


def test_a_refused_return_is_called_off_at_the_carrier(mine: ReturnsOf) -> None:
    kept = mine.does(ActKind.BEGIN, approve=True)
    mine.does(ActKind.WAY, kept.id, way=courier(mine), book=True)
    errand(mine, kept.id, ErrandKind.COLLECTION, ErrandState.LIVE)
    # By another way: the courier is called off, and nothing of that brings the return back.
    mine.does(ActKind.WAY, kept.id, way=Way(WayKind.BROUGHT), book=True)
    errand(mine, kept.id, ErrandKind.COLLECTION, ErrandState.CANCELLED)
    mine.shop.town.calm()
    assert mine.kept(kept.id).case.stage is S.COLLECTION_BOOKED
    assert mine.moves(kept.id, S.REFUSED, why="передумал").problems == ()
    assert len(errands(mine, kept.id)) == 1


def test_a_warehouse_expects_the_goods_and_its_inspection_moves_the_return(mine: ReturnsOf) -> None:
    shop = mine.shop
    about: dict[str, Any] = shop.town.world.addresses["moysklad"]
    connect(shop.app(), "moysklad", about["accounts"][0], "Склад", about)
    working(shop, "moysklad")
    kept = mine.does(ActKind.BEGIN, approve=True, reason="size")
    mine.does(ActKind.WAY, kept.id, way=Way(WayKind.BROUGHT), book=True)
    receipt = errand(mine, kept.id, ErrandKind.RECEIPT, ErrandState.LIVE)
    mine.moves(kept.id, S.RECEIVED)
    assert len(errands(mine, kept.id)) == 1
    first, *rest = kept.case.lines
    lines = [{"sku": first.sold.sku, "accepted": 1, "damaged": int(first.asked) - 1}]
    lines += [{"sku": line.sold.sku, "accepted": int(line.asked)} for line in rest]
    shop.town.world.control.post(f"/moysklad/receipts/{receipt.number}/inspect", {"lines": lines})
    shop.town.advance(3700)
    stands(mine, kept.id, S.INSPECTED)
    done = mine.kept(kept.id)
    assert [each.condition for each in done.case.counted][:2] == [Condition.DAMAGED, Condition.AS_NEW]
    assert done.case.settled is not None
    [proposed] = mine.refunds(kept.id)
    assert proposed.amount == done.case.settled.owed
    assert mine.journal(kept.id)[-1].source == "moysklad"
