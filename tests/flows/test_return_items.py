"""The smart process "Returns" as people use it: items are made and moved on the kanban, in the form and by robots, and
what our desk does stands in them; answers and events get lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from sqlalchemy.orm import Session

from b24app.flows.return_process import ReturnField, ReturnProcess
from b24app.flows.returns.effects import Actor
from b24app.logistics.returning import ReturnOrigin, ReturnStage
from b24app.runners.portal import return_item, return_item_acts, return_item_sweep
from b24app.store import inbox, portals, return_acts, return_items, returns
from b24app.store.engine import session_scope
from b24app.store.inbox import Claimed
from b24app.store.return_acts import ActKind, Wanted
from b24app.store.return_process import Kept as Known
from b24app.store.returns import Kept
from tests.flows.test_chain_crash import Once
from tests.flows.test_return_process import rest
from tests.flows.town import MANAGER, Shop, Town

DEAL, OTHER = 501, 502
S, F = ReturnStage, ReturnField


def process_of(shop: Shop) -> ReturnProcess:
    known = Known.of(shop.town.program.read(lambda session: portals.get(session, shop.id).settings))
    assert known.process is not None
    return known.process


def items(shop: Shop) -> list[dict[str, Any]]:
    entity = process_of(shop).entity
    found = rest(shop, "crm.item.list", entityTypeId=entity, select=["*", "uf*"], order={"id": "ASC"})
    return list(found["items"])


def whole(shop: Shop, item: int) -> dict[str, Any]:
    found: dict[str, Any] = shop.ask("GET", f"/item/{process_of(shop).entity}/{item}")
    return found


def of_deal(shop: Shop, deal: int = DEAL) -> list[Kept]:
    found: list[Kept] = shop.town.program.read(lambda session: returns.of_deals(session, shop.id, [deal])[deal])
    return found


def ask(shop: Shop, kind: ActKind, key: str, deal: int = DEAL, of: int | None = None, **given: Any) -> None:
    """What a manager wants on our page."""
    program = shop.town.program
    wanted = Wanted(kind, key, Actor.PERSON, deal, of, given, MANAGER, "Мария Орлова", "tab")
    with session_scope(program.parts.sessions) as session:
        now = program.parts.clock.now()
        lane = return_acts.ask(session, shop.id, wanted, now=now, trace_id="t", people=True)
    assert lane is not None
    program.parts.waker.wake(lane)


def begun(shop: Shop, deal: int = DEAL) -> Kept:
    """A return that a manager has begun on our page, with its item."""
    ask(shop, ActKind.BEGIN, f"begin-{deal}", deal)
    shop.town.wait(lambda: of_deal(shop, deal) and of_deal(shop, deal)[0].item_id, "the return's item")
    shop.town.calm()
    return of_deal(shop, deal)[0]


def by_hand(shop: Shop, user: int | None = MANAGER, rows: list[dict[str, Any]] | None = None, **fields: Any) -> int:
    """Somebody makes an item in the form, or a robot does."""
    made = {"entity_type_id": process_of(shop).entity, "fields": fields, "user": user, "rows": rows or []}
    return int(shop.ask("POST", "/items", made)["id"])


def move(shop: Shop, item: int, to: ReturnStage, user: int | None = MANAGER) -> None:
    process = process_of(shop)
    spec = {"deals": [item], "stage": process.stages[to], "user": user, "entity_type_id": process.entity}
    assert shop.ask("POST", "/move", spec)["moved"] == [item]


def stands(shop: Shop, item: int, stage: ReturnStage) -> None:
    """Wait until the item stands there."""
    wanted = process_of(shop).stages[stage]

    def there() -> bool:
        return bool(whole(shop, item)["item"]["stageId"] == wanted)

    shop.town.wait(there, f"item {item} in {stage}")


def delivered(shop: Shop, deal: int = DEAL) -> None:
    """Its goods came to the client today."""
    shop.ship(deal)
    shop.shipped(deal)
    shop.town.calm()
    shop.happens(deal, "DELIVERED")
    shop.becomes(deal, "Вручён")
    shop.town.calm()


def comments(shop: Shop, item: int) -> list[str]:
    return [str(row["text"]) for row in whole(shop, item)["comments"]]


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_a_return_of_our_page_is_an_item_once_though_its_answer_was_lost(shop: Shop) -> None:
    shop.town.calm()
    lost = shop.town.fault("break_after", "bitrix24", match={"contains": "crm.item.add"}, times=1)
    ask(shop, ActKind.BEGIN, "begin", DEAL)
    shop.town.wait(lambda: items(shop), "an item in the portal")
    shop.town.calm()
    shop.town.advance(120)
    shop.town.wait(lambda: of_deal(shop)[0].item_id, "the return knows its item")
    shop.town.calm()
    shop.town.forget(lost)
    [item], [kept], process = items(shop), of_deal(shop), process_of(shop)
    assert kept.item_id == item["id"]
    assert item[process.fields[F.NUMBER]] == kept.case.number
    assert (item["parentId2"], item["stageId"]) == (DEAL, process.stages[S.REQUESTED])
    sold = {row["productName"]: row["quantity"] for row in whole(shop, item["id"])["rows"]}
    assert sold == {line.sold.title: float(line.asked) for line in kept.case.lines}
    assert comments(shop, item["id"]) == []


def test_the_kanban_carries_out_and_puts_back_what_may_not_be(shop: Shop) -> None:
    delivered(shop)
    item = begun(shop).item_id
    assert item is not None
    move(shop, item, S.APPROVED)
    shop.town.wait(lambda: of_deal(shop)[0].case.stage is S.APPROVED, "the approval")
    decided = of_deal(shop)[0].decided
    assert decided is not None
    assert decided.by == MANAGER
    shop.town.calm()
    stands(shop, item, S.APPROVED)
    move(shop, item, S.REFUNDED)
    stands(shop, item, S.APPROVED)
    shop.town.calm()
    assert of_deal(shop)[0].case.stage is S.APPROVED
    [told] = comments(shop, item)
    assert "не переводят" in told
    bell = shop.town.journal("notify.added", "bitrix24", portal=shop.member)
    assert [row["key"] for row in bell if f"/details/{item}/" in str(row)] == [str(MANAGER)]


def test_a_robot_that_moves_to_and_fro_is_put_back_no_longer(shop: Shop) -> None:
    item = begun(shop).item_id
    assert item is not None
    for at in range(4):
        if at < 3:
            move(shop, item, S.CLOSED, user=None)
            stands(shop, item, S.REQUESTED)
            shop.town.calm()
    move(shop, item, S.CLOSED, user=None)
    shop.town.wait(lambda: any("туда и обратно" in each for each in comments(shop, item)), "what people are told")
    shop.town.calm()
    stands(shop, item, S.CLOSED)
    assert of_deal(shop)[0].case.stage is S.REQUESTED


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_an_item_made_by_hand_begins_a_return(shop: Shop) -> None:
    """… of the goods that stand in it; without a deal it waits for one."""
    sold = rest(shop, "crm.item.productrow.list", filter={"=ownerType": "D", "=ownerId": DEAL})["productRows"]
    one = next(row for row in sold if row["type"] != 7)
    rows = [{"productId": one["productId"], "productName": one["productName"], "quantity": 1, "price": 1}]
    item = by_hand(shop, rows=rows, title="Вернули в салон")
    shop.town.wait(lambda: any("не указана сделка" in each for each in comments(shop, item)), "what is missing")
    assert of_deal(shop) == []
    spec = {"id": item, "entity_type_id": process_of(shop).entity, "fields": {"parentId2": DEAL}, "user": MANAGER}
    shop.ask("POST", "/edit", spec)
    shop.town.wait(lambda: of_deal(shop), "the return")
    shop.town.calm()
    [kept], [there] = of_deal(shop), items(shop)
    assert (kept.item_id, kept.case.origin) == (item, ReturnOrigin.CRM_ITEM)
    assert [(line.sold.title, line.asked) for line in kept.case.lines] == [(one["productName"], Decimal(1))]
    assert (there["title"], there[process_of(shop).fields[F.NUMBER]]) == ("Вернули в салон", kept.case.number)


def test_goods_changed_in_the_item_are_meant_while_that_may_be(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Changed again before we know what became of the first change, they are looked at when we do."""
    kept = begun(shop)
    known, judged = threading.Event(), return_item_acts.judged

    def later(run: Any, process: ReturnProcess, row: Claimed) -> bool:
        if known.is_set():
            return judged(run, process, row)
        with session_scope(run.services.sessions) as session:
            inbox.defer(session, run.slice, row.ids, run.services.clock.now() + timedelta(seconds=1))
        return False

    def looks() -> int:
        calls = shop.town.journal("rest.call", "bitrix24")
        return sum("crm.item.productrow.list" in (call["data"].get("commands") or ()) for call in calls)

    monkeypatch.setattr(return_item_acts, "judged", later)
    monkeypatch.setattr(return_item_sweep, "is_due", lambda _run: False)  # a minute later it would be seen all the same
    rows = whole(shop, kept.item_id or 0)["rows"]
    first = {name: rows[0][name] for name in ("productId", "productName", "price")}
    spec = {"id": kept.item_id, "entity_type_id": process_of(shop).entity, "user": MANAGER}
    shop.ask("POST", "/rows", {**spec, "rows": [{**first, "quantity": 1}]})

    def meant() -> bool:
        return [line.asked for line in of_deal(shop)[0].case.lines] == [1]

    shop.town.wait(meant, "the goods of the item")
    shop.town.calm()
    before = looks()
    shop.ask("POST", "/rows", {**spec, "rows": [{"productName": "Чужое", "quantity": 1, "price": 5}]})
    shop.town.wait(lambda: looks() > before, "a look at the rows")
    assert not any("Чужое" in each for each in comments(shop, kept.item_id or 0))
    known.set()
    shop.town.wait(lambda: any("Чужое" in each for each in comments(shop, kept.item_id or 0)), "what is wrong")
    assert meant()


