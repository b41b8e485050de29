"""A portal's looks for its clients: whatever is set, it can be read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from b24app.flows.brand import BLUE, KEY, LEAST, Brand, contrast, ink_on


@given(some.integers(0, 0xFFFFFF))
def test_on_every_colour_words_can_be_read(colour: int) -> None:
    ground = f"#{colour:06x}"
    assert contrast(ground, ink_on(ground)) >= LEAST


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize(
    ("settings", "name", "colour"),
    [
        ({}, "acme", BLUE),
        ({KEY: "?"}, "acme", BLUE),
        ({KEY: {"name": " Лён и Хвоя ", "colour": "#2F6B4F"}}, "Лён и Хвоя", "#2f6b4f"),
        ({KEY: {"name": 7, "colour": "red; } body { display: none"}}, "acme", BLUE),
    ],
)
def test_what_is_not_set_or_makes_no_sense_is_the_usual(settings: dict[str, Any], name: str, colour: str) -> None:
    brand = Brand.of(settings, "acme.bitrix24.ru")
    assert (brand.name, brand.colour) == (name, colour)


def test_a_portal_of_its_own_address_and_no_foreign_schemes() -> None:
    brand = Brand.of({KEY: {"site": "javascript:alert(1)"}}, "crm.firma.example:8443")
    assert (brand.name, brand.mark, brand.site, brand.has_contact) == ("crm.firma.example", "C", "", False)
