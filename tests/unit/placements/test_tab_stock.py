"""The stock in the tab: every state of the panel, row by row, in both languages; and when the first line warns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from b24app.clock import FixedClock
from b24app.flows.stock import Lack, Level, Lying, Need, Shelf
from b24app.frames.formats import Formats
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.store import portals, stock
from b24app.store.engine import Sessions, session_scope
from b24app.store.faces.deal_facts import LackFacts, ShipmentFacts, TabFacts
from b24app.store.models import Connection, ConnectionState, InboxRow, Job, JobState, Portal
from b24app.store.stock import Known, Look
from placements.tab_now import what_now
from placements.tab_scene import Scene as NowScene
from placements.tab_stock_view import OFTEN_MS, SELDOM_MS, Panel, Scene, ShelfView, panel
from placements.tab_view import tab_view
from tests.unit.placements.conftest import NOW
from tests.unit.placements.test_deal_tab import Tab

NEEDS = (Need("Плед", "P1", Decimal(2)), Need("Подушка", "P2", Decimal("3.5")), Need("Набор", "", Decimal(1)))
TITLES = {"MSK": "Москва", "KZN": "Казань", "SPB": "Питер", "EKB": "Урал", "NSK": "Сибирь"}


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    """One database is enough here: the store has its own tests."""
    return sqlite_database_url


def account(number: int = 7, state: str = ConnectionState.READY, own: str = "", **more: Any) -> Connection:
    return Connection(
        id=number, portal_id=1, system="badger", title=f"Склад {number}", state=state, settings={"warehouse": own},
        **{"pause_reason": "", "paused_by": "", **more},
    )  # fmt: skip


def shelf(sku: str, seconds: float = 5, known: bool = True, expected: str = "", **lies: str) -> Shelf:
    more = Decimal(expected) if expected else None
    lying = tuple(Lying(code, TITLES[code], Decimal(n), expected=more, unit="шт.") for code, n in lies.items())
    return Shelf(sku, NOW - timedelta(seconds=seconds), known, lying)


def look(seconds: float = 5, answered: bool = True, problem: Problem | None = None, number: int = 7) -> Look:
    at = NOW - timedelta(seconds=seconds)
    return Look(number, at, at if answered else None, problem)


def known(*shelves: Shelf, looks: tuple[Look, ...] = (), needs: tuple[Need, ...] | None = NEEDS, **more: Any) -> Known:
    found = {(7, each.sku): each for each in shelves}
    return Known(needs, NOW, shelves=found, looks={each.connection_id: each for each in looks}, **more)


def job(state: JobState, why: str = "") -> Job:
    return Job(id=1, portal_id=1, kind=stock.KIND, state=state, why=why, input={})


def drawn(found: Known, formats: Formats, *accounts: Connection) -> Panel:
    return panel(Scene(found, accounts or (account(),), lambda _: "Барсучий склад", formats, {}))


def only(shown: Panel) -> ShelfView:
    [found] = shown.shelves
    return found


HEARD = (shelf("P1", MSK="5", KZN="0"), shelf("P2", expected="4", MSK="2", KZN="2"))


def test_rows_say_what_is_needed_what_lies_where_and_what_follows(ru: Formats, en: Formats) -> None:
    rows = only(drawn(known(*HEARD, looks=(look(),)), ru)).rows
    assert [(row.name, row.sku, row.need, row.word, row.tone) for row in rows] == [
        ("Плед", "P1", "2", "Хватает", "green"),
        ("Подушка", "P2", "3,5", "Не хватает", "amber"),
        ("Набор", "", "1", "Без артикула", "grey"),
    ]
    assert [(place.title, place.amount) for place in rows[0].places] == [("Москва", "5\xa0шт."), ("Казань", "0\xa0шт.")]
    assert rows[1].note == "Хватит, если собрать с разных складов. Ожидается 8."
    assert rows[2].note == "Впишите код товара в каталоге."
    assert [row.enough for row in rows] == [True, False, False]
    shown = only(drawn(known(*HEARD, looks=(look(),)), en))
    assert (shown.rows[1].need, shown.rows[1].word) == ("3.5", "Not enough")
    assert shown.said == "enough of 1 of 3, as of 14:29"


def test_nothing_and_unknown_are_told_apart(ru: Formats) -> None:
    rows = only(drawn(known(shelf("P1", MSK="-1"), shelf("P2", known=False), looks=(look(),)), ru)).rows
    assert [(row.word, row.tone, [place.amount for place in row.places]) for row in rows[:2]] == [
        ("Нет", "red", ["0\xa0шт."]),
        ("Склад не знает", "grey", []),
    ]


def test_the_own_warehouse_comes_first_and_another_is_named(ru: Formats) -> None:
    row = only(drawn(known(*HEARD, looks=(look(),)), ru, account(own="KZN"))).rows[0]
    assert [(place.title, place.own) for place in row.places] == [("Казань", True), ("Москва", False)]
    assert (row.word, row.note) == ("Нет", "Есть на складе «Москва».")


def test_of_many_warehouses_those_with_most_are_listed(ru: Formats) -> None:
    many = shelf("P1", MSK="1", KZN="2", SPB="3", EKB="4", NSK="5")
    row = only(drawn(known(many, looks=(look(),)), ru)).rows[0]
    assert ([place.title for place in row.places], row.more) == (
        ["Сибирь", "Урал", "Питер", "Казань"],
        "и ещё 1 склад",
    )
    few = shelf("P1", MSK="1", KZN="0", SPB="0", EKB="0", NSK="0")
    assert [place.title for place in only(drawn(known(few, looks=(look(),)), ru)).rows[0].places] == ["Москва"]


def test_every_state_of_the_panel(ru: Formats) -> None:
    reading, failed = job(JobState.WAITING), job(JobState.FAILED, "refused|ACCESS_DENIED")
    nameless = (Need("Набор", "", Decimal(1)),)
    found = {
        "never": drawn(Known(), ru),
        "reading": drawn(known(needs=None, job=reading), ru),
        "failed": drawn(known(needs=None, job=failed), ru),
        "lost": drawn(replace(known(needs=None, job=reading), asked_at=NOW - timedelta(minutes=1)), ru),
        "no goods": drawn(known(needs=()), ru),
        "no articles": drawn(known(needs=nameless), ru),
        "ready": drawn(known(*HEARD, looks=(look(),)), ru),
    }
    assert {name: (each.state, each.busy, each.ask_ms > 0) for name, each in found.items()} == {
        "never": ("reading", True, False),
        "reading": ("reading", True, True),
        "failed": ("failed", False, False),
        "lost": ("failed", False, False),
        "no goods": ("empty", False, False),
        "no articles": ("empty", False, False),
        "ready": ("ready", False, True),
    }
    assert found["failed"].text == "ACCESS_DENIED"
    assert "нет товаров" in found["no goods"].text
    assert "внешний код" in found["no articles"].text
    assert len({each.version for each in found.values()}) == len(found)


def test_every_state_of_an_account(ru: Formats) -> None:
    refused = Problem("account_refused", Field.ACCOUNT, Who.ADMIN, "401", "unknown key")
    mute = Problem("system_silent", Field.NONE, Who.CARRIER)
    paused = account(state=ConnectionState.PAUSED, paused_at=NOW, pause_reason="Инвентаризация", paused_by="Анна")
    found = {
        "asked": only(drawn(known(looks=(look(2, False),)), ru)),
        "asked again": only(drawn(known(*HEARD, looks=(look(2, False),)), ru)),
        "silent": only(drawn(known(looks=(look(20, False),)), ru)),
        "mute": only(drawn(known(looks=(look(problem=mute),)), ru)),
        "refused": only(drawn(known(looks=(look(problem=refused),)), ru)),
        "refused again": only(drawn(known(*HEARD, looks=(look(problem=refused),)), ru)),
        "paused": only(drawn(known(*HEARD, looks=(look(),)), ru, paused)),
        "broken": only(drawn(known(), ru, account(state=ConnectionState.BROKEN))),
    }
    assert {name: (each.state, each.busy, len(each.rows)) for name, each in found.items()} == {
        "asked": ("waiting", True, 0),
        "asked again": ("ready", True, 3),
        "silent": ("out", False, 0),
        "mute": ("out", False, 0),
        "refused": ("out", False, 0),
        "refused again": ("ready", False, 3),
        "paused": ("out", False, 0),
        "broken": ("out", False, 0),
    }
    problem = found["refused again"].problem
    assert problem is not None
    assert (problem.quote, problem.code) == ("unknown key", "401")
    assert found["paused"].text == "на паузе с 14:30. «Инвентаризация» Анна"
    assert found["silent"].text == found["mute"].text == "Склад 7 не отвечает. Отправить сделку это не мешает."


def test_what_is_old_is_said_to_be(ru: Formats) -> None:
    fresh = drawn(known(*HEARD, looks=(look(),)), ru)
    old = drawn(known(shelf("P1", 300, MSK="5"), HEARD[1], looks=(look(),)), ru)
    assert [(only(each).stale, only(each).said) for each in (fresh, old)] == [
        (False, "хватает 1 из 3, на 14:29"),
        (True, "хватало 1 из 3, на 14:25"),
    ]
    # The page draws it anew once, when it gets old.
    assert 55_000 <= fresh.ask_ms <= 56_000
    assert drawn(known(shelf("P1", 300, MSK="5"), looks=(look(),)), ru).ask_ms == 0
    assert drawn(known(looks=(look(2, False),)), ru).ask_ms == OFTEN_MS
    assert drawn(known(looks=(look(20, False),)), ru).ask_ms == SELDOM_MS


def test_who_asks_often_hears_that_nothing_more_is_to_come(ru: Formats) -> None:
    """The deal is read anew for a tab that was drawn anew, and nothing came of it."""
    read = [known(*HEARD, looks=(look(),), job=job(state)) for state in (JobState.RUNNING, JobState.DONE)]
    reading, done = (drawn(each, ru) for each in read)
    assert (reading.ask_ms, done.ask_ms > SELDOM_MS) == (OFTEN_MS, True)
    assert replace(reading, ask_ms=0, version="") == replace(done, ask_ms=0, version="")
    assert reading.version != done.version


# --- beside it --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "shelves", "shown"),
    [(None, True, True), (None, False, False), (Status.CREATED, True, False), (Status.DELIVERED, True, False),
     (Status.CANCELLED, True, True)],
)  # fmt: skip
def test_it_is_there_while_goods_may_be_promised(
    facts: TabFacts, shipment: ShipmentFacts, ru: Formats, status: Status | None, shelves: bool, shown: bool
) -> None:
    owned = (replace(shipment, status=status),) if status else ()
    assert tab_view(replace(facts, shipments=owned), ru, "СДЭК", shelves=shelves).stock is shown


def test_the_first_line_warns_of_the_warehouse_on_the_way(unshipped: TabFacts, ru: Formats, en: Formats) -> None:
    short = Lack("Подушка", "P2", Decimal("3.5"), Decimal(2), Level.SHORT)
    strange = Lack("Плед", "P1", Decimal(1), Decimal(0), Level.UNKNOWN)

    def now(formats: Formats, *lacks: Lack) -> Any:
        return what_now(NowScene(replace(unshipped, lacking=LackFacts("МойСклад", lacks)), formats, "СДЭК", None))

    said = now(ru, short)
    assert (said.tone, said.title) == ("amber", "На складе не хватает: Подушка")
    assert said.text.startswith("МойСклад: нужно 3,5, есть 2.")
    assert [each.code for each in said.actions] == ["ship_now"]
    assert now(ru, short, strange, strange).text.startswith("И ещё 2 товаров. МойСклад: нужно 3,5")
    assert now(ru, strange).title == "Склад не знает товар: Плед"
    assert now(en, short).text.startswith("МойСклад: 3.5 needed, 2 there.")


@pytest.fixture
def tab(page_app: Flask, set_up: Portal, frame_query: Mapping[str, str]) -> Tab:
    return Tab(page_app, frame_query)


def test_a_portal_without_a_warehouse_sees_and_asks_nothing(
    tab: Tab, frame_body: Mapping[str, str], sessions: Sessions
) -> None:
    assert "Остатки" not in tab.open(frame_body).text
    answer = tab.ask("POST", "/tab/stock")
    assert answer.status_code == 200
    with sessions() as session:
        assert list(session.scalars(select(InboxRow.kind))) == []


def test_asked_once_while_the_deal_is_read_and_quiet_while_nothing_comes(
    made_up_plugins: None, tab: Tab, frame_body: Mapping[str, str], sessions: Sessions, clock: FixedClock,
    set_up: Portal, parts: Any,
) -> None:  # fmt: skip
    from b24app.systems import discover

    object.__setattr__(parts, "systems", discover())
    with session_scope(sessions) as session:
        row = portals.add_connection(session, set_up.id, "badger", "Склад", "live", {}, clock.now())
        row.state = ConnectionState.READY
    text = tab.open(frame_body).text
    assert 'id="stock"' in text
    assert text.index('id="stock"') < text.index('id="rates"')
    first = tab.ask("POST", "/tab/stock").text
    tab.ask("POST", "/tab/stock")
    with sessions() as session:
        assert list(session.scalars(select(InboxRow.kind))) == ["job"]
    for _ in range(2):  # who presses the button is not told what was asked before they did
        first = tab.ask("POST", "/tab/stock/again").text
    with sessions() as session:
        assert list(session.scalars(select(InboxRow.kind))) == ["job", "job"]
    version = re.findall(r'"v": "(\w+)"', first)[0]
    assert tab.ask("GET", f"/tab/stock/version?v={version}").status_code == 204
    assert 'aria-busy="true"' in tab.ask("GET", "/tab/stock/version?v=other").text
