"""Product rows, payments, and what the catalogue says of weight and size (bitrix24-crm.md §3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from b24app.bitrix24.encoding import Command, as_list, as_map
from b24app.bitrix24.envelope import number
from b24app.bitrix24.names import DEAL
from b24app.flows.snapshot import CatalogueSize, Payment, ProductRow, Source
from b24app.logistics.money import Money
from b24app.logistics.numbers import read_decimal

_WEIGHED = ["id", "iblockId", "name", "type", "iblockSectionId", "xmlId", "code", "weight", "length", "width", "height"]


#: How the names of our rows begin, in both languages of the portal (`row.delivery` of the words).
DELIVERY = ("Доставка: ", "Delivery: ")
#: Bitrix24's type of a service (§3.1), the code of a piece, and a place behind the goods.
SERVICE, PIECE, LAST = 7, 796, 900


@dataclass(frozen=True, slots=True)
class SoldRow:
    """A product row as it is written: `price` for one, tax included."""

    id: int
    owner: int
    product_id: int
    name: str
    price: Decimal
    quantity: Decimal


#: bitrix24-crm.md §3.1: the product row is of a variation.
VARIATION = 4


@dataclass(frozen=True, slots=True)
class Iblocks:
    """Which information blocks hold products and variations. Empty = the portal has no catalogue."""

    products: tuple[int, ...] = ()
    offers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Units:
    """How many grams and millimetres one unit of the portal's catalogue is: people may have typed kilograms."""

    weight_g: float = 1.0
    length_mm: float = 1.0


@dataclass(frozen=True, slots=True)
class Ware:
    """A product or a variation. `parent` and `section` are 0 when there is none."""

    id: int
    sku: str
    section: int
    parent: int
    size: CatalogueSize

    @property
    def complete(self) -> bool:
        """Nothing is left to ask a parent or a section for."""
        size = self.size
        return bool(self.sku and size.weight_g and size.length_mm and size.width_mm and size.height_mm)


def list_rows(key: str, deal_id: int) -> Command:
    """The rows of one deal: the method takes one owner only."""
    condition = {"=ownerType": "D", "=ownerId": deal_id}
    return Command(key, "crm.item.productrow.list", {"filter": condition, "order": {"sort": "ASC", "id": "ASC"}})


def newest_rows(key: str, deal_id: int) -> Command:
    """The 50 rows of a deal that were added last."""
    condition = {"=ownerType": "D", "=ownerId": deal_id}
    return Command(key, "crm.item.productrow.list", {"filter": condition, "order": {"id": "DESC"}})


def get_row(key: str, row_id: int) -> Command:
    return Command(key, "crm.item.productrow.get", {"id": row_id})


def add_row(key: str, deal_id: int, name: str, price: Money, product: int = 0) -> Command:
    """One piece of free text, or of a product of the catalogue; the price is what the client pays."""
    fields = {"ownerId": deal_id, "ownerType": "D", "sort": LAST, **sold(name, price, product)}
    return Command(key, "crm.item.productrow.add", {"fields": fields})


def update_row(key: str, row_id: int, name: str, price: Money, product: int = 0) -> Command:
    return Command(key, "crm.item.productrow.update", {"id": row_id, "fields": sold(name, price, product)})


def delete_row(key: str, row_id: int) -> Command:
    return Command(key, "crm.item.productrow.delete", {"id": row_id})


def sold(name: str, price: Money, product: int) -> dict[str, Any]:
    """One piece as a row says it; the price is with tax."""
    kept = {"productName": name, "price": float(price.amount), "quantity": 1, "measureCode": PIECE}
    return {**kept, "productId": product, "taxIncluded": "Y"}


def list_payments(key: str, deal_id: int) -> Command:
    return Command(key, "crm.item.payment.list", {"entityId": deal_id, "entityTypeId": DEAL})


def list_catalogs(key: str) -> Command:
    """The portal's catalogues; administrators only, like most of the catalogue."""
    return Command(key, "catalog.catalog.list", {"select": ["iblockId", "productIblockId", "skuPropertyId"]})


def list_wares(key: str, kind: str, iblock: int, ids: Sequence[int]) -> Command:
    """Up to 50 wares of one information block. `kind`: product, product.sku (parents) or product.offer (variations)."""
    select = [*_WEIGHED, "parentId"] if kind == "product.offer" else _WEIGHED
    return Command(key, f"catalog.{kind}.list", {"select": select, "filter": {"iblockId": iblock, "id": list(ids)}})


def list_sections(key: str, iblock: int, start: int) -> Command:
    params = {
        "select": ["id", "iblockSectionId", "name"],
        "filter": {"iblockId": iblock},
        "order": {"id": "ASC"},
        "start": start,
    }
    return Command(key, "catalog.section.list", params)


def update_ware(key: str, row: ProductRow, size: CatalogueSize, units: Units) -> Command:
    """Writes what `size` states of the row's product or variation into the catalogue; for administrators."""
    said = {"weight": (size.weight_g, units.weight_g)}
    said |= {f"{side}": (getattr(size, f"{side}_mm"), units.length_mm) for side in ("length", "width", "height")}
    fields = {name: _plain(value / unit) for name, (value, unit) in said.items() if value}
    kind = "product.offer" if row.type == VARIATION else "product"
    return Command(key, f"catalog.{kind}.update", {"id": row.product_id, "fields": fields})


def _plain(value: float) -> float | int:
    """A whole number without a point; others to what a catalogue can hold."""
    return int(value) if float(value).is_integer() else round(value, 4)


def parse_rows(result: Any, currency: str) -> tuple[ProductRow, ...]:
    """Rows without sizes yet; the currency is the deal's."""
    rows = [as_map(row) for row in as_list(as_map(result).get("productRows"))]
    return tuple(_row(row, currency) for row in rows)


