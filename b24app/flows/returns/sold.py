"""What of a deal can come back at all: its goods as they were sold, and what was really paid for each row. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from b24app.flows.laying import goods_of
from b24app.flows.returns.pieces import rounded
from b24app.flows.snapshot import ProductRow
from b24app.logistics.money import Money, share
from b24app.logistics.returning import Sold

#: bitrix24-crm.md §3.1: the measure of goods that are counted in pieces.
PIECE = 796


def sold_of(
    rows: Sequence[ProductRow],
    barcodes: Mapping[int, tuple[str, ...]] | None = None,
    sections: Mapping[int, tuple[int, ...]] | None = None,
) -> tuple[Sold, ...]:
    """Goods of the deal, services left out. `barcodes` are what is known of each row, `sections` the catalogue's, by
    product. A row's price is what the client pays per unit after discounts, tax included (bitrix24-crm.md §3.1); its
    sum is rounded once."""
    return tuple(
        Sold(
            row=row.id,
            title=row.name.strip(),
            quantity=row.quantity,
            paid=Money(rounded(row.price.minor * Fraction(row.quantity)), row.price.currency),
            sku=row.sku.strip(),
            product_id=row.product_id,
            barcodes=(barcodes or {}).get(row.id, ()),
            sections=(sections or {}).get(row.product_id, ()),
            divisible=row.measure_code not in (None, PIECE),
        )
        for row in goods_of(rows)
    )


def goods_key(product_id: int, title: str, sku: str) -> str:
    """What tells goods from others in all deals of a portal: the product, else the exact title and article."""
    if product_id:
        return f"product:{product_id}"
    return "name:" + hashlib.sha256(f"{title.strip()}\0{sku.strip()}".encode()).hexdigest()


def shared_out(sold: Sequence[Sold], total: Money) -> tuple[Sold, ...]:
    """The same rows when `total` was paid for all of them together (a discount on the whole order): each bears its part
    of it by its price, exactly. Raises ValueError for another currency."""
    if any(each.paid.currency != total.currency for each in sold):
        raise ValueError(f"goods are not sold in {total.currency}")
    minors = share(total.minor, [each.paid.minor for each in sold])
    return tuple(replace(each, paid=Money(minor, total.currency)) for each, minor in zip(sold, minors, strict=True))
