"""A manager begins a return in the deal's tab: what the form offers and takes, what one press leaves, what comes of it;
and how the tab shows the deal's returns."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from b24app.clock import FixedClock
from b24app.flows.returns.basis import Basis, Brought
from b24app.flows.returns.effects import Actor
from b24app.flows.returns.quantities import Wish
from b24app.flows.returns.rules import KEY, ReturnRules
from b24app.flows.returns.window import WindowException, WindowRules
from b24app.frames.formats import NBSP, Formats
from b24app.frames.rights import Right
from b24app.logistics.model import Recipient
from b24app.logistics.money import Money
from b24app.logistics.problem import Field, Problem
from b24app.logistics.returning import Return, ReturnStage, Sold
from b24app.logistics.status import Status
from b24app.store import portal_settings, return_acts, return_basis, returns
from b24app.store.engine import Sessions, session_scope
from b24app.store.faces.deal_facts import ShipmentFacts, TabFacts
from b24app.store.faces.deal_returns import DealReturnsFacts, ReturnMoved
from b24app.store.models import ActState, AuditRow, InboxKind, InboxRow, Portal, Priority, ReturnAct
from b24app.store.return_acts import Act, ActKind, Wanted
from b24app.store.return_journal import Moved
from b24app.store.returns import Kept
from placements.tab_returns_form import Offer, StaleFormError, form_of, offers_of, read_form
from placements.tab_returns_view import returns_view
from placements.tab_view import tab_view
from tests.unit.flows.returns.given import CUSHION, PAID, PLAID, SOLD, a_return, settled, wish
from tests.unit.placements.conftest import NOW, at
from tests.unit.placements.test_deal_tab import Tab

MOSCOW = ZoneInfo("Europe/Moscow")
RULES = ReturnRules()


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    """One database is enough here: the store has its own tests."""
    return sqlite_database_url


# --- the form ---------------------------------------------------------------------------------------------------------


def offers(days: int, *others: Return, sold: tuple[Sold, ...] = SOLD, rules: ReturnRules = RULES) -> tuple[Offer, ...]:
    return offers_of(sold, others, NOW - timedelta(days=days), rules, MOSCOW, NOW)


def test_rows_say_how_many_may_still_come_and_how_their_time_stands(ru: Formats, en: Formats) -> None:
    one = a_return(wish(1, "1"))
    plaid, cushion = form_of(offers(14, one), RULES, ru, may_approve=True).rows
    assert (plaid.may_come, plaid.most, plaid.step, plaid.says, plaid.late) == (
        "можно вернуть 1 из 2", "1", "1", "14-й день из 14", False,
    )  # fmt: skip
    assert cushion.may_come == "можно вернуть 1 из 1"
    late = form_of(offers(20), RULES, en, may_approve=True).rows[0]
    assert (late.says, late.tone, late.late) == ("day 20, goods may come back within 14", "amber", True)
    gone = form_of(offers(3, a_return(wish(2, "1"))), RULES, ru, may_approve=True).rows[1]
    assert (gone.may_come, gone.most) == ("уже возвращают всё", "0")


def test_exceptions_are_named_and_no_date_is_said(ru: Formats) -> None:
    bedding = WindowException("Постельное бельё", None, skus=("CSH-1",))
    wide = WindowException("Пледы", 30, sections=(7,))
    rules = replace(RULES, window=WindowRules(exceptions=(bedding, wide), always=("defect",)))
    plaid, cushion = form_of(offers(20, rules=rules), rules, ru, may_approve=True).rows
    assert (plaid.says, plaid.late) == ("20-й день из 30, правило «Пледы»", False)
    assert (cushion.says, cushion.tone) == ("не возвращают: правило «Постельное бельё»", "red")
    unknown = form_of(offers_of(SOLD, (), None, RULES, MOSCOW, NOW), RULES, ru, may_approve=True).rows[0]
    assert (unknown.says, unknown.late) == ("неизвестно, когда клиент получил товар", True)


def typed(made: tuple[Offer, ...], ru: Formats, **values: str) -> Any:
    made_of = form_of(made, RULES, ru, may_approve=True).made_of
    return read_form({"made_of": made_of, **values}, RULES, ru, may_approve=True)


def test_what_people_type_is_what_is_wished(ru: Formats) -> None:
    cloth = Sold(3, "Ткань", Decimal("2.5"), Money(100000), divisible=True)
    wishes, form = typed(
        offers(3, sold=(*SOLD, cloth)), ru, q_1="2", r_1="colour", q_2="0", q_3="0,5", r_3="no such", note=" ткань "
    )
    assert wishes == (Wish(1, Decimal(2), "colour"), Wish(3, Decimal("0.5"), ""))
    assert (form.errors, form.typed.note, form.typed.approve) == ({}, "ткань", False)
    assert [row.typed for row in form.rows] == ["2", "0", "0,5"]


@pytest.mark.parametrize(
    ("days", "values", "errors"),
    [
        (3, {}, {"rows": "nothing"}),
        (3, {"q_1": "0", "q_2": ""}, {"rows": "nothing"}),
        (3, {"q_1": "3"}, {"q_1": "quantity"}),
        (3, {"q_1": "-1"}, {"q_1": "quantity"}),
        (3, {"q_1": "NaN"}, {"q_1": "quantity"}),
        (3, {"q_1": "1e9999999"}, {"q_1": "quantity"}),
        (3, {"q_1": "9" * 40}, {"q_1": "quantity"}),
        (3, {"q_1": "0.5"}, {"q_1": "whole"}),
        (3, {"q_1": "1", "note": "x" * 1001}, {"note": "long"}),
        (20, {"q_1": "1", "why": "  "}, {"why": "why"}),
        (20, {"q_1": "1", "r_1": "colour"}, {"why": "why"}),
        (20, {"q_1": "1", "r_1": "defect", "q_2": "1"}, {"why": "why"}),
        (20, {"q_1": "1", "why": "y" * 501}, {"why": "long"}),
        (20, {"q_1": "1", "r_1": "defect"}, {}),
        (20, {"q_1": "1", "why": "постоянный клиент"}, {}),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    days: int, values: Mapping[str, str], errors: Mapping[str, str], ru: Formats
) -> None:
    wishes, form = typed(offers(days), ru, **values)
    assert form.errors == errors
    assert bool(wishes) is not bool(errors)


@pytest.mark.parametrize("made_of", ["", "x", "{}", "[1]", '[{"row": 1}]', "null", '[{"row":1,"name":"a","sold":"x"}]'])
def test_a_form_that_is_not_ours_is_told_apart(made_of: str, ru: Formats) -> None:
    with pytest.raises(StaleFormError):
        read_form({"made_of": made_of, "q_1": "1"}, RULES, ru, may_approve=True)


# --- the deal's returns in its tab ------------------------------------------------------------------------------------


def kept(case: Return, **over: Any) -> Kept:
    basic: dict[str, Any] = {"id": 4, "version": 1, "item_id": None, "client": None, "decided": None}
    return Kept(**{**basic, "case": case, "created_by": 7, "created_name": "Анна", "created_at": NOW,
                   "changed_at": NOW, **over})  # fmt: skip


def basis(**over: Any) -> Basis:
    told: dict[str, Any] = {"deal_id": 8061, "title": "Сделка", "assigned_by": 7, "currency": "RUB", "sold": SOLD}
    return Basis(**{**told, "paid": PAID, "brought": (), "read_at": NOW, **over})


def test_returns_are_listed_with_what_they_come_to(
    facts: TabFacts, shipment: ShipmentFacts, ru: Formats, en: Formats
) -> None:
    asked = kept(a_return(wish(1, "1")), item_id=31)
    done = kept(
        replace(settled(a_return(wish(2, "1", "defect"), others=(asked.case,)), 150000), refunded=Money(50000)), id=5
    )
    told = DealReturnsFacts((asked, done), basis=basis())
    here = replace(facts, shipments=(replace(shipment, status=Status.DELIVERED),), returned=told)
    view = returns_view(here, ru, frozenset(Right), RULES, 1038)
    assert view is not None
    newest, oldest = view.rows
    assert (newest.what, newest.reasons, newest.chip.label) == (f"Подушка «Хвоя»{NBSP}×{NBSP}1", "Брак", "Проверен")
    assert (newest.owed, newest.left, newest.guess, newest.place) == (
        f"1{NBSP}500,00{NBSP}₽", f"1{NBSP}000,00{NBSP}₽", False, "",
    )  # fmt: skip
    assert (oldest.owed, oldest.left, oldest.guess) == (f"2{NBSP}580,00{NBSP}₽", "", True)
    assert oldest.place == "/crm/type/1038/details/31/"
    assert view.may_begin
    nobody = returns_view(here, en, frozenset({Right.COSTS}), RULES, 0)
    assert nobody is not None
    assert (nobody.may_begin, nobody.rows[1].place) == (False, "")


def test_a_deal_of_which_nothing_left_has_no_returns(
    facts: TabFacts, shipment: ShipmentFacts, unshipped: TabFacts, ru: Formats
) -> None:
    created = replace(facts, shipments=(replace(shipment, status=Status.CREATED),))
    assert returns_view(unshipped, ru, frozenset(Right), RULES, 0) is None
    assert returns_view(created, ru, frozenset(Right), RULES, 0) is None
    known = replace(unshipped, returned=DealReturnsFacts((kept(a_return()),)))
    seen = returns_view(known, ru, frozenset(Right), RULES, 0)
    assert seen is not None and not seen.may_begin and seen.rows[0].owed == ""


def test_parcels_that_turn_back_are_told_until_their_return_is_there(
    facts: TabFacts, shipment: ShipmentFacts, ru: Formats
) -> None:
    back = replace(facts, shipments=(replace(shipment, status=Status.RETURNING),))
    view = returns_view(back, ru, frozenset(Right), RULES, 0)
    assert view is not None and view.coming == ("1573840216",)
    began = kept(a_return(key="tracking:AB-8061-1", stage=ReturnStage.IN_TRANSIT))
    told = returns_view(replace(back, returned=DealReturnsFacts((began,))), ru, frozenset(Right), RULES, 0)
    assert told is not None and told.coming == ()


def test_what_was_asked_for_is_shown_until_it_is_carried_out_or_refused(
    facts: TabFacts, shipment: ShipmentFacts, ru: Formats
) -> None:
    def view(state: ActState, ago: timedelta = timedelta(0)) -> Any:
        problem = Problem(
            "return_too_many", Field.ITEMS, params={"item": "Плед", "asked": "2", "left": "1", "sold": "2"}
        )
        wanted = Wanted(ActKind.BEGIN, "tab:k", Actor.PERSON, 8061)
        act = Act(1, wanted, NOW - ago, state, (problem,) if state is ActState.REFUSED else ())
        return returns_view(
            replace(facts, returned=DealReturnsFacts(begun=(act,))), ru, frozenset(Right), RULES, 0
        )  # fmt: skip

    assert view(ActState.WAITING).asked
    assert view(ActState.REFUSED).refused == ("«Плед»: вернуть просят 2, а можно ещё 1 из 2.",)
    assert view(ActState.REFUSED, timedelta(days=2)).refused == ()
    assert not view(ActState.DONE).asked


def test_the_history_tells_what_became_of_returns(facts: TabFacts, ru: Formats) -> None:
    began = Moved(at(12, 8), Actor.PERSON, None, ReturnStage.REQUESTED, ReturnStage.REQUESTED, 7, "Анна Лугова")
    refused = Moved(
        at(12, 9), Actor.PERSON, ReturnStage.REQUESTED, ReturnStage.REFUSED, ReturnStage.REFUSED, 9, "Борис",
        why="нет чека",
    )  # fmt: skip
    told = DealReturnsFacts(moves=(ReturnMoved("AB-8061-R1", began), ReturnMoved("AB-8061-R1", refused)))
    lines = [line for day in tab_view(replace(facts, returned=told), ru, "СДЭК").days for line in day.lines]
    mine = [(line.title, line.note) for line in lines if "AB-8061-R1" in line.title]
    assert mine == [
        ("Борис: возврат AB-8061-R1, отказано", "нет чека"),
        ("Анна Лугова: возврат AB-8061-R1, ждёт решения", ""),
    ]


# --- pressing ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def tab(page_app: Flask, set_up: Portal, frame_query: Mapping[str, str], frame_body: Mapping[str, str]) -> Tab:
    found = Tab(page_app, frame_query)
    found.open(frame_body)
    return found


def opened(tab: Tab) -> dict[str, str]:
    """The open form's values."""
    text = tab.ask("POST", "/tab/returns", AUTH_ID="anna").text
    found = {name: html.unescape(value) for name, value in re.findall(r'name="(key|made_of)" value="([^"]*)"', text)}
    assert [each["name"] for each in json.loads(found["made_of"])] == ["Плед"]
    return found


