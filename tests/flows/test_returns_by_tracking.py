"""Returns that begin because tracking says so: refused at the door, not collected in time; and a deal that is gone."""

from __future__ import annotations

from decimal import Decimal

from b24app.flows.returns.quantities import Wish
from b24app.flows.returns.way import WayKind
from b24app.logistics.returning import ReturnOrigin, ReturnStage
from b24app.store.return_acts import ActKind
from tests.flows.returning import ReturnsOf
from tests.flows.town import Shop

DEAL, TO_A_POINT = 501, 516
S = ReturnStage
REFUSED, NOT_COLLECTED, PARTLY = "11", "23", "20"


def back_order(shop: Shop) -> str:
    """CDEK's own order that brings the deal's parcel back; "" = none yet."""
    answer = shop.town.program.steer("GET", f"/cdek/orders/{shop.our_number(DEAL)}")
    return next((row["uuid"] for row in answer.get("related_entities", ()) if row["type"] == "return_order"), "")


def test_goods_that_were_refused_at_the_door_begin_their_return_once(shop: Shop) -> None:
    shop.ship(DEAL)
    shop.shipped(DEAL)
    shop.happens(DEAL, "TAKEN_BY_COURIER")
    shop.happens(DEAL, "NOT_DELIVERED", reason_code=REFUSED)
    shop.becomes(DEAL, "Едет обратно")
    mine = ReturnsOf(shop, DEAL)
    [kept] = shop.town.wait(lambda: mine.all, "a return that began by itself")
    case = kept.case
    assert (case.stage, case.origin, case.undelivered) == (S.IN_TRANSIT, ReturnOrigin.TRACKING, True)
    assert [(line.asked, line.reason) for line in case.lines] == [(2, "refused"), (1, "refused")]
    assert kept.way is not None
    assert kept.way.kind is WayKind.OWN
    shop.told(DEAL, f"Возврат {case.number} заведён")
    shop.town.wait(lambda: any(case.number in str(row) for row in shop.notices(DEAL)), "the manager's bell")
    # Told again, and once more after a person called it off: it is the same one.
    shop.press("refresh", DEAL)
    shop.town.calm()
    assert len(mine.all) == 1
    back = shop.town.wait(lambda: back_order(shop), "CDEK's order back", 10)
    shop.town.program.steer("POST", f"/cdek/orders/{back}/status", {"code": "DELIVERED"})
    shop.town.advance(3600)
    shop.town.wait(lambda: mine.kept(kept.id).case.stage is S.RECEIVED, "the return is there", 60)
    done = mine.does(ActKind.COUNT, kept.id, finished=True)
    assert done.case.stage is S.INSPECTED
    # All was paid in advance, and none of it was ever the client's: whatever became of it, it is owed.
    assert done.case.settled is not None
    assert done.case.settled.owed.minor == sum(line.sold.paid.minor for line in case.lines)


def test_what_the_recipient_left_of_an_order_begins_a_return_of_exactly_that(shop: Shop) -> None:
    shop.ship(DEAL)
    shop.shipped(DEAL)
    order = shop.town.program.steer("GET", f"/cdek/orders/{shop.our_number(DEAL)}")["entity"]
    [cups] = {item["ware_key"]: item["amount"] for item in order["packages"][0]["items"] if item["amount"] == 2}
    shop.happens(DEAL, "DELIVERED", reason_code=PARTLY, left={cups: 1})
    mine = ReturnsOf(shop, DEAL)
    [kept] = shop.town.wait(lambda: mine.all, "a return that began by itself")
    case = kept.case
    assert (case.stage, case.origin, case.undelivered) == (S.IN_TRANSIT, ReturnOrigin.TRACKING, True)
    assert [(line.row, line.asked, line.reason) for line in case.lines] == [(mine.rows[0], 1, "partly_collected")]
    assert kept.problems == ()
    # Told again, it is the same one. The goods are on their way: what they are is said.
    shop.press("refresh", DEAL)
    shop.town.calm()
    assert len(mine.all) == 1
    assert mine.refused(ActKind.LINES, kept.id, wishes=(Wish(mine.rows[0], Decimal(2)),)) == ["return_lines_fixed"]


def test_a_parcel_that_nobody_collected_is_not_begun_twice_by_a_manager(shop: Shop) -> None:
    shop.ship(TO_A_POINT)
    shop.shipped(TO_A_POINT)
    shop.happens(TO_A_POINT, "ACCEPTED_AT_PICK_UP_POINT")
    shop.happens(TO_A_POINT, "NOT_DELIVERED", reason_code=NOT_COLLECTED)
    mine = ReturnsOf(shop, TO_A_POINT)
    [kept] = shop.town.wait(lambda: mine.all, "a return that began by itself")
    assert {line.reason for line in kept.case.lines} == {"not_collected"}
    assert mine.refused(ActKind.BEGIN) == ["return_empty"]
    # What is called off stays called off, however often tracking tells of it.
    assert mine.refused(ActKind.MOVE, kept.id, to=S.REFUSED) == ["return_move"]


def test_where_the_order_does_not_tell_what_was_left_a_person_says_what_comes_back(shop: Shop) -> None:
    shop.ship(DEAL)
    shop.shipped(DEAL)
    shop.happens(DEAL, "DELIVERED", reason_code=PARTLY, left=None)
    mine = ReturnsOf(shop, DEAL)
    [kept] = shop.town.wait(lambda: mine.all, "a return that began by itself")
    assert (kept.case.stage, kept.case.lines) == (S.IN_TRANSIT, ())
    assert [problem.code for problem in kept.problems] == ["return_rows_unknown"]
    assert mine.refused(ActKind.COUNT, kept.id, finished=True) == ["return_empty"]
    cup, _ = mine.rows
    said = mine.does(ActKind.LINES, kept.id, wishes=(Wish(cup, Decimal(1), "partly_collected"),))
    assert [line.asked for line in said.case.lines] == [Decimal(1)]
    assert said.problems == ()
    assert mine.refused(ActKind.LINES, kept.id, wishes=(Wish(cup, Decimal(2)),)) == ["return_lines_fixed"]
    assert mine.does(ActKind.COUNT, kept.id, finished=True).case.stage is S.INSPECTED


def test_a_deal_that_is_gone_refuses_the_act_and_nothing_else_breaks(shop: Shop) -> None:
    gone, mine = ReturnsOf(shop, 999_999), ReturnsOf(shop, DEAL)
    keys = [each.ask(ActKind.BEGIN) for each in (gone, mine)]
    assert [problem.code for problem in gone.came(keys[0]).problems] == ["return_deal_gone"]
    assert mine.came(keys[1]).problems == ()
    [kept] = mine.all
    # Nobody says when the client got it: a person has to.
    assert mine.refused(ActKind.MOVE, kept.id, to=S.APPROVED) == ["return_delivery_unknown", "return_delivery_unknown"]
    assert mine.refused(ActKind.MOVE, kept.id, to="nowhere") == ["return_act_unclear"]


def test_while_the_portal_is_away_what_is_wanted_waits(shop: Shop) -> None:
    mine = ReturnsOf(shop, DEAL)
    shop.town.fault("status", "bitrix24", match={"path": "*/rest/*"}, params={"status": 503}, times=3)
    assert mine.came(mine.ask(ActKind.BEGIN)).problems == ()
    assert len(mine.all) == 1
