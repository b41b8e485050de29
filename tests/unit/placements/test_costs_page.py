"""Uploading a carrier's invoice: read with its columns told apart, taken once, what fits nothing is shown."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import select

from b24app.clock import FixedClock
from b24app.store import portals
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import AuditRow, CarrierBill, Portal
from placements.app import costs
from tests.unit.placements.page import Page
from tests.unit.store import figured
from tests.unit.store.figured import Shipped

FILE = "Номер заказа;Вес, кг;Сумма\nN1;3;520,00\nN2;2,1;486\nX7;1;99\n".encode("cp1251")
UNTITLED = b"N1;520.00\nN2;486\n"


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    """One database is enough here: the store has its own tests."""
    return sqlite_database_url


@pytest.fixture
def account(sessions: Sessions, set_up: Portal, clock: FixedClock) -> int:
    with session_scope(sessions) as session:
        figured.put(session, set_up, [Shipped(n, clock.now(), quoted=486, told_g=2100) for n in (1, 2)])
        return portals.connections(session, set_up.id)[0].id


def send(page: Page, path: str, file: bytes, **form: str) -> str:
    return page.ask("POST", path, file=(io.BytesIO(file), "октябрь.csv"), **form).text


def words_of(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_from_a_file_to_its_lines(page: Page, sessions: Sessions, account: int) -> None:
    assert "Расхождений за эти дни нет." in page.ask("GET", "/app/costs?period=8w").text
    read = send(page, "/app/costs/read", FILE)
    assert re.findall(r'<option value="(\d)" selected>([^<]+)', read) == [
        ("0", "Номер заказа (N1)"), ("2", "Сумма (520,00)"), ("1", "Вес, кг (3)"),
    ]  # fmt: skip
    assert "Сверить 3 строки" in read
    with sessions() as session:
        assert session.scalars(select(CarrierBill)).all() == []
    shape = re.findall(r'name="shape" value="([^"]+)"', read)[0]
    form = {"shape": shape, "number": "0", "amount": "2", "weight": "1", "head": "1", "account": str(account)}
    taken = words_of(send(page, "/app/costs/take", FILE, **form))
    assert "Строк: 3, сошлись с отправлениями: 2. Не нашли отправление: 1, нужно посмотреть: 0." in taken
    assert "Нет отправления с таким номером" in taken
    assert re.search(r"N1 .* 486,00 ₽ — 520,00 ₽ \+34,00 ₽ вес 2,100 → 3,000 кг", taken.replace("\u00a0", " "))
    again = words_of(send(page, "/app/costs/take", FILE, **form))
    assert "Этот файл уже прочитан: октябрь.csv. Ничего не изменилось." in again
    with sessions() as session:
        [bill] = session.scalars(select(CarrierBill))
        [row] = session.scalars(select(AuditRow).where(AuditRow.action == "carrier_bill"))
    assert (bill.lines, bill.taken, row.detail["title"]) == (3, 2, "октябрь.csv")
    assert "X7" in page.ask("GET", f"/app/costs/bill/{bill.id}").text
    assert page.ask("GET", f"/app/costs/bill/{bill.id + 1}").status_code == 409
    assert "52000" not in page.ask("GET", "/app/s/dashboard").text
    assert "перевес в 1 посылке" in page.ask("GET", "/app/s/dashboard").text


def test_a_doubtful_line_is_taken_by_a_press(page: Page, sessions: Sessions, account: int) -> None:
    form = {"shape": "2x2", "number": "0", "amount": "1", "account": str(account)}
    send(page, "/app/costs/take", UNTITLED, **form)
    other = send(page, "/app/costs/take", b"N1;530.00\nN2;486\n", **form)
    assert "Другой счёт уже назвал другую сумму." in other
    line = re.findall(r'hx-post="(/app/costs/line/\d+)"', other)[0]
    after = page.ask("POST", line)
    assert (after.status_code, "Это его счёт" in after.text) == (200, False)
    assert page.ask("POST", line).status_code == 409
    assert "530,00" in page.ask("GET", "/app/costs").text
    with sessions() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "carrier_bill").order_by(AuditRow.id)).all()
    assert [row.detail["title"] for row in rows] == ["октябрь.csv", "октябрь.csv", "N1"]


def test_columns_without_titles_are_asked_for(page: Page, account: int) -> None:
    read = send(page, "/app/costs/read", UNTITLED)
    assert "Выберите, где номер отправления и где сумма." in read
    assert "Столбец 1 (N1)" in read
    form = {"shape": "2x2", "number": "0", "account": str(account)}
    assert "Выберите, где номер отправления" in send(page, "/app/costs/take", UNTITLED, **form)
    assert "сошлись с отправлениями: 2" in send(page, "/app/costs/take", UNTITLED, **form, amount="1")
    below = {**form, "amount": "1", "head": "2"}
    assert "Под заголовками нет строк с номерами" in send(page, "/app/costs/take", UNTITLED, **below)


def test_what_is_no_table_is_said(page: Page, account: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Это не CSV и не таблица Excel." in send(page, "/app/costs/read", b"%PDF-1.4\x00")
    assert "В файле ничего нет." in page.ask("POST", "/app/costs/read").text
    form = {"shape": "2x2", "number": "0", "amount": "1", "account": str(account + 9)}
    assert page.ask("POST", "/app/costs/take", file=(io.BytesIO(UNTITLED), "a.csv"), **form).status_code == 422
    monkeypatch.setattr(costs, "_READ", 100)
    assert "Файл больше 5 МБ." in send(page, "/app/costs/read", UNTITLED * 9)
    assert "Файл больше 5 МБ." in send(page, "/app/costs/take", UNTITLED * 9)
