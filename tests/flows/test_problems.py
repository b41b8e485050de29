"""What cannot be shipped becomes a Problem on the deal that names the field, in the manager's language; the manager is
notified once; fixing the deal retries it."""

from __future__ import annotations

import pytest

from tests.flows.town import MANAGER, Shop

PHONE, NAME, NO_CITY, OFFICE_GONE, OFFICE_CLOSED, TOO_HEAVY_FOR_OFFICE, FINE = 549, 555, 558, 563, 564, 565, 501
OVERWEIGHT, WHOLESALE = 577, 3
#: Deal, what its tab says first, the field it names.
REFUSED = (
    (PHONE, "не читается как номер", "Телефон для доставки"),
    (NO_CITY, "Перевозчик не знает такого города", "Адрес доставки"),
    (OFFICE_GONE, "Такого пункта выдачи", "Код пункта выдачи"),
    (OFFICE_CLOSED, "Такого пункта выдачи", "Код пункта выдачи"),
    (TOO_HEAVY_FOR_OFFICE, "не подходит пункту по весу", "Код пункта выдачи"),
)


def test_what_is_refused_names_its_field_and_a_fix_ships_it(shop: Shop) -> None:
    deals = [deal for deal, _, _ in REFUSED]
    shop.ship(*deals)
    shop.ship(OVERWEIGHT, category=WHOLESALE)
    for deal, text, field in REFUSED:
        notice = shop.noticed(deal)
        assert text in str(notice)
        said = shop.tab_says(deal)
        assert text in said
        assert f"поле «{field}»" in said
        assert shop.orders(deal) == []
    assert "тяжёлая" in str(shop.noticed(OVERWEIGHT))
    assert "поле «Вес»" in shop.tab_says(OVERWEIGHT) or "поле «Тариф»" in shop.tab_says(OVERWEIGHT)

    for deal in deals:
        shop.fix(deal)
    shop.shipped(*deals)
    shop.town.calm()
    assert [len(shop.notices(deal)) for deal in deals] == [1] * len(deals)
    assert [len(shop.orders(deal)) for deal in deals] == [1] * len(deals)
    assert "Нужно исправить 1" in shop.health()


def test_an_unrelated_edit_neither_retries_nor_notifies_again(shop: Shop) -> None:
    shop.ship(NO_CITY)
    shop.noticed(NO_CITY)
    shop.town.calm()
    shop.edit(NO_CITY, comments="Перезвонить после обеда")
    shop.town.calm(1.5)
    shop.town.advance(200)
    shop.town.calm()
    assert len(shop.notices(NO_CITY)) == 1
    assert len(shop.comments(NO_CITY)) == 1
    assert shop.orders(NO_CITY) == []


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_a_fix_whose_event_was_lost_is_found_by_the_sweep(shop: Shop) -> None:
    shop.ship(NO_CITY)
    shop.noticed(NO_CITY)
    shop.town.calm()
    shop.settings(event_drop=1.0)
    shop.fix(NO_CITY)
    shop.town.calm()
    shop.town.advance(200)
    shop.shipped(NO_CITY)


def test_a_fix_in_the_contact_of_which_no_event_of_the_deal_tells(shop: Shop) -> None:
    shop.ship(NAME)
    assert "не похоже на имя" in str(shop.noticed(NAME))
    shop.town.calm()
    contact = shop.deal(NAME)["contactId"]
    fields = {"name": "Виталий", "lastName": "Егоров"}
    shop.ask("POST", "/edit", {"id": contact, "entity_type_id": 3, "fields": fields, "user": MANAGER})
    shop.town.calm()
    shop.town.advance(200)
    shop.shipped(NAME)
    assert shop.orders(NAME)[0]["recipient"].startswith("Егоров Виталий")


def test_what_cdek_refuses_later_keeps_its_own_words(shop: Shop) -> None:
    """202 at first and INVALID after a while; after the fix the order goes out again under the same number."""
    refusal = {"match": {"recipient": "*Синицына*"}, "errors": ["ve_receiver_phone_type_incorrect"], "times": 1}
    shop.town.program.steer("POST", "/cdek/overrides", refusal)
    shop.ship(FINE)
    notice = str(shop.noticed(FINE))
    assert "Некорректный номер телефона получателя" in notice
    assert "ve_receiver_phone_type_incorrect" in notice
    said = shop.tab_says(FINE)
    assert "Перевозчик не принял телефон получателя" in said
    assert "Некорректный номер телефона получателя" in said
    assert "поле «Телефон для доставки»" in said
    assert shop.status(FINE) == "Перевозчик отказал"

    shop.edit(FINE, UF_CRM_DELIVERY_PHONE="+7 917 000-00-02")
    shop.becomes(FINE, "Заказ создан")
    assert [order["phone"] for order in shop.orders(FINE)] == ["+79170000001", "+79170000002"]
    assert {row["key"] for row in shop.town.journal("order.accepted")} == {shop.our_number(FINE)}
    shop.town.calm()
    assert len(shop.notices(FINE)) == 1
