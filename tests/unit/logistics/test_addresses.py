"""Addresses as people type them: the text stays, the city is recognised beside it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.logistics.addresses import read_address
from b24app.logistics.capitals import is_capital, is_capital_name


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("Казань, Баумана 5", "Казань"),
        ("г.Москва, ул Ленина д 5 кв 3", "Москва"),
        ("101000 Москва ул. Ленина, 5", "Москва"),
        ("Московская обл, г Королёв, ул. Пионерская 3", "Королёв"),
        ("СПб, Невский пр-т 1", "Санкт-Петербург"),
        ("ул. Ленина 5, Новосибирск", "Новосибирск"),
        ("Казань Баумана 44 корп 2 кв 12", "Казань"),
        ("Нижний Новгород Горького 5", "Нижний Новгород"),
        ("Ростов на Дону, Пушкинская 1", "Ростов-на-Дону"),
        ("Россия, 630000, г. Новосибирск, Красный проспект 25", "Новосибирск"),
        ("Краснодарский край, Динской р-н, ст-ца Динская, ул Красная 1", "Динская"),
        ("Респ Татарстан г Казань ул Баумана 5", "Казань"),
        ("Екатеринбург 8 марта 5", "Екатеринбург"),
        ("Санкт-Петербург, Садовая ул., д. 28, вход с переулка", "Санкт-Петербург"),
        ("с. Ивановка, ул. Мира 1", "Ивановка"),
        ("Псковская область, Пеновский район, д. Москва", "Москва"),
        ("Г.САМАРА УЛ.МОЛОДОГВАРДЕЙСКАЯ Д.104 КВ.3", "САМАРА"),
        ("респ. Татарстан, г. Набережные Челны, пр. Мира, д. 24", "Набережные Челны"),
    ],
)
def test_the_city_is_the_first_candidate(text: str, city: str) -> None:
    assert read_address(text).city_names[0] == city


@pytest.mark.parametrize("text", ["Ленина 5 кв 3", "ул. Примерная, д. 1, кв. 2", "Красный проспект 25", ""])
def test_a_street_is_not_taken_for_a_city(text: str) -> None:
    assert read_address(text).city_names == ()


def test_a_street_never_stands_in_for_a_misspelt_city() -> None:
    assert read_address("Кзань, Баумана 5, Центр").city_names == ("Кзань",)


def test_postal_code_and_region_are_read() -> None:
    address = read_address("141070, Московская обл., г. Королёв, ул. Пионерская, 3")
    assert (address.postal_code, address.region) == ("141070", "Московская обл")


def test_a_phone_in_the_text_is_no_postal_code() -> None:
    assert read_address("Казань, тел +79000001462").postal_code is None


@given(st.text(max_size=200))
def test_no_text_is_ever_changed_or_refused(text: str) -> None:
    import unicodedata

    address = read_address(text)
    assert address.text == unicodedata.normalize("NFC", text).replace("\xa0", " ").strip()
    assert len(address.city_names) <= 6


def test_capitals_belong_to_their_region_only() -> None:
    assert is_capital("Казань", "Республика Татарстан")
    assert not is_capital("Казань", "Омская область")
    assert not is_capital("Королёв", "Московская область")
    assert is_capital_name("нижний новгород")
