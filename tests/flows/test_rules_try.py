"""The rules tried over the last deals: what would be chosen and for how much, while nothing is sent anywhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from b24app.demo.person import Person
from b24app.demo.setting_up import connect, switch_on
from b24app.runners.connection import quoting
from b24app.runners.portal import jobs as portal_jobs
from b24app.runners.portal import simulating
from b24app.store import rules, simulations
from b24app.store.models import Job
from tests.flows.town import Row, Shop, Town, words_of

TWENTY = range(501, 521)
#: What may be asked of CDEK: prices, and what a price needs to know.
LOOKS = re.compile(r"/v2/(calculator/|location/|deliverypoints|oauth/token)")
VERSION = "/app/rules/try/version?v="


@pytest.fixture
def shop(town: Town) -> Shop:
    """Twenty deals stand in the stage that ships, and wait there for an hour: nothing leaves meanwhile."""
    shop = town.installed()
    switch_on(shop.page, more={"hold_s": "3600"})
    shop.ship(*TWENTY)
    town.calm()
    return shop


def tried(page: Person, seconds: float = 60, **form: Any) -> str:
    """Press the button and wait for the end."""
    page.press("/app/rules/try", {"count": "20", **form})
    return page.wait(VERSION, lambda text: "data-live" not in text, "the end of the trying", seconds)


def row_of(page: str, deal_id: int) -> str:
    """What stands in a deal's line."""
    rows = re.findall(r"<tr>.*?</tr>", page, re.DOTALL)
    return words_of(next(row for row in rows if f"/details/{deal_id}/" in row))


def calls(town: Town, since: int) -> list[Row]:
    """Calls to CDEK."""
    return town.journal("rest.call", since=since)


def last_seq(town: Town) -> int:
    return max(int(row["seq"]) for row in town.world.control.journal())


@pytest.fixture
def reading(town: Town, monkeypatch: pytest.MonkeyPatch) -> list[Row]:
    """Calls that the reading of a simulation makes: its lane makes no others meanwhile."""
    made: list[Row] = []
    inner = simulating._deals

    def read(*args: Any) -> Any:
        since = last_seq(town)
        found = inner(*args)
        rows = town.world.control.journal(system="bitrix24", kind="rest.call", since=since)
        made.extend(row for row in rows if "crm.item.list" in row["data"].get("commands", ()))
        made.extend(row for row in rows if row not in made)
        return found

    monkeypatch.setattr(simulating, "_deals", read)
    return made


def last_of(shop: Shop) -> simulations.Simulation:
    found = shop.town.program.read(simulations.last, shop.id)
    assert isinstance(found, simulations.Simulation)
    return found


def add_rule(page: Person, account: str, **form: str) -> None:
    said = page.press("/app/rules/0", {"connection_id": account, "service_courier": "express", **form})
    assert "wb-error" not in said


def accounts(page: Person) -> list[str]:
    """Ids of the accounts, oldest first, as the form of a rule offers them."""
    form = page.get("/app/rules/0/form")
    return re.findall(r'value="(\d+)"', form[form.index('name="connection_id"') : form.index('name="service_courier"')])


def test_twenty_deals_are_priced_and_nothing_is_sent(shop: Shop, reading: list[Row]) -> None:
    town = shop.town
    page, since = shop.app(), last_seq(town)
    text = tried(page)
    said = words_of(text)
    assert len(re.findall("/crm/deal/details/", text)) == 20
    assert "Итого, 20 сделок с ценой" in said
    assert "СДЭК, Посылка без правила" in row_of(text, 501)
    assert re.search(r"\d+,\d\d\s₽", row_of(text, 501))
    assert "Казань" in row_of(text, 501)
    assert 0 < len(reading) <= 4
    asked = {command for row in reading for command in row["data"]["commands"]}
    assert {name for name in asked if not name.endswith(".list")} == set()
    carrier = calls(town, since)
    assert [row["data"]["path"] for row in carrier if not LOOKS.match(row["data"].get("path", ""))] == []
    assert sum("calculator" in row["data"]["path"] for row in carrier) == 20
    assert town.journal("order.accepted") == []
    found = last_of(shop)
    assert [job.input.get("asked") for job in found.quotes.values()] == [None]
    for personal in ("Баумана", "+7"):
        assert personal not in str([found.chosen.result, *(job.result for job in found.quotes.values())])


