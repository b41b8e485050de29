"""The dashboard: periods, blocks whose chart, table and file say the same, what comes first, a file given out once."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from b24app.clock import FixedClock
from b24app.flows.buckets import Period, monday_of, number_of
from b24app.flows.dashboard import Bills, Figures, OnTime, Sent, Told, Work, weeks_billed
from b24app.flows.urgency import Urgent, Why
from b24app.frames.formats import NBSP, Formats
from b24app.frames.words import words
from b24app.logistics.money import Money
from b24app.logistics.problem import Field, Problem, Who
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import AuditRow, Portal, Shipment
from placements.app.dashboard_blocks import Drawer, text_of
from placements.app.dashboard_file import workbook
from placements.app.dashboard_view import (
    PERIODS,
    Filter,
    period_of,
    read_filter,
    summary,
    tiles,
    urgent_view,
)
from placements.charts.drawing import Rect
from tests.unit.placements.page import Page
from tests.unit.placements.test_health_queries import asked
from tests.unit.placements.test_returns_report import cells
from tests.unit.store import figured
from tests.unit.store.figured import Shipped

MOSCOW = ZoneInfo("Europe/Moscow")
TODAY = date(2026, 11, 12)
PERIOD = period_of("8w", TODAY, MOSCOW)
SYSTEMS = {1: "cdek", 2: "pek"}
WEEK = (number_of(TODAY) + 3) // 7
#: The page's questions: the session and the portal's facts, today's work, what comes first, figures.
MOST = 24


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    """One database is enough here: the store has its own tests."""
    return sqlite_database_url


def named(system: str) -> str:
    return {"cdek": "СДЭК", "pek": "ПЭК"}[system]


def drawer(figures: Figures, formats: Formats, period: Period = PERIOD) -> Drawer:
    return Drawer(figures, period, SYSTEMS, named, formats)


def bill(count: int, billed: int, over: int, reason: str, account: int = 1, week: int = WEEK) -> Bills:
    return Bills(account, week, "RUB", reason, count, billed, over)


@pytest.mark.parametrize(
    ("code", "since", "until"),
    [
        ("2w", date(2026, 11, 2), TODAY),
        ("8w", date(2026, 9, 21), TODAY),
        ("52w", date(2025, 11, 17), TODAY),
        ("month", date(2026, 11, 1), TODAY),
        ("last", date(2026, 10, 1), date(2026, 10, 31)),
    ],
)
def test_periods_end_today_or_with_a_month(code: str, since: date, until: date) -> None:
    found = period_of(code, TODAY, MOSCOW)
    assert (found.since, found.until) == (since, until)
    assert read_filter({"period": code, "system": "pek"}) == Filter(code, "pek")


def test_what_nobody_offered_counts_as_none() -> None:
    assert read_filter({"period": "9y", "system": "x" * 99}) == Filter("8w", "x" * 32)
    assert read_filter({}).query() == "period=8w&system="


COUNTS = st.lists(st.tuples(st.sampled_from([1, 2]), st.integers(0, 52), st.integers(1, 500)), max_size=40)


@given(COUNTS, st.sampled_from(PERIODS))
def test_what_was_sent_is_the_same_in_chart_table_and_sum(counts: list[tuple[int, int, int]], code: str) -> None:
    formats = Formats(words("ru"), MOSCOW, PERIOD.end)
    period = period_of(code, TODAY, MOSCOW)
    sent = [Sent(account, number_of(period.since) + day, count) for account, day, count in counts]
    sent = [each for each in sent if each.day <= number_of(period.until)]
    block = drawer(Figures(sent=sent), formats, period).days()
    total = sum(each.count for each in sent)
    assert sum(row[-1] for row in block.rows if isinstance(row[-1], int)) == total
    if block.chart is None:
        assert total == 0
        return
    drawn = sum(isinstance(each, Rect) for each in block.chart.wide.marks)
    assert drawn == sum(row[-1] != 0 for row in block.rows)
    assert formats.count(Decimal(total)) in block.chart.sentence


ROWS = st.lists(
    st.tuples(st.sampled_from([1, 2]), st.integers(WEEK - 7, WEEK), st.integers(1, 50), st.integers(0, 10**7),
              st.integers(-(10**5), 10**5), st.sampled_from(["weight", "same", "cheaper", "unknown", "service"])),
    min_size=1, max_size=30,
)  # fmt: skip


@given(ROWS)
def test_bills_add_up_by_carrier_and_by_week(rows: list[tuple[int, int, int, int, int, str]]) -> None:
    formats = Formats(words("en"), MOSCOW, PERIOD.end)
    bills = [bill(count, billed, over, reason, account, week) for account, week, count, billed, over, reason in rows]
    made = drawer(Figures(bills=bills), formats)
    block, accounts = made.bills()
    assert sum(each.count for each in accounts) == sum(each.count for each in bills)
    assert sum(each.billed for each in accounts) == sum(each.billed for each in bills)
    assert sum(each.over for each in accounts) == sum(each.over for each in bills)
    for row, account in zip(block.rows, accounts, strict=True):
        assert row[1:5] == (account.count, Money(account.expected), Money(account.billed), Money(account.over))
    weeks = weeks_billed(bills, "RUB")
    assert sum(each.count for each in weeks) == sum(each.count for each in bills)
    assert [row[0] for row in made.prices().rows] == [monday_of(each.week) for each in weeks]


def test_blocks_in_words(ru: Formats, en: Formats) -> None:
    figures = Figures(
        sent=[Sent(1, number_of(TODAY), 57), Sent(2, number_of(TODAY) - 1, 30)],
        on_time=[OnTime("pek", 96, 81), OnTime("cdek", 1204, 1132)],
        bills=[bill(2, 110000, 3400, "weight"), bill(1, 40000, 0, "same", 2), bill(3, 90000, -600, "cheaper"),
               Bills(1, WEEK, "EUR", "currency", 1, 900, 0), Bills(1, WEEK, "", "", 4, 0, 0)],
        seconds={2: 10, 3: 60, 6: 28, 20: 2},
        told=[Told("delivered", 3), Told("failed", 1), Told("waiting", 9)],
        stars={5: 3, 4: 1},
    )  # fmt: skip
    on_time, prices, days, seconds = drawer(figures, ru).blocks()
    assert [[text_of(cell, ru) for cell in row] for row in on_time.rows] == [
        ["СДЭК", f"94{NBSP}%", f"1{NBSP}204", f"1{NBSP}132"], ["ПЭК", f"84{NBSP}%", "96", "81"],
    ]  # fmt: skip
    assert on_time.chart is not None
    assert on_time.chart.sentence == f"Вовремя: СДЭК{NBSP}94{NBSP}%, ПЭК{NBSP}84{NBSP}%. Цель 90 %"
    assert prices.title == "Доставка дорожает сверх расчёта"
    assert [text_of(cell, ru) for cell in prices.rows[0]] == [
        f"9{NBSP}ноя", "6", f"395,33{NBSP}₽", f"400,00{NBSP}₽",
    ]  # fmt: skip
    assert [text_of(cell, ru) for cell in days.rows[-1]] == [f"12{NBSP}ноя", "будни", "57"]
    assert days.chart is not None
    assert "всего 87, от 0 до 57" in days.chart.sentence
    assert seconds.chart is not None
    assert seconds.chart.sentence == "От стадии до номера: половина сделок быстрее 3 с, 95 из 100 быстрее 6 с"
    assert [text_of(cell, ru) for cell in seconds.rows[3]] == ["3–4", "60", f"60{NBSP}%"]
    block, accounts = drawer(figures, ru).bills()
    assert [text_of(cell, ru) for cell in block.rows[0]] == [
        "СДЭК", "5", f"1{NBSP}972,00{NBSP}₽", f"2{NBSP}000,00{NBSP}₽", f"28,00{NBSP}₽",
        f"перевес в 2 посылках: +34,00{NBSP}₽; дешевле, 3 посылки: −6,00{NBSP}₽",
    ]  # fmt: skip
    assert [row[5] for row in block.rows[1:]] == ["сходится", "1 счёт в другой валюте, не посчитан"]
    said = dict(summary(figures, accounts, ru).rows)
    assert said == {
        "Отправлено": "87",
        "Сверх расчёта": f"+28,00{NBSP}₽",
        "Сообщений дошло": f"75{NBSP}% из 4",
        "Оценка клиентов": "4,8 из 5, оценок 4",
    }
    assert summary(figures, accounts, en).unbilled.startswith("4 more shipments")
    slow = drawer(Figures(seconds={600: 9, 1300: 1}), en).seconds()
    assert (slow.sub, slow.rows[0][0]) == ("share of deals, minutes", "0–5")
    assert [block.chart for block in drawer(Figures(), en).blocks()] == [None] * 4


def test_what_comes_first_in_words(ru: Formats) -> None:
    problem = Problem("phone_missing", Field.PHONE, Who.MANAGER, their_text="Phone?")
    day = date(2026, 11, 13)
    found = [
        Urgent(Why.ENDING, 1, "Глеб", ru.now + timedelta(days=1), system="cdek", number="110"),
        Urgent(Why.ENDING, 2, due=ru.now - timedelta(days=2), system="cdek", number="111"),
        Urgent(Why.FAILED, 3, system="cdek", number="112", incident="no_answer"),
        Urgent(
            Why.LATE, 4, days=2, promised=day, expected=day + timedelta(days=2), system="pek", number="1", place="Уфа"
        ),
        Urgent(Why.LATE, 5, system="pek", number="2"),
        Urgent(Why.PROBLEM, 6, problem=problem),
        Urgent(Why.WAITING, 7, reason="old_move"),
    ]  # fmt: skip
    view = urgent_view(found, named, ru)
    rows = [(each.chip.label, each.title, each.text) for each in (*view.rows, *view.more)]
    assert rows[0] == ("Кончается хранение", "1, Глеб", "110, СДЭК: хранят до завтра, потом посылка поедет обратно")
    assert rows[1][:2] == ("Хранение кончилось", "Сделка 2")
    assert rows[2][2].startswith("112, СДЭК: посылку не вручили. ")
    assert rows[3][0] == "Опаздывает на 2 дня"
    assert rows[3][2].replace(NBSP, " ") == (
        "1, ПЭК: обещали пт, 13 ноября, ждём вс, 15 ноября. Последний раз: Уфа"
    )  # fmt: skip
    assert rows[4][::2] == ("Опаздывает", "2, ПЭК: едет дольше обычного")
    assert (view.more[0].quote, view.total) == ("Phone?", 7)
    assert rows[6][2] == "Сделка перешла на стадию отправки давно"
    shown = tiles(
        Work(waiting=1, numbered=2, moving=3, late=1, stored=4, ending=1, returns=5, returns_wait=1), found, ru
    )
    assert [(each.count, each.note, each.leads) for each in shown] == [
        ("7", "2 опаздывают к обещанному", "deals?state=urgent"),
        ("3", "из них 2 уже с номером", "deals?state=to_hand"),
        ("3", "2 успевают", "deals?state=moving"),
        ("4", "у 1 скоро кончится хранение", "deals?state=stored"),
        ("5", "1 ждёт решения", "returns?state=open"),
    ]  # fmt: skip


def test_a_tile_of_nothing_says_so_in_words(ru: Formats) -> None:
    assert not [each.note for each in tiles(Work(), [], ru) if "0" in each.note]


def test_an_empty_portal_shows_the_first_step(page: Page) -> None:
    text = page.ask("GET", "/app/s/dashboard").text
    assert "Ещё ничего не отправлено" in text
    assert "На отгрузку" in text or "Настроить отправку" in text
    assert "wb-kpi" not in text


def test_the_page_and_its_file(page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock) -> None:
    with session_scope(sessions) as session:
        figured.many(session, set_up, 30, clock.now() - timedelta(hours=2))
    opened = page.open().text
    assert 'data-section="dashboard"' in opened
    assert "Доставка дорожает сверх расчёта" in opened
    none = page.ask("GET", "/app/dashboard/figures?period=2w&system=dpd").text
    assert "За эти дни ничего не отправлено." in none
    answer = page.ask("POST", "/app/dashboard/link", period="8w", system="cdek")
    address = answer.headers["HX-Redirect"]
    file = page.client.get(address)
    assert (file.status_code, file.headers["Cache-Control"]) == (200, "no-store, private")
    assert file.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    sheets = [cells(file.data, n) for n in range(1, 9)]
    assert [row[0] for row in sheets[0]] == ["Что", "Нужен человек", "Отправить", "Едут", "Ждут клиента", "Возвраты"]
    assert sum(float(row[2]) for row in sheets[4][1:]) == 30
    [carrier] = sheets[6][1:]
    over = sum(float(row[9]) for row in sheets[7][1:])
    assert float(carrier[4]) == pytest.approx(over) == 30.0
    assert len(sheets[7]) == 31
    assert page.client.get(address).status_code == 410
    assert re.match(r"/dashboard/[\w.-]+$", address)
    with sessions() as session:
        [row] = session.scalars(select(AuditRow).where(AuditRow.action == "dashboard"))
    assert row.detail["title"] == "8w"


def test_few_questions_whatever_was_shipped(page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock) -> None:
    counts = []
    for n in (1, 400):
        with session_scope(sessions) as session:
            session.query(Shipment).delete()
            figured.put(session, set_up, [Shipped(n, clock.now())])
            figured.many(session, set_up, n, clock.now())
        counts.append(len(asked(page, sessions, "/app/s/dashboard")))
    assert counts[0] == counts[1] <= MOST


def test_titles_are_no_formulas(ru: Formats) -> None:
    first = urgent_view([Urgent(Why.WAITING, 7, "=1+1", reason="old_move")], named, ru)
    data = workbook(tiles(Work(), [], ru), first, drawer(Figures(), ru), [])
    assert cells(data, 2)[1][1:3] == [7, "7, =1+1"]
