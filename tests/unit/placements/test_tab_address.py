"""The address panel: what is accused, offered and marked; what is written under whose key, and what never is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from b24app.bitrix24.errors import RestError
from b24app.flows.snapshot import Role
from b24app.frames.formats import Formats
from b24app.logistics.addressing.messages import read_message
from b24app.logistics.addressing.parts import Part
from b24app.logistics.ports import CheckedAddress, City
from b24app.logistics.problem import Field, Problem
from b24app.store import addresses, jobs
from b24app.store.engine import Sessions
from b24app.store.models import AuditRow, InboxRow, Job, OutboxRow, Portal
from placements.tab_address_view import Held, fill_of, offers_of, typed, values_of, words_of
from tests.unit.placements.conftest import FakePortal
from tests.unit.placements.test_deal_tab import Tab

SENT = "420111 Казнь ул Баумана 44/8к2 кв12 звонить с угла"
KAZAN = City("424", "Казань", "Республика Татарстан")
UNKNOWN = Problem("city_unknown", Field.ADDRESS, params={"city": "Казнь"})
WAS = "Казань, ул. Баумана, 5"


def states(problems: list[Problem], checked: CheckedAddress | None, ru: Formats) -> dict[str, tuple[str, str]]:
    return {word.text: (word.state, word.said) for word in words_of(SENT, problems, checked, ru)}


def test_every_word_is_understood_accused_or_waits(ru: Formats) -> None:
    assert states([UNKNOWN], None, ru) == {
        "420111": ("ok", "индекс"),
        "Казнь": ("bad", "такого города нет"),
        "ул Баумана": ("ok", "улица"),
        "44/8": ("ok", "дом"),
        "к2": ("ok", "корпус 2"),
        "кв12": ("ok", "квартира 12"),
        "звонить с угла": ("lost", "не нашли места"),
    }


def test_the_directory_overrules_an_old_refusal_and_judges_the_postal_code(ru: Formats) -> None:
    found = states([UNKNOWN], CheckedAddress(KAZAN, postal_fits=False), ru)
    assert found["Казнь"] == ("ok", "город, код 424")
    assert found["420111"] == ("bad", "индекс другого города")


@pytest.mark.parametrize(
    ("code", "text", "word"),
    [
        ("v2_address_house_not_found", "Не удалось определить дом получателя", "44/8"),
        ("42", "улица не найдена", "ул Баумана"),
        ("bad_zip", "", "420111"),
    ],
)
def test_their_own_words_accuse_a_part(code: str, text: str, word: str, ru: Formats) -> None:
    theirs = Problem("refused_unknown", Field.ADDRESS, their_code=code, their_text=text)
    found = states([theirs], None, ru)
    assert [each for each, (state, _) in found.items() if state == "bad"] == [word]


def test_a_problem_of_another_field_accuses_no_word(ru: Formats) -> None:
    phone = Problem("phone_invalid", Field.PHONE, their_text="дом, город, улица")
    assert "bad" not in {state for state, _ in states([phone], None, ru).values()}


def test_namesakes_are_offered_with_their_regions(ru: Formats) -> None:
    other = City("1172812", "Королёв", "Астраханская область")
    found = offers_of(CheckedAddress(offered=(KAZAN, other), problem=UNKNOWN), "СДЭК", ru, 3)
    assert [offer.detail for offer in found.offers] == [
        "Республика Татарстан, код 424",
        "Астраханская область, код 1172812",
    ]
    assert '"city": "Казань"' in found.offers[0].fill
    assert "не нашёл" in offers_of(CheckedAddress(problem=UNKNOWN), "СДЭК", ru, 3).text


def test_what_differs_from_the_deal_is_marked_with_what_it_was(ru: Formats) -> None:
    held = Held({Role.ADDRESS: WAS + ", домофон 12", Role.COMMENT: "после 18"}, {Role.PHONE: "8 900 000 14 62"})
    values, _ = values_of(held)
    shown = typed({**values, Part.HOUSE: "7"}, held, ru)
    assert (shown["house"].value, shown["house"].was, shown["house"].new) == ("7", "5", True)
    assert not shown["street"].new
    assert (shown["comment"].value, shown["comment"].was) == ("после 18, домофон 12", "после 18")
    assert "8 900 000 14 62" in shown["phone"].hint


@pytest.fixture
def tab(page_app: Flask, set_up: Portal, frame_query: Mapping[str, str], frame_body: Mapping[str, str]) -> Tab:
    found = Tab(page_app, frame_query)
    assert found.open(frame_body).status_code == 200
    return found


def save(tab: Tab, **form: str) -> Any:
    given = {"city": "Казань", "street": "ул. Мира", "house": "7", "was_address": WAS, "key": "k" * 16, **form}
    return tab.ask("POST", "/tab/address/save", AUTH_ID="anna", **given)


def kept(sessions: Sessions) -> dict[str, list[Any]]:
    tables = (AuditRow, OutboxRow, InboxRow)
    with sessions() as session:
        return {table.__tablename__: list(session.scalars(select(table).order_by(table.id))) for table in tables}


def test_the_panel_asks_the_directory_in_the_accounts_lane(tab: Tab, sessions: Sessions, set_up: Portal) -> None:
    answer = tab.ask("POST", "/tab/address", AUTH_ID="anna")
    assert 'value="ул. Баумана"' in answer.text
    asked = re.search(r"/tab/address/check\?job=(\d+)", answer.text)
    assert asked is not None
    with sessions() as session:
        job = session.get(Job, int(asked[1]))
        assert job is not None
        assert job.input["address"]["text"] == WAS
    assert tab.ask("GET", f"/tab/address/check?job={asked[1]}&words=1").status_code == 204
    with sessions() as session:
        jobs.finish(session.get_one(Job, int(asked[1])), CheckedAddress(KAZAN).to_json(), job.created_at)
        session.commit()
    answer = tab.ask("GET", f"/tab/address/check?job={asked[1]}&words=1")
    assert "знает этот город: Казань" in answer.text
    assert "город, код 424" in answer.text


def test_saving_writes_with_the_persons_key_keeps_was_and_became_and_asks_for_the_shipment(
    tab: Tab, person: FakePortal, sessions: Sessions, set_up: Portal
) -> None:
    answer = save(tab, then="ship")
    assert answer.status_code == 200
    assert 'hx-swap-oob="true"' in answer.text
    assert person.asked.count("crm.item.update") == 1
    rows = kept(sessions)
    assert [row.action for row in rows["audit"]] == ["address", "ship_now"]
    assert "Мира" not in str(rows["audit"][0].detail)
    assert "Было: Казань, ул. Баумана, 5. Стало: Казань, ул. Мира, 7." in str(rows["outbox"][0].payload)
    assert [row.kind for row in rows["inbox"]] == ["ship_now"]
    with sessions() as session:
        row = addresses.changes(session, set_up.id, 8061)[0]
        change = addresses.changes_of(row)[0]
    assert (change.before, change.after, row.name) == (WAS, "Казань, ул. Мира, 7", "Анна Лугова")


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"was_address": "Казань, Пушкина 1"}, "Пока вы правили, сделку изменили"),
        ({"unplaced": "звонить с угла"}, "Решите, куда их деть"),
        ({"city": ""}, "Напишите город"),
        ({"street": "ул. " + "Длинная" * 40}, "Слишком длинно"),
    ],
)
def test_nothing_is_written_while_something_is_open(
    form: dict[str, str], said: str, tab: Tab, person: FakePortal, sessions: Sessions
) -> None:
    answer = save(tab, then="ship", **form)
    assert said in answer.text
    assert 'name="house" value="7"' in answer.text
    assert "crm.item.update" not in person.asked
    assert kept(sessions)["audit"] == []


def test_the_portals_refusal_is_quoted_and_the_edits_stay(tab: Tab, person: FakePortal, sessions: Sessions) -> None:
    person.answers["crm.item.update"] = RestError(
        "CRM_FIELD_ERROR_REQUIRED", "Не заполнено поле Склад", "crm.item.update"
    )
    answer = save(tab)
    assert "Не заполнено поле Склад" in answer.text
    assert 'name="house" value="7"' in answer.text
    assert kept(sessions)["audit"] == []


def test_pressing_again_after_a_lost_answer_writes_nothing_twice(
    tab: Tab, person: FakePortal, sessions: Sessions
) -> None:
    item = {**person.answers["crm.item.get"]["item"], "ufCrmDeliveryAddress": "Казань, ул. Мира, 7"}
    person.answers["crm.item.get"] = {"item": item}
    assert save(tab).status_code == 200
    assert "crm.item.update" not in person.asked
    assert [row.action for row in kept(sessions)["audit"]] == ["address"]


def test_another_persons_key_saves_nothing(tab: Tab, person: FakePortal) -> None:
    given = {"city": "Казань", "house": "7", "was_address": WAS}
    assert tab.ask("POST", "/tab/address/save", AUTH_ID="boris", **given).status_code == 403
    assert "crm.item.update" not in person.asked


def test_the_same_press_twice_is_one_record_and_one_wish(tab: Tab, person: FakePortal, sessions: Sessions) -> None:
    save(tab, then="ship")
    item = {**person.answers["crm.item.get"]["item"], "ufCrmDeliveryAddress": "Казань, ул. Мира, 7"}
    person.answers["crm.item.get"] = {"item": item}
    save(tab, then="ship")
    assert [row.action for row in kept(sessions)["audit"]] == ["address", "ship_now"]
    assert len(kept(sessions)["outbox"]) == 1
    assert person.asked.count("crm.item.update") == 1


def test_an_address_of_several_lines_is_nobodys_change(tab: Tab, person: FakePortal) -> None:
    item = {**person.answers["crm.item.get"]["item"], "ufCrmDeliveryAddress": "Казань\nул. Баумана, 5"}
    person.answers["crm.item.get"] = {"item": item}
    save(tab, was_address="Казань\r\nул. Баумана, 5")
    assert person.asked.count("crm.item.update") == 1


def test_a_phone_in_the_address_is_not_lost(ru: Formats) -> None:
    held = Held({Role.ADDRESS: WAS + ", тел 8 900 000 14 62", Role.PHONE: ""}, {})
    assert values_of(held)[0][Part.PHONE] == "8 900 000 14 62"
    filled = Held({**held.roles, Role.PHONE: "+7 912 345-67-89"}, {})
    assert "тел 8 900 000 14 62" in values_of(filled)[1]
    assert "тел 8 900 000 14 62" in values_of(Held({Role.ADDRESS: held.of(Role.ADDRESS)}, {}))[1]


def test_a_message_with_an_address_leaves_nothing_of_the_old_one() -> None:
    present = {Part.CITY: "Казань", Part.REGION: "Татарстан", Part.HOUSE: "5", Part.BLOCK: "2", Part.FLAT: "12"}
    held = Held({Role.ADDRESS: WAS}, {})
    fill = fill_of(read_message("адрес: ул. Мира 7"), held, present)
    assert fill == {"street": "ул. Мира", "house": "7", "block": "", "flat": ""}
    moved = fill_of(read_message("Москва, ул. Мира 7"), held, present)
    assert (moved["city"], moved["region"], moved["flat"]) == ("Москва", "", "")
    assert fill_of(read_message("это Мария, 8 900 000 14 62"), held, present).keys() == {"name", "phone"}


def test_a_message_is_reviewed_against_what_the_deal_holds(tab: Tab) -> None:
    said = "Это Мария Северцева, Казань, ул. Баумана 44 корп 2, тел 8 900 000 14 62, спасибо"
    known = {"contact_name": "Мария Северцева", "contact_phone": "8 900 000 14 62", "was_phone": ""}
    text = tab.ask("POST", "/tab/address/message", message=said, **known).text
    assert text.count("без изменений") == 2
    assert "Казань, ул. Баумана, 44 к2" in text
    assert "спасибо" in text
    fill = re.search(r'data-fill="([^"]+)"', text)
    assert fill is not None
    assert "phone" not in fill[1]
    assert "не нашлось" in tab.ask("POST", "/tab/address/message", message="ура").text
