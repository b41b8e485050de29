"""The trade catalogue over REST (crm §3.4)."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.errors import RestError, missing
from sandbox.bitrix24.rest.call import Call, Listing
from sandbox.bitrix24.rest.lists import fits, ordered, page, split_key
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.state.catalog import BUNDLE, PARENT, SERVICE, SIMPLE, VARIATION
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.wire import items_of, pairs_of, to_int

_NO_RIGHT, _NO_BLOCK = "200040300010", "200040300000"
# One family of methods a kind of product: (key of one, key of a list, kinds; None is every kind).
_FAMILIES: dict[str, tuple[str, str, tuple[int, ...] | None]] = {
    "product": ("product", "products", None),
    "product.offer": ("offer", "offers", (VARIATION,)),
    "product.sku": ("sku", "units", (PARENT,)),
    "product.service": ("service", "services", (SERVICE,)),
}


def _admin(call: Call, *, everybody: bool = False) -> None:
    if not everybody and not call.user.admin:
        raise RestError(_NO_RIGHT, "Доступ к каталогу запрещен")


def _register(family: str) -> None:
    one, many, kinds = _FAMILIES[family]
    method(f"catalog.{family}.get", scope="catalog")(lambda call: {one: _get(call, kinds)})
    method(f"catalog.{family}.list", scope="catalog")(lambda call: _list(call, many, kinds))


def _get(call: Call, kinds: tuple[int, ...] | None) -> Row:
    value = call.params.get("id")
    number = to_int(value)
    if number is None:
        raise missing("id")
    _admin(call)
    row = call.portal.catalog.products.get(number)
    if row is None or (kinds is not None and row["type"] not in kinds):
        raise RestError(0, "product is not exists.")
    return dict(row)


def _list(call: Call, many: str, kinds: tuple[int, ...] | None) -> Listing:
    """``id`` and ``iblockId`` must be selected, ``iblockId`` must be in the filter; ``@`` is no prefix here."""
    _admin(call, everybody=many == "products")
    select = [str(name) for name in items_of(call.params.get("select"))]
    conditions = dict(pairs_of(call.params.get("filter")))
    if not {"id", "iblockId"} <= set(select) and "*" not in select:
        raise RestError(0, "Required select fields: id, iblockId")
    blocks = conditions.get("iblockId", conditions.get("=iblockId"))
    if blocks is None:
        raise RestError(0, "Required filter fields: iblockId")
    known = {row["iblockId"] for row in call.portal.catalog.catalogs}
    if not {to_int(one) for one in items_of(blocks)} <= known:
        raise RestError(_NO_BLOCK, "Инфоблок не найден")
    rows = [row for row in _candidates(call, conditions) if _fits(row, conditions)]
    if kinds is not None:
        rows = [row for row in rows if row["type"] in kinds]
    rows = ordered(rows, call.opt_map("order"), "id")
    found = page(rows, call.params.get("start"))
    return Listing({many: [_chosen(row, select) for row in found.result]}, found.total, found.next)


def _candidates(call: Call, conditions: Row) -> list[Row]:
    wanted = conditions.get("id", conditions.get("=id"))
    table = call.portal.catalog.products
    if wanted is None:
        return list(table)
    return table.some(number for number in map(to_int, items_of(wanted)) if number is not None)


def _fits(row: Row, conditions: Row) -> bool:
    for key, wanted in conditions.items():
        prefix, name = split_key(key)
        if prefix == "@":
            # The documented prefixes of this method have no "@": such a key names no field.
            raise RestError(0, f"Unknown filter field: {key}")
        if not fits(row.get(name), prefix, wanted):
            return False
    return True


def _chosen(row: Row, select: list[str]) -> Row:
    if "*" in select:
        return dict(row)
    out = {name: row[name] for name in select if name in row}
    if "property*" in select:
        out |= {name: value for name, value in row.items() if name.startswith("property")}
    return out


# What may be changed of a product, as the method's page names it; properties beside. Of prices other methods take care.
_NAMES = """
    name active code xmlId barcodeMulti canBuyZero createdBy modifiedBy dateActiveFrom dateActiveTo dateCreate
    iblockSectionId IblockSection iblockId measure previewText detailText previewPicture detailPicture previewTextType
    detailTextType sort subscribe vatId vatIncluded height length weight width quantityTrace purchasingCurrency
    purchasingPrice quantity quantityReserved recurSchemeLength recurSchemeType trialPriceId withoutOrder"""
_CHANGEABLE = frozenset(_NAMES.split())
_MEASURED = ("weight", "length", "width", "height")
# catalog-product-update.md: without the right to change products.
_MAY_NOT_CHANGE = "200040300040"


def _update(call: Call, key: str, kinds: tuple[int, ...]) -> Row:
    """Changes the fields that are given, for administrators (b24restdocs, catalog.product.update)."""
    number = to_int(call.params.get("id"))
    if number is None:
        raise missing("id")
    fields = dict(pairs_of(call.params.get("fields")))
    if not fields:
        raise missing("fields")
    if not call.user.admin:
        raise RestError(_MAY_NOT_CHANGE, "Недостаточно прав для изменения товара")
    row = call.portal.catalog.products.get(number)
    if row is None or row["type"] not in kinds:
        raise RestError(0, "product is not exists.")
    unknown = [name for name in fields if name not in _CHANGEABLE and not name.startswith("property")]
    if unknown:
        raise RestError(0, f"Unknown field: {unknown[0]}")
    row |= {name: _measure(value) if name in _MEASURED else value for name, value in fields.items()}
    row |= {"modifiedBy": call.user.id, "timestampX": call.portal.now()}
    return {key: dict(row)}


def _measure(value: Any) -> float | int | None:
    if value in (None, ""):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise RestError(0, f"Wrong value: {value}") from None
    return int(number) if number.is_integer() else number


for _family in _FAMILIES:
    _register(_family)


@method("catalog.product.update", scope="catalog")
def product_update(call: Call) -> Row:
    return _update(call, "element", (SIMPLE, BUNDLE))


@method("catalog.product.offer.update", scope="catalog")
def offer_update(call: Call) -> Row:
    return _update(call, "offer", (VARIATION,))


@method("catalog.catalog.list", scope="catalog")
def catalog_list(call: Call) -> Any:
    _admin(call)
    return _plain(call, "catalogs", call.portal.catalog.catalogs)


@method("catalog.catalog.get", scope="catalog")
def catalog_get(call: Call) -> Any:
    _admin(call)
    number = call.need_int("id")
    row = next((row for row in call.portal.catalog.catalogs if row["id"] == number), None)
    if row is None:
        raise RestError(0, "catalog is not exists.")
    return {"catalog": row}


@method("catalog.catalog.isOffers", scope="catalog")
def catalog_is_offers(call: Call) -> Any:
    _admin(call)
    number = call.need_int("id")
    return any(row["id"] == number and row["productIblockId"] for row in call.portal.catalog.catalogs)


@method("catalog.section.list", scope="catalog")
def section_list(call: Call) -> Any:
    _admin(call)
    if not any(split_key(key)[1] == "iblockId" for key, _ in pairs_of(call.params.get("filter"))):
        raise RestError(0, "Required filter fields: iblockId")
    return _plain(call, "sections", list(call.portal.catalog.sections))


@method("catalog.section.get", scope="catalog")
def section_get(call: Call) -> Any:
    _admin(call)
    row = call.portal.catalog.sections.get(call.need_int("id"))
    if row is None:
        raise RestError("200040300030", "Раздел не найден")
    return {"section": row}


@method("catalog.measure.list", scope="catalog")
def measure_list(call: Call) -> Any:
    _admin(call)
    return _plain(call, "measures", call.portal.catalog.measures)


@method("catalog.price.list", scope="catalog")
def price_list(call: Call) -> Any:
    return _plain(call, "prices", list(call.portal.catalog.prices))


@method("catalog.priceType.list", scope="catalog")
def price_type_list(call: Call) -> Any:
    return _plain(call, "priceTypes", call.portal.catalog.price_types)


@method("catalog.vat.list", scope="catalog")
def vat_list(call: Call) -> Any:
    _admin(call)
    return _plain(call, "vats", call.portal.catalog.vats)


@method("catalog.productProperty.list", scope="catalog")
def property_list(call: Call) -> Any:
    _admin(call)
    return _plain(call, "productProperties", list(call.portal.catalog.properties))


@method("catalog.product.getFieldsByFilter", scope="catalog")
def product_fields(call: Call) -> Any:
    _admin(call)
    names = {"id": "integer", "iblockId": "integer", "name": "string", "weight": "double", "length": "double",
             "width": "double", "height": "double", "type": "productType", "measure": "integer"}  # fmt: skip
    return {"product": {name: {"type": kind, "isReadOnly": name == "id"} for name, kind in names.items()}}


def _plain(call: Call, key: str, rows: list[Row]) -> Listing:
    conditions = dict(pairs_of(call.params.get("filter")))
    found = [row for row in rows if _fits(row, conditions)]
    found = ordered(found, call.opt_map("order"), "id")
    select = [str(name) for name in items_of(call.params.get("select"))] or ["*"]
    cut = page(found, call.params.get("start"))
    return Listing({key: [_chosen(row, select) for row in cut.result]}, cut.total, cut.next)
