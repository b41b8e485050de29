"""Documents both ways through the whole program: a warehouse's are listed and opened, a late one is told, and a
carrier's label and a person's file go to its order, once, whatever is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import pytest
import requests

from b24app.demo.person import Person
from sandbox.world import World
from tests.flows.program import Program
from tests.flows.test_stock import connect_badger, goods_of
from tests.flows.town import Town, words_of
from tests.made_up_world.badger import PDF, Warehouse

DEAL = 501
PANEL = "/tab/documents/version?v="


@pytest.fixture
def town(
    world: World, database: str, redis_url: str, made_up_plugins: None, badger: Warehouse, installed: int
) -> Iterator[Town]:
    world.control.post("/cdek/settings", {"decision_min": 0.05, "decision_max": 0.2, "print_seconds": 0.2})
    with Program(world, database, redis_url, origins=[badger.url], port=installed) as program:
        yield Town(program)


def upload(tab: Person, path: str, name: str, content: bytes) -> str:
    """A form with a file, as the page's own script sends it."""
    answer = tab._session.post(
        urljoin(tab._url, path), files={"file": (name, content)}, headers=tab._sent(), timeout=30
    )
    return tab._kept(answer)


def test_both_ways(town: Town, badger: Warehouse) -> None:
    shop = town.installed()
    account = connect_badger(shop, badger)
    shop.fill_in(DEAL)
    badger.lies = {sku: {"MSK-01": "100"} for _, sku, _ in goods_of(shop)}
    form = {"trigger_stage": shop.triggers[0], "connection_id": str(account), "service": "pick", "hold_s": "0"}
    assert "Сохранено" in shop.app_press("/app/pipeline/0", enabled="on", **form)
    town.calm()
    shop.move(DEAL)
    order = str(town.wait(lambda: next(iter(badger.orders), ""), "an order at the warehouse"))
    town.wait(lambda: 'id="documents"' in shop.tab(DEAL).page, "the documents' place in the tab")
    badger.files_one(order, "Лист отбора.pdf", kind="act")
    tab = shop.tab(DEAL)
    tab.press("/tab/documents")
    panel = tab.wait(PANEL, lambda text: "Лист отбора.pdf" in text, "the warehouse's document")
    assert "акт" in words_of(panel)
    [one] = re.findall(r'hx-post="/tab/document/(\d+)/fetch"', panel)
    tab.press(f"/tab/document/{one}/fetch")
    tab.wait(PANEL, lambda text: "Открыть" in text, "the file")
    url = town.program.url + str(re.findall(r"/document/[\w.-]+", tab.press(f"/tab/document/{one}/link"))[0])
    first, second = (requests.get(url, timeout=10) for _ in range(2))
    assert (first.content, first.headers["Content-Type"], second.status_code) == (PDF, "application/pdf", 410)

    # A person's file, whose answer is lost on the way: one document, by our key.
    [target] = re.findall(r'hx-post="/tab/documents/(\d+)/upload"', panel)
    badger.lose = 1
    assert "Передаём…" in upload(tab, f"/tab/documents/{target}/upload", "Доверенность.pdf", PDF + b"%")
    town.wait(lambda: len(badger.puts()) == 1, "the first try")
    town.advance(120)
    panel = tab.wait(PANEL, lambda text: "Получить: Доверенность.pdf" in text, "it is there")
    assert [row["name"] for row in badger.files[order]] == ["Лист отбора.pdf", "Доверенность.pdf"]
    assert len(badger.puts()) == 2

    # A late document is heard of when the order moves on, with nobody looking, and told in the timeline.
    badger.files_one(order, "УПД 77.pdf", kind="waybill")
    badger.moves(order, "PICKING")
    town.advance(60)
    shop.told(DEAL, "новый документ к заказу", 60)
    assert "УПД 77.pdf" in words_of(tab.get(PANEL))

    # Refused in their words, and the order stays as it is.
    badger.refuse = "Заказ закрыт для файлов"
    upload(tab, f"/tab/documents/{target}/upload", "Ещё.pdf", PDF + b"%%")
    stuck = tab.wait(PANEL, lambda text: "Документ не приняли" in text, "the refusal")
    assert "Заказ закрыт для файлов" in words_of(stuck)
    assert "Документ не приняли" in shop.tab_says(DEAL)
    badger.refuse = ""
    [again] = re.findall(r'hx-post="/tab/document/(\d+)/send"', stuck)
    tab.press(f"/tab/document/{again}/send")
    town.wait(lambda: len(badger.files[order]) == 4, "the file at last")
    town.wait(lambda: "Документ не приняли" not in shop.tab_says(DEAL), "the end of the problem")
    _nothing_of_a_file_is_in_the_log(town)


def _nothing_of_a_file_is_in_the_log(town: Town) -> None:
    from sqlalchemy import select

    from b24app.store.models import CallLogRow

    def logged(session: Any) -> str:
        return "\n".join(f"{row.sent}{row.got}" for row in session.scalars(select(CallLogRow)))

    assert "%PDF" not in town.program.read(logged)
