"""The trade catalogue: two information blocks, sections, products, variations, measures, prices (crm §3.4)."""

from __future__ import annotations

from typing import Any

from .table import Row, Table

GOODS, OFFERS = 23, 25
SIMPLE, BUNDLE, PARENT, VARIATION, SERVICE = 1, 2, 3, 4, 7


class Catalog:
    """Products by id whatever their kind; weights in grams, sides in millimetres, None or 0 where unknown."""

    def __init__(self) -> None:
        self.products = Table()
        self.sections = Table()
        self.prices = Table(701)
        self.price_types: list[Row] = [{"id": 1, "name": "BASE", "base": "Y", "sort": 100, "xmlId": "BASE"}]
        self.properties = Table(101)
        self.price_of: dict[int, Row] = {}
        self.measures: list[Row] = [
            _measure(5, 796, "Штука", "шт", "pce", default=True),
            _measure(1, 6, "Метр", "м", "m"),
            _measure(2, 112, "Литр", "л", "l"),
            _measure(3, 163, "Грамм", "г", "g"),
            _measure(4, 166, "Килограмм", "кг", "kg"),
        ]
        self.set_blocks(GOODS, OFFERS)
        self.vats: list[Row] = [
            {"id": 1, "name": "НДС 20%", "rate": 20, "sort": 100, "active": "Y"},
            {"id": 2, "name": "Без НДС", "rate": None, "sort": 200, "active": "Y"},
        ]

    def set_blocks(self, goods: int, offers: int) -> None:
        """Number the two information blocks; before any product is added."""
        self.goods, self.offers = goods, offers
        self.catalogs: list[Row] = [
            _catalog(goods, "Товары", None, None),
            _catalog(offers, "Предложения", goods, 110),
        ]

    def add_section(self, name: str, parent: int | None = None, code: str = "", number: int | None = None) -> int:
        row: Row = {"iblockId": self.goods, "iblockSectionId": parent, "name": name, "code": code}
        return self.sections.add(row | {"xmlId": "", "sort": 100, "active": "Y"}, number)

    def add_product(
        self, name: str, at: str, *, kind: int = SIMPLE, price: float | None = None, currency: str = "RUB", **more: Any
    ) -> int:
        """Add a product. ``more``: weight, length, width, height, iblockSectionId, xmlId, code, parent, number….

        ``parent`` (a product id) makes it a variation in the offers block; ``number`` asks for that id.
        """
        parent, wanted = more.pop("parent", None), more.pop("number", None)
        row: Row = {
            "iblockId": self.offers if parent is not None else self.goods, "name": name, "type": kind, "active": "Y",
            "iblockSectionId": None, "xmlId": "", "code": None, "measure": 5, "weight": None, "length": None,
            "width": None, "height": None, "vatId": 1, "vatIncluded": "Y", "available": "Y", "bundle": "N",
            "canBuyZero": "N", "quantity": None, "quantityReserved": None, "quantityTrace": "N", "sort": 500,
            "purchasingPrice": None, "purchasingCurrency": None, "previewText": None, "detailText": None,
            "createdBy": 1, "modifiedBy": 1, "dateCreate": at, "timestampX": at, "dateActiveFrom": None,
            "dateActiveTo": None,
        }  # fmt: skip
        row |= more
        if parent is not None:
            row["type"] = VARIATION
            row["parentId"] = {"value": str(parent), "valueId": str(9000 + len(self.products))}
        number = self.products.add(row, wanted)
        if not row["xmlId"]:
            row["xmlId"] = str(number)
        if price is not None:
            self.set_price(number, price, currency, at)
        return number

    def set_price(self, product: int, price: float, currency: str, at: str) -> None:
        row: Row = {"productId": product, "catalogGroupId": 1, "price": price, "currency": currency, "timestampX": at}
        self.prices.add(row)
        self.price_of[product] = row


def _measure(number: int, code: int, title: str, symbol: str, intl: str, *, default: bool = False) -> Row:
    return {
        "id": number,
        "code": code,
        "isDefault": "Y" if default else "N",
        "measureTitle": title,
        "symbol": symbol,
        "symbolIntl": intl,
        "symbolLetterIntl": intl.upper(),
    }


def _catalog(number: int, name: str, product_block: int | None, property_id: int | None) -> Row:
    return {
        "iblockId": number,
        "iblockTypeId": 0,
        "id": number,
        "lid": "s1",
        "name": name,
        "productIblockId": product_block,
        "skuPropertyId": property_id,
        "subscription": "N",
        "vatId": 1,
    }
