"""Trying the rules on their page: what is shown to whom, step by step as results come."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from b24app.clock import FixedClock
from b24app.flows.choose import Conditions, Facts, Miss, Reason
from b24app.flows.simulate import Chosen, Priced
from b24app.logistics.model import DeliveryKind
from b24app.logistics.money import Money
from b24app.logistics.ports import Quote
from b24app.logistics.problem import Field, Problem
from b24app.store import jobs, portal_settings, portals, rules, simulations
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import Job, Portal, Rule
from tests.unit.placements.page import Page

FACTS = Facts(0, DeliveryKind.COURIER, ("Казань",), "", 600, Money(90000), False)
DEAR, CHEAP = Quote("parcel", Money(48650), 2, 4), Quote("economy", Money(31200), 5, 5)
VERSION = "/app/rules/try/version?v="


@pytest.fixture
def account(sessions: Sessions, set_up: Portal) -> int:
    with sessions() as session:
        return portals.connections(session, set_up.id)[0].id


def chosen(account: int, deal_id: int = 501, **over: Any) -> Chosen:
    plain = Chosen(deal_id, f"Сделка {deal_id}", None, FACTS, account, "parcel")
    return replace(plain, **over)


def newest(sessions: Sessions, portal: Portal) -> Job:
    with sessions() as session:
        found = jobs.latest(session, portal.id, simulations.KIND)
    assert found is not None
    return found


class Lanes:
    """What the lanes would keep of a simulation that the page began."""

    def __init__(self, sessions: Sessions, portal: Portal, clock: FixedClock, account: int) -> None:
        self.sessions, self.portal, self.clock, self.account = sessions, portal, clock, account

    def choose(self, *deals: Chosen, asked: bool = True) -> None:
        rows = [{"deal": one.deal_id} for one in deals if not one.problems]
        with session_scope(self.sessions) as session:
            job = jobs.latest(session, self.portal.id, simulations.KIND)
            assert job is not None
            result = {"deals": [one.to_json() for one in deals]}
            wanted = {self.account: rows} if asked else {}
            simulations.spread(session, job, result, wanted, self.clock.now(), "t")

    def price(self, **prices: Priced) -> None:
        found = {name.removeprefix("d"): one.to_json() for name, one in prices.items()}
        with session_scope(self.sessions) as session:
            last = simulations.last(session, self.portal.id)
            assert last is not None
            simulations.answered(last.quotes[self.account], found, self.clock.now())

    def add_rule(self, title: str, enabled: bool) -> int:
        with session_scope(self.sessions) as session:
            plain: dict[str, Any] = {"conditions": Conditions().to_json(), "services": {"courier": "parcel"}}
            plain |= {"title": title, "enabled": enabled, "connection_id": self.account}
            return rules.add(session, self.portal.id, 7, self.clock.now(), **plain).id


@pytest.fixture
def work(sessions: Sessions, set_up: Portal, clock: FixedClock, account: int) -> Lanes:
    return Lanes(sessions, set_up, clock, account)


def test_results_are_shown_as_they_come(page: Page, work: Lanes, account: int) -> None:
    assert "Проверить на последних сделках" in page.ask("GET", "/app/s/rules").text
    text = page.ask("POST", "/app/rules/try", count="10").text
    assert "Читаем сделки…" in text
    assert 'data-live="/app/rules/try/version"' in text
    missed = Miss(3, "", (Reason("weight_less", {"found": 600, "border": 5000}),))
    broken = chosen(account, 503, problems=(Problem("items_missing", Field.ITEMS),))
    work.choose(chosen(account, misses=(missed,)), chosen(account, 502), broken)
    text = page.ask("GET", VERSION).text
    assert "Спрашиваем цены: 0 из 2…" in text
    assert "Такую сделку отправить нельзя" in text
    assert "Правило 3 <" in text
    assert "вес 0,600\xa0кг, меньше 5,000\xa0кг" in text
    work.price(d501=Priced((CHEAP, DEAR), DEAR))
    assert "Спрашиваем цены: 1 из 2…" in page.ask("GET", VERSION).text
    work.price(d502=Priced((CHEAP,), None, Problem("service_mode", Field.SERVICE)))
    text = page.ask("GET", VERSION).text
    assert "data-live" not in text
    assert "486,50\xa0₽" in text
    assert "2–4 дня" in text
    assert "312,00\xa0₽" in text
    assert "(−174,50\xa0₽)" in text
    assert "Экономичная посылка, 5 дней" in text
    assert "Итого, 1 сделка с ценой" in text


def test_the_version_says_that_nothing_came(page: Page, work: Lanes, account: int) -> None:
    text = page.ask("POST", "/app/rules/try", count="5").text
    version = text.split('data-version="')[1].split('"')[0]
    assert page.ask("GET", VERSION + version).status_code == 204
    work.choose(chosen(account))
    assert page.ask("GET", VERSION + version).status_code == 200


def test_money_and_days_in_english(page: Page, work: Lanes, account: int, page_app: Flask) -> None:
    page.ask("POST", "/app/rules/try", count="5")
    work.choose(chosen(account))
    work.price(d501=Priced((CHEAP, DEAR), CHEAP))
    page.query = {**page.query, "LANG": "en"}
    page.open()
    text = page.ask("GET", VERSION).text
    assert "₽312.00" in text
    assert "5 days" in text
    assert "this is it" in text
    assert "Total, 1 deal with a price" in text


def test_costs_are_shown_to_those_who_may_see_them(
    page: Page, work: Lanes, sessions: Sessions, set_up: Portal, account: int, person: Any
) -> None:
    page.ask("POST", "/app/rules/try", count="5")
    work.choose(chosen(account))
    work.price(d501=Priced((CHEAP, DEAR), DEAR))
    with session_scope(sessions) as session:
        granted = {"settings": {"users": [7]}, "costs": {"users": []}}
        portal_settings.merge(session, set_up.id, rights=granted)
    person.answers["user.admin"] = False
    page.open()
    text = page.ask("GET", VERSION).text
    assert "2–4 дня" in text
    assert "Цены видят те, кому" in text
    for secret in ("₽</", "486,50", "312,00", "Итого", "Экономичная"):
        assert secret not in text.replace("900,00\xa0₽</dd>", "")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("ready", "Эта система цен не называет"),
        ("paused", "Перевозчик на паузе"),
        ("broken", "не принимает доступ"),
        ("untested", "Доступ не проверен"),
        ("removed", "Перевозчика отключили"),
    ],
)
def test_why_an_account_was_not_asked(
    page: Page, work: Lanes, sessions: Sessions, set_up: Portal, account: int, state: str, words: str
) -> None:
    page.ask("POST", "/app/rules/try", count="5")
    work.choose(chosen(account), asked=False)
    with session_scope(sessions) as session:
        portals.connections(session, set_up.id)[0].state = state
    assert words in page.ask("GET", VERSION).text


def test_an_open_circuit_and_a_silent_carrier_are_told_apart(page: Page, work: Lanes, account: int) -> None:
    page.ask("POST", "/app/rules/try", count="5")
    work.choose(chosen(account), chosen(account, 502))
    silent = Problem("system_silent", Field.NONE, their_text="HTTP 500")
    work.price(d501=Priced(problem=silent, left_alone=True), d502=Priced(problem=silent))
    text = page.ask("GET", VERSION).text
    assert "ему дали отдохнуть" in text
    assert "Перевозчик не отвечает." in text
    assert "Итого" not in text


def test_one_at_a_time_until_nobody_waits_for_it(
    page: Page, work: Lanes, sessions: Sessions, set_up: Portal, clock: FixedClock, account: int
) -> None:
    page.ask("POST", "/app/rules/try", count="5")
    first = newest(sessions, set_up).id
    page.ask("POST", "/app/rules/try", count="20")
    assert newest(sessions, set_up).id == first
    work.choose(chosen(account))
    clock.advance(timedelta(minutes=11).total_seconds())
    assert "За десять минут пришли не все ответы" in page.ask("GET", VERSION).text
    page.ask("POST", "/app/rules/try", count="20")
    assert newest(sessions, set_up).input == {"count": 20, "also": []}
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 1  # the one before is forgotten


def test_a_reading_that_failed_says_why(
    page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock, work: Lanes
) -> None:
    page.ask("POST", "/app/rules/try", count="5")
    with session_scope(sessions) as session:
        job = jobs.latest(session, set_up.id, simulations.KIND)
        assert job is not None
        jobs.fail(job, "refused|ACCESS_DENIED", clock.now())
    text = page.ask("GET", VERSION).text
    assert "Битрикс24 не отдал сделки" in text
    assert "ACCESS_DENIED" in text


def test_no_deals_yet(page: Page, work: Lanes) -> None:
    page.ask("POST", "/app/rules/try", count="5")
    work.choose()
    assert "Проверять пока нечего" in page.ask("GET", VERSION).text


def test_only_own_rules_and_offered_counts_are_taken(
    page: Page, work: Lanes, sessions: Sessions, set_up: Portal, neighbour: Portal, clock: FixedClock
) -> None:
    mine = work.add_rule("Выключенное", enabled=False)
    with session_scope(sessions) as session:
        foreign = Rule(
            portal_id=neighbour.id,
            position=1,
            connection_id=portals.connections(session, neighbour.id)[0].id,
            created_at=clock.now(),
            updated_at=clock.now(),
        )
        session.add(foreign)
        session.flush()
        theirs = foreign.id
    assert page.ask("POST", "/app/rules/try", count="1000").status_code == 422
    assert "Считать включёнными" in page.ask("GET", "/app/s/rules").text
    page.ask("POST", "/app/rules/try", count="20", also=[str(mine), str(theirs), "x"])
    assert newest(sessions, set_up).input["also"] == [mine]


def test_a_neighbour_sees_none_of_it(
    page: Page, work: Lanes, sessions: Sessions, neighbour: Portal, account: int
) -> None:
    page.ask("POST", "/app/rules/try", count="5")
    work.choose(chosen(account))
    with sessions() as session:
        assert simulations.last(session, neighbour.id) is None