def acts(sessions: Sessions) -> list[Act]:
    with sessions() as session:
        return [
            act
            for row in session.scalars(select(ReturnAct).order_by(ReturnAct.id))
            if (act := return_acts.get(session, row.portal_id, row.id))
        ]


GIVEN = {"q_1": "1", "r_1": "defect", "note": "пятно", "why": "постоянный клиент", "approve": "yes"}


def test_one_press_is_one_act_of_the_portals_lane(tab: Tab, sessions: Sessions) -> None:
    form = opened(tab)
    first = tab.ask("POST", "/tab/returns/begin", **form, **GIVEN)
    assert 'hx-post="/tab/returns/asked"' in first.text
    tab.ask("POST", "/tab/returns/begin", **form, **GIVEN)
    read, act = acts(sessions)
    assert (read.wanted.kind, read.wanted.deal_id) == (ActKind.READ, 8061), "the catalogue is read meanwhile"
    assert act.wanted == Wanted(
        ActKind.BEGIN, f"tab:{form['key']}", Actor.PERSON, 8061, by=7, name="Анна Лугова", source="tab",
        given={"wishes": [Wish(1, Decimal(1), "defect").to_json()], "note": "пятно",
               "override": "постоянный клиент", "approve": True},
    )  # fmt: skip
    with sessions() as session:
        _, row = session.scalars(select(InboxRow).where(InboxRow.kind == InboxKind.RETURN).order_by(InboxRow.id))
        assert (row.key, row.priority) == (str(act.id), Priority.PEOPLE)
        [noted] = session.scalars(select(AuditRow).where(AuditRow.action == "return_begun"))
        assert (noted.user_id, noted.deal_id) == (7, 8061)
    assert tab.ask("POST", "/tab/returns/asked", **form, **GIVEN).status_code == 204


