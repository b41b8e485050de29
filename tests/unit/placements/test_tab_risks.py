"""Risks in words: several guesses are one thing to look at, and the button leads where it is put right."""

from __future__ import annotations

from datetime import date

import pytest

from b24app.flows.risks import Cargo, Guess, Place
from b24app.frames.formats import Formats
from b24app.logistics.money import Money
from b24app.logistics.points import Box, PickupPoint, Takes
from b24app.logistics.ports import Quote
from placements.tab_rates_risks import RiskList, arrival, risk_list

CARGO = Cargo((Box(2100, (300, 200, 100)),) * 2, 2, worth=Money(100), declared=Money(100), cod=Money(648000))


def shown(cargo: Cargo, formats: Formats, place: Place | None = None) -> RiskList:
    return risk_list(cargo, {"max_parcels": 1}, "parcel", place, "СДЭК", formats)


def test_risks_read_as_people_speak(ru: Formats, en: Formats) -> None:
    guessed = Cargo((Box(2100, (3, 2, 1)),), 1, (Guess("Подушка", 2100),), worth=Money(1), declared=Money(1))
    [one] = shown(guessed, ru).rows
    assert one.title == "Вес «Подушка» взят по умолчанию"
    assert one.text.replace("\xa0", " ") == "2,100 кг за штуку. Если тяжелее, СДЭК возьмёт доплату."
    assert (one.tone, one.does) == ("amber", "parcels")
    many = Cargo(
        guessed.boxes, 5, tuple(Guess(f"Т{n}", 1) for n in range(5)), (1, 2), worth=Money(1), declared=Money(1)
    )
    weights, sizes = shown(many, ru).rows
    assert weights.title == "Вес взят по умолчанию: «Т0», «Т1», «Т2» и ещё 2"
    assert sizes.title == "Размеры посылок 1, 2 — оценка"
    assert shown(many, en).rows[0].title == "Default weights: “Т0”, “Т1”, “Т2” and 2 more"
    assert shown(guessed, ru).fine == "Проверили и подходят СДЭК: телефон, вес и ценность."


def test_a_point_says_why_it_will_not_take_the_parcel(ru: Formats) -> None:
    office = PickupPoint("KZN12", "KZN12", "", "Казань", Takes(cod=True, max_cod=Money(500000)))
    found = shown(CARGO, ru, Place("KZN12", office))
    assert [(row.code, row.tone, row.does) for row in found.rows] == [
        ("max_parcels", "red", "parcels"),
        ("point", "red", "points"),
    ]
    assert found.rows[0].text == "В один заказ СДЭК берёт до 1."
    assert found.rows[1].text.replace("\xa0", " ") == "Предел оплаты 5 000,00 ₽, а с клиента 6 480,00 ₽."


@pytest.mark.parametrize(("least", "most", "days"), [(2, 4, [14, 15, 16]), (None, 3, [15]), (2, None, []), (5, 2, [])])
def test_the_days_on_which_it_may_come(least: int | None, most: int | None, days: list[int]) -> None:
    quote = Quote("parcel", Money(1), least, most)
    assert [day.day for day in arrival(quote, date(2026, 11, 12))] == days
