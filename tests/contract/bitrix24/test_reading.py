"""Deals read whole and written back, counted by the portal's own journal."""

from collections.abc import Callable

import pytest

from b24app.bitrix24 import deals, feed
from b24app.bitrix24.catalogue import CatalogueMemory, CatalogueReader
from b24app.bitrix24.names import FieldNames
from b24app.bitrix24.reading import DealReader
from b24app.clock import SystemClock
from b24app.flows.snapshot import CatalogueSize, DealSnapshot, Role, Source
from b24app.wire.budget import Rate
from tests.contract.bitrix24.conftest import Rig

NAMES = FieldNames(
    {
        Role.ADDRESS: "UF_CRM_DELIVERY_ADDRESS",
        Role.PHONE: "UF_CRM_DELIVERY_PHONE",
        Role.TYPE: "UF_CRM_DELIVERY_TYPE",
        Role.POINT: "UF_CRM_PVZ_CODE",
        Role.ORDER_ID: "UF_CRM_LOGISTICS_ORDER_ID",
    }
)


def reader(rig: Rig, memory: CatalogueMemory | None = None, payments: bool = False) -> DealReader:
    catalogue = CatalogueReader(rig.client, memory or CatalogueMemory(SystemClock()))
    return DealReader(rig.client, NAMES, catalogue, payments)


def compare(rig: Rig, deal: DealSnapshot) -> None:
    """What was read is what the portal's tables hold."""
    row = rig.portal.crm.tables[2].get(deal.deal_id)
    assert (deal.title, deal.category, deal.stage) == (row["title"], row["categoryId"], row["stageId"])
    stored = [item for item in rig.portal.crm.product_rows if item["ownerId"] == deal.deal_id]
    assert sorted(each.name for each in deal.rows) == sorted(item["productName"] for item in stored)
    assert [person.id for person in deal.contacts] == list(row.get("contactIds") or [])
    assert bool(deal.company) == bool(row.get("companyId"))


def test_one_deal_takes_three_calls_at_most(rig: Rig) -> None:
    memory = CatalogueMemory(SystemClock())
    for deal_id in rig.deal_ids(12):
        before = len(rig.seen())
        got = reader(rig, memory, payments=True).read([deal_id], extra=deals.moves_after(0))
        assert len(rig.seen()) - before <= 3
        compare(rig, got.snapshots[deal_id])
        moves, _ = deals.parse_moves(got.extra)
        assert moves


def test_wares_that_are_named_come_with_the_deal(rig: Rig) -> None:
    """The same deal in one call less; named and not in it, or in it and not named, changes nothing."""
    memory = CatalogueMemory(SystemClock())
    deal_id = next(
        number for number in rig.deal_ids(48) if len(wares_of(reader(rig, memory).read([number]).snapshots[number])) > 1
    )

    def calls(wares: list[int]) -> tuple[DealSnapshot, int]:
        before = len(rig.seen())
        got = reader(rig, memory).read([deal_id], people=True, wares=wares).snapshots[deal_id]
        return got, len(rig.seen()) - before

    plain, many = calls([])
    ids = sorted(wares_of(plain))
    assert calls(ids) == (plain, many - 1)
    assert calls([*ids, 99999998]) == (plain, many - 1)
    assert calls(ids[1:]) == (plain, many)
    assert calls([99999998]) == (plain, many)


def wares_of(deal: DealSnapshot) -> set[int]:
    return {row.product_id for row in deal.rows if row.product_id}


def test_twenty_deals_of_a_list_take_four_calls_with_the_list(rig: Rig) -> None:
    stages = ["NEW", "PREPARATION", "PREPAYMENT_INVOICE", "EXECUTING", "FINAL_INVOICE"]
    answer = rig.client.read_all([deals.last_moved("s", 0, stages, NAMES), deals.last_moved("a", 0, (), NAMES)])
    rows = deals.items_of(answer.get("s"))[:20]
    moved = [moment for row in rows if (moment := deals.moment(row["movedTime"]))]
    assert len(rows) == len(moved) == 20
    assert moved == sorted(moved, reverse=True)
    assert {row["stageId"] for row in rows} <= set(stages)
    assert len(deals.items_of(answer.get("a"))) == deals.PAGE
    got = reader(rig, payments=True).fill(rows)
    assert len(rig.seen()) <= 4
    assert set(got) == {row["id"] for row in rows}
    for deal in got.values():
        compare(rig, deal)
    assert reader(rig).fill([]) == {}


def test_a_portal_is_slow_so_48_deals_take_four_calls(rig: Rig) -> None:
    wanted = rig.deal_ids(48)
    got = reader(rig).read(wanted)
    assert len(rig.seen()) <= 4
    assert sorted(got.snapshots) == wanted
    for deal in got.snapshots.values():
        compare(rig, deal)