def test_a_rule_that_is_off_is_tried_as_if_it_were_on_and_a_cheaper_account_is_named(shop: Shop) -> None:
    page = shop.app()
    connect(page, shop.town.world.addresses["cdek"]["accounts"][1])
    first, second = accounts(page)
    add_rule(page, first, title="Тяжёлое", weight_from="40")
    add_rule(page, second, title="В Казань", cities="Казань")
    rule = shop.town.program.read(rules.in_order, shop.id)[1].id
    page.press(f"/app/rules/{rule}/off")
    assert "В Казань" not in row_of(tried(page), 501)
    text = tried(page, also=str(rule))
    line = row_of(text, 501)
    assert "СДЭК, Экспресс В Казань" in line
    assert "Подошло правило «В Казань»" in line
    assert "Тяжёлое — вес" in line
    assert re.search(r"\d+,\d\d\s₽ \(−\d+,\d\d\s₽\) СДЭК, ", line)
    assert "без правила" in row_of(text, 502)
    assert not shop.town.program.read(rules.get, shop.id, rule).enabled


def test_one_deal_that_fails_breaks_no_other(shop: Shop) -> None:
    """Its city is not known to CDEK any more; the others are priced."""
    shop.town.carrier(closed_city_codes=[424])
    page = shop.app()
    text = tried(page)
    line = row_of(text, 501)
    assert "СДЭК: " in line
    assert "err_result_service_empty" in line
    assert re.search(r"Итого, \d+ сдел", words_of(text))
    assert re.search(r"\d+,\d\d\s₽", row_of(text, 502))


def test_a_carrier_that_is_left_alone_is_said_and_prices_come_by_another_method(shop: Shop) -> None:
    town, page = shop.town, shop.app()
    broken = town.fault("status", match={"path": "/v2/calculator/tariffAndService"}, params={"status": 500})
    assert "Итого, 20 сделок с ценой" in words_of(tried(page))
    town.forget(broken)
    broken = town.fault("status", match={"path": "/v2/calculator/*"}, params={"status": 503})
    said = words_of(tried(page))
    assert "ему дали отдохнуть" in said
    assert "Итого" not in said
    town.forget(broken)


def once(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, at: int = 1) -> list[str]:
    """The `at`-th call of `owner.name` breaks; the list says that it did."""
    inner: Callable[..., Any] = getattr(owner, name)
    broken: list[str] = []
    count = Counter[str]()

    def call(*args: Any, **more: Any) -> Any:
        count[name] += 1
        if count[name] == at:
            broken.append(name)
            raise RuntimeError("the machine stops here")
        return inner(*args, **more)

    monkeypatch.setattr(owner, name, call)
    return broken


@pytest.mark.parametrize(("owner", "name"), [(simulating, "_save"), (portal_jobs, "_save")])
def test_a_break_while_choosing_is_gone_on_from(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str
) -> None:
    """Before its result is kept, and after it: one request for prices an account, whatever happened."""
    broken = once(monkeypatch, owner, name)
    text = tried(shop.app(), seconds=120)
    assert broken == [name]
    assert "Итого, 20 сделок с ценой" in words_of(text)
    kinds = shop.town.program.read(lambda session: Counter(session.scalars(select(Job.kind))))
    assert kinds == {simulations.KIND: 1, simulations.QUOTES: 1}


def test_a_break_while_asking_costs_no_second_call_for_what_is_known(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Counter[str]()
    inner = quoting.price

    def price(system: Any, services: Any, one: quoting.Asked) -> Any:
        asked[one.deal] += 1
        return inner(system, services, one)

    monkeypatch.setattr(quoting, "price", price)
    broken = once(monkeypatch, quoting.Quoting, "_keep", at=3)
    text = tried(shop.app(), seconds=120)
    assert broken == ["_keep"]
    assert "Итого, 20 сделок с ценой" in words_of(text)
    again = [deal for deal, times in asked.items() if times > 1]
    assert len(asked) == 20
    assert max(asked.values()) == 2
    assert 0 < len(again) <= 8  # the calls that were under way: half of the account's width, and those just landed
