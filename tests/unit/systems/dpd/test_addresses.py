"""Streets and houses out of what people type; what cannot be told apart stays one text."""

from __future__ import annotations

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.ports import City
from b24app.systems.dpd.addresses import street_fields

KAZAN = City("49000016", "Казань", "Республика Татарстан")


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("Казань, ул. Баумана, 44", {"street": "Баумана", "streetAbbr": "ул", "house": "44"}),
        (
            "Казань, ул. Баумана, 44/8к2, кв. 12",
            {"street": "Баумана", "streetAbbr": "ул", "house": "44/8", "houseKorpus": "2", "flat": "12"},
        ),
        (
            "420111, Республика Татарстан, г. Казань, улица Баумана, д. 44, корп. 2, кв. 5, подъезд 3",
            {"street": "Баумана", "streetAbbr": "ул", "house": "44", "houseKorpus": "2", "flat": "5",
             "extraInfo": "подъезд 3"},
        ),
        ("Казань, Баумана 44-12", {"street": "Баумана", "house": "44-12"}),
        ("Казань, пр-т Победы 139 кв 4", {"street": "Победы", "streetAbbr": "пр-кт", "house": "139", "flat": "4"}),
        (
            "Казань, Ленинский проспект, дом 5, офис 12",
            {"street": "Ленинский", "streetAbbr": "пр-кт", "house": "5", "office": "12"},
        ),
        ("Казань ул Баумана 44", {"street": "Баумана", "streetAbbr": "ул", "house": "44"}),
        ("г Казань, ул. 8 Марта, 5", {"street": "8 Марта", "streetAbbr": "ул", "house": "5"}),
        ("Казань, Красной Позиции ул., 2а", {"street": "Красной Позиции", "streetAbbr": "ул", "house": "2а"}),
        (
            "Казань, ул. Чистопольская, вл. 11",
            {"street": "Чистопольская", "streetAbbr": "ул", "vlad": "11", "house": "11"},
        ),
        (
            "Казань, ул.Ленина, д.5к1с2, этаж 3",
            {"street": "Ленина", "streetAbbr": "ул", "house": "5", "houseKorpus": "1", "str": "2",
             "extraInfo": "этаж 3"},
        ),
        ("Казань", {"addressString": "Казань"}),
        ("Казань, Кремль", {"addressString": "Казань, Кремль"}),
    ],
)  # fmt: skip
def test_an_address_is_taken_apart(text: str, fields: dict[str, str]) -> None:
    assert street_fields(read_address(text), KAZAN) == fields


def test_a_long_text_is_cut_for_their_field() -> None:
    long = "Казань, " + "у пруда " * 60
    assert len(street_fields(read_address(long), KAZAN)["addressString"]) == 255
