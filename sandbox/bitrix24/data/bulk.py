"""Deals in great numbers for bursts: nothing is wrong with any of them, and no two recipients are the same."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from sandbox.bitrix24.state.table import Table

from .model import Contact, Deal, PortalData, Row, Wish

_CITIES = (
    "Казань", "Уфа", "Пермь", "Самара", "Тюмень", "Омск", "Томск", "Воронеж", "Саратов", "Иркутск", "Краснодар",
    "Хабаровск", "Барнаул", "Тула", "Рязань", "Ярославль", "Пенза", "Липецк", "Астрахань", "Ижевск",
)  # fmt: skip
_STREETS = ("ул. Садовая", "ул. Лесная", "пр. Победы", "ул. Школьная", "ул. Набережная", "ул. Новая", "ул. Полевая")
_NAMES = ("Анна", "Мария", "Ольга", "Елена", "Павел", "Иван", "Сергей", "Роман", "Юрий", "Олег")


def deals(data: PortalData, count: int, contacts: Table, known: Table) -> Iterator[tuple[Contact, Deal]]:
    """``count`` recipients with a deal each, with the ids that follow the largest known ones."""
    first_contact, first_deal = max(contacts.rows, default=0) + 1, max(known.rows, default=0) + 1
    goods = [row for row in data.products if row.type in (1, 4) and row.weight and row.weight < 5000]
    for number in range(count):
        product = goods[number % len(goods)]
        amount = Decimal(1 + number % 3)
        row = Row(
            product.id, product.name, product.price, amount, product.type, product.vat, product.measure_code
        )  # fmt: skip
        contact = _contact(first_contact + number, number)
        yield contact, _deal(first_deal + number, number, contact, row, data)


def _contact(contact_id: int, number: int) -> Contact:
    phone = f"+7 9{16 + number % 10:02d} {200 + number // 10_000:03d}-{number % 10_000:04d}"
    return Contact(contact_id, _NAMES[number % len(_NAMES)], "", f"Потоков-{number + 1}", (("MOBILE", phone),), (), "")


def _deal(deal_id: int, number: int, contact: Contact, row: Row, data: PortalData) -> Deal:
    city, street = _CITIES[number % len(_CITIES)], _STREETS[number % len(_STREETS)]
    address = f"г. {city}, {street}, д. {1 + number % 150}, кв. {1 + number % 90}"
    ready = next(stage for stage in data.stages if stage.category_id == 0 and stage.name == "Оплачена")
    return Deal(
        id=deal_id,
        key=0,
        title=f"Поток № {number + 1}: {row.name}",
        category_id=0,
        stage_id=ready.status_id,
        contact_id=contact.id,
        company_id=None,
        assigned_by_id=7,
        rows=(row,),
        wish=Wish("courier", address),
        note="",
    )