def test_what_no_event_told_is_swept_up(shop: Shop) -> None:
    item = begun(shop).item_id
    assert item is not None
    shop.settings(event_drop=1.0)
    move(shop, item, S.REFUSED)
    other = by_hand(shop, title="Ещё один", parentId2=OTHER)
    shop.town.calm()
    assert of_deal(shop)[0].case.stage is S.REQUESTED
    shop.town.advance(200)
    shop.town.wait(lambda: of_deal(shop)[0].case.stage is S.REFUSED, "the move that no event told")
    shop.town.wait(lambda: of_deal(shop, OTHER), "the item that no event told")
    # Once all is known, a sweep takes one request: they come with the history of deals.
    alone = {("crm.stagehistory.list", "crm.item.list")}
    assert any(_swept(shop) == alone for _ in range(6))
    assert of_deal(shop, OTHER)[0].item_id == other


def _swept(shop: Shop) -> set[tuple[str, ...]]:
    """The commands of each request of the next sweep that looks for items."""
    control = shop.town.world.control
    since = max(int(row["seq"]) for row in control.journal())
    shop.town.advance(1900)

    def told() -> set[tuple[str, ...]]:
        rows = control.journal(system="bitrix24", kind="rest.call", since=since)
        return {tuple(each) for row in rows if "crm.item.list" in (each := row["data"].get("commands") or ())}

    shop.town.wait(told, "a sweep")
    shop.town.calm()
    return told()


