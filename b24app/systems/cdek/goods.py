"""Our items as CDEK's `packages[].items[]`: unique articles, and money that adds up to the kopeck."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from b24app.logistics.model import Item
from b24app.logistics.money import Money
from b24app.systems.kit.goods import Pieces, pieces
from b24app.systems.kit.units import whole_units

#: cdek.md §6.1: letters, digits and this punctuation; 20 in the general text (later ones say 50).
_FORBIDDEN = re.compile(r"[^A-Za-zА-Яа-яЁё0-9!@\"#№$;%^:&?*()_\-+=<>,.{}\[\]/ ]")
MAX_ARTICLE = 20
MAX_NAME = 255
MAX_AMOUNT = 999
VAT_RATES = frozenset({0, 5, 7, 10, 16, 22})


def item_rows(
    packages: Sequence[Sequence[Item]], cod: Money | None, declared: Money | None, vat: str = ""
) -> list[list[dict[str, Any]]]:
    """Rows of each package. `declared` None = what the goods cost. A sum that does not divide by the number of pieces
    makes two rows, so that all rows of all packages together are exactly the COD and the declared value."""
    return [_package_rows(rows, vat) for rows in pieces(packages, cod, declared, MAX_AMOUNT)]


def _package_rows(rows: Sequence[Pieces], vat: str) -> list[dict[str, Any]]:
    used: set[str] = set()
    return [_row(row, unique_article(row.item.sku, row.position, used), vat) for row in rows]


def _row(row: Pieces, article: str, vat: str) -> dict[str, Any]:
    item, currency = row.item, row.item.price.currency
    return {
        "name": item.name[:MAX_NAME],
        "ware_key": article,
        "payment": payment(row.paid, currency, vat_rate(vat, item.vat_percent)),
        "cost": whole_units(Money(row.worth, currency)),
        "weight": item.weight_g,
        "amount": row.quantity,
    }


def vat_rate(setting: str, of_row: int | None) -> int | None:
    """The rate for the receipt: none, the goods' own, or one for all. A rate that CDEK does not take is left out: it
    would refuse the order, and a wrong one would print a wrong receipt."""
    rate = of_row if setting == "rows" else int(setting) if setting.isdigit() else None
    return rate if rate in VAT_RATES else None


def payment(minor: int, currency: str, rate: int | None) -> dict[str, Any]:
    """A `money` object. VAT is inside the value and stated only where something is paid."""
    money: dict[str, Any] = {"value": whole_units(Money(minor, currency))}
    if minor and rate is not None:
        money |= {"vat_sum": whole_units(Money(round(minor * rate / (100 + rate)), currency)), "vat_rate": rate}
    return money


def unique_article(sku: str, position: int, used: set[str]) -> str:
    """An allowed article that is not in `used` (and now is): CDEK renames repeated ones to random names, ours stay
    readable: `SKU-1`, `SKU-1_2`. Without a SKU, `item-<position>`."""
    base = _FORBIDDEN.sub("", sku).strip()[:MAX_ARTICLE].strip() or f"item-{position}"
    article, copy = base, 1
    while article.casefold() in used:
        copy += 1
        article = f"{base[: MAX_ARTICLE - len(str(copy)) - 1]}_{copy}"
    used.add(article.casefold())
    return article