def test_what_is_wrong_in_the_form_asks_for_nothing(tab: Tab, sessions: Sessions) -> None:
    form = opened(tab)
    answer = tab.ask("POST", "/tab/returns/begin", **form, **{**GIVEN, "q_1": "7"})
    assert "Здесь больше, чем можно вернуть" in answer.text
    assert form["key"] in answer.text
    assert [act.wanted.kind for act in acts(sessions)] == [ActKind.READ]
    assert tab.ask("POST", "/tab/returns/begin", **{**form, "made_of": "[]x"}, **GIVEN).status_code == 422
    assert tab.ask("POST", "/tab/returns/begin", **{**form, "key": "!"}, **GIVEN).status_code == 422


def test_what_the_catalogue_told_meanwhile_counts(
    tab: Tab, sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    form = opened(tab)
    bedding = WindowException("Пледы не возвращают", None, skus=("PLD-1",))
    rules = replace(RULES, window=replace(RULES.window, exceptions=(bedding,)))
    sold = replace(PLAID, row=1, product_id=5)
    brought = Brought(1, 1, "n", "r", "", Status.DELIVERED, clock.now(), Recipient("М", "", "+79170000001"))
    with session_scope(sessions) as session:
        portal_settings.merge(session, set_up.id, **{KEY: rules.to_json()})
        told = basis(sold=(sold,), brought=(brought,), read_at=clock.now())
        return_basis.keep(session, set_up.id, told)
    text = tab.ask("POST", "/tab/returns/begin", **form, q_1="1", r_1="colour").text
    assert "не возвращают: правило «Пледы не возвращают»" in text
    assert "Напишите, почему принимаете возврат не по правилам." in text
    assert len(acts(sessions)) == 1
    assert "не возвращают" in tab.ask("POST", "/tab/returns", AUTH_ID="anna").text
    assert len(acts(sessions)) == 1, "what is known is not read once more"


def test_a_refused_one_brings_the_form_back_with_what_was_typed(
    tab: Tab, sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    form = opened(tab)
    tab.ask("POST", "/tab/returns/begin", **form, **GIVEN)
    _, act = acts(sessions)
    taken = Problem("return_pieces_taken", Field.ITEMS, params={"item": "Плед"})
    with session_scope(sessions) as session:
        return_acts.finish(session, set_up.id, act.id, clock.now(), None, (taken,))
    text = tab.ask("POST", "/tab/returns/asked", **form, **GIVEN).text
    assert "«Плед» уже возвращают в другом возврате этой сделки." in text
    assert "постоянный клиент" in text or "пятно" in text
    assert re.search(r'name="q_1" value="1"', text)
    assert form["key"] not in text, "another press is another act"


def test_a_done_one_leads_to_its_return(tab: Tab, sessions: Sessions, set_up: Portal, clock: FixedClock) -> None:
    form = opened(tab)
    tab.ask("POST", "/tab/returns/begin", **form, **GIVEN)
    _, act = acts(sessions)
    with session_scope(sessions) as session:
        turn = returns.take_turn(session, set_up, 8061)
        case = replace(a_return(sold=(CUSHION,)), number=turn.number, deal_id=8061)
        begun = returns.begin(session, turn, case, by=7, name="Анна", now=clock.now())
        return_acts.finish(session, set_up.id, act.id, clock.now(), begun.id, ())
    text = tab.ask("POST", "/tab/returns/asked", **form, **GIVEN).text
    assert f"Возврат {turn.number} оформлен" in text
    assert "Ждёт решения" in text
    shown = tab.ask("GET", "/tab/version?v=older").text
    assert turn.number in shown
    assert tab.ask("POST", "/tab/returns/asked", key="none-such-key").status_code == 409
