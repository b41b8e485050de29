"""The portal's rules of returns: what the form takes, what it says is wrong and where, what the audit tells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from b24app.flows.returns.owed import MoneyRules
from b24app.flows.returns.rules import Reason, ReturnRules
from b24app.flows.returns.storage import StorageRules
from b24app.flows.returns.window import LongerWindow, WindowException, WindowRules
from b24app.logistics.returning import Condition, DeliveryCost
from b24app.store import portal_settings, portals
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import AuditRow, InboxKind, InboxRow, Portal
from placements.app.returns_rules_form import FIELDS, RulesForm, form_of, read_form
from tests.unit.placements.page import Page

SECTIONS = {3: "Текстиль", 7: "Пледы", 8: "Бельё, постельное"}
FULL = ReturnRules(
    window=WindowRules(
        days=30,
        exceptions=(
            WindowException("Постельное бельё", None, (8,), ("SET-1", "SET-2")),
            WindowException("Пледы", 60, (7, 3)),
        ),
        longer=(LongerWindow("Новый год", date(2026, 12, 1), date(2027, 1, 10), 45),),
        always=("defect", "own_1"),
        answer_days=7,
    ),
    money=MoneyRules({Condition.DAMAGED: 35, Condition.AS_NEW: 5}, DeliveryCost.WITH_ALL),
    storage=StorageRules(nudge_days=(5, 2), warn_days=(3, 1, 0), hour=9),
    reasons=(
        Reason("defect", {"ru": "Брак", "en": "Faulty"}),
        Reason("own_1", {"ru": "Аллергия", "en": "Allergy"}),
        Reason("size", {"ru": "Размер", "en": "Size"}, off=True),
    ),
    replace_first=True,
    warehouse=5,
    public=False,
    approve=True,
)


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    """One database is enough here: settings are one row."""
    return sqlite_database_url


def sent(form: RulesForm, **over: str) -> dict[str, str]:
    """As a browser sends the form."""
    found = dict(form.values) | {name: "yes" for name, on in form.checks.items() if on}
    for kind, rows in (("x", form.exceptions), ("l", form.longer), ("r", form.reasons)):
        for row in rows:
            found |= {f"{kind}{row.at}_{name}": row.values[name] for name in FIELDS[kind]}
            found |= {f"{kind}{row.at}_{name}": "yes" for name in ("always", "on") if getattr(row, name)}
    return {name: value for name, value in (found | over).items() if value != "(gone)"}


def read(over: Mapping[str, str], rules: ReturnRules = FULL) -> tuple[ReturnRules | None, RulesForm]:
    return read_form(sent(form_of(rules, SECTIONS), **over), rules, SECTIONS, [5], lambda: "own_new")


def alike(rules: ReturnRules) -> ReturnRules:
    """In whatever order the reasons stand that open the window."""
    return replace(rules, window=replace(rules.window, always=tuple(sorted(rules.window.always))))


@pytest.mark.parametrize("rules", [ReturnRules(), FULL], ids=["the usual ones", "all of it"])
def test_what_is_shown_and_sent_back_is_the_same(rules: ReturnRules) -> None:
    again, form = read({}, rules)
    assert form.errors == {}
    assert again is not None
    assert alike(again) == alike(rules)


def test_rows_are_added_changed_and_taken_away() -> None:
    rules, _ = read({
        "x0_sections": "пледы; 3", "x1_title": "", "x1_days": "", "x1_sections": "", "x2_title": "Новое",
        "x2_days": "5", "x2_skus": "A-1 B-2;A-1", "drop": "l0",
        "r3_en": "Too heavy", "r3_always": "yes", "r0_on": "(gone)",
    })  # fmt: skip
    assert rules is not None
    assert rules.window.exceptions == (
        WindowException("Постельное бельё", None, (7, 3), ("SET-1", "SET-2")),
        WindowException("Новое", 5, (), ("A-1", "B-2")),
    )
    assert rules.window.longer == ()
    assert rules.window.always == ("defect", "own_1", "own_new")
    assert rules.reasons[0].off
    assert rules.reasons[3] == Reason("own_new", {"ru": "Too heavy", "en": "Too heavy"})


@pytest.mark.parametrize(
    ("over", "errors"),
    [
        ({"days": "много"}, {"days": "number"}),
        ({"days": "-1", "answer_days": "0"}, {"days": "number", "answer_days": "number"}),
        ({"damaged": "101"}, {"damaged": "number"}),
        ({"hour": "24"}, {"hour": "number"}),
        ({"warn_days": "1, два"}, {"warn_days": "numbers"}),
        ({"nudge_days": "вчера"}, {"nudge_days": "numbers"}),
        ({"warn_days": "31"}, {"warn_days": "numbers"}),
        ({"warn_days": "1 2 3 4 5 6"}, {"warn_days": "numbers"}),
        ({"x0_title": ""}, {"x0_title": "title"}),
        ({"x0_title": "т" * 81}, {"x0_title": "long"}),
        ({"x0_days": "год"}, {"x0_days": "number"}),
        ({"x1_sections": "Пледы; Посуда"}, {"x1_sections": "section"}),
        ({"x1_sections": ""}, {"x1_sections": "nothing_named"}),
        ({"l0_first": "2027-02-01"}, {"l0_last": "order"}),
        ({"l0_last": "завтра"}, {"l0_last": "date"}),
        ({"l0_days": ""}, {"l0_days": "number"}),
        ({"r1_ru": "и" * 81}, {"r1_ru": "long"}),
        ({"r0_on": "(gone)", "r1_on": "(gone)"}, {"reasons": "no_reasons"}),
    ],
)
def test_what_is_wrong_is_said_at_its_field(over: dict[str, str], errors: dict[str, str]) -> None:
    rules, form = read(over)
    assert rules is None
    assert form.errors == errors
    assert form.exceptions[0].values["skus"] == "SET-1, SET-2", "what was typed stays"


def test_nobody_is_told_where_no_days_are_named_and_strange_choices_count_as_none() -> None:
    rules, _ = read({"nudge_days": "", "warn_days": " ", "delivery": "stolen", "warehouse": "77"})
    assert rules is not None
    assert rules.storage.nudge_days == ()
    assert (rules.storage.warn_days, rules.money.delivery, rules.warehouse) == ((), DeliveryCost.WITH_ALL, 0)
    assert rules.money.markdown == {Condition.DAMAGED: 35, Condition.AS_NEW: 5}


def kept(sessions: Sessions, portal: Portal) -> ReturnRules:
    with sessions() as session:
        return ReturnRules.of(portals.get(session, portal.id).settings)


def test_an_administrator_saves_them_and_the_audit_tells_what_changed(
    page: Page, sessions: Sessions, set_up: Portal
) -> None:
    with session_scope(sessions) as session:
        known = [{"id": number, "name": name, "above": 0} for number, name in SECTIONS.items()]
        portal_settings.merge(session, set_up.id, sections=known)
    shown = page.ask("GET", "/app/s/returns_rules").text
    assert 'value="14"' in shown
    with sessions() as session:
        public_id = portals.get(session, set_up.id).public_id
    assert public_id
    assert f'data-copy="http://localhost/r/{public_id}"' in shown
    usual = form_of(ReturnRules(), SECTIONS)
    text = page.ask("POST", "/app/returns/rules", **sent(usual, days="21", x0_title="Пледы", x0_sections="Пледы",
                                                         delivery="with_all")).text  # fmt: skip
    assert "Сохранено" in text
    window = replace(ReturnRules().window, days=21, exceptions=(WindowException("Пледы", None, (7,)),))
    money = MoneyRules(delivery=DeliveryCost.WITH_ALL)
    assert alike(kept(sessions, set_up)) == alike(replace(ReturnRules(), window=window, money=money))
    with sessions() as session:
        [row] = session.scalars(select(AuditRow).where(AuditRow.action == "return_rules"))
    changes: list[dict[str, Any]] = row.detail["changes"]
    assert {each["field"]: (each["before"], each["after"]) for each in changes} == {
        "return_days": (14, 21),
        "return_exceptions": ([], ["Пледы: Пледы = —"]),
        "return_delivery": ("kept", "with_all"),
    }
    journal = page.ask("GET", "/app/s/journal").text
    assert "Стоимость доставки" in journal
    assert "возвращаем, когда вернулось всё" in journal


def test_robots_are_told_of_reasons_alone(page: Page, sessions: Sessions, set_up: Portal) -> None:
    usual = form_of(ReturnRules(), {})

    def asked() -> list[dict[str, Any]]:
        with sessions() as session:
            rows = session.scalars(select(InboxRow).where(InboxRow.kind == InboxKind.INSTALL, InboxRow.key == "robots"))
            return [row.payload for row in rows]

    page.ask("POST", "/app/returns/rules", **sent(usual, days="21"))
    assert asked() == []
    page.ask("POST", "/app/returns/rules", **sent(usual, r0_ru="Не тот размер"))
    assert asked() == [{"robots": True}]


def test_what_is_wrong_is_kept_nowhere(page: Page, sessions: Sessions, set_up: Portal) -> None:
    text = page.ask("POST", "/app/returns/rules", **sent(form_of(ReturnRules(), {}), days="x")).text
    assert "Нужно целое число от 0 до 365." in text
    assert re.search(r'name="days"[^>]*value="x"[^>]*aria-invalid="true"', text)
    assert kept(sessions, set_up) == ReturnRules()