def test_a_deleted_item_leaves_its_return_alone_until_somebody_wants_it_again(shop: Shop) -> None:
    kept = begun(shop)
    shop.ask("POST", "/delete", {"id": kept.item_id, "entity_type_id": process_of(shop).entity, "user": MANAGER})
    shop.town.wait(lambda: of_deal(shop)[0].problems, "that it is gone")
    assert [each.code for each in of_deal(shop)[0].problems] == ["return_item_gone"]
    ask(shop, ActKind.NOTE, "note", of=kept.id, text="Клиент звонил")
    ask(shop, ActKind.MOVE, "refuse", of=kept.id, to=S.REFUSED)
    shop.town.calm()
    assert items(shop) == []
    assert of_deal(shop)[0].case.stage is S.REFUSED
    assert [each.code for each in of_deal(shop)[0].problems] == ["return_item_gone"]
    program = shop.town.program

    def anew(session: Session, now: datetime) -> Any:
        row = portals.get(session, shop.id)
        return return_items.make_anew(session, row, of_deal(shop)[0], now=now, trace_id="t")

    with session_scope(program.parts.sessions) as session:
        lane = anew(session, program.parts.clock.now())
    program.parts.waker.wake(lane)
    shop.town.wait(lambda: len(items(shop)) == 1, "a new item")
    shop.town.wait(lambda: of_deal(shop)[0].item_id == items(shop)[0]["id"], "the return knows it")


