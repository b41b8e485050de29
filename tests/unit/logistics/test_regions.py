"""Which region a place lies in, and how far two are from each other."""

from __future__ import annotations

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.model import Address
from b24app.logistics.regions import distance, named, region_name, region_of, region_of_place


@pytest.mark.parametrize(
    ("text", "code"),
    [("г. Казань, ул. Баумана, 44", "TA"), ("мск, Ленина 5", "MOW"), ("Московская обл, Химки, ул. Победы, 1", "MOS"),
     ("Томск", "TOM"), ("Омская обл, г Тара", "OMS"), ("Ямало-Ненецкий АО, г. Надым", "YAN"),
     ("Республика Алтай, с. Майма", "AL"), ("Алтайский край, с. Алтайское", "ALT"), ("420111, ул. Баумана", "TA"),
     ("Нижний Новгород, Горького 1", "NIZ"), ("д. Гадюкино", "")],
)  # fmt: skip
def test_a_typed_address_lies_in_its_region(text: str, code: str) -> None:
    assert region_of(read_address(text)) == code


def test_a_postal_code_counts_more_than_a_name_that_many_places_have() -> None:
    assert region_of(Address("", postal_code="344000", city_names=("Киров",))) == "ROS"
    assert region_of(Address("", country="KZ", city_names=("Астана",))) == "+KZ"
    assert region_of(None) == ""


def test_places_of_carriers() -> None:
    assert region_of_place("Уфа") == "BA"
    assert region_of_place("Сортировочный центр Казань") in ("TA", "")
    assert region_of_place("Новое", "Пермский край") == "PER"
    assert region_of_place("") == ""
    assert named("Ханты-Мансийский автономный округ - Югра") == "KHM"


def test_names_and_distances() -> None:
    assert (region_name("TA", "ru"), region_name("TA", "en"), region_name("+KZ", "ru")) == (
        "Татарстан",
        "Tatarstan",
        "KZ",
    )
    ways = [("MOW", "MOW"), ("MOW", "MOS"), ("MOW", "TA"), ("MOW", "NVS"), ("MOW", "PRI"), ("MOW", "+KZ"), ("", "TA")]
    assert [distance(*way) for way in ways] == ["same", "near", "middle", "far", "beyond", "abroad", ""]
    assert distance("TA", "MOW") == distance("MOW", "TA")
