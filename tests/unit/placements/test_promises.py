"""The report on kept promises in the app's page and as a file: counts beside every share, lanes, weeks, risks."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from b24app.clock import FixedClock
from b24app.flows.forecast import By, Lane, Risk
from b24app.flows.promises import Promise, report
from b24app.frames.formats import NBSP, Formats
from b24app.store import portals, shipments
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import AuditRow, Portal, Transit, TransitState
from b24app.store.promises import AtRisk
from placements.app.promises_file import workbook
from placements.app.promises_view import Filter, promises_view, read_filter
from tests.unit.placements.conftest import NOW
from tests.unit.placements.page import Page

TODAY = date(2026, 11, 12)
SINCE = TODAY - timedelta(days=13)
CHOSEN = Filter(SINCE, TODAY)
CELL = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    """One database is enough here: the store has its own tests."""
    return sqlite_database_url


def named(system: str) -> str:
    return {"cdek": "СДЭК", "pek": "ПЭК"}[system]


def came(days_late: int, system: str = "cdek", to: str = "TA", ago: int = 2) -> Promise:
    promised = TODAY - timedelta(days=ago)
    lane, arrived = Lane(system, "courier", "MOW", to), promised + timedelta(days=days_late)
    return Promise(1, "n", lane, promised, By.CARRIER, arrived, days=3 + days_late)


PROMISES = (*[came(0)] * 9, came(2, ago=9), came(1, "pek", "BA"), came(0, "pek", "BA"))


@pytest.mark.parametrize(
    ("form", "chosen"),
    [
        ({}, Filter(date(2026, 9, 18), TODAY)),
        ({"since": "2026-10-30", "until": "2026-11-12", "system": "cdek"}, Filter(SINCE, TODAY, "cdek")),
        ({"since": "2026-11-12", "until": "2026-11-11"}, Filter(date(2026, 9, 18), TODAY, wrong="order")),
        ({"since": "вчера", "until": "2026-11-11"}, Filter(date(2026, 9, 18), TODAY, wrong="date")),
        ({"since": "2020-01-01", "until": "2026-11-11"}, Filter(date(2026, 9, 18), TODAY, wrong="long")),
    ],
)
def test_which_days_it_is_about(form: dict[str, str], chosen: Filter) -> None:
    assert read_filter(form, TODAY) == chosen
    if not chosen.wrong:
        assert read_filter(chosen.told(), TODAY) == chosen


def test_every_share_stands_beside_its_count(ru: Formats, en: Formats) -> None:
    told = report(PROMISES, SINCE, TODAY, TODAY)
    danger = [
        AtRisk(29, "Зоя Ковылина", "15", "cdek", Risk.LATE, 2, TODAY + timedelta(days=1), TODAY + timedelta(days=3),
               "Уфа", TODAY - timedelta(days=3)),
        AtRisk(30, "", "16", "pek", Risk.MAYBE, 0, None, None, "", None),
    ]  # fmt: skip
    view = promises_view(told, CHOSEN, ["pek", "cdek"], danger, named, ru)
    assert (view.whole.n, view.whole.in_time, view.whole.share) == ("12", "10", f"83{NBSP}%")
    assert view.carriers == (("pek", "ПЭК"), ("cdek", "СДЭК"))
    systems, lanes, weeks = view.blocks
    assert systems.chart is not None
    assert systems.chart.sentence == "Вовремя: СДЭК 90 % (9 из 10), ПЭК 50 % (1 из 2). Цель 90 %"
    assert [row.name for row in lanes.rows] == ["Москва → Татарстан, СДЭК", "Москва → Башкортостан, ПЭК"]
    assert [(row.name.replace(NBSP, " "), row.share) for row in weeks.rows] == [
        ("26 окт", ""), ("2 ноя", f"0{NBSP}%"), ("9 ноя", f"91{NBSP}%"),
    ]  # fmt: skip
    assert (systems.rows[1].late, systems.rows[1].mean_late, systems.rows[1].days) == (
        "1",
        "1 дн.",
        "3–4, 9 из 10 до 4",
    )
    first, second = view.danger
    assert (first.chip.label, first.text.replace(NBSP, " ")) == (
        "Опоздает на 2 дня", "СДЭК 15, обещали завтра, ждём ≈ вс, 15 ноября, Уфа, пн, 9 ноября",
    )  # fmt: skip
    assert (second.chip.label, second.text) == ("Может опоздать", "ПЭК 16")
    english = promises_view(told, CHOSEN, ["cdek"], danger, lambda _: "CDEK", en)
    assert english.blocks[1].rows[0].name == "Moscow → Tatarstan, CDEK"


def test_nothing_promised_is_an_empty_report(ru: Formats) -> None:
    view = promises_view(report((), SINCE, TODAY, TODAY), CHOSEN, [], [], named, ru)
    assert (view.empty, view.blocks, view.danger) == (True, (), ())


def cells(data: bytes, sheet: int) -> list[list[str]]:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        shared = [
            "".join(each.itertext())
            for each in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314
        ]
        tree = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml"))  # noqa: S314
    rows = []
    for row in tree.iter(f"{CELL}row"):
        found = []
        for cell in row:
            value = cell.findtext(f"{CELL}v") or ""
            found.append(shared[int(value)] if cell.get("t") == "s" else value)
        rows.append(found)
    return rows


def test_the_file_has_the_pages_numbers_and_every_parcel(ru: Formats) -> None:
    told = report(PROMISES, SINCE, TODAY, TODAY)
    data = workbook(told, PROMISES, named, ru, TODAY)
    assert [row[:5] for row in cells(data, 1)] == [
        ["Название", "Посылок", "Вовремя", "Вовремя, %", "Опоздало"], ["СДЭК", "10", "9", "90", "1"],
        ["ПЭК", "2", "1", "50", "1"],
    ]  # fmt: skip
    assert len(cells(data, 4)) == 1 + len(PROMISES)


def test_the_report_is_shown_and_given_out_once(
    page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    today = clock.now().date()
    with session_scope(sessions) as session:
        account = portals.connections(session, set_up.id)[0].id
        row = shipments.create(session, set_up, 8061, 1, account, status="delivered", request={}, now=NOW)
        session.flush()
        way = session.scalars(select(Transit).where(Transit.shipment_id == row.id)).one()
        way.state, way.system, way.kind, way.by = TransitState.DONE, "cdek", "courier", By.CARRIER
        way.origin, way.to, way.handed, way.arrived, way.promised = "MOW", "TA", today, today, today
    period = {"since": str(today), "until": str(today)}
    shown = page.ask("GET", f"/app/promises?since={today}&until={today}").text
    assert 'role="img" aria-label="Вовремя: СДЭК 100 % (1 из 1). Цель 90 %"' in shown
    assert "Приезжает вовремя" in page.ask("GET", "/app/s/promises").text
    assert "Конец раньше начала" in page.ask("GET", "/app/promises?since=2026-11-30&until=2026-11-01").text
    assert "Здесь появятся посылки" in page.ask("GET", "/app/promises?since=2020-11-01&until=2020-11-02").text
    assert page.ask("POST", "/app/promises/link", since="x", until="y").status_code == 422
    address = page.ask("POST", "/app/promises/link", **period).headers["HX-Redirect"]
    file = page.client.get(address)
    assert (file.status_code, file.mimetype) == (
        200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )  # fmt: skip
    assert [row[0] for row in cells(file.data, 4)[1:]] == ["8061"]
    assert page.client.get(address).status_code == 410
    with sessions() as session:
        [noted] = session.scalars(select(AuditRow).where(AuditRow.action == "promises"))
    assert noted.detail["title"] == f"{today} – {today}"