def test_portals_have_stages_of_their_own(town: Town) -> None:
    """… and events of all processes where the portal has none of one alone."""
    for at, name in ((0, "Согласован"), (1, "Approved by Ann")):
        member = str(town.world.addresses["portals"][at]["member_id"])
        Shop(town, member).settings(typed_item_events=at == 0)
        shop = town.shop(at, account=2 * at)
        process = process_of(shop)
        bound = {row["event"] for row in rest(shop, "event.get") if row["event"].startswith("ONCRMDYNAMIC")}
        assert (f"ONCRMDYNAMICITEMUPDATE_{process.entity}" in bound, "ONCRMDYNAMICITEMUPDATE" in bound) == (
            not at,
            bool(at),
        )
        stage = process.stages[S.REFUSED]
        row = next(
            each
            for each in rest(
                shop, "crm.status.list", filter={"ENTITY_ID": f"DYNAMIC_{process.entity}_STAGE_{process.category}"}
            )
            if each["STATUS_ID"] == stage
        )
        rest(shop, "crm.status.update", id=row["ID"], fields={"NAME": name})
        item = begun(shop).item_id
        assert item is not None
        move(shop, item, S.REFUSED)
        town.wait(partial(_is, shop, S.REFUSED), "the refusal")
    places = {row["placement"] for row in rest(shop, "placement.get")}
    assert f"CRM_DYNAMIC_{process.entity}_DETAIL_TAB" in places


def _is(shop: Shop, stage: ReturnStage) -> bool:
    return of_deal(shop)[0].case.stage is stage


def test_a_plan_without_smart_processes_has_the_same_desk(town: Town) -> None:
    """… and gets its items once it has them."""
    member = str(town.world.addresses["portals"][0]["member_id"])
    Shop(town, member).settings(smart_processes=False)
    shop = town.shop()
    bound = {row["event"] for row in rest(shop, "event.get")}
    assert not any(each.startswith("ONCRMDYNAMIC") for each in bound)
    ask(shop, ActKind.BEGIN, "begin", DEAL)
    town.wait(lambda: of_deal(shop), "the return")
    town.calm()
    assert of_deal(shop)[0].item_id is None
    shop.settings(smart_processes=True)
    shop.app().press("/app/returns/again", {})
    town.wait(lambda: of_deal(shop)[0].item_id, "its item")
    assert [item["parentId2"] for item in items(shop)] == [DEAL]


#: Where Waybill stops once each: the object, the name of what stops there, and whether before or after.
STOPS: tuple[tuple[Any, str, bool], ...] = (
    (return_item, "leaving", False),
    (return_item, "outcome", True),
    (return_item_acts, "ask", False),
    (return_item_acts, "judged", True),
    (return_item_sweep, "read", False),
)


def test_waybill_stops_anywhere_and_there_is_one_item_of_one_return(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    stops = []
    for where, name, before in STOPS:
        stop = Once(getattr(where, name), lambda *_: True, before)
        monkeypatch.setattr(where, name, stop.stand_in())
        stops.append(stop)
    ask(shop, ActKind.BEGIN, "begin", DEAL)
    other = by_hand(shop, title="Вернули в салон", parentId2=OTHER)

    def comes(what: Callable[[], Any]) -> Callable[[], Any]:
        """A lane that fails rests ever longer: its time goes by."""

        def look() -> Any:
            shop.town.advance(300)
            shop.town.calm(0.3)
            return what()

        return look

    def there() -> bool:
        return all(of_deal(shop, deal) and of_deal(shop, deal)[0].item_id for deal in (DEAL, OTHER))

    shop.town.wait(comes(there), "both returns with their items", 60)
    move(shop, other, S.REFUSED)
    shop.town.wait(comes(lambda: of_deal(shop, OTHER)[0].case.stage is S.REFUSED), "the move", 60)
    shop.town.wait(comes(lambda: all(stop.stopped for stop in stops)), "every stop", 60)
    shop.town.calm()
    assert [len(of_deal(shop, deal)) for deal in (DEAL, OTHER)] == [1, 1]
    by_deal = {item["parentId2"]: item for item in items(shop)}
    assert (len(items(shop)), by_deal[OTHER]["id"]) == (2, other)
    number = process_of(shop).fields[F.NUMBER]
    assert {deal: item[number] for deal, item in by_deal.items()} == {
        deal: of_deal(shop, deal)[0].case.number for deal in (DEAL, OTHER)
    }
