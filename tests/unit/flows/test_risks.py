"""Risks before sending: what the carrier refuses, what costs extra, and what was looked at and is fine."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from b24app.flows.compose import compose
from b24app.flows.laying import signature_of
from b24app.flows.plan import ParcelPlan, PlannedParcel, Share
from b24app.flows.risks import Cargo, Guess, Place, cargo_of, checked, risks, weight_limit
from b24app.flows.snapshot import CatalogueSize, DeclaredSource, Defaults, Person, Phone, ProductRow, Source
from b24app.logistics.money import Money
from b24app.logistics.points import Box, Hours, Opening, PickupPoint, Takes
from tests.unit.flows.given import MARIA, deal, fields, pipeline

BOX = Box(6200, (450, 450, 250))
GOOD = Cargo((BOX,), 2, worth=Money(432000), declared=Money(432000), phone_from="RU", country="RU")
LIMITS = {
    "service_weight_g": {"parcel": 50_000}, "max_parcels": 2, "max_items": 3, "size_from_g": 100,
    "phone_countries": ("KZ",),
}  # fmt: skip
WEEK = Hours(tuple(Opening(day, 600, 1200) for day in range(1, 7)))
OFFICE = PickupPoint("KZN12", "KZN12", "ул. Баумана, 44/8", "Казань", Takes(cod=True, max_weight_g=30_000), WEEK)
SUNDAY = date(2026, 11, 15)


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({}, []),
        ({"phone": "phone_invalid"}, ["phone_invalid!"]),
        ({"phone_from": "BY"}, ["phone_foreign"]),
        ({"phone_from": "KZ"}, []),
        ({"phone_from": "BY", "country": ""}, []),
        ({"mobile": False}, ["phone_landline"]),
        ({"boxes": (BOX, Box(50_001, (1, 1, 1)))}, ["heavy!"]),
        ({"boxes": (Box(100),)}, ["unsized!"]),
        ({"boxes": (Box(99),)}, []),
        ({"boxes": (BOX,) * 3}, ["max_parcels!"]),
        ({"rows": 4}, ["max_items!"]),
        ({"worth": Money(0), "declared": Money(0)}, ["no_worth"]),
        ({"declared": Money(0)}, ["no_declared"]),
        ({"guesses": (Guess("Подушка", 2100),), "sized": (1,)}, ["weight_guess", "size_guess"]),
        ({"guesses": (Guess("Подушка", 2100),), "rows": 9}, ["max_items!", "weight_guess"]),
    ],
)
def test_what_the_carrier_refuses_comes_first(change: dict[str, Any], codes: list[str]) -> None:
    found = risks(replace(GOOD, **change), LIMITS, "parcel")
    assert [risk.code + ("!" if risk.refused else "") for risk in found] == codes


def test_limits_that_nobody_states_are_no_limits() -> None:
    heavy = replace(GOOD, boxes=(Box(90_000, (1, 1, 1)),) * 9, rows=900)
    assert risks(heavy, {}, "parcel") == ()
    assert weight_limit(LIMITS, "express") is None and weight_limit({"max_weight_g": 7}, "any") == 7


@pytest.mark.parametrize(
    ("takes", "cod", "codes"),
    [
        (Takes(cod=True, max_weight_g=30_000), Money(648000), []),
        (Takes(cod=True, max_cod=Money(500000)), Money(648000), ["point:cod_limit"]),
        (Takes(cod=False, max_weight_g=5000), Money(648000), ["point:weight", "point:no_cod"]),
        (Takes(cod=True, card=True, cash=False), Money(648000), ["point_only_card"]),
        (Takes(cod=None), Money(648000), ["point_cod"]),
        (Takes(cod=False), None, []),
    ],
)
def test_the_point_is_asked_for_this_parcel_and_this_money(takes: Takes, cod: Money | None, codes: list[str]) -> None:
    found = risks(replace(GOOD, cod=cod), LIMITS, "parcel", Place("KZN12", replace(OFFICE, takes=takes)))
    assert [f"{risk.code}:{risk.misfit.code}" if risk.misfit else risk.code for risk in found] == codes


def test_a_point_that_is_shut_or_no_longer_listed() -> None:
    [shut] = risks(GOOD, LIMITS, "parcel", Place("KZN12", OFFICE, (SUNDAY,)))
    assert (shut.code, shut.params["day"]) == ("point_shut", SUNDAY)
    [gone] = risks(GOOD, LIMITS, "parcel", Place("KZN12", None))
    assert gone.code == "point_unlisted"


def test_what_was_checked_is_told() -> None:
    place = Place("KZN12", OFFICE)
    assert checked(GOOD, risks(GOOD, LIMITS, "parcel", place), place) == ("phone", "parcels", "money", "point")
    bad = replace(GOOD, phone="phone_missing", boxes=(Box(500),), declared=Money(0))
    assert checked(bad, risks(bad, LIMITS, "parcel"), None) == ()


def test_a_deal_tells_what_is_judged() -> None:
    pillow = ProductRow(2, "Подушка", Money.of(2320), Decimal(1), sizes=(CatalogueSize(Source.SECTION, 2100),))
    config = pipeline(
        declared_source=DeclaredSource.ZERO, defaults=Defaults(length_mm=300, width_mm=200, height_mm=100)
    )
    found = cargo_of(
        compose(deal(rows=(pillow,), contacts=(replace(MARIA, phones=(Phone("+375 29 123-45-67"),)),)), config)
    )
    assert found.guesses == (Guess("Подушка", 2100),) and found.sized == (1,)
    assert (found.worth, found.declared) == (Money.of(2320), Money(0))
    assert (found.phone, found.phone_from, found.country) == ("", "BY", "RU")
    weighed = ParcelPlan(signature_of((pillow,)), (PlannedParcel((Share(2, 1),), 2300, 400, 300, 200),))
    assert cargo_of(compose(deal(rows=(pillow,), plan=weighed), config)).guesses == ()
    office = cargo_of(
        compose(deal(contacts=(Person(1, "Пётр", (Phone("8 495 123-45-67"),)),), fields=fields(phone="12")), config)
    )
    assert (office.phone, office.mobile) == ("phone_invalid", True)
