"""A dry run on a real deal: it shows what shipping then sends, to the byte, and writes nothing anywhere."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from b24app.demo.person import Person
from b24app.demo.setting_up import connect, install, open_app, switch_on
from b24app.store import portals
from b24app.store.engine import read_scope
from b24app.store.models import Job, Shipment
from b24app.store.retention import Keep, purge
from tests.flows.town import ADDRESS, LOST, PHONE, Shop, Town, words_of

DEAL = 501
#: What Bitrix24 is asked by a dry run, and by the lane's own look around: all of it reads.
READS = re.compile(r"\.(list|get|fields|current|admin)$|^(batch|profile|scope|app\.info|server\.time)$")


def tried(page: Person, deal: int) -> str:
    """The administrator types a number and watches until the result is there; its HTML."""
    page.press("/app/trial", {"deal": str(deal)})
    return page.wait("/app/trial/result", lambda text: "aria-busy" not in text, "the dry run")


def shown_body(page: str) -> dict[str, Any]:
    found = re.search(r'<pre [^>]*id="trial-body"[^>]*>(.*?)</pre>', page, re.DOTALL)
    assert found, words_of(page)
    body: dict[str, Any] = json.loads(html.unescape(found[1]))
    return body


def sent_body(town: Town, shop: Shop) -> dict[str, Any]:
    """What CDEK got for the deal, without the ids that it gave the packages."""
    orders = town.world.system("cdek").cdek.orders.values()
    body: dict[str, Any] = json.loads(json.dumps(next(o.body for o in orders if o.number == shop.our_number(DEAL))))
    for package in body["packages"]:
        del package["package_id"]
    return body


def calls(town: Town, since: int, system: str) -> list[dict[str, Any]]:
    return town.journal("rest.call", system, since=since)


def newest(town: Town) -> int:
    rows = [row["seq"] for system in ("cdek", "bitrix24") for row in town.world.control.journal(system=system, tail=1)]
    return max(rows, default=0)


def methods(rows: list[dict[str, Any]]) -> set[str]:
    """REST methods of these calls, those inside of batches too."""
    return {name for row in rows for name in (row["key"], *row["data"].get("commands", ()))}


def test_it_shows_what_shipping_then_sends_and_sends_nothing(town: Town) -> None:
    shop = town.shop()
    shop.fill_in(DEAL)
    town.calm()
    before, stage = newest(town), shop.stage_of(DEAL)
    page = tried(shop.page, DEAL)
    town.calm()
    read = methods(calls(town, before, "bitrix24"))
    assert "crm.item.list" in read
    assert [name for name in read if not READS.search(name)] == []
    asked = [row["data"] for row in calls(town, before, "cdek")]
    assert [row for row in asked if row["method"] != "GET" and "oauth" not in row["path"]] == []
    assert (shop.orders(DEAL), shop.stage_of(DEAL), shop.comments(DEAL)) == ([], stage, [])
    with read_scope(town.program.parts.sessions) as session:
        assert session.scalars(select(Shipment)).all() == []
    text = words_of(page)
    for part in ("Сделка уехала бы: СДЭК", "Ничего не отправлено.", "UF_CRM_DELIVERY_ADDRESS", "включена"):
        assert part in text
    assert f"POST {town.world.addresses['cdek']['base_url']}/v2/orders" in text
    shop.move(DEAL)
    shop.shipped(DEAL)
    assert shown_body(page) == sent_body(town, shop)
    again = tried(shop.page, DEAL)
    assert f"У сделки уже есть заказ {shop.order(DEAL)['cdek_number']}" in words_of(again)
    assert shown_body(again)["number"] == shop.our_number(DEAL, 2)


def test_what_stands_in_the_way_says_who_mends_it(town: Town) -> None:
    shop = town.shop()
    shop.fill_in(DEAL)
    shop.edit(DEAL, **{PHONE: "12", ADDRESS: "Казань, Баумана 5"})
    assert "Мешает 1 проблема" in (text := words_of(tried(shop.page, DEAL)))
    assert "Телефон для доставки" in text
    assert "Запрос к" not in text
    shop.edit(DEAL, **{PHONE: "+79001234567", ADDRESS: "Нигдеградск, ул. Первая 1"})
    text = words_of(tried(shop.page, DEAL))
    assert "Открыть сделку" in text
    assert "Казан" not in text
    assert "Нигдеградск" in text


def test_a_deal_that_is_not_there_and_one_that_is_lost(town: Town) -> None:
    shop = town.shop()
    assert "Сделка 999999 не найдена" in words_of(tried(shop.page, 999999))
    shop.fill_in(DEAL)
    shop.move(DEAL, to=LOST)
    assert "Сделка проиграна. Сама она уедет" in words_of(tried(shop.page, DEAL))


def test_before_anything_is_set_up_it_shows_how_a_deal_is_read(town: Town) -> None:
    member = str(town.world.addresses["portals"][0]["member_id"])
    shop = Shop(town, member)
    install(town.program.steer, member)
    shop.page = open_app(town.program.steer, member)
    shop.fill_in(DEAL)
    assert "Перевозчик ещё не подключён" in words_of(shop.page.get("/app/s/trial"))
    text = words_of(tried(shop.page, DEAL))
    for part in ("отправить её пока нечем", "Не выбран перевозчик", "Получатель", "Адрес"):
        assert part in text
    step = shop.page.get("/app/s/trial")
    assert "есть что поправить" in words_of(step)


def test_a_pipeline_is_switched_on_where_the_deal_was_tried(town: Town) -> None:
    shop = Shop(town, str(town.world.addresses["portals"][0]["member_id"]))
    install(town.program.steer, shop.member)
    shop.page = open_app(town.program.steer, shop.member)
    connect(shop.page, town.world.addresses["cdek"]["accounts"][0])
    switch_on(shop.page, more={"enabled": ""})
    shop.fill_in(DEAL)
    shown = tried(shop.page, DEAL)
    assert "Включить воронку" in shown
    assert "включена" in shop.page.press("/app/trial/on/0")
    town.wait(
        lambda: shop.is_on and any(row.enabled for row in town.program.read(portals.pipelines, shop.id).values()),
        "the pipeline's start",
    )
    shop.move(DEAL)
    shop.shipped(DEAL)
    assert shown_body(shown) == sent_body(town, shop)


def test_deals_are_offered_and_a_result_is_soon_forgotten(town: Town) -> None:
    shop = town.shop()
    shop.page.press("/app/trial/deals")
    offered = shop.page.wait("/app/trial/deals", lambda text: 'name="deal"' in text, "the newest deals")
    ids = [int(found) for found in re.findall(r'name="deal" value="(\d+)"', offered)]
    assert len(ids) == 10
    assert ids == sorted(ids, reverse=True)
    tried(shop.page, ids[0])
    tried(shop.page, ids[1])
    parts = town.program.parts
    with read_scope(parts.sessions) as session:
        kept = session.scalars(select(Job).where(Job.kind == "trial")).all()
        assert [job.input["deal_id"] for job in kept] == [ids[1]]
    purge(parts.sessions, parts.clock.now() + timedelta(hours=25), Keep())
    with read_scope(parts.sessions) as session:
        assert session.scalars(select(Job)).all() == []
        assert portals.get(session, shop.id).settings["trial"].keys() == {"at", "good", "problems", "passed_at"}
