"""The section "Returns" of the app's page: what it lists, to whom, and how it says it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from b24app.bitrix24.errors import RestError
from b24app.flows.returns.rules import ReturnRules
from b24app.flows.returns.way import Way, WayKind
from b24app.frames.formats import NBSP, Formats
from b24app.logistics.returning import ReturnStage
from b24app.store.engine import Sessions, session_scope
from b24app.store.faces.return_list import Listed
from b24app.store.models import GoodsReturn, Portal
from b24app.store.returns import Client
from placements.app.returns_list_view import Filter, list_view, read_filter
from tests.unit.flows.returns.given import a_return, settled, wish
from tests.unit.placements.conftest import NOW
from tests.unit.placements.page import Page
from tests.unit.placements.test_tab_returns import kept
from tests.unit.store.test_returns import begun

S = ReturnStage
RULES = ReturnRules()
NONE = dict.fromkeys(ReturnStage, 0)


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    """One database is enough here: the store has its own tests."""
    return sqlite_database_url


def test_a_row_says_where_it_is_for_how_long_and_what_it_comes_to(ru: Formats) -> None:
    came = kept(settled(a_return(wish(1, "1", "defect"), wish(2, "1")), 150000), client=Client(88, "Мария Северцева"),
                way=Way(WayKind.BY_HAND, carrier="Курьер Петя", tracking="77"))  # fmt: skip
    listed = Listed((came,), {5120: (came,)}, since={came.id: NOW - timedelta(days=4)}, titles={5120: "Плед"})
    [row] = list_view(listed, NONE, Filter(), RULES, {}, ru).rows
    assert (row.client, row.title, row.what) == (
        "Мария Северцева", "Плед", f"Плед льняной{NBSP}×{NBSP}1, Подушка «Хвоя»{NBSP}×{NBSP}1",
    )  # fmt: skip
    assert (row.reasons, row.carrier, row.tracking) == ("Брак, Не подошёл цвет", "Курьер Петя", "77")
    assert (row.owed, row.left) == (f"1{NBSP}500,00{NBSP}₽",) * 2
    assert (row.chip.label, row.waits, row.long) == ("Проверен", "ждёт 4 дня", True)
    over = kept(replace(came.case, stage=S.CLOSED))
    done = list_view(replace(listed, rows=(over,)), NONE, Filter(), RULES, {}, ru).rows[0]
    assert (done.waits, done.long) == ("", False)


def test_stages_are_offered_with_their_counts(ru: Formats) -> None:
    counts = {**NONE, S.REQUESTED: 2, S.IN_TRANSIT: 1, S.CLOSED: 30}
    view = list_view(Listed(()), counts, Filter(), RULES, {}, ru)
    assert [(each.value, each.count) for each in view.states] == [
        ("open", 3), ("requested", 2), ("in_transit", 1), ("closed", 30), ("all", 33),
    ]  # fmt: skip
    assert (view.total, view.first, view.last) == (3, 0, 0)
    closed = list_view(Listed(()), counts, Filter(state="refused"), RULES, {}, ru)
    assert ("refused", True) in [(each.value, each.chosen) for each in closed.states]


@pytest.mark.parametrize(
    ("form", "chosen"),
    [
        ({}, Filter()),
        ({"state": "all", "page": "3"}, Filter("all", page=3)),
        ({"state": "no such", "waits": "him", "account": "x", "page": "-1"}, Filter()),
        ({"state": "refused", "waits": "me", "reason": "defect", "account": "7", "q": " R1 "},
         Filter("refused", "me", "defect", 7, "R1")),
    ],
)  # fmt: skip
def test_what_nobody_offered_counts_as_none(form: dict[str, str], chosen: Filter) -> None:
    assert read_filter(form) == chosen


def rows(ours: Page, /, **form: str) -> list[str]:
    return re.findall(r'id="return-\d+"[^>]*>([^<]+)<', ours.ask("POST", "/app/returns/rows", **form).text)


def test_an_administrator_sees_all_without_asking_the_portal(
    page: Page, person: Any, sessions: Sessions, set_up: Portal
) -> None:
    ours = begun(sessions, set_up, deal_id=8061)
    other = begun(sessions, set_up, deal_id=9)
    person.asked.clear()
    assert rows(page) == [other.case.number, ours.case.number]
    assert rows(page, q=other.case.number) == [other.case.number]
    assert rows(page, state="closed") == []
    assert person.asked == []


def test_everybody_else_sees_returns_of_deals_that_their_own_key_reads(
    unopened: Page, person: Any, sessions: Sessions, set_up: Portal
) -> None:
    person.answers["user.admin"] = False
    unopened.open()
    ours = begun(sessions, set_up, deal_id=8061)
    begun(sessions, set_up, deal_id=9)
    assert rows(unopened, AUTH_ID="anna") == [ours.case.number]
    answer = unopened.ask("POST", "/app/returns/rows", AUTH_ID="anna").text
    assert '<span class="wb-count">1</span>' in answer
    assert '<span class="wb-count">2</span>' not in answer
    assert unopened.ask("POST", "/app/returns/rows", AUTH_ID="boris").status_code == 403
    assert unopened.ask("POST", "/app/returns/rows").status_code == 403
    person.answers["crm.item.list"] = RestError("ACCESS_DENIED", "", "crm.item.list")
    assert unopened.ask("POST", "/app/returns/rows", AUTH_ID="anna").status_code == 403


def test_the_page_says_why_it_is_empty_and_how_it_goes_on(page: Page, sessions: Sessions, set_up: Portal) -> None:
    assert "Возвратов в работе нет" in page.ask("POST", "/app/returns/rows").text
    assert "Ничего не нашлось" in page.ask("POST", "/app/returns/rows", q="нет такого").text
    shell = page.ask("GET", "/app/s/returns").text
    assert "смарт-процесса для них нет" in shell
    assert "Передумал" in shell
    for _ in range(27):
        one = begun(sessions, set_up, deal_id=8061, lines=())
    first = page.ask("POST", "/app/returns/rows").text
    assert "1–25 из 27" in first
    assert len(rows(page, page="2")) == 2
    with session_scope(sessions) as session:
        session.execute(update(GoodsReturn).where(GoodsReturn.id == one.id).values(stage="refused"))
    assert "1–1 из 1" in page.ask("POST", "/app/returns/rows", state="refused").text
    pressed = page.ask("POST", "/app/returns/rows", state=["open", "refused"])
    assert "1–1 из 1" in pressed.text, "the last one was pressed"
