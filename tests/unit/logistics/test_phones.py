"""Phones as people write them."""

from __future__ import annotations

import pytest

from b24app.logistics.phones import read_phones


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("8 900 123-45-67", [("+79001234567", None)]),
        ("+7(900)1234567", [("+79001234567", None)]),
        ("9001234567", [("+79001234567", None)]),
        ("7 916 123 45 67", [("+79161234567", None)]),
        ("8\xa0916\xa0123\xa045\xa067", [("+79161234567", None)]),
        ("8 (383) 300-00-00 (доб. 123)", [("+73833000000", "123")]),
        ("8-900-111-22-33 доб 15", [("+79001112233", "15")]),
        ("+79130000000,доб.12", [("+79130000000", "12")]),
        ("+74951234567 внутр. 7", [("+74951234567", "7")]),
        ("89001112233, 89002223344 доб. 12", [("+79001112233", None), ("+79002223344", "12")]),
        ("89001112233/89002223344", [("+79001112233", None), ("+79002223344", None)]),
        ("8 9161234567 или 8 9161234568", [("+79161234567", None), ("+79161234568", None)]),
        ("тел. 8(495)123-45-67, моб 8-916-123-45-67", [("+74951234567", None), ("+79161234567", None)]),
        ("8 900 000 14 62 Мария", [("+79000001462", None)]),
        ("89001112233, +7 900 111-22-33", [("+79001112233", None)]),
        ("+375 29 123-45-67", [("+375291234567", None)]),
    ],
)
def test_numbers_are_found(text: str, numbers: list[tuple[str, str | None]]) -> None:
    assert [(phone.e164, phone.extension) for phone in read_phones(text)] == numbers


@pytest.mark.parametrize(
    "text", ["", "   ", "нет телефона", "12345", "+7 900 12", "+8 916 123 45 67", "8 900 123-45-6"]
)
def test_nothing_is_made_up(text: str) -> None:
    assert read_phones(text) == []


def test_a_mobile_is_known_as_one() -> None:
    assert [phone.mobile for phone in read_phones("84951234567; 89161234567")] == [False, True]
