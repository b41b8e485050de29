"""The report on returns in the app's page and as a file: periods, bars, pictures, cells."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy import select, update

from b24app.clock import FixedClock
from b24app.flows.returns.report import Case, report_of
from b24app.flows.returns.rules import ReturnRules
from b24app.frames.formats import NBSP, Formats
from b24app.logistics.money import Money
from b24app.logistics.returning import Condition, Return, ReturnStage
from b24app.store import portals, return_stats, shipments
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.models import AuditRow, GoodsReturn, Portal
from placements.app.returns_report_file import workbook
from placements.app.returns_report_view import MOST_BARS, Dates, read_dates, report_view
from tests.unit.flows.returns.given import NOW, PLAID, a_return, counted, wish
from tests.unit.placements.page import Page
from tests.unit.store.test_returns import begun

RULES = ReturnRules()
TODAY = date(2026, 11, 12)
DATES = Dates(date(2026, 8, 14), TODAY)
CELL = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    """One database is enough here: the store has its own tests."""
    return sqlite_database_url


def named(system: str) -> str:
    return {"cdek": "СДЭК"}[system]


def came(reason: str = "colour", **changes: Any) -> Return:
    case = a_return(wish(1, "2", reason), stage=ReturnStage.INSPECTED)
    found = (counted(1, "1"), counted(1, "1", Condition.DAMAGED, photos=("p1", "p2")))
    return replace(case, counted=found, **changes)


@pytest.mark.parametrize(
    ("form", "dates"),
    [
        ({}, Dates(date(2026, 8, 14), TODAY)),
        ({"since": "2026-11-01", "until": "2026-11-12"}, Dates(date(2026, 11, 1), TODAY)),
        ({"since": "2026-11-01"}, replace(DATES, wrong="date")),
        ({"since": "вчера", "until": "2026-11-12"}, replace(DATES, wrong="date")),
        ({"since": "2026-11-12", "until": "2026-11-11"}, replace(DATES, wrong="order")),
        ({"since": "2016-11-12", "until": "2026-11-11"}, replace(DATES, wrong="long")),
    ],
)
def test_which_days_it_is_about(form: dict[str, str], dates: Dates, ru: Formats) -> None:
    assert read_dates(form, TODAY) == dates
    since, until = dates.moments(ru)
    assert (since.hour, until - since) == (21, dates.until - dates.since + timedelta(days=1)), "days are Moscow's"


def test_bars_say_what_they_show(ru: Formats, en: Formats) -> None:
    cases = [Case(n, came(reason), NOW, "cdek") for n, reason in enumerate(["colour", "colour", "colour", "defect"])]
    view = report_view(report_of([*cases, Case(9, came("", stage=ReturnStage.REFUSED), NOW)]), DATES, RULES, named, ru)
    reasons, products, carriers = view.charts
    assert reasons.sentence == f"Возвраты по причинам: Не подошёл цвет{NBSP}75{NBSP}%, Брак{NBSP}25{NBSP}%"
    assert [(bar.percent, bar.wide, bar.phone) for bar in reasons.bars] == [
        (f"75{NBSP}%", 300, 232), (f"25{NBSP}%", 100, 78),
    ]  # fmt: skip
    assert [at for at, _, _ in reasons.scale] == [0, 40, 80]
    assert (products.bars[0].name, carriers.bars[0].name, view.refused) == ("Плед льняной", "СДЭК", 1)
    assert [(each.number, each.key, each.n) for each in view.pictures][:2] == [
        ("wb-5120-R1", "p1", 1), ("wb-5120-R1", "p2", 2),
    ]  # fmt: skip
    told = report_view(report_of([Case(1, came("own_gone"), NOW)]), DATES, RULES, named, en, pictures=False)
    assert [chart.bars[0].name for chart in told.charts] == ["own_gone", "Плед льняной", "Unknown carrier"]
    assert told.pictures == ()


def test_what_has_little_is_one_bar_together(ru: Formats) -> None:
    goods = [replace(PLAID, row=n, product_id=n, title=f"Товар {n}, очень длинное название плед") for n in range(1, 61)]
    cases = [Case(n, a_return(wish(n, "1"), sold=(one,)), NOW) for n, one in enumerate(goods, 1)]
    products = report_view(report_of(cases), DATES, RULES, named, ru).charts[1]
    assert len(products.bars) == MOST_BARS + 1
    assert (products.bars[-1].name, products.bars[-1].percent) == ("Остальное", f"88{NBSP}%")
    assert all(len(bar.short) <= 20 and bar.short.endswith("…") for bar in products.bars[:-1])
    assert (len(products.rows), products.left_out) == (50, 10)


# --- the file ---------------------------------------------------------------------------------------------------------


def cells(book: bytes, sheet: int) -> list[list[Any]]:
    """What a sheet holds, as Excel would read it; a formula is an error here."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        strings, root = (
            ElementTree.fromstring(archive.read(f"xl/{name}.xml"))  # noqa: S314 - written just now, by us
            for name in ("sharedStrings", f"worksheets/sheet{sheet}")
        )
    texts = ["".join(each.itertext()) for each in strings]
    assert root.findall(f".//{CELL}f") == [], "a formula"
    rows = []
    for row in root.iter(f"{CELL}row"):
        found: dict[str, Any] = {}
        for cell in row:
            value = cell.findtext(f"{CELL}v") or ""
            found[cell.get("r", "").rstrip("0123456789")] = texts[int(value)] if cell.get("t") == "s" else float(value)
        rows.append([found.get(column) for column in "ABCDEFGHIJKLMNOPQ"])
    return rows


