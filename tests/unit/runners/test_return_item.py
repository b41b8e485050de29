"""What is written into a return's item, and what a changed one means."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from b24app.bitrix24.goods import SoldRow
from b24app.bitrix24.return_items import GoodsRow, Item, parse_items, rows_digest, set_rows, written
from b24app.flows.return_process import ReturnField, ReturnProcess
from b24app.flows.returns.quantities import Rooms, Wish, rooms_of
from b24app.flows.returns.rules import ReturnRules
from b24app.logistics.money import Money
from b24app.logistics.returning import Return, ReturnLine, ReturnOrigin, ReturnStage, Sold, Span
from b24app.runners.portal.batching import MOST_UPDATES, fill, letters
from b24app.runners.portal.return_item import decide
from b24app.runners.portal.return_item_content import Parcel, content
from b24app.runners.portal.return_item_decide import begins_in, is_news, of_tied, put_back, reason_of, wishes_of
from b24app.store import return_items
from b24app.store.models import OutboxRow
from b24app.store.return_items import Reading, Seen
from b24app.store.returns import Client, Kept

S, F = ReturnStage, ReturnField
NOW = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
MOVED = "2026-11-30T11:00:00+03:00"
PROCESS = ReturnProcess(
    12, 1042, "Возвраты", 30,
    stages={stage: f"DT1042_30:{stage.value.upper()[:8]}" for stage in S},
    fields={each: f"ufCrm12Wb{each.value.capitalize()}" for each in F},
)  # fmt: skip
CUPS = Sold(71, "Чашка", Decimal(3), Money(10000), product_id=5)
PLAID = Sold(72, "Плед", Decimal(1), Money(258000))


def kept(stage: ReturnStage = S.REQUESTED, item: int | None = 17) -> Kept:
    line = ReturnLine(CUPS, (Span(Decimal(1), Decimal(3)),), "defect")
    case = Return("W1-5-R1", 5, stage, ReturnOrigin.MANAGER, (line,))
    return Kept(3, 4, case, item, Client(88, "Анна"), None, 7, "Мария", NOW, NOW)


def says(of: Kept) -> Any:
    return content(of, None, None, Parcel("R-884412"), ReturnRules(), PROCESS, "ru")


def item_of(of: Kept, stage: ReturnStage | str | None = None, moved: str = MOVED) -> Item:
    """One that says what the return says, perhaps in another stage."""
    said = says(of)
    name = PROCESS.stages[stage] if isinstance(stage, ReturnStage) else (stage or said.stage)
    fields = {each: value for each, value in said.fields.items() if value}
    return Item(17, "Возврат", name, moved, 7, 7, NOW, NOW, NOW, 5, 88, 7, None, False, fields)


def seen_of(of: Kept, item: Item) -> Seen:
    return Seen(item.stage, item.moved, of.case.stage.value, rows="r", lines=says(of).lines)


def test_a_new_item_says_everything_and_an_old_one_only_what_differs() -> None:
    fresh = kept(item=None)
    step = decide(PROCESS, fresh, says(fresh), Seen(), None)
    assert step.do == "add"
    assert step.fields["parentId2"] == 5
    assert step.fields["contactIds"] == [88]
    assert step.fields["stageId"] == PROCESS.stages[S.REQUESTED]
    assert step.fields[PROCESS.fields[F.NUMBER]] == "W1-5-R1"
    assert step.fields[PROCESS.fields[F.REASON]] == "Брак"
    of = kept()
    item = item_of(of)
    assert decide(PROCESS, of, says(of), seen_of(of, item), item).do == "nothing"
    cut = replace(item, fields={**item.fields, F.TRACKING: "old"})
    step = decide(PROCESS, of, says(of), seen_of(of, item), cut)
    assert (step.do, step.fields) == ("write", {PROCESS.fields[F.TRACKING]: "R-884412"})


def test_rows_that_say_it_already_are_not_written_over_what_somebody_changes_meanwhile() -> None:
    of = kept()
    item = item_of(of)
    known = replace(seen_of(of, item), lines="before")
    said = says(of)
    [row] = said.rows
    there = rows_digest([SoldRow(3, 17, row.product, row.name, row.price.amount, row.quantity)])
    step = decide(PROCESS, of, said, replace(known, rows=there), item, there)
    assert (step.do, step.rows, step.moved, step.seen.lines) == ("nothing", None, False, said.lines)
    # Put so by a person after other ones had been seen: nothing is left to judge.
    step = decide(PROCESS, of, said, known, item, there)
    assert (step.do, step.moved, step.seen.rows) == ("nothing", False, there)
    # Rows that say something else are written anew where they are those we knew, else looked at.
    assert decide(PROCESS, of, said, replace(known, rows="d"), item, "d").rows == said.rows
    step = decide(PROCESS, of, said, known, item, "d")
    assert (step.rows, step.moved) == (None, True)


def test_a_stage_follows_the_return_but_not_over_somebody_who_moved_it_since() -> None:
    of = kept(S.APPROVED)
    item = item_of(of, S.REQUESTED)
    before = replace(seen_of(of, item), stands=S.REQUESTED.value)
    assert decide(PROCESS, of, says(of), before, item).stage == PROCESS.stages[S.APPROVED]
    elsewhere = item_of(of, S.REFUSED, "2026-11-30T11:05:00+03:00")
    step = decide(PROCESS, of, says(of), before, elsewhere)
    assert (step.stage, step.moved) == ("", True)
    # What somebody wants of it is being judged.
    assert decide(PROCESS, of, says(of), replace(before, act=9), item).stage == ""


def test_a_stage_of_the_portals_own_stays_until_the_return_moves_on() -> None:
    of = kept(S.APPROVED)
    item = item_of(of, "DT1042_30:THEIRS")
    meant = of_tied(PROCESS, of, Seen("x", "y", S.APPROVED.value), item, "")
    assert meant.to is None
    assert decide(PROCESS, of, says(of), meant.seen, item).stage == ""
    later = kept(S.IN_TRANSIT)
    assert decide(PROCESS, later, says(later), meant.seen, item).stage == PROCESS.stages[S.IN_TRANSIT]


def test_our_own_stage_is_no_move_though_its_answer_was_lost() -> None:
    of = kept(S.IN_TRANSIT)
    item = item_of(of, S.APPROVED)
    seen = Seen("DT1042_30:REQUESTE", "before", S.REQUESTED.value, sent=item.stage)
    meant = of_tied(PROCESS, of, seen, item, "")
    assert meant.to is None
    assert (meant.seen.stage, meant.seen.sent, meant.seen.stands) == (item.stage, "", S.APPROVED.value)


def test_a_move_is_told_once() -> None:
    of = kept()
    item = item_of(of, S.APPROVED, "later")
    first = of_tied(PROCESS, of, seen_of(of, item_of(of)), item, "")
    assert first.to is S.APPROVED
    assert of_tied(PROCESS, of, first.seen, item, "").to is None


def test_a_refused_stage_of_a_new_item_does_not_keep_it_away() -> None:
    fresh = kept(item=None)
    step = decide(PROCESS, fresh, says(fresh), Seen(stands=S.REQUESTED.value), None)
    assert step.stage == ""
    assert step.fields["parentId2"] == 5


def test_goods_of_an_item_are_rows_of_the_deal() -> None:
    rooms: Rooms = rooms_of([CUPS, PLAID], [])

    def row(name: str, quantity: int, product: int = 0) -> SoldRow:
        return SoldRow(1, 17, product, name, Decimal(1), Decimal(quantity))

    wishes, strange = wishes_of([row("Cup", 2, 5), row("Плед", 1)], rooms, "size")
    assert wishes == [Wish(71, Decimal(2), "size"), Wish(72, Decimal(1), "size")]
    assert strange == []
    assert wishes_of([], rooms, "") == ([Wish(71, Decimal(3)), Wish(72, Decimal(1))], [])
    # Whoever judges says that it is too much; what the deal does not have, nobody can judge.
    assert wishes_of([row("Плед", 2)], rooms, "")[0] == [Wish(72, Decimal(1)), Wish(72, Decimal(1))]
    assert wishes_of([row("Чужое", 1), row("Доставка: СДЭК", 1)], rooms, "") == ([], ["Чужое"])
    case = kept().case
    assert wishes_of([], rooms_of([CUPS], [case]), "")[0] == [Wish(71, Decimal(1))]


def test_an_item_that_is_moved_to_and_fro_is_put_back_three_times() -> None:
    seen, at = Seen(act=4), NOW
    for _ in range(3):
        seen, put = put_back(seen, S.REQUESTED, at)
        assert (put, seen.back, seen.act) == (True, True, 0)
        at += timedelta(minutes=1)
    left, put = put_back(seen, S.REQUESTED, at)
    assert (put, left.back, left.stands) == (False, False, S.REQUESTED.value)
    assert put_back(seen, S.REQUESTED, at + timedelta(hours=2))[1]


@pytest.mark.parametrize(
    ("stage", "begins"),
    [(S.RECEIVED, S.RECEIVED), ("DT1042_30:THEIRS", S.REQUESTED), (S.CLOSED, None), (S.REFUSED, None)],
)
def test_where_a_return_begins_that_somebody_made_an_item_for(
    stage: ReturnStage | str, begins: ReturnStage | None
) -> None:
    assert begins_in(PROCESS, item_of(kept(), stage)) is begins


def test_items_that_were_there_before_us_begin_nothing() -> None:
    reading = Reading(1042, since=NOW)
    old = replace(item_of(kept()), made_at=NOW - timedelta(days=9), moved_at=NOW - timedelta(days=8))
    assert not is_news(reading, old)
    assert is_news(reading, replace(old, moved_at=NOW + timedelta(seconds=1)))


def test_a_reason_is_known_by_its_name_in_any_language() -> None:
    rules = ReturnRules()
    assert [reason_of(rules, text) for text in ("брак", "Faulty", "defect", "Просто так", "")] == [
        "defect", "defect", "defect", "", "",
    ]  # fmt: skip


def test_money_and_rows_as_the_portal_takes_them() -> None:
    assert written(Money(464400)) == "4644.00|RUB"
    told = {"id": "17", "parentId2": "5", PROCESS.fields[F.OWED]: "4644|RUB", "opportunity": "4644.5"}
    [item] = parse_items({"items": [told]}, PROCESS)
    assert (item.fields[F.OWED], item.amount, item.deal) == (Money(464400), Money(464450), 5)
    params = set_rows("x", PROCESS, 17, [GoodsRow("Чашка", Decimal("1.5"), Money(3333), 5)]).params
    assert params["ownerType"] == "T412"
    assert params["productRows"] == [
        {"productName": "Чашка", "price": 33.33, "quantity": 1.5, "sort": 10, "taxIncluded": "Y", "productId": 5}
    ]


def test_items_of_a_deal_leave_once_each_and_ten_at_a_time() -> None:
    def row(number: int, of: int) -> OutboxRow:
        return OutboxRow(id=number, deal_id=5, kind=return_items.KIND, priority=0, payload={"return": of})

    [letter] = letters([row(1, 3), row(2, 4), row(3, 3)])
    assert {of: each.id for of, each in letter.items.items()} == {3: 3, 4: 2}
    assert [each.id for each in letter.former_items[3]] == [1]
    [many] = fill(letters([row(at, at) for at in range(1, 31)]))
    assert (len(many.items), many.saves <= MOST_UPDATES) == (10, True)
