"""A published client of 1C's OData (`python-1c-odata` of PyPI, over aiohttp), unmodified, against the emulated 1C:WMS:
it makes, posts and follows a shipment order as §4.4 of the contract has it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest
from python_1c_odata import (
    AccumulationRegister,
    Catalog,
    Document,
    F,
    Infobase,
    InformationRegister,
    PostingMode,
    startswith,
)
from python_1c_odata.errors import AccessDenied, ConcurrencyError, EntityNotFound, ODataError

from sandbox.world import World

T = TypeVar("T")
ORDER, ROW, STATES = "усЗаказНаОтгрузку", "усСтрокаЗаказаНаОтгрузку", "усСтатусыЗаказовНаОтгрузку"


@pytest.fixture(scope="module")
def running() -> Iterator[World]:
    with World(systems=["one_c_wms"]) as found:
        yield found


@pytest.fixture
def world(running: World) -> World:
    running.reset()
    return running


@asynccontextmanager
async def base(world: World, form: str = "json") -> AsyncIterator[Infobase]:
    account = world.addresses["one_c_wms"]["accounts"][0]
    server, _, name = account["base_url"].rpartition("/")
    async with Infobase(server, name, account["login"], account["password"], format=form) as found:
        yield found


def told(world: World, story: Callable[[Infobase, dict[str, Any]], Awaitable[T]], form: str = "json") -> T:
    async def run() -> T:
        async with base(world, form) as found:
            return await story(found, world.addresses["one_c_wms"]["accounts"][0])

    # In a thread of its own: Playwright, which other tests of this process use, keeps an event loop in this one.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(run())).result()


async def _order(ib: Infobase, keys: dict[str, Any], number: str = "wb-1-1") -> str:
    """A document with a row and its state, not posted."""
    good = (await Catalog(ib, "усНоменклатура").query(odata_filter=F("КодКИС") == "CUP-1")).value[0]
    partner = await Catalog(ib, "усКонтрагенты").create({"Description": "Мария Северцева"})
    header = {
        "Date": "2026-10-05T12:40:00", "НомерКИС": number, "Организация_Key": keys["organization"],
        "НаправлениеОтгрузки_Key": keys["direction"], "Контрагент_Key": partner["Ref_Key"],
    }  # fmt: skip
    key = str((await Document(ib, ORDER).create(header))["Ref_Key"])
    row = {
        "Number": "1", "Date": header["Date"], "Владелец_Key": key, "Номенклатура_Key": good["Ref_Key"],
        "Количество": 2,
    }  # fmt: skip
    await Document(ib, ROW).create(row)
    await InformationRegister(ib, STATES).create({"ЗаказНаОтгрузку_Key": key, "Статус": "Новый"})
    return key


def test_it_makes_posts_and_follows_an_order(world: World) -> None:
    async def story(ib: Infobase, keys: dict[str, Any]) -> tuple[Any, Any, Any]:
        key = await _order(ib, keys)
        await Document(ib, ORDER).post(key, PostingMode.POST)
        posted = await Document(ib, ORDER).get(key)
        world.control.post("/one_c_wms/orders/wb-1-1/route", {"route": "shipped"})
        world.clock.advance(4 * 3600)
        state = await InformationRegister(ib, STATES).get({"ЗаказНаОтгрузку_Key": key})
        gone = await AccumulationRegister(ib, "усКонтрольОтгрузки").turnovers()
        return posted, state, gone

    posted, state, gone = told(world, story)
    assert (posted["Posted"], posted["НомерКИС"]) == (True, "wb-1-1")
    assert state["Статус"] == "Отгружен"
    assert [row["КоличествоОтгруженоTurnover"] for row in gone["value"]] == [2]
    assert [entry.key for entry in world.journal.find(kind="order.accepted")] == ["wb-1-1"]


def test_it_reads_pages_counts_and_balances(world: World) -> None:
    async def story(ib: Infobase, _keys: dict[str, Any]) -> tuple[Any, ...]:
        goods = Catalog(ib, "усНоменклатура")
        listed = [row["КодКИС"] async for row in goods.iterate(page_size=20, select=["КодКИС"], orderby="КодКИС")]
        count = await goods.count()
        coffee = await goods.count(odata_filter=startswith(F("КодКИС"), "CF-"))
        page = await goods.query(
            top=1,
            odata_filter=(F("Description") != "") & (F("КодКИС") == "CUP-1"),
            inlinecount=True,
        )
        rest = await AccumulationRegister(ib, "усОстаткиТоваров").balance(period="2027-01-01T00:00:00")
        return listed, count, coffee, page, rest

    listed, count, coffee, page, rest = told(world, story)
    assert listed == sorted(listed)
    assert (len(listed), coffee, page.count, len(page.value)) == (count, 3, 1, 1)
    assert {"КоличествоBalance", "КоличествоРасходBalance", "Контейнер_Key"} <= set(rest["value"][0])


def test_its_errors_are_those_it_knows(world: World) -> None:
    async def story(ib: Infobase, keys: dict[str, Any]) -> None:
        key = await _order(ib, keys)
        orders = Document(ib, ORDER)
        with pytest.raises(ConcurrencyError):
            await orders.edit(key, {"НомерКИС": "x"}, if_match="AAAAAAAAAAA=")
        with pytest.raises(EntityNotFound) as missing:
            await orders.get("0a000009-0000-4000-8000-000000000009")
        with pytest.raises(EntityNotFound) as unknown:
            await Document(ib, "НетТакого").query()
        with pytest.raises(ODataError) as strange:
            await orders.edit(key, {"НетТакого": 1})
        with pytest.raises(ODataError) as refused:
            await orders.create({"Date": "2026-10-05T12:40:00"}, posting_mode=PostingMode.POST)
        codes = [found.value.internal_code for found in (missing, unknown, strange, refused)]
        assert codes == ["9", "8", "10", "-1"]
        world.control.post("/one_c_wms/settings", {"odata_closed": ["Document_" + ORDER]})
        with pytest.raises(AccessDenied):
            await orders.query()

    told(world, story)


def test_metadata_names_sets_keys_and_properties(world: World) -> None:
    async def story(ib: Infobase, _keys: dict[str, Any]) -> tuple[Any, Any]:
        return await ib.entity_sets(), await ib.entity_type_for_set("InformationRegister_" + STATES)

    sets, states = told(world, story)
    assert {"Document_" + ORDER, "Catalog_усНоменклатура", "AccumulationRegister_усОстаткиТоваров"} <= set(sets)
    assert states.keys == ("ЗаказНаОтгрузку_Key",)
    assert {prop.name: prop.type for prop in states.properties}["Статус"] == "Edm.String"


def test_in_atom_it_reads_the_same(world: World) -> None:
    async def story(ib: Infobase, keys: dict[str, Any]) -> tuple[str, Any, Any]:
        async with base(world) as other:
            key = await _order(other, keys)
        found = await Document(ib, ORDER).get(key)
        listed = await Document(ib, ORDER).query(odata_filter=F("НомерКИС") == "wb-1-1")
        return key, found, listed

    key, found, listed = told(world, story, "atom")
    assert (found["Ref_Key"], found["НомерКИС"], found["Posted"]) == (key, "wb-1-1", False)
    assert [row["Ref_Key"] for row in listed.value] == [key]