def sold_rows(result: Any) -> tuple[SoldRow, ...]:
    """Of a list, or the one of `…get`, `…add` and `…update`."""
    found = as_map(result)
    rows = [found["productRow"]] if "productRow" in found else as_list(found.get("productRows"))
    return tuple(_as_sold(as_map(row)) for row in rows)


def _as_sold(row: Mapping[str, Any]) -> SoldRow:
    return SoldRow(
        id=number(row.get("id")) or 0,
        owner=number(row.get("ownerId")) or 0,
        product_id=number(row.get("productId")) or 0,
        name=str(row.get("productName") or ""),
        price=_decimal(row.get("price")),
        quantity=_decimal(row.get("quantity")),
    )


def is_delivery(name: str) -> bool:
    """Whether a row is the price of a delivery, ours or copied with a deal from another: nothing that travels."""
    return name.startswith(DELIVERY)


def parse_payments(result: Any) -> tuple[Payment, ...]:
    """Payments of a deal: `[{"paid": "Y", "sum": 390.5, "currency": "RUB"}]`."""
    rows = [as_map(row) for row in as_list(result)]
    return tuple(
        Payment(Money.of(_decimal(row.get("sum")), str(row.get("currency") or "RUB")), str(row.get("paid")) == "Y")
        for row in rows
    )


def parse_catalogs(result: Any) -> Iblocks:
    rows = [as_map(row) for row in as_list(as_map(result).get("catalogs"))]
    offers = [number(row.get("iblockId")) or 0 for row in rows if number(row.get("productIblockId"))]
    products = [number(row.get("iblockId")) or 0 for row in rows if not number(row.get("productIblockId"))]
    return Iblocks(tuple(filter(None, products)), tuple(filter(None, offers)))


def parse_wares(result: Any, units: Units, source: Source = Source.VARIATION) -> list[Ware]:
    """Products, parents or variations, whatever the method calls them (`products`, `units`, `offers`)."""
    lists = [as_list(value) for value in as_map(result).values() if isinstance(value, list | Mapping)]
    return [_ware(as_map(row), units, source) for rows in lists for row in rows]


def parse_sections(result: Any) -> dict[int, int]:
    """Section -> the section above it (0 at the top)."""
    rows = [as_map(row) for row in as_list(as_map(result).get("sections"))]
    return {number(row.get("id")) or 0: number(row.get("iblockSectionId")) or 0 for row in rows}


def sized(
    row: ProductRow, wares: Mapping[int, Ware], parents: Mapping[int, Ware], sections: Mapping[int, CatalogueSize]
) -> ProductRow:
    """The row with its sizes, best source first: the ware itself, its parent, its section's default."""
    ware = wares.get(row.product_id)
    if ware is None:
        return row
    parent = parents.get(ware.parent)
    sizes = [ware.size]
    if parent is not None:
        sizes.append(replace(parent.size, source=Source.PARENT))
    section = sections.get(ware.section or (parent.section if parent else 0))
    if section is not None:
        sizes.append(replace(section, source=Source.SECTION))
    return replace(row, sku=ware.sku or (parent.sku if parent else ""), sizes=tuple(sizes))


def section_sizes(
    wanted: Iterable[int], above: Mapping[int, int], defaults: Mapping[int, CatalogueSize]
) -> dict[int, CatalogueSize]:
    """Each section's default: of every value its own, else that of the nearest section above."""
    found: dict[int, CatalogueSize] = {}
    for section in wanted:
        current, steps = section, 0
        while current and steps < 50:
            if current in defaults:
                found[section] = _filled(found.get(section), defaults[current])
            current, steps = above.get(current, 0), steps + 1
    return found


def _filled(near: CatalogueSize | None, far: CatalogueSize) -> CatalogueSize:
    """What the nearer section says, and for the rest what the farther one does."""
    if near is None:
        return far
    names = ("weight_g", "length_mm", "width_mm", "height_mm")
    missing = {name: getattr(far, name) for name in names if getattr(near, name) is None}
    return replace(near, **missing)


def _row(row: Mapping[str, Any], currency: str) -> ProductRow:
    rate = row.get("taxRate")
    return ProductRow(
        id=number(row.get("id")) or 0,
        name=str(row.get("productName") or ""),
        price=Money.of(_decimal(row.get("price")), currency),
        quantity=_decimal(row.get("quantity")),
        type=SERVICE if is_delivery(str(row.get("productName") or "")) else number(row.get("type")) or 1,
        product_id=number(row.get("productId")) or 0,
        vat_percent=None if rate is None else number(rate),
        measure_code=number(row.get("measureCode")),
    )


def _ware(row: Mapping[str, Any], units: Units, source: Source) -> Ware:
    size = CatalogueSize(
        source,
        weight_g=_scaled(row.get("weight"), units.weight_g),
        length_mm=_scaled(row.get("length"), units.length_mm),
        width_mm=_scaled(row.get("width"), units.length_mm),
        height_mm=_scaled(row.get("height"), units.length_mm),
    )
    return Ware(
        id=number(row.get("id")) or 0,
        sku=str(row.get("xmlId") or row.get("code") or ""),
        section=number(row.get("iblockSectionId")) or 0,
        parent=_parent(row.get("parentId")),
        size=size,
    )


def _parent(value: Any) -> int:
    """`{"value": "1275", "valueId": "9801"}`, or an id, or nothing."""
    return number(value.get("value") if isinstance(value, Mapping) else value) or 0


def _scaled(value: Any, factor: float) -> float | None:
    found = read_decimal(value)
    return float(found) * factor if found is not None and found > 0 else None


def _decimal(value: Any) -> Decimal:
    return read_decimal(value) or Decimal(0)