def test_goods_have_sizes_of_their_own_or_of_their_parent(rig: Rig) -> None:
    got = reader(rig).read(rig.deal_ids(48)).snapshots.values()
    sizes = [size for deal in got for row in deal.rows for size in row.sizes]
    sources = {size.source for size in sizes if size.weight_g}
    assert Source.VARIATION in sources
    assert all((size.weight_g or 0) > 10 for size in sizes if size.weight_g)


def test_sections_lend_their_default(rig: Rig) -> None:
    top = CatalogueSize(Source.SECTION, weight_g=777)
    sections = {row["id"]: row.get("iblockSectionId") for row in rig.portal.catalog.sections}
    roots = {number: top for number, above in sections.items() if not above}
    catalogue = CatalogueReader(rig.client, CatalogueMemory(SystemClock()), defaults=roots)
    got = DealReader(rig.client, NAMES, catalogue).read(rig.deal_ids(20)).snapshots.values()
    with_ware = [row for deal in got for row in deal.rows if row.sizes]
    assert with_ware
    assert any(size.source is Source.SECTION and size.weight_g == 777 for row in with_ware for size in row.sizes)


def test_deleted_deals_are_gone(rig: Rig) -> None:
    keep = rig.deal_ids(1)[0]
    got = reader(rig).read([keep, 99999998]).snapshots
    assert (got[keep].gone, got[99999998].gone) == (False, True)
    assert reader(rig).read([99999998]).snapshots[99999998].gone


def test_a_glance_at_many_deals_is_one_call(rig: Rig) -> None:
    everything = rig.deal_ids(1000)
    wanted = [*everything, *range(10_000_000, 10_000_000 + 2500 - len(everything))]
    got = reader(rig).glance(wanted)
    assert len(rig.seen()) == 1
    assert (len(got), sum(not deal.gone for deal in got.values())) == (2500, len(everything))


def test_writes_of_25_deals_are_one_call(rig: Rig) -> None:
    wanted = rig.deal_ids(25)
    commands = []
    for deal in wanted:
        fields = {**NAMES.written({Role.ORDER_ID: f"CDK-{deal}"}), "title": f"t{deal}"}
        commands.append(deals.update_deal(f"u{deal}", deal, fields))
        commands.append(feed.add_comment(f"c{deal}", ("deal", deal), "Заказ создан", f"m{deal}"))
    answer = rig.client.batch(commands)
    assert (len(answer.results), dict(answer.errors), len(rig.seen())) == (50, {}, 1)
    assert all(rig.portal.crm.tables[2].get(deal)["title"] == f"t{deal}" for deal in wanted)


def test_the_feed_of_moves_is_complete_over_pages(rigs: Callable[..., Rig]) -> None:
    """Several pages of history; the cursor ends at the newest id."""
    rig = rigs(rate=Rate(1000, 1000))
    rig.switch(rate_limit=False)
    deal = rig.deal_ids(1)[0]
    stages = [row["STATUS_ID"] for row in stages_of(rig, deal)][:2]
    for number in range(90):
        rig.client.batch([deals.update_deal("u", deal, {"stageId": stages[number % 2]})])
    newest = deals.moves_of(rig.client.batch([deals.newest_move()]).get("newest"))[0]
    moves, more = deals.parse_moves(rig.client.batch(deals.moves_after(0, pages=6)), pages=6)
    assert not more
    ids = [move.history_id for move in moves]
    assert ids == sorted(set(ids))
    assert ids[-1] == newest.history_id
    assert len(ids) == len({row["ID"] for row in every_move(rig)})


def stages_of(rig: Rig, deal: int) -> list[dict[str, str]]:
    category = rig.portal.crm.tables[2].get(deal)["categoryId"]
    entity = f"DEAL_STAGE_{category}" if category else "DEAL_STAGE"
    params = {"filter": {"ENTITY_ID": entity}, "order": {"SORT": "ASC"}}
    found: list[dict[str, str]] = rig.client.call("crm.status.list", params).result
    return found


def every_move(rig: Rig) -> list[dict[str, int]]:
    """By offsets, the slow documented way."""
    rows: list[dict[str, int]] = []
    start: int | None = 0
    while start is not None:
        params = {"entityTypeId": 2, "order": {"ID": "ASC"}, "start": start}
        page = rig.client.call("crm.stagehistory.list", params)
        rows += page.result["items"]
        start = page.next
    return rows


@pytest.mark.parametrize("number", [3, 4], ids=["west", "box"])
def test_other_kinds_of_portal_are_read_the_same(rigs: Callable[..., Rig], number: int) -> None:
    rig = rigs(number)
    wanted = rig.deal_ids(5)
    for deal in reader(rig).read(wanted).snapshots.values():
        compare(rig, deal)
