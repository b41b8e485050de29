"""By which clock a client lives: by where the parcel goes, then by a phone that says it, then by the portal's."""

from __future__ import annotations

import pytest

from b24app.flows.messages.zones import zone_of

MOBILE = "+79001231462"


@pytest.mark.parametrize(
    ("phone", "regions", "towns", "country", "zone"),
    [
        (MOBILE, ("Приморский край",), ("Владивосток",), "RU", "Asia/Vladivostok"),
        (MOBILE, ("Республика Саха (Якутия)",), (), "RU", "Asia/Yakutsk"),
        (MOBILE, ("Тульская область",), (), "RU", "Europe/Moscow"),
        (MOBILE, (), ("Казань",), "RU", "Europe/Moscow"),
        (MOBILE, (), ("Екатеринбург",), "RU", "Asia/Yekaterinburg"),
        (MOBILE, (), ("Тольятти",), "RU", "Europe/Samara"),
        (MOBILE, (), ("неизвестно где", "Омск"), "RU", "Asia/Omsk"),
        ("+73952123456", (), (), "RU", "Asia/Irkutsk"),
        # A mobile number of Russia may be anywhere: the portal's clock holds.
        (MOBILE, (), (), "RU", "Asia/Tashkent"),
        ("+37491123456", (), ("Ереван",), "AM", "Asia/Yerevan"),
        ("+4915112345678", (), (), "DE", "Europe/Berlin"),
        (None, (), (), "RU", "Asia/Tashkent"),
    ],
)
def test_the_clients_clock(
    phone: str | None, regions: tuple[str, ...], towns: tuple[str, ...], country: str, zone: str
) -> None:
    assert zone_of(phone, regions, towns, country, "Asia/Tashkent").key == zone
