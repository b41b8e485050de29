"""The rules page: a sentence a rule, order by buttons, wrong fields answered in place."""

import pytest
from sqlalchemy import select

from b24app.clock import FixedClock
from b24app.flows.choose import Conditions
from b24app.logistics.model import DeliveryKind
from b24app.store import portals, rules
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import AuditRow, Portal, Rule
from tests.unit.placements.page import Page


@pytest.fixture
def account(sessions: Sessions, set_up: Portal) -> int:
    with sessions() as session:
        return portals.connections(session, set_up.id)[0].id


def stored(sessions: Sessions, portal: Portal) -> list[Rule]:
    with sessions() as session:
        return rules.in_order(session, portal.id)


def test_a_portal_without_rules_says_what_ships_then(page: Page) -> None:
    text = page.ask("GET", "/app/s/rules").text
    assert "Правил нет" in text
    assert "Добавить правило" in text


def test_a_rule_is_stored_and_read_back_as_a_sentence(
    page: Page, sessions: Sessions, set_up: Portal, account: int
) -> None:
    form = {
        "title": "Казань лёгкое",
        "category": "0",
        "cities": "Казань; Уфа,казань ",
        "weight_to": "2,5",
        "value_from": "1 000",
        "cod": "no",
        "kind": "courier",
        "connection_id": str(account),
        "service_courier": "parcel",
    }
    text = page.ask("POST", "/app/rules/0", **form).text
    said = "Воронка «Общая», доставка курьером, город: Казань, Уфа, казань, вес до 2,500\xa0кг, товары от 1\xa0000"
    assert said in text
    assert "без оплаты при получении" in text
    [row] = stored(sessions, set_up)
    assert (row.category_id, row.connection_id, row.services, row.position) == (0, account, {"courier": "parcel"}, 1)
    assert Conditions.from_json(row.conditions) == Conditions(
        cities=("Казань", "Уфа", "казань"),
        weight_to_g=2500,
        value_from=100000,
        cod=False,
        kind=DeliveryKind.COURIER,
    )
    with sessions() as session:
        assert session.scalars(select(AuditRow.action)).all() == ["rule_added"]
    again = page.ask("GET", f"/app/rules/{row.id}/form").text
    assert 'value="2,5"' in again
    assert 'value="1000"' in again


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"weight_from": "много"}, "weight_from", "Введите число"),
        ({"weight_from": "-1"}, "weight_from", "Введите число"),
        ({"value_to": "nan"}, "value_to", "Введите число"),
        ({"weight_from": "5", "weight_to": "2"}, "weight_to", "Меньше, чем"),
        ({"connection_id": "999"}, "connection_id", "Заполните"),
        ({"service_courier": ""}, "service_courier", "Заполните"),
        ({"service_pickup": "rocket"}, "service_pickup", "Выберите из списка"),
        ({"category": "77"}, "category", "Выберите из списка"),
        ({"kind": "rocket"}, "kind", "Выберите из списка"),
        ({"cod": "rocket"}, "cod", "Выберите из списка"),
        ({"cities": "я" * 81}, "cities", "Не больше 100"),
    ],
)
def test_a_wrong_field_is_answered_in_place(
    page: Page, sessions: Sessions, set_up: Portal, account: int, wrong: dict[str, str], field: str, words: str
) -> None:
    form = {"connection_id": str(account), "service_courier": "parcel", "title": "Моё", **wrong}
    text = page.ask("POST", "/app/rules/0", **form).text
    assert f'id="e-ru-{field}"' in text
    assert words in text
    assert 'value="Моё"' in text
    assert stored(sessions, set_up) == []


def test_order_switches_and_removal(
    page: Page, sessions: Sessions, set_up: Portal, account: int, clock: FixedClock
) -> None:
    with session_scope(sessions) as session:
        first, second = (
            rules.add(
                session,
                set_up.id,
                7,
                clock.now(),
                title=title,
                conditions=Conditions().to_json(),
                connection_id=account,
                services={"courier": "parcel"},
                enabled=True,
            ).id
            for title in ("A", "B")
        )
    page.ask("POST", f"/app/rules/{second}/up")
    assert [row.id for row in stored(sessions, set_up)] == [second, first]
    page.ask("POST", f"/app/rules/{second}/up")
    page.ask("POST", f"/app/rules/{second}/off")
    assert [(row.id, row.enabled) for row in stored(sessions, set_up)] == [(second, False), (first, True)]
    page.ask("POST", f"/app/rules/{second}/remove")
    assert [row.id for row in stored(sessions, set_up)] == [first]
    assert page.ask("POST", f"/app/rules/{second}/on").status_code == 409
    assert page.ask("POST", f"/app/rules/{first}/explode").status_code == 422


def test_a_paused_account_is_said(page: Page, sessions: Sessions, set_up: Portal, account: int) -> None:
    page.ask("POST", "/app/rules/0", connection_id=str(account), service_courier="parcel")
    with session_scope(sessions) as session:
        portals.connections(session, set_up.id)[0].state = "paused"
    assert "Перевозчик на паузе" in page.ask("GET", "/app/s/rules").text
