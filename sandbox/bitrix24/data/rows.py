"""A product row as the CRM keeps it: prices with and without tax (contract bitrix24-crm §3.1)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from sandbox.bitrix24.state.table import Row as StoredRow

from .model import Row

_MEASURES = {796: "шт", 166: "кг"}


def product_row(deal_id: int, row: Row, sort: int) -> StoredRow:
    """Tax is inside the price; there is no discount."""
    price = _plain(row.price)
    net = _plain(_without_tax(row.price, row.vat))
    return {
        "ownerId": deal_id,
        "ownerType": "D",
        "productId": row.product_id,
        "productName": row.name,
        "price": price,
        "priceAccount": price,
        "priceExclusive": net,
        "priceNetto": net,
        "priceBrutto": price,
        "quantity": _plain(row.quantity),
        "discountTypeId": 2,
        "discountRate": 0,
        "discountSum": 0,
        "taxRate": row.vat,
        "taxIncluded": "Y",
        "customized": "N" if row.product_id else "Y",
        "measureCode": row.measure_code,
        "measureName": _MEASURES[row.measure_code],
        "sort": sort,
        "xmlId": "",
        "type": row.type,
        "storeId": None,
    }


def _without_tax(price: Decimal, vat: int | None) -> Decimal:
    if not vat:
        return price
    return (price * 100 / (100 + vat)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _plain(value: Decimal) -> float:
    """A JSON number: whole ones without a fraction."""
    return int(value) if value == value.to_integral_value() else float(value)