def test_cells_are_what_they_say(ru: Formats) -> None:
    bad = replace(PLAID, title='=HYPERLINK("http://evil","x")', sku="+1-800", paid=Money(123456789))
    case = a_return(wish(1, "1", "defect"), sold=(bad,))
    book = workbook(report_of([Case(1, replace(case, refunded=Money(4999)), NOW, "cdek")]), RULES, named, ru)
    head, row = cells(book, 1)
    told = dict(zip(head, row, strict=False))
    assert (told["Товар"], told["Артикул"]) == ('=HYPERLINK("http://evil","x")', "+1-800")
    assert (told["Сделка"], told["Просят вернуть"], told["Вернули"]) == (5120.0, 1.0, 49.99)
    assert told["Оплачено за эти штуки"] == 617283.95
    assert 46337 < told["Начат"] < 46339, "a day of Excel's calendar"
    by_reason = cells(book, 2)[1]
    assert by_reason[:7] == ["Брак", 1.0, 1.0, 100.0, 0.0, 49.99, "RUB"]
    assert [cells(book, sheet)[1][0] for sheet in (3, 4)] == [bad.title, "СДЭК"]


def test_an_empty_report_is_a_file_too(ru: Formats) -> None:
    assert [len(cells(workbook(report_of([]), RULES, named, ru), sheet)) for sheet in (1, 2, 3, 4)] == [1] * 4


# --- the page ---------------------------------------------------------------------------------------------------------


def test_returns_of_the_period_with_who_carried_them(
    sessions: Sessions, set_up: Portal, neighbour: Portal, clock: FixedClock
) -> None:
    mine, old = begun(sessions, set_up, deal_id=8061), begun(sessions, set_up, deal_id=9)
    begun(sessions, neighbour, deal_id=8061)
    with session_scope(sessions) as session:
        session.execute(update(GoodsReturn).where(GoodsReturn.id == old.id).values(created_at=NOW - timedelta(days=3)))
        account = portals.connections(session, set_up.id)[0].id
        for n, status in ((1, "delivered"), (2, "cancelled")):
            shipments.create(session, set_up, 8061, n, account, status=status, request={}, now=NOW)
    with read_scope(sessions) as session:
        day = timedelta(days=1)
        told = return_stats.of_period(session, set_up.id, NOW - day, NOW + day)
        assert [(each.id, each.carrier) for each in told.cases] == [(mine.id, "cdek")]
        assert return_stats.of_period(session, set_up.id, NOW, NOW).cases == ()
        both = return_stats.of_period(session, set_up.id, NOW - 5 * day, NOW + day, most=1)
        assert ([each.id for each in both.cases], both.more) == ([old.id], True)


def test_the_report_is_shown_and_given_out_once(page: Page, sessions: Sessions, set_up: Portal) -> None:
    begun(sessions, set_up, deal_id=8061)
    period = {"since": "2026-11-01", "until": "2026-11-30"}
    shown = page.ask("GET", "/app/returns/report?since=2026-11-01&until=2026-11-30").text
    assert 'role="img" aria-label="Возвраты по причинам: Причина не указана' in shown
    assert "Доли — от всех возвращённых штук" in shown
    wrong = page.ask("GET", "/app/returns/report?since=2026-11-30&until=2026-11-01").text
    assert "Конец раньше начала." in wrong
    assert page.ask("POST", "/app/returns/report/link", since="x", until="y").status_code == 422
    answer = page.ask("POST", "/app/returns/report/link", **period)
    address = answer.headers["HX-Redirect"]
    file = page.client.get(address)
    assert (file.status_code, file.mimetype) == (
        200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )  # fmt: skip
    assert file.headers["Content-Disposition"].startswith("attachment;")
    assert "2026-11-01" in file.headers["Content-Disposition"]
    assert [row[4] for row in cells(file.data, 1)[1:]] == ["Плед льняной", "Подушка «Хвоя»"]
    assert page.client.get(address).status_code == 410
    assert re.match(r"/returns-report/[\w.-]+$", address)
    with sessions() as session:
        [row] = session.scalars(select(AuditRow).where(AuditRow.action == "return_report"))
    assert row.detail["title"] == "2026-11-01 – 2026-11-30"
